"""How soon a connection notices that the server's machine is gone: libpq's own default is two hours."""

from __future__ import annotations

from typing import Final, TypedDict


class Liveness(TypedDict):
    """Parameters of libpq, in seconds but for the count."""

    connect_timeout: int
    keepalives_idle: int
    keepalives_interval: int
    keepalives_count: int


LIVENESS: Final[Liveness] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
