"""A condition on outcomes, built by choosing: which outcome, under which scenario, compared how, with what. Or as text."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard.runtime import state
from dashboard.runtime.language import _, titled
from dashboard.widgets import show
from sim.experiment.condition import VERDICT, Condition, ConditionError
from sim.experiment.figures import by_point, condition_of, known_outcomes
from sim.experiment.outcome import Sweep
from sim.experiment.spoken import COMPARISONS, outcome_words
from sim.metrics import METRICS
from sim.vocabulary import VERDICTS
from sim.words.language import N_
from sim.words.numbers import fine

MOST = 4
_VALUE = ""  # compared with a number rather than with another scenario
_JOINED = {"and": N_("all of these hold"), "or": N_("any of these holds")}


def asked(sweep: Sweep, titles: Mapping[str, str]) -> Condition | None:
    """The condition that a visitor asks about; None, with what is wrong, where it cannot be read."""
    with st.container(border=True, key="condition"):
        built = _built(sweep, titles)
        if st.toggle(
            _("Write it as text"),
            key=state.key("as text"),
            help=_("For what cannot be chosen: sums, not, parentheses."),
        ):
            built = st.text_input(
                _("Condition"),
                built,
                max_chars=500,
                key=state.key("condition text"),
                help=_(
                    "Outcomes by their ids, numbers, < <= > >= == !=, + - * /, and, or, not; an outcome of one "
                    "scenario as attacks[confront]. For example: sovereignty < 0.5 and attacks[confront] < "
                    "attacks[appease]."
                ),
            )
            st.caption(_("Outcomes kept: {outcomes}.", outcomes=show.plain(", ".join(known_outcomes(sweep)))))
        try:
            return condition_of(sweep, built)
        except ConditionError as problem:
            with st.container(key="condition-problem"):
                st.error(_("This condition cannot be read."))
                st.code(str(problem), language=None)
            return None


def _built(sweep: Sweep, titles: Mapping[str, str]) -> str:
    """The rows that were chosen, as text."""
    place = state.key("condition rows")
    count = int(st.session_state.get(place, 1))
    joined = "and"
    if count > 1:
        joined = st.segmented_control(
            _("It holds where"),
            list(_JOINED),
            default="and",
            format_func=lambda name: _(_JOINED[name]),
            key=state.key("joined"),
            required=True,
        )
    rows = [_row(sweep, titles, number) for number in range(count)]
    with st.container(horizontal=True):
        st.button(_("Add a condition"), on_click=_count, args=[place, count + 1], disabled=count >= MOST)
        if count > 1:
            st.button(_("Take the last one out"), on_click=_count, args=[place, count - 1])
    return f" {joined} ".join(rows)


def _count(place: str, count: int) -> None:
    st.session_state[place] = count


def _row(sweep: Sweep, titles: Mapping[str, str], number: int) -> str:
    """One comparison; the first is of two scenarios, as far as there are two."""
    names = [name for name in known_outcomes(sweep) if name in METRICS or name == VERDICT]
    several = len(titles) > 1
    first, second, third, fourth = st.columns([3, 2, 2, 3])
    outcome = first.selectbox(_("Outcome"), names, 0, format_func=outcome_words, key=state.key("outcome", number))
    under = ""
    if several:
        scenario = second.selectbox(
            _("Under"), list(titles), 0, format_func=titles.__getitem__, key=state.key("under", number)
        )
        under = f"[{scenario}]"
    left = f"{outcome}{under}"
    if outcome == VERDICT:
        signs = ["==", "!="]
        sign = third.selectbox(
            _("Comparison"), signs, format_func=titled(COMPARISONS), key=state.key("sign of end", number)
        )
        end = fourth.selectbox(_("With"), list(VERDICTS), format_func=titled(VERDICTS), key=state.key("end", number))
        return f'{left} {sign} "{end}"'
    signs = ["<", "<=", ">", ">="]
    sign = third.selectbox(_("Comparison"), signs, format_func=titled(COMPARISONS), key=state.key("sign", number))
    others = [name for name in titles if under != f"[{name}]"] if several else []
    said = {_VALUE: _("a number"), **{name: _("the same under {title}", title=titles[name]) for name in others}}
    what = fourth.selectbox(
        _("With"),
        [*others, _VALUE],
        0 if number == 0 else len(others),
        format_func=said.__getitem__,
        key=state.key("than", number, under),
    )
    if what != _VALUE:
        return f"{left} {sign} {outcome}[{what}]"
    return f"{left} {sign} {_number(fourth, sweep, outcome, number)}"


def _number(place: st.delta_generator.DeltaGenerator, sweep: Sweep, outcome: str, number: int) -> str:
    """The number that an outcome is compared with: the middle of its values, unless another is given."""
    values = by_point(sweep, outcome)
    least, most = fine(float(values.min()), 3), fine(float(values.max()), 3)
    known = values.notna().any()
    value = place.number_input(
        _("Number (here from {least} to {most}; {unit})", least=least, most=most, unit=_(METRICS[outcome].unit))
        if known
        else _("Number ({unit})", unit=_(METRICS[outcome].unit)),
        value=float(f"{values.median():.3g}") if known else 0.0,
        format="%g",
        key=state.key("number", outcome, number),
    )
    return f"{value:.12g}"
