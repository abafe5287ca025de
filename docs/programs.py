"""Play the example of docs/programs.md, and set what it did against scripted courses: python docs/programs.py

It plays the look-ahead Pakistan in fifty worlds, in each by what is seen there, and without looking at anything once, since
that is the same in every world (some minutes). The moves are kept in docs/programs/ and run again, as courses are, in
the same worlds. `make docs` makes the page's tables of what is kept.
"""

from __future__ import annotations

import csv
import sys
import textwrap
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS), str(DOCS.parent)]  # so that it runs from a checkout that is not installed

from notation import metric_link, table  # noqa: E402

import sim  # noqa: E402
from sim.ensemble.chunks import monthly  # noqa: E402
from sim.ensemble.simulate import simulate_batch  # noqa: E402
from sim.ensemble.spec import RunSpec  # noqa: E402
from sim.metrics import METRICS  # noqa: E402
from sim.scenario.diff import TITLES  # noqa: E402
from sim.scenario.settings import DEFAULTS  # noqa: E402
from sim.teaching.play.briefing import HIDDEN, OWN, PUBLIC, summed  # noqa: E402
from sim.teaching.play.encoding import levels  # noqa: E402
from sim.teaching.play.game import Game, start  # noqa: E402
from sim.teaching.play.moves import QUARTER  # noqa: E402
from sim.teaching.play.programs import Programs  # noqa: E402
from sim.teaching.play.scenario import COURSES, reference  # noqa: E402
from sim.vocabulary import ACTORS, LEVERS, month_words  # noqa: E402
from sim.words.numbers import number  # noqa: E402

KEPT = DOCS / "programs"
MOVES, FIGURED = KEPT / "moves.csv", KEPT / "courses.csv"
PROGRAM = str(DOCS.parent / "examples" / "look_ahead.py")
LOOKS_AHEAD, BLIND = "Looks ahead", "Looks ahead, blind"
MONTHS, WORLDS, SEED = 24, 50, 1
QUARTERS = MONTHS // QUARTER
SET = tuple(name for name, some in levels("pakistan").items() if some[0] == 0.0)
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
Levels: TypeAlias = NDArray[np.float64]  # (worlds, quarters, settings)


def opened(world: int) -> Game:
    """The game in one of the worlds."""
    return start("own_choice", ["pakistan"], seed=SEED, world=world, months=MONTHS)


def play() -> dict[str, Levels]:
    """Play the games: what each player sets in each world and quarter."""
    out = {}
    for player, function, worlds in ((LOOKS_AHEAD, "pakistan", range(WORLDS)), (BLIND, "blind", range(1))):
        with Programs([f"pakistan={PROGRAM}:{function}"], seconds=600.0) as programs:
            games = [list(programs.play(opened(world)))[-1] for world in worlds]
        moves = [
            [
                [float(turn.moves["pakistan"].get(name, DEFAULTS["pakistan"][name])) for name in SET]
                for turn in one.log.turns
            ]
            for one in games
        ]
        out[player] = np.broadcast_to(np.array(moves), (WORLDS, QUARTERS, len(SET)))
    return out


def played() -> dict[str, Levels]:
    """The same, as it is kept."""
    with MOVES.open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    moves = {player: [row[3:] for row in rows if row[0] == player] for player in (LOOKS_AHEAD, BLIND)}
    return {player: np.array(some, dtype=float).reshape(WORLDS, QUARTERS, -1) for player, some in moves.items()}


def figured() -> list[list[str | float]]:
    """What its moves and courses come to: means over worlds of the months that are played; of those killed how many more than
    under its moves, in the same worlds, with the standard error of that, and the share of worlds in which there are more."""
    found = {player: _by_moves(moves) for player, moves in played().items()}
    game = opened(0)
    courses = {title: reference(game.log, game.base, MONTHS, course) for course, title in COURSES.items()}
    for name, one in sim.compare(courses, worlds=WORLDS, seed=SEED, keep_panels=False).results.items():
        found[name] = {figure: one.arrays.metrics[figure].T for figure in FIGURES}
    rows: list[list[str | float]] = []
    for name, months in found.items():
        worlds = {one: summed(months[one][-MONTHS:].T, METRICS[one].summary) for one in FIGURES}
        if name == LOOKS_AHEAD:
            own = worlds["fatalities"]
        more = worlds["fatalities"] - own
        told = (more.mean(), more.std(ddof=1) / WORLDS**0.5, (more > 0.0).mean())
        rows.append([name, *(float(one.mean()) for one in worlds.values()), *map(float, told)])
    return rows


def _by_moves(moves: Levels) -> dict[str, NDArray[np.float64]]:
    """The months of all worlds, each with the moves that were made in it: figure -> (months, worlds)."""
    game = opened(0)
    for _ in range(QUARTERS):
        game = game.move({"pakistan": dict.fromkeys(SET, 0.0)})
    scenario = game.scenario()
    first = len(scenario.actors.pakistan.changes) - QUARTERS
    paths = {
        f"actors.pakistan.changes.{first + quarter}{'.levers' if name in LEVERS else ''}.{name}": moves[
            :, quarter, place
        ].copy()
        for quarter in range(QUARTERS)
        for place, name in enumerate(SET)
    }
    spec = RunSpec.of(scenario, WORLDS, scenario.months, SEED, levers=paths)
    return simulate_batch(spec, lambda model, batch: monthly(model, FIGURES))


def kept() -> list[list[str | float]]:
    """The same, as it is kept."""
    with FIGURED.open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    return [[name, *map(float, figures)] for name, *figures in rows]


# ------------------------------------------------------------------------------------------------ the page's tables


def courses(_: str) -> str:
    """What the example comes to, beside courses."""
    said = (
        f"Games in {WORLDS:,} worlds over {MONTHS} months from {month_words(opened(0).log.opens)} on, and courses in the same "
        "worlds: means. The last columns have how many more people die than where Pakistan looks ahead, with its standard error, "
        "and in how many of 100 worlds there are more."
    )
    rows = []
    for name, *figures in kept():
        *means, more, error, share = map(float, figures)
        cells = [f"{one:,.0f}" if one > 1.0 else number(one) for one in means]
        beyond = ("", "") if name == LOOKS_AHEAD else (f"{more:+,.0f} ± {error:,.0f}", f"{100 * share:.0f}")
        rows.append((str(name), *cells, *beyond))
    head = (*(METRICS[one].title for one in FIGURES), "more die", "in so many of 100")
    told = textwrap.fill(_what_sight_is_worth(), 120)
    return f"{textwrap.fill(said, 120)}\n\n{table(('Pakistan', *head), rows)}\n{told}\n"


def _what_sight_is_worth() -> str:
    """Whether it does better for what it sees, in a sentence."""
    more, error = next((float(row[-3]), float(row[-2])) for row in kept() if row[0] == BLIND)
    figures = f"blind, {abs(more):.0f} {'more' if more > 0 else 'fewer'} die, with a standard error of {error:.0f}"
    if abs(more) < 2.0 * error:
        return f"What it sees makes no difference that {WORLDS} games can show: {figures}."
    return f"What it sees {'saves lives' if more > 0 else 'leads it astray'}: {figures}."


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
    games = play()
    with MOVES.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["Pakistan", "world", "quarter", *SET])
        for player, moves in games.items():
            for (world, quarter), some in zip(np.ndindex(WORLDS, QUARTERS), moves.reshape(-1, len(SET)), strict=True):
                writer.writerow([player, world, quarter, *(f"{one:g}" for one in some)])
    with FIGURED.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEAD, *figured()])


if __name__ == "__main__":
    main()
