"""Why: from a figure back to decisions, rules, claims and sources."""

from __future__ import annotations

import json
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.runtime import questions, state, versions
from dashboard.runtime.questions import Question
from dashboard.widgets import chain, choosing, sentences, show, waiting
from sim.metrics import METRICS
from sim.plots.course import PICK, course_picture, moving_course
from sim.results import Comparison
from sim.results.reading import titles
from sim.scenario import Scenario
from sim.why.names import DECISIONS
from sim.why.pictures import ablation_picture, account_picture, decision_picture
from sim.why.text import outline, paragraphs

show.page(
    "Why",
    "Ask of any figure how it came about: which decisions and rules moved it, and which passages these rest on.",
)


def course(here: state.State, found: Comparison) -> tuple[state.State, DeltaGenerator]:
    """The metric's months, one of which is picked, from the list or by a click; and where the answer goes."""
    dates = found.results[found.baseline].months
    left, right = st.columns([2, 3], gap="medium")
    with right:
        here = choosing.month(
            here, dates, choosing.clicked("course", PICK), "Month asked about (or click it in the picture)"
        )
    number = dates.index(here.month or dates[-1])
    parts = moving_course(found, here.metric, number)
    words = partial(course_picture, found, here.metric, number)
    made = show.Drawn("course", f"{METRICS[here.metric].title}, month by month", parts.specification, parts.rows, words)
    with left:
        show.picture(made, "course", pick=PICK)
    return here, right.container()


def account(
    here: state.State, found: Comparison, plans: dict[str, Scenario], month: str, place: DeltaGenerator
) -> None:
    """The account: in a place its sum, and below its terms and the chain that opens."""
    shown, versus = choosing.pair(here, found)
    called = titles(*found.results.values())
    ask = Question(
        questions.account,
        (plans[shown], here.metric, month, plans[versus] if versus else None),
        {**choosing.how(here), "back": here.back or None},
    )
    with st.spinner("The worlds are simulated again, and every step is followed back."):
        answer = show.answers(lambda: {"why": ask})
    if answer is None:
        return
    why = answer["why"]
    sentence, figures = paragraphs(why)
    place.markdown("\n\n".join(filter(None, (show.strong(sentence), show.plain(figures)))))
    if why.chain is None:
        return
    left, right = st.columns([2, 3], gap="medium")
    with left:
        show.picture(show.drawn((ask.key, "account"), lambda: account_picture(why)), "account")
        with st.container(horizontal=True):
            st.download_button("Account, text", why.text(), "why.txt", "text/plain", on_click="ignore")
            data = json.dumps(why.as_json(), indent=1, ensure_ascii=False)
            st.download_button("Account, JSON", data, "why.json", "application/json", on_click="ignore")
    with right:
        st.subheader("How it came about", anchor=False)
        st.caption(
            "Each line carries what the lines set in below it add up to. Open one to see the rule, the claims and the source."
        )
        with st.container(gap="xsmall"):
            chain.outline(outline(why), "chain", called[shown], called[versus] if versus else "the month before")


def decisions(here: state.State, found: Comparison, plans: dict[str, Scenario], month: str) -> state.State:
    """What pressed on an actor's decision in that month, under the scenarios asked about."""
    st.subheader("What pressed on a decision", anchor=False)
    decision = st.selectbox(
        "Decision",
        list(DECISIONS),
        list(DECISIONS).index(here.decision),
        format_func=DECISIONS.__getitem__,
        key=state.key("decision"),
    )
    here = here.with_(decision=decision)
    shown, versus = choosing.pair(here, found)
    names = [shown, *([versus] if versus else [])]
    asks = {name: Question(questions.pressures, (plans[name], decision, month), choosing.how(here)) for name in names}
    weighed = show.answers(lambda: asks)
    if weighed is None:
        return here
    with st.container(horizontal=True, gap="medium"):
        for place, (name, one) in enumerate(weighed.items()):
            made = show.drawn((asks[name].key, "decision"), partial(decision_picture, one))
            show.picture(made, f"decision-{place}")
    st.caption("The rules that press. Each opens: what it says, and what it rests on.")
    chain.rules([push.rule for push in weighed[shown].pushes], decision)
    return here


def mechanisms(here: state.State, found: Comparison, plans: dict[str, Scenario]) -> None:
    """What each mechanism and loop is worth, worked out when somebody asks: it takes some forty runs."""
    shown, _ = choosing.pair(here, found)
    st.subheader("What each mechanism and feedback loop is worth", anchor=False)
    st.markdown(
        "The same worlds simulated again with one mechanism or loop after the other switched off. Crude: effects overlap."
    )
    ask = Question(questions.ablation, (plans[shown], here.metric), choosing.how(here))
    found_ = waiting.answer("ablation", "Switch mechanisms off, one at a time", ask, "Takes some ten seconds.")
    if found_ is not None:
        show.picture(show.drawn((ask.key, "ablation"), lambda: ablation_picture(found_)), "ablation")


def body() -> None:
    here = choosing.scenarios(state.current())
    found = show.comparison(choosing.untold(state.publish(here)))
    if found is None:
        return
    plans = versions.scenarios(here)
    here, place = course(choosing.asked(here, found), found)
    month = here.month or found.results[found.baseline].months[-1]
    account(here, found, plans, month, place)
    here = state.publish(decisions(here, found, plans, month))
    mechanisms(here, found, plans)
    with st.container(key="stamp"):
        st.caption(f"Run {sentences.digest(found)}")


body()
