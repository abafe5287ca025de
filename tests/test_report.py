"""The report stands alone, says what it is, says no more than the worlds allow, and can be read by everybody."""

from __future__ import annotations

import html as escapes
import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import printed
import pytest
from pypdfium2 import PdfDocument
from test_plots import compared, made

import sim
from dashboard.widgets import uncertainties
from sim.calibration.store import shipped_manifest
from sim.parameters.posterior import informed, window
from sim.plots import pictures
from sim.record.observations import RECORD
from sim.report import live, sides
from sim.report import page as report
from sim.report.brief import brief_of
from sim.report.dead import range_of_differences
from sim.report.paper import paper
from sim.results import Comparison, Results
from sim.results.reading import reading, scope
from sim.results.terminal import SHORT_LIST
from sim.scenario import Scenario, load_scenario, with_overrides
from sim.vocabulary import VERDICTS, month_words
from sim.words.numbers import in_worlds
from sim.words.sentences import NOT_A_FORECAST, WHOSE_DEATHS, capital

if TYPE_CHECKING:
    from playwright.sync_api import Browser

VOID = {"meta", "br", "link", "img", "hr", "input"}
SHARED = {"from": "2021-08", "until": "2022-11", "levers": {"fencing": 0.7}, "why": "What both have behind them."}
POLICY = {
    "schema": 1,
    "title": "Firm",
    "actor": "pakistan",
    "summary": "Operations at home.",
    "settings": {"levers": {"domestic_operations": 0.8, "aid": 0.1}, "conditionality": 0.5},
    "responds": [
        {"when": {"metric": "attacks", "above": 40, "months": 3}, "for": 3, "levers": {"border_closure": 0.6}}
    ],
}


