"""The `durand` command: reads the line, calls the library, prints.

What a user can put right ends with exit code 2 and one message on standard error, a failure with 1, Ctrl-C with 130;
never a traceback (unless DURAND_TRACEBACK=1 asks for one). Nothing heavy is imported until a command needs it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands.backcast import backcast
from sim.commands.calibrate import calibrate
from sim.commands.classroom import classes
from sim.commands.dashboard import dashboard
from sim.commands.discover import discover, regret
from sim.commands.errors import Commands, complain, say
from sim.commands.exercise import exercise
from sim.commands.extensions import Engine, With, everywhere_first, load_extensions
from sim.commands.loops import loops
from sim.commands.options import Json, Told, Workers, as_typed
from sim.commands.play import play
from sim.commands.replications import replications
from sim.commands.report import Png, report, write_whole
from sim.commands.response import response
from sim.commands.search import search
from sim.commands.sensitivity import sensitivity
from sim.commands.streams import ended_at_once_from_now_on, ended_in_order, leave, made_fit
from sim.commands.sweep import sweep
from sim.commands.synthetic import synthetic
from sim.commands.verify import verify
from sim.commands.why import why
from sim.ensemble.engines import use as use_engine
from sim.ensemble.simulate import Interrupted, Progress
from sim.ensemble.spec import DEFAULT_PARAMETERS, LIMITS, LimitError

if TYPE_CHECKING:
    from sim.results import Comparison, Results
    from sim.scenario import Scenario

app = typer.Typer(
    name="durand",
    cls=Commands,
    help="Pakistan, the Afghan Taliban, the TTP and India after August 2021, in many modelled worlds. Not a forecast.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _range(name: str) -> str:
    low, high = LIMITS[name]
    return f"{low} to {'2^63 - 1' if name == 'seed' else format(high, ',')}"


NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A scenario's name, or the path of its file.")]
Worlds = Annotated[int, typer.Option(metavar="N", help=f"How many worlds: {_range('worlds')}.")]
Months = Annotated[
    int | None,
    typer.Option(metavar="M", help=f"How many months: {_range('months')}. As the scenario says if not given."),
]
Seed = Annotated[int, typer.Option(metavar="S", help=f"The seed of all chance: {_range('seed')}.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change one thing in every scenario, as in its file. Repeatable."),
]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Write results and report to this folder.")]
ParametersOption = Annotated[
    str,
    typer.Option(
        "--parameters",
        metavar="SET",
        help="Where uncertain values come from: defaults, prior, posterior (or posterior:2022-12, as of a month), a folder "
        "that durand calibrate wrote, or a scenario whose overrides are taken.",
    ),
]
All = Annotated[bool, typer.Option("--all", help="Show every metric, not the short list.")]


@app.callback(invoke_without_command=True)
def durand(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    extensions: With = None,
    engine: Engine = "auto",
) -> None:
    """Pakistan, the Afghan Taliban, the TTP and India after August 2021, in many modelled worlds. Not a forecast."""
    load_extensions(extensions, context.invoked_subcommand)
    use_engine(engine)
    if extensions and context.invoked_subcommand is None:
        raise LimitError("--with goes with a command, such as: durand run history --with my_extension.py")
    if version:
        import sim

        print(f"durand {sim.__version__}")
        raise typer.Exit


@app.command("list")
def list_command() -> None:
    """The scenarios, a line each."""
    from sim.scenario import list_scenarios

    rows = list_scenarios()
    width = max((len(name) for name, _, _ in rows), default=0)
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for name, title, question in rows:
        line = f"{name:<{width}}  {title}: {' '.join(question.split())}"
        print(line if room is None or len(line) <= room else line[: room - 3] + "...")


@app.command()
def show(
    name: NameArgument,
    diff: Annotated[str | None, typer.Option(metavar="OTHER", help="Show what differs from this scenario.")] = None,
) -> None:
    """A scenario in full, with all it extends; or what differs between two."""
    from sim.scenario import differences, load_scenario

    scenario = load_scenario(name)
    if diff is None:
        print(scenario.to_yaml(), end="")
        return
    other = load_scenario(diff)
    rows = differences(scenario, other)
    if not rows:
        print(f"{scenario.name} and {other.name} do not differ.")
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table("", scenario.name, other.name, box=SIMPLE_HEAD, show_edge=False)
    for one in rows:
        table.add_row(f"{_escape(one.words)}\n[dim]{_escape(one.path)}[/dim]", _said(one.a), _said(one.b))
    Console().print(table)


@app.command()
def validate(files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="What to check.")]) -> None:
    """Check files of scenarios, policies, experiments, searches and exercises: for each problem the file and line, what is wrong,
    and what is allowed."""
    from sim.yamlfile import FileError

    wrong = False
    for file in files:
        try:
            _validate(file)
        except FileError as problem:
            wrong = True
            print(problem, file=sys.stderr)
        else:
            print(f"{file}: fine")
    if wrong:
        raise typer.Exit(2)


@app.command()
def run(
    name: NameArgument,
    worlds: Worlds = 1000,
    months: Months = None,
    seed: Seed = 0,
    settings: Settings = None,
    parameters: ParametersOption = DEFAULT_PARAMETERS,
    told: Told = None,
    workers: Workers = 1,
    out: Out = None,
    as_json: Json = False,
    every: All = False,
    png: Png = False,
) -> None:
    """Run one scenario in many worlds."""
    from sim.results.run import run as run_scenario

    scenario = _load(name, settings)

    def make(progress: Progress | None) -> Results:
        return run_scenario(
            scenario,
            worlds,
            months,
            seed,
            parameters,
            progress=progress,
            workers=workers,
            command=as_typed(),
            told=told,
        )

    _carry_out(make, out, as_json, every, png)


@app.command()
def compare(
    names: Annotated[list[str], typer.Argument(metavar="A B...", help="Two scenarios or more.")],
    worlds: Worlds = 1000,
    months: Months = None,
    seed: Seed = 0,
    settings: Settings = None,
    baseline: Annotated[
        str | None, typer.Option(metavar="A", help="The scenario to compare with; the first if not given.")
    ] = None,
    parameters: ParametersOption = DEFAULT_PARAMETERS,
    told: Told = None,
    workers: Workers = 1,
    out: Out = None,
    as_json: Json = False,
    every: All = False,
    png: Png = False,
) -> None:
    """Run scenarios over the same worlds, and say how they differ, world by world."""
    from sim.results.run import compare as compare_scenarios

    scenarios = [_load(name, settings) for name in names]
    # The baseline may be given as it stands on the command line: a path is then known by its scenario's name.
    base = next((one.name for name, one in zip(names, scenarios, strict=True) if name == baseline), baseline)

    def make(progress: Progress | None) -> Comparison:
        return compare_scenarios(
            scenarios,
            worlds,
            months,
            seed,
            parameters,
            baseline=base,
            progress=progress,
            workers=workers,
            command=as_typed(),
            told=told,
        )

    _carry_out(make, out, as_json, every, png)


@app.command()
def evidence(
    identifier: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]",
            help="A rule, parameter, metric, lever, mechanism, loop, claim or source. Without: the coverage.",
        ),
    ] = None,
) -> None:
    """What rests on what: from a rule or parameter to its claims, from a claim or source to what uses it."""
    from sim.provenance import coverage, describe

    print(coverage() if identifier is None else describe(identifier))


app.command()(report)
app.command()(dashboard)
app.command()(why)
app.command()(loops)
app.command()(play)
app.add_typer(exercise, name="exercise")
app.add_typer(classes, name="class")
app.command()(calibrate)
app.command()(backcast)
app.command()(synthetic)
app.command()(sweep)
app.command()(search)
app.command()(discover)
app.command()(regret)
app.command()(sensitivity)
app.command()(replications)
app.command()(response)
app.command()(verify)


def main(arguments: list[str] | None = None) -> None:
    """The entry point: runs the command and leaves with its exit code."""
    made_fit()
    try:
        with ended_in_order():
            code = app(args=everywhere_first(arguments), prog_name="durand", standalone_mode=False)
            sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort) as stop:
        if arguments is None:
            ended_at_once_from_now_on()
        code = say(f"stopped{stop}", 130)
    except BrokenPipeError:  # the reader, say `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except Exception as problem:
        if os.environ.get("DURAND_TRACEBACK"):
            raise
        code = complain(problem)
    if code == 130 and arguments is None:
        leave(130)
    sys.exit(code if isinstance(code, int) else 0)


def _validate(file: Path) -> None:
    """What a file is shows from what only its kind has."""
    from sim.yamlfile import read

    data = read(file).data if file.is_file() else {}
    if "steps" in data:
        from sim.teaching.exercises.load import load_exercise

        load_exercise(file)
    elif "objectives" in data:
        from sim.search.load import load_search

        load_search(file)
    elif data.keys() & {"design", "uncertainties", "scenarios"}:
        from sim.experiment.load import load_experiment

        load_experiment(file)
    elif "targets" in data:
        from sim.calibration.aims import read_aims

        read_aims(file)
    elif data.keys() & {"series", "figures"}:
        from sim.record.mapping import read_mapping

        read_mapping(file)
    else:
        from sim.scenario import validate_file

        validate_file(file)


def _load(name: str, settings: list[str] | None) -> Scenario:
    from sim.scenario import load_scenario, with_overrides

    scenario = load_scenario(name)
    return with_overrides(scenario, dict(map(_setting, settings))) if settings else scenario


def _setting(text: str) -> tuple[str, str]:
    """PATH=VALUE as a pair; the value is read as it would be in a scenario file, when it is set."""
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise LimitError(f"--set {text}: expected PATH=VALUE, such as --set actors.pakistan.levers.aid=0.5")
    return path.strip(), value.strip()


def _carry_out(
    make: Callable[[Progress | None], Results | Comparison], out: Path | None, as_json: bool, every: bool, png: bool
) -> None:
    """Run, then keep, print and report; on Ctrl-C the same with the worlds that were finished."""
    from sim.results.bundle import KINDS
    from sim.results.folders import check_target
    from sim.results.terminal import progress_bar, show_results

    if png and out is None:
        raise LimitError("--png goes with --out: pictures are written to its folder")
    with ExitStack() as stack:
        if out is not None:
            check_target(out, *KINDS)  # before the work, not after it
            from sim.plots.export import started_ahead

            stack.enter_context(started_ahead())
        code = 0
        try:
            with progress_bar() as progress:
                results = make(progress)
        except Interrupted as stop:
            if stop.results is None:
                raise typer.Exit(say("stopped before a chunk of worlds was finished; nothing to keep", 130)) from None
            results = stop.results
            code = say(f"stopped; {results.worlds:,} worlds were finished and are kept", 130)
        if note := results.manifest.get("engine_note"):
            print(f"Run on NumPy, as {note}.", file=sys.stderr)
        if out is not None:
            results.save(out)
        if as_json:
            print(json.dumps(results.as_json(), allow_nan=False))
        else:
            show_results(results, every)
        if out is not None:
            written = write_whole(results, out, png) if code == 0 else out
            print(f"Written: {written}", file=sys.stderr if as_json else sys.stdout)
    if code:
        raise typer.Exit(code)


def _escape(text: object) -> str:
    from rich.markup import escape

    return escape(str(text))


def _said(value: object) -> str:
    return "-" if value is None else _escape(f"{value:g}" if isinstance(value, float) else value)
