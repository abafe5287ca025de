"""The worked notebook runs from top to bottom, says what the library says, and is kept without outputs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from sim.experiment.sweep import sweep

NOTEBOOK = Path(__file__).resolve().parents[1] / "docs" / "experiments.ipynb"


@pytest.fixture(scope="module")
def kept() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)


@pytest.fixture(scope="module")
def cells(kept: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The cells by their id, executed in an empty folder."""
    place = tmp_path_factory.mktemp("notebook")
    client = NotebookClient(
        nbformat.from_dict(kept), timeout=300, kernel_name="python3", resources={"metadata": {"path": str(place)}}
    )
    return {cell.id: cell for cell in client.execute().cells}


def printed(cell: Any) -> str:
    return "".join(output.text for output in cell.outputs if output.get("name") == "stdout")


def test_it_is_kept_without_outputs(kept: Any) -> None:
    """Otherwise figures stand in the repository that nobody has made anew."""
    code = [cell for cell in kept.cells if cell.cell_type == "code"]
    assert len(code) > 10
    assert [cell.id for cell in code if cell.outputs or cell.execution_count] == []
    assert not re.search(r"/(home|root|tmp|work|Users)/", NOTEBOOK.read_text(encoding="utf-8"))


def test_every_cell_runs_and_shows_something(cells: dict[str, Any]) -> None:
    for name, cell in cells.items():
        if cell.cell_type == "code" and name != "experiment":
            assert cell.outputs, name
            assert not any(output.output_type == "error" for output in cell.outputs)
            # Mesa's progress bar asks for a widget that nobody needs.
            warned = [output.text for output in cell.outputs if output.get("name") == "stderr"]
            assert [text for text in warned if "IProgress not found" not in text] == []
    for name in ("tornado", "tradeoff", "pairs", "map"):
        assert "<svg" in cells[name].outputs[0].data["image/svg+xml"]


def test_it_says_what_the_library_says(cells: dict[str, Any], tmp_path: Path) -> None:
    """Otherwise the notebook works, and on other numbers."""
    names: dict[str, Any] = {}
    exec(cells["experiment"].source, names)
    again = sweep(names["experiment"], tmp_path / "sweep", chunk=500)
    found = again.discover("attacks[appease] < 1500")
    assert printed(cells["discover"]).strip() == found.text()
    assert found.boxes, "the notebook shows a box"
    regret = again.regret(["attacks", "sovereignty"], satisfy=["attacks < 1600 and sovereignty > 0.75"])
    assert printed(cells["regret"]).strip() == regret.text()


def test_links_lead_somewhere(kept: Any) -> None:
    text = "\n".join(cell.source for cell in kept.cells if cell.cell_type == "markdown")
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert links
    assert [link for link in links if not (NOTEBOOK.parent / link).exists()] == []
