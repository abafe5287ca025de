"""Why: accounts that add up in every world, chains that end in what differs, decisions laid open, ablation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from command import Durand
from numpy.typing import NDArray

import sim
from sim.ensemble.spec import LimitError
from sim.mechanisms import LOOPS, MECHANISMS
from sim.metrics import METRICS
from sim.model import FrontierModel
from sim.rule import RULES
from sim.scenario import Scenario, list_scenarios, load_scenario, with_overrides
from sim.why import Step, Term, Why, ablate, explain, weigh
from sim.why.ablation import monthly_without, rules_of
from sim.why.draws import likely
from sim.why.runs import between, within
from sim.why.sentence import part, sentence
from sim.why.shapley import MOST_PLAYERS, shapley
from sim.why.steps import Label
from sim.why.text import called, summary
from sim.why.traced import Trace, Traced

WORLDS = 64
Array = NDArray[np.float64]

# Scenario, other, metric, month, options: every kind of metric, both ways of asking, near and far.
ASKED: list[tuple[str, str | None, str, str, dict[str, Any]]] = [
    ("confront", "appease", "attacks", "2023-06", {}),
    ("confront", "appease", "fatalities", "2023-06", {"everything": True}),
    ("confront", "appease", "sovereignty", "2024-01", {}),
    ("confront", "appease", "chance_restrain", "2023-02", {"everything": True}),
    ("confront", "appease", "pakistan_policy", "2022-12", {}),
    ("own_choice", "hedge", "economy", "2023-05", {"back": 4}),
    ("taliban_fracture", "history", "taliban_cohesion", "2023-08", {"everything": True}),
    ("force_works", "goodwill_works", "ttp_strength", "2021-12", {"everything": True}),
    ("force_works", "goodwill_works", "attacks_claimed", "2022-03", {"back": 2}),
    ("confront", "appease", "clashes_pakistan_first", "2023-03", {"parameters": "prior"}),
    ("confront", None, "attacks", "2023-06", {}),
    ("confront", None, "fatalities", "2022-04", {"back": 3}),
    ("appease", None, "ttp_strength", "2023-01", {}),
    ("appease", None, "taliban_stance", "2023-01", {"parameters": "prior"}),
    ("history", None, "sovereignty", "2021-09", {}),
    ("own_choice", None, "effort_cost", "2023-04", {"back": 2}),
    ("taliban_fracture", None, "taliban_cohesion", "2023-07", {}),
    ("history", None, "grievance", "2022-04", {}),
]


@cache
def answers() -> list[Why]:
    return [explain(a, metric, month, b, worlds=WORLDS, seed=5, **more) for a, b, metric, month, more in ASKED]


def total(terms: tuple[Term, ...], like: Array) -> Array:
    out = np.zeros_like(like)
    for term in terms:
        out = out + term.values
    return out


def steps(step: Step | None) -> Iterator[Step]:
    if step is not None:
        yield step
        for one in step.fed_by:
            yield from steps(one)


class TestExact:
    def test_terms_add_up_in_every_world_and_in_the_mean(self) -> None:
        for why in answers():
            values = why.whole.values
            assert values.any(), f"nothing to account for in {why.metric} {why.month}"
            assert np.max(np.abs(total(why.terms, values) - values)) < 1e-9
            assert abs(sum(term.mean for term in why.terms) - values.mean()) < 1e-9

    def test_each_step_of_the_chain_adds_up(self) -> None:
        for why in answers():
            opened = [step for step in steps(why.chain) if step.fed_by]
            assert opened
            for step in opened:
                parts = total(tuple(one.term for one in step.fed_by), step.term.values)
                parts = parts + (step.rest.values if step.rest else 0.0)
                assert np.max(np.abs(parts - step.term.values)) < 1e-9

    def test_the_difference_is_that_of_plain_runs(self) -> None:
        for why in answers()[:2]:
            assert why.versus is not None
            a, b = (
                sim.run(one, worlds=WORLDS, months=24, seed=5)
                .series[why.metric]
                .sel(month=f"{why.month}-01")
                .to_numpy()
                for one in (why.plan, why.versus)
            )
            assert np.array_equal(why.whole.values, a - b)
        why = answers()[10]
        series = sim.run(why.plan, worlds=WORLDS, months=24, seed=5).series[why.metric]
        assert np.array_equal(why.whole.values, series.sel(month="2023-06-01") - series.sel(month="2023-05-01"))

    def test_no_term_is_out_of_proportion(self) -> None:
        for why in answers():
            largest = max(float(np.max(np.abs(term.values))) for term in why.terms)
            assert largest < 30 * float(np.max(np.abs(why.whole.values)))

    def test_every_term_has_a_name_and_rules_their_inputs_and_claims(self) -> None:
        for why in answers():
            for term in (*why.terms, *(step.term for step in steps(why.chain))):
                assert term.kind != "unnamed"
                assert term.words
                assert term.values.shape == (WORLDS,)
                if term.kind == "rule":
                    assert list(term.inputs) == list(RULES[term.name].inputs)
                    assert term.claims == RULES[term.name].claims

    def test_between_scenarios_draws_are_no_reason(self) -> None:
        for why in answers():
            draws = [term for term in why.terms if term.kind == "luck"]
            assert not (draws and why.versus), why.metric

    def test_a_whole_way_ends_in_what_differs(self) -> None:
        for why, (_, other, _, _, more) in zip(answers(), ASKED, strict=True):
            if other and more.get("everything"):
                assert {term.kind for term in why.terms} <= {"lever", "parameter", "shock"}

    def test_one_world_alone_is_that_world_of_all(self) -> None:
        everyone = explain("confront", "attacks", "2023-06", "appease", worlds=WORLDS, seed=5)
        one = explain("confront", "attacks", "2023-06", "appease", worlds=WORLDS, seed=5, world=7)
        assert one.whole.values == everyone.whole.values[7]
        by_name = {(term.kind, term.name, term.owner): term.values[7] for term in everyone.terms}
        assert all(term.values[0] == by_name[term.kind, term.name, term.owner] for term in one.terms)
        assert one.error < 1e-9


MENUS = """
schema: 1
title: T
question: Q
actors: {{taliban: {}}}
policies:
  wait: {{title: Wait, actor: taliban, summary: S., settings: {{stance: caution}}}}
  act: {{title: Act, actor: taliban, summary: S., settings: {{stance: restrain}}}}
  talk: {{title: Talk, actor: taliban, summary: S., settings: {{stance: contain}}}}
