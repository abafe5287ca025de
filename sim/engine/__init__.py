"""The month compiled: rules and agents traced once with stand-ins for vectors, and run as machine code.

Rules, agents and levers are those of `sim/model.py`; nothing of them is written twice. From top to bottom: `run` (a batch
of worlds), `script` (what the scenario asks of a month), `compiled` (machine code), `modules` (LLVM text of a whole trace),
`pieces` (which of it passes several blocks of worlds together, and what these share), `draws`, `counting`, `functions` (what it
calls), `emit` (LLVM text of a graph), `trace` (the month's agents on stand-ins), `standins`, `graph` (what is computed).
"""
