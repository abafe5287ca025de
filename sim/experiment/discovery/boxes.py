"""Boxes: regions of levers and uncertainties in which a condition mostly holds, found with the EMA Workbench's PRIM and CART.

PRIM: Friedman and Fisher (1999), Bump hunting in high-dimensional data, Statistics and Computing 9(2), 123-143; for scenario
discovery, with quasi-p-values: Bryant and Lempert (2010), Thinking inside the box, Technological Forecasting and Social
Change 77(1), 34-49. CART: Breiman, Friedman, Olshen and Stone (1984), Classification and Regression Trees.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from inspect import signature
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.workbench import import_workbench

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.columns import Inputs
    from sim.experiment.discovery.rows import Rows

Mask = NDArray[np.bool_]
SIGNIFICANT = 0.05
DIGITS = 3
DEEPEST_TREE = 4
# Where no box is as dense as asked, one that covers less than this would be a speck.
LEAST_COVERED = 0.2


@dataclass(frozen=True)
class Limit:
    """How a box restricts one lever or uncertainty.

    Attributes:
        name: of the lever or uncertainty.
        low, high: the values that it lies between; None where the box is open. To three significant digits.
        options: the options that are left, for one with named options.
        span: its ends over all rows, or all of its options.
        chance_low, chance_high: quasi-p-value of each end: how likely so dense a box is by chance if that end were
            lifted; None where there is no end, or none was computed (CART). For options the first of the two.
    """

    name: str
    low: float | None = None
    high: float | None = None
    options: tuple[str, ...] = ()
    span: tuple[Any, ...] = ()
    chance_low: float | None = None
    chance_high: float | None = None

    @property
    def ends(self) -> list[str]:
        """What it restricts: low, high, or options."""
        return [end for end in ("low", "high", "options") if getattr(self, end) not in (None, ())]

    def alone(self, end: str) -> Limit:
        """This end and no other."""
        low, high = (value if end == name else None for name, value in (("low", self.low), ("high", self.high)))
        return Limit(self.name, low, high, self.options if end == "options" else ())

    def without(self, end: str) -> Limit:
        """The same without this end."""
        if end == "options":
            return replace(self, options=())
        return replace(self, low=None) if end == "low" else replace(self, high=None)

    def sure(self, end: str, chance: float) -> Limit:
        """The same with the quasi-p-value of an end."""
        return replace(self, chance_high=chance) if end == "high" else replace(self, chance_low=chance)

    def inside(self, values: pd.Series) -> Mask:
        """Which values lie within it, ends counted in."""
        if self.options:
            return values.isin(self.options).to_numpy()
        found = values.to_numpy(dtype=float)
        low, high = (-np.inf if self.low is None else self.low), (np.inf if self.high is None else self.high)
        out: Mask = (found >= low) & (found <= high)
        return out


@dataclass(frozen=True)
class Count:
    """How well a box fits some rows.

    Attributes:
        inside: rows in the box; hits: those of them in which the condition holds; wanted: all in which it holds;
        rows: in all.
    """

    inside: int
    hits: int
    wanted: int
    rows: int

    @property
    def density(self) -> float:
        """Share of the rows in the box in which the condition holds; NaN for an empty box."""
        return self.hits / self.inside if self.inside else np.nan

    @property
    def coverage(self) -> float:
        """Share of the rows in which the condition holds that lie in the box; NaN if it holds in none."""
        return self.hits / self.wanted if self.wanted else np.nan

    @property
    def base(self) -> float:
        """Share of all rows in which the condition holds; NaN without any row."""
        return self.wanted / self.rows if self.rows else np.nan

    def density_interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the density."""
        if not self.inside:
            return 0.0, 1.0
        from scipy.stats import binomtest

        found = binomtest(self.hits, self.inside).proportion_ci(0.95, method="wilson")
        return float(found.low), float(found.high)


@dataclass(frozen=True)
class Box:
    """A box, with how well it fits the rows that it was sought in, and those held out.

    Attributes:
        limits: on each lever and uncertainty that it restricts, the surest first; none for the box of all rows.
    """

    limits: tuple[Limit, ...]
    searched: Count
    held_out: Count

    def inside(self, inputs: pd.DataFrame | Inputs) -> Mask:
        """Which rows lie in it."""
        return contains(self.limits, inputs)


def contains(limits: Sequence[Limit], inputs: pd.DataFrame | Inputs) -> Mask:
    """Which rows lie within all of these limits."""
    out = np.ones(len(inputs), dtype=bool)
    for limit in limits:
        out &= limit.inside(inputs[limit.name])
    return out


def count(inside: Mask, rows: Rows, of: Mask) -> Count:
    """How well a region fits the rows of `of`."""
    return Count(
        int((inside & of).sum()),
        int((inside & of & rows.holds).sum()),
        int((rows.holds & of).sum()),
        int(of.sum()),
    )


