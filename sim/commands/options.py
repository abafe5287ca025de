"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.ensemble.spec import LIMITS

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")]
Told = Annotated[
    str | None,
    typer.Option(
        metavar="YYYY-MM",
        help="As things stood then: until then Pakistan does what it did, and worlds are those that came near the record.",
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        metavar="N",
        help=f"How many work at once: {LIMITS['workers'][0]} to {LIMITS['workers'][1]:,}; changes no number.",
    ),
]
Seed = Annotated[int, typer.Option(metavar="S", help="The seed of all chance: 0 to 2^63 - 1.")]
