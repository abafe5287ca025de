"""What a visitor will likely ask next: a further step of the slider just moved, or why; then a step of each other one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from dashboard.runtime import asked, versions
from dashboard.runtime.engine import Job
from dashboard.runtime.questions import Question
from dashboard.runtime.state import POSTURES, SHARES, State
from sim.scenario.settings import OPTIONS
from sim.scenario.words import CHOOSE

STEP = 0.05  # of the sliders of levers
# Of longer runs only the further step of one slider: more of them would push each other out of what is kept.
MOST_WORLD_MONTHS = 15_000


def likely(before: State, here: State) -> Iterator[Job | Question]:
    """Runs that are likely asked for next, likeliest first; each is put together only when it is taken.

    Args:
        before: what was shown last; here: what is shown now.
    """
    shown = versions.jobs(here)
    told, like = {job.key for job in shown.values()}, next(iter(shown.values()))
    worthwhile = like.worlds * like.months <= MOST_WORLD_MONTHS
    yours = (versions.scenarios(then).get(versions.YOURS) for then in _steps(before, here) if worthwhile)
    shared = versions.shared(here, versions.YOURS)
    if before == here and worthwhile:  # nothing was moved: who looks on may ask why
        yield from asked.likely(here)
    guesses = (replace(like, scenario=scenario, shared=shared) for scenario in yours if scenario is not None)
    for job in chain(versions.next_jobs(before, here).values(), guesses):
        if job.key not in told:
            told.add(job.key)
            yield job


def _steps(before: State, here: State) -> Iterator[State]:
    plan = versions.planned(versions.written(here, here.edited), versions.since(here))
    stands = {name: float(here.levers.get(name, plan[name])) for name in SHARES}
    moved = [place for place, name in enumerate(SHARES) if before.levers.get(name) != here.levers.get(name)]
    after = moved[0] + 1 if moved else 0  # visitors go down the list
    for up in (1, -1):
        for name in (*SHARES[after:], *SHARES[:after]):
            value = round(stands[name] + up * STEP, 10)
            if 0 <= value <= 1:
                yield here.with_(levers={**here.levers, name: value})
    for name in POSTURES:
        for option in (CHOOSE, *OPTIONS[name]):
            yield here.with_(postures={**here.postures, name: option})
