"""The model as a whole: worlds that never touch each other, a month that can be read, figures that keep to their range."""

from __future__ import annotations

import gc
import inspect
import os
import pickle
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any

import mesa
import numpy as np
import pytest
from numpy.typing import NDArray

import sim.model
import sim.rulebook
import sim.shocks
from sim.agents.actor import Actor
from sim.agents.decision import Decision
from sim.agents.group import Group
from sim.agents.observers import OBSERVERS, reports
from sim.ensemble.silenced import SilencedRulebook
from sim.metrics import METRICS, PANELS
from sim.model import MONTH, FrontierModel, ModelError, Parts, make_agents
from sim.parameters import PARAMETERS
from sim.rule import RULES
from sim.rulebook import Rulebook, summed_in_full
from sim.scenario import SHOCK_TARGETS, Scenario, load_scenario
from sim.vocabulary import ACTOR_SPECS, FACTIONS, ROSTER
from sim.worlds import BatchLayout, Vector

# A division by nought or an overflow is a number that is none, somewhere, even where no figure shows it.
pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

Record = dict[str, NDArray[np.float64]]

# A scenario in which every part of the model has something to do, for this file and for test_parameters.py.
BUSY_TEXT = """
schema: 1
title: Everything at once
question: Does every part of the model have something to do?
summary: Two courses to choose from, every lever in one of them, talks, strikes, a fracture, a war, and answers to it all.
start: 2021-08
months: 48
parameters: {hostilities_base: -8, hostilities_tension: 7}
actors:
  pakistan:
    policy: choose
    among: [press, give]
    changes:
      - {from: 2022-02, until: 2022-05, levers: {cross_border_strikes: 0.9, ttp_talks: 0.2, refugee_expulsion: 0.1}}
      - {when: {metric: attacks, above: 25, months: 2}, for: 2, levers: {domestic_operations: 0.7, aid: 0.2}}
      - {when: {metric: ceasefire, above: 0.5}, levers: {recognition: 0.1, cross_border_strikes: 0.3}}
  taliban:
    among: [put_off, draw_line]
    changes:
      - {from: 2022-02, until: 2022-07, policy: choose}
      - {from: 2021-11, until: 2022-01, stance: contain, brokering: host}
      - {from: 2022-09, until: 2022-12, answer: offensive}
      - {when: {metric: strikes, above: 0.5}, for: 2, border_posture: 0.9}
      - {from: 2023-06, until: 2023-08, stance: crack_down, messaging: 0.8}
  ttp:
    among: [fight_on, wait]
    changes:
      - {from: 2022-06, until: 2022-07, policy: choose}
      - {from: 2021-09, until: 2021-10, campaign: ceasefire}
      - {from: 2023-01, until: 2023-03, campaign: lie_low}
  india:
    among: [stay_away, go_back]
    changes:
      - {from: 2022-02, until: 2022-07, policy: choose}
      - {from: 2022-08, until: 2022-09, engagement: embassy}
policies:
  press:
    title: Press
    actor: pakistan
    summary: Mostly pressure.
    settings:
      levers: {domestic_operations: 0.6, cross_border_strikes: 0.7, border_closure: 0.4, fencing: 0.6,
        trade_opening: 0.2, aid: 0.1, recognition: 0.2, ttp_talks: 0.4, prisoner_releases: 0.2, refugee_expulsion: 0.5}
      conditionality: 0.8
      visibility: 0.5
    responds:
      - {when: {metric: fatalities_ttp, above: 60}, for: 3, levers: {border_closure: 0.7}}
  give:
    title: Give
    actor: pakistan
    summary: Mostly favours.
    settings:
      levers: {domestic_operations: 0.2, cross_border_strikes: 0.3, border_closure: 0.1, fencing: 0.3,
        joint_patrols: 0.5, trade_opening: 0.6, aid: 0.5, diplomatic_advocacy: 0.5, recognition: 0.5,
        factional_mediation: 0.4, military_training: 0.4, ttp_talks: 0.9, prisoner_releases: 0.5,
        troop_withdrawal: 0.3, religious_law_concessions: 0.5, refugee_expulsion: 0.2}
      conditionality: 0.4
      visibility: 0.8
  put_off: {title: Put off, actor: taliban, summary: A word of caution., settings: {stance: caution}}
  draw_line: {title: Draw a line, actor: taliban, summary: Hold them back., settings: {stance: restrain}}
  fight_on: {title: Fight on, actor: ttp, summary: More attacks., settings: {campaign: escalate}}
  wait: {title: Wait, actor: ttp, summary: A truce if there is one to be had., settings: {campaign: ceasefire}}
  stay_away: {title: Stay away, actor: india, summary: No tie., settings: {engagement: none}}
  go_back: {title: Go back, actor: india, summary: An embassy., settings: {engagement: embassy}}
shocks:
  - {date: 2021-12, title: War returns, changes: {afghan_war: {add: 0.4}, afghan_hardship: {add: 0.2}}}
  - {date: 2022-03, title: Kabul breaks, changes: {taliban_cohesion: {multiply: 0.3}, ttp_cohesion: {add: -0.3}}}
  - date: 2022-04
    title: Khan loses office
    changes: {power.pti: {multiply: 0.7}, power.haqqani: {multiply: 1.5}, rhetoric: {add: 0.1}}
  - date: 2022-07
    title: Much else
    changes:
      economy: {multiply: 0.2}
      imf_goodwill: {add: 0.2}
      sanctions: {multiply: 0.8}
      iskp_strength: {add: 0.1}
      freed_prisoners: {add: 0.3}
      china_patronage: {add: 0.1}
      us_ties: {add: -0.1}
      distrust: {add: 0.1}
      expected_recognition: {set: 0.8}
"""


@cache
def busy() -> Scenario:
    return load_scenario(("busy", BUSY_TEXT))


