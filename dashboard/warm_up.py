"""What is made ready while nobody has come yet: workers, what pages import, and the first answer with its pictures."""

from __future__ import annotations

from importlib import import_module

from dashboard.runtime import asked, versions
from dashboard.runtime.engine import OPENING, BusyError, RunError, engine
from dashboard.runtime.state import State
from dashboard.widgets import sentences, show
from sim.provenance.levers import explained
from sim.results import Results

# What pages need, and take long to import.
NEEDED = (
    "altair",
    "pandas",
    "pyarrow",
    "sim.why",
    "sim.report.page",
    "sim.teaching.play.game",
    "dashboard.widgets.controls",
)
KINDS = ("fan", "difference", "verdicts")


def make_ready() -> None:
    """Have the start page answered before anybody asks for it, then Compare, Why and Loops as they open."""
    for name in NEEDED:
        import_module(name)
    from dashboard.widgets import levers

    here = State()
    try:
        found = engine().results(OPENING, versions.jobs(here))
        _draw(found, here)
        for_why, for_loops = ({one.key: one for one in some} for some in asked.likely(here))
        for names in levers.grouped().values():
            for name in names:
                explained(name)
        engine().ready(for_why)
        engine().ready(for_loops)
    except (BusyError, RunError):
        return  # whoever comes is told


def _draw(found: dict[str, Results], here: State) -> None:
    """The words and pictures of the start page, and of Compare as it opens."""
    compared = versions.compared(found, next(iter(found)))
    sentences.answer(here, compared)
    for kind in KINDS:
        show.moving(compared, kind, here.metric)
