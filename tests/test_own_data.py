"""One's own data, end to end: figures from any table, targets from a file, sets that runs take, known values found again."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import tracemalloc
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from command import Durand, Outcome
from pyarrow import parquet
from seen import said
from test_dashboard_start import opened, widget

from dashboard.runtime import own_sets, versions
from dashboard.runtime.state import from_query, to_query
from sim.calibration import matching
from sim.calibration.aims import read_aims, targets_schema
from sim.calibration.backcast import backcast
from sim.calibration.calibrate import Calibration, Wave, calibrate
from sim.calibration.folder import calibrated
from sim.calibration.own import Asked, asked, read_figures
from sim.calibration.recovery import Recovered, recovered, recovery_words
from sim.calibration.synthetic import NOISE, PLANTED, RATES, make
from sim.commands.main import main
from sim.ensemble.spec import LimitError
from sim.experiment.kept import WorkFolder
from sim.experiment.plan import parameters_digest
from sim.experiment.response.study import Response, drawn_sets, response
from sim.headers import sealed
from sim.parameters import PARAMETERS, resolve
from sim.parameters.posterior import FORMAT, accepted, file_of
from sim.record import rows
from sim.record.mapping import mapping_schema, read_mapping, shipped_mappings
from sim.record.observations import RECORD, Observation, ObservationError, by_month
from sim.record.rows import read_rows
from sim.record.simulated import simulate_reports
from sim.results.reading import headline, titles
from sim.results.run import compare, run
from sim.scenario import library, parameter_set
from sim.worlds import Streams, total
from sim.yamlfile import FileError

PAGE = Path(__file__).resolve().parents[1] / "docs" / "own-data.md"
SMALL = (Wave(200, 200, 2), Wave(4_000, 100, 4))
HEAD = "event_id_cnty,event_date,event_type,sub_event_type,actor1,inter1,actor2,inter2,country,admin1,fatalities\n"
TTP = "TTP: Tehreek-i-Taliban Pakistan"


@dataclass(frozen=True)
class Walked:
    """What the page's example left: the folder that it was run in, and how each line left and what it printed."""

    home: Path
    lines: dict[str, Outcome]

    @property
    def sets(self) -> Path:
        return self.home / "country-sets"


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Walked:
    """The page's example, line by line, with a small budget and few worlds."""
    home = tmp_path_factory.mktemp("own")
    lines = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0].splitlines()
    few = {"run": ["--worlds", "20", "--months", "6"], "backcast": ["--worlds", "30", "--workers", "1"]}
    few["calibrate"] = ["--sets", "50", "--workers", "1"]
    out: dict[str, Outcome] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        patch.setattr("sim.calibration.calibrate.FULL", SMALL)
        patch.setattr("sim.calibration.calibrate.scaled", lambda budget, effort: budget)
        patch.setattr("sim.calibration.own.WORLDS", 40)
        patch.setattr("sim.calibration.own.TRIED", 20)
        for line in lines:
            _, command, *rest = shlex.split(line)
            out[line] = spoken(command, *rest, *few.get(command, []))
    return Walked(home, out)


def spoken(*arguments: str) -> Outcome:
    """The command called in this process, where no fixture of one test captures what it prints."""
    import contextlib
    import io

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as left:
        main(list(arguments))
    return Outcome(int(left.value.code or 0), out.getvalue(), err.getvalue())


# ------------------------------------------------------------------------------------------------ the page's example


def test_the_pages_example_runs(walked: Walked) -> None:
    """Otherwise who follows the page line by line is stopped."""
    assert [(line, one.err) for line, one in walked.lines.items() if one.code] == []
    _, dry, found, ran, scored = walked.lines.values()
    assert "movement_events_2021_08_to_2021_12: Events with the Movement, a month" in dry.out
    assert f"{sum(wave.sets * wave.repeats for wave in SMALL):,} worlds in all" in dry.out
    assert "expected time" in dry.out
    assert "1,421 rows looked at, from 2021-08-01 to 2023-12-31" in found.err
    assert "2 values were planted" in found.err
    assert "--parameters country-sets" in found.out
    assert "agree with the figures of events.csv to December 2022" in " ".join(ran.out.split())
    assert "none of the months scored lie in that window" in " ".join(scored.out.split())


def test_the_folder_holds_what_the_page_says(walked: Walked) -> None:
    """Otherwise a diagnostic that the shipped sets have is missing, or the folder does not say what it was made of."""
    page = (walked.sets / "calibration.md").read_text(encoding="utf-8")
    for heading in ("### Targets to December 2022", "### What the data say", "## Known values", "## Months aimed at"):
        assert heading in page
    assert "not implausible" in page
    assert page.count("| held out | 12 |") == 3
    for name in re.findall(r"\]\(([a-z/_-]+\.(?:png|md))\)", page):
        assert (walked.sets / name).exists(), name
    for name in ("mapping.yaml", "targets.yaml"):
        assert (walked.sets / name).read_bytes() == (walked.home / "country" / name).read_bytes()
    kept = json.loads((walked.sets / "posterior-2022-12.json").read_text(encoding="utf-8"))
    assert (kept["window"], kept["figures"]) == (["2021-08", "2022-12"], "events.csv")
    assert 10 < kept["sets"] <= 50
    again = read_figures(walked.sets / "figures.csv").observations
    first = read_figures(walked.home / "country" / "events.csv", walked.home / "country" / "mapping.yaml").observations
    assert [(one.series, one.start, one.value) for one in again] == [
        (one.series, one.start, one.value) for one in first
    ]


