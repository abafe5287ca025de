"""Map: where the TTP attacks and has a foothold, and how many fighters are in refuge where, month by month."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.runtime import state
from dashboard.runtime.language import _
from dashboard.widgets import choosing, playback, sentences, show
from sim.plots.data import parts_at
from sim.plots.places import ATTACKS, LAYERS, OUTLINES, map_picture, moving_map
from sim.plots.single import picture
from sim.results import Comparison

show.page(
    _("Map"),
    _("Where the TTP attacks, where it has a foothold, and where its fighters are in refuge across the Durand Line."),
)


def maps(found: Comparison, shown: str, month: int) -> None:
    """The map of each scenario, side by side."""
    parts = partial(moving_map, shown=shown), partial(map_picture, shown=shown)
    show.side_by_side(
        found, month, "map", _("{layer} by area, and fighters in refuge", layer=_(LAYERS[shown].title)), *parts
    )


def body() -> None:
    here = state.publish(choosing.scenarios(state.current()))
    found = show.comparison(choosing.untold(here), panels=True)
    if found is None:
        return
    shown = st.segmented_control(
        _("Areas coloured by"),
        list(LAYERS),
        default=ATTACKS,
        format_func=lambda name: _(LAYERS[name].title),
        key=state.key("map layer"),
    )
    playback.through(
        "map", found.results[found.baseline].months, partial(maps, found, shown or ATTACKS), parts_at(found) or 0
    )
    st.caption(_(OUTLINES))
    st.caption(
        _(
            "Attacks are those that happened in the modelled month, before anybody counted or claimed them. A "
            "foothold, from 0 to 1, is what armed groups have of an area: networks, recruits, money, ground that the "
            "state does not hold; it grows where fighters cross and nobody holds, and operations clear it for a "
            "time. A circle shows how many fighters are in refuge there in that month. Each group shelters in one "
            "area, by the model's roster; what share of its fighters is across the line changes with operations, and "
            "with what Kabul does. Behind these figures are people who died."
        )
    )
    st.subheader(_("Year by year"), anchor=False)
    show.picture(show.drawn((sentences.digest(found), "areas"), lambda: picture(found, "areas")), "areas")
    with st.container(key="stamp"):
        st.caption(_("Run {digest}", digest=sentences.digest(found)))


body()
