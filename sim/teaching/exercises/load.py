"""From an exercise file to an exercise: read, checked in full, its scenarios loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.ensemble.spec import PARAMETERS as SETS
from sim.evidence import ledger
from sim.metrics import PANELS
from sim.parameters import PARAMETERS
from sim.scenario import Scenario, ScenarioError, library, load_scenario, parameter_set, with_overrides
from sim.scenario.references import check_claims
from sim.teaching.exercises.figure import Figure
from sim.teaching.exercises.schema import LEVELS, RESERVED, STEPS, Exercise, Run
from sim.teaching.exercises.words import WordsError, references, typed_figures
from sim.yamlfile import Document, FileError, Place, Source, dotted, read, suggestion, validate


def row_words(panel: str, row: str) -> str:
    """What a row of such a metric is called, as part of a sentence."""
    return row.replace("_", " ") if PANELS[panel].dimension == "group" else PANELS[panel].rows()[row]


class ExerciseError(FileError):
    """An exercise is not there or not right; says where, what, and what is allowed."""


def exercises() -> Path:
    """The folder of the exercises that come with durand."""
    return library() / "exercises"


@dataclass(frozen=True)
class Listed:
    """What an exercise's file says of itself at the top, not yet checked."""

    name: str
    title: str
    level: str
    minutes: int
    question: str


def list_exercises() -> list[Listed]:
    """The library's exercises, the easier first.

    Raises:
        ExerciseError: one of them cannot be read.
    """
    found = []
    for path in exercises().glob("*.yaml"):
        data = read(path, error=ExerciseError).data
        title, level, question = (str(data.get(key, "")) for key in ("title", "level", "question"))
        minutes = data.get("minutes")
        found.append(Listed(path.stem, title, level, minutes if isinstance(minutes, int) else 0, question))
    order = {level: number for number, level in enumerate(LEVELS)}
    return sorted(found, key=lambda one: (order.get(one.level, len(order)), one.name))


def load_exercise(source: Source) -> Exercise:
    """An exercise, checked in full.

    Args:
        source: name of an exercise in the library; a path; or a pair (name, text of the file), whose scenarios are seen
            from the current folder.

    Raises:
        ExerciseError: something is not there or not right, with file, line, value and what is allowed.
        ScenarioError: a scenario file that it uses is not right.
    """
    if isinstance(source, str) and not is_path(source):
        known = sorted(path.stem for path in exercises().glob("*.yaml"))
        if source not in known:
            raise ExerciseError(
                f"there is no exercise with this name: {source}{suggestion(source, [*known, 'a path'])}"
            )
        source = exercises() / f"{source}.yaml"
    document = read(source, error=ExerciseError)
    exercise = validate(document, Exercise)
    if isinstance(source, tuple):
        exercise._name, exercise._text = Path(source[0]).stem, source[1]
    else:
        exercise._name, exercise._folder = Path(source).stem, Path(source).parent
        exercise._text = Path(source).read_text(encoding="utf-8-sig")
    check_claims(document)
    exercise._scenarios = _scenarios(exercise, document)
    document.check(problem for check in _CHECKS for problem in check(exercise))
    return exercise


def is_path(scenario: str) -> bool:
    """Whether a scenario is named by a path, and not by its name in the library."""
    return scenario.endswith((".yaml", ".yml")) or "/" in scenario


Found = Iterator[tuple[Place, str]]


def _scenarios(exercise: Exercise, document: Document) -> dict[str, Scenario]:
    """The scenario of each run, under the run's name and title."""
    found, problems = {}, []

    def fits(place: Place, parameters: str | None) -> None:
        if parameters is not None and parameters not in SETS:
            try:
                parameter_set(parameters)
            except FileError as problem:
                problems.append(f"{document.where(place)}: {dotted(place)}: {problem.problems[0]}")

    fits(("setting", "parameters"), exercise.setting.parameters)
    for name, run in exercise.runs.items():
        fits(("runs", name, "parameters"), run.parameters)
        try:
            found[name] = _scenario(exercise, name, run)
        except ScenarioError as problem:
            problems.append(f"{document.where(('runs', name))}: runs.{name}: {problem.problems[0]}")
            continue
        wanted = exercise.setting.months
        if wanted is not None and wanted > found[name].months:
            text = f"setting.months is longer than {name}: {wanted}; allowed: at most {found[name].months}"
            problems.append(f"{document.where(('setting', 'months'))}: {text}")
    starts = {scenario.start for scenario in found.values()}
    if len(starts) > 1:
        problems.append(f"{document.where(('runs',))}: runs start in different months: {', '.join(sorted(starts))}")
    if problems:
        raise ExerciseError(*dict.fromkeys(problems))
    return found


