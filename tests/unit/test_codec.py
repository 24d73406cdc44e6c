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
from jsonschema_rs import Draft202012Validator

from incidents.contract import codec, schema
from incidents.contract.codec import Unreadable, decode, encode
from incidents.contract.events import DEFAULT_VIEW, CandidateRaised, Label, SeenBox
from incidents.contract.registry import CANDIDATE_RAISED, EVENT_TYPES
from tests.events import CAMERA, SEEN_AT, candidate, from_the_next_version

DATA = Path(__file__).parent.parent / "data" / "events"

share = st.floats(0, 1)
box = st.tuples(share, share, share, share)
instant = st.datetimes(timezones=st.just(UTC))
text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40)


@st.composite
def candidates(draw: st.DrawFn) -> CandidateRaised:
    return candidate(
        candidate_id=draw(st.uuids()),
        family=draw(text),
        kind=draw(text),
        label=Label(vi=draw(text), en=draw(text)),
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
    assert decode(encode(event), CandidateRaised) == event


def test_a_candidate_without_clip_and_entered_image_comes_out_too() -> None:
    event = candidate(evidence=replace(candidate().evidence, clip=None))
    assert decode(encode(event), CandidateRaised) == event


def test_times_go_over_the_wire_in_utc_whatever_zone_they_were_made_in() -> None:
    in_da_lat = SEEN_AT.astimezone(timezone(timedelta(hours=7)))
    assert json.loads(encode(candidate(seen_at=in_da_lat)))["seen_at"] == "2026-03-02T01:30:00.250000Z"


def test_vietnamese_stays_readable_in_the_bytes() -> None:
    assert "Chợ Đà Lạt".encode() in encode(candidate())


def test_the_schema_files_are_those_that_the_events_generate() -> None:
    written = {path: path.read_text("utf-8") for path in schema.FOLDER.iterdir()}
    assert written == schema.files(), "run python -m incidents.contract.schema"


VALIDATOR = Draft202012Validator(schema.json_schema(CANDIDATE_RAISED), validate_formats=True)


@given(candidates())
def test_what_is_sent_matches_the_schema_that_other_programs_check_by(event: CandidateRaised) -> None:
    assert VALIDATOR.is_valid(json.loads(encode(event)))


def test_an_event_of_version_1_still_reads_with_the_label_of_its_kind() -> None:
    event = decode((DATA / "candidate_raised.v1.json").read_bytes(), CandidateRaised)
    same = candidate(candidate_id=event.candidate_id, view_id=DEFAULT_VIEW)
    assert event == same
    assert event.label == Label(vi="Xe trên vỉa hè", en="Vehicle on the sidewalk")


@pytest.mark.parametrize("kind", [None, 17, [], {}, "x" * 501])
def test_a_broken_event_of_version_1_is_unreadable_as_any_other(kind: object) -> None:
    document = json.loads((DATA / "candidate_raised.v1.json").read_bytes()) | {"kind": kind}
    with pytest.raises(Unreadable, match=r"^\$\.(kind|label)"):
        decode(json.dumps(document), CandidateRaised)


def test_a_number_of_version_1_that_python_refuses_to_parse_is_unreadable_too() -> None:
    value = (DATA / "candidate_raised.v1.json").read_bytes().replace(b"{", b'{"n": ' + b"9" * 5000 + b",", 1)
    with pytest.raises(Unreadable, match=r"^\$: "):
        decode(value, CandidateRaised)


def test_an_event_of_the_next_version_keeps_its_words_and_loses_only_the_unknown_fields() -> None:
    event = decode(from_the_next_version(), CandidateRaised)
    assert (event.family, event.kind, event.object_class) == ("flooding", "flooded_road", "water")
    assert (event.label.vi, event.zone.type) == ("Đường ngập nước", "underpass")
    assert decode(encode(event), CandidateRaised) == event


def test_an_event_that_says_it_needs_a_newer_reader_is_unreadable_and_says_what_to_do() -> None:
    document = json.loads(encode(candidate())) | {"schema_version": 9, "min_reader_version": 8}
    with pytest.raises(Unreadable, match=r"^\$\.min_reader_version: .* version 8, .* upgrade this"):
        decode(json.dumps(document), CandidateRaised)


def test_a_newer_event_that_cannot_be_read_says_that_it_is_newer() -> None:
    document = json.loads(encode(candidate())) | {"schema_version": 9}
    del document["zone"]
    with pytest.raises(Unreadable, match=r"^\$\.zone: Field required \(.* version 9, newer than 2: upgrade"):
        decode(json.dumps(document), CandidateRaised)


def test_every_version_before_todays_has_its_upgrade_and_its_sample() -> None:
    for of in EVENT_TYPES:
        assert len(of.upgrades) == of.version - 1
        for version in range(1, of.version):
            assert decode((DATA / f"{of.schema}.v{version}.json").read_bytes(), of.model)


NO_EVENT: list[tuple[str, dict[str, Any], str]] = [
    ("another schema", {"schema": "camera_moved"}, "$.schema:"),
    ("version nought", {"schema_version": 0}, "$.schema_version: 0, versions begin with 1"),
    ("a version in words", {"schema_version": "two"}, "$.schema_version:"),
    ("no label", {"label": {"vi": "Ngập"}}, "$.label.en:"),
    ("a time in another zone", {"seen_at": "2026-02-28T07:00:00+07:00"}, "$.seen_at:"),
    ("a time in seconds", {"seen_at": 1_700_000_000}, "$.seen_at:"),
    ("a number in a string", {"score": "0.7"}, "$.score:"),
    ("a path of a day", {"path": [{"at": "2026-02-28T00:00:00Z", "box": [0, 0, 1, 1]}] * 65}, "$.path:"),
    ("an id that is none", {"candidate_id": "seventeen"}, "$.candidate_id:"),
    ("a day that never was", {"seen_at": "2026-02-30T00:00:00Z"}, "$.seen_at:"),
    ("a time of no zone", {"seen_at": "2026-02-28T00:00:00"}, "$.seen_at:"),
    ("a box beyond the picture", {"box": [0, 0, 1.2, 1]}, "$.box[2]:"),
    ("a path without boxes", {"path": [{"at": "2026-02-28T00:00:00Z"}]}, "$.path[0].box:"),
    ("a letter that PostgreSQL cannot store", {"object_class": "car\x00"}, "$.object_class:"),
    ("half a letter", {"object_class": "\ud800"}, "$: "),
    ("no number", {"score": float("nan")}, "$.score:"),
    ("a sure thing and more", {"score": 1.01}, "$.score:"),
    ("evidence of another kind", {"evidence": "seen it myself"}, "$.evidence:"),
]


@pytest.mark.parametrize(
    ("different", "reason"), [case[1:] for case in NO_EVENT], ids=[case[0] for case in NO_EVENT]
)
def test_what_is_no_event_is_unreadable_and_says_where(different: dict[str, Any], reason: str) -> None:
    document = json.loads(encode(candidate())) | different
    with pytest.raises(Unreadable) as refused:
        decode(json.dumps(document), CandidateRaised)
    assert refused.value.reason.startswith(reason)


@pytest.mark.parametrize(
    "path", ["../../etc/passwd", "/etc/passwd", "a//b", "a/.hidden", "a\\b", "a/..", "a.jpg\n"]
)
def test_evidence_cannot_lie_outside_the_evidence_folder(path: str) -> None:
    document = json.loads(encode(candidate()))
    document["evidence"]["image"]["path"] = path
    with pytest.raises(Unreadable, match=r"\$\.evidence\.image\.path"):
        decode(json.dumps(document), CandidateRaised)


@pytest.mark.parametrize("value", [b"", b"\xff\xfe", b"[]", b"null", b"[" * 100_000, b"{}" * 2])
def test_bytes_that_are_no_json_object_are_unreadable(value: bytes) -> None:
    with pytest.raises(Unreadable, match=r"^\$: "):
        decode(value, CandidateRaised)


@given(
    st.binary()
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_no_bytes_whatever_raise_anything_but_unreadable(value: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(value, CandidateRaised)


@given(st.sampled_from(fields(CandidateRaised)), st.none() | st.integers() | st.text())
def test_a_field_of_a_wrong_kind_raises_nothing_but_unreadable(field: Field[Any], value: object) -> None:
    document = json.loads(encode(candidate())) | {field.name: value}
    try:
        assert isinstance(decode(json.dumps(document), CandidateRaised), CandidateRaised)
    except Unreadable as refused:
        assert refused.reason.startswith("$")


def test_a_reason_is_short_enough_for_a_log_line_however_long_the_value() -> None:
    document = json.loads(encode(candidate())) | {"object_class": "x" * 100_000}
    with pytest.raises(Unreadable) as refused:
        decode(json.dumps(document), CandidateRaised)
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
    with pytest.raises(ValueError, match=r"does not match its own schema: \$"):
        encode(candidate(**different))
