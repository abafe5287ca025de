"""Why? The account of a figure: what moved a metric in a month, or what makes it differ between two scenarios.

**How a difference is split.** The months asked about are simulated for both runs side by side (two scenarios under the same
random draws, or a month and the one before it), on vectors that record every step they go through: each call of a rule, each
draw, each choice, and the arithmetic between them. The numbers are those of a plain run to the last bit. Then the
difference in the metric goes backwards through these steps, at each one to what the step took:

- *Rules* are nonlinear, and what one input does depends on the others. Each input that differs gets its Shapley value:
  its marginal effect averaged over every order in which the inputs could have changed from one reading to the other.
  It is the only split that adds up exactly, treats inputs alike, gives nothing to what does nothing and adds up over
  rules; and since rules work element by element, all combinations are one call on vectors.
- *Sums and products* are split by algebra, which is the same value in closed form; *quotients* by the integral along
  the straight line between the two readings (Aumann and Shapley), which adds up as well and never pairs the one
  reading's numerator with the other's denominator.
- *Draws and choices* jump. Who pushed them is credited with what they did to the expected outcome (a mean, a
  probability). How chance then fell stands by itself between months. Between scenarios the draws are the same, so it is shared
  among those who pushed, by the size of their push; over worlds it averages out.

A step's inputs carry exactly what the step carries, so any cut through the graph adds up to the difference, in every
world and in the mean; `Why.error` says by how much it misses, which is rounding. States that a month changes little by
little (fighters, anger, control) are led back, within a scenario, to the rules that changed them, against a month in
which these had been silent. Arithmetic is folded into the named thing that it feeds.

- `explain` gives the account of a metric, `weigh` lays a decision open, `ablate` switches mechanisms and feedback loops
  off in turn.
- `Why.text`, `.as_json` and `.chart` show it; `Why.terms` and `Why.chain` hold it world by world.

What is not traced: a term names the worlds' draws by their stream, not by its slot; and where a script's response holds
on from before the first month followed, its part is put down to the setting itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.why.ablation import Ablation, AblationEffect, ablate, ablate_each
    from sim.why.account import Cut, Step, Term
    from sim.why.answers import Why, explain
    from sim.why.decide import PressureEffect, Weighed, weigh

__all__ = [
    "Ablation",
    "AblationEffect",
    "Cut",
    "PressureEffect",
    "Step",
    "Term",
    "Weighed",
    "Why",
    "ablate",
    "ablate_each",
    "explain",
    "weigh",
]

_HOMES = {
    "Ablation": "ablation",
    "AblationEffect": "ablation",
    "ablate": "ablation",
    "ablate_each": "ablation",
    "Cut": "account",
    "Step": "account",
    "Term": "account",
    "PressureEffect": "decide",
    "Weighed": "decide",
    "weigh": "decide",
    "Why": "answers",
    "explain": "answers",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"sim.why.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'sim.why' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
