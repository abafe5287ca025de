"""Write docs/confront-or-appease.md and its pictures. Run it from the checkout: python docs/headline.py

It simulates the experiments `confront_or_accommodate` (48,000 runs, a minute or two) and `four_corners` anew and chooses the
text by the results. What searches found, it takes from what is shipped of them: docs/third_way.py makes that, and the pictures.
`python docs/headline.py --screen` says instead which uncertainties move the differences most when all are varied.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS), str(DOCS.parent)]  # so that it runs from a checkout that is not installed

import corners  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import third_way  # noqa: E402
from notation import wrapped  # noqa: E402

from sim.experiment.discovery.boxes import Count  # noqa: E402
from sim.experiment.discovery.study import Discovery  # noqa: E402
from sim.experiment.discovery.text import roughly, said  # noqa: E402
from sim.experiment.load import experiments, load_plan  # noqa: E402
from sim.experiment.outcome import Sweep  # noqa: E402
from sim.experiment.plan import Pack  # noqa: E402
from sim.experiment.regret.study import Judged, Regret  # noqa: E402
from sim.experiment.sweep import sweep  # noqa: E402
from sim.experiment.work import simulate_pack  # noqa: E402
from sim.plots import to_png  # noqa: E402
from sim.scenario import library, load_policy  # noqa: E402
from sim.search.findings import Findings, read_findings, shipped  # noqa: E402
from sim.search.words import small  # noqa: E402
from sim.vocabulary import LEVER_SPECS  # noqa: E402
from sim.words.numbers import number, of_100, range_of_100  # noqa: E402
from sim.words.sentences import listed  # noqa: E402

EXPERIMENT, PAGE, IMAGES = "confront_or_accommodate", DOCS / "confront-or-appease.md", DOCS / "images" / "headline"
WORKERS = min(os.cpu_count() or 1, 4)
# So many futures stand in the page one by one: a test simulates them again, and says so when the model gives others.
CHECKED = 3
COURSES = {"confront": "confronting", "appease": "accommodating"}
OTHERS = "fatalities - fatalities_militant"
# What is asked of each future: a sum of metrics -> (what it is, the end that counts as better).
ASKED = {
    "attacks": ("TTP attacks", "less"),
    OTHERS: ("deaths, militants left out", "less"),
    "fatalities_civilian": ("deaths of civilians in Pakistan", "less"),
    "fatalities_security": ("deaths of Pakistani soldiers and police", "less"),
    "fatalities_afghan_civilian": ("deaths of Afghan civilians", "less"),
    "fatalities": ("deaths, all counted", "less"),
    "sovereignty": ("Pakistan's sovereignty, 0 to 1", "more"),
}
# Commoner than this, nothing has to be true for it.
COMMON = 0.9
BOXED = ("attacks", OTHERS, "sovereignty")
ONE_BY_ONE = ("attacks", "fatalities", "sovereignty")
SPOKEN = {
    "attacks": "fewer TTP attacks",
    OTHERS: "fewer deaths, militants left out",
    "sovereignty": "more sovereignty for Pakistan",
}

HEAD = """# When does confrontation beat accommodation, and is there a third way?

Made by `python docs/headline.py`; the text about results is chosen by the results. **This is not a forecast.** It is what
follows, in a model of five articles' arguments, from assumptions that nobody can check in full. The numbers stand for
people's deaths; none of them says that a death is worth it.
"""

QUESTION = """
## The question

In December 2022, when the second truce has ended, Pakistan can press the Afghan Taliban over the TTP or give
(002.12-dilemma). The record has that truce; the model is not told of it and strikes truces of its own: in fewer worlds than not
one stands that summer ([what that does to its figures](validation.md); `--told` keeps to worlds that go as the record did). The
two courses differ in what is done to Kabul alone. Confronting has more of {pressing};
accommodating has more of {giving}. At home the army goes
out alike on both, and the TTP is talked to alike; what changes when these are varied, too, stands under *The four corners*.
Both courses are simulated in the same {draws:,} futures. A future is a draw of {varied} things that nobody
knows, over the range that is thought possible: how much of the TTP Kabul could stop, how much a fence holds back, how fast a
foothold spreads, and so on. They are those that moved the difference most when all uncertain parameters were varied. Everything
else is drawn from the parameter sets that tell the record. Each future is simulated in {worlds} worlds,
{months} months from August 2021, with the same random draws under both courses; its figure is their mean. Both courses cost
about the same, so that neither wins by doing more.
"""

JUDGEMENT = """## What rests on judgement

