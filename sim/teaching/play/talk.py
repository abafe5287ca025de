"""What is said at a table: private notes and proposals between two seats, their answers, and the press, which all hear.

All of it is one list of messages in the classroom's file, from which every view follows. Whom a message is for is decided
here, where it is read: a seat gets what it said, what was said to it, and the press; the host gets everything. A proposal that is
accepted goes into the game's log too (see `agreed.py`), which everybody may read when the game is over.
"""

from __future__ import annotations

import json
import sqlite3
import time
import unicodedata
from dataclasses import dataclass
from typing import Any

from sim.teaching.play.agreed import MOST_TEXT, Promise
from sim.teaching.play.table_file import OVER, PAUSED, PLAYING, Row, TableError, TableFile, log_of, told
from sim.words.language import N_, _

NOTE, PROPOSAL, ANSWER, PRESS = "note", "proposal", "answer", "press"
KINDS = (NOTE, PROPOSAL, PRESS)
# Who speaks where it is no seat: the host, with news of the world outside.
NEWS = "news"
# Of one seat: within a minute, and within a quarter. An answer counts as what it answers, which was counted.
MOST_A_MINUTE, MOST_A_QUARTER = 6, 20
ACCEPTED, REFUSED = "accepted", "refused"


@dataclass(frozen=True)
class Message:
    """Something said at a table.

    Attributes:
        number: in the order in which it was said; turn: how many turns had been played by then.
        kind: "note", "proposal" or "press".
        by: a seat, or `NEWS`; to: the seat that it is for, "" for all.
        promise: what a proposal would have one of the two set; None for words alone.
        answer: of a proposal, "accepted" or "refused"; "" while it is open.
    """

    number: int
    turn: int
    kind: str
    by: str
    to: str
    text: str
    promise: Promise | None = None
    answer: str = ""


