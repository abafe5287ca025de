"""Calibration: history matching by Latin hypercubes in waves, then acceptance by likelihood.

1. A wave tries parameter sets of a Latin hypercube over the declared ranges: each is lived by some worlds.
2. An emulator fitted to what they gave looks at many more sets and rules out those that cannot come near the targets.
3. The next wave lives what is left, by more worlds each; again from the second step.
4. Of the last wave's sets that are not implausible, some hundreds are accepted, each with a chance in proportion to its
   likelihood.

Every set comes from the declared ranges' own distributions, so accepted sets are draws from prior times likelihood.
Everything follows from the seed; the number of worker processes changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.chance import gumbel
from sim.history.design import latin_hypercube, values_at
from sim.history.emulator import Emulator
from sim.history.living import uncertain
from sim.history.matching import Measured, effective, implausibility, log_likelihood, measure
from sim.history.targets import Target
from sim.history.targets import targets as shipped_targets
from sim.worlds import Streams, Vector

Matrix = NDArray[np.float64]
Say = Callable[[str], None]

# A set is implausible if it is more than this many standard deviations off any target (Pukelsheim's three).
CUT = 3.0
# A wave keeps the candidates that hold this share of the emulated likelihood.
MASS = 0.98
# Candidates looked at together.
BLOCK = 20_000


@dataclass(frozen=True)
class Wave:
    """One round. Attributes: candidates to look at, sets to live, worlds to live each."""

    candidates: int
    sets: int
    repeats: int


FULL = (Wave(8_000, 8_000, 8), Wave(80_000, 4_000, 16), Wave(240_000, 4_000, 40))
ACCEPTED = 400


@dataclass(frozen=True)
class WaveReport:
    """What a wave found.

    Attributes:
        candidates, screened, lived, repeats: sets looked at, left by the emulator, lived, and worlds each.
        not_implausible: of those lived, how many are within `CUT` of every target.
        ruled_out_by: target -> share of the sets lived that are implausible by it alone or with others.
        explained: target -> share of variance that the emulator fitted to this wave explains.
        effective: how many equally likely sets the wave's likelihoods are worth.
    """

    candidates: int
    screened: int
    lived: int
    repeats: int
    not_implausible: int
    ruled_out_by: dict[str, float]
    explained: dict[str, float]
    effective: float


@dataclass(frozen=True)
class Calibration:
    """The outcome.

    Attributes:
        names: the parameters varied.
        places: of the accepted sets in their priors, shape (sets, parameters).
        measured: what the accepted sets gave; first_wave: what the prior gave.
        log_likelihood: of the accepted sets.
        targets: what was aimed at; waves: how it went; seed: of designs and luck.
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

    @property
    def values(self) -> dict[str, Vector]:
        """The accepted sets: parameter -> one value per set."""
        return values_at(self.names, self.places)


def calibrate(
    budget: Sequence[Wave] = FULL,
    accept: int = ACCEPTED,
    seed: int = 0,
    *,
    targets: Sequence[Target] | None = None,
    names: Sequence[str] | None = None,
    scenario: str = "history",
    workers: int = 1,
    say: Say = lambda text: None,
    progress: Callable[[int, int], None] | None = None,
) -> Calibration:
    """Find parameter sets under which the model tells the record of August 2021 to December 2022.

    Args:
        budget: the waves; accept: how many sets to accept at most; seed: of designs and luck.
        targets: other ones than the shipped; names: the parameters to vary, all uncertain ones if not given.
        workers: processes. say: told of each wave. progress: called with (worlds done, in all).
    """
    aims = tuple(shipped_targets() if targets is None else targets)
    varied = tuple(uncertain() if names is None else names)
    reports: list[WaveReport] = []
    emulator, correlation, first = None, np.eye(len(aims)), 0
    everything, before, prior = sum(wave.sets * wave.repeats for wave in budget), 0, None
    for number, wave in enumerate(budget):
        places, screened = _candidates(varied, wave, seed, f"wave{number}", aims, emulator, correlation)

        def tick(done: int, _: int, before: int = before) -> None:
            if progress is not None:
                progress(before + done, everything)

        values = values_at(varied, places)
        found = measure(
            aims, values, wave.repeats, seed, scenario=scenario, first=first, workers=workers, progress=tick
        )
        first += wave.sets * wave.repeats
        before += wave.sets * wave.repeats
        chance = found.scatter / np.sqrt(wave.repeats)
        off = implausibility(aims, found.mean, found.scatter, chance)
        correlation = found.correlation
        likely = log_likelihood(aims, found.mean, found.scatter, correlation, chance)
        emulator = Emulator.fit(places, found)
        fine = (off <= CUT).all(axis=1)
        reports.append(_report(wave, screened, off, fine, aims, emulator, likely))
        say(_words(number, reports[-1]))
        prior = found if prior is None else prior
    if not fine.any() or prior is None:
        raise RuntimeError("no parameter set comes within three standard deviations of every target")
    kept = _accept(np.where(fine, likely, -np.inf), min(accept, int(fine.sum())), seed)
    measured = Measured(found.mean[kept], found.scatter[kept], found.repeats, correlation)
    return Calibration(
        varied, places[kept], measured, prior, likely[kept], aims, tuple(reports), seed, tuple(budget)
    )