def measured(limits: Sequence[Limit], rows: Rows, left: Mask | None = None) -> Box:
    """The box of these limits, counted in both parts of the rows; where `left` is given, of its rows alone, with coverage
    still of all in which the condition holds."""
    inside = contains(limits, rows.inputs)
    if left is not None:
        inside &= left
    return Box(tuple(limits), count(inside, rows, ~rows.held_out), count(inside, rows, rows.held_out))


def screened(inputs: pd.DataFrame | Inputs, holds: Mask, most: int, rows: Mask | None = None) -> list[str]:
    """The columns that tell most about where the condition holds, the best first: by the greatest distance between the two
    distribution functions (Kolmogorov and Smirnov's), or for options between two shares.

    Args:
        rows: those that are searched; all if not given.
    """
    far: dict[str, float] = {}
    searched = np.ones(len(inputs), dtype=bool) if rows is None else rows
    holds = holds[searched]
    for name in inputs.columns:
        values = inputs[name].to_numpy()[searched]
        if values.dtype.kind in "fi":
            order = np.argsort(values, kind="stable")
            hit = holds[order]
            steps = np.cumsum(hit / hit.sum() - ~hit / (~hit).sum())
            # Only between different values: equal ones come in no order.
            ends = np.append(np.diff(values[order]) > 0, True)
            far[name] = float(np.abs(steps[ends]).max())
        else:
            far[name] = max(abs((values[holds] == one).mean() - (values[~holds] == one).mean()) for one in set(values))
    return sorted(far, key=lambda name: (-round(far[name], 12), name))[:most]


def prim(
    inputs: pd.DataFrame, holds: Mask, density: float, smallest: float, drawn: Mask | None = None
) -> tuple[list[Limit], list[list[Limit]], bool]:
    """PRIM's box for these rows.

    From each box on PRIM's way the ends that are not significant (quasi-p-value over 0.05) are lifted, the least
    significant first, one at a time. Of the boxes that are left, that with the highest coverage is taken among those as
    dense as asked; if none is, the densest of those that cover a fifth of what is sought.

    Args:
        inputs, holds: the rows to search; density: asked; smallest: share of the rows that a box holds at least.
        drawn: the rows among them whose ends PRIM goes by on its way; all if not given. Which ends are lifted, and which box is
            taken, follows from all rows.

    Returns:
        Its limits, those of every box on the way as PRIM took it, and whether it is as dense as asked.
    """
    with _quiet():
        import_workbench()
        from ema_workbench.analysis import prim as ema

        frame, names = _numbered(inputs if drawn is None else inputs[drawn])
        # Version 2 wants to be told when to be content; the boxes on its way are the same without.
        content = {"threshold": density} if "threshold" in signature(ema.Prim).parameters else {}
        hits = (holds if drawn is None else holds[drawn]).astype(int)
        found = _step_by_step(ema.Prim)(frame, hits, mass_min=smallest, **content).find_box()
        way = [_limits(box, found.box_lims[0], names) for box in found.box_lims]
    ranked: list[tuple[tuple[float, ...], bool, list[Limit]]] = []
    for limits in way:
        kept = lifted(limits, inputs, holds)
        inside = contains(kept, inputs)
        coverage, pure = holds[inside].sum() / holds.sum(), holds[inside].mean()
        enough = pure >= density
        order = (coverage, pure) if enough else (coverage >= LEAST_COVERED, pure)
        ranked.append(((float(enough), *map(float, order), -float(len(kept))), bool(enough), kept))
    _, dense, limits = max(ranked, key=lambda one: one[0])
    return sorted(limits, key=lambda one: (min(_chances(one)), one.name)), way, dense


def _step_by_step(kind: type[Any]) -> type[Any]:
    """The workbench's PRIM, one step of peeling after another: its own calls itself for each, and so holds what every step
    looked at until the last, some 7 kB for each row that is searched."""

    class Prim(kind):
        peeling = further = False

        def _peel(self, box: Any) -> Any:
            self.further = True
            if not self.peeling:
                self.peeling = True
                while self.further:
                    self.further = False
                    box = super()._peel(box)  # says by calling this once more that there is another step
                self.peeling = False
            return box

    return Prim


def lifted(limits: Sequence[Limit], inputs: pd.DataFrame, holds: Mask) -> list[Limit]:
    """The limits without those ends that are not significant, and with the quasi-p-values of those that are.

    A quasi-p-value (Bryant and Lempert 2010) is the chance to find as many hits in the box, had it the density of the box
    without that end: a one-sided binomial test.
    """
    from scipy.stats import binom

    kept = list(limits)
    while kept:
        ends = [(number, end) for number, one in enumerate(kept) for end in one.ends]
        sides = [kept[number].alone(end).inside(inputs[kept[number].name]) for number, end in ends]
        inside = np.logical_and.reduce(sides)
        wider = [
            np.logical_and.reduce([np.ones_like(inside), *sides[:place], *sides[place + 1 :]])
            for place in range(len(sides))
        ]
        chances = binom.sf(holds[inside].sum() - 1, inside.sum(), [holds[one].mean() for one in wider])
        worst = int(np.argmax(chances))
        if chances[worst] > SIGNIFICANT:
            number, end = ends[worst]
            left = kept[number].without(end)
            kept[number : number + 1] = [left] if left.ends else []
            continue
        for (number, end), chance in zip(ends, chances, strict=True):
            kept[number] = kept[number].sure(end, float(chance))
        break
    return kept


