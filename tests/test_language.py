"""What readers see goes through one catalogue: it is whole, translations keep what is filled in, and Urdu runs right to left."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from streamlit.testing.v1 import AppTest
from untranslated import filled_wrongly, hidden, undeclared, untranslated

from sim.mechanisms import LOOPS
from sim.parameters import PARAMETERS
from sim.rule import RULES
from sim.scenario.diff import TITLES
from sim.vocabulary import ACTORS
from sim.vocabulary.levels import JUDGEMENT
from sim.words.language import CATALOGUES, ENGLISH, LANGUAGES, catalogue, retold, translated

ROOT = Path(__file__).resolve().parents[1]
OTHERS = [code for code in LANGUAGES if code != ENGLISH.code]
# What a first translation has whole: where the texts stand.
FIRST = {
    "levers",
    "exercise/ceasefires",
    "exercises",
    "dashboard/menu.py",
    "dashboard/pages/start.py",
    "dashboard/runtime/language.py",
}
FIRST |= {f"dashboard/widgets/{name}.py" for name in ("asking", "levers", "tour", "walking")}
FIRST |= {"dashboard/pages/exercises.py"}
EXEMPT = {"durand"}  # it has this name in every language
PLACE = re.compile(r"\{\{\s*([\w.]+)[^}]*\}\}|\{(\w+)[^}]*\}")


def messages(code: str) -> list[Message]:
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        return [one for one in read_po(file, code) if one.id]


def places(text: str) -> Counter[str]:
    """What is filled in, and how often."""
    return Counter(found[1] or found[2] for found in PLACE.finditer(text))


def test_the_catalogues_hold_what_is_declared_and_written_in_the_code() -> None:
    said = subprocess.run(
        [sys.executable, ROOT / "docs" / "catalogue.py", "--check"], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout + said.stderr


def test_whatever_a_page_shows_goes_through_the_catalogue() -> None:
    """Otherwise a translation is whole, and its readers find English in the middle of a page."""
    shown = 'st.button("Go on", key="x")\nst.info(show.plain(f"{a} of them") if b == "c" else _("none"), icon=":x:")'
    assert list(untranslated(shown)) == [(1, "Go on"), (2, " of them")]
    pages = [path for part in ("pages", "widgets") for path in (ROOT / "dashboard" / part).glob("*.py")]
    code = {path.name: path.read_text(encoding="utf-8") for path in pages}
    found = {
        f"{name}:{line}": text for name, of in code.items() for line, text in untranslated(of) if text not in EXEMPT
    }
    assert found == {}
    assert list(hidden("f'{_(one)} {_(\"two\")}'")) == [(1, "two")]
    everywhere = [path for part in ("dashboard", "sim") for path in (ROOT / part).rglob("*.py")]
    assert {path.name: list(hidden(path.read_text(encoding="utf-8"))) for path in everywhere} == {
        path.name: [] for path in everywhere
    }
    assert list(filled_wrongly('_("{a} and {b}", a=1)')) == [(1, "{a} and {b}")]
    assert {f"{name}:{line}": text for name, of in code.items() for line, text in filled_wrongly(of)} == {}
    assert list(undeclared('st.info(METRICS[a].title)\nst.write(_(METRICS[a].title), _("{b}", b=ACTORS[b]))')) == [
        (1, "METRICS[a].title"),
        (2, "ACTORS[b]"),
    ]
    assert {f"{name}:{line}": text for name, of in code.items() for line, text in undeclared(of)} == {}


def test_what_files_of_data_name_is_in_the_catalogue() -> None:
    """Otherwise a translation of the pages leaves the names of what they show in English for good."""
    with (CATALOGUES / "durand.pot").open("rb") as file:
        known = {str(one.id) for one in read_po(file)}
    named = [said for one in PARAMETERS.values() for said in (one.title, one.meaning)]
    named += [said for rule in RULES.values() for said in (rule.title, rule.statement)]
    named += [*ACTORS.values(), *TITLES.values(), *(said for loop in LOOPS.values() for said in loop)]
    assert [one for one in named if one not in known] == []
    assert len(set(named)) > 1000


def test_figures_keep_the_digits_of_urdu_in_pakistan() -> None:
    """Unicode's own rule for Urdu there is 0 to 9; otherwise figures on a page and in its pictures would differ."""
    assert Locale.parse("ur_PK").default_numbering_system == "latn"


@pytest.mark.parametrize("code", OTHERS)
def test_translations_fill_in_what_the_english_does(code: str) -> None:
    wrong = [one.id for one in messages(code) if one.string and places(str(one.id)) != places(str(one.string))]
    assert not wrong


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_said_to_be_translated_is(code: str) -> None:
    missing = [one.id for one in messages(code) if not one.string and any(where in FIRST for where, _ in one.locations)]
    assert not missing
    assert len(catalogue(code)) > 100


def test_what_has_no_translation_stays_english() -> None:
    assert translated("No such text, {name}.", "ur", name="there") == "No such text, there."
    whole = "Line: the middle world. Dashed: the line of Confront."
    assert retold(whole, "en") == whole != retold(whole, "ur")
    assert translated("Confront", "ur") in retold(whole, "ur")
    assert retold(f"{whole} Nobody has put this into Urdu.", "ur").startswith(whole)  # no line is half in one language
    assert translated("Aid", "ur") == "امداد" != translated("Aid", "en") == "Aid"


def test_the_start_page_is_read_in_urdu_from_the_right() -> None:
    """Otherwise a translation is there, and who asks for it does not see it, or sees its lines run the wrong way."""
    app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=300)
    app.query_params["lang"] = "ur"
    app.run()
    assert not app.exception
    words = [one.value for kind in ("markdown", "subheader", "caption") for one in app.get(kind)]
    words += [one.proto.label for one in app.get("page_link")]
    words += [one.label for one in app.expander]
    assert [one for one in words if not re.search("[\u0600-\u06ff]", one)] == ["durand"]  # a name
    assert any("direction: rtl" in one.proto.body for one in app.get("html"))
    assert translated(JUDGEMENT, "ur") in words
    app.button(key="language en").click().run()
    assert "lang" not in app.query_params
    assert not any("direction: rtl" in one.proto.body for one in app.get("html"))
