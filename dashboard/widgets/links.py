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


def asked() -> dict[str, str]:
    """What of the address is a choice of scenarios, levers and the like; not what pages for classes and games keep there."""
    return {key: st.query_params[key] for key in st.query_params if key not in (*state.OTHERS, "card")}


def take_over() -> None:
    """Take what the address of a link says for all that is chosen, where it says anything."""
    if query := asked():
        state.replace_all(state.from_query(query)[0])
