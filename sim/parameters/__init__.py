"""Declared parameters: value, range, unit, meaning, and what each rests on. One YAML file per theme.

A parameter's value may be one number or a vector over worlds. Scenarios override values; ensembles draw them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Protocol, Self, runtime_checkable

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.parameters.posterior import is_posterior, posterior_draw
from sim.worlds import Streams, Vector, numbers
from sim.yamlfile import read, suggestion, validate

__all__ = ["PARAMETERS", "Draw", "Parameter", "draw", "resolve"]

Distribution = Literal["uniform", "triangular", "loguniform"]


class Parameter(BaseModel):
    """One declared quantity that the model takes as given.

    Attributes:
        name, theme: its id, and the file it stands in.
        title: what it is called in front of readers, in at most 60 characters.
        meaning: what it stands for, in a sentence.
        value: the point value; low, high: the range thought possible (all alike for a constant).
        unit: its unit.
        distribution: how a prior draw spreads over the range; triangular peaks at the value.
        claims: ids of the claims it rests on; judgement: what is the modellers' own, and why.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    theme: str = ""
    title: Annotated[str, Field(min_length=1, max_length=60)]
    meaning: Annotated[str, Field(min_length=1)]
    value: float
    low: float
    high: float
    unit: str
    distribution: Distribution = "uniform"
    claims: tuple[str, ...] = ()
    judgement: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"value {self.value:g} is not between low {self.low:g} and high {self.high:g}")
        if self.distribution == "loguniform" and self.low <= 0:
            raise ValueError(f"low {self.low:g} has no logarithm, as loguniform needs")
        return self

    @property
    def constant(self) -> bool:
        """Whether it is fixed by definition rather than uncertain."""
        return self.low == self.high

    @property
    def in_full(self) -> str:
        """Its title, and what that does not say of what it means."""
        return self.meaning if self.meaning == f"{self.title}." else f"{self.title}. {self.meaning}"


@runtime_checkable
class Draw(Protocol):
    """A distribution that a scenario gives a parameter: one value per world."""

    @property
    def distribution(self) -> Distribution: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def mode(self) -> float | None: ...


def _load() -> dict[str, Parameter]:
    parameters: dict[str, Parameter] = {}
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        document = read(path)
        for name in document.data:
            if name in parameters:
                raise document.problem((name,), f"parameter {name} is declared in {parameters[name].theme}.yaml too")
            declared = validate(document, Parameter, (name,))
            parameters[name] = declared.model_copy(update={"name": name, "theme": path.stem})
    return parameters


PARAMETERS: dict[str, Parameter] = _load()


def draw(uniform: Vector, low: float, high: float, distribution: Distribution, mode: float | None = None) -> Vector:
    """Values in [low, high] from uniform draws, by the inverse of the distribution."""
    if low == high:
        return np.full_like(uniform, low)
    if distribution == "loguniform":
        out: Vector = low * np.exp(uniform * np.log(high / low))
        return out
    if distribution == "triangular":
        peak = (low + high) / 2 if mode is None else mode
        share = (peak - low) / (high - low)
        rising = low + np.sqrt(uniform * (high - low) * (peak - low))
        falling = high - np.sqrt((1.0 - uniform) * (high - low) * (high - peak))
        return np.where(uniform < share, rising, falling)
    return low + uniform * (high - low)


def resolve(overrides: Mapping[str, float | Vector | Draw], mode: str, streams: Streams) -> dict[str, float | Vector]:
    """Every parameter's value in a run: a float, or a (worlds,) vector.

    Args:
        overrides: values or distributions that take the place of the declared ones, by name.
        mode: what holds for the others: point values ("defaults"), a draw per world over the range ("prior"), or a whole
            accepted set per world ("posterior", "posterior:2022-12", "posterior:" and a folder; what the sets leave out is
            drawn over the range).
        streams: the run's streams; each parameter draws from its own, and so does the choice of a set.

    Raises:
        KeyError: a name that is not declared.
        ValueError: a vector of another length than the worlds, or a value that is not a number.
    """
    _check(overrides, streams.worlds)
    values: dict[str, float | Vector] = {}
    accepted = _accepted(streams, mode) if is_posterior(mode) else {}
    for name, parameter in PARAMETERS.items():
        given = overrides.get(name)
        if given is not None:
            if isinstance(given, Draw):
                uniform = streams.uniform(f"parameter/{name}", 0)
                values[name] = draw(uniform, given.low, given.high, given.distribution, given.mode)
            else:
                values[name] = np.ascontiguousarray(given, dtype=np.float64) if np.ndim(given) else float(given)
        elif name in accepted:
            values[name] = accepted[name]
        elif mode != "defaults" and not parameter.constant:
            uniform = streams.uniform(f"parameter/{name}", 0)
            values[name] = draw(uniform, parameter.low, parameter.high, parameter.distribution, parameter.value)
        else:
            values[name] = parameter.value
    return values


def _accepted(streams: Streams, mode: str) -> dict[str, Vector]:
    """A whole accepted set for each world, within the declared ranges."""
    names, values = posterior_draw(streams, mode)
    ranges = [(one.low, one.high) if (one := PARAMETERS.get(name)) else (-np.inf, np.inf) for name in names]
    low, high = np.array(ranges).reshape(-1, 2).T[:, :, None]
    return dict(zip(names, np.minimum(np.maximum(values, low), high), strict=True))


def _check(overrides: Mapping[str, float | Vector | Draw], worlds: int) -> None:
    for name, given in overrides.items():
        if name not in PARAMETERS:
            raise KeyError(f"no such parameter: {name}{suggestion(str(name), PARAMETERS)}")
        if isinstance(given, Draw):
            continue
        if not np.isfinite(numbers(name, given, worlds)).all():
            raise ValueError(f"{name} is not a number everywhere")


def check_ranges(values: Mapping[str, float | Vector]) -> None:
    """Whether values keep to the declared ranges of their parameters.

    Raises:
        ValueError: one does not.
    """
    for name, given in values.items():
        declared = PARAMETERS[name]
        for value in (np.min(given), np.max(given)):
            if not declared.low <= value <= declared.high:
                raise ValueError(f"{name} is out of range: {value:g}; allowed: {declared.low:g} to {declared.high:g}")
