"""Accepted parameter sets of the operator's own, which visitors may choose by a word: no path comes from them.

`durand dashboard --parameters DIR` names the folder, in the environment, so that worker processes read the same.
"""

from __future__ import annotations

import os

from sim.ensemble.spec import PARAMETERS as MODES
from sim.ensemble.spec import LimitError

VARIABLE = "DURAND_PARAMETERS"
# What stands for them in a state, and in an address.
OWN_SETS = "own"


def offer(folder: str) -> None:
    """Have the pages offer the sets of a folder.

    Raises:
        FileError: there are none in it, or not as they were written.
        LimitError: its name means something else.
    """
    from sim.parameters.posterior import is_own
    from sim.scenario import parameter_set

    if not is_own(parameter_set(folder)[0]):
        raise LimitError(f"{folder}: a scenario goes by this name; give the folder of accepted sets another")
    os.environ[VARIABLE] = folder


def folder() -> str:
    """The folder of the sets that are offered; empty without."""
    return os.environ.get(VARIABLE, "")


def choices() -> tuple[str, ...]:
    """Where uncertain values may come from, as a state says it."""
    return (*MODES, OWN_SETS) if folder() else MODES


def asked(mode: str) -> str:
    """The same as `sim.run` is asked for it."""
    return folder() if mode == OWN_SETS else mode


def figures() -> tuple[str, str, str]:
    """The file of figures that the offered sets were found on, and the first and last month of these; an empty name where
    it was the project's own record."""
    from sim.parameters.posterior import about, window
    from sim.scenario import parameter_set

    mode, _ = parameter_set(folder())
    return str(about(mode).get("figures") or ""), *window(mode)
