"""What the heavy worker does with experiments: runs them, and says what came out, as words, pictures and tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dashboard.runtime.experiments import NAME
from dashboard.runtime.long_tasks import as_file
from sim.words.language import ENGLISH, N_, _, speaking
from sim.words.sentences import NOT_A_FORECAST, capital

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
    """What came out: paragraphs, each with what stands behind it and need not be read, pictures, tables as the text of CSV files
    by name, and what is meant by what is named."""

    paragraphs: tuple[tuple[str, str], ...]
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
        tell({"done": at.done, "of": at.runs, "what": N_("runs"), "left": at.left or 0})

    tell({"done": 0, "of": 0})
    return sweep((NAME, text), folder, progress=progress, command="durand dashboard").complete


def sensitivity(
    tell: Tell,
    folder: str,
    metric: str,
    versus: str | None,
    method: str | None = None,
    factors: tuple[str, ...] = (),
    language: str = ENGLISH.code,
) -> Found:
    """What a figure hangs on; arguments as for `durand sensitivity`. Words are in that language, tables in English."""
    from sim.experiment.factors import factor_words
    from sim.experiment.sensitivity.pictures import pictures
    from sim.experiment.sensitivity.text import NAMED, cells, parts
    from sim.parameters import PARAMETERS
    from sim.plots.gallery import Picture
    from sim.plots.tables import Table
    from sim.provenance.phrases import beyond_title

    tell(None)
    with _unnamed(folder), speaking(language):
        found = _open(folder).sensitivity([metric], versus=versus, method=method, factors=factors)
    with speaking(ENGLISH.code):
        table = found.indices.to_csv()
    with speaking(language):
        said = (*(parts(found, study) for study in found.studies), (_(NOT_A_FORECAST), ""))
        drawn = []
        for study in found.studies[:4]:
            head, rows = cells(found, study)
            for name, alt, _chart in pictures(found, study):
                narrow = {"tornado": found.tornado, "indices": found.chart, "interactions": found.interactions}[name]
                chart = narrow(study.metric, study.scenario, study.mix, width=NARROW)
                title = capital(alt)
                called = [[factor_words(one), *cells_] for one, *cells_ in rows]
                drawn.append(_shown(Picture(f"{study.key}-{name}", title, "", title, chart, Table(head, called))))
        first = [name for study in found.studies if study.indices for name in study.indices.table.index[:NAMED]]
        glosses = {name: beyond_title(PARAMETERS[name]) for name in dict.fromkeys(first) if name in PARAMETERS}
        words = tuple((factor_words(name), gloss) for name, gloss in glosses.items() if gloss)
    return Found(said, tuple(drawn), {"indices.csv": table}, words)


def discovery(tell: Tell, folder: str, where: str, scenario: str | None, language: str = ENGLISH.code) -> Found:
    """Where a condition holds."""
    from sim.experiment.discovery.text import paragraphs

    tell(None)
    with _unnamed(folder), speaking(language):
        found = _open(folder).discover(where, scenario)
        said = tuple((one, "") for one in paragraphs(found, page=True))
        pictures = tuple(_shown(one) for one in found.pictures())
    with speaking(ENGLISH.code):
        return Found(said, pictures, {"boxes.csv": found.table().to_csv(index=False)})


def regret(tell: Tell, folder: str, metric: str, language: str = ENGLISH.code) -> Found:
    """Which policy does well over all futures."""
    from sim.experiment.regret.text import paragraphs

    tell(None)
    with _unnamed(folder):
        found = _open(folder).regret([metric])
    with speaking(language):
        said = tuple((one, "") for one in paragraphs(found, page=True))
        pictures = tuple(_shown(one) for one in found.pictures())
    with speaking(ENGLISH.code):
        return Found(said, pictures, {"regret.csv": found.table().to_csv(index=False)})


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
