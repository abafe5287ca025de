"""Sweeps that are killed, stopped, run out of disk or lose their workers: run again, they come to the same rows."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd
import pytest

from sim.ensemble import pool
from sim.ensemble.pool import WorkersError
from sim.experiment import executors
from sim.experiment import sweep as runner
from sim.experiment.outcome import Sweep
from sim.experiment.plan import Order
from sim.experiment.store import Local
from sim.experiment.sweep import Standing, SweepStoppedError, sweep

ROOT = Path(__file__).resolve().parents[1]
EXPERIMENT: dict[str, Any] = {
    "schema": 1,
    "title": "Faults",
    "scenarios": ["confront", "appease"],
    "levers": {"pakistan.aid": None},
    "uncertainties": ["reward_response", "shelter_protection"],
    "design": {"kind": "latin_hypercube", "points": 32, "seed": 3},
    "worlds": 3,
    "months": 3,
    "seed": 7,
    "series": True,
    "metrics": ["attacks", "fatalities", "sovereignty"],
}
CHUNK = 12  # 16 parts


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """The sweep, run in one go in this process."""
    return sweep(EXPERIMENT, tmp_path_factory.mktemp("sweeps") / "whole")


@pytest.fixture(scope="module")
def by_numpy(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """The same, by the engine whose workers are processes."""
    return sweep(EXPERIMENT, tmp_path_factory.mktemp("sweeps") / "whole", engine="numpy")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "faults.yaml"
    path.write_text(json.dumps(EXPERIMENT))
    return path


def same(a: Sweep, b: Sweep) -> None:
    assert a.complete
    assert b.complete
    assert a.fingerprint == b.fingerprint
    pd.testing.assert_frame_equal(a.outcomes, b.outcomes, check_exact=True)
    pd.testing.assert_frame_equal(a.series, b.series, check_exact=True)
    pd.testing.assert_frame_equal(a.experiments, b.experiments, check_exact=True)


def parts(place: Path) -> int:
    return len(list(place.glob("outcomes/*/*.parquet")))


def begin(file: Path, out: Path, *words: str) -> subprocess.Popen[str]:
    """The command in a process (and a process group) of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "sim", "sweep", str(file), "--out", str(out), "--chunk", str(CHUNK), *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(ready: Any, process: subprocess.Popen[str], seconds: float = 300.0) -> bool:
    """Wait until something holds; whether it came to hold before the process ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return True
        if process.poll() is not None:
            return bool(ready())
        time.sleep(0.002)
    raise AssertionError("nothing happens")


def children(group: int) -> list[int]:
    """Processes of a process group, by /proc."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def die(order: Order) -> None:
    os._exit(9)


class TestProcesses:
    def test_threads_come_to_the_same_rows(self, whole: Sweep, tmp_path: Path) -> None:
        same(whole, sweep(EXPERIMENT, tmp_path / "out", workers=2, chunk=CHUNK))
        assert whole.manifest["particulars"]["engine"] == "compiled"

    def test_they_come_to_the_same_rows(self, by_numpy: Sweep, tmp_path: Path) -> None:
        """And one that is killed at its work is replaced."""
        killed: list[int] = []

        def progress(one: Standing) -> None:
            if one.fresh and not killed:
                victim = next(one.pid for one in multiprocessing.active_children() if one.pid)
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)

        how = {"workers": 2, "chunk": CHUNK, "progress": progress, "engine": "numpy"}
        same(by_numpy, sweep(EXPERIMENT, tmp_path / "out", **how))
        assert killed
        assert not multiprocessing.active_children()

    def test_workers_that_always_die_are_given_up(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pool, "MOST_DEATHS", 0)
        monkeypatch.setattr("sim.experiment.sweep.fulfil", die)
        with pytest.raises(SweepStoppedError, match=r"they die again and again.*0 of 192 runs are kept"):
            sweep(EXPERIMENT, tmp_path / "out", workers=2, engine="numpy")

    def test_another_version_elsewhere_is_noticed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(runner, "model_fingerprint", lambda model: "another")
        with pytest.raises(SweepStoppedError, match="install the same version of durand, NumPy and SciPy everywhere"):
            sweep(EXPERIMENT, tmp_path / "out")


