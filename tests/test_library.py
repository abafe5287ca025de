"""The scenario library: every scenario keeps one contract, and shows the thing it is about on paired worlds.

A scenario's class inherits the contract and adds what the scenario is about, as directions that must hold against what
it extends or against another course: same worlds, same random draws. Sizes asked for are about a third of what was measured.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from sim.evidence import ledger
from sim.experiment import baselines
from sim.metrics import METRICS
from sim.model import FrontierModel
from sim.results import Results
from sim.results.run import run
from sim.scenario import (
    Scenario,
    differences,
    library,
    list_scenarios,
    load_policy,
    load_scenario,
    with_overrides,
)
from sim.vocabulary import ACTORS, LEVERS, START, months_between

Months = dict[str, NDArray[np.float64]]

WORLDS, SEED = 200, baselines.SEED
MONTHS, LONG = 60, 120
# From when on the courses part; from when on what the articles do not know may happen; the first month after the record.
PARTING, UNKNOWN, UNRECORDED = "2022-12", "2023-07", "2024-01"
# What Confront and Accommodate have in common, so that they differ in what is done to Kabul alone.
EQUAL = ("domestic_operations", "ttp_talks", "prisoner_releases", "troop_withdrawal", "religious_law_concessions")
FOLDER = library()


@cache
def results(name: str, months: int = MONTHS) -> Results:
    """A scenario of the library on the 200 worlds that all share."""
    return run(name, WORLDS, months, SEED, "defaults", keep_panels=False)


def simulated(name: str, months: int = MONTHS) -> Months:
    """The same as plain arrays: metric -> (worlds, months)."""
    return results(name, months).arrays.metrics


@cache
def first_worlds(name: str) -> baselines.Baseline:
    """What the worlds of the baseline come to, by the usual engine; they are the first that all share, and not run again."""
    many = results(name)
    few = Results(
        {**many.manifest, "worlds": baselines.WORLDS}, "", many.outcomes[: baselines.WORLDS], None, many.scenario
    )
    return baselines.summarised(few)


def live(plan: Scenario) -> Months:
    """A scenario that is not of the library, on the same worlds."""
    return run(plan, worlds=WORLDS, months=MONTHS, seed=SEED, parameters="defaults", keep_panels=False).arrays.metrics


def under(name: str, parameters: str) -> Months:
    """A scenario of the library on the first half of the worlds, with another one's parameters beneath it."""
    return run(name, WORLDS // 2, MONTHS, SEED, parameters, keep_panels=False).arrays.metrics


def paid_for(parameters: str) -> float:
    """How much more Kabul restrains the TTP where Pakistan pays for it than where it steps back, under some parameters."""
    paid, stepped_back = (under(name, parameters) for name in ("incentives", "disengage"))
    return float(apart(paid, stepped_back, "taliban_stance", PARTING).mean())


def with_shock(name: str, date: str, **changes: dict[str, float]) -> Scenario:
    """A scenario of the library with one more shock; targets are written with two underscores for a full stop."""
    plan = load_scenario(name)
    shock = {
        "date": date,
        "title": "Test",
        "changes": {key.replace("__", "."): amount for key, amount in changes.items()},
    }
    return with_overrides(plan, {"shocks": [*plan.data().get("shocks", []), shock]})


def at(month: str) -> int:
    return months_between(START, month)


def told(name: str) -> dict[str, Any]:
    """A scenario's file as it stands."""
    return dict(yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))


def apart(this: Months, that: Months, metric: str, since: str, until: str | None = None) -> NDArray[np.float64]:
    """Per world, by how much a metric's mean over some months is higher in one run than in another."""
    window = slice(at(since), None if until is None else at(until) + 1)
    return (this[metric][:, window] - that[metric][:, window]).mean(axis=1)


def moves(this: Months, that: Months, metric: str, by: float, since: str, until: str | None = None) -> None:
    """Assert that a metric moves the way of `by`, by at least as much, and by more than chance between worlds explains."""
    shift = apart(this, that, metric, since, until)
    mean, error = shift.mean(), shift.std(ddof=1) / np.sqrt(len(shift))
    assert mean * np.sign(by) >= abs(by), f"{metric} moves by {mean:+.4f}, asked for {by:+.4f}"
    assert abs(mean) >= 3 * error, f"{metric} moves by {mean:+.4f}, with a standard error of {error:.4f}"


