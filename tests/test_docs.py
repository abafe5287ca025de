"""The documents say what runs: their generated parts are current, what they name is there, their links lead somewhere."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import sim
from sim.ensemble.spec import RunSpec
from sim.evidence import ledger
from sim.experiment.load import experiments, load_plan
from sim.experiment.response import levers
from sim.experiment.response.choice import courses
from sim.experiment.response.figures import simulated
from sim.mechanisms import MECHANISMS
from sim.metrics import METRICS, PANELS
from sim.model import MONTH
from sim.parameters import PARAMETERS
from sim.parameters.posterior import informed
from sim.rule import RULES
from sim.scenario import list_scenarios, load_scenario
from sim.search.findings import read_findings, shipped
from sim.search.objectives import KILLED
from sim.vocabulary import (
    FACTIONS,
    LEVERS,
    RESOURCES_PAKISTAN_NEEDS,
    RESOURCES_TALIBAN_NEEDS,
    ROSTER,
    months_between,
)

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
ARTICLES = ROOT.parent / "shared" / "sources"
PAGES = sorted([*DOCS.glob("*.md"), *DOCS.glob("scenarios/*.md")])
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())

BLOCK = re.compile(r"<!-- begin: .*?<!-- end: \S+ -->", re.DOTALL)
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CLAIM = re.compile(
    r"\b(?:00[0-4]\.\d+|[a-z_]+\.20\d\d-[0-9-]+|picss|pips|ucdp|un_mt|ttp_claims)[-.][a-z0-9]+(?:-[a-z0-9]+)+\b"
)

# Words in code type that are in no registry: words of formulas, and Pakistan's two settings beside its levers.
OTHER_NAMES = {"min", "max", "name", "conditionality", "visibility"}


def script(name: str) -> Iterator[ModuleType]:
    """A script of docs/ as a module."""
    before = list(sys.path)
    spec = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path[:] = before


@pytest.fixture(scope="module")
def builder() -> Iterator[ModuleType]:
    """docs/build.py as a module."""
    yield from script("build")


@pytest.fixture(scope="module")
def headline() -> Iterator[ModuleType]:
    """docs/headline.py as a module."""
    yield from script("headline")


@pytest.fixture(scope="module")
def built(builder: ModuleType) -> dict[Path, str]:
    """Every page as it should stand now."""
    pages: dict[Path, str] = builder.build()
    return pages


# ------------------------------------------------------------------------------------------------ generated parts


def test_the_generated_parts_are_current(builder: ModuleType, built: dict[Path, str]) -> None:
    """Otherwise a table, a formula or the worked example is of a model that no longer runs: python docs/build.py."""
    assert builder.stale(built) == []


def test_building_twice_gives_the_same(builder: ModuleType, built: dict[Path, str]) -> None:
    """Otherwise the check fails at random, and every build makes a change to commit."""
    assert builder.build() == built


def test_no_block_is_left_empty(built: dict[Path, str]) -> None:
    """Otherwise a mark stands in a page, and nothing between."""
    empty = re.compile(r"<!-- begin: [^>]+ -->\s*<!-- end")
    assert [path.name for path, text in built.items() if empty.search(text)] == []


def test_every_mark_is_paired(built: dict[Path, str]) -> None:
    """Otherwise a block that lost its end swallows the text after it, or stays as it was for good."""
    for path, text in built.items():
        begun = re.findall(r"<!-- begin: (\S+)", text)
        assert begun == re.findall(r"<!-- end: (\S+) -->", text), path.name


def test_every_scenario_has_a_page_and_no_page_is_left_over() -> None:
    """Otherwise the library and its pages part company."""
    pages = {page.stem for page in DOCS.glob("scenarios/*.md")}
    assert pages == {name for name, _, _ in list_scenarios()}


def test_the_check_says_what_is_stale(
    builder: ModuleType,
    built: dict[Path, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Otherwise someone who changed a value is told that something is wrong, but not where, or is told nothing."""
    docs = tmp_path / "docs"
    pages = {docs / path.relative_to(DOCS): text for path, text in built.items()}
    monkeypatch.setattr(builder, "ROOT", tmp_path)
    monkeypatch.setattr(builder, "DOCS", docs)
    monkeypatch.setattr(builder, "build", lambda: pages)

    def run(*options: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["build.py", *options])
        return builder.main(), capsys.readouterr().out

    docs.mkdir()
    assert run()[0] == 0
    assert run("--check") == (0, "the documents are current\n")
    page, extra = docs / "parameters.md", docs / "scenarios" / "no_such.md"
    page.write_text(page.read_text(encoding="utf-8").replace(">`kabul_control`", ">`kabul_hold`"), encoding="utf-8")
    extra.write_text("# Gone\n", encoding="utf-8")
    code, said = run("--check")
    assert code == 1
    assert "docs/parameters.md: all-parameters\n" in said
    assert "docs/scenarios/no_such.md: its scenario is gone\n" in said
    assert "docs/model.md" not in said
    assert extra.exists()
    assert run()[0] == 0
    assert run("--check")[0] == 0
    assert not extra.exists()


