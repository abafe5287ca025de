"""Exercises: each one against the same contract, and what they are read, filled, drawn, printed and walked through with."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import numpy as np
import pytest
from command import called
from printed import OFFICE, by_office, faults, pages

from sim.ensemble.spec import LimitError
from sim.evidence import ledger
from sim.model import FrontierModel
from sim.results import BundleError, Results
from sim.results.folders import seal
from sim.results.run import run as run_worlds
from sim.scenario import differences, library, load_scenario
from sim.teaching.exercises.feedback import feedback, label, missed
from sim.teaching.exercises.figures import SPREAD, Lab, because_of, unit
from sim.teaching.exercises.load import ExerciseError, exercises, list_exercises, load_exercise, texts
from sim.teaching.exercises.predict import Chance, Range
from sim.teaching.exercises.schema import Exercise
from sim.teaching.exercises.schema import Picture as Wanted
from sim.teaching.exercises.typed import commands, worked_out
from sim.teaching.exercises.walk import Walk
from sim.teaching.exercises.words import WordsError, filled, references, typed_figures
from sim.teaching.pack import make as packing
from sim.teaching.pack.blocks import Grid, Items, Sheet, Text
from sim.teaching.pack.deck import Slide, deck, words
from sim.teaching.pack.docx import document
from sim.teaching.pack.handouts import brief
from sim.teaching.pack.pdf import paper
from sim.teaching.pack.pictures import Picture, _picture, chart
from sim.teaching.pack.pptx import SMALLEST, presentation
from sim.teaching.pack.quiz import PACKAGE, QTI, _title, items
from sim.teaching.pack.reading import about, differing
from sim.teaching.pack.sheets import instructor, timing, worksheet
from sim.words.numbers import between
from sim.yamlfile import json_schema

NAMES = sorted(path.stem for path in exercises().glob("*.yaml"))
# Worlds in which figures are looked at (a number that has thirds), and those in which they are not.
MANY, FEW = 90, 20
# The exercise whose pack is made whole, and those all of whose sheets are looked at.
PACKED = "confront_or_accommodate"
SHEETS = (PACKED, "what_leverage_is", "conflicting_sources")
TOPICS = {
    "what_leverage_is",
    "confront_or_accommodate",
    "bargaining_chip",
    "threats_alone",
    "indian_alternative",
    "ceasefires",
    "reading_an_ensemble",
    "conflicting_sources",
    "scenario_discovery",
    "build_your_own",
}


@cache
def exercise(name: str) -> Exercise:
    return load_exercise(name)


@cache
def runs() -> dict[tuple[str, int, int, int, str], Results]:
    return {}


def shared(scenario: Any, worlds: int, months: int, seed: int, parameters: str, **_: Any) -> Results:
    """`sim.run`, each run made once for all tests of this file."""
    key = scenario.hash, worlds, months, seed, parameters
    if key not in runs():
        runs()[key] = run_worlds(scenario, worlds, months, seed, parameters, keep_series=True, keep_panels=True)
    return runs()[key]


@cache
def lab(name: str) -> Lab:
    """The exercise, in as many worlds as settle what its words lean on."""
    return Lab(exercise(name), MANY, runner=shared)


@cache
def small(name: str) -> Lab:
    """The exercise in few worlds, where figures are not looked at."""
    return Lab(exercise(name), FEW, runner=shared)


@pytest.fixture
def two_mechanisms(monkeypatch: Any) -> None:
    """Two mechanisms in place of all of them, whose search takes thirty runs a question and has tests of its own."""
    monkeypatch.setattr(Lab, "effects", lambda self, because: [("M6", 2.0), ("M8", -1.0)])


def _grids(sheet: Sheet) -> list[Grid]:
    """The tables of a worksheet into which figures are written."""
    return [block for block in sheet.blocks if isinstance(block, Grid) and block.head[0] == "What to read off"]


@pytest.fixture
def six_mechanisms(monkeypatch: Any) -> None:
    """As many reasons as a sheet has room for."""
    found = [("M6", 330.2), ("M7", 240.0), ("M24", 0.94), ("M11", -380.3), ("M25", -170.0), ("M4", -120.0)]
    monkeypatch.setattr(Lab, "effects", lambda self, because: found)


def answers(one: Exercise) -> str:
    """Something to type at every prompt of a walk, a line each."""

    def typed(names: Any) -> list[str]:
        return ["70" if one.questions[name].form == "probability" else "10 to 20" for name in names]

    lines = typed(one.quiz)
    for step in one.steps:
        lines += typed(step.questions) + (["because"] if step.do == "explain" else [])
    return "\n".join([*lines, *typed(one.quiz)]) + "\n"


def by_hand(name: str, figure: str) -> np.ndarray[Any, Any]:
    """A figure's reading per world, put together here from the runs, and not by the code under test."""
    one, of = exercise(name), exercise(name).figures[figure]

    def results(run: str) -> Results:
        mode = one.runs[run].parameters or one.setting.parameters
        return shared(one.scenarios[run], MANY, len(one.span()), one.setting.seed, mode)

    def read(run: str, metric: str | None, row: str | None, month: str | None, ends: Any) -> np.ndarray[Any, Any]:
        series = results(run).series
        if of.panel is not None:
            panel = series[of.panel].sel(month=f"{month}-01")
            return panel.sel({panel.dims[-1]: row}).to_numpy()
        if month is not None:
            return series[metric].sel(month=f"{month}-01").to_numpy()
        if ends is None:
            return results(run).outcomes[metric].to_numpy(dtype=float)
        part = series[metric].sel(month=slice(*ends)).to_numpy()
        kind = {"attacks": "sum", "fatalities": "sum", "border": "sum"}.get(str(metric).partition("_")[0], "mean")
        return part.sum(axis=1) if kind == "sum" else part.mean(axis=1)

    if of.verdict is not None:
        return (results(str(of.run)).outcomes["verdict"] == of.verdict).to_numpy(dtype=float)
    ends = (of.from_, of.to) if of.from_ else None
    values = read(str(of.run), of.metric, of.row, of.month, ends)
    if of.less is not None:
        month = of.less.month or of.month
        values = values - read(of.less.run or str(of.run), of.less.metric or of.metric, of.row, month, ends)
    if of.where is not None and of.where.metric is not None:
        state = results(str(of.run)).series[of.where.metric].sel(month=f"{of.where.month}-01").to_numpy()
        values = values[state > of.where.above if of.where.above is not None else state < of.where.below]
    if of.above is not None:
        return (values > of.above).astype(float)
    return (values < of.below).astype(float) if of.below is not None else values


