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

SETS = """
Three sets of values inside the declared ranges are shipped as scenarios: `force_works` (confronting is better on deaths
and sovereignty), `goodwill_works` (accommodating is) and `nothing_works` (neither is). What the difference between the
courses hangs on is asked in [confront-or-appease.md](confront-or-appease.md).
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
    failed = [
        f"- {f.claim[0].upper()}{f.claim[1:]}: in {f.share:.2f} of draws, where {f.allowed} should."
        for f in findings
        if not f.passes
    ]
    lines += ["", "## What falls short", "", *(failed or ["Nothing that is asked here."])]
    Path(__file__).with_name("prior.md").write_text("\n".join(lines) + "\n" + SETS)


if __name__ == "__main__":
    main()
