"""How these documents write tables, links, months, ranges and the formula of a rule; used by build.py."""

from __future__ import annotations

import ast
import calendar
import inspect
import re
import textwrap
from collections.abc import Iterable, Sequence

from sim.parameters import PARAMETERS, Parameter
from sim.rule import Rule

WIDTH = 104
WIDE = 120  # of a page's running text
NAMES = re.compile(r"Afghan|Kabul|Pakistan|India|Taliban|[A-Z]{2}")
# NumPy's names as a reader knows them.
PLAIN = {"minimum": "min", "maximum": "max", "ndtri": "normal_quantile"}


def cell(text: str) -> str:
    """A text as it can stand in a table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell(one) for one in line) + " |" for line in lines) + "\n"


def month_words(month: str) -> str:
    """2022-06 as June 2022."""
    year, number = map(int, month.split("-"))
    return f"{calendar.month_name[number]} {year}"


def lower(title: str) -> str:
    """A title as it stands inside a sentence: names keep their capitals."""
    return title if NAMES.match(title) else title[0].lower() + title[1:]


def rule_link(name: str) -> str:
    return f"[`{name}`](rules.md#rule-{name})"


def metric_link(name: str) -> str:
    return f"[`{name}`](model.md#metric-{name})"


def parameter_link(name: str, up: str = "") -> str:
    return f"[`{name}`]({up}parameters.md#parameter-{name})"


def claim_link(name: str, up: str = "") -> str:
    return f"[{name}]({up}claims.md#{name})"


def claim_links(names: Iterable[str], up: str = "") -> str:
    return ", ".join(claim_link(name, up) for name in names)


def value_and_range(parameter: Parameter) -> str:
    """A value with its range: `0.4 (0.1 to 0.7)`."""
    if parameter.constant:
        return f"{parameter.value:g}"
    return f"{parameter.value:g} ({parameter.low:g} to {parameter.high:g})"


def values(rule: Rule, *, links: bool) -> str:
    """A rule's parameters with their values."""
    names = {name: parameter_link(name) if links else f"`{name}`" for name in rule.parameters}
    return ", ".join(f"{shown} {value_and_range(PARAMETERS[name])}" for name, shown in names.items())


def unit(text: str, low: float, high: float) -> str:
    bounds = f"{low:,g} to {high:,g}"
    return bounds if text == bounds else f"{bounds}, {text}"


def rests_on(rule: Rule, *, links: bool) -> str:
    """The claims of a rule, and what in it is judgement."""
    claims = claim_links(rule.claims) if links else ", ".join(rule.claims)
    return (claims or "no claim") + (f". *Ours:* {rule.judgement}" if rule.judgement else "")


def explained(rule: Rule) -> tuple[str, dict[str, str]]:
    """What a docstring says beyond its first sentence: the rest of its text, and what it says of arguments."""
    body, _, arguments = (inspect.getdoc(rule.computes) or "").partition("\nArgs:\n")
    found: dict[str, str] = {}
    for entry in re.split(r"\n(?=    \S)", "\n" + arguments)[1:]:
        names, _, words = " ".join(entry.split()).partition(": ")
        found |= {name.strip(): words for name in names.split(",")}
    return " ".join(body.partition("\n")[2].split()), found


def formula(rule: Rule) -> list[str]:
    """What a rule computes, from its own source: an equation to a line, a long one over several."""
    if rule.computes.__name__ == "switched_off":  # by an extension
        return [f"{rule.name} = {rule.off if isinstance(rule.off, str) else f'{rule.off:g}'}"]
    function = ast.parse(textwrap.dedent(inspect.getsource(rule.computes))).body[0]
    assert isinstance(function, ast.FunctionDef)
    equations = []
    for statement in function.body[1:]:  # after the docstring
        plain = ast.fix_missing_locations(_Plain().visit(statement))
        if isinstance(plain, ast.Return) and plain.value is not None:
            equations.append(f"{rule.name} = {ast.unparse(plain.value)}")
        else:
            equations.append(ast.unparse(plain))
    return [line for equation in equations for line in _wrapped(equation)]


class _Plain(ast.NodeTransformer):
    """NumPy's notation as a reader writes it: no `np.`, whole numbers without a point."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id == "np":
            return ast.Name(PLAIN.get(node.attr, node.attr))
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(PLAIN.get(node.id, node.id))

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant(int(node.value)) if isinstance(node.value, float) and node.value.is_integer() else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "astype":
            return self.visit(node.func.value)
        plain = self.generic_visit(node)
        if isinstance(plain, ast.Call) and isinstance(plain.func, ast.Name) and plain.func.id == "power":
            return ast.BinOp(plain.args[0], ast.Pow(), plain.args[1])
        return plain


def _wrapped(equation: str) -> list[str]:
    """Broken before a plus or minus that stands outside of all brackets, or failing that before a times."""
    lines, depth, start = [], 0, 0
    breaks = {"sum": 0, "product": 0}
    for place, sign in enumerate(equation):
        depth += (sign in "([") - (sign in ")]")
        if depth == 0 and equation[place : place + 3] in (" + ", " - ", " * "):
            breaks["product" if equation[place + 1] == "*" else "sum"] = place
        last = breaks["sum"] if breaks["sum"] > start else breaks["product"]
        if place - start > WIDTH and last > start:
            lines.append(equation[start:last])
            start = last
    lines.append(equation[start:])
    return [lines[0], *("   " + line for line in lines[1:])]


def wrapped(text: str) -> str:
    """Paragraphs and points of a list filled to the width; tables, headings, pictures and what is fenced are left."""
    out: list[str] = []
    fenced = False
    for line in text.split("\n"):
        fenced ^= line.startswith("```")
        goes_on = prose(line) and out and (prose(out[-1]) or out[-1].startswith("- ")) and not fenced
        if goes_on:
            out[-1] += f" {line.strip()}"
        else:
            out.append(line)
    return "\n".join(part for line in out for part in filled(line))


def prose(line: str) -> bool:
    """Whether a line is one of running text."""
    return bool(line) and not line.startswith(("|", "#", "!", "- ", "```"))


def filled(line: str) -> list[str]:
    """A line broken where it is too long, unless it must stand as it is."""
    indent = "  " if line.startswith("- ") else ""
    if len(line) <= WIDE or not (indent or prose(line)):
        return [line]
    return textwrap.wrap(line, WIDE, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
