"""The event log as the live rooms read it: ids, names and topics, in two cheap queries."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from django.db import close_old_connections, connection

from pelekan.lib import live
from pelekan.tickets.models import Event

CHANNEL = "pelekan_events"
OVERLAP_IDS = 200  # how far back a page resumes where ids may commit late and no hub knows better


class Feed:
    """The Event table as a `live.Source`."""

    def __init__(self) -> None:
        alone = (
            connection.vendor == "sqlite"
        )  # one writer: ids commit in order, and nobody can tell us of a commit
        self.poll_every = 0.25 if alone else 5.0
        self.overlap = 0.0 if alone else 10.0
        self._rows = f"SELECT id, name, topics FROM {Event._meta.db_table} WHERE id > %s ORDER BY id LIMIT %s"

    def latest(self) -> int:
        return latest()

    def after(self, id: int, limit: int) -> Sequence[live.Row]:
        with connection.cursor() as cursor:
            cursor.execute(self._rows, [id, limit])
            return cursor.fetchall()

    def listen(self, wake: Callable[[], None], stopped: threading.Event) -> None:
        if connection.vendor != "postgresql":
            return
        try:
            connection.ensure_connection()
            line = connection.connection  # psycopg's own: Django has no word for LISTEN
            line.autocommit = True
            line.execute(f"LISTEN {CHANNEL}")
            wake()  # for what was committed before we listened
            while not stopped.is_set():
                for _ in line.notifies(timeout=0.5, stop_after=1):
                    wake()
        finally:
            self.close()

    def close(self) -> None:
        if not connection.in_atomic_block:
            connection.close()
        close_old_connections()


def latest() -> int:
    """The id of the newest event; 0 in an empty log."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT MAX(id) FROM {Event._meta.db_table}")
        return cursor.fetchone()[0] or 0


def resume_id() -> int:
    """For `<meta name="live-id">`: read it before the page's own queries, and nothing between is lost."""
    known = live.resume_id()
    if known is not None:
        return known
    return latest() if connection.vendor == "sqlite" else max(0, latest() - OVERLAP_IDS)


def announce() -> None:
    """Inside a change that recorded something: let the other processes hear of its commit."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
