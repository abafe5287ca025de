"""What was found in plain sentences, and as tables for a terminal or a page."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sim.ensemble.spec import DEFAULT_PARAMETERS
from sim.experiment.factors import factor_words
from sim.experiment.response.figures import figures, leverage, title, unit
from sim.experiment.response.levers import ENOUGH, headlines, met
from sim.experiment.response.variance import PARTS
from sim.scenario import ScenarioError, load_scenario
from sim.vocabulary import LEVERS, month_after, month_words
from sim.words.numbers import behind, headed, number, parts_of_100, signed
from sim.words.sentences import NOT_A_FORECAST, capital, listed

if TYPE_CHECKING:
    from rich.table import Table

    from sim.experiment.response.choice import Choice
    from sim.experiment.response.levers import Effect
    from sim.experiment.response.study import Response

Cells = tuple[list[str], list[list[str]]]
# What columns of the table of levers are headed by, where titles are long.
SHORT = {
    "attacks": "attacks",
    "leverage_in_use": "leverage",
    "leverage_pakistan_taliban": "leverage",
    "taliban_stance": "restraint",
}
# So many courses are named in a sentence behind the first; shares below this are not named in sentences.
OTHERS, NAMED = 3, 0.05


def spoken(known: Container[str]) -> tuple[str, ...]:
    """The figures that sentences and short tables speak of, of those known."""
    wanted = ("attacks", "fatalities_pakistan", leverage(known), "taliban_stance", "sovereignty", "india_engagement")
    return tuple(name for name in (*wanted, "economy") if name in known)


def shown(found: Response, every: bool = False) -> list[str]:
    """The figures of a study that are shown: those above, or all that were read."""
    return list(found.choice) if every else list(spoken(found.choice))


def measured(found: Response) -> list[str]:
    """The figures that levers were held against."""
    return list(next(iter(found.levers.values()), {}))


def course_title(name: str) -> str:
    """What a course is called; its id where it is not in the library."""
    try:
        return load_scenario(name).title
    except ScenarioError:
        return name


def reading(found: Response) -> list[str]:
    """The study in plain sentences, a paragraph each."""
    names = shown(found)
    return [
        *lever_sentences(found),
        *(choice_sentence(found, name) for name in names),
        variance_sentence(found, names),
        scope(found),
    ]


def scope(found: Response) -> str:
    """What was run, and that it is no forecast."""
    about = found.manifest
    since = month_words(about["from"])
    until = month_words(month_after(about["from"], about["course_months"] - 1))
    return (
        f"Levers: {about['lever_worlds']:,} worlds each of {about['base']} with the lever at nothing and at full strength from "
        f"{since} on, seen over {about['lever_months']} months. Courses: {about['sets']:,} accepted parameter sets"
        f"{_found_on(about)}, {about['replications']:,} worlds of each course in each set with the same random draws, seen from "
        f"{since} to {until}; a level is the mean of the last six months. {NOT_A_FORECAST}"
    )


def _found_on(about: Mapping[str, Any]) -> str:
    """Behind the accepted sets: on which figures they were found, where these are not the usual ones."""
    if about.get("parameters", DEFAULT_PARAMETERS) == DEFAULT_PARAMETERS:  # an edition that is kept says none
        return ""
    values = about["values"]
    figures = f"the figures of {values['figures']}" if values.get("figures") else "the record"
    return f" found on {figures} to {month_words(values['window'][1])}"


# ------------------------------------------------------------------------------------------------ levers


def lever_sentences(found: Response) -> Iterator[str]:
    """How many levers move what they are for, and how many move attacks, leverage and restraint, each by itself."""
    short = [lever for lever, some in found.levers.items() if not met(some, tuple(found.aims.get(lever, ())))]
    count = len(found.levers)
    text = (
        f"{count - len(short)} of {count} levers move something that they are for, one way or the other, by {ENOUGH:g} of its "
        "standard deviation over worlds or more (the median world, lever at full strength against nothing)."
    )
    if short:
        text += f" Not so {listed([LEVERS.get(lever, lever) for lever in short])}."
    yield text
    yield " ".join(_moving(found, name) for name in headlines(measured(found)))


def _moving(found: Response, name: str) -> str:
    """How many levers move a figure, and which."""
    moving = [LEVERS.get(lever, lever) for lever, some in found.levers.items() if met(some, (name,))]
    if not moving:
        return f"None of {len(found.levers)} moves {title(name)} by as much."
    move = "moves" if len(moving) == 1 else "move"
    return (
        f"{len(moving)} of {len(found.levers)} {move} {title(name)} by as much, one way or the other: {listed(moving)}."
    )


def in_sd(one: Effect | None) -> str:
    """An effect as a multiple of the standard deviation over worlds."""
    if one is None:
        return "-"
    return "from none" if one.in_sd is None else signed(one.in_sd, 2)


def aimed(found: Response, lever: str) -> str:
    """Whether a lever moves something of what it is for by enough, and what of that it moves most."""
    some = found.levers.get(lever, {})
    aims = [name for name in found.aims.get(lever, ()) if name in some]
    if not aims:
        return "-"
    most = max(aims, key=lambda name: abs(some[name].in_sd or 0.0))
    return f"{'yes' if met(some, tuple(aims)) else 'no'}: {title(most)} {in_sd(some[most])}"


def lever_cells(found: Response) -> Cells:
    """A row per lever: whether it moves what it is for; then its effect on the headline figures."""
    columns = headlines(measured(found))
    rows = [
        [lever, aimed(found, lever), *(in_sd(some.get(name)) for name in columns)]
        for lever, some in found.levers.items()
    ]
    heads = [headed(SHORT.get(name, title(name)), "sd") for name in columns]
    return ["lever", f"moves what it is for by {ENOUGH:g} sd", *heads], rows


def moved_cells(found: Response) -> Cells:
    """A row for each figure that a lever moves by enough, those that it moves most first."""
    rows = []
    for lever, some in found.levers.items():
        for name in met(some, tuple(some)):
            one = some[name]
            by = [number(one.effect, sign=True), unit(name) or "-", in_sd(one), f"{one.share_higher:.0%}"]
            rows.append([lever, title(name), *by])
    return ["lever", "moves", "by", "unit", "in sd", "higher in"], rows


# ------------------------------------------------------------------------------------------------ choice


def choice_sentence(found: Response, name: str) -> str:
    """How far apart the courses are on a figure, which is best, and on what that hangs."""
    one = found.choice[name]
    text = f"{capital(title(name))}: {_apart(name, one)}."
    if not one.best:
        return f"{text} Which end of it is better is not said here."
    first, *rest = [course for course in ranked(one.best) if one.best[course] > 0]
    if not rest:
        return f"{text} {course_title(first)} is best in every set{_whose(name)}."
    often = best_in(one)
    others = [f"{course_title(course)} in {often[course]}" for course in rest[:OTHERS] if one.best[course] >= NAMED]
    then = f", then {listed(others)}" if others else ""
    text += f" Best most often is {course_title(first)}, in {often[first]} sets{then}{_whose(name)}."
    if one.hangs_on:
        told = listed([f"“{factor_words(parameter)}” ({share:.0%})" for parameter, share in one.hangs_on.items()])
        return f"{text} Which is best hangs on {told}."
    return f"{text} No single parameter tells which is best."


def _apart(name: str, one: Choice) -> str:
    parts = [one.worst_over_best.get(part) for part in ("p50", "p10", "p90")]
    ratios = [times(part) for part in parts if part is not None]
    if len(ratios) == len(parts):
        span = f"({ratios[1]} to {ratios[2]} in eight of ten)"
        return f"the course with the most has {ratios[0]} times that of the least in the median set {span}"
    middle, low, high = (number(one.apart[part]) for part in ("p50", "p10", "p90"))
    return f"the courses lie {middle} apart{behind(unit(name))} in the median set ({low} to {high} in eight of ten)"


def times(ratio: float) -> str:
    """How many times: two decimals, since most lie near one; two figures from ten on."""
    return f"{ratio:.2f}" if ratio < 10 else number(ratio)


def _whose(name: str) -> str:
    known = figures().get(name)
    if known is None or known.better is None:
        return ""
    side = " as Pakistan would have it" if known.better_for == "pakistan" else ""
    return f" ({known.better} is better{side})"


def ranked(best: Mapping[str, float]) -> list[str]:
    """The courses by the share of sets in which each is best, the largest first."""
    return sorted(best, key=lambda course: (-best[course], course))


def ratio_words(one: Choice) -> str:
    """Median and eight sets of ten of the largest over the smallest; a dash where it says nothing."""
    parts = [one.worst_over_best.get(part) for part in ("p50", "p10", "p90")]
    told = [times(part) for part in parts if part is not None]
    return f"{told[0]} ({told[1]} to {told[2]})" if len(told) == len(parts) else "-"


def best_in(one: Choice) -> dict[str, str]:
    """Every course with the share of sets in which it is best, in words; together they are all sets."""
    return dict(zip(one.best, parts_of_100(list(one.best.values())), strict=True))


def best_words(one: Choice, most: int = 2) -> str:
    """The courses that are best most often, with their shares."""
    often = best_in(one)
    some = [course for course in ranked(one.best)[:most] if one.best[course] > 0]
    return ", ".join(f"{course_title(course)} {often[course].replace(' of 100', '%')}" for course in some) or "-"


def hangs_words(one: Choice) -> str:
    """The parameters on which it hangs, each with its share."""
    return ", ".join(f"“{factor_words(name)}” {share:.0%}" for name, share in one.hangs_on.items()) or "-"


def choice_cells(found: Response, every: bool = False) -> Cells:
    """A row per figure: how far apart the courses are, which are best most often, on what that hangs."""
    rows = []
    for name in shown(found, every):
        one = found.choice[name]
        rows.append([title(name), ratio_words(one), best_words(one), hangs_words(one)])
    return ["figure", "most over least", "best in so many sets", "hangs on"], rows


# ------------------------------------------------------------------------------------------------ variance


def variance_sentence(found: Response, names: list[str]) -> str:
    """What the spread of single worlds comes of, and what was set to zero."""
    told = []
    for name in names:
        if name in found.variance:
            one = found.variance[name]
            told.append(
                f"{title(name)}, course {one.course:.0%}, parameters {one.parameters:.0%}, chance {one.chance:.0%}"
            )
    clipped = [
        f"{part} of {title(name)}" for name in names if name in found.variance for part in found.variance[name].clipped
    ]
    text = (
        f"Shares of the variance of single worlds, each alone; what is left comes of two together: {'; '.join(told)}."
    )
    return f"{text} Estimated below nothing, and set to nothing: {listed(clipped)}." if clipped else text


def variance_cells(found: Response, every: bool = False) -> Cells:
    """A row per figure: the share of each part; a star where it was estimated below zero."""
    rows = []
    for name in shown(found, every):
        if name in found.variance:
            one = found.variance[name]
            rows.append(
                [title(name), *(f"{getattr(one, part):.0%}{'*' if part in one.clipped else ''}" for part in PARTS)]
            )
    return ["figure", *PARTS], rows


# ------------------------------------------------------------------------------------------------ all of it

TITLES = (
    "Each lever at full strength against nothing, in standard deviations over worlds",
    "Courses, over accepted parameter sets, chance averaged out",
    "What the spread of single worlds comes of, in shares of its variance (*: estimated below nothing)",
)
MOVED = "All that each lever moves by enough, in the figure's own unit and in standard deviations over worlds"


def every_cells(found: Response, every: bool = False) -> Iterator[tuple[str, Cells]]:
    """The tables with their titles; with `every`, of all figures."""
    yield TITLES[0], lever_cells(found)
    if every:
        yield MOVED, moved_cells(found)
    yield TITLES[1], choice_cells(found, every)
    yield TITLES[2], variance_cells(found, every)


def tables(found: Response, every: bool = False) -> Iterator[Table]:
    """The tables for a terminal."""
    from sim.words.tables import terminal_table

    for words, (heads, rows) in every_cells(found, every):
        yield terminal_table(words, heads, rows, ids=heads[0] == "lever")
