"""Scenario discovery: in which futures a condition holds, as a box of levers and uncertainties that can be said in a sentence.

The search sees two thirds of the futures; how well the box fits is also counted in the third that it never saw. Of very many
futures only some, drawn by the sweep's seed, are looked at to find where a box may end; all are counted. What is found is a
pattern in the model's futures, drawn from the ranges of the experiment: neither a cause nor a likelihood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sim.ensemble.spec import LimitError
from sim.experiment.discovery.boxes import Box, Count, Limit, Mask, cart, contains, count, measured, prim, screened
from sim.experiment.discovery.rows import Rows, rows
from sim.words.language import N_, _
from sim.worlds import Streams

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.outcome import Sweep
    from sim.plots.gallery import Picture

Method = Literal["prim", "cart"]
METHODS: tuple[Method, ...] = ("prim", "cart")
DENSITY, SMALLEST, MOST_SEARCHED, MOST_BOXES = 0.8, 0.05, 15, 10
# With fewer rows of either kind to search, a box says more about chance than about the model.
LEAST = 20
# Of more rows the ends of boxes are sought in so many, drawn by chance: the smallest box still holds 1,000 of them. What is
# searched is copied a few times, and each step looks at 30 peels of it: some 0.6 kB for each row.
MOST_ROWS = 100_000


@dataclass(frozen=True)
class Discovery:
    """What was found.

    Attributes:
        where, scenario: what was asked; method: prim or cart.
        rows: what it was asked of; each: what a row is, in words.
        whole: all rows together, as the box without limits.
        boxes: PRIM's, each sought in what those before it leave; of CART each leaf that is as dense as asked, or the densest;
            none if there was nothing to find. All are counted over all rows.
        added: the same boxes, each counted in what those before it leave alone (coverage: of all that is sought).
        together: with several boxes, all of them as one region; else nothing.
        dense: whether the boxes are as dense as asked; wanted: the density that was asked.
        ways: for each of PRIM's boxes those on its way from all rows (that were left) to a small dense box.
        searched: the levers and uncertainties that were searched; of: out of how many.
        drawn: in how many rows the ends of the first box, or of leaves, were sought: all that are not held out, or of very many
            100,000 drawn by the sweep's seed.
        trouble: why there is no box, as a sentence; empty if there is one.
        ended: why there are fewer boxes than were asked for, as a sentence; empty if there are as many.
    """

    where: str
    scenario: str | None
    method: Method
    rows: Rows = field(repr=False)
    whole: Box
    boxes: tuple[Box, ...]
    added: tuple[Box, ...] = field(repr=False)
    together: tuple[Count, Count] | None
    dense: bool
    wanted: float
    ways: tuple[tuple[Box, ...], ...] = field(repr=False)
    searched: tuple[str, ...]
    of: int
    drawn: int
    trouble: str
    ended: str
    about: Mapping[str, Any] = field(repr=False)

    def text(self) -> str:
        """What was found, in plain sentences."""
        from sim.experiment.discovery.text import paragraphs

        return "\n\n".join(paragraphs(self))

    def table(self) -> pd.DataFrame:
        """A row per limit: `box` (from 1), the lever or uncertainty, its unit, ends or options, span and quasi-p-values, and the
        coverage and density of its box, searched and held out."""
        from sim.experiment.discovery.text import table

        return table(self)

    def trajectory(self) -> pd.DataFrame:
        """PRIM's ways: a row per step, with the number of the box (from 1), coverage, density and mass (share of rows),
        searched and held out, and how many inputs are restricted. Of a further box, in what those before it leave."""
        import pandas as pd

        rows = [{"box": n, **way_row(one)} for n, way in enumerate(self.ways, 1) for one in way]
        return pd.DataFrame(rows, columns=["box", *WAY])

    def pictures(self) -> list[Picture]:
        """The pictures, with their words and tables: for each box `tradeoff` (PRIM) and `pairs`, those of further boxes
        with their number (`pairs_2`); none without a box."""
        from sim.experiment.discovery.text import pictures

        return pictures(self)

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        from sim.experiment.discovery.text import as_json

        return as_json(self)


def discover(
    sweep: Sweep,
    where: str,
    scenario: str | None = None,
    method: Method = "prim",
    *,
    density: float | None = None,
    smallest: float = SMALLEST,
    most: int = MOST_SEARCHED,
    boxes: int = 1,
) -> Discovery:
    """Find where a condition holds. Of more rows to search than 100,000 so many, drawn by the sweep's seed, are looked at to find
    where a box may end; all are counted.

    Args:
        where: the condition, such as `sovereignty < 0.5` or `attacks[confront] < attacks[appease]`.
        scenario: whose points alone.
        method: prim (one box after another) or cart (the leaves of a tree).
        density: asked of a box, 0 to 1; by default 0.8, or half of the way from the share of all rows to 1 if that is more.
        smallest: share of the rows that a box holds at least, 0.01 to 0.5.
        most: levers and uncertainties to search, 1 to 50: of more, those are taken that tell most one by one.
        boxes: of PRIM at most, 1 to 10: each further one is sought in what those before it leave, and is told only if it is
            as dense there as asked.

    Raises:
        ConditionError: the condition or the scenario is not right.
        LimitError: a number or the method is outside of what is allowed.
        FolderError: the sweep is not finished, or varies nothing.
    """
    if method not in METHODS:
        raise LimitError(f"the method must be one of {', '.join(METHODS)}; got {method}")
    limits = (
        ("density", density, 0.0, 1.0),
        ("smallest", smallest, 0.01, 0.5),
        ("most", most, 1, 50),
        ("boxes", boxes, 1, MOST_BOXES),
    )
    for name, value, low, high in limits:
        if value is not None and not (isinstance(value, Real) and low <= value <= high):
            raise LimitError(f"{name} must be {low:g} to {high:g}; got {value}")
    if method == "cart" and boxes != 1:
        raise LimitError("boxes are asked for with prim; cart tells every leaf of its tree that is as dense as asked")
    found = rows(sweep, where, scenario)
    spans = {str(one["name"]): (float(one["low"]), float(one["high"])) for one in sweep.manifest["factors"]}
    return among(
        found,
        where,
        scenario,
        method,
        spans=spans,
        about=sweep.manifest,
        density=density,
        smallest=smallest,
        most=most,
        boxes=boxes,
    )


def among(
    found: Rows,
    where: str,
    scenario: str | None = None,
    method: Method = "prim",
    *,
    spans: Mapping[str, tuple[float, float]],
    about: Mapping[str, Any],
    density: float | None = None,
    smallest: float = SMALLEST,
    most: int = MOST_SEARCHED,
    boxes: int = 1,
) -> Discovery:
    """The same of rows that are at hand.

    Args:
        spans: the range that each input was varied over; about: what they come from: its `seed`, `worlds`, `fingerprint`.
    """
    seen = ~found.held_out
    drawn = _drawn(seen, int(about["seed"]))
    whole = measured((), found)
    wanted = max(DENSITY, (1.0 + (whole.searched.base if seen.any() else 0.0)) / 2) if density is None else density
    trouble = _trouble(found, drawn)
    ways: list[list[Box]] = []
    told: list[list[Limit]] = []
    dense, names, ended = False, found.inputs.columns, ""
    if not trouble:
        names = screened(found.inputs, found.holds, most, seen)
        if method == "prim":
            told, ways, dense, ended = _covering(found, names, wanted, smallest, boxes, int(about["seed"]))
        else:
            searched = found.inputs.frame(names, seen)
            told, dense = cart(searched, found.holds[seen], wanted, smallest, int(about["seed"]), _within(drawn, seen))
        if not told:
            trouble = _(
                "No box stands out: nothing that is varied here tells futures in which this holds from the others."
            )
    found_boxes = [measured(_declared(one, spans, found), found) for one in told]
    return Discovery(
        where,
        scenario,
        method,
        found,
        whole,
        boxes=tuple(found_boxes),
        added=_added(found_boxes, found),
        together=_together(found_boxes, found),
        dense=dense,
        wanted=wanted,
        ways=tuple(map(tuple, ways)),
        searched=tuple(names),
        of=len(found.inputs.columns),
        drawn=int(drawn.sum()),
        trouble=trouble,
        ended=ended,
        about=about,
    )


def _covering(
    found: Rows, names: list[str], wanted: float, smallest: float, boxes: int, seed: int
) -> tuple[list[list[Limit]], list[list[Box]], bool, str]:
    """One of PRIM's boxes after another, each in what those before it leave: the limits of each, the way to each, whether
    the first is as dense as asked, and why there are not as many as were asked for."""
    told: list[list[Limit]] = []
    ways: list[list[Box]] = []
    dense, ended, left = False, "", np.ones(len(found.holds), dtype=bool)
    while len(told) < boxes:
        searched = left & ~found.held_out
        drawn = _drawn(searched, seed)
        hits, rows = int(found.holds[drawn].sum()), int(drawn.sum())
        if told and min(hits, rows - hits) < LEAST:
            ended = _("too few are left to search ({rows:,}, and it holds in {hits:,} of them)", rows=rows, hits=hits)
            break
        # The smallest box is a share of all rows, whichever box it is.
        share = min(smallest * int((~found.held_out).sum()) / int(searched.sum()), 1.0)
        frame, holds = found.inputs.frame(names, searched), found.holds[searched]
        limits, steps, as_dense = prim(frame, holds, wanted, share, _within(drawn, searched))
        if told and not (limits and as_dense):
            ended = _("in what is left none is as dense as was asked")
            break
        ways.append([measured(one, found, left) for one in steps])
        dense = as_dense
        told += [limits] if limits else []
        if not (limits and dense):
            ended = _("the first is not as dense as was asked") if limits and boxes > 1 else ""
            break
        left &= ~contains(limits, found.inputs)
    return told, ways, dense, ended


def _drawn(rows: Mask, seed: int) -> Mask:
    """These rows, or of very many some that are drawn by the seed."""
    if int(rows.sum()) <= MOST_ROWS:
        return rows
    order = np.argsort(Streams(seed, len(rows)).uniform("discover.drawn", 0), kind="stable")
    out = np.zeros_like(rows)
    out[order[rows[order]][:MOST_ROWS]] = True
    return out


def _within(drawn: Mask, rows: Mask) -> Mask | None:
    """Which of these rows were drawn; nothing where all were."""
    return None if drawn is rows else drawn[rows]


def _declared(limits: Sequence[Limit], spans: Mapping[str, tuple[Any, ...]], found: Rows) -> list[Limit]:
    """The limits with the range that each input was varied over, rather than the ends of what was searched."""
    spans = {**spans, **{one.name: tuple(sorted(set(found.inputs[one.name]))) for one in limits if one.options}}
    return [replace(one, span=spans[one.name]) for one in limits]


def _added(boxes: list[Box], found: Rows) -> tuple[Box, ...]:
    """Each box in what those before it leave."""
    left: Mask = np.ones(len(found.holds), dtype=bool)
    out = []
    for box in boxes:
        out.append(measured(box.limits, found, left.copy()))
        left &= ~box.inside(found.inputs)
    return tuple(out)


WAY = ("coverage", "density", "mass", "coverage_held_out", "density_held_out", "restricted")


def way_row(box: Box) -> dict[str, float]:
    """A box on PRIM's way as figures."""
    seen, unseen = box.searched, box.held_out
    return {
        "coverage": seen.coverage,
        "density": seen.density,
        "mass": seen.inside / seen.rows,
        "coverage_held_out": unseen.coverage,
        "density_held_out": unseen.density,
        "restricted": len(box.limits),
    }


