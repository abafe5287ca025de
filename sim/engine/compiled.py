"""From LLVM text to machine code that is kept: in this process, and in a folder for the next one."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any

import llvmlite
import llvmlite.binding as llvm
import numpy as np

from sim import cache as files
from sim.chance import COUNTS
from sim.engine.emit import LANES

# What a run is called with: blocks, how many in a row are of the same worlds, first and last month; states, parameters, what
# reads the script, the script's numbers, keys, numbers; how the numbers of a block lie; out, the stride from row to row, that
# from month to month; whether panels are kept; what it has to tell; room for draws.
RUN = ctypes.CFUNCTYPE(
    None,
    *[ctypes.c_int64] * 4,
    *[ctypes.c_void_p] * 6,
    *[ctypes.c_int64],
    ctypes.c_void_p,
    *[ctypes.c_int64] * 3,
    *[ctypes.c_void_p] * 2,
)
# Modules that a process keeps, and files of the folder: two of a structure, some hundred kB each, and small ones of shocks.
MOST_KEPT, MOST_FILES = 96, 400
# LLVM, and Mesa's count of agents while months are traced, are each for one thread at a time.
MAKING = threading.RLock()
_ASK = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.POINTER(ctypes.c_double), ctypes.POINTER(ctypes.c_int64))


def code(text: str, effort: int) -> Callable[[str], Any]:
    """Machine code of a module: its functions by name, each of which keeps the module.

    Args:
        effort: 0 for what is run once, 2 for what is run often.
    """
    made = module(text, effort)

    def function(name: str) -> Any:
        found: Any = RUN(made.get_function_address(name))
        found.module = made
        return found

    return function


@cache
def _machine() -> tuple[Any, str]:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features().flatten()
    name = llvm.get_host_cpu_name()
    return (name, features), f"{llvm.get_process_triple()} {name} {features} {llvmlite.__version__}"


@lru_cache(MOST_KEPT)
def module(text: str, effort: int) -> Any:
    """The same, as LLVM has it."""
    (name, features), machine = _machine()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    made_for = target.create_target_machine(cpu=name, features=features, opt=effort, jit=True)
    kept = f"code/{blake2b(f'{machine} {effort} {text}'.encode(), digest_size=16).hexdigest()}.o"
    made = files.kept(kept)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly("" if made else _whole(text)), made_for)
    if made:
        engine.add_object_file(llvm.ObjectFileRef.from_data(made))
    else:
        engine.set_object_cache(lambda _, made: files.keep(kept, made, MOST_FILES))
    engine.finalize_object()
    return engine


def _whole(text: str) -> str:
    head = f'target triple = "{llvm.get_process_triple()}"\n'
    return f'{head}{text}\nattributes #0 = {{ nounwind "min-legal-vector-width"="512" "prefer-vector-width"="512" }}\n'


@_ASK  # type: ignore[untyped-decorator]
def ask(which: int, asked: Any, told: Any) -> None:
    """Counts whose loop cannot begin, for eight worlds: SciPy's answer takes the place of the uniforms."""
    try:
        counts = list(COUNTS.values())[which]
        assert counts.exactly is not None
        takes = counts.exactly.__code__.co_argcount
        rows = np.ctypeslib.as_array(asked, (takes, LANES))
        with np.errstate(all="ignore"):
            rows[0] = counts.exactly(*rows.copy())
    except Exception:  # no error can pass through machine code: NumPy's engine meets it again and raises it
        told[0] = -1
