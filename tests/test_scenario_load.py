"""Scenarios from files: inheritance, standing alone, identity, overrides, differences."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scenario_shelf import CHILD, CONFRONT, INLINE, PARENT, scenario, stocked

from sim.scenario import (
    Policy,
    Scenario,
    ScenarioError,
    differences,
    library,
    list_scenarios,
    load_policy,
    load_scenario,
    validate_file,
    with_overrides,
)
from sim.scenario.load import _extended
from sim.scenario.sets import parameter_set


@pytest.fixture(autouse=True, scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with stocked(tmp_path_factory.mktemp("library")) as folder:
        yield folder


def test_circles_and_depth(tmp_path: Path) -> None:
    def write(name: str, extends: str) -> Path:
        path = tmp_path / f"{name}.yaml"
        path.write_text(f"schema: 1\ntitle: T\n\nextends: {extends}\n", encoding="utf-8")
        return path

    for name, extends in (("a", "b"), ("b", "c"), ("c", "a")):
        write(name, extends)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(tmp_path / "a.yaml")
    allowed = "allowed: a scenario that does not extend it"
    assert str(caught.value) == f"{tmp_path}/c.yaml:4: extends goes in a circle: a -> b -> c -> a; {allowed}"
    with pytest.raises(ScenarioError, match=r"self\.yaml:4: extends goes in a circle: self -> self"):
        load_scenario(write("self", "./self.yaml"))
    for number in range(12):
        write(f"d{number}", f"d{number + 1}")
    with pytest.raises(ScenarioError, match=r"d9\.yaml:4: extends goes too deep: d0 -> d1 -> .* allowed: 10 scenarios"):
        load_scenario(tmp_path / "d0.yaml")
    with pytest.raises(ScenarioError, match=r"e\.yaml:4: extends: there is no such file: 'nowhere/x\.yaml'"):
        load_scenario(write("e", "nowhere/x.yaml"))
    with pytest.raises(ScenarioError, match=r"there is no scenario with this name: 'chld' \(did you mean 'child'"):
        load_scenario("chld")


def test_problems_point_to_the_file_they_are_in(shelf: Path, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(PARENT.replace("policy: appease", "policy: apease"), encoding="utf-8")
    child = tmp_path / "leaf.yaml"
    child.write_text(CHILD.replace("extends: parent", "extends: base"), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(child)
    assert str(caught.value).startswith(
        f"{tmp_path}/base.yaml:13: actors.pakistan.changes[0].policy: there is no policy"
    )
    (tmp_path / "base.yaml").write_text(PARENT, encoding="utf-8")
    child.write_text(
        child.read_text(encoding="utf-8").replace("        levers: {border_closure: 1}", "        policy: nope")
    )
    with pytest.raises(ScenarioError) as caught:
        load_scenario(child)
    assert str(caught.value).startswith(
        f"{tmp_path}/leaf.yaml:10: actors.pakistan.changes[1].policy: there is no policy"
    )


def test_every_part_knows_its_line() -> None:
    merged = _extended(("child.yaml", CHILD), None, [])
    assert merged.where(("shocks", 1, "until")) == "child.yaml:14"
    assert merged.where(("shocks", 0, "claims")).endswith("parent.yaml:22")
    assert merged.where(("actors", "pakistan", "levers", "aid")) == "child.yaml:7"
    assert merged.where(("actors", "pakistan", "levers", "fencing")).endswith("parent.yaml:10")
    assert merged.where(("actors", "pakistan", "changes", 1, "levers")) == "child.yaml:10"


def test_inheritance_by_the_five_rules(shelf: Path) -> None:
    child = load_scenario("child")
    assert (child.name, child.title, child.question, child.months) == ("child", "Child", "What then?", 48)
    pakistan = child.actors.pakistan
    assert pakistan.policy == "confront"
    assert pakistan.levers == {"aid": 0.7, "fencing": 0.5}
    assert [change.policy for change in pakistan.changes] == ["appease", None]
    assert child.actors.taliban.stance == "caution"
    assert child.actors.india.engagement == "embassy"
    assert [shock.title for shock in child.shocks] == ["Khan loses office", "Aid dries up"]
    assert child.parameters["cohesion_cost"] == 3.0
    assert child.parameters["threat_response"].mode == 0.0  # type: ignore[union-attr]
    assert child.claims == ("c.one", "c.two", "c.four")
    assert child.extends is None
    named = with_overrides(load_scenario("parent"), {"name": "another_name"}).to_yaml()
    (shelf / "named.yaml").write_text(named, encoding="utf-8")
    heir = scenario("extends: named")
    (shelf / "named.yaml").unlink()
    assert heir.name == "s"
    assert set(child.policies) == {"confront", "appease"}


def test_null_takes_back_and_a_settled_choice_drops_its_candidates() -> None:
    text = "extends: parent\nactors: {pakistan: {policy: null}, taliban: {stance: null}}\n"
    child = scenario(text)
    assert child.actors.pakistan.policy is None
    assert child.actors.taliban.stance is None
    choosing = scenario("actors: {pakistan: {policy: choose, among: [confront, appease]}}")
    assert choosing.actors.pakistan.among == ("confront", "appease")
    settled = with_overrides(choosing, {"actors.pakistan.policy": "confront"})
    assert settled.actors.pakistan.among == ()


def test_the_nearest_policy_counts(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "confront.yaml").write_text(CONFRONT.replace("0.6", "0.1"), encoding="utf-8")
    path = tmp_path / "s.yaml"
    path.write_text("schema: 1\ntitle: T\nextends: parent\n", encoding="utf-8")
    levers = load_scenario(path).policies["confront"].settings.given()
    assert levers["domestic_operations"] == 0.1
    assert load_scenario("parent").policies["confront"].settings.given()["domestic_operations"] == 0.6
    inline = scenario(INLINE.replace("schema: 1\ntitle: T\n", "").replace("  p:", "  confront:") + "extends: parent\n")
    assert inline.policies["confront"].title == "P"


def test_a_resolved_scenario_stands_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("parent", "child"):
        original = load_scenario(name)
        monkeypatch.setattr("sim.scenario.load.library", lambda: tmp_path)
        back = load_scenario(("elsewhere.yaml", original.to_yaml()))
        monkeypatch.undo()
        assert back == original
        assert back.name == name
        assert back.hash == original.hash
        assert back.to_yaml() == original.to_yaml()
    assert original.source is not None
    assert back.source is None
    assert pickle.loads(pickle.dumps(original)) == original


def test_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_scenario("child").months = 3  # type: ignore[misc]


def test_hash_follows_numbers_and_nothing_else() -> None:
    base = load_scenario("child")
    same = {"title": "Other", "summary": "Other.", "question": "Other?", "claims": [], "name": "other"}
    for path, value in same.items():
        assert with_overrides(base, {path: value}).hash == base.hash
    assert with_overrides(base, {"actors.pakistan.changes.0.why": "Because."}).hash == base.hash
    assert with_overrides(base, {"policies.confront.title": "Other", "policies.confront.claims": []}).hash == base.hash
    assert with_overrides(base, {"shocks.0.title": "Other", "shocks.0.claims": ["c.one"]}).hash == base.hash
    assert with_overrides(base, {"policies.spare": {"title": "S", "actor": "ttp", "summary": "S."}}).hash == base.hash
    other = {
        "months": 12,
        "start": "2021-09",
        "actors.pakistan.levers.aid": 0.71,
        "actors.pakistan.changes.0.from": "2023-01",
        "actors.pakistan.changes.1.when.all.0.above": 8,
        "actors.ttp.campaign": "steady",
        "shocks.0.changes.rhetoric.add": 0.2,
        "shocks.1.until": "2023-04",
        "parameters.cohesion_cost": 3.1,
        "policies.confront.settings.levers.domestic_operations": 0.5,
        "policies.confront.responds.0.for": 7,
        "policies.appease.settings.visibility": 0.2,
    }
    hashes = {with_overrides(base, {path: value}).hash for path, value in other.items()}
    assert len(hashes) == len(other)
    assert base.hash not in hashes
    assert len(base.hash) == 32


def test_overrides_from_the_command_line_are_read_as_yaml() -> None:
    changed = with_overrides(
        load_scenario("child"),
        {
            "actors.pakistan.levers.aid": "0.5",
            "actors.pakistan.policy": "appease",
            "actors.taliban.stance": "choose",
            "parameters.threat_response": "{distribution: uniform, low: -1, high: 1}",
            "months": "24",
            "shocks.1.date": "2022-12",
        },
    )
    assert changed.actors.pakistan.levers == {"aid": 0.5, "fencing": 0.5}
    assert changed.actors.pakistan.policy == "appease"
    assert changed.parameters["threat_response"].distribution == "uniform"  # type: ignore[union-attr]
    assert (changed.months, changed.shocks[1].date) == (24, "2022-12")
    assert load_scenario("child").months == 48


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("actors.pakistan.levers.aidd", "1", "unknown key: actors.pakistan.levers.aidd (did you mean 'aid'?)"),
        ("actors.pakistn.policy", "x", "unknown key: actors.pakistn (did you mean 'pakistan'?)"),
        ("actors.pakistan.levers.aid", "2", "actors.pakistan.levers.aid is out of range: 2; allowed: 0 to 1"),
        ("actors.pakistan.levers.aid", "much", "actors.pakistan.levers.aid has the wrong type: 'much'"),
        ("actors.pakistan.levers.aid", float("nan"), "actors.pakistan.levers.aid"),
        ("actors.pakistan.policy", "confrnt", "actors.pakistan.policy: there is no policy with this name"),
        ("parameters.cohesion_cost", "9", "parameters.cohesion_cost is out of range: 9; allowed: 0.5 to 4"),
        ("parameters.cohesioncost", "1", "no such parameter: cohesioncost (did you mean 'cohesion_cost'?)"),
        ("claims", "[c.nine]", "claims[0] is not in the evidence ledger: c.nine"),
        ("months.x", "1", "there is nothing inside 48: x"),
        ("shocks.9.date", "2022-01", "there is no item 9 in the list; allowed: 0 to 1"),
        ("shocks.x.date", "2022-01", "there is no item x in the list; allowed: 0 to 1"),
        ("extends", "parent", "extends cannot be set"),
        ("schema", "1", "schema cannot be set"),
        ("", "1", "unknown key"),
        ("months", "1\nx: 2", "several values; one is allowed"),
    ],
)
def test_bad_overrides(path: str, value: Any, says: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        with_overrides(load_scenario("child"), {path: value})
    assert str(caught.value).startswith(f"--set {path}={str(value).splitlines()[0]}: {says}")


def test_bad_yaml_in_an_override() -> None:
    for value in ("[1", "*x", "!!str 1", "\0", "a: b: c"):
        with pytest.raises(ScenarioError, match="--set months="):
            with_overrides(load_scenario("child"), {"months": value})


def test_differences() -> None:
    parent, child = load_scenario("parent"), load_scenario("child")
    assert differences(parent, parent) == []
    assert differences(child, with_overrides(child, {"title": "Other", "claims": []})) == []
    found = {one.path: (one.words, one.a, one.b) for one in differences(parent, child)}
    when = "when (attacks above 9) and (not (ceasefire above 0.5))"
    assert found == {
        "actors.pakistan.levers.aid": ("Pakistan: Aid", 0.2, 0.7),
        f"actors.pakistan.changes.{when}.levers.border_closure": (f"Pakistan, {when}: Border closure", None, 1.0),
        "actors.india.engagement": ("India: Engagement with Kabul", "choose", "embassy"),
        "shocks.2023-01 to 2023-03.Aid dries up.economy": (
            "2023-01 to 2023-03: Aid dries up: Pakistan's economy", None, "add -0.1",
        ),
        "parameters.cohesion_cost": ("How much the fear of a split holds Kabul back", 2.0, 3.0),
    }  # fmt: skip


def test_differences_between_policies_are_lever_by_lever() -> None:
    a, b = scenario("actors: {pakistan: {policy: confront}}"), scenario("actors: {pakistan: {policy: appease}}")
    found = {one.path: (one.a, one.b) for one in differences(a, b)}
    assert found["actors.pakistan.policy"] == ("confront", "appease")
    assert found["actors.pakistan.levers.cross_border_strikes"] == (0.5, 0.0)
    assert found["actors.pakistan.levers.aid"] == (0.0, 0.8)
    assert found["actors.pakistan.conditionality"] == (0.4, 0.0)
    response = "actors.pakistan.responds.when attacks above 40 over 3 months, for 6 months.levers.cross_border_strikes"
    assert found[response] == (0.9, None)
    assert len(found) == 7
    later = with_overrides(load_scenario("parent"), {"policies.appease.settings.levers.aid": 0.1})
    assert [one.path for one in differences(load_scenario("parent"), later)] == ["policies.appease.levers.aid"]
    harder = with_overrides(load_scenario("parent"), {"policies.confront.settings.levers.aid": 0.1})
    harder = with_overrides(harder, {"policies.confront.settings.levers.recognition": 0.1})
    assert [one.path for one in differences(load_scenario("parent"), harder)] == ["actors.pakistan.levers.recognition"]
    assert not [one for one in differences(load_scenario("parent"), a) if one.path.startswith("policies")]


def test_listing(shelf: Path) -> None:
    assert list_scenarios() == [("child", "Child", ""), ("parent", "Parent", "What then?")]


def test_the_library_is_found() -> None:
    assert (library() / "scenario.schema.json").is_file()


def test_policies_load_by_name_path_and_text(shelf: Path) -> None:
    by_name, by_path = load_policy("confront"), load_policy(shelf / "policies" / "confront.yaml")
    assert by_name == by_path == load_policy(("p.yaml", CONFRONT))
    assert by_name.actor == "pakistan"
    assert by_name.settings.given() == {"cross_border_strikes": 0.5, "domestic_operations": 0.6, "conditionality": 0.4}
    assert isinstance(validate_file(shelf / "policies" / "appease.yaml"), Policy)
    assert isinstance(validate_file(shelf / "child.yaml"), Scenario)


def test_a_set_of_parameters_is_suggested_from_what_is_allowed() -> None:
    """Otherwise who mistypes `defaults` is told of a scenario that it was never meant to be."""
    with pytest.raises(
        ScenarioError, match=r"no set of parameters with this name: 'defalts' \(did you mean 'defaults'\?\)"
    ) as caught:
        parameter_set("defalts")
    assert {"prior", "posterior", "a path"} <= set(str(caught.value).rpartition("allowed: ")[2].split(", "))
