"""The signed digraph of the model's states: who bears on whom, by which rules, how strongly, and with which sign."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.ensemble.spec import DEFAULT_PARAMETERS
from sim.loops.merge import merged
from sim.loops.record import METRIC, Influence, Recorded, record_month
from sim.loops.slopes import Through
from sim.scenario import load_scenario
from sim.vocabulary import ACTOR_SPECS, Derived
from sim.why.names import Key, words
from sim.why.shapley import Array
from sim.words.sentences import capital

# Scenarios that are read side by side: between them every lever is in use, truces and war come about, courses are chosen.
READ: tuple[tuple[str, str], ...] = (
    ("history", "own_choice"),
    ("confront", "appease"),
    ("mediated_talks", "taliban_fracture"),
    ("isolate", "recognise"),
)
MONTH, WORLDS = 24, 64
FACTION_TITLES: Derived[str] = Derived(
    lambda: {faction.name: faction.title for spec in ACTOR_SPECS.values() for faction in spec.factions}
)
# A sign holds where all but this share of the worlds in which there is an effect agree; else it is open.
DISSENT = 0.05
# Influences weaker than this, in standard deviations per standard deviation, are left out as rounding.
LEAST = 1e-4
# A push on a state is weighed by what it comes to if it lasts so many months.
LASTING = 12


@dataclass(frozen=True)
class Edge:
    """That one state bears on another at first hand.

    Attributes:
        source, target: the states; for what is reported, the target is a metric.
        through: the rules in between, in order; none where plain arithmetic leads from one to the other.
        slopes: the target's change per unit of the source's, in every world that was read.
        weight: its mean size over a year, in standard deviations of the target per standard deviation of the source.
    """

    source: Key
    target: Key
    through: Through
    slopes: Array
    weight: float

    @cached_property
    def sign(self) -> int:
        """1 or -1 where worlds agree; 0 where the sign is open: it hangs on parameters, or on the state of the world."""
        return sign_of(self.slopes)


@dataclass(frozen=True)
class Graph:
    """All states that the model keeps and how they bear on each other.

    Attributes:
        edges: between states; own: of states on themselves, where rules make them grow; reported: from states to metrics.
    """

    edges: tuple[Edge, ...]
    own: tuple[Edge, ...]
    reported: tuple[Edge, ...]

    @cached_property
    def states(self) -> tuple[Key, ...]:
        """Every state with an edge, in order."""
        return tuple(sorted({key for edge in self.edges for key in (edge.source, edge.target)}))


def signed_digraph(
    pairs: Sequence[tuple[str, str]] = READ,
    *,
    month: int = MONTH,
    worlds: int = WORLDS,
    seed: int = 0,
    parameters: str = DEFAULT_PARAMETERS,
    progress: Callable[[int], None] | None = None,
) -> Graph:
    """Read the digraph off the model.

    Args:
        pairs: scenarios that are read side by side; month: months since their start.
        worlds: of each; seed, parameters: as for a run.
        progress: called with how many pairs have been read.

    Raises:
        ScenarioError: a scenario is not there or not right.
    """
    records = []
    for one, other in pairs:
        records.append(record_month((load_scenario(one), load_scenario(other)), month, worlds, seed, parameters))
        if progress is not None:
            progress(len(records))
    return put_together(records)


def put_together(records: Sequence[Recorded]) -> Graph:
    """The digraph of several recorded months."""
    records = merged(records)
    spread = _spread(records)
    lasting = _lasting(records)
    influences = sorted(dict.fromkeys(one for record in records for one in record.slopes))
    made = [_edge(one, records, spread, lasting) for one in influences]
    kept = [edge for edge in made if edge.weight >= LEAST]
    growing = sorted(dict.fromkeys(one for record in records for one in record.kept if one.through))
    own = [Edge(*one, _over(records, one, "kept") - 1.0, 1.0) for one in growing]
    return Graph(
        tuple(edge for edge in kept if edge.target.kind != METRIC),
        tuple(edge for edge in own if edge.sign > 0),
        tuple(edge for edge in kept if edge.target.kind == METRIC),
    )


def _spread(records: Sequence[Recorded]) -> dict[Key, float]:
    """The standard deviation of each state and metric over all worlds."""
    keys = dict.fromkeys(key for record in records for key in record.values)
    return {key: float(np.std(np.concatenate([r.values[key] for r in records if key in r.values]))) for key in keys}


def _lasting(records: Sequence[Recorded]) -> dict[Key, float]:
    """What a push every month for a year adds up to in each state, as far as that keeps what it was."""
    kept: dict[Key, float] = {}
    for one in dict.fromkeys(one for record in records for one in record.kept):
        kept[one.target] = kept.get(one.target, 0.0) + float(np.mean(_over(records, one, "kept")))
    return {key: sum(min(max(share, 0.0), 1.0) ** month for month in range(LASTING)) for key, share in kept.items()}


def _edge(one: Influence, records: Sequence[Recorded], spread: dict[Key, float], lasting: dict[Key, float]) -> Edge:
    slopes = _over(records, one, "slopes")
    below = spread.get(one.target, 0.0)
    weight = float(np.mean(np.abs(slopes))) * spread.get(one.source, 0.0) / below if below > 0 else 0.0
    return Edge(*one, slopes, weight * lasting.get(one.target, 1.0))


def _over(records: Sequence[Recorded], one: Influence, which: str) -> Array:
    """A slope in the worlds of all records; nought where it is not there."""
    width = max(len(value) for record in records for value in record.values.values())
    return np.concatenate([getattr(record, which).get(one, np.zeros(width)) for record in records])


def sign_of(slopes: Array) -> int:
    """1 or -1 where nearly all worlds with an effect have that sign; 0 where they do not agree, or there is none."""
    up, down = int(np.sum(slopes > 0)), int(np.sum(slopes < 0))
    if not up + down or min(up, down) > DISSENT * (up + down):
        return 0
    return 1 if up > down else -1


def summed(edges: Iterable[Edge]) -> Array:
    """What several ways between the same two states come to together, in every world."""
    first, *others = edges
    out = first.slopes
    for other in others:
        out = out + other.slopes
    return out


def name_of(key: Key) -> str:
    """A state's name as data: its owner and what it is."""
    return f"{key.owner}.{key.name}".replace(" ", "_")


def title_of(key: Key) -> str:
    """A state's name for readers."""
    whose, colon, what = words(key).partition(": ")
    return capital(FACTION_TITLES.get(whose, whose)) + colon + what
