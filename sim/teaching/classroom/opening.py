"""Who may open classes and games on a server: those who know the secret of its operator, kept in a file or the environment."""

from __future__ import annotations

import os
from pathlib import Path

from sim.ensemble.spec import LimitError

VARIABLE = "DURAND_OPENING_SECRET"
SHORTEST = 12  # characters


def opening_secret(file: Path) -> str:
    """The secret in a file: its first line.

    Raises:
        LimitError: the file cannot be read, or the secret is so short that it could be tried out.
    """
    try:
        secret = file.read_text(encoding="utf-8").partition("\n")[0]
    except (OSError, UnicodeDecodeError) as problem:
        raise LimitError(f"{file}: the secret for opening cannot be read ({problem})") from None
    return _long_enough(secret, f"{file}: the secret for opening has at least {SHORTEST} characters in its first line")


def given_secret() -> str | None:
    """The secret in the environment; None where there is none.

    Raises:
        LimitError: it is there, and empty or short: then everybody could open, where somebody meant to keep them out.
    """
    secret = os.environ.get(VARIABLE)
    if secret is None:
        return None
    return _long_enough(
        secret, f"{VARIABLE}: the secret for opening has at least {SHORTEST} characters, where it is set"
    )


def _long_enough(secret: str, wanted: str) -> str:
    secret = secret.strip()
    if len(secret) < SHORTEST:
        raise LimitError(f"{wanted}; this has {len(secret)}")
    return secret
