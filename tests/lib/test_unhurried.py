"""Leases don't wait for the disk; everything else does."""

from __future__ import annotations

import pytest
from django.db import connection

from pelekan.lib.unhurried import unhurried


def _setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(name)
        return str(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_only_its_own_commit_does_not_wait() -> None:
    if connection.vendor == "sqlite":
        ask, waits = "PRAGMA synchronous", "2"
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")  # as in production; tests don't wait otherwise
    else:
        ask, waits = "SHOW synchronous_commit", "on"
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit TO ON")
    try:
        with pytest.raises(ZeroDivisionError), unhurried():
            assert _setting(ask) in ("1", "off")
            raise ZeroDivisionError
        assert _setting(ask) == waits
        with unhurried(), unhurried():
            assert connection.in_atomic_block
        assert _setting(ask) == waits
    finally:
        connection.close()
