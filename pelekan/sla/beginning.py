"""Service levels of a new desk: the preset, in force from the first request on."""

from __future__ import annotations

from datetime import datetime

from pelekan.lib.time import now as clock
from pelekan.sla.presets import document_348
from pelekan.tickets import rulebooks
from pelekan.tickets.events import action
from pelekan.tickets.models import Rulebook


@action
def begin_with_preset(*, now: datetime | None = None) -> Rulebook | None:
    """Put the preset in force. None where somebody has made service levels already."""
    now = now or clock()
    if Rulebook.objects.filter(kind="sla").exists():
        return None
    return rulebooks.enable(rulebooks.keep("sla", document_348(), by=None, now=now), by=None, now=now)
