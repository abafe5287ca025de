"""A small library of scenarios and policies, with a small ledger and a few parameters, for the tests of scenarios."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import sim.evidence
from sim.scenario import Scenario, load_scenario

CONFRONT = """\
schema: 1
title: Confront
actor: pakistan
summary: Strikes and operations.
claims: [c.one]
settings:
  levers: {cross_border_strikes: 0.5, domestic_operations: 0.6}
  conditionality: 0.4
responds:
  - when: {metric: attacks, above: 40, months: 3}
    for: 6
    levers: {cross_border_strikes: 0.9}
    why: Attacks have risen.
"""
APPEASE = """\
schema: 1
title: Accommodate
actor: pakistan
summary: Aid and recognition.
settings: {levers: {aid: 0.8, recognition: 1}}
"""
PARENT = """\
schema: 1
title: Parent
question: What then?
summary: A parent.
months: 48
claims: [c.one, c.two]
actors:
  pakistan:
    policy: confront
    levers: {aid: 0.2, fencing: 0.5}
    changes:
      - from: 2022-12
        policy: appease
        why: The truce has ended.
  taliban:
    stance: caution
    messaging: 0.5
shocks:
  - date: 2022-04
    title: Khan loses office
    changes: {power.pti: {multiply: 2.0}, rhetoric: {add: 0.1}}
    claims: [c.three]
parameters:
  cohesion_cost: 2.0
  threat_response: {distribution: triangular, low: -1.0, high: 0.5, mode: 0}
"""
CHILD = """\
schema: 1
title: Child
extends: parent
claims: [c.two, c.four]
actors:
  pakistan:
    levers: {aid: 0.7}
    changes:
      - when: {all: [{metric: attacks, above: 9}, {not: {metric: ceasefire, above: 0.5}}]}
        levers: {border_closure: 1}
  india: {engagement: embassy}
shocks:
  - date: 2023-01
    until: 2023-03
    title: Aid dries up
    changes: {economy: {add: -0.1}}
parameters:
  cohesion_cost: 3
"""
# The beginning of a file that is about Pakistan, and of one with a policy of its own.
PAKISTAN = "schema: 1\ntitle: T\nactors:\n  pakistan:\n"
INLINE = "schema: 1\ntitle: T\npolicies:\n  p:\n    actor: pakistan\n    title: P\n    summary: P.\n"


@contextmanager
def stocked(folder: Path) -> Iterator[Path]:
    """The folder as the library, in place of the shipped one; the same for the ledger and the parameters."""
    (folder / "policies").mkdir()
    for name, text in (
        ("policies/confront", CONFRONT),
        ("policies/appease", APPEASE),
        ("parent", PARENT),
        ("child", CHILD),
    ):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    parameters = ModuleType("sim.parameters")
    parameters.PARAMETERS = {  # type: ignore[attr-defined]
        "cohesion_cost": SimpleNamespace(low=0.5, high=4.0, value=1.0),
        "threat_response": SimpleNamespace(low=-1.5, high=1.0, value=0.0),
    }
    claims = {f"c.{name}": object() for name in ("one", "two", "three", "four")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.scenario.load.library", lambda: folder)
        patch.setitem(sys.modules, "sim.parameters", parameters)
        patch.setattr(sim.evidence, "ledger", lambda: SimpleNamespace(claims=claims))
        yield folder


def scenario(text: str) -> Scenario:
    """A scenario from a text without its first two lines."""
    return load_scenario(("s.yaml", "schema: 1\ntitle: T\n" + text))
