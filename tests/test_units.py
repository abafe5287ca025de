"""Units: no table of figures leaves its reader to guess what they are in."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.calibration import own, page, recovery, store
from sim.calibration import text as calibration_text
from sim.calibration.backcast import backcast
from sim.calibration.origins import rolling
from sim.commands.discover import write
from sim.experiment.outcome import Sweep
from sim.experiment.replications import text as replications_text
from sim.experiment.replications.study import replications
from sim.experiment.response import page as response_page
from sim.experiment.response import text as response_text
from sim.experiment.response.study import response
from sim.experiment.sensitivity import page as sensitivity_page
from sim.experiment.sensitivity import text as sensitivity_text
from sim.metrics import METRICS
from sim.parameters import PARAMETERS
from sim.words.numbers import unit_over

ROOT = Path(sim.__file__).resolve().parents[1]
UNITS = {unit_over(one.unit, one.summary) for one in METRICS.values()} | {one.unit for one in METRICS.values()}
UNITS |= {one.unit for one in PARAMETERS.values()} | {"share", "sd", "s.d.", "%", "unit", "of 100", "events"}
# Figures without one: counts of what the head names, shares of 1, ratios and places in a range.
BARE = {
    *("months", "months ahead", "wave", "looked at", "left", "simulated", "worlds each", "not implausible", "worth"),
    *("worlds needed", "how many", "told to", "period", "shift", "narrowing", "correlation", "ratio", "95 % interval"),
    *(
        "rank coefficient",
        "alone (S1)",
        "in all (ST)",
        "distance (PAWN)",
        "largest",
        "if idle",
        "delta",
        "day",
        "source",
    ),
    *("tolerance rests on", "enough", "inside", "what", "unit"),
}
# In the unit that stands at the head of the row, or, of the table, in its title.
OF_ROW = {
    *("value", "±", "wanted ±", "low third", "high third", "size (mu*)", "signed (mu)", "differs (sigma)", "by"),
    *("CRPS", "loops off", "loops off: CRPS", "published", "middle world", "nine worlds in ten", "tolerance", "ranges"),
    *("accepted", "accepted sets", "declared ranges", "point value", "declared", "middle", "nine sets in ten", "model"),
    *("known value", "mean distance, declared ranges", "mean distance, accepted sets", "declared ranges: CRPS"),
    *("variance, same draws", "variance, own draws"),
    *("last value", "mean of 12 months", "draws from 12 months", "linear trend"),
}
OF_ROW |= {f"{name}, {told}" for name in ("last value", "mean of 12 months") for told in ("told", "untold")}
OF_ROW |= {f"{name}, {told}" for name in ("draws from 12 months", "linear trend") for told in ("told", "untold")}
FIGURE = re.compile(r"[-+~]?[0-9][0-9,.e+-]*")
_WORDS = {
    "log",
    "truces",
    "months",
    "changes",
    "clashes",
    "strength",
    "engagement",
    "attacks",
    "deaths",
    "events",
    "share",
}


def named(text: str) -> bool:
    """Whether a text says a unit, or is called by one."""
    words = set(re.findall(r"[a-z.%]+", text.lower()))
    return any(unit.lower() in text.lower() for unit in UNITS) or bool(words & _WORDS)


def bare(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The columns of a table whose figures have no unit."""
    table, out = [list(row) for row in rows], []
    for place, head in enumerate(heads):
        cells = [row[place] for row in table]
        if not any(FIGURE.match(cell) for cell in cells) or head in BARE or named(head):
            continue
        if all(not FIGURE.match(cell) or re.search(r"[0-9] ?%|[0-9] [a-z]", cell) for cell in cells):
            continue
        if head in OF_ROW and (named(title) or "unit" in heads or all(named(row[0]) for row in table)):
            continue
        out.append(head)
    return out


# ------------------------------------------------------------------------------------------------ tables of texts


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """Who has drawn which tables."""
    seen: dict[str, list[Any]] = {}

    def keeping(usual: Callable[..., Any], titled: bool) -> Callable[..., Any]:
        def draw(*given: Any, **how: Any) -> Any:
            title, heads, rows = given if titled else ("", *given)
            rows = [list(row) for row in rows]
            title = title or _title(seen, rows)
            caller = Path(sys._getframe(1).f_code.co_filename)
            seen.setdefault(caller.relative_to(ROOT).as_posix(), []).append((title, list(heads), rows))
            return usual(title, heads, rows, **how) if titled else usual(heads, rows)

        return draw

    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("sim."):
            for name, titled in (("terminal_table", True), ("markdown_table", False)):
                if (usual := vars(module).get(name)) is not None:
                    monkeypatch.setattr(module, name, keeping(usual, titled))
    return seen


def _title(seen: dict[str, list[Any]], rows: list[list[str]]) -> str:
    """On a page a table's title is the heading above it: that which the same rows have on a terminal."""
    every = (one for tables in seen.values() for one in tables)
    return next((str(title) for title, _, others in every if rows and others[: len(rows)] == rows), "")


def sweep_of(design: dict[str, Any], out: Path) -> Sweep:
    """A small sweep."""
    names = ["attacks_per_capability", "start_fighters", "reward_response"]
    data = {"schema": 1, "title": "Units", "scenarios": ["confront"], "uncertainties": names, "design": design}
    return sim.sweep({**data, "months": 3, "metrics": ["attacks", "taliban_cohesion"]}, out)