def test_nothing_made_up_goes_beyond_the_record(walked: Walked) -> None:
    """Otherwise months after December 2023 are in the project, if only in an example."""
    with open(walked.home / "country" / "events.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert min(row["event_date"] for row in rows) >= f"{RECORD[0]}-01"
    assert max(row["event_date"] for row in rows) <= f"{RECORD[1]}-31"
    assert all("not data" in row["source"] for row in rows)
    assert all("Pakistan" not in cell and "Taliban" not in cell for row in rows for cell in row.values())


def test_a_made_up_country_follows_from_its_seed(walked: Walked, tmp_path: Path) -> None:
    """Otherwise nobody can make the example again."""
    first = (walked.home / "country" / "events.csv").read_bytes()
    assert (make(tmp_path / "again", 1) / "events.csv").read_bytes() == first
    assert (make(tmp_path / "other", 2) / "events.csv").read_bytes() != first


def test_its_recorder_reports_what_the_mapping_says(walked: Walked) -> None:
    """Otherwise the example's known rates are others than those the file was made with."""
    simulated = simulate_reports("history", 1, 29, 1, values=PLANTED)
    figures = read_figures(walked.home / "country" / "events.csv", walked.home / "country" / "mapping.yaml")
    dead = simulated["fatalities_security"] + simulated["fatalities_civilian"]
    truths = {"movement_events": simulated["attacks"], "killed": dead}
    for (name, truth), kind in zip(truths.items(), ("attacks", "deaths"), strict=True):
        counted, there = sum(by_month(figures.observations, name).values()), float(total(truth)[0])
        give_or_take = 3.0 * np.sqrt(NOISE[kind] * RATES[kind] * there)
        assert abs(counted - RATES[kind] * there) < give_or_take < 0.3 * there
        rate = figures.mapping.observers[name].rate
        assert rate.low < RATES[kind] < rate.high  # type: ignore[union-attr]


# ------------------------------------------------------------------------------------------------ sets that runs take


def test_every_world_takes_one_of_the_sets(walked: Walked) -> None:
    """Otherwise `--parameters DIR` draws from the shipped sets, or mixes parts of several."""
    mode, overrides = parameter_set(str(walked.sets))
    drawn = resolve({}, mode, Streams(3, 60))
    sets = accepted(file_of(mode))
    rows = [int(np.flatnonzero(sets["claim_rate"] == one)[0]) for one in np.asarray(drawn["claim_rate"])]
    assert overrides == {}
    assert len(set(rows)) > len(sets["claim_rate"]) / 2
    for name in ("attacks_per_capability", "background_base", "kabul_control"):
        one = PARAMETERS[name]
        assert np.array_equal(drawn[name], np.clip(sets[name][rows], one.low, one.high))


def test_a_run_says_whose_sets_it_took(walked: Walked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise results on somebody's figures pass for results on the record, or two foldersful of sets for the same."""
    results = run("history", worlds=2, months=2, parameters=str(walked.sets))
    values = results.manifest["values"]
    assert (values["mode"], values["window"]) == ("posterior", ["2021-08", "2022-12"])
    assert values["figures"] == "events.csv"
    assert len(values["digest"]) == 16
    # A sweep's identity follows from what is in the folder, not from where it stands.
    monkeypatch.chdir(walked.home)
    assert parameters_digest("country-sets") == parameters_digest(str(walked.sets))
    assert parameters_digest("country-sets") != parameters_digest("posterior:2022-12")


def test_rates_are_found_with_the_parameters(walked: Walked) -> None:
    """Otherwise observers report what their range allows, whatever the sets were found with."""
    mapping = read_mapping(walked.home / "country" / "mapping.yaml")
    sets = accepted(file_of(parameter_set(str(walked.sets))[0]))
    found = sets["movement_events.rate"]
    assert 0.7 <= found.min() < found.max() <= 0.9
    sure = {"movement_events": mapping.observers["movement_events"].model_copy(update={"noise": 0.01})}
    simulated = simulate_reports("history", 200, 8, 5, parameters=str(walked.sets), mapped=sure)
    there, reported = total(simulated["attacks"]), total(simulated["movement_events"])
    lives = there > 60
    shares = reported[lives] / there[lives]
    nearest = np.abs(shares[:, None] - found[None, :]).min(axis=1)
    assert lives.sum() > 100
    assert nearest.max() < 0.04  # counts are whole
    own = {name: value for name, value in sets.items() if name in PARAMETERS or name == "movement_events.rate"}
    figures = read_figures(walked.home / "country" / "events.csv", walked.home / "country" / "mapping.yaml")
    how = {"first": "2023-01", "worlds": 30, "mapped": mapping.observers}
    by_sets = backcast(figures.observations, sets={**sets, **own}, found_on=("2021-08", "2022-12"), **how)
    by_name = backcast(figures.observations, parameters=str(walked.sets), **how)
    assert [one.scored for one in by_sets.series] == [one.scored for one in by_name.series]
    assert by_sets.calibrated == by_name.calibrated == ("2021-08", "2022-12")


def test_courses_are_compared_over_ones_own_sets(walked: Walked) -> None:
    """Otherwise `durand response` says what levers and courses do in other worlds than those that fit the user's figures."""
    folder = str(walked.sets)
    sizes = ["--sets", "3", "--worlds", "2", "--lever-worlds", "2", "--course", "confront", "--course", "appease"]
    told = spoken("response", "--parameters", folder, *sizes, "--json")
    assert told.code == 0, told.err
    found = Response.of_json(json.loads(told.out))
    assert found.manifest["values"]["figures"] == "events.csv"
    assert "accepted parameter sets found on the figures of events.csv to December 2022" in found.reading()[-1]
    theirs, drawn = accepted(file_of(f"posterior:{folder}")), drawn_sets(0, 3, folder)
    # Rates of the mapped observers stand beside them, and are none of the model's parameters.
    assert set(drawn) == set(theirs) & set(PARAMETERS) < set(theirs)
    assert set(drawn["background_base"]) <= set(theirs["background_base"])
    usual = response(3, 2, 2, names=["confront", "appease"])
    for name in ("attacks", "economy"):
        assert found.choice[name].apart != usual.choice[name].apart
    assert found.levers["ttp_talks"]["attacks"].sd != usual.levers["ttp_talks"]["attacks"].sd
    refused = spoken("response", "--parameters", "prior", *sizes)
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert "courses are compared over accepted sets; allowed: posterior" in refused.err


def test_the_dashboard_offers_ones_own_sets(
    walked: Walked, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, durand: Durand
) -> None:
    """Otherwise what was found on one's own figures can be seen on the command line alone."""
    for folder, message in ((tmp_path, "no accepted parameter sets in this folder"), ("none", "'none' does not exist")):
        left = durand("dashboard", "--parameters", folder)
        assert left.code == 2
        assert message in " ".join(left.err.split())
    (told,) = from_query({"values": "own"})[1]
    assert told == "values = own: is not one of the choices; allowed: defaults, prior, posterior"
    monkeypatch.setenv(own_sets.VARIABLE, str(walked.sets))
    own_sets.offer(str(walked.sets))
    here, problems = from_query({"values": "own", "worlds": "20", "months": "20"})
    assert problems == []
    assert to_query(here)["values"] == "own"
    assert {one.parameters for one in versions.jobs(here).values()} == {str(walked.sets)}
    app = opened("compare", values="own", worlds="20", months="20", metric="attacks")
    box = widget(app, "selectbox", "Uncertain values are")
    assert box.value == "own"
    assert "drawn from the sets that fit events.csv, August 2021 to December 2022" in box.options
    found = compare(["confront", "appease"], worlds=20, months=20, parameters=str(walked.sets))
    assert headline(found, "appease", "attacks", titles(*found.results.values())) in said(app)


def test_sets_that_are_not_as_written_are_refused(walked: Walked, tmp_path: Path, durand: Durand) -> None:
    """Otherwise a run says that it took sets which nobody found."""
    torn = tmp_path / "torn"
    torn.mkdir()
    for name in ("manifest.json", "posterior-2022-12.json", "posterior-2022-12.parquet"):
        (torn / name).write_bytes((walked.sets / name).read_bytes())
    assert parameter_set(str(torn))[0].startswith("posterior:")
    with open(torn / "posterior-2022-12.parquet", "ab") as file:
        file.write(b"x")
    file_of_folder = file_of.__globals__["_file_in"]
    file_of_folder.cache_clear()
    with pytest.raises(FileError, match="changed since it was written"):
        parameter_set(str(torn))
    for folder in (walked.home / "country", tmp_path):
        ran = durand("run", "history", "--parameters", folder, "--worlds", "2")
        assert (ran.code, ran.err.count("\n")) == (2, 1)
        assert "no accepted parameter sets in this folder" in ran.err


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda table: table.slice(0, 0), "there is no set in it"),
        (lambda table: table.select([]), "there is no set in it"),
        (lambda table: replaced(table, np.nan), "attacks_per_capability is not a finite number"),
        (lambda table: replaced(table, PARAMETERS["attacks_per_capability"].high * 1.001), "is out of range: "),
        (lambda table: replaced(table, 1e300), "attacks_per_capability is out of range"),
        (lambda table: replaced(table, "x"), "no table of parameter sets: could not convert"),
        (lambda table: replaced(table, [1.0]), "no table of parameter sets: "),
        (lambda table: pa.table({"a": pa.nulls(50_000_000, pa.int8())}), "no table of parameter sets: too large"),
        (lambda table: table.append_column("attacks_per_capability", table[0]), "no table of parameter sets: "),
    ],
)
def test_sets_that_are_no_values_of_parameters_are_refused(
    change: Any, says: str, walked: Walked, tmp_path: Path, durand: Durand
) -> None:
    """Otherwise a table whose digest is right fails in a run, takes all memory, or has worlds run on values out of range."""
    out = BytesIO()
    parquet.write_table(change(parquet.read_table(walked.sets / "posterior-2022-12.parquet")), out, compression="zstd")
    ran = durand(
        "run", "history", "--parameters", own_folder(tmp_path, walked, parquet=out.getvalue()), "--worlds", "2"
    )
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert re.search(says, ran.err), ran.err


