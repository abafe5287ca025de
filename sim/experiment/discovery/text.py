"""A discovery in words, tables, pictures and plain data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sim.experiment.discovery.boxes import Box, Count, Limit
from sim.experiment.factors import factor_words
from sim.parameters import PARAMETERS
from sim.words.numbers import fine, of_100, range_of_100
from sim.words.sentences import NOT_A_FORECAST

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.discovery.study import Discovery
    from sim.plots.gallery import Picture

COLUMNS = (
    *("box", "input", "title", "unit", "low", "high", "options", "span", "quasi_p_low", "quasi_p_high"),
    *("density", "coverage", "density_held_out", "coverage_held_out"),
)
_METHODS = {"prim": "PRIM", "cart": "CART"}


def unit(name: str) -> str:
    """The unit of a lever or an uncertainty."""
    return PARAMETERS[name].unit if name in PARAMETERS else "0 to 1"


def said(limit: Limit) -> str:
    """A limit as a clause: what is at least, at most or between which values, and over which it was varied."""
    name = f"“{factor_words(limit.name)}” (`{limit.name}`)"
    if limit.options:
        return f"{name} is {' or '.join(limit.options)} (varied among {', '.join(map(str, limit.span))})"
    low, high = (None if one is None else fine(one, 3) for one in (limit.low, limit.high))
    if low is not None and high is not None:
        between = f"lies between {low} and {high}"
    else:
        between = f"is at least {low}" if high is None else f"is at most {high}"
    ends = " to ".join(fine(one, 3) for one in limit.span)
    return f"{name} {between} (varied from {ends}; {unit(limit.name)})"


def roughly(limit: Limit) -> str:
    """A limit of a number in few words: which part of its range is left."""
    first, last = (float(end) for end in limit.span)
    low, high = (None if end is None else (end - first) / (last - first) for end in (limit.low, limit.high))
    if low is not None and high is not None:
        how = "middling"
    elif high is not None:
        how = "low" if high <= 0.4 else "not high" if high <= 0.75 else "not very high"
    else:
        assert low is not None
        how = "high" if low >= 0.6 else "not low" if low >= 0.25 else "not very low"
    return f"“{factor_words(limit.name)}” is {how}"


def sentence(box: Box, each: str) -> str:
    """A box as one sentence, with its density and coverage."""
    clauses = [said(limit) for limit in box.limits]
    where = clauses[0] if len(clauses) == 1 else f"{'; '.join(clauses[:-1])}; and {clauses[-1]}"
    return f"Of the {each} in which {where}, it holds in {of_100(box.searched.density)}."


def paragraphs(found: Discovery) -> Iterator[str]:
    """All of it, a paragraph each."""
    count, hits, each = len(found.rows.holds), int(found.rows.holds.sum()), found.rows.each
    of = f" of {found.scenario}" if found.scenario else ""
    left = f" {found.rows.left_out:,} points are left out, since the model refused them." if found.rows.left_out else ""
    often = of_100(hits / count if count else float("nan"))
    yield (
        f"Asked: {found.where}. It holds in {hits:,} of {count:,} {each}{of} ({often})."
        f"{left} A metric is the mean over each point's {found.about['worlds']:,} worlds."
    )
    if found.trouble:
        yield found.trouble
        return
    narrowed = (
        f" ({len(found.searched)} that tell most one by one, of {found.of})" if len(found.searched) < found.of else ""
    )
    searched = found.whole.searched.rows
    sought = "where boxes may end" if found.method == "prim" else "where the tree branches"
    some = (
        f" Of so many, {sought} was looked for in {found.drawn:,} that the sweep's seed draws; what is said of a box is counted "
        "in all."
        if found.drawn < searched
        else ""
    )
    yield (
        f"{_METHODS[found.method]} searched two thirds of them ({searched:,}) over {len(found.searched)} "
        f"inputs{narrowed}; the other third ({found.whole.held_out.rows:,}) was held out to check with.{some}"
    )
    if not found.dense:
        yield f"No box is as dense as was asked ({of_100(found.wanted)}). This is the densest that still covers something:"
    for number, (box, added) in enumerate(zip(found.boxes, found.added, strict=True)):
        further = number > 0 and found.method == "prim"
        yield (
            f"{f'Box {number + 1}. ' if len(found.boxes) > 1 else ''}{sentence(box, each)} {_fits(box.searched, box.held_out)}"
            f"{_adds(added, found) if further else ''}{_sure(box)}"
        )
    if found.ended:
        yield f"No further box is told: {found.ended}."
    if found.together is not None:
        yield f"The {len(found.boxes)} boxes together: density {of_100(found.together[0].density)}. {_fits(*found.together)}"
    if _overfitted(found):
        yield "Held out, it is hardly denser than all futures together: what was found in the others is chance, or nearly so."
    if found.rows.related > 1:
        yield _related(found)
    yield (
        "A box says where it holds among futures drawn from the ranges of this experiment; it is neither a cause nor how "
        f"likely anything is. {NOT_A_FORECAST}"
    )


def _fits(searched: Count, held_out: Count) -> str:
    low, high = held_out.density_interval()
    checked = (
        f"held out, its density is {of_100(held_out.density)} (95 % interval {range_of_100(low, high)}) and its "
        f"coverage {of_100(held_out.coverage)}, in {held_out.inside:,} of {held_out.rows:,}"
    )
    return f"It covers {of_100(searched.coverage)} of all in which it holds; {checked}."


def _adds(added: Box, found: Discovery) -> str:
    """What a further box holds beyond those before it."""
    seen, unseen = added.searched, added.held_out
    low, high = unseen.density_interval()
    # Beyond the boxes before it a box must be denser than all rows together, or it adds nothing but chance.
    doubt = "" if low > found.whole.held_out.base else ", which is no more than chance could give"
    return (
        f" Beyond the boxes before it, it covers {of_100(seen.coverage)} more, with density {of_100(seen.density)}; held out "
        f"{of_100(unseen.coverage)} more, with density {of_100(unseen.density)} ({range_of_100(low, high)}){doubt}."
    )


def _related(found: Discovery) -> str:
    """What it means that the design made futures from one another."""
    kin = found.rows.related
    prim = found.method == "prim"
    sure = "quasi-p-values and 95 % intervals" if prim else "95 % intervals"
    loose = ", and a box may keep ends that are chance" if prim else ""
    return (
        f"These {found.rows.each} were not drawn one by one: the sweep's design made {kin:,} in a row from one another, and they "
        f"share most of their values. They were searched or held out {kin:,} at a time. But {sure} count every one as "
        f"if it were drawn by itself, so they come out too small and too narrow{loose}. "
        "A latin_hypercube is the design for this question."
    )


def _sure(box: Box) -> str:
    parts = []
    for limit in box.limits:
        chances = [one for one in (limit.chance_low, limit.chance_high) if one is not None]
        if chances:
            parts.append(f"{limit.name} {' and '.join(_chance(one) for one in chances)}")
    return f" Quasi-p-values: {', '.join(parts)}." if parts else ""


def _chance(value: float) -> str:
    return "under 0.001" if value < 0.001 else f"{value:.2g}"


def _overfitted(found: Discovery) -> bool:
    counts = found.together[1] if found.together is not None else found.boxes[0].held_out
    return counts.inside > 0 and counts.density_interval()[0] <= counts.base


def table(found: Discovery) -> pd.DataFrame:
    """See :meth:`Discovery.table`."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for number, box in enumerate(found.boxes, 1):
        for limit in box.limits:
            rows.append(
                {
                    "box": number,
                    "input": limit.name,
                    "title": factor_words(limit.name),
                    "unit": "" if limit.options else unit(limit.name),
                    "low": limit.low,
                    "high": limit.high,
                    "options": ", ".join(limit.options),
                    "span": " to ".join(fine(one, 3) for one in limit.span)
                    if not limit.options
                    else ", ".join(limit.span),
                    "quasi_p_low": limit.chance_low,
                    "quasi_p_high": limit.chance_high,
                    "density": box.searched.density,
                    "coverage": box.searched.coverage,
                    "density_held_out": box.held_out.density,
                    "coverage_held_out": box.held_out.coverage,
                }
            )
    return pd.DataFrame(rows, columns=[*COLUMNS])  # heads without a row, where nothing was found


