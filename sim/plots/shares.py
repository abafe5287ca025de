"""Pictures of shares and places: verdicts, attacks by area, levers in force."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np

from sim.plots.data import Rows, Source, as_comparison, called, monthly, months, panel_of, parting, rounded
from sim.plots.tables import one_line
from sim.plots.theme import ON_LIGHT, WIDTH, broken, colour, dress, facet_columns, month_x, name_axis, panels
from sim.results.paired import Comparison
from sim.results.reading import endings
from sim.theme import BLUES, ON_DARK, ON_RAMP, PAPER, RAMP, STEPS
from sim.vocabulary import AFGHAN_AREAS, LEVERS, PAKISTAN_AREAS, STANCES, VERDICTS
from sim.words.language import _
from sim.words.numbers import number, shares
from sim.words.sentences import month_words, side_by_side

_AREAS = PAKISTAN_AREAS | AFGHAN_AREAS
_LABELS, _SAID = 116, 71  # px for the labels on the left, and for what is said at the end of a bar
_MOST_COLUMNS = 6
_OVERLAP = 0.15  # of a month, under what follows: no seams


def verdict_shares(source: Source, *, width: int = WIDTH) -> Any:
    """How the worlds end: the share of modelled worlds with each verdict, a bar per scenario."""
    comparison = as_comparison(source)
    names, rows = called(comparison), verdict_rows(comparison)
    shown = list(names.values())
    order = ["\n".join(broken(_(title), 16)) for title in VERDICTS.values()]
    base = alt.Chart(
        width=width - _LABELS, height=alt.Step(34 if len(shown) == 1 else 18 if width < 2 * WIDTH else 15)
    ).encode(
        y=alt.Y("verdict:N", sort=order, title=None, axis=name_axis()),
        yOffset=alt.YOffset("scenario:N", sort=shown),
        x=alt.X(
            "share:Q",
            scale=alt.Scale(domain=[0, round(1 / (1 - _SAID / (width - _LABELS)), 2)], nice=False),
            axis=alt.Axis(
                title=_("of 100 modelled worlds"),
                titleAnchor="start",
                values=[0, 0.5, 1],
                labelExpr="'' + datum.value * 100",
                domain=False,
                grid=True,
            ),
        ),
    )
    chart = alt.layer(
        base.mark_bar().encode(color=colour(shown, symbol="square", letters=width // 8)),
        base.mark_text(align="left", dx=4).encode(text="label:N"),
    )
    subtitle = _("Each world ends in one of six ways, by thresholds that are the modellers' judgement.")
    return dress(chart, rows, _("How the modelled worlds end"), subtitle, width)


def verdict_rows(comparison: Comparison) -> Rows:
    """What the shares of verdicts draw: a record per scenario and verdict."""
    names = called(comparison)
    rows: Rows = []
    for name, one in comparison.results.items():
        for verdict, (count, label) in endings(one).items():
            called_so = _(VERDICTS[verdict])
            title = "\n".join(broken(called_so, 16))
            value = float(rounded(np.array(count / one.worlds)))
            said = _(
                "{scenario}: {verdict} in {share} modelled worlds", scenario=names[name], verdict=called_so, share=label
            )
            rows.append({"verdict": title, "scenario": names[name], "share": value, "label": label, "said": said})
    return rows


def stances(source: Source, *, width: int = WIDTH) -> Any:
    """What Kabul does about the TTP: the share of worlds in each stance, month by month, a panel per scenario."""
    comparison = as_comparison(source)
    names, dates = called(comparison), months(comparison)
    edges = np.array([0.125, 0.375, 0.625, 0.875])  # half-way between the efforts that the stances stand for
    rows: Rows = []
    for name, one in comparison.results.items():
        stance = np.searchsorted(edges, one.arrays.metrics["taliban_stance"], side="right")
        below = np.zeros(len(dates))
        for place, label in enumerate(STANCES):
            part = np.mean(stance == place, axis=0)
            heights = {"share": part, "below": below, "to": below + part}
            below = below + part
            exact = {key: np.round(values, 6) for key, values in heights.items()}
            rows += monthly(exact, stance=_(label.replace("_", " ")), scenario=names[name])
        _say_stances(rows, names[name], dates, one.worlds)
    columns, panel = facet_columns(len(names), width)
    labels = [_(label.replace("_", " ")) for label in STANCES]
    axis = alt.Axis(title=_("of 100 worlds"), values=[0, 0.5, 1], labelExpr="'' + datum.value * 100")
    chart: Any = alt.layer(
        alt.Chart(width=panel, height=150)
        .mark_area()
        .encode(
            x=month_x(dates),
            y=alt.Y("below:Q", axis=axis, scale=alt.Scale(domain=[0, 1])),
            y2="to:Q",
            color=alt.Color(
                "stance:N",
                sort=labels,
                scale=alt.Scale(domain=labels, range=STEPS),
                legend=alt.Legend(columns=3, symbolType="square"),
            ),
        )
    )
    if len(names) > 1:
        chart = panels(chart, "scenario", list(names.values()), columns, panel)
    reads = _("Share of worlds in which Kabul takes each stance.")
    subtitle = f"{reads} {parting(comparison, marked=False)}"
    return dress(chart, rows, _("What Kabul does about the TTP"), subtitle, width)


def in_shares(rows: Rows, worlds: int) -> list[str]:
    """The shares (`share`) of rows that are all the kinds there are, in words, rounded together."""
    return shares([round(row["share"] * worlds) for row in rows])


def _say_stances(rows: Rows, scenario: str, dates: list[str], worlds: int) -> None:
    """Give the first row of each month of a scenario what is said at the pointer of all its stances (`said`)."""
    there: dict[int, Rows] = {}
    for row in rows:
        if row["scenario"] == scenario:
            there.setdefault(row["month"], []).append(row)
    for month, some in there.items():
        parts = zip(some, in_shares(some, worlds), strict=True)
        each = side_by_side(
            _("{stance} in {share} worlds", stance=row["stance"], share=part) for row, part in parts if row["share"] > 0
        )
        some[0]["said"] = _(
            "{month}, {scenario}: {each}", month=month_words(dates[month]), scenario=scenario, each=each
        )


def violence_by_area(source: Source, *, width: int = WIDTH) -> Any:
    """TTP attacks a month by area and year: means over months and worlds, the scenarios one below the other.

    Raises:
        ValueError: the run kept no panels.
    """
    comparison = as_comparison(source)
    names, spans = called(comparison), _spans(months(comparison))
    rows: Rows = []
    for name in comparison.results:
        shown, values = panel_of(comparison, name, "attacks_by_area")
        mean = values.mean(axis=0)
        for place, area in enumerate(shown):
            for label, (first, after) in spans.items():
                value = float(rounded(mean[first:after, place].mean()))
                title = "\n".join(broken(_(_AREAS.get(area, area)), 18))
                rows.append({"scenario": names[name], "area": title, "span": label, "attacks": value})
    most = max(row["attacks"] for row in rows)
    for row in rows:
        row["label"], row["dark"] = number(row["attacks"]), row["attacks"] > 0.55 * most
        row["said"] = _(
            "{scenario}, {area}, {span}: {figure} attacks a month",
            scenario=row["scenario"],
            area=one_line(row["area"]),
            span=row["span"],
            figure=row["label"],
        )
    areas = list(dict.fromkeys(row["area"] for row in rows))
    base = alt.Chart(width=width - _LABELS, height=alt.Step(44)).encode(
        x=alt.X("span:N", sort=list(spans), title=None, axis=alt.Axis(labelAngle=0, domain=False, ticks=False)),
        y=alt.Y("area:N", sort=areas, title=None, axis=name_axis()),
    )
    scale = alt.Scale(domain=[0, most or 1], range=BLUES, interpolate="rgb")
    chart = alt.layer(
        base.properties(name=RAMP)
        .mark_rect(stroke=PAPER, strokeWidth=2)
        .encode(color=alt.Color("attacks:Q", scale=scale, legend=None)),
        base.properties(name=ON_RAMP)
        .mark_text()
        .encode(text="label:N", color=alt.condition("datum.dark", alt.value(ON_DARK), alt.value(ON_LIGHT))),
    )
    if len(names) > 1:
        chart = panels(chart, "scenario", list(names.values()), 1, width)
    subtitle = _("TTP attacks a month, the mean over the modelled worlds. Stronger: more.")
    return dress(chart, rows, _("Where the TTP's attacks happen, year by year"), subtitle, width)


def levers_in_force(source: Source, *, width: int = WIDTH) -> Any:
    """What Pakistan does: each lever's intensity in force over time, the mean over worlds.

    Raises:
        ValueError: the run kept no panels.
    """
    comparison = as_comparison(source)
    names, dates = called(comparison), months(comparison)
    rows: Rows = []
    for name in comparison.results:
        levers, values = panel_of(comparison, name, "levers_in_force")
        mean = values.mean(axis=0)
        for place, lever in enumerate(levers):
            title = "\n".join(broken(_(LEVERS.get(lever, lever)), 21))
            for first, after, value, goes_on in _stretches(mean[:, place]):
                shown = after + _OVERLAP if goes_on else after
                row = {"scenario": names[name], "lever": title, "month": first, "after": after, "to": shown}
                said = _(
                    "{scenario}, {lever}, {first} to {last}: {value:.2f} of 1",
                    scenario=names[name],
                    lever=one_line(title),
                    first=month_words(dates[first]),
                    last=month_words(dates[after - 1]),
                    value=value,
                )
                rows.append({**row, "force": value, "said": said} if value > 0 else {**row, "force": value})
    used = {row["lever"] for row in rows if row["force"] > 0} or {row["lever"] for row in rows}
    # Blank stretches too, or a scenario without any lever would have no panel.
    rows = [row for row in rows if row["lever"] in used]
    order = [title for title in ("\n".join(broken(_(text), 21)) for text in LEVERS.values()) if title in used]
    columns = facet_columns(len(names), width)[0]
    panel = (width - _LABELS - 16 - 12 * (columns - 1)) // columns
    legend = alt.Legend(orient="bottom", title=_("intensity in force"), values=[0, 0.5, 1], gradientLength=120)
    chart: Any = (
        alt.Chart(width=panel, height=alt.Step(32))
        .mark_bar(height=16)
        .encode(
            x=month_x(dates, whole=True),
            x2="to:Q",
            y=alt.Y("lever:N", sort=order, title=None, axis=name_axis(grid=True)),
            color=alt.Color(
                "force:Q", scale=alt.Scale(domain=[0, 1], range=BLUES[1:], interpolate="rgb"), legend=legend
            ),
            opacity=alt.condition("datum.force > 0", alt.value(1), alt.value(0)),
        )
    )
    if len(names) > 1:
        chart = panels(chart, "scenario", list(names.values()), columns, panel)
    subtitle = _("Each lever's intensity, 0 to 1: the mean over the modelled worlds. Blank: not in force.")
    return dress(chart, rows, _("What Pakistan does"), subtitle, width)


def _spans(dates: list[str]) -> dict[str, tuple[int, int]]:
    """Calendar years, or stretches of several, in few columns: label -> first month number, and one after the last."""
    years = sorted({int(month[:4]) for month in dates})
    step = -(-len(years) // _MOST_COLUMNS)
    out: dict[str, tuple[int, int]] = {}
    for first in years[::step]:
        inside = [place for place, month in enumerate(dates) if first <= int(month[:4]) < first + step]
        last = int(dates[inside[-1]][:4])
        out[str(first) if last == first else f"{first}–{last % 100:02d}"] = (inside[0], inside[-1] + 1)
    return out


def _stretches(values: np.ndarray) -> list[tuple[int, int, float, bool]]:
    """Months of equal value put together.

    Returns:
        First month number, the one after the last, value (to a twentieth), and whether something follows at once.
    """
    steps = np.append(np.round(values * 20) / 20, 0.0)
    edges = [0, *(np.flatnonzero(np.diff(steps[:-1])) + 1).tolist(), len(values)]
    return [(first, after, float(steps[first]), bool(steps[after])) for first, after in pairwise(edges)]
