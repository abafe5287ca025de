"""The study that `durand response` makes: levers, choice of course, and what the spread of worlds comes of."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.ensemble.spec import DEFAULT_PARAMETERS, LimitError, RunSpec, check, usual_chunk
from sim.experiment.response import levers as by_lever
from sim.experiment.response.choice import Choice, choice, courses
from sim.experiment.response.figures import Table, after, as_seen, figures, simulated, unit
from sim.experiment.response.levers import Effect
from sim.experiment.response.variance import Variance, decompose
from sim.scenario import Scenario, load_scenario, parameter_set
from sim.vocabulary import months_between
from sim.worlds import Streams

if TYPE_CHECKING:
    from sim.ensemble.chunks import Array
    from sim.ensemble.simulate import Progress
    from sim.plots.gallery import Picture

# Courses are seen over so many months, from the month in which levers are moved on.
MONTHS = 60
SETS, REPLICATIONS, LEVER_WORLDS = 120, 16, 300
_SETS_STREAM = "response.sets"


@dataclass(frozen=True)
class Response:
    """What came out.

    Attributes:
        levers: lever -> figure -> what it does; aims: lever -> the metrics that it is meant to move.
        choice: figure -> what the choice of a course does.
        variance: figure -> what the spread of single worlds comes of; none for a figure that is the same in every world.
        manifest: what was run, by which model.
    """

    levers: Mapping[str, Mapping[str, Effect]]
    aims: Mapping[str, Sequence[str]]
    choice: Mapping[str, Choice]
    variance: Mapping[str, Variance]
    manifest: Mapping[str, Any]

    def reading(self) -> list[str]:
        """What was found in plain sentences; the last says what they are not."""
        from sim.experiment.response.text import reading

        return reading(self)

    def pictures(self) -> list[Picture]:
        """The pictures, with their words and tables."""
        from sim.experiment.response.pictures import pictures

        return pictures(self)

    def as_json(self) -> dict[str, Any]:
        """The object that `durand response --json` prints."""
        shares = {name: asdict(one) for name, one in self.variance.items()}
        clipped = {name: one.pop("clipped") for name, one in shares.items()}
        kinds = {
            name: {key: value if key != "hangs_on" else list(value) for key, value in asdict(one).items()}
            for name, one in self.choice.items()
        }
        told = {name: dict(one.hangs_on) for name, one in self.choice.items()}
        return {
            "levers": {
                lever: {name: asdict(one) for name, one in found.items()} for lever, found in self.levers.items()
            },
            "aims": {lever: list(some) for lever, some in self.aims.items()},
            "choice": {name: one | {"hangs_on_share": told[name]} for name, one in kinds.items()},
            "variance": shares,
            "clipped": {name: one for name, one in clipped.items() if one},
            "units": {name: unit(name) for name in (*self.choice, *self.variance)},
            "manifest": dict(self.manifest),
        }

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> Response:
        """What such an object says."""
        return cls(
            {lever: {name: Effect(**one) for name, one in found.items()} for lever, found in told["levers"].items()},
            told["aims"],
            {
                name: Choice(one["worst_over_best"], one["apart"], one["best"], one["hangs_on_share"])
                for name, one in told["choice"].items()
            },
            {name: Variance(**one, clipped=told["clipped"].get(name, {})) for name, one in told["variance"].items()},
            told["manifest"],
        )

    def save(self, folder: Any) -> Any:
        """Write tables, pictures and a page that holds them to a folder; returns the page."""
        from sim.experiment.response.page import write

        return write(self, folder)


@dataclass(frozen=True)
class _Sizes:
    """How much is simulated, and with whose accepted sets, checked."""

    sets: int
    replications: int
    lever_worlds: int
    seed: int
    workers: int
    parameters: str = DEFAULT_PARAMETERS

    def __post_init__(self) -> None:
        _between("sets", self.sets, 2, accepted_sets(self.parameters))
        _between("replications", self.replications, 2, 10_000)
        _between("lever worlds", self.lever_worlds, 2, 1_000_000)
        check("worlds", self.sets * self.replications, "sets times replications")
        check("seed", self.seed)
        check("workers", self.workers)


def response(
    sets: int = SETS,
    replications: int = REPLICATIONS,
    lever_worlds: int = LEVER_WORLDS,
    seed: int = 0,
    *,
    names: Sequence[str] = (),
    parameters: str = DEFAULT_PARAMETERS,
    workers: int = 1,
    progress: Progress | None = None,
    command: str | None = None,
) -> Response:
    """What the worlds do when a lever is moved, or another course is taken.

    Args:
        sets: accepted parameter sets over which courses are compared, 2 or more, drawn without replacement.
        replications: worlds of each course in each set, 2 or more, with the same random draws under every course.
        lever_worlds: worlds of each lever at nothing and at full strength, 2 or more.
        seed: of the sets and of all random draws.
        names: of the courses, two or more, as names or paths; those of the library if not given.
        parameters: the accepted sets: "posterior", those as of a month, or a folder that `durand calibrate` wrote.
        workers: processes of this machine; they change no number.
        progress: called with (world-months done, in all).
        command: how it was asked for, for the manifest.

    Raises:
        LimitError: something is outside of what is allowed, or values come from something else than accepted sets.
        ScenarioError: a course is not there or not right.
        FileError: there are no accepted sets in a folder, or not as they were written.
    """
    from sim.ensemble.fingerprint import model_fingerprint
    from sim.results.made import values_of
    from sim.results.manifest import machine, now

    sizes, started = _Sizes(sets, replications, lever_worlds, seed, workers, parameters), time.perf_counter()
    base, taken = load_scenario(by_lever.BASE), _courses(names)
    first = months_between(base.start, by_lever.FROM)
    lever_spec, course_spec = _lever_spec(base, first, sizes), _course_spec(taken, sizes)
    loads = [len(spec.scenarios) * spec.worlds * spec.months for spec in (lever_spec, course_spec)]
    moved = simulated(lever_spec, first, True, workers, after(progress, 0, sum(loads)))
    seen = simulated(course_spec, first, False, workers, after(progress, loads[0], sum(loads)))
    kinds, parts = compared(seen, sizes.sets, course_spec.values)
    manifest = {
        "seed": seed,
        "lever_worlds": lever_worlds,
        "sets": sets,
        "replications": replications,
        "parameters": parameters,
        "values": values_of(parameters, {}),
        "base": base.name,
        "courses": {name: one.hash for name, one in taken.items()},
        "start": base.start,
        "from": by_lever.FROM,
        "lever_months": by_lever.MONTHS,
        "course_months": MONTHS - first,
        "enough": by_lever.ENOUGH,
        "model": model_fingerprint(),
        "when": now(),
        "elapsed_seconds": round(time.perf_counter() - started, 1),
        "workers": workers,
        "command": command,
        **machine(),
    }
    return Response(by_lever.effects(moved), by_lever.aims(), kinds, parts, manifest)


def compared(table: Table, sets: int, parameters: Mapping[str, Any]) -> tuple[dict[str, Choice], dict[str, Variance]]:
    """Choice and variance of every figure, from what the courses' worlds came to, set by set."""
    kinds, parts = {}, {}
    for name, one in figures().items():
        values = as_seen(table, name).reshape(len(table), sets, -1)
        kinds[name] = choice(one, values.mean(axis=2), list(table), parameters)
        if (found := decompose(values)) is not None:
            parts[name] = found
    return kinds, parts


