"""The number that grows with each change of what readers see: whatever was rendered under an older one is out of date.

It is written in the transaction of the change. Who reads it before the articles, and keeps what he made of them under it,
can't keep anything old under a new number.
"""

from __future__ import annotations

from django.db import connection
from django.db.models import F

from pelekan.knowledge.models import Edition
from pelekan.tickets.models import Event


def number() -> int:
    """The present one. One plain statement: it is asked at every page of the help centre."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM knowledge_edition WHERE id = 1")
        found = cursor.fetchone()
    return int(found[0]) if found else 0


def turn() -> None:
    """Something changed that readers see."""
    if not Edition.objects.filter(pk=1).update(number=F("number") + 1):
        Edition.objects.bulk_create([Edition(pk=1, number=1)], ignore_conflicts=True)


def follow(event: Event) -> None:
    """Reaction: an article came out, changed or went, or its shelf did."""
    turn()
