"""The log of a game, as a small JSON file: the scenario, the random draws, and what was done in which order.

A log is all there is to a game. What the players see is worked out from it, so the same log gives the same bits, going
back is cutting it, and "what if" is a copy of what was cut.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, create_model, model_validator
from pydantic.fields import FieldInfo

from sim.ensemble.spec import LIMITS
from sim.results.temporary import temporary_for
from sim.scenario.settings import WHEN_ADMITTED, classes_of
from sim.scenario.shocks import Shock
from sim.scenario.words import Month, Months, Strict, Text, Title
from sim.teaching.play.agreed import MOST_AGREED, Actor, Agreed
from sim.vocabulary import ACTORS, month_after, months_between
from sim.words.problems import PlacedError, entries, explain, problem_lines, short
from sim.yamlfile import ENTRIES, FileError, bytes_of

FORMAT: Literal["durand game"] = "durand game"
LIMIT = 512 * 1024
# A turn is a quarter.
QUARTER = 3
MOST_ENTRIES = 1_000
SHOWN_PROBLEMS = 10
# A game's world is one of those that the debrief sets it against.
WORLDS = 1_000

Digest = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
Stamp = Annotated[str, Field(pattern="^[0-9a-f]{8,64}$")]
Values = dict[str, float | str]


class GameError(FileError):
    """A game cannot be read, or cannot be played so; says what is wrong and what is allowed."""


class _Turn(Strict):
    """What the players set for a quarter. A setting that is not given is left to choose; Pakistan's levers are at 0.

    Attributes:
        stood: players who did not move in time, so that what they had set before stood.
        digest: of the figures up to the quarter's end, as they were when it was played.
    """

    if TYPE_CHECKING:
        stood: tuple[Actor, ...] = ()
        digest: Digest | None = None

    @property
    def moves(self) -> dict[str, Values]:
        """Actor -> what was set, for the seats that are played."""
        seats = {actor: getattr(self, actor) for actor in ACTORS}
        return {actor: settings.given() for actor, settings in seats.items() if settings is not None}

    @model_validator(mode="after")
    def _names_no_policy(self) -> Self:
        for actor in ACTORS:
            if (settings := getattr(self, actor)) is not None and settings.policy is not None:
                raise PlacedError("stands in a move; allowed: settings only", (actor, "policy"))
        return self


if TYPE_CHECKING:
    Turn = _Turn
else:
    Turn = create_model(
        "Turn",
        __base__=_Turn,
        __module__=__name__,
        __doc__=_Turn.__doc__,
        **{actor: (classes_of(actor).settings | None, None) for actor in ACTORS},
        stood=(tuple[Actor, ...], ()),
        digest=(Digest | None, None),
    )


class Inject(Strict):
    """A shock that was put into the game, and the scenario whose shock it is."""

    shock: Shock
    source: Title


class Entry(Strict):
    """A line of the log: a quarter's moves; or, before the next of them, a shock put in or what two seats agreed on."""

    turn: Turn | None = None
    inject: Inject | None = None
    agreed: Agreed | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(one is not None for one in (self.turn, self.inject, self.agreed)) != 1:
            raise ValueError("is not one entry; allowed: exactly one of turn, inject and agreed")
        return self


