"""Makes `sim/fonts/*.woff2`, small enough to stand in a page, and `*.ttf` for PDFs: words are as wide anywhere.

Latin letters of Liberation Sans, which the SIL Open Font License wants under another name when it is changed: Durand Sans.
Arabic and Urdu letters of Noto Naskh Arabic, whose name is free.

    apt-get download fonts-liberation2 && dpkg -x fonts-liberation2_*.deb fonts
    npm pack @fontsource/noto-naskh-arabic && tar xf fontsource-noto-naskh-arabic-*.tgz
    pip install fonttools brotli
    python docs/images/fonts.py fonts/usr/share/fonts/truetype/liberation2 package/files
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

OUT = Path(__file__).parents[2] / "sim" / "fonts"
LATIN = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x2010, 0x2015),
    *range(0x2018, 0x201E),
    *range(0x2190, 0x2194),
]
LATIN += [0x2009, 0x2022, 0x2026, 0x202F, 0x2212, 0x2264, 0x2265]
ARABIC = "U+0600-0603,U+060C,U+061B,U+061F,U+0621-065F,U+0670-06D5,U+06F0-06F9,U+200C-200F,U+2019"
WEIGHTS = {"regular": 400, "bold": 700}


def main() -> None:
    """Cut both weights of both."""
    liberation, naskh = map(Path, sys.argv[1:])
    for style, weight in WEIGHTS.items():
        latin(liberation / f"LiberationSans-{style.capitalize()}.ttf", OUT / f"durand-sans-{style}.woff2")
        source = naskh / f"noto-naskh-arabic-arabic-{weight}-normal.woff2"
        cut = [f"--unicodes={ARABIC}", "--layout-features=*", "--flavor=woff2"]
        subset.main([str(source), *cut, f"--output-file={OUT / f'noto-naskh-arabic-{style}.woff2'}"])


def latin(source: Path, target: Path) -> None:
    """Cut a weight of Liberation Sans, and rename it."""
    font = TTFont(source, recalcTimestamp=False)  # the same bytes whenever it is made
    options = subset.Options(layout_features=["kern"], hinting=False)
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    cut = subset.Subsetter(options)
    cut.populate(unicodes=LATIN)
    cut.subset(font)
    for one in font["name"].names:
        if one.nameID in (1, 3, 4, 6):
            one.string = one.toUnicode().replace("Liberation", "Durand")
    font.save(target.with_suffix(".ttf"))
    font.flavor = "woff2"
    font.save(target)


if __name__ == "__main__":
    main()
