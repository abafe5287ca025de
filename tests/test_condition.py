"""Conditions on outcomes: what they mean, what is refused and how it is said; nothing that is given is ever run."""

from __future__ import annotations

import numpy as np
import pytest
from drawing import draws
from hypothesis import assume, example, given
from hypothesis import strategies as st

from sim.experiment.condition import ConditionError
from sim.experiment.parser import DEEPEST, LONGEST, parse, parse_sum

OUTCOMES = ["attacks", "fatalities", "sovereignty", "verdict"]
SCENARIOS = ["confront", "appease"]


def holds(text: str, **columns: list[float] | list[str]) -> list[bool]:
    values = {(name, None): np.array(value) for name, value in columns.items()}
    return parse(text, OUTCOMES).holds(values).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("attacks < 2", [True, False, False]),
        ("2 <= attacks", [False, True, True]),
        ("1 < attacks < 3", [False, True, False]),
        ("attacks == 1 or attacks == 3", [True, False, True]),
        ("not attacks == 1 and attacks < 3", [False, True, False]),
        ("not (attacks == 1 and attacks < 3)", [False, True, True]),
        ("attacks < 2 or attacks > 2 and fatalities > 100", [True, False, False]),
        ("(attacks < 2 or attacks > 2) and fatalities > 15", [False, False, True]),
        ("fatalities - 10 * attacks == 0", [True, True, True]),
        ("fatalities / attacks + 1 > 10.5e0", [True, True, True]),
        ("-attacks > -2", [True, False, False]),
        ("2 - 1 - attacks >= 0", [True, False, False]),
        ("attacks/0 > 1 and not attacks - attacks > 0", [True, True, True]),
        ("(attacks - attacks) / 0 != 0", [True, True, True]),
        ("(attacks - attacks) / 0 < 1", [False, False, False]),
    ],
)
def test_what_it_means(text: str, expected: list[bool]) -> None:
    assert holds(text, attacks=[1.0, 2.0, 3.0], fatalities=[10.0, 20.0, 30.0]) == expected


def test_verdicts() -> None:
    found = ["contained", "escalation", "stalemate"]
    assert holds("verdict == 'contained'", verdict=found) == [True, False, False]
    assert holds('"stalemate" != verdict', verdict=found) == [True, True, False]


def test_scenarios_are_told_apart() -> None:
    one = parse("attacks[confront] < attacks[ appease ]", OUTCOMES, SCENARIOS)
    assert one.paired
    assert one.names == [("attacks", "confront"), ("attacks", "appease")]
    values = {("attacks", "confront"): np.array([1.0, 5.0]), ("attacks", "appease"): np.array([2.0, 2.0])}
    assert one.holds(values).tolist() == [True, False]
    assert not parse("attacks < 3", OUTCOMES, SCENARIOS).paired


def test_sums() -> None:
    one = parse_sum("fatalities - 2 * attacks", OUTCOMES)
    assert one.values({("fatalities", None): np.array([5.0]), ("attacks", None): np.array([2.0])}).tolist() == [1.0]
    with pytest.raises(ConditionError, match="a comparison stands where a number is expected"):
        parse_sum("attacks < 3", OUTCOMES)


