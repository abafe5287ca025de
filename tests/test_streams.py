"""The command with outputs that cannot show everything, or are closed; and asked to end."""

from __future__ import annotations

import io
import signal
import sys

import pytest

from sim.commands.streams import ended_in_order, made_fit


@pytest.mark.parametrize("encoding", ["cp437", "latin-1", "ascii"])
def test_what_an_output_cannot_show_is_said_plainly(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    made_fit()
    print("“5 → 2” – some…", flush=True)
    assert raw.getvalue().decode("ascii").strip() == '"5 -> 2" - some...'


def test_a_closed_output_is_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    made_fit()
    print("heard by nobody")
    assert sys.stdin.read() == ""
    assert not sys.stderr.isatty()


def test_asked_to_end_it_stops_as_by_ctrl_c() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), ended_in_order():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) == before
