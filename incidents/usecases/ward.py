"""What a unit does with its reports: each use case loads, decides by the tables, saves; one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from incidents.errors import IllegalTransition, InvalidInput, NotAllowed, Stale
from incidents.lifecycle.records import Report, Transition
from incidents.lifecycle.states import ReportAction, ReportState, after_report
from incidents.people.accounts import Account
from incidents.people.roles import DISPATCH, IOC, Role
from incidents.photos.photos import clean, keep
from incidents.procedure.policy import Policy
from incidents.read.present import report_view
from incidents.read.views import PhotoView, ReportView, Tab, Tasks
from incidents.store.database import Database, Store

_S = ReportState
STATES_OF: Mapping[Tab, tuple[ReportState, ...]] = {
    Tab.TODO: (_S.ASSIGNED, _S.PROCESSING, _S.DEFERRED, _S.RETURNED, _S.REPROCESS, _S.TRANSFER_REQ),
    Tab.REVIEW: (_S.REVIEW, _S.RECHECK),
    Tab.DONE: (_S.PUBLISHED, _S.ARCHIVED),
}
TASKS_PAGE = 200  # a ward has tens open at a time
TEXT_MAX_CHARS = 4000
N_PHOTOS_MAX = 4
# They see every report; a unit sees those it leads or coordinates.
SEE_ALL = DISPATCH | {Role.LEADER, Role.RECHECKER}


class WardDesk:
    def __init__(self, database: Database, policy: Policy, data_dir: Path) -> None:
        self._database = database
        self._policy = policy
        self._data_dir = data_dir

    async def tasks(self, by: Account, at: datetime, tab: Tab) -> Tasks:
        """What the account's unit leads, what is due first. Four statements, however many there are."""
        async with self._database.autocommit() as store:
            reports = await store.reports.of_unit(by.unit_id, STATES_OF[tab], TASKS_PAGE)
            counts = await store.reports.count_of_unit(by.unit_id)
            candidates = await store.candidates.get_all(
                [report.candidate_id for report in reports if report.candidate_id]
            )
            photos = await store.reports.photos([report.report_id for report in reports])
        items = tuple(
            report_view(
                self._policy,
                report,
                by,
                at,
                candidate=candidates.get(report.candidate_id) if report.candidate_id else None,
                photos=photos.get(report.report_id, ()),
            )
            for report in reports
        )
        n_by_tab = {tab: sum(counts.get(state, 0) for state in states) for tab, states in STATES_OF.items()}
        return Tasks(items=items, n_by_tab=n_by_tab)

    async def report(self, report_id: UUID, by: Account, at: datetime) -> ReportView:
        """One report with its history. Raises NotFound, NotAllowed."""
        async with self._database.autocommit() as store:
            return await self._view(store, await self._seen(store, report_id, by), by, at)

    async def may_see_evidence(self, candidate_id: UUID, by: Account) -> bool:
        """What a camera saw stays in the IOC until it is a report; then who may see that may see this."""
        if by.role in IOC:
            return True
        async with self._database.autocommit() as store:
            return await store.reports.of_candidate(candidate_id, _unit_seen_by(by))

    async def may_see_photo(self, path: str, by: Account) -> bool:
        """Whoever may see the report that it belongs to. `path`: below the data folder."""
        async with self._database.autocommit() as store:
            return await store.reports.with_photo(path, _unit_seen_by(by))

    async def opened(self, report_id: UUID, by: Account, at: datetime) -> ReportView:
        """Note that somebody of the lead unit has it before their eyes: the delivery, with its receiver.

        The first time counts; afterwards, and for everybody else, it only reads. The version may grow.
        Raises NotFound, NotAllowed.
        """
        try:
            async with self._database.transaction() as store:
                seen = await self._seen(store, report_id, by)
                if seen.opened_at is None and by.unit_id == seen.lead.unit_id and seen.state is _S.ASSIGNED:
                    moved = await self._moved(store, seen, ReportAction.OPEN, by, at)
                    seen = await self._save(store, seen, _delivered(seen, by, at), moved)
                return await self._view(store, seen, by, at)
        except (
            Stale
        ):  # a colleague opened it, or the officer took it back, in this moment: who looks sees that
            return await self.report(report_id, by, at)

    async def accept(self, report_id: UUID, by: Account, at: datetime, version: int) -> ReportView:
        """The unit takes it on. Raises NotFound, NotAllowed, IllegalMove, Stale."""
        async with self._database.transaction() as store:
            seen = await self._seen(store, report_id, by, version)
            moved = await self._moved(store, seen, ReportAction.ACCEPT, by, at)
            saved = await self._save(store, seen, _delivered(seen, by, at), moved)
            return await self._view(store, saved, by, at)

    async def submit(
        self,
        report_id: UUID,
        by: Account,
        at: datetime,
        version: int,
        text: str,
        photos: Sequence[bytes],
    ) -> ReportView:
        """Report the result: the unit's clock stops.

        Args:
            photos: after the work, at least one; JPEG, PNG or WebP, at most 10 MiB each.
        Raises:
            InvalidInput: no text, no photo, or one that is no picture; nothing was changed.
            CannotKeep: the photos cannot be written; nothing was changed.
            NotFound, NotAllowed, IllegalMove, Stale
        """
        text = _checked(text, photos)
        async with self._database.autocommit() as store:
            await self._moved(
                store, await self._seen(store, report_id, by, version), ReportAction.SUBMIT, by, at
            )
        kept = [await asyncio.to_thread(self._keep, photo, at) for photo in photos]
        async with self._database.transaction() as store:
            seen = await self._seen(store, report_id, by, version)
            moved = await self._moved(store, seen, ReportAction.SUBMIT, by, at)
            changed = replace(seen, submitted_at=at, result_text=text)
            saved = await self._save(store, seen, changed, moved)
            await store.reports.add_photos(report_id, saved.version, kept)
            return await self._view(store, saved, by, at)

    def _keep(self, photo: bytes, at: datetime) -> PhotoView:
        return keep(clean(photo), self._data_dir, self._policy.calendar.on(at))

    async def _seen(self, store: Store, report_id: UUID, by: Account, version: int | None = None) -> Report:
        seen = await store.reports.get(report_id)
        units = (seen.lead.unit_id, *(unit.unit_id for unit in seen.coordinating))
        if by.role not in SEE_ALL and by.unit_id not in units:
            raise NotAllowed(by.role, "see this report", f"{seen.lead.name} leads it")
        if version is not None and seen.version != version:
            raise await store.reports.stale(report_id, version)
        return seen

    async def _moved(
        self, store: Store, seen: Report, action: ReportAction, by: Account, at: datetime
    ) -> Transition:
        try:
            move = after_report(seen.state, action, by.role)
        except IllegalTransition as error:
            raise error.after((await store.reports.history(seen.report_id))[-1]) from None
        if by.unit_id != seen.lead.unit_id:
            raise NotAllowed(by.role, action, f"{seen.lead.name} leads it")
        return Transition(action=action, from_state=seen.state, to_state=move.to, by=by.person, at=at)

    async def _save(self, store: Store, seen: Report, changed: Report, moved: Transition) -> Report:
        await store.reports.save(seen, replace(changed, state=ReportState(moved.to_state)), [moved])
        return await store.reports.get(seen.report_id)

    async def _view(self, store: Store, report: Report, by: Account, at: datetime) -> ReportView:
        candidate = await store.candidates.get(report.candidate_id) if report.candidate_id else None
        photos = await store.reports.photos([report.report_id])
        return report_view(
            self._policy,
            report,
            by,
            at,
            candidate=candidate,
            photos=photos.get(report.report_id, ()),
            history=await store.reports.history(report.report_id),
        )


def _unit_seen_by(by: Account) -> str | None:
    """The unit whose reports the account may see; None: all of them."""
    return None if by.role in SEE_ALL else by.unit_id


def _delivered(seen: Report, by: Account, at: datetime) -> Report:
    """Opened now, unless somebody of the unit opened it before."""
    if seen.opened_at:
        return seen
    return replace(seen, opened_at=at, opened_by=by.person)


def _checked(text: str, photos: Sequence[bytes]) -> str:
    text = text.strip()
    if not text or len(text) > TEXT_MAX_CHARS:
        raise InvalidInput("text", f"wanted what was done, at most {TEXT_MAX_CHARS} characters")
    if not photos:
        raise InvalidInput("photos", "at least one photo after the work is needed")
    if len(photos) > N_PHOTOS_MAX:
        raise InvalidInput("photos", f"{len(photos)} photos; at most {N_PHOTOS_MAX}")
    return text
