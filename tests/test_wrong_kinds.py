"""Arguments of the wrong kind, to the public functions of `sim`: one error of its own, with what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sim

AID: dict[str, Any] = {
    "schema": 1,
    "title": "Aid",
    "scenarios": ["confront"],
    "levers": {"pakistan.aid": {"low": 0, "high": 1}},
    "worlds": 2,
    "months": 1,
    "design": {"kind": "factorial", "levels": 2},
}


@pytest.mark.parametrize("load", [sim.Results.load, sim.Comparison.load, sim.Sweep.load])
@pytest.mark.parametrize("wrong", [None, 3, [], b"out"])
def test_a_folder_is_a_path(load: Callable[[Any], object], wrong: object) -> None:
    with pytest.raises((sim.BundleError, sim.LimitError), match=r"this is no (results )?folder: .*; allowed: a path"):
        load(wrong)


@pytest.mark.parametrize("wrong", ["nope", ["nope"], [3], [["nope"]]])
def test_what_is_switched_off_is_a_rule_a_mechanism_or_a_loop(wrong: Any) -> None:
    with pytest.raises(sim.LimitError, match=r"neither a rule nor a mechanism nor a feedback loop: .*; allowed: "):
        sim.FrontierModel("confront", off=wrong)


@pytest.mark.parametrize("wrong", [3, None, "", "my model", "3"])
def test_a_model_of_the_workbench_has_a_name(wrong: Any) -> None:
    with pytest.raises(sim.LimitError, match=r"name: .*; allowed: letters and digits"):
        sim.ema_model("carrot_or_stick", name=wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reuse": 3}, r"this is no list: 3 \(int\)"),
        ({"reuse": [3]}, r"this is no folder: 3 \(int\); allowed: a path, or a URL"),
        ({"dask": 3}, "dask must be a scheduler's address, such as tcp://10.0.0.1:8786; got 3"),
        ({"out": None}, r"this is no folder: nothing \(NoneType\); allowed: a path, or a URL"),
    ],
)
def test_a_sweep_says_what_its_arguments_may_be(tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(sim.LimitError, match=said):
        sim.sweep(AID, **{"out": tmp_path / "out", **wrong})


def test_one_name_stands_for_itself_in_an_option_of_an_experiment() -> None:
    """As it does under `off` of a switch, and everywhere else."""
    switch = {"options": {"one": {"off": "M5"}, "several": {"off": ["M5"]}, "none": None}}
    plan = sim.experiment.load.load_plan({**AID, "switches": {"which": switch}})  # type: ignore[attr-defined]
    one, several, none = plan.variants["which"]
    assert one == several != none
    assert one.off == ("M5",)
