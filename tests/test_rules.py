"""Every rule keeps to what it declares: units and ranges, monotone arguments, names, and no number of its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from hashlib import blake2b
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import sim.rules
from sim.limits import LimitError
from sim.parameters import PARAMETERS
from sim.rule import RULES, Chance, Quantity, Rule, Share, rule
from sim.rulebook import Rulebook
from sim.vocabulary import (
    ACTOR_SPECS,
    FACTIONS,
    LEVERS,
    PAKISTAN_AREAS,
    RESOURCES_PAKISTAN_NEEDS,
    RESOURCES_TALIBAN_NEEDS,
)
from sim.why.names import DECISIONS
from sim.worlds import Vector

# A rule that divides by nought, or overflows, does so somewhere in its declared ranges.
pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

SIM = Path(__file__).resolve().parents[1] / "sim"
# Whoever asks rules.
CALLERS = [path for path in sorted(SIM.rglob("*.py")) if "from sim.rules import" in path.read_text(encoding="utf-8")]
ROUNDING = 1e-12
CHUNKS = (1, 2, 3, 7, 64, 256)

every_rule = pytest.mark.parametrize("name", RULES)


def ranges(rule: Rule) -> dict[str, Quantity]:
    """The range of each argument, parameters after state."""
    declared = {name: PARAMETERS[name] for name in rule.parameters}
    return rule.inputs | {name: Quantity(one.unit, one.low, one.high) for name, one in declared.items()}


def generator(name: str, salt: str = "") -> np.random.Generator:
    """A generator of a rule's own, the same in every run of the tests."""
    return np.random.default_rng(int.from_bytes(blake2b(f"{name}/{salt}".encode(), digest_size=8).digest()))


def spread(quantity: Quantity, size: int, rng: np.random.Generator) -> Vector:
    """Values over a range: even, crowded at the low end, and at the ends themselves."""
    span, kind = quantity.high - quantity.low, rng.random(size)
    values = quantity.low + span * np.where(kind < 0.3, rng.random(size) ** 6, rng.random(size))
    values = np.where(kind > 0.85, quantity.low, np.where(kind > 0.7, quantity.high, values))
    return np.minimum(np.maximum(values, quantity.low), quantity.high)


def corners(quantities: Mapping[str, Quantity]) -> dict[str, Vector]:
    """Every combination of the ends of all ranges."""
    rows = np.array(list(product(*((one.low, one.high) for one in quantities.values()))))
    return {name: np.ascontiguousarray(rows[:, place]) for place, name in enumerate(quantities)}


def grid(name: str, size: int, salt: str = "") -> dict[str, Vector]:
    """Values of every argument of a rule, drawn over its range."""
    rng = generator(name, salt)
    return {argument: spread(quantity, size, rng) for argument, quantity in ranges(RULES[name]).items()}


def say(name: str, values: Mapping[str, Vector]) -> Vector:
    """What a rule says of these arguments."""
    rule = RULES[name]
    inputs = [values[argument] for argument in rule.inputs]
    return rule.function(*inputs, **{argument: values[argument] for argument in rule.parameters})


def part(values: Mapping[str, Vector], first: int, last: int) -> dict[str, Vector]:
    """The worlds from `first` up to `last`, as vectors of their own."""
    return {name: np.ascontiguousarray(value[first:last]) for name, value in values.items()}


def assert_within(quantity: Quantity, result: Vector) -> None:
    assert np.isfinite(result).all()
    assert result.min() >= quantity.low - 1e-9
    assert result.max() <= quantity.high + 1e-9


@every_rule
def test_stays_in_its_declared_range(name: str) -> None:
    """Otherwise a number leaves its range somewhere in the declared ranges, or is none: clamps hide it or a run stops."""
    rule = RULES[name]
    assert_within(rule.result, say(name, corners(ranges(rule))))
    assert_within(rule.result, say(name, grid(name, 4_000)))


@every_rule
def test_stays_in_range_at_the_point_values(name: str) -> None:
    """Otherwise a rule given plain numbers for parameters, as in every default run, leaves its range."""
    rule = RULES[name]
    inputs = corners(rule.inputs)
    values = rule.function(*inputs.values(), **{one: PARAMETERS[one].value for one in rule.parameters})
    assert_within(rule.result, values)


