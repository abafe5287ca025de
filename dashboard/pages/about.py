"""About: what this is and is not, how to read it, how to cite it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

import streamlit as st

import sim
from dashboard.runtime.language import _
from dashboard.widgets import glossary, links, show
from sim.evidence import ledger
from sim.evidence.ledger import Source
from sim.plots import Table
from sim.provenance import cover
from sim.words.language import N_
from sim.words.sentences import MILITANTS, date_words

WHAT = N_(
    "**durand** is an agent-based model of what five articles argue about Pakistan, the Afghan Taliban, the "
    "Tehrik-i-Taliban Pakistan (TTP) and India after August 2021. Given what each side needs and who controls "
    "it, what becomes of violence, leverage, alignment and sovereignty if Pakistan confronts Kabul over the "
    'TTP, accommodates it, or does something in between? Every figure can be asked "why?", and leads to a '
    "rule, and from the rule to a passage, or to a judgement that says that it is one."
)
_RULES = N_(
    "Of {all} rules {claims} rest on claims of the sources alone, {both} on claims and judgement, {judgement} on judgement "
    "alone; {one} have their claims from one source only."
)
_PARAMETERS = N_(
    "Of {all} parameters {claims} rest on claims alone, {both} on claims and judgement, {judgement} on judgement alone; {one} "
    "have their claims from one source only. Evidence says which."
)
NOT = (
    N_(
        "**Not a forecast.** It shows what would follow if the articles' arguments held, and how far that depends "
        "on what they leave open. Shares are shares of modelled worlds, not chances in this one."
    ),
    N_(
        "**Not a neutral record.** Its rules come from five commentaries, with no voice from the tribal districts. "
        "Where they conflict, both claims are kept. What they do not say is marked as the modellers' judgement, "
        "with a range."
    ),
    N_(
        "**Not fitted in most of it.** The record of attacks and deaths bears on a few of the parameters alone; the others rest "
        "on the articles and on judgement, each with a range."
    ),
    N_(
        "**Not a game about killing.** Real people died and were displaced. Harm on both sides of the Durand Line "
        "is counted, no score rewards it, and no choice of targets or tactics is modelled."
    ),
)
READ = (
    N_(
        "A scenario is simulated in many modelled worlds. World number 7 has the same random draws in every "
        "scenario: what differs is what the scenarios did."
    ),
    N_("Where the worlds do not settle which of two scenarios has more of something, the page says so."),
    N_("The address of every page holds what was chosen. Whoever opens it sees the same numbers."),
    N_("Pictures have their numbers behind them, as a table, and can be taken along as SVG or PNG."),
)
KEYS = (
    N_(
        "Tab and Shift + Tab go from one thing to the next; Enter or Space opens and presses. The first Tab on a "
        "page offers to leave the menu out."
    ),
    N_(
        "On a slider the arrow keys move one step; Home and End go to its ends. In a field for a number Up and "
        "Down count."
    ),
    N_(
        "In a list, type a few letters, choose with the arrow keys and Enter; Escape closes it. Among several "
        "names, views or tabs the arrow keys go from one to the next; Delete takes a name out."
    ),
    N_("What a picture can do stands above it when Tab comes there; Escape leaves the large picture."),
    N_("Months that play are stopped with the same button that started them."),
    N_("A month that can be clicked in a picture can also be chosen from the list beside it."),
)


def footing() -> str:
    """How many rules and parameters rest on what, counted from what each declares."""
    found = cover()
    counts = [
        _(said, all=of.all, claims=of.claims, both=of.both, judgement=of.judgement, one=of.one_source)
        for said, of in ((_RULES, found.rules), (_PARAMETERS, found.parameters))
    ]
    return " ".join(counts)


def other_sources(sources: Iterable[Source]) -> None:
    """Public counts and the record of events, each with who publishes it and where it was read."""
    lines = []
    for one in sources:
        told = ", ".join(show.plain(part) for part in (_(one.title), one.author) if part)
        where = _("read at {place}", place=f"[{show.plain(urlsplit(one.url).netloc)}]({one.url})") if one.url else ""
        lines.append(f"- {'; '.join(filter(None, (told, where)))}")
    st.caption(_("Besides them, public counts and a record of events:"))
    st.caption("\n".join(lines))


def listed(sentences: Sequence[str]) -> None:
    """Sentences, one below the other."""
    st.markdown("\n".join(f"- {_(one)}" for one in sentences))


show.page(_("About"), _("What this is, what it is not, what it rests on, and how its pages are used."), reading=True)
known = ledger()
articles = [one for one in known.sources.values() if one.kind == "article"]

st.markdown(_(WHAT))
st.markdown(footing())
st.subheader(_("What it is not"), anchor=False)
listed(NOT)
st.caption(_(MILITANTS))
st.subheader(_("How to read it"), anchor=False)
listed(READ)
st.subheader(_("By keyboard"), anchor=False)
listed(KEYS)
st.subheader(_("The articles"), anchor=False)
with st.container(gap="small"):
    for one in articles:
        links.evidence(one.id, f"{one.id}  {_(one.title)}", _("What it says, and what of the model rests on it."))
        told = [part for part in (one.author, one.outlet, date_words(one.date)) if part]
        where = f" [{show.plain(urlsplit(one.url).netloc)}]({one.url})" if one.url else ""
        st.caption(f"{show.plain(', '.join(told))}.{where}")
other_sources(one for one in known.sources.values() if one.kind != "article")
st.subheader(_("Version, licence, how to cite"), anchor=False)
st.markdown(
    _(
        "Version {version}. The code is under the MIT licence; the articles are their authors'.",
        version=show.plain(sim.__version__),
    )
)
st.code(
    f"durand {sim.__version__}: an agent-based model of Pakistan, the Afghan Taliban, the TTP and India after August 2021. "
    "Software, 2026.",
    language=None,
    wrap_lines=True,
)
st.caption(
    _(
        "Say with it which scenarios, worlds, months and seed were used, or give the page's address; and cite the "
        "articles for what they argue."
    )
)
st.subheader(_("Glossary"), anchor=False)
with st.expander(_("Words")):
    show.table(Table([_("Word"), _("What it means here")], [list(one) for one in glossary.words()]))
with st.expander(_("What is measured")):
    show.table(Table([_("Measure"), _("What it stands for"), _("Unit")], [list(one) for one in glossary.metrics()]))
