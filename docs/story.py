"""Run the courses anew and write docs/story.md and its pictures. Run it from the checkout: python docs/story.py

The runs (five minutes or so) come to docs/story/told.json, which is kept; `docs/build.py` fills the page from it. Every figure
and every "more" or "fewer" of the page is chosen by what the runs gave.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS), str(DOCS.parent)]  # so that it runs from a checkout that is not installed

import altair as alt  # noqa: E402
from notation import table  # noqa: E402
from response import filled, rounded  # noqa: E402
from story_looks import LOOKS  # noqa: E402
from story_runs import IN_TRUCE, LOOP_WORLDS, LOOPED, PARTING, TAILS, WORLDS, YEARS, simulated, study  # noqa: E402

from sim.mechanisms import LOOPS  # noqa: E402
from sim.metrics import METRICS  # noqa: E402
from sim.plots import to_png  # noqa: E402
from sim.plots.data import Rows  # noqa: E402
from sim.plots.theme import LABEL, PALETTE, SOFT, dress  # noqa: E402
from sim.vocabulary import START, month_after, month_words, months_between  # noqa: E402
from sim.words.numbers import between, number, of_100  # noqa: E402
from sim.words.sentences import capital, listed  # noqa: E402

PAGE, KEPT, IMAGES = DOCS / "story.md", DOCS / "story" / "told.json", DOCS / "images" / "story"
DEATHS = {
    "security": "soldiers and police",
    "civilian": "civilians in Pakistan",
    "militant": "militants",
    "afghan_civilian": "Afghan civilians",
}
WORLDS_CALLED = {"low": "A quiet world", "median": "The median world", "high": "A violent world"}
# The courses that are told one by one; the others stand in the table.
TOLD = ("history", "confront", "appease", "appease_ttp", "mediated_talks")
ALT = "TTP attacks a month under each course: what nine in ten worlds lie between, and three worlds."
# Between these shares of worlds the courses count as nearly even.
NEARLY_EVEN = (0.3, 0.7)
# Less than this share of a course's attacks is no part of the story.
WORTH_TELLING = 0.05

HEAD = """# How it goes

Made by `make story`; figures, and the words that depend on them, are chosen by the runs. **Not a forecast**, and not what
happened after 2023: it is how things go in a model of five articles' arguments, told so that it can be read aloud. The numbers
stand for people.
"""

PAST = """## Until the courses part

In August 2021 the Taliban win. The TTP next door has just been reunited; the victory gives it a name, refuge and some arms.
Islamabad helped the winners and expects thanks; what it held over them were refuge and arms, and these they need no more.
Kabul shelters the TTP and, on record, brokers two truces, in which the movement rests and spreads, until in November 2022 it
ends the second one. In the model it is chance when truces come: in {in_truce} one stands in {truce} worlds.
Everything below is about what Pakistan does from December 2022 on: {worlds:,} modelled worlds for each course, the same
random draws in all of them, parameters that tell the record.
"""

QUIET = """A *median world* is the one with the median number of attacks from December 2022 on; a *quiet* and a *violent* world
stand at the fifth and the ninety-fifth place of a hundred.
"""

LOOPS_TEXT = """Each loop is switched off in turn, in the same worlds. What it adds to a course's attacks, as a share of those
without it, in the median world (and in how many of 100 worlds it adds). Loops overlap, so the figures do not add up.
"""

UNSEEN = """And what no figure shows: nobody looks ahead, no election is held, no commander dies, no third state but China and
India acts, the Afghan side of the line has no places, and a month is the shortest time in which anything happens.
"""

AGAIN = """## Make it anew

