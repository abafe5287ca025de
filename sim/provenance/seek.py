"""Search in all that can be looked up, and the claims that conflict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.mechanisms import PARTS
from sim.metrics import METRICS
from sim.provenance.cards import Entry, Kind
from sim.provenance.index import Index, index
from sim.provenance.phrases import in_full
from sim.vocabulary import LEVER_SPECS
from sim.words.language import N_, _, in_english

# What can be looked up, in the order in which it is listed, and what a reader is told it is.
KINDS: dict[Kind, str] = {
    "source": N_("Sources"),
    "claim": N_("Claims"),
    "rule": N_("Rules"),
    "parameter": N_("Parameters"),
    "mechanism": N_("Mechanisms"),
    "metric": N_("Metrics"),
    "lever": N_("Levers"),
}


def seek(words: str = "", kinds: Sequence[str] = (), known: Index | None = None) -> tuple[Entry, ...]:
    """What holds all of these words, in its id or its text; what holds one in its id comes first. English is looked through, too.

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
    """Pairs of claims of which one contradicts or qualifies the other, each once, in the order of the ledger."""
    claims = (known or index()).ledger.claims
    return tuple(
        (_claim(known or index(), one.id), _claim(known or index(), other))
        for one in claims.values()
        for other in one.conflicts
        if list(claims).index(one.id) < list(claims).index(other)
    )


def _everything(known: Index) -> Iterator[Entry]:
    for source in known.ledger.sources.values():
        said = (
            _("{title}. {author}", title=_(source.title), author=source.author)
            if source.author
            else f"{_(source.title)}."
        )
        yield Entry("source", source.id, _(source.kind.replace("_", " ")), said)
    for claim in known.ledger.claims:
        yield _claim(known, claim)
    for rule in known.rules.values():
        yield Entry("rule", rule.name, rule.theme, _(rule.statement))
    for parameter in known.parameters.values():
        yield Entry("parameter", parameter.name, parameter.theme, in_full(parameter))
    for name, sentence in PARTS.items():
        yield Entry("mechanism", name, "", _(sentence))
    for metric in METRICS.values():
        yield Entry("metric", metric.name, _(metric.title), _(metric.means))
    for lever in LEVER_SPECS.values():
        yield Entry("lever", lever.name, _(lever.title), _(lever.means))


def _claim(known: Index, name: str) -> Entry:
    claim = known.ledger.claims[name]
    return Entry("claim", name, _(claim.kind), _(claim.text))


def _plain(text: str) -> str:
    return text.lower().replace("_", " ").replace("-", " ").replace(".", " ")


def _text(entry: Entry) -> str:
    words = (_plain(entry.id), entry.id, entry.note, in_english(entry.note), entry.text, in_english(entry.text))
    return " ".join(dict.fromkeys(words)).lower()
