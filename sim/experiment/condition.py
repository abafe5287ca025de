"""Conditions on outcomes as data: `sovereignty < 0.5 and not verdict == "contained"`, read by a small parser of its own.

    condition  :=  all of `or`, `and`, `not`, parentheses, over comparisons
    comparison :=  sum (< | <= | > | >= | == | !=) sum, and chains of it: 0.2 < sovereignty <= 0.5
    sum        :=  + - * / over numbers and outcomes
    outcome    :=  attacks, or of one scenario by name: attacks[confront]; verdict is compared with a verdict's name in quotes

Nothing is ever run that stands in a condition. What is not in the language is refused, with the place and what is allowed.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.spec import LimitError
from sim.vocabulary import VERDICTS
from sim.yamlfile import suggestion

LONGEST, DEEPEST = 500, 20
VERDICT = "verdict"

Kind: TypeAlias = Literal["truth", "number", "verdict", "text"]
Values: TypeAlias = NDArray[Any]
Name: TypeAlias = tuple[str, str | None]  # an outcome, and of which scenario
Columns: TypeAlias = Mapping[Name, Values]

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_COUNT: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<text>"[^"]*"|'[^']*')
    |(?P<scenario>\[[^\]\[]*\])
    |(?P<sign><=|>=|==|!=|[<>()+*/-]))""",
    re.VERBOSE | re.ASCII,
)
_SIGNS = "allowed: outcomes, numbers, < <= > >= == !=, + - * /, and, or, not, parentheses, [scenario]"


class ConditionError(LimitError):
    """A condition is not right; the message shows where, and says what is allowed."""


@dataclass(frozen=True)
class Node:
    """A part of a condition.

    Attributes:
        sort: what it is: a sign or word of the language, or number, text, outcome.
        kind: what it comes to; place: where it stands in the text, from 0.
        value: of a number, a text, or the outcome and its scenario; parts: what it is made of.
    """

    sort: str
    kind: Kind
    place: int
    value: Any = None
    parts: tuple[Node, ...] = ()

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True)
class Condition:
    """A condition, or a sum of outcomes, that has been read.

    Attributes:
        text: as it was written; node: what it says.
    """

    text: str
    node: Node = field(repr=False)

    @property
    def names(self) -> list[Name]:
        """The outcomes that it speaks of, each with its scenario or None, in order, each once."""
        return list(dict.fromkeys(node.value for node in self.node.walk() if node.sort == "outcome"))

    @property
    def paired(self) -> bool:
        """Whether it sets scenarios against each other, or speaks of one by name."""
        return any(scenario is not None for _, scenario in self.names)

    def values(self, columns: Columns) -> NDArray[np.float64]:
        """What a sum of outcomes comes to; arguments as for `holds`."""
        length = len(next(iter(columns.values())))
        with np.errstate(all="ignore"):
            return np.broadcast_to(np.asarray(_value(self.node, columns), dtype=float), (length,)).copy()

    def holds(self, columns: Columns) -> NDArray[np.bool_]:
        """Where it holds.

        Args:
            columns: each of `names` -> its values, all of one length; verdicts as their ids.

        Returns:
            True or False for each. As everywhere in numbers, 0 / 0 is no number, and only != holds of it.
        """
        length = len(next(iter(columns.values())))
        with np.errstate(all="ignore"):
            return np.broadcast_to(np.asarray(_value(self.node, columns), dtype=bool), (length,)).copy()


def _value(node: Node, columns: Columns) -> Any:
    if node.sort in ("number", "text"):
        return np.float64(node.value) if node.sort == "number" else node.value
    if node.sort == "outcome":
        return columns[node.value]
    parts = [_value(part, columns) for part in node.parts]
    if node.sort in ("and", "or"):
        return np.logical_and(*parts) if node.sort == "and" else np.logical_or(*parts)
    if node.sort == "not":
        return np.logical_not(parts[0])
    if node.sort == "minus":
        return -parts[0]
    return (_COMPARE | _COUNT)[node.sort](*parts)


def parse(text: str, outcomes: Collection[str], scenarios: Collection[str] = ()) -> Condition:
    """Read a condition.

    Args:
        outcomes: what it may speak of, `verdict` among them where verdicts are known; scenarios: whose.

    Raises:
        ConditionError: it is not right.
    """
    return Condition(text, _parser(text, outcomes, scenarios).whole("truth"))


