"""What became of joined tickets: where their conversations are now, and what of it their customers see.

A join moves conversations, never people. Whose ticket two customers share is a matter of the desk: each of them goes on
under the number that he was given, and sees what he said and what was said to him, nothing else.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from pelekan.tickets.models import Conversation, Message, Ticket


def end_of(ticket: Ticket) -> Ticket:
    """Where the conversations of `ticket` are: itself, or the end of its joins."""
    while ticket.joined_into_id is not None:
        assert ticket.joined_into is not None
        ticket = ticket.joined_into
    return ticket


def family(ticket: Ticket) -> list[int]:
    """The ids of `ticket` and of all that were joined into it, by way of others too. It cannot be a ring: see
    `actions.join`."""
    found = newest = [ticket.pk]
    while newest := list(Ticket.objects.filter(joined_into__in=newest).values_list("pk", flat=True)):
        found = [*found, *newest]
    return found


def talks(ticket: Ticket) -> QuerySet[Conversation]:
    """The conversations that the customer of `ticket` sees under its number, wherever they are now."""
    if ticket.joined_into_id is not None:
        return Conversation.objects.filter(
            ticket=end_of(ticket), joined_from__in=family(ticket), joined_from__customer=ticket.customer_id
        )
    own = Conversation.objects.filter(ticket=ticket)
    if ticket.joined_at is None:
        return own
    return own.filter(Q(joined_from=None) | Q(joined_from__customer=ticket.customer_id))


def public(ticket: Ticket) -> QuerySet[Message]:
    """The messages that the customer of `ticket` may read under its number."""
    if ticket.joined_at is None:
        return ticket.messages.public()
    return Message.objects.public().filter(conversation__in=talks(ticket))


def face_of(conversation: Conversation, here: Ticket) -> Ticket:
    """The ticket under whose number and subject the customer knows this conversation, which stands on `here`: where it
    began, when a join has put it on another customer's ticket; else `here`."""
    if conversation.joined_from_id is None:
        return here
    origin = conversation.joined_from
    return here if origin is None or origin.customer_id == here.customer_id else origin


def is_strange(ticket: Ticket) -> bool:
    """Whether `ticket` was joined into one of another customer: its own goes on under its number."""
    return ticket.joined_into_id is not None and end_of(ticket).customer_id != ticket.customer_id
