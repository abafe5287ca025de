"""Which model this is: a digest of all that its numbers follow from, but for scenario, parameter values and luck."""

from __future__ import annotations

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


def model_version() -> str:
    """A digest of the model's code and declared parameters, of the libraries that compute, and of loaded extensions."""
    own, more = _own_version(), extensions.digest()
    return blake2b(f"{own} {more}".encode(), digest_size=8).hexdigest() if more else own


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
