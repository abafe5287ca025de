"""What a finished sweep is asked: sensitivity, discovery, regret, and the files to take along."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

import streamlit as st

from dashboard.runtime import analysis, archives, state, sweep_folders
from dashboard.runtime.analysis import Found
from dashboard.runtime.language import _
from dashboard.runtime.questions import Question
from dashboard.widgets import conditions, show, waiting
from sim.experiment.factors import factor_words
from sim.experiment.figures import metrics_of
from sim.experiment.outcome import Sweep
from sim.experiment.regret.study import BETTER
from sim.experiment.sensitivity.methods import SensitivityError
from sim.experiment.sensitivity.sample import own_method, sample_of
from sim.experiment.spoken import outcome_words, spoken
from sim.metrics import METRICS
from sim.words.language import N_, together
from sim.words.language import spoken as spoken_language

_ASKS = {"hangs": N_("What it hangs on"), "holds": N_("Where something holds"), "best": N_("Which policy does well")}


_METHODS = {
    "": N_("the way its design is made for"),
    "pawn": N_("PAWN: how far the whole distribution of the outcome moves"),
    "delta": N_("delta: how much of the density of the outcome moves"),
}


def all_of(sweep: Sweep, folder: Path) -> None:
    """The questions and what they come to; one at a time."""
    st.subheader(show.plain(_(sweep.title)), anchor=False)
    about = sweep.manifest
    said = N_("{points:,} points of {worlds:,} worlds over {months} months.")
    if sweep.failures:
        said = N_(
            "{points:,} points of {worlds:,} worlds over {months} months; {refused} points that the model refused."
        )
    told = {name: about[name] for name in ("points", "worlds", "months")}
    st.caption(_(said, refused=len(sweep.failures), **told))
    if sweep.factors("uncertainty"):
        st.caption(
            _(
                "Uncertain values were drawn from the whole of the ranges that the experiment gives them, not from what fits the "
                "record: levels are not those of Compare."
            )
        )
    ask = st.segmented_control(
        _("Question"),
        list(_ASKS),
        default=_first_question(str(folder)),
        format_func=lambda name: _(_ASKS[name]),
        key=state.key("question"),
        required=True,
    )
    {"hangs": _sensitivity, "holds": _discovery, "best": _regret}[ask or "hangs"](sweep, folder)
    with st.expander(_("Take it with you"), key=state.key("sweep files"), on_change="rerun") as opened:
        if opened.open:
            with st.container(horizontal=True):
                place = str(folder)
                show.download(_("Every run, CSV"), "runs.csv", "text/csv", "runs csv", analysis.table, place, "CSV")
                parquet = "application/vnd.apache.parquet"
                show.download(
                    _("Every run, Parquet"), "runs.parquet", parquet, "runs parquet", analysis.table, place, "Parquet"
                )
                show.download(_("The folder, ZIP"), "sweep.zip", "application/zip", "sweep zip", archives.pack, place)
            st.caption(
                _(
                    "Unpacked, `durand sensitivity` and the like go on from the folder. The ZIP file can be opened "
                    "here again."
                )
            )


@lru_cache(maxsize=64)  # to lay out the points of hundreds of factors takes long
def _first_question(folder: str) -> str:
    """What it hangs on, if there are points enough to tell; else, of a few futures for many mixes, which of these does well."""
    sweep = Sweep.load(folder)
    try:
        sample_of(sweep, None if own_method(sweep) is not None else "pawn")
    except SensitivityError:
        return "best" if len(_scenarios(sweep)) * int(sweep.manifest["mixes"]) > 1 else "hangs"
    return "hangs"


def _scenarios(sweep: Sweep) -> dict[str, str]:
    return {str(one["name"]): _(str(one["title"])) for one in sweep.manifest["scenarios"]}


def _metric(names: list[str], place: str) -> str:
    return str(st.selectbox(_("Outcome"), names, format_func=outcome_words, key=state.key(place)))


def _sensitivity(sweep: Sweep, folder: Path) -> None:
    """Of the outcomes that the experiment names, and of what was kept."""
    first, second, third = st.columns(3)
    with first:
        metric = _metric([*sweep.experiment.outcomes, *metrics_of(sweep)], "sensitivity metric")
    titles = _scenarios(sweep)
    versus = ""
    if len(titles) > 1:
        said = {name: _("the difference to {title}", title=title) for name, title in titles.items()}
        said = {"": _("each scenario by itself"), **said}
        versus = second.selectbox(
            _("Asked of"), list(said), format_func=said.__getitem__, key=state.key("sensitivity versus")
        )
    with third:
        method, factors = _method(sweep)
    given = (str(folder), metric, versus or None, method or None, factors, spoken_language())
    _ask("sensitivity", Question(analysis.sensitivity, given))


def _method(sweep: Sweep) -> tuple[str, tuple[str, ...]]:
    """How it is measured; and of which factors alone, where these are taken one by one."""
    offered = [name for name in _METHODS if name or own_method(sweep) is not None]
    method = st.selectbox(
        _("Measured"),
        offered,
        format_func=lambda name: _(_METHODS[name]),
        key=state.key("sensitivity method"),
        help=_(
            "PAWN and delta take any points, see more than the middle of an outcome, and stand beside what a factor that does "
            "nothing would show. Delta takes long with hundreds of factors: choose some."
        ),
    )
    if not method:
        return "", ()
    names = [str(one["name"]) for one in sweep.manifest["factors"] if not one["crossed"] or sweep.design is None]
    chosen = st.multiselect(
        _("Of these alone"),
        names,
        format_func=factor_words,
        key=state.key("sensitivity factors"),
        placeholder=_("all that was varied"),
    )
    return method, tuple(chosen)


def _discovery(sweep: Sweep, folder: Path) -> None:
    titles = _scenarios(sweep)
    st.markdown(
        _("Among all futures of this sweep, look for those in which something holds, and for what they have in common.")
    )
    condition = conditions.asked(sweep, titles)
    if condition is None:
        return
    st.markdown(_("**Asked: {condition}.**", condition=show.plain(spoken(condition, titles))))
    scenario = ""
    if not condition.paired and len(titles) > 1:
        scenario = st.selectbox(
            _("Under which scenario"),
            ["", *titles],
            format_func=lambda name: titles[name] if name else _("all of them"),
            key=state.key("discovery scenario"),
        )
    _ask("discovery", Question(analysis.discovery, (str(folder), condition.text, scenario or None, spoken_language())))


def _regret(sweep: Sweep, folder: Path) -> None:
    names = [name for name in metrics_of(sweep) if name in BETTER]
    if not names:
        said = together(", ", (_(METRICS[name].title) for name in BETTER))
        st.info(
            _(
                "None of the outcomes kept has an end that hardly anybody would call worse. Such are: {said}.",
                said=show.plain(said),
            )
        )
        return
    metric = _metric(names, "regret metric")
    st.caption(
        _("Here less of it counts as better: a judgement.")
        if BETTER[metric] == "less"
        else _("Here more of it counts as better: a judgement.")
    )
    _ask("regret", Question(analysis.regret, (str(folder), metric, spoken_language())))


def _ask(place: str, question: Question) -> None:
    question = replace(question, everybodys=sweep_folders.is_shared(question.given[0]))
    found: Found | None = waiting.answer(place, _("Work it out"), question, at_once=True)
    if found is None:
        return
    for said, behind in found.paragraphs:
        st.markdown(show.strong(said) if behind else show.plain(said))
        if behind:
            st.caption(show.plain(behind))
    if found.words:
        st.markdown(_("What was varied, of what is named here:"))
        st.markdown("\n".join(f"- **{show.plain(name)}**: {show.plain(meaning)}" for name, meaning in found.words))
    for first in range(
        0, len(found.pictures), 2
    ):  # in pairs: what moves an outcome under a scenario, and how much it matters
        pair = found.pictures[first : first + 2]
        whole = any("concat" in one.specification for one in pair)
        with st.container() if whole else show.row(f"{place}-{first}"):
            for number, one in enumerate(pair, first):
                made = show.Drawn(
                    one.words.name, one.words.title, one.specification, one.rows, partial(getattr, one, "words")
                )
                show.picture(made, f"{place}-{number}", width=680 if whole else 340)
    with st.container(horizontal=True):
        for name, text in ((name, text) for name, text in found.tables.items() if text.count("\n") > 1):
            st.download_button(
                _("These figures, CSV"), text, name, "text/csv", key=state.key("table", place, name), on_click="ignore"
            )
