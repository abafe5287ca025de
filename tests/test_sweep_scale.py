"""Sweeps at scale: points made from their numbers, what is sent, tables read by others, parts joined into few."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from command import called
from drawing import draws
from hypothesis import given
from hypothesis import strategies as st

from sim.commands.verify import examine
from sim.ensemble.spec import RunSpec
from sim.experiment import columns, figures, layouts, work
from sim.experiment.compact import compact
from sim.experiment.design import MOST_ORDERED, groups_of, places, points
from sim.experiment.factors import Factor
from sim.experiment.folder import FolderError
from sim.experiment.layouts import SLICE, Sliced
from sim.experiment.load import load_plan
from sim.experiment.outcome import Sweep
from sim.experiment.parts import OUTCOMES, SERIES, part_names, scenario_folder
from sim.experiment.plan import Order, Pack, Plan
from sim.experiment.points import read_points
from sim.experiment.schema import Factorial, LatinHypercube, Morris, Posterior, Saltelli
from sim.experiment.store import Local, open_store
from sim.experiment.sweep import part_size, sweep
from sim.experiment.work import Job
from sim.headers import sealed
from sim.record.told import Told

FACTORS = tuple(Factor(name, "uncertainty", 0, 1) for name in ("b", "a", "c"))
SOME = (*FACTORS, Factor("chip_value", "uncertainty", 0, 10))  # the last is in accepted sets
MANY = MOST_ORDERED + 1_234
TOLD = tuple(range(100)) + tuple(range(99, 299, 2))
NAMES = ["reward_response", "shelter_protection", "kinship_weight"]
EXPERIMENT: dict[str, Any] = {
    "schema": 1,
    "title": "Scale",
    "scenarios": ["confront", "appease"],
    "uncertainties": NAMES,
    "design": {"kind": "latin_hypercube", "points": 6, "seed": 3},
    "worlds": 2,
    "months": 2,
    "series": True,
    "metrics": ["attacks", "fatalities"],
}


def hypercube(count: int, seed: int = 0) -> LatinHypercube:
    return LatinHypercube(kind="latin_hypercube", points=count, seed=seed)


class TestLayouts:
    @pytest.mark.parametrize("names", [("a",), ("b", "a", "c")])
    @pytest.mark.parametrize("second_order", [False, True])
    def test_saltelli_rows_are_those_of_salib(self, names: tuple[str, ...], second_order: bool) -> None:
        """To the bit: SALib's analysis takes them for its own."""
        from SALib.sample import sobol

        design = Saltelli(kind="saltelli", base=8, second_order=second_order, seed=5)
        factors = [Factor(name, "uncertainty", 0, 1) for name in names]
        problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
        theirs = sobol.sample(problem, 8, calc_second_order=second_order, seed=5)
        assert np.array_equal(places(design, factors), theirs)

    @pytest.mark.parametrize("second_order", [False, True])
    @pytest.mark.parametrize("groups", [{"one": ("a", "c")}, {"one": ("d", "b"), "two": ("c",)}])
    def test_groups_move_as_those_of_salib(self, groups: dict[str, tuple[str, ...]], second_order: bool) -> None:
        from SALib.sample import sobol

        names = ["b", "a", "c", "d"]
        design = Saltelli(kind="saltelli", base=8, second_order=second_order, seed=5, groups=groups)
        problem = {"num_vars": 4, "names": names, "bounds": [[0.0, 1.0]] * 4, "groups": groups_of(design, names)}
        theirs = sobol.sample(problem, 8, calc_second_order=second_order, seed=5)
        assert np.array_equal(places(design, [Factor(name, "uncertainty", 0, 1) for name in names]), theirs)

    @pytest.mark.parametrize("levels", [4, 6, 10])
    def test_morris_trajectories_are_those_of_salib(self, levels: int) -> None:
        from SALib.sample import morris

        problem = {"num_vars": 3, "names": ["b", "a", "c"], "bounds": [[0.0, 1.0]] * 3}
        design = Morris(kind="morris", trajectories=7, levels=levels, seed=2**62)
        assert np.array_equal(places(design, FACTORS), morris.sample(problem, 7, num_levels=levels, seed=2**62))

    def test_a_latin_hypercube_of_an_earlier_durand_is_the_same(self) -> None:
        """Published figures rest on these points."""
        found = places(hypercube(1000, seed=3), FACTORS)
        assert found[[0, 517, 999]].tolist() == [
            [0.6701807687453027, 0.7460078833870908, 0.5337763556108397],
            [0.32837684094728, 0.37420113746714323, 0.941955040539806],
            [0.3460891155701417, 0.5046260079107164, 0.8705183518832843],
        ]

    @draws(5)
    @given(extra=st.integers(1, SLICE), seed=st.integers(0, 2**63 - 1))
    def test_a_sliced_one_uses_each_stratum_once(self, extra: int, seed: int) -> None:
        """Whatever the last slice holds."""
        count = 3 * SLICE + extra
        laid = Sliced(count, seed, ("a", "b")).places(np.arange(count))
        for column in laid.T:
            assert np.array_equal(np.sort((column * count).astype(int)), np.arange(count))
        assert abs(np.corrcoef(laid.T)[0, 1]) < 5 / np.sqrt(count)

    def test_each_slice_is_a_latin_hypercube(self) -> None:
        """So that what is done of a sweep, when it is broken off, is one too."""
        laid = Sliced(4 * SLICE, 7, ("a",)).places(np.arange(4 * SLICE)).reshape(4, SLICE)
        for one in laid:
            assert np.array_equal(np.sort((one * SLICE).astype(int)), np.arange(SLICE))
        assert abs(np.corrcoef(laid)[0, 1]) < 0.15

    def test_another_factor_moves_no_column_of_it(self) -> None:
        numbers = np.arange(2 * SLICE, 2 * SLICE + 50)
        both = Sliced(MANY, 1, ("a", "b")).places(numbers)
        assert np.array_equal(both[:, 1], Sliced(MANY, 1, ("b",)).places(numbers)[:, 0])

    @pytest.mark.parametrize(
        "design",
        [
            Factorial(kind="factorial", levels=5),
            hypercube(300),
            hypercube(MANY),
            Saltelli(kind="saltelli", base=32),
            Saltelli(kind="saltelli", base=32, second_order=True),
            Saltelli(kind="saltelli", base=32, groups={"one": ("a", "b")}),
            Morris(kind="morris", trajectories=40),
            Posterior(kind="posterior", points=200),
        ],
        ids=["factorial", "hypercube", "sliced", "saltelli", "second order", "groups", "morris", "posterior"],
    )
    def test_some_points_are_what_they_are_among_all(self, design: Any) -> None:
        """In any order, alone, or where they were sent to: otherwise results hang on how work is cut."""
        made = points(design, SOME, lambda file: "")
        numbers = np.random.default_rng(1).integers(0, len(made), 80)
        every = made.values(np.arange(len(made)))
        assert np.array_equal(made.values(numbers), every[numbers])
        assert np.array_equal(np.vstack([made.values(np.array([one])) for one in numbers[:5]]), every[numbers[:5]])
        sent = pickle.loads(pickle.dumps(made.some(numbers)))
        assert len(sent) == len(made)
        assert np.array_equal(sent.values(numbers), every[numbers])


