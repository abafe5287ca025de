"""What a player types or a program returns, as settings: a setting by its number or name, a value by its number or word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from sim.scenario import library, load_policy
from sim.scenario.diff import TITLES
from sim.scenario.settings import DEFAULTS, OPTIONS
from sim.scenario.words import CHOOSE
from sim.teaching.play.moves import GameError, Values
from sim.vocabulary import ACTORS
from sim.words.problems import suggestion

LONGEST = 1_000  # characters in a line that is typed
_ASSIGNMENT = re.compile(r"([^\s=,;]+)\s*=\s*([^\s=,;]+)")


def assignments(actor: str, text: str) -> list[tuple[str, str]] | None:
    """A line as pairs of setting and value: `aid=0.5 7=0.2`, `aid 0.5`, or an option's name alone; None if it is none."""
    if len(text) > LONGEST:
        raise GameError(f"the line is too long: {len(text):,} characters; allowed: at most {LONGEST}")
    pairs = [(key, value) for key, value in _ASSIGNMENT.findall(text)]
    if pairs:
        return None if _ASSIGNMENT.sub("", text).strip(" ,;") else pairs
    words, first = text.split(), next(iter(DEFAULTS[actor]))
    if len(words) == 2:
        return [(words[0], words[1])]
    may_choose = DEFAULTS[actor][first] == CHOOSE
    return [(first, text)] if may_choose and text in (*OPTIONS.get(first, ()), CHOOSE) else None


def find_setting(actor: str, key: str) -> str:
    """The setting that a word or number means: its number in the list, its name, or a part of only one name.

    Raises:
        GameError: there is none, or more than one.
    """
    names = list(DEFAULTS[actor])
    if key.isascii() and key.isdecimal():
        if 1 <= int(key[:9]) <= len(names):
            return names[int(key) - 1]
        raise GameError(f"there is no setting {key[:9]}; allowed: 1 to {len(names)}")
    key = key.replace("-", "_")
    for fits in (
        [name for name in names if name == key],
        [name for name in names if name.startswith(key)],
        [name for name in names if key in name],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise GameError(f"{key} could be {' or '.join(fits)}; give more of the name")
    raise GameError(f"no such setting: {key}{suggestion(key, names)}")


def read_value(actor: str, name: str, text: str) -> float | str:
    """A value as typed: a share, an option by name or number, or `choose`.

    Raises:
        GameError: it is not allowed for the setting.
    """
    may_choose = DEFAULTS[actor][name] == CHOOSE
    if text == CHOOSE and may_choose:
        return CHOOSE
    if name in OPTIONS:
        options = OPTIONS[name]
        if text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= len(options):
            return options[int(text) - 1]
        if text.replace("-", "_") in options:
            return text.replace("-", "_")
        raise GameError(f"{TITLES[name]} cannot be {text}; allowed: {', '.join(options)}, or {CHOOSE}")
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise GameError(f"{TITLES[name]} cannot be {text}; allowed: 0 to 1{f', or {CHOOSE}' if may_choose else ''}")
    return value


def read_move(actor: str, stands: Values, move: object) -> Values:
    """What a program returned for a quarter, as settings: what it names, over what stands; None or nothing: no change.

    Raises:
        GameError: it is no mapping, names what the actor has not, or has a value that is not allowed.
    """
    move = {} if move is None else move
    if not isinstance(move, Mapping):
        raise GameError(
            f"returned {type(move).__name__}; allowed: a dict from settings to values, such as "
            f"{{{next(iter(DEFAULTS[actor]))!r}: ...}}, or None for no change"
        )
    for name in move:
        if name not in DEFAULTS[actor]:
            raise GameError(f"{ACTORS[actor]} has no setting {name}; allowed: {', '.join(DEFAULTS[actor])}")
    return {**stands, **{name: read_value(actor, name, str(value)) for name, value in move.items()}}


@cache
def policies() -> tuple[str, ...]:
    """The names of Pakistan's policies in the library."""
    names = sorted(path.stem for path in (library() / "policies").glob("*.yaml"))
    return tuple(name for name in names if load_policy(name).actor == "pakistan")
