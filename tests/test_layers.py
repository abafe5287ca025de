"""How the house is built: what may import what, where chance comes from, in what order numbers are added, how long a file is."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 400

# From the ground up, a floor for each package and each module that stands by itself; what it imports stands lower.
FLOORS = (
    # the model
    "theme",
    "cache",
    "limits",
    "words.language",
    "words.problems",
    "yamlfile",
    "headers",
    "parquet",
    "worlds",
    "vocabulary",
    "mechanisms",
    "rule",
    "chance",
    "parameters",
    "evidence",
    "rules",
    "metrics",
    "words",
    "scenario",
    "agents",
    "rulebook",
    "shocks",
    "declared",
    "model",
    "extensions",
    # running it
    "engine",
    "ensemble",
    "record",
    "questions",
    "results",
    "plots",
    # asking it
    "why",
    "loops",
    "experiment",
    "calibration",
    "experiment.discovery",
    "experiment.sensitivity",
    "experiment.regret",
    "experiment.replications",
    "experiment.response",
    "search",
    "teaching",
    "teaching.exercises",
    "teaching.pack",
    "teaching.classroom",
    "teaching.play",
    # showing it
    "provenance",
    "report",
    "the public names",
    "dashboard.runtime",
    "dashboard.widgets",
    "dashboard.pages",
    "dashboard",
    "commands",
    "__main__",
)

# Where chance from outside may come in, and what for.
ENTROPY = {
    ("sim/model.py", "secrets"): "a seed for a model that was given none",
    ("sim/model.py", "secrets.randbits"): "a seed for a model that was given none",
    (
        "sim/teaching/classroom/classes.py",
        "secrets",
    ): "codes and secrets of a class, which nobody may guess; no run sees them",
    ("sim/commands/classroom.py", "secrets"): "the secret for opening further classes, never part of a run",
    ("sim/results/run.py", "os.urandom"): "a seed for a run that was given none; it is recorded",
    ("sim/teaching/play/table.py", "secrets"): "links for a game's host and players, never part of a run",
    ("sim/teaching/play/table_file.py", "secrets"): "codes that players join a game with, never part of a run",
}
# Sums in any order, where that is safe: (file, function, call) -> why.
SAFE_SUMS: dict[tuple[str, str, str], str] = {
    ("sim/worlds.py", "total", "sum"): "of whole rows, which NumPy adds one after another (tests/test_engine.py)",
    ("sim/worlds.py", "total", "cumsum"): "a running sum has one order only",
    ("sim/worlds.py", "tally", "sum"): "of whole numbers, far below the largest that a float holds exactly",
    ("sim/chance.py", "_count", "sum"): "of at most sixteen ones, as whole numbers",
}


def paths() -> list[Path]:
    return sorted(path for part in ("sim", "dashboard") for path in (ROOT / part).rglob("*.py"))


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def nodes_at_run_time(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below this one but what stands under `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and any(
            isinstance(one, ast.Name) and one.id == "TYPE_CHECKING" for one in ast.walk(child.test)
        ):
            for other in child.orelse:
                yield from nodes_at_run_time(other)
            continue
        yield child
        yield from nodes_at_run_time(child)


def imported(source: ast.Module, known: set[str]) -> set[str]:
    """The project's modules that a module imports, in functions too."""
    names: set[str] = set()
    for node in nodes_at_run_time(source):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where they lead"
            inside = {f"{node.module}.{one.name}" for one in node.names}
            names |= (inside & known) or {str(node.module)}
            if not inside <= known:
                names.add(str(node.module))
    return names & known


@cache
def graph() -> dict[str, set[str]]:
    known = {module(path) for path in paths()}
    return {module(path): imported(tree(path), known) - {module(path)} for path in paths()}


def part(name: str) -> str:
    """The package, or module by itself, that a module belongs to."""
    parts = name.split(".")
    if parts[0] == "sim":
        parts = parts[1:] or ["the public names"]
    found = [".".join(parts[:length]) for length in (2, 1) if ".".join(parts[:length]) in FLOORS]
    assert found, f"{name} stands on no floor: say in FLOORS where it belongs"
    return found[0]


def floor(name: str) -> int:
    return FLOORS.index(part(name))


def test_every_package_has_a_floor_of_its_own() -> None:
    """Otherwise a new part of the project is free to import whatever it likes, or two that share one each other."""
    assert len(set(FLOORS)) == len(FLOORS)
    assert {part(name) for name in graph()} == set(FLOORS)