def test_sets_at_the_ends_of_ranges_are_taken(walked: Walked, tmp_path: Path) -> None:
    """They are kept in single precision, in which some ends lie beyond the range."""
    ends = {name: np.array([one.low, one.high], np.float32) for name, one in PARAMETERS.items()}
    out = BytesIO()
    parquet.write_table(pa.table(ends), out, compression="zstd")
    assert parameter_set(str(own_folder(tmp_path, walked, parquet=out.getvalue())))[0].startswith("posterior:")


@pytest.mark.parametrize("text", ["[1]", "{}", '{"window": "x"}', '{"window": ["2021-08", 3]}', "[" * 100_000])
def test_sets_that_do_not_say_what_they_were_found_on(
    text: str, walked: Walked, tmp_path: Path, durand: Durand
) -> None:
    ran = durand("run", "history", "--parameters", own_folder(tmp_path, walked, json=text.encode()), "--worlds", "2")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "this does not say what the sets were found on" in ran.err


def replaced(table: pa.Table, value: Any) -> pa.Table:
    name = "attacks_per_capability"
    return table.drop_columns([name]).append_column(name, pa.array([value] * table.num_rows))


def own_folder(home: Path, walked: Walked, **instead: bytes) -> Path:
    """A folder of sets with other files in it, whose digests its manifest has."""
    files = {}
    for end in ("json", "parquet"):
        content = instead.get(end, (walked.sets / f"posterior-2022-12.{end}").read_bytes())
        (home / f"posterior-2022-12.{end}").write_bytes(content)
        files[f"posterior-2022-12.{end}"] = sha256(content).hexdigest()
    (home / "manifest.json").write_bytes(sealed({"format": FORMAT, "files": files}))
    return home


