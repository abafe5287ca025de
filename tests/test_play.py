"""Play: a game is its log, the world answers by the model alone, and what a player is told is what that seat can see."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawing import draws
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

import sim
from sim.metrics import METRICS
from sim.model import FrontierModel
from sim.scenario import load_scenario
from sim.scenario.settings import DEFAULTS, OPTIONS
from sim.teaching.play.briefing import HIDDEN, OWN, PUBLIC, REPORTED, briefing
from sim.teaching.play.debrief import PLAYED, TOLD, debrief
from sim.teaching.play.game import Game, as_data, replay, resume, shocks, start
from sim.teaching.play.moves import LIMIT, GameError, MoveLog, load_log, parse, save_log
from sim.teaching.play.past import simulate_past
from sim.teaching.play.scenario import COURSES, reference
from sim.teaching.play.session import Session
from sim.teaching.play.text import PURPOSE, SEATS
from sim.teaching.play.typed import assignments, find_setting, read_value
from sim.vocabulary import ACTORS, LEVERS, month_after

HARD: dict[str, Any] = {"domestic_operations": 0.8, "cross_border_strikes": 0.6, "fencing": 0.7}
SOFT: dict[str, Any] = {"aid": 0.6, "trade_opening": 0.7, "ttp_talks": 0.8, "conditionality": 0.5}


def opened(*seats: str, scenario: str = "own_choice", **options: Any) -> Game:
    options = {"seed": 5, "parameters": "defaults", "months": 12} | options
    return start(scenario, seats or ("pakistan",), **options)


def played(*moves: dict[str, Any], **options: Any) -> Game:
    game = opened(**options)
    for one in moves:
        game = game.move({"pakistan": one}).digested()
    return game


@pytest.fixture(scope="module")
def game() -> Game:
    """Four quarters, the second half otherwise than the first; all that is random is random."""
    return played(HARD, HARD, SOFT, SOFT, parameters="posterior")


# ------------------------------------------------------------------------------------------------ the same bits


def test_what_is_set_later_leaves_what_was_before_to_the_last_bit(game: Game) -> None:
    """Otherwise the past changes under a player's hands, and going back is another world."""
    early, late = game.rewind(2).past, game.past
    assert late.months == early.months + 6
    for name in METRICS:
        assert np.array_equal(late.metrics[name][:, : early.months], early.metrics[name]), name
    for name, panel in early.panels.items():
        assert np.array_equal(late.panels[name][:, : early.months], panel), name
    for name, report in early.reports.items():
        assert np.array_equal(late.reports[name][:, : early.months], report), name
    assert late.digest(early.months) == early.digest() != late.digest()


def test_the_games_world_is_that_world_of_any_run(game: Game) -> None:
    """Otherwise there is a special path for games, and the debrief's thousand worlds do not hold the player's."""
    run = sim.run(game.scenario(), worlds=7, seed=5, parameters="posterior", engine="numpy")
    other = start("own_choice", ["pakistan"], seed=5, parameters="posterior", months=12, world=6)
    for turn in game.log.turns:
        other = other.move(turn.moves)
    for name in METRICS:
        assert np.array_equal(game.past.metrics[name][0], run.arrays.metrics[name][0]), name
        assert np.array_equal(other.past.metrics[name][0], run.arrays.metrics[name][6]), name


def test_a_replay_gives_the_same_bits(game: Game, tmp_path: Path) -> None:
    """Otherwise a log is no record of what a class saw."""
    log = load_log(save_log(game.log, tmp_path / "game.json"))
    assert log == game.log
    found = replay(log)
    assert len(found) == 4
    assert all(now == then is not None for now, then in found)
    simulate_past.cache_clear()  # from the very beginning, not out of memory
    assert replay(log) == found
    assert resume(log).past.digest() == game.past.digest() == found[-1][0]


def test_another_log_gives_other_bits(game: Game) -> None:
    """Otherwise the digests above are those of nothing."""
    log = game.log
    digests = {game.past.digest()}
    for change in ({"seed": 6}, {"world": 1}, {"parameters": "defaults"}):
        digests.add(resume(log.model_copy(update=change)).past.digest())
    digests.add(game.rewind(3).move({"pakistan": {**SOFT, "aid": 0.61}}).past.digest())
    assert len(digests) == 5


# ------------------------------------------------------------------------------------------------ who does what


@cache
def of_the_library(course: str) -> sim.Results:
    return sim.run(course, worlds=6, months=36, seed=5, parameters="defaults")


@pytest.mark.parametrize("scenario", ["own_choice", "confront", "history"])
@pytest.mark.parametrize("course", COURSES)
def test_without_players_it_is_the_librarys_scenario(scenario: str, course: str) -> None:
    """Otherwise the debrief sets a game against something that only looks like `confront`."""
    one = opened("ttp", scenario=scenario, months=20)
    there = sim.run(reference(one.log, one.base, 20, course), worlds=6, seed=5, parameters="defaults")
    here = of_the_library(course)
    for name in METRICS:
        assert np.array_equal(there.arrays.metrics[name], here.arrays.metrics[name]), name


def accounts(game: Game) -> list[dict[str, dict[str, Any]]]:
    """What was decided in each month of a game, and by which pressures."""
    model = FrontierModel(game.scenario(), seed=game.log.seed, parameters=game.log.parameters, record=True)
    for _ in range(game.past.months):
        model.step()
    return model.accounts


def test_the_others_choose_by_their_own_quantal_response() -> None:
    """Otherwise a player plays against a script, and no answer follows from what was done."""
    months = accounts(played(HARD, SOFT))[16:]
    assert len(months) == 6
    for decision in ("taliban.stance", "ttp.campaign", "india.engagement"):
        for month in months:
            chances = month[decision]["probabilities"]
            assert np.all((chances > 0) & (chances < 1)), decision
            assert month[decision]["pressures"]
    assert all("pakistan.policy" not in month for month in months)