@every_rule
def test_says_the_same_of_a_number_and_of_a_vector(name: str) -> None:
    """Otherwise a student at a prompt gets another answer than the model does."""
    values = grid(name, 64)
    together = say(name, values)
    apart = [say(name, {one: float(value[world]) for one, value in values.items()}) for world in range(64)]
    assert together.shape == (64,)
    assert together.dtype == np.float64
    assert all(np.ndim(one) == 0 for one in apart)
    np.testing.assert_allclose(np.array(apart, dtype=np.float64), together, rtol=ROUNDING, atol=0.0)


@every_rule
def test_takes_rows_of_worlds(name: str) -> None:
    """Otherwise rules that agents call for all areas, resources or options at once break, or give other bits."""
    rule, values = RULES[name], grid(name, 50)
    other = grid(name, 50, "other row")
    fixed = {one: values[one] for one in rule.parameters}
    rows = {one: np.stack([values[one], other[one], values[one]]) for one in rule.inputs} | fixed
    result = say(name, rows)
    single = [say(name, values), say(name, other | fixed), say(name, values)]
    assert result.shape == (3, 50)
    assert np.array_equal(result, np.stack(single))


@every_rule
def test_bits_do_not_depend_on_the_chunk(name: str) -> None:
    """Otherwise a world gives other numbers when fewer or more worlds are computed beside it."""
    worlds = 300
    drawn = grid(name, worlds)
    for fixed in ({}, {one: PARAMETERS[one].value for one in RULES[name].parameters}):
        free = {one: value for one, value in drawn.items() if one not in fixed}
        at_once = say(name, free | fixed)
        for chunk in CHUNKS:
            parts = [say(name, part(free, first, first + chunk) | fixed) for first in range(0, worlds, chunk)]
            assert np.array_equal(np.concatenate(parts), at_once), chunk


def monotone_arguments() -> Iterator[tuple[str, str, int]]:
    for name, one in RULES.items():
        yield from ((name, argument, 1) for argument in one.rises_with)
        yield from ((name, argument, -1) for argument in one.falls_with)


@pytest.mark.parametrize(("name", "argument", "sign"), list(monotone_arguments()))
def test_rises_and_falls_where_it_says_so(name: str, argument: str, sign: int) -> None:
    """Otherwise the sign that a reader is told, and that the directional tests build on, is wrong somewhere."""
    quantity = ranges(RULES[name])[argument]
    moved = False
    cases = [grid(name, 4_000), corners(ranges(RULES[name]))]
    for values in cases:
        here = values[argument]
        other = spread(quantity, here.size, generator(name, argument))
        low = say(name, values | {argument: np.minimum(here, other)})
        high = say(name, values | {argument: np.maximum(here, other)})
        step = sign * (high - low)
        assert step.min() >= -ROUNDING * max(1.0, np.abs(low).max())
        moved = moved or bool((step > 1e-9).any())
    assert moved, "it never moves"


def test_some_rules_are_monotone_both_ways() -> None:
    """Otherwise the test above ran over nothing."""
    signs = [sign for _, _, sign in monotone_arguments()]
    assert signs.count(1) > 100
    assert signs.count(-1) > 40


@every_rule
def test_leaves_what_it_is_given_alone(name: str) -> None:
    """Otherwise a rule changes the state of an agent, or the record of a past month, behind its back."""
    values = grid(name, 20)
    before = {one: value.copy() for one, value in values.items()}
    for value in values.values():
        value.flags.writeable = False
    result = say(name, values)
    assert all(np.array_equal(values[one], before[one]) for one in values)
    assert not any(result is value or np.shares_memory(result, value) for value in values.values())


@every_rule
def test_what_holds_when_it_is_switched_off(name: str) -> None:
    """Otherwise switching a rule off breaks the run, or puts a number in its place that nothing allows."""
    rule, values = RULES[name], grid(name, 30)
    book = Rulebook({one: parameter.value for one, parameter in PARAMETERS.items()}, off={name})
    given = {argument: values[argument] for argument in rule.inputs}
    result = book(rule.function, **given)
    assert result.shape == (30,)
    assert_within(rule.result, result)
    if isinstance(rule.off, str):
        assert np.array_equal(result, values[rule.off])
    else:
        assert (result == rule.off).all()
    rows = {argument: np.stack([value, value]) for argument, value in given.items()}
    assert book(rule.function, **rows).shape == (2, 30)


