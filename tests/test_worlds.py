"""Draws are paired, world by world; sums do not depend on the chunk; counts are those of their distributions."""

from __future__ import annotations

import numpy as np
import pytest
from drawing import draws
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.chance import (
    POISSON_LIMIT,
    ChanceError,
    binomial,
    gumbel,
    happens,
    negative_binomial,
    normal,
    poisson,
)
from sim.worlds import PAGE, BatchLayout, Streams, Vector, clip, total

SEED = 20210815
CHUNKS = (1, 2, 3, 7, 64, 256)
LEAST, MOST = 1e-12, 1 - 1e-9


def in_chunks(chunk: int, worlds: int = 1_000, month: int = 5, slot: int = 2) -> Vector:
    """One draw of 1,000 worlds, computed a chunk at a time."""
    sizes = [(first, min(chunk, worlds - first)) for first in range(0, worlds, chunk)]
    return np.concatenate(
        [Streams(SEED, BatchLayout(size, first)).uniform("a.draw", month, slot) for first, size in sizes]
    )


# ------------------------------------------------------------------------------------------------ streams


@pytest.mark.parametrize("chunk", CHUNKS)
def test_draws_do_not_depend_on_the_chunk(chunk: int) -> None:
    """Otherwise a sweep over workers gives other numbers than one run over all worlds."""
    assert np.array_equal(in_chunks(chunk), Streams(SEED, 1_000).uniform("a.draw", 5, 2))


@draws(60)
@given(
    seed=st.integers(0, 2**63 - 1),
    first=st.one_of(st.integers(0, 40), st.integers(0, 999_000)),
    worlds=st.integers(1, 40),
    month=st.integers(0, 360),
    slot=st.integers(0, 400),
    name=st.text(min_size=1, max_size=30),
)
def test_a_world_has_one_draw_whatever_runs_beside_it(
    seed: int, first: int, worlds: int, month: int, slot: int, name: str
) -> None:
    """Otherwise the counter runs on by worlds where it counts blocks of four, or by the size of the chunk."""
    together = Streams(seed, BatchLayout(worlds, first)).uniform(name, month, slot)
    alone = Streams(seed, BatchLayout(1, first + worlds - 1)).uniform(name, month, slot)
    assert together.shape == (worlds,)
    assert together[-1] == alone[0]


def test_world_five_is_world_five() -> None:
    """Otherwise a chunk that does not start on a block of four worlds is shifted."""
    at_once = Streams(SEED, 20).uniform("a.draw", 3)
    for first in range(9):
        assert Streams(SEED, BatchLayout(1, first)).uniform("a.draw", 3)[0] == at_once[first]
    assert np.array_equal(Streams(SEED, BatchLayout(8, 5)).uniform("a.draw", 3), at_once[5:13])


def test_a_draw_does_not_depend_on_other_draws() -> None:
    """Otherwise a new decision, or a change in the order of the month, changes everybody's draws."""
    alone = Streams(SEED, 50).uniform("b", 7, 1)
    busy = Streams(SEED, 50)
    for month in (9, 7, 0):
        for name in ("z", "a", "b.more", "b"):
            busy.uniforms(name, month, 3)
            busy.uniform(name, month)
    assert np.array_equal(busy.uniform("b", 7, 1), alone)
    assert np.array_equal(busy.uniform("b", 7, 1), alone), "asking twice gives the same"


def test_slots_are_drawn_one_by_one() -> None:
    """Otherwise a month with one more attack changes the toll of all the others."""
    few, many = (
        Streams(SEED, BatchLayout(30, 3)).uniforms("toll", 4, 5),
        Streams(SEED, BatchLayout(30, 3)).uniforms("toll", 4, 90),
    )
    assert few.shape == (5, 30)
    assert np.array_equal(few, many[:5])
    assert len(np.unique(many)) == many.size
    assert np.array_equal(Streams(SEED, BatchLayout(40)).uniforms("toll", 4, 90)[:, 3:33], many)
    some = BatchLayout(3, numbers=(3, 9, 32))
    assert np.array_equal(Streams(SEED, some).uniforms("toll", 4, 90), many[:, [0, 6, 29]])
    assert np.array_equal(Streams(SEED, BatchLayout(30, 3)).uniforms("toll", 4, 20, first=7), many[7:27])
    counts = np.arange(30.0) * 3.0
    draws, worlds = Streams(SEED, BatchLayout(30, 3)).counted("toll", 4, counts)
    for world, count in enumerate(counts):
        assert np.array_equal(draws[worlds == world], many[: int(count), world])


