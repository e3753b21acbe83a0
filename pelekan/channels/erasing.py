"""What the ways in and out hold of a customer who is erased: addresses of deliveries, mails as they came, texts."""

from __future__ import annotations

from datetime import datetime

from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Cast, Concat

from pelekan.channels.models import (
    Arrival,
    ArrivalBytes,
    ArrivalState,
    Delivery,
    DeliveryState,
    IncomingText,
    MarkedAddress,
    Reference,
)
from pelekan.tickets.erasing.carrying import Part, Whose


def _deliveries(_whose: Whose, ids: list[int], _now: datetime) -> None:
    rows = Delivery.objects.filter(pk__in=ids)
    rows.filter(due_at__isnull=False).update(state=DeliveryState.STOPPED, due_at=None, leased_until=None)
    rows.update(recipient=_nobody(), fault="", gateway_id="", dead_at=None)


def _nobody() -> Concat:
    """An address that no mail reaches (RFC 2606), another for each row: a message goes to each recipient once."""
    return Concat(Value("erased-"), Cast(F("pk"), CharField()), Value("@erased.invalid"))


def _arrivals(_whose: Whose, ids: list[int], _now: datetime) -> None:
    ArrivalBytes.objects.filter(arrival__in=ids).update(data=b"")
    Arrival.objects.filter(pk__in=ids).update(mail_id="", why="", due_at=None, leased_until=None)
    waiting = (ArrivalState.WAITING, ArrivalState.QUARANTINED)
    Arrival.objects.filter(pk__in=ids, state__in=waiting).update(state=ArrivalState.DISMISSED)


def _texts(_whose: Whose, ids: list[int], _now: datetime) -> None:
    IncomingText.objects.filter(pk__in=ids).update(sender="", recipient="", text="", why="", due_at=None)


def _marks(whose: Whose, _ids: list[int], _now: datetime) -> None:
    MarkedAddress.objects.filter(address__in=[address for _kind, address in whose.addresses]).delete()


def _references(_whose: Whose, ids: list[int], _now: datetime) -> None:
    Reference.objects.filter(pk__in=ids).delete()


PARTS = [
    Part("deliveries", _deliveries, lambda whose: Delivery.objects.filter(
        Q(conversation__in=whose.talks()) | Q(recipient__in=[address for _kind, address in whose.addresses])
    )),
    Part("arrivals", _arrivals, lambda whose: Arrival.objects.filter(
        Q(message__conversation__in=whose.talks()) | Q(ticket__in=whose.tickets(), message=None)
    )),
    Part("texts", _texts, lambda whose: IncomingText.objects.filter(
        Q(message__conversation__in=whose.talks()) | Q(sender__in=whose.named("phone"))
    )),
    Part("references", _references, lambda whose: Reference.objects.filter(conversation__in=whose.talks())),
    Part("marks", _marks),
]  # fmt: skip
