"""What an extension declares, put into the project's tables: checked piece by piece, and all taken back if any is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import replace
from typing import Any, NoReturn, TypeVar

import numpy as np
from pydantic import BaseModel

import sim.rules  # noqa: F401  (fills RULES)
from sim.agents.actor import Actor
from sim.agents.observers import EXPECTED, OBSERVERS, REPORTED_AS
from sim.declared import Named, by_actor, by_lever, by_resource, by_rule, unknown
from sim.evidence.ledger import BROUGHT as EVIDENCE
from sim.evidence.ledger import Claim, Source, disagreements, ledger
from sim.extensions.declared import Declared, Extension, Kind
from sim.extensions.errors import ExtensionError
from sim.extensions.rivals import Contested
from sim.extensions.tables import forget, kept, put_back, remember
from sim.mechanisms import MECHANISMS
from sim.metrics import METRICS, PANELS
from sim.model import BROUGHT, MONTH, FrontierModel, ModelError
from sim.parameters import PARAMETERS, Parameter
from sim.rule import RULES, Rule, described
from sim.scenario import schema, settings
from sim.scenario.schema import admit
from sim.scenario.settings import Change, class_name
from sim.scenario.shocks import SHOCK_TARGETS, Target
from sim.vocabulary import ACTOR_SPECS, LEVER_SPECS, RESOURCE_SPECS, FactionSpec, settings_of
from sim.worlds import Vector
from sim.yamlfile import Document, validate

M = TypeVar("M", bound=BaseModel)

# Keys that stand in files beside an actor's settings.
_TAKEN = {*vars(settings), *vars(schema)}
_OF_EVERY_BLOCK = {"policy", "levers", "among", "changes", *Change.model_fields}


def install(extension: Extension, rival: bool = False) -> None:
    """Put all that an extension declares into the project's tables.

    Args:
        rival: whether it may replace or switch off what another one does already: see :class:`Contested`.

    Raises:
        ExtensionError: a piece is not right; then nothing of the extension is left in the tables.
    """
    before = kept()
    try:
        for kind, put in _PUT.items():
            pieces = [one for one in extension.declared if one.kind == kind]
            for piece in _in_order(pieces) if kind == "phase" else pieces:
                _put_in(put, piece, extension)
            forget()
        for piece in extension.declared:
            _check_names(piece)
            if piece.kind in ("replace", "off") and not rival:
                _check_alone(piece, extension)
    except ExtensionError:
        put_back(before)
        raise
    remember(before)


def _put_in(put: Callable[[Declared, Extension], None], piece: Declared, extension: Extension) -> None:
    try:
        put(piece, extension)
    except ExtensionError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        _refuse(piece, f"{piece.kind} {piece.name} is not as it has to be: {type(problem).__name__}: {problem}")


def _refuse(piece: Declared, text: str) -> NoReturn:
    raise ExtensionError(f"{piece.where}: {text}")


def _add(piece: Declared, table: MutableMapping[str, Any], name: str, value: Any, called: str) -> None:
    """Something new to a table; what is there already is never changed unnoticed."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", name) or (table is not EVIDENCE.claims and "-" in name):
        _refuse(piece, f"{called} {name!r} has no proper name; allowed: small letters, figures and _")
    if name in table:
        _refuse(piece, f"{called} {name} is there already; give it another name, or replace a rule with `replace`")
    table[name] = value


def _known(piece: Declared, names: Iterable[str], known: Iterable[str], called: str) -> None:
    _all_known(piece, iter([(called, names, list(known))]))


def _all_known(piece: Declared, named: Named) -> None:
    for text in unknown(named):
        _refuse(piece, f"{piece.kind} {piece.name}: {text}")


def _grounded(piece: Declared, claims: Iterable[str], judgement: str) -> None:
    cited = list(claims)
    if not cited and not judgement:
        _refuse(piece, f"{piece.kind} {piece.name} rests on nothing; needed: claims, a judgement, or both")
    if cited:
        _known(piece, cited, ledger().claims, "claim")


