"""The form of the Experiments page: each function shows widgets and returns the experiment's text as it becomes."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.runtime import experiments, state
from dashboard.runtime.experiments import KINDS
from dashboard.runtime.language import _, titled
from dashboard.widgets import controls, show
from sim.experiment.factors import factor_words
from sim.metrics import METRICS
from sim.parameters import PARAMETERS
from sim.provenance.phrases import beyond_title
from sim.scenario.diff import TITLES
from sim.words.language import N_

USUAL = "confront_or_accommodate"
MOST_SCENARIOS = 5
_SIZES = {
    "points": N_("Points"),
    "base": N_("Size of the sample (a power of two)"),
    "trajectories": N_("Trajectories"),
}
_VARIABLE = [name for name, one in PARAMETERS.items() if not one.constant]


def _in_words(name: str) -> str:
    """A parameter by its title, with what its meaning says beyond that."""
    title, rest = show.plain(_(PARAMETERS[name].title)), beyond_title(PARAMETERS[name])
    return f"- **{title}**: {show.plain(rest)}" if rest else f"- **{title}**"


def all_of(text: str) -> str:
    """The whole form."""
    data = experiments.check(text).data
    first, second = st.columns(2)
    with first:
        given = _what(data)
    with second:
        given |= _size(data)
    return experiments.changed(text, **given) if any(data.get(key) != value for key, value in given.items()) else text


def begin() -> None:
    """Begin anew from the chosen experiment of the library."""
    if name := st.session_state[state.key("trial begins")]:
        state.replace_all(state.current().with_(trial=experiments.start(name)))


def _what(data: dict[str, Any]) -> dict[str, Any]:
    """Which scenarios, which uncertainties, which metrics."""
    scenarios = st.multiselect(
        _("Scenarios"),
        list(controls.library()),
        data.get("scenarios", []),
        format_func=lambda name: controls.library()[name][0],
        max_selections=MOST_SCENARIOS,
        key=state.key("trial scenarios"),
    )
    varied = data.get("uncertainties")
    everything = st.checkbox(
        _("Vary all {count} parameters with a range", count=len(_VARIABLE)), varied == "all", key=state.key("trial all")
    )
    given: Any = varied if varied == "all" and everything else "all" if everything else None
    if not everything:
        names = [] if varied == "all" else list(varied or ())
        chosen = st.multiselect(
            _("Uncertainties, each over its declared range"),
            _VARIABLE,
            names,
            format_func=factor_words,
            key=state.key("trial uncertainties"),
            help=_("Type a few letters to find one. What they mean stands below."),
        )
        if chosen:
            with st.expander(_("What these are")):
                st.markdown("\n".join(_in_words(name) for name in chosen))
        given = varied if chosen == names and varied else chosen or None
    if levers := data.get("levers"):
        said = ", ".join(titled(TITLES)(name.rpartition(".")[2]) for name in levers)
        st.caption(_("Levers are varied too: {said}. They stand in the text below.", said=show.plain(said)))
    metrics = st.multiselect(
        _("What is kept of each run"),
        list(METRICS),
        data.get("metrics", ["attacks", "fatalities", "sovereignty"]),
        format_func=lambda name: _(METRICS[name].title),
        key=state.key("trial metrics"),
    )
    return {"scenarios": scenarios, "uncertainties": given, "metrics": metrics or None}


def _size(data: dict[str, Any]) -> dict[str, Any]:
    """Which design, how many points, worlds, months."""
    design = dict(data.get("design") or {"kind": "latin_hypercube", "points": 100})
    kinds = list(KINDS)
    kind = st.selectbox(
        _("Design"),
        kinds,
        kinds.index(design.get("kind", kinds[0])),
        format_func=lambda name: _(KINDS[name][3]),
        key=state.key("trial design"),
    )
    size, least, most = KINDS[kind][:3]
    usual = design.get(size, least) if kind == design.get("kind") else least
    kept = design if kind == design.get("kind") else {"kind": kind, **({"seed": design.get("seed", 0)} if size else {})}
    if size:
        count: Any = st.number_input(
            _(_SIZES[size]),
            min(least, usual),
            max(most, usual),  # what is too large to be run here is said besides
            usual,
            key=state.key("trial size", kind),
        )
        kept = {**kept, size: int(count)}
    worlds: Any = st.number_input(
        _("Worlds at each point"),
        1,
        max(1000, data.get("worlds", 1)),
        data.get("worlds", 1),
        key=state.key("trial worlds"),
        help=_("More worlds average random draws out."),
    )
    months: Any = st.number_input(
        _("Months (0: as the scenarios say)"),
        0,
        max(experiments.MOST_MONTHS, data.get("months") or 0),
        data.get("months") or 0,
        6,
        key=state.key("trial months"),
    )
    return {"design": kept, "worlds": int(worlds), "months": int(months) or None}
