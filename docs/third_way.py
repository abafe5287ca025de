"""Write docs/third-way.md, its pictures and its courses. Run it from the checkout: python docs/third_way.py [FOLDER]

It carries out the searches `third_way` and `towards_kabul` (some ten minutes of one core), in FOLDER if one is given, so that a
search that was stopped goes on. The text about results is chosen by the results.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS), str(DOCS.parent)]  # so that it runs from a checkout that is not installed

import numpy as np  # noqa: E402
from headline import PLAIN, wrapped  # noqa: E402
from notation import table  # noqa: E402

from sim.experiment.factors import factor_words  # noqa: E402
from sim.plots import to_png  # noqa: E402
from sim.scenario import Scenario, load_scenario  # noqa: E402
from sim.search.archetypes import Archetype  # noqa: E402
from sim.search.evaluate import Evaluator, Futures  # noqa: E402
from sim.search.found import Found  # noqa: E402
from sim.search.front import FRESH, SEARCHED  # noqa: E402
from sim.search.load import load_search  # noqa: E402
from sim.search.objectives import betters, dominates  # noqa: E402
from sim.search.pathways import Pathways, pathways  # noqa: E402
from sim.search.pathways_text import change_words, signpost_words, target_words, tipping_words  # noqa: E402
from sim.search.pathways_text import picture as pathways_picture  # noqa: E402
from sim.search.study import search  # noqa: E402
from sim.search.text import alike, beside, bettering, costs  # noqa: E402
from sim.search.vulnerability import Weakness, weaknesses  # noqa: E402
from sim.words.numbers import number, of_100  # noqa: E402
from sim.words.sentences import listed  # noqa: E402

FREE, HELD = "third_way", "towards_kabul"
PAGE, IMAGES, KEPT = DOCS / "third-way.md", DOCS / "images" / "third-way", DOCS / "third-way"
WORKERS = min(os.cpu_count() or 1, 4)
Weak = Mapping[str, Sequence[Weakness]]
DILEMMA = ("confront", "appease")
# So many fresh futures of each course shown are simulated again by a test, which says so when the model gives others.
CHECKED = 16
# What tells futures apart, in few words; where nothing stands here or in headline.py, its name is given.
SAID = PLAIN | {
    "budget_floor": "what Pakistan can pay for near default",
    "budget_slope": "what a sound economy adds to what Pakistan can pay for",
    "clearing_rate": "the share of a small foothold that operations clear",
    "clearing_reach": "the foothold that operations can still clear well",
    "closure_stops": "the share of armed crossings that shut crossings stop",
    "credibility_words": "how far Kabul believes what it is told",
    "economy_violence": "what violence takes from the economy",
    "foothold_gain": "what a foothold adds to attacks",
    "mediation_weight": "what Islamabad's wish to talk adds to Kabul's mediation",
    "operations_deterrence": "how far operations keep the TTP from escalating",
    "patrols_stop": "the share of armed crossings that joint patrols stop",
    "refuge_flight": "the share of fighters that operations drive across the line",
    "start_economy": "Pakistan's economy at the start",
    "truce_compliance": "the share of attacks that a truce stops",
    "unrest_economy": "the unrest that a poor economy brings",
    "wartime_supply": "the sanctuary and arms that Pakistan could still offer Kabul",
}
TELLERS = 2
LONGER, LONGER_WORLDS = 120, 300

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

Every course lives the same {worlds:,} futures while it is looked for. Among thousands some do well by luck, so what is found
is simulated again in {fresh:,} fresh futures; the figures below are of these.
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
        free, held = (search(name, folder / name, WORKERS) for name in (FREE, HELD))
        KEPT.mkdir(exist_ok=True)
        IMAGES.mkdir(parents=True, exist_ok=True)
        for old in (*KEPT.iterdir(), *IMAGES.iterdir()):
            old.unlink()
        for name, found in ((FREE, free), (HELD, held)):
            for one in found.archetypes():
                (KEPT / f"{kept_name(name, one)}.yaml").write_text(found.scenario(one.example).to_yaml(), "utf-8")
            for picture in found.pictures():
                (IMAGES / f"{name}-{picture.name}.png").write_bytes(to_png(picture.chart, scale=1.6))
        routes = pathways(free)
        (IMAGES / "until-when.png").write_bytes(to_png(pathways_picture(free, routes), scale=1.6))
        PAGE.write_text(page(free, held, routes), encoding="utf-8")


def kept_name(search_name: str, one: Archetype) -> str:
    return f"{search_name}_{one.letter.lower()}"


def page(free: Found, held: Found, routes: Pathways) -> str:
    weak = weaknesses(free, [one.example for one in free.archetypes()])
    facts = {"worlds": free.plan.search.worlds, "fresh": free.plan.search.fresh_worlds, "checked": CHECKED}
    lines = [HEAD, "## In short", "", *(f"- {text}" for text in in_short(free, held, weak))]
    lines += [QUESTION.format(**facts), *section(free, FREE, "With all levers free"), ""]
    lines += section(held, HELD, "With operations and talks held as the two courses have them")
    lines += [
        "",
        "## Where they fail",
        "",
        *failures(free, weak),
        "",
        "## Until when",
        "",
        *until_when(free, routes),
        "",
    ]
    lines += [JUDGEMENT.format(**facts), table(CHECK_HEADS, checked())]
    return wrapped("\n".join(lines).rstrip()) + "\n"


# ------------------------------------------------------------------------------------------------ results in words


def in_short(free: Found, held: Found, weak: Weak) -> Iterator[str]:
    members, both = len(free.members), bettering(free, DILEMMA)
    every = bettering(free, list(free.courses.index))
    if both:
        yield (
            f"**In this model, yes.** Of {members} courses that the search shows, {both} better both confronting and "
            f"accommodating outright in fresh futures, by all six measures at once; {every} better all "
            f"{len(free.courses)} shipped courses that they were set against."
        )
    else:
        yield f"**Not in this model:** none of {members} courses betters both confronting and accommodating in fresh futures."
    before = bettering(free, DILEMMA, "beats_searched")
    yield (
        f"**They are not lucky ones.** In the futures in which they were found it was {before}; of all {members}, "
        f"{int(free.members['holds'].sum())} are still bettered by no other."
    )
    if said := alike(free):
        yield f"**What they are.** {said}"
    kinds = free.archetypes()
    spoken_for = [one for one in kinds if set(DILEMMA) <= set(str(free.table.at[one.example, "beats"]).split(", "))]
    for one in (spoken_for or kinds)[:1]:
        yield (
            f"**What it costs whom.** The course in the middle of kind {one.letter}: {costs(free, one.example, 'confront')} "
            f"{costs(free, one.example, 'appease')} {beside(free, one.example, 'appease')}"
        )
        fails = weak[one.example][0]
        yield (
            f"**Where does it fail?** By {fails.title} the same course is worse than the best of the shipped ones in "
            f"{of_100(fails.share)} futures{where(fails)}."
        )
    yield f"**Does it last?** {longer(free)}"
    yield f"**Is it what is done to Kabul?** {towards_kabul(free, held)}"


def longer(found: Found) -> str:
    """What is left of it when the run goes on."""
    plan = replace(found.plan, months=LONGER)
    evaluator, futures = Evaluator(plan), Futures(found.plan.search.worlds, LONGER_WORLDS)
    theirs = evaluator.courses(futures)
    judge = plan.judge.against(theirs)
    names = list(found.members.index)
    courses = judge.figures(theirs)[0] * judge.signs
    members = judge.figures(evaluator.courses(futures, [found.scenario(name) for name in names]))[0] * judge.signs
    both = [courses[[one.name for one in plan.courses].index(name)] for name in DILEMMA]
    epsilons = np.array([one["epsilon"] for one in found.objectives]) * LONGER / found.plan.months
    outright, counts = (
        sum(all(better(member, course) for course in both) for member in members)
        for better in (dominates, lambda one, other: betters(one, other, epsilons))
    )
    return (
        f"Hardship, sovereignty and the economy count as they stand in the last month, and a search finds that out. Run "
        f"{LONGER // 12} years instead of {found.plan.months // 12}, in {LONGER_WORLDS} futures, {outright} of {len(names)} "
        f"still better both outright, and {counts} in what counts."
    )


def towards_kabul(free: Found, held: Found) -> str:
    """What is left of it where operations and talks are those of the two courses."""
    members, both, nearly = len(held.members), bettering(held, DILEMMA), bettering(held, DILEMMA, "betters")
    fewest = {found: min(found.members[f"{FRESH}attacks"]) for found in (free, held)}
    theirs = min(free.figure(one, FRESH, "attacks") for one in DILEMMA)
    gained = {found: 1 - fewest[found] / theirs for found in fewest}
    share = f"{of_100(gained[held] / gained[free])}".replace(" of 100", " %") if gained[free] > 0 else "none"
    said = (
        f"With operations and talks held as both courses have them, {both} of {members} better both outright, and {nearly} in "
        "what counts. The fewest attacks found: "
        f"{number(fewest[free])} with all levers free, {number(fewest[held])} with these two held, {number(theirs)} under the "
        "better of the two courses."
    )
    if gained[held] < gained[free] / 2:
        return (
            f"For the smaller part. {said} So most of what is gained comes of what is done at home, which the dilemma leaves "
            "out."
        )
    return f"For the larger part. {said} That is {share} of what is gained with all levers free."


def section(found: Found, name: str, heading: str) -> Iterator[str]:
    last = found.manifest["standings"][-1]
    yield f"## {heading}"
    yield ""
    yield (
        f"{last['evaluations']:,} courses of {found.plan.space.candidates:.0e} were simulated, {len(found.members)} are shown "
        f"({found.manifest['holding']} hold in fresh futures). {alike(found)}"
    )
    yield ""
    kinds = found.archetypes()
    shown = [*found.objectives, *found.manifest["others"]]
    keys = [one["key"] for one in shown]
    rows = [
        [str(found.table.at[one, "title"]), *(number(found.figure(one, FRESH, key)) for key in keys)]
        for one in found.courses.index
    ]
    rows += [[f"**kind {one.letter}**", *(figure(found, one.example, key) for key in keys)] for one in kinds]
    yield table(["", *(one["title"] for one in shown)], rows)
    yield (
        "Means over fresh futures; in brackets over those in which the course was found. Totals over all months, the sixteen "
        "before the courses part among them."
    )
    yield ""
    for one in kinds:
        yield from kind(found, name, one)
    yield ""
    for picture in found.pictures():
        yield f"![{picture.title}](images/third-way/{name}-{picture.name}.png)"
        yield ""


def figure(found: Found, name: str, key: str) -> str:
    return f"{number(found.figure(name, FRESH, key))} ({number(found.figure(name, SEARCHED, key))})"


def kind(found: Found, name: str, one: Archetype) -> Iterator[str]:
    said = {column: str(found.table.at[one.example, column]) for column in ("beats", "betters")}
    bettered = f"betters {which(found, said['beats'])} outright, {which(found, said['betters'])} in what counts"
    yield (
        f"- **Kind {one.title}** ({len(one.members)} courses). [In their middle](third-way/{kept_name(name, one)}.yaml): "
        f"{found.table.at[one.example, 'summary']} It {bettered}. {costs(found, one.example, 'appease')} "
        f"{beside(found, one.example, 'appease')}"
    )


def which(found: Found, said: str) -> str:
    """Courses by their titles, or all of them."""
    names = said.split(", ") if said else []
    if len(names) == len(found.courses):
        return f"all {len(names)} courses"
    return listed([str(found.table.at[name, "title"]) for name in names]) if names else "none"


def failures(found: Found, weak: Weak) -> Iterator[str]:
    kinds = found.archetypes()
    yield (
        "Better in the mean is not better in every future. For the course in the middle of each kind: in how many of 100 "
        "fresh futures it is worse than the best of the six shipped courses in the same future, by as much as counts, and where "
        "that is so more often."
    )
    yield ""
    for one in kinds:
        said = [spoken(weakness) for weakness in weak[one.example]]
        yield f"- **Kind {one.letter}:** {'; '.join(said)}."


def until_when(found: Found, routes: Pathways) -> Iterator[str]:
    """Until when courses meet targets, what to change to, and what foretells it."""
    targets = listed([target_words(one) for one in found.plan.search.targets])
    yield (
        f"A course is left when it no longer keeps to its targets: {targets}. Where these lie is a judgement. For each course: "
        "in how many of 100 fresh futures it misses one; what a change of course does at the point at which a quarter have; "
        "and which of the things that Pakistan can see a year after the course began foretells a miss best, as judged by "
        "futures that it was not chosen by."
    )
    yield ""
    kinds = {kind.example: f"kind {kind.letter}" for kind in found.archetypes()}
    titles = {one.name: kinds.get(one.name, one.title) for one in routes.tippings}
    for one in routes.tippings:
        changes = [change for change in routes.changes if change.course == one.name]
        signs = [sign for sign in routes.signposts if sign.course == one.name][:1]
        said = [tipping_words(one), *change_words(changes, titles), *map(signpost_words, signs)]
        yield f"- **{titles[one.name][:1].upper()}{titles[one.name][1:]}:** {' '.join(said)}"
    yield ""
    yield "![Until when each course meets its targets](images/third-way/until-when.png)"


def spoken(one: Weakness) -> str:
    """Where it fails by one objective."""
    return f"{one.title} in {bare(one.share)}{where(one)}"


def where(one: Weakness) -> str:
    """Where that is so more often."""
    said = [
        f"{meant(teller.name)} is {'high' if teller.high > teller.low else 'low'} ({bare(teller.high)} in the highest "
        f"third, {bare(teller.low)} in the lowest)"
        for teller in one.tellers[:TELLERS]
    ]
    return f", more often where {listed(said)}" if said else ""


def meant(name: str) -> str:
    """What an uncertainty is, in few words."""
    return SAID.get(name) or f"“{factor_words(name)}”"


def bare(share: float) -> str:
    return of_100(share).removesuffix(" of 100")


# ------------------------------------------------------------------------------------------------ held against the model


CHECK_HEADS = ["course", "TTP attacks", "deaths of Afghan civilians", "economy"]
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