def _entry(piece: Declared, model: type[M], **more: Any) -> M:
    return validate(
        Document({**more, **piece.what}, piece.where.rpartition(":")[0], ExtensionError, {(): piece.line}), model
    )


def _source(piece: Declared, extension: Extension) -> None:
    if piece.name in ledger().sources:
        _refuse(piece, f"source {piece.name} is there already; give it another name")
    _add(piece, EVIDENCE.sources, piece.name, _entry(piece, Source, id=piece.name), "source")


def _claim(piece: Declared, extension: Extension) -> None:
    if piece.name in ledger().claims:
        _refuse(piece, f"claim {piece.name} is there already; give it another name")
    _add(piece, EVIDENCE.claims, piece.name, _entry(piece, Claim, id=piece.name), "claim")
    ledger.cache_clear()
    for place, text in disagreements(ledger().claims, ledger().sources):
        if place[1] == piece.name:
            _refuse(piece, text)


def _parameter(piece: Declared, extension: Extension) -> None:
    declared = _entry(piece, Parameter, name=piece.name, theme=extension.name)
    _grounded(piece, declared.claims, declared.judgement)
    _add(piece, PARAMETERS, piece.name, declared, "parameter")


def _resource(piece: Declared, extension: Extension) -> None:
    _all_known(piece, by_resource(piece.name))
    _add(piece, RESOURCE_SPECS, piece.name, piece.what, "resource")


def _lever(piece: Declared, extension: Extension) -> None:
    _all_known(piece, by_lever(piece.what))
    taken = {name for actor in ACTOR_SPECS for name in settings_of(actor)}
    if piece.name in taken:
        _refuse(piece, f"lever {piece.name} is there already, or a setting of that name; give it another name")
    _add(piece, LEVER_SPECS, piece.name, piece.what, "lever")


def _faction(piece: Declared, extension: Extension) -> None:
    having = [name for name, spec in ACTOR_SPECS.items() if spec.factions]
    _known(piece, (piece.name,), having, "actor with factions")
    spec = ACTOR_SPECS[piece.name]
    ACTOR_SPECS[piece.name] = replace(spec, factions=(*spec.factions, piece.what))
    _add_power(piece, piece.what)
    if spec.acts:
        admit(piece.name)


def _add_power(piece: Declared, faction: FactionSpec) -> None:
    _add(piece, SHOCK_TARGETS, f"power.{faction.name}", Target(f"Power: {faction.title}"), "faction")


def _actor(piece: Declared, extension: Extension) -> None:
    spec, kind = piece.what
    if hasattr(FrontierModel, piece.name) or piece.name in {*FrontierModel.__annotations__, "month", "plan", "worlds"}:
        _refuse(piece, f"actor {piece.name}: the model has something of that name; give it another")
    if not (isinstance(kind, type) and issubclass(kind, Actor)):
        _refuse(piece, f"actor {piece.name}: its kind has to be a class that builds on sim.agents.actor.Actor")
    if spec.supplies and not hasattr(kind, "supply"):
        _refuse(piece, f"actor {piece.name} supplies {spec.supplies[0]}, so its kind needs a property `supply`")
    taken = {name for actor in ACTOR_SPECS for name in settings_of(actor)}
    for setting in spec.settings:
        if setting.name in taken or setting.name in _OF_EVERY_BLOCK:
            _refuse(piece, f"setting {setting.name} is there already; the name of a setting is unique")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", setting.name):
            _refuse(piece, f"setting {setting.name!r} has no proper name; allowed: small letters, figures and _")
    if class_name(spec) in _TAKEN:
        _refuse(piece, f"actor {piece.name}: a block of files is called {class_name(spec)}; give it another name")
    _add(piece, ACTOR_SPECS, piece.name, spec, "actor")
    _add(piece, BROUGHT, piece.name, kind, "agent")
    for faction in spec.factions:
        _add_power(piece, faction)
    if spec.acts:
        admit(piece.name)


