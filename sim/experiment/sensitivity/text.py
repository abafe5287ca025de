"""What was found about sensitivity, in words, as tables for a terminal, and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import hypot
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment.factors import factor_words
from sim.experiment.sensitivity.methods import Indices
from sim.experiment.spoken import figure_words
from sim.metrics import METRICS
from sim.words.language import N_, _, together
from sim.words.numbers import fine, number
from sim.words.sentences import NOT_A_FORECAST, capital, side_by_side
from sim.words.tables import terminal_table

if TYPE_CHECKING:
    from rich.table import Table

    from sim.experiment.sensitivity.study import Sensitivity, Study

NAMED = 4  # factors that a sentence names
HEADS = {
    "sobol": {"S1": N_("alone (S1)"), "ST": N_("in all (ST)")},
    "morris": {"mu_star": N_("size (mu*)"), "mu": N_("signed (mu)"), "sigma": N_("differs (sigma)")},
    "ranks": {"coefficient": N_("rank coefficient")},
    "pawn": {"median": N_("distance (PAWN)"), "maximum": N_("largest"), "idle": N_("if idle")},
    "delta": {"delta": N_("delta"), "idle": N_("if idle")},
}
EXPLAINED = {
    "sobol": N_(
        "Sobol indices: the share of the spread between points (variance) that a factor makes alone (S1), and with all that it "
        "does through others (ST). ± is half a 95 % interval."
    ),
    "morris": N_(
        "Morris screening, in the metric's own unit over a factor's whole range: mu* is the mean size of the effect, mu keeps "
        "the sign, sigma is how much the effect differs from place to place. It ranks; it does not measure shares. ± is half "
        "a 95 % interval."
    ),
    "ranks": N_(
        "Standardised coefficients of a regression on ranks, -1 to 1: a screening of what rises or falls with a factor. It sees "
        "no bends and no interactions, and gives no shares. ± is half a 95 % interval."
    ),
    "pawn": N_(
        "PAWN: how far the distribution of the outcome moves, 0 to 1, when a factor is held to a part of its range; the "
        "middle one of the parts, and the largest. A factor that does nothing would show up to what stands under “if idle”. "
        "Each factor by itself: what two do only together is not seen."
    ),
    "delta": N_(
        "Borgonovo's delta: by how much of its area, 0 to 1, the density of the outcome moves when a factor is known. A factor "
        "that does nothing would show up to what stands under “if idle”. Each factor by itself: what two do only together is "
        "not seen. ± is half a 95 % interval."
    ),
}


def study_words(study: Study) -> str:
    """A figure as readers are told of it: "Deaths, all, total"."""
    words = figure_words(study.figure)
    if study.metric not in METRICS and study.metric.isidentifier():
        words = _("{figure} ({name})", figure=words, name=study.metric)
    return _("difference in {figure}", figure=words) if study.versus else words


def with_unit(study: Study) -> str:
    """The same with its unit, where it has one."""
    words = study_words(study)
    return _("{figure} ({unit})", figure=words, unit=study.unit) if study.unit else words


def where(found: Sensitivity, study: Study) -> str:
    """Under which scenario and mix: "under Confront, Pakistan: Aid 0.3"."""
    title = _(found.titles[study.scenario]) if study.scenario else ""
    text = _("under {title}", title=title) if title else _("over the scenarios that it names")
    if study.versus:
        other = _(found.titles[study.versus])
        text = (
            _("under {title} minus {other}", title=title, other=other)
            if title
            else _("over the scenarios that it names minus {other}", other=other)
        )
    levers = found.mixes[study.mix] if study.mix < len(found.mixes) else {}
    values = {name: f"{value:g}" if isinstance(value, float) else _(value) for name, value in levers.items()}
    said = [_("{lever} {value}", lever=factor_words(name), value=value) for name, value in values.items()]
    return together(", ", [text, *said])


def reading(found: Sensitivity) -> list[str]:
    """The studies in plain sentences, a paragraph each; the last says what they are not."""
    return [*(paragraph(found, one) for one in found.studies), _(NOT_A_FORECAST)]


def paragraph(found: Sensitivity, study: Study) -> str:
    """What was found in one study, in sentences."""
    return together(" ", filter(None, parts(found, study)))


def parts(found: Sensitivity, study: Study) -> tuple[str, str]:
    """The same in two: what was found, and what stands behind it and need not be read, if anything does."""
    head = capital(_("{figure}, {where}", figure=study_words(study), where=where(found, study)))
    if study.indices is None:
        told = _("{mean} at every point; nothing that was varied moves it.", mean=number(study.mean))
        return _("{head}: {told}", head=head, told=told), ""
    said, behind = _told(found, study)
    return _("{head}: {told}", head=head, told=said), behind


def _told(found: Sensitivity, study: Study) -> tuple[str, str]:
    if study.indices is None:
        return "", ""
    tell = {"sobol": _sobol, "morris": _morris, "ranks": _ranks, "pawn": _pawn, "delta": _delta}[found.method]
    said, behind = tell(study.indices)
    more = [*_chance(study), *_size(study)]
    return (said, together(" ", [*behind, *more])) if behind else (together(" ", [said, *more]), "")


# What was found, and what stands behind it.
_Found = tuple[str, list[str]]


def _sobol(one: Indices) -> _Found:
    table = one.table
    named = [
        _(
            "“{factor}” alone {alone}, with its interactions {all}",
            factor=factor_words(str(name)),
            alone=_share(row, "S1"),
            all=_share(row, "ST"),
        )
        for name, row in table.head(NAMED).iterrows()
        if row["ST"] > row["ST_conf"]
    ]
    said = [
        _("of the spread between points, {factors}.", factors=side_by_side(named))
        if named
        else _("of the spread between points, no factor makes a share that can be told from none.")
    ]
    if one.told is not None:
        error = float(np.sqrt((table["S1_conf"] ** 2).sum()))
        shares = {"share": one.told, "error": error}
        said.append(
            _(
                "Factors one by one make {share:.0%} of it (± {error:.0%}); the other {rest:.0%} come from factors acting "
                "together.",
                **shares,
                rest=1.0 - one.told,
            )
            if 1.0 - one.told > error
            else _("Factors one by one make {share:.0%} of it (± {error:.0%}).", **shares)
        )
    if one.pairs is not None and len(one.pairs):
        top = one.pairs.iloc[0]
        first, other = (factor_words(str(top[side])) for side in ("factor", "other"))
        said.append(
            _(
                "The strongest pair is “{first}” with “{other}” ({share:.0%}).",
                first=first,
                other=other,
                share=top["S2"],
            )
            if top["S2"] > top["S2_conf"]
            else _("No single pair stands out.")
        )
    return together(" ", said), []


def _share(row: Any, index: str) -> str:
    return f"{row[index]:.0%}" if row[index] > row[f"{index}_conf"] else _("nothing that can be told")


def _morris(one: Indices) -> _Found:
    table = one.table
    named = [
        _(
            "“{factor}” by {size} (± {half}, {way})",
            factor=factor_words(str(name)),
            size=number(row["mu_star"]),
            half=number(row["mu_star_conf"]),
            way=_way(row),
        )
        for name, row in table.head(NAMED).iterrows()
        if row["mu_star"] > 0
    ]
    said = [
        _("moved most, over a factor's whole range, by {factors}.", factors=side_by_side(named))
        if named
        else _("nothing moves it.")
    ]
    apart = _ahead(table["mu_star"].to_numpy(), table["mu_star_conf"].to_numpy())
    if apart > 1:
        said.append(_("The intervals tell the first {count} apart from all that follow.", count=apart))
    elif apart:
        said.append(_("The interval of the first is apart from all that follow."))
    if still := int((table["mu_star"] == 0).sum()):
        said.append(_("{still} of {count} factors change nothing at all.", still=still, count=len(table)))
    return together(" ", said), []


def _ranks(one: Indices) -> _Found:
    clear = [
        (str(name), row)
        for name, row in one.table.iterrows()
        if abs(row["coefficient"]) > row["coefficient_conf"] and one.options.get(str(name)) != ""
    ][:NAMED]

    def named(sign: int) -> str:
        return together(
            " and ",
            (
                _(
                    "“{factor}” ({coefficient:+.2f} ± {half:.2f})",
                    factor=_at(name, one.options),
                    coefficient=row["coefficient"],
                    half=row["coefficient_conf"],
                )
                for name, row in clear
                if row["coefficient"] * sign > 0
            ),
        )

    up, down = named(1), named(-1)
    if up and down:
        said = _("rises most with {up}, and falls most with {down}.", up=up, down=down)
    elif up or down:
        said = _("rises most with {up}.", up=up) if up else _("falls most with {down}.", down=down)
    else:
        said = _("goes with no factor that can be told.")
    behind = _(
        "In brackets: rank coefficients, 1 or -1 where the outcome follows this alone, 0 where it does not follow it. "
        "All that was varied tells {share:.0%} of the spread of ranks (adjusted R²).",
        share=one.told,
    )
    return said, [behind]


def _at(name: str, options: Mapping[str, str]) -> str:
    """What a factor is called, with the option that a switch stands at where more of it is meant."""
    words = factor_words(name)
    return _("{factor}: {option}", factor=words, option=options[name]) if name in options else words


def _pawn(one: Indices) -> _Found:
    brackets = N_(
        "In brackets: distances, 0 to 1, each from all points. {above} of {count} factors can be told from one that does "
        "nothing."
    )
    return _above_idle(one, "median", N_("moves most with {factors}."), brackets)


def _delta(one: Indices) -> _Found:
    brackets = N_("In brackets: delta, 0 to 1. {above} of {count} factors can be told from one that does nothing.")
    return _above_idle(one, "delta", N_("hangs most on {factors}."), brackets)


def _above_idle(one: Indices, index: str, found: str, brackets: str) -> _Found:
    """The factors whose index a factor that does nothing would hardly reach."""
    surely = one.table[index] - one.table.get(f"{index}_conf", 0.0)
    above = one.table[surely > one.table["idle"]]
    if not len(above):
        return _("no factor can be told from one that does nothing."), []
    named = (
        _("“{factor}” ({index:.2f})", factor=factor_words(str(name)), index=row[index])
        for name, row in above.head(NAMED).iterrows()
    )
    said = _(found, factors=together(", ", named))
    return said, [_(brackets, above=len(above), count=len(one.table))]


def _way(row: Any) -> str:
    share = row["mu"] / row["mu_star"]
    if abs(share) > 0.9:
        return _("up with it") if share > 0 else _("down with it")
    if abs(share) > 0.5:
        return _("mostly up") if share > 0 else _("mostly down")
    return _("up here and down there")


def _ahead(values: Any, half: Any) -> int:
    """How many of the first are above all that follow, by intervals of their difference; 0 if none is."""
    for count in range(1, min(len(values), 10)):
        last, after = count - 1, slice(count, None)
        if all(values[last] - x > hypot(half[last], h) for x, h in zip(values[after], half[after], strict=True)):
            return count
    return 0


def _chance(study: Study) -> Iterator[str]:
    left, share = study.chance.left, study.chance.share
    if left is None and share is None:
        yield _("With one world at each point, random draws cannot be told from what was varied.")
    elif share is None:
        yield _("Random draws within points make {left:.0%} of the spread between points.", left=left)
    elif left is None:
        yield _("Random draws within points make {share:.0%} of the spread between single worlds.", share=share)
    else:
        yield _(
            "Random draws within points make {share:.0%} of the spread between single worlds and, once a point's worlds are "
            "averaged, {left:.0%} of that between points.",
            share=share,
            left=left,
        )


def _size(study: Study) -> Iterator[str]:
    if study.doubts:
        yield _(
            "The sample is too small for firm figures, whatever their intervals: {doubts}.",
            doubts=side_by_side(study.doubts),
        )
    if study.left_out:
        yield _(
            "{count:,} points were left out, as the model failed at one of those that belong together.",
            count=study.left_out,
        )


def lines(found: Sensitivity, study: Study, width: int = 80) -> str:
    """A study's paragraph as it stands under its table, broken to a width."""
    import textwrap

    said = _told(found, study) if study.indices is not None else parts(found, study)
    return textwrap.fill(capital(together(" ", filter(None, said))), width)