class Talk(TableFile):
    """What is said at all tables of one file."""

    def say(
        self, code: str, secret: str, kind: str, text: str, to: str = "", promise: dict[str, Any] | None = None
    ) -> None:
        """Say something from a seat.

        Args:
            kind: "note" or "proposal", to another seat; or "press", to all.
            promise: of a proposal, what it would have one of the two set: actor, setting, value.

        Raises:
            TableError: the game is not running, nobody sits there, the text is none, or it is too much.
        """
        text = clean_text(text)
        with self._writing() as base, told():
            row = self._row(base, code)
            me = self._player(base, row, secret).actor
            self._may_talk(row)
            if kind not in KINDS:
                raise TableError(
                    _("no such kind of message: {kind}; allowed: {kinds}", kind=kind[:20], kinds=", ".join(KINDS))
                )
            others = [one for one in self._seated(base, row) if one != me]
            if kind == PRESS:
                to = ""
            elif to not in others:
                raise TableError(
                    _("nobody sits there to read it; allowed: {seats}", seats=", ".join(others) or _("nobody"))
                )
            if promise is not None:
                if kind != PROPOSAL:
                    raise TableError(_("only a proposal can name a setting"))
                log_of(row).with_entry(agreed=_agreed(me, to, text, promise))  # checked, before it is kept
            self._not_too_much(base, row, me)
            self._say(base, row, kind, me, to, text, promise)

    def answer(self, code: str, secret: str, number: int, accept: bool) -> None:
        """Accept or refuse a proposal; what is accepted stands in the game's log from then on.

        Raises:
            TableError: it is not this seat's to answer, has been answered, or is of a quarter that has passed.
        """
        with self._writing() as base, told():
            row = self._row(base, code)
            me = self._player(base, row, secret).actor
            self._may_talk(row)
            found = next((one for one in self._messages(base, row) if one.number == number), None)
            if found is None or found.kind != PROPOSAL or found.to != me:
                raise TableError(_("there is no such proposal to this seat"))
            if found.answer:
                raise TableError(
                    _("this proposal has been accepted already")
                    if found.answer == ACCEPTED
                    else _("this proposal has been refused already")
                )
            if found.turn != len(log_of(row).turns):
                raise TableError(_("that quarter has passed; the proposal has lapsed"))
            if accept:
                entry = _agreed(found.by, me, found.text, None if found.promise is None else found.promise.model_dump())
                self._keep(base, row, log=log_of(row).with_entry(agreed=entry))
            self._say(base, row, ANSWER, me, found.by, ACCEPTED if accept else REFUSED, about=number)

    def news(self, code: str, secret: str, text: str) -> None:
        """Give all seats a news item, as the host."""
        text = clean_text(text)
        with self._changing(code, secret) as (base, row):
            self._may_talk(row)
            self._not_too_much(base, row, NEWS)
            self._say(base, row, PRESS, NEWS, "", text)

    def heard(self, code: str, secret: str) -> tuple[Message, ...]:
        """What a seat may read: what it said, what was said to it, and the press."""
        with self._at_once() as base:
            row = self._row(base, code)
            me = self._player(base, row, secret).actor
            return tuple(one for one in self._messages(base, row) if me in (one.by, one.to) or one.kind == PRESS)

    def overheard(self, code: str, secret: str) -> tuple[Message, ...]:
        """Everything that was said, for the host."""
        with self._at_once() as base:
            return self._messages(base, self._owned(base, code, secret))

    # ---------------------------------------------------------------- the list

    @staticmethod
    def _may_talk(row: Row) -> None:
        if row.state not in (PLAYING, PAUSED):
            raise TableError(_("the game is over") if row.state == OVER else _("the game has not started"))

    def _not_too_much(self, base: sqlite3.Connection, row: Row, by: str) -> None:
        """By the file's own record, so that starting the server again makes no difference."""
        said = base.execute(
            "SELECT turn, sent FROM game_messages WHERE game = ? AND sender = ? AND kind != ?", (row.id, by, ANSWER)
        ).fetchall()
        if sum(turn == len(log_of(row).turns) for turn, _sent in said) >= MOST_A_QUARTER:
            raise TableError(_("that is enough for this quarter: {most} messages are allowed", most=MOST_A_QUARTER))
        if sum(abs(time.time() - sent) < 60.0 for _turn, sent in said) >= MOST_A_MINUTE:
            much = N_("that is enough for the moment: {most} messages a minute are allowed")
            raise TableError(_(much, most=MOST_A_MINUTE))

    def _say(
        self,
        base: sqlite3.Connection,
        row: Row,
        kind: str,
        by: str,
        to: str,
        text: str,
        promise: dict[str, Any] | None = None,
        about: int | None = None,
    ) -> None:
        base.execute(
            "INSERT INTO game_messages (game, turn, kind, sender, receiver, text, promise, about, sent) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (row.id, len(log_of(row).turns), kind, by, to, text, json.dumps(promise), about, time.time()),
        )

    def _messages(self, base: sqlite3.Connection, row: Row) -> tuple[Message, ...]:
        """All that was said, each proposal with its answer."""
        rows = base.execute(
            "SELECT m.id, m.turn, m.kind, m.sender, m.receiver, m.text, m.promise, COALESCE(a.text, '') FROM game_messages m "
            "LEFT JOIN game_messages a ON a.about = m.id WHERE m.game = ? AND m.kind != ? ORDER BY m.id",
            (row.id, ANSWER),
        ).fetchall()
        try:
            return tuple(
                Message(number, turn, kind, by, to, text, _promise(promise), answer)
                for number, turn, kind, by, to, text, promise, answer in rows
            )
        except ValueError:
            raise TableError(
                _("what was said in game {code} is damaged; its host may go back a turn", code=row.code)
            ) from None


def clean_text(text: str) -> str:
    """What somebody wrote, as it is kept: one line, without signs that nobody sees.

    Raises:
        TableError: nothing is left of it, or too much.
    """
    shown = (one for one in unicodedata.normalize("NFC", text) if one.isspace() or not _unseen(one))
    text = " ".join("".join(shown).split())
    if not any(unicodedata.category(one)[0] in "LN" for one in text):
        raise TableError(_("write something first"))
    if len(text) > MOST_TEXT:
        raise TableError(
            _("a message has at most {most} characters; this has {count}", most=MOST_TEXT, count=len(text))
        )
    return text


def _unseen(one: str) -> bool:
    """Control characters, halves and such as turn the direction; the joiners that Urdu and Persian are written with stay."""
    return unicodedata.category(one)[0] == "C" and one not in "\u200c\u200d"


def _promise(text: str) -> Promise | None:
    data = json.loads(text)
    return None if data is None else Promise.model_validate(data)


def _agreed(by: str, to: str, text: str, promise: dict[str, Any] | None) -> dict[str, Any]:
    agreed = {"proposed_by": by, "accepted_by": to, "text": text}
    return agreed if promise is None else {**agreed, "promise": promise}
