"""What a step asks for at a terminal: commands that print each figure of its worksheet, and what else helps."""

from __future__ import annotations

import shlex
from pathlib import Path

from sim.teaching.exercises.feedback import file_of, has_files, label
from sim.teaching.exercises.figures import SPREAD, Lab
from sim.teaching.exercises.load import exercises
from sim.teaching.exercises.schema import Exercise
from sim.words.sentences import wrapped

# The file of an exercise in the folder of its pack.
PACKED = "exercise.yaml"


def commands(one: Exercise, number: int, packed: bool, figures: bool = True) -> list[str]:
    """What to type for a step, counted from 0.

    Args:
        packed: in the folder of a pack; else wherever durand is.
        figures: with the command that prints the figures of the step; without, where they are shown anyway.
    """
    step, out = one.steps[number], []
    if step.differs and has_files(one, step.differs, packed):
        first, second = (file_of(one, run, packed) for run in step.differs)
        out.append(shlex.join(["durand", "show", second, "--diff", first]))
    if step.show and figures:
        out.append(shlex.join(["durand", "exercise", "step", PACKED if packed else _named(one), str(number + 1)]))
    return [*out, *step.terminal] if has_files(one, one.runs, packed) else out


def worked_out(lab: Lab, number: int, width: int) -> str:
    """The figures that a step (counted from 0) shows, as its worksheet lists them, with what the worlds say."""
    one = lab.exercise
    step = one.steps[number]
    lab.make(run for name in step.show for run in one.figures[name].runs())
    lines = [f"{one.title}, step {number + 1}: {step.called}", ""]
    for name in step.show:
        lines += wrapped(f"{label(one, name)}: {lab.shown(name).told}", width, "- ")
    if any(lab.shown(name).spread for name in step.show):
        lines += ["", *wrapped(SPREAD, width)]
    return "\n".join(lines)


def _named(one: Exercise) -> str:
    return one.name if one.folder == exercises() else str(Path(one.folder, f"{one.name}.yaml"))
