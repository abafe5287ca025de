"""`python -m sim` is the `durand` command."""

from sim.cli import main

main()