class Contract:
    """What holds of every scenario of the library.

    Attributes:
        name: the scenario's; since: the first month in which it may differ from what it extends.
        level: whether it is a course whose cost is held level with the others.
    """

    name: ClassVar[str]
    since: ClassVar[str] = PARTING
    level: ClassVar[bool] = False

    @property
    def parent(self) -> str | None:
        """The scenario that it extends."""
        return told(self.name).get("extends")

    def moves(
        self, metric: str, by: float, than: str | None = None, since: str | None = None, until: str | None = None
    ) -> None:
        """Assert a shift, against what the scenario extends or another one; see the function of that name."""
        other = than or self.parent
        assert other is not None
        moves(simulated(self.name), simulated(other), metric, by, since or self.since, until)

    def test_can_be_read_aloud(self) -> None:
        """Title, question, summary and claims of its own; a reason and claims with everything that changes."""
        file = told(self.name)
        assert file["schema"] == 1
        assert 3 <= len(file["title"]) <= 40
        assert file["question"].endswith("?")
        assert len(file["question"].split()) <= 20
        assert 25 <= len(file["summary"].split()) <= 80
        assert file["summary"].endswith(".")
        assert file["claims"]
        for actor in file.get("actors", {}).values():
            for change in actor.get("changes", ()):
                assert change["why"].endswith(".")
                assert change["claims"]
        for shock in file.get("shocks", ()):
            assert shock["title"]
            assert shock["claims"]

    def test_what_no_article_says_is_called_a_judgement(self) -> None:
        """Whatever happens after June 2023 is made up, and says so."""
        file = told(self.name)
        dated = [c for actor in file.get("actors", {}).values() for c in actor.get("changes", ())] + file.get(
            "shocks", []
        )
        if any((one.get("from") or one.get("date") or START) >= UNKNOWN for one in dated):
            assert "judgement" in file["summary"]

    def test_every_claim_is_in_the_ledger(self) -> None:
        """Its own, those of what it extends, of its changes and shocks, and of its policies."""
        plan = load_scenario(self.name)
        parts = [plan, *plan.shocks, *plan.policies.values(), *(r for p in plan.policies.values() for r in p.responds)]
        parts += [c for a in ACTORS for c in getattr(plan.actors, a).changes]
        assert {claim for part in parts for claim in part.claims} <= set(ledger().claims)

    def test_resolves_to_one_file(self) -> None:
        """With all it extends and all its policies in it, it reads back equal, and runs the same."""
        plan = load_scenario(self.name)
        assert plan.name == self.name
        again = load_scenario((self.name, plan.to_yaml()))
        assert again == plan
        assert again.hash == plan.hash
        assert (plan.start, plan.months) == (START, MONTHS)

    def test_differs_from_what_it_extends_from_its_month_on(self) -> None:
        """In its text and in its numbers; and before that month not at all."""
        if self.parent is None:
            return
        assert differences(load_scenario(self.name), load_scenario(self.parent))
        here, there, month = simulated(self.name), simulated(self.parent), at(self.since)
        for metric in METRICS:
            np.testing.assert_array_equal(here[metric][:, :month], there[metric][:, :month], err_msg=metric)
        assert any((here[metric][:, month] != there[metric][:, month]).any() for metric in METRICS)

    def test_runs_five_years(self) -> None:
        """200 worlds, 60 months: finite and in range."""
        in_range(simulated(self.name), MONTHS)

    @pytest.mark.slow
    def test_runs_ten_years(self) -> None:
        """200 worlds, 120 months: finite and in range, and the first five years are the same."""
        long = simulated(self.name, LONG)
        in_range(long, LONG)
        for metric, values in simulated(self.name).items():
            np.testing.assert_array_equal(long[metric][:, :MONTHS], values, err_msg=metric)

    def test_harm_is_counted_on_both_sides(self) -> None:
        """People die on both sides of the line, and the sum of all is what is reported."""
        here = simulated(self.name)
        parts = [here[f"fatalities_{part}"] for part in ("security", "civilian", "militant", "afghan_civilian")]
        assert all(part.sum() > 0 for part in parts)
        np.testing.assert_array_equal(here["fatalities"], sum(parts))

    def test_costs_what_the_other_courses_cost(self) -> None:
        """A course of Pakistan's costs within 12 % of Confront and Accommodate from December 2022 on."""
        if not self.level:
            return
        cost = {
            one: simulated(one)["effort_cost"][:, at(PARTING) :].mean() for one in ("confront", "appease", self.name)
        }
        assert abs(cost[self.name] / (cost["confront"] + cost["appease"]) * 2 - 1) < 0.12

    def test_gives_its_baseline(self) -> None:
        """The figures in tests/baselines are those that it gives."""
        check_baseline(self.name)


def in_range(months: Months, length: int) -> None:
    assert set(months) == set(METRICS)
    for name, values in months.items():
        metric = METRICS[name]
        assert values.shape == (WORLDS, length)
        assert np.isfinite(values).all(), name
        assert values.min() >= metric.low - 1e-9, name
        assert values.max() <= metric.high + 1e-9, name


