"""Tables that follow from what is declared, read anew each time: what an extension declares later is in them."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from typing import TypeVar

V = TypeVar("V")


class Derived(Mapping[str, V]):
    """A read-only table worked out from declarations whenever it is read; it keeps their order."""

    def __init__(self, work_out: Callable[[], dict[str, V]]) -> None:
        self._work_out = work_out

    def __getitem__(self, name: str) -> V:
        return self._work_out()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._work_out())

    def __len__(self) -> int:
        return len(self._work_out())

    # A mapping's own would work the table out anew for every entry.
    def items(self) -> ItemsView[str, V]:
        return self._work_out().items()

    def values(self) -> ValuesView[V]:
        return self._work_out().values()

    def __or__(self, more: Mapping[str, V]) -> dict[str, V]:
        return {**self, **more}

    def __repr__(self) -> str:
        return repr(self._work_out())
