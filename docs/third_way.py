"""Write docs/third-way.md, its pictures and its courses, and what the searches found, which is shipped. Run it from the checkout:
python docs/third_way.py [FOLDER]

It carries out the searches `third_way` and `towards_kabul` (some ten minutes of one core), in FOLDER if one is given, so that a
search that was stopped goes on. The text about results is chosen by the results; docs/headline.py tells it in short.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS), str(DOCS.parent)]  # so that it runs from a checkout that is not installed

import numpy as np  # noqa: E402
from notation import table, wrapped  # noqa: E402

from sim.experiment.discovery.text import roughly  # noqa: E402
from sim.metrics import METRICS  # noqa: E402
from sim.plots import to_png  # noqa: E402
from sim.scenario import Scenario, load_scenario  # noqa: E402
from sim.search.archetypes import Archetype  # noqa: E402
from sim.search.evaluate import Evaluator, Futures  # noqa: E402
from sim.search.findings import Course, Findings  # noqa: E402
from sim.search.found import Found  # noqa: E402
from sim.search.load import load_search, searches  # noqa: E402
from sim.search.objectives import KILLED, betters, dominates  # noqa: E402
from sim.search.pathways_text import course_words, target_words  # noqa: E402
from sim.search.study import search  # noqa: E402
from sim.search.text import alike, bettering, costs, holding, regret  # noqa: E402
from sim.search.vulnerability import Weakness  # noqa: E402
from sim.words.numbers import number, of_100  # noqa: E402
from sim.words.sentences import listed  # noqa: E402

FREE, HELD = "third_way", "towards_kabul"
PAGE, IMAGES, KEPT = DOCS / "third-way.md", DOCS / "images" / "third-way", DOCS / "third-way"
SHIPPED = searches() / "found"
WORKERS = min(os.cpu_count() or 1, 4)
DILEMMA = ("confront", "appease")
# So many fresh futures of each course shown are simulated again by a test, which says so when the model gives others.
CHECKED = 16
LONGER, LONGER_WORLDS = 120, 300
HEADINGS = {
    "parallel": "What each course gains and gives up",
    "attainment": "In how many futures each kind of course does better",
    "progress": "How the search came along",
    "pathways": "Until when each course meets its targets, and what it is then best changed to",
    "until-when": "The share of futures in which each course has missed a target, month by month",
}

HEAD = """# Is there a third way?

Made by `python docs/third_way.py`; the text about results is chosen by the results. **This is not a forecast.** It is what
follows, in a model of five articles' arguments, from assumptions that nobody can check in full. The numbers stand for
people's deaths; none of them says that a death is worth it.
"""

QUESTION = """
## The question

[When does confrontation beat accommodation](confront-or-appease.md) sets two courses against each other, and either has its
price. Here a computer looks for others: mixes of Pakistan's levers from December 2022 on, which may change once, in June 2024,
and may answer what Pakistan can see: a bad season (attacks, the TTP's foothold, tension with Kabul) or a good one (Kabul's
restraint, a truce). None may cost more than the dearest of six shipped courses. Six things count, each by its mean over
futures: TTP attacks, deaths of soldiers, police and civilians in Pakistan, deaths of Afghan civilians, hardship in
Afghanistan, sovereignty that is not conceded, and Pakistan's economy. That militants die counts for nothing, on either side.
A course betters another outright if it is at least as good by all six and better by one; it betters it in what counts if it
is nowhere worse by more than a small difference (40 attacks, 60 deaths in Pakistan, 3 of Afghan civilians, a hundredth of
sovereignty, half a hundredth of hardship and economy) and somewhere better by that.

Every course is simulated in the same {worlds:,} futures while it is looked for. Among thousands some do well by chance, so what
is found is simulated again in {fresh:,} fresh futures; the figures below are of these.
"""

JUDGEMENT = """## What rests on judgement

- **What counts.** Six objectives, none weighed against another: a course is shown if no other is better by all of them. Who
  leaves one out, or adds one (refugees, the shape of Kabul's politics, what a course does to Pakistan's own districts), may
  find other courses.
- **Means.** A mean over futures hides who loses in which; *Where they fail* says some of it.
- **The end of the run.** What counts as it stands in the last month can be had by giving late. *Does it last?* says what is left
  when the run goes on.