def _scenario(exercise: Exercise, name: str, run: Run) -> Scenario:
    scenario = load_scenario(exercise.folder / run.scenario if is_path(run.scenario) else run.scenario)
    if run.set:
        scenario = with_overrides(scenario, run.set)
    return scenario.model_copy(update={"name": name, "title": run.title or scenario.title})


def _check_figures(exercise: Exercise) -> Found:
    for name, figure in exercise.figures.items():
        place: Place = ("figures", name)
        if name in RESERVED:
            yield place, f"{dotted(place)} has a name that is taken: {name}; allowed: any but {', '.join(RESERVED)}"
        for run in figure.runs():
            if run not in exercise.runs:
                yield place, f"{dotted(place)} is of a run that is not there: {run}{suggestion(run, exercise.runs)}"
        rows = PANELS[figure.panel].rows() if figure.panel else None
        if rows is not None and figure.row not in rows:
            at = (*place, "row")
            yield at, f"{dotted(at)} is not one of the choices: {figure.row}{suggestion(str(figure.row), rows)}"
        wrong = figure.where.parameter if figure.where else None
        if wrong is not None and wrong not in PARAMETERS:
            at = (*place, "where", "parameter")
            yield at, f"no such parameter: {wrong}{suggestion(wrong, PARAMETERS)}"
        yield from _check_months(exercise, place, figure)


def _check_months(exercise: Exercise, place: Place, figure: Figure) -> Found:
    """Months lie in the runs."""
    (first, *_, last), less = exercise.span(), figure.less
    asked = {
        "where.month": figure.where.month if figure.where else None,
        "month": figure.month,
        "from": figure.from_,
        "to": figure.to,
    }
    if less is not None:
        asked |= {"less.month": less.month, "less.from": less.from_, "less.to": less.to}
    for key, month in asked.items():
        if month is not None and not first <= month <= last:
            at = (*place, *key.split("."))
            yield at, f"{dotted(at)} is not a month of the runs: {month}; allowed: {first} to {last}"


def _check_questions(exercise: Exercise) -> Found:
    for name, question in exercise.questions.items():
        place: Place = ("questions", name)
        figure = exercise.figures.get(question.figure)
        if figure is None:
            yield (
                (*place, "figure"),
                f"there is no such figure: {question.figure}{suggestion(question.figure, exercise.figures)}",
            )
        elif figure.given is not None or figure.is_share != (question.form == "probability"):
            wanted = "a share of worlds (above, below or verdict)" if question.form == "probability" else "no share"
            yield (*place, "figure"), f"{question.figure} does not answer a {question.form}; allowed: {wanted}"
        elif question.because is None and figure.metric is None:
            yield place, f"{dotted(place)} does not say where its reason is looked for; allowed: because"
        for run in (question.because.run, question.because.versus) if question.because else ():
            if run is not None and run not in exercise.runs:
                yield (*place, "because"), f"there is no such run: {run}{suggestion(run, exercise.runs)}"
    named = {one for step in exercise.steps for one in step.questions}
    for name in exercise.questions:
        if name not in named | set(exercise.quiz):
            yield ("questions", name), f"questions.{name} is never asked; allowed: in a step, or in the quiz"