@pytest.mark.parametrize("scenario", ["confront", "history", "own_choice"])
def test_pakistan_chooses_among_courses_where_nobody_plays_it(scenario: str) -> None:
    """Otherwise whoever plays Kabul meets one course, whatever Kabul does."""
    one = opened("taliban", scenario=scenario).move({"taliban": {"stance": "restrain"}})
    last = accounts(one)[-1]
    assert last["pakistan.policy"]["options"] == load_scenario("own_choice").actors.pakistan.among
    assert np.all(last["pakistan.policy"]["probabilities"] < 1)
    assert last["taliban.stance"]["options"][int(last["taliban.stance"]["chosen"][0])] == "restrain"
    policies = [month["pakistan.policy"]["chosen"][0] for month in accounts(one)]
    assert len(policies) == 19


def test_the_others_can_be_held_to_the_scenario() -> None:
    """Otherwise a scenario about what India does cannot be played as it is."""
    free = opened(scenario="india_opening", months=43).move({"pakistan": HARD})
    held = opened(scenario="india_opening", months=43, others="scenario").move({"pakistan": HARD})
    assert load_scenario("india_opening").actors.india.changes
    assert not free.scenario().actors.india.changes
    assert held.scenario().actors.india.changes == load_scenario("india_opening").actors.india.changes


@pytest.mark.parametrize("actor", ACTORS)
def test_a_move_holds_for_its_quarter_and_every_setting_counts(actor: str) -> None:
    """Otherwise a player sets what nobody does, or does it for longer."""
    one: dict[str, Any] = {
        name: OPTIONS[name][1] if name in OPTIONS else round(0.1 + 0.04 * place, 2)
        for place, name in enumerate(DEFAULTS[actor])
    }
    game = opened(actor)
    first = game.move({actor: one})
    second = first.move({actor: {}})
    for name, value in one.items():
        assert first.past.settings[actor][name] == pytest.approx(value) if name not in OPTIONS else value
        assert second.past.settings[actor][name] == DEFAULTS[actor][name]
        alone = game.move({actor: {name: value}}).scenario()
        assert alone.hash != game.move({actor: {}}).scenario().hash, name


def test_who_does_not_move_goes_on_as_before() -> None:
    """Otherwise a late player's country falls idle."""
    two = opened("pakistan", "taliban")
    before = two.standing("pakistan")
    assert before["fencing"] == 0.7
    assert before["ttp_talks"] == 0.7
    after = two.move({"taliban": {"stance": "contain"}}, stood=["pakistan"])
    assert after.log.turns[0].moves["pakistan"] == before
    assert after.log.turns[0].stood == ("pakistan",)
    assert after.move({}).log.turns[1].moves == after.log.turns[0].moves
    assert opened(opens="2021-08").standing("pakistan")["fencing"] == 0.7, "what the scenario begins with"


@pytest.mark.parametrize(
    ("moves", "says"),
    [
        ({"india": {"engagement": "embassy"}}, "india is not played"),
        ({"pakistan": {"stance": "contain"}}, "no setting stance"),
        ({"pakistan": {"aid": 1.2}}, "allowed: 0 to 1"),
        ({"pakistan": {"aid": "much"}}, "allowed: a number, 0 to 1"),
        ({"pakistan": {"visibility": float("nan")}}, "visibility"),
    ],
)
def test_a_move_that_is_not_allowed_says_what_is(moves: dict[str, Any], says: str) -> None:
    """Otherwise a mistyped setting ends a game in a traceback."""
    with pytest.raises(GameError, match=re.escape(says)):
        opened().move(moves)


def test_a_game_ends() -> None:
    """Otherwise a class plays on past the months that it is set against; the last turn may be short."""
    one = played(HARD, SOFT, months=5)
    assert one.over
    assert one.log.period(1) == ("2023-03", "2023-04")
    assert one.past.months == 16 + 5
    with pytest.raises(GameError, match="the game is over: all of its 2 turns"):
        one.move({})


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"opens": "2021-07"}, "allowed: 2021-08 to 2026-07"),
        ({"opens": "2026-08"}, "allowed: 2021-08 to 2026-07"),
        ({"months": 0}, "from 1 to 360"),
        ({"months": 360}, "360 months in all"),
        ({"world": 1000}, "from 0 to 999"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"parameters": "guesses"}, "no set of parameters with this name"),
        ({"others": "sleep"}, "others is not one of the choices"),
    ],
)
def test_a_game_that_cannot_be_says_what_can(options: dict[str, Any], says: str) -> None:
    """Otherwise it fails in the middle of a class."""
    with pytest.raises(ValueError, match=re.escape(says)):
        opened(**options)


# ------------------------------------------------------------------------------------------------ back, what if, shocks


def test_going_back_is_cutting_the_log(game: Game) -> None:
    """Otherwise a turn played anew is not the turn that was."""
    back = game.rewind(2)
    assert [turn.moves for turn in back.log.turns] == [turn.moves for turn in game.log.turns[:2]]
    again = back.move(game.log.turns[2].moves).move(game.log.turns[3].moves).digested()
    assert again.log.turns[-1].digest == game.log.turns[-1].digest
    with pytest.raises(GameError, match="allowed: 1 to 5"):
        game.rewind(5)


def test_what_if_leaves_the_line_it_came_from(game: Game) -> None:
    """Otherwise trying something loses what was played."""
    before = game.log.to_json()
    other = game.fork(1).move({"pakistan": SOFT})
    assert game.log.to_json() == before
    assert other.log.turns[0] == game.log.turns[0]
    assert other.log.turns[1].moves != game.log.turns[1].moves
    assert other.log.note == "what if, from turn 2"
    months = game.rewind(1).past.months
    assert other.past.digest(months) == game.past.digest(months)