"""
AMONG = {
    "open": "{}",
    "menu": "{policy: choose, among: [wait, act]}",
    "wide": "{policy: choose, among: [wait, act, talk]}",
}


class TestSameNumbers:
    """What is simulated to be explained is, to the last bit, what is simulated otherwise."""

    @pytest.mark.parametrize(
        ("a", "b", "month", "back", "parameters"),
        [
            ("confront", "appease", 19, None, "prior"),
            ("own_choice", "confront", 20, 2, "defaults"),
            ("force_works", "goodwill_works", 6, None, "defaults"),
            ("force_works", "goodwill_works", 6, 2, "defaults"),
            ("taliban_fracture", "ttp_splinters", 24, 2, "defaults"),
        ],
    )
    def test_of_two_scenarios(self, a: str, b: str, month: int, back: int | None, parameters: str) -> None:
        runs = between(load_scenario(a), load_scenario(b), tuple(METRICS), month, back, WORLDS, 3, parameters)
        assert runs.pair is not None
        mine, theirs = (_plainly(name, month, parameters) for name in (a, b))
        for name, rows in runs.pair.record.model_vars.items():
            first = month + 1 - len(rows)
            for now, row in enumerate(rows, first):
                value = row.value if isinstance(row, Traced) else row
                assert np.array_equal(value[:WORLDS], mine[name][now]), (name, now)
                assert np.array_equal(value[WORLDS:], theirs[name][now]), (name, now)
        runs.close()

    @pytest.mark.parametrize(("name", "month", "back"), [("own_choice", 20, 3), ("confront", 1, 1), ("history", 14, 2)])
    def test_of_a_month_and_the_one_before(self, name: str, month: int, back: int) -> None:
        runs = within(load_scenario(name), tuple(METRICS), month, back, WORLDS, 3, "defaults")
        assert runs.pair is not None
        mine = _plainly(name, month, "defaults")
        for metric, rows in runs.pair.record.model_vars.items():
            for now, row in enumerate(rows, month + 1 - len(rows)):
                assert np.array_equal(row.value[:WORLDS], mine[metric][now])
                assert np.array_equal(row.value[WORLDS:], mine[metric][now - 1])
        runs.close()

    @pytest.mark.parametrize(("a", "b"), [("open", "menu"), ("menu", "open"), ("menu", "wide")])
    def test_of_menus_of_policies(self, a: str, b: str) -> None:
        """A menu that only one of two scenarios has is a lever, and the account still adds up."""
        plans = {name: load_scenario((f"{name}.yaml", MENUS.format(among))) for name, among in AMONG.items()}
        why = explain(plans[a], "taliban_stance", "2022-01", plans[b], worlds=WORLDS, seed=3, everything=True)
        assert why.error < 1e-9
        assert {term.kind for term in why.terms} == {"lever"}
        assert abs(why.whole.values).sum() > 0

    @pytest.mark.parametrize("name", [name for name, _, _ in list_scenarios()])
    def test_every_scenario_of_the_library_can_be_asked(self, name: str) -> None:
        other = "history" if name != "history" else "confront"
        assert explain(name, "fatalities", "2023-07", other, worlds=61, back=1).error < 1e-9


@cache
def _plainly(name: str, month: int, parameters: str) -> dict[str, list[Array]]:
    model = FrontierModel(load_scenario(name), WORLDS, 3, parameters=parameters)
    for _ in range(month + 1):
        model.step()
    record = dict(model.datacollector.model_vars)
    model.close()
    return record


def changed(name: str, **paths: str) -> Scenario:
    return with_overrides(load_scenario(name), {path.replace("__", "."): value for path, value in paths.items()})


# What differs: scenario, settings changed in it (none: the other is named), month, and the root.
PLANTED: dict[str, tuple[str, dict[str, str] | str, str, tuple[str, str]]] = {
    "a lever": (
        "confront",
        {"policies__confront__settings__levers__domestic_operations": "0.4"},
        "2023-06",
        ("lever", "pakistan.domestic_operations"),
    ),
    "another actor's script": (
        "history",
        {"actors__taliban__stance": "restrain"},
        "2022-03",
        ("lever", "taliban.stance"),
    ),
    "a shock": ("history", "ttp_splinters", "2023-09", ("shock", "ttp_cohesion")),
    "a rule's parameter": (
        "confront",
        {"parameters__attrition_rate": "0.06"},
        "2022-06",
        ("parameter", "attrition_rate"),
    ),
    "a starting value": (
        "confront",
        {"parameters__start_fighters": "5.5"},
        "2022-03",
        ("parameter", "start_fighters"),
    ),
    "a draw's parameter": (
        "confront",
        {"parameters__attack_dispersion": "2.4"},
        "2022-03",
        ("parameter", "attack_dispersion"),
    ),
}


class TestPlanted:
    @pytest.mark.parametrize("what", PLANTED)
    @pytest.mark.parametrize("metric", ["attacks", "fatalities", "economy"])
    def test_the_chain_ends_in_the_one_thing_that_differs(self, what: str, metric: str) -> None:
        name, paths, month, root = PLANTED[what]
        other = load_scenario(paths) if isinstance(paths, str) else changed(name, **paths)
        why = explain(other, metric, month, name, worlds=WORLDS, everything=True)
        assert why.whole.values.any()
        assert {(term.kind, term.name) for term in why.terms} == {root}
        assert np.max(np.abs(total(why.terms, why.whole.values) - why.whole.values)) < 1e-9

    def test_identical_scenarios_give_an_empty_account(self) -> None:
        again = load_scenario("confront").model_copy(update={"name": "again", "title": "Again"})
        why = explain("confront", "attacks", "2023-06", again, worlds=WORLDS)
        assert why.terms == ()
        assert why.chain is None
        assert not why.whole.values.any()
        assert "No difference" in why.text()
        assert "nothing to account for" in summary(why)
        assert json.loads(json.dumps(why.as_json()))["terms"] == []

    def test_the_shared_past_has_no_difference(self) -> None:
        assert explain("confront", "attacks", "2022-05", "appease", worlds=WORLDS).terms == ()


class TestInWords:
    def test_an_account_begins_with_a_sentence_without_ids(self) -> None:
        """Otherwise a reader has to know what `draw: … ←` stands for before learning anything."""
        told = 0
        for why in answers():
            one, title, _ = summary(why).partition(f" {METRICS[why.metric].title}, ")
            if not title:
                assert re.search("The same as|[Nn]o difference", one)
                continue
            told += 1
            assert one.startswith(f"Of the {'gap' if why.versus else 'change'} of ")
            assert one.count(". ") == 0
            assert one.endswith(".")
            assert not re.search(r"[a-z]_[a-z]|←|\b(draw|chance): |  |\(\)|-0(\.0+)?\b(?![.\d])", one), one
        assert told > len(ASKED) // 2

    def test_what_is_said_of_shares_is_true(self) -> None:
        """The named parts are the largest there are, and the figures beside them their means."""
        for why in answers():
            one = sentence(why, called(why.plan, why.versus), 6)
            figures = [float(found) for found in re.findall(r"\(([+-][\d.]+)\)", one)]
            if not figures:
                continue
            whole, means = why.whole.mean, [step.term.mean for step in steps(why.chain)]
            means += [term.mean for term in why.terms]
            assert all(figure / whole >= 0.09 for figure in figures)
            assert all(min(abs(figure - mean) for mean in means) < 1e-6 for figure in figures)
            largest = max(term.mean / whole for term in why.terms if term.kind != "rest")
            assert largest < 0.1 or figures[-1] / whole == pytest.approx(largest, abs=1e-4 / abs(whole))

    def test_the_loop_that_is_named_has_rules_in_the_chain(self) -> None:
        named = 0
        for why in answers():
            found = re.search(r"of it runs through (a step|steps) of the feedback loop “(.+?)” \(", summary(why))
            if found is None:
                continue
            named += 1
            many, name = found.groups()
            loop = next(loop for loop, (called_, _how) in LOOPS.items() if called_ == name)
            members = {
                step.term.name
                for step in steps(why.chain)
                if step.term.kind == "rule" and loop in RULES[step.term.name].loops
            }
            assert len(members) >= (2 if many == "steps" else 1)
        assert named > 3

    def test_nothing_is_ever_minus_nought(self) -> None:
        """Otherwise an account says that -0 of 21 after 21 attacks is what moved."""
        for why in answers():
            assert not re.search(r"[+-]0(\.0*)?(?![.\d])", why.text()), why.text()

    def test_next_to_no_difference_is_called_so(self) -> None:
        (why, *_) = answers()
        values = np.where(np.arange(WORLDS) % 2, 1e-4, -1.1e-4)
        near = replace(why, whole=replace(why.whole, values=values, now=21.0, then=21.000005))
        assert "Next to no difference on average: 21 against 21." in near.text()
        assert "-0" not in near.text().splitlines()[2]
        assert sentence(near, ("A", "B"), 0) == ""

    def test_the_shares_of_the_summary_are_rounded_together(self) -> None:
        (why, *_) = answers()
        values = np.repeat([1.0, -1.0, 0.0], (625, 250, 125))
        text = summary(replace(why, whole=replace(why.whole, values=values, now=1.375, then=1.0)))
        assert "higher in 63 of 100, lower in 25 of 100" in text or "higher in 62 of 100, lower in 25 of 100" in text

    @pytest.mark.parametrize(("share", "words"), [(0.1, "about a tenth"), (0.34, "about a third"), (0.5, "about half")])
    def test_a_share_in_words(self, share: float, words: str) -> None:
        assert part(share) == words


class TestWithin:
    def test_what_changes_little_by_little_is_led_back_to_the_rules_that_changed_it(self) -> None:
        why = explain("confront", "ttp_strength", "2023-06", worlds=WORLDS)
        by_name = {term.name: term for term in why.terms}
        assert {term.kind for term in why.terms} == {"rule"}
        assert by_name["recruitment"].mean > 0 > by_name["attrition"].mean
        assert by_name["attrition"].inputs["operations"][0] > 0

    def test_chance_and_decisions_are_terms_of_their_own(self) -> None:
        terms = explain("confront", "attacks", "2023-06", worlds=WORLDS).terms
        kinds = {(term.kind, term.name) for term in terms}
        assert ("luck", "land.attacks") in kinds
        assert ("decision", "ttp.campaign") in kinds

    def test_a_dated_lever_and_a_shock_are_named_in_their_month(self) -> None:
        names = {(term.kind, term.name) for term in explain("history", "rhetoric", "2022-04", worlds=WORLDS).terms}
        assert ("shock", "rhetoric") in names
        names = {(term.kind, term.name) for term in explain("history", "effort_cost", "2022-04", worlds=WORLDS).terms}
        assert ("lever", "pakistan.cross_border_strikes") in names


class TestShown:
    def test_text_and_data_are_the_same_every_time(self) -> None:
        for a, b, metric, month, more in (ASKED[0], ASKED[10]):
            one, two = (explain(a, metric, month, b, worlds=WORLDS, **more) for _ in range(2))
            assert one.text() == two.text()
            assert one.as_json() == two.as_json()

    def test_data_holds_every_term(self) -> None:
        for why in answers():
            data = json.loads(json.dumps(why.as_json(), allow_nan=False))
            assert abs(sum(term["mean"] for term in data["terms"]) - data["difference"]["mean"]) < 1e-9
            assert data["chain"]["fed_by"]
            assert data["error"] < 1e-9

    def test_text_fits_and_names_rules_and_claims(self) -> None:
        text = answers()[0].text(80)
        assert all(len(line) <= 80 or " " not in line.strip() for line in text.splitlines())
        assert "attacks_expected" in text
        assert RULES["attacks_expected"].claims[0] in text

    def test_charts_are_pictures(self) -> None:
        for picture in (answers()[0].chart(), answers()[10].chart(), weigh_once().chart(), ablated().chart()):
            assert picture.to_dict()["config"]["font"]

    def test_results_can_be_asked(self) -> None:
        a, b = (sim.run(name, worlds=WORLDS, months=24, seed=5) for name in ("confront", "appease"))
        why = a.why("attacks", "2023-06", b)
        assert why.as_json() == answers()[0].as_json()
        assert why.whole.mean == pytest.approx(float((a.series - b.series)["attacks"].sel(month="2023-06-01").mean()))
        assert a.why("attacks", "2023-06").versus is None
        with pytest.raises(LimitError, match="same seed"):
            a.why("attacks", "2023-06", sim.run("appease", worlds=WORLDS, months=24, seed=6))


@cache
def weigh_once() -> Any:
    return weigh("confront", "taliban.stance", "2023-06", worlds=WORLDS)


class TestDecision:
    @pytest.mark.parametrize(
        ("name", "decision"),
        [
            ("confront", "taliban.stance"),
            ("confront", "ttp.campaign"),
            ("appease", "india.engagement"),
            ("confront", "pakistan.strikes"),
            ("own_choice", "pakistan.policy"),
        ],
    )
    def test_pressures_add_up_to_the_utilities(self, name: str, decision: str) -> None:
        weighed = weigh(name, decision, "2023-06", worlds=WORLDS)
        added = sum(one.on for one in weighed.pressures)
        assert np.max(np.abs(added - weighed.utilities)) < 1e-9
        assert np.allclose(likely(*weighed.utilities), weighed.probabilities)
        assert np.array_equal((weighed.utilities + weighed.draws).argmax(axis=0), weighed.chosen)

    def test_probability_without_a_pressure(self) -> None:
        weighed = weigh_once()
        effect = next(one for one in weighed.pressures if one.rule == "kinship_and_debt")
        assert np.allclose(effect.without, likely(*(weighed.utilities - effect.on)))
        assert effect.without[-1].mean() > weighed.probabilities[-1].mean()

    def test_shown(self) -> None:
        text = weigh_once().text()
        assert "-0.00" not in text
        often = [int(one) for one in re.findall(r"chosen in (\d+) of \d+", text)]
        assert sum(often) in (WORLDS, 100)
        assert "kinship_and_debt" in text
        assert "█" in text
        assert json.loads(json.dumps(weigh_once().as_json()))["pressures"]
        assert "not chosen" in weigh("confront", "ttp.campaign", "2023-06", worlds=WORLDS, world=3).text()


@cache
def ablated() -> Any:
    return ablate("confront", "border_clashes", "2022-06", worlds=WORLDS)


class TestAblation:
    def test_the_mechanism_that_makes_it_comes_first(self) -> None:
        found = ablated()
        assert found.rows[0].mechanism == "M9"
        assert np.array_equal(found.rows[0].effect, found.level)  # without clashes_expected there are no clashes
        assert "clashes_expected" in found.rows[0].rules
        assert [row.mechanism for row in found.rows] != sorted(row.mechanism for row in found.rows)
        sizes = [abs(row.mean) for row in found.rows]
        assert sizes == sorted(sizes, reverse=True)
        assert len(found.rows) == len(MECHANISMS) + len(LOOPS)

    def test_it_is_what_the_model_gives_without_the_mechanism(self) -> None:
        (row,) = ablate("appease", "grievance", "2023-03", worlds=WORLDS, seed=4, mechanisms=("M8",)).rows
        levels = []
        for off in ((), ("M8",)):
            model = FrontierModel(load_scenario("appease"), WORLDS, 4, off=off)
            for _ in range(20):
                model.step()
            levels.append(np.asarray(model.datacollector.model_vars["grievance"][-1]))
            model.close()
        assert np.allclose(row.effect, levels[0] - levels[1], rtol=1e-8, atol=1e-9)
        assert np.any(row.effect)

    def test_workers_change_no_number(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sim.why.ablation._AT_ONCE", 2 * WORLDS)  # two mechanisms to a process at a time
        how: dict[str, Any] = {"worlds": WORLDS, "mechanisms": ("M8", "M9", "L4", "L5")}
        alone, shared = (ablate("confront", "attacks", "2022-06", workers=workers, **how) for workers in (1, 2))
        assert shared.as_json() == alone.as_json()
        assert all(row.mean for row in alone.rows)

    def test_a_loop_goes_with_every_rule_that_carries_it(self) -> None:
        loop = next(loop for loop in LOOPS if rules_of(loop))
        rules = tuple(name for name, rule in RULES.items() if loop in rule.loops)
        assert rules_of(loop) == rules
        (row,) = ablate("confront", "attacks", "2023-03", worlds=WORLDS, seed=4, mechanisms=(loop,)).rows
        model = FrontierModel(load_scenario("confront"), WORLDS, 4, off=rules)
        for _ in range(20):
            model.step()
        without = np.asarray(model.datacollector.model_vars["attacks"][-1])
        model.close()
        level = ablate("confront", "attacks", "2023-03", worlds=WORLDS, seed=4, mechanisms=()).level
        assert np.allclose(row.effect, level - without, rtol=1e-8, atol=1e-9)
        assert np.any(row.effect)

    def test_machine_code_switches_off_what_numpy_does(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Otherwise a page is quick, and wrong: every rule by itself, in the same worlds with the same draws."""
        off = [(), *((name,) for name in RULES)]
        found = []
        for engine in ("compiled", "numpy"):
            monkeypatch.setenv("DURAND_ENGINE", engine)
            found.append(
                monthly_without(load_scenario("own_choice"), ("fatalities", "trade"), 14, off, 8, 1, "posterior")
            )
        for name, fast, slow in zip(("nothing", *RULES), *found, strict=True):
            for metric, values in fast.items():
                assert np.allclose(values, slow[metric], rtol=1e-8, atol=1e-9), (name, metric)
        moved = [
            name for name, one in zip(RULES, found[0][1:], strict=True) if np.any(one["trade"] != found[0][0]["trade"])
        ]
        assert 10 < len(moved) < len(RULES)

    def test_over_a_run_it_is_the_summary(self) -> None:
        plan = load_scenario("confront").model_copy(update={"months": 6})
        found = ablate(plan, "attacks", worlds=WORLDS, mechanisms=("M30",))
        outcome = sim.run(plan, worlds=WORLDS).outcomes["attacks"].to_numpy()
        assert np.array_equal(found.level, outcome)

    def test_text_names_the_rules(self) -> None:
        text = ablated().text()
        assert "clashes_expected" in text
        assert "Crude" in text
        assert json.loads(json.dumps(ablated().as_json()))["mechanisms"][0]["id"] == "M9"
        assert rules_of("M22") == ("clerics_object",)


