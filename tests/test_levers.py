"""Every lever of Pakistan's and every option of the others moves something, the way the documents argue."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from lab import Run, run

from sim.evidence import ledger
from sim.experiment.response.kept import FILE, effects_words, excerpt
from sim.experiment.response.study import Response
from sim.parameters import PARAMETERS
from sim.provenance.levers import amount, explained, level
from sim.scenario import load_scenario
from sim.vocabulary import BROKERING, CAMPAIGNS, ENGAGEMENTS, KABUL_ANSWERS, LEVERS, STANCES
from sim.vocabulary.levels import LEVELS, STEPS
from sim.words.numbers import number

ROOT = Path(__file__).resolve().parents[1]

# lever -> what it raises (+) or lowers (-) on paired worlds over two years, with the claim that argues it.
ARGUED: dict[str, tuple[str, ...]] = {
    "domestic_operations": ("+fatalities_militant", "-ttp_strength", "-foothold"),  # 004.6, 001.5
    "cross_border_strikes": ("+distrust", "+resentment", "+tension", "-sovereignty_afghan"),  # 003.1, 001.9
    "border_closure": ("-trade", "-border_open", "+threat", "+leverage_in_use", "+other_roads"),  # 002.8, 001.11
    "fencing": ("+border_clashes", "-infiltration"),  # 003.1, 004.11, 002.9
    "joint_patrols": ("-border_clashes", "-infiltration", "-tension"),  # 002.9
    "trade_opening": ("+trade", "+dependence"),  # 002.8
    "aid": ("+aid", "+alignment_taliban_pakistan", "-afghan_hardship"),  # 002.7
    "diplomatic_advocacy": ("+messaging", "+dependence"),  # 004.24, 004.26
    "recognition": ("+recognition", "-imf_programme", "-us_ties"),  # 000.3
    "factional_mediation": ("+alignment_taliban_pakistan", "-taliban_spread", "+taliban_cohesion"),  # 004.22
    "military_training": ("+alignment_taliban_pakistan", "+afghan_capacity"),  # 004.25
    "ttp_talks": ("+ceasefire", "+brokering"),  # 003.2, 001.8
    "prisoner_releases": ("+ttp_strength", "-sovereignty_conceded"),  # 002.3, 002.12
    "troop_withdrawal": ("-sovereignty_conceded", "-sovereignty_control", "-grievance", "+foothold"),  # 002.3, 002.12
    "religious_law_concessions": ("-sovereignty_conceded", "+foothold"),  # 002.12
    "refugee_expulsion": ("-refugees", "+expelled", "+resentment", "+tension"),  # judgement
}


@cache
def at(lever: str, level: float) -> Run:
    """A plain scenario with this lever at this level, among middling others."""
    return run({"domestic_operations": 0.2, "diplomatic_advocacy": 0.1, lever: level}, months=24)


@pytest.mark.parametrize("lever", LEVERS)
def test_lever_moves_what_the_documents_argue(lever: str) -> None:
    """Up where argued up and down where argued down, in the mean over paired worlds."""
    low, high = at(lever, 0.0), at(lever, 0.9)
    for argued in ARGUED[lever]:
        sign, metric = (1.0 if argued[0] == "+" else -1.0), argued[1:]
        apart = sign * (high[metric] - low[metric]).mean()
        assert apart > 1e-4, f"{lever} moves {metric} by {sign * apart:+.5f}"


def test_every_lever_is_argued() -> None:
    """No lever is left out of the table above."""
    assert set(ARGUED) == set(LEVERS)


def test_conditionality_turns_giving_into_restraint_unless_terms_offend() -> None:
    """001.8: giving that hangs on restraint moves Kabul more than giving that does not; 004.12: unless it resents terms."""
    gifts = {"aid": 0.8, "trade_opening": 0.8, "diplomatic_advocacy": 0.8, "military_training": 0.5}

    def gained(offence: float) -> float:
        free, tied = (run(gifts, conditionality=x, values={"terms_offend_weight": offence}) for x in (0.0, 1.0))
        return tied.mean("chance_restrain", 6) - free.mean("chance_restrain", 6)

    assert gained(0.0) > 0.03
    assert gained(7.0) < 0.0


@pytest.mark.parametrize("stance", list(STANCES)[1:])
def test_more_restraint_means_fewer_attacks_and_less_cohesion_in_kabul(stance: str) -> None:
    """Each step up from shelter lowers attacks; restraint wears on the movement (002.5)."""
    order = list(STANCES)
    below = order[order.index(stance) - 1]
    less, more = (run(months=18, taliban={"stance": x}) for x in (below, stance))
    assert more["attacks"].mean() < less["attacks"].mean()
    assert more.last("taliban_cohesion") < less.last("taliban_cohesion")


def test_more_brokering_means_more_truces_and_more_pressure_to_concede() -> None:
    """003.2, 001.8: each step from standing apart to guaranteeing makes truces likelier, and leans on Islamabad (M27)."""
    talks = {"domestic_operations": 0.3, "ttp_talks": 1.0}
    runs = [run(talks, months=18, taliban={"brokering": x}) for x in BROKERING]
    assert (np.diff([one.mean("ceasefire") for one in runs]) > 0).all()
    assert (np.diff([one.mean("concession_pressure") for one in runs]) > 0).all()


def test_harder_answers_mean_more_clashes_and_tension() -> None:
    """001.9, 002.12: from absorbing to an offensive."""
    runs = [run(months=18, taliban={"answer": x}) for x in KABUL_ANSWERS]
    assert (np.diff([one.mean("border_clashes") for one in runs]) > 0).all()
    assert (np.diff([one.mean("tension") for one in runs]) > 0).all()
    assert runs[-1].mean("hostilities") > runs[0].mean("hostilities") + 0.01


@pytest.mark.parametrize(("setting", "metric"), [("india_openness", "india_engagement"), ("messaging", "messaging")])
def test_taliban_postures_move_others(setting: str, metric: str) -> None:
    """Openness draws India in (001.10); words are words (004.9)."""
    low, high = (run(taliban={setting: x}) for x in (0.0, 1.0))
    assert high.mean(metric) > low.mean(metric) + 0.05


def test_a_hard_border_posture_means_more_clashes() -> None:
    """003.1, 004.11: guards who will not have the fence."""
    low, high = (run(taliban={"border_posture": x}) for x in (0.0, 1.0))
    assert high.mean("border_clashes") > low.mean("border_clashes") + 0.05


def test_campaigns_differ_in_the_order_their_names_say() -> None:
    """Escalating means more attacks than a steady campaign, lying low and a truce mean fewer."""
    talks = {"domestic_operations": 0.3, "ttp_talks": 1.0}
    attacks = {x: run(talks, months=18, ttp={"campaign": x}).mean("attacks") for x in CAMPAIGNS}
    assert attacks["escalate"] > attacks["steady"] > attacks["lie_low"]
    assert attacks["ceasefire"] < attacks["steady"]


def test_engagement_with_india_gives_india_leverage_step_by_step() -> None:
    """001.10: each step gives Delhi more to withdraw, and Islamabad more to fear."""
    runs = [run(india={"engagement": x}) for x in ENGAGEMENTS]
    assert (np.diff([one.last("leverage_india_taliban") for one in runs]) > 0).all()
    assert (np.diff([one.mean("chance_restrain") for one in runs]) < 0).all()


# ------------------------------------------------------------------------------------------------ in words


@pytest.mark.parametrize("lever", LEVERS)
def test_every_lever_has_its_levels_in_words_and_is_argued_about(lever: str) -> None:
    """Otherwise nobody can say what 0.5 of it is, or who wants it and who warns of it."""
    told, claims = LEVELS[lever], ledger().claims
    assert len(set(told.names)) == len(STEPS)
    assert told.argued_for
    assert told.argued_against
    assert not set(told.argued_for) & set(told.argued_against)
    assert {*told.argued_for, *told.argued_against} <= set(claims)
    assert not told.scale or told.scale in PARAMETERS


def test_levels_have_words_for_levers_alone_and_what_is_set_beside_them() -> None:
    assert set(LEVELS) == {*LEVERS, "conditionality", "visibility"}


def test_a_level_between_two_is_told_by_both() -> None:
    """Otherwise 0.3 of a lever and 0.2 of it are said to be the same."""
    names = LEVELS["aid"].names
    assert [LEVELS["aid"].around(step) for step in STEPS] == [(name,) for name in names]
    assert [LEVELS["aid"].around(value) for value in (0.05, 0.3, 0.95)] == [names[:2], names[1:3], names[3:]]
    assert LEVELS["aid"].around(0.1 + 0.65) == (names[3],)  # 0.75 but for rounding
    low, high = names[1:3]
    assert level("aid", 0.3) == f"Between “{low}” and “{high}” (about {amount('aid', 0.3)})"
    assert amount("aid", 0.3).startswith(f"{0.3 * PARAMETERS['aid_per_month'].value:.1f}")
    assert level("no_lever", 0.3) == ""


def test_a_level_with_an_amount_gives_the_models_own() -> None:
    full = PARAMETERS["aid_per_month"].value
    assert f"about {full:g} million US$ a month" in explained("aid").levels[-1][1]
    assert f"about {full / 2:g} million US$ a month" in explained("aid").levels[2][1]
    assert "about" not in explained("aid").levels[0][1]


def test_what_the_record_has_of_a_lever_is_what_the_scenario_of_the_record_sets() -> None:
    changes = load_scenario("history").data()["actors"]["pakistan"]["changes"]
    wanted = [one["levers"]["border_closure"] for one in changes if "border_closure" in one.get("levers", {})]
    assert [past.value for past in explained("border_closure").past] == wanted
    (first, _) = explained("aid").past
    assert first.months == "August 2021 to November 2022"
    assert "002.7-pledged-50-million" in first.claims
    assert not explained("recognition").past
    # What the scenario of the record supposes of later months is no record.
    assert [past.months for past in explained("refugee_expulsion").past] == ["November 2023 to December 2023"]


def test_the_effects_that_ship_are_those_of_the_study_that_is_kept() -> None:
    """Otherwise a lever is explained by what an older model did; `make response` writes both."""
    kept = json.loads((ROOT / "docs" / "response" / "second-edition.json").read_text(encoding="utf-8"))
    shipped = json.loads(FILE.read_text(encoding="utf-8"))
    assert shipped == excerpt(Response.of_json(kept))


def test_effects_are_told_with_their_direction_and_size() -> None:
    told = " ".join(effects_words("domestic_operations"))
    effect = Response.of_json(
        json.loads((ROOT / "docs" / "response" / "second-edition.json").read_text(encoding="utf-8"))
    ).levers["domestic_operations"]["attacks"]
    assert effect.effect < 0
    assert f"lowers “TTP attacks” by {number(-effect.effect, whole=True)} over 36 months" in told
    assert effects_words("no_lever") == []
