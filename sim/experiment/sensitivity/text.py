"""What was found about sensitivity, in words, as tables for a terminal, and as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from math import hypot
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment.factors import factor_words
from sim.experiment.sensitivity.methods import Indices
from sim.experiment.spoken import figure_words
from sim.metrics import METRICS
from sim.words.numbers import fine, number
from sim.words.sentences import NOT_A_FORECAST, capital
from sim.words.tables import terminal_table

if TYPE_CHECKING:
    from rich.table import Table

    from sim.experiment.sensitivity.study import Sensitivity, Study

NAMED = 4  # factors that a sentence names
HEADS = {
    "sobol": {"S1": "alone (S1)", "ST": "in all (ST)"},
    "morris": {"mu_star": "size (mu*)", "mu": "signed (mu)", "sigma": "differs (sigma)"},
    "ranks": {"coefficient": "rank coefficient"},
    "pawn": {"median": "distance (PAWN)", "maximum": "largest", "idle": "if idle"},
    "delta": {"delta": "delta", "idle": "if idle"},
}
EXPLAINED = {
    "sobol": (
        "Sobol indices: the share of the spread between points (variance) that a factor makes alone (S1), and with all that it "
        "does through others (ST). ± is half a 95 % interval."
    ),
    "morris": (
        "Morris screening, in the metric's own unit over a factor's whole range: mu* is the mean size of the effect, mu keeps "
        "the sign, sigma is how much the effect differs from place to place. It ranks; it does not measure shares. ± is half "
        "a 95 % interval."
    ),
    "ranks": (
        "Standardised coefficients of a regression on ranks, -1 to 1: a screening of what rises or falls with a factor. It sees "
        "no bends and no interactions, and gives no shares. ± is half a 95 % interval."
    ),
    "pawn": (
        "PAWN: how far the distribution of the outcome moves, 0 to 1, when a factor is held to a part of its range; the "
        "middle one of the parts, and the largest. A factor that does nothing would show up to what stands under “if idle”. "
        "Each factor by itself: what two do only together is not seen."
    ),
    "delta": (
        "Borgonovo's delta: by how much of its area, 0 to 1, the density of the outcome moves when a factor is known. A factor "
        "that does nothing would show up to what stands under “if idle”. Each factor by itself: what two do only together is "
        "not seen. ± is half a 95 % interval."
    ),
}


def study_words(study: Study) -> str:
    """A figure as readers are told of it: "Deaths, all, total"."""
    words = figure_words(study.figure)
    name = "" if study.metric in METRICS or not study.metric.isidentifier() else f" ({study.metric})"
    return f"{'difference in ' if study.versus else ''}{words}{name}"


def with_unit(study: Study) -> str:
    """The same with its unit, where it has one."""
    return f"{study_words(study)} ({study.unit})" if study.unit else study_words(study)


def where(found: Sensitivity, study: Study) -> str:
    """Under which scenario and mix: "under Confront, Pakistan: Aid 0.3"."""
    text = f"under {found.titles[study.scenario]}" if study.scenario else "over the scenarios that it names"
    text += f" minus {found.titles[study.versus]}" if study.versus else ""
    levers = found.mixes[study.mix] if study.mix < len(found.mixes) else {}
    said = [(factor_words(name), f"{value:g}" if isinstance(value, float) else value) for name, value in levers.items()]
    return ", ".join([text, *(f"{name} {value}" for name, value in said)])


def reading(found: Sensitivity) -> list[str]:
    """The studies in plain sentences, a paragraph each; the last says what they are not."""
    return [*(paragraph(found, one) for one in found.studies), NOT_A_FORECAST]


def paragraph(found: Sensitivity, study: Study) -> str:
    """What was found in one study, in sentences."""
    head = capital(f"{study_words(study)}, {where(found, study)}")
    if study.indices is None:
        return f"{head}: {number(study.mean)} at every point; nothing that was varied moves it."
    tell = {"sobol": _sobol, "morris": _morris, "ranks": _ranks, "pawn": _pawn, "delta": _delta}[found.method]
    return " ".join([f"{head}: {tell(study.indices)}", *_chance(study), *_size(study)])


def _sobol(one: Indices) -> str:
    table = one.table
    named = [
        f"“{factor_words(str(name))}” alone {_share(row, 'S1')}, with its interactions {_share(row, 'ST')}"
        for name, row in table.head(NAMED).iterrows()
        if row["ST"] > row["ST_conf"]
    ]
    text = f"of the spread between points, {'; '.join(named) or 'no factor makes a share that can be told from none'}."
    if one.told is not None:
        error = float(np.sqrt((table["S1_conf"] ** 2).sum()))
        text += f" Factors one by one make {one.told:.0%} of it (± {error:.0%})"
        rest = 1.0 - one.told
        text += f"; the other {rest:.0%} come from factors acting together." if rest > error else "."
    if one.pairs is not None and len(one.pairs):
        top = one.pairs.iloc[0]
        if top["S2"] > top["S2_conf"]:
            first, other = (factor_words(str(top[side])) for side in ("factor", "other"))
            text += f" The strongest pair is “{first}” with “{other}” ({top['S2']:.0%})."
        else:
            text += " No single pair stands out."
    return text


def _share(row: Any, index: str) -> str:
    return f"{row[index]:.0%}" if row[index] > row[f"{index}_conf"] else "nothing that can be told"


def _morris(one: Indices) -> str:
    table = one.table
    named = [
        f"“{factor_words(str(name))}” by {number(row['mu_star'])} (± {number(row['mu_star_conf'])}, {_way(row)})"
        for name, row in table.head(NAMED).iterrows()
        if row["mu_star"] > 0
    ]
    text = f"moved most, over a factor's whole range, by {'; '.join(named)}." if named else "nothing moves it."
    apart = _ahead(table["mu_star"].to_numpy(), table["mu_star_conf"].to_numpy())
    if apart:
        text += (
            f" The intervals tell the first {apart} apart from all that follow."
            if apart > 1
            else (" The interval of the first is apart from all that follow.")
        )
    still = int((table["mu_star"] == 0).sum())
    return text + (f" {still} of {len(table)} factors change nothing at all." if still else "")


def _ranks(one: Indices) -> str:
    clear = [row for row in one.table.iterrows() if abs(row[1]["coefficient"]) > row[1]["coefficient_conf"]][:NAMED]

    def named(sign: int) -> str:
        return " and ".join(
            f"“{factor_words(str(name))}” ({row['coefficient']:+.2f} ± {row['coefficient_conf']:.2f})"
            for name, row in clear
            if row["coefficient"] * sign > 0
        )

    ways = [f"{word} most with {named(sign)}" for word, sign in (("rises", 1), ("falls", -1)) if named(sign)]
    text = f"{', and '.join(ways)}." if ways else "goes with no factor that can be told."
    return (
        f"{text} In brackets: rank coefficients, 1 or -1 where the outcome follows this alone, 0 where it does not follow it. "
        f"All that was varied tells {one.told:.0%} of the spread of ranks (R²)."
    )


def _pawn(one: Indices) -> str:
    return _above_idle(one, "median", "moves most with", "distances, 0 to 1, each from all points")


def _delta(one: Indices) -> str:
    return _above_idle(one, "delta", "hangs most on", "delta, 0 to 1")


def _above_idle(one: Indices, index: str, verb: str, brackets: str) -> str:
    """The factors whose index a factor that does nothing would hardly reach."""
    surely = one.table[index] - one.table.get(f"{index}_conf", 0.0)
    above = one.table[surely > one.table["idle"]]
    if not len(above):
        return "no factor can be told from one that does nothing."
    said = [f"“{factor_words(str(name))}” ({row[index]:.2f})" for name, row in above.head(NAMED).iterrows()]
    return (
        f"{verb} {', '.join(said)}. In brackets: {brackets}. {len(above)} of {len(one.table)} factors can be told from one that "
        "does nothing."
    )


def _way(row: Any) -> str:
    share = row["mu"] / row["mu_star"]
    if abs(share) > 0.9:
        return "up with it" if share > 0 else "down with it"
    return ("mostly up" if share > 0 else "mostly down") if abs(share) > 0.5 else "up here and down there"


def _ahead(values: Any, half: Any) -> int:
    """How many of the first are above all that follow, by intervals of their difference; 0 if none is."""
    for count in range(1, min(len(values), 10)):
        last, after = count - 1, slice(count, None)
        if all(values[last] - x > hypot(half[last], h) for x, h in zip(values[after], half[after], strict=True)):
            return count
    return 0


def _chance(study: Study) -> Iterator[str]:
    if study.chance.left is None and study.chance.share is None:
        yield "With one world at each point, random draws cannot be told from what was varied."
    elif study.chance.share is None:
        yield f"Random draws within points make {study.chance.left:.0%} of the spread between points."
    else:
        left = (
            ""
            if study.chance.left is None
            else (f" and, once a point's worlds are averaged, {study.chance.left:.0%} of that between points")
        )
        yield f"Random draws within points make {study.chance.share:.0%} of the spread between single worlds{left}."


def _size(study: Study) -> Iterator[str]:
    if study.doubts:
        yield f"The sample is too small: {'; '.join(study.doubts)}."
    if study.left_out:
        yield f"{study.left_out:,} points were left out, as the model failed at one of those that belong together."


def lines(found: Sensitivity, study: Study, width: int = 80) -> str:
    """A study's paragraph as it stands under its table, broken to a width."""
    import textwrap

    text = paragraph(found, study)
    text = text.partition(": ")[2] if study.indices is not None else text
    return textwrap.fill(capital(text), width)


def table_of(found: Sensitivity, study: Study, most: int | None) -> Table:
    """A study's indices for a terminal, the first so many factors."""
    heads, rows = cells(found, study)
    return terminal_table(f"{with_unit(study)}, {where(found, study)}", heads, rows[:most], ids=True)


def cells(found: Sensitivity, study: Study) -> tuple[list[str], list[list[str]]]:
    """A study's indices as text: the heads, and a row for each factor."""
    heads = HEADS[found.method]
    thirds = {} if found.method == "morris" else {"lowest_third": "low third", "highest_third": "high third"}
    head, rows = ["factor", *heads.values(), *thirds.values()], []
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
