"""The worked examples of CONTRIBUTING.md, followed literally in a copy of the project."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "CONTRIBUTING.md"
# What the page says of a block, in the line before it.
PLACES = {
    "above": re.compile(r"In `([^`]+)`, above the line `(.+)`:"),
    "below": re.compile(r"In `([^`]+)`, below the line `(.+)`:"),
    "instead": re.compile(r"In `([^`]+)`, in place of the line `(.+)`:"),
    "end": re.compile(r"At the end of `([^`]+)`:()"),
    "new": re.compile(r"In a new file `([^`]+)`:()"),
}


@dataclass
class Example:
    """A section of the page: edits as (how, file, line, text), and commands."""

    edits: list[tuple[str, str, str, str]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    @property
    def files(self) -> list[str]:
        return list(dict.fromkeys(path for _, path, _, _ in self.edits))


def examples() -> dict[str, Example]:
    """The page's sections with blocks, by their headings."""
    found: dict[str, Example] = {}
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        heading, _, text = section.partition("\n")
        example = found[heading] = Example()
        for before, kind, block in re.findall(r"([^\n]+)\n\n```(\w+)\n(.*?)```\n", text, re.DOTALL):
            if kind == "console":
                example.commands += block.splitlines()
                continue
            told = [(how, said) for how, place in PLACES.items() if (said := place.fullmatch(before))]
            assert len(told) == 1, f"CONTRIBUTING.md does not say where this goes: {before}"
            how, said = told[0]
            example.edits.append((how, said[1], said[2], block))
    return found


def follow(root: Path, how: str, path: str, line: str, block: str) -> None:
    """Make one change that the page describes."""
    file = root / path
    if how == "new":
        assert not file.exists(), path
        file.write_text(block, encoding="utf-8")
        return
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    if how == "end":
        gap = "\n\n" if file.suffix == ".py" else "\n"
        file.write_text("".join(lines) + gap + block, encoding="utf-8")
        return
    places = [number for number, one in enumerate(lines) if one.strip().startswith(line) or one.strip() == line]
    if not places:  # a call that stands over several lines
        places = [
            number
            for number in range(len(lines) - 1)
            if f"{lines[number].strip()}{lines[number + 1].strip()}".startswith(line)
        ]
    assert len(places) == 1, f"{path} has {len(places)} lines that read {line}"
    (place,) = places
    lines[place + (how == "below") : place + (how != "above")] = [block]
    file.write_text("".join(lines), encoding="utf-8")


EXAMPLES = examples()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with all changes of the page made."""
    root = tmp_path_factory.mktemp("contributing")
    skip = shutil.ignore_patterns("__pycache__", "node_modules", "baselines")
    for part in ("sim", "scenarios", "tests"):
        shutil.copytree(ROOT / part, root / part, ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", root)
    for example in EXAMPLES.values():
        for edit in example.edits:
            follow(root, *edit)
    return root


def run(root: Path, *arguments: str, given: str = "") -> str:
    """What a program in the copy writes."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=root, input=given, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def typed(root: Path, command: str) -> str:
    """What a command line of the page writes."""
    given, _, line = command.rpartition("|")
    program, *arguments = line.split()
    assert program == "durand", command
    return run(root, "-m", "sim", *arguments, given=given.removeprefix("echo ").strip() + "\n")


def means(text: str) -> dict[str, float]:
    """Each metric's mean, from the one scenario that `--json` reports."""
    (metrics,) = json.loads(text)["scenarios"].values()
    return {name: figures["mean"] for name, figures in metrics.items()}


def test_each_takes_as_few_places_as_the_page_says() -> None:
    """Otherwise the page promises a change in a few places, and its own example needs more."""
    assert {heading: len(example.files) for heading, example in EXAMPLES.items()} == {
        "A metric": 1,
        "A rule": 2,
        "A lever": 3,
        "An actor": 4,
    }
    assert all(example.commands for example in EXAMPLES.values())


def test_the_changed_project_is_tidy(copy: Path) -> None:
    """Otherwise who copies an example is told off by the first check."""
    run(copy, "-m", "ruff", "check", "--no-cache", "sim")
    run(copy, "-m", "ruff", "format", "--no-cache", "--check", "sim")


def test_a_metric_is_reported(copy: Path) -> None:
    (command,) = EXAMPLES["A metric"].commands
    assert 0.0 <= means(typed(copy, command))["ttp_apart"] <= 1.0


def test_a_rule_bears_on_its_decision_and_is_explained(copy: Path) -> None:
    decision, evidence = (typed(copy, command) for command in EXAMPLES["A rule"].commands)
    assert "hardship_makes_ready_to_oblige" in decision
    assert "the readier Kabul is to restrain the TTP" in " ".join(evidence.split())
    chosen = ("-k", "hardship_makes_ready_to_oblige or every_parameter or every_family or asked_by_keyword")
    run(copy, "-m", "pytest", "-q", "--noconftest", "-p", "no:cacheprovider", "tests/test_rules.py", *chosen)


def test_a_lever_adds_to_leverage(copy: Path) -> None:
    (command,) = EXAMPLES["A lever"].commands
    paired: dict[str, Any] = json.loads(typed(copy, command))["paired"]["liaison-vs-confront"]
    assert paired["dependence"]["mean"] > 0.0
    assert paired["effort_cost"]["mean"] > 0.0


def test_an_actor_takes_part(copy: Path) -> None:
    opened, played = EXAMPLES["An actor"].commands
    shut = opened.replace("iran_road=0.9", "iran_road=0")
    assert shut != opened
    high, low = (means(typed(copy, command))["dependence"] for command in (shut, opened))
    assert low < high
    assert "how far Iran's ports and roads are open" in " ".join(typed(copy, played).split())
