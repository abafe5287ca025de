"""Every page shows what `sim.run` gives; the address gives everything again; the engine is fair and keeps within bounds."""

from __future__ import annotations

import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from drawing import draws
from hypothesis import given
from hypothesis import strategies as st
from labour import hungry, slow, swelling, table
from seen import drawn, said
from streamlit import stop
from streamlit.testing.v1 import AppTest

import sim
from dashboard.runtime import archives, experiments, history, state, versions
from dashboard.runtime.engine import (
    HEAVY,
    MOST_HEAVY_WAITING,
    OPENING,
    BusyError,
    Engine,
    Job,
    RunError,
    SupersededError,
    Task,
    WorkQueue,
)
from dashboard.runtime.kept import MOST_KEPT, Kept, Step
from dashboard.runtime.memo import Remembered
from dashboard.runtime.questions import UploadTask
from dashboard.runtime.state import POSTURES, SHARES, State, from_query, to_query
from dashboard.runtime.worker import run_scenario
from dashboard.widgets import choosing, drafting, show, uncertainties
from dashboard.widgets.show import plain
from sim.ensemble.spec import PARAMETERS as MODES
from sim.metrics import METRICS
from sim.parameters import PARAMETERS, posterior
from sim.parameters.posterior import AS_OF
from sim.plots import fan, paired_difference, rows_of, verdict_shares
from sim.plots.moving import _FRAMES, moving
from sim.provenance.levers import level
from sim.results import Comparison
from sim.results.reading import headline, titles
from sim.scenario import ScenarioError, load_scenario, with_overrides
from sim.scenario.settings import OPTIONS
from sim.vocabulary import VERDICTS
from sim.words.sentences import MIDDLES

HOME = Path(__file__).resolve().parents[1] / "dashboard"
SECONDS = 300  # for a machine that others keep busy
SMALL = {"worlds": "20", "months": "24", "values": "defaults"}
HOW: dict[str, Any] = {"worlds": 20, "months": 24, "seed": 0, "parameters": "defaults"}


def opened(page: str = "app.py", **query: str) -> AppTest:
    """The dashboard as somebody sees it who opens it with these words in the address."""
    app = AppTest.from_file(str(HOME / page), default_timeout=SECONDS)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def headlines(found: Comparison, metric: str = "fatalities") -> list[str]:
    called = titles(*found.results.values())
    return [headline(found, name, metric, called) for name in found.others]


def widget(app: AppTest, kind: str, label: str) -> Any:
    return next(one for one in app.get(kind) if one.label == label)


# ------------------------------------------------------------------------------------------------ Compare


def test_compare_opens_with_confront_and_appease_and_says_what_the_runs_say() -> None:
    """Otherwise the landing page is empty, or tells another story than `durand compare`."""
    app = opened(**SMALL)
    found = sim.compare(["confront", "appease"], **HOW)
    assert headlines(found)[0] in said(app)
    assert "not a forecast" in said(app)
    shares = {(row["verdict"].replace("\n", " "), row["scenario"]): row["share"] for row in drawn(app, 2)}
    for name, title in (("confront", "Confront"), ("appease", "Accommodate")):
        for verdict, share in found.results[name].verdicts().items():
            assert shares[VERDICTS[verdict], title] == pytest.approx(share)


def test_the_pictures_draw_the_runs() -> None:
    """Otherwise the fan and the difference belong to other worlds than the sentence."""
    app = opened(**SMALL, metric="attacks", seed="3")
    found = sim.compare(["confront", "appease"], **{**HOW, "seed": 3})
    for number, chart in enumerate((fan(found, "attacks"), paired_difference(found, "attacks"), verdict_shares(found))):
        wanted = rows_of(chart)
        assert [{key: row[key] for key in want} for row, want in zip(drawn(app, number), wanted, strict=True)] == wanted


def test_a_lever_makes_your_version_and_says_what_it_changed() -> None:
    """Otherwise a slider turns nothing, or another lever than it names."""
    app = opened(**SMALL)
    widget(app, "slider", "Cross-border strikes").set_value(0.8).run()
    scenario = load_scenario("appease")
    path = "actors.pakistan.changes"
    changes = scenario.data()["actors"]["pakistan"]["changes"]
    by_hand = with_overrides(scenario, {path: [*changes, {"from": "2022-12", "levers": {"cross_border_strikes": 0.8}}]})
    by_hand = by_hand.model_copy(update={"name": "yours", "title": "Your Accommodate"})
    found = sim.compare({"appease": scenario, "yours": by_hand}, **HOW)
    assert "Cross-border strikes 0 → 0.8" in said(app)
    assert headlines(found)[0] in said(app)
    assert app.query_params["lever.cross_border_strikes"] == "0.8"


def test_words_and_picture_have_one_baseline() -> None:
    """Otherwise the sentence says what a lever did, and the picture beside it what two courses differ in."""
    app = opened(**SMALL)
    before = sim.compare(["confront", "appease"], **HOW)
    assert f"Differences are to Confront, world by world. {MIDDLES}" in said(app)
    assert [row["p50"] for row in drawn(app, 1)] == [
        row["p50"] for row in rows_of(paired_difference(before, "fatalities"))
    ]
    widget(app, "slider", "Cross-border strikes").set_value(0.8).run()
    here = State(levers={"cross_border_strikes": 0.8})
    runs = {name: sim.run(one, **HOW) for name, one in versions.scenarios(here).items()}
    found = versions.compared(runs, "appease")
    assert found.others == ["confront", "yours"]
    wanted = rows_of(paired_difference(found, "fatalities"))
    assert [{key: row[key] for key in want} for row, want in zip(drawn(app, 1), wanted, strict=True)] == wanted
    assert f"Differences are to Accommodate, which yours is a copy of, world by world. {MIDDLES}" in said(app)
    dashed = {row["scenario"]: "base" in row and row["base"] is not None for row in drawn(app, 0)}
    assert dashed == {"Confront": False, "Accommodate": True, "Your Accommodate": True}  # the fan's is the first


