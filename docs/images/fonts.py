"""Makes `sim/fonts/*.woff2`: Latin letters of Liberation Sans, small enough to stand in a page: words are as wide anywhere.

    apt-get download fonts-liberation2 && dpkg -x fonts-liberation2_*.deb fonts && pip install fonttools brotli
    python docs/images/fonts.py fonts/usr/share/fonts/truetype/liberation2

The SIL Open Font License wants another name for what was changed: Durand Sans.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

OUT = Path(__file__).parents[2] / "sim" / "fonts"
LETTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x2010, 0x2015),
    *range(0x2018, 0x201E),
    *range(0x2190, 0x2194),
]
LETTERS += [0x2009, 0x2022, 0x2026, 0x202F, 0x2212, 0x2264, 0x2265]


def main() -> None:
    """Cut both weights."""
    for style in ("Regular", "Bold"):
        font = TTFont(Path(sys.argv[1]) / f"LiberationSans-{style}.ttf")
        options = subset.Options(flavor="woff2", layout_features=["kern"], hinting=False)
        options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
        cut = subset.Subsetter(options)
        cut.populate(unicodes=LETTERS)
        cut.subset(font)
        for one in font["name"].names:
            if one.nameID in (1, 3, 4, 6):
                one.string = one.toUnicode().replace("Liberation", "Durand")
        font.flavor = "woff2"
        font.save(OUT / f"durand-sans-{style.lower()}.woff2")


if __name__ == "__main__":
    main()
