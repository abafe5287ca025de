"""Ask why: the account of a metric's change in a month, or of its difference between two scenarios."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from sim.ensemble.spec import DEFAULT_PARAMETERS, LimitError, check
from sim.metrics import METRICS
from sim.scenario import Scenario, load_scenario
from sim.vocabulary import month_after, months_between
from sim.why.account import Accountant, Cut, Step, Term, chain
from sim.why.flow import Flow
from sim.why.runs import TracedRuns, between, within
from sim.words.problems import suggestion

if TYPE_CHECKING:
    from sim.results import Results

Named: TypeAlias = str | Path | Scenario

# More worlds than this take more memory than an answer is worth.
MOST_WORLDS = 1_000
# How many months a difference between scenarios is followed back unless asked otherwise.
USUAL_BACK = 3
# Of rounding, as a share of the difference; an account that is further off has a fault.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Why:
    """An answer: terms that add up to the difference in every world, and the chain behind them.

    Attributes:
        metric, month: what was asked about; `since`: the first month that was followed.
        plan: the scenario; `versus`: the one it is compared with, None for the month before.
        worlds: how many worlds; `world`: the number of the one reported, None for all of them.
        seed, parameters: as run.
        whole: the difference, with the metric's mean in both; `terms`: what it splits into, the largest first.
        chain: how it came about, step by step; None where there is no difference.
    """

    metric: str
    month: str
    since: str
    plan: Scenario
    versus: Scenario | None
    worlds: int
    world: int | None
    seed: int
    parameters: str
    whole: Term
    terms: tuple[Term, ...]
    chain: Step | None

    @property
    def error(self) -> float:
        """By how much the terms miss the difference in the world in which they miss it most."""
        total = sum((term.values for term in self.terms), np.zeros_like(self.whole.values))
        return float(np.max(np.abs(total - self.whole.values)))

    def text(self, width: int = 80) -> str:
        """The answer in words, as text of `width` columns."""
        from sim.why.text import answer

        return answer(self, width)

    def as_json(self) -> dict[str, Any]:
        """The answer as plain data: every term, and the chain as it is shown."""
        from sim.why.plain import answer

        return answer(self)

    def chart(self) -> Any:
        """The terms as bars (Altair)."""
        from sim.why.charts import answer

        return answer(self)

    def __str__(self) -> str:
        return self.text()


def explain(
    scenario: Named,
    metric: str,
    month: str,
    versus: Named | None = None,
    *,
    worlds: int = 200,
    seed: int = 0,
    parameters: str = DEFAULT_PARAMETERS,
    back: int | None = None,
    everything: bool = False,
    world: int | None = None,
    months: int | None = None,
    cut: Cut | None = None,
) -> Why:
    """Why a metric changed in a month; or, with `versus`, why it is not the same in two scenarios.

    Args:
        scenario, versus: a name, a path or a Scenario.
        metric: the name of a metric, as in `sim.metrics`.
        month: YYYY-MM.
        worlds: 1 to 1,000; `seed`, `parameters`: as for `sim.run`.
        back: how many months to follow, the one asked about counted in; what those before them left is a term of its
            own. 3 between scenarios and 1 within one if not given.
        everything: follow a difference between scenarios all the way to what differs in them, however many months.
        world: the number of the one world to report.
        months: how many months the run has, where not as many as the scenario says.
        cut: how much of the chain to put together.

    Raises:
        LimitError: no such metric or month, or more than can be answered.
        ScenarioError: a scenario is not there or not right.
    """
    plan = resolved(scenario)
    other = None if versus is None else resolved(versus)
    if metric not in METRICS:
        raise LimitError(f"no such metric: {metric}{suggestion(metric, METRICS)}")
    # What changed since the month before cannot be said of the first.
    number = month_number(month, plan, other, first=1 if other is None else 0, months=months)
    worlds, seed = asked(worlds, seed, world)
    if back is not None and back < 1:
        raise LimitError(f"back must be 1 or more months; got {back}")
    depth = number + 1 if everything else back or (1 if other is None else USUAL_BACK)
    depth = min(depth, number + 1)
    with _undisturbed():
        if other is None:
            runs = within(plan, (metric,), number, depth, worlds, seed, parameters)
        else:
            runs = between(plan, other, (metric,), number, depth, worlds, seed, parameters)
        try:
            return _answer(runs, plan, other, metric, month, worlds, world, seed, parameters, cut or Cut())
        finally:
            runs.close()


def explain_results(
    results: Results,
    metric: str,
    month: str,
    versus: Results | None,
    *,
    back: int | None,
    everything: bool,
    world: int | None,
) -> Why:
    """The same for what was run already: with its seed, its parameters and its worlds, up to a thousand.

    Raises:
        LimitError: as for :func:`explain`; or the two were not run under the same random draws and parameters; or with a
            model of someone's own, which is not simulated again here.
    """
    made = [one.manifest for one in (results, versus) if one is not None]
    if own := [one["model_class"] for one in made if "model_class" in one]:
        raise LimitError(f"these were run with {own[0]}; what is explained is run with durand's own model")
    for name in ("seed", "parameters"):
        if len({one[name] for one in made}) > 1:
            raise LimitError(
                f"runs that are compared have the same {name}; these have {made[0][name]}, {made[1][name]}"
            )
    return explain(
        results.scenario,
        metric,
        month,
        None if versus is None else versus.scenario,
        worlds=min(MOST_WORLDS, *(one["worlds"] for one in made)),
        seed=made[0]["seed"],
        parameters=made[0]["parameters"],
        back=back,
        everything=everything,
        world=world,
        months=min(one["months"] for one in made),
    )


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Without looking for garbage meanwhile: there is none among the thousands of steps that are written down."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _answer(
    runs: TracedRuns,
    plan: Scenario,
    other: Scenario | None,
    metric: str,
    month: str,
    worlds: int,
    world: int | None,
    seed: int,
    parameters: str,
    cut: Cut,
) -> Why:
    shown = slice(0, worlds) if world is None else slice(world, world + 1)
    since = month_after(plan.start, runs.since)

    def why(whole: Term, terms: tuple[Term, ...], steps: Step | None) -> Why:
        return Why(metric, month, since, plan, other, worlds, world, seed, parameters, whole, terms, steps)

    if runs.pair is None or runs.target is None:
        nothing = np.zeros(worlds)[shown]
        mean = None if runs.reading is None else float(np.mean(runs.reading[shown]))
        return why(Term("metric", metric, "", nothing, (month, month), mean, mean), (), None)
    flow = Flow(runs.pair.width, runs.pair.starts if other is None else None)
    accountant = Accountant(flow, shown, (plan,) if other is None else (plan, other), plan.start)
    whole = accountant.whole(metric, runs.target)
    if not np.any(whole.values):
        return why(whole, (), None)
    ends = () if other is not None else ("luck", "decision")
    start = {runs.target: (np.ones(runs.pair.width), None)}
    found = flow.down(start, lambda node: node.label is not None and node.label.kind in ends)
    terms = [accountant.term(part) for part in accountant.parts(found) if np.any(part.values)]
    scale = max(abs(term.mean) for term in terms)
    out = why(whole, tuple(terms), chain(accountant, whole, runs.target, max(scale, abs(whole.mean)), cut))
    if not out.error <= _ROUNDING * (1.0 + float(np.max(np.abs(whole.values)))):
        raise ArithmeticError(f"the account of {metric} in {month} misses the difference by {out.error:g}")
    return out


def resolved(scenario: Named) -> Scenario:
    """A scenario by its name or path, or as it is.

    Raises:
        ScenarioError: it is not there or not right.
    """
    return scenario if isinstance(scenario, Scenario) else load_scenario(scenario)


def month_number(month: str, plan: Scenario, other: Scenario | None, first: int, months: int | None = None) -> int:
    """The number of a month, from 0, in a run of one scenario or two.

    Raises:
        LimitError: it is none of theirs from number `first` on, or they do not start together.
    """
    if other is not None and other.start != plan.start:
        raise LimitError(
            f"scenarios that are compared start in the same month; these do not: "
            f"{plan.name} {plan.start}, {other.name} {other.start}"
        )
    if months is None:
        months = plan.months if other is None else min(plan.months, other.months)
    begin, end = month_after(plan.start, first), month_after(plan.start, months - 1)
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", str(month)) or not begin <= month <= end:
        raise LimitError(f"month must be from {begin} to {end}, written YYYY-MM; got {month}")
    return months_between(plan.start, month)


def asked(worlds: int, seed: int, world: int | None) -> tuple[int, int]:
    """How many worlds and which seed, as plain numbers.

    Raises:
        LimitError: they are outside of what is allowed, or `world` is not among them.
    """
    worlds = check("worlds", worlds)
    if worlds > MOST_WORLDS:
        raise LimitError(f"an account takes 1 to {MOST_WORLDS:,} worlds; got {worlds:,}")
    if world is not None and not 0 <= world < worlds:
        raise LimitError(f"world must be one of the {worlds:,} worlds, 0 to {worlds - 1:,}; got {world}")
    return worlds, check("seed", seed)
