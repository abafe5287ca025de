"""Folders on a disk: what is not durand's survives, and a byte that changes is told."""

from __future__ import annotations

import fcntl
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command import Durand
from drawing import FUZZ
from small_model import install

import sim
from sim.commands.verify import examine
from sim.ensemble.spec import LimitError
from sim.experiment.folder import FolderError
from sim.experiment.kept import arrays
from sim.experiment.outcome import Sweep
from sim.experiment.sweep import sweep
from sim.headers import LIMIT, MOST_FILES, UNSEALED, sealed, unsealed
from sim.results import BundleError, open_folder
from sim.results.bundle import KINDS, write_brief, write_report
from sim.results.folders import check_target, header_of, look, saved, seal, written_whole
from sim.results.moved import restored

ROOT = str(Path(__file__).resolve().parents[1])

EXPERIMENT: dict[str, Any] = {
    "schema": 1,
    "title": "Folders",
    "scenarios": ["confront"],
    "uncertainties": ["reward_response", "shelter_protection"],
    "design": {"kind": "latin_hypercube", "points": 6, "seed": 3},
    "worlds": 2,
    "months": 2,
    "series": True,
    "metrics": ["attacks", "sovereignty"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A comparison's folder with a report; every test leaves it as it was."""
    with pytest.MonkeyPatch.context() as patch:
        install(patch)
        out = sim.compare(["confront", "appease"], worlds=3, months=2).save(tmp_path_factory.mktemp("folders") / "out")
    write_report(out, a_report)
    yield out
    assert look(out).whole


@pytest.fixture(scope="module")
def sweep_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A sweep's folder in several parts; every test leaves it as it was."""
    out = tmp_path_factory.mktemp("sweeps") / "out"
    sweep(EXPERIMENT, out, chunk=4)
    yield out
    assert examine(out).whole


def a_report(fresh: Path) -> None:
    (fresh / "plots").mkdir()
    (fresh / "plots" / "attacks.svg").write_text("<svg/>", encoding="utf-8")
    (fresh / "report.html").write_text("<p>Report</p>", encoding="utf-8")


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def places(size: int, most: int = 20 * max(FUZZ, 1)) -> list[int]:
    """Where a byte is flipped: the first and last eight, and others evenly between."""
    ends = [*range(min(8, size)), *range(max(0, size - 8), size)]
    return sorted({*ends, *range(0, size, max(1, size // most))})


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ (1 << place % 8)]) + content[place + 1 :]


def told(folder: Path) -> bool:
    try:
        return not examine(folder).whole
    except BundleError:
        return True


def damages(path: Path) -> Iterator[tuple[str, bytes]]:
    """Ways in which a file is spoilt: bytes flipped, cut off, added."""
    content = path.read_bytes()
    yield from ((f"byte {place} flipped", flipped(content, place)) for place in places(len(content)))
    yield from ((f"cut to {size}", content[:size]) for size in (0, 1, len(content) // 2, len(content) - 1))
    yield "added to", content + b"\n"


def every_damage_is_told(folder: Path, loads: Callable[[], Any]) -> int:
    """Spoil each file in many ways; returns how many."""
    tried = 0
    for path in files(folder):
        content, name = path.read_bytes(), path.relative_to(folder).as_posix()
        report = name == "report.html" or name.startswith("plots/")
        for what, spoilt in damages(path):
            path.write_bytes(spoilt)
            tried += 1
            assert told(folder), f"{name}: {what}"
            if not report and tried % 5 == 0:
                with pytest.raises(BundleError) as caught:
                    loads()
                assert "Traceback" not in str(caught.value), f"{name}: {what}"
        path.write_bytes(content)
    return tried


def test_any_flipped_byte_of_a_results_folder_is_told(folder: Path) -> None:
    """Otherwise other numbers are read as valid."""
    assert every_damage_is_told(folder, lambda: open_folder(folder)) > 500


def test_any_flipped_byte_of_a_sweep_is_told(sweep_folder: Path) -> None:
    """Otherwise a sweep that lay on a bad disk is analysed as if nothing were."""

    def read() -> None:
        found = Sweep.load(sweep_folder)
        _ = found.outcomes, found.series

    assert every_damage_is_told(sweep_folder, read) > 300


def test_every_byte_of_a_header_counts(folder: Path) -> None:
    """Otherwise a changed seed or scenario goes unnoticed, or white space does and the seal is not of the bytes."""
    content = (folder / "confront" / "manifest.json").read_bytes()
    for place in range(len(content)):
        with pytest.raises(BundleError):
            unsealed(flipped(content, place), "manifest.json")


@pytest.mark.parametrize("which", ["folder", "sweep_folder"])
def test_files_that_are_swapped_or_gone_are_told(which: str, request: pytest.FixtureRequest) -> None:
    """Otherwise one scenario's worlds are read as another's."""
    home: Path = request.getfixturevalue(which)
    every = files(home)
    tried = 0
    for one in every:
        content = one.read_bytes()
        one.unlink()
        assert told(home), one
        for other in every:
            if other.suffix == one.suffix and other != one and other.read_bytes() != content:
                one.write_bytes(other.read_bytes())
                assert told(home), (one, other)
                tried += 1
        one.write_bytes(content)
    assert tried > 20


def test_a_foreign_file_survives_wherever_it_is(folder: Path, small: None) -> None:
    """Otherwise a thesis in `plots/` is deleted by the next run."""
    again = sim.run("confront", worlds=1, months=1)
    for place in ("thesis.docx", "plots/thesis.svg", "confront/panels/mine.parquet", "notes/deep/er.txt", ".hidden"):
        mine = folder / place
        made = [one for one in mine.parents if not one.exists()]
        mine.parent.mkdir(parents=True, exist_ok=True)
        mine.write_text("mine", encoding="utf-8")
        for act in (lambda: again.save(folder), lambda: write_report(folder, a_report)):
            with pytest.raises(BundleError, match=mine.name):
                act()
        assert mine.read_text(encoding="utf-8") == "mine"
        assert examine(folder).foreign == (place,)
        open_folder(folder)  # it does no harm to reading
        mine.unlink()
        for one in made:
            one.rmdir()


def test_a_link_and_an_empty_folder_are_foreign(folder: Path, tmp_path: Path, small: None) -> None:
    """Otherwise what a link leads to is taken for durand's."""
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    for place, make in (("link", lambda path: path.symlink_to(tmp_path)), ("empty", lambda path: path.mkdir())):
        make(folder / place)
        with pytest.raises(BundleError, match=place):
            sim.run("confront", worlds=1, months=1).save(folder)
        (folder / place).unlink() if place == "link" else (folder / place).rmdir()
    assert (tmp_path / "mine").exists()


def test_what_was_changed_by_hand_is_not_written_over(tmp_path: Path, small: None) -> None:
    """Otherwise a picture that was touched up is lost with the next run; a report is written anew when asked for."""
    results = sim.run("confront", worlds=1, months=1)
    folder = results.save(tmp_path / "out")
    write_report(folder, a_report)
    (folder / "plots" / "attacks.svg").write_text("<svg>mine</svg>", encoding="utf-8")
    with pytest.raises(BundleError, match=r"plots/attacks\.svg changed since"):
        results.save(folder)
    open_folder(folder)
    write_brief(folder, lambda fresh: [(fresh / f"brief.{kind}").write_text(kind) for kind in ("html", "pdf")])
    assert (folder / "plots" / "attacks.svg").read_text(encoding="utf-8") == "<svg>mine</svg>"
    write_report(folder, a_report)
    assert look(folder).whole
    assert (folder / "brief.pdf").exists()
    (folder / "outcomes.parquet").write_bytes(b"")
    with pytest.raises(BundleError, match=r"outcomes\.parquet: torn"):
        write_report(folder, a_report)


@pytest.mark.parametrize("header", ['{"format": "durand results 2", "files": {}}', '{"name": "a web app"}', "", "[]"])
def test_any_manifest_will_not_do(header: str, tmp_path: Path, small: None) -> None:
    """Otherwise the folder of another program, which has a manifest.json too, is deleted."""
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "thesis.svg").write_text("mine", encoding="utf-8")
    (tmp_path / "manifest.json").write_text(header, encoding="utf-8")
    with pytest.raises(BundleError, match="not durand's"):
        sim.run("confront", worlds=1, months=1).save(tmp_path)
    assert (tmp_path / "plots" / "thesis.svg").exists()


def test_one_kind_of_folder_does_not_replace_another(tmp_path: Path, sweep_folder: Path, small: None) -> None:
    """Otherwise a sweep of a night is lost to a slip of the keyboard."""
    with pytest.raises(BundleError, match="another kind of folder"):
        sim.run("confront", worlds=1, months=1).save(sweep_folder)
    out = tmp_path / "out"
    saved(out, "durand regret 1", lambda fresh: (fresh / "regret.txt").write_text("a", encoding="utf-8") and None)
    saved(out, "durand regret 1", lambda fresh: (fresh / "regret.txt").write_text("b", encoding="utf-8") and None)
    assert (out / "regret.txt").read_text(encoding="utf-8") == "b"
    with pytest.raises(BundleError, match="another kind of folder"):
        saved(out, "durand discovery 1", lambda fresh: None)
    with pytest.raises(FolderError, match="not the folder of a sweep"):
        sweep(EXPERIMENT, out)


def loop(path: Path) -> Path:
    path.symlink_to(path)
    return path


def nowhere(path: Path) -> Path:
    path.symlink_to(path.with_name("gone"))
    return path


def file(path: Path) -> Path:
    path.write_text("mine", encoding="utf-8")
    return path


@pytest.mark.parametrize("make", [loop, nowhere, file])
@pytest.mark.parametrize("below", [False, True])
def test_links_and_files_get_a_message(make: Callable[[Path], Path], below: bool, tmp_path: Path) -> None:
    """Otherwise `--out` on a link in a circle fails inside the program."""
    place = make(tmp_path / "out")
    place = place / "deep" if below else place
    for act in (
        lambda: check_target(place, *KINDS),
        lambda: open_folder(place),
        lambda: look(place),
        lambda: Sweep.load(place),
        lambda: sweep(EXPERIMENT, place),
    ):
        with pytest.raises(BundleError) as caught:
            act()
        assert str(place) in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="who may do everything cannot be refused")
def test_a_folder_that_may_not_be_read_gets_a_message(tmp_path: Path, small: None) -> None:
    """Otherwise a folder of a colleague's fails inside the program."""
    folder = sim.run("confront", worlds=1, months=1).save(tmp_path / "out")
    folder.chmod(0)
    try:
        for act in (lambda: open_folder(folder), lambda: check_target(folder, *KINDS)):
            with pytest.raises(BundleError, match="Permission denied"):
                act()
    finally:
        folder.chmod(0o700)


def test_a_foreign_file_in_a_sweep_stops_it_and_survives(tmp_path: Path) -> None:
    """Otherwise going on with a sweep deletes what ends in .parquet."""
    out = tmp_path / "out"
    sweep(EXPERIMENT, out, chunk=4)
    for place in ("thesis.docx", "outcomes/scenario=confront/mine.parquet", "scenarios/mine.yaml"):
        (out / place).write_text("mine", encoding="utf-8")
        with pytest.raises(FolderError, match=place):
            sweep(EXPERIMENT, out)
        assert (out / place).read_text(encoding="utf-8") == "mine"
        (out / place).unlink()
    other = tmp_path / "other"
    sweep({**EXPERIMENT, "seed": 5}, other, chunk=4)
    theirs = next(path for path in files(other) if path.parts[-3] == "outcomes")
    (out.joinpath(*theirs.parts[-3:])).write_bytes(theirs.read_bytes())
    with pytest.raises(FolderError, match="of another sweep"):
        sweep(EXPERIMENT, out)
    assert out.joinpath(*theirs.parts[-3:]).exists()


def test_a_damaged_part_is_made_again_and_said(tmp_path: Path) -> None:
    """Otherwise nobody learns that the disk is bad."""
    out = tmp_path / "out"
    whole = sweep(EXPERIMENT, out, chunk=4)
    part = next(path for path in files(out) if path.parts[-3] == "outcomes")
    for path in (part, out / "experiments.parquet"):
        before = path.read_bytes()
        path.write_bytes(flipped(before, 100))
        again = sweep(EXPERIMENT, out)
        assert path.relative_to(out).as_posix() in again.manifest["redone"]
        assert path.read_bytes() == before
        assert again.fingerprint == whole.fingerprint
        assert examine(out).whole


def test_a_part_that_is_gone_is_told(tmp_path: Path) -> None:
    """Otherwise a sweep is analysed without some of its runs."""
    out = tmp_path / "out"
    sweep(EXPERIMENT, out, chunk=4)
    for path in [path for path in files(out) if path.parts[-3] in ("outcomes", "series")]:
        content = path.read_bytes()
        path.unlink()
        with pytest.raises(FolderError, match="were kept"):
            _ = Sweep.load(out).series if path.parts[-3] == "series" else Sweep.load(out).outcomes
        assert examine(out).missing
        path.write_bytes(content)


def under_a_seal(body: bytes) -> bytes:
    """Anything, sealed as a header is: whoever can count can make a seal."""
    return body + f',\n  "seal": "{sha256(body).hexdigest()}"\n}}\n'.encode()


HEAD = '{\n  "format": "durand results 2",\n  "files": '


@pytest.mark.parametrize(
    "body",
    [
        '{\n  "a": 1',
        '{\n  "format": "durand results 2"',
        '{\n  "format": 5,\n  "files": {}',
        f'{HEAD}["a"]',
        f'{HEAD}{{"a": 7}}',
        f'{HEAD}{{"../a": "x"}}',
        f'{HEAD}{{"/a": "x"}}',
        f'{HEAD}{{"a\\u0000": "x"}}',
        f'{HEAD}{{}},\n  "worlds": NaN',
        f'{HEAD}{{}},\n  "worlds": {"9" * 10_000}',
        f'{HEAD}{{}},\n  "worlds": {"[" * 100_000}{"]" * 100_000}',
        f'{HEAD}{{}},\n  "worlds": "{"9" * LIMIT}"',
        f"{HEAD}{{}}",
        f'{HEAD}{{}},\n  "name": "a"',
        '{\n  "format": "durand sweep 3",\n  "files": {}',
        '{\n  "format": "durand sweep 3",\n  "files": {},\n  "identity": 1,\n  "state": 2,\n  "finished_runs": "3"',
        '{\n  "format": "durand calibration 1",\n  "files": {"posterior.json": "x"}',
    ],
    ids=lambda body: body[-60:],
)
def test_a_seal_under_nonsense_makes_it_no_header(body: str, tmp_path: Path, durand: Durand) -> None:
    """Otherwise a folder that somebody made up ends in a failure of the program, or has it read what is not in it."""
    (tmp_path / "manifest.json").write_bytes(under_a_seal(body.encode()))
    for command in (["report"], ["sensitivity"], ["run", "confront", "--worlds", "1", "--parameters"], ["verify"]):
        ran = durand(*command, tmp_path)
        if command != ["verify"] or ran.code == 2:  # to some that say little enough a folder can be held
            assert (ran.code, ran.err.count("\n")) == (2, 1), (command, ran.err)
        assert "inside the program" not in ran.err
        assert len(ran.err) < 1_000


def resealed(folder: Path, name: str, content: bytes, **more: Any) -> Path:
    """Put another file in the place of one, and the digest of it into the header."""
    (folder / name).write_bytes(content)
    header = json.loads((folder / "manifest.json").read_bytes())
    header["files"][name] = sha256(content).hexdigest()
    del header["seal"]
    (folder / "manifest.json").write_bytes(sealed(header | more))
    return folder


def parquet_of(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def test_tables_are_read_as_far_as_there_is_room(folder: Path, tmp_path: Path) -> None:
    """Otherwise a table of a few kilobytes, whose digest is right, takes all memory."""
    there = tmp_path / "there"
    shutil.copytree(folder / "confront", there)
    kept = (there / "outcomes.parquet").read_bytes()
    table = pq.read_table(io.BytesIO(kept))
    others = {
        "too large": (pa.table({f"c{n}": pa.nulls(10**6, pa.int8()) for n in range(40)}), 10**6),
        "expected 3 rows, found 1": (table.slice(0, 1), 3),
        "a column for each metric": (table.drop_columns(["attacks"]), 3),
        "worlds must be a whole number": (table, 10**12),
        "months must be a whole number": (table, 3),
    }
    for said, (other, worlds) in others.items():
        months = {"months": 2.5} if said.startswith("months") else {}
        resealed(there, "outcomes.parquet", parquet_of(other), worlds=worlds, **months)
        with pytest.raises((BundleError, LimitError), match=said):
            open_folder(there)
    for content in (b"", kept[:-50], b"PAR1" * 100):
        resealed(there, "outcomes.parquet", content, worlds=3, months=2)
        with pytest.raises(BundleError, match=r"outcomes\.parquet: torn or not a Parquet file"):
            open_folder(there)
    assert open_folder(resealed(there, "outcomes.parquet", kept)).worlds == 3


@pytest.mark.skipif(os.name != "posix" or sys.platform == "darwin", reason="names of files are always text here")
def test_a_folder_whose_name_is_no_text(tmp_path: Path, durand: Durand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise whoever has folders from an older system gets a failure of the program after all worlds have run."""
    out = tmp_path / os.fsdecode(b"f\xffr")
    monkeypatch.setattr(sys, "argv", ["durand", "run", "confront", "--out", str(out)])
    ran = durand("run", "confront", "--worlds", "2", "--months", "2", "--parameters", "defaults", "--out", out)
    assert ran.code == 0, ran.err
    assert look(out).whole
    assert open_folder(out).manifest["command"].endswith("/f?r'")


def test_arrays_are_unpacked_as_far_as_there_is_room() -> None:
    """Otherwise a sweep that somebody began takes all memory when it is gone on with."""
    out = io.BytesIO()
    np.savez_compressed(out, one=np.zeros(30_000_000))
    with pytest.raises(BundleError, match="too large when unpacked"):
        arrays(out.getvalue(), "kept", "one")
    plain = io.BytesIO()
    np.savez(plain, one=np.zeros(3))
    with zipfile.ZipFile(plain) as file:
        array = file.read("one.npy")
    for shape in (b"(10000000000000,)", b"(3, -1)", b"'x'", b"(4,)"):
        lying = io.BytesIO()
        with zipfile.ZipFile(lying, "w") as file:
            file.writestr("one.npy", array.replace(b"(3,), }" + b" " * (len(shape) - 4), shape + b", }"))
        with pytest.raises(BundleError, match="kept: not as durand writes it"):
            arrays(lying.getvalue(), "kept", "one")
    with pytest.raises(BundleError, match="kept: not as durand writes it"):
        arrays(plain.getvalue(), "kept", "two")
    for torn in (b"", plain.getvalue()[:-30], plain.getvalue().replace(array[:60], array[:59] + b"x")):
        with pytest.raises(BundleError, match="kept: torn"):
            arrays(torn, "kept", "one")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_in_a_sweep_keeps_nobody_waiting(sweep_folder: Path, tmp_path: Path) -> None:
    """Otherwise whoever opens the folder waits for good."""
    shutil.copytree(sweep_folder, there := tmp_path / "there")
    (there / "experiment.yaml").unlink()
    os.mkfifo(there / "experiment.yaml")
    with pytest.raises(FolderError, match=r"experiment\.yaml: torn, or changed"):
        Sweep.load(there)


@pytest.mark.parametrize("form", UNSEALED)
def test_folders_of_an_older_durand_are_refused_with_what_to_do(form: str, tmp_path: Path) -> None:
    """Otherwise a folder without digests is read as if they had been checked."""
    (tmp_path / "manifest.json").write_text(json.dumps({"format": form, "files": {}}), encoding="utf-8")
    with pytest.raises(BundleError, match=r"older durand wrote this.*make it again"):
        open_folder(tmp_path)
    with pytest.raises(FolderError, match="older durand wrote this"):
        Sweep.load(tmp_path)


def test_a_header_of_very_many_files_is_refused_before_they_are_looked_for() -> None:
    header = {"format": "durand test 1", "files": dict.fromkeys(map(str, range(MOST_FILES + 1)), "0")}
    with pytest.raises(BundleError, match="lists 50,001 files"):
        unsealed(sealed(header), "here")


def test_the_seal_is_of_the_bytes() -> None:
    header = {"format": "durand test 1", "files": {}, "text": 'a "seal": "' + "0" * 64 + '"\n}\n'}
    out = unsealed(sealed(header), "here")
    assert {key: out[key] for key in header} == header


def test_what_is_broken_off_is_told_and_mended(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a report that was half written is taken for whole, or can never be written again."""
    moved = Path.replace

    def stopped(self: Path, target: Any) -> Path:
        if Path(target).suffix == ".svg":
            raise KeyboardInterrupt
        return moved(self, target)

    def longer(fresh: Path) -> None:
        a_report(fresh)
        (fresh / "plots" / "deaths.svg").write_text("<svg/>", encoding="utf-8")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", stopped)
        with pytest.raises(KeyboardInterrupt):
            write_report(folder, longer)
    assert not look(folder).whole
    open_folder(folder)
    write_report(folder, a_report)
    assert look(folder).whole


def test_everything_is_on_the_disk_before_it_appears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a power cut after the rename leaves empty files under good names."""
    flushed: list[str] = []
    fsync = os.fsync

    def noted(number: int) -> None:
        flushed.append(os.readlink(f"/proc/self/fd/{number}"))
        fsync(number)

    def fill(fresh: Path) -> None:
        (fresh / "deep").mkdir()
        (fresh / "deep" / "a.txt").write_text("a", encoding="utf-8")
        (fresh / "b.txt").write_text("b", encoding="utf-8")
        seal(fresh, "manifest.json", {"format": "durand test 1"})
        names = {Path(one).name for one in flushed}
        assert {"a.txt", "b.txt", "deep", fresh.name} <= names
        assert any(name.startswith(".manifest.json") for name in names)

    if not Path("/proc/self/fd").exists():
        pytest.skip("no way to see which file a number stands for")
    monkeypatch.setattr(os, "fsync", noted)
    written_whole(tmp_path / "out", fill)
    assert header_of(tmp_path / "out")[1]["files"].keys() == {"deep/a.txt", "b.txt"}
    assert str(tmp_path) in flushed


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)


# A process that writes a folder anew, and is killed before it makes, renames or removes one for the so many'th time.
DYING = """
import os, shutil, sys
from pathlib import Path
from sim.results import folders

left = int(sys.argv[1])

def dying(usual):
    def step(*given, **how):
        global left
        left -= 1
        if left == 0:
            os._exit(9)
        return usual(*given, **how)
    return step

Path.mkdir, Path.rename, shutil.rmtree = dying(Path.mkdir), dying(Path.rename), dying(shutil.rmtree)
folders.saved(Path("out"), "durand regret 1", lambda fresh: (fresh / "a.txt").write_text("new", encoding="utf-8"))
"""


def test_whenever_it_is_killed_what_was_there_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the work of hours that a folder keeps is gone where its last step is cut short."""
    monkeypatch.chdir(tmp_path)
    found, steps = [], 0
    while found[-1:] != ["new, done"]:
        steps += 1
        out = saved(Path("out"), "durand regret 1", lambda fresh: (fresh / "a.txt").write_text("old", encoding="utf-8"))
        code = subprocess.run(
            [sys.executable, "-c", DYING, str(steps)], env={**os.environ, "PYTHONPATH": ROOT}
        ).returncode
        assert code in (0, 9)
        gone = not out.exists()
        assert check_target(Path("out"), "durand regret 1") == out
        assert look(out).whole
        found.append(
            f"{(out / 'a.txt').read_text(encoding='utf-8')}, {'done' if code == 0 else 'gone' if gone else 'killed'}"
        )
    assert "old, gone" in found  # killed between the two renames
    assert {"old, killed", "new, killed"} <= set(found)


def test_what_another_process_has_moved_aside_is_its_own(tmp_path: Path) -> None:
    """Otherwise one that is about to put a folder in its place finds it taken."""
    moved = tmp_path / ".out.1.old"
    moved.mkdir()
    number = os.open(moved, os.O_RDONLY)
    fcntl.flock(number, fcntl.LOCK_EX)
    restored(tmp_path / "out")
    assert moved.exists()
    os.close(number)
    (tmp_path / ".out.1.older").mkdir()
    restored(tmp_path / "out")
    assert sorted(one.name for one in tmp_path.iterdir()) == [".out.1.older", "out"]
