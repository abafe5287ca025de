"""Sensitivity indices from places and values alone: Sobol and Morris through SALib, a regression on ranks, and what is chance.

Every function takes what a design laid out and what came of it, and says in `doubts` where the sample is too small for
what it is asked. Nothing here knows of sweeps, so that textbook functions can be put through the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, log2, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.columns import Places
from sim.experiment.folder import FolderError
from sim.experiment.layouts import Matrix
from sim.words.language import _
from sim.worlds import Streams, Vector

if TYPE_CHECKING:
    import pandas as pd


# Half a 95 % interval may be so much of the largest index, before the sample counts as too small.
SOBOL_WIDTH, MORRIS_WIDTH = 0.1, 0.25
# A first-order index cannot be below zero; so far below it shows how large the errors are.
NEGATIVE = -0.05
LEAST_TRAJECTORIES = 10
# A regression on ranks that tells less of their spread than this leaves the better part to bends and interactions.
TOLD = 0.7
POINTS_EACH = 10
# Resamples of a bootstrap, fewer for large samples (whose intervals need them less), so that memory stays bounded.
RESAMPLES, RESAMPLED, WORLD_RESAMPLES = 400, 2**24, 40
# Shares of the spread between points that are no more than chance, from which the indices are too blurred to use.
MOST_CHANCE = 0.1
_THIRD = 1 / 3 + 1e-9


class SensitivityError(FolderError):
    """A sweep cannot be analysed; the message says why, and what can be."""


@dataclass(frozen=True)
class Indices:
    """What a method found.

    Attributes:
        table: a row per factor (index `factor`), the most important first. Sobol: `S1`, `S1_conf`, `ST`, `ST_conf`; Morris:
            `mu`, `mu_star`, `mu_star_conf`, `sigma`; ranks: `coefficient`, `coefficient_conf`; PAWN: `median`,
            `maximum`, `idle`; delta: `delta`, `delta_conf`, `idle`. Each `_conf` is half the width of a 95 % interval. And, but
            for Morris (whose points are too few for it), `lowest_third` and `highest_third`: mean of the values where the factor
            is in these thirds of its range.
        pairs: with second order, a row per pair of factors (columns `factor`, `other`, `S2`, `S2_conf`), strongest first.
        doubts: why the sample is too small, a sentence each; none if it is not.
        told: share of the spread that the factors make one by one (Sobol), or that the regression tells (ranks).
        options: of each switch the option by which it is said which way it moves the outcome; "" where it has more than two,
            which go no one way.
    """

    table: pd.DataFrame
    pairs: pd.DataFrame | None
    doubts: tuple[str, ...]
    told: float | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ChanceShare:
    """What chance within points makes, where points have several worlds.

    Attributes:
        share: of the spread between single runs (variance, 0 to 1); None with one world a point, and of what no single run
            has, such as a percentile.
        left: of the spread between the points' figures, which is what is indexed; None with one world a point.
    """

    share: float | None
    left: float | None


def sobol(
    names: Sequence[str],
    places: Matrix | Places,
    values: Vector,
    second_order: bool = False,
    seed: int = 1,
    groups: Sequence[str] | None = None,
) -> Indices:
    """Sobol indices of first, total and, from a design that has it, second order.

    Args:
        names: of the factors; places: (points, factors) in Saltelli's order, 0 to 1; values: (points,), not all alike.
        second_order: whether the design has rows for it; seed: of the bootstrap, 1 or more: SALib takes 0 for none at all.
        groups: the group of each factor, where the design moves those of a group together: indices are then of groups.

    Estimators of Saltelli et al. (2010), Computer Physics Communications 181(2), 259-270; the indices are those of Sobol' (2001),
    Mathematics and Computers in Simulation 55(1-3), 271-280.
    """
    import pandas as pd
    from SALib.analyze import sobol as salib

    problem, known = problem_of(names, groups), thirds(Places.of(places), values)
    if groups is not None:
        names = list(dict.fromkeys(groups))
        known = {name: np.full(len(names), np.nan) for name in known}  # a group has no thirds
    count = len(names)
    rows = len(values) // ((2 * count if second_order else count) + 2)
    found = salib.analyze(
        problem,
        values,
        calc_second_order=second_order,
        num_resamples=min(RESAMPLES, max(20, RESAMPLED // rows)),
        seed=max(seed, 1),
    )
    columns = {name: np.asarray(found[name], dtype=float) for name in ("S1", "S1_conf", "ST", "ST_conf")}
    table = pd.DataFrame(columns | known, index=pd.Index(names, name="factor"))
    table = table.sort_values("ST", ascending=False, kind="stable")
    pairs = None
    if second_order:
        pairs = pd.DataFrame(
            [
                {"factor": names[a], "other": names[b], "S2": found["S2"][a, b], "S2_conf": found["S2_conf"][a, b]}
                for a in range(count)
                for b in range(a + 1, count)
            ],
            columns=["factor", "other", "S2", "S2_conf"],
        ).sort_values("S2", ascending=False, kind="stable", ignore_index=True)
    return Indices(table, pairs, tuple(_sobol_doubts(table, rows)), float(columns["S1"].sum()))


def _sobol_doubts(table: Any, base: int) -> list[str]:
    largest, width = float(table["ST"].max()), float(table["ST_conf"].max())
    out = []
    if width > SOBOL_WIDTH * largest:
        # Intervals narrow with the root of the sample.
        enough = 2 ** ceil(log2(base * (width / (SOBOL_WIDTH * largest)) ** 2)) if largest > 0 else 2 * base
        out.append(
            _(
                "intervals reach {width:.2f} to either side, more than a tenth of the largest total index ({largest:.2f}); "
                "a base of about {enough:,} in place of {base:,} should do",
                width=width,
                largest=largest,
                enough=enough,
                base=base,
            )
        )
    first, error = float(table["S1"].sum()), sqrt(float((table["S1_conf"] ** 2).sum()))
    if first > 1.0 + error:
        out.append(_("the first-order indices add up to {sum:.2f}, and cannot really be above 1", sum=first))
    below = table.index[table["S1"] < NEGATIVE]
    if len(below):
        named = ", ".join(below[:3])
        out.append(_("first-order indices below {least:g}, which cannot be: {factors}", least=NEGATIVE, factors=named))
    above = table.index[table["S1"] > table["ST"] + np.hypot(table["S1_conf"], table["ST_conf"])]
    if len(above):
        named = ", ".join(above[:3])
        out.append(_("first-order indices above the total ones, which cannot be: {factors}", factors=named))
    return out


def morris(names: Sequence[str], places: Matrix | Places, values: Vector, levels: int = 4, seed: int = 1) -> Indices:
    """Morris screening: elementary effects, in the values' unit for a factor's whole range.

    Args:
        names: of the factors; places: (points, factors), trajectory by trajectory, 0 to 1; values: (points,).
        levels: of the design's grid; seed: of the bootstrap.

    Morris (1991), Technometrics 33(2), 161-174; mu* is of Campolongo, Cariboni and Saltelli (2007), Environmental Modelling &
    Software 22(10), 1509-1518.
    """
    import pandas as pd
    from SALib.analyze import morris as salib

    found = salib.analyze(
        problem_of(names),
        Places.of(places).whole(),
        values,
        num_levels=levels,
        num_resamples=RESAMPLES,
        seed=max(seed, 1),
    )
    columns = {name: np.asarray(found[name], dtype=float) for name in ("mu", "mu_star", "mu_star_conf", "sigma")}
    table = pd.DataFrame(columns, index=pd.Index(names, name="factor"))
    table = table.sort_values("mu_star", ascending=False, kind="stable")
    trajectories, doubts = len(values) // (len(names) + 1), []
    if trajectories < LEAST_TRAJECTORIES:
        doubts.append(_("{count} trajectories are fewer than {least}", count=trajectories, least=LEAST_TRAJECTORIES))
    largest, width = float(table["mu_star"].iloc[0]), float(table["mu_star_conf"].iloc[0])
    if width > MORRIS_WIDTH * largest:
        enough = ceil(trajectories * (width / (MORRIS_WIDTH * largest)) ** 2) if largest > 0 else 2 * trajectories
        doubts.append(
            _(
                "the interval of the largest effect reaches {reach:.0%} of it to either side, more than a quarter; about "
                "{enough:,} trajectories in place of {count:,} should do",
                reach=width / largest if largest else 1,
                enough=enough,
                count=trajectories,
            )
        )
    return Indices(table, None, tuple(doubts))


def ranks(names: Sequence[str], places: Matrix | Places, values: Vector) -> Indices:
    """Standardised regression of the values' ranks on the places: a screening for samples with no scheme of their own.

    It sees what rises or falls with a factor, each by itself; of bends and interactions it sees nothing, and `told` says how
    much it misses.

    Args:
        names: of the factors; places: (points, factors), 0 to 1; values: (points,), not all alike.

    Iman and Conover (1979), The use of the rank transform in regression, Technometrics 21(4), 499-509.
    """
    import pandas as pd
    from scipy.stats import rankdata

    places = Places.of(places)
    points, count = places.shape
    left = Places(points, count)
    for column, one in enumerate(places.T):
        left.put_column(column, _standard(rankdata(one)))
    right = _standard(rankdata(values))
    square, across, rest = np.zeros((count, count)), np.zeros(count), np.empty(points)
    for here, block in left.blocks():
        square += block.T @ block
        across += block.T @ right[here]
    inverse = np.linalg.pinv(square)
    coefficients = inverse @ across
    for here, block in left.blocks():
        rest[here] = right[here] - block @ coefficients
    free = points - count - 1
    error = np.sqrt(np.maximum(np.diag(inverse), 0.0) * float(rest @ rest) / free)
    # Adjusted for the factors (Ezekiel 1930): of a few points many factors tell much by chance alone.
    told = max(1.0 - (float(rest @ rest) / free) / (float(right @ right) / (points - 1)), 0.0)
    columns = {"coefficient": coefficients, "coefficient_conf": 1.96 * error}
    table = pd.DataFrame(columns | thirds(places, values), index=pd.Index(names, name="factor"))
    table = table.loc[table["coefficient"].abs().sort_values(ascending=False, kind="stable").index]
    doubts = []
    if points < POINTS_EACH * count:
        given = {"points": points, "count": count, "least": POINTS_EACH}
        doubts.append(_("{points:,} points for {count:,} factors are fewer than {least} each", **given))
    if told < TOLD:
        doubts.append(
            _(
                "the regression tells {told:.0%} of the spread of ranks, less than {least:.0%}: what bends, interacts or is "
                "chance goes unseen; a saltelli design would see it",
                told=told,
                least=TOLD,
            )
        )
    return Indices(table, None, tuple(doubts), told)


def chance_share(values: Matrix, shared: bool) -> ChanceShare:
    """How much of the spread is chance within points rather than the points' own.

    Args:
        values: (points, worlds); shared: whether world k has the same random draws at every point, so that what it does to all
            points alike moves no point against another.
    """
    points, worlds = values.shape
    if worlds < 2 or points < 2:
        return ChanceShare(None, None)
    centred = values - values.mean(axis=1, keepdims=True)
    within = float((centred**2).sum() / (points * (worlds - 1)))
    apart = float(values.mean(axis=1).var(ddof=1))
    noise = within
    if shared:
        own = centred - centred.mean(axis=0, keepdims=True)
        noise = float((own**2).sum() / ((points - 1) * (worlds - 1)))
    real = max(apart - noise / worlds, 0.0)
    share = within / (within + real) if within + real > 0 else None
    return ChanceShare(share, min(noise / worlds / apart, 1.0) if apart > 0 else None)


def chance_left(figure: Callable[[NDArray[np.intp]], Vector], worlds: int, shared: bool, seed: int) -> ChanceShare:
    """The same of any figure over a point's worlds, by a bootstrap over them.

    Args:
        figure: from some of the worlds, each perhaps several times, to the figure of every point; worlds: how many there are;
            shared: as for `chance_share`; seed: of the bootstrap.
    """
    apart = float(figure(np.arange(worlds)).var(ddof=1))
    if worlds < 2 or apart == 0:
        return ChanceShare(None, None)
    streams = Streams(seed, worlds)
    drawn = np.stack(
        [
            figure((streams.uniform("sensitivity.worlds", turn) * worlds).astype(np.intp))
            for turn in range(WORLD_RESAMPLES)
        ]
    )
    if shared:  # what moves all points alike moves none against another
        drawn = drawn - drawn.mean(axis=1, keepdims=True)
    noise = float(drawn.var(axis=0, ddof=1).mean()) * worlds / (worlds - 1)
    return ChanceShare(None, min(noise / apart, 1.0))


def bootstrap_seed(seed: int, name: str) -> int:
    """A seed for SALib's bootstrap from the sweep's own, 1 to 2**31: another for each name, the same each time."""
    return int(Streams(seed, 1).uniform(f"sensitivity.bootstrap/{name}", 0)[0] * 2**31) + 1


def problem_of(names: Sequence[str], groups: Sequence[str] | None = None) -> dict[str, Any]:
    """Factors with places from 0 to 1, each perhaps in a group, as SALib is told of them."""
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    return problem if groups is None else problem | {"groups": list(groups)}


def thirds(places: Places, values: Vector) -> dict[str, Vector]:
    """Mean of the values where a factor is in the lowest and in the highest third of its range; NaN where it never is."""

    def mean(chosen: NDArray[np.bool_]) -> float:
        return float(values[chosen].mean()) if chosen.any() else float("nan")

    found = np.array([(mean(column <= _THIRD), mean(column >= 1 - _THIRD)) for column in places.T]).reshape(-1, 2)
    return {"lowest_third": found[:, 0], "highest_third": found[:, 1]}


def _standard(values: Vector) -> Vector:
    spread = values.std()
    return (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)
