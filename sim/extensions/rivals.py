"""Rivals to one rule, side by side: what stands for a rule that several extensions replace."""

from __future__ import annotations

from collections.abc import Mapping

from sim.extensions.errors import ExtensionError
from sim.rule import RULES
from sim.worlds import Vector


class Contested:
    """What stands for a rule that several of the extensions that are loaded replace or switch off: an experiment whose switches
    leave out all but one at each point may have them side by side, and nothing else can ask the rule.

    Attributes:
        by: the extensions, each with the file and the line.
    """

    def __init__(self, rule: str, by: Mapping[str, str]) -> None:
        self.rule, self.by = rule, by
        self.__name__, self.__doc__ = "contested", f"Replaced by several extensions at once: {', '.join(by)}"

    def __call__(self, **state: Vector) -> Vector:
        """Refuse.

        Raises:
            ExtensionError: always.
        """
        (one, first), (two, second), *_ = self.by.items()
        raise ExtensionError(
            f"{second}: rule {self.rule} is replaced or switched off by {two} and, in {first}, by {one}; allowed: one of them"
        )


def contested() -> dict[str, tuple[str, ...]]:
    """The rules that several extensions replace or switch off -> these extensions, in the order in which they were loaded."""
    return {name: tuple(rule.rival.by) for name, rule in RULES.items() if isinstance(rule.rival, Contested)}
