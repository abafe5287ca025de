"""Whatever is read from others (files, addresses, uploads, game logs) costs little, however it is made."""

from __future__ import annotations

import base64
import difflib
import io
import json
import os
import re
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from drawing import draws
from hypothesis import example, given, settings, target
from hypothesis import strategies as st

import sim.words.problems
from dashboard.runtime import archives, state
from dashboard.widgets import seats
from sim.experiment.condition import ConditionError
from sim.experiment.design import PointsError, listed
from sim.experiment.factors import uncertainty_factor
from sim.experiment.load import extent
from sim.experiment.parser import parse as parse_condition
from sim.metrics import METRICS
from sim.parameters import PARAMETERS
from sim.parquet import Room, TableError, opened
from sim.provenance.cards import UnknownIdError, look_up
from sim.scenario import load_scenario
from sim.scenario.load import load_policy, with_overrides
from sim.teaching.exercises.load import load_exercise
from sim.teaching.play.moves import parse as parse_log
from sim.yamlfile import ENTRIES, LIMIT, FileError, read

SECONDS, MEGABYTES = 4, 300  # what one reading may take: twice the bar of 2 s, for a processor that others share
HEAD = "schema: 1\ntitle: t\n"
TRIAL = f"{HEAD}scenarios: [confront]\n"
LOG = {
    "format": "durand game",
    "version": 1,
    "model": "0" * 8,
    "scenario": "confront",
    "scenario_hash": "0" * 8,
    "seats": ["pakistan"],
    "parameters": "defaults",
    "opens": "2021-08",
    "months": 12,
}


