"""What property tests draw: the same examples each time in the suite, fresh ones and many more under `make fuzz`."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

# How many times as many examples as in the suite, and fresh ones; 0: the suite's.
FUZZ = int(os.environ.get("DURAND_FUZZ", "0"))

if not FUZZ:
    # Hypothesis tries the constants of whatever modules are loaded, and those depend on which tests ran before.
    providers._get_local_constants = lambda: providers._local_constants

# Neither how long an example takes on a busy machine nor how long drawing it takes may decide whether a test is green.
settings.register_profile(
    "durand",
    max_examples=100 * max(FUZZ, 1),
    derandomize=not FUZZ,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("durand")


def draws(examples: int) -> settings:
    """So many examples in the suite; under `make fuzz` as many times more as asked for."""
    return settings(max_examples=examples * max(FUZZ, 1))