class TestKilled:
    def _kill_again_and_again(self, file: Path, out: Path, times: int, seed: int, *words: str) -> int:
        rng = np.random.default_rng(seed)
        kills = 0
        for _ in range(times):
            before = parts(out)
            process = begin(file, out, *words)
            # After some more parts, and then at any moment of making the next.
            more = int(rng.integers(0, 3))
            if wait_for(lambda goal=before + more: (out / "manifest.json").exists() and parts(out) >= goal, process):
                time.sleep(float(rng.uniform(0, 0.1)))
            if process.poll() is None:
                kills += 1
            process.kill()
            process.communicate()
        return kills

    @pytest.mark.slow
    def test_and_run_again(self, file: Path, tmp_path: Path) -> None:
        data = {**EXPERIMENT, "design": {**EXPERIMENT["design"], "points": 90}}
        file.write_text(json.dumps(data))
        out = tmp_path / "out"
        assert self._kill_again_and_again(file, out, 6, seed=2) == 6
        same(sweep(data, tmp_path / "whole"), sweep(data, out))
        assert not list(out.rglob("*.tmp"))

    def test_workers_end_with_the_one_who_asked(self, by_numpy: Sweep, file: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        process = begin(file, out, "--workers", "2", "--engine", "numpy")
        assert wait_for(lambda: parts(out) > 0, process)
        group = process.pid
        assert len(children(group)) >= 3
        process.kill()
        process.communicate()
        end = time.monotonic() + 60
        while children(group) and time.monotonic() < end:
            time.sleep(0.05)
        assert children(group) == []
        same(by_numpy, sweep(EXPERIMENT, out, engine="numpy"))


class TestStopped:
    @pytest.mark.parametrize(
        "words", [(), ("--workers", "2"), ("--workers", "2", "--engine", "numpy")], ids=["here", "threads", "processes"]
    )
    def test_ctrl_c_leaves_with_130_and_keeps_what_is_done(
        self, words: tuple[str, ...], whole: Sweep, by_numpy: Sweep, file: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        process = begin(file, out, *words)
        assert wait_for(lambda: parts(out) > 1, process)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=300)
        assert process.returncode == 130
        assert "Traceback" not in err
        kept = Sweep.load(out)
        assert kept.manifest["state"] == "interrupted"
        assert len(kept.outcomes) == kept.manifest["finished_runs"]
        assert f"stopped; {len(kept.outcomes)} of 192 runs are kept; run the same command again to go on" in err
        if "numpy" in words:
            same(by_numpy, sweep(EXPERIMENT, out, engine="numpy"))
        else:
            same(whole, sweep(EXPERIMENT, out))


class TestDisk:
    def test_a_full_disk_stops_and_is_told(self, whole: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """As the operating system tells it, in the middle of a part."""
        writing = Local.writing

        def full(self: Local, name: str) -> Any:
            if name.startswith("outcomes/") and parts(self.path) > 3:
                return _Full(writing(self, name))
            return writing(self, name)

        with monkeypatch.context() as patch:
            patch.setattr(Local, "writing", full)
            with pytest.raises(
                SweepStoppedError, match=r"the disk is full; make room.*\((12|24|36|48) of 192 runs are kept"
            ):
                sweep(EXPERIMENT, tmp_path / "out", chunk=CHUNK)
        assert not list((tmp_path / "out").rglob(".*.tmp"))
        same(whole, sweep(EXPERIMENT, tmp_path / "out", chunk=CHUNK))

    @pytest.mark.parametrize("words", [(), ("--workers", "2")], ids=["here", "threads"])
    def test_a_disk_that_is_really_full(
        self, words: tuple[str, ...], whole: Sweep, file: Path, small_disk: Path
    ) -> None:
        out = small_disk / "out"
        ballast = small_disk / "ballast"
        ballast.write_bytes(b"\0" * 72 * 1024)
        process = begin(file, out, *words)
        _, err = process.communicate(timeout=300)
        assert process.returncode == 1
        assert "the disk is full; make room and run the same command again to go on" in err
        assert "Traceback" not in err
        assert not list(out.rglob(".*.tmp"))
        ballast.unlink()
        assert 0 < parts(out) < 16
        same(whole, sweep(EXPERIMENT, out))


class _Full:
    """A file being written that takes no more."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __enter__(self) -> Any:
        self.file: IO[bytes] = self.inner.__enter__()
        return self

    def write(self, content: bytes) -> None:
        self.file.write(content[:100])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def __exit__(self, *error: Any) -> Any:
        return self.inner.__exit__(*error)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few hundred kilobytes."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=192k", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


class TestDask:
    def test_a_cluster_that_loses_a_worker_comes_to_the_same_rows(self, whole: Sweep, tmp_path: Path) -> None:
        distributed = pytest.importorskip("distributed")
        killed: list[int] = []
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as cluster:

            def progress(one: Standing) -> None:
                if one.fresh and not killed:
                    victim = next(iter(cluster.workers.values())).pid
                    os.kill(victim, signal.SIGKILL)
                    killed.append(victim)

            one = sweep(EXPERIMENT, tmp_path / "out", dask=cluster.scheduler_address, chunk=CHUNK, progress=progress)
        assert killed
        same(whole, one)

    def test_no_cluster_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        pytest.importorskip("distributed")
        with pytest.raises(WorkersError, match=r"tcp://127\.0\.0\.1:9: this Dask cluster cannot be used"):
            executors.Cluster("tcp://127.0.0.1:9", patience=1.0)
