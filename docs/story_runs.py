"""What docs/story.md tells, found in runs: how it goes in the median world and in the tails, and which loops did it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.fingerprint import model_fingerprint
from sim.mechanisms import LOOPS
from sim.results import Results
from sim.results.run import run
from sim.scenario import load_scenario
from sim.vocabulary import START, months_between
from sim.why.ablation import ablate

Array = NDArray[np.float64]

# The courses that are told, and those whose loops are switched off one by one.
COURSES = ("history", "confront", "appease", "appease_ttp", "mediated_talks", "incentives", "isolate")
LOOPED = ("confront", "appease", "appease_ttp", "mediated_talks")
PARTING, YEARS = "2022-12", ("2022", "2023", "2024", "2025")
IN_TRUCE = "2022-07"  # by the record, in the middle of the second truce
WORLDS, LOOP_WORLDS, SEED, PARAMETERS = 600, 150, 11, "posterior"
# So many worlds of one course stand in the kept file one by one: a test runs them again.
CHECKED, CHECKED_COURSE = 3, "confront"
TAILS = {"low": 0.05, "median": 0.5, "high": 0.95}
DEATHS = ("security", "civilian", "militant", "afghan_civilian")
AT_END = (
    "foothold",
    "leverage_in_use",
    "dependence",
    "other_roads",
    "sovereignty",
    "sovereignty_control",
    "ttp_strength",
)
ON_AVERAGE = ("taliban_stance", "tension", "infiltration", "brokering", "economy")


def simulated(worlds: int) -> dict[str, Results]:
    """Every course on the story's worlds."""
    return {name: course(name, worlds) for name in COURSES}


def study(runs: dict[str, Results], loop_worlds: int) -> dict[str, Any]:
    """What the page tells of the runs, as plain data."""
    worlds = len(metric(runs["history"], "attacks"))
    return {
        "manifest": {
            "model": model_fingerprint(),
            "worlds": worlds,
            "loop_worlds": loop_worlds,
            "seed": SEED,
            "parameters": PARAMETERS,
            "courses": {name: load_scenario(name).hash for name in COURSES},
        },
        "checked": [float(x) for x in since(runs[CHECKED_COURSE], "attacks").sum(axis=1)[:CHECKED]],
        "courses": {name: told(found) for name, found in runs.items()},
        "past": {
            "truce": float(np.mean(metric(runs["history"], "ceasefire")[:, months_between(START, IN_TRUCE)] > 0.5))
        },
        "apart": apart(runs["confront"], runs["appease"]),
        "loops": loops(loop_worlds),
    }


def course(name: str, worlds: int, months: int | None = None) -> Results:
    """A course on the story's worlds."""
    return run(name, worlds, months, SEED, PARAMETERS, keep_panels=True)


def metric(found: Results, name: str) -> Array:
    """A metric's months, shape (worlds, months)."""
    return np.asarray(found.arrays.metrics[name], dtype=np.float64)


def since(found: Results, name: str) -> Array:
    """The same from the month on in which the courses part."""
    return metric(found, name)[:, months_between(START, PARTING) :]


def spread(values: Array) -> list[float]:
    """The middle, and the ends of what nine in ten worlds lie between."""
    return [float(x) for x in np.quantile(values, tuple(TAILS.values()))]


def told(found: Results) -> dict[str, Any]:
    """One course: sizes, shares of worlds, and three worlds one by one."""
    attacks = since(found, "attacks").sum(axis=1)
    order = np.argsort(attacks, kind="stable")
    picked = {tail: int(order[round(place * (len(order) - 1))]) for tail, place in TAILS.items()}
    return {
        "title": found.scenario.title,
        "years": {year: spread(year_of(found, "attacks", year)) for year in YEARS},
        "attacks": spread(attacks),
        "deaths": {part: spread(since(found, f"fatalities_{part}").sum(axis=1)) for part in DEATHS},
        "at_end": {name: spread(metric(found, name)[:, -1]) for name in AT_END},
        "on_average": {name: spread(since(found, name).mean(axis=1)) for name in ON_AVERAGE},
        "shares": {name: float(np.mean(holds(found))) for name, holds in SHARES.items()},
        "truces": spread(begun(found, "ceasefire").astype(np.float64)),
        "in_truce": float(since(found, "ceasefire").mean()),
        "worlds": {tail: one_world(found, world) for tail, world in picked.items()},
        "monthly": {name: monthly(metric(found, "attacks"), name, picked) for name in ("low", "median", "high")},
        "band": [
            [float(x) for x in row] for row in np.quantile(smooth(metric(found, "attacks")), (0.05, 0.5, 0.95), axis=0)
        ],
    }


def year_of(found: Results, name: str, year: str) -> Array:
    """A metric's total over a year, per world."""
    first = months_between(START, f"{year}-01")
    return metric(found, name)[:, first : first + 12].sum(axis=1)