LATIN = {"kind": "latin_hypercube", "points": 240, "seed": 1}
DESIGNS: tuple[tuple[dict[str, Any], tuple[Any, ...]], ...] = (
    (LATIN, ("ranks", "pawn", "delta")),
    ({"kind": "morris", "trajectories": 10, "seed": 1}, (None,)),
    ({"kind": "saltelli", "base": 16, "seed": 1}, (None,)),
)


def test_every_table_of_texts_has_units(
    drawn: dict[str, list[Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of each module of the program that makes such tables; one that is new has to be drawn here, too."""
    for design, methods in DESIGNS:
        sweep = sweep_of(design, tmp_path / str(design["kind"]))
        for method in methods:
            found = sweep.sensitivity(method=method)
            for study in found.studies:
                sensitivity_text.table_of(found, study, None)
            sensitivity_page.write(found, tmp_path / f"{design['kind']} {method}")
    compared = replications(
        "confront", "appease", ["attacks", "sovereignty"], worlds=20, months=20, parameters="defaults"
    )
    list(replications_text.tables(compared))
    replications_text.write(compared, tmp_path / "replications")
    studied = response(sets=3, replications=2, lever_worlds=4, seed=5)
    list(response_text.tables(studied, True))
    response_page.write(studied, tmp_path / "response")
    cast = backcast(worlds=20)
    calibration_text.show_backcast(cast, cast)
    calibration_text.fill_backcast(cast, tmp_path / "backcast", (), cast)
    calibration_text.show_rolling(rolling(worlds=20), None)
    manifest = store.shipped_manifest()
    calibration_text.show_calibration(manifest)
    page.calibration_lines(manifest, "a.png", "b.png")
    own.held_out_lines(cast, cast)
    name = next(iter(cast.series)).observer
    assert name
    known = recovery.recovered({"claim_rate": 1.5}, {"claim_rate": np.linspace(1, 2, 50)}, PARAMETERS)
    own.markdown_table(recovery.HEADS, [one.cells for one in known])  # type: ignore[attr-defined]
    assert capsys.readouterr().out
    calls = re.compile(r"\b(?:terminal|markdown)_table\(")
    makers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "sim").rglob("*.py")
        if calls.search(path.read_text(encoding="utf-8")) and path.name != "tables.py"
    }
    assert makers - {"sim/calibration/own.py"} <= set(drawn)
    wrong = [
        (module, title, head)
        for module, tables in drawn.items()
        for title, heads, rows in tables
        for head in bare(title, heads, rows)
    ]
    assert wrong == []


def test_a_table_without_units_is_found() -> None:
    """Otherwise the test above passes whatever is drawn."""
    assert bare("", ["course", "toll"], [["confront", "1,200"], ["appease", "900"]]) == ["toll"]
    assert bare("", ["course", "toll"], [["confront", "1,200 deaths"]]) == []
    assert bare("", ["course", "toll (deaths)"], [["confront", "1,200"]]) == []
    assert bare("", ["metric", "value"], [["Openness", "0.5"]]) == ["value"]
    assert bare("", ["metric", "unit", "value"], [["Openness", "0 to 1", "0.5"]]) == []


# ------------------------------------------------------------------------------------------------ tables in files

# Columns of CSV files that are numbers of rows, counts, shares of 1, chances, ratios or ranks.
PLAIN = {
    *("mix", "box", "needed", "batches", "inside", "enough", "told", "too_small", "luck", "luck_left", "ratio"),
    *(
        "correlation",
        "quasi_p_low",
        "quasi_p_high",
        "density",
        "coverage",
        "density_held_out",
        "coverage_held_out",
        "mass",
    ),
    *("restricted", "strength", "chance"),
}


def test_every_table_in_a_file_has_units(tmp_path: Path) -> None:
    """A column with the unit beside the figures; all else is a count, a share or a number of a row."""
    sweep = sweep_of(LATIN, tmp_path / "out")
    sensitivity_page.write(sweep.sensitivity(), tmp_path / "sensitivity")
    middle = float(sweep.outcomes["attacks"].median())
    found = sweep.discover(f"attacks > {middle:g}")
    assert found.boxes
    write(tmp_path / "discovery", "discovery", {}, "", {"boxes": found.table(), "trajectory": found.trajectory()}, [])
    compared = replications("confront", "appease", ["attacks"], worlds=20, months=20, parameters="defaults")
    replications_text.write(compared, tmp_path / "replications")
    files = sorted(tmp_path.rglob("*.csv"))
    assert len(files) >= 6
    for file in files:
        table = pd.read_csv(file)
        figures = {name for name in table.columns if table[name].dtype.kind in "fi" and table[name].notna().any()}
        assert "unit" in table.columns or figures <= PLAIN, (file.name, figures - PLAIN)
        if "unit" in table.columns:
            assert table["unit"].notna().any(), file.name
    told = json.loads((tmp_path / "replications" / "replications.json").read_text(encoding="utf-8"))
    assert {one["unit"] for one in told["figures"]} == {"attacks", "share of worlds"}
