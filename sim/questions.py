"""Methods whose work is done further up: results can be asked why without importing what answers.

`sim/__init__.py`, which knows every part and comes before all of them, says where the answers are.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Method, as "Class.method" -> function, as "module:function"; it takes the object first.
HOMES: dict[str, str] = {}


def answer(method: str, /, *arguments: Any, **named: Any) -> Any:
    """What the function that stands for a method gives."""
    home, _, function = HOMES[method].partition(":")
    return getattr(import_module(home), function)(*arguments, **named)