def check_baseline(name: str) -> None:
    """Fail with the command to run where a scenario has no baseline, or one that it no longer gives."""
    stored = baselines.load(name)
    if stored is None:
        pytest.fail(f"{name} has no baseline; run: {baselines.COMMAND} {name}", pytrace=False)
    if baselines.changes(stored, first_worlds(name)):
        shown = "\n".join(baselines.report(stored, first_worlds(name))[:8])
        text = "the baseline of {0} is stale; look at the change, and if it is meant run: {1} {0}\n{2}"
        pytest.fail(text.format(name, baselines.COMMAND, shown), pytrace=False)


class TestSharedPast(Contract):
    name = "shared_past"

    def test_shows_what_was_done_and_no_more(self) -> None:
        """Goodwill, a fence, talks and strikes to November 2022; after it nothing is written down."""
        past = simulated(self.name)
        cost = past["effort_cost"].mean(axis=0)
        assert cost[: at(PARTING)].min() > 1.0
        assert cost[at(PARTING) :].max() < 0.05
        months = {"calm": slice(at("2021-08"), at("2022-04")), "struck": slice(at("2022-04"), at(PARTING))}
        strikes = {name: past["strikes"][:, window].mean() for name, window in months.items()}
        assert strikes["calm"] == 0 < strikes["struck"]
        assert past["ceasefire"][:, at("2021-10") : at(PARTING)].mean() > 0.1
        assert past["ceasefire"][:, at("2024-01") :].mean() < 0.02


class TestHistory(Contract):
    name = "history"
    level = True

    def test_shows_operations_up_and_ties_kept(self) -> None:
        """002.10: operations in answer to attacks; 002.6: aid and advocacy go on, recognition does not come."""
        self.moves("pakistan_policy", +0.3)
        self.moves("fatalities_militant", +4)
        self.moves("aid", +0.3)
        self.moves("messaging", +0.04)
        assert simulated(self.name)["recognition"].max() == 0


class TestConfront(Contract):
    name = "confront"
    level = True

    def test_shows_pressure_and_what_it_costs(self) -> None:
        """002.12: strikes and closed crossings sour the tie and may escalate; people die on both sides of the line."""
        self.moves("pakistan_policy", +0.3)
        self.moves("ttp_strength", -0.5)
        self.moves("strikes", +0.04)
        self.moves("trade", -0.08)
        self.moves("alignment_taliban_pakistan", -0.08)
        self.moves("tension", +0.04)
        self.moves("fatalities_afghan_civilian", +1)
        apart_from_appease = {"pakistan_policy": 0.3, "chance_strikes": 0.08, "trade": -0.18, "tension": 0.09}
        for metric, by in {**apart_from_appease, "hostilities": 0.006, "kabul_answer": 0.03}.items():
            self.moves(metric, by, than="appease")

    def test_shows_leverage_that_is_used_and_wears_out(self) -> None:
        """001.11: what is cut off is believed to be cut off, and replaced: less depends on Pakistan, more on others."""
        self.moves("other_roads", +0.03)
        self.moves("dependence", -0.007)
        self.moves("leverage_in_use", +0.005)

    def test_shows_the_dilemma_over_kabul_alone(self) -> None:
        """At home and towards the TTP the two courses are set to the same."""
        one, other = (load_policy(name).settings.levers for name in ("confront", "appease"))
        assert {lever: one.get(lever, 0.0) for lever in EQUAL} == {lever: other.get(lever, 0.0) for lever in EQUAL}
        assert one != other


class TestAppease(Contract):
    name = "appease"
    level = True

    def test_shows_goodwill_and_what_it_costs(self) -> None:
        """002.12: warmer ties, less tension, more that could be withdrawn; paid with what cannot, and a higher price."""
        self.moves("alignment_taliban_pakistan", +0.05)
        self.moves("tension", -0.05)
        self.moves("dependence", +0.06)
        self.moves("recognition", +0.1)
        self.moves("price_of_restraint", +0.02)
        self.moves("imf_programme", -0.04)
        self.moves("us_ties", -0.014)
        self.moves("border_clashes", -0.1, than="confront")


class TestAppeaseTTP(Contract):
    name = "appease_ttp"
    level = True

    def test_shows_calm_bought_with_ground(self) -> None:
        """002.3, 002.12: demands met bring truces; law, posts and ground go, and what grows in the calm stays."""
        self.moves("ceasefire", +0.2)
        self.moves("grievance", -0.02)
        self.moves("sovereignty_conceded", -0.06)
        self.moves("sovereignty_control", -0.02, than="appease")
        self.moves("foothold", +0.1, than="appease")
        self.moves("prestige", +0.02, than="appease")

    def test_shows_that_kabul_is_neither_pressed_nor_paid(self) -> None:
        """It differs from accommodating Kabul in whom it gives to."""
        self.moves("recognition", -0.1, than="appease")
        self.moves("aid", -0.7, than="appease")
        self.moves("dependence", -0.05, than="appease")
        assert simulated(self.name)["recognition"].max() == 0


