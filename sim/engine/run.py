"""A batch of worlds, run by machine code; what is kept of it is what the model's own collector keeps."""

from __future__ import annotations

import ctypes
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from traceback import walk_tb
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim import extensions
from sim.engine.compiled import MAKING, ask, code
from sim.engine.emit import ALIKE, ANY, BESIDE, LANES, SAME, Layout
from sim.engine.modules import AT_ONCE, emitted
from sim.engine.script import reader
from sim.engine.trace import Shock, Structure, trace
from sim.metrics import METRICS
from sim.scenario import Script
from sim.scenario.settings import DEFAULTS
from sim.worlds import BatchLayout, Vector

if TYPE_CHECKING:
    from sim.model import FrontierModel
    from sim.scenario import Scenario

Table = NDArray[np.float64]
# A world's numbers lie in blocks of four: where lanes begin with such a block, eight draws take two of them.
_BLOCK = 4
# What a block takes whose worlds have any numbers, against one whose numbers lie beside each other, about.
_COST_ANYHOW = 1.4


class NotCompiledError(RuntimeError):
    """Machine code cannot be made of a model; the message says why."""


class NotRunError(RuntimeError):
    """A reading is out of its range, or a count cannot be drawn: NumPy's engine says which."""


@dataclass(frozen=True)
class Lanes:
    """Which worlds stand in which lanes, eight to a block.

    Attributes:
        places: where each lane's world stands on the worlds axis; some stand twice, to fill a block.
        numbers: the number of each lane's world; kind: how they lie within a block.
        back: where each world of the axis stands among the lanes; a slice where they stand in the same order.
    """

    places: NDArray[np.intp]
    numbers: NDArray[np.int64]
    kind: int
    back: slice | NDArray[np.intp]

    @classmethod
    def of(cls, layout: BatchLayout) -> Lanes:
        """Lanes for the worlds of a batch: in the way that takes least, of those that are possible."""
        worlds, points = layout.worlds, layout.blocks
        lead = layout.first % _BLOCK
        beside, same = _full(lead + worlds) * points, worlds * _full(points)
        anyhow = _full(layout.size)
        if layout.numbers is None and beside <= min(same, _COST_ANYHOW * anyhow):
            inside = np.clip(np.arange(_full(lead + worlds)) - lead, 0, worlds - 1)
            places = (np.arange(points)[:, None] * worlds + inside).ravel()
            numbers = np.tile(np.arange(len(inside)) + layout.first - lead, points)
            back = (np.arange(points)[:, None] * len(inside) + lead + np.arange(worlds)).ravel()
            return cls(places, numbers, BESIDE, _simple(back))
        own = np.arange(worlds) + layout.first if layout.numbers is None else np.array(layout.numbers)
        if same <= _COST_ANYHOW * anyhow:
            point = np.minimum(np.arange(_full(points)), points - 1)
            places = (np.arange(worlds)[:, None] + point * worlds).ravel()
            back = (np.arange(points)[:, None] + np.arange(worlds) * len(point)).ravel()
            return cls(places, own.repeat(len(point)), SAME, _simple(back))
        places = np.minimum(np.arange(anyhow), layout.size - 1)
        return cls(places, np.tile(own, points)[places], ANY, slice(0, layout.size))

    @property
    def blocks(self) -> int:
        """How many blocks of eight."""
        return len(self.places) // LANES

    @property
    def group(self) -> int:
        """How many blocks in a row are of the same worlds; all, where none are."""
        return self.blocks // len(set(self.numbers[::LANES].tolist())) if self.kind == SAME else self.blocks

    def table(self, values: list[Vector | float]) -> Table:
        """Numbers by block, each a row of eight, shape (blocks, numbers, 8)."""
        out = aligned((self.blocks, max(len(values), 1), LANES))
        out[:] = np.array([0.0 if isinstance(value, np.ndarray) else value for value in values] or [0.0])[:, None]
        for row, value in enumerate(values):
            if isinstance(value, np.ndarray):
                out[:, row] = value.take(self.places).reshape(-1, LANES)
        return out


def _simple(back: NDArray[np.intp]) -> slice | NDArray[np.intp]:
    return slice(len(back)) if (back == np.arange(len(back))).all() else back