@pytest.mark.parametrize("name", NAMES)
class TestContract:
    """What every exercise keeps to."""

    def test_it_is_complete(self, name: str) -> None:
        """Otherwise a lecturer finds a part missing in front of the class."""
        one = exercise(name)
        assert {step.do for step in one.steps} == {"predict", "run", "compare", "change", "explain"}
        assert one.steps[0].do == "predict"
        assert one.steps[0].questions
        assert len(one.goals) >= 2
        assert len(one.discussion) >= 2
        assert len(one.notes) >= 1
        assert any(step.questions for step in one.steps if step.do == "change")
        assert any(step.pictures for step in one.steps)

    def test_its_claims_are_in_the_evidence_and_many(self, name: str) -> None:
        """Otherwise the background is the author's opinion."""
        one = exercise(name)
        cited = {claim for part in (*one.background, *one.debrief, *one.answers) for claim in part.claims}
        assert len(cited) >= 3
        assert cited <= set(ledger().claims)

    def test_answers_have_no_figure_typed_in(self, name: str) -> None:
        """Otherwise an answer goes on saying what an earlier version of the model did."""
        one, used = exercise(name), set()
        for _, text, is_answer in texts(one):
            if is_answer:
                assert typed_figures(text) == []
                used |= {reference.name for reference in references(text)}
        assert used & {key for key, figure in one.figures.items() if figure.given is None}

    def test_it_quotes_no_article(self, name: str) -> None:
        """Otherwise somebody's sentences are copied. Skipped where the articles are not at hand."""
        folder = next((p / "shared" / "sources" for p in library().resolve().parents if (p / "shared").is_dir()), None)
        if folder is None:
            pytest.skip("the source documents are not part of the project")
        have = _runs_of_words(" ".join(path.read_text(encoding="utf-8") for path in folder.glob("0*.txt")))
        assert _runs_of_words(exercise(name).text) & have == set()

    def test_its_figures_recompute(self, name: str) -> None:
        """Otherwise a sheet shows a number that its runs do not give."""
        one, checked = exercise(name), 0
        for key, figure in one.figures.items():
            if figure.given is not None or figure.mechanism or (figure.where and figure.where.parameter):
                continue
            values = by_hand(name, key)
            level = {"mean": None, "p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}[figure.show]
            plain = np.mean(values) if figure.is_share or level is None else np.quantile(values, level)
            assert lab(name).shown(key).value == pytest.approx(float(plain), rel=1e-12, abs=1e-15)
            checked += 1
        assert checked >= 5

    def test_what_its_words_lean_on_holds(self, name: str) -> None:
        """Otherwise the instructor says aloud what the model does not do. Then the exercise has to be written anew."""
        assert lab(name).broken() == []

    def test_every_text_can_be_filled(self, name: str) -> None:
        """Otherwise a sheet shows braces."""
        for _, text, _ in texts(exercise(name)):
            out = lab(name).fill(text)
            assert "{{" not in out
            assert "nan" not in out.lower().split()

    def test_questions_are_neither_trivial_nor_all_alike(self, name: str) -> None:
        """Otherwise there is nothing to be wrong about."""
        one = exercise(name)
        shares = [lab(name).values(q.figure).mean() for q in one.questions.values() if q.form == "probability"]
        assert len(one.questions) >= 3
        assert max(shares) - min(shares) > 0.05 or len(shares) < len(one.questions)

    def test_a_miss_is_led_to_a_mechanism(self, name: str, monkeypatch: Any) -> None:
        """Otherwise a student learns only that they were wrong. (In few worlds: which comes first is not looked at.)"""
        monkeypatch.setattr("sim.teaching.exercises.figures.WHY_WORLDS", 4)
        one = Lab(exercise(name), FEW, runner=shared)
        question = exercise(name).questions[exercise(name).asked()[0]]
        assert any(missed(one, question, side) for side in ("low", "high"))
        assert all(
            re.search(r"^[A-Z].* \(M\d+\): .*with it .*than without it\.$", line)
            for line in missed(one, question, "low")
        )

    def test_its_pictures_can_be_drawn(self, name: str) -> None:
        """Otherwise a step shows an empty sheet."""
        for picture in {picture for step in exercise(name).steps for picture in step.pictures}:
            assert chart(lab(name), picture, 492).to_dict()["datasets"]

    def test_its_worksheet_gives_nothing_away(self, name: str) -> None:
        """Otherwise nobody has to predict: no answer, and no figure of the runs, stands on what students get."""
        sheet = worksheet(lab(name))
        words = " ".join(_words_of(sheet))
        for answer in exercise(name).answers:
            assert lab(name).fill(answer.text) not in words
        values = [row[1] for block in sheet.blocks if isinstance(block, Grid) for row in block.rows]
        assert all(value == "" or value.startswith("____") for value in values)

    def test_what_is_typed_fills_its_worksheet(self, name: str) -> None:
        """Otherwise students are asked for figures that nothing they are told to type prints, or that the page shows alone."""
        one = exercise(name)
        asked = dict(
            zip((n for n, step in enumerate(one.steps) if step.show), _grids(worksheet(lab(name))), strict=True)
        )
        for number, step in enumerate(one.steps):
            typed = commands(one, number, True)
            assert not re.search(r"\bdurand \w", step.text), "nobody in a browser is told to type"
            assert (number in asked) == any(words.startswith("durand exercise step") for words in typed)
            if number in asked:
                assert f"durand exercise step exercise.yaml {number + 1}" in typed
                said = " ".join(worked_out(lab(name), number, 80).split())
                for (words, _), figure in zip(asked[number].rows, step.show, strict=True):
                    shown = lab(name).shown(figure)
                    assert " ".join(f"- {words}: {shown.told}".split()) in said
                    # A middle world alone would read as what happens; a share of worlds says itself how sure it is.
                    of = one.figures[figure]
                    middle = of.given is None and not of.is_share and of.show in ("p50", "mean")
                    assert (" (" in shown.told) is middle
                    assert (SPREAD in said) or not middle

    def test_no_two_runs_are_told_in_the_same_words(self, name: str) -> None:
        """Otherwise a slide says of a gift that nothing is given, since the scenario that it changes says so."""
        one = exercise(name)
        told = [differing(one, run) or about(one, run) for run in one.runs]
        assert len({*told}) == len(told)
        for run, said in zip(one.runs.values(), told, strict=True):
            assert all(f"{value}" in said for value in run.set.values())

    @pytest.mark.usefixtures("two_mechanisms")
    def test_a_student_can_walk_through_it(self, name: str, monkeypatch: Any, capsys: Any) -> None:
        """Otherwise `durand exercise run` stops somewhere in the middle."""
        monkeypatch.setattr(sys, "stdin", io.StringIO(answers(exercise(name))))
        walk = Walk(lab(name))
        walk.go()
        said = capsys.readouterr().out
        assert set(walk.scores) == set(exercise(name).asked())
        assert "You said 70 of 100" in said
        assert "Lost beyond what chance takes" in said
        assert said.index("? ") < said.index("Running "), "something ran before anything was predicted"
        assert len(walk.record()["predictions"]) == len(exercise(name).asked())


@cache
def handed_out() -> dict[str, bytes]:
    """The documents of a pack, for the tests that want six mechanisms in it."""
    return packing.documents(lab(PACKED))


@pytest.mark.usefixtures("six_mechanisms")
def test_a_pack_has_all_parts(tmp_path: Path, monkeypatch: Any) -> None:
    """Otherwise the lecturer comes to class without the slides."""
    name, made_once = PACKED, handed_out()
    monkeypatch.setattr(packing, "documents", lambda lab: made_once)
    folder = packing.pack(lab(name), tmp_path / "pack")
    made = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
    for file in folder.glob("*.pdf"):
        assert file.read_bytes().startswith(b"%PDF-")
    assert {file.name for file in folder.iterdir() if file.suffix in (".pdf", ".docx", ".pptx", ".zip")} == {
        *("worksheet.pdf", "worksheet.docx", "instructor.pdf", "instructor.docx", "timing.pdf", "timing.docx"),
        *("brief.pdf", "memo.docx", "slides.pptx", "quiz.zip"),
    }
    for run, scenario in exercise(name).scenarios.items():
        assert load_scenario(folder / "scenarios" / f"{run}.yaml").hash == scenario.hash
    assert (folder / "exercise.yaml").read_text(encoding="utf-8") == exercise(name).text
    assert set(json.loads((folder / "figures.json").read_text(encoding="utf-8"))) == set(exercise(name).figures)
    assert set(made["files"]) | {"pack.json"} == {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    }
    assert not list(tmp_path.glob(".*"))
    for kind in ("worksheet", "instructor", "timing", "brief"):
        assert pages((folder / f"{kind}.pdf").read_bytes(), f"pack-{kind}")


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not here, which turns slides and documents into pictures")
@pytest.mark.usefixtures("six_mechanisms")
def test_what_is_to_be_edited_opens_in_another_program(tmp_path: Path) -> None:
    """Otherwise something runs over a slide, or a document is empty or endless."""
    for name, content in handed_out().items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "out").mkdir()
    shown = by_office([*tmp_path.glob("*.docx"), tmp_path / "slides.pptx"], tmp_path / "out")
    sizes = {Path(file).name: len(found) for file, found in shown.items()}
    assert sizes["memo.docx"] <= 4
    assert sizes["instructor.docx"] <= 8
    assert sizes["worksheet.docx"] <= 7
    slides = shown[str(tmp_path / "slides.pptx")]
    assert len(slides) == len(deck(lab(PACKED), drawn(exercise(PACKED))))
    for page in slides[1:]:
        high = page.ink.shape[0]
        assert page.ink.any()
        assert not page.ink[-high // 30 :].any(), f"a slide runs over its foot: {page.text[:60]}"
        if "0 to 20" in page.text:  # the bands of a vote: nothing above may reach them
            assert not page.ink[int(high * 6.2 / 7.5) : int(high * 6.32 / 7.5)].any(), page.text[:60]


def _runs_of_words(text: str, length: int = 8) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z']+", text.lower())
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


def _words_of(sheet: Sheet) -> list[str]:
    out = []
    for block in sheet.blocks:
        if isinstance(block, Items):
            out += block.items
        elif isinstance(block, Grid):
            out += [cell for row in block.rows for cell in row]
        elif isinstance(block, Text):
            out.append(block.text)
    return out


def test_thirds_are_those_of_the_worlds_own_values() -> None:
    """Otherwise a box is drawn round the wrong worlds."""
    one, name = exercise("scenario_discovery"), "control_low"
    model = FrontierModel(one.scenarios["accommodate"], worlds=MANY, seed=91, parameters="prior")
    drawn = np.asarray(model.parameters["kabul_control"])
    model.close()
    more = by_hand("scenario_discovery", "more")
    expected = more[drawn <= np.sort(drawn)[MANY // 3 - 1]]
    assert len(expected) == MANY // 3
    assert lab("scenario_discovery").values(name).tolist() == expected.tolist()


def test_a_figure_of_no_world_is_refused() -> None:
    """Otherwise a sheet says that nothing is known, or stops with a traceback."""
    text = changed("month: 2021-08}\n", "month: 2021-08, where: {metric: ceasefire, month: 2021-08, above: 0.9}}\n")
    with pytest.raises(LimitError, match="in none of 20; take more worlds"):
        Lab(load_exercise(("mine.yaml", text)), FEW, runner=shared).shown("wartime_start")


class TestLibrary:
    def test_the_topics_of_the_course_are_there(self) -> None:
        """Otherwise a subject that was asked for has no exercise."""
        assert set(NAMES) >= TOPICS
        assert {exercise(name).level for name in NAMES} == {"first_year", "undergraduate", "graduate"}

    def test_the_easier_come_first(self) -> None:
        """Otherwise a first-year lecturer reads the list from the wrong end."""
        found = list_exercises()
        assert [one.name for one in found][:3] == ["ceasefires", "confront_or_accommodate", "what_leverage_is"]
        assert {one.name: one.minutes for one in found} == {name: exercise(name).minutes for name in NAMES}

    def test_the_schema_for_editors_is_up_to_date(self) -> None:
        """`make schemas` renews it."""
        stored = json.loads((library() / "exercise.schema.json").read_text(encoding="utf-8"))
        assert stored == json_schema(Exercise)

    def test_ranges_in_the_lesson_on_ensembles_do_overlap(self) -> None:
        """Its debrief says that they overlap widely, and that ignorance widens what random draws alone leave."""
        shown = {
            key: lab("reading_an_ensemble").shown(key).value or 0.0 for key in exercise("reading_an_ensemble").figures
        }
        overlap = min(shown["confront_high"], shown["accommodate_high"]) - max(
            shown["confront_low"], shown["accommodate_low"]
        )
        assert overlap > 0.5 * (shown["confront_high"] - shown["confront_low"])
        assert shown["attacks_high"] - shown["attacks_low"] > shown["luck_high"] - shown["luck_low"]

    @pytest.mark.parametrize("name", NAMES)
    def test_figures_are_called_in_plain_words(self, name: str) -> None:
        """Otherwise an instructor reads the name of a column, or of a file's key."""
        one = exercise(name)
        for key, figure in one.figures.items():
            said = label(one, key)
            assert not re.search(r"_|by resource|than its|less its", said), said
            assert figure.given is None or figure.title, key
            if figure.panel == "leverage_pakistan_taliban_by_resource":
                assert said.startswith("Pakistan's leverage over Kabul, ")

    @pytest.mark.parametrize("name", NAMES)
    def test_a_figure_that_is_listed_has_its_unit(self, name: str) -> None:
        """Otherwise -0.42 of a strength may be fighters or thousands of them."""
        one = exercise(name)
        for key, figure in one.figures.items():
            if figure.metric is not None and not figure.title:
                of, said = unit(figure), label(one, key)
                assert f"({of})" in said or of.split()[0] in said.lower(), said

    def test_sources_part_in_the_direction_that_is_said(self) -> None:
        """Its words call the TTP's claims of 2022 higher than the count ascribed to it."""
        one = exercise("conflicting_sources")
        assert float(str(one.figures["claims_2022"].given)) > float(str(one.figures["pips_ttp_2022"].given))
        for figure in one.figures.values():
            if figure.given is not None:
                assert any(re.search(rf"\b{figure.given}\b", ledger().claims[claim].text) for claim in figure.claims)

    @pytest.mark.parametrize("name", NAMES)
    def test_a_scale_is_given_no_unit_of_time(self, name: str) -> None:
        """Otherwise a chance, a mean over months, reads as so much each month."""
        one = exercise(name)
        for place, text, _ in texts(one):
            for figure in re.findall(r"\{\{ (\w+)[^}]*\}\}(?: \([^)]*\))? (?:a|per) month", text):
                assert one.figures[figure].given or unit(one.figures[figure]).endswith("a month"), place

    @pytest.mark.parametrize("name", NAMES)
    def test_next_to_nothing_is_not_called_a_rise_or_a_fall(self, name: str) -> None:
        """Otherwise a chance that moves by less than a hundredth "rises"."""
        for place, text, _ in texts(exercise(name)):
            for one in references(text):
                slight = one.options and lab(name).slight(one.name) and lab(name).shown(one.name).sign != "neither"
                assert not slight or len(one.options) == 4, (place, one.name)

    @pytest.mark.parametrize("name", NAMES)
    def test_changing_one_thing_changes_one(self, name: str) -> None:
        """Otherwise a class puts down to the terms what the army did."""
        one, before = exercise(name), list[str]()
        for step in one.steps:
            for run in step.runs if step.do == "change" and step.title is None else ():
                rows = [len(_changes(one.scenarios[other], one.scenarios[run])) for other in before]
                assert min(rows) <= 2, (step.called, run)
            before += step.runs

    @pytest.mark.parametrize("name", NAMES)
    def test_a_question_stands_alone(self, name: str) -> None:
        """Otherwise a platform that mixes questions asks about an "it" that nobody has named."""
        for question in exercise(name).questions.values():
            ask = question.ask
            assert not re.search(
                r"\b(raise it|does it|that chance|the same things|there)\?|^(Now|The same)\b|\bdoes it\b", ask, re.I
            )
            assert not re.search(r"\bthe (example|gift|reward)\b", ask), ask

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.usefixtures("two_mechanisms")
    def test_a_brief_speaks_to_someone_who_was_in_no_class(self, name: str) -> None:
        """Otherwise a minister reads about a quiz, and of one thing that was changed by nobody knows whom."""
        said = " ".join(f"{one.lead} {one.text}" for one in brief(lab(name), ()).blocks if isinstance(one, Text))
        assert not re.search(r"\b(quiz|students?|class|this step|change one thing)\b", said, re.I)

    def test_a_table_to_fill_in_is_printed(self) -> None:
        """Otherwise a worksheet asks for a table that is not on it."""
        (table,) = (
            one for one in worksheet(small("threats_alone")).blocks if isinstance(one, Grid) and not one.head[0]
        )
        assert table.head == ("", "No reward", "Reward")
        assert [row[0] for row in table.rows] == ["No threat", "Threat"]
        for name in NAMES:
            for step in exercise(name).steps:
                assert bool(re.search(r"\bfill in\b.*\btable\b", step.text, re.I)) == bool(step.table), name

    def test_means_that_are_to_be_added_are_means(self) -> None:
        """Otherwise a class adds medians, which need not add."""
        one = exercise("threats_alone")
        assert all(one.figures[figure].show == "mean" for figure in ("threat_mean", "reward_mean", "both_mean"))

    def test_a_changed_run_is_called_after_the_run_beside_it(self) -> None:
        """Otherwise a pack names a scenario by its title in the library, which no run of the class has."""
        assert differing(exercise("threats_alone"), "threat").startswith("Neither, with ")

    def test_a_course_that_is_another_ones_is_told_with_what_happens(self) -> None:
        """Otherwise a slide says that Pakistan's course is that of History, and nothing else."""
        from sim.teaching.pack.deck import _first

        assert _first(exercise("what_leverage_is"), "war").count(".") >= 2
        assert _first(exercise("what_leverage_is"), "history").startswith("What Pakistan did")


def _changes(first: Any, second: Any) -> list[Any]:
    return [row for row in differences(first, second) if not row.path.endswith(".policy")]


# ------------------------------------------------------------------------------------------------ files that are wrong

PLAIN = (exercises() / "what_leverage_is.yaml").read_text(encoding="utf-8")


def changed(old: str, new: str) -> str:
    assert old in PLAIN
    return PLAIN.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("level: first_year", "level: kindergarten", "level is not one of the choices"),
        ("minutes: 60", "minutes: 61", "minutes is not what timing and steps add up to: 61; allowed: 60"),
        ("004.4-victory-ends-leverage, ", "004.4-victory, ", "is not in the evidence ledger: 004.4-victory"),
        ("metric: leverage_wartime, month: 2021-08}", "metric: leverage, month: 2021-08}", "is not one of the choices"),
        ("row: sanctuary", "row: shelter", "row is not one of the choices: shelter"),
        ("month: 2022-08}", "month: 2032-08}", "is not a month of the runs: 2032-08; allowed: 2021-08 to 2026-07"),
        ("scenario: history", "scenario: histroy", "there is no scenario with this name"),
        (
            "figure: total_fell",
            "figure: total_fall",
            "there is no such figure: total_fall (did you mean 'total_fell'?)",
        ),
        ("figure: total_fell", "figure: total_end", "does not answer a probability; allowed: a share of worlds"),
        ("stood at {{ wartime_start }}", "stood at 0.25", "has a figure typed in: 0.25"),
        ("stood at {{ wartime_start }}", "stood at half", "has a figure typed in: half"),
        ("stood at {{ wartime_start }}", "stood at {{ wartime_begin }}", "names a figure that is not there"),
        (
            "stood at {{ wartime_start }}",
            "stood at {{ wartime_start: up | down | same }}",
            "chooses by what has no sign",
        ),
        ("stood at {{ wartime_start }}", "stood at {{ 1 + 1 }}", "has more in its braces than a name"),
        ("with no need is nothing.", "with no need is nothing {{ a", "has a brace without its other half"),
        ("Then predict.", "It is {{ total_end }}. Then predict.", "would give a figure away: total_end"),
        ("quiz: [kabul]", "quiz: [fell]", "quiz repeats what a step asks"),
        ("    questions: [war]\n", "", "questions.war is never asked"),
        ("do: explain", "do: compare", "steps has no step of this kind: explain"),
        ("    runs: [history]\n    show", "    runs: []\n    show", "shows what no step has run yet"),
        ("worlds: 300", "worlds: 3", "setting.worlds is out of range: 3; allowed: 20 to 2000"),
        ('source: "004"', 'source: "009"', "is no source of the evidence: 009"),
        ("title: What leverage is", "titel: What leverage is", "unknown key: titel (did you mean 'title'?)"),
    ],
)
def test_a_wrong_file_is_told_where(old: str, new: str, says: str) -> None:
    """Otherwise a lecturer who writes an exercise is left to guess."""
    text = changed(old, new)
    with pytest.raises(ExerciseError) as caught:
        load_exercise(("mine.yaml", text))
    lines = caught.value.problems
    found = [line for line in lines if says in line]
    assert found, lines
    number = int(re.match(r"mine\.yaml:(\d+): ", found[0])[1])  # type: ignore[index]
    assert 1 <= number <= len(text.splitlines())


def test_the_line_is_the_one_that_is_wrong() -> None:
    """Otherwise the message sends a lecturer to another place of a long file."""
    text = changed("row: sanctuary", "row: shelter")
    with pytest.raises(ExerciseError) as caught:
        load_exercise(("mine.yaml", text))
    (line,) = (number for number, words in enumerate(text.splitlines(), 1) if "row: shelter" in words)
    assert caught.value.problems[0].startswith(f"mine.yaml:{line}: figures.sanctuary_end.row")


def test_the_name_of_none_is_answered_with_those_there_are() -> None:
    """Otherwise a typing error looks like a missing file."""
    with pytest.raises(ExerciseError, match=r"no exercise with this name: ceasefire \(did you mean 'ceasefires'\?\)"):
        load_exercise("ceasefire")


def test_an_exercise_of_ones_own_beside_its_scenario(tmp_path: Path) -> None:
    """Otherwise a lecturer cannot use a scenario that is not in the library."""
    scenario = "schema: 1\ntitle: Mine\nextends: history\n"
    (tmp_path / "mine.yaml").write_text(scenario, encoding="utf-8")
    (tmp_path / "own.yaml").write_text(changed("scenario: history}", "scenario: ./mine.yaml}"), encoding="utf-8")
    one = load_exercise(tmp_path / "own.yaml")
    assert one.name == "own"
    assert one.scenarios["history"].title == "Mine"


@pytest.mark.usefixtures("two_mechanisms", "plain_pictures")
def test_a_pack_stands_on_its_own(tmp_path: Path) -> None:
    """Otherwise the exercise in a pack looks for a scenario that stayed on the lecturer's machine."""
    (tmp_path / "mine.yaml").write_text("schema: 1\ntitle: Mine\nextends: history\n", encoding="utf-8")
    (tmp_path / "own.yaml").write_text(changed("scenario: history}", "scenario: ./mine.yaml}"), encoding="utf-8")
    made = packing.pack(Lab(load_exercise(tmp_path / "own.yaml"), FEW, runner=shared), tmp_path / "pack")
    (tmp_path / "mine.yaml").unlink()
    again = load_exercise(made / "exercise.yaml")
    assert again.scenarios["history"].title == "Mine"
    assert again.figures == exercise("what_leverage_is").figures


# ------------------------------------------------------------------------------------------------ words


def test_a_text_is_filled_by_name() -> None:
    """Otherwise an answer says one thing where the worlds say another."""
    lab_ = lab("what_leverage_is")
    assert lab_.shown("wartime_change").sign == "lower"
    assert lab_.fill("{{ wartime_change: up | down | same }} by {{ wartime_change.size }}") == (
        "Down by " + lab_.shown("wartime_change").text.removeprefix("-")
    )
    assert lab_.fill("{{ worlds }} worlds, seed {{ seed }}") == f"{MANY} worlds, seed 21"
    low, high = np.quantile(lab_.values("total_end"), (0.05, 0.95))
    assert lab_.fill("{{ total_end.range }}") == between(float(low), float(high))


@pytest.mark.parametrize(
    "text", ["{{ a.b.c }}", "{{ a | b }}", "{{ a: b | c }}", "{{ a", "a }}", "{{ a.show }}", "{{ __import__('os') }}"]
)
def test_nothing_else_stands_in_the_braces(text: str) -> None:
    """Otherwise a text is a program."""
    with pytest.raises(WordsError):
        references(text)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("In December 2022 and on 5 September, by M7 and article 004.", []),
        ("It fell by 3.", ["3."]),
        ("{{ a: by 40 | down | same }}", ["40"]),
        ("twice as many, some forty per cent", ["twice", "forty", "per cent"]),
        ("two courses, one dilemma", []),
    ],
)
def test_typed_figures_are_found(text: str, typed: list[str]) -> None:
    """Otherwise the test that no answer has one passes whatever is written."""
    assert typed_figures(text) == typed


