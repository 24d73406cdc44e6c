"""What a duty officer does with candidates: load, decide by the tables, save, all in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from uuid import UUID, uuid4

from incidents.contract.events import Family
from incidents.errors import HeldByOther, IllegalTransition, NotAllowed
from incidents.lifecycle.act import (
    CandidateDecision,
    ReportDecision,
    act_candidate,
    act_report,
    preview,
    receive_and_triage,
    report_of,
)
from incidents.lifecycle.candidate_effects import LEASE
from incidents.lifecycle.guards import UNDO_WITHIN
from incidents.lifecycle.payloads import Cancel, Confirm, Dismiss, Payload, Triage, Undo, category_of
from incidents.lifecycle.reasons import CancelReason, DismissReason
from incidents.lifecycle.records import Candidate, Report
from incidents.lifecycle.states import CandidateAction, CandidateState, ReportAction
from incidents.people.accounts import Account
from incidents.people.roles import IOC
from incidents.places.routing import route
from incidents.procedure.policy import Policy
from incidents.read.present import candidate_view, candidate_views, report_view
from incidents.read.views import CandidateView, LastSeen, Queue, ReportView, Undoable
from incidents.store.database import Database, Store

QUEUE_PAGE = 100  # more than anybody looks at: the counts tell of the rest


class Desk:
    def __init__(self, database: Database, policy: Policy) -> None:
        self._database = database
        self._policy = policy

    async def queue(self, by: Account, at: datetime, family: Family | None = None) -> Queue:
        """What waits, the most urgent first. Four statements at most, however long it is."""
        _see(by)
        calendar = self._policy.calendar
        async with self._database.autocommit() as store:
            items = await store.candidates.waiting(family, QUEUE_PAGE)
            counts = await store.candidates.counts(calendar.instant(calendar.on(at), time()))
            last = await store.candidates.last_decided(by.account_id, at - UNDO_WITHIN)
            last_raised = None if items else await store.candidates.last_raised(family)
        return Queue(
            items=candidate_views(self._policy, items, at),
            n_by_family=counts.n_by_family,
            n_waiting=sum(counts.n_by_family.values()),
            oldest_waiting_s=(at - counts.oldest_at).total_seconds() if counts.oldest_at else None,
            n_confirmed_today=counts.n_confirmed,
            n_dismissed_today=counts.n_dismissed,
            undoable=self._undoable(last, at) if last else None,
            last_seen=_last_seen(last_raised) if last_raised else None,
        )

    async def candidate(
        self,
        candidate_id: UUID,
        by: Account,
        at: datetime,
        *,
        category_key: str | None = None,
        ward_code: str | None = None,
        severity: int | None = None,
    ) -> CandidateView:
        """One candidate with its history, as it would be with what the officer knows better.

        Nothing is saved.

        Raises:
            NotFound, NotAllowed, InvalidInput
        """
        _see(by)
        async with self._database.autocommit() as store:
            found = await store.candidates.get(candidate_id)
            better = await self._better(store, found, category_key, ward_code, severity)
            history = await store.candidates.history(candidate_id)
        right = preview(found, better, by=by, at=at, policy=self._policy)
        return candidate_view(self._policy, right, at, history)

    async def n_waiting(self) -> int:
        """How many wait or are being looked at: a figure, for those who run it."""
        async with self._database.autocommit() as store:
            return await store.candidates.n_waiting()

    async def claim(self, candidate_id: UUID, by: Account, at: datetime) -> CandidateView:
        """Hold it for five minutes. For who holds it already, five minutes from now.

        Raises:
            NotFound, NotAllowed, IllegalTransition: decided already.
            HeldByOther: somebody else is looking at it.
        """
        async with self._database.transaction() as store:
            # A renewal leaves the version as it is: without the lock, a colleague who read the lease as over
            # would take a candidate whose holder has just been promised five minutes more.
            await store.candidates.lock(candidate_id)
            seen = await store.candidates.get(candidate_id)
            if seen.holder == by.person:
                renewed = replace(seen, lease_until=at + LEASE)
                await store.candidates.renew(seen, at + LEASE)
                return self._view(renewed, at)
            freed = self._freed(seen, at)
            if freed.candidate.holder and freed.candidate.lease_until:
                holder = freed.candidate.holder.full_name
                raise HeldByOther(candidate_id, holder, freed.candidate.lease_until)
            claimed = await self._decided(store, freed.candidate, CandidateAction.CLAIM, Payload(), by, at)
            transitions = (*freed.transitions, *claimed.transitions)
            return await self._save(store, replace(claimed, seen=seen, transitions=transitions), at)

    async def release(self, candidate_id: UUID, by: Account, at: datetime) -> CandidateView:
        """Back into the queue. Raises NotFound, NotAllowed, IllegalTransition, HeldByOther, Stale."""
        async with self._database.transaction() as store:
            seen = await store.candidates.get(candidate_id)
            released = await self._decided(store, seen, CandidateAction.RELEASE, Payload(), by, at)
            return await self._save(store, released, at)

    async def confirm(
        self,
        candidate_id: UUID,
        by: Account,
        at: datetime,
        version: int,
        *,
        category_key: str | None = None,
        ward_code: str | None = None,
        severity: int | None = None,
    ) -> ReportView:
        """Make a report of it: received, and assigned to its lead unit in the same moment.

        Args:
            version: as read; category_key, ward_code, severity: where the officer knows better.
        Raises:
            NotFound, NotAllowed, IllegalTransition, HeldByOther, InvalidInput
            Stale: it has changed since that version, with what others did.
        """
        async with self._database.transaction() as store:
            seen = await self._seen(store, candidate_id, version)
            better = await self._better(store, seen, category_key, ward_code, severity)
            confirmed = await self._decided(store, seen, CandidateAction.CONFIRM, better, by, at)
            await store.candidates.save(confirmed)
            report = await self._add_report(store, confirmed.candidate, by, at)
            candidate = await store.candidates.get(candidate_id)
            history = await store.reports.history(report.report_id)
        return report_view(self._policy, report, by, at, candidate=self._view(candidate, at), history=history)

    async def dismiss(
        self, candidate_id: UUID, by: Account, at: datetime, version: int, reason: DismissReason
    ) -> CandidateView:
        """Out of the queue, with a reason. Raises as `confirm`."""
        async with self._database.transaction() as store:
            seen = await self._seen(store, candidate_id, version)
            payload = Dismiss(reason_code=reason)
            dismissed = await self._decided(store, seen, CandidateAction.DISMISS, payload, by, at)
            return await self._save(store, dismissed, at)

    async def undo(self, candidate_id: UUID, by: Account, at: datetime, version: int) -> CandidateView:
        """Take back one's own decision, or as shift lead anybody's, within five minutes.

        A report only while its unit has not opened it.

        Raises:
            NotFound, NotAllowed, Stale
            IllegalTransition: not decided, or the unit has opened the report.
            TooLate: more than five minutes ago.
        """
        async with self._database.transaction() as store:
            seen = await self._seen(store, candidate_id, version)
            report = await store.reports.get(seen.report_id) if seen.report_id else None
            payload = Undo(delivered=bool(report and report.leading and report.leading.opened_at))
            undone = await self._decided(store, seen, CandidateAction.UNDO, payload, by, at)
            if report:
                await store.reports.save(self._withdrawn(report, by, at))
            return await self._save(store, undone, at)

    def _view(self, candidate: Candidate, at: datetime) -> CandidateView:
        return candidate_view(self._policy, candidate, at)

    def _undoable(self, candidate: Candidate, at: datetime) -> Undoable | None:
        if candidate.decided_at is None:
            return None
        action = (
            CandidateAction.CONFIRM
            if candidate.state is CandidateState.CONFIRMED
            else CandidateAction.DISMISS
        )
        return Undoable(
            candidate=self._view(candidate, at), action=action, until=candidate.decided_at + UNDO_WITHIN
        )

    async def _seen(self, store: Store, candidate_id: UUID, version: int) -> Candidate:
        seen = await store.candidates.get(candidate_id)
        if seen.version != version:
            raise await store.candidates.stale(candidate_id, version)
        return seen

    def _freed(self, seen: Candidate, at: datetime) -> CandidateDecision:
        """With a lease that has run out ended, as the sweeper would have done."""
        if seen.lease_until is None or at < seen.lease_until:
            return CandidateDecision(seen=seen, candidate=seen, transitions=())
        return act_candidate(seen, CandidateAction.LEASE_END, by=None, at=at, policy=self._policy)

    async def _decided(
        self,
        store: Store,
        seen: Candidate,
        action: CandidateAction,
        payload: Payload,
        by: Account,
        at: datetime,
    ) -> CandidateDecision:
        """By the tables; an error says who brought it, or its report, to its state."""
        try:
            return act_candidate(seen, action, payload, by=by, at=at, policy=self._policy)
        except IllegalTransition as error:
            of_report = error.what == "report" and seen.report_id
            history = (
                await store.reports.history(seen.report_id)
                if of_report and seen.report_id
                else await store.candidates.history(seen.candidate_id)
            )
            raise error.after(history[-1]) from None

    def _withdrawn(self, report: Report, by: Account, at: datetime) -> ReportDecision:
        payload = Cancel(reason_code=CancelReason.WITHDRAWN)
        return act_report(report, ReportAction.WITHDRAW, payload, by=by, at=at, policy=self._policy)

    async def _save(self, store: Store, decision: CandidateDecision, at: datetime) -> CandidateView:
        await store.candidates.save(decision)
        return self._view(await store.candidates.get(decision.seen.candidate_id), at)

    async def _better(
        self,
        store: Store,
        seen: Candidate,
        category_key: str | None,
        ward_code: str | None,
        severity: int | None,
    ) -> Confirm:
        """What the officer says otherwise than it stands. Raises InvalidInput."""
        ward = None
        if ward_code:
            ward = await store.places.ward_on(ward_code, self._policy.calendar.on(seen.event.seen_at))
        other_category = category_key not in (None, "", seen.category_key)
        return Confirm(
            category=category_of(self._policy, category_key) if category_key and other_category else None,
            ward=ward if ward != seen.ward else None,
            severity=severity if severity != seen.severity else None,
        )

    async def _add_report(self, store: Store, candidate: Candidate, by: Account, at: datetime) -> Report:
        """Received and assigned in one moment: two lines of history."""
        day = self._policy.calendar.on(at)
        number = await store.reports.next_number(day)
        report = report_of(candidate, report_id=uuid4(), day=day, number=number, by=by, at=at)
        routed = route(self._policy, candidate.category_key, candidate.ward)
        triage = Triage(
            category=category_of(self._policy, candidate.category_key),
            unit=routed.lead,
            coordinating=routed.coordinating,
        )
        decision = receive_and_triage(report, triage, by=by, at=at, policy=self._policy)
        await store.reports.save(decision)
        return decision.report


def _last_seen(candidate: Candidate) -> LastSeen:
    return LastSeen(at=candidate.event.seen_at, camera_name=candidate.event.camera.name)


def _see(by: Account) -> None:
    if by.role not in IOC:
        raise NotAllowed(by.role, "see the queue", "candidates stay in the IOC until somebody confirms them")
