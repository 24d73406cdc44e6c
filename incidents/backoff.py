"""How a process waits when what it needs is away: longer each time, never in step with the others."""

from __future__ import annotations

import random

FIRST_S = 0.25
LONGEST_S = 5.0


def wait_s(n_failed: int) -> float:
    """How long to wait after so many failures in a row; at least 1."""
    longest = min(LONGEST_S, FIRST_S * 2.0 ** min(n_failed, 16))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 (jitter)