def table_of(found: Sensitivity, study: Study, most: int | None) -> Table:
    """A study's indices for a terminal, the first so many factors."""
    heads, rows = cells(found, study)
    return terminal_table(
        _("{figure}, {where}", figure=with_unit(study), where=where(found, study)), heads, rows[:most], ids=True
    )


def cells(found: Sensitivity, study: Study) -> tuple[list[str], list[list[str]]]:
    """A study's indices as text: the heads, and a row for each factor."""
    heads = HEADS[found.method]
    thirds = {} if found.method == "morris" else {"lowest_third": N_("low third"), "highest_third": N_("high third")}
    head, rows = [_(one) for one in (N_("factor"), *heads.values(), *thirds.values())], []
    if study.indices is not None:
        for name, row in study.indices.table.iterrows():
            out = [str(name)]
            for column in heads:
                conf = row.get(f"{column}_conf")
                shown = f"{row[column]:.2f}" if found.method != "morris" else number(float(row[column]), column == "mu")
                half = (
                    ""
                    if conf is None
                    else f" ± {conf:.2f}"
                    if found.method != "morris"
                    else f" ± {number(float(conf))}"
                )
                out.append(shown + half)
            rows.append([*out, *(fine(float(row[third])) for third in thirds)])
    return head, rows


def as_json(found: Sensitivity) -> dict[str, Any]:
    """Everything as plain data; what is not there is null."""
    return {
        "title": found.title,
        "method": found.method,
        "design": found.sample.design.model_dump(mode="json"),
        "factors": found.sample.names,
        "studies": [
            {
                "scenario": one.scenario,
                "versus": one.versus,
                "mix": {
                    name: getattr(value, "item", lambda value=value: value)() for name, value in _levers(found, one)
                },
                "metric": one.metric,
                "unit": one.unit,
                "mean": one.mean,
                "spread": one.spread,
                "points": one.points,
                "left_out": one.left_out,
                "luck": one.chance.share,
                "luck_left": one.chance.left,
                "told": one.indices.told if one.indices else None,
                "too_small": bool(one.doubts),
                "doubts": list(one.doubts),
                "indices": _records(one.indices.table.reset_index()) if one.indices else None,
                "pairs": _records(one.indices.pairs) if one.indices and one.indices.pairs is not None else None,
            }
            for one in found.studies
        ],
        "reading": reading(found),
    }


def _levers(found: Sensitivity, study: Study) -> list[tuple[str, Any]]:
    return list(found.mixes[study.mix].items()) if study.mix < len(found.mixes) else []


def _records(table: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_dict("records")
    return [{key: None if isinstance(x, float) and np.isnan(x) else x for key, x in row.items()} for row in rows]
