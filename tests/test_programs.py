"""Programs as players: what they see is what people see, what they do is recorded as people's, and no killing is rewarded."""

from __future__ import annotations

import re
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import asdict
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from command import Durand
from pettingzoo.test import parallel_api_test, parallel_seed_test

import sim
from sim.ensemble.spec import LimitError, RunSpec
from sim.metrics import METRICS
from sim.scenario.settings import DEFAULTS
from sim.teaching.play import programs as seated
from sim.teaching.play.attendant import attended, move_all, offered
from sim.teaching.play.briefing import HIDDEN, OWN, PUBLIC, REPORTED, briefing
from sim.teaching.play.encoding import levels
from sim.teaching.play.game import replay, start
from sim.teaching.play.moves import GameError, load_log
from sim.teaching.play.past import simulate_past
from sim.teaching.play.programs import Program, ProgramError, Programs
from sim.teaching.play.table import Tables
from sim.teaching.play.table_file import TableError
from sim.teaching.play.typed import read_move
from sim.vocabulary import ACTORS

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
# A quarter, and one of a month, from the scenario's first month on: nothing has to be simulated before.
SHORT: dict[str, Any] = {"opens": "2021-08", "months": 4, "parameters": "defaults"}
AGENTS = """
def steady(seen):
    return None

def mission(seen):
    return {"engagement": "mission"} if seen.turn == 0 else {}

def divides(seen):
    return 1 / 0

def leaves(seen):
    raise SystemExit("enough")

def war(seen):
    return {"engagement": "war"}

def aid(seen):
    return {"aid": 1.0}

def seven(seen):
    return 7

def endless(seen):
    while True:
        pass

def dies(seen):
    import os
    os._exit(3)
"""


