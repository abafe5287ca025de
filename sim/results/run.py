"""Run a scenario, or several with the same random draws: scenarios in, results out.

Nothing heavy is imported until something is run.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeAlias, TypeVar

from sim.ensemble.engines import settled
from sim.ensemble.simulate import Interrupted, Progress, simulate
from sim.ensemble.spec import DEFAULT_PARAMETERS, PARAMETERS, LimitError, RunSpec, check, check_model, usual_chunk

if TYPE_CHECKING:
    from sim.ensemble.chunks import Chunk
    from sim.model import FrontierModel
    from sim.results import Comparison, Results
    from sim.scenario import Scenario

    Named: TypeAlias = str | Path | Mapping[str, Any] | Scenario

P = ParamSpec("P")
T = TypeVar("T")

# Kept unless said otherwise, up to this many world-months: about 0.5 kB each for the series, as much again for panels.
SERIES_KEPT, PANELS_KEPT = 1_200_000, 120_000


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
    workers: int = 1,
    chunk: int | None = None,
    command: str | None = None,
    model: type[FrontierModel] | None = None,
    told: str | None = None,
    engine: str = "auto",
) -> Results:
    """Run one scenario.

    Args:
        scenario: a name, a path, a dict as it would stand in a file, or a Scenario.
        worlds: how many worlds, 1 to 1,000,000.
        months: how many months, 1 to 360; the scenario's own number when None.
        seed: 0 to 2**63 - 1; None draws one from the operating system and records it.
        parameters: "posterior" (each world draws a whole accepted set: see `durand calibrate`), "defaults" (every
            parameter at its declared value), "prior" (each world draws its own from the declared ranges), a folder of sets
            that `durand calibrate` wrote, or the name or path of a scenario whose parameter overrides hold beneath each
            one's own.
        keep_series: whether to keep every month; None keeps them up to 1,200,000 world-months (20,000 worlds over 60
            months; some 600 MB). Without, memory grows by a row per world only.
        keep_panels: whether to keep the series by area, group, faction, resource and lever too; None: up to 120,000
            world-months. Never without the series.
        progress: called with (world-months done, in all).
        workers: threads where months are machine code, else processes of this machine; 1 is this process itself. (A script that
            asks for more processes needs `if __name__ == "__main__":` around its work.) Changes no number.
        chunk: worlds at a time; changes no number.
        command: how the run was asked for, for the manifest.
        model: a subclass of `sim.FrontierModel` that takes its place; with workers, one that they can import.
        told: a month (YYYY-MM): worlds go on as things stood then. Until then Pakistan does what it did, and the scenario's own
            course begins after it; worlds are those that came near the record, by importance weights
            (`sim.record.told`). "posterior" is then the newest sets that know nothing later. Not with `model`.
        engine: "numpy", the reference; "compiled", the same rules as machine code, some times as fast; "auto", compiled where
            that can be. Their readings agree to nine digits; the manifest says which it was.

    Raises:
        LimitError: something is outside of what is allowed; with `told`, too few worlds came near the record.
        ScenarioError: a scenario is not there or not right.
        Interrupted: Ctrl-C; it holds the chunks that were finished.
    """
    resolved = _resolve(scenario)
    named = {resolved.name: resolved}
    asked = _Asked(
        named, worlds, months, seed, parameters, keep_series, keep_panels, workers, chunk, command, model, told, engine
    )
    results, stopped = asked.run(progress)
    if stopped:
        raise Interrupted(results.get(resolved.name))
    return results[resolved.name]


def _several_first(asked: Callable[P, T]) -> Callable[P, T]:
    """See that one scenario does not stand where several are wanted, whatever else is given and in whatever order."""

    @wraps(asked)
    def checked(*args: P.args, **more: P.kwargs) -> T:
        if args and isinstance(args[0], str | Path):
            raise _not_several(args[0])
        return asked(*args, **more)

    return checked


@_several_first
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
    workers: int = 1,
    chunk: int | None = None,
    command: str | None = None,
    model: type[FrontierModel] | None = None,
    told: str | None = None,
    engine: str = "auto",
) -> Comparison:
    """Run scenarios over the same worlds, so that their differences are paired.

    Args:
        scenarios: name -> scenario, or scenarios that go by their own names; two or more.
        months: when None, that of the shortest scenario.
        baseline: the name that the others are compared with; the first when None.
        worlds, seed, parameters, keep_series, keep_panels, progress, workers, chunk, command, model, told,
            engine: as for :func:`run`.

    Raises:
        LimitError: as for :func:`run`; fewer than two scenarios; different starts; no such baseline.
        ScenarioError: a scenario is not there or not right.
        Interrupted: Ctrl-C; it holds the comparison over the worlds that all of them finished.
    """
    from sim.results.paired import compared

    named = _name(scenarios)
    if len(named) < 2:
        raise LimitError(f"a comparison needs two scenarios or more; {len(named)} given")
    baseline = next(iter(named)) if baseline is None else baseline
    if baseline not in tuple(named):
        raise LimitError(f"the baseline {baseline!r} is not among the scenarios; allowed: {', '.join(named)}")
    starts = {name: scenario.start for name, scenario in named.items()}
    if len(set(starts.values())) > 1:
        listed = ", ".join(f"{name} {start}" for name, start in starts.items())
        raise LimitError(f"scenarios that are compared start in the same month; these do not: {listed}")
    asked = _Asked(
        named, worlds, months, seed, parameters, keep_series, keep_panels, workers, chunk, command, model, told, engine
    )
    results, stopped = asked.run(progress)
    comparison = compared(results, baseline) if results else None
    if stopped or comparison is None:
        raise Interrupted(comparison)
    return comparison


class _Asked:
    """What was asked for, checked and made whole."""

    def __init__(
        self,
        scenarios: Mapping[str, Scenario],
        worlds: int,
        months: int | None,
        seed: int | None,
        parameters: str,
        keep_series: bool | None,
        keep_panels: bool | None,
        workers: int,
        chunk: int | None,
        command: str | None,
        model: type[FrontierModel] | None,
        told: str | None = None,
        engine: str = "auto",
    ) -> None:
        check_model(model)
        worlds, self.workers = check("worlds", worlds), check("workers", workers)
        months = check("months", min(one.months for one in scenarios.values()) if months is None else months)
        if parameters not in PARAMETERS:
            from sim.scenario import parameter_set

            parameter_set(parameters)
        chunk = None if chunk is None else check("worlds", chunk)
        self.drawn, self.command = seed is None, command
        # 63 bits from the operating system: the one number that is not computed, and so recorded.
        number = int.from_bytes(os.urandom(8), "little") >> 1 if seed is None else check("seed", seed)
        self.series = worlds * months <= SERIES_KEPT if keep_series is None else keep_series
        panels = self.series and (worlds * months <= PANELS_KEPT if keep_panels is None else keep_panels)
        self.told, numbers = None, None
        if told is not None:
            if model is not None:
                raise LimitError("told goes with the model as it is, not with a subclass")
            from sim.parameters.posterior import POSTERIOR, known_by
            from sim.record.told import as_told, check_told

            parameters = known_by(check_told(told)) if parameters == POSTERIOR else parameters
            scenarios, which = as_told(scenarios, told, worlds, number, parameters, workers=self.workers)
            self.told, numbers = which.about(), which.numbers
        asked = RunSpec(scenarios, worlds, months, number, parameters, numbers=numbers, panels=panels)
        spec = settled(replace(asked, series=self.series, model=model, engine=engine))
        self.spec = replace(spec, chunk=chunk or usual_chunk(months, worlds, self.workers, spec.engine))

    def run(self, progress: Progress | None) -> tuple[dict[str, Results], bool]:
        """Results of all scenarios, and whether someone stopped it: then over the worlds that all of them finished."""
        from sim.ensemble.chunks import take

        chunks: dict[str, list[Chunk]] = {name: [] for name in self.spec.scenarios}
        started, stopped = time.perf_counter(), False
        simulated = simulate(self.spec, take, workers=self.workers, progress=progress)
        try:
            with closing(simulated):
                for batch, found in simulated:
                    now = time.perf_counter()
                    found.seconds = now - started
                    chunks[batch.name].append(found)
                    started = now
        except KeyboardInterrupt:
            stopped = True
        # Batches follow each other by worlds: what all scenarios have finished comes first.
        count = min(map(len, chunks.values()))
        return {name: self._results(name, some[:count]) for name, some in chunks.items() if count}, stopped

    def _results(self, name: str, chunks: list[Chunk]) -> Results:
        from sim.ensemble.chunks import join
        from sim.ensemble.fingerprint import model_fingerprint
        from sim.results import Results
        from sim.results.made import values_of
        from sim.results.manifest import machine, now

        spec, scenario = self.spec, self.spec.scenarios[name]
        seconds = round(sum(chunk.seconds for chunk in chunks), 3)
        table, series = join(chunks)
        manifest = {
            "name": name,
            "scenario": {
                "name": scenario.name,
                "title": scenario.title,
                "question": scenario.question,
                "hash": scenario.hash,
            },
            "seed": spec.seed,
            "entropy": spec.seed if self.drawn else None,
            "parameters": spec.parameters,
            "values": values_of(spec.parameters, scenario.parameters),
            **({"told": self.told} if self.told else {}),
            "worlds": len(table),
            "worlds_asked": spec.worlds,
            "months": spec.months,
            "start": scenario.start,
            "engine": spec.engine,
            **({"engine_note": spec.engine_note} if spec.engine_note else {}),
            "chunk": spec.chunk,
            "workers": self.workers,
            "series_kept": spec.series,
            "panels_kept": spec.panels,
            "when": now(),
            "elapsed_seconds": seconds,
            "command": self.command,
            "model": model_fingerprint(spec.model),
            **({"model_class": f"{spec.model.__module__}.{spec.model.__qualname__}"} if spec.model else {}),
            **machine(),
        }
        return Results(manifest, scenario.to_yaml(), table, series, scenario)


def _resolve(scenario: Named) -> Scenario:
    from sim.scenario import load_scenario

    return load_scenario(scenario)


def _not_several(given: object) -> LimitError:
    return LimitError(f'scenarios to compare come as a dict or a list, such as ["confront", "appease"]; got {given!r}')


def _name(scenarios: Mapping[str, Named] | Iterable[Named]) -> dict[str, Scenario]:
    """Each scenario under a name of its own; one that comes twice is `name#2` the second time."""
    if isinstance(scenarios, str | Path) or not isinstance(scenarios, Iterable):
        raise _not_several(scenarios)
    if isinstance(scenarios, Mapping):
        return {str(name): _resolve(scenario) for name, scenario in scenarios.items()}
    out: dict[str, Scenario] = {}
    for scenario in map(_resolve, scenarios):
        name, number = scenario.name, 2
        while name in out:
            name, number = f"{scenario.name}#{number}", number + 1
        out[name] = scenario
    return out
