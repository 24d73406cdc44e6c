"""What can go wrong in the domain's own words. Each message names what, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from incidents.people.history import HistoryRow


class IncidentError(Exception):
    """The root of everything the domain refuses."""

    guard: str | None = None  # of the tables of the lifecycle, where one of them refused it


class NotFound(IncidentError):
    def __init__(self, what: str, subject: object) -> None:
        super().__init__(f"no {what} {subject}")
        self.what = what
        self.subject = str(subject)


class IllegalTransition(IncidentError):
    """The state does not allow the action. `last` says who brought it there, and when."""

    def __init__(
        self, what: str, state: str, action: str, allowed: Sequence[str], last: HistoryRow | None = None
    ) -> None:
        since = f" ({last.action} by {last.by_name or 'timer'} at {last.at.isoformat()})" if last else ""
        super().__init__(
            f"cannot {action} a {what} that is {state}{since}; "
            f"from here: {', '.join(allowed) or 'nothing, it is final'}"
        )
        self.what = what
        self.state = state
        self.action = action
        self.allowed = tuple(allowed)
        self.last = last

    def after(self, last: HistoryRow) -> IllegalTransition:
        """The same, with who brought it there."""
        refused = IllegalTransition(self.what, self.state, self.action, self.allowed, last)
        refused.guard = self.guard
        return refused


class Stale(IncidentError):
    """Somebody else changed it since it was read. `newer` holds what they did, oldest first."""

    def __init__(self, what: str, subject: object, newer: Sequence[HistoryRow]) -> None:
        did = "; ".join(f"{row.action} by {row.by_name or 'timer'} at {row.at.isoformat()}" for row in newer)
        super().__init__(
            f"{what} {subject} is at another version: {did or 'the version sent is unknown'}. Reload it"
        )
        self.what = what
        self.subject = str(subject)
        self.newer = tuple(newer)


class HeldByOther(IncidentError):
    """Another officer is looking at it, until `until` unless they renew or release it."""

    def __init__(self, subject: object, name: str, until: datetime) -> None:
        super().__init__(f"candidate {subject} is held by {name} until {until.isoformat()}")
        self.subject = str(subject)
        self.name = name
        self.until = until


class TooLate(IncidentError):
    """The time in which this could be done is over."""

    def __init__(self, action: str, until: datetime) -> None:
        super().__init__(f"{action} was possible until {until.isoformat()}")
        self.action = action
        self.until = until


class TooEarly(IncidentError):
    """It has not waited long enough yet."""

    def __init__(self, action: str, since: datetime) -> None:
        super().__init__(f"{action} is possible from {since.isoformat()}")
        self.action = action
        self.since = since


class NotAllowed(IncidentError):
    def __init__(self, role: str, action: str, why: str = "") -> None:
        super().__init__(f"role {role} may not {action}{': ' + why if why else ''}")
        self.role = role
        self.action = action
        self.why = why


class InvalidInput(IncidentError):
    """A value that somebody sent. `problem` says what is wrong with it and what is allowed."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class BadCredentials(IncidentError):
    """Unknown name or wrong password: which of them is not said."""

    def __init__(self) -> None:
        super().__init__("unknown user name or wrong password")


class TooManyAttempts(IncidentError):
    def __init__(self, until: datetime) -> None:
        super().__init__(f"too many failed sign-ins with this name; try again at {until.isoformat()}")
        self.until = until


class NotSignedIn(IncidentError):
    def __init__(self) -> None:
        super().__init__("no session, or it has ended; sign in again")


class BoundariesError(IncidentError):
    """A file of ward boundaries cannot be used. Names the file and the feature."""

    def __init__(self, where: str, feature: str, problem: str) -> None:
        super().__init__(f"{where}: {feature}: {problem}")
        self.where = where
        self.feature = feature
        self.problem = problem


class DatabaseUnavailable(IncidentError):
    """The database does not answer, or not in time. Trying again is safe: nothing is done twice."""

    def __init__(self, problem: str) -> None:
        # libpq says it in several lines.
        super().__init__(f"the database does not answer: {' '.join(problem.split())}")


class SchemaMismatch(IncidentError):
    """The database is not at the version this program needs."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
