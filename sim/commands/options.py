"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")]
Told = Annotated[
    str | None,
    typer.Option(
        metavar="YYYY-MM",
        help="As things stood then: until then Pakistan does what it did, and worlds are those that came near the record.",
    ),
]
Seed = Annotated[int, typer.Option(metavar="S", help="The seed of all chance: 0 to 2^63 - 1.")]
