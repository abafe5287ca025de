"""What a player is told: what the game is for, its limits, how to play; a briefing, settings and their cost, in columns."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Iterable, Mapping, Sequence

from sim.agents.observers import OBSERVERS
from sim.scenario.diff import TITLES
from sim.scenario.settings import DEFAULTS, OPTIONS
from sim.teaching.play.briefing import Briefing, Guess, Reading
from sim.teaching.play.game import FOG, Trial
from sim.teaching.play.moves import Values
from sim.vocabulary import ACTOR_SPECS, ACTORS, CHOOSE, Derived, acting, coercive
from sim.words.language import N_, _, together
from sim.words.numbers import SCALES, WHOLE, between, number, setting, unit_over
from sim.words.sentences import month_words, side_by_side, wrapped

PURPOSE = (
    N_(
        "You take the decisions of one actor, a quarter at a time, in a model of what five analysts' articles argue about "
        "Pakistan, the Afghan Taliban, the TTP and India after August 2021. It is for seeing how a choice looks from "
        "inside, with little known and less in hand, and how much of what follows is chance."
    ),
    N_(
        "It is about real people. People were killed on both sides of the line, and many more had to leave their homes. "
        "There is no score here, and nothing to win. Deaths are counted because they happened, whoever died."
    ),
    N_(
        "Its limits: the rules restate arguments, and others argue otherwise. The articles are commentaries, and none is a "
        "voice from the tribal districts. No place below an area, no person, target or method is modelled. What happens here is "
        "one world among many that the model could give, and never a forecast. Its past is modelled too: the months before play "
        "opens follow what Pakistan did, and what came of it here need not be what happened."
    ),
)
# What adds to a lever, whatever it is set to.
MORE = {
    "domestic_operations": N_("violence of late brings more of them"),
    "prisoner_releases": N_("Kabul, as mediator, presses for them"),
}
SEATS: Derived[str] = Derived(lambda: {actor: spec.seat for actor, spec in acting().items()})
HELP: tuple[tuple[str, str], ...] = (
    ("go", N_("confirm your settings; the quarter passes")),
    ("7=0.5 or aid=0.5", N_("set one thing, by number or name; several on a line")),
    ("role", N_("your role brief, with its passages")),
    ("why", N_("what came of what you changed last, asked of the model")),
    ("course NAME", N_("take over a policy's opening mix (Pakistan); alone, it lists them")),
    ("keep", N_("undo what you set this turn")),
    ("brief, set", N_("the briefing, your settings with their cost")),
    ("back [TURN]", N_("go back a turn, or to an earlier one")),
    ("what if [TURN]", N_("try another way from here, or from an earlier turn; this line is kept")),
    ("lines, line N", N_("list the lines of this game; go on with another")),
    ("inject [N]", N_("put a shock of the library into the coming quarter; alone, it lists them")),
    (
        "debrief [COURSE]",
        N_("set what was played against other courses, over 1,000 worlds; turning points against one"),
    ),
    ("about, help", N_("what this is for; these lines")),
    ("save [FILE]", N_("keep the log, or a copy of it elsewhere")),
    ("quit", N_("leave; the log is kept, and --log FILE goes on with it")),
)


def on_figures() -> tuple[str, ...]:
    """What has to be known to read the figures of a briefing."""
    return (
        _(
            "Each range holds in 90 of 100 worlds simulated under the same settings ({worlds} were): what a person would say "
            "who knows the model, but not this world. One in ten is wrong.",
            worlds=FOG,
        ),
        _("Totals and averages are of the quarter, the rest as it ended. Without a unit: 0 to 1."),
    )


def heading(text: str, width: int) -> list[str]:
    """A line, underlined."""
    lines = wrapped(text, width)
    return [*lines, "-" * min(max(map(len, lines)), width)]


def about(seats: Sequence[str], width: int) -> list[str]:
    """What the game is for and its limits, with a note on each seat."""
    lines = heading(_("What this is for, and its limits"), width)
    notes = [_("{actor}: {note}", actor=_(ACTORS[seat]), note=_(SEATS[seat])) for seat in seats]
    for paragraph in (*map(_, PURPOSE), *notes):
        lines += [*wrapped(paragraph, width), ""]
    return lines[:-1]


def help_lines(width: int) -> list[str]:
    """What can be typed."""
    room = max(len(command) for command, _means in HELP) + 4
    out: list[str] = []
    for command, means in HELP:
        out += wrapped(_(means), width, f"  {command:<{room - 2}}")
    return out


def period(months: tuple[str, str]) -> str:
    """Two months in words: "December 2022 to February 2023"."""
    first, last = map(month_words, months)
    if first == last:
        return first
    short = _(month_name[int(months[0][5:])]) if months[0][:4] == months[1][:4] else first
    return _("{first} to {last}", first=short, last=last)


def briefing_lines(told: Briefing, width: int) -> list[str]:
    """A briefing, as lines of so many columns."""
    out: list[str] = []
    if told.behind is None:
        out += wrapped(_("Nothing has been counted yet: the game opens with the scenario's first month."), width)
    else:
        out += heading(_("What is known of {when}", when=period(told.behind)), width)
        for event in told.events or (_("Nothing began or ended that all could see."),):
            out += wrapped(event, width, "  - ")
        for title, names, rows in briefing_tables(told):
            out += columns(title, names, rows, width)
        if told.turn == 0:
            for said in on_figures():
                out += wrapped(said, width, "  ")
    if leaning := leaning_words(told):
        out += ["", *wrapped(leaning, width)]
    return out


def briefing_tables(told: Briefing) -> list[tuple[str, tuple[str, ...], list[tuple[str, Sequence[str]]]]]:
    """The figures of a briefing as tables: title, names of the columns, and rows of words and cells; none is empty."""
    now = (_("quarter"), _("before"))
    largest = sorted(told.groups.items(), key=lambda one: -one[1])[:3]
    found: list[tuple[str, tuple[str, ...], list[tuple[str, Sequence[str]]]]] = [
        (_("As others would have counted it, modelled"), now, [_row(one) for one in told.reported]),
        (_("Seen by all"), now, [_row(one) for one in told.public]),
        (_("Seen by you: {actor}", actor=_(ACTORS[told.actor])), now, [_row(one) for one in told.own]),
        (
            _("Power of your factions"),
            (_("now"),),
            [(_(name), (f"{x:.2f}",)) for name, x in told.factions.items()],
        ),
        (
            _("Largest of {count} groups, thousand", count=len(told.groups)),
            (_("now"),),
            [(_(name), (number(x),)) for name, x in largest],
        ),
        (
            _("Not known to you"),
            (_("range"),),
            [(_title(one), (between(one.low, one.high, whole=one.unit in WHOLE),)) for one in told.hidden],
        ),
    ]
    return [one for one in found if one[2]]


def leaning_words(told: Briefing) -> str:
    """By which chances the model would have chosen for this side; empty for Pakistan, and before anything was simulated."""
    if not told.leaning:
        return ""
    parts = [
        _("{option} {percent}%", option=_(setting(name)), percent=round(100 * x)) for name, x in told.leaning.items()
    ]
    return _(
        "Had the model chosen for your side last month, it would have drawn among these, by these chances: {chances}.",
        chances=together(", ", parts),
    )


def settings_lines(told: Briefing, draft: Values, trial: Trial | None, width: int) -> list[str]:
    """What may be set, what it is set to, what stood before; for Pakistan what it costs.

    Args:
        trial: what the draft would come to; None for actors whose settings cost nothing in the model.
    """
    actor = told.actor
    before = {**DEFAULTS[actor], **told.standing}
    now = {**DEFAULTS[actor], **draft}
    names = (_("set"), _("before"), *([_("cost at 1")] if ACTOR_SPECS[actor].has_levers else []))
    rows = []
    for place, name in enumerate(DEFAULTS[actor], 1):
        mark = "*" if now[name] != before[name] else " "
        cells: tuple[str, ...] = (value_words(now[name]) + mark, value_words(before[name]))
        if ACTOR_SPECS[actor].has_levers:
            cells += (number(told.unit_costs[name]) if name in told.unit_costs else "",)
        rows.append((f"{place:2} {_(TITLES[name])}", cells))
    out = columns(_("Your settings"), names, rows, width, apart=False)
    for name in DEFAULTS[actor]:
        if name in OPTIONS:
            options = [f"{place} {_(setting(one))}" for place, one in enumerate(OPTIONS[name], 1)]
            said = _(
                "{setting}: {options}; or choose, to leave it to your side.",
                setting=_(TITLES[name]),
                options=together(", ", options),
            )
            out += wrapped(said, width, "  ")
    if any(name not in OPTIONS and default == CHOOSE for name, default in DEFAULTS[actor].items()):
        out += wrapped(_("The others: 0 to 1, or choose."), width, "  ")
    if trial is not None:
        out += wrapped(cost_words(trial), width, "  ")
        out += wrapped(softened_words(told), width, "  ") if softened_words(told) else []
    return out


def cost_words(trial: Trial) -> str:
    """What a mix costs and how much of it can be carried, in sentences."""
    told = {"cost": number(trial.cost), "means": number(trial.means)}
    if trial.share >= 1.0:
        return _(
            "This mix costs about {cost} cost units a month; economy and unrest leave room for {means}, so all of it can be "
            "carried.",
            **told,
        )
    return _(
        "This mix costs about {cost} cost units a month; economy and unrest allow {means}, so every lever would come to "
        "{share} of 100 of what it is set to.",
        **told,
        share=round(100 * trial.share),
    )


def softened_words(told: Briefing) -> str:
    """Which levers came to something else last month than they were set to, and by how much; may be empty."""
    parts = [
        _(
            "{lever} {asked} came to {there} ({why})",
            lever=_(TITLES[name]),
            asked=setting(told.asked[name]),
            there=number(there),
            why=_(_why(name, there > told.asked[name])),
        )
        for name, there in told.in_force.items()
        if abs(there - told.asked[name]) >= 0.02
    ]
    return _("Last month {what}.", what=side_by_side(parts)) if parts else ""


def _why(name: str, more: bool) -> str:
    """What brings a lever above what it was set to, or below it; see `sim.agents.pakistan.Pakistan.set_levers`."""
    if more:
        return MORE.get(name, N_("others press for more of it"))
    return (
        N_("civilians soften it, or not all can be paid for") if name in coercive() else N_("not all can be paid for")
    )


def columns(
    title: str, names: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]], width: int, apart: bool = True
) -> list[str]:
    """A small table: words on the left, figures in columns on the right; words wrap, figures stay whole."""
    rows = list(rows)
    if not rows:
        return []
    widths = [max(len(name), *(len(cells[k]) for _, cells in rows)) for k, name in enumerate(names)]
    room = max(width - sum(widths) - 2 * len(widths) - 2, 12)
    out = [""] if apart else []
    head = wrapped(title, room + 2)
    out += head[:-1]
    out.append(f"{head[-1]:<{room + 2}}" + "".join(f"  {name:>{w}}" for name, w in zip(names, widths, strict=True)))
    for words, cells in rows:
        first, *others = wrapped(words, room, further="   ")
        out.append(f"  {first:<{room}}" + "".join(f"  {c:>{w}}" for c, w in zip(cells, widths, strict=True)).rstrip())
        out += [f"  {line}" for line in others]
    return out


def _row(one: Reading) -> tuple[str, tuple[str, str]]:
    return _title(one), (_figure(one.now, one), "-" if one.before is None else _figure(one.before, one))


def _figure(value: float, one: Reading) -> str:
    whole = one.kind == "total" and float(value).is_integer()
    return f"{value:,.0f}" if whole else number(value, whole=one.unit in WHOLE)


def _title(one: Reading | Guess) -> str:
    unit, title = unit_over(one.unit, one.kind), _(one.title)
    if unit in SCALES or unit.split(",")[0] in one.title.lower():
        return _("{title}, -1 to 1", title=title) if unit == "-1 to 1" else title
    if one.name in OBSERVERS:
        counts = OBSERVERS[one.name]
        return _("{title}, {unit}, {scope}", title=title, unit=_(counts.unit), scope=_(counts.scope))
    return _("{title}, {unit}", title=title, unit=_(unit))


def move_words(actor: str, now: Values, then: Mapping[str, float | str]) -> str:
    """What a move changed, in one line: "Aid 0.20 to 0.50"; or that it changed nothing."""
    before, after = {**DEFAULTS[actor], **then}, {**DEFAULTS[actor], **now}
    parts = [
        _(
            "{what} {before} to {after}",
            what=_(TITLES[name]),
            before=value_words(before[name]),
            after=value_words(after[name]),
        )
        for name in after
        if before[name] != after[name]
    ]
    return side_by_side(parts) if parts else _("as before")


def value_words(value: float | str) -> str:
    """What a setting stands at; an option by its name."""
    return _(setting(value)) if isinstance(value, str) else setting(value)
