"""A cheap stand-in for the model: what a parameter set would give for each target, by a fitted quadratic.

It saves time: of very many candidates it says which are worth simulating. How unsure it is counts in their favour, and
whatever is accepted has been simulated by the model itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calibration.matching import Measured
from sim.calibration.target import Target

Matrix = NDArray[np.float64]
# Parameters with products and squares; the others enter by a straight line.
CURVED = 16
# A pull towards nothing, in sets' worth of evidence: it keeps idle parameters from fitting noise.
PULL = 20.0
# How many worlds' worth of evidence on a set's scatter the emulator is.
WORTH = 24
# Sets that count for what is left over: the likelier tenth, where it matters.
NEAR = 0.1
_ROOT_12 = float(np.sqrt(12.0))


@dataclass(frozen=True)
class Emulator:
    """Fitted to what sets gave.

    Attributes:
        curved: columns of the parameters with products and squares.
        weights: of each term in each output: means (of counts, on a logarithmic scale), then logs of scatter.
        offset: of each target, what is added to a count before its logarithm; 0 where it is no count.
        unsure: standard deviation of what is left over in the means, beyond chance between worlds.
        shares: of the variance of each target's means that is explained.
    """

    curved: NDArray[np.intp]
    weights: Matrix
    offset: NDArray[np.float64]
    unsure: NDArray[np.float64]
    shares: NDArray[np.float64]

    @classmethod
    def fit(
        cls, targets: Sequence[Target], places: Matrix, measured: Measured, likely: NDArray[np.float64]
    ) -> Emulator:
        """Fit to sets at these places of their priors; `likely` says near which of them it has to be right."""
        offset = np.array([target.tolerance if target.count else 0.0 for target in targets])
        outputs = np.hstack([_bent(measured.mean, offset), np.log(np.maximum(measured.scatter, 1e-3))])
        centred = (outputs - outputs.mean(axis=0)) / np.maximum(outputs.std(axis=0), 1e-9)
        pulls = np.square(_solve(_straight(places), centred)[1:]).sum(axis=1)
        curved = np.sort(np.argsort(-pulls, kind="stable")[:CURVED])
        terms = _terms(places, curved)
        weights = _solve(terms, outputs)
        left = measured.mean - _unbent((terms @ weights)[:, : len(targets)], offset)
        near = likely >= np.quantile(likely, 1.0 - NEAR)
        # A fit leaves less over than there is, by the terms it has spent.
        spent = len(places) / max(len(places) - terms.shape[1], 1)
        chance = np.mean(measured.scatter[near] ** 2, axis=0) / measured.repeats
        whole = np.maximum(measured.mean.var(axis=0) - chance, 1e-12)
        tolerance = np.array([target.tolerance for target in targets])
        unsure = np.sqrt(np.maximum(np.mean(left[near] ** 2, axis=0) * spent - chance, (0.1 * tolerance) ** 2))
        return cls(curved, weights, offset, unsure, 1.0 - np.minimum(unsure**2 / whole, 1.0))

    def __call__(self, places: Matrix) -> tuple[Matrix, Matrix]:
        """Mean and scatter that sets at these places would give, shape (sets, targets) each."""
        found = _terms(places, self.curved) @ self.weights
        count = len(self.unsure)
        return _unbent(found[:, :count], self.offset), np.exp(np.minimum(found[:, count:], 20.0))

    def steadied(self, places: Matrix, measured: Measured) -> tuple[Matrix, Matrix, Matrix]:
        """What was measured, less of its chance: mean, scatter, and how unsure the mean still is.

        A few dozen worlds tell a set's mean and scatter with some error; the emulator, fitted to thousands of sets, has an
        error of its own. Each counts by how sure it is.
        """
        mean, scatter = self(places)
        share = measured.repeats / (measured.repeats + WORTH)
        logs = share * np.log(np.maximum(measured.scatter, 1e-3)) + (1.0 - share) * np.log(np.maximum(scatter, 1e-3))
        steady = np.exp(logs)
        sure, also = measured.repeats / steady**2, 1.0 / np.square(self.unsure)
        both = sure + also
        middle = (measured.mean * sure + mean * also) / both
        return np.asarray(middle), np.asarray(steady), np.asarray(np.sqrt(1.0 / both))


def _bent(mean: Matrix, offset: NDArray[np.float64]) -> Matrix:
    logs = np.log(np.maximum(mean, 0.0) + np.maximum(offset, 1e-12))
    return np.asarray(np.where(offset > 0.0, logs, mean))


def _unbent(found: Matrix, offset: NDArray[np.float64]) -> Matrix:
    counts = np.maximum(np.exp(np.minimum(found, 20.0)) - offset, 0.0)
    return np.asarray(np.where(offset > 0.0, counts, found))


def _straight(places: Matrix) -> Matrix:
    return np.hstack([np.ones((len(places), 1)), (places - 0.5) * _ROOT_12])


def _terms(places: Matrix, curved: NDArray[np.intp]) -> Matrix:
    base = _straight(places)
    chosen = base[:, curved + 1]
    rows, columns = np.triu_indices(len(curved))
    return np.hstack([base, chosen[:, rows] * chosen[:, columns] - (rows == columns)])


def _solve(terms: Matrix, outputs: Matrix) -> Matrix:
    pull = np.full(terms.shape[1], PULL)
    pull[0] = 0.0
    return np.asarray(np.linalg.solve(terms.T @ terms + np.diag(pull), terms.T @ outputs))
