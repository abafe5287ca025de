"""What is around the code: the wheel, the lock file, the Makefile, and a README whose every command works."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from functools import cache
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml
from command import Durand
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import sim
from sim.search import study
from sim.search.load import load_search
from sim.teaching.exercises.figures import Lab

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
LOCKS = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "requirements-dev.lock")}
RUNNING, DEVELOPING = LOCKS.values()
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

# Imported without being declared: it comes with, and only makes sense with, a package that is.
COMES_WITH = {"starlette": "streamlit", "uvicorn": "streamlit", "markupsafe": "jinja2", "pydantic-core": "pydantic"}

BINARY = {".parquet", ".png", ".ttf", ".woff2"}

# Runs `durand` with each of the lists of arguments, prints what each printed, and then fails if a file of the checkout (its
# environment aside), or of a folder beside it, was opened.
WATCHED = """
import contextlib, io, json, os, sys
root, lists, opened, printed = sys.argv[1], json.loads(sys.argv[2]), [], []
def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        path = os.path.abspath(arguments[0])
        if path.startswith((root + "/", os.path.dirname(root) + "/shared/")) and not path.startswith(sys.prefix + "/"):
            opened.append(path)
sys.addaudithook(watch)
import sim.commands.main
for arguments in lists:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            sim.commands.main.main(arguments)
        except SystemExit as left:
            assert not left.code, (arguments, left.code)
    printed.append(out.getvalue())
print(json.dumps(printed))
if opened:
    print("opened", *opened, file=sys.stderr)
    os._exit(9)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what the wheel installs."""
    site = tmp_path_factory.mktemp("site")
    with ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def project_files(*under: str) -> list[Path]:
    """The files that git has, or would take, below these folders."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *under]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


class TestWheel:
    def test_holds_the_packages_and_the_scenarios_and_nothing_else(self, wheel: Path) -> None:
        expected = {path.relative_to(ROOT).as_posix() for path in project_files("sim")}
        expected |= {path.relative_to(ROOT).as_posix() for path in project_files("dashboard")}
        expected |= {f"sim/_{path.relative_to(ROOT).as_posix()}" for path in project_files("scenarios")}
        with ZipFile(wheel) as archive:
            names = set(archive.namelist())
        assert {name for name in names if ".dist-info/" not in name} == expected
        assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)

    def test_says_what_it_is(self, installed: Path) -> None:
        (about,) = installed.glob("*.dist-info")
        metadata = (about / "METADATA").read_text(encoding="utf-8")
        assert f"Name: durand\nVersion: {PROJECT['version']}\n" in metadata
        assert "License-Expression: MIT\n" in metadata
        assert "durand = sim.commands.main:main" in (about / "entry_points.txt").read_text(encoding="utf-8")

    def test_works_far_from_the_checkout_and_reads_nothing_of_it(self, installed: Path, tmp_path: Path) -> None:
        compare = ["compare", "confront", "appease", "--worlds", "20", "--months", "6", "--out", "out"]
        done = subprocess.run(
            [sys.executable, "-c", WATCHED, str(ROOT), json.dumps([["--version"], ["list"], ["evidence"], compare])],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": ""},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        version, listed, evidence, compared = json.loads(done.stdout)
        assert version == f"durand {PROJECT['version']}\n"
        assert {line.split()[0] for line in listed.splitlines()} == {
            p.stem for p in (ROOT / "scenarios").glob("*.yaml")
        }
        assert evidence
        assert compared
        assert (tmp_path / "out" / "report.html").stat().st_size > 10_000


def test_the_changelog_has_this_version() -> None:
    """And it stands first, after what is not released."""
    versions = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert next(one for one in versions if one != "Unreleased") == PROJECT["version"]


class TestDependencies:
    def test_what_is_imported_is_declared_and_the_other_way_round(self) -> None:
        imported = set()
        homes = packages_distributions()
        for path in (path for part in ("sim", "dashboard") for path in (ROOT / part).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and node.level == 0:
                    names.append(node.module or "")
                for top in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"sim", "dashboard"}:
                    assert top in homes, f"{path}: {top} is not installed"
                    imported.add(canonicalize_name(homes[top][0]))
        declared = {canonicalize_name(Requirement(one).name) for one in PROJECT["dependencies"]}
        extras = (one for extra in ("search", "env") for one in PROJECT["optional-dependencies"][extra])
        asked_for = {canonicalize_name(Requirement(one).name) for one in extras}
        assert {COMES_WITH.get(name, name) for name in imported} - asked_for == declared


def pins(lock: str) -> dict[str, Requirement]:
    """What a lock pins, each as `name[extras]==version ; marker`."""
    found = [Requirement(line) for line in re.findall(r"^([a-z0-9].*?)(?: \\)?$", lock, re.MULTILINE)]
    return {canonicalize_name(one.name): one for one in found}


def version(pin: Requirement) -> str:
    (one,) = pin.specifier
    assert one.operator == "=="
    return one.version


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS)
class TestLocks:
    """`make lock` brings them in line with pyproject.toml."""

    def test_what_is_declared_is_pinned(self, lock: str) -> None:
        declared = [*PROJECT["dependencies"], *PYPROJECT["dependency-groups"]["build"]]
        if lock == DEVELOPING:
            declared += [one for extra in PROJECT["optional-dependencies"].values() for one in extra]
        pinned = pins(lock)
        for one in map(Requirement, declared):
            pin = pinned[canonicalize_name(one.name)]
            assert one.specifier.contains(version(pin), prereleases=True), f"{pin} is locked: make lock"
            assert one.extras <= pin.extras

    def test_nothing_is_left_to_resolve(self, lock: str) -> None:
        """Whatever a pinned package asks for is pinned, with the extras that it asks for: with a requirement left open, a pip
        that checks hashes refuses the whole lock as soon as something newer is published."""
        pinned = pins(lock)
        checked = 0
        for name, pin in pinned.items():
            if pin.marker is not None and not pin.marker.evaluate():
                continue
            installed = distribution(name)
            assert installed.version == version(pin), f"{name} {installed.version} is installed: make setup"
            for one in map(Requirement, installed.requires or []):
                if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", *pin.extras)):
                    asked = pinned.get(canonicalize_name(one.name))
                    assert asked is not None, f"{name} asks for {one}"
                    assert one.specifier.contains(version(asked), prereleases=True), f"{name} asks for {one}"
                    assert one.extras <= asked.extras, f"{name} asks for {one}"
                    checked += 1
        assert checked > 100

    def test_one_version_and_hashes_for_each(self, lock: str) -> None:
        """One version on every Python, so that everybody computes with the same."""
        entries = re.split(r"\n(?=\S)", lock[lock.index("==") :])
        names = re.findall(r"^([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==", lock, re.MULTILINE)
        assert len(names) == len(set(names)) == len(entries) == len(pins(lock)) > 30
        assert all("--hash=sha256:" in entry for entry in entries)

    def test_no_index_is_named(self, lock: str) -> None:
        assert "://" not in lock
        assert set(re.findall(r"(?<!\S)--[a-z-]+", lock)) == {"--hash"}