def test_a_shock_strikes_from_its_month_on() -> None:
    """Otherwise the host's shock rewrites what was seen already, or does nothing."""
    shock = shocks()["imf_default"][0]
    calm = played(HARD)
    struck = calm.inject(shock, "imf_default")
    assert struck.log.injects[0].shock.date == "2023-03"
    assert struck.past.digest() == calm.past.digest()
    after, without = struck.move({}).past, calm.move({}).past
    months = calm.past.months
    assert after.digest(months) == without.digest(months)
    assert after.metrics["economy"][0, months] < without.metrics["economy"][0, months] - 0.05
    assert struck.rewind(1).log.injects == (), "going back to this turn takes it out"
    assert any("defaults" in event for event in briefing(struck.move({}), "pakistan").events)


def test_a_shock_that_lasts_is_moved_whole() -> None:
    """Otherwise one of three months is cut to one, or to none."""
    found = [shock for some in shocks().values() for shock in some if shock.until]
    assert found
    for shock in found:
        put = opened().inject(shock, "library").log.injects[0].shock
        assert put.date == "2022-12"
        assert put.until is not None
        assert month_after(put.date, 1) <= put.until


def test_every_shock_of_the_library_stands_under_its_own_scenario() -> None:
    """Otherwise a host finds the same shock a dozen times, or under a scenario that only inherits it."""
    titles = [shock.title for some in shocks().values() for shock in some]
    assert len(titles) == len(set(titles)) >= 12
    assert [shock.title for shock in shocks()["shared_past"]] == [
        "Khan loses office",
        "TTP commanders are killed in Afghanistan",
    ]
    assert "confront" not in shocks()


# ------------------------------------------------------------------------------------------------ what it costs


@pytest.mark.parametrize("mix", [HARD, SOFT, {**HARD, **SOFT, "recognition": 1.0, "border_closure": 1.0}, {}])
def test_the_cost_that_is_shown_is_the_cost_that_comes(mix: dict[str, Any]) -> None:
    """Otherwise a player confirms one thing and gets another."""
    one = opened(parameters="posterior", world=3)
    trial, month = one.trial(mix), one.past.months
    after = one.move({"pakistan": mix}).past
    assert trial.share == after.metrics["effort_afforded"][0, month]
    assert trial.cost * trial.share == pytest.approx(after.metrics["effort_cost"][0, month], abs=1e-9)
    assert list(trial.in_force.values()) == list(after.panels["levers_in_force"][0, month])
    assert (trial.share < 1) == (trial.cost > trial.means + 1e-9)


def test_a_mix_beyond_the_means_comes_to_less() -> None:
    """Otherwise the economy bounds nothing."""
    everything = dict.fromkeys(LEVERS, 1.0)
    trial = opened().trial(everything)
    assert 0 < trial.share < 0.6
    assert trial.in_force["aid"] == pytest.approx(trial.share)
    assert trial.in_force["border_closure"] < trial.share, "civilians have their say as well"


# ------------------------------------------------------------------------------------------------ the fog


def test_nobody_is_told_what_it_cannot_see() -> None:
    """Otherwise a range is given for what is printed a line above."""
    for actor in ACTORS:
        assert not set(HIDDEN[actor]) & {*OWN[actor], *PUBLIC}, actor
        assert {*HIDDEN[actor], *OWN[actor], *PUBLIC} <= set(METRICS)


@pytest.mark.parametrize("actor", ACTORS)
def test_what_is_hidden_does_not_depend_on_the_games_world(actor: str) -> None:
    """Otherwise the truth leaks through the range."""
    told = [briefing(opened(actor, parameters="posterior", world=world), actor) for world in (0, 700)]
    assert told[0].hidden == told[1].hidden
    assert told[0].reported != told[1].reported
    assert [guess.name for guess in told[0].hidden] == list(HIDDEN[actor])
    assert all(guess.low <= guess.high for guess in told[0].hidden)


def test_a_range_holds_in_nine_cases_out_of_ten() -> None:
    """Otherwise the fog says more, or less, than it claims. Over worlds that are not among those it was made of."""
    told = briefing(opened(parameters="posterior"), "pakistan")
    others = simulate_past(opened(parameters="posterior").scenario(), 16, 300, 5, 200, "posterior")
    for guess in told.hidden:
        months = others.metrics[guess.name][:, -3:]
        values = {"total": months.sum(1), "mean": months.mean(1), "final": months[:, -1]}[guess.kind]
        # What goes by steps lies on an end of the range in many worlds, and counts as within it and as beyond it.
        inside = np.mean((values >= guess.low) & (values <= guess.high))
        well_inside = np.mean((values > guess.low) & (values < guess.high))
        assert inside > 0.75, guess.name  # the ends come from few worlds
        assert well_inside < 0.98, guess.name


def test_what_is_seen_is_the_games_world(game: Game) -> None:
    """Otherwise a player is briefed on another world than the one that answers."""
    told, past = briefing(game, "pakistan"), game.past
    assert told.behind == ("2023-09", "2023-11")
    assert told.ahead is None
    seen = {one.name: one for one in (*told.reported, *told.public, *told.own)}
    assert list(seen) == [*REPORTED, *PUBLIC, *OWN["pakistan"]]
    assert seen["economy"].now == past.metrics["economy"][0, -1]
    assert seen["economy"].before == past.metrics["economy"][0, -4]
    assert seen["border_clashes"].now == past.metrics["border_clashes"][0, -3:].sum()
    assert seen["picss_attacks"].now == past.reports["picss_attacks"][0, -3:].sum()
    assert seen["picss_attacks"].now != past.metrics["attacks"][0, -3:].sum()
    assert sum(told.factions.values()) == pytest.approx(1.0)
    assert told.in_force["fencing"] == past.panels["levers_in_force"][0, -1, list(LEVERS).index("fencing")]


