"""Brings a database to the version that this program needs: numbered SQL files, each applied once."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psycopg
from psycopg.errors import DuplicateTable, FeatureNotSupported, InsufficientPrivilege

from incidents.errors import DatabaseUnavailable, SchemaMismatch
from incidents.store.address import readable

FOLDER = Path(__file__).parent / "migrations"
# Any fixed number: two programs that migrate at once wait for each other on it.
LOCK = "SELECT pg_advisory_xact_lock(7061737477)"
MADE = """
    CREATE TABLE IF NOT EXISTS schema_migration (
        name text PRIMARY KEY,
        sha256 text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
    )
"""
APPLIED = "SELECT name, sha256 FROM schema_migration ORDER BY name"
NOTE = "INSERT INTO schema_migration (name, sha256) VALUES (%s, %s)"
EXISTS = "SELECT to_regclass('schema_migration') IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Migration:
    name: str
    sql: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.sql).hexdigest()


def migrate(database_url: str) -> tuple[str, ...]:
    """Apply what is missing, all or nothing. The names of what was applied; none where all was there.

    Raises:
        InvalidInput: the address cannot be read.
        DatabaseUnavailable: nobody answers there.
        SchemaMismatch: the database was made by another version of this program, holds other tables of these
            names, lacks the extension btree_gist, or we may not change it.
    """
    try:
        with psycopg.connect(readable(database_url), connect_timeout=10) as connection:
            connection.execute(LOCK)
            connection.execute(MADE)
            missing = missing_from(dict(connection.execute(APPLIED).fetchall()))
            for migration in missing:
                connection.execute(migration.sql)
                connection.execute(NOTE, (migration.name, migration.sha256))
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(str(error).strip()) from error
    except InsufficientPrivilege as error:
        raise SchemaMismatch(
            f"the database's user may not change it: {error.diag.message_primary}"
        ) from error
    except (DuplicateTable, FeatureNotSupported) as error:
        raise SchemaMismatch(f"the database cannot be used: {error.diag.message_primary}") from error
    return tuple(migration.name for migration in missing)


def missing_from(applied: dict[str, str]) -> tuple[Migration, ...]:
    """What of our migrations is not among the applied ones (name -> sha256).

    Raises:
        SchemaMismatch: one was applied that is not ours, or ours has changed since.
    """
    ours = {path.name: Migration(path.name, path.read_bytes()) for path in sorted(FOLDER.glob("*.sql"))}
    for name, digest in applied.items():
        if name not in ours:
            raise SchemaMismatch(f"the database has the migration {name}, which this version does not know")
        if ours[name].sha256 != digest:
            raise SchemaMismatch(f"the migration {name} was applied to the database with another text")
    return tuple(migration for name, migration in ours.items() if name not in applied)
