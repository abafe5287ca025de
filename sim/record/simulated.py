"""What a scenario's worlds would have reported, for any parameter values."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.observers import OBSERVERS, reports
from sim.ensemble.chunks import Array, monthly
from sim.ensemble.simulate import simulate
from sim.ensemble.spec import RunSpec
from sim.parameters import PARAMETERS
from sim.parameters.posterior import is_posterior, posterior_draw
from sim.record.mapping import Mapped, rates
from sim.scenario import Scenario, load_scenario, parameter_set
from sim.vocabulary import month_after
from sim.worlds import Streams, Vector

if TYPE_CHECKING:
    from sim.model import FrontierModel

# Metrics kept beside the reports: what truces, deaths and strength were in truth, and what Kabul and Delhi did.
KEPT = (
    "attacks",
    "attacks_background",
    "ceasefire",
    "fatalities_ttp",
    "fatalities_security",
    "fatalities_civilian",
    "ttp_strength",
    "ttp_capability",
    "taliban_stance",
    "brokering",
    "chance_restrain",
    "fractured",
    "india_engagement",
    "border_clashes",
)
CHUNK = 1_000


@dataclass(frozen=True)
class Simulated:
    """What was simulated and reported.

    Attributes:
        months: YYYY-MM, in order.
        tables: observer or metric -> (months, worlds).
    """

    months: list[str]
    tables: dict[str, Array]

    @property
    def worlds(self) -> int:
        """How many."""
        return next(iter(self.tables.values())).shape[1]

    def __getitem__(self, name: str) -> Array:
        return self.tables[name]

    def span(self, name: str, months: Collection[str]) -> Array:
        """A table's rows for these months."""
        return self.tables[name][[place for place, month in enumerate(self.months) if month in months]]


def off_names(off: str | Sequence[str]) -> tuple[str, ...]:
    """What is switched off, by its names; one may be given as a word, which is not to be read letter by letter."""
    return (off,) if isinstance(off, str) else tuple(off)


def simulate_reports(
    scenario: Scenario | str,
    worlds: int,
    months: int,
    seed: int = 0,
    *,
    parameters: str = "defaults",
    values: Mapping[str, Vector | float] | None = None,
    off: str | Sequence[str] = (),
    workers: int = 1,
    chunk: int = CHUNK,
    first: int = 0,
    numbers: tuple[int, ...] | None = None,
    mapped: Mapping[str, Mapped] | None = None,
    given: Mapping[str, Vector] | None = None,
) -> Simulated:
    """Simulate a scenario, and ask every observer what it would have reported.

    Args:
        values: parameter values over the scenario's, each a number or a vector over all worlds.
        workers: processes; they and the chunks change no number.
        first: number of the first world; numbers: the worlds' own, where they do not follow each other.
        mapped: observers that a mapping file brings, by name; given: their rates in each world, by their names as parameters.
        scenario, worlds, months, seed, parameters, off: as for the model.
    """
    plan = load_scenario(scenario) if isinstance(scenario, str) else scenario
    spec = RunSpec.of(
        plan,
        worlds,
        months,
        seed,
        parameters=parameters,
        values=values or {},
        off=off_names(off),
        chunk=chunk,
        first=first,
        numbers=numbers,
    )
    parts = [part.tables for part in simulated_batches(spec, workers, mapped, given)]
    tables = {name: np.concatenate([part[name] for part in parts], axis=1) for name in parts[0]}
    return Simulated(_calendar(plan, months), tables)


def simulated_batches(
    spec: RunSpec,
    workers: int,
    mapped: Mapping[str, Mapped] | None = None,
    given: Mapping[str, Vector] | None = None,
    wanted: Collection[str] | None = None,
) -> Iterator[Simulated]:
    """The same, some worlds at a time, so that memory stays flat.

    Args:
        given: rates of observers that a mapping file brings, by their names as parameters: one for each `repeats` worlds.
        wanted: observers whose reports are all that is read; None: all, and the metrics in `KEPT`.
    """
    (plan,) = spec.scenarios.values()
    calendar, done = _calendar(plan, spec.months), 0
    for batch, tables in simulate(spec, partial(_tables, wanted=wanted), workers=workers):
        here = slice(done // spec.repeats, (done + batch.worlds) // spec.repeats)
        shares = {name: value[here].repeat(spec.repeats) for name, value in (given or {}).items()}
        if mapped:
            streams = Streams(batch.seed, batch.layout)
            shares = shares or _accepted_rates(spec.parameters, mapped, streams)
            for name, observer in mapped.items():
                tables[name] = observer.reports(name, tables, streams, shares.get(f"{name}.rate"))
        done += batch.worlds
        yield Simulated(calendar, tables)


def _accepted_rates(parameters: str, mapped: Mapping[str, Mapped], streams: Streams) -> dict[str, Vector]:
    """The rates that each world's accepted set holds, where it was found with these observers."""
    mode, _ = parameter_set(parameters)
    if not is_posterior(mode):
        return {}
    names, values = posterior_draw(streams, mode)
    return {name: row for name, row in zip(names, values, strict=True) if name in rates(mapped)}


def _calendar(plan: Scenario, months: int) -> list[str]:
    return [month_after(plan.start, month) for month in range(months)]


def _tables(model: FrontierModel, _: RunSpec, wanted: Collection[str] | None) -> dict[str, Array]:
    tables = {name: np.stack(rows) for name, rows in reports(model, wanted).items()}
    return tables | monthly(model, KEPT) if wanted is None else tables


def uncertain() -> list[str]:
    """The parameters that are not fixed by definition, in order."""
    return [name for name, one in PARAMETERS.items() if not one.constant]


def observers() -> list[str]:
    """The observers' names, in order."""
    return list(OBSERVERS)
