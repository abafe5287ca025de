"""Words: one way to say a number, examples that run, terms that stand where the glossary says, and names that are the field's."""

from __future__ import annotations

import ast
import doctest
import io
import pkgutil
import tokenize
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import sim
from sim.metrics import METRICS
from sim.words import glossary
from sim.words.numbers import SUMMARY_WORDS, between, fine, number, of_100, share, shares, unit_over, within

ROOT = Path(__file__).resolve().parents[1]
# The core, which is read in an afternoon; the rest runs it, asks it and shows it.
CORE = ("model", "agents", "rules", "rule", "rulebook", "worlds", "chance", "vocabulary", "metrics", "shocks")
MOST_LINES = 8000
# Words of this project's own for what has a usual name, with what it is called instead.
OWN_WORDS = {
    "Errand": "UploadTask",
    "ParcelError": "ArchiveError",
    "Lane": "WorkQueue",
    "Door": "AttemptLimit",
    "telling": "problem_lines",
    "swept": "sweep",
    "drawers": "sweep_folders",
    "parcels": "archives",
    "doors": "access",
    "living": "simulated",
    "exits": "errors",
    "plainwords": "problems",
    "Worths": "Ablations",
    "live_seconds": "simulating_seconds",
    "luck_words": "draws_words",
    "worths": "ablations",
    "GAUGES": "REPORTERS",
    "Abreast": "BatchedScript",
    "Lived": "Simulated, or what an ensemble gave",
    "PANEL_GAUGES": "PANEL_REPORTERS",
    "Push": "PressureEffect",
    "Twin": "PairedModel",
    "Worth": "AblationEffect",
    "company": "BatchLayout",
    "endure": "what it updates",
    "lived": "simulated",
    "of_policy": "policy_decision",
    "on_ttp": "stance_decision",
    "reckon": "what it updates",
    "tolls": "fatality_draws",
}


def modules() -> list[str]:
    return sorted(one.name for one in pkgutil.walk_packages(sim.__path__, "sim.") if one.name != "sim.__main__")


def with_examples() -> list[str]:
    """The modules whose text holds an example."""
    found = []
    for name in ["sim", *modules()]:
        path = ROOT / name.replace(".", "/")
        file = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__init__.py"
        if ">>> " in file.read_text(encoding="utf-8"):
            found.append(name)
    return found


def attempted(module: ModuleType) -> doctest.TestResults:
    return doctest.testmod(module, report=True)


@pytest.mark.parametrize("name", with_examples())
def test_the_examples_run(name: str) -> None:
    """Otherwise the first thing that a reader copies fails."""
    found = attempted(import_module(name))
    assert found.attempted > 0
    assert found.failed == 0


def test_every_public_function_has_an_example() -> None:
    """In its own words or among those of the package."""
    bare = []
    for name in sim.__all__:
        one = getattr(sim, name)
        if name == "__version__" or (isinstance(one, type) and issubclass(one, BaseException)):
            continue
        text = one.__doc__ or ""
        if ">>> " not in text and "for an example" not in text and f"sim.{name}(" not in (sim.__doc__ or ""):
            bare.append(name)
    assert bare == []


def test_a_wrong_example_would_be_found() -> None:
    """Otherwise the tests above pass whatever the examples say."""
    module = ModuleType("wrong", ">>> 1 + 1\n3\n")
    runner = doctest.DocTestRunner(verbose=False)
    (one,) = doctest.DocTestFinder().find(module, "wrong")
    assert runner.run(one, out=lambda text: None).failed == 1


@pytest.mark.parametrize("word", [*glossary.MODEL, *glossary.METHODS])
def test_the_glossary_says_where_a_term_stands(word: str) -> None:
    """Otherwise it leads nowhere once code has moved."""
    term = {**glossary.MODEL, **glossary.METHODS}[word]
    module, _, name = term.where.partition(":")
    found = import_module(module)
    assert not name or hasattr(found, name), f"{word}: no {name} in {module}"
    assert term.meaning.endswith(".")


def test_each_term_is_explained_once() -> None:
    assert not set(glossary.MODEL) & set(glossary.METHODS)


def test_the_core_is_read_in_an_afternoon() -> None:
    """README promises it: so many lines that are not blank, and no more."""
    files: list[Path] = []
    for part in CORE:
        path = ROOT / "sim" / part
        files += (
            sorted(path.rglob("*.py"))
            if path.is_dir()
            else [path.with_suffix(".py")] * path.with_suffix(".py").is_file()
        )
    lines = sum(bool(line.strip()) for file in files for line in file.read_text(encoding="utf-8").splitlines())
    assert 3000 < lines <= MOST_LINES
    assert f"{MOST_LINES:,} lines" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_readme_names_every_room() -> None:
    """Otherwise a newcomer does not find one."""
    rooms = [path.parent.name for path in (ROOT / "sim").glob("*/__init__.py")]
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [room for room in rooms if f"`sim/{room}/`" not in text and f"`sim/{room}`" not in text] == []


# ------------------------------------------------------------------------------------------------ names


def names_in(path: Path) -> set[str]:
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    return {token.string for token in tokens if token.type == tokenize.NAME}


