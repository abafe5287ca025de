"""Options that several commands share."""

from __future__ import annotations

import shlex
import sys
from typing import Annotated

import typer

from sim.ensemble.spec import LIMITS, LimitError
from sim.words.language import LANGUAGES
from sim.words.language import Language as Spoken

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
Language = Annotated[
    str,
    typer.Option("--language", "--lang", metavar="CODE", help=f"In which language: {' or '.join(LANGUAGES)}."),
]


def chosen(language: str) -> Spoken:
    """The language that was asked for.

    Raises:
        LimitError: there is none of this code.
    """
    if language not in LANGUAGES:
        raise LimitError(f"there is no language {language}; allowed: {', '.join(LANGUAGES)}")
    return LANGUAGES[language]


def no_paper(language: Spoken) -> str:
    """That there are no PDFs in a language, and why."""
    return f"no PDF is made in {language.name}, whose letters the libraries for PDF and PNG do not join"


def as_typed() -> str:
    """The command as it was typed, to be kept and shown; names of files may hold bytes that are no text, and go as `?`."""
    return shlex.join(["durand", *sys.argv[1:]]).encode("utf-8", "replace").decode()
