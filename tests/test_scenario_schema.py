"""Scenario and policy files: what is refused and how that is said, and that nothing else ever happens."""
# ruff: noqa: E501 (messages are quoted whole)

from __future__ import annotations

# ruff: noqa: E501 (messages are quoted whole)
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawing import draws
from hypothesis import given
from hypothesis import strategies as st
from scenario_shelf import APPEASE, CHILD, CONFRONT, INLINE, PAKISTAN, PARENT, scenario, stocked

from sim.scenario import (
    SHOCK_TARGETS,
    Scenario,
    ScenarioError,
    Script,
    library,
    load_policy,
    load_scenario,
    policy_schema,
    scenario_schema,
    validate_file,
)
from sim.vocabulary import ACTORS
from sim.yamlfile import LIMIT, dump, read

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True, scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with stocked(tmp_path_factory.mktemp("library")) as folder:
        yield folder


def refusal(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(("s.yaml", text))
    return str(caught.value)


KABULS = (
    "schema: 1\ntitle: T\nactors:\n  taliban: {{policy: choose, among: [a, b]}}\npolicies:\n"
    "  a: {{title: A, actor: taliban, summary: S, settings: {{stance: caution}}}}\n"
    "  b: {{title: B, actor: taliban, summary: S, settings: {}}}\n"
)
CHANGE = PAKISTAN + "    changes:\n"


SHOCK = "schema: 1\ntitle: T\nshocks:\n  - title: S\n"


WHEN = CHANGE + "      - levers: {aid: 1}\n        when: "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: T", "1: schema is missing; it has to be given"),
        ("schema: 2\ntitle: T", "1: schema is not one of the choices: 2; allowed: 1"),
        ("schema: 1\nquestion: Q", "1: title is missing; it has to be given"),
        ("schema: 1\ntitle: ''", "2: title is too short: 0 characters; allowed: at least 1"),
        ("schema: 1\ntitle: T\nmonths: 0", "3: months is out of range: 0; allowed: 1 to 360"),
        ("schema: 1\ntitle: T\nmonths: 361", "3: months is out of range: 361; allowed: 1 to 360"),
        ("schema: 1\ntitle: T\nmonths: 12.5", "3: months has the wrong type: 12.5; allowed: a whole number, 1 to 360"),
        ("schema: 1\ntitle: T\nmonths: '12'", "3: months has the wrong type: '12'; allowed: a whole number, 1 to 360"),
        ("schema: 1\ntitle: T\nstart: 2021-13", "3: start is not a month: '2021-13'; allowed: YYYY-MM, such as 2022-12"),
        ("schema: 1\ntitle: T\nstart: 2021", "3: start is not a month: 2021; allowed: YYYY-MM, such as 2022-12"),
        ("schema: 1\ntitle: T\nstart: 2021-08-15", "3: start is not a month: '2021-08-15'; allowed: YYYY-MM, such as 2022-12"),
        ("schema: 1\ntitle: T\nactors:\n  pakistn: {}", "4: unknown key: actors.pakistn (did you mean 'pakistan'?); allowed: pakistan, "),
        (PAKISTAN + "    levers: {aid: 1.2}", "5: actors.pakistan.levers.aid is out of range: 1.2; allowed: 0 to 1"),
        (PAKISTAN + "    levers: {aid: lots}", "5: actors.pakistan.levers.aid has the wrong type: 'lots'; allowed: a number, 0 to 1"),
        (PAKISTAN + "    levers: [aid]", "5: actors.pakistan.levers has the wrong type: a list; allowed: a block of keys"),
        (PAKISTAN + "    visibility: -0.1", "5: actors.pakistan.visibility is out of range: -0.1; allowed: 0 to 1"),
        (PAKISTAN + "    policy: Con front", "5: actors.pakistan.policy is not a name: 'Con front'; allowed: small letters, figures and _"),
        (PAKISTAN + "    policy: confrnt", "5: actors.pakistan.policy: there is no policy with this name: 'confrnt' (did you mean 'confront'?); allowed: appease, confront"),
        (PAKISTAN + "    policy: choose", "5: actors.pakistan.policy needs `among`: choose; allowed: two policies or more there"),
        (PAKISTAN + "    policy: choose\n    among: [confront, confront]", "5: actors.pakistan.policy needs `among`: choose; allowed: two policies or more there"),
        (PAKISTAN + "    policy: confront\n    among: [appease]", "6: actors.pakistan.among goes with `policy: choose` only; leave it out"),
        (PAKISTAN + "    policy: choose\n    among: [confront, apease]", "6: actors.pakistan.among[1]: there is no policy with this name: 'apease' (did you mean 'appease'?); allowed: appease, confront"),
        ("schema: 1\ntitle: T\nactors:\n  ttp:\n    policy: choose", "5: actors.ttp.policy needs `among`: choose; allowed: two policies or more there"),
        ("schema: 1\ntitle: T\nactors:\n  ttp:\n    among: [a, b]", "5: actors.ttp.among goes with `policy: choose` only; leave it out"),
        (KABULS.format("{stance: contain, messaging: 0.5}"), "4: actors.taliban.among[1] sets messaging: b; allowed: a policy that sets the stance, and that alone"),
        (KABULS.format("{}"), "4: actors.taliban.among[1] says nothing of the stance: b; allowed: a policy that sets the stance, and that alone"),
        ("schema: 1\ntitle: T\nactors:\n  ttp:\n    policy: confront", "5: actors.ttp.policy is a policy of pakistan: confront; allowed: one of ttp"),
        ("schema: 1\ntitle: T\nactors:\n  ttp: {campaign: escalat}", "4: actors.ttp.campaign is not one of the choices: 'escalat' (did you mean 'escalate'?); allowed: escalate, steady, ceasefire, lie_low, choose"),
        ("schema: 1\ntitle: T\nactors:\n  taliban: {messaging: 2}", "4: actors.taliban.messaging is not right: 2; allowed: 0 to 1, or choose"),
        ("schema: 1\ntitle: T\nactors:\n  taliban: {messaging: chose}", "4: actors.taliban.messaging is not right: 'chose'; allowed: 0 to 1, or choose"),
        ("schema: 1\ntitle: T\nactors:\n  taliban: {levers: {aid: 1}}", "4: unknown key: actors.taliban.levers; allowed: policy, stance, brokering, answer, india_openness, messaging, border_posture, among, changes"),
        (CHANGE + "      - levers: {aid: 1}", "6: actors.pakistan.changes[0] has no beginning; allowed: from (a month), when (a condition), or both"),
        (CHANGE + "      - from: 2022-01\n        for: 3\n        levers: {aid: 1}", "7: actors.pakistan.changes[0].for goes with a condition only: 3; allowed: until (a month) for dated changes"),
        (CHANGE + "      - from: 2022-03\n        until: 2022-01\n        levers: {aid: 1}", "7: actors.pakistan.changes[0].until lies before the change begins: '2022-01'; allowed: 2022-03 or later"),
        (CHANGE + "      - from: 2022-03\n        why: Nothing.", "6: actors.pakistan.changes[0] changes nothing; allowed: at least one setting of the actor"),
        (WHEN + "{metric: atacks, above: 3}", "7: actors.pakistan.changes[0].when.metric is not one of the choices: 'atacks' (did you mean 'attacks'?); allowed: attacks, "),
        (WHEN + "{metric: attacks}", "7: actors.pakistan.changes[0].when is not complete; allowed: a metric with exactly one of above and below"),
        (WHEN + "{metric: attacks, above: 1, below: 9}", "7: actors.pakistan.changes[0].when is not complete; allowed: a metric with exactly one of above and below"),
        (WHEN + "{metric: ceasefire, above: 40}", "7: actors.pakistan.changes[0].when.above is out of the metric's range: 40; allowed: 0 to 1"),
        (WHEN + "{}", "7: actors.pakistan.changes[0].when is not one condition; allowed: exactly one of metric, all, any, not"),
        (WHEN + "{all: [], months: 2}", "7: actors.pakistan.changes[0].when.all is too short: 0 entries; allowed: at least 1"),
        (WHEN + "{not: {metric: aid, below: 1}, months: 2}", "7: actors.pakistan.changes[0].when.months goes with a metric only: 2; allowed: beside metric"),
        (WHEN + "{not: {any: [{not: {all: [{not: {metric: aid, below: 1}}]}}]}}", "7: actors.pakistan.changes[0].when is nested too deeply; allowed: 4 levels of all, any and not"),
        (SHOCK + "    date: 2022-04\n    changes: {economy: {}}", "6: shocks[0].changes.economy is not one change; allowed: exactly one of add, set, multiply"),
        (SHOCK + "    date: 2022-04\n    changes: {economy: {add: 1, set: 1}}", "6: shocks[0].changes.economy is not one change; allowed: exactly one of add, set, multiply"),
        (SHOCK + "    date: 2022-04\n    changes: {econmy: {add: 1}}", "6: unknown key: shocks[0].changes.econmy (did you mean 'economy'?); allowed: economy, "),
        (SHOCK + "    date: 2022-04\n    changes: {power.ptl: {add: 1}}", "6: unknown key: shocks[0].changes.power.ptl (did you mean 'power.pti'?); allowed: economy, "),
        (SHOCK + "    date: 2022-04\n    changes: {economy: {set: 7}}", "6: shocks[0].changes.economy.set is out of range: 7; allowed: 0 to 1 (0 to 1)"),
        (SHOCK + "    date: 2022-04\n    changes: {economy: {multiply: -1}}", "6: shocks[0].changes.economy.multiply is out of range: -1; allowed: 0 to 10"),
        (SHOCK + "    date: 2022-04\n    until: 2022-03\n    changes: {economy: {set: 1}}", "6: shocks[0].until lies before the shock's date: '2022-03'; allowed: 2022-04 or later"),
        (SHOCK + "    changes: {economy: {set: 1}}", "4: shocks[0].date is missing; it has to be given"),
        ("schema: 1\ntitle: T\nparameters:\n  cohesion_cots: 1", "4: no such parameter: cohesion_cots (did you mean 'cohesion_cost'?); allowed: cohesion_cost, threat_response"),
        ("schema: 1\ntitle: T\nparameters:\n  cohesion_cost: 9", "4: parameters.cohesion_cost is out of range: 9; allowed: 0.5 to 4"),
        ("schema: 1\ntitle: T\nparameters:\n  cohesion_cost: high", "4: parameters.cohesion_cost has the wrong type: 'high'; allowed: a number"),
        ("schema: 1\ntitle: T\nparameters:\n  cohesion_cost:\n    distribution: uniform\n    low: 1\n    high: 9", "7: parameters.cohesion_cost.high is out of range: 9; allowed: 0.5 to 4"),
        ("schema: 1\ntitle: T\nparameters:\n  cohesion_cost: {distribution: uniform, low: 2, high: 1}", "4: parameters.cohesion_cost.high is not above low: 1; allowed: more than 2"),
        ("schema: 1\ntitle: T\nparameters:\n  cohesion_cost: {distribution: normal, low: 1, high: 2}", "4: parameters.cohesion_cost.distribution is not one of the choices: 'normal' (did you mean 'uniform'?); allowed: uniform, triangular, loguniform"),
        ("schema: 1\ntitle: T\nparameters:\n  threat_response: {distribution: loguniform, low: -1, high: 1}", "4: parameters.threat_response.low has no logarithm: -1; allowed: more than 0 for loguniform"),
        ("schema: 1\ntitle: T\nparameters:\n  threat_response: {distribution: triangular, low: -1, high: 1, mode: 3}", "4: parameters.threat_response.mode is needed for triangular: 3; allowed: -1 to 1"),
        ("schema: 1\ntitle: T\nparameters:\n  threat_response: {distribution: uniform, low: -1, high: 1, mode: 0}", "4: parameters.threat_response.mode goes with triangular only: 0; allowed: low and high"),
        ("schema: 1\ntitle: T\nclaims: [c.one, c.tow]", "3: claims[1] is not in the evidence ledger: c.tow (did you mean 'c.two'?); allowed: c.one, c.two, c.three, c.four"),
        (CHANGE + "      - from: 2022-01\n        levers: {aid: 1}\n        claims:\n        - c.fuor", "9: actors.pakistan.changes[0].claims[0] is not in the evidence ledger: c.fuor (did you mean 'c.four'?); allowed: c.one, c.two, c.three, c.four"),
        (INLINE + "    settings:\n      levers: {ade: 1}", "9: unknown key: policies.p.settings.levers.ade (did you mean 'aid'?); allowed: domestic_operations, "),
        (INLINE + "    settings: {stance: shelter}", "8: unknown key: policies.p.settings.stance; allowed: policy, levers, conditionality, visibility"),
        (INLINE + "    settings: {policy: confront}", "8: policies.p.settings.policy stands in a policy: 'confront'; allowed: policies are named in scenarios only"),
        (INLINE.replace("pakistan", "pakstan"), "5: policies.p.actor is not one of the choices: 'pakstan' (did you mean 'pakistan'?); allowed: pakistan, "),
        (INLINE + "actors: {pakistan: {policy: q}}", "8: actors.pakistan.policy: there is no policy with this name: 'q'; allowed: appease, confront, p"),
        (INLINE.replace("  p:", "  choose:"), "4: choose is not a name for a policy; allowed: any other"),
        ("schema: 1\ntitle: T\nextends: parnt", "3: extends: there is no scenario with this name: 'parnt' (did you mean 'parent'?); allowed: child, parent, a path"),
        ("schema: 1\ntitle: T\nextends: ../parent.yaml", "3: extends is not a name: '../parent.yaml'; allowed: a scenario of the library"),
        ("schema: 1\ntitle: &t T\nsummary: *t", "2: anchors and aliases are not allowed: &t; write the value out"),
        ('schema: 1\ntitle: T\nclaims: ["c.one\\ntwo"]', "3: claims[0] is not in the evidence ledger: c.one\\ntwo (did you mean 'c.two'?); allowed: c.one, c.two, c.three, c.four"),
        ('schema: 1\ntitle: T\n"a\\nb": 1', "3: unknown key: a\\nb; allowed: schema, name, title, "),
        ("", "1: the file is empty; keys and values are needed"),
        ("schema: 1\ntitle: " + "x" * LIMIT, "1: the file is too large; at most 256 KiB are allowed"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_with_one_message(text: str, message: str) -> None:
    said = refusal(text)
    assert said.startswith(f"s.yaml:{message}")
    assert "\n" not in said
    if not message.endswith(", "):
        assert said == f"s.yaml:{message}"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", ":1: the file is empty"),
        (b"schema: 1\n\x00\x00", ":2: this is a binary file"),
        (b"schema: 1\ntitle: caf\xe9", ":2: the text is not UTF-8"),
        ("schema: 1".encode("utf-16-le"), ":1: this is a binary file"),
        (b"#" * (LIMIT + 1), ":1: the file is too large"),
        (b"schema: 1\n  title: x", ":2: not valid YAML"),
    ],
)
def test_bad_bytes_are_refused_in_scenarios_and_policies(tmp_path: Path, raw: bytes, says: str) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes(raw)
    for load in (load_scenario, load_policy, validate_file):
        with pytest.raises(ScenarioError, match=re.escape(f"{path}{says}")):
            load(path)


