"""Play: a scenario, a quarter at a time, with some actors' settings in the players' hands.

A :class:`Game` is a log (see `moves.py`) and the scenario it builds on; it never changes, each step gives a new one.
What is known after some turns is the model run over so many months of `scenario_of`: no other model, no shortcut. As a
world's random draws depend on seed, draw, month and world alone, months already simulated stay as they are to the last bit
whatever is set for later ones. So replay, going back and "what if" need nothing of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sim.ensemble.spec import DEFAULT_PARAMETERS, LimitError, check
from sim.scenario import Scenario, library, list_scenarios, load_scenario, parameter_set
from sim.scenario.settings import DEFAULTS
from sim.scenario.shocks import Shock
from sim.teaching.play.moves import FORMAT, WORLDS, GameError, MoveLog, Values, checked, months_of_run
from sim.teaching.play.past import Fog, Past, simulate_fog, simulate_past
from sim.teaching.play.scenario import base_of, scenario_of
from sim.vocabulary import ACTOR_SPECS, ACTORS, LEVERS, month_after, months_between
from sim.words.language import N_, _
from sim.words.problems import several
from sim.yamlfile import read

# The articles' question opens in the month after the second truce: before it, history is told and not played.
OPENS = "2022-12"
# The worlds whose spread stands for what an actor cannot see.
FOG = 100


@dataclass(frozen=True)
class Trial:
    """What a mix of Pakistan's levers would come to in the first month of the coming quarter.

    Attributes:
        cost: what it would cost in full, after civilians had their say and Kabul pressed for releases; cost units.
        means: what economy and unrest allow; share: of the mix that they carry, 0 to 1.
        in_force: lever -> strength that it would have.
    """

    cost: float
    means: float
    share: float
    in_force: Mapping[str, float]


@dataclass(frozen=True)
class Game:
    """A game as it stands after some turns."""

    log: MoveLog
    base: Scenario = field(repr=False)

    @property
    def turn(self) -> int:
        """How many turns have been played."""
        return len(self.log.turns)

    @property
    def over(self) -> bool:
        """Whether there is none left."""
        return self.log.over

    def scenario(self, turns: int | None = None) -> Scenario:
        """The scenario that the game comes to, up to the end of so many turns (all that were played if None)."""
        return scenario_of(self.log, self.base, self.log.months_played(self.turn if turns is None else turns))

    @cached_property
    def past(self) -> Past:
        """The game's own world up to now."""
        return simulate_past(self.scenario(), self._months, 1, self.log.seed, self.log.world, self.log.parameters)

    @cached_property
    def fog(self) -> Fog:
        """The first `FOG` worlds under the same log: other random draws and, with drawn parameters, other worlds."""
        return simulate_fog(self.scenario(), self._months, FOG, self.log.seed, self.log.parameters)

    @property
    def _months(self) -> int:
        """Months simulated by now, those before play opened among them."""
        return months_of_run(self.log, self.base.start, self.turn)

    def standing(self, actor: str) -> Values:
        """What an actor does unless somebody sets it anew: its last move, or what it did before play opened."""
        if self.turn:
            return dict(self.log.turns[-1].moves[actor])
        log, past = self.log, self.past
        if log.opens == self.base.start:  # nothing was before: what the base begins with
            past = simulate_past(self.base, 0, 1, log.seed, log.world, log.parameters)
        found = dict(past.settings[actor])
        return {name: value for name, value in found.items() if value != DEFAULTS[actor][name]}

    def move(self, moves: Mapping[str, Mapping[str, Any]], stood: Iterable[str] = ()) -> Game:
        """The game after one more quarter.

        Args:
            moves: actor -> settings, for seats that move; for the others what they had set before stands.
            stood: those of whom that is to be kept in the log.

        Raises:
            GameError: the game is over, or a setting is not right.
        """
        self._check_on()
        stranger = next((actor for actor in moves if actor not in self.log.seats), None)
        if stranger is not None:
            raise GameError(f"{stranger} is not played in this game; allowed: {', '.join(self.log.seats)}")
        given = {actor: moves[actor] if actor in moves else self.standing(actor) for actor in self.log.seats}
        turn: dict[str, Any] = {actor: as_data(actor, settings) for actor, settings in given.items()}
        if over := list(stood):
            turn["stood"] = over
        return Game(self.log.with_entry(turn=turn), self.base)

    def digested(self) -> Game:
        """The game with the digest of its figures kept with its last turn."""
        if not self.turn:
            return self
        entries = list(self.log.entries)
        number = max(place for place, entry in enumerate(entries) if entry.turn is not None)
        last = entries[number].turn
        assert last is not None
        turn = last.model_copy(update={"digest": self.past.digest()})
        entries[number] = entries[number].model_copy(update={"turn": turn})
        return Game(self.log.model_copy(update={"entries": tuple(entries)}), self.base)

    def inject(self, shock: Shock, source: str) -> Game:
        """The game with a shock put in, from the first month of the coming quarter on.

        Raises:
            GameError: the game is over, or the shock does not fit.
        """
        self._check_on()
        first = self.log.period(self.turn)[0]
        length = months_between(shock.date, shock.until) if shock.until else 0
        dated = {"date": first, **({"until": month_after(first, length)} if length else {})}
        data = shock.model_dump(mode="json", by_alias=True, exclude_defaults=True) | dated
        return Game(self.log.with_entry(inject={"shock": data, "source": source}), self.base)

    def _check_on(self) -> None:
        if self.over:
            raise GameError(f"the game is over: all of its {self.log.quarters} turns have been played")

    def rewind(self, turns: int) -> Game:
        """The game as it was when so many turns had been played.

        Raises:
            GameError: there were not so many.
        """
        return Game(self.log.cut(turns), self.base)

    def fork(self, turns: int, note: str = N_("what if")) -> Game:
        """A game of its own from there on; this one stays as it is."""
        said = _("{note}, from turn {turn}", note=_(note), turn=turns + 1)
        return Game(self.log.cut(turns).model_copy(update={"note": str(said)}), self.base)

    def trial(self, settings: Mapping[str, Any]) -> Trial:
        """What Pakistan's settings would come to, by simulating the first month of the coming quarter with them.

        Raises:
            GameError: Pakistan is not played, the game is over, or a setting is not right.
        """
        log, ahead = self.log, self.move({"pakistan": settings})
        months = months_of_run(log, self.base.start, self.turn) + 1
        scenario = scenario_of(ahead.log, self.base, log.months_played(self.turn) + 1)
        month = simulate_past(scenario, months, 1, log.seed, log.world, log.parameters)
        share = float(month.metrics["effort_afforded"][0, -1])
        cost = float(month.metrics["effort_cost"][0, -1]) / max(share, 1e-9)
        strengths = month.panels["levers_in_force"][0, -1]
        in_force = {lever: float(x) for lever, x in zip(month.labels["levers_in_force"], strengths, strict=True)}
        means = cost * share if share < 1.0 else max(self.past.means, cost)
        return Trial(cost, means, share, in_force)


