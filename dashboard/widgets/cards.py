"""Evidence, shown: what there is to say about an id, lists of what was found, and what goes with a source."""

from __future__ import annotations

import streamlit as st

from dashboard.runtime import state
from dashboard.runtime.language import _
from dashboard.runtime.state import SHARES
from dashboard.widgets import links, show
from sim.evidence import ledger
from sim.plots import Table
from sim.provenance import Card, Coverage, Entry, UnknownIdError, look_up
from sim.provenance.cards import Kind
from sim.provenance.levers import Explained, level
from sim.provenance.seek import KINDS
from sim.provenance.without import FOOTINGS, Left, Without
from sim.scenario.diff import TITLES
from sim.teaching.pack.reading import where
from sim.vocabulary import LEVER_SPECS
from sim.words.language import N_
from sim.words.sentences import side_by_side

MOST = 40
_KINDS: dict[Kind, str] = {
    "rule": N_("Rule"),
    "parameter": N_("Parameter"),
    "claim": N_("Claim"),
    "source": N_("Source"),
    "metric": N_("Metric"),
    "lever": N_("Lever"),
    "mechanism": N_("Mechanism"),
}
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
    kind = N_("Feedback loop") if one.is_loop else _KINDS[one.kind]
    st.caption(f"{_(kind)} {show.plain(one.id)}")
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
                _("{number} more", number=len(section.entries) - MOST),
                key=f"more {one.id} {section.title}",
                on_change="rerun",
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
        folder, _slash, name = entry.id.rpartition("/")
        titles = state.known()
        called = titles.get(name, name.replace("_", " ").capitalize() if folder else name)
        said = _("Course: {title}", title=called) if folder else called
        st.markdown(f"- **{show.plain(said)}** ({show.plain(entry.id)})")
    else:
        beside = f": {show.plain(entry.note)}" if entry.note else ""
        st.markdown(f"- **{show.plain(entry.id)}**{beside}")
        if entry.text:
            st.caption(show.plain(entry.text))


def arguments(one: Explained) -> None:
    """Who argues for a lever and against it, and what was done with it by the record, each with a way to its claim."""
    claims = ledger().claims
    titles = _("What in the sources speaks for it"), _("What in the sources speaks against it")
    for title, names in zip(titles, (one.argued_for, one.argued_against), strict=True):
        if names:
            st.markdown(f"**{title}**")
        for name in names:
            links.evidence(name, f"{_(claims[name].text)} ({where(claims[name])})")
    if one.past:
        st.markdown(_("**In the record** (how strongly is a judgement)"))
    for past in one.past:
        called = level(one.name, past.value) if one.levels else ""
        said = N_("{months}, {value}: {level}. {why}") if called else N_("{months}, {value}. {why}")
        given = {"months": past.months, "value": f"{past.value:g}", "why": _(past.why)}
        st.markdown(f"- {show.plain(_(said, **given, **({'level': called} if called else {})))}")


def results(found: tuple[Entry, ...]) -> None:
    """What a search found, by kind; the first so many of each."""
    if not found:
        st.info(_("Nothing holds all of these words. Try fewer, or parts of them."), icon=":material/search_off:")
        return
    for kind, title in KINDS.items():
        of_kind = [one for one in found if one.kind == kind]
        if of_kind:
            with st.expander(f"{_(title)} ({len(of_kind)})", expanded=len(found) <= MOST):
                if kind == "lever" and (beside := _beside_levers()):
                    st.caption(beside)
                for entry in of_kind[:MOST]:
                    listed(entry)
                if len(of_kind) > MOST:
                    st.caption(_("{number} more; add a word to the search to see them.", number=len(of_kind) - MOST))


def _beside_levers() -> str:
    """Why Compare has more sliders than there are levers."""
    names = [name for name in SHARES if name not in LEVER_SPECS]
    if not names:
        return ""
    said = N_("On Compare Pakistan has {count} sliders more, which say how the levers are used: {names}.")
    return show.plain(_(said, count=len(names), names=side_by_side(_(TITLES[name]) for name in names)))


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
        _(
            "Without {title}, **{bare} of {rules} rules** cite no claim any more: {none} would have nothing "
            "left to rest on, {judgement} a judgement alone. {fewer} would rest on fewer claims, {whole} stand "
            "as before.",
            title=show.plain(title),
            bare=counts["none"] + counts["judgement"],
            rules=rules,
            none=counts["none"],
            judgement=counts["judgement"],
            fewer=counts["fewer"],
            whole=counts["whole"],
        )
    )
    st.caption(
        _("The numbers would not change: switching a source off says what they would stand on, not what they would be.")
    )
    for title_, rows in ((N_("Rules"), found.rules), (N_("Parameters"), found.parameters)):
        for footing, words in FOOTINGS.items():
            some = [one for one in rows if one.footing == footing]
            if some:
                said = words if footing != "whole" else N_("as before, but a parameter that they take is left bare")
                label = f"{_(title_)}: {_(said)} ({len(some)})"
                with st.expander(label, expanded=rows is found.rules and footing in ("none", "judgement")):
                    for one in some:
                        _left(one)


def _left(one: Left) -> None:
    links.evidence(one.name, _(one.says))
    parts = [
        _("Loses {claims}", claims=", ".join(one.lost)) if one.lost else _("Loses none itself"),
        _("keeps {claims}", claims=", ".join(one.kept)) if one.kept else "",
        _("takes parameters that are left bare: {names}", names=", ".join(one.through)) if one.through else "",
    ]
    st.caption(show.plain(f"{one.name} · {'; '.join(filter(None, parts))}."))


def coverage(found: Coverage) -> None:
    """How far the model rests on evidence, and the evidence is used."""
    st.markdown(
        _(
            "{count} sources, {articles} of them articles: commentaries, with no voice from the tribal "
            "districts. {claims} claims, {of_articles} of them from the articles; something in the model rests "
            "on {used}. {conflicts} pairs of claims conflict; both sides are kept.",
            count=len(found.sources),
            articles=found.articles,
            claims=found.claims[0],
            of_articles=found.of_articles[0],
            used=found.claims[1],
            conflicts=found.conflicts,
        )
    )
    rows = [[_(title), str(count), str(used)] for title, (count, used) in found.sources.values()]
    show.table(Table([_("Source"), _("Claims"), _("Used")], rows))
    footing = [
        [name, *(str(each) for each in (of.all, of.claims, of.both, of.judgement, of.neither, of.one_source))]
        for name, of in ((_("Rules"), found.rules), (_("Parameters"), found.parameters))
    ]
    heads = [
        _("All"),
        _("Claims alone"),
        _("Claims and judgement"),
        _("Judgement alone"),
        _("Neither"),
        _("One source only"),
    ]
    show.table(Table([_("What rests on what"), *heads], footing))
    if found.left_over:
        st.markdown(_("**Causal claims that no rule uses**"))
        claims = ledger().claims
        for claim, why in found.left_over.items():
            links.evidence(claim, _(claims[claim].text))
            st.caption(show.plain(f"{claim} · {_(why)}"))
