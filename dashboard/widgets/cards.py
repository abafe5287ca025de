"""Evidence, shown: what there is to say about an id, lists of what was found, and what goes with a source."""

from __future__ import annotations

import streamlit as st

from dashboard.runtime import state
from dashboard.widgets import links, show
from sim.evidence import ledger
from sim.plots import Table
from sim.provenance import Card, Coverage, Entry, UnknownIdError, look_up
from sim.provenance.levers import Explained, level
from sim.provenance.seek import KINDS
from sim.provenance.without import FOOTINGS, Left, Without

MOST = 40
_NAMED = ("rule", "parameter", "claim", "source", "metric", "lever", "mechanism")


def about(name: str) -> None:
    """All cards that go by an id, or what was meant."""
    try:
        found = look_up(name)
    except UnknownIdError as problem:
        st.warning(show.plain(problem), icon=":material/search_off:")
        return
    for one in found:
        with st.container(border=True):
            _card(one)


def _card(one: Card) -> None:
    st.subheader(show.plain(one.sentence.removesuffix(".")), anchor=False)
    st.caption(f"{one.kind.capitalize()} {show.plain(one.id)}")
    if one.facts:
        st.markdown("\n".join(f"- {show.plain(label)}: {show.plain(words)}" for label, words in one.facts))
    for section in one.sections:
        if section.entries or section.empty:
            count = f" ({len(section.entries)})" if len(section.entries) > 1 else ""
            st.markdown(f"**{show.plain(section.title)}{count}**")
        if not section.entries and section.empty:
            st.caption(show.plain(section.empty))
        for entry in section.entries[:MOST]:
            listed(entry)
        if len(section.entries) > MOST:
            with st.expander(
                f"{len(section.entries) - MOST} more", key=f"more {one.id} {section.title}", on_change="rerun"
            ) as more:
                if more.open:
                    for entry in section.entries[MOST:]:
                        listed(entry)


def listed(entry: Entry) -> None:
    """One line: what it says, which is the way to it where there is one; then its id, with a few words."""
    said = entry.text or entry.note
    if entry.kind in _NAMED:
        links.evidence(entry.id, said or entry.id)
        beside = f" · {entry.note}" if entry.note and entry.text else ""
        if said:
            st.caption(show.plain(f"{entry.id}{beside}"))
    elif entry.kind == "scenario":
        folder, _, name = entry.id.rpartition("/")
        titles = state.known()
        said = f"Course: {titles.get(name, name.replace('_', ' ').capitalize())}" if folder else titles.get(name, name)
        st.markdown(f"- **{show.plain(said)}** ({show.plain(entry.id)})")
    else:
        beside = f": {show.plain(entry.note)}" if entry.note else ""
        st.markdown(f"- **{show.plain(entry.id)}**{beside}")
        if entry.text:
            st.caption(show.plain(entry.text))


def arguments(one: Explained) -> None:
    """Who argues for a lever and against it, and what was done with it by the record, each with a way to its claim."""
    claims = ledger().claims
    for title, names in (("For it", one.argued_for), ("Against it", one.argued_against)):
        if names:
            st.markdown(f"**{title}**")
        for name in names:
            links.evidence(name, f"{claims[name].text} ({name})")
    if one.past:
        st.markdown("**In the record** (how strongly is a judgement)")
    for past in one.past:
        words = f": {level(one.name, past.value)}" if one.levels else ""
        st.markdown(f"- {past.months}, {past.value:g}{show.plain(words)}. {show.plain(past.why)}")


def results(found: tuple[Entry, ...]) -> None:
    """What a search found, by kind; the first so many of each."""
    if not found:
        st.info("Nothing holds all of these words. Try fewer, or parts of them.", icon=":material/search_off:")
        return
    for kind, title in KINDS.items():
        of_kind = [one for one in found if one.kind == kind]
        if of_kind:
            with st.expander(f"{title} ({len(of_kind)})", expanded=len(found) <= MOST):
                for entry in of_kind[:MOST]:
                    listed(entry)
                if len(of_kind) > MOST:
                    st.caption(f"{len(of_kind) - MOST} more; add a word to the search to see them.")


def pairs(found: tuple[tuple[Entry, Entry], ...]) -> None:
    """Claims that conflict, side by side."""
    for number, (one, other) in enumerate(found):
        with st.container(border=True, key=f"conflict-{number}"):
            for column, entry in zip(st.columns(2), (one, other), strict=True):
                with column:
                    listed(entry)


def gone(found: Without, title: str) -> None:
    """What loses its footing with a source."""
    counts, rules = found.counts, sum(found.counts.values())
    st.markdown(
        f"Without {show.plain(title)}, **{counts['none'] + counts['judgement']} of {rules} rules** cite no claim any more: "
        f"{counts['none']} would have nothing left to rest on, {counts['judgement']} a judgement alone. "
        f"{counts['fewer']} would rest on fewer claims, {counts['whole']} stand as before."
    )
    st.caption(
        "The numbers would not change: switching a source off says what they would stand on, not what they would be."
    )
    for title_, rows in (("Rules", found.rules), ("Parameters", found.parameters)):
        for footing, words in FOOTINGS.items():
            some = [one for one in rows if one.footing == footing]
            if some:
                said = words if footing != "whole" else "as before, but a parameter that they take is left bare"
                label = f"{title_}: {said} ({len(some)})"
                with st.expander(label, expanded=title_ == "Rules" and footing in ("none", "judgement")):
                    for one in some:
                        _left(one)


def _left(one: Left) -> None:
    links.evidence(one.name, one.says)
    lost = f"Loses {', '.join(one.lost)}" if one.lost else "Loses none itself"
    kept = f"; keeps {', '.join(one.kept)}" if one.kept else ""
    through = f"; takes parameters that are left bare: {', '.join(one.through)}" if one.through else ""
    st.caption(show.plain(f"{one.name} · {lost}{kept}{through}."))


def coverage(found: Coverage) -> None:
    """How far the model rests on evidence, and the evidence is used."""
    st.markdown(
        f"{len(found.sources)} sources, {found.articles} of them articles: commentaries, with no voice from the tribal "
        f"districts. {found.claims[0]} claims, {found.of_articles[0]} of them from the articles; something in the model rests "
        f"on {found.claims[1]}. {found.conflicts} pairs of claims conflict; both sides are kept."
    )
    rows = [[title, str(count), str(used)] for title, (count, used) in found.sources.values()]
    show.table(Table(["Source", "Claims", "Used"], rows))
    footing = [
        [name, *(str(each) for each in (of.all, of.claims, of.both, of.judgement, of.neither, of.one_source))]
        for name, of in (("Rules", found.rules), ("Parameters", found.parameters))
    ]
    heads = ["", "All", "Claims alone", "Claims and judgement", "Judgement alone", "Neither", "One source only"]
    show.table(Table(["What rests on what", *heads[1:]], footing))
    if found.left_over:
        st.markdown("**Causal claims that no rule uses**")
        claims = ledger().claims
        for claim, why in found.left_over.items():
            links.evidence(claim, claims[claim].text)
            st.caption(show.plain(f"{claim} · {why}"))
