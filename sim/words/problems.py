"""What is wrong with a value, in plain words: for :mod:`sim.yamlfile`, which adds the file and the line."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from os import PathLike
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeGuard, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel

from sim.limits import LimitError

Place = tuple[str | int, ...]
T = TypeVar("T")

# Whatever is wrong, no more than this is put into words: words cost far more than finding what they are about.
SHOWN_PROBLEMS = 20
# Of the names that would be right: how many are listed, how many a wrong one is compared with, and how long it may be.
_LISTED, _COMPARED, _LONGEST = 80, 1000, 80


class PlacedError(ValueError):
    """For validators: raise it to point at a place inside what is being validated.

    Args:
        text: what is wrong and, after a semicolon, what is allowed. The value is put in between.
        at: keys and list positions that lead from the value being validated to the culprit.
    """

    def __init__(self, text: str, at: Place = ()) -> None:
        super().__init__(text)
        self.at = at


class ChoiceError(ValueError):
    """For validators: a text is none of the names that are allowed; which of them was meant is told by :func:`explain`.

    Args:
        text: what is wrong and, after a semicolon, what is allowed; names: what is allowed.
    """

    def __init__(self, text: str, names: Iterable[str]) -> None:
        super().__init__(text)
        self.names = names


def found(value: object) -> str:
    """A value in words for a message: `'abc'`, `2`, `a list`, `nothing`."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a block of keys"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{short(value)}'"
    return short(str(value))


def wrong_kind(what: str, value: object, allowed: str) -> str:
    """What to say of a value of a type that cannot be taken: `this is no scenario: 3 (int); allowed: a name`."""
    return f"this is no {what}: {found(value)} ({type(value).__name__}); allowed: {allowed}"


def path_of(given: object, what: str, error: type[Exception]) -> Path:
    """A path that was given as a text or a path.

    Args:
        what: what it should lead to; error: what to raise of anything else.
    """
    if not isinstance(given, str | Path):
        raise error(wrong_kind(what, given, "a path"))
    return Path(given)


def several(given: Iterable[T]) -> list[T]:
    """What was given as several, each once; of texts and paths one alone may stand for itself.

    Raises:
        LimitError: it is neither.

    >>> several("attacks"), several(["attacks", "economy", "attacks"])
    (['attacks'], ['attacks', 'economy'])
    """
    if isinstance(given, str | PathLike):
        return [given]  # type: ignore[list-item]
    if not isinstance(given, Iterable):
        raise LimitError(wrong_kind("list", given, "one text, or a list of some"))
    return list(dict.fromkeys(given))


def short(text: str) -> str:
    """A text on one line, cut at 60 characters."""
    text = json.dumps(text[:61], ensure_ascii=False)[1:-1]
    return text if len(text) <= 60 else text[:57] + "..."


def suggestion(name: str, allowed: Iterable[str]) -> str:
    """What a wrong name should have been: ` (did you mean 'aid'?); allowed: aid, ...`, ready to follow the name.

    Of more than 80 names the closest are listed, before any others.
    """
    names = list(allowed)
    near = close_to(name, names, 5)
    listed = ", ".join(names)
    if len(names) > _LISTED:
        listed = ", ".join(list(dict.fromkeys([*near, *names[:5]]))[:5]) + f" and {len(names) - 5} more"
    return (f" (did you mean '{near[0]}'?)" if near else "") + f"; allowed: {listed}"


def close_to(name: str, names: Sequence[str], most: int) -> list[str]:
    """The names most like a wrong one, the likest first; none where the name is too long to be like any."""
    return difflib.get_close_matches(name, names[:_COMPARED], most) if len(name) <= _LONGEST else []


def problem_lines(problems: Iterable[Callable[[], str]], name: str, shown: int = SHOWN_PROBLEMS) -> list[str]:
    """Problems in words: the first of them, each line once, and then how many more there are.

    Args:
        problems: each gives its words when it is called; those beyond the first are counted, and never put into words.
        name: with which the line about the others begins.
    """
    lines: dict[str, None] = {}
    more = 0
    for number, words in enumerate(problems):
        if len(lines) < shown and number < 10 * shown:
            lines[words()] = None
        else:
            more += 1
    return [*lines, *([f"{name}: and {more} more problem{'s' * (more != 1)}"] if more else [])]


def entries(data: object, most: int) -> int:
    """How many keys and values stand in plain data, counted no further than `most`."""
    count, left = 1, [data]
    while left and count <= most:
        one = left.pop()
        inside = [*one, *one.values()] if isinstance(one, dict) else one if isinstance(one, list) else ()
        count += len(inside)
        left += [part for part in inside if isinstance(part, (dict, list))]
    return count


def dotted(path: Place) -> str:
    """A path as one word: ("changes", 0, "levers") is `changes[0].levers`."""
    out = "".join(f"[{part}]" if isinstance(part, int) else f".{short(part)}" for part in path)
    return out.removeprefix(".")


_WANTED = {
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false",
    "string": "text",
    "list": "a list",
    "tuple": "a list",
    "dict": "a block of keys",
    "mapping": "a block of keys",
    "model": "a block of keys",
}
_LENGTHS = ("too_short", "too_long", "string_too_short", "string_too_long")


