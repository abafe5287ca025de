"""What the model says to the questions of a class is withheld from those who still are to predict it.

A participant could else read it on the page for exercises before it is revealed. Whoever holds a seat in a class, in this
browser, finds that exercise closed there until all is revealed. From another browser nobody can be told from a passer-by:
so where only some may open classes (`durand dashboard --opening-secret-file`), an exercise is closed to everybody while a
class on it is held. Where everybody may open one, that would let anybody close all exercises to all.
"""

from __future__ import annotations

import time
from functools import cache

from dashboard.widgets import access, classes
from sim.teaching.classroom.classes import Standing
from sim.teaching.classroom.file import ClassroomError
from sim.teaching.exercises.schema import Exercise

# Seconds for which a class is taken to be held after its instructor's page was last seen.
HELD = 3600.0


@cache
def _held() -> dict[str, float]:
    """Code of a class -> when its instructor's page was last seen."""
    return {}


def note(standing: Standing) -> None:
    """Take note that a class is being held."""
    now = time.monotonic()
    for code in [code for code, seen in list(_held().items()) if now - seen > HELD]:
        _held().pop(code, None)
    _held()[standing.code] = now


def withheld(one: Exercise) -> bool:
    """Whether this visitor is to see nothing of what the model says to an exercise."""
    mine = [code for secret in _secrets("me") for code in access.classes().places(secret)]
    others = [code for code, seen in list(_held().items()) if time.monotonic() - seen <= HELD]
    return any(_open(code, one) for code in (*mine, *(others if access.opening_secret() else ())))


def _open(code: str, one: Exercise) -> bool:
    """Whether a class still predicts in an exercise, and this visitor is not its instructor."""
    try:
        standing = access.classes().standing(code)
    except ClassroomError:
        return False
    still = {place for place in classes.places(one) if place[1] != "before"} - standing.revealed
    if standing.exercise != one.name or not still:
        return False
    return not any(access.classes().is_instructor(code, secret) for secret in _secrets("host"))


def _secrets(name: str) -> set[str]:
    return {secret for secret in (access.held(name), *access.known(name)) if secret}
