"""The project's tables that extensions change: as they were before, put back, and what is worked out from them."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from typing import Any

import sim.rules  # noqa: F401  (fills RULES)
from sim.agents.observers import EXPECTED, OBSERVERS
from sim.evidence.ledger import BROUGHT as EVIDENCE
from sim.metrics import METRICS, PANELS
from sim.model import BROUGHT, MONTH
from sim.parameters import PARAMETERS
from sim.rule import RULES
from sim.scenario.schema import follow
from sim.scenario.shocks import SHOCK_TARGETS
from sim.vocabulary import ACTOR_SPECS, LEVER_SPECS, RESOURCE_SPECS

Kept = tuple[list[dict[str, Any]], list[Any]]

# Every table that an extension may change.
TABLES: tuple[MutableMapping[str, Any], ...] = (
    EVIDENCE.sources,
    EVIDENCE.claims,
    PARAMETERS,
    RESOURCE_SPECS,
    LEVER_SPECS,
    ACTOR_SPECS,
    BROUGHT,
    METRICS,
    PANELS,
    RULES,
    SHOCK_TARGETS,
    OBSERVERS,
    EXPECTED,
)
# What other modules work out once from these tables: where it is kept already, it is worked out anew.
WORKED_OUT = (
    ("sim.ensemble.fingerprint", "_own_fingerprint"),
    ("sim.evidence.ledger", "ledger"),
    ("sim.provenance.index", "index"),
    ("sim.teaching.play.game", "stamp"),
    ("sim.teaching.play.game", "shocks"),
)
# The tables and the month as they were before the first extension.
_BEFORE: list[Kept] = []


def kept() -> Kept:
    """The tables and the month as they are now."""
    return [dict(table) for table in TABLES], list(MONTH)


def remember(before: Kept) -> None:
    """Keep how it was before the first extension."""
    if not _BEFORE:
        _BEFORE.append(before)


def restore() -> None:
    """Take out again what all extensions have put in."""
    if _BEFORE:
        put_back(_BEFORE.pop())


def put_back(was: Kept) -> None:
    """Have the tables and the month as they were."""
    for table, then in zip(TABLES, was[0], strict=True):
        table.clear()
        table.update(then)
    MONTH[:] = was[1]
    follow()
    forget()


def forget() -> None:
    """Have what was worked out from the tables worked out anew."""
    for module, function in WORKED_OUT:
        if module in sys.modules:
            getattr(sys.modules[module], function).cache_clear()
