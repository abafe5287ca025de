"""Is the conclusion assumed? Checks on the prior, before anything is fitted.

Every parameter is drawn from its declared range; each draw is simulated in several worlds under both courses with the same
random draws. What is found is reported as it is: a course that dominates is named, never tuned away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.chunks import monthly
from sim.ensemble.simulate import simulate
from sim.ensemble.spec import RunSpec
from sim.ensemble.verdicts import verdicts
from sim.parameters import resolve
from sim.scenario import Scenario, load_scenario, with_overrides
from sim.vocabulary import VERDICTS
from sim.worlds import Streams, Vector, total

# A claim that holds in fewer draws than this is reported as out of reach.
REACHABLE = 0.1
COURSES = ("confront", "appease")
# What the TTP asks for.
CONCESSIONS = ("prisoner_releases", "troop_withdrawal", "religious_law_concessions")
KEPT = (
    "attacks",
    "fatalities",
    "fatalities_militant",
    "sovereignty",
    "sovereignty_conceded",
    "sovereignty_control",
    "ceasefire",
    "fractured",
    "effort_cost",
)


@dataclass(frozen=True)
class Finding:
    """One check.

    Attributes:
        claim: what was asked of each draw, as a sentence.
        share: share of parameter draws in which it held.
        passes: whether the check is passed.
        allowed: what passing means, in words.
    """

    claim: str
    share: float
    passes: bool
    allowed: str


class Simulated:
    """What one scenario gave over all draws.

    Attributes:
        months: metric -> (months, draws * repeats).
    """

    def __init__(self, scenario: Scenario, values: Mapping[str, Vector], seed: int, months: int, repeats: int) -> None:
        self.repeats = repeats
        worlds = len(next(iter(values.values()))) * repeats
        spec = RunSpec.of(
            scenario, worlds, months, seed, parameters="defaults", values=values, repeats=repeats, chunk=1_000
        )
        parts = [part for _, part in simulate(spec, lambda model, _: monthly(model, KEPT))]
        self.months = {name: np.concatenate([part[name] for part in parts], axis=1) for name in KEPT}

    def by_draw(self, worlds: Vector) -> Vector:
        """Mean over the worlds of each parameter draw."""
        return total(worlds.reshape(-1, self.repeats).T) / self.repeats

    def sum(self, metric: str, start: int = 0) -> Vector:
        """A metric's total from a month on, by draw."""
        return self.by_draw(total(self.months[metric][start:]))

    def last(self, metric: str) -> Vector:
        """A metric's final value, by draw."""
        return self.by_draw(self.months[metric][-1])

    def verdict_shares(self) -> NDArray[np.float64]:
        """Share of worlds with each verdict, in the order of the vocabulary."""
        return np.bincount(
            verdicts({name: list(rows) for name, rows in self.months.items()}), minlength=len(VERDICTS)
        ) / len(self.months["attacks"][0])


def check(
    draws: int = 400, repeats: int = 10, months: int = 60, seed: int = 0
) -> tuple[list[Finding], dict[str, list[float]]]:
    """Run the checks.

    Args:
        draws: parameter draws from the prior; repeats: worlds for each draw, with random draws of their own.
        months: length of the runs; seed: of both kinds of draws.

    Returns:
        The findings, and for each verdict its share of worlds under each of `COURSES`.
    """
    values = prior_values(draws, seed)

    def simulated(scenario: Scenario) -> Simulated:
        return Simulated(scenario, values, seed, months, repeats)

    confront, appease = (simulated(load_scenario(name)) for name in COURSES)
    findings = [*_dominance(confront, appease), *_warnings(confront, simulated)]
    shares = {
        name: [float(x) for x in course.verdict_shares()]
        for name, course in zip(COURSES, (confront, appease), strict=True)
    }
    unreachable = [verdict for i, verdict in enumerate(VERDICTS) if sum(share[i] > 0 for share in shares.values()) == 1]
    spent = confront.sum("effort_cost", 16) / appease.sum("effort_cost", 16)
    findings.append(
        Finding(
            "no verdict is reached by one course only",
            1.0 - len(unreachable) / len(VERDICTS),
            not unreachable,
            "every verdict",
        )
    )
    level = float(np.mean((spent > 0.8) & (spent < 1.25)))
    findings.append(Finding("the courses cost within a quarter of each other", level, level > 0.5, "most draws"))
    return findings, shares


def prior_values(draws: int, seed: int) -> dict[str, Vector]:
    """Every uncertain parameter drawn from its range."""
    drawn = resolve({}, "prior", Streams(seed, draws))
    return {name: value for name, value in drawn.items() if isinstance(value, np.ndarray)}


def _dominance(confront: Simulated, appease: Simulated) -> list[Finding]:
    def deaths(course: Simulated) -> Vector:
        return course.sum("fatalities", 16)

    def others(course: Simulated) -> Vector:
        return course.sum("fatalities", 16) - course.sum("fatalities_militant", 16)

    def both_ways(what: str, apart: Vector, low: str, high: str) -> list[Finding]:
        out = []
        for name, holds in ((low, apart < 0), (high, apart > 0)):
            share = float(np.mean(holds))
            out.append(Finding(f"{name} {what}", share, share >= REACHABLE, "at least a tenth of draws"))
        return out

    return [
        *both_ways("has fewer deaths, all counted", deaths(confront) - deaths(appease), "confront", "accommodate"),
        *both_ways("has fewer deaths, militants apart", others(confront) - others(appease), "confront", "accommodate"),
        *both_ways(
            "keeps more sovereignty",
            appease.last("sovereignty") - confront.last("sovereignty"),
            "confront",
            "accommodate",
        ),
    ]


def _warnings(confront: Simulated, simulated: Callable[[Scenario], Simulated]) -> list[Finding]:
    plain = load_scenario("confront")
    levers = "policies.confront.settings.levers."
    unstruck = simulated(with_overrides(plain, {levers + "cross_border_strikes": 0.0}))
    window = slice(28, 40)

    def late(course: Simulated) -> Vector:
        return course.by_draw(total(course.months["attacks"][window]))

    strikes_raise = float(np.mean(late(confront) > late(unstruck)))
    given, asked = load_scenario("appease_ttp"), "policies.appease_ttp.settings.levers."
    firm = with_overrides(given, {asked + lever: 0.0 for lever in CONCESSIONS})
    calmer = float(np.mean(simulated(given).sum("attacks", 17) < simulated(firm).sum("attacks", 17)))
    violence = np.argsort(confront.sum("attacks"))
    control = confront.last("sovereignty_control")
    third = len(control) // 3
    costs = float(np.mean(control[violence[-third:]] < np.median(control[violence[:third]])))
    return [
        Finding(
            "strikes raise attacks a year or two on", strikes_raise, 0.0 < strikes_raise < 1.0, "some draws and not all"
        ),
        Finding("concessions lower attacks", calmer, calmer > 0.0, "some draws"),
        Finding("the more violent third of draws keeps less control", costs, costs > 0.5, "most draws"),
    ]