def test_a_move_has_its_own_line_and_the_answer_shown_anew() -> None:
    """Otherwise every slider is sent and laid out again each time that one of them moves."""
    app = opened(**SMALL)
    assert len(app.slider) > len(SHARES)
    widget(app, "slider", "Aid").set_value(0.7).run()
    assert len(app.get("vega_lite_chart")) == 3
    assert [one.label for one in app.slider] == ["Aid"]
    assert plain(level("aid", 0.7)) in [one.label for one in app.button]
    assert not widget(app, "button", "Put all back as written").disabled


def test_an_uncertainty_holds_in_every_scenario() -> None:
    """Otherwise an assumption about the world is mistaken for something that a scenario does."""
    app, called = opened(**SMALL), PARAMETERS["threat_response"].title
    widget(app, "slider", called).set_value(1.5).run()
    both = [
        with_overrides(load_scenario(name), {"parameters.threat_response": 1.5}) for name in ("confront", "appease")
    ]
    assert headlines(sim.compare(both, **HOW))[0] in said(app)
    assert f"In every scenario: “{called}” 1.5." in said(app)


def test_a_posture_is_set_and_put_back() -> None:
    app = opened(**SMALL)
    before = headlines(sim.compare(["confront", "appease"], **HOW))[0]
    widget(app, "selectbox", "Afghan Taliban: restraint of the TTP").set_value("crack_down").run()
    assert "left to choose → crack down" in said(app)
    assert app.query_params["posture.stance"] == "crack_down"
    assert before not in said(app)
    widget(app, "button", "Put all back as written").click().run()
    assert before in said(app)
    assert "→" not in said(app)
    assert widget(app, "selectbox", "Afghan Taliban: restraint of the TTP").value == "choose"
    assert "posture.stance" not in app.query_params


def test_an_uncertainty_says_what_it_stands_at() -> None:
    """Otherwise a slider stands at a declared value that hardly any of the modelled worlds has."""
    app = opened(**{**SMALL, "values": "posterior"})

    def told() -> list[str]:
        return [one.value for one in app.caption if re.match("Drawn|Fixed", one.value)]

    assert len(told()) == len(uncertainties.UNCERTAIN)
    low, high = (float(one) for one in re.findall(r"-?[0-9.]+(?= )", told()[0]))
    accepted = posterior.accepted()["threat_response"]
    assert (low, high) == pytest.approx(tuple(np.quantile(accepted, (0.05, 0.95))), abs=0.3)
    widget(app, "slider", PARAMETERS["threat_response"].title).set_value(1.0).run()
    app.run()
    assert told()[0].startswith("Fixed at 1 in every world")
    assert not [one for one in opened(**SMALL).caption if one.value.startswith(("Drawn", "Fixed"))]


def test_steps_are_undone_and_done_again_and_one_lever_is_put_back() -> None:
    """Otherwise a lever moved by mistake costs all that was set before, or a look at another metric is undone in its place."""
    app = opened(**SMALL)
    assert widget(app, "button", "Undo").disabled
    for name, value in (("Cross-border strikes", 0.8), ("Aid", 0.7)):
        widget(app, "slider", name).set_value(value).run()
        app.run()
    widget(app, "selectbox", "What to look at").set_value("attacks").run()
    moved = {"lever.cross_border_strikes": "0.8", "lever.aid": "0.7"}

    def levers() -> dict[str, str]:
        return {key: app.query_params[key] for key in app.query_params if key.startswith("lever.")}

    assert levers() == moved
    one = {"lever.cross_border_strikes": "0.8"}
    for button, left in (
        ("Back to 0.5", one),
        ("Redo", moved),
        ("Undo", one),
        ("Undo", {}),
        ("Redo", one),
        ("Redo", moved),
    ):
        app.run()
        widget(app, "button", button).click().run()
        assert levers() == left
        assert app.query_params["metric"] == "attacks"
    assert widget(app, "slider", "Aid").value == 0.7


