"""Times, durations and numbers as a reader of each language expects them. Pure: `now` is an argument.

Seconds are whole before they are said, so that no screen shows "60 giây".
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dispatch_api.language import Language

CITY_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

MINUTE_S = 60
HOUR_S = 3600
DAY_S = 86_400

# one, many, short; a Vietnamese noun has one form
_UNITS: dict[Language, dict[int, tuple[str, str, str]]] = {
    Language.VI: {
        DAY_S: ("ngày", "ngày", "ngày"),
        HOUR_S: ("giờ", "giờ", "giờ"),
        MINUTE_S: ("phút", "phút", "ph"),
        1: ("giây", "giây", "s"),
    },
    Language.EN: {
        DAY_S: ("day", "days", "d"),
        HOUR_S: ("hour", "hours", "h"),
        MINUTE_S: ("minute", "minutes", "min"),
        1: ("second", "seconds", "s"),
    },
}


def number(value: float, language: Language, decimals: int = 0) -> str:
    """1234.5 -> "1.234,5" in Vietnamese, "1,234.5" in English."""
    plain = f"{value:,.{decimals}f}"
    if language is Language.EN:
        return plain
    return plain.translate(str.maketrans(",.", ".,"))


def duration(
    seconds: float, language: Language, *, largest_s: int = DAY_S, smallest_s: int = 1, short: bool = False
) -> str:
    """The two largest units of a length of time: "2 phút 12 giây", "1 giờ 5 phút", short "2 ph 12 s".

    Args:
        largest_s: no unit above this one; working hours are not made into days.
        smallest_s: no unit below this one; what is left over is cut off.
    """
    whole_s = max(0, round(seconds))
    for large_s, small_s in ((DAY_S, HOUR_S), (HOUR_S, MINUTE_S), (MINUTE_S, 1)):
        if whole_s >= large_s and large_s <= largest_s and large_s >= smallest_s:
            large, rest_s = divmod(whole_s, large_s)
            small = rest_s // small_s if small_s >= smallest_s else 0
            parts = [(large, large_s), (small, small_s)]
            return " ".join(_counted(n, unit_s, language, short) for n, unit_s in parts if n)
    return _counted(whole_s // smallest_s, smallest_s, language, short)


def _counted(n: int, unit_s: int, language: Language, short: bool) -> str:
    one, many, brief = _UNITS[language][unit_s]
    return f"{n} {brief if short else one if n == 1 else many}"


def clock(seconds: float) -> str:
    """132 -> "2:12": a length of time where there is room for digits only."""
    minutes, rest_s = divmod(max(0, round(seconds)), MINUTE_S)
    return f"{minutes}:{rest_s:02d}"


def ago(at: datetime, now: datetime, language: Language) -> str:
    """How long since `at`, in its largest unit: "2 phút trước". Under five seconds it is "vừa xong"."""
    passed_s = (now - at).total_seconds()
    if passed_s < 5:
        return "vừa xong" if language is Language.VI else "just now"
    unit_s = next((size for size in (DAY_S, HOUR_S, MINUTE_S) if passed_s >= size), 1)
    said = _counted(int(passed_s // unit_s), unit_s, language, short=False)
    return f"{said} trước" if language is Language.VI else f"{said} ago"


def time_of_day(at: datetime, *, seconds: bool = False) -> str:
    """As "14:32", with seconds "14:32:05", on the city's clocks."""
    return at.astimezone(CITY_ZONE).strftime("%H:%M:%S" if seconds else "%H:%M")


def date(at: datetime) -> str:
    """As "02/12/2022", on the city's calendar."""
    return at.astimezone(CITY_ZONE).strftime("%d/%m/%Y")


def date_time(at: datetime) -> str:
    """As "09:12:40 02/12/2022": the absolute time behind every relative one."""
    return f"{time_of_day(at, seconds=True)} {date(at)}"


def moment(at: datetime, now: datetime, language: Language) -> str:
    """As "14:31" within the day, else with it: "09:12 hôm qua"."""
    same_day = date(at) == date(now)
    return time_of_day(at) if same_day else day_and_time(at, now, language)


def day_and_time(at: datetime, now: datetime, language: Language) -> str:
    """As "16:32 hôm nay", "08:05 ngày mai", "09:12 hôm qua", else "09:12 ngày 02/12/2022"."""
    days = (at.astimezone(CITY_ZONE).date() - now.astimezone(CITY_ZONE).date()) // timedelta(days=1)
    near = {
        Language.VI: {0: "hôm nay", 1: "ngày mai", -1: "hôm qua"},
        Language.EN: {0: "today", 1: "tomorrow", -1: "yesterday"},
    }[language]
    on = "ngày" if language is Language.VI else "on"
    return f"{time_of_day(at)} {near.get(days) or f'{on} {date(at)}'}"