def plain(lever_text: str = "", shocks: str = "") -> Scenario:
    """A scenario of a line or two."""
    text = f"schema: 1\ntitle: Plain\nmonths: 360\nactors: {{pakistan: {{levers: {{{lever_text}}}}}}}\n{shocks}"
    return load_scenario(("plain", text))


def run(
    scenario: Scenario | str,
    months: int,
    worlds: int = 1,
    kind: type[FrontierModel] = FrontierModel,
    first: int = 0,
    blocks: int = 1,
    **options: Any,
) -> Record:
    """All that comes out: metrics and observers' reports (months, worlds), panels (months, rows, worlds)."""
    model = kind(scenario, BatchLayout(worlds, first, blocks), **{"seed": 5, "parameters": "defaults", **options})
    for _ in range(months):
        model.step()
    record = {name: np.array(values) for name, values in model.datacollector.model_vars.items()}
    record |= {f"report.{name}": np.array(values) for name, values in reports(model).items()}
    model.close()
    return {name: value[:, None] if value.ndim == 1 else value for name, value in record.items()}


def differing(one: Record, other: Record) -> list[str]:
    """The metrics and panels that are not the same to the last bit."""
    assert one.keys() == other.keys() == {*METRICS, *PANELS, *(f"report.{name}" for name in OBSERVERS)}
    return [name for name in one if not np.array_equal(one[name], other[name])]


# ------------------------------------------------------------------------------------------------ worlds apart

WORLDS, MONTHS = 24, 14


@cache
def at_once(parameters: str) -> Record:
    return run(busy(), MONTHS, WORLDS, parameters=parameters)


def in_chunks(scenario: Scenario | str, chunk: int, parameters: str, months: int = MONTHS) -> Record:
    """The first eight chunks of the worlds, or all."""
    worlds = min(WORLDS, 8 * chunk)
    parts = [
        run(scenario, months, min(chunk, worlds - first), first=first, parameters=parameters)
        for first in range(0, worlds, chunk)
    ]
    return {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}


@pytest.mark.parametrize(
    ("chunk", "parameters"), [(1, "defaults"), (1, "prior"), (2, "defaults"), (3, "prior"), (7, "defaults")]
)
def test_a_world_is_the_same_in_any_chunk(chunk: int, parameters: str) -> None:
    """Otherwise what a world lives through depends on how many others are computed beside it, or by which worker."""
    apart = in_chunks(busy(), chunk, parameters)
    count = apart["attacks"].shape[-1]
    assert differing(apart, {name: value[..., :count] for name, value in at_once(parameters).items()}) == []


def test_history_is_the_same_in_any_chunk() -> None:
    """Otherwise the shipped scenarios are not paired, though the one made for tests is."""
    together = run("history", 20, WORLDS)
    assert differing(in_chunks("history", 7, "defaults", months=20), together) == []


@pytest.mark.parametrize("chunk", [64, 256])
def test_a_thousand_worlds_are_the_same_in_any_chunk(chunk: int) -> None:
    """Otherwise work that is cut up by the number of worlds (blocks for a processor's cache) adds up in another order."""
    together, worlds = a_thousand(), 1_000
    parts = [run(busy(), 5, min(chunk, worlds - first), first=first) for first in range(0, worlds, chunk)]
    apart = {name: np.concatenate([part[name] for part in parts], axis=-1) for name in together}
    assert differing(apart, together) == []


def test_a_world_alone_is_the_same_as_among_a_thousand() -> None:
    """Otherwise a student's single run is not one of the thousand worlds that the class has seen."""
    for world in (0, 1, 5, 402, 999):
        alone = run(busy(), 5, first=world)
        assert differing(alone, {name: value[..., [world]] for name, value in a_thousand().items()}) == []


@cache
def a_thousand() -> Record:
    return run(busy(), 5, 1_000)


def test_deaths_add_up_alike_in_any_chunk() -> None:
    """Otherwise deaths that are not whole numbers add up in another order when other worlds run beside a world."""
    values = {"mass_casualty_least": 20.3, "deaths_location": 0.3, "deaths_spread": 1.4}
    together = run("history", 6, 500, values=values)
    parts = [run("history", 6, 50, first=first, values=values) for first in range(0, 500, 50)]
    apart = {name: np.concatenate([part[name] for part in parts], axis=-1) for name in together}
    assert differing(apart, together) == []


def test_worlds_differ() -> None:
    """Otherwise the tests above compare one world with itself."""
    record = at_once("defaults")
    assert len(np.unique(record["attacks"], axis=1).T) == WORLDS
    moving = [name for name in METRICS if (record[name][-1] != record[name][-1, 0]).any()]
    assert len(moving) > 45


def test_the_same_scenario_twice_differs_by_nothing() -> None:
    """Otherwise a difference between two scenarios is partly noise of the machine."""
    assert differing(run(busy(), MONTHS, WORLDS), at_once("defaults")) == []


class Onlooker(Actor):
    """Draws random draws of its own, and keeps it to itself."""

    def look(self) -> None:
        self.seen = self.draw("look") + self.model.streams.uniforms("onlooker.more", self.model.month, 3)[2]