def test_a_scenarios_name_stays_a_scenarios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a folder in the way changes what `--parameters rival_ideological_bond` means."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rival_ideological_bond").mkdir()
    assert parameter_set("rival_ideological_bond")[0] == "defaults"


# ------------------------------------------------------------------------------------------------ known values


@pytest.fixture(scope="module")
def aimed(walked: Walked) -> Asked:
    return asked(*(walked.home / "country" / name for name in ("events.csv", "mapping.yaml", "targets.yaml")))


def test_targets_that_rule_out_nearly_all_are_told(aimed: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a calibration that finds next to nothing fails inside, and nobody knows what to change."""
    hard = [replace(one, error=0.2, discrepancy=0.2) for one in aimed.targets if one.name.startswith("other")]
    how = {**aimed.how, "targets": hard, "names": tuple(PLANTED)}
    waves = (Wave(100, 100, 4), Wave(100, 100, 2))
    with pytest.raises(LimitError, match="wider tolerances rule out fewer"):
        calibrate(waves, 20, 1, **how)
    monkeypatch.setattr("sim.calibration.calibrate.LEAST_SETS", 10)
    second = calibrate(waves, 20, 1, **how).waves[1]
    assert 10 <= second.simulated == second.screened < 50


@pytest.fixture(scope="module")
def found(aimed: Asked) -> Calibration:
    """A calibration on the made-up country, of the planted parameters, the recorder's rates and some that do little."""
    names = (*PLANTED, "chip_value", "ucdp_rate", "movement_events.rate", "other_events.rate", "killed.rate")
    return calibrate((Wave(200, 200, 4), Wave(2_000, 200, 10)), 80, 1, names=names, **aimed.how)


def test_known_values_are_found_again(found: Calibration) -> None:
    """Otherwise the method does not do on a user's file what it is for."""
    rows = recovered(PLANTED, found.values, found.declared)
    assert all(one.inside for one in rows), [one.cells for one in rows]
    assert all(one.after < 0.7 * one.before for one in rows), [one.cells for one in rows]


def test_draws_from_the_ranges_recover_nothing(found: Calibration) -> None:
    """Otherwise the measure of recovery passes whatever the sets are."""
    wide = {name: np.asarray(resolve({}, "prior", Streams(1, 4_000))[name]) for name in PLANTED}
    for one in recovered(PLANTED, wide, found.declared):
        assert one.after == pytest.approx(one.before, rel=0.06)
    wrong = recovered({name: PARAMETERS[name].high for name in ("background_base",)}, found.values, found.declared)
    assert wrong[0].after > wrong[0].before


def test_counts_of_what_was_recovered_are_not_taken_for_values() -> None:
    near, far = Recovered("near", "", 2.0, 1.0, 0.5, 1.0, 3.0), Recovered("far", "", 2.0, 1.0, 1.5, 3.0, 4.0)
    assert recovery_words([near, far, near]) == (
        "3 values were planted. For 2 of them the accepted sets lie nearer than the declared ranges do; for 2 the middle nine "
        "tenths of the sets contain the value."
    )


# ------------------------------------------------------------------------------------------------ exports of events


def acled(*rows: tuple[str, str, str, str, str, str, str], country: str = "Pakistan") -> str:
    """An export: day, kind, first actor and its code, second actor and its code, fatalities."""
    out = []
    for number, (day, kind, one, code, other, its_code, dead) in enumerate(rows):
        out.append(f"PAK{number},{day},,{kind},{one},{code},{other},{its_code},{country},KP,{dead}\n")
    return "".join(out)


def test_an_export_in_acleds_form_is_counted(tmp_path: Path) -> None:
    """Otherwise what is held against the model is not what the mapping says it counts."""
    army = ("Military Forces of Pakistan", "1")
    text = HEAD + acled(
        ("2021-08-03", "Armed clash", TTP, "2", *army, "3"),
        ("14 August 2021", "Attack", *army, TTP, "Rebel group", "1"),
        ("2021-08-30", "Remote explosive/landmine/IED", "BLA: Army", "Rebel group", "Civilians", "Civilians", "2"),
        ("2021-08-30", "Air/drone strike", *army, TTP, "2", "20"),
        ("2021-08-30", "Peaceful protest", "Protesters (Pakistan)", "6", "", "", "0"),
        ("2021-09-01", "Attack", *army, "Civilians (Pakistan)", "7", "4"),
        ("2021-10-09", "Suicide bomb", TTP, "2", "Civilians (Pakistan)", "7", "9"),
    )
    text += acled(("2021-08-03", "Armed clash", TTP, "2", "Taliban", "2", "5"), country="Afghanistan")
    path = tmp_path / "export.csv"
    path.write_text("\ufeff" + text, encoding="utf-8")
    figures = read_figures(path, "acled").observations
    months = ("2021-08", "2021-09", "2021-10")
    counted = {name: list(by_month(figures, name).values()) for name in ("acled_ttp_events", "acled_events")}
    assert counted == {"acled_ttp_events": [2, 0, 1], "acled_events": [3, 0, 1]}
    assert by_month(figures, "acled_fatalities") == dict(zip(months, (6, 0, 9), strict=True))
    assert shipped_mappings() == ["acled"]


MAPPING = """observers:
  ours: {title: Our count, scope: TTP only, counts: attacks, rate: 0.8}
rows:
  month: month
figures:
  ours:
    add: attacks
"""
AIMS = """window: {from: 2021-08, to: 2022-01}
targets:
  level: {of: ours, statistic: mean, each: quarter, error: 0.1, discrepancy: 0.1}
"""
MONTHS = ("2021-08", "2021-09", "2021-10", "2021-11", "2021-12", "2022-01")
TABLE = "month,attacks\n" + "".join(f"{month},{20 + number}\n" for number, month in enumerate(MONTHS))


def counted(tmp_path: Path, table: str, mapping: str = MAPPING) -> tuple[Observation, ...]:
    (tmp_path / "own.csv").write_text(table)
    (tmp_path / "mapping.yaml").write_text(mapping)
    return read_rows(tmp_path / "own.csv", read_mapping(tmp_path / "mapping.yaml")).observations


def test_months_and_years_of_ones_own(tmp_path: Path) -> None:
    """Otherwise who has counts rather than events has to write them as something else."""
    found = counted(tmp_path, TABLE)
    assert by_month(found, "ours") == dict(zip(MONTHS, range(20, 26), strict=True))
    assert [one.line for one in found] == [2, 3, 4, 5, 6, 7]
    parts = "month,attacks,group\n2021-09,5,TTP-A\n2021-08,3,TTP-B\n2021-08,4,TTP-A\n2021-08,50,Other\n"
    grouped = MAPPING + '    where: [{group: "TTP*"}]\n'
    assert by_month(counted(tmp_path, parts, grouped), "ours") == {"2021-08": 7, "2021-09": 5}
    yearly = counted(tmp_path, "y,attacks\n2022,300\n2023,400\n", MAPPING.replace("month: month", "year: y"))
    far = MAPPING.replace("month: month", "month: month\n  gaps: zero")
    counted(tmp_path, TABLE.replace("2022-01", "2099-12"), far)
    with pytest.raises(LimitError, match="figures go to 2099-12; a run goes to 2051-07 at most"):
        asked(tmp_path / "own.csv", tmp_path / "mapping.yaml")
    assert [(str(one.start), str(one.end), one.value) for one in yearly] == [
        ("2022-01-01", "2022-12-31", 300.0),
        ("2023-01-01", "2023-12-31", 400.0),
    ]


def test_a_gap_is_what_the_mapping_says(tmp_path: Path) -> None:
    """Otherwise a month that nobody counted is one without attacks, or the other way round."""
    gap = TABLE.replace("2021-10,22\n", "")
    with pytest.raises(ObservationError, match=r"own.csv:4: 2021-11 comes after 2021-09, and no row is of 2021-10"):
        counted(tmp_path, gap)
    zero, unknown = (MAPPING.replace("month: month", f"month: month\n  gaps: {one}") for one in ("zero", "unknown"))
    assert by_month(counted(tmp_path, gap, zero), "ours")["2021-10"] == 0
    assert list(by_month(counted(tmp_path, gap, unknown), "ours")) == [one for one in MONTHS if one != "2021-10"]
    empty = TABLE.replace("2021-10,22", "2021-10,")
    assert "2021-10" not in by_month(counted(tmp_path, empty, unknown), "ours")
    with pytest.raises(ObservationError, match=r"own.csv:4: attacks is not a number of at least 0: ''"):
        counted(tmp_path, empty)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", ":1: no column month, which rows of the mapping mapping names; the columns are: none"),
        (
            "month;attacks\n2021-08;3\n",
            ":1: no column month",
        ),
        ("month,bombs\n2021-08,3\n", ":1: no column attacks, which figures.ours.add of the mapping mapping names"),
        ("month,attacks,attacks\n2021-08,3,3\n", ":1: more than one column attacks"),
        ("month,attacks\n", ":1: no row to be looked at"),
        (TABLE.replace("2021-09,21", "2021-09"), ":3: this line has 1 fields, the heading 2"),
        (TABLE.replace("2021-09", "09/2021"), ":3: month is not a month: '09/2021'; expected YYYY-MM"),
        (TABLE.replace("2021-09", "2021-13"), ":3: month is not a month: '2021-13'"),
        (TABLE.replace(",21", ",-21"), ":3: attacks is not a number of at least 0: '-21'"),
        (TABLE.replace(",21", ",nan"), ":3: attacks is not a number of at least 0: 'nan'"),
        (TABLE.replace(",21", ",1e400"), ":3: attacks is not a number of at least 0: '1e400'"),
        (TABLE.replace(",21", ',"21'), "this is not CSV"),
        (TABLE + "\0", ":8: this is a binary file"),
        (TABLE + "x" * 1_100_000, ":8: this line is too long"),
    ],
)
def test_a_table_of_another_form_gives_one_message(table: str, message: str, tmp_path: Path, durand: Durand) -> None:
    """Otherwise a slip in a long file is a traceback, or half of the file is scored."""
    with pytest.raises(ObservationError) as caught:
        counted(tmp_path, table)
    assert str(caught.value).startswith(f"{tmp_path / 'own.csv'}:")
    assert message in str(caught.value)
    left = durand("calibrate", "--observations", tmp_path / "own.csv", "--mapping", tmp_path / "mapping.yaml")
    assert (left.code, left.out, left.err.count("\n")) == (2, "", 1)


