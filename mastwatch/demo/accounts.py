"""Who signs in to the demo: officers of the operation centre, and somebody of every unit that leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle

from incidents.people.roles import Role
from incidents.procedure.policy import Unit

PASSWORD = "mastwatch-demo"  # noqa: S105  # printed on the screen: the demo listens on loopback only
IOC = "ioc"
# Nobody real: common names, given to the units in their order.
OFFICERS = ("Trần Thu Mai", "Lê Quốc Hùng")
MEMBERS = (
    *("Nguyễn Văn Bình", "Phạm Thị Hoa", "Đỗ Minh Đức", "Võ Thị Lan", "Bùi Quang Huy", "Hồ Thị Thảo"),
    *("Ngô Anh Tuấn", "Dương Thị Yến", "Lý Hoàng Nam", "Đặng Thu Hà", "Trương Văn Phúc", "Mai Thị Ngọc"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    username: str
    full_name: str
    role: Role
    unit_id: str
    unit_name: str


def demo_accounts(ioc: Unit, leads: Iterable[Unit]) -> tuple[DemoAccount, ...]:
    """Two officers, so that a lease can be seen, and one person of each unit that leads something here."""
    officers = tuple(_account(f"canbo{n}", name, ioc) for n, name in enumerate(OFFICERS, 1))
    units = sorted(leads, key=lambda unit: (unit.role, unit.unit_id))
    return officers + tuple(
        _account(f"donvi{n}", name, unit)
        for n, (name, unit) in enumerate(zip(cycle(MEMBERS), units, strict=False), 1)
    )


def _account(username: str, full_name: str, unit: Unit) -> DemoAccount:
    return DemoAccount(
        username=username, full_name=full_name, role=unit.role, unit_id=unit.unit_id, unit_name=unit.name
    )