def test_a_lever_moved_key_by_key_is_undone_in_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise whoever moves a slider by the arrow keys presses Undo ten times."""
    trail, clock = history.Trail(), iter([0.0, 0.3, 0.6, 0.9, 20.0, 20.1])
    monkeypatch.setattr(history, "trail", lambda: trail)
    monkeypatch.setattr(history, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    states = [
        State(),
        *(State(levers={"aid": value}) for value in (0.55, 0.6, 0.65)),  # pressed on and on: one step
        State(levers={"aid": 0.65, "visas": 0.4}),  # another lever
        State(levers={"aid": 0.65, "visas": 0.45}),  # the same again, but much later
        State(levers={"aid": 0.65, "visas": 0.45}, worlds=50),
    ]
    for before, here in pairwise(states):
        history.note(before, here)
    assert trail.past == [states[0], states[3], states[4], states[5]]


def test_versions_are_kept_by_name_and_compared_with_each_other() -> None:
    """Otherwise the second idea has to be written down before the first can be tried, or has other numbers once it is kept."""
    app = opened(**SMALL)
    for title, lever, value in (("Firm *hand*", "Cross-border strikes", 0.8), ("Firm, no aid", "Aid", 0.0)):
        widget(app, "slider", lever).set_value(value).run()
        app.run()
        widget(app, "text_input", "Name this version").set_value(title).run()
        widget(app, "button", "Keep it").click().run()
        assert any("Differences are to Accommodate" in one.value for one in app.caption)  # as before it was kept
    assert app.query_params["compare"] == "confront,appease,k1,k2"
    assert "lever.aid" not in app.query_params
    app.run()
    widget(app, "multiselect", "Scenarios to compare").set_value(["k1", "k2"]).run()
    base, change = load_scenario("appease"), {"from": "2022-12", "levers": {"cross_border_strikes": 0.8}}
    changes, path = base.data()["actors"]["pakistan"]["changes"], "actors.pakistan.changes"
    first = with_overrides(base, {path: [*changes, change]})
    second = with_overrides(base, {path: [*changes, change, {"from": "2022-12", "levers": {"aid": 0.0}}]})
    runs = {name: sim.run(one, **HOW) for name, one in (("k1", first), ("k2", second))}
    for one, title in zip(runs.values(), ("Firm *hand*", "Firm, no aid"), strict=True):
        one.manifest["scenario"]["title"] = title
    assert headlines(versions.compared(runs, "k1"))[0] in said(app)
    shared = opened(**{key: app.query_params[key] for key in app.query_params})
    assert said(shared) == said(app)
    widget(app, "button", "Let go").click().run()
    assert app.query_params["compare"] == "k2,confront"
    assert "kept.k1" not in app.query_params


def test_what_cannot_be_kept_is_told() -> None:
    here = State(levers={"aid": 0.9})
    for wrong, title, why in (
        (State(), "Mine", "Nothing is changed"),
        (here, " ~ ", "a name first"),
        (here, "\u200b\u202e", "a name first"),
        (here, "confront", "called confront already"),
        (here.with_(own="schema: 1\ntitle: My own\nextends: confront\n"), "My own", "called My own already"),
        (versions.keep(here, "Mine").with_(levers={"aid": 0.1}), "Mine", "called Mine already"),
    ):
        with pytest.raises(ValueError, match=why):
            versions.keep(wrong, title)
    assert versions.keep(here, "سخت\u200cگیر").kept["k1"].title == "سخت\u200cگیر"
    for number in range(MOST_KEPT):
        here = versions.keep(here, f"Version {number}").with_(version_of="appease", levers={"aid": 0.9})
    with pytest.raises(ValueError, match="let go of one"):
        versions.keep(here, "One more")
    for text in (
        "appease~Mine",
        "appease~Mine~2022-12,magic:1",
        "appease~Mine~2022-12,aid:7",
        "nowhere~Mine~2022-12,aid:1",
    ):
        found, problems = from_query({"kept.k1": text})
        assert (found.kept, len(problems)) == ({}, 1)


def test_what_was_set_stays_with_its_scenario_when_others_come_and_go() -> None:
    """Otherwise a lever that was moved in one scenario's copy holds in another's all at once, and under the same name."""
    here = State(levers={"aid": 0.9})
    assert here.comparing(("confront", "appease", "hedge")).version_of == "appease"
    assert here.comparing(("confront", "hedge")) == State(scenarios=("confront", "hedge"))
    there = versions.keep(here, "Mine").with_(shown="k1", versus="appease")
    moved = there.with_(scenarios=("k1", "appease"), levers={"aid": 0.4}, month="2023-01")
    left = versions.let_go("k1", moved)
    assert (left.scenarios, left.edited, left.levers) == (("appease", "confront"), "appease", {"aid": 0.4})
    assert (left.shown, left.versus, left.month) == ("", "appease", "2023-01")
    assert versions.let_go("k1", there.with_(levers={"aid": 0.4})).levers == {}


def test_versions_of_a_scenario_of_ones_own_go_with_it() -> None:
    """Otherwise a version has other numbers under the same name, and Back loses what no address can hold."""
    own = "schema: 1\ntitle: My own\nextends: confront\n"
    kept = versions.keep(State(scenarios=("confront", "own"), own=own, levers={"aid": 0.9}), "Mine")
    assert versions.with_own(own, kept) == kept
    other = versions.with_own(f"{own}months: 12\n", kept)
    assert (other.kept, other.scenarios) == ({}, ("confront", "own"))
    there = {key: value for key, value in to_query(kept).items() if key != "own"}
    assert from_query(there, {"own": own}) == (kept, [])


def test_a_bad_address_gets_a_message_and_the_usual_values() -> None:
    """Otherwise a mistyped link ends in a traceback, or quietly shows something else."""
    app = opened(**SMALL, metric="[click](javascript:alert(1))", seed="minus one")
    assert app.warning[0].value.count("\n- ") == 2
    assert "allowed: 0 to" in said(app)
    assert "[click](" not in app.warning[0].value
    assert headlines(sim.compare(["confront", "appease"], **HOW))[0] in said(app)


def test_while_the_first_worlds_are_simulated_the_places_of_the_pictures_are_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise a page that waits looks empty or broken, and jumps when the pictures come."""

    def never(*asked: Any) -> None:
        stop()

    with monkeypatch.context() as patch:
        patch.setattr(Engine, "results", never)
        held = "".join(one.proto.body for one in opened(**SMALL).get("html"))
    assert 'role="status">The modelled worlds are being simulated' in held
    assert held.count('<div style="height: ') == 3
    assert 'role="status"' not in "".join(one.proto.body for one in opened(**SMALL).get("html"))


