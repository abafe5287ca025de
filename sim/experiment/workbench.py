"""The EMA Workbench, imported where it is needed: that takes seconds."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


def import_workbench() -> Any:
    """The workbench, whose parts then can be imported at once; without its warning that it does not find ipyparallel, which
    nobody asked for."""
    with warnings.catch_warnings(), _frames_without_their_source():
        warnings.filterwarnings("ignore", message=".*ipyparallel.*", category=UserWarning)
        warnings.filterwarnings("ignore", message="IProgress not found")
        import ema_workbench

        return ema_workbench


@contextmanager
def _frames_without_their_source() -> Iterator[None]:
    """For each method that it logs the workbench asks by which class it is called, and with that for the source of all
    that calls: a third of the time that its import takes, and more the more is imported."""
    usual = inspect.getouterframes
    inspect.getouterframes = _outer
    try:
        yield
    finally:
        inspect.getouterframes = usual


def _outer(frame: FrameType | None, context: int = 1) -> list[inspect.FrameInfo]:
    out = []
    while frame is not None:
        code = frame.f_code
        out.append(inspect.FrameInfo(frame, code.co_filename, frame.f_lineno, code.co_name, None, None))
        frame = frame.f_back
    return out
