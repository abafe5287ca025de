"""The command `durand play`: a game at the keyboard, or a log played again."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.ensemble.spec import DEFAULT_PARAMETERS, LimitError, check
from sim.vocabulary import ACTORS
from sim.words.tables import terminal_width

if TYPE_CHECKING:
    from sim.teaching.play.game import Game
    from sim.teaching.play.moves import MoveLog
    from sim.teaching.play.session import Session

SEATS = ", ".join(ACTORS)


def play(
    scenario: Annotated[
        str | None, typer.Argument(metavar="[SCENARIO]", help="A scenario's name, or the path of its file.")
    ] = None,
    seat: Annotated[str | None, typer.Option("--as", metavar="ACTOR", help=f"Whom to play: {SEATS}.")] = None,
    programs: Annotated[
        list[str] | None,
        typer.Option(
            "--seat",
            metavar="ACTOR=PROGRAM",
            help="A seat for a program, module:function or file.py:function: see docs/programs.md. Repeatable.",
        ),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option("--seat-seconds", metavar="S", help="What a program has for a move; 60.")
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="S", help="The seed of all chance: 0 to 2^63 - 1; 0.")] = None,
    world: Annotated[int | None, typer.Option(metavar="K", help="Which world of that seed: 0 to 999; 0.")] = None,
    months: Annotated[
        int | None, typer.Option(metavar="M", help="How many months are played; to the scenario's end if not given.")
    ] = None,
    opens: Annotated[
        str | None,
        typer.Option("--from", metavar="YYYY-MM", help="The first month that is played; 2022-12 if not given."),
    ] = None,
    others: Annotated[
        str | None,
        typer.Option(metavar="HOW", help="What the other actors do: choose, or scenario, as it prescribes; choose."),
    ] = None,
    parameters: Annotated[
        str | None,
        typer.Option(
            metavar="SET",
            help="Where uncertain values come from: defaults, prior, posterior, a folder of sets, or a scenario.",
        ),
    ] = None,
    log: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the game here; if there is one in it, go on with it.")
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Play a log again, and see whether the bits are the same.")
    ] = None,
    workers: Annotated[
        int, typer.Option(metavar="N", help="How many work at once at the debrief; changes no number.")
    ] = 1,
    brief: Annotated[
        str | None, typer.Option(metavar="ACTOR", help="Print a seat's role brief, with its passages, and leave.")
    ] = None,
) -> None:
    """Play an actor, a quarter at a time. For a class on choices, chance and limits; no score. Not a forecast.

    Where programs have all seats, they play to the end.
    """
    settings = {
        "SCENARIO": scenario,
        "--as": seat,
        "--seed": seed,
        "--world": world,
        "--months": months,
        "--from": opens,
        "--others": others,
        "--parameters": parameters,
    }
    given = [name for name, value in settings.items() if value is not None]
    check("workers", workers)
    if (programs or workers != 1) and (brief is not None or replay is not None):
        raise LimitError("--seat and --workers go with a game that is played; leave them out")
    if brief is not None:
        if given or log is not None or replay is not None:
            raise LimitError("--brief prints a role brief and leaves; leave out all else")
        _brief(brief)
        return
    if replay is not None:
        if given or log is not None:
            raise LimitError(f"--replay takes all from its file; leave out {', '.join(given) or '--log'}")
        raise typer.Exit(_replay(replay))
    if log is not None and log.exists():
        if given:
            raise LimitError(f"{log} holds a game, which would go on; leave out {', '.join(given)}, or give a new file")
        _seated(_resumed(log), log, programs, seconds, workers, kept=True)
        return
    if scenario is None or (seat is None and not programs):
        if log is not None and scenario is None and seat is None:
            raise LimitError(f"{log}: there is no such file; a new game needs SCENARIO and --as ACTOR")
        missing = "SCENARIO" if scenario is None else f"--as ACTOR, one of {SEATS}"
        raise LimitError(f"{missing} is needed: see durand play --help")
    from sim.teaching.play.game import start

    game = start(
        scenario,
        ([seat] if seat else []) + [one.partition("=")[0] for one in programs or ()],
        seed=seed or 0,
        world=world or 0,
        parameters=DEFAULT_PARAMETERS if parameters is None else parameters,
        opens=opens,
        months=months,
        others=others or "choose",
    )
    if any(one.partition("=")[0] == seat for one in programs or ()):
        raise LimitError(f"{seat} is played by a program; leave out --as {seat}")
    _seated(game, log or _new_file(game.log), programs, seconds, workers, kept=False)


def _brief(actor: str) -> None:
    from sim.teaching.play.briefs import brief_lines, briefs

    lines = brief_lines(actor, terminal_width())
    if not lines:
        raise LimitError(f"there is no role brief for {actor}; allowed: {', '.join(briefs())}")
    print("\n".join(lines))


def _seated(game: Game, path: Path, given: list[str] | None, seconds: float | None, workers: int, kept: bool) -> None:
    """Play a game, its programs in their seats: at the keyboard, or, where they have all seats, to its end."""
    from sim.teaching.play.moves import GameError
    from sim.teaching.play.programs import SECONDS, Programs
    from sim.teaching.play.session import Session

    if not path.parent.is_dir():
        raise GameError(f"{path}: there is no folder {path.parent}; allowed: a file in a folder that is there")
    with Programs(given or (), SECONDS if seconds is None else seconds) as programs:
        if stranger := next((actor for actor in programs.by_seat if actor not in game.log.seats), None):
            raise GameError(f"{stranger} is not played in this game; allowed: {', '.join(game.log.seats)}")
        programs.start()
        session = Session(game, path, print, terminal_width(), kept, programs, workers)
        try:
            if session.played:
                session.open()
                _converse(session)
            else:
                session.watch()
        except KeyboardInterrupt:
            print(f"\ndurand: stopped. {session.farewell()}", file=sys.stderr)
            raise typer.Exit(130) from None
        print(session.farewell())


def _converse(session: Session) -> None:
    """Read and do, line by line, until the player leaves or there is nothing more to read."""
    from sim.teaching.play.moves import GameError
    from sim.teaching.play.session import LeaveError

    read = _reader()
    while True:
        try:
            text = read(session.prompt())
        except EOFError:
            session.say("")
            return
        if not sys.stdin.isatty():
            session.say(text)  # what a keyboard would have shown
        try:
            session.do(text)
        except LeaveError:
            return
        except GameError as problem:
            session.refuse(problem)


def _resumed(path: Path) -> Game:
    from sim.teaching.play.game import resume
    from sim.teaching.play.moves import load_log

    log = load_log(path)
    game = resume(log)
    for line in _made_otherwise(log, game):
        print(line, file=sys.stderr)
    return game


def _made_otherwise(log: MoveLog, game: Game) -> list[str]:
    """What is to be said of a log that this very model and scenario did not make."""
    from sim.teaching.play.game import stamp

    out = []
    if log.model != stamp():
        out.append(
            f"durand: this log was made with another version of the model (durand {log.durand}, model {log.model}; "
            f"this one is {stamp()}). The moves are played with this one; figures may differ from what was seen then."
        )
    if log.scenario_hash != game.base.hash:
        out.append(f"durand: the scenario {log.scenario} has changed since this log was made; figures may differ.")
    return out


def _replay(path: Path) -> int:
    """Play a log again and say whether the bits are the same; returns the exit code."""
    from sim.teaching.play.game import replay, resume
    from sim.teaching.play.moves import load_log
    from sim.teaching.play.text import period

    log = load_log(path)
    game = resume(log)
    other = _made_otherwise(log, game)
    for line in other:
        print(line, file=sys.stderr)
    seats = " and ".join(ACTORS[seat] for seat in log.seats)
    print(
        f"{log.scenario} as {seats}: seed {log.seed}, world {log.world}, parameters {log.parameters}, model {log.model}"
    )
    different, unknown = 0, 0
    for number, (now, then) in enumerate(replay(log)):
        unknown += then is None
        different += then not in (None, now)
        said = "not kept in the log" if then is None else "the same" if then == now else f"was {then}"
        print(f"turn {number + 1:3}  {now}  {said}  {period(log.period(number))}")
    if not log.turns:
        print("No turn has been played.")
        return 0
    if different:
        reason = "" if other else " on this machine: processors of different kinds differ in the last bits"
        print(f"durand: not the same bits in {different} of {len(log.turns)} turns{reason}", file=sys.stderr)
        return 1
    if unknown:
        print(f"Played again; {unknown} of {len(log.turns)} turns came without a digest to compare with: {now}")
    else:
        print(f"The same bits in every turn: {now}")
    return 0


def _new_file(log: MoveLog) -> Path:
    """A file's name here that nobody has yet."""
    stem = re.sub(r"[^\w-]+", "_", f"play-{log.scenario[:60]}-{log.seats[0]}-{log.seed}")
    number, path = 2, Path(f"{stem}.json")
    while path.exists():
        path = Path(f"{stem}-{number}.json")
        number += 1
    return path


def _reader() -> Callable[[str], str]:
    if sys.stdin.isatty():
        with suppress(ImportError):
            import readline  # noqa: F401 - lines can be edited, and called up again
    return input