def test_one_scenario_alone_leaves_the_last_comparison() -> None:
    app = opened(**SMALL)
    widget(app, "multiselect", "Scenarios to compare").set_value(["confront"]).run()
    assert "Choose two scenarios or more" in said(app)
    assert not app.exception
    assert len(app.get("vega_lite_chart")) == 3


# ------------------------------------------------------------------------------------------------ Studio


def test_the_studio_checks_with_lines_and_shows_what_differs() -> None:
    """Otherwise somebody who writes a scenario learns only at the end that it cannot run."""
    app = opened("pages/studio.py")
    text = app.text_area[0]
    text.set_value("schema: 1\ntitle: Mine\nextends: confront\nactors:\n  pakistan:\n    levers: {aid: 7}\n").run()
    assert "your scenario:6: actors.pakistan.levers.aid is out of range: 7; allowed: 0 to 1" in said(app)
    app.text_area[0].set_value(
        "schema: 1\ntitle: Mine\nextends: confront\nactors:\n  pakistan:\n    levers: {aid: 0.7}\n"
    ).run()
    assert "Everything fits" in app.success[0].value
    table = app.table[0].value
    assert table.iloc[0].tolist() == ["0", "0\\.7"]
    change = {"from": "2022-12", "levers": {"domestic_operations": 0.7}}
    app.text_area[0].set_value(drafting.with_change(drafting.start("appease"), "pakistan", change)).run()
    assert app.table[0].value.iloc[0].tolist() == ["0\\.5", "0\\.7"], "what the other sets by its policy is told"


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../confront.yaml", "scenarios/confront.yaml", "C:\\\\x.yaml", "confront.yaml"]
)
def test_no_path_reaches_the_file_system(name: str) -> None:
    """Otherwise a visitor reads the server's files through `extends`."""
    checked = drafting.check(f"schema: 1\ntitle: Mine\nextends: '{name}'\n")
    assert checked.scenario is None
    assert "extends is not a name" in checked.problems[0]
    policy = drafting.check(f"schema: 1\ntitle: Mine\nactors: {{pakistan: {{policy: '{name}'}}}}\n")
    assert "is not a name" in policy.problems[0]


def test_files_that_are_too_large_too_deep_or_no_text_are_refused() -> None:
    with pytest.raises(ScenarioError, match="too large; at most 256 KiB"):
        drafting.decoded(b"a" * (256 * 1024 + 1))
    with pytest.raises(ScenarioError, match="your scenario:2: the text is not UTF-8"):
        drafting.decoded(b"schema: 1\ntitle: \xff")
    assert "nested too deeply" in drafting.check("schema: 1\ntitle: " + "[" * 30 + "]" * 30).problems[0]
    assert "anchors" in drafting.check("schema: &a 1\ntitle: Mine").problems[0]


def test_forms_change_the_text_and_what_they_write_is_right() -> None:
    text = drafting.start("confront")
    text = drafting.with_words(text, "Mine", "What then?", 48)
    text = drafting.with_change(text, "pakistan", {"from": "2023-06", "levers": {"aid": 0.5}})
    text = drafting.with_change(text, "taliban", {"from": "2023-06", "stance": "restrain"})
    text = drafting.with_parameter(text, "kinship_weight", 2.0)
    made = drafting.check(text)
    assert made.scenario is not None
    assert made.parent == "confront"
    assert made.scenario.title == "Mine"
    assert made.scenario.actors.taliban.changes[-1].stance == "restrain"
    assert made.scenario.parameters == {"kinship_weight": 2.0}
    text = drafting.without_change(text, *drafting.changes(text)[0][:2])
    left = drafting.check(drafting.with_parameter(text, "kinship_weight", None)).scenario
    assert left is not None
    assert [change.from_ for change in left.actors.pakistan.changes] == [
        change.from_ for change in load_scenario("confront").actors.pakistan.changes
    ]
    assert left.parameters == {}


def test_the_studio_sends_its_scenario_to_compare() -> None:
    """Otherwise what was written is checked and never simulated."""
    app = opened(**SMALL)
    text = "schema: 1\ntitle: Mine\nextends: confront\nactors:\n  pakistan:\n    levers: {aid: 0.7}\n"
    shared = to_query(State(scenarios=("confront", "own"), own=text, worlds=20, months=24, parameters="defaults"))
    app = opened(**shared)
    mine = load_scenario(("own", text)).model_copy(update={"name": "own"})
    found = sim.compare([load_scenario("confront"), mine], **HOW)
    assert headlines(found)[0] in said(app)


def test_the_studio_opens_beside_kept_versions_and_keeps_the_metric() -> None:
    kept = versions.keep(State(levers={"aid": 0.9}, worlds=20, months=24, parameters="defaults"), "Mine")
    app = opened("pages/studio.py", **to_query(kept))
    assert widget(app, "selectbox", "Start anew from").value == "confront"
    text = "schema: 1\ntitle: Mine\nextends: confront\nactors:\n  pakistan:\n    levers: {aid: 0.7}\n"
    app.text_area[0].set_value(text).run()
    widget(app, "selectbox", "What to look at").set_value("attacks").run()
    assert app.session_state["state"].metric == app.query_params["metric"] == "attacks"


# ------------------------------------------------------------------------------------------------ the address

