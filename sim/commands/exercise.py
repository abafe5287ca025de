"""The commands `durand exercise list | show | step | run | pack`: read the line, call the library, print."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from sim.commands.options import Language, Workers, chosen, no_paper
from sim.ensemble.spec import LimitError

exercise = typer.Typer(
    help="Exercises for a class: predict, run, be wrong, and find out why.",
    no_args_is_help=True,
    add_completion=False,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="An exercise's name, or the path of its file.")]
Worlds = Annotated[
    int | None,
    typer.Option(metavar="N", help="Worlds in place of the exercise's own number, 20 to 2,000; figures then differ."),
]


@exercise.command("list")
def list_command() -> None:
    """The exercises, a line each, the easier first."""
    from sim.teaching.exercises.load import list_exercises
    from sim.teaching.exercises.schema import LEVELS

    found = list_exercises()
    width = max((len(one.name) for one in found), default=0)
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for one in found:
        line = f"{one.name:<{width}}  {LEVELS.get(one.level, one.level)}, {one.minutes} min: {one.title}"
        print(line if room is None or len(line) <= room else line[: room - 3] + "...")


@exercise.command()
def show(name: Name) -> None:
    """What an exercise is about: the worksheet's content, without its answers."""
    from sim.teaching.exercises.figures import Lab
    from sim.teaching.exercises.load import load_exercise
    from sim.teaching.exercises.schema import LEVELS

    one = load_exercise(name)
    fill = Lab(one).fill
    print(f"{one.title} ({LEVELS[one.level]}, {one.minutes} minutes)\n\n{fill(one.question)}")
    print("\nWhat students can do afterwards\n" + "\n".join(f"- {fill(text)}" for text in one.goals))
    print("\nBackground")
    for passage in one.background:
        claims = f" [{', '.join(passage.claims)}]" if passage.claims else ""
        print(f"- {fill(passage.text)}{claims}")
    print("\nSteps")
    for number, step in enumerate(one.steps, 1):
        print(f"{number}. {step.called}, {step.minutes} min: {fill(step.text)}")
        for question in step.questions:
            print(f"   ? {fill(one.questions[question].ask)}")
    print("\nRuns")
    for key, scenario in one.scenarios.items():
        print(f"- {key}: {scenario.title}")
    print(f"\ndurand exercise pack {name} --out DIR   prints it;   durand exercise run {name}   walks through it")


@exercise.command()
def step(
    name: Name,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Which step, from 1.")],
    worlds: Worlds = None,
    workers: Workers = 1,
) -> None:
    """Make a step's runs and print each figure that its worksheet asks for. Predict first: this gives them away."""
    from sim.results.terminal import progress_bar
    from sim.teaching.exercises.figures import Lab
    from sim.teaching.exercises.load import load_exercise
    from sim.teaching.exercises.typed import worked_out
    from sim.words.tables import terminal_width

    one = load_exercise(name)
    last = len(one.steps)
    if not 1 <= number <= last or not one.steps[number - 1].show:
        has = ", ".join(str(place) for place, each in enumerate(one.steps, 1) if each.show)
        raise LimitError(f"step {number} asks for no figures; allowed: {has}")
    lab = Lab(one, _worlds(worlds), workers=workers)
    with _stoppable(), progress_bar() as lab.progress:
        text = worked_out(lab, number - 1, terminal_width(most=100))
    print(text)


@exercise.command()
def run(
    name: Name,
    worlds: Worlds = None,
    workers: Workers = 1,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep predictions and scores in this file, at the end.")
    ] = None,
) -> None:
    """Walk through an exercise in the terminal: predict, see, and be told what was missed."""
    from sim.teaching.exercises.figures import Lab
    from sim.teaching.exercises.load import load_exercise
    from sim.teaching.exercises.walk import Walk, check_file
    from sim.teaching.exercises.walk import save as write

    one = load_exercise(name)
    if save is not None:
        check_file(save)
    walk = Walk(Lab(one, _worlds(worlds), workers=workers))
    with _stoppable():
        walk.go()
    if save is not None:
        print(f"Written: {write(walk, save)}")


@exercise.command()
def pack(
    name: Name,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder to fill; an earlier pack is replaced.")
    ] = None,
    worlds: Worlds = None,
    workers: Workers = 1,
    language: Language = "en",
) -> None:
    """Make a class ready: worksheet, instructor's sheet, timing, slides, brief, memo, quiz, scenarios. Needs no network."""
    from sim.results.folders import check_target
    from sim.teaching.exercises.figures import Lab
    from sim.teaching.exercises.load import load_exercise
    from sim.teaching.pack.make import FORMAT
    from sim.teaching.pack.make import pack as make
    from sim.words.language import speaking

    one = load_exercise(name)
    if out is None:
        raise LimitError("--out DIR is needed: the folder to fill")
    check_target(out, FORMAT)
    speaks = chosen(language)
    if sys.stderr.isatty():
        print("Making runs, pictures, reasons and sheets; this takes up to a minute.", file=sys.stderr)
    lab = Lab(one, _worlds(worlds), workers=workers)
    with _stoppable(), speaking(speaks.code):
        folder = make(lab, out)
    for sentence in lab.broken():
        print(f"durand: {sentence}", file=sys.stderr)
    if speaks.direction == "rtl":
        print(f"durand: {no_paper(speaks)}: print the .docx files; pictures are in English", file=sys.stderr)
    first = folder / f"instructor.{'pdf' if speaks.direction == 'ltr' else 'docx'}"
    print(f"Written: {folder}\nBegin with {first}")


@contextmanager
def _stoppable() -> Iterator[None]:
    """On Ctrl-C, a word on standard error and exit code 130: nothing has been written by then."""
    try:
        yield
    except KeyboardInterrupt:
        print("\nStopped. Nothing was kept.", file=sys.stderr)
        raise typer.Exit(130) from None


def _worlds(asked: int | None) -> int | None:
    if asked is not None and not 20 <= asked <= 2000:
        raise LimitError(f"worlds must be 20 to 2,000 here; got {asked}")
    return asked
