"""What makes the pictures of a report answer to the pointer: Vega in the file itself, which asks for nothing from anywhere.

The page allows only scripts with the digests that stand in it, and Vega interprets its expressions instead of making code
of them. Where scripts do not run, the drawings that stand in the page stay.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from sim import cache
from sim.plots import Picture
from sim.plots.filling import with_tips

_HERE = Path(__file__).with_name("templates")


def scripts() -> list[str]:
    """Vega, and what puts its pictures in the place of the drawings."""
    return [_vega(), (_HERE / "report.js").read_text(encoding="utf-8")]


def content_security_policy(scripts: Iterable[str]) -> str:
    """What a browser may do with a page that has these scripts: run them, and fetch nothing."""
    digests = [f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" for one in scripts]
    return (
        f"default-src 'none'; script-src {' '.join(digests) or chr(39) + 'none' + chr(39)}; "
        "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'"
    )


def specifications(pictures: Iterable[Picture]) -> str:
    """By name, what Vega is to draw, to stand in a page."""
    every = {one.name: with_tips(json.loads(one.specification)) for one in pictures}
    # In a script's place only "<" could end it, whatever somebody has called a scenario.
    return json.dumps(every, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def _vega() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script; putting it together takes two seconds, so it is kept."""
    from importlib.metadata import version as installed

    import altair
    import vl_convert

    version = ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    name = f"vega-{version}-by-vl-convert-{installed('vl-convert-python')}.js"
    with suppress(UnicodeDecodeError):
        if kept := cache.kept(name).decode():
            return kept
    made = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=version)
    cache.keep(name, made.encode())
    return made
