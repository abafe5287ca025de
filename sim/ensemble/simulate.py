"""The one place where models are built, stepped and let go."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from sim.ensemble.engines import settled
from sim.ensemble.spec import RunSpec

if TYPE_CHECKING:
    from sim.model import FrontierModel, Parts
    from sim.results import Comparison, Results
    from sim.rulebook import Rulebook

T = TypeVar("T")
# What is read off a model when its months are through; nothing in it may point at the model.
Reader = Callable[["FrontierModel", RunSpec], T]
# Called with (world-months done, world-months in all).
Progress = Callable[[int, int], None]
Tick = Callable[[int], None]

# A model's parts point at each other: after so many world-months, what models have left behind is collected.
COLLECTED = 50_000
_left_behind = 0


class Interrupted(KeyboardInterrupt):
    """The run was stopped (Ctrl-C).

    Attributes:
        results: the Results or the Comparison over the whole chunks of worlds that were finished; None without any.
    """

    def __init__(self, results: Results | Comparison | None) -> None:
        super().__init__("stopped before the end")
        self.results = results


def simulate(
    spec: RunSpec,
    read: Reader[T],
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> Generator[tuple[RunSpec, T], None, None]:
    """Simulate worlds batch by batch, so that memory stays flat.

    Args:
        read: what is read off each batch's model; with several workers a function that can be pickled.
        workers: processes, or threads for machine code; they change no number.
        progress: called once a month of a batch; once a batch with several workers, or with machine code.

    Yields:
        Each batch and what was read of it, in order of worlds.
    """
    done, everything = 0, spec.world_months

    def tick(world_months: int) -> None:
        nonlocal done
        done += world_months
        if progress is not None:
            progress(done, everything)

    batches = list(settled(spec).batches())
    if workers > 1 and len(batches) > 1:
        from sim.ensemble.pool import Processes, Threads, in_order

        kind = Threads if batches[0].engine == "compiled" else Processes
        with closing(kind(min(workers, len(batches)))) as pool:
            job = partial(simulate_batch, read=read)
            for batch, found in zip(batches, in_order(pool, job, batches), strict=True):
                yield batch, found
                tick(batch.world_months)
        return
    for batch in batches:
        yield batch, simulate_batch(batch, read, tick=tick)


def simulate_batch(
    batch: RunSpec,
    read: Reader[T],
    parts: Parts | None = None,
    *,
    tick: Tick | None = None,
) -> T:
    """Simulate one batch, all at once, with a model of these parts, which then runs on NumPy."""
    batch = settled(batch) if parts is None else replace(batch, engine="numpy")
    if batch.engine == "compiled":
        return _simulate_compiled(batch, read, tick)
    model = build_model(batch, parts)
    try:
        advance(model, batch.months, tick)
        return read(model, batch)
    finally:
        model.close()
        del model
        _collect(batch.world_months)


def _simulate_compiled(batch: RunSpec, read: Reader[T], tick: Tick | None) -> T:
    """The same with machine code. What goes wrong in it is left to NumPy, which says in which world and how."""
    from sim.engine.run import NotRunError, Record, run
    from sim.model import Parts

    model = build_model(batch, Parts(rulebook=_rules(batch), collector=Record, agents=lambda model: None))
    try:
        run(model, batch.months, batch.off, batch.panels, tick, switches=bool(batch.silent))
        return read(model, batch)
    except NotRunError:
        return simulate_batch(replace(batch, engine="numpy"), read, tick=tick)
    finally:
        model.datacollector.let_go()
        model.close()


def build_model(batch: RunSpec, parts: Parts | None = None) -> FrontierModel:
    """The model of a batch, to be closed by whoever has it. (Tests put a small model in this function's place.)"""
    from sim import extensions
    from sim.ensemble.folding import FoldingCollector
    from sim.model import Collector, FrontierModel, Parts

    # What stands outside of the project may look back at any month.
    whole = batch.series or batch.model is not None or extensions.loaded()
    collector = partial(Collector, panels=batch.panels) if whole else partial(FoldingCollector, batch)
    return (batch.model or FrontierModel)(
        next(iter(batch.scenarios.values())),
        batch.layout,
        batch.seed,
        parameters=batch.parameters,
        values={name: batch.per_world(value) for name, value in batch.values.items()},
        levers={path: batch.per_world(value) for path, value in batch.levers.items()},  # type: ignore[misc]
        off=batch.off,
        record=batch.record,
        parts=parts or Parts(rulebook=_rules(batch), collector=collector),
    )


def _rules(batch: RunSpec) -> Callable[[Mapping[str, Any]], Rulebook] | None:
    """Makes the rules of a batch whose points have others switched off each; None for the usual ones."""
    if not batch.silent:
        return None
    from sim.ensemble.silenced import SilencedRulebook

    return partial(SilencedRulebook, silent=batch.silent, worlds=batch.worlds, off=batch.off)


def advance(model: FrontierModel, month: int, tick: Tick | None = None) -> None:
    """Let months pass until so many have passed since the start."""
    while model.month < month:
        model.step()
        if tick is not None:
            tick(model.worlds)


def _collect(world_months: int) -> None:
    global _left_behind
    _left_behind += world_months
    if _left_behind >= COLLECTED:
        _left_behind = 0
        gc.collect()
