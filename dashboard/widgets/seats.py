"""A seat in a game, alone or at a table: the briefing, the settings with their cost, what was moved, the debrief."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.runtime import games, packing
from dashboard.runtime.language import _
from dashboard.runtime.questions import Question
from dashboard.widgets import controls, show, waiting
from sim.metrics import METRICS
from sim.plots import Table
from sim.plots.paths import paths
from sim.provenance.levers import level
from sim.scenario import load_policy
from sim.scenario.diff import TITLES
from sim.scenario.settings import DEFAULTS, OPTIONS
from sim.scenario.shocks import Shock
from sim.scenario.words import CHOOSE
from sim.teaching.play import debrief_text, outcome
from sim.teaching.play import text as play_text
from sim.teaching.play.across import did_rows
from sim.teaching.play.briefing import Briefing
from sim.teaching.play.debrief import TOLD, TURNING, Debrief
from sim.teaching.play.game import Trial, resume, shocks
from sim.teaching.play.moves import LIMIT, GameError, MoveLog, Values, parse
from sim.teaching.play.openings import openings
from sim.teaching.play.scenario import COURSES
from sim.teaching.play.typed import policies
from sim.vocabulary import ACTOR_SPECS, ACTORS
from sim.words.language import spoken
from sim.words.numbers import metric_words

# What an address may hold; a longer game has to be downloaded.
_LONGEST = 6000
# Settings stand in two columns where there are more.
_IN_ONE_COLUMN = 8


def purpose(actors: Sequence[str]) -> None:
    """What the game is for, its limits, and what each seat can do."""
    for paragraph in play_text.PURPOSE:
        st.markdown(show.plain(_(paragraph)))
    for actor in actors:
        st.markdown(f"**{show.plain(_(ACTORS[actor]))}.** {show.plain(_(play_text.SEATS[actor]))}")


def opening(place: str, told: bool = True) -> str:
    """A choice of where the game begins, under titles that tell nobody what to do; `told`: with a sentence on it."""
    found = openings()
    chosen: str = st.selectbox(
        _("Starting point"), list(found), format_func=lambda name: found[name][0], key=f"{place} beginning"
    )
    if told:
        st.caption(show.plain(found[chosen][1]))
    return chosen


# ------------------------------------------------------------------------------------------------ asking the engine


def told(log: MoveLog, actor: str) -> Briefing | None:
    """What an actor sees as the game stands; None when a notice was shown instead."""
    found = show.answers(lambda: {"briefing": Question(games.brief, (log.to_json(), actor, spoken()))})
    return None if found is None else found["briefing"]


def tried(log: MoveLog, settings: Values) -> Trial | None:
    """What Pakistan's settings would come to; None when a notice was shown instead."""
    found = show.answers(lambda: {"trial": Question(games.trial, (log.to_json(), settings))})
    return None if found is None else found["trial"]


def moved(log: MoveLog, moves: Mapping[str, Values]) -> MoveLog | None:
    """The log after a quarter; None when a notice was shown instead."""
    found = show.answers(lambda: {"moved": Question(games.moved, (log.to_json(), dict(moves)))})
    return None if found is None else parse(found["moved"].encode(), games.NAME)


# ------------------------------------------------------------------------------------------------ the briefing


def brief(told: Briefing) -> None:
    """What is known of the last quarter, and what is not."""
    if told.behind is None:
        st.info(_("Nothing has been counted yet: the game opens with the scenario's first month."))
        return
    st.subheader(_("What is known of {when}", when=show.plain(play_text.period(told.behind))), anchor=False)
    for event in told.events or (_("Nothing began or ended that all could see."),):
        st.markdown(f"- {show.plain(event)}")
    figures(told)


def figures(told: Briefing) -> None:
    """The figures of a briefing, in tables."""
    for title, names, rows in play_text.briefing_tables(told):
        show.table(Table([title, *names], [[words, *cells] for words, cells in rows]))
    for said in (*play_text.on_figures(), play_text.leaning_words(told)):
        st.caption(show.plain(said))


# ------------------------------------------------------------------------------------------------ the settings


