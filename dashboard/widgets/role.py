"""What a seat is given to go by: its role brief, the last quarter in a few sentences, and the figures that it knows, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard.runtime import games
from dashboard.runtime.language import _
from dashboard.runtime.questions import Question
from dashboard.widgets import seats, show
from sim.agents.observers import OBSERVERS
from sim.metrics import METRICS
from sim.plots.seat import known
from sim.teaching.pack.pdf import on_paper, paper
from sim.teaching.play import briefs
from sim.teaching.play.briefing import REPORTED, Briefing
from sim.teaching.play.moves import MoveLog
from sim.teaching.play.narrative import story
from sim.teaching.play.text import period
from sim.vocabulary import ACTORS
from sim.words.language import ENGLISH, speaking, spoken

# What is drawn without asking: the count that all read, beside one of the seat's own choice.
FIRST = "picss_attacks"


def brief(actor: str, place: str) -> None:
    """A seat's role brief, and the same to print."""
    if actor not in briefs.briefs():
        st.caption(_("There is no role brief for this actor."))
        return
    st.subheader(_("Role brief: {actor}", actor=show.plain(_(ACTORS[actor]))), anchor=False)
    printable((actor,), place)
    for title, statements in briefs.briefs()[actor].parts:
        st.markdown(f"**{_(title)}**")
        st.markdown("\n".join(f"- {show.plain(one.line)}" for one in statements))
    st.caption(show.plain(_(briefs.ABOUT)))
    st.caption("  \n".join(map(show.plain, briefs.sources(actor))))


def printable(actors: Sequence[str], place: str) -> None:
    """A button for role briefs as a PDF to print."""
    those = [actor for actor in actors if actor in briefs.briefs()]
    label = _("This brief, to print") if len(those) == 1 else _("Role briefs of all seats, to print")
    made = partial(_printed, those, spoken() if on_paper() else ENGLISH.code)
    st.download_button(label, made, "role-briefs.pdf", "application/pdf", on_click="ignore", key=f"{place} briefs")
    if not on_paper():
        st.caption(_("Sheets to print are in English."))


def _printed(actors: Sequence[str], language: str) -> bytes:
    with speaking(language):
        return paper(briefs.brief_sheet(*actors))


def quarter(log: MoveLog, told: Briefing, place: str) -> None:
    """What is known of the last quarter: in sentences, drawn, and behind that in figures."""
    if told.behind is None:
        seats.brief(told)
        return
    st.subheader(_("What is known of {when}", when=show.plain(period(told.behind))), anchor=False)
    st.markdown(show.plain(" ".join(story(told))))
    came_of = st.container()
    for event in told.events:
        st.markdown(f"- {show.plain(event)}")
    charts(log, told, place)
    with st.expander(_("All figures of the quarter")):
        seats.figures(told)
    with came_of:
        because(log, told.actor)


def because(log: MoveLog, actor: str) -> None:
    """What came of what the seat set anew; the model is asked."""
    if not log.turns:
        return
    found = show.answers(lambda: {"because": Question(games.because, (log.to_json(), actor, spoken()))}, ())
    if found and found["because"]:
        st.markdown(show.plain(found["because"]))


def charts(log: MoveLog, told: Briefing, place: str) -> None:
    """Two figures month by month: what observers count, and one that the player chooses."""
    names = [name for name in told.months if name != FIRST]
    usual = next((one.name for one in told.own if one.name in names), names[0])
    chosen = st.selectbox(
        _("Draw beside it"),
        names,
        names.index(usual),
        format_func=lambda name: _words(name, told),
        key=f"{place} drawn",
    )
    with show.row(f"{place} known"):
        for number, name in enumerate((FIRST, chosen)):
            sign = (told.actor, name, told.since, log.opens, repr(told.months[name]))
            made = partial(known, name, _title(name), _unit(name), told.months[name], told.since, log.opens)
            show.picture(show.drawn(("seat", *sign), made), f"{place} known {number}")


def _title(name: str) -> str:
    return _(OBSERVERS[name].modelled) if name in REPORTED else _(METRICS[name].title)


def _unit(name: str) -> str:
    return _("{unit} a month", unit=_(OBSERVERS[name].unit)) if name in REPORTED else _(METRICS[name].unit)


def _words(name: str, told: Briefing) -> str:
    guess = len(told.months[name]) > 1
    return _("{title} (a guess)", title=_title(name)) if guess else _title(name)