def test_text_that_is_no_utf_8(tmp_path: Path) -> None:
    """Otherwise an export from a spreadsheet ends in a traceback."""
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(MAPPING)
    (tmp_path / "own.csv").write_bytes(TABLE.encode() + b"2022-02,\xff\n")
    with pytest.raises(ObservationError, match="not UTF-8"):
        read_rows(tmp_path / "own.csv", read_mapping(mapping))
    for place, message in ((tmp_path, "this is a folder"), (tmp_path / "none.csv", "no such file")):
        with pytest.raises(ObservationError, match=message):
            read_rows(place, read_mapping(mapping))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_keeps_nobody_waiting(tmp_path: Path) -> None:
    """Otherwise a command stands still for good, and says nothing."""
    os.mkfifo(tmp_path / "events.csv")
    with pytest.raises(ObservationError, match="this is a pipe; the name of a CSV file is needed"):
        read_figures(tmp_path / "events.csv", "acled")


def test_rows_that_are_all_different_are_not_all_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a table of long texts stands in memory as a whole."""
    several = [("2021-08-03", "Armed clash", TTP, "2", f"Police {n} {'x' * 1000}", "1", "3") for n in range(200)]
    (tmp_path / "export.csv").write_text(HEAD + acled(*several))
    before, kept = read_figures(tmp_path / "export.csv", "acled"), list[int]()
    belongs = rows._Reader._belongs

    def watched(reader: rows._Reader, row: list[str]) -> tuple[int, ...] | None:
        kept.append(len(reader.seen))
        return belongs(reader, row)

    monkeypatch.setattr(rows, "LETTERS", 10_000)
    monkeypatch.setattr(rows._Reader, "_belongs", watched)
    assert read_figures(tmp_path / "export.csv", "acled").observations == before.observations
    assert 1 < max(kept) < 20


def test_a_figure_that_no_row_makes_is_told_with_what_is_there(tmp_path: Path) -> None:
    """Otherwise a misspelt actor is a series of noughts, and the model is fitted to them."""
    text = HEAD + acled(("2021-08-03", "Attack", "Tehrik-e-Taliban", "2", "Civilians", "7", "3"))
    (tmp_path / "export.csv").write_text(text)
    with pytest.raises(ObservationError, match=r"no row makes a figure of acled_ttp_events.*Tehrik-e-Taliban"):
        read_figures(tmp_path / "export.csv", "acled")
    (tmp_path / "export.csv").write_text(text.replace("Pakistan", "India"))
    with pytest.raises(ObservationError, match=r"no row to be looked at; .*country: Pakistan .*India"):
        read_figures(tmp_path / "export.csv", "acled")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  month: month", "  month: month\n  year: y", "mapping.yaml:3: "),
        ("  month: month", "  gaps: zero", "mapping.yaml:3: "),
        ("  month: month", "  date: month\n  formats: ['%Y-%m-%d', '%d/%m %d']", "5: rows.formats[1] has a code twice"),
        ("  month: month", "  date: month\n  formats: ['%Q']", "mapping.yaml:5: rows.formats[0] is no form of a day"),
        ("add: attacks", "add: rows", "mapping.yaml:7: rows are counted only where each has a day"),
        ("  ours:\n", "  theirs:\n", "mapping.yaml:2: nothing gives the figures of ours"),
        ("figures:\n  ours:\n    add: attacks\n", "", "mapping.yaml:1: "),
        ("    add: attacks", "    sum: attacks", "mapping.yaml:7: "),
        ("TTP only, counts: attacks", "other groups, counts: deaths", "mapping.yaml:2: "),
        ("figures:\n", "series: {x: ours}\nfigures:\n", "mapping.yaml:1: "),
    ],
)
def test_a_wrong_mapping_of_rows_gives_its_line(old: str, new: str, message: str, tmp_path: Path) -> None:
    """Otherwise figures are made of something else than was meant."""
    path = tmp_path / "mapping.yaml"
    path.write_text(MAPPING.replace(old, new))
    with pytest.raises(ObservationError) as caught:
        read_mapping(path)
    assert message in str(caught.value)


def test_a_long_export_takes_little_memory(tmp_path: Path) -> None:
    """Otherwise a country's years of events, with their notes, do not fit."""
    line = acled(("2021-08-03", "Armed clash", TTP, "2", "Police", "1", "3")).rstrip("\n")
    path = tmp_path / "export.csv"
    with open(path, "w", encoding="utf-8") as file:
        file.write(HEAD.rstrip("\n") + ",notes\n")
        for number in range(8_000):
            file.write(f"{line.replace('2021-08', f'2021-{8 + number % 5:02d}')},{'x' * 400} {number}\n")
    tracemalloc.start()
    figures = read_figures(path, "acled").observations
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(by_month(figures, "acled_ttp_events").values()) == 8_000
    assert peak < path.stat().st_size / 3


