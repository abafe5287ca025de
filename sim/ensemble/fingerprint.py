"""Which model this is: a digest of all that its numbers follow from, but for scenario, parameter values and luck."""

from __future__ import annotations

import inspect
from functools import cache
from hashlib import blake2b
from pathlib import Path

from sim import extensions

SIM = Path(__file__).resolve().parents[1]
# Files and folders of the package whose text can change a number that a sweep keeps.
PARTS = (
    "agents",
    "chance.py",
    "experiment/work.py",
    "metrics",
    "model.py",
    "parameters",
    "results/outcomes.py",
    "results/verdicts.py",
    "rule.py",
    "rulebook.py",
    "rules",
    "scenario/script.py",
    "scenario/settings.py",
    "shocks.py",
    "vocabulary",
    "worlds.py",
)
LIBRARIES = ("numpy", "scipy")


def model_version(model: type | None = None) -> str:
    """A digest of the model's code and declared parameters, and of the libraries that compute.

    Args:
        model: a subclass of the model that takes its place; where it stands counts, and so do loaded extensions.

    Raises:
        OSError: where the subclass stands cannot be read.
    """
    digest = blake2b(_own_version().encode(), digest_size=8)
    more = [extensions.digest()] if extensions.loaded() else []
    for kind in model.__mro__ if model else ():
        if not kind.__module__.startswith(("sim.", "mesa.", "builtins")):
            more.append(f"{kind.__qualname__} {_text_around(kind)}")
    digest.update("\n".join(more).encode())
    return digest.hexdigest() if more else _own_version()


def _text_around(kind: type) -> str:
    """The file that a class stands in; of one from a notebook, its own text."""
    file = inspect.getsourcefile(kind)
    return Path(file).read_text(encoding="utf-8") if file and Path(file).is_file() else inspect.getsource(kind)


@cache
def _own_version() -> str:
    from importlib.metadata import version

    digest = blake2b(digest_size=8)
    for part in PARTS:
        path = SIM / part
        files = sorted(one for one in path.iterdir() if one.suffix in (".py", ".yaml")) if path.is_dir() else [path]
        for file in files:
            digest.update(f"{file.relative_to(SIM).as_posix()}\n".encode() + file.read_bytes() + b"\n")
    digest.update(" ".join(f"{name} {version(name)}" for name in LIBRARIES).encode())
    return digest.hexdigest()