# ------------------------------------------------------------------------------------------------ the headline


STALE = "docs/confront-or-appease.md is of another model, experiment or text: run make headline"


def test_the_headlines_first_futures_are_the_models(headline: ModuleType) -> None:
    """Otherwise the page tells the figures of a model, a posterior or an experiment that is gone; a change that moves no
    number, such as a quicker way to the same ones, leaves it as it is. As for the baselines, another machine's last bits
    are let pass."""
    page = headline.PAGE.read_text(encoding="utf-8")
    futures = headline.first_futures()
    head, *_ = headline.first_lines(futures)
    assert page.count(head) == 1, STALE
    rows = page.partition(head)[2].strip().splitlines()[1:]
    told = np.array([[float(cell) for cell in row.strip("| ").split("|")[1:]] for row in rows])
    assert told.shape == futures.shape == (headline.CHECKED, 2 * len(headline.ONE_BY_ONE)), STALE
    assert told == pytest.approx(futures.to_numpy(), rel=1e-6), STALE
    assert len(set(told.ravel())) == told.size


def test_the_first_points_of_numbers_or_rules_are_the_models() -> None:
    """Otherwise docs/experiments.md tells of a model or an experiment that is gone; `python docs/decided.py` makes it anew."""
    (module,) = script("decided")
    page = module.PAGE.read_text(encoding="utf-8").partition(module.BEGIN)[2].partition(module.END)[0]
    head, *_ = module.first_lines([])
    cells = [line.strip("| ").split("|") for line in page.partition(head)[2].strip().splitlines()[1:]]
    means = module.first_points()
    assert [float(cell) for _, cell in cells] == pytest.approx(means.tolist(), rel=1e-6)
    assert len(means) == module.CHECKED
    plan = load_plan(module.EXPERIMENT)
    assert f"{len(plan.draws):,} draws of {len(plan.factors)} factors, {plan.worlds} worlds each" in " ".join(
        page.split()
    )


def test_fewer_worlds_than_not_have_the_records_second_truce() -> None:
    """Otherwise the page on the headline's question says of the summer of 2022 what is not so."""
    truce = sim.run("history", worlds=400, months=16).series.sel(month=slice("2022-06", "2022-11"))
    standing = np.asarray((truce["ceasefire"] > 0.5).mean("world"))
    assert len(standing) == 6
    assert ((standing > 0.1) & (standing < 0.5)).all()


@pytest.mark.parametrize("part", ["HEAD", "QUESTION", "JUDGEMENT"])
def test_the_headlines_text_is_the_scripts(headline: ModuleType, part: str) -> None:
    """Otherwise somebody words the page anew in one place, and the other takes it back."""
    page, text = (
        re.sub(r"\s+", " ", one).strip()
        for one in (headline.PAGE.read_text(encoding="utf-8"), str(getattr(headline, part)))
    )
    # What either course has more of is what its policy sets, not what somebody once wrote.
    named = {rf"\{{{name}\}}": re.escape(said) for name, said in headline.more_of().items()}
    wanted = re.sub(r"\\\{.+?\\\}", lambda one: named.get(one[0], ".{1,40}?"), re.escape(text))
    assert re.search(wanted, page), STALE


def test_the_headline_is_of_the_experiment_as_it_stands(headline: ModuleType) -> None:
    """Otherwise more futures, another seed or another thing varied is asked for, and the page goes on with the old."""
    plan = load_plan(experiments() / f"{headline.EXPERIMENT}.yaml")
    page = re.sub(r"\s+", " ", headline.PAGE.read_text(encoding="utf-8"))
    for said in (
        f"{plan.points:,} points, {plan.runs:,} runs; seed {plan.experiment.seed}",
        f"a draw of {len(plan.factors)} things",
        f"simulated in {plan.worlds} worlds, {plan.months} months",
    ):
        assert said in page, STALE