@pytest.mark.parametrize(
    ("seed", "name", "month", "slot"),
    [
        (SEED + 1, "a.draw", 5, 2),
        (SEED, "a.draw ", 5, 2),
        (SEED, "b.draw", 5, 2),
        (SEED, "a.draw", 6, 2),
        (SEED, "a.draw", 5, 3),
        (SEED, "a.draw", 2, 5),
        (0, f"{SEED}a.draw", 5, 2),
        (SEED // 10, f"{SEED % 10}\x1fa.draw", 5, 2),
        (2**63 - 1, "a.draw", 5, 2),
    ],
)
def test_another_seed_name_month_or_slot_is_another_draw(seed: int, name: str, month: int, slot: int) -> None:
    """Otherwise two draws that should be independent go together."""
    here = Streams(SEED, 4_000).uniform("a.draw", 5, 2)
    there = Streams(seed, 4_000).uniform(name, month, slot)
    assert not np.intersect1d(here, there).size
    assert abs(np.corrcoef(here, there)[0, 1]) < 0.08


def test_neighbours_have_draws_of_their_own() -> None:
    """Otherwise months, slots or worlds side by side are one draw shifted, and runs look steadier than they are."""
    months = np.stack([Streams(SEED, 400).uniform("a.draw", month) for month in range(60)])
    slots = Streams(SEED, 400).uniforms("a.draw", 0, 60)
    for table in (months, slots):
        assert np.unique(table).size == table.size
    assert np.intersect1d(months[1:], slots[1:]).size == 0
    along_worlds = np.corrcoef(months[:, :-1].ravel(), months[:, 1:].ravel())[0, 1]
    along_months = np.corrcoef(months[:-1].ravel(), months[1:].ravel())[0, 1]
    assert max(abs(along_worlds), abs(along_months)) < 0.03


def test_the_same_streams_in_every_release() -> None:
    """Otherwise a seed noted in a results folder gives other numbers after an upgrade, and nobody notices."""
    drawn = Streams(7, BatchLayout(3, first=6)).uniform("taliban.stance/restrain", 16, 1)
    assert drawn.tolist() == [0.8641559939379252, 0.6610582526474438, 0.6722480496521186]


def test_draws_are_even_and_within_their_range() -> None:
    """Otherwise every chance in the model is off."""
    drawn = Streams(SEED, BatchLayout(100_000, first=1)).uniform("a.draw", 0)
    assert drawn.min() >= LEAST
    assert drawn.max() <= MOST
    counts = np.histogram(drawn, bins=100, range=(0.0, 1.0))[0]
    chi_square = float(((counts - 1_000.0) ** 2 / 1_000.0).sum())
    assert stats.chi2.ppf(1e-6, 99) < chi_square < stats.chi2.ppf(1 - 1e-6, 99)


def test_draws_stay_clear_of_nought_and_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a draw of exactly 0 or 1, once in many runs, is an infinite utility or an endless count."""
    ends = np.array([0.0, 1.0, 1.0 - 2.0**-53, 0.5])
    monkeypatch.setattr(Streams, "_fill", lambda self, row, name, month, slot: np.copyto(row, ends))
    monkeypatch.setattr(Streams, "_page", lambda self, name, month, page: np.tile(ends[:, None], (1, PAGE)))
    streams = Streams(SEED, 4)
    assert streams.uniform("x", 0).tolist() == [LEAST, MOST, MOST, 0.5]
    assert streams.uniforms("x", 0, 2).tolist() == [[LEAST, MOST, MOST, 0.5]] * 2
    assert np.isfinite(gumbel(streams.uniform("x", 0))).all()
    assert np.isfinite(normal(streams.uniform("x", 0))).all()


def test_draws_are_fresh_contiguous_vectors() -> None:
    """Otherwise a later draw overwrites an earlier one, or a view gives other bits in the functions after it."""
    streams = Streams(SEED, BatchLayout(9, first=2))
    one = streams.uniform("a", 0)
    kept = one.copy()
    other = streams.uniform("a", 1)
    assert np.array_equal(one, kept)
    for drawn in (one, other, streams.uniforms("a", 0, 2)):
        assert drawn.dtype == np.float64
        assert drawn.flags.c_contiguous
    assert not np.shares_memory(one, other)


# ------------------------------------------------------------------------------------------------ sums and clamps

ROWS = np.random.default_rng(3).lognormal(0.0, 3.0, (33, 1_000))


@pytest.mark.parametrize("chunk", CHUNKS)
def test_a_total_does_not_depend_on_the_chunk(chunk: int) -> None:
    """Otherwise sums over factions, groups or areas give a lone world other bits than a thousand."""
    at_once = total(ROWS)
    parts = [total(np.ascontiguousarray(ROWS[:, first : first + chunk])) for first in range(0, 1_000, chunk)]
    assert np.array_equal(np.concatenate(parts), at_once)
    assert np.array_equal(total(list(ROWS)), at_once)
    assert np.array_equal(total(row for row in ROWS), at_once)


def test_numpy_sums_do_depend_on_the_chunk() -> None:
    """The trap that `total` is there for. If this fails, NumPy adds in one order always, and `total` can go."""
    alone = np.array([np.sum(np.ascontiguousarray(ROWS[:, [world]]), axis=0)[0] for world in range(1_000)])
    assert (alone != np.sum(ROWS, axis=0)).any()
    assert (alone != total(ROWS)).any()
    flipped = np.asfortranarray(ROWS)
    assert (np.sum(flipped, axis=0) != np.sum(ROWS, axis=0)).any(), "memory order alone changes bits"
    assert np.array_equal(total(flipped), total(ROWS))


def test_a_total_is_the_sum_and_a_vector_of_its_own() -> None:
    """Otherwise sums are wrong, or changing a sum of one vector changes that vector."""
    row = np.array([1.0, 2.0])
    one = total([row])
    assert not np.shares_memory(one, row)
    np.testing.assert_allclose(total(ROWS), ROWS.sum(axis=0), rtol=1e-13)
    assert row.tolist() == [1.0, 2.0]


def test_a_clamp_does_not_hide_what_is_not_a_number() -> None:
    """Otherwise a NaN turns into a plausible figure, and the check at the end of the month never sees it."""
    held = clip(np.array([np.nan, -3.0, 0.4, 7.0]), 0.0, 1.0)
    assert np.isnan(held[0])
    assert held[1:].tolist() == [0.0, 0.4, 1.0]


# ------------------------------------------------------------------------------------------------ choices


def test_gumbel_noise_makes_a_quantal_response() -> None:
    """Otherwise the probabilities that are shown for a decision are not those with which it is made."""
    worlds, utilities = 200_000, np.array([0.3, -1.2, 1.1, 0.0])
    noise = np.stack([gumbel(Streams(SEED, worlds).uniform(f"option/{n}", 0)) for n in range(4)])
    chosen = (utilities[:, None] + noise).argmax(axis=0)
    shares = np.bincount(chosen, minlength=4) / worlds
    odds = np.exp(utilities)
    expected = odds / odds.sum()
    error = np.sqrt(expected * (1 - expected) / worlds)
    assert (np.abs(shares - expected) < 5 * error).all()


def test_an_event_happens_as_often_as_said() -> None:
    """Otherwise fractures, truces and reviews come too often or too seldom; at the ends never, or always."""
    drawn = Streams(SEED, 100_000).uniform("event", 0)
    assert happens(drawn, np.full(drawn.shape, 0.0)).sum() == 0
    assert happens(drawn, np.full(drawn.shape, 1.0)).sum() == drawn.size
    assert happens(drawn, np.full(drawn.shape, 0.2)).mean() == pytest.approx(0.2, abs=0.006)


def test_normal_values_are_the_quantiles() -> None:
    """Otherwise what is drawn from a normal distribution has another spread."""
    drawn = Streams(SEED, 500).uniform("normal", 0)
    np.testing.assert_allclose(normal(drawn), stats.norm.ppf(drawn), rtol=1e-10)


# ------------------------------------------------------------------------------------------------ counts

UNIFORMS = np.concatenate([Streams(SEED, 300).uniform("counts", 0), [LEAST, 1e-6, 0.5, 0.999, 1 - 1e-6, MOST]])


@pytest.mark.parametrize("mean", [0.0, 1e-9, 0.02, 0.7, 1.0, 3.3, 17.0, 99.5, 400.0, POISSON_LIMIT])
def test_poisson_counts_are_the_quantiles(mean: float) -> None:
    """Otherwise deaths and clashes are drawn from some other distribution than the one declared."""
    counts = poisson(UNIFORMS, np.full(UNIFORMS.shape, mean))
    assert np.array_equal(counts, stats.poisson.ppf(UNIFORMS, mean))


@pytest.mark.parametrize("ratio", [1.2, 1.8, 2.6, 8.0])
@pytest.mark.parametrize("mean", [0.0, 0.01, 0.9, 5.0, 40.0, 150.0])
def test_negative_binomial_counts_are_the_quantiles(mean: float, ratio: float) -> None:
    """Otherwise attacks have another mean or spread than the parameters say."""
    counts = negative_binomial(UNIFORMS, np.full(UNIFORMS.shape, mean), np.full(UNIFORMS.shape, ratio))
    exact = stats.nbinom.ppf(UNIFORMS, mean / (ratio - 1), 1 / ratio) if mean else np.zeros(UNIFORMS.shape)
    assert np.array_equal(counts, exact)


@pytest.mark.parametrize("probability", [0.0, 0.003, 0.3, 0.45, 0.6])
@pytest.mark.parametrize("trials", [0, 1, 7, 60, 200])
def test_binomial_counts_are_the_quantiles(trials: int, probability: float) -> None:
    """Otherwise too many or too few attacks are lethal."""
    counts = binomial(UNIFORMS, np.full(UNIFORMS.shape, float(trials)), np.full(UNIFORMS.shape, probability))
    assert np.array_equal(counts, stats.binom.ppf(UNIFORMS, trials, probability))


@pytest.mark.parametrize(("trials", "probability"), [(1_300, 0.6), (1_500, 0.6), (3_900, 0.3)])
def test_binomial_takes_some_thousands_of_trials(trials: int, probability: float) -> None:
    """Otherwise a scenario within its declared ranges stops with an error in a month of many attacks."""
    counts = binomial(UNIFORMS, np.full(UNIFORMS.shape, float(trials)), np.full(UNIFORMS.shape, probability))
    assert np.array_equal(counts, stats.binom.ppf(UNIFORMS, trials, probability))


def test_counts_take_a_mean_per_world() -> None:
    """Otherwise worlds with different expectations or dispersions get each other's."""
    means, ratios = np.linspace(0.0, 60.0, UNIFORMS.size), np.linspace(1.2, 2.6, UNIFORMS.size)
    drawn = negative_binomial(UNIFORMS, means, ratios)
    exact = stats.nbinom.ppf(UNIFORMS[1:], means[1:] / (ratios[1:] - 1), 1 / ratios[1:])
    assert np.array_equal(drawn[1:], exact)
    assert np.array_equal(poisson(UNIFORMS, means)[1:], stats.poisson.ppf(UNIFORMS[1:], means[1:]))
    assert np.array_equal(negative_binomial(UNIFORMS, means, 1.8), negative_binomial(UNIFORMS, means, ratios * 0 + 1.8))


@pytest.mark.parametrize("chunk", CHUNKS)
def test_counts_do_not_depend_on_the_chunk(chunk: int) -> None:
    """Otherwise a world whose neighbours need more rounds of the loop gets another count."""
    worlds = 300
    uniform, mean = UNIFORMS[:worlds], np.linspace(0.0, 90.0, worlds)
    ratio, trials, probability = mean * 0 + 1.7, np.floor(mean), np.linspace(0.01, 0.9, worlds)

    def counts(first: int, last: int) -> Vector:
        here = slice(first, last)
        return np.stack(
            [
                poisson(uniform[here], mean[here]),
                negative_binomial(uniform[here], mean[here], ratio[here]),
                binomial(uniform[here], trials[here], probability[here]),
            ]
        )

    parts = [counts(first, first + chunk) for first in range(0, worlds, chunk)]
    assert np.array_equal(np.concatenate(parts, axis=1), counts(0, worlds))


@pytest.mark.parametrize("chunk", [1, 7])
def test_very_many_attacks_do_not_depend_on_the_chunk(chunk: int) -> None:
    """Otherwise a world whose count is worked out in another way, being so large, moves its neighbours' counts."""
    worlds = 60
    uniform, mean = UNIFORMS[:worlds], np.linspace(0.0, 2_500.0, worlds)
    ratio, trials, probability = mean * 0 + 1.3, np.floor(mean), mean * 0 + 0.6

    def counts(first: int, last: int) -> Vector:
        here = slice(first, last)
        few, many = (uniform[here], mean[here], ratio[here]), (uniform[here], trials[here], probability[here])
        return np.stack([negative_binomial(*few), binomial(*many)])

    parts = [counts(first, first + chunk) for first in range(0, worlds, chunk)]
    assert np.array_equal(np.concatenate(parts, axis=1), counts(0, worlds))
    assert np.array_equal(counts(1, worlds)[0], stats.nbinom.ppf(uniform[1:], mean[1:] / 0.3, 1 / 1.3))
    assert np.array_equal(counts(0, worlds)[1], stats.binom.ppf(uniform, trials, 0.6))


@pytest.mark.parametrize("mean", [700.1, 1e4, np.inf, np.nan])
def test_a_poisson_mean_that_cannot_be_drawn_is_refused(mean: float) -> None:
    """Otherwise exp(-mean) is nought, and the count is nonsense or never ends."""
    with pytest.raises(ChanceError, match="Poisson mean"):
        poisson(UNIFORMS[:3], np.array([1.0, mean, 1.0]))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("mean", "ratio"), [(np.nan, 1.8), (np.inf, 1.8), (3.0, 1.0)])
