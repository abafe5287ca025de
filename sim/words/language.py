"""What readers see in their language: the English text is the key into a catalogue in gettext's format, read by Babel.

`docs/catalogue.py` collects the texts (`make catalogue`). A text that a catalogue lacks, or whose English has changed since,
stays English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from babel.messages.pofile import read_po

# A place for a value, in a text that a regular expression is made of.
_PLACE = re.compile(r"\\\{(\w+)\\\}")
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


def retold(text: str, code: str) -> str:
    """Sentences that were made in English, in a language; all as they are where it lacks one of them.

    A sentence with values is known by what stands around these; a value is translated where it is a text by itself.

    >>> retold("The scenarios part in December 2022.", "en")
    'The scenarios part in December 2022.'
    """
    found = [_retold(sentence, code) for sentence in re.split(r"(?<=\.) ", text)]
    return " ".join(found) if all(found) else text


def _retold(sentence: str, code: str) -> str:
    if sentence in catalogue(code):
        return catalogue(code)[sentence]
    for pattern, said in _patterns(code):
        if known := pattern.fullmatch(sentence):
            return said.format(**{name: translated(value, code) for name, value in known.groupdict().items()})
    return ""


@cache
def _patterns(code: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Of each sentence with plain values what finds it, and its translation; those that say most by themselves first."""
    sentence = re.compile(r"[^{}]*(\{(\w+)\}(?!.*\{\2\})[^{}]*)+\.")  # whose values have a name each
    found = {text: said for text, said in catalogue(code).items() if sentence.fullmatch(text)}
    return tuple(
        (re.compile(_PLACE.sub(r"(?P<\1>.+)", re.escape(text))), said)
        for text, said in sorted(found.items(), key=lambda one: -len(re.sub(r"\{\w+\}", "", one[0])))
    )


def english(text: str, /, **values: object) -> str:
    """A text as it is, with values in the places that it has for them."""
    return translated(text, ENGLISH.code, **values)
