"""`durand`: Pakistan, the Afghan Taliban, the TTP and India after August 2021, in many modelled worlds at once.

The public names, and nothing else. All but `run` and `compare` are fetched when first asked for, so that `import sim`
takes no time. (`sim.run` is the function; the module it stands in is reached with `from sim.ensemble.run import ...`.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.ensemble.run import compare, run

if TYPE_CHECKING:
    from sim.experiment.bridges import ema_model, salib_problem
    from sim.experiment.load import load_experiment
    from sim.experiment.outcome import Sweep
    from sim.experiment.replications.study import replications
    from sim.experiment.sweep import sweep
    from sim.extensions import ExtensionError
    from sim.extensions import load as load_extension
    from sim.extensions.declared import Extension
    from sim.model import FrontierModel
    from sim.results import Comparison, Results
    from sim.scenario import ScenarioError, load_scenario

    __version__: str

__all__ = [
    "Comparison",
    "Extension",
    "ExtensionError",
    "FrontierModel",
    "Results",
    "ScenarioError",
    "Sweep",
    "__version__",
    "compare",
    "ema_model",
    "load_experiment",
    "load_extension",
    "load_scenario",
    "replications",
    "run",
    "salib_problem",
    "sweep",
]

_HOMES = {
    "Comparison": "sim.results",
    "Extension": "sim.extensions.declared",
    "ExtensionError": "sim.extensions",
    "FrontierModel": "sim.model",
    "Results": "sim.results",
    "ScenarioError": "sim.scenario",
    "Sweep": "sim.experiment.outcome",
    "ema_model": "sim.experiment.bridges",
    "load_experiment": "sim.experiment.load",
    "load_extension": "sim.extensions:load",
    "load_scenario": "sim.scenario",
    "replications": "sim.experiment.replications.study",
    "salib_problem": "sim.experiment.bridges",
    "sweep": "sim.experiment.sweep",
}


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
