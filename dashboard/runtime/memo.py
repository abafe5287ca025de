"""What was made of visitors' texts, kept within bounds: for each session, for each address, and in all."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

Made = TypeVar("Made")
# Letters of the texts whose results are kept; what is made of a text takes some thirty bytes a letter.
MOST_LETTERS = {"session": 2**18, "address": 2**20, "all": 2**21}


def visitor() -> tuple[str, str]:
    """This visitor's session, and the address that it comes from ("" on this machine)."""
    context = get_script_run_ctx(suppress_warning=True)
    return ("alone", "") if context is None else (context.session_id, str(st.context.ip_address or ""))


class Remembered(Generic[Made]):
    """A function of a text that answers at once where it was asked the same before. Shared by all; nobody changes an answer."""

    def __init__(self, make: Callable[[str], Made], visitor: Callable[[], tuple[str, str]] = visitor) -> None:
        """Remember what `make` gives. `visitor` says who asks: session and address."""
        self._make, self._visitor, self._lock = make, visitor, threading.Lock()
        self._kept: OrderedDict[str, tuple[Made, tuple[str, str]]] = OrderedDict()

    def __call__(self, text: str) -> Made:
        """What is made of a text."""
        with self._lock:
            if text in self._kept:
                self._kept.move_to_end(text)
                return self._kept[text][0]
        made, who = self._make(text), self._visitor()
        if len(text) > MOST_LETTERS["session"]:
            return made  # it would have to push out everything else first
        with self._lock:
            self._kept[text] = made, who
            for place, most in enumerate(MOST_LETTERS.values()):
                alike = [one for one, (_, whose) in self._kept.items() if place == 2 or whose[place] == who[place]]
                letters = sum(map(len, alike))
                for one in alike:  # the oldest first
                    if letters > most:
                        letters -= len(one)
                        del self._kept[one]
        return made
