"""What leaves a class: its gradebook and all predictions as files, and the runs that were saved in it, side by side."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard.runtime import class_runs
from dashboard.runtime.gate import classes_only
from dashboard.runtime.language import _
from dashboard.runtime.state import State
from dashboard.widgets import access, asking, classes, show
from sim.metrics import METRICS
from sim.plots import Table
from sim.plots.intervals import intervals as drawn_beside
from sim.plots.intervals import quantile_summary
from sim.results import Results
from sim.scenario import load_scenario
from sim.teaching.classroom.classes import Standing
from sim.teaching.classroom.gradebook import about_points, gradebook
from sim.teaching.classroom.runs import SavedRun
from sim.teaching.exercises.schema import Exercise
from sim.words.numbers import amounts
from sim.words.sentences import NOT_A_FORECAST, WHOSE_DEATHS, month_words

# What is looked at first, and in the table: deaths by whose they are, and what else the articles argue about.
OUTCOMES = ("attacks", *WHOSE_DEATHS, "taliban_stance", "ttp_strength", "sovereignty")
MOST_BESIDE = 8


def files(one: Exercise, standing: Standing, secret: str) -> None:
    """The gradebook, and all predictions."""
    with st.expander(_("Gradebook and predictions, as files"), key="files", on_change="rerun") as opened:
        if not opened.open:
            return
        st.markdown(
            " ".join(
                [
                    _(
                        "The gradebook has a row for each participant: what was answered, whether it was about right, and points."
                    ),
                    about_points(),
                    _(
                        "*Points in all* is the mean over the steps and the quiz after, as far as they are revealed; who did "
                        "not answer has 0. The quiz before is not graded."
                    ),
                ]
            )
        )
        with st.container(horizontal=True):
            if (made := asking.lesson(one.name)) is not None:
                places = classes.places(one)
                book = gradebook(
                    access.classes().entries(standing.code, secret),
                    made.values,
                    places,
                    {place: f"{classes.step_of(one, place)}: {place[0].replace('_', ' ')}" for place in places},
                    # The quiz before comes again: what is known of its answers is known when the quiz after is revealed.
                    {place for place in places if {place, (place[0], "after")} & standing.revealed},
                )
                st.download_button(
                    _("Gradebook, CSV"), book, "gradebook.csv", "text/csv", on_click="ignore", key="grades"
                )
            exported = access.classes().export(standing.code, secret)
            st.download_button(
                _("All predictions, CSV"), exported, "class.csv", "text/csv", on_click="ignore", key="export"
            )


def side_by_side(standing: Standing, secret: str) -> None:
    """Saved runs of the class: what each sets and what comes of it, in one table and one picture."""
    with st.expander(_("Runs that the class saved, side by side"), key="beside", on_change="rerun") as opened:
        if not opened.open:
            return
        saved = {one.number: one for one in access.classes().runs(standing.code, secret)}
        if not saved:
            how = "" if classes_only() else _("Participants do so on Compare, once they have moved a lever.")
            st.info(" ".join(filter(None, (_("Nobody has saved a run yet."), how))))
            return
        numbers = st.multiselect(
            _("Runs, at most {most}", most=MOST_BESIDE),
            list(saved),
            list(saved)[-MOST_BESIDE:],
            format_func=lambda number: show.seen(_called(saved[number])),
            max_selections=MOST_BESIDE,
            key=f"beside {len(saved)}",
        )
        _shown([saved[number] for number in numbers])
        st.button(_("Look for newly saved runs"), key="look again")


def _called(one: SavedRun) -> str:
    return f"{one.nickname}: {one.name}"


def _shown(runs: list[SavedRun]) -> None:
    known = {_called(one): own for one in runs if (own := class_runs.scenario_of(one))}
    for one in runs:
        if _called(one) not in known:
            st.warning(show.plain(_("{called}: saved with another durand, and not known here.", called=_called(one))))
    references = {one.title: one for one in map(load_scenario, class_runs.REFERENCES)}
    every = {**references, **{called: one for called, (_, one) in known.items()}}
    found = show.answers(lambda: class_runs.jobs(every))
    if found is None:
        return
    metric = st.selectbox(
        _("What to look at"), OUTCOMES, format_func=lambda name: _(METRICS[name].title), key="beside metric"
    )
    sign = tuple(f"{called} {one.manifest['scenario']['hash']}" for called, one in found.items())
    show.picture(show.drawn(("beside", metric, *sign), lambda: drawn_beside(found, metric)), "beside", width=680)
    heads = ["", *every]
    rows = class_runs.settings([*((State(), one) for one in references.values()), *known.values()])
    rows += [[_(METRICS[name].title), *_outcomes(found, name)] for name in OUTCOMES]
    show.table(Table(heads, rows))
    first = next(iter(found.values()))
    st.caption(
        _(
            "All over the same {worlds} modelled worlds, {first} to {last}: the median, and nine worlds of ten "
            "in brackets. {warning}",
            worlds=class_runs.WORLDS,
            first=month_words(first.months[0]),
            last=month_words(first.months[-1]),
            warning=_(NOT_A_FORECAST),
        )
    )
    text = class_runs.as_csv(["what", *heads[1:]], rows)
    st.download_button(_("This table, CSV"), text, "runs.csv", "text/csv", on_click="ignore", key="beside csv")


def _outcomes(found: Mapping[str, Results], metric: str) -> list[str]:
    out = []
    for one in found.values():
        middle, between = amounts(metric, *quantile_summary(one, metric))
        out.append(f"{middle} ({between})")
    return out