# ------------------------------------------------------------------------------------------------ targets


def test_targets_are_those_of_the_file(tmp_path: Path) -> None:
    """Otherwise what is aimed at is not what the user chose, or statistics of worlds are others than the figure's."""
    months = [f"{2021 + (7 + n) // 12}-{(7 + n) % 12 + 1:02d}" for n in range(29)]
    table = "month,attacks\n" + "".join(f"{month},{20 + 3 * (n % 7)}\n" for n, month in enumerate(months))
    given = counted(tmp_path, table)
    values = np.array([one.value for one in given])
    aims = "window: {to: 2023-12}\ntargets:\n"
    for name, each in (("mean", "half-year"), ("total", "year"), ("growth", "year"), ("dispersion", "window")):
        aims += f"  {name}: {{of: ours, statistic: {name}, each: {each}, error: 0.1, discrepancy: 0.2}}\n"
    (tmp_path / "aims.yaml").write_text(aims)
    mapping = read_mapping(tmp_path / "mapping.yaml")
    found = {one.name: one for one in read_aims(tmp_path / "aims.yaml").targets(given, mapping.observers)}
    by_hand = {
        "mean_2022_01_to_2022_06": values[5:11].mean(),
        "total_2021_08_to_2021_12": values[:5].sum(),
        "growth_2023_01_to_2023_12": np.log(values[17:].sum() / values[5:17].sum()),
        "dispersion": np.log(values.var(ddof=1) / values.mean()),
    }
    assert len(found) == 5 + 3 + 1 + 1
    for name, value in by_hand.items():
        assert found[name].observed == pytest.approx(value), name
    tolerances = [found[name].error for name in by_hand]
    assert tolerances == pytest.approx([0.1 * values[5:11].mean(), 0.1 * values[:5].sum(), 0.1, 0.1])
    simulated = simulate_reports("history", 4, 29, 1, mapped=mapping.observers)
    table_ = simulated["ours"]
    worlds = {
        "mean_2022_01_to_2022_06": table_[5:11].mean(axis=0),
        "growth_2023_01_to_2023_12": np.log(table_[17:].sum(axis=0) / table_[5:17].sum(axis=0)),
        "dispersion": np.log(table_.var(axis=0, ddof=1) / table_.mean(axis=0)),
    }
    for name, value in worlds.items():
        assert found[name].statistic(simulated) == pytest.approx(value), name


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("of: ours", "of: yours", "aims.yaml:3: unknown observer: yours (did you mean 'ours'?)"),
        ("to: 2022-01", "to: 2021-10", "aims.yaml:1: the window is 2021-08 to 2021-10; allowed: from 2021-08"),
        ("from: 2021-08", "from: 2021-05", "aims.yaml:1: the window is 2021-05 to 2022-01"),
        ("to: 2022-01", "to: January", "aims.yaml:1: "),
        ("statistic: mean", "statistic: median", "aims.yaml:3: "),
        ("error: 0.1", "error: 0", "aims.yaml:3: "),
        ("error: 0.1, ", "", "aims.yaml:3: "),
        (
            "{from: 2021-08, to: 2022-01}",
            "{from: 2023-01, to: 2023-06}",
            "aims.yaml:3: too few figures of ours: a mean needs",
        ),
        ("statistic: mean", "statistic: dispersion", "the file has 6, from 2021-08 to 2022-01"),
        ("mean, each: quarter", "growth, each: year", "aims.yaml:3: too few figures of ours: growth needs two parts"),
        (AIMS, "targets: {}\n", "aims.yaml:1: "),
    ],
)
def test_wrong_targets_give_one_message(old: str, new: str, message: str, tmp_path: Path, durand: Durand) -> None:
    """Otherwise minutes go into aims that nobody meant."""
    counted(tmp_path, TABLE)
    (tmp_path / "aims.yaml").write_text(AIMS.replace(old, new))
    how = ("--mapping", tmp_path / "mapping.yaml", "--targets", tmp_path / "aims.yaml", "--out", tmp_path / "out")
    left = durand("calibrate", "--observations", tmp_path / "own.csv", *how)
    assert left.code == 2
    assert message in left.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--targets", "aims.yaml"], "--targets goes with --observations"),
        (
            ["--observations", "own.csv", "--targets", "aims.yaml", "--until", "2022-06"],
            "--until and --events do not go",
        ),
        (["--observations", "own.csv", "--mapping", "acledd"], "acledd: there is no such file"),
        (["--truth", "history"], "the scenario gives no uncertain parameter a value"),
        (["--dry-run", "--json"], "--json does not go with it"),
    ],
)
def test_options_that_do_not_go_together(arguments: list[str], message: str, durand: Durand) -> None:
    """Otherwise one of them is passed over in silence."""
    left = durand("calibrate", *arguments)
    assert (left.code, left.err.count("\n")) == (2, 1)
    assert message in left.err


