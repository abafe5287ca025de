"""What players are given to go by: role briefs that rest on passages, a quarter told in sentences, tables side by side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from printed import faults, pages

import sim.why
from sim.evidence import ledger
from sim.metrics import METRICS
from sim.plots import rows_of
from sim.plots.seat import known
from sim.plots.trajectories import trajectories as drawn_across
from sim.rule import RULES
from sim.scenario import list_scenarios, load_policy
from sim.scenario.settings import DEFAULTS
from sim.teaching.pack.pdf import paper
from sim.teaching.play.across import across, agreed_words, came_rows, did_rows, parting_words
from sim.teaching.play.briefing import HIDDEN, OWN, PUBLIC, REPORTED, briefing
from sim.teaching.play.briefs import PARTS, brief_lines, brief_sheet, briefs
from sim.teaching.play.debrief import rules_through
from sim.teaching.play.game import FOG, Game, shocks, start
from sim.teaching.play.moves import GameError
from sim.teaching.play.narrative import because, story
from sim.teaching.play.openings import USUAL, openings
from sim.teaching.play.outcome import COLUMNS as OUTCOME_COLUMNS
from sim.teaching.play.outcome import outcome
from sim.teaching.play.outcome import rows as outcome_rows
from sim.teaching.play.outcome import words as outcome_words
from sim.teaching.play.text import softened_words
from sim.teaching.play.typed import policies
from sim.vocabulary import ACTORS, months_between
from sim.why import Why, explain

# ------------------------------------------------------------------------------------------------ role briefs


def test_every_statement_of_a_brief_rests_on_the_articles() -> None:
    """Otherwise a player is told as fact what somebody made up; and every setting of a seat is spoken of."""
    assert list(briefs()) == list(ACTORS)
    claims = ledger().claims
    for actor, brief in briefs().items():
        statements = [one for _, part in brief.parts for one in part]
        assert [title for title, _ in brief.parts] == list(PARTS.values())
        cited = [name for one in statements for name in one.claims]
        assert not [name for name in cited if name not in claims]
        assert {ledger().sources[claims[name].source].kind for name in cited} == {"article"}
        assert {name for one in brief.tools for name in one.sets} == set(DEFAULTS[actor])
        assert not [one for one in (*brief.knows, *brief.wants, *brief.fears, *brief.red_lines) if one.sets]


def test_a_brief_says_what_is_a_judgement_and_what_the_record_has_otherwise() -> None:
    """Otherwise a player takes an article's slip, or our inference, for what happened: truces above all."""
    claims = ledger().claims
    for brief in briefs().values():
        for title, part in brief.parts:
            for one in part:
                assert one.words.partition(" Judgement: ")[2] == (one.judgement or "")
                assert "inferred" not in one.text
                disputed = [
                    name for name in one.claims if any(of.startswith("events.") for of in claims[name].conflicts)
                ]
                if disputed and title == PARTS["knows"]:
                    assert "record of events" in (one.judgement or ""), one.text
                if "002.3-ceasefire-rescinded" in disputed:
                    assert "record of events" in (one.judgement or ""), one.text


def test_a_brief_is_printed_with_its_passages() -> None:
    """Each seat's on pages of its own, with all that the screen says."""
    sheet = brief_sheet(*ACTORS)
    found = pages(paper(sheet), "role-briefs")
    assert not [fault for fault in faults(sheet, found) if "half empty" not in fault]
    own: dict[str, str] = {}
    for page in found:
        actor = next((one for one in ACTORS if ACTORS[one] in page.lines[:3]), next(reversed(own), ""))
        own[actor] = own.get(actor, "") + "".join(page.lines)
    assert list(own) == list(ACTORS)
    for actor, brief in briefs().items():
        told = "".join(own[actor].split())
        assert all("".join(f"{one.words} ({one.passages})".split()) in told for _, part in brief.parts for one in part)
        assert "notaforecast" in told
    text = " ".join(brief_lines("ttp", 100))
    assert "(002 §3)" in text
    assert "Hamza Haider" in text


