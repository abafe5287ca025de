"""Map: where the TTP's attacks happen, and how many fighters are in refuge where, month by month, on a schematic map."""

from __future__ import annotations

import streamlit as st

from dashboard.runtime import state
from dashboard.widgets import choosing, playback, sentences, show
from sim.plots.places import SCHEMATIC, map_picture, moving_map
from sim.plots.single import picture
from sim.results import Comparison

show.page(
    "Map",
    f"Where the TTP's attacks happen, and where its fighters are in refuge across the Durand Line. {SCHEMATIC}",
)


def maps(found: Comparison, month: int) -> None:
    """The map of each scenario, side by side."""
    show.side_by_side(found, month, "map", "TTP attacks by area, and fighters in refuge", moving_map, map_picture)


def body() -> None:
    here = state.publish(choosing.scenarios(state.current()))
    found = show.comparison(choosing.untold(here), panels=True)
    if found is None:
        return
    playback.through("map", found.results[found.baseline].months, lambda month: maps(found, month))
    st.caption(
        "Attacks are those that happened in the modelled month, before anybody counted or claimed them. A circle shows how many "
        "fighters are in refuge there in that month. Each group shelters in one area, by the model's roster; what share of its "
        "fighters is across the line changes with operations, and with what Kabul does. Behind these figures are people who died."
    )
    st.subheader("Year by year", anchor=False)
    show.picture(show.drawn((sentences.digest(found), "areas"), lambda: picture(found, "areas")), "areas")
    with st.container(key="stamp"):
        st.caption(f"Run {sentences.digest(found)}")


body()