class Watched(FrontierModel):
    """The model with one agent more."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options, parts=Parts(agents=self._agents))

    def _agents(self, model: FrontierModel) -> None:
        self.onlooker = Onlooker(self, "onlooker")
        make_agents(model)

    def step(self) -> None:
        self.onlooker.look()
        super().step()


def test_another_agent_changes_nobody_elses_draws() -> None:
    """Otherwise adding an actor to the model changes every result, and no two versions can be compared."""
    assert differing(run(busy(), MONTHS, WORLDS, kind=Watched), at_once("defaults")) == []


class Restless(FrontierModel):
    """The model with draws that nobody uses."""

    def step(self) -> None:
        for name in ("aaa", "taliban.stance", "zzz"):
            self.streams.uniform(name, self.month)
            self.streams.uniforms(name, self.month + 1, 2)
        super().step()


def test_an_unused_draw_changes_nothing() -> None:
    """Otherwise a draw made for a chart, or left over in the code, changes the results."""
    assert differing(run(busy(), MONTHS, WORLDS, kind=Restless), at_once("defaults")) == []


def test_recording_changes_nothing() -> None:
    """Otherwise the run that is explained is not the run that was shown."""
    assert differing(run(busy(), MONTHS, WORLDS, record=True), at_once("defaults")) == []


def test_a_seed_gives_the_draws_and_another_seed_gives_others() -> None:
    """Otherwise runs that should be independent are copies of each other."""
    other = run(busy(), MONTHS, WORLDS, seed=6)
    assert (other["attacks"] != at_once("defaults")["attacks"]).mean() > 0.8


def test_without_a_seed_one_is_drawn_and_kept() -> None:
    """Otherwise a run without a seed cannot be repeated, or is the same each time."""
    models = [FrontierModel("history", seed=None) for _ in range(2)]
    seeds = [model.seed for model in models]
    assert len(set(seeds)) == 2
    assert all(isinstance(seed, int) and 0 <= seed < 2**63 for seed in seeds)
    for _ in range(4):
        models[0].step()
    seen = models[0].datacollector.model_vars["attacks"]
    again = run("history", 4, seed=seeds[0], parameters="posterior")
    assert seen == again["attacks"][:, 0].tolist()
    for model in models:
        model.close()


def test_mesa_may_give_the_seed_as_rng() -> None:
    """Otherwise Mesa 3.5's own batch runner, which passes `rng`, runs the model on draws that cannot be repeated."""
    assert FrontierModel("history", rng=7).seed == 7
    assert FrontierModel("history", rng=np.int64(7)).seed == 7


def test_the_order_of_hashes_does_not_matter() -> None:
    """Otherwise a loop over a set or a hash of a text, which Python salts anew in each process, moves the numbers."""
    code = (
        "from hashlib import sha256; from test_model import busy, run; import numpy as np\n"
        "record = run(busy(), 9, 5)\n"
        "print(sha256(b''.join(np.ascontiguousarray(record[name]).tobytes() for name in sorted(record))).hexdigest())"
    )
    path = os.pathsep.join([os.path.dirname(__file__), os.path.dirname(os.path.dirname(__file__))])
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": salt},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for salt in ("1", "4711")
    }
    assert len(digests) == 1
    assert len(digests.pop().strip()) == 64


# ------------------------------------------------------------------------------------------------ the month, and Mesa


def test_the_month_names_what_agents_can_do() -> None:
    """Otherwise the list that a newcomer reads first names a step that does not exist, or leaves an agent out."""
    model = FrontierModel(busy(), seed=1)
    for kind, action in MONTH:
        assert callable(getattr(kind, action))
        assert len(model.agents_by_type[kind]) > 0
        assert (getattr(kind, action).__doc__ or "").strip().endswith("."), action
    assert len(set(MONTH)) == len(MONTH)
    model.close()


def test_groups_act_in_the_order_of_the_roster() -> None:
    """Otherwise sums over groups, and who splits before whom, depend on the order in which Mesa keeps its agents."""
    model = FrontierModel(busy(), seed=1)
    assert [group.slot for group in model.agents_by_type[Group]] == list(ROSTER)
    assert [group.slot for group in model.groups] == list(ROSTER)
    assert len(ROSTER) >= 16
    model.close()


def test_all_who_act_are_mesa_agents() -> None:
    """Otherwise Mesa's own tools (AgentSet, agent reporters) see only a part of the model."""
    model = FrontierModel(busy(), worlds=3, seed=1)
    # Mesa 3.5 gives a sibling class of AgentSet here; what matters is that it does what one does.
    assert all(hasattr(model.agents, ability) for ability in ("do", "select", "get"))
    assert all(isinstance(agent, mesa.Agent) for agent in model.agents)
    names = [agent.name for agent in model.agents]
    assert len(set(names)) == len(names), "each agent's streams start with its name"
    kept = {id(value) for value in vars(model).values() if isinstance(value, Actor)}
    assert kept <= {id(agent) for agent in model.agents}
    beside = ("land", "durand_line", "relations", "movement")
    assert len(names) == len([*ACTOR_SPECS, *beside, *ROSTER]) + sum(map(len, FACTIONS.values()))
    model.close()


def test_the_data_collector_gives_a_table_for_one_world() -> None:
    """Otherwise a course that teaches Mesa cannot use the model as any other Mesa model."""
    model = FrontierModel("history", seed=1)
    for _ in range(3):
        model.step()
    table = model.datacollector.get_model_vars_dataframe()
    assert table.shape == (3, len(METRICS) + len(PANELS))
    assert all(table[name].dtype == np.float64 for name in METRICS)
    assert model.steps == 3
    model.close()


def batch(seed: int | None) -> list[dict[str, Any]]:
    """Two runs of three months or four by Mesa's batch runner, which from Mesa 3.5 on takes the seeds itself."""
    parameters: dict[str, Any] = {"scenario": "history"}
    options: dict[str, Any] = {"max_steps": 3, "number_processes": 1, "display_progress": False}
    if "rng" in inspect.signature(mesa.batch_run).parameters:
        options["rng"] = [seed, seed]
    else:
        options["iterations"], parameters["seed"] = 2, seed if seed is None else [seed]
    return mesa.batch_run(FrontierModel, parameters, data_collection_period=1, **options)


