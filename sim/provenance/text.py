"""Cards and coverage as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.extensions import contents, shown
from sim.provenance.cards import Card, Entry, Section, look_up
from sim.provenance.cover import Coverage, Footing, cover
from sim.words.sentences import wrapped

WIDTH = 80


def describe(name: str, width: int = WIDTH) -> str:
    """All about a rule, parameter, claim, source, metric, lever or mechanism, as text of `width` columns.

    Raises:
        UnknownIdError: nothing goes by this id. It is a ValueError whose message can be shown as it is.
    """
    return "\n\n".join("\n".join(_card(card, width)) for card in look_up(name))


def coverage(width: int = WIDTH) -> str:
    """How far the model rests on evidence, and the evidence is used, as text of `width` columns."""
    return "\n".join(_coverage(cover(), width))


def _card(card: Card, width: int) -> Iterator[str]:
    heading = f"{'LOOP' if card.is_loop else card.kind.upper()} {card.id}"
    yield heading
    yield "=" * min(len(heading), width)
    yield from wrapped(card.sentence, width)
    if card.facts:
        yield ""
        label_width = max(len(label) for label, _ in card.facts) + 2
        for label, words in card.facts:
            yield from _hanging(f"{label:<{label_width}}", words, width)
    for section in card.sections:
        yield from _section(section, width)


def _section(section: Section, width: int) -> Iterator[str]:
    if not section.entries and not section.empty:
        return
    yield ""
    yield section.title + (f" ({len(section.entries)})" if len(section.entries) > 1 else "")
    if not section.entries:
        yield from _hanging("  ", section.empty, width)
    id_width = max((len(entry.id) for entry in section.entries), default=0)
    for entry in section.entries:
        yield from _entry(entry, id_width, width)


def _entry(entry: Entry, id_width: int, width: int) -> Iterator[str]:
    """The id with its note beside it, or below it where there is no room; then the sentence."""
    beside = f"  {entry.id:<{id_width}}  "
    if not entry.text and len(beside) < width // 2:
        yield from _hanging(beside, entry.note, width)
        return
    line = f"  {entry.id}  {entry.note}".rstrip()
    if len(line) <= width:
        yield line
    else:
        yield f"  {entry.id}"
        yield from _hanging("      ", entry.note, width)
    yield from _hanging("      ", entry.text, width)


def _hanging(start: str, words: str, width: int) -> list[str]:
    """Words wrapped after a start, the further lines set in under them."""
    if not words:
        return [start.rstrip()] if start.strip() else []
    return wrapped(words, width, start)


def _coverage(found: Coverage, width: int) -> Iterator[str]:
    yield "EVIDENCE"
    yield "========"
    opening = (
        f"{len(found.sources)} sources, {found.articles} of them articles: commentaries, with no voice from the tribal "
        f"districts. {found.claims[0]} claims, {found.of_articles[0]} of them from the articles; something in the "
        f"model rests on {_share(found.claims)}. {found.conflicts} pairs of claims conflict; both sides are kept."
    )
    yield from wrapped(opening, width)
    for reference, said in contents().items():
        yield ""
        yield f"Extension {reference.name}, {reference.digest}: {shown(reference.source)}"
        counted = ", ".join(f"{kind}: {count}" for kind, count in said.items())
        yield from wrapped(f"{reference.title} ({counted}). The figures below count what it brings.", width, "  ", "  ")
    yield ""
    yield from _counts("Claims by kind", {kind: ("", pair) for kind, pair in found.kinds.items()}, width)
    yield ""
    yield from _counts("Claims by source", found.sources, width)
    yield ""
    yield "What the model rests on"
    yield f"  {'':<12}{'all':>5}{'claims':>8}{'claims and':>12}{'judgement':>11}{'neither':>9}{'one source':>12}"
    yield f"  {'':<12}{'':>5}{'alone':>8}{'judgement':>12}{'alone':>11}{'':>9}{'only':>12}"
    yield _footing("rules", found.rules)
    yield _footing("parameters", found.parameters)
    yield ""
    yield f"Causal claims that no rule uses ({len(found.left_over)})"
    for claim, why in found.left_over.items():
        yield f"  {claim}"
        yield from _hanging("      ", why or "NO REASON GIVEN", width)
    yield ""
    yield "Mechanisms: rules, claims used and in all"
    for each in found.mechanisms:
        yield from _hanging(f"  {each.id:<4}{each.rules:>3}{each.used:>4}/{each.claims:<3} ", each.title, width)
    yield ""
    yield from wrapped("`durand evidence ID` shows the way from any of these, in both directions.", width)


def _counts(title: str, rows: Mapping[str, tuple[str, tuple[int, int]]], width: int) -> Iterator[str]:
    yield title
    for name, (words, pair) in rows.items():
        start = f"  {name:<12}{pair[1]:>4} of {pair[0]:<4}"
        yield from _hanging(start + " ", words, width) if words else [start.rstrip() + " used"]


def _share(pair: tuple[int, int]) -> str:
    return f"{pair[1]} ({pair[1] / max(pair[0], 1):.0%})"


def _footing(label: str, of: Footing) -> str:
    figures = f"{of.all:>5}{of.claims:>8}{of.both:>12}{of.judgement:>11}{of.neither:>9}{of.one_source:>12}"
    return f"  {label:<12}{figures}"