- **Each future counts alike.** "{share}" is a share of draws from ranges, not a chance. Whoever holds some futures for
  likelier than others should look at the boxes and not at the shares.
- **The ranges** of what is varied, and that the rest follows the record ([how](validation.md)).
- **What is counted.** Deaths with and without militants give different answers; both stand above. Sovereignty is a
  weighted index, and what is conceded counts against it by definition ([why that matters](prior.md)).
- **The two courses** as written in [confront](scenarios/confront.md) and [appease](scenarios/appease.md). Other mixes may do
  better than both, as *Is there a third way?* says.
- **The search.** A box must be 80 of 100 pure, or purer where the thing is common anyway; an end stays only if chance would
  give it in less than one case of twenty. With {varied} inputs some ends will be there by chance all the same: read the figures
  that were held out. Other inputs or another seed move the ends, and may bring in or drop a lesser one.

## Make it anew

```
durand sweep {experiment} --out out/headline --workers 2
durand discover out/headline --where "attacks[confront] < attacks[appease]" --out out/boxes
durand regret out/headline --metric attacks --out out/regret
python docs/headline.py
```

{points:,} points, {runs:,} runs; seed {seed} for draws and design; fingerprint of all rows {fingerprint}, model {model}.
The third of futures that was held out is drawn from the same seed. The first futures in full, which a test holds
against the model that stands beside this page:
"""


def main() -> None:
    if "--screen" in sys.argv[1:]:
        screen()
        return
    with TemporaryDirectory() as folder:
        done = sweep(experiments() / f"{EXPERIMENT}.yaml", Path(folder) / "sweep", WORKERS)
        boxes = {(metric, course): done.discover(condition(metric, course)) for metric in BOXED for course in COURSES}
        judged = done.regret(list(ASKED), better={metric: end for metric, (_, end) in ASKED.items()})
        found = corners.corners(WORKERS)
        drawn = {**charts(boxes, judged), "four_corners": corners.picture(found)}
        text = page(done, boxes, judged, drawn, found)
    IMAGES.mkdir(parents=True, exist_ok=True)
    for old in IMAGES.iterdir():
        old.unlink()
    for name, chart in drawn.items():
        (IMAGES / f"{name}.png").write_bytes(to_png(chart, scale=1.6))
    PAGE.write_text(text, encoding="utf-8")


def of(metric: str, course: str) -> str:
    """A sum of metrics with the course that each is of."""
    return " ".join(part if part in "+-" else f"{part}[{course}]" for part in metric.split())


def condition(metric: str, course: str) -> str:
    """That a course is ahead of the other by a metric."""
    other = next(name for name in COURSES if name != course)
    sign = "<" if ASKED[metric][1] == "less" else ">"
    return f"{of(metric, course)} {sign} {of(metric, other)}"


def more_of() -> dict[str, str]:
    """What either course has more of than the other, by the levers that their policies set."""
    set_by = [load_policy(library() / "policies" / f"{name}.yaml").settings.given() for name in COURSES]
    more = {name: float(set_by[0].get(name, 0)) - float(set_by[1].get(name, 0)) for name in LEVER_SPECS}
    return {
        said: listed([small(LEVER_SPECS[name].title) for name, gap in more.items() if sign * gap > 0])
        for said, sign in (("pressing", 1), ("giving", -1))
    }


def page(
    done: Sweep,
    boxes: dict[tuple[str, str], Discovery],
    judged: Regret,
    drawn: Mapping[str, Any],
    found: corners.Corners,
) -> str:
    about = done.manifest
    facts = {
        "draws": about["draws"],
        "varied": len(about["factors"]),
        "worlds": about["worlds"],
        "months": about["months"],
        "experiment": EXPERIMENT,
        "points": about["points"],
        "runs": about["runs"],
        "seed": about["seed"],
        "fingerprint": about["fingerprint"],
        "model": about["particulars"]["model"],
        "share": of_100(ahead(judged, "attacks", 0)),
        **more_of(),
    }
    said, *more = third_way.in_short(*(read_findings(shipped()[name]) for name in (third_way.FREE, third_way.HELD)))
    way = (said.replace("**", "**Is there a third way? ", 1), *more)
    lines = [HEAD, "## In short", "", *(f"- {text}" for text in (*in_short(judged, boxes), *way))]
    lines += [QUESTION.format(**facts), "## How often", "", *table(done, judged), "", *regrets(judged), ""]
    lines += ["## The four corners", "", *corners.lines(found), "", image("four_corners"), ""]
    lines += ["## What would have to be true", "", *conditions(boxes), "", *images(drawn)]
    lines += ["", "## Is there a third way?", "", *another_way(read_findings(shipped()[third_way.FREE]))]
    lines += ["", JUDGEMENT.format(**facts).rstrip(), "", *first_lines(first_futures())]
    return wrapped("\n".join(lines)) + "\n"


def first_futures() -> pd.DataFrame:
    """The experiment's first futures simulated anew, by themselves: a row for each, a column for each (metric, course)."""
    plan = load_plan(experiments() / f"{EXPERIMENT}.yaml")
    out = {}
    for course, scenario in enumerate(plan.scenarios):
        points = np.arange(CHECKED) + course * plan.each
        found = simulate_pack(plan.job(Pack(points, 0), plan.worlds)).outcomes
        for metric in ONE_BY_ONE:
            out[metric, scenario.name] = found[metric].reshape(CHECKED, plan.worlds).mean(axis=1)
    return pd.DataFrame(out)


