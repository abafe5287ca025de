"""What the tables that declare the model name of one another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.agents.india import India
from sim.agents.pakistan import Pakistan
from sim.declared import check, check_claims
from sim.evidence import ledger
from sim.model import MONTH, FrontierModel
from sim.rule import RULES, Presses
from sim.vocabulary import ACTOR_SPECS, LEVER_SPECS, RESOURCE_SPECS, ActorSpec, Lever, Resource, Setting
from sim.yamlfile import FileError

AGENTS = FrontierModel.__annotations__


def pressing(decision: str, **on: float) -> Presses:
    return Presses(decision, on, lambda m: {})


def test_all_that_is_declared_is_there() -> None:
    check(AGENTS, MONTH)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"parameters": ("cohesion_costs",)}, "no such parameter: cohesion_costs (did you mean 'cohesion_cost'?)"),
        ({"moves": ("attack",)}, "no such metric: attack (did you mean 'attacks'?)"),
        ({"mechanisms": ("M99",)}, "no such mechanism: M99"),
        ({"presses": pressing("ttp.campain")}, "no such decision: ttp.campain (did you mean 'ttp.campaign'?)"),
        ({"presses": pressing("ttp.campaign", lie=1.0)}, "no such option: lie"),
    ],
)
def test_a_rule_that_names_what_is_not_there_is_told_of(
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, object], said: str
) -> None:
    """Otherwise a pressure on a misspelt decision is never asked, and its author sees no effect and no reason."""
    monkeypatch.setitem(RULES, "cohesion_cost", replace(RULES["cohesion_cost"], **wrong))  # type: ignore[arg-type]
    with pytest.raises(FileError) as told:
        check(AGENTS, MONTH)
    assert str(told.value).startswith(f"sim/rules/stance.py: rule cohesion_cost: {said}")


def test_a_claim_that_is_not_there_is_told_of_with_who_cites_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "cohesion_cost", replace(RULES["cohesion_cost"], claims=("002.5-cohesion-first",)))
    with pytest.raises(FileError) as told:
        check_claims(ledger().claims)
    said = "no such claim: 002.5-cohesion-first (did you mean '002.5-cohesion-first-motive'?)"
    assert str(told.value).startswith(f"sim/rules/stance.py: rule cohesion_cost: {said}")


def test_a_lever_that_supplies_nothing_that_is_needed_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LEVER_SPECS, "visas", Lever("visas", "Visas", "Visas.", supplies="health", aims=("calm",)))
    monkeypatch.setitem(RESOURCE_SPECS, "water", Resource("water", "Water"))
    with pytest.raises(FileError) as told:
        check(AGENTS, MONTH)
    assert [one.partition(" (")[0].partition(";")[0] for one in told.value.problems] == [
        "sim/vocabulary/levers.py: lever visas: no such parameter: cost_visas",
        "sim/vocabulary/levers.py: lever visas: no such resource: health",
        "sim/vocabulary/levers.py: lever visas: no such metric: calm",
        "sim/vocabulary/resources.py: resource water: no such parameter: need_water",
        "sim/vocabulary/resources.py: resource water: no such parameter: alternative_water",
    ]


def test_an_actor_without_an_agent_or_a_part_in_the_month_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTOR_SPECS, "qatar", ActorSpec("qatar", "Qatar", settings=(Setting("envoys", "Envoys"),)))
    with pytest.raises(FileError, match="actor qatar has no agent: make_agents makes it, FrontierModel names it"):
        check(AGENTS, MONTH)
    with pytest.raises(FileError, match="actor qatar does nothing in the month"):
        check({**AGENTS, "qatar": "Qatar"}, MONTH)
    with pytest.raises(FileError, match="the month asks India for invest, a method that it has not"):
        check({**AGENTS, "qatar": ""}, [*MONTH, (India, "invest")])


def test_a_parameter_that_an_agent_asks_for_is_declared() -> None:
    model = FrontierModel("confront", parameters="defaults")
    with pytest.raises(FileError, match="pakistan asks for the parameter start_calm, which no file of sim/parameters/"):
        model.pakistan.start("start_calm")
    assert isinstance(model.pakistan, Pakistan)
