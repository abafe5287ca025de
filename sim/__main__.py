"""`python -m sim` is the `durand` command."""

from sim.commands.main import main

main()
