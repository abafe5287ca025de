"""An experiment in the making: its text, the checks on it, and the changes that the form makes to it.

A visitor's experiment names scenarios of the library only and reads no file: what could lead to a path is refused before
anything is loaded. It is small, so that nobody waits long for it; the text can be taken along and run large elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from dashboard.runtime import own_sets
from dashboard.runtime.memo import Remembered
from sim.ensemble.spec import PARAMETERS as MODES
from sim.experiment.load import ExperimentError, experiments, extent
from sim.experiment.schema import Experiment
from sim.scenario import ScenarioError, list_scenarios
from sim.words.language import N_, _
from sim.words.problems import short, suggestion
from sim.yamlfile import dump, read

NAME = "your experiment"
MOST_RUNS, MOST_POINTS, MOST_MONTHS = 20_000, 5_000, 120
# Kind of design -> what says how large it is (nothing, where levels do), its least and most, and what it is for.
KINDS: dict[str, tuple[str, int, int, str]] = {
    "latin_hypercube": (
        "points",
        10,
        2500,
        N_("Spread evenly (Latin hypercube): where things hold, which policy does well, a rough ranking"),
    ),
    "saltelli": ("base", 16, 512, N_("Measure each one's share (Saltelli, for Sobol indices)")),
    "morris": ("trajectories", 4, 200, N_("Screen many (Morris): which matter at all")),
    "factorial": ("", 0, 0, N_("Every combination of the levels that the text names (factorial)")),
}


@dataclass(frozen=True)
class Checked:
    """A text that was checked.

    Attributes:
        data: what it says; problems: what is wrong, each with its line.
        points, worlds, months: how large it is; 0 where something is wrong.
    """

    data: dict[str, Any]
    problems: tuple[str, ...]
    points: int = 0
    worlds: int = 0
    months: int = 0

    @property
    def runs(self) -> int:
        """Runs in all."""
        return self.points * self.worlds


@cache
def shipped() -> dict[str, str]:
    """The experiments of the library that can be begun from: name -> title."""
    out = {}
    for path in sorted(experiments().glob("*.yaml")):
        data = read(path, error=ExperimentError).data
        if not _unsafe(data):
            out[path.stem] = str(data["title"])
    return out


@cache
def start(name: str) -> str:
    """The text of an experiment of the library, made small enough to be run here: of worlds rather than of points."""
    data = dict(read(experiments() / f"{name}.yaml", error=ExperimentError).data)
    data.pop("series", None)
    size = KINDS[data["design"]["kind"]][0]
    while size and extent(data)[0] > MOST_POINTS:
        data = {**data, "design": {**data["design"], size: data["design"][size] // 2}}
    while (found := extent(data))[0] * found[1] > MOST_RUNS:
        data = {**data, "worlds": found[1] // 2}
    return dump(data)


def is_shipped(text: str) -> bool:
    """Whether a text is that of an experiment of the library, as it is begun from here."""
    return any(text == start(name) for name in shipped())


def question(text: str) -> str:
    """What an experiment asks, where its text says so."""
    try:
        data = read((NAME, text), error=ExperimentError).data
    except ExperimentError:
        return ""
    return str(data.get("question") or data.get("title") or "")


def _check(text: str) -> Checked:
    """Check a text: the checks of `durand sweep`, and that it is safe and small enough for a room full of people."""
    try:
        data = dict(read((NAME, text), error=ExperimentError).data)
        if unsafe := _unsafe(data):
            return Checked(data, (f"{NAME}: {unsafe}",))
        points, worlds, months = extent((NAME, text))
    except (ExperimentError, ScenarioError) as problem:
        return Checked({}, problem.problems)
    limits = (
        (N_("runs"), points * worlds, MOST_RUNS),
        (N_("points"), points, MOST_POINTS),
        (N_("months"), months, MOST_MONTHS),
    )
    problems = tuple(
        _(
            "{name}: too many {what}: {count:,}; allowed here: at most {most:,}. Take the text along and run it elsewhere with "
            "`durand sweep`.",
            name=NAME,
            what=_(what),
            count=count,
            most=most,
        )
        for what, count, most in limits
        if count > most
    )
    return Checked(data, problems, points, worlds, months)


check = Remembered(_check)


def changed(text: str, **given: Any) -> str:
    """The text with other scenarios, uncertainties, design, worlds, metrics and the like; None leaves a key out."""
    data = {**read((NAME, text), error=ExperimentError).data, **given}
    order = [name.rstrip("_") for name in Experiment.model_fields]
    kept = {key: value for key, value in data.items() if value is not None}
    return dump({key: kept[key] for key in sorted(kept, key=lambda key: order.index(key) if key in order else 99)})


def _unsafe(data: dict[str, Any]) -> str:
    """Why an experiment may not be run for a visitor; empty if it may."""
    known = [name for name, _title, _question in list_scenarios()]
    scenarios = data.get("scenarios")
    for name in scenarios if isinstance(scenarios, list) else ():
        if name not in known:
            return _(
                "not a scenario of the library: {name}{close}",
                name=short(str(name)),
                close=suggestion(str(name), known),
            )
    modes = (*MODES, *filter(None, [own_sets.folder()]))
    if data.get("parameters", "defaults") not in modes:
        given, allowed = short(str(data["parameters"])), ", ".join(modes)
        return _("parameters = {given}: allowed: {allowed}", given=given, allowed=allowed)
    for key in ("design", "lever_design"):
        design = data.get(key)
        if isinstance(design, dict) and design.get("kind") not in KINDS:
            return _("{key}: a design of kind {kind} is not run here", key=key, kind=short(str(design.get("kind"))))
    if data.get("series"):
        return _("series: every month of every run is not kept here")
    return ""
