"""Compare: several scenarios in the same worlds, and what your own changes to one of them do."""

from __future__ import annotations

import streamlit as st

from dashboard.runtime import history, long_tasks, state, versions
from dashboard.runtime.language import _
from dashboard.widgets import controls, levers, saving, sentences, show, strip, uncertainties, versions_kept
from sim.results import Comparison
from sim.results.reading import scope
from sim.words.language import spoken
from sim.words.sentences import month_words

KINDS = ("fan", "difference", "verdicts")
# px of height of the fan, the difference and the verdicts of two scenarios: as in look.css, and 64 for what stands below.
HELD = (344, 473, 458)

show.page(
    _("Compare"),
    _(
        "Choose scenarios, move a lever, and see every modelled world move. Pakistan, the Afghan Taliban, the TTP and "
        "India after August 2021."
    ),
)


@st.fragment(key=controls.BODY)
def body() -> None:
    """What is compared, and what is moved; a move has only the answer shown anew."""
    here = controls.scenarios(state.current())
    with st.container(horizontal=True, gap="medium", key="sides"):
        left, right = st.container(key="moved"), st.container(key="told")
    with left:
        here = moved(here)
    state.publish(here)
    with right:
        answer()


@st.fragment(key=controls.ANSWER)
def answer() -> None:
    """What the worlds say: in words, in pictures, and as files."""
    here = state.current()
    found = show.comparison(here, held=HELD)
    if found is None:
        return
    # All is worked out before the first of it is shown: what arrives together is laid out once.
    first, *rest = sentences.answer(here, found)
    words = [" ".join(filter(None, (show.strong(sentences.changes(here)), show.plain(first)))), *map(show.plain, rest)]
    about = " ".join(filter(None, (sentences.how_compared(here, found), scope(found))))
    pictures = {kind: show.moving(pictured(kind, here, found), kind, here.metric) for kind in KINDS}
    with st.container(key="said"):
        st.markdown("\n\n".join(words))
    months = next(iter(found.results.values())).months
    with st.container(key="strip"):
        strip.strip(pictures["fan"], month_words(months[0]), month_words(months[-1]))
    show.picture(pictures.pop("fan"), "fan", width=680)
    with show.row("answer"):
        for kind, one in pictures.items():
            show.picture(one, kind)
    st.caption(show.plain(about))
    with st.container(key="stamp"):
        st.caption(
            _("Run {digest}", digest=sentences.digest(found)),
            help=_("Two runs with the same sign have the same numbers."),
        )
    downloads(here, found)
    if (coming := versions.foreseen(here, found)) is not None:
        for kind in KINDS:
            show.foresee(pictured(kind, here, coming), [kind], here.metric)


def pictured(kind: str, here: state.State, found: Comparison) -> Comparison:
    """What a picture shows: of differences, those to the baseline that the words have."""
    return sentences.against(here, found) if kind == "difference" else found


def moved(here: state.State) -> state.State:
    """The sliders."""
    with st.container(border=True, key="levers"):
        st.subheader(
            _("Your version of {title}", title=show.plain(_(controls.title_of(here, here.edited)))), anchor=False
        )
        here = state.publish(controls.since(here))
        back()
        with st.expander(_("Pakistan's levers"), expanded=True), st.container(height=380, gap=None, key="lever-list"):
            here = levers.levers(here)
        with st.expander(_("What the others do"), expanded=True):
            here = controls.postures(here)
        state.publish(here)
        keep()
    with st.container(border=True, key="uncertainties"):
        st.subheader(_("What nobody controls"), anchor=False)
        st.caption(_("Uncertainties. They hold in every scenario alike: an assumption about the world, not a choice."))
        here = uncertainties.uncertainties(here)
    with st.expander(
        _("How many worlds, how long, which random draws"), key=state.key("how"), on_change="rerun"
    ) as how:
        return controls.runs(here) if how.open else here


@st.fragment(key=controls.BACK)
def back() -> None:
    """The ways back: by a step, and to the scenario as it was written."""
    undo, redo, plain = controls.ways_back()
    with st.container(horizontal=True, gap="small", key="ways-back"):
        st.button(_("Undo"), key="undo", on_click=controls.go, args=[history.back], disabled=not undo)
        st.button(_("Redo"), key="redo", on_click=controls.go, args=[history.again], disabled=not redo)
        st.button(
            _("Put all back as written"),
            key="plain",
            on_click=controls.go,
            args=[state.State.as_written],
            disabled=not plain,
        )


@st.fragment(key=controls.KEEP)
def keep() -> None:
    """Your version, to be kept under a name, and those that were."""
    versions_kept.shown(state.current())


def downloads(here: state.State, found: Comparison) -> None:
    """The results as files, each made when it is asked for."""
    with st.expander(_("Take it with you"), key=state.key("files"), on_change="rerun") as opened:
        if not opened.open:
            return
        st.caption(_("The address of this page holds everything chosen: whoever opens it sees the same numbers."))
        with st.container(horizontal=True):
            show.download(_("Report"), "report.html", "text/html", "report", long_tasks.report, found, spoken())
            show.download(_("Outcomes, CSV"), "outcomes.csv", "text/csv", "csv", long_tasks.table, found, "CSV")
            show.download(
                _("Outcomes, Parquet"),
                "outcomes.parquet",
                "application/vnd.apache.parquet",
                "parquet",
                long_tasks.table,
                found,
                "Parquet",
            )
            show.download(_("All, with months"), "results.zip", "application/zip", "folder", long_tasks.folder, found)
            for name, scenario in versions.scenarios(here).items():
                st.download_button(
                    _("Scenario: {title}", title=show.plain(scenario.title)),
                    scenario.to_yaml(),
                    f"{name}.yaml",
                    "application/yaml",
                    key=state.key("yaml", name),
                    on_click="ignore",
                )


body()
saving.offer()
