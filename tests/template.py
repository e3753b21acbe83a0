"""The migrated empty database, made once and copied: migrating from nothing costs each test process many seconds, and
emptying a hundred tables after a test that commits costs more than the test.

SQLite: a file, kept between runs. PostgreSQL: a database beside those of the tests, on the same server.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection
from django.test import TransactionTestCase

PACKAGE = Path(__file__).parents[1] / "pelekan"


def use() -> Callable[[], None]:
    """From now on `migrate` on an empty database copies the kept one where there is one, and what a test committed is
    forgotten by copying it again (SQLite), or without telling Django's own tables anew (PostgreSQL). Returns the undoing."""
    migrating, forgetting = migrate.Command.handle, TransactionTestCase._fixture_teardown

    def handle(self: migrate.Command, *args: Any, **options: Any) -> None:
        def usual() -> None:
            migrating(self, *args, **options)

        if connection.introspection.table_names():
            usual()
        else:
            {"sqlite": _sqlite, "postgresql": _postgresql}[connection.vendor](usual)

    def forget(self: TransactionTestCase) -> None:
        if connection.vendor == "sqlite" and _file().exists():
            _copy(_file())
        else:
            # numbers go on where they are: the next office comes with the numbers of the first
            call_command(
                "flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=True
            )

    migrate.Command.handle = handle  # type: ignore[method-assign]
    TransactionTestCase._fixture_teardown = forget  # type: ignore[method-assign]

    def undo() -> None:
        migrate.Command.handle = migrating  # type: ignore[method-assign]
        TransactionTestCase._fixture_teardown = forgetting  # type: ignore[method-assign]

    return undo


def tables() -> None:
    """Tables in the empty database of a desk that runs outside pytest."""
    undo = use() if connection.vendor == "sqlite" else lambda: None
    call_command("migrate", verbosity=0)
    undo()


def lay(place: Path) -> None:
    """The tables of a desk that is about to begin at `place`, a SQLite file: its `migrate` then finds all done. That it
    can do so from nothing is shown where it is the matter (tests/house/test_installing.py)."""
    if not _file().exists():
        with tempfile.TemporaryDirectory() as folder:
            environment = {
                **os.environ,
                "PELEKAN_TESTING": "1",
                "PELEKAN_TEST_DATABASE": f"sqlite:///{folder}/one.sqlite3",
                "DJANGO_SETTINGS_MODULE": "pelekan.settings",
            }
            code = "import django; django.setup(); from tests import template; template.tables()"
            subprocess.run([sys.executable, "-c", code], cwd=PACKAGE.parent, env=environment, check=True)
    shutil.copyfile(_file(), place)
    place.chmod(0o600)


def lay_in_postgresql(name: str) -> None:
    """The same for the empty database `name` beside those of the tests, where a test process has made the tables."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    kept = f"pelekan_tests_{_named()}"
    with psycopg.connect(os.environ["PELEKAN_TEST_DATABASE"], autocommit=True) as link:
        link.execute("SELECT pg_advisory_lock(20261122)")
        if link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [kept]).fetchone():
            link.execute(SQL("DROP DATABASE {}").format(Identifier(name)))
            link.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(kept)))


def _named() -> str:
    """After everything that a migration can see."""
    seen = hashlib.sha256(sqlite3.sqlite_version.encode())
    for file in sorted(
        [*PACKAGE.glob("**/migrations/*.py"), PACKAGE / "settings.py", PACKAGE / "lib/search.py"]
    ):
        seen.update(file.read_bytes())
    return seen.hexdigest()[:24]


_name = ""


def _file() -> Path:
    global _name
    _name = _name or _named()
    return Path(tempfile.gettempdir()) / f"pelekan-tests-{os.getuid()}" / f"{_name}.sqlite3"


def _copy(kept: Path) -> None:
    connection.ensure_connection()
    source = sqlite3.connect(f"file:{kept}?mode=ro", uri=True)
    source.backup(connection.connection)
    source.close()


def _sqlite(usual: Callable[[], None]) -> None:
    kept = _file()
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    with kept.with_suffix(".lock").open("w") as lock:  # the other processes wait for the first
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kept.exists():
            _copy(kept)
            return
        usual()
        fresh = kept.with_suffix(f".{os.getpid()}")
        target = sqlite3.connect(fresh)
        connection.connection.backup(target)
        target.close()
        fresh.replace(kept)  # whole, or not there


def _postgresql(usual: Callable[[], None]) -> None:
    import psycopg
    from psycopg.sql import SQL, Identifier

    own, kept = connection.settings_dict["NAME"], f"pelekan_tests_{_named()}"
    copy = SQL("CREATE DATABASE {} TEMPLATE {}")
    with psycopg.connect(os.environ["PELEKAN_TEST_DATABASE"], autocommit=True) as link:
        link.execute("SELECT pg_advisory_lock(20261122)")  # the other processes wait for the first
        there = link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [kept]).fetchone()
        if not there:
            usual()
        connection.close()  # a database with visitors is not copied
        if there:
            link.execute(SQL("DROP DATABASE {}").format(Identifier(own)))
            link.execute(copy.format(Identifier(own), Identifier(kept)))
        else:
            link.execute(copy.format(Identifier(kept), Identifier(own)))