def _metric(piece: Declared, extension: Extension) -> None:
    if piece.name in PANELS:
        _refuse(piece, f"a panel {piece.name} is there already; give it another name")
    _add(piece, METRICS, piece.name, replace(piece.what, read=_checked(piece)), "metric")


def _checked(piece: Declared) -> Callable[[FrontierModel], Vector]:
    """How a metric is read, with an eye on what comes of it: a number for each world."""
    read = piece.what.read

    def reading(model: FrontierModel) -> Vector:
        value = read(model)
        if isinstance(value, int | float | np.generic) or (isinstance(value, np.ndarray) and value.ndim != 1):
            raise ModelError(
                f"{piece.name} is read as {np.shape(value)}; needed: one number for each world", piece.name
            )
        return value

    return reading


def _panel(piece: Declared, extension: Extension) -> None:
    if piece.name in METRICS:
        _refuse(piece, f"a metric {piece.name} is there already; give it another name")
    _add(piece, PANELS, piece.name, piece.what, "panel")


def _described(piece: Declared, **said: Any) -> Rule:
    try:
        rule = described(piece.what[0], **said)
    except TypeError as problem:
        _refuse(piece, str(problem))
    except NameError as problem:
        _refuse(piece, f"{problem}: what annotates a rule is read, so import it outside of `if TYPE_CHECKING`")
    _grounded(piece, rule.claims, rule.judgement)
    _all_known(piece, by_rule(rule))
    return rule


def _rule(piece: Declared, extension: Extension) -> None:
    rule = replace(_described(piece, **piece.what[1]), theme=extension.name, stands_in=piece.where)
    if not rule.statement:
        _refuse(piece, f"rule {piece.name} has no docstring; its first line is what it states")
    _add(piece, RULES, piece.name, rule, "rule")


def _replace(piece: Declared, extension: Extension) -> None:
    _known(piece, (piece.name,), RULES, "rule")
    old, (rival, said) = RULES[piece.name], piece.what
    new = (
        _described(piece, off=old.off, mechanisms=old.mechanisms, moves=old.moves, presses=old.presses, **said)
        if set(_arguments(rival)) >= set(old.inputs)
        else None
    )
    if new is None or set(new.inputs) != set(old.inputs) or new.result != old.result:
        gives = f"{old.result.unit}, {old.result.low:g} to {old.result.high:g}"
        _refuse(piece, f"a rival to {piece.name} takes {', '.join(old.inputs)} and gives {gives}, as the rule itself")
    if old.rival is not None:
        _contest(piece, extension, old)
        return
    RULES[piece.name] = replace(
        new, name=old.name, function=old.function, theme=extension.name, rival=rival, stands_in=piece.where
    )


def _contest(piece: Declared, extension: Extension, old: Rule) -> None:
    """Have a rule that has been replaced, and is replaced once more, refuse to be asked."""
    by = dict(old.rival.by) if isinstance(old.rival, Contested) else {old.theme: old.stands_in}
    if extension.name in by:
        _refuse(piece, f"rule {old.name} is replaced or switched off already, in {by[extension.name]}")
    RULES[old.name] = replace(
        old, parameters=(), rival=Contested(old.name, {**by, extension.name: piece.where}), stands_in=piece.where
    )


def _check_alone(piece: Declared, extension: Extension) -> None:
    """That no other extension has replaced or switched off what this piece does."""
    for rule in RULES.values():
        if isinstance(rule.rival, Contested) and piece.name in (rule.name, *rule.mechanisms):
            first = next(where for name, where in rule.rival.by.items() if name != extension.name)
            _refuse(piece, f"rule {rule.name} is replaced or switched off already, in {first}")


def _arguments(function: Callable[..., Any]) -> tuple[str, ...]:
    return function.__code__.co_varnames[: function.__code__.co_argcount]