def test_words_chosen_begin_a_sentence() -> None:
    """Otherwise a sheet has small letters after a full stop."""
    assert filled("{{ a: more | less | same }}. {{ a: so | so | so }}", lambda one: one.options[0]) == "More. So"


# ------------------------------------------------------------------------------------------------ feedback


def test_who_guesses_too_low_is_shown_what_pushes_up() -> None:
    """Otherwise the feedback explains the opposite of the mistake."""
    one, name = small("confront_or_accommodate"), "deaths"
    rows = dict(one.effects(because_of(one.exercise, one.exercise.questions[name])))
    low, high = (feedback(one, name, Chance(value)) for value in (0.01, 1.0))
    assert low.score.side == "low"
    assert low.missed
    for line in low.missed:
        assert rows[re.search(r"\((M\d+)", line)[1]] > 0  # type: ignore[index]
    assert all(rows[re.search(r"\((M\d+)", line)[1]] < 0 for line in high.missed if high.score.side == "high")  # type: ignore[index]
    assert "too low" in low.lines[0]
    assert low.command.startswith("durand why confront --metric fatalities --versus appease")


def test_a_figure_that_falls_is_turned_round() -> None:
    """Otherwise fewer attacks are explained by what brings more of them."""
    one = small("ceasefires")
    question = one.exercise.questions["attacks"]
    because = because_of(one.exercise, question)
    assert because.falls
    straight = dict(one.effects(because.model_copy(update={"falls": False})))
    assert dict(one.effects(because)) == {name: -amount for name, amount in straight.items()}


