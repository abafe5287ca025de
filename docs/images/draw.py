"""Draws the README's picture from a run: `make images`."""

from pathlib import Path

import sim
from sim.plots import fan, to_png

comparison = sim.compare([sim.load_scenario("confront"), sim.load_scenario("appease")], worlds=1000, months=60)
picture = Path(__file__).with_name("attacks.png")
picture.write_bytes(to_png(fan(comparison, "attacks", width=640), scale=1.25))
print(picture.relative_to(Path.cwd()))
