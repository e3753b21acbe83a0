"""Which conversation a mail belongs to, by `email.thread` and by who takes part there.

The rows of the decision, with their reasons, are in docs/algorithms/threading.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from pelekan.channels.email import thread
from pelekan.channels.email.parse import Parsed
from pelekan.channels.email.thread import Join
from pelekan.channels.models import Delivery, Reference
from pelekan.lib.addresses import normal_address
from pelekan.people.identify import mail_address
from pelekan.people.models import Claim, Customer, Identity, IdentityKind
from pelekan.tickets.joined import end_of
from pelekan.tickets.models import Conversation, Event, Message, MessageKind, Participant, Ticket

LONGEST_ID = 480


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail goes: `conversation` None begins a new ticket; `join` says what proved it, or what was only a
    hint. A right token from someone who takes no part joins too, but he stays unconfirmed (`join.confirmed`)."""

    join: Join
    conversation: Conversation | None = None
    may_belong_to: Ticket | None = None

    @property
    def is_unconfirmed(self) -> bool:
        return self.conversation is not None and not self.join.confirmed


def find_place(parsed: Parsed, sender: str, authentic: bool | None) -> Place:
    """The place of a mail from `sender` (normalised)."""
    join = thread.join(parsed, _known, settings.SECRET_KEY, participants=_Sender(sender), authentic=authentic)
    conversation = None
    if join.conversation_id.isdigit():
        rows = Conversation.objects.select_related("ticket", "customer")
        conversation = rows.filter(pk=int(join.conversation_id)).first()
    if join.kind in ("token", "references") and conversation is not None:
        return Place(join, conversation)
    if conversation is not None:
        return Place(join, may_belong_to=conversation.ticket)
    numbered = (
        Ticket.objects.filter(number__in=join.numbers).order_by("-number").first() if join.numbers else None
    )
    return Place(join, may_belong_to=end_of(numbered) if numbered else None)


class _Sender:
    """Answers "who takes part in this conversation?" about one sender only: his address, or nobody."""

    def __init__(self, sender: str) -> None:
        self.sender = sender

    def __call__(self, conversation_id: str) -> tuple[str, ...]:
        if not conversation_id.isdigit():
            return ()
        conversation = Conversation.objects.filter(pk=int(conversation_id)).first()
        return (self.sender,) if conversation is not None and takes_part(conversation, self.sender) else ()


def takes_part(conversation: Conversation, address: str) -> bool:
    """Whether `address` is a confirmed participant, or its customer's; an address that he only claimed counts once
    mail of this conversation went there."""
    if Participant.objects.filter(
        conversation=conversation, address=address, confirmed_at__isnull=False
    ).exists():
        return True
    mine = _his(conversation, address)
    if Identity.objects.filter(mine).exists():
        return True
    reached = Delivery.objects.filter(conversation=conversation, recipient=address).exists()
    return reached and Claim.objects.filter(mine).exists()


def writer(conversation: Conversation, address: str) -> Customer | None:
    """The conversation's own customer when `address` is, or passes for, his; None for anybody else."""
    mine = _his(conversation, address)
    if Identity.objects.filter(mine).exists():
        return conversation.customer
    owned = Identity.objects.filter(kind=IdentityKind.EMAIL, address=address).exists()
    return conversation.customer if not owned and Claim.objects.filter(mine).exists() else None


def _his(conversation: Conversation, address: str) -> Q:
    return Q(customer=conversation.customer_id, kind=IdentityKind.EMAIL, address=address)


def follow_split(event: Event) -> None:
    """Reaction: a message got a ticket of its own. Its Message-ID and its sender go along: answers to it go there, and
    whoever wrote nothing else in the old conversation gets no more mail of it."""
    if event.data.get("side") != "took":
        return
    message = Message.objects.select_related("conversation").get(pk=event.data["said"])
    told = message.meta.get("from", {})
    address = str(told.get("address", ""))
    if message.channel == "email":
        Reference.objects.filter(message=message).update(conversation=message.conversation)
        address = normal_address(address) if address else mail_address(message.conversation.customer)
    if not address:
        return
    Participant.objects.create(
        conversation=message.conversation,
        address=address,
        name=str(told.get("name", ""))[:160],
        confirmed_at=event.at,
    )
    before = Conversation.objects.get(pk=event.data["conversation"])
    wrote_more = before.messages.filter(kind=MessageKind.INCOMING, meta__from__address=told.get("address"))
    if before.customer_id != message.conversation.customer_id and not wrote_more.exists():
        Participant.objects.filter(conversation=before, address=address, copied=False).delete()


def _known(mail_id: str) -> tuple[str, tuple[str, ...]] | None:
    found = Reference.objects.filter(mail_id=id_key(mail_id)).order_by("-id").first()
    return (str(found.conversation_id), ()) if found else None


def id_key(mail_id: str) -> str:
    """A Message-ID as it is stored and compared: itself, or its digest when it is absurdly long."""
    if len(mail_id) <= LONGEST_ID:
        return mail_id
    return f"<{hashlib.sha256(mail_id.encode('utf-8', 'replace')).hexdigest()}@long.invalid>"
