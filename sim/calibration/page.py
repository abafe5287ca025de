"""A calibration as a page: how its waves went, targets before and after, what the data say about parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.calibration.text import TARGET_HEADS, calibration_words, target_rows
from sim.parameters import PARAMETERS
from sim.vocabulary import month_words
from sim.words.tables import markdown_table

_WAVES = ("wave", "looked at", "left", "simulated", "worlds each", "not implausible", "worth", "most ruled out by")
_PARAMETERS = ("parameter", "unit", "point value", "declared", "middle", "nine sets in ten", "shift", "narrowing")


def calibration_lines(made: Mapping[str, Any], targets: str, parameters: str) -> list[str]:
    """The lines of a page in Markdown, from a calibration's manifest.

    Args:
        targets, parameters: where the two pictures stand.
    """
    until = month_words(made["window"][1])
    rows = [[*row, one["why"]] for row, one in zip(target_rows(made), made["targets"], strict=True)]
    ties = [[f"`{one['a']}`", f"`{one['b']}`", f"{one['correlation']:+.2f}"] for one in made["pairs"]]
    return [
        *markdown_table(_WAVES, [_wave(number, one) for number, one in enumerate(made["waves"], 1)]),
        "",
        "*Worth*: how many equally likely sets the wave's likelihoods are worth.",
        "",
        f"### Targets to {until}",
        "",
        f"![How far off each target]({targets})",
        "",
        *markdown_table((*TARGET_HEADS, "tolerance rests on"), rows),
        "",
        f"### What the data say to {until}",
        "",
        *calibration_words(made),
        "",
        f"![What the data say about parameters]({parameters})",
        "",
        *markdown_table(_PARAMETERS, _told(made)),
        "",
        "*Shift*: of the mean place within the range, whose width is 1. *Narrowing*: share of the variance that is gone.",
        "",
        "Pairs that accepted sets tie together most:",
        "",
        *markdown_table(("one", "other", "correlation"), ties),
        "",
    ]


def _wave(number: int, one: Mapping[str, Any]) -> list[str]:
    worst = max(one["ruled_out_by"], key=lambda name: one["ruled_out_by"][name])
    return [
        str(number),
        f"{one['candidates']:,}",
        f"{one['screened']:,}",
        f"{one['simulated']:,}",
        str(one["repeats"]),
        f"{one['not_implausible']:,}",
        f"{one['effective']:.0f}",
        f"{worst.replace('_', ' ')} ({one['ruled_out_by'][worst]:.0%})",
    ]


def _told(made: Mapping[str, Any]) -> list[list[str]]:
    """A row for each parameter that the data say something about, the most first."""
    told = sorted((one for one in made["parameters"] if one["told"]), key=lambda one: -one["distance"])
    return [
        [
            f"`{one['name']}`",
            one["unit"] if "unit" in one else PARAMETERS[one["name"]].unit,
            f"{one['value']:g}",
            f"{one['low']:g} to {one['high']:g}",
            f"{one['p50']:.3g}",
            f"{one['p05']:.3g} to {one['p95']:.3g}",
            f"{one['shift']:+.2f}",
            f"{one['narrowing']:.2f}",
        ]
        for one in told
    ]
