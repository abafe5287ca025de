"""What a player types or a program returns, as settings: a setting by its number or name, a value by its number or word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from sim.scenario import library, load_policy
from sim.scenario.diff import TITLES
from sim.scenario.settings import DEFAULTS, OPTIONS
from sim.scenario.words import CHOOSE
from sim.teaching.play.moves import GameError, Values
from sim.vocabulary import ACTORS
from sim.words.numbers import setting
from sim.words.problems import close_to, suggestion

LONGEST = 1_000  # characters in a line that is typed
_ASSIGNMENT = re.compile(r"([^\s=,;]+)\s*=\s*([^\s=,;]+)")
# What is typed for a command that goes by another name.
_MEANT = {
    **dict.fromkeys(("end", "stop", "leave", "bye", "close"), "quit"),
    **dict.fromkeys(("confirm", "done", "yes", "continue"), "go"),
    **dict.fromkeys(("undo", "cancel", "reset"), "keep"),
}


def assignments(actor: str, text: str) -> list[tuple[str, str]] | None:
    """A line as pairs of setting and value: `aid=0.5 7=0.2`, `aid 0.5`, or an option's name alone; None if it is none."""
    if len(text) > LONGEST:
        raise GameError(f"the line is too long: {len(text):,} characters; allowed: at most {LONGEST}")
    text = _joined(actor, text)
    pairs = [(key, value) for key, value in _ASSIGNMENT.findall(text)]
    if pairs:
        return None if _ASSIGNMENT.sub("", text).strip(" ,;") else pairs
    words, first = text.split(), next(iter(DEFAULTS[actor]))
    if len(words) == 2:
        return [(words[0], words[1])]
    may_choose = DEFAULTS[actor][first] == CHOOSE
    return [(first, text)] if may_choose and text in (*OPTIONS.get(first, ()), CHOOSE) else None


def _joined(actor: str, text: str) -> str:
    """A line with every setting and option that it names by its words as one: `1 crack down` is `1 crack_down`."""
    ids = {TITLES[name].lower(): name for name in DEFAULTS[actor]}
    ids |= {one.replace("_", " "): one for name in DEFAULTS[actor] for one in (name, *OPTIONS.get(name, ()))}
    for words in sorted(ids, key=len, reverse=True):  # the longest first: one may stand within another
        spaced = r"[\s_-]+".join(map(re.escape, words.split()))
        text = re.sub(rf"(?<![\w-]){spaced}(?![\w-])", ids[words], text)
    return text


def hint(word: str, commands: Iterable[str]) -> str:
    """The command that was meant by a word that is none: ` (did you mean quit?)`; nothing where none is near."""
    near = [_MEANT[word]] if word in _MEANT else close_to(word, list(commands), 1)
    return f" (did you mean {near[0]}?)" if near else ""


def find_setting(actor: str, key: str) -> str:
    """The setting that a word or number means: its number in the list, its name, or a part of only one name or title.

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
        [name for name in names if key.replace("_", " ") in TITLES[name].lower()],
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
        if (option := re.sub(r"[\s-]+", "_", text.lower())) in options:
            return option
        allowed = ", ".join(setting(option) for option in options)
        raise GameError(f"{TITLES[name]} cannot be {setting(text)}; allowed: {allowed}, or {CHOOSE}")
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