class TestHedge(Contract):
    name = "hedge"
    level = True

    def test_shows_carrot_and_stick_between_the_two(self) -> None:
        """Between the two courses in how it leans, with some of both; what is given can be lost, and is (M16, M2)."""
        self.moves("pakistan_policy", -0.3, than="confront")
        self.moves("pakistan_policy", +0.3, than="appease")
        self.moves("strikes", +0.01)
        self.moves("aid", +1)
        self.moves("chance_restrain", +0.08, than="confront")
        for other in ("confront", "appease"):
            self.moves("leverage_in_use", +0.005, than=other)

    def test_shows_more_giving_where_kabul_does_more(self) -> None:
        """World by world, aid follows the effort of the season before, and closed crossings its absence."""
        here, past, now = simulated(self.name), slice(at("2023-06"), -1), slice(at("2023-07"), None)
        effort = np.stack(
            [here["taliban_stance"][:, i - 3 : i].mean(axis=1) for i in range(at("2023-07"), MONTHS)], axis=1
        )
        assert effort.shape == here["aid"][:, past].shape
        helpful, idle = effort > 0.45, effort < 0.15
        for metric in ("aid", "border_open"):
            assert here[metric][:, now][helpful].mean() > here[metric][:, now][idle].mean() * 1.05


class TestIncentives(Contract):
    name = "incentives"
    level = True

    def test_shows_that_terms_move_kabul_and_gifts_do_not(self) -> None:
        """001.8: against the same giving without terms, restraint is likelier by far, at the same cost."""
        free = live(with_overrides(load_scenario(self.name), {"policies.incentives.settings.conditionality": 0.0}))
        here = simulated(self.name)
        moves(here, free, "chance_restrain", +0.03, PARTING)
        moves(here, free, "taliban_stance", +0.03, PARTING)
        moves(here, free, "leverage_in_use", +0.01, PARTING)
        assert (
            abs(here["effort_cost"][:, at(PARTING) :].mean() / free["effort_cost"][:, at(PARTING) :].mean() - 1) < 0.1
        )

    def test_shows_more_restraint_than_other_courses(self) -> None:
        """M17: incentives are what might take Kabul beyond mediation."""
        for other, by in {"shared_past": 0.06, "confront": 0.1, "mediated_talks": 0.015}.items():
            self.moves("chance_restrain", by, than=other)
        self.moves("taliban_stance", +0.015, than="appease")


class TestMediatedTalks(Contract):
    name = "mediated_talks"
    level = True

    def test_shows_more_truces_with_a_lean(self) -> None:
        """M7, M17: Kabul brokers, and there are truces; M27: they come with pressure to concede."""
        for other in ("shared_past", "history", "appease"):
            self.moves("ceasefire", +0.06, than=other)
        self.moves("concession_pressure", +0.02)
        self.moves("sovereignty_conceded", -0.02)
        self.moves("brokering", +0.2)
        here = simulated(self.name)
        apart_now = here["ceasefire"][:, at(PARTING) :] > 0.5
        assert (
            here["attacks"][:, at(PARTING) :][apart_now].mean()
            < 0.8 * here["attacks"][:, at(PARTING) :][~apart_now].mean()
        )

    def test_shows_that_truces_end_and_what_grew_in_them_stays(self) -> None:
        """003.2: talks can fail, and do; where the movement has rested and spread, it then attacks more than ever."""
        here = simulated(self.name)
        truce, attacks = here["ceasefire"][:, at(PARTING) :] > 0.5, here["attacks"][:, at(PARTING) :]
        assert (truce[:, :-1] & ~truce[:, 1:]).any(axis=1).mean() > 0.8
        assert attacks[~truce].mean() > 1.2 * simulated("history")["attacks"][:, at(PARTING) :].mean()
        self.moves("foothold", +0.15, than="history", since="2025-08")


class TestDisengage(Contract):
    name = "disengage"

    def test_shows_less_cost_and_less_influence(self) -> None:
        """It costs less than half of the other courses, and leaves Pakistan without leverage in use."""
        for other in ("history", "confront", "appease"):
            self.moves("effort_cost", -0.5, than=other)
            self.moves("leverage_in_use", -0.005, than=other)
        self.moves("messaging", -0.04, than="history")
        self.moves("aid", -0.3, than="history")


class TestIsolate(Contract):
    name = "isolate"
    level = True

    def test_shows_trade_lost_and_hardship(self) -> None:
        """002.8: both sides lose trade; Afghans bear hardship; the tie sours. 001.11: Kabul builds other roads."""
        for other, by in {"shared_past": -0.15, "confront": -0.06, "history": -0.15}.items():
            self.moves("trade", by, than=other)
            self.moves("afghan_hardship", +0.03, than=other)
        self.moves("border_open", -0.15)
        self.moves("economy", -0.01, than="history")
        self.moves("alignment_taliban_pakistan", -0.05)
        self.moves("resentment", +0.04)
        self.moves("other_roads", +0.04)
        self.moves("dependence", -0.01)
        assert simulated(self.name)["strikes"].mean() < simulated("confront")["strikes"].mean()


