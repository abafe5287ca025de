"""What a search found, made ready for reading: which candidates are shown, as policies, with what they come to.

A member of the front is a scenario file with its policy, which runs to the very numbers that stand beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.search.folder import Folder
from sim.search.load import Plan
from sim.search.objectives import KILLED, Judge, Matrix, Values, alone_best, betters, dominates
from sim.search.optimise import Archive
from sim.search.space import Codes
from sim.search.vulnerability import REGRETS, regrets
from sim.search.words import summary, title
from sim.yamlfile import dump

Side = tuple[Judge, Values, Values]
SEARCHED, FRESH, WINS, SET, DEATHS = "searched:", "fresh:", "wins:", "set:", "deaths:"


@dataclass(frozen=True)
class Front:
    """The members of the front and the courses they are set against, in the search's futures and in fresh ones.

    Attributes:
        codes: the members; epsilons: the smallest difference that counts, by objective.
        table: a row for each member and each course; see `Found.table`.
        after: the judge, what members come to and what courses do, in the fresh futures.
    """

    plan: Plan
    codes: Codes = field(repr=False)
    epsilons: Matrix = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    after: Side = field(repr=False)

    @property
    def records(self) -> list[dict[str, Any]]:
        """The rows, members first."""
        return [{str(key): value for key, value in row.items()} for row in self.table.to_dict("records")]

    @classmethod
    def of(cls, plan: Plan, codes: Codes, epsilons: Matrix, before: Side, after: Side) -> Front:
        """Put together what was simulated."""
        names = [f"course_{number:0{len(str(len(codes)))}d}" for number in range(1, len(codes) + 1)]
        values = [plan.space.one(code) for code in codes]
        rows: dict[str, Any] = {
            "name": [*names, *(one.name for one in plan.courses)],
            "kind": ["member"] * len(codes) + ["course"] * len(plan.courses),
            "title": [
                *(title(plan.space, one, name.partition("_")[2]) for one, name in zip(values, names, strict=True)),
                *(one.title for one in plan.courses),
            ],
            "summary": [*(summary(plan.space, one) for one in values), *(one.summary for one in plan.courses)],
        }
        for label, side in ((SEARCHED, before), (FRESH, after)):
            rows |= _figures(label, side)
        rows |= _standing(plan, epsilons, before, "_searched") | _standing(plan, epsilons, after, "")
        rows |= _wins(after) | _deaths(after)
        gone = np.full(len(plan.courses), np.nan)
        rows |= {name: np.append(one, gone) for name, one in regrets(after[0], after[1]).items()}
        for variable in plan.space.variables:
            rows[f"{SET}{variable.name}"] = [one[variable.name] for one in values] + [np.nan] * len(plan.courses)
        return cls(plan, codes, epsilons, pd.DataFrame(rows), after)

    @property
    def units(self) -> pd.DataFrame:
        """The unit of each column of the table that holds figures."""
        shares = "share of futures"
        figures = {one.key: one.unit for one in self.plan.judge.figured}
        settings = {one.name: one.unit for one in self.plan.space.variables}
        known = {
            SEARCHED: figures,
            FRESH: figures,
            WINS: dict.fromkeys(figures, shares),
            DEATHS: dict.fromkeys(KILLED, "deaths"),
            SET: settings,
            **{f"{column}:": figures for column in REGRETS},
        }
        rows = [
            {"column": column, "unit": units[column.removeprefix(label)]}
            for column in map(str, self.table.columns)
            for label, units in known.items()
            if column.startswith(label)
        ]
        return pd.DataFrame(rows)

    def told(self) -> dict[str, Any]:
        """What the manifest tells of it."""
        members = self.table[self.table["kind"] == "member"]
        return {
            "members": len(members),
            "holding": int(members["holds"].sum()) if len(members) else 0,
            "objectives": [
                {
                    "key": one.key,
                    "title": one.title,
                    "unit": one.unit,
                    "less": one.minimised,
                    "epsilon": float(epsilon),
                }
                for one, epsilon in zip(self.plan.judge.objectives, self.epsilons, strict=True)
            ],
            "others": [
                {"key": one.key, "title": one.title, "unit": one.unit}
                for one in self.plan.judge.figured[len(self.plan.judge.objectives) :]
            ],
        }


def _figures(label: str, side: Side) -> dict[str, Any]:
    judge, found, theirs = side
    return {
        f"{label}{one.key}": np.concatenate([one.take(found, judge.best), one.take(theirs, judge.best)])
        for one in judge.figured
    }


def _standing(plan: Plan, epsilons: Matrix, side: Side, label: str) -> dict[str, Any]:
    """Which of the members are dominated by none of the others, keep to the constraints, and better which courses."""
    judge, found, theirs = side
    (members, broken), (courses, _) = judge.figures(found), judge.figures(theirs)
    members, courses = members * judge.signs, courses * judge.signs
    keeps: list[bool] = np.all(broken <= 0, axis=1).tolist()

    def bettered(better: Callable[[Matrix, Matrix], bool]) -> list[str]:
        named = list(zip([one.name for one in plan.courses], courses, strict=True))
        said = [", ".join(name for name, costs in named if better(member, costs)) for member in members]
        return said + [""] * len(courses)

    return {
        f"keeps{label}": keeps + [True] * len(courses),
        f"holds{label}": alone_best(members).tolist() + [False] * len(courses),
        f"beats{label}": bettered(dominates),
        f"betters{label}": bettered(lambda one, other: betters(one, other, epsilons)),
    }


def _wins(side: Side) -> dict[str, Matrix]:
    """In what share of fresh futures each is better than the best of the courses, by each objective's metric."""
    judge, found, theirs = side
    out = {}
    for one in judge.objectives:
        both = np.vstack([one.futures(found), one.futures(theirs)])
        best = judge.best[one.asked.metric]
        out[f"{WINS}{one.key}"] = ((both < best) if one.less else (both > best)).mean(axis=1)
    return out


