"""About: what this is and is not, how to read it, how to cite it."""

from __future__ import annotations

import streamlit as st

import sim
from dashboard.widgets import glossary, show
from sim.evidence import ledger
from sim.plots import Table

show.page("About", "What this is, what it is not, and how to use it in a class.")
known = ledger()
articles = [one for one in known.sources.values() if one.kind == "article"]

st.markdown(
    """
**durand** is an agent-based model of what five articles argue about Pakistan, the Afghan Taliban, the Tehrik-i-Taliban
Pakistan (TTP) and India after August 2021. Given what each side needs and who controls it, what becomes of violence,
leverage, alignment and sovereignty if Pakistan confronts Kabul over the TTP, accommodates it, or does something in between?
Every figure can be asked "why?", and leads to a rule, and from the rule to the passage that it rests on.
"""
)
st.subheader("What it is not", anchor=False)
st.markdown(
    """
- **Not a forecast.** It shows what would follow if the articles' arguments held, and how far that depends on what they leave
  open. Shares are shares of modelled worlds, not chances in this one.
- **Not a neutral record.** Its rules come from five commentaries, with no voice from the tribal districts. Where they
  conflict, both claims are kept. What they do not say is marked as the modellers' judgement, with a range.
- **Not a game about killing.** Real people died and were displaced. Harm on both sides of the Durand Line is counted, no
  score rewards it, and no choice of targets or tactics is modelled.
"""
)
st.subheader("How to read it", anchor=False)
st.markdown(
    """
- A scenario is simulated in many modelled worlds. World number 7 has the same random draws in every scenario: what differs is
  what the scenarios did.
- Where the worlds do not settle which of two scenarios has more of something, the page says so.
- The address of every page holds what was chosen. Whoever opens it sees the same numbers.
- Pictures have their numbers behind them, as a table, and can be taken along as SVG or PNG.
"""
)
st.subheader("By keyboard", anchor=False)
st.markdown(
    """
- Tab and Shift + Tab go from one thing to the next; Enter or Space opens and presses. The first Tab on a page offers to
  leave the menu out.
- On a slider the arrow keys move one step; Home and End go to its ends. In a field for a number Up and Down count.
- In a list, type a few letters, choose with the arrow keys and Enter; Escape closes it. Among several names, views or tabs
  the arrow keys go from one to the next; Delete takes a name out.
- What a picture can do stands above it when Tab comes there; Escape leaves the large picture.
- Months that play are stopped with the same button that started them, or by moving the slider.
- A month that can be clicked in a picture can also be chosen from the list beside it.
"""
)
st.subheader("The articles", anchor=False)
rows = [[one.id, one.title, one.author or "-", one.outlet or "-", one.date] for one in articles]
show.table(Table(["Id", "Title", "Author", "Outlet", "Date"], rows))
others = ", ".join(one.title for one in known.sources.values() if one.kind != "article")
st.caption(f"Besides them, public counts and a record of events: {show.plain(others)}.")
st.subheader("Version, licence, how to cite", anchor=False)
st.markdown(
    f"Version {show.plain(sim.__version__)}. The code is under the MIT licence; the articles are their authors'."
)
st.code(
    f"durand {sim.__version__}: an agent-based model of Pakistan, the Afghan Taliban, the TTP and India after August 2021. "
    "Software, 2026.",
    language=None,
    wrap_lines=True,
)
st.caption(
    "Say with it which scenarios, worlds, months and seed were used, or give the page's address; and cite the articles for what "
    "they argue."
)
st.subheader("Glossary", anchor=False)
with st.expander("Words"):
    show.table(Table(["Word", "What it means here"], [list(one) for one in glossary.words()]))
with st.expander("What is measured"):
    show.table(Table(["Measure", "What it stands for", "Unit"], [list(one) for one in glossary.metrics()]))
