"""A decision laid open: every pressure on every option, the utilities they add up to, and the probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.ensemble.simulate import simulate_batch
from sim.ensemble.spec import DEFAULT_PARAMETERS, LimitError, RunSpec
from sim.rule import RULES
from sim.scenario import Scenario
from sim.vocabulary import month_words
from sim.why.answers import Named, asked, month_number, resolved
from sim.why.draws import likely
from sim.why.names import DECISIONS
from sim.why.shapley import Array
from sim.why.text import called
from sim.words.numbers import shares, signed
from sim.words.problems import suggestion
from sim.words.sentences import NOT_A_FORECAST, wrapped

_BAR = 12


@dataclass(frozen=True)
class PressureEffect:
    """What a pressure did in a decision.

    Attributes:
        rule: the rule that gave it; claims: what that rests on.
        on: what it adds to each option's utility, logits, shape (options, worlds).
        without: the probability that each option would have without it, shape (options, worlds).
    """

    rule: str
    claims: tuple[str, ...]
    on: Array
    without: Array


@dataclass(frozen=True)
class Weighed:
    """One decision of one month.

    Attributes:
        decision, month, plan, worlds, world, seed, parameters: what was asked about.
        options: their names, in order.
        pressures: what each did; in each world they add up to the utilities.
        utilities, probabilities, draws: shape (options, worlds).
        chosen: the option taken, as a number, per world.
    """

    decision: str
    month: str
    plan: Scenario
    worlds: int
    world: int | None
    seed: int
    parameters: str
    options: tuple[str, ...]
    pressures: tuple[PressureEffect, ...]
    utilities: Array
    probabilities: Array
    draws: Array
    chosen: Array

    def text(self, width: int = 80) -> str:
        """The decision in words and bars, as text of `width` columns."""
        return "\n".join(_lines(self, width))

    def as_json(self) -> dict[str, Any]:
        """The decision as plain data: means over worlds."""

        def by_option(values: Array) -> dict[str, float]:
            return {name: float(np.mean(row)) for name, row in zip(self.options, values, strict=True)}

        return {
            "decision": self.decision,
            "month": self.month,
            "scenario": self.plan.name,
            "worlds": self.worlds,
            "world": self.world,
            "seed": self.seed,
            "parameters": self.parameters,
            "chosen": by_option(self._taken()),
            "probability": by_option(self.probabilities),
            "utility": by_option(self.utilities),
            "draw": by_option(self.draws),
            "pressures": [
                {
                    "rule": effect.rule,
                    "statement": RULES[effect.rule].statement,
                    "claims": list(effect.claims),
                    "on": by_option(effect.on),
                    "probability_without": by_option(effect.without),
                }
                for effect in self.pressures
            ],
        }

    def chart(self) -> Any:
        """The pressures as bars, a panel per option (Altair)."""
        from sim.why.charts import decision

        return decision(self)

    def __str__(self) -> str:
        return self.text()

    def _taken(self) -> Array:
        return (np.arange(len(self.options))[:, None] == self.chosen).astype(np.float64)


def weigh(
    scenario: Named,
    decision: str,
    month: str,
    *,
    worlds: int = 200,
    seed: int = 0,
    parameters: str = DEFAULT_PARAMETERS,
    world: int | None = None,
) -> Weighed:
    """What pressed for and against each option of a decision in a month.

    Args:
        decision: taliban.stance, ttp.campaign, india.engagement, pakistan.strikes or, where the course is left open,
            pakistan.policy.
        scenario, month, worlds, seed, parameters, world: as for `explain`.

    Raises:
        LimitError: no such decision or month, or more than can be answered.
        ScenarioError: a scenario is not there or not right.
    """
    plan = resolved(scenario)
    if decision not in DECISIONS:
        raise LimitError(f"no such decision: {decision}{suggestion(decision, DECISIONS)}")
    number = month_number(month, plan, None, first=0)
    worlds, seed = asked(worlds, seed, world)
    spec = RunSpec.of(plan, worlds, number + 1, seed, parameters=parameters, record=(number,))
    account = simulate_batch(spec, lambda model, _: model.accounts[-1].get(decision))
    if account is None:
        raise LimitError(
            f"{plan.name} leaves no course open to choose; allowed: {', '.join(one for one in DECISIONS if one != decision)}"
        )
    shown = slice(0, worlds) if world is None else slice(world, world + 1)
    utilities = account["utilities"]
    pressures = []
    for pressure in account["pressures"]:
        on = np.broadcast_to(pressure.utility, utilities.shape)
        without = likely(*(utilities - on))
        pressures.append(PressureEffect(pressure.rule, RULES[pressure.rule].claims, on[:, shown], without[:, shown]))
    parts = (account[name][..., shown] for name in ("utilities", "probabilities", "draws", "chosen"))
    return Weighed(
        decision, month, plan, worlds, world, seed, parameters, tuple(account["options"]), tuple(pressures), *parts
    )


def _lines(one: Weighed, width: int) -> Iterator[str]:
    heading = f"{DECISIONS[one.decision]}, {month_words(one.month)}: {called(one.plan, None)[0]}"
    yield heading
    yield "=" * min(len(heading), width)
    many = one.world is None and one.worlds > 1
    who = f"Means of {one.worlds:,} worlds" if many else f"In world {one.world or 0}"
    yield from wrapped(
        f"{who}. Bars: what each pressure adds to an option's utility, in logits; behind it the option's probability without "
        "that pressure, and what presses. The utility decides together with a draw of chance, and where a scenario prescribes "
        "the option, it decides nothing.",
        width,
    )
    most = max(float(np.max(np.abs(np.mean(effect.on, axis=1)))) for effect in one.pressures)
    often = chosen_in(one)
    for i, option in enumerate(one.options):
        chosen = f"chosen in {often[i]}" if many else "chosen" if np.any(one.chosen == i) else "not chosen"
        yield ""
        utility = signed(float(np.mean(one.utilities[i])), 2)
        chance = f"probability {np.mean(one.probabilities[i]):.2f}, utility {utility}"
        draw = "" if many else f", draw {signed(float(np.mean(one.draws[i])), 2)}"
        yield f"{option.replace('_', ' ')}: {chosen}, {chance}{draw}"
        rows = [(float(np.mean(effect.on[i])), effect) for effect in one.pressures]
        for size, effect in sorted(rows, key=lambda row: (-abs(row[0]), row[1].rule)):
            if np.any(effect.on[i]):
                start = f"  {bar(size, most)} {signed(size, 2):>6}  {np.mean(effect.without[i]):.2f}  "
                yield from wrapped(f"{RULES[effect.rule].title} [{effect.rule}]", width, start)
    yield ""
    yield from wrapped(f"`durand evidence RULE` leads on from a pressure to what it rests on. {NOT_A_FORECAST}", width)


def chosen_in(one: Weighed) -> list[str]:
    """In which share of the worlds each option was chosen, in words; rounded together."""
    counts = [int(np.sum(one.chosen == place)) for place in range(len(one.options))]
    return shares([*counts, len(one.chosen) - sum(counts)])[:-1]


def bar(size: float, most: float) -> str:
    """A bar to the left or right of the middle."""
    length = round(_BAR * abs(size) / most) if most > 0 else 0
    left, right = ("", "█" * length) if size >= 0 else ("█" * length, "")
    return f"{left:>{_BAR}}│{right:<{_BAR}}"
