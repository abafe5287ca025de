"""From any rule, parameter, metric, lever or mechanism down to the passages it rests on, and from any passage back up.

`look_up` gives what there is to say about an id as data, `describe` the same as text; `cover` and `coverage` likewise
for the whole ledger. Stands above rules, parameters, evidence and scenarios; the command line and pages use it.
"""

from sim.provenance.cards import Card, Entry, Section, UnknownIdError, look_up
from sim.provenance.cover import Coverage, cover
from sim.provenance.index import Index, index
from sim.provenance.text import coverage, describe

__all__ = [
    "Card",
    "Coverage",
    "Entry",
    "Index",
    "Section",
    "UnknownIdError",
    "cover",
    "coverage",
    "describe",
    "index",
    "look_up",
]
