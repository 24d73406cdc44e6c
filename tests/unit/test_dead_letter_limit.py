"""How many dead letters a consumer takes before it stops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidents.bus.dead_letter_limit import DeadLetterLimit, DeadLetterWindow, TooManyDeadLetters

AT = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
LIMIT = DeadLetterLimit(n_max=2, share_max=0.5, window=timedelta(minutes=10))
BAD = "$.zone: Field required"


def test_as_many_as_the_limit_are_taken_and_one_more_stops() -> None:
    window = DeadLetterWindow(LIMIT)
    window.add(AT, n_read=2, reasons=[BAD, BAD])
    with pytest.raises(TooManyDeadLetters, match=r"3 of the last 3 messages.*\$\.zone: Field required"):
        window.add(AT, n_read=1, reasons=[BAD])


def test_many_among_many_more_that_are_read_do_not_stop() -> None:
    window = DeadLetterWindow(LIMIT)
    for _ in range(100):
        window.add(AT, n_read=10, reasons=[BAD] * 5)


def test_those_before_the_window_no_longer_count() -> None:
    window = DeadLetterWindow(LIMIT)
    for minute in range(0, 300, 6):
        window.add(AT + timedelta(minutes=minute), n_read=1, reasons=[BAD])


def test_what_is_read_well_never_stops() -> None:
    window = DeadLetterWindow(LIMIT)
    window.add(AT, n_read=1000, reasons=[BAD] * 3)  # few of many
    window.add(AT + timedelta(minutes=9), n_read=1, reasons=[])
    window.add(AT + timedelta(minutes=11), n_read=1, reasons=[])


def test_the_message_says_what_to_do() -> None:
    with pytest.raises(TooManyDeadLetters, match=r"dead list.*correct the cause, restart.*dead replay --all"):
        DeadLetterWindow(DeadLetterLimit(n_max=0)).add(AT, n_read=1, reasons=[BAD])
