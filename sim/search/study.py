"""A search carried out: generations, then those found set to fresh futures, so that no winner is a lucky one.

Run again with the same folder, it goes on where it was stopped. What is found is the same whoever did the work, and however
often it was stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.ensemble.spec import check, usual_chunk
from sim.ensemble.timing import timed
from sim.experiment.folder import FolderError, alone
from sim.search.evaluate import Evaluator, Futures, fresh, searched
from sim.search.findings import findings
from sim.search.folder import Folder
from sim.search.found import Found
from sim.search.front import Front, chosen, write
from sim.search.load import Plan, load_search
from sim.search.objectives import KILLED, Matrix
from sim.search.optimise import Optimiser, Problem, ReplayError, Standing, strata
from sim.search.pictures import files
from sim.search.schema import Search
from sim.search.space import Codes
from sim.words.problems import path_of
from sim.yamlfile import Source

Progress = Callable[[Standing], None]


class SearchInterrupted(KeyboardInterrupt):
    """The search was stopped (Ctrl-C); finished generations are kept.

    Attributes:
        generations: how many.
    """

    def __init__(self, generations: int) -> None:
        super().__init__("stopped before the end")
        self.generations = generations


def search(
    source: Source | Mapping[str, Any] | Search,
    out: str | Path,
    workers: int = 1,
    *,
    engine: str = "auto",
    progress: Progress | None = None,
    command: str | None = None,
) -> Found:
    """Look for courses, and keep what is found in a folder.

    Args:
        source: as for `load_search`; out: the folder to fill, or to go on with.
        workers: threads, or processes where machine code cannot be used; they change no number.
        engine: as for `sim.run`; progress: called after every generation.

    Raises:
        SearchError: the search is not right.
        FolderError: the folder is another's.
        MissingExtraError: pymoo is not installed.
        SearchInterrupted: Ctrl-C.
    """
    check("workers", workers)
    plan = replace(load_search(source), asked=engine)
    path, started = path_of(out, "folder for a search", FolderError), time.monotonic()
    folder = Folder(path, plan)
    with alone(folder.store):
        folder.open()
        try:
            evaluator = Evaluator(plan, workers)
            optimiser = _run(plan, evaluator, folder, progress)
            front = _fresh(plan, workers, optimiser)
            write(folder, front)
            told = {"standings": [asdict(one) for one in optimiser.standings], **front.told()}
            folder.write_manifest("finished", time.monotonic() - started, command, told)
            found = findings(Found.load(path), front)
            for name, content in files(found):
                folder.put(name, content)
        except KeyboardInterrupt:
            folder.write_manifest("interrupted", time.monotonic() - started, command)
            raise SearchInterrupted(len(folder.generations)) from None
        except ReplayError as problem:
            raise FolderError(f"{out}: {problem}; name a new folder") from None
        folder.write_manifest("finished", time.monotonic() - started, command, told)
    return Found.load(path)


def _run(plan: Plan, evaluator: Evaluator, folder: Folder, progress: Progress | None) -> Optimiser:
    """All generations."""
    theirs = evaluator.courses(searched(plan))
    judge = plan.judge.against(theirs)
    courses, _ = judge.figures(theirs)
    one = plan.search

    def evaluate(codes: Codes) -> tuple[Matrix, Matrix]:
        found, broken = judge.figures(evaluator.candidates(codes, searched(plan)))
        return found * judge.signs, broken

    optimiser = Optimiser(
        Problem(plan.space.sizes, len(judge.objectives), len(judge.constraints), evaluate, plan.space.canonical),
        one.population,
        one.evaluations,
        one.seed,
        algorithm=one.algorithm,
        epsilons=[objective.epsilon for objective in one.objectives],
        begin=plan.space.canonical(_like_courses(plan)),
        known=courses * judge.signs,
        earlier=folder.generations,
    )
    for generation, standing in optimiser.generations():
        folder.keep(generation)
        if progress is not None:
            progress(standing)
        if one.stop is not None and optimiser.settled(one.stop.generations, one.stop.growth):
            break
    return optimiser


def _like_courses(plan: Plan) -> Codes:
    """The candidates that come closest to the courses they are set against: the search begins with these among others."""
    out = []
    for course in plan.courses:
        wanted = {f"{name}.watch": -1.0 for name in plan.search.rules}
        for stage in plan.search.stages:
            named = [
                change.policy
                for change in course.actors.pakistan.changes
                if change.policy in course.policies and (change.from_ or "") <= stage <= (change.until or "9999-12")
            ]
            if named:
                given = course.policies[str(named[-1])].settings.given()
                wanted |= {f"{lever}@{stage}": float(given.get(lever, 0.0)) for lever in plan.search.levers}
        out.append(plan.space.nearest(wanted))
    return np.array(out)


def _fresh(plan: Plan, workers: int, optimiser: Optimiser) -> Front:
    """Those that count of all that was found, and the courses, in the search's futures and in fresh ones."""
    assert optimiser.archive is not None
    assert optimiser.known is not None
    codes = chosen(optimiser.archive, plan.search.members, optimiser.known)
    evaluator = Evaluator(plan, workers, KILLED)
    sides = []
    for futures in (searched(plan), fresh(plan)):
        theirs = evaluator.courses(futures)
        found = evaluator.candidates(codes, futures) if len(codes) else {name: one[:0] for name, one in theirs.items()}
        sides.append((plan.judge.against(theirs), found, theirs))
    return Front.of(plan, codes, optimiser.archive.epsilons, *sides)


class Estimate(NamedTuple):
    """What a search will take.

    Attributes:
        candidates: how many there are to choose from; evaluations: simulated at most; runs: at most; months: of each.
        seconds: at most, with so many workers, each on a processor of its own.
    """

    candidates: float
    variables: int
    evaluations: int
    worlds: int
    runs: int
    months: int
    workers: int
    seconds: float


def estimate(source: Source | Mapping[str, Any] | Search, workers: int = 1, *, engine: str = "auto") -> Estimate:
    """Say what a search will take, from some candidates that are tried: some seconds."""
    check("workers", workers)
    plan = replace(load_search(source), asked=engine)
    evaluator = Evaluator(plan)
    futures = Futures(0, min(plan.search.worlds, 100))
    tried = max(usual_chunk(plan.months) // futures.worlds, 1)  # as many as are simulated at a time
    codes = strata(plan.search.seed, tried, plan.space.sizes)
    took, _ = timed(lambda: evaluator.candidates(codes, futures))
    one = plan.search
    return Estimate(
        plan.space.candidates, len(plan.space.variables), one.evaluations, one.worlds, plan.runs, plan.months, workers,
        took.all_of(plan.runs / (tried * futures.worlds), workers),
    )  # fmt: skip