@every_rule
def test_switching_it_off_changes_what_it_says(name: str) -> None:
    """Otherwise `off` is what the rule says anyhow, and a test that switches it off shows nothing."""
    rule, values = RULES[name], grid(name, 400)
    book = Rulebook({one: values.get(one, parameter.value) for one, parameter in PARAMETERS.items()}, off={name})
    said = say(name, values)
    assert (said != book(rule.function, **{argument: values[argument] for argument in rule.inputs})).mean() > 0.05


def test_a_mechanism_switches_off_all_its_rules_and_no_other() -> None:
    """Otherwise an ablation of a mechanism leaves a part of it running, or takes another with it."""
    parameters = {one: parameter.value for one, parameter in PARAMETERS.items()}
    on, off = Rulebook(parameters), Rulebook(parameters, off={"M14"})
    for name, one in RULES.items():
        given = {argument: grid(name, 40)[argument] for argument in one.inputs}
        same = np.array_equal(on(one.function, **given), off(one.function, **given))
        assert same != ("M14" in one.mechanisms), name


def test_an_unknown_rule_or_mechanism_cannot_be_switched_off() -> None:
    """Otherwise a misspelt ablation runs the whole model and calls it an ablation."""
    with pytest.raises(LimitError, match=r"neither a rule nor a mechanism nor a feedback loop: 'M99'.*; allowed: "):
        Rulebook({one: parameter.value for one, parameter in PARAMETERS.items()}, off={"M99"})


@every_rule
def test_states_itself_in_a_sentence(name: str) -> None:
    """Otherwise the tables, the evidence command and the report show a fragment where a statement should stand."""
    statement = RULES[name].statement
    assert re.fullmatch(r"[A-Z].{15,160}\.( \(.+\))?", statement), statement


@every_rule
def test_its_title_is_short_enough_for_a_line_of_a_chain(name: str) -> None:
    title = RULES[name].title
    assert RULES[name].statement.startswith(title)
    assert len(title) <= 90
    assert title.count("(") == title.count(")")


def test_no_two_go_by_the_same_title() -> None:
    assert len({one.title for one in RULES.values()}) == len(RULES)


@every_rule
def test_its_parameters_are_declared(name: str) -> None:
    """Otherwise a rule takes a number that has no range, unit or source."""
    assert [one for one in RULES[name].parameters if one not in PARAMETERS] == []


@every_rule
def test_is_called_by_an_agent(name: str) -> None:
    """Otherwise the rule stands in the tables, and switching it off is said to do something, but nothing asks it."""
    presses = RULES[name].presses
    assert (name in mentioned()) != (presses is not None)
    if presses is not None:
        assert presses.decision in DECISIONS


