"""The search itself: generation after generation of candidates, those that count kept, and how far it has come.

pymoo does the optimising (Blank and Deb 2020, pymoo: multi-objective optimization in Python, IEEE Access 8, 89497-89509):
NSGA-II for up to three objectives, NSGA-III above, where crowding says little. It is kept up, its algorithms can be asked for
candidates and told what they come to, which leaves the simulating to the engine, and all its chance is one seeded generator.
EMA Workbench's optimisers and Platypus, on which they stand, evaluate candidates themselves, one call each, and draw from
Python's global chance; Rhodium is no longer kept up.

What is found is kept apart from the generation: of candidates that differ by less than epsilon in every objective one (Laumanns
et al. 2002, Combining convergence and diversity in evolutionary multiobjective optimization, Evolutionary Computation 10(3)),
so that nothing that was good is lost. A search that was stopped is told again what its candidates came to, and asks for the
same ones: nothing of the optimiser's own state has to be stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.spec import LimitError
from sim.experiment.store import extra
from sim.search.objectives import Matrix
from sim.search.space import Codes
from sim.worlds import Streams

FEW_OBJECTIVES = 3
# So many times as many generations as would do, if each candidate were a new one: then there is little left to be found.
PATIENCE = 3
EPSILONS = 40  # to the first spread of an objective
# Costs (less is better) of candidates, and by how much each constraint is broken.
Judged = tuple[Matrix, Matrix]


class ReplayError(ValueError):
    """What was kept of an earlier sitting is not what this search would ask for."""


@dataclass(frozen=True)
class Generation:
    """Candidates that were asked for together.

    Attributes:
        number: from 0; codes: the candidates; costs: less is better; broken: of each constraint,
            more than 0 where it is not kept to.
    """

    number: int
    codes: Codes
    costs: Matrix
    broken: Matrix

    @property
    def feasible(self) -> NDArray[np.bool_]:
        """Which candidates keep to every constraint."""
        out: NDArray[np.bool_] = np.all(self.broken <= 0, axis=1)
        return out


@dataclass
class Archive:
    """What counts of all that was found: one candidate of each box of epsilons that no other box is better than.

    Attributes:
        epsilons: the smallest difference that counts, by objective.
        codes, costs, boxes: a row for each; progress: boxes that were newly entered, in all.
    """

    epsilons: Matrix
    codes: Codes
    costs: Matrix
    boxes: Matrix = field(init=False)
    progress: int = 0

    def __post_init__(self) -> None:
        self.boxes = np.floor(self.costs / self.epsilons)

    def take(self, codes: Codes, costs: Matrix) -> None:
        """Look at candidates one by one."""
        for code, cost in zip(codes, costs, strict=True):
            box = np.floor(cost / self.epsilons)
            same = (self.boxes == box).all(axis=1)
            if same.any():
                (held,) = np.flatnonzero(same)
                if self._nearer(cost, self.costs[held], box):
                    self.codes[held], self.costs[held] = code, cost
                continue
            if ((self.boxes <= box).all(axis=1)).any():
                continue
            kept = ~(self.boxes >= box).all(axis=1)
            self.codes = np.vstack([self.codes[kept], code[None]])
            self.costs = np.vstack([self.costs[kept], cost[None]])
            self.boxes = np.vstack([self.boxes[kept], box[None]])
            self.progress += 1

    def _nearer(self, one: Matrix, other: Matrix, box: Matrix) -> bool:
        """Whether one lies nearer to the box's best corner; one that is better in all that counts always does."""
        corner = box * self.epsilons
        return float((((one - corner) / self.epsilons) ** 2).sum()) < float(
            (((other - corner) / self.epsilons) ** 2).sum()
        )


@dataclass(frozen=True)
class Standing:
    """How far a search is after a generation.

    Attributes:
        generation: its number; evaluations: candidates simulated so far, each once; of: at most.
        feasible: of the generation, how many keep to all constraints; found: how many are in the archive.
        hypervolume: how much of the space of objectives is dominated, in units of the box between the best and the worst of
            the first generation and what was known before. progress: boxes newly entered in this generation.
    """

    generation: int
    evaluations: int
    of: int
    feasible: int
    found: int
    hypervolume: float
    progress: int


