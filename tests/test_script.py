"""What the model is told each month: layers, dates, conditions with their memory, choice, shocks; world by world."""

from __future__ import annotations

import timeit
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.scenario import Scenario, Script, load_scenario
from sim.vocabulary import BROKERING, CAMPAIGNS, KABUL_ANSWERS, LEVERS, STANCES
from sim.worlds import Vector

POLICIES = """\
policies:
  hard:
    title: Hard
    actor: pakistan
    summary: S.
    settings: {levers: {cross_border_strikes: 0.5, fencing: 0.3}, conditionality: 0.4}
    responds:
      - when: {metric: attacks, above: 40, months: 3}
        for: 2
        levers: {cross_border_strikes: 0.9}
      - from: 2022-01
        levers: {fencing: 0.8}
  soft:
    title: Soft
    actor: pakistan
    summary: S.
    settings: {levers: {aid: 0.7, fencing: 0.1}, visibility: 0.2}
"""


def make(text: str) -> Scenario:
    return load_scenario(("s.yaml", f"schema: 1\ntitle: T\n{text}\n{POLICIES}"))


def pakistan(text: str) -> Scenario:
    return make(f"actors:\n  pakistan: {text}")


def silent(metric: str, months: int) -> Vector:
    raise AssertionError(f"nothing should ask for {metric} over {months} months")


def always(*values: float) -> Callable[[str, int], Vector]:
    return lambda metric, months: np.array(values)


def only(vector: Vector | None) -> float:
    """The one value that a vector has in every world."""
    assert vector is not None
    assert len(set(vector)) == 1
    return float(vector[0])


def test_by_default_everything_is_left_to_choose_and_no_lever_is_pulled() -> None:
    script = Script(make(""), 3)
    ours = script.settings("pakistan", 0, silent)
    assert set(ours) == {*LEVERS, "conditionality", "visibility", "policy"}
    assert {name: only(ours[name]) for name in LEVERS} == dict.fromkeys(LEVERS, 0.0)
    assert (only(ours["conditionality"]), only(ours["visibility"]), only(ours["policy"])) == (0.0, 0.5, -2.0)
    choices = ("stance", "brokering", "answer", "india_openness", "messaging", "border_posture")
    assert script.settings("taliban", 0, silent) == dict.fromkeys(choices)
    assert script.settings("ttp", 0, silent) == {"campaign": None}
    assert script.settings("india", 0, silent) == {"engagement": None}
    assert script.candidates == ()
    assert script.shocks(0) == []


def test_vectors_are_what_the_model_needs_and_cannot_be_changed() -> None:
    script = Script(pakistan("{policy: hard}"), 4)
    for month, recent in enumerate([silent, always(0, 50, 0, 50), always(0, 0, 0, 0)]):
        for vector in script.settings("pakistan", month, recent).values():
            assert vector is not None
            assert (vector.shape, vector.dtype, vector.flags.c_contiguous) == ((4,), np.float64, True)
            with pytest.raises(ValueError, match="read-only"):
                vector[0] = 1.0
        assert len(set(script.settings("pakistan", month, recent)["cross_border_strikes"])) == (2 if month else 1)  # type: ignore[arg-type]


def test_options_are_numbered_as_in_the_vocabulary() -> None:
    for number, name in enumerate(STANCES):
        made = make(f"actors: {{taliban: {{stance: {name}, messaging: 0.25}}}}")
        theirs = Script(made, 2).settings("taliban", 0, silent)
        assert only(theirs["stance"]) == number
        assert only(theirs["messaging"]) == 0.25
        assert theirs["india_openness"] is None
    for setting, options in (("brokering", BROKERING), ("answer", KABUL_ANSWERS)):
        for number, name in enumerate(options):
            theirs = Script(make(f"actors: {{taliban: {{{setting}: {name}}}}}"), 2).settings("taliban", 0, silent)
            assert only(theirs[setting]) == number
    campaign = Script(make("actors: {ttp: {campaign: lie_low}}"), 2).settings("ttp", 0, silent)["campaign"]
    assert only(campaign) == list(CAMPAIGNS).index("lie_low")
    engagement = Script(make("actors: {india: {engagement: none}}"), 2).settings("india", 0, silent)["engagement"]
    assert only(engagement) == 0.0


def levers(script: Script, month: int, *names: str, recent: Any = None) -> tuple[float, ...]:
    found = script.settings("pakistan", month, recent or always(*[0.0] * script.worlds))
    return tuple(only(found[name]) for name in names)


