"""The start page, the groups of the menu, old addresses of Compare, and levers that explain themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from seen import drawn, said
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import sim
from dashboard.runtime.state import SHARES, State
from dashboard.widgets import controls, glossary, levers
from sim.metrics import METRICS
from sim.parameters import PARAMETERS
from sim.plots import fan, rows_of
from sim.provenance.levers import level
from sim.results.reading import headline, titles
from sim.scenario import load_scenario
from sim.vocabulary import LEVER_SPECS
from sim.vocabulary.levels import GROUPS, LEVELS

APP = Path(__file__).resolve().parents[1] / "dashboard" / "app.py"
SMALL = {"worlds": "20", "months": "24", "values": "defaults"}


def opened(page: str = "", **query: str) -> AppTest:
    """The dashboard as somebody sees it who comes with this address."""
    app = AppTest.from_file(str(APP), default_timeout=300)
    for key, value in query.items():
        app.query_params[key] = value
    app._page_hash = calc_hash(page) if page else ""
    app.run()
    assert not app.exception
    return app


def title(app: AppTest) -> str:
    return app.title[0].value


def ways(app: AppTest) -> dict[str, str]:
    """The links of a page: label -> what their addresses hold."""
    return {one.proto.label.replace("\\", ""): one.proto.query_string for one in app.get("page_link")}


def widget(app: AppTest, kind: str, label: str) -> Any:
    return next(one for one in app.get(kind) if one.label == label)


def test_the_start_page_shows_both_courses_and_what_the_runs_say() -> None:
    """Otherwise who comes first is told another story than `durand compare` tells."""
    app = opened()
    found = sim.compare(["confront", "appease"], worlds=State().worlds)
    assert headline(found, "appease", "fatalities", titles(*found.results.values())) in said(app)
    assert app.subheader[0].value.startswith("Confront has more deaths than Accommodate in ")
    wanted = rows_of(fan(found, "fatalities"))
    assert [{key: row[key] for key in want} for row, want in zip(drawn(app, 0), wanted, strict=True)] == wanted
    for name in ("confront", "appease"):
        policy = load_scenario(name).policies[name]
        assert " ".join(policy.summary.split()) in said(app)
        for lever, value in load_scenario(name).data()["policies"][name]["settings"]["levers"].items():
            assert f"{LEVER_SPECS[lever].title} {value:g}: {level(lever, value)}" in said(app)
    assert "Not a forecast" in said(app)
    assert dict(app.query_params) == {}


def test_what_the_start_page_offers_leads_to_pages_that_there_are() -> None:
    app = opened()
    found = ways(app)
    assert sorted(query.partition(".")[0] for query in found.values() if query) == ["lever", "lever", "lever", "tour=1"]
    assert "Exercises with worksheets and a key" in found
    moved = [query.partition("&")[0].removeprefix("lever.").split("=") for query in found.values() if "lever." in query]
    for lever, value in moved:
        assert lever in LEVER_SPECS
        assert 0 <= float(value) <= 1


def test_an_old_address_of_compare_still_shows_that_comparison() -> None:
    """Compare stood at the root: what was shared then must not end at a page that knows nothing of it."""
    app = opened(**SMALL, compare="hedge,isolate", metric="attacks")
    assert title(app) == "Compare"
    found = sim.compare(["hedge", "isolate"], worlds=20, months=24, parameters="defaults")
    assert headline(found, "isolate", "attacks", titles(*found.results.values())) in said(app)
    assert app.query_params["compare"] == "hedge,isolate"


def test_compare_has_an_address_of_its_own() -> None:
    assert title(opened("compare", **SMALL)) == "Compare"


def test_a_page_that_is_not_there_says_so_and_leads_to_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit.runtime.pages_manager import PagesManager

    monkeypatch.setattr(PagesManager, "intended_page_name", property(lambda self: "no_such"))
    app = opened("no_such")
    assert title(app) == "There is no such page"
    assert "no_such" in said(app)
    assert list(ways(app)) == ["To Start"]


def test_the_first_page_is_found_by_its_name_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a link to a class, on a server that opens with it, ends at a page that says there is none."""
    from streamlit.runtime.pages_manager import PagesManager

    monkeypatch.setattr(PagesManager, "intended_page_name", property(lambda self: "start"))
    assert title(opened("start", **SMALL)) == "Confront or accommodate?"
    monkeypatch.setenv("DURAND_CLASSES_ONLY", "1")
    monkeypatch.setattr(PagesManager, "intended_page_name", property(lambda self: "class_student"))
    app = opened("class_student", **{"class": "ABCDEF"})
    assert title(app) == "Class"
    assert "There is no class with this code" in said(app)  # it came along


def test_every_lever_stands_in_one_group_and_says_what_its_levels_are() -> None:
    grouped = levers.grouped()
    assert list(grouped) == list(GROUPS.values())
    assert sorted(name for names in grouped.values() for name in names) == sorted(SHARES)
    app = opened("compare", **SMALL)
    assert [one.label for one in app.slider][: len(SHARES)] == [
        levers.TITLES[name] for names in grouped.values() for name in names
    ]
    for name in SHARES:
        told = widget(app, "slider", levers.TITLES[name]).help.replace("\\", "")
        for words in LEVELS[name].names:
            assert words in told
        for aim in LEVER_SPECS[name].aims if name in LEVER_SPECS else ():
            assert METRICS[aim].title in told
    widget(app, "slider", "Aid").set_value(0.75).run()
    assert f"→ 0.75: {LEVELS['aid'].names[3]} (about 6 million US$ a month)" in said(app)


def test_all_about_a_lever_opens_when_asked_for() -> None:
    app = opened("compare", **SMALL)
    widget(app, "button", "What these levers are").click().run()
    lever = widget(app, "selectbox", "Lever").value
    assert lever == "cross_border_strikes"
    assert set(ways(app).values()) == {
        f"card={claim}" for claim in (*LEVELS[lever].argued_for, *LEVELS[lever].argued_against)
    }
    assert "What the levels are called is a judgement." in said(app)
    assert "April 2022 to November 2022, 0.3" in said(app)
    assert "it raises “Tension with Kabul”" in said(app)


def test_units_of_parameters_are_put_into_words() -> None:
    """Otherwise a slider says "In logits", which tells nobody what it does."""
    units = {one.unit for one in PARAMETERS.values()}
    assert set(glossary.UNITS) <= units
    for unit in units:
        said_ = glossary.unit(unit)
        assert said_.endswith(".")
        assert not any(word in said_ for word in ("logit", "hazard"))
        assert "log " not in said_


def test_scenarios_come_in_order_and_are_described() -> None:
    names = [title for title, _ in controls.library().values()]
    assert names == sorted(names, key=str.casefold)
    assert "Default" not in names
    app = opened("compare", **SMALL)
    expander = next(one for one in app.get("expander") if one.label == "What the scenarios are")
    assert expander is not None
