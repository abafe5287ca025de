"""A cheap stand-in for the model: what a parameter set would give for each target, by a fitted quadratic.

It only saves time: sets that it rules out are not lived, and how unsure it is counts in their favour. Whatever is accepted
has been lived by the model itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.history.matching import Measured

Matrix = NDArray[np.float64]
# Parameters with products and squares; the others enter by a straight line.
CURVED = 16
# A pull towards nothing, in sets' worth of evidence: it keeps idle parameters from fitting noise.
PULL = 20.0
_ROOT_12 = float(np.sqrt(12.0))


@dataclass(frozen=True)
class Emulator:
    """Fitted to what sets gave.

    Attributes:
        curved: columns of the parameters with products and squares.
        weights: of each term in each output: means, then logs of scatter.
        unsure: standard deviation of what is left over in the means, beyond chance between worlds.
        shares: of the variance of each target's means that is explained.
    """

    curved: NDArray[np.intp]
    weights: Matrix
    unsure: NDArray[np.float64]
    shares: NDArray[np.float64]

    @classmethod
    def fit(cls, places: Matrix, measured: Measured) -> Emulator:
        """Fit to sets at these places of their priors."""
        outputs = np.hstack([measured.mean, np.log(np.maximum(measured.scatter, 1e-3))])
        centred = (outputs - outputs.mean(axis=0)) / np.maximum(outputs.std(axis=0), 1e-9)
        straight = _solve(_straight(places), centred)
        pulls = np.square(straight[1:]).sum(axis=1)
        curved = np.sort(np.argsort(-pulls, kind="stable")[:CURVED])
        terms = _terms(places, curved)
        weights = _solve(terms, outputs)
        count = measured.mean.shape[1]
        left = measured.mean - (terms @ weights)[:, :count]
        spare = max(len(places) - terms.shape[1], 1)
        chance = np.mean(measured.scatter**2, axis=0) / measured.repeats
        found = np.sum(left**2, axis=0) / spare
        whole = np.maximum(measured.mean.var(axis=0) - chance, 1e-12)
        unsure = np.sqrt(np.maximum(found - chance, 0.02 * whole))
        return cls(curved, weights, unsure, 1.0 - np.minimum(unsure**2 / whole, 1.0))

    def __call__(self, places: Matrix) -> tuple[Matrix, Matrix]:
        """Mean and scatter that sets at these places would give, shape (sets, targets) each."""
        found = _terms(places, self.curved) @ self.weights
        count = len(self.unsure)
        return found[:, :count], np.exp(np.minimum(found[:, count:], 20.0))


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
    out: Matrix = np.linalg.solve(terms.T @ terms + np.diag(pull), terms.T @ outputs)
    return out
