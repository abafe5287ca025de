"""What readers see goes through one catalogue: it is whole, translations keep what is filled in, and Urdu runs right to left."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from io import BytesIO
from pathlib import Path
from threading import Barrier, Thread
from zipfile import ZipFile

import pytest
from babel import Locale
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from streamlit.testing.v1 import AppTest
from untranslated import filled_wrongly, hidden, undeclared, unmarked, untranslated

import sim
from dashboard.widgets import show
from sim.commands.options import chosen
from sim.ensemble.spec import LimitError
from sim.mechanisms import LOOPS
from sim.parameters import PARAMETERS
from sim.plots import pictures
from sim.plots.moving import moving
from sim.report.page import render_brief
from sim.results.reading import reading
from sim.rule import RULES
from sim.scenario.diff import TITLES
from sim.teaching.classroom.classes import clean_nickname
from sim.teaching.classroom.file import ClassroomError
from sim.teaching.exercises.figures import Lab
from sim.teaching.exercises.load import load_exercise
from sim.teaching.pack.blocks import Heading, Note, Text
from sim.teaching.pack.docx import document
from sim.teaching.pack.pdf import on_paper
from sim.teaching.pack.sheets import worksheet
from sim.vocabulary import ACTORS
from sim.vocabulary.levels import JUDGEMENT
from sim.words.language import CATALOGUES, ENGLISH, LANGUAGES, _, catalogue, n_, speaking, translated
from sim.words.numbers import between
from sim.words.sentences import capital, listed, month_words

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
FIRST |= {"sim/words/numbers.py", "sim/words/sentences.py", "sim/results/reading.py", "months", "verdicts"}
FIRST |= {f"sim/plots/{name}.py" for name in ("data", "lines", "shares", "tables", "theme", "predictions")}
FIRST |= {"sim/provenance/levers.py", "dashboard/pages/compare.py", "dashboard/pages/class_student.py", "mechanisms"}
FIRST |= {f"sim/teaching/exercises/{name}.py" for name in ("feedback", "figures", "predict")}
FIRST |= {f"dashboard/widgets/{name}.py" for name in ("joining", "saving")} | {"dashboard/pages/class_wall.py"}
FIRST |= {
    f"sim/teaching/pack/{name}.py"
    for name in ("blocks", "deck", "handouts", "key", "pictures", "quiz", "reading", "sheets")
}
FIRST |= {"instructor/ceasefires"}
# What of the library is not looked into: module, or folder of some, -> why nobody reads on a page in another language what it
# says there. What is declared is collected by docs/catalogue.py, and goes through the catalogue where it is shown.
_DECLARED, _TERMINAL = "declared", "said at a terminal, or in files and documentation, alone"
_WRONG = "what is wrong with what was given, which errors say in English, as the keys and files are that they name"
_PROGRAMS = "programs, and words that they are made of"
NOT_ON_PAGES = {
    **dict.fromkeys(
        (
            *("sim/agents/observers.py", "sim/ensemble/outcomes.py", "sim/ensemble/verdicts.py", "sim/mechanisms.py"),
            *(
                "sim/metrics",
                "sim/rule.py",
                "sim/rules",
                "sim/scenario/shocks.py",
                "sim/vocabulary",
                "sim/words/glossary.py",
            ),
            *("sim/experiment/assumptions.py",),
        ),
        _DECLARED,
    ),
    **dict.fromkeys(
        (
            *("sim/calibration", "sim/commands", "sim/experiment/baselines.py", "sim/experiment/folder.py"),
            *("sim/experiment/replications", "sim/experiment/sensitivity/page.py", "sim/provenance/text.py"),
            *(f"sim/experiment/response/{name}.py" for name in ("figures", "page", "pictures", "study", "text")),
            *("sim/experiment/regret/measures.py", "sim/results/described.py", "sim/results/manifest.py"),
            *("sim/results/paired.py", "sim/results/results.py", "sim/results/terminal.py"),
        ),
        _TERMINAL,
    ),
    **dict.fromkeys(
        (
            *(
                "sim/declared.py",
                "sim/ensemble/engines.py",
                "sim/ensemble/simulate.py",
                "sim/evidence/ledger.py",
                "sim/extensions",
            ),
            *("sim/record", "sim/results/folders.py", "sim/rulebook.py", "sim/words/problems.py", "sim/yamlfile.py"),
            *(f"sim/scenario/{name}.py" for name in ("load", "references", "schema", "sets", "settings")),
            *(f"sim/experiment/{name}.py" for name in ("design", "executors", "load", "outcome", "parser", "schema")),
            *(f"sim/experiment/{name}.py" for name in ("statistics", "store", "sweep", "switches")),
            *(f"sim/search/{name}.py" for name in ("findings", "schema", "space", "study")),
            *("sim/experiment/workbench.py", "sim/experiment/discovery/boxes.py"),
        ),
        _WRONG,
    ),
    **dict.fromkeys(("sim/engine", "sim/theme.py", "sim/why/plain.py"), _PROGRAMS),
    "dashboard/runtime/gate.py": "scripts, and what the server answers before there is a page",
    "dashboard/runtime/own_sets.py": "said to whoever starts the server",
    "dashboard/runtime/reach.py": "said to whoever starts the server",
    "sim/plots/export.py": "a program for a helper process",
    "sim/plots/whole.py": "Vega's own language",
    "sim/plots/filling.py": "Vega's own language",
    "sim/search/words.py": "kept in a file with what was found, of which it is a part",
    "sim/search/load.py": "kept in a file with what was found, of which it is a part",
    "sim/search/front.py": "the unit of a column of a file",
    "sim/report/live.py": "what a browser may do, and where Vega is kept",
    "sim/teaching/classroom/opening.py": "said to whoever runs the server",
    "sim/teaching/exercises/load.py": "what is wrong with what was given",
    "sim/teaching/exercises/typed.py": "at a terminal",
    "sim/teaching/exercises/walk.py": "at a terminal",
    "sim/teaching/play/attendant.py": "said to whoever runs the server",
    "sim/teaching/play/env.py": "for programs",
    "sim/teaching/play/environment.py": "for programs",
    "sim/teaching/play/moves.py": "what is wrong with what was given",
    "sim/teaching/play/programs.py": "for programs",
    "sim/teaching/play/session.py": "at a terminal",
    "sim/teaching/play/typed.py": "at a terminal",
}
# What of a module is left out: said at a terminal alone, or in an error, or of the methods.
LEFT_OUT: dict[str, tuple[str, ...]] = {
    "sim/experiment/discovery/rows.py": ("check_finished",),
    "sim/experiment/factors.py": ("Factor", "lever_factor"),
    "sim/experiment/firsts.py": ("crossing_of",),
    "sim/loops/text.py": ("_lines", "_told", "_why_not"),
    "sim/search/objectives.py": ("Figure",),
    "sim/why/ablation.py": ("_lines",),
    "sim/why/decide.py": ("_lines",),
    "sim/why/names.py": ("OWNERS", "STATES", "DRAWS", "key_of"),
    "sim/why/text.py": ("_answer", "_table", "_worlds", "_rules"),
    "sim/words/numbers.py": ("WHOLE", "_BEHIND", "size"),
    "sim/words/sentences.py": ("NOT_A_FORECAST", "TOOL", "MIDDLES", "_PROPER", "actor_words"),
    "sim/report/page.py": ("_OTHER_WAY", "_look"),
    "sim/teaching/exercises/feedback.py": ("_ONE",),
    "sim/teaching/exercises/figures.py": ("Lab",),
    "sim/teaching/exercises/schema.py": ("LEVELS", "STEPS"),
    "sim/teaching/pack/deck.py": ("_first",),
    "sim/teaching/pack/docx.py": ("_MONO", "_prepare", "_items", "_restarted"),
    "sim/teaching/pack/pptx.py": ("_KEPT",),
    "sim/teaching/play/game.py": ("start",),
    "sim/teaching/play/scenario.py": ("base_of", "scenario_of"),
    "sim/teaching/play/table_file.py": ("_parsed",),
    "sim/teaching/play/text.py": ("HELP",),
}
# Of the dashboard: names of units and speeds that are looked up, code in other languages, and what is written into files or kept
# for all to see.
LEFT_OUT |= {
    "dashboard/runtime/language.py": ("look",),
    "dashboard/runtime/queues.py": ("_Worker",),
    "dashboard/runtime/versions.py": ("_your",),
    "dashboard/widgets/access.py": ("file", "keep"),
    "dashboard/widgets/drafting.py": ("start",),
    "dashboard/widgets/glossary.py": ("UNITS",),
    "dashboard/widgets/playback.py": ("through",),
    "dashboard/widgets/several.py": ("_next_title",),
    "dashboard/widgets/strip.py": ("_STYLE",),
    "dashboard/widgets/tour.py": ("point",),
}
KINDS = ("fan", "difference", "verdicts")
EXEMPT = {"durand"}  # it has this name in every language
PLACE = re.compile(r"\{\{\s*([\w.]+)[^}]*\}\}|\{(\w+)[^}]*\}")


def messages(code: str) -> list[Message]:
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        return [one for one in read_po(file, code) if one.id]


def forms(text: object) -> list[str]:
    """A text; or what it is for one, and for several."""
    return list(map(str, text)) if isinstance(text, list | tuple) else [str(text)]


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
    assert list(untranslated("st.caption(ABOUT)\nst.caption(_(ABOUT))")) == [(1, "ABOUT")]
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


def test_whatever_the_library_says_on_a_page_goes_through_the_catalogue() -> None:
    """Otherwise the sentences and pictures under a translated heading are English for good."""
    made = 'said = f"{a} of them"\nx = {"k": N_("of a kind")}\n_("one of {a}", a="two of b")\nraise E("not at all")'
    assert list(unmarked(made)) == [(1, "{} of them"), (3, "two of b")]
    assert list(unmarked("T = {1: 'to be read'}\ndef f() -> str:\n    return 'one of many'", ("T",))) == [
        (3, "one of many")
    ]
    found, needed = {}, set()
    for path in (path for part in ("dashboard", "sim") for path in sorted((ROOT / part).rglob("*.py"))):
        name, code = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        of = {f"{name}:{line}": text for line, text in unmarked(code, LEFT_OUT.get(name, ()), name.startswith("dash"))}
        why = next((one for one in NOT_ON_PAGES if name == one or name.startswith(f"{one}/")), "")
        if why:
            needed |= {why} if of else set()
        else:
            found |= of
    assert found == {}
    assert needed == set(NOT_ON_PAGES)  # what goes on being left out has something to be left out
    for name, but in LEFT_OUT.items():
        code = (ROOT / name).read_text(encoding="utf-8")
        for one in but:
            others = [other for other in but if other != one]
            assert list(unmarked(code, others, name.startswith("dash"))), f"{name}: {one} need not be left out"


def test_a_language_stays_with_whoever_asked_for_it() -> None:
    """Otherwise one visitor's page, or a file, turns into another one's language."""
    heard: dict[str, str] = {}
    there = Barrier(2, timeout=60)

    def visitor(code: str) -> None:
        with speaking(code):
            there.wait()
            heard[code] = _("Aid")
            there.wait()
        heard[f"{code} after"] = _("Aid")

    with speaking("ur"):
        threads = [Thread(target=visitor, args=[code]) for code in ("ur", "en")]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert _("Aid") == translated("Aid", "ur")
    assert heard == {"ur": translated("Aid", "ur"), "en": "Aid", "ur after": "Aid", "en after": "Aid"}
    assert _("Aid") == "Aid"


def test_what_is_kept_for_one_language_is_not_shown_in_another() -> None:
    """Pictures are put together once and kept: by their language, too."""
    found = sim.compare(["confront", "appease"], worlds=20, months=20, parameters="defaults")

    def everything() -> list[str]:
        drawn = [moving(found, kind, "attacks") for kind in KINDS]
        shown = [json.dumps([one.specification, one.rows], ensure_ascii=False) for one in drawn]
        return [
            *shown,
            *reading(found),
            *(f"{one.title} {one.caption} {one.text} {one.table}" for one in pictures(found)),
        ]

    english = everything()
    with speaking("ur"):
        urdu = everything()
    assert everything() == english
    with speaking("ur"):
        assert everything() == urdu
        assert '<html lang="ur" dir="rtl">' in render_brief(found)
    assert '<html lang="en">' in render_brief(found)
    arabic = re.compile("[\u0600-\u06ff]")
    assert all(map(arabic.search, urdu[: len(KINDS) + len(reading(found))]))
    assert not any(map(arabic.search, english))


def test_a_worksheet_in_urdu_is_urdu_and_runs_from_the_right() -> None:
    """Otherwise a class gets a sheet in two languages, or one whose lines run the wrong way; and a PDF with letters apart."""
    lab = Lab(load_exercise("ceasefires"))
    english, arabic = worksheet(lab), re.compile("[\u0600-\u06ff]")
    with speaking("ur"):
        urdu = worksheet(lab)
        made = document(urdu)
        assert not on_paper()
    assert on_paper()
    assert worksheet(lab) == english
    said = [one.text for one in urdu.blocks if isinstance(one, Heading | Text | Note)]
    assert [one for one in (urdu.kind, urdu.title, urdu.under, *said) if not arabic.search(one)] == []
    with ZipFile(BytesIO(made)) as packed:
        body, styles = (packed.read(f"word/{name}.xml").decode() for name in ("document", "styles"))
    assert "<w:rtl/>" in body
    assert "<w:bidiVisual/>" in body
    assert "<w:bidi/>" in styles


def test_who_is_turned_away_reads_why() -> None:
    """Otherwise a student's page is in Urdu until something goes wrong."""
    with speaking("ur"), pytest.raises(ClassroomError, match="عرفی نام"):
        clean_nickname("!")
    with pytest.raises(ClassroomError, match=r"^a nickname has at least one letter or figure$"):
        clean_nickname("!")
    with pytest.raises(LimitError, match="there is no language xx; allowed: en, ur"):
        chosen("xx")