def _candidates(
    names: Sequence[str],
    wave: Wave,
    seed: int,
    label: str,
    aims: Sequence[Target],
    emulator: Emulator | None,
    correlation: Matrix,
) -> tuple[Matrix, int]:
    """Places of the sets to live, and how many were left to choose from: the first so many, never the best."""
    if emulator is None:
        return latin_hypercube(names, wave.sets, seed, label), wave.sets
    left, likely = [], []
    for block in range(0, wave.candidates, BLOCK):
        places = latin_hypercube(names, min(BLOCK, wave.candidates - block), seed, f"{label}.{block}")
        mean, scatter = emulator(places)
        fine = (implausibility(aims, mean, scatter, emulator.unsure) <= CUT).all(axis=1)
        left.append(places[fine])
        likely.append(log_likelihood(aims, mean[fine], scatter[fine], correlation, emulator.unsure))
    places, weights = np.concatenate(left), np.concatenate(likely)
    if not len(places):
        raise RuntimeError("the emulator rules every parameter set out: the targets cannot be met together")
    keep = weights >= _cut(weights)
    return places[keep][: wave.sets], int(keep.sum())


def _cut(log_weights: Vector) -> float:
    """The log weight above which `MASS` of all weight lies."""
    ordered = np.sort(log_weights)[::-1]
    share = np.cumsum(np.exp(ordered - ordered[0]))
    return float(ordered[int(np.searchsorted(share, MASS * share[-1]))])


def _accept(log_weights: Vector, count: int, seed: int) -> NDArray[np.intp]:
    """Draw sets without putting back, each with a chance in proportion to its weight; in their own order."""
    luck = Streams(seed, len(log_weights)).uniform("calibrate.accept", 0)
    return np.sort(np.argsort(-(log_weights + gumbel(luck)), kind="stable")[:count])


def _report(
    wave: Wave,
    screened: int,
    off: Matrix,
    fine: NDArray[np.bool_],
    aims: Sequence[Target],
    emulator: Emulator,
    likely: Vector,
) -> WaveReport:
    names = [target.name for target in aims]
    return WaveReport(
        wave.candidates,
        screened,
        len(off),
        wave.repeats,
        int(fine.sum()),
        dict(zip(names, (off > CUT).mean(axis=0).tolist(), strict=True)),
        dict(zip(names, emulator.shares.tolist(), strict=True)),
        effective(likely),
    )


def _words(number: int, report: WaveReport) -> str:
    worst = max(report.ruled_out_by, key=lambda name: report.ruled_out_by[name])
    return (
        f"wave {number + 1}: {report.candidates:,} sets looked at, {report.screened:,} left, {report.lived:,} lived by "
        f"{report.repeats} worlds each; {report.not_implausible:,} not implausible, worth {report.effective:.0f} equally "
        f"likely ones; most are ruled out by {worst} ({report.ruled_out_by[worst]:.0%})"
    )
