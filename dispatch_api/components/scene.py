"""What is drawn over a candidate's pictures, and its time line. Pure: events in, coordinates out.

Coordinates are pixels of the picture: the drawing gets the picture's size as its view box, so it lies on the
picture at every size of the screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.contract.events import CandidateRaised, Clip
from incidents.contract.fields import Box, Point

LOOP_BEFORE_S = 6.0  # a person sees in this time how it came about
LOOP_AFTER_S = 4.0
CROP_MARGIN = 0.6  # of the box's longer side, on each side: the thing and what is around it
CROP_ASPECT = 3 / 2
LABEL_SIZE = 0.019  # of the picture's width: readable at 390 px, small at 1920
NAME_SHARE = 0.21  # of the time line's width that the longest name of a moment takes at 1366 px
TOP_SHARE = 0.22  # of the picture's height that the switches over it take on the smallest desk
SAME_S = 0.5  # within it, a thing is still where it was seen
SAME_SHARE = 0.012  # nearer than that, two moments are one mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Rect:
    x: float
    y: float
    width: float
    height: float

    @property
    def view_box(self) -> str:
        return f"{self.x:.1f} {self.y:.1f} {self.width:.1f} {self.height:.1f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    width_px: int
    height_px: int
    zone_points: str  # SVG points
    way: tuple[Point, Point] | None  # the lane's direction, in pixels
    box: Rect  # at seen_at
    entered_box: Rect | None  # at entered_at, where it was followed then: a thing that moves was elsewhere
    at_top: bool  # the thing is where the switches would be: they go to the foot of the picture
    path_points: str
    path: list[list[float]]  # [seconds of the clip, x, y, width, height]: the box moves with the thing
    crop: Rect
    label_px: float
    loop_s: tuple[float, float] | None  # part of the clip to repeat

    def label_width_px(self, label: str) -> float:
        """Wide enough for most letters; a page that runs scripts measures the text itself."""
        return round(self.label_px * (0.58 * len(label) + 1), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    name: str  # entered, due, best, seen
    at: datetime
    share: float  # 0..1 of the time line
    anchor: (
        str  # start, middle, end: which end of its name stands at the moment, so that it stays in the line
    )
    row: int | None  # of its name: 0 on the line, 1 above it; None where both are taken


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLine:
    started_at: datetime
    length_s: float
    marks: tuple[Mark, ...]
    stay: tuple[float, float]  # shares
    clip: tuple[float, float] | None  # shares of what the clip repeats


def scene_of(event: CandidateRaised) -> Scene:
    width, height = event.picture_width_px, event.picture_height_px
    way = event.zone.direction
    return Scene(
        width_px=width,
        height_px=height,
        zone_points=_points(event.zone.polygon, width, height),
        way=(_scaled(way[0], width, height), _scaled(way[1], width, height)) if way else None,
        box=_rect(event.box, width, height),
        entered_box=_entered_box(event, width, height),
        at_top=event.box[1] < TOP_SHARE and event.box[3] < 1 - TOP_SHARE,
        path_points=_points([_foot(seen.box) for seen in event.path], width, height),
        path=_path(event, width, height),
        crop=crop_of(event.box, width, height),
        label_px=round(width * LABEL_SIZE, 1),
        loop_s=_loop_s(event.evidence.clip, event.seen_at),
    )


def crop_of(box: Box, width_px: int, height_px: int, aspect: float = CROP_ASPECT) -> Rect:
    """The part of the picture that shows the thing with a margin, of the given shape, inside the picture."""
    rect = _rect(box, width_px, height_px)
    margin = CROP_MARGIN * max(rect.width, rect.height)
    width = max(rect.width + 2 * margin, (rect.height + 2 * margin) * aspect)
    width = min(width, width_px, height_px * aspect)
    height = width / aspect
    x = min(max(rect.x + rect.width / 2 - width / 2, 0), width_px - width)
    y = min(max(rect.y + rect.height / 2 - height / 2, 0), height_px - height)
    return Rect(x=x, y=y, width=width, height=height)


def time_line_of(event: CandidateRaised) -> TimeLine:
    """From whatever came first, the stay or what is shown of the clip, to whatever ended last."""
    clip = event.evidence.clip
    loop_s = _loop_s(clip, event.seen_at) or (0.0, 0.0)
    clip_s = (clip.started_at - event.entered_at).total_seconds() if clip else 0.0
    clip_start_s, clip_end_s = (clip_s + loop_s[0], clip_s + loop_s[1])
    seen_s = (event.seen_at - event.entered_at).total_seconds()
    start_s = min(0.0, clip_start_s)
    length_s = max(max(seen_s, clip_end_s) - start_s, 1.0)
    share = _Share(start_s=start_s, length_s=length_s)
    return TimeLine(
        started_at=event.entered_at + timedelta(seconds=start_s),
        length_s=length_s,
        marks=_marks(event, seen_s, share),
        stay=(share(0.0), share(seen_s)),
        clip=(share(clip_start_s), share(clip_end_s)) if clip else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """Seconds since entering -> share of the time line's width."""

    start_s: float
    length_s: float

    def __call__(self, at_s: float) -> float:
        return min(max((at_s - self.start_s) / self.length_s, 0.0), 1.0)


