"""What the tables that declare the model name of one another: a name that is in no table is told, never passed over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from sim.mechanisms import LOOPS, MECHANISMS
from sim.metrics import METRICS
from sim.parameters import PARAMETERS
from sim.rule import RULES, Rule
from sim.vocabulary import ACTOR_SPECS, LEVER_SPECS, RESOURCE_SPECS, ActorSpec, FactionSpec, Lever, settings_of
from sim.yamlfile import FileError, suggestion

# What is named is a such-and-such, by these names, of those that there are.
Named = Iterator[tuple[str, Iterable[str], Collection[str]]]


def by_rule(rule: Rule) -> Named:
    """What a rule names."""
    yield "parameter", rule.parameters, PARAMETERS
    yield "mechanism", rule.mechanisms, MECHANISMS
    yield "feedback loop", rule.loops, LOOPS
    yield "metric", rule.moves, METRICS
    if rule.presses is not None:
        decisions = [f"{actor}.{one.name}" for actor, spec in ACTOR_SPECS.items() for one in spec.decisions]
        yield "decision", (rule.presses.decision,), decisions
        actor, _, name = rule.presses.decision.partition(".")
        setting = settings_of(actor).get(name)
        if setting is not None:
            yield "option", rule.presses.on, setting.options


def by_lever(lever: Lever) -> Named:
    """What a lever names."""
    yield "parameter", (lever.cost,), PARAMETERS
    yield "resource", filter(None, (lever.supplies,)), RESOURCE_SPECS
    yield "metric", lever.aims, METRICS


def by_resource(name: str) -> Named:
    """The parameters that a resource has."""
    yield "parameter", (f"need_{name}", f"alternative_{name}"), PARAMETERS


def by_actor(spec: ActorSpec) -> Named:
    """What an actor names."""
    yield "metric", (*spec.sees, *spec.guesses), METRICS
    yield "resource", spec.supplies, RESOURCE_SPECS
    yield "parameter", spec.hopes.values(), PARAMETERS
    yield "actor", spec.ties, ACTOR_SPECS
    for faction in spec.factions:
        yield from by_faction(spec, faction)


def by_faction(spec: ActorSpec, faction: FactionSpec) -> Named:
    """The parameters that a part of an actor has."""
    needed = (f"power_{faction.name}", *(f"align_{faction.name}_{whom}" for whom in spec.ties))
    yield "parameter", needed, PARAMETERS


def unknown(named: Named) -> Iterator[str]:
    """What is wrong with each name that is in no table."""
    for called, names, known in named:
        for name in names:
            if name not in known:
                yield f"no such {called}: {name}{suggestion(name, known)}"


def check_claims(known: Collection[str]) -> None:
    """Whether the claims that rules and parameters rest on are there: for what is read with the evidence at hand.

    Raises:
        FileError: of each claim that is not there, where it is cited.
    """
    citing = [(f"{one.stands_in}: rule {one.name}", one.claims) for one in RULES.values()]
    citing += [(f"sim/parameters/{one.theme}.yaml: parameter {one.name}", one.claims) for one in PARAMETERS.values()]
    problems = [f"{where}: {text}" for where, claims in citing for text in unknown(iter([("claim", claims, known)]))]
    if problems:
        raise FileError(*problems)


def check(agents: Mapping[str, str], month: Collection[tuple[type, str]]) -> None:
    """Whether all that is declared is there: for whoever changes the model, before any world runs.

    Args:
        agents: the name of each agent's kind, by the agent's name; empty for one that an extension brings.
        month: what is done in a month, in order.

    Raises:
        FileError: of each name that leads nowhere, where it stands and what there is.
    """
    busy = {kind.__name__ for kind, _ in month}
    problems = [f"{one.stands_in}: rule {one.name}: {text}" for one in RULES.values() for text in unknown(by_rule(one))]
    for lever in LEVER_SPECS.values():
        problems += [f"sim/vocabulary/levers.py: lever {lever.name}: {text}" for text in unknown(by_lever(lever))]
    for name in RESOURCE_SPECS:
        problems += [f"sim/vocabulary/resources.py: resource {name}: {text}" for text in unknown(by_resource(name))]
    for spec in ACTOR_SPECS.values():
        problems += [f"sim/vocabulary/actors.py: actor {spec.name}: {text}" for text in unknown(by_actor(spec))]
        if spec.name not in agents:
            problems.append(
                f"sim/model.py: actor {spec.name} has no agent: make_agents makes it, FrontierModel names it"
            )
        elif spec.acts and agents[spec.name] not in {"", *busy}:
            problems.append(
                f"sim/model.py: actor {spec.name} does nothing in the month: MONTH has no line with its agent"
            )
    for kind, action in month:
        if not hasattr(kind, action):
            problems.append(f"sim/model.py: the month asks {kind.__name__} for {action}, a method that it has not")
    if problems:
        raise FileError(*problems)
