"""The names behind the ids that events bear."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import connection

from pelekan.web.workspace.sentences import Names

_NAMES = {
    "agent": "SELECT 'agent', a.id, u.name FROM people_agent a JOIN people_user u ON u.id = a.user_id WHERE a.id IN",
    "team": "SELECT 'team', t.id, t.name FROM people_team t WHERE t.id IN",
    "category": "SELECT 'category', c.id, c.name FROM tickets_category c WHERE c.id IN",
}


def names_in(found: list[dict[str, Any]]) -> Names:
    """The names behind the ids in the events' data, in one query, or none where nobody is mentioned."""
    wanted: dict[str, set[int]] = {kind: set() for kind in _NAMES}
    for line in found:
        for kind, ids in wanted.items():
            ids.update(int(line["data"][key]) for key in (kind, f"{kind}_before") if line["data"].get(key))
    parts = [
        f"{_NAMES[kind]} ({', '.join(str(pk) for pk in sorted(ids))})" for kind, ids in wanted.items() if ids
    ]
    known: dict[str, dict[int, str]] = defaultdict(dict)
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts))
            for kind, pk, name in cursor.fetchall():
                known[kind][pk] = name
    return Names(known)
