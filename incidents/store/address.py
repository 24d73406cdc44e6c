"""The database's address, looked at before anybody connects."""

from __future__ import annotations

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from incidents.errors import InvalidInput


def readable(database_url: str) -> str:
    """The same address.

    Raises:
        InvalidInput: libpq cannot read it. Its own words repeat the address, and the password in it.
    """
    try:
        conninfo_to_dict(database_url)
    except ProgrammingError:
        raise InvalidInput("database_url", "is not postgresql://user:password@host:port/database") from None
    return database_url