def test_no_beginning_tells_a_player_what_to_do() -> None:
    """Otherwise a seat that is to decide plays a scenario called “Confront”."""
    courses = {load_policy(name).title.lower() for name in policies()} | {"confront", "accommodate", "isolate"}
    titles = [title for title, _ in openings().values()]
    assert next(iter(openings())) == USUAL
    assert len(set(titles)) == len(titles)
    assert not [title for title in titles if any(course in title.lower().split(": ")[-1] for course in courses)]
    assert set(openings()) <= {name for name, _, _ in list_scenarios()}


def test_every_beginning_makes_a_difference_where_all_seats_are_played() -> None:
    """Otherwise an event that only a seat could bring about is announced, and never comes."""

    def played(name: str) -> Game:
        game = start(name, ACTORS, parameters="defaults", months=12)
        for _ in range(game.log.quarters):
            game = game.move({})
        return game

    usual = played(USUAL)
    for name in openings():
        game = played(name)
        apart = np.any([game.past.metrics[one] != usual.past.metrics[one] for one in usual.past.metrics], axis=(0, 1))
        if len(game.base.shocks) > len(usual.base.shocks):
            first = months_between(game.base.start, game.base.shocks[-1].date)
            assert game.base.shocks[-1].date[:4] == "2023", name
            assert not apart[:first].any(), name
            assert apart[first:].any(), name
        else:
            assert apart.any() == (name != USUAL), name


# ------------------------------------------------------------------------------------------------ a quarter


@pytest.fixture(scope="module")
def begun() -> Game:
    return start(USUAL, ACTORS, parameters="defaults", seed=3, months=9)


@pytest.fixture(scope="module")
def quiet(begun: Game) -> Game:
    """The TTP lies low for a quarter; everybody else goes on as before."""
    return begun.move({"ttp": {"campaign": "lie_low"}})


def test_a_quarter_in_sentences_says_what_the_figures_say(quiet: Game) -> None:
    told = briefing(quiet, "india")
    by_name = {one.name: one for one in told.reported}
    first, seen = story(told)
    for name, what in (("picss_attacks", "attacks"), ("picss_killed", "deaths")):
        now, before = by_name[name].now, by_name[name].before
        assert before is not None
        assert f"{now:,.0f} {what}" in first
        assert f"{abs(round(now) - round(before))} {'more' if now > before else 'fewer'} {what}" in first
    less = [
        replace(one, now=(one.before or 0.0) - 1.0) if one.name in ("picss_attacks", "picss_killed") else one
        for one in told.reported
    ]
    assert "1 fewer attack and 1 fewer death than" in story(replace(told, reported=less))[0]
    assert "TTP claimed" in seen
    assert "TTP claimed" not in " ".join(story(briefing(quiet, "ttp"))), "a seat knows what it did itself"


def test_what_came_of_a_move_is_what_the_worlds_give(quiet: Game, begun: Game) -> None:
    said = because(quiet, "ttp")
    assert f"fewer TTP attacks in the quarter, on average over {FOG} worlds" in said
    other = begun.move({})
    apart = quiet.fog.metrics["attacks"][:, -3:].sum(axis=1) - other.fog.metrics["attacks"][:, -3:].sum(axis=1)
    assert f"makes about {abs(float(np.mean(apart))):.0f} fewer" in said
    waiting = quiet.inject(shocks()["ttp_splinters"][0], "ttp_splinters")
    assert because(waiting, "ttp") == said, "what is put into the quarter to come did not come of this one"
    assert because(quiet, "pakistan") == "", "it set nothing anew"
    assert because(begun, "ttp") == "", "nothing has been played"


