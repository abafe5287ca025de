"""Class pages, exercises and play: nothing is seen before it is predicted, and every number is the library's own."""

from __future__ import annotations

import io
import json
import sqlite3
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.runtime import exercises, games, steps
from dashboard.runtime.state import from_query
from dashboard.widgets import access, seats, talk, withheld
from dashboard.widgets.access import AttemptLimit, ThrottledError
from sim.plots import rows_of
from sim.plots.gallery import Picture
from sim.plots.paths import paths
from sim.plots.predictions import chances, ranges
from sim.plots.theme import PALETTE
from sim.provenance.levers import level
from sim.teaching.classroom.classes import Opened
from sim.teaching.classroom.file import ClassroomError
from sim.teaching.classroom.wall import OnWall
from sim.teaching.exercises.feedback import fared, gain, label, missed
from sim.teaching.exercises.figures import Lab
from sim.teaching.exercises.load import list_exercises, load_exercise
from sim.teaching.exercises.predict import Chance, Range, score
from sim.teaching.play import outcome
from sim.teaching.play import text as play_text
from sim.teaching.play.across import came_rows
from sim.teaching.play.briefing import briefing
from sim.teaching.play.debrief import debrief
from sim.teaching.play.game import Game, resume, shocks, start
from sim.teaching.play.moves import GameError, MoveLog, parse
from sim.words.numbers import of_100

HOME = Path(__file__).resolve().parents[1] / "dashboard" / "pages"
SECONDS = 300  # for a machine that others keep busy
EXERCISE = "what_leverage_is"


@pytest.fixture(autouse=True)
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A class file of the test's own, and nobody who has tried too often."""
    monkeypatch.setenv("DURAND_CLASS_FILE", str(tmp_path / "class.db"))
    access.wrong_codes.cache_clear()
    access.openings.cache_clear()
    access.joinings.cache_clear()
    withheld._held.cache_clear()
    monkeypatch.delenv("DURAND_OPENING_SECRET", raising=False)
    return tmp_path


@pytest.fixture(scope="module")
def lab() -> Lab:
    return Lab(load_exercise(EXERCISE))


@pytest.fixture
def opened() -> Opened:
    return access.classes().open(EXERCISE, "Monday")


def visit(page: str, **query: str) -> AppTest:
    """A page as somebody sees it who opens it with these words in the address."""
    app = AppTest.from_file(str(HOME / f"{page}.py"), default_timeout=SECONDS)
    for key, value in query.items():
        app.query_params[key.rstrip("_")] = value
    app.run()
    assert not app.exception
    return app