def test_what_began_and_ended_is_told() -> None:
    """Otherwise a truce goes by unseen. Each month's change in the game's own world, and no other."""
    said, truces = [], []
    one = opened(months=24)
    for _ in range(6):
        one = one.move({"pakistan": {**SOFT, "prisoner_releases": 0.5}})
        said += [event for event in briefing(one, "pakistan").events if "truce" in event.lower()]
    truce = one.past.metrics["ceasefire"][0]
    for month in range(16, one.past.months):
        if truce[month] != truce[month - 1]:
            truces.append("began" if truce[month] > truce[month - 1] else "ended")
    assert truces
    assert [event.rstrip(".").split()[-1] for event in said] == truces


def test_before_the_first_month_nothing_is_known() -> None:
    """Otherwise a game from August 2021 on begins with a traceback."""
    one = opened(opens="2021-08", months=6)
    told = briefing(one, "pakistan")
    assert told.behind is None
    assert told.hidden == told.reported == ()
    assert briefing(one.move({"pakistan": SOFT}), "pakistan").reported[0].before is None


def test_what_a_side_would_have_done_is_the_models_own_leaning() -> None:
    """Otherwise a player is told odds that nobody's pressures gave, or those of the move just made."""
    one = opened("taliban").move({"taliban": {"stance": "crack_down"}})
    told = briefing(one, "taliban")
    last = accounts(one)[-1]["taliban.stance"]
    weights = np.exp(last["utilities"][:, 0])
    assert list(told.leaning.values()) == pytest.approx(list(weights / weights.sum()))
    assert told.leaning["crack_down"] < 0.9


# ------------------------------------------------------------------------------------------------ the debrief


@pytest.fixture(scope="module")
def told() -> tuple[Game, Any]:
    one = played(HARD, HARD, SOFT, months=9, world=2)
    return one, debrief(one, worlds=150)


def test_the_debrief_counts_what_the_runs_give(told: tuple[Game, Any]) -> None:
    """Otherwise the figures that a class argues about come from nowhere."""
    one, found = told
    runs = {PLAYED: sim.run(one.scenario(), 150, seed=5, parameters="defaults")}
    runs |= {course: sim.run(course, 150, months=25, seed=5, parameters="defaults") for course in COURSES}
    assert set(found.places) == set(TOLD)
    for name, run in runs.items():
        attacks = run.arrays.metrics["attacks"][:, 16:].sum(axis=1)
        mine = runs[PLAYED].arrays.metrics["attacks"][:, 16:].sum(axis=1)
        place = found.places["attacks"][name]
        assert place.own == attacks[2]
        assert place.middle == np.median(attacks)
        assert place.below == np.mean(attacks < mine[2]) + np.mean(attacks == mine[2]) / 2
        assert place.difference == pytest.approx(np.mean(mine - attacks))
        assert found.verdicts[name] == run.verdicts()
    assert found.own_verdict == runs[PLAYED].outcomes["verdict"].iloc[2]
    assert found.months == ("2022-12", "2023-08")
    assert found.paths("attacks")["own"].shape == (1, 9)
    assert found.paths("attacks")["confront"].shape == (3, 9)


def test_no_world_has_ended_while_turns_are_left(told: tuple[Game, Any]) -> None:
    """Otherwise a class is told after two quarters of fifteen how its world ended."""
    from sim.teaching.play.debrief_text import debrief_lines

    _one, found = told
    over, going = ("\n".join(debrief_lines(replace(found, over=over), 80)) for over in (True, False))
    assert found.over
    assert "How worlds ended, of 100" in over
    assert "Your own: " in over
    assert "How worlds stand so far, of 100" in going
    assert "Your own so far: " in going
    assert "ended" not in going
    heads = next(line for line in over.splitlines() if line.startswith("How worlds ended"))
    assert heads.split("of 100")[1].split() == ["Your", "moves", "Confront", "Accommodate", "All", "choose"]
    assert "accomm." in "\n".join(debrief_lines(found, 60))


def test_turning_points_lie_where_the_paths_part(told: tuple[Game, Any]) -> None:
    """Otherwise "why" is told of a turn at which nothing changed."""
    one, found = told
    assert found.versus == ("confront", "appease")
    assert found.turning
    for point in found.turning:
        assert abs(point.gap - point.gap_before) > 0
        assert point.months == one.log.period(point.turn)
        assert point.reasons
        assert abs(point.reasons[0].amount) == max(abs(reason.amount) for reason in point.reasons)
        assert point.through
    talks = [reason for point in found.turning for reason in point.reasons if "Talks with the TTP" in reason.words]
    assert {reason.setting for reason in talks} <= {0.0, 0.8}
    assert talks, "talks with the TTP are what differs most from the two courses"


def test_workers_change_nothing_that_a_debrief_says(told: tuple[Game, Any]) -> None:
    """Otherwise a class argues about figures that hang on the machine."""
    one, found = told
    again = debrief(one, worlds=150, workers=2)
    assert again.places == found.places
    assert again.turning == found.turning


def test_doing_what_the_model_would_do_makes_no_difference() -> None:
    """Otherwise the debrief finds policy where there is none."""
    one = opened("taliban", months=6).move({"taliban": {}}).move({"taliban": {}})
    found = debrief(one, worlds=100)
    assert found.versus == ("own_choice",)
    assert found.turning == ()
    for places in found.places.values():
        assert places["own_choice"].difference == 0.0
        assert places["own_choice"].own == places[PLAYED].own


