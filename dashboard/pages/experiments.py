"""Experiments: many futures at once. A small sweep is run here, or a finished one opened; then it is asked what decides."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import DeletedFile

from dashboard.runtime import analysis, archives, experiments, state, sweep_folders
from dashboard.runtime.language import _, titled
from dashboard.runtime.questions import Question, UploadTask
from dashboard.widgets import experiment_form, findings, show, waiting
from sim.experiment.outcome import Sweep
from sim.words.language import spoken

BROUGHT = "folder of the sweep that was brought"

show.page(
    _("Experiments"),
    _(
        "Vary what nobody controls, or what somebody chooses, over hundreds of futures, and ask what the outcome "
        "hangs on, where something holds, and which policy does well in most of them."
    ),
)


def put_together(here: state.State) -> tuple[state.State, experiments.Checked]:
    """The experiment: begun from one of the library, changed in the form, shown as text."""
    text = here.trial or experiments.start(experiment_form.USUAL)
    names = list(experiments.shipped())
    st.selectbox(
        _("Begin from"),
        names,
        next((place for place, name in enumerate(names) if experiments.start(name) == text), None),
        format_func=titled(experiments.shipped()),
        key=state.key("trial begins"),
        on_change=experiment_form.begin,
        placeholder=_("Your own, as it stands below"),
        help=_("Those that come with durand, made small enough to be run here. What stands in the form is replaced."),
    )
    st.markdown(f"**{show.plain(_(experiments.question(text)))}**")
    with st.expander(_("Change it: scenarios, uncertainties, size"), expanded=not experiments.is_shipped(text)):
        text = experiment_form.all_of(text)
        checked = experiments.check(text)
        if not checked.problems:
            st.caption(
                _(
                    "All scenarios together: {points:,} points of {worlds:,} worlds over {months} months: {runs:,} runs, of "
                    "at most {most:,} here.",
                    points=checked.points,
                    worlds=checked.worlds,
                    months=checked.months,
                    runs=checked.runs,
                    most=experiments.MOST_RUNS,
                )
            )
        with st.expander(_("The experiment as text"), key=state.key("trial text"), on_change="rerun") as opened:
            if opened.open:
                st.code(text, language="yaml", line_numbers=True)
                st.caption(_("`durand sweep experiment.yaml --out DIR` runs it on any machine, as large as you like."))
        st.download_button(_("Take the text along"), text, "experiment.yaml", "application/yaml", on_click="ignore")
    if checked.problems:
        listed = "\n".join(f"- {show.plain(problem)}" for problem in checked.problems)
        st.error(_("This cannot be run yet:\n\n{problems}", problems=listed))
    return here.with_(trial="" if text == experiments.start(experiment_form.USUAL) else text), checked


def sweep(here: state.State, checked: experiments.Checked) -> Path | None:
    """The folder of the sweep that this visitor has run, or of a finished one; None while there is none. An experiment of the
    library is run without being asked for, once for everybody."""
    text = here.trial or experiments.start(experiment_form.USUAL)
    everybodys = experiments.is_shipped(text)
    folder = sweep_folders.shared(text) if everybodys else sweep_folders.place(show.session(), text, show.address())
    if everybodys and sweep_folders.finished(folder):
        return folder
    done = waiting.answer(
        "sweep",
        _("Run it"),
        Question(analysis.run, (text, str(folder))),
        _("One piece of long work is done at a time, for everybody; you may have to wait for others."),
        disabled=bool(checked.problems),
        at_once=everybodys,
    )
    return folder if done and folder.exists() else None


def bring() -> Path | None:
    """The folder of a finished sweep that this visitor has brought; None while there is none."""
    with st.expander(_("Open a finished sweep of your own")):
        file = st.file_uploader(
            _(
                "The folder that `durand sweep` filled, or that was taken along from here, as a ZIP file of at most "
                "{most} MB",
                most=archives.MOST_MB,
            ),
            ["zip"],
            key=state.key("sweep brought"),
            on_change=forget,
            max_upload_size=archives.MOST_MB,
        )
        st.caption(
            _(
                "You alone see it. No address leads to it: whoever is to see it too needs the file. Remove it to go "
                "back to the form."
            )
        )
    if file is not None and (raw := file.getvalue()):
        folder = sweep_folders.brought(show.session(), raw, show.address())
        if not folder.exists():
            with st.spinner(_("The sweep is unpacked and checked.")):
                show.answers(lambda: {"brought": UploadTask(archives.unpack, (raw, str(folder), spoken()))})
        show.taken(file)  # now, since a page that gave way meanwhile reads it again
        st.session_state[BROUGHT] = folder
    found: Path | None = st.session_state.get(BROUGHT)
    return found if found is not None and found.exists() else None


def forget() -> None:
    """Let the folder go of what was brought before, once its file is removed or replaced."""
    if not isinstance(st.session_state[state.key("sweep brought")], DeletedFile):
        st.session_state.pop(BROUGHT, None)


def kept(here: state.State) -> tuple[state.State, Path | None]:
    """A finished sweep that the operator lets visitors open, where one is chosen."""
    offered = sweep_folders.offered()
    if here.opened and here.opened not in offered:
        said = _(
            "This server keeps no finished sweep {name}. Whoever has it can take it along as a file.", name=here.opened
        )
        st.warning(show.plain(said))
    if offered:
        names = ["", *offered]
        opened = st.selectbox(
            _("A finished sweep that is kept on this server"),
            names,
            names.index(here.opened) if here.opened in names else 0,
            format_func=lambda name: name or _("none of them: one of my own"),
            key=state.key("opened"),
        )
        here = here.with_(opened=opened)
    return here, offered.get(here.opened)


def body() -> None:
    here, folder = kept(state.current())
    folder = folder or bring()
    if folder is None:
        here, checked = put_together(here)
        here = state.publish(here)
        folder = sweep(here, checked)
    state.publish(here)
    if folder is not None:
        findings.all_of(Sweep.load(folder), folder)
    else:
        st.info(
            _(
                "What comes out of it is shown here: what the outcome hangs on, where something holds, and which "
                "policy does well."
            )
        )


body()
