"""A run of the page that showed nothing is not told to the browser.

What a visitor moves names the parts of the page that follow it (`controls.keep`). Streamlit then ends the run in which that
was named before it has shown anything, and begins one of these parts; the browser would go over its whole page for the
beginning and the end of each. Told of the second run alone, it is done sooner, and shows the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

if TYPE_CHECKING:
    from starlette.types import Message

# bytes: what tells of a run is shorter by far; what is longer shows something.
_SHORT = 16_384


class Straight:
    """What is sent to one browser, without runs that showed nothing."""

    def __init__(self) -> None:
        self._held = list["Message"]()
        self._left_out = False

    def passed(self, message: Message) -> list[Message]:
        """What is to be sent when Streamlit sends this: nothing while it is open whether a run shows anything."""
        content = message.get("bytes")
        if message["type"] != "websocket.send" or content is None:
            return self._released(message)
        kind, told = self._kind(content)
        ended, self._left_out = self._left_out, False
        if ended and kind == "session_status_changed":
            return []  # that no run is under way: the next has been asked for already
        begun = kind == "new_session" and bool(told.metadata.run.fragment_ids) and not self._held
        if begun or (self._held and kind == "session_status_changed"):
            self._held.append(message)
            return []
        if self._held and kind == "page_info_changed":
            return [message]  # the address, which is the same whatever else is shown
        if self._held and kind == "script_finished" and told.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            self._held.clear()
            self._left_out = True
            return []
        return self._released(message)

    def _released(self, message: Message) -> list[Message]:
        held, self._held = self._held, []
        return [*held, message]

    @staticmethod
    def _kind(content: bytes) -> tuple[str, ForwardMsg]:
        told = ForwardMsg()
        if len(content) <= _SHORT:
            told.ParseFromString(content)
        return told.WhichOneof("type") or "", told
