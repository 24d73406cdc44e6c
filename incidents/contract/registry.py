"""The events there are, by the name and version that their bytes begin with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from incidents.contract.events import CandidateRaised
from incidents.contract.older_versions import Json, candidate_raised_v1

E = TypeVar("E")


@dataclass(frozen=True, kw_only=True)
class EventType(Generic[E]):
    schema: str
    version: int  # counts every change of the fields
    min_reader_version: int  # older readers would misunderstand what is written today
    model: type[E]
    upgrades: tuple[Callable[[Json], Json], ...]  # [0] from version 1 to 2, and so on
    id_of: Callable[[E], UUID]  # made by the producer: a redelivery has the same one
    key_of: Callable[[E], str]  # events of one key stay in order
    at_of: Callable[[E], datetime]

    @cached_property
    def adapter(self) -> TypeAdapter[E]:
        """Reads, checks and writes the fields; compiled at first use."""
        return TypeAdapter(self.model)


CANDIDATE_RAISED = EventType(
    schema="candidate_raised",
    version=2,
    min_reader_version=2,
    model=CandidateRaised,
    upgrades=(candidate_raised_v1,),
    id_of=lambda event: event.candidate_id,
    key_of=lambda event: event.camera.camera_id,
    at_of=lambda event: event.seen_at,
)

EVENT_TYPES: tuple[EventType[Any], ...] = (CANDIDATE_RAISED,)


def type_of(model: type[E]) -> EventType[E]:
    """Raises LookupError where `model` is not a registered event."""
    for each in EVENT_TYPES:
        if each.model is model:
            return each
    raise LookupError(f"{model.__name__} is not in incidents.contract.registry.EVENT_TYPES")
