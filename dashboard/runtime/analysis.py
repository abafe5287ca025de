"""What the heavy worker does with experiments: runs them, and says what came out, as words, pictures and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dashboard.runtime.experiments import NAME
from dashboard.runtime.long_tasks import as_file

if TYPE_CHECKING:
    from dashboard.runtime.worker import Tell
    from sim.experiment.outcome import Sweep
    from sim.experiment.sweep import Standing
    from sim.plots.gallery import Picture


NARROW = 328  # px, of a drawing on a page


@dataclass(frozen=True)
class Shown:
    """A picture on its way to a page: its specification and rows, and its words and table without the drawing."""

    specification: dict[str, Any]
    rows: list[dict[str, Any]]
    words: Picture


@dataclass(frozen=True)
class Found:
    """What came out: paragraphs, pictures, tables as the text of CSV files by name, and what is meant by what is named."""

    paragraphs: tuple[str, ...]
    pictures: tuple[Shown, ...]
    tables: dict[str, str]
    words: tuple[tuple[str, str], ...] = ()


@contextmanager
def _unnamed(folder: str) -> Iterator[None]:
    """Messages without the folder's name, which is the server's own and says nothing to a visitor."""
    try:
        yield
    except ValueError as problem:
        said = str(problem).replace(f"{folder}: ", "").replace(folder, "the sweep")
        raise ValueError(f"{said[:1].upper()}{said[1:]}.".replace("..", ".")) from None


def run(tell: Tell, text: str, folder: str) -> bool:
    """Run an experiment into a folder; whether all of it was run."""
    from sim.experiment.sweep import sweep

    def progress(at: Standing) -> None:
        tell({"done": at.done, "of": at.runs, "what": "runs", "left": at.left or 0})

    tell({"done": 0, "of": 0})
    return sweep((NAME, text), folder, progress=progress, command="durand dashboard").complete


def sensitivity(
    tell: Tell,
    folder: str,
    metric: str,
    versus: str | None,
    method: str | None = None,
    factors: tuple[str, ...] = (),
) -> Found:
    """What a figure hangs on; arguments as for `durand sensitivity`."""
    from sim.experiment.factors import factor_words
    from sim.experiment.sensitivity.pictures import pictures
    from sim.experiment.sensitivity.text import NAMED, cells
    from sim.parameters import PARAMETERS
    from sim.plots.gallery import Picture
    from sim.plots.tables import Table

    tell(None)
    with _unnamed(folder):
        found = _open(folder).sensitivity([metric], versus=versus, method=method, factors=factors)
    drawn = []
    for study in found.studies[:4]:
        head, rows = cells(found, study)
        for name, alt, _ in pictures(found, study):
            narrow = {"tornado": found.tornado, "indices": found.chart, "interactions": found.interactions}[name]
            chart = narrow(study.metric, study.scenario, study.mix, width=NARROW)
            title = f"{alt[0].upper()}{alt[1:]}"
            called = [[factor_words(one), *cells_] for one, *cells_ in rows]
            drawn.append(_shown(Picture(f"{study.key}-{name}", title, "", title, chart, Table(head, called))))
    first = [name for study in found.studies if study.indices for name in study.indices.table.index[:NAMED]]
    words = tuple((factor_words(name), PARAMETERS[name].meaning) for name in dict.fromkeys(first) if name in PARAMETERS)
    return Found(tuple(found.reading()), tuple(drawn), {"indices.csv": found.indices.to_csv()}, words)


def discovery(tell: Tell, folder: str, where: str, scenario: str | None) -> Found:
    """Where a condition holds."""
    tell(None)
    with _unnamed(folder):
        found = _open(folder).discover(where, scenario)
    pictures = tuple(_shown(one) for one in found.pictures())
    return Found(without_ids(found.text(), "Asked: "), pictures, {"boxes.csv": found.table().to_csv(index=False)})


def regret(tell: Tell, folder: str, metric: str) -> Found:
    """Which policy does well over all futures."""
    tell(None)
    with _unnamed(folder):
        found = _open(folder).regret([metric])
    pictures = tuple(_shown(one) for one in found.pictures())
    return Found(without_ids(found.text()), pictures, {"regret.csv": found.table().to_csv(index=False)})


def without_ids(text: str, echo: str = "") -> tuple[str, ...]:
    """Paragraphs without the ids that stand behind the words, and without the sentence in which a question is echoed."""
    paragraphs = [re.sub(r" \(`[^`]+`\)|`[^`]+`, ", "", " ".join(one.split())) for one in text.split("\n\n")]
    return tuple(
        one.partition(". It holds ")[2].join(("It holds ", "")) if echo and one.startswith(echo) else one
        for one in paragraphs
    )


def table(tell: Tell, folder: str, kind: str) -> bytes:
    """Every run: its point, what was varied, and what it came to, as CSV or Parquet."""
    sweep = _open(folder)
    rows = sweep.outcomes.reset_index().merge(sweep.experiments.reset_index(), on="point")
    return as_file(rows, kind)


def _open(folder: str) -> Sweep:
    from sim.experiment.outcome import Sweep

    return Sweep.load(folder)


def _shown(one: Picture) -> Shown:
    from sim.plots.tables import rows_of

    specification = one.chart.to_dict(validate=False)
    specification.pop("data")
    specification.pop("datasets", None)
    return Shown(specification, rows_of(one.chart), replace(one, chart=None))
