"""A run of a page that showed nothing is not told to the browser; all else comes as it was sent."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dashboard.runtime.straight import Straight


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


@pytest.mark.parametrize(
    ("some", "left"),
    [
        (
            "begun, under way, address, given up, idle, begun, under way, shown, much, through, idle",
            "address, begun, under way, shown, much, through, idle",
        ),
        ("begun, under way, given up, idle, begun, under way, given up, idle, begun, shown", "begun, shown"),
        ("begun, under way, given up, begun, shown", "begun, shown"),
        ("begun, under way, much, given up, idle", "begun, under way, much, given up, idle"),
        ("begun, under way, through, idle", "begun, under way, through, idle"),
        ("begun, under way, all begun, under way, shown", "begun, under way, all begun, under way, shown"),
        ("all begun, under way, given up, idle", "all begun, under way, given up, idle"),
        ("idle, address, shown, idle", "idle, address, shown, idle"),
    ],
)
def test_only_runs_that_showed_nothing_are_left_out(some: str, left: str) -> None:
    straight = Straight()
    told = [one for kind in some.split(", ") for one in straight.passed(sent(kind))]
    assert told == [sent(kind) for kind in left.split(", ")]


def test_what_is_held_comes_before_the_connection_ends() -> None:
    straight, end = Straight(), {"type": "websocket.close", "code": 1000}
    assert straight.passed(sent("begun")) == []
    assert straight.passed(end) == [sent("begun"), end]


def test_other_answers_pass() -> None:
    straight = Straight()
    for message in (
        {"type": "http.response.start", "status": 200},
        {"type": "http.response.body", "body": b"x"},
        {"type": "websocket.send", "text": "x"},
    ):
        assert straight.passed(message) == [message]
