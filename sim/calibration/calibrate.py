"""Calibration: history matching by Latin hypercubes in waves, then acceptance by likelihood.

1. A wave tries parameter sets of a Latin hypercube over the declared ranges: each is simulated in some worlds.
2. An emulator fitted to what they gave looks at a larger hypercube and rules out those that cannot come near the targets.
3. The next wave simulates a sample of what is left, the likelier the more, by more worlds each; again from the second step.
4. Of the last wave's sets that are not implausible, some hundreds are accepted, each with a chance in proportion to its
   likelihood (and against its chance of having been sampled).

Every set comes from the declared ranges' own distributions, so accepted sets are draws from prior times likelihood.
Everything follows from the seed; the number of worker processes changes nothing.

History matching by implausibility: Craig et al. (1997), Pressure matching for hydrocarbon reservoirs, in Case Studies in
Bayesian Statistics III, 37-93; with an emulator in waves: Vernon, Goldstein and Bower (2010), Galaxy formation: a Bayesian
uncertainty analysis, Bayesian Analysis 5(4), 619-669.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.calibration.design import latin_hypercube, values_at
from sim.calibration.emulator import Emulator
from sim.calibration.matching import CUT, Measured, Pieces, implausibility, log_likelihood, measure
from sim.calibration.target import Target
from sim.calibration.targets import targets as shipped_targets
from sim.chance import gumbel
from sim.ensemble.spec import LimitError
from sim.parameters import PARAMETERS, Parameter
from sim.record.mapping import Mapped, rates
from sim.record.observations import RECORD
from sim.record.simulated import uncertain
from sim.record.told import effective
from sim.worlds import Streams, Vector

Matrix = NDArray[np.float64]
Say = Callable[[str], None]

# To what power of its emulated likelihood a candidate's chance of being simulated grows: below 1, for the emulator may err.
TEMPER = 0.85
# Below this share of a wave's sets left, targets that cannot be met are set aside.
LEAST_LEFT = 0.01
# A wave of fewer sets tells nothing.
LEAST_SETS = 50
# Candidates looked at together.
BLOCK = 20_000


class NothingNearError(LimitError):
    """Too few sets come near to the targets."""


@dataclass(frozen=True)
class Wave:
    """One round. Attributes: candidates to look at, sets to simulate, worlds for each."""

    candidates: int
    sets: int
    repeats: int


FULL = (Wave(8_000, 8_000, 8), Wave(80_000, 3_000, 16), Wave(400_000, 4_000, 40))
ACCEPTED = 300


def scaled(budget: Sequence[Wave], effort: float) -> tuple[Wave, ...]:
    """The budget with so many times as many candidates and sets; worlds per set stay."""
    return tuple(
        Wave(max(int(one.candidates * effort), 400), max(int(one.sets * effort), 400), one.repeats) for one in budget
    )


@dataclass(frozen=True)
class WaveReport:
    """What a wave found.

    Attributes:
        candidates, screened, simulated, repeats: sets looked at, left by the emulator, simulated, and worlds each.
        not_implausible: of those simulated, how many are within `CUT` of every target.
        ruled_out_by: target -> share of the sets simulated that are implausible by it alone or with others.
        explained: target -> share of variance that the emulator fitted to this wave explains.
        effective: how many equally likely sets the wave's likelihoods are worth.
        unmet: targets that too few sets come near to rule others out by; they still count in the likelihood.
    """

    candidates: int
    screened: int
    simulated: int
    repeats: int
    not_implausible: int
    ruled_out_by: dict[str, float]
    explained: dict[str, float]
    effective: float
    unmet: list[str]


@dataclass(frozen=True)
class Calibration:
    """The outcome.

    Attributes:
        names: the parameters varied.
        places: of the accepted sets in their priors, shape (sets, parameters).
        measured: what the accepted sets gave; first_wave: what the prior gave.
        log_likelihood: of the accepted sets.
        targets: what was aimed at; waves: how it went; seed: of designs and random draws.
        window: the first and last month that targets lie in; mapped: observers that a mapping file brought, whose rates were
            varied like parameters; figures: the name of the file that targets come from, if they are somebody's own.
    """

    names: tuple[str, ...]
    places: Matrix
    measured: Measured
    first_wave: Measured
    log_likelihood: Vector
    targets: tuple[Target, ...]
    waves: tuple[WaveReport, ...]
    seed: int
    budget: tuple[Wave, ...] = field(default=FULL)
    window: tuple[str, str] = RECORD
    mapped: Mapping[str, Mapped] = field(default_factory=dict)
    figures: str | None = None

    @property
    def declared(self) -> dict[str, Parameter]:
        """What may be varied: the model's parameters, and the rates of observers that a mapping file brought."""
        return {**PARAMETERS, **rates(self.mapped)}

    @property
    def values(self) -> dict[str, Vector]:
        """The accepted sets: parameter -> one value per set."""
        return values_at(self.names, self.places, self.declared)


