"""Why: from a figure back to decisions, rules, claims and sources."""

from __future__ import annotations

import json
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.runtime import asked, questions, state, versions
from dashboard.runtime.language import _, titled
from dashboard.runtime.questions import Question
from dashboard.widgets import chain, choosing, sentences, show, waiting
from sim.metrics import METRICS
from sim.plots.course import PICK, course_picture, moving_course
from sim.results import Comparison
from sim.results.reading import titles
from sim.scenario import Scenario
from sim.why.answers import Why
from sim.why.decide import Weighed
from sim.why.names import DECISIONS
from sim.why.pictures import ablation_picture, account_picture, decision_picture
from sim.why.text import outline, paragraphs

show.page(
    _("Why"),
    _("Ask of any figure how it came about: which decisions and rules moved it, and which passages these rest on."),
)


def course(here: state.State, found: Comparison) -> tuple[state.State, DeltaGenerator]:
    """The metric's months, one of which is picked, from the list or by a click; and where the answer goes."""
    dates = found.results[found.baseline].months
    left, right = st.columns([2, 3], gap="medium")
    with right:
        here = choosing.month(
            here, dates, choosing.clicked("course", PICK), _("Month asked about (or click it in the picture)")
        )
    number = dates.index(here.month or dates[-1])
    parts = moving_course(found, here.metric, number)
    words = partial(course_picture, found, here.metric, number)
    made = show.Drawn(
        "course",
        _("{metric}, month by month", metric=_(METRICS[here.metric].title)),
        parts.specification,
        parts.rows,
        words,
    )
    with left:
        show.picture(made, "course", pick=PICK)
    return here, right.container()


def account(why: Why, key: str, called: tuple[str, str], place: DeltaGenerator) -> None:
    """The account: in a place its sentence, and below its terms as a picture and the chain that opens."""
    sentence, figures = paragraphs(why)
    with place.container(key="because"):
        st.markdown("\n\n".join(filter(None, (show.strong(sentence), show.plain(figures)))))
    if why.chain is None:
        return
    with place.container(horizontal=True):
        st.download_button(_("Account, text"), why.text(), "why.txt", "text/plain", on_click="ignore")
        data = json.dumps(why.as_json(), indent=1, ensure_ascii=False)
        st.download_button(_("Account, JSON"), data, "why.json", "application/json", on_click="ignore")
    left, right = st.columns([2, 3], gap="medium")
    with left:
        show.picture(show.drawn((key, "account"), lambda: account_picture(why)), "account")
    with right:
        st.subheader(_("How it came about"), anchor=False)
        st.caption(
            _(
                "Each line carries what the lines set in below it add up to; figures are rounded one by one. Open a line "
                "to see the rule, the claims and the source."
            )
        )
        with st.container(gap="xsmall"):
            chain.outline(outline(why), "chain", *called)


def decision(here: state.State) -> state.State:
    """Which decision is laid open; its field stands further down."""
    chosen = st.session_state.get(state.key("decision"), here.decision)
    return here.with_(decision=chosen if chosen in DECISIONS else here.decision)


def decisions(here: state.State, weighed: dict[str, Weighed], key: str) -> None:
    """What pressed on an actor's decision in that month, under the scenarios asked about."""
    st.subheader(_("What pressed on a decision"), anchor=False)
    names = list(DECISIONS)
    st.selectbox(
        _("Decision"), names, names.index(here.decision), format_func=titled(DECISIONS), key=state.key("decision")
    )
    if not weighed:
        return
    every = tuple(weighed.values())
    with show.row("decisions"):
        for place, (name, one) in enumerate(weighed.items()):
            made = show.drawn((key, "decision", name), partial(decision_picture, one, every))
            show.picture(made, f"decision-{place}")
    st.caption(_("The rules that press. Each opens: what it says, and what it rests on."))
    chain.rules([one.rule for one in every[0].pressures], here.decision)


def mechanisms(here: state.State, found: Comparison, plans: dict[str, Scenario]) -> None:
    """What each mechanism and loop is worth, worked out when somebody asks: it takes some forty runs."""
    shown = choosing.pair(here, found)[0]
    st.subheader(_("What each mechanism and feedback loop is worth"), anchor=False)
    st.markdown(
        _(
            "The same worlds simulated again with one mechanism or loop after the other switched off. Crude: effects "
            "overlap."
        )
    )
    ask = Question(questions.ablation, (plans[shown], here.metric), asked.how(here))
    found_ = waiting.answer("ablation", _("Switch mechanisms off, one at a time"), ask, _("Takes some seconds."))
    if found_ is not None:
        show.picture(show.drawn((ask.key, "ablation"), lambda: ablation_picture(found_)), "ablation")


def body() -> None:
    here = choosing.scenarios(state.current())
    found = show.comparison(choosing.untold(state.publish(here)))
    if found is None:
        return
    plans = versions.scenarios(here)
    here, place = course(choosing.asked(here, found), found)
    here = state.publish(decision(here))
    shown, versus = choosing.pair(here, found)
    called = titles(*found.results.values())
    why, pressed = asked.account(here, plans), asked.pressures(here, plans)
    with st.spinner(_("The worlds are simulated again, and every step is followed back.")):
        told = show.answers(lambda: {"": why})
    if told is not None:
        account(told[""], why.key, (called[shown], called[versus] if versus else _("the month before")), place)
    weighed = show.answers(lambda: pressed)
    decisions(here, weighed or {}, " ".join(one.key for one in pressed.values()))
    mechanisms(here, found, plans)
    with st.container(key="stamp"):
        st.caption(_("Run {digest}", digest=sentences.digest(found)))


body()
