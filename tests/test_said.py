"""What pages say, in a made-up language that has every text of the catalogue in brackets: what stands outside of them is English
for good, whatever is translated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from babel.messages.pofile import read_po
from made_sweep import made
from pydantic import TypeAdapter

from dashboard.runtime import analysis
from sim.experiment.design import layout, size
from sim.experiment.factors import uncertainty_factor
from sim.experiment.outcome import Sweep
from sim.experiment.schema import Design
from sim.plots.gallery import Picture
from sim.provenance import Card, look_up
from sim.provenance.seek import seek
from sim.scenario import differences, load_scenario
from sim.search.findings import read_findings, shipped
from sim.search.pathways_text import course_words, pathways_picture
from sim.search.pictures import pictures as found_pictures
from sim.search.text import costs, failing
from sim.words import language
from sim.words.language import CATALOGUES, Language, speaking

# What has no translation: ids, names of files, addresses, and signs of the methods.
PLAIN = re.compile(r"[A-Za-z]*[\d_./:]\w*\S*|\bV\b|\bS[12T]\b")


@pytest.fixture
def brackets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Speak the made-up language."""
    with (CATALOGUES / "durand.pot").open("rb") as file:
        known = [one.id for one in read_po(file) if one.id]
    texts = {one: f"⟦{one}⟧" for one in known if isinstance(one, str)}
    forms = {(one[0], one[1]): tuple(f"⟦{form}⟧" for form in one) for one in known if not isinstance(one, str)}
    made_up = language._Catalogue(texts, forms, lambda number: int(number != 1))
    real = language._catalogue
    monkeypatch.setitem(language.LANGUAGES, "xx", Language("xx", "made up"))
    monkeypatch.setattr(language, "_catalogue", lambda code: made_up if code == "xx" else real(code))
    with speaking("xx"):
        yield


def english(said: str) -> str:
    """What of a text stands in no brackets, but for what is the same in every language."""
    outside, depth = "", 0
    for letter in said:
        depth += {"⟦": 1, "⟧": -1}.get(letter, 0)
        outside += letter if not depth and letter != "⟧" else ""
    return " ".join(re.findall(r"[A-Za-z]{2,}", PLAIN.sub("", outside)))


def of_card(card: Card) -> Iterator[str]:
    yield card.sentence
    for label, words in card.facts:
        yield label
        if label not in ("⟦author⟧", "⟦outlet⟧", "⟦stands in⟧", "⟦theme⟧", "⟦distribution⟧"):
            yield words
    for section in card.sections:
        yield from (section.title, section.empty)
        for entry in section.entries:
            if section.title != "⟦In the record of events⟧":  # titles of what others wrote
                yield from (entry.text, entry.note if entry.kind != "claim" else "")


def of_pictures(some: Iterable[Picture]) -> Iterator[str]:
    for one in some:
        yield from (one.title, one.caption, one.text, *one.table.heads)


def test_cards_of_evidence_are_in_the_readers_language(brackets: None) -> None:
    for name in ("kinship_weight", "alignment", "004", "attacks", "aid", "M3", "picss"):
        for card in look_up(name):
            assert {said: english(said) for said in of_card(card) if english(said)} == {}, name
    assert all(english(one.text) == "" for one in seek("kinship") if one.kind != "source")
    assert seek("⟦shared ethnicity") == seek("shared ethnicity") != ()  # both can be looked for


def test_what_a_search_found_is_in_the_readers_language(brackets: None) -> None:
    """But for the names of its courses, which stand in its file."""
    found = read_findings(shipped()["third_way"])
    one = next(kind for kind in found.kinds if any(weak.box for weak in found[kind.example].weaknesses))
    said = [one.title, one.called, course_words(found, one.example, found.called)]
    said += [costs(found, one.example, course.name) for course in found.courses[:2]]
    said += [failing(found, weak, ids=False) for weak in found[one.example].weaknesses]
    said += of_pictures([pathways_picture(found), *found_pictures(found)])
    assert {one: english(one) for one in said if english(one)} == {}


def test_what_differs_between_scenarios_is_in_the_readers_language(brackets: None) -> None:
    rows = differences(load_scenario("confront"), load_scenario("appease"))
    assert {one.words: english(one.words) for one in rows if english(one.words)} == {}
    assert any("from 2022" in one.path for one in rows)  # which is not shown, and stays as it is


DESIGNS: dict[str, dict[str, object]] = {
    "latin_hypercube": {"points": 100},
    "morris": {"trajectories": 10},
    "saltelli": {"base": 32, "second_order": True},
}


def a_sweep(folder: Path, kind: str) -> Sweep:
    """Points as a design lays them out, with figures by hand."""
    design = TypeAdapter(Design).validate_python({"kind": kind, **DESIGNS[kind]})
    factors = [uncertainty_factor(name, None) for name in ("kinship_weight", "start_us_ties", "resentment_fading")]
    count = size(design, factors)
    places = layout(design, factors).places(np.arange(count))
    first, second, _third = (places[:, column] for column in range(3))
    points = {one.name: one.values(places[:, column]) for column, one in enumerate(factors)}
    outcomes = {"confront": {"attacks": 100 * first * second + 20 * first}, "appease": {"attacks": 60 * second + 9}}
    about = [{"low": one.low, "high": one.high} for one in factors]
    scenarios = [{"name": name, "title": "History", "start": "2021-08"} for name in outcomes]
    sweep = made(str(folder), points, outcomes, design=design.model_dump(mode="json"), scenarios=scenarios)
    for known, given in zip(sweep.manifest["factors"], about, strict=True):
        known |= given
    return sweep


@pytest.mark.parametrize("kind", DESIGNS)
def test_what_a_sweep_is_asked_is_answered_in_the_readers_language(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brackets: None
) -> None:
    """Although a worker works it out, which says in English what nobody asked in another language."""
    sweep = a_sweep(tmp_path, kind)
    monkeypatch.setattr(analysis, "_open", lambda folder: sweep)
    monkeypatch.setattr(analysis, "_shown", lambda one: one)

    def tell(what: object) -> None: ...

    asked = [analysis.sensitivity(tell, "x", "attacks", None, language="xx")]
    if kind == "latin_hypercube":
        asked.append(analysis.sensitivity(tell, "x", "attacks", "appease", "pawn", (), "xx"))
        asked.append(analysis.discovery(tell, "x", "attacks[confront] > 40", None, "xx"))
        asked.append(analysis.regret(tell, "x", "attacks", "xx"))
    for found in asked:
        said = [*(part for pair in found.paragraphs for part in pair), *(word for pair in found.words for word in pair)]
        said += of_pictures(found.pictures)  # type: ignore[arg-type]
        assert {one: english(one) for one in said if english(one)} == {}
        assert found.pictures
        assert not any("⟦" in table for table in found.tables.values())
