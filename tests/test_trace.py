"""From every rule, parameter, metric and mechanism the way leads to the evidence, and back."""

from __future__ import annotations

import re

import pytest

from sim.evidence import ledger
from sim.mechanisms import MECHANISMS, PARTS
from sim.metrics import METRICS
from sim.parameters import PARAMETERS
from sim.provenance import Card, UnknownIdError, cover, coverage, describe, look_up
from sim.rule import RULES
from sim.vocabulary import LEVER_SPECS


def everything() -> list[str]:
    return list(
        dict.fromkeys([*RULES, *PARAMETERS, *METRICS, *LEVER_SPECS, *PARTS, *ledger().claims, *ledger().sources])
    )


def test_everything_can_be_described_within_eighty_columns() -> None:
    for name in everything():
        wide = [line for line in describe(name).splitlines() if len(line) > 80 and len(line.split()) > 2]
        assert not wide, (name, wide)


def linked(card: Card) -> set[tuple[str, str]]:
    return {(entry.kind, entry.id) for section in card.sections for entry in section.entries}


# Links that are there in one direction only: by a parameter, by a rule, or by a source's claims.
ONE_WAY = {
    ("lever", "parameter"),
    ("claim", "rule"),
    ("source", "rule"),
    ("source", "parameter"),
    ("mechanism", "metric"),
}


def test_the_way_leads_both_up_and_down() -> None:
    cards = {(card.kind, card.id): card for name in everything() for card in look_up(name)}
    for here, card in cards.items():
        for there in linked(card):
            if there[0] not in ("argument", "scenario"):
                assert there in cards, f"{here} leads to {there}, which is not there"
                assert (here[0], there[0]) in ONE_WAY or here in linked(cards[there]), f"no way back: {there} to {here}"


def test_a_claim_of_the_record_names_its_outlet() -> None:
    """Otherwise a reader of the record is told that somebody's press said so, and neither who nor where."""
    for claim in ledger().of_source("events"):
        (card,) = look_up(claim.id)
        rows = [
            one for section in card.sections for one in section.entries if section.title == "In the record of events"
        ]
        assert rows, claim.id
        assert all(one.note.strip(" ()") and one.id >= claim.date[:4] and one.text for one in rows)
    assert "AOAV; Salam Watandar (https://aoav.org.uk/" in " ".join(describe("events.2022-04-16-strikes").split())
    assert "sim/calibration/data/events.csv" in describe("events")
    assert not re.search(r"\d_\w+\.txt", describe("003")), "a file that no reader has"


def test_a_name_shared_by_a_rule_and_a_metric_shows_both() -> None:
    shared = sorted(set(RULES) & set(METRICS))
    for name in shared:
        assert {card.kind for card in look_up(name)} >= {"rule", "metric"}
        assert f"RULE {name}" in describe(name)
        assert f"METRIC {name}" in describe(name)


@pytest.mark.parametrize(
    ("wrong", "meant"), [("clashes_expect", "clashes_expected"), ("004.6", "004.6-victory-galvanised")]
)
def test_an_unknown_id_is_told_with_what_was_meant(wrong: str, meant: str) -> None:
    with pytest.raises(UnknownIdError, match=f"'{re.escape(wrong)}'; did you mean .*{re.escape(meant)}") as caught:
        describe(wrong)
    assert "\n" not in str(caught.value)


def test_an_id_like_nothing_else_is_told_too() -> None:
    with pytest.raises(UnknownIdError, match="is called 'zzzz'"):
        describe("zzzz")


def test_mechanisms_are_found_in_small_letters() -> None:
    assert describe("m7") == describe("M7")


def test_coverage_adds_up() -> None:
    found = cover()
    assert found.claims[0] == len(ledger().claims) == sum(total for total, _ in found.kinds.values())
    assert found.claims[1] == sum(used for _, used in found.kinds.values())
    assert found.claims[0] == sum(pair[0] for _, pair in found.sources.values())
    assert found.rules.all == len(RULES)
    assert found.parameters.all == len(PARAMETERS)
    text = coverage()
    assert all(f"  {name} " in text for name in [*ledger().sources, *MECHANISMS])
    assert all(f"  {claim}\n" in text for claim in found.left_over)
    assert max(map(len, text.splitlines())) <= 80


def test_a_loop_is_called_one() -> None:
    """It is looked up as mechanisms are, and is none."""
    assert [describe(name).splitlines()[0] for name in ("L5", "M5")] == ["LOOP L5", "MECHANISM M5"]
