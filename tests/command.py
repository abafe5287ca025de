"""The command `durand` called in this process, as tests call it: how it left, and what it printed where."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Durand = Callable[..., Outcome]


def called(captured: pytest.CaptureFixture[str], *arguments: object) -> Outcome:
    """Call it; whatever happens, nobody sees a traceback."""
    from sim.commands.main import main

    captured.readouterr()
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    printed = captured.readouterr()
    assert "Traceback" not in printed.out + printed.err
    return Outcome(int(left.value.code or 0), printed.out, printed.err)
