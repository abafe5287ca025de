"""Scenarios and policies: what may stand in them, loading and inheritance, what they ask each month, what differs."""

from sim.scenario.diff import Difference, differences
from sim.scenario.load import (
    ScenarioError,
    library,
    list_scenarios,
    load_policy,
    load_scenario,
    validate_file,
    with_overrides,
)
from sim.scenario.schema import Policy, Scenario, policy_schema, scenario_schema
from sim.scenario.script import Script
from sim.scenario.sets import parameter_set
from sim.scenario.shocks import SHOCK_TARGETS

__all__ = [
    "SHOCK_TARGETS",
    "Difference",
    "Policy",
    "Scenario",
    "ScenarioError",
    "Script",
    "differences",
    "library",
    "list_scenarios",
    "load_policy",
    "load_scenario",
    "parameter_set",
    "policy_schema",
    "scenario_schema",
    "validate_file",
    "with_overrides",
]
