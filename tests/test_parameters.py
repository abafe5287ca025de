"""Every parameter moves something, and a run's values are what was declared, drawn or given."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats
from test_model import busy, differing, run

from sim.model import FrontierModel
from sim.parameters import PARAMETERS, Parameter, draw, resolve
from sim.scenario.schema import Distribution
from sim.worlds import BatchLayout, Streams, Vector

FREE = [name for name, one in PARAMETERS.items() if not one.constant]
MONTHS, BLOCK = 36, 10
# So many parameters in one run: all at once would take gigabytes.
AT_ONCE = 110
NOTHING = "(nothing)"


# ------------------------------------------------------------------------------------------------ what each one moves


@cache
def moved() -> dict[str, list[str]]:
    """By parameter, what differs between the two ends of its range; and where nothing is changed.

    In one run, each is at the low end in a block of worlds and at the high end in the next, and blocks are of the same worlds.
    Worlds do not touch each other, so what differs between two such blocks is that parameter's doing. In the last two nothing is
    changed.
    """
    found: dict[str, list[str]] = {NOTHING: []}
    for first in range(0, len(FREE), AT_ONCE):
        names = [*FREE[first : first + AT_ONCE], NOTHING]
        values = {}
        for place, name in enumerate(names[:-1]):
            usual = busy().parameters.get(name, PARAMETERS[name].value)
            values[name] = np.full((len(names), 2, BLOCK), usual)
            values[name][place] = [[PARAMETERS[name].low], [PARAMETERS[name].high]]
        flat = {name: vector.ravel() for name, vector in values.items()}
        record = run(busy(), MONTHS, BLOCK, blocks=2 * len(names), values=flat)
        for one, kept in record.items():
            ends = kept.reshape(*kept.shape[:-1], len(names), 2, BLOCK)
            apart = (ends[..., 0, :] != ends[..., 1, :]).any(axis=(*range(kept.ndim - 1), -1))
            for place, name in enumerate(names):
                found.setdefault(name, []).extend([one] if apart[place] else [])
    return found


@pytest.mark.parametrize("name", FREE)
def test_it_moves_something(name: str) -> None:
    """Otherwise it is a knob that turns nothing: an analyst sweeps it, and a reader argues about it, for nothing."""
    assert moved()[name] != []


def test_where_nothing_is_changed_nothing_moves() -> None:
    """Otherwise the test above sees something else than the parameter: worlds that touch each other, or chance."""
    assert moved()[NOTHING] == []
    assert len(FREE) > 300


def test_a_constant_is_one_by_definition() -> None:
    """Otherwise an uncertainty is left out of every sweep by having no range."""
    assert [name for name in PARAMETERS if name not in FREE] == ["menu_closed", "fighters_per_unit"]


def test_a_vector_does_what_its_numbers_do() -> None:
    """Otherwise a sweep, which gives a vector over worlds, is another model than a run with plain numbers."""
    low, high = (getattr(PARAMETERS["kinship_weight"], end) for end in ("low", "high"))
    mixed = run(busy(), 12, 6, values={"kinship_weight": np.array([low, high] * 3)})
    plain = [run(busy(), 12, 6, values={"kinship_weight": value}) for value in (low, high)]
    for number, record in enumerate(plain):
        part = {name: value[..., number::2] for name, value in record.items()}
        assert differing({name: value[..., number::2] for name, value in mixed.items()}, part) == []
    assert differing(*plain) != []


# ------------------------------------------------------------------------------------------------ resolving


class Given(NamedTuple):
    """A distribution as a scenario gives it."""

    distribution: str
    low: float
    high: float
    mode: float | None = None


@pytest.fixture
def streams() -> Streams:
    return Streams(3, 2_000)


def test_defaults_are_the_point_values(streams: Streams) -> None:
    """Otherwise a default run is not the one that the parameter files describe."""
    values = resolve({}, "defaults", streams)
    assert values == {name: one.value for name, one in PARAMETERS.items()}
    assert all(type(value) is float for value in values.values())


def test_the_prior_draws_each_over_its_range(streams: Streams) -> None:
    """Otherwise an ensemble leaves the ranges that were argued for, or covers only a part of them."""
    values = resolve({}, "prior", streams)
    assert list(values) == list(PARAMETERS)
    for name, one in PARAMETERS.items():
        if one.constant:
            assert values[name] == one.value
            continue
        drawn = values[name]
        assert isinstance(drawn, np.ndarray)
        assert drawn.shape == (2_000,)
        assert drawn.min() >= one.low
        assert drawn.max() <= one.high
        span = one.high - one.low
        assert drawn.min() < one.low + 0.02 * span
        assert drawn.max() > one.high - 0.02 * span


def test_each_parameter_has_draws_of_its_own(streams: Streams) -> None:
    """Otherwise two parameters are drawn together, or setting one changes the draws of the others."""
    before = resolve({}, "prior", streams)
    after = resolve({"kabul_control": 0.3}, "prior", streams)
    assert after["kabul_control"] == 0.3
    assert all(np.array_equal(before[name], after[name]) for name in PARAMETERS if name != "kabul_control")
    shares = np.array(
        [(before[name] - PARAMETERS[name].low) / (PARAMETERS[name].high - PARAMETERS[name].low) for name in FREE]
    )
    together = np.corrcoef(shares)
    np.fill_diagonal(together, 0.0)
    assert np.abs(together).max() < 0.15


def test_a_worlds_draws_do_not_depend_on_the_chunk() -> None:
    """Otherwise a world has other parameters when it is computed by another worker."""
    at_once = resolve({}, "prior", Streams(3, 30))
    part = resolve({}, "prior", Streams(3, BatchLayout(7, first=11)))
    assert all(np.array_equal(part[name], at_once[name][11:18]) for name in FREE)


def test_a_value_may_be_a_number_a_vector_or_a_distribution() -> None:
    """Otherwise a scenario or a sweep cannot set what it has a right to set."""
    streams = Streams(3, 4)
    vector = np.array([0.1, 0.2, 0.3, 0.4])
    values = resolve(
        {
            "kabul_control": vector,
            "kinship_weight": 3,
            "chip_value": np.float64(2.5),
            "reward_response": np.array([1, 2, 3, 1]),
            "cohesion_cost": Given("uniform", 1.0, 1.5),
            "fracture_steepness": Distribution(distribution="triangular", low=3.0, high=5.0, mode=4.5),
        },
        "defaults",
        streams,
    )
    assert np.array_equal(values["kabul_control"], vector)
    assert type(values["kinship_weight"]) is float
    assert values["chip_value"] == 2.5
    assert values["reward_response"].dtype == np.float64
    assert ((values["cohesion_cost"] >= 1.0) & (values["cohesion_cost"] <= 1.5)).all()
    assert len(set(values["cohesion_cost"])) == 4
    assert ((values["fracture_steepness"] >= 3.0) & (values["fracture_steepness"] <= 5.0)).all()
    assert values["loss_weight"] == PARAMETERS["loss_weight"].value


@pytest.mark.parametrize("given", [np.int64(3), np.float32(0.5), [0.1, 0.2, 0.3, 0.4]])
def test_any_kind_of_number_is_one(given: object) -> None:
    """Otherwise a value from a table or an array, or a plain list, fails with words about something else."""
    value = resolve({"kinship_weight": given}, "defaults", Streams(3, 4))["kinship_weight"]  # type: ignore[dict-item]
    assert np.array_equal(value, np.asarray(given, dtype=np.float64))


def test_a_reversed_vector_becomes_a_contiguous_one() -> None:
    """Otherwise its elements get other bits in the functions of NumPy than in a chunk of one."""
    given = np.array([0.1, 0.2, 0.3, 0.4])[::-1]
    value = resolve({"kabul_control": given}, "defaults", Streams(3, 4))["kabul_control"]
    assert value.flags.c_contiguous
    assert value.tolist() == [0.4, 0.3, 0.2, 0.1]


def test_an_override_goes_before_the_prior(streams: Streams) -> None:
    """Otherwise a scenario's own value is lost in an ensemble."""
    values = resolve({"kabul_control": Given("uniform", 0.2, 0.21)}, "prior", streams)
    assert values["kabul_control"].max() <= 0.21
    assert resolve({"kabul_control": 0.5}, "prior", streams)["kabul_control"] == 0.5


