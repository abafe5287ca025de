"""Who may open classes and games on a server: those who know the secret that its operator keeps in a file."""

from __future__ import annotations

from pathlib import Path

from sim.ensemble.spec import LimitError

SHORTEST = 12  # characters


def opening_secret(file: Path) -> str:
    """The secret in a file: its first line.

    Raises:
        LimitError: the file cannot be read, or the secret is so short that it could be tried out.
    """
    try:
        secret = file.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise LimitError(f"{file}: the secret for opening cannot be read ({problem})") from None
    if len(secret) < SHORTEST:
        raise LimitError(
            f"{file}: the secret for opening has at least {SHORTEST} characters in its first line; this has {len(secret)}"
        )
    return secret
