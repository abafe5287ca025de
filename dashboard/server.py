"""What `durand dashboard` starts. A gate stands before it, and all is ready for who comes first."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from streamlit.starlette import App

from dashboard.runtime import gate
from dashboard.runtime.engine import engine


def _make_ready() -> None:
    engine()  # its workers take as long to start as all that pages need takes to import: both at once
    from dashboard.warm_up import make_ready  # which imports that: the server answers before

    make_ready()


@asynccontextmanager
async def _life(app: App) -> AsyncIterator[dict[str, Any]]:
    threading.Thread(target=_make_ready, daemon=True).start()
    yield {}


gate.stay_inside()
app = App(Path(__file__).with_name("app.py"), lifespan=_life, middleware=[Middleware(gate.Gate)])