def test_editors_and_validate_know_both_kinds_of_file(walked: Walked, tmp_path: Path, durand: Durand) -> None:
    """Otherwise a slip is found only where figures are at hand, or an editor helps with an older form."""
    for name, schema in (("mapping", mapping_schema), ("targets", targets_schema)):
        assert json.loads((library() / f"{name}.schema.json").read_text(encoding="utf-8")) == schema()
    files = [walked.home / "country" / f"{name}.yaml" for name in ("mapping", "targets", "truth")]
    assert durand("validate", *files).code == 0
    (tmp_path / "aims.yaml").write_text(AIMS.replace("error: 0.1", "error: many"))
    (tmp_path / "rows.yaml").write_text(MAPPING.replace("rate: 0.8", "rate: 80"))
    left = durand("validate", tmp_path / "aims.yaml", tmp_path / "rows.yaml")
    assert left.code == 2
    assert "aims.yaml:3: " in left.err
    assert "rows.yaml:2: " in left.err


# ------------------------------------------------------------------------------------------------ broken off, gone on with


class KilledError(BaseException):
    """As `kill -9` leaves things: nothing that stands after it is done."""


FILES = [f"country/{name}" for name in ("events.csv", "mapping.yaml", "targets.yaml")]
ASKED = [
    "calibrate",
    *(word for pair in zip(("--observations", "--mapping", "--targets"), FILES, strict=True) for word in pair),
]
ASKED += ["--truth", "country/truth.yaml", "--sets", "50", "--workers", "1", "--effort", "0.4"]


