"""A run of parts of a page is told to the browser in one go, and not at all where it showed nothing; all else as it was sent."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dashboard.runtime import coalescing
from dashboard.runtime.coalescing import Coalescing


def sent(kind: str) -> dict[str, Any]:
    """What Streamlit sends: of a run of parts (`begun`), of the whole page (`all begun`), and so on."""
    told = ForwardMsg()
    if kind in ("begun", "all begun"):
        told.new_session.name = "durand"
        told.metadata.run.script_run_id = "run"
        told.metadata.run.fragment_ids.extend(["lever"] if kind == "begun" else [])
    elif kind in ("under way", "idle"):
        told.session_status_changed.script_is_running = kind == "under way"
    elif kind == "address":
        told.page_info_changed.query_string = "lever.aid=0.5"
    elif kind in ("given up", "through"):
        how = (
            ForwardMsg.FINISHED_EARLY_FOR_RERUN if kind == "given up" else ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
        )
        told.script_finished = how
    else:
        told.delta.new_element.markdown.body = "x" * (50_000 if kind == "much" else 1)
    return {"type": "websocket.send", "bytes": told.SerializeToString()}


async def told(some: str, wait: float = 0.0) -> list[dict[str, Any]]:
    """What the browser is told where Streamlit sends this; `...` is where it is silent for so long."""
    out: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        out.append(message)

    sending = Coalescing(send)
    for kind in some.split(", "):
        if kind == "...":
            await asyncio.sleep(wait)
            out.append({"type": "..."})
        else:
            await sending(sent(kind))
    return out


@pytest.mark.parametrize(
    ("some", "left"),
    [
        (
            "begun, under way, address, given up, idle, begun, under way, shown, much, through, idle",
            "address, begun, under way, shown, much, through, idle",
        ),
        (
            "begun, under way, given up, idle, begun, under way, given up, idle, begun, shown, through",
            "begun, shown, through",
        ),
        ("begun, under way, given up, begun, shown, through", "begun, shown, through"),
        ("begun, under way, much, given up, idle", "begun, under way, much, given up, idle"),
        ("begun, under way, through, idle", "begun, under way, through, idle"),
        ("begun, under way, all begun, under way, shown", "begun, under way, all begun, under way, shown"),
        ("all begun, under way, given up, idle", "all begun, under way, given up, idle"),
        ("idle, address, shown, idle", "idle, address, shown, idle"),
    ],
)
def test_only_runs_that_showed_nothing_are_left_out(some: str, left: str) -> None:
    assert asyncio.run(told(some)) == [sent(kind) for kind in left.split(", ")]


def test_a_run_is_told_in_one_go() -> None:
    """Otherwise the browser goes over its page for each of its parts."""
    some = "begun, under way, shown, much, ..., shown, through, ..., idle"
    left = "..., begun, under way, shown, much, shown, through, ..., idle"
    assert asyncio.run(told(some)) == [{"type": "..."} if one == "..." else sent(one) for one in left.split(", ")]


def test_a_run_that_takes_long_is_told_as_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise nobody sees that something is under way, or how far."""
    monkeypatch.setattr("dashboard.runtime.coalescing.PATIENCE", 0.01)
    some = "begun, under way, ..., shown, ..., much, given up, idle"
    left = "begun, under way, ..., shown, ..., much, given up, idle"
    found = asyncio.run(told(some, 0.5))
    assert found == [{"type": "..."} if one == "..." else sent(one) for one in left.split(", ")]


def test_of_a_streamlit_that_speaks_otherwise_all_is_sent_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a newer release would leave every page blank."""
    assert coalescing.UNDERSTOOD
    some = "begun, under way, given up, idle, begun, shown"
    monkeypatch.setattr(coalescing, "UNDERSTOOD", False)
    assert asyncio.run(told(some)) == [sent(kind) for kind in some.split(", ")]

    class Other:
        def __getattr__(self, name: str) -> None:
            raise AttributeError(name)

    monkeypatch.setattr(coalescing, "ForwardMsg", Other)
    assert not coalescing._understood()


def test_other_answers_pass_and_what_is_held_goes_before_them() -> None:
    async def passed(*some: dict[str, Any]) -> list[Any]:
        out: list[Any] = []

        async def send(message: Any) -> None:
            out.append(message)

        sending = Coalescing(send)
        for message in some:
            await sending(message)
        return out

    some = [
        {"type": "http.response.start", "status": 200},
        {"type": "http.response.body", "body": b"x"},
        {"type": "websocket.send", "text": "x"},
        sent("begun"),
        {"type": "websocket.close", "code": 1000},
    ]
    assert asyncio.run(passed(*some)) == some