def accepted_sets(parameters: str = DEFAULT_PARAMETERS) -> int:
    """How many accepted sets there are.

    Raises:
        LimitError: values are to come from something else.
    """
    return len(next(iter(_accepted(parameters).values())))


def drawn_sets(seed: int, sets: int, parameters: str = DEFAULT_PARAMETERS) -> dict[str, Array]:
    """So many different accepted sets, drawn by the seed: parameter -> one value per set."""
    every = _accepted(parameters)
    order = np.argsort(Streams(seed, accepted_sets(parameters)).uniform(_SETS_STREAM, 0), kind="stable")[:sets]
    return {name: np.ascontiguousarray(values[order]) for name, values in every.items()}


def _accepted(parameters: str) -> dict[str, Array]:
    """The accepted sets, within the declared ranges; rates of somebody's own observers, kept beside them, are no parameters."""
    from sim.parameters import PARAMETERS
    from sim.parameters.posterior import accepted, file_of, is_posterior

    mode, _ = parameter_set(parameters)
    if not is_posterior(mode):
        raise LimitError(
            f"parameters {parameters}: courses are compared over accepted sets; allowed: posterior, one as of a month, or a "
            "folder that `durand calibrate` wrote"
        )
    known = {name: values for name, values in accepted(file_of(mode)).items() if name in PARAMETERS}
    return {name: np.clip(values, PARAMETERS[name].low, PARAMETERS[name].high) for name, values in known.items()}


def _courses(names: Sequence[str]) -> dict[str, Scenario]:
    scenarios = [load_scenario(name) for name in names or courses()]
    out = {one.name: one for one in scenarios}
    if len(out) < 2 or len(out) < len(scenarios):
        raise LimitError(f"courses to compare: two or more different ones are allowed; got {', '.join(names)}")
    start = load_scenario(by_lever.BASE).start
    for name, one in out.items():
        if one.start != start:
            raise LimitError(
                f"course {name} starts in {one.start}; allowed: courses that start in {start}, as {by_lever.BASE}"
            )
    return out


def _lever_spec(base: Scenario, first: int, sizes: _Sizes) -> RunSpec:
    months, worlds = first + by_lever.MONTHS, sizes.lever_worlds
    chunk = usual_chunk(months, worlds, sizes.workers)
    return RunSpec(by_lever.ends(base), worlds, months, sizes.seed, sizes.parameters, chunk=chunk)


def _course_spec(taken: Mapping[str, Scenario], sizes: _Sizes) -> RunSpec:
    worlds = sizes.sets * sizes.replications
    return RunSpec(
        taken,
        worlds,
        MONTHS,
        sizes.seed,
        "defaults",
        values=drawn_sets(sizes.seed, sizes.sets, sizes.parameters),
        repeats=sizes.replications,
        chunk=usual_chunk(MONTHS, worlds, sizes.workers),
    )


def _between(what: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise LimitError(f"{what} must be a whole number from {low:,} to {high:,}; got {value}")