def _marks(event: CandidateRaised, seen_s: float, share: _Share) -> tuple[Mark, ...]:
    """The moments worth naming."""
    best_s = (event.best_at - event.entered_at).total_seconds()
    due_s = min(event.limit_s, seen_s)
    due_at = event.entered_at + timedelta(seconds=due_s)
    # The most telling first: where there is no room for all names, the last go without.
    moments = [
        ("entered", 0.0, event.entered_at),
        ("due", due_s, due_at),
        ("seen", seen_s, event.seen_at),
        ("best", best_s, event.best_at),
    ]
    marks: list[Mark] = []
    for name, at_s, at in moments:
        at_share = share(at_s)
        if any(abs(at_share - mark.share) < SAME_SHARE for mark in marks):
            continue
        anchor = (
            "start" if at_share < NAME_SHARE / 2 else "end" if at_share > 1 - NAME_SHARE / 2 else "middle"
        )
        marks.append(
            Mark(name=name, at=at, share=at_share, anchor=anchor, row=_free_row(at_share, anchor, marks))
        )
    return tuple(marks)


def _free_row(share: float, anchor: str, marks: list[Mark]) -> int | None:
    """The lower of the two rows in which the name meets no other."""
    middle = _middle(share, anchor)
    for row in (0, 1):
        if all(
            abs(middle - _middle(mark.share, mark.anchor)) >= NAME_SHARE for mark in marks if mark.row == row
        ):
            return row
    return None


def _middle(share: float, anchor: str) -> float:
    return share + {"start": NAME_SHARE / 2, "middle": 0.0, "end": -NAME_SHARE / 2}[anchor]


def _loop_s(clip: Clip | None, seen_at: datetime) -> tuple[float, float] | None:
    if clip is None:
        return None
    seen_s = (seen_at - clip.started_at).total_seconds()
    start_s = max(0.0, min(seen_s - LOOP_BEFORE_S, clip.duration_s - LOOP_BEFORE_S - LOOP_AFTER_S))
    return start_s, min(clip.duration_s, start_s + LOOP_BEFORE_S + LOOP_AFTER_S)


def _path(event: CandidateRaised, width_px: int, height_px: int) -> list[list[float]]:
    clip = event.evidence.clip
    if clip is None:
        return []
    rows = []
    for seen in event.path:
        rect = _rect(seen.box, width_px, height_px)
        at_s = (seen.at - clip.started_at).total_seconds()
        rows.append([round(value, 2) for value in (at_s, rect.x, rect.y, rect.width, rect.height)])
    return rows


def _rect(box: Box, width_px: int, height_px: int) -> Rect:
    x1, y1, x2, y2 = box
    return Rect(x=x1 * width_px, y=y1 * height_px, width=(x2 - x1) * width_px, height=(y2 - y1) * height_px)


def _entered_box(event: CandidateRaised, width_px: int, height_px: int) -> Rect | None:
    near = [seen for seen in event.path if abs((seen.at - event.entered_at).total_seconds()) <= SAME_S]
    return _rect(near[0].box, width_px, height_px) if near else None


def _foot(box: Box) -> Point:
    """Where the thing touches the ground: the middle of its lower edge."""
    return (box[0] + box[2]) / 2, box[3]


def _scaled(point: Point, width_px: int, height_px: int) -> Point:
    return round(point[0] * width_px, 1), round(point[1] * height_px, 1)


def _points(points: list[Point] | tuple[Point, ...], width_px: int, height_px: int) -> str:
    return " ".join(f"{x},{y}" for x, y in (_scaled(point, width_px, height_px) for point in points))
