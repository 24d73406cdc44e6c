"""What stands still, known by its place and its look, not by a track's number.

A tracker loses a parked car behind a passing lorry and finds it again under another number. Here a stay
belongs to a place: it goes on while the place looks as it did, whether or not the detector sees the car in
every frame, and it ends when that look is gone or has moved away.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from detectors.perception.analysis_frame import AnalysisFrame, take_template
from detectors.perception.detections import Detections
from detectors.perception.geometry import area_px, cover, iou, iou_matrix, size_px
from detectors.perception.stationary_state import StationaryState
from detectors.perception.tracks import Xyxy
from models.registry import TWO_WHEELERS, VEHICLES, ModelClass

# A box that still covers its place of half a second ago may stand; what it shows decides.
STILL_AFTER_S = 0.4
STILL_WITHIN_S = 1.3
STILL_IOU = 0.7

SAME_THING_IOU = 0.5
SAME_THING_COVER = 0.8
LARGEST_SHARE = 0.4  # of the picture: more is the street itself, taken for a lorry
SAME_THING_AREA = 0.3  # the smaller box against the larger one: a car within a false box of the whole street

# Whoever waits for a moment is forgotten after a moment; a parked car hidden by a delivery van is not.
YOUNG_S = 3.0
YOUNG_GAP_S = 1.0
FORGET_AFTER_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StationaryObject:
    """One vehicle that has not moved from its place since it entered."""

    object_id: int  # the same for one thing at one place, gaps included
    object_class: ModelClass
    xyxy_px: Xyxy
    entered_at: datetime
    seen_at: datetime
    score: float  # mean confidence where it was detected, 0..1
    presence_ratio: float  # of the frames since it entered, those that showed it at its place, 0..1
    detection_ratio: float  # of those, the ones in which the detector saw it, 0..1
    best_at: datetime  # frame of its highest score

    @property
    def dwell_s(self) -> float:
        return (self.seen_at - self.entered_at).total_seconds()


class StationaryObjects:
    """All standing vehicles of one camera.

    Args:
        max_gap_s: how long a thing may be hidden and still be the same stay.
    """

    def __init__(self, max_gap_s: float) -> None:
        self._max_gap_s = max_gap_s
        self._places: list[StationaryState] = []
        self._recent: deque[tuple[datetime, Detections]] = deque()
        self._n_places = 0

    def update(
        self, detections: Detections, picture: AnalysisFrame, seen_at: datetime
    ) -> list[StationaryObject]:
        """What stands, and was seen to be there in this frame."""
        vehicles = detections.where(self._is_vehicle(detections, picture))
        for place in self._places:
            place.look_again(picture, seen_at, max_gap_s=self._max_gap_s)
        self._drop_doubles()
        self._assign(vehicles, picture, seen_at)
        self._places = [place for place in self._places if not _is_forgotten(place, seen_at)]
        self._remember(vehicles, seen_at)
        return [_standing(place) for place in self._places if place.is_there and place.n_detected]

    @staticmethod
    def _is_vehicle(detections: Detections, picture: AnalysisFrame) -> NDArray[np.bool_]:
        height_px, width_px = picture.grey.shape
        picture_px = height_px * width_px / picture.scale**2
        is_plausible = area_px(detections.xyxy_px) <= LARGEST_SHARE * picture_px
        is_vehicle: NDArray[np.bool_] = np.logical_and(detections.in_roles(VEHICLES), is_plausible)
        return is_vehicle

    def _drop_doubles(self) -> None:
        """Of two places that show the same thing the older one stays."""
        there = [place for place in self._places if place.is_there]
        doubles = {
            younger.object_id
            for n, older in enumerate(there)
            for younger in there[n + 1 :]
            if _are_same(older, younger.xyxy_px, younger.object_class)
        }
        self._places = [place for place in self._places if place.object_id not in doubles]

    def _assign(self, vehicles: Detections, picture: AnalysisFrame, seen_at: datetime) -> None:
        taken: set[int] = set()
        stood_since = self._stood_since(vehicles, seen_at)
        for row in np.argsort(-vehicles.score):
            x1, y1, x2, y2 = vehicles.xyxy_px[row].tolist()
            box = (x1, y1, x2, y2)
            object_class = vehicles.classes[int(vehicles.class_index[row])]
            score = float(vehicles.score[row])
            place = self._place_of(box, object_class) or self._begin(box, picture, stood_since[row], seen_at)
            if place is not None and place.object_id not in taken:
                taken.add(place.object_id)
                place.add_detection(box, object_class, score, seen_at)

    def _place_of(self, box: Xyxy, object_class: ModelClass) -> StationaryState | None:
        fitting = [place for place in self._places if place.is_there and _are_same(place, box, object_class)]
        return max(fitting, key=lambda place: iou(place.xyxy_px, box), default=None)

    def _begin(
        self, box: Xyxy, picture: AnalysisFrame, entered_at: datetime | None, seen_at: datetime
    ) -> StationaryState | None:
        look = take_template(picture, box) if entered_at is not None else None
        if entered_at is None or look is None:
            return None
        self._n_places += 1
        place = StationaryState(
            object_id=self._n_places,
            xyxy_px=box,
            first_look=look,
            last_look=look,
            entered_at=entered_at,
            seen_at=seen_at,
            looked_at=seen_at,
            refreshed_at=seen_at,
            best_at=seen_at,
            n_frames=1,
            n_there=1,
        )
        self._places.append(place)
        return place

    def _stood_since(self, vehicles: Detections, seen_at: datetime) -> list[datetime | None]:
        """For each vehicle the oldest frame of the last second in which something lay just there."""
        old = [
            (at, detections.xyxy_px)
            for at, detections in self._recent
            if (seen_at - at).total_seconds() >= STILL_AFTER_S
        ]
        if not old:
            return [None] * len(vehicles)
        seen_of = [at for at, boxes in old for _ in boxes]
        lay_there = iou_matrix(vehicles.xyxy_px, np.concatenate([boxes for _, boxes in old])) >= STILL_IOU
        return [seen_of[int(row.argmax())] if row.any() else None for row in lay_there]

    def _remember(self, vehicles: Detections, seen_at: datetime) -> None:
        self._recent.append((seen_at, vehicles))
        while (seen_at - self._recent[0][0]).total_seconds() > STILL_WITHIN_S:
            self._recent.popleft()


def _is_forgotten(place: StationaryState, seen_at: datetime) -> bool:
    gap_s = (seen_at - place.seen_at).total_seconds()
    is_young = (place.seen_at - place.entered_at).total_seconds() < YOUNG_S
    return gap_s > (YOUNG_GAP_S if is_young else FORGET_AFTER_S)


def _are_same(place: StationaryState, box: Xyxy, object_class: ModelClass) -> bool:
    overlap = iou(place.xyxy_px, box)
    if overlap == 0 or overlap >= SAME_THING_IOU:
        return overlap > 0
    same_group = (place.object_class.role in TWO_WHEELERS) == (object_class.role in TWO_WHEELERS)
    sizes_px = sorted((size_px(place.xyxy_px), size_px(box)))
    alike = sizes_px[0] ** 2 >= SAME_THING_AREA * sizes_px[1] ** 2
    return same_group and alike and cover(place.xyxy_px, box) >= SAME_THING_COVER


def _standing(place: StationaryState) -> StationaryObject:
    return StationaryObject(
        object_id=place.object_id,
        object_class=place.object_class,
        xyxy_px=place.xyxy_px,
        entered_at=place.entered_at,
        seen_at=place.seen_at,
        score=place.score_sum / place.n_detected,
        presence_ratio=place.n_there / place.n_frames,
        detection_ratio=place.n_detected / place.n_there,
        best_at=place.best_at,
    )
