"""The ledger loads, and refuses what is wrong; everything in the model rests on claims or on a judgement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.evidence import EvidenceError, ledger, load
from sim.mechanisms import MECHANISMS, PARTS
from sim.metrics import METRICS
from sim.parameters import PARAMETERS
from sim.provenance import index
from sim.rule import RULES
from sim.yamlfile import FileError

ROOT = Path(__file__).resolve().parents[1]
ARTICLES = ROOT.parent / "shared" / "sources"

GOOD_SOURCES = """\
sources:
  "004":
    title: An article
    date: "2021"
    kind: article
    file: a.txt
    first_line: 16
    paragraphs: 3
    note: A note.
  picss:
    title: Counts
    date: "2022"
    kind: series
    series: [attacks_month]
    url: https://example.org
    note: All groups.
  events:
    title: A record
    date: "2022"
    kind: event_record
    note: From the press.
"""
GOOD_CLAIMS = """\
claims:
  004.2-more-attacks:
    source: "004"
    paragraph: 2
    text: There are more attacks.
    kind: assessment
    about: [ttp]
    date: "2021"
    confidence: high
    mechanisms: [M6]
    conflicts: [picss.fewer-attacks]
  picss.fewer-attacks:
    source: picss
    series: attacks_month
    text: There are fewer.
    kind: figure
    about: [ttp, pakistan]
    date: "2022"
    confidence: low
    conflicts: [004.2-more-attacks]
  events.2022-01-truce:
    source: events
    text: A truce.
    kind: causal
    about: [ttp]
    date: "2022-01"
    confidence: medium
    unused: Too small to matter.
"""

# What is replaced in the claims, by what; what the message says; and the line that it points at, by what stands on it.
BROKEN_CLAIMS = {
    "unknown source": ('source: "004"', 'source: "04"', "unknown source: 04 (did you mean '004'?)", 'source: "04"'),
    "duplicate id": (
        "picss.fewer-attacks:",
        "004.2-more-attacks:",
        "given twice: 004.2-more-attacks; first on line 2",
        "",
    ),
    "dangling conflict": (
        "[004.2-more-attacks]",
        "[004.2-more-attack]",
        "does not exist: 004.2-more-attack",
        "-attack]",
    ),
    "one-sided conflict": (
        "    conflicts: [004.2-more-attacks]\n",
        "",
        "one-sided conflict: picss.fewer",
        "[picss.fewer",
    ),
    "conflict with itself": ("[004.2-more-attacks]", "[picss.fewer-attacks]", "conflict with itself", ""),
    "conflict twice": ("[picss.fewer-attacks]", "[picss.fewer-attacks, picss.fewer-attacks]", "given twice", ", picss"),
    "other paragraph": (
        "paragraph: 2",
        "paragraph: 3",
        "disagrees with its source or paragraph: 004.2-more",
        "  004.2-more",
    ),
    "no such paragraph": (
        "paragraph: 2",
        "paragraph: 9",
        "paragraph out of range: 9; source 004 has 3",
        "paragraph: 9",
    ),
    "no paragraph": ("    paragraph: 2\n", "", "gives no paragraph", "004.2-more-attacks:"),
    "idle paragraph": (
        "series: attacks_month",
        "paragraph: 1",
        "a paragraph is given: 1; source picss",
        "paragraph: 1",
    ),
    "other source in id": (
        "picss.fewer-attacks",
        "pics.fewer-attacks",
        "disagrees with its source",
        "  pics.fewer-attacks:",
    ),
    "untidy id": ("events.2022-01-truce", "events.2022_Truce", "disagrees with its source", "events.2022_Truce"),
    "no series": ("    series: attacks_month\n", "", "names no series", "  picss.fewer-attacks:"),
    "unknown series": ("series: attacks_month", "series: attacks_year", "unknown series: attacks_year", "attacks_year"),
    "series of a record": ("text: A truce.", "text: A truce.\n    series: x", "unknown series: x", "series: x"),
    "kind": ("kind: figure", "kind: figures", "did you mean 'figure'?", "kind: figures"),
    "about": ("about: [ttp, pakistan]", "about: [ttp, pakistn]", "did you mean 'pakistan'?", "pakistn"),
    "about nobody": ("about: [ttp, pakistan]", "about: []", "about", "about: []"),
    "confidence": ("confidence: low", "confidence: none", "allowed: high, medium, low", "confidence: none"),
    "mechanism": ("[M6]", "[M66]", "'M66'", "[M66]"),
    "unknown key": (
        "text: A truce.",
        "text: A truce.\n    txt: A",
        "unknown key: claims.events.2022-01-truce.txt",
        "txt:",
    ),
    "missing key": ("    text: A truce.\n", "", "text is missing", "events.2022-01-truce:"),
    "idle unused": ("kind: causal", "kind: event", "unused is for causal claims only", "unused:"),
}
BROKEN_SOURCES = {
    "kind": ("kind: series", "kind: serie", "did you mean 'series'?", "kind: serie"),
    "article without paragraphs": ("    paragraphs: 3\n", "", "paragraphs is missing", '"004":'),
    "series without series": ("    series: [attacks_month]\n", "", "series is missing", "picss:"),
    "record with paragraphs": ("note: From", "paragraphs: 2\n    note: From", "does not go with kind", "paragraphs: 2"),
    "unknown key": ("title: Counts", "name: Counts", "unknown key: sources.picss.name", "name: Counts"),
    "duplicate id": ("picss:", '"004":', "given twice: 004", ""),
}


def line_of(text: str, marker: str) -> int:
    """The first line on which a marker stands."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if marker in line)