def as_json(found: Discovery) -> dict[str, Any]:
    """See :meth:`Discovery.as_json`."""
    return {
        "where": found.where,
        "scenario": found.scenario,
        "method": found.method,
        "rows": len(found.rows.holds),
        "holds": int(found.rows.holds.sum()),
        "each": found.rows.each,
        "left_out": found.rows.left_out,
        "searched": list(found.searched),
        "of": found.of,
        "drawn": found.drawn,
        "density_asked": found.wanted,
        "as_dense_as_asked": found.dense,
        "made_from_one_another": found.rows.related,
        "trouble": found.trouble,
        "boxes": [
            {
                "limits": [vars(limit) for limit in box.limits],
                "searched": _counted(box.searched),
                "held_out": _counted(box.held_out),
                "added": {"searched": _counted(added.searched), "held_out": _counted(added.held_out)},
                "sentence": sentence(box, found.rows.each),
            }
            for box, added in zip(found.boxes, found.added, strict=True)
        ],
        "ended": found.ended,
        "together": None
        if found.together is None
        else dict(zip(("searched", "held_out"), map(_counted, found.together), strict=True)),
        "way": [{name: _or_none(x) for name, x in row.items()} for row in found.trajectory().to_dict("records")],
        "fingerprint": found.about["fingerprint"],
    }


