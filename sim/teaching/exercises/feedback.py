"""What a student is told after the results: how the prediction fared, and which mechanism it may have left out.

The mechanisms are found by asking why: each is switched off in turn in the same worlds, and what the figure loses by it
is what the mechanism adds. Whoever guessed too low is shown what pushes the figure up, whoever guessed too high what
pulls it down.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.ensemble.spec import DEFAULT_PARAMETERS
from sim.mechanisms import MECHANISMS
from sim.metrics import METRICS, PANELS
from sim.parameters import PARAMETERS
from sim.teaching.exercises.figure import Because, Figure, Where
from sim.teaching.exercises.figures import Lab, because_of, unit, whole
from sim.teaching.exercises.load import is_path, row_words
from sim.teaching.exercises.predict import Chance, Prediction, Range, Score, score
from sim.teaching.exercises.schema import Exercise, Question
from sim.vocabulary import VERDICTS
from sim.words.language import N_, _, altered
from sim.words.numbers import (
    SCALES,
    SUMMARY_WORDS,
    amount,
    between,
    counted,
    fine,
    in_worlds,
    next_to_nothing,
    number,
    of_100,
)
from sim.words.sentences import is_counted, month_words, months_words, more_less, plain
from sim.worlds import Vector

Side = Literal["high", "low", "right"]

OVERLAP = N_("Each was switched off alone. What mechanisms do overlaps, so these effects do not add up to the whole.")
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
        about = _(MECHANISMS[self.mechanism]).rstrip(".۔")
        return _("{mechanism} ({id}): {does}.", mechanism=about, id=self.mechanism, does=self.does)


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
    least = _LEAST * max((abs(effect) for name, effect in rows), default=0.0)
    about = Figure(run=because.run, metric=because.metric, month=because.month)
    # A figure that falls where the metric rises is told of by the metric itself.
    sign = -1.0 if because.falls else 1.0
    return [
        Reason(name, _does(lab, because, about, sign * effect))
        for name, effect in rows[:_MOST]
        if abs(effect) >= least and not next_to_nothing(effect, whole(about))
    ]


def _does(lab: Lab, because: Because, about: Figure, effect: float) -> str:
    """What a mechanism does that adds so much to a figure."""
    up, said = effect > 0, amount(because.metric, abs(effect))
    more, fewer, _what = more_less(because.metric)
    if because.versus:
        of = unit(about)
        run, versus = (_(lab.exercise.scenarios[one].title) for one in (because.run, because.versus))
        told = {
            "run": run,
            "versus": versus,
            "what": plain(because.metric),
            "figure": with_unit(number(abs(effect), whole=whole(about)), of),
        }
        if of in SCALES:
            text = N_("set against {versus}, {run} has {what} {figure} higher with it than without it")
            fall = N_("set against {versus}, {run} has {what} {figure} lower with it than without it")
        else:
            text = N_("set against {versus}, {run} has {figure} more with it than without it")
            fall = N_("set against {versus}, {run} has {figure} fewer with it than without it")
        return _(text if up else fall, **told)
    if counted(because.metric) and is_counted(because.metric):
        return _("with it there are {figure} {more} than without it", figure=said, more=more if up else fewer)
    text = N_("with it {what} is {figure} higher than without it")
    fall = N_("with it {what} is {figure} lower than without it")
    return _(text if up else fall, what=plain(because.metric), figure=said)


def with_unit(said: str, unit: str) -> str:
    """A figure and its unit: "1 death", "330 deaths", and nothing behind a figure on a scale."""
    if unit in SCALES:
        return said
    if said.lstrip("+-") == "1":
        unit = _ONE.get(unit, unit)
    return _("{figure} {unit}", figure=said, unit=_(unit))


_ONE = {
    "deaths": N_("death"),
    "attacks": N_("attack"),
    "clashes": N_("clash"),
    "deaths a month": N_("death a month"),
    "attacks a month": N_("attack a month"),
    "clashes a month": N_("clash a month"),
}


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
        return _(figure.title) if figure.title else name.replace("_", " ").capitalize()
    titles = {run: _(scenario.title) for run, scenario in exercise.scenarios.items()}
    what = _what(figure)
    said = {"what": what, "run": titles[str(figure.run)], "where": _where(figure.where)}
    less = figure.less
    if figure.verdict:
        return _("Worlds that end in {what}: {run}{where}", **said)
    other, when = "", ""
    if less is not None:
        other = titles[less.run] if less.run and less.run != figure.run else ""
        if less.month:
            when = _("in {month}", month=month_words(less.month))
        elif less.metric:
            when = _(METRICS[less.metric].title)
    level = figure.above if figure.above is not None else figure.below
    if level is None:
        minus = other or (_("that {when}", when=when) if less is not None and less.month else when)
        one = (
            _("{what}: {run} minus {minus}{where}", **said, minus=minus) if minus else _("{what}: {run}{where}", **said)
        )
        return _(_ENDS[figure.show], figure=one) if figure.show in _ENDS else one
    above = figure.above is not None
    if less is None:
        text = (
            N_("{what}, {run}: worlds above {level}{where}")
            if above
            else N_("{what}, {run}: worlds below {level}{where}")
        )
        return _(text, **said, level=fine(level))
    by = _(" by over {level}", level=fine(abs(level))) if level else ""
    if other:
        text = N_("{what}: worlds with more under {run} than under {other}{by}{where}")
        fall = N_("{what}: worlds with less under {run} than under {other}{by}{where}")
        return _(text if above else fall, **said, other=other, by=by)
    text = N_("{what}: worlds with more than {when}, {run}{by}{where}")
    fall = N_("{what}: worlds with less than {when}, {run}{by}{where}")
    return _(text if above else fall, **said, when=when, by=by)


def _where(where: Where | None) -> str:
    if where is None:
        return ""
    if where.parameter is not None:
        title = _(PARAMETERS[where.parameter].title)
        return _(", in the {third} third of “{parameter}”", third=_(_THIRDS[str(where.third)]), parameter=title)
    about = METRICS[str(where.metric)]
    told = {"metric": altered(_(about.title), str.lower), "month": month_words(str(where.month))}
    if about.means.startswith("1 in a month"):  # a state, in force or not
        without = N_(", in worlds without {metric} in {month}")
        return _(without if where.above is None else N_(", in worlds with {metric} in {month}"), **told)
    if where.above is not None:
        return _(", where {metric} is above {level} in {month}", **told, level=fine(where.above))
    return _(", where {metric} is below {level} in {month}", **told, level=fine(where.below or 0.0))


# What is told of worlds where that is not the middle one.
_ENDS = {
    "p05": N_("{figure}, low end of nine worlds of ten"),
    "p95": N_("{figure}, high end of nine worlds of ten"),
    "p25": N_("{figure}, low end of half of the worlds"),
    "p75": N_("{figure}, high end of half of the worlds"),
    "mean": N_("{figure}, mean over worlds"),
}
_THIRDS = {"lowest": N_("lowest"), "middle": N_("middle"), "highest": N_("highest")}


def _what(figure: Figure) -> str:
    if figure.verdict is not None:
        return altered(_(VERDICTS[figure.verdict]), str.lower)
    if figure.metric is None:
        panel, row = _(PANELS[str(figure.panel)].title), _(row_words(str(figure.panel), str(figure.row)))
        return _("{panel}, {row}, {month}", panel=panel, row=row, month=month_words(str(figure.month)))
    metric = METRICS[figure.metric]
    when = month_words(figure.month) if figure.month else _(SUMMARY_WORDS[metric.summary])
    if figure.from_ and figure.to:
        when = _(
            "{span}, {summary}", span=months_words(figure.from_, figure.to), summary=_(SUMMARY_WORDS[metric.summary])
        )
    told = {"metric": _titled(figure), "when": when}
    owed = N_("{metric}, {when}, owed to {mechanism}")
    return _(owed, **told, mechanism=figure.mechanism) if figure.mechanism else _("{metric}, {when}", **told)


def _titled(figure: Figure) -> str:
    """A figure's metric with its unit behind it; but no unit that begins as the metric is called, such as attacks a month."""
    title, of = METRICS[str(figure.metric)].title, unit(figure)
    named = of.split()[0].lower() in title.lower()
    return _(title) if named else _("{title} ({unit})", title=_(title), unit=_(of))