def test_batch_run_works() -> None:
    """Otherwise those who know Mesa's batch runner cannot sweep the model with it."""
    seeded = run("history", 3, seed=3, parameters="posterior")["attacks"][:, 0].tolist()
    for seed in (None, 3):
        rows = batch(seed)
        one, other = ([row["attacks"] for row in rows if row["iteration"] == number] for number in (0, 1))
        assert len(one) == len(other) >= 3
        assert (one == other) == (seed is not None), "without a seed each run has random draws of its own"
        assert (one[:3] == seeded) == (seed is not None)


def test_batch_run_sweeps_values_and_what_is_off() -> None:
    """Otherwise what is varied there is run as one and the same model."""
    told = ["leverage_pakistan_taliban", "attacks"]
    options: dict[str, Any] = {"number_processes": 1, "max_steps": 11, "display_progress": False}
    for name, choices in (("values", [{"scale_attacks": 45.0}, {"scale_attacks": 90.0}]), ("off", [[], ["M3"]])):
        parameters: dict[str, Any] = {"scenario": "history", "parameters": "defaults", name: choices}
        if "rng" in inspect.signature(mesa.batch_run).parameters:
            options["rng"] = [3]
        else:
            parameters["seed"] = 3
        rows = mesa.batch_run(FrontierModel, parameters, **options)
        months = max(int(row["Step"]) for row in rows) + 1
        found = [[row[metric] for metric in told] for row in rows]
        for figures, choice in zip(found, choices, strict=True):
            model = FrontierModel("history", 1, 3, "defaults", **{name: choice})
            for _ in range(months):
                model.step()
            assert figures == model.datacollector.get_model_vars_dataframe()[told].iloc[-1].tolist()
            model.close()
        assert found[0] != found[1]


def gone(model_of: Callable[[], FrontierModel]) -> bool:
    """Whether nothing keeps a model once the caller has let it go."""
    watch = weakref.ref(model_of())
    gc.collect()
    return watch() is None


def closed() -> FrontierModel:
    model = FrontierModel("history", worlds=2, seed=1, record=True)
    model.step()
    model.close()
    return model


def test_a_closed_model_is_let_go() -> None:
    """Otherwise a sweep of many chunks keeps every one of them in memory until it fails."""
    assert gone(closed)


@pytest.mark.skipif(not hasattr(mesa.Agent, "_ids"), reason="this Mesa lets models go by itself")
def test_without_closing_mesa_keeps_it() -> None:
    """The trap that `close` is there for. If this fails, Mesa lets models go by itself, and `close` can be simpler."""

    def left_open() -> FrontierModel:
        return FrontierModel("history", worlds=2, seed=1)

    assert not gone(left_open)
    for model in [one for one in mesa.Agent._ids if isinstance(one, FrontierModel)]:
        model.close()


@pytest.mark.skipif(not hasattr(mesa.Agent, "_ids"), reason="this Mesa is one without")
def test_closing_works_where_mesa_has_no_list_of_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise every chunk of every run ends in an error with Mesa 3.5, which has no `Agent._ids`."""
    model = FrontierModel("history", seed=1)
    monkeypatch.delattr(mesa.Agent, "_ids")
    model.close()


# ------------------------------------------------------------------------------------------------ state and record


def arrays(where: str, value: Any, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """All NumPy values in an agent's state, with their place."""
    if isinstance(value, np.ndarray | np.generic):
        yield where, value
    elif isinstance(value, dict):
        for key, inside in value.items():
            yield from arrays(f"{where}[{key}]", inside, seen)
    elif isinstance(value, list | tuple):
        for number, inside in enumerate(value):
            yield from arrays(f"{where}[{number}]", inside, seen)
    elif isinstance(value, Decision) and id(value) not in seen:
        seen.add(id(value))
        for key, inside in vars(value).items():
            if key not in ("actor", "pressures"):
                yield from arrays(f"{where}.{key}", inside, seen)
        for pressure in value.pressures:
            yield f"{where}.{pressure.rule}", pressure.strength


def state(model: FrontierModel) -> Iterator[tuple[str, Any]]:
    seen: set[int] = set()
    for agent in model.agents:
        for key, value in vars(agent).items():
            if key != "model":
                yield from arrays(f"{agent.name}.{key}", value, seen)


@pytest.mark.parametrize(("worlds", "parameters"), [(1, "defaults"), (1, "prior"), (6, "defaults"), (6, "prior")])
def test_state_is_contiguous_vectors_over_worlds(worlds: int, parameters: str) -> None:
    """Otherwise a number that is 0-d, reversed or of another type gives other bits in the functions after it."""
    model = FrontierModel(busy(), worlds=worlds, seed=2, parameters=parameters)
    for _ in range(16):
        model.step()
        kept = 0
        for where, value in state(model):
            assert isinstance(value, np.ndarray), f"{where} is a number, not a vector"
            assert value.ndim in (1, 2), where
            assert value.shape[-1] == worlds, where
            assert value.dtype == np.float64, where
            assert value.flags.c_contiguous, where
            kept += 1
        assert kept > 300
    model.close()


@pytest.mark.parametrize(
    ("actor", "decision", "policies", "options"),
    [
        ("taliban", "taliban.stance", "[put_off, draw_line]", ("caution", "restrain")),
        ("ttp", "ttp.campaign", "[fight_on, wait]", ("escalate", "ceasefire")),
        ("india", "india.engagement", "[stay_away, go_back]", ("none", "embassy")),
    ],
)
def test_others_than_pakistan_choose_among_policies_too(
    actor: str, decision: str, policies: str, options: tuple[str, str]
) -> None:
    """By the same pressures: between two policies the odds are what they would be between these options alone."""
    told = BUSY_TEXT[BUSY_TEXT.index("policies:") : BUSY_TEXT.index("shocks:")]
    # The first policies are Pakistan's, which this scenario does not use.
    text = f"schema: 1\ntitle: T\nquestion: Q\nactors:\n  {actor}: {{policy: choose, among: {policies}}}\n{told}"
    model = FrontierModel(load_scenario(("menu.yaml", text)), worlds=400, seed=4, record=True)
    seen = set()
    for _ in range(6):
        model.step()
        part = model.accounts[-1][decision]
        seen |= {part["options"][int(one)] for one in part["chosen"]}
        utilities, rows = part["utilities"], [part["options"].index(option) for option in options]
        first = 1 / (1 + np.exp(utilities[rows[1]] - utilities[rows[0]]))
        assert part["probabilities"][rows[0]] == pytest.approx(first, rel=1e-9)
        assert "off_the_menu" in {one.rule for one in part["pressures"]}
    assert seen == set(options)
    model.close()