def start(
    scenario: str | Path | Mapping[str, Any] | Scenario,
    seats: Iterable[str],
    *,
    seed: int = 0,
    world: int = 0,
    parameters: str = DEFAULT_PARAMETERS,
    opens: str | None = None,
    months: int | None = None,
    others: str = "choose",
) -> Game:
    """Open a game.

    Args:
        scenario: a name, a path, a dict as it would stand in a file, or a Scenario.
        seats: the actors that are played.
        world: which world of that seed, 0 to 999.
        parameters: "defaults", "prior", "posterior", or the name of a scenario whose overrides are taken.
        opens: the first month that is played (YYYY-MM); December 2022 if not given, or the scenario's own first month
            if it starts later or ends before.
        months: how many are played; to the scenario's end if not given.
        others: "choose", or "scenario" where the rest are to do as the scenario says.

    Raises:
        GameError, LimitError: something is outside of what is allowed.
        ScenarioError: the scenario is not there or not right.
    """
    base = load_scenario(scenario)
    chosen = set(several(seats))
    unknown = sorted(str(one) for one in chosen - set(ACTORS))
    if unknown or not chosen:
        raise GameError(f"no such seat: {', '.join(unknown) or 'none given'}; allowed: {', '.join(ACTORS)}")
    end = month_after(base.start, base.months)
    if opens is None:
        opens = OPENS if base.start <= OPENS < end else base.start
    if not (isinstance(opens, str) and base.start <= opens < end):
        raise GameError(f"the game cannot open in {opens}; allowed: {base.start} to {month_after(end, -1)}")
    check("seed", seed)
    if not 0 <= world < WORLDS:
        raise LimitError(f"world must be a whole number from 0 to {WORLDS - 1}; got {world}")
    parameter_set(parameters)
    months = months_between(opens, end) if months is None else check("months", months)
    shipped = base.source is not None and base.source.parent == library()
    data = {
        "format": FORMAT,
        "version": 1,
        "model": stamp(),
        "durand": _version(),
        "scenario": base.source.stem if shipped and base.source else base.name,
        "scenario_hash": base.hash,
        "scenario_text": None if shipped else base.to_yaml(),
        "seats": [actor for actor in ACTORS if actor in chosen],
        "others": others,
        "seed": seed,
        "world": world,
        "parameters": parameters,
        "opens": opens,
        "months": months,
    }
    return resume(checked(data, "this game"))


