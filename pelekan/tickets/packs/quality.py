"""How well it is judged what climbs: hand-overs upwards by the step that they went to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q

from pelekan.tickets.models import Outcome, Stay


def climbs(since: datetime) -> list[dict[str, Any]]:
    """Of each step that something was handed up to since then: {"tier", "level", "up", "accepted", "returned" (before anybody
    accepted it), "despite" (without the skill), "waited" (a timedelta until acceptance, or None)}. One query."""
    rows = (
        Stay.objects.filter(
            sent_from__isnull=False, entered_at__gte=since, tier__level__gt=F("sent_from__tier__level")
        )
        .values("tier__name", "tier__level")
        .annotate(
            up=Count("pk"),
            accepted=Count("pk", filter=Q(accepted_at__isnull=False)),
            returned=Count("pk", filter=Q(outcome=Outcome.RETURNED, accepted_at=None)),
            against=Count("pk", filter=~Q(despite="")),
            waited=Avg(
                ExpressionWrapper(F("accepted_at") - F("entered_at"), output_field=DurationField()),
                filter=Q(accepted_at__isnull=False),
            ),
        )
        .order_by("-tier__level")
    )
    return [
        {
            "tier": row["tier__name"], "level": row["tier__level"], "up": row["up"], "accepted": row["accepted"],
            "returned": row["returned"], "despite": row["against"], "waited": row["waited"],
        }
        for row in rows
    ]  # fmt: skip


LATELY = timedelta(days=30)
