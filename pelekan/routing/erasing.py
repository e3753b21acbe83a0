"""What routing holds of a customer who is erased: where a replay would have put his requests, with what it saw of them."""

from __future__ import annotations

from datetime import datetime

from pelekan.routing.replay.models import Diverted
from pelekan.tickets.erasing.carrying import Part, Whose


def _diverted(_whose: Whose, ids: list[int], _now: datetime) -> None:
    Diverted.objects.filter(pk__in=ids).delete()


PARTS = [
    Part("replays", _diverted, lambda whose: Diverted.objects.filter(ticket__in=whose.tickets())),
]