class MoveLog(Strict):
    """A game.

    Attributes:
        model: which model it was played with (see `play.stamp`); `durand`: the program's version.
        scenario, scenario_hash: the library's scenario it builds on; `scenario_text`: one that is not in the library.
        seats: the actors that are played; `others`: whether the rest choose for themselves or do as the scenario says.
        seed, world, parameters: the game's random draws.
        opens: the first month that is played; `months`: how many are.
        entries: what was done, in order.
    """

    format: Literal["durand game"] = FORMAT
    version: Literal[1] = 1
    model: Stamp
    durand: Title = "unknown"
    scenario: Title
    scenario_hash: Stamp
    scenario_text: Annotated[str, Field(min_length=1, max_length=LIMIT)] | None = None
    seats: tuple[Actor, ...] = Field(min_length=1)
    others: Literal["choose", "scenario"] = "choose"
    seed: Annotated[int, Field(strict=True, ge=LIMITS["seed"][0], le=LIMITS["seed"][1])] = 0
    world: Annotated[int, Field(strict=True, ge=0, lt=WORLDS)] = 0
    parameters: Annotated[str, Field(pattern="^[a-z0-9_]{1,60}$")]
    opens: Month
    months: Months
    note: Text | None = None
    entries: tuple[Entry, ...] = Field(default=(), max_length=MOST_ENTRIES)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if list(self.seats) != [actor for actor in ACTORS if actor in self.seats]:
            raise PlacedError(f"is not in order, each once; allowed: {', '.join(ACTORS)}", ("seats",))
        done = 0
        for number, entry in enumerate(self.entries, 1):
            if entry.turn is not None:
                done += 1
                self._check_turn(entry.turn, number, done)
            elif entry.inject is not None:
                self._check_inject(entry.inject, number, done)
            elif entry.agreed is not None and not {entry.agreed.proposed_by, entry.agreed.accepted_by} <= {*self.seats}:
                raise ValueError(
                    f"has an agreement of a seat that nobody has (entry {number}); allowed: {', '.join(self.seats)}"
                )
        if sum(entry.agreed is not None for entry in self.entries) > MOST_AGREED:
            raise ValueError(f"has too many agreements; allowed: {MOST_AGREED}")
        return self

    def _check_turn(self, turn: Turn, number: int, done: int) -> None:
        if done > self.quarters:
            raise ValueError(f"has turns after the game's end (entry {number}); allowed: {self.quarters} turns")
        if set(turn.moves) != set(self.seats):
            seats = ", ".join(self.seats)
            raise ValueError(f"does not give each seat its move in a turn (entry {number}); allowed: {seats}")
        if not set(turn.stood) <= set(self.seats):
            seats = ", ".join(self.seats)
            raise ValueError(f"names a seat that nobody has (entry {number}, stood); allowed: {seats}")

    def _check_inject(self, inject: Inject, number: int, done: int) -> None:
        first, last = self.period(done)[0], month_after(self.opens, self.months - 1)
        if not first <= inject.shock.date <= last:
            allowed = f"{first} to {last}" if first <= last else "none, the game is over"
            raise ValueError(
                f"has a shock in a month that is not still to come (entry {number}, {inject.shock.date}); allowed: {allowed}"
            )

    @property
    def quarters(self) -> int:
        """How many turns the game has; the last may be shorter than a quarter."""
        return -(-self.months // QUARTER)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns played so far."""
        return tuple(entry.turn for entry in self.entries if entry.turn is not None)

    @property
    def injects(self) -> tuple[Inject, ...]:
        """The shocks put in, in order."""
        return tuple(entry.inject for entry in self.entries if entry.inject is not None)

    @property
    def agreements(self) -> tuple[tuple[int, Agreed], ...]:
        """What was agreed on, in order, each with how many turns had been played by then."""
        done, out = 0, []
        for entry in self.entries:
            done += entry.turn is not None
            if entry.agreed is not None:
                out.append((done, entry.agreed))
        return tuple(out)

    @property
    def acted(self) -> MoveLog:
        """The log without what was agreed on in words, which moves no figure: for one seat's eyes, or another's."""
        kept = tuple(entry for entry in self.entries if entry.agreed is None)
        return self if len(kept) == len(self.entries) else self.model_copy(update={"entries": kept})

    @property
    def over(self) -> bool:
        """Whether the last turn has been played."""
        return len(self.turns) >= self.quarters

    def period(self, turn: int) -> tuple[str, str]:
        """First and last month (YYYY-MM) of a turn, counted from 0."""
        last = min((turn + 1) * QUARTER, self.months) - 1
        return month_after(self.opens, turn * QUARTER), month_after(self.opens, last)

    def months_played(self, turns: int) -> int:
        """How many months of play so many turns come to."""
        return min(turns * QUARTER, self.months)

    def cut(self, turns: int) -> MoveLog:
        """The log as it was when so many turns had been played, and nothing put in or agreed on since.

        Raises:
            GameError: there are not so many.
        """
        played = len(self.turns)
        if not 0 <= turns <= played:
            raise GameError(f"there is no going back to turn {turns + 1}; allowed: 1 to {played + 1}")
        kept, seen = 0, 0
        for number, entry in enumerate(self.entries):
            if seen == turns:
                break
            seen += entry.turn is not None
            kept = number + 1
        return self.model_copy(update={"entries": self.entries[:kept]})

    def with_entry(self, **entry: Any) -> MoveLog:
        """The log with an entry more: `turn=` (actor -> settings, as data), `inject=` or `agreed=`.

        Raises:
            GameError: it does not fit; the message says what is allowed.
        """
        if len(self.entries) >= MOST_ENTRIES:
            raise GameError(f"the game has {MOST_ENTRIES:,} entries, and no room for another")
        data = self.data()
        return checked({**data, "entries": [*data.get("entries", []), entry]}, "this move")

    def data(self) -> dict[str, Any]:
        """The log as plain data, as it stands in a file; what is at its default is left out."""
        given = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        chance = {"others": self.others, "seed": self.seed, "world": self.world}
        return {"format": FORMAT, "version": 1, **chance, **given}

    def to_json(self) -> str:
        """The log as a file: an entry to a line."""
        data = self.data()
        entries = data.pop("entries", [])
        head = [f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in data.items()]
        rows = ",\n".join(f"  {json.dumps(entry, ensure_ascii=False)}" for entry in entries)
        body = f"[\n{rows}\n ]" if rows else "[]"
        return "{\n" + ",\n".join([*head, f' "entries": {body}']) + "\n}\n"


def _seat(actor: str) -> None:
    """Let a turn have the moves of an actor that was declared late; no more of one that is declared no longer."""
    if actor in ACTORS:
        kind: Any = classes_of(actor).settings | None
        Turn.__pydantic_fields__[actor] = FieldInfo(annotation=kind, default=None)
    else:
        Turn.__pydantic_fields__.pop(actor, None)
    for one in (Turn, Entry, MoveLog):
        one.model_rebuild(force=True)


WHEN_ADMITTED.append(_seat)


def checked(data: Any, name: str) -> MoveLog:
    """Plain data as a log.

    Args:
        name: what messages call it.

    Raises:
        GameError: it is none; every problem on a line of its own.
    """
    if entries(data, ENTRIES) > ENTRIES:
        raise GameError(f"{name}: the file holds too much for a game log; {ENTRIES:,} keys and values are allowed")
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise GameError(f'{name}: this is no game log of durand; its "format" would be "{FORMAT}"')
    if data.get("version") != 1 or isinstance(data.get("version"), bool):
        version = short(str(data.get("version")))
        raise GameError(f"{name}: a game log of version {version}, which this program does not know; allowed: 1")
    try:
        return MoveLog.model_validate(data)
    except ValidationError as errors:

        def words(error: Any) -> str:
            return f"{name}: {explain(error, data, MoveLog)[1]}"

        wrong = (partial(words, error) for error in errors.errors(include_url=False))
        raise GameError(*problem_lines(wrong, name, SHOWN_PROBLEMS)) from None


def parse(raw: bytes, name: str) -> MoveLog:
    """The bytes of a file as a log.

    Raises:
        GameError: they are too many, no text, no JSON or no log.
    """
    if len(raw) > LIMIT:
        raise GameError(f"{name}: the file is too large for a game log; at most {LIMIT // 1024} KiB are allowed")
    try:
        data = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number, object_pairs_hook=_once)
        json.dumps(data, ensure_ascii=False).encode()  # half a character would pass until somebody prints it
    except UnicodeError:
        raise GameError(f"{name}: the file is not text in UTF-8; a game log is needed") from None
    except RecursionError:
        raise GameError(f"{name}: the file is nested too deeply; a game log is needed") from None
    except ValueError as problem:
        where = f" (line {problem.lineno})" if isinstance(problem, json.JSONDecodeError) else ""
        reason = getattr(problem, "msg", None) or str(problem).partition(";")[0]
        raise GameError(f"{name}: the file is damaged, or no JSON{where}: {short(reason)}") from None
    return checked(data, name)


