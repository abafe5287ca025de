"""The one runner: how worlds are dealt out to batches and processes, and that none of it changes a number."""

from __future__ import annotations

import gc
import multiprocessing
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from alike import same

import sim
from sim.ensemble import pool, simulate
from sim.ensemble.chunks import Array, Chunk, monthly, take
from sim.ensemble.fingerprint import model_fingerprint
from sim.ensemble.outcomes import Crossing
from sim.ensemble.simulate import Interrupted
from sim.ensemble.spec import (
    BATCHES_EACH,
    CHUNK,
    LANES,
    LEAST_COMPILED,
    LEAST_WORLDS,
    LIMITS,
    LimitError,
    RunSpec,
    usual_chunk,
)
from sim.metrics import METRICS
from sim.model import FrontierModel
from sim.scenario import Scenario, load_scenario
from sim.worlds import BatchLayout


def spec(worlds: int, *names: str, **how: Any) -> RunSpec:
    return RunSpec({name: load_scenario(name) for name in names or ("confront",)}, worlds, 3, 5, **how)


def attacks(model: FrontierModel, _: RunSpec) -> Array:
    return monthly(model, ["attacks"])["attacks"]


class TestBatches:
    def test_worlds_are_cut(self) -> None:
        assert [(one.first, one.worlds) for one in spec(10, first=20, chunk=4).batches()] == [(20, 4), (24, 4), (28, 2)]

    def test_values_go_with_their_worlds(self) -> None:
        values = {"kinship_weight": np.arange(5.0), "kabul_control": 0.5}
        parts = list(spec(10, values=values, repeats=2, chunk=5).batches())
        assert [one.worlds for one in parts] == [4, 4, 2], "no value is cut in two"
        assert [one.values["kinship_weight"].tolist() for one in parts] == [[0, 1], [2, 3], [4]]  # type: ignore[union-attr]
        assert [one.values["kabul_control"] for one in parts] == [0.5] * 3
        assert parts[0].per_world(parts[0].values["kinship_weight"]).tolist() == [0, 0, 1, 1]  # type: ignore[union-attr]

    def test_points_stay_together(self) -> None:
        (one,) = spec(6, points=50, chunk=4).batches()
        assert one.layout == BatchLayout(6, 0, 50)
        assert one.layout.size == 300
        assert one.layout.block(2) == slice(12, 18)
        assert one.layout.number(13) == 1

    def test_scenarios_take_turns(self) -> None:
        """Otherwise one that is stopped has worlds of one scenario and none of the other."""
        names = ("confront", "imf_default", "appease")
        batches = [(one.first, one.name) for one in spec(8, *names, chunk=4).batches()]
        assert batches == [(first, name) for first in (0, 4) for name in names]

    @pytest.mark.parametrize("chunk", [1, 3, 7, 100])
    def test_no_number_depends_on_it(self, chunk: int) -> None:
        values = {"kinship_weight": np.linspace(1.0, 3.0, 7)}
        whole = simulate.simulate_batch(spec(14, values=values, repeats=2), attacks)
        parts = simulate.simulate(spec(14, values=values, repeats=2, chunk=chunk), attacks)
        assert np.array_equal(np.concatenate([part for _, part in parts], axis=1), whole)

    def test_workers_get_some_each(self) -> None:
        assert usual_chunk(60, 100_000, 1) == usual_chunk(60, 100_000, 2) == CHUNK
        assert usual_chunk(60, 6_400, 2) == 6_400 / (2 * BATCHES_EACH)
        assert usual_chunk(60, 1_000, 8) == LEAST_WORLDS

    @pytest.mark.parametrize("worlds", [1, 7, 200, 333, 1_000, 100_000])
    def test_threads_share_few_worlds_evenly_and_processes_do_not(self, worlds: int) -> None:
        from sim.engine import emit

        assert LANES == emit.LANES
        few = usual_chunk(60, worlds, 2, "compiled")
        assert few % LANES == 0
        assert few <= CHUNK
        if worlds <= 2 * LEAST_COMPILED:
            assert few < worlds / 2 + LANES
        else:
            assert few >= LEAST_COMPILED
        assert usual_chunk(LIMITS["months"][1], worlds, 2) >= min(worlds, usual_chunk(LIMITS["months"][1]))

    def test_so_many_threads_change_no_bit(self) -> None:
        one, two = (sim.run("confront", worlds=40, months=24, seed=5, workers=workers) for workers in (1, 2))
        assert two.manifest["chunk"] == 24 < one.manifest["chunk"]
        assert one.outcomes.equals(two.outcomes)
        assert one.series.equals(two.series)