def parse_sum(text: str, outcomes: Collection[str]) -> Condition:
    """Read a sum of outcomes, such as `fatalities - fatalities_militant`; errors as for `parse`."""
    return Condition(text, _parser(text, outcomes, ()).whole("number"))


def _parser(text: str, outcomes: Collection[str], scenarios: Collection[str]) -> _Parser:
    if len(text) > LONGEST:
        raise ConditionError(f"the condition is too long: {len(text):,} characters; allowed: at most {LONGEST}")
    if not text.isprintable():
        raise ConditionError(
            "the condition is not right: line breaks or other marks that do not print; allowed: one line"
        )
    return _Parser(text, outcomes, scenarios)


@dataclass(frozen=True)
class _Token:
    sort: str
    text: str
    place: int


class _Parser:
    """By descent: each level of the language is a method, the loosest first."""

    def __init__(self, text: str, outcomes: Collection[str], scenarios: Collection[str]) -> None:
        self.text, self.outcomes, self.scenarios = text, outcomes, scenarios
        self.tokens = list(self._tokens())
        self.at = self.depth = 0

    def problem(self, place: int, text: str, length: int = 1) -> ConditionError:
        """An error that shows the place under the text; of a long one the neighbourhood."""
        first = max(0, place - 50)
        shown = f"{'...' if first else ''}{self.text[first : place + 50]}{'...' if place + 50 < len(self.text) else ''}"
        marker = " " * (place - first + (3 if first else 0)) + "^" * max(1, min(length, 50))
        return ConditionError(f"the condition is not right: {text}\n  {shown}\n  {marker}")

    def _tokens(self) -> Iterator[_Token]:
        place, end = 0, len(self.text.rstrip())
        while place < end:
            match = _TOKEN.match(self.text, place)
            if match is None:
                place += len(self.text[place:]) - len(self.text[place:].lstrip())
                one = self.text[place]
                if one in "\"'":
                    raise self.problem(
                        place, f"a quotation mark is left open; allowed: a verdict as {one}contained{one}"
                    )
                hint = "; for equal, write ==" if one == "=" else ""
                raise self.problem(place, f"{one} has no meaning here{hint}; {_SIGNS}")
            sort = str(match.lastgroup)
            yield _Token(sort, match[sort], match.start(sort))
            place = match.end()

    def peek(self, *texts: str) -> bool:
        """Whether the next word or sign is one of these."""
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        return token is not None and token.sort in ("name", "sign") and token.text in texts

    def take(self) -> _Token:
        if self.at == len(self.tokens):
            raise self.problem(len(self.text.rstrip()), f"something is missing at the end; {_SIGNS}")
        self.at += 1
        return self.tokens[self.at - 1]

    def whole(self, kind: Kind) -> Node:
        if not self.tokens:
            raise ConditionError(f'the condition is empty; allowed: such as "{self._example()}"')
        node = self.either()
        if self.at < len(self.tokens):
            left = self.tokens[self.at]
            raise self.problem(left.place, f"{left.text} is not expected here; {_SIGNS}", len(left.text))
        node = self.wanted(node, kind)
        if not any(one.sort == "outcome" for one in node.walk()):
            raise self.problem(0, f"it speaks of no outcome{suggestion('', self.outcomes)}")
        return node

    def _example(self) -> str:
        name = next((one for one in self.outcomes if one != VERDICT), "attacks")
        return f"{name} < 0.5"

    def wanted(self, node: Node, kind: Kind) -> Node:
        if node.kind != kind:
            words = {"truth": "a comparison", "number": "a number", "verdict": "a verdict", "text": "a text in quotes"}
            hint = f"such as {self._example()}" if kind == "truth" else "an outcome or a number"
            raise self.problem(
                node.place, f"{words[node.kind]} stands where {words[kind]} is expected; allowed: {hint}"
            )
        return node

    def deeper(self, make: Callable[[], Node], place: int) -> Node:
        if self.depth == DEEPEST:
            raise self.problem(place, f"too deep; allowed: at most {DEEPEST} parentheses or signs within each other")
        self.depth += 1
        node = make()
        self.depth -= 1
        return node

    def either(self) -> Node:
        node = self.both()
        while self.peek("or"):
            node = self._logic(node, self.both)
        return node

    def both(self) -> Node:
        node = self.negated()
        while self.peek("and"):
            node = self._logic(node, self.negated)
        return node

    def _logic(self, left: Node, right: Callable[[], Node]) -> Node:
        word = self.take()
        parts = self.wanted(left, "truth"), self.wanted(right(), "truth")
        return Node(word.text, "truth", left.place, parts=parts)

    def negated(self) -> Node:
        if not self.peek("not"):
            return self.comparison()
        word = self.take()
        part = self.wanted(self.deeper(self.negated, word.place), "truth")
        return Node("not", "truth", word.place, parts=(part,))

    def comparison(self) -> Node:
        sides = [self.sum()]
        found: Node | None = None
        while self.peek(*_COMPARE):
            sign = self.take()
            sides.append(self.sum())
            one = self._compared(sign, *sides[-2:])
            found = one if found is None else Node("and", "truth", found.place, parts=(found, one))
        return found or sides[0]

    def _compared(self, sign: _Token, left: Node, right: Node) -> Node:
        if VERDICT in (left.kind, right.kind) or "text" in (left.kind, right.kind):
            if {left.kind, right.kind} != {"verdict", "text"} or sign.text not in ("==", "!="):
                raise self.problem(
                    left.place, 'a verdict and a name go together; allowed: verdict == "contained", or !='
                )
            self._check_verdict(left if left.kind == "text" else right)
        else:
            left, right = self.wanted(left, "number"), self.wanted(right, "number")
        return Node(sign.text, "truth", left.place, parts=(left, right))

    def _check_verdict(self, node: Node) -> None:
        if node.value not in VERDICTS:
            said = f"no such verdict: {node.value or 'nothing'}{suggestion(node.value, VERDICTS)}"
            raise self.problem(node.place, said, len(node.value) + 2)

    def sum(self) -> Node:
        return self._counted(("+", "-"), lambda: self._counted(("*", "/"), self.signed))

    def _counted(self, signs: tuple[str, ...], part: Callable[[], Node]) -> Node:
        node = part()
        while self.peek(*signs):
            sign = self.take()
            parts = self.wanted(node, "number"), self.wanted(part(), "number")
            node = Node(sign.text, "number", node.place, parts=parts)
        return node

    def signed(self) -> Node:
        if not self.peek("-"):
            return self.atom()
        sign = self.take()
        part = self.wanted(self.deeper(self.signed, sign.place), "number")
        return Node("minus", "number", sign.place, parts=(part,))

    def atom(self) -> Node:
        token = self.take()
        if token.sort == "number":
            value = float(token.text)
            if not np.isfinite(value):
                raise self.problem(token.place, "the number is too large", len(token.text))
            return Node("number", "number", token.place, value)
        if token.sort == "text":
            return Node("text", "text", token.place, token.text[1:-1])
        if token.text == "(":
            node = self.deeper(self.either, token.place)
            if not self.peek(")"):
                raise self.problem(token.place, "this parenthesis is left open; allowed: ) at its end")
            self.take()
            return node
        if token.sort == "name" and token.text not in ("and", "or", "not"):
            return self._outcome(token)
        raise self.problem(token.place, f"{token.text} is not expected here; {_SIGNS}", len(token.text))

    def _outcome(self, token: _Token) -> Node:
        if token.text not in self.outcomes:
            said = f"no such outcome was kept: {token.text}{suggestion(token.text, self.outcomes)}"
            raise self.problem(token.place, said, len(token.text))
        scenario = None
        if self.at < len(self.tokens) and self.tokens[self.at].sort == "scenario":
            given = self.take()
            scenario = given.text[1:-1].strip()
            if scenario not in self.scenarios:
                said = f"no such scenario in this sweep: {scenario or 'nothing'}{suggestion(scenario, self.scenarios)}"
                raise self.problem(given.place, said, len(given.text))
        kind: Kind = "verdict" if token.text == VERDICT else "number"
        return Node("outcome", kind, token.place, (token.text, scenario))