class TestRecognise(Contract):
    name = "recognise"
    level = True

    def test_shows_recognition_and_its_price(self) -> None:
        """000.3: recognition runs into the Fund and Washington; 004: once given it is no lever any more."""
        self.moves("recognition", +0.3)
        self.moves("alignment_taliban_pakistan", +0.06)
        self.moves("imf_programme", -0.1)
        self.moves("us_ties", -0.03)

    def test_shows_that_recognition_given_is_no_lever_any_more(self) -> None:
        """M2: nothing hangs on recognition once it is granted, and much on what flows month by month."""
        panel = "leverage_pakistan_taliban_by_resource"
        model = FrontierModel(self.name, worlds=50, seed=SEED, parameters="defaults")
        for _ in range(at(PARTING) + 24):
            model.step()
        held = dict(zip(model.labels[panel], model.datacollector.model_vars[panel][-1].mean(axis=1), strict=True))
        model.close()
        assert simulated(self.name)["recognition"][:, at(PARTING) + 23].mean() > 0.5
        assert held["recognition"] < 0.05
        assert min(held[flow] for flow in ("trade", "advocacy", "aid")) > 0.1

    def test_shows_that_sanctions_make_the_price(self) -> None:
        """M12: with sanctions lifted, recognition costs little of the programme."""
        lifted = {name: live(with_shock(name, PARTING, sanctions={"set": 0.0})) for name in (self.name, "shared_past")}
        under = apart(simulated(self.name), simulated("shared_past"), "imf_programme", "2023-12").mean()
        without = apart(lifted[self.name], lifted["shared_past"], "imf_programme", "2023-12").mean()
        assert under < 2 * without < 0


class TestOwnChoice(Contract):
    name = "own_choice"
    level = True

    def test_shows_several_courses_that_are_kept_for_a_time(self) -> None:
        """Every course is taken in some worlds; and what a world does one month it mostly does the next."""
        model = FrontierModel(self.name, worlds=WORLDS, seed=SEED, parameters="defaults")
        taken = []
        for _ in range(at(PARTING) + 24):
            model.step()
            taken.append(model.pakistan.policy_decision.chosen.copy())
        options = model.pakistan.policy_decision.options
        model.close()
        chosen = np.stack(taken[at(PARTING) :])
        assert options == tuple(told(self.name)["actors"]["pakistan"]["among"])
        assert set(np.unique(chosen)) == set(range(len(options)))
        assert 0.6 < (chosen[1:] == chosen[:-1]).mean() < 0.99

    def test_shows_that_its_clerics_and_its_losses_weigh(self) -> None:
        """M22: stronger clerics, less coercion. 002.11: it is the balance of pressures that decides, not a script."""
        here = simulated(self.name)
        clerical = live(with_shock(self.name, PARTING, power__clerics={"multiply": 3.0}))
        moves(clerical, here, "pakistan_policy", -0.015, "2023-01")
        assert here["pakistan_policy"][:, at("2023-01") :].std(axis=0).min() > 0.1


class TestIndiaOpening(Contract):
    name = "india_opening"
    since = UNKNOWN

    def test_shows_leverage_passing_from_pakistan_to_india(self) -> None:
        """001.10: an alternative; Pakistan's hold and Kabul's restraint fall, India's hold rises."""
        self.moves("leverage_india_taliban", +0.03)
        self.moves("leverage_pakistan_taliban", -0.006)
        self.moves("chance_restrain", -0.012)
        self.moves("alignment_taliban_india", +0.06)
        self.moves("leverage_taliban_pakistan", +0.01)
        assert (simulated(self.name)["india_engagement"][:, -1] == 1.0).all()


class TestHaqqaniAscendant(Contract):
    name = "haqqani_ascendant"
    since = UNKNOWN

    def test_shows_closeness_to_pakistan_without_distance_from_the_ttp(self) -> None:
        """M5: their rise is good for Islamabad's tie and does nothing against the TTP."""
        self.moves("alignment_taliban_pakistan", +0.05)
        self.moves("alignment_taliban_india", -0.03)
        assert apart(simulated(self.name), simulated("history"), "alignment_taliban_ttp", self.since).mean() > -0.005


class TestBaradarYaqoob(Contract):
    name = "baradar_yaqoob"
    since = UNKNOWN

    def test_shows_a_turn_to_india_and_away_from_pakistan(self) -> None:
        """000.2: they argue for distance and for Delhi; that they are cooler on the TTP too is a reading (M5)."""
        self.moves("alignment_taliban_india", +0.06)
        self.moves("alignment_taliban_pakistan", -0.06)
        self.moves("india_engagement", +0.015)
        self.moves("alignment_taliban_india", +0.1, than="haqqani_ascendant")


