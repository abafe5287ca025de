"""Whether the accepted sets still belong to this model: a hash of what computes, and a probe of what it computes."""

from __future__ import annotations

import ast
from hashlib import blake2b
from pathlib import Path

from sim import extensions
from sim.parameters import PARAMETERS
from sim.scenario import load_scenario

SIM = Path(__file__).resolve().parents[1]
# What can change a number of a run; words, claims and docstrings in them cannot.
CODE = ("rules", "agents", "model.py", "chance.py", "worlds.py", "shocks.py", "metrics", "vocabulary", "rulebook.py")


def fingerprint(scenario: str = "history") -> str:
    """A hash of rules, agents, parameters with their ranges, the scenario, and loaded extensions."""
    digest = blake2b(digest_size=8)
    for part in CODE:
        path = SIM / part
        for file in sorted(path.glob("*.py")) if path.is_dir() else [path]:
            digest.update(f"{file.relative_to(SIM)}\n{_code(file.read_text(encoding='utf-8'))}\n".encode())
    for name, one in PARAMETERS.items():
        digest.update(f"{name} {one.value!r} {one.low!r} {one.high!r} {one.distribution}\n".encode())
    digest.update(f"{load_scenario(scenario).hash}{extensions.digest()}".encode())
    return digest.hexdigest()


def _code(source: str) -> str:
    """The code without docstrings and without what `@rule` is told."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
            if isinstance(node, ast.FunctionDef):
                node.decorator_list = [one for one in node.decorator_list if not _is_rule(one)]
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:]
    return ast.dump(tree)


def _is_rule(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name) and called.id == "rule"
