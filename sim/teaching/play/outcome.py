"""What a game came to in the world that was played, in figures: at once, without other worlds to set it against."""

from __future__ import annotations

from dataclasses import dataclass

from sim.metrics import METRICS
from sim.teaching.play.briefing import summed
from sim.teaching.play.game import Game
from sim.teaching.play.moves import QUARTER, GameError
from sim.teaching.play.past import Array
from sim.vocabulary import months_between
from sim.words.language import N_, _
from sim.words.numbers import in_one_world, metric_words

# Deaths by whose they are, before any sum; then what else is told.
OUTCOME = (
    "fatalities_security",
    "fatalities_civilian",
    "fatalities_afghan_civilian",
    "fatalities_militant",
    "attacks",
    "afghan_hardship",
    "economy",
    "sovereignty",
)
COLUMNS = (N_("quarter before play opened"), N_("first quarter"), N_("last quarter"), N_("all that was played"))
ABOUT = N_(
    "As the model has it, in the world that was played and at its end told to all: one world among many, no score, no forecast. "
    "What was chance in it and what was policy is told below."
)


@dataclass(frozen=True)
class Outcome:
    """What a game came to.

    Attributes:
        figures: metric -> what it came to in each of `COLUMNS`; None for the quarter before where nothing was before.
    """

    figures: dict[str, tuple[float | None, ...]]


def outcome(game: Game) -> Outcome:
    """What a game came to, as far as it was played.

    Raises:
        GameError: no quarter has passed.
    """
    if not game.turn:
        raise GameError("nothing has been played yet")
    log = game.log
    before = months_between(game.base.start, log.opens)
    last = before + log.months_played(game.turn - 1)
    spans = ((max(before - QUARTER, 0), before), (before, before + log.months_played(1)), (last, None), (before, None))
    return Outcome({name: tuple(_came(game.past.metrics[name], name, *span) for span in spans) for name in OUTCOME})


def _came(months: Array, metric: str, first: int, end: int | None) -> float | None:
    there = months[:, first:end]
    return float(summed(there, METRICS[metric].summary)[0]) if there.shape[1] else None


def rows(found: Outcome) -> list[list[str]]:
    """The same as a table with `COLUMNS`."""
    return [
        [metric_words(name), *("-" if one is None else in_one_world(name, one) for one in figures)]
        for name, figures in found.figures.items()
    ]


def words(found: Outcome) -> str:
    """Who was killed while it was played, in a sentence."""
    told = {name: f"{found.figures[name][-1] or 0.0:,.0f}" for name in OUTCOME[:5]}
    return _(
        "While it was played, {security} soldiers and police, {civilians} civilians in Pakistan, {afghan} Afghan civilians and "
        "{militants} militants were killed; the TTP attacked {attacks} times.",
        security=told["fatalities_security"],
        civilians=told["fatalities_civilian"],
        afghan=told["fatalities_afghan_civilian"],
        militants=told["fatalities_militant"],
        attacks=told["attacks"],
    )