@pytest.mark.parametrize(
    ("text", "said", "place"),
    [
        ("atacks < 3", "no such outcome was kept: atacks (did you mean 'attacks'?); allowed: attacks, fat", 0),
        ("attacks[hedge] < 3", "no such scenario in this sweep: hedge; allowed: confront, appease", 7),
        ("attacks[] < 3", "no such scenario in this sweep: nothing", 7),
        ("attacks", "a number stands where a comparison is expected; allowed: such as attacks < 0.5", 0),
        ("attacks < 3 and", "something is missing at the end", 15),
        ("(attacks < 3", "this parenthesis is left open", 0),
        ("attacks < 3)", ") is not expected here", 11),
        ("attacks = 3", "= has no meaning here; for equal, write ==", 8),
        ("attacks < 3; import os", "; has no meaning here", 11),
        ("attacks.real < 3", ". has no meaning here", 7),
        ("attacks < 3 & attacks > 1", "& has no meaning here", 12),
        ("attacks ** 2 < 3", "* is not expected here", 9),
        ("attacks() < 3", "( is not expected here", 7),
        ("__import__('os') < 3", "there is no statistic __import__; allowed: mean, p1 to p99", 0),
        ("verdict == 'contaned'", "no such verdict: contaned (did you mean 'contained'?)", 11),
        ("verdict > 3", "a verdict and a name go together", 0),
        ("verdict == contained", "no such outcome was kept: contained", 11),
        ("attacks < 'x'", "a verdict and a name go together", 0),
        ("verdict == 'contained", "a quotation mark is left open", 11),
        ("not attacks", "a number stands where a comparison is expected", 4),
        ("(attacks < 3) + 1 > 2", "a comparison stands where a number is expected", 1),
        ("attacks < 1e999", "the number is too large", 10),
        ("1 < 2", "it speaks of no outcome", 0),
        ("attacks < 3 4", "4 is not expected here", 12),
        ("(" * 30 + "attacks < 3", f"too deep; allowed: at most {DEEPEST}", DEEPEST),
        ("-" * 30 + "attacks < 3", f"too deep; allowed: at most {DEEPEST}", DEEPEST),
        ("not " * 30 + "attacks < 3", f"too deep; allowed: at most {DEEPEST}", 4 * DEEPEST),
    ],
)
def test_what_is_wrong_is_said_and_shown(text: str, said: str, place: int) -> None:
    """Otherwise a user is left to search a long line for a slip."""
    with pytest.raises(ConditionError) as caught:
        parse(text, OUTCOMES, SCENARIOS)
    message, shown, marker = str(caught.value).splitlines()
    assert said in message
    start = max(0, place - 50)
    assert shown.removeprefix("  ").removeprefix("..." if start else "").startswith(text[start : start + 10])
    assert marker.index("^") == 2 + place - start + (3 if start else 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the condition is empty"),
        ("   ", "the condition is empty"),
        ("attacks < 3 or " * 100 + "attacks < 3", f"too long: 1,511 characters; allowed: at most {LONGEST}"),
        ("attacks\n< 3", "allowed: one line"),
        ("attacks < 3\x00", "allowed: one line"),
    ],
)
def test_limits(text: str, said: str) -> None:
    with pytest.raises(ConditionError, match=said):
        parse(text, OUTCOMES)


def test_the_longest_that_is_allowed_is_read() -> None:
    """Otherwise a limit on length is one on depth in disguise."""
    text = "+".join(["attacks"] + ["1"] * ((LONGEST - 11) // 2)) + "<1"
    assert len(text) <= LONGEST
    assert holds(text, attacks=[-1000.0]) == [True]


ANYTHING = st.text(max_size=60) | st.lists(
    st.sampled_from(
        [
            "attacks",
            "verdict",
            "[confront]",
            "(",
            ")",
            "<",
            "==",
            "and",
            "or",
            "not",
            "-",
            "*",
            "/",
            "'contained'",
            "3",
            ".5",
            "[",
        ]
    ),
    max_size=25,
).map(" ".join)


@given(ANYTHING)
@draws(400)
def test_nothing_but_its_own_error_is_raised(text: str) -> None:
    """Otherwise a slip in a condition ends in a traceback."""
    try:
        read = parse(text, OUTCOMES, SCENARIOS)
    except ConditionError:
        return
    columns = {name: np.array(["contained"]) if name[0] == "verdict" else np.ones(1) for name in read.names}
    assert read.holds(columns).shape == (1,)


NUMBERS = st.sampled_from(["attacks", "fatalities", "sovereignty"]) | st.integers(0, 5).map(str) | st.just("0.5")
SUMS = st.recursive(
    NUMBERS,
    lambda inner: (
        st.tuples(inner, st.sampled_from([" + ", " - ", " * "]), inner).map("".join)
        | inner.map("({})".format)
        | inner.map("-({})".format)
        | inner.map("({}) / 4".format)
    ),
    max_leaves=4,
)
SIGNS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
COMPARISONS = st.tuples(SUMS, SIGNS, SUMS).map(" ".join) | st.tuples(SUMS, SIGNS, SUMS, SIGNS, SUMS).map(" ".join)
CONDITIONS = st.recursive(
    COMPARISONS,
    lambda inner: (
        st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map("".join)
        | inner.map("({})".format)
        | inner.map("not ({})".format)
    ),
    max_leaves=4,
)


@given(CONDITIONS, st.lists(st.tuples(*[st.integers(-3, 6)] * 3), min_size=1, max_size=8))
@example("(attacks < attacks or not (0.5 < 1))", [(0, 0, 0)])  # pandas' eval says true
@draws(200)
def test_it_agrees_with_python_row_by_row(text: str, rows: list[tuple[int, int, int]]) -> None:
    """Otherwise the language means something else than what everybody reads in it."""
    names = ["attacks", "fatalities", "sovereignty"]
    assume(any(name in text for name in names) and len(text) <= LONGEST)
    expected = [eval(text, {"__builtins__": {}}, dict(zip(names, map(float, row), strict=True))) for row in rows]
    columns = {
        (name, None): np.array(column, float) for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }
    assert parse(text, names).holds(columns).tolist() == expected
