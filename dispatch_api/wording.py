"""What a candidate or a deadline is called on a screen: the fact first, then the reason. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dispatch_api import formats
from incidents.contract.events import CandidateRaised
from incidents.lifecycle.reasons import DismissReason
from incidents.lifecycle.states import CandidateAction, ReportAction, ReportState
from incidents.people.history import HistoryRow
from incidents.read.views import CategoryView, DueView, Tab, TimeFlag
from incidents.sla.deadline import Interval, LimitUnit
from incidents.texts import labels, sentences
from incidents.texts.catalogue import Language, Texts

WORKING = frozenset({LimitUnit.WORKING_HOUR, LimitUnit.WORKING_DAY})
HOURLY = frozenset({LimitUnit.WORKING_HOUR, LimitUnit.CLOCK_HOUR})

# Colour never stands alone: each flag has its icon.
FLAG_ICONS: dict[TimeFlag, str] = {
    TimeFlag.IN_TIME: "clock",
    TimeFlag.SOON: "hourglass",
    TimeFlag.LATE: "triangle-alert",
    TimeFlag.DONE_IN_TIME: "circle-check",
    TimeFlag.DONE_LATE: "circle-alert",
}
FAMILY_ICONS = {"encroachment": "car", "traffic": "traffic-cone", "littering": "trash-2"}
OTHER_ICON = "camera"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words of one language; every method is a sentence or a part of one."""

    texts: Texts

    @property
    def language(self) -> Language:
        return self.texts.language

    def category(self, category: CategoryView) -> str:
        return category.name_en if self.language is Language.EN else category.name

    def kind(self, event: CandidateRaised | None) -> str:
        """What is suspected, in the event's own words; None where a person only described it."""
        if event is None:
            return ""
        return event.label.en if self.language is Language.EN else event.label.vi

    def family(self, family: str) -> str:
        """The family of a kind, or the word for those of newer detectors that have no name here."""
        return self.texts.say(labels.family(family))

    def report_state(self, state: ReportState) -> str:
        return self.texts.say(labels.report_state(state))

    def reason(self, reason: DismissReason) -> str:
        return self.texts.say(labels.reason(reason))

    def tab(self, tab: Tab) -> str:
        return self.texts.say(labels.tab(tab))

    def thing(self, event: CandidateRaised) -> str:
        """The word for what was seen; a class that only its detector knows keeps its name."""
        word = sentences.thing(event.object_class)
        return self.texts.say(word) if word else event.object_class

    def measure(self, event: CandidateRaised) -> str:
        """What was measured, for a row of the queue: "dừng 2 ph 12 s"."""
        time = formats.duration(event.dwell_s, self.language, short=True)
        return self.texts.say(sentences.measured(event.kind), time=time)

    def box_label(self, event: CandidateRaised) -> str:
        """What stands on the box in the picture: "Ô tô, dừng 2:12"."""
        measured = self.texts.say(sentences.measured(event.kind), time=formats.clock(event.dwell_s))
        return f"{self.thing(event)}, {measured}"

    def because(self, event: CandidateRaised) -> str:
        """Why the detector raised it: the measured time, the zone, the limit it was held against."""
        return self.texts.say(
            sentences.because(event.kind),
            kind=self.kind(event),
            thing=self.thing(event),
            zone=event.zone.name,
            time=formats.duration(event.dwell_s, self.language),
            limit=formats.duration(event.limit_s, self.language),
        )

    def confidence(self, event: CandidateRaised) -> str:
        score = formats.number(event.score, self.language, decimals=2)
        return self.texts.gettext(
            "Confidence {score}. Seen by {detector}.", score=score, detector=event.detector
        )

    def severity(self, level: int) -> str:
        return self.texts.say(labels.severity(level))

    def policy(self, due: DueView) -> str:
        """The regulation as people call it, within a sentence."""
        return due.policy_name_en if self.language is Language.EN else due.policy_name

    def left(self, due: DueView) -> str:
        """ "Còn 34 phút làm việc", "Quá hạn 2 giờ 15 phút (giờ làm việc)", "Hoàn thành đúng hạn"."""
        if due.flag is TimeFlag.DONE_IN_TIME:
            return self.texts.gettext("Done in time")
        time = self._in_unit(due)
        match due.flag:
            case TimeFlag.LATE:
                return self.texts.gettext("{time} overdue", time=time)
            case TimeFlag.DONE_LATE:
                return self.texts.gettext("Done {time} late", time=time)
        return self.texts.gettext("{time} left", time=time)

    def _in_unit(self, due: DueView) -> str:
        """The time left or over in the rule's own unit, and said to be so where only working time counts."""
        largest_s = formats.HOUR_S if due.unit in HOURLY else formats.DAY_S
        length_s = abs(due.remaining_s)
        time = formats.duration(length_s, self.language, largest_s=largest_s, smallest_s=formats.MINUTE_S)
        if due.unit not in WORKING:
            return time
        if due.remaining_s < 0 and length_s >= formats.HOUR_S and due.unit in HOURLY:
            return self.texts.gettext("{time} (working hours)", time=time)
        return self.texts.gettext("{time} of working time", time=time)

    def limit(self, due: DueView) -> str:
        """ "2 giờ làm việc"."""
        decimals = 0 if due.limit == round(due.limit) else 1
        n = formats.number(due.limit, self.language, decimals=decimals)
        return self.texts.say_of(labels.limit(due.unit), due.limit, n=n)

    def due_at(self, due: DueView, now: datetime) -> str:
        return self.texts.gettext("Due {time}", time=formats.day_and_time(due.due_at, now, self.language))

    def given(self, due: DueView, now: datetime) -> str:
        """ "Giao lúc 14:33, thời hạn 2 giờ làm việc.", with the day unless it was today."""
        start = formats.day_and_time(due.started_at, now, self.language)
        if formats.date(due.started_at) == formats.date(now):
            start = formats.time_of_day(due.started_at)
        return self.texts.gettext("Assigned {start}, limit {limit}.", start=start, limit=self.limit(due))

    def action(self, action: str, of: str = "candidate") -> str:
        """A move of a "candidate" or of a "report", in words."""
        if of == "candidate":
            return self.texts.say(labels.candidate_action(CandidateAction(action)))
        return self.texts.say(labels.report_action(ReportAction(action)))

    def note(self, row: HistoryRow) -> str:
        """What was given with it: a reason from a list in its words, a text as it was written, new values."""
        reason = labels.reason_or_none(row.note)
        said = self.texts.say(reason) if reason else row.note
        category, ward, unit = (row.given.get(name) or {} for name in ("category", "ward", "unit"))
        severity = row.given.get("severity")
        name_of_category = category.get("name_en" if self.language is Language.EN else "name")
        values = (
            said,
            name_of_category and self.texts.gettext("category: {name}", name=name_of_category),
            ward.get("name") and self.texts.gettext("ward: {name}", name=ward["name"]),
            severity and self.texts.gettext("severity: {name}", name=self.severity(severity)),
            unit.get("name"),
        )
        return "; ".join(value for value in values if value)

    def history(self, row: HistoryRow, of: str = "candidate") -> str:
        """ "Lê Văn Hùng: Bỏ qua, 14:31 (Cảnh báo sai)"."""
        by = row.by_name or self.texts.gettext("System")
        note = self.note(row)
        said = f"{by}: {self.action(row.action, of)}, {formats.time_of_day(row.at)}"
        return f"{said} ({note})" if note else said

    def interval(self, interval: Interval) -> str:
        """ "07:30-11:30 24/11/2026", with both days where it goes over midnight."""
        start, end = formats.date(interval.start_at), formats.date(interval.end_at)
        times = (
            f"{formats.time_of_day(interval.start_at)} {start} - {formats.time_of_day(interval.end_at)} {end}"
        )
        same_day = f"{formats.time_of_day(interval.start_at)}-{formats.time_of_day(interval.end_at)} {start}"
        return same_day if start == end else times

    def length(self, interval: Interval) -> str:
        seconds = interval.length.total_seconds()
        return formats.duration(seconds, self.language, largest_s=formats.HOUR_S)

    def distance(self, length_m: float) -> str:
        """ "500 m", "2 km"."""
        if length_m < 1000:
            return f"{formats.number(length_m, self.language)} m"
        return (
            f"{formats.number(length_m / 1000, self.language, decimals=0 if length_m % 1000 == 0 else 1)} km"
        )