@pytest.mark.parametrize("name", sorted(map(module, paths())))
def test_nothing_imports_upward(name: str) -> None:
    """Otherwise the model comes to need the command line, or a rule the agents, and no part can be read on its own."""
    assert [other for other in sorted(graph()[name]) if floor(other) > floor(name)] == []


def test_questions_are_answered_upstairs() -> None:
    """Otherwise a method stands for a function that is not there, or one that it could simply import."""
    import sim
    from sim.questions import HOMES

    for method, home in HOMES.items():
        name, _, function = home.partition(":")
        assert callable(getattr(import_module(name), function))
        asked = module(ROOT / inspect.getfile(getattr(sim, method.partition(".")[0])))
        assert floor(name) > floor(asked), method


BUILT = {"sim/ensemble/simulate.py": "the one place"}
TRACED = "sim/engine/trace.py"  # makes one on stand-ins, which steps through no month


def calls(source: ast.Module, name: str) -> int:
    """How often a function or class is called by this name, or as one of several: `(its or Usual)()`."""
    called = [one.func for one in ast.walk(source) if isinstance(one, ast.Call)]
    either = [one for func in called for one in (func.values if isinstance(func, ast.BoolOp) else [func])]
    return sum(dotted(one).endswith(name) for one in either)


def test_models_are_built_and_stepped_in_one_place() -> None:
    """Otherwise each who runs one has batches, checkpoints, closing and garbage of his own again."""
    assert {place(path) for path in paths() if calls(tree(path), "FrontierModel")} == {*BUILT, TRACED}
    assert {place(path) for path in paths() if calls(tree(path), "model.step")} == {*BUILT, "sim/why/pair.py"}
    pools = ("ProcessPoolExecutor", "multiprocessing.Pool")
    assert {place(path) for path in paths() for name in pools if calls(tree(path), name)} == {"sim/ensemble/pool.py"}


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Ways that lead back to where they began."""
    found: list[list[str]] = []
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> None:
        if name in way:
            found.append([*way[way.index(name) :], name])
        elif name not in done:
            for other in sorted(edges.get(name, ())):
                walk(other, [*way, name])
            done.add(name)

    for name in sorted(edges):
        walk(name, [])
    return found


def test_no_imports_in_a_circle() -> None:
    """Otherwise what works depends on which module is imported first."""
    assert circles(graph()) == []


def test_the_imports_are_seen() -> None:
    """Otherwise the three tests above hold over an empty graph."""
    known = {"sim.a", "sim.a.b", "sim.c", "sim.d"}
    source = """
from typing import TYPE_CHECKING
import sim.c
if TYPE_CHECKING:
    from sim.d import X
def f():
    from sim.a import b, other
"""
    assert imported(ast.parse(source), known) == {"sim.c", "sim.a", "sim.a.b"}
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == [["a", "b", "c", "a"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
    assert "sim.agents.pakistan" in graph()["sim.model"]
    assert "sim.model" in graph()["sim.ensemble.simulate"]
    assert sum(map(len, graph().values())) > 100


# ------------------------------------------------------------------------------------------------ chance

RANDOM_MODULES = ("random", "secrets", "uuid", "numpy.random")
RANDOM_CALLS = ("os.urandom", "os.getrandom", "np.random", "numpy.random", "uuid.uuid4", "secrets.randbits")
# Mesa's generators, its shuffling, and the ways in which SciPy and pandas draw.
RANDOM_NAMES = ("shuffle", "shuffle_do", "rvs", "default_rng", "random_state", "SystemRandom", "RandomState")
CLOCKS = ("time", "time_ns", "monotonic", "perf_counter", "perf_counter_ns", "now", "today", "getpid")


def dotted(node: ast.AST) -> str:
    """`a.b.c` for an attribute of a name, else nothing."""
    if isinstance(node, ast.Name):
        return node.id
    inside = dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{inside}.{node.attr}" if inside else ""


def chance_in(source: ast.Module) -> list[str]:
    """Everything in a module that could bring chance, or the clock as a seed, into a run."""
    found = []
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            found += [one.name for one in node.names if one.name in RANDOM_MODULES]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{one.name}" for one in node.names]
            found += [name for name in names if str(node.module) in RANDOM_MODULES or name in RANDOM_CALLS]
            found += [name for name in names if name in RANDOM_MODULES]
        elif isinstance(node, ast.Attribute):
            name = dotted(node)
            if name in RANDOM_CALLS or node.attr in RANDOM_NAMES:
                found.append(name or node.attr)
            elif node.attr in ("random", "rng") and dotted(node.value).split(".")[-1] in (
                "self",
                "model",
                "m",
                "agent",
            ):
                found.append(name)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("hash", "id"):
            found.append(f"{node.func.id}()")
        for name, value in given_to(node):
            clocked = [one for one in ast.walk(value) if isinstance(one, ast.Call) and is_clock(one.func)]
            if clocked and any(word in name.lower() for word in ("seed", "rng", "entropy", "streams")):
                found.append(f"{name} from a clock")
    return found


def is_clock(function: ast.AST) -> bool:
    return isinstance(function, ast.Attribute) and function.attr in CLOCKS


def given_to(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What a node assigns or passes, and the name it goes to."""
    if isinstance(node, ast.keyword):
        yield node.arg or "", node.value
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                yield dotted(one), node.value
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value is not None:
        yield dotted(node.target), node.value
    elif isinstance(node, ast.Call):
        for argument in node.args:
            yield dotted(node.func), argument


