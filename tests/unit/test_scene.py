from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dispatch_api.components.scene import NAME_SHARE, crop_of, scene_of, time_line_of
from incidents.contract.events import CandidateRaised, Clip, SeenBox
from tests.events import SEEN_AT, candidate, evidence_file

SECOND = timedelta(seconds=1)
UNIT = st.floats(0, 1)


def with_clip(event: CandidateRaised, starts_s: float, duration_s: float) -> CandidateRaised:
    """A clip that starts so long before or after the moment it was raised."""
    clip = Clip(
        file=evidence_file("clip.mp4"), started_at=event.seen_at + starts_s * SECOND, duration_s=duration_s
    )
    return replace(event, evidence=replace(event.evidence, clip=clip))


@given(UNIT, UNIT, st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_crop_lies_in_the_picture_and_holds_the_middle_of_the_thing(
    x: float, y: float, width: float, height: float
) -> None:
    box = (x * (1 - width), y * (1 - height), x * (1 - width) + width, y * (1 - height) + height)
    crop = crop_of(box, 1920, 1080)
    assert crop.x >= -1e-6 and crop.x + crop.width <= 1920 + 1e-6
    assert crop.y >= -1e-6 and crop.y + crop.height <= 1080 + 1e-6
    assert crop.x - 1e-6 <= (box[0] + box[2]) / 2 * 1920 <= crop.x + crop.width + 1e-6
    assert abs(crop.width / crop.height - 1.5) < 1e-6


def test_the_drawing_is_in_pixels_of_the_picture() -> None:
    scene = scene_of(candidate(box=(0.25, 0.5, 0.5, 0.75)))
    assert (scene.box.x, scene.box.y, scene.box.width, scene.box.height) == (480, 540, 480, 270)
    assert scene.zone_points == "192.0,540.0 1152.0,540.0 1152.0,972.0"


def test_the_path_is_in_seconds_of_the_clip() -> None:
    scene = scene_of(with_clip(candidate(), -125, 130))
    assert scene.path[0][0] == 5  # entered 120 s before it was raised, the clip started 125 s before


def test_the_loop_goes_around_the_moment() -> None:
    assert scene_of(with_clip(candidate(), -30, 60)).loop_s == (24, 34)


def test_a_short_clip_is_repeated_whole() -> None:
    assert scene_of(with_clip(candidate(), -3, 5)).loop_s == (0, 5)


def test_a_clip_that_ends_with_the_moment_is_looped_to_its_end() -> None:
    assert scene_of(with_clip(candidate(), -30, 30)).loop_s == (20, 30)


def test_without_a_clip_there_is_no_loop_and_no_path() -> None:
    event = candidate()
    scene = scene_of(replace(event, evidence=replace(event.evidence, clip=None)))
    assert scene.loop_s is None
    assert scene.path == []


def test_the_time_line_goes_from_entering_to_the_end_of_what_is_shown() -> None:
    line = time_line_of(with_clip(candidate(), -10, 20))
    assert line.started_at == SEEN_AT - 120 * SECOND
    assert line.length_s == 124
    assert line.stay == (0, 120 / 124)


def test_the_moment_the_limit_was_full_and_the_alarm_are_one_mark_where_they_are_one() -> None:
    names = [mark.name for mark in time_line_of(with_clip(candidate(), -10, 20)).marks]
    assert names == ["entered", "due", "best"]


@given(st.floats(1, 600), st.floats(0, 1), st.floats(0, 1), st.floats(-40, 0), st.floats(1, 60))
def test_no_two_names_on_the_time_line_touch(
    dwell_s: float, limit: float, best: float, starts_s: float, duration_s: float
) -> None:
    entered_at = SEEN_AT - dwell_s * SECOND
    event = candidate(
        entered_at=entered_at,
        dwell_s=dwell_s,
        limit_s=limit * dwell_s,
        best_at=entered_at + best * dwell_s * SECOND,
    )
    marks = time_line_of(with_clip(event, starts_s, duration_s)).marks
    ends = {
        "start": (0.0, NAME_SHARE),
        "middle": (-NAME_SHARE / 2, NAME_SHARE / 2),
        "end": (-NAME_SHARE, 0.0),
    }
    for row in (0, 1):
        spans = sorted(
            (mark.share + ends[mark.anchor][0], mark.share + ends[mark.anchor][1])
            for mark in marks
            if mark.row == row
        )
        assert all(left[1] <= right[0] + 1e-9 for left, right in pairwise(spans))
        assert all(start >= -1e-9 and end <= 1 + 1e-9 for start, end in spans)


def test_what_moved_is_drawn_on_the_first_picture_where_it_was_then() -> None:
    event = candidate()
    then = SeenBox(at=event.entered_at, box=(0.0, 0.0, 0.1, 0.1))
    later = SeenBox(at=event.entered_at + 9 * SECOND, box=(0.5, 0.5, 0.6, 0.6))
    drawn = scene_of(replace(event, path=(then, later))).entered_box
    assert drawn and (drawn.x, drawn.y) == (0, 0)
    assert scene_of(replace(event, path=(later,))).entered_box is None


def test_the_switches_make_room_for_what_is_at_the_top_of_the_picture() -> None:
    assert scene_of(candidate(box=(0.8, 0.02, 0.95, 0.1))).at_top
    assert not scene_of(candidate(box=(0.4, 0.4, 0.6, 0.6))).at_top
    assert not scene_of(candidate(box=(0.4, 0.0, 0.6, 1.0))).at_top  # nowhere is free: where they always are
