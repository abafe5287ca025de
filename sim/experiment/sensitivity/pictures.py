"""From a study of sensitivity to its pictures: which factors are shown, and what is said above them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment.factors import factor_words
from sim.experiment.schema import Morris
from sim.experiment.sensitivity.methods import SensitivityError
from sim.experiment.sensitivity.text import study_words, where, with_unit
from sim.plots import sensitivity as plots
from sim.words.language import N_, _, altered, together
from sim.words.sentences import capital

if TYPE_CHECKING:
    from sim.experiment.sensitivity.study import Sensitivity, Study

# A picture has no room for more factors, a half table of pairs for more still.
SHOWN, PAIRED = 14, 9
_INDEX = {"sobol": "ST", "morris": "mu_star", "ranks": "coefficient", "pawn": "median", "delta": "delta"}
_BY = {
    "sobol": N_("total index"),
    "morris": N_("size of effect (mu*)"),
    "ranks": N_("size of the rank coefficient"),
    "pawn": N_("PAWN index"),
    "delta": N_("delta"),
}
_AXES = {
    "sobol": N_("share of the spread between points"),
    "morris": N_("size of effect over the whole range (mu*)"),
    "ranks": N_("rank coefficient: 1 raises it alone, -1 lowers it"),
    "pawn": N_("PAWN index: distance between distributions, 0 to 1"),
    "delta": N_("delta: share of the density that moves, 0 to 1"),
}


def tornado_of(found: Sensitivity, study: Study, shown: int = SHOWN, **more: Any) -> Any:
    """Where the metric stands with each factor low and high."""
    table = _table(found, study).head(shown)
    if found.method == "morris":
        ends = {name: (study.mean - row["mu"] / 2, study.mean + row["mu"] / 2) for name, row in table.iterrows()}
        how = _("Bars: the average effect of a factor's whole range, laid around the mean.")
    else:
        ends = {name: (row["lowest_third"], row["highest_third"]) for name, row in table.iterrows()}
        how = _("Bars: from the mean of all points to that where a factor is in its lowest, and in its highest third.")
    rows = [
        {"factor": _called(name), "low": float(low), "high": float(high)}
        for name, (low, high) in ends.items()
        if np.isfinite(low) and np.isfinite(high)
    ]
    order = _("Ordered by {measure}.", measure=_(_BY[found.method]))
    short = _("A short bar high up: it acts both ways, through other factors or a bend.")
    said = [_about(found, study), how, order, *([] if found.method == "ranks" else [short]), _doubt(study)]
    title, subtitle = _("What moves {figure}", figure=_lower(study_words(study))), together(" ", said)
    return plots.tornado(rows, study.mean, with_unit(study), title, subtitle, **more)


def indices_of(found: Sensitivity, study: Study, shown: int = SHOWN, **more: Any) -> Any:
    """The indices themselves, with 95 % intervals."""
    table = _table(found, study).head(shown)
    index = _INDEX[found.method]
    kinds = {index: index}
    if index == "ST":
        kinds = {"S1": _("alone (first order)"), "ST": _("with all its interactions (total)")}
    elif "idle" in table:
        kinds |= {"idle": _("a factor that does nothing")}
    columns = [name for kind in kinds for name in (kind, f"{kind}_conf")]
    rows = [
        {"factor": _called(name), **{column: float(row.get(column, 0.0)) for column in columns}}
        for name, row in table.iterrows()
    ]
    lines = [_("Lines: 95 % intervals.")] if f"{index}_conf" in table else []
    axis = _(_AXES[found.method])
    title = _("How much each factor matters to {figure}", figure=_lower(study_words(study)))
    return plots.indices(rows, kinds, axis, title, together(" ", [_about(found, study), *lines, _doubt(study)]), **more)


def interactions_of(found: Sensitivity, study: Study, **more: Any) -> Any:
    """Which factors act through each other: pairs for Sobol indices, Morris's plane for a screening.

    Raises:
        SensitivityError: the design says nothing of interactions.
    """
    table = _table(found, study)
    title = _("Which factors act through others: {figure}", figure=_lower(study_words(study)))
    if isinstance(found.sample.design, Morris):
        rows = [
            {"factor": _called(name), "mu_star": float(row["mu_star"]), "sigma": float(row["sigma"])}
            for name, row in table.iterrows()
        ]
        how = _(
            "To the right: a larger effect. Above the dashed line: the effect differs more from place to place than it is "
            "large, since it bends or hangs on other factors."
        )
        subtitle = together(" ", [_about(found, study), how, _doubt(study)])
        return plots.morris_plane(rows, study_words(study), title, subtitle, **more)
    pairs = study.indices.pairs if study.indices else None
    if pairs is None:
        raise SensitivityError(
            f"{found.place}: this design says nothing of pairs; allowed: morris, or saltelli with `second_order: true`"
        )
    order = [str(name) for name in table.index[:PAIRED]]
    chosen = pairs[pairs["factor"].isin(order) & pairs["other"].isin(order)]
    cells = [
        {
            "factor": _called(row["factor"]),
            "other": _called(row["other"]),
            "index": float(row["S2"]),
            "conf": float(row["S2_conf"]),
        }
        for _place, row in chosen.iterrows()
    ]
    how = _(
        "Share of the spread that two factors make together, beyond what each makes alone. A dot: not told apart from none."
    )
    subtitle = together(" ", [_about(found, study), how, _doubt(study)])
    return plots.pairs(cells, [_called(name) for name in order], title, subtitle, **more)


def pictures(found: Sensitivity, study: Study) -> Iterator[tuple[str, str, Any]]:
    """Every picture of a study: its name, what it shows in words, and the chart."""
    if study.indices is None:
        return
    words = _("{figure} {where}", figure=_lower(study_words(study)), where=where(found, study))
    if found.sample.groups is None:  # a group is neither low nor high
        yield (
            "tornado",
            _("Where {figure} stands with each factor low and high", figure=words),
            tornado_of(found, study),
        )
    yield "indices", _("How much each factor matters to {figure}", figure=words), indices_of(found, study)
    if (study.indices.pairs is not None and len(found.sample.names) > 1) or found.method == "morris":
        said = _("Which factors act through each other on {figure}", figure=words)
        yield "interactions", said, interactions_of(found, study)


def _table(found: Sensitivity, study: Study) -> Any:
    if study.indices is None:
        raise SensitivityError(f"{found.place}: {study.metric} is the same at every point; there is nothing to draw")
    return study.indices.table


def _called(name: object) -> str:
    return factor_words(str(name))


def _about(found: Sensitivity, study: Study) -> str:
    return _("{where}, {points:,} points.", where=capital(where(found, study)), points=study.points)


def _doubt(study: Study) -> str:
    return _("These figures are less firm than they look; the text says why.") if study.doubts else ""


def _lower(text: str) -> str:
    return altered(text, lambda said: said if said[:2].isupper() else f"{said[0].lower()}{said[1:]}")