def test_own_settings_lie_over_the_policy_and_the_policys_responses() -> None:
    script = Script(pakistan("{policy: hard, levers: {fencing: 0.6}, visibility: 0.9}"), 2)
    assert levers(script, 0, "cross_border_strikes", "fencing", "conditionality", "visibility") == (0.5, 0.6, 0.4, 0.9)
    assert levers(script, 5, "fencing") == (0.6,)
    plain = Script(pakistan("{policy: hard}"), 2)
    assert [levers(plain, month, "fencing")[0] for month in (0, 4, 5, 6)] == [0.3, 0.3, 0.8, 0.8]


def test_dated_changes_include_both_ends_and_later_ones_win() -> None:
    script = Script(
        pakistan(
            "{levers: {aid: 0.1}, changes: [{from: 2021-10, until: 2021-12, levers: {aid: 0.5, fencing: 1}}, "
            "{from: 2021-12, levers: {aid: 0.9}}, {from: 2021-09, until: 2021-09, levers: {aid: 0}}]}"
        ),
        2,
    )
    found = [levers(script, month, "aid", "fencing") for month in range(7)]
    assert found == [(0.1, 0), (0.0, 0), (0.5, 1), (0.5, 1), (0.9, 1), (0.9, 0), (0.9, 0)]


def test_a_change_before_the_start_is_in_force_from_the_first_month() -> None:
    made = make("start: 2022-06\nactors:\n  pakistan: {changes: [{from: 2021-10, until: 2022-07, levers: {aid: 1}}]}")
    script = Script(made, 1)
    assert [levers(script, month, "aid")[0] for month in range(3)] == [1.0, 1.0, 0.0]


def test_a_change_of_policy_exchanges_what_lies_underneath() -> None:
    text = "{policy: hard, levers: {aid: 0.2}, changes: [{from: 2021-10, until: 2021-11, policy: soft}]}"
    script = Script(pakistan(text), 2)
    names = ("cross_border_strikes", "fencing", "aid", "conditionality", "visibility", "policy")
    hard, soft = script.policies.index("hard"), script.policies.index("soft")
    assert levers(script, 1, *names) == (0.5, 0.3, 0.2, 0.4, 0.5, hard)
    assert levers(script, 2, *names) == (0.0, 0.1, 0.2, 0.0, 0.2, soft)
    assert levers(script, 4, *names) == (0.5, 0.3, 0.2, 0.4, 0.5, hard)


def test_conditions_hold_world_by_world_and_for_as_long_as_they_say() -> None:
    text = "{changes: [{when: {metric: attacks, above: 10}, for: 3, levers: {aid: 1}}]}"
    script = Script(pakistan(text), 3)
    history = [(99, 99, 99), (10, 11, 0), (0, 0, 0), (0, 11, 0), (0, 0, 0), (0, 0, 11), (0, 0, 0), (0, 0, 0)]
    found = []
    for month, values in enumerate(history):
        aid = script.settings("pakistan", month, silent if month == 0 else always(*values))["aid"]
        assert aid is not None
        found.append("".join(str(int(value)) for value in aid))
    # In the first month nothing can have been met; a second meeting makes it hold on from there.
    assert found == ["000", "010", "010", "010", "010", "011", "001", "001"]


def test_a_bound_and_a_time_may_differ_between_worlds() -> None:
    text = "{changes: [{when: {metric: attacks, above: 10}, for: 3, levers: {aid: 1}}]}"
    here = "actors.pakistan.changes.0"
    levers = {f"{here}.when.above": np.array([10, 4, np.inf]), f"{here}.for": np.array([3.0, 1.0, 3.0])}
    script = Script(pakistan(text), 3, levers)
    found = []
    for month, value in enumerate([99, 5, 99, 0, 0, 0]):
        aid = script.settings("pakistan", month, always(value, value, value))["aid"]
        assert aid is not None
        found.append("".join(str(int(one)) for one in aid))
    assert found == ["000", "010", "110", "100", "100", "000"]
    for wrong in (f"{here}.when.below", "actors.pakistan.for", f"{here}.levers.above"):
        with pytest.raises(KeyError):
            Script(pakistan(text), 3, {wrong: np.zeros(3)})


def test_without_for_a_condition_holds_while_it_is_met() -> None:
    script = Script(make("actors: {taliban: {changes: [{when: {metric: attacks, below: 5}, stance: restrain}]}}"), 3)
    found = [script.settings("taliban", month, always(*values))["stance"]
             for month, values in enumerate([(0, 0, 0), (0, 5, 9), (4, 4, 4), (9, 9, 9), (9, 9, 0)])]  # fmt: skip
    assert found[0] is None
    assert list(found[1]) == [3, -1, -1]  # type: ignore[arg-type]
    assert list(found[2]) == [3, 3, 3]  # type: ignore[arg-type]
    assert found[3] is None
    assert list(found[4]) == [-1, -1, 3]  # type: ignore[arg-type]