def calibrate(
    budget: Sequence[Wave] = FULL,
    accept: int = ACCEPTED,
    seed: int = 0,
    *,
    since: str = RECORD[0],
    until: str = RECORD[1],
    targets: Sequence[Target] | None = None,
    figures: str | None = None,
    names: Sequence[str] | None = None,
    scenario: str = "history",
    mapped: Mapping[str, Mapped] | None = None,
    workers: int = 1,
    say: Say = lambda text: None,
    progress: Callable[[int, int], None] | None = None,
    pieces: Callable[[int], Pieces] | None = None,
) -> Calibration:
    """Find parameter sets under which the model tells the record of August 2021 to a month.

    Args:
        budget: the waves; accept: how many sets to accept at most; seed: of designs and random draws.
        since, until: the first and last month that targets lie in, YYYY-MM: nothing later is aimed at.
        targets: other ones than the shipped, with `mapped`, the observers that a mapping file brings for them, and `figures`,
            the name of the file that they come from.
        names: the parameters to vary, all uncertain ones and the rates of mapped observers if not given.
        workers: processes. say: told of each wave. progress: called with (worlds done, in all).
        pieces: gives for the number of a wave where what it simulates is kept: see `measure`.
    """
    aims = tuple(shipped_targets(until=until) if targets is None else targets)
    declared = {**PARAMETERS, **rates(mapped or {})}
    varied = tuple([*uncertain(), *rates(mapped or {})] if names is None else names)
    reports: list[WaveReport] = []
    state: _Found | None = None
    first, prior = 0, None
    everything = sum(wave.sets * wave.repeats for wave in budget)
    for number, wave in enumerate(budget):
        places, thinned, screened = _candidates(varied, wave, seed, f"wave{number}", aims, state)

        def tick(done: int, _: int, before: int = first) -> None:
            if progress is not None:
                progress(before + done, everything)

        values = values_at(varied, places, declared)
        found = measure(
            aims,
            values,
            wave.repeats,
            seed,
            until=until,
            scenario=scenario,
            mapped=mapped,
            first=first,
            workers=workers,
            progress=tick,
            kept=None if pieces is None else pieces(number),
        )
        first += wave.sets * wave.repeats
        state = _Found.of(aims, places, found)
        weights = np.where(state.fine, state.likely - thinned, -np.inf)
        reports.append(_report(wave, screened, state, aims, weights))
        say(_words(number, reports[-1]))
        prior = found if prior is None else prior
    if state is None or prior is None or not state.fine.any():
        raise RuntimeError("no parameter set was simulated")
    kept = _accept(weights, min(accept, int(state.fine.sum())), seed)
    measured = Measured(found.mean[kept], found.scatter[kept], found.repeats, found.correlation)
    window = (since, until)
    return Calibration(
        varied,
        places[kept],
        measured,
        prior,
        state.likely[kept],
        aims,
        tuple(reports),
        seed,
        tuple(budget),
        window,
        mapped or {},
        figures,
    )


@dataclass(frozen=True)
class _Found:
    """What a wave left for the next: an emulator, how targets go together, and each set's likelihood."""

    emulator: Emulator
    correlation: Matrix
    off: Matrix
    met: NDArray[np.bool_]
    fine: NDArray[np.bool_]
    likely: Vector

    @classmethod
    def of(cls, aims: Sequence[Target], places: Matrix, found: Measured) -> _Found:
        chance = found.scatter / np.sqrt(found.repeats)
        rough = log_likelihood(aims, found.mean, found.scatter, found.correlation, chance)
        emulator = Emulator.fit(aims, places, found, rough)
        mean, scatter, unsure = emulator.steadied(places, found)
        likely = log_likelihood(aims, mean, scatter, found.correlation, unsure)
        off = implausibility(aims, mean, scatter, unsure)
        met = _met(off)
        return cls(emulator, found.correlation, off, met, np.asarray((off[:, met] <= CUT).all(axis=1)), likely)