@dataclass(frozen=True)
class Problem:
    """What is to be optimised.

    Attributes:
        sizes: how many values each variable has; objectives, constraints: how many.
        evaluate: what candidates come to; canonical: candidates with what makes no difference taken out.
    """

    sizes: NDArray[np.int64]
    objectives: int
    constraints: int
    evaluate: Callable[[Codes], Judged]
    canonical: Callable[[Codes], Codes] = lambda codes: codes


class Optimiser:
    """A search under way.

    Args:
        problem: what is searched; population, evaluations: how many candidates a generation, and in all at most.
        seed: of all chance; algorithm: nsga2, nsga3, or auto.
        epsilons: of each objective, None for a fortieth of the first generation's spread.
        begin: candidates that the first generation has among others; known: costs that set the scale beside the first
            generation's, such as those of courses that are known.
        earlier: generations of an earlier sitting, in order.

    Attributes:
        archive: what was found so far, None before the first generation; standings: one after each generation.

    Raises:
        MissingExtraError: pymoo is not installed.
    """

    def __init__(
        self,
        problem: Problem,
        population: int,
        evaluations: int,
        seed: int,
        *,
        algorithm: str = "auto",
        epsilons: Sequence[float | None] = (),
        begin: Codes | None = None,
        known: Matrix | None = None,
        earlier: Sequence[Generation] = (),
    ) -> None:
        self.problem, self.population, self.evaluations = problem, population, evaluations
        self.given = tuple(epsilons) or (None,) * problem.objectives
        self.known = known
        self.archive: Archive | None = None
        self.standings: list[Standing] = []
        self._earlier = list(earlier)
        self._seen: dict[bytes, tuple[Matrix, Matrix]] = {}
        self._ideal = self._nadir = np.zeros(problem.objectives)
        self._algorithm = _algorithm(problem, population, seed, algorithm, begin)

    def generations(self) -> Iterator[tuple[Generation, Standing]]:
        """Generation after generation, those of the earlier sitting first, until the evaluations are used up.

        Raises:
            ReplayError: the earlier ones are not those that this search asks for.
        """
        most = PATIENCE * -(-self.evaluations // self.population)
        while len(self._seen) < self.evaluations and len(self.standings) < most:
            asked = self._algorithm.ask()
            if asked is None or not len(asked):
                return
            codes = np.rint(asked.get("X").astype(float)).astype(np.int64)
            codes = codes[: self._room(codes)]
            asked = asked[: len(codes)]
            one = self._judged(len(self.standings), codes)
            asked.set("F", one.costs)
            if self.problem.constraints:
                asked.set("G", one.broken)
            for each in asked:
                each.evaluated.update({"F", "G"})
            self._algorithm.tell(infills=asked)
            self._book(one)
            yield one, self.standings[-1]

    def settled(self, generations: int, growth: float) -> bool:
        """Whether the hypervolume has grown by less than a share of itself in the last so many generations."""
        if len(self.standings) <= generations:
            return False
        now, before = self.standings[-1].hypervolume, self.standings[-1 - generations].hypervolume
        return now > 0 and now - before < growth * now

    def _room(self, codes: Codes) -> int:
        """How many of these may still be simulated."""
        left, fresh = self.evaluations - len(self._seen), set[bytes]()
        for place, code in enumerate(self.problem.canonical(codes)):
            key = code.tobytes()
            if key not in self._seen and key not in fresh:
                if len(fresh) == left:
                    return place
                fresh.add(key)
        return len(codes)

    def _judged(self, number: int, codes: Codes) -> Generation:
        """What these come to; each candidate is simulated once in a search."""
        canonical = self.problem.canonical(codes)
        if self._earlier:
            kept = self._earlier.pop(0)
            if kept.number != number or not np.array_equal(kept.codes, codes):
                raise ReplayError(f"generation {number} is not the one that was kept; another pymoo or NumPy made it?")
            for code, cost, broken in zip(canonical, kept.costs, kept.broken, strict=True):
                self._seen[code.tobytes()] = cost, broken
            return kept
        new = list({code.tobytes(): code for code in canonical if code.tobytes() not in self._seen}.values())
        if new:
            costs, broken = self.problem.evaluate(np.array(new))
            self._seen |= {code.tobytes(): (cost, over) for code, cost, over in zip(new, costs, broken, strict=True)}
        found = [self._seen[code.tobytes()] for code in canonical]
        return Generation(number, codes, np.array([cost for cost, _ in found]), np.array([over for _, over in found]))

    def _book(self, one: Generation) -> None:
        good = one.feasible
        codes, costs = self.problem.canonical(one.codes)[good], one.costs[good]
        if one.number == 0:
            scale = one.costs if self.known is None else np.vstack([one.costs, self.known])
            self._ideal, self._nadir = scale.min(axis=0), scale.max(axis=0)
            spread = np.maximum(self._nadir - self._ideal, 1e-12)
            epsilons = np.array(
                [wide / EPSILONS if given is None else given for given, wide in zip(self.given, spread, strict=True)]
            )
            empty = np.zeros((0, one.codes.shape[1]), dtype=np.int64), np.zeros((0, one.costs.shape[1]))
            self.archive = Archive(epsilons, *empty)
        assert self.archive is not None
        before = self.archive.progress
        self.archive.take(codes, costs)
        self.standings.append(
            Standing(
                one.number,
                len(self._seen),
                self.evaluations,
                int(good.sum()),
                len(self.archive.costs),
                self.hypervolume(self.archive.costs),
                self.archive.progress - before,
            )
        )

    def hypervolume(self, costs: Matrix) -> float:
        """How much of the space these dominate, in units of the box between the best and the worst at first."""
        spread = np.maximum(self._nadir - self._ideal, 1e-12)
        inside = (costs - self._ideal) / spread
        inside = inside[(inside < 1.0).all(axis=1)]
        measure = _pymoo("indicators.hv").HV(ref_point=np.ones(inside.shape[1]))
        return float(measure(inside)) if len(inside) else 0.0


def _algorithm(problem: Problem, population: int, seed: int, name: str, begin: Codes | None) -> Any:
    count = len(problem.sizes)
    given = _pymoo("core.problem").Problem(
        n_var=count,
        n_obj=problem.objectives,
        n_ieq_constr=problem.constraints,
        xl=np.zeros(count),
        xu=(problem.sizes - 1).astype(float),
        vtype=int,
    )
    sampling = strata(seed, population, problem.sizes)
    if begin is not None and len(begin):
        some = begin[:population]
        sampling[: len(some)] = some
    repair = _pymoo("operators.repair.rounding").RoundingRepair()
    change = {"prob": 0.9, "eta": 10.0, "vtype": float, "repair": repair}
    # In a child one setting is changed at random, on average (pymoo's default for PM): more would forget what is good.
    how = {
        "pop_size": population,
        "sampling": sampling.astype(float),
        "crossover": _pymoo("operators.crossover.sbx").SBX(**change),
        "mutation": _pymoo("operators.mutation.pm").PM(**change),
        "eliminate_duplicates": True,
    }
    chosen = name if name != "auto" else ("nsga2" if problem.objectives <= FEW_OBJECTIVES else "nsga3")
    if chosen == "nsga3":
        parts = _partitions(problem.objectives, population)
        directions = _pymoo("util.ref_dirs").get_reference_directions(
            "das-dennis", problem.objectives, n_partitions=parts
        )
        algorithm = _pymoo("algorithms.moo.nsga3").NSGA3(directions, **how)
    else:
        algorithm = _pymoo("algorithms.moo.nsga2").NSGA2(**how)
    algorithm.setup(given, seed=int(seed % 2**32), termination=("n_gen", 10**9), verbose=False)
    return algorithm


def _pymoo(module: str) -> Any:
    return extra(f"pymoo.{module}", "a search", "search")


def _partitions(objectives: int, population: int) -> int:
    """The most parts of each axis whose directions are no more than the population.

    Raises:
        LimitError: the population is too small for so many objectives.
    """
    from math import comb

    parts = 0
    while comb(parts + objectives, objectives - 1) <= population and parts < 100:
        parts += 1
    if not parts:
        raise LimitError(f"population is too small for {objectives} objectives; allowed: {objectives} or more")
    return parts


def strata(seed: int, count: int, sizes: NDArray[np.int64]) -> Codes:
    """A Latin hypercube over the variables' values: of each as many low ones as high ones."""
    streams = Streams(seed, count)
    out = np.empty((count, len(sizes)), dtype=np.int64)
    for column, size in enumerate(sizes):
        order = np.argsort(streams.uniform(f"search.order/{column}", 0), kind="stable")
        places = (np.arange(count) + streams.uniform(f"search.within/{column}", 0)) / count
        out[order, column] = np.minimum((places * size).astype(np.int64), size - 1)
    return out
