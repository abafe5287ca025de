"""What stands on a page of the dashboard, read off an `AppTest`: for the tests of pages."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from streamlit.testing.v1 import AppTest


def said(app: AppTest) -> str:
    """All that stands on the page as text, without the signs that keep it from being markup."""
    parts = [
        one.value
        for kind in (app.subheader, app.markdown, app.caption, app.warning, app.info, app.error)
        for one in kind
    ]
    return "\n".join(parts).replace("\\", "").replace("\u2060", "")


def drawn(app: AppTest, number: int) -> list[dict[str, Any]]:
    """What a picture of the page draws."""
    return pa.ipc.open_stream(app.get("vega_lite_chart")[number].proto.data.data).read_all().to_pylist()
