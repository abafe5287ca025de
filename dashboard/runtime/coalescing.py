"""What the browser is told of a run of parts of a page: nothing where it showed nothing, and else all at once, if that is soon.

What a visitor moves names the parts of the page that follow it (`controls.keep`). Streamlit then ends the run in which that
was named before it has shown anything, and begins one of these parts, of which it sends the beginning, each element and the end
as they come. The browser goes over its whole page for each of these; told of the second run alone, and in one go, it is done
in little more than half the time, and shows the same.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

if TYPE_CHECKING:
    from starlette.types import Message, Send

# bytes: what tells of a run is shorter by far; what is longer shows something.
_SHORT = 16_384
# Seconds after which a run that is still under way is told of, so that its visitor sees that something goes on.
PATIENCE = 0.35


def _understood() -> bool:
    """Whether this Streamlit tells of runs in the words that are read here; of another, all is sent on as it comes."""
    told = ForwardMsg()
    try:
        told.script_finished = ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return told.WhichOneof("type") == "script_finished" and not told.metadata.run.fragment_ids
    except (AttributeError, ValueError):
        return False


UNDERSTOOD = _understood()


class Coalescing:
    """What is sent to one browser."""

    def __init__(self, send: Send) -> None:
        self._send, self._order = send, asyncio.Lock()
        self._held: list[Message] = []
        self._shows = self._left_out = False
        self._late: asyncio.TimerHandle | None = None
        self._releasing: asyncio.Task[None] | None = None

    async def __call__(self, message: Message) -> None:
        """Send on what Streamlit sends, now or a little later; in its order."""
        async with self._order:
            for one in self._passed(message):
                await self._send(one)

    def _passed(self, message: Message) -> list[Message]:
        """What is to be sent by now."""
        content = message.get("bytes")
        if message["type"] != "websocket.send" or content is None or not UNDERSTOOD:
            return [*self._released(), message]
        kind, told = self._kind(content)
        ended, self._left_out = self._left_out, False
        if ended and kind == "session_status_changed":
            return []  # that no run is under way: the next has been asked for already
        if not self._held:
            if kind == "new_session" and told.metadata.run.fragment_ids:
                self._held.append(message)
                self._late = asyncio.get_running_loop().call_later(PATIENCE, self._tired)
                return []
            return [message]
        if kind == "page_info_changed":
            return [message]  # the address, which is the same whatever else is shown
        if (
            kind == "script_finished"
            and told.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
            and not self._shows
        ):
            self._released()
            self._left_out = True
            return []
        if kind in ("script_finished", "new_session"):
            return [*self._released(), message]
        self._shows = self._shows or kind != "session_status_changed"
        self._held.append(message)
        return []

    def _released(self) -> list[Message]:
        if self._late is not None:
            self._late.cancel()
        held, self._held, self._shows, self._late = self._held, [], False, None
        return held

    def _tired(self) -> None:
        self._releasing = asyncio.get_running_loop().create_task(self._release())

    async def _release(self) -> None:
        async with self._order:
            with suppress(OSError):  # the browser has gone
                for one in self._released():
                    await self._send(one)

    @staticmethod
    def _kind(content: bytes) -> tuple[str, ForwardMsg]:
        told = ForwardMsg()
        if len(content) <= _SHORT:
            told.ParseFromString(content)
        return told.WhichOneof("type") or "", told