def test_choose_can_be_set_again() -> None:
    made = make("actors: {ttp: {campaign: escalate, changes: [{from: 2021-09, campaign: choose}]}}")
    script = Script(made, 2)
    assert only(script.settings("ttp", 0, silent)["campaign"]) == 0
    assert script.settings("ttp", 1, silent)["campaign"] is None


def test_a_condition_counts_only_within_its_dates() -> None:
    text = "{changes: [{when: {metric: attacks, above: 1}, for: 9, from: 2021-10, until: 2021-11, levers: {aid: 1}}]}"
    early = Script(pakistan(text), 1)
    met_in = {1: "00000", 2: "00110", 3: "00010", 4: "00000"}
    for when, expected in met_in.items():
        early = Script(pakistan(text), 1)
        found = [levers(early, month, "aid", recent=always(2.0 if month == when else 0.0))[0] for month in range(5)]
        assert "".join(str(int(value)) for value in found) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("{metric: attacks, above: 10}", [0, 0, 1, 1]),
        ("{not: {metric: attacks, above: 10}}", [1, 1, 0, 0]),
        ("{all: [{metric: attacks, above: 10}, {metric: ceasefire, above: 0.5}]}", [0, 0, 0, 1]),
        ("{any: [{metric: attacks, above: 10}, {metric: ceasefire, above: 0.5}]}", [0, 1, 1, 1]),
        ("{not: {any: [{metric: attacks, above: 10}, {not: {metric: ceasefire, above: 0.5}}]}}", [0, 1, 0, 0]),
    ],
)
def test_conditions_combine(condition: str, expected: list[int]) -> None:
    def recent(metric: str, months: int) -> Vector:
        return {"attacks": np.array([0.0, 0, 20, 20]), "ceasefire": np.array([0.0, 1, 0, 1])}[metric]

    script = Script(pakistan(f"{{changes: [{{when: {condition}, levers: {{aid: 1}}}}]}}"), 4)
    script.settings("pakistan", 0, silent)
    assert list(script.settings("pakistan", 1, recent)["aid"]) == expected  # type: ignore[arg-type]


def test_recent_is_asked_for_the_months_given() -> None:
    asked = []

    def recent(metric: str, months: int) -> Vector:
        asked.append((metric, months))
        return np.zeros(2)

    Script(pakistan("{policy: hard}"), 2).settings("pakistan", 7, recent)
    assert asked == [("attacks", 3)]


def test_a_policys_response_is_watched_before_the_policy_is_in_force() -> None:
    text = "{changes: [{from: 2021-10, policy: hard}]}"
    script = Script(pakistan(text), 2)
    for month, values in enumerate([(0, 0), (0, 50)]):
        assert levers(script, month, "cross_border_strikes", recent=always(*values)) == (0.0,)
    strikes = script.settings("pakistan", 2, always(0, 0))["cross_border_strikes"]
    assert list(strikes) == [0.5, 0.9]  # type: ignore[arg-type]


def test_candidates_and_what_each_would_do() -> None:
    script = Script(pakistan("{policy: choose, among: [soft, hard], levers: {trade_opening: 0.4}}"), 2)
    assert script.candidates == ("soft", "hard")
    undecided = script.settings("pakistan", 0, silent)
    assert undecided["policy"] is None
    assert (only(undecided["aid"]), only(undecided["trade_opening"])) == (0.0, 0.4)
    soft, hard = (script.policy_settings(name, 0, silent) for name in script.candidates)
    assert (only(soft["aid"]), only(soft["trade_opening"]), only(soft["visibility"])) == (0.7, 0.4, 0.2)
    assert (only(hard["aid"]), only(hard["cross_border_strikes"])) == (0.0, 0.5)
    assert script.policies[int(only(hard["policy"]))] == "hard"
    with pytest.raises(ValueError, match="no such policy of Pakistan: other; allowed: hard, soft"):
        script.policy_settings("other", 0, silent)


def test_where_the_policy_is_settled_the_choice_changes_nothing() -> None:
    text = "{policy: choose, among: [soft, hard], changes: [{when: {metric: attacks, above: 9}, policy: hard}]}"
    script = Script(pakistan(text), 2)
    recent = always(0, 10)
    now = script.settings("pakistan", 1, recent)
    assert list(now["policy"]) == [-1, script.policies.index("hard")]  # type: ignore[arg-type]
    soft, hard = (script.policy_settings(name, 1, recent)["cross_border_strikes"] for name in ("soft", "hard"))
    assert list(soft) == [0.0, 0.5]  # type: ignore[arg-type]
    assert list(hard) == [0.5, 0.5]  # type: ignore[arg-type]