def again(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    """All that stands on the page as text, without the signs that keep it from being markup."""
    kinds = (
        app.title,
        app.header,
        app.subheader,
        app.markdown,
        app.caption,
        app.warning,
        app.info,
        app.error,
        app.success,
    )
    return "\n".join(one.value for kind in kinds for one in kind).replace("\\", "")


def widget(app: AppTest, kind: str, label: str) -> Any:
    found = [one for one in app.get(kind) if one.label.replace("\\", "") == label]
    assert found, f"there is no {label} among {[one.label for one in app.get(kind)]}"
    return found[0]


def press(app: AppTest, label: str) -> AppTest:
    widget(app, "button", label).click()
    return again(app)


def drawn(app: AppTest) -> list[dict[str, Any]]:
    """All rows that the page's pictures draw."""
    every = [pa.ipc.open_stream(one.proto.data.data).read_all().to_pylist() for one in app.get("vega_lite_chart")]
    return [row for rows in every for row in rows]


def tables(app: AppTest) -> list[list[str]]:
    """Every row of every table, markup signs taken off."""
    out = []
    for one in app.table:
        frame = one.value.reset_index()
        out += [[str(cell).replace("\\", "") for cell in row] for row in frame.itertuples(index=False)]
    return out


def answered(app: AppTest, names: Sequence[str], phase: str = "step") -> AppTest:
    """Fill the form with these questions from `GUESSES`, and send it."""
    for name in names:
        ends = {"low": 0.1, "high": 0.2} if name == "total" else {"": GUESSES[name]}
        for end, value in ends.items():
            ending = f" {name} {end}".rstrip()
            here = [one for one in app.number_input if f" {phase}" in str(one.key) and str(one.key).endswith(ending)]
            here[0].set_value(float(value))
    send = [one for one in app.button if str(one.key).startswith("send ") and f" {phase}" in str(one.key)]
    send[0].click()
    return again(app)


GUESSES: dict[str, int] = {"kabul": 20, "fell": 5, "war": 88}


def prediction(name: str) -> Chance | Range:
    """The same as a prediction."""
    return Range(0.1, 0.2) if name == "total" else Chance(GUESSES[name] / 100)


# ------------------------------------------------------------------------------------------------ pictures


def test_what_a_class_predicted_is_what_is_drawn() -> None:
    made = chances([0.0, 0.04, 0.31, 0.39, 1.0], truth=0.62, mine=0.31)
    rows = rows_of(made.chart)
    assert {row["from"]: row["count"] for row in rows if row["kind"] == "count"} == {0: 2, 30: 2, 90: 1}
    assert {row["kind"]: row["at"] for row in rows if row["kind"] != "count"} == {"the model": 62.0, "you": 31.0}
    assert (
        made.text
        == "5 predicted (of 100): 0, 4, 31, 39, 100. The middle one is 31 of 100. The model: in 62 of 100 worlds."
    )
    assert sum(int(cells[1]) for cells in made.table.rows) == 5
    hidden = chances([0.5])
    assert "model" not in hidden.text
    assert [row["kind"] for row in rows_of(hidden.chart)] == ["count"]
    assert chances([]).text == "Nobody has predicted yet."


def test_ranges_are_drawn_from_the_lowest_up() -> None:
    made = ranges([(5, 9), (1, 2), (1, 2)], "attacks", truth=(2, 6), mine=(5, 9))
    rows = rows_of(made.chart)
    assert [(row["low"], row["high"]) for row in rows if row["kind"] == "one"] == [(1, 2), (1, 2), (5, 9)]
    assert [(row["low"], row["high"]) for row in rows if row["kind"] == "the model"] == [(2, 6)]
    assert made.table.rows == [["1 to 2", "2"], ["5 to 9", "1"]]
    assert "The model: 2 to 6 in eight worlds of ten." in made.text.replace(".0", "")


def test_ranges_have_room_on_either_side() -> None:
    """Otherwise the model's own range, alone, fills the picture, and an axis without ranges has made-up numbers."""

    def x_of(made: Picture) -> dict[str, Any]:
        return dict(made.chart.to_dict()["layer"][0]["encoding"]["x"])

    for truth, domain in (((100.0, 180.0), [80.0, 200.0]), ((0.0, 4.0), [0.0, 5.0]), ((-1.0, 1.0), [-1.5, 1.5])):
        assert x_of(ranges([], "attacks", truth))["scale"]["domain"] == domain
    first, last = x_of(ranges([(3, 3)], "attacks"))["scale"]["domain"]
    assert first < 3 < last
    assert x_of(ranges([], "attacks"))["axis"]["labels"] is False


def test_a_path_is_drawn_among_the_others() -> None:
    game = start("confront", ("pakistan",), parameters="defaults").move({"pakistan": {"aid": 0.4}})
    found = debrief(game, worlds=100, versus="confront")
    made = paths(found.paths("attacks"), "attacks", *found.months)
    rows = rows_of(made.chart)
    assert [row["own"] for row in rows if "own" in row] == pytest.approx(game.past.metrics["attacks"][0, -3:])
    middle = [row["p50"] for row in rows if row.get("scenario") == "Confront"]
    assert middle == pytest.approx(found.paths("attacks")["confront"][1], rel=1e-3)
    assert [cells[0] for cells in made.table.rows] == ["December 2022", "January 2023", "February 2023"]
    scale = made.chart.to_dict()["layer"][1]["encoding"]["color"]["scale"]
    colours = dict(zip(scale["domain"], scale["range"], strict=True))
    assert [colours[name] for name in ("Confront", "Accommodate")] == [*PALETTE[:2]], "as on every other page"
    assert colours["your moves"] not in PALETTE[:2]


# ------------------------------------------------------------------------------------------------ students


def joined(opened: Opened, nickname: str = "Amina") -> AppTest:
    app = visit("class_student", class_=opened.code)
    widget(app, "text_input", "Nickname").input(nickname)
    return press(app, "Join")


def test_a_student_sees_nothing_of_the_results_before_predicting_and_all_of_them_after(
    opened: Opened, lab: Lab
) -> None:
    one, room = lab.exercise, access.classes()
    app = joined(opened)
    assert one.title in said(app)
    assert "steps come when you have answered" in said(app)
    assert not app.get("vega_lite_chart")
    app = answered(app, one.quiz, "before")
    assert "You predict **20 of 100**" in said(app)
    first = one.steps[0].questions
    app = answered(app, first)
    assert "The model:" not in said(app)
    assert "Brier" not in said(app)
    assert not app.get("vega_lite_chart")
    assert not tables(app)
    assert dict(room.predictions(opened.code, "fell", instructor=opened.secret)) == {"Amina": Chance(0.05)}

    room.reveal(opened.code, opened.secret, "fell")
    again(app)
    _, lines = fared(Chance(0.05), lab.values(one.questions["fell"].figure))
    for line in lines:
        assert line in said(app).replace("  \n", "\n")
    rows = [row for row in drawn(app) if row.get("kind") == "the model"]
    assert rows[0]["at"] == pytest.approx(100 * lab.values(one.questions["fell"].figure).mean(), abs=0.06)
    assert {"kind": "count", "from": 0, "to": 10, "count": 1}.items() <= next(
        row for row in drawn(app) if row.get("kind") == "count"
    ).items()
    assert "What you may have left out:" in said(app)
    reasons = missed(lab, one.questions["fell"], fared(Chance(0.05), lab.values(one.questions["fell"].figure))[0].side)
    assert reasons
    assert all(reason in said(app) for reason in reasons)


def test_figures_and_pictures_of_a_step_come_when_all_up_to_it_is_revealed(opened: Opened, lab: Lab) -> None:
    one, room = lab.exercise, access.classes()
    app = joined(opened)
    app = answered(app, one.quiz, "before")
    names = one.steps[0].questions
    for name in names[:-1]:
        room.reveal(opened.code, opened.secret, name)
    shown = one.steps[1].show[0]
    assert lab.shown(shown).told not in [row[-1] for row in tables(again(app))]
    room.reveal(opened.code, opened.secret, names[-1])
    assert [label(one, shown), lab.shown(shown).told] in tables(again(app))
    assert "You made no prediction here before it was revealed." in said(app)


def put(opened: Opened, name: str, phase: str = "step") -> None:
    """Have the instructor put a question on the wall."""
    access.classes().put_up(opened.code, opened.secret, OnWall(name, phase))


def asked_here(app: AppTest) -> list[str]:
    """The questions that can be answered, from the top of the page down."""
    names = [str(one.key).removesuffix(" low").removesuffix(" high").split()[-1] for one in app.number_input]
    return list(dict.fromkeys(names))


def test_the_phone_puts_the_question_that_the_wall_puts(opened: Opened, lab: Lab) -> None:
    """Otherwise a class answers one question while the wall counts the answers to another."""
    one, room = lab.exercise, access.classes()
    name = one.steps[0].questions[0]
    app = joined(opened)
    assert asked_here(app) == [*one.quiz]  # nothing is put yet: everybody goes on alone
    host = visit("class_instructor", class_=opened.code, host=opened.secret)
    press(host, "Next question")
    app = again(app)
    assert asked_here(app) == [name, *one.quiz], "the quiz is open still, and follows"
    assert "The question now: Step 1 of 5" in said(app)
    app = answered(app, [name])
    assert room.voted(opened.code) == 1
    assert set(room.mine(opened.code, app.session_state["held me"])) == {(name, "step")}
    assert "The model:" not in said(app)
    assert not app.get("vega_lite_chart")
    app = answered(app, one.quiz, "before")
    assert "The question comes back at the end, with its answer." in said(app)
    other = one.steps[0].questions[1]
    assert [each for each in asked_here(app) if each not in {name, *one.quiz}] == [other], (
        "alone, without what is above"
    )
    put(opened, other)
    assert asked_here(again(app))[0] == other


def test_what_is_revealed_on_the_wall_is_told_to_those_alone_who_predicted_it(opened: Opened, lab: Lab) -> None:
    one, room = lab.exercise, access.classes()
    name = one.steps[0].questions[0]
    put(opened, name)
    amina, late = answered(joined(opened), [name]), joined(opened, "Late")
    room.reveal(opened.code, opened.secret, name)
    line = fared(Chance(0.05), lab.values(one.questions[name].figure))[1][0]
    assert line in said(again(amina))
    assert "The question put to the class is closed." in said(again(late))
    assert asked_here(late) == [*one.quiz]
    assert not late.get("vega_lite_chart")
    assert line not in said(late)
    answered(amina, one.quiz, "before")
    assert len(amina.get("vega_lite_chart")) == 1, "above, and not once more in its step"
    put(opened, "kabul", "before")
    room.reveal(opened.code, opened.secret, "kabul", "before")
    put(opened, "of another exercise")
    assert "The question now" not in said(again(amina))
    assert line in said(amina)


def test_an_answer_that_is_amiss_holds_up_no_other(opened: Opened, lab: Lab) -> None:
    """Otherwise a student who answered two of three questions is told at the reveal to have predicted nothing."""
    one, room = lab.exercise, access.classes()
    name = next(name for name in one.asked() if one.questions[name].form != "probability")
    step = next(step.questions for step in one.steps if name in step.questions)
    others = [each for each in step if each != name]
    assert others
    app = answered(joined(opened), one.quiz, "before")

    def fields(of: str) -> list[Any]:
        return [each for each in app.number_input if f" step {'-'.join(step)} {of}" in str(each.key)]

    for each in others:
        fields(each)[0].set_value(float(GUESSES[each]))
    for field, value in zip(fields(name), (0.6, 0.2), strict=True):
        field.set_value(value)
    app = press(app, "Predict")
    mine = room.mine(opened.code, app.session_state["held me"])
    assert {each for each, phase in mine if phase == "step"} == {*others}
    assert [one.value for one in app.error if "0.6 is above 0.2" in one.value.replace("\\", "")]
    assert [field.value for field in fields(name)] == [0.6, 0.2]  # to be mended, not to be typed anew
    fields(name)[0].set_value(0.1)
    app = press(app, "Predict")
    assert room.mine(opened.code, app.session_state["held me"])[name, "step"] == Range(0.1, 0.2)
    assert not app.error


def test_the_quiz_comes_back_at_the_end_and_is_told_of_together(opened: Opened, lab: Lab) -> None:
    one, room = lab.exercise, access.classes()
    app = answered(joined(opened), one.quiz, "before")
    assert "the next step, come when the instructor reveals them" in said(app)
    for name in one.asked():
        room.reveal(opened.code, opened.secret, name)
    again(app)
    assert "The model:" in said(app)
    answered(app, one.quiz, "after")
    assert room.mine(opened.code, app.session_state["held me"])["kabul", "after"] == Chance(0.2)
    room.reveal(opened.code, opened.secret, "kabul", "after")
    assert "Before, you said 20 of 100." in said(again(app))


def test_a_nickname_is_text_and_nothing_else(opened: Opened) -> None:
    nickname = "<b>*Zahra*</b> [x](y)"
    app = joined(opened, nickname)
    body = next(one.value for one in app.markdown if "You are here as" in one.value)
    assert nickname in body.replace("\\", "")
    assert "\\<b\\>\\*Zahra\\*" in body
    access.classes().submit(opened.code, app.session_state["held me"], "kabul", Chance(0.3), "before")
    host = visit("class_instructor", class_=opened.code, host=opened.secret)
    assert not [one for one in host.markdown if "<b>*" in one.value]


def test_a_seat_is_found_again_by_its_address(opened: Opened) -> None:
    """A page loaded again, on another day and after the server was started again, is the same student's."""
    app = joined(opened)
    other = visit("class_student", class_=opened.code, me=app.session_state["held me"])
    assert "You are here as Amina" in said(other)


def test_wrong_codes_are_told_and_then_have_to_wait(opened: Opened) -> None:
    app = visit("class_student")
    for _ in range(6):
        widget(app, "text_input", "Class code, from your instructor").input("AAAA-AAAA")
        widget(app, "text_input", "Nickname").input("Amina")
        press(app, "Join")
        assert "There is no class with this code" in said(app)
    widget(app, "text_input", "Class code, from your instructor").input(opened.code)
    press(app, "Join")
    assert "tried too often; wait" in said(app)
    assert access.classes().standing(opened.code).seats == 0


def test_a_class_that_is_gone_says_so(opened: Opened) -> None:
    app = joined(opened)
    access.classes().delete(opened.code, opened.secret)
    assert "It may have been deleted" in said(again(app))
    assert "Class code, from your instructor" in [field.label for field in press(app, "Join anew").text_input]


def test_a_class_on_an_exercise_that_is_gone_says_so() -> None:
    old = access.classes().open("an_exercise_of_last_year")
    app = joined(old)
    assert "there is no exercise with this name: an_exercise_of_last_year" in said(app)
    host = visit("class_instructor", class_=old.code, host=old.secret)
    assert "there is no exercise with this name" in said(host)
    widget(host, "selectbox", "Exercise").set_value(EXERCISE)
    press(host, "Go on to this exercise")
    assert access.classes().standing(old.code).exercise == EXERCISE


def test_another_programs_database_is_told(room: Path) -> None:
    with sqlite3.connect(room / "class.db") as base:
        base.execute("CREATE TABLE letters (text TEXT)")
    app = visit("class_instructor")
    press(app, "Open a class")
    assert "another program's database" in said(app)


def test_a_door_makes_wait_and_forgets() -> None:
    now = [0.0]
    limit = AttemptLimit(most=2, together=5, seconds=60.0, clock=lambda: now[0])
    for _ in range(2):
        limit.pass_by("a", "home")
        limit.count("a", "home")
    with pytest.raises(ThrottledError, match="wait 60 seconds"):
        limit.pass_by("a", "home")
    limit.pass_by("b", "home")
    for visitor in ("b", "c", "d"):
        limit.count(visitor, "home")
    with pytest.raises(ClassroomError):
        limit.pass_by("e", "home")
    limit.pass_by("e", "elsewhere")
    limit.pass_by("e", "home", blameless=True)
    with pytest.raises(ThrottledError):
        limit.pass_by("b", "home", blameless=True)
    now[0] = 61.0
    limit.pass_by("a", "home")
    limit.count("a", "home")
    assert len(limit._tries) == 2


def test_the_file_stands_where_the_operator_says_else_among_the_users_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DURAND_CLASS_FILE", str(tmp_path / "there.db"))
    assert access.file() == tmp_path / "there.db"
    monkeypatch.delenv("DURAND_CLASS_FILE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("sys.platform", "linux")
    assert access.file() == tmp_path / "data" / "durand" / "classes.db"
    assert not access.file().exists()
    (tmp_path / "full").write_text("a file")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "full"))
    with pytest.raises(ClassroomError, match="--class-file FILE"):
        access.file()