@pytest.mark.parametrize(
    ("given", "says"),
    [(Range(0, 1), "too low"), (Range(1e6, 2e6), "too high"), (Range(0, 1e6), "could be narrower")],
)
def test_a_range_is_told_what_is_wrong_with_it(given: Range, says: str) -> None:
    """Otherwise a student who hits the middle by a range of everything is praised."""
    assert says in feedback(small("confront_or_accommodate"), "toll", given).lines[0]


# ------------------------------------------------------------------------------------------------ the command line


class TestCommands:
    def test_list_and_show(self, capsys: Any) -> None:
        """Otherwise nobody finds the exercises, or sees the answers by mistake."""
        code, out, _ = called(capsys, "exercise", "list")
        assert code == 0
        assert [line.split()[0] for line in out.splitlines()] == [one.name for one in list_exercises()]
        code, out, _ = called(capsys, "exercise", "show", "ceasefires")
        assert code == 0
        assert "? In how many of 100" in out
        assert "{{" not in out

    def test_workers_change_no_figure(self, capsys: Any, monkeypatch: Any) -> None:
        """Otherwise two students with the same worksheet read off different figures."""
        monkeypatch.setattr("sim.ensemble.spec.LEAST_WORLDS", 10)  # so that so few worlds are more than one batch
        asked = ("exercise", "step", "ceasefires", "4", "--worlds", "20")
        alone, shared = (called(capsys, *asked, "--workers", workers) for workers in (1, 2))
        assert shared == alone
        assert shared.code == 0

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("show", "nothing"), "there is no exercise with this name"),
            (("pack", "ceasefires"), "--out DIR is needed"),
            (("run", "ceasefires", "--worlds", "3"), "worlds must be 20 to 2,000 here; got 3"),
            (("step", "ceasefires", "4", "--workers", "0"), "workers must be a whole number from 1 to 1,024; got 0"),
            (("run", "ceasefires", "--save", "."), "this is a folder"),
            (("run", "ceasefires", "--save", "no/where.json"), "there is no folder no"),
            (("show", "no/such.yaml"), "there is no such file"),
        ],
    )
    def test_what_is_wrong_is_said_once(
        self, arguments: tuple[str, ...], says: str, capsys: Any, tmp_path: Path, monkeypatch: Any
    ) -> None:
        """Otherwise a user meets a traceback, or a half-written folder."""
        monkeypatch.chdir(tmp_path)
        code, _, err = called(capsys, "exercise", *arguments)
        assert code == 2
        assert says in err
        assert "Traceback" not in err
        assert list(tmp_path.iterdir()) == []

    def test_answers_that_end_too_soon_keep_nothing(self, capsys: Any, tmp_path: Path, monkeypatch: Any) -> None:
        """Otherwise a pipe that breaks leaves a file that looks like a finished exercise."""
        monkeypatch.setattr(sys, "stdin", io.StringIO("50\nnot a number\n50\n"))
        code, out, err = called(
            capsys, "exercise", "run", "build_your_own", "--worlds", "20", "--save", str(tmp_path / "a.json")
        )
        assert code == 2
        assert "the answers ended before the exercise did" in err
        assert "That is no answer yet" in out
        assert list(tmp_path.iterdir()) == []

    def test_ctrl_c_keeps_nothing(self, capsys: Any, tmp_path: Path, monkeypatch: Any) -> None:
        """Otherwise a stopped exercise leaves half a file."""

        class Stopped(io.StringIO):
            def readline(self, *_: Any) -> str:
                raise KeyboardInterrupt

        monkeypatch.setattr(sys, "stdin", Stopped())
        code, _, err = called(capsys, "exercise", "run", "build_your_own", "--save", str(tmp_path / "a.json"))
        assert code == 130
        assert err == "\nStopped. Nothing was kept.\n"
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.slow
    def test_answers_from_a_pipe_are_kept_whole(self, tmp_path: Path) -> None:
        """Otherwise a class cannot hand in what it predicted. In a process of its own, as a student would run it; but for the
        search for mechanisms, which takes thirty runs a question."""
        one = exercise("build_your_own")
        quick = (
            "from sim.commands.main import main; from sim.teaching.exercises.figures import Lab\n"
            "Lab.effects = lambda self, because: [('M6', 2.0), ('M8', -1.0)]\nmain()"
        )
        command = [sys.executable, "-c", quick, "exercise", "run", one.name, "--worlds", "20", "--save", "mine.json"]
        done = subprocess.run(
            command,
            input=answers(one),
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=300,
            env={"PYTHONPATH": str(Path(__file__).resolve().parents[1]), "PATH": "/usr/bin:/bin", "COLUMNS": "80"},
        )
        assert done.returncode == 0, done.stderr
        kept = json.loads((tmp_path / "mine.json").read_text(encoding="utf-8"))
        assert kept["format"] == "durand exercise answers 1"
        assert set(kept["predictions"]) == set(one.asked())
        assert kept["words"] == {"step 5": "because"}
        assert max(map(len, done.stdout.splitlines())) <= 88