@pytest.mark.parametrize("folder", ["sim", "dashboard", "benchmarks", "docs", "tests"])
def test_names_are_the_fields_own(folder: str) -> None:
    """A name that needs a gloss is the wrong name."""
    found = {
        f"{path.relative_to(ROOT)}: {name}, say {OWN_WORDS[name]}"
        for path in (ROOT / folder).rglob("*.py")
        for name in names_in(path) & set(OWN_WORDS)
    }
    assert found == set()


def test_modules_are_called_by_usual_words() -> None:
    assert not {path.stem for part in ("sim", "dashboard") for path in (ROOT / part).rglob("*.py")} & set(OWN_WORDS)


# ------------------------------------------------------------------------------------------------ numbers


def test_each_summary_has_its_words() -> None:
    assert set(SUMMARY_WORDS) == {metric.summary for metric in METRICS.values()}


def test_months_sums_and_units() -> None:
    assert unit_over("attacks a month", "total") == "attacks"
    assert unit_over("attacks a month", "mean") == "attacks a month"


@pytest.mark.parametrize("count", [0, 1, 3, 500, 997, 999, 1000])
def test_a_share_is_never_rounded_to_none_or_all(count: int) -> None:
    """Otherwise an exception in one world of a thousand is told as never."""
    said = share(count, 1000)
    assert (said == "none") == (count == 0)
    assert (said == "all") == (count == 1000)
    assert said in ("none", "all") or said == of_100(count / 1000)


@pytest.mark.parametrize(
    "counts",
    [(335, 335, 330), (1, 1, 1), (0, 1000), (500, 500), (125, 125, 125, 125, 125, 375), (3334, 3333, 3333), (145, 855)],
)
def test_shares_that_exclude_each_other_add_up(counts: tuple[int, ...]) -> None:
    """Otherwise a table of how worlds end comes to 99 or 101."""
    said = shares(counts)
    if sum(counts) >= 100 and 0 not in counts:
        assert sum(int(one.partition(" ")[0]) for one in said) == 100
    assert len(said) == len(counts)
    order = sorted(range(len(counts)), key=lambda place: counts[place])
    assert [place for place in order if counts[place] == 0] == [
        place for place, one in enumerate(said) if one == "none"
    ]


def test_small_shares_are_told_as_small() -> None:
    assert shares([4, 996]) == ["under 1 of 100", "over 99 of 100"]
    assert shares([6, 500, 494]) == ["under 1 of 100", "50 of 100", "49 of 100"]


@given(st.lists(st.integers(0, 2000), min_size=2, max_size=7).filter(lambda counts: sum(counts) >= 100))
@example([625, 250, 125])
@example([4, 502, 494])
@example([0, 1000])
def test_shares_of_one_whole_come_to_a_hundred(counts: list[int]) -> None:
    """Otherwise readers who add up find 99 or 101, and rightly doubt the rest."""
    worlds, said = sum(counts), shares(counts)
    plain = [place for place, one in enumerate(said) if one[:1].isdigit()]
    printed = sum(int(said[place].partition(" ")[0]) for place in plain)
    exact = 100 * sum(counts[place] for place in plain) / worlds
    assert abs(printed - exact) <= 0.5 + 1e-9
    if not any(one.startswith(("under", "over", "all")) for one in said):
        assert printed == 100
    for count, one in zip(counts, said, strict=True):
        if not one[:1].isdigit():
            assert one == share(count, worlds)
        else:
            assert 1 <= 100 * count / worlds <= 99
            assert abs(int(one.partition(" ")[0]) - 100 * count / worlds) < 1


def printed_figures(text: str) -> list[float]:
    """The figures of a text that `number` or `between` gave."""
    return [0.0 if one == "about 0" else float(one.replace(",", "")) for one in text.split(" to ")]


FIGURES = st.floats(-1e6, 1e6, allow_nan=False) | st.floats(-3, 3) | st.integers(-200, 200).map(float)


@given(st.lists(FIGURES, min_size=3, max_size=3).map(sorted), st.booleans(), st.booleans())
@example([4.6, 4.7, 120.0], False, False)
@example([80.0, 899.0, 901.0], False, False)
@example([-120.0, -4.7, -4.6], True, True)
@example([9.6, 9.7, 10.2], False, True)
def test_a_median_is_printed_within_its_range(figures: list[float], sign: bool, whole: bool) -> None:
    """Otherwise a reader meets a median of 4.7 in a range of 5 to 120."""
    middle, ends = within(*figures, sign=sign, whole=whole)
    (at,), printed = printed_figures(middle), printed_figures(ends)
    assert printed[0] <= at <= printed[-1]
    assert ends == between(figures[0], figures[2], sign, whole)
    if printed[0] < float(f"{figures[1]:.2g}") < printed[-1] and not whole:
        assert middle == number(figures[1], sign)


def test_what_is_not_a_number_is_unknown() -> None:
    nan = float("nan")
    assert [number(nan), fine(nan), of_100(nan)] == ["unknown"] * 3
    assert between(nan, nan) == "unknown"


def test_no_other_module_has_its_own_dictionary_of_summaries() -> None:
    """Otherwise one table says "in all" where the next says "total"."""
    found = []
    for path in (ROOT / "sim").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
                if keys == {"total", "mean", "final"}:
                    found.append(path.relative_to(ROOT).as_posix())
    assert found == ["sim/words/numbers.py"]