def first_lines(futures: pd.DataFrame) -> Iterator[str]:
    """The first futures as a table, to ten digits."""
    heads = (f"{ASKED[metric][0].partition(',')[0]}, {COURSES[course]}" for metric, course in futures.columns)
    yield f"| {' | '.join(['future', *heads])} |"
    yield "| ---: " * (1 + len(futures.columns)) + "|"
    for future, row in enumerate(futures.to_numpy(), 1):
        yield f"| {' | '.join([str(future), *(f'{value:.10g}' for value in row)])} |"


def ahead(judged: Regret, metric: str, course: int) -> float:
    """Share of futures in which a course (0 confront, 1 appease) is ahead by a metric, ties apart."""
    return float((by(judged, metric).winner == place(judged, course)).mean())


def by(judged: Regret, metric: str) -> Judged:
    """The courses by one metric."""
    return next(one for one in judged.judged if one.metric == metric)


def place(judged: Regret, course: int) -> int:
    """Where a course stands among the policies."""
    return [title.startswith("Confront") for title in judged.policies].index(course == 0)


def apart(judged: Regret, metric: str) -> np.ndarray:
    """Confronting minus accommodating, future by future."""
    values = by(judged, metric).values
    out: np.ndarray = values[:, place(judged, 0)] - values[:, place(judged, 1)]
    return out


def in_short(judged: Regret, boxes: dict[tuple[str, str], Discovery]) -> Iterator[str]:
    names = list(COURSES.values())
    for metric in ("attacks", OTHERS, "fatalities", "sovereignty"):
        title, end = ASKED[metric]
        shares = [ahead(judged, metric, course) for course in (0, 1)]
        first = int(shares[1] > shares[0])
        middle = number(abs(float(np.median(apart(judged, metric)))))
        size = number(float(np.median(by(judged, metric).values)))
        yield (
            f"**{title[:1].upper()}{title[1:]}:** {names[first]} has {'fewer' if end == 'less' else 'more'} in "
            f"{of_100(shares[first])} futures, {names[1 - first]} in {of_100(shares[1 - first])}. "
            f"The median difference is {middle}, of some {size}."
        )
    both = all_three(judged)
    neither = 1.0 - sum(both)
    price = " In most futures either course has its price." if neither > 0.5 else ""
    yield (
        "**All three at once** (fewer attacks, fewer deaths with militants left out, more sovereignty): confronting in "
        f"{of_100(both[0])} futures, accommodating in {of_100(both[1])}, neither in {of_100(neither)}.{price}"
    )
    for course, spoken in COURSES.items():
        found = boxes["attacks", course]
        if found.boxes:
            words = [roughly(limit) for limit in found.boxes[0].limits]
            where = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
            yield f"**{spoken.capitalize()} has fewer attacks** more often where {where} (boxes and figures below)."


def all_three(judged: Regret) -> tuple[float, float]:
    """Shares of futures in which confronting, and accommodating, is ahead on attacks, others' deaths and sovereignty."""
    wins = [by(judged, metric).winner for metric in BOXED]
    first, second = (np.logical_and.reduce([won == place(judged, course) for won in wins]) for course in (0, 1))
    return float(first.mean()), float(second.mean())