class TestCommand:
    def test_answers(self, durand: Durand, tmp_path: Any) -> None:
        asked = ("confront", "--metric", "attacks", "--month", "2023-01", "--versus", "appease", "--worlds", "20")
        code, out, err = durand("why", *asked, "--back", "all", "--chart", str(tmp_path / "why.svg"))
        assert (code, err) == (0, "")
        assert "Confront minus Accommodate" in out
        assert (tmp_path / "why.svg").read_text(encoding="utf-8").startswith("<svg")
        code, out, _ = durand("why", *asked, "--json")
        assert json.loads(out)["versus"] == "appease"
        asked = ("confront", "--decision", "ttp.campaign", "--month", "2022-01", "--worlds", "20")
        assert "escalate" in durand("why", *asked)[1]
        asked = ("confront", "--metric", "unrest", "--month", "2021-11", "--ablate", "--worlds", "20", "--json")
        assert len(json.loads(durand("why", *asked)[1])["mechanisms"]) == len(MECHANISMS) + len(LOOPS)

    def test_one_thing_changed_against_the_scenario_itself(self, durand: Durand) -> None:
        asked = ("confront", "--versus", "confront", "--metric", "attacks", "--month", "2021-10", "--worlds", "61")
        code, out, _ = durand("why", *asked, "--set", "parameters.attrition_rate=0.06", "--back", "all", "--json")
        assert code == 0
        assert [term["name"] for term in json.loads(out)["terms"]] == ["attrition_rate"]

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["nowhere", "--metric", "attacks", "--month", "2023-01"], "nowhere"),
            (["confront", "--metric", "atacks", "--month", "2023-01"], "did you mean 'attacks'"),
            (["confront", "--metric", "attacks", "--month", "2019-01"], "2021-09 to 2026-07"),
            (["confront", "--metric", "attacks", "--month", "2021-08"], "2021-09 to 2026-07"),
            (["confront", "--metric", "attacks", "--month", "2023-6"], "YYYY-MM"),
            (["confront", "--metric", "attacks"], "--month is needed"),
            (["confront", "--month", "2023-01"], "--metric is needed"),
            (["confront", "--metric", "attacks", "--month", "2023-01", "--versus", "nobody"], "nobody"),
            (["confront", "--metric", "attacks", "--month", "2023-01", "--back", "0"], "--back"),
            (["confront", "--metric", "attacks", "--month", "2023-01", "--worlds", "5000"], "1 to 1,000"),
            (["confront", "--metric", "attacks", "--month", "2023-01", "--world", "200"], "0 to 199"),
            (["confront", "--decision", "taliban.mood", "--month", "2023-01"], "taliban.stance"),
            (["confront", "--decision", "pakistan.policy", "--month", "2023-01", "--worlds", "5"], "no course open"),
            (["confront", "--metric", "attacks", "--ablate", "--versus", "appease"], "--versus"),
            (
                ["confront", "--metric", "attacks", "--month", "2022-06", "--workers", "2"],
                "--workers goes with --ablate",
            ),
            (["confront", "--metric", "attacks", "--month", "2023-01", "--chart", "a.gif"], ".svg"),
            (["confront", "--metric", "attacks", "--month", "2023-01", "--set", "aid"], "PATH=VALUE"),
        ],
    )
    def test_bad_input_is_one_message(self, durand: Durand, arguments: list[str], said: str) -> None:
        code, out, err = durand("why", *arguments)
        assert code == 2
        assert out == ""
        assert said in err
        assert "Traceback" not in err

    def test_too_much_to_write_down(self) -> None:
        with pytest.raises(LimitError, match="allowed: 12"):
            explain("confront", "attacks", "2023-06", worlds=1000, back=13)