def test_a_negative_binomial_that_cannot_be_drawn_is_refused(mean: float, ratio: float) -> None:
    """Otherwise the chance of no attack underflows to nought, and every count after it is wrong."""
    with pytest.raises(ChanceError):
        negative_binomial(UNIFORMS[:3], np.array([1.0, mean, 1.0]), np.full(3, ratio))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("trials", "probability"), [(np.inf, 0.6), (5.0, 1.0), (np.nan, 0.5), (5.0, np.nan)])
def test_a_binomial_that_cannot_be_drawn_is_refused(trials: float, probability: float) -> None:
    """Otherwise the chance of no success underflows to nought, and every count after it is wrong."""
    with pytest.raises(ChanceError):
        binomial(UNIFORMS[:3], np.array([1.0, trials, 1.0]), np.full(3, probability))


@pytest.mark.parametrize("mean", [500.0, 900.0, 1_000.0, 2_000.0])
def test_many_attacks_are_drawn_exactly_or_not_at_all(mean: float) -> None:
    """Otherwise a month of very many attacks gives a wrong count in silence."""
    try:
        counts = negative_binomial(UNIFORMS, np.full(UNIFORMS.shape, mean), np.full(UNIFORMS.shape, 1.8))
    except ChanceError:
        return
    assert np.array_equal(counts, stats.nbinom.ppf(UNIFORMS, mean / 0.8, 1 / 1.8))