class TestTalibanFracture(Contract):
    name = "taliban_fracture"
    since = UNKNOWN

    def test_shows_that_war_brings_the_old_leverage_back(self) -> None:
        """M15: dependence returns with war, and some restraint with it; it drains again with peace."""
        self.moves("afghan_war", +0.2)
        self.moves("leverage_wartime", +0.08, since="2023-12")
        self.moves("leverage_pakistan_taliban", +0.02, since="2023-12")
        self.moves("leverage_in_use", +0.008, since="2023-12")
        self.moves("taliban_stance", +0.005, since="2023-12")
        self.moves("fractured", +0.2)
        long = simulated(self.name, LONG)["leverage_wartime"].mean(axis=0)
        assert long[at("2024-12")] > 0.15
        assert long[-1] < long[at("2024-12")] - 0.1

    def test_shows_who_bears_it(self) -> None:
        """M13: people flee, and hardship grows."""
        self.moves("refugees", +200)
        self.moves("afghan_hardship", +0.01)
        self.moves("taliban_cohesion", -0.2)


class TestImfDefault(Contract):
    name = "imf_default"
    since = UNKNOWN

    def test_shows_levers_cut(self) -> None:
        """M11: less can be carried, so operations, strikes and closures all shrink."""
        self.moves("effort_afforded", -0.06)
        self.moves("effort_cost", -0.12)
        self.moves("economy", -0.03)
        self.moves("imf_programme", -0.15)
        self.moves("strikes", -0.015)
        self.moves("fatalities_militant", -0.7)
        self.moves("unrest", +0.007)


class TestImfRelief(Contract):
    name = "imf_relief"
    since = UNKNOWN

    def test_shows_the_opposite_of_default(self) -> None:
        """M11: what default takes away, relief gives."""
        for other in ("confront", "imf_default"):
            self.moves("effort_afforded", +0.03, than=other)
            self.moves("effort_cost", +0.06, than=other)
            self.moves("economy", +0.04, than=other)
            self.moves("imf_programme", +0.1, than=other)
            self.moves("strikes", +0.01, than=other)


class TestKhanReturns(Contract):
    name = "khan_returns"
    since = UNKNOWN

    def test_shows_words_moving_and_policy_staying(self) -> None:
        """M29: rhetoric moves by far more than policy, each against its range; Washington takes note of the talk."""
        self.moves("rhetoric", +0.03)
        self.moves("us_ties", -0.003)
        here, there = simulated(self.name), simulated("history")
        words = apart(here, there, "rhetoric", self.since).mean()
        policy = apart(here, there, "pakistan_policy", self.since).mean() / 2.0
        strikes = apart(here, there, "strikes", self.since).mean()
        assert abs(policy) < 0.2 * words
        assert abs(strikes) < 0.2 * words


class TestExpulsions(Contract):
    name = "expulsions"
    since = UNRECORDED
    level = True

    def test_shows_people_sent_back_and_what_it_sours(self) -> None:
        """M13: a judgement throughout; fewer Afghans in Pakistan, a colder Kabul, more tension, a longer memory."""
        self.moves("expelled", +4, until="2025-12")
        self.moves("refugees", -90)
        self.moves("alignment_taliban_pakistan", -0.04)
        self.moves("resentment", +0.03)
        self.moves("distrust", +0.025)
        self.moves("tension", +0.025)
        self.moves("resentment", +0.04, since="2026-02")


class TestTTPSplinters(Contract):
    name = "ttp_splinters"
    since = UNKNOWN

    def test_shows_a_looser_movement_that_does_less(self) -> None:
        """Cohesion falls and groups leave; what the parts can do together falls with it."""
        self.moves("ttp_cohesion", -0.06)
        self.moves("ttp_capability", -0.7)
        self.moves("attacks", -2)
        self.moves("ttp_cohesion", -0.04, since="2026-01")


class TestISKPRises(Contract):
    name = "iskp_rises"
    since = UNKNOWN

    def test_shows_a_wider_danger(self) -> None:
        """M19: more danger beyond Pakistan, more attacks by others in it."""
        self.moves("iskp_strength", +0.1)
        self.moves("regional_risk", +0.03)
        self.moves("attacks_background", +0.9)
        self.moves("fatalities_civilian", +0.6)


class TestForceWorks(Contract):
    name = "force_works"
    since = START

    def test_shows_operations_that_bite(self) -> None:
        """Under the same course: fewer fighters, fewer attacks. Which course it favours is in test_assumptions.py."""
        self.moves("ttp_strength", -0.5, since=PARTING)
        self.moves("attacks", -3, since=PARTING)
        self.moves("grievance", -0.05, since=PARTING)


