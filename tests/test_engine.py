"""Two engines, one model: machine code gives what NumPy gives, whatever is asked and however it is cut."""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from command import Durand
from engines import both, readings, worlds_apart

import sim
from sim import extensions
from sim.engine import compiled, emit, modules
from sim.engine import run as engine_run
from sim.engine.run import Lanes
from sim.ensemble import engines, simulate
from sim.ensemble.spec import LimitError, RunSpec
from sim.experiment.load import load_plan
from sim.metrics import METRICS
from sim.model import FrontierModel
from sim.parameters import PARAMETERS
from sim.scenario import Script, list_scenarios, load_scenario, with_overrides
from sim.teaching.exercises.load import list_exercises, load_exercise
from sim.worlds import BatchLayout, total

NAMES = [name for name, _, _ in list_scenarios()]
FREE = [name for name, one in PARAMETERS.items() if one.low < one.high]
EXPERIMENTS = sorted(path.stem for path in (Path(__file__).parents[1] / "scenarios/experiments").glob("*.yaml"))


class TestOneModel:
    """A draw that falls on a boundary may fall on its other side once in millions of months; in none of these does one."""

    @pytest.mark.parametrize("name", NAMES)
    def test_every_scenario(self, name: str) -> None:
        """With parameters from their whole ranges, and from the sets that agree with the record."""
        plan = load_scenario(name)
        drawn = [FrontierModel(plan, 24, 7, parameters=mode).parameters for mode in ("prior", "posterior")]
        values = {one: np.concatenate([np.broadcast_to(some[one], 24) for some in drawn]) for one in FREE}
        assert worlds_apart(RunSpec.of(plan, 48, 60, 7, values=values, panels=True)) == 0

    def test_every_exercise(self) -> None:
        """In scenarios of their own; those of the library are asked above."""
        library, own = {load_scenario(name).hash for name in NAMES}, 0
        for exercise in (load_exercise(one.name) for one in list_exercises()):
            for scenario in (one for one in exercise.scenarios.values() if one.hash not in library):
                own += 1
                assert worlds_apart(RunSpec.of(scenario, 16, len(exercise.span()), 3, parameters="prior")) == 0
        assert own >= 5

    @pytest.mark.parametrize("name", EXPERIMENTS)
    def test_every_experiment(self, name: str) -> None:
        plan = load_plan(name)
        for number in range(len(plan.scenarios)):
            points = np.arange(min(plan.each, 12)) + number * plan.each
            spec = replace(plan.spec(number, plan.values(points), 4), points=len(points), series=True)
            assert worlds_apart(spec) == 0

    def test_with_all_loops_off(self) -> None:
        off = tuple(f"L{number}" for number in range(1, 10))
        assert worlds_apart(RunSpec.of(load_scenario("confront"), 40, 60, off=off)) == 0

    def test_shocks_and_conditions(self) -> None:
        """In the first month, and later, twice the same; and a course that hangs on what was seen."""
        worse = {"economy": {"add": -0.1}}
        shocks = [
            {"date": "2021-08", "title": "One", "changes": worse},
            {
                "date": "2022-03",
                "title": "Two",
                "until": "2022-05",
                "changes": worse | {"power.haqqani": {"multiply": 1.2}},
            },
            {"date": "2022-09", "title": "Three", "changes": {"expected_recognition": {"set": 0.9}}},
        ]
        plan = with_overrides(load_scenario("hedge"), {"shocks": shocks})
        assert worlds_apart(RunSpec.of(plan, 24, 40, parameters="prior")) == 0

    def test_every_kind_of_condition(self) -> None:
        """Above and below, all, any and not, dated and not, for some months, over more months than there are yet."""
        many = {"metric": "attacks", "above": 40, "months": 3}
        calm = {"metric": "ceasefire", "below": 0.5, "months": 12}
        weak = {"metric": "economy", "below": 0.5, "months": 200}
        changes = [
            {"when": many, "for": 4, "levers": {"fencing": 0.9}},
            {"when": {"all": [many, {"not": {"any": [calm, weak]}}]}, "levers": {"aid": 0.7}, "conditionality": 0.8},
            {"when": {"not": many}, "from": "2022-03", "until": "2023-01", "for": 2, "levers": {"joint_patrols": 0.6}},
            {"when": weak, "from": "2022-01", "policy": "appease", "for": 3},
            {"from": "2023-03", "until": "2023-05", "levers": {"aid": 0.2}},
        ]
        plan = with_overrides(load_scenario("confront"), {"actors": {"pakistan": {"changes": changes}}})
        spec = RunSpec.of(plan, 40, 30, 2, parameters="prior")
        assert worlds_apart(spec) == 0
        assert np.array_equal(outcome(spec, 7), outcome(spec))

    def test_a_response_whose_bound_and_length_differ_between_worlds(self) -> None:
        """As the candidates of a search have them."""
        plan = load_scenario("hedge")
        number, one = next((n, one) for n, one in enumerate(plan.policies["hedge"].responds) if one.when)
        side = "above" if one.when is not None and one.when.above is not None else "below"
        home = f"policies.hedge.responds.{number}"
        bounds, months = np.linspace(0.0, 1.0, 10).repeat(4), np.arange(40.0) % 5 + 1
        levers = {f"{home}.when.{side}": bounds, f"{home}.for": months}
        spec = RunSpec.of(plan, 40, 40, 2, levers=levers)
        assert worlds_apart(spec) == 0
        assert not np.array_equal(outcome(spec), outcome(replace(spec, levers={})))

    def test_no_month_waits_for_python(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Otherwise a course with responses costs what reading it month by month takes."""
        spec = RunSpec.of(load_scenario("hedge"), 9, 30, 2)
        expected = outcome(spec)

        def asked(*_: Any) -> None:
            raise AssertionError("Python is asked for the settings of a month")

        for name in ("settings", "policy_settings", "_turn"):
            monkeypatch.setattr(Script, name, asked)
        assert np.array_equal(outcome(spec), expected)

    def test_counts_whose_loop_cannot_begin(self) -> None:
        """Where the chance of no event is too small to be written, both ask SciPy."""
        values = {"attacks_per_capability": 60.0, "attack_dispersion": 1.05}
        spec = RunSpec.of(load_scenario("confront"), 24, 12, values=values)
        numpy, _ = both(spec)
        assert numpy["attacks"].max() > 1_000
        assert worlds_apart(spec) == 0


EXAMPLES = Path(__file__).parents[1] / "examples"
# What stand-ins cannot follow: a choice in Python on a state, and an agent that counts months by itself.
BY_ITSELF = """
import sim
from sim.agents.actor import Actor
from sim.metrics.base import share
from sim.vocabulary import ActorSpec

extension = sim.Extension("odd", "Odd")
extension.phase("Neighbour.act", before="Taliban.choose_stance")
extension.metric(share("nearness_kept", "Nearness", "mean", "How near it is.", lambda m: m.neighbour.near))

@extension.actor(ActorSpec("neighbour", "Neighbour"))
class Neighbour(Actor):
    def __init__(self, model):
        super().__init__(model, "neighbour")
        self.near, self.months = self.full(0.0), 0

    def act(self):
        self.months += 1
        WHAT
"""


class TestExtensions:
    @pytest.fixture(autouse=True)
    def alone(self) -> Iterator[None]:
        extensions.unload()
        yield
        extensions.unload()

    @pytest.mark.parametrize("name", ["iran", "restraint_by_peers"])
    def test_the_examples_are_compiled_too(self, name: str) -> None:
        sim.load_extension(EXAMPLES / f"{name}.py")
        assert engines.settled(RunSpec.of(load_scenario("confront"), 1, 2)).engine == "compiled"
        assert worlds_apart(RunSpec.of(load_scenario("confront"), 24, 40, parameters="prior", panels=True)) == 0

    @pytest.mark.parametrize(
        ("what", "reason"),
        [
            ("self.near = self.full(0.5) if (self.near < 0.1).all() else self.near * 0.9", "has no attribute 'all'"),
            ("self.near = self.full(0.5) if self.near.max(axis=0) < 0.1 else self.near", "over worlds"),
            (
                "self.near = self.full(0.5) if bool(self.near < 0.1) else self.near",
                "the value of a state is asked for, in ",
            ),
            ("self.near = self.full(0.01 * self.months)", "does not do the same in every month"),
            ("self.near = self.full(0.01 * self.model.month)", "unsupported operand"),
            ("self.near = self.model.recent('ttp_cohesion', 2) if self.months > 1 else self.near", ""),
        ],
    )
    def test_what_cannot_be_compiled_runs_on_numpy_and_says_so(self, what: str, reason: str, tmp_path: Path) -> None:
        (tmp_path / "odd.py").write_text(BY_ITSELF.replace("WHAT", what), encoding="utf-8")
        sim.load_extension(tmp_path / "odd.py")
        result = sim.run("confront", 1, 4)
        assert result.manifest["engine"] == "numpy"
        assert reason in result.manifest["engine_note"]
        assert result.manifest["engine_note"]
        assert ", in " not in reason or re.search(r"/odd\.py:\d+$", result.manifest["engine_note"])
        reference = sim.run("confront", 1, 4, engine="numpy")
        assert np.array_equal(result.arrays.metrics["nearness_kept"], reference.arrays.metrics["nearness_kept"])
        assert result.arrays.metrics["nearness_kept"].max() > 0


def outcome(spec: RunSpec, chunk: int = 4_000, workers: int = 1) -> np.ndarray:
    spec = replace(spec, chunk=chunk, engine="compiled")
    parts = [part for _, part in simulate.simulate(spec, every, workers=workers)]
    return np.concatenate(parts, axis=-1)


def every(model: FrontierModel, batch: RunSpec) -> np.ndarray:
    return np.array(list(readings(model, batch).values())[: len(METRICS)])


class TestBits:
    @pytest.mark.parametrize("chunk", [1, 2, 7, 8, 13, 64])
    def test_no_number_depends_on_how_worlds_are_cut(self, chunk: int) -> None:
        spec = RunSpec.of(load_scenario("own_choice"), 40, 8, 5, parameters="prior")
        assert np.array_equal(outcome(spec, chunk), outcome(spec))
        assert np.array_equal(outcome(spec, chunk, workers=2), outcome(spec))

    @pytest.mark.parametrize("first", [1, 3, 4, 21])
    def test_nor_on_which_is_the_first(self, first: int) -> None:
        spec = RunSpec.of(load_scenario("confront"), 40, 6, 5)
        later = replace(spec, worlds=40 - first, first=first)
        assert np.array_equal(outcome(spec)[..., first:], outcome(later))

    def test_nor_on_which_others_there_are(self) -> None:
        spec = RunSpec.of(load_scenario("confront"), 40, 6, 5)
        some = (0, 3, 3, 17, 39)
        assert np.array_equal(outcome(spec)[..., list(some)], outcome(replace(spec, worlds=5, numbers=some)))

    @pytest.mark.parametrize("worlds", [1, 2, 3, 8])
    def test_points_have_the_draws_of_their_worlds(self, worlds: int) -> None:
        weights = np.linspace(1.0, 3.0, 15)
        spec = RunSpec.of(load_scenario("confront"), worlds, 6, 5)
        together = replace(spec, points=15, values={"kinship_weight": weights}, repeats=worlds)
        for number, weight in enumerate(weights):
            alone = outcome(replace(spec, values={"kinship_weight": float(weight)}))
            assert np.array_equal(outcome(together)[..., number * worlds : (number + 1) * worlds], alone)

    @pytest.mark.parametrize(
        ("varied", "kind"),
        [("kinship_weight", emit.ALIKE), ("mass_casualty_chance", emit.SAME)],
        ids=["alike", "apart"],
    )
    @pytest.mark.parametrize("attacks", [1.0, 6.0], ids=["few", "many"])
    def test_blocks_of_one_world_share_what_it_draws(
        self, monkeypatch: pytest.MonkeyPatch, varied: str, kind: int, attacks: float
    ) -> None:
        """Where they differ in how tolls follow from draws, too; and where there are more draws than are made beforehand."""
        kinds, call = set[int](), engine_run.Run.call

        def called(run: engine_run.Run, *how: Any) -> None:
            kinds.add(run.kind)
            call(run, *how)

        monkeypatch.setattr(engine_run.Run, "call", called)
        one, rate = PARAMETERS[varied], PARAMETERS["attacks_per_capability"].value * attacks
        values = np.linspace(one.low, one.high, emit.LANES * (modules.AT_ONCE + 2))
        spec = RunSpec.of(
            load_scenario("confront"), 1, 8, 5, values={"attacks_per_capability": rate}, parameters="defaults"
        )
        together = outcome(replace(spec, points=len(values), values={**spec.values, varied: values}))
        assert kinds == {kind}
        for number in (0, 70, len(values) - 1):
            alone = outcome(replace(spec, values={**spec.values, varied: float(values[number])}))
            assert np.array_equal(together[..., number : number + 1], alone)
        assert (together[list(METRICS).index("attacks")].max() > 200.0) == (attacks > 1.0)

    def test_lanes_hold_every_world_once(self) -> None:
        several = (BatchLayout(1), BatchLayout(13, 6, 3), BatchLayout(3, 5, 7), BatchLayout(2, 5, 70), BatchLayout(24))
        kinds = set()
        for layout in (*several, BatchLayout(3, numbers=(2, 2, 9)), BatchLayout(3, 0, 9, (2, 2, 9))):
            lanes = Lanes.of(layout)
            places = lanes.places[lanes.back]
            assert places.tolist() == list(range(layout.size))
            numbers = lanes.numbers[lanes.back]
            assert numbers.tolist() == [layout.number(place) for place in range(layout.size)]
            steps = np.diff(lanes.numbers.reshape(-1, emit.LANES))
            if lanes.kind == emit.BESIDE:
                assert (steps == 1).all()
                assert (lanes.numbers[:: emit.LANES] % 4 == 0).all()
            elif lanes.kind == emit.SAME:
                assert not steps.any()
            kinds.add(lanes.kind)
        assert kinds == {emit.BESIDE, emit.SAME, emit.ANY}


class TestChoice:
    def test_auto_takes_machine_code_and_says_so(self) -> None:
        assert sim.run("confront", 2, 2).manifest["engine"] == "compiled"
        assert sim.run("confront", 2, 2, engine="numpy").manifest["engine"] == "numpy"

    def test_where_there_is_no_llvmlite_numpy_runs_and_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As on Intel's Macs, for which it is no longer made."""
        monkeypatch.setitem(sys.modules, "llvmlite", None)
        for name in [name for name in sys.modules if name.startswith("sim.engine.")]:
            monkeypatch.delitem(sys.modules, name)
        result = sim.run("confront", 2, 2)
        assert result.manifest["engine"] == "numpy"
        assert "llvmlite cannot be used here" in result.manifest["engine_note"]
        with pytest.raises(LimitError, match="the compiled engine cannot run this: llvmlite cannot be used here"):
            sim.run("confront", 2, 2, engine="compiled")

    def test_what_keeps_accounts_or_is_a_model_of_its_own_runs_on_numpy(self) -> None:
        class Other(FrontierModel):
            pass

        result = sim.run("confront", 2, 2, model=Other)
        assert (result.manifest["engine"], result.manifest["engine_note"]) == ("numpy", "Other takes the model's place")
        assert engines.settled(RunSpec.of(load_scenario("confront"), 2, 2, record=True)).engine == "numpy"
        with pytest.raises(LimitError, match="the compiled engine cannot run this: Other takes the model's place"):
            sim.run("confront", 2, 2, model=Other, engine="compiled")

    def test_what_a_command_asks_for_holds_in_processes_that_it_starts(self, durand: Durand) -> None:
        """Otherwise `durand --engine numpy dashboard` changes nothing."""
        assert durand("list", "--engine", "numpy").code == 0
        asked = "from sim.ensemble import engines, spec; from sim.scenario import load_scenario; "
        asked += "print(engines.settled(spec.RunSpec.of(load_scenario('confront'), 1, 1)).engine)"
        done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
        assert done.stdout == "numpy\n"

    def test_code_that_is_kept_is_bounded(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """Otherwise a scenario of its own for each visitor fills memory and disk; and a run whose code was let go of crashes."""
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        monkeypatch.setattr(compiled, "MOST_FILES", 3)
        monkeypatch.setattr(engine_run, "MOST_MADE", 2)
        monkeypatch.setattr(engine_run, "_MADE", OrderedDict())
        shocked = [
            with_overrides(
                load_scenario("confront"),
                {"shocks": [{"date": "2021-09", "title": "One", "changes": {"economy": {"add": -0.01 * number}}}]},
            )
            for number in range(1, 4)
        ]
        found = [sim.run(one, 2, 3, engine="compiled").outcomes["economy"].to_numpy() for one in (*shocked, *shocked)]
        assert len(engine_run._MADE) == 2
        assert len(list(tmp_path.rglob("*.o"))) <= 3
        assert not [path for path in (tmp_path / "durand/code").rglob("*") if path.suffix != ".o"]
        for first, again in zip(found[:3], found[3:], strict=True):
            assert np.array_equal(first, again)
        assert (found[0] > found[2]).all()

    def test_an_unknown_engine(self) -> None:
        with pytest.raises(LimitError, match="engine must be one of auto, numpy, compiled; got jax"):
            sim.run("confront", 2, 2, engine="jax")

    def test_a_reading_out_of_range_is_told_as_numpy_tells_it(self) -> None:
        spec = RunSpec.of(load_scenario("confront"), 20, 12, values={"attacks_per_capability": 3e5})
        said = []
        for engine in ("numpy", "compiled"):
            with pytest.raises(Exception) as caught:  # noqa: PT011 (whichever NumPy raises)
                simulate.simulate_batch(replace(spec, engine=engine), readings)
            said.append((caught.type, str(caught.value)))
        assert said[0] == said[1]


@cache
def function(name: str) -> Any:
    """A function of machine code on an array."""
    takes = modules.WRITTEN[name][0]
    loads = "\n".join(
        f"%p{place} = getelementptr <8 x double>, ptr %in{place}, i64 %i\n%x{place} = load <8 x double>, ptr %p{place}, align 8"
        for place in range(takes)
    )
    text = f"""
define void @each(i64 %n, ptr %in0, ptr %in1, ptr %out) #0 {{
entry:
br label %loop
loop:
%i = phi i64 [0, %entry], [%j, %loop]
{loads}
%y = call <8 x double> @{name}({", ".join(f"<8 x double> %x{place}" for place in range(takes))})
%q = getelementptr <8 x double>, ptr %out, i64 %i
store <8 x double> %y, ptr %q, align 8
%j = add i64 %i, 1
%more = icmp slt i64 %j, %n
br i1 %more, label %loop, label %done
done:
ret void
}}"""
    kind = ctypes.CFUNCTYPE(None, ctypes.c_int64, *[ctypes.c_void_p] * 3)
    made = kind(compiled.module(modules.with_shared(text), 2).get_function_address("each"))

    def called(*given: np.ndarray) -> np.ndarray:
        out = np.empty(len(given[0]))
        addresses = [one.ctypes.data for one in (given[0], given[-1])]
        made(len(out) // emit.LANES, *addresses, out.ctypes.data)
        return out

    return called


SPREAD = np.random.default_rng(1).random((2, 2_000))
# Over which a function is asked, and how many units in the last place it may be off.
RANGES: dict[str, tuple[Any, Any, float]] = {
    "exp": (lambda u: (u * 1400 - 700,), mpmath.exp, 2),
    "log": (lambda u: (10.0 ** (u * 600 - 300),), mpmath.log, 2),
    "log1p": (lambda u: (-1 + 10.0 ** (u * 32 - 16),), mpmath.log1p, 2),
    "tanh": (lambda u: ((u - 0.5) * 10.0 ** ((u * 977) % 5 - 3),), mpmath.tanh, 2),
    "power": (lambda u: (u, (u * 991) % 12), mpmath.power, 2),
    # As far off as SciPy's own.
    "ndtri": (lambda u: (np.clip(u, 1e-12, 1 - 1e-9),), lambda y: mpmath.sqrt(2) * mpmath.erfinv(2 * y - 1), 4),
}


@pytest.mark.parametrize("name", RANGES)
def test_functions_are_right_to_the_last_place(name: str) -> None:
    given, exact, most = RANGES[name]
    arguments = given(SPREAD[0])
    found = function(name)(*map(np.ascontiguousarray, arguments))
    with mpmath.workdps(40):
        for number in range(0, len(found), 2):
            right = exact(*(mpmath.mpf(float(one[number])) for one in arguments))
            off = abs(mpmath.mpf(float(found[number])) - right) / np.spacing(abs(float(right)) or 5e-324)
            assert off <= most, (name, [one[number] for one in arguments], float(off))


def test_functions_at_their_edges() -> None:
    inf, nan = np.inf, np.nan
    assert function("exp")(np.array([-inf, -1e9, inf, 800.0, nan, 0.0, -0.0, 1.0]))[:7].tolist()[:4] == [0, 0, inf, inf]
    logs = function("log")(np.array([0.0, -1.0, inf, nan, 1.0, 5e-324, -0.0, 1e-310]))
    assert logs[[0, 2, 4]].tolist() == [-inf, inf, 0.0]
    assert np.isnan(logs[[1, 3]]).all()
    assert np.allclose(logs[[5, 7]], np.log([5e-324, 1e-310]), rtol=1e-15)
    zeros = np.array([0.0, 0.0, 0.0, 1.0, 2.0, 0.5, 1e-300, 1.0])
    assert function("power")(zeros, np.array([0.0, 2.0, 0.5, 7.0, 0.0, 1.0, 2.0, 0.0])).tolist() == [
        *[1.0, 0.0, 0.0, 1.0, 1.0, 0.5, 0.0, 1.0]
    ]


def test_a_sum_of_rows_is_added_one_after_another() -> None:
    """Otherwise a world would get other totals alone than among many."""
    for worlds in (1, 2, 3, 8, 1000):
        rows = SPREAD[0][:60].repeat(worlds).reshape(60, worlds) * np.linspace(0.1, 3.0, worlds)
        one_by_one = total(iter(rows))
        assert np.array_equal(total(rows), one_by_one)