def test_bad_policy_files(tmp_path: Path) -> None:
    def says(text: str) -> str:
        (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(ScenarioError) as caught:
            load_policy(tmp_path / "p.yaml")
        return str(caught.value).removeprefix(f"{tmp_path}/p.yaml:")

    assert says(APPEASE.removeprefix("schema: 1\n")) == "1: schema is missing; `schema: 1` has to be given"
    assert says(APPEASE.replace("pakistan", "ttp")).startswith(
        "5: unknown key: settings.levers; allowed: policy, campaign"
    )
    assert says(APPEASE.replace("pakistan", "indai")) == (
        f"3: actor is not one of the choices: 'indai' (did you mean 'india'?); allowed: {', '.join(ACTORS)}"
    )
    assert says(CONFRONT.replace("c.one", "c.nine")).startswith("5: claims[0] is not in the evidence ledger: c.nine")
    assert says(CONFRONT.replace("above: 40", "above: x")).startswith("10: responds[0].when.above has the wrong type")
    with pytest.raises(
        ScenarioError, match=r"there is no policy with this name: 'confrontt' \(did you mean 'confront'"
    ):
        load_policy("confrontt")


def test_every_shock_target_can_be_shocked() -> None:
    for name, target in SHOCK_TARGETS.items():
        middle = (target.low + target.high) / 2
        made = scenario(f"shocks: [{{date: 2022-01, title: S, changes: {{{name}: {{set: {middle}}}}}}}]")
        assert made.shocks[0].changes[name].value == middle
    assert {"economy", "freed_prisoners", "power.haqqani", "power.pti"} <= set(SHOCK_TARGETS)


def test_the_exported_schemas_are_current() -> None:
    """After a change: `make schemas`."""
    for name, schema in (("scenario", scenario_schema()), ("policy", policy_schema())):
        stored = json.loads((library() / f"{name}.schema.json").read_text(encoding="utf-8"))
        assert _gist(stored) == _gist(schema)


def _gist(part: Any) -> Any:
    """A schema without what differs between versions of pydantic: titles, descriptions and defaults."""
    if isinstance(part, dict):
        return {key: _gist(value) for key, value in part.items() if key not in ("title", "description", "default")}
    return [_gist(value) for value in part] if isinstance(part, list) else part


JUNK = ["*x", "&x 1", "!!python/name:os", "{", "[", "}", "~", "1e999", ".nan", "2021", "yes", '"\\0"', "- - -", "? ", "|", "x" * 5000,
        "\x00", "\x85", "\ufeff", "---", "%TAG", "<<: 1", "999999999999999999999", "-1", "2022-13", "choose", "child", "../x.yaml"]  # fmt: skip


edits = st.one_of(
    st.tuples(st.just("byte"), st.integers(0, 3000), st.integers(0, 255)),
    st.tuples(st.just("cut"), st.integers(0, 3000), st.integers(0, 200)),
    st.tuples(st.just("copy"), st.integers(0, 3000), st.integers(0, 200)),
    st.tuples(st.just("value"), st.integers(0, 60), st.sampled_from(JUNK)),
    st.tuples(st.just("line"), st.integers(0, 60), st.integers(0, 60)),
)


def _mutate(raw: bytes, edit: tuple[str, int, Any]) -> bytes:
    kind, at, extra = edit
    if kind in ("byte", "cut", "copy"):
        at %= len(raw) + 1
        if kind == "byte":
            return raw[:at] + bytes([extra]) + raw[at + 1 :]
        return (
            raw[:at] + (raw[max(0, at - extra) : at] if kind == "copy" else b"") + raw[at + (kind == "cut") * extra :]
        )
    lines = raw.split(b"\n")
    at %= len(lines)
    if kind == "value":
        lines[at] = lines[at].partition(b":")[0] + b": " + extra.encode()
    else:
        lines.insert(extra % len(lines), lines[at])
    return b"\n".join(lines)


@draws(400)
@given(st.sampled_from([PARENT, CHILD, CONFRONT]), st.lists(edits, min_size=1, max_size=4))
def test_a_mutated_file_loads_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str, changes: list[Any]
) -> None:
    raw = text.encode()
    for edit in changes:
        raw = _mutate(raw, edit)
    path = tmp_path_factory.getbasetemp() / "mutated.yaml"
    path.write_bytes(raw)
    refused: list[str] = []
    try:
        loaded = validate_file(path)
    except ScenarioError as problem:
        refused = str(problem).splitlines()
    if refused:
        assert all(re.match(r".+:\d+: \S", line) for line in refused)
    elif isinstance(loaded, Scenario):
        assert load_scenario(("again.yaml", loaded.to_yaml())) == loaded