@pytest.fixture(scope="module")
def agents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with programs for India's seat."""
    file = tmp_path_factory.mktemp("agents") / "agents.py"
    file.write_text(AGENTS, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def env() -> Any:
    """All seats of a short game; whoever uses it resets it."""
    return sim.parallel_env("own_choice", **SHORT)


# ------------------------------------------------------------------------------------------------ the environment


def test_it_is_a_parallel_environment() -> None:
    """Otherwise libraries that learn by PettingZoo's rules cannot use it."""
    env = sim.parallel_env("own_choice", **SHORT | {"months": 3})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parallel_api_test(env, num_cycles=3)
    assert env.agents == []
    assert env.possible_agents == list(ACTORS)


def test_the_same_seed_gives_the_same_bits(env: Any) -> None:
    """Otherwise nobody can have an episode again. (PettingZoo's own test stops after the first step.)"""
    parallel_seed_test(lambda: sim.parallel_env("own_choice", ["india"], **SHORT), num_cycles=2)
    first = whole_episode(env, 7)
    simulate_past.cache_clear()  # anew, not out of memory
    assert whole_episode(env, 7) == first
    other = whole_episode(env, None)
    assert (env.game.log.seed, env.game.log.world) == (7, 1)
    assert other[0] != first[0]
    assert other[1] != first[1]


def whole_episode(env: Any, seed: int | None) -> tuple[list[str | None], list[float]]:
    """Digests of the quarters of an episode in which each seat does the same each time, and all that was observed."""
    found, _ = env.reset(seed=seed)
    seen = numbers(found)
    while env.agents:
        found, *_ = env.step({seat: [2] * len(levels(seat)) for seat in env.agents})
        seen += numbers(found)
    return [turn.digest for turn in env.game.log.turns], seen


def numbers(observations: Any) -> list[float]:
    return [float(x) for seat in observations.values() for some in seat.values() for one in some.values() for x in one]


def test_episodes_without_a_seed_are_the_worlds_of_the_last_one() -> None:
    """Otherwise training goes over one world again and again, or over worlds that cannot be named."""
    from sim.teaching.play.environment import _world

    assert [_world(5, number) for number in (0, 1, 999)] == [(5, 0), (5, 1), (5, 999)]
    (later, first), (other, _) = _world(5, 1000), _world(6, 1000)
    assert first == 0
    assert len({later, other, 5, 6}) == 4
    assert _world(5, 1999) == (later, 999)


@pytest.mark.parametrize("seat", ACTORS)
def test_a_seat_observes_what_its_page_shows(env: Any, seat: str) -> None:
    """Otherwise a program is told of what people cannot see, or people of what it is not."""
    env.reset(seed=3)
    found, *_, infos = env.step({})
    game = start("own_choice", ACTORS, seed=3, **SHORT).move({})
    told, seen = briefing(game, seat), found[seat]
    assert infos[seat] == {"briefing": told}
    known = {one.name: [one.now, one.before or 0.0] for one in (*told.reported, *told.public, *told.own)}
    assert {name: list(one) for name, one in seen["figures"].items()} == known
    assert known.keys() == {*REPORTED, *PUBLIC, *OWN[seat]}
    assert {name: list(one) for name, one in seen["ranges"].items()} == {
        one.name: [one.low, one.high] for one in told.hidden
    }
    assert seen["ranges"].keys() == set(HIDDEN[seat])
    assert not seen["figures"].keys() & seen["ranges"].keys()
    assert seen["settings"].keys() == DEFAULTS[seat].keys()
    assert [float(seen["turn"][one][0]) for one in ("played", "of", "counted")] == [1, 2, 1]
    own = {"factions": told.factions, "groups": told.groups, "leaning": told.leaning, "in_force": told.in_force}
    for table, figures in own.items():
        given = {name: float(one[0]) for name, one in seen.get(table, {}).items()}
        assert {name: value for name, value in given.items() if value or name in figures} == dict(figures), table
    assert env.observation_space(seat).contains(seen)


def test_levels_are_those_of_the_page(env: Any) -> None:
    """Otherwise programs can set what people cannot. (The page's sliders: dashboard/widgets/seats.py.)"""
    aid, stance = levels("pakistan")["aid"], levels("taliban")["stance"]
    assert (aid[0], aid[1], aid[-1], len(aid)) == (0.0, 0.05, 1.0, 21)
    assert stance[0] == "choose"
    assert levels("taliban")["messaging"][:2] == ("choose", 0.0)
    assert list(env.action_space("india").nvec) == [1 + len(levels("india")["engagement"])]
    env.reset(seed=3)
    places = dict.fromkeys(levels("pakistan"), 0) | {"aid": 1 + aid.index(0.4)}
    env.step({"pakistan": list(places.values()), "india": np.array([3])})
    env.step({"pakistan": np.zeros(len(places), dtype=int)})
    first, second = env.game.log.turns
    assert first.moves["pakistan"]["aid"] == second.moves["pakistan"]["aid"] == 0.4
    assert first.moves["india"] == {"engagement": levels("india")["engagement"][2]}
    assert first.moves == second.moves


@pytest.mark.parametrize(
    ("actions", "says"),
    [
        ({"india": [99]}, r"india: \[99\] is no action; allowed: MultiDiscrete"),
        ({"india": [1, 1]}, "is no action"),
        ({"india": {"engagement": "war"}}, "cannot be war; allowed: none"),
        ({"usa": [0]}, "usa does not move here; allowed: pakistan, taliban, ttp, india"),
    ],
)
def test_an_action_that_is_none_is_refused(env: Any, actions: Any, says: str) -> None:
    env.reset(seed=3)
    with pytest.raises(GameError, match=says):
        env.step(actions)
    assert env.game.turn == 0


def test_its_log_is_that_of_a_game(env: Any) -> None:
    """Otherwise an episode cannot be looked into, or played on by a person."""
    whole_episode(env, 9)
    log = env.game.log
    simulate_past.cache_clear()
    assert all(now == then for now, then in replay(log))
    with pytest.raises(GameError, match="the game is over"):
        env.step({"india": [0]})


# ------------------------------------------------------------------------------------------------ rewards


def test_without_objectives_nothing_is_rewarded(env: Any) -> None:
    env.reset(seed=3)
    assert set(env.step({})[1].values()) == {0.0}


def test_a_reward_is_what_was_declared_and_no_more() -> None:
    """Otherwise a program learns to do something else than was said."""
    objectives = {"india": {"fatalities": -1.0, "economy": 100.0}}
    env = sim.parallel_env("own_choice", ["india", "ttp"], objectives=objectives, seed=2, **SHORT)
    env.reset()
    for quarter in (slice(0, 3), slice(3, 4)):
        rewards = env.step({})[1]
        past = env.game.past.metrics
        assert METRICS["economy"].summary != "total"
        economy = past["economy"][0, quarter]
        level = economy[-1] if METRICS["economy"].summary == "final" else economy.mean()
        assert rewards["india"] == pytest.approx(100.0 * level - past["fatalities"][0, quarter].sum())
        assert rewards["ttp"] == 0.0
    assert env.game.past.metrics["fatalities"][0, :3].sum() > 0


@pytest.mark.parametrize(
    ("objectives", "says"),
    [
        ({"fatalities_militant": 1.0}, "rewards killing: fatalities_militant is the better"),
        ({"fatalities": -1.0, "ttp_strength": -1.0}, "rewards killing: ttp_strength"),
        ({"fatalities - 2 * fatalities_militant": -1.0}, "rewards killing"),
        ({"fatalities_security": -1.0}, "nobody's death in Afghanistan counts"),
        ({"fatalitys": -1.0}, "fatalitys"),
        ({"fatalities": 0}, "the weight is 0; allowed: a number, negative where less is better"),
    ],
)
def test_what_rewards_a_death_is_refused(objectives: dict[str, float], says: str) -> None:
    """Otherwise this is a game about killing."""
    with pytest.raises(LimitError, match=says):
        sim.parallel_env("own_choice", objectives={"pakistan": objectives}, **SHORT)


def test_whose_lives_do_not_count_is_said() -> None:
    objectives = {"pakistan": {"fatalities_security": -1.0}}
    said = "a study of what one-sided counting does"
    env = sim.parallel_env(
        "own_choice", ["pakistan"], objectives=objectives, one_sided=said, render_mode="ansi", **SHORT
    )
    env.reset()
    env.step({"pakistan": {"aid": 0.5}})
    text = env.render().splitlines()
    assert text[0] == "Turn 1 of 2: August to October 2021"
    assert text[1].startswith("Pakistan: Aid ")
    assert any(line.startswith("Observers counted ") for line in text)
    assert text[-1] == f"pakistan: not every life counts here: {said}"


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"seats": ["usa"]}, "no such seat: usa"),
        ({"seats": ["india"], "objectives": {"ttp": {"fatalities": -1.0}}}, "objectives for ttp, who is no seat"),
        ({"render_mode": "rgb_array"}, "no render mode rgb_array; allowed: ansi, human"),
        ({"months": 0}, "months must be"),
    ],
)
def test_an_environment_that_cannot_be_is_refused(how: dict[str, Any], says: str) -> None:
    with pytest.raises((LimitError, GameError), match=says):
        sim.parallel_env("own_choice", **SHORT | how)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pettingzoo", None)
    with pytest.raises(LimitError, match=r"pip install 'durand\[env\]'"):
        sim.parallel_env("own_choice", **SHORT)


