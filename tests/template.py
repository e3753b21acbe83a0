"""The migrated empty SQLite database, kept between runs: migrating from nothing costs each test process seconds."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.commands import migrate
from django.db import connection

PACKAGE = Path(__file__).parents[1] / "pelekan"


def _kept() -> Path:
    """Where it lies: named after everything that a migration can see."""
    seen = hashlib.sha256(sqlite3.sqlite_version.encode())
    for file in sorted(
        [*PACKAGE.glob("*/migrations/*.py"), PACKAGE / "settings.py", PACKAGE / "lib/search.py"]
    ):
        seen.update(file.read_bytes())
    return Path(tempfile.gettempdir()) / f"pelekan-tests-{os.getuid()}" / f"{seen.hexdigest()[:24]}.sqlite3"


def use() -> Callable[[], None]:
    """From now on `migrate` on an empty SQLite database copies the kept one where there is one. Returns the undoing."""
    usual = migrate.Command.handle

    def handle(self: migrate.Command, *args: Any, **options: Any) -> None:
        kept = _kept()
        if connection.vendor != "sqlite" or connection.introspection.table_names():
            usual(self, *args, **options)
            return
        connection.ensure_connection()
        if kept.exists():
            with sqlite3.connect(kept) as source:
                source.backup(connection.connection)
            source.close()
            return
        usual(self, *args, **options)
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        fresh = kept.with_suffix(f".{os.getpid()}")
        with sqlite3.connect(fresh) as target:
            connection.connection.backup(target)
        target.close()
        fresh.replace(kept)  # whole, or not there

    migrate.Command.handle = handle  # type: ignore[method-assign]

    def undo() -> None:
        migrate.Command.handle = usual  # type: ignore[method-assign]

    return undo
