"""The month compiled: rules and agents traced once with stand-ins for vectors, and run as machine code.

Rules, agents and levers are those of `sim/model.py`; nothing of them is written twice. From top to bottom: `run` (a batch
of worlds), `compiled` (machine code), `emit` (LLVM text), `functions` (exp, log and their like), `trace` (agents on
stand-ins), `graph` (what was computed).
"""