def _met(off: Matrix) -> NDArray[np.bool_]:
    """The targets that sets are ruled out by: all, but for those that leave too few of them when taken together.

    One after another, the target that most of the sets otherwise left are ruled out by is set aside.
    """
    near = off <= CUT
    met = np.ones(off.shape[1], dtype=bool)
    while near[:, met].all(axis=1).sum() < max(LEAST_LEFT * len(off), 1):
        left = [np.where(np.arange(len(met)) == one, False, met) for one in np.flatnonzero(met)]
        met = max(left, key=lambda others: int(near[:, others].all(axis=1).sum()))
    return met


def _candidates(
    names: Sequence[str], wave: Wave, seed: int, label: str, aims: Sequence[Target], state: _Found | None
) -> tuple[Matrix, Vector, int]:
    """Places of the sets to simulate, the log of the chance that each had to be among them, and how many there were.

    Candidates that the emulator finds implausible are ruled out. Of the others each has a chance that grows with its
    emulated likelihood, and by that chance its weight is divided in the end.
    """
    if state is None:
        return latin_hypercube(names, wave.sets, seed, label), np.zeros(wave.sets), wave.sets
    left, likely = [], []
    for block in range(0, wave.candidates, BLOCK):
        places = latin_hypercube(names, min(BLOCK, wave.candidates - block), seed, f"{label}.{block}")
        mean, scatter = state.emulator(places)
        off = implausibility(aims, mean, scatter, state.emulator.unsure)
        fine = (off[:, state.met] <= CUT).all(axis=1)
        left.append(places[fine].astype(np.float32))  # half the memory; places need no more digits
        likely.append(log_likelihood(aims, mean[fine], scatter[fine], state.correlation, state.emulator.unsure))
    places, weights = np.concatenate(left), np.concatenate(likely)
    if len(places) < min(LEAST_SETS, wave.sets):
        raise NothingNearError(
            f"the targets rule out all but {len(places)} of {wave.candidates:,} sets looked at, and {LEAST_SETS} are needed; "
            "more effort looks at more of them, wider tolerances rule out fewer"
        )
    chances = _chances(TEMPER * weights, min(wave.sets, len(places)))
    uniform = Streams(seed, 1).uniform(f"calibrate.{label}.thinning", 0)[0]
    steps = np.floor(np.cumsum(chances) + uniform)
    taken = np.flatnonzero(np.diff(steps, prepend=np.floor(uniform)) > 0)
    return places[taken].astype(np.float64), np.log(chances[taken]), len(places)


def _chances(log_weights: Vector, count: int) -> Vector:
    """Chances in proportion to weights, none above 1, that add up to `count`."""
    if count >= len(log_weights):
        return np.ones(len(log_weights))
    weights = np.exp(log_weights - log_weights.max())
    sure = np.zeros(len(weights), dtype=bool)
    while True:
        free = count - sure.sum()
        chances = np.where(sure, 1.0, weights * free / weights[~sure].sum())
        over = (chances > 1.0) & ~sure
        if not over.any():
            return chances
        sure |= over


def _accept(log_weights: Vector, count: int, seed: int) -> NDArray[np.intp]:
    """Draw sets without putting back, each with a chance in proportion to its weight; in their own order."""
    uniform = Streams(seed, len(log_weights)).uniform("calibrate.accept", 0)
    return np.sort(np.argsort(-(log_weights + gumbel(uniform)), kind="stable")[:count])


def _report(wave: Wave, screened: int, state: _Found, aims: Sequence[Target], weights: Vector) -> WaveReport:
    names = [target.name for target in aims]
    return WaveReport(
        wave.candidates,
        screened,
        len(state.off),
        wave.repeats,
        int(state.fine.sum()),
        dict(zip(names, (state.off > CUT).mean(axis=0).tolist(), strict=True)),
        dict(zip(names, state.emulator.shares.tolist(), strict=True)),
        effective(weights),
        [name for name, met in zip(names, state.met, strict=True) if not met],
    )


def _words(number: int, report: WaveReport) -> str:
    worst = max(report.ruled_out_by, key=lambda name: report.ruled_out_by[name])
    unmet = f"; too few come near {', '.join(report.unmet)}" if report.unmet else ""
    return (
        f"wave {number + 1}: {report.candidates:,} sets looked at, {report.screened:,} left, {report.simulated:,} simulated in "
        f"{report.repeats} worlds each; {report.not_implausible:,} not implausible, worth {report.effective:.0f} equally "
        f"likely ones; most are ruled out by {worst} ({report.ruled_out_by[worst]:.0%}){unmet}"
    )
