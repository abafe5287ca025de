"""A country that never was: a file of events from one simulated world with known parameters, to try a calibration on.

The file is in the form of an export of events, a row for each. Its actors and places are invented, so that nobody takes it
for data; a recorder reports a share of what there was, with scatter. Everything follows from the seed.
"""

from __future__ import annotations

import csv
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.agents.observers import scattered
from sim.record.observations import RECORD
from sim.record.simulated import Simulated, simulate_reports
from sim.results.folders import saved
from sim.vocabulary import months_between
from sim.worlds import Streams, Vector
from sim.yamlfile import dump

FORMAT = "durand synthetic country 1"
# The known values; every other parameter stands at its point value.
PLANTED = {"attacks_per_capability": 2.8, "background_base": 5.0}
# What the recorder reports of what there was, and the variance to mean of its figures around that; what users are told of it.
RATES = {"attacks": 0.8, "deaths": 0.9}
NOISE = {"attacks": 1.5, "deaths": 2.0}
TOLD = {"attacks": {"low": 0.7, "high": 0.9}, "deaths": {"low": 0.8, "high": 1.0}}
# The last month that is aimed at; later ones are held out.
UNTIL = "2022-12"
MOVEMENT, OTHERS, ARMY, CROWD = "The Movement", "Other Fighters", "The Army", "Protesters"
PROVINCES = ("North Province", "South Province", "The Hills")
KINDS = (
    ("Battles", "Armed clash"),
    ("Explosions/Remote violence", "Remote explosive/landmine/IED"),
    ("Violence against civilians", "Attack"),
)
PROTESTS = 8  # a month: rows that a mapping has to leave out
COLUMNS = (
    "event_id",
    "event_date",
    "event_type",
    "sub_event_type",
    "actor1",
    "actor2",
    "country",
    "admin1",
    "fatalities",
    "source",
)


@dataclass(frozen=True)
class _Month:
    """What the recorder reports of a month. Attributes: number; name: YYYY-MM; movement, others, dead: counts."""

    number: int
    name: str
    movement: int
    others: int
    dead: int


def make(folder: str | Path, seed: int = 0) -> Path:
    """Write events.csv, mapping.yaml, targets.yaml and truth.yaml to a folder.

    Args:
        seed: of the world, and of what is recorded of it.

    Raises:
        BundleError: something else stands there.
    """

    def fill(fresh: Path) -> None:
        with open(fresh / "events.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(_rows(seed))
        for name, data in (("mapping", _mapping()), ("targets", _targets()), ("truth", _truth())):
            (fresh / f"{name}.yaml").write_text(dump(data), encoding="utf-8")

    return saved(Path(folder), FORMAT, fill)


def _rows(seed: int) -> Iterator[list[object]]:
    number = 0
    for month in _months(seed):
        events = month.movement + month.others
        streams = Streams(seed, max(events + PROTESTS, month.dead, 1))
        day, kind, place, victim = (
            streams.uniform(f"synthetic.{what}", month.number) for what in ("day", "kind", "place", "victim")
        )
        dead = np.bincount((victim[: month.dead] * events).astype(int), minlength=events) if events else np.zeros(0)
        for row in np.argsort(day[: events + PROTESTS], kind="stable"):
            number += 1
            date = f"{month.name}-{1 + int(day[row] * monthrange(int(month.name[:4]), int(month.name[5:]))[1]):02d}"
            peaceful = row >= events
            what = ("Protests", "Peaceful protest") if peaceful else KINDS[int(kind[row] * len(KINDS))]
            who = CROWD if peaceful else MOVEMENT if row < month.movement else OTHERS
            where = PROVINCES[int(place[row] * len(PROVINCES))]
            other = "" if peaceful else ARMY
            killed = 0 if peaceful else int(dead[row])
            source = f"Simulated by durand, seed {seed}; not data"
            yield [f"SYN{number}", date, *what, who, other, "Synthetic", where, killed, source]


def _months(seed: int) -> Iterator[_Month]:
    simulated = _world(seed)
    streams = Streams(seed, 1)

    def reported(what: str, kind: str, number: int, truth: Vector) -> int:
        uniform = streams.uniform(f"synthetic.{what}", number)
        return int(scattered(uniform, RATES[kind] * truth, NOISE[kind])[0])

    for number, name in enumerate(simulated.months):
        killed = simulated["fatalities_security"][number] + simulated["fatalities_civilian"][number]
        yield _Month(
            number,
            name,
            reported("movement", "attacks", number, simulated["attacks"][number]),
            reported("others", "attacks", number, simulated["attacks_background"][number]),
            reported("dead", "deaths", number, killed),
        )


def _world(seed: int) -> Simulated:
    months = months_between(*RECORD) + 1
    return simulate_reports("history", 1, months, seed, values=PLANTED)


def _mapping() -> dict[str, object]:
    def observer(title: str, scope: str, counts: str) -> dict[str, object]:
        return {"title": title, "scope": scope, "counts": counts, "rate": TOLD[counts], "noise": NOISE[counts]}

    return {
        "observers": {
            "movement_events": observer("Events with the Movement", "TTP only", "attacks"),
            "other_events": observer("Events with other fighters", "other groups", "attacks"),
            "killed": observer("Killed in events", "all actors", "deaths"),
        },
        "rows": {
            "date": "event_date",
            "only": {"country": "Synthetic", "event_type": [kind for kind, _ in KINDS]},
        },
        "figures": {
            "movement_events": {"add": "rows", "where": [{"actor1": MOVEMENT}]},
            "other_events": {"add": "rows", "where": [{"actor1": OTHERS}]},
            "killed": {"add": "fatalities"},
        },
    }


def _targets() -> dict[str, object]:
    def aim(of: str, statistic: str, each: str) -> dict[str, object]:
        return {"of": of, "statistic": statistic, "each": each, "error": 0.05, "discrepancy": 0.1}

    return {
        "window": {"from": RECORD[0], "to": UNTIL},
        "targets": {
            "movement_events": aim("movement_events", "mean", "half-year"),
            "other_events": aim("other_events", "mean", "half-year"),
            "killed": aim("killed", "total", "year"),
        },
    }


def _truth() -> dict[str, object]:
    return {
        "schema": 1,
        "extends": "history",
        "title": "A country that never was",
        "question": "Which values were its events made with?",
        "parameters": PLANTED,
    }
