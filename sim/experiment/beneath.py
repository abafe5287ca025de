"""What an experiment does not vary, in words: what other parameters stand at, and which random draws points have."""

from __future__ import annotations

from sim.experiment.schema import Experiment
from sim.parameters import PARAMETERS
from sim.parameters.posterior import MODES, is_posterior
from sim.scenario.sets import parameter_set
from sim.words.language import N_, _

_VALUES = {
    "defaults": N_("stand at their declared values"),
    "prior": N_("are drawn from the declared ranges, world by world"),
    "posterior": N_("are those of an accepted set, one set to a world"),
}
_LUCK = {
    "shared": N_(
        "All points share the same worlds (luck: shared): world k has the same random draws at each, so that differences "
        "between points are paired."
    ),
    "own": N_("Each point has worlds of its own (luck: own); scenarios and mixes of levers are paired all the same."),
}


def beneath_lines(experiment: Experiment) -> tuple[str, ...]:
    """What parameters stand at that an experiment does not vary, and what its worlds share: a line each."""
    first = N_("Parameters that are not varied {what} (parameters: {key}).")
    if not _others(experiment):
        first = N_("Every parameter with a range is varied, or held at what the experiment says.")
    values = _(first, what=values_words(experiment), key=experiment.parameters)
    return values, _(_LUCK[experiment.luck])


def values_words(experiment: Experiment) -> str:
    """What parameters come to that an experiment does not vary, as the end of a sentence about them."""
    name = experiment.parameters
    mode, _overrides = parameter_set(name)
    if mode == "defaults" and name not in MODES:
        return _("stand at the values of the scenario {name}, else at their declared values", name=name)
    return _(_VALUES["posterior" if is_posterior(mode) else mode])


def _others(experiment: Experiment) -> bool:
    """Whether there are parameters with a range that it says nothing of."""
    if "all" in experiment.uncertainties:
        return False
    said = {*experiment.uncertainties, *experiment.constants}
    return any(not (one.constant or name in said) for name, one in PARAMETERS.items())
