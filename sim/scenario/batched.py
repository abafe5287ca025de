"""Several scenarios in one batch: one model simulates them all, each in its own block of the worlds axis."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from sim.scenario.schema import Scenario
from sim.scenario.script import CHOOSING, Recent, Script
from sim.scenario.shocks import Operation
from sim.vocabulary import ON_MENU
from sim.worlds import Vector


def batch_key(scenario: Scenario) -> str | None:
    """What scenarios have to share to stand in one batch, as a text; None for one that stands alone.

    Shocks and parameters reach a whole model, and so does the list of courses that Pakistan may be left to choose among.
    """
    if scenario.actors.pakistan.among:
        return None
    data = scenario.data()
    return json.dumps([data["start"], data.get("shocks"), data.get("parameters")])


class BatchedScript:
    """The scripts of several scenarios, read as one over all their worlds.

    Args:
        scenarios: of one `batch_key`.
        worlds: how many each scenario has; the first's come first.

    Raises:
        ValueError: the scenarios cannot stand in one batch.
    """

    candidates: tuple[str, ...] = ()

    def __init__(self, scenarios: Sequence[Scenario], worlds: int) -> None:
        kinds = {batch_key(one) for one in scenarios}
        if len(kinds) > 1 or None in kinds:
            raise ValueError("scenarios in one batch need the same start, shocks and parameters, and a settled course")
        self._width = worlds
        self._scripts = [Script(one, self._width) for one in scenarios]
        self._month = -1
        self._read: dict[str, dict[str, Vector | None]] = {}

    def settings(self, actor: str, month: int, recent: Recent) -> dict[str, Vector | None]:
        """What an actor is set to in a month, in all worlds: see `Script.settings`."""
        if month != self._month:
            self._month, self._read = month, {}
        if actor not in self._read:
            parts = [
                script.settings(actor, month, self._of(number, recent)) for number, script in enumerate(self._scripts)
            ]
            names = dict.fromkeys(name for part in parts for name in part)
            self._read[actor] = {name: self._joined(name, [part.get(name) for part in parts]) for name in names}
        return self._read[actor]

    def policy_settings(self, policy: str, month: int, recent: Recent) -> dict[str, Vector | None]:
        """Never asked for: nobody here chooses among courses."""
        raise ValueError(f"no scenario here leaves Pakistan to choose: {policy}")

    def shocks(self, month: int) -> list[tuple[str, Operation, float]]:
        """The shocks of a month, which all of them share."""
        return self._scripts[0].shocks(month)

    def _of(self, number: int, recent: Recent) -> Recent:
        here = slice(number * self._width, (number + 1) * self._width)
        return lambda metric, months: recent(metric, months)[here]

    def _joined(self, name: str, values: list[Vector | None]) -> Vector | None:
        if all(one is None for one in values):
            return None
        # What a scenario leaves out is left to choose; where it has no menu, nothing is off it.
        missing = 1.0 if name.startswith(ON_MENU) else CHOOSING
        out = np.concatenate([np.full(self._width, missing) if one is None else one for one in values])
        out.flags.writeable = False
        return out