class TestParts:
    def test_shapley_adds_up_and_gives_nothing_for_nothing(self) -> None:
        rng = np.random.default_rng(1)
        now, then = rng.random((2, 4, 10))
        then[2] = now[2]

        def product(a: Array, b: Array, c: Array, d: Array) -> Array:
            return a * b * np.exp(c) + 0.0 * d

        parts = shapley(product, list(now), list(then), [0, 1, 3], product(*now), product(*then))
        assert np.allclose(sum(parts), product(*now) - product(*then), atol=1e-14)
        assert np.allclose(parts[2], 0.0)
        assert np.allclose(parts[0], (now[0] - then[0]) * (now[1] + then[1]) / 2 * np.exp(now[2]))

    def test_shapley_of_many(self) -> None:
        count = MOST_PLAYERS + 4
        rng = np.random.default_rng(2)
        now, then = rng.random((2, count, 6))

        def mixed(*values: Array) -> Array:
            out = values[0] * values[1]
            for value in values[2:]:
                out = out + value * value
            return np.asarray(out)

        parts = shapley(mixed, list(now), list(then), list(range(count)), mixed(*now), mixed(*then))
        assert len(parts) == count
        assert np.allclose(sum(parts), mixed(*now) - mixed(*then), atol=1e-12)

    def test_what_cannot_be_recorded_is_refused(self) -> None:
        trace = Trace(3, keep_all=False)
        one = Traced(trace, trace.leaf(np.arange(6.0), Label("lever", "x")))
        plain = np.zeros((2, 6))
        for use in (np.asarray, float, bool, np.sort):
            with pytest.raises(TypeError):
                use(one)
        with pytest.raises((TypeError, ValueError)):
            plain[0] = one
        with pytest.raises(TypeError):
            plain += one

    def test_putting_into_a_vector_leaves_its_past_alone(self) -> None:
        trace = Trace(2, keep_all=True)
        one = Traced(trace, trace.leaf(np.arange(8.0).reshape(2, 4)))
        before = one.node
        one[0] = one[1] * 2.0
        one[1] += 1.0
        assert np.array_equal(before.value, np.arange(8.0).reshape(2, 4))
        assert np.array_equal(one.value, [[8, 10, 12, 14], [5, 6, 7, 8]])