# The digest of a scenario is a text's, the same in every process; telling agents apart is no number.
NO_CHANCE = {
    ("sim/scenario/schema.py", "hash()"): "`__hash__` of a digest, for sets and dicts only",
    ("sim/engine/trace.py", "id()"): "which objects have been looked into, so that none is twice",
}
# Generators with a state, seeded by the design and drawn from in one order.
SEEDED = {
    ("sim/experiment/design.py", name): "Morris's trajectories, as SALib draws them"
    for name in ("np.random", "np.random.default_rng", "rng.choice", "rng.shuffle")
}


@pytest.mark.parametrize("path", [path for path in paths() if place(path) != "sim/worlds.py"], ids=place)
def test_chance_comes_from_the_streams_alone(path: Path) -> None:
    """Otherwise two runs with one seed differ, or two scenarios see different random draws."""
    found = [(place(path), what) for what in chance_in(tree(path))]
    assert [one for one in found if one not in {*ENTROPY, *NO_CHANCE, *SEEDED}] == []


def test_the_streams_use_philox_alone() -> None:
    """Otherwise a draw comes from a generator with a state, and depends on what was drawn before."""
    named = {dotted(node) for node in ast.walk(tree(ROOT / "sim" / "worlds.py")) if isinstance(node, ast.Attribute)}
    assert {name for name in named if name.startswith(("np.random.", "numpy.random."))} == {
        "np.random.Philox",
        "np.random.Generator",
    }
    found = set(chance_in(tree(ROOT / "sim" / "worlds.py")))
    assert found == {"np.random"}


@pytest.mark.parametrize("allowed", [*ENTROPY, *NO_CHANCE], ids=" ".join)
def test_what_is_allowed_is_still_there(allowed: tuple[str, str]) -> None:
    """Otherwise an exception stays on the list when its reason has gone, and covers whatever comes next."""
    path, what = allowed
    assert what in chance_in(tree(ROOT / path))


@pytest.mark.parametrize(
    "line",
    [
        "import random",
        "import numpy.random as r",
        "from numpy import random",
        "from numpy.random import default_rng",
        "from uuid import uuid4",
        "from os import urandom",
        "x = np.random.default_rng(1).normal()",
        "x = os.urandom(8)",
        "x = self.random.choice(y)",
        "x = self.model.rng.random()",
        "agents.shuffle_do('step')",
        "x = stats.norm.rvs(3)",
        "seed = int(time.time())",
        "s = Streams(time.time_ns(), 4)",
        "f(seed=datetime.now().microsecond)",
        "x = hash('name')",
    ],
)
def test_other_chance_is_found(line: str) -> None:
    """Otherwise the lint above passes whatever is written."""
    assert chance_in(ast.parse(line)) != []


@pytest.mark.parametrize(
    "line", ["started = time.monotonic()", "rng = 7", "x = streams.uniform('random', 3)", "x = kwargs['seed']"]
)
def test_what_is_no_chance_is_left_alone(line: str) -> None:
    """Otherwise the lint forbids a clock for a progress bar."""
    assert chance_in(ast.parse(line)) == []


