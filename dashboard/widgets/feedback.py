"""The feedback loops of the model, as they are found in it: drawn all in one, and each by itself."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.runtime import asked
from dashboard.runtime.language import _
from dashboard.widgets import show
from sim.loops.picture import marked, picture
from sim.loops.text import not_closed
from sim.mechanisms import LOOPS
from sim.words.sentences import capital

WIDTH = 720


def loops(named: bool = True) -> None:
    """The diagram of all loops with a name, and one of each; `named`: with what each is, in a sentence."""
    st.markdown(
        _(
            "What feeds on what. The loops are found in the model: single months of several scenarios are calculated "
            "step by step, and each step is tried for how it answers to what it takes. A loop reinforces a push (R), "
            "balances it (B), or is open (O): it does the one in some worlds, and the other in others. Along a line with + "
            "the next one moves the same way, along a broken one with − the other way."
        )
    )
    if named:
        each = (f"- **{show.plain(capital(_(name)))}:** {show.plain(_(how))}" for name, how in LOOPS.values())
        st.markdown("\n".join(each))
    ask = asked.loops()
    told = show.answers(lambda: {"": ask})
    if told is None:
        return
    found = told[""]
    show.picture(show.drawn((ask.key, "loops"), partial(picture, found)), "loops", width=WIDTH)
    st.subheader(_("Each by itself"), anchor=False)
    with show.row("loops"):
        for loop in marked(found.named):
            show.picture(show.drawn((ask.key, "loops", loop), partial(picture, found, loop)), f"loops-{loop}")
    if missing := not_closed(found):
        said = ", ".join(f"{one.id} {one.name}" for one in missing)
        st.caption(_("Not found, since no rule carries them or no way leads back: {said}.", said=said))