NAMES = sorted(state.known())
settings = st.one_of(
    st.tuples(st.sampled_from(SHARES), st.floats(0, 1)),
    st.sampled_from(sorted(POSTURES)).map(lambda name: (name, "choose")),
)
versions_kept = st.builds(
    Kept,
    title=st.sampled_from(["Firm hand", "a,b:c & [d](http://e)", "فارسی"]),
    of=st.sampled_from(["confront", "appease"]),
    steps=st.lists(
        st.builds(Step, st.just("2022-12"), st.lists(settings, max_size=3).map(tuple)), min_size=1, max_size=4
    ).map(tuple),
)
states = st.builds(
    State,
    scenarios=st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True).map(tuple),
    since=st.sampled_from(["", "2021-08", "2023-02"]),
    levers=st.dictionaries(st.sampled_from(SHARES), st.floats(0, 1), max_size=4),
    postures=st.fixed_dictionaries(
        {}, optional={name: st.sampled_from([*OPTIONS[name], "choose"]) for name in POSTURES}
    ),
    uncertainties=st.sampled_from(sorted(PARAMETERS)).flatmap(
        lambda name: st.floats(PARAMETERS[name].low, PARAMETERS[name].high).map(lambda value: {name: value})
    ),
    parameters=st.sampled_from(MODES),
    told=st.sampled_from(["", *AS_OF]),
    seed=st.integers(0, 2**63 - 1),
    worlds=st.integers(1, state.MOST_WORLDS),
    months=st.integers(0, state.MOST_MONTHS),
    month=st.sampled_from(["", "2022-12"]),
    metric=st.sampled_from(sorted(METRICS)),
    own=st.sampled_from(["", "schema: 1\ntitle: Mine\nextends: confront\n"]),
    kept=st.dictionaries(st.sampled_from(state.kept_names()), versions_kept, max_size=3),
)


@draws(150)
@given(states)
def test_an_address_gives_the_same_state_again(here: State) -> None:
    """Otherwise a shared link shows other numbers."""
    again, problems = from_query(to_query(here))
    assert problems == []
    assert again == here
    edited = replace(here, version_of=here.scenarios[0])
    assert from_query(to_query(edited))[0] == edited
    if here.kept:  # compared by its name
        compared = replace(here, scenarios=("confront", next(iter(here.kept))), version_of="")
        assert from_query(to_query(compared)) == (compared, [])


KEYS = ["compare", "version", "since", "lever.aid", "posture.stance", "value.", "values", "seed", "worlds", "months"]
KEYS += ["month", "metric", "own", "lever.", "nothing", "kept.k1", "kept."]


@draws(300)
@given(st.dictionaries(st.sampled_from(KEYS) | st.text(), st.text(), max_size=5))
def test_any_address_is_read_without_harm(query: dict[str, str]) -> None:
    """Otherwise a hand-made address ends in a traceback."""
    here, problems = from_query(query)
    again, more = from_query(to_query(here))
    assert (again, more) == (here, [])
    assert len(problems) <= len(query) + 1


@pytest.mark.parametrize(
    "value", ["x", "", "appease~Hard line", "a" * 5000, "~", "appease~~2022-12", "~".join("a" * 9)]
)
def test_a_kept_version_that_is_none_is_told_in_plain_words(value: str) -> None:
    """Otherwise the message is about what the program unpacks."""
    here, problems = from_query({"kept.k1": value})
    assert here.kept == {}
    assert [problem.rpartition(": ")[2] for problem in problems] == ["is cut off or changed; ask for the address again"]


def test_a_packed_scenario_cannot_burst() -> None:
    """Otherwise a short address unpacks to gigabytes."""
    import base64
    import zlib

    for size, says in ((4_000_000, "too large"), (50_000_000, "too long")):
        bomb = base64.urlsafe_b64encode(zlib.compress(b"a" * size, 9)).decode().rstrip("=")
        here, problems = from_query({"own": bomb})
        assert here.own == ""
        assert says in problems[0]


@given(st.text())
def test_text_stays_text(text: str) -> None:
    """Otherwise a title in an uploaded file becomes a link or a heading."""
    out = plain(text)
    assert "\n" not in out
    for place, sign in enumerate(out):
        if sign in "`*_[]()<>#$:~!|":
            assert out[place - 1] == "\\"


# ------------------------------------------------------------------------------------------------ versions, pictures


def test_what_a_slider_stands_at_is_what_the_scenario_asks_then() -> None:
    plan = versions.planned(load_scenario("confront"), "2022-12")
    assert (plan["domestic_operations"], plan["cross_border_strikes"], plan["conditionality"]) == (0.5, 0.4, 0.6)
    assert plan["stance"] == "choose"
    assert versions.planned(load_scenario("confront"), "2021-08")["domestic_operations"] == 0.4
    assert versions.begins(load_scenario("confront")) == "2022-12"


def test_setting_a_lever_to_what_it_is_changes_nothing() -> None:
    here = State(levers={"domestic_operations": versions.planned(load_scenario("appease"), "2022-12")["domestic_operations"]})  # type: ignore[dict-item]  # fmt: skip
    assert versions.your_version(here) is None


def test_a_moving_picture_is_the_picture() -> None:
    """Otherwise a kept drawing outlives what it was drawn for, and its words belong to other rows."""
    every = {
        name: sim.run(name, worlds=8, months=20, parameters="defaults") for name in ("confront", "appease", "hedge")
    }
    makers = {"fan": fan, "difference": paired_difference, "verdicts": lambda found, metric: verdict_shares(found)}
    for _ in range(2):
        for names in (["confront", "appease"], ["appease", "confront"], ["confront", "hedge", "appease"]):
            found = Comparison({name: every[name] for name in names}, names[0], {})
            for kind, make in makers.items():
                for metric in ("fatalities", "sovereignty"):
                    whole = make(found, metric).to_dict(validate=False)
                    whole.pop("data")
                    (rows,) = whole.pop("datasets").values()
                    parts = moving(found, kind, metric)
                    assert parts.rows == rows
                    assert parts.specification == whole


