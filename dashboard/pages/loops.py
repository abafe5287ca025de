"""Loops: which feedback loop is at work when, under the scenarios at hand; and the diagram of what feeds on what."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

import streamlit as st

from dashboard.runtime import asked, state, versions
from dashboard.runtime.language import _
from dashboard.widgets import choosing, feedback, show
from sim.loops.at_work import AtWork
from sim.loops.strip import strip_picture
from sim.mechanisms import LOOPS
from sim.words.sentences import capital

show.page(
    _("Loops"),
    _(
        "What happens feeds on itself: violence brings operations, and operations anger. Here each such loop is "
        "switched off in turn, in the same modelled worlds, to see what it does and when."
    ),
)


def at_work(here: state.State) -> None:
    """The strips of the scenarios, and what they show in sentences."""
    asks = asked.at_work(here, versions.scenarios(here))
    found = show.answers(lambda: asks)
    if found is None:
        return
    named = dict(zip(_titles(here), found.values(), strict=True))
    key = (*(one.key for one in asks.values()), "at work")
    show.picture(show.drawn(key, partial(strip_picture, named)), "loops-at-work", width=720)
    with st.container(horizontal=True, gap="medium"):
        for loop in _strongest_first(found.values()):
            name, how = map(_, LOOPS[loop])
            lines = [f"**{show.plain(capital(name))}.** {show.plain(how)}"]
            for title, one in named.items():
                when = one.when(loop) if one.shows(loop) else _("No difference that shows.")
                lines.append(f"- *{show.plain(title)}:* {show.plain(when)}")
            with st.container(width=520):
                st.markdown("\n".join(lines))
    st.caption(
        _(
            "Means over {worlds} worlds. A loop goes with every rule that carries it, and what it did in the months before "
            "is counted in: a crude measure. Loops overlap, so they do not add up to anything.",
            worlds=next(iter(found.values())).worlds,
        )
    )


def _strongest_first(found: Collection[AtWork]) -> list[str]:
    """All loops, those first that do most under one of the scenarios; last those of which the worlds settle nothing."""
    most = {loop: max((one.settled(loop), one.most(loop)) for one in found) for loop in LOOPS}
    return sorted(LOOPS, key=lambda loop: most[loop], reverse=True)


def _titles(here: state.State) -> list[str]:
    found = versions.scenarios(here)
    titles = [" ".join(one.title.split()) for one in found.values()]
    return titles if len(set(titles)) == len(titles) else list(found)


def body() -> None:
    here = state.publish(choosing.metric(choosing.scenarios(state.current()), _("What they do to"), "loops metric"))
    at_work(choosing.untold(here))
    st.subheader(_("How they run"), anchor=False)
    feedback.loops(named=False)


body()
