"""The Scenario studio: a scenario of your own, in forms or as text, checked while you write; what it does is shown at once."""

from __future__ import annotations

import streamlit as st

from dashboard.runtime import state, versions
from dashboard.runtime.language import _
from dashboard.widgets import choosing, controls, drafting, forms, sentences, show
from sim.scenario import ScenarioError, differences, load_scenario

here = show.page(
    _("Scenario studio"),
    _(
        "Make a scenario of your own: start from one of the library, change what somebody does, and see at once what "
        "comes of it. What you make stays in your browser's session until you download or share it."
    ),
)


def put(text: str) -> None:
    """Another draft; the widgets that show it are set anew."""
    st.session_state["draft"] = text
    st.session_state["draft number"] = st.session_state.get("draft number", 0) + 1


def usual() -> str:
    """The scenario of the library to begin from: the one that is worked on elsewhere, where it is of the library."""
    return here.edited if here.edited in controls.library() else "confront"


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
    there = versions.with_own(st.session_state["draft"], state.current())
    other = checked.parent or next(name for name in there.scenarios if name != state.OWN)
    state.replace_all(there.with_(scenarios=(other, state.OWN), version_of="").as_written())
    st.session_state["go"] = True


if "draft" not in st.session_state:
    put(here.own or drafting.start(usual()))
if st.session_state.pop("go", False):
    st.switch_page("pages/compare.py")


def effect(checked: drafting.Checked, text: str) -> None:
    """What differs from the scenario that the draft builds on, and what comes of it in the same worlds."""
    assert checked.scenario is not None
    parent = checked.parent or "confront"
    title = controls.library()[parent][0]
    rows = differences(load_scenario(parent), checked.scenario)
    if not rows:
        st.info(
            _(
                "Nothing differs from {title} yet. Add a change, and what it does is shown here.",
                title=show.plain(title),
            )
        )
        return
    st.subheader(_("What it does, beside {title}", title=show.plain(title)), anchor=False)
    seen = state.publish(choosing.metric(here, _("What to look at"), "studio metric"))
    asked = seen.with_(scenarios=(parent, state.OWN), own=text, version_of="", told="").as_written()
    found = show.comparison(asked, held=(344,))
    if found is not None:
        st.markdown(show.strong(" ".join(sentences.answer(asked, found))))
        show.picture(show.moving(found, "fan", seen.metric), "studio-fan", width=680)
    st.subheader(_("What differs"), anchor=False)
    sentences.differences(rows, load_scenario(parent), checked.scenario)


def edit() -> tuple[str, drafting.Checked]:
    """The draft in forms, and as text; as it is now, checked."""
    key = f"{st.session_state['draft number']}"
    form_tab, text_tab = st.tabs([_("In forms"), _("As text")])
    with text_tab:
        text = st.text_area(
            _("The scenario, as YAML. It is checked when you leave the field, or with Ctrl and Enter."),
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
            st.info(_("The text cannot be read as YAML yet; put it right first, then the forms come back."))
        elif changed != text:
            put(changed)
            st.rerun()
    return text, checked


first, second = st.columns(2)
with first, st.container(horizontal=True, vertical_alignment="bottom"):
    parent = st.selectbox(
        _("Start anew from"),
        list(controls.library()),
        list(controls.library()).index(usual()),
        format_func=lambda name: controls.library()[name][0],
        key=state.key("begin"),
        help="  \n".join(f"{show.plain(title)}: {show.plain(asks)}" for title, asks in controls.library().values()),
    )
    st.button(_("Start"), on_click=begin, help=_("What stands below is replaced."))
first.caption(show.plain(controls.library()[parent][1]))
second.file_uploader(
    _("Or upload a scenario file (YAML, at most 256 KiB)"),
    ["yaml", "yml"],
    key=state.key("upload"),
    on_change=bring,
    max_upload_size=1,
)
if "upload problem" in st.session_state:
    st.error(show.plain(st.session_state["upload problem"]))

left, right = st.columns([2, 3], gap="medium")
with left:
    text, checked = edit()
    if checked.problems:
        listed = "\n".join(f"- {show.plain(problem)}" for problem in checked.problems)
        st.error(_("This is not right yet:\n\n{problems}", problems=listed))
        with st.expander(_("The text with its line numbers")):
            st.code(text, language=None, line_numbers=True)
    else:
        st.success(_("Everything fits."))
    if checked.scenario is not None and state.too_long(text):
        st.warning(
            _(
                "This scenario is too long for an address: neither a link to its comparison nor the page loaded "
                "again will hold it. To keep or share it, download it; whoever has the file can upload it here."
            )
        )
    if text != here.own and (kept := [here.kept[name].title for name in versions.kept_of_own(here)]):
        st.caption(
            _(
                "Versions that you kept of the scenario before go when this one is compared: {titles}. Undo on Compare "
                "brings them back.",
                titles=show.plain(", ".join(kept)),
            )
        )
    with st.container(horizontal=True):
        st.button(
            _("Compare"),
            type="primary",
            disabled=checked.scenario is None,
            on_click=compare,
            args=[checked],
            help=_("Go on with it on the Compare page."),
        )
        st.download_button(_("Download"), text, "scenario.yaml", "application/yaml", on_click="ignore")
if checked.scenario is not None:
    with right:
        effect(checked, text)