@pytest.mark.parametrize(
    ("actor", "move", "named"), [("ttp", {"campaign": "lie_low"}, True), ("pakistan", {"aid": 0.5}, False)]
)
def test_a_rule_is_named_where_most_of_a_difference_runs_through_it(
    begun: Game, monkeypatch: pytest.MonkeyPatch, actor: str, move: dict[str, float | str], named: bool
) -> None:
    """Otherwise the rule that is named is the largest of many small ones, or one of several by the last digit."""
    answers: list[Why] = []
    monkeypatch.setattr(sim.why, "explain", lambda *args, **how: answers.append(explain(*args, **how)) or answers[-1])
    said = because(begun.move({actor: move}), actor)
    (answer,) = answers
    shares = rules_through(answer)
    assert list(shares.values()) == sorted(shares.values(), reverse=True)
    assert (answer.whole.mean < 0) == ("fewer" in said), "the month goes the way of the quarter"
    assert (max(shares.values()) > 0.5) == ("Most of that in" in said) == named
    if named:
        assert f"through the rule “{RULES[next(iter(shares))].statement.rstrip('.')}”" in said


@pytest.mark.parametrize("actor", ["taliban", "india"])
def test_a_seat_is_drawn_what_it_knows_and_guesses_at_the_rest(quiet: Game, actor: str) -> None:
    """Otherwise a picture shows what the briefing keeps from the player."""
    told = briefing(quiet, actor)
    lines = {name for name, rows in told.months.items() if len(rows) == 1}
    assert lines == {*REPORTED, *PUBLIC, *OWN[actor]}
    assert set(told.months) - lines == set(HIDDEN[actor])
    low, middle, high = (np.array(row) for row in told.months["attacks"])
    assert np.all(low <= middle)
    assert np.all(middle <= high)
    assert list(low) == [float(f"{x:.4g}") for x in np.quantile(quiet.fog.metrics["attacks"], 0.05, axis=0)[-36:]]
    for name in ("attacks", "picss_attacks"):
        picture = known(name, "Title", "attacks", told.months[name], told.since, quiet.log.opens)
        rows = rows_of(picture.chart)
        assert [row["value"] for row in rows] == list(told.months[name][len(told.months[name]) // 2])
        assert ("low" in rows[0]) == (name == "attacks")
    own = quiet.past.metrics["attacks"][0, -36:]
    assert float(f"{own[-1]:.4g}") not in (low[-1], high[-1])


# ------------------------------------------------------------------------------------------------ several tables


def test_tables_side_by_side_say_what_each_came_to_and_where_they_part(quiet: Game, begun: Game) -> None:
    loud = begun.move({"ttp": {"campaign": "escalate"}, "pakistan": {"aid": 0.5}}).move({})
    promise = {"actor": "ttp", "setting": "campaign", "value": "lie_low"}
    agreed = {"proposed_by": "pakistan", "accepted_by": "ttp", "text": "a quiet winter", "promise": promise}
    kept = Game(begun.log.with_entry(agreed=agreed), begun.base).move({"ttp": {"campaign": "lie_low"}})
    broken = Game(begun.log.with_entry(agreed=agreed), begun.base).move({})
    found = across({"Quiet": kept, "Loud": loud, "Idle": begun})
    assert (found.turns, found.months) == (1, ("2022-12", "2023-02")), "what all have played; idle tables are left out"
    for title, game in (("Quiet", quiet), ("Loud", loud.rewind(1))):
        assert found.came["attacks"][title].own == game.past.metrics["attacks"][0, -3:].sum()
        assert found.came["attacks"][title].middle == np.median(game.fog.metrics["attacks"][:, -3:].sum(axis=1))
    assert [row[0] for row in came_rows(found, "attacks")] == ["Quiet", "Loud"]
    point = found.parting
    assert point is not None
    assert (point.turn, point.more, point.fewer) == (0, "Loud", "Quiet")
    assert point.otherwise[0] == "TTP: Campaign escalate at Loud, lie low at Quiet"
    assert "Loud has" in parting_words(found)
    there = [float(game.past.metrics["attacks"][0, -3:].sum()) for game in (loud.rewind(1), quiet)]
    assert point.own == there[0] - there[1]
    for own, words in ((4.0, "Loud had 4 more."), (-4.0, "Loud had 4 fewer"), (0.0, "both had as many.")):
        said = parting_words(replace(found, parting=replace(point, own=own)))
        assert f"In the world that was played, {words}" in said, "a mean is read off lines that are of one world"
    assert len(rows_of(drawn_across(found.paths["attacks"], "attacks", found.months[0]).chart)) == 2 * 3
    assert agreed_words(kept.log, 0)[0].endswith("(TTP: Campaign at lie low: kept)")
    assert agreed_words(broken.log, 0)[0].endswith("(TTP: Campaign at lie low: not kept)")
    assert did_rows(kept.log)[0][2] == agreed_words(kept.log, 0)[0]


def test_what_was_put_into_one_table_is_told_where_tables_part(begun: Game) -> None:
    """Otherwise a table is told that its players did what the host did."""
    (shock,) = shocks()["ttp_splinters"]
    hit, before = begun.move({}).inject(shock, "ttp_splinters"), begun.standing("pakistan")
    spared = begun.move({"pakistan": {**before, "military_training": 0.05}}).move({"pakistan": before})
    found = across({"Hit": hit.move({}), "Spared": spared})
    assert found.parting is not None
    assert found.parting.turn == 1
    said = parting_words(found)
    assert f"“{shock.title}” was put in at Hit alone, in March 2023" in said
    assert "Pakistan: Military training 0.05 at Spared, 0 at Hit, in turn 1." in said
    assert [f"Put in: “{shock.title}”" in row[1] for row in did_rows(hit.move({}).log)] == [False, True]


def test_tables_that_cannot_be_set_side_by_side_say_why(quiet: Game, begun: Game) -> None:
    with pytest.raises(GameError, match="two tables at least"):
        across({"one": quiet, "other": begun})
    other = start(USUAL, ACTORS, parameters="defaults", seed=4, months=9).move({})
    with pytest.raises(GameError, match="do not begin alike"):
        across({"one": quiet, "other": other})


def test_why_a_lever_came_to_something_else_is_said(begun: Game) -> None:
    """Otherwise more of a lever than was set looks like a fault."""
    told = briefing(begun.move({}), "pakistan")
    asked, there = (
        {"domestic_operations": 0.4, "border_closure": 0.5},
        {"domestic_operations": 0.44, "border_closure": 0.3},
    )
    said = softened_words(replace(told, asked=asked, in_force=there))
    assert "Domestic operations 0.4 came to 0.44 (violence of late brings more of them)" in said
    assert "Border closure 0.5 came to 0.30 (civilians soften it, or not all can be paid for)" in said


def test_a_game_takes_no_organisations_name_for_what_is_modelled(begun: Game) -> None:
    told = briefing(begun.move({}), "pakistan")
    assert all(one.title.endswith(", modelled") for one in told.reported)


def test_what_a_game_came_to_is_its_own_world(begun: Game) -> None:
    """Otherwise a game ends in nothing, or in figures that are not of what was played."""
    with pytest.raises(GameError, match="nothing has been played"):
        outcome(begun)
    game = begun.move({}).move({"ttp": {"campaign": "escalate"}})
    found = outcome(game)
    before = game.past.months - 6
    for name, (start_, first, last, whole) in found.figures.items():
        months = game.past.metrics[name][0]
        if METRICS[name].summary == "total":
            spans = (slice(before - 3, before), slice(before, before + 3), slice(-3, None), slice(before, None))
            assert (start_, first, last, whole) == tuple(months[span].sum() for span in spans)
        else:
            assert last == whole == months[-1]
    assert f"{found.figures['fatalities_afghan_civilian'][-1]:,.0f} Afghan civilians" in outcome_words(found)
    assert [len(row) for row in outcome_rows(found)] == [1 + len(OUTCOME_COLUMNS)] * len(found.figures)


def test_alike_tables_do_not_part(quiet: Game) -> None:
    found = across({"one": quiet, "other": quiet})
    assert found.parting is None
    assert "no two tables part" in parting_words(found)
