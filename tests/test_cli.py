"""The command line, run as a user would: what is printed where, exit codes, no traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from command import Durand, Outcome
from small_model import SmallModel, install, real

import sim
from sim.metrics import METRICS
from sim.vocabulary import VERDICTS

ROOT = Path(__file__).parents[1]
FIGURES = {"mean", "p05", "p50", "p95"}
HEAVY = ("numpy", "pandas", "xarray", "mesa", "altair", "pyarrow", "scipy", "pydantic", "yaml", "jinja2", "vl_convert")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, Path]]:
    """A stand-in for the report; what it was asked to write."""
    asked: list[tuple[object, Path]] = []

    def write(results: object, path: Path) -> None:
        asked.append((results, path))
        Path(path).write_text("<html>")

    report = ModuleType("sim.report.page")
    report.write = write  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sim.report.page", report)
    return asked


def process(*arguments: str, cwd: Path = ROOT, code: str = "from sim.commands.main import main; main()") -> Outcome:
    """Call the command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


class TestStart:
    def test_help_names_the_commands(self, durand: Durand) -> None:
        shown = durand("--help")
        assert shown.code == 0
        for command in ("list", "show", "validate", "run", "compare", "evidence", "report"):
            assert command in shown.out
        assert "Not a forecast" in shown.out

    def test_help_imports_nothing_heavy(self) -> None:
        code = "import sys; from sim.commands.main import app; app(['--help'], standalone_mode=False)\n"
        code += f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
        assert process(code=code).err.strip() == "[]"

    def test_import_sim_is_light(self) -> None:
        code = f"import sys, sim; print([name for name in {HEAVY} if name in sys.modules])"
        assert process(code=code).out.strip() == "[]"

    def test_version(self, durand: Durand) -> None:
        assert durand("--version").out.strip() == f"durand {sim.__version__}"

    def test_python_m_sim(self) -> None:
        done = subprocess.run([sys.executable, "-m", "sim", "--version"], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0
        assert done.stdout.startswith("durand ")

    def test_nothing_asked_shows_the_help(self, durand: Durand) -> None:
        shown = durand()
        assert "compare" in shown.out + shown.err
        assert shown.code in (0, 2)


class TestBadInput:
    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["nonsense"], "nonsense"),
            (["run"], "NAME"),
            (["run", "confront", "--bogus"], "--bogus"),
            (["run", "confront", "--worlds", "many"], "--worlds"),
            (["run", "confront", "--worlds", "0"], "1 to 1,000,000"),
            (["run", "confront", "--worlds", "1000001"], "1 to 1,000,000"),
            (["run", "confront", "--months", "361"], "1 to 360"),
            (["run", "confront", "--seed", "-1"], "0 to 9,223,372,036,854,775,807"),
            (["run", "confront", "--seed", str(2**63)], "0 to 9,223,372,036,854,775,807"),
            (["run", "confront", "--seed", "9" * 40], "0 to 9,223,372,036,854,775,807"),
            (["run", "confront", "--parameters", "guess"], "guess"),
            (["run", "confront", "--set", "push"], "PATH=VALUE"),
            (["run", "confront", "--set", "=3"], "PATH=VALUE"),
            (["run", "confront", "--set", "pull=3"], "pull"),
            (["run", "confrunt"], "confrunt"),
            (["compare", "confront"], "two scenarios or more"),
            (["compare", "confront", "appease", "--baseline", "hedge"], "allowed: confront, appease"),
            (["compare", "confront", "late"], "2022-01"),
            (["show", "confrunt"], "allowed: confront"),
            (["report", "/nowhere/at/all"], "no such folder"),
        ],
    )
    def test_one_message_and_exit_2(self, durand: Durand, small: None, arguments: list[str], said: str) -> None:
        shown = durand(*arguments)
        assert shown.code == 2
        assert shown.out == ""
        assert said in shown.err
        assert shown.err.startswith("durand: ")
        assert len(shown.err.splitlines()) <= 2

    def test_a_failure_inside_is_1_without_a_traceback(
        self, durand: Durand, small: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(model: SmallModel) -> None:
            raise FloatingPointError("grievance is not finite in world 3")

        monkeypatch.setattr(SmallModel, "step", fail)
        shown = durand("run", "confront", "--worlds", 2)
        assert shown.code == 1
        assert "grievance is not finite in world 3" in shown.err
        monkeypatch.setenv("DURAND_TRACEBACK", "1")
        from sim.commands.main import main

        with pytest.raises(FloatingPointError):
            main(["run", "confront", "--worlds", "2"])

    def test_an_unwritable_place_is_1(self, durand: Durand, small: None, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        shown = durand("run", "confront", "--worlds", 1, "--out", tmp_path / "file" / "below")
        assert shown.code in (1, 2)
        assert str(tmp_path / "file") in shown.err

    def test_a_reader_who_leaves_early_is_no_error_message(self) -> None:
        done = subprocess.run(
            f"'{sys.executable}' -m sim --help | true", shell=True, cwd=ROOT, capture_output=True, text=True
        )
        assert "Traceback" not in done.stderr
        assert "BrokenPipe" not in done.stderr


class TestScenarios:
    def test_list_is_a_line_each(self, durand: Durand, small: None) -> None:
        lines = durand("list").out.splitlines()
        assert len(lines) == 4
        assert lines[1].split() == ["appease", "Accommodate:", "What", "happens?"]

    def test_show_prints_the_whole(self, durand: Durand, small: None) -> None:
        assert durand("show", "appease").out == "schema: 1\ntitle: Accommodate\npush: -0.2\n"

    def test_show_diff(self, durand: Durand, small: None) -> None:
        shown = durand("show", "confront", "--diff", "appease").out
        assert "How hard it pushes" in shown
        assert "0.5" in shown
        assert "-0.2" in shown
        assert "do not differ" in durand("show", "confront", "--diff", "confront").out

    def test_validate(self, durand: Durand, small: None) -> None:
        assert durand("validate", "good.yaml") == (0, "good.yaml: fine\n", "")
        shown = durand("validate", "bad.yaml", "good.yaml", "bad2.yaml")
        assert shown.code == 2
        assert shown.out == "good.yaml: fine\n"
        assert [line.partition(": ")[0] for line in shown.err.splitlines()] == ["bad.yaml:3", "bad2.yaml:3"]

    def test_validate_knows_every_kind_of_file(self, durand: Durand, tmp_path: Path) -> None:
        """Otherwise an analyst's or a lecturer's file is checked as a scenario, or not before it is used."""
        shelf = Path(__file__).resolve().parents[1] / "scenarios"
        files = [shelf / name for name in ("confront.yaml", "policies/confront.yaml", "experiments/corners.yaml")]
        files += sorted((shelf / "exercises").glob("*.yaml"))[:1]
        assert len(files) == 4
        assert durand("validate", shelf / "searches" / "third_way.yaml").code == 0  # it has targets, too
        shown = durand("validate", *files)
        assert shown == (0, "".join(f"{file}: fine\n" for file in files), "")
        for file, wrong in zip(files, ("months: 0\n", "colour: red\n", "worlds: 0\n", "minutes: -1\n"), strict=True):
            key = wrong.partition(":")[0]
            lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith(f"{key}:")]
            (tmp_path / file.name).write_text("\n".join([*lines, wrong]))
            shown = durand("validate", tmp_path / file.name)
            assert shown.code == 2, file
            assert f"{file.name}:" in shown.err
            assert key in shown.err


class TestJson:
    def test_the_object_of_a_comparison_and_nothing_else(self, durand: Durand, small: None) -> None:
        shown = durand("compare", "confront", "appease", "--worlds", 20, "--seed", 7, "--months", 2, "--json")
        assert shown.code == 0
        assert shown.err == ""
        found = json.loads(shown.out)
        assert set(found) == {"scenarios", "paired", "verdicts", "manifest"}
        assert set(found["scenarios"]) == {"confront", "appease"}
        for metrics in found["scenarios"].values():
            assert set(metrics) == set(METRICS)
            assert all(set(figures) >= FIGURES for figures in metrics.values())
        assert set(found["paired"]) == {"appease-vs-confront"}
        for figures in found["paired"]["appease-vs-confront"].values():
            assert set(figures) >= FIGURES | {"se", "share_higher"}
            assert 0 <= figures["share_higher"] <= 1
        for shares in found["verdicts"].values():
            assert set(shares) == set(VERDICTS)
            assert sum(shares.values()) == pytest.approx(1)
        manifest = found["manifest"]
        assert (manifest["seed"], manifest["worlds"], manifest["months"]) == (7, 20, 2)
        assert manifest["command"].startswith("durand")

    def test_the_object_of_a_run(self, durand: Durand, small: None) -> None:
        found = json.loads(durand("run", "confront", "--worlds", 1, "--json").out)
        assert found["paired"] == {}
        assert list(found["scenarios"]) == ["confront"]

    def test_one_world_gives_strict_json(self, durand: Durand, small: None) -> None:
        text = durand("compare", "confront", "appease", "--worlds", 1, "--json").out
        assert "NaN" not in text
        assert json.loads(text)["paired"]["appease-vs-confront"]["aid"]["se"] is None

    def test_the_same_scenario_twice_differs_by_nothing(self, durand: Durand, small: None) -> None:
        found = json.loads(durand("compare", "confront", "confront", "--worlds", 5, "--json").out)
        (paired,) = found["paired"].values()
        for figures in paired.values():
            assert {figures[key] for key in ("mean", "se", "p05", "p50", "p95", "share_higher")} == {0.0}

    def test_the_same_seed_gives_the_same_numbers(self, durand: Durand, small: None) -> None:
        once, again, other = (
            json.loads(durand("run", "confront", "--worlds", 9, "--seed", seed, "--json").out)["scenarios"]
            for seed in (3, 3, 4)
        )
        assert once == again != other

    def test_set_and_baseline_and_prior(self, durand: Durand, small: None) -> None:
        line = ["compare", "confront", "appease", "--worlds", "4", "--json", "--baseline", "appease"]
        found = json.loads(durand(*line, "--set", "push=0.1", "--set", "months=3", "--parameters", "prior").out)
        assert list(found["paired"]) == ["confront-vs-appease"]
        assert found["manifest"]["months"] == 3
        assert found["manifest"]["parameters"] == "prior"
        assert found["paired"]["confront-vs-appease"]["aid"]["mean"] == 0  # both pushed alike now

    def test_workers(self, durand: Durand, small: None) -> None:
        shown = durand("run", "confront", "--worlds", 4, "--workers", 2, "--json")
        assert json.loads(shown.out)["manifest"]["workers"] == 2
        refused = durand("compare", "confront", "appease", "--workers", 0)
        assert refused.code == 2
        assert "workers must be a whole number from 1 to 1,024; got 0" in refused.err


class TestReading:
    def test_a_comparison_for_people(self, durand: Durand, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", "150")
        shown = durand("compare", "confront", "appease", "--worlds", 120)
        assert shown.code == 0
        assert shown.err == ""
        assert "Accommodate compared with Confront: 120 paired worlds" in shown.out
        assert "Accommodate minus Confront" in " ".join(shown.out.split())
        text = " ".join(shown.out.split())
        assert "modelled worlds Confront had, over the whole run, more deaths than Accommodate" in text
        assert text.endswith("These are modelled worlds, not a forecast.")
        assert "Other groups' attacks" not in shown.out

    def test_all_metrics_when_asked(self, durand: Durand, small: None) -> None:
        shown = durand("run", "confront", "--worlds", 3, "--all")
        assert "Other groups' attacks" in " ".join(shown.out.split())

    def test_no_progress_bar_where_there_is_no_terminal(self, durand: Durand, small: None) -> None:
        assert durand("run", "confront", "--worlds", 3, "--months", 40).err == ""

    def test_a_progress_bar_on_a_terminal_after_a_second(
        self, durand: Durand, small: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from sim.results import terminal

        times = iter([0.0, 0.5, 1.5, 1.6, 1.7, 1.8, 1.9] + [2.0] * 1000)
        monkeypatch.setattr(terminal, "time", type("Clock", (), {"monotonic": staticmethod(lambda: next(times))}))
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        monkeypatch.setenv("TTY_COMPATIBLE", "1")
        shown = durand("run", "confront", "--worlds", 3, "--json")
        assert "Months of worlds" in shown.err
        json.loads(shown.out)


class TestFolders:
    def test_out_writes_folder_and_report(
        self, durand: Durand, small: None, written: list[tuple[object, Path]], tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        shown = durand("compare", "confront", "appease", "--worlds", 3, "--out", out)
        assert shown.code == 0
        assert {entry.name for entry in out.iterdir()} == {
            "confront",
            "appease",
            "comparison.json",
            "report.html",
            "plots",
        }
        assert str(out / "report.html") in shown.out.replace("\n", "")
        ((results, path),) = written
        assert isinstance(results, sim.Comparison)
        assert path.name == "report.html"

    def test_with_json_the_place_is_said_on_standard_error(
        self, durand: Durand, small: None, written: list[object], tmp_path: Path
    ) -> None:
        shown = durand("run", "confront", "--worlds", 2, "--json", "--out", tmp_path / "out")
        json.loads(shown.out)
        assert "report.html" in shown.err

    def test_somebody_elses_folder_is_refused_before_the_work(
        self, durand: Durand, small: None, tmp_path: Path
    ) -> None:
        (tmp_path / "mine.txt").write_text("mine")
        shown = durand("run", "confront", "--worlds", 2, "--out", tmp_path)
        assert shown.code == 2
        assert "mine.txt" in shown.err
        assert SmallModel.built == []

    def test_report_writes_again(
        self, durand: Durand, small: None, written: list[tuple[object, Path]], tmp_path: Path
    ) -> None:
        sim.compare(["confront", "appease"], worlds=2, months=1).save(tmp_path / "both")
        sim.run("confront", worlds=2, months=1).save(tmp_path / "one")
        assert durand("report", tmp_path / "both").code == 0
        assert durand("report", tmp_path / "one").code == 0
        assert [type(results).__name__ for results, _ in written] == ["Comparison", "Results"]
        assert (tmp_path / "one" / "report.html").read_text(encoding="utf-8") == "<html>"

    def test_report_of_a_torn_folder(self, durand: Durand, small: None, tmp_path: Path) -> None:
        sim.run("confront", worlds=2, months=1).save(tmp_path / "out")
        (tmp_path / "out" / "outcomes.parquet").write_bytes(b"")
        shown = durand("report", tmp_path / "out")
        assert shown.code == 2
        assert "torn" in shown.err


class TestStopping:
    @pytest.fixture(autouse=True)
    def chunks_of_three(self, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sim.ensemble.spec, "CHUNK", 3)

    def test_what_was_finished_is_kept(self, durand: Durand, tmp_path: Path) -> None:
        SmallModel.stop_at = 9
        shown = durand("compare", "confront", "appease", "--worlds", 9, "--months", 2, "--out", tmp_path / "out")
        assert shown.code == 130
        assert "6 worlds were finished" in shown.err
        kept = sim.Comparison.load(tmp_path / "out")
        assert kept.worlds == 6
        assert "stopped before its end" in " ".join(shown.out.split())

    def test_json_is_still_one_object(self, durand: Durand) -> None:
        SmallModel.stop_at = 3
        shown = durand("run", "confront", "--worlds", 9, "--months", 2, "--json")
        assert shown.code == 130
        assert json.loads(shown.out)["manifest"]["worlds"] == 3

    def test_a_real_ctrl_c(self) -> None:
        code = (
            "import time, pytest; from small_model import SmallModel, install; install(pytest.MonkeyPatch())\n"
            "step = SmallModel.step\n"
            "SmallModel.step = lambda model: (step(model), print('stepping', flush=True), time.sleep(1))\n"
            "from sim.commands.main import main; main(['run', 'confront', '--worlds', '9', '--months', '360'])"
        )
        path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        with subprocess.Popen(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as running:
            assert running.stdout is not None
            assert running.stdout.readline() == "stepping\n"
            running.send_signal(signal.SIGINT)
            _, err = running.communicate(timeout=300)
        assert running.returncode == 130
        assert "Traceback" not in err
        assert err.startswith("durand: stopped")

    def test_a_command_that_says_nothing_of_it_itself(
        self, durand: Durand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stopped(_: Path) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("sim.commands.main._validate", stopped)
        shown = durand("validate", tmp_path / "a.yaml")
        assert (shown.code, shown.err) == (130, "durand: stopped\n")

    def test_nothing_finished(self, durand: Durand, tmp_path: Path) -> None:
        SmallModel.stop_at = 0
        shown = durand("run", "confront", "--worlds", 9, "--out", tmp_path / "out")
        assert shown.code == 130
        assert shown.out == ""
        assert "nothing to keep" in shown.err
        assert not (tmp_path / "out").exists()


class TestEvidence:
    @pytest.fixture(autouse=True)
    def trace(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class UnknownIdError(ValueError):
            pass

        def describe(name: str) -> str:
            if name != "known":
                raise UnknownIdError(f"nothing goes by {name}; allowed: known")
            return "KNOWN\n====="

        trace, cards = ModuleType("sim.provenance"), ModuleType("sim.provenance.cards")
        trace.__dict__.update(describe=describe, coverage=lambda: "all covered")
        cards.__dict__.update(UnknownIdError=UnknownIdError)
        monkeypatch.setitem(sys.modules, "sim.provenance", trace)
        monkeypatch.setitem(sys.modules, "sim.provenance.cards", cards)

    def test_coverage_and_an_id(self, durand: Durand) -> None:
        assert durand("evidence").out == "all covered\n"
        assert durand("evidence", "known").out == "KNOWN\n=====\n"

    def test_an_unknown_id(self, durand: Durand) -> None:
        assert durand("evidence", "x") == (2, "", "durand: nothing goes by x; allowed: known\n")


@real
class TestShipped:
    def test_list_names_the_library(self, durand: Durand) -> None:
        names = [line.split()[0] for line in durand("list").out.splitlines()]
        assert {"confront", "appease"} <= set(names)

    def test_compare(self) -> None:
        shown = process("compare", "confront", "appease", "--worlds", "20", "--months", "6", "--seed", "1", "--json")
        assert shown.code == 0, shown.err
        found = json.loads(shown.out)
        assert list(found["paired"]) == ["appease-vs-confront"]

    def test_from_an_empty_directory(self, tmp_path: Path) -> None:
        shown = process("run", "confront", "--worlds", "3", "--months", "2", cwd=tmp_path)
        assert shown.code == 0, shown.err
        assert "not a forecast" in shown.out

    def test_show_can_be_validated_and_run_again(self, durand: Durand, tmp_path: Path) -> None:
        path = tmp_path / "copy.yaml"
        path.write_text(durand("show", "confront").out, encoding="utf-8")
        assert durand("validate", path).code == 0
        found = json.loads(durand("compare", "confront", path, "--worlds", 3, "--months", 3, "--json").out)
        (paired,) = found["paired"].values()
        assert all(figures["mean"] == 0 and figures["share_higher"] == 0 for figures in paired.values())

    def test_a_mistyped_name_is_helped(self, durand: Durand) -> None:
        shown = durand("run", "confrnt")
        assert shown.code == 2
        assert "confront" in shown.err
