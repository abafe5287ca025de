"""Running sweeps: the same numbers however they are run, resuming, what fails, what is taken over, the command."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from command import called

import sim
from sim.ensemble import simulate
from sim.ensemble.spec import LimitError, RunSpec
from sim.ensemble.timing import timed
from sim.experiment import sweep as runner
from sim.experiment import work
from sim.experiment.folder import FolderError
from sim.experiment.load import ExperimentError, load_plan
from sim.experiment.outcome import Sweep
from sim.experiment.parts import fingerprint, part_names
from sim.experiment.plan import Plan
from sim.experiment.store import open_store
from sim.experiment.sweep import Standing, SweepInterrupted, SweepStoppedError, estimate, sweep
from sim.experiment.work import Job
from sim.model import FrontierModel
from sim.scenario import load_scenario, with_overrides

VARIED = {"reward_response": None, "threat_response": {"low": -1, "high": 0.5}, "shelter_protection": None}
SMALL: dict[str, Any] = {
    "schema": 1,
    "title": "Small",
    "scenarios": ["confront", "appease"],
    "levers": {"pakistan.aid": None, "taliban.stance": {"levels": ["choose", "restrain"]}},
    "uncertainties": VARIED,
    "constants": {"kinship_weight": 1.0},
    "design": {"kind": "latin_hypercube", "points": 9, "seed": 3},
    "worlds": 4,
    "months": 3,
    "seed": 7,
    "metrics": ["attacks", "fatalities", "sovereignty", "aid"],
}
DECLARED = "Parameters that are not varied stand at their declared values (parameters: defaults)."
SHARED = (
    "All points share the same worlds (luck: shared): world k has the same random draws at each, so that differences "
    "between points are paired."
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """The small sweep, run in one go."""
    return sweep(SMALL, tmp_path_factory.mktemp("sweeps") / "whole")


def same(a: Sweep, b: Sweep) -> None:
    pd.testing.assert_frame_equal(a.outcomes, b.outcomes, check_exact=True)
    pd.testing.assert_frame_equal(a.experiments, b.experiments, check_exact=True)
    assert a.fingerprint == b.fingerprint


def parts(place: str | Path) -> list[Path]:
    return sorted(path for kind in ("outcomes", "series") for path in Path(place, kind).glob("*/*.parquet"))


def beside(part: Path, place: Path) -> Path:
    """Where a part of another sweep would stand in this one."""
    return place.joinpath(*part.parts[-3:])


class TestNumbers:
    @pytest.mark.parametrize("chunk", [1, 3, 4, 5, 12, 1000])
    def test_chunks_change_no_bit(self, whole: Sweep, chunk: int, tmp_path: Path) -> None:
        same(whole, sweep(SMALL, tmp_path / "out", chunk=chunk))

    @pytest.mark.parametrize("luck", ["shared", "own"])
    def test_a_point_is_what_it_is_alone(self, luck: str, tmp_path: Path) -> None:
        """As a scenario with the same values set, run for itself in the ordinary way."""
        found = sweep({**SMALL, "luck": luck}, tmp_path / "out")
        values = found.experiments
        for point in (0, 5, 11, 17):
            row = values.loc[point]
            settings = {
                "actors.pakistan.levers.aid": float(row["lever:pakistan.aid"]),
                "actors.taliban.stance": row["lever:taliban.stance"],
                "parameters.kinship_weight": 1.0,
                **{f"parameters.{name}": float(row[f"uncertainty:{name}"]) for name in VARIED},
            }
            first = 4 * int(row["draw"]) if luck == "own" else 0
            scenario = with_overrides(load_scenario(str(row["scenario"])), settings)
            alone = sim.run(scenario, worlds=first + 4, months=3, seed=7, parameters="defaults").outcomes.tail(4)
            packed = found.outcomes.loc[point]
            assert packed["verdict"].tolist() == alone["verdict"].tolist()
            numbers = packed.columns.drop("verdict")
            assert np.array_equal(packed[numbers].to_numpy(), alone[numbers].to_numpy(), equal_nan=True)

    def test_shared_draws_pair_points_and_own_draws_do_not(self, tmp_path: Path) -> None:
        """Two points that differ in what moves nothing within a month see the same draws, or each its own."""
        design = {"kind": "factorial"}
        idle = {"taliban.messaging": {"levels": [0.5, 0.500001]}}
        data = {**SMALL, "levers": idle, "uncertainties": {}, "design": design, "months": 1, "scenarios": ["confront"]}
        shared = sweep(data, tmp_path / "shared").outcomes["attacks"].to_numpy().reshape(2, 4)
        own = sweep({**data, "luck": "own"}, tmp_path / "own").outcomes["attacks"].to_numpy().reshape(2, 4)
        assert np.array_equal(shared[0], shared[1])
        assert np.array_equal(shared[0], own[0])
        assert not np.array_equal(own[0], own[1])

    @pytest.mark.parametrize("chunk", [1, 3, 40])
    def test_points_of_many_worlds_are_cut_into_blocks(self, chunk: int, tmp_path: Path) -> None:
        data = {**SMALL, "worlds": 10, "design": {**SMALL["design"], "points": 2}}
        same(sweep(data, tmp_path / "whole"), sweep(data, tmp_path / "cut", chunk=chunk))

    def test_own_draws_in_chunks(self, tmp_path: Path) -> None:
        data = {**SMALL, "luck": "own", "lever_design": {"kind": "factorial", "levels": 2}}
        data["design"] = {**SMALL["design"], "points": 5}
        same(sweep(data, tmp_path / "whole"), sweep(data, tmp_path / "cut", chunk=12))

    @pytest.mark.parametrize("parameters", ["prior", "force_works"])
    def test_other_parameters_come_from_where_it_says(self, parameters: str, tmp_path: Path) -> None:
        data = {**SMALL, "levers": {}, "uncertainties": {}, "constants": {}, "parameters": parameters}
        data |= {"scenarios": ["confront"], "design": None}
        found = sweep({key: value for key, value in data.items() if value is not None}, tmp_path / "out")
        alone = sim.run("confront", worlds=4, months=3, seed=7, parameters=parameters).outcomes
        assert np.array_equal(found.outcomes["fatalities"], alone["fatalities"])

    def test_dated_levers_hold_from_their_month(self, tmp_path: Path) -> None:
        levers = {"pakistan.aid": {"levels": [0.2, 0.9], "from": "2021-10"}}
        data = {**SMALL, "levers": levers, "uncertainties": {}, "design": {"kind": "factorial"}, "series": True}
        found = sweep(data, tmp_path / "out").series["aid"].unstack("month")
        low, high = found.loc[0], found.loc[1]
        assert np.array_equal(low[[0, 1]], high[[0, 1]])
        assert (low[2] < high[2]).all()

    def test_crossing_gives_every_mix_every_draw(self, tmp_path: Path) -> None:
        data = {**SMALL, "lever_design": {"kind": "factorial", "levels": 2}}
        table = sweep(data, tmp_path / "out", chunk=100).experiments
        assert len(table) == 2 * (2 * 2) * 9
        assert (table.groupby(["scenario", "mix"], observed=True)["draw"].nunique() == 9).all()
        assert (table.groupby("draw")["uncertainty:reward_response"].nunique() == 1).all()
        assert (table.groupby("mix")["lever:pakistan.aid"].nunique() == 1).all()

    def test_the_fingerprint_follows_from_the_rows_and_not_their_order(self) -> None:
        rng = np.random.default_rng(1)
        columns = {"point": np.arange(50), "a": rng.random(50), "b": rng.random(50)}
        mark, order = fingerprint(columns), rng.permutation(50)
        assert mark == fingerprint({name: value[order] for name, value in columns.items()})
        halves = [
            fingerprint({name: value[half] for name, value in columns.items()}) for half in (slice(20), slice(20, 50))
        ]
        assert mark == sum(halves) % 2**64
        changed = columns["a"].copy()
        changed[7] = np.nextafter(changed[7], 1)
        assert mark != fingerprint({**columns, "a": changed})
        assert mark != fingerprint({**columns, "a": columns["b"], "b": columns["a"]})


class TestFolders:
    def test_what_is_in_it(self, whole: Sweep) -> None:
        names = {path.name for path in Path(whole.place).iterdir()}
        assert names == {"manifest.json", "experiment.yaml", "experiments.parquet", "outcomes", "scenarios"}
        assert whole.manifest["state"] == "finished"
        assert whole.manifest["versions"]["numpy"] == np.__version__
        assert whole.complete
        assert whole.experiments.columns.tolist() == [
            "id",
            "scenario",
            "mix",
            "draw",
            "lever:pakistan.aid",
            "lever:taliban.stance",
            "uncertainty:reward_response",
            "uncertainty:threat_response",
            "uncertainty:shelter_protection",
            "constant:kinship_weight",
            "error",
        ]
        assert whole.experiments["id"].is_unique
        assert whole.factors("uncertainty") == [f"uncertainty:{name}" for name in VARIED]
        assert whole.experiments["uncertainty:threat_response"].between(-1, 0.5).all()
        assert len(whole.outcomes) == 18 * 4
        assert whole.outcomes.index.names == ["point", "world"]
        assert whole.means(["attacks"]).shape == (18, 1)

    def test_its_experiment_makes_the_same_sweep_again(self, whole: Sweep, tmp_path: Path) -> None:
        assert load_plan(Path(whole.place) / "experiment.yaml").identity == whole.manifest["identity"]
        (tmp_path / "points.csv").write_text("taliban.stance,pakistan.aid\nrestrain,0.1\ncontain,0.30000000000000004\n")
        file = tmp_path / "listed.yaml"
        file.write_text(
            "schema: 1\ntitle: T\nscenarios: [confront]\nmonths: 1\ndesign: {kind: csv, file: points.csv}\n"
            "levers: {pakistan.aid: {from: 2021-09}, taliban.stance: }\n"
        )
        one = sweep(file, tmp_path / "out")
        assert load_plan(tmp_path / "out" / "experiment.yaml").identity == one.manifest["identity"]

    def test_run_again_nothing_is_done(self, whole: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
        before = [(path, path.stat().st_mtime_ns) for path in parts(whole.place)]
        monkeypatch.setattr(work, "spec_of", None)
        same(whole, sweep(SMALL, whole.place))
        assert before == [(path, path.stat().st_mtime_ns) for path in parts(whole.place)]

    @pytest.mark.parametrize(
        "harm",
        [
            lambda part: part.unlink(),
            lambda part: part.write_bytes(part.read_bytes()[:-9]),
            lambda part: part.write_bytes(b""),
            lambda part: part.write_bytes(part.read_bytes()[:300] + b"x" + part.read_bytes()[301:]),
            lambda part: part.rename(part.with_name("0" * 16 + part.name[16:])),
            lambda part: (part.parent / f".{part.name}.77.tmp").write_bytes(part.read_bytes()[:100]),
        ],
        ids=["missing", "torn", "empty", "changed", "misnamed", "left over"],
    )
    def test_a_part_that_is_no_good_is_done_again(
        self, whole: Sweep, harm: Callable[[Path], Any], tmp_path: Path
    ) -> None:
        place = tmp_path / "out"
        first = sweep(SMALL, place, chunk=12)
        names = parts(place)
        harm(names[1])
        same(whole, sweep(SMALL, place, chunk=12))
        assert parts(place) == names
        assert not list((place / "outcomes").rglob(".*"))
        assert first.fingerprint == whole.fingerprint

    def test_another_sweeps_part_is_not_taken(self, whole: Sweep, tmp_path: Path) -> None:
        other = sweep({**SMALL, "seed": 8}, tmp_path / "other")
        sweep(SMALL, tmp_path / "out", chunk=12)
        for part in parts(other.place):
            shutil.copy(part, beside(part, tmp_path / "out"))
        names = "|".join(part.name for part in parts(other.place))
        with pytest.raises(FolderError, match=f"({names}): of another sweep; move it away"):
            sweep(SMALL, tmp_path / "out")
        for part in parts(other.place):
            beside(part, tmp_path / "out").unlink()
        same(whole, sweep(SMALL, tmp_path / "out"))

    def test_the_same_points_twice_count_once(self, whole: Sweep, tmp_path: Path) -> None:
        """As when a process that was thought dead finishes its work."""
        sweep(SMALL, tmp_path / "one", chunk=12)
        sweep(SMALL, tmp_path / "two", chunk=20)
        for part in parts(tmp_path / "two"):
            shutil.copy(part, beside(part, tmp_path / "one"))
        same(whole, sweep(SMALL, tmp_path / "one"))

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"seed": 8}, "it has other seed:"),
            ({"worlds": 5, "months": 2}, "it has other worlds of each point, months:"),
            ({"scenarios": ["confront"]}, "it has other scenarios, levers:"),
            ({"design": {"kind": "latin_hypercube", "points": 9, "seed": 4}}, "it has other points:"),
            ({"metrics": ["attacks"]}, "it has other metrics:"),
        ],
    )
    def test_another_experiment_is_refused(self, whole: Sweep, change: dict[str, Any], words: str) -> None:
        with pytest.raises(FolderError, match="another sweep is in this folder") as caught:
            sweep({**SMALL, **change}, whole.place)
        assert words in str(caught.value)

    def test_another_version_of_the_model_is_refused(self, whole: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sim.experiment.plan.model_fingerprint", lambda model: "another")
        with pytest.raises(FolderError, match="it has other version of the model"):
            sweep(SMALL, whole.place)

    def test_a_title_may_change(self, whole: Sweep, tmp_path: Path) -> None:
        shutil.copytree(whole.place, tmp_path / "out")
        assert sweep({**SMALL, "title": "Other"}, tmp_path / "out").title == "Other"

    def test_folders_of_others_are_refused(self, tmp_path: Path) -> None:
        (tmp_path / "thesis.doc").write_text("mine")
        with pytest.raises(FolderError, match="not empty and not a sweep's: it holds thesis"):
            sweep(SMALL, tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]
        sim.run("confront", worlds=1, months=1).save(tmp_path / "run")
        with pytest.raises(FolderError, match="not the folder of a sweep"):
            sweep(SMALL, tmp_path / "run")
        with pytest.raises(FolderError, match="not a sweep's folder"):
            Sweep.load(tmp_path / "nowhere")

    def test_one_process_at_a_time(self, tmp_path: Path) -> None:
        inside: list[str] = []

        def progress(_: Standing) -> None:
            with pytest.raises(FolderError, match="another process is filling this folder"):
                sweep(SMALL, tmp_path / "out")
            inside.append("tried")

        sweep(SMALL, tmp_path / "out", progress=progress)
        assert inside

    def test_series_are_kept_when_asked_for(self, tmp_path: Path) -> None:
        data = {**SMALL, "series": True}
        one, other = sweep(data, tmp_path / "one"), sweep(data, tmp_path / "other", chunk=8)
        pd.testing.assert_frame_equal(one.series, other.series, check_exact=True)
        assert one.fingerprint == other.fingerprint
        assert len(one.series) == 18 * 4 * 3
        assert one.series["attacks"].groupby(level=["point", "world"]).sum().equals(one.outcomes["attacks"])
        assert one.calendar("confront") == ["2021-08", "2021-09", "2021-10"]
        for part in parts(other.place):
            if part.parts[-3] == "series":
                part.write_bytes(b"torn")
        same(one, sweep(data, other.place))
        pd.testing.assert_frame_equal(one.series, Sweep.load(other.place).series, check_exact=True)

    def test_no_series_are_made_up(self, whole: Sweep) -> None:
        with pytest.raises(FolderError, match="series: true"):
            _ = whole.series

    def test_a_torn_part_is_not_read(self, tmp_path: Path) -> None:
        one = sweep(SMALL, tmp_path / "out")
        parts(one.place)[0].write_bytes(b"torn")
        with pytest.raises(FolderError, match="torn or damaged; run the sweep again into the same folder to mend it"):
            _ = one.outcomes

    def test_urls_are_folders_too(self, whole: Sweep) -> None:
        pytest.importorskip("fsspec")
        one = sweep(SMALL, "memory://sweeps/one", chunk=12)
        same(whole, one)
        store = open_store("memory://sweeps/one")
        name = part_names(store, "outcomes", ["confront"])[0]
        store.remove(name)
        same(whole, sweep(SMALL, "memory://sweeps/one"))


class TestReuse:
    def test_what_is_in_common_is_taken_over(
        self, whole: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Other metrics, fewer worlds, one of the scenarios: all of it is there already."""
        data = {**SMALL, "metrics": ["aid", "attacks"], "worlds": 3, "scenarios": ["appease"]}
        fresh = sweep(data, tmp_path / "fresh")
        monkeypatch.setattr(work, "spec_of", None)
        same(fresh, sweep(data, tmp_path / "out", reuse=[whole.place]))

    def test_the_rest_is_computed(self, whole: Sweep, tmp_path: Path) -> None:
        data = {**SMALL, "scenarios": ["appease", "hedge"], "series": False}
        seen: list[Standing] = []
        same(sweep(data, tmp_path / "fresh"), sweep(data, tmp_path / "out", reuse=[whole.place], progress=seen.append))
        assert (seen[0].done, seen[-1].done, seen[-1].fresh) == (36, 72, 36)

    @pytest.mark.parametrize("there", [[0.1, 0.5, 0.1, 0.9, 0.1], [0.1, 0.5]])
    def test_a_point_that_stands_there_several_times_is_taken_over_once_for_each_here(
        self, there: list[float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Otherwise a design that comes back to a point, as Morris's do, gets more rows than it asked for."""

        def listed(values: list[float]) -> Path:
            (tmp_path / "points.csv").write_text("\n".join(["pakistan.aid", *map(str, values)]) + "\n")
            file = tmp_path / "listed.yaml"
            file.write_text(
                "schema: 1\ntitle: T\nscenarios: [confront]\nmonths: 1\nworlds: 2\nseries: true\n"
                "design: {kind: csv, file: points.csv}\nlevers: {pakistan.aid: }\n"
            )
            return file

        other = sweep(listed(there), tmp_path / "other", chunk=4)
        fresh = sweep(listed([0.5, 0.1, 0.1]), tmp_path / "fresh")
        monkeypatch.setattr(work, "spec_of", None)
        again = sweep(listed([0.5, 0.1, 0.1]), tmp_path / "out", reuse=[other.place])
        same(fresh, again)
        assert len(again.outcomes) == 3 * 2
        assert again.manifest["fingerprint"] == fresh.manifest["fingerprint"]
        pd.testing.assert_frame_equal(fresh.series, again.series, check_exact=True)

    def test_series_are_taken_over(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        data = {**SMALL, "series": True}
        one = sweep(data, tmp_path / "one")
        monkeypatch.setattr(work, "spec_of", None)
        two = sweep({**data, "metrics": ["sovereignty"]}, tmp_path / "two", reuse=[one.place])
        assert two.series["sovereignty"].equals(one.series["sovereignty"])

    @pytest.mark.parametrize(
        "change", [{"seed": 8}, {"months": 4}, {"worlds": 5}, {"metrics": ["unrest"]}, {"series": True}]
    )
    def test_what_is_not_alike_is_refused(self, whole: Sweep, change: dict[str, Any], tmp_path: Path) -> None:
        with pytest.raises(FolderError, match="nothing can be taken over"):
            sweep({**SMALL, **change}, tmp_path / "out", reuse=[whole.place])


def failing(where: Callable[[Job], bool]) -> Callable[[Job], RunSpec]:
    build = work.spec_of

    def build_or_fail(job: Job) -> RunSpec:
        if where(job):
            raise ValueError("not in this world")
        return build(job)

    return build_or_fail


class TestFailures:
    def test_a_point_that_fails_is_recorded_and_the_rest_goes_on(
        self, whole: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad = [3, 4, 16]
        monkeypatch.setattr(work, "spec_of", failing(lambda job: bool(np.isin(bad, job.points).any())))
        one = sweep(SMALL, tmp_path / "out")
        assert one.failures == dict.fromkeys(bad, "ValueError: not in this world")
        pd.testing.assert_frame_equal(one.outcomes, whole.outcomes.drop(index=bad, level="point"), check_exact=True)
        assert one.manifest["failed_points"] == 3
        assert one.complete
        monkeypatch.setattr(work, "spec_of", None)
        same(one, sweep(SMALL, tmp_path / "out"))

    def test_all_may_fail(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(work, "spec_of", failing(lambda job: True))
        one = sweep(SMALL, tmp_path / "out")
        assert len(one.failures) == 18
        assert len(one.outcomes) == 0

    def test_the_models_own_refusals_count(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """One point is led out of all bounds in the middle of a run."""
        plain = simulate.build_model

        def spoiled(batch: RunSpec, parts: None = None) -> FrontierModel:
            model = plain(batch, parts)
            economy = model.pakistan.economy.copy()
            economy[np.repeat(jobs[-1].points, jobs[-1].spec.worlds) == 5] = np.nan
            model.pakistan.economy = economy
            return model

        jobs: list[Job] = []
        spec_of = work.spec_of

        def noted(job: Job) -> RunSpec:
            jobs.append(job)
            return spec_of(job)

        monkeypatch.setattr(work, "spec_of", noted)
        monkeypatch.setattr(simulate, "build_model", spoiled)
        one = sweep(SMALL, tmp_path / "out", engine="numpy")  # whose model can be spoiled
        assert list(one.failures) == [5]
        assert one.failures[5].startswith("ChanceError: a Poisson mean of nan")

    def test_a_machines_trouble_is_no_points(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def build(job: Job) -> RunSpec:
            raise MemoryError

        monkeypatch.setattr(work, "spec_of", build)
        with pytest.raises(SweepStoppedError, match=r"out: not enough memory.*\(0 of 72 runs are kept"):
            sweep(SMALL, tmp_path / "out")

    def test_an_interrupted_sweep_goes_on(self, whole: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        calls: list[Job] = []
        build = work.spec_of

        def stop(job: Job) -> RunSpec:
            calls.append(job)
            if len(calls) == 4:
                raise KeyboardInterrupt
            return build(job)

        monkeypatch.setattr(work, "spec_of", stop)
        with pytest.raises(SweepInterrupted) as caught:
            sweep(SMALL, tmp_path / "out", chunk=12)
        assert (caught.value.standing.done, caught.value.standing.runs) == (36, 72)
        halfway = Sweep.load(tmp_path / "out")
        assert (halfway.manifest["state"], halfway.complete, len(halfway.outcomes)) == ("interrupted", False, 36)
        same(whole, sweep(SMALL, tmp_path / "out", chunk=20))
        assert len(calls) < 10


class TestLimits:
    @pytest.mark.parametrize("workers", [0, -1, 1025, True, 1.5])
    def test_workers(self, workers: Any, tmp_path: Path) -> None:
        with pytest.raises(LimitError, match="workers must be a whole number from 1 to 1,024"):
            sweep(SMALL, tmp_path / "out", workers=workers)
        assert not (tmp_path / "out").exists()

    def test_chunk(self, tmp_path: Path) -> None:
        with pytest.raises(LimitError, match="chunk must be a whole number"):
            sweep(SMALL, tmp_path / "out", chunk=0)

    @pytest.mark.parametrize("address", ["nonsense", "tcp://host", "tcp://:8786/x", ""])
    def test_an_address_that_is_none(self, address: str, tmp_path: Path) -> None:
        """Otherwise Dask says so too, but leaves a thread behind, and the command never ends."""
        with pytest.raises(LimitError, match=r"such as tcp://10\.0\.0\.1:8786; got"):
            sweep(SMALL, tmp_path / "out", dask=address)
        assert not (tmp_path / "out").exists()

    def test_a_file_is_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / "out").write_text("notes")
        with pytest.raises(FolderError, match="this is a file; name a folder"):
            sweep(SMALL, tmp_path / "out")
        assert (tmp_path / "out").read_text(encoding="utf-8") == "notes"

    def test_urls_that_cannot_be_reached(self, tmp_path: Path) -> None:
        """Otherwise what fsspec raises is told as a fault of the program."""
        pytest.importorskip("fsspec")
        with pytest.raises(LimitError, match="Protocol not known: foo; allowed: a path, or a URL"):
            sweep(SMALL, "foo://bucket/x")
        if importlib.util.find_spec("s3fs") is None:
            with pytest.raises(LimitError, match=r"a package is missing for such a URL: .*s3fs"):
                Sweep.load("s3://bucket/x")

    def test_nothing_is_made_for_a_wrong_experiment(self, tmp_path: Path) -> None:
        with pytest.raises(ExperimentError):
            sweep({**SMALL, "worlds": 0}, tmp_path / "out")
        assert not (tmp_path / "out").exists()

    def test_a_missing_package_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing(name: str) -> None:
            raise ImportError

        monkeypatch.setattr("sim.experiment.store.import_module", missing)
        for arguments in ({"out": "s3://bucket/x"}, {"out": tmp_path / "out", "dask": "tcp://127.0.0.1:1"}):
            with pytest.raises(LimitError, match=r"pip install 'durand\[cluster\]'"):
                sweep(SMALL, **arguments)  # type: ignore[arg-type]

    def test_few_runs_are_still_shared_out(self) -> None:
        plan = load_plan({**SMALL, "worlds": 100, "months": 60})
        assert (runner.pack_size(plan), plan.runs) == (1000, 1800)
        assert runner.pack_size(plan, workers=2) == 225
        assert runner.pack_size(plan, workers=2, chunk=7) == 7


class TestCommand:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / "small.yaml"
        path.write_text(json.dumps(SMALL))
        return path

    def test_it_fills_a_folder(
        self, whole: Sweep, file: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        code, out, err = called(capfd, "sweep", file, "--out", tmp_path / "out")
        assert (code, err) == (0, "")
        assert out.startswith("Small: 18 points x 4 worlds, 72 runs in ")
        assert f"Fingerprint of all rows: {whole.fingerprint}" in out
        assert f"Written: {tmp_path / 'out'}" in out
        assert f"\n{DECLARED}\n{SHARED}\n" in out
        code, out, err = called(capfd, "sweep", file, "--out", tmp_path / "out")
        assert (code, err) == (0, "")
        assert out.startswith("Small: 18 points x 4 worlds, all 72 runs were there already; nothing was run\n")

    def test_stopped_before_it_began_it_says_so(
        self, file: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stop(source: object) -> Plan:
            raise KeyboardInterrupt

        monkeypatch.setattr("sim.experiment.sweep.load_plan", stop)
        code, out, err = called(capfd, "sweep", file, "--out", tmp_path / "out")
        assert (code, out) == (130, "")
        assert err == (
            "durand: stopped before anything was run; what the folder holds is kept; run the same command again to go on\n"
        )

    @pytest.mark.parametrize("first", [0.0, 5.0])
    def test_what_is_done_once_is_not_counted_for_each_piece(
        self, first: float, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Otherwise a sweep is said to take twenty times as long as it does, since making machine code counts for each pack."""
        clock, takes = [0.0], iter([first + 0.25, *[0.25] * 9])
        monkeypatch.setattr("sim.ensemble.timing.time.perf_counter", lambda: clock[0])

        def work() -> str:
            clock[0] += next(takes)
            return "done"

        took, output = timed(work)
        assert output == "done"
        assert took == pytest.approx((0.25, first))
        assert took.all_of(100) == pytest.approx(25.0 + first)
        assert took.all_of(100, workers=4) == pytest.approx(6.25 + first)
        assert took.all_of(0.5, workers=4) == pytest.approx(0.125 + first)

    def test_a_dry_run_starts_nothing(self, file: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        code, out, _ = called(capfd, "sweep", file, "--out", tmp_path / "out", "--dry-run", "--workers", 2)
        assert code == 0
        first, values, luck, time, disk = out.splitlines()
        assert first == "18 points x 4 worlds = 72 runs of 3 months"
        assert (values, luck) == (DECLARED, SHARED)
        assert time.startswith("expected time: about ")
        assert disk.startswith("expected disk: about ")
        assert sorted(os.listdir(tmp_path)) == ["small.yaml"]

    def test_what_is_expected_of_the_disk_comes_true(self, tmp_path: Path) -> None:
        for series in (False, True):
            data = {**SMALL, "worlds": 40, "series": series}
            one = sweep(data, tmp_path / f"out{series}")
            real = sum(path.stat().st_size for path in Path(one.place).rglob("*.parquet"))
            assert 0.5 < estimate(data).bytes / real < 2

    def test_failures_are_told_and_leave_with_1(
        self, file: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(work, "spec_of", failing(lambda job: bool(np.isin([3, 9], job.points).any())))
        code, out, err = called(capfd, "sweep", file, "--out", tmp_path / "out")
        assert code == 1
        assert "Written" in out
        assert "2 of 18 points failed; the others are kept:\n  2 x ValueError; point 3: not in this world" in err

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (("nonsense", "--out", "x"), "there is no experiment with this name: nonsense"),
            (("missing.yaml", "--out", "x"), "missing.yaml: there is no such file"),
            (("FILE",), "--out DIR is needed"),
            (("FILE", "--out", "x", "--workers", "2", "--dask", "tcp://x:1"), "give one of the two"),
            (("FILE", "--out", "x", "--workers", "0"), "workers must be a whole number from 1"),
            (("FILE", "--out", "."), "not empty and not a sweep's"),
        ],
    )
    def test_bad_input_leaves_with_2(
        self,
        words: tuple[str, ...],
        message: str,
        file: Path,
        tmp_path: Path,
        capfd: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        code, _, err = called(capfd, "sweep", *(str(file) if word == "FILE" else word for word in words))
        assert code == 2
        assert message in err
        assert os.listdir(tmp_path) == ["small.yaml"]

    def test_python_has_the_same_names(self) -> None:
        assert sim.sweep is sweep
        assert sim.Sweep is Sweep
