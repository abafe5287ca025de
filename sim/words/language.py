"""What readers see in their language: the English text is the key into a catalogue in gettext's format, read by Babel.

`docs/catalogue.py` collects the texts (`make catalogue`). A text that a catalogue lacks, or whose English has changed since,
stays English.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).with_name("catalogues")


@dataclass(frozen=True)
class Language:
    """A language that readers can choose.

    Attributes:
        code: as in an address; name: what the language calls itself.
        direction: how a line of it runs, in the words of CSS.
        reviewed: whether somebody who speaks it has read the translation.
    """

    code: str
    name: str
    direction: Literal["ltr", "rtl"] = "ltr"
    reviewed: bool = True


ENGLISH = Language("en", "English")
LANGUAGES = {one.code: one for one in (ENGLISH, Language("ur", "اردو", "rtl", reviewed=False))}


def N_(text: str) -> str:  # noqa: N802  (gettext's name for it)
    """A text as it is, marked for the catalogue: it is translated where it is shown."""
    return text


@cache
def catalogue(code: str) -> Mapping[str, str]:
    """English text -> its translation; nothing for English itself."""
    if code == ENGLISH.code:
        return {}
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, code) if one.id and one.string and not one.fuzzy}


def translated(text: str, code: str, /, **values: object) -> str:
    """A text in a language, with values in the places that it has for them.

    >>> translated("{count} worlds", "en", count=3)
    '3 worlds'
    """
    said = catalogue(code).get(text, text)
    return said.format(**values) if values else said


def english(text: str, /, **values: object) -> str:
    """A text as it is, with values in the places that it has for them."""
    return translated(text, ENGLISH.code, **values)
