"""A game at the keyboard: reads a line, does what it says, prints; the log is kept after every turn."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.scenario import load_policy
from sim.scenario.diff import TITLES
from sim.scenario.settings import DEFAULTS
from sim.teaching.play import text as play_text
from sim.teaching.play.briefing import Briefing, briefing
from sim.teaching.play.briefs import brief_lines
from sim.teaching.play.game import Game, shocks
from sim.teaching.play.moves import GameError, Values, free, save_log
from sim.teaching.play.narrative import because, quarter, story
from sim.teaching.play.programs import Programs
from sim.teaching.play.typed import assignments, find_setting, hint, policies, read_value
from sim.vocabulary import ACTORS
from sim.words.numbers import setting
from sim.words.problems import short, suggestion
from sim.words.sentences import wrapped

Progress = Callable[[int, int], None]


class LeaveError(Exception):
    """The player leaves."""


@dataclass
class Line:
    """One line of play: a game, and the file it is kept in."""

    game: Game
    path: Path
    kept: bool = False


class Session:
    """A game at the keyboard.

    Args:
        game: as it stands.
        path: where the log is kept.
        say: prints a line.
        width: columns.
        kept: whether the file is there already.
        programs: those that have a seat; the others are played here, one at least. workers: as for `debrief`.
    """

    def __init__(
        self,
        game: Game,
        path: Path,
        say: Callable[[str], None],
        width: int,
        kept: bool = False,
        programs: Programs | None = None,
        workers: int = 1,
    ) -> None:
        self.lines, self.number = [Line(game, path, kept)], 0
        self.say, self.width, self.workers = say, width, workers
        self.programs, self.seat = programs or Programs(), 0
        self.drafts: dict[str, Values] = {}

    @property
    def line(self) -> Line:
        """The line of play that is being played."""
        return self.lines[self.number]

    @property
    def game(self) -> Game:
        """The game as it stands."""
        return self.line.game

    @property
    def actor(self) -> str:
        """Whose settings are being set."""
        return self.played[self.seat]

    @property
    def played(self) -> list[str]:
        """The seats that are played here."""
        return [actor for actor in self.game.log.seats if actor not in self.programs.by_seat]

    @property
    def draft(self) -> Values:
        """What the actor is set to for the coming quarter, not yet confirmed."""
        if self.actor not in self.drafts:
            self.drafts[self.actor] = self.game.standing(self.actor)
        return self.drafts[self.actor]

    def open(self) -> None:
        """Say what the game is for, and brief the player."""
        self._print([*play_text.about(self.played, self.width), ""])
        for actor, program in self.programs.by_seat.items():
            self._print(wrapped(f"{ACTORS[actor]} is played by a program, {program.source}.", self.width))
        self._print(wrapped("Type help for what can be typed.", self.width))
        self.brief()

    def prompt(self) -> str:
        """What stands before the cursor."""
        if self.game.over:
            return "over> "
        who = f" {ACTORS[self.actor]}" if len(self.played) > 1 else ""
        return f"turn {self.game.turn + 1} of {self.game.log.quarters}{who}> "

    def refuse(self, problem: GameError) -> None:
        """Say what was wrong with what was typed."""
        self._print(part for line in str(problem).splitlines() for part in wrapped(line, self.width))

    def do(self, text: str) -> None:
        """Do what a line says.

        Raises:
            LeaveError: it says to leave.
            GameError: it cannot be done; the message says what is allowed.
        """
        words = text.strip().lower().removeprefix("/").split()
        if not words:
            return
        if len(words) > 1 and (words[0], words[1]) == ("what", "if"):
            words = ["fork", *words[2:]]
        name, *rest = words
        if name == "save":  # a file's name keeps its capitals
            rest = text.strip().split(maxsplit=1)[1:]
        command = COMMANDS.get(name)
        if command is not None:
            command(self, rest)
        else:
            self.assign(text.strip().lower())

    # ------------------------------------------------------------------------------------------ seeing

    def brief(self, rest: Iterable[str] = ()) -> None:
        """Print the briefing and the settings."""
        told = briefing(self.game, self.actor)
        self.say("")
        if told.ahead is None:
            title = f"The end: {ACTORS[self.actor]}, {self.game.log.quarters} turns played"
        else:
            ahead = play_text.period(told.ahead)
            title = f"Turn {told.turn + 1} of {told.quarters}: {ACTORS[self.actor]}, {ahead}"
        self.say(title)
        self.say("=" * min(len(title), self.width))
        self._print(wrapped(" ".join(story(told)), self.width))
        self._print(play_text.briefing_lines(told, self.width))
        if told.ahead is None:
            return
        self.say("")
        if told.turn == 0:
            self._settings(told)
        else:
            stands = "What you set stands. set shows it with its cost, name=value changes it, go confirms it."
            self._print(wrapped(stands, self.width))

    def settings(self, rest: Iterable[str] = ()) -> None:
        """Print the settings, with their cost."""
        self._still_on()
        self._settings(briefing(self.game, self.actor))

    def _settings(self, told: Briefing) -> None:
        trial = self.game.trial(self.draft) if self.actor == "pakistan" else None
        self._print(play_text.settings_lines(told, self.draft, trial, self.width))

    def role(self, rest: Iterable[str] = ()) -> None:
        self._print(brief_lines(self.actor, self.width))

    def why(self, rest: Iterable[str] = ()) -> None:
        said = because(self.game, self.actor) or "You set nothing anew in the last quarter."
        self._print(wrapped(said, self.width))

    def about(self, rest: Iterable[str] = ()) -> None:
        self._print(play_text.about(self.game.log.seats, self.width))

    def help(self, rest: Iterable[str] = ()) -> None:
        self._print(play_text.help_lines(self.width))

    # ------------------------------------------------------------------------------------------ setting

    def assign(self, text: str) -> None:
        """Set what a line of `name=value` asks for."""
        self._still_on()
        pairs = assignments(self.actor, text)
        if pairs is None:
            meant = hint(text.split()[0], COMMANDS)
            raise GameError(f"not understood: {short(text)}{meant}; help lists what can be typed")
        draft = dict(self.draft)
        for key, value in pairs:
            name = find_setting(self.actor, key)
            draft[name] = read_value(self.actor, name, value)
        self.drafts[self.actor] = draft
        names = dict.fromkeys(find_setting(self.actor, key) for key, _ in pairs)
        told = "; ".join(f"{TITLES[name]} {setting(draft[name])}" for name in names)
        self._print(wrapped(f"Set: {told}. Type go to confirm, keep to undo.", self.width))
        self._tell_cost()

    def _tell_cost(self) -> None:
        if self.actor == "pakistan":
            self._print(wrapped(play_text.cost_words(self.game.trial(self.draft)), self.width))

    def course(self, rest: list[str]) -> None:
        """Take over the opening mix of one of Pakistan's policies, or list them."""
        self._still_on()
        if self.actor != "pakistan":
            raise GameError(f"courses are Pakistan's; you have: {', '.join(DEFAULTS[self.actor])}")
        names = policies()
        if not rest:
            for name in names:
                self._print(wrapped(load_policy(name).summary, self.width, f"  {name}: ", "    "))
            return
        if rest[0] not in names:
            raise GameError(f"no such course: {rest[0]}{suggestion(rest[0], names)}")
        self.drafts[self.actor] = dict(load_policy(rest[0]).settings.given())
        self._print(
            wrapped(
                f"Set to the opening mix of {rest[0]}; how that policy would answer to events is left to you.",
                self.width,
            )
        )
        self._tell_cost()

    def keep(self, rest: Iterable[str] = ()) -> None:
        """Undo what was set this turn."""
        self._still_on()
        self.drafts.pop(self.actor, None)
        self._print(wrapped("Back to what stood before.", self.width))

    # ------------------------------------------------------------------------------------------ playing

    def go(self, rest: Iterable[str] = ()) -> None:
        """Confirm; when every seat has, the quarter passes."""
        self._still_on()
        if self.seat + 1 < len(self.played):
            self.draft  # noqa: B018 - taken as it stands
            self.seat += 1
            self.brief()
            return
        moved = {actor: self.drafts.get(actor, self.game.standing(actor)) for actor in self.played}
        moved |= self.programs.moves(self.game)
        self._become(self.game.move(moved).digested())
        self.save([])
        self.brief()
        if self.game.over:
            self.debrief()
            self._print(wrapped("The game is over. back, what if and debrief still work; quit leaves.", self.width))

    def watch(self) -> None:
        """Let programs, which have all seats, play to the end, and tell each quarter."""
        for game in self.programs.play(self.game):
            self._become(game)
            self.save([])
            title, *told = quarter(game)
            self._print(["", title, *(line for one in told for line in wrapped(one, self.width, "  "))])

    def back(self, rest: list[str]) -> None:
        """Go back a turn, or to the turn that is given."""
        turn = self._turn(rest, self.game.turn - 1)
        self._become(self.game.rewind(turn))
        self.save([])
        self._print(wrapped(f"Back at the start of turn {turn + 1}; what came after is undone.", self.width))
        self.brief()

    def fork(self, rest: list[str]) -> None:
        """Leave this line as it is, and go on with a copy from this turn or the one that is given."""
        turn = self._turn(rest, self.game.turn)
        game = self.game.fork(turn)
        self.save([])
        path = free(self.lines[0].path, "what-if")
        self.lines.append(Line(game, path))
        self.number = len(self.lines) - 1
        self._become(game)
        self.save([])
        self._print(
            wrapped(
                f"What if: line {self.number + 1} starts at turn {turn + 1}, kept in {path}. "
                "The other lines stay as they are; lines lists them.",
                self.width,
            )
        )
        self.brief()

    def list_lines(self, rest: list[str]) -> None:
        """List the lines of play, or go on with another."""
        if rest:
            number = self._whole(rest[0], 1, len(self.lines), "line") - 1
            self.number = number
            self._become(self.game)
            self.brief()
            return
        for number, line in enumerate(self.lines):
            here = ">" if number == self.number else " "
            note = f", {line.game.log.note}" if line.game.log.note else ""
            words = f"{line.game.turn} of {line.game.log.quarters} turns played{note}, in {line.path}"
            self._print(wrapped(words, self.width, f"{here} {number + 1}  "))

    def inject(self, rest: list[str]) -> None:
        """List the library's shocks, or put one into the coming quarter."""
        self._still_on()
        listed = [(source, shock) for source, some in shocks().items() for shock in some]
        if not rest:
            for number, (source, shock) in enumerate(listed, 1):
                self._print(wrapped(f"{shock.title} (from {source})", self.width, f"  {number:2}  "))
            return
        source, shock = listed[self._whole(rest[0], 1, len(listed), "shock") - 1]
        self._become(self.game.inject(shock, source), drafts=False)
        self.save([])
        when = play_text.period(self.game.log.period(self.game.turn))
        self._print(wrapped(f"{shock.title}: put into {when}. back {self.game.turn + 1} takes it out.", self.width))

    def debrief(self, rest: Sequence[str] = ()) -> None:
        """Set what was played against other courses; turning points against the one that is given."""
        from sim.results.terminal import progress_bar
        from sim.teaching.play.debrief import debrief
        from sim.teaching.play.debrief_text import debrief_lines

        self._print(wrapped("Simulating your moves and three courses in 1,000 worlds: some ten seconds.", self.width))
        with progress_bar() as progress:
            versus = rest[0] if rest else None
            found = debrief(self.game, versus=versus, workers=self.workers, progress=progress)
        self.say("")
        self._print(debrief_lines(found, self.width))

    def save(self, rest: list[str]) -> None:
        """Keep the log; or a copy of it in the file that is given."""
        if rest:
            target = Path(rest[0])
            if target.exists() and target != self.line.path:
                raise GameError(f"{target}: there is a file already; allowed: a new one")
            save_log(self.game.log, target)
            self._print(wrapped(f"A copy is in {target}.", self.width))
            return
        save_log(self.game.log, self.line.path)
        self.line.kept = True

    def say_saved(self, rest: list[str]) -> None:
        self.save(rest)
        if not rest:
            self._print(wrapped(f"Kept in {self.line.path}.", self.width))

    def quit(self, rest: Iterable[str] = ()) -> None:
        raise LeaveError

    def farewell(self) -> str:
        """Where the log is, and how to go on."""
        if not self.line.kept:
            return "Nothing was played, so nothing is kept."
        return f"Kept in {self.line.path}. To go on with it:\n  durand play --log {shlex.quote(str(self.line.path))}"

    # ------------------------------------------------------------------------------------------ small things

    def _become(self, game: Game, drafts: bool = True) -> None:
        self.line.game = game
        if drafts:
            self.seat, self.drafts = 0, {}

    def _still_on(self) -> None:
        if self.game.over:
            raise GameError("the game is over; allowed: back, what if, debrief, lines, save, quit")

    def _turn(self, rest: list[str], usual: int) -> int:
        if rest:
            return self._whole(rest[0], 1, self.game.turn + 1, "turn") - 1
        if usual < 0:
            raise GameError("this is the first turn; there is none before it")
        return usual

    def _whole(self, text: str, low: int, high: int, what: str) -> int:
        if not (text.isascii() and text.isdecimal() and low <= int(text[:9]) <= high):
            raise GameError(f"no such {what}: {text}; allowed: {low} to {high}")
        return int(text)

    def _print(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.say(line)


Command = Callable[[Session, list[str]], Any]
COMMANDS: dict[str, Command] = {
    **dict.fromkeys(("go", "ok", "next"), Session.go),
    **dict.fromkeys(("help", "?"), Session.help),
    **dict.fromkeys(("brief", "briefing"), Session.brief),
    **dict.fromkeys(("set", "settings", "cost"), Session.settings),
    **dict.fromkeys(("course", "courses"), Session.course),
    **dict.fromkeys(("back", "rewind"), Session.back),
    **dict.fromkeys(("fork", "whatif", "what-if"), Session.fork),
    **dict.fromkeys(("line", "lines"), Session.list_lines),
    **dict.fromkeys(("inject", "shocks"), Session.inject),
    **dict.fromkeys(("quit", "exit", "q"), Session.quit),
    "about": Session.about,
    "debrief": Session.debrief,
    "keep": Session.keep,
    "role": Session.role,
    "save": Session.say_saved,
    "why": Session.why,
}
