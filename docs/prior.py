"""Write docs/prior.md: whether the model assumes its conclusion, asked of the prior.

Run it from the checkout: `python docs/prior.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # a checkout need not be installed

from sim.experiment.assumptions import COURSES, check
from sim.scenario import load_scenario
from sim.vocabulary import VERDICTS

DRAWS, REPEATS = 400, 10

WHY = """
## What falls short, and why

- **Confronting rarely has fewer deaths when militants are counted.** Operations and strikes kill militants, and this
  model counts everyone who dies. With militants left out the courses change places from draw to draw.
- **Accommodating rarely keeps more sovereignty.** It concedes by what it is: releases and religious law count as
  conceded, and attacks under the two courses are of one size in most draws, so the control lost to violence seldom
  outweighs that. It is ahead where Kabul is in control of the TTP, truces hold and concessions are slow to become
  permanent; `goodwill_works` is such a set. The weights of the index are an uncertainty. The dominance is reported and
  was not tuned away.
- **Concession without calm is a verdict that Confront does not reach,** because it concedes next to nothing. That is a
  matter of what the verdict means, not of what the model assumes.

Three sets of values inside the declared ranges are shipped as scenarios: `force_works` (confronting is better on deaths
and sovereignty), `goodwill_works` (accommodating is) and `nothing_works` (neither is).
"""


def main() -> None:
    findings, shares = check(DRAWS, REPEATS)
    lines = [
        "# Is the conclusion assumed?",
        "",
        f"{DRAWS} draws of every uncertain parameter from its declared range, nothing fitted, each simulated in {REPEATS} worlds",
        "under Confront and under Accommodate with the same random draws, 60 months from August 2021; the courses part in",
        "December 2022 and are compared from then on. Made by `python docs/prior.py`. Not a forecast.",
        "",
        "| asked of each draw | share of draws | passed | passing means |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| {f.claim} | {f.share:.2f} | {'yes' if f.passes else '**no**'} | {f.allowed} |" for f in findings]
    titles = [load_scenario(name).title for name in COURSES]
    lines += ["", "Verdicts, as shares of modelled worlds:", ""]
    lines += [f"| verdict | {' | '.join(titles)} |", "| --- | --- | --- |"]
    for i, title in enumerate(VERDICTS.values()):
        lines.append(f"| {title} | {' | '.join(f'{shares[name][i]:.2f}' for name in COURSES)} |")
    Path(__file__).with_name("prior.md").write_text("\n".join(lines) + "\n" + WHY)


if __name__ == "__main__":
    main()
