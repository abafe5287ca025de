"""The spiral between Islamabad and Kabul: tension, each side's answer to the other's last act, and open hostilities."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from sim.rule import Chance, Clashes, Logits, Months, Quantity, Share, rule
from sim.worlds import Vector

Toll = Annotated[Vector, Quantity("deaths", 0.0, 700.0)]


@rule(
    claims=(
        "003.1-ttp-actions-cause-tension",
        "001.9-border-disputes-tension",
        "001.11-new-tensions-upset-hopes",
        "002.12-confrontation-may-escalate",
        "001.4-attacks-planned-from-afghanistan",
        "004.11-refusal-would-strain",
    ),
    judgement="How attacks, strikes, clashes, closures and expulsion compare is ours.",
    mechanisms=("M9", "M18"),
    moves=("tension",),
    rises_with=("tension", "from_across", "strikes", "clashes", "closure", "expulsion", "answer"),
    off=0.0,
    loops=("L5",),
)
def tension_builds(
    tension: Share,
    from_across: Share,
    strikes: Share,
    clashes: Clashes,
    closure: Share,
    expulsion: Share,
    answer: Share,
    *,
    tension_attacks: Vector,
    tension_strikes: Vector,
    tension_clashes: Vector,
    tension_closure: Vector,
    tension_expulsion: Vector,
    tension_answer: Vector,
) -> Share:
    """Tension rises with hostile acts: attacks from across, strikes, clashes, closed crossings, expulsions, Kabul's answers.

    Args:
        from_across: recent deaths by the TTP, as a share of a very bad month, as far as it is sheltered.
        closure: crossings that Islamabad has shut.
        answer: how far Kabul answered last: 0 not at all, 1 by an offensive.
    """
    calm = (
        (1.0 - tension_attacks * from_across)
        * (1.0 - tension_strikes * strikes)
        * np.exp(-tension_clashes * clashes)
        * (1.0 - tension_closure * closure)
        * (1.0 - tension_expulsion * expulsion)
        * (1.0 - tension_answer * answer)
    )
    return 1.0 - (1.0 - tension) * calm


@rule(
    claims=("002.9-joint-patrols-curb-illegal", "004.13-neither-wants-lapse", "002.8-trade-resumed-after-gap"),
    judgement="How fast tempers cool, and what patrols, trade and help given do for it, is ours.",
    mechanisms=("M9",),
    moves=("tension",),
    rises_with=("tension",),
    falls_with=("patrols", "goodwill"),
    off="tension",
    loops=("L5",),
)
def tension_eases(
    tension: Share,
    patrols: Share,
    goodwill: Share,
    *,
    tension_fading: Vector,
    tension_patrols: Vector,
    tension_goodwill: Vector,
) -> Share:
    """Tension fades, the faster where the two patrol together and one helps the other.

    Args:
        goodwill: what Kabul gets of what it wants from Pakistan.
    """
    kept = (1.0 - tension_fading) * (1.0 - tension_patrols * patrols) * (1.0 - tension_goodwill * goodwill)
    return tension * kept


@rule(
    claims=("003.1-strikes-sparked-demonstrations", "001.9-april-2022-complaint", "003.1-fence-obstructed"),
    judgement="How Kabul weighs strikes, closures and expulsions when it answers is ours.",
    mechanisms=("M8", "M9", "M30"),
    moves=("tension", "border_clashes"),
    rises_with=("provocation",),
    off=0.0,
    loops=("L5",),
)
def pakistan_provoked(provocation: Share, *, kabul_provoked: Vector) -> Logits:
    """What Pakistan did last presses Kabul to answer; grows with the answer.

    Args:
        provocation: what Kabul feels as coercion this month.
    """
    return kabul_provoked * provocation


@rule(
    claims=("004.10-kabul-protests", "004.10-seek-public-goodwill", "003.1-strikes-sparked-demonstrations"),
    mechanisms=("M14", "M23"),
    moves=("tension",),
    rises_with=("distrust", "tension"),
    off=0.0,
    loops=("L5", "L9"),
)
def public_wants_an_answer(distrust: Share, tension: Share, *, rally_weight: Vector) -> Logits:
    """An angry public rewards a government that answers; grows with the answer."""
    return rally_weight * distrust * tension


@rule(
    claims=("002.8-wants-trade", "004.13-neither-wants-lapse", "004.18-still-crucial-patron"),
    mechanisms=("M9", "M16"),
    moves=("tension",),
    falls_with=("dependence",),
    off=0.0,
    loops=("L5",),
)
def more_to_lose(dependence: Share, *, loss_caution: Vector) -> Logits:
    """Who depends on Pakistan has more to lose by answering; grows with the answer."""
    return -loss_caution * dependence


@rule(
    claims=("004.25-training-on-new-weapons",),
    judgement="That an army which can do more answers more readily is ours; includes no effect.",
    mechanisms=("M9",),
    moves=("border_clashes",),
    rises_with=("capacity",),
    off=0.0,
    loops=("L5",),
)
def capacity_emboldens(capacity: Share, *, capacity_boldness: Vector) -> Logits:
    """An army trained and armed is one that can answer; grows with the answer."""
    return capacity_boldness * capacity


@rule(
    judgement="What it costs to go further is not in the articles: most months pass with words at most.",
    claims=("004.13-neither-wants-lapse",),
    mechanisms=("M9",),
    moves=("tension", "strikes"),
    off=0.0,
)
def price_of_going_further(capacity: Share, *, escalation_cost: Vector, escalation_cost_weak: Vector) -> Logits:
    """Each step further costs more than the last, the more so for the weak; grows with the answer squared.

    Args:
        capacity: the means of whoever answers.
    """
    return -escalation_cost * (1.0 + escalation_cost_weak * (1.0 - capacity))


@rule(
    judgement="That sides go a step at a time is ours.",
    claims=("002.12-confrontation-may-escalate",),
    mechanisms=("M9",),
    moves=("tension",),
    falls_with=("distance",),
    off=0.0,
    loops=("L5",),
)
def step_by_step(distance: Share, *, answer_step_cost: Vector) -> Logits:
    """An answer is likelier to be a step from the last one than a leap."""
    return -answer_step_cost * distance


@rule(
    claims=(
        "003.1-taliban-targeting-pakistan",
        "002.12-confrontation-may-escalate",
        "events.2022-12-11-chaman-shelling",
    ),
    judgement="How much Kabul's last act weighs in Islamabad is ours.",
    mechanisms=("M9", "M30"),
    moves=("chance_strikes", "tension"),
    rises_with=("answer",),
    off=0.0,
    loops=("L5",),
)
def kabul_answered(answer: Share, *, islamabad_provoked: Vector) -> Logits:
    """What Kabul did last presses Islamabad to answer in turn; grows with the answer."""
    return islamabad_provoked * answer


@rule(
    claims=("002.12-confrontation-may-escalate", "001.9-eight-killed-11-december"),
    judgement="The odds of open hostilities are in no article; the range runs from next to none to likely at full tension.",
    mechanisms=("M9", "M18"),
    moves=("hostilities",),
    rises_with=("tension", "answer", "strikes"),
    off=0.0,
    loops=("L5",),
)
def hostilities_begin(
    tension: Share,
    answer: Share,
    strikes: Share,
    *,
    hostilities_base: Vector,
    hostilities_tension: Vector,
    hostilities_acts: Vector,
) -> Chance:
    """Chance that it comes to open hostilities this month: tension makes it likely, fire from both sides sets it off.

    Args:
        answer: Kabul's; strikes: Pakistan's.
    """
    acts = 1.0 - (1.0 - answer) * (1.0 - strikes)
    return 1.0 - np.exp(-np.exp(hostilities_base + hostilities_tension * tension + hostilities_acts * acts))


@rule(
    claims=("004.13-neither-wants-lapse", "002.8-trade-resumed-after-gap", "004.22-mediator-role-lever"),
    judgement="How long hostilities last, and what ends them, is ours: exhaustion, trade lost, others' good offices.",
    mechanisms=("M9",),
    moves=("hostilities",),
    rises_with=("months", "dependence", "mediators"),
    falls_with=("tension",),
    off=1.0,
    loops=("L5",),
)
def hostilities_end(
    months: Months,
    dependence: Share,
    mediators: Share,
    tension: Share,
    *,
    peace_base: Vector,
    peace_exhaustion: Vector,
    peace_trade: Vector,
    peace_mediators: Vector,
    peace_tension: Vector,
) -> Chance:
    """Chance that hostilities end this month: both sides tire, lose by them, and are talked out of them.

    Args:
        months: how long they have lasted; dependence: Kabul's on Pakistan; mediators: China's hold, as far as it has one.
    """
    log_hazard = (
        peace_base
        + peace_exhaustion * np.log1p(months)
        + peace_trade * dependence
        + peace_mediators * mediators
        - peace_tension * tension
    )
    return 1.0 - np.exp(-np.exp(log_hazard))


@rule(
    claims=("events.2022-04-16-strikes", "003.1-airstrikes-used"),
    judgement="How much is struck in open hostilities is ours.",
    mechanisms=("M8", "M9"),
    moves=("strikes", "fatalities_afghan_civilian"),
    rises_with=("strikes", "hostilities"),
    off="strikes",
    loops=("L5",),
)
def strikes_in_hostilities(strikes: Share, hostilities: Share, *, hostile_strikes: Vector) -> Share:
    """In open hostilities Pakistan strikes, whatever its course was."""
    return np.maximum(strikes, hostile_strikes * hostilities)


@rule(
    claims=("001.7-loyalty-blocks-settlement", "002.5-cohesion-first-motive", "003.1-ttp-actions-cause-tension"),
    judgement="That a quarrel with Islamabad makes it harder to be seen to help is implied; how much is ours.",
    mechanisms=("M4", "M9"),
    moves=("chance_restrain", "taliban_stance"),
    falls_with=("tension", "hostilities"),
    off=0.0,
    loops=("L5",),
)
def quarrel_frees_the_ttp(
    tension: Share, hostilities: Share, *, tension_weight: Vector, hostility_weight: Vector
) -> Logits:
    """A quarrel with Islamabad presses Kabul to let the TTP be; open hostilities do so still more."""
    return -tension_weight * tension - hostility_weight * hostilities


@rule(
    claims=("004.10-seek-public-goodwill", "004.10-kabul-protests"),
    judgement="That a quarrel with a distrusted neighbour closes ranks is ours; includes no effect.",
    mechanisms=("M4", "M14"),
    moves=("taliban_cohesion",),
    rises_with=("cohesion", "tension"),
    off="cohesion",
    loops=("L5",),
)
def rally_round(cohesion: Share, tension: Share, distrust: Share, *, rally_cohesion: Vector) -> Share:
    """A quarrel with a distrusted neighbour closes Kabul's ranks."""
    return cohesion + rally_cohesion * tension * distrust * (1.0 - cohesion)


