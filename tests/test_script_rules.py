"""What the model is told each month, against a plain reading of the same rules for one world at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from drawing import draws
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario import Scenario, Script, load_scenario
from sim.scenario.settings import DEFAULTS, OPTIONS, Condition
from sim.vocabulary import STANCES, month_after
from sim.worlds import Vector
from sim.yamlfile import dump

METRICS = ("attacks", "aid")
condition = st.recursive(
    st.fixed_dictionaries({"metric": st.sampled_from(METRICS), "months": st.integers(1, 3)})
    .flatmap(lambda leaf: st.sampled_from(["above", "below"]).map(lambda side: leaf | {side: 50})),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=2,
)  # fmt: skip
share = st.sampled_from([0.0, 0.25, 1.0])
MONTHS = 8
date = st.integers(-2, MONTHS).map(lambda number: month_after("2021-08", number))


def _change(levers_or_stance: Any, policy: bool) -> Any:
    change = st.fixed_dictionaries(
        levers_or_stance,
        optional={
            "from": date,
            "until": date,
            "when": condition,
            "for": st.integers(1, 3),
            **({"policy": st.sampled_from(["p", "q", "choose"])} if policy else {}),
        },
    )
    return change.map(_put_right)


def _put_right(change: dict[str, Any]) -> dict[str, Any]:
    if "when" not in change:
        change = {"from": "2021-10", **change}
        change.pop("for", None)
    if change.get("until", "9") < change.get("from", "0"):
        change.pop("until")
    return change


pulled = {"levers": st.dictionaries(st.sampled_from(["aid", "fencing"]), share, min_size=1)}
policy = st.fixed_dictionaries(
    {
        "title": st.just("P"),
        "actor": st.just("pakistan"),
        "summary": st.just("P."),
        "settings": st.fixed_dictionaries(pulled),
        "responds": st.lists(_change(pulled, policy=False), max_size=2),
    }
)
stance = {"stance": st.sampled_from([*STANCES, "choose"])}
scenarios = st.fixed_dictionaries(
    {
        "schema": st.just(1),
        "title": st.just("T"),
        "actors": st.fixed_dictionaries(
            {
                "pakistan": st.fixed_dictionaries(
                    {"changes": st.lists(_change(pulled, policy=True), max_size=3), "among": st.just(["p", "q"])},
                    optional={"levers": pulled["levers"]},
                ).map(lambda settings: settings | {"policy": "choose"}),
                "taliban": st.fixed_dictionaries({"changes": st.lists(_change(stance, policy=False), max_size=2)}),
            }
        ),
        "policies": st.fixed_dictionaries({"p": policy, "q": policy}),
    }
)


class OneWorld:
    """The same rules, read out for one world with plain Python values."""

    def __init__(self, scenario: Scenario, history: dict[str, list[float]]) -> None:
        self.scenario, self.history = scenario, history
        self.ends: dict[int, int] = {}

    def met(self, condition: Condition, month: int) -> bool:
        if condition.metric is not None:
            values = self.history[condition.metric][max(0, month - condition.months) : month]
            mean = sum(values) / len(values)
            return mean > condition.above if condition.above is not None else mean < condition.below  # type: ignore[operator]
        parts = [self.met(part, month) for part in condition.parts]
        return not parts[0] if condition.not_ else all(parts) if condition.all_ else any(parts)

    def watch(self, month: int) -> None:
        owners = [*(getattr(self.scenario.actors, actor).changes for actor in DEFAULTS)]
        owners += [policy.responds for policy in self.scenario.policies.values()]
        for change in (change for owner in owners for change in owner):
            if change.when is not None and month > 0 and self.dated(change, month) and self.met(change.when, month):
                self.ends[id(change)] = month + (change.for_ or 1)

    def dated(self, change: Any, month: int) -> bool:
        now = month_after(self.scenario.start, month)
        return (change.from_ or "0") <= now <= (change.until or "9")

    def holds(self, change: Any, month: int) -> bool:
        return self.dated(change, month) and (change.when is None or self.ends.get(id(change), 0) > month)

    def settings(self, actor: str, month: int, chosen: str | None) -> dict[str, Any]:
        own = getattr(self.scenario.actors, actor)
        changes = [change for change in own.changes if self.holds(change, month)]
        name = next((change.policy for change in reversed(changes) if change.policy), own.policy)
        name = chosen or name if name == "choose" else name
        values = dict(DEFAULTS[actor])
        if name in self.scenario.policies:
            in_force = self.scenario.policies[name]
            values |= in_force.settings.given()
            for response in in_force.responds:
                values |= response.given() if self.holds(response, month) else {}
        values |= own.given()
        for change in changes:
            values |= change.given()
        return values | ({"policy": name} if actor == "pakistan" else {})


def _decoded(script: Script, found: dict[str, Vector | None], world: int) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, vector in found.items():
        value = -1.0 if vector is None else float(vector[world])
        if name == "policy":
            out[name] = {-1.0: "choose", -2.0: None}.get(value) if value < 0 else script.policies[int(value)]
        elif name in OPTIONS and value >= 0:
            out[name] = OPTIONS[name][int(value)]
        else:
            out[name] = "choose" if value == -1.0 else value
    return out


@draws(150)
@given(scenarios, st.integers(0, 2**32 - 1))
def test_every_world_gets_what_the_rules_say_whatever_runs_beside_it(data: dict[str, Any], seed: int) -> None:
    scenario = load_scenario(("s.yaml", dump(data)))
    worlds = 5
    history = {
        metric: np.random.default_rng(seed + n).uniform(0, 100, (MONTHS, worlds)) for n, metric in enumerate(METRICS)
    }

    def recent(chunk: slice, month: int) -> Callable[[str, int], Vector]:
        return lambda metric, months: history[metric][max(0, month - months) : month, chunk].mean(axis=0)

    chunks = [slice(0, 5), slice(0, 2), slice(2, 5), slice(4, 5)]
    scripts = [Script(scenario, len(range(worlds)[chunk])) for chunk in chunks]
    plain = [OneWorld(scenario, {metric: list(rows[:, w]) for metric, rows in history.items()}) for w in range(worlds)]
    for month in range(MONTHS):
        for world in plain:
            world.watch(month)
        for actor, chosen in (
            ("pakistan", None),
            ("pakistan", "p"),
            ("pakistan", "q"),
            ("taliban", None),
            ("ttp", None),
        ):
            for chunk, script in zip(chunks, scripts, strict=True):
                ask = recent(chunk, month)
                found = (
                    script.settings(actor, month, ask) if chosen is None else script.policy_settings(chosen, month, ask)
                )
                for place, world in enumerate(range(worlds)[chunk]):
                    assert _decoded(script, found, place) == plain[world].settings(actor, month, chosen)