@pytest.mark.parametrize("stop", [None, ArithmeticError, KeyboardInterrupt])
def test_models_are_let_go(stop: type[BaseException] | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise memory grows batch by batch, above all where something goes wrong again and again."""
    seen: list[weakref.ref[FrontierModel]] = []

    def read(model: FrontierModel, _: RunSpec) -> None:
        seen.append(weakref.ref(model))
        if stop is not None:
            raise stop

    monkeypatch.setattr(simulate, "COLLECTED", 1)
    if stop is None:
        simulate.simulate_batch(spec(2), read)
    else:
        with pytest.raises(stop):
            simulate.simulate_batch(spec(2), read)
    gc.collect()
    assert seen[0]() is None


def test_parts_are_put_in_and_not_patched() -> None:
    """Otherwise whoever wants another model reaches into the usual one after it was made."""
    from sim.model import Collector, Parts, make_agents
    from sim.rulebook import Rulebook
    from sim.worlds import Streams

    made: list[str] = []

    class Drawing(Streams):
        def uniform(self, name: str, month: int, slot: int = 0) -> Any:
            made.append("draw")
            return super().uniform(name, month, slot)

    def noted(what: str, make: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given: (made.append(what), make(*given))[1]

    parts = Parts(
        streams=Drawing(5, 3),
        rulebook=noted("rules", Rulebook),
        collector=noted("collector", Collector),
        agents=noted("agents", make_agents),
    )
    with_parts = simulate.simulate_batch(spec(3), attacks, parts)
    assert np.array_equal(with_parts, simulate.simulate_batch(spec(3), attacks))
    assert [what for what in made if what != "draw"] == ["rules", "agents", "collector"]
    assert made.count("draw") > 20


@pytest.mark.parametrize("worlds", [1, 6])
def test_months_that_are_not_kept_are_folded(worlds: int) -> None:
    """To the bit, while conditions look back at some of them: otherwise outcomes hang on whether months are kept."""
    asked = {"mine": Crossing("attacks", "below", 5.0, "Mine", "As asked.")}
    whole = spec(worlds, "hedge", crossings=asked, engine="numpy")
    whole, held = replace(whole, months=14), []

    def read(model: FrontierModel, batch: RunSpec) -> Chunk:
        record: Any = model.datacollector.model_vars
        held.append({name: sum(row is not None for row in rows) for name, rows in record.items() if name in METRICS})
        held.append(model.script.watched)
        return take(model, batch)

    kept, folded = (simulate.simulate_batch(one, read) for one in (whole, replace(whole, series=False)))
    assert kept.series is not None
    assert folded.series is None
    assert list(folded.outcomes) == list(kept.outcomes)
    for name, values in kept.outcomes.items():
        assert np.array_equal(folded.outcomes[name], values, equal_nan=True), name
    all_months, watched, some, _ = held
    assert max(watched.values()) > 1
    assert set(all_months.values()) == {14}
    assert some == dict.fromkeys(METRICS, 0) | watched


def test_results_come_in_order() -> None:
    """Otherwise worlds of a run change places from time to time."""

    class Backwards(pool.Here):
        def carry_out(self, work: Any, jobs: Any) -> Any:
            yield from map(work, reversed(list(jobs)))

    assert list(pool.in_order(Backwards(), str, range(5))) == ["0", "1", "2", "3", "4"]


class TestWorkers:
    def test_they_change_no_number(self) -> None:
        """Panels and all; and they are gone afterwards."""
        names, how = ("confront", "appease", "own_choice"), {"worlds": 7, "months": 4, "seed": 3}
        seen: list[tuple[int, int]] = []
        there = sim.compare(names, workers=2, chunk=3, progress=lambda *at: seen.append(at), **how)
        here = sim.compare(names, **how)
        for name in names:
            same(there.results[name], here.results[name])
        assert seen[-1] == (84, 84)
        assert seen == sorted(seen)
        assert len(seen) == 9
        assert there.manifest["workers"] == 2
        assert not multiprocessing.active_children()

    def test_ctrl_c_keeps_whole_chunks(self) -> None:
        def stop(done: int, _: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(Interrupted) as caught:
            sim.run("confront", 9, 3, 1, workers=2, chunk=3, progress=stop)
        kept = caught.value.results
        assert isinstance(kept, sim.Results)
        assert kept.worlds == 3
        pd.testing.assert_frame_equal(kept.outcomes, sim.run("confront", 3, 3, 1).outcomes, check_exact=True)
        assert not multiprocessing.active_children()

    @pytest.mark.parametrize("workers", [0, -1, 1.5, True, 2_000])
    def test_how_many_there_may_be(self, workers: Any) -> None:
        with pytest.raises(LimitError, match=r"workers must be a whole number from 1 to 1,024; got"):
            sim.run("confront", 1, 1, workers=workers)


def test_a_manifest_names_the_model() -> None:
    """Otherwise nobody can tell that two results were made by different models of one version."""
    one = sim.run("confront", 1, 1)
    assert one.manifest["model"] == model_fingerprint()


def test_every_site_makes_a_spec() -> None:
    """A scenario that somebody made by hand runs as well as one of the library."""
    plan = Scenario.model_validate({"schema": 1, "name": "by_hand", "title": "By hand", "months": 2})
    assert simulate.simulate_batch(RunSpec.of(plan, 2, 2, 1), attacks).shape == (2, 2)
