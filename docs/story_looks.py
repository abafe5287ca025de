"""What somebody who knows the region would look at first in the runs, and what would pass: a judgement, and said to be one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from story_runs import begun, metric, since, spells, year_of

from sim.results import Results
from sim.vocabulary import START, months_between

Runs = dict[str, Results]


@dataclass(frozen=True)
class Look:
    """One thing to look at.

    Attributes:
        what: what it is, in a few words; why: what the expectation rests on.
        low, high: the least and the most that would pass.
        read: finds it in the runs.
    """

    what: str
    low: float
    high: float
    why: str
    read: Callable[[Runs], float]

    def passes(self, value: float) -> bool:
        """Whether nobody would laugh."""
        return self.low <= value <= self.high


def _truces_a_year(runs: Runs) -> float:
    found = runs["mediated_talks"]
    return float(np.median(begun(found, "ceasefire"))) * 12.0 / since(found, "ceasefire").shape[1]


def _foothold_of(area: str) -> Callable[[Runs], float]:
    def read(runs: Runs) -> float:
        return float(np.median(runs["history"].series["foothold_by_area"].sel(area=area)[:, -1]))

    return read


def _share_of_frontier(runs: Runs) -> float:
    by_area = runs["history"].series["attacks_by_area"][:, -12:].sum("month")
    frontier = sum(by_area.sel(area=area) for area in ("tribal_districts", "khyber_pakhtunkhwa"))
    return float((frontier / by_area.sum("area").clip(min=1)).median())


def _changes_a_year(runs: Runs) -> float:
    stance = metric(runs["history"], "taliban_stance")
    return float((np.diff(stance, axis=1) != 0).sum(axis=1).mean()) * 12.0 / (stance.shape[1] - 1)


def _crackdown(runs: Runs) -> float:
    return float((metric(runs["history"], "taliban_stance") > 0.9).any(axis=1).mean())


def _growth(runs: Runs) -> float:
    found = runs["history"]
    return float(np.median(year_of(found, "attacks", "2023") / np.maximum(year_of(found, "attacks", "2022"), 1.0)))


def _worst_growth(runs: Runs) -> float:
    found = runs["confront"]
    ratio = metric(found, "attacks")[:, -12:].sum(axis=1) / np.maximum(year_of(found, "attacks", "2022"), 1.0)
    return float(np.quantile(ratio, 0.95))


def _hostile_months(runs: Runs) -> float:
    state = metric(runs["confront"], "hostilities") > 0.5
    lengths = [last - first + 1 for world in state for first, last in spells(world)]
    return float(np.median(lengths)) if lengths else 0.0


def _default_by_2023(runs: Runs) -> float:
    last = months_between(START, "2023-12") + 1
    return float((metric(runs["history"], "in_default")[:, :last] > 0.5).any(axis=1).mean())


def _hostile_by_2023(runs: Runs) -> float:
    last = months_between(START, "2023-12") + 1
    return float((metric(runs["history"], "hostilities")[:, :last] > 0.5).any(axis=1).mean())


def _strength(runs: Runs) -> float:
    return float(np.median(metric(runs["history"], "ttp_strength")[:, -1]))


def _deaths_per_attack(runs: Runs) -> float:
    found = runs["history"]
    return float(
        np.median(since(found, "fatalities_ttp").sum(axis=1) / np.maximum(since(found, "attacks").sum(axis=1), 1))
    )


def _partnership(runs: Runs) -> float:
    return float((metric(runs["history"], "india_engagement")[:, -1] > 0.99).mean())


LOOKS: dict[str, Look] = {
    "growth": Look(
        "attacks of 2023 over those of 2022 (History)",
        1.2,
        2.2,
        "all groups' attacks grew by 1.7",
        _growth,
    ),
    "worst_growth": Look(
        "attacks of the last year over those of 2022, worst twentieth (Confront)",
        1.0,
        6.0,
        "no sixfold war has been seen",
        _worst_growth,
    ),
    "frontier": Look(
        "share of TTP attacks in the tribal districts and Khyber Pakhtunkhwa (History)",
        0.75,
        0.98,
        "hardly any fall elsewhere but in Balochistan",
        _share_of_frontier,
    ),
    "heartland": Look(
        "foothold in the heartland after five years (History)",
        0.0,
        0.2,
        "nobody reports ground held in Punjab",
        _foothold_of("heartland"),
    ),
    "tribal": Look(
        "foothold in the tribal districts after five years (History)",
        0.15,
        0.9,
        "there it is reported",
        _foothold_of("tribal_districts"),
    ),
    "strength": Look(
        "thousand TTP fighters after five years (History)",
        3.0,
        9.0,
        "UN monitors say 4 to 6 in 2022",
        _strength,
    ),
    "deaths_per_attack": Look(
        "deaths per TTP attack (History)",
        0.7,
        2.5,
        "counts of 2022 and 2023 lie between",
        _deaths_per_attack,
    ),
    "truces_a_year": Look(
        "truces begun a year (Talks through Kabul)",
        0.3,
        1.5,
        "there were two in sixteen months",
        _truces_a_year,
    ),
    "changes_a_year": Look(
        "changes of Kabul's restraint a year (History)",
        0.0,
        2.0,
        "it was steady",
        _changes_a_year,
    ),
    "crackdown": Look(
        "share of worlds with a crackdown at some time (History)",
        0.0,
        0.1,
        "there was none",
        _crackdown,
    ),
    "hostile_months": Look(
        "months that open hostilities last (Confront)",
        1.0,
        8.0,
        "clashes ended in days or weeks",
        _hostile_months,
    ),
    "hostile_by_2023": Look(
        "share of worlds with open hostilities by December 2023 (History)",
        0.0,
        0.1,
        "there were none",
        _hostile_by_2023,
    ),
    "default_by_2023": Look(
        "share of worlds with a default by December 2023 (History)",
        0.0,
        0.15,
        "there was none",
        _default_by_2023,
    ),
    "partnership": Look(
        "share of worlds with a full Indian partnership after five years (History)",
        0.0,
        0.3,
        "a team in Kabul since 2022",
        _partnership,
    ),
}
