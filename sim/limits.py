"""The error of whoever asks for more, or for something else, than is allowed. It stands alone, so that all can raise it."""

from __future__ import annotations


class LimitError(ValueError):
    """A run was asked for outside of what is allowed; the message says what is."""