class TestGoodwillWorks(Contract):
    name = "goodwill_works"
    since = START

    def test_shows_kabul_able_and_operations_resented(self) -> None:
        """Under the same course: more grievance, and truces that hold where there are any."""
        self.moves("grievance", +0.05, since=PARTING)
        self.moves("chance_restrain", +0.006, since=PARTING)
        self.moves("ceasefire", +0.008, since=PARTING)


class TestNothingWorks(Contract):
    name = "nothing_works"
    since = START

    def test_shows_attacks_rising_whatever_is_done(self) -> None:
        """Under the same course: a stronger TTP, a Kabul that does less."""
        self.moves("attacks", +8, since=PARTING)
        self.moves("ttp_strength", +0.7, since=PARTING)
        self.moves("chance_restrain", -0.015, since=PARTING)


class TestRivalBargainingChip(Contract):
    name = "rival_bargaining_chip"
    since = START

    def test_shows_restraint_for_sale(self) -> None:
        """Under the same course Kabul restrains more, since it is paid to; and what is paid for it gives, as no rival does."""
        self.moves("chance_restrain", +0.015, since=PARTING)
        bought = {name: paid_for(name) for name in CONTRACTS if name.startswith("rival_")}
        assert max(bought, key=bought.__getitem__) == self.name
        assert bought[self.name] > 2 * bought["rival_ideological_bond"]


class TestRivalFactionPolitics(Contract):
    name = "rival_faction_politics"
    since = START

    def test_shows_division_that_holds_kabul_back(self) -> None:
        """Under the same course: factions farther apart, a looser movement, less restraint."""
        self.moves("taliban_spread", +0.06, since=PARTING)
        self.moves("taliban_cohesion", -0.03, since=PARTING)
        self.moves("chance_restrain", -0.015, since=PARTING)


class TestRivalIdeologicalBond(Contract):
    name = "rival_ideological_bond"
    since = START

    def test_shows_brothers_whom_nothing_parts(self) -> None:
        """Under the same course: closer to the TTP, and less restraint."""
        self.moves("alignment_taliban_ttp", +0.1, since=PARTING)
        self.moves("chance_restrain", -0.06, since=PARTING)
        self.moves("taliban_stance", -0.03, since=PARTING)


CONTRACTS = {one.name: one for one in Contract.__subclasses__()}
# The library of the design; beyond it there are the shared past, own choice, three parameter sets and three rivals.
ASKED_FOR = (
    "history",
    "confront",
    "appease",
    "appease_ttp",
    "hedge",
    "incentives",
    "mediated_talks",
    "disengage",
    "isolate",
    "recognise",
    "india_opening",
    "haqqani_ascendant",
    "baradar_yaqoob",
    "taliban_fracture",
    "imf_default",
    "imf_relief",
    "khan_returns",
    "expulsions",
    "ttp_splinters",
    "iskp_rises",
)


def test_every_scenario_is_there_and_keeps_the_contract() -> None:
    """Every file has a class here, with a test of its own that shows its thing; and none has another's title."""
    names = [name for name, _, _ in list_scenarios()]
    assert set(ASKED_FOR) <= set(names)
    assert sorted(CONTRACTS) == sorted(names), "give each scenario a class in tests/test_library.py"
    for one in CONTRACTS.values():
        assert any(test.startswith("test_shows_") for test in vars(one))
    for told_twice in ("title", "question", "summary"):
        assert len({told(name)[told_twice] for name in names}) == len(names)


def test_every_policy_is_used_and_can_be_read_aloud() -> None:
    """A policy nobody follows would be dead; each says what it does, and why it responds."""
    used = {policy for name in CONTRACTS for policy in load_scenario(name).policies}
    files = sorted(path.stem for path in (FOLDER / "policies").glob("*.yaml"))
    assert files == sorted(used)
    for name in files:
        policy = load_policy(name)
        assert policy.claims
        assert 20 <= len(policy.summary.split()) <= 80
        for change in policy.responds:
            assert change.why
            assert change.claims


def test_rival_readings_differ_in_reasons_alone() -> None:
    """Why Kabul does not restrain the TTP is one thing, how far it could is another: no rival sets the latter."""
    for name in CONTRACTS:
        if name.startswith("rival_"):
            assert not {"kabul_control", "capacity_control", "shelter_protection"} & set(told(name)["parameters"])


def test_every_lever_is_used() -> None:
    """The library reaches the whole menu."""
    used: set[str] = set()
    for name in CONTRACTS:
        plan = load_scenario(name)
        for policy in plan.policies.values():
            used |= set(getattr(policy.settings, "levers", {}))
        for change in plan.actors.pakistan.changes:
            used |= set(change.levers)
    assert used == set(LEVERS)


