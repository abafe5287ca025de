"""How well two colours can be told apart, for the tests of what is drawn and written."""

from __future__ import annotations


def contrast(one: str, other: str) -> float:
    """WCAG's contrast of two colours, `#rrggbb`: 1 for the same, 21 for black on white."""
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def luminance(shade: str) -> float:
    """WCAG's relative luminance of a colour."""
    parts = [int(shade[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
