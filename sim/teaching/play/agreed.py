"""What two seats agreed on, as it stands in a game's log: words, and perhaps a setting that one of them promised.

An agreement binds nobody: each seat still makes its own moves. Whether a promise was kept is read off these.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from sim.scenario.diff import TITLES
from sim.scenario.settings import DEFAULTS, OPTIONS
from sim.scenario.words import OneOf, Strict
from sim.vocabulary import ACTORS
from sim.words.language import _
from sim.words.numbers import setting
from sim.words.problems import PlacedError

# As long as a short message; so many agreements in a game, so that its log stays well within what may be kept.
MOST_TEXT, MOST_AGREED = 400, 100

Actor = Annotated[str, OneOf(ACTORS)]


class Promise(Strict):
    """A setting that a seat would have in the coming quarter."""

    actor: Actor
    setting: Annotated[str, Field(min_length=1, max_length=60)]
    value: float | Annotated[str, Field(max_length=60)]

    @model_validator(mode="after")
    def _is_a_setting(self) -> Self:
        if self.setting not in DEFAULTS[self.actor]:
            allowed = ", ".join(DEFAULTS[self.actor])
            raise PlacedError(f"is no setting of {ACTORS[self.actor]}; allowed: {allowed}", ("setting",))
        options = OPTIONS.get(self.setting, ())
        fits = self.value in options if isinstance(self.value, str) else not options and 0.0 <= self.value <= 1.0
        if not fits:
            raise PlacedError(f"is out of range; allowed: {', '.join(options) or '0 to 1'}", ("value",))
        return self

    @property
    def words(self) -> str:
        """The promise in words: "Pakistan: Aid at 0.50"."""
        value = setting(self.value)
        return _(
            "{actor}: {setting} at {value}",
            actor=_(ACTORS[self.actor]),
            setting=_(TITLES[self.setting]),
            value=_(value) if isinstance(self.value, str) else value,
        )

    def kept(self, move: dict[str, float | str]) -> bool:
        """Whether a move of the seat is what was promised."""
        done = move.get(self.setting, DEFAULTS[self.actor][self.setting])
        if isinstance(done, str) or isinstance(self.value, str):
            return done == self.value
        return abs(done - self.value) < 0.005


class Agreed(Strict):
    """A proposal that was accepted.

    Attributes:
        proposed_by, accepted_by: the two seats; text: what was proposed, in the players' words.
        promise: a setting of one of the two; None for words alone.
    """

    proposed_by: Actor
    accepted_by: Actor
    text: Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]
    promise: Promise | None = None

    @model_validator(mode="after")
    def _is_between_two(self) -> Self:
        if self.proposed_by == self.accepted_by:
            raise PlacedError("is the seat that proposed it; allowed: another one", ("accepted_by",))
        if self.promise is not None and self.promise.actor not in (self.proposed_by, self.accepted_by):
            raise PlacedError(
                f"is of neither seat; allowed: {self.proposed_by}, {self.accepted_by}", ("promise", "actor")
            )
        return self