def test_a_good_ledger_is_taken() -> None:
    small = load(("sources.yaml", GOOD_SOURCES), ("claims.yaml", GOOD_CLAIMS))
    assert [claim.id for claim in small.of_source("004")] == ["004.2-more-attacks"]
    assert [claim.id for claim in small.of_mechanism("M6")] == ["004.2-more-attacks"]
    assert [claim.id for claim in small.of_articles()] == ["004.2-more-attacks"]
    assert small.claims["picss.fewer-attacks"].series == ("attacks_month",)
    with pytest.raises(ValueError, match="frozen"):
        small.sources["004"].title = "Another"  # type: ignore[misc]


@pytest.mark.parametrize("case", BROKEN_CLAIMS)
def test_broken_claims_are_refused_with_their_line(case: str) -> None:
    old, new, words, marker = BROKEN_CLAIMS[case]
    assert old in GOOD_CLAIMS
    text = GOOD_CLAIMS.replace(old, new)
    with pytest.raises(EvidenceError) as caught:
        load(("sources.yaml", GOOD_SOURCES), ("claims.yaml", text))
    assert_says(caught.value, "claims.yaml", words, line_of(text, marker) if marker else None)


@pytest.mark.parametrize("case", BROKEN_SOURCES)
def test_broken_sources_are_refused_with_their_line(case: str) -> None:
    old, new, words, marker = BROKEN_SOURCES[case]
    assert old in GOOD_SOURCES
    text = GOOD_SOURCES.replace(old, new)
    with pytest.raises(EvidenceError) as caught:
        load(("sources.yaml", text), ("claims.yaml", GOOD_CLAIMS))
    assert_says(caught.value, "sources.yaml", words, line_of(text, marker) if marker else None)


def assert_says(error: FileError, name: str, words: str, line: int | None) -> None:
    """One of the problems says these words, at that line of that file."""
    saying = [problem for problem in error.problems if words in problem]
    assert saying, error
    assert re.match(rf"{re.escape(name)}:{line or '[0-9]+'}: ", saying[0]), (line, saying[0])


def test_all_problems_are_told_at_once() -> None:
    text = GOOD_CLAIMS.replace("[M6]", "[M6]\n    unused: No.").replace("series: attacks_month", "series: other")
    with pytest.raises(EvidenceError) as caught:
        load(("sources.yaml", GOOD_SOURCES), ("claims.yaml", text))
    assert len(caught.value.problems) == 2


def test_the_articles_are_well_covered() -> None:
    assert len(ledger().of_articles()) >= 120
    articles = [source for source in ledger().sources.values() if source.kind == "article"]
    assert [source.id for source in articles] == ["000", "001", "002", "003", "004"]
    for source in articles:
        told = {claim.paragraph for claim in ledger().of_source(source.id)}
        assert set(range(1, (source.paragraphs or 0) + 1)) <= told, f"a paragraph of {source.id} is left out"
    assert all(ledger().of_source(source) for source in ledger().sources)