def smooth(months: Array) -> Array:
    """Means over three months, so that a picture shows the way rather than the jitter."""
    padded = np.pad(months, ((0, 0), (1, 1)), mode="edge")
    return (padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]) / 3.0


def monthly(attacks: Array, tail: str, picked: dict[str, int]) -> list[float]:
    """A told world's attacks, smoothed."""
    return [float(x) for x in smooth(attacks[picked[tail]][None])[0]]


def begun(found: Results, name: str) -> NDArray[np.intp]:
    """How often a state begins from the month on in which the courses part, per world."""
    state = metric(found, name)[:, months_between(START, PARTING) - 1 :] > 0.5
    out: NDArray[np.intp] = (state[:, 1:] & ~state[:, :-1]).sum(axis=1)
    return out


def _begins(name: str) -> Callable[[Results], NDArray[np.bool_]]:
    return lambda found: begun(found, name) > 0


def _left_again(found: Results) -> NDArray[np.bool_]:
    return _begins("hostilities")(found) & (metric(found, "hostilities")[:, -1] < 0.5)


def _calmer(found: Results) -> NDArray[np.bool_]:
    return metric(found, "attacks")[:, -12:].sum(axis=1) < 0.75 * year_of(found, "attacks", "2022")


def _burning(found: Results) -> NDArray[np.bool_]:
    return metric(found, "attacks")[:, -12:].sum(axis=1) > 2.0 * year_of(found, "attacks", "2022")


def _truce_then_worse(found: Results) -> NDArray[np.bool_]:
    """A truce of the course ends, and the half-year after has more attacks than the one before it began."""
    truce, attacks = metric(found, "ceasefire") > 0.5, metric(found, "attacks")
    out = np.zeros(len(truce), dtype=bool)
    for world, (kept, hit) in enumerate(zip(truce, attacks, strict=True)):
        for first, last in _of_the_course(spells(kept)):
            before, after = hit[max(first - 6, 0) : first], hit[last + 1 : last + 7]
            out[world] |= len(before) >= 3 and len(after) >= 3 and after.mean() > before.mean()
    return out


SHARES: dict[str, Callable[[Results], NDArray[np.bool_]]] = {
    "hostilities": _begins("hostilities"),
    "hostilities_left": _left_again,
    "truce": _begins("ceasefire"),
    "truce_then_worse": _truce_then_worse,
    "default": _begins("in_default"),
    "fracture": _begins("fractured"),
    "calmer": _calmer,
    "burning": _burning,
}


def spells(state: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """First and last month of each stretch in which a state holds."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], state.astype(int), [0]))))
    yield from ((int(first), int(end) - 1) for first, end in zip(edges[::2], edges[1::2], strict=True))


def _of_the_course(some: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Those stretches that begin once the courses have parted."""
    start = months_between(START, PARTING)
    return (one for one in some if one[0] >= start)


def one_world(found: Results, world: int) -> dict[str, Any]:
    """One world: its attacks by year, and what happened in it."""
    start = months_between(START, PARTING)
    stretches = {
        name: [list(spell) for spell in _of_the_course(spells(metric(found, name)[world] > 0.5))]
        for name in ("ceasefire", "hostilities", "in_default", "fractured")
    }
    attacks, stance = metric(found, "attacks")[world], metric(found, "taliban_stance")[world]
    return {
        "world": world,
        "years": {year: float(year_of(found, "attacks", year)[world]) for year in YEARS},
        "peak": [int(np.argmax(attacks)), float(attacks.max())],
        "restraint": [int(np.argmax(stance[start:])) + start, float(stance[start:].max())],
        "foothold": float(metric(found, "foothold")[world, -1]),
        "control": float(metric(found, "sovereignty_control")[world, -1]),
        **stretches,
    }


def apart(confront: Results, appease: Results) -> dict[str, Any]:
    """Confronting less accommodating, world by world."""
    out = {}
    for name in ("attacks", *(f"fatalities_{part}" for part in DEATHS)):
        gap = since(confront, name).sum(axis=1) - since(appease, name).sum(axis=1)
        out[name] = {"spread": spread(gap), "higher": float(np.mean(gap > 0))}
    for name in ("leverage_in_use", "sovereignty"):
        gap = metric(confront, name)[:, -1] - metric(appease, name)[:, -1]
        out[name] = {"spread": spread(gap), "higher": float(np.mean(gap > 0))}
    return out


def loops(worlds: int) -> dict[str, dict[str, dict[str, float]]]:
    """What each loop makes of a course's attacks: course -> loop -> its share of them in the median world, and how sure."""
    out: dict[str, dict[str, dict[str, float]]] = {}
    for name in LOOPED:
        found = ablate(name, "attacks", worlds=worlds, seed=SEED, parameters=PARAMETERS, mechanisms=tuple(LOOPS))
        out[name] = {
            row.mechanism: {
                "adds": float(np.median(row.effect / np.maximum(found.level - row.effect, 1.0))),
                "higher": float(np.mean(row.effect > 0)),
            }
            for row in found.rows
            if row.effect is not None
        }
    return out
