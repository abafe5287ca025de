"""Search in all that can be looked up, and the claims that conflict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.mechanisms import PARTS
from sim.metrics import METRICS
from sim.provenance.cards import Entry, Kind
from sim.provenance.index import Index, index
from sim.vocabulary import LEVER_SPECS

# What can be looked up, in the order in which it is listed, and what a reader is told it is.
KINDS: dict[Kind, str] = {
    "source": "Sources",
    "claim": "Claims",
    "rule": "Rules",
    "parameter": "Parameters",
    "mechanism": "Mechanisms",
    "metric": "Metrics",
    "lever": "Levers",
}


def seek(words: str = "", kinds: Sequence[str] = (), known: Index | None = None) -> tuple[Entry, ...]:
    """What holds all of these words, in its id or its text; what holds one in its id comes first.

    Args:
        words: in any order and case, parts of words too; none finds everything.
        kinds: which kinds; all if not given.
    """
    known = known or index()
    wanted = words.lower().replace("_", " ").split()
    entries = [one for one in _everything(known) if not kinds or one.kind in kinds]
    found = [one for one in entries if all(word in _text(one) for word in wanted)]
    return tuple(sorted(found, key=lambda one: not all(word in _plain(one.id) for word in wanted)))


def conflicts(known: Index | None = None) -> tuple[tuple[Entry, Entry], ...]:
    """Pairs of claims that cannot both hold at face value, each once, in the order of the ledger."""
    claims = (known or index()).ledger.claims
    return tuple(
        (_claim(known or index(), one.id), _claim(known or index(), other))
        for one in claims.values()
        for other in one.conflicts
        if list(claims).index(one.id) < list(claims).index(other)
    )


def _everything(known: Index) -> Iterator[Entry]:
    for source in known.ledger.sources.values():
        yield Entry(
            "source", source.id, source.kind.replace("_", " "), f"{source.title}. {source.author or ''}".strip()
        )
    for claim in known.ledger.claims:
        yield _claim(known, claim)
    for rule in known.rules.values():
        yield Entry("rule", rule.name, rule.theme, rule.statement)
    for parameter in known.parameters.values():
        yield Entry("parameter", parameter.name, parameter.theme, parameter.in_full)
    for name, sentence in PARTS.items():
        yield Entry("mechanism", name, "", sentence)
    for metric in METRICS.values():
        yield Entry("metric", metric.name, metric.title, metric.means)
    for lever in LEVER_SPECS.values():
        yield Entry("lever", lever.name, lever.title, lever.means)


def _claim(known: Index, name: str) -> Entry:
    claim = known.ledger.claims[name]
    return Entry("claim", name, claim.kind, claim.text)


def _plain(text: str) -> str:
    return text.lower().replace("_", " ").replace("-", " ").replace(".", " ")


def _text(entry: Entry) -> str:
    return f"{_plain(entry.id)} {entry.id.lower()} {entry.note.lower()} {entry.text.lower()}"
