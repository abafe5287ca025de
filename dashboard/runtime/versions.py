"""From a state to scenarios: those that are compared, and "your version" of one of them."""

from __future__ import annotations

from copy import copy
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.runtime import own_sets, state
from dashboard.runtime.engine import Job
from dashboard.runtime.kept import LONGEST, MOST_KEPT, MOST_STEPS, Kept, Step, called
from dashboard.runtime.language import _
from dashboard.runtime.memo import Remembered
from dashboard.runtime.state import OWN, POSTURES, State
from sim.scenario import Scenario, Script, load_scenario, with_overrides
from sim.scenario.settings import OPTIONS
from sim.scenario.words import CHOOSE
from sim.vocabulary import month_after, months_between

if TYPE_CHECKING:
    from sim.results import Comparison, Results

YOURS = "yours"


@lru_cache(maxsize=64)
def _written(name: str) -> Scenario:
    return load_scenario(name)


_from_text = Remembered(lambda text: load_scenario((OWN, text)).model_copy(update={"name": OWN}))


def written(here: State, name: str) -> Scenario:
    """A scenario as it is written: from the library, made in the Studio, or kept as a version of one of these."""
    if (one := here.kept.get(name)) is not None:
        return _from_kept(name, one, here.own if one.of == OWN else "")
    return _from_text(here.own) if name == OWN else _written(name)


@lru_cache(maxsize=16)
def _from_kept(name: str, one: Kept, own: str) -> Scenario:
    scenario = _from_text(own) if one.of == OWN else _written(one.of)
    for step in one.steps:
        scenario = _set(scenario, step)
    return scenario.model_copy(update={"name": name, "title": one.title})


def _set(scenario: Scenario, step: Step) -> Scenario:
    """The scenario with levers and postures set from a month on."""
    given: dict[str, dict[str, Any]] = {}
    for name, value in step.settings:
        if name in POSTURES:
            given.setdefault(POSTURES[name], {})[name] = value
        else:
            pakistan = given.setdefault("pakistan", {})
            (pakistan if name in ("conditionality", "visibility") else pakistan.setdefault("levers", {}))[name] = value
    data = scenario.data().get("actors", {})
    overrides = {
        f"actors.{actor}.changes": [*data.get(actor, {}).get("changes", []), {"from": step.since, **settings}]
        for actor, settings in given.items()
    }
    return with_overrides(scenario, overrides)  # as plain values, not as texts: nothing of them is read as YAML


def begins(scenario: Scenario) -> str:
    """The month in which Pakistan's course begins: that of its last change that names a policy, or the first month."""
    dated = [one.from_ for one in scenario.actors.pakistan.changes if one.policy is not None and one.from_]
    return max(dated, default=scenario.start)


def since(here: State) -> str:
    """The month from which your version differs."""
    scenario, kept = written(here, here.edited), here.kept.get(here.edited)
    month = here.since or (kept.steps[-1].since if kept else begins(scenario))
    last = month_after(scenario.start, months(here) - 1)
    return min(max(month, scenario.start), last)


def months(here: State) -> int:
    """How long the runs are: as asked for, or as the shortest of the scenarios says."""
    return here.months or min(120, *(written(here, name).months for name in here.scenarios))


def planned(scenario: Scenario, month: str) -> dict[str, float | str]:
    """What a scenario sets the levers and postures to in a month, leaving responses to events aside.

    Returns:
        Lever, conditionality, visibility -> 0 to 1; posture -> one of its options, or `choose`.
    """
    return (_planned if scenario.name in state.known() else _planned_own)(scenario, month)


def _plan(scenario: Scenario, month: str) -> dict[str, float | str]:
    script, at = Script(scenario, 1), months_between(scenario.start, month)

    def nothing(metric: str, span: int) -> Any:
        return np.full(1, np.nan)  # no bound is above or below what is not known

    out: dict[str, float | str] = {}
    for name, value in script.settings("pakistan", at, nothing).items():
        out[name] = 0.0 if value is None else float(value[0])
    for name, actor in POSTURES.items():
        value = script.settings(actor, at, nothing)[name]
        out[name] = CHOOSE if value is None or value[0] < 0 else OPTIONS[name][int(value[0])]
    return out


# Those of the library are few; what visitors wrote may be long, and is kept for a handful.
_planned, _planned_own = lru_cache(maxsize=256)(_plan), lru_cache(maxsize=16)(_plan)


def changed(here: State) -> list[tuple[str, float | str, float | str]]:
    """What your version sets otherwise than it was written: its name, what it was, what it is."""
    plan = planned(written(here, here.edited), since(here))
    chosen: dict[str, float | str] = {**here.levers, **here.postures}
    return [(name, plan[name], value) for name, value in chosen.items() if value != plan[name]]


