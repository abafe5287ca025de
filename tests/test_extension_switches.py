"""Extensions as factors of an experiment: at each point in or out, as if the others had never been."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim import extensions
from sim.experiment.discovery.rows import rows
from sim.experiment.figures import metrics_of
from sim.experiment.folder import FolderError
from sim.experiment.load import ExperimentError, load_experiment, load_plan
from sim.experiment.outcome import Sweep
from sim.experiment.sensitivity.study import sensitivity
from sim.extensions import ExtensionError, left_out, loading
from sim.metrics import METRICS
from sim.model import MONTH
from sim.parameters import PARAMETERS
from sim.rule import RULES
from sim.scenario import load_scenario, with_overrides

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
IRAN, PEERS = EXAMPLES / "iran.py", EXAMPLES / "restraint_by_peers.py"
EXPERIMENT: dict[str, Any] = {
    "schema": 1,
    "title": "A neighbour, and another reading of restraint",
    "scenarios": ["confront", "appease"],
    "levers": {"iran.iran_road": None},
    "uncertainties": ["attacks_per_capability", "iran_refugee_flow"],
    "switches": {
        "neighbour": {"without": "iran"},
        "restraint": {
            "options": {
                "as_declared": {"without": ["restraint_by_peers"]},
                "by_peers": {"parameters": {"peer_weight": 6}},
                "none": {"off": ["cohesion_cost", "iran_opens_road"]},
            }
        },
    },
    "design": {"kind": "latin_hypercube", "points": 30, "seed": 1},
    "worlds": 2,
    "months": 5,
    "series": True,
    "metrics": ["attacks", "afghan_hardship", "iran_road", "factions_apart"],
}
CORE = ["attacks", "afghan_hardship"]


@pytest.fixture(autouse=True)
def _loaded() -> Iterator[None]:
    for file in (IRAN, PEERS):
        extensions.load(file)
    yield
    extensions.unload()


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sweep]:
    for file in (IRAN, PEERS):
        extensions.load(file)
    yield sim.sweep(EXPERIMENT, tmp_path_factory.mktemp("extensions") / "out", engine="numpy")
    extensions.unload()


def direct(row: Any) -> dict[str, np.ndarray]:
    """The outcomes of a plain run of a point, with the extensions loaded that are in there and no other."""
    neighbour, restraint = row["switch:neighbour"] == "on", row["switch:restraint"]
    extensions.unload()
    values = {"parameters.attacks_per_capability": row["uncertainty:attacks_per_capability"]}
    if neighbour:
        extensions.load(IRAN)
        values |= {"parameters.iran_refugee_flow": row["uncertainty:iran_refugee_flow"]}
        values |= {"actors.iran.iran_road": row["lever:iran.iran_road"]}
    if restraint != "as_declared":
        extensions.load(PEERS)
    if restraint == "by_peers":
        values |= {"parameters.peer_weight": 6}
    scenario = with_overrides(load_scenario(row["scenario"]), values)
    found = sim.run(scenario, worlds=2, months=5, parameters="defaults", engine="numpy").outcomes
    return {name: found[name].to_numpy() for name in EXPERIMENT["metrics"] if name in found}


def test_a_point_is_a_run_with_what_is_in_there_and_without_the_rest(sweep: Sweep) -> None:
    """To the bit, whatever stood beside it in its pack; a metric of what is out is missing, in every month too."""
    compared = set()
    for point, row in sweep.experiments.iterrows():
        stands = row["switch:neighbour"], row["switch:restraint"]
        if stands in compared or stands[1] == "none":  # no plain run has rules off
            continue
        compared.add(stands)
        alone, kept = direct(row), sweep.outcomes.loc[point]
        assert ("iran_road" in alone, "factions_apart" in alone) == (stands[0] == "on", stands[1] == "by_peers")
        for name in EXPERIMENT["metrics"]:
            if name in alone:
                assert kept[name].tolist() == alone[name].tolist(), (stands, name)
            else:
                assert kept[name].isna().all(), (stands, name)
                assert sweep.series.loc[point, name].isna().all(), (stands, name)
    assert len(compared) == 4


def test_rules_of_what_is_out_may_be_off_too(sweep: Sweep) -> None:
    points = sweep.experiments[sweep.experiments["switch:restraint"] == "none"]
    assert set(points["switch:neighbour"]) == {"on", "off"}
    assert not sweep.failures
    road = sweep.outcomes.loc[points.index[points["switch:neighbour"] == "on"], "iran_road"]
    assert road.notna().all()


def test_however_it_is_cut_and_by_whomever(sweep: Sweep, tmp_path: Path) -> None:
    """And from the folder's own copy; the process that asks has everything loaded before and after."""
    before = [list(table) for table in (METRICS, PARAMETERS, RULES)], list(MONTH), extensions.digest()
    again = sim.sweep(Path(sweep.place) / "experiment.yaml", tmp_path / "again", workers=2, chunk=20, engine="numpy")
    assert again.fingerprint == sweep.fingerprint
    assert again.experiments["id"].tolist() == sweep.experiments["id"].tolist()
    assert ([list(table) for table in (METRICS, PARAMETERS, RULES)], list(MONTH), extensions.digest()) == before