# ------------------------------------------------------------------------------------------------ the engine


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))  # so that the workers find what is in labour.py
        made = Engine()
        yield made
        made.close()


def job(seed: int = 0, worlds: int = 4, months: int = 6, panels: bool = False) -> Job:
    return Job(load_scenario("confront"), worlds, months, seed, "defaults", panels)


def wait_until(true: Any) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:  # on a busy machine a process of low priority takes long to start
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it never came about")


def test_the_engine_gives_what_a_run_gives_and_runs_it_once(engine: Engine) -> None:
    before = engine.runs
    first = engine.results("a", {"x": job(), "y": job(seed=1)})
    again = engine.results("b", {"z": job()})
    alone = sim.run("confront", worlds=4, months=6, seed=0, parameters="defaults")
    assert first["x"].outcomes.equals(alone.outcomes)
    assert again["z"] is first["x"]
    assert engine.runs == before + 2
    with pytest.raises(ValueError, match="read-only"):
        first["x"].arrays.metrics["attacks"][0, 0] = 1.0


def test_panels_come_when_asked_for(engine: Engine) -> None:
    assert engine.results("a", {"x": job(seed=2)})["x"].arrays.panels == {}
    assert "attacks_by_area" in engine.results("a", {"x": job(seed=2, panels=True)})["x"].arrays.panels
    assert "attacks_by_area" in engine.results("a", {"x": job(seed=2)})["x"].arrays.panels


def test_the_same_question_at_the_same_time_is_run_once(engine: Engine) -> None:
    before, found = engine.runs, []

    def ask(number: int) -> None:
        found.append(engine.results(f"s{number}", {"x": job(seed=3, worlds=300, months=60)}))

    asked = [threading.Thread(target=ask, args=[number]) for number in range(6)]
    for one in asked:
        one.start()
    for one in asked:
        one.join()
    assert engine.runs == before + 1
    assert len({id(one["x"]) for one in found}) == 1


def test_only_the_newest_question_of_a_session_counts(engine: Engine) -> None:
    """Otherwise the drag of a slider queues up runs that nobody will see."""
    before = engine.runs
    for seed in range(100, 110):
        moved_on = time.monotonic() + 0.05
        with pytest.raises(SupersededError):
            engine.results("dragging", {"x": job(seed, 1000, 120)}, lambda until=moved_on: time.monotonic() > until)
    engine.results("dragging", {"x": job(110)})
    assert engine.runs == before + 1  # a run that went on to its end would be counted, and kept the last one waiting
    assert engine._tasks == {}


def test_a_part_of_a_larger_part_gives_way_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit lets a part begin anew only where it was asked for by itself; what is newer then comes after the larger one."""

    def given_up(*_: Any) -> Any:
        raise SupersededError

    def rerun(scope: str) -> None:
        raise RuntimeError(f"the {scope} is not among those that are run")

    monkeypatch.setattr(show, "engine", lambda: SimpleNamespace(results=given_up))
    monkeypatch.setattr(show.st, "rerun", rerun)
    monkeypatch.setattr(show, "session", lambda: "visitor")
    assert show.answers(dict) is None


def test_what_another_session_waits_for_is_not_stopped(engine: Engine) -> None:
    found: list[Any] = []
    patient = threading.Thread(target=lambda: found.append(engine.results("patient", {"x": job(120, 400, 60)})))
    patient.start()
    wait_until(lambda: engine._tasks)
    with pytest.raises(SupersededError):
        engine.results("hasty", {"x": job(120, 400, 60)}, lambda: True)
    patient.join()
    assert found[0]["x"].worlds == 400


def test_what_is_made_ready_is_in_nobodys_way(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise whoever comes first waits for what nobody has asked for."""
    monkeypatch.setattr("dashboard.runtime.engine.QUIET", 0.2)
    asked = 0

    def results(session: str, jobs: Any, superseded: Any) -> dict[str, Any]:
        nonlocal asked
        asked += 1
        assert (session, jobs, superseded()) == (OPENING, {}, False)
        if asked == 1:
            engine._ask("visitor", {})
            assert superseded()
            raise SupersededError
        return {}

    engine._ask("visitor", {})
    began = time.monotonic()
    monkeypatch.setattr(engine, "results", results)
    engine.ready({})
    assert asked == 2  # given up for her, and asked again when she was done
    assert time.monotonic() - began > 0.4
    engine._ask(OPENING, {})
    assert engine._is_quiet()


def test_the_pictures_of_the_first_change_are_put_together_beforehand() -> None:
    """Otherwise the first lever that anybody moves is answered a quarter of a second late."""
    here = State(worlds=20, months=24, parameters="defaults")
    moved = here.with_(levers={"aid": 0.7})

    def found(state: State) -> Comparison:
        runs = {name: sim.run(one.scenario, **one.arguments) for name, one in versions.jobs(state).items()}
        return versions.compared(runs, here.scenarios[0])

    first, then = found(here), found(moved)
    show.foresee(versions.foreseen(here, first), ("fan", "difference", "verdicts"), "attacks")
    known = set(_FRAMES)
    for kind in ("fan", "difference", "verdicts"):
        show.moving(then, kind, "attacks")
    assert set(_FRAMES) == known
    assert first.results.keys() == {"confront", "appease"}
    assert versions.foreseen(moved, then) is None


def test_the_memory_kept_is_bounded() -> None:
    small = Engine(kept_bytes=400_000, workers=1)
    try:
        for seed in range(8):
            small.results("a", {"x": job(seed, 20, 12)})
            assert small.bytes <= 400_000
        assert 1 <= len(small._kept) < 8
        assert small.bytes == sum(size for _, size, _ in small._kept.values())
    finally:
        small.close()


