"""The pages Why, Actors, Map, Experiments, Evidence and About show what the library says when it is asked alike."""

from __future__ import annotations

import io
import json
import os
import re
import threading
import time
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from drawing import draws
from hypothesis import given
from hypothesis import strategies as st
from seen import drawn, said
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import sim
from dashboard.runtime import analysis, archives, experiments, questions, state, sweep_folders, versions
from dashboard.runtime.engine import BusyError, Engine, RunError, Task
from dashboard.runtime.engine import engine as everybodys_engine
from dashboard.runtime.questions import Question
from dashboard.runtime.state import State, from_query, to_query
from dashboard.widgets import chain, conditions, experiment_form, glossary, playback, sentences, waiting
from sim.evidence import ledger
from sim.experiment.outcome import Sweep
from sim.experiment.parser import parse
from sim.experiment.regret.study import BETTER
from sim.experiment.spoken import spoken
from sim.headers import sealed
from sim.loops import find_loops, signed_digraph
from sim.loops.at_work import at_work
from sim.loops.picture import picture as loops_picture
from sim.loops.strip import strip_picture
from sim.mechanisms import PARTS
from sim.metrics import METRICS
from sim.parameters import PARAMETERS
from sim.plots import rows_of
from sim.plots.lines import fan_rows
from sim.plots.network import network
from sim.plots.places import FOOTHOLD, area_map
from sim.plots.power import faction_power, holdings
from sim.provenance import cover, look_up
from sim.provenance.seek import conflicts, seek
from sim.provenance.without import without
from sim.rule import RULES
from sim.scenario import load_scenario
from sim.scenario.diff import TITLES
from sim.vocabulary import LEVERS
from sim.why import ablate, explain, weigh
from sim.why.names import DECISIONS
from sim.why.pictures import ablation_picture, account_picture, decision_picture
from sim.why.text import outline, paragraphs
from sim.words.glossary import MODEL

APP = Path(__file__).resolve().parents[1] / "dashboard" / "app.py"
SECONDS = 300  # for a machine that others keep busy
SMALL = {"worlds": "20", "months": "24", "values": "defaults"}
HOW: dict[str, Any] = {"worlds": 20, "months": 24, "seed": 0, "parameters": "defaults"}


def opened(page: str, **query: str) -> AppTest:
    """A page as somebody sees it who opens it with these words in the address."""
    app = AppTest.from_file(str(APP), default_timeout=SECONDS)
    for key, value in query.items():
        app.query_params[key] = value
    app._page_hash = calc_hash(page)
    app.run()
    assert not app.exception
    return app


