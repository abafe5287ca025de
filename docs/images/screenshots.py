"""Take the README's pictures of the dashboard: `make screenshots`. A real browser, a real server, the shipped scenarios."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
from serving import CHROMIUM, QUIET, serving

HERE = Path(__file__).resolve().parent

# File, address, width, height, colours, how many charts have to be drawn, and what has to be seen, before it is taken.
SHOTS = (
    ("start", "", 1400, 960, "light", 1, "text=modelled worlds Confront"),
    (
        "compare",
        "compare?lever.cross_border_strikes=0.35",
        1400,
        960,
        "light",
        3,
        "text=modelled worlds Your Accommodate",
    ),
    ("compare-dark", "compare", 1400, 960, "dark", 3, "text=modelled worlds Confront"),
    ("compare-phone", "compare", 360, 1400, "light", 3, "text=modelled worlds Confront"),
    ("why", "why?month=2023-06", 1400, 1060, "light", 4, "text=How it came about"),
    ("map", "map?month=2023-06", 1400, 860, "light", 3, "text=Year by year"),
    ("studio", "studio?own={own}", 1400, 1080, "light", 0, "text=Everything fits"),
)
# What stands in the Studio.
OWN = """\
schema: 1
title: Trade first
question: What if trade is opened wide, and tied to restraint?
extends: appease
actors:
  pakistan:
    changes:
      - from: 2023-01
        conditionality: 0.8
        levers: {trade_opening: 1.0}
        why: Kabul gains by trade, and loses it when it shelters the TTP.
"""
# The drawings alone: a closed menu beside one has small pictures too, which are never seen.
CHARTS = "[data-testid=stVegaLiteChart] svg.marks"
SECONDS = 90_000


def main() -> None:
    """Write every picture beside this file."""
    from playwright.sync_api import sync_playwright

    from dashboard.runtime.state import State, to_query

    own = to_query(State(own=OWN))["own"]
    if CHROMIUM is None:
        sys.exit("There is no Chromium on this machine.")
    with TemporaryDirectory(prefix="durand-") as home, serving(Path(home)) as dashboard, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for name, path, width, height, colours, charts, wanted in SHOTS:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=colours)
            page.goto(f"{dashboard.address}/{path.format(own=own)}")
            page.locator(wanted).first.wait_for(timeout=SECONDS)
            if charts:
                page.locator(CHARTS).nth(charts - 1).wait_for(timeout=SECONDS)
            if "lever." in path:  # one step more by hand, so that there is something to undo
                page.get_by_role("slider", name="Cross-border strikes").first.press("ArrowRight")
                page.get_by_text("Cross-border strikes 0 → 0.4").first.wait_for(timeout=SECONDS)
            page.locator("[data-testid=stStatusWidget]").wait_for(state="detached", timeout=SECONDS)
            page.wait_for_timeout(2500)  # fonts, and the last picture
            page.screenshot(path=str(HERE / f"dashboard-{name}.png"))
            page.close()
            print(HERE / f"dashboard-{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
