"""Predictions: what is one, and that no dishonest one does better."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.teaching.exercises.predict import (
    HOLDS,
    Chance,
    PredictionError,
    Range,
    as_data,
    brier,
    central,
    from_data,
    interval,
    parse,
    score,
)

shares = st.integers(0, 40)
chances = st.floats(0, 1)
readings = st.lists(st.floats(-1000, 1000).map(lambda x: round(x, 2)), min_size=5, max_size=60).map(np.array)


def happened(count: int, worlds: int = 40) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([1.0] * count + [0.0] * (worlds - count))


class TestBrier:
    def test_a_certain_and_right_prediction_loses_nothing(self) -> None:
        """Otherwise the scale has no fixed end."""
        assert brier(1.0, happened(40)) == 0.0
        assert brier(0.0, happened(40)) == 1.0
        assert brier(0.5, happened(13)) == 0.25

    @given(shares, chances)
    def test_nobody_does_better_than_by_the_truth(self, count: int, chance: float) -> None:
        """Properness: otherwise students learn to say what pays and not what they believe."""
        worlds = happened(count)
        assert brier(count / 40, worlds) <= brier(chance, worlds) + 1e-12

    @given(shares, chances)
    def test_what_is_lost_is_the_distance_squared_and_chance(self, count: int, chance: float) -> None:
        """Otherwise the part that chance takes from everyone is put down to the student."""
        share = count / 40
        assert brier(chance, happened(count)) == pytest.approx((chance - share) ** 2 + share * (1 - share))

    def test_the_farther_off_the_more_is_lost(self) -> None:
        """Strict properness: otherwise some dishonest prediction does as well."""
        losses = [brier(chance, happened(28)) for chance in (0.7, 0.6, 0.5, 0.2, 0.0)]
        assert losses == sorted(losses)
        assert len(set(losses)) == 5


class TestInterval:
    def test_it_is_the_width_and_ten_times_what_lies_outside(self) -> None:
        """The definition of Winkler's score at four fifths, in numbers worked out by hand."""
        assert interval(2, 5, np.array([2.0, 3.0, 5.0])) == 3
        assert interval(2, 5, np.array([6.0])) == pytest.approx(3 + 10 * 1)
        assert interval(2, 5, np.array([0.0, 3.0])) == pytest.approx(3 + 10 * 2 / 2)

    @given(readings, st.floats(-1100, 1100), st.floats(0, 2000))
    def test_nobody_does_better_than_by_the_worlds_own_range(
        self, worlds: np.ndarray, low: float, width: float
    ) -> None:
        """Properness: otherwise wide ranges, or narrow ones, pay."""
        best = central(worlds)
        assert interval(best.low, best.high, worlds) <= interval(low, low + width, worlds) + 1e-6

    @given(readings)
    def test_the_worlds_own_range_holds_enough(self, worlds: np.ndarray) -> None:
        """Otherwise what is called eight worlds in ten is not."""
        best = central(worlds)
        assert np.mean((worlds >= best.low) & (worlds <= best.high)) >= HOLDS - 1e-9

    def test_a_range_of_everything_loses_by_its_width(self) -> None:
        """Otherwise the safest answer is no answer."""
        worlds = np.linspace(0, 100, 101)
        assert interval(-1000, 1000, worlds) > interval(20, 40, worlds) > interval(10, 90, worlds)


class TestScore:
    def test_sides(self) -> None:
        """Otherwise feedback points the wrong way."""
        assert score(Chance(0.1), happened(20)).side == "low"
        assert score(Chance(0.9), happened(20)).side == "high"
        assert score(Chance(0.45), happened(20)).side == "right"
        worlds = np.linspace(0, 100, 101)
        assert score(Range(60, 90), worlds).side == "low" if np.mean(worlds > 90) > 0.5 else True
        assert score(Range(0, 20), worlds).side == "low"
        assert score(Range(80, 100), worlds).side == "high"
        assert score(Range(45, 55), worlds).side == "right"

    def test_excess_is_nought_for_who_knows_the_worlds(self) -> None:
        """Otherwise chance is held against a student."""
        assert score(Chance(0.3), happened(12)).excess == pytest.approx(0.0)
        worlds = np.arange(50.0)
        assert score(central(worlds), worlds).excess == 0.0
        assert score(Range(0, 49), worlds).excess > 0
        assert score(Range(0, 49), worlds).held == 1.0

    @given(readings)
    def test_a_score_is_finite_whatever_the_worlds(self, worlds: np.ndarray) -> None:
        """Otherwise worlds that are all alike break the sheet."""
        found = score(Range(0, 1), worlds)
        assert np.isfinite([found.loss, found.best, found.excess]).all()


@pytest.mark.parametrize(
    ("text", "value"),
    [("70", 0.7), ("70%", 0.7), (" 0 ", 0.0), ("100", 1.0), ("12.5 of 100", 0.125), ("3 in 100", 0.03)],
)
def test_a_chance_is_read(text: str, value: float) -> None:
    """Otherwise a student is refused for a per cent sign."""
    assert parse("probability", text) == Chance(value)


@pytest.mark.parametrize("text", ["", "many", "101", "-1", "70 80", "70 of 200", "nan", "inf", "1e3", "7 0"])
def test_what_is_no_chance_is_refused(text: str) -> None:
    """Otherwise a slip of the keyboard is scored."""
    with pytest.raises(PredictionError):
        parse("probability", text)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("20 to 35", 20, 35),
        ("20 35", 20, 35),
        ("20-35", 20, 35),
        ("20 - 35", 20, 35),
        ("20,35", 20, 35),
        ("1,200 to 1,500", 1200, 1500),
        ("-5 to -2", -5, -2),
        ("0.1 – .2", 0.1, 0.2),
        ("7 7", 7, 7),
    ],
)
def test_a_range_is_read(text: str, low: float, high: float) -> None:
    """Otherwise students learn the program's grammar in place of the subject."""
    assert parse("range", text) == Range(low, high)


@pytest.mark.parametrize("text", ["", "20", "35 to 20", "a to b", "1 2 3", "1 to", "1e99 to 2e99"])
def test_what_is_no_range_is_refused(text: str) -> None:
    """Otherwise a range without an end is scored."""
    with pytest.raises(PredictionError):
        parse("range", text)


@given(st.one_of(chances.map(Chance), st.tuples(chances, chances).map(lambda two: Range(min(two), max(two)))))
def test_predictions_come_back_from_plain_data(prediction: Chance | Range) -> None:
    """Otherwise what is stored is not what was said."""
    assert from_data(as_data(prediction)) == prediction


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"form": "probability"},
        {"form": "probability", "value": 2},
        {"form": "probability", "value": "1"},
        {"form": "probability", "value": True},
        {"form": "range", "low": 3, "high": 1},
        {"form": "range", "low": 0, "high": float("inf")},
        {"form": "range", "value": 1},
        {"form": "other", "value": 1},
    ],
)
def test_what_is_no_prediction_is_refused(data: dict[str, object]) -> None:
    """Otherwise a page can store what cannot be scored."""
    with pytest.raises(PredictionError):
        from_data(data)