def test_what_one_is_to_blame_for_is_not_the_others_fault() -> None:
    """Otherwise a run that fails takes with it whoever waits beside it."""
    wrong, right = (Task(name, run_scenario, (name,), {"worlds": 4, "months": 3}) for name in ("nowhere", "confront"))
    done: list[Task] = []
    work_queue = WorkQueue(1, 9, 30.0, 0, done.append)
    work_queue.queue.extend([wrong, right])
    try:
        work_queue.start()
        assert right.finished.wait(SECONDS)
        assert right.answer().worlds == 4
        with pytest.raises(RunError, match="nowhere"):
            wrong.answer()
    finally:
        work_queue.close()


def test_what_cannot_be_passed_on_says_why_and_the_worker_goes_on() -> None:
    """Otherwise whoever asked waits without end before an empty page."""
    broken: list[Task] = []

    def pass_on(task: Task) -> None:
        if not broken:
            broken.append(task)
            raise KeyError("lost")

    work_queue = WorkQueue(1, 9, 30.0, 0, pass_on)
    how = {"worlds": 4, "months": 3}
    first, second = (Task(name, run_scenario, ("confront",), how) for name in ("first", "second"))
    try:
        work_queue.add(first, second)
        assert first.finished.wait(SECONDS)
        with pytest.raises(RunError, match="KeyError: 'lost'"):
            first.answer()
        assert second.finished.wait(SECONDS)
        assert second.answer().worlds == 4
    finally:
        work_queue.close()


def test_a_full_queue_says_so() -> None:
    work_queue = WorkQueue(0, 2, 1.0, 0, lambda task: None)
    for number in range(2):
        work_queue.add(Task(str(number), print, (), {}))
    with pytest.raises(BusyError, match="2 requests are waiting already"):
        work_queue.add(Task("3", print, (), {}))


def test_what_cannot_be_run_says_why(engine: Engine) -> None:
    with pytest.raises(RunError, match="worlds must be a whole number from 1"):
        engine.results("a", {"x": job(worlds=0)})
    assert engine.results("a", {"x": job(seed=4)})["x"].worlds == 4


def test_one_users_heavy_job_does_not_hold_up_the_others(engine: Engine) -> None:
    task = engine.heavy("heavy", slow, 60.0)
    wait_until(lambda: task.told is not None)
    assert engine.results("light", {"x": job(seed=5)})["x"].worlds == 4
    waiting = [engine.heavy("heavy", slow, 60.0)]
    with pytest.raises(BusyError, match=r"2 requests from your page are waiting or under way.*Wait some seconds"):
        engine.heavy("heavy", slow, 60.0)
    waiting += [engine.heavy(f"other {number}", slow, 60.0) for number in range(3)]
    assert [engine.slow.ahead(one) for one in waiting] == [1, 2, 3, 4]
    file = engine.file("reader", slow, 0.1)
    assert file.finished.wait(SECONDS)
    assert file.answer() == "done"
    assert not waiting[-1].finished.is_set()  # the heavy queue stands meanwhile
    for one in [*waiting, task]:
        engine.cancel(one)
        assert one.finished.wait(SECONDS)
    with pytest.raises(RunError, match="stopped"):
        task.answer()
    after = engine.heavy("heavy", slow, 0.1)
    assert after.finished.wait(SECONDS)
    assert after.answer() == "done"


def test_an_address_cannot_fill_a_queue_and_is_not_served_before_others() -> None:
    """Otherwise four pages of one visitor have everybody else wait for half an hour."""
    work_queue = WorkQueue(0, MOST_HEAVY_WAITING, 1.0, 0, lambda task: None, **HEAVY)  # type: ignore[arg-type]

    def asked(session: str, address: str) -> Task:
        task = Task(f"{session} {time.monotonic_ns()}", print, (), {}, session=session, address=address)
        work_queue.add(task)
        return task

    for number in range(HEAVY["most_address"]):
        asked(f"s{number // 2}", "one")
    with pytest.raises(BusyError, match="requests from your address are waiting"):
        asked("another", "one")
    with pytest.raises(BusyError, match="requests from your page are waiting"):
        asked("s0", "one")
    late = asked("late", "two")
    worker: Any = SimpleNamespace(task=None)
    work_queue.workers.append(worker)
    order = []
    for _ in range(5):
        order.append(work_queue.take(worker))
        worker.task = None
    assert [one.address for one in order] == ["one", "two", "one", "one", "one"]
    assert order[1] is late
    assert len({one.session for one in order}) == 5  # and sessions of one address in turn, too


