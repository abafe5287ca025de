"""The figures of an exercise, read from its runs: a number for each world, and the one number that is told of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from sim.ensemble.outcomes import summarised
from sim.ensemble.simulate import Progress
from sim.ensemble.spec import LimitError, check
from sim.mechanisms import MECHANISMS
from sim.metrics import METRICS
from sim.parameters import resolve
from sim.results.run import compare
from sim.results.run import run as run_worlds
from sim.scenario import parameter_set
from sim.teaching.exercises.figure import Because, Figure, Reading, Where
from sim.teaching.exercises.schema import Exercise, Question
from sim.teaching.exercises.words import Reference, filled
from sim.words.language import ENGLISH, N_, _, speaking, spoken
from sim.words.numbers import SCALES, between, counted, in_worlds, number, share, unit_over, within
from sim.words.sentences import settled
from sim.worlds import Streams, Vector, total

if TYPE_CHECKING:
    from sim.results import Results
    from sim.why import AblationEffect
    from sim.why.ablation import Asked

    # What was asked of a run -> what each mechanism is worth to it.
    Ablations: TypeAlias = Mapping[Asked, Mapping[str, AblationEffect]]

# Switching every mechanism off in turn takes thirty runs: so many worlds are enough to rank them.
WHY_WORLDS = 60
SPREAD = N_("A share of worlds, or the middle world, and in brackets the range that holds nine worlds of ten.")
ANEW = N_(
    "A line in a chart is the middle of the worlds in each month anew. A figure told for many months is another thing: each "
    "world's months are taken together first, and then the middle of the worlds, so it need not lie on that line."
)
_SIGNS = {"higher": N_("higher"), "lower": N_("lower")}
_CHOICES = ("higher", "lower", "neither")
# A difference on a scale from 0 to 1 (-1 to 1) below this is no rise and no fall that words should call one.
_SLIGHT = 0.01
_QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}


@dataclass(frozen=True)
class Shown:
    """A figure as it came out.

    Attributes:
        value: the number; None for a figure that is given.
        text: as it stands in a text: two significant digits, or a share of worlds.
        worlds: in how many it was read.
        spread: of a figure that stands for the middle of worlds or their mean, the same with the range that holds nine worlds of
            ten in brackets; "" of others.
        sign: "higher" or "lower" where the worlds settle on which side of nought (of a half, for a share) it lies, "neither"
            where they do not; None for what has no sign.
    """

    value: float | None
    text: str
    worlds: int = 0
    sign: str | None = None
    spread: str = ""

    @property
    def told(self) -> str:
        """As it stands in a list: with its range, as `SPREAD` explains, where it has one."""
        return self.spread or self.text


class Lab:
    """An exercise's runs and what is read from them; a run is made when it is first asked for, and kept.

    Args:
        exercise: the exercise.
        worlds: in place of the exercise's own number, for a try; figures then differ.
        progress: as for `sim.run`, for each run, or for all that are made together.
        runner: what makes a run, in place of `sim.run`; it is called with the same arguments.
        workers: as for `sim.run`, and for what mechanisms are worth.
    """

    def __init__(
        self,
        exercise: Exercise,
        worlds: int | None = None,
        progress: Progress | None = None,
        runner: Callable[..., Results] = run_worlds,
        workers: int = 1,
    ) -> None:
        self.exercise, self.progress, self._runner, self.workers = exercise, progress, runner, check("workers", workers)
        self.worlds = exercise.setting.worlds if worlds is None else worlds
        self.seed, self.months = exercise.setting.seed, len(exercise.span())
        self._made: dict[str, Results] = {}
        self._ablations: dict[str, dict[Asked, Mapping[str, AblationEffect]]] = {}
        self.ablation_progress: Progress | None = None
        self._effects: dict[tuple[str, str, str | None, str], Vector] = {}

    def parameters(self, run: str) -> str:
        """Where a run's uncertain values come from."""
        return self.exercise.runs[run].parameters or self.exercise.setting.parameters

    def results(self, run: str) -> Results:
        """A run of the exercise."""
        if run not in self._made:
            self._made[run] = self._runner(
                self.exercise.scenarios[run],
                self.worlds,
                self.months,
                self.seed,
                self.parameters(run),
                keep_series=True,
                keep_panels=True,
                workers=self.workers,
                progress=self.progress,
                command="durand exercise",
            )
        return self._made[run]

    def make(self, runs: Iterable[str]) -> None:
        """Make runs, those side by side that can be: they come out as alone, in half of the time."""
        alike: dict[str, list[str]] = {}
        for run in runs:
            if run not in self._made and run not in alike.setdefault(self.parameters(run), []):
                alike[self.parameters(run)].append(run)
        for parameters, names in alike.items():
            if len(names) == 1 or self._runner is not run_worlds:
                for name in names:
                    self.results(name)
                continue
            together = compare(
                {name: self.exercise.scenarios[name] for name in names},
                self.worlds,
                self.months,
                self.seed,
                parameters,
                keep_series=True,
                keep_panels=True,
                workers=self.workers,
                progress=self.progress,
                command="durand exercise",
            )
            self._made |= together.results

    def values(self, name: str) -> Vector:
        """What a figure reads, world by world; for a share, 1 where its event happens and 0 where not."""
        figure = self.exercise.figures[name]
        if figure.verdict is not None and figure.run is not None:
            ends = self.results(figure.run).outcomes["verdict"].to_numpy()
            out: Vector = np.asarray(ends == figure.verdict, dtype=np.float64)
        else:
            out = self._read(figure.reading())
            less = figure.subtracted()
            out = out if less is None else out - self._read(less)
        if figure.above is not None:
            out = (out > figure.above).astype(np.float64)
        elif figure.below is not None:
            out = (out < figure.below).astype(np.float64)
        if figure.where is None or figure.run is None:
            return out
        out = out[self._where(figure.where, figure.run)]
        if not len(out):
            raise LimitError(
                f"{name} is read in some of the worlds only, and in none of {self.worlds}; take more worlds"
            )
        return out

    def shown(self, name: str) -> Shown:
        """A figure as it came out."""
        if name in ("worlds", "seed", "months"):
            count = int(getattr(self, name))
            return Shown(float(count), f"{count:,}" if name == "worlds" else str(count))
        figure = self.exercise.figures[name]
        if figure.given is not None:
            return Shown(None, _(figure.given))
        values = self.values(name)
        return Shown(
            statistic(figure, values),
            _text(figure, values),
            len(values),
            _sign(figure, values),
            _spread(figure, values),
        )

    def slight(self, name: str) -> bool:
        """Whether a difference on a scale is next to nothing, on whichever side of nought its worlds settle."""
        figure = self.exercise.figures[name]
        return figure.is_signed and unit(figure) in SCALES and abs(self.shown(name).value or 0.0) < _SLIGHT

    def fill(self, text: str) -> str:
        """A text in the language of whoever reads here, with its figures in place; they are in the language that it is in."""
        said = _(text)
        with speaking(ENGLISH.code if said == text else spoken()):
            return filled(said, self._stand_in)

    def broken(self) -> list[str]:
        """What the exercise's words lean on and does not hold in these runs, a sentence each."""
        out = []
        for name, figure in self.exercise.figures.items():
            if figure.guard is not None:
                sign = self.shown(name).sign
                if sign == "neither":
                    said = N_(
                        "The words of this exercise need {name} to be {wanted}; it is not settled by these worlds."
                    )
                    out.append(_(said, name=name, wanted=_(_SIGNS[figure.guard])))
                elif sign != figure.guard:
                    said = N_("The words of this exercise need {name} to be {wanted}; it is {sign}.")
                    out.append(_(said, name=name, wanted=_(_SIGNS[figure.guard]), sign=_(_SIGNS[str(sign)])))
        return out

    def effects(self, because: Because) -> list[tuple[str, float]]:
        """What each mechanism adds to a metric (to a difference in it), on average: mechanism and amount, largest first."""
        one = self._mechanisms(because.run, because.metric, because.month)
        other = self._mechanisms(because.versus, because.metric, because.month) if because.versus else {}
        sign = -1.0 if because.falls else 1.0
        rows = []
        for mechanism, effect in one.items():
            rest = other.get(mechanism)
            if effect.effect is not None and (rest is None or rest.effect is not None):
                rows.append((mechanism, sign * (effect.mean - (rest.mean if rest else 0.0))))
        return sorted(rows, key=lambda row: -abs(row[1]))

    def _mechanisms(self, run: str, metric: str, month: str | None) -> Mapping[str, AblationEffect]:
        """What mechanisms are worth in a run; what the exercise will ask of it besides is read off the same worlds."""
        if (metric, month) not in self._ablations.get(run, {}):
            self.learn(run, self.ablations(run, [(metric, month)]))
        return self._ablations[run][metric, month]

    def ablations(self, run: str, more: Sequence[Asked] = ()) -> Ablations:
        """What each mechanism is worth to all that the questions of the exercise, and `more`, will ask of a run."""
        from sim.why import ablate_each

        done = ablate_each(
            self.exercise.scenarios[run].model_copy(update={"months": self.months}),
            dict.fromkeys([*more, *self._asked_of(run)]),
            worlds=min(self.worlds, WHY_WORLDS),
            seed=self.seed,
            parameters=self.parameters(run),
            mechanisms=tuple(MECHANISMS),
            workers=self.workers,
            progress=self.ablation_progress,
        )
        return {asked: {row.mechanism: row for row in found.rows} for asked, found in done.items()}

    def learn(self, run: str, ablations: Ablations) -> None:
        """Take what `ablations` found elsewhere."""
        self._ablations.setdefault(run, {}).update(ablations)

    def _asked_of(self, run: str) -> list[Asked]:
        """The metrics and months of a run in which the exercise's questions have their reasons."""
        because = [because_of(self.exercise, question) for question in self.exercise.questions.values()]
        return [(one.metric, one.month) for one in because if run in (one.run, one.versus)]

    def _read(self, reading: Reading) -> Vector:
        results = self.results(reading.run)
        if reading.mechanism is not None and reading.metric is not None:
            return self._effect(reading.run, reading.metric, reading.month, reading.mechanism)
        kept, months = results.arrays, results.months
        if reading.panel is not None and reading.month is not None:
            row = kept.labels[reading.panel].index(str(reading.row))
            return kept.panels[reading.panel][:, months.index(reading.month), row]
        assert reading.metric is not None
        if reading.month is not None:
            return kept.metrics[reading.metric][:, months.index(reading.month)]
        if reading.from_ is None or reading.to is None:
            return results.outcomes[reading.metric].to_numpy(dtype=np.float64)
        stretch = range(months.index(reading.from_), months.index(reading.to) + 1)
        rows = [kept.metrics[reading.metric][:, month] for month in stretch]
        return summarised(METRICS[reading.metric].summary, total(rows), rows[-1], len(rows))

    def _effect(self, run: str, metric: str, month: str | None, mechanism: str) -> Vector:
        key = run, metric, month, mechanism
        if key not in self._effects:
            self._effects[key] = self._ablated(run, metric, month, mechanism)
        return self._effects[key]

    def _ablated(self, run: str, metric: str, month: str | None, mechanism: str) -> Vector:
        from sim.why import ablate

        scenario = self.exercise.scenarios[run].model_copy(update={"months": self.months})
        ablated = ablate(
            scenario,
            metric,
            month,
            worlds=min(self.worlds, 1000),
            seed=self.seed,
            parameters=self.parameters(run),
            mechanisms=(mechanism,),
        ).rows[0]
        if ablated.effect is None:
            raise ArithmeticError(f"{run} does not run without {mechanism}: {ablated.why_not}")
        return ablated.effect

    def _where(self, where: Where, run: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which worlds are meant; thirds of a parameter that is the same in all worlds are thirds by number."""
        if where.metric is not None and where.month is not None:
            results = self.results(run)
            values = results.arrays.metrics[where.metric][:, results.months.index(where.month)]
            if where.above is not None:
                return np.asarray(values > where.above)
            return np.asarray(values < float(where.below or 0.0))
        mode, beneath = parameter_set(self.parameters(run))
        overrides = {**beneath, **self.exercise.scenarios[run].parameters}
        drawn = resolve(overrides, mode, Streams(self.seed, self.worlds))[str(where.parameter)]
        order = np.argsort(np.broadcast_to(drawn, (self.worlds,)), kind="stable")
        third = np.minimum(np.argsort(order, kind="stable") * 3 // self.worlds, 2)
        return np.asarray(third == ("lowest", "middle", "highest").index(str(where.third)))

    def _stand_in(self, one: Reference) -> str:
        shown = self.shown(one.name)
        if one.options:
            slight = len(one.options) > len(_CHOICES) and shown.sign != "neither" and self.slight(one.name)
            return one.options[-1 if slight else _CHOICES.index(shown.sign or "neither")]
        if not one.view:
            return shown.text
        values, value = self.values(one.name), shown.value or 0.0
        if one.view == "worlds":
            return in_worlds(round(value * len(values)), len(values))
        if one.view == "size":
            return number(abs(value), whole=whole(self.exercise.figures[one.name]))
        if one.view == "percent":
            return f"{100 * value:.0f}%"
        if one.view == "unit":
            return _(unit(self.exercise.figures[one.name]))
        low, high = np.quantile(values, (0.05, 0.95))
        figure = self.exercise.figures[one.name]
        return between(float(low), float(high), figure.is_signed, whole(figure))


def because_of(exercise: Exercise, question: Question) -> Because:
    """Where a question's reason is looked for."""
    if question.because is not None:
        return question.because
    figure = exercise.figures[question.figure]
    versus = figure.less.run if figure.less and figure.less.run != figure.run else None
    assert figure.run is not None
    assert figure.metric is not None
    falls = figure.below is not None
    return Because(run=figure.run, versus=versus, metric=figure.metric, month=figure.month or figure.to, falls=falls)


def statistic(figure: Figure, values: Vector) -> float:
    """The one number that is told of a figure's worlds."""
    if figure.is_share or figure.show == "mean":
        return float(np.mean(values))
    return float(np.quantile(values, _QUANTILES[figure.show]))


def whole(figure: Figure) -> bool:
    """Whether a figure's reading is of something that is counted."""
    return figure.metric is not None and counted(figure.metric)


def unit(figure: Figure) -> str:
    """The unit of a figure's reading, in words."""
    if figure.metric is None:
        return "0 to 1"
    metric = METRICS[figure.metric]
    return metric.unit if figure.month else unit_over(metric.unit, metric.summary)


def _text(figure: Figure, values: Vector) -> str:
    if figure.is_share:
        return share(int(np.sum(values)), len(values))
    return number(statistic(figure, values), sign=figure.is_signed, whole=whole(figure))


def _spread(figure: Figure, values: Vector) -> str:
    if figure.is_share or figure.show not in ("p50", "mean"):
        return ""
    low, high = np.quantile(values, (_QUANTILES["p05"], _QUANTILES["p95"]))
    ends = float(low), statistic(figure, values), float(high)
    middle, span = within(*ends, sign=figure.is_signed, whole=whole(figure))
    return _("{middle} ({span})", middle=middle, span=span)


def _sign(figure: Figure, values: Vector) -> str | None:
    if not figure.is_share and not figure.is_signed:
        return None
    middle = 0.5 if figure.is_share else 0.0
    higher, lower = int(np.sum(values > middle)), int(np.sum(values < middle))
    if not settled(higher, lower):
        return "neither"
    return "higher" if higher > lower else "lower"
