"""Which model this is: a digest of all that its numbers follow from, but for scenario, parameter values and random draws."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path

from sim import cache as files
from sim import extensions

ROOT = Path(__file__).resolve().parents[2]
# What computes: the model, what its observers report, and what its months are summed up as. All else follows from imports.
COMPUTE = ("sim.model", "sim.agents.observers", "sim.ensemble.outcomes", "sim.engine.run")
LIBRARIES = ("numpy", "scipy")
MOST_FILES = 4  # states of the project's files of which is kept what they say


def model_fingerprint(model: type | None = None, libraries: bool = True) -> str:
    """A digest of the code that computes, of declared parameters, and, unless told otherwise, of the libraries.

    What changes no number is left out: comments, docstrings, messages of errors, claims, and what parameters mean.

    Args:
        model: a subclass of the model that takes its place; where it stands counts, and so do loaded extensions.
        libraries: whether those that compute count.

    Raises:
        OSError: where the subclass stands cannot be read.
    """
    own = _own_fingerprint(libraries)
    digest = blake2b(own.encode(), digest_size=8)
    more = [extensions.digest()] if extensions.loaded() else []
    for kind in model.__mro__ if model else ():
        if not kind.__module__.startswith(("sim.", "mesa.", "builtins")):
            more.append(f"{kind.__qualname__} {_text_around(kind)}")
    digest.update("\n".join(more).encode())
    return digest.hexdigest() if more else own


def _text_around(kind: type) -> str:
    """The file that a class stands in; of one from a notebook, its own text."""
    file = inspect.getsourcefile(kind)
    return Path(file).read_text(encoding="utf-8") if file and Path(file).is_file() else inspect.getsource(kind)


@cache
def _own_fingerprint(libraries: bool = True) -> str:
    from importlib.metadata import version

    from sim.parameters import PARAMETERS

    digest = blake2b(code_that_computes(), digest_size=8)
    for parameter, one in PARAMETERS.items():
        digest.update(f"{parameter} {one.value!r} {one.low!r} {one.high!r} {one.distribution}\n".encode())
    if libraries:
        digest.update(" ".join(f"{name} {version(name)}" for name in LIBRARIES).encode())
    return digest.hexdigest()


def code_that_computes() -> bytes:
    """What the modules that compute say, in the order of their names.

    To read it out of the files takes longer than most runs do, so it is kept from one process to the next, under a digest of
    all files of `sim/`: where a letter has changed, or a file come or gone, it is read anew.
    """
    state = blake2b(sys.version.encode(), digest_size=16)
    for path in sorted((ROOT / "sim").rglob("*.py")):
        content = path.read_bytes()
        state.update(f"\n{path.relative_to(ROOT).as_posix()} {len(content)}\n".encode() + content)
    file = f"model/{state.hexdigest()}.txt"
    mark, _, kept = files.kept(file).partition(b"\n")
    if mark == blake2b(kept).hexdigest().encode():
        return kept
    said = "".join(f"{name}\n{computing(tree)}\n" for name, tree in sorted(modules().items())).encode()
    files.keep(file, blake2b(said).hexdigest().encode() + b"\n" + said, MOST_FILES)
    return said


def modules() -> dict[str, ast.Module]:
    """The project's modules that compute, with those that they import, in functions too: what each says."""
    found: dict[str, ast.Module] = {}
    waiting = list(COMPUTE)
    while waiting:
        name = waiting.pop()
        path = _file(name)
        if name in found or path is None:
            continue
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
        waiting += _imported(found[name])
    return found


def _file(name: str) -> Path | None:
    """Where a module of the project stands; None for another's, and for names that are no modules."""
    path = ROOT / name.replace(".", "/")
    if not name.startswith("sim.") or name.rpartition(".")[2].startswith("_"):
        return None
    return next((one for one in (path.with_suffix(".py"), path / "__init__.py") if one.is_file()), None)


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """A tree and all statements in it, but for what only a type checker reads."""
    yield tree
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        below = getattr(tree, field, None)
        for one in below if isinstance(below, list) else ():
            if not (isinstance(one, ast.If) and isinstance(one.test, ast.Name) and one.test.id == "TYPE_CHECKING"):
                yield from _statements(one)


def _imported(tree: ast.Module) -> Iterator[str]:
    for one in _statements(tree):
        if isinstance(one, ast.Import):
            yield from (name.name for name in one.names)
        elif isinstance(one, ast.ImportFrom) and one.module:
            parts = one.module.split(".")
            # A package's own file runs before what stands in it.
            yield from (".".join(parts[: place + 1]) for place in range(len(parts)))
            yield from (f"{one.module}.{name.name}" for name in one.names)


def computing(tree: ast.Module) -> str:
    """Code without its docstrings, without the messages of errors, and without what `@rule` is told; changes the tree."""
    for node in _statements(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
            if isinstance(node, ast.FunctionDef):
                node.decorator_list = [one for one in node.decorator_list if not _is_rule(one)]
            if ast.get_docstring(node, clean=False) is not None:
                node.body = node.body[1:]
        elif isinstance(node, ast.Raise):
            node.exc = node.cause = None
    return ast.dump(tree)


def _is_rule(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name) and called.id == "rule"
