"""New things that lie still, and the people who were beside them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from detectors.perception.analysis_frame import AnalysisFrame, Template, compare, take_template
from detectors.perception.background import Background, Blob, Surface
from detectors.perception.detections import Detections
from detectors.perception.geometry import cover, distance_px, iou
from detectors.perception.tracks import Xyxy
from models.registry import Role

PERSON = frozenset({Role.PERSON})
PERSON_SCORE_MIN = 0.25
COVER_SCORE_MIN = 0.15

SAME_COVER = 0.4
LOOKS_SAME = 0.6
GONE_AFTER_S = 5.0
UNOWNED_FOR_S = 60.0  # what nobody brought is part of the place in the end

REMEMBER_PEOPLE_S = 120.0
PEOPLE_EVERY_S = 0.3
BROUGHT_BEFORE = timedelta(seconds=2.0)
BROUGHT_AFTER = timedelta(seconds=1.0)
BESIDE = 0.25  # of a person's height: an arm's reach
NEAR = 0.6  # of a person's height: whoever stands this close is still with it
ALONE_AFTER_S = 1.5

# A shadow or a patch of light keeps the pattern of the ground.
PATTERN_KEPT = 0.85
PATTERN_KEPT_SAME_HUE = 0.6
SAME_HUE = 0.012
# On even ground there is no pattern to keep: there a change of brightness alone explains it all. A shadow
# by day is not darker than a third; black plastic is.
UNEXPLAINED_MOST = 4.0
SHADOW_LEAST, LIGHT_MOST = 0.35, 2.0
# Where something was taken away the edges are in the old picture, not in the new one.
GHOST_EDGE_RATIO = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonedObject:
    """Something that lies where nothing lay before."""

    object_id: int
    xyxy_px: Xyxy
    since_at: datetime  # when it came to lie still
    seen_at: datetime
    owner_px: Xyxy | None  # the person who was beside it then
    alone_at: datetime | None  # when the last who had been with it was gone; None: somebody still is
    presence_ratio: float  # of the looks since it was noticed, 0..1


@dataclass(slots=True, kw_only=True)
class _Thing:
    object_id: int
    xyxy_px: Xyxy
    n_px: int
    look: Template
    since_at: datetime
    seen_at: datetime
    owner_px: Xyxy | None
    attended_at: datetime
    alone_at: datetime | None = None
    n_looks: int = 0
    n_there: int = 0


class AbandonedObjects:
    """All new things of one camera."""

    def __init__(self) -> None:
        self._background = Background()
        self._things: list[_Thing] = []
        self._people: deque[tuple[datetime, list[Xyxy]]] = deque()
        self._n_things = 0

    def update(
        self, detections: Detections, picture: AnalysisFrame, seen_at: datetime
    ) -> list[AbandonedObject]:
        """What lies there now and is seen to."""
        people = _boxes(detections, detections.in_roles(PERSON), PERSON_SCORE_MIN)
        self._remember(people, seen_at)
        covered = _boxes(detections, np.ones(len(detections), np.bool_), COVER_SCORE_MIN)
        blobs = self._background.update(picture, covered, seen_at)
        if blobs is not None:
            self._match(blobs, picture, seen_at)
            self._things = [thing for thing in self._things if self._is_kept(thing, seen_at)]
        for thing in self._things:
            _attend(thing, people, seen_at)
        return [_left(thing) for thing in self._things if thing.seen_at == seen_at]

    def _match(self, blobs: Sequence[Blob], picture: AnalysisFrame, seen_at: datetime) -> None:
        seen: set[int] = set()
        for blob in blobs:
            thing = self._thing_of(blob)
            if thing is not None:
                _grow(thing, blob, picture)
            elif _is_light(blob.surface) or _is_ghost(blob.surface):
                self._background.absorb(blob.xyxy_px)
            else:
                thing = self._begin(blob, picture, seen_at)
            if thing is not None:
                seen.add(thing.object_id)
        for thing in self._things:
            thing.n_looks += 1
            # Somebody who walks past hides a thing or joins its blob with their own; its look tells.
            if thing.object_id in seen or compare(thing.look, picture).same >= LOOKS_SAME:
                thing.n_there += 1
                thing.seen_at = seen_at

    def _thing_of(self, blob: Blob) -> _Thing | None:
        fitting = [thing for thing in self._things if cover(thing.xyxy_px, blob.xyxy_px) >= SAME_COVER]
        return max(fitting, key=lambda thing: iou(thing.xyxy_px, blob.xyxy_px), default=None)

    def _begin(self, blob: Blob, picture: AnalysisFrame, seen_at: datetime) -> _Thing | None:
        look = take_template(picture, blob.xyxy_px)
        if look is None:
            return None
        self._n_things += 1
        thing = _Thing(
            object_id=self._n_things,
            xyxy_px=blob.xyxy_px,
            n_px=blob.n_px,
            look=look,
            since_at=blob.since_at,
            seen_at=seen_at,
            owner_px=self._owner_of(blob),
            attended_at=blob.since_at,
        )
        for at, people in self._people:
            if at >= blob.since_at:
                _attend(thing, people, at)
        self._things.append(thing)
        return thing

    def _owner_of(self, blob: Blob) -> Xyxy | None:
        """The person whose feet or hands were nearest when it came to lie still."""
        beside = [
            person
            for at, people in self._people
            if blob.since_at - BROUGHT_BEFORE <= at <= blob.since_at + BROUGHT_AFTER
            for person in people
            if _is_near(person, blob.xyxy_px, BESIDE)
        ]
        return min(beside, key=lambda person: distance_px(_lower_half(person), blob.xyxy_px), default=None)

    def _remember(self, people: list[Xyxy], seen_at: datetime) -> None:
        if not self._people or (seen_at - self._people[-1][0]).total_seconds() >= PEOPLE_EVERY_S:
            self._people.append((seen_at, people))
        while (seen_at - self._people[0][0]).total_seconds() > REMEMBER_PEOPLE_S:
            self._people.popleft()

    def _is_kept(self, thing: _Thing, seen_at: datetime) -> bool:
        if thing.owner_px is None and (seen_at - thing.since_at).total_seconds() > UNOWNED_FOR_S:
            self._background.absorb(thing.xyxy_px)
            return False
        return (seen_at - thing.seen_at).total_seconds() <= GONE_AFTER_S


def _boxes(detections: Detections, chosen: NDArray[np.bool_], score_min: float) -> list[Xyxy]:
    rows = detections.xyxy_px[chosen & (detections.score >= score_min)].tolist()
    return [(x1, y1, x2, y2) for x1, y1, x2, y2 in rows]


def _grow(thing: _Thing, blob: Blob, picture: AnalysisFrame) -> None:
    """A leg moves away and more of the bag is seen."""
    thing.since_at = min(thing.since_at, blob.since_at)
    if blob.n_px > thing.n_px:
        thing.n_px = blob.n_px
        thing.xyxy_px = blob.xyxy_px
        thing.look = take_template(picture, blob.xyxy_px) or thing.look


def _attend(thing: _Thing, people: Sequence[Xyxy], at: datetime) -> None:
    """Follow how long those who were there at the beginning stayed; who passes by later does not count."""
    if thing.alone_at is not None:
        return
    if any(_is_near(person, thing.xyxy_px, NEAR) for person in people):
        thing.attended_at = at
    elif (at - thing.attended_at).total_seconds() >= ALONE_AFTER_S:
        thing.alone_at = thing.attended_at


def _is_near(person: Xyxy, box: Xyxy, heights: float) -> bool:
    return distance_px(_lower_half(person), box) <= heights * (person[3] - person[1])


def _lower_half(person: Xyxy) -> Xyxy:
    """From the hands down: what lies beside somebody's head lies far behind them."""
    x1, y1, x2, y2 = person
    return x1, (y1 + y2) / 2, x2, y2


def _is_light(surface: Surface) -> bool:
    if surface.pattern_kept >= PATTERN_KEPT:
        return True
    is_even = surface.unexplained <= UNEXPLAINED_MOST and SHADOW_LEAST <= surface.brightness <= LIGHT_MOST
    return surface.hue_shift < SAME_HUE and (is_even or surface.pattern_kept >= PATTERN_KEPT_SAME_HUE)


def _is_ghost(surface: Surface) -> bool:
    return surface.edge_ratio < GHOST_EDGE_RATIO


def _left(thing: _Thing) -> AbandonedObject:
    return AbandonedObject(
        object_id=thing.object_id,
        xyxy_px=thing.xyxy_px,
        since_at=thing.since_at,
        seen_at=thing.seen_at,
        owner_px=thing.owner_px,
        alone_at=thing.alone_at,
        presence_ratio=thing.n_there / thing.n_looks,
    )
