"""From LLVM text to machine code that is kept: in this process, and in a folder for the next one."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import llvmlite
import llvmlite.binding as llvm
import numpy as np

from sim.chance import COUNTS
from sim.engine.emit import LANES

# What a run is called with: blocks, first and last month; states, parameters, settings, keys, numbers; whether the numbers lie
# beside each other; out, the stride from row to row, that from month to month; whether panels are kept; what it has to tell.
RUN = ctypes.CFUNCTYPE(
    None,
    *[ctypes.c_int64] * 3,
    *[ctypes.c_void_p] * 5,
    *[ctypes.c_int64],
    ctypes.c_void_p,
    *[ctypes.c_int64] * 3,
    ctypes.c_void_p,
)
_ASK = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.POINTER(ctypes.c_double), ctypes.POINTER(ctypes.c_int64))


def code(text: str, effort: int) -> Callable[[str], Any]:
    """Machine code of a module: its functions by name.

    Args:
        effort: 0 for what is run once, 2 for what is run often.
    """
    module = _module(text, effort)
    return lambda name: RUN(module.get_function_address(name))


@cache
def _machine() -> tuple[Any, str]:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features().flatten()
    name = llvm.get_host_cpu_name()
    return (name, features), f"{llvm.get_process_triple()} {name} {features} {llvmlite.__version__}"


@cache
def _module(text: str, effort: int) -> Any:
    (name, features), machine = _machine()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    made_for = target.create_target_machine(cpu=name, features=features, opt=effort, jit=True)
    kept = _folder() / f"{blake2b(f'{machine} {effort} {text}'.encode(), digest_size=16).hexdigest()}.o"
    module = llvm.parse_assembly("" if kept.is_file() else _whole(text))
    engine = llvm.create_mcjit_compiler(module, made_for)
    if kept.is_file():
        engine.add_object_file(llvm.ObjectFileRef.from_data(kept.read_bytes()))
    else:
        engine.set_object_cache(lambda _, made: _keep(kept, made))
    engine.finalize_object()
    return engine


def _whole(text: str) -> str:
    head = f'target triple = "{llvm.get_process_triple()}"\n'
    return f'{head}{text}\nattributes #0 = {{ nounwind "min-legal-vector-width"="512" "prefer-vector-width"="512" }}\n'


def _folder() -> Path:
    """Where machine code is kept from one process to the next."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "durand" / "code"


def _keep(path: Path, made: bytes) -> None:
    """Keep machine code; where that cannot be done, it is made anew next time."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(made)
        Path(file.name).replace(path)


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
