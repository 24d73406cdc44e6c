"""How long to wait before the next attempt at what has failed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Growing waits between attempts, up to a bound."""

    first_s: float = 1.0
    most_s: float = 60.0
    steady_s: float = 30.0  # a connection that delivered frames for so long was good: `first_s` is next

    def wait_s(self, n_in_a_row: int, jitter: float, *, hurry: bool = True) -> float:
        """Doubled with every failure in a row, and spread: cameras of one switch must not return at once.

        Args:
            n_in_a_row: failures without a steady connection between them, this one included.
            jitter: 0..1; the wait lies between half of what is due and all of it.
            hurry: False where trying soon makes it worse: the longest wait at once.
        """
        due_s = self.first_s * 2.0 ** min(n_in_a_row - 1, 30) if hurry else self.most_s
        return min(due_s, self.most_s) * (0.5 + 0.5 * jitter)
