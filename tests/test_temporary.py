"""What a writer that was killed leaves beside its target."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.results.temporary import temporary_for
from sim.yamlfile import FileError, read


def gone() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.skipif(os.name != "posix", reason="elsewhere nobody can ask whether a process is gone")
def test_what_a_killed_writer_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    """Otherwise hidden folders of some megabytes pile up where results are written again and again."""
    number = gone()
    stay = [
        f".out.{number}.old",  # what stood there before, perhaps the only copy
        f".out.{os.getppid()}.part",
        f".out.x.{number}.part",
        f".outer.{number}.part",
        f"out.{number}.part",
        ".out.99999999999999999999999.part",
    ]
    for name in stay:
        (tmp_path / name).mkdir()
    (tmp_path / f".out.{number}.part").mkdir()
    (tmp_path / f".out.{number}.part" / "manifest.json").write_text("{}")
    (tmp_path / f".game.json.{number}.part").write_text("{}")
    assert temporary_for(tmp_path / "out") == tmp_path / f".out.{os.getpid()}.part"
    temporary_for(tmp_path / "game.json")
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(stay)


def test_nobody_waits_for_the_writer_of_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(pipe := tmp_path / "scenario.yaml")
    with pytest.raises(FileError, match=r"scenario.yaml: this is a pipe; the name of a YAML file is needed"):
        read(pipe)


def test_a_name_that_is_far_too_long_is_not_repeated() -> None:
    with pytest.raises(FileError, match=r"xxx\.\.\.'?: the file cannot be read: ") as told:
        read("x" * 100_000)
    assert len(str(told.value)) < 200
