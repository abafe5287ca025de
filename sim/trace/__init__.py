"""From any rule, parameter, metric or mechanism down to the passages it rests on, and from any passage back up.

`look_up` gives what there is to say about an id as data, `describe` the same as text; `cover` and `coverage` likewise
for the whole ledger. Stands above rules, parameters, evidence and scenarios; the command line and pages use it.
"""

from sim.trace.cards import Card, Entry, Section, UnknownIdError, look_up
from sim.trace.cover import Coverage, cover
from sim.trace.index import Index, index
from sim.trace.text import coverage, describe

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