@rule(
    claims=("001.9-border-disputes-tension", "events.2022-11-13-chaman-closed", "002.8-crossings-reopened"),
    judgement="How much trade and joint work a quarrel costs is ours.",
    mechanisms=("M9",),
    moves=("trade", "border_open"),
    falls_with=("tension", "hostilities"),
    off=1.0,
    loops=("L5", "L6"),
)
def passable(tension: Share, hostilities: Share, *, tension_trade: Vector, hostile_closure: Vector) -> Share:
    """What a quarrel leaves of traffic and joint work: less with tension, little in open hostilities."""
    return (1.0 - tension_trade * tension) * (1.0 - hostile_closure * hostilities)


@rule(
    claims=("events.2022-12-11-chaman-shelling", "001.9-eight-killed-11-december"),
    judgement="What a month of open hostilities costs is ours, on each side of the line.",
    mechanisms=("M9",),
    moves=("fatalities_civilian", "fatalities_afghan_civilian"),
    rises_with=("hostilities", "strikes"),
    off=0.0,
    loops=("L5",),
)
def hostility_deaths_expected(hostilities: Share, strikes: Share, *, hostility_harm: Vector) -> Toll:
    """Civilians to expect killed on a side by a month of open hostilities: more where more is struck."""
    return hostility_harm * hostilities * (1.0 + strikes)
