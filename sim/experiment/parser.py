"""The language of conditions and figures: `sovereignty < 0.5 and not verdict == "contained"`, read by a small parser of its own.

    condition  :=  all of `or`, `and`, `not`, parentheses, over comparisons
    comparison :=  sum (< | <= | > | >= | == | !=) sum, and chains of it: 0.2 < sovereignty <= 0.5
    sum        :=  + - * / over numbers, outcomes and statistics
    statistic  :=  mean(sum), p90(sum), cvar90(sum) over a point's worlds, any percentage from 1 to 99, or
                   chance(condition): the share of a point's worlds in which it holds
    outcome    :=  attacks, or first(attacks >= 60): the month, from 0, in which a metric is first at or beyond a bound;
                   verdict is compared with a verdict's name in quotes

Behind an outcome or a statistic may stand a scenario by name: attacks[confront], p90(attacks)[confront]. Within a statistic
scenarios are set against each other world by world: chance(attacks[confront] < attacks[appease]).

Nothing is ever run that stands in a condition. What is not in the language is refused, with the place and what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from sim.ensemble.outcomes import CROSSINGS
from sim.experiment.condition import COMPARE, VERDICT, Condition, ConditionError, Kind, Node
from sim.experiment.firsts import SIGNS, first_name
from sim.experiment.statistics import ALLOWED, CHANCE, NAMED
from sim.metrics import METRICS
from sim.vocabulary import VERDICTS
from sim.words.problems import wrong_kind
from sim.yamlfile import PlacedError, suggestion

LONGEST, DEEPEST = 500, 20
FIRST = "first"

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<text>"[^"]*"|'[^']*')
    |(?P<scenario>\[[^\]\[]*\])
    |(?P<sign><=|>=|==|!=|[<>()+*/-]))""",
    re.VERBOSE | re.ASCII,
)
_SIGNS = (
    "allowed: outcomes, numbers, < <= > >= == !=, + - * /, and, or, not, parentheses, [scenario], and statistics over a "
    "point's worlds, such as p90(attacks)"
)
_WORDS = ("and", "or", "not")
_STATISTICS = f"{ALLOWED}, {CHANCE}"


Named: TypeAlias = Mapping[str, Condition]  # figures that go by a name of their own


def parse(
    text: str, outcomes: Collection[str], scenarios: Collection[str] = (), named: Named | None = None
) -> Condition:
    """Read a condition.

    Args:
        outcomes: what it may speak of, `verdict` among them where verdicts are known; scenarios: whose.
        named: figures that it may speak of by a name of their own.

    Raises:
        ConditionError: it is not right.
    """
    return Condition(text, _parser(text, outcomes, scenarios, named).whole("truth"))


def parse_figure(
    text: str, outcomes: Collection[str], scenarios: Collection[str] = (), named: Named | None = None
) -> Condition:
    """Read what is a number at each point, such as `p90(attacks)` or `attacks`; arguments and errors as for `parse`.

    First months that every run keeps are read as `first(...)`, so that those that never come have a number, too.
    """
    parser = _parser(text, outcomes, scenarios, named)
    parser.numbered = True
    return Condition(text, parser.whole("number"))


def parse_sum(text: str, outcomes: Collection[str]) -> Condition:
    """Read a sum of outcomes, such as `fatalities - fatalities_militant`, without statistics; errors as for `parse`."""
    parser = _parser(text, outcomes)
    parser.inside = "a sum"
    return Condition(text, parser.whole("number"))


def parse_of_worlds(text: str, outcomes: Collection[str]) -> Condition:
    """Read a condition on single worlds, such as `verdict == "contained"`, without statistics; errors as for `parse`."""
    parser = _parser(text, outcomes)
    parser.inside = "a condition on single worlds"
    return Condition(text, parser.whole("truth"))


def read_outcomes(
    given: Mapping[str, str], outcomes: Collection[str], scenarios: Collection[str]
) -> dict[str, Condition]:
    """The figures that an experiment names under `outcomes`, read in order: each may speak of those before it.

    Raises:
        PlacedError: one is not right, or its name is taken.
    """
    out: dict[str, Condition] = {}
    for name, text in given.items():
        if name in outcomes or name in (CHANCE, FIRST, *_WORDS) or NAMED.fullmatch(name):
            raise PlacedError(
                "this name is taken; allowed: one that is no metric, statistic or word of conditions", (name,)
            )
        try:
            out[name] = parse_figure(text, outcomes, scenarios, out)
        except ConditionError as problem:
            raise PlacedError(str(problem), (name,)) from None
    return out


