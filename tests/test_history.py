"""Against what happened: observers, the data, calibration, scores, patterns, rivals, and runs on accepted sets."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.agents.observers import OBSERVERS, REPORTED_AS, reports, scattered
from sim.calibration import store
from sim.calibration.bargaining import bargain, median, settle
from sim.calibration.calibrate import Calibration, Wave, calibrate, scaled
from sim.calibration.design import latin_hypercube, stored, values_at
from sim.calibration.emulator import Emulator
from sim.calibration.matching import CUT, Measured, implausibility, log_likelihood, measure
from sim.calibration.patterns import AS_OF as PATTERNS_AS_OF
from sim.calibration.patterns import Ensemble, Pattern, ensemble, patterns
from sim.calibration.rivals import RIVAL_READINGS
from sim.calibration.targets import targets
from sim.commands.main import main
from sim.ensemble import fingerprint
from sim.model import FrontierModel
from sim.parameters import PARAMETERS, resolve
from sim.parameters.posterior import AS_OF, accepted, file_of, which_set
from sim.record.observations import (
    DATA,
    RECORD,
    ObservationError,
    by_month,
    read_observations,
    shipped,
    shipped_events,
    to_calibrate,
)
from sim.record.simulated import simulate_reports, uncertain
from sim.record.told import effective
from sim.results.run import run
from sim.scenario import list_scenarios, load_scenario, parameter_set
from sim.worlds import BatchLayout, Streams, Vector

ROOT = Path(__file__).resolve().parents[1]
HEAD = "series,period_start,period_end,value,unit,source_title,source_url,confidence\n"
ROW = "picss_militant_attacks_month,2022-05-01,2022-05-31,29,attacks,A source,https://example.org,high\n"


# ------------------------------------------------------------------------------------------------ observers


@cache
def simulated_model(worlds: int = 300, first: int = 0) -> FrontierModel:
    model = FrontierModel("history", BatchLayout(worlds, first), seed=3, parameters="prior")
    for _ in range(17):
        model.step()
    return model


@cache
def reported(worlds: int = 300, first: int = 0) -> dict[str, list[Vector]]:
    return reports(simulated_model(worlds, first))


def test_observers_report_whole_numbers_of_every_month() -> None:
    """Otherwise a series is short, or holds what nobody could have published."""
    for name, months in reported().items():
        assert len(months) == 17, name
        table = np.stack(months)
        assert np.isfinite(table).all()
        assert (table >= 0).all()
        assert np.array_equal(table, np.rint(table))


def test_what_is_reported_of_a_world_does_not_depend_on_the_chunk() -> None:
    """Otherwise a backcast changes with how many worlds are simulated at once."""
    whole = reported()
    for first, worlds in ((0, 1), (7, 3), (100, 64)):
        part = reported(worlds, first)
        for name, months in part.items():
            for month, values in enumerate(months):
                assert np.array_equal(values, whole[name][month][first : first + worlds]), name


def test_lethal_attacks_are_those_that_the_land_counted_the_dead_of() -> None:
    """Otherwise UCDP reports events of another world: the observers draw the land's own draw again."""
    from sim.agents.observers import _Month

    model = simulated_model()
    for number in range(17):
        month = _Month(model, number)
        assert np.array_equal(month["lethal"] > 0, month["dead_by_ttp"] > 0)
        assert (month["dead_by_ttp"] >= month["lethal"]).all()
        assert (month["lethal"] <= month["attacks"]).all()
        assert ((month["dead"] - month["dead_by_ttp"]) >= month["lethal_of_others"]).all()


def test_scatter_keeps_the_mean_and_has_the_variance_declared() -> None:
    """Otherwise noise shifts a reporting rate, or is not the noise that the parameter says."""
    uniform = (np.arange(20_000) + 0.5) / 20_000
    for mean, ratio in ((40.0, 2.0), (12.0, 0.6), (300.0, 3.0)):
        drawn = scattered(uniform, np.full(uniform.shape, mean), ratio)
        assert drawn.mean() == pytest.approx(mean, abs=0.05)
        assert drawn.var() / mean == pytest.approx(ratio, rel=0.1)
    assert (scattered(uniform, np.zeros(uniform.shape), 2.0) == 0).all()