@pytest.mark.parametrize(
    ("turns", "options", "says"),
    [(0, {}, "one turn at least"), (1, {"worlds": 99}, "100 to 1,000"), (1, {"versus": "win"}, "allowed: confront")],
)
def test_a_debrief_that_cannot_be_says_why(turns: int, options: dict[str, Any], says: str) -> None:
    """Otherwise it fails with a traceback at the end of an hour."""
    one = played(*[HARD] * turns)
    with pytest.raises(GameError, match=says):
        debrief(one, **options)


# ------------------------------------------------------------------------------------------------ the log as a file


def test_a_log_is_small_and_says_all(game: Game) -> None:
    """Otherwise it cannot be mailed, or a replay rests on what it does not say."""
    text = game.log.to_json()
    data = json.loads(text)
    assert len(text) < 4_000
    assert {"seed", "world", "parameters", "model", "scenario", "scenario_hash", "opens", "months", "others"} <= set(
        data
    )
    assert data["parameters"] == "posterior"
    assert parse(text.encode(), "x") == game.log


def test_a_scenario_from_a_file_is_in_the_log(tmp_path: Path) -> None:
    """Otherwise a game on a class's own scenario cannot be played again elsewhere."""
    path = tmp_path / "mine.yaml"
    path.write_text("schema: 1\ntitle: Mine\nextends: confront\nactors: {pakistan: {visibility: 0.9}}\n")
    one = start(path, ["ttp"], parameters="defaults", months=3).move({"ttp": {"campaign": "ceasefire"}})
    path.unlink()
    again = resume(parse(one.log.to_json().encode(), "x"))
    assert again.past.digest() == one.past.digest()
    spoilt = one.log.model_copy(update={"scenario_hash": "0" * 32})
    with pytest.raises(GameError, match="the log is damaged"):
        resume(spoilt)


def log_data(**changes: Any) -> dict[str, Any]:
    return {**opened().move({"pakistan": HARD}).log.data(), **changes}


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "damaged, or no JSON"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "not text in UTF-8"),
        (b'{"format": "durand game", "version": 1, ', "damaged, or no JSON (line 1)"),
        (b"[" * 100_000, "nested too deeply"),
        (b" " * (LIMIT + 1), "at most 512 KiB"),
        (b'{"name": "a manifest", "seed": 3}', "no game log of durand"),
        (b"[1, 2]", "no game log of durand"),
        (b'{"format": "durand game", "version": 2}', "a game log of version 2"),
        (b'{"format": "durand game", "version": 1}', "scenario is missing"),
        (b'{"format": "durand game", "format": "durand game"}', "a key is given twice: format"),
        (b'{"format": "durand game", "version": 1, "seed": NaN}', "NaN is not a number"),
        (b'{"format": "durand game", "version": 1, "note": "\\ud800"}', "not text in UTF-8"),
        (json.dumps(log_data(seed=-1)).encode(), "seed is out of range"),
        (json.dumps(log_data(seed=2**63)).encode(), "seed is out of range"),
        (json.dumps(log_data(seats=["usa"])).encode(), "seats[0] is not one of the choices: 'usa'"),
        (json.dumps(log_data(seats=["taliban", "pakistan"])).encode(), "not in order"),
        (json.dumps(log_data(seats=["taliban"])).encode(), "does not give each seat its move"),
        (json.dumps(log_data(months=400)).encode(), "months is out of range: 400"),
        (json.dumps(log_data(opens="then")).encode(), "opens is not a month"),
        (json.dumps(log_data(parameters="../secret.yaml")).encode(), "parameters"),
        (json.dumps(log_data(entries=[{}])).encode(), "is not one entry"),
        (json.dumps(log_data(entries=[{"turn": {"pakistan": {"policy": "confront"}}}])).encode(), "settings only"),
        (json.dumps(log_data(entries=[{"turn": {"pakistan": {"levers": {"aid": 7}}}}])).encode(), "allowed: 0 to 1"),
        (
            json.dumps(log_data(entries=[{"turn": {"pakistan": {}}}] * 5)).encode(),
            "has turns after the game's end (entry 5); allowed: 4 turns",
        ),
    ],
)
def test_a_file_that_is_no_log_gets_a_clear_message(raw: bytes, says: str) -> None:
    """Otherwise a student who picks the wrong file sees a traceback, or plays on with nonsense."""
    with pytest.raises(GameError, match=re.escape(says)):
        parse(raw, "game.json")


def test_a_log_cannot_name_a_file() -> None:
    """Otherwise a log from a stranger reads files on the class's machine."""
    for name in ("../../etc/passwd.yaml", "/etc/passwd.yaml", "no_such_scenario"):
        with pytest.raises(GameError, match=r"scenario"):
            resume(parse(json.dumps(log_data(scenario=name)).encode(), "x"))


def test_a_shock_cannot_be_put_into_the_past() -> None:
    """Otherwise a log tells of a past that its players did not see."""
    data = opened().move({"pakistan": HARD}).inject(shocks()["isolate"][0], "isolate").log.data()
    data["entries"][1]["inject"]["shock"]["date"] = "2023-01"
    with pytest.raises(GameError, match=re.escape("not still to come (entry 2, 2023-01); allowed: 2023-03 to 2023-11")):
        parse(json.dumps(data).encode(), "x")


@pytest.mark.parametrize("target", ["no/such/folder/game.json", ""])
def test_a_log_that_cannot_be_read_or_written_says_so(tmp_path: Path, target: str) -> None:
    """Otherwise a game is lost in a traceback. (A file that is there, a folder that is not, a folder.)"""
    path = tmp_path / target
    with pytest.raises(GameError, match=r"no such file|is a folder"):
        load_log(path)
    with pytest.raises(GameError, match="cannot be written"):
        save_log(opened().log, path)
    assert [one.name for one in tmp_path.iterdir()] == []


