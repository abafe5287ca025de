"""The command `durand synthetic`: makes the files of the worked example of calibrating on one's own data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands.options import Seed
from sim.ensemble.spec import check


def synthetic(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to fill.")],
    seed: Seed = 0,
) -> None:
    """Make up a country's file of events from one world with known values, to try `durand calibrate` on. Not data."""
    from sim.calibration.synthetic import make

    print(f"Written: {make(out, check('seed', seed))}")