def table(done: Sweep, judged: Regret) -> Iterator[str]:
    """How often each course is ahead, by how much, and how often in single worlds."""
    heads = (
        "of 100 futures",
        "confronting ahead",
        "accommodating ahead",
        "difference: median (nine in ten)",
        "of 100 single worlds",
    )
    yield f"| {' | '.join(heads)} |"
    yield "| --- | --- | --- | --- | --- |"
    for metric, (title, end) in ASKED.items():
        far = apart(judged, metric)
        low, middle, high = (number(float(x), sign=True) for x in np.quantile(far, (0.05, 0.5, 0.95)))
        shares = [of_100(ahead(judged, metric, course)).removesuffix(" of 100") for course in (0, 1)]
        better = "fewer" if end == "less" else "more"
        yield (
            f"| {title} ({better} is ahead) | {shares[0]} | {shares[1]} | {middle} ({low} to {high}) "
            f"| {of_100(single_worlds(done, metric)).removesuffix(' of 100')} |"
        )
    yield ""
    yield (
        "Difference: confronting minus accommodating; totals over all months, the sixteen before the courses part among "
        "them, but sovereignty as it stands at the end. Last column: single worlds, rather than means over a future's, in "
        "which confronting is ahead."
    )


def single_worlds(done: Sweep, metric: str) -> float:
    """Share of single worlds, rather than means over a future's worlds, in which confronting is ahead."""
    names = [part for part in metric.split() if part not in "+-"]
    runs = done.outcomes[names]
    value = runs[names[0]] - (runs[names[1]] if len(names) > 1 else 0.0)
    points = done.experiments
    sides = []
    for course in COURSES:
        of_course = points.index[points["scenario"] == course]
        sides.append(value.loc[of_course].to_numpy().reshape(len(of_course), -1))
    far = sides[0] - sides[1]
    return float((far < 0).mean() if ASKED[metric][1] == "less" else (far > 0).mean())


def regrets(judged: Regret) -> Iterator[str]:
    """What whoever fears the worst would choose."""
    parts = []
    for metric in BOXED:
        one = by(judged, metric)
        worst = [one.measures["regret_max"][place(judged, course)].value for course in (0, 1)]
        chosen = int(worst[1] < worst[0])
        parts.append(
            f"for {SPOKEN[metric].partition(', ')[0]}, {list(COURSES.values())[chosen]} (at worst {number(worst[chosen])} worse "
            f"than the other course, which is at worst {number(worst[1 - chosen])} worse)"
        )
    yield f"By the smallest regret in the worst of these futures one would choose: {'; '.join(parts)}."


def another_way(found: Findings) -> Iterator[str]:
    """The courses that a search found, in kinds: what they are, what each costs whom, where each fails, until when it lasts."""
    yield (
        f"Two courses are not all that Pakistan can choose. A computer looked through {found.standings[-1].evaluations:,} mixes "
        "of its levers from December 2022 on, which may change once and may answer what Pakistan can see, and which cost no more "
        "than the dearest shipped course. It kept those that no other betters by all of six measures, none weighed against "
        f"another: {listed([one.title for one in found.objectives])}. That militants die counts for nothing. What follows is of "
        f"{found.fresh_worlds:,} futures that none of them was chosen by. [third-way.md](third-way.md) says how it was done, and "
        "how much of it is left where operations and talks are held as the two courses have them; the dashboard's page *Third "
        "way* picks among courses that a search found by what matters to you."
    )
    yield ""
    yield from third_way.figures(found)
    yield ""
    for one in found.kinds:
        yield from third_way.kind(found, third_way.FREE, one)
    yield ""
    yield from third_way.failures(found)
    for name in ("parallel", "attainment", "pathways"):
        yield ""
        yield f"![{third_way.HEADINGS[name]}](images/third-way/{third_way.FREE}-{name}.png)"