def your_version(here: State) -> Scenario | None:
    """The copy of the chosen scenario with the levers and postures that were set; None while nothing is changed."""
    if not changed(here):
        return None
    scenario = written(here, here.edited)
    return _set(scenario, step(here)).model_copy(update={"name": YOURS, "title": _your(scenario.title)})


def step(here: State) -> Step:
    """What your version sets, and from when."""
    return Step(since(here), (*here.levers.items(), *here.postures.items()))


def keep(here: State, title: str) -> State:
    """Your version under a name, compared with the others; what is set from then on is set in a copy of it.

    Raises:
        ValueError: there is nothing to keep, no name, or no room; the message says so.
    """
    title, base = called(title), here.kept.get(here.edited)
    name = next((one for one in state.kept_names() if one not in here.kept), None)
    if not changed(here):
        raise ValueError(_("Nothing is changed yet: move a lever first."))
    if not title:
        raise ValueError(_("Give it a name first, with a letter or a number in it."))
    if title.casefold() in (one.casefold() for one in _titles(here)):
        raise ValueError(_("There is one called {title} already; give it another name.", title=title))
    if name is None:
        raise ValueError(_("{count} versions are kept already; let go of one first.", count=MOST_KEPT))
    one = Kept(title, base.of if base else here.edited, (*(base.steps if base else ()), step(here)))
    if len(one.steps) > MOST_STEPS or len(str(one)) > LONGEST:
        raise ValueError(
            _("This version has become too long for an address; take the scenario along as a file instead.")
        )
    beside = here.scenarios if len(here.scenarios) < state.MOST_SCENARIOS else here.scenarios[:-1]
    kept = {**here.kept, name: one}
    return here.with_(kept=kept, scenarios=(*beside, name), version_of="").as_written()


def _titles(here: State) -> list[str]:
    """What scenarios are called that there are already."""
    mine = [written(here, OWN).title] if here.own else []
    return [*state.known().values(), *mine, *(one.title for one in here.kept.values())]


def let_go(name: str, here: State) -> State:
    """Without a version that was kept; what was set in a copy of it, or asked about it, goes with it."""
    left = [one for one in here.scenarios if one != name]
    usual = [one for one in State().scenarios if one not in left]
    asked = {one: "" for one in ("shown", "versus") if getattr(here, one) == name}
    kept = {one: what for one, what in here.kept.items() if one != name}
    return here.comparing([*left, *usual[: max(2 - len(left), 0)]]).with_(kept=kept, **asked)


def with_own(text: str, here: State) -> State:
    """With another scenario made in the Studio; versions that were kept of the one before go with it."""
    for name in kept_of_own(here) if text != here.own else ():
        here = let_go(name, here)
    return here.with_(own=text)


def kept_of_own(here: State) -> list[str]:
    """The versions that were kept of the scenario made in the Studio."""
    return [name for name, one in here.kept.items() if one.of == OWN]


def _your(title: str) -> str:
    return f"Your {title}"[:120]


def scenarios(here: State) -> dict[str, Scenario]:
    """What is compared, baseline first: the chosen scenarios and your version, all with the uncertainties set."""
    found = {name: written(here, name) for name in here.scenarios}
    yours = your_version(here)
    if yours is not None:
        found[YOURS] = yours
    values: dict[str, Any] = {f"parameters.{name}": value for name, value in here.uncertainties.items()}
    return {name: with_overrides(one, values) for name, one in found.items()} if values else found


def jobs(here: State, panels: bool = False) -> dict[str, Job]:
    """The runs that a state asks for."""
    how = {"worlds": here.worlds, "months": months(here), "seed": here.seed, "told": here.told}
    how["parameters"] = own_sets.asked(here.parameters)
    return {name: Job(one, **how, panels=panels) for name, one in scenarios(here).items()}  # type: ignore[arg-type]


def compared(results: dict[str, Results], baseline: str) -> Comparison:
    """Results that were run over the same worlds, as the comparison that `sim.compare` makes of them: named as they are here."""
    from sim.results.paired import compared as paired

    return paired({name: _renamed(one, name, one.title) for name, one in results.items()}, baseline)


def foreseen(here: State, found: Comparison) -> Comparison | None:
    """A comparison as it will be once something is changed, with the scenario as written for your version; None where there
    is such a version already."""
    if YOURS in found.results or here.edited not in found.results:
        return None
    same = found.results[here.edited]
    return compared({**found.results, YOURS: _renamed(same, YOURS, _your(same.title))}, found.baseline)


def _renamed(one: Results, name: str, title: str) -> Results:
    """The same results under a name: whoever ran them, or asked for the same run before, may have called them otherwise."""
    if (one.name, one.title) == (name, title):
        return one
    again = copy(one)
    again.manifest = {**one.manifest, "name": name, "scenario": {**one.manifest["scenario"], "title": title}}
    return again
