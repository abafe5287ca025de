"""Targets from the record of events and of strength: truces, crackdowns, changes of stance, clashes, India's mission."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from sim.calibration.target import Target
from sim.record.observations import RECORD, Event, Observation
from sim.record.simulated import Simulated
from sim.record.truces import truces
from sim.vocabulary import ENGAGEMENTS, STANCES, months_between
from sim.worlds import Vector, total

# What counts as a clash in the record of events: firing, and a fence or a crossing fought over.
CLASHES = ("border_clash", "border_dispute", "border_closure")
# An act of Kabul's against the TTP that is not a truce brokered.
RESTRAINT = "taliban_restraint"
# A technical mission in Kabul since then.
MISSION = "2022-06"
# UN monitors' ranges of the TTP's strength.
STRENGTH = ("un_mt_ttp_fighters_low", "un_mt_ttp_fighters_high")
# A crackdown nobody reported; a model may let one world in ten have one.
UNSEEN, RARE = 0.05, 0.1


def event_targets(events: Sequence[Event], until: str) -> list[Target]:
    """The targets from events up to the end of a month."""
    past = [event for event in events if RECORD[0] <= event.month <= until]
    months = months_between(RECORD[0], until) + 1
    return [
        *_truces(past, until),
        _crackdowns(),
        _stance(past, until, months),
        _clashes(past, months),
        *_mission(past, until),
    ]


def _truces(past: Sequence[Event], until: str) -> list[Target]:
    held = truces(past, until)
    out = [
        Target(
            "truces",
            "Truces",
            float(len(held)),
            0.5,
            0.5,
            lambda simulated: spells(simulated["ceasefire"] > 0.5),
            "half of one for whether a short or renewed one counts, half for what the model leaves out",
        )
    ]
    if held:
        effect = sum(one.months for one in held) / len(held)
        name = sum(one.months_in_name for one in held) / len(held)
        why = f"{effect:.1f} months in effect, {name:.1f} in name; a month for the model's whole months"
        half = max((name - effect) / 2.0, 0.25)
        out.append(Target("truce_months", "Months a truce", (effect + name) / 2.0, half, 1.0, _truce_months, why))
    return out


def _truce_months(simulated: Simulated) -> Vector:
    """Mean length of a world's truces; none where it has none."""
    held = simulated["ceasefire"] > 0.5
    return total(held.astype(np.float64)) / np.maximum(spells(held), 1.0)


def spells(held: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> Vector:
    """How often something begins to hold, by world; `held` has the shape (months, worlds)."""
    begins = held[1:] & ~held[:-1]
    return total(np.concatenate([held[:1], begins]).astype(np.float64))


def _crackdowns() -> Target:
    return Target(
        "crackdowns",
        "Share of worlds in which Kabul cracks down",
        0.0,
        UNSEEN,
        RARE,
        _cracks_down,
        "none is on record; one world in twenty for one that nobody saw, one in ten for what the model leaves out",
        count=False,
        of_set=True,
    )


def _cracks_down(simulated: Simulated) -> Vector:
    """1 where Kabul cracks down in any month."""
    ever: Vector = np.max(simulated["taliban_stance"], axis=0)
    return (ever >= max(STANCES.values())).astype(np.float64)


def _stance(past: Sequence[Event], until: str, months: int) -> Target:
    # Each truce that Kabul brokered is a turn, and so is its end; so is an act of restraint.
    turns = sum(1 + (one.ends.strftime("%Y-%m") < until) for one in truces(past, until))
    turns += sum(event.type == RESTRAINT for event in past)

    def changes(simulated: Simulated) -> Vector:
        stance = simulated["taliban_stance"]
        return total((stance[1:] != stance[:-1]).astype(np.float64)) * 12.0 / len(stance)

    why = (
        "turns that the record shows: truces brokered and ended, groups moved off the line; as many again may be unseen"
    )
    observed = turns * 12.0 / months
    return Target(
        "stance_changes", "Kabul's changes of stance a year", observed, max(observed / 2, 0.5), 1.0, changes, why
    )


def _clashes(past: Iterable[Event], months: int) -> Target:
    observed = float(sum(event.type in CLASHES for event in past))
    third = max(observed / 3.0, 1.0)
    why = "a third for those not recorded, a third for what the model leaves out"
    meaning = f"Border clashes in {months} months"
    return Target("clashes", meaning, observed, third, third, lambda simulated: total(simulated["border_clashes"]), why)


def _mission(past: Iterable[Event], until: str) -> list[Target]:
    if not any(event.type == "india_engagement" and event.month <= until for event in past) or until < MISSION:
        return []

    def engagement(simulated: Simulated) -> Vector:
        return simulated.span("india_engagement", (until,))[0]

    why, meaning = "a technical mission since June 2022", f"India's engagement in {until}"
    return [Target("india_mission", meaning, ENGAGEMENTS["mission"], 0.05, 0.1, engagement, why, count=False)]


def strength_targets(given: Iterable[Observation]) -> list[Target]:
    """The TTP's strength at the last of the UN's dates against August 2021, by the middle of the UN's ranges."""
    from sim.record.observations import shipped

    ranges = {name: {str(one.month): one.value for one in given if one.series == name} for name in STRENGTH}
    before = [one.value for one in shipped() if one.series in STRENGTH and f"{one.start:%Y-%m}" < RECORD[0]]
    dates = sorted(set(ranges[STRENGTH[0]]) & set(ranges[STRENGTH[1]]))
    if not dates or not before:
        return []
    last = dates[-1]
    ratio = sum(ranges[name][last] for name in STRENGTH) / sum(before)

    def statistic(simulated: Simulated) -> Vector:
        place = simulated.months.index(last)
        out: Vector = simulated["ttp_strength"][place] / np.maximum(simulated["ttp_strength"][0], 1e-9)
        return out

    why, meaning = (
        "the UN's middle figures did not move; its ranges are wide",
        f"TTP strength in {last} against August 2021",
    )
    return [Target("strength_ratio", meaning, ratio, 0.2, 0.1, statistic, why, count=False)]