def test_figures_are_kept_from_turning_round() -> None:
    """Otherwise a minus stands behind its figure, and the first of two figures where the second belongs."""
    with speaking("ur"):
        said = between(-560.0, 960.0, sign=True)
        month = month_words("2022-12")
    assert said == "\u2066-560\u2069 سے \u2066+960\u2069"
    assert (
        month == "\u200f\u2067دسمبر\u2069 \u20662022\u2069"
    )  # nothing in it but what is filled in says which way it runs
    assert between(-560.0, 960.0, sign=True) == "-560 to +960"
    with speaking("ur"):
        assert show.seen(f"{said} \u202eevil") == f"{said} evil"
        assert show.seen("open \u2067evil") == "open evil"  # and so does what somebody wrote


def test_a_text_that_differs_with_a_number_has_the_forms_of_its_language() -> None:
    one, many = "{count} prediction.", "{count} predictions."
    assert [n_(one, many, count, count=count) for count in (1, 2)] == ["1 prediction.", "2 predictions."]
    with speaking("ur"):
        single, several = (n_(one, many, count, count=count) for count in (1, 2))
    assert single.replace("1", "2") != several
    assert "prediction" not in single + several


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
    wrong = [
        one.id
        for one in messages(code)
        for said, told in zip(forms(one.id), forms(one.string), strict=False)
        if told and places(said) != places(told)
    ]
    assert not wrong


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_said_to_be_translated_is(code: str) -> None:
    missing = [
        one.id
        for one in messages(code)
        if not all(forms(one.string)) and any(where in FIRST for where, _line in one.locations)
    ]
    assert not missing
    assert len(catalogue(code)) > 100


def test_what_has_no_translation_stays_english() -> None:
    assert translated("No such text, {name}.", "ur", name="there") == "No such text, there."
    with speaking("ur"):  # and with it what is filled in: no sentence is half in one language
        things = listed([_("Aid"), capital(_("deaths")), month_words("2022-12")])
        assert _("No such text, {things}.", things=things) == "No such text, Aid, Deaths and December 2022."
        assert "Aid" not in _("{first} and {last}", first=_("Aid"), last="1")
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
