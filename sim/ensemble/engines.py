"""Which engine runs the months: NumPy, the reference, or machine code made from the same rules.

Their readings agree to some nine digits, but not to the bit: a run says which one it used.
"""

from __future__ import annotations

import os
from dataclasses import replace

from sim.ensemble.spec import LimitError, RunSpec

ENGINES = ("auto", "numpy", "compiled")
# What `auto` stands for. In the environment, so that processes that are started from here, such as the dashboard's, do alike.
VARIABLE = "DURAND_ENGINE"


def use(engine: str) -> None:
    """What `auto` stands for from now on, in this process and in those that it starts.

    Raises:
        LimitError: there is no such engine.
    """
    os.environ[VARIABLE] = _known(engine)


def settled(spec: RunSpec) -> RunSpec:
    """The same with its engine named, and, where that is NumPy because it has to be, why.

    Raises:
        LimitError: machine code is asked for, and cannot be made of this.
    """
    wanted = _known(spec.engine)
    wanted = _known(os.environ.get(VARIABLE, "auto")) if wanted == "auto" else wanted
    if wanted == "numpy":
        return replace(spec, engine="numpy")
    reason = _in_the_way(spec)
    if reason and wanted == "compiled":
        raise LimitError(f"the compiled engine cannot run this: {reason}; use --engine numpy, or auto")
    return replace(spec, engine="numpy" if reason else "compiled", engine_note=reason)


def _known(engine: str) -> str:
    if engine not in ENGINES:
        raise LimitError(f"engine must be one of {', '.join(ENGINES)}; got {engine}")
    return engine


def _in_the_way(spec: RunSpec) -> str:
    """Why machine code cannot be made of this; empty where it can."""
    if spec.record:
        return "the account of every decision is kept"
    if spec.model is not None:
        return f"{spec.model.__name__} takes the model's place"
    try:
        from sim.engine.run import NotCompiledError, prepared
    except (ImportError, OSError) as problem:
        return f"llvmlite cannot be used here ({problem})"
    try:
        for scenario in spec.scenarios.values():
            prepared(scenario, spec.months, spec.off, bool(spec.silent))
    except NotCompiledError as problem:
        return str(problem)
    return ""
