"""Months going by: a slider, a step back and one on, and a button that plays through them and stops again."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from dashboard.runtime import state
from dashboard.runtime.language import _
from sim.words.language import N_
from sim.words.sentences import month_words

# Seconds that a browser has for a picture, and that a month takes at most; and that all months take, by speed.
PICTURE, SLOWEST = 0.33, 1.8
SPEEDS = {N_("Usual speed"): 10.0, N_("Slow"): 20.0, N_("Fast"): 5.0}  # the usual one first: there the keyboard arrives
_PLAYING, _STEPPED = "playing", "stepped"


def through(page: str, dates: list[str], draw: Callable[[int], None], begins: int = 0) -> None:
    """The slider and the button of a page, and below them what it shows of a month.

    Args:
        page: its name; dates: the months; draw: shows the month with this number.
        begins: the month from which it plays when the last one was shown.
    """
    playing = st.session_state.get(_PLAYING) == page
    place = state.key("month of", page, dates[0], len(dates))
    slider = state.key("slider", place)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.button(
            _("Stop") if playing else _("Play through the months"),
            key=state.key("play", page),
            on_click=_turn,
            args=[page, place, dates, begins],
            width=190,  # of the longer of its two names, so that what stands beside it stays there
            help=_(
                "From where the scenarios part, or from the month that is shown. The arrow keys on the slider step "
                "by hand."
            ),
        )
        speed = st.segmented_control(
            _("Speed"),
            list(SPEEDS),
            format_func=_,
            default="Usual speed",
            key=state.key("speed", page),
            label_visibility="collapsed",
            required=True,
        )
    whole = SPEEDS[speed or "Usual speed"]

    @st.fragment(run_every=_pace(len(dates), whole)[1] if playing else None)
    def body() -> None:
        here = state.current()
        if place not in st.session_state:
            st.session_state[place] = here.month if here.month in dates else dates[-1]
        if playing and st.session_state.get(_PLAYING) == page:
            _step(place, dates, whole)
        month = st.session_state[place]
        with st.container(horizontal=True, gap="small", vertical_alignment="center", key=f"months-{page}"):
            for label, by in ((N_("One month back"), -1), (N_("One month on"), 1)):
                st.button(
                    _(label), key=state.key("step", page, label), on_click=_by_hand, args=[place, slider, dates, by]
                )
            if playing:  # a slider would tell of a month that is past by now, where pictures come late
                st.session_state.pop(slider, None)
                st.progress(dates.index(month) / max(len(dates) - 1, 1), month_words(month))
            else:
                st.session_state.setdefault(slider, month)
                month = st.select_slider(_("Month"), dates, key=slider, format_func=month_words)
                st.session_state[place] = month
        state.publish(here.with_(month="" if month == dates[-1] else month))
        draw(dates.index(month))
        if playing and st.session_state.get(_PLAYING) != page:
            st.rerun(scope="app")  # the clock of this part is to stand still again

    body()


def _turn(page: str, place: str, dates: list[str], begins: int = 0) -> None:
    """Begin to play, anew where the end was reached; or stop."""
    if st.session_state.get(_PLAYING) == page:
        _stop()
        return
    st.session_state[_PLAYING], st.session_state[_STEPPED] = page, time.monotonic()
    if st.session_state.get(place, dates[-1]) == dates[-1]:
        st.session_state[place] = dates[begins]


def _stop() -> None:
    st.session_state[_PLAYING] = ""


def _pace(count: int, whole: float) -> tuple[int, float]:
    """How many of so many months a picture goes on, and seconds between two pictures."""
    each = min(whole / count, SLOWEST * whole / SPEEDS["Slow"])
    many = max(1, round(PICTURE / each))
    return many, many * each


def _by_hand(place: str, slider: str, dates: list[str], by: int) -> None:
    _stop()
    number = dates.index(st.session_state[place]) + by
    st.session_state[place] = st.session_state[slider] = dates[min(max(number, 0), len(dates) - 1)]


def _step(place: str, dates: list[str], whole: float) -> None:
    """On to the next month, or some further where there are many, unless this one has only just come."""
    many, seconds = _pace(len(dates), whole)
    if time.monotonic() - st.session_state[_STEPPED] < 0.7 * seconds:
        return
    st.session_state[_STEPPED] = time.monotonic()
    number = dates.index(st.session_state[place]) + many
    st.session_state[place] = dates[min(number, len(dates) - 1)]
    if number >= len(dates) - 1:
        _stop()
