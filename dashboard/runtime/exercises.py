"""What workers do for exercises: work one out for pages, look for what moves its figures, make a pack. Each begins with `tell`.

A page never holds the runs of an exercise, only what is read from them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sim.words.language import N_, _, speaking
from sim.worlds import Vector

if TYPE_CHECKING:
    from dashboard.runtime.worker import Tell
    from sim.plots import Table
    from sim.teaching.exercises.figures import Ablations


@dataclass(frozen=True)
class Sketch:
    """A picture as plain data; see `show.Drawn`. `caption`, `text` and `table` are its words."""

    name: str
    title: str
    spec: dict[str, Any]
    rows: list[dict[str, Any]]
    caption: str
    text: str
    table: Table


@dataclass(frozen=True)
class Lesson:
    """An exercise worked out.

    Attributes:
        values: question -> what its figure reads, world by world (1 and 0 for a probability).
        figures: figure -> what it is called, and what came out.
        pictures: for each step its pictures.
        answers: to what, and the answer; debrief, notes: in passages. For the instructor.
        broken: what the exercise's words lean on and does not hold in these runs.
    """

    values: Mapping[str, Vector]
    figures: Mapping[str, tuple[str, str]]
    pictures: tuple[tuple[Sketch, ...], ...]
    answers: tuple[tuple[str, str], ...]
    debrief: tuple[str, ...]
    notes: tuple[str, ...]
    broken: tuple[str, ...]


def work_out(tell: Tell, name: str, stamp: str, language: str) -> Lesson:
    """Run an exercise of the library and read everything from its runs.

    Args:
        stamp: a digest of the exercise's text: another text, another question to the engine.
        language: the code of that in which it is told what came out.
    """
    from sim.teaching.exercises.feedback import label
    from sim.teaching.exercises.figures import Lab
    from sim.teaching.exercises.load import load_exercise

    one = load_exercise(name)
    lab = Lab(one, progress=lambda done, everything: tell(None))
    lab.make(one.runs)
    with speaking(language):
        figures = {figure: (label(one, figure), lab.shown(figure).told) for figure in one.figures}
        pictures = tuple(tuple(_sketch(lab, picture) for picture in step.pictures) for step in one.steps)
        return Lesson(
            values={question: lab.values(about.figure) for question, about in one.questions.items()},
            figures=figures,
            pictures=pictures,
            answers=tuple((_(answer.to), lab.fill(answer.text)) for answer in one.answers),
            debrief=tuple(lab.fill(passage.text) for passage in one.debrief),
            notes=tuple(lab.fill(passage.text) for passage in one.notes),
            broken=tuple(lab.broken()),
        )


def ablations(tell: Tell, name: str, run: str, stamp: str) -> Ablations:
    """What each mechanism is worth to what an exercise's questions ask of one of its runs."""
    from sim.teaching.exercises.figures import Lab
    from sim.teaching.exercises.load import load_exercise

    tell(None)
    lab = Lab(load_exercise(name))
    lab.ablation_progress = lambda done, everything: tell(None)
    return lab.ablations(run)


def pack(tell: Tell, name: str, language: str) -> bytes:
    """The pack of an exercise in a language, as `durand exercise pack` makes it, in a ZIP file; for the heavy worker."""
    from sim.teaching.exercises.feedback import missed
    from sim.teaching.exercises.figures import Lab
    from sim.teaching.exercises.load import load_exercise
    from sim.teaching.pack.make import pack as make

    def part(number: int, done: int, of: int, what: str) -> None:
        tell({"part": number, "of_parts": 3, "done": done, "of": of, "what": what})

    class Given(Lab):
        """A lab that gives up between two texts, too, when nobody waits for them any more."""

        def fill(self, text: str) -> str:
            tell(None)
            return super().fill(text)

    one = load_exercise(name)
    lab = Given(one, progress=lambda done, of: part(1, 100 * done // of, 100, N_("per cent of the modelled worlds")))
    lab.make(one.runs)
    part(2, 0, 1, words := N_("mechanisms switched off in turn, for what moves each figure"))
    lab.ablation_progress = lambda done, of: part(2, done, of, words)
    for question in one.questions.values():
        missed(lab, question, "right")
    part(3, 0, 1, N_("folder of sheets and pictures written"))
    out = io.BytesIO()
    with TemporaryDirectory(prefix="durand-") as home:
        with speaking(language):
            folder = make(lab, Path(home, name))
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    archive.write(file, file.relative_to(folder.parent))
    return out.getvalue()


def _sketch(lab: Any, wanted: Any) -> Sketch:
    from sim.plots import rows_of
    from sim.plots.single import picture
    from sim.teaching.pack.pictures import runs_of

    made = picture(runs_of(lab, wanted), wanted.draw, wanted.metric or "")
    spec = made.chart.to_dict(validate=False)
    spec.pop("data")
    spec.pop("datasets", None)
    return Sketch(made.name, made.title, spec, rows_of(made.chart), made.caption, made.text, made.table)