class TestBaselines:
    """The updater shows what changes; the test of a scenario without a baseline says what to run."""

    @pytest.fixture
    def empty(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A folder for baselines, in place of the repository's; and computing without running again."""
        folder = tmp_path / "tests" / "baselines"
        folder.mkdir(parents=True)
        monkeypatch.setattr(baselines, "folder", lambda: folder)
        monkeypatch.setattr(baselines, "baseline", lambda plan: first_worlds(plan.name))
        return folder

    def test_baselines_are_the_references_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """NumPy's to the bit, whatever engine is usual; what the tests compare with them, the usual one's, comes near enough."""
        made = baselines.baseline(load_scenario("history"))
        by_numpy = run("history", baselines.WORLDS, MONTHS, SEED, "defaults", keep_panels=False, engine="numpy")
        assert made == baselines.summarised(by_numpy)
        monkeypatch.setattr(baselines, "folder", lambda: tmp_path)
        baselines.save(made)
        check_baseline("history")

    def test_dry_run_writes_nothing(self, empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """It tells what is new, and exits with 1."""
        assert baselines.main(["--dry-run", "history"]) == 1
        assert "history: new" in capsys.readouterr().out
        assert not list(empty.iterdir())

    def test_a_baseline_is_written_once_and_then_unchanged(
        self, empty: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """And it satisfies the test."""
        assert baselines.main(["history"]) == 0
        written = (empty / "history.json").read_text(encoding="utf-8")
        assert baselines.main(["--dry-run", "history"]) == 0
        assert baselines.main(["history"]) == 0
        assert (empty / "history.json").read_text(encoding="utf-8") == written
        assert capsys.readouterr().out.count("history: unchanged") == 2
        check_baseline("history")

    def test_a_change_is_shown_metric_by_metric(self, empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Old and new, with the cause as far as it can be told; the test fails with the command."""
        baselines.main(["history"])
        path = empty / "history.json"
        now = baselines.load("history")
        assert now is not None
        now["metrics"]["attacks"]["mean"] *= 1.001
        now["metrics"].pop("aid")
        baselines.save(now)
        capsys.readouterr()
        before = path.read_text(encoding="utf-8")
        assert baselines.main(["--dry-run", "history"]) == 1
        shown = capsys.readouterr().out
        assert "2 of" in shown
        assert "rules, parameters or code changed" in shown
        assert "attacks" in shown
        assert "aid" in shown
        assert " -> " in shown
        assert path.read_text(encoding="utf-8") == before
        with pytest.raises(pytest.fail.Exception, match=r"stale.*run: python -m sim.experiment.baselines history"):
            check_baseline("history")

    @pytest.mark.parametrize("text", [None, "", "{", "[]", '{"metrics": 3}', '{"metrics": {"attacks": null}}'])
    def test_a_missing_or_broken_baseline_says_what_to_run(self, empty: Path, text: str | None) -> None:
        """No file, or no baseline in it."""
        if text is not None:
            (empty / "history.json").write_text(text, encoding="utf-8")
        with pytest.raises(
            pytest.fail.Exception, match=r"no baseline; run: python -m sim.experiment.baselines history"
        ):
            check_baseline("history")

    def test_one_left_over_is_removed(
        self, empty: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """When all are renewed; not when some are named."""
        monkeypatch.setattr(baselines, "list_scenarios", lambda: [("history", "", "")])
        (empty / "gone.json").write_text("{}", encoding="utf-8")
        baselines.main(["history"])
        assert (empty / "gone.json").is_file()
        assert baselines.main(["--dry-run"]) == 1
        assert "gone: no longer in the library" in capsys.readouterr().out
        assert (empty / "gone.json").is_file()
        baselines.main([])
        assert not (empty / "gone.json").exists()

    def test_a_name_that_is_not_in_the_library_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        """With exit code 2 and what is allowed."""
        with pytest.raises(SystemExit) as stop:
            baselines.main(["histery"])
        assert stop.value.code == 2
        assert "allowed: appease" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("stored", "now", "near"),
        [
            (1.23457, 1.234567, True),
            (1.23457, 1.234561, False),
            (1.23457, 1.234564, True),
            (-1.23457, -1.234567, True),
            (0.0, 0.0, True),
            (0.0, 1e-15, True),
            (0.0, 1e-7, False),
            (20.0, 20.0003, False),
            (1.0, float("nan"), False),
        ],
    )
    def test_near_means_one_in_a_million_beyond_the_rounding(self, stored: float, now: float, near: bool) -> None:
        """A stored figure has six digits; what is compared has all of them."""
        assert baselines.is_near(stored, now) is near

    def test_none_is_left_over(self) -> None:
        """Every file in tests/baselines is a scenario's."""
        left = {path.stem for path in baselines.folder().iterdir()} - set(CONTRACTS)
        assert not left, f"run: {baselines.COMMAND}"
