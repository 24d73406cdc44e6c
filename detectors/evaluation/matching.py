"""What was raised against what really happened: found, false, doubled, late.

The matching rule is the one of the footage folder's README. What was raised matches a true event where family
and kind agree, it was raised while the event lasted (tolerances included), and its box or one on its track
overlaps the event's box.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np

from detectors.evaluation.truth import Span, TrueEvent, Truth
from detectors.perception.geometry import centre, inside, iou
from detectors.perception.tracks import Xyxy
from incidents.contract.events import Family

OVERLAP_MIN = 0.3
SMALL_PX = 40.0
SMALL_NEAR_PX = 20.0
LATE_S = 2.0  # it may be raised this long after the event is over


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedInClip:
    """A raised event with its times from the start of the clip."""

    clip: str
    family: Family
    kind: str
    started_at_s: float
    raised_at_s: float
    limit_s: float
    box: Xyxy  # pixels, at raised_at_s
    track: tuple[Xyxy, ...]  # pixels, before and after


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A raised event with what it turned out to be."""

    raised: RaisedInClip
    event: TrueEvent | None  # what it is about
    is_duplicate: bool = False
    is_ignored: bool = False

    @property
    def is_false(self) -> bool:
        return self.event is None and not self.is_ignored


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    n_true: int
    n_found: int
    n_alarms: int
    n_false: int
    n_duplicates: int
    delays_s: tuple[float, ...]  # from when it was due to when it was raised, for each event found
    negative_s: float

    @property
    def precision(self) -> float | None:
        n_judged = self.n_found + self.n_false
        return self.n_found / n_judged if n_judged else None

    @property
    def recall(self) -> float | None:
        return self.n_found / self.n_true if self.n_true else None

    @property
    def f1(self) -> float | None:
        if self.precision is None or self.recall is None:
            return None
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    @property
    def delay_s(self) -> float | None:
        return float(np.median(self.delays_s)) if self.delays_s else None

    @property
    def false_per_hour(self) -> float | None:
        return self.n_false / self.negative_s * 3600 if self.negative_s else None


def match(truth: Truth, all_raised: Sequence[RaisedInClip]) -> list[Judged]:
    """Everything raised in one clip, in the order of time, against the events that really happened."""
    found: set[str] = set()
    judged = []
    for raised in sorted(all_raised, key=lambda raised: raised.raised_at_s):
        fitting = [event for event in truth.events if _matches(raised, event)]
        new = [event for event in fitting if event.event_id not in found]
        event = max(new or fitting, key=lambda event: _overlap(raised, event.box), default=None)
        if event is not None:
            judged.append(Judged(raised=raised, event=event, is_duplicate=event.event_id in found))
            found.add(event.event_id)
        else:
            is_ignored = any(_is_in(raised, span) for span in truth.ignored)
            judged.append(Judged(raised=raised, event=None, is_ignored=is_ignored))
    return judged


def figures(
    clips: Iterable[tuple[Truth, Sequence[Judged]]], families: Sequence[Family], *, certain: bool = True
) -> Figures:
    """Figures of some families over some clips, for the events that are certain, or for the probable ones.

    What was raised about an event of the other certainty counts neither way.
    """
    clips = list(clips)
    events = [
        event
        for truth, _ in clips
        for event in truth.events
        if event.family in families and event.is_certain == certain
    ]
    judged = [
        one
        for _, all_judged in clips
        for one in all_judged
        if (one.event.family if one.event else one.raised.family) in families
        and (one.event is None or one.event.is_certain == certain)
    ]
    hits = [one for one in judged if one.event is not None and not one.is_duplicate]
    return Figures(
        n_true=len(events),
        n_found=len(hits),
        n_alarms=len(judged),
        n_false=sum(one.is_false for one in judged),
        n_duplicates=sum(one.is_duplicate for one in judged),
        delays_s=tuple(_delay_s(one.raised, one.event) for one in hits if one.event is not None),
        negative_s=sum(truth.negative_s(families) for truth, _ in clips),
    )


def _matches(raised: RaisedInClip, event: TrueEvent) -> bool:
    return (
        (raised.family, raised.kind) in event.kinds
        and event.from_s <= raised.raised_at_s <= event.end_s + LATE_S
        and any(_is_on(box, event.box) for box in (raised.box, *raised.track))
    )


def _is_on(box: Xyxy, true_box: Xyxy) -> bool:
    width_px, height_px = true_box[2] - true_box[0], true_box[3] - true_box[1]
    if max(width_px, height_px) < SMALL_PX:
        (x, y), (true_x, true_y) = centre(box), centre(true_box)
        return hypot(x - true_x, y - true_y) <= SMALL_NEAR_PX
    return iou(box, true_box) >= OVERLAP_MIN


def _overlap(raised: RaisedInClip, true_box: Xyxy) -> float:
    return max(iou(box, true_box) for box in (raised.box, *raised.track))


def _is_in(raised: RaisedInClip, span: Span) -> bool:
    if not span.concerns(raised.family, raised.kind) or not span.start_s <= raised.raised_at_s <= span.end_s:
        return False
    return span.polygon_px is None or bool(inside(span.polygon_px, np.array([centre(raised.box)]))[0])


def _delay_s(raised: RaisedInClip, event: TrueEvent) -> float:
    due_s = (0.0 if event.is_open_at_start else event.start_s) + raised.limit_s
    return raised.raised_at_s - due_s
