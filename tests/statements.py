"""What a call asks of the database. Transactions and savepoints are not counted: tests have more of them than real life."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

WORK = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


def statements(do: Callable[[], Any]) -> list[str]:
    """The statements of `do()`, which is called twice before, so that what is fetched once per process is there."""
    do(), do()
    with CaptureQueriesContext(connection) as seen:
        do()
    return [one["sql"] for one in seen if one["sql"].lstrip().upper().startswith(WORK)]


def costs(do: Callable[[], Any], number: int) -> None:
    """Pin the cost of a hot path: neither more nor, unnoticed, fewer."""
    found = statements(do)
    assert len(found) == number, f"{len(found)} statements:\n" + "\n".join(sql[:400] for sql in found)
