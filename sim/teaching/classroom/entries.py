"""What goes into the file of the classroom and out of it: names within their length, predictions, and texts for a table."""

from __future__ import annotations

import json

from sim.teaching.classroom.file import ClassroomError
from sim.teaching.exercises.predict import Prediction, PredictionError, from_data
from sim.words.language import _

MOST_NAME = 120
MOST_RUNS = 3  # that a seat may have saved


def short(what: str, text: str, empty: bool = False) -> str:
    """A name as it is kept: one line, and no longer than `MOST_NAME`."""
    text = " ".join(text.split())
    if len(text) > MOST_NAME or not (text or empty):
        raise ClassroomError(
            _("{what} has 1 to {most} characters; this has {count}", what=_(what), most=MOST_NAME, count=len(text))
        )
    return text


def loaded(text: str) -> Prediction:
    """A prediction as it was kept."""
    try:
        return from_data(json.loads(text))
    except (ValueError, PredictionError, AttributeError):
        raise ClassroomError(_("the classroom file is damaged: a prediction in it cannot be read")) from None


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "'") else text
