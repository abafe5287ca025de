"""What may stand in an exercise file: what is asked, which worlds answer it, and every figure that an answer uses.

No figure is typed into an answer. It is declared under `figures`, read from a named run when it is needed, and stands
in a text as `{{ name }}`; how is told in `words.py`. What students see may only use figures that are `given`, which
are those of a source: the rest they are to find out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from sim.scenario import Scenario
from sim.scenario.words import Claims, Months, Name, Strict, Text, Title
from sim.teaching.exercises.figure import Because, Figure, Line, Metric
from sim.vocabulary import month_after
from sim.yamlfile import PlacedError

LEVELS = {"first_year": "First year", "undergraduate": "Later undergraduate", "graduate": "Graduate"}
STEPS = {
    "predict": "Predict",
    "run": "Run",
    "compare": "Compare",
    "change": "Change one thing",
    "explain": "Explain",
}
# Names that stand for the setting of the exercise's own runs.
RESERVED = ("worlds", "seed", "months")

Level = Literal["first_year", "undergraduate", "graduate"]
Minutes = Annotated[int, Field(strict=True, ge=1, le=600)]
Worlds = Annotated[int, Field(strict=True, ge=20, le=2000)]
Seed = Annotated[int, Field(strict=True, ge=0, le=2**63 - 1)]
Lines = Annotated[tuple[Line, ...], Field(min_length=1, max_length=12)]


class Setting(Strict):
    """What all runs of the exercise have in common.

    Attributes:
        worlds, seed, parameters: as for `durand run`.
        months: how many; those of the shortest scenario if not given.
    """

    worlds: Worlds = 300
    seed: Seed = 7
    parameters: Annotated[str, Field(min_length=1, max_length=200)] = "posterior"
    months: Months | None = None


class Run(Strict):
    """A run of the exercise.

    Attributes:
        scenario: a scenario's name, or a path seen from the exercise's file.
        title: what it is called here; as the scenario has it if not given.
        set: dotted path -> value, as with `durand run --set`.
        parameters: in place of the setting's.
    """

    scenario: Annotated[str, Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    set: dict[Annotated[str, Field(max_length=200)], str | float | bool] = Field(default_factory=dict, max_length=20)
    parameters: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class Question(Strict):
    """Something to be predicted before it is seen.

    Attributes:
        ask: the question. Of a probability: in how many of 100 modelled worlds; of a range: from where to where, so that it
            holds eight worlds of ten.
        figure: the figure that answers it.
        because: where its reason is looked for; as the figure has it if not given.
    """

    ask: Line
    form: Literal["probability", "range"]
    figure: Name
    because: Because | None = None


class Picture(Strict):
    """A picture: one of the charts of a report, of some of the runs. The first run is what others are compared with."""

    draw: Literal[
        "fan",
        "difference",
        "verdicts",
        "stances",
        "alignments",
        "leverage_pakistan_taliban",
        "leverage_taliban_pakistan",
        "areas",
        "levers",
    ]
    runs: Annotated[tuple[Name, ...], Field(min_length=1, max_length=4)]
    metric: Metric | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.draw in ("fan", "difference")) != (self.metric is not None):
            raise PlacedError("is drawn of a metric; allowed: metric with fan and difference only", ("draw",))
        if self.draw == "difference" and len(self.runs) < 2:
            raise PlacedError("are too few; allowed: two or more", ("runs",))
        return self


class Table(Strict):
    """A table that students fill in: what stands above its columns and before its rows."""

    columns: Annotated[tuple[Title, ...], Field(min_length=1, max_length=4)]
    rows: Annotated[tuple[Title, ...], Field(min_length=1, max_length=6)]


class Step(Strict):
    """A step of the exercise. Its questions are put first, then its runs are made and its figures shown.

    Attributes:
        do: predict, run, compare, change (one thing) or explain.
        title: what it is called, where it does otherwise than `do` is called.
        text: what students do, wherever they do it; no command.
        table: what they fill in.
        differs: two runs whose courses are laid side by side before anything is run, the second against the first.
        runs: what is run; `show`: figures, `pictures`: charts that are shown then.
        opens: the page of the dashboard on which it is done, where that is no comparison of its runs.
        terminal: what else is typed by those who sit at a terminal, in the folder of a pack.
    """

    do: Literal["predict", "run", "compare", "change", "explain"]
    title: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    minutes: Minutes
    text: Text
    table: Table | None = None
    questions: tuple[Name, ...] = ()
    differs: Annotated[tuple[Name, ...], Field(min_length=2, max_length=2)] | None = None
    runs: tuple[Name, ...] = ()
    show: tuple[Name, ...] = ()
    pictures: tuple[Picture, ...] = ()
    opens: Literal["why", "studio", "experiments", "evidence"] | None = None
    terminal: Annotated[tuple[Line, ...], Field(max_length=6)] = ()

    @property
    def called(self) -> str:
        """What stands above it."""
        return self.title or STEPS[self.do]


class Passage(Strict):
    """A passage of text and what it rests on."""

    text: Text
    claims: Claims = ()


class Answer(Strict):
    """An answer to something that students were asked, for the instructor.

    Attributes:
        to: which question or step, in a few words.
        brief: whether it says something to someone who decides, who was in no class.
    """

    to: Title
    text: Text
    claims: Claims = ()
    brief: bool = True


class Source(Strict):
    """Something to read: what it is, and what for; `source` is its id in the evidence, where it is there."""

    text: Line
    source: Annotated[str, Field(min_length=1, max_length=60)] | None = None


class Timing(Strict):
    """Minutes for what stands around the steps; `quiz` is both times together."""

    opening: Minutes
    quiz: Minutes
    debrief: Minutes
    discussion: Minutes


class Exercise(Strict):
    """An exercise. Texts of `debrief`, `answers` and `notes` are for the instructor, all others for students.

    Attributes:
        level: for whom; `minutes`: how long it takes in class, which is what `timing` and `steps` add up to.
        goals: what students can do afterwards.
        background: what they need to know, with its claims.
        setting, runs, figures: what is run, and what is read from it.
        questions: what is predicted; `quiz`: questions of the same form, put before and after.
        submit: what students hand in.
    """

    schema_: Literal[1] = Field(alias="schema")
    title: Title
    level: Level
    minutes: Minutes
    question: Line
    goals: Lines
    background: Annotated[tuple[Passage, ...], Field(min_length=1, max_length=12)]
    setting: Setting = Setting()
    runs: Annotated[dict[Name, Run], Field(min_length=1, max_length=8)]
    figures: Annotated[dict[Name, Figure], Field(min_length=1, max_length=60)]
    questions: Annotated[dict[Name, Question], Field(min_length=1, max_length=12)]
    quiz: Annotated[tuple[Name, ...], Field(min_length=1, max_length=6)]
    timing: Timing
    steps: Annotated[tuple[Step, ...], Field(min_length=5, max_length=12)]
    submit: Lines
    debrief: Annotated[tuple[Passage, ...], Field(min_length=1, max_length=12)]
    answers: Annotated[tuple[Answer, ...], Field(min_length=1, max_length=20)]
    discussion: Lines
    reading: Annotated[tuple[Source, ...], Field(min_length=1, max_length=12)]
    notes: Annotated[tuple[Passage, ...], Field(min_length=1, max_length=12)]

    _folder: Path = PrivateAttr(default=Path())
    _name: str = PrivateAttr(default="exercise")
    _text: str = PrivateAttr(default="")
    _scenarios: dict[str, Scenario] = PrivateAttr(default_factory=dict)

    @property
    def name(self) -> str:
        """What it goes by: its file's name without the ending."""
        return self._name

    @property
    def folder(self) -> Path:
        """Where paths of scenarios are seen from."""
        return self._folder

    @property
    def text(self) -> str:
        """The file as it was read."""
        return self._text

    @property
    def scenarios(self) -> dict[str, Scenario]:
        """The scenario of each run, under the run's name and title."""
        return self._scenarios

    def span(self) -> list[str]:
        """The calendar months of the runs, YYYY-MM."""
        months = self.setting.months or min(scenario.months for scenario in self.scenarios.values())
        start = next(iter(self.scenarios.values())).start
        return [month_after(start, month) for month in range(months)]

    def asked(self) -> list[str]:
        """The questions that the steps put, in order."""
        return list(dict.fromkeys(name for step in self.steps for name in step.questions))

    def due(self, step: int) -> list[str]:
        """The questions that a step (counted from 0) answers: put by then, their runs made by then, and not before."""

        def answered(steps: tuple[Step, ...]) -> list[str]:
            made = {run for one in steps for run in one.runs}
            put = dict.fromkeys(name for one in steps for name in one.questions)
            return [name for name in put if set(self.figures[self.questions[name].figure].runs()) <= made]

        before = answered(self.steps[:step])
        return [name for name in answered(self.steps[: step + 1]) if name not in before]