def same(rows: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> bool:
    """Whether rows hold what is wanted; what a row does not have is empty on a page."""
    return len(rows) == len(wanted) and all(
        all(row[key] == want.get(key) for key in row) for row, want in zip(rows, wanted, strict=True)
    )


def widget(app: AppTest, kind: str, label: str) -> Any:
    return next(one for one in app.get(kind) if one.label == label)


def labels(app: AppTest) -> list[str]:
    return [one.label.replace("\\", "") for one in app.get("expander")]


def links(app: AppTest) -> list[str]:
    """The ids that links on the page lead to."""
    return [one.proto.query_string.removeprefix("card=") for one in app.get("page_link")]


def session() -> str:
    """What visitors are called who are tests."""
    return "test session id"


def finished(app: AppTest, seconds: float = SECONDS) -> AppTest:
    """Wait until long work on the page is through."""
    until = time.monotonic() + seconds
    while any(one.label == "Stop" for one in app.button):
        assert time.monotonic() < until
        time.sleep(0.1)
        while everybodys_engine().slow.sessions() and time.monotonic() < until:
            time.sleep(0.05)  # to run the page again and again would keep the worker from its work
        app.run()
        assert not app.exception
    return app


@pytest.fixture(scope="module")
def found() -> Any:
    return sim.compare(["confront", "appease"], **HOW, keep_panels=True)


# ------------------------------------------------------------------------------------------------ Why


def test_why_gives_the_account_of_the_library() -> None:
    """Otherwise the page explains another figure than the one on Compare."""
    app = opened("why", **SMALL, metric="attacks", month="2023-05")
    plans = [load_scenario("appease"), load_scenario("confront")]
    why = explain(plans[0], "attacks", "2023-05", plans[1], **HOW)
    assert all(part in said(app) for part in paragraphs(why))
    assert same(drawn(app, 1), rows_of(account_picture(why).chart))
    lines = [f"{line.amount} · {chain.spoken(line.words)}" for line in outline(why) if line.terms]
    assert any(", through " in line for line in lines) and not any("←" in line or "_" in line for line in lines)  # noqa: PT018
    assert [label for label in labels(app) if " · " in label] == lines
    carried = [line for line in outline(why) if line.depth == 1]
    assert carried


def test_why_leads_from_a_rule_to_its_claims_and_their_sources() -> None:
    """Otherwise the chain ends before the passage that it rests on."""
    app = opened("why", **SMALL, metric="attacks", month="2023-05")
    why = explain("appease", "attacks", "2023-05", "confront", **HOW)
    lines = enumerate(outline(why))
    number, line, term = next(
        (number, line, term) for number, line in lines for term in line.terms if term.kind == "rule" and term.claims
    )
    claims = [ledger().claims[name] for name in term.claims]
    app.session_state[f"0 step chain {number} {line.words}"] = True
    app.run()
    assert not app.exception
    text = said(app)
    assert RULES[term.name].statement in text
    for claim in claims:
        assert claim.text in text
        assert ledger().sources[claim.source].title in text
    assert {term.name, *term.claims, *(claim.source for claim in claims)} <= set(links(app))


def test_why_compares_with_the_month_before_and_with_another_month_picked() -> None:
    app = opened("why", **SMALL, metric="fatalities", versus="before", shown="confront")
    why = explain(load_scenario("confront"), "fatalities", "2023-07", **HOW)
    assert all(part in said(app) for part in paragraphs(why))
    widget(app, "selectbox", "Month asked about (or click it in the picture)").set_value("2023-02").run()
    assert app.query_params["month"] == "2023-02"
    picked = explain(load_scenario("confront"), "fatalities", "2023-02", **HOW)
    assert all(part in said(app) for part in paragraphs(picked))
    assert [row["text"] for row in drawn(app, 0) if row["kind"] == "month"] == ["February 2023"]


def test_why_says_where_there_is_nothing_to_account_for() -> None:
    """Otherwise months before the scenarios part end in an empty picture."""
    app = opened("why", **SMALL, metric="attacks", month="2021-09")
    assert "nothing to account for" in said(app)
    first = opened("why", **SMALL, metric="attacks", month="2021-08", versus="before")
    assert "month must be from 2021-09 to 2023-07" in said(first)


@pytest.mark.parametrize("decision", ["taliban.stance", "ttp.campaign"])
def test_pressures_are_those_of_the_library(decision: str) -> None:
    """Otherwise bars say that something else pressed on the decision."""
    app = opened("why", **SMALL, month="2023-05", decision=decision)
    asked = []
    for number, name in enumerate(("appease", "confront")):
        plan = load_scenario(name).model_copy(update={"months": 24})
        weighed = weigh(plan, decision, "2023-05", worlds=20, seed=0, parameters="defaults")
        assert same(drawn(app, 2 + number), rows_of(decision_picture(weighed).chart))
        asked.append(weighed)
    side = [str(decision_picture(one, asked).chart.to_dict(validate=False)) for one in asked]
    assert len({re.findall(r"'domain': \[[-\d., ]+\]", one)[0] for one in side}) == 1  # what is compared has one scale
    pressures = {RULES[one.rule].title for one in weighed.pressures}
    assert pressures <= set(labels(app))


def test_a_decision_that_a_scenario_does_not_leave_open_gets_a_message() -> None:
    app = opened("why", **SMALL, month="2023-05", decision="pakistan.policy")
    assert "leaves no course open to choose" in said(app)
    assert widget(app, "selectbox", "Decision").value == "pakistan.policy"


@pytest.mark.slow
def test_mechanisms_are_switched_off_when_asked_for() -> None:
    """Otherwise twenty runs are made for every visitor, or the ranking is another than that of `sim.why.ablate`."""
    app = opened("why", **SMALL, metric="attacks")
    before = len(app.get("vega_lite_chart"))
    widget(app, "button", "Switch mechanisms off, one at a time").click().run()
    finished(app)
    assert len(app.get("vega_lite_chart")) == before + 1
    plan = load_scenario("appease").model_copy(update={"months": 24})
    found = ablate(plan, "attacks", worlds=20, seed=0, parameters="defaults")
    assert same(drawn(app, before), rows_of(ablation_picture(found).chart))
    widget(app, "selectbox", "What to ask about").set_value("fatalities").run()
    assert any(one.label == "Switch mechanisms off, one at a time" for one in app.button)


# ------------------------------------------------------------------------------------------------ Actors and Map


def test_actors_draws_the_ties_and_resources_of_the_month(found: Any) -> None:
    """Otherwise the network is that of another month or scenario."""
    app = opened("actors", **SMALL, month="2022-12")
    assert same(drawn(app, 0), rows_of(network(found, "confront", 16)))
    assert same(drawn(app, 1), rows_of(network(found, "appease", 16)))
    assert same(drawn(app, 2), rows_of(holdings(found, "pakistan_taliban", 16)))
    assert same(drawn(app, 3), rows_of(holdings(found, "taliban_pakistan", 16)))
    assert same(drawn(app, 4), fan_rows(found, "tension"))
    assert same(drawn(app, 5), fan_rows(found, "leverage_in_use"))
    assert same(drawn(app, 6), rows_of(faction_power(found, "taliban")))
    assert same(drawn(app, 7), rows_of(faction_power(found, "pakistan")))


def test_the_slider_moves_the_month_and_the_address(found: Any) -> None:
    app = opened("actors", **SMALL)
    widget(app, "select_slider", "Month").set_value("2022-03").run()
    assert app.query_params["month"] == "2022-03"
    assert same(drawn(app, 0), rows_of(network(found, "confront", 7)))


def test_the_map_draws_the_month(found: Any) -> None:
    app = opened("map", **SMALL, month="2023-01")
    assert same(drawn(app, 0), rows_of(area_map(found, "confront", 17)))
    assert same(drawn(app, 1), rows_of(area_map(found, "appease", 17)))
    assert "no statement on borders" in said(app)
    assert "A circle shows how many fighters are in refuge there in that month" in said(app)
    widget(app, "button_group", "Areas coloured by").set_value(FOOTHOLD).run()
    assert same(drawn(app, 0), rows_of(area_map(found, "confront", 17, FOOTHOLD)))


def test_a_lever_set_on_compare_is_seen_on_the_map_too() -> None:
    """Otherwise a shared address shows something else on every page."""
    app = opened("map", **SMALL, **{"lever.cross_border_strikes": "0.8"})
    assert "Cross-border strikes 0 → 0.8" in said(app)
    assert len(app.get("vega_lite_chart")) == 4  # three maps, and the years


def test_playing_goes_on_month_by_month_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise months are left out, or it never stops."""
    kept: dict[str, Any] = {"place": "2021-08", playback._PLAYING: "map", playback._STEPPED: -10.0}
    monkeypatch.setattr(playback.st, "session_state", kept)
    clock = iter(np.arange(0, 100, 1.0))
    monkeypatch.setattr(playback.time, "monotonic", lambda: next(clock))
    dates = ["2021-08", "2021-09", "2021-10"]
    seen = []
    while kept[playback._PLAYING] == "map":
        playback._step("place", dates, 10.0)
        seen.append(kept["place"])
    assert list(dict.fromkeys(seen)) == ["2021-09", "2021-10"]
    playback._turn("map", "place", dates)
    assert (kept["place"], kept[playback._PLAYING]) == ("2021-08", "map")
    playback._turn("map", "place", dates)
    assert kept[playback._PLAYING] == ""


# ------------------------------------------------------------------------------------------------ Evidence


def test_evidence_begins_with_ways_into_it() -> None:
    """Otherwise who comes without a question sees an empty half of a page; each of its links must lead somewhere."""
    begun = links(opened("evidence"))[-4:]
    assert [look_up(name)[0].kind for name in begun] == ["claim", "parameter", "rule", "source"]


def test_evidence_opens_a_card_by_the_address() -> None:
    app = opened("evidence", card="indian_alternative")
    (card,) = look_up("indian_alternative")
    assert card.sentence.removesuffix(".") in said(app)
    wanted = [entry.id for section in card.sections for entry in section.entries if entry.kind != "argument"]
    assert set(wanted) <= set(links(app))


def test_a_link_followed_opens_its_card_and_keeps_the_rest() -> None:
    """Otherwise who follows a claim from Why loses what was chosen."""
    app = opened("evidence", **SMALL)
    app.query_params["card"] = "001"
    app.run()
    assert ledger().sources["001"].title in said(app)
    assert app.query_params["worlds"] == "20"
    widget(app, "button", "Close this card").click().run()
    assert "card" not in app.query_params


def test_an_unknown_id_gets_suggestions_and_markup_stays_text() -> None:
    app = opened("evidence", card="indian_alternativ")
    assert "did you mean indian_alternative" in said(app)
    nasty = opened("evidence", card="[x](http://x) <b>")
    assert "[x](" not in "".join(one.value for one in nasty.warning)


def test_search_finds_words_in_any_order_and_says_when_there_are_none() -> None:
    app = opened("evidence")
    widget(app, "text_input", "Search, or an id").set_value("tie india").run()
    ids = [entry.id for entry in seek("tie india")]
    assert "indian_alternative" in ids
    assert set(links(app)) >= set(ids[:5])
    assert app.query_params["find"] == "tie india"
    widget(app, "text_input", "Search, or an id").set_value("nothing of the sort").run()
    assert "Nothing holds all of these words" in said(app)


def test_everything_can_be_found() -> None:
    """Otherwise something the model rests on cannot be looked up from the page."""
    ids = [entry.id for entry in seek()]
    assert set(ids) == {
        *ledger().claims,
        *ledger().sources,
        *RULES,
        *PARAMETERS,
        *METRICS,
        *PARTS,
        *LEVERS,
    }
    for name in ("001", "kinship_weight", "001.8-2001-threat-failed", "M1", "L5", "aid"):
        assert name in [entry.id for entry in seek(name)]
    assert "cohesion_cost" in [entry.id for entry in seek("fear of a split")]  # by its title
    assert [entry.kind for entry in seek("sanctuary", ["claim"])] == ["claim"] * len(seek("sanctuary", ["claim"]))


@pytest.mark.slow
def test_feedback_loops_are_found_and_drawn() -> None:
    """Unasked. Otherwise the page draws others than `durand loops` does, or says another loop to be at work."""
    app = finished(opened("loops", **SMALL, metric="attacks"))
    plans = [load_scenario(name).model_copy(update={"months": 24}) for name in ("confront", "appease")]
    strips = {plan.title: at_work(plan, "attacks", **HOW) for plan in plans}
    assert same(drawn(app, 0), rows_of(strip_picture(strips).chart))
    found = find_loops(signed_digraph())
    named = [one.id for one in found.named if one.circles]
    assert len(app.get("vega_lite_chart")) == 2 + len(named)
    assert same(drawn(app, 1), rows_of(loops_picture(found).chart))
    assert same(drawn(app, 2), rows_of(loops_picture(found, named[0]).chart))
    assert all(one.name in said(app) for one in found.named if not one.circles)


def test_about_counts_what_rests_on_what_and_names_publishers() -> None:
    """Otherwise it claims a passage for every figure, and counts have nobody who counted."""
    told, found = said(opened("about")), cover()
    for of in (found.rules, found.parameters):
        assert f"{of.claims} rest on claims" in told
        assert f"{of.judgement} on judgement alone; {of.one_source} have" in told
    others = [one for one in ledger().sources.values() if one.kind != "article"]
    assert all(one.title in told for one in others)
    assert all(one.author in told and one.url in told for one in others if one.author and one.url)


def test_evidence_says_why_compare_has_more_sliders_than_there_are_levers() -> None:
    told = said(opened("evidence"))
    assert "Pakistan has 2 sliders more" in told
    assert all(TITLES[name] in told for name in ("conditionality", "visibility"))


def test_conflicts_come_in_pairs_each_once() -> None:
    pairs = conflicts()
    assert len(pairs) == cover().conflicts
    assert len({frozenset((one.id, other.id)) for one, other in pairs}) == len(pairs)
    for one, other in pairs:
        assert other.id in ledger().claims[one.id].conflicts
    app = opened("evidence")
    app.get("button_group")[0].set_value("conflicts").run()
    assert f"{len(pairs)} pairs of claims" in said(app)


@pytest.mark.parametrize("source", ["001", "004"])
def test_switching_an_article_off_says_which_rules_lose_their_footing(source: str) -> None:
    """Otherwise the page names rules that still rest on something, or leaves some out."""
    found = without([source])
    app = opened("evidence", without=source)
    bare = found.counts["none"] + found.counts["judgement"]
    assert f"{bare} of {len(RULES)} rules" in said(app)
    by_hand = {
        name
        for name, rule in RULES.items()
        if rule.claims and all(ledger().claims[claim].source == source for claim in rule.claims)
    }
    assert {one.name for one in found.rules if one.footing in ("none", "judgement")} == by_hand
    assert by_hand <= set(links(app))
    for one in found.rules:
        assert set(one.lost) | set(one.kept) == set(RULES[one.name].claims)
        assert {ledger().claims[claim].source for claim in one.lost} <= {source}
        assert (one.footing == "none") == (not one.kept and not RULES[one.name].judgement and bool(one.lost))


def test_without_anything_switched_off_all_stand() -> None:
    found = without([])
    assert (found.rules, found.parameters) == ((), ())
    assert found.counts == {"none": 0, "judgement": 0, "fewer": 0, "whole": len(RULES)}
    everything = without(ledger().sources)
    assert {one.footing for one in everything.rules if one.lost} <= {"none", "judgement"}
    with pytest.raises(KeyError):
        without(["nobody"])


# ------------------------------------------------------------------------------------------------ Experiments

TINY = (
    "schema: 1\ntitle: Tiny\nscenarios: [confront, appease]\nuncertainties: [kinship_weight, reward_response]\n"
    "parameters: defaults\ndesign: {kind: latin_hypercube, points: 60, seed: 3}\nworlds: 2\nmonths: 24\n"
    "metrics: [attacks, fatalities, sovereignty]\n"
)


def tiny(**query: str) -> AppTest:
    return opened("experiments", **to_query(State(trial=TINY)), **query)


@pytest.mark.slow
def test_a_small_sweep_is_run_and_asked(tmp_path: Path) -> None:
    """Otherwise what comes out on the page is not what `durand sweep` and its questions give."""
    app = tiny()
    assert "120 points of 2 worlds over 24 months: 240 runs" in said(app)
    widget(app, "button", "Run it").click().run()
    finished(app)
    by_hand = sim.sweep(("tiny", TINY), tmp_path / "out")
    text = from_query({key: app.query_params[key] for key in app.query_params})[0].trial
    (kept,) = Path(sweep_folders._home().name).glob(f"*/*/{sweep_folders._digest(text)}")
    assert Sweep.load(kept).fingerprint == by_hand.fingerprint
    assert not any(one.label == "Work it out" for one in app.button), "it is worked out without being asked for"
    found = by_hand.sensitivity(["attacks"])
    for paragraph in found.reading():
        assert all(part in said(app) for part in paragraph.split(" In brackets: "))
    assert PARAMETERS["kinship_weight"].meaning in said(app)
    assert not {"kinship_weight", "reward_response"} & set(re.findall(r"[a-z]+_[a-z_]+", said(app))), "no id is shown"
    for method in ("pawn", "delta"):
        widget(app, "selectbox", "Measured").set_value(method).run()
        finished(app)
        for paragraph in by_hand.sensitivity(["attacks"], method=method).reading():
            assert all(part in said(app) for part in paragraph.split(" In brackets: ")), method
    widget(app, "multiselect", "Of these alone").set_value(["kinship_weight"]).run()
    finished(app)
    (one, *_) = by_hand.sensitivity(["attacks"], method="delta", factors=["kinship_weight"]).reading()
    assert one.partition(" In brackets: ")[0] in said(app)
    app.get("button_group")[0].set_value("holds").run()
    finished(app)
    assert "Asked: TTP attacks, total under Confront is lower than TTP attacks, total under Accommodate." in said(app)
    for paragraph in by_hand.discover("attacks[confront] < attacks[appease]").text().split("\n\n")[1:]:
        assert re.sub(r" \(`[^`]+`\)", "", " ".join(paragraph.split())) in said(app)
    widget(app, "selectbox", "With").set_value("").run()
    widget(app, "number_input", next(o.label for o in app.number_input if o.label.startswith("Number"))).set_value(
        900
    ).run()
    widget(app, "button", "Add a condition").click().run()
    next(one for one in app.selectbox if one.key.endswith("outcome 1")).set_value("sovereignty").run()
    finished(app)
    assert re.search(
        "Confront is lower than 900 and Pakistan's sovereignty, .* under Confront is lower than 0", said(app)
    )
    widget(app, "toggle", "Write it as text").set_value(True).run()
    widget(app, "text_input", "Condition").set_value("attacks[confront] < attack[appease]").run()
    assert "This condition cannot be read." in said(app)
    assert "did you mean 'attacks'" in app.code[-1].value
    app.get("button_group")[0].set_value("best").run()
    widget(app, "selectbox", "Outcome").set_value("fatalities").run()
    finished(app)
    for paragraph in by_hand.regret(["fatalities"]).text().split("\n\n"):
        assert re.sub(r" \(`[^`]+`\)|`[^`]+`, ", "", " ".join(paragraph.split())) in said(app)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "attacks[confront] < 900 and not verdict[appease] == 'contained'",
            "is lower than 900 and it is not so that (How it ends",
        ),
        (
            "not (attacks < 1 and fatalities > 2)",
            "It is not so that (TTP attacks, total is lower than 1 and Deaths, all, total is higher than 2)",
        ),
        (
            "2 * (attacks - (fatalities - 3)) - 1 > -(fatalities + attacks / 4)",
            "2 times (TTP attacks, total minus (Deaths, all, total minus 3)) minus 1 is higher than "
            "minus (Deaths, all, total plus TTP attacks, total divided by 4)",
        ),
        (
            "(attacks < 1 or attacks > 2) and fatalities >= 3",
            "(TTP attacks, total is lower than 1 or TTP attacks, total is higher",
        ),
    ],
)
def test_a_condition_is_told_in_words(text: str, words: str) -> None:
    """Otherwise a reader sees what was asked in a language of ids."""
    condition = parse(text, ["attacks", "fatalities", "verdict"], ["confront", "appease"])
    assert words in spoken(condition, {"confront": "Confront", "appease": "Accommodate"})


def test_a_number_to_compare_with_is_what_the_field_stands_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a page breaks where nothing is known of an outcome, or asks for another number than it shows."""
    import pandas as pd

    monkeypatch.setattr(conditions.state, "key", lambda *parts: "")
    for values, stands, label in (
        ([1234567.0, 1234567.0], 1230000.0, "Number (here from 1,230,000 to 1,230,000; attacks a month)"),
        ([float("nan")], 0.0, "Number (attacks a month)"),
    ):
        for number in (stands, -0.0000125):
            place = Mock(number_input=Mock(return_value=number))
            monkeypatch.setattr(conditions, "by_point", Mock(return_value=pd.Series(values)))
            assert float(conditions._number(place, Mock(), "attacks", 0)) == number
            assert place.number_input.call_args.args == (label,)
            assert place.number_input.call_args.kwargs["value"] == stands


def test_what_is_taken_along_of_a_sweep(tmp_path: Path) -> None:
    import pandas as pd

    sweep = sim.sweep(("tiny", TINY.replace("points: 60", "points: 5")), tmp_path / "out")
    tell = lambda what: None  # noqa: E731
    rows = pd.read_csv(io.BytesIO(analysis.table(tell, sweep.place, "CSV")))
    assert rows["attacks"].tolist() == sweep.outcomes["attacks"].tolist()
    assert {"uncertainty:kinship_weight", "scenario"} <= set(rows.columns)
    again = pd.read_parquet(io.BytesIO(analysis.table(tell, sweep.place, "Parquet")))
    assert again["attacks"].tolist() == rows["attacks"].tolist()
    with zipfile.ZipFile(io.BytesIO(archives.pack(tell, sweep.place))) as archive:
        archive.extractall(tmp_path / "zip")
    assert Sweep.load(tmp_path / "zip" / "sweep").fingerprint == sweep.fingerprint


def test_what_cannot_be_asked_of_a_sweep_is_said_without_the_servers_folder(tmp_path: Path) -> None:
    """Otherwise visitors read where the server keeps its files."""
    sweep = sim.sweep(("tiny", TINY.replace("points: 60", "points: 4")), tmp_path / "out")
    with pytest.raises(ValueError, match=r"^4 points are too few for 2 factors\.$"):
        analysis.sensitivity(lambda what: None, sweep.place, "attacks", None)
    with pytest.raises(ValueError, match="not one of several scenarios") as wrong:
        analysis.sensitivity(lambda what: None, sweep.place, "attacks", "nowhere")
    assert sweep.place not in str(wrong.value)


def test_what_the_page_begins_with_can_be_asked_everything() -> None:
    """Otherwise the first question that a visitor asks ends in an error."""
    checked = experiments.check(experiments.start(experiment_form.USUAL))
    assert checked.data["design"]["points"] >= 10 * len(checked.data["uncertainties"])
    assert len(checked.data["scenarios"]) > 1
    assert set(checked.data["metrics"]) & set(BETTER)


@pytest.fixture(scope="module")
def upload(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A finished sweep, taken along."""
    sweep = sim.sweep(("tiny", TINY.replace("points: 60", "points: 5")), tmp_path_factory.mktemp("sweep") / "out")
    return archives.pack(lambda what: None, sweep.place)


def repacked(upload: bytes, **files: Any) -> bytes:
    """The same archive with some files changed: name -> content, or what is made of the content; None leaves it out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(upload)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = files.pop(name.removeprefix("sweep/"), old.read(name))
            if change is not None:
                new.writestr(name, change(old.read(name)) if callable(change) else change)
        for name, content in files.items():
            new.writestr(name, content)
    return out.getvalue()


def test_a_sweep_that_was_taken_along_is_opened_again(upload: bytes, tmp_path: Path) -> None:
    """Otherwise a sweep that was run on a large machine cannot be looked at here."""
    archives.unpack(lambda what: None, upload, str(tmp_path / "back"))
    mine = sim.sweep(("tiny", TINY.replace("points: 60", "points: 5")), tmp_path / "mine")
    back = Sweep.load(tmp_path / "back")
    assert back.fingerprint == mine.fingerprint
    assert back.outcomes.equals(mine.outcomes)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["back", "mine"]
    with zipfile.ZipFile(io.BytesIO(upload)) as archive:
        flat = {name.removeprefix("sweep/"): archive.read(name) for name in archive.namelist()}
    archives.unpack(lambda what: None, zipped(flat), str(tmp_path / "flat"))
    assert Sweep.load(tmp_path / "flat").fingerprint == mine.fingerprint


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def table_of(**columns: Any) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def said_otherwise(**changes: Any) -> Any:
    """A manifest in which something else is said."""

    def said(content: bytes) -> bytes:
        about = {key: value for key, value in json.loads(content).items() if key != "seal"}
        return sealed({**about, **changes})

    return said


WRONG: dict[str, tuple[Any, str]] = {
    "no zip": (lambda upload: b"PK\x03\x04 and then nothing", "not a ZIP file"),
    "cut off": (lambda upload: upload[: len(upload) // 2], "not a ZIP file"),
    "nothing": (lambda upload: zipped({}), "there is no experiment.yaml"),
    "upwards": (
        lambda upload: repacked(upload, **{"../../evil.yaml": "x"}),
        "none of a sweep's folder: '../../evil.yaml'",
    ),
    "upwards below": (lambda upload: repacked(upload, **{"a/../manifest.json": "x"}), "none of a sweep's folder"),
    "two dots": (lambda upload: repacked(upload, **{"outcomes/..": "x"}), "none of a sweep's folder"),
    "absolute": (lambda upload: repacked(upload, **{"/etc/passwd": "x"}), "none of a sweep's folder"),
    "a drive": (lambda upload: repacked(upload, **{"C:\\manifest.json": "x"}), "none of a sweep's folder"),
    "another file": (
        lambda upload: repacked(upload, **{"sweep/run.py": "x"}),
        "none of a sweep's folder: 'sweep/run.py'",
    ),
    "twice": (lambda upload: repacked(upload, **{"other/manifest.json": "{}"}), "none of a sweep's folder"),
    "many": (
        lambda upload: repacked(upload, **{f"scenarios/{n}.yaml": "x" for n in range(archives.MOST_FILES)}),
        "Too many files: 2,0",
    ),
    "a bomb": (
        lambda upload: repacked(upload, **{"scenarios/a.yaml": b"a" * (archives.MOST_BYTES + 1)}),
        "Too large when unpacked",
    ),
    "no manifest": (lambda upload: repacked(upload, **{"manifest.json": None}), "there is no manifest.json"),
    "torn manifest": (lambda upload: repacked(upload, **{"manifest.json": "{"}), "not the folder of a sweep"),
    "deep manifest": (lambda upload: repacked(upload, **{"manifest.json": "[" * 99_999}), "not the folder of a sweep"),
    "another's": (lambda upload: repacked(upload, **{"manifest.json": "{}"}), "not the folder of a sweep"),
    "not finished": (
        lambda upload: repacked(upload, **{"manifest.json": said_otherwise(state="interrupted")}),
        "not finished",
    ),
    "points": (lambda upload: repacked(upload, **{"manifest.json": said_otherwise(points="<b>")}), "Points: allowed"),
    "fewer points": (lambda upload: repacked(upload, **{"manifest.json": said_otherwise(points=9)}), "not the points"),
    "scenarios": (lambda upload: repacked(upload, **{"manifest.json": said_otherwise(scenarios=7)}), "not the folder"),
    "title": (lambda upload: repacked(upload, **{"manifest.json": said_otherwise(title="x" * 999)}), "too long"),
    "metrics": (
        lambda upload: repacked(upload, **{"manifest.json": said_otherwise(particulars={"metrics": ["magic"]})}),
        "outcomes that this durand does not know",
    ),
    "fingerprint": (
        lambda upload: repacked(upload, **{"manifest.json": said_otherwise(fingerprint="0" * 16)}),
        "Its parts are not those",
    ),
    "experiment": (lambda upload: repacked(upload, **{"experiment.yaml": "- 1"}), "not the folder of a sweep"),
    "no table": (
        lambda upload: repacked(upload, **{"experiments.parquet": b"PAR1"}),
        "xperiments.parquet: cannot be read",
    ),
    "long table": (
        lambda upload: repacked(upload, **{"experiments.parquet": table_of(point=[0] * 20_000_001)}),
        "xperiments.parquet: too large",
    ),
    "long text": (
        lambda upload: repacked(upload, **{"experiments.parquet": table_of(id=["x" * 501])}),
        "text in it is too long",
    ),
    "lists": (lambda upload: repacked(upload, **{"experiments.parquet": table_of(id=[[1]])}), "not a table of a sweep"),
}


@pytest.mark.parametrize("how", list(WRONG))
def test_no_file_that_is_brought_leaves_anything_but_a_message(upload: bytes, tmp_path: Path, how: str) -> None:
    """Otherwise a visitor writes where he likes, fills memory or disk, or sees a traceback."""
    make, says = WRONG[how]
    inside = tmp_path / "sweeps"
    inside.mkdir()
    with pytest.raises(archives.ArchiveError) as wrong:
        archives.unpack(lambda what: None, make(upload), str(inside / "back"))
    assert says in str(wrong.value)
    assert str(tmp_path) not in str(wrong.value)
    assert list(tmp_path.rglob("*")) == [inside]


def test_a_part_that_was_changed_is_not_taken(upload: bytes, tmp_path: Path) -> None:
    """Otherwise figures are shown that no model gave."""
    with zipfile.ZipFile(io.BytesIO(upload)) as archive:
        name = next(one for one in archive.namelist() if "/outcomes/" in one).removeprefix("sweep/")
    for change, says in ((table_of(point=[0]), "torn or damaged"), (None, "Its parts are not those")):
        with pytest.raises(archives.ArchiveError, match=says):
            archives.unpack(lambda what: None, repacked(upload, **{name: change}), str(tmp_path / "back"))
    assert list(tmp_path.iterdir()) == []


def test_a_sweep_is_brought_to_the_page(upload: bytes) -> None:
    app = tiny()
    app.get("file_uploader")[0].set_value(("mine.zip", upload, "application/zip"))
    app.run()
    assert not app.exception
    assert "10 points of 2 worlds over 24 months" in said(app)
    assert not any(one.label == "Run it" for one in app.button)
    assert "too small" in said(finished(app))
    app.get("file_uploader")[0].set_value(("mine.zip", upload[:999], "application/zip"))
    app.run()
    assert not app.exception
    assert "not a ZIP file that can be read" in said(app)
    assert any(one.label == "Run it" for one in app.button)


def test_an_experiment_of_the_library_is_run_without_being_asked_for_and_once_for_everybody() -> None:
    """Otherwise the page opens on a form, and each student of a room waits for the same numbers."""
    text = experiments.start("four_corners")
    first = finished(opened("experiments", **to_query(State(trial=text))))
    assert not any(one.label in ("Run it", "Work it out") for one in first.button)
    assert Sweep.load(sweep_folders.shared(text)).complete
    assert not first.error, "where points are too few to say what an outcome hangs on, that is not what is asked"
    assert "2 policies in 4 futures, 200 worlds each." in said(first)
    again = opened("experiments", **to_query(State(trial=text)))
    assert said(again) == said(first)
    assert not everybodys_engine().slow.sessions()
    own = opened("experiments", **to_query(State(trial=text.replace("worlds: 200", "worlds: 201"))))
    assert any(one.label == "Run it" for one in own.button), "one's own is run when it is asked for"


def test_the_form_changes_the_text_and_the_address() -> None:
    app = tiny()
    widget(app, "number_input", "Points").set_value(30).run()
    widget(app, "multiselect", "What is kept of each run").set_value(["attacks"]).run()
    here, problems = from_query({key: app.query_params[key] for key in app.query_params})
    assert problems == []
    data = experiments.check(here.trial).data
    assert data["design"] == {"kind": "latin_hypercube", "points": 30, "seed": 3}
    assert data["metrics"] == ["attacks"]
    assert data["uncertainties"] == ["kinship_weight", "reward_response"]
    widget(app, "selectbox", "Design").set_value("saltelli").run()
    assert "base: 16" in from_query({key: app.query_params[key] for key in app.query_params})[0].trial


def test_too_large_a_sweep_cannot_be_started() -> None:
    """Otherwise one visitor keeps a room waiting."""
    app = tiny()
    widget(app, "number_input", "Worlds at each point").set_value(500).run()
    assert "too many runs: 60,000; allowed here: at most 20,000" in said(app)
    assert widget(app, "button", "Run it").disabled
    assert "durand sweep" in said(app)


@pytest.mark.parametrize(
    "text",
    [
        TINY.replace("points: 60", "points: 3").replace("worlds: 2", "worlds: 1500"),
        TINY.replace("points: 60", "points: 4000").replace("[confront, appease]", "[confront]"),
    ],
)
def test_one_that_is_large_in_one_way_is_shown_as_it_is(text: str) -> None:
    """Otherwise the form falls over a number that it would not offer by itself, or puts another in its place."""
    app = opened("experiments", **to_query(State(trial=text)))
    assert not widget(app, "button", "Run it").disabled
    assert from_query({key: app.query_params[key] for key in app.query_params})[0].trial == text


@pytest.mark.parametrize("name", list(experiments.shipped()))
def test_what_comes_with_durand_can_be_begun_from(name: str) -> None:
    checked = experiments.check(experiments.start(name))
    assert checked.problems == ()
    assert 0 < checked.runs <= experiments.MOST_RUNS


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[confront, appease]", "[confront, /etc/passwd]"),
        ("[confront, appease]", "[confront, ../appease.yaml]"),
        ("parameters: defaults", "parameters: /etc/passwd"),
        ("{kind: latin_hypercube, points: 60, seed: 3}", "{kind: csv, file: /etc/passwd}"),
        ("worlds: 2", "worlds: 2\nseries: true"),
        ("points: 60", "points: 9000000"),
        ("months: 24", "months: 360"),
        ("scenarios: [confront, appease]", "scenarios: {}"),
        ("title: Tiny", "title: [x]"),
    ],
)
def test_no_experiment_of_a_visitor_reads_a_file_or_takes_over(old: str, new: str) -> None:
    """Otherwise an address makes the server read its files, or work for hours."""
    checked = experiments.check(TINY.replace(old, new))
    assert checked.problems
    assert not any("root:" in problem for problem in checked.problems)
    here, problems = from_query(to_query(State(trial=TINY.replace(old, new))))
    assert here.trial == ""
    assert problems


def test_folders_are_bounded_and_only_finished_sweeps_are_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise visitors fill the disk, or see folders that nobody meant to show."""
    made = []
    for number in range(sweep_folders.MOST_EACH + 2):
        made.append(sweep_folders.place("one visitor", f"text {number}"))
        assert not made[-1].exists()
        made[-1].mkdir()
        os.utime(made[-1], (number, number))
    assert [one.exists() for one in made] == [False, False, *[True] * sweep_folders.MOST_EACH]
    assert sweep_folders.place("one visitor", "text 4") == made[-1]
    assert sweep_folders.place("another", "text 4").parent != made[-1].parent
    assert made[-1].exists()
    nasty = sweep_folders.place("../..", "/etc/passwd")
    assert nasty.parent.parent == made[-1].parent.parent
    assert sweep_folders.offered() == {}
    sim.sweep(("tiny", TINY.replace("points: 60", "points: 5")), tmp_path / "good")
    (tmp_path / "empty").mkdir()
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "manifest.json").write_text("{")
    monkeypatch.setenv("DURAND_RESULTS", str(tmp_path))
    assert list(sweep_folders.offered()) == ["good"]
    app = opened("experiments", opened="good")
    assert "10 points of 2 worlds over 24 months" in said(app)
    assert not any(one.label == "Run it" for one in app.button)
    app = tiny(opened="../../etc")
    assert any(one.label == "Run it" for one in app.button)
    assert "This server keeps no finished sweep ../../etc." in said(app)


def test_a_results_folder_that_is_not_there_is_refused_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Otherwise the operator learns from an empty list that the name was mistyped."""
    from sim.commands.main import main

    with pytest.raises(SystemExit) as stop:
        main(["dashboard", "--results", "no-such-folder"])
    assert stop.value.code == 2
    assert "no-such-folder" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------ About


def test_about_says_what_this_is_and_is_not() -> None:
    app = opened("about")
    text = said(app)
    for words in (
        "Not a forecast.",
        "Not a neutral record.",
        "Not a game about killing.",
        "MIT licence",
        sim.__version__,
    ):
        assert words in text
    assert len(glossary.metrics()) == len(METRICS)
    assert [word for word, _ in glossary.words()] == sorted({*MODEL, "Accepted sets"}, key=str.lower)


# ------------------------------------------------------------------------------------------------ address and engine

states = st.builds(
    State,
    shown=st.sampled_from(["", "confront", "yours"]),
    versus=st.sampled_from(["", "before", "appease"]),
    back=st.integers(0, state.MOST_BACK),
    decision=st.sampled_from(sorted(DECISIONS)),
    card=st.sampled_from(["", "M1", "001"]),
    find=st.text(max_size=60).map(lambda text: " ".join(text.split())),
    without=st.sampled_from(["", *ledger().sources]),
    trial=st.sampled_from(["", TINY]),
    opened=st.sampled_from(["", "corners"]),
)


@draws(60)
@given(states)
def test_an_address_gives_these_pages_again(here: State) -> None:
    """Otherwise a shared link opens another question."""
    assert from_query(to_query(here)) == (here, [])


LONG = "schema: 1\ntitle: Long\nextends: confront\n" + "".join(
    f"# {sha256(str(number).encode()).hexdigest()}\n" for number in range(200)
)


def test_what_is_too_long_for_an_address_says_so() -> None:
    """Otherwise a link is passed on that does not hold what its sender sees."""
    assert not state.too_long("")
    assert not state.too_long(TINY)
    assert state.too_long(LONG)
    assert "own" not in to_query(State(own=LONG))
    app = opened("studio", **SMALL)
    assert "too long" not in said(app)
    app.get("file_uploader")[0].set_value(("long.yaml", LONG.encode(), "application/yaml"))
    app.run()
    assert "Everything fits." in "".join(one.value for one in app.success)
    assert "This scenario is too long for an address" in said(app)
    assert not widget(app, "button", "Compare").disabled
    assert [one.label for one in app.get("download_button")] == ["Download"]
    (words,) = sentences.left_out(State(own=LONG, scenarios=("confront", "own")))
    assert words.startswith("The scenario made in the Studio is too long for this page's address.")
    assert sentences.left_out(State(own=LONG[:60], trial=TINY)) == []


def test_results_have_the_names_that_they_are_asked_for_by() -> None:
    """Otherwise runs that the engine does together, under names of its own, break the page that asked for them."""
    plans = {"0": load_scenario("confront"), "1": load_scenario("appease")}
    together = sim.compare(plans, **HOW).results
    found = versions.compared({"confront": together["0"], "appease": together["1"]}, "confront")
    alone = sim.compare(["confront", "appease"], **HOW)
    assert [one.name for one in found.results.values()] == ["confront", "appease"]
    assert [one.name for one in together.values()] == ["0", "1"]
    assert sentences.answer(State(), found) == sentences.answer(State(), alone)
    assert found.paired.equals(alone.paired)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    made = Engine(workers=1)
    yield made
    made.close()


def test_an_answer_is_kept_for_all_and_an_error_reaches_the_visitor(engine: Engine) -> None:
    """Otherwise a class that asks the same waits for it thirty times, or sees a traceback."""
    ask = Question(
        questions.account, (load_scenario("confront"), "attacks", "2022-03", None), {"months": 12, "worlds": 5}
    )
    again = Question(
        questions.account, (load_scenario("confront"), "attacks", "2022-03", None), {"months": 12, "worlds": 5}
    )
    other = Question(
        questions.account, (load_scenario("confront"), "attacks", "2022-04", None), {"months": 12, "worlds": 5}
    )
    assert ask.key == again.key != other.key
    first = engine.results("one", {"why": ask})["why"]
    assert engine.results("two", {"why": again})["why"] is first
    wrong = Question(questions.account, (load_scenario("confront"), "attacks", "2052-03", None), {"months": 12})
    with pytest.raises(RunError, match="month must be from 2021-09 to 2022-07"):
        engine.results("one", {"why": wrong})


def test_what_is_asked_at_once_waits_its_turn_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the whole page is made anew each second until what was asked before has been given up."""
    full = SimpleNamespace(heavy=Mock(side_effect=BusyError("Wait some seconds.")), cancel=lambda task: None)
    monkeypatch.setattr(waiting, "engine", lambda: full)

    def page() -> None:
        from dashboard.runtime import state
        from dashboard.runtime.questions import Question
        from dashboard.widgets import waiting

        state.arrive()
        found = waiting.answer("here", "Work it out", Question(len, ("four",)), at_once=True)
        if found is not None:
            waiting.st.markdown(f"It is {found}.")

    app = AppTest.from_function(page).run()
    assert not app.exception
    assert [one.value for one in app.info] == ["Wait some seconds\\."]
    done = Task("heavy", len, (), {})
    done.value = 4
    done.finished.set()
    full.heavy = Mock(return_value=done)
    app.run()
    assert not app.exception
    assert [one.value for one in app.markdown] == ["It is 4."]


def test_long_work_can_be_stopped(engine: Engine, tmp_path: Path) -> None:
    """Otherwise one visitor's sweep goes on after nobody wants it."""
    text = TINY.replace("points: 60", "points: 2000").replace("months: 24", "months: 60")
    task = engine.heavy("one", analysis.run, text, str(tmp_path / "long"))
    until = time.monotonic() + SECONDS
    while not (task.told or {}).get("of"):
        assert time.monotonic() < until
        time.sleep(0.05)
    threading.Timer(0.0, engine.cancel, [task]).start()
    assert task.finished.wait(SECONDS)
    assert task.problem == ("stopped", {})
    after = engine.heavy("two", analysis.run, TINY.replace("points: 60", "points: 5"), str(tmp_path / "short"))
    assert after.finished.wait(SECONDS)
    assert after.answer() is True


def test_who_waits_is_told_for_what_and_not_that_somebody_is_before() -> None:
    """Otherwise somebody who is alone is told of others, while it is work of one's own that is under way."""
    assert waiting.queued(1).endswith("and is at another; what this page works out comes next.")
    assert waiting.queued(3).endswith("3 others come before what this page works out.")
