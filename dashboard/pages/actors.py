"""Actors: who has a hold on whom, who leans to whom, how far they are at odds, and who has power within."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.runtime import state
from dashboard.runtime.language import _
from dashboard.widgets import choosing, playback, sentences, show
from sim.plots import power
from sim.plots.data import parts_at
from sim.plots.network import NO_HEAD, moving_network, network_picture
from sim.plots.single import picture
from sim.results import Comparison

ACTORS: tuple[power.Actor, ...] = ("taliban", "pakistan")
BETWEEN = ("tension", "leverage_in_use")

show.page(
    _("Actors"),
    _(
        "Who holds what over whom, and who leans to whom. Leverage here is need times control: a thing gives "
        "leverage to whoever can give or withhold it, as far as the other needs it. What counts in the end is "
        "leverage in use: that, as far as the other believes that it will be withheld."
    ),
)


def ties(found: Comparison, month: int) -> None:
    """The network of each scenario, side by side, and below it what is held over whom, resource by resource."""
    show.side_by_side(found, month, "network", _("leverage and alignment"), moving_network, network_picture)
    st.caption(_(NO_HEAD))
    st.subheader(_("Who holds what over whom, by resource"), anchor=False)
    st.caption(
        _(
            "Kabul's dependence on Pakistan is the mean of Pakistan's shares in what Kabul needs, weighted by how much "
            "each is needed. Leverage by a single resource may lie above it, and parts do not add up to it."
        )
    )
    with show.row("holdings"):
        for direction, (title, _said) in power.DIRECTIONS.items():
            parts = power.moving_holdings(found, direction, month)
            words = partial(power.holdings_picture, found, direction, month)
            show.picture(show.Drawn(direction, _(title), parts.specification, parts.rows, words), direction)


def between(found: Comparison) -> None:
    """How far Islamabad and Kabul are at odds, and what Islamabad's leverage is worth, over all months."""
    st.subheader(_("Between Islamabad and Kabul, over time"), anchor=False)
    run = sentences.digest(found)
    with show.row("between"):
        for metric in BETWEEN:
            show.picture(show.drawn((run, "fan", metric), partial(picture, found, "fan", metric)), f"fan-{metric}")


def factions(found: Comparison) -> None:
    """Power within Pakistan and within the movement in Kabul, over all months."""
    st.subheader(_("Power within, over time"), anchor=False)
    run = sentences.digest(found)
    with show.row("factions"):
        for actor in ACTORS:
            made = show.drawn((run, "factions", actor), partial(power.faction_picture, found, actor))
            show.picture(made, f"factions-{actor}")


def body() -> None:
    here = state.publish(choosing.scenarios(state.current()))
    found = show.comparison(choosing.untold(here), panels=True)
    if found is None:
        return
    playback.through(
        "actors", found.results[found.baseline].months, lambda month: ties(found, month), parts_at(found) or 0
    )
    between(found)
    factions(found)
    with st.container(key="stamp"):
        st.caption(_("Run {digest}", digest=sentences.digest(found)))


body()