def content(folder: Path) -> dict[str, bytes]:
    """What was found, but for when, and by which machine."""
    told = json.loads((folder / "posterior-2022-12.json").read_text(encoding="utf-8"))
    told.pop("when")
    files = {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    del files["manifest.json"]
    return files | {"posterior-2022-12.json": json.dumps(told).encode()}


@pytest.fixture
def small(walked: Walked, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example's folder, and its budget in eight pieces."""
    monkeypatch.chdir(walked.home)
    monkeypatch.setattr("sim.calibration.calibrate.FULL", SMALL)
    monkeypatch.setattr("sim.calibration.calibrate.scaled", lambda budget, effort: budget)
    monkeypatch.setattr("sim.calibration.matching.CHUNK", 100)
    return walked.home


def test_a_calibration_that_was_killed_goes_on_to_the_same_bytes(
    small: Path, walked: Walked, monkeypatch: pytest.MonkeyPatch, durand: Durand
) -> None:
    """Otherwise hours are lost to a cut in power, or who stopped for the night finds other sets than who did not."""
    one = asked(*FILES)
    seen: list[int] = []

    def go_on(owner: type, name: str, at: int) -> None:
        """Another sitting, killed when a method is called for so many times; notes the worlds after its first piece."""
        calls, done, usual = [0], list[int](), getattr(owner, name)

        def dying(*given: object, **how: object) -> object:
            calls[0] += 1
            if calls[0] == at:
                raise KilledError
            return usual(*given, **how)

        with monkeypatch.context() as patched:
            patched.setattr(owner, name, dying)
            with pytest.raises(KilledError):
                calibrated(one, Path("killed"), SMALL, 50, known=PLANTED, progress=lambda *tick: done.append(tick[0]))
        seen.append(done[0])

    go_on(WorkFolder, "put", 3)  # two pieces are kept, the third is not yet written
    go_on(WorkFolder, "write_manifest", 3)  # one more, and one that no manifest tells of
    torn = Path("killed/waves/1/00002.npz")
    torn.write_bytes(torn.read_bytes()[:-9])
    go_on(WorkFolder, "put", 5)  # the torn one is made again, and so is what comes after it; the second wave begins
    go_on(Path, "write_text", 2)  # all is simulated, and the folder is being made
    assert seen == [100, 300, 300, 700]
    assert durand("verify", "killed").code == 0
    left = durand("run", "history", "--parameters", "killed", "--worlds", "2")
    assert (left.code, left.err.count("\n")) == (2, 1)
    assert "its sets are still being looked for" in left.err
    Path("killed").rename(".killed.1.old")  # the folder was made, and not yet in its place: see tests/test_folders.py
    done: list[int] = []
    made = calibrated(one, Path("killed"), SMALL, 50, known=PLANTED, progress=lambda worlds, of: done.append(worlds))
    assert done == []
    assert content(Path("killed")) == content(walked.sets)
    assert durand("verify", "killed").code == 0
    assert not list(Path().glob(".killed.*"))
    before = Path("killed/manifest.json").read_bytes()
    again = calibrated(one, Path("killed"), SMALL, 50, known=PLANTED)
    assert again.items() >= {key: made[key] for key in ("sets", "targets", "parameters")}.items()
    assert Path("killed/manifest.json").read_bytes() == before


def test_ctrl_c_keeps_what_was_simulated(small: Path, monkeypatch: pytest.MonkeyPatch, durand: Durand) -> None:
    """Otherwise the message, or what the command leaves with, says nothing of how to go on."""
    usual, calls = matching._piece, [0]

    def stopped(*given: Any) -> matching.Piece:
        calls[0] += 1
        if calls[0] == 4:
            raise KeyboardInterrupt
        return usual(*given)

    monkeypatch.setattr("sim.calibration.matching._piece", stopped)
    left = durand(*ASKED, "--out", "stopped")
    assert left.code == 130
    assert left.err.splitlines()[-1] == (
        "durand: stopped; 300 of 800 worlds are kept; run the same command again to go on"
    )
    calls[0] = 0
    left = durand(*ASKED)
    assert (left.code, left.err.splitlines()[-1]) == (
        130,
        "durand: stopped; nothing is kept (with --out DIR, the same command goes on)",
    )
    # Input of other kinds in the same folder, of which each is told.
    Path("other.csv").write_bytes(b"".join(Path("country/events.csv").read_bytes().splitlines(keepends=True)[:-1]))
    more = Path("country/mapping.yaml").read_text(encoding="utf-8").replace("noise: 1.5", "noise: 1.6")
    Path("other.yaml").write_text(more, encoding="utf-8")
    for changed, what in (
        (["--seed", "7"], "seed"),
        (["--sets", "60"], "accepted sets"),
        (["--mapping", "other.yaml"], "mapping"),
        (["--observations", "other.csv"], "figures"),
    ):
        refused = durand(*ASKED, *changed, "--out", "stopped")
        assert (refused.code, refused.out) == (2, "")
        assert refused.err.splitlines()[-1] == (
            f"durand: {Path.cwd() / 'stopped'}: another calibration is in this folder; it has another {what}: name a new folder"
        )
    Path("stopped/mine.txt").write_text("mine", encoding="utf-8")
    refused = durand(*ASKED, "--out", "stopped")
    assert refused.code == 2
    assert "would lose mine.txt" in refused.err
    assert Path("stopped/mine.txt").exists()


def test_a_calibration_that_finds_nothing_leaves_nothing(
    small: Path, tmp_path: Path, aimed: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise who gives it more effort is told that another calibration is in the folder."""
    hard = [replace(one, error=0.01, discrepancy=0.01) for one in aimed.targets]
    with pytest.raises(LimitError, match="more effort looks at more of them"):
        calibrated(replace(aimed, targets=tuple(hard)), tmp_path / "out", (Wave(100, 100, 2), Wave(60, 60, 2)), 50)
    assert list(tmp_path.iterdir()) == []

    def refused(*given: Any, **more: Any) -> None:
        raise LimitError("something else is wrong")

    monkeypatch.setattr("sim.calibration.folder.calibrate", refused)
    with pytest.raises(LimitError, match="something else"):
        calibrated(aimed, tmp_path / "kept", (Wave(100, 100, 2),), 50)
    assert (tmp_path / "kept" / "manifest.json").exists()


def test_workers_and_chunks_change_no_number(aimed: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the same seed finds other sets on another machine."""

    def places() -> np.ndarray:
        return calibrate((Wave(40, 40, 3),), 20, 4, names=("claim_rate", "killed.rate"), **aimed.how).measured.mean

    once = places()
    monkeypatch.setattr("sim.calibration.matching.CHUNK", 33)
    assert np.array_equal(once, places())