def explain(error: Any, data: Any, model: type[BaseModel]) -> tuple[Place, str]:
    """Where one pydantic error lies in the data, and what it says in plain words.

    Args:
        error: an entry of `ValidationError.errors()`.
        data: what was validated.
        model: what it was validated as.
    """
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    place, is_key = _place(error["loc"], data, kind), error["loc"][-1:] == ("[key]",)
    cause = context.get("error")
    if isinstance(cause, PlacedError):
        place = (*place, *cause.at)
        for part in cause.at:
            value = value[part] if _inside(value, part) else None
    if "discriminator" in context:  # which of several forms a block has is told by one of its keys
        place = (*place, context["discriminator"].strip("'"))
        value = context.get("tag")
    where = dotted(place) or "the file"
    limits = _range(_types_at(model, place, data))
    stem, _, tail = kind.rpartition("_")

    if kind == "missing" or kind == "union_tag_not_found":
        return place, f"{where} is missing; it has to be given"
    if kind == "extra_forbidden":
        allowed = _keys(_types_at(model, place[:-1], data))
        return place, f"unknown key: {where}{suggestion(str(place[-1]), allowed)}"
    if kind in ("literal_error", "union_tag_invalid"):
        expected = context.get("expected") or context["expected_tags"]
        allowed = re.findall(r"'([^']*)'", expected) or [expected]
        if is_key:
            return place, f"unknown key: {where}{suggestion(str(value), allowed)}"
        return place, f"{where} is not one of the choices: {found(value)}{suggestion(str(value), allowed)}"
    if kind in ("greater_than_equal", "greater_than", "less_than_equal", "less_than"):
        return place, f"{where} is out of range: {found(value)}; allowed: {limits or error['msg']}"
    if tail in ("type", "parsing") and stem in _WANTED:
        wanted = _WANTED[stem] + (f", {limits}" if limits and stem in ("float", "int") else "")
        return place, f"{where} has the wrong type: {found(value)}; allowed: {wanted}"
    if kind in _LENGTHS:
        what = "characters" if kind.startswith("string") else "entries"
        least, most = context.get("min_length"), context.get("max_length")
        size, bound = ("short", f"at least {least}") if most is None else ("long", f"at most {most}")
        return place, f"{where} is too {size}: {len(value)} {what}; allowed: {bound}"
    if cause is not None:
        said = str(cause)
        if isinstance(cause, ChoiceError) and isinstance(value, str):
            said = said.partition("; ")[0] + suggestion(value, cause.names)
        text, _, rest = said.partition("; ")
        text, sign, hint = text.partition(" (did you mean")
        shown = "" if isinstance(value, (dict, list, tuple)) else f": {found(value)}"
        text = f"unknown key: {where}" if is_key else f"{where} {text}{shown}"
        return place, text + sign + hint + (f"; {rest}" if rest else "")
    return place, f"{where} is not right: {found(value)}; {error['msg']}"


def _place(loc: Place, data: Any, kind: str) -> Place:
    """A pydantic location as a path in the data: without the names of union members and the like."""
    out: list[str | int] = []
    for number, part in enumerate(loc):
        if _inside(data, part):
            data = data[part]
            out.append(part)
        elif kind == "missing" and number == len(loc) - 1:
            out.append(part)
    return tuple(out)


def _inside(data: Any, part: str | int) -> bool:
    if isinstance(data, (list, tuple)):
        return isinstance(part, int) and part < len(data)
    return isinstance(data, dict) and part in data


def _types_at(annotation: Any, path: Place, data: Any) -> list[Any]:
    """Every type that the declaration allows at a path, with its metadata; of several forms, those fitting the data."""
    level = [annotation]
    for part in path:
        level = [child for one in level for child in _children(one, part, data)]
        data = data[part] if _inside(data, part) else None
    return [form for one in level for form in _forms(one, data)]


def _forms(annotation: Any, data: Any) -> Iterator[Any]:
    """The annotation itself; for a union its members, less the models whose fixed values the data has otherwise."""
    origin = get_origin(annotation)
    if origin is Annotated and get_origin(get_args(annotation)[0]) in (Union, UnionType):
        annotation, origin = get_args(annotation)[0], Union
    if origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _forms(member, data)
    elif not _is_model(annotation) or not isinstance(data, dict) or _fixed_values_fit(annotation, data):
        yield annotation


def _fixed_values_fit(model: type[BaseModel], data: dict[str, Any]) -> bool:
    fixed = {info.alias or name: info.annotation for name, info in model.model_fields.items()}
    return all(
        data[key] in get_args(annotation)
        for key, annotation in fixed.items()
        if key in data and get_origin(annotation) is Literal and isinstance(data[key], str)
    )


def _children(annotation: Any, part: str | int, data: Any) -> Iterator[Any]:
    for form in _forms(annotation, data):
        origin, arguments = get_origin(form), get_args(form)
        if _is_model(form):
            for name, info in form.model_fields.items():
                if (info.alias or name) == part:
                    yield Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
        elif origin is Annotated:
            yield from _children(arguments[0], part, data)
        elif isinstance(origin, type) and issubclass(origin, dict):
            yield arguments[1]
        elif origin in (list, tuple):
            yield arguments[0]


def _is_model(annotation: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _keys(annotations: Iterable[Any]) -> list[str]:
    models = [one for one in annotations if _is_model(one)]
    return list(dict.fromkeys(info.alias or name for model in models for name, info in model.model_fields.items()))


def _range(annotations: Iterable[Any]) -> str:
    """The bounds declared for a number, in words: "0 to 1", "at least 0"; empty when there are none."""
    bounds: dict[str, float] = {}
    for annotation in annotations:
        for extra in getattr(annotation, "__metadata__", ()):
            for bound in (extra, *getattr(extra, "metadata", ())):
                bounds |= {name: getattr(bound, name) for name in ("ge", "gt", "le", "lt") if hasattr(bound, name)}
    if set(bounds) == {"ge", "le"}:
        return f"{bounds['ge']:g} to {bounds['le']:g}"
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    return ", ".join(f"{words[name]} {value:g}" for name, value in bounds.items())
