"""Grievance and control, area by area."""

from __future__ import annotations

from sim.rule import Ratio, Share, rule
from sim.worlds import Vector


@rule(
    judgement="Whether operations feed anger enough to matter is disputed; every gain's range includes 0.",
    claims=(
        "001.9-pashtun-unrest-wider",
        "003.1-strikes-sparked-demonstrations",
    ),
    mechanisms=("M8", "M13"),
    moves=("grievance",),
    rises_with=("grievance", "operations", "strikes", "expulsion"),
    falls_with=("redress",),
    off="grievance",
    loops=("L4",),
)
def grievance(
    grievance: Share,
    operations: Share,
    strikes: Share,
    expulsion: Share,
    redress: Share,
    *,
    grievance_fading: Vector,
    grievance_operations: Vector,
    grievance_strikes: Vector,
    grievance_expulsion: Vector,
    grievance_redress: Vector,
) -> Share:
    """Anger at the state in an area: operations, strikes on kin and expulsions feed it, redress eases it, time too.

    Args:
        operations, strikes, expulsion: how much of each this area bears.
        redress: withdrawal, releases, open trade.
    """
    harm = grievance_operations * operations + grievance_strikes * strikes + grievance_expulsion * expulsion
    eased = grievance * (1.0 - grievance_fading) * (1.0 - grievance_redress * redress)
    return eased + harm * (1.0 - eased)


@rule(
    claims=(
        "002.10-backing-challenges-pakistan",
        "002.3-demand-troop-withdrawal",
        "002.10-ttp-violence-prompts-operations",
    ),
    judgement="The pace at which violence costs control is ours.",
    mechanisms=("M18", "M8"),
    moves=("sovereignty_control",),
    rises_with=("control", "operations"),
    falls_with=("attacks", "withdrawal", "grievance", "foothold"),
    off="control",
)
def area_control(
    control: Share,
    attacks: Ratio,
    operations: Share,
    withdrawal: Share,
    grievance: Share,
    foothold: Share,
    *,
    control_recovery: Vector,
    control_operations: Vector,
    control_consent: Vector,
    control_loss: Vector,
    control_withdrawal: Vector,
    control_foothold: Vector,
) -> Share:
    """The state loses control where it is attacked, leaves, or armed groups hold ground; time and operations regain it.

    Args:
        attacks: attacks in the area this month against those that it sees in a bad month.
        withdrawal: troops withdrawn from this area.
    """
    regained = (control_recovery + control_operations * operations) * (1.0 - withdrawal)
    regained = regained * (1.0 - control_consent * grievance)
    pressed = control_loss * attacks + control_withdrawal * withdrawal + control_foothold * foothold
    lost = 1.0 - 1.0 / (1.0 + pressed)
    return control + regained * (1.0 - control) * (1.0 - lost) - lost * control


@rule(
    claims=("002.3-demand-prisoners", "002.3-demand-troop-withdrawal", "002.8-wants-trade"),
    judgement="That these three ease anger alike is ours.",
    mechanisms=("M8",),
    moves=("grievance",),
    rises_with=("withdrawal", "releases", "trade_opening"),
    off=0.0,
)
def redress(withdrawal: Share, releases: Share, trade_opening: Share, *, redress_trade: Vector) -> Share:
    """What eases anger in an area: troops gone, prisoners home, trade open."""
    return 1.0 - (1.0 - withdrawal) * (1.0 - releases) * (1.0 - redress_trade * trade_opening)
