"""Study anew what levers and courses do, and write docs/response.md. Run it from the checkout: python docs/response.py

The study (two minutes or so) is kept in docs/response/second-edition.json, and what it says of levers in the package, in
sim/experiment/response/effects.json; `docs/build.py` makes the page from it and from docs/response/first-edition.json, which
holds what the model's first edition came to and is not renewed.
"""

from __future__ import annotations

import json
import os
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS), str(DOCS.parent)]  # so that it runs from a checkout that is not installed

from notation import table  # noqa: E402

from sim.experiment.response.figures import title  # noqa: E402
from sim.experiment.response.kept import FILE, excerpt  # noqa: E402
from sim.experiment.response.levers import ENOUGH, headlines, met  # noqa: E402
from sim.experiment.response.study import Response, response  # noqa: E402
from sim.experiment.response.text import (  # noqa: E402
    aimed,
    best_words,
    hangs_words,
    in_sd,
    measured,
    ratio_words,
    reading,
    spoken,
)
from sim.experiment.response.variance import PARTS  # noqa: E402
from sim.plots import to_png  # noqa: E402
from sim.vocabulary import LEVERS, month_words  # noqa: E402

PAGE, KEPT, IMAGES = DOCS / "response.md", DOCS / "response", DOCS / "images" / "response"
EDITIONS = {"first": KEPT / "first-edition.json", "second": KEPT / "second-edition.json"}
WORKERS = min(os.cpu_count() or 1, 4)
DIGITS, WIDE = 4, 120
PICTURES = {
    "levers": "What each lever moves, in standard deviations over worlds",
    "best-course": "In how many accepted parameter sets each course is the best",
    "variance": "What the spread of worlds comes of",
}

HEAD = """# What levers and courses do

Made by `make response` (the study) and `make docs` (this page). **Not a forecast:** it asks of the model whether choices in it
have consequences, and on what they hang. Each table has the model's first edition beside its second. The first edition's
figures were taken before its rules were changed and are kept as they were; the second's are of the model that stands
beside this page.
"""

LEVERS_TEXT = """## Levers

Each of Pakistan's levers is held at nothing, and at full strength, from {since} on, over what {base} does otherwise, and seen
for {months} months in the same {worlds} worlds. The figure is the median over worlds of the difference between the two, in
standard deviations of the metric over worlds with the lever at nothing. A metric that is counted is added up; any other is
its mean over the last six months. What a lever is meant to move is declared with it
([the list](model.md#appendix-b-levers)). {enough:g} of a standard deviation counts as moving it, whichever way.
"""

COURSES_TEXT = """## Courses

The courses are the scenarios that share the past up to November 2022 and differ in what Pakistan does then: {courses}. Each is
simulated in {sets} accepted parameter sets, {replications} worlds a set, with the same random draws under every course, and
seen from {since} on; a set's figure is the mean over its worlds, so that chance is averaged out. *Most over least* is the
course with the largest figure against that with the smallest: the median set, and in brackets eight of ten. Which end of a
metric is better is declared with the metric; for leverage, Kabul's restraint and India it is the end that Pakistan would have.
*Hangs on*: the parameters whose values differ most clearly between sets in which different courses are best, with the share
of the variance of ranks that this makes. They are named where the Kruskal-Wallis test (1952) tells them apart from chance,
all parameters being tried, with one in twenty false at most (Benjamini and Hochberg, 1995). A dash: no parameter by itself
tells.
"""

VARIANCE_TEXT = """## What the spread of worlds comes of

The same worlds, one by one. Variance is divided into what comes of the course, of the parameter set, of chance within a set,
and of interactions: courses that differ by set or by chance. Mean squares of the crossed design are set equal to their
expectations, courses being a finite population and sets and replications samples (Searle, Casella and McCulloch, 1992,
Variance Components, chapters 4 and 5); shares sum to one. What is estimated below nothing is set to nothing and has a star.
Uncertainty about parameters must stay wide, so a small share of the course does not say that choices are idle: the table
above holds parameters fixed.
"""

ANEW = """## Make it anew

```
durand response --sets {sets} --worlds {replications} --lever-worlds {worlds} --seed {seed} --workers 2
make response
```
"""


