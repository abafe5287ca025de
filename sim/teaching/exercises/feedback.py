"""What a student is told after the results: how the prediction fared, and which mechanism it may have left out.

The mechanisms are found by asking why: each is switched off in turn in the same worlds, and what the figure loses by it
is what the mechanism adds. Whoever guessed too low is shown what pushes the figure up, whoever guessed too high what
pulls it down.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.ensemble.spec import DEFAULT_PARAMETERS
from sim.mechanisms import MECHANISMS
from sim.metrics import METRICS, PANELS
from sim.teaching.exercises.figure import Figure, Where
from sim.teaching.exercises.figures import Lab, because_of, unit, whole
from sim.teaching.exercises.load import is_path, row_words
from sim.teaching.exercises.predict import Chance, Prediction, Range, Score, score
from sim.teaching.exercises.schema import Exercise, Question
from sim.vocabulary import VERDICTS, month_words
from sim.words.numbers import SCALES, SUMMARY_WORDS, amount, between, counted, fine, in_worlds, number, of_100
from sim.words.sentences import months_words, more_less, plain
from sim.worlds import Vector

Side = Literal["high", "low", "right"]

_MOST = 3
# A mechanism that adds less than this share of what the first one adds is not worth a line.
_LEAST = 0.1
# Held as a hypothesis about the whole, not a mechanism that does something.
_NO_REASON = ("M18",)


@dataclass(frozen=True)
class Reason:
    """A mechanism that moves a figure.

    Attributes:
        mechanism: its id.
        does: what it does: "with it there are 330 more deaths than without it".
    """

    mechanism: str
    does: str

    @property
    def said(self) -> str:
        """The mechanism in words, its id, and what it does."""
        return f"{MECHANISMS[self.mechanism].rstrip('.')} ({self.mechanism}): {self.does}."


@dataclass(frozen=True)
class Feedback:
    """What is said of one prediction.

    Attributes:
        score: how it fared.
        lines: the same in words.
        missed: the mechanisms that it may have left out (or that carry the figure, where it was right), with a sentence each.
        command: what leads further.
    """

    score: Score
    lines: tuple[str, ...]
    missed: tuple[str, ...]
    command: str


def feedback(lab: Lab, name: str, prediction: Prediction) -> Feedback:
    """How the answer to a question fared, and what it may have missed.

    Args:
        name: the question.
    """
    question = lab.exercise.questions[name]
    found, lines = fared(prediction, lab.values(question.figure))
    return Feedback(found, lines, tuple(missed(lab, question, found.side)), why_command(lab.exercise, question, False))


def fared(prediction: Prediction, values: Vector) -> tuple[Score, tuple[str, ...]]:
    """How a prediction fared against the worlds (see `score`), and the same in words."""
    found = score(prediction, values)
    return found, _chance(prediction, found, len(values)) if isinstance(prediction, Chance) else _range(
        prediction, found
    )


def missed(lab: Lab, question: Question, side: Side) -> list[str]:
    """The reasons in sentences: what those who missed to this side leave out."""
    return [one.said for one in reasons(lab, question, side)]


def reasons(lab: Lab, question: Question, side: Side) -> list[Reason]:
    """The mechanisms that push a figure the way a prediction missed; for one that was right, those that carry it."""
    because = because_of(lab.exercise, question)
    rows = [(name, effect) for name, effect in lab.effects(because) if effect and name not in _NO_REASON]
    if side != "right":
        rows = [(name, effect) for name, effect in rows if (effect > 0) == (side == "low")]
    least = _LEAST * max((abs(effect) for _, effect in rows), default=0.0)
    about = Figure(run=because.run, metric=because.metric, month=because.month)
    # A figure that falls where the metric rises is told of by the metric itself.
    sign = -1.0 if because.falls else 1.0
    more, fewer, _ = more_less(because.metric)
    out = []
    for name, effect in rows[:_MOST]:
        up, said = sign * effect > 0, amount(because.metric, abs(effect))
        if because.versus:
            said = with_unit(number(abs(effect), whole=whole(about)), unit(about))
            run, versus = (lab.exercise.scenarios[one].title for one in (because.run, because.versus))
            does = f"set against {versus}, {run} has {said} {'more' if up else 'fewer'} with it than without it"
            if unit(about) in SCALES:
                higher = "higher" if up else "lower"
                does = (
                    f"set against {versus}, {run} has {plain(because.metric)} {said} {higher} with it than without it"
                )
        elif counted(because.metric) and more.startswith("more "):
            does = f"with it there are {said} {more if up else fewer} than without it"
        else:
            does = f"with it {plain(because.metric)} is {said} {'higher' if up else 'lower'} than without it"
        if abs(effect) >= least and not said.startswith("about 0"):
            out.append(Reason(name, does))
    return out


def with_unit(said: str, unit: str) -> str:
    """A figure and its unit: "1 death", "330 deaths", and nothing behind a figure on a scale."""
    if unit in SCALES:
        return said
    if said.lstrip("+-") == "1":
        unit = re.sub("^(death|attack|clash)e?s", r"\1", unit)
    return f"{said} {unit}"


def file_of(exercise: Exercise, run: str, packed: bool) -> str:
    """What to name a run's scenario by on the command line.

    Args:
        packed: whether in the folder of a pack; else by its name in the library where that is all there is to it.
    """
    one = exercise.runs[run]
    plain = not one.set and not is_path(one.scenario)
    return one.scenario if plain and not packed else f"scenarios/{run}.yaml"


def has_files(exercise: Exercise, runs: Iterable[str], packed: bool) -> bool:
    """Whether each of these runs can be named on the command line: one that is changed here has a file in a pack alone."""
    return packed or not any(exercise.runs[run].set or is_path(exercise.runs[run].scenario) for run in runs)


def why_command(exercise: Exercise, question: Question, packed: bool) -> str:
    """The command that leads further; `packed` as for :func:`file_of`. Empty where that takes a pack."""
    because = because_of(exercise, question)
    if not has_files(exercise, filter(None, (because.run, because.versus)), packed):
        return ""
    setting = exercise.setting
    parameters = exercise.runs[because.run].parameters or setting.parameters
    words = ["durand", "why", file_of(exercise, because.run, packed), "--metric", because.metric]
    if because.versus is not None:
        words += ["--versus", file_of(exercise, because.versus, packed), "--back", "all"]
        words += ["--month", because.month or exercise.span()[-1]]
    else:
        words += ["--ablate", *(["--month", because.month] if because.month else [])]
    return shlex.join([*words, "--seed", str(setting.seed), *_parameters(parameters)])


def _parameters(parameters: str) -> list[str]:
    """Where uncertain values come from, on a command line that has not got it right already."""
    return [] if parameters == DEFAULT_PARAMETERS else ["--parameters", parameters]


def label(exercise: Exercise, name: str) -> str:
    """What a figure is called where figures are listed."""
    figure = exercise.figures[name]
    if figure.title or figure.given is not None:
        return figure.title or name.replace("_", " ").capitalize()
    titles = {run: scenario.title for run, scenario in exercise.scenarios.items()}
    what = _what(figure)
    run, less = titles[str(figure.run)], figure.less
    other, when = "", ""
    if less is not None:
        other = titles[less.run] if less.run and less.run != figure.run else ""
        when = f"in {month_words(less.month)}" if less.month else METRICS[less.metric].title if less.metric else ""
    where = _where(figure.where)
    if figure.verdict:
        return f"Worlds that end in {what}: {run}{where}"
    level = figure.above if figure.above is not None else figure.below
    if level is None:
        minus = other or (f"that {when}" if less is not None and less.month else when)
        return f"{what}: {run}{f' minus {minus}' if minus else ''}{where}"
    side = "above" if figure.above is not None else "below"
    if less is None:
        return f"{what}, {run}: worlds {side} {fine(level)}{where}"
    than = f"under {run} than under {other}" if other else f"than {when}, {run}"
    by = f" by over {fine(abs(level))}" if level else ""
    return f"{what}: worlds with {'more' if side == 'above' else 'less'} {than}{by}{where}"


def _where(where: Where | None) -> str:
    if where is None:
        return ""
    if where.parameter is not None:
        return f", in the {where.third} third of “{where.parameter.replace('_', ' ')}”"
    about, when = METRICS[str(where.metric)], month_words(str(where.month))
    if about.means.startswith("1 in a month"):  # a state, in force or not
        return f", in worlds {'without' if where.above is None else 'with'} {about.title.lower()} in {when}"
    side = f"above {fine(where.above)}" if where.above is not None else f"below {fine(where.below or 0.0)}"
    return f", where {about.title.lower()} is {side} in {when}"


def _what(figure: Figure) -> str:
    if figure.verdict is not None:
        return VERDICTS[figure.verdict].lower()
    if figure.metric is None:
        row = row_words(str(figure.panel), str(figure.row))
        return f"{PANELS[str(figure.panel)].title}, {row}, {month_words(str(figure.month))}"
    metric = METRICS[figure.metric]
    when = month_words(figure.month) if figure.month else SUMMARY_WORDS[metric.summary]
    if figure.from_ and figure.to:
        when = f"{months_words(figure.from_, figure.to)}, {SUMMARY_WORDS[metric.summary]}"
    owed = f", owed to {figure.mechanism}" if figure.mechanism else ""
    scale = f" ({metric.unit})" if " to " in metric.unit else ""
    return f"{metric.title}{scale}, {when}{owed}"


def unit_of(exercise: Exercise, question: Question) -> str:
    """The unit of a range that is asked for, in words; empty for a probability."""
    return "" if question.form == "probability" else unit(exercise.figures[question.figure])


def _chance(prediction: Chance, found: Score, worlds: int) -> tuple[str, ...]:
    truth = found.truth
    assert isinstance(truth, Chance)
    verdict = {"high": "That was too high.", "low": "That was too low.", "right": "That was about right."}[found.side]
    where = in_worlds(round(truth.value * worlds), worlds)
    return (
        f"You said {prediction}; it happens {where}. {verdict}",
        f"Brier score {number(found.loss)} (0 is best). Knowing the share itself would still cost {number(found.best)}: "
        "that part is chance.",
    )


def _range(prediction: Range, found: Score) -> tuple[str, ...]:
    truth, held = found.truth, found.held
    assert isinstance(truth, Range)
    assert held is not None
    if found.side == "high":
        verdict = "Your range lies too high."
    elif found.side == "low":
        verdict = "Your range lies too low."
    elif held > 0.9:
        verdict = "It holds nearly all of them: it could be narrower."
    else:
        verdict = "That was about right." if held >= 0.7 else "It is in the right place and too narrow."
    return (
        f"You said {prediction}; that holds {of_100(held)} modelled worlds, and was to hold 80. {verdict}",
        f"The worlds' own range is {between(truth.low, truth.high)}. Interval score {number(found.loss)}, and "
        f"{number(found.best)} for that range: lower is better.",
    )


def gain(before: list[Score], after: list[Score]) -> str:
    """What a quiz before and after says together: the mean of what was lost beyond what chance takes.

    Scores of ranges have the unit of their figure, so each is taken as a share of the best possible.
    """

    def mean(scores: list[Score]) -> float:
        shares = [one.excess if isinstance(one.truth, Chance) else one.excess / max(one.best, 1e-9) for one in scores]
        return float(np.mean(shares))

    first, then = mean(before), mean(after)
    words = (
        "no change"
        if abs(first - then) < 0.005
        else "closer to the model"
        if then < first
        else "farther from the model"
    )
    return f"Lost beyond what chance takes: {number(first)} before, {number(then)} after: {words}."
