"""What each mechanism and feedback loop is worth: the same worlds again with its rules switched off, one at a time.

A crude measure, and meant as one. Switching a rule off puts its declared `off` in its place: nothing, or the value that
it would have changed. A mechanism or loop goes with every rule that names it, also where a rule serves several; their
effects overlap, so they do not add up to anything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from sim.ensemble.chunks import monthly
from sim.ensemble.pool import in_order, workforce
from sim.ensemble.simulate import Progress, simulate_batch
from sim.ensemble.spec import DEFAULT_PARAMETERS, LimitError, RunSpec, check
from sim.mechanisms import LOOPS, PARTS
from sim.metrics import METRICS
from sim.rule import RULES
from sim.scenario import Scenario
from sim.vocabulary import month_words
from sim.why.answers import Named, asked, month_number, resolved
from sim.why.shapley import Array
from sim.why.text import called
from sim.words.numbers import SUMMARY_WORDS, decimals, share, signed
from sim.words.problems import suggestion
from sim.words.sentences import NOT_A_FORECAST, wrapped

# A metric, and the month in which it is asked about (None for its summary over the run); and what was read of it.
Asked: TypeAlias = tuple[str, str | None]
Read: TypeAlias = dict[Asked, Array]

# Worlds at a time: several mechanisms are switched off in one batch, each in a block.
_AT_ONCE = 2_000


@dataclass(frozen=True)
class AblationEffect:
    """What a mechanism or feedback loop is worth.

    Attributes:
        mechanism: its id, such as M9 or L4; rules: those that name it, all of which were switched off.
        effect: the metric with it less the metric without it, per world; None where the model did not run without it.
        why_not: what stopped it then.
    """

    mechanism: str
    rules: tuple[str, ...]
    effect: Array | None
    why_not: str = ""

    @property
    def mean(self) -> float:
        """The effect on average over worlds; 0 where there is none to tell."""
        return 0.0 if self.effect is None else float(np.mean(self.effect))

    @property
    def share(self) -> float:
        """Share of worlds in which the effect has the sign of its mean."""
        return 0.0 if self.effect is None else float(np.mean(np.sign(self.effect) == np.sign(self.mean)))


@dataclass(frozen=True)
class Ablation:
    """Every mechanism's and feedback loop's worth to a metric, the largest first.

    Attributes:
        metric, plan, worlds, seed, parameters: what was asked about.
        month: the month asked about; None for the run's summary (total, mean or final, as the metric declares).
        level: the metric with everything in place, per world.
        rows: the mechanisms and loops.
    """

    metric: str
    month: str | None
    plan: Scenario
    worlds: int
    seed: int
    parameters: str
    level: Array
    rows: tuple[AblationEffect, ...]

    def text(self, width: int = 80) -> str:
        """The ranking in words, as text of `width` columns."""
        return "\n".join(_lines(self, width))

    def as_json(self) -> dict[str, Any]:
        """The ranking as plain data."""
        return {
            "metric": self.metric,
            "month": self.month,
            "summary": None if self.month else METRICS[self.metric].summary,
            "scenario": self.plan.name,
            "worlds": self.worlds,
            "seed": self.seed,
            "parameters": self.parameters,
            "level": float(np.mean(self.level)),
            "mechanisms": [
                {
                    "id": row.mechanism,
                    "sentence": PARTS[row.mechanism],
                    "rules": list(row.rules),
                    "mean": None if row.effect is None else row.mean,
                    "share_of_that_sign": None if row.effect is None else row.share,
                    "why_not": row.why_not or None,
                }
                for row in self.rows
            ],
        }

    def chart(self) -> Any:
        """The ranking as bars (Altair)."""
        from sim.why.charts import ablation

        return ablation(self)

    def __str__(self) -> str:
        return self.text()


def rules_of(mechanism: str) -> tuple[str, ...]:
    """The rules that name a mechanism or a feedback loop, in the order in which they are declared."""
    return tuple(rule.name for rule in RULES.values() if mechanism in (*rule.mechanisms, *rule.loops))


def ablate(
    scenario: Named,
    metric: str,
    month: str | None = None,
    *,
    worlds: int = 200,
    seed: int = 0,
    parameters: str = DEFAULT_PARAMETERS,
    mechanisms: Collection[str] = tuple(PARTS),
    workers: int = 1,
    progress: Progress | None = None,
) -> Ablation:
    """Switch each mechanism and loop off in turn, in the same worlds with the same random draws: what becomes of a metric?

    Args:
        metric: the name of a metric; month: YYYY-MM, or None for its summary over the run.
        mechanisms: which to switch off, loops among them.
        workers: processes, each with some of them; they change no number.
        progress: called with (mechanisms done, in all).
        scenario, worlds, seed, parameters: as for `explain`.

    Raises:
        LimitError: no such metric or month, or more than can be answered.
        ScenarioError: the scenario is not there or not right.
    """
    how: dict[str, Any] = {"worlds": worlds, "seed": seed, "parameters": parameters, "mechanisms": mechanisms}
    return ablate_each(scenario, [(metric, month)], **how, workers=workers, progress=progress)[metric, month]


def ablate_each(
    scenario: Named,
    wanted: Collection[Asked],
    *,
    worlds: int = 200,
    seed: int = 0,
    parameters: str = DEFAULT_PARAMETERS,
    mechanisms: Collection[str] = tuple(PARTS),
    workers: int = 1,
    progress: Progress | None = None,
) -> dict[Asked, Ablation]:
    """The same of several metrics and months, which are read off the same runs; otherwise as for `ablate`."""
    plan = resolved(scenario)
    for metric, _ in wanted:
        if metric not in METRICS:
            raise LimitError(f"no such metric: {metric}{suggestion(metric, METRICS)}")
    ends = [plan.months if month is None else month_number(month, plan, None, first=0) + 1 for _, month in wanted]
    worlds, seed = asked(worlds, seed, None)
    check("workers", workers)
    run = partial(_run, plan, dict(zip(wanted, ends, strict=True)), worlds, seed, parameters)
    (level,) = run([()])
    found: list[tuple[str, tuple[str, ...], Read | None, str]] = []
    of = {one: rules_of(one) for one in mechanisms}
    idle = [one for one, rules in of.items() if not rules]
    found += [(one, (), dict.fromkeys(wanted, np.zeros(worlds)), "") for one in idle]
    busy = [one for one in of if one not in idle]
    step = _runs_at_once(worlds)
    parts = [busy[first : first + step] for first in range(0, len(busy), step)]
    done = in_order(workforce(workers, len(parts)), partial(_effects, run, of, level), parts)
    for some, effects in zip(parts, done, strict=True):
        found += [(one, of[one], effect, why_not) for one, (effect, why_not) in zip(some, effects, strict=True)]
        if progress is not None:
            progress(len(found), len(of))
    order = list(PARTS)

    def ablation(one: Asked) -> Ablation:
        rows = [AblationEffect(name, rules, effect[one] if effect else None, why) for name, rules, effect, why in found]
        rows.sort(key=lambda row: (row.effect is None, -abs(row.mean), order.index(row.mechanism)))
        return Ablation(*one, plan, worlds, seed, parameters, level[one], tuple(rows))

    return {one: ablation(one) for one in wanted}


def _effects(
    run: Callable[[Sequence[Collection[str]]], list[Read]],
    of: Mapping[str, tuple[str, ...]],
    level: Read,
    some: Sequence[str],
) -> list[tuple[Read | None, str]]:
    """Effects of some mechanisms; one that the model does not run without is found by itself."""
    try:
        return [({one: level[one] - out[one] for one in level}, "") for out in run([of[one] for one in some])]
    except (ValueError, ArithmeticError, RuntimeError) as problem:
        if len(some) == 1:
            return [(None, str(problem))]
        return [_effects(run, of, level, [one])[0] for one in some]


def _run(
    plan: Scenario,
    ends: Mapping[Asked, int],
    worlds: int,
    seed: int,
    parameters: str,
    off: Sequence[Collection[str]],
) -> list[Read]:
    """What is asked for, each until so many months have passed, of several runs with some rules switched off."""

    def read(values: Mapping[str, Array], metric: str, month: str | None) -> Array:
        rows = values[metric][: ends[metric, month]]
        if month is not None or METRICS[metric].summary == "final":
            return np.asarray(rows[-1])
        added: Array = sum(rows[1:], rows[0].copy())  # month by month, so that the order of addition stays
        return added / len(rows) if METRICS[metric].summary == "mean" else added

    metrics = tuple(dict.fromkeys(metric for metric, _ in ends))
    runs = monthly_without(plan, metrics, max(ends.values()), off, worlds, seed, parameters)
    return [{one: read(values, *one) for one in ends} for values in runs]


def monthly_without(
    plan: Scenario,
    metrics: Sequence[str],
    months: int,
    off: Sequence[Collection[str]],
    worlds: int,
    seed: int,
    parameters: str,
) -> list[dict[str, Array]]:
    """Metrics by month and world, in several runs of the same worlds, each with some rules switched off."""
    out: list[dict[str, Array]] = []
    step = _runs_at_once(worlds)
    for some in (tuple(off[first : first + step]) for first in range(0, len(off), step)):
        spec = RunSpec.of(plan, worlds, months, seed, parameters=parameters, points=len(some), silent=some)
        values = simulate_batch(spec, lambda model, _: monthly(model, metrics))
        blocks = [spec.layout.block(number) for number in range(len(some))]
        out += [{metric: np.ascontiguousarray(rows[:, block]) for metric, rows in values.items()} for block in blocks]
    return out


def _runs_at_once(worlds: int) -> int:
    return max(1, _AT_ONCE // worlds)


def _serves_others(rule: str, part: str) -> bool:
    """Whether a rule is part of another mechanism, or of another loop, too."""
    known = RULES[rule]
    return len(known.loops if part in LOOPS else known.mechanisms) > 1


def _lines(one: Ablation, width: int) -> Iterator[str]:
    metric = METRICS[one.metric]
    when = month_words(one.month) if one.month else f"{SUMMARY_WORDS[metric.summary]} over {one.plan.months} months"
    heading = f"What each mechanism and feedback loop is worth: {metric.title}, {when}: {called(one.plan, None)[0]}"
    yield from wrapped(heading, width)
    yield "=" * min(len(heading), width)
    scale = max((abs(row.mean) for row in one.rows), default=0.0)
    level = float(np.mean(one.level))
    yield from wrapped(
        f"With everything in place {level:,.{decimals(abs(level))}f} ({metric.unit}), the mean of {one.worlds:,} "
        "worlds. Each line: that, less the same without the mechanism (M) or feedback loop (L), in the same worlds under "
        "the same random draws. Crude: either goes with every rule that names it (in brackets; * serves others too), and what "
        "several do together is counted for each.",
        width,
    )
    yield ""
    places = decimals(scale)
    for row in one.rows:
        if row.effect is None:
            start = f"  {row.mechanism:<4}{'?':>9}  "
            yield from wrapped(f"{PARTS[row.mechanism]} Does not run without it: {row.why_not}", width, start)
            continue
        sign = f"in {share(round(row.share * one.worlds), one.worlds)}" if row.mean else "in none"
        start = f"  {row.mechanism:<4}{signed(row.mean, places):>9}  {sign:<18}"
        shared = {rule for rule in row.rules if _serves_others(rule, row.mechanism)}
        rules = ", ".join(f"{rule}*" if rule in shared else rule for rule in row.rules) or "no rule of its own"
        yield from wrapped(f"{PARTS[row.mechanism]} [{rules}]", width, start)
    yield ""
    yield from wrapped(f"`durand evidence M1` leads on from a mechanism. {NOT_A_FORECAST}", width)