class Page(HTMLParser):
    """What a page is made of; raises when its tags do not close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []  # tag, and its id or class
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[tuple[set[str], str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("id") or dict(attrs).get("class") or ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1][0] not in ("style", "script"):
            self.words.append(({name for _, name in self.open}, data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(words for _, words in self.words))

    def part(self, *names: str) -> str:
        """What stands in the parts of such ids or classes, of which there is each."""
        assert set(names) <= set().union(*(within for within, _ in self.words))
        return re.sub(r"\s+", " ", " ".join(words for within, words in self.words if within & set(names)))


def told(results: Results, **more: object) -> Results:
    """The same results of a scenario in which more is said."""
    data = {**results.scenario.data(), **more}
    scenario = Scenario.model_validate(data)
    return Results(results.manifest, scenario.to_yaml(), results.outcomes, results.arrays, scenario)


@pytest.fixture(scope="module")
def pair() -> Comparison:
    first = told(
        made("confront", "Confront"),
        summary="The army goes after the TTP.",
        actors={"pakistan": {"changes": [SHARED, {"from": "2022-12", "policy": "firm"}]}},
        policies={"firm": POLICY},
        shocks=[{"date": "2022-04", "title": "Khan loses office", "changes": {"rhetoric": {"add": 0.1}}}],
        parameters={"truce_compliance": {"distribution": "uniform", "low": 0.2, "high": 0.9}},
    )
    second = told(
        made("appease", "Accommodate", shift=0.3),
        summary="Kabul is given trade and aid.",
        actors={"pakistan": {"changes": [SHARED]}, "india": {"engagement": "mission"}},
        shocks=[{"date": "2022-04", "title": "Khan loses office", "changes": {"rhetoric": {"add": 0.1}}}],
    )
    return compared(first, second)


@pytest.fixture(scope="module")
def written(pair: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report.write(pair, tmp_path_factory.mktemp("report") / "deep" / "report.html")


@pytest.fixture(scope="module")
def page(written: Path) -> Page:
    return Page(written.read_text(encoding="utf-8"))


def test_it_is_one_small_file_that_fetches_nothing(written: Path, page: Page) -> None:
    assert written.stat().st_size < 3_000_000
    for tag, attributes in page.tags:
        assert tag not in ("link", "img", "iframe", "object", "embed"), tag
        for name in ("src", "href", "xlink:href", "data", "srcset", "action"):
            assert re.fullmatch(r"|#\w+", attributes.get(name) or ""), (tag, name)
        assert not any(name.startswith("on") for name in attributes), tag
    text = re.sub("<script.*?</script>", "", written.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert "@import" not in text
    assert all(target.startswith(("#", "data:font/")) for target in re.findall(r"url\(\s*['\"]?([^)'\"]*)", text))


def test_it_runs_the_scripts_in_it_and_no_other(written: Path, page: Page) -> None:
    """Otherwise what somebody has called a scenario might run, or the page ask somebody for something."""
    rules = next(one["content"] or "" for one in page.all("meta") if one.get("http-equiv"))
    allowed = rules.partition("script-src ")[2].partition(";")[0]
    found = re.findall(r"<script>(.*?)</script>", written.read_text(encoding="utf-8"), re.DOTALL)
    assert allowed.split() == [f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" for one in found]
    assert rules.startswith("default-src 'none'")
    assert not {"eval", "http", "*"} & set(re.findall(r"eval|http|\*", rules))
    data = re.search(
        r'<script type="application/json" id="drawings">(.*?)</script>', written.read_text("utf-8"), re.DOTALL
    )
    assert data
    drawings = json.loads(data[1])
    assert sorted(drawings) == sorted(card["data-name"] for card in page.all("div") if card.get("class") == "card")
    assert all(one.get("datasets") or one["data"]["values"] for one in drawings.values())


def test_vega_is_put_together_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise each report takes two seconds more; and where nothing can be kept, there is a report all the same."""
    import vl_convert

    made: list[str] = []
    monkeypatch.setattr(vl_convert, "javascript_bundle", lambda code, **more: made.append(code) or f"vega {len(made)}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))
    assert [live.scripts()[0], live.scripts()[0]] == ["vega 1", "vega 1"]
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert [live.scripts()[0], live.scripts()[0]] == ["vega 2", "vega 3"]


def test_it_says_on_its_first_page_what_it_is(page: Page) -> None:
    start = page.part("brief")
    assert "not a forecast" in start
    assert "tribal districts" in start
    assert "Real people died" in start


def test_it_tells_scenarios_by_their_titles(page: Page) -> None:
    assert page.all("title")
    assert "Confront and Accommodate compared" in page.text
    shown = page.part(
        "brief", "more", "pictures", "numbers", "sides"
    )  # what is below has files and commands as they are
    assert not re.search(r"\bappease\b", shown)


def test_what_is_read_out_is_there_once_and_no_test_value_is_shown(pair: Comparison, page: Page) -> None:
    """But for the deaths and the endings, which the first page tells in other words."""
    for paragraph in reading(pair)[1:-2]:
        assert page.text.count(re.sub(r"\s+", " ", paragraph)) == 1
    assert page.text.count(NOT_A_FORECAST) == 1
    assert not re.search(r"\bp\s*[<=]\s*0|p-value|signific|\bprove", page.text, re.IGNORECASE)


def test_what_each_side_does_is_told_once(page: Page) -> None:
    sides = page.part("sides")
    assert sides.count("What both have behind them.") == 1
    assert sides.index("In every scenario") < sides.index("What both have behind them.")
    for words in ("Firm. Operations at home.", "domestic operations 0.8", "aid 0.1", "mission"):
        assert words in sides, words
    assert "With TTP attacks above 40 (attacks a month, mean of 3 months), for 3 months: border closure 0.6." in sides
    assert sides.index("domestic operations") < sides.index("aid 0.1")
    assert "the Afghan Taliban, the TTP" in sides


def test_assumptions_are_all_there(page: Page) -> None:
    assumed = page.part("assumed")
    assert "declared value" in assumed
    assert "truce compliance: drawn from 0.2 to 0.9 (uniform)" in assumed
    assert assumed.count("Khan loses office (Pro-Taliban rhetoric changed by +0.10)") == 1


DECLARED, DRAWS_ALONE = "every parameter at its declared value", "Only random draws differ between them"
FITTED = "as in one of the sets that agree with the record to December 2023 (its figures bear on {} of {} parameters)".format(
    *informed()
)
# How a run is asked for; what stands in its scope, and in its report; what stands in neither.
MADE: dict[str, tuple[dict[str, Any], tuple[str, str], tuple[str, ...], tuple[str, ...]]] = {
    "defaults": (
        {"parameters": "defaults"},
        (f"with {DECLARED}.", DRAWS_ALONE),
        ("Every parameter stood at its declared value; worlds differ by random draws alone",),
        ("drawn", "agree with the record"),
    ),
    "prior": (
        {"parameters": "prior"},
        ("drawn anew in each, over all that is held possible.", ""),
        ("Every uncertain parameter was drawn anew in each world from its declared range, so that",),
        (DRAWS_ALONE, "at its declared value", "agree with the record"),
    ),
    "posterior": (
        {"parameters": "posterior"},
        (f"{FITTED}.", ""),
        (
            "one of the sets that agree with the record of August 2021 to December 2023, so that",
            "These figures say something about {} of the {} uncertain parameters".format(*informed()),
        ),
        (DRAWS_ALONE, "at its declared value", "declared range", "2024,"),
    ),
    "a scenario's": (
        {"parameters": "force_works"},
        (f"with {DECLARED}, but for what “Where force works” sets.", DRAWS_ALONE),
        (
            "Every parameter stood at its declared value, but for what “Where force works” sets; worlds differ by random draws "
            "alone",
        ),
        ("drawn", "agree with the record"),
    ),
    "fitted, and one set": (
        {"parameters": "posterior", "own": {"kabul_control": 0.5}},
        (f"{FITTED}, but for what the scenario itself sets.", ""),
        ("to December 2023, but for what the scenario itself sets, so that", "Kabul control: 0.5"),
        (DRAWS_ALONE, "at its declared value"),
    ),
    "declared, and one set": (
        {"parameters": "defaults", "own": {"kabul_control": 0.5}},
        (f"with {DECLARED}, but for what the scenario itself sets.", DRAWS_ALONE),
        (
            "declared value, but for what the scenario itself sets; worlds differ by random draws alone",
            "Kabul control: 0.5",
        ),
        ("drawn", "agree with the record"),
    ),
    "declared, and one drawn": (
        {"parameters": "defaults", "own": {"kabul_control": {"distribution": "uniform", "low": 0.2, "high": 0.6}}},
        (f"with {DECLARED}, but for what the scenario itself sets, some of it drawn anew in each.", ""),
        ("what is drawn there anew in each world, and random draws, are all that the spread between worlds holds",),
        (DRAWS_ALONE, "random draws alone", "agree with the record"),
    ),
    "a scenario's, and one set": (
        {"parameters": "force_works", "own": {"kabul_control": 0.5}},
        ("but for what “Where force works” sets and the scenario itself.", DRAWS_ALONE),
        ("but for what “Where force works” sets and the scenario itself; worlds differ by random draws alone",),
        ("drawn", "agree with the record"),
    ),
}


@pytest.mark.parametrize("kind", MADE)
def test_how_a_run_was_made_is_what_its_manifest_says(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a report says that every parameter stood still where sets were drawn."""
    how, (with_, alone), assumed, never = MADE[kind]
    own = how.get("own", {})
    scenario = with_overrides(load_scenario("confront"), {f"parameters.{name}": value for name, value in own.items()})
    results = sim.run(scenario, worlds=2, months=2, parameters=how["parameters"])
    monkeypatch.setattr(report, "draw", lambda source: [])
    said = scope(results)
    assert with_ in said
    assert alone in said
    part, endings, _ = Page(report.render(results)).part("assumed").partition("How the six endings")
    assert endings
    for words in assumed:
        assert words in part
    for words in never:
        assert words not in said
        assert words not in part.partition("Parameters that")[0]
    values = results.manifest["values"]
    assert values["overridden"] == sorted(own)
    assert (values["window"] is not None) == (how["parameters"] == "posterior")
    assert scope(results).count(NOT_A_FORECAST) == 1


def test_a_comparison_says_whether_one_of_its_scenarios_sets_something() -> None:
    """Otherwise what holds for the baseline is said of all."""
    other = with_overrides(load_scenario("appease"), {"parameters.kabul_control": 0.5})
    both = sim.compare({"confront": "confront", "other": other}, worlds=2, months=1, parameters="defaults")
    assert "but for what a scenario itself sets, and the same random draws in each scenario" in scope(both)
    assert both.manifest["values"]["other"]["overridden"] == ["kabul_control"]


def test_the_record_that_sets_agree_with_is_the_one_they_were_found_with() -> None:
    """Otherwise pages go on naming other months than those that calibration saw."""
    first, last = window()
    assert [first, last] == shipped_manifest()["window"] == list(RECORD)
    # The page fills in `window`.
    said = uncertainties._ABOUT_MODES.format(first=month_words(first), last=month_words(last))
    assert "the record of August 2021 to December 2023 accepted" in said


def test_the_numbers_are_those_of_the_results(pair: Comparison, page: Page) -> None:
    table = report.tables_of(pair)[0]
    assert table["heads"] == ["Confront", "Accommodate", "Accommodate minus Confront", "Accommodate higher in"]
    assert len(table["rows"]) == len(SHORT_LIST)
    row = dict(zip(SHORT_LIST, (cells for _, cells in table["rows"]), strict=True))["attacks"]
    medians = [one.outcomes["attacks"].median() for one in pair.results.values()]
    assert [float(cell[0].replace(",", "")) for cell in row[:2]] == pytest.approx(medians, rel=0.05)
    difference = pair.paired["appease", "attacks"].median()
    assert float(row[2][0].replace(",", "")) == pytest.approx(difference, rel=0.05)
    cells = [attributes for attributes in page.all("td") if "data-head" in attributes]
    assert len(cells) == 4 * len(SHORT_LIST)


def test_identical_scenarios_are_the_same_in_all() -> None:
    same = compared(made("a", "A"), made("b", "B"))
    assert {cells[3][0] for _, cells in report.tables_of(same)[0]["rows"]} == {"the same in all"}
    assert brief_of(same).answer[0] == "As many people die in B as in A, in each of the 60 modelled worlds."
    assert {bar.said for bars in brief_of(same).picture.groups.values() for bar in bars} == {"as many"}


def test_the_first_page_says_who_dies_before_it_adds_up_and_how_sure_that_is(pair: Comparison) -> None:
    """Otherwise a minister reads one sum, and takes the mean for what is known."""
    brief = brief_of(pair)
    who, sure, ends = brief.answer
    apart_ = pair.paired["appease"]
    assert who.startswith("Who dies under Accommodate rather than Confront, on average: ")
    assert [who.count(whose) for whose in WHOSE_DEATHS.values()] == [1, 1, 1, 1]
    assert sure.startswith(capital(in_worlds(int((apart_["fatalities"] > 0).sum()), pair.worlds)))
    assert sure.endswith("in nine worlds of ten.")
    assert "settlement" in ends
    assert brief.heading == "Confront or Accommodate?"
    groups = brief.picture.groups
    assert list(groups)[-1] == "All together"
    for metric, (bar,) in zip([*WHOSE_DEATHS, "fatalities"], groups.values(), strict=True):
        mean = abs(apart_[metric].mean())
        assert float(bar.said.partition(" ")[0].replace(",", "")) == pytest.approx(mean, rel=0.05)
        assert bar.most[0] <= bar.half[0] <= bar.half[1] <= bar.most[1]
    # Places are on one scale, whose figures are those that stand below.
    (low, at_low), (high, at_high) = brief.picture.ticks[0], brief.picture.ticks[-1]
    per = (at_high - at_low) / (float(high.replace(",", "")) - float(low.replace(",", "")))
    (bar,) = groups["All together"]
    assert bar.mean == pytest.approx(brief.picture.zero + per * apart_["fatalities"].mean(), abs=0.1)


def test_a_range_of_differences_says_more_or_fewer() -> None:
    assert range_of_differences(-512.0, 1580.0) == "500 fewer to 1,600 more"
    assert range_of_differences(4.0, 590.0) == "4 to 590 more"
    assert range_of_differences(-590.0, -4.0) == "4 to 590 fewer"


def test_of_several_the_first_page_compares_the_most_with_the_fewest_dead() -> None:
    several = compared(
        *(made(name, name.upper(), shift, series=False) for name, shift in (("a", 0), ("b", 1), ("c", -1)))
    )
    brief = brief_of(several)
    assert brief.answer[0].startswith(
        "Of the 3 scenarios B has the most dead on average and C the fewest. Who dies under B rather than C"
    )
    assert brief.picture.several
    assert [bar.name for bar in brief.picture.groups["All together"]] == ["A", "B"]


def test_the_first_page_alone_has_no_script_and_fits_two_sheets(pair: Comparison) -> None:
    alone = Page(report.render_brief(pair))
    assert not alone.all("script")
    assert "script-src 'none'" in str([one.get("content") for one in alone.all("meta")])
    assert all(text in alone.text for text in brief_of(pair).answer)
    assert alone.text.count(NOT_A_FORECAST) == 1
    for source in (pair, made("alone", "Alone", series=False)):
        pages = on_paper(source)
        assert len(pages) == 2
        assert brief_of(source).answer[0] in pages[0]
        assert NOT_A_FORECAST in pages[0]


def on_paper(source: Results | Comparison) -> list[str]:
    """The words of each page of the brief."""
    return [" ".join(one.get_textpage().get_text_range().split()) for one in PdfDocument(paper(source))]


@pytest.mark.parametrize("count", [4, 6, 9])
def test_on_paper_many_scenarios_take_pages_and_lose_nothing(count: int) -> None:
    """Otherwise a picture is drawn over the next page's words, or what a side does is left out."""
    titles = [f"The course numbered {number}" for number in range(count)]
    each = [
        told(made(f"c{number}", title, number / 10), summary=f"Summary {number}.")
        for number, title in enumerate(titles)
    ]
    pages = on_paper(source := compared(*each))
    assert len(pages) == (2 if count < 9 else 3)
    words = " ".join(pages)
    for number, title in enumerate(titles):
        assert words.count(f"Summary {number}.") == 1
        bars = re.findall(rf"{title}: (?:[\d,]+ (?:more|fewer)|about as many) \(", words)
        assert len(bars) == (5 if number else 0)  # for each of whom there are dead, but in the one with the fewest
    for label, _ in brief_of(source).picture.ticks:
        assert all(label in page for page in pages if "Soldiers and police" in page or "All together" in page)


def test_every_picture_has_a_name_a_caption_and_its_numbers(pair: Comparison, page: Page) -> None:
    made_ = {picture.name: picture for picture in pictures(pair)}
    figures = [figure for figure in page.all("figure") if "id" in figure]
    expected = [made_.pop(str(figure["id"])) for figure in figures]
    assert not made_
    drawings = [one for one in page.all("svg") if one.get("aria-hidden") != "true"]
    assert len(drawings) == len(page.all("figcaption")) - 1 == len(expected)
    for picture, attributes in zip(expected, drawings, strict=True):
        assert attributes["role"] == "img"
        assert attributes["aria-label"] == f"{picture.title}. {picture.text}"
        assert re.sub(r"\s+", " ", picture.text) in page.text
    assert sum(attributes.get("class") == "behind" for attributes in page.all("table")) == len(expected)


def test_ids_are_unique_and_what_is_referred_to_exists(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    for _, attributes in page.tags:
        assert attributes.get("aria-labelledby", ids[0]) in ids
    text = "".join(str(value) for _, attributes in page.tags for value in attributes.values())
    assert set(re.findall(r"url\(#([^)]*)\)", text)) <= set(ids)


def test_titles_and_texts_are_escaped() -> None:
    nasty = '<script>alert("x")</script>'
    results = told(made("a", nasty[:24]), title=nasty, summary=nasty, question=nasty)
    results.manifest["command"] = nasty
    other = made("b", "B", shift=0.2)
    text = report.render(compared(results, other))
    assert text.count("<script") == text.count("</script") == 3
    assert "<script>alert" not in text
    assert escapes.escape(nasty, quote=False) in text.replace("&#34;", '"').replace("&quot;", '"')
    Page(text)


def test_one_run_three_scenarios_and_runs_without_months() -> None:
    alone = Page(report.render(made("alone", "Alone", series=False)))
    assert "Alone" in alone.text
    assert "months of these runs were not kept" in alone.text
    assert len([figure for figure in alone.all("figure") if "id" in figure]) == 1
    three = compared(*(made(name, name.upper(), shift, series=False) for name, shift in (("a", 0), ("b", 1), ("c", 2))))
    text = Page(report.render(three)).text
    assert "A, B and C compared" in text
    assert "C compared with A" in text


def test_a_saved_comparison_gives_the_same_report(pair: Comparison, written: Path, tmp_path: Path) -> None:
    loaded = Comparison.load(pair.save(tmp_path / "kept"))
    assert report.render(loaded) == written.read_text(encoding="utf-8")


def test_sources_limits_and_manifest_are_there(page: Page) -> None:
    text = page.text
    for words in ("Michael Kugelman", "Foreign Policy", "Hamza Haider", "South Asia Terrorism Portal", "in the ledger"):
        assert words in text, words
    limits = page.part("limits")
    assert "five articles" in limits
    assert "both sides of the Durand Line" in limits
    assert "seed 7" in text
    assert all(verdict in text for verdict in VERDICTS.values())


def test_conditions_are_told_in_words() -> None:
    from sim.scenario.settings import Change

    change = Change.model_validate(
        {
            "from": "2022-01",
            "when": {"all": [{"metric": "economy", "below": 0.3}, {"not": {"metric": "ceasefire", "above": 0.5}}]},
            "policy": "firm",
        }
    )
    assert sides.timing_words(change) == (
        "with (Pakistan's economy below 0.3 (0 to 1)) and (not (Ceasefire in force above 0.5 (0 to 1))), "
        "from January 2022"
    )
    once = Change.model_validate({"from": "2022-04", "until": "2022-04", "policy": "firm"})
    assert sides.timing_words(once) == "in April 2022"


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_browser_draws_it_asks_nobody_and_finds_nothing_serious(
    browser: Browser, written: Path, width: int, scheme: Any
) -> None:
    """On a wide screen and on a phone, by day and by night; and where no script runs, drawings stand there all the same."""
    from axe_playwright_python.sync_playwright import Axe

    screen: Any = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    noise: list[str] = []
    page = browser.new_page(**screen)
    page.on("request", lambda one: noise.append(one.url))
    page.on("pageerror", lambda one: noise.append(str(one)))
    page.on("console", lambda one: noise.append(one.text))
    page.goto(f"{written.as_uri()}#difference-sovereignty")  # in a fold, which opens
    page.locator("#difference-sovereignty .is-live .live").wait_for()
    assert noise == [written.as_uri()]
    size = page.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert size[0] <= width
    assert size[1] < 20_000
    for card in page.locator(".is-live").all():
        drawn, frame = card.locator(".live svg").bounding_box(), card.bounding_box()
        assert drawn
        assert frame
        assert 0 <= frame["width"] - drawn["width"] < 30, card.get_attribute("data-name")
    page.close()
    page = browser.new_page(**screen, bypass_csp=True)  # which keeps axe out, as it should
    page.goto(f"{written.as_uri()}#fan-attacks")
    page.locator("#fan-attacks .is-live .live").wait_for()
    found = Axe().run(page).response["violations"]
    page.close()
    assert [
        (one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")
    ] == []
    page = browser.new_page(**screen, java_script_enabled=False)
    page.goto(written.as_uri())
    assert page.locator("#fan-attacks .still svg").is_visible()
    page.close()


@pytest.mark.browser
@pytest.mark.slow
def test_printed_it_leaves_no_page_half_empty_and_tears_no_table(browser: Browser, tmp_path: Path) -> None:
    """Nor stand low pictures alone beside high ones."""
    page = browser.new_page()
    for count in (2, 4):
        each = [made(f"c{number}", f"Course {number}", number / 10) for number in range(count)]
        file = report.write(source := compared(*each), tmp_path / f"of {count}.html")
        page.goto(file.as_uri())
        found = printed.pages(page.pdf(prefer_css_page_size=True), f"report of {count}")
        for number, one in enumerate(found[:-1], 1):
            filled = np.flatnonzero(one.ink.any(axis=1)).max() / one.ink.shape[0]
            assert number == 1 or filled > 0.55, (count, number, filled)
        for table in report.tables_of(source):
            heads = [cells[0] for cells, _figures in table["rows"]]
            assert any(all(head in one.text for head in heads) for one in found), table["title"]
    page.close()


def test_pictures_keep_their_own_ids(pair: Comparison) -> None:
    picture = replace(next(iter(pictures(pair))), name="mine")
    svg = '<svg width="1"><linearGradient id="gradient_0"/><rect fill="url(#gradient_0)"/><text>id="x"</text></svg>'
    shown = report.inline(svg, picture)
    assert 'id="mine-gradient_0"' in shown
    assert "url(#mine-gradient_0)" in shown
    assert '<text>id="x"</text>' in shown