def _counted(one: Count) -> dict[str, Any]:
    low, high = one.density_interval()
    return {
        **vars(one),
        "density": _or_none(one.density),
        "coverage": _or_none(one.coverage),
        "density_low": low,
        "density_high": high,
    }


def _or_none(value: float) -> float | None:
    return None if value != value else value


def pictures(found: Discovery) -> list[Picture]:
    """See :meth:`Discovery.pictures`."""
    return [picture for number in range(len(found.boxes)) for picture in _pictures(found, number)]


def _pictures(found: Discovery, number: int) -> Iterator[Picture]:
    """The pictures of one box (from 0); of a tree's leaves the first is drawn, which holds most."""
    from sim.plots.discovery import Side, pairs, shares, tradeoff
    from sim.plots.gallery import Picture
    from sim.plots.tables import Table

    if number and found.method == "cart":
        return
    box, inputs, holds = found.boxes[number], found.rows.inputs, found.rows.holds.tolist()
    mark, of = (f"_{number + 1}", f", box {number + 1}") if number else ("", "")
    words = " ".join(paragraphs(found))
    if found.ways:
        chosen = found.added[number].searched
        steps = found.trajectory()
        way = steps[steps["box"] == number + 1].to_dict("records")
        chart = tradeoff(way, (chosen.coverage, chosen.density), found.wanted, of)
        rows = [
            [
                str(step),
                *(f"{row[name]:.2f}" for name in ("coverage", "density", "density_held_out")),
                f"{row['restricted']:.0f}",
            ]
            for step, row in enumerate(way)
        ]
        caption = (
            f"Each dot is a box on PRIM's way from {'what the boxes before it leave' if number else 'all futures'} to a small "
            "one; the ring marks the box that is told."
        )
        heads = ["Step", "Coverage", "Density", "Density, held out", "Inputs restricted"]
        heading = f"How much a box covers, and how purely{of}"
        yield Picture(f"tradeoff{mark}", heading, caption, words, chart, Table(heads, rows))
    numbers = [limit for limit in box.limits if not limit.options]
    if len(numbers) > 1:
        sides = []
        for limit in numbers:
            low, high = (
                end if given is None else given for end, given in zip(limit.span, (limit.low, limit.high), strict=True)
            )
            sides.append(Side(limit.name, inputs[limit.name].tolist(), low, high))
        chart = pairs(sides, holds, found.where, of)
    else:
        name = box.limits[0].name
        chart = shares(name, inputs[name].tolist(), holds, found.where)
    limits = [[limit.name, said(limit)] for limit in box.limits]
    caption = "Futures by the inputs that the box restricts; it is drawn as a frame."
    yield Picture(f"pairs{mark}", f"Where it holds{of}", caption, words, chart, Table(["Input", "In the box"], limits))
