"""Plays a duty officer and somebody of a ward, over the same HTTP API that programs use."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Any

import httpx

from incidents.people.roles import Role
from mastwatch.demo.accounts import PASSWORD, DemoAccount
from mastwatch.stack.errors import StackError

ASK_EVERY_S = 0.5
WARD_ROLES = (Role.WARD, Role.WARD_POLICE)
# The longest clip lasts 73 s, and a cold machine may need another minute for the first frame.
WITHIN_S = 240.0


class NoReport(StackError):
    """No candidate became an accepted report: says how far it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceSeen:
    """What the officer downloaded. Each file had the hash that travelled with the candidate."""

    image: str  # addresses below the console's
    clip: str
    sha256: Mapping[str, str]  # of `image` and `clip`


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A camera's candidate that is a report now, accepted by the unit it was given to."""

    candidate_id: str
    family: str
    kind: str
    camera_id: str
    seen_at: str  # ISO 8601
    queued_at: str
    latency_s: float  # from the camera's frame to the queue
    evidence: EvidenceSeen
    report_id: str
    ward: str
    due_at: str
    state: str


class ApiClient:
    """One person's session."""

    def __init__(self, address: str, account: DemoAccount) -> None:
        # A proxy that the environment names has no way to our loopback.
        self._http = httpx.Client(base_url=address, timeout=15, trust_env=False)
        session = self.post("/api/v1/session", username=account.username, password=PASSWORD)
        self._http.headers["X-CSRF-Token"] = session["csrf_token"]

    def get(self, path: str, **query: str) -> Any:
        return self._ask("GET", path, params=query).json()

    def post(self, path: str, **body: object) -> Any:
        return self._ask("POST", path, json=body).json()

    def file(self, path: str) -> bytes:
        return self._ask("GET", path).content

    def _ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        try:
            response = self._http.request(method, path, **how)
        except httpx.TransportError as error:
            raise NoReport(f"{method} {path}: the console does not answer: {error}") from error
        if response.is_error:
            raise NoReport(f"{method} {path} answered {response.status_code}: {response.text}")
        return response


def until_report(address: str, accounts: Sequence[DemoAccount], stop: Event) -> Delivered:
    """Confirm the first candidate of this run that falls to a ward's own unit, and accept it there.

    Raises:
        NoReport: not in time, or something was refused or did not match.
    """
    officer = ApiClient(address, next(account for account in accounts if account.role is Role.DUTY_OFFICER))
    of_unit = {account.unit_name: account for account in accounts if account.role in WARD_ROLES}
    candidate = _wait_for(officer, frozenset(of_unit), datetime.now(UTC), stop)
    candidate = officer.post(f"/api/v1/candidates/{candidate['candidate_id']}/claim")
    evidence = _look_at(officer, candidate["event"]["evidence"])
    report = officer.post(
        f"/api/v1/candidates/{candidate['candidate_id']}/confirm", version=candidate["version"]
    )
    accepted = _accept(ApiClient(address, of_unit[report["lead_unit_name"]]), report["report_id"])
    return _delivered(candidate, evidence, accepted)


def _wait_for(officer: ApiClient, units: frozenset[str], since: datetime, stop: Event) -> dict[str, Any]:
    """The first candidate queued since then that one of these units would get, with a clip to look at."""
    deadline = time.monotonic() + WITHIN_S
    n_waiting = 0
    while time.monotonic() < deadline and not stop.is_set():
        queue = officer.get("/api/v1/candidates")
        n_waiting = queue["n_waiting"]
        for item in queue["items"]:
            # What a former run left in the queue proves nothing about this one.
            is_new = datetime.fromisoformat(item["queued_at"]) >= since
            if is_new and item["lead_unit_name"] in units and item["event"]["evidence"]["clip"]:
                return dict(item)
        stop.wait(ASK_EVERY_S)
    raise NoReport(
        f"nothing new for a ward in {WITHIN_S:g} s, {n_waiting} in the queue; see logs/ in its data folder"
    )


def _look_at(officer: ApiClient, evidence: Mapping[str, Any]) -> EvidenceSeen:
    """Download picture and clip, and check them against what the detector signed."""
    paths, found = {}, {}
    for name, file in (("image", evidence["image"]), ("clip", evidence["clip"]["file"])):
        paths[name] = f"/evidence/{file['path']}"
        found[name] = hashlib.sha256(officer.file(paths[name])).hexdigest()
        if found[name] != file["sha256"]:
            raise NoReport(f"{paths[name]} has sha256 {found[name]}, the detector kept {file['sha256']}")
    return EvidenceSeen(image=paths["image"], clip=paths["clip"], sha256=found)


def _accept(ward: ApiClient, report_id: str) -> dict[str, Any]:
    """Find it among the unit's tasks, open it, accept it."""
    tasks = ward.get("/api/v1/reports", tab="todo")
    if report_id not in [task["report_id"] for task in tasks["items"]]:
        raise NoReport(f"report {report_id} is not among the tasks of its own unit")
    opened = ward.get(f"/api/v1/reports/{report_id}")
    return dict(ward.post(f"/api/v1/reports/{report_id}/accept", version=opened["version"]))


def _delivered(candidate: dict[str, Any], evidence: EvidenceSeen, report: dict[str, Any]) -> Delivered:
    event = candidate["event"]
    seen_at = datetime.fromisoformat(event["seen_at"])
    queued_at = datetime.fromisoformat(candidate["queued_at"])
    return Delivered(
        candidate_id=candidate["candidate_id"],
        family=event["family"],
        kind=event["kind"],
        camera_id=event["camera"]["camera_id"],
        seen_at=seen_at.isoformat(),
        queued_at=queued_at.isoformat(),
        latency_s=round((queued_at - seen_at).total_seconds(), 3),
        evidence=evidence,
        report_id=report["report_id"],
        ward=report["ward_name"],
        due_at=datetime.fromisoformat(report["due"]["due_at"]).isoformat(),
        state=report["state"],
    )