BYTES = opened().move({"pakistan": HARD}).inject(shocks()["isolate"][0], "isolate").move({}).log.to_json().encode()
FINE = draws(60)


def only_its_own_error(raw: bytes) -> None:
    try:
        log = parse(raw, "game.json")
    except GameError as problem:
        said = str(problem).encode()  # that it can be printed, too
    else:
        assert isinstance(log, MoveLog)
        _resumes_or_says_why(log)
        return
    assert said


def _resumes_or_says_why(log: MoveLog) -> None:
    try:
        scenario = resume(log).scenario()
    except GameError:
        return
    assert scenario.months >= 1


@FINE
@given(st.binary(max_size=400))
def test_any_bytes(raw: bytes) -> None:
    """Otherwise some file ends the program instead of getting a message."""
    only_its_own_error(raw)


@FINE
@given(
    st.lists(st.tuples(st.integers(0, len(BYTES) - 1), st.integers(0, 255)), min_size=1, max_size=4), st.integers(0, 40)
)
@example([(575, 32)], 0)  # an injected shock that cites no claim there is
def test_a_log_with_bytes_changed(changes: list[tuple[int, int]], cut: int) -> None:
    """Otherwise a file damaged on the way ends the program."""
    raw = bytearray(BYTES)
    for place, byte in changes:
        raw[place] = byte
    only_its_own_error(bytes(raw[: len(raw) - cut]))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(list(ACTORS)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["levers", "aid", "turn", "shock"]), inner)
    ),
    max_leaves=6,
)