def calls_of_rules(source: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Every call that hands a rule (`module.rule`, first of its arguments) to somebody who asks it: the call, the rule."""
    imports = [node for node in ast.walk(source) if isinstance(node, ast.ImportFrom) and node.module == "sim.rules"]
    modules = {one.asname or one.name for node in imports for one in node.names}
    for node in ast.walk(source):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Attribute):
            continue
        first = node.args[0]
        if isinstance(first.value, ast.Name) and first.value.id in modules and first.attr in RULES:
            yield node, first.attr


def misnamed(source: ast.AST) -> list[str]:
    """Calls of rules that leave out, add or misname an argument, or hand one over by its place in a list."""
    found = []
    for call, name in calls_of_rules(source):
        given = [one.arg for one in call.keywords if one.arg != "on"]
        whole = None in given or set(given) == set(RULES[name].inputs)  # None: `**states`, which the rule itself checks
        if len(call.args) > 1 or not whole:
            found.append(f"line {call.lineno}: {name}({', '.join(map(str, given))})")
    return found


@pytest.mark.parametrize("path", CALLERS, ids=lambda path: path.name)
def test_is_asked_by_keyword(path: Path) -> None:
    """Otherwise two shares change places in a call, and nothing notices; or a parameter is given that the run has set."""
    assert misnamed(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_a_call_by_position_is_found_and_refused() -> None:
    """Otherwise the test above passes whatever is written, and a call that it does not see swaps two vectors."""
    code = "from sim.rules import leverage\nself.apply(leverage.leverage_in_use, {})"
    bad = ("a, b", "dependence=a, b=b", "dependence=a", "dependence=a, credibility=b, weight=c")
    assert [one for one in bad if not misnamed(ast.parse(code.format(one)))] == []
    assert misnamed(ast.parse(code.format("dependence=a, credibility=b"))) == []
    half = np.full(3, 0.5)
    book = Rulebook({one: parameter.value for one, parameter in PARAMETERS.items()})
    with pytest.raises(
        TypeError, match=r"rule leverage_in_use takes its state by keyword: dependence=..., credibility="
    ):
        book(RULES["leverage_in_use"].function, half, half)
    with pytest.raises(TypeError, match="control"):
        book(RULES["leverage_in_use"].function, dependence=half, control=half)


@cache
def mentioned() -> set[str]:
    """Rules that agents and metrics name, as `module.rule` of a module of `sim.rules`."""
    names: set[str] = set()
    for path in [*sorted((SIM / "agents").glob("*.py")), *sorted((SIM / "metrics").glob("*.py"))]:
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == "sim.rules"]
        modules = {one.asname or one.name for node in imports for one in node.names}
        named = (node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name))
        names |= {node.attr for node in named if node.value.id in modules}
    return names


def read_by_agents() -> tuple[set[str], set[str]]:
    """Texts in the code of the agents, the model and its readings: whole ones, and the beginnings of f-strings."""
    whole, beginnings = set(), set()
    folders = ("agents", "metrics", "vocabulary")
    for path in [
        *(path for one in folders for path in sorted((SIM / one).glob("*.py"))),
        SIM / "shocks.py",
        SIM / "model.py",
    ]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                beginnings.add(str(node.values[0].value))
    return whole, beginnings


def families() -> dict[str, list[str]]:
    """Parameters that agents read by a name put together: beginning -> the names."""
    own = [(ACTOR_SPECS[actor], faction) for actor, names in FACTIONS.items() for faction in names]
    held = [one for one in RESOURCES_PAKISTAN_NEEDS if f"need_{one}" in PARAMETERS]
    needed = [*RESOURCES_TALIBAN_NEEDS, *RESOURCES_PAKISTAN_NEEDS]
    return {
        "align_": [f"align_{faction}_{target}" for spec, faction in own for target in spec.ties],
        "power_": [f"power_{faction}" for _, faction in own],
        "cost_": [f"cost_{lever}" for lever in LEVERS],
        "need_": [f"need_{resource}" for resource in (*RESOURCES_TALIBAN_NEEDS, *held)],
        "alternative_": [f"alternative_{resource}" for resource in needed],
        "area_weight_": [f"area_weight_{area}" for area in PAKISTAN_AREAS],
        "start_foothold_": [f"start_foothold_{area}" for area in PAKISTAN_AREAS],
        "start_grievance_": [f"start_grievance_{area}" for area in PAKISTAN_AREAS],
        "start_control_": [f"start_control_{area}" for area in PAKISTAN_AREAS],
    }


def test_every_parameter_is_read() -> None:
    """Otherwise a declared parameter is a knob that turns nothing."""
    by_rules = {parameter for one in RULES.values() for parameter in one.parameters}
    whole, beginnings = read_by_agents()
    by_family = {name for beginning, names in families().items() if beginning in beginnings for name in names}
    assert sorted(set(PARAMETERS) - by_rules - whole - by_family) == []


def test_every_family_of_parameters_is_declared_in_full() -> None:
    """Otherwise a faction, lever, resource or area has no value to start from."""
    assert [name for names in families().values() for name in names if name not in PARAMETERS] == []
    assert set(families()) <= read_by_agents()[1]


# ------------------------------------------------------------------------------------------------ no bare numbers

# Constants of the rules that are no statement about the world, and what they are for.
NAMED_CONSTANTS = {
    "LEAST_NEED": "keeps a share of nothing needed at nothing held",
    "LEAST_WANT": "keeps a share of nothing wanted at nothing received",
    "LEAST_COST": "keeps the share carried of no cost at one",
    "LAST": "the last draw that a stream gives",
}


def bare_numbers(source: str) -> list[str]:
    """Numbers in the bodies of functions other than 0, 1, -1, and 2 as a divisor: `function: number`."""
    found = []
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        halves = {
            id(node.right)
            for node in ast.walk(function)
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and isinstance(node.right, ast.Constant)
        }
        for statement in function.body:
            for node in ast.walk(statement):
                if isinstance(node, ast.Constant) and type(node.value) in (int, float, complex):
                    allowed = (0, 1, 2) if id(node) in halves else (0, 1)
                    if node.value not in allowed:
                        found.append(f"{function.name}: {node.value}")
    return found


def named_constants(source: str) -> set[str]:
    """Names given to numbers at the top of a module."""
    names = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            parts = list(ast.walk(node.value))
            is_number = any(isinstance(one, ast.Constant) and type(one.value) in (int, float) for one in parts)
            if is_number and not any(isinstance(one, ast.Name) and one.id == "Annotated" for one in parts):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


@pytest.mark.parametrize("path", sorted((SIM / "rules").glob("*.py")), ids=lambda path: path.stem)
def test_no_rule_has_a_number_of_its_own(path: Path) -> None:
    """Otherwise a rate, weight or threshold stands in a rule without unit, range or source."""
    source = path.read_text(encoding="utf-8")
    assert bare_numbers(source) == []
    assert named_constants(source) <= set(NAMED_CONSTANTS)


@pytest.mark.parametrize("body", ["return 0.3 * x", "return x / 3", "return 2.0 * x", "return np.minimum(x, 10)"])
def test_a_bare_number_is_found(body: str) -> None:
    """Otherwise the lint above passes whatever stands in the rules."""
    assert bare_numbers(f"def f(x):\n    {body}\n")
    assert not bare_numbers(
        "LIMIT = 7.0\ndef f(x: float = 3) -> float:\n    '''Of 4.'''\n    return (1 - x) / 2 * LIMIT\n"
    )
    assert named_constants("RATE = 0.3\nCost = Annotated[float, Quantity('', 0.0, 9.0)]\n") == {"RATE"}


# ------------------------------------------------------------------------------------------------ the decorator


def test_the_decorator_hands_the_function_back() -> None:
    """Otherwise a rule cannot be called at a prompt or stepped through as the plain function that it is."""
    assert RULES["strain"].function is sim.rules.alignment.strain
    assert sim.rules.alignment.strain(0.0, 0.5, 0.0, 0.0, strain_coercion=0.5, strain_tension=0.5) == pytest.approx(
        1 - 0.5 * 0.75
    )


def no_unit(x: Vector) -> Share:
    return x


def no_result_unit(x: Share) -> Vector:
    return x


def right(x: Share, *, kabul_control: Vector) -> Chance:
    return x * kabul_control


def strain(x: Share) -> Share:
    return x


@pytest.mark.parametrize(
    ("function", "options", "message"),
    [
        (no_unit, {"off": 0.0}, r"no_unit\(x\) needs a unit and range"),
        (no_result_unit, {"off": 0.0}, r"no_result_unit -> result needs a unit and range"),
        (right, {"off": 0.0, "rises_with": ("y",)}, "right has no argument y; it has x, kabul_control"),
        (right, {"off": 0.0, "falls_with": ("y",)}, "right has no argument y"),
        (right, {"off": "y"}, "right has no argument y"),
        (strain, {"off": 0.0}, "strain is declared twice: alignment and"),
    ],
)
def test_a_rule_that_is_not_declared_right_is_refused(
    function: Callable[..., Vector], options: dict[str, object], message: str
) -> None:
    """Otherwise a rule without units, with a misspelt argument, or under another's name slips into the registry."""
    with pytest.raises(TypeError, match=message):
        rule(moves=("attacks",), **options)(function)  # type: ignore[arg-type]
    assert function.__name__ == "strain" or function.__name__ not in RULES


def test_a_rule_cannot_pass_a_parameter_on_when_off() -> None:
    """Otherwise a rule whose `off` names a parameter is registered, and every run that switches it off breaks."""
    with pytest.raises(TypeError, match="right has no argument kabul_control"):
        rule(moves=("attacks",), off="kabul_control")(right)
    assert "right" not in RULES


def test_every_rule_stands_in_a_theme_and_moves_a_metric() -> None:
    """Otherwise a rule cannot be found in the tables, or claims to move what is not reported."""
    from sim.metrics import METRICS

    themes = {path.stem for path in (SIM / "rules").glob("*.py")} - {"__init__"}
    assert {one.theme for one in RULES.values()} == themes
    assert [name for name, one in RULES.items() if not one.moves or set(one.moves) - set(METRICS)] == []