def test_the_command_says_where_the_file_stands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    from streamlit.web import cli as streamlit

    from sim.commands.main import main

    asked: list[Any] = []
    monkeypatch.setattr(streamlit, "main", lambda *arguments, **named: asked.append(os.environ["DURAND_CLASS_FILE"]))
    with pytest.raises(SystemExit) as left:
        main(["dashboard", "--class-file", str(tmp_path / "mine.db")])
    assert (left.value.code, asked) == (0, [str(tmp_path / "mine.db")])


# ------------------------------------------------------------------------------------------------ the instructor


def test_without_the_secret_link_nothing_is_shown(opened: Opened) -> None:
    access.classes().join(opened.code, "Amina")
    app = visit("class_instructor")
    assert [button.label for button in app.button] == ["Open a class"]
    for secret in ("wrong", opened.code):
        app = visit("class_instructor", class_=opened.code, host=secret)
        assert "use the secret link that came with the class" in said(app)
        assert [button.label for button in app.button] == ["Come in with the code"]
        assert "Amina" not in said(app)
        assert not app.get("vega_lite_chart")


def test_an_instructor_opens_a_class_watches_reveals_and_deletes(lab: Lab) -> None:
    app = visit("class_instructor")
    widget(app, "selectbox", "Exercise").set_value(EXERCISE)
    widget(app, "text_input", "What students see as the class's title").input("Monday")
    press(app, "Open a class")
    code, secret = app.session_state["held class"], app.session_state["held host"]
    room = access.classes()
    assert room.standing(code).title == "Monday"
    assert code in said(app)
    assert app.query_params["host"] == access.handle(secret)
    assert "Nobody has joined yet" in said(app)
    names = [room.join(code, name) for name in ("Amina", "Bilal", "Chaman")]
    for seat, value in zip(names, (0.1, 0.15, 0.9), strict=True):
        room.submit(code, seat.secret, "kabul", Chance(value), "before")
    again(app)
    assert "**3 of 3** have predicted" in said(app)
    share = lab.values(lab.exercise.questions["kabul"].figure).mean()
    assert "The model:" not in said(app)  # the screen may be on a wall
    widget(app, "toggle", "Show what the model says beside them").set_value(True)
    assert f"The model: in {of_100(share)} modelled worlds." in said(again(app))
    counts = {row["from"]: row["count"] for row in drawn(app) if row["kind"] == "count"}
    assert counts == {10: 2, 90: 1}
    widget(app, "toggle", "Show what the model says beside them").set_value(False)
    assert "The model:" not in said(again(app))
    widget(app, "selectbox", "Question").set_value(("fell", "step"))
    press(again(app), "Reveal")
    assert room.standing(code).revealed == {("fell", "step")}
    assert "The model:" in said(app)
    app.session_state["files"] = True
    labels = [one.proto.label for one in again(app).get("download_button")]
    assert labels[-2:] == ["Gradebook, CSV", "All predictions, CSV"]
    widget(app, "checkbox", "Yes, delete all of it").check()
    press(again(app), "Delete")
    assert "The class is deleted" in said(app)
    with pytest.raises(ClassroomError, match="no class"):
        room.standing(code)


def test_the_instructor_is_told_what_students_see(opened: Opened) -> None:
    """Otherwise a lecturer waits for answers on screens that show none, or has the model's on the wall too early."""
    room, app = access.classes(), visit("class_instructor", class_=opened.code, host=opened.secret)
    press(app, "Close the quiz before")
    assert {phase for _, phase in room.standing(opened.code).revealed} == {"before"}
    widget(app, "selectbox", "Question").set_value(("kabul", "before"))
    text = said(again(app))
    assert "Closed: students can no longer answer it, and see nothing of it yet." in text
    assert "Revealed" not in text
    assert "The model:" not in text
    one = load_exercise(EXERCISE)
    first, later = one.asked()[0], one.asked()[-1]
    widget(app, "selectbox", "Question").set_value((later, "step"))
    press(again(app), "Reveal")
    assert "They come to it when all before it is revealed." in said(app)
    for name in one.asked():
        room.reveal(opened.code, opened.secret, name, "step")
    widget(app, "selectbox", "Question").set_value((first, "step"))
    assert "Revealed: students see the model's answer" in said(again(app))
    assert "They come to it" not in said(app)


def test_an_instructor_goes_on_to_another_exercise(opened: Opened) -> None:
    app = visit("class_instructor", class_=opened.code, host=opened.secret)
    widget(app, "selectbox", "Exercise").set_value("ceasefires")
    press(app, "Go on to this exercise")
    assert access.classes().standing(opened.code).exercise == "ceasefires"
    assert "What a ceasefire stops" in said(app)


# ------------------------------------------------------------------------------------------------ exercises alone


def test_an_exercise_alone_from_beginning_to_end(lab: Lab) -> None:
    one = lab.exercise
    app = visit("exercises", exercise=EXERCISE)
    assert lab.fill(one.background[0].text) in said(app)
    assert f"evidence?card={one.background[0].claims[0]}" in said(app)
    assert not app.get("vega_lite_chart")
    app = answered(app, one.quiz, "before")
    for number, step in enumerate(one.steps):
        if step.questions:
            app = answered(app, step.questions)
        told = [fared(prediction(name), lab.values(one.questions[name].figure))[1][0] for name in one.due(number)]
        if step.show:
            called = [label(one, name) for name in step.show]
            assert not [row for row in tables(app) if row[0] in called], "before it is revealed"
            assert not any(line in said(app) for line in told)
            press(app, "Reveal what the model says")
            assert [row for row in tables(app) if row[0] in called] == [
                [label(one, name), lab.shown(name).told] for name in step.show
            ]
        assert all(line in said(app) for line in told)
        if number + 1 < len(one.steps):
            press(app, "Next step")
    app = answered(app, one.quiz, "after")
    scores = [score(prediction(name), lab.values(one.questions[name].figure)) for name in one.quiz]
    assert gain(scores, scores) in said(app)
    assert not app.number_input
    press(app, "Start again")
    assert app.number_input


@pytest.mark.parametrize("name", [one.name for one in list_exercises()])
def test_every_step_leads_to_where_it_is_done(name: str) -> None:
    """Otherwise a student in a browser is told to run something and not where, or comes to another setting."""
    one = load_exercise(name)
    for number, step in enumerate(one.steps):
        found = steps.ways(one, number)
        assert bool(found) == bool(step.show or step.runs or step.opens or step.do == "explain")
        for way in found:
            here, problems = from_query(way.query)
            assert not problems
            if way.page == "compare" and step.runs:
                assert (here.seed, here.worlds) == (one.setting.seed, min(one.setting.worlds, 1000))
                there = {one.runs[run].scenario for run in step.runs if not one.runs[run].set}
                assert here.own or there & set(here.scenarios)
    for question in one.questions.values():
        assert from_query(steps.why(one, question).query)[1] == []


def test_an_exercise_that_is_not_there_is_told() -> None:
    assert "There is no exercise magic" in said(visit("exercises", exercise="magic"))


def test_all_exercises_are_told_and_can_be_chosen() -> None:
    app = visit("exercises")
    for one in list_exercises():
        assert one.question in said(app)
    next(one for one in app.button if one.key == "choose recognition_once").click().run()
    assert not app.exception
    assert app.query_params["exercise"] == "recognition_once"
    assert load_exercise("recognition_once").title in [one.value for one in app.header]


def test_a_pack_comes_as_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """With two mechanisms in place of all of them, whose search takes thirty runs a question and has tests of its own."""
    monkeypatch.setattr(Lab, "effects", lambda self, because: [("M6", 2.0), ("M8", -1.0)])
    monkeypatch.setattr("sim.teaching.pack.make.pictures", lambda lab: {})  # tests/test_exercises.py has them drawn
    told: list[Any] = []
    with zipfile.ZipFile(io.BytesIO(exercises.pack(told.append, EXERCISE, "en"))) as archive:
        names = set(archive.namelist())
        assert {
            f"{EXERCISE}/{name}" for name in ("worksheet.pdf", "instructor.docx", "slides.pptx", "pack.json")
        } <= names
        assert json.loads(archive.read(f"{EXERCISE}/pack.json"))["exercise"] == EXERCISE
    parts = [one["part"] for one in told if one]
    assert list(dict.fromkeys(parts)) == [1, 2, 3]
    assert all(one["done"] <= one["of"] for one in told if one)
    assert told[-1] is None, "it can be stopped until the last sheet"


# ------------------------------------------------------------------------------------------------ play


def begun(actor: str = "pakistan", scenario: str = "own_choice") -> AppTest:
    app = visit("play")
    assert play_text.PURPOSE[1] in said(app)
    widget(app, "selectbox", "Whose decisions").set_value(actor)
    widget(app, "selectbox", "Starting point").set_value(scenario)
    return press(again(app), "Begin")


def log_of(app: AppTest) -> MoveLog:
    found: MoveLog = app.session_state["play lines"][app.session_state["play line"]]
    return found


def briefed(game: Game, actor: str) -> list[list[str]]:
    return [[words, *cells] for _, _, rows in play_text.briefing_tables(briefing(game, actor)) for words, cells in rows]


def go(app: AppTest) -> AppTest:
    label = next(button.label for button in app.button if button.label.startswith("Let the quarter pass"))
    return press(app, label)


def test_a_quarter_is_what_the_library_gives() -> None:
    app, game = begun(), start("own_choice", ("pakistan",))
    shown = tables(app)
    assert all(row in shown for row in briefed(game, "pakistan"))
    assert play_text.cost_words(game.trial(game.standing("pakistan"))) in said(app)
    widget(app, "slider", "Aid").set_value(0.9)
    again(app)
    settings = {**game.standing("pakistan"), "aid": 0.9}
    assert play_text.cost_words(game.trial(settings)) in said(app)
    go(app)
    played = game.move({"pakistan": settings}).digested()
    assert log_of(app).to_json() == played.log.to_json()
    assert all(row in tables(app) for row in briefed(played, "pakistan"))
    assert "Turn 2 of 15: Pakistan, March to May 2023" in said(app)


@pytest.mark.parametrize(
    ("actor", "setting", "value"), [("taliban", "Restraint of the TTP", "restrain"), ("ttp", "Campaign", "lie_low")]
)
def test_the_other_seats_have_their_own_settings(actor: str, setting: str, value: str) -> None:
    app = begun(actor)
    widget(app, "selectbox", setting).set_value(value)
    go(again(app))
    assert value in log_of(app).turns[0].moves[actor].values()
    assert not [one for one in app.slider if one.label == "Aid"]


def test_going_back_what_if_and_an_inject() -> None:
    app = go(go(begun()))
    assert len(log_of(app).turns) == 2
    widget(app, "selectbox", "To the start of turn").set_value(1)
    press(again(app), "What if: another way from there; this line is kept")
    assert [len(log.turns) for log in app.session_state["play lines"]] == [2, 1]
    press(app, "Put it into the coming quarter")
    listed = [(shock.title, source) for source, some in shocks().items() for shock in some]
    assert (log_of(app).injects[0].shock.title, log_of(app).injects[0].source) == listed[0]
    press(app, "Go back (what came after is undone)")
    assert [len(log.turns) for log in app.session_state["play lines"]] == [2, 0]
    widget(app, "selectbox", "Line of play").set_value(0)
    assert "Turn 3 of 15" in said(again(app))


def test_a_game_that_is_over_tells_what_it_came_to_and_asks_what_was_chance_by_itself() -> None:
    """Otherwise it ends in nothing: a table of moves, and a button."""
    game = start("own_choice", ("pakistan",), months=3, parameters="defaults").move({"pakistan": {"aid": 0.4}})
    app = visit("play", log=seats.packed(game.log))
    assert outcome.words(outcome.outcome(game)) in said(app)
    assert all(row in tables(app) for row in map(list, outcome.rows(outcome.outcome(game))))
    assert "Set it against other courses, in 1,000 paired worlds" not in [one.label for one in app.button]
    until = time.monotonic() + SECONDS
    while "Random draws: yours came out" not in said(again(app)) and time.monotonic() < until:
        time.sleep(0.5)
    assert "of the 1,000 worlds" in said(app)


def test_a_game_stands_in_its_address_and_a_bad_one_is_told() -> None:
    app = go(begun("india"))
    other = visit("play", log=app.query_params["log"])
    assert log_of(other) == log_of(app)
    for bad in ("nonsense", app.query_params["log"][:-9]):
        told = visit("play", log=bad)
        assert "the game in this address is cut off or changed" in said(told)
        assert "Begin" in [button.label for button in told.button]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"{", "damaged, or no JSON"),
        (b'{"format": "other"}', "this is no game log of durand"),
        (b"\xff\xfe", "not text in UTF-8"),
        (b"x" * 600_000, "too large"),
    ],
)
def test_a_file_that_is_no_log_is_told(raw: bytes, says: str) -> None:
    with pytest.raises(GameError, match=says):
        seats.bring(raw, "../../<b>evil</b>.json")


def test_an_uploaded_game_goes_on() -> None:
    game = start("appease", ("ttp",)).move({"ttp": {"campaign": "steady"}}).digested()
    app = visit("play")
    uploader = app.get("file_uploader")[0]
    uploader.set_value(("game.json", game.log.to_json().encode(), "application/json"))
    assert log_of(again(app)) == game.log


def test_the_work_for_a_game_is_the_librarys() -> None:
    game = start("confront", ("pakistan",), parameters="defaults")
    text, moves = game.log.to_json(), {"pakistan": {"aid": 0.4}}
    assert games.brief(lambda told: None, text, "pakistan", "en") == briefing(game, "pakistan")
    after = parse(games.moved(lambda told: None, text, moves).encode(), "it")
    assert after == game.move(moves).digested().log
    told: list[Any] = []
    found = games.debrief(told.append, after.to_json(), "confront", "en")
    assert found.versus == ("confront",)
    assert told[-1]["done"] == told[-1]["of"]
    assert resume(after).past.metrics["attacks"][0, -3:].sum() == found.places["attacks"]["played"].own


def test_other_pages_leave_a_class_in_the_address_alone() -> None:
    here, problems = from_query({"class": "AAAA-AAAA", "me": "secret", "seed": "3"})
    assert (here.seed, problems) == (3, [])


# ------------------------------------------------------------------------------------------------ several seats


def seated(code: str, nickname: str, actor: str) -> AppTest:
    app = visit("table", game=code)
    widget(app, "text_input", "Nickname").input(nickname)
    widget(app, "selectbox", "Seat").set_value(actor)
    return press(app, "Take the seat")


def hosted() -> AppTest:
    app = visit("table")
    widget(app, "number_input", "Minutes a turn (0: no clock)").set_value(2.0)
    return press(app, "Open a game")


def test_two_play_in_lock_step() -> None:
    host = hosted()
    code = host.session_state["held game"]
    first, second = seated(code, "Amina", "pakistan"), seated(code, "Bilal", "ttp")
    assert "The host starts the game" in said(first)
    press(again(host), "Start")
    for app in (first, second):
        again(app)
    log = access.games().log(code, host.session_state["held leader"])
    assert all(row in tables(first) for row in briefed(resume(log), "pakistan"))
    assert "What you set" not in said(host)
    widget(first, "slider", "Aid").set_value(0.7)
    assert [one.label for one in again(first).button].count("Make this move") == 2, (
        "a phone shows the first without a scroll"
    )
    assert level("aid", widget(first, "slider", "Aid").value) in said(first)
    press(first, "Make this move")
    assert "Your move is in" in said(first)
    assert "Pakistan (Amina): has moved; TTP (Bilal): is deciding" in said(again(second))
    assert ["Pakistan", "Amina", "has moved"] in tables(again(host))
    widget(second, "selectbox", "Campaign").set_value("steady")
    press(again(second), "Make this move")
    view = access.games().look(code)
    assert view.turn == 1
    moves = access.games().log(code, host.session_state["held leader"]).turns[0].moves
    assert (moves["pakistan"]["aid"], moves["ttp"]["campaign"]) == (0.7, "steady")
    assert "turn 2 of" in said(again(first))


def test_a_host_gives_a_seat_to_a_program_that_the_operator_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a class has no use for its agents; or whoever opens a game runs code on the server."""
    game = start("own_choice", ("india",), months=3, parameters="defaults")
    opened = access.games().open(game)
    bare = visit("table", game=opened.code, leader=opened.secret)
    monkeypatch.setenv("DURAND_SEATS", '{"india": "agents.py:mission"}')
    label = "Give India to the program agents.py:mission"
    assert label not in [one.label.replace("\\", "") for one in bare.button]
    host = press(again(bare), label)
    assert access.games().look(opened.code).seats["india"] == "program agents.py:mission"
    assert label not in [one.label.replace("\\", "") for one in again(host).button]
    player = visit("table", game=opened.code)
    assert not [one.label for one in player.button if "program" in one.label]


def sent(app: AppTest) -> str:
    """All that the browser gets of a page, whatever it is in."""
    return "\n".join(str(one.proto) for one in app.main)


def test_what_is_said_in_private_reaches_nobody_else() -> None:
    """Otherwise it can be read off the page of a seat that it is not for, seen or not."""
    host = hosted()
    code = host.session_state["held game"]
    first, second, third = (seated(code, *who) for who in (("A", "taliban"), ("B", "ttp"), ("C", "india")))
    assert "Role brief: TTP" in said(second)
    press(again(host), "Start")
    again(first)
    widget(first, "text_area", "Text").input("<b>between us</b>")
    press(again(first), "Send the note")
    widget(first, "radio", "What").set_value("proposal")
    widget(again(first), "selectbox", "It would set").set_value(("ttp", "campaign"))
    widget(again(first), "selectbox", "Campaign").set_value("lie_low")
    widget(first, "text_area", "Text").input("a quiet winter")
    press(again(first), "Make the proposal")
    assert "1 proposal waits for your answer" in said(again(second))
    assert "<b>between us</b>" in said(second)
    assert "TTP: Campaign at lie low" in said(second)
    press(second, "Accept")
    widget(again(host), "text_area", "News item, for all seats to read").input("donors meet")
    press(again(host), "Give out this news")
    widget(again(third), "radio", "What").set_value("press")
    widget(again(third), "text_area", "Text").input("no comment")
    press(again(third), "Publish")
    for app in (first, second, host):
        assert "it stands in the game's record" in said(again(app))
        assert all(words in said(app) for words in ("donors meet", "no comment", "a quiet winter"))
    assert all(words in said(third) for words in ("donors meet", "no comment"))
    for words in ("between us", "a quiet winter", "lie low"):
        assert words not in sent(again(third)), "a private word at a seat that it is not for"
    assert access.games().log(code, host.session_state["held leader"]).agreements[0][1].text == "a quiet winter"


def test_a_host_leads_several_tables_and_sets_them_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    host = visit("table")
    widget(host, "number_input", "Tables").set_value(2)
    press(host, "Open a game")
    code, leader = host.session_state["held game"], host.session_state["held leader"]
    codes = [one.code for one in access.games().all_of(code, leader)]
    for one, actor in zip(codes, ("pakistan", "ttp"), strict=True):
        access.games().claim(one, "Amina", actor)
    press(again(host), "Start all")
    rows = [row for row in tables(again(host)) if row[1] in codes]
    assert [(row[2], row[4]) for row in rows] == [("running", "Pakistan"), ("running", "TTP")]
    assert "When two tables have played a quarter" in said(host)
    with monkeypatch.context() as here:  # pressed twice before the page was there anew; one of the tables is none
        here.setattr(talk.st, "session_state", {"news 0": "donors meet"})
        for _ in range(2):
            talk._tell(codes[0], [codes[1], "AAAA-AAAA"], leader, "news 0")
    assert [len(access.games().overheard(one, leader)) for one in codes] == [1, 1], (
        "the same news came twice, or not at all"
    )
    looks, looked = [], access.Tables.all_of
    monkeypatch.setattr(access.Tables, "all_of", lambda *given: looks.append(given) or looked(*given))
    again(host)
    assert len(looks) <= 2, "the page, and the part of it that has a clock of its own"
    press(host, "Let the quarter pass at all")
    press(host, "End all")  # whereupon all tables are set side by side, without being asked for
    until = time.monotonic() + SECONDS
    while "have played" not in said(again(host)) and time.monotonic() < until:
        time.sleep(0.5)
    assert "December 2022 to February 2023, 1 quarters" in said(host)
    assert "no forecast" in said(host)
    logs = {f"Table {place}": access.games().log(one, leader).to_json() for place, one in enumerate(codes, 1)}
    found = games.across(lambda told: None, logs, "en")
    assert all(row in tables(host) for row in came_rows(found, "attacks"))
    assert {view.state for view in access.games().all_of(code, leader)} == {"over"}


def test_the_host_stops_the_clock_goes_back_and_tries_another_way() -> None:
    host = hosted()
    code, secret = host.session_state["held game"], host.session_state["held leader"]
    seated(code, "Amina", "india")
    press(again(host), "Start")
    assert "Time left: 2:00" in said(host) or "Time left: 1:5" in said(host)
    press(host, "Pause")
    assert access.games().look(code).state == "paused"
    press(host, "Put it into the coming quarter")
    assert access.games().look(code).injects
    press(host, "Let the quarter pass now")
    assert access.games().look(code).turn == 1
    widget(host, "selectbox", "To the start of turn").set_value(0)
    press(again(host), "What if: open a copy from there")
    assert host.session_state["forked"] in said(host)
    assert access.games().look(host.session_state["forked"]).turn == 0
    press(host, "Go on")
    assert access.games().look(code).state == "playing"
    assert access.games().is_host(host.session_state["forked"], secret)


def test_a_seat_or_a_game_that_is_none_is_told() -> None:
    host = hosted()
    code = host.session_state["held game"]
    assert "use the secret link" in said(visit("table", game=code, leader="wrong"))
    stranger = visit("table", game=code, player="wrong")
    assert "take a seat again" in said(stranger)
    assert [button.label for button in stranger.button] == ["Come in with the code"]
    assert "no game with this code" in said(visit("table", game="AAAA-AAAA", player="wrong"))
    seated(code, "Amina", "india")
    assert "is taken by Amina" in said(seated(code, "Bilal", "india"))