# ------------------------------------------------------------------------------------------------ packs


@pytest.mark.slow
@pytest.mark.usefixtures("plain_pictures")
def test_a_pack_from_the_command_line(tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    """Otherwise the one command that a lecturer needs fails, or its sheets differ from what its runs give."""
    out = tmp_path / "class" / "pack"
    code, said, err = called(capsys, "exercise", "pack", "what_leverage_is", "--out", str(out), "--worlds", "20")
    assert (code, err) == (0, "")
    assert f"Begin with {out / 'instructor.pdf'}" in said
    sheet = " ".join(page.text for page in pages((out / "instructor.pdf").read_bytes(), "instructor"))
    figures = json.loads((out / "figures.json").read_text(encoding="utf-8"))
    again = small("what_leverage_is")
    for name, figure in figures.items():
        assert figure["text"] == again.shown(name).text
        assert figure["text"] in sheet
    assert "Too high leaves out" in sheet
    monkeypatch.setattr(Lab, "effects", lambda self, because: [("M6", 2.0)])
    monkeypatch.setattr(packing, "pictures", lambda lab: {})
    code, _, err = called(capsys, "exercise", "pack", "what_leverage_is", "--out", str(out), "--worlds", "21")
    assert code == 0, "an earlier pack is replaced"
    assert json.loads((out / "pack.json").read_text(encoding="utf-8"))["worlds"] == 21


def test_a_pack_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: Any) -> None:
    """Otherwise Ctrl-C leaves a folder without its instructor's sheet, or loses last week's."""
    out = tmp_path / "pack"
    out.mkdir()
    (out / "old.txt").write_text("old", encoding="utf-8")
    seal(out, "pack.json", {"format": packing.FORMAT})

    def stopped(*_: Any) -> list[Any]:
        raise KeyboardInterrupt

    monkeypatch.setattr(packing, "pictures", stopped)
    with pytest.raises(KeyboardInterrupt):
        packing.pack(small("build_your_own"), out)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["old.txt", "pack", "pack.json"]


