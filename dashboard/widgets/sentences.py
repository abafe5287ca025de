"""What the page says in words about what was changed, and what came of it."""

from __future__ import annotations

import re
from hashlib import blake2b

import streamlit as st

from dashboard.runtime import versions
from dashboard.runtime.language import _
from dashboard.runtime.state import State, too_long
from dashboard.widgets import controls, show
from sim.parameters import PARAMETERS
from sim.plots import Table
from sim.provenance.levers import level
from sim.results import Comparison
from sim.results.reading import headline, short_headline, titles
from sim.scenario import Difference, Scenario
from sim.scenario.diff import TITLES
from sim.words.numbers import setting
from sim.words.sentences import MIDDLES, month_words, side_by_side

# The path of what an actor sets from a month on, whatever happens.
_FROM = re.compile(r"actors\.\w+\.changes\.from (\d{4}-\d\d)\.(?:levers\.)?(\w+)$")


def changes(here: State) -> str:
    """What was changed, in a sentence or two; empty where nothing was."""
    out = []
    if changed := versions.changed(here):
        title = versions.written(here, here.edited).title
        parts = [
            _("{what} {before} → {after}", what=_(TITLES[name]), before=choice(was), after=choice(now))
            + _called(name if name in here.levers else None, now)
            for name, was, now in changed
        ]
        since = month_words(versions.since(here))
        out.append(
            _("Your {title}, from {month}: {changes}.", title=_(title), month=since, changes=side_by_side(parts))
        )
    if here.uncertainties:
        parts = [f"“{_(PARAMETERS[name].title)}” {value:g}" for name, value in here.uncertainties.items()]
        out.append(_("In every scenario: {values}.", values=side_by_side(parts)))
    return " ".join(out)


def against(here: State, found: Comparison) -> Comparison:
    """A comparison with the baseline that the page's differences have, in words and in pictures alike: once there is a version
    of yours, what it is a copy of, and no other when that version is kept under a name; else the first scenario."""
    kept, baseline = here.kept.get(here.edited), found.baseline
    if versions.YOURS in found.results:
        baseline = here.edited
    elif kept is not None and kept.of in found.results:
        baseline = kept.of
    return found if baseline == found.baseline else versions.compared(found.results, baseline)


def answer(here: State, found: Comparison) -> list[str]:
    """What came of it, and how sure the paired worlds are: your version against what it is a copy of; else each of the others."""
    found, called = against(here, found), titles(*found.results.values())
    names = [versions.YOURS] if versions.YOURS in found.results else found.others
    return [headline(found, name, here.metric, called) for name in names]


def in_short(here: State, found: Comparison) -> str:
    """The same of the one scenario beside the baseline, as a heading."""
    return short_headline(found, found.others[0], here.metric, titles(*found.results.values()))


def how_compared(here: State, found: Comparison) -> str:
    """What the differences on the page are differences to, and that medians of differences are not those of medians."""
    if not found.others:
        return ""
    found = against(here, found)
    baseline = titles(*found.results.values())[found.baseline]
    said = (
        _("Differences are to {scenario}, which yours is a copy of, world by world.", scenario=baseline)
        if versions.YOURS in found.results
        else _("Differences are to {scenario}, world by world.", scenario=baseline)
    )
    return f"{said} {_(MIDDLES)}"


def left_out(here: State) -> list[str]:
    """What the address of a page does not hold, in a sentence each."""
    out = []
    if too_long(here.own):
        out.append(_("The scenario made in the Studio is too long for this page's address."))
        if versions.kept_of_own(here):
            out[-1] += " " + _("So are the versions kept of it.")
    if too_long(here.trial):
        out.append(_("The experiment put together on Experiments is too long for this page's address."))
    otherwise = _("To keep or share it, download it as a file.")
    return [f"{one} {otherwise}" for one in out]


def digest(found: Comparison) -> str:
    """A short sign for all that decides the numbers of a comparison."""
    parts = [
        (one.manifest["scenario"]["hash"], name, one.title, one.worlds, one.months[-1], one.manifest["seed"])
        for name, one in found.results.items()
    ]
    parts.append((found.baseline, found.manifest["parameters"], "", 0, "", 0))
    return blake2b(repr(parts).encode(), digest_size=6).hexdigest()


def _called(lever: str | None, value: float | str) -> str:
    """What a lever's new level is called; nothing for what is no lever."""
    called = level(lever, float(value)) if lever else ""
    return f": {called}" if called else ""


def choice(value: float | str) -> str:
    """What a lever or a posture is set to, in words."""
    return controls.option(value) if isinstance(value, str) else setting(value)


def differences(rows: list[Difference], first: Scenario, second: Scenario) -> None:
    """What differs between two scenarios, side by side; where one sets nothing anew from a month on, what holds in it then."""
    told = [(one.words, _in_force(one.path, one.a, first), _in_force(one.path, one.b, second)) for one in rows]
    told = [one for one in told if one[1] != one[2]]
    if not told:
        st.info(_("Nothing differs yet."))
        return
    names = [_(one.title) for one in (first, second)]
    show.table(
        Table(["", *names], [[words, *("-" if one is None else setting(one) for one in both)] for words, *both in told])
    )


def _in_force(path: str, value: float | str | None, scenario: Scenario) -> float | str | None:
    """A setting as it stands in a scenario from the month that its path names."""
    dated = _FROM.match(path)
    return versions.planned(scenario, dated[1]).get(dated[2]) if value is None and dated else value
