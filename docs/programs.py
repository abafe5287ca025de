"""Play the example of docs/programs.md, and set what it did against scripted courses: python docs/programs.py

It plays one game of the look-ahead Pakistan (some minutes) and keeps its log in docs/programs/. As that Pakistan goes by the
model and its own moves alone, it moves alike in every world; so its moves are run, as courses are, in a thousand worlds.
`make docs` makes the page's tables of what is kept.
"""

from __future__ import annotations

import csv
import sys
import textwrap
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS), str(DOCS.parent)]  # so that it runs from a checkout that is not installed

from notation import metric_link, table  # noqa: E402

import sim  # noqa: E402
from sim.metrics import METRICS  # noqa: E402
from sim.scenario.diff import TITLES  # noqa: E402
from sim.teaching.play.briefing import HIDDEN, OWN, PUBLIC, summed  # noqa: E402
from sim.teaching.play.encoding import levels  # noqa: E402
from sim.teaching.play.game import resume, start  # noqa: E402
from sim.teaching.play.moves import load_log, save_log  # noqa: E402
from sim.teaching.play.programs import Programs  # noqa: E402
from sim.teaching.play.scenario import COURSES, reference  # noqa: E402
from sim.vocabulary import ACTORS, month_words  # noqa: E402
from sim.words.numbers import number  # noqa: E402

KEPT = DOCS / "programs"
GAME, FIGURED = KEPT / "look-ahead.json", KEPT / "courses.csv"
PROGRAM = str(DOCS.parent / "examples" / "look_ahead.py") + ":pakistan"
LOOKS_AHEAD = "Looks ahead"
MONTHS, WORLDS, SEED = 24, 1000, 1
FIGURES = (
    "fatalities",
    "fatalities_security",
    "fatalities_civilian",
    "fatalities_afghan_civilian",
    "fatalities_militant",
    "attacks",
    "economy",
    "sovereignty_conceded",
)
HEAD = ("Pakistan", *FIGURES, "more", "error", "share")


def play() -> None:
    """Play the game that is kept."""
    with Programs([f"pakistan={PROGRAM}"], seconds=600.0) as programs:
        *_, played = programs.play(start("own_choice", ["pakistan"], months=MONTHS))
    save_log(played.log, GAME)


def figured() -> list[list[str | float]]:
    """What its moves and courses come to: means over worlds of the months that are played; of those killed how many more than
    under its moves, in the same worlds, with the standard error of that, and the share of worlds in which there are more."""
    game = resume(load_log(GAME))
    scenarios = {LOOKS_AHEAD: game.scenario()}
    scenarios |= {title: reference(game.log, game.base, MONTHS, course) for course, title in COURSES.items()}
    found = sim.compare(scenarios, worlds=WORLDS, seed=SEED, keep_panels=False)
    rows: list[list[str | float]] = []
    for name in scenarios:
        arrays = found.results[name].arrays.metrics
        worlds = {one: summed(arrays[one][:, -MONTHS:], METRICS[one].summary) for one in FIGURES}
        if name == LOOKS_AHEAD:
            own = worlds["fatalities"]
        more = worlds["fatalities"] - own
        told = (more.mean(), more.std(ddof=1) / WORLDS**0.5, (more > 0.0).mean())
        rows.append([name, *(float(one.mean()) for one in worlds.values()), *map(float, told)])
    return rows


def kept() -> list[list[str | float]]:
    """The same, as it is kept."""
    with FIGURED.open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    return [[name, *map(float, figures)] for name, *figures in rows]


# ------------------------------------------------------------------------------------------------ the page's tables


def courses(_: str) -> str:
    """What the example comes to, beside courses."""
    log = load_log(GAME)
    said = (
        f"Its moves in {WORLDS:,} worlds over {MONTHS} months from {month_words(log.opens)} on, and courses in the same worlds: "
        "means. The last columns have how many more people die than where Pakistan looks ahead, with its standard error, and in "
        "how many of 100 worlds there are more."
    )
    rows = []
    for name, *figures in kept():
        *means, more, error, share = map(float, figures)
        cells = [f"{one:,.0f}" if one > 1.0 else number(one) for one in means]
        beyond = ("", "") if name == LOOKS_AHEAD else (f"{more:+,.0f} ± {error:,.0f}", f"{100 * share:.0f}")
        rows.append((str(name), *cells, *beyond))
    head = (*(METRICS[one].title for one in FIGURES), "more die", "in so many of 100")
    return f"{textwrap.fill(said, 120)}\n\n{table(('Pakistan', *head), rows)}"


def seats(_: str) -> str:
    """What each seat observes and sets."""
    out = []
    for actor, title in ACTORS.items():
        own = ", ".join(metric_link(name) for name in OWN[actor])
        hidden = ", ".join(metric_link(name) for name in HIDDEN[actor])
        out.append((f"**{title}** (`{actor}`)", own, hidden, _settings(actor)))
    public = ", ".join(metric_link(name) for name in PUBLIC)
    head = ("seat", "sees for itself", "can only guess at", "sets")
    return f"Public, and in every seat's figures: {public}.\n\n{table(head, out)}"


def _settings(actor: str) -> str:
    shares = [name for name, some in levels(actor).items() if some[0] == 0.0]
    others = [
        f"`{name}` ({TITLES[name]}): {', '.join(map(str, some)) if len(some) < 10 else 'choose, or 0 to 1'}"
        for name, some in levels(actor).items()
        if name not in shares
    ]
    said = [f"from 0 to 1: {', '.join(f'`{name}`' for name in shares)}"] if shares else []
    return "; ".join([*said, *others])


def main() -> None:
    KEPT.mkdir(exist_ok=True)
    play()
    with FIGURED.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEAD, *figured()])


if __name__ == "__main__":
    main()