@pytest.mark.parametrize(
    ("trials", "probability"),
    [
        (500, 0.45),
        (760, 0.6),
        (800, 0.6),
        (812, 0.6),
        (900, 0.6),
    ],
)
def test_many_trials_are_drawn_exactly_or_not_at_all(trials: int, probability: float) -> None:
    """Otherwise a month of very many attacks gives a wrong number of lethal ones in silence."""
    try:
        counts = binomial(UNIFORMS, np.full(UNIFORMS.shape, float(trials)), np.full(UNIFORMS.shape, probability))
    except ChanceError:
        return
    assert np.array_equal(counts, stats.binom.ppf(UNIFORMS, trials, probability))


@pytest.mark.parametrize("draw", [lambda u, m: poisson(u, m), lambda u, m: negative_binomial(u, m, m * 0 + 1.8)])
def test_a_mean_below_nought_is_refused(draw) -> None:  # type: ignore[no-untyped-def]
    """Otherwise a rule that goes below nought shows up as quiet months, not as an error."""
    with pytest.raises(ChanceError):
        draw(UNIFORMS[:3], np.full(3, -2.0))


def test_attacks_in_areas_add_up_to_the_attacks_in_all() -> None:
    """Otherwise dividing the country into more areas would make attacks steadier or wilder."""
    worlds, ratio = 200_000, np.full(200_000, 1.8)
    streams = Streams(SEED, worlds)
    parts = [
        negative_binomial(streams.uniform("areas", 0, slot), np.full(worlds, mean), ratio)
        for slot, mean in enumerate((4.0, 1.5, 0.5))
    ]
    together = total(parts)
    assert together.mean() == pytest.approx(6.0, abs=0.04)
    assert together.var() == pytest.approx(6.0 * 1.8, abs=0.25)
    seen = np.bincount(together.astype(int), minlength=60)[:60] / worlds
    exact = stats.nbinom.pmf(np.arange(60), 6.0 / 0.8, 1 / 1.8)
    assert np.abs(seen - exact).max() < 5 * np.sqrt(0.25 / worlds)
