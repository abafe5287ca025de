"""Run a scenario, or several under the same luck: scenarios in, results out.

Worlds are taken in chunks; the streams of chance see to it that chunking changes no number. Nothing heavy is imported
until something is run.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from sim.ensemble.checkpoints import Checkpoint
    from sim.model import FrontierModel
    from sim.results import Comparison, Results
    from sim.results.chunks import Chunk
    from sim.scenario import Scenario

    Named: TypeAlias = str | Path | Scenario

# Called with (world-months done, world-months in all), once a month of a chunk.
Progress = Callable[[int, int], None]

LIMITS = {"worlds": (1, 1_000_000), "months": (1, 360), "seed": (0, 2**63 - 1)}
PARAMETERS = ("defaults", "prior", "posterior")
# Where uncertain values come from unless said otherwise, here and on the command line.
DEFAULT_PARAMETERS = "posterior"

# More worlds a chunk gain little speed beyond this (benchmarks/README.md) and cost memory; longer runs take fewer.
CHUNK, CHUNK_WORLD_MONTHS = 4_000, 240_000
# From this many world-months on, what a model leaves behind is worth the 0.1 s of collecting it at once.
COLLECTED = 50_000
# Kept unless said otherwise, up to this many world-months: about 0.5 kB each for the series, as much again for panels.
SERIES_KEPT, PANELS_KEPT = 1_200_000, 120_000


class LimitError(ValueError):
    """A run was asked for outside of what is allowed; the message says what is."""


class Interrupted(KeyboardInterrupt):
    """The run was stopped (Ctrl-C).

    Attributes:
        results: the Results or the Comparison over the whole chunks of worlds that were finished; None without any.
    """

    def __init__(self, results: Results | Comparison | None) -> None:
        super().__init__("stopped before the end")
        self.results = results


def build_model(
    scenario: Scenario,
    worlds: int,
    seed: int,
    first: int,
    parameters: str,
    beside: Sequence[Scenario] = (),
    model: type[FrontierModel] | None = None,
) -> FrontierModel:
    """The model for one chunk of worlds. (Tests put a small model in this function's place.)"""
    from sim.model import FrontierModel

    return (model or FrontierModel)(
        scenario, worlds=worlds, seed=seed, first=first, parameters=parameters, beside=beside
    )


def run(
    scenario: Named,
    worlds: int = 1000,
    months: int | None = None,
    seed: int | None = 0,
    parameters: str = DEFAULT_PARAMETERS,
    *,
    keep_series: bool | None = None,
    keep_panels: bool | None = None,
    progress: Progress | None = None,
    chunk: int | None = None,
    command: str | None = None,
    checkpoint: Checkpoint | None = None,
    model: type[FrontierModel] | None = None,
) -> Results:
    """Run one scenario.

    Args:
        scenario: a name, a path or a Scenario.
        worlds: how many worlds, 1 to 1,000,000.
        months: how many months, 1 to 360; the scenario's own number when None.
        seed: 0 to 2**63 - 1; None draws one from the operating system and records it.
        parameters: "posterior" (each world draws a whole accepted set: see `durand calibrate`), "defaults" (every
            parameter at its declared value), "prior" (each world draws its own from the declared ranges), or the name
            or path of a scenario whose parameter overrides hold beneath each one's own.
        keep_series: whether to keep every month; None keeps them up to 1,200,000 world-months (20,000 worlds over 60
            months; some 600 MB). Without, memory grows by a row per world only.
        keep_panels: whether to keep the series by area, group, faction, resource and lever too; None: up to 120,000
            world-months. Never without the series.
        progress: called with (world-months done, in all).
        chunk: worlds at a time; changes no number.
        command: how the run was asked for, for the manifest.
        checkpoint: a month from which this run may go on where another one that asks for the same until then has been
            there already, and at which it leaves its model for others; changes no number.
        model: a subclass of `sim.FrontierModel` that takes its place; not with a checkpoint.

    Raises:
        LimitError: something is outside of what is allowed.
        ScenarioError: a scenario is not there or not right.
        Interrupted: Ctrl-C; it holds the chunks that were finished.
    """
    resolved = _resolve(scenario)
    plan = _plan([resolved], worlds, months, seed, parameters, keep_series, keep_panels, chunk, command, model)
    try:
        return _run({resolved.name: resolved}, plan, progress, None if model else checkpoint)[resolved.name]
    except _StoppedError as stopped:
        raise Interrupted(stopped.results.get(resolved.name)) from None


def compare(
    scenarios: Mapping[str, Named] | Iterable[Named],
    worlds: int = 1000,
    months: int | None = None,
    seed: int | None = 0,
    parameters: str = DEFAULT_PARAMETERS,
    *,
    baseline: str | None = None,
    keep_series: bool | None = None,
    keep_panels: bool | None = None,
    progress: Progress | None = None,
    chunk: int | None = None,
    command: str | None = None,
    model: type[FrontierModel] | None = None,
) -> Comparison:
    """Run scenarios over the same worlds, so that their differences are paired.

    Args:
        scenarios: name -> scenario, or scenarios that go by their own names; two or more.
        months: when None, that of the shortest scenario.
        baseline: the name that the others are compared with; the first when None.
        worlds, seed, parameters, keep_series, keep_panels, progress, chunk, command, model: as for :func:`run`.

    Raises:
        LimitError: as for :func:`run`; fewer than two scenarios; different starts; no such baseline.
        ScenarioError: a scenario is not there or not right.
        Interrupted: Ctrl-C; it holds the comparison over the worlds that all of them finished.
    """
    from sim.results import Comparison

    named = _name(scenarios)
    if len(named) < 2:
        raise LimitError(f"a comparison needs two scenarios or more; {len(named)} given")
    baseline = next(iter(named)) if baseline is None else baseline
    if baseline not in named:
        raise LimitError(f"the baseline {baseline!r} is not among the scenarios; allowed: {', '.join(named)}")
    starts = {name: scenario.start for name, scenario in named.items()}
    if len(set(starts.values())) > 1:
        listed = ", ".join(f"{name} {start}" for name, start in starts.items())
        raise LimitError(f"scenarios that are compared start in the same month; these do not: {listed}")
    plan = _plan(named.values(), worlds, months, seed, parameters, keep_series, keep_panels, chunk, command, model)

    def compared(results: dict[str, Results]) -> Comparison:
        manifests = {name: one.manifest for name, one in results.items()}
        shared = {key: value for key, value in manifests[baseline].items() if key not in ("name", "scenario")}
        shared["elapsed_seconds"] = round(sum(one["elapsed_seconds"] for one in manifests.values()), 3)
        shared["baseline"] = baseline
        shared["scenarios"] = {name: one["scenario"] for name, one in manifests.items()}
        return Comparison(results, baseline, shared)

    try:
        return compared(_run(named, plan, progress))
    except _StoppedError as stopped:
        raise Interrupted(compared(stopped.results) if stopped.results else None) from None


@dataclass(frozen=True)
class _Plan:
    worlds: int
    months: int
    seed: int
    drawn: bool
    parameters: str
    keep_series: bool
    keep_panels: bool
    chunk: int
    command: str | None
    model: type[FrontierModel] | None


class _StoppedError(Exception):
    def __init__(self, results: dict[str, Results]) -> None:
        self.results = results


def check(name: str, value: object, called: str = "") -> int:
    """A number within the limits of `worlds`, `months` or `seed`, as a plain int; `called` is its name in the message.

    Raises:
        LimitError: it is not a whole number in the allowed range.
    """
    low, high = LIMITS[name]
    try:
        number = index(value)  # type: ignore[arg-type]
    except TypeError:
        number = None
    if number is None or isinstance(value, bool) or not low <= number <= high:
        raise LimitError(f"{called or name} must be a whole number from {low:,} to {high:,}; got {value}")
    return number


def check_model(model: object) -> None:
    """See that something can take the model's place.

    Raises:
        LimitError: it is no subclass of it.
    """
    if model is None:
        return
    from sim.model import FrontierModel

    if not (isinstance(model, type) and issubclass(model, FrontierModel)):
        raise LimitError(f"model must be a subclass of sim.FrontierModel; got {model!r}")


def _plan(
    scenarios: Iterable[Scenario],
    worlds: int,
    months: int | None,
    seed: int | None,
    parameters: str,
    keep_series: bool | None,
    keep_panels: bool | None,
    chunk: int | None,
    command: str | None,
    model: type[FrontierModel] | None,
) -> _Plan:
    check_model(model)
    worlds = check("worlds", worlds)
    months = check("months", min(scenario.months for scenario in scenarios) if months is None else months)
    if parameters not in PARAMETERS:
        from sim.scenario import parameter_set

        parameter_set(parameters)
    if chunk is None:
        chunk = min(CHUNK, max(1, CHUNK_WORLD_MONTHS // months))
    drawn = seed is None
    # 63 bits from the operating system: the one number that is not computed, and so recorded.
    number = int.from_bytes(os.urandom(8), "little") >> 1 if seed is None else check("seed", seed)
    series = worlds * months <= SERIES_KEPT if keep_series is None else keep_series
    panels = series and (worlds * months <= PANELS_KEPT if keep_panels is None else keep_panels)
    return _Plan(worlds, months, number, drawn, parameters, series, panels, check("worlds", chunk), command, model)


def _resolve(scenario: Named) -> Scenario:
    if isinstance(scenario, (str, Path)):
        from sim.scenario import load_scenario

        return load_scenario(scenario)
    return scenario


def _name(scenarios: Mapping[str, Named] | Iterable[Named]) -> dict[str, Scenario]:
    """Each scenario under a name of its own; one that comes twice is `name#2` the second time."""
    if isinstance(scenarios, Mapping):
        return {str(name): _resolve(scenario) for name, scenario in scenarios.items()}
    out: dict[str, Scenario] = {}
    for scenario in map(_resolve, scenarios):
        name, number = scenario.name, 2
        while name in out:
            name, number = f"{scenario.name}#{number}", number + 1
        out[name] = scenario
    return out


def _run(
    scenarios: dict[str, Scenario], plan: _Plan, progress: Progress | None, checkpoint: Checkpoint | None = None
) -> dict[str, Results]:
    """All scenarios chunk by chunk, so that what is finished when someone stops it is paired."""
    done, finished = 0, 0
    everything = plan.worlds * plan.months * len(scenarios)
    chunks: dict[str, list[Chunk]] = {name: [] for name in scenarios}

    def tick(worlds: int) -> None:
        nonlocal done
        done += worlds
        if progress is not None:
            progress(done, everything)

    try:
        for first in range(0, plan.worlds, plan.chunk):
            worlds = min(plan.chunk, plan.worlds - first)
            taken: list[tuple[str, Chunk]] = []
            for names in _abreast(scenarios, worlds):
                together = [scenarios[name] for name in names]
                taken += zip(names, _run_chunk(together, first, worlds, plan, tick, checkpoint), strict=True)
            for name, chunk in taken:
                chunks[name].append(chunk)
            finished += worlds
    except KeyboardInterrupt:
        partial = {
            name: _results(name, one, chunks[name], finished, plan) for name, one in scenarios.items() if finished
        }
        raise _StoppedError(partial) from None
    return {name: _results(name, one, chunks[name], finished, plan) for name, one in scenarios.items()}


def _abreast(scenarios: Mapping[str, Scenario], worlds: int) -> Iterator[list[str]]:
    """The names of scenarios that one model lives side by side: many short vectors cost what few long ones do."""
    from sim.scenario import company

    most = max(CHUNK // worlds, 1)
    kinds: dict[str, list[str]] = {}
    for name, scenario in scenarios.items():
        kind = company(scenario) if most > 1 and len(scenarios) > 1 else None
        kinds.setdefault(kind or f"alone: {name}", []).append(name)
    for names in kinds.values():
        yield from (names[start : start + most] for start in range(0, len(names), most))


def _run_chunk(
    scenarios: Sequence[Scenario],
    first: int,
    worlds: int,
    plan: _Plan,
    tick: Callable[[int], None],
    checkpoint: Checkpoint | None,
) -> list[Chunk]:
    from sim.results.chunks import take

    started = time.perf_counter()
    together = worlds * len(scenarios)
    how = scenarios[0], together, plan.seed, first, plan.parameters
    checkpoint = checkpoint if checkpoint and 0 < checkpoint.month < plan.months else None
    model = checkpoint.find(*how) if checkpoint else None
    lived = 0
    if model is None:
        build = partial(build_model, model=plan.model) if plan.model else build_model
        model = build(*how, scenarios[1:])
    else:
        lived = model.month
        tick(together * lived)
    try:
        for month in range(lived, plan.months):
            if checkpoint and month == checkpoint.month > lived:
                checkpoint.keep(model, *how)
            model.step()
            tick(together)
        out = [
            take(model, worlds, plan.keep_series, plan.keep_panels, number * worlds) for number in range(len(scenarios))
        ]
    finally:
        model.close()
        del model
        if together * plan.months >= COLLECTED:
            gc.collect()  # a model's parts point at each other: without this its months pile up chunk after chunk
    for chunk in out:
        chunk.seconds = (time.perf_counter() - started) / len(out)
    return out


def _results(name: str, scenario: Scenario, chunks: list[Chunk], finished: int, plan: _Plan) -> Results:
    from sim.results import Results
    from sim.results.chunks import join
    from sim.results.manifest import machine, now

    manifest = {
        "name": name,
        "scenario": {
            "name": scenario.name,
            "title": scenario.title,
            "question": scenario.question,
            "hash": scenario.hash,
        },
        "seed": plan.seed,
        "entropy": plan.seed if plan.drawn else None,
        "parameters": plan.parameters,
        "worlds": finished,
        "worlds_asked": plan.worlds,
        "months": plan.months,
        "start": scenario.start,
        "chunk": plan.chunk,
        "series_kept": plan.keep_series,
        "panels_kept": plan.keep_panels,
        "when": now(),
        "elapsed_seconds": round(sum(chunk.seconds for chunk in chunks), 3),
        "command": plan.command,
        **({"model": f"{plan.model.__module__}.{plan.model.__qualname__}"} if plan.model else {}),
        **machine(),
    }
    table, series = join(chunks)
    return Results(manifest, scenario.to_yaml(), table, series, scenario)
