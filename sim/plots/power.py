"""Who has power within, and who holds what over whom: factions over time, and resources in one month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import altair as alt
import numpy as np

from sim.plots import lines
from sim.plots.data import Rows, Source, as_comparison, called, how_to_read, months, panel_of, parting
from sim.plots.gallery import Picture
from sim.plots.moving import Moving, split
from sim.plots.tables import Table, first_and_last, panel_text, pivot, rows_of
from sim.plots.theme import NOTE, SOFT, WIDTH, broken, colour, dress, name_axis
from sim.results.paired import Comparison
from sim.vocabulary import ACTORS, FACTIONS, RESOURCES_PAKISTAN_NEEDS, RESOURCES_TALIBAN_NEEDS
from sim.words.language import N_, _, together
from sim.words.numbers import number
from sim.words.sentences import month_words, side_by_side

Actor = Literal["pakistan", "taliban"]
DIRECTIONS: dict[lines.Direction, tuple[str, Mapping[str, str]]] = {
    "pakistan_taliban": (N_("What Pakistan holds over Kabul"), RESOURCES_TALIBAN_NEEDS),
    "taliban_pakistan": (N_("What Kabul holds over Pakistan"), RESOURCES_PAKISTAN_NEEDS),
}
_LABELS = 128
_SUBTITLE = N_("Need times control, 0 to 1, the mean over the modelled worlds.")


def faction_power(source: Source, actor: Actor, *, width: int = WIDTH) -> Any:
    """How power is shared among an actor's factions over time, a panel each.

    Raises:
        ValueError: the run kept no panels.
    """
    comparison = as_comparison(source)
    series: dict[str, dict[str, Any]] = {}
    for name in comparison.results:
        labels, values = panel_of(comparison, name, "faction_power")
        for faction, title in FACTIONS[actor].items():
            series.setdefault(_(title), {})[name] = values[:, :, labels.index(faction)]
    subtitle = f"{how_to_read(comparison, lines.BAND)} {parting(comparison)}"
    title = _("{actor}: who has power within", actor=_(ACTORS[actor]))
    return lines._overlaid(
        comparison, series, title, subtitle, _("share of power"), max(1, width // WIDTH), 84, width, (0, 1)
    )


def faction_picture(source: Source, actor: Actor) -> Picture:
    """The same with its words and its table."""
    comparison = as_comparison(source)
    chart = faction_power(comparison, actor)
    return Picture(
        f"factions-{actor}",
        _("{actor}: who has power within", actor=_(ACTORS[actor])),
        _("Shares of power of the factions within {actor}; they add up to 1 in every world.", actor=_(ACTORS[actor])),
        _("Shares of power in the last month: {each}.", each=panel_text(chart)),
        chart,
        first_and_last(comparison, chart, _("Faction")),
    )


def holdings(source: Source, direction: lines.Direction, month: int, *, width: int = WIDTH) -> Any:
    """What one side holds over the other in a month, resource by resource, a bar per scenario.

    Args:
        direction: `pakistan_taliban` is what Pakistan holds over Kabul; month: its number, from 0.

    Raises:
        ValueError: the run kept no panels.
    """
    comparison = as_comparison(source)
    names, (title, resources) = list(called(comparison).values()), DIRECTIONS[direction]
    order = ["\n".join(broken(_(one), 20)) for one in resources.values()]
    base = alt.Chart(width=width - _LABELS, height=alt.Step(13 if len(names) > 1 else 28)).encode(
        y=alt.Y("resource:N", sort=order, title=None, axis=name_axis(), scale=alt.Scale(paddingInner=0.3)),
        yOffset=alt.YOffset("scenario:N", sort=names),
        x=alt.X(
            "held:Q",
            scale=alt.Scale(domain=[0, round(_end(comparison), 2)], nice=False),
            axis=alt.Axis(title=None, tickCount=3, grid=True, domain=False),
        ),
    )
    bars = base.transform_filter("isValid(datum.resource)")
    chart = alt.layer(
        bars.mark_bar().encode(color=colour(names, legend=False)),
        bars.mark_text(align="left", dx=3).encode(text="words:N"),
        alt.Chart()
        .transform_filter("isValid(datum.when)")
        .mark_text(align="right", dy=32, fontSize=NOTE, fontWeight="bold", color=SOFT)
        .encode(x=alt.value("width"), y=alt.value("height"), text="when:N"),
    )
    return dress(chart, _rows(comparison, direction, month), title, _(_SUBTITLE), width)


def moving_holdings(source: Source, direction: lines.Direction, month: int) -> Moving:
    """The same in two parts, for a page on which months go by."""
    comparison = as_comparison(source)
    names = called(comparison)
    key = ("holdings", direction, *names.values(), _end(comparison))
    return split(key, lambda: holdings(comparison, direction, month), _rows(comparison, direction, month))


def holdings_picture(source: Source, direction: lines.Direction, month: int) -> Picture:
    """What one side holds over the other in a month, with its words and its table."""
    comparison = as_comparison(source)
    chart, names, title = (
        holdings(comparison, direction, month),
        list(called(comparison).values()),
        _(DIRECTIONS[direction][0]),
    )
    table: Table = pivot(rows_of(chart)[:-1], "resource", _("Resource"), "scenario", names, lambda row: row["label"])
    when = months(comparison)[month]
    said = side_by_side(
        _("{resource} {figures}", resource=cells[0], figures=together(", ", cells[1:])) for cells in table.rows
    )
    return Picture(
        f"{direction.replace('_', '-over-')}-{when}",
        _("{title}, {month}", title=title, month=month_words(when)),
        _(
            "How far the one needs a thing, times the share of it that the other can give or withdraw. Nothing that nobody "
            "needs gives leverage, and nothing that somebody else gives as well."
        ),
        _(
            "{title}, {month} ({scenarios}): {parts}.",
            title=title,
            month=month_words(when),
            scenarios=together(", ", names),
            parts=said,
        ),
        chart,
        table,
    )


def _end(comparison: Comparison) -> float:
    """Where the axis of both directions ends: room for figures, and for the names at the bars of the first resource."""
    both = [_most(comparison, direction) for direction in DIRECTIONS]
    return max(1.25 * max(0.05, *(most for found in both for most in found)), *(2.2 * found[0] for found in both))


def _most(comparison: Comparison, direction: lines.Direction) -> list[float]:
    """The most that each resource gives in any month of any scenario, the mean over worlds."""
    panel = f"leverage_{direction}_by_resource"
    found = [panel_of(comparison, name, panel)[1].mean(axis=0).max(axis=0) for name in comparison.results]
    return [float(f"{most:.3g}") for most in np.max(found, axis=0)]


def _rows(comparison: Comparison, direction: lines.Direction, month: int) -> Rows:
    names, resources = called(comparison), DIRECTIONS[direction][1]
    rows: Rows = []
    when = months(comparison)[month]
    for name in comparison.results:
        labels, values = panel_of(comparison, name, f"leverage_{direction}_by_resource")
        for place, label in enumerate(labels):
            held = float(np.mean(values[:, month, place]))
            title = "\n".join(broken(_(resources[label]), 20))
            row = {"resource": title, "scenario": names[name], "held": round(held, 4), "label": number(held)}
            said = _(
                "{resource}, {month}: {figure} under {scenario}",
                resource=_(resources[label]),
                month=month_words(when),
                figure=number(held),
                scenario=names[name],
            )
            named = f"{number(held)}  {names[name]}" if place == 0 and len(names) > 1 else number(held)
            rows.append({**row, "words": named, "said": said})
    return [*rows, {"when": month_words(when)}]
