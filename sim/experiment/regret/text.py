"""Regret in words, tables, pictures and plain data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sim.experiment.factors import factor_words
from sim.experiment.regret.map import FEW, PARTS, fields, ranked
from sim.experiment.regret.measures import MEASURES, Estimate
from sim.experiment.spoken import figure_words
from sim.metrics import METRICS
from sim.words.language import N_, _, together
from sim.words.numbers import SUMMARY_WORDS, behind, fine, of_100, of_100_within, parts_of_100
from sim.words.sentences import NOT_A_FORECAST, listed, side_by_side

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.regret.study import Judged, Regret
    from sim.plots.gallery import Picture

CLEAR = 0.05
_SPOKEN = 4


def what(one: Judged) -> str:
    """A metric with its unit and how a run sums it up, `Deaths, all (deaths, total)`; a figure of some in words."""
    if one.metric not in METRICS:
        return f"{figure_words(one.figure)}{behind(one.unit)}"
    metric = METRICS[one.metric]
    summary = _(SUMMARY_WORDS[metric.summary])
    return _("{metric} ({unit}, {summary})", metric=_(metric.title), unit=_(one.unit), summary=summary)


def paragraphs(found: Regret, page: bool = False) -> Iterator[str]:
    """All of it, a paragraph each.

    Args:
        page: on a page of the dashboard no id is needed.
    """
    opening = [
        _(
            "{policies} policies in {futures:,} futures, {worlds:,} worlds each. Regret: how much worse a policy does in a "
            "future than the best of these policies there.",
            policies=len(found.policies),
            futures=len(found.futures),
            worlds=found.about["worlds"],
        )
    ]
    if found.left_out:
        opening.append(
            _("{count:,} futures are left out, since the model refused a point.", count=found.left_out),
        )
    yield together(" ", opening)
    for one in found.judged:
        yield together(
            " ", [_judged_by(one), *_policies(found, one), _least(found, one), *_decide(found, one, not page)]
        )
    for text, shares in found.satisfying.items():
        parts = [
            _("{policy} in {share}", policy=_(name), share=of_100_within(share.value, share.low, share.high))
            for name, share in _first(found, shares)
        ]
        yield _("Good enough, {condition}: {shares} futures.", condition=text, shares=side_by_side(parts))
    if found.related > 1:
        yield _(
            "These futures were not drawn one by one: the sweep's design made {count:,} in a row from one another. The intervals "
            "allow for that; what is said to decide which policy is best does not, and may be chance. A latin_hypercube is the "
            "design for this question.",
            count=found.related,
        )
    brackets = _(
        "In brackets: 95 % intervals over resampled futures; that of a maximum is too narrow. Each future counts alike, which "
        "says nothing of how likely it is."
    )
    shared = _(
        "All futures have the random draws of the same {worlds:,} worlds: other draws (another seed, or `luck: own`) may move a "
        "figure by more than its interval.",
        worlds=found.about["worlds"],
    )
    also = [shared] if found.about["particulars"]["luck"] == "shared" else []
    yield together(" ", [brackets, *also, _(NOT_A_FORECAST)])


def _judged_by(one: Judged) -> str:
    return _(
        N_("{metric}; less is better.") if one.better == "less" else N_("{metric}; more is better."), metric=what(one)
    )


def _first(found: Regret, shares: Sequence[Estimate]) -> list[tuple[str, Estimate]]:
    """The policies with the highest of these shares."""
    pairs = list(zip(found.policies, shares, strict=True))
    return sorted(pairs, key=lambda one: -one[1].value)[:_SPOKEN]


def _policies(found: Regret, one: Judged) -> Iterator[str]:
    order = sorted(range(len(found.policies)), key=lambda number: one.measures["regret_max"][number].value)
    often = _best_in(one)
    for number in order[:_SPOKEN]:
        at = {name: estimates[number] for name, estimates in one.measures.items()}
        futures = _("{share} futures", share=often[number])
        share = of_100_within(at["best"].value, at["best"].low, at["best"].high, futures)
        yield _(
            "{policy}: best in {best}, mean {mean}, regret at most {most}, in nine futures of ten at most {under}.",
            policy=_(found.policies[number]),
            best=share,
            mean=_in(at["mean"]),
            most=_in(at["regret_max"]),
            under=_in(at["regret_p90"]),
        )
    if len(order) > _SPOKEN:
        yield _("And {count:,} more policies with a larger maximum regret.", count=len(order) - _SPOKEN)


def _best_in(one: Judged) -> list[str]:
    """In how many futures each policy is best; where none is as good as another, these are parts of one whole."""
    best = [estimate.value for estimate in one.measures["best"]]
    return [of_100(part) for part in best] if (one.winner < 0).any() else parts_of_100(best)


def _in(one: Estimate) -> str:
    ends = {"low": fine(one.low, 3), "high": fine(one.high, 3)}
    return _("{figure} ({low} to {high})", figure=fine(one.value, 3), **ends)


def _least(found: Regret, one: Judged) -> str:
    worst = [estimate.value for estimate in one.measures["regret_max"]]
    least = [number for number, value in enumerate(worst) if value == min(worst)]
    if len(least) == len(worst) > 1:
        return _("None differs from another where its regret is largest.")
    if len(least) > 1:
        several = listed([_(found.policies[number]) for number in least[:_SPOKEN]])
        return _("Several have the smallest regret where it is largest: {policies}.", policies=several)
    (number,) = least
    return _(
        "{policy} has the smallest regret where it is largest, which is what minimax regret chooses (in {share} resampled sets "
        "of futures).",
        policy=_(found.policies[number]),
        share=of_100(one.least[number]),
    )


def _decide(found: Regret, one: Judged, ids: bool = True) -> Iterator[str]:
    rank = ranked(one, found.inputs)[:2]
    clear = [row for row in rank if row[2] < CLEAR]
    ties = int((one.winner < 0).sum())
    if ties:
        yield _("In {share} futures several policies are equally good.", share=of_100(ties / len(one.winner)))
    if rank and not clear:
        yield _("Nothing that was drawn clearly decides by itself which policy is best.")
    if clear:
        named = [
            _("“{factor}” (`{id}`, V = {strength:.2f})", factor=factor_words(name), id=name, strength=strength)
            if ids
            else _("“{factor}” (V = {strength:.2f})", factor=factor_words(name), strength=strength)
            for name, strength, _chance in clear
        ]
        yield _(
            "What decides most which policy is best: {factors}. (V is Cramér's: 0 if not at all, 1 if alone.)",
            factors=together(" and ", named),
        )


def table(found: Regret) -> pd.DataFrame:
    """See :meth:`Regret.table`."""
    import pandas as pd

    rows = []
    for one in found.judged:
        for number, name in enumerate(found.policies):
            row: dict[str, Any] = {"metric": one.metric, "unit": one.unit, "better": one.better, "policy": name}
            for key in MEASURES:
                at = one.measures[key][number]
                row |= {key: at.value, f"{key}_low": at.low, f"{key}_high": at.high}
            rows.append({**row, "least_maximum_regret_in": one.least[number]})
    return pd.DataFrame(rows)


def as_json(found: Regret) -> dict[str, Any]:
    """See :meth:`Regret.as_json`."""
    metrics = {}
    for one in found.judged:
        policies = {
            name: {key: vars(one.measures[key][number]) for key in MEASURES}
            | {"least_maximum_regret_in": one.least[number]}
            for number, name in enumerate(found.policies)
        }
        rank = [
            dict(zip(("uncertainty", "strength", "chance"), row, strict=True)) for row in ranked(one, found.inputs)[:10]
        ]
        metrics[one.metric] = {"unit": one.unit, "better": one.better, "policies": policies, "deciders": rank}
    return {
        "policies": list(found.policies),
        "futures": len(found.futures),
        "left_out": found.left_out,
        "measures": {key: words for key, (words, _take) in MEASURES.items()},
        "metrics": metrics,
        "satisfying": {
            text: {name: vars(share) for name, share in zip(found.policies, shares, strict=True)}
            for text, shares in found.satisfying.items()
        },
        "fingerprint": found.about["fingerprint"],
    }


def pictures(found: Regret) -> list[Picture]:
    """See :meth:`Regret.pictures`."""
    return [
        picture
        for one in found.judged
        for picture in (_distribution(found, one), _map(found, one))
        if picture is not None
    ]


def _distribution(found: Regret, one: Judged) -> Picture:
    from sim.plots.gallery import Picture
    from sim.plots.regret import regret_distribution
    from sim.plots.tables import Table

    lost = {_(name): one.regret[:, number].tolist() for number, name in enumerate(found.policies)}
    often = _best_in(one)
    heads = [_("Policy"), _("Maximum"), _("Nine in ten under"), _("Mean"), _("Best in")]
    rows = [
        [
            _(name),
            *(fine(one.measures[key][number].value, 3) for key in ("regret_max", "regret_p90", "regret_mean")),
            often[number],
        ]
        for number, name in enumerate(found.policies)
    ]
    less = N_("Regret by {metric}; less is better.")
    caption = _(less if one.better == "less" else N_("Regret by {metric}; more is better."), metric=what(one))
    text = together(" ", [*_policies(found, one), _least(found, one)])
    chart = regret_distribution(lost, what(one))
    return Picture(
        f"regret_{_slug(one.metric)}", _("How much worse than the best"), caption, text, chart, Table(heads, rows)
    )


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _map(found: Regret, one: Judged) -> Picture | None:
    from sim.plots.gallery import Picture
    from sim.plots.regret import winners
    from sim.plots.tables import Table

    rank = [row for row in ranked(one, found.inputs) if found.inputs[row[0]].dtype.kind in "fiu"]
    if len(rank) < 2:
        return None
    (across, _strength, first), (up, _other, second) = rank[:2]
    drawn, edges, other = fields(one, found.inputs, across, up)
    names = [_(name) for name in found.policies]
    records = [{**vars(field), "winner": names[field.winner]} for field in drawn]
    axes = [factor_words(name) for name in (across, up)]
    chart = winners(records, names, axes, [edges, other], what(one), FEW)
    caption = [
        _judged_by(one),
        _(
            "The two are those numbers that decide most which policy is best: of all {count} that were drawn, the highest "
            "Cramér's V between best policy and fifth of the range.",
            count=len(found.inputs.columns),
        ),
    ]
    if max(first, second) >= CLEAR:
        caption.append(_("Not both of them clearly decide anything: part of this map is chance."))
    rows = [[str(f.across + 1), str(f.up + 1), names[f.winner], of_100(f.share), str(f.futures)] for f in drawn]
    fifths = [_("Fifth of {factor}", factor=name) for name in (across, up)]
    heads = [*fifths, _("Best most often"), _("In"), _("Futures")]
    about = _("Map of {parts} by {parts} fields over {across} and {up}.", parts=PARTS, across=across, up=up)
    text, title = together(" ", [*_decide(found, one), about]), _("Which policy is best where")
    return Picture(f"map_{_slug(one.metric)}", title, together(" ", caption), text, chart, Table(heads, rows))
