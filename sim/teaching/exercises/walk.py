"""An exercise in the terminal: predict, see, be told what was missed; for one person and a keyboard, or piped answers.

Nothing is written before the end, and then in one piece; Ctrl-C leaves nothing behind.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sim.ensemble.spec import LimitError
from sim.results.manifest import now
from sim.results.temporary import temporary_for
from sim.results.terminal import progress_bar
from sim.teaching.exercises.feedback import OVERLAP, feedback, gain, label, unit_of
from sim.teaching.exercises.figure import Figure
from sim.teaching.exercises.figures import SPREAD, Lab
from sim.teaching.exercises.predict import Prediction, PredictionError, Score, as_data, parse, score
from sim.teaching.exercises.schema import LEVELS, Step
from sim.teaching.exercises.typed import commands
from sim.words.sentences import ABOUT, listed, wrapped
from sim.words.tables import terminal_width

_WIDEST = 88


class Walk:
    """One person's way through an exercise.

    Args:
        lab: the exercise and its runs.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab, self.exercise = lab, lab.exercise
        self.packed = Path(self.exercise.folder, "pack.json").is_file()
        self.given: dict[str, Prediction] = {}
        self.before: dict[str, Prediction] = {}
        self.after: dict[str, Prediction] = {}
        self.words: dict[str, str] = {}
        self.scores: dict[str, Score] = {}
        self._run: set[str] = set()

    def go(self) -> None:
        """From the question to the second quiz.

        Raises:
            LimitError: the answers ended before the questions did.
            KeyboardInterrupt: Ctrl-C.
        """
        one = self.exercise
        self.title(f"{one.title} ({LEVELS[one.level].lower()}, {one.minutes} minutes in class)")
        self.say(ABOUT)
        self.say(self.lab.fill(one.question))
        self.head("Background")
        for passage in one.background:
            self.say(self.lab.fill(passage.text))
        self.head("Before you begin")
        self.say(
            "Answer from what you know; the same questions come back at the end. A number of worlds goes from 0 (in none) to "
            "100 (in all of them). A range is to hold eight worlds of ten."
        )
        self.before = self.ask(one.quiz)
        for number, step in enumerate(one.steps, 1):
            self.step(number, step)
        self.head("After")
        self.say("The questions from the beginning, once more.")
        self.after = self.ask(one.quiz)
        self.end()

    def step(self, number: int, step: Step) -> None:
        """One step: its text, its questions, then its runs with what they show."""
        self.head(f"{number}. {step.called}")
        self.say(self.lab.fill(step.text))
        if step.table:
            self.say(" | ".join(["", *step.table.columns]), indent="    ")
            for row in step.table.rows:
                self.say(" | ".join([row, *("____" for _column in step.table.columns)]), indent="    ")
        for command in commands(self.exercise, number - 1, self.packed, figures=False):
            self.say(command, indent="    ")
        self.given |= self.ask(step.questions)
        if step.runs:
            titles = listed([self.exercise.scenarios[run].title for run in step.runs])
            self.say(f"Running {titles}: {self.lab.worlds:,} worlds, {self.lab.months} months.")
            self.make(step.runs)
            self._run |= set(step.runs)
        for name in step.show:
            self.say(f"{label(self.exercise, name)}: {self.lab.shown(name).told}", indent="  ")
        if any(self.lab.shown(name).spread for name in step.show):
            self.say(SPREAD, indent="  ")
        self.reveal()
        if step.do == "explain":
            self.words[f"step {number}"] = self.line("Your explanation, in a sentence or two (Enter to skip): ")

    def make(self, runs: Iterable[str]) -> None:
        """Make runs, with a bar that is gone before anything is asked."""
        with progress_bar() as self.lab.progress:
            self.lab.make(runs)
        self.lab.progress = None

    def reveal(self) -> None:
        """Feedback on every prediction whose runs have been made by now."""
        for name, prediction in self.given.items():
            figure = self._figure(name)
            if name in self.scores or not set(figure.runs()) <= self._run:
                continue
            self.wait()
            found = feedback(self.lab, name, prediction)
            self.scores[name] = found.score
            self.say(self.lab.fill(self.exercise.questions[name].ask), mark="* ")
            for line in found.lines:
                self.say(line, indent="  ")
            if found.missed:
                right = found.score.side == "right"
                self.say("What carries it:" if right else "What you may have left out:", indent="  ")
                for line in found.missed:
                    self.say(line, mark="- ", indent="  ")
                self.say(OVERLAP, indent="  ")
            if found.command:
                self.say(f"More: {found.command}", indent="  ")

    def end(self) -> None:
        """The quiz scored, both times, and what is left to do."""
        self.make(run for name in self.exercise.quiz for run in self._figure(name).runs())
        for name in self.exercise.quiz:
            self.wait()
            question = self.exercise.questions[name]
            first, then = self.before[name], self.after[name]
            self.say(self.lab.fill(question.ask), mark="* ")
            found = feedback(self.lab, name, then)
            self.say(f"Before you said {first}. {found.lines[0]}", indent="  ")
            for line in found.missed[:1]:
                self.say(line, mark="- ", indent="  ")
        self.say(gain(*(self._quiz(answers) for answers in (self.before, self.after))))
        for heading, lines in (("What to hand in", self.exercise.submit), ("To discuss", self.exercise.discussion)):
            self.head(heading)
            for line in lines:
                self.say(self.lab.fill(line), mark="- ")

    def ask(self, names: Iterable[str]) -> dict[str, Prediction]:
        """Put questions until each has an answer that is one."""
        out = {}
        for name in names:
            question = self.exercise.questions[name]
            self.say(self.lab.fill(question.ask), mark="? ")
            how = "of 100 worlds: "
            if question.form == "range":
                how = f"from ... to ... ({unit_of(self.exercise, question)}): "
            while name not in out:
                try:
                    out[name] = parse(question.form, self.line(how))
                except PredictionError as problem:
                    self.say(f"That is no answer yet: {problem}.", indent="  ")
        return out

    def record(self) -> dict[str, Any]:
        """What was predicted and how it fared, as plain data."""
        lab = self.lab
        return {
            "format": "durand exercise answers 1",
            "exercise": self.exercise.name,
            "worlds": lab.worlds,
            "seed": lab.seed,
            "when": now(),
            "predictions": {
                name: {**as_data(one), "loss": self.scores[name].loss, "best": self.scores[name].best}
                for name, one in self.given.items()
                if name in self.scores
            },
            "quiz_before": {name: as_data(one) for name, one in self.before.items()},
            "quiz_after": {name: as_data(one) for name, one in self.after.items()},
            "words": {name: text for name, text in self.words.items() if text},
        }

    def _figure(self, question: str) -> Figure:
        return self.exercise.figures[self.exercise.questions[question].figure]

    def _quiz(self, answers: dict[str, Prediction]) -> list[Score]:
        questions = self.exercise.questions
        return [score(one, self.lab.values(questions[name].figure)) for name, one in answers.items()]

    # ---------------------------------------------------------------- the terminal

    def title(self, text: str) -> None:
        print(f"{text}\n{'=' * min(len(text), terminal_width(most=_WIDEST))}")

    def head(self, text: str) -> None:
        print(f"\n{text}\n{'-' * min(len(text), terminal_width(most=_WIDEST))}")

    def say(self, text: str, mark: str = "", indent: str = "") -> None:
        if not indent and mark != "- ":
            print()
        print("\n".join(wrapped(text, terminal_width(most=_WIDEST), indent + mark)))

    def wait(self) -> None:
        """Say that what comes next takes a while, on a terminal."""
        if sys.stderr.isatty():
            print("  (looking for what moved it: some seconds)", file=sys.stderr, flush=True)

    def line(self, prompt: str) -> str:
        """A line from the keyboard or the pipe."""
        print(f"  {prompt}", end="", flush=True)
        text = sys.stdin.readline()
        if not text:
            print()
            raise LimitError("the answers ended before the exercise did; nothing was kept")
        if not sys.stdin.isatty():
            print(text.rstrip("\n"))
        return text.strip()


def save(walk: Walk, path: Path) -> Path:
    """Write what was predicted and how it fared: whole or not at all.

    Raises:
        LimitError: the file cannot be written there.
    """
    check_file(path)
    fresh = temporary_for(path)
    try:
        fresh.write_text(json.dumps(walk.record(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    return path


def check_file(path: Path) -> None:
    """Whether answers may be written there, asked before the exercise begins.

    Raises:
        LimitError: they may not.
    """
    if path.is_dir():
        raise LimitError(f"{path}: this is a folder; name a file, such as answers.json")
    if not path.resolve().parent.is_dir():
        raise LimitError(f"{path}: there is no folder {path.parent}; make it first")