def _parser(
    text: str, outcomes: Collection[str], scenarios: Collection[str] = (), named: Named | None = None
) -> _Parser:
    if not isinstance(text, str):
        raise ConditionError(wrong_kind("condition or figure", text, 'a text such as "attacks < 60" or "p90(attacks)"'))
    if len(text) > LONGEST:
        raise ConditionError(f"the condition is too long: {len(text):,} characters; allowed: at most {LONGEST}")
    if not text.isprintable():
        raise ConditionError(
            "the condition is not right: line breaks or other marks that do not print; allowed: one line"
        )
    return _Parser(text, outcomes, scenarios, named or {})


@dataclass(frozen=True)
class _Token:
    sort: str
    text: str
    place: int


class _Parser:
    """By descent: each level of the language is a method, the loosest first."""

    def __init__(self, text: str, outcomes: Collection[str], scenarios: Collection[str], named: Named) -> None:
        self.text, self.outcomes, self.scenarios, self.named = text, outcomes, scenarios, named
        self.tokens = list(self._tokens())
        self.at = self.depth = 0
        self.inside = ""  # what is being read, where no statistic may stand in it
        self.numbered = False  # whether a first month that never comes is to be a number

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
        while self.peek(*COMPARE):
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
            self.at -= 1
            return self.deeper(self._enclosed, token.place)
        if token.sort == "name" and token.text not in _WORDS:
            called = self.peek("(") and token.text not in self.outcomes
            return self._under(self._called(token) if called else self._outcome(token))
        raise self.problem(token.place, f"{token.text} is not expected here; {_SIGNS}", len(token.text))

    def _called(self, token: _Token) -> Node:
        """What stands as a name with parentheses behind it: a first month, or a statistic."""
        if token.text == FIRST:
            return self._first(token)
        if token.text != CHANCE and not NAMED.fullmatch(token.text):
            said = f"there is no statistic {token.text}; allowed: {_STATISTICS}; and {FIRST}(attacks >= 60)"
            raise self.problem(token.place, said, len(token.text))
        if self.inside:
            said = f"a statistic cannot stand in {self.inside}; allowed: outcomes and numbers"
            raise self.problem(token.place, said, len(token.text))
        self.inside, numbered, self.numbered = "a statistic", self.numbered, True
        part = self.deeper(self._enclosed, token.place)
        self.inside, self.numbered = "", numbered
        if not any(one.sort == "outcome" for one in part.walk()):
            raise self.problem(token.place, f"it is of no outcome{suggestion('', self.outcomes)}", len(token.text))
        part = self.wanted(part, "truth" if token.text == CHANCE else "number")
        return Node("statistic", "number", token.place, token.text, (part,))

    def _enclosed(self) -> Node:
        """What stands in parentheses."""
        opened = self.take()
        node = self.either()
        if not self.peek(")"):
            raise self.problem(opened.place, "this parenthesis is left open; allowed: ) at its end")
        self.take()
        return node

    def _first(self, token: _Token) -> Node:
        node = self.deeper(self._enclosed, token.place)
        right = node.sort in SIGNS and node.parts[0].sort == "outcome" and node.parts[1].sort == "number"
        if not right or node.parts[0].value[0] not in METRICS or node.parts[0].value[1] is not None:
            said = f"{FIRST} is of one metric and one bound; allowed: such as {FIRST}(attacks >= 60) or {FIRST}(economy <= 0.2)"
            raise self.problem(token.place, said, len(token.text))
        name = first_name(node.parts[0].value[0], node.sort, node.parts[1].value)
        return Node("outcome", "number", token.place, (name, None))

    def _outcome(self, token: _Token) -> Node:
        if token.text in self.named:
            return self._named(token)
        if token.text not in self.outcomes:
            known = [*self.named, *self.outcomes]
            said = f"no such outcome was kept: {token.text}{suggestion(token.text, known)}"
            raise self.problem(token.place, said, len(token.text))
        name, kept = token.text, CROSSINGS.get(token.text)
        if kept is not None and self.numbered:
            name = first_name(kept.metric, ">=" if kept.side == "above" else "<=", kept.value)
        return Node("outcome", "verdict" if name == VERDICT else "number", token.place, (name, None))

    def _named(self, token: _Token) -> Node:
        figure = self.named[token.text]
        if self.inside and figure.statistics:
            said = f"{token.text} is a statistic, which cannot stand in {self.inside}; allowed: outcomes and numbers"
            raise self.problem(token.place, said, len(token.text))
        return replace(figure.node, place=token.place)

    def _under(self, node: Node) -> Node:
        """The same of the scenario that stands behind it, if one does."""
        if self.at == len(self.tokens) or self.tokens[self.at].sort != "scenario":
            return node
        given = self.take()
        scenario = given.text[1:-1].strip()
        if scenario not in self.scenarios:
            said = f"no such scenario in this sweep: {scenario or 'nothing'}{suggestion(scenario, self.scenarios)}"
            raise self.problem(given.place, said, len(given.text))
        return node.under(scenario)
