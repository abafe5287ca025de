"""That property tests draw the same whenever, wherever and after whatever they are run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from drawing import FUZZ

# Prints what is drawn, after a module with constants of its own has been loaded or not.
DRAWN = """
import sys
sys.path[:0] = sys.argv[1:3]
from drawing import draws
from hypothesis import given, strategies as st
if len(sys.argv) > 3:
    import oddly

@draws(200)
@given(st.integers(), st.floats())
def draw(whole, real):
    print(whole, real)

draw()
"""


def drawn(tmp_path: Path, *more: str) -> list[str]:
    command = [sys.executable, "-c", DRAWN, str(Path(__file__).parent), str(tmp_path), *more]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif(FUZZ > 0, reason="fresh examples are asked for")
def test_the_same_is_drawn_each_time_whatever_was_loaded_before(tmp_path: Path) -> None:
    """Otherwise a test is red on some runs, as tests are handed out to workers in another order each time."""
    (tmp_path / "oddly.py").write_text("odd = [48151623, 7.8125]\n" * 20, encoding="utf-8")
    first = drawn(tmp_path)
    assert len(set(first)) > 150
    assert drawn(tmp_path) == drawn(tmp_path, "oddly") == first


def test_every_property_test_takes_how_it_draws_from_here() -> None:
    """Otherwise a time limit of its own makes it red on a busy machine."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")}
    assert [name for name, text in texts.items() if re.search(r"^ *@settings", text, re.MULTILINE)] == []