@FINE
@given(st.data())
def test_a_log_with_a_part_exchanged(data: st.DataObject) -> None:
    """Otherwise a log that was written by hand, or by another program, ends the program."""
    whole = json.loads(BYTES)
    part: Any = whole
    while True:
        keys = list(part) if isinstance(part, dict) else list(range(len(part)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(part[key], dict | list) and part[key] and data.draw(st.booleans()):
            part = part[key]
            continue
        part[key] = data.draw(JSON)
        break
    only_its_own_error(json.dumps(whole).encode("utf-8", "surrogatepass"))


@FINE
@given(
    st.lists(st.dictionaries(st.sampled_from([*LEVERS, "conditionality", "visibility"]), st.floats(0, 1)), max_size=4)
)
def test_any_moves_come_back_from_the_file(moves: list[dict[str, float]]) -> None:
    """Otherwise some setting is lost or rounded on the way, and the replay gives other bits."""
    one = opened()
    for move in moves:
        one = one.move({"pakistan": move})
    again = resume(parse(one.log.to_json().encode(), "x"))
    assert again.log == one.log
    assert again.scenario().hash == one.scenario().hash
    for turn, move in zip(again.log.turns, moves, strict=True):
        zeros = {name for name, value in move.items() if value == 0 and name in LEVERS}
        assert turn.moves["pakistan"] == {name: value for name, value in move.items() if name not in zeros}


def test_settings_by_name_are_settings_as_data() -> None:
    """Otherwise a page's sliders and the log speak of different things."""
    assert as_data("pakistan", {"aid": 0.5, "fencing": 0.0, "visibility": 0.0}) == {
        "levers": {"aid": 0.5},
        "visibility": 0.0,
    }
    assert as_data("india", {"engagement": "none"}) == {"engagement": "none"}


# ------------------------------------------------------------------------------------------------ at the keyboard

Play = Callable[..., Any]


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    """Run the command in an empty folder, with lines typed in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "60")

    def call(*arguments: object, typed: str = "") -> Any:
        from sim.commands.main import app

        return CliRunner().invoke(app, ["play", *map(str, arguments)], input=typed, prog_name="durand")

    return call


# The numbers by which Pakistan's settings can be called.
NUMBERS = {name: number for number, name in enumerate(DEFAULTS["pakistan"], 1)}
NEW = ("own_choice", "--as", "pakistan", "--seed", "5", "--months", "6", "--parameters", "defaults")


def test_a_game_at_the_keyboard(play: Play, tmp_path: Path) -> None:
    """Otherwise what the help says does not work when it is typed."""
    typed = [
        "help",
        f"aid=0.9 {NUMBERS['aid']}=0.5",
        "strikes 0.3",
        "set",
        "course confront",
        "keep",
        f"{NUMBERS['ttp_talks']}=0.8",
        "go",
        "brief",
        "inject 4",
        "what if 1",
        "course appease",
        "go",
        "lines",
        "line 1",
        "back",
        "save copy.json",
        "quit",
    ]
    done = play(*NEW, typed="\n".join(typed) + "\n")
    assert done.exit_code == 0
    for words in (
        "It is about real people.",
        "Turn 1 of 2: Pakistan, December 2022 to February 2023",
        "Attacks as PICSS would",
        "Not known to you",
        "Set: Aid 0.5.",
        "Set to the opening mix of confront",
        "Back to what stood before.",
        "Turn 2 of 2: Pakistan, March to May 2023",
        "put into March to May 2023",
        "line 2 starts at turn 1",
        "Back at the start of turn 1",
        "A copy is in copy.json.",
    ):
        assert words in " ".join(done.output.split()), words
    main = load_log(tmp_path / "play-own_choice-pakistan-5.json")
    other = load_log(tmp_path / "play-own_choice-pakistan-5-what-if-1.json")
    assert main.entries == ()
    assert len(other.turns) == 1
    assert other.turns[0].moves["pakistan"]["recognition"] == 0.4
    assert not [line for line in done.output.splitlines() if len(line) > 60 and "durand play --log" not in line]


def test_a_game_to_its_end(play: Play, tmp_path: Path) -> None:
    """Otherwise the debrief fails when a class has come to it."""
    done = play(*NEW[:5], "--months", 3, "--parameters", "defaults", "--log", "mine.json", typed="go\naid=1\nquit\n")
    assert done.exit_code == 0
    text = " ".join(done.output.split())
    for words in (
        "The end: Pakistan",
        "Debrief:",
        "This is no score",
        "Turning points:",
        "not a forecast",
        "game is over",
    ):
        assert words in text, words
    assert load_log(tmp_path / "mine.json").over
    assert not [line for line in done.output.splitlines() if len(line) > 60]


def test_a_game_is_gone_on_with(play: Play, tmp_path: Path) -> None:
    """Otherwise a game does not survive the end of the lesson. (The input ends: as if the player had left.)"""
    assert play(*NEW, "--log", "mine.json", typed="fencing=0.1\ngo\n").exit_code == 0
    done = play("--log", "mine.json", typed="back 1\nfencing=0.2\ngo\nquit\n")
    assert done.exit_code == 0
    assert "Turn 2 of 2" in done.output
    assert [turn.moves["pakistan"]["fencing"] for turn in load_log(tmp_path / "mine.json").turns] == [0.2]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("aid=2", "Aid cannot be 2; allowed: 0 to 1"),
        ("aid=nan", "Aid cannot be nan"),
        ("aid=choose", "Aid cannot be choose; allowed: 0 to 1"),
        ("t=1", "t could be trade_opening or ttp_talks or troop_withdrawal"),
        ("99=1", f"there is no setting 99; allowed: 1 to {len(NUMBERS)}"),
        ("aids=1", "no such setting: aids (did you mean 'aid'?)"),
        ("course victory", "no such course: victory"),
        ("back", "this is the first turn"),
        ("back x", "no such turn: x; allowed: 1 to 1"),
        ("line 9", "no such line: 9; allowed: 1 to 1"),
        ("inject 99", "no such shock: 99"),
        ("brif", "not understood: brif (did you mean brief?)"),
        ("end", "not understood: end (did you mean quit?)"),
        ("debrief", "nothing has been played yet"),
        ("save .", "there is a file already"),
        ("²=1", "no such setting"),
    ],
)
def test_what_is_typed_wrong_says_what_is_right(play: Play, typed: str, says: str) -> None:
    """Otherwise a student is stuck, or out of the game."""
    done = play(*NEW, typed=f"{typed}\nquit\n")
    assert done.exit_code == 0
    assert says in " ".join(done.output.split())
    assert "Nothing was played, so nothing is kept." in done.output


@pytest.mark.parametrize("actor", ["taliban", "ttp", "india"])
def test_the_other_seats(play: Play, tmp_path: Path, actor: str) -> None:
    """Otherwise only Pakistan can be played."""
    setting = next(iter(DEFAULTS[actor]))
    option = OPTIONS[setting][2]
    done = play(
        "own_choice",
        "--as",
        actor,
        "--parameters",
        "defaults",
        "--log",
        "a.json",
        typed=f"{option}\ngo\n1=choose\ngo\n",
    )
    assert done.exit_code == 0
    assert SEATS[actor].split(".")[0] in " ".join(done.output.split())
    assert "Had the model chosen for your side last month" in " ".join(done.output.split())
    assert [turn.moves[actor].get(setting) for turn in load_log(tmp_path / "a.json").turns] == [option, "choose"]


def failed(done: Any) -> str:
    """What a command that ended with bad input says, as the entry point would print it."""
    from sim.commands.errors import is_bad_input

    assert done.exception is not None
    assert is_bad_input(done.exception), repr(done.exception)
    return str(done.exception)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "SCENARIO is needed"),
        (("confront",), f"--as ACTOR, one of {', '.join(ACTORS)} is needed"),
        (("confront", "--as", "usa"), f"no such seat: usa; allowed: {', '.join(ACTORS)}"),
        (("konfront", "--as", "ttp"), "did you mean 'confront'?"),
        (("confront", "--as", "ttp", "--months", "0"), "months must be a whole number"),
        (("confront", "--as", "ttp", "--from", "1999-01"), "allowed: 2021-08 to 2026-07"),
        (("--log", "none.json"), "none.json: there is no such file; a new game needs SCENARIO and --as ACTOR"),
        (("confront", "--as", "ttp", "--log", "no/folder/a.json"), "there is no folder"),
        (("--replay", "none.json"), "none.json: there is no such file"),
        (("confront", "--replay", "a.json"), "leave out SCENARIO"),
    ],
)
def test_bad_input_ends_with_one_message(play: Play, tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    """Otherwise a wrong word gets a traceback, or leaves a file behind."""
    assert says in failed(play(*arguments))
    assert list(tmp_path.iterdir()) == []


def test_a_new_game_does_not_overwrite_another(play: Play, tmp_path: Path) -> None:
    """Otherwise a second game with the same seed loses the first."""
    play(*NEW, typed="go\n")
    play(*NEW, typed="go\n")
    assert {one.name for one in tmp_path.glob("*.json")} == {
        "play-own_choice-pakistan-5.json",
        "play-own_choice-pakistan-5-2.json",
    }
    said = failed(play(*NEW, "--log", "play-own_choice-pakistan-5.json"))
    assert "holds a game, which would go on; leave out SCENARIO" in said


def test_replay_says_whether_the_bits_are_the_same(play: Play, tmp_path: Path) -> None:
    """Otherwise nobody can tell a log that was tampered with, or a model that has changed."""
    play(*NEW, "--log", "a.json", typed="aid=0.4\ngo\n")
    done = play("--replay", "a.json")
    digest = load_log(tmp_path / "a.json").turns[-1].digest
    assert done.exit_code == 0
    assert f"The same bits in every turn: {digest}" in done.output

    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    (tmp_path / "b.json").write_text(text.replace('"aid": 0.4', '"aid": 0.5'))
    done = play("--replay", "b.json")
    assert done.exit_code == 1
    assert "not the same bits in 1 of 1 turns" in done.output

    other = re.sub(r'"model": "[0-9a-f]+"', '"model": "0123456789abcdef"', text)
    (tmp_path / "c.json").write_text(other)
    done = play("--replay", "c.json")
    assert done.exit_code == 0
    assert "another version of the model" in done.output
    assert "another version of the model" in play("--log", "c.json", typed="quit\n").output

    changed = re.sub(r'"scenario_hash": "[0-9a-f]+"', f'"scenario_hash": "{"0" * 32}"', text)
    (tmp_path / "d.json").write_text(changed)
    assert "the scenario own_choice has changed" in play("--replay", "d.json").output


def test_several_seats_at_one_keyboard(play: Play, tmp_path: Path) -> None:
    """Otherwise a log of a game with several seats cannot be gone on with."""
    save_log(opened("pakistan", "taliban", months=6).log, tmp_path / "two.json")
    done = play("--log", "two.json", typed="aid=0.3\ngo\nstance=restrain\ngo\n")
    assert done.exit_code == 0
    assert "turn 1 of 2 Afghan Taliban>" in done.output
    moves = load_log(tmp_path / "two.json").turns[0].moves
    assert moves["pakistan"]["aid"] == 0.3
    assert moves["taliban"] == {"stance": "restrain"}


def until(terminal: int, words: str, press: bytes = b"", seconds: float = 120.0) -> str:
    """What a terminal shows, up to some words; `press` is pressed, and again every three seconds, as a person would.

    (A signal that comes in the microseconds in which Python is not waiting for a key is seen with the next key.)
    """
    text, end, again = "", time.monotonic() + seconds, time.monotonic() + 0.3
    while words not in text:
        now = time.monotonic()
        assert now < end, text[-2000:]
        if press and now >= again:
            os.write(terminal, press)
            again = now + 3.0
        if select.select([terminal], [], [], 0.2)[0]:
            text += os.read(terminal, 65536).decode("utf-8", "replace")
    return text


def test_ctrl_c_on_a_real_terminal_keeps_the_log(tmp_path: Path) -> None:
    """Otherwise an hour's game is lost to two keys, or to a traceback."""
    root = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(root), "COLUMNS": "60", "TERM": "xterm"}
    ours, theirs = pty.openpty()

    def take_the_terminal() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a job in the background was started without

    child = subprocess.Popen(
        [sys.executable, "-m", "sim", "play", *NEW, "--log", "mine.json"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=tmp_path,
        env=environment,
        start_new_session=True,
        preexec_fn=take_the_terminal,
    )
    os.close(theirs)
    try:
        until(ours, "turn 1 of 2>")
        os.write(ours, b"aid=0.4\ngo\n")
        until(ours, "turn 2 of 2>")
        os.write(ours, b"half a li")
        until(ours, "half a li")
        said = until(ours, "--log mine.json", press=b"\x03")
        assert child.wait(120) == 130
    finally:
        child.kill()
        child.wait()
        os.close(ours)
    assert "stopped" in said
    assert "Traceback" not in said
    assert len(load_log(tmp_path / "mine.json").turns) == 1


# ------------------------------------------------------------------------------------------------ tone


def test_what_this_is_for_is_said_first(play: Play) -> None:
    """Otherwise a class plays at war without a word on whose deaths these are, or takes it for a forecast."""
    done = play(*NEW, typed="quit\n")
    text = " ".join(done.output.split())
    for paragraph in PURPOSE:
        assert text.index(paragraph) < text.index("Turn 1 of 2")
    assert text.index(SEATS["pakistan"]) < text.index("Turn 1 of 2")
    assert "no score" in PURPOSE[1]
    assert "never a forecast" in PURPOSE[2]


def test_nothing_is_won_and_no_death_is_rewarded(told: tuple[Game, Any]) -> None:
    """Otherwise a debrief ranks players by the dead."""
    from sim.teaching.play.debrief_text import debrief_lines

    one, found = told
    said = "\n".join(debrief_lines(found, 60)).lower()
    lines: list[str] = []
    session = Session(one, Path("x.json"), lines.append, 60)
    session.open()
    session.help()
    said += "\n".join(lines).lower()
    for word in (
        "points:",
        "winner",
        "you win",
        "you won",
        "you lost",
        "victory!",
        "enemy",
        "well done",
        "success:",
    ):
        assert word not in said.replace("turning points:", ""), word
    assert found.places.keys() >= {"fatalities_civilian", "fatalities_afghan_civilian", "fatalities_militant"}


def test_options_are_taken_by_the_words_that_are_shown() -> None:
    """Otherwise a player who types what the menu shows is told that it is not understood."""
    for line in (
        "1 crack down",
        "1=crack down",
        "restraint=crack-down",
        "restraint of the ttp = crack_down",
        "crack  down",
    ):
        ((key, value),) = assignments("taliban", line) or ()
        name = find_setting("taliban", key)
        assert (name, read_value("taliban", name, value)) == ("stance", "crack_down"), line
    assert assignments("pakistan", "trade opening=0.5 2=0.1") == [("trade_opening", "0.5"), ("2", "0.1")]
    with pytest.raises(GameError, match="allowed: shelter, caution, contain, restrain, crack down, or choose"):
        read_value("taliban", "stance", "hug")