KNOWN_CONFLICTS = [
    ("002.3-over-100-attacks-2022", "pips.ttp-attacks-2022"),
    ("002.3-over-500-deaths-2022", "picss.annual-killed-2020-2022"),
    ("001.4-mehsud-reunited-after", "004.6-leader-reunited-splinters"),
    ("001.4-noor-wali-among-freed", "004.6-leader-reunited-splinters"),
    ("events.2023-01-30-mosque-101", "events.2023-01-30-mosque-84"),
    ("003.1-over-124-strikes", "pips.attacks-around-takeover"),
    ("ttp_claims.2021-2022-annual", "pips.ttp-attacks-2021"),
    ("ttp_claims.2021-2022-annual", "un_mt.attacks-2021"),
    ("ttp_claims.zero-in-truce", "picss.truce-months-near-30"),
    ("002.3-attacks-spiked-after-kabul", "ucdp.lethal-events-2019-2021"),
    ("001.10-kandahar-consulate", "events.2022-06-23-india-kabul-team"),
    ("001.2-withdrawal-13-august", "events.2021-08-15-kabul-falls"),
    ("002.3-ceasefire-2021-brokered", "events.2022-06-02-indefinite-truce"),
    ("002.2-iskp-allied-with-taliban", "001.8-no-help-to-other-groups"),
]


@pytest.mark.parametrize(("one", "other"), KNOWN_CONFLICTS)
def test_known_conflicts_are_in_the_ledger(one: str, other: str) -> None:
    assert other in ledger().claims[one].conflicts
    assert one in ledger().claims[other].conflicts
    assert ledger().claims[one].note or ledger().claims[other].note, "which of the two is followed, and why"


def test_every_rule_and_parameter_rests_on_claims_or_a_judgement() -> None:
    assert not [rule.name for rule in RULES.values() if not rule.claims and not rule.judgement.strip()]
    assert not [each.name for each in PARAMETERS.values() if not each.claims and not each.judgement.strip()]


def test_a_judgement_that_stands_alone_gives_a_reason() -> None:
    alone = {rule.name: rule.judgement for rule in RULES.values() if not rule.claims}
    alone |= {each.name: each.judgement for each in PARAMETERS.values() if not each.claims}
    assert not {name: judgement for name, judgement in alone.items() if len(judgement.split()) < 4}


def test_every_cited_claim_exists() -> None:
    known = index()
    cited = {**known.citing_rules, **known.citing_parameters, **known.citing_files}
    assert not {claim: who for claim, who in cited.items() if claim not in ledger().claims}


def test_every_causal_claim_is_used_by_a_rule_or_says_why_not() -> None:
    left_over = index().causal_left_over()
    assert not [claim for claim in left_over if not ledger().claims[claim].unused]
    reasoned = [claim.id for claim in ledger().claims.values() if claim.unused]
    assert set(reasoned) <= set(left_over), "a claim that is used says that it is not"


def test_every_mechanism_has_a_rule_and_a_claim() -> None:
    assert list(MECHANISMS) == [f"M{number}" for number in range(1, 32)]
    assert set(index().working) <= set(PARTS)
    assert set(index().moving) <= set(METRICS)
    assert not [part for part in PARTS if part not in index().working]
    assert not [mechanism for mechanism in MECHANISMS if not ledger().of_mechanism(mechanism)]


TEXT_FILES = {".py", ".md", ".yaml", ".yml", ".toml", ".csv", ".html", ".txt", ".json", ".ipynb"}
LOOKED_AT = ("sim", "scenarios", "dashboard", "docs", "tests", "benchmarks")


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z0-9$']+", text.lower().replace("’", "'"))


def runs_of(words: list[str], length: int = 8) -> Iterator[tuple[str, ...]]:
    return (tuple(words[start : start + length]) for start in range(len(words) - length + 1))


@pytest.mark.skipif(not ARTICLES.is_dir(), reason="the articles are not beside this checkout")
def test_no_passage_of_the_articles_is_copied() -> None:
    texts = [path.read_text(errors="replace") for path in ARTICLES.glob("[0-9]*.txt")]
    theirs = {run for text in texts for run in runs_of(words_of(text))}
    assert theirs
    ours = [path for folder in LOOKED_AT for path in (ROOT / folder).rglob("*")] + list(ROOT.glob("*.md"))
    for path in ours:
        if path.suffix in TEXT_FILES and path.stat().st_size < 2_000_000:
            shared = [" ".join(run) for run in runs_of(words_of(path.read_text(errors="replace"))) if run in theirs]
            assert not shared, (path, shared)
