"""`durand`: Pakistan, the Afghan Taliban, the TTP and India after August 2021, in many modelled worlds at once.

The public names, and nothing else: each is fetched when first asked for, so that `import sim` takes no time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim import questions

if TYPE_CHECKING:
    from sim.experiment.bridges import ema_model, salib_problem
    from sim.experiment.load import load_experiment
    from sim.experiment.outcome import Sweep
    from sim.experiment.replications.study import replications
    from sim.experiment.sweep import sweep
    from sim.model import FrontierModel
    from sim.results import Comparison, Results
    from sim.results.run import compare, run
    from sim.scenario import ScenarioError, load_scenario

    __version__: str

__all__ = [
    "Comparison",
    "FrontierModel",
    "Results",
    "ScenarioError",
    "Sweep",
    "__version__",
    "compare",
    "ema_model",
    "load_experiment",
    "load_scenario",
    "replications",
    "run",
    "salib_problem",
    "sweep",
]

_HOMES = {
    "Comparison": "sim.results",
    "FrontierModel": "sim.model",
    "Results": "sim.results",
    "ScenarioError": "sim.scenario",
    "Sweep": "sim.experiment.outcome",
    "compare": "sim.results.run",
    "ema_model": "sim.experiment.bridges",
    "load_experiment": "sim.experiment.load",
    "load_scenario": "sim.scenario",
    "replications": "sim.experiment.replications.study",
    "run": "sim.results.run",
    "salib_problem": "sim.experiment.bridges",
    "sweep": "sim.experiment.sweep",
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

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
