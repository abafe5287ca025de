"""The kinds of value that stand in scenario and policy files: months, shares, names to choose from."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from sim.vocabulary import CHOOSE as CHOOSE
from sim.yamlfile import ChoiceError

_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


class Strict(BaseModel):
    """A block of keys: frozen, and refusing keys that it does not know. Dumped under the names that stand in files."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)


class OneOf:
    """A text that is one of the names given, as they are when it is read; anything else is refused with a suggestion."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names

    def check(self, value: str) -> str:
        if value not in self.names:
            raise ChoiceError(f"is not one of the choices; allowed: {', '.join(self.names)}", self.names)
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "enum": list(self.names)}


def _month(value: object) -> object:
    if not (isinstance(value, str) and _MONTH.fullmatch(value)):
        raise ValueError("is not a month; allowed: YYYY-MM, such as 2022-12")
    return value


def _share_or_choose(value: object) -> object:
    is_share = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1
    if not is_share and value != CHOOSE:
        raise ValueError(f"is not right; allowed: 0 to 1, or {CHOOSE}")
    return value


def _name(value: object) -> object:
    if not (isinstance(value, str) and re.fullmatch(r"[a-z0-9_]{1,60}", value)):
        raise ValueError("is not a name; allowed: small letters, figures and _")
    return value


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
ShareOrChoose = Annotated[
    float | str,
    BeforeValidator(_share_or_choose),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"const": CHOOSE}]}),
]
Months = Annotated[int, Field(strict=True, ge=1, le=360)]
Month = Annotated[str, BeforeValidator(_month), Field(json_schema_extra={"pattern": f"^{_MONTH.pattern}$"})]
Name = Annotated[str, BeforeValidator(_name), Field(json_schema_extra={"pattern": "^[a-z0-9_]{1,60}$"})]
Title = Annotated[str, Field(min_length=1, max_length=120)]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
Claims = tuple[Annotated[str, Field(min_length=1, max_length=120)], ...]