def test_values_given_to_the_model_go_before_the_scenario() -> None:
    """Otherwise a sweep over a scenario that sets a parameter sweeps nothing."""
    plan = busy().model_copy(update={"parameters": {"kabul_control": 0.5, "chip_value": 1.0}})
    model = FrontierModel(plan, worlds=2, seed=1, values={"kabul_control": 0.6})
    assert model.parameters["kabul_control"] == 0.6
    assert model.parameters["chip_value"] == 1.0
    model.close()


@pytest.mark.parametrize(
    "given", [{"kabul_contrl": 0.3}, {"kabul_control": np.full(3, 0.3)}, {"kabul_control": np.nan}]
)
def test_a_value_that_cannot_be_is_refused(given: dict[str, float | Vector]) -> None:
    """Otherwise a misspelt name turns nothing, and a vector of another length fails far from where it was given."""
    with pytest.raises((KeyError, ValueError)):
        resolve(given, "defaults", Streams(3, 4))


# ------------------------------------------------------------------------------------------------ distributions

UNIFORM = Streams(9, 20_000).uniform("luck", 0)


@pytest.mark.parametrize(
    ("distribution", "mode", "reference"),
    [
        ("uniform", None, stats.uniform(2.0, 6.0)),
        ("triangular", 3.0, stats.triang(1 / 6, 2.0, 6.0)),
        ("triangular", 2.0, stats.triang(0.0, 2.0, 6.0)),
        ("triangular", 8.0, stats.triang(1.0, 2.0, 6.0)),
        ("triangular", None, stats.triang(0.5, 2.0, 6.0)),
        ("loguniform", None, stats.loguniform(2.0, 8.0)),
    ],
)
def test_draws_are_those_of_their_distribution(distribution: str, mode: float | None, reference) -> None:  # type: ignore[no-untyped-def]
    """Otherwise an ensemble gives parts of a range more weight than the scenario says."""
    drawn = draw(UNIFORM, 2.0, 8.0, distribution, mode)  # type: ignore[arg-type]
    np.testing.assert_allclose(drawn, reference.ppf(UNIFORM), rtol=1e-9)
    assert drawn.min() >= 2.0
    assert drawn.max() <= 8.0


