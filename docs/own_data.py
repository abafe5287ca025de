"""Write the results of the example in docs/own-data.md, and its picture: python docs/own_data.py [FOLDER]

It runs the page's own lines (some minutes); FOLDER is one that they were run in before.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

DOCS = Path(__file__).resolve().parent
PAGE, PICTURE = DOCS / "own-data.md", DOCS / "images" / "own-data" / "movement_events.png"
BEGIN, END = "<!-- what follows is made by docs/own_data.py -->", "<!-- until here -->"


def lines(page: str) -> list[list[str]]:
    """The commands of the example, word by word."""
    return [shlex.split(line) for line in re.findall(r"```sh\n(.*?)```", page, re.DOTALL)[0].splitlines()]


def results(found: str) -> str:
    """What the page shows of the calibration's own page."""
    parts = dict(re.findall(r"^## (.*?)\n\n(.*?)(?=^## |\Z)", found, re.DOTALL | re.MULTILINE))
    waves = re.search(r"^\d+ accepted sets.*?(?=\n\n)", found, re.DOTALL | re.MULTILINE)
    assert waves is not None
    held = parts["Months aimed at and held out"].partition("Every month, with pictures")[0]
    picture = f"![Events with the Movement, months as reported and as modelled]({PICTURE.relative_to(DOCS)})"
    return "\n\n".join([waves.group(), parts["Known values"].strip(), held.strip(), picture])


def write(home: Path) -> None:
    """Take the results of an example that was run in this folder into the page."""
    page, sets = PAGE.read_text(encoding="utf-8"), home / "country-sets"
    found = results((sets / "calibration.md").read_text(encoding="utf-8"))
    before, _, rest = page.partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n\n{found}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(sets / "backcast" / "plots" / PICTURE.name, PICTURE)


def main() -> None:
    if len(sys.argv) > 1:
        write(Path(sys.argv[1]))
        return
    with TemporaryDirectory() as home:
        for _, *words in lines(PAGE.read_text(encoding="utf-8")):
            subprocess.run([sys.executable, "-m", "sim", *words], cwd=home, check=True)
        write(Path(home))


if __name__ == "__main__":
    main()