# ------------------------------------------------------------------------------------------------ order

# What adds (or multiplies) in an order that depends on shape or memory.
REDUCTIONS = (
    "sum",
    "mean",
    "average",
    "einsum",
    "dot",
    "vdot",
    "inner",
    "matmul",
    "tensordot",
    "prod",
    "cumsum",
    "cumprod",
)
REDUCTIONS += ("nansum", "nanmean", "std", "var", "trapezoid", "reduce", "norm", "convolve", "fsum")
AGENTS = sorted([*(ROOT / "sim" / "agents").glob("*.py"), *(ROOT / "sim" / "rules").glob("*.py")])
AGENTS += sorted((ROOT / "sim" / "metrics").glob("*.py"))
AGENTS += [ROOT / "sim" / name for name in ("shocks.py", "model.py", "worlds.py", "chance.py")]


def functions(source: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Every node with the function that it stands in."""

    def walk(node: ast.AST, name: str) -> Iterator[tuple[str, ast.AST]]:
        for child in ast.iter_child_nodes(node):
            inside = child.name if isinstance(child, ast.FunctionDef) else name
            yield inside, child
            yield from walk(child, inside)

    yield from walk(source, "")


def reductions_in(source: ast.Module) -> list[tuple[str, str]]:
    """Sums and products over an axis: (function, call)."""
    found = []
    for name, node in functions(source):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in REDUCTIONS:
            found.append((name, node.func.attr))
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.MatMult):
            found.append((name, "@"))
    return found


@pytest.mark.parametrize("path", AGENTS, ids=place)
def test_numbers_are_added_in_a_fixed_order(path: Path) -> None:
    """Otherwise a world in a chunk of one gets other bits than among a thousand; `total` adds in the order given."""
    found = [(place(path), *one) for one in reductions_in(tree(path))]
    assert [one for one in found if one not in SAFE_SUMS] == []


@pytest.mark.parametrize(
    "line", ["x.sum(axis=0)", "np.mean(x)", "np.einsum('i,i', a, b)", "a @ b", "np.add.reduce(x)", "a.dot(b)", "a @= b"]
)
def test_a_sum_over_an_axis_is_found(line: str) -> None:
    """Otherwise the lint above passes whatever is written."""
    assert reductions_in(ast.parse(f"def f():\n    {line}"))
    assert not reductions_in(ast.parse("total(x) + sum(y) + np.maximum(a, b).max(axis=0)"))


def changed_in_place(source: ast.Module) -> list[str]:
    """States that are added to rather than bound anew."""
    return [
        ast.unparse(node.target)
        for node in ast.walk(source)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Attribute)
    ]


@pytest.mark.parametrize("path", AGENTS, ids=place)
def test_state_is_bound_anew(path: Path) -> None:
    """Otherwise a vector that is kept elsewhere (a record, an account, another agent's state) changes behind its back."""
    no_vectors = {"self.month", "self._readings"}  # a plain number; a dict made a line before
    assert set(changed_in_place(tree(path))) - no_vectors == set()
    assert changed_in_place(ast.parse("self.war += 1; x += 1")) == ["self.war"]


def unordered_loops(source: ast.Module) -> list[int]:
    """Lines with a loop over a set, whose order Python shuffles anew in each process."""
    loops = [node.iter for node in ast.walk(source) if isinstance(node, ast.For | ast.comprehension)]
    return [
        node.lineno
        for node in loops
        if isinstance(node, ast.Set | ast.SetComp)
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("set", "frozenset"))
    ]


@pytest.mark.parametrize("path", AGENTS, ids=place)
def test_no_loop_over_a_set(path: Path) -> None:
    """Otherwise the order of agents, draws or sums, and with it the numbers, changes from process to process."""
    assert unordered_loops(tree(path)) == []
    assert len(unordered_loops(ast.parse("for x in set(y):\n    pass\nz = [a for a in {1, 2}]"))) == 2


# ------------------------------------------------------------------------------------------------ length


TOO_LONG: dict[str, str] = {}


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=pytest.mark.xfail(strict=True, reason=TOO_LONG[place(path)]))
        if place(path) in TOO_LONG
        else path
        for path in paths()
    ],
    ids=place,
)
def test_a_file_is_one_idea(path: Path) -> None:
    """Otherwise the code no longer reads in an afternoon: a file over some 400 lines is usually two ideas."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST
