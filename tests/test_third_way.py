"""The page Third way: what searches found is picked by what matters, shown beside the two courses, and handed on."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from seen import drawn, said
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboard.runtime import fronts
from dashboard.runtime.state import OWN, State, from_query, to_query
from dashboard.widgets import members
from sim.metrics import METRICS
from sim.scenario import load_scenario
from sim.search.archetypes import Archetype
from sim.search.findings import Findings, FindingsError, read_findings, shipped
from sim.search.load import searches
from sim.search.pathways_text import pathways_picture
from sim.search.pictures import parallel_picture
from sim.search.text import PULLED, costs, instead, regret
from sim.theme import AXIS, UNSEEN
from sim.words.numbers import number

APP = Path(__file__).resolve().parents[1] / "dashboard" / "app.py"


def opened(here: State = State()) -> AppTest:  # noqa: B008
    app = AppTest.from_file(str(APP), default_timeout=300)
    for key, value in to_query(here).items():
        app.query_params[key] = value
    app._page_hash = calc_hash("third_way")
    app.run()
    assert not app.exception
    return app


def widget(app: AppTest, kind: str, label: str) -> Any:
    return next(one for one in app.get(kind) if one.label == label)


def plain(cells: Any) -> list[str]:
    return [str(one).replace("\\", "") for one in cells]


@pytest.fixture(scope="module")
def found() -> Findings:
    return read_findings(shipped()["third_way"])


def test_few_courses_stand_out_and_the_others_are_grey(found: Findings) -> None:
    """Otherwise forty coloured lines lie over each other, and nobody can follow one."""
    kinds = [one.called for one in found.kinds]
    opened = next(
        one.name for one in found.members if found.kind_of(one.name) is not None and one.name not in found.called
    )
    kept = frozenset(one.name for one in found.members if one.name != found.kinds[0].example)
    for how, names in (
        ({}, ["Confront", "Accommodate", *kinds]),
        (
            {"kept": kept, "turned": True, "opened": opened},
            ["Confront", "Accommodate", *kinds[1:], "the one that is opened"],
        ),
    ):
        picture = parallel_picture(found, **how)
        spec = picture.chart.to_dict()
        rows = spec["datasets"][spec["data"]["name"]] if "name" in spec["data"] else spec["data"]["values"]
        lines = [row for row in rows if row["kind"] != "end"]
        bold = {row["scenario"] for row in lines if row["kind"] == "bold"}
        assert bold == {*names}
        assert len({row["member"] for row in lines}) > 3 * len(bold)  # the others are there all the same
        assert {row["scenario"] for row in lines if row["kind"] != "bold"} == {"other courses"}
        faint = {row["member"] for row in lines if row["kind"] == "faint"}
        assert faint == ({found.kinds[0].example} if how else set())
        assert not [row for row in lines if re.search(r"_\d", row["called"])]  # names, where the pointer is, and no ids


def test_a_course_is_left_on_its_bar_and_no_way_down_crosses_another_circle(found: Findings) -> None:
    """Otherwise a circle stands beside its bar, or two changes in a month cannot be told apart."""
    spec = pathways_picture(found).chart.to_dict()
    rows = spec["datasets"][spec["data"]["name"]] if "name" in spec["data"] else spec["data"]["values"]
    bars = {row["y"]: row["until"] for row in rows if row["kind"] == "line"}
    circles = [(row["month"], row["y"]) for row in rows if row["kind"] == "leave"]
    downs = [(row["month"], *sorted((row["y"], row["y2"]))) for row in rows if row["kind"] == "change"]
    assert circles
    for month, y in circles:
        assert month == bars[y]
        for at, top, bottom in downs:
            assert not (abs(at - month) < 0.3 and top < y - 1 and bottom > y + 1)


def test_a_kind_has_one_colour_in_all_pictures(found: Findings) -> None:
    """Whichever courses remain, and in both pictures of the page."""

    def shades(remain: frozenset[str] | None) -> dict[str, str]:
        spec = parallel_picture(found, remain).chart.to_dict()
        scale = next(
            layer["encoding"]["color"]["scale"] for layer in spec["layer"] if "color" in layer.get("encoding", {})
        )
        return dict(zip(scale["domain"], scale["range"], strict=True))

    all_of_them = shades(None)
    fewer = shades(frozenset(one.name for one in found.members if one.name != found.kinds[0].example))
    assert set(fewer) == {*all_of_them} - {found.kinds[0].called}
    assert fewer.items() <= all_of_them.items()
    spec = pathways_picture(found).chart.to_dict()
    rows = spec["datasets"][spec["data"]["name"]] if "name" in spec["data"] else spec["data"]["values"]
    assert {row["shade"] for row in rows if row["kind"] == "line"} == {*all_of_them.values()} - {AXIS} | {UNSEEN}


def test_every_search_of_the_library_has_its_findings() -> None:
    """Otherwise a search is changed, or added, and the page shows nothing of it."""
    assert set(shipped()) == {path.stem for path in searches().glob("*.yaml")}
    for file in shipped().values():
        assert file.stat().st_size < 500_000


def test_what_is_worse_is_named_though_it_does_not_count(found: Findings) -> None:
    """Otherwise "nothing is worse" stands where many more militants die, and who reads it takes the course for free."""
    course = found.courses[1].name
    worse = [
        one
        for one in found.members
        if one.figures["fatalities_militant"] > 1.1 * found[course].figures["fatalities_militant"]
    ]
    assert worse
    for one in worse:
        counted, uncounted = costs(found, one.name, course).split(" Of what does not count here, ")
        assert "nothing worse" not in counted
        assert uncounted.startswith("worse: ")
        assert "Deaths, militants" in uncounted.partition("; better")[0]


def test_the_shipped_courses_are_scenarios(found: Findings) -> None:
    for one in found.members:
        scenario = load_scenario((OWN, found.scenario(one.name)))
        assert scenario.months == found.months
        assert scenario.actors.pakistan.changes[-1].policy == one.name


def test_what_matters_is_picked_and_the_rest_goes(found: Findings) -> None:
    """Otherwise the page keeps a course that does what was ruled out, or drops one that does not."""
    app = opened()
    whole = found.remaining({})
    assert f"{len(whole)} of {len(whole)} courses remain." in said(app)
    slider = widget(app, "select_slider", "TTP attacks: at most")
    shown = (*found.courses[: members.SPOKEN], *found.members)
    bound = members._ends([one.figures["attacks"] for one in shown], less=True)[12]
    slider.set_value(bound).run()
    left = found.remaining({"attacks": bound})
    assert 0 < len(left) < len(whole)
    assert f"{len(left)} of {len(whole)} courses remain." in said(app)
    assert {row["member"] for row in drawn(app, 0)} >= {one.name for one in left}
    assert [one.name for one in left] == [
        name for name in (one.name for one in whole) if found[name].figures["attacks"] <= bound
    ]
    shared = from_query({key: app.query_params[key] for key in app.query_params})[0]
    assert shared.bounds == {"1": bound}


def test_dead_militants_can_be_bounded_from_above_alone(found: Findings) -> None:
    """Otherwise who counts them as harm cannot say so; or who does not may pick a course because more of them die."""
    app = opened()
    ends = [one.deaths[members.MILITANTS] for one in (*found.courses[: members.SPOKEN], *found.members)]
    (slider,) = (one for one in app.get("select_slider") if one.label.startswith("Deaths, militants"))
    assert slider.label == "Deaths, militants: at most"
    assert float(slider.value) == max(ends)
    whole = found.remaining({})
    bound = sorted(one.deaths[members.MILITANTS] for one in whole)[len(whole) // 3]
    few = opened(State(bounds={"militants": bound}))
    shared = from_query({key: few.query_params[key] for key in few.query_params})[0]
    # The bound of an address stands at the nearest step of the slider.
    assert abs(shared.bounds["militants"] - bound) <= (max(ends) - min(ends)) / members.STEPS
    left = members.remaining(found, shared)
    assert left == [one for one in whole if one.deaths[members.MILITANTS] <= shared.bounds["militants"]]
    assert 0 < len(left) < len(whole)
    assert f"{len(left)} of {len(whole)} courses remain." in said(few)
    for most in (
        min(ends),
        bound,
        max(ends),
    ):  # never a lower end: of two courses the one with fewer dead is never shut out
        kept = {one.name for one in found.remaining({}, {members.MILITANTS: most})}
        assert all(one.name in kept for one in whole if one.deaths[members.MILITANTS] <= most)
    (refused,) = from_query({"bound.afghans": "3"})[1]
    assert "is not one of the choices" in refused
    # Where a search counts them itself, its own slider is the only one.
    counted = found.model_copy(
        update={"objectives": (found.objectives[0].model_copy(update={"key": members.MILITANTS}),)}
    )
    assert not members.counts_apart(counted)


def test_deaths_are_told_by_whose_they_are(found: Findings) -> None:
    app = opened(State(member=found.remaining({})[1].name))
    assert len(app.get("select_slider")) == len(found.objectives) + 1
    one = found[found.remaining({})[1].name]
    first, stacked, beside, _ = (table.value for table in app.table)
    for who, row in zip(members.DEAD, beside.itertuples(), strict=False):
        assert list(row)[1:] == [number(each.deaths[who]) for each in (found["confront"], found["appease"], one)]
    assert all(cell.endswith(f" {dead}") for cell, dead in zip(stacked.iloc[:, 0], first.iloc[:, 3], strict=True))
    assert plain(first.columns)[:4] == [
        *(METRICS[who].title for who in members.DEAD[:3]),
        "Deaths, militants (count for nothing)",
    ]
    assert "no course is ever picked because more of them die" in said(app)
    assert one.summary in said(app)
    assert "not a forecast" in said(app)


@pytest.mark.parametrize("page", ["compare", "why", "studio"])
def test_a_course_is_handed_on(found: Findings, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise what is found stays a row in a table."""
    import streamlit

    went: list[str] = []
    monkeypatch.setattr(streamlit, "switch_page", went.append)
    name = found.remaining({})[0].name
    app = opened(State(member=name))
    words = {"compare": "Compare it with both", "why": "Ask why it differs", "studio": "Edit it in the Studio"}
    widget(app, "button", words[page]).click().run()
    assert went == [f"pages/{page}.py"]
    here = app.session_state["state"]
    assert here.own == found.scenario(name)
    assert here.scenarios == ("confront", "appease", OWN)
    assert (here.shown, here.versus) == (OWN, "appease")
    if page == "studio":
        assert app.session_state["draft"] == here.own


def test_what_a_course_is_set_to_fits_into_an_address(found: Findings) -> None:
    for one in found.members:
        here = State(scenarios=("confront", "appease", OWN), own=found.scenario(one.name))
        assert from_query(to_query(here)) == (here, [])


def test_findings_of_the_operator_and_of_a_visitor(
    found: Findings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = found.model_copy(update={"title": "My own search", "members": found.members, "warning": "Lives left out."})
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "findings.json").write_text(mine.as_json(), encoding="utf-8")
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "findings.json").write_text("{", encoding="utf-8")
    monkeypatch.setenv("DURAND_RESULTS", str(tmp_path))
    assert set(fronts.offered()) == {*shipped(), "mine"}
    app = opened(State(front="mine"))
    assert "Lives left out." in [one.value.replace("\\", "") for one in app.warning]
    app = opened(State(front="nobodys"))
    assert "This server keeps nothing that a search of the name nobodys found." in said(app)
    assert fronts.read(lambda what: None, mine.as_json().encode()) == mine
    with pytest.raises(FindingsError, match="it is not JSON"):
        fronts.read(lambda what: None, b"{")


def test_a_policy_that_is_none_is_refused_in_words(
    found: Findings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = json.loads(found.as_json())
    for one in data["members"]:
        one["policy"]["settings"] = {"levers": {"magic": 1}}
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "findings.json").write_text(json.dumps(data), encoding="utf-8")
    monkeypatch.setenv("DURAND_RESULTS", str(tmp_path))
    app = opened(State(front="mine"))
    widget(app, "button", "Compare it with both").click().run()
    assert not app.exception
    assert "magic" in " ".join(one.value for one in app.error)
    assert app.session_state["state"].own == ""


def test_a_kind_is_said_in_grammar() -> None:
    """Fewer of what is counted, less of what is not, and one word where it fits all."""
    for names, words in (
        (["domestic_operations", "joint_patrols"], "fewer domestic operations and joint patrols"),
        (["ttp_talks", "aid"], "fewer talks with the TTP and less aid"),
        (["aid", "conditionality"], "less aid and conditionality of what is given"),
    ):
        kind = Archetype("A", ("one",), "one", {}, dict.fromkeys(names, 0.0))
        assert kind.title == f"A: on average {words} than the other kinds"


def test_a_difference_too_small_to_count_is_told_all_the_same(found: Findings) -> None:
    """Otherwise "nothing is worse" stands beside a table in which something is."""
    slight = []
    for member in found.members:
        for course in found.courses:
            said = costs(found, member.name, course.name)
            for one in found.objectives:
                mine, theirs = member.figures[one.key], course.figures[one.key]
                worse = (mine > theirs) == one.less and number(mine) != number(theirs)
                if worse and abs(mine - theirs) < one.epsilon:
                    assert f"{one.named} {instead(mine, theirs)}" in said.partition(" Of what")[0]
                    assert "nothing that counts here is worse" not in said
                    slight.append(one.key)
    assert "sovereignty_conceded" in slight


def test_a_mean_above_what_nine_in_ten_stay_under_is_explained(found: Findings) -> None:
    above = any(
        one.regret[key] > one.regret_p90[key]
        for kind in found.kinds
        for one in [found[kind.example]]
        for key in one.regret
    )
    assert (PULLED in regret(found)) == above


def test_a_course_is_not_called_by_what_its_kind_has_less_of_without_a_word(found: Findings) -> None:
    """A kind is what its members are on average, a course what it is mostly: both say so."""
    assert all("on average" in kind.title for kind in found.kinds)
    assert all(": mostly " in one.title for one in found.members)