def _deaths(side: Side) -> dict[str, Matrix]:
    """How many die, by whose they are, in the mean of fresh futures."""
    _, found, theirs = side
    return {f"{DEATHS}{who}": np.concatenate([found[who].mean(axis=1), theirs[who].mean(axis=1)]) for who in KILLED}


def chosen(archive: Archive, most: int, courses: Matrix) -> Codes:
    """The members that are shown: of those that better the most courses half as many as are shown at most, then the best by
    each objective, then the others; always the one that is farthest from those chosen already.

    Args:
        courses: what the courses cost.
    """
    spread = np.maximum(np.ptp(archive.costs, axis=0), 1e-12)
    places = (archive.costs - archive.costs.min(axis=0)) / spread if len(archive.costs) else archive.costs
    taken: list[int] = []

    def take(some: NDArray[np.intp], count: int) -> None:
        left = [int(one) for one in some if one not in taken]
        while left and len(taken) < count:
            far = [np.linalg.norm(places[taken] - places[one], axis=1).min() if taken else 0.0 for one in left]
            taken.append(left.pop(int(np.argmax(far))))

    bettered = np.array([sum(dominates(cost, one) for one in courses) for cost in archive.costs])
    if bettered.any():
        take(np.flatnonzero(bettered == bettered.max()), -(-most // 2))
    if len(places):
        take(np.unique(places.argmin(axis=0)), most)
    take(np.arange(len(places)), most)
    rows = np.array(taken, dtype=np.intp)
    out: Codes = archive.codes[rows[np.lexsort(archive.costs[rows].T[::-1])]]
    return out


def write(folder: Folder, front: Front) -> None:
    """Write the members as scenarios with their policies, and the table."""
    plan = front.plan
    for code, row in zip(front.codes, front.records, strict=False):
        name, heading = str(row["name"]), str(row["title"])
        policy = plan.space.policy(plan.space.one(code), heading, str(row["summary"]))
        scenario = {
            "schema": 1,
            "title": heading,
            "question": plan.search.question or plan.search.title,
            "summary": str(row["summary"]),
            "extends": "base",
            "months": plan.months,
            "actors": {"pakistan": {"changes": [{"from": plan.search.stages[0], "policy": name}]}},
        }
        folder.put(f"courses/policies/{name}.yaml", dump(policy))
        folder.put(f"courses/{name}.yaml", dump(scenario))
    folder.put("courses/base.yaml", plan.base.to_yaml())
    buffer = BytesIO()
    front.table.to_parquet(buffer)
    folder.put("front.parquet", buffer.getvalue())
    folder.put("front.csv", front.table.to_csv(index=False))
    folder.put("units.csv", front.units.to_csv(index=False))
