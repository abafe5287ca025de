"""Whether two runs are one and the same."""

from __future__ import annotations

import numpy as np
import pandas as pd

import sim


def same(one: sim.Results, other: sim.Results) -> None:
    """To the last bit: every outcome, and every month of what both have kept."""
    pd.testing.assert_frame_equal(one.outcomes, other.outcomes, check_exact=True)
    for kind in ("metrics", "panels"):
        mine, theirs = getattr(one.arrays, kind), getattr(other.arrays, kind)
        assert mine.keys() == theirs.keys()
        for name, values in mine.items():
            np.testing.assert_array_equal(values, theirs[name], err_msg=name)
