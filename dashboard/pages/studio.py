"""The Scenario studio: a scenario of your own, in forms or as text, checked while you write."""

from __future__ import annotations

import streamlit as st

from dashboard.runtime import state
from dashboard.widgets import controls, drafting, forms, show
from sim.scenario import ScenarioError, differences, load_scenario

here = show.page(
    "Scenario studio",
    "Write a scenario of your own: start from one of the library, change it in forms or as text, see what differs, "
    "and compare it. What you write stays in your browser's session until you download or share it.",
)


def put(text: str) -> None:
    """Another draft; the widgets that show it are set anew."""
    st.session_state["draft"] = text
    st.session_state["draft number"] = st.session_state.get("draft number", 0) + 1


def begin() -> None:
    """Start anew from the chosen scenario."""
    put(drafting.start(st.session_state[state.key("begin")]))


def bring() -> None:
    """Take an uploaded file as the draft."""
    raw = show.taken(st.session_state[state.key("upload")])
    if raw is not None:
        try:
            put(drafting.decoded(raw))
            st.session_state.pop("upload problem", None)
        except ScenarioError as problem:
            st.session_state["upload problem"] = str(problem)


def compare(checked: drafting.Checked) -> None:
    """Show the draft beside its parent on the Compare page."""
    other = checked.parent or next(name for name in here.scenarios if name != state.OWN)
    text = st.session_state["draft"]
    state.replace_all(
        here.with_(own=text, scenarios=(other, state.OWN), levers={}, postures={}, version_of="", since="")
    )
    st.session_state["go"] = True


if "draft" not in st.session_state:
    put(here.own or drafting.start(here.edited if here.edited in controls.library() else "confront"))
if st.session_state.pop("go", False):
    st.switch_page("pages/compare.py")

first, second = st.columns(2, vertical_alignment="bottom")
with first, st.container(horizontal=True, vertical_alignment="bottom"):
    st.selectbox(
        "Start anew from",
        list(controls.library()),
        format_func=lambda name: controls.library()[name][0],
        key=state.key("begin"),
    )
    st.button("Start", on_click=begin, help="What is written below is replaced.")
second.file_uploader(
    "Or upload a scenario file (YAML, at most 256 KiB)",
    ["yaml", "yml"],
    key=state.key("upload"),
    on_change=bring,
    max_upload_size=1,
)
if "upload problem" in st.session_state:
    st.error(show.plain(st.session_state["upload problem"]))

key = f"{st.session_state['draft number']}"
text_tab, form_tab = st.tabs(["As text", "In forms"])
with text_tab:
    text = st.text_area(
        "The scenario, as YAML. It is checked when you leave the field, or with Ctrl and Enter.",
        st.session_state["draft"],
        height=320,
        max_chars=256 * 1024,
        key=state.key("text", key),
    )
    st.session_state["draft"] = text
checked = drafting.check(text)
with form_tab:
    changed = forms.all_of(text, key) if drafting.data_of(text) else None
    if changed is None:
        st.info("The text cannot be read as YAML yet; put it right first, then the forms come back.")
    elif changed != text:
        put(changed)
        st.rerun()

if checked.problems:
    listed = "\n".join(f"- {show.plain(problem)}" for problem in checked.problems)
    st.error(f"This is not right yet:\n\n{listed}")
    with st.expander("The text with its line numbers"):
        st.code(text, language=None, line_numbers=True)
elif checked.scenario is not None:
    st.success("Everything fits.")
    parent = checked.parent or "confront"
    st.subheader(f"What differs from {show.plain(controls.library()[parent][0])}", anchor=False)
    rows = differences(load_scenario(parent), checked.scenario)
    show.differences(rows, controls.library()[parent][0], checked.scenario.title)

if checked.scenario is not None and state.too_long(text):
    st.warning(
        "This scenario is too long for an address: neither a link to its comparison nor the page loaded again will hold it. "
        "To keep or share it, download it; whoever has the file can upload it here."
    )
with st.container(horizontal=True):
    st.button("Compare", type="primary", disabled=checked.scenario is None, on_click=compare, args=[checked])
    st.download_button("Download", text, "scenario.yaml", "application/yaml", on_click="ignore")
