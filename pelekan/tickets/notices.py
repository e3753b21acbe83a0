"""What customers are told by the desk itself, in their own language, when something happens to their ticket."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.lib.prepared import PreparedModels
from pelekan.lib.text import local_digits
from pelekan.tickets.actions import say
from pelekan.tickets.models import Conversation, Event, Message, Ticket

_CONVERSATION = PreparedModels(
    lambda ticket: (
        Conversation.objects.select_related("customer", "inbox")
        .filter(ticket=ticket)
        .order_by("-last_at")[:1]
    )
)
_FIRST = PreparedModels(lambda ticket: Message.objects.filter(ticket=ticket).order_by("id")[:1])


def tell_registered(event: Event) -> None:
    """The receipt: the number, in every conversation that the ticket has by now (normally one)."""
    ticket = event.ticket
    assert ticket is not None
    conversation = _CONVERSATION.one(ticket.pk)
    if conversation is None or not may_tell(ticket):
        return
    with translation.override(ticket.language):
        number = local_digits(str(ticket.number), ticket.language)
        text = _("Your request is registered. Its number is %(number)s.") % {"number": number}
    say(
        conversation,
        text,
        because="registered",
        meta={"notice": "registered", "number": ticket.number},
        now=event.at,
    )


def may_tell(ticket: Ticket) -> bool:
    """Whether an automatic word may go out: never to automatic mail, and only where the inbox wants it."""
    first = _FIRST.one(ticket.pk)
    if first is None or ticket.channel == "chat":
        return True
    return ticket.inbox.acknowledge and first.meta.get("may_answer", True) and not first.automatic
