"""The courses that a search found: picked by what matters, shown side by side, opened one by one, and handed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import streamlit as st

from dashboard.runtime import state, versions
from dashboard.runtime.checks import DEAD_MILITANTS
from dashboard.runtime.language import _
from dashboard.runtime.state import OWN, State
from dashboard.widgets import show
from sim.metrics import METRICS
from sim.plots.tables import Table
from sim.scenario import ScenarioError, load_scenario
from sim.search.archetypes import Archetype
from sim.search.findings import Course, Findings, Measure
from sim.search.objectives import KILLED
from sim.search.pathways_text import course_words, pathways_picture
from sim.search.pictures import parallel_picture
from sim.search.text import PULLED, SPOKEN, costs, failing, with_heads
from sim.words.language import N_
from sim.words.numbers import fine, hundredths, number
from sim.words.sentences import listed, side_by_side

STEPS, MOST_ROWS = 21, 8
MILITANTS = "fatalities_militant"
DEAD = (*(who for who in KILLED if who != MILITANTS), MILITANTS)
GO, REFUSED = "third way leads to", "third way refuses"
WAYS = {
    "compare": N_("Compare it with both"),
    "why": N_("Ask why it differs"),
    "studio": N_("Edit it in the Studio"),
}


def picked(found: Findings, here: State) -> State:
    """What matters: a slider for each objective, from the worst of all courses to the best, and one for dead militants."""
    bounds: dict[str, float] = {}
    for place, one in enumerate(found.objectives, 1):
        figures = {course.words: course.figures[one.key] for course in found.courses[:SPOKEN]}
        every = [course.figures[one.key] for course in (*found.courses[:SPOKEN], *found.members)]
        bounds |= _slider(found, here, str(place), one.words, bool(one.less), figures, every)
    if counts_apart(found):
        figures = {course.words: course.deaths[MILITANTS] for course in found.courses[:SPOKEN]}
        every = [course.deaths[MILITANTS] for course in (*found.courses[:SPOKEN], *found.members)]
        bounds |= _slider(found, here, DEAD_MILITANTS, _(METRICS[MILITANTS].title), True, figures, every)
    return here.with_(bounds=bounds)


def counts_apart(found: Findings) -> bool:
    """Whether how many militants die is none of what was searched by: it can then be bounded all the same, as harm."""
    return all(MILITANTS not in one.key.split(" + ") for one in found.objectives)


def _slider(
    found: Findings,
    here: State,
    name: str,
    title: str,
    less: bool,
    figures: Mapping[str, float],
    every: Sequence[float],
) -> dict[str, float]:
    """A slider from the worst figure to the best; the bound that it is set to, none where it stands at the worst."""
    ends = _ends(every, less)
    given = here.bounds.get(name, ends[0])
    value = st.select_slider(
        _("{measure}: at most", measure=show.plain(title))
        if less
        else _("{measure}: at least", measure=show.plain(title)),
        ends,
        min(ends, key=lambda end: abs(end - given)),
        format_func=partial(_bound, ends[0]),
        key=state.key("bound", found.title, name),
        help=side_by_side(
            _("{what}: {value}", what=show.plain(course), value=number(figure)) for course, figure in figures.items()
        ),
    )
    return {name: float(value)} if value != ends[0] else {}


def _bound(worst: float, end: float) -> str:
    return _("any") if end == worst else fine(end, 3)


def _ends(figures: Sequence[float], less: bool) -> list[float]:
    """The values that a course may be bounded by, the worst first."""
    worst, best = (max(figures), min(figures)) if less else (min(figures), max(figures))
    return [float(end) for end in np.linspace(worst, best, STEPS)] if worst != best else [worst, best + 1.0]


def remaining(found: Findings, here: State) -> list[Course]:
    """The members that are left."""
    keys = {str(place): one.key for place, one in enumerate(found.objectives, 1)}
    most = here.bounds.get(DEAD_MILITANTS) if counts_apart(found) else None
    dead = {} if most is None else {MILITANTS: most}
    return found.remaining({keys[name]: end for name, end in here.bounds.items() if name in keys}, dead)


def together(found: Findings, left: Sequence[Course], opened: str) -> None:
    """The members that are left, over all objectives; the one that is opened stands out."""
    names = frozenset(one.name for one in left)
    key = (found.digest, "parallel", opened, *sorted(names))
    show.picture(
        show.drawn(key, partial(parallel_picture, found, names, turned=True, opened=opened)), "parallel", width=680
    )


def kinds(found: Findings, left: Sequence[Course]) -> None:
    """The kinds that the courses are of, in words, and how many of each are left."""
    names = {one.name for one in left}
    said = [
        _(
            "Kind {title} ({left} of {all} remain)",
            title=one.title,
            left=len(names & {*one.members}),
            all=len(one.members),
        )
        for one in found.kinds
    ]
    st.markdown("\n".join(f"- {show.plain(line)}" for line in said))
    if found.kinds:
        st.caption(
            _(
                "A kind is called by what its courses, on average, have more or less of than the others. A course is called by "
                "what it has most of, which may be less than others have of it."
            )
        )


def table(found: Findings, left: Sequence[Course]) -> None:
    """What those that are left come to, beside the first courses: deaths by whose they are, before any sum."""
    besides = _besides_deaths(found)
    dead, rest = [*map(_whose, DEAD)], [about.headed for about in besides]
    rows = [
        (
            _called(found, one),
            [number(one.deaths[who]) for who in DEAD],
            [number(one.figures[about.key]) for about in besides],
        )
        for one in (*found.courses[:SPOKEN], *left[:MOST_ROWS])
    ]
    with st.container(key="figures"):
        show.table(Table([_("Course"), *dead, *rest], [[name, *one, *other] for name, one, other in rows]))
    heads = [_("Course"), _("Who dies, before any sum"), _("What else counts")]
    narrow = [
        [name, *(side_by_side(with_heads(*told)) for told in ((dead, one), (rest, other)))] for name, one, other in rows
    ]
    _tight("all", Table(heads, narrow))
    if len(left) > MOST_ROWS:
        st.caption(
            _("{more} more remain; narrow it down, or open one from the list below.", more=len(left) - MOST_ROWS)
        )


def _whose(who: str) -> str:
    title = _(METRICS[who].title)
    return _("{whose} (count for nothing)", whose=title) if who == MILITANTS else title


def _besides_deaths(found: Findings) -> list[Measure]:
    """The objectives but those that are deaths, or a sum of some."""
    return [one for one in found.objectives if not {*one.key.split(" + ")} <= {*KILLED}]


def _called(found: Findings, one: Course) -> str:
    kind = found.kind_of(one.name)
    return _("{course} ({kind})", course=one.words, kind=kind.called) if kind is not None else one.words


def chosen(found: Findings, left: Sequence[Course], here: State) -> State:
    """Which of those that are left is opened."""
    names = [one.name for one in left]
    name = st.selectbox(
        _("Open one"),
        names,
        names.index(here.member) if here.member in names else 0,
        format_func=lambda name: _called(found, found[name]),
        key=state.key("member", found.title),
    )
    return here.with_(member=name or "")


def opened(found: Findings, one: Course) -> None:
    """A course: what it does, who pays for it, where it fails, and where it can be taken."""
    st.markdown(f"{show.strong(one.words)}: {show.plain(_(one.summary))}")
    with st.container(horizontal=True, key="handed"):
        for page, label in WAYS.items():
            st.button(_(label), key=state.key("hand", page), on_click=_hand, args=[found, one.name, page])
        text, name = found.scenario(one.name), f"{one.name}.yaml"
        st.download_button(_("Take it along"), text, name, "application/yaml", on_click="ignore")
    if refused := st.session_state.pop(REFUSED, None):
        st.error(show.plain(refused))
    left, right = st.columns(2, gap="medium")
    with left:
        _beside(found, one)
        said = [costs(found, one.name, course.name) for course in found.courses[:SPOKEN]]
        _listed(_("What it gains, and what it costs"), said)
    with right:
        _futures(found, one)
        kind = found.kind_of(one.name)
        if kind is not None:
            _of_its_kind(found, kind, one.name == kind.example)


def _of_its_kind(found: Findings, kind: Archetype, itself: bool) -> None:
    """What was looked into of the course in the middle of each kind: where it fails, and until when it meets its targets."""
    boxes = [failing(found, weak, ids=False) for weak in found[kind.example].weaknesses if weak.box is not None]
    middle = show.plain(found[kind.example].words)
    where = (
        _("Where it fails") if itself else _("Where {course} fails, the one in the middle of its kind", course=middle)
    )
    _listed(where, boxes or [_("Nothing that was varied tells its bad futures apart.")])
    if found.routes is not None:
        lasts = N_("Until when {course} lasts, the one in the middle of its kind")
        until = _("Until when it lasts") if itself else _(lasts, course=middle)
        _listed(until, [course_words(found, kind.example, found.called)])


def _beside(found: Findings, one: Course) -> None:
    """Its figures beside those of the first courses."""
    courses = (*found.courses[:SPOKEN], one)
    heads = ["", *(course.words for course in found.courses[:SPOKEN]), _("This course")]
    rows = [[_(METRICS[who].title), *(number(course.deaths[who]) for course in courses)] for who in DEAD]
    rows += [
        [about.headed, *(number(course.figures[about.key]) for course in courses)]
        for about in (*found.objectives, *found.others)
        if about.key not in KILLED
    ]
    _tight("beside", Table(heads, rows))
    nothing = [one.words for one in found.others]
    st.caption(show.plain(_("Told, but counted for nothing: {measures}.", measures=listed(nothing))) if nothing else "")


def _futures(found: Findings, one: Course) -> None:
    """How it fares future by future: against the best of the courses, and against the best of the members."""
    st.markdown(show.strong(_("How it fares, future by future")))
    heads = ["", _("better, of 100"), _("worse, of 100"), _("mean regret"), _("regret, nine in ten")]
    rows = [
        [
            about.headed,
            hundredths(one.wins[about.key]),
            hundredths(weak.share),
            number(one.regret[about.key]),
            number(one.regret_p90[about.key]),
        ]
        for about, weak in zip(found.objectives, one.weaknesses, strict=True)
    ]
    _tight("futures", Table(heads, rows))
    about_it = _(
        "Better and worse: than the best of the courses that it is set against, in the same future; worse by as much as "
        "counts. Regret: how much worse it does than the best of all courses that were found, in the same future; nine "
        "futures in ten stay under the last figure."
    )
    above = any(one.regret[about.key] > one.regret_p90[about.key] for about in found.objectives)
    st.caption(f"{about_it} {_(PULLED)}" if above else about_it)


def _tight(name: str, one: Table) -> None:
    """A table that a phone has room for."""
    with st.container(key=f"tight-{name}"):
        show.table(one)


def _listed(heading: str, lines: Sequence[str]) -> None:
    st.markdown("\n".join([f"**{heading}**\n", *(f"- {show.plain(line)}" for line in lines)]))


def pathways(found: Findings) -> None:
    """The map of pathways."""
    if found.routes is not None:
        show.picture(show.drawn((found.digest, "pathways"), partial(pathways_picture, found)), "pathways", width=680)


def _hand(found: Findings, name: str, page: str) -> None:
    """Take a course to another page: it is then the scenario of one's own."""
    text = found.scenario(name)
    try:
        load_scenario((OWN, text))
    except ScenarioError as problem:
        st.session_state[REFUSED] = str(problem)
        return
    here = versions.with_own(text, state.current())
    both = [one.name for one in found.courses if one.name in state.known()][:SPOKEN] or list(here.scenarios[:1])
    there = here.with_(scenarios=(*both, OWN), version_of="", told="", shown=OWN, versus=both[-1])
    state.replace_all(there.as_written())
    if page == "studio":
        st.session_state["draft"] = text
        st.session_state["draft number"] = st.session_state.get("draft number", 0) + 1
    st.session_state[GO] = page
