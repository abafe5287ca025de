"""What a visitor moves: scenarios, postures of "your version", how many worlds; levers and uncertainties stand beside this.

Each function shows its widgets and returns the state with what they stand at. A widget that stands where the scenario
was written to stand changes nothing, and leaves nothing in the address. What only moves the numbers has only its own
line, the answer and the way back shown anew (`keep`): that takes a third of what sending every slider again takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any

import streamlit as st

from dashboard.runtime import history, state, versions
from dashboard.runtime.language import _
from dashboard.runtime.state import MOST_SCENARIOS, POSTURES, SHARES, State
from dashboard.widgets import show
from sim.metrics import METRICS
from sim.parameters import PARAMETERS
from sim.parameters.posterior import AS_OF
from sim.scenario import list_scenarios
from sim.scenario.diff import TITLES
from sim.scenario.settings import OPTIONS
from sim.scenario.words import CHOOSE
from sim.vocabulary import ACTORS, CAMPAIGNS, month_after
from sim.words.sentences import HEADLINES, month_words

_WORLDS = (50, 100, 200, 500, 1000)
# The parts of the page that follow what is moved, by the names of their fragments; and the whole of it.
ANSWER, BACK, KEEP, BODY, SAVE = "answer", "back", "keep", "compare", "save"


@cache
def library() -> dict[str, tuple[str, str]]:
    """The scenarios of the library in the order of their titles: name -> title, question."""
    found = sorted(list_scenarios(), key=lambda one: one[1].casefold())
    return {name: (title, question) for name, title, question in found}


def keep(place: str, change: Callable[[State, Any], State], *more: str) -> None:
    """Keep what a visitor has just moved, and have what follows from it shown anew, and nothing else.

    Args:
        place: the widget's key; change: gives the state with the widget's value in it; more: fragments that show it.
    """
    follow(change(state.current(), st.session_state[place]), *more)


def follow(there: State, *more: str) -> None:
    """Keep another state, and have what follows from it shown anew."""
    before = ways_back()
    state.publish(there)
    st.rerun([*more, *([] if before == ways_back() else [BACK, KEEP]), ANSWER, SAVE])


def go(change: Callable[[State], State | None]) -> None:
    """Choose what another state has, which `change` makes of this one, and show all anew; stay where there is none."""
    if (there := change(state.current())) is not None:
        state.replace_all(there)
        st.rerun([BODY, SAVE])


def ways_back() -> tuple[bool, bool, bool]:
    """Whether there is anything to undo, to do again, to put back as written."""
    here = state.current()
    return history.back(here) is not None, history.again(here) is not None, bool(versions.changed(here))


def with_setting(kind: str, name: str, plain: float | str, here: State, value: Any) -> State:
    """The state with one lever, posture or uncertainty; what stands where it was written is left out."""
    chosen = {**getattr(here, kind), name: value}
    if value == plain or (isinstance(plain, float) and abs(value - plain) < 1e-9):
        del chosen[name]
    order: Iterable[str] = {"levers": SHARES, "postures": POSTURES, "uncertainties": PARAMETERS}[kind]
    return here.with_(**{kind: {one: chosen[one] for one in order if one in chosen}})


def title_of(here: State, name: str) -> str:
    """A scenario's title, in the visitor's language where it is one of the library's."""
    return versions.written(here, name).title if name in here.mine else _(library()[name][0])


def choices(here: State) -> list[str]:
    """What may be compared: the library, what was made in the Studio, and versions that were kept."""
    return [*library(), *here.mine]


