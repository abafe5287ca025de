"""Where a step of an exercise is done: the page, and the address that opens it with the step's runs and setting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from dashboard.runtime.language import _
from dashboard.runtime.state import MOST_SCENARIOS, MOST_WORLDS, OWN, State, to_query
from sim.metrics import METRICS
from sim.scenario import parameter_set
from sim.teaching.exercises.figures import because_of
from sim.teaching.exercises.load import is_path
from sim.teaching.exercises.schema import Exercise, Question, Step
from sim.words.language import N_
from sim.words.sentences import listed, month_words

# What a comparison of one scenario stands beside where an exercise has no other: stepping back, or the record.
BESIDE = ("disengage", "history")
_PAGES = {
    "evidence": N_("Look it up in the evidence"),
    "experiments": N_("Run the experiment"),
}


@dataclass(frozen=True)
class Way:
    """A way to a page: the name of its file in pages/, what the link says, and the address's parameters."""

    page: str
    label: str
    query: dict[str, str] = field(default_factory=dict)


def ways(one: Exercise, number: int) -> list[Way]:
    """Where a step (counted from 0) is done; none where all of it stands on the step itself."""
    step = one.steps[number]
    if step.opens == "studio":
        base = next(iter(one.runs.values())).scenario
        plain = State(scenarios=(_beside(base), base))
        return [Way("studio", _("Write yours in the Scenario studio"), to_query(plain)), *_compared(one, number)]
    if step.do == "explain" and step.opens in (None, "why"):
        return [why(one, question) for question in list(one.questions.values())[:1]]
    if step.opens is not None:
        return [Way(step.opens, _(_PAGES[step.opens]))]
    return _compared(one, number) if step.runs or step.show else []


def why(one: Exercise, question: Question) -> Way:
    """Where somebody asks why a question's figure is as it is."""
    because = because_of(one, question)
    state = _state(one, filter(None, (because.versus, because.run)))
    other = _name(one, because.versus) if because.versus else "before"
    month = because.month or one.span()[-1]
    state = state.with_(metric=because.metric, month=month, shown=_name(one, because.run), versus=other)
    return Way(
        "why",
        _("Ask why: {metric}, {month}", metric=_(METRICS[because.metric].title), month=month_words(month)),
        to_query(state),
    )


def _compared(one: Exercise, number: int) -> list[Way]:
    """A comparison of the step's runs, one for each assumption about what nobody controls, and for each changed scenario."""
    step = one.steps[number]
    before = _made(one, number)
    runs, found = step.runs or before, []
    for mode in dict.fromkeys(one.runs[run].parameters for run in runs):
        alike = [run for run in runs if one.runs[run].parameters == mode]
        changed = [run for run in alike if _changed(one, run)]
        plain = [run for run in alike if run not in changed]
        beside = [*plain, *(run for run in before if not _changed(one, run))]
        for some in [[run] for run in changed] or [plain]:
            others = [run for run in beside if _name(one, run) != _name(one, some[0])]
            pair = some if len(some) > 1 else [*others[:1], *some]
            titles = listed([_(one.scenarios[run].title) for run in pair])
            state = _state(one, pair, mode).with_(metric=_metric(one, step))
            label = N_("Compare {titles}") if len(pair) > 1 else N_("See {titles}")
            found.append(Way("compare", _(label, titles=titles), to_query(state)))
    return found


def _made(one: Exercise, number: int) -> list[str]:
    """The runs that the steps before have made."""
    return list(dict.fromkeys(run for step in one.steps[:number] for run in step.runs))


def _state(one: Exercise, runs: Iterable[str], mode: str | None = None) -> State:
    """Some runs of an exercise, at most one of them changed, in its worlds, as the pages have it."""
    runs = list(runs)
    names = list(dict.fromkeys(_name(one, run) for run in runs))[:MOST_SCENARIOS]
    if len(names) < 2:
        parent = one.runs[runs[0]].scenario
        names.insert(0, parent if names == [OWN] and not is_path(parent) else _beside(names[0]))
    own = next((one.scenarios[run].to_yaml() for run in runs if _changed(one, run)), "")
    values, beneath = parameter_set(mode or one.runs[runs[-1]].parameters or one.setting.parameters)
    return State(
        scenarios=tuple(names),
        parameters=values,
        uncertainties={name: value for name, value in beneath.items() if isinstance(value, float)},
        seed=one.setting.seed,
        worlds=min(one.setting.worlds, MOST_WORLDS),
        months=len(one.span()),
        own=own,
    )


def _changed(one: Exercise, run: str) -> bool:
    return bool(one.runs[run].set) or is_path(one.runs[run].scenario)


def _name(one: Exercise, run: str) -> str:
    return OWN if _changed(one, run) else one.runs[run].scenario


def _beside(name: str) -> str:
    return next(one for one in BESIDE if one != name)


def _metric(one: Exercise, step: Step) -> str:
    """What the step looks at first."""
    drawn = [picture.metric for picture in step.pictures]
    shown = [one.figures[name].metric for name in step.show]
    return next(filter(None, (*drawn, *shown)), State().metric)