def large(count: int, uncertainties: Any, seed: int = 0) -> Plan:
    data = {**EXPERIMENT, "scenarios": ["confront"], "uncertainties": uncertainties, "worlds": 1, "series": False}
    return load_plan({**data, "design": {"kind": "latin_hypercube", "points": count, "seed": seed}})


class TestPlans:
    def test_a_million_points_are_planned_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """No more of them is made than is asked for."""
        made: list[int] = []
        plain = Sliced._slice

        def counted(self: Sliced, number: int) -> Any:
            made.append(number)
            return plain(self, number)

        monkeypatch.setattr(layouts.Sliced, "_slice", counted)
        plan = large(1_000_000, "all")
        packs = plan.packs(plan.nothing_done(1), 1, SLICE)
        first, second = next(packs), next(packs)
        assert plan.identity
        made.clear()
        assert len(plan.job(second, 1).spec.values) == len(plan.factors) > 400
        assert made == [second.points[0] // SLICE]
        assert abs(int(second.points[0]) - int(first.points[0])) > 100_000

    def test_an_order_is_small_whatever_the_design(self) -> None:
        """The points' numbers, or their values: never the whole table."""
        lazy = large(MANY, NAMES)
        assert lazy.identity != large(MANY, NAMES, seed=1).identity
        pack = Pack(np.arange(5 * SLICE, 6 * SLICE), 0)
        sent = pickle.dumps(Order(lazy, pack, 1, SLICE, "x"))
        assert len(sent) < 8 * SLICE + 40_000
        there = pickle.loads(sent)
        assert (there.plan.identity, there.plan.particulars) == (lazy.identity, lazy.particulars)
        told, here = next(there.jobs()), lazy.job(pack, 1)
        for name, values in here.spec.values.items():
            assert np.array_equal(told.spec.values[name], values)
        table = large(50_000, NAMES)
        assert table.identity
        order = Order(table, Pack(np.arange(0, 50_000, 100), 0), 1, SLICE, "x")
        assert len(pickle.dumps(order)) < 8 * 500 * (2 + len(NAMES)) + 40_000
        for name, values in next(order.jobs()).spec.values.items():
            assert np.array_equal(next(pickle.loads(pickle.dumps(order)).jobs()).spec.values[name], values)

    def test_told_worlds_are_what_they_are_among_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Values follow from worlds' numbers, which is all that is sent of them."""
        monkeypatch.setattr("sim.record.told.told", lambda until, worlds, *_, **__: Told(until, TOLD, 300, 99.0, 100))
        data = {
            **EXPERIMENT,
            "uncertainties": "all",
            "levers": {"pakistan.aid": None},
            "parameters": "prior",
            "worlds": 1,
        }
        plan = load_plan({**data, "design": {"kind": "told", "until": "2022-12", "points": len(TOLD)}})
        assert len(plan.factors) > 400
        assert plan.particulars["told"] == list(TOLD)
        numbers = np.array([7, 3, 199, 204])  # the last is of the other scenario
        order = Order(plan, Pack(numbers[:3], 0), 1, SLICE, "x")
        sent = pickle.loads(pickle.dumps(order)).plan
        assert len(pickle.dumps(order)) < len(pickle.dumps(plan)) + 1_000
        every, alone = plan.values(np.arange(plan.points)), sent.values(numbers[:3])
        for name, values in plan.values(numbers).items():
            assert np.array_equal(values, every[name][numbers])
            assert np.array_equal(alone[name], every[name][numbers[:3]])
        assert sent.first_worlds(numbers[:3]).tolist() == [TOLD[7], TOLD[3], TOLD[199]]
        assert sent.identity == plan.identity
        assert "told" not in sent.particulars
        assert sent.ids(numbers[:3]) == plan.ids(numbers[:3])


class TestParts:
    def test_a_large_sweep_has_few(self) -> None:
        """Thousands of files a second are more than a scheduler hands out, or a file system likes."""
        assert part_size(large(MANY, NAMES), 1000) == 1000
        wide = {"design": {"kind": "latin_hypercube", "points": 5_000_000}, "worlds": 100, "months": 60}
        assert part_size(load_plan({**EXPERIMENT, **wide, "series": False}), 1000) == 100_000
        assert part_size(load_plan({**EXPERIMENT, **wide}), 1000) == 40_000  # a part fits into memory with its months

    def test_what_is_simulated_at_a_time_is_not_what_is_written_at_a_time(
        self, many: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Plan, "pack_worlds", 4)
        monkeypatch.setattr("sim.experiment.sweep.MOST_PARTS", 1)
        one = sweep(EXPERIMENT, tmp_path / "out")
        assert with_parts(tmp_path / "out") == 4
        same(one, many)

    def test_a_sliced_design_gives_the_same_rows_in_any_pieces(
        self, many: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sim.experiment.design.MOST_ORDERED", 1)
        whole = sweep(EXPERIMENT, tmp_path / "whole")
        assert whole.fingerprint != many.fingerprint
        same(sweep(EXPERIMENT, tmp_path / "out", chunk=4), whole)
        assert whole.experiments["id"].tolist() == Sweep.load(tmp_path / "out").experiments["id"].tolist()


def with_parts(place: Path) -> int:
    return sum(len(list(place.glob(f"{kind}/*/*.parquet"))) for kind in (OUTCOMES, SERIES))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """A sweep in six parts, three for each scenario, and as many with its months."""
    return sweep(EXPERIMENT, tmp_path_factory.mktemp("sweeps") / "many", chunk=4)


def same(a: Sweep, b: Sweep) -> None:
    assert a.fingerprint == b.fingerprint
    pd.testing.assert_frame_equal(a.outcomes, b.outcomes, check_exact=True)
    pd.testing.assert_frame_equal(a.series, b.series, check_exact=True)


class TestDatasets:
    def test_pandas_and_arrow_read_all_parts_as_one_table(self, many: Sweep) -> None:
        import pyarrow.dataset as ds

        for kind, index, ours in (
            (OUTCOMES, ["point", "world"], many.outcomes),
            (SERIES, ["point", "world", "month"], many.series),
        ):
            read = pd.read_parquet(Path(many.place) / kind)
            scenario = read.set_index("point")["scenario"].astype(str)
            assert (scenario == many.experiments["scenario"].astype(str).loc[scenario.index]).all()
            numbers = list(ours.columns.drop("verdict", errors="ignore"))
            theirs = read.set_index(index).sort_index()[numbers]
            pd.testing.assert_frame_equal(theirs, ours[numbers], check_exact=True, check_index_type=False)
            data = ds.dataset(Path(many.place) / kind, partitioning="hive")
            chosen = data.to_table(filter=ds.field("scenario") == "appease")
            assert set(many.experiments.loc[chosen["point"].to_numpy(), "scenario"]) == {"appease"}

    def test_any_scenarios_name_is_a_folder(self) -> None:
        assert scenario_folder("a b/c=..é") == "scenario=a%20b%2Fc%3D..é"

    def test_the_table_of_points_is_read_by_column(self, many: Sweep) -> None:
        ids = read_points(open_store(many.place), ["id"])
        assert ids.column_names == ["id"]
        assert ids["id"].to_pylist() == many.experiments["id"].tolist()
        assert Sweep.load(many.place).failures == {}

    def test_a_part_without_rows_is_read_with_the_others(
        self, many: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """All of its points may have failed."""
        build = work.spec_of

        def failing(job: Job) -> RunSpec:
            if bad & set(job.points.tolist()):
                raise ValueError("not in this world")
            return build(job)

        first = pd.read_parquet(Path(many.place) / part_names(open_store(many.place), OUTCOMES, ["confront"])[0])
        bad = set(first["point"])
        monkeypatch.setattr(work, "spec_of", failing)
        found = sweep(EXPERIMENT, tmp_path / "out", chunk=4)
        assert set(found.failures) == bad
        kept = many.outcomes.drop(index=list(bad), level="point")
        pd.testing.assert_frame_equal(found.outcomes, kept, check_exact=True)
        assert len(pd.read_parquet(tmp_path / "out" / OUTCOMES)) == len(kept)
        compact(tmp_path / "out")
        joint = Sweep.load(tmp_path / "out")
        assert (joint.fingerprint, joint.failures) == (found.fingerprint, found.failures)
        pd.testing.assert_frame_equal(joint.outcomes, kept, check_exact=True)

    def test_a_folder_of_the_layout_before_is_refused(self, many: Sweep, tmp_path: Path) -> None:
        """Otherwise it looks as if none of its runs were there."""
        place = tmp_path / "out"
        shutil.copytree(many.place, place)
        manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
        del manifest["seal"]
        (place / "manifest.json").write_bytes(sealed({**manifest, "format": "durand sweep 2"}))
        for act in (Sweep.load, compact, examine, lambda there: sweep(EXPERIMENT, there)):
            with pytest.raises(
                FolderError, match=r"an older durand wrote this.*run the experiment again into a new folder"
            ):
                act(place)


class Broken(BaseException):
    """As when the process is killed."""


class TestCompaction:
    def test_the_rows_are_the_same_in_few_parts(self, many: Sweep, tmp_path: Path) -> None:
        place = tmp_path / "out"
        shutil.copytree(many.place, place)
        assert compact(place) == (6, 2)
        assert with_parts(place) == 4
        same(Sweep.load(place), many)
        assert examine(place).whole
        assert compact(place) == (2, 2)
        before = sorted(place.rglob("*.parquet"))
        same(sweep(EXPERIMENT, place), many)
        assert sorted(place.rglob("*.parquet")) == before
        assert len(pd.read_parquet(place / OUTCOMES)) == len(many.outcomes)

    def test_parts_are_not_joined_beyond_a_size(
        self, many: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shutil.copytree(many.place, tmp_path / "out")
        monkeypatch.setattr("sim.experiment.parts.MOST_FIGURES", 2 * 5 * 8)  # months of 8 runs
        assert compact(tmp_path / "out") == (6, 4)
        same(Sweep.load(tmp_path / "out"), many)

    def test_broken_off_anywhere_nothing_is_lost(
        self, many: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Killed before each write and each removal in turn: joined again, or swept again, the rows are the same, and what
        is read meanwhile is the same or is refused."""
        monkeypatch.setattr("sim.experiment.work.spec_of", None)  # nothing is simulated again
        for step in range(200):
            place = tmp_path / f"out{step}"
            shutil.copytree(many.place, place)
            with monkeypatch.context() as patch:
                left = [step]
                for name in ("writing", "remove"):
                    patch.setattr(Local, name, _breaking(getattr(Local, name), left))
                try:
                    compact(place)
                    break
                except Broken:
                    pass
            for kind in ("outcomes", "series"):
                try:
                    read = getattr(Sweep.load(place), kind)
                except FolderError as problem:
                    assert "run the sweep again into the same folder to mend it" in str(problem)  # noqa: PT017
                else:
                    pd.testing.assert_frame_equal(read, getattr(many, kind), check_exact=True)
            if step % 2:
                compact(place)
            else:
                sweep(EXPERIMENT, place)
            same(Sweep.load(place), many)
            assert examine(place).whole
            shutil.rmtree(place)
        assert step >= 4 + 12

    def test_what_is_done_of_a_sweep_can_be_joined(self, many: Sweep, tmp_path: Path) -> None:
        place = tmp_path / "out"
        shutil.copytree(many.place, place)
        for name in part_names(Local(place), OUTCOMES, ["confront"])[:2]:
            Local(place).remove(name)
        compact(place)
        same(sweep(EXPERIMENT, place), many)

    def test_a_torn_part_stops_it(self, many: Sweep, tmp_path: Path) -> None:
        place = tmp_path / "out"
        shutil.copytree(many.place, place)
        (place / part_names(Local(place), OUTCOMES, ["confront"])[0]).write_bytes(b"torn")
        with pytest.raises(FolderError, match="torn or damaged; run the sweep again"):
            compact(place)
        assert with_parts(place) == 12

    def test_the_command(self, many: Sweep, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        place = tmp_path / "out"
        shutil.copytree(many.place, place)
        assert called(capfd, "sweep", "--compact", place) == (
            0,
            f"{place}: 6 parts are now 2, with the same rows\n",
            "",
        )
        for words, says in (
            (("--compact", tmp_path / "none"), "there is no manifest.json in it"),
            (("confront_or_accommodate", "--compact", place), "--compact DIR goes by itself"),
            (("--out", place), "EXPERIMENT is needed"),
        ):
            code, _, err = called(capfd, "sweep", *words)
            assert code == 2
            assert says in err


def _breaking(plain: Callable[..., Any], left: list[int]) -> Callable[..., Any]:
    def breaking(self: Local, name: str) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Broken
        return plain(self, name)

    return breaking


# ------------------------------------------------------------------------------------------------ read by columns


def analysed(place: Path) -> dict[str, Any]:
    """What the three analyses make of a sweep."""
    one = Sweep.load(place)
    found = one.regret(["attacks", "p50(fatalities)"], satisfy=["economy > 0.2"])
    return {
        "ranks": one.sensitivity(["attacks", "economy"]).indices,
        "pawn": one.sensitivity(["p50(attacks)"], versus="confront", method="pawn").indices,
        "box": one.discover("attacks[confront] > attacks[appease]").text(),
        "points": one.discover(
            'p50(attacks) > 300 or verdict == "escalation"', scenario="appease", method="cart"
        ).text(),
        "regret": json.dumps(found.as_json()),
        "deciders": found.deciders(),
    }


def test_what_analyses_find_does_not_hang_on_how_much_memory_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a sweep of a million points does not fit, or is told otherwise than a small one. Nothing is read but columns."""
    data = EXPERIMENT | {"design": {"kind": "latin_hypercube", "points": 90, "seed": 3}, "series": False, "months": 12}
    place = sweep(data | {"metrics": ["attacks", "fatalities", "economy"]}, tmp_path / "out", chunk=40).place
    whole = analysed(Path(place))
    for name in ("experiments", "outcomes"):
        monkeypatch.setattr(Sweep, name, property(lambda one, name=name: pytest.fail(f"all {name} were read")))
    # Room for one outcome, one column, and for twenty-three rows at a time.
    for module in (columns, figures):
        monkeypatch.setattr(module, "MOST_HELD", 70)
    spilled = columns.Places(90, 3)
    assert spilled._file is not None
    assert len(list(spilled.blocks())) == 4
    parts = analysed(Path(place))
    for name, one in whole.items():
        if isinstance(one, pd.DataFrame):
            pd.testing.assert_frame_equal(one, parts[name], rtol=1e-9)
        else:
            assert one == parts[name], name