def unit_of(exercise: Exercise, question: Question) -> str:
    """The unit of a range that is asked for, in words; empty for a probability."""
    return "" if question.form == "probability" else unit(exercise.figures[question.figure])


def _chance(prediction: Chance, found: Score, worlds: int) -> tuple[str, ...]:
    truth = found.truth
    assert isinstance(truth, Chance)
    return (
        _(
            "You said {prediction}; it happens {where}. {verdict}",
            prediction=prediction,
            where=in_worlds(round(truth.value * worlds), worlds),
            verdict=_(_SIDES[found.side]),
        ),
        _(
            "Brier score {score} (0 is best). Knowing the share itself would still cost {least}: that part is chance.",
            score=number(found.loss),
            least=number(found.best),
        ),
    )


_SIDES = {"high": N_("That was too high."), "low": N_("That was too low."), "right": N_("That was about right.")}


def _range(prediction: Range, found: Score) -> tuple[str, ...]:
    truth, held = found.truth, found.held
    assert isinstance(truth, Range)
    assert held is not None
    if found.side == "high":
        verdict = N_("Your range lies too high.")
    elif found.side == "low":
        verdict = N_("Your range lies too low.")
    elif held > 0.9:
        verdict = N_("It holds nearly all of them: it could be narrower.")
    else:
        verdict = _SIDES["right"] if held >= 0.7 else N_("It is in the right place and too narrow.")
    return (
        _(
            "You said {prediction}; that holds {share} modelled worlds, and was to hold 80. {verdict}",
            prediction=prediction,
            share=of_100(held),
            verdict=_(verdict),
        ),
        _(
            "The worlds' own range is {range}. Interval score {score}, and {least} for that range: lower is better.",
            range=between(truth.low, truth.high),
            score=number(found.loss),
            least=number(found.best),
        ),
    )


def gain(before: list[Score], after: list[Score]) -> str:
    """What a quiz before and after says together: the mean of what was lost beyond what chance takes.

    Scores of ranges have the unit of their figure, so each is taken as a share of the best possible.
    """

    def mean(scores: list[Score]) -> float:
        shares = [one.excess if isinstance(one.truth, Chance) else one.excess / max(one.best, 1e-9) for one in scores]
        return float(np.mean(shares))

    first, then = mean(before), mean(after)
    if abs(first - then) < 0.005:
        said = N_("Lost beyond what chance takes: {before} before, {after} after: no change.")
    elif then < first:
        said = N_("Lost beyond what chance takes: {before} before, {after} after: closer to the model.")
    else:
        said = N_("Lost beyond what chance takes: {before} before, {after} after: farther from the model.")
    return _(said, before=number(first), after=number(then))