def test_scope_and_silence() -> None:
    """Otherwise a truce silences a count of all groups, or the TTP goes on claiming in it."""
    simulated = simulate_reports("history", 400, 17, 1)
    truce = simulated["ceasefire"] > 0.5
    assert simulated["ttp_claims"][truce].mean() < 0.15 * simulated["ttp_claims"][~truce].mean()
    assert simulated["picss_attacks"][truce].mean() > 0.5 * simulated["picss_attacks"][~truce].mean()
    quiet = simulate_reports("history", 400, 17, 1, off=("background_attacks",))
    assert (
        np.abs(quiet["pips_ttp_attacks"] - simulated["pips_ttp_attacks"]).mean() < simulated["pips_ttp_attacks"].mean()
    )
    assert quiet["picss_attacks"].mean() < 0.8 * simulated["picss_attacks"].mean()


def test_every_observer_has_a_rate_a_scope_and_a_source() -> None:
    """Otherwise a reporting rate stands in the code rather than among the parameters."""
    declared = [one for one in PARAMETERS.values() if one.theme == "observers"]
    assert {one.noise for one in OBSERVERS.values()} <= {one.name for one in declared}
    assert all(one.claims and one.judgement for one in declared)
    assert {one.scope for one in OBSERVERS.values()} == {"TTP only", "all actors"}
    assert len(REPORTED_AS) == sum(len(one.series) for one in OBSERVERS.values())


# ------------------------------------------------------------------------------------------------ the data


def test_nothing_after_december_2023_is_in_the_project() -> None:
    """Otherwise the model is later judged on what it was fitted to."""
    assert RECORD == ("2021-08", "2023-12")
    assert max(str(one.end) for one in shipped()) == "2023-12-31"
    assert max(str(one.date) for one in shipped_events()) <= "2023-12-31"
    for until in ("2022-06", *AS_OF):
        for one in to_calibrate(until):
            assert "2021-08-01" <= str(one.start) <= str(one.end) <= f"{until}-31"


def test_every_figure_has_its_source() -> None:
    """Otherwise nobody can look a figure up, or take an observer's correction in."""
    assert all(one.source_title and one.source_url and one.unit for one in shipped())
    assert all(one.source_title and one.source_url for one in shipped_events())


def test_the_figures_are_those_that_were_published() -> None:
    """Otherwise the file was changed by hand, and targets with it."""
    claims, picss = by_month(shipped(), "ttp_claims"), by_month(shipped(), "picss_attacks")
    assert (claims["2021-08"], claims["2022-04"], claims["2022-07"], claims["2022-12"]) == (32, 54, 0, 69)
    assert (len(claims), len(picss)) == (18, 28)
    assert sum(value for month, value in picss.items() if month > "2023") == 650
    assert sum(by_month(shipped(), "picss_killed").values()) == 688 + 984
    assert sum(value for month, value in claims.items() if "2022" < month < "2023") == 367


