"""What each side needs and the other can give or keep from it: the table that leverage is worked out from.

For every resource there are the parameters `alternative_<name>` (what others would supply) and, unless the state of the
world says it, `need_<name>`. By which lever Pakistan offers one is said with the lever (`levers.py`), and who else would
supply it with the actor (`actors.py`). Order matters: it is
the order in which rows are added up and drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["flow", "wartime", "step", "passage"]


@dataclass(frozen=True)
class Resource:
    """Something that Kabul needs and Pakistan can give it or keep from it.

    Attributes:
        name: the id used in files and tables; title: what a reader is shown.
        kind: how it is given. A `flow` is offered by levers, given on terms, and can be withdrawn. What is `wartime` was
            supplied for the war and takes no lever to offer still. A `step` once taken stays. A `passage` runs by itself,
            as far as the line is open.
        grows_in_hardship: whether Kabul needs it the more, the harder life is in Afghanistan.
        grows_with_isolation: whether Kabul needs it the more, the more of the world shuns it.
    """

    name: str
    title: str
    kind: Kind = "flow"
    grows_in_hardship: bool = False
    grows_with_isolation: bool = False


@dataclass(frozen=True)
class Hold:
    """Something that Pakistan needs and Kabul can give it or keep from it; who needs it how much is in `agents/taliban.py`."""

    name: str
    title: str


RESOURCE_SPECS: dict[str, Resource] = {
    one.name: one
    for one in (
        Resource("sanctuary", "Sanctuary", "wartime"),
        Resource("arms", "Arms", "wartime"),
        Resource("recognition", "Recognition", "step", grows_with_isolation=True),
        Resource("advocacy", "Advocacy abroad", grows_with_isolation=True),
        Resource("aid", "Aid", grows_in_hardship=True),
        Resource("trade", "Trade and transit", "passage", grows_in_hardship=True),
        Resource("border_security", "Border security"),
        Resource("military_training", "Military training"),
        Resource("mediation", "Mediation"),
    )
}
HOLD_SPECS: dict[str, Hold] = {
    one.name: one
    for one in (
        Hold("ttp_restraint", "Restraint of the TTP"),
        Hold("western_neighbour", "Access and a friendly western neighbour"),
        Hold("central_asia_road", "The road to Central Asia"),
        Hold("room_denied_to_india", "Room denied to India"),
        Hold("constituencies", "Constituencies inside Pakistan"),
    )
}


def of_kind(*kinds: Kind) -> tuple[str, ...]:
    """The resources that are given in one of these ways."""
    return tuple(one.name for one in RESOURCE_SPECS.values() if one.kind in kinds)