def test_values_rise_with_the_uniform() -> None:
    """Otherwise two scenarios that differ in a distribution are not paired world by world."""
    uniform = np.linspace(1e-12, 1 - 1e-9, 5_001)
    for distribution, mode in (("uniform", None), ("triangular", 3.0), ("loguniform", None)):
        assert (np.diff(draw(uniform, 2.0, 8.0, distribution, mode)) >= 0).all()  # type: ignore[arg-type]


def test_a_range_of_one_point_is_that_point() -> None:
    """Otherwise a constant is divided by its range, 0."""
    for distribution in ("uniform", "triangular", "loguniform"):
        assert draw(UNIFORM[:5], 3.0, 3.0, distribution).tolist() == [3.0] * 5  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------ what is declared


def declared(**changes: object) -> Parameter:
    return Parameter.model_validate(
        {"title": "Something", "meaning": "Something.", "value": 0.5, "low": 0.0, "high": 1.0, "unit": "share"}
        | changes
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"value": 1.5},
        {"low": 0.6},
        {"low": 0.9, "high": 0.1},
        {"meaning": ""},
        {"distribution": "normal"},
        {"mood": "good"},
        {"value": "much"},
        {"value": float("nan")},
    ],
)
def test_a_parameter_that_is_not_declared_right_is_refused(changes: dict[str, object]) -> None:
    """Otherwise a point value outside of its range, or a misspelt key, stands in the files unseen."""
    assert declared().value == 0.5
    with pytest.raises(ValidationError):
        declared(**changes)


def test_a_range_from_nought_has_no_logarithm() -> None:
    """Otherwise the first prior run, by dividing by nought, says what the file should have been refused for."""
    with pytest.raises(ValidationError):
        declared(distribution="loguniform")


@pytest.mark.parametrize("name", PARAMETERS)
def test_it_is_declared_in_full(name: str) -> None:
    """Otherwise a reader cannot say what the number is, in what unit, or why."""
    one = PARAMETERS[name]
    assert one.name == name
    assert one.title[0].isupper()
    assert not one.title.endswith(".")
    assert one.title.lower() != name.replace("_", " ")
    assert one.meaning.endswith((".", ")"))
    assert one.unit
    assert one.claims or one.judgement
    assert np.isfinite([one.low, one.value, one.high]).all()
    assert one.distribution != "loguniform" or one.low > 0
    if one.unit in ("0 to 1", "share"):
        assert one.low >= 0.0
    if one.unit == "0 to 1":
        assert one.high <= 1.0
    if one.unit == "-1 to 1":
        assert one.low >= -1.0
        assert one.high <= 1.0


def test_no_two_go_by_the_same_title() -> None:
    """Otherwise a list of them leaves open which is meant."""
    assert len({one.title for one in PARAMETERS.values()}) == len(PARAMETERS)


@pytest.mark.parametrize(
    "words", ["", "An uncertain number that is told of at such length that no list can hold all of it"]
)
def test_a_title_is_there_and_short(words: str) -> None:
    with pytest.raises(ValidationError, match="title"):
        declared(title=words)


@pytest.mark.parametrize(
    "names",
    [
        ("demand_prisoners", "demand_withdrawal"),
        ("sovereignty_weight_kept", "sovereignty_weight_control"),
        ("concede_withdrawal", "concede_law", "concede_releases"),
    ],
)
def test_shares_of_one_whole_stay_below_it(names: tuple[str, ...]) -> None:
    """Otherwise the remaining share is negative in a corner of the ranges, and what should raise an index lowers it."""
    assert sum(PARAMETERS[name].high for name in names) <= 1.0 + 1e-12


@pytest.mark.parametrize("first", ["0.3", "1.5"])
def test_a_name_stands_in_one_file_only(first: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """Otherwise one declaration silently takes the place of another."""
    import sim.parameters
    from sim.yamlfile import FileError

    entry = "rate:\n  title: Rate\n  meaning: A rate.\n  value: {}\n  low: 0\n  high: 1\n  unit: share\n  judgement: Ours.\n"
    (tmp_path / "a.yaml").write_text(entry.format(first))
    (tmp_path / "b.yaml").write_text(entry.format("0.4"))
    monkeypatch.setattr(sim.parameters, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(FileError, match=r"b.yaml:1.*declared in a.yaml too" if first == "0.3" else r"a.yaml:\d.*1\.5"):
        sim.parameters._load()
    (tmp_path / "b.yaml").unlink()
    (tmp_path / "a.yaml").write_text(entry.format("0.3"))
    assert sim.parameters._load()["rate"].theme == "a"
