"""A calibration's folder: while it is under way, what the sets of its waves gave, so that the same command goes on where it
was broken off; at the end what was found, and nothing else.
"""

from __future__ import annotations

import ast
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from shutil import rmtree
from typing import Any

import numpy as np

from sim.calibration.calibrate import NothingNearError, Say, Wave, calibrate
from sim.calibration.matching import Piece
from sim.calibration.own import Asked, fill
from sim.calibration.recovery import Recovered, recovered, recovery_words
from sim.calibration.store import names_of
from sim.ensemble.engines import settled
from sim.ensemble.fingerprint import computing, model_fingerprint
from sim.ensemble.spec import RunSpec
from sim.experiment.folder import alone
from sim.experiment.kept import WorkFolder, arrays
from sim.parameters.posterior import FORMAT, UNDER_WAY
from sim.results.folders import check_target, located, saved
from sim.results.moved import restored
from sim.scenario import load_scenario
from sim.vocabulary import months_between

WAVES = "waves"


class CalibrationInterrupted(KeyboardInterrupt):
    """The calibration was stopped (Ctrl-C); what was simulated is kept.

    Attributes:
        worlds: how many; of: how many there are in all.
    """

    def __init__(self, worlds: int, of: int) -> None:
        super().__init__("stopped before the end")
        self.worlds, self.of = worlds, of


class Folder(WorkFolder):
    """The folder of one calibration, while it is filled.

    Args:
        path: where it is; particulars: all that what is found follows from.
        budget: the waves.
    """

    def __init__(self, path: Path, particulars: Mapping[str, Any], budget: Sequence[Wave]) -> None:
        identity = blake2b(json.dumps(particulars).encode(), digest_size=16).hexdigest()
        super().__init__(path, "calibration", UNDER_WAY, particulars, identity, FORMAT)
        self.path, self.budget = path, budget
        self.waves = [WaveOf(self, number) for number in range(len(budget))]

    def open(self) -> bool:
        """Begin, or go on with what is there; whether all is done already.

        Raises:
            FolderError, BundleError: something else is in the folder.
        """
        there = self.take_over()
        if there is not None and there["format"] == self.finished:
            return True
        for wave in self.waves:
            wave.read()
            self.store.tidy(wave.name)
        self.store.tidy()
        self.write_manifest("running", 0.0, None)
        check_target(self.path, FORMAT, UNDER_WAY)  # whether anything of somebody else's would be lost in the end
        return False

    @property
    def worlds(self) -> int:
        """How many worlds are kept."""
        sets = (sum(len(piece.mean) for piece in wave.pieces) for wave in self.waves)
        return sum(count * wave.repeats for count, wave in zip(sets, self.budget, strict=True))


@dataclass
class WaveOf:
    """What a wave's sets gave, piece by piece; see `Pieces`. Attributes: folder, number: whose."""

    folder: Folder
    number: int
    pieces: list[Piece] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its folder."""
        return f"{WAVES}/{self.number + 1}"

    def read(self) -> None:
        """Take over what an earlier sitting has kept."""
        for content in self.folder.numbered(self.name, self._piece):
            self.pieces.append(Piece(*arrays(content, self.name, "mean", "scatter", "pooled")))

    def earlier(self) -> list[Piece]:
        """Those that are kept."""
        return list(self.pieces)

    def keep(self, piece: Piece) -> None:
        """Keep the next one."""
        buffer = BytesIO()
        np.savez(buffer, mean=piece.mean, scatter=piece.scatter, pooled=piece.pooled)
        self.folder.put(self._piece(len(self.pieces)), buffer.getvalue())
        self.folder.write_manifest("running", 0.0, None)
        self.pieces.append(piece)

    def _piece(self, number: int) -> str:
        return f"{self.name}/{number:05d}.npz"


def calibrated(
    one: Asked,
    out: Path,
    budget: Sequence[Wave],
    accept: int,
    seed: int = 0,
    known: Mapping[str, float] | None = None,
    *,
    workers: int = 1,
    say: Say = lambda text: None,
    progress: Callable[[int, int], None] | None = None,
    command: str | None = None,
) -> dict[str, Any]:
    """Calibrate, and keep what is found in a folder; run again with the same folder, it goes on where it was stopped.

    Args:
        one: what is aimed at; out: the folder to fill, or to go on with.
        budget, accept, seed, workers, say, progress: as for `calibrate`.
        known: values that the figures were made with, if that is known.

    Returns:
        The manifest of the accepted sets.

    Raises:
        FolderError, BundleError: something else is in the folder, or another calibration.
        NothingNearError: the targets cannot be come near to; then nothing is left behind.
        CalibrationInterrupted: Ctrl-C.
    """
    restored(located(out))
    if not (out / "manifest.json").exists():
        check_target(out, FORMAT)  # before anything is made there
    folder = Folder(out, _particulars(one, budget, accept, seed, known or {}), budget)
    started, made = time.monotonic(), dict[str, Any]()
    with alone(folder.store):
        if folder.open():
            about: dict[str, Any] = json.loads(folder.store.read(names_of(one.until)[1]))
            return about
        try:
            how: dict[str, Any] = {**one.how, "say": say, "progress": progress, "pieces": folder.waves.__getitem__}
            found = calibrate(budget, accept, seed, workers=workers, **how)
            rows: list[Recovered] = recovered(known, found.values, found.declared) if known else []
            saved(
                out,
                FORMAT,
                lambda fresh: made.update(fill(found, one, fresh, rows, workers=workers)),
                over=[UNDER_WAY],
                more={"identity": folder.identity, "particulars": folder.particulars, "command": command},
            )
        except KeyboardInterrupt:
            folder.write_manifest("interrupted", time.monotonic() - started, command)
            raise CalibrationInterrupted(folder.worlds, sum(wave.sets * wave.repeats for wave in budget)) from None
        except NothingNearError:
            rmtree(out)
            raise
    if rows:
        say(recovery_words(rows))
    return made


def _particulars(
    one: Asked, budget: Sequence[Wave], accept: int, seed: int, known: Mapping[str, float]
) -> dict[str, Any]:
    """All that is found follows from, as plain data."""
    history, figures = load_scenario("history"), one.figures
    plan = RunSpec.of(history, 1, months_between(history.start, one.until) + 1)
    said = [repr(astuple(row)) for row in figures.observations] if figures else []
    return {
        "figures": [one.file, _digest(said)],
        "mapping": _digest([figures.mapping.text] if figures else []),
        "targets": [[aim.name, aim.observed, aim.error, aim.discrepancy] for aim in one.targets],
        "targets' file": _digest([one.aims]),
        "window": [one.since, one.until],
        "budget": [asdict(wave) for wave in budget],
        "accepted sets": accept,
        "seed": seed,
        "known values": dict(known),
        "model": [model_fingerprint(), history.hash],
        "engine": settled(plan).engine,
        "way of calibrating": _code(),
    }


def _code() -> str:
    """A digest of what calibrates, without what is only said about it."""
    home = Path(__file__).resolve().parents[1]
    files = sorted(path for part in ("calibration", "record") for path in (home / part).glob("*.py"))
    return _digest(computing(ast.parse(path.read_text(encoding="utf-8"))) for path in files)


def _digest(texts: Any) -> str:
    digest = blake2b(digest_size=8)
    for text in texts:
        digest.update(f"{text}\0".encode())
    return digest.hexdigest()