def many(unit: str, holds: int, head: str, tail: str = "\n") -> str:
    """As many of a unit, each with a number of its own, as one file may hold; `holds`: keys and values in one of it."""
    return head + "".join(unit.replace("#", str(n)) for n in range((ENTRIES - 100) // holds)) + tail


def in_address(text: str) -> str:
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def from_address(**parts: str) -> None:
    if problems := state.from_query(parts)[1]:
        raise FileError(*problems)


def game(**more: Any) -> str:
    return json.dumps(LOG | more)


def scenario(text: str) -> Callable[[], object]:
    return lambda: load_scenario(("t", text))


def experiment(text: str) -> Callable[[], object]:
    return lambda: extent(("t", text))


ACTORS = f"{HEAD}actors:\n ttp:\n"
DESIGN = f"{TRIAL}design: {{kind: latin_hypercube, points: 10}}\n"
# What is read -> the reading, and what is said of it.
READINGS: dict[str, tuple[Callable[[], object], str]] = {
    "an address of 415 characters": (
        lambda: from_address(own=in_address("schema: 1\nclaims: [" + "a," * 131_000 + "]\n")),
        "holds too much; 20,000 keys and values are allowed",
    ),
    "claims": (scenario(many("c#,", 1, f"{HEAD}claims: [", "]\n")), "and 19880 more problems"),
    "claims in an address": (
        lambda: from_address(own=in_address(many("a,", 1, f"{HEAD}claims: [", "]\n"))),
        "claims[0]",
    ),
    "long claims": (
        scenario(f"{HEAD}claims: [{','.join('ab' * 50 + str(n) for n in range(2000))}]\n"),
        "and 1980 more problems",
    ),
    "shocks": (scenario(many("{},", 1, f"{HEAD}shocks: [", "]\n")), "shocks[0].date is missing"),
    "parameters": (scenario(many(" p#: 1\n", 2, f"{HEAD}parameters:\n")), "and 9930 more problems"),
    "spreads": (scenario(many(" p#: {}\n", 2, f"{HEAD}parameters:\n")), "more problems"),
    "keys": (scenario(many("p#: 1\n", 2, HEAD)), "unknown key: p0"),
    "shock targets": (
        scenario(many("p#: {add: 1}, ", 4, f"{HEAD}shocks: [{{date: 2022-01, title: a, changes: {{", "z: {}}}]\n")),
        "unknown key: shocks[0].changes.p0",
    ),
    "metrics of conditions": (
        scenario(many("      - {metric: zz#}\n", 3, f"{ACTORS}  changes:\n  - when:\n     any:\n")),
        "not one of the choices: 'zz0'",
    ),
    "conditions": (
        scenario(many("{},", 1, f"{ACTORS}  changes:\n   - when: " + "{any: [" * 6, "]}" * 6 + "\n")),
        "is not one condition",
    ),
    "changes": (scenario(many("{},", 1, f"{ACTORS}  changes: [", "]\n")), "has no beginning"),
    "candidates": (scenario(many("A,", 1, f"{ACTORS}  among: [", "]\n")), "is not a name: 'A'"),
    "candidates that choose": (
        scenario(many("choose,hedge,", 2, f"{HEAD}actors:\n pakistan:\n  policy: choose\n  among: [", "]\n")),
        "actors.pakistan.among[0] is no policy: choose",
    ),
    "policies": (scenario(many(" p#: {}\n", 2, f"{HEAD}policies:\n")), "policies.p0.actor is missing"),
    "a long key": (scenario(f"{HEAD}? " + "a b" * 80_000 + "\n: 1\n"), "unknown key: a ba b"),
    "a long number": (scenario(f"{HEAD}months: " + "9" * 250_000), "the number is too large"),
    "a long number as a key": (scenario(f"{HEAD}? 0." + "1" * 250_000 + "\n: 1\n"), "keys are text"),
    "brackets": (scenario(f"{HEAD}x: " + "[" * 250_000), "nested too deeply"),
    "braces": (scenario(f"{HEAD}x: " + "{a: " * 60_000), "nested too deeply"),
    "an actor": (lambda: load_policy(("t", "schema: 1\nactor: " + "a" * 250_000)), "actor is not one of the choices"),
    "experiment's metrics": (experiment(many("a#,", 1, f"{TRIAL}metrics: [", "]\n")), "'a0'"),
    "experiment's uncertainties": (experiment(many("p#,", 1, f"{DESIGN}uncertainties: [", "]\n")), "no such parameter"),
    "experiment's levers": (experiment(many(" p#:\n", 2, f"{DESIGN}levers:\n")), "no setting that could be varied"),
    "all combinations": (
        experiment(f"{TRIAL}design: {{kind: factorial, levels: 1000}}\nuncertainties: all\n"),
        "too many points: more than 10^15",
    ),
    "a trillion points": (
        experiment(f"{TRIAL}design: {{kind: latin_hypercube, points: 1000000000000}}\nuncertainties: all\n"),
        "design.points is out of range",
    ),
    "a trial in an address": (
        lambda: from_address(trial=in_address(many("a,", 1, f"{TRIAL}metrics: [", "]\n"))),
        "metrics[0] is not one of the choices",
    ),
    "steps": (lambda: load_exercise(("t", many("{},", 1, "schema: 1\nsteps: [", "]\n"))), "title is missing"),
    "figures": (lambda: load_exercise(("t", many(" q#: 1\n", 2, "schema: 1\nfigures:\n"))), "title is missing"),
    "an address of many parts": (
        lambda: from_address(**{f"k{n}": "v" for n in range(5000)}),
        "the address has 5,000 parts",
    ),
    "levers in an address": (lambda: from_address(**{f"lever.k{n}": "v" for n in range(999)}), "and 979 more problems"),
    "values in an address": (lambda: from_address(**{f"value.k{n}": "v" for n in range(999)}), "and 979 more problems"),
    "scenarios in an address": (lambda: from_address(compare="a" * 60_000 + ",b"), "is not one of the choices"),
    "a long scenario in an address": (lambda: from_address(own="A" * 10_000_000), "is too long"),
    "a scenario of 50 MB in an address": (lambda: from_address(own=in_address("a" * 4_000_000)), "too large"),
    "entries of a log": (
        lambda: parse_log(game(entries=[{}] * 19_000).encode(), "t"),
        "entries[0] is not one entry",
    ),
    "names in a log": (
        lambda: parse_log(game(entries=[{"turn": {"stood": ["x"] * 19_000}}]).encode(), "t"),
        "and 18990 more problems",
    ),
    "levers in a log": (
        lambda: parse_log(
            game(entries=[{"turn": {"pakistan": {"levers": {f"x{n}": 1 for n in range(9000)}}}}]).encode(), "t"
        ),
        "unknown key: entries[0].turn.pakistan.levers.x0",
    ),
    "a log that holds too much": (
        lambda: parse_log(b"[" + b"0," * 200_000 + b"0]", "t"),
        "holds too much for a game log",
    ),
    "a log with a key twice among many": (
        lambda: parse_log(("{" + ",".join(f'"{n:x}":0' for n in range(50_000)) + ',"0":0}').encode(), "t"),
        "a key is given twice: 0",
    ),
    "a deep log": (lambda: parse_log(b"[" * 500_000, "t"), "nested too deeply"),
    "a long number in a log": (lambda: parse_log(b"9" * 500_000, "t"), "damaged"),
    "a log in an address": (lambda: seats.unpacked(in_address(game(entries=[{}] * 19_000))), "is not one entry"),
    "a long log in an address": (lambda: seats.unpacked("A" * 10_000_000), "is too long"),
    "a condition": (lambda: parse_condition("(" * 500, list(METRICS)), "too deep"),
    "a long condition": (lambda: parse_condition("a" * 10_000_000, list(METRICS)), "too long"),
    "--set deep": (lambda: with_overrides(load_scenario("confront"), {"a." * 50_000 + "b": 1}), "too deep"),
    "--set at a long number": (
        lambda: with_overrides(load_scenario("confront"), {"claims." + "9" * 5000: 1}),
        "there is no item 9999",
    ),
    "points in a wide table": (
        lambda: listed(",".join(f"c{n}" for n in range(200_000)), [uncertainty_factor(next(iter(PARAMETERS)), None)]),
        "no such lever or uncertainty",
    ),
    "points in a long cell": (
        lambda: listed("a" * 5_000_000, [uncertainty_factor(next(iter(PARAMETERS)), None)]),
        "this is not CSV: field larger",
    ),
    "an id": (lambda: look_up("a" * 60_000), "is called 'aaaa"),
}
REFUSALS = (FileError, ConditionError, PointsError, UnknownIdError, archives.ArchiveError)


def refusal(reading: Callable[[], object]) -> str:
    try:
        reading()
    except REFUSALS as problem:
        return str(problem)
    return ""


def _measure(folder: str) -> None:
    """In a process of its own, of each reading: the processor's seconds that it takes, what it says, and how long the words
    and lists are in which it looks for a name that is near; and the most memory that all took."""
    readings = {what: reading for what, (reading, _) in READINGS.items()}
    for upload in Path(folder).glob("*.zip"):
        readings[upload.stem] = partial(archives.unpack, lambda told: None, upload.read_bytes(), f"{folder}/back")
    near, compared = difflib.get_close_matches, list[int]()

    def counted(word: str, among: list[str], *how: Any) -> list[str]:
        compared.append(len(word) * len(among))
        return near(word, among, *how)

    sim.words.problems.difflib.get_close_matches = counted
    took, told, looked, before = {}, {}, {}, _memory("VmRSS")
    for what, reading in readings.items():
        compared.clear()
        begun = time.process_time()
        told[what] = refusal(reading)
        took[what] = time.process_time() - begun
        looked[what] = list(compared)
    peak = _memory("VmHWM") - before
    print(json.dumps({"took": took, "told": told, "compared": looked, "megabytes": peak}))


def _memory(key: str) -> float:
    """MB, or 0 where it cannot be told. Not `ru_maxrss`, which a process takes over from the one that started it."""
    status = Path("/proc/self/status")
    found = re.search(rf"{key}:\s+(\d+) kB", status.read_text(encoding="utf-8")) if status.exists() else None
    return int(found[1]) / 1024 if found is not None else 0.0


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `_measure` found."""
    folder, here = tmp_path_factory.mktemp("archives"), Path(__file__).parents[1]
    for what, (make, _) in ARCHIVES.items():
        (folder / f"{what}.zip").write_bytes(make())
    call = [sys.executable, "-c", f"import test_bounds; test_bounds._measure({str(folder)!r})"]
    path = os.pathsep.join([str(here), str(here / "tests")])
    done = subprocess.run(call, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}, timeout=400)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("what", READINGS)
def test_what_is_wrong_is_told_briefly_and_little_is_compared(what: str, measured: dict[str, Any]) -> None:
    """However much is wrong: as many words, and as many comparisons of names, as for a screen of problems."""
    told, compared = measured["told"][what], measured["compared"][what]
    assert READINGS[what][1] in told
    assert told.count("\n") <= sim.words.problems.SHOWN_PROBLEMS
    assert len(told) < 30_000
    assert len(compared) <= sim.words.problems.SHOWN_PROBLEMS
    assert max(compared, default=0) <= 80 * 1000


def test_no_reading_takes_long(measured: dict[str, Any]) -> None:
    assert len(measured["took"]) == len(READINGS) + len(ARCHIVES)
    assert {what: seconds for what, seconds in measured["took"].items() if seconds > SECONDS} == {}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured on Linux only")
def test_no_reading_takes_much(measured: dict[str, Any]) -> None:
    assert 0 < measured["megabytes"] < MEGABYTES


def test_a_file_holds_so_much_and_no_more() -> None:
    text = "x: [" + "a," * (ENTRIES - 4) + "a]\n"
    assert len(read(("f.yaml", text)).data["x"]) == ENTRIES - 3
    with pytest.raises(FileError, match="the file holds too much; 20,000 keys and values are allowed"):
        read(("f.yaml", text.replace("[", "[a,")))


def parquet(table: pa.Table, **how: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **{"compression": "zstd", **how})
    return out.getvalue()


def same(count: int, text: str) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, dtype=np.int32)), pa.array([text]))


def zipped(how: int = zipfile.ZIP_DEFLATED, **files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how, compresslevel=9) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return out.getvalue()


def shuffled(table: pa.Table, **how: Any) -> bytes:
    return zipped(experiments_parquet=parquet(table, **how))


NO_KEY = "0" * 16
ARCHIVES: dict[str, tuple[Callable[[], bytes], str]] = {
    # Under a kilobyte as it comes, and gigabytes as text in every row.
    "one text in every row": (
        lambda: shuffled(pa.table({"error": same(3_900_000, "x" * 500)}), write_statistics=False),
        "4,000,000 figures and 64 MB",
    ),
    "more rows": (lambda: shuffled(pa.table({"point": np.zeros(4_000_001, dtype=np.int64)})), "too large"),
    "more in all": (
        lambda: zipped(
            experiments_parquet=parquet(pa.table({"point": np.zeros(2_100_000, dtype=np.int64)})),
            **{f"outcomes/scenario=x/{NO_KEY}-{NO_KEY}_parquet": parquet(pa.table({"a": np.zeros(2_000_000)}))},
        ),
        "too large",
    ),
    "texts made from those before": (
        lambda: shuffled(
            pa.table({"a": ["x" * 200] * 10}), use_dictionary=False, column_encoding={"a": "DELTA_BYTE_ARRAY"}
        ),
        "not written by durand",
    ),
    "many columns": (lambda: shuffled(pa.table({f"c{n}": [1] for n in range(3000)})), "cannot be read|too large"),
    "many pieces": (lambda: shuffled(pa.table({"a": np.zeros(4000)}), row_group_size=2), "cannot be read|too large"),
    "a long text": (lambda: shuffled(pa.table({"a": ["x" * 501]})), "a text in it is too long"),
    "a manifest of 60 MB": (lambda: zipped(manifest_json=b"[" * (60 << 20)), "manifest.json: too large"),
    "an experiment of 1 MB": (lambda: zipped(experiment_yaml=b"#" * (1 << 20)), "experiment.yaml: too large"),
    "an unusual way": (lambda: zipped(zipfile.ZIP_LZMA, manifest_json=b"{}"), "packed in an unusual way"),
}


@pytest.mark.parametrize("what", ARCHIVES)
def test_an_archive_that_would_unfold_is_refused(what: str, tmp_path: Path) -> None:
    make, says = ARCHIVES[what]
    raw = make()
    before = pa.total_allocated_bytes()
    with pytest.raises(archives.ArchiveError, match=f"(?i){says}"):
        archives.unpack(lambda told: None, raw, str(tmp_path / "back"))
    assert list(tmp_path.iterdir()) == []
    assert pa.total_allocated_bytes() - before < MEGABYTES << 20


def test_pages_that_promise_more_than_the_footer_are_refused() -> None:
    """The header of a page says how much room a reader makes for it; a changed one says two gigabytes."""
    content = bytearray(parquet(pa.table({"point": np.zeros(1000, dtype=np.int64)}), use_dictionary=False))
    assert content[4:6] == b"\x15\x00"  # a data page; then its size unpacked, as a number of two bytes
    head = b"\x15\x00\x15" + bytes(content[7:9])
    assert content[4:9] == head
    assert opened(bytes(content), Room(10_000, 1000, 1)).metadata.num_rows == 1000
    for room in (Room(7_000, 1000, 1), Room(10_000, 999, 1), Room(10_000, 1000, 0)):
        with pytest.raises(TableError, match="too large"):
            opened(bytes(content), room)
    content[7:9] = b"\xfe\x7f"
    with pytest.raises(TableError, match="too large"):
        opened(bytes(content), Room(8100, 1000, 1))


# ------------------------------------------------------------------------------------------------ looking for slow ones

PLACES = [
    *("claims: [", "shocks: [", "parameters: {", "policies: {", "x: [", "", "title: ", "actors: {pakistan: {levers: {"),
    *("actors: {ttp: {changes: [", "actors: {ttp: {among: [", "actors: {taliban: {changes: [{when: {any: ["),
    *("shocks: [{date: 2022-01, title: a, changes: {", "actors: {pakistan: {policy: choose, among: ["),
]
PIECES = st.sampled_from(
    [
        *("a0'\"#:-,?&*!|>%@ \n"),
        *("[", "]", "{", "}", "{},", "[],", "- ", "a: ", "a,", "#,", "# ", ": 1,", "~", "1e9", "choose,", "---\n"),
        *("{add: 1},", "{any: [", "{metric: attacks, above: 1},", "{from: 2022-01},", "\\x41", "é", "\U0001f600"),
    ]
)


@given(
    st.sampled_from(PLACES),
    st.lists(PIECES, min_size=1, max_size=6).map("".join),
    st.sampled_from(["]", "}", "\n", "]}]}", "'"]),
    st.floats(0, 1),
)
@example("shocks: [", "{},", "]", 0.24)
@example("", "n#: 1\n", "\n", 0.5)
@draws(25)
def test_no_text_of_one_piece_over_and_over_is_slow(place: str, piece: str, tail: str, share: float) -> None:
    """The search goes for what makes the program do most; as often as fuzzing asks."""
    room = int((LIMIT - 100) * share)
    units = (piece.replace("#", f"p{n}", 1) for n in range(room // len(piece.encode()) + 1))
    text = f"{HEAD}{place}{''.join(units)}".encode()[:room].decode(errors="ignore") + tail
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    begun = time.process_time()
    sys.setprofile(count)
    try:
        told = refusal(scenario(text))
    finally:
        sys.setprofile(None)
    took = time.process_time() - begun
    if not settings.default.derandomize:  # where every run is to be the same, only what is counted leads the search
        target(took, label="seconds")
    target(float(calls), label="calls")
    assert calls < 3_000_000
    assert took < 4 * SECONDS  # with the counting
    assert told.count("\n") <= sim.words.problems.SHOWN_PROBLEMS
