"""Write what the experiment `parameters_or_rules` found into docs/experiments.md: python docs/decided.py [FOLDER]

It runs the experiment (80,000 runs, some minutes) and chooses the words by the results; FOLDER is one that `durand sweep
parameters_or_rules` has filled before.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS), str(DOCS.parent)]  # so that it runs from a checkout that is not installed

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from notation import table, wrapped  # noqa: E402

from sim.experiment.factors import factor_words  # noqa: E402
from sim.experiment.load import load_plan  # noqa: E402
from sim.experiment.outcome import Sweep  # noqa: E402
from sim.experiment.plan import Pack  # noqa: E402
from sim.experiment.sensitivity.study import Sensitivity, Study  # noqa: E402
from sim.experiment.sweep import sweep  # noqa: E402
from sim.experiment.work import simulate_pack  # noqa: E402
from sim.words.numbers import number  # noqa: E402
from sim.words.sentences import listed  # noqa: E402

EXPERIMENT, PAGE = "parameters_or_rules", DOCS / "experiments.md"
BEGIN, END = "<!-- what follows is made by docs/decided.py -->", "<!-- until here -->"
# So many points stand in the page one by one: a test simulates them again.
CHECKED, CHECKED_METRIC = 3, "attacks"
NAMED = 3
ASKED = {
    "fewer_attacks": "in how many worlds confronting has fewer attacks",
    "deaths_at_worst": "deaths in the worst tenth of worlds",
    "contained": "in how many worlds the TTP is contained",
    "sixty_attacks": "when 60 attacks a month come",
}


def main() -> None:
    if len(sys.argv) > 1:
        write(Sweep.load(sys.argv[1]))
        return
    with TemporaryDirectory() as folder:
        write(sweep(EXPERIMENT, Path(folder) / "sweep"))


def write(done: Sweep) -> None:
    """Take what was found into the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n\n{found(done)}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def found(done: Sweep) -> str:
    """What stands in the page."""
    about, measured = done.manifest, done.sensitivity(method="pawn")
    paragraphs = [
        f"{about['draws']:,} draws of {len(about['factors'])} factors, {about['worlds']} worlds each under either course, "
        f"{about['runs']:,} runs; fingerprint of all rows {about['fingerprint']}.",
        *(said(measured, study) for study in measured.studies),
        conclusion(measured),
        "What holds at a point, and what it comes to there, in the mean over all points where it stands so. Differences between "
        "the rows of a switch are of that switch, all else being drawn alike:",
    ]
    return "\n".join(
        [
            *(f"{wrapped(one)}\n" for one in paragraphs),
            table(
                [
                    "switch",
                    "option",
                    "confronting has fewer attacks (of 100 worlds)",
                    "deaths in the worst tenth (deaths; confront / appease)",
                    "contained (of 100 worlds; confront / appease)",
                ],
                options(done),
            ),
            "The first points, which a test simulates again:",
            "",
            "\n".join(first_lines(done.means([CHECKED_METRIC])[CHECKED_METRIC].iloc[:CHECKED].tolist())),
            "",
        ]
    )


def rules(study: Study) -> list[str]:
    """The switches among the factors that can be told from one that does nothing, those that move most first."""
    return [name for name in told(study) if "switch" in kinds(study)[name]]


def told(study: Study) -> list[str]:
    """The factors whose index is above what a factor that does nothing would show, the largest first."""
    assert study.indices is not None
    rows = study.indices.table
    return [str(name) for name in rows.index[rows["median"] > rows["idle"]]]


def kinds(study: Study) -> dict[str, str]:
    """What each factor is: an uncertainty or a switch."""
    assert study.indices is not None
    switches = load_plan(EXPERIMENT).variants
    return {str(name): "switch" if name in switches else "uncertainty" for name in study.indices.table.index}


def said(measured: Sensitivity, study: Study) -> str:
    """What one figure hangs on: numbers and rules by their distance, against one that does nothing."""
    assert study.indices is not None
    rows, above = study.indices.table, told(study)
    under = f", under {measured.titles[study.scenario]}" if study.scenario else ""
    numbers = [name for name in above if kinds(study)[name] != "switch"][:NAMED]
    moved = listed([f"“{factor_words(name)}” ({rows['median'][name]:.2f})" for name in numbers])
    held = [f"{name} ({rows['median'][name]:.2f} against {rows['idle'][name]:.2f})" for name in rules(study)]
    which = f"Of the switches {listed(held)} can be told from one that does nothing." if held else "No switch can."
    return (
        f"**{ASKED[study.metric][0].upper()}{ASKED[study.metric][1:]}**{under}: {number(study.mean)} in the mean ({study.unit}). "
        f"{len(above)} of {len(rows)} factors can be told from one that does nothing; of the numbers most {moved}. {which}"
    )


def conclusion(measured: Sensitivity) -> str:
    """Numbers or rules: chosen by what was found."""
    first = measured.study("fewer_attacks", "")
    assert first.indices is not None
    top, held = told(first), rules(first)
    elsewhere = sorted({name for study in measured.studies if study is not first for name in rules(study)})
    if held:
        text = f"Which course has fewer attacks hangs on rules, too: {listed(held)}"
    else:
        text = "Which course has fewer attacks hangs on numbers that the articles leave open, and on no rule that was switched"
    most = first.indices.table["median"].iloc[0]
    text += f"; on no single thing much (the largest distance is {most:.2f} of 1, and {len(top)} factors share in it)."
    if elsewhere:
        text += f" How bad it gets, and how it ends, hangs on {listed(elsewhere)} as well."
    return text


def options(done: Sweep) -> Iterator[list[str]]:
    """A row for each option of each switch."""
    points = done.experiments
    fewer = done.figure("fewer_attacks")
    draws = points.drop_duplicates(["mix", "draw"]).set_index(["mix", "draw"]).loc[fewer.index]
    each = {name: done.figure(name) for name in ("deaths_at_worst", "contained")}
    for column in done.factors("switch"):
        for option in dict.fromkeys(sorted(points[column])):
            cells = [f"{100 * fewer[(draws[column] == option).to_numpy()].mean():.0f}"]
            for name, values in each.items():
                here = points.loc[values.index]
                both = [
                    values[((here["scenario"] == course) & (here[column] == option)).to_numpy()].mean()
                    for course in ("confront", "appease")
                ]
                cells.append(
                    " / ".join(number(one) if name == "deaths_at_worst" else f"{100 * one:.0f}" for one in both)
                )
            yield [column.partition(":")[2], str(option), *cells]


def first_lines(means: list[float]) -> list[str]:
    """The first points' mean of a metric, a row each."""
    rows = [[str(point), f"{mean:.10g}"] for point, mean in enumerate(means)]
    return table(["point", "TTP attacks"], rows).splitlines()


def first_points() -> pd.Series:
    """The same of the model that stands beside the page."""
    plan = load_plan(EXPERIMENT)
    output = simulate_pack(plan.job(Pack(np.arange(CHECKED), 0), plan.worlds))
    outcomes = pd.DataFrame({"point": output.outcomes["point"], CHECKED_METRIC: output.outcomes[CHECKED_METRIC]})
    means: pd.Series = outcomes.groupby("point")[CHECKED_METRIC].mean()
    return means


if __name__ == "__main__":
    main()
