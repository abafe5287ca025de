"""Extensions: what a module from outside of the project can add, replace and switch off, and what is said of errors."""

from __future__ import annotations

import json
import os
import pickle
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from dashboard.runtime.worker import receive, run_scenario, send
from sim import extensions
from sim.agents.observers import OBSERVERS, reports
from sim.ensemble.fingerprint import model_fingerprint
from sim.evidence import ledger
from sim.experiment.load import load_plan
from sim.metrics import METRICS
from sim.model import MONTH
from sim.parameters import PARAMETERS
from sim.provenance import describe
from sim.report.sides import left_to_rules
from sim.results.reading import scope
from sim.rule import RULES
from sim.scenario import load_policy, load_scenario
from sim.teaching.play.moves import Turn
from sim.vocabulary import ACTORS, FACTIONS, LEVERS
from sim.why import explain, weigh
from sim.words.sentences import in_words

ROOT = Path(__file__).resolve().parents[1]
IRAN, PEERS = ROOT / "examples" / "iran.py", ROOT / "examples" / "restraint_by_peers.py"
PAGE = (ROOT / "docs" / "extensions.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
HOW: dict[str, Any] = {"worlds": 8, "months": 6, "parameters": "defaults"}


@pytest.fixture(autouse=True)
def _nothing_stays() -> Iterator[None]:
    yield
    extensions.unload()


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """An extension with this body, as a file."""

    def make(body: str, name: str = "mine.py") -> Path:
        path = tmp_path / name
        path.write_text(HEAD + body, encoding="utf-8")
        return path

    return make


HEAD = """import sim
from sim.agents.actor import Actor
from sim.agents.observers import Observer
from sim.metrics.base import share
from sim.rule import Logits, Presses, Share
from sim.scenario.shocks import Target
from sim.vocabulary import ActorSpec, DecisionSpec, FactionSpec, Lever, Resource, Setting
from sim.worlds import Vector

extension = sim.Extension("mine", "My own")
"""
FIRST = HEAD.count("\n") + 1  # the line on which a body begins


def in_a_process(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`durand` from a folder with nothing of the project in it."""
    command = [sys.executable, "-m", "sim", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


# From an empty folder.


def test_from_an_empty_folder_an_actor_is_added_and_reported(tmp_path: Path) -> None:
    (tmp_path / "iran.py").write_bytes(IRAN.read_bytes())
    done = in_a_process(
        tmp_path, "run", "history", "--worlds", "20", "--months", "12", "--with", "iran.py", "--json", "--out", "kept"
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    road = told["scenarios"]["history"]["iran_road"]
    assert 0.0 < road["p05"] < road["p95"] < 1.0
    (made,) = told["manifest"]["extensions"]
    assert (made["name"], made["title"]) == ("iran", "Iran as an actor")
    assert json.loads((tmp_path / "kept" / "manifest.json").read_text(encoding="utf-8"))["extensions"] == [made]
    with pytest.raises(
        sim.ExtensionError, match=f"made with the extension iran; add --with {re.escape(made['source'])}"
    ):
        sim.Results.load(tmp_path / "kept")
    sim.load_extension(tmp_path / "iran.py")
    kept = sim.Results.load(tmp_path / "kept")
    assert kept.outcomes["iran_road"].between(0.0, 1.0).all()
    assert kept.scenario.actors.iran.given() == {}


def test_the_page_is_taken_literally(tmp_path: Path, durand: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    small, python, own = BLOCKS
    (tmp_path / "guests.py").write_text(small, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    commands = re.search(r"```console\n(.*?)```", PAGE, re.DOTALL)
    assert commands is not None
    for line in commands[1].splitlines():
        extensions.unload()
        code, out, err = durand(*shlex.split(line)[1:])
        assert (code, err) == (0, ""), line
        assert "guests" in out, line
    extensions.unload()
    exec(python, {})
    extensions.unload()
    (tmp_path / "own.py").write_text(own, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    __import__("own")
    sys.modules.pop("own")


def test_the_table_of_the_page_names_all_that_can_be_declared() -> None:
    kinds = {name for name, one in vars(sim.Extension).items() if callable(one) and not name.startswith("_")}
    named = set(re.findall(r"`(?:@?extension)?\.([a-z]+)\(", PAGE))
    assert kinds - named == {"counts"}


# The examples.


def test_iran_is_an_actor_like_any_other() -> None:
    sim.load_extension(IRAN)
    assert "iran" in ACTORS
    wide, shut = (
        load_scenario(("x", f"schema: 1\nextends: confront\nactors: {{iran: {{iran_road: {road}}}}}"))
        for road in (1.0, 0.0)
    )
    found = sim.compare({"wide": wide, "shut": shut}, **HOW).results
    assert set(found["wide"].outcomes["iran_road"]) == {1.0}
    assert set(found["shut"].outcomes["iran_road"]) == {0.0}
    assert (
        found["wide"].outcomes["leverage_pakistan_taliban"] < found["shut"].outcomes["leverage_pakistan_taliban"]
    ).all()
    assert (found["wide"].outcomes["iran_arrivals"] > 0).all()
    places = [f"{kind.__name__}.{action}" for kind, action in MONTH]
    assert places.index("Iran.open_road") == places.index("China.invest") + 1
    assert in_words("iran_road") == "Iran road"
    assert "the Afghan Taliban, the TTP, India and Iran" in left_to_rules(load_scenario("confront"))


def test_a_scenario_read_before_says_nothing_of_an_actor_that_comes_later() -> None:
    early = load_scenario("confront")
    sim.load_extension(IRAN)
    assert sim.run(early, **HOW).outcomes.equals(sim.run("confront", **HOW).outcomes)
    assert early == load_scenario("confront")


def test_iran_rests_on_judgements_with_open_ranges() -> None:
    extension = sim.load_extension(IRAN)
    for one in extension.declared:
        if one.kind == "parameter":
            about = PARAMETERS[one.name]
            assert about.judgement
            assert not about.claims
            assert about.low < about.value < about.high


def test_a_shock_of_an_extension_reaches_its_agent() -> None:
    sim.load_extension(IRAN)
    text = "schema: 1\nextends: confront\nshocks: [{date: 2021-10, title: Shut, changes: {iran_road: {set: 0}}}]"
    model = sim.FrontierModel(load_scenario(("x", text)), worlds=3, seed=1, parameters="defaults")
    roads = []
    for _ in range(3):
        model.step()
        roads.append(float(model.iran.road.max()))  # type: ignore[attr-defined]
    model.close()
    assert roads[1] > 0.2 > roads[2]


def test_an_actor_of_an_extension_is_explained() -> None:
    sim.load_extension(IRAN)
    why = explain("history", "iran_road", "2022-01", worlds=61, parameters="defaults")
    assert "iran_opens_road" in {term.name for term in why.terms}
    assert why.error < 1e-9
    pushed = weigh("history", "taliban.stance", "2022-01", worlds=61, parameters="defaults")
    assert "iranian_patronage" in {one.rule for one in pushed.pressures}


def test_a_rival_takes_a_rules_place() -> None:
    before = sim.run("confront", **HOW).outcomes
    sim.load_extension(PEERS)
    rule = RULES["cohesion_cost"]
    assert rule.statement.startswith("Factions nearly of one mind")
    assert rule.parameters == ("peer_tolerance", "peer_weight")
    after = sim.run("confront", **HOW).outcomes
    assert not np.array_equal(before["chance_restrain"], after["chance_restrain"])
    model = sim.FrontierModel(
        "confront", worlds=4, seed=2, parameters="defaults", values={"peer_tolerance": 0.0}, record=True
    )
    model.step()
    (own,) = [one for one in model.accounts[0]["taliban.stance"]["pressures"] if one.rule == "cohesion_cost"]
    np.testing.assert_allclose(own.strength, -3.0 * model.taliban.faction_dispersion)
    model.close()
    card = describe("cohesion_cost")
    assert "restraint_by_peers.py:" in card
    assert "000.1-factions-oppose-helping" in card


def test_the_tables_of_the_docs_take_extensions_in(tmp_path: Path) -> None:
    build = [sys.executable, str(ROOT / "docs" / "build.py"), "--with", str(IRAN), "--with", str(PEERS)]
    subprocess.run([*build, "--out", str(tmp_path)], check=True, capture_output=True)
    rules, parameters = ((tmp_path / name).read_text(encoding="utf-8") for name in ("rules.md", "parameters.md"))
    assert "iran_opens_road = road + iran_road_pace * (max(strain, road) - road)" in rules
    assert "cohesion_cost = -peer_weight * clip((dispersion - peer_tolerance) / (1 - peer_tolerance), 0, 1)" in rules
    assert "## Extension iran: Iran as an actor" in parameters
    refused = subprocess.run(build, check=False, capture_output=True, text=True)
    assert "--with needs --out" in refused.stderr


# Each kind of thing.

EVERYTHING = """
extension.source("note", title="A note", date="2023", note="Made up.")
extension.claim("note.it-is-so", source="note", text="So it is.", kind="assessment", about=["taliban", "neighbour"],
                date="2023", confidence="low")
def number(name, value=0.3, **more):
    extension.parameter(name, title=name, meaning="A number.", value=value, low=0.0, high=1.0, unit="0 to 1",
                        **(more or {"judgement": "Made up."}))
number("nearness", claims=["note.it-is-so"])
number("cost_gifts")
number("need_water")
number("alternative_water")
number("power_moderates")
for whom in ("pakistan", "india", "ttp"):
    number(f"align_moderates_{whom}")
number("my_noise", 1.0)
extension.resource(Resource("water", "Water"))
extension.lever(Lever("gifts", "Gifts", "Giving water.", supplies="water", aims=("nearness_kept",)))
extension.faction("taliban", FactionSpec("moderates", "Moderates"))
extension.metric(share("nearness_kept", "Nearness", "mean", "How near it is.", lambda m: m.neighbour.near))
extension.shock("neighbour", Target("The neighbour"), agent="neighbour", state="near")

@extension.observer("me", Observer("Counted by me", "all actors", "attacks", ("my_series",), "my_noise"))
def half(rule, month):
    return 0.5 * month["attacks"]

@extension.rule(judgement="Made up.", moves=("nearness_kept",), off="near")
def comes_nearer(near: Share, *, nearness: Vector) -> Share:
    "It comes nearer."
    return near + nearness * (1.0 - near)

# Said before what it stands beside is there: the order does not matter.
extension.phase("Neighbour.rest", after="Neighbour.approach")
extension.phase("Neighbour.approach", before="Taliban.choose_stance")

@extension.actor(ActorSpec("neighbour", "Neighbour"))
class Neighbour(Actor):
    def __init__(self, model):
        super().__init__(model, "neighbour")
        self.near = self.full(0.0)

    def approach(self):
        self.near = self.apply(comes_nearer, near=self.near)

    def rest(self):
        pass

extension.off("M8", why="To see without it.")
"""


def test_what_was_taken_out_again_leaves_the_blocks_of_files_as_they_were(write: Any) -> None:
    """Otherwise scenarios of after an extension, or of before it, cannot be sent to another process."""
    before = load_scenario("confront")
    policy = type(load_policy("appease"))
    sim.load_extension(write(EVERYTHING))
    assert type(load_scenario("confront").actors.taliban) is not type(before.actors.taliban)
    extensions.unload()
    after = load_scenario("confront")
    assert type(after.actors.taliban) is type(before.actors.taliban)
    assert type(load_policy("appease")) is policy
    for one in (before, after, load_policy("appease")):
        assert pickle.loads(pickle.dumps(one)) == one


def test_every_kind_of_thing_can_be_added(write: Any) -> None:
    sim.load_extension(write(EVERYTHING))
    assert "gifts" in LEVERS
    assert "moderates" in FACTIONS["taliban"]
    text = (
        "schema: 1\nextends: confront\nactors: {pakistan: {levers: {gifts: 1.0}}}\n"
        "shocks: [{date: 2021-10, title: Far, changes: {neighbour: {set: 0}, power.moderates: {add: 0.5}}}]"
    )
    model = sim.FrontierModel(load_scenario(("x", text)), worlds=4, seed=3, parameters="defaults")
    for _ in range(3):
        model.step()
    near = [float(np.max(one)) for one in model.datacollector.model_vars["nearness_kept"]]
    np.testing.assert_allclose(near, [0.3, 0.51, 0.3])
    assert model.taliban.factions[-1].power.min() > 0.4
    row = model.labels["leverage_pakistan_taliban_by_resource"].index("water")
    assert model.datacollector.model_vars["leverage_pakistan_taliban_by_resource"][-1][row].min() > 0.0
    counted = np.stack(reports(model)["me"])
    attacks = np.stack(model.datacollector.model_vars["attacks"])
    assert 0.3 < counted.sum() / attacks.sum() < 0.7
    model.close()
    silent = [rule for rule in RULES.values() if "M8" in rule.mechanisms]
    assert silent
    assert all(rule.statement == "Switched off: To see without it." for rule in silent)
    assert "So it is." in describe("nearness")
    places = [f"{kind.__name__}.{action}" for kind, action in MONTH]
    here = places.index("Neighbour.approach")
    assert places[here : here + 3] == ["Neighbour.approach", "Neighbour.rest", "Taliban.choose_stance"]


def test_a_rule_switched_off_is_the_run_without_it(write: Any) -> None:
    def simulated(**how: Any) -> np.ndarray:
        model = sim.FrontierModel("confront", worlds=6, seed=4, parameters="defaults", **how)
        for _ in range(20):
            model.step()
        out = np.stack([np.stack(model.datacollector.model_vars[name]) for name in ("attacks", "taliban_stance")])
        model.close()
        return out

    whole, without = simulated(), simulated(off=["kinship_and_debt", "taliban_cohesion"])
    sim.load_extension(
        write('for one in ("kinship_and_debt", "taliban_cohesion"):\n    extension.off(one, why="A test.")\n')
    )
    np.testing.assert_array_equal(simulated(), without)
    assert not np.array_equal(whole, without)


def test_what_is_taken_out_again_leaves_everything_as_it_was(write: Any) -> None:
    def tables() -> list[Any]:
        made = [dict(one) for one in (RULES, PARAMETERS, METRICS, OBSERVERS)]
        return [
            *made,
            list(MONTH),
            dict(ACTORS),
            list(ledger().claims),
            model_fingerprint(),
            load_scenario("history").hash,
        ]

    before, run = tables(), sim.run("history", **HOW).outcomes
    sim.load_extension(IRAN)
    sim.load_extension(write(EVERYTHING))
    assert tables() != before
    assert "iran" in Turn.model_fields  # though the game was imported first
    extensions.unload()
    assert "iran" not in Turn.model_fields
    assert tables() == before
    assert sim.run("history", **HOW).outcomes.equals(run)
    with pytest.raises(sim.ScenarioError, match="iran"):
        load_scenario(("x", "schema: 1\nactors: {iran: {iran_road: 1.0}}"))


# What identifies a model, and other processes.

EXPERIMENT = {
    "schema": 1,
    "title": "The road",
    "question": "What does it do?",
    "scenarios": ["confront"],
    "uncertainties": ["reward_response"],
    "design": {"kind": "latin_hypercube", "points": 4, "seed": 1},
    "worlds": 2,
    "months": 3,
    "metrics": ["attacks"],
}


def test_the_digest_is_part_of_what_identifies_models_sweeps_and_points(write: Any) -> None:
    def said() -> tuple[str, str, str]:
        plan = load_plan(EXPERIMENT)
        return model_fingerprint(), plan.identity, plan.ids(np.array([0]))[0]

    bare = said()
    assert extensions.digest() == ""
    sim.load_extension(write("", "one.py"))
    one = said()
    extensions.unload()
    sim.load_extension(write("# a word more\n", "one.py"))
    two = said()
    assert all(len({a, b, c}) == 3 for a, b, c in zip(bare, one, two, strict=True))
    extensions.unload()
    assert said() == bare


def test_a_sweep_in_processes_loads_the_same(tmp_path: Path) -> None:
    sim.load_extension(IRAN)
    experiment = {
        **EXPERIMENT,
        "uncertainties": ["iran_road_pace"],
        "levers": {"iran.iran_road": {"low": 0, "high": 1}},
        "metrics": ["attacks", "iran_road"],
    }
    two = sim.sweep(experiment, tmp_path / "two", workers=2, chunk=4)
    one = sim.sweep(experiment, tmp_path / "one")
    assert one.fingerprint == two.fingerprint
    assert not two.failures
    np.testing.assert_allclose(
        two.outcomes.groupby("point")["iran_road"].mean(), two.experiments["lever:iran.iran_road"], rtol=1e-12
    )
    assert two.manifest["extensions"][0]["name"] == "iran"


def test_another_process_refuses_another_text(write: Any, tmp_path: Path) -> None:
    path = write("", "sent.py")
    sim.load_extension(path)
    (reference,) = extensions.loaded()
    script = "import sys\nfrom sim import extensions\nextensions.require([extensions.Reference.of(sys.argv[1])])\n"

    def elsewhere() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", script, reference.text()]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert elsewhere().returncode == 0
    path.write_text(path.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert f"{path}:1: the work asks for the extension mine {reference.digest}, and here it is" in elsewhere().stderr
    with pytest.raises(sim.ExtensionError, match="has changed since it was loaded"):
        sim.load_extension(path)
    extensions.unload()
    first = "extension.off('cohesion_cost', why='The first.')\n"
    for text, said in ((first, "The first."), (first.replace("first", "other"), "The other.")):
        sim.load_extension(write(text, "sent.py"))  # as long as the other, within the same second
        assert RULES["cohesion_cost"].judgement == said
        extensions.unload()


def test_a_worker_that_stays_changes_with_the_work(write: Any) -> None:
    call = extensions.remote(extensions.loaded)
    assert call() == ()
    sim.load_extension(PEERS)
    with_peers, peers = extensions.remote(extensions.loaded), extensions.loaded()
    assert with_peers() == peers
    assert call() == ()  # as a cluster's worker does, for a sweep without any
    assert extensions.loaded() == ()
    assert with_peers() == peers
    inner = extensions.remote(call)
    with pytest.raises(sim.ExtensionError, match="at work with other extensions"):
        inner()


def test_a_worker_of_the_dashboard_has_them() -> None:
    sim.load_extension(IRAN)
    given = ["0", "4000", *(one.text() for one in extensions.loaded())]
    command = [sys.executable, "-m", "dashboard.runtime.worker", *given]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told = receive(process.stdout)[0]
        send(process.stdin, (1, run_scenario, (load_scenario("confront"),), {"worlds": 2, "months": 2}))
        while told[0] not in ("done", "failed"):
            told = receive(process.stdout)[0]
        process.kill()
    assert told[0] == "done"
    assert "iran_road" in told[2].outcomes


def test_what_was_run_says_with_what() -> None:
    sim.load_extension(PEERS)
    read = scope(sim.run("history", worlds=2, months=1))
    assert "Run with the extension restraint_by_peers, without which the sets were matched with the record." in read
    assert "Run with the extension restraint_by_peers." in scope(
        sim.run("history", worlds=2, months=1, parameters="prior")
    )


def test_an_installed_package_offers_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gift_shop.py").write_text(HEAD, encoding="utf-8")
    about = tmp_path / "gift_shop-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: gift-shop\nVersion: 1\n", encoding="utf-8")
    (about / "entry_points.txt").write_text("[durand.extensions]\ngifts = gift_shop\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert extensions.available() == {"gifts": "gift_shop"}
    assert extensions.loaded() == ()
    sim.load_extension("gifts")
    assert [(one.source, one.name) for one in extensions.loaded()] == [("gifts", "mine")]
    with pytest.raises(sim.ExtensionError, match="installed packages offer gifts"):
        sim.load_extension("presents")


# A model of one's own.


class Calm(sim.FrontierModel):
    """Kabul's movement holds together, whatever happens."""

    def step(self) -> None:
        super().step()
        self.taliban.cohesion = self.taliban.full(1.0)


def test_a_subclass_of_the_model_runs_compares_and_sweeps(tmp_path: Path) -> None:
    own, usual = sim.run("history", **HOW, model=Calm), sim.run("history", **HOW)
    assert (own.outcomes["taliban_cohesion"] > usual.outcomes["taliban_cohesion"]).all()
    assert own.manifest["model_class"] == f"{__name__}.Calm"
    assert own.manifest["model"] == model_fingerprint(Calm) != usual.manifest["model"] == model_fingerprint()
    assert "model_class" not in usual.manifest
    with pytest.raises(sim.LimitError, match=r"run with test_extensions\.Calm"):
        own.why("taliban_cohesion", "2021-09")
    both = sim.compare(["confront", "appease"], **HOW, model=Calm).results
    assert (both["confront"].outcomes["taliban_cohesion"] > 0.9).all()
    experiment = {**EXPERIMENT, "metrics": ["taliban_cohesion"]}
    own_sweep, plain = sim.sweep(experiment, tmp_path / "own", model=Calm), sim.sweep(experiment, tmp_path / "plain")
    assert (own_sweep.outcomes["taliban_cohesion"] > plain.outcomes["taliban_cohesion"]).all()
    with pytest.raises(ValueError, match="version of the model"):
        sim.sweep(experiment, tmp_path / "own")
    for wrong in (5, "Calm", int):
        with pytest.raises(ValueError, match=r"model must be a subclass of sim\.FrontierModel"):
            sim.run("history", **HOW, model=wrong)  # type: ignore[arg-type]


# What is said when it is wrong: one message, with file and line.

GROUNDS = 'judgement="Made up."'
WRONG = {
    "def f(:\n": (0, "this is not Python"),
    "\nextension.parametre('x')\n": (1, "AttributeError: 'Extension' object has no attribute 'parametre'"),
    "import not_there_at_all\n": (0, "ModuleNotFoundError: No module named 'not_there_at_all'"),
    "extension.parameter('x', title='t', meaning='m', value=2, low=0, high=1, unit='u')\n": (
        0,
        "value 2 is not between low 0 and high 1",
    ),
    "extension.parameter('x', title='t', meaning='m', value=1, low=0, high=1, unit='u')\n": (
        0,
        "parameter x rests on nothing",
    ),
    f"extension.parameter('kinship_weight', title='t', meaning='m', value=1, low=0, high=1, unit='u', {GROUNDS})\n": (
        0,
        "parameter kinship_weight is there already",
    ),
    "extension.parameter('x', title='t', meaning='m', value=1, low=0, high=1, unit='u', claims=['001.1-none'])\n": (
        0,
        "parameter x: no such claim: 001.1-none",
    ),
    "extension.parameter('x', title='t', meaning='m', value=1, low=0, high=1, unit='u', judgment='m')\n": (
        0,
        "unknown key: judgment",
    ),
    "extension.lever(Lever('gifts', 'Gifts', 'Giving.'))\n": (0, "lever gifts: no such parameter: cost_gifts"),
    "extension.resource(Resource('water', 'Water'))\n": (0, "resource water: no such parameter: need_water"),
    "extension.faction('ttp', FactionSpec('x', 'X'))\n": (0, "no such actor with factions: ttp"),
    "extension.faction('taliban', FactionSpec('x', 'X'))\n": (0, "no such parameter: power_x"),
    "extension.metric(share('attacks', 'A', 'mean', 'm', lambda m: 0))\n": (0, "metric attacks is there already"),
    "extension.phase('China.invade', after='China.invest')\n": (0, "China has no method invade"),
    "extension.phase('China.supply', after='China.invade')\n": (0, "China has no method supply"),
    "extension.off('cohesion_costs', why='w')\n": (
        0,
        "no such rule or mechanism: cohesion_costs (did you mean 'cohesion_cost'?)",
    ),
    "extension.shock('x', Target('X'), agent='nobody', state='x')\n": (0, "shock x: no such agent: nobody"),
    "extension.source('001', title='t', date='d', note='n')\n": (0, "source 001 is there already"),
    "extension.claim('001.x-y', source='001', text='t', kind='causal', about=['ttp'], date='d', confidence='low')\n": (
        0,
        "gives no paragraph",
    ),
    f"\n@extension.rule({GROUNDS}, moves=('attack',), off=0.0)\ndef f(a: Share) -> Share:\n    return a\n": (
        1,
        "rule f: no such metric: attack (did you mean 'attacks'?)",
    ),
    f"@extension.rule({GROUNDS}, moves=('attacks',), off=0.0)\ndef f(a: Share, *, b: Vector) -> Share:\n    return a\n": (
        0,
        "rule f: no such parameter: b",
    ),
    f"@extension.rule({GROUNDS}, moves=('attacks',), off=0.0)\ndef f(a) -> Share:\n    return a\n": (
        0,
        "f(a) needs a unit",
    ),
    f"@extension.rule({GROUNDS}, moves=('attacks',), off=0.0)\ndef f(a: Share) -> Share:\n    return a\n": (
        0,
        "rule f has no docstring; its first line is what it states",
    ),
    "raise SystemExit(3)\n": (0, "SystemExit: 3"),
    f"@extension.rule({GROUNDS}, moves=('attacks',), off=0.0, presses=Presses('taliban.stance', {{'fight': 1.0}}, dict))\n"
    "def f(a: Share) -> Logits:\n    return a\n": (0, "rule f: no such option: fight"),
    f"@extension.replace('cohesion_cost', {GROUNDS})\ndef f(spread: Share) -> Logits:\n    return spread\n": (
        0,
        "a rival to cohesion_cost takes dispersion and gives logits, -60 to 60, as the rule itself",
    ),
    f"@extension.replace('cohesion', {GROUNDS})\ndef f(dispersion: Share) -> Logits:\n    return dispersion\n": (
        0,
        "replace cohesion: no such rule: cohesion",
    ),
    "@extension.actor(ActorSpec('taliban', 'T'))\nclass T(Actor):\n    pass\n": (
        0,
        "the model has something of that name",
    ),
    "@extension.actor(ActorSpec('x', 'X', supplies=('trade',)))\nclass X(Actor):\n    pass\n": (
        0,
        "actor x supplies trade, so its kind needs a property `supply`",
    ),
    "@extension.actor(ActorSpec('x', 'X', settings=(Setting('stance', 'S'),)))\nclass X(Actor):\n    pass\n": (
        0,
        "setting stance is there already",
    ),
    "@extension.actor(ActorSpec('x', 'X', settings=(Setting('policy', 'S'),)))\nclass X(Actor):\n    pass\n": (
        0,
        "setting policy is there already",
    ),
    "@extension.actor(ActorSpec('change', 'Change', settings=(Setting('y', 'S'),)))\nclass X(Actor):\n    pass\n": (
        0,
        "actor change: a block of files is called Change",
    ),
    "@extension.actor(ActorSpec('a b', 'X'))\nclass X(Actor):\n    pass\n": (0, "actor 'a b' has no proper name"),
    f"extension.parameter('cost_gifts', title='t', meaning='A.', value=0.1, low=0.0, high=1.0, unit='cost units', {GROUNDS})\n"
    "extension.lever(Lever('gifts', 'G', 'Gives.', aims=('calm',)))\n": (1, "lever gifts: no such metric: calm"),
    # Others' kinds of errors: some are no Exception, some cannot say what is the matter.
    "class Gone(BaseException):\n    pass\nraise Gone('x')\n": (2, "Gone: x"),
    "class Mute(Exception):\n    __str__ = None\nraise Mute\n": (2, "Mute: no message, for that failed with TypeError"),
    "def f():\n    f()\nf()\n": (1, "RecursionError: "),
    "extension.lever('gifts')\n": (0, "AttributeError: 'str' object has no attribute 'name'"),
    "@extension.actor(ActorSpec('x', 'X', settings=(Setting('y', 'S'),), sees=('z',)))\nclass X(Actor):\n    pass\n": (
        0,
        "actor x: no such metric: z",
    ),
}


@pytest.mark.parametrize("body", WRONG, ids=lambda body: body.strip()[:50])
def test_what_is_wrong_is_said_once_with_file_and_line(body: str, write: Any, durand: Any) -> None:
    line, said = WRONG[body]
    path = write(body)
    before = [dict(one) for one in (RULES, PARAMETERS, METRICS, LEVERS, ACTORS)]
    code, out, err = durand("list", "--with", str(path))
    assert (code, out) == (2, "")
    assert err.startswith(f"durand: {path}:{FIRST + line}: "), err
    assert said in err
    assert len(err.splitlines()) == 1
    assert [dict(one) for one in (RULES, PARAMETERS, METRICS, LEVERS, ACTORS)] == before
    assert extensions.loaded() == ()
    path.write_text(HEAD, encoding="utf-8")  # mended, it can be loaded
    assert sim.load_extension(path).name == "mine"


def test_what_fails_while_worlds_pass_is_said_with_file_and_line(write: Any, durand: Any) -> None:
    path = write("\nextension.metric(share('near', 'N', 'mean', 'm', lambda m: m.nobody.near))\n")
    code, _, err = durand("run", "history", "--worlds", "2", "--months", "1", "--with", str(path))
    assert code == 2
    assert err == f"durand: {path}:{FIRST + 1}: AttributeError: 'FrontierModel' object has no attribute 'nobody'\n"


@pytest.mark.parametrize(
    ("read", "said"),
    {
        "m.taliban.effort + 2.0": "ModelError: near is 2",
        "0.5": "ModelError: near is read as (); needed: one number for each world",
        "m.land.attacks": "ModelError: near is read as (",
    }.items(),
)
def test_a_metric_that_is_read_wrongly_is_said_with_file_and_line(
    read: str, said: str, write: Any, durand: Any
) -> None:
    path = write(f"extension.metric(share('near', 'N', 'mean', 'm', lambda m: {read}))\n")
    code, _, err = durand("run", "history", "--worlds", "2", "--months", "1", "--with", str(path))
    assert code == 2
    assert err.startswith(f"durand: {path}:{FIRST}: {said}"), err


@pytest.mark.parametrize(
    ("gives", "said"),
    [
        ("pull * np.nan", "ModelError: chance_restrain is nan in world 0 in 2021-08"),
        ("np.ones(3)", "rule f gives (3,); needed: one number for each world"),
    ],
)
def test_a_rule_that_answers_wrongly_is_said_with_file_and_line(gives: str, said: str, write: Any, durand: Any) -> None:
    """Otherwise the author of an extension reads of a failure inside of the program, and not whose it is."""
    path = write(
        "import numpy as np\nfrom sim.rule import Logits, Presses, Share\n"
        f"@extension.rule({GROUNDS}, moves=('chance_restrain',), off=0.0, presses=Presses(\n"
        "    'taliban.stance', {'restrain': 1.0}, lambda m: {'pull': m.taliban.shelter}))\n"
        f"def f(pull: Share) -> Logits:\n    'It pulls.'\n    return {gives}\n"
    )
    code, _, err = durand("run", "history", "--worlds", "2", "--months", "1", "--with", str(path))
    assert code == 2
    assert err.startswith(f"durand: {path}:{FIRST + 2}: {said}"), err


def test_what_fails_elsewhere_names_the_extensions_that_are_there(write: Any, durand: Any, monkeypatch: Any) -> None:
    """Otherwise the author of an extension takes a failure for the program's own."""
    path = write("")
    monkeypatch.setattr("sim.model.FrontierModel.step", lambda self: 1 / 0)
    code, _, err = durand("run", "history", "--worlds", "2", "--months", "1", "--engine", "numpy", "--with", str(path))
    assert code == 1
    assert err.startswith(f"durand: this failed inside the program, with {path} loaded: ZeroDivisionError: "), err


def test_what_is_no_extension_is_refused(tmp_path: Path, durand: Any) -> None:
    plain = tmp_path / "plain.py"
    plain.write_text("x = 1\n", encoding="utf-8")
    text = tmp_path / "plain.txt"
    text.write_text("x = 1\n", encoding="utf-8")
    for name, said in {
        str(plain): ":1: nothing is declared here; needed: extension = sim.Extension",
        str(text): ":1: this is no Python file",
        "nowhere.py": ": there is no such extension",
    }.items():
        code, _, err = durand("--with", name, "list")
        assert code == 2
        assert err.startswith(f"durand: {name}{said}"), err
    with open(large := tmp_path / "large.py", "wb") as file:
        file.truncate(2**32)  # takes no room on a disk, and would in memory
    code, _, err = durand("--with", str(large), "list")
    assert (code, err) == (2, f"durand: {large}:1: the file is too large; at most 4 MiB are allowed\n")
    code, _, err = durand("--with", str(PEERS))
    assert (code, err.startswith("durand: --with goes with a command")) == (2, True)
    extensions.unload()
    code, _, err = durand("list", "--with")
    assert (code, err) == (2, "durand: --with needs a Python file, or the name of an installed extension\n")


def test_two_of_one_name_are_refused(write: Any) -> None:
    first = sim.load_extension(write("", "first.py"))
    assert sim.load_extension(write("", "first.py")) is first  # once is enough
    with pytest.raises(
        sim.ExtensionError, match=r"second\.py:1: an extension mine is loaded already, from .*first\.py"
    ):
        sim.load_extension(write("", "second.py"))


def test_two_rivals_of_one_rule_are_refused(write: Any) -> None:
    sim.load_extension(PEERS)
    with pytest.raises(sim.ExtensionError, match=r"cohesion_cost is replaced or switched off already, in .*peers\.py:"):
        sim.load_extension(write("extension.off('cohesion_cost', why='w')\n"))
    assert [one.name for one in extensions.loaded()] == ["restraint_by_peers"]
    assert RULES["cohesion_cost"].parameters == ("peer_tolerance", "peer_weight")
