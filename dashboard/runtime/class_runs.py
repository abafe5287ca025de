"""Runs that a class saved: from what a participant chose to text and back, and all of them over the same worlds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from dashboard.runtime import versions
from dashboard.runtime.engine import Job
from dashboard.runtime.language import _
from dashboard.runtime.state import OWN, State, from_query, to_query, too_long
from sim.ensemble.spec import DEFAULT_PARAMETERS
from sim.parameters import PARAMETERS
from sim.scenario import Scenario
from sim.scenario.diff import TITLES
from sim.teaching.classroom.entries import harmless
from sim.teaching.classroom.runs import SavedRun
from sim.words.numbers import setting

# What saved runs are set against, unchanged.
REFERENCES = ("confront", "appease")
WORLDS, MONTHS, SEED = 200, 60, 0


def to_save(here: State) -> dict[str, str] | None:
    """What is kept of a run: what it does, not how many worlds somebody looked at. None where there is nothing of one's own."""
    name = subject(here)
    kept = here.kept.get(name or "")
    base = kept.of if kept else name
    if name is None or (base == OWN and too_long(here.own)):
        return None
    one = State(
        scenarios=(next(beside for beside in REFERENCES if beside != name), name),
        own=here.own if base == OWN else "",
        kept={name: kept} if kept else {},
        uncertainties=here.uncertainties,
    )
    if name == here.edited:
        one = one.with_(since=here.since, levers=here.levers, postures=here.postures)
    return to_query(one)


def subject(here: State) -> str | None:
    """The scenario that would be saved, or in a copy of which something is set; None where there is nothing of one's own."""
    return here.edited if versions.changed(here) else next(_mine(here), None)


def _mine(here: State) -> Iterator[str]:
    """Of what is compared, what somebody has made and kept: the last first."""
    return (name for name in reversed(here.scenarios) if name in here.mine)


def scenario_of(run: SavedRun) -> tuple[State, Scenario] | None:
    """What was saved, as a scenario; None where this durand does not know parts of it."""
    here, problems = from_query(run.chosen)
    found = {} if problems else versions.scenarios(here)
    one = next((found[name] for name in (versions.YOURS, *_mine(here)) if name in found), None)
    return None if one is None else (here, one.model_copy(update={"name": f"run-{run.number}"}))


def jobs(scenarios: Mapping[str, Scenario]) -> dict[str, Job]:
    """All of them, over the same worlds."""
    return {name: Job(one, WORLDS, MONTHS, SEED, DEFAULT_PARAMETERS) for name, one in scenarios.items()}


def settings(columns: Sequence[tuple[State, Scenario]]) -> list[list[str]]:
    """What the runs set, a row for each lever, posture or uncertainty that one of them moves: its words, and its value in each.

    Args:
        columns: what was chosen, and the scenario that it makes; of one that is as it was written, nothing chosen.
    """
    moved = {name for here, _written in columns for name in _set(here)}
    rows = []
    for name in [name for name in TITLES if name in moved]:
        cells = []
        for here, scenario in columns:
            own, kept = _set(here), here.kept.get(here.edited)
            written = versions.written(here, kept.of if kept else here.edited) if own else scenario
            was = versions.planned(written, versions.since(here) if own else versions.begins(written))[name]
            now = own.get(name, was)
            cells.append(setting(was) if now == was else f"{setting(was)} → {setting(now)}")
        rows.append([_(TITLES[name]), *cells])
    for name in dict.fromkeys(name for here, _written in columns for name in here.uncertainties):
        values = [here.uncertainties.get(name) for here, _written in columns]
        rows.append(
            [_(PARAMETERS[name].title), *(_("as the worlds have it") if one is None else f"{one:g}" for one in values)]
        )
    return rows


def _set(here: State) -> dict[str, float | str]:
    """What a run sets: in a version that was kept, and in a copy of it."""
    kept = here.kept.get(here.edited)
    before = dict(pair for step in kept.steps for pair in step.settings) if kept else {}
    return {**before, **here.levers, **here.postures}


def as_csv(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table as CSV, safe to open in a spreadsheet."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([[harmless(cell) for cell in row] for row in (heads, *rows)])
    return out.getvalue()