def test_what_was_recorded_stays() -> None:
    """Otherwise a state that is changed in place, rather than rebound, rewrites the months before it."""
    model = FrontierModel(busy(), worlds=4, seed=2, record=True)
    for _ in range(8):
        model.step()
    record = {name: [np.array(value) for value in values] for name, values in model.datacollector.model_vars.items()}
    strengths = [pressure.strength.copy() for part in model.accounts[7].values() for pressure in part["pressures"]]
    chosen = {name: part["chosen"].copy() for name, part in model.accounts[7].items()}
    for _ in range(10):
        model.step()
    for name, values in model.datacollector.model_vars.items():
        assert len(values) == 18
        assert all(np.array_equal(now, then) for now, then in zip(values, record[name], strict=False)), name
    after = [pressure.strength for part in model.accounts[7].values() for pressure in part["pressures"]]
    assert all(np.array_equal(now, then) for now, then in zip(after, strengths, strict=True))
    assert all(np.array_equal(part["chosen"], chosen[name]) for name, part in model.accounts[7].items())
    model.close()


def test_panels_are_labelled_and_agree_with_their_metrics() -> None:
    """Otherwise a chart by area, group or faction shows rows under the wrong name, or that do not add up."""
    model = FrontierModel(busy(), worlds=4, seed=2)
    model.step()
    record = at_once("defaults")
    for panel in PANELS:
        assert record[panel].shape[1] == len(model.labels[panel]) == len(set(model.labels[panel])), panel
        assert np.isfinite(record[panel]).all()
    model.close()
    np.testing.assert_array_equal(record["attacks_by_area"].sum(axis=1), record["attacks"])
    np.testing.assert_allclose(record["group_strength"].sum(axis=1), record["ttp_strength"], rtol=1e-12)
    assert ((record["group_refuge"] >= 0) & (record["group_refuge"] <= 1)).all()
    for rows in (slice(0, 4), slice(4, 8)):
        np.testing.assert_allclose(record["faction_power"][:, rows].sum(axis=1), 1.0, rtol=1e-12)
    theirs = record["leverage_taliban_pakistan_by_resource"]
    np.testing.assert_allclose(theirs.mean(axis=1), record["leverage_taliban_pakistan"], rtol=1e-12)
    # A share of what is needed, and no need is above 1.
    ours = record["leverage_pakistan_taliban_by_resource"]
    assert (ours.mean(axis=1) < record["dependence"]).all()
    np.testing.assert_array_equal(record["dependence"], record["leverage_pakistan_taliban"])
    assert (record["leverage_in_use"] <= record["dependence"]).all()
    deaths = [record[f"fatalities_{whose}"] for whose in ("security", "civilian", "militant", "afghan_civilian")]
    np.testing.assert_array_equal(sum(deaths), record["fatalities"])
    sovereign = [record[f"sovereignty_{part}"] for part in ("conceded", "control", "freedom")]
    assert (record["sovereignty"] >= np.min(sovereign, axis=0) - 1e-9).all()
    assert (record["sovereignty"] <= np.max(sovereign, axis=0) + 1e-9).all()


@pytest.mark.parametrize(
    "parameters",
    [
        "defaults",
        "prior",
    ],
)
def test_counts_are_whole_numbers(parameters: str) -> None:
    """Otherwise half an attack is counted, and sums of deaths depend on the order in which they are added."""
    record = at_once(parameters)
    for name in ("attacks", "attacks_background", "border_clashes", *(one for one in METRICS if "fatalities" in one)):
        assert np.array_equal(record[name], np.floor(record[name])), name
    assert set(np.unique(record["ceasefire"])) == {0.0, 1.0}
    assert set(np.unique(record["imf_programme"][1:])) <= {0.0, 1.0} | set(np.unique(record["imf_programme"][0]))


# ------------------------------------------------------------------------------------------------ accounts


def decisions(model: FrontierModel) -> list[Decision]:
    """Every decision that an agent holds."""
    return [value for agent in model.agents for value in vars(agent).values() if isinstance(value, Decision)]


def test_the_account_of_a_decision_is_exact() -> None:
    """Otherwise "why?" is answered with pressures that do not add up to what was decided."""
    model = FrontierModel(busy(), worlds=30, seed=4, record=True)
    free = 0
    for month in range(20):
        model.step()
        for name, part in model.accounts[month].items():
            options = range(len(part["options"]))
            for option in options:
                utility = np.zeros(30)
                for pressure in part["pressures"]:
                    assert pressure.rule in RULES
                    strength = pressure.strength[option] if pressure.strength.ndim == 2 else pressure.strength
                    if pressure.profile[option]:
                        utility = utility + strength * pressure.profile[option]
                assert np.array_equal(utility, part["utilities"][option]), (name, month)
            best = (part["utilities"] + part["draws"]).argmax(axis=0)
            scripted = np.isin(part["probabilities"], (0.0, 1.0)).all(axis=0)
            assert np.array_equal(best[~scripted], part["chosen"][~scripted]), (name, month)
            odds = np.exp(part["utilities"]) / np.exp(part["utilities"]).sum(axis=0)
            np.testing.assert_allclose(part["probabilities"][:, ~scripted], odds[:, ~scripted], rtol=1e-9)
            held = part["probabilities"][part["chosen"].astype(int), np.arange(30)]
            assert (held[scripted] == 1.0).all()
            free += int((~scripted).sum())
    assert free > 20 * 30 * 3
    model.close()