def test_the_readme_says_how_little_the_record_tells() -> None:
    """Otherwise sets are found anew, and the first page goes on with how many parameters the old ones were told."""
    some, every = informed()
    text = re.sub(r"\s+", " ", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert f"something about {some} of the {every} uncertain parameters" in text
    assert f"The other {every - some} rest on" in text


# ------------------------------------------------------------------------------------------------ the third way


@pytest.fixture(scope="module")
def third_way() -> Iterator[ModuleType]:
    """docs/third_way.py as a module."""
    yield from script("third_way")


OLD_WAY = "docs/third-way.md is of another model, search or text: run make thirdway"


def test_the_third_ways_courses_run_to_their_figures(third_way: ModuleType) -> None:
    """Otherwise the page tells what courses came to in a model that is gone. Another machine's last bits are let pass."""
    page = third_way.PAGE.read_text(encoding="utf-8")
    told = page.partition(f"| {' | '.join(third_way.CHECK_HEADS)} |")[2].strip().splitlines()[1:]
    rows = [[cell.strip() for cell in row.strip("| ").split("|")] for row in told]
    found = third_way.checked()
    assert [row[0] for row in rows] == [row[0] for row in found], OLD_WAY
    figures = ([[float(cell) for cell in row[1:]] for row in some] for some in (rows, found))
    assert np.array(next(figures)) == pytest.approx(np.array(next(figures)), rel=1e-6), OLD_WAY


@pytest.mark.parametrize("part", ["HEAD", "QUESTION", "JUDGEMENT"])
def test_the_third_ways_text_is_the_scripts(third_way: ModuleType, part: str) -> None:
    """Otherwise somebody words the page anew in one place, and the other takes it back."""
    page, text = (
        re.sub(r"\s+", " ", one).strip()
        for one in (third_way.PAGE.read_text(encoding="utf-8"), str(getattr(third_way, part)))
    )
    assert re.search(re.sub(r"\\\{.+?\\\}", ".{1,40}?", re.escape(text)), page), OLD_WAY


def test_what_was_found_is_told_by_both_pages(headline: ModuleType, third_way: ModuleType) -> None:
    """Otherwise a page breaks when it is next made, or tells a sum of deaths before it has said whose they are."""
    free, held = (read_findings(shipped()[name]) for name in (third_way.FREE, third_way.HELD))
    told = "\n".join([*headline.another_way(free), *third_way.in_short(free, held), *third_way.until_when(free)])
    for kind in free.kinds:
        assert f"- **Kind {kind.title}**" in told
        assert free[kind.example].summary in told
    whose = [METRICS[who].title for who in KILLED]
    head = next(line for line in told.splitlines() if line.startswith("|  | "))
    assert head.split(" | ")[1:5] == whose
    assert not re.search(r"[a-z]_[a-z]", re.sub(r"\([^)]*\)", "", told)), "a raw name"


# ------------------------------------------------------------------------------------------------ programs


@pytest.fixture(scope="module")
def programs() -> Iterator[ModuleType]:
    """docs/programs.py as a module."""
    yield from script("programs")


def test_what_the_program_does_is_the_models(programs: ModuleType) -> None:
    """Otherwise docs/programs.md tells what the example came to in a model that is gone. Its log is run again, beside courses;
    another machine's last bits are let pass."""
    stale = "docs/programs/courses.csv is of another model: run make programs docs"
    told, found = programs.kept(), programs.figured()
    assert [row[0] for row in told] == [row[0] for row in found], stale
    for one, other in zip(told, found, strict=True):
        assert one[1:] == pytest.approx(other[1:], rel=1e-6), stale
    assert len({tuple(row[1:]) for row in found}) == len(found)


# ------------------------------------------------------------------------------------------------ levers and courses


KEPT_LEVER = "ttp_talks"


def test_the_kept_study_is_of_the_model_as_it_stands() -> None:
    """Otherwise docs/response.md tells what levers did in a model that is gone. One lever is run again; another machine's last
    bits are let pass."""
    stale = "docs/response/second-edition.json is of another model: run make response"
    told = json.loads((DOCS / "response" / "second-edition.json").read_text(encoding="utf-8"))
    about, base = told["manifest"], load_scenario(told["manifest"]["base"])
    both = {f"{value:g}": levers.with_lever(base, KEPT_LEVER, value, f"{value:g}") for value in (0.0, 1.0)}
    first = months_between(base.start, levers.FROM)
    spec = RunSpec(both, about["lever_worlds"], first + levers.MONTHS, about["seed"], about["parameters"])
    table = simulated(spec, first, levels=True)
    found = {name: levers.effect(low, table["1"][name]) for name, low in table["0"].items()}
    kept = told["levers"][KEPT_LEVER]
    assert set(kept) == set(found), stale
    for name, one in found.items():
        assert kept[name]["effect"] == pytest.approx(one.effect, rel=2e-3, abs=1e-12), f"{name}: {stale}"
        assert kept[name]["sd"] == pytest.approx(one.sd, rel=2e-3, abs=1e-12), f"{name}: {stale}"
    assert {name: load_scenario(name).hash for name in courses()} == about["courses"], stale


def test_the_first_editions_study_is_kept() -> None:
    """Otherwise somebody renews it with the model of today, and there is nothing left to hold the second against."""
    told = json.loads((DOCS / "response" / "first-edition.json").read_text(encoding="utf-8"))
    assert told["manifest"]["model"] == "44ef98ca1b9f4a0d"
    attacks = told["choice"]["attacks"]
    assert attacks["worst_over_best"]["p50"] == 1.554
    assert max(attacks["best"].values()) == attacks["best"]["mediated_talks"] == 0.725


# ------------------------------------------------------------------------------------------------ the story


@pytest.fixture(scope="module")
def story() -> Iterator[ModuleType]:
    """docs/story.py as a module."""
    yield from script("story")


OLD_STORY = "docs/story/told.json is of another model, scenario or parameters: run make story"


def test_the_story_is_of_the_model_as_it_stands(story: ModuleType) -> None:
    """Otherwise a lecturer reads aloud what a model did that is gone. A few of its worlds are run again."""
    runs = sys.modules["story_runs"]
    told = json.loads(story.KEPT.read_text(encoding="utf-8"))
    assert {name: load_scenario(name).hash for name in runs.COURSES} == told["manifest"]["courses"], OLD_STORY
    again = runs.since(runs.course(runs.CHECKED_COURSE, runs.CHECKED), "attacks").sum(axis=1)
    assert told["checked"] == pytest.approx(list(again), rel=1e-3), OLD_STORY
    assert len(set(told["checked"])) == runs.CHECKED


def test_the_story_says_what_one_would_laugh_at(story: ModuleType) -> None:
    """Otherwise a figure that falls out of what would pass goes unsaid, or one that passes is blamed."""
    looks = sys.modules["story_looks"].LOOKS
    told = json.loads(story.KEPT.read_text(encoding="utf-8"))["looked_at"]
    assert list(told) == list(looks)
    page = re.sub(r"\s+", " ", story.page())
    for name, look in looks.items():
        assert look.low < look.high
        assert (f"**{look.what[:1].upper()}{look.what[1:]}: " in page) is not look.passes(told[name]), name


# ------------------------------------------------------------------------------------------------ what is named


def test_every_rule_parameter_claim_and_metric_has_its_place(built: dict[Path, str]) -> None:
    """Otherwise something of the model is in no table, and no link can lead to it."""
    wanted = {
        "rules.md": [f"rule-{name}" for name in RULES],
        "parameters.md": [f"parameter-{name}" for name in PARAMETERS],
        "claims.md": [*ledger().claims, *(f"source-{name}" for name in ledger().sources)],
        "model.md": [*MECHANISMS, *(f"metric-{name}" for name in METRICS)],
    }
    for page, names in wanted.items():
        text = built[DOCS / page]
        assert [name for name in names if text.count(f'<a id="{name}"></a>') != 1] == [], page


def test_model_md_names_every_mechanism_phase_lever_faction_and_panel(built: dict[Path, str]) -> None:
    """Otherwise the page is not complete: something happens, or can be done, that it does not tell."""
    text = built[DOCS / "model.md"]
    phases = [f"`{kind.__name__}.{action}`" for kind, action in MONTH]
    named = [*LEVERS, *PANELS, *RESOURCES_TALIBAN_NEEDS, *RESOURCES_PAKISTAN_NEEDS]
    named += [faction for factions in FACTIONS.values() for faction in factions]
    named += [slot.name for slot in ROSTER]
    assert [phase for phase in phases if phase not in text] == []
    assert [name for name in named if f"`{name}`" not in text] == []


def test_every_pressure_of_kabuls_decision_stands_in_the_worked_example(built: dict[Path, str]) -> None:
    """Otherwise the example adds up to something else than the decision."""
    example = built[DOCS / "model.md"].split("<!-- begin: example -->")[1].split("<!-- end: example -->")[0]
    pressures = [name for name, rule in RULES.items() if rule.theme == "stance" and rule.result.unit == "logits"]
    assert len(pressures) > 10
    assert [name for name in pressures if f"`{name}`" not in example] == []


def prose(page: Path) -> str:
    """What is written by hand in a page."""
    return FENCE.sub("", BLOCK.sub("", page.read_text(encoding="utf-8")))


def test_names_in_the_text_of_model_md_are_names_in_the_model() -> None:
    """Otherwise a rule, parameter or metric is renamed and the text goes on speaking of the old one."""
    known = {*RULES, *PARAMETERS, *METRICS, *PANELS, *LEVERS, *OTHER_NAMES}
    named = re.findall(r"`([a-z][a-z0-9_]*)`", prose(DOCS / "model.md"))
    families = {name for name in named if name.endswith("_") and any(one.startswith(name) for one in PARAMETERS)}
    assert len(named) > 60
    assert sorted({*named} - known - families) == []


@every_page
def test_claims_in_the_text_are_in_the_ledger(page: Path) -> None:
    """Otherwise the text rests on a claim that nobody can look up."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    assert sorted({claim for claim in CLAIM.findall(text) if claim not in ledger().claims}) == []


# ------------------------------------------------------------------------------------------------ links


def anchors(page: Path) -> set[str]:
    """Everything in a page that a link can lead to: its own anchors, and its headings as GitHub names them."""
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r'<a id="([^"]+)"></a>', text))
    headings = re.findall(r"^#+ +(.+)$", FENCE.sub("", text), re.MULTILINE)
    return named | {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def broken(page: Path) -> Iterator[str]:
    """Links of a page that lead nowhere inside of this project."""
    for target in dict.fromkeys(LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8")))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        other = (page.parent / path).resolve() if path else page
        if not other.is_relative_to(ROOT) or not other.exists() or (anchor and anchor not in known_anchors(other)):
            yield target


ANCHORS: dict[Path, set[str]] = {}


def known_anchors(page: Path) -> set[str]:
    if page not in ANCHORS:
        ANCHORS[page] = anchors(page)
    return ANCHORS[page]


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    """Otherwise a reader who asks "why?" ends at a missing page or at the top of a long one."""
    assert list(broken(page)) == []


def test_a_broken_link_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the test above passes whatever the links are."""
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(
        "# A heading\n[a](#a-heading) [b](#no) [c](other.md) [d](https://example.org)\n```\n[e](x.md)\n```\n"
    )
    assert list(broken(page)) == ["#no", "other.md"]


# ------------------------------------------------------------------------------------------------ own words


def words(text: str) -> list[str]:
    """Words in small letters, without punctuation."""
    return re.findall(r"[a-z0-9$']+", text.lower().replace("’", "'"))


@pytest.mark.skipif(not list(ARTICLES.glob("*.txt")), reason="the articles are not part of the project")
def test_no_eight_words_in_a_row_are_from_the_articles() -> None:
    """Otherwise a passage of someone else's is passed off as a restatement."""
    taken: set[tuple[str, ...]] = set()
    for article in ARTICLES.glob("*.txt"):
        theirs = words(article.read_text(encoding="utf-8", errors="replace"))
        taken |= {tuple(theirs[i : i + 8]) for i in range(len(theirs) - 7)}
    assert len(taken) > 1_000
    for page in [*PAGES, *DOCS.glob("*.py")]:
        ours = words(page.read_text(encoding="utf-8"))
        shared = {" ".join(ours[i : i + 8]) for i in range(len(ours) - 7) if tuple(ours[i : i + 8]) in taken}
        assert sorted(shared) == [], page.name
