"""What the pages Why and Loops ask of the workers for a state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.runtime import own_sets, questions, versions
from dashboard.runtime.questions import Question
from dashboard.runtime.state import State
from sim.scenario import Scenario
from sim.vocabulary import month_after

BEFORE = "before"
MOST_WORLDS = 200  # for loops: eleven times as many are simulated for each scenario, while the visitor waits


def pair(here: State, names: Sequence[str]) -> tuple[str, str | None]:
    """Names of the scenario asked about and of the one it is compared with; None for the month before."""
    shown = here.shown if here.shown in names else names[-1]
    versus = here.versus if here.versus in (BEFORE, *names) and here.versus != shown else usual(shown, names)
    return shown, None if versus == BEFORE else versus


def usual(shown: str, names: Sequence[str]) -> str:
    """What a scenario is compared with unless something else was chosen: the first, and the first with the last."""
    return names[0] if shown != names[0] else names[-1]


def how(here: State) -> dict[str, object]:
    """How worlds are simulated, for what is asked of `sim.why`."""
    parameters = own_sets.asked(here.parameters)
    return {"worlds": here.worlds, "seed": here.seed, "parameters": parameters, "months": versions.months(here)}


def month(here: State, plans: Mapping[str, Scenario]) -> str:
    """The month asked about: the last one unless chosen."""
    return here.month or month_after(next(iter(plans.values())).start, versions.months(here) - 1)


def account(here: State, plans: Mapping[str, Scenario]) -> Question:
    """Why the metric is as it is."""
    shown, versus = pair(here, list(plans))
    about = (plans[shown], here.metric, month(here, plans), plans[versus] if versus else None)
    return Question(questions.account, about, {**how(here), "back": here.back or None})


def pressures(here: State, plans: Mapping[str, Scenario]) -> dict[str, Question]:
    """What pressed on the decision, under each scenario asked about."""
    when = month(here, plans)
    names = [name for name in pair(here, list(plans)) if name]
    return {name: Question(questions.pressures, (plans[name], here.decision, when), how(here)) for name in names}


def at_work(here: State, plans: Mapping[str, Scenario]) -> dict[str, Question]:
    """Which loop is at work when, under each scenario."""
    so = how(here) | {"worlds": min(here.worlds, MOST_WORLDS), "metric": here.metric}
    return {name: Question(questions.loops_at_work, (plan,), so) for name, plan in plans.items()}


def loops() -> Question:
    """Which feedback loops the rules close."""
    return Question(questions.loops, ())


def likely(here: State) -> tuple[list[Question], list[Question]]:
    """What Why would ask first, were it opened now; and what Loops would."""
    here = here.with_(told="")
    plans = versions.scenarios(here)
    return [account(here, plans), *pressures(here, plans).values()], [*at_work(here, plans).values(), loops()]