def test_a_scripted_choice_is_shown_as_one() -> None:
    """Otherwise a choice that the scenario prescribes is explained as if the actor had made it."""
    model = FrontierModel(busy(), worlds=5, seed=4, record=True)
    for _ in range(15):
        model.step()
    for decision, told in (("taliban.stance", "contain"), ("taliban.brokering", "host")):
        account = model.accounts[4][decision]  # December 2021
        assert (account["chosen"] == account["options"].index(told)).all()
        assert (account["probabilities"][2] == 1.0).all()
    assert (model.accounts[13]["taliban.answer"]["chosen"] == 3).all()  # September 2022: an offensive
    assert (model.accounts[13]["india.engagement"]["chosen"] == 2).all()  # September 2022: an embassy
    assert (model.accounts[1]["ttp.campaign"]["chosen"] == 2).all()  # September 2021: ceasefire
    assert not np.isin(model.accounts[7]["taliban.brokering"]["probabilities"], (0.0, 1.0)).any()
    model.close()


def test_every_decision_is_accounted_for() -> None:
    """Otherwise there is a choice in the model of which nobody can ask why."""
    model = FrontierModel(busy(), worlds=2, seed=4, record=True)
    model.step()
    held = {f"{decision.actor.name}.{decision.name}" for decision in decisions(model)}
    model.close()
    assert set(model.accounts[0]) == held


def test_draws_of_an_agent_are_its_own() -> None:
    """Otherwise all groups break away in the same worlds and months, and worlds differ more than they should."""
    model = FrontierModel("history", worlds=50, seed=4)
    drawn = [agent.draw("unity") for agent in model.agents]
    model.close()
    assert len(np.unique(np.stack(drawn))) == len(drawn) * 50


def test_draws_of_an_option_are_its_own() -> None:
    """Otherwise adding an option to a decision changes the draws of the others, and with it every result."""
    model = FrontierModel("history", worlds=9, seed=4, record=True)
    model.step()
    for name, part in model.accounts[0].items():
        actor, decision = name.split(".", 1)
        for number, option in enumerate(part["options"]):
            uniform = model.streams.uniform(f"{actor}.{decision}/{option}", 0)
            assert np.array_equal(part["draws"][number], -np.log(-np.log(uniform)))
    model.close()


# ------------------------------------------------------------------------------------------------ figures in range


