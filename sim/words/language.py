"""What readers see in their language: the English text is the key into a catalogue in gettext's format, read by Babel.

`docs/catalogue.py` collects the texts (`make catalogue`). A text that a catalogue lacks, or whose English has changed since,
stays English. Whoever makes a sentence asks for it by `_( )`, whole and with named places, and need not know who reads: that is
English unless something is said (`speaking`), or unless a server that answers several readers says how it knows (`ask_reader`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Literal
from unicodedata import bidirectional

CATALOGUES = Path(__file__).with_name("catalogues")
# Around what is filled into a line that runs from right to left, by its own direction: nothing in a figure, a sign or a name
# turns round, or turns what stands beside it (Unicode's isolates, and where they end).
LEFT_TO_RIGHT, RIGHT_TO_LEFT, END = "\u2066", "\u2067", "\u2069"
# Before a line in which nothing but what is filled in has a direction.
_RIGHT_TO_LEFT_MARK = "\u200f"


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


# ------------------------------------------------------------------------------------------------ who reads

_SPOKEN: ContextVar[str] = ContextVar("spoken", default="")
_reader: Callable[[], str] = lambda: ENGLISH.code  # noqa: E731  (named for what is put in its place)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Within it, and in this thread alone, texts are made in this language.

    >>> with speaking("ur"):
    ...     _("Aid")
    'امداد'
    """
    before = _SPOKEN.set(code)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def ask_reader(find: Callable[[], str]) -> None:
    """Have `find` say, each time that a text is made, in which language whoever is answered in this thread reads."""
    global _reader
    _reader = find


def spoken() -> str:
    """The code of the language in which texts are made here."""
    return _SPOKEN.get() or _reader()


def from_the_right() -> bool:
    """Whether lines of the language in which texts are made here run from right to left."""
    return LANGUAGES[spoken()].direction == "rtl"


# ------------------------------------------------------------------------------------------------ texts


def N_(text: str) -> str:  # noqa: N802  (gettext's name for it)
    """A text as it is, marked for the catalogue: it is translated where it is shown."""
    return text


def _(text: str, /, **values: object) -> str:
    """A text in the language of whoever reads here, with values in the places that it has for them."""
    return translated(text, spoken(), **values)


def n_(one: str, many: str, count: float, /, **values: object) -> str:
    """The same of a text that differs with a number, as the language's own rule has it: gettext's `ngettext`.

    >>> n_("{count} world", "{count} worlds", 1, count=1), n_("{count} world", "{count} worlds", 2, count=2)
    ('1 world', '2 worlds')
    """
    code = spoken()
    forms = _catalogue(code).forms.get((one, many))
    said = None if forms is None else forms[_catalogue(code).form(int(count))]
    return _filled(one if count == 1 else many, said, code, values)


def translated(text: str, code: str, /, **values: object) -> str:
    """A text in a language, with values in the places that it has for them.

    >>> translated("{count} worlds", "en", count=3)
    '3 worlds'
    """
    return _filled(text, catalogue(code).get(text), code, values)


class _Told(str):
    """A text in another language, which knows its English: no sentence is half in the one and half in the other."""

    english: str = ""


def together(separator: str, parts: Iterable[str]) -> str:
    """Parts of a sentence with a separator between them, which is in the catalogue."""
    some = list(parts)
    return _told(_(separator).join(some), separator.join(map(in_english, some)))


def altered(text: str, change: Callable[[str], str]) -> str:
    """A text as a function makes it, and its English by the same."""
    return _told(change(text), change(in_english(text)))


def _told(said: str, english: str) -> str:
    if said == english:
        return english
    told = _Told(said)
    told.english = english
    return told


def in_english(value: Any) -> Any:
    """The English of a text that was made in another language; anything else as it is."""
    return value.english if isinstance(value, _Told) else value


class _Isolated(Formatter):
    """Fills places so that nothing turns what stands in one round, or is turned round by it."""

    def format_field(self, value: Any, spec: str) -> str:
        said: str = super().format_field(value, spec)
        turned = _direction(said) == "rtl"
        return f"{RIGHT_TO_LEFT if turned else LEFT_TO_RIGHT}{said}{END}" if said else said


_ISOLATED = _Isolated()


def _filled(text: str, said: str | None, code: str, values: Mapping[str, object]) -> str:
    if code == ENGLISH.code:
        return text.format(**values) if values else text
    english = text.format(**{name: in_english(value) for name, value in values.items()}) if values else text
    return english if said is None else _told(_with_values(said, code, values), english)


def _with_values(said: str, code: str, values: Mapping[str, object]) -> str:
    if not values:
        return said
    if LANGUAGES[code].direction == "ltr":
        return said.format(**values)
    mark = "" if _direction("".join(text for text, *_place in Formatter().parse(said))) else _RIGHT_TO_LEFT_MARK
    return f"{mark}{_ISOLATED.vformat(said, (), values)}"


def closed(text: str) -> str:
    """A text in which whatever is kept apart by its direction has its end; without any such marks where one has not."""
    depth = 0
    for mark in _MARKS.findall(text):
        depth += -1 if mark == END else 1
        if depth < 0:
            break
    return _MARKS.sub("", text) if depth else text


_MARKS = re.compile(f"[{LEFT_TO_RIGHT}{RIGHT_TO_LEFT}{END}]")


def _direction(text: str) -> Literal["ltr", "rtl", ""]:
    """That of the first letter; none where there are figures and signs alone."""
    first = next(filter(_STRONG.__contains__, map(bidirectional, text)), "")
    return _STRONG.get(first, "")


_STRONG: Mapping[str, Literal["ltr", "rtl"]] = {"L": "ltr", "R": "rtl", "AL": "rtl"}


# ------------------------------------------------------------------------------------------------ catalogues


@dataclass(frozen=True)
class _Catalogue:
    """What a language's file has: single texts, and those that differ with a number, with the rule which form that takes."""

    texts: Mapping[str, str]
    forms: Mapping[tuple[str, str], tuple[str, ...]]
    form: Callable[[int], int]


def catalogue(code: str) -> Mapping[str, str]:
    """English text -> its translation; nothing for English itself."""
    return _catalogue(code).texts


@cache
def _catalogue(code: str) -> _Catalogue:
    if code == ENGLISH.code:
        return _Catalogue({}, {}, lambda number: int(number != 1))
    from gettext import c2py  # neither is needed where all is English, as on the command line

    from babel.messages.pofile import read_po

    with (CATALOGUES / f"{code}.po").open("rb") as file:
        read = read_po(file, code)
    known = [one for one in read if one.id and not one.fuzzy]
    return _Catalogue(
        {one.id: str(one.string) for one in known if isinstance(one.id, str) and one.string},
        {
            (one.id[0], one.id[1]): said
            for one in known
            if isinstance(one.id, tuple) and all(said := tuple(one.string or ()))
        },
        c2py(read.plural_expr),
    )