- **What is searched**: the levers' ranges, two stages, two responses. What lies beyond was not looked at. Where a course stands
  at the most that was searched, more might do better still, or worse.
- **Costs** are the model's, in units that are a judgement. That a course is affordable says nothing of whether a government
  could hold it against its own public, its army, or Kabul.
- **The model.** Operations that clear ground are good at it here, and their backlash is a range that nobody knows. The real
  ones cost lives and homes that no figure on this page counts in full.

## Make it anew

```
durand search third_way --out out/third_way
durand search towards_kabul --out out/towards_kabul
python docs/third_way.py
```

The courses that speak for their kinds stand in [third-way/](third-way) and run like any scenario. Their figures over the
first {checked} fresh futures, which a test holds against the model that stands beside this page:
"""


def main() -> None:
    with TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(temporary)
        done = {name: search(name, folder / name, WORKERS) for name in (FREE, HELD)}
        for place in (KEPT, IMAGES, SHIPPED):
            place.mkdir(parents=True, exist_ok=True)
            for old in place.iterdir():
                old.unlink()
        for name, one in done.items():
            found = one.findings
            (SHIPPED / f"{name}.json").write_text(found.as_json(), encoding="utf-8")
            for kind in found.kinds:
                (KEPT / f"{kept_name(name, kind)}.yaml").write_text(one.scenario(kind.example).to_yaml(), "utf-8")
            for picture in found.pictures():
                (IMAGES / f"{name}-{picture.name}.png").write_bytes(to_png(picture.chart, scale=1.6))
        text = page(done[FREE].findings, done[HELD].findings, longer(done[FREE]))
        PAGE.write_text(text, encoding="utf-8")


def kept_name(search_name: str, one: Archetype) -> str:
    return f"{search_name}_{one.letter.lower()}"


def page(free: Findings, held: Findings, lasting: str) -> str:
    facts = {"worlds": free.worlds, "fresh": free.fresh_worlds, "checked": CHECKED}
    short = [*in_short(free, held), f"**Does it last?** {lasting}"]
    lines = [HEAD, "## In short", "", *(f"- {text}" for text in short)]
    lines += [QUESTION.format(**facts), *section(free, FREE, "With all levers free"), ""]
    lines += section(held, HELD, "With operations and talks held as the two courses have them")
    lines += ["", "## Where they fail", "", *failures(free), "", "## Until when", "", *until_when(free), ""]
    lines += [JUDGEMENT.format(**facts), table(CHECK_HEADS, checked())]
    return wrapped("\n".join(lines).rstrip()) + "\n"


# ------------------------------------------------------------------------------------------------ results in words


def in_short(free: Findings, held: Findings) -> Iterator[str]:
    yield f"{answer(free)} {bettering(free, names(free))} better all {len(free.courses)} shipped courses."
    yield (
        "**They are not lucky ones.** In the futures in which they were found it was "
        f"{bettering(free, DILEMMA, 'beats_searched')}; of all {len(free.members)}, {len(holding(free))} are still bettered by "
        "no other."
    )
    if said := alike(free):
        yield f"**What they are.** {said}"
    if (one := spokesman(free)) is not None:
        against = " ".join(costs(free, one.example, course) for course in DILEMMA)
        yield f"**What it costs whom.** The course in the middle of {one.called}: {against}"
        fails = free[one.example].weaknesses[0]
        yield (
            f"**Where does it fail?** By {free.objectives[0].title} the same course is worse than the best shipped one in "
            f"{of_100(fails.share)} futures{where(fails)}."
        )
    yield f"**Is it what is done to Kabul?** {towards_kabul(free, held)}"


def answer(free: Findings) -> str:
    """Whether there is a third way, in a sentence."""
    both = bettering(free, DILEMMA)
    if not both:
        return (
            f"**Not in this model:** none of {len(free.members)} courses betters both confronting and accommodating in fresh "
            "futures."
        )
    return (
        f"**In this model, yes.** Of {len(free.members)} courses that the search shows, {both} better both confronting and "
        f"accommodating outright in fresh futures, by all {len(free.objectives)} measures at once;"
    )


def names(found: Findings) -> list[str]:
    return [one.name for one in found.courses]


def spokesman(found: Findings) -> Archetype | None:
    """The first kind whose middle course betters both confronting and accommodating; else the largest."""
    both = [one for one in found.kinds if set(DILEMMA) <= set(found[one.example].beats)]
    return next(iter((*both, *found.kinds)), None)


def longer(one: Found) -> str:
    """What is left of it when the run goes on."""
    found, plan = one.findings, replace(one.plan, months=LONGER)
    evaluator, futures = Evaluator(plan, WORKERS), Futures(found.worlds, LONGER_WORLDS)
    theirs = evaluator.courses(futures)
    judge = plan.judge.against(theirs)
    courses = judge.figures(theirs)[0] * judge.signs
    every = [one.scenario(member.name) for member in found.members]
    members = judge.figures(evaluator.courses(futures, every))[0] * judge.signs
    both = [courses[names(found).index(name)] for name in DILEMMA]
    epsilons = np.array([about.epsilon for about in found.objectives]) * LONGER / found.months
    outright, counts = (
        sum(all(better(member, course) for course in both) for member in members)
        for better in (dominates, lambda one, other: betters(one, other, epsilons))
    )
    return (
        f"Hardship, sovereignty and the economy count as they stand in the last month, and a search finds that out. Run "
        f"{LONGER // 12} years instead of {found.months // 12}, in {LONGER_WORLDS} futures, {outright} of {len(every)} "
        f"still better both outright, and {counts} in what counts."
    )


def towards_kabul(free: Findings, held: Findings) -> str:
    """What is left of it where operations and talks are those of the two courses."""
    members, both, nearly = len(held.members), bettering(held, DILEMMA), bettering(held, DILEMMA, "betters")
    fewest = {
        name: min(one.figures["attacks"] for one in found.members) for name, found in ((FREE, free), (HELD, held))
    }
    theirs = min(free[one].figures["attacks"] for one in DILEMMA)
    gained = {name: 1 - one / theirs for name, one in fewest.items()}
    share = f"{of_100(gained[HELD] / gained[FREE])}".replace(" of 100", " %") if gained[FREE] > 0 else "none"
    said = (
        f"With operations and talks held as both courses have them, {both} of {members} better both outright, and {nearly} in "
        "what counts. The fewest attacks found: "
        f"{number(fewest[FREE])} with all levers free, {number(fewest[HELD])} with these two held, {number(theirs)} under the "
        "better of the two courses."
    )
    if gained[HELD] < gained[FREE] / 2:
        return (
            f"For the smaller part. {said} So most of what is gained comes of what is done at home, which the dilemma leaves "
            "out."
        )
    return f"For the larger part. {said} That is {share} of what is gained with all levers free."


def section(found: Findings, name: str, heading: str) -> Iterator[str]:
    yield f"## {heading}"
    yield ""
    yield (
        f"{found.standings[-1].evaluations:,} courses were simulated, of some 10^{math.log10(found.candidates):.0f} that are "
        f"possible; {len(found.members)} are shown ({len(holding(found))} hold in fresh futures). {alike(found)}"
    )
    yield ""
    yield from figures(found)
    yield ""
    for one in found.kinds:
        yield from kind(found, name, one)
    yield ""
    for picture in ("parallel", "attainment", "progress"):
        yield f"![{HEADINGS[picture]}](images/third-way/{name}-{picture}.png)"
        yield ""


def figures(found: Findings) -> Iterator[str]:
    """What the courses and the middle of each kind come to: deaths by whose they are, what counts, what counts for nothing."""
    counted = [one for one in found.objectives if one.key not in KILLED]
    others = [one for one in found.others if one.key not in KILLED]
    dead = [METRICS[who].title for who in KILLED]
    heads = ["", *dead, *(one.headed for one in counted), *(f"*{one.headed}*" for one in others)]

    def row(called: str, one: Course) -> list[str]:
        return [
            called,
            *(number(one.deaths[who]) for who in KILLED),
            *(number(one.figures[about.key]) for about in (*counted, *others)),
        ]

    rows = [row(one.title, one) for one in found.courses]
    rows += [row(f"**{one.called}**", found[one.example]) for one in found.kinds]
    yield table(heads, rows)
    yield (
        "Means over fresh futures. Totals over all months, the sixteen before the courses part among them. What stands "
        "in italics counts for nothing, nor does it count that militants die; it is told, as every death is."
    )


def kind(found: Findings, name: str, one: Archetype) -> Iterator[str]:
    member = found[one.example]
    bettered = f"betters {which(found, member.beats)} outright, {which(found, member.betters)} in what counts"
    yield (
        f"- **Kind {one.title}** ({len(one.members)} courses). [In their middle](third-way/{kept_name(name, one)}.yaml): "
        f"{member.summary} It {bettered}. {costs(found, one.example, DILEMMA[-1])}"
    )


def which(found: Findings, some: Sequence[str]) -> str:
    """Courses by their titles, or all of them."""
    if len(some) == len(found.courses):
        return f"all {len(some)} courses"
    return listed([found[name].title for name in some]) if some else "none"


def failures(found: Findings) -> Iterator[str]:
    yield (
        "Better in the mean is not better in every future. For the course in the middle of each kind: in how many of 100 fresh "
        "futures it is worse than the best of the shipped courses in the same future, by as much as counts; and, where something "
        "tells these futures apart, the box that PRIM finds: where it fails more often, how often it fails there, and how many "
        "of its failures that holds (in brackets the same in the third of futures that were held out)."
    )
    yield ""
    for one in found.kinds:
        told = zip(found.objectives, found[one.example].weaknesses, strict=True)
        said = "; ".join(f"{about.title} in {bare(fails.share)}{where(fails)}" for about, fails in told)
        yield f"- **{one.called.capitalize()}:** {said}."
    yield ""
    yield f"{regret(found)} Regret is in the unit of what is measured."


def where(one: Weakness) -> str:
    """Where it fails more often."""
    if one.box is None:
        return ""
    searched, held = one.box.searched, one.box.held_out
    return (
        f", where {listed([roughly(limit) for limit in one.box.limits])} in {bare(searched.density)} ({bare(held.density)}), "
        f"which holds {bare(searched.coverage)} ({bare(held.coverage)}) of 100 such futures"
    )


def until_when(found: Findings) -> Iterator[str]:
    """Until when courses meet targets, what to change to, and what foretells it."""
    yield (
        f"A course is left when it no longer keeps to its targets: {listed([target_words(one) for one in found.targets])}. Where "
        "these lie is a judgement. For each course: in how many of 100 fresh futures it misses one; what a change of course does "
        "at the point at which a quarter have; and which of the things that Pakistan can see a year after the course began "
        "foretells a miss best, as judged by futures that it was not chosen by."
    )
    yield ""
    yield f"![{HEADINGS['pathways']}](images/third-way/{FREE}-pathways.png)"
    yield ""
    assert found.routes is not None
    for one in found.routes.tippings:
        called = found.called[one.name]
        yield f"- **{called[:1].upper()}{called[1:]}:** {course_words(found, one.name, found.called, signs=1)}"
    yield ""
    yield f"![{HEADINGS['until-when']}](images/third-way/{FREE}-until-when.png)"


def bare(share: float) -> str:
    return of_100(share).removesuffix(" of 100")


# ------------------------------------------------------------------------------------------------ held against the model


CHECK_HEADS = ["course", "TTP attacks", "deaths of Afghan civilians", "economy (0 to 1)"]
_CHECKED = ("attacks", "fatalities_afghan_civilian", "economy")


def kept() -> Mapping[str, Scenario]:
    """The courses that stand beside the page."""
    return {path.stem: load_scenario(path) for path in sorted(KEPT.glob("*.yaml"))}


def checked() -> list[list[str]]:
    """Each kept course over the first fresh futures, to ten digits."""
    plan = load_search(FREE)
    courses = kept()
    values = Evaluator(plan).courses(Futures(plan.search.worlds, CHECKED), list(courses.values()))
    means = {name: np.mean(values[name], axis=1) for name in _CHECKED}
    return [[name, *(f"{means[one][row]:.10g}" for one in _CHECKED)] for row, name in enumerate(courses)]


if __name__ == "__main__":
    main()