def test_a_policy_of_another_actor() -> None:
    other = (
        "  talks:\n    title: Talks\n    actor: ttp\n    summary: S.\n    settings: {campaign: ceasefire}\n"
        "    responds: [{when: {metric: strikes, above: 0.5}, campaign: escalate}]\n"
    )
    actors = "actors: {ttp: {policy: talks, changes: [{from: 2021-11, campaign: choose}]}}"
    script = Script(load_scenario(("s.yaml", f"schema: 1\ntitle: T\n{actors}\n{POLICIES}{other}")), 2)
    assert script.policies == ()
    found = [script.settings("ttp", month, always(0, 1))["campaign"] for month in range(4)]
    assert [vector if vector is None else list(vector) for vector in found] == [[2, 2], [2, 0], [2, 0], None]


def test_shocks_fall_in_their_months() -> None:
    made = make(
        "start: 2022-01\nshocks:\n"
        "  - {date: 2022-03, title: A, changes: {power.pti: {multiply: 2}, rhetoric: {add: 0.1}}}\n"
        "  - {date: 2022-02, until: 2022-04, title: B, changes: {economy: {add: -0.1}}}\n"
        "  - {date: 2021-08, title: Before, changes: {sanctions: {set: 1}}}\n"
        "  - {date: 2021-08, until: 2022-01, title: Into, changes: {distrust: {set: 0.5}}}"
    )
    script = Script(made, 2)
    b = ("economy", "add", -0.1)
    expected = [[("distrust", "set", 0.5)], [b], [("power.pti", "multiply", 2.0), ("rhetoric", "add", 0.1), b], [b], []]
    assert [script.shocks(month) for month in range(5)] == expected


def test_months_come_in_order() -> None:
    script = Script(pakistan("{policy: hard}"), 1)
    script.settings("pakistan", 3, always(0))
    with pytest.raises(ValueError, match="month 2 was asked for after month 3"):
        script.settings("pakistan", 2, always(0))


def test_unconditional_months_cost_next_to_nothing() -> None:
    script = Script(pakistan("{policy: soft, changes: [{from: 2021-10, levers: {aid: 0.5}}]}"), 10_000)
    script.settings("pakistan", 3, silent)
    assert script.settings("pakistan", 3, silent) is script.settings("pakistan", 3, silent)
    best = min(timeit.repeat(lambda: script.settings("pakistan", 3, silent), number=1000, repeat=5)) / 1000
    assert best < 20e-6


MENUS = """\
policies:
  wait: {title: Wait, actor: taliban, summary: S., settings: {stance: caution}}
  act:
    title: Act
    actor: taliban
    summary: S.
    settings: {stance: restrain}
    responds: [{when: {metric: attacks, above: 40}, for: 2, stance: crack_down}]
"""


def test_kabul_may_be_left_to_choose_among_policies() -> None:
    """What they ask for this month, in this world, is on the menu; its own word goes before it, and so does another policy."""
    text = """
schema: 1
title: T
actors:
  taliban:
    policy: wait
    among: [wait, act]
    changes: [{from: 2021-09, until: 2021-12, policy: choose}, {from: 2021-12, stance: contain}]
"""
    script = Script(load_scenario(("s.yaml", text + MENUS)), 2)

    def menu(month: int, recent: Callable[[str, int], Vector]) -> tuple[Any, list[list[str]]]:
        said = script.settings("taliban", month, recent)
        on_it = [said[f"on_menu.{option}"] for option in STANCES]
        listed = [[name for name, one in zip(STANCES, on_it, strict=True) if one[world]] for world in (0, 1)]  # type: ignore[index]
        return said["stance"], listed

    stance, listed = menu(0, silent)
    assert only(stance) == list(STANCES).index("caution")
    assert listed == [[*STANCES]] * 2
    stance, listed = menu(1, always(0, 0))
    assert stance is None
    assert listed == [["caution", "restrain"]] * 2
    assert menu(2, always(50, 0))[1] == [["caution", "crack_down"], ["caution", "restrain"]]
    assert menu(3, always(0, 0))[1] == [["caution", "crack_down"], ["caution", "restrain"]]
    stance, _ = menu(4, always(0, 0))
    assert only(stance) == list(STANCES).index("contain")
    stance, listed = menu(5, always(0, 0))
    assert only(stance) == list(STANCES).index("contain")
    assert listed == [[*STANCES]] * 2
