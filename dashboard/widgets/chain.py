"""From an outcome to what it rests on, each step to be opened: decision, rule, claim, source."""

from __future__ import annotations

import streamlit as st

from dashboard.runtime import state
from dashboard.runtime.language import _
from dashboard.widgets import links, show
from sim.evidence import ledger
from sim.plots import Table
from sim.provenance import index
from sim.provenance.phrases import within
from sim.rule import RULES
from sim.why.account import Term
from sim.why.text import Line
from sim.words.language import N_, together
from sim.words.numbers import number
from sim.words.sentences import capital, in_words, side_by_side

DEEPEST = 6
_KINDS = {
    "rule": N_("Rule"),
    "draw": N_("A draw of chance around what was to be expected"),
    "luck": N_("Chance alone"),
    "decision": N_("A decision"),
    "response": N_("What the scenario does in answer to events"),
    "lever": N_("What the scenario sets"),
    "parameter": N_("A parameter"),
    "shock": N_("A shock"),
    "state": N_("What the months before left"),
    "metric": N_("The outcome"),
}
# What the inputs of a term are called, where they are not what was expected of a draw.
_INPUTS = {"rule": N_("Takes"), "decision": N_("Pressures: 1 more makes an option's odds 2.7 times as good")}


def outline(lines: tuple[Line, ...], place: str, now: str, then: str) -> None:
    """The lines, one below the other and set in under what they fed; each opens.

    Args:
        place: of this outline among others; now, then: what the two readings are called.
    """
    for count, line in enumerate(lines):
        label = f"{show.plain(line.amount)} · {show.plain(spoken(line.words))}"
        with st.container(key=f"depth-{min(line.depth, DEEPEST)}-{place}-{count}"):
            if not line.terms:
                st.caption(label)
                continue
            with st.expander(label, key=state.key("step", place, count, line.words), on_change="rerun") as step:
                if step.open:
                    for term in line.terms:
                        _term(term, now, then)


def spoken(words: str) -> str:
    """Words with arrows as they are read aloud."""
    return together(", through ", words.split(" ← "))


def _term(term: Term, now: str, then: str) -> None:
    said = _(RULES[term.name].statement) if term.kind == "rule" else term.unmarked
    st.markdown(f"**{show.plain(_(_KINDS.get(term.kind, term.kind)))}:** {show.plain(said)}")
    if term.inputs:
        heads = _(_INPUTS.get(term.kind, N_("Expected")))
        rows = [[_input(name), number(here), number(there)] for name, (here, there) in term.inputs.items()]
        show.table(Table([heads, now, then], rows))
    if term.kind == "rule":
        links.evidence(term.name, _("All about this rule"))
    elif term.kind == "parameter":
        links.evidence(term.name, _("All about this parameter"))
    claims(term.claims, _("It rests on"))


def _input(name: str) -> str:
    """What a term takes, in words: the pressure of a rule, or a state by the rule's own name for it."""
    return _(RULES[name].title) if name in RULES else capital(in_words(name))


def claims(names: tuple[str, ...], heading: str) -> None:
    """Claims in our own words, each with where it stands and a way to it."""
    known = ledger()
    if names:
        st.markdown(f"{heading}:")
    for name in names:
        claim, source = known.claims[name], known.sources[known.claims[name].source]
        where = within(claim) if claim.paragraph != 0 else ""
        stands = _("{source}, {place}", source=_(source.title), place=where) if where else _(source.title)
        st.markdown(f"{show.plain(_(claim.text))} ({show.plain(side_by_side([_(claim.kind), stands]))})")
        links.evidence(name)
        if source.id != name:
            links.evidence(source.id, _("the source: {title}", title=_(source.title)))


def rules(names: list[str], place: str) -> None:
    """Pressures as rules: what each says and what it rests on."""
    columns = st.columns(3)
    for count, name in enumerate(names):
        column = columns[count * 3 // max(len(names), 1)]
        with column.expander(
            show.plain(_(RULES[name].title)), key=state.key("pressure", place, name), on_change="rerun"
        ) as one:
            if one.open:
                rule = index().rules[name]
                st.markdown(show.plain(_(rule.statement)))
                links.evidence(name, _("All about this rule"))
                claims(rule.claims, _("It rests on"))
                if rule.judgement:
                    st.caption(_("Judgement: {judgement}", judgement=show.plain(_(rule.judgement))))
