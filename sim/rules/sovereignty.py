"""Pakistan's sovereignty in three parts, each reported: what was conceded, what is controlled, what is free of Kabul."""

from __future__ import annotations

from sim.rule import Share, rule
from sim.worlds import Vector


@rule(
    claims=(
        "002.12-concessions-may-cost-sovereignty",
        "002.3-demand-prisoners",
        "002.3-demand-troop-withdrawal",
        "002.3-demand-islamic-law",
    ),
    judgement="How fast a concession becomes one that cannot be taken back is ours.",
    mechanisms=("M18",),
    moves=("sovereignty_conceded",),
    rises_with=("conceded", "withdrawal", "religious_law", "releases"),
    off="conceded",
)
def conceded(
    conceded: Share,
    withdrawal: Share,
    religious_law: Share,
    releases: Share,
    *,
    concession_pace: Vector,
    concede_withdrawal: Vector,
    concede_law: Vector,
    concede_releases: Vector,
) -> Share:
    """Withdrawal, religious law and releases become concessions that stay: as they are kept up month after month."""
    given = concede_withdrawal * withdrawal + concede_law * religious_law + concede_releases * releases
    return conceded + concession_pace * given * (1.0 - conceded)


@rule(
    claims=(
        "002.12-concessions-may-cost-sovereignty",
        "002.10-backing-challenges-pakistan",
        "003.2-influence-both-ways",
    ),
    judgement="The weights of the three parts are an uncertainty, not a finding.",
    mechanisms=("M18",),
    moves=("sovereignty",),
    rises_with=("kept", "control", "freedom"),
    off=1.0,
)
def sovereignty(
    kept: Share, control: Share, freedom: Share, *, sovereignty_weight_kept: Vector, sovereignty_weight_control: Vector
) -> Share:
    """Sovereignty as a weighted mean: what was not conceded, control of its areas, freedom from Kabul's leverage."""
    rest = 1.0 - sovereignty_weight_kept - sovereignty_weight_control
    return sovereignty_weight_kept * kept + sovereignty_weight_control * control + rest * freedom
