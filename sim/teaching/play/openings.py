"""Where a game can begin: scenarios by what befalls the players, under titles that tell nobody what to do.

Scenarios that differ only in what Pakistan goes on to do are one and the same beginning, for in a game that is a seat's to
decide. So is one that differs in what a seat does, such as India's opening to Kabul. Those with parameters of their own are told
of without saying which way they lean: finding out is part of the game.
"""

from __future__ import annotations

from sim.scenario import list_scenarios
from sim.words.language import _

_EVENTS = (
    "baradar_yaqoob",
    "haqqani_ascendant",
    "imf_default",
    "imf_relief",
    "iskp_rises",
    "khan_returns",
    "taliban_fracture",
    "ttp_splinters",
)
_HIDDEN = ("force_works", "goodwill_works", "nothing_works")
_READINGS = ("rival_bargaining_chip", "rival_faction_politics", "rival_ideological_bond")
USUAL = "own_choice"


def openings() -> dict[str, tuple[str, str]]:
    """Beginnings of a game: the scenario's name -> a title, and a sentence on it."""
    titles = {name: title for name, title, _question in list_scenarios()}
    out = {
        USUAL: (
            _("After the second truce"),
            _(
                "The shared past up to November 2022. Nothing is put in; what follows is for the seats to decide, and for the "
                "model."
            ),
        )
    }
    for name in _EVENTS:
        out[name] = (
            _("Something happens: {what}", what=_(titles[name])),
            _("The same past, and in the course of 2023 an event that no seat decides on."),
        )
    for number, name in enumerate(_HIDDEN, 1):
        out[name] = (
            _("Another world than usual, {number}", number=number),
            _(
                "The same past was played, by the same rules; but some of their numbers are others. Which, you find out."
            ),
        )
    for number, name in enumerate(_READINGS, 1):
        out[name] = (
            _("One reading of Kabul, {number}", number=number),
            _(
                "The same past was played; Kabul is moved above all by one motive that the articles give it. By which, you "
                "find out."
            ),
        )
    return out


def title_of(scenario: str, otherwise: str) -> str:
    """What a game that begins with a scenario is called in front of its players."""
    return openings().get(scenario, (otherwise,))[0]