def resume(log: MoveLog) -> Game:
    """The game that a log tells of.

    Raises:
        GameError: its scenario cannot be used.
    """
    return Game(log, base_of(log))


def replay(log: MoveLog) -> list[tuple[str, str | None]]:
    """Play a log again from its first turn: for each turn the digest of its figures now, and the one in the log."""
    game = resume(log)
    whole = game.past
    before = months_between(game.base.start, log.opens)
    return [
        (whole.digest(before + log.months_played(number + 1)), turn.digest) for number, turn in enumerate(log.turns)
    ]


@cache
def stamp() -> str:
    """Which model a game is played with: its code, parameters and libraries, and the accepted parameter sets."""
    from sim.ensemble.fingerprint import model_fingerprint
    from sim.parameters.posterior import AS_OF, POSTERIOR, file_of

    digest = blake2b(model_fingerprint().encode(), digest_size=8)
    for month in AS_OF:
        file = file_of(f"{POSTERIOR}:{month}")
        digest.update(file.read_bytes() if file.exists() else b"")
    return digest.hexdigest()


@cache
def shocks() -> dict[str, tuple[Shock, ...]]:
    """The library of shocks: scenario -> those that its own file brings, in the scenarios' order."""
    out: dict[str, tuple[Shock, ...]] = {}
    for name, *_rest in list_scenarios():
        own = len(read(library() / f"{name}.yaml").data.get("shocks", ()))
        if own:  # those of what it extends come first
            out[name] = load_scenario(name).shocks[-own:]
    return out


def as_data(actor: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by name, as a move holds them: Pakistan's levers in a block, those at 0 left out.

    Raises:
        GameError: the actor has no such setting.
    """
    unknown = next((name for name in settings if name not in DEFAULTS[actor]), None)
    if unknown is not None:
        raise GameError(f"{ACTORS[actor]} has no setting {unknown}; allowed: {', '.join(DEFAULTS[actor])}")
    if not ACTOR_SPECS[actor].has_levers:
        return dict(settings)
    levers = {name: value for name, value in settings.items() if name in LEVERS and value != 0}
    rest = {name: value for name, value in settings.items() if name not in LEVERS}
    return {"levers": levers, **rest} if levers else rest


def _version() -> str:
    from sim.results.manifest import machine

    return str(machine()["versions"]["durand"])