def main() -> None:
    found = response(workers=WORKERS)
    KEPT.mkdir(exist_ok=True)
    keep(found, EDITIONS["second"])
    ship(edition("second"))
    IMAGES.mkdir(parents=True, exist_ok=True)
    for picture in edition("second").pictures():
        (IMAGES / f"{picture.name}.png").write_bytes(to_png(picture.chart, scale=1.6))
    PAGE.write_text(page(), encoding="utf-8")


def keep(found: Response, file: Path) -> None:
    """Write a study with figures of four digits, a line for each metric of a lever, of the choice and of the variance."""
    told = rounded(found.as_json())
    parts = []
    for name, part in told.items():
        if name == "levers":
            body = ",\n".join(f'"{lever}": {_lines(some)}' for lever, some in part.items())
            parts.append(f'"levers": {{\n{body}\n}}')
        else:
            parts.append(f'"{name}": {_lines(part)}')
    file.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def ship(found: Response) -> None:
    """Write the part of a study that the package carries: what each lever does."""
    told = excerpt(found)
    body = ",\n".join(f'"{lever}": {_lines(some)}' for lever, some in told["levers"].items())
    FILE.write_text(f'{{\n"about": {json.dumps(told["about"])},\n"levers": {{\n{body}\n}}\n}}\n', encoding="utf-8")


def _lines(part: dict[str, Any]) -> str:
    body = ",\n".join(f"{json.dumps(name)}: {json.dumps(one, allow_nan=False)}" for name, one in part.items())
    return f"{{\n{body}\n}}"


def rounded(told: Any) -> Any:
    """The same with every fraction to four significant digits."""
    if isinstance(told, dict):
        return {name: rounded(one) for name, one in told.items()}
    if isinstance(told, list):
        return [rounded(one) for one in told]
    return float(f"{told:.{DIGITS}g}") if isinstance(told, float) else told


def edition(name: str) -> Response:
    """The kept study of an edition: first or second."""
    return Response.of_json(json.loads(EDITIONS[name].read_text(encoding="utf-8")))


def page() -> str:
    """The page, from both kept studies."""
    both = {name: edition(name) for name in EDITIONS}
    about = both["second"].manifest
    since = month_words(about["from"])
    facts = {
        "since": since,
        "base": f"`{about['base']}`",
        "months": about["lever_months"],
        "worlds": about["lever_worlds"],
        "enough": about["enough"],
        "courses": ", ".join(f"[{name}](scenarios/{name}.md)" for name in about["courses"]),
        "sets": about["sets"],
        "replications": about["replications"],
        "seed": about["seed"],
    }
    lines = [filled(HEAD), "## In short", "", *map(filled, in_short(both)), ""]
    lines += [filled(LEVERS_TEXT.format(**facts)), levers_table(both), picture("levers")]
    lines += [filled(COURSES_TEXT.format(**facts)), courses_table(both), picture("best-course")]
    lines += [filled(VARIANCE_TEXT), variance_table(both), picture("variance")]
    lines += ["## The second edition in words", "", *(f"{filled(text)}\n" for text in reading(both["second"]))]
    return "\n".join([*lines, ANEW.format(**facts), *map(filled, made(both))]) + "\n"


def filled(text: str) -> str:
    """Paragraphs as wide as the other pages, and points of a list set in."""
    further = "  " if text.startswith("- ") else ""
    parts = (
        textwrap.fill(part, WIDE, subsequent_indent=further, break_long_words=False, break_on_hyphens=False)
        for part in text.split("\n\n")
    )
    return "\n\n".join(parts) + ("\n" if text.endswith("\n") else "")


def picture(name: str) -> str:
    """A picture of the second edition."""
    return f"![{PICTURES[name]}](images/response/{name}.png)\n\n*{PICTURES[name]}: second edition.*\n"


