"""The names everything else uses: who acts, with what, where.

An id here is what stands in scenario files, tables and tests; the title is what a reader is shown. Each thing is declared
once, in one of the modules of this package; the tables below follow from that and are read anew each time, so that what an
extension declares is in them. Order matters: it is the order in which rows are added up and drawn.
"""

from __future__ import annotations

from sim.vocabulary.actors import ACTOR_SPECS, acting, others_who_supply
from sim.vocabulary.calendar import START, month_after, month_words, months_between
from sim.vocabulary.derived import Derived
from sim.vocabulary.levers import LEVER_SPECS, Lever, coercive, suppliers_of
from sim.vocabulary.options import BROKERING, CAMPAIGNS, ENGAGEMENTS, ISLAMABAD_ANSWERS, KABUL_ANSWERS, STANCES
from sim.vocabulary.places import AFGHAN_AREAS, PAKISTAN_AREAS, ROSTER, Slot
from sim.vocabulary.resources import HOLD_SPECS, RESOURCE_SPECS, Hold, Resource, of_kind
from sim.vocabulary.specs import CHOOSE, ActorSpec, DecisionSpec, FactionSpec, Setting, Tie

__all__ = [
    "ACTORS",
    "ACTOR_SPECS",
    "AFGHAN_AREAS",
    "BROKERING",
    "CAMPAIGNS",
    "CHOOSE",
    "ENGAGEMENTS",
    "FACTIONS",
    "HOLD_SPECS",
    "ISLAMABAD_ANSWERS",
    "KABUL_ANSWERS",
    "LEVERS",
    "LEVER_SPECS",
    "ON_MENU",
    "PAKISTAN_AREAS",
    "RESOURCES_PAKISTAN_NEEDS",
    "RESOURCES_TALIBAN_NEEDS",
    "RESOURCE_SPECS",
    "ROSTER",
    "STANCES",
    "START",
    "VERDICTS",
    "ActorSpec",
    "DecisionSpec",
    "Derived",
    "FactionSpec",
    "Hold",
    "Lever",
    "Resource",
    "Setting",
    "Slot",
    "Tie",
    "acting",
    "coercive",
    "month_after",
    "month_words",
    "months_between",
    "of_kind",
    "others_who_supply",
    "settings_of",
    "suppliers_of",
]

ACTORS: Derived[str] = Derived(lambda: {spec.name: spec.title for spec in acting().values()})
FACTIONS: Derived[dict[str, str]] = Derived(
    lambda: {
        spec.name: {faction.name: faction.title for faction in spec.factions}
        for spec in ACTOR_SPECS.values()
        if spec.factions
    }
)
LEVERS: Derived[str] = Derived(lambda: {lever.name: lever.title for lever in LEVER_SPECS.values()})
# What Pakistan can give Kabul or keep from it, and what Kabul holds over Islamabad.
RESOURCES_TALIBAN_NEEDS: Derived[str] = Derived(lambda: {one.name: one.title for one in RESOURCE_SPECS.values()})
RESOURCES_PAKISTAN_NEEDS: Derived[str] = Derived(lambda: {one.name: one.title for one in HOLD_SPECS.values()})


def settings_of(actor: str) -> dict[str, Setting]:
    """All that an actor can be set to, its levers first: the name in files -> what it is."""
    spec = ACTOR_SPECS[actor]
    levers = LEVER_SPECS.values() if spec.has_levers else ()
    own = [Setting(lever.name, lever.title, default=0.0, means=lever.means) for lever in levers]
    return {setting.name: setting for setting in (*own, *spec.settings)}


# How a script says, setting by setting, which options a scenario leaves an actor to choose among.
ON_MENU = "on_menu."

VERDICTS: dict[str, str] = {
    "fracture_in_kabul": "Fracture in Kabul",
    "negotiated_settlement": "Negotiated settlement",
    "contained": "Contained",
    "concession_without_calm": "Concession without calm",
    "escalation": "Escalation",
    "stalemate": "Stalemate",
}