def test_what_runs_is_what_was_developed_with() -> None:
    """Otherwise the tests are of other packages than those that people run."""
    assert pins(RUNNING).items() <= pins(DEVELOPING).items()
    assert not {"pytest", "mypy", "playwright", "distributed"} & pins(RUNNING).keys()


def test_the_locks_hold_what_builds_the_package() -> None:
    """Otherwise `make` builds with whatever is newest."""
    assert PYPROJECT["dependency-groups"]["build"] == PYPROJECT["build-system"]["requires"]


class TestTree:
    def test_no_paths_or_package_index_of_a_machine(self) -> None:
        """Neither of usual places, nor of this machine: the folder around the checkout, the home, pip's settings."""
        settings = subprocess.run(
            [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
        ).stdout
        words = {f"{Path.home()}/", f"{ROOT.parent}/"} - {"//", "/tmp/"}
        words |= set(re.findall(r"://([\w.-]+\.\w+)", settings + os.environ.get("PIP_INDEX_URL", "")))
        here = "|".join(re.escape(word) for word in words)
        pattern = re.compile(rf"{here}|(?<![\w./~])/(?:home|root|Users|work)/\w|--(?:extra-)?index-url|trusted-host")
        found = []
        for path in project_files():
            if path.name == Path(__file__).name or path.suffix in BINARY:
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                found += [f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"] if pattern.search(line) else []
        assert found == []

    def test_every_text_is_read_as_utf_8(self) -> None:
        """Otherwise what is found depends on the language that a machine is set to."""
        bare = ".read_text" + "()"
        files = [path for path in project_files() if path.suffix == ".py"]
        assert [path.name for path in files if bare in path.read_text(encoding="utf-8")] == []

    def test_nothing_that_runs_reads_the_folder_beside_the_checkout(self) -> None:
        for path in project_files("sim", "scenarios", "docs", "benchmarks", "Makefile", ".ci"):
            if path.suffix not in BINARY:
                text = path.read_text(encoding="utf-8")
                assert not re.search(r"\.\./shared|shared/(data|design|sources)", text), path


# A Python that writes down what it is asked for, makes environments of itself, and breaks off at a lock named in BREAKS.
SHAM = """#!/bin/sh
case "$*" in
    -V) echo "Python 3.11.0" ;;
    "-m venv --clear .venv") rm -rf .venv; mkdir -p .venv/bin; cp "$0" .venv/bin/python; echo made >> calls ;;
    *"-r $BREAKS") exit 1 ;;
    *" -r "*) echo "${*##* }" >> calls ;;
esac
"""


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
class TestMake:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        for name in ("Makefile", "pyproject.toml", *LOCKS):
            shutil.copy(ROOT / name, tmp_path)
        (tmp_path / "sham").write_text(SHAM, encoding="utf-8")
        (tmp_path / "sham").chmod(0o755)
        return tmp_path

    def made(self, folder: Path, target: str, breaks: str = "nowhere") -> list[str]:
        """What making something asks for."""
        (folder / "calls").write_text("", encoding="utf-8")
        command = ["make", target, "PYTHON=./sham"]
        done = subprocess.run(command, cwd=folder, env={**os.environ, "BREAKS": breaks}, capture_output=True, text=True)
        assert (done.returncode == 0) == (breaks == "nowhere"), done.stderr
        return (folder / "calls").read_text(encoding="utf-8").split()

    def changed(self, folder: Path, lock: str) -> None:
        """Let a lock be newer than what was made from it, by less than clocks tick."""
        just_after = (folder / ".venv" / ".develops").stat().st_mtime_ns + 1
        os.utime(folder / lock, ns=(just_after, just_after))

    def test_running_needs_one_lock_and_testing_adds_the_other(self, folder: Path) -> None:
        assert self.made(folder, ".venv/.runs") == ["made", "requirements.lock"]
        assert self.made(folder, "setup") == ["requirements-dev.lock"]
        assert self.made(folder, ".venv/.runs") == self.made(folder, "setup") == []
        rules = dict(re.findall(r"^([a-z]+): \$\((RUNS|DEVELOPS)\)", MAKEFILE, re.MULTILINE))
        assert {rules[name] for name in ("run", "dashboard")} == {"RUNS"}
        assert {rules[name] for name in ("setup", "test", "quick", "check")} == {"DEVELOPS"}

    @pytest.mark.parametrize("breaks", LOCKS)
    def test_what_was_interrupted_is_made_anew(self, folder: Path, breaks: str) -> None:
        """Otherwise a package that is half there is taken for whole."""
        self.made(folder, "setup", breaks)
        assert self.made(folder, "setup") == ["made", *LOCKS]
        self.changed(folder, breaks)
        self.made(folder, "setup", breaks)
        assert self.made(folder, ".venv/.runs") == ["made", "requirements.lock"]

    def test_a_lock_that_changed_is_installed_over_the_old_one(self, folder: Path) -> None:
        self.made(folder, "setup")
        self.changed(folder, "requirements-dev.lock")
        assert self.made(folder, "setup") == ["requirements-dev.lock"]
        self.changed(folder, "requirements.lock")
        assert self.made(folder, "setup") == [*LOCKS]

    def test_it_says_which_python_is_needed(self, folder: Path) -> None:
        done = subprocess.run(["make", "setup", "PYTHON=false"], cwd=folder, capture_output=True, text=True)
        assert done.returncode != 0
        assert "needs Python 3.11, 3.12 or 3.13" in done.stderr
        assert not (folder / ".venv").exists()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """Every command of the README's blocks: all lines of an sh block, those after `$` of a console block."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    lines += [line[2:] for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]
    return [shlex.join(words) for line in lines if (words := shlex.split(line, comments=True))]


DURAND = [command for command in commands() if command.startswith("durand ")]
# Commands that wait for a person: that they start is tested elsewhere, here that they take what is shown.
WAITING = ("durand class", "durand dashboard", "durand play", "durand exercise run")
# What makes commands that take minutes take seconds.
SMALLER = {
    "durand backcast": ["--worlds", "40"],
    "durand exercise pack": ["--worlds", "20"],
    "durand replications": ["--worlds", "60"],
    "durand response": ["--sets", "3", "--worlds", "2", "--lever-worlds", "3"],
    "durand run": ["--worlds", "5", "--months", "3"],
    "durand compare": ["--worlds", "5", "--months", "3"],
}
# The same for what a search's file says.
SMALL_SEARCH = {"evaluations": 60, "population": 20, "worlds": 8, "fresh_worlds": 10, "members": 6, "months": 36}
# The sweeps that the README makes, at a size for a test: folder -> experiment and what is cut.
SWEEPS = {
    "screen": (
        "what_matters_most",
        {"uncertainties": ["kinship_weight", "chip_value"], "worlds": 2, "months": 18, "metrics": ["attacks"]},
    ),
    "futures": ("confront_or_accommodate", {"worlds": 2, "months": 18}),
}


@pytest.fixture(scope="module")
def small_sweeps(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The sweep that the README puts into a folder of this name, made small."""
    return cache(lambda folder: _small_sweep(folder, tmp_path_factory.mktemp("sweeps")))


def _small_sweep(folder: str, home: Path) -> Path:
    name, changed = SWEEPS[folder]
    data = yaml.safe_load((ROOT / "scenarios" / "experiments" / f"{name}.yaml").read_text(encoding="utf-8"))
    if "points" in data["design"]:
        data["design"]["points"] = 150
    sim.sweep({**data, **changed}, home / folder)
    return home / folder


@pytest.fixture
def run(durand: Durand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """What a command prints, called from an empty folder. (That it starts in a process of its own: tests/test_cli.py.)"""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def ran(command: str) -> str:
        code, out, err = durand(*shlex.split(command)[1:])
        assert code == 0, f"{command}: {err}"
        return out

    return ran


class TestReadme:
    def test_its_commands_are_found(self) -> None:
        assert len(DURAND) >= 8
        assert {command.split()[0] for command in commands()} == {"durand", "make"}

    @pytest.mark.parametrize("command", DURAND)
    def test_durand_command_works(
        self,
        command: str,
        run: Callable[[str], str],
        small_sweeps: Callable[[str], Path],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        # Its search takes thirty runs a question, and each picture four drawings: see tests/test_exercises.py.
        monkeypatch.setattr("sim.teaching.pack.pictures._WIDTHS", (492,))
        monkeypatch.setattr(Lab, "effects", lambda self, because: [("M6", 2.0), ("M8", -1.0)])
        monkeypatch.setattr(
            study, "load_search", lambda name: load_search(load_search(name).search.data() | SMALL_SEARCH)
        )
        words = shlex.split(command)
        if command.startswith(WAITING):
            known = run(shlex.join([*words[: 3 if words[1] == "exercise" else 2], "--help"]))
            assert [word for word in words if word.startswith("--") and word not in known] == []
            return
        if words[1] == "sweep" and not {"--dry-run", "--compact"} & {*words}:
            command = shlex.join([*words[:3], "--dry-run"])
        for folder in SWEEPS:
            if words[2:3] == [folder] or words[2:] == ["--compact", folder]:
                shutil.copytree(small_sweeps(folder), tmp_path / folder)
        for start, more in SMALLER.items():
            if command.startswith(start):
                command = shlex.join([*words, *more])
        assert run(command).strip()

    @pytest.mark.parametrize("block", blocks("console"), ids=lambda block: block.split("\n")[0].removeprefix("$ "))
    def test_shown_output_is_what_is_printed(self, block: str, run: Callable[[str], str]) -> None:
        """Line by line; `...` stands for any lines left out. Mend the README where this fails."""
        command, *shown = block.splitlines()
        pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\s*?\n" for line in shown)
        printed = run(command.removeprefix("$ "))
        assert re.fullmatch(pattern, printed), f"{command} prints:\n{printed}"

    def test_its_python_gives_what_it_says(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        (block,) = blocks("python")
        made: dict[str, Any] = {}
        exec(block, made)
        assert len(made["deaths"]) == 200
        assert made["months"].dims == ("world", "month")
        results = made["both"].results
        apart = results["appease"].outcomes["attacks"] - results["confront"].outcomes["attacks"]
        assert made["gap"].tolist() == apart.tolist()
        assert made["corners"].index.names == ["point", "world"]
        assert (tmp_path / "corners").is_dir()

    def test_make_targets_are_there(self) -> None:
        """Those of its blocks and those of its text."""
        spans = [*commands(), *re.findall(r"`(make [a-z ]+)`", README)]
        named = {word for span in spans if span.startswith("make ") for word in span.split()[1:]}
        targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
        assert {"run", "test", "help"} <= named <= targets

    def test_files_it_names_are_there(self) -> None:
        named = re.findall(r"`((?:sim|tests|scenarios|docs)/[\w/.]*)`|^!\[[^]]*\]\((.+?)\)", README, re.MULTILINE)
        assert len(named) > 8
        assert [name for pair in named for name in pair if name and not (ROOT / name).exists()] == []
