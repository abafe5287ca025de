"""The command `durand why`: reads the line, calls the library, prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands.options import Json, Seed, Workers
from sim.ensemble.spec import DEFAULT_PARAMETERS, LimitError
from sim.words.tables import terminal_width

if TYPE_CHECKING:
    from sim.scenario import Scenario

Metric = Annotated[str | None, typer.Option(metavar="M", help="The metric to account for, such as attacks.")]
Month = Annotated[str | None, typer.Option(metavar="YYYY-MM", help="The month asked about.")]
Versus = Annotated[
    str | None, typer.Option(metavar="OTHER", help="Compare with this scenario; else with the month before.")
]
Back = Annotated[
    str | None,
    typer.Option(
        metavar="N",
        help="Months to follow, or `all` for the whole way. Else 3 between scenarios, 1 within one.",
    ),
]


def why(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A scenario's name, or the path of its file.")],
    metric: Metric = None,
    month: Month = None,
    versus: Versus = None,
    back: Back = None,
    decision: Annotated[
        str | None,
        typer.Option(metavar="D", help="Lay a decision of the month open instead, such as taliban.stance."),
    ] = None,
    ablate: Annotated[
        bool,
        typer.Option(
            "--ablate", help="Switch each mechanism and loop off in turn instead; without --month over the run."
        ),
    ] = False,
    world: Annotated[int | None, typer.Option(metavar="K", help="Report this world alone, 0 to N - 1.")] = None,
    worlds: Annotated[int, typer.Option(metavar="N", help="How many worlds: 1 to 1,000.")] = 200,
    seed: Seed = 0,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Change one thing in NAME, and not in OTHER. Repeatable."),
    ] = None,
    parameters: Annotated[
        str,
        typer.Option(
            metavar="SET",
            help="Where uncertain values come from, as for durand run.",
        ),
    ] = DEFAULT_PARAMETERS,
    workers: Workers = 1,
    as_json: Json = False,
    chart: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw it, as .svg or .png.")] = None,
) -> None:
    """Why a metric moved in a month, or differs from OTHER: an exact account, and the chain behind it."""
    if chart is not None and chart.suffix not in (".svg", ".png"):
        raise LimitError(f"--chart {chart}: allowed: a file that ends in .svg or .png")
    if ablate and decision is not None:
        raise LimitError("--ablate and --decision are two questions; give one of the two")
    for option, given in (("--versus", versus), ("--back", back)):
        if given is not None and (ablate or decision is not None):
            raise LimitError(f"{option} goes with an account of a metric alone, not with --ablate or --decision")
    if workers != 1 and not ablate:
        raise LimitError(
            "--workers goes with --ablate, whose runs are many; an account is of one run, or two side by side"
        )
    if ablate and world is not None:
        raise LimitError("--world does not go with --ablate, which is over all worlds")
    scenario = _load(name, settings)
    common: dict[str, Any] = {"worlds": worlds, "seed": seed, "parameters": parameters}
    found: Any
    if ablate:
        from sim.results.terminal import progress_bar
        from sim.why.ablation import ablate as switch_off

        with progress_bar() as progress:
            found = switch_off(
                scenario, _needed("--metric", metric), month, workers=workers, progress=progress, **common
            )
    elif decision is not None:
        from sim.why.decide import weigh

        found = weigh(scenario, decision, _needed("--month", month), world=world, **common)
    else:
        from sim.why.answers import explain

        many, everything = _back(back)
        asked = _needed("--metric", metric), _needed("--month", month), versus
        found = explain(scenario, *asked, back=many, everything=everything, world=world, **common)
    print(json.dumps(found.as_json(), allow_nan=False) if as_json else found.text(terminal_width(60, 110)))
    if chart is not None:
        _draw(found.chart(), chart)


def _load(name: str, settings: list[str] | None) -> Scenario:
    from sim.scenario import load_scenario, with_overrides

    scenario = load_scenario(name)
    if not settings:
        return scenario
    pairs = {}
    for text in settings:
        path, equals, value = text.partition("=")
        if not equals or not path.strip():
            raise LimitError(f"--set {text}: expected PATH=VALUE, such as --set actors.pakistan.levers.aid=0.5")
        pairs[path.strip()] = value.strip()
    changed = with_overrides(scenario, pairs)
    return changed.model_copy(update={"title": f"{scenario.title}, changed"})


def _needed(option: str, value: str | None) -> str:
    if value is None:
        raise LimitError(f"{option} is needed: see durand why --help")
    return value


def _back(text: str | None) -> tuple[int | None, bool]:
    if text is None or text == "all":
        return None, text == "all"
    if not text.isdecimal() or int(text) < 1:
        raise LimitError(f"--back must be 1 or more months, or all; got {text}")
    return int(text), False


def _draw(picture: Any, file: Path) -> None:
    from sim.plots import to_png, to_svg

    if file.suffix == ".png":
        file.write_bytes(to_png(picture))
    else:
        file.write_text(to_svg(picture), encoding="utf-8")