# ------------------------------------------------------------------------------------------------ programs in seats


def seen(seat: str = "india") -> Any:
    return briefing(start("own_choice", [seat], **SHORT), seat)


def answered(source: str, told: Any) -> tuple[bool, Any]:
    """What a program's process would answer, in this one."""
    went, function = seated._attempt(source, lambda: seated._function(source))
    return seated._attempt(source, lambda: seated._move(function, told)) if went else (went, function)


@pytest.fixture
def here(agents: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder with the programs, as the current one; what was imported from it is forgotten."""
    monkeypatch.chdir(agents.parent)
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = set(sys.modules)
    yield agents.parent
    for name in set(sys.modules) - before:
        if "agents" in name or "broken" in name:
            del sys.modules[name]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("agents.py:divides", "agents.py:9: ZeroDivisionError: division by zero"),
        ("agents:divides", "agents.py:9: ZeroDivisionError: division by zero"),
        ("agents.py:leaves", "agents.py:12: SystemExit: enough"),
        ("agents.py:war", "agents.py:war: Engagement with Kabul cannot be war; allowed: none, mission, embassy"),
        ("agents.py:aid", "agents.py:aid: India has no setting aid; allowed: engagement"),
        ("agents.py:seven", "agents.py:seven: returned int; allowed: a dict from settings to values, such as {'eng"),
        ("agents.py:stedy", "agents.py:stedy: there is no function stedy in it (did you mean 'steady'?)"),
        ("broken.py:f", "broken.py:2: this is not Python: "),
        ("none.py:f", "none.py:f: there is no such file"),
        (f"{'n' * 300}.py:f", f"{'n' * 300}.py:f: there is no such file"),
        ("large.py:f", "large.py:f: large.py:1: the file is too large; at most 4 MiB are allowed"),
        ("mute.py:f", "mute.py:3: Mute: no message, for that failed with TypeError"),
        ("gone.py:f", "gone.py:1: CancelledError: no message"),
        ("no_such_module:f", "no_such_module:f: there is no such module"),
    ],
)
def test_what_goes_wrong_in_a_program_is_one_message(here: Path, source: str, says: str) -> None:
    """Otherwise a student does not find the line, or gets a traceback of the game's own."""
    (here / "broken.py").write_text("\ndef f(:\n", encoding="utf-8")
    (here / "mute.py").write_text("class Mute(Exception):\n    __str__ = None\nraise Mute\n", encoding="utf-8")
    (here / "gone.py").write_text("raise __import__('asyncio').CancelledError\n", encoding="utf-8")
    with open(here / "large.py", "wb") as file:
        file.truncate(2**32)  # takes no room on a disk, and would in memory
    went, said = answered(source, seen())
    assert not went
    assert str(said).startswith(says), said
    assert "\n" not in str(said)


def test_what_is_not_named_stays_as_it_was(here: Path) -> None:
    told = seen("pakistan")
    stands = {**told.standing, "aid": 0.3}
    assert read_move("pakistan", stands, None) == read_move("pakistan", stands, {}) == stands
    assert read_move("pakistan", stands, {"fencing": np.float32(0.5)}) == {**stands, "fencing": 0.5}
    assert answered("agents.py:mission", seen()) == (True, {"engagement": "mission"})
    for value in (True, float("nan"), 1.5, None, [1]):
        with pytest.raises(GameError, match="cannot be"):
            read_move("pakistan", stands, {"aid": value})


@pytest.mark.parametrize("given", ["india", "usa=a:f", "india=", "india=agents.py", "india=agents.py:1"])
def test_a_seat_is_given_to_a_program_by_name(given: str) -> None:
    with pytest.raises(ProgramError, match="allowed: "):
        Programs([given])
    with pytest.raises(ProgramError, match="two programs"):
        Programs(["india=a:f", "india=b:f"])
    with pytest.raises(ProgramError, match="seconds for a move; got 0"):
        Program("a:f", 0.0)


def test_one_that_takes_too_long_is_ended(here: Path) -> None:
    """Otherwise a class waits for a loop without end, and the loop goes on after the game."""
    with Programs(["india=agents.py:endless"], seconds=0.2) as programs:
        one = programs.by_seat["india"]
        one.start()
        process = one._process
        assert process is not None
        began = time.monotonic()
        with pytest.raises(ProgramError, match=r"agents\.py:endless: no move within 0\.2 seconds; it was ended"):
            one.move(seen())
        assert time.monotonic() - began < 30.0
        assert process.exitcode is not None


# ------------------------------------------------------------------------------------------------ at the keyboard

PLAY = ("play", "own_choice", "--from", "2021-08", "--months", "4", "--parameters", "defaults", "--log", "game.json")


def test_a_person_plays_with_a_program(
    here: Path, durand: Durand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a student's agent plays another game than the student."""
    typed = iter(["stance=restrain", "go", "back", "stance=contain", "go", "quit"])
    monkeypatch.setattr("sim.commands.play._reader", lambda: lambda prompt: next(typed))
    file = tmp_path / "game.json"
    log = (*PLAY[:-1], str(file))
    code, out, err = durand(*log, "--as", "taliban", "--seat", "india=agents.py:mission")
    assert (code, err) == (0, "")
    assert "India is played by a program, agents.py:mission." in " ".join(out.split())
    assert "turn 1 of 2 " not in out
    assert [turn.moves for turn in load_log(file).turns] == [
        {"taliban": {"stance": "contain"}, "india": {"engagement": "mission"}}
    ]
    monkeypatch.setattr(Programs, "start", lambda self: None)
    code, _, err = durand("play", "--log", str(file), "--seat", "ttp=agents.py:steady")
    assert (code, err) == (2, "durand: ttp is not played in this game; allowed: taliban, india\n")


def test_its_moves_are_recorded_as_a_persons(here: Path, durand: Durand, tmp_path: Path) -> None:
    """Otherwise a replay needs the program, or gives another world."""
    file = tmp_path / "game.json"
    code, out, err = durand(*PLAY[:-1], str(file), "--seed", "4", "--seat", "india=agents.py:mission")
    assert (code, err) == (0, "")
    assert "Turn 2 of 2: November 2021" in out
    assert "India: Engagement with Kabul " in out
    opened = start("own_choice", ["india"], seed=4, **SHORT)
    by_hand = opened.move({"india": {"engagement": "mission"}}).digested().move({}).digested()
    log = load_log(file)
    assert log == by_hand.log
    assert all(now == then is not None for now, then in replay(log))


def test_a_program_that_fails_leaves_nothing_behind(here: Path, durand: Durand, tmp_path: Path) -> None:
    file = tmp_path / "game.json"
    code, _, err = durand(*PLAY[:-1], str(file), "--seat", "india=agents.py:dies")
    assert (code, err) == (2, "durand: agents.py:dies: its process ended before it had answered\n")
    assert not file.exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--as", "india", "--seat", "india=a:f"), "india is played by a program; leave out --as india"),
        (("--seat", "usa=a:f"), "no such seat: usa"),
        (("--seat", "india=a"), "names no program"),
        (("--seat", "india=a:f", "--seat-seconds", "0"), "seconds for a move; got 0"),
    ],
)
def test_bad_input_ends_with_one_message(
    durand: Durand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = durand(*PLAY, *arguments)
    assert code == 2
    assert says in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def blocks() -> list[str]:
    text = (EXAMPLES.parent / "docs" / "programs.md").read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_the_pages_examples_run(here: Path) -> None:
    """Otherwise the first thing that a reader copies fails."""
    program, loop = blocks()
    (here / "my_agents.py").write_text(program, encoding="utf-8")
    assert answered("my_agents.py:india", seen()) == (True, {"engagement": "embassy"})
    found: dict[str, Any] = {}
    exec(loop.replace("months=24", "months=3, opens='2021-08', parameters='defaults'"), found)
    assert found["terminations"] == {"pakistan": True, "india": True}
    assert found["rewards"]["pakistan"] < 0.0 == found["rewards"]["india"]


# ------------------------------------------------------------------------------------------------ at a table


class Sitting:
    """A game at a table, with a person as Pakistan and a program as India."""

    def __init__(self, file: Path) -> None:
        self.tables = Tables(file)
        opened = self.tables.open(start("own_choice", ACTORS, **SHORT))
        self.code, self.host = opened.code, opened.secret
        self.person = self.tables.claim(self.code, "Ada", "pakistan")
        self.tables.seat_program(self.code, self.host, "india", "program agents.py:mission")
        self.tables.start(self.code, self.host)


def test_a_program_has_a_seat_at_a_table(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a class of three plays without an India that answers; a program that fails must hold nobody up."""
    monkeypatch.setattr(Program, "move", lambda self, told: plain(answered(self.source, told)))
    one = Sitting(tmp_path / "class.db")
    programs = Programs(["india=agents.py:mission", "ttp=agents.py:steady"])
    assert list(move_all(one.tables, programs)) == []
    assert one.tables.look(one.code).moved == {"india"}
    assert list(move_all(one.tables, programs)) == []
    one.tables.submit(one.code, one.person.secret, 0, {"aid": 0.3})
    (turn,) = one.tables.log(one.code, one.host).turns
    assert turn.moves == {"pakistan": {"aid": 0.3}, "india": {"engagement": "mission"}}
    assert turn.stood == ()
    (said,) = move_all(one.tables, Programs(["india=agents.py:divides"]))
    assert said.startswith("india goes on as before at table ")
    assert said.endswith(": agents.py:9: ZeroDivisionError: division by zero")
    one.tables.submit(one.code, one.person.secret, 1, {})
    assert one.tables.log(one.code).turns[1].moves["india"] == {"engagement": "mission"}
    assert list(move_all(one.tables, programs)) == []


def plain(answer: tuple[bool, Any]) -> Any:
    """What `Program.move` makes of an answer of its process."""
    went, found = answer
    if not went:
        raise ProgramError(found)
    return found


def test_nobody_comes_into_a_programs_seat(tmp_path: Path) -> None:
    one = Sitting(tmp_path / "class.db")
    for secret in ("program", "", one.host):
        with pytest.raises(TableError, match="nobody sits in this game"):
            one.tables.submit(one.code, secret, 0, {})
    with pytest.raises(TableError, match=r"is taken by program agents\.py:mission"):
        one.tables.seat_program(one.code, one.host, "india", "program b.py:f")
    with pytest.raises(TableError, match="the host's page"):
        one.tables.seat_program(one.code, one.person.secret, "ttp", "program b.py:f")
    with pytest.raises(TableError, match="no program has the seat pakistan"):
        one.tables.submit_program(one.code, "pakistan", 0, {})
    one.tables.free(one.code, one.host, "india")
    assert one.tables.awaited() == []
    assert list(move_all(Tables(tmp_path / "none.db"), Programs(["india=a:f"]))) == []


@pytest.mark.parametrize("command", ["dashboard", "class"])
def test_a_server_is_not_started_with_a_program_that_is_none(command: str, durand: Durand) -> None:
    code, out, err = durand(command, "--seat", "india=agents.py")
    assert (code, out) == (2, "")
    assert err.startswith("durand: agents.py: this names no program; allowed: ")


def test_programs_are_attended_beside_the_server(here: Path, tmp_path: Path) -> None:
    """In processes of their own, which end with it; the pages know what they are called, and not where they stand."""
    one, end = Sitting(tmp_path / "class.db"), time.monotonic() + 300.0
    with attended(one.tables.path, [f"india={here / 'agents.py'}:mission"]):
        assert offered() == {"india": "agents.py:mission"}
        while not one.tables.look(one.code).moved:
            assert time.monotonic() < end
            time.sleep(0.1)
    assert one.tables.look(one.code).moved == {"india"}
    assert offered() == {}


# ------------------------------------------------------------------------------------------------ the example


@pytest.fixture(scope="module")
def look_ahead() -> ModuleType:
    """The example."""
    spec = spec_from_file_location("look_ahead", EXAMPLES / "look_ahead.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MOVES: list[dict[str, Any]] = [
    {"aid": 0.2, "conditionality": 0.5},
    {"cross_border_strikes": 1.0},
    {"ttp_talks": 0.8, "aid": 0.6, "visibility": 1.0},
]


def test_moves_side_by_side_come_to_what_each_does_alone(look_ahead: ModuleType) -> None:
    """Otherwise it chooses by figures that no run gives: each move is run by itself here, in the same worlds."""
    seen = briefing(start("own_choice", ["pakistan"], **SHORT).move({"pakistan": {"aid": 0.2}}), "pakistan")
    game, worlds = look_ahead.so_far(seen), [2, 3, 5, 5]
    found = look_ahead.deaths(game, MOVES, worlds)
    for move, mean in zip(MOVES, found, strict=True):
        alone = game
        for _ in range(look_ahead.AHEAD):
            alone = alone.move({"pakistan": move})
        run = sim.run(alone.scenario(), worlds=6, seed=look_ahead.SEED, engine="numpy")
        assert mean == pytest.approx(run.arrays.metrics["fatalities"][worlds, -12:].sum(axis=1).mean())
    assert len(set(found)) == 3


def test_it_goes_by_what_it_sees_and_does_not_peek(look_ahead: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise it knows what chance has in store, or plays the same course whatever happens."""
    seeds = list[int]()
    monkeypatch.setattr(look_ahead, "WEIGHED", 300)
    monkeypatch.setattr(look_ahead, "considered", lambda stands: [stands, *MOVES[1:]])
    simulate = look_ahead.simulate_batch
    monkeypatch.setattr(
        look_ahead, "simulate_batch", lambda spec, read: (seeds.append(spec.seed), simulate(spec, read))[1]
    )
    games = [start("own_choice", ["pakistan"], seed=seed, world=3, months=6) for seed in (11, 12)]
    one, other = (briefing(game.move({"pakistan": {"aid": 0.2}}), "pakistan") for game in games)
    assert one.months["picss_attacks"] != other.months["picss_attacks"]
    # The same own moves, and so the same worlds and the same choice for who is blind.
    assert look_ahead.blind(one) == look_ahead.blind(other)
    chosen = [look_ahead.alike(seen) for seen in (one, other)]
    assert chosen[0] != chosen[1]
    assert set(seeds) == {look_ahead.SEED}
    # The worlds that it goes by are nearer to what is seen than those that come first, by each figure that is watched.
    game = look_ahead.so_far(one)
    found = simulate(RunSpec.of(game.scenario(), 300, 19, look_ahead.SEED), look_ahead.figures)
    for name in look_ahead.WATCHED:
        told = np.mean(one.months[name][0][-12:])
        off = np.abs(found[name][-12:].mean(axis=0) - told)
        assert off[list(chosen[0])].mean() < 0.8 * off.mean(), name
    move = look_ahead.pakistan(one)
    told = look_ahead.deaths(game, look_ahead.considered(one.standing), chosen[0])
    assert move == look_ahead.considered(one.standing)[int(np.argmin(told))]
    # Where nothing has been seen yet, it takes worlds as they come.
    first = briefing(start("own_choice", ["pakistan"], **SHORT), "pakistan")
    assert look_ahead.alike(first) == range(look_ahead.WORLDS)


def test_a_briefing_holds_no_key_to_chance() -> None:
    """Otherwise a program could draw the game's own future."""
    game = start("own_choice", ACTORS, seed=987_654_321_987, world=613, **SHORT).move({})
    for seat in ACTORS:
        text = repr(asdict(briefing(game, seat)))
        assert "987654321987" not in text
        assert "613" not in [word.strip("',()[]{}") for word in text.split()]


def test_it_considers_moves_that_are_allowed(look_ahead: ModuleType) -> None:
    stands = {"aid": 0.2, "fencing": 1.0, "conditionality": 0.5}
    moves = list(look_ahead.considered(stands))
    assert moves[0] == stands
    assert {"aid": 0.45, "fencing": 1.0, "conditionality": 0.5} in moves
    assert {"aid": 0.2, "fencing": 0.75, "conditionality": 0.5} in moves
    for mix in moves:
        assert read_move("pakistan", {}, mix) == mix
