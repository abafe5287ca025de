"""Extensions: what a module from outside of the project adds to the model, and takes out of it.

`declared.py` has `Extension`, with which a module says what it adds; `installed.py` puts it into the project's tables;
`loading.py` finds modules, loads them once in each process, and says which are loaded. Nothing heavy is imported here:
the command line and workers ask this package before anything else.
"""

from __future__ import annotations

from sim.extensions.errors import ExtensionError, first_line, shown
from sim.extensions.loading import (
    Reference,
    available,
    brought,
    check_made_with,
    contents,
    digest,
    left_out,
    load,
    loaded,
    place_of,
    python_of,
    remote,
    require,
    unload,
)

__all__ = [
    "ExtensionError",
    "Reference",
    "available",
    "brought",
    "check_made_with",
    "contents",
    "digest",
    "first_line",
    "left_out",
    "load",
    "loaded",
    "place_of",
    "python_of",
    "remote",
    "require",
    "shown",
    "unload",
]
