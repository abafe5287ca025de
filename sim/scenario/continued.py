"""A scenario as it goes on from a month: what another asks for until then, and from then on its own."""

from __future__ import annotations

from typing import Any

from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario
from sim.scenario.settings import DEFAULTS
from sim.vocabulary import ACTORS, month_after, months_between


def continued(past: Scenario, scenario: Scenario, until: str) -> Scenario:
    """The scenario with another's past: what it asks for begins in the month after `until`.

    A course or setting that begins before and still holds begins then; a shock of its own that would have come before, and a
    change that would have been over, comes then and lasts as long. Its own parameters hold throughout.

    Args:
        past: what is asked for up to `until` (YYYY-MM), of the same start.
    """
    data, before, after = scenario.data(), past.data(), month_after(until, 1)
    actors = {
        actor: part
        for actor in ACTORS
        if (part := _part(before.get("actors", {}).get(actor, {}), data.get("actors", {}).get(actor, {}), until, after))
    }
    old, new = before.get("shocks", ()), data.get("shocks", ())
    shocks = [_ended(one, until, "date") for one in old if one["date"] <= until]
    shocks += [_moved(one, after, "date") for one in new if one["date"] > until or one not in old]
    policies = {**before.get("policies", {}), **data.get("policies", {})}
    made = {"actors": actors, "shocks": shocks, "policies": policies}
    kept = {key: value for key, value in data.items() if key not in made}
    return load_scenario({**kept, **{key: value for key, value in made.items() if value}})


def _part(old: dict[str, Any], new: dict[str, Any], until: str, after: str) -> dict[str, Any]:
    """What is said of one actor."""
    base, own = ({key: one[key] for key in one if key not in ("among", "changes")} for one in (old, new))
    past = old.get("changes", ())
    changes = [_ended(one, until, "from") for one in past if (one.get("from") or "") <= until]
    if own != base:
        changes.append({"from": after, **_in_place_of(base, own)})
    for one in new.get("changes", ()):
        if one.get("until") is None or one["until"] >= after:
            changes.append({**one, "from": max(one.get("from") or after, after)})
        elif one not in past:
            changes.append(_moved(one, after, "from"))
    part = {**base, "among": new.get("among"), "changes": changes}
    return {key: value for key, value in part.items() if value}


def _ended(one: dict[str, Any], until: str, begins: str) -> dict[str, Any]:
    """A change that holds no longer than until then; a shock of a single month stays as it is."""
    if begins == "date" and one.get("until") is None:
        return one
    last = min(one.get("until") or until, until)
    return {key: value for key, value in {**one, "until": last}.items() if key != "until" or last != one.get("date")}


def _moved(one: dict[str, Any], after: str, begins: str) -> dict[str, Any]:
    """What would have begun before then begins then, and lasts as long."""
    late = max(months_between(one.get(begins) or after, after), 0)
    return {**one, **{key: month_after(one[key], late) for key in (begins, "until") if one.get(key)}}


def _in_place_of(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Settings that take the place of others: what only the others give goes back to what nobody sets."""
    usual = {name: value for values in DEFAULTS.values() for name, value in values.items()}
    levers = {**dict.fromkeys(base.get("levers", {}), 0.0), **own.get("levers", {})}
    gone = {name: usual[name] for name in base if name not in own and name in usual}
    return {**gone, **own, **({"levers": levers} if levers else {})}
