"""Which feedback loop is at work when: the same worlds with one loop after the other switched off, month by month.

As in `sim.why.ablation`, a loop goes with every rule that says it carries it. What a metric then lacks in a month is what
the loop does to it by then, all that it did in the months before counted in. Effects overlap, and do not add up to anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.ensemble.spec import DEFAULT_PARAMETERS, LimitError
from sim.mechanisms import LOOPS
from sim.metrics import METRICS
from sim.scenario import Scenario
from sim.vocabulary import month_after
from sim.why.ablation import monthly_without, rules_of
from sim.why.answers import Named, asked, resolved
from sim.why.shapley import Array
from sim.words.language import N_, _
from sim.words.numbers import SCALES, counted, next_to_nothing, number, share
from sim.words.problems import suggestion
from sim.words.sentences import month_words, more_less, settled

_STRONG = 0.5  # of its largest effect: from then on a loop is said to be at work


@dataclass(frozen=True)
class AtWork:
    """What each loop does to a metric, month by month.

    Attributes:
        metric, plan, worlds: what was asked about.
        months: the calendar months, YYYY-MM.
        level: the metric with everything in place, the mean over worlds.
        effect: loop -> the metric with it less the metric without it, the mean over worlds.
        often: loop -> in how many worlds it has that sign; otherwise: in how many the opposite one.
    """

    metric: str
    plan: Scenario
    worlds: int
    months: tuple[str, ...]
    level: Array
    effect: Mapping[str, Array]
    often: Mapping[str, Array]
    otherwise: Mapping[str, Array]

    def said(self, loop: str, month: int) -> str:
        """One loop in one month, as a sentence without its end."""
        told = {"month": month_words(self.months[month]), "loop": _(LOOPS[loop][0])}
        return _("{month}, “{loop}”: {effect}", **told, effect=self.does(loop, month))

    def does(self, loop: str, month: int) -> str:
        """What one loop does in one month, to stand in a sentence."""
        shows = _figure(self.metric, float(self.effect[loop][month]))
        return self._than(loop, month) if shows else _("no difference")

    def height(self, loop: str) -> int:
        """The number of the month in which a loop does most."""
        return int(np.argmax(np.abs(self.effect[loop])))

    def stretch(self, loop: str) -> tuple[int, int]:
        """The first and the last of the months around its height in which a loop does at least half as much, the same way."""
        top = self.height(loop)
        same_way = self.effect[loop] * np.sign(self.effect[loop][top])
        idle = np.flatnonzero(same_way < _STRONG * same_way[top])
        before, after = idle[idle < top], idle[idle > top]
        return int(before[-1]) + 1 if before.size else 0, int(after[0]) - 1 if after.size else len(same_way) - 1

    def strongest_first(self) -> list[str]:
        """The loops that do anything that shows; those of which the worlds do not settle it come last."""
        return sorted(filter(self.shows, self.effect), key=lambda loop: (not self.settled(loop), -self.most(loop)))

    def most(self, loop: str) -> float:
        """How much a loop does at its height, either way."""
        return abs(float(self.effect[loop][self.height(loop)])) if loop in self.effect else 0.0

    def settled(self, loop: str, month: int | None = None) -> bool:
        """Whether the worlds settle that a loop does what it does on average, in a month or at its height."""
        if loop not in self.effect:
            return False
        month = self.height(loop) if month is None else month
        often, otherwise = int(self.often[loop][month]), int(self.otherwise[loop][month])
        return self.worlds == 1 or (often > otherwise and settled(often, otherwise))

    def shows(self, loop: str) -> bool:
        """Whether what a loop does at its height is more than what is written as nothing."""
        return loop in self.effect and bool(_figure(self.metric, float(self.effect[loop][self.height(loop)])))

    def sentence(self, loop: str) -> str:
        """What a loop is, when it is at work, and what it does at its height."""
        name, how = map(_, LOOPS[loop])
        return _("{loop}: {how} {when}", loop=name.capitalize(), how=how, when=self.when(loop))

    def when(self, loop: str) -> str:
        """When a loop is at work, and what it does at its height, in a sentence."""
        top = self.height(loop)
        since, until = (month_words(self.months[month]) for month in self.stretch(loop))
        if not self.settled(loop):  # a stretch would make a finding of noise
            then = month_words(self.months[top])
            return _("Most on average in {month}: {effect}.", month=then, effect=self._than(loop, top))
        said = N_("Most at work from {since} to {until}; in {month}: {effect}.")
        if since == until:
            said = N_("Most at work in {since}; in {month}: {effect}.")
        month = month_words(self.months[top])
        return _(said, since=since, until=until, month=month, effect=self._than(loop, top))

    def _than(self, loop: str, month: int) -> str:
        size = float(self.effect[loop][month])
        apart = _apart(self.metric, size)
        if self.worlds == 1:
            return _("{apart} with it than without it in the one modelled world", apart=apart)
        if not self.settled(loop, month):
            return self._unsettled(loop, month, apart)
        said = N_("{apart} with it than without it on average; higher in {share} worlds")
        if size <= 0:
            said = N_("{apart} with it than without it on average; lower in {share} worlds")
        if counted(self.metric):
            said = N_("{apart} with it than without it on average; more in {share} worlds")
            if size <= 0:
                said = N_("{apart} with it than without it on average; fewer in {share} worlds")
        return _(said, apart=apart, share=share(int(self.often[loop][month]), self.worlds))

    def _unsettled(self, loop: str, month: int, apart: str) -> str:
        """An average that chance alone may have made, with the worlds on either side of it."""
        up, down = self.often[loop][month], self.otherwise[loop][month]
        if self.effect[loop][month] <= 0:
            up, down = down, up
        said = N_("{apart} with it on average, but the worlds do not settle it: higher in {up}, lower in {down}")
        if counted(self.metric):
            said = N_("{apart} with it on average, but the worlds do not settle it: more in {up}, fewer in {down}")
        return _(said, apart=apart, up=share(int(up), self.worlds), down=share(int(down), self.worlds))


def at_work(
    scenario: Named,
    metric: str,
    *,
    worlds: int = 200,
    seed: int = 0,
    parameters: str = DEFAULT_PARAMETERS,
    months: int | None = None,
    loops: Sequence[str] = tuple(LOOPS),
) -> AtWork:
    """Switch each loop off in turn, in the same worlds with the same random draws: what becomes of a metric, month by month?

    Args:
        scenario: a name, a path or a Scenario; metric: the name of a metric; worlds, seed, parameters: as for `sim.run`.
        months: how many, where not as many as the scenario says; loops: which, by id.

    Raises:
        LimitError: no such metric, or more worlds than can be answered.
        ScenarioError: the scenario is not there or not right.
    """
    plan = resolved(scenario)
    if metric not in METRICS:
        raise LimitError(f"no such metric: {metric}{suggestion(metric, METRICS)}")
    worlds, seed = asked(worlds, seed, None)
    of = {loop: rules for loop in loops if (rules := rules_of(loop))}
    span = months or plan.months
    runs = monthly_without(plan, (metric,), span, [(), *of.values()], worlds, seed, parameters)
    whole, *without = (one[metric] for one in runs)
    effect, often, otherwise = {}, {}, {}
    for loop, values in zip(of, without, strict=True):
        apart = whole - values
        effect[loop] = apart.mean(axis=1)
        way = np.sign(effect[loop])[:, None]
        often[loop] = np.sum(np.sign(apart) == way, axis=1)
        otherwise[loop] = np.sum(np.sign(apart) == -way, axis=1)
    dates = tuple(month_after(plan.start, number) for number in range(span))
    return AtWork(metric, plan, worlds, dates, whole.mean(axis=1), effect, often, otherwise)


def _figure(metric: str, size: float) -> str:
    """A size as it is written; empty for one that rounds to nothing."""
    size = abs(size)
    if METRICS[metric].unit in SCALES:
        return f"{size:.2f}" if round(size, 2) else ""
    return "" if next_to_nothing(size) else number(size)


def _apart(metric: str, size: float) -> str:
    """So much more or less of a metric: "12 more deaths", "restraint higher by 0.08"."""
    if counted(metric):
        return _("{figure} {more}", figure=_figure(metric, size), more=more_less(metric)[0 if size > 0 else 1])
    unit, figure = METRICS[metric].unit, _figure(metric, size)
    if unit not in SCALES:
        figure = _("{figure} {unit}", figure=figure, unit=_(unit))
    said = N_("“{metric}” is higher by {figure}") if size > 0 else N_("“{metric}” is lower by {figure}")
    return _(said, metric=_(METRICS[metric].title), figure=figure)
