"""The points of an experiment: their numbers, identities and values, and how they are packed into pieces of work.

Points are numbered scenario by scenario, within a scenario mix of levers by mix (with a `lever_design`), and within a mix
draw by draw, in the order of the design. A pack holds points of one scenario, spread evenly over all of its points, and
packs take turns between scenarios: wherever a sweep is interrupted, what is done is a fair sample of the whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim import extensions
from sim.ensemble.engines import settled
from sim.ensemble.fingerprint import model_fingerprint
from sim.ensemble.spec import RunSpec, usual_chunk
from sim.experiment.design import Points
from sim.experiment.factors import Factor
from sim.experiment.firsts import crossings_of, extra_firsts
from sim.experiment.layouts import Numbers
from sim.experiment.parser import read_outcomes
from sim.experiment.schema import Experiment
from sim.experiment.switches import Variant, joined, models
from sim.experiment.told import ToldPoints
from sim.experiment.work import Job, kept_columns
from sim.metrics import METRICS
from sim.parameters.posterior import POSTERIOR, file_of, is_own, is_posterior
from sim.scenario import Scenario, parameter_set
from sim.worlds import Vector

if TYPE_CHECKING:
    from sim.model import FrontierModel

MOST_RUNS = 1_000_000_000
Done = dict[int, NDArray[np.bool_]]  # block of worlds -> which points are done


@dataclass(frozen=True)
class Pack:
    """A piece of work: some points of one scenario, and for each the worlds of one block."""

    points: Numbers
    block: int


@dataclass(frozen=True)
class Plan:
    """An experiment laid out.

    Attributes:
        sources: the scenarios as loaded; scenarios: with what dated levers add to them; paths: for each, lever -> its path in it.
        mixed, drawn: the factors of the lever design, and of the design.
        mixes, draws: their points, made when they are asked for; one without values where there is no such design.
        variants: switch -> what holds under each of its options.
        months: length of every run.
        folder: what paths in the experiment are seen from.
        model: what takes the model's place; None: nothing does.
        asked: which engine is asked for.
    """

    experiment: Experiment
    sources: tuple[Scenario, ...]
    scenarios: tuple[Scenario, ...]
    paths: tuple[Mapping[str, str], ...]
    mixed: tuple[Factor, ...]
    drawn: tuple[Factor, ...]
    mixes: Points = field(repr=False)
    draws: Points = field(repr=False)
    months: int
    folder: Path
    model: type[FrontierModel] | None = None
    asked: str = "auto"
    variants: Mapping[str, tuple[Variant, ...]] = field(default_factory=dict)

    @cached_property
    def engine(self) -> str:
        """What runs all points.

        Raises:
            LimitError: machine code is asked for, and cannot be made of this.
        """
        specs = (
            RunSpec(named, self.worlds, self.months, model=self.model, engine=self.asked)
            for named in models(self.scenarios, self.variants)
        )
        return max(settled(one).engine for one in specs)  # numpy, if it has to be for one

    @property
    def factors(self) -> tuple[Factor, ...]:
        """All that is varied, levers first."""
        return self.mixed + self.drawn

    @property
    def each(self) -> int:
        """Points of each scenario."""
        return len(self.mixes) * len(self.draws)

    @property
    def points(self) -> int:
        """Points in all."""
        return len(self.scenarios) * self.each

    @property
    def worlds(self) -> int:
        """Worlds of each point."""
        return self.experiment.worlds

    @property
    def runs(self) -> int:
        """Runs in all: points times worlds."""
        return self.points * self.worlds

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that are kept."""
        return self.experiment.metrics or tuple(METRICS)

    @cached_property
    def crossings(self) -> tuple[str, ...]:
        """First months that its outcomes ask for, beside those that every run keeps."""
        given, scenarios = self.experiment.outcomes, [one.name for one in self.scenarios]
        read = read_outcomes(given, kept_columns(self.metrics), scenarios)
        return extra_firsts(name for figure in read.values() for name, _ in figure.names)

    @property
    def kept(self) -> list[str]:
        """The columns that are kept of each run."""
        return kept_columns(self.metrics, self.crossings)

    @property
    def leaves_out(self) -> bool:
        """Whether extensions are left out at some points, for which a process has to be alone with its work."""
        return any(one.without for several in self.variants.values() for one in several)

    @property
    def pack_worlds(self) -> int:
        """Worlds at a time, unless said otherwise: what is fastest, and fewer for long runs."""
        return usual_chunk(self.months)

    def where(self, points: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Of each point: the number of its scenario, mix and draw."""
        scenario, rest = np.divmod(points, self.each)
        mix, draw = np.divmod(rest, len(self.draws))
        return scenario, mix, draw

    def values(self, points: Numbers) -> dict[str, Vector]:
        """Each factor's values at these points, by its name."""
        _, mix, draw = self.where(points)
        laid = ((self.mixed, self.mixes.values(mix)), (self.drawn, self.draws.values(draw)))
        return {factor.name: values[:, column] for factors, values in laid for column, factor in enumerate(factors)}

    def first_worlds(self, points: Numbers) -> Numbers:
        """The number of each point's first world: 0 for shared draws; for own draws each draw's come after the last's."""
        if isinstance(self.draws, ToldPoints):
            return self.draws.worlds_of(self.where(points)[2])
        if self.experiment.luck == "shared":
            return np.zeros_like(points)
        return self.where(points)[2] * self.worlds

    def switched(self, values: Mapping[str, Vector]) -> tuple[Numbers, tuple[Variant, ...]]:
        """Which rules hold at points with these values of the factors: of each point a number, and what each number means."""
        stands = [values[name].astype(np.int64) for name in self.variants if name in values]
        if not stands:
            return np.zeros(0, dtype=np.int64), ()
        found, numbers = np.unique(np.stack(stands, axis=1), axis=0, return_inverse=True)
        kinds = [self.variants[name] for name in self.variants if name in values]
        told = [joined([kind[at] for kind, at in zip(kinds, row, strict=True)]) for row in found.tolist()]
        return numbers.ravel(), tuple(told)

    def ids(self, points: Numbers, values: Mapping[str, Vector] | None = None) -> list[str]:
        """The identity of each point: a digest of scenario, levers, uncertainties, constants, and whose random draws it has.

        Points of different experiments with one identity, run with the same model, seed and months, give the same
        numbers, world by world. Parameters count alike whether they are varied or held constant.

        Args:
            values: the points' values, where they are known already.
        """
        scenario, _, _ = self.where(points)
        values, constants = values or self.values(points), self.experiment.constants
        columns = {f.name: values[f.name] for f in self.factors if f.kind == "uncertainty"}
        columns |= {name: np.full(len(points), value + 0.0) for name, value in constants.items()}
        names = sorted(columns)
        levers = sorted(f.name for f in self.factors if f.kind == "lever")
        rows = [columns[name] for name in names] + [values[name] for name in (*levers, *self.variants)]
        rows.append(self.first_worlds(points).astype(np.float64))
        table = np.ascontiguousarray(np.stack(rows, axis=1), dtype="<f8")
        starts = {number: self._identity_of(number, names, levers) for number in np.unique(scenario).tolist()}
        out = []
        for number, row in zip(scenario.tolist(), table, strict=True):
            digest = starts[number].copy()
            digest.update(row.tobytes())
            out.append(digest.hexdigest())
        return out

    def _identity_of(self, scenario: int, names: Sequence[str], levers: Sequence[str]) -> Any:
        paths = [self.paths[scenario][name] for name in levers]
        said: list[Any] = [self.scenarios[scenario].hash, self.parameters_digest, list(names), paths, self.engine]
        if self.variants:
            said.append(self._switches)
        if more := extensions.digest():
            said.append(more)
        return blake2b(json.dumps(said).encode(), digest_size=16)

    @property
    def _switches(self) -> dict[str, list[dict[str, Any]]]:
        return {name: [one.data() for one in several] for name, several in self.variants.items()}

    @property
    def _told(self) -> dict[str, list[int]]:
        draws = self.draws
        return {"told": draws.worlds_of(np.arange(len(draws))).tolist()} if isinstance(draws, ToldPoints) else {}

    @cached_property
    def parameters_digest(self) -> str:
        """What the set of parameters comes to that the experiment names."""
        return parameters_digest(self.experiment.parameters)

    @cached_property
    def particulars(self) -> dict[str, Any]:
        """All that the numbers and the files of a sweep follow from; two sweeps that agree in it are one."""
        experiment = self.experiment
        digest = blake2b(digest_size=16)
        for factors, points in ((self.mixed, self.mixes), (self.drawn, self.draws)):
            digest.update(json.dumps([len(points), [(f.name, f.kind, f.options) for f in factors]]).encode())
            for said in points.told():
                digest.update(said)
        return {
            "scenarios": {one.name: one.hash for one in self.scenarios},
            "levers": [list(paths.values()) for paths in self.paths],
            "points": digest.hexdigest(),
            "constants": dict(sorted(experiment.constants.items())),
            "parameters": self.parameters_digest,
            "worlds": self.worlds,
            "months": self.months,
            "seed": experiment.seed,
            "luck": experiment.luck,
            "metrics": list(self.metrics),
            "series": experiment.series,
            "model": model_fingerprint(self.model),
            "engine": self.engine,
            **({"crossings": list(self.crossings)} if self.crossings else {}),
            **({"switches": self._switches} if self.variants else {}),
            **self._told,
        }

    @cached_property
    def identity(self) -> str:
        """A digest of the particulars."""
        return blake2b(json.dumps(self.particulars).encode(), digest_size=16).hexdigest()

    def blocks(self, block_worlds: int) -> int:
        """Into how many blocks a point's worlds are cut, of so many worlds each."""
        return -(-self.worlds // block_worlds)

    def nothing_done(self, block_worlds: int) -> Done:
        """Where a sweep begins."""
        return {block: np.zeros(self.points, dtype=bool) for block in range(self.blocks(block_worlds))}

    def packs(self, done: Done, block_worlds: int, pack_worlds: int) -> Iterator[Pack]:
        """All that is not done yet, in the order in which it is to be done."""
        size = max(1, pack_worlds // block_worlds)
        for block, finished in done.items():
            left = [
                np.flatnonzero(~part) + number * self.each for number, part in enumerate(self._by_scenario(finished))
            ]
            counts = [-(-len(points) // size) for points in left]
            for turn in range(max(counts)):
                for points, count in zip(left, counts, strict=True):
                    if turn < count:
                        yield Pack(self._turn(points, turn, count, size), block)

    def _by_scenario(self, finished: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
        return [finished[first : first + self.each] for first in range(0, self.points, self.each)]

    def _turn(self, points: Numbers, turn: int, count: int, size: int) -> Numbers:
        """The points of a scenario's pack: every so many'th; neighbours where these are made together, and with own draws,
        whose worlds follow each other."""
        if self.experiment.luck == "shared" and self.mixes.together == self.draws.together == 1:
            return points[turn::count]
        # Neighbours, taken in an order that spreads: a stride near the golden section, without a common divisor.
        stride = next(n for n in range(round(count * 0.618) or 1, count + 2) if np.gcd(n, count) == 1)
        place = turn * stride % count
        return points[place * size : (place + 1) * size]

    def job(self, pack: Pack, block_worlds: int) -> Job:
        """A pack as work that can be sent anywhere."""
        number = int(pack.points[0] // self.each)
        first, values = pack.block * block_worlds, self.values(pack.points)
        stands, variants = self.switched(values)
        return Job(
            points=pack.points,
            firsts=self.first_worlds(pack.points) + first,
            first_world=first,
            spec=self.spec(number, values, min(block_worlds, self.worlds - first)),
            metrics=self.metrics,
            stands=stands,
            variants=variants,
        )

    def some(self, points: Numbers) -> Plan:
        """The same plan, with nothing of what is kept point by point but these."""
        _, mix, draw = self.where(points)
        out = copy(self)  # with what has been worked out of the whole
        vars(out).update(mixes=self.mixes.some(mix), draws=self.draws.some(draw))
        # Told worlds are a number for each point.
        particulars = {key: value for key, value in self.particulars.items() if key != "told"}
        vars(out).update(identity=self.identity, particulars=particulars)
        return out

    def spec(self, number: int, values: Mapping[str, Vector], worlds: int) -> RunSpec:
        """How so many worlds of points with these values of the factors are simulated in a scenario, by its number."""
        paths, kinds = self.paths[number], {factor.name: factor.kind for factor in self.factors}
        drawn = {name: value for name, value in values.items() if kinds[name] == "uncertainty"}
        return RunSpec.of(
            self.scenarios[number],
            worlds,
            self.months,
            self.experiment.seed,
            parameters=self.experiment.parameters,
            levers={paths[name]: value for name, value in values.items() if kinds[name] == "lever"},
            values={**self.experiment.constants, **drawn},
            repeats=worlds,
            series=self.experiment.series,
            crossings=crossings_of(self.crossings),
            model=self.model,
            engine=self.engine,
        )


@dataclass(frozen=True)
class Order:
    """An order for a part. What is sent to another process is small: see `Points.some`.

    Attributes:
        pack: what the part is to hold; chunk: worlds to be simulated at a time.
        block_worlds: worlds to a block; folder: the sweep's.
    """

    plan: Plan
    pack: Pack
    block_worlds: int
    chunk: int
    folder: str

    def __reduce__(self) -> tuple[Any, ...]:
        return Order, (self.plan.some(self.pack.points), self.pack, self.block_worlds, self.chunk, self.folder)

    def jobs(self) -> Iterator[Job]:
        """The work, some points at a time, which are made only then."""
        size = max(1, self.chunk // self.block_worlds)
        for first in range(0, len(self.pack.points), size):
            pack = Pack(self.pack.points[first : first + size], self.pack.block)
            yield self.plan.job(pack, self.block_worlds)


def parameters_digest(name: str) -> str:
    """What a set of parameters comes to."""
    mode, overrides = parameter_set(name)
    said: list[Any] = [POSTERIOR if is_own(mode) else mode]  # where the folder stands is no part of what is in it
    for parameter, value in sorted(overrides.items()):
        said.append([parameter, value if isinstance(value, int | float) else value.model_dump(mode="json")])
    if is_posterior(mode):
        said.append(blake2b(file_of(mode).read_bytes(), digest_size=16).hexdigest())
    return blake2b(json.dumps(said).encode(), digest_size=16).hexdigest()