def _check_steps(exercise: Exercise) -> Found:
    """Names are there; every kind of step is there; nothing is shown before what is to be predicted of it."""
    for place, names, known in _mentions(exercise):
        for number, name in enumerate(names):
            if name not in known:
                yield (*place, number), f"{dotted(place)} names what is not there: {name}{suggestion(name, known)}"
    done = [step.do for step in exercise.steps]
    for kind in STEPS:
        if kind not in done:
            yield ("steps",), f"steps has no step of this kind: {kind}; allowed: each of {', '.join(STEPS)}"
    shown: set[str] = set()
    for number, step in enumerate(exercise.steps):
        for name in step.questions:
            figure = exercise.figures.get(exercise.questions[name].figure) if name in exercise.questions else None
            if figure is not None and set(figure.runs()) <= shown:
                at = ("steps", number, "questions")
                yield at, f"{dotted(at)} asks for what was run in an earlier step: {name}; allowed: predictions first"
        shown |= set(step.runs)
        at = ("steps", number, "show")
        for name in step.show:
            figure = exercise.figures.get(name)
            if figure is not None and not set(figure.runs()) <= shown:
                yield at, f"{dotted(at)} shows what no step has run yet: {name}; allowed: figures of runs made before"
    late = [name for name in exercise.quiz if name in exercise.asked()]
    if late:
        yield ("quiz",), f"quiz repeats what a step asks and shows: {late[0]}; allowed: questions of its own"
    minutes = sum(step.minutes for step in exercise.steps) + sum(exercise.timing.model_dump().values())
    if minutes != exercise.minutes:
        yield ("minutes",), f"minutes is not what timing and steps add up to: {exercise.minutes}; allowed: {minutes}"


def _mentions(exercise: Exercise) -> Iterator[tuple[Place, Iterable[str], Iterable[str]]]:
    yield ("quiz",), exercise.quiz, exercise.questions
    for number, step in enumerate(exercise.steps):
        place: Place = ("steps", number)
        yield (*place, "questions"), step.questions, exercise.questions
        yield (*place, "runs"), step.runs, exercise.runs
        yield (*place, "differs"), step.differs or (), exercise.runs
        yield (*place, "show"), step.show, exercise.figures
        for other, picture in enumerate(step.pictures):
            yield (*place, "pictures", other, "runs"), picture.runs, exercise.runs


def _check_reading(exercise: Exercise) -> Found:
    known = ledger().sources
    for number, one in enumerate(exercise.reading):
        if one.source is not None and one.source not in known:
            place: Place = ("reading", number, "source")
            yield place, f"{dotted(place)} is no source of the evidence: {one.source}{suggestion(one.source, known)}"


def _check_words(exercise: Exercise) -> Found:
    """Figures that texts name are there; answers have none typed in; students' texts give none away."""
    for place, text, is_answer in texts(exercise):
        try:
            named = references(text)
            typed = typed_figures(text) if is_answer else []
        except WordsError as problem:
            yield place, f"{dotted(place)} {problem}"
            continue
        for one in named:
            figure = exercise.figures.get(one.name)
            if one.name in RESERVED and not one.options and not one.view:
                continue
            if figure is None:
                yield (
                    place,
                    f"{dotted(place)} names a figure that is not there: {one.name}{suggestion(one.name, exercise.figures)}",
                )
            elif not is_answer and figure.given is None:
                yield place, f"{dotted(place)} would give a figure away: {one.name}; allowed: figures that are `given`"
            elif one.options and not (figure.is_share or figure.is_signed):
                yield (
                    place,
                    f"{dotted(place)} chooses by what has no sign: {one.name}; allowed: a difference, or a share",
                )
            elif one.view in ("size", "range", "unit") and (figure.is_share or figure.given is not None):
                yield place, f"{dotted(place)} shows no such view: {one.name}.{one.view}; allowed: of a reading"
            elif one.view == "worlds" and not figure.is_share:
                yield place, f"{dotted(place)} shows no such view: {one.name}.worlds; allowed: of a share of worlds"
        if typed:
            yield (
                place,
                f"{dotted(place)} has a figure typed in: {typed[0]}; allowed: {{{{ name }}}} of a declared figure",
            )


def texts(exercise: Exercise) -> Iterator[tuple[Place, str, bool]]:
    """Every text in which figures may stand: its place, the text, and whether it is for the instructor."""
    yield ("question",), exercise.question, False
    for key in ("goals", "submit", "discussion"):
        for number, text in enumerate(getattr(exercise, key)):
            yield (key, number), text, False
    for number, passage in enumerate(exercise.background):
        yield ("background", number, "text"), passage.text, False
    for name, question in exercise.questions.items():
        yield ("questions", name, "ask"), question.ask, False
    for number, step in enumerate(exercise.steps):
        yield ("steps", number, "text"), step.text, False
    for key in ("debrief", "answers", "notes"):
        for number, passage in enumerate(getattr(exercise, key)):
            yield (key, number, "text"), passage.text, True


_CHECKS = (_check_figures, _check_questions, _check_steps, _check_reading, _check_words)
