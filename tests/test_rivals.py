"""Rivals to one rule, each an extension of its own, as the options of one switch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sim
from sim import extensions
from sim.experiment.load import ExperimentError, load_experiment, load_plan
from sim.experiment.outcome import Sweep
from sim.extensions.rivals import contested
from sim.rule import RULES
from sim.scenario import load_scenario, with_overrides
from sim.yamlfile import dump

PEERS = Path(__file__).resolve().parents[1] / "examples" / "restraint_by_peers.py"
STEEP = '''
import sim
from sim.rule import Logits, Share
from sim.worlds import Vector

extension = sim.Extension("steep", "A steeper cost")
extension.parameter("steep_weight", title="Steepness", meaning="What full restraint costs.", value=2.0, low=0.0, high=9.0,
                    unit="logits", judgement="Made up for a test.")

@extension.replace("cohesion_cost", judgement="Made up for a test, as all of it.", falls_with=("dispersion",))
def steeper(dispersion: Share, *, steep_weight: Vector) -> Logits:
    """The cost rises with the square of the distance."""
    return -steep_weight * dispersion * dispersion
'''
OPTIONS: dict[str, Any] = {
    "as_declared": {"without": ["steep", "restraint_by_peers"]},
    "by_peers": {"without": ["steep"]},
    "steeply": {"without": ["restraint_by_peers"]},
    "none": {"off": ["cohesion_cost"], "without": ["steep"]},
}
LOADED = {"as_declared": [], "by_peers": ["peers"], "steeply": ["steep"]}
EXPERIMENT: dict[str, Any] = {
    "schema": 1,
    "title": "Three readings of restraint",
    "scenarios": ["confront"],
    "uncertainties": ["attacks_per_capability", "peer_weight", "steep_weight"],
    "switches": {"restraint": {"options": OPTIONS}},
    "design": {"kind": "latin_hypercube", "points": 32, "seed": 1},
    "worlds": 2,
    "months": 12,
    "metrics": ["attacks", "taliban_cohesion", "chance_restrain"],
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    steep = tmp_path_factory.mktemp("rivals") / "steep.py"
    steep.write_text(STEEP, encoding="utf-8")
    return {"peers": PEERS, "steep": steep}


@pytest.fixture(autouse=True)
def _both(files: dict[str, Path]) -> Iterator[None]:
    for file in files.values():
        extensions.load(file, rival=True)
    yield
    extensions.unload()


def direct(row: Any, files: dict[str, Path], engine: str) -> dict[str, list[float]]:
    """A plain run of a point, with the one extension loaded that its option stands for, or none."""
    extensions.unload()
    names = ["attacks_per_capability"]
    for name in LOADED[row["switch:restraint"]]:
        extensions.load(files[name])
        names.append({"peers": "peer_weight", "steep": "steep_weight"}[name])
    values = {f"parameters.{name}": row[f"uncertainty:{name}"] for name in names}
    scenario = with_overrides(load_scenario(row["scenario"]), values)
    found = sim.run(scenario, worlds=2, months=12, parameters="defaults", engine=engine).outcomes
    return {name: found[name].tolist() for name in EXPERIMENT["metrics"]}


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_point_is_a_run_with_that_rival_alone(engine: str, files: dict[str, Path], tmp_path: Path) -> None:
    """To the bit, whatever stood beside it in its pack."""
    sweep = sim.sweep(EXPERIMENT, tmp_path / "out", engine=engine)
    assert sweep.manifest["particulars"]["engine"] == engine
    assert not sweep.failures
    found: dict[str, dict[str, list[float]]] = {}
    for point, row in sweep.experiments.iterrows():
        if (stands := row["switch:restraint"]) in found or stands == "none":  # no plain run has rules off
            continue
        kept = sweep.outcomes.loc[point]
        found[stands] = direct(row, files, engine)
        assert {name: kept[name].tolist() for name in EXPERIMENT["metrics"]} == found[stands], stands
    assert set(found) == set(LOADED)
    chances = [tuple(one["chance_restrain"]) for one in found.values()]
    assert len(set(chances)) == 3  # otherwise a switch that does nothing would pass


def test_however_it_is_cut_and_by_whomever(tmp_path: Path) -> None:
    one = sim.sweep(EXPERIMENT, tmp_path / "one", engine="numpy")
    two = sim.sweep(tmp_path / "one" / "experiment.yaml", tmp_path / "two", workers=2, chunk=8, engine="numpy")
    assert two.fingerprint == one.fingerprint
    assert list(contested()) == ["cohesion_cost"]
    found = Sweep.load(tmp_path / "two").sensitivity(method="pawn")
    assert "restraint" in found.indices.loc["confront"].index.get_level_values("factor")


def test_one_that_machine_code_cannot_be_made_of_has_all_run_by_numpy(files: dict[str, Path], tmp_path: Path) -> None:
    """Otherwise the engine that the folder names is that of some points alone."""
    slow = tmp_path / "slow.py"
    text = STEEP.replace('"steep"', '"slow"').replace("steep_weight", "slow_weight")
    slow.write_text(text.replace("    return -", "    assert (dispersion >= 0).all()\n    return -"), encoding="utf-8")
    extensions.unload()
    for file in (PEERS, slow):
        extensions.load(file, rival=True)
    options = {"slow": {"without": ["restraint_by_peers"]}, "by_peers": {"without": ["slow"]}}
    change = {"uncertainties": ["peer_weight"], "switches": {"restraint": {"options": options}}}
    assert load_plan({**EXPERIMENT, **change}).engine == "numpy"


def test_what_asks_both_is_refused(files: dict[str, Path]) -> None:
    """Otherwise one of the two counts, and nobody knows which."""
    assert contested() == {"cohesion_cost": ("restraint_by_peers", "steep")}
    with pytest.raises(
        sim.ExtensionError, match=r"steep\.py:10: rule cohesion_cost is replaced or switched off by steep"
    ):
        sim.run("confront", worlds=2, months=2, parameters="defaults")
    without = {"uncertainties": ["attacks_per_capability"]}
    for switches, said in (
        ({}, r"^experiment:\d+: switches leave restraint_by_peers and steep together at some points"),
        (
            {"a": {"off": "L5"}, "b": {"without": "steep"}},
            r"^experiment:\d+: switches leave .* both replace cohesion_cost",
        ),
    ):
        with pytest.raises(ExperimentError, match=said):
            load_experiment({**EXPERIMENT, **without, "switches": switches})


def test_one_rule_of_one_extension_has_one_rival(tmp_path: Path) -> None:
    extensions.unload()
    twice = tmp_path / "twice.py"
    twice.write_text(STEEP + 'extension.off("cohesion_cost", why="Twice.")\n', encoding="utf-8")
    for rival in (False, True):
        with pytest.raises(
            sim.ExtensionError, match=r"twice\.py:\d+: rule cohesion_cost is replaced .* already, in .*twice\.py:10"
        ):
            extensions.load(twice, rival=rival)
    assert RULES["cohesion_cost"].rival is None


def test_on_the_command_line(files: dict[str, Path], tmp_path: Path, durand: Any) -> None:
    """A sweep and what reads it may have both; what would run the model with both says so at once."""
    both = [word for file in files.values() for word in ("--with", str(file))]
    file, out = tmp_path / "three.yaml", tmp_path / "out"
    file.write_text(dump(EXPERIMENT), encoding="utf-8")
    for words in (
        ["validate", str(file)],
        ["sweep", str(file), "--out", str(out)],
        ["discover", str(out), "--where", "attacks > 0"],
        ["sensitivity", str(out), "--method", "pawn"],
    ):
        extensions.unload()
        code, _, err = durand(*words, *both)
        assert code == 0, err
    for words in (["run", "confront", "--worlds", "2"], ["evidence"]):
        extensions.unload()
        code, said, err = durand(*words, *both)
        assert (code, said) == (2, "")
        assert err.startswith("durand: ")
        assert "rule cohesion_cost is replaced or switched off already, in " in err
