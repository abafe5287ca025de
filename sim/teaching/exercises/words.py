"""The texts of an exercise: plain words in which figures stand by name.

    {{ name }}                       the figure: two significant digits, or a share of worlds such as "71 of 100"
    {{ name.size }}                  without its sign
    {{ name.percent }}               of a scale from 0 to 1, how much of it: "29%"
    {{ name.range }}                 the range that holds nine worlds of ten
    {{ name.unit }}                  its unit, such as "thousand fighters"
    {{ name.worlds }}                of a share, to stand in a sentence: "in 71 of 100 modelled worlds"
    {{ name: more | fewer | as many }}   words chosen by the sign of a difference, or by whether a share is above a half;
                                     the last where the worlds do not settle it
    {{ name: rises | falls | stays | hardly moves }}   one more for a difference on a scale that is settled and next to nothing

That is all there is to the language. Nothing is computed in a text, and nothing else may stand in the braces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

VIEWS = ("", "size", "percent", "range", "unit", "worlds")
_BRACES = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_INSIDE = re.compile(r"\s*([a-z0-9_]{1,60})(?:\.([a-z]+))?\s*(?::(.*))?", re.DOTALL)

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
# What may stand typed: years, months, days of a month, the ids of mechanisms and articles.
_DATES = re.compile(
    rf"\b(?:\d{{1,2}} )?(?:{_MONTHS})(?: \d{{1,2}})?\b|\b(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2]))?\b|\bM\d{{1,2}}\b|\b00[0-4]\b"
)
_FIGURES = re.compile(
    r"\d[\d.,]*|\b(?:four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|twenty|thirty|forty|fifty|sixty|seventy|"
    r"eighty|ninety|hundreds?|thousands?|millions?|half|halves|twice|thrice|doubled?|doubles|tripled?|quarters?|"
    r"per cent|percent)\b|%",
    re.IGNORECASE,
)


class WordsError(ValueError):
    """A text that is not right: what is wrong, and after a semicolon what is allowed."""


@dataclass(frozen=True)
class Reference:
    """A figure in a text.

    Attributes:
        name: which; `view`: how it is shown, one of `VIEWS`.
        options: the words to choose from; empty where the figure itself is shown, else three or four.
    """

    name: str
    view: str
    options: tuple[str, ...]


def references(text: str) -> list[Reference]:
    """The figures that a text names, in order.

    Raises:
        WordsError: something else stands in the braces, or a brace is left open.
    """
    out = [_reference(match[1]) for match in _BRACES.finditer(text)]
    rest = _BRACES.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise WordsError("has a brace without its other half; allowed: {{ name }}")
    return out


def filled(text: str, shown: Callable[[Reference], str]) -> str:
    """The text with every figure in place, on one line."""
    out = _BRACES.sub(lambda match: shown(_reference(match[1])), text)
    out = " ".join(out.split())
    # Words chosen at the start of a sentence begin it.
    return re.sub(r"(^|[.?!] )([a-z])", lambda match: match[1] + match[2].upper(), out)


def typed_figures(text: str) -> list[str]:
    """Figures typed into a text, other than dates: digits, and words such as `forty` and `twice`."""

    def parts() -> Iterator[str]:
        yield _BRACES.sub(" ", text)
        for one in references(text):
            yield from one.options

    return [match[0] for part in parts() for match in _FIGURES.finditer(_DATES.sub(" ", part))]


def _reference(inside: str) -> Reference:
    match = _INSIDE.fullmatch(inside)
    if match is None:
        raise WordsError(f"has more in its braces than a name: {inside.strip()[:40]}; allowed: {{{{ name }}}}")
    name, view, words = match[1], match[2] or "", match[3]
    if view not in VIEWS:
        raise WordsError(f"shows a figure in no known way: {name}.{view}; allowed: {', '.join(VIEWS[1:])}")
    if words is None:
        return Reference(name, view, ())
    options = tuple(" ".join(option.split()) for option in words.split("|"))
    if len(options) not in (3, 4) or view:
        raise WordsError(f"gives {len(options)} choices for {name}; allowed: {{{{ name: higher | lower | neither }}}}")
    return Reference(name, "", options)