def cart(
    inputs: pd.DataFrame, holds: Mask, density: float, smallest: float, seed: int, drawn: Mask | None = None
) -> tuple[list[list[Limit]], bool]:
    """The leaves of a classification tree, of four levels at most, in which the condition mostly holds.

    Args:
        inputs, holds: the rows to search; density: asked; smallest: share of the rows that a leaf holds at least.
        drawn: the rows among them that the tree is grown on; all if not given. How dense a leaf is follows from all rows.

    Returns:
        The limits of each leaf as dense as asked, the one with most hits first; if none is, of the densest; and whether
        there is one as dense as asked.
    """
    with _quiet():
        import_workbench()
        from ema_workbench.analysis.cart import CART

        frame, names = _numbered(inputs if drawn is None else inputs[drawn])
        hits = (holds if drawn is None else holds[drawn]).astype(int)
        grown = CART(frame, hits, mass_min=smallest)
        grown.build_tree()
        # Equal splits are told apart by chance: by a fixed seed, so that the same sweep gives the same tree.
        grown.clf.set_params(random_state=seed % 2**32, max_depth=DEEPEST_TREE).fit(grown._x, hits)
        if grown.clf.tree_.node_count == 1:
            return [], False
        whole: dict[str, tuple[Any, Any]] = {
            str(name): (values.min(), values.max()) if values.dtype.kind == "f" else (set(values), set(values))
            for name, values in frame.items()
        }
        leaves = [_limits(box, whole, names) for box in _leaves(grown, whole)]
    fits = []
    for limits in leaves:
        inside = contains(limits, inputs)
        fits.append((float(holds[inside].mean()) if inside.any() else 0.0, int(holds[inside].sum()), limits))
    dense = sorted((one for one in fits if one[0] >= density), key=lambda one: -one[1])
    if dense:
        return [limits for _, _, limits in dense], True
    return [max(fits, key=lambda one: one[:2])[2]], False


def _leaves(grown: Any, whole: dict[str, tuple[Any, Any]], node: int = 0) -> Iterator[dict[str, tuple[Any, Any]]]:
    """The box of each leaf below a node, from the tree itself: the workbench's own boxes forget that on one side of a split
    there is one option alone."""
    tree = grown.clf.tree_
    if tree.children_left[node] == -1:
        yield whole
        return
    name, is_option, option = str(grown.feature_names[tree.feature[node]]).partition(grown.sep)
    low, high = whole[name]
    if is_option:
        only = {grown.dummiesmap[name][option]}
        below, above = (low - only,) * 2, (only,) * 2
    else:
        below, above = (low, tree.threshold[node]), (tree.threshold[node], high)
    yield from _leaves(grown, {**whole, name: below}, int(tree.children_left[node]))
    yield from _leaves(grown, {**whole, name: above}, int(tree.children_right[node]))


def _numbered(inputs: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """The same rows with plain column names, since the workbench gives a meaning to some; and which name each stands for."""
    names = {f"x{number}": str(name) for number, name in enumerate(inputs.columns)}
    frame = inputs.reset_index(drop=True).set_axis(list(names), axis=1)
    return frame.astype({one: float for one in names if frame[one].dtype.kind in "iu"}), names


def _limits(box: Any, first: Any, names: Mapping[str, str]) -> list[Limit]:
    """The restrictions of one of the workbench's boxes."""
    out = []
    for column, name in names.items():
        (low, high), (lowest, highest) = box[column], first[column]
        if isinstance(low, set):
            if low != lowest:
                out.append(Limit(name, options=tuple(sorted(low)), span=tuple(sorted(lowest))))
        elif low > lowest or high < highest:
            at_least = rounded(low, down=True) if low > lowest else None
            at_most = rounded(high, down=False) if high < highest else None
            out.append(Limit(name, at_least, at_most, (), (float(lowest), float(highest))))
    return out


def rounded(value: float, down: bool) -> float:
    """To three significant digits, downward or upward, so that nothing that was in the box falls out of it."""
    if value == 0 or not np.isfinite(value):
        return float(value)
    digits = DIGITS - 1 - floor(log10(abs(value)))
    scaled = round(value * 10.0**digits, 6)
    return float(round((floor if down else ceil)(scaled) / 10.0**digits, max(digits, 0)))


def _chances(limit: Limit) -> list[float]:
    return [one for one in (limit.chance_low, limit.chance_high) if one is not None] or [1.0]


@contextmanager
def _quiet() -> Iterator[None]:
    """The workbench without what it says of its progress, and of what it shows that in."""
    log = logging.getLogger("EMA")
    level = log.level
    log.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="IProgress not found")
            warnings.filterwarnings("ignore", message="The inplace keyword", module="ema_workbench")
            yield
    finally:
        log.setLevel(level)
