"""`durand`: Pakistan, the Afghan Taliban, the TTP and India after August 2021, in many modelled worlds at once.

The public names, and nothing else: each is fetched when first asked for, so that `import sim` takes no time.

>>> import sim
>>> results = sim.run("confront", worlds=4, months=2, seed=1)
>>> results.worlds, results.months
(4, ['2021-08', '2021-09'])
>>> comparison = sim.compare(["confront", "appease"], worlds=4, months=2, seed=1)
>>> float(comparison.paired["appease"]["attacks"].abs().max())  # they part later
0.0
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim import questions

if TYPE_CHECKING:
    from sim.ensemble.simulate import Interrupted
    from sim.ensemble.spec import LimitError
    from sim.experiment.bridges import PointError, ema_model, point_model, salib_problem
    from sim.experiment.condition import ConditionError
    from sim.experiment.folder import FolderError
    from sim.experiment.load import ExperimentError, load_experiment
    from sim.experiment.outcome import Sweep
    from sim.experiment.replications.study import replications
    from sim.experiment.sensitivity.methods import SensitivityError
    from sim.experiment.store import MissingExtraError
    from sim.experiment.sweep import SweepInterrupted, SweepStoppedError, sweep
    from sim.extensions import ExtensionError
    from sim.extensions import load as load_extension
    from sim.extensions.declared import Extension
    from sim.model import FrontierModel, ModelError
    from sim.results import BundleError, Comparison, Results, SeriesNotKeptError
    from sim.results.run import compare, run
    from sim.scenario import Scenario, ScenarioError, load_scenario, with_overrides
    from sim.teaching.play.env import parallel_env
    from sim.teaching.play.moves import GameError
    from sim.yamlfile import FileError

    __version__: str

__all__ = [
    "BundleError",
    "Comparison",
    "ConditionError",
    "ExperimentError",
    "Extension",
    "ExtensionError",
    "FileError",
    "FolderError",
    "FrontierModel",
    "GameError",
    "Interrupted",
    "LimitError",
    "MissingExtraError",
    "ModelError",
    "PointError",
    "Results",
    "Scenario",
    "ScenarioError",
    "SensitivityError",
    "SeriesNotKeptError",
    "Sweep",
    "SweepInterrupted",
    "SweepStoppedError",
    "__version__",
    "compare",
    "ema_model",
    "load_experiment",
    "load_extension",
    "load_scenario",
    "parallel_env",
    "point_model",
    "replications",
    "run",
    "salib_problem",
    "sweep",
    "with_overrides",
]

_HOMES = {
    "BundleError": "sim.results",
    "Comparison": "sim.results",
    "ConditionError": "sim.experiment.condition",
    "ExperimentError": "sim.experiment.load",
    "Extension": "sim.extensions.declared",
    "ExtensionError": "sim.extensions",
    "FileError": "sim.yamlfile",
    "FolderError": "sim.experiment.folder",
    "FrontierModel": "sim.model",
    "GameError": "sim.teaching.play.moves",
    "Interrupted": "sim.ensemble.simulate",
    "LimitError": "sim.ensemble.spec",
    "MissingExtraError": "sim.experiment.store",
    "ModelError": "sim.model",
    "PointError": "sim.experiment.bridges",
    "Results": "sim.results",
    "Scenario": "sim.scenario",
    "ScenarioError": "sim.scenario",
    "SensitivityError": "sim.experiment.sensitivity.methods",
    "SeriesNotKeptError": "sim.results",
    "Sweep": "sim.experiment.outcome",
    "SweepInterrupted": "sim.experiment.sweep",
    "SweepStoppedError": "sim.experiment.sweep",
    "compare": "sim.results.run",
    "ema_model": "sim.experiment.bridges",
    "load_experiment": "sim.experiment.load",
    "load_extension": "sim.extensions:load",
    "load_scenario": "sim.scenario",
    "parallel_env": "sim.teaching.play.env",
    "point_model": "sim.experiment.bridges",
    "replications": "sim.experiment.replications.study",
    "run": "sim.results.run",
    "salib_problem": "sim.experiment.bridges",
    "sweep": "sim.experiment.sweep",
    "with_overrides": "sim.scenario",
}
# What is asked of results is answered above them: by what function of which module.
questions.HOMES.update(
    {
        "Results.why": "sim.why.answers:explain_results",
        "Sweep.discover": "sim.experiment.discovery.study:discover",
        "Sweep.regret": "sim.experiment.regret.study:regret",
        "Sweep.sensitivity": "sim.experiment.sensitivity.study:sensitivity",
    }
)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("durand")
        except PackageNotFoundError:  # run from a checkout that was never installed
            return "0+unknown"
    if name in _HOMES:
        from importlib import import_module

        home, _, called = _HOMES[name].partition(":")
        return getattr(import_module(home), called or name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