def test_what_a_closed_page_asked_for_is_given_up(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the work of visitors who have gone keeps the workers from everybody else."""
    there = {"stays", "blinks"}
    monkeypatch.setattr(engine, "_there", there.__contains__)
    for name in ("stays", "goes", "blinks"):
        engine.came(name, "192.0.2.1")
    tasks = {name: engine.heavy(name, slow, 60.0) for name in ("stays", "goes", "blinks", "never came")}
    gone, _ = engine.file("goes", slow, 60.0), engine._give_up_closed(100.0)
    there.discard("blinks")
    engine._give_up_closed(110.0)
    there.add("blinks")  # it has lost its connection for a moment
    engine._give_up_closed(116.0)
    assert tasks["goes"].finished.wait(20)
    assert gone.finished.wait(SECONDS)
    assert [name for name, task in tasks.items() if task.finished.is_set()] == ["goes"]
    for one in tasks.values():
        engine.cancel(one)
        assert one.finished.wait(20)


@pytest.mark.skipif(sys.platform != "linux", reason="there is no such limit on this system")
def test_a_request_that_takes_too_much_memory_is_refused_and_its_process_ended(engine: Engine) -> None:
    """Otherwise a file of a few hundred bytes takes the memory of the whole machine."""
    engine.results("a", {"x": job(seed=10)})
    little = engine.file("eater", hungry, 100)
    assert little.finished.wait(SECONDS)
    assert little.answer() == 1
    for fills in (hungry, swelling, table):
        task = engine.file("eater", fills, 8192)
        assert task.finished.wait(SECONDS)
        with pytest.raises(
            RunError, match=r"^This takes more memory than one request may \(1,536 MB\); ask for less at once.$"
        ):
            task.answer()
        after = engine.file("eater", slow, 0.1)
        assert after.finished.wait(SECONDS)
        assert after.answer() == "done"


def test_a_process_that_refused_what_somebody_brought_is_not_used_again(engine: Engine, tmp_path: Path) -> None:
    """Otherwise what a file did to a process stays with whoever comes next."""
    engine.results("a", {"x": job(seed=11)})
    before = {worker.process.pid for worker in engine.quick.workers}  # type: ignore[union-attr]
    with pytest.raises(RunError, match="not a ZIP file"):
        engine.results("a", {"x": UploadTask(archives.unpack, (b"nonsense", str(tmp_path / "new")))})
    wait_until(lambda: len(before & {worker.process.pid for worker in engine.quick.workers}) == len(before) - 1)  # type: ignore[union-attr]
    assert engine.results("a", {"x": job(seed=12)})["x"].worlds == 4


def test_what_was_made_of_texts_is_kept_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise each address that anybody opens stays in memory for good."""
    monkeypatch.setattr("dashboard.runtime.memo.MOST_LETTERS", {"session": 20, "address": 50, "all": 80})
    who, made = ["a", "one"], []

    def make(text: str) -> str:
        made.append(text)
        return text.upper()

    kept = Remembered(make, lambda: (who[0], who[1]))
    assert [kept("quiet 1234"), kept("quiet 1234")] == ["QUIET 1234"] * 2
    assert made == ["quiet 1234"]
    for session, address in (("b", "one"), ("c", "one"), ("d", "one"), ("e", "two"), ("f", "three")):
        who[:] = session, address
        for number in range(9):
            assert kept(f"{session} {number:08}") == f"{session.upper()} {number:08}"
        assert kept("x" * 81) == "X" * 81
        for place, most in ((0, 20), (1, 50)):
            mine = [text for text, (_, whose) in kept._kept.items() if whose[place] == who[place]]
            assert sum(map(len, mine)) <= most
        assert sum(map(len, kept._kept)) <= 80
    assert "x" * 81 not in kept._kept
    assert type(experiments.check) is type(versions._from_text) is Remembered


def test_of_what_is_kept_whoever_has_most_makes_room_first() -> None:
    """Otherwise one visitor pushes out what everybody else is looking at."""
    small = Engine(workers=1)
    try:
        for session, address in (("a", "one"), ("b", "one"), ("c", "two")):
            small.came(session, address)
        quiet = {session: job(seed, 20, 12) for seed, session in enumerate("bc")}
        for session, one in quiet.items():
            small.results(session, {"x": one})
        small._kept_bytes = room = small.bytes * 2  # four such runs
        for seed in range(10, 20):
            small.results("a", {"x": job(seed, 20, 12)})
        assert small.bytes <= room
        assert all(one.key in small._kept for one in quiet.values())
    finally:
        small.close()


def test_a_worker_that_dies_or_hangs_is_replaced() -> None:
    small = Engine(workers=1)
    try:
        small.results("a", {"x": job(seed=6)})
        small.quick.workers[0].process.kill()  # type: ignore[union-attr]
        wait_until(lambda: small.quick.workers[0].process.poll() is not None)  # type: ignore[union-attr]
        assert small.results("a", {"x": job(seed=7)})["x"].worlds == 4
        small.quick.seconds = 0.2
        with pytest.raises(RunError, match="took longer than"):
            small.results("a", {"x": job(8, 1000, 120)})
        small.quick.seconds = 30.0
        assert small.results("a", {"x": job(seed=9)})["x"].worlds == 4
    finally:
        small.close()


def test_a_task_whose_process_died_is_worked_on_once_more() -> None:
    """Otherwise a visitor is told to try again what the next process does at once."""
    small = Engine(workers=1)
    try:
        small.results("a", {"x": job(seed=6)})
        first = small.quick.workers[0].process
        assert first is not None
        threading.Timer(0.1, first.terminate).start()
        assert small.results("a", {"x": job(8, 4000, 120)})["x"].worlds == 4000
        assert first.poll() == -signal.SIGTERM
    finally:
        small.close()


def test_compare_goes_on_as_things_stood(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the control moves nothing, other pages show told worlds, or two runs go by one key."""
    plain, told = State(worlds=20, months=24), State(worlds=20, months=24, told="2022-12")
    assert from_query({"told": "2022-12"})[0].told == "2022-12"
    assert from_query({"told": "2022-11"})[1]
    for name, job in versions.jobs(told).items():
        assert job.arguments["told"] == "2022-12"
        assert versions.jobs(plain)[name].arguments["told"] is None
        assert job.key != versions.jobs(plain)[name].key
    monkeypatch.setattr("streamlit.caption", lambda text: None)
    assert choosing.untold(told) == plain
