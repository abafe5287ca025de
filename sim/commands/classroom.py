"""The commands `durand class ...`: read the line, call the library, print."""

from __future__ import annotations

import logging
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands.dashboard import Seats, keep_classes_in, must_be_free, must_be_had, serve
from sim.ensemble.spec import LimitError

if TYPE_CHECKING:
    from dashboard.runtime.reach import Reach

classes = typer.Typer(help="Hold a class in a room: phones join by QR code. Or copy the file that classes are kept in.")
FIRST = "confront_or_accommodate"


@classes.callback(invoke_without_command=True)
def hold(
    context: typer.Context,
    exercise: Annotated[str, typer.Option(metavar="NAME", help="The exercise: see durand exercise list.")] = FIRST,
    title: Annotated[
        str, typer.Option(help="What students see as the class's title; the exercise's if not given.")
    ] = "",
    again: Annotated[
        str, typer.Option(metavar="CODE", help="Go on with a class of before; its instructor's link still holds.")
    ] = "",
    address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Which of this machine's addresses phones are to use.")
    ] = None,
    port: Annotated[int, typer.Option(metavar="N", help="The port it listens on.", min=1, max=65535)] = 8501,
    class_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where classes are kept; among this user's data if not given.")
    ] = None,
    classes_only: Annotated[
        bool,
        typer.Option(
            "--classes-only", help="Leave out the pages that run the model, so that nobody can look there first."
        ),
    ] = False,
    seats: Seats = None,
) -> None:
    """Hold a class in a room: open it, say where phones join and what is exposed, and serve until Ctrl-C.

    The pages can then be reached from the network that the address belongs to, by that address alone.
    """
    if context.invoked_subcommand:
        return
    from dashboard.runtime import reach
    from sim.teaching.classroom.opening import VARIABLE, given_secret

    here = reach.chosen(address)
    must_be_had(seats)
    must_be_free(here.address, port)
    keep_classes_in(class_file)
    os.environ[VARIABLE] = given_secret() or secrets.token_urlsafe(9)
    if classes_only:
        os.environ["DURAND_CLASSES_ONLY"] = "1"
    print(_welcome(here, port, *_class(exercise, title, again), os.environ[VARIABLE]), flush=True)
    serve(here.address, port, sites=[here.address], seats=seats or ())


def _class(exercise: str, title: str, again: str) -> tuple[str, str]:
    """Code and instructor's secret of the class to hold; no secret for one of before, of which only its digest is kept."""
    from dashboard.widgets import access
    from sim.teaching.classroom.file import ClassroomError
    from sim.teaching.exercises.load import list_exercises

    try:
        if again:
            return access.classes().standing(again).code, ""
        listed = {one.name: one.title for one in list_exercises()}
        if exercise not in listed:
            raise LimitError(f"there is no exercise {exercise} to hold a class on; allowed: {', '.join(listed)}")
        opened = access.classes().open(exercise, title or listed[exercise])
        return opened.code, opened.secret
    except ClassroomError as problem:
        raise _told(problem) from None


def _welcome(here: Reach, port: int, code: str, secret: str, opening: str) -> str:
    """What the instructor reads: where everybody goes, and who can."""
    from dashboard.runtime import reach

    joining = here.url(port, f"join/{code}")
    yours = here.url(port, f"class_instructor?class={code}&host={secret}") if secret else "as before, by your link"
    others = [f"{one.address}{f' ({one.network})' if one.network else ''}" for one in reach.addresses() if one != here]
    network = f"the network {here.network}" if here.network else "the network of this address"
    who = (
        "everybody on the internet, unless a firewall stands between" if here.is_public else f"whoever is on {network}"
    )
    lines = [
        "",
        f"Students open   {here.url(port, 'join')}  and type  {code}",
        f"                or scan this ({joining}):",
        "",
        reach.qr_text(joining, sys.stdout.isatty()),
        "",
        f"You open        {yours}",
        "                This link is yours alone: whoever has it leads the class.",
        f"                To open more classes or games there: {opening}",
        f"The wall shows  {here.url(port, f'class_wall?class={code}')}",
        "",
        f"Exposed: until you end this with Ctrl-C, {who} can open these pages",
        f"by {here.address}, and nothing else of this machine. They are not encrypted: on a Wi-Fi that strangers share,",
        "use a proxy with HTTPS (docs/operating.md).",
        f"Other addresses of this machine, for --address: {', '.join(others) or 'none'}.",
        "Phones cannot open it? They must be on the same network; many guest networks keep devices apart, and a firewall on",
        f"this machine may have to let port {port} through. This machine's own hotspot usually works.",
        "",
    ]
    return "\n".join(lines)


@classes.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The classroom file.")],
    to: Annotated[Path, typer.Argument(metavar="TO", help="A new file, for the copy.")],
) -> None:
    """Copy the classroom file as it stands, also while classes run; says how to restore it."""
    from sim.teaching.classroom.file import ClassroomError, ClassroomFile

    logging.getLogger(ClassroomFile.__module__).addHandler(logging.NullHandler())  # the command says it itself, once
    try:
        copy = ClassroomFile(file).backup(to)
    except ClassroomError as problem:
        raise _told(problem) from None
    print(f"Written: {copy}")
    print(f"To restore: end the dashboard, remove {file}-wal and {file}-shm, and put the copy in the place of {file}.")


def _told(problem: Exception) -> LimitError:
    path = getattr(problem, "path", None)  # a storage error names the file apart, since visitors are not told it
    return LimitError(f"{path}: {problem}" if path else str(problem))