def load_log(path: str | Path) -> MoveLog:
    """Read a log from a file.

    Raises:
        GameError: it is not there, cannot be read, or is no log.
    """
    return parse(bytes_of(path, LIMIT, GameError, "game's"), str(path))


def save_log(log: MoveLog, path: str | Path) -> Path:
    """Write a log to a file, whole or not at all; what stood there is replaced.

    Raises:
        GameError: it cannot be written, or is too large to be read again.
    """
    path, text = Path(path), log.to_json().encode()
    if len(text) > LIMIT:
        raise GameError(f"{path}: the game has grown too large to be kept; at most {LIMIT // 1024} KiB are allowed")
    fresh = temporary_for(path)
    try:
        fresh.write_bytes(text)
        os.replace(fresh, path)
    except OSError as problem:
        fresh.unlink(missing_ok=True)
        raise GameError(f"{path}: the file cannot be written: {problem.strerror or problem}") from None
    return path


def free(path: Path, mark: str) -> Path:
    """A file's name beside another's that nobody has yet: game-what-if-1.json."""
    number = 1
    while (found := path.with_name(f"{path.stem}-{mark}-{number}{path.suffix}")).exists():
        number += 1
    return found


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is not a number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) < len(pairs):
        raise ValueError(f"a key is given twice: {next(_twice(pairs))}")
    return out


def _twice(pairs: list[tuple[str, Any]]) -> Iterator[str]:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            yield key
        seen.add(key)


def months_of_run(log: MoveLog, start: str, turns: int) -> int:
    """How many months a run from `start` has, to the end of so many turns."""
    return months_between(start, log.opens) + log.months_played(turns)
