"""How the command ends: a message on standard error and an exit code, never a traceback."""

from __future__ import annotations

import sys
from errno import ENAMETOOLONG
from typing import Any

import typer
from typer.core import TyperGroup

# Commands that go on with what a folder holds, and what they say when they are stopped before they came to that.
_GOES_ON = ("sweep", "search", "calibrate")
_NOTHING_YET = " before anything was run; what the folder holds is kept; run the same command again to go on"


class Commands(TyperGroup):
    """The commands; Ctrl-C in one that says nothing of it itself reaches the entry point, where Typer would be silent."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise typer.Abort(_NOTHING_YET if ctx.invoked_subcommand in _GOES_ON else "") from None


def complain(problem: Exception) -> int:
    """One message on standard error for what went wrong; returns the exit code."""
    usage = getattr(problem, "format_message", None)
    if usage is not None:
        context, message = getattr(problem, "ctx", None), usage()
        where = f"\nSee '{context.command_path} --help'." if context is not None else ""
        code = int(getattr(problem, "exit_code", 2))
        return say(f"{message}{where}", code) if message else code  # without a command the help says it all
    if is_bad_input(problem):
        return say(str(problem), 2)
    if where := _in_an_extension(problem):
        return say(f"{where}: {type(problem).__name__}: {sys.modules['sim.extensions'].first_line(problem)}", 2)
    if isinstance(problem, OSError):
        name = str(problem.filename or "input or output")
        # A name of hundreds of letters is no path, whatever it was given for; it is not repeated in full.
        shown = name if problem.errno != ENAMETOOLONG else f"{name[:60]}..."
        return say(f"{shown}: {problem.strerror or problem}", 2 if problem.errno == ENAMETOOLONG else 1)
    text = f"{type(problem).__name__}: {problem}".splitlines()[0]
    return say(f"this failed inside the program{_with_extensions()}: {text}\nSet DURAND_TRACEBACK=1 to see where.", 1)


def _in_an_extension(problem: Exception) -> str:
    """Where in an extension it arose; its author can put it right."""
    return str(sys.modules["sim.extensions"].place_of(problem)) if "sim.extensions" in sys.modules else ""


def _with_extensions() -> str:
    """The files of extensions that are loaded: what fails elsewhere may fail for what they gave."""
    found = sys.modules["sim.extensions"].loaded() if "sim.extensions" in sys.modules else ()
    return f", with {', '.join(one.source for one in found)} loaded" if found else ""


def is_bad_input(problem: Exception) -> bool:
    """Whether it is something that the user can put right."""
    homes = {
        "sim.limits": "LimitError",
        "sim.yamlfile": "FileError",
        "sim.results.folders": "BundleError",
        "sim.results.results": "SeriesNotKeptError",
        "sim.provenance.cards": "UnknownIdError",
    }
    # A class that was never imported cannot be that of the error.
    return any(
        isinstance(problem, getattr(sys.modules[home], name)) for home, name in homes.items() if home in sys.modules
    )


def say(message: str, code: int) -> int:
    """A message on standard error; returns the exit code."""
    print(f"durand: {message}", file=sys.stderr)
    return code