def test_no_module_reads_files_beside_the_project() -> None:
    """Otherwise the project works in one checkout only."""
    found = list((ROOT / "sim" / "calibration").glob("*.py"))
    assert len(found) > 10
    for path in found:
        texts = [
            one.value for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(one, ast.Constant)
        ]
        assert not [text for text in texts if isinstance(text, str) and "shared/" in text]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1: no column series"),
        ("a,b\n1,2\n", ":1: no column series"),
        (HEAD, ":1: there are no observations"),
        (HEAD + "x,2022-05-01\n", ":2: this line has not as many fields"),
        (HEAD + ROW.replace("2022-05-31", "May"), ":2: period_end is not a day: 'May'"),
        (HEAD + ROW.replace("2022-05-31", "2021-05-31"), ":2: period_end 2021-05-31 lies before"),
        (HEAD + ROW.replace(",29,", ",many,"), ":2: value is not a number of at least 0: 'many'"),
        (HEAD + ROW.replace(",29,", ",-1,"), ":2: value is not a number"),
        (HEAD + ROW.replace(",29,", ",nan,"), ":2: value is not a number"),
        (HEAD + ROW + ROW.replace("picss_militant_attacks_month", ""), ":3: series is empty"),
        (
            HEAD + ROW.replace(",attacks,", ",deaths,"),
            ":2: unit is 'deaths', and picss_militant_attacks_month is of attacks",
        ),
        (HEAD + "\0", ":1: this is a binary file"),
    ],
)
def test_a_file_of_another_form_gives_one_message(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Otherwise someone who scores a later period gets a traceback, or a score of half a file."""
    path = tmp_path / "observations.csv"
    path.write_text(text)
    with pytest.raises(ObservationError) as caught:
        read_observations(path)
    assert message in str(caught.value)
    with pytest.raises(SystemExit) as left:
        main(["backcast", "--observations", str(path)])
    assert left.value.code == 2
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.count("\n") == 1
    assert message in out.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--observations", "/nowhere.csv"], "no such file"),
        (["--from", "2020-01"], "must lie from 2021-08 on"),
        (["--from", "2022-06", "--to", "2022-01"], "the first not after the last"),
        (["--from", "May"], "expected a month as YYYY-MM"),
        (["--worlds", "0"], "worlds must be"),
        (["--from", "2030-01", "--to", "2030-12"], "no figure of a modelled observer"),
        (["--mapping", "map.yaml"], "--mapping goes with --observations"),
        (["--parameters", "posterior:2020-01", "--worlds", "5"], "allowed: posterior, posterior:2022-12"),
        (["--parameters", "nothing_of_the_kind", "--worlds", "5"], "nothing_of_the_kind"),
    ],
)
def test_bad_input_ends_with_two(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Otherwise a slip on the command line looks like a failure of the program."""
    with pytest.raises(SystemExit) as left:
        main(["backcast", *arguments])
    assert left.value.code == 2
    assert message in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------ calibration


def test_targets_are_of_the_window_and_have_tolerances() -> None:
    """Otherwise a target is fitted exactly, twice, or to a month that is not there."""
    aims = targets(until="2022-12")
    assert len({aim.name for aim in aims}) == len(aims) == 23
    assert all(aim.error > 0 and aim.discrepancy > 0 and aim.why for aim in aims)
    found = {aim.name: aim.observed for aim in aims}
    assert found["ttp_claims_after_the_first_truce"] == pytest.approx((45 + 42 + 22 + 39 + 54) / 5)
    assert found["picss_killed_2022"] == 539
    assert found["pips_ttp_attacks_2022"] == 89
    assert found["clashes"] == 6


def test_a_latin_hypercube_uses_every_stratum_once() -> None:
    """Otherwise parts of a range are never tried, or a new parameter moves the draws of all others."""
    names = ("kabul_control", "claim_rate", "chip_value")
    places = latin_hypercube(names, 200, 5, "x")
    for column in places.T:
        assert np.array_equal(np.sort(np.floor(column * 200)), np.arange(200))
    assert np.array_equal(latin_hypercube(names[1:], 200, 5, "x"), places[:, 1:])
    assert abs(np.corrcoef(places.T)[0, 1]) < 0.2
    values = values_at(names, places)
    for name in names:
        one = PARAMETERS[name]
        assert one.low <= values[name].min() < values[name].max() <= one.high
        assert np.array_equal(stored(one, values[name]), values[name])


def test_the_emulator_learns_a_curve() -> None:
    """Otherwise it rules out sets by what they would not give."""
    aims = tuple(replace(aim, count=False) for aim in targets()[:2])
    places = latin_hypercube(("kabul_control", "claim_rate", "chip_value"), 2_000, 1, "curve")
    a, b, _ = places.T
    mean = np.column_stack([10 + 5 * a + 8 * a * b, 30 - 4 * b**2])
    measured = Measured(mean, np.full(mean.shape, 0.5), 25, np.eye(2))
    emulator = Emulator.fit(aims, places, measured, np.zeros(2_000))
    tried = latin_hypercube(("kabul_control", "claim_rate", "chip_value"), 500, 2, "curve")
    found, scatter = emulator(tried)
    assert np.abs(found[:, 0] - (10 + 5 * tried[:, 0] + 8 * tried[:, 0] * tried[:, 1])).max() < 0.3
    assert scatter == pytest.approx(np.full(scatter.shape, 0.5), rel=0.05)


def test_implausibility_and_likelihood_by_hand() -> None:
    """Otherwise what is accepted is not what the page says."""
    aim = replace(targets()[0], observed=10.0, error=3.0, discrepancy=4.0)
    assert aim.tolerance == 5.0
    off = implausibility([aim], np.array([[34.0]]), np.array([[12.0]]))
    assert off[0, 0] == pytest.approx(24 / 13)
    one, other = log_likelihood([aim], np.array([[10.0], [34.0]]), np.array([[12.0], [12.0]]), np.eye(1))
    assert one - other == pytest.approx(0.5 * (24 / 13) ** 2)
    assert effective(np.log(np.array([1.0, 1.0, 0.0 + 1e-300]))) == pytest.approx(2.0)


KEY = ("attacks_per_capability", "background_base", "claim_rate", "count_rate", "pips_ttp_rate", "lethal_share")
TRUTH = {
    "attacks_per_capability": 2.6,
    "background_base": 10.0,
    "claim_rate": 1.2,
    "count_rate": 0.95,
    "pips_ttp_rate": 0.3,
    "lethal_share": 0.35,
}
TOY = (Wave(500, 500, 8), Wave(5_000, 500, 12))


@cache
def recovered() -> Calibration:
    """A calibration on figures that the model itself made up, from known values."""
    made_up = measure(targets(), {name: np.full(20, value) for name, value in TRUTH.items()}, 20, seed=99)
    aims = tuple(
        replace(aim, observed=float(value), error=0.03 * abs(value) + 0.05, discrepancy=0.05 * abs(value) + 0.05)
        for aim, value in zip(targets(), made_up.mean.mean(axis=0), strict=True)
    )
    return calibrate(TOY, 100, seed=1, targets=aims, names=KEY)


def test_known_values_are_found_again() -> None:
    """Otherwise the method does not do what it is for: made-up figures lead back to the values that made them."""
    found = recovered()
    inside, nearer = 0, 0
    for name, values in found.values.items():
        one = PARAMETERS[name]
        low, high = np.quantile(values, (0.025, 0.975))
        inside += low <= TRUTH[name] <= high
        before = np.mean(np.abs(np.linspace(one.low, one.high, 101) - TRUTH[name]))
        nearer += np.mean(np.abs(values - TRUTH[name])) < before
    assert inside == len(KEY)
    assert nearer >= len(KEY) - 1
    # What reports fix is a product: attacks times the rate at which they are claimed.
    product = found.values["attacks_per_capability"] * found.values["claim_rate"]
    truth = TRUTH["attacks_per_capability"] * TRUTH["claim_rate"]
    assert product.std() / product.mean() < 0.6 * 0.4
    assert abs(product.mean() / truth - 1) < 0.25


def test_accepted_sets_were_simulated_and_are_not_implausible() -> None:
    """Otherwise the emulator's word is taken for the model's."""
    found = recovered()
    assert 50 <= len(found.places) <= 100
    again = measure(found.targets, {name: value[:5] for name, value in found.values.items()}, 200, seed=4)
    off = implausibility(found.targets, again.mean, again.scatter)
    assert np.median(off) < 1.5
    assert found.waves[-1].not_implausible >= len(found.places)
    assert found.waves[-1].simulated == 500
    assert CUT == 3.0


def test_the_same_seed_finds_the_same_sets_on_any_number_of_processes() -> None:
    """Otherwise the shipped sets cannot be made again."""
    budget = (Wave(400, 400, 2),)
    one, two = (calibrate(budget, 20, seed=2, names=KEY, workers=workers) for workers in (1, 2))
    assert np.array_equal(one.places, two.places)
    other = calibrate(budget, 20, seed=3, names=KEY)
    assert not np.array_equal(one.places, other.places)


def test_a_budget_scales() -> None:
    """Otherwise `--effort` makes a rough calibration slow."""
    small = scaled((Wave(8_000, 8_000, 8), Wave(80_000, 4_000, 16)), 0.1)
    assert small == (Wave(800, 800, 8), Wave(8_000, 400, 16))


def test_sets_are_kept_with_a_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise nobody can tell from what the sets were made, or that the model has changed since."""
    made = store.save(recovered(), tmp_path)
    table, manifest = store.names_of(RECORD[1])
    read = json.loads((tmp_path / manifest).read_text(encoding="utf-8"))
    assert read == made
    assert read["window"] == list(RECORD)
    assert read["seed"] == 1
    assert read["model"] == fingerprint.model_fingerprint(libraries=False)
    assert {row["name"] for row in read["targets"]} == {aim.name for aim in targets()}
    kept = accepted(tmp_path / table)
    for name, values in recovered().values.items():
        one = PARAMETERS[name]
        assert np.array_equal(np.clip(kept[name], one.low, one.high), values)
    assert store.state(tmp_path).same_code
    monkeypatch.setattr(store, "model_fingerprint", lambda libraries: "another")
    assert store.state(tmp_path).stale  # since it has but some of the parameters
    assert "stale" in store.state(tmp_path).words
    assert store.state(tmp_path / "none").stale


def test_the_fingerprint_sees_rules_and_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise sets that belong to another model go on being used."""
    anew = fingerprint._own_fingerprint.__wrapped__
    before = anew()
    assert before == anew() != anew(libraries=False)
    one = PARAMETERS["chip_value"]
    monkeypatch.setitem(PARAMETERS, "chip_value", one.model_copy(update={"high": one.high + 0.5}))
    assert anew() != before

    def code(source: str) -> str:
        return fingerprint.computing(ast.parse(source))

    same = code("def f(x):\n    '''Says.'''\n    if x < 0:\n        raise ValueError('negative')\n    return x + 1\n")
    assert same == code(
        "# a remark\n@rule(claims=('a',))\ndef f(x):\n    '''Says more.'''\n    if x < 0:\n        raise ValueError(x)\n"
        "    return x + 1\n"
    )
    assert same != code("def f(x):\n    if x < 0:\n        raise ValueError('negative')\n    return x + 2\n")


def test_what_is_kept_of_the_code_is_what_the_code_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a model goes by the digest of another: of an earlier one, or of what a full disk left of a file."""
    root, home = tmp_path / "root", tmp_path / "home"
    for name in ("model", "agents/observers", "ensemble/outcomes", "engine/run"):
        (root / "sim" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "sim" / f"{name}.py").write_text(f"NAME = '{name}'\n", encoding="utf-8")
    monkeypatch.setattr(fingerprint, "ROOT", root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    said = fingerprint.code_that_computes()
    assert b"agents/observers" in said
    (kept,) = home.rglob("*.txt")
    with monkeypatch.context() as patch:
        patch.setattr(fingerprint, "modules", None)  # nothing is read out of the files again
        assert fingerprint.code_that_computes() == said
    for damage in (b"", kept.read_bytes()[:-1], kept.read_bytes().replace(b"observers", b"observerz")):
        kept.write_bytes(damage)
        assert fingerprint.code_that_computes() == said
    (root / "sim" / "model.py").write_text("NAME = 'other'\n", encoding="utf-8")
    assert b"other" in fingerprint.code_that_computes() != said
    for number in range(9):
        (root / "sim" / "more.py").write_text(f"NAME = {number}\n", encoding="utf-8")
        fingerprint.code_that_computes()
    assert len(list(home.rglob("*"))) == 2 + fingerprint.MOST_FILES  # two folders, and nothing left beside
    monkeypatch.setenv("XDG_CACHE_HOME", str(kept))
    assert b"other" in fingerprint.code_that_computes()  # where nothing can be kept


def test_the_fingerprint_covers_what_computes() -> None:
    """Otherwise a part of the model can change unseen: which parts there are follows from what is imported."""
    found = set(fingerprint.modules())
    computing = {"model", "rulebook", "shocks", "chance", "worlds", "scenario.shocks", "scenario.script"}
    computing |= {"rules.stance", "agents.observers", "ensemble.outcomes", "ensemble.verdicts", "parameters.posterior"}
    assert {f"sim.{name}" for name in computing} <= found
    others = ("sim.why", "sim.results", "sim.plots", "sim.commands", "sim.report", "sim.experiment", "sim.calibration")
    assert [name for name in found if name.startswith(others)] == []


# ------------------------------------------------------------------------------------------------ the shipped sets


@pytest.mark.parametrize("until", AS_OF)
def test_the_shipped_sets_are_what_their_manifest_says(until: str) -> None:
    """Otherwise the two files come from two calibrations, or from months after the one they are as of."""
    file = file_of(f"posterior:{until}")
    made, sets = store.shipped_manifest(until=until), accepted(file)
    rows = len(next(iter(sets.values())))
    assert 200 <= rows <= 500
    assert made["sets"] == rows
    assert made["window"] == [RECORD[0], until]
    assert {row["name"] for row in made["targets"]} == {aim.name for aim in targets(until=until)}
    assert {row["name"] for row in made["parameters"]} == set(sets)
    for row in made["parameters"]:
        assert np.quantile(sets[row["name"]], 0.5) == pytest.approx(row["p50"], rel=1e-4, abs=1e-6)
    assert file == DATA / store.names_of(until)[0]
    assert file.stat().st_size < 1_500_000


@pytest.mark.parametrize("until", AS_OF)
def test_the_shipped_sets_are_this_models(until: str) -> None:
    """Otherwise runs draw from sets found with another model: durand calibrate --ship --until."""
    state = store.state(until=until)
    assert not state.stale, state.words
    assert set(accepted(file_of(f"posterior:{until}"))) == set(uncertain())


def test_sets_are_stale_by_their_numbers_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise every change of code has a reader told that the sets are another model's, or none does."""
    monkeypatch.setattr(store, "model_fingerprint", lambda libraries: "another")
    table, manifest = (file_of("posterior").with_name(name) for name in store.names_of(RECORD[1]))
    (tmp_path / table.name).write_bytes(table.read_bytes())
    made = json.loads(manifest.read_text(encoding="utf-8"))
    for more, stale in ((0.0, False), (1.0, True)):
        made["probe"][0][0] += more
        (tmp_path / manifest.name).write_text(json.dumps(made), encoding="utf-8")
        found = store.state(tmp_path)
        assert found.stale == stale
        assert ("stale" if stale else "but not its numbers") in found.words


def test_sets_as_of_a_month_are_asked_for_by_name() -> None:
    """Otherwise a run that should know nothing of 2023 draws from sets that do."""
    assert parameter_set("posterior:2022-12") == ("posterior:2022-12", {})
    assert file_of("posterior") == file_of(f"posterior:{AS_OF[-1]}") != file_of("posterior:2022-12")
    newest, older = (resolve({}, mode, Streams(2, 50))["claim_rate"] for mode in ("posterior", "posterior:2022-12"))
    assert not np.array_equal(newest, older)
    values = run("history", worlds=2, months=2, parameters="posterior:2022-12").manifest["values"]
    assert (values["mode"], values["window"]) == ("posterior", ["2021-08", "2022-12"])


# ------------------------------------------------------------------------------------------------ runs on them


def test_each_world_takes_a_whole_set() -> None:
    """Otherwise joint structure is lost: each parameter by itself plausible, the set not."""
    streams = Streams(11, 300)
    drawn = resolve({}, "posterior", streams)
    sets = accepted()
    rows = which_set(Streams(11, 300), len(next(iter(sets.values()))))
    assert len(set(rows.tolist())) > 100
    for name, values in sets.items():
        if name in PARAMETERS:
            one = PARAMETERS[name]
            assert np.array_equal(drawn[name], np.clip(values[rows], one.low, one.high)), name
    assert parameter_set("posterior") == ("posterior", {})


def test_a_parameter_that_the_sets_leave_out_is_drawn_over_its_range(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a parameter added after calibration breaks every run, or is known better than anyone knows it."""
    monkeypatch.setattr("sim.parameters.posterior_draw", lambda streams, mode: ((), np.empty((0, streams.worlds))))
    drawn = resolve({"chip_value": 1.5}, "posterior", Streams(1, 50))
    prior = resolve({}, "prior", Streams(1, 50))
    assert drawn["chip_value"] == 1.5
    assert np.array_equal(drawn["kabul_control"], prior["kabul_control"])


def test_a_scenarios_own_values_hold_above_the_sets() -> None:
    """Otherwise a rival reading is drowned by the calibration."""
    model = FrontierModel("rival_ideological_bond", worlds=20, seed=1, parameters="posterior")
    assert model.parameters["chip_value"] == load_scenario("rival_ideological_bond").parameters["chip_value"]
    assert isinstance(model.parameters["claim_rate"], np.ndarray)
    model.close()


def test_posterior_runs_are_the_same_in_any_chunks_and_paired() -> None:
    """Otherwise a world changes its parameters with the chunk, or two scenarios compare different worlds."""
    whole = run("history", worlds=40, months=6, seed=5, parameters="posterior")
    parts = run("history", worlds=40, months=6, seed=5, parameters="posterior", chunk=7)
    for name, values in whole.arrays.metrics.items():
        assert np.array_equal(values, parts.arrays.metrics[name]), name
    first = run("confront", worlds=10, months=6, seed=5, parameters="posterior")
    for name, values in first.arrays.metrics.items():  # the courses part in December 2022
        assert np.array_equal(values, whole.arrays.metrics[name][:10]), name
    assert run("history", worlds=1, months=1).manifest["parameters"] == "posterior", "what runs draw from by default"
    other = run("history", worlds=40, months=6, seed=5, parameters="defaults")
    assert not np.array_equal(other.arrays.metrics["attacks"], whole.arrays.metrics["attacks"])
    assert whole.manifest["parameters"] == "posterior"


# ------------------------------------------------------------------------------------------------ patterns

# Stylised facts that the ensemble does not show; each stands in docs/validation.md too.
NAMES = (
    "claims_dip_in_truces",
    "counts_do_not_dip",
    "fast_rebound",
    "overdispersed_attacks",
    "overdispersed_deaths",
    "single_deaths",
    "mean_deaths",
    "tail",
    "headcount_hardly_moves",
    "attacks_outgrow_headcount",
    "tempo_varies",
    "claims_against_pips",
    "picss_against_pips",
    "claims_against_all",
    "restraint_is_partial",
    "crackdowns_are_rare",
    "brokering_is_transactional",
    "india_comes_closer",
    "india_ratchets",
)


@cache
def shown() -> Ensemble:
    return ensemble(PATTERNS_AS_OF, worlds=1000, seed=0)


@cache
def found_patterns() -> Mapping[str, Pattern]:
    return {one.name: one for one in patterns(shown())}


def test_every_pattern_is_asked_for() -> None:
    """Otherwise a stylised fact is dropped quietly."""
    assert tuple(found_patterns()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_pattern(name: str) -> None:
    """Otherwise the ensemble does not have the shape of the record."""
    one = found_patterns()[name]
    assert one.holds, f"{one.measured}: {one.value:.3g}, wanted {one.low:.3g} to {one.high:.3g}"


def test_a_pattern_fails_where_its_mechanism_is_off() -> None:
    """Otherwise the patterns hold of any model."""
    history = simulate_reports("history", 1000, 17, 0, parameters=PATTERNS_AS_OF, off=("attacks_claimed",))
    lost = {one.name: one for one in patterns(replace(shown(), history=history))}
    assert not lost["claims_dip_in_truces"].holds
    assert lost["counts_do_not_dip"] == found_patterns()["counts_do_not_dip"]
    alike = replace(shown(), without_talks=shown().history)
    assert not {one.name: one for one in patterns(alike)}["brokering_is_transactional"].holds


# ------------------------------------------------------------------------------------------------ rivals


def test_rivals_contradict_each_other() -> None:
    """Otherwise they are not rivals: each must have Kabul behave in its own way under the same random draws."""
    efforts = {}
    for name in RIVAL_READINGS:
        plan = load_scenario(name)
        assert plan.parameters
        assert name in [one for one, _, _ in list_scenarios()]
        efforts[name] = simulate_reports(plan, 300, 17, 0, parameters="posterior")["taliban_stance"][5:].mean()
    assert efforts["rival_bargaining_chip"] > efforts["rival_faction_politics"] + 0.03
    assert efforts["rival_faction_politics"] > efforts["rival_ideological_bond"] + 0.02


def one_set(*rows: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array(rows, dtype=np.float64)[:, None]


def test_bargaining_in_known_cases() -> None:
    """Otherwise the baseline is a number without a reason."""
    agreed = settle(one_set(0.4, 0.4, 0.4), one_set(1, 2, 3), one_set(1, 1, 1))
    assert (agreed.rounds == 0.4).all()
    strong = settle(one_set(0.0, 1.0, 0.2), one_set(1, 20, 1), one_set(0.5, 1, 0.5))
    assert strong.settlement[0] == 1.0
    assert median(one_set(0.1, 0.5, 0.9), one_set(1, 1, 1))[0] == 0.5
    assert median(one_set(0.9, 0.1, 0.5), one_set(5, 1, 1))[0] == 0.9
    two_sets = np.hstack([one_set(0.0, 1.0, 0.2), one_set(0.4, 0.4, 0.4)])
    both = settle(two_sets, np.ones((3, 2)), np.ones((3, 2)))
    alone = settle(two_sets[:, :1], np.ones((3, 1)), np.ones((3, 1)))
    assert both.settlement[0] == alone.settlement[0]


def test_bargaining_follows_the_parameters() -> None:
    """Otherwise it is not a baseline on the same inputs."""
    names = ("align_kandahar_ttp", "align_haqqani_ttp", "align_baradar_yaqoob_ttp", "align_rank_and_file_ttp")
    close = bargain({name: PARAMETERS[name].high for name in names})
    apart = bargain({name: PARAMETERS[name].low for name in names})
    assert apart.settlement[0] > close.settlement[0]
    many = bargain(resolve({}, "prior", Streams(0, 200)))
    assert many.settlement.shape == (200,)
    assert ((many.rounds >= 0) & (many.rounds <= 1)).all()
    assert many.settlement.std() > 0.02
