"""The style sheet of the dashboard: what a move of a lever changes must not have the browser style the whole page anew."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

LOOK = Path(__file__).resolve().parents[1] / "dashboard" / "look.css"
# What a rule may ask of what is in an element: whether there is something of a class of its own, which comes and goes seldom;
# where the keyboard is; and whether a picture is on the whole screen.
SELDOM = re.compile(r'>?\s*(?:\.st-key-[\w-]+|:focus-visible|\[aria-label\^="Close fullscreen"\])')
# On a page of evidence alone, and on narrow screens alone.
EXCEPT = {".stColumn:has(> * .st-key-card .stButton)"}


def parts(text: str, between: str) -> list[str]:
    """A text parted at a pattern, wherever that is outside of brackets."""
    out, depth = [""], 0
    for one in re.split(rf"({between}|[()\[\]])", text):
        if depth == 0 and re.fullmatch(between, one):
            out.append("")
            continue
        depth += one in ("(", "[")
        depth -= one in (")", "]")
        out[-1] += one
    return [one.strip() for one in out if one.strip()]


def selectors() -> list[str]:
    text = re.sub(r"/\*.*?\*/", "", LOOK.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"@media[^{]*\{", "", text)
    return [one for some in re.findall(r"([^{}]+)\{", text) for one in parts(some, ",")]


@pytest.mark.parametrize("selector", selectors())
def test_a_rule_is_cheap_to_be_asked_of_every_part_of_a_page(selector: str) -> None:
    """Otherwise each of the ten changes of a move takes as long as the first drawing: it was a third of the time."""
    if selector in EXCEPT:
        return
    *around, subject = parts(selector, r"\s*[\s>~+]\s*")
    assert not [one for one in around if ":has(" in one], "what is further in would be styled anew with each change"
    for asked in re.findall(r":has\(([^()]*)\)", subject):
        assert all(SELDOM.fullmatch(one.strip()) for one in asked.split(",")), (
            f"{asked} comes and goes with each change"
        )
    own = re.sub(
        r":(?:has|is|not)\([^()]*(?:\([^()]*\)[^()]*)*\)|\[class[^\]]*\]|::?[\w-]+(?:\([^()]*\))?", "", subject
    )
    assert own not in ("", "*") or ":is(" in subject, "every part of the page would be asked"
    assert subject.count(":has(") == 0 or own, "every part of the page would be asked what is in it"
