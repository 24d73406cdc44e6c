"""Events raised before a restart: what may still be there is not raised again."""

from __future__ import annotations

from collections.abc import Iterable

from detectors.rules.rule import PastAlert
from incidents.contract.events import CandidateRaised
from models.registry import role_of


def past_alerts(events: Iterable[CandidateRaised], view_id: str) -> tuple[PastAlert, ...]:
    """Those of one view. Each rule decides what can still be there; who drove or walked cannot."""
    return tuple(
        PastAlert(
            kind=event.kind,
            zone_id=event.zone.zone_id,
            role=role_of(event.object_class),
            box=event.box,
            seen_at=event.seen_at,
        )
        for event in events
        if event.view_id == view_id
    )
