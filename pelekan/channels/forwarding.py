"""Mail that somebody passed on to us: the one who wrote it becomes the customer, when an agent says so."""

from __future__ import annotations

from datetime import datetime

from pelekan.lib.time import now as clock
from pelekan.people.identify import customer_for
from pelekan.people.models import Agent, IdentityKind
from pelekan.tickets.actions import give
from pelekan.tickets.events import action, lock_home
from pelekan.tickets.models import Message, Participant, Ticket


class NothingForwarded(Exception):
    """The message forwards nobody's mail, or it was settled already."""


@action
def give_to_sender(message: Message, *, by: Agent, now: datetime | None = None) -> Ticket:
    """Make the sender of a forwarded mail (`meta["forwarded"]`) the customer of its ticket and conversation.

    Answers go to him; who forwarded it gets no more mail of it, unless an agent writes to him. The forwarder's own
    words are held back from the customer's side: they were written to us. Raises NothingForwarded.
    """
    now = now or clock()
    lock_home(message)
    message = Message.objects.select_related("conversation", "ticket").get(pk=message.pk)
    told = message.meta.get("forwarded")
    if not told or told.get("settled"):
        raise NothingForwarded
    sender = customer_for(
        IdentityKind.EMAIL, told["address"], name=told["name"], language=message.language, now=now
    )
    conversation = message.conversation
    conversation.customer = sender
    conversation.save(update_fields=["customer"])
    conversation.participants.update(copied=True, confirmed_at=None)
    Participant.objects.update_or_create(
        conversation=conversation,
        address=told["address"],
        defaults={"name": told["name"], "copied": False, "confirmed_at": now},
    )
    message.meta["forwarded"] = told | {"settled": True}
    message.held_at = message.held_at or now
    message.save(update_fields=["meta", "held_at"])
    return give(message.ticket, sender, by=by, because="wrote what was forwarded", now=now)
