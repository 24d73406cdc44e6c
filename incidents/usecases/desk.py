"""What a duty officer does with candidates: load, decide by the tables, save, all in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from uuid import UUID

from incidents.contract.events import Family
from incidents.errors import HeldByOther, IllegalTransition, NotAllowed, TooLate
from incidents.lifecycle.decisions import (
    LEASE,
    UNDO_WITHIN,
    corrected,
    correction_note,
    decided,
    new_report,
    undecided,
    withdrawal,
    without_old_lease,
)
from incidents.lifecycle.reasons import CancelReason, DismissReason
from incidents.lifecycle.records import Candidate, Report, Transition
from incidents.lifecycle.states import (
    CandidateAction,
    CandidateState,
    Guard,
    ReportAction,
    ReportState,
    after_candidate,
    after_report,
)
from incidents.people.accounts import Account
from incidents.people.roles import IOC, LEAD
from incidents.places.routing import WardRef
from incidents.procedure.policy import Policy
from incidents.read.present import candidate_view, report_view
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
            items=tuple(self._view(item, at) for item in items),
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
            ward = await self._ward(store, found, ward_code) if ward_code else found.ward
            history = await store.candidates.history(candidate_id)
        right = corrected(self._policy, found, category_key=category_key, ward=ward, severity=severity)
        return candidate_view(self._policy, right, at, history)

    async def n_waiting(self) -> int:
        """How many wait or are being looked at: a figure, for those who run it."""
        async with self._database.autocommit() as store:
            return await store.candidates.n_waiting()

    async def claim(self, candidate_id: UUID, by: Account, at: datetime) -> CandidateView:
        """Hold it for five minutes. For who holds it already, five minutes from now.

        Raises:
            NotFound, NotAllowed, IllegalMove: decided already.
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
            free, moves = without_old_lease(seen, at)
            if free.holder and free.lease_until:
                raise HeldByOther(candidate_id, free.holder.full_name, free.lease_until)
            moves.append(await self._moved(store, free, CandidateAction.CLAIM, by, at))
            return await self._save(
                store, seen, replace(free, holder=by.person, lease_until=at + LEASE), moves, at
            )

    async def release(self, candidate_id: UUID, by: Account, at: datetime) -> CandidateView:
        """Back into the queue. Raises NotFound, NotAllowed, IllegalMove, HeldByOther, Stale."""
        async with self._database.transaction() as store:
            seen = await store.candidates.get(candidate_id)
            moved = await self._moved(store, seen, CandidateAction.RELEASE, by, at)
            return await self._save(store, seen, replace(seen, holder=None, lease_until=None), [moved], at)

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
            NotFound, NotAllowed, IllegalMove, HeldByOther, InvalidInput
            Stale: it has changed since that version, with what others did.
        """
        async with self._database.transaction() as store:
            seen = await self._seen(store, candidate_id, version)
            ward = await self._ward(store, seen, ward_code) if ward_code else seen.ward
            right = corrected(self._policy, seen, category_key=category_key, ward=ward, severity=severity)
            note = correction_note(self._policy, seen, right)
            moved = await self._moved(store, seen, CandidateAction.CONFIRM, by, at, note)
            await self._save(store, seen, decided(right, by, at), [moved], at)
            report = await self._add_report(store, right, by, at)
            confirmed = await store.candidates.get(candidate_id)
            history = await store.reports.history(report.report_id)
        return report_view(self._policy, report, by, at, candidate=confirmed, history=history)

    async def dismiss(
        self, candidate_id: UUID, by: Account, at: datetime, version: int, reason: DismissReason
    ) -> CandidateView:
        """Out of the queue, with a reason. Raises as `confirm`."""
        async with self._database.transaction() as store:
            seen = await self._seen(store, candidate_id, version)
            moved = await self._moved(store, seen, CandidateAction.DISMISS, by, at, reason)
            dismissed = replace(decided(seen, by, at), dismiss_reason=reason)
            return await self._save(store, seen, dismissed, [moved], at)

    async def undo(self, candidate_id: UUID, by: Account, at: datetime, version: int) -> CandidateView:
        """Take back one's own decision, or as shift lead anybody's, within five minutes.

        A report only while its unit has not opened it.

        Raises:
            NotFound, NotAllowed, Stale
            IllegalMove: not decided, or the unit has opened the report.
            TooLate: more than five minutes ago.
        """
        async with self._database.transaction() as store:
            seen = await self._seen(store, candidate_id, version)
            moved = await self._moved(store, seen, CandidateAction.UNDO, by, at)
            if seen.decided_at and at > seen.decided_at + UNDO_WITHIN:
                raise TooLate(CandidateAction.UNDO, seen.decided_at + UNDO_WITHIN)
            if seen.report_id:
                await self._withdraw(store, seen.report_id, by, at)
            return await self._save(store, seen, undecided(seen, by, at), [moved], at)

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

    async def _moved(
        self,
        store: Store,
        seen: Candidate,
        action: CandidateAction,
        by: Account,
        at: datetime,
        note: str | None = None,
    ) -> Transition:
        """The step, where the tables and who holds or decided it allow it."""
        try:
            move = after_candidate(seen.state, action, by.role)
        except IllegalTransition as error:
            history = await store.candidates.history(seen.candidate_id)
            raise error.after(history[-1]) from None
        if Guard.HOLDER in move.needs and seen.holder and seen.holder != by.person:
            raise HeldByOther(seen.candidate_id, seen.holder.full_name, seen.lease_until or at)
        if Guard.OWN_DECISION in move.needs and seen.decided_by != by.person and by.role not in LEAD:
            decider = seen.decided_by.full_name if seen.decided_by else "nobody"
            raise NotAllowed(by.role, action, f"it was decided by {decider}")
        return Transition(
            action=action, from_state=seen.state, to_state=move.to, by=by.person, at=at, note=note
        )

    async def _save(
        self, store: Store, seen: Candidate, changed: Candidate, moves: Sequence[Transition], at: datetime
    ) -> CandidateView:
        state = CandidateState(moves[-1].to_state)
        await store.candidates.save(seen, replace(changed, state=state), moves)
        return self._view(await store.candidates.get(seen.candidate_id), at)

    async def _ward(self, store: Store, seen: Candidate, ward_code: str) -> WardRef:
        return await store.places.ward_on(ward_code, self._policy.calendar.on(seen.event.seen_at))

    async def _add_report(self, store: Store, candidate: Candidate, by: Account, at: datetime) -> Report:
        """Received and assigned in one moment: two lines of history."""
        day = self._policy.calendar.on(at)
        number = await store.reports.next_number(day)
        report = new_report(self._policy, candidate, by, at, day=day, number=number)
        triage = after_report(ReportState.RECEIVED, ReportAction.TRIAGE, by.role)
        received = Transition(
            action=ReportAction.RECEIVE, from_state=None, to_state=ReportState.RECEIVED, by=by.person, at=at
        )
        assigned = Transition(
            action=ReportAction.TRIAGE,
            from_state=ReportState.RECEIVED,
            to_state=triage.to,
            by=by.person,
            at=at,
            note=report.lead.name,
        )
        await store.reports.add(report, [received, assigned])
        return report

    async def _withdraw(self, store: Store, report_id: UUID, by: Account, at: datetime) -> None:
        report = await store.reports.get(report_id)
        try:
            move = withdrawal(report, by)
        except IllegalTransition as error:
            raise error.after((await store.reports.history(report_id))[-1]) from None
        moved = Transition(
            action=ReportAction.WITHDRAW,
            from_state=report.state,
            to_state=move.to,
            by=by.person,
            at=at,
            note=CancelReason.WITHDRAWN,
        )
        await store.reports.save(report, replace(report, state=move.to), [moved])


def _last_seen(candidate: Candidate) -> LastSeen:
    return LastSeen(at=candidate.event.seen_at, camera_name=candidate.event.camera.name)


def _see(by: Account) -> None:
    if by.role not in IOC:
        raise NotAllowed(by.role, "see the queue", "candidates stay in the IOC until somebody confirms them")
