"""What workers do for games: simulate a log and tell what came of it. Each begins with `tell`; a log goes as its JSON text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.words.language import N_, speaking

if TYPE_CHECKING:
    from dashboard.runtime.worker import Tell
    from sim.teaching.play.across import Across
    from sim.teaching.play.briefing import Briefing
    from sim.teaching.play.debrief import Debrief
    from sim.teaching.play.game import Game, Trial
    from sim.teaching.play.outcome import Outcome

NAME = "the game"


def brief(tell: Tell, log: str, actor: str, language: str) -> Briefing:
    """What an actor sees as the game stands, in words of a language, by its code."""
    from sim.teaching.play.briefing import briefing

    tell(None)
    with speaking(language):
        return briefing(_game(log), actor)


def trial(tell: Tell, log: str, settings: Mapping[str, Any]) -> Trial:
    """What Pakistan's settings would cost, and how far they can be carried."""
    tell(None)
    return _game(log).trial(settings)


def moved(tell: Tell, log: str, moves: Mapping[str, Mapping[str, Any]]) -> str:
    """The log after one more quarter, with the digest of its figures."""
    tell(None)
    return _game(log).move(moves).digested().log.to_json()


def outcome(tell: Tell, log: str) -> Outcome:
    """What a game came to in the world that was played."""
    from sim.teaching.play.outcome import outcome as made

    tell(None)
    return made(_game(log))


def debrief(tell: Tell, log: str, versus: str | None, language: str) -> Debrief:
    """A game set against other courses over 1,000 worlds, for the heavy worker."""
    from sim.teaching.play.debrief import debrief as make

    def progress(done: int, of: int) -> None:
        tell({"done": done, "of": of, "what": N_("world-months of your moves and of three courses")})

    tell({"done": 0, "of": 0, "what": ""})
    with speaking(language):
        return make(_game(log), versus=versus, progress=progress)


def because(tell: Tell, log: str, actor: str, language: str) -> str:
    """What came of what a seat set anew in the last quarter, in words of a language, by its code."""
    from sim.teaching.play.narrative import because as said

    tell(None)
    with speaking(language):
        return said(_game(log), actor)


def across(tell: Tell, logs: Mapping[str, str], language: str) -> Across:
    """Several tables side by side, for the heavy worker: title -> log."""
    from sim.teaching.play.across import across as side_by_side

    def progress(done: int, of: int) -> None:
        tell({"done": done, "of": of, "what": "tables"})

    progress(0, len(logs))
    with speaking(language):
        return side_by_side({title: _game(log) for title, log in logs.items()}, progress)


def _game(log: str) -> Game:
    from sim.teaching.play.game import resume
    from sim.teaching.play.moves import parse

    return resume(parse(log.encode(), NAME))