@pytest.mark.parametrize(
    ("bad", "shown"), [(np.nan, "nan"), (np.inf, "inf"), (-1.0, "-1"), (50_000.1, "50000.1"), (1e30, "1e\\+30")]
)
def test_a_figure_out_of_range_stops_the_run(bad: float, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a NaN or a runaway number goes into results, tables and reports as if it were one."""

    def broken(model: FrontierModel) -> Vector:
        values = as_declared.read(model).copy()
        values[2] = bad if model.month == 1 else values[2]
        return values

    as_declared = METRICS["attacks"]
    monkeypatch.setitem(METRICS, "attacks", replace(as_declared, read=broken))
    model = FrontierModel("history", BatchLayout(4, first=100), seed=1)
    model.step()
    with pytest.raises(
        ModelError, match=rf"attacks is {shown} in world 102 in 2021-09; it must stay within 0 to 50000"
    ):
        model.step()
    model.close()


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_checked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise one figure may leave its range unseen."""
    metric = METRICS[name]
    monkeypatch.setitem(METRICS, name, replace(metric, read=lambda model: np.full(model.worlds, metric.low - 1.0)))
    model = FrontierModel("history", worlds=2, seed=1)
    with pytest.raises(ModelError, match=f"^{name} is"):
        model.step()
    model.close()


def test_what_is_declared_before_a_model_is_made_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a metric stands in two places, and an extension's own are never read."""
    fenced = replace(METRICS["strikes"], name="fencing", read=lambda model: model.pakistan.levers["fencing"])
    monkeypatch.setitem(METRICS, "fencing", fenced)
    assert pickle.loads(pickle.dumps(fenced)) is fenced  # as workers hand it on
    model = FrontierModel("confront", worlds=3, seed=1)
    model.step()
    (fencing,), (panel,) = (model.datacollector.model_vars[name] for name in ("fencing", "levers_in_force"))
    assert np.array_equal(fencing, panel[model.labels["levers_in_force"].index("fencing")])
    assert (fencing > 0).all()
    model.close()


def assert_in_range(record: Record) -> None:
    for name, metric in METRICS.items():
        assert np.isfinite(record[name]).all(), name
        assert record[name].min() >= metric.low - 1e-9, name
        assert record[name].max() <= metric.high + 1e-9, name
    assert all(np.isfinite(record[name]).all() for name in PANELS)


def corner(worlds: int, seed: int) -> dict[str, Vector]:
    """Every parameter at one end of its range, in each world another mix of ends."""
    rng = np.random.default_rng(seed)
    return {name: np.where(rng.random(worlds) < 0.5, one.low, one.high) for name, one in PARAMETERS.items()}


@pytest.mark.parametrize("scenario", ["confront", "appease", "history"])
def test_any_draw_of_parameters_stays_in_range(scenario: str) -> None:
    """Otherwise a sweep over the declared ranges stops on the way, or reports nonsense."""
    assert_in_range(run(scenario, 60, 120, parameters="prior"))


@pytest.mark.parametrize("scenario", ["confront", "appease", "history", "busy"])
def test_corners_of_the_parameter_space_stay_in_range(scenario: str) -> None:
    """Otherwise two parameters, each at an allowed end, break a figure together."""
    plan = busy() if scenario == "busy" else scenario
    assert_in_range(run(plan, 60, 100, values=corner(100, seed=len(scenario))))


def test_themes_at_their_ends_stay_in_range_for_thirty_years() -> None:
    """Otherwise the longest run allowed, with all parameters of a kind at one end, runs away."""
    themes = sorted({one.theme for one in PARAMETERS.values()})
    worlds = 2 * len(themes) + 2
    values = {}
    for name, one in PARAMETERS.items():
        vector = np.full(worlds, one.value)
        place = 2 * themes.index(one.theme)
        vector[[place, -2]], vector[[place + 1, -1]] = one.low, one.high
        values[name] = vector
    assert_in_range(run(busy(), 360, worlds, values=values))


# Parameters whose high (or low) end makes for more attacks and deaths.
VIOLENT_HIGH = """
    attacks_per_capability tempo_escalate start_fighters recruitment_rate recruitment_grievance
    recruitment_prestige recruitment_foothold group_ceiling start_freed_prisoners crossover_rate arms_flow
    training_rate start_arms start_skill strength_elasticity arms_weight
    skill_weight group_cohesion_resting group_cohesion_prestige start_group_cohesion shelter_protection
    kinship_weight prestige_weight capability_weight start_example lethal_share
    deaths_location deaths_spread mass_casualty_chance background_base background_example
    background_iskp iskp_gain_drift foothold_inflow foothold_growth foothold_grievance foothold_gain
    extortion_arms prestige_pace prestige_success prestige_ground rebound_tempo
"""
VIOLENT_LOW = """
    attrition_rate arms_wear skill_fading example_fading kabul_control
    operations_disruption breakaway_rate truce_dissent freed_return_rate operations_deterrence
    drift_base drift_rate iskp_fading clearing_rate hold_control hold_presence hold_redress
    start_foothold_tribal_districts start_foothold_khyber_pakhtunkhwa
"""


@pytest.mark.parametrize("dispersion", ["low", "high"])
def test_the_most_violent_corner_stays_in_range(dispersion: str) -> None:
    """Otherwise a scenario file that keeps to every declared range stops with an error in its fourth year."""
    values = {name: PARAMETERS[name].high for name in VIOLENT_HIGH.split()} | {
        name: PARAMETERS[name].low for name in VIOLENT_LOW.split()
    }
    values["attack_dispersion"] = getattr(PARAMETERS["attack_dispersion"], dispersion)
    record = run("appease", 60, 20, values=values)
    assert record["attacks"].max() > 500
    assert_in_range(record)


def test_thirty_years_of_war_and_flight_stay_in_range() -> None:
    """Otherwise a scenario of lasting war stops with an error after twenty years."""
    war = "shocks: [{date: 2021-08, until: 2051-07, title: War, changes: {afghan_war: {set: 1}, sanctions: {set: 1}}}]"
    names = ("arrivals_hardship", "arrivals_war", "start_afghan_hardship", "hardship_pace")
    values = {name: PARAMETERS[name].high for name in names} | {"return_rate": PARAMETERS["return_rate"].low}
    assert_in_range(run(plain("", war), 360, 3, values=values))


@pytest.mark.parametrize("actor", ["pakistan", "taliban"])
def test_factions_may_lose_all_power_at_once(actor: str) -> None:
    """Otherwise a scenario that its own checks allow stops with an error in its first month."""
    from sim.vocabulary import FACTIONS

    changes = ", ".join(f"power.{name}: {{set: 0}}" for name in FACTIONS[actor])
    shock = f"shocks: [{{date: 2021-09, title: Nobody, changes: {{{changes}}}}}]"
    assert_in_range(run(plain("", shock), 3, 2))


HELD, EACH = [(target, end) for target in SHOCK_TARGETS for end in ("low", "high")], 24
ALL_SIDES = "domestic_operations: 1, cross_border_strikes: 0.5, ttp_talks: 0.5, aid: 0.3"


class HeldAtEnds(FrontierModel):
    """In the worlds of each block a shock holds another target at an end of its range."""

    def act(self) -> None:
        for number, (target, end) in enumerate(HELD):
            aims = [*sim.shocks._aims(self, target)]
            if target.startswith("power."):  # and the power of all others is scaled to what is left
                factions = [one for actor in FACTIONS for one in getattr(self, actor).factions]
                aims = [(one, state) for one in factions for state in ("power", "resting_power")]
            before = [getattr(agent, state) for agent, state in aims]
            sim.shocks.apply_shock(self, target, "set", getattr(SHOCK_TARGETS[target], end))
            own = np.arange(self.worlds) // EACH == number
            for (agent, state), was in zip(aims, before, strict=True):
                setattr(agent, state, np.where(own, getattr(agent, state), was))
        super().act()


@cache
def held_at_ends() -> Record:
    values = {name: np.tile(vector, len(HELD)) for name, vector in corner(EACH, seed=8).items()}
    return run(plain(ALL_SIDES), 18, EACH, kind=HeldAtEnds, blocks=len(HELD), values=values)


def held_at(target: str, end: str) -> Record:
    place = EACH * HELD.index((target, end))
    return {name: value[..., place : place + EACH] for name, value in held_at_ends().items()}


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("target", SHOCK_TARGETS)
def test_shocks_at_their_ends_stay_in_range(target: str, end: str) -> None:
    """Otherwise a shock that its own checks allow stops a run, or leads to a figure that means nothing."""
    assert_in_range(held_at(target, end))


@pytest.mark.parametrize("target", ["economy", "power.haqqani", "expected_recognition"])
def test_what_is_held_at_an_end_beside_others_is_what_a_scenario_holds_there(target: str) -> None:
    """Otherwise the test above holds nothing at its end, or holds it in other worlds."""
    end = SHOCK_TARGETS[target].high
    shock = f"shocks: [{{date: 2021-08, until: 2024-01, title: End, changes: {{{target}: {{set: {end}}}}}}}]"
    alone, beside = run(plain(ALL_SIDES, shock), 18, EACH, values=corner(EACH, seed=8)), held_at(target, "high")
    assert differing(alone, beside) == []


@pytest.mark.parametrize("amount", [0.0, 1.0])
def test_no_levers_and_all_levers_stay_in_range(amount: float) -> None:
    """Otherwise a course that does nothing, or everything, divides by nought or overspends."""
    from sim.vocabulary import LEVERS

    levers = ", ".join(f"{lever}: {amount}" for lever in LEVERS)
    with np.errstate(divide="raise", invalid="raise"):
        record = run(plain(levers), 40, 60, parameters="prior")
    assert_in_range(record)
    if amount == 0.0:
        assert (record["effort_cost"] == 0.0).mean() > 0.5
        assert (record["strikes"][1:][record["hostilities"][:-1] == 0.0] == 0.0).all()


# What agents hand to rules outside of the range that the rule declares.
OUTSIDE: dict[tuple[str, str], str] = {}


@cache
def handed() -> dict[tuple[str, str], tuple[float, float]]:
    """Lowest and highest of every argument and result of every rule, in runs at corners and over the prior."""
    seen: dict[tuple[str, str], tuple[float, float]] = {}
    named = {rule.function: rule for rule in RULES.values()}

    def note(rule: str, what: str, value: Vector) -> None:
        low, high = seen.get((rule, what), (np.inf, -np.inf))
        seen[rule, what] = min(low, float(np.min(value))), max(high, float(np.max(value)))

    class Noting(Rulebook):
        def called_by(self, owner: str, rule: Callable[..., Vector], /, *by_place: Vector, **state: Vector) -> Vector:
            for argument, value in state.items():
                note(named[rule].name, argument, value)
            result = super().called_by(owner, rule, *by_place, **state)
            note(named[rule].name, "result", result)
            return result

        sum_over = summed_in_full

    parts = Parts(rulebook=Noting)
    run(busy(), 48, 80, values=corner(80, seed=3), parts=parts)
    run("confront", 48, 60, parameters="prior", parts=parts)
    run("appease", 48, 60, parameters="prior", parts=parts)
    return seen


@pytest.mark.parametrize("name", RULES)
def test_rules_are_asked_within_their_ranges(name: str, request: pytest.FixtureRequest) -> None:
    """Otherwise a rule is used where nobody has said, or tested, what it gives."""
    for (rule, argument), reason in OUTSIDE.items():
        if rule == name:
            request.applymarker(pytest.mark.xfail(strict=True, reason=f"{argument}: {reason}"))
    seen = {what: ends for (rule, what), ends in handed().items() if rule == name}
    assert seen, "nobody asks it"
    quantities = RULES[name].inputs | {"result": RULES[name].result}
    for what, (low, high) in seen.items():
        assert low >= quantities[what].low - 1e-9, what
        assert high <= quantities[what].high + 1e-9, what


# ------------------------------------------------------------------------------------------------ switched off


# Somewhat beyond halfway along each range: at the point values, or halfway, some rules say nothing.
BEYOND = {
    name: one.low + 0.6 * (one.high - one.low) for name, one in PARAMETERS.items() if name not in busy().parameters
}


# Rules of which none is asked by way of another in the same month, so that each is asked though the others are off.
TOGETHER = 12
GROUPS = [tuple(RULES)[first::TOGETHER] for first in range(TOGETHER)]
SILENT: list[tuple[str, ...]] = [(), *((name,) for name in RULES), *GROUPS]


@cache
def with_rules_off() -> Record:
    """Blocks of the same worlds: with all rules, without each of them, without each of the groups."""
    book = partial(SilencedRulebook, silent=SILENT, worlds=EACH)
    return run(busy(), 16, EACH, blocks=len(SILENT), values=BEYOND, parts=Parts(rulebook=book))


def block(silent: tuple[str, ...]) -> Record:
    place = EACH * SILENT.index(silent)
    return {name: value[..., place : place + EACH] for name, value in with_rules_off().items()}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_can_be_switched_off(name: str) -> None:
    """Otherwise an ablation stops on the way, or changes nothing."""
    assert_in_range(block((name,)))
    assert differing(block((name,)), block(())) != []


@pytest.mark.parametrize("number", range(TOGETHER))
def test_what_is_switched_off_changes_no_more_than_the_rule(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise an ablation changes an argument, in place; or the test above is of other worlds than those of an ablation."""
    off, said_by = sim.rulebook.switched_off, set[str]()

    def read_only(rule: Any) -> Callable[..., Vector]:
        said = off(rule)

        def say(**state: Vector) -> Vector:
            said_by.add(rule.name)
            result = said(**state).view()
            result.flags.writeable = False
            return result

        return say

    monkeypatch.setattr(sim.rulebook, "switched_off", read_only)
    record = run(busy(), 16, EACH, values=BEYOND, off=GROUPS[number])
    assert said_by == {*GROUPS[number]}
    assert differing(record, block(GROUPS[number])) == []


def test_one_switch_may_be_given_as_a_word() -> None:
    """Otherwise `mesa.batch_run` over `off` reads it letter by letter."""
    one, listed = (FrontierModel("confront", worlds=2, seed=1, off=off) for off in ("M3", ("M3",)))
    for model in (one, listed):
        model.step()
    chances = [model.datacollector.model_vars["chance_restrain"][0] for model in (one, listed)]
    assert np.array_equal(*chances)
