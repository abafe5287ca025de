"""What a finished sweep is asked: sensitivity, discovery, regret, and the files to take along."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from dashboard.runtime import analysis, archives, state
from dashboard.runtime.analysis import Found
from dashboard.runtime.questions import Question
from dashboard.widgets import show, waiting
from sim.experiment.condition import ConditionError, parse
from sim.experiment.discovery.rows import known_outcomes
from sim.experiment.outcome import Sweep
from sim.experiment.regret.study import BETTER
from sim.metrics import METRICS
from sim.yamlfile import suggestion

_ASKS = {"hangs": "What it hangs on", "holds": "Where something holds", "best": "Which policy does well"}


def all_of(sweep: Sweep, folder: Path) -> None:
    """The questions and what they come to; one at a time."""
    st.subheader(show.plain(sweep.title), anchor=False)
    about = sweep.manifest
    st.caption(
        f"{about['points']:,} points of {about['worlds']:,} worlds over {about['months']} months; "
        f"{len(sweep.failures)} points that the model refused."
    )
    ask = st.segmented_control(
        "Question",
        list(_ASKS),
        default="hangs",
        format_func=_ASKS.__getitem__,
        key=state.key("question"),
        required=True,
    )
    {"hangs": _sensitivity, "holds": _discovery, "best": _regret}[ask or "hangs"](sweep, folder)
    with st.expander("Take it with you", key=state.key("sweep files"), on_change="rerun") as opened:
        if opened.open:
            with st.container(horizontal=True):
                place = str(folder)
                show.download("Every run, CSV", "runs.csv", "text/csv", "runs csv", analysis.table, place, "CSV")
                parquet = "application/vnd.apache.parquet"
                show.download(
                    "Every run, Parquet", "runs.parquet", parquet, "runs parquet", analysis.table, place, "Parquet"
                )
                show.download("The folder, ZIP", "sweep.zip", "application/zip", "sweep zip", archives.pack, place)
            st.caption(
                "Unpacked, `durand sensitivity` and the like go on from the folder. The ZIP file can be opened here again."
            )


def _metrics(sweep: Sweep) -> list[str]:
    return [str(one) for one in sweep.manifest["particulars"]["metrics"]]


def _scenarios(sweep: Sweep) -> dict[str, str]:
    return {str(one["name"]): str(one["title"]) for one in sweep.manifest["scenarios"]}


def _metric(names: list[str], place: str) -> str:
    return str(st.selectbox("Outcome", names, format_func=lambda name: METRICS[name].title, key=state.key(place)))


def _sensitivity(sweep: Sweep, folder: Path) -> None:
    metric = _metric(_metrics(sweep), "sensitivity metric")
    titles = _scenarios(sweep)
    versus = ""
    if len(titles) > 1:
        versus = st.selectbox(
            "Of each scenario, or of the difference to",
            ["", *titles],
            format_func=lambda name: titles.get(name, "each scenario by itself"),
            key=state.key("sensitivity versus"),
        )
    _ask("sensitivity", "Work it out", Question(analysis.sensitivity, (str(folder), metric, versus or None)))


def _discovery(sweep: Sweep, folder: Path) -> None:
    titles = _scenarios(sweep)
    names, metric = list(titles), _metrics(sweep)[0]
    usual = f"{metric}[{names[0]}] < {metric}[{names[1]}]" if len(names) > 1 else ""
    where = st.text_input(
        "Where does this hold?",
        usual,
        max_chars=500,
        key=state.key("condition"),
        help="Outcomes by their ids, numbers, < <= > >= == !=, + - * /, and, or, not; an outcome of one scenario as "
        "attacks[confront]. For example: sovereignty < 0.5 and attacks[confront] < attacks[appease].",
    )
    st.caption(f"Outcomes kept: {show.plain(', '.join(_metrics(sweep)))}.")
    try:
        condition = parse(where, known_outcomes(sweep), names)
    except ConditionError as problem:
        with st.container(key="condition-problem"):
            st.error("This condition cannot be read.")
            st.code(str(problem), language=None)
        return
    scenario = ""
    if not condition.paired and len(names) > 1:
        scenario = st.selectbox(
            "Under which scenario",
            ["", *names],
            format_func=lambda name: titles.get(name, "all of them"),
            key=state.key("discovery scenario"),
        )
    _ask("discovery", "Search", Question(analysis.discovery, (str(folder), where, scenario or None)))


def _regret(sweep: Sweep, folder: Path) -> None:
    names = [name for name in _metrics(sweep) if name in BETTER]
    if not names:
        said = suggestion("", [METRICS[name].title for name in BETTER]).partition("; ")[2]
        st.info(f"None of the outcomes kept has an end that hardly anybody would call worse; {show.plain(said)}.")
        return
    metric = _metric(names, "regret metric")
    st.caption(f"Here {'less' if BETTER[metric] == 'less' else 'more'} of it counts as better: a judgement.")
    _ask("regret", "Compare the policies", Question(analysis.regret, (str(folder), metric)))


def _ask(place: str, label: str, question: Question) -> None:
    found: Found | None = waiting.answer(place, label, question)
    if found is None:
        return
    for paragraph in found.paragraphs:
        st.markdown(show.plain(paragraph.replace("`", "")))
    with st.container(horizontal=True, gap="medium"):
        for number, one in enumerate(found.pictures):
            made = show.Drawn(
                one.words.name, one.words.title, one.specification, one.rows, partial(getattr, one, "words")
            )
            show.picture(made, f"{place}-{number}", width=680 if "concat" in one.specification else 340)
    with st.container(horizontal=True):
        for name, text in ((name, text) for name, text in found.tables.items() if text.count("\n") > 1):
            st.download_button(name, text, name, "text/csv", key=state.key("table", place, name), on_click="ignore")
