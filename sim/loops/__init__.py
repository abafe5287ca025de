"""The feedback loops of the model, found rather than drawn.

Some months of some scenarios are simulated on vectors that write every step down (see `sim.why`). Each step is put on trial
for how fast it answers to what it takes, and along the ways from state to state these slopes come to a signed digraph: who bears
on whom, by which rules, with which sign in how many worlds. Ways that lead back to where they began are feedback loops.

- `signed_digraph` reads the digraph off the model, `find_loops` looks for the loops in it; `sim.loops.text` says them,
  `sim.loops.picture` draws them.
"""

from sim.loops.cycles import Loop, Loops, NamedLoop, find_loops
from sim.loops.graph import Edge, Graph, name_of, signed_digraph, title_of

__all__ = ["Edge", "Graph", "Loop", "Loops", "NamedLoop", "find_loops", "name_of", "signed_digraph", "title_of"]
