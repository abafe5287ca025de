"""A discovery in words, tables, pictures and plain data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sim.experiment.discovery.boxes import Box, Count, Limit
from sim.experiment.factors import factor_words, quoted
from sim.parameters import PARAMETERS
from sim.words.language import N_, _, together
from sim.words.numbers import fine, of_100, range_of_100
from sim.words.sentences import NOT_A_FORECAST, side_by_side

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


def said(limit: Limit, ids: bool = True) -> str:
    """A limit as a clause: what is at least, at most or between which values, and over which it was varied."""
    name = quoted(limit.name, ids)
    if limit.options:
        options = together(" or ", map(_, limit.options))
        among = together(", ", (_(str(one)) for one in limit.span))
        return _("{factor} is {options} (varied among {among})", factor=name, options=options, among=among)
    low, high = (None if one is None else fine(one, 3) for one in (limit.low, limit.high))
    first, last = (fine(one, 3) for one in limit.span)
    given = {"factor": name, "first": first, "last": last, "unit": _(unit(limit.name))}
    if low is not None and high is not None:
        between = N_("{factor} lies between {low} and {high} (varied from {first} to {last}; {unit})")
        return _(between, **given, low=low, high=high)
    if high is None:
        return _("{factor} is at least {low} (varied from {first} to {last}; {unit})", **given, low=low)
    return _("{factor} is at most {high} (varied from {first} to {last}; {unit})", **given, high=high)


def roughly(limit: Limit) -> str:
    """A limit of a number in few words: which part of its range is left."""
    first, last = (float(end) for end in limit.span)
    low, high = (None if end is None else (end - first) / (last - first) for end in (limit.low, limit.high))
    if low is not None and high is not None:
        how = N_("{factor} is middling")
    elif high is not None:
        lower = N_("{factor} is not high") if high <= 0.75 else N_("{factor} is not very high")
        how = N_("{factor} is low") if high <= 0.4 else lower
    else:
        assert low is not None
        higher = N_("{factor} is not low") if low >= 0.25 else N_("{factor} is not very low")
        how = N_("{factor} is high") if low >= 0.6 else higher
    return _(how, factor=quoted(limit.name, ids=False))


def sentence(box: Box, each: str, ids: bool = True) -> str:
    """A box as one sentence, with its density and coverage."""
    clauses = [said(limit, ids) for limit in box.limits]
    where = clauses[0]
    if len(clauses) > 1:
        where = _("{first}; and {last}", first=side_by_side(clauses[:-1]), last=clauses[-1])
    often = of_100(box.searched.density)
    return _("Of the {each} in which {where}, it holds in {often}.", each=_(each), where=where, often=often)


def paragraphs(found: Discovery, page: bool = False) -> Iterator[str]:
    """All of it, a paragraph each.

    Args:
        page: on a page of the dashboard what was asked stands above, and no id is needed.
    """
    count, hits, each = len(found.rows.holds), int(found.rows.holds.sum()), _(found.rows.each)
    given: dict[str, object] = {
        "hits": hits,
        "count": count,
        "each": each,
        "often": of_100(hits / count if count else float("nan")),
    }
    opening = [
        _("It holds in {hits:,} of {count:,} {each} of {title} ({often}).", **given, title=found.scenario)
        if found.scenario
        else _("It holds in {hits:,} of {count:,} {each} ({often}).", **given)
    ]
    if not page:
        opening.insert(0, _("Asked: {condition}.", condition=found.where))
    if found.rows.left_out:
        opening.append(
            _("{count:,} points are left out, since the model refused them.", count=found.rows.left_out),
        )
    worlds = found.about["worlds"]
    yield together(" ", [*opening, _("A metric is the mean over each point's {worlds:,} worlds.", worlds=worlds)])
    if found.trouble:
        yield found.trouble
        return
    yield together(" ", _searched(found))
    if not found.dense:
        yield _(
            "No box is as dense as was asked ({density}). This is the densest that still covers something:",
            density=of_100(found.wanted),
        )
    for number, (box, added) in enumerate(zip(found.boxes, found.added, strict=True)):
        name = [_("Box {number}.", number=number + 1)] if len(found.boxes) > 1 else []
        more = [_adds(added, found)] if number > 0 and found.method == "prim" else []
        told = [sentence(box, found.rows.each, not page), _fits(box.searched, box.held_out)]
        yield together(" ", [*name, *told, *more, *_sure(box)])
    if found.ended:
        yield _("No further box is told: {why}.", why=found.ended)
    if found.together is not None:
        density = of_100(found.together[0].density)
        head = _("The {count} boxes together: density {density}.", count=len(found.boxes), density=density)
        yield together(" ", [head, _fits(*found.together)])
    if _overfitted(found):
        yield _(
            "Held out, it is hardly denser than all futures together: what was found in the others is chance, or nearly so."
        )
    if found.rows.related > 1:
        yield _related(found)
    about = _(
        "A box says where it holds among futures drawn from the ranges of this experiment; it is neither a cause nor how "
        "likely anything is."
    )
    yield together(" ", [about, _(NOT_A_FORECAST)])


def _searched(found: Discovery) -> Iterator[str]:
    """In what it was searched, and over what."""
    searched, inputs = found.whole.searched.rows, len(found.searched)
    given: dict[str, object] = {
        "method": _METHODS[found.method],
        "searched": searched,
        "inputs": inputs,
        "all": found.of,
        "held_out": found.whole.held_out.rows,
    }
    if inputs < found.of:
        yield _(
            "{method} searched two thirds of them ({searched:,}) over {inputs} inputs ({inputs} that tell most one by one, of "
            "{all}); the other third ({held_out:,}) was held out to check with.",
            **given,
        )
    else:
        given.pop("all")
        yield _(
            "{method} searched two thirds of them ({searched:,}) over {inputs} inputs; the other third ({held_out:,}) was held "
            "out to check with.",
            **given,
        )
    if found.drawn < searched:
        prim = N_(
            "Of so many, where boxes may end was looked for in {count:,} that the sweep's seed draws; what is said of a box is "
            "counted in all."
        )
        cart = N_(
            "Of so many, where the tree branches was looked for in {count:,} that the sweep's seed draws; what is said of a "
            "box is counted in all."
        )
        yield _(prim if found.method == "prim" else cart, count=found.drawn)


def _fits(searched: Count, held_out: Count) -> str:
    low, high = held_out.density_interval()
    return _(
        "It covers {coverage} of all in which it holds; held out, its density is {density} (95 % interval {interval}) and its "
        "coverage {held_out}, in {inside:,} of {rows:,}.",
        coverage=of_100(searched.coverage),
        density=of_100(held_out.density),
        interval=range_of_100(low, high),
        held_out=of_100(held_out.coverage),
        inside=held_out.inside,
        rows=held_out.rows,
    )


def _adds(added: Box, found: Discovery) -> str:
    """What a further box holds beyond those before it."""
    seen, unseen = added.searched, added.held_out
    low, high = unseen.density_interval()
    more = N_(
        "Beyond the boxes before it, it covers {coverage} more, with density {density}; held out {held_out} more, with density "
        "{density_out} ({interval})."
    )
    # Beyond the boxes before it a box must be denser than all rows together, or it adds nothing but chance.
    chance = N_(
        "Beyond the boxes before it, it covers {coverage} more, with density {density}; held out {held_out} more, with density "
        "{density_out} ({interval}), which is no more than chance could give."
    )
    return _(
        more if low > found.whole.held_out.base else chance,
        coverage=of_100(seen.coverage),
        density=of_100(seen.density),
        held_out=of_100(unseen.coverage),
        density_out=of_100(unseen.density),
        interval=range_of_100(low, high),
    )


def _related(found: Discovery) -> str:
    """What it means that the design made futures from one another."""
    said = _(
        "These {each} were not drawn one by one: the sweep's design made {kin:,} in a row from one another, and they share most "
        "of their values. They were searched or held out {kin:,} at a time.",
        each=_(found.rows.each),
        kin=found.rows.related,
    )
    prim = _(
        "But quasi-p-values and 95 % intervals count every one as if it were drawn by itself, so they come out too small and too "
        "narrow, and a box may keep ends that are chance. A latin_hypercube is the design for this question."
    )
    cart = _(
        "But 95 % intervals count every one as if it were drawn by itself, so they come out too small and too narrow. A "
        "latin_hypercube is the design for this question."
    )
    return together(" ", [said, prim if found.method == "prim" else cart])


def _sure(box: Box) -> Iterator[str]:
    parts = []
    for limit in box.limits:
        chances = [one for one in (limit.chance_low, limit.chance_high) if one is not None]
        if chances:
            told = together(" and ", map(_chance, chances))
            parts.append(_("{factor} {chances}", factor=limit.name, chances=told))
    if parts:
        yield _("Quasi-p-values: {values}.", values=together(", ", parts))


def _chance(value: float) -> str:
    return _("under 0.001") if value < 0.001 else f"{value:.2g}"


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
    from sim.plots.discovery import Side, pairs, pairs_title, shares, tradeoff, tradeoff_title
    from sim.plots.gallery import Picture
    from sim.plots.tables import Table

    if number and found.method == "cart":
        return
    box, inputs, holds = found.boxes[number], found.rows.inputs, found.rows.holds.tolist()
    mark = f"_{number + 1}" if number else ""
    words = together(" ", paragraphs(found))
    if found.ways:
        chosen = found.added[number].searched
        steps = found.trajectory()
        way = steps[steps["box"] == number + 1].to_dict("records")
        chart = tradeoff(way, (chosen.coverage, chosen.density), found.wanted, number)
        rows = [
            [
                str(step),
                *(f"{row[name]:.2f}" for name in ("coverage", "density", "density_held_out")),
                f"{row['restricted']:.0f}",
            ]
            for step, row in enumerate(way)
        ]
        caption = (
            _(
                "Each dot is a box on PRIM's way from what the boxes before it leave to a small one; the ring marks the box that "
                "is told."
            )
            if number
            else _(
                "Each dot is a box on PRIM's way from all futures to a small one; the ring marks the box that is told."
            )
        )
        heads = [_("Step"), _("Coverage"), _("Density"), _("Density, held out"), _("Inputs restricted")]
        heading = tradeoff_title(number)
        yield Picture(f"tradeoff{mark}", heading, caption, words, chart, Table(heads, rows))
    numbers = [limit for limit in box.limits if not limit.options]
    if len(numbers) > 1:
        sides = []
        for limit in numbers:
            low, high = (
                end if given is None else given for end, given in zip(limit.span, (limit.low, limit.high), strict=True)
            )
            sides.append(Side(limit.name, inputs[limit.name].tolist(), low, high))
        chart = pairs(sides, holds, found.where, number)
    else:
        name = box.limits[0].name
        chart = shares(name, inputs[name].tolist(), holds, found.where)
    limits = [[limit.name, said(limit)] for limit in box.limits]
    caption = _("Futures by the inputs that the box restricts; it is drawn as a frame.")
    heads = [_("Input"), _("In the box")]
    yield Picture(f"pairs{mark}", pairs_title(number), caption, words, chart, Table(heads, limits))
