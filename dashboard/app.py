"""The dashboard's hall: what Streamlit runs for every visitor. `durand dashboard` starts `server.py`, which leads here."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.menu import CLASSES_ONLY, GROUPS, name_button
from dashboard.runtime import gate, language, state
from dashboard.runtime.engine import engine
from dashboard.runtime.language import _
from dashboard.widgets import access, links, sentences, show, tour
from sim import theme
from sim.words.language import ENGLISH

HERE = Path(__file__).resolve().parent
LOOK = theme.either_css() + theme.svg_css('[data-testid="stVegaLiteChart"]')


def main() -> None:
    """Set up the page, and run the one that was asked for."""
    gate.stay_inside()  # for who starts Streamlit with this file by hand
    st.set_page_config("durand", layout="wide", initial_sidebar_state="auto")
    engine().came(show.session(), show.address())
    language.arrive()
    pages = _pages()
    front = next(one for some in pages.values() for one in some)
    if wrong := _nowhere({one.url_path for some in pages.values() for one in some}):
        pages[""] = [*pages.get("", []), _no_such(wrong, front)]
    chosen = st.navigation(pages, position="top")
    st.html(f"<style>{LOOK}{language.look()}</style>")
    st.html(HERE / "look.css")
    at_start = not gate.classes_only()
    if chosen is not front or not at_start:
        state.retrace()
    if at_start:
        _hand_on(chosen, front)
    st.session_state["on"] = chosen.url_path
    if at_start:
        tour.bar(chosen.url_path)
    chosen.run()
    # The start page shows the same to everybody: its address stays bare, what was chosen elsewhere is kept.
    if chosen is not front or not at_start:
        state.publish(state.current())
    for said in sentences.left_out(state.current()):
        st.info(said)
    if at_start:
        tour.point(chosen.url_path)
    if chosen is front or language.chosen() is not ENGLISH:
        language.mark()
    access.keep()
    name_button()
    show.footer()


def _offered() -> dict[str, list[tuple[str, str]]]:
    """The groups of this server's menu: files in pages/, and titles."""
    few = gate.classes_only()
    found = {group: [one for one in some if not few or one[0] in CLASSES_ONLY] for group, some in GROUPS.items()}
    return {group: some for group, some in found.items() if some}


def _pages() -> dict[str, list[st.Page]]:
    """The pages of this server by group, the one first on which visitors land; and, out of the menu, the wall of a class."""
    made: dict[str, list[st.Page]] = {}
    for group, some in _offered().items():
        for name, title in some:
            # The first has the root for its address, and no other: its name then leads there, as any other name leads nowhere.
            first = not made
            page = st.Page(HERE / "pages" / f"{name}.py", title=_(title), url_path="" if first else name, default=first)
            made.setdefault(_(group), []).append(page)
    wall = st.Page(HERE / "pages" / "class_wall.py", title="Wall", url_path="class_wall", visibility="hidden")
    made.setdefault("", []).append(wall)
    return made


def _hand_on(chosen: st.Page, front: st.Page) -> None:
    """Lead whoever brings a comparison to the start page on to Compare.

    The root of the dashboard was Compare's address: one that was shared then still shows that comparison. And what the
    start page offers to try is an address too.
    """
    if "state" in st.session_state:
        if st.session_state.get("on") == front.url_path and chosen is not front:
            links.take_over()
    elif chosen is front and (query := links.asked()):
        st.switch_page("pages/compare.py", query_params=query)


def _nowhere(known: set[str]) -> str:
    """The name at the end of the address, where no page of this server goes by it."""
    context = get_script_run_ctx()
    pages = context.pages_manager if context is not None else None
    name = getattr(pages, "intended_page_name", None) or ""
    if name and name not in known and "/" not in name and name == name.strip():
        st.session_state["nowhere"] = name
    wrong: str = st.session_state.get("nowhere", "")
    return wrong


def _no_such(name: str, front: st.Page) -> st.Page:
    """A page that says that there is no such page, and leads to the first."""

    def page() -> None:
        if name == next(iter(_offered().values()))[0][0]:
            st.switch_page(
                front, query_params={key: st.query_params[key] for key in st.query_params if key in state.OTHERS}
            )
        state.arrive()
        st.title(_("There is no such page"), anchor=False)
        st.markdown(
            _("Nothing is found here under **{name}**. The menu above names every page.", name=show.plain(name[:80]))
        )
        st.page_link(front, label=_("To {page}", page=front.title))

    return st.Page(page, title=_("No such page"), url_path=name, visibility="hidden")


main()
