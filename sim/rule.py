"""`@rule`: what a statement about the world must say of itself.

A rule is a plain function of NumPy vectors (one element per world; plain floats do as well). Positional arguments are
the state of the world, annotated with a :class:`Quantity` (unit and range); keyword-only arguments are parameters, each
declared under that name in `sim/parameters/`. The decorator checks and registers this and hands the function back as it was.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, get_type_hints

from sim.worlds import Vector


@dataclass(frozen=True)
class Quantity:
    """A unit, and the range that values keep to."""

    unit: str
    low: float
    high: float


Share = Annotated[Vector, Quantity("0 to 1", 0.0, 1.0)]
Signed = Annotated[Vector, Quantity("-1 to 1", -1.0, 1.0)]
Logits = Annotated[Vector, Quantity("logits", -60.0, 60.0)]
Chance = Annotated[Vector, Quantity("probability", 0.0, 1.0)]
Fighters = Annotated[Vector, Quantity("thousand fighters", 0.0, 40.0)]
People = Annotated[Vector, Quantity("thousand people", 0.0, 70_000.0)]
Attacks = Annotated[Vector, Quantity("attacks a month", 0.0, 2_000.0)]
Deaths = Annotated[Vector, Quantity("deaths a month", 0.0, 20_000.0)]
Clashes = Annotated[Vector, Quantity("clashes a month", 0.0, 150.0)]
Months = Annotated[Vector, Quantity("months", 0.0, 360.0)]
Supply = Annotated[Vector, Quantity("sum of shares", 0.0, 5.0)]
AllSupply = Annotated[Vector, Quantity("sum of shares", 0.0, 7.0)]
Distance = Annotated[Vector, Quantity("-2 to 2", -2.0, 2.0)]
Ratio = Annotated[Vector, Quantity("ratio", 0.0, 10.0)]
Cost = Annotated[Vector, Quantity("cost units", 0.0, 100.0)]


@dataclass(frozen=True)
class Presses:
    """That a rule is a pressure on a decision, and where what it is asked about is found.

    Attributes:
        decision: the actor and its decision, such as `taliban.stance`.
        on: what each option makes of the pressure; one that is not named makes nothing of it.
        state: gathers the rule's arguments from the model.
    """

    decision: str
    on: Mapping[str, float]
    state: Callable[[Any], dict[str, Vector]]


F = TypeVar("F", bound=Callable[..., Vector])


@dataclass(frozen=True)
class Rule:
    """A registered rule.

    Attributes:
        function: the rule itself.
        name: the function's name, unique in the project.
        theme: the module of `sim/rules/` that it stands in.
        claims: ids of the claims in the evidence ledger it rests on.
        judgement: what in it is the modellers' judgement, and why; empty when the claims carry all of it.
        mechanisms: the mechanisms (M1 to M31) it is part of; loops: the feedback loops (L1 to L9) that it carries.
        moves: the metrics it bears on first.
        inputs: unit and range of each state argument, in order.
        parameters: the parameters it takes, in order.
        result: unit and range of what it returns.
        rises_with, falls_with: arguments in which it is monotone, for any value of the others in range.
        off: what holds when the rule is switched off: a number, or the name of the argument that then passes unchanged.
        presses: for a pressure that no agent asks by itself: the decision that asks it, after all others.
        rival: what an extension puts in the function's place; it is asked by the same name.
        stands_in: the file that it stands in, with the line for an extension's.
    """

    function: Callable[..., Vector]
    name: str
    theme: str
    claims: tuple[str, ...]
    judgement: str
    mechanisms: tuple[str, ...]
    moves: tuple[str, ...]
    inputs: dict[str, Quantity]
    parameters: tuple[str, ...]
    result: Quantity
    rises_with: tuple[str, ...]
    falls_with: tuple[str, ...]
    off: float | str
    presses: Presses | None = None
    loops: tuple[str, ...] = ()
    rival: Callable[..., Vector] | None = None
    stands_in: str = ""

    @property
    def computes(self) -> Callable[..., Vector]:
        """The function that gives its answer: itself, or what an extension puts in its place."""
        return self.rival or self.function

    @property
    def statement(self) -> str:
        """The first line of the docstring: the rule as one sentence."""
        return (inspect.getdoc(self.computes) or "").partition("\n")[0]

    @property
    def title(self) -> str:
        """What the rule is called in front of readers: its statement up to the first colon or semicolon."""
        return re.split("[:;]", self.statement)[0].rstrip(".")


RULES: dict[str, Rule] = {}


def rule(
    *,
    claims: tuple[str, ...] = (),
    judgement: str = "",
    mechanisms: tuple[str, ...] = (),
    moves: tuple[str, ...],
    off: float | str,
    rises_with: tuple[str, ...] = (),
    falls_with: tuple[str, ...] = (),
    presses: Presses | None = None,
    loops: tuple[str, ...] = (),
) -> Callable[[F], F]:
    """Register a function as a rule of the model; the arguments are those of :class:`Rule`.

    Raises:
        TypeError: the function leaves out a unit, names an argument that it has not, or stands there twice.
    """

    def register(function: F) -> F:
        name = function.__name__
        if name in RULES:
            raise TypeError(f"rule {name} is declared twice: {RULES[name].theme} and {function.__module__}")
        RULES[name] = described(
            function,
            claims=claims,
            judgement=judgement,
            mechanisms=mechanisms,
            moves=moves,
            rises_with=rises_with,
            falls_with=falls_with,
            off=off,
            presses=presses,
            loops=loops,
        )
        return function

    return register


def described(function: Callable[..., Vector], *, off: float | str, **said: Any) -> Rule:
    """A function as a rule, not registered; the arguments are those of :class:`Rule`.

    Raises:
        TypeError: the function leaves out a unit, or names an argument that it has not.
    """
    name = function.__name__
    hints = get_type_hints(function, include_extras=True)
    inputs: dict[str, Quantity] = {}
    parameters = []
    for argument in inspect.signature(function).parameters.values():
        if argument.kind is argument.KEYWORD_ONLY:
            parameters.append(argument.name)
        else:
            inputs[argument.name] = _quantity(hints.get(argument.name), f"{name}({argument.name})")
    known = [*inputs, *parameters]
    unknown = [argument for argument in (*said["rises_with"], *said["falls_with"]) if argument not in known]
    if isinstance(off, str) and off not in inputs:
        unknown.append(off)
    if unknown:
        raise TypeError(f"rule {name} has no argument {unknown[0]}; it has {', '.join(known)}")
    theme = function.__module__.rpartition(".")[2]
    return Rule(
        function=function,
        name=name,
        theme=theme,
        inputs=inputs,
        parameters=tuple(parameters),
        result=_quantity(hints.get("return"), f"{name} -> result"),
        off=off,
        stands_in=f"sim/rules/{theme}.py",
        **said,
    )


def _quantity(hint: object, where: str) -> Quantity:
    for extra in getattr(hint, "__metadata__", ()):
        if isinstance(extra, Quantity):
            return extra
    raise TypeError(f"{where} needs a unit and range: annotate it with one of the quantities in sim/rule.py")
