from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dispatch_api.wording import Wording
from incidents.people.history import HistoryRow
from incidents.read.views import DueView, TimeFlag
from incidents.sla.deadline import Interval, LimitUnit
from incidents.texts.catalogue import Language, texts_in
from tests.events import candidate

VI = Wording(texts=texts_in(Language.VI))
EN = Wording(texts=texts_in(Language.EN))
NOW = datetime(2026, 11, 23, 7, 32, tzinfo=UTC)  # 14:32 in Đà Lạt
MINUTE = 60.0
HOUR = 3600.0


def due(
    remaining_s: float,
    unit: LimitUnit = LimitUnit.WORKING_HOUR,
    flag: TimeFlag | None = None,
    limit: float = 2,
) -> DueView:
    return DueView(
        due_at=NOW + timedelta(hours=2),
        started_at=NOW,
        finished_at=None,
        limit=limit,
        unit=unit,
        clause="7.4.i",
        policy="da-lat-2020.1",
        policy_name="quy chế Đà Lạt 2020",
        policy_name_en="the Đà Lạt rules of 2020",
        calendar_version="vn-2026.1",
        calendar_confirmed=True,
        by_calendar_now=None,
        to_confirm=(),
        intervals=(Interval(NOW, NOW + timedelta(hours=2)),),
        pauses=(),
        flag=flag or (TimeFlag.LATE if remaining_s < 0 else TimeFlag.IN_TIME),
        limit_s=limit * HOUR,
        remaining_s=remaining_s,
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (due(34 * MINUTE), "Còn 34 phút làm việc"),
        (due(2 * HOUR + 10 * MINUTE), "Còn 2 giờ 10 phút làm việc"),
        (due(-25 * MINUTE), "Quá hạn 25 phút làm việc"),
        (due(-2 * HOUR - 15 * MINUTE), "Quá hạn 2 giờ 15 phút (giờ làm việc)"),
        (due(30 * HOUR), "Còn 30 giờ làm việc"),
        (due(30 * HOUR, LimitUnit.CLOCK_HOUR), "Còn 30 giờ"),
        (due(26 * HOUR, LimitUnit.WORKING_DAY), "Còn 1 ngày 2 giờ làm việc"),
        (due(HOUR, flag=TimeFlag.DONE_IN_TIME), "Hoàn thành đúng hạn"),
        (due(-20 * MINUTE, flag=TimeFlag.DONE_LATE), "Hoàn thành quá hạn 20 phút làm việc"),
    ],
)
def test_time_left_is_a_quantity_with_its_unit(given: DueView, said: str) -> None:
    assert VI.left(given) == said


def test_the_same_in_english() -> None:
    assert EN.left(due(34 * MINUTE)) == "34 minutes of working time left"
    assert EN.left(due(-135 * MINUTE)) == "2 hours 15 minutes (working hours) overdue"


def test_a_due_says_when_and_since_when() -> None:
    assert VI.due_at(due(HOUR), NOW) == "Hạn 16:32 hôm nay"
    assert VI.given(due(HOUR), NOW) == "Giao lúc 14:32, thời hạn 2 giờ làm việc."
    tomorrow = NOW + timedelta(days=1)
    assert VI.given(due(HOUR), tomorrow) == "Giao lúc 14:32 hôm qua, thời hạn 2 giờ làm việc."


def test_half_a_day_is_said_with_a_decimal_comma() -> None:
    assert VI.limit(due(HOUR, LimitUnit.WORKING_DAY, limit=1.5)) == "1,5 ngày làm việc"


def test_the_fact_comes_with_the_limit_it_was_held_against() -> None:
    event = candidate(dwell_s=132.0, limit_s=120.0)
    assert VI.because(event) == (
        "Ô tô đứng yên 2 phút 12 giây trên Vỉa hè phía bắc. Ngưỡng của vùng là 2 phút."
    )
    assert VI.measure(event) == "dừng 2 ph 12 s"
    assert VI.box_label(event) == "Ô tô, dừng 2:12"


def test_a_class_without_a_word_keeps_its_name() -> None:
    assert VI.thing(candidate(object_class="tractor")) == "tractor"


def test_a_line_of_history_says_who_what_when_and_why() -> None:
    row = HistoryRow(
        at=NOW,
        by_name="Lê Văn Hùng",
        action="dismiss",
        from_state="verifying",
        to_state="dismissed",
        payload={"reason_code": "false_alarm", "changed": {"state": "dismissed"}},
    )
    assert VI.history(row) == "Lê Văn Hùng: Bỏ qua, 14:32 (Cảnh báo sai)"


def test_a_line_of_history_says_what_was_corrected_in_the_readers_language() -> None:
    row = HistoryRow(
        at=NOW,
        by_name="Lê Văn Hùng",
        action="confirm",
        from_state="verifying",
        to_state="confirmed",
        payload={
            "category": {"key": "environment", "name": "Môi trường", "name_en": "Environment"},
            "ward": {"code": "24787", "name": "Phường Cam Ly - Đà Lạt", "valid_from": "2025-07-01"},
            "severity": 3,
        },
    )
    assert VI.note(row) == "lĩnh vực: Môi trường; địa bàn: Phường Cam Ly - Đà Lạt; mức độ: Nặng"
    assert EN.note(row) == "category: Environment; ward: Phường Cam Ly - Đà Lạt; severity: High"


def test_an_interval_over_midnight_names_both_days() -> None:
    day = Interval(NOW, NOW + timedelta(hours=2))
    night = Interval(NOW, NOW + timedelta(hours=12))
    assert VI.interval(day) == "14:32-16:32 23/11/2026"
    assert VI.interval(night) == "14:32 23/11/2026 - 02:32 24/11/2026"


@pytest.mark.parametrize(("length_m", "said"), [(500, "500 m"), (2000, "2 km"), (1500, "1,5 km")])
def test_a_distance(length_m: int, said: str) -> None:
    assert VI.distance(length_m) == said
