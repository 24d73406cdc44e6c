"""A failure stays where it is, and what failed runs again after growing waits."""

from __future__ import annotations

from detectors.isolation import Failure, Restarts, Stage, attempt
from ingest.waits import Waits


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def divide_by(divisor: int) -> float:
    return 1 / divisor


def test_an_action_gives_what_it_returns() -> None:
    assert attempt(Stage.ANALYSIS, lambda: divide_by(2)) == 0.5


def test_an_error_becomes_a_failure_with_its_traceback() -> None:
    failure = attempt(Stage.EVIDENCE, lambda: divide_by(0))
    assert isinstance(failure, Failure)
    assert (failure.stage, failure.error) == (Stage.EVIDENCE, "ZeroDivisionError: division by zero")
    assert "in divide_by" in failure.traceback


def restarts(clock: Clock) -> Restarts:
    return Restarts(Waits(first_s=1, most_s=8, steady_s=30), jitter=lambda: 1.0, clock_s=clock)


def test_each_failure_in_a_row_waits_longer_up_to_a_bound() -> None:
    clock = Clock()
    again = restarts(clock)
    waits_s = []
    for _ in range(5):
        waits_s.append(again.failed())
        clock.now_s += waits_s[-1]
    assert waits_s == [1, 2, 4, 8, 8]


def test_a_failure_after_a_steady_run_waits_as_the_first_did() -> None:
    clock = Clock()
    again = restarts(clock)
    again.failed()
    again.failed()
    clock.now_s += 2 + 30
    assert again.failed() == 1


def test_it_waits_for_as_long_as_it_says() -> None:
    clock = Clock()
    again = restarts(clock)
    assert not again.is_waiting
    wait_s = again.failed()
    clock.now_s += wait_s - 0.01
    assert again.is_waiting
    clock.now_s += 0.02
    assert not again.is_waiting