`make story` runs it all, `make docs` fills this page. Worlds: {worlds:,} for each course and {loop_worlds:,} for loops; seed
{seed}; model {model}.
"""


def main() -> None:
    runs = simulated(WORLDS)
    looked = {name: look.read(runs) for name, look in LOOKS.items()}
    found = rounded({**study(runs, LOOP_WORLDS), "looked_at": looked})
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(found, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    IMAGES.mkdir(parents=True, exist_ok=True)
    (IMAGES / "paths.png").write_bytes(to_png(paths(found), scale=1.6))
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The page, from the kept runs."""
    found = json.loads(KEPT.read_text(encoding="utf-8"))
    about, courses = found["manifest"], found["courses"]
    lines = [
        filled(HEAD),
        filled(PAST.format(**about, in_truce=month_words(IN_TRUCE), truce=of_100(found["past"]["truce"]))),
        filled(QUIET),
    ]
    lines += [
        f"![{ALT}](images/story/paths.png)",
        "",
    ]
    for name in TOLD:
        lines += [f"## {courses[name]['title']}", "", *(f"{filled(text)}\n" for text in told(name, courses[name]))]
    lines += [
        "## The courses beside each other",
        "",
        beside(courses),
        *(f"{filled(text)}\n" for text in between_courses(found)),
    ]
    lines += ["## Which loops did it", "", filled(LOOPS_TEXT), "", loops_table(found["loops"])]
    lines += [f"{filled(text)}\n" for text in which_loops(found["loops"])]
    lines += [
        "## What an expert would still laugh at",
        "",
        *map(filled, laughed_at(found["looked_at"])),
        "",
        filled(UNSEEN),
    ]
    return "\n".join([*lines, filled(AGAIN.format(**about)).rstrip()]) + "\n"


# ------------------------------------------------------------------------------------------------ a course


def told(name: str, one: dict[str, Any]) -> Iterator[str]:
    """A course in a few paragraphs."""
    first, second, last = (number(one["years"][year][1], whole=True) for year in (YEARS[0], YEARS[1], YEARS[-1]))
    low, _, high = one["years"][YEARS[-1]]
    yield (
        f"Under [{one['title']}](scenarios/{name}.md) the median of TTP attacks goes from {first} in {YEARS[0]} to {second} in "
        f"{YEARS[1]} and {last} in {YEARS[-1]}; nine in ten worlds have {between(low, high, whole=True)} in that year. From "
        f"{month_words(PARTING)} on {dead(one['deaths'])} die, as medians."
    )
    yield capital(kinds(one["shares"], one["truces"]))
    for tail, called in WORLDS_CALLED.items():
        world = one["worlds"][tail]
        attacks = number(sum(world["years"].values()), whole=True)
        yield f"*{called}* ({attacks} attacks in four years). {in_a_world(world)}"


def dead(deaths: dict[str, list[float]]) -> str:
    """Whose deaths, in the median world of each."""
    return listed([f"{number(deaths[part][1], whole=True)} {who}" for part, who in DEATHS.items()])


def kinds(shares: dict[str, float], truces: Sequence[float]) -> str:
    """In how many worlds what comes to pass."""
    of = {name: of_100(share) for name, share in shares.items()}
    over = f" and are over again in {of['hostilities_left']}" if shares["hostilities"] > 0 else ""
    worse = f", with more attacks after one than before it in {of['truce_then_worse']}" if shares["truce"] > 0 else ""
    return (
        f"open hostilities come in {of['hostilities']} worlds{over}; a truce is struck in {of['truce']} (a median of "
        f"{number(truces[1], whole=True)}){worse}; Pakistan defaults in {of['default']}; the movement in Kabul breaks in "
        f"{of['fracture']}. The last year has less than three quarters of the attacks of 2022 in {of['calmer']} worlds, and more "
        f"than twice as many in {of['burning']}."
    )


def in_a_world(world: dict[str, Any]) -> str:
    """What happened in one world, month by month, in words."""
    years = ", ".join(f"{number(world['years'][year], whole=True)} in {year}" for year in YEARS)
    said = [
        f"Attacks: {years}; the worst month is {words(world['peak'][0])} with {number(world['peak'][1], whole=True)}."
    ]
    said += [sentence for sentence in (truces(world["ceasefire"]), hostile(world["hostilities"])) if sentence]
    if world["in_default"]:
        said.append(f"Pakistan defaults in {words(world['in_default'][0][0])}.")
    if world["fractured"]:
        said.append(f"The movement in Kabul breaks in {words(world['fractured'][0][0])}.")
    said.append(restraint(world["restraint"]))
    said.append(
        f"At the end the foothold is {number(world['foothold'])} and the state's control of its areas {number(world['control'])}."
    )
    return " ".join(said)


def words(month: int) -> str:
    """A month of the run, counted from 0, in words."""
    return month_words(month_after(START, month))


def months_of(spell: Sequence[int]) -> int:
    return spell[1] - spell[0] + 1


