"""What a camera raised becomes a candidate in the queue: where it lies, where it falls, how urgent it is."""

from __future__ import annotations

from datetime import datetime

from incidents.contract.events import CandidateRaised
from incidents.lifecycle.act import raised
from incidents.lifecycle.records import Candidate, Transition
from incidents.lifecycle.states import CandidateState
from incidents.places.routing import Boundaries
from incidents.procedure.policy import Policy


def enqueue(
    policy: Policy, boundaries: Boundaries, event: CandidateRaised, at: datetime
) -> tuple[Candidate, Transition]:
    """The candidate as it enters the queue at `at`, and the first line of its history.

    The ward is the one of the day on which it was seen, however late it arrives.

    Raises:
        InvalidInput: a time that no screen in the city could show.
    """
    for shown_at in (event.entered_at, event.best_at):
        policy.calendar.on(shown_at)
    camera = event.camera
    place = boundaries.locate(camera.lon_deg, camera.lat_deg, policy.calendar.on(event.seen_at))
    kind = policy.kind(event.kind)
    candidate = Candidate(
        candidate_id=event.candidate_id,
        event=event,
        state=CandidateState.NEW,
        version=1,
        queued_at=at,
        holder=None,
        lease_until=None,
        ward=place.ward,
        near_boundary=place.near_boundary,
        category_key=kind.category_key,
        severity=kind.severity,
        decided_by=None,
        decided_at=None,
        dismiss_reason=None,
        report_id=None,
        report_code=None,
    )
    return candidate, raised(candidate, at)
