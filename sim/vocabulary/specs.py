"""What is said of an actor where it is declared; the actors themselves stand in `actors.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

CHOOSE = "choose"


@dataclass(frozen=True)
class Setting:
    """Something that a scenario or a player may set for an actor.

    Attributes:
        name: the key in files, unique in the project; title: what a reader is shown.
        options: the named options, in order, of a setting that is one of several; empty for a share of 0 to 1.
        default: its value while nobody sets it; `choose` where the actor then decides for itself.
        means: one sentence for editors, where the title does not say enough.
    """

    name: str
    title: str
    options: tuple[str, ...] = ()
    default: float | str = CHOOSE
    means: str | None = None


@dataclass(frozen=True)
class DecisionSpec:
    """A recurring choice, explained decision by decision.

    Attributes:
        name: the id after the actor's, as in `taliban.stance`; also the start of its draws' names.
        title: what a reader is shown.
        held_in: the agent's attribute that holds it.
    """

    name: str
    title: str
    held_in: str


@dataclass(frozen=True)
class FactionSpec:
    """A part of an actor; `power_<name>` and `align_<name>_<whom>` are its parameters."""

    name: str
    title: str


@dataclass(frozen=True)
class Tie:
    """A tie that is drawn.

    Attributes:
        holder, held: from whom to whom the leverage goes; without leverage, the two ends.
        leverage: the metric, 0 to 1; empty where the model measures none. alignment: the metric, -1 to 1.
        aside: px by which it stands beside the straight line between the two; at: of its words; align: how these are set.
        words: what its leverage is called.
    """

    holder: str
    held: str
    leverage: str
    alignment: str
    aside: float
    at: tuple[float, float]
    align: Literal["left", "right"]
    words: str


@dataclass(frozen=True, eq=False)
class ActorSpec:
    """An actor, declared once: what it can be set to and decides, whose parts it has, what a player of it sees.

    Settings and their JSON Schema, policies, defaults, the dashboard's controls, the game's seats and briefings, accounts
    and the drawing of ties follow from it. An actor without settings only reacts: it has no part in scenario files.

    Attributes:
        name: the id in files, and the agent's name and attribute of the model; title: what a reader is shown.
        in_words: what it is called within an explanation; empty: its title.
        settings: what it can be set to.
        has_levers: whether the levers (`levers.py`) are its own as well.
        decides: the setting that it decides on month by month, where it may be left to choose among policies.
        decisions: its recurring choices.
        factions: its parts. ties: whom they lean to or from.
        hopes: the parameter for what they expect at first of one of these; of the others they expect nothing.
        supplies: the resources (`resources.py`) in which it could stand in for Pakistan with Kabul, as far as the agent's
            `supply` says; India's part counts as India's own leverage.
        seat: what a player is told who takes its seat.
        sees: the metrics that a player sees of itself; guesses: those of which a player is told a range only.
        place: px in the drawing of ties, 320 by 300, from the left and from the bottom; None: it is not drawn.
        drawn: its ties in that drawing.
    """

    name: str
    title: str
    in_words: str = ""
    settings: tuple[Setting, ...] = ()
    has_levers: bool = False
    decides: str = ""
    decisions: tuple[DecisionSpec, ...] = ()
    factions: tuple[FactionSpec, ...] = ()
    ties: tuple[str, ...] = ()
    hopes: Mapping[str, str] = field(default_factory=dict)
    supplies: tuple[str, ...] = ()
    seat: str = ""
    sees: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()
    place: tuple[float, float] | None = None
    drawn: tuple[Tie, ...] = ()

    @property
    def acts(self) -> bool:
        """Whether scenarios and players may set what it does."""
        return self.has_levers or bool(self.settings)
