"""What is to be simulated, as one value: scenarios, worlds, months, seed, parameters, and the limits on them.

Nothing heavy is imported: the command line reads limits here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from operator import index
from typing import TYPE_CHECKING, Any, TypeGuard

from sim.limits import LimitError as LimitError

if TYPE_CHECKING:
    from sim.ensemble.outcomes import Crossing
    from sim.model import FrontierModel
    from sim.scenario import Scenario
    from sim.worlds import BatchLayout, Vector

LIMITS = {"worlds": (1, 1_000_000), "months": (1, 360), "seed": (0, 2**63 - 1), "workers": (1, 1024)}
PARAMETERS = ("defaults", "prior", "posterior")
# Where uncertain values come from unless said otherwise, here and on the command line.
DEFAULT_PARAMETERS = "posterior"

# More worlds a batch gain no speed beyond this (benchmarks/README.md) and cost memory; longer runs take fewer.
CHUNK, CHUNK_WORLD_MONTHS = 1_000, 120_000
# Where several workers share the worlds, each gets some batches, but none of fewer worlds than this. Threads share them evenly
# where they are fewer still, which processes would not be worth; machine code takes worlds by eight.
BATCHES_EACH, LEAST_WORLDS, LEAST_COMPILED, LANES = 4, 500, 128, 8


def check(name: str, value: object, called: str = "") -> int:
    """A number within the limits of `worlds`, `months`, `seed` or `workers`, as a plain int; `called`: its name in the message.

    Raises:
        LimitError: it is not a whole number in the allowed range.
    """
    low, high = LIMITS[name]
    try:
        number = index(value)  # type: ignore[arg-type]
    except TypeError:
        number = None
    if number is None or isinstance(value, bool) or not low <= number <= high:
        raise LimitError(f"{called or name} must be a whole number from {low:,} to {high:,}; got {value}")
    return number


def check_model(model: object) -> None:
    """See that something can take the model's place.

    Raises:
        LimitError: it is no subclass of it.
    """
    if model is None:
        return
    from sim.model import FrontierModel

    if not (isinstance(model, type) and issubclass(model, FrontierModel)):
        raise LimitError(f"model must be a subclass of sim.FrontierModel; got {model!r}")


def usual_chunk(months: int, worlds: int = CHUNK, workers: int = 1, engine: str = "numpy") -> int:
    """How many worlds are simulated at a time unless said otherwise; changes no number."""
    chunk = min(CHUNK, max(1, CHUNK_WORLD_MONTHS // months))
    if workers == 1:
        return chunk
    fair = -(-worlds // (workers * BATCHES_EACH))
    if engine != "compiled":
        return min(chunk, max(fair, LEAST_WORLDS))
    even = -(-worlds // (workers * LANES)) * LANES
    return min(chunk, max(fair, min(even, LEAST_COMPILED)))


@dataclass(frozen=True)
class RunSpec:
    """Worlds to be simulated: all that their numbers follow from, and what is to be recorded of them.

    Attributes:
        scenarios: by name; all are simulated with the same random draws.
        worlds: of each scenario, or of each point; first: the number of the first.
        numbers: the worlds' own numbers where they do not follow each other: see `BatchLayout`.
        months, seed, parameters: as for `sim.run`.
        points: how many points of a sweep stand one after another on the worlds axis, all with the same random draws; with
            one scenario only, and never cut into batches.
        values: parameter -> value over the scenario's; levers: path in the scenario -> value. A number, or a vector with a
            value for each `repeats` worlds in a row, the same under every scenario.
        off: rules and mechanisms that are switched off; silent: of each point, the rules that are switched off in it besides.
        record: whether decisions are accounted for, or in which months; panels: whether panels are read.
        series: whether all months are kept, or only what outcomes and conditions look at; crossings: by name, first months
            that outcomes have besides the usual ones.
        chunk: worlds a batch.
        model: a subclass of the model that takes its place; None: nothing does.
        engine: what runs the months, see `engines.py`; engine_note: why it is NumPy although no one asked for that.
    """

    scenarios: Mapping[str, Scenario]
    worlds: int
    months: int
    seed: int = 0
    parameters: str = DEFAULT_PARAMETERS
    first: int = 0
    numbers: tuple[int, ...] | None = None
    points: int = 1
    values: Mapping[str, float | Vector] = field(default_factory=dict)
    levers: Mapping[str, Vector] = field(default_factory=dict)
    repeats: int = 1
    off: tuple[str, ...] = ()
    silent: tuple[Collection[str], ...] = ()
    record: bool | Collection[int] = False
    panels: bool = False
    series: bool = True
    crossings: Mapping[str, Crossing] = field(default_factory=dict)
    chunk: int = CHUNK
    model: type[FrontierModel] | None = None
    engine: str = "auto"
    engine_note: str = ""

    @classmethod
    def of(cls, scenario: Scenario, worlds: int, months: int, seed: int = 0, **how: object) -> RunSpec:
        """The spec of one scenario; `how`: the other attributes, by name."""
        return cls({scenario.name: scenario}, worlds, months, seed, **how)  # type: ignore[arg-type]

    @property
    def name(self) -> str:
        """Of a batch: the name of its scenario."""
        return next(iter(self.scenarios))

    @property
    def layout(self) -> BatchLayout:
        """Which worlds of a scenario stand where, where all of them are one batch."""
        from sim.worlds import BatchLayout

        return BatchLayout(self.worlds, self.first, self.points, self.numbers)

    @property
    def world_months(self) -> int:
        """How many months of worlds these are."""
        return self.layout.size * self.months * len(self.scenarios)

    def batches(self) -> Iterator[RunSpec]:
        """The parts that one model each simulates: some of the worlds of a scenario."""
        chunk = self.worlds if self.points > 1 else max(self.chunk // self.repeats, 1) * self.repeats
        for start in range(0, self.worlds, chunk):
            worlds = min(chunk, self.worlds - start)
            here = slice(start // self.repeats, (start + worlds) // self.repeats)
            part = self
            if worlds < self.worlds:
                some = None if self.numbers is None else self.numbers[start : start + worlds]
                first = self.first + (start if some is None else 0)
                part = replace(self.cut(here), worlds=worlds, first=first, numbers=some)
            for name, scenario in self.scenarios.items():
                yield replace(part, scenarios={name: scenario})

    def cut(self, here: slice) -> RunSpec:
        """The same with some of the vectors' values only."""
        return replace(self, values=_cut(self.values, here), levers=_cut(self.levers, here))

    def per_world(self, value: float | Vector) -> float | Vector:
        """A value with an element for each world."""
        return value.repeat(self.repeats) if _is_vector(value) and self.repeats > 1 else value


def _is_vector(value: float | Vector) -> TypeGuard[Vector]:
    return getattr(value, "ndim", 0) > 0


def _cut(values: Mapping[str, Any], here: slice) -> dict[str, Any]:
    return {name: one[here].copy() if _is_vector(one) else one for name, one in values.items()}
