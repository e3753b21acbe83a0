"""Sessions in Django's own table, read with one plain statement: this happens at every request of whoever signed in."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection

from pelekan.lib.time import now as clock


class SessionStore(db.SessionStore):
    """Ended sessions and unknown keys are empty, as in Django's own."""

    def load(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s",
                [self.session_key, connection.ops.adapt_datetimefield_value(clock())],
            )
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found[0])