@pytest.mark.parametrize("case", ["a file", "foreign", "added to", "here"])
def test_what_is_not_a_pack_is_left_alone(case: str, tmp_path: Path, monkeypatch: Any) -> None:
    """Otherwise a slip of the keyboard deletes somebody's folder."""
    out = tmp_path / "out"
    if case == "a file":
        out.write_text("mine", encoding="utf-8")
    else:
        out.mkdir()
        (out / "mine.txt").write_text("mine", encoding="utf-8")
    if case == "added to":
        (out / "mine.txt").unlink()
        (out / "worksheet.pdf").write_text("%PDF", encoding="utf-8")
        seal(out, "pack.json", {"format": packing.FORMAT})
        (out / "mine.txt").write_text("mine", encoding="utf-8")
    if case == "here":
        monkeypatch.chdir(out)
    with pytest.raises(BundleError):
        packing.pack(small("build_your_own"), out)
    assert (out if case == "a file" else out / "mine.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.usefixtures("two_mechanisms")
def test_a_broken_promise_is_said_on_the_sheet() -> None:
    """Otherwise an exercise written for another version of the model is taught as it stands."""
    text = changed("below: 0}\n  total_start", "below: 0, guard: lower}\n  total_start")
    lab_ = Lab(load_exercise(("mine.yaml", text)), FEW, runner=shared)
    assert lab_.broken() == ["The words of this exercise need wartime_fell to be lower; it is higher."]
    notes = [block.text for block in instructor(lab_, ()).blocks if hasattr(block, "text")]
    assert any("does not bear out all that is said" in note for note in notes)


def test_sheets_take_any_text() -> None:
    """Otherwise a title with a bracket breaks a document, or a dash the paper."""
    sheet = Sheet("Worksheet", "<b>Kabul</b> – “what” & why?", "it’s", (Text("Ωμέγα – “quoted” … <script>x</script>"),))
    assert paper(sheet).startswith(b"%PDF-")
    (page,) = pages(paper(sheet), "any-text")
    assert "<b>Kabul</b> – “what” & why?" in page.text
    with zipfile.ZipFile(io.BytesIO(document(sheet))) as archive:
        root = ElementTree.fromstring(archive.read("word/document.xml"))
    assert "<script>x</script>" in "".join(root.itertext())


# ------------------------------------------------------------------------------------------------ as handed out

# A grey picture, twice as wide as high.
GREY = (
    "89504e470d0a1a0a0000000d4948445200000002000000010800000000d14920560000000b49444154789c633cc10000019600ca142a0276"
    "0000000049454e44ae426082"
)
PLAIN_PICTURE = Picture("Title", "What it shows.", bytes.fromhex(GREY), 2.0)


def drawn(one: Exercise) -> dict[Any, Picture]:
    """Its pictures, which are not looked at."""
    return {wanted: PLAIN_PICTURE for step in one.steps for wanted in step.pictures}


@pytest.fixture
def plain_pictures(monkeypatch: Any) -> None:
    """A pack whose pictures are not looked at: each is drawn in four widths."""
    monkeypatch.setattr(packing, "pictures", lambda lab: drawn(lab.exercise))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("six_mechanisms")
def test_sheets_can_be_handed_out_unedited(name: str) -> None:
    """Otherwise a lecturer has to mend them first: too long, half empty, a heading alone at the foot, a table torn apart, or
    words that nobody says."""
    one, shown = lab(name), list(drawn(exercise(name)).values())
    sheets = {"instructor": instructor(one, shown)}
    if name in SHEETS:
        sheets |= {"worksheet": worksheet(one), "brief": brief(one, shown), "timing": timing(one.exercise)}
    for kind, sheet in sheets.items():
        found = pages(paper(sheet), f"{name}-{kind}")
        assert faults(sheet, found) == [], kind
        assert len(found) <= {"instructor": 4, "worksheet": 6, "brief": 2, "timing": 1}[kind]
        text = " ".join(page.text for page in found)
        assert not re.search(
            r"\d[eE][+-]?\d|parameters posterior|\d\.\d+ (?:deaths|attacks|clashes)|\bnan\b|{{", text
        ), kind
    assert all(re.match(r"[A-Z].*\. .*\d{4}", line) for line in reading_list(name)), "who wrote it, and when"


def reading_list(name: str) -> list[str]:
    from sim.teaching.pack.reading import reading

    return [line for line, one in zip(reading(exercise(name)), exercise(name).reading, strict=True) if one.source]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("six_mechanisms")
def test_slides_are_read_from_the_last_row(name: str) -> None:
    """Otherwise a class squints, or sees the answer before it has voted."""
    from pptx import Presentation

    told = deck(lab(name), drawn(exercise(name)))
    out = Presentation(io.BytesIO(presentation(exercise(name).title, told)))
    assert round(out.slide_width / out.slide_height, 2) == 1.78
    votes = [slide.title for slide in told if slide.kind == "vote"][1:]
    kinds = [slide.kind for slide in told]
    assert len(votes) == len(set(votes)) == kinds.count("reveal") == len(exercise(name).questions)
    for slide in told:
        if slide.kind == "reveal":
            assert told.index(next(one for one in told if one.title == slide.title.partition(":")[0])) < told.index(
                slide
            )
    for slide, made in zip(told, out.slides, strict=True):
        assert slide.notes == "" or made.notes_slide.notes_text_frame.text
        assert made.shapes.title.text == slide.title
        for shape in made.shapes:
            assert 0 <= shape.left <= shape.left + shape.width <= out.slide_width
            assert 0 <= shape.top <= shape.top + shape.height <= out.slide_height
            for paragraph in shape.text_frame.paragraphs if shape.has_text_frame else ():
                for size in (paragraph.font.size, *(run.font.size for run in paragraph.runs)):
                    assert size is None or size.pt >= SMALLEST
        assert lines_of(slide) <= 12


def test_a_picture_of_each_kind_goes_on_a_slide(monkeypatch: Any) -> None:
    """Otherwise one that no exercise shows yet fails in class: without words, or over the edge of its slide."""
    from pptx import Presentation
    from pptx.shapes.picture import Picture as Shown

    monkeypatch.setattr("sim.teaching.pack.pictures._WIDTHS", (492,))  # one will do here
    kinds = [draw for draw in get_args(Wanted.model_fields["draw"].annotation) if draw not in ("fan", "difference")]
    found = [_picture(small(PACKED), Wanted(draw=draw, runs=("confront", "accommodate"))) for draw in kinds]
    assert len({one.title for one in found}) == len(kinds) == 7
    told = [Slide("picture", one.title, picture=one) for one in found]
    out = Presentation(io.BytesIO(presentation("Every kind", told)))
    for one, made in zip(found, out.slides, strict=True):
        said = [len(re.findall(rf"\b{who} (-?\d|none|about \d)", one.text)) for who in ("Confront", "Accommodate")]
        assert said[0] == said[1] >= 3, one.text
        assert one.text.endswith(".")
        (shape,) = (shape for shape in made.shapes if isinstance(shape, Shown))
        assert shape._element.nvPicPr.cNvPr.get("descr") == one.text
        assert shape.width / shape.height == pytest.approx(one.shape, rel=0.02)
        assert made.shapes.title.top + made.shapes.title.height <= shape.top
        assert shape.top + shape.height <= out.slide_height
        assert 0 <= shape.left <= shape.left + shape.width <= out.slide_width


@pytest.mark.parametrize("name", NAMES)
def test_no_two_lines_to_fill_in_are_called_alike(name: str) -> None:
    """Otherwise nobody knows which end of a range goes where."""
    for step in exercise(name).steps:
        called = [label(exercise(name), figure) for figure in step.show]
        assert len({*called}) == len(called)


def test_slides_that_go_on_are_about_as_full_and_a_minus_stays_with_its_number() -> None:
    """Otherwise four things stand small on a slide, and the fifth large and alone on the next."""
    from pptx import Presentation

    told = list(words("What is run", [f"Run {number}: {'it goes on ' * 12}by -14." for number in range(5)], ""))
    assert [len(one.lines) for one in told] == [3, 2]
    out = Presentation(io.BytesIO(presentation("Runs", told)))
    assert "by \u221214." in out.slides[0].placeholders[1].text_frame.text


def lines_of(slide: Slide) -> float:
    from sim.teaching.pack.deck import room

    large = {"vote": 1.5, "reveal": 2.2}.get(slide.kind, 1)
    return sum(room(line) * (large if place == 0 else 1) for place, line in enumerate(slide.lines))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("six_mechanisms")
def test_a_quiz_is_a_package_that_a_platform_imports(name: str) -> None:
    """Otherwise the import fails, or marks what is right as wrong."""
    from sim.teaching.pack.quiz import package

    with zipfile.ZipFile(io.BytesIO(package(lab(name)))) as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    roots = {one: ElementTree.fromstring(content) for one, content in files.items()}
    manifest, test = roots.pop("imsmanifest.xml"), roots.pop("assessmentTest.xml")
    resources = {one.get("identifier"): one for one in manifest.iter(f"{{{PACKAGE}}}resource")}
    assert {one.get("href") for one in resources.values()} == {"assessmentTest.xml", *roots}
    assert {one.get("identifierref") for one in manifest.iter(f"{{{PACKAGE}}}dependency")} < set(resources)
    assert [one.get("href") for one in test.iter(f"{{{QTI}}}assessmentItemRef")] == list(roots)
    assert len(roots) >= 0.75 * len(exercise(name).questions)
    for file, root in roots.items():
        question = exercise(name).questions[Path(file).stem]
        right = root.findtext(f".//{{{QTI}}}correctResponse/{{{QTI}}}value")
        choices = {one.get("identifier"): one.text for one in root.iter(f"{{{QTI}}}simpleChoice")}
        assert len(set(choices.values())) == len(choices) > 1
        parts = [one.tag.partition("}")[2] for one in root]  # in the order of the schema
        assert parts == [
            "responseDeclaration",
            *["outcomeDeclaration"] * 2,
            "itemBody",
            "responseProcessing",
            "modalFeedback",
        ]
        assert root.find(f"{{{QTI}}}responseProcessing").get("template").endswith("/match_correct")
        told = root.find(f"{{{QTI}}}modalFeedback")
        before = {
            one.get("identifier"): one.findtext(f".//{{{QTI}}}value")
            for one in root.iter(f"{{{QTI}}}outcomeDeclaration")
        }
        assert before[told.get("outcomeIdentifier")] == told.get("identifier")
        seen = "".join(root.find(f"{{{QTI}}}itemBody").itertext())
        assert told[0].text not in seen  # what is answered stands nowhere before the answer
        assert not list(root.iter(f"{{{QTI}}}rubricBlock"))
        numbers = [float(one) for one in re.findall(r"-?[\d.]+", str(choices[right]).replace(",", ""))][:2]
        values = (
            by_hand(name, question.figure) if by_hand_can(name, question.figure) else lab(name).values(question.figure)
        )
        if question.form == "probability":
            assert numbers[0] - 0.5 <= 100 * values.mean() <= numbers[1] + 0.5
        else:
            low, high = np.quantile(values, (0.1, 0.9))
            assert numbers == pytest.approx([low, high], abs=max(0.11 * (high - low), 1.0 if high > 2 else 0.0))


def by_hand_can(name: str, figure: str) -> bool:
    of = exercise(name).figures[figure]
    return not of.mechanism and not (of.where and of.where.parameter)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("two_mechanisms")
def test_ranges_to_choose_from_meet_and_no_answer_lies_on_an_edge(name: str) -> None:
    """Otherwise two choices are right, or none."""
    for one in items(lab(name)):
        question = exercise(name).questions[one.name]
        if question.form == "range":
            ends = [re.findall(r"[-+]?[\d.]+", words.replace(",", ""))[:2] for words in one.choices]
            assert [low for _, low in ends[:-1]] == [high for high, _ in ends[1:]]
            low, high = map(float, ends[one.right])
            middle = float(f"{np.median(lab(name).values(question.figure)):.1e}")
            assert low < middle < high
            assert all(len(end.strip("+-0.").replace(".", "")) <= 3 for pair in ends for end in pair)


def test_titles_end_with_a_word() -> None:
    """Otherwise a platform lists "all sides coun"."""
    ask = "How many of these are there, and where? " * 20
    assert (short := _title(ask)).endswith(" ...")
    assert len(short) <= 250
    assert ask.startswith(short[:-4])
    assert not ask[len(short) - 4].isalpha()
    assert _title("How many?") == "How many?"


@pytest.mark.usefixtures("two_mechanisms")
def test_right_ranges_stand_in_different_places() -> None:
    """Otherwise the second choice is always the right one."""
    places = {one.right for name in NAMES for one in items(small(name)) if "of 100" not in one.choices[0]}
    assert len(places) >= 3


@pytest.mark.usefixtures("two_mechanisms", "plain_pictures")
def test_a_pack_made_again_has_the_same_bytes() -> None:
    """Otherwise nobody can tell whether a pack has changed. (Pictures are told by tests/test_plots.py.)"""
    first, again = (packing.documents(small("ceasefires")) for _ in range(2))
    assert first == again