def _off(piece: Declared, extension: Extension) -> None:
    names = [rule.name for rule in RULES.values() if piece.name == rule.name or piece.name in rule.mechanisms]
    _known(piece, (piece.name,) if not names else (), [*RULES, *MECHANISMS], "rule or mechanism")
    for name in names:
        old = RULES[name]
        if old.rival is not None:
            _contest(piece, extension, old)
            continue
        RULES[name] = replace(
            old,
            parameters=(),
            claims=(),
            judgement=piece.what,
            rises_with=(),
            falls_with=(),
            rival=SwitchedOff(old, piece.what),
            theme=extension.name,
            stands_in=piece.where,
        )


class SwitchedOff:
    """What holds when a rule is switched off, as a function of its state by place or by name; it can be pickled."""

    def __init__(self, rule: Rule, why: str) -> None:
        self.names, self.off = tuple(rule.inputs), rule.off
        self.__name__, self.__doc__ = "switched_off", f"Switched off: {why}"

    def __call__(self, *by_place: Vector, **state: Vector) -> Vector:
        """The value, or the argument that then passes unchanged."""
        values = dict(zip(self.names, by_place, strict=False)) | state
        if isinstance(self.off, str):
            return values[self.off]
        return np.full(np.broadcast_shapes(*(np.shape(one) for one in values.values())), float(self.off))


def _in_order(pieces: list[Declared]) -> list[Declared]:
    """Phases so that each comes when what it stands beside is there."""
    out: list[Declared] = []
    left = list(pieces)
    while left:
        waiting = {one.name for one in left}
        ready = [one for one in left if not waiting & set(one.what)] or left
        out += ready
        left = [one for one in left if one not in ready]
    return out


def _phase(piece: Declared, extension: Extension) -> None:
    after, before = piece.what
    if bool(after) == bool(before):
        _refuse(piece, f"phase {piece.name}: give one of after and before")
    kinds = {kind.__name__: kind for kind in (*(one for one, _ in MONTH), *BROUGHT.values())}
    kind, _, method = piece.name.partition(".")
    _known(piece, (kind,), kinds, "kind of agent")
    if not callable(getattr(kinds[kind], method, None)):
        _refuse(piece, f"phase {piece.name}: {kind} has no method {method}; needed: Kind.method")
    places = [f"{one.__name__}.{action}" for one, action in MONTH]
    if piece.name in places:
        _refuse(piece, f"phase {piece.name} is in the month already")
    _known(piece, (after or before,), places, "place in the month")
    MONTH.insert(places.index(after or before) + bool(after), (kinds[kind], method))


def _shock(piece: Declared, extension: Extension) -> None:
    target, (agent, state) = piece.what
    agents = {name for name, spec in ACTOR_SPECS.items() if name in FrontierModel.__annotations__ or name in BROUGHT}
    _known(piece, (agent,), sorted(agents), "agent")
    _add(piece, SHOCK_TARGETS, piece.name, replace(target, aim=(agent, state)), "target of shocks")


def _observer(piece: Declared, extension: Extension) -> None:
    observer, expected = piece.what
    _known(piece, (observer.noise,), PARAMETERS, "parameter")
    for series in observer.series:
        if series in REPORTED_AS:
            _refuse(piece, f"series {series} is {REPORTED_AS[series]}'s already; give it another name")
    _add(piece, OBSERVERS, piece.name, observer, "observer")
    _add(piece, EXPECTED, piece.name, expected, "observer")


def _check_names(piece: Declared) -> None:
    """What an actor or a faction names can only be looked up when all is there."""
    if piece.kind not in ("actor", "faction"):
        return
    spec = piece.what[0] if piece.kind == "actor" else ACTOR_SPECS[piece.name]
    _all_known(piece, by_actor(spec))


# In this order, whatever that of the module: later kinds name earlier ones; what actors name is looked up at the end.
_PUT: dict[Kind, Callable[[Declared, Extension], None]] = {
    "actor": _actor,
    "faction": _faction,
    "source": _source,
    "claim": _claim,
    "parameter": _parameter,
    "resource": _resource,
    "metric": _metric,
    "lever": _lever,
    "panel": _panel,
    "rule": _rule,
    "replace": _replace,
    "off": _off,
    "phase": _phase,
    "shock": _shock,
    "observer": _observer,
}