def in_short(both: dict[str, Response]) -> Iterator[str]:
    """What differs between the editions, in a few figures."""
    meet, most = [], []
    heads: list[dict[str, int]] = []
    for found in both.values():
        known = headlines(measured(found))
        meet.append(sum(bool(met(some, tuple(found.aims[lever]))) for lever, some in found.levers.items()))
        heads.append({_short(name): sum(bool(met(some, (name,))) for some in found.levers.values()) for name in known})
        most.append(max(max(found.choice[name].best.values()) for name in (*known, "fatalities_pakistan")))
    count = len(both["second"].levers)
    yield (
        f"- Levers that move something that they are for, one way or the other: {meet[0]} in the first edition, {meet[1]} in the "
        f"second, of {count}."
    )
    for name, number in heads[1].items():
        yield f"- Levers that move {name}, in the median world: {heads[0][name]} and {number}."
    yield (
        "- The largest share of sets in which one course is the best, on attacks, deaths in Pakistan, leverage or Kabul's "
        f"restraint: {most[0]:.0%} and {most[1]:.0%}."
    )


def _short(name: str) -> str:
    """What a headline figure is called in short, in either edition."""
    return {"attacks": "attacks", "taliban_stance": "Kabul's restraint"}.get(name, "leverage")


def beside(both: dict[str, Response], name: str, say: Callable[[Response, str], str]) -> list[str]:
    """A cell for each edition; a figure that an edition has under its older name goes by that, and a dash stands for none."""
    return [say(found, one) if (one := _known(found, name)) else "-" for found in both.values()]


def _known(found: Response, name: str) -> str:
    older = {"leverage_in_use": "leverage_pakistan_taliban"}
    return next((one for one in (name, older.get(name, "")) if one in found.choice), "")


def figures_of(both: dict[str, Response]) -> list[tuple[str, str]]:
    """The figures of the tables of courses: the second edition's, each with its title."""
    return [(name, title(name)) for name in spoken(both["second"].choice)]


def levers_table(both: dict[str, Response]) -> str:
    """A row per lever: what it moves most of what it is for, whether by enough, and the three headline figures."""
    rows = []
    columns = headlines(measured(both["second"]))
    for lever in both["second"].levers:
        cells = [aimed(found, lever) for found in both.values()]
        pairs = [
            " / ".join(
                beside(both, name, lambda found, one, lever=lever: in_sd(found.levers.get(lever, {}).get(one)))  # type: ignore[misc]
            )
            for name in columns
        ]
        rows.append((LEVERS.get(lever, lever), *cells, *pairs))
    heads = (
        "lever",
        f"first: moves what it is for by {ENOUGH:g} sd",
        "second (sd)",
        *(f"{title(name)} (sd), first / second" for name in columns),
    )
    return table(heads, rows)


def courses_table(both: dict[str, Response]) -> str:
    """A row per figure: how far apart courses are, which are best, on what that hangs, in either edition."""
    rows = []
    for name, words in figures_of(both):
        cells: list[str] = []
        for say in (ratio_words, best_words, hangs_words):
            cells += beside(both, name, lambda found, one, say=say: say(found.choice[one]))  # type: ignore[misc]
        rows.append((words, *cells))
    heads = ("most over least", "best in so many sets", "hangs on")
    return table(("figure", *(f"{head}, {one}" for head in heads for one in both)), rows)


def variance_table(both: dict[str, Response]) -> str:
    """A row per figure: the shares of the four parts, first edition / second."""
    rows = [
        (
            words,
            *(
                " / ".join(beside(both, name, lambda found, one, part=part: _share(found, one, part)))  # type: ignore[misc]
                for part in PARTS
            ),
        )
        for name, words in figures_of(both)
    ]
    return table(("figure", *(f"{part}, first / second" for part in PARTS)), rows)


def _share(found: Response, name: str, part: str) -> str:
    one = found.variance.get(name)
    return "-" if one is None else f"{getattr(one, part):.0%}{'*' if part in one.clipped else ''}"


def made(both: dict[str, Response]) -> Iterator[str]:
    """By which model each edition's figures were made."""
    for name, found in both.items():
        about = found.manifest
        yield (
            f"- {name.capitalize()} edition: model {about['model']}, {about['sets']} sets, {about['replications']} worlds a set, "
            f"{about['lever_worlds']} worlds a lever, seed {about['seed']}; "
            f"{about['elapsed_seconds']:.0f} seconds with {about['workers']} workers."
        )


if __name__ == "__main__":
    main()
