"""Times, durations and numbers as a reader of each language expects them. Pure: `now` is an argument.

Seconds are whole before they are said, so that no screen shows "60 giây".
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.numbers import format_decimal
from babel.units import format_unit

from incidents.texts.catalogue import Language, gettext_noop, texts_in

CITY_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

MINUTE_S = 60
HOUR_S = 3600
DAY_S = 86_400

_LOCALES = {Language.VI: Locale("vi"), Language.EN: Locale("en", "GB")}
_UNITS = {DAY_S: "duration-day", HOUR_S: "duration-hour", MINUTE_S: "duration-minute", 1: "duration-second"}
# The words for a unit; the CLDR has them for Vietnamese, which does not shorten them, as "short" only.
_LENGTHS: dict[Language, Literal["short", "long"]] = {Language.VI: "short", Language.EN: "long"}
_SHORT_UNITS = {
    DAY_S: gettext_noop("{n} d"),
    HOUR_S: gettext_noop("{n} h"),
    MINUTE_S: gettext_noop("{n} min"),
    1: gettext_noop("{n} s"),
}
N_CACHED = 4096  # a list of 100 rows says the same few hundred quantities again and again


@lru_cache(maxsize=N_CACHED)
def number(value: float, language: Language, decimals: int = 0) -> str:
    """1234.5 -> "1.234,5" in Vietnamese, "1,234.5" in English."""
    pattern = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    return format_decimal(value, pattern, _LOCALES[language])


@lru_cache(maxsize=N_CACHED)
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


@lru_cache(maxsize=N_CACHED)
def _counted(n: int, unit_s: int, language: Language, short: bool) -> str:
    if short:
        return texts_in(language).say(_SHORT_UNITS[unit_s], n=n)
    return format_unit(n, _UNITS[unit_s], _LENGTHS[language], locale=_LOCALES[language])


def clock(seconds: float) -> str:
    """132 -> "2:12": a length of time where there is room for digits only."""
    minutes, rest_s = divmod(max(0, round(seconds)), MINUTE_S)
    return f"{minutes}:{rest_s:02d}"


def ago(at: datetime, now: datetime, language: Language) -> str:
    """How long since `at`, in its largest unit: "2 phút trước". Under five seconds it is "vừa xong"."""
    passed_s = (now - at).total_seconds()
    texts = texts_in(language)
    if passed_s < 5:
        return texts.gettext("just now")
    unit_s = next((size for size in (DAY_S, HOUR_S, MINUTE_S) if passed_s >= size), 1)
    return texts.gettext("{time} ago", time=_counted(int(passed_s // unit_s), unit_s, language, short=False))


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


_NEAR_DAYS = {
    0: gettext_noop("{time} today"),
    1: gettext_noop("{time} tomorrow"),
    -1: gettext_noop("{time} yesterday"),
}
_OTHER_DAY = gettext_noop("{time} on {date}")


def day_and_time(at: datetime, now: datetime, language: Language) -> str:
    """As "16:32 hôm nay", "08:05 ngày mai", "09:12 hôm qua", else "09:12 ngày 02/12/2022"."""
    days = (at.astimezone(CITY_ZONE).date() - now.astimezone(CITY_ZONE).date()) // timedelta(days=1)
    near = _NEAR_DAYS.get(days, _OTHER_DAY)
    return texts_in(language).say(near, time=time_of_day(at), date=date(at))
