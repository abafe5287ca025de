"""A process that works for the dashboard: `python -m dashboard.runtime.worker NICENESS MEGABYTES [EXTENSION...]`.

Each extension is given as `Reference.text` puts it.

Messages go over standard input and output: the number of their parts, the length of each, and the parts, a pickle and the arrays
in it as they lie in memory. In come (number, function, arguments) and
("stop", number); out go ("told", number, what), ("done", number, value) and ("failed", number, (text, values), whose fault), the
text being one of the catalogue with what is filled into it, or one of an error.

What memory it may have is limited by RLIMIT_DATA: that counts what the process itself fills, and none of the libraries and
reservations that RLIMIT_AS counts (a gigabyte of address space before the first month is simulated). It needs no rights and no
cgroup. Where a system keeps no such limit (macOS), there is none.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import struct
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, BinaryIO

from sim.extensions import Reference, require
from sim.words.language import N_

_LENGTH = struct.Struct(">Q")
# That share the worlds of a run for a page: somebody waits for it, and where she is alone, a processor is free.
THREADS = min(os.cpu_count() or 1, 2)
Tell = Callable[[Any], None]


class StoppedError(Exception):
    """Nobody waits for this any more."""


def send(pipe: BinaryIO, message: Any) -> None:
    """Write one message."""
    arrays: list[pickle.PickleBuffer] = []
    parts = [
        memoryview(pickle.dumps(message, protocol=5, buffer_callback=arrays.append)),
        *(one.raw() for one in arrays),
    ]
    pipe.write(b"".join(_LENGTH.pack(size) for size in (len(parts), *(part.nbytes for part in parts))))
    for part in parts:
        pipe.write(part)
    pipe.flush()


def receive(pipe: BinaryIO) -> tuple[Any, int]:
    """Read one message; also its size in bytes. Raises EOFError when the other side is gone."""
    count = _LENGTH.unpack(_read(pipe, _LENGTH.size))[0]
    sizes = [size for (size,) in _LENGTH.iter_unpack(_read(pipe, count * _LENGTH.size))]
    head, *arrays = (_read(pipe, size) for size in sizes)
    return pickle.loads(head, buffers=arrays), sum(sizes)


def _read(pipe: BinaryIO, size: int) -> bytearray:
    part = bytearray(size)
    if pipe.readinto(part) < size:  # type: ignore[attr-defined]
        raise EOFError
    return part


def run_scenario(tell: Tell, scenario: Any, **how: Any) -> Any:
    """`sim.run`, given up in mid-run when nobody waits for it any more."""
    import sim
    from sim.ensemble.spec import LIMITS, usual_chunk

    # So few worlds are one batch of NumPy's: threads of machine code share them, but no processes, which would escape the limit.
    workers = THREADS if how["worlds"] <= usual_chunk(LIMITS["months"][1]) else 1
    return sim.run(scenario, progress=lambda done, everything: tell(None), workers=workers, **how)


def limit_memory(megabytes: int) -> None:
    """Have whatever needs more than so much memory fail with MemoryError."""
    with suppress(ImportError, ValueError, OSError):  # there is no such limit on this system, or a stricter one already
        import resource

        most = megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def warm() -> None:
    """Import and compute once what every run needs, and take it out of the garbage collector's rounds."""
    import sim

    sim.run("confront", worlds=2, parameters="posterior")  # all its months: machine code is of a course as a whole
    gc.collect()
    gc.freeze()


def main() -> None:
    """Work off what comes in, one at a time, until the other side closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the dashboard, which closes this process
    niceness, megabytes = map(int, sys.argv[1:3])
    if hasattr(os, "nice"):
        os.nice(niceness)
    limit_memory(megabytes)
    require(map(Reference.of, sys.argv[3:]))
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no message
    work: SimpleQueue[tuple[int, Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = SimpleQueue()
    stopped: set[int] = set()

    def listen() -> None:
        try:
            while True:
                message, _ = receive(incoming)
                if message[0] == "stop":
                    stopped.add(message[1])
                else:
                    work.put(message)
        except (EOFError, OSError):
            os._exit(0)  # the dashboard is gone
        except BaseException:  # it spoke nonsense; it starts another one, and says so to whoever waits
            os._exit(1)

    threading.Thread(target=listen, daemon=True).start()  # before it warms up: the dashboard may end meanwhile
    warm()
    send(outgoing, ("ready", 0))
    while True:
        number, function, arguments, named = work.get()

        def tell(what: Any, number: int = number) -> None:
            if number in stopped:
                raise StoppedError
            if what is not None:
                send(outgoing, ("told", number, what))

        problem: tuple[tuple[Any, ...], str] | None = None
        try:
            tell(None)
            send(outgoing, ("done", number, function(tell, *arguments, **named)))
        except StoppedError:
            problem = (("stopped",), "nobody")
        except MemoryError:
            much = N_("This takes more memory than one request may ({most:,} MB); ask for less at once.")
            problem = ((much, {"most": megabytes}), "memory")
        except ValueError as said:  # the project's own errors are ValueErrors with a message for the reader
            problem = ((str(said),), "input")
        except Exception as said:
            problem = ((f"{type(said).__name__}: {said}".splitlines()[0],), "program")
        if problem is not None:
            send(outgoing, ("failed", number, *problem))
        del arguments, named
        gc.collect()  # a model's parts point at each other, and would otherwise pile up run after run


if __name__ == "__main__":
    main()