def _full(worlds: int) -> int:
    """The same, up to a whole block."""
    return -(-worlds // LANES) * LANES


def aligned(shape: tuple[int, ...]) -> Table:
    """An array whose first element begins a line of the processor's cache; what is in it is anything."""
    return _aligned_in(np.empty(int(np.prod(shape)) + LANES), shape)


def _aligned_in(room: NDArray[np.float64], shape: tuple[int, ...]) -> Table:
    first = -(room.ctypes.data // 8) % LANES
    return room[first : first + int(np.prod(shape))].reshape(shape)


@dataclass(frozen=True)
class Machine:
    """A model's structure as machine code.

    Attributes:
        layout: where things stand in memory.
        opening, month: the first month, and any other; shocks: those of later months.
    """

    layout: Layout
    opening: Any
    month: Any
    shocks: dict[tuple[Shock, ...], Any]


# Memory for readings that the last run of a thread has left: the system hands out new memory cleared, which takes as long
# as a fifth of a run.
_LEFT = threading.local()
MOST_LEFT = 2**23  # numbers, 64 MB


class Record:
    """What a run keeps: see `FrontierModel.datacollector`. Its arrays stand until `let_go`.

    Attributes:
        model_vars: for each metric an array of (months, worlds), for each panel one of (months, rows, worlds).
    """

    def __init__(self) -> None:
        self.model_vars: dict[str, Any] = {}
        self._room: NDArray[np.float64] | None = None

    def room(self, shape: tuple[int, ...]) -> Table:
        """Memory for readings; what is in it is anything."""
        size = int(np.prod(shape)) + LANES
        left: NDArray[np.float64] | None = _LEFT.__dict__.pop("room", None)
        self._room = left if left is not None and len(left) >= size else np.empty(size)
        return _aligned_in(self._room, shape)

    def let_go(self) -> None:
        """Leave the memory to the next run."""
        self.model_vars = {}
        if self._room is not None and len(self._room) <= MOST_LEFT:
            _LEFT.room = self._room
        self._room = None


def run(
    model: FrontierModel,
    months: int,
    off: tuple[str, ...],
    panels: bool,
    tick: Callable[[int], None] | None = None,
    switches: bool = False,
) -> None:
    """Let months pass for a model that has no agents: its collector then holds what it would have kept.

    Args:
        off: rules and mechanisms that are switched off; panels: whether panels are kept.
        tick: called with world-months as they pass.
        switches: whether the model's parameters say of each world which rules are switched off in it.

    Raises:
        NotCompiledError: something in the model cannot be compiled.
        NotRunError: the model gave a number that is none, or out of range.
    """
    made = _machine(_structure(model.plan, model.script, months, off, switches))
    Run(model, months, made, panels, tick).whole()


def prepared(scenario: Scenario, months: int, off: tuple[str, ...], switches: bool = False) -> None:
    """See that there is machine code for a scenario's months.

    Raises:
        NotCompiledError: there cannot be.
    """
    _machine(_structure(scenario, Script(scenario, 1), months, off, switches))


class Run:
    """One run, and its memory."""

    def __init__(
        self, model: FrontierModel, months: int, made: Machine, panels: bool, tick: Callable[[int], None] | None
    ) -> None:
        self.model, self.months, self.made, self.panels, self.tick = model, months, made, panels, tick
        self.kept = {name: place for name, place in made.layout.places.items() if panels or name in METRICS}
        lanes, layout = Lanes.of(model.layout), made.layout
        self.lanes = lanes
        self.states = aligned((lanes.blocks, max(len(layout.states), 1), LANES))
        self.parameters = lanes.table([*map(model.parameters.__getitem__, layout.parameters)])
        self.kind = (
            ALIKE
            if lanes.kind == SAME and self._alike([*map(layout.parameters.__getitem__, layout.alike)])
            else lanes.kind
        )
        self.reader = reader(model.script, layout)
        self.said = lanes.table(self.reader.numbers(model.script))
        self.keys = np.concatenate([model.streams.key(name) for name in layout.streams])
        self.out = model.datacollector.room((sum(rows for _, rows in self.kept.values()), months, lanes.blocks * LANES))
        self.drawn = aligned((max(months, AT_ONCE), max(layout.drawn, 1), LANES))
        # A flag, and whom to ask for counts that the code cannot draw.
        self.told = np.array([0, ctypes.cast(ask, ctypes.c_void_p).value], dtype=np.int64)

    def _alike(self, rows: list[int]) -> bool:
        """Whether some parameters are the same in all blocks of the same worlds."""
        group = self.lanes.group
        own = self.parameters[:, rows].reshape(self.lanes.blocks // group, group, len(rows), LANES)
        return bool((own == own[:, :1, :, :1]).all())

    def whole(self) -> None:
        shocked = {month: shocks for month in range(1, self.months) if (shocks := self.model.script.shocks(month))}
        self.call(self.made.opening, 0, 1)
        for first, last in pairwise(sorted({1, *shocked, self.months})):
            if first in shocked:
                self.call(self.made.shocks[tuple(shocked[first])], first, first + 1)
            self.call(self.made.month, first, last)
        if self.tick is not None:
            self.tick(self.months * self.model.worlds)
        self.model.month, self.model.running = self.months, self.months < self.model.plan.months
        record: dict[str, Any] = self.model.datacollector.model_vars
        for name, (row, rows) in self.kept.items():
            kept, back = self.out[row : row + rows], self.lanes.back
            kept = np.ascontiguousarray(kept[:, :, back]) if isinstance(back, slice) else kept.take(back, axis=2)
            record[name] = kept[0] if name in METRICS else kept.transpose(1, 0, 2)

    def call(self, function: Any, first: int, last: int) -> None:
        wide = self.lanes.blocks * LANES
        function(
            self.lanes.blocks,
            self.lanes.group,
            first,
            last,
            self.states.ctypes.data,
            self.parameters.ctypes.data,
            self.reader.address,
            self.said.ctypes.data,
            self.keys.ctypes.data,
            self.lanes.numbers.ctypes.data,
            self.kind,
            self.out.ctypes.data,
            self.months * wide,
            wide,
            int(self.panels),
            self.told.ctypes.data,
            self.drawn.ctypes.data,
        )
        if self.told[0]:
            raise NotRunError


def _structure(plan: Scenario, script: Script, months: int, off: tuple[str, ...], switches: bool) -> Structure:
    named = {actor: tuple(settings) for actor, settings in script.asked(0, _nothing).items() if actor in DEFAULTS}
    shocks = [tuple(script.shocks(month)) for month in range(months)]
    later = tuple(dict.fromkeys(one for one in shocks[1:] if one))
    return Structure(plan, script.candidates, named, off, switches, (shocks[0], *later))


def _nothing(metric: str, months: int) -> Vector:
    raise AssertionError("in the first month no condition asks for what was before")


_ROOT = Path(__file__).resolve().parents[2]
# What is followed to be compiled.
_FOLLOWED = tuple(str(_ROOT / "sim" / part) for part in ("agents", "rules", "metrics", "shocks.py"))
# Of a model's structure, by all that it depends on, the code, or why there is none; the last one used stands last.
_MADE: OrderedDict[str, Machine | str] = OrderedDict()
MOST_MADE = 24


def _machine(structure: Structure) -> Machine:
    """The code of a structure, made once."""
    weighed = [structure.plan.policies[name].model_dump_json() for name in structure.candidates]
    key = repr((weighed, structure.candidates, structure.named, structure.off, structure.switches, structure.shocks))
    key += extensions.digest() if extensions.loaded() else ""
    with MAKING:
        if key not in _MADE:
            try:
                _MADE[key] = _made(structure)
            except Exception as problem:  # an extension may meet a stand-in in any way: the reference takes its place
                _MADE[key] = f"{str(problem) or type(problem).__name__}{_place(problem)}"
        _MADE.move_to_end(key)
        made = _MADE[key]
        while len(_MADE) > MOST_MADE:
            _MADE.popitem(last=False)
    if isinstance(made, str):
        raise NotCompiledError(made)
    return made


def _place(problem: Exception) -> str:
    """Where in an extension, or in the model's own files, that stands which cannot be compiled."""
    place = extensions.place_of(problem)
    for frame, line in () if place else walk_tb(problem.__traceback__):
        file = frame.f_code.co_filename
        if file.startswith(_FOLLOWED):
            place = f"{Path(file).relative_to(_ROOT).as_posix()}:{line}"
    return f", in {place}" if place else ""


def _made(structure: Structure) -> Machine:
    traced = trace(structure, twice=bool(extensions.loaded()))
    layout = Layout(traced)
    opening, month, shocks = emitted(traced, layout)
    made = {one: code(text, 0)("run_shock") for one, text in zip(structure.shocks[1:], shocks, strict=True)}
    return Machine(layout, code(opening, 0)("run_opening"), code(month, 2)("run_month"), made)