def truces(spells: list[list[int]]) -> str:
    """The truces of a world."""
    if not spells:
        return "No truce is struck."
    longest = max(spells, key=months_of)
    if len(spells) == 1:
        return f"One truce is struck, in {words(spells[0][0])}; it holds for {_months(months_of(spells[0]))}."
    return f"{len(spells)} truces are struck; the longest, from {words(longest[0])}, holds for {_months(months_of(longest))}."


def hostile(spells: list[list[int]]) -> str:
    """The open hostilities of a world; nothing where there are none."""
    if not spells:
        return ""
    first = spells[0]
    more = f", and {len(spells) - 1} more times" if len(spells) > 1 else ""
    return f"Open hostilities break out in {words(first[0])} and last {_months(months_of(first))}{more}."


def restraint(best: Sequence[float]) -> str:
    """The most that Kabul does against the TTP in a world."""
    month, effort = int(best[0]), best[1]
    names = {
        0.0: "shelters the TTP throughout",
        0.25: "goes as far as caution",
        0.5: "contains it",
        0.75: "restrains it",
        1.0: "cracks down",
    }
    said = names[min(names, key=lambda step: abs(step - effort))]
    return f"Kabul {said}." if effort < 0.1 else f"At most Kabul {said}, first in {words(month)}."


def _months(count: int) -> str:
    return "a month" if count == 1 else f"{count} months"


# ------------------------------------------------------------------------------------------------ courses beside each other


def beside(courses: dict[str, Any]) -> str:
    """A row per course."""
    rows = [
        (
            f"[{one['title']}](scenarios/{name}.md)",
            number(one["attacks"][1], whole=True),
            between(one["attacks"][0], one["attacks"][2], whole=True),
            *(number(one["deaths"][part][1], whole=True) for part in DEATHS),
            of_100(one["shares"]["hostilities"]).removesuffix(" of 100"),
            number(one["at_end"]["foothold"][1]),
            number(one["at_end"]["dependence"][1]),
            number(one["at_end"]["leverage_in_use"][1]),
            number(one["at_end"]["sovereignty"][1]),
        )
        for name, one in courses.items()
    ]
    heads = (
        "course",
        "attacks",
        "nine in ten",
        *(f"dead: {who}" for who in DEATHS.values()),
        "hostilities, of 100",
        "foothold",
        "dependence",
        "leverage in use",
        "sovereignty",
    )
    return table(heads, rows) + f"\nMedian worlds; from {month_words(PARTING)} on, the last four columns at the end.\n"


def between_courses(found: dict[str, Any]) -> Iterator[str]:
    """What pressing Kabul makes of it, against giving, in the same worlds."""
    gap = found["apart"]
    asked = {
        "attacks": "attacks",
        **{f"fatalities_{part}": f"dead {who}" for part, who in DEATHS.items()},
        "leverage_in_use": "leverage in use",
        "sovereignty": "sovereignty",
    }
    said = "; ".join(f"{spoken} {_apart(gap[name])}" for name, spoken in asked.items())
    yield f"World by world, confronting against accommodating, at the same operations and talks: {said}."
    more = gap["attacks"]["higher"]
    if NEARLY_EVEN[0] < more < NEARLY_EVEN[1]:
        yield "On attacks the two are nearly even, and what differs is who dies and what is left to hold on to."
        return
    ahead = "accommodating" if more > 0.5 else "confronting"
    yield (
        f"On attacks {ahead} is ahead in {of_100(max(more, 1.0 - more))} worlds: in this model, with these sets of parameters, "
        "that is less a dilemma than a preference. Whoever doubts it should ask what would have to be true "
        "([confront-or-appease.md](confront-or-appease.md))."
    )


def _apart(gap: dict[str, Any]) -> str:
    low, middle, high = (number(value, sign=True) for value in gap["spread"])
    return f"{middle} ({low} to {high}; more in {of_100(gap['higher'])} worlds)"


# ------------------------------------------------------------------------------------------------ loops


def loops_table(found: dict[str, dict[str, dict[str, float]]]) -> str:
    """A row per loop: what it adds to each course's attacks."""
    rows = []
    for loop, (name, _) in LOOPS.items():
        cells = (_adds(found[course].get(loop)) for course in LOOPED)
        rows.append((f"[{loop}](loops.md#{loop}) {name}", *cells))
    return table(("loop", *(f"`{course}`" for course in LOOPED)), rows)


def _adds(one: dict[str, float] | None) -> str:
    return "-" if one is None else f"{one['adds']:+.0%} ({of_100(one['higher']).removesuffix(' of 100')})"


