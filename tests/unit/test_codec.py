"""Candidates as bytes: what goes in comes out, and what cannot be read says where."""

from __future__ import annotations

import json
from dataclasses import Field, fields, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.contract import codec
from incidents.contract.codec import Unreadable, decode, encode
from incidents.contract.events import KINDS, CandidateRaised, Family, SeenBox
from tests.events import CAMERA, SEEN_AT, candidate

SCHEMA_FILE = Path(codec.__file__).parent / "schemas" / "candidate_raised.v1.json"

share = st.floats(0, 1)
box = st.tuples(share, share, share, share)
instant = st.datetimes(timezones=st.just(UTC))
text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40)


@st.composite
def candidates(draw: st.DrawFn) -> CandidateRaised:
    family = draw(st.sampled_from(Family))
    return candidate(
        candidate_id=draw(st.uuids()),
        family=family,
        kind=draw(st.sampled_from(KINDS[family])),
        camera=replace(CAMERA, name=draw(text), lon_deg=draw(st.floats(-180, 180))),
        object_class=draw(text),
        entered_at=draw(instant),
        seen_at=draw(instant),
        score=draw(share),
        box=draw(box),
        path=tuple(draw(st.lists(st.builds(SeenBox, at=instant, box=box), max_size=64))),
    )


@given(candidates())
def test_what_goes_in_comes_out(event: CandidateRaised) -> None:
    assert decode(encode(event)) == event


def test_a_candidate_without_clip_and_entered_image_comes_out_too() -> None:
    event = candidate(evidence=replace(candidate().evidence, clip=None))
    assert decode(encode(event)) == event


def test_times_go_over_the_wire_in_utc_whatever_zone_they_were_made_in() -> None:
    in_da_lat = SEEN_AT.astimezone(timezone(timedelta(hours=7)))
    assert json.loads(encode(candidate(seen_at=in_da_lat)))["seen_at"] == "2026-03-02T01:30:00.250000Z"


def test_vietnamese_stays_readable_in_the_bytes() -> None:
    assert "Chợ Đà Lạt".encode() in encode(candidate())


def test_the_schema_names_every_field_of_the_event_and_no_other() -> None:
    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))
    of_the_event = {field.name for field in fields(CandidateRaised)}
    assert set(schema["required"]) == set(schema["properties"]) == of_the_event | {"schema", "schema_version"}


@pytest.mark.parametrize("family", Family)
def test_the_schema_takes_every_kind_of_a_family_and_no_kind_of_another(family: Family) -> None:
    for other in Family:
        for kind in KINDS[other]:
            event = candidate(family=family, kind=kind)
            if other == family:
                encode(event)
            else:
                with pytest.raises(ValueError, match=r"\$\.kind"):
                    encode(event)


def test_a_field_of_a_later_minor_change_is_passed_over() -> None:
    document = json.loads(encode(candidate())) | {"weather": "rain"}
    assert decode(json.dumps(document).encode()).camera == CAMERA


NO_EVENT: list[tuple[str, dict[str, Any], str]] = [
    ("another schema", {"schema": "camera_moved"}, "$.schema:"),
    ("a version from the future", {"schema_version": 2}, "$.schema_version: 2, and 1 is read here"),
    ("an id that is none", {"candidate_id": "seventeen"}, "$.candidate_id:"),
    ("a day that never was", {"seen_at": "2026-02-30T00:00:00Z"}, "$.seen_at:"),
    ("a time of no zone", {"seen_at": "2026-02-28T00:00:00"}, "$.seen_at:"),
    ("a box beyond the picture", {"box": [0, 0, 1.2, 1]}, "$.box[2]:"),
    ("a path without boxes", {"path": [{"at": "2026-02-28T00:00:00Z"}]}, "$.path[0]:"),
    ("a letter that PostgreSQL cannot store", {"object_class": "car\x00"}, "$.object_class:"),
    ("half a letter", {"object_class": "\ud800"}, "$: "),
    ("a sure thing and more", {"score": 1.01}, "$.score:"),
    ("evidence of another kind", {"evidence": "seen it myself"}, "$.evidence:"),
]


@pytest.mark.parametrize(
    ("different", "reason"), [case[1:] for case in NO_EVENT], ids=[case[0] for case in NO_EVENT]
)
def test_what_is_no_event_is_unreadable_and_says_where(different: dict[str, Any], reason: str) -> None:
    document = json.loads(encode(candidate())) | different
    with pytest.raises(Unreadable) as refused:
        decode(json.dumps(document).encode())
    assert refused.value.reason.startswith(reason)


@pytest.mark.parametrize(
    "path", ["../../etc/passwd", "/etc/passwd", "a//b", "a/.hidden", "a\\b", "a/..", "a.jpg\n"]
)
def test_evidence_cannot_lie_outside_the_evidence_folder(path: str) -> None:
    document = json.loads(encode(candidate()))
    document["evidence"]["image"]["path"] = path
    with pytest.raises(Unreadable, match=r"\$\.evidence\.image\.path"):
        decode(json.dumps(document).encode())


@pytest.mark.parametrize(
    "value", [b"", b"\xff\xfe", b"[]", b"null", b"[" * 100_000, b'{"score": NaN}', b"{}" * 2]
)
def test_bytes_that_are_no_json_object_are_unreadable(value: bytes) -> None:
    with pytest.raises(Unreadable, match=r"^\$: "):
        decode(value)


@given(
    st.binary()
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_no_bytes_whatever_raise_anything_but_unreadable(value: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(value)


@given(st.sampled_from(fields(CandidateRaised)), st.none() | st.integers() | st.text())
def test_a_field_of_a_wrong_kind_raises_nothing_but_unreadable(field: Field[Any], value: object) -> None:
    document = json.loads(encode(candidate())) | {field.name: value}
    try:
        assert isinstance(decode(json.dumps(document).encode()), CandidateRaised)
    except Unreadable as refused:
        assert refused.reason.startswith("$")


def test_a_reason_is_short_enough_for_a_log_line_however_long_the_value() -> None:
    document = json.loads(encode(candidate())) | {"object_class": "x" * 100_000}
    with pytest.raises(Unreadable) as refused:
        decode(json.dumps(document).encode())
    assert len(refused.value.reason) <= codec.REASON_MAX_CHARS


@pytest.mark.parametrize(
    "different",
    [
        {"seen_at": datetime(2026, 3, 2)},  # noqa: DTZ001 -- the mistake this is about
        {"score": float("nan")},
        {"box": (-0.1, 0.0, 1.0, 1.0)},
        {"object_class": ""},
        {"path": tuple(SeenBox(at=SEEN_AT, box=(0, 0, 1, 1)) for _ in range(65))},
    ],
    ids=["time without zone", "no number", "box beyond the picture", "nameless class", "path too long"],
)
def test_an_event_that_breaks_its_own_schema_is_refused_where_it_is_made(different: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"time zone|schema|JSON"):
        encode(candidate(**different))
