"""A quarter told in a few sentences: what moved, what the others were seen to do, and what came of one's own changes.

The first two are read off what the seat knows. The third asks the model: the quarter is simulated with the seat's move, and
again with what the seat had set before, everybody else as they moved, over the same worlds; `sim.why` says through which
rules the two part. It is an answer about such worlds, and tells nothing of this one that the seat could not see.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np

from sim.metrics import METRICS
from sim.rule import RULES
from sim.teaching.play.briefing import Briefing, Reading, briefing, changed, events
from sim.teaching.play.game import FOG, Game
from sim.teaching.play.moves import QUARTER
from sim.teaching.play.past import Array
from sim.teaching.play.text import move_words, period
from sim.vocabulary import ACTORS, month_after
from sim.words.language import N_, _, n_
from sim.words.numbers import number
from sim.words.sentences import capital, month_words, more_less, side_by_side

# What the others do in public: figure -> whose doing it is ("" for nobody's alone), what is said of more and of less.
_SEEN: dict[str, tuple[str, str, str]] = {
    "strikes": (
        "pakistan",
        N_("Pakistan struck across the line more than before"),
        N_("Pakistan struck across the line less"),
    ),
    "recognition": (
        "pakistan",
        N_("Pakistan moved towards recognising Kabul"),
        N_("Pakistan drew back from recognising Kabul"),
    ),
    "messaging": ("taliban", N_("Kabul's public words were warmer"), N_("Kabul's public words were colder")),
    "ttp_claims": ("ttp", N_("the TTP claimed more attacks"), N_("the TTP claimed fewer attacks")),
    "border_open": ("", N_("the crossings were open for longer"), N_("the crossings were open for less time")),
    "border_clashes": ("", N_("there were more clashes on the line"), N_("there were fewer clashes on the line")),
}
# Smaller changes are not worth a word: as a share of what was, or in the figure's own unit on a scale of 0 to 1.
_SHARE, _STEP = 0.1, 0.03
_MOST_SEEN = 3
# Of these, what came of a seat's changes is told for the one that stands out most from chance; violence goes first.
_VIOLENCE = (
    "attacks",
    "fatalities_security",
    "fatalities_civilian",
    "fatalities_afghan_civilian",
    "fatalities_militant",
)
CONSEQUENCES = (*_VIOLENCE, "tension", "alignment_taliban_pakistan", "taliban_cohesion", "economy", "trade")
_TELLING = 3.0


def story(told: Briefing) -> list[str]:
    """What moved, and what the others were seen to do, from one seat; empty before anything has been counted."""
    if told.behind is None:
        return []
    return [*_moved(told), _seen(told)]


def _moved(told: Briefing) -> Iterator[str]:
    by_name = {one.name: one for one in told.reported}
    attacks, dead = by_name.get("picss_attacks"), by_name.get("picss_killed")
    if attacks is not None and dead is not None:
        now = {"attacks": f"{attacks.now:,.0f}", "deaths": f"{dead.now:,.0f}"}
        if attacks.before is None or dead.before is None:
            yield _("Observers counted {attacks} attacks in Pakistan and {deaths} deaths.", **now)
        else:
            yield _(
                "Observers counted {attacks} attacks in Pakistan and {deaths} deaths: {more_attacks} and {more_deaths} than in "
                "the quarter before.",
                **now,
                more_attacks=_attacks(_gap(attacks)),
                more_deaths=_deaths(_gap(dead)),
            )


def _gap(one: Reading) -> int:
    return round(one.now) - round(one.before or 0.0)


def _attacks(gap: int) -> str:
    """ "33 more attacks"."""
    if gap < 0:
        return n_("{count} fewer attack", "{count} fewer attacks", -gap, count=-gap)
    return n_("{count} more attack", "{count} more attacks", gap, count=gap or _("no"))


def _deaths(gap: int) -> str:
    if gap < 0:
        return n_("{count} fewer death", "{count} fewer deaths", -gap, count=-gap)
    return n_("{count} more death", "{count} more deaths", gap, count=gap or _("no"))


def _seen(told: Briefing) -> str:
    every = {one.name: one for one in (*told.reported, *told.public, *told.own)}
    moved = [
        (_size(every[name]), more if every[name].now > (every[name].before or 0.0) else less)
        for name, (whose, more, less) in _SEEN.items()
        if whose != told.actor and name in every and _size(every[name]) >= 1.0
    ]
    if not moved:
        return _("Nothing that others do in public changed much.")
    most = [_(words) for size, words in sorted(moved, key=lambda one: -one[0])[:_MOST_SEEN]]
    return _("{what}.", what=capital(side_by_side(most)))


def _size(one: Reading) -> float:
    """How large a change is, 1 for one that is just worth a word."""
    if one.before is None:
        return 0.0
    gap = abs(one.now - one.before)
    return gap / max(_SHARE * abs(one.before), 1.0) if one.kind == "total" else gap / _STEP


def quarter(game: Game) -> list[str]:
    """The last quarter: its title, and in sentences what each seat set anew, what all could see, and what observers counted;
    empty before one has passed."""
    if not game.turn:
        return []
    log, before = game.log, game.rewind(game.turn - 1)
    title = _(
        "Turn {turn} of {quarters}: {months}",
        turn=game.turn,
        quarters=log.quarters,
        months=period(log.period(game.turn - 1)),
    )
    moved = [
        _("{actor}: {moves}.", actor=_(ACTORS[one]), moves=move_words(one, now, before.standing(one)))
        for one, now in log.turns[-1].moves.items()
    ]
    return [title, *moved, *events(game), *_moved(briefing(game, log.seats[0]))]


def because(game: Game, actor: str) -> str:
    """What came of what a seat set anew in the last quarter; empty where it set nothing anew, or none has passed."""
    if not game.turn:
        return ""
    game = game.rewind(game.turn)
    before, now = game.rewind(game.turn - 1).standing(actor), game.log.turns[-1].moves[actor]
    if not changed(actor, now, before):
        return ""
    done = _("You changed: {moves}.", moves=move_words(actor, now, before))
    other = _with_move(game, actor, before)
    metric, apart = _consequence(game, other)
    gap = float(apart.mean())
    if not _clear(apart.mean(axis=1)) > _TELLING:
        nothing = _("Against going on as before, nothing that stands out from chance has come of it yet.")
        return f"{done} {nothing}"
    more, less, _what = more_less(metric)
    what, months = more if gap > 0 else less, apart.shape[1]
    if METRICS[metric].summary == "total":
        size = abs(gap) * months  # a mean over worlds, in each of which there are whole ones
        makes = _("about {figure} {what} in the quarter", figure=number(size, whole=size >= 1.0), what=what)
    else:
        by = number(abs(gap))
        makes = _("{what}, by {figure} on average over its {months} months", what=what, figure=by, months=months)
    most = int(np.argmax(apart.mean(axis=0) * np.sign(gap)))
    month = month_after(game.log.period(game.turn - 1)[0], most)
    said = _("Against going on as before, that makes {what}, on average over {worlds} worlds.", what=makes, worlds=FOG)
    return " ".join(filter(None, (done, said, _through(game, other, metric, month))))


def _with_move(game: Game, actor: str, settings: dict[str, float | str]) -> Game:
    """The same game, had one seat set something else in its last quarter."""
    last = game.log.entries[-1].turn
    assert last is not None
    before = game.log.model_copy(update={"entries": game.log.entries[:-1]})
    return Game(before, game.base).move({**last.moves, actor: settings})


def _consequence(game: Game, other: Game) -> tuple[str, Array]:
    """The metric in which the two games part most clearly over the last quarter, and by how much: (worlds, months)."""
    span = game.log.months_played(game.turn) - game.log.months_played(game.turn - 1)
    parted = {one: (game.fog.metrics[one] - other.fog.metrics[one])[:, -span:] for one in CONSEQUENCES}
    clear = {metric: _clear(apart.mean(axis=1)) for metric, apart in parted.items()}
    found = next((metric for metric in _VIOLENCE if clear[metric] > _TELLING), max(clear, key=clear.__getitem__))
    return found, parted[found]


def _clear(apart: Array) -> float:
    """How many standard errors a mean difference over worlds is from none."""
    error = float(apart.std(ddof=1)) / sqrt(len(apart))
    return abs(float(apart.mean())) / error if error else 0.0


def _through(game: Game, other: Game, metric: str, month: str) -> str:
    """The rule that most of a month's difference runs through, in a sentence; empty where no rule carries more than half."""
    from sim.teaching.play.debrief import rules_through
    from sim.why import explain

    answer = explain(
        game.scenario(),
        metric,
        month,
        other.scenario(),
        worlds=FOG,
        seed=game.log.seed,
        parameters=game.log.parameters,
        back=QUARTER,
    )
    rule = next((name for name, share in rules_through(answer).items() if share > 0.5), None)
    if rule is None:
        return ""
    statement = _(RULES[rule].statement).rstrip(".۔")
    return _("Most of that in {month} runs through the rule “{rule}”.", month=month_words(month), rule=statement)
