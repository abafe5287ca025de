"""docs/experiments.md says how an experiment is written: every key with its default, an example, what a lever is called."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from command import called

from sim.experiment.beneath import beneath_lines
from sim.experiment.load import ExperimentError, load_plan
from sim.experiment.schema import MOST_WORLDS, Experiment
from sim.scenario import ScenarioError, load_scenario, with_overrides
from sim.search.load import SearchError, load_search

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "experiments.md").read_text(encoding="utf-8")
FILE = PAGE.partition("## The file\n")[2].partition("\n## ")[0]
EXAMPLE = re.findall(r"^```yaml\n(.*?)^```", FILE, re.MULTILINE | re.DOTALL)[0]
ROWS = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in FILE.splitlines() if line.startswith("| ")]
KEYS = [row for row in ROWS[1:] if len(row) == 4 and row[0] != "key" and not row[0].startswith("-")]
NAMES = {"experiment": "pakistan.aid", "search": "aid", "set": "actors.pakistan.levers.aid"}
# What the page says in words of what holds without a key, where that is not the default itself.
SAID = {"metrics": "all", "months": "those of the shortest scenario", "question": "nothing", "summary": "nothing"}


def without(name: str) -> str:
    """What the page is to say of a key that is left out."""
    field = Experiment.model_fields[name]
    if field.is_required():
        return "needed"
    default = field.get_default(call_default_factory=True)
    if default in ((), {}, None, ""):
        return SAID.get(name, "none")
    return f"`{str(default).lower()}`" if isinstance(default, str | bool) else str(default)


def test_every_key_is_told_with_what_holds_without_it() -> None:
    told = {row[0].strip("`"): row[3] for row in KEYS}
    assert told == {field.alias or name: without(name) for name, field in Experiment.model_fields.items()}
    assert f"1 to {MOST_WORLDS:,}" in FILE


def test_the_example_is_right_and_as_large_as_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "example.yaml"
    file.write_text(EXAMPLE, encoding="utf-8")
    assert called(capsys, "validate", file).code == 0
    assert f"are {load_plan(file).points} points" in FILE


def written(where: str, name: str) -> None:
    """Write a lever under a name: in an experiment, in a search, behind --set."""
    if where == "experiment":
        design: dict[str, Any] = {"kind": "factorial"}
        load_plan({"schema": 1, "title": "X", "scenarios": ["confront"], "levers": {name: None}, "design": design})
    elif where == "search":
        load_search(load_search("third_way").search.data() | {"levers": {name: None}})
    else:
        with_overrides(load_scenario("confront"), {name: 0.5})


@pytest.mark.parametrize("where", NAMES)
def test_a_lever_goes_by_the_name_that_the_page_says(where: str) -> None:
    assert f"| `{NAMES[where]}` |" in FILE
    written(where, NAMES[where])


@pytest.mark.parametrize(
    ("where", "name"),
    [
        ("experiment", "aid"),
        ("search", "pakistan.aid"),
        ("search", "actors.pakistan.levers.aid"),
        ("set", "aid"),
        ("set", "pakistan.aid"),
    ],
)
def test_and_by_no_other(where: str, name: str) -> None:
    with pytest.raises((ExperimentError, SearchError, ScenarioError)):
        written(where, name)


@pytest.mark.parametrize(
    ("said", "values", "luck"),
    [
        ({}, "stand at their declared values (parameters: defaults)", "share the same worlds (luck: shared)"),
        ({"parameters": "prior", "luck": "own"}, "from the declared ranges", "worlds of its own (luck: own)"),
        ({"parameters": "posterior:2022-12"}, "those of an accepted set", "luck: shared"),
        ({"parameters": "force_works"}, "of the scenario force_works, else at their declared values", "luck: shared"),
        ({"uncertainties": "all"}, "Every parameter with a range is varied", "luck: shared"),
    ],
)
def test_what_is_not_varied_is_said(said: dict[str, Any], values: str, luck: str) -> None:
    """Otherwise a sweep on declared values passes for one on the sets that `durand compare` takes."""
    data = {"schema": 1, "title": "X", "scenarios": ["confront"], "uncertainties": ["kinship_weight"]} | said
    design = {"kind": "latin_hypercube", "points": 2}
    first, second = beneath_lines(load_plan({**data, "design": design}).experiment)
    assert values in first
    assert luck in second
