"""A database as files, at one moment, while others go on writing; and back.

SQLite: the online backup of its own library, in one step, which in WAL mode holds nobody up. PostgreSQL: COPY of
every table inside one REPEATABLE READ transaction, so that neither pg_dump nor its version matters.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

SQLITE_MEMBER = "database/pelekan.sqlite3"
ATTACHMENTS = "SELECT path, sha256, message_id IS NULL FROM tickets_attachment"
Attachments = list[tuple[str, str, bool]]
"""Path, SHA-256 and whether it is unsent, of each attachment."""


class Unsound(Exception):
    """The database itself is damaged."""


def save_sqlite(database: Path, folder: Path) -> tuple[dict[str, Path], Attachments, dict[str, Any]]:
    """Copy into `folder`: members by name, the attachments it knows, facts for the manifest."""
    copy = folder / "pelekan.sqlite3"
    address = database.resolve().as_uri()
    with (
        closing(sqlite3.connect(f"{address}?mode=ro", uri=True, timeout=60)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        (state,) = target.execute("PRAGMA quick_check(1)").fetchone()
        if state != "ok":
            raise Unsound(f"The database is damaged: {state}")
        attachments = [(path, digest, bool(unsent)) for path, digest, unsent in target.execute(ATTACHMENTS)]
        migrations = target.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
    return {SQLITE_MEMBER: copy}, attachments, {"kind": "sqlite", "migrations": migrations}


def save_postgresql(database: str, folder: Path) -> tuple[dict[str, Path], Attachments, dict[str, Any]]:
    """The same for PostgreSQL: one member per table."""
    members: dict[str, Path] = {}
    tables: dict[str, list[str]] = {}
    with psycopg.connect(database) as link:
        link.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        link.read_only = True
        for table in _tables(link):
            tables[table] = _columns(link, table)
            target = folder / f"{table}.copy"
            command = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table), _names(tables[table]))
            with target.open("wb") as file, link.cursor().copy(command) as copy:
                for data in copy:
                    file.write(data)
            members[f"database/{table}.copy"] = target
        attachments = [(path, digest, unsent) for path, digest, unsent in link.execute(ATTACHMENTS)]
        migrations = link.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
        sequences = link.execute(
            "SELECT sequencename, last_value FROM pg_sequences "
            "WHERE schemaname = current_schema() AND last_value IS NOT NULL"
        ).fetchall()
    facts = {"kind": "postgresql", "migrations": migrations, "tables": tables, "sequences": sequences}
    return members, attachments, facts


def load_postgresql(database: str, folder: Path, manifest: dict[str, Any]) -> None:
    """Fill the tables, which must stand as the manifest's migrations made them, in one transaction."""
    with psycopg.connect(database) as link:
        tables: dict[str, list[str]] = manifest["tables"]
        link.execute(sql.SQL("TRUNCATE {} CASCADE").format(_names(tables)))
        for table, columns in tables.items():
            command = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), _names(columns))
            with (folder / f"{table}.copy").open("rb") as file, link.cursor().copy(command) as copy:
                while chunk := file.read(1 << 20):
                    copy.write(chunk)
        for name, value in manifest["sequences"]:
            link.execute("SELECT setval(quote_ident(%s)::regclass, %s)", [name, value])


def drop_postgresql(database: str) -> None:
    """Remove tables and functions, so that the migrations can make them anew."""
    with psycopg.connect(database) as link:
        if tables := _tables(link):
            link.execute(sql.SQL("DROP TABLE {} CASCADE").format(_names(tables)))
        ours = link.execute(
            "SELECT p.oid::regprocedure::text FROM pg_proc p "
            "LEFT JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e' "
            "WHERE p.pronamespace = current_schema()::regnamespace AND d.objid IS NULL"
        ).fetchall()
        for (signature,) in ours:  # quoted by the server; extensions keep theirs
            link.execute(sql.SQL("DROP ROUTINE {} CASCADE").format(sql.SQL(signature)))


def postgresql_in_use(database: str) -> bool:
    """Whether an installation lives there."""
    with psycopg.connect(database) as link:
        if "people_agent" not in _tables(link):
            return False
        row = link.execute("SELECT EXISTS (SELECT 1 FROM people_agent)").fetchone()
        return bool(row and row[0])


def sqlite_in_use(database: Path) -> bool:
    """Whether an installation lives there."""
    if not database.exists() or not database.stat().st_size:
        return False
    with closing(sqlite3.connect(database)) as link:
        return bool(link.execute("SELECT 1 FROM sqlite_master WHERE name = 'people_agent'").fetchone())


def _tables(link: psycopg.Connection[Any]) -> list[str]:
    """All tables of the schema: the database belongs to Pelekan alone."""
    rows = link.execute(
        "SELECT table_name FROM information_schema.tables "
        "WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name"
    ).fetchall()
    return [name for (name,) in rows]


def _columns(link: psycopg.Connection[Any], table: str) -> list[str]:
    """Columns that hold something of their own; generated ones come back by themselves."""
    rows = link.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    ).fetchall()
    return [name for (name,) in rows]


def _names(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)
