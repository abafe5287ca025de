"""`python -m tests.unprepared dashboard ...`: the dashboard, but that it does not compute in advance what Why and Loops may be
asked.

At each start that takes 14 seconds of a processor, which the tests in a browser, that ask for other things, would wait for.
"""

from __future__ import annotations

from dashboard.runtime.engine import Engine
from sim.commands.main import main

Engine.ready = lambda self, jobs: None  # type: ignore[method-assign]
main()
