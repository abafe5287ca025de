"""A pack: the folder that a lecturer takes to class, written whole or not at all.

worksheet.pdf, .docx     for students; gives nothing away
instructor.pdf, .docx    answers with every figure in place, pictures, what to say
timing.pdf, .docx        minute by minute
slides.pptx              question, votes, what the worlds say, pictures, debrief; with notes
brief.pdf                two pages for someone who decides; in a language that cannot be put into PDFs brief.docx, and no .pdf
memo.docx                a template for a position memo, with its rubric
quiz.zip                 the predictions for a learning platform (QTI 2.1)
scenarios/               the runs' scenarios, each complete in one file
exercise.yaml            the exercise itself
figures.json             every figure, and what it was read from
pack.json                what made the pack, and its files
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sim.results.folders import check_target, seal, written_whole
from sim.results.manifest import machine, now
from sim.teaching.exercises.feedback import label
from sim.teaching.exercises.figures import Lab
from sim.teaching.exercises.load import is_path
from sim.teaching.exercises.schema import Exercise
from sim.teaching.pack import docx, pptx
from sim.teaching.pack.deck import deck
from sim.teaching.pack.handouts import brief, memo
from sim.teaching.pack.pdf import on_paper, paper
from sim.teaching.pack.pictures import pictures
from sim.teaching.pack.quiz import package
from sim.teaching.pack.sheets import instructor, timing, worksheet
from sim.words.language import ENGLISH, _, speaking, spoken
from sim.yamlfile import dump, read

FORMAT = "durand exercise pack 3"


def pack(lab: Lab, out: Path) -> Path:
    """Make the pack of an exercise.

    Args:
        lab: the exercise and its runs.
        out: the folder to fill: a new or an empty one, or an earlier pack, which is replaced.

    Returns:
        The folder.

    Raises:
        BundleError: something else stands there.
    """
    return written_whole(check_target(out, FORMAT), lambda folder: _fill(lab, folder))


def figures(lab: Lab) -> dict[str, Any]:
    """Every figure as plain data, with what it was read from."""
    out = {}
    for name, figure in lab.exercise.figures.items():
        shown = lab.shown(name)
        out[name] = {
            "label": label(lab.exercise, name),
            "text": shown.text,
            "told": shown.told,
            "value": shown.value,
            "worlds": shown.worlds,
            "settled": shown.sign,
            "read": figure.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"title"}),
        }
    return out


def documents(lab: Lab) -> dict[str, bytes]:
    """What is handed out and shown, by file name; the same exercise and runs give the same bytes."""
    one, drawn = lab.exercise, pictures(lab)
    shown = list(drawn.values())
    sheets = {"worksheet": worksheet(lab), "instructor": instructor(lab, shown), "timing": timing(one)}
    edited = {**sheets, "memo": memo(lab)}
    if on_paper():
        out = {f"{name}.pdf": paper(sheet) for name, sheet in {**sheets, "brief": brief(lab, shown)}.items()}
    else:
        out, edited = {}, {**edited, "brief": brief(lab, shown)}
    out |= {f"{name}.docx": docx.document(sheet) for name, sheet in edited.items()}
    return out | {"slides.pptx": pptx.presentation(_(one.title), deck(lab, drawn)), "quiz.zip": package(lab)}


def _fill(lab: Lab, folder: Path) -> None:
    one = lab.exercise
    for name, content in documents(lab).items():
        (folder / name).write_bytes(content)
    (folder / "scenarios").mkdir()
    for name, scenario in one.scenarios.items():
        (folder / "scenarios" / f"{name}.yaml").write_text(scenario.to_yaml(), encoding="utf-8")
    (folder / "exercise.yaml").write_text(_own_text(one), encoding="utf-8")
    with speaking(ENGLISH.code):  # data are for programs
        _write(folder / "figures.json", figures(lab))
    runs = {
        name: {"scenario": scenario.hash, "parameters": lab.parameters(name)}
        for name, scenario in one.scenarios.items()
    }
    made: dict[str, Any] = {"format": FORMAT, "exercise": one.name, "title": one.title, "when": now(), "runs": runs}
    made |= {"worlds": lab.worlds, "months": lab.months, "seed": lab.seed, **machine()}
    seal(folder, "pack.json", made if spoken() == ENGLISH.code else {**made, "language": spoken()})


def _own_text(one: Exercise) -> str:
    """The exercise's file as it stands; with scenarios that lay beside it, those of the pack in their place."""
    beside = [name for name, run in one.runs.items() if is_path(run.scenario)]
    if not beside:
        return one.text
    data = read((f"{one.name}.yaml", one.text)).data
    for name in beside:
        kept = {key: value for key, value in data["runs"][name].items() if key not in ("scenario", "set")}
        data["runs"][name] = {"scenario": f"scenarios/{name}.yaml", **kept}
    return dump(data)


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
