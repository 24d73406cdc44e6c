"""Who may do what: the roles of the regulations, and the groups of them that act alike."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    DUTY_OFFICER = "duty_officer"
    SHIFT_LEAD = "shift_lead"
    IOC_HEAD = "ioc_head"
    LEADER = "leader"
    OFFICE = "office"
    DEPARTMENT = "department"
    WARD = "ward"
    WARD_POLICE = "ward_police"
    SERVICE_COMPANY = "service_company"
    RECHECKER = "rechecker"
    ADMIN = "admin"
    CITIZEN = "citizen"
    SYSTEM = "system"  # timers


IOC = frozenset({Role.DUTY_OFFICER, Role.SHIFT_LEAD, Role.IOC_HEAD})
UNIT = frozenset({Role.WARD, Role.WARD_POLICE, Role.DEPARTMENT, Role.SERVICE_COMPANY, Role.OFFICE})
DISPATCH = IOC | {Role.OFFICE}
TIMER = frozenset({Role.SYSTEM})
LEAD = frozenset({Role.SHIFT_LEAD})
# Who may judge a result: never who worked on it (Guard.OTHER_UNIT).
REVIEWERS = IOC
