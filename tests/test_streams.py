"""The command with outputs that cannot show everything, or are closed; and asked to end."""

from __future__ import annotations

import io
import signal
import subprocess
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


IN_THE_MIDST_OF_A_TABLE = """
import atexit, io, threading, time
import pyarrow.csv
from sim.commands import main

class Slow(io.BytesIO):
    def read(self, size=-1):
        reading.set()
        time.sleep(0.3)
        return super().read(10)

def read():
    while True:
        pyarrow.csv.read_csv(Slow(b"a,b\\n" + b"1,2\\n" * 1000))

def stopped(*_, **__):
    threading.Thread(target=read, daemon=True).start()
    reading.wait()
    raise KeyboardInterrupt

reading = threading.Event()
atexit.register(print, "tidied up")
main.app = stopped
main.main()
"""


def test_a_thread_in_the_midst_of_a_librarys_code_does_not_spoil_the_end() -> None:
    """Python's own end lets such a thread abort the process, with another exit code than Ctrl-C has."""
    ran = subprocess.run([sys.executable, "-c", IN_THE_MIDST_OF_A_TABLE], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "tidied up\n", "durand: stopped\n")
