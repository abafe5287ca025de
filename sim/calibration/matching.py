"""How near parameter sets come to the targets: mean and scatter of their worlds, implausibility, likelihood."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.calibration.target import Target
from sim.ensemble.spec import RunSpec
from sim.record.mapping import Mapped, rates
from sim.record.observations import RECORD
from sim.record.simulated import CHUNK, Simulated, simulated_batches
from sim.scenario import Scenario, load_scenario
from sim.vocabulary import months_between
from sim.worlds import Vector

Matrix = NDArray[np.float64]  # (sets, targets)
# A set is implausible if it is more than this many standard deviations off any target (Pukelsheim's three).
CUT = 3.0
# Below this no scatter over worlds is believed, as a share of the tolerance: a handful of worlds may agree by chance.
LEAST_SCATTER = 0.1


@dataclass(frozen=True)
class Measured:
    """What each parameter set gave for each target.

    Attributes:
        mean, scatter: over its worlds (scatter is a standard deviation), shape (sets, targets).
        repeats: worlds per set.
        correlation: of the targets over worlds of one set, pooled over sets, shape (targets, targets).
    """

    mean: Matrix
    scatter: Matrix
    repeats: int
    correlation: Matrix


@dataclass(frozen=True)
class Piece:
    """What some sets in a row gave: as for `Measured`, with the sum over their worlds that the correlation is made of."""

    mean: Matrix
    scatter: Matrix
    pooled: Matrix


class Pieces(Protocol):
    """Where pieces are kept, so that work that was broken off goes on."""

    def earlier(self) -> list[Piece]:
        """Those that an earlier sitting has kept, from the first set on."""

    def keep(self, piece: Piece) -> None:
        """Keep the next one."""


def measure(
    targets: Sequence[Target],
    values: Mapping[str, Vector],
    repeats: int,
    seed: int,
    *,
    until: str = RECORD[1],
    scenario: Scenario | str = "history",
    mapped: Mapping[str, Mapped] | None = None,
    first: int = 0,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    kept: Pieces | None = None,
) -> Measured:
    """Simulate each parameter set in `repeats` worlds, and take the targets' statistics.

    Args:
        values: parameter, or rate of a mapped observer -> one value per set.
        first: number of the first world, so that no two waves share their random draws.
        until: the last month that any target asks for (YYYY-MM).
        mapped: observers that a mapping file brings, by name.
        kept: what is there already is taken from, and all else given to; it changes no bit.
    """
    sets = len(next(iter(values.values())))
    pieces = [] if kept is None else kept.earlier()
    done = sum(len(piece.mean) for piece in pieces)
    plan = load_scenario(scenario) if isinstance(scenario, str) else scenario
    months = months_between(plan.start, until) + 1
    given = {name: values[name] for name in rates(mapped or {}) if name in values}
    spec = RunSpec.of(
        plan,
        sets * repeats,
        months,
        seed,
        parameters="defaults",
        values={name: value for name, value in values.items() if name not in given},
        repeats=repeats,
        first=first,
        chunk=CHUNK,
    )
    if done < sets:
        left = replace(spec.cut(slice(done, None)), worlds=(sets - done) * repeats, first=first + done * repeats)
        rest = {name: value[done:] for name, value in given.items()}
        for simulated in simulated_batches(left, workers, mapped, rest):
            pieces.append(_piece(targets, simulated, repeats))
            if kept is not None:
                kept.keep(pieces[-1])
            done += simulated.worlds // repeats
            if progress is not None:
                progress(done * repeats, sets * repeats)
    pooled = np.zeros((len(targets), len(targets)))
    for piece in pieces:
        pooled += piece.pooled
    spread = np.sqrt(np.maximum(np.diag(pooled), 1e-12))
    correlation = pooled / spread[:, None] / spread[None, :]
    np.fill_diagonal(correlation, 1.0)
    means, scatters = (np.concatenate([getattr(piece, name) for piece in pieces]) for name in ("mean", "scatter"))
    return Measured(means, scatters, repeats, correlation)


def _piece(targets: Sequence[Target], simulated: Simulated, repeats: int) -> Piece:
    """What the worlds of some sets in a row gave."""
    found = np.stack([target.statistic(simulated) for target in targets]).reshape(len(targets), -1, repeats)
    middle = found.mean(axis=2)
    apart = found - middle[:, :, None]
    scatter = np.sqrt((apart**2).sum(axis=2) / max(repeats - 1, 1))
    scaled = apart / np.maximum(np.sqrt((apart**2).mean(axis=2)), 1e-9)[:, :, None]
    return Piece(middle.T, scatter.T, np.einsum("iab,jab->ij", scaled, scaled))


def implausibility(targets: Sequence[Target], mean: Matrix, scatter: Matrix, unsure: Matrix | float = 0.0) -> Matrix:
    """How many standard deviations each set is off each target, all that is uncertain counted; shape (sets, targets).

    Args:
        scatter: between worlds of one set: the record is one world's.
        unsure: standard deviation of `mean` itself.
    """
    observed = np.array([target.observed for target in targets])
    own = scatter_between_worlds(targets, scatter)
    tolerance = np.array([target.tolerance for target in targets])
    off: Matrix = (mean - observed) / np.sqrt(own**2 + tolerance**2 + np.square(unsure))
    return np.abs(off)


def log_likelihood(
    targets: Sequence[Target], mean: Matrix, scatter: Matrix, correlation: Matrix, unsure: Matrix | float = 0.0
) -> Vector:
    """Log of a normal likelihood of all targets together, by set, up to a constant.

    Each set's worlds have their own mean and scatter; how the targets go together from world to world is taken to be the
    same for all sets; the tolerances are independent.
    """
    observed = np.array([target.observed for target in targets])
    tolerance = np.array([target.tolerance for target in targets])
    own = scatter_between_worlds(targets, scatter)
    out = np.empty(len(mean))
    for start in range(0, len(mean), 4_000):
        here = slice(start, start + 4_000)
        covariance = own[here, :, None] * correlation * own[here, None, :]
        extra = np.broadcast_to(np.square(unsure), mean.shape)[here] + tolerance**2
        covariance = covariance + np.eye(len(targets)) * extra[:, None, :]
        off = observed - mean[here]
        root = np.linalg.cholesky(covariance)
        solved = np.linalg.solve(root, off[:, :, None])[:, :, 0]
        log_size = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
        out[here] = -0.5 * (solved**2).sum(axis=1) - log_size
    return out


def scatter_between_worlds(targets: Sequence[Target], scatter: Matrix) -> Matrix:
    """The scatter that counts: none of a target that says something of all worlds together, and never next to none."""
    own = np.where([target.of_set for target in targets], 0.0, scatter)
    return np.maximum(own, LEAST_SCATTER * np.array([target.tolerance for target in targets]))
