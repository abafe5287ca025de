"""Evidence: sources, claims, conflicts, rules and parameters; what rests on what, and what goes with a source."""

from __future__ import annotations

import streamlit as st

from dashboard.runtime import state
from dashboard.runtime.language import _
from dashboard.widgets import cards, feedback, links, show
from sim.evidence import ledger
from sim.provenance import cover
from sim.provenance.seek import KINDS, conflicts, seek
from sim.provenance.without import without
from sim.words.language import N_, speaking, spoken

show.page(
    _("Evidence"),
    _(
        "Every rule and every number of the model says what it rests on: a claim of a source, in our own words, or a "
        "judgement. Look anything up, and follow it both ways."
    ),
)
VIEWS = {
    "look": N_("Look up"),
    "conflicts": N_("Conflicts"),
    "without": N_("Switch a source off"),
    "cover": N_("How far it rests on evidence"),
    "loops": N_("Feedback loops"),
}
# What much of the model turns on: an id of each kind, and the question that it bears on.
FIRST = {
    "002.1-ttp-bargaining-chip": N_("A claim: does Kabul keep the TTP as a bargaining chip?"),
    "threat_response": N_("A parameter: do threats move Kabul to restraint, or away from it?"),
    "value_of_the_chip": N_("A rule: what the chip is worth while Kabul's wishes are unmet"),
    "004": N_("A source: an article of September 2021, and what rests on it"),
}


def look(here: state.State) -> state.State:
    """Search, what was found, and the card that was opened."""
    first, second = st.columns([3, 2])
    words = first.text_input(
        _("Search, or an id"),
        here.find,
        max_chars=state.MOST_LETTERS,
        key=state.key("find"),
        help=_("Words in any order, such as: sanctuary leverage. Or an id, such as 001 or kinship_weight."),
    )
    kinds = second.multiselect(
        _("Only"),
        list(KINDS),
        [],
        format_func=lambda kind: _(KINDS[kind]),
        key=state.key("kinds"),
        placeholder=_("all kinds"),
    )
    here = here.with_(find=" ".join(words.split()))
    left, right = st.columns([2, 3], gap="medium")
    with left, st.container(key="found"):
        with speaking(spoken()):  # asked once, not for every claim
            found = seek(here.find, kinds)
        cards.results(found)
    with right, st.container(key="card"):
        if here.card:
            st.button(_("Close this card"), key=state.key("close"), on_click=close)
            cards.about(here.card)
        else:
            begin()
    return here


def begin() -> None:
    """What may be followed first by whoever looks for nothing yet."""
    st.info(_("Choose something on the list to see what it rests on, and what rests on it."))
    st.markdown(_("**Or begin with one of these**"))
    for name, words in FIRST.items():
        links.evidence(name, _(words))


def close() -> None:
    state.publish(state.current().with_(card=""))


def switch_off(here: state.State) -> state.State:
    """A source switched off."""
    sources = ledger().sources
    names = ["", *sources]
    chosen = st.selectbox(
        _("Source to switch off"),
        names,
        names.index(here.without),
        format_func=lambda name: f"{name}: {_(sources[name].title)}" if name else _("none"),
        key=state.key("without"),
    )
    if chosen:
        cards.gone(without([chosen]), _(sources[chosen].title))
    else:
        st.info(_("Choose a source to see which rules and parameters would lose their footing without it."))
    return here.with_(without=chosen)


def body() -> None:
    here = links.follow()
    views = list(VIEWS)
    view = st.segmented_control(
        _("View"),
        views,
        default="without" if here.without and not here.card else "look",
        format_func=lambda name: _(VIEWS[name]),
        key=state.key("view", here.card),
        label_visibility="collapsed",
        required=True,
    )
    if view == "conflicts":
        found = conflicts()
        st.markdown(
            _(
                "{count} pairs of claims contradict or qualify each other. Both are kept, and rules say which they follow.",
                count=len(found),
            )
        )
        cards.pairs(found)
    elif view == "without":
        here = switch_off(here)
    elif view == "cover":
        cards.coverage(cover())
    elif view == "loops":
        feedback.loops()
    else:
        here = look(here)
    state.publish(here)


body()