def test_machine_code_is_made_for_each(tmp_path: Path) -> None:
    fewer = {"scenarios": ["confront"], "switches": {"neighbour": {"without": "iran"}}, "series": False}
    compiled, numpy = (
        sim.sweep({**EXPERIMENT, **fewer}, tmp_path / engine, engine=engine) for engine in ("compiled", "numpy")
    )
    assert compiled.manifest["particulars"]["engine"] == "compiled"
    for name in EXPERIMENT["metrics"]:
        np.testing.assert_allclose(compiled.outcomes[name], numpy.outcomes[name], rtol=1e-9)


def test_the_text_of_an_extension_is_part_of_who_a_point_is(tmp_path: Path) -> None:
    mine = tmp_path / "iran.py"
    ids = []
    for text in (IRAN.read_text(encoding="utf-8"), IRAN.read_text(encoding="utf-8") + "\n# Another.\n"):
        extensions.unload()
        mine.write_text(text, encoding="utf-8")
        extensions.load(mine)
        switches = {"neighbour": EXPERIMENT["switches"]["neighbour"]}
        plan = load_plan({**EXPERIMENT, "metrics": CORE, "switches": switches})
        ids.append(plan.ids(np.arange(30)))
    assert not set(ids[0]) & set(ids[1])


def test_analyses_read_it_as_a_factor_and_ask_what_all_points_have(sweep: Sweep) -> None:
    assert metrics_of(sweep) == CORE
    found = sensitivity(sweep, method="pawn")
    assert {one.metric for one in found.studies} == set(CORE)
    assert {"neighbour", "restraint"} <= set(found.indices.loc["confront"].index.get_level_values("factor"))
    assert set(rows(sweep, "attacks > 0", "confront").inputs["neighbour"]) == {"on", "off"}
    assert {one.metric for one in sweep.regret(resamples=100).judged} <= set(CORE)
    for ask in (lambda: sensitivity(sweep, ["p90(iran_road)"]), lambda: rows(sweep, "first(iran_road >= 0.9) > 2")):
        with pytest.raises(FolderError, match=r"30 points are without iran_road, since the extension that brings it"):
            ask()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"switches": {"a": {"without": "iraan"}}}, r"is no extension that is loaded .*: iraan .did you mean 'iran'"),
        (
            {"switches": {"a": {"without": "iran", "off": "L5"}}},
            "is not complete; allowed: one of off, without, and two or more options",
        ),
        (
            {"outcomes": {"when": "first(iran_road >= 0.5)"}},
            "iran_road is reported by an extension that a switch leaves out",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ExperimentError, match=rf"^experiment:\d+: .*{said}"):
        load_experiment({**EXPERIMENT, **change})


def test_a_scenario_that_needs_an_extension_is_refused_before_the_work(tmp_path: Path) -> None:
    needing = tmp_path / "needing.yaml"
    needing.write_text("schema: 1\nextends: confront\nactors: {iran: {iran_road: 0.5}}\n", encoding="utf-8")
    with pytest.raises(ExperimentError, match=r"switches\.neighbour cannot be done without iran: .*iran"):
        load_experiment({**EXPERIMENT, "scenarios": [str(needing)]})
    extensions.unload()
    with pytest.raises(ExperimentError, match=r"is no extension that is loaded \(by --with FILE\): iran; none is"):
        load_experiment({**EXPERIMENT, "levers": {}, "uncertainties": [], "metrics": CORE})


def test_a_process_with_several_threads_at_work_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_at_work", 2)
    with pytest.raises(ExtensionError, match="workers of one thread each"), left_out(["iran"]):
        pass
    assert "iran_road" in METRICS