def settings(told: Briefing, place: str, draft: Values | None = None) -> Values:
    """What may be set, in widgets.

    Args:
        place: begins the widgets' keys; another one for each turn.
        draft: what they stand at first; what stood before if None.
    """
    actor = told.actor
    stands = {**DEFAULTS[actor], **(told.standing if draft is None else draft)}
    names = list(DEFAULTS[actor])
    half = -(-len(names) // 2) if len(names) > _IN_ONE_COLUMN else len(names)
    found: Values = {}
    for column, some in zip(
        st.columns(2) if half < len(names) else [st.container()], (names[:half], names[half:]), strict=False
    ):
        with column:
            found |= {name: _setting(told, name, stands[name], f"{place} {name}") for name in some}
    return {name: value for name, value in found.items() if value != DEFAULTS[actor][name]}


def _setting(told: Briefing, name: str, now: float | str, key: str) -> float | str:
    label = _(TITLES[name])
    if name in OPTIONS:
        options = [CHOOSE, *OPTIONS[name]]
        chosen: str = st.selectbox(label, options, options.index(str(now)), format_func=controls.option, key=key)
        return chosen
    if DEFAULTS[told.actor][name] != CHOOSE:
        about = _("From 0 to 1.")
        if name in told.unit_costs:
            cost = told.unit_costs[name]
            about = _("From 0 to 1. Costs {cost:.2g} units a month at full strength.", cost=cost)
        value = st.slider(label, 0.0, 1.0, float(now), 0.05, key=key, help=about)
        if ACTOR_SPECS[told.actor].has_levers and (called := level(name, value)):
            st.caption(show.plain(called))
        return round(value, 2)
    left = st.checkbox(_("{label}: left to choose", label=label), now == CHOOSE, key=f"{key} left")
    value = st.slider(label, 0.0, 1.0, 0.5 if now == CHOOSE else float(now), 0.05, key=key, disabled=left)
    return CHOOSE if left else round(value, 2)


def cost(log: MoveLog, told: Briefing, draft: Values) -> None:
    """What economy and factions allow."""
    if not ACTOR_SPECS[told.actor].has_levers:
        return
    trial = tried(log, draft)
    if trial is not None:
        words = show.plain(play_text.cost_words(trial))
        (st.info if trial.share >= 1.0 else st.warning)(words)
    if softened := play_text.softened_words(told):
        st.caption(show.plain(softened))


def mix(actor: str, place: str) -> Values | None:
    """The opening mix of one of Pakistan's policies, when it was asked for."""
    if not ACTOR_SPECS[actor].has_levers:
        return None
    with st.expander(_("Start from the opening mix of a policy")):
        name = st.selectbox(_("Policy"), policies(), key=f"{place} policy")
        st.caption(show.plain(_(load_policy(name).summary)))
        if st.button(_("Take it over"), key=f"{place} take"):
            return dict(load_policy(name).settings.given())
    return None


def decide(log: MoveLog, told: Briefing, place: str, first: Values | None = None) -> Values:
    """The settings in widgets, with what they cost above them.

    Args:
        place: begins the widgets' keys; another one for each turn.
        first: what they stand at to begin with; what stood before if None.
    """
    drafts: dict[str, tuple[Values | None, int]] = st.session_state.setdefault("drafts", {})
    taken = mix(told.actor, place)
    if taken is not None:
        drafts[place] = (taken, drafts.get(place, (None, 0))[1] + 1)
    stands, number = drafts.get(place, (first, 0))
    costs = st.container()
    found = settings(told, f"{place} {number}", stands)
    with costs:
        cost(log, told, found)
    return found


def history(log: MoveLog) -> None:
    """What was done so far, turn by turn."""
    if not log.turns:
        st.caption(_("No quarter has passed yet."))
        return
    show.table(Table([_("Turn"), _("Moves"), _("Agreed on before")], did_rows(log)))
    for one in log.injects:
        if one.shock.date > log.period(len(log.turns) - 1)[1]:
            said = _(
                "{date}: {title} (from {source}), to come",
                date=one.shock.date,
                title=_(one.shock.title),
                source=one.source,
            )
            st.markdown(f"- {show.plain(said)}")


def turns(log: MoveLog, some: Sequence[int], key: str) -> None:
    """A choice of the turn to go back to."""
    st.selectbox(
        _("To the start of turn"),
        some,
        format_func=lambda k: f"{k + 1}: {play_text.period(log.period(k))}" if k < log.quarters else _("the end"),
        key=key,
    )


def injects(place: str, put_in: Callable[[Shock, str], None]) -> None:
    """A shock of the library to choose, and a button that gives it, with where it is from, to `put_in`."""
    listed = [(shock, source) for source, some in shocks().items() for shock in some]
    chosen = f"{place} shock"
    st.selectbox(
        _("Shock"),
        range(len(listed)),
        format_func=lambda k: _("{title} (from {source})", title=_(listed[k][0].title), source=listed[k][1]),
        key=chosen,
    )
    st.button(
        _("Put it into the coming quarter"),
        key=f"{place} inject",
        on_click=lambda: put_in(*listed[st.session_state.get(chosen, 0)]),
    )


# ------------------------------------------------------------------------------------------------ the debrief


def pressed(top: DeltaGenerator, label: str, key: str) -> bool:
    """Whether a button was pressed that stands here, below settings, and at their top, too: on a phone they are screens long."""
    here = (top, st.container())
    found = [one.button(label, type="primary", key=f"{key} {number}") for number, one in enumerate(here)]
    return any(found)


def ended(log: MoveLog) -> None:
    """What a game that is over came to, at once."""
    if not log.turns:
        return
    found = show.answers(lambda: {"outcome": Question(games.outcome, (log.to_json(),))})
    if found is not None:
        st.markdown(show.plain(outcome.words(found["outcome"])))
        show.table(Table([_("What it came to"), *map(_, outcome.COLUMNS)], outcome.rows(found["outcome"])))
        st.caption(show.plain(_(outcome.ABOUT)))


def debrief(log: MoveLog, place: str, at_once: bool = False) -> None:
    """The debrief: asked for by a button, or at once; waited for, shown."""
    if not log.turns:
        st.caption(_("After the first quarter your path can be set against other courses."))
        return
    choices = [None, *COURSES]
    versus = st.selectbox(
        _("Turning points against"),
        choices,
        format_func=lambda name: _(COURSES[name]) if name else _("the usual courses"),
        key=f"{place} versus",
    )
    found = waiting.answer(
        f"debrief {place}",
        _("Set it against other courses, in 1,000 paired worlds"),
        Question(games.debrief, (log.to_json(), versus, spoken())),
        at_once=at_once,
    )
    if found is not None:
        shown(found, place)


def looked_at(key: str) -> str:
    """Which of the metrics that a debrief tells is looked at."""
    name: str = st.selectbox(
        _("What to look at"), TOLD, TOLD.index(TURNING), format_func=lambda name: _(METRICS[name].title), key=key
    )
    return name


def shown(found: Debrief, place: str) -> None:
    """A debrief: what was chance, what was policy, where the paths part and why."""
    st.subheader(_("Debrief: {when}", when=show.plain(play_text.period(found.months))), anchor=False)
    st.markdown(show.plain(debrief_text.about_words(found)))
    metric = looked_at(f"{place} metric")
    sign = (str(found.world), *found.months, metric, *(f"{one.mean!r}" for one in found.places[metric].values()))
    show.picture(
        show.drawn(("paths", *sign), lambda: paths(found.paths(metric), metric, *found.months)), f"paths {place}"
    )
    rows = debrief_text.metric_rows(metric, found.places[metric])
    heads = [metric_words(metric), *map(_, debrief_text.COLUMNS)]
    show.table(Table(heads, [[words, *cells] for words, cells in rows]))
    st.markdown(show.plain(debrief_text.draws_words(found.places[metric])))
    st.markdown(show.plain(debrief_text.policy_words(metric, found.places[metric])))
    st.caption(show.plain(_(debrief_text.LEGEND, worlds=found.worlds)))
    ends = [[words, *cells] for words, cells in debrief_text.verdict_rows(found)]
    show.table(Table([debrief_text.verdict_title(found), *map(_, debrief_text.SHORT.values())], ends))
    st.caption(show.plain(debrief_text.verdict_words(found)))
    for course in found.versus:
        st.subheader(
            show.plain(
                _(
                    "Turning points: {title}, against {course}",
                    title=_(METRICS[TURNING].title),
                    course=_(COURSES[course]),
                )
            ),
            anchor=False,
        )
        points = [point for point in found.turning if point.course == course]
        for point in points:
            first, *rest = debrief_text.point_words(point)
            st.markdown(f"**{show.plain(first)}** {show.plain(' '.join(rest))}")
            show.table(Table([_("By how much"), _("What")], [list(row) for row in debrief_text.reason_rows(point)]))
            for statement in point.through:
                st.caption(show.plain(statement))
        if not points:
            st.markdown(show.plain(_(debrief_text.NO_TURN)))


# ------------------------------------------------------------------------------------------------ logs


def bring(raw: bytes, name: str) -> MoveLog:
    """A log from a file that somebody brought. Raises GameError."""
    log = parse(raw, re.sub(r"[^\w. -]+", "_", name)[:60] or games.NAME)
    resume(log)  # its scenario can be used, too
    return log


def packed(log: MoveLog) -> str:
    """A log for an address; "" where it is too long for one."""
    return packing.packed(log.to_json(), _LONGEST)


def unpacked(text: str) -> MoveLog:
    """The same back. Raises GameError."""
    try:
        data = packing.unpacked(text, _LONGEST, LIMIT)
    except ValueError as problem:
        raise GameError(_("the game in this address {problem}", problem=problem)) from None
    return bring(data, _("the address"))
