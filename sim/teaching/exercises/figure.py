"""What may stand under `figures` in an exercise file: which number of which run, or of which source, a text may use."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.mechanisms import MECHANISMS
from sim.metrics import METRICS, PANELS
from sim.scenario.words import Claims, Month, Name, Number, OneOf, Strict, Title
from sim.vocabulary import VERDICTS
from sim.yamlfile import PlacedError

Metric = Annotated[str, OneOf(METRICS)]
Line = Annotated[str, Field(min_length=1, max_length=600)]
Statistic = Literal["mean", "p05", "p25", "p50", "p75", "p95"]


class Reading(Strict):
    """Which number of a world is read.

    Attributes:
        run: one of the exercise's runs.
        metric: its summary over the run (total, mean or final value, as the metric declares), or with `month` its value
            then, or with `from` and `to` the same summary over these months.
        panel, row: a row of a metric that comes by area, group, faction, resource or lever.
        mechanism: not the metric itself, but what it owes to a mechanism: with it, less without it.
    """

    run: Name
    metric: Metric | None = None
    panel: Annotated[str, OneOf(PANELS)] | None = None
    row: Name | None = None
    month: Month | None = None
    from_: Month | None = Field(default=None, alias="from")
    to: Month | None = None
    mechanism: Annotated[str, OneOf(MECHANISMS)] | None = None

    @model_validator(mode="after")
    def _one_stretch(self) -> Self:
        if (self.panel is None) != (self.row is None):
            raise PlacedError("goes with a row of it; allowed: panel and row together", ("panel",))
        if self.panel is not None and self.month is None:
            raise PlacedError("needs a month; allowed: month: YYYY-MM", ("panel",))
        if (self.from_ is None) != (self.to is None) or (self.from_ and self.to and self.from_ > self.to):
            raise PlacedError("and to go together; allowed: from, and a later to", ("from",))
        if self.month is not None and self.from_ is not None:
            raise PlacedError("does not go with from and to; allowed: one of the two", ("month",))
        if self.mechanism is not None and (self.metric is None or self.from_ is not None):
            raise PlacedError("needs a metric, for the run or a month; leave from and to out", ("mechanism",))
        return self


class Less(Strict):
    """What is subtracted, world by world; what is not given is as in the figure itself."""

    run: Name | None = None
    metric: Metric | None = None
    row: Name | None = None
    month: Month | None = None
    from_: Month | None = Field(default=None, alias="from")
    to: Month | None = None


class Where(Strict):
    """Only some of the worlds: those in which an uncertain parameter's value lies in that third of the worlds, or those in
    which the run's metric in a month lies above or below a value.
    """

    parameter: Name | None = None
    third: Literal["lowest", "middle", "highest"] | None = None
    metric: Metric | None = None
    month: Month | None = None
    above: Number | None = None
    below: Number | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        of_parameter = self.model_fields_set == {"parameter", "third"}
        of_metric = self.model_fields_set in ({"metric", "month", "above"}, {"metric", "month", "below"})
        if not (of_parameter or of_metric):
            raise ValueError("is not one thing; allowed: parameter and third, or metric, month and above or below")
        return self


class Figure(Strict):
    """A figure that a text may use.

    Attributes:
        title: what it is called where figures are listed; put together from the rest if not given.
        given: a source's figure, or a declared constant; with `claims`, or `why` it is what it is.
        verdict: the event that a world ends so.
        less: what is subtracted from the reading.
        where: in which worlds.
        above, below: the share of worlds in which the reading (less what is subtracted) is above or below this.
        show: else, the statistic of it over worlds.
        guard: what the exercise's words lean on: the paired difference, or the share against a half, settled as `higher` or
            `lower`. A test fails, and a pack says so, where it is not.
    """

    title: Title | None = None
    given: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    claims: Claims = ()
    why: Line | None = None
    run: Name | None = None
    metric: Metric | None = None
    panel: Annotated[str, OneOf(PANELS)] | None = None
    row: Name | None = None
    verdict: Annotated[str, OneOf(VERDICTS)] | None = None
    mechanism: Annotated[str, OneOf(MECHANISMS)] | None = None
    month: Month | None = None
    from_: Month | None = Field(default=None, alias="from")
    to: Month | None = None
    less: Less | None = None
    where: Where | None = None
    above: Number | None = None
    below: Number | None = None
    show: Statistic = "p50"
    guard: Literal["higher", "lower"] | None = None

    @property
    def is_share(self) -> bool:
        """Whether it is a share of worlds."""
        return self.verdict is not None or self.above is not None or self.below is not None

    @property
    def is_signed(self) -> bool:
        """Whether its sign says something: a difference, or what a mechanism is worth."""
        return not self.is_share and (self.less is not None or self.mechanism is not None)

    def reading(self) -> Reading:
        """What is read of each world."""
        names = ("run", "metric", "panel", "row", "month", "mechanism")
        stretch = {"from": self.from_, "to": self.to}
        return Reading.model_validate({**{name: getattr(self, name) for name in names}, **stretch})

    def subtracted(self) -> Reading | None:
        """What is read to be subtracted."""
        if self.less is None:
            return None
        names = ("run", "metric", "row", "month")
        data = {name: getattr(self.less, name) or getattr(self, name) for name in names}
        own = self.less.month is None and self.less.from_ is None
        data["month"] = self.month if own else self.less.month
        data["from"], data["to"] = (self.from_, self.to) if own else (self.less.from_, self.less.to)
        return Reading.model_validate({**data, "panel": self.panel, "mechanism": self.mechanism})

    def runs(self) -> list[str]:
        """The runs that it is read from."""
        names = [self.run, self.less.run if self.less else None]
        return list(dict.fromkeys(name for name in names if name))

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.given is not None:
            extra = self.model_fields_set - {"title", "given", "claims", "why"}
            if extra:
                raise PlacedError(f"does not go with {sorted(extra)[0]}; allowed: claims, why", ("given",))
            if not self.claims and not self.why:
                raise PlacedError("says nowhere what it rests on; allowed: claims, or why", ("given",))
            return self
        if self.run is None:
            raise ValueError("has no run; allowed: run with metric, panel or verdict, or given")
        if [self.metric, self.panel, self.verdict].count(None) != 2:
            raise ValueError("is not one thing; allowed: one of metric, panel and verdict")
        if self.above is not None and self.below is not None:
            raise PlacedError("does not go with above; allowed: one of the two", ("below",))
        if self.verdict is not None:
            wrong = self.model_fields_set - {"title", "run", "verdict", "where", "guard"}
            if wrong:
                raise PlacedError(f"does not go with {sorted(wrong)[0]}; allowed: run, where", ("verdict",))
        else:
            self.reading()
            self.subtracted()
        if self.guard is not None and not (self.is_share or self.is_signed):
            raise PlacedError("goes with a difference or a share; leave it out", ("guard",))
        return self


class Because(Strict):
    """Where the mechanism behind a figure is looked for: each is switched off in turn.

    Attributes:
        run: the run; `versus`: the one that it is compared with.
        metric, month: of what; without a month its summary over the run.
        falls: whether the figure falls where the metric rises.
    """

    run: Name
    versus: Name | None = None
    metric: Metric
    month: Month | None = None
    falls: bool = False
