"""What columns on a disk and variables of datasets say of themselves: what they are, and in which unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.ensemble.outcomes import CROSSINGS
from sim.metrics import METRICS, PANELS
from sim.metrics.panels import DIMENSIONED
from sim.words.numbers import described, plain, unit_over

if TYPE_CHECKING:
    import pyarrow as pa

# Of a panel's rows, month by month; what an extension brings does not say.
PANEL_UNITS = {one.name: "1" for one in DIMENSIONED} | {
    "attacks_by_area": "attacks a month",
    "group_strength": "thousand fighters",
}
About = Callable[[str], dict[str, str] | None]


def month(name: str) -> dict[str, str] | None:
    """The same of a column of months; None for one that numbers rows."""
    return described(name) if name in METRICS else None


def outcome(name: str) -> dict[str, str] | None:
    """The same of a column of outcomes: a metric over a run, of which some are totals, or a first month; None for any other."""
    if name in CROSSINGS:
        return {"long_name": CROSSINGS[name].title, "units": "months", "description": "The first month, from 0."}
    if name not in METRICS:
        return None
    one = METRICS[name]
    return described(name) | {"units": plain(unit_over(one.unit, one.summary))}


def described_panel(name: str) -> dict[str, str]:
    """What a panel is, as attributes of a variable."""
    return {"long_name": PANELS[name].title} | ({"units": PANEL_UNITS[name]} if name in PANEL_UNITS else {})


def panel(of: str) -> About:
    """The same of the columns of a panel: for each of its rows one, by its name."""
    titles, whole = PANELS[of].rows(), described_panel(of)
    return lambda row: whole | {"long_name": f"{whole['long_name']}: {titles[row]}"} if row in titles else None


def labelled(table: pa.Table, about: About) -> pa.Table:
    """A table whose columns say what they are."""
    import pyarrow as pa

    fields = [field.with_metadata(said) if (said := about(field.name)) else field for field in table.schema]
    return pa.Table.from_arrays(table.columns, schema=pa.schema(fields, table.schema.metadata))
