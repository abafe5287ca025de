"""Months going by: a slider, and a button that plays through them and stops again."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from dashboard.runtime import state
from sim.vocabulary import month_words

# Seconds between two months, and how long one is at least shown.
PACE, LEAST = 0.9, 0.6
_PLAYING, _STEPPED = "playing", "stepped"


def through(page: str, dates: list[str], draw: Callable[[int], None]) -> None:
    """The slider and the button of a page, and below them what it shows of a month.

    Args:
        page: its name; dates: the months; draw: shows the month with this number.
    """
    playing = st.session_state.get(_PLAYING) == page
    place = state.key("month of", page, dates[0], len(dates))
    st.button(
        "Stop" if playing else "Play through the months",
        key=state.key("play", page),
        on_click=_turn,
        args=[page, place, dates],
        help="Shows one month after the other. The arrow keys on the slider do the same by hand.",
    )

    @st.fragment(run_every=PACE if playing else None)
    def body() -> None:
        here = state.current()
        if place not in st.session_state:
            st.session_state[place] = here.month if here.month in dates else dates[-1]
        if playing and st.session_state.get(_PLAYING) == page:
            _step(place, dates)
        month = st.select_slider("Month", dates, key=place, format_func=month_words, on_change=_stop)
        state.publish(here.with_(month="" if month == dates[-1] else month))
        draw(dates.index(month))
        if playing and st.session_state.get(_PLAYING) != page:
            st.rerun(scope="app")  # the clock of this part is to stand still again

    body()


def _turn(page: str, place: str, dates: list[str]) -> None:
    """Begin to play, from the start where the end was reached; or stop."""
    if st.session_state.get(_PLAYING) == page:
        _stop()
        return
    st.session_state[_PLAYING], st.session_state[_STEPPED] = page, time.monotonic()
    if st.session_state.get(place, dates[-1]) == dates[-1]:
        st.session_state[place] = dates[0]


def _stop() -> None:
    st.session_state[_PLAYING] = ""


def _step(place: str, dates: list[str]) -> None:
    """On to the next month, unless this one has only just come."""
    if time.monotonic() - st.session_state[_STEPPED] < LEAST:
        return
    st.session_state[_STEPPED] = time.monotonic()
    number = dates.index(st.session_state[place]) + 1
    st.session_state[place] = dates[min(number, len(dates) - 1)]
    if number >= len(dates) - 1:
        _stop()