def _trouble(found: Rows, drawn: Mask) -> str:
    """Why nothing can be searched, or nothing."""
    hits, rows = int(found.holds.sum()), len(found.holds)
    if hits in (0, rows):
        return _(
            N_("This holds in each of the {rows:,} {each}, so that there is nothing to tell apart.")
            if hits
            else N_("This holds in none of the {rows:,} {each}, so that there is nothing to tell apart."),
            rows=rows,
            each=_(found.each),
        )
    searched = count(drawn, found, drawn)
    if min(searched.wanted, searched.rows - searched.wanted) < LEAST:
        rare = N_(
            "There are too few to search: of {rows:,} {each} searched, this holds in {few} only; {least} are needed of each "
            "kind. Ask for something else, or run more points."
        )
        common = N_(
            "There are too few to search: of {rows:,} {each} searched, this does not hold in {few} only; {least} are needed of "
            "each kind. Ask for something else, or run more points."
        )
        return _(
            rare if searched.wanted < LEAST else common,
            rows=searched.rows,
            each=_(found.each),
            few=min(searched.wanted, searched.rows - searched.wanted),
            least=LEAST,
        )
    return ""


def _together(boxes: list[Box], found: Rows) -> tuple[Count, Count] | None:
    """All boxes as one region: counted where it was searched, and where not."""
    if len(boxes) < 2:
        return None
    inside = boxes[0].inside(found.inputs)
    for box in boxes[1:]:
        inside = inside | box.inside(found.inputs)
    return count(inside, found, ~found.held_out), count(inside, found, found.held_out)