def conditions(boxes: dict[tuple[str, str], Discovery]) -> Iterator[str]:
    """A section for each thing that was asked, both ways."""
    yield (
        "Boxes found by PRIM. *Density*: of the futures in the box, how many are as the heading says. *Coverage*: of all such "
        "futures, how many lie in the box. *Held out*: the same in the third of futures that the search did not see."
    )
    for (metric, course), found in boxes.items():
        base = float(found.rows.holds.mean())
        yield ""
        yield f"### {COURSES[course].capitalize()} has {SPOKEN[metric]} ({of_100(base)} futures)"
        yield ""
        if base > COMMON:
            yield "So nearly always that no condition is needed."
            continue
        if found.trouble:
            yield f"Nothing was found. {found.trouble}"
            continue
        (box,) = found.boxes
        if not found.dense:
            yield f"No box is {of_100(found.wanted)} dense. The densest that covers a fifth or more:"
            yield ""
        yield from (f"- **{roughly(limit)}.** {said(limit)}" for limit in box.limits)
        yield ""
        low, high = box.held_out.density_interval()
        yield (
            f"Density {of_100(box.searched.density)}, coverage {of_100(box.searched.coverage)}. Held out: density "
            f"{of_100(box.held_out.density)} ({range_of_100(low, high)}), coverage {of_100(box.held_out.coverage)}; "
            f"{worth(box.held_out)}"
        )


def worth(held_out: Count) -> str:
    """What the box is worth where it was not sought, as a sentence."""
    low, _ = held_out.density_interval()
    if low <= held_out.base:
        return "hardly more than among all futures, so this box is not to be relied on."
    return f"among all futures held out it is {of_100(held_out.base)}."


def charts(boxes: dict[tuple[str, str], Discovery], judged: Regret) -> dict[str, Any]:
    """The pictures of maps and boxes, by file name."""
    found = {picture.name: picture for picture in judged.pictures()}
    out = {
        "map_attacks": found["map_attacks"].chart,
        "map_deaths": found["map_fatalities_fatalities_militant"].chart,
    }
    for name, key in (("box_attacks", ("attacks", "confront")), ("box_deaths", (OTHERS, "confront"))):
        for picture in boxes[key].pictures():
            out[f"{name}_{picture.name}"] = picture.chart
    return out


HEADINGS = {
    "four_corners": "Both courses, with few and many operations at home, with little and much talk to the TTP",
    "map_attacks": "Which course has fewer attacks, over the two uncertainties that decide it most",
    "map_deaths": "Which course has fewer deaths, militants left out, over the two that decide it most",
    "box_attacks_pairs": "Where confronting has fewer attacks",
    "box_attacks_tradeoff": "Where confronting has fewer attacks: what a purer box costs in coverage",
    "box_deaths_pairs": "Where confronting has fewer deaths, militants left out",
    "box_deaths_tradeoff": "Where confronting has fewer deaths, militants left out: what a purer box costs in coverage",
}


def images(drawn: Mapping[str, Any]) -> Iterator[str]:
    """The pictures, each under a line that says what it shows."""
    yield "## Pictures"
    for name in sorted(drawn.keys() - {"four_corners"}, key=list(HEADINGS).index):
        yield ""
        yield image(name)


def image(name: str) -> str:
    """A picture with what it shows."""
    return f"![{HEADINGS[name]}](images/headline/{name}.png)"


def screen() -> None:
    """Print which uncertainties go most with the difference between the courses, when all are varied."""
    data = {
        "schema": 1,
        "title": "Screen",
        "scenarios": list(COURSES),
        "uncertainties": {"all": None},
        "design": {"kind": "latin_hypercube", "points": 2000, "seed": 1},
        "worlds": 4,
        "luck": "own",
        "metrics": ["attacks", "fatalities", "fatalities_militant", "sovereignty"],
    }
    with TemporaryDirectory() as folder:
        done = sweep(data, Path(folder) / "sweep", WORKERS)
        judged = done.regret(["attacks", OTHERS, "fatalities", "sovereignty"], better={OTHERS: "less"}, resamples=100)
    ranks = judged.inputs.rank()
    found = {
        one.metric: ranks.corrwith(pd.Series(apart(judged, one.metric), ranks.index).rank()) for one in judged.judged
    }
    squares = (pd.DataFrame(found) ** 2).mean(axis=1).sort_values(ascending=False)
    used = {factor.name for factor in load_plan(experiments() / f"{EXPERIMENT}.yaml").factors}
    print(
        "Squared rank correlation with the difference, mean over attacks, deaths (two ways), sovereignty; * in the experiment"
    )
    for name, value in squares.head(24).items():
        print(f"{'*' if name in used else ' '} {name:28} {value:.3f}")


if __name__ == "__main__":
    main()
