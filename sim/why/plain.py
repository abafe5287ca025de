"""Accounts as plain data, for JSON: every term, with all the digits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from sim.why.account import Step, Term
    from sim.why.answers import Why

METHOD = (
    "A difference goes down the recorded steps to what they took: by Shapley's value for each rule, by algebra for sums "
    "and products, by the path integral for quotients; what chance made of what was expected is shared by size of push."
)


def answer(why: Why) -> dict[str, Any]:
    """An answer as plain data."""
    values = why.whole.values
    return {
        "metric": why.metric,
        "month": why.month,
        "scenario": why.plan.name,
        "versus": None if why.versus is None else why.versus.name,
        "compared_with": "the month before" if why.versus is None else why.versus.name,
        "followed_to": why.since,
        "worlds": why.worlds,
        "world": why.world,
        "seed": why.seed,
        "parameters": why.parameters,
        "difference": {
            "mean": why.whole.mean,
            "now": why.whole.now,
            "then": why.whole.then,
            "share_higher": float(np.mean(values > 0)),
            "share_lower": float(np.mean(values < 0)),
        },
        "terms": [_term(term) for term in why.terms],
        "error": why.error,
        "chain": None if why.chain is None else _step(why.chain),
        "method": METHOD,
    }


def _term(term: Term) -> dict[str, Any]:
    return {
        "kind": term.kind,
        "name": term.name,
        "owner": term.owner,
        "words": term.words,
        "mean": term.mean,
        "share_of_that_sign": term.share,
        "months": list(term.months),
        "now": term.now,
        "then": term.then,
        "inputs": {name: {"now": now, "then": then} for name, (now, then) in term.inputs.items()},
        "claims": list(term.claims),
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        **_term(step.term),
        "fed_by": [_step(one) for one in step.fed_by],
        "rest": None if step.rest is None else {"words": step.rest.words, "mean": step.rest.mean},
    }