def _places(part: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if here:
        yield here
    for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        yield from _places(value, (*here, key))


WRONG: list[Any] = [None, True, -1, 0, 0.5, 10**18, "", "choose", "confront", "x" * 200, "a\nb", "2022-12", [], {}, ["x"], {"aid": 1},
         [[]], {"set": 1}, {"metric": "attacks", "above": 1}, {"distribution": "uniform", "low": 1, "high": 2}]  # fmt: skip


@draws(400)
@given(st.sampled_from([PARENT, CHILD, CONFRONT]), st.data())
def test_any_value_anywhere_loads_or_is_refused(text: str, data: st.DataObject) -> None:
    content = read(("s.yaml", text)).data
    for _ in range(data.draw(st.integers(1, 2))):
        *parents, last = data.draw(st.sampled_from(list(_places(content))))
        part: Any = content
        for key in parents:
            part = part[key]
        if isinstance(part, dict) and data.draw(st.integers(0, 3)) == 0:
            part[data.draw(st.sampled_from(["policy", "changes", "for", "until", "odd", "claims"]))] = part.pop(last)
        else:
            part[last] = deepcopy(data.draw(st.sampled_from(WRONG)))
    refused: list[str] = []
    try:
        loaded = (load_policy if "actor" in content else load_scenario)(("s.yaml", dump(content)))
    except ScenarioError as problem:
        refused = str(problem).splitlines()
    if refused:
        assert all(re.match(r".+:\d+: \S", line) for line in refused)
    elif isinstance(loaded, Scenario):
        assert load_scenario(("again.yaml", loaded.to_yaml())) == loaded
        Script(loaded, 2).settings("pakistan", 0, lambda metric, months: np.zeros(2))


LATE = '''\
import numpy as np
import sim
from sim.agents.actor import Actor
from sim.model import BROUGHT, FrontierModel
from sim.parameters import PARAMETERS
from sim.scenario.schema import admit
from sim.teaching.play.moves import Turn
from sim.vocabulary import ACTOR_SPECS, LEVER_SPECS, ActorSpec, Lever, Setting

LEVER_SPECS["liaison_posts"] = Lever("liaison_posts", "Liaison posts", "Posts.", supplies="border_security")
PARAMETERS["cost_liaison_posts"] = PARAMETERS["cost_joint_patrols"].model_copy(update={"name": "cost_liaison_posts"})
ACTOR_SPECS["iran"] = ActorSpec("iran", "Iran", settings=(Setting("iran_road", "Iran's road"), Setting("iran_tone", "Tone", ("warm", "cold"))), supplies=("trade",))
admit("iran")


class Iran(Actor):
    @property
    def supply(self):
        script = self.model.script.settings("iran", self.model.month, self.model.recent)
        return self.full(0.0) if script["iran_road"] is None else script["iran_road"]


BROUGHT["iran"] = lambda model: Iran(model, "iran")
TEXT = """
schema: 1
title: Late
extends: confront
actors:
  iran: {policy: wide, iran_tone: cold}
  pakistan: {changes: [{from: 2021-08, levers: {liaison_posts: 0.9}}]}
policies:
  wide: {title: Wide, actor: iran, summary: S, settings: {iran_road: 0.9}}
"""
found = {}
for name, text in (("with", TEXT), ("without", TEXT.replace("iran_road: 0.9", "iran_road: 0.0")), ("plain", TEXT.replace("liaison_posts: 0.9", "liaison_posts: 0.0"))):
    model = FrontierModel(sim.load_scenario(("late.yaml", text)), worlds=4, seed=1)
    for _ in range(4):
        model.step()
    found[name] = np.mean(model.datacollector.model_vars["leverage_pakistan_taliban"][-1])
    assert model.labels["levers_in_force"][-1] == "liaison_posts"
    model.close()
assert Turn.model_validate({"iran": {"iran_tone": "warm"}}).moves == {"iran": {"iran_tone": "warm"}}
assert found["with"] < found["without"] and found["plain"] < found["with"], found
'''


def test_what_is_declared_later_is_known_to_files_and_felt() -> None:
    """Otherwise what an extension declares when everything is imported already is refused, or has no effect."""
    done = subprocess.run([sys.executable, "-c", LATE], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