def scenarios(here: State) -> State:
    """Which scenarios are compared, of which one a version is made, what is looked at, and from when worlds go on."""
    first, second, third, fourth = st.columns([5, 3, 3, 3])
    chosen = first.multiselect(
        _("Scenarios to compare"),
        choices(here),
        list(here.scenarios),
        format_func=lambda name: title_of(here, name),
        max_selections=MOST_SCENARIOS,
        select_all=False,
        key=state.key("scenarios"),
        help=_(
            "Two to four. Each is simulated in the same modelled worlds, with the same random draws. Differences are "
            "to the first of them; once a lever is moved, or a version kept, to the scenario that it is a copy of."
        ),
    )
    if len(chosen) < 2:
        first.info(_("Choose two scenarios or more; until then the last comparison stays."))
        chosen = list(here.scenarios)
    here = here.comparing(chosen)
    with fourth:
        here = told(here)
    with st.expander(_("What the scenarios are"), key=state.key("what"), on_change="rerun") as what:
        if what.open:
            said = (f"- **{show.plain(_(title))}** {show.plain(_(question))}" for title, question in library().values())
            st.markdown("\n".join(said))
    edited = second.selectbox(
        _("Your version is a copy of"),
        chosen,
        chosen.index(here.edited),
        format_func=lambda name: title_of(here, name),
        key=state.key("version", *chosen),
        help=_("The sliders below change this copy; the scenario as it was written stays beside it."),
    )
    place = state.key("metric")
    metric = third.selectbox(
        _("What to look at"),
        list(METRICS),
        list(METRICS).index(here.metric),
        format_func=lambda name: _(METRICS[name].title),
        key=place,
        on_change=keep,
        args=[place, lambda now, value: now.with_(metric=value)],
        help="  \n".join(
            f"{show.plain(_(METRICS[name].title))}: {show.plain(_(METRICS[name].means))}" for name in HEADLINES
        ),
    )
    if edited != here.edited:  # the levers that were set belong to the other scenario's copy
        here = here.as_written()
    return here.with_(version_of="" if edited == chosen[-1] else edited, metric=metric)


def told(here: State) -> State:
    """From when worlds go on: from the beginning, or as things stood at the end of a month of the record."""
    place = state.key("told")
    month = st.selectbox(
        _("Worlds go on"),
        ["", *AS_OF],
        ["", *AS_OF].index(here.told),
        format_func=lambda one: (
            _("as things stood in {month}", month=month_words(one)) if one else _("from the beginning")
        ),
        key=place,
        help=_(
            "As things stood: until then Pakistan does what it did, and of many modelled worlds those go on that "
            "came near what was counted. Each scenario's own course begins in the month after. Takes longer the "
            "first time."
        ),
    )
    return here.with_(told=month)


def since(here: State) -> State:
    """From which month your version differs."""
    scenario = versions.written(here, here.edited)
    months = [month_after(scenario.start, number) for number in range(versions.months(here))]
    usual = versions.since(here.with_(since=""))
    month = st.select_slider(
        _("Your changes hold from"),
        months,
        versions.since(here),
        format_func=month_words,
        key=state.key("since", here.edited, len(months)),
        help=_("Until the end. Everything before is left as the scenario has it."),
    )
    return here.with_(since="" if month == usual else month)


def postures(here: State) -> State:
    """What the other actors do in your version; left to themselves unless set."""
    since = versions.since(here)
    plan = versions.planned(versions.written(here, here.edited), since)
    for name, actor in POSTURES.items():
        place, options = state.key("posture", name, here.edited, since), [CHOOSE, *OPTIONS[name]]
        value = st.selectbox(
            f"{_(ACTORS[actor])}: {_within(_(TITLES[name]))}",
            options,
            options.index(str(here.postures.get(name, plan[name]))),
            format_func=option,
            key=place,
            on_change=keep,
            args=[place, partial(with_setting, "postures", name, plan[name])],
            help=_("Left to choose, it decides month by month by the rules of the model."),
        )
        here = with_setting("postures", name, plan[name], here, value)
    return here


def _within(title: str) -> str:
    """A title as it stands within a line: its first letter small, names as they are."""
    return f"{title[0].lower()}{title[1:]}"


def option(name: str) -> str:
    """One of the things an actor may be set to, in words."""
    return _("left to choose") if name == CHOOSE else CAMPAIGNS.get(name, name.replace("_", " ")).lower()


def runs(here: State) -> State:
    """How many worlds, how long, which random draws."""
    first, second, third = st.columns(3)
    worlds = sorted({*_WORLDS, here.worlds})
    count = first.selectbox(
        _("Modelled worlds"),
        worlds,
        worlds.index(here.worlds),
        key=state.key("worlds"),
        help=_("More worlds make shares surer and take longer."),
    )
    length: Any = second.number_input(
        _("Months (0: as the scenarios say)"), 0, state.MOST_MONTHS, here.months, 6, key=state.key("months")
    )
    seed: Any = third.number_input(
        _("Seed"),
        0,
        2**53 - 1,
        min(here.seed, 2**53 - 1),
        1,
        key=state.key("seed"),
        help=_("The number that all random draws come from."),
    )
    return here.with_(worlds=count, months=int(length), seed=int(seed) if here.seed < 2**53 else here.seed)