def which_loops(found: dict[str, dict[str, dict[str, float]]]) -> Iterator[str]:
    """What feeds the attacks of each course, and what holds them down."""
    for course in LOOPED:
        some = sorted(found[course].items(), key=lambda one: -abs(one[1]["adds"]))
        feeding = [
            f"{LOOPS[loop][0]} ({loop}, {one['adds']:+.0%})" for loop, one in some if one["adds"] >= WORTH_TELLING
        ]
        holding = [
            f"{LOOPS[loop][0]} ({loop}, {one['adds']:+.0%})" for loop, one in some if one["adds"] <= -WORTH_TELLING
        ]
        said = [f"fed by {listed(feeding)}" if feeding else "", f"held down by {listed(holding)}" if holding else ""]
        yield f"Attacks under `{course}` are {' and '.join(part for part in said if part) or 'carried by no loop of its own'}."


# ------------------------------------------------------------------------------------------------ what one laughs at


def laughed_at(looked: dict[str, float]) -> Iterator[str]:
    """What was looked at: what falls outside of what would pass, and what does not."""
    outside = [name for name, value in looked.items() if not LOOKS[name].passes(value)]
    passing = [name for name in looked if name not in outside]
    yield (
        f"{len(looked)} things were looked at that somebody who knows the region would look at first, each with what would pass "
        f"(a judgement). Of them {number(len(outside), whole=True)} would make one laugh:"
    )
    yield ""
    yield from (f"- **{_said(name, looked[name])}**" for name in outside)
    yield ""
    yield f"The other {number(len(passing), whole=True)} pass:"
    yield ""
    yield from (f"- {_said(name, looked[name])}" for name in passing)


def _said(name: str, value: float) -> str:
    look = LOOKS[name]
    return f"{capital(look.what)}: {number(value)}; {between(look.low, look.high)} would pass, {look.why}."


# ------------------------------------------------------------------------------------------------ the picture


def paths(found: dict[str, Any]) -> Any:
    """Attacks month by month: a panel per course, with three worlds on what nine in ten lie between."""
    rows: Rows = []
    courses = [found["courses"][name] for name in TOLD]
    for one in courses:
        low, _, high = one["band"]
        for month, (least, most) in enumerate(zip(low, high, strict=True)):
            rows.append({"course": one["title"], "month": month, "low": least, "high": most})
        for tail in TAILS:
            rows += [
                {"course": one["title"], "month": month, "world": WORLDS_CALLED[tail], "attacks": value}
                for month, value in enumerate(one["monthly"][tail])
            ]
    panels = [_panel(one["title"]) for one in courses]
    subtitle = (
        "A month, over three months. Shaded: what nine in ten worlds lie between. Lines: three worlds, by their attacks from "
        "December 2022 on."
    )
    return dress(
        alt.concat(*panels, columns=3, spacing=16).resolve_scale(y="shared", x="shared"),
        rows,
        "TTP attacks under each course",
        subtitle,
        760,
    )


def _panel(title: str) -> Any:
    years = [months_between(START, f"{year}-01") for year in YEARS]
    axis = alt.Axis(values=years, labelExpr=f"'' + ({int(YEARS[0])} + (datum.value - {years[0]}) / 12)", title=None)
    base = alt.Chart(width=200, height=130, title=alt.TitleParams(title, fontSize=LABEL)).transform_filter(
        alt.datum.course == title
    )
    across = alt.X("month:Q", axis=axis)
    called = list(WORLDS_CALLED.values())
    return alt.layer(
        base.mark_area(opacity=0.25, color=SOFT)
        .transform_filter("isValid(datum.low)")
        .encode(x=across, y=alt.Y("low:Q", title=None), y2="high:Q"),
        base.mark_line(strokeWidth=1.6)
        .transform_filter("isValid(datum.world)")
        .encode(
            x=across,
            y="attacks:Q",
            color=alt.Color("world:N", scale=alt.Scale(domain=called, range=[PALETTE[0], PALETTE[4], PALETTE[1]])),
            strokeDash=alt.StrokeDash("world:N", scale=alt.Scale(domain=called, range=[[2, 2], [1, 0], [6, 3]])),
        ),
    )


assert set(METRICS) >= {"foothold", "dependence", "leverage_in_use", "other_roads", "taliban_stance", "tension"}

if __name__ == "__main__":
    main()
