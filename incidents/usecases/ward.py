"""What a unit does with its reports: each use case loads, decides, saves; one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from incidents.errors import IllegalTransition, NotAllowed, Stale
from incidents.evidence.photos import clean, store_photo
from incidents.evidence.store import EvidenceStore
from incidents.lifecycle.act import ReportDecision, act_report
from incidents.lifecycle.payloads import Payload, SubmitResult
from incidents.lifecycle.reasons import Ended
from incidents.lifecycle.records import Photo, Report
from incidents.lifecycle.states import ReportAction, ReportState
from incidents.people.accounts import Account
from incidents.people.roles import DISPATCH, IOC, Role
from incidents.procedure.policy import Policy
from incidents.read.present import candidate_view, candidate_views, report_view
from incidents.read.views import ReportView, Tab, Tasks
from incidents.store.database import Database, Store

_S = ReportState
STATES_OF: Mapping[Tab, tuple[ReportState, ...]] = {
    Tab.TODO: (_S.ASSIGNED, _S.PROCESSING, _S.DEFERRED, _S.RETURNED, _S.REPROCESS, _S.TRANSFER_REQ),
    Tab.REVIEW: (_S.REVIEW, _S.RECHECK),
    Tab.DONE: (_S.PUBLISHED, _S.ARCHIVED),
}
TASKS_PAGE = 200  # a ward has tens open at a time
# They see every report; a unit sees those it leads or coordinates.
SEE_ALL = DISPATCH | {Role.LEADER, Role.RECHECKER}


class WardReports:
    def __init__(self, database: Database, policy: Policy, evidence: EvidenceStore) -> None:
        self._database = database
        self._policy = policy
        self._evidence = evidence

    async def tasks(self, by: Account, at: datetime, tab: Tab) -> Tasks:
        """What the account's unit leads, what is due first. Four statements, however many there are."""
        async with self._database.autocommit() as store:
            reports = await store.reports.of_unit(by.unit_id, STATES_OF[tab], TASKS_PAGE)
            counts = await store.reports.count_of_unit(by.unit_id)
            found = await store.candidates.get_all(
                [candidate_id for report in reports for candidate_id in report.candidate_ids[:1]]
            )
            photos = await store.reports.photos([report.report_id for report in reports])
        views = candidate_views(self._policy, tuple(found.values()), at)
        candidates = {view.candidate_id: view for view in views}
        items = tuple(
            report_view(
                self._policy,
                report,
                by,
                at,
                candidate=candidates.get(report.candidate_ids[0]) if report.candidate_ids else None,
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
        """Whoever may see the report that it belongs to. `path`: in the evidence store."""
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
                if _awaits_delivery(seen, by):
                    return await self._done(store, seen, ReportAction.OPEN, Payload(), by, at)
                return await self._view(store, seen, by, at)
        except Stale:
            # A colleague opened it, or the officer took it back, in this moment: who looks sees that.
            return await self.report(report_id, by, at)

    async def accept(self, report_id: UUID, by: Account, at: datetime, version: int) -> ReportView:
        """The unit takes it on. Raises NotFound, NotAllowed, IllegalTransition, Stale."""
        async with self._database.transaction() as store:
            seen = await self._seen(store, report_id, by, version)
            return await self._done(store, seen, ReportAction.ACCEPT, Payload(), by, at)

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
            InvalidInput: no text, no photo, or a file that is not a picture; nothing was changed.
            EvidenceUnavailable: the photos cannot be stored; nothing was changed.
            NotFound, NotAllowed, IllegalTransition, Stale
        """
        text = text.strip()
        as_sent = SubmitResult(text=text, photos=tuple(map(_as_sent, photos)))
        async with self._database.autocommit() as store:
            # Before anything is written: what is refused leaves no file behind.
            await self._decided(
                store, await self._seen(store, report_id, by, version), ReportAction.SUBMIT, as_sent, by, at
            )
        kept = [await asyncio.to_thread(self._keep, photo, at) for photo in photos]
        result = SubmitResult(text=text, photos=tuple(kept))
        async with self._database.transaction() as store:
            seen = await self._seen(store, report_id, by, version)
            return await self._done(store, seen, ReportAction.SUBMIT, result, by, at)

    def _keep(self, photo: bytes, at: datetime) -> Photo:
        return store_photo(self._evidence, clean(photo), self._policy.calendar.on(at))

    async def _seen(self, store: Store, report_id: UUID, by: Account, version: int | None = None) -> Report:
        seen = await store.reports.get(report_id)
        if not _may_see(seen, by):
            lead = seen.lead.name if seen.lead else "no unit yet"
            raise NotAllowed(by.role, "see this report", f"{lead} leads it")
        if version is not None and seen.version != version:
            raise await store.reports.stale(report_id, version)
        return seen

    async def _decided(
        self, store: Store, seen: Report, action: ReportAction, payload: Payload, by: Account, at: datetime
    ) -> ReportDecision:
        """By the tables; an error says who brought it to its state."""
        try:
            return act_report(seen, action, payload, by=by, at=at, policy=self._policy)
        except IllegalTransition as error:
            raise error.after((await store.reports.history(seen.report_id))[-1]) from None

    async def _done(
        self, store: Store, seen: Report, action: ReportAction, payload: Payload, by: Account, at: datetime
    ) -> ReportView:
        await store.reports.save(await self._decided(store, seen, action, payload, by, at))
        return await self._view(store, await store.reports.get(seen.report_id), by, at)

    async def _view(self, store: Store, report: Report, by: Account, at: datetime) -> ReportView:
        shown = await store.candidates.get(report.candidate_ids[0]) if report.candidate_ids else None
        photos = await store.reports.photos([report.report_id])
        return report_view(
            self._policy,
            report,
            by,
            at,
            candidate=candidate_view(self._policy, shown, at) if shown else None,
            photos=photos.get(report.report_id, ()),
            history=await store.reports.history(report.report_id),
        )


def _may_see(report: Report, by: Account) -> bool:
    """Who works on it now, and who had it when it was taken back: they learn that it was."""
    return by.role in SEE_ALL or any(
        each.unit.unit_id == by.unit_id and (each.live or each.ended is Ended.WITHDRAWN)
        for each in report.assignments
    )


def _unit_seen_by(by: Account) -> str | None:
    """The unit whose reports the account may see; None: all of them."""
    return None if by.role in SEE_ALL else by.unit_id


def _awaits_delivery(seen: Report, by: Account) -> bool:
    leading = seen.leading
    undelivered = leading is not None and leading.opened_at is None and seen.state is ReportState.ASSIGNED
    return undelivered and by.unit_id == (seen.lead and seen.lead.unit_id)


def _as_sent(photo: bytes) -> Photo:
    """A file that was sent, before anybody has looked into it."""
    return Photo(path="", sha256=sha256(photo).hexdigest(), n_bytes=len(photo), width_px=0, height_px=0)
