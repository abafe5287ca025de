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
from sim.words.numbers import SUMMARY_WORDS, behind, fine, of_100, of_100_within, parts_of_100
from sim.words.sentences import NOT_A_FORECAST

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
    return f"{metric.title} ({one.unit}, {SUMMARY_WORDS[metric.summary]})"


def paragraphs(found: Regret) -> Iterator[str]:
    """All of it, a paragraph each."""
    about = found.about
    left = f" {found.left_out:,} futures are left out, since the model refused a point." if found.left_out else ""
    yield (
        f"{len(found.policies)} policies in {len(found.futures):,} futures, {about['worlds']:,} worlds each. Regret: how "
        f"much worse a policy does in a future than the best of these policies there.{left}"
    )
    for one in found.judged:
        spoken = " ".join([*_policies(found, one), _least(found, one)])
        yield f"{what(one)}; {one.better} is better. {spoken}{_decide(found, one)}"
    for text, shares in found.satisfying.items():
        parts = [
            f"{name} in {of_100_within(share.value, share.low, share.high)}" for name, share in _first(found, shares)
        ]
        yield f"Good enough, {text}: {'; '.join(parts)} futures."
    if found.related > 1:
        yield (
            f"These futures were not drawn one by one: the sweep's design made {found.related:,} in a row from one another. The "
            "intervals allow for that; what is said to decide which policy is best does not, and may be chance. A "
            "latin_hypercube is the design for this question."
        )
    yield (
        "In brackets: 95 % intervals over resampled futures; that of a maximum is too narrow. Each future counts alike, "
        f"which says nothing of how likely it is. {NOT_A_FORECAST}"
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
        share = of_100_within(at["best"].value, at["best"].low, at["best"].high, often[number])
        best = f"best in {share.replace(' of 100', ' of 100 futures')}"
        yield (
            f"{found.policies[number]}: {best}, mean {_in(at['mean'])}, regret at most {_in(at['regret_max'])}, in nine "
            f"futures of ten under {_in(at['regret_p90'])}."
        )
    if len(order) > _SPOKEN:
        yield f"And {len(order) - _SPOKEN:,} more policies with a larger maximum regret."


def _best_in(one: Judged) -> list[str]:
    """In how many futures each policy is best; where none is as good as another, these are parts of one whole."""
    best = [estimate.value for estimate in one.measures["best"]]
    return [of_100(part) for part in best] if (one.winner < 0).any() else parts_of_100(best)


def _in(one: Estimate) -> str:
    return f"{fine(one.value, 3)} ({fine(one.low, 3)} to {fine(one.high, 3)})"


def _least(found: Regret, one: Judged) -> str:
    worst = [estimate.value for estimate in one.measures["regret_max"]]
    number = worst.index(min(worst))
    return (
        f"{found.policies[number]} has the smallest regret where it is largest, which is what minimax regret chooses (in "
        f"{of_100(one.least[number])} resampled sets of futures)."
    )


def _decide(found: Regret, one: Judged) -> str:
    rank = ranked(one, found.inputs)[:2]
    clear = [row for row in rank if row[2] < CLEAR]
    ties = int((one.winner < 0).sum())
    tied = f" In {of_100(ties / len(one.winner))} futures several policies are equally good." if ties else ""
    if not rank:
        return tied
    if not clear:
        return f"{tied} Nothing that was drawn clearly decides by itself which policy is best."
    names = " and ".join(f"“{factor_words(name)}” (`{name}`, V = {strength:.2f})" for name, strength, _ in clear)
    return f"{tied} What decides most which policy is best: {names}. (V is Cramér's: 0 if not at all, 1 if alone.)"


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
        "measures": {key: words for key, (words, _) in MEASURES.items()},
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

    lost = {name: one.regret[:, number].tolist() for number, name in enumerate(found.policies)}
    often = _best_in(one)
    heads = ["Policy", "Maximum", "Nine in ten under", "Mean", "Best in"]
    rows = [
        [
            name,
            *(fine(one.measures[key][number].value, 3) for key in ("regret_max", "regret_p90", "regret_mean")),
            often[number],
        ]
        for number, name in enumerate(found.policies)
    ]
    caption = f"Regret by {what(one)}; {one.better} is better."
    text = " ".join([*_policies(found, one), _least(found, one)])
    chart = regret_distribution(lost, what(one))
    return Picture(
        f"regret_{_slug(one.metric)}", "How much worse than the best", caption, text, chart, Table(heads, rows)
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
    (across, _, first), (up, _, second) = rank[:2]
    drawn, edges, other = fields(one, found.inputs, across, up)
    records = [{**vars(field), "winner": found.policies[field.winner]} for field in drawn]
    axes = [factor_words(name) for name in (across, up)]
    chart = winners(records, found.policies, axes, [edges, other], what(one), FEW)
    clear = (
        "" if max(first, second) < CLEAR else " Not both of them clearly decide anything: part of this map is chance."
    )
    caption = (
        f"{what(one)}; {one.better} is better. The two are those numbers that decide most which policy is best: of "
        f"all {len(found.inputs.columns)} that were drawn, the highest Cramér's V between best policy and fifth of the range."
        f"{clear}"
    )
    rows = [
        [str(f.across + 1), str(f.up + 1), found.policies[f.winner], of_100(f.share), str(f.futures)] for f in drawn
    ]
    heads = [f"Fifth of {across}", f"Fifth of {up}", "Best most often", "In", "Futures"]
    text = f"{_decide(found, one).strip()} Map of {PARTS} by {PARTS} fields over {across} and {up}."
    return Picture(f"map_{_slug(one.metric)}", "Which policy is best where", caption, text, chart, Table(heads, rows))
