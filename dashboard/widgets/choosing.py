"""What is chosen on pages other than Compare: which scenarios are shown, which of them is asked about, which month."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.runtime import asked as asked_of
from dashboard.runtime import state
from dashboard.runtime.asked import BEFORE
from dashboard.runtime.language import _
from dashboard.runtime.state import MOST_SCENARIOS, State
from dashboard.widgets import controls, sentences, show
from sim.metrics import METRICS
from sim.results import Comparison
from sim.results.reading import titles
from sim.words.sentences import month_words


def scenarios(here: State) -> State:
    """Which scenarios are shown; what was set on Compare is kept, and told."""
    chosen = st.multiselect(
        _("Scenarios"),
        controls.choices(here),
        list(here.scenarios),
        format_func=lambda name: controls.title_of(here, name),
        max_selections=MOST_SCENARIOS,
        select_all=False,
        key=state.key("shown scenarios"),
        help=_("Two to four. Each is simulated in the same modelled worlds, with the same random draws."),
    )
    if len(chosen) < 2:
        st.info(_("Choose two scenarios or more; until then the last choice stays."))
        return here
    here = here.comparing(chosen)
    if changed := sentences.changes(here):
        st.caption(show.plain(changed))
    return here


def metric(here: State, label: str, key: str) -> State:
    """Which metric is looked at."""
    chosen = st.selectbox(
        label,
        list(METRICS),
        list(METRICS).index(here.metric),
        format_func=lambda name: _(METRICS[name].title),
        key=state.key(key),
    )
    return here.with_(metric=chosen)


def asked(here: State, found: Comparison) -> State:
    """Which scenario is asked about, what it is compared with, which metric, and how far it is followed."""
    names, called = list(found.results), titles(*found.results.values())
    first, second, third, fourth = st.columns([2, 2, 3, 2])
    shown = first.selectbox(
        _("Ask about"),
        names,
        names.index(here.shown) if here.shown in names else len(names) - 1,
        format_func=called.__getitem__,
        key=state.key("ask about", *names),
    )
    others = [BEFORE, *(name for name in names if name != shown)]
    usual = asked_of.usual(shown, names)
    versus = second.selectbox(
        _("Compared with"),
        others,
        others.index(here.versus if here.versus in others else usual),
        format_func=lambda name: _("the month before") if name == BEFORE else called[name],
        key=state.key("compared with", shown, *names),
    )
    with third:
        here = metric(here, _("What to ask about"), "asked metric")
    spans = [0, 1, 2, 3, 6, 12]
    back = fourth.selectbox(
        _("Months followed back"),
        spans,
        spans.index(here.back) if here.back in spans else 0,
        format_func=lambda count: _("as usual") if count == 0 else str(count),
        key=state.key("back"),
        help=_(
            "What stood at the end of the month before that is a term of its own. More months lead further back and "
            "take longer. As usual: three between scenarios, one from a month to the next."
        ),
    )
    return here.with_(
        shown="" if shown == names[-1] else shown,
        versus="" if versus == usual else versus,
        back=back,
    )


def pair(here: State, found: Comparison) -> tuple[str, str | None]:
    """Names of the scenario asked about and of the one it is compared with; None for the month before."""
    return asked_of.pair(here, list(found.results))


def clicked(place: str, pick: str) -> int | None:
    """The number of the month that was clicked in a picture since it was last asked; None for none."""
    chosen = st.session_state.get(place)
    found: dict[str, Any] = next(iter(chosen.selection.get(pick) or ()), {}) if chosen is not None else {}
    number, before = found.get("month"), st.session_state.get(f"clicked {place}")
    st.session_state[f"clicked {place}"] = number
    return int(number) if isinstance(number, int | float) and number != before else None


def month(here: State, dates: list[str], number: int | None, label: str) -> State:
    """Which month is looked at, from a list; the last unless chosen. A number, of a month that was clicked, comes first."""
    key = state.key("month", dates[0], len(dates))
    if number is not None and 0 <= number < len(dates):
        st.session_state[key] = dates[number]
    elif key not in st.session_state:
        st.session_state[key] = here.month if here.month in dates else dates[-1]
    chosen = st.selectbox(label, dates, format_func=month_words, key=key)
    return here.with_(month="" if chosen == dates[-1] else chosen)


def untold(here: State) -> State:
    """The state for a page whose worlds are never told the record; it says so where Compare's are."""
    if here.told:
        st.caption(_("Here worlds go on from the beginning, told nothing of the record; on Compare they are told."))
    return here.with_(told="")
