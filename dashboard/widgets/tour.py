"""A tour in six steps: each shows one thing on its page, and says one sentence. Asked for on the start page, left at any time.

The step stands in the address, so a tour can be gone back in, broken off, and come back to.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import streamlit as st

from dashboard.runtime import gate
from dashboard.runtime.language import _
from sim.words.language import N_

STEP = "tour"  # in the address


@dataclass(frozen=True)
class Stop:
    """One step: on which page, by its file in pages/; what is shown there, as a CSS selector; what is said."""

    page: str
    shown: str
    words: str


STOPS = (
    Stop(
        "start",
        '[class*="st-key-course-"]',
        N_(
            "Pakistan may confront Kabul over the TTP or accommodate it: these are the two courses that all starts "
            "from."
        ),
    ),
    Stop(
        "compare",
        ".st-key-said",
        N_("Here the page says what came of each course, and in how many modelled worlds out of a hundred."),
    ),
    Stop(
        "compare",
        ".st-key-strip, .st-key-wide-picture-fan > .stPrintGraphic",
        N_("Month by month: the line is the middle of all worlds, and the bands tell how far they are apart."),
    ),
    Stop(
        "compare",
        ".st-key-lever-list",
        N_(
            "Move a lever: a version of your own comes beside the others, words and pictures follow, and Undo takes "
            "it back."
        ),
    ),
    Stop(
        "why",
        ".st-key-because",
        N_("Here you ask why a figure came out as it did, and follow it back to decisions and rules."),
    ),
    Stop(
        "evidence",
        ".st-key-found",
        N_(
            "Here every rule leads to what it rests on: a paragraph of an article, or a judgement that says that it "
            "is one."
        ),
    ),
)


def offer() -> None:
    """The way into the tour, from the page of its first step."""
    st.session_state["tour on"] = STOPS[0].page
    with st.container(key="tour-offer"):
        st.page_link(
            f"pages/{STOPS[0].page}.py",
            label=_("Take a tour of {count} steps, in two minutes", count=len(STOPS)),
            query_params={STEP: "1"},
        )


def bar(url_path: str) -> None:
    """What is said at this step, and the ways on, back and out; nothing on a page where no step is."""
    here = _stop(url_path)
    if here is None:
        return
    number, stop = here
    if (
        st.session_state.get("tour on") == stop.page
    ):  # a link to the page that one is on leaves the browser's address as it was
        st.query_params[STEP] = str(number)
    st.session_state["tour on"] = stop.page
    with st.container(key="tour"):
        at = _("Tour, step {number} of {count}.", number=number, count=len(STOPS))
        st.markdown(f"**{at}** {_(stop.words)}")
        with st.container(horizontal=True, gap="medium", vertical_alignment="center", key="tour-ways"):
            if number > 1:
                _to(number - 1, _("Back"))
            if number < len(STOPS):
                _to(number + 1, _("Next"))
            out = _("Leave the tour") if number < len(STOPS) else _("Done")
            st.button(out, key="leave the tour", on_click=_leave, type="tertiary")


def point(url_path: str) -> None:
    """Mark what a step shows, and bring it into sight; at the end of a page, when it is there."""
    if (here := _stop(url_path)) is not None:
        shown = here[1].shown
        mark = f"<style>:is({shown}) {{ outline: 3px solid var(--accent); outline-offset: 4px; border-radius: 4px; }}</style>"
        with st.container(key="tour-mark"):
            st.html(
                f'{mark}<i hidden data-durand-show="{escape(shown)}"></i><script>{gate.SHOW}</script>',
                unsafe_allow_javascript=True,
            )


def _leave() -> None:
    st.query_params.pop(STEP, None)  # pressed twice, it is gone already


def _to(number: int, label: str) -> None:
    st.page_link(f"pages/{STOPS[number - 1].page}.py", label=label, query_params={STEP: str(number)})


def _stop(url_path: str) -> tuple[int, Stop] | None:
    """The step that the address names, where it is on this page."""
    number = str(st.query_params.get(STEP, ""))
    if number not in map(str, range(1, len(STOPS) + 1)):
        return None
    stop = STOPS[int(number) - 1]
    return (int(number), stop) if url_path == ("" if stop is STOPS[0] else stop.page) else None
