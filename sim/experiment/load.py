"""From an experiment file to a plan: scenarios loaded, names looked up, ranges filled in, points laid out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sim.ensemble.spec import PARAMETERS as SETS
from sim.ensemble.spec import LimitError
from sim.experiment import design as designs
from sim.experiment.condition import Condition
from sim.experiment.factors import Factor, actor_of, lever_factor, lever_path, short_levers, uncertainty_factor
from sim.experiment.firsts import crossing_of
from sim.experiment.parser import read_outcomes
from sim.experiment.plan import MOST_RUNS, Plan
from sim.experiment.schema import MOST_POINTS, MOST_WORLDS, Design, Experiment, Listed, Posterior, Saltelli, Told
from sim.experiment.switches import MOST_COMBINED, Variant, check_left_out, switch_factor, variants
from sim.experiment.told import told_plan
from sim.experiment.work import kept_columns, takes
from sim.extensions import brought
from sim.metrics import METRICS
from sim.parameters import PARAMETERS
from sim.scenario import Scenario, ScenarioError, library, load_scenario, parameter_set
from sim.scenario.references import check_claims
from sim.scenario.settings import DEFAULTS
from sim.vocabulary import LEVERS
from sim.yamlfile import Document, FileError, Place, PlacedError, Source, dotted, dump, read, suggestion, validate

MOST_LISTED = 64 * 2**20  # bytes of a table of points


class ExperimentError(FileError):
    """An experiment is not there or not right; says where, what, and what is allowed."""


def experiments() -> Path:
    """The folder of the experiments that come with durand."""
    return library() / "experiments"


def load_experiment(source: Source | Mapping[str, Any] | Experiment) -> Experiment:
    """An experiment, checked in full, its points not yet laid out; arguments and errors as for :func:`load_plan`.

    >>> load_experiment("carrot_or_stick").worlds >= 1
    True
    """
    loader = _open(source)
    for key, design, factors in loader.designs:
        if isinstance(design, Listed):
            loader.points_of(key, design, factors)
    loader.check_left_out()
    return loader.experiment


def extent(source: Source | Mapping[str, Any] | Experiment) -> tuple[int, int, int]:
    """How large an experiment is, without laying its points out: points, worlds of each, months of each run.

    Arguments and errors as for :func:`load_plan`.
    """
    loader = _open(source)
    months = loader.experiment.months or min(scenario.months for scenario in loader.scenarios)
    return loader.points, loader.experiment.worlds, months


def load_plan(source: Source | Mapping[str, Any] | Experiment) -> Plan:
    """An experiment with its points laid out.

    Args:
        source: name of an experiment in the library; a path; a pair (name, text of the file); or the experiment itself,
            as plain data (paths in it are then seen from the current folder) or as an Experiment.

    Raises:
        ExperimentError: something is not there or not right, with file, line, value and what is allowed.
        ScenarioError: a scenario that it uses is not right.
    """
    return _open(source).plan()


def _open(source: Source | Mapping[str, Any] | Experiment) -> _Loader:
    folder = source.folder if isinstance(source, Experiment) else Path()
    if isinstance(source, Experiment):
        source = source.data()
    if isinstance(source, Mapping):
        source = ("experiment", dump(dict(source)))
    if isinstance(source, str) and not source.endswith((".yaml", ".yml")) and "/" not in source:
        known = sorted(path.stem for path in experiments().glob("*.yaml"))
        if source not in known:
            problem = f"there is no experiment with this name: {source}{suggestion(source, [*known, 'a path'])}"
            raise ExperimentError(problem)
        source = experiments() / f"{source}.yaml"
    document = read(source, error=ExperimentError)
    folder = folder if isinstance(source, tuple) else Path(source).parent
    return _Loader(document, folder)


class _Loader:
    def __init__(self, document: Document, folder: Path) -> None:
        self.document, self.folder = document, folder
        self.experiment = validate(document, Experiment)
        self.experiment._folder = folder
        check_claims(document)
        self._fill_in()
        levers = self._factors("levers", lever_factor)
        uncertainties = self._factors("uncertainties", uncertainty_factor)
        switches = self._factors("switches", switch_factor)
        self.variants = self._variants()
        self._check_constants()
        self.sources, self.scenarios, self.paths = self._scenarios()
        crossed = self.experiment.lever_design is not None
        mixed, drawn = (levers, uncertainties + switches) if crossed else ((), levers + uncertainties + switches)
        self.designs = (
            ("lever_design", self.experiment.lever_design, mixed),
            ("design", self.experiment.design, drawn),
        )
        self._check_size()
        self._check_outcomes()
        self._check_groups(drawn)
        self._check_sets(uncertainties)

    def plan(self) -> Plan:
        self.check_left_out()
        (_, _, mixed), (_, _, drawn) = self.designs
        mixes, draws = (self.points_of(*one) for one in self.designs)
        months = self.experiment.months or min(scenario.months for scenario in self.scenarios)
        plan = Plan(
            self.experiment,
            self.sources,
            self.scenarios,
            self.paths,
            mixed,
            drawn,
            mixes,
            draws,
            months,
            self.folder,
            variants=self.variants,
        )
        if isinstance(self.experiment.design, Told):
            try:
                return told_plan(plan, self.experiment.design)
            except LimitError as problem:
                raise self.problem(("design",), f"design: {problem}") from None
        return plan

    def problem(self, place: Place, text: str) -> FileError:
        return self.document.problem(place, text)

    def _fill_in(self) -> None:
        """`all` stands for every parameter with a range that is not held constant."""
        given = self.experiment.uncertainties
        if "all" in given:
            held = self.experiment.constants
            every = {name: None for name, one in PARAMETERS.items() if not (one.constant or name in held)}
            self.experiment = self.experiment.model_copy(
                update={"uncertainties": every | {name: one for name, one in given.items() if name != "all"}}
            )

    def _factors(self, key: str, make: Callable[[str, Any], Factor]) -> tuple[Factor, ...]:
        out = []
        for name, given in getattr(self.experiment, key).items():
            try:
                out.append(make(name, given))
            except PlacedError as problem:
                at = (key, name, *problem.at)
                raise self.problem(at, f"{dotted(at)} {problem}" if problem.at else str(problem)) from None
        return tuple(out)

    def _variants(self) -> dict[str, tuple[Variant, ...]]:
        """What holds under each option of each switch."""
        out, combined = {}, 1
        for name, given in self.experiment.switches.items():
            try:
                out[name] = variants(given, self.folder)
            except PlacedError as problem:
                at = ("switches", name, *problem.at)
                raise self.problem(at, f"{dotted(at)} {problem}") from None
            combined *= len(out[name])
        if combined > MOST_COMBINED:
            said = f"too many combinations of options: {combined:,}; allowed: at most {MOST_COMBINED}"
            raise self.problem(("switches",), said)
        return out

    def check_left_out(self) -> None:
        """Not for a process that does something else at the same time: see `left_out`."""
        try:
            check_left_out(self.scenarios, self.variants)
        except PlacedError as problem:
            at = ("switches", *problem.at)
            raise self.problem(at, f"{dotted(at)} {problem}") from None

    def _check_groups(self, drawn: tuple[Factor, ...]) -> None:
        """Groups are of factors that are there, each in one group."""
        design, names = self.experiment.design, [factor.name for factor in drawn]
        seen: set[str] = set()
        groups = design.groups if isinstance(design, Saltelli) and not isinstance(design.groups, str) else {}
        for group, members in groups.items():
            for number, name in enumerate(members):
                at = ("design", "groups", group, number)
                if name not in names or name in seen:
                    what = "is in a group already" if name in seen else "is not varied here"
                    raise self.problem(at, f"{dotted(at)} {what}: {name}{suggestion(name, names)}")
                seen.add(name)

    def _check_sets(self, uncertainties: tuple[Factor, ...]) -> None:
        """Designs that take parameter sets, or worlds, as they are."""
        experiment, design = self.experiment, self.experiment.design
        if not isinstance(design, Posterior | Told):
            return
        for name, given in experiment.uncertainties.items():
            if given is not None:
                at = ("uncertainties", name)
                raise self.problem(
                    at, f"{dotted(at)} has a range of its own; allowed with a {design.kind} design: the name alone"
                )
        if isinstance(design, Posterior):
            known = {factor.name for factor in uncertainties} | set(experiment.constants)
            if missing := sorted(set(designs.sets_of(design)) - known):
                said = f"uncertainties leaves out {missing[0]}; allowed with a posterior design, which takes whole sets: all"
                raise self.problem(("uncertainties",), said)
            most = len(next(iter(designs.sets_of(design).values())))
            if design.points and design.points > most:
                said = f"design.points is more than there are sets; allowed: 2 to {most:,}"
                raise self.problem(("design", "points"), said)
            return
        wrong = (
            ("worlds", experiment.worlds != 1, "1, since a world is told as a whole"),
            ("constants", bool(experiment.constants), "none, since worlds have values of their own"),
            ("switches", bool(experiment.switches), "none, since worlds have a past with all rules"),
            ("parameters", experiment.parameters == "defaults", "posterior, prior"),
        )
        for key, is_wrong, allowed in wrong:
            if is_wrong:
                raise self.problem((key,), f"{key} is not right; allowed with a told design: {allowed}")

    def _check_constants(self) -> None:
        for name, value in self.experiment.constants.items():
            place: Place = ("constants", name)
            if name not in PARAMETERS:
                raise self.problem(place, f"no such parameter: {name}{suggestion(name, PARAMETERS)}")
            if name in self.experiment.uncertainties:
                raise self.problem(place, f"{name} is varied among the uncertainties too; allowed: one of the two")
            one = PARAMETERS[name]
            if not one.low <= value <= one.high:
                allowed = f"allowed: {one.low:g} to {one.high:g}"
                raise self.problem(place, f"{dotted(place)} is out of range: {value:g}; {allowed}")
        if self.experiment.parameters not in SETS:
            try:
                parameter_set(self.experiment.parameters)
            except FileError as problem:
                raise self.problem(("parameters",), f"parameters: {problem}") from None

    def _scenarios(self) -> tuple[tuple[Scenario, ...], tuple[Scenario, ...], tuple[dict[str, str], ...]]:
        sources: list[Scenario] = []
        for number, name in enumerate(self.experiment.scenarios):
            scenario = scenario_named(self.document, self.folder, ("scenarios", number), name)
            if scenario.name in [one.name for one in sources]:
                raise self.problem(("scenarios", number), f"a scenario comes twice: {scenario.name}; allowed: once")
            sources.append(scenario)
        changed, paths = zip(*map(self._with_levers, sources), strict=True)
        return tuple(sources), changed, paths

    def _with_levers(self, scenario: Scenario) -> tuple[Scenario, dict[str, str]]:
        """The scenario with a change added for each lever that begins in a given month, and each lever's path in it."""
        data, paths = scenario.data(), {}
        for name, given in self.experiment.levers.items():
            paths[name] = lever_path(name)
            if given is None or given.from_ is None:
                continue
            actor, setting = actor_of(paths[name]), name.rpartition(".")[2]
            if actor is None or paths[name].count(".") > 2 + (setting in LEVERS):
                raise self.problem(("levers", name, "from"), f"goes with an actor's own setting only: {name}")
            changes = data.setdefault("actors", {}).setdefault(actor, {}).setdefault("changes", [])
            placeholder = DEFAULTS[actor].get(setting)
            held = {"levers": {setting: 0.0}} if setting in LEVERS else {setting: placeholder}
            paths[name] = f"actors.{actor}.changes.{len(changes)}.{'levers.' if setting in LEVERS else ''}{setting}"
            changes.append({"from": given.from_, **held})
        if any(one is not None and one.from_ for one in self.experiment.levers.values()):
            scenario = load_scenario((scenario.name, dump(data)))
        if takes(scenario, paths.values()):
            return scenario, paths
        for name, path in paths.items():
            if not takes(scenario, (path,)):
                where = f"{scenario.name} has no setting that could be varied here"
                allowed = (
                    suggestion(name, short_levers()) if name.count(".") < 2 else "; allowed: a path in the scenario"
                )
                raise self.problem(("levers", name), f"{where}: {name}{allowed}")
        return scenario, paths

    @property
    def points(self) -> int:
        """How many there will be."""
        points = len(self.scenarios)
        for _, design, factors in self.designs:
            points *= max(designs.size(design, factors), 1) if design is not None else 1
        return points

    def _check_outcomes(self) -> None:
        kept = kept_columns(self.experiment.metrics or tuple(METRICS))
        try:
            read = read_outcomes(self.experiment.outcomes, kept, [one.name for one in self.scenarios])
            for name, figure in read.items():
                self._check_reported(name, figure)
        except PlacedError as problem:
            at = ("outcomes", *problem.at)
            raise self.problem(at, f"{dotted(at)}: {problem}") from None

    def _check_reported(self, name: str, figure: Condition) -> None:
        out = {one for several in self.variants.values() for variant in several for one in variant.without}
        for outcome, _ in figure.names:
            metric = crossing.metric if (crossing := crossing_of(outcome)) else outcome
            if metric in brought(out, "metric"):
                said = f"{metric} is reported by an extension that a switch leaves out; allowed: what all points have"
                raise PlacedError(said, (name,))

    def _check_size(self) -> None:
        """Before anything is laid out: a factorial of many factors would not end."""
        points, worlds = self.points, self.experiment.worlds
        if points > MOST_POINTS:
            said = f"{points:,}" if points < 10**15 else "more than 10^15"
            raise self.problem(("design",), f"too many points: {said}; allowed: at most {MOST_POINTS:,}")
        if points * worlds > MOST_RUNS:
            asked = f"{points:,} points of {worlds:,} worlds"
            raise self.problem(("worlds",), f"too many runs: {asked}; allowed: at most {MOST_RUNS:,} runs")
        _, design, factors = self.designs[1]
        own = worlds * (designs.size(design, factors) if design is not None else 1)
        if self.experiment.luck == "own" and own > MOST_WORLDS:
            raise self.problem(
                ("luck",), f"own random draws for {own:,} worlds; allowed: for at most {MOST_WORLDS:,}, or shared"
            )

    def points_of(self, key: str, design: Design | None, factors: tuple[Factor, ...]) -> designs.Points:
        if design is None:
            return designs.NO_DESIGN

        def text(file: str) -> str:
            try:
                with open(self.folder / file, "rb") as opened:
                    raw = opened.read(MOST_LISTED + 1)
                if len(raw) > MOST_LISTED:
                    allowed = f"allowed: at most {MOST_LISTED // 2**20} MiB"
                    raise self.problem((key, "file"), f"{key}.file is too large: {file}; {allowed}")
                return raw.decode()
            except FileError:
                raise
            except (OSError, ValueError) as problem:
                reason = getattr(problem, "strerror", None) or "not UTF-8 text"
                raise self.problem((key, "file"), f"{key}.file cannot be read: {file}: {reason}") from None

        try:
            return designs.points(design, factors, text)
        except designs.PointsError as problem:
            assert isinstance(design, Listed)
            raise ExperimentError(f"{self.folder / design.file}:{problem.line}: {problem}") from None


def scenario_named(document: Document, folder: Path, place: Place, name: str) -> Scenario:
    """The scenario that a file names at a place: by its name, or its path as seen from a folder.

    Raises:
        FileError: there is none, said of the place.
        ScenarioError: the scenario's own file is not right.
    """
    is_path = name.endswith((".yaml", ".yml")) or "/" in name
    if is_path and not (folder / name).is_file():
        raise document.problem(place, f"there is no such scenario file: {name}; allowed: a scenario's name or path")
    try:
        return load_scenario(folder / name if is_path else name)
    except ScenarioError as problem:
        if is_path or len(problem.problems) > 1:
            raise
        raise document.problem(place, f"{dotted(place)}: {problem}") from None
