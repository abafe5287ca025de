"""Ways from page to page: real links, which keep the visitor's session and can be opened in another tab too."""

from __future__ import annotations

import streamlit as st

from dashboard.runtime import state
from dashboard.widgets import show

EVIDENCE = "pages/evidence.py"


def evidence(name: str, label: str = "", note: str = "") -> None:
    """A link to what stands behind an id.

    Args:
        name: of a rule, parameter, claim, source, metric, lever or mechanism; label: its words; the id if not given.
        note: what is shown on hover.
    """
    st.page_link(EVIDENCE, label=show.plain(label or name), help=note or None, query_params={"card": name})


def follow() -> state.State:
    """Take over the id that a link to Evidence brought along: the rest of what was chosen stays."""
    here = state.current()
    name = " ".join(st.query_params.get("card", "").split())[: state.MOST_LETTERS]
    return state.publish(here.with_(card=name)) if name and name != here.card else here
