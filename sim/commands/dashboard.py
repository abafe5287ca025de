"""`durand dashboard`: the pages in a browser, by Streamlit's own server."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from sim.ensemble.spec import LimitError

Seats = Annotated[
    list[str] | None,
    typer.Option(
        "--seat",
        metavar="ACTOR=PROGRAM",
        help="A program that hosts of games may give a seat to, module:function or file.py:function: see docs/programs.md. "
        "Repeatable.",
    ),
]


def dashboard(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where it listens; 0.0.0.0 lets others in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="N", help="The port it listens on.", min=1, max=65535)] = 8501,
    class_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where classes and games are kept; among this user's data if not given."),
    ] = None,
    opening_secret_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Only who knows what is in it may open classes and games.", dir_okay=False),
    ] = None,
    classes_only: Annotated[
        bool,
        typer.Option(
            "--classes-only", help="Show the pages for classes and games at a table, and no other runs of the model."
        ),
    ] = False,
    sites: Annotated[
        list[str] | None,
        typer.Option(
            "--site",
            metavar="NAME",
            help="Behind a proxy: the name by which visitors reach it, such as class.example.org, and no other. Repeatable. "
            "Without, it goes by its address, as localhost, or by this machine's own name.",
        ),
    ] = None,
    base_path: Annotated[str, typer.Option(metavar="PATH", help="Behind a proxy: what its addresses begin with.")] = "",
    results: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Visitors may open the sweeps and searches in it.", exists=True, file_okay=False
        ),
    ] = None,
    parameters: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Visitors may have uncertain values drawn from the sets in it, which durand calibrate --out wrote.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    seats: Seats = None,
) -> None:
    """Open the dashboard in a browser; this machine alone can see it unless --host says otherwise.

    Who may open classes and games is limited by DURAND_OPENING_SECRET, or by --opening-secret-file.
    """
    from sim.teaching.classroom.opening import VARIABLE, given_secret, opening_secret

    if opening_secret_file is not None:
        os.environ[VARIABLE] = opening_secret(opening_secret_file)
    else:
        given_secret()  # refused where it is none
    if classes_only:
        os.environ["DURAND_CLASSES_ONLY"] = "1"
    if results is not None:
        os.environ["DURAND_RESULTS"] = str(results.resolve(strict=True))
    if parameters is not None:
        from dashboard.runtime import own_sets

        own_sets.offer(str(parameters))
    must_be_had(seats)
    must_be_free(host, port)
    keep_classes_in(class_file)
    shown = "localhost" if host in ("0.0.0.0", "::") else host
    base = base_path.strip("/")
    print(f"The dashboard is at http://{shown}:{port}{f'/{base}' if base else ''} (Ctrl-C ends it)")
    serve(host, port, base, sites or (), seats or ())


def must_be_had(seats: Sequence[str] | None) -> None:
    """Refuse programs for seats that cannot be had, before anybody is told where to go.

    Raises:
        ProgramError: with what is wrong.
    """
    if seats:
        from sim.teaching.play.attendant import check

        check(seats)


def must_be_free(host: str, port: int) -> None:
    """Refuse an address at which something listens already, or nothing can, before anybody is told to go there.

    Raises:
        LimitError: with what stands in the way.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as problem:
        why = problem.strerror or str(problem)
        raise LimitError(
            f"nothing can listen at {host}, port {port} ({why}); end what is there, or choose another --port"
        ) from None


def keep_classes_in(file: Path | None) -> None:
    """Have the pages keep classes and games in a file, where one is named."""
    if file is not None:
        os.environ["DURAND_CLASS_FILE"] = str(file.resolve())


def serve(host: str, port: int, base: str = "", sites: Sequence[str] = (), seats: Sequence[str] = ()) -> None:
    """Start the server, and stay until it ends.

    Args:
        base: what all its addresses begin with.
        sites: the names by which it may be called, and no others; any of this machine's where none is given.
        seats: programs that hosts may give a seat to, each as ACTOR=PROGRAM.
    """
    from importlib.util import find_spec

    import click
    from streamlit.runtime.pages_manager import PagesManager
    from streamlit.web import cli as streamlit

    PagesManager.uses_pages_directory = False  # app.py names the pages, for the first visitor too
    found = find_spec("dashboard")
    if found is None or not found.submodule_search_locations:
        raise LimitError("the dashboard is not installed with this durand")
    from dashboard.runtime.gate import stay_inside

    stay_inside()  # before Streamlit prints under which addresses it can be reached
    script = Path(next(iter(found.submodule_search_locations)), "server.py")
    options = ["--server.address", host, "--server.port", str(port), "--server.baseUrlPath", base]
    for name in sites:
        options += ["--server.allowedHosts", name]
    if sites:  # else the server takes its pages' own connections for another site's, and refuses them
        options += ["--browser.serverAddress", sites[0]]
    _end_at_the_second()
    try:
        with _attended(seats) if seats else nullcontext():
            streamlit.main(["run", str(script), *options], standalone_mode=False)
    except click.Abort:  # Streamlit's command line says so of Ctrl-C
        raise KeyboardInterrupt from None


def _end_at_the_second() -> None:
    """Have a second Ctrl-C end the server at once: in the midst of its own end it would only print where it stood.

    Classes and games are in their file whole at any moment.
    """
    from uvicorn import Server

    first = Server.handle_exit

    def handle_exit(server: Server, number: int, frame: FrameType | None) -> None:
        if server.should_exit:
            os.write(2, b"durand: stopped\n")  # nothing that is buffered: this may come in the midst of any print
            os._exit(130)
        first(server, number, frame)

    Server.handle_exit = handle_exit  # type: ignore[method-assign,assignment]


def _attended(seats: Sequence[str]) -> AbstractContextManager[None]:
    """Programs beside the server; what they take to import is spared who has none, so that pages answer sooner."""
    from dashboard.widgets import access
    from sim.teaching.play.attendant import attended

    return attended(access.file(), seats)
