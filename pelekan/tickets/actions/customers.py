"""What customers do with themselves: prove who they are, get their earlier requests, describe themselves, leave."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from pelekan.lib.text import clean_controls, one_line
from pelekan.lib.time import now as clock
from pelekan.people import signin
from pelekan.people.identify import refold
from pelekan.people.models import Agent, Claim, Customer, Identity, IdentityKind
from pelekan.tickets import joined
from pelekan.tickets.actions.receiving import receive
from pelekan.tickets.events import By, action, lock, lock_end, record
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import UNDER_WAY, Attachment, Conversation, Message, Ticket
from pelekan.tickets.states import Status


@action
def welcome(
    address: str, *, language: str, kind: str = IdentityKind.EMAIL, now: datetime | None = None
) -> Customer:
    """Someone proved that `address` is his: the customer he is, with a sign-in and his earlier requests.
    Raises `signin.NotForAgents`."""
    now = now or clock()
    customer = signin.prove(address, language=language, kind=kind, now=now)
    record("customer.proved", by=customer, at=now, topics=[f"customer:{customer.pk}"])
    adopt(customer, address, kind=kind, now=now)
    return customer


@action
def adopt(
    customer: Customer, address: str, *, kind: str = IdentityKind.EMAIL, now: datetime | None = None
) -> list[Ticket]:
    """Give `customer`, who proved `address`, the tickets of visitors who only typed it. Returns them.

    Whoever typed a foreign address, by mistake or on purpose, must neither read what its owner writes nor win
    anything of his; and its owner must not get what may be a third person's. Therefore:

    - only visitors known by nothing but their browser give tickets away, and only if this is the one address that
      they ever typed: after a second one nobody can tell whose the request is, and an agent decides;
    - the ticket moves, its conversations stay the visitor's. His widget goes on with the chat that he began and
      nothing more; the owner answers in a conversation of his own (see `answer`), which the visitor never sees;
    - the visitor is not merged into the customer, so no token of his becomes the customer's;
    - the owner sees no more than what the desk would have mailed to this address anyway.

    Two customers who are both proved are never made one here.
    """
    now = now or clock()
    found = []
    for visitor in _who_typed(kind, address).exclude(pk=customer.pk):
        for pk in Ticket.objects.filter(customer=visitor).order_by("pk").values_list("pk", flat=True):
            ticket = lock(pk)
            ticket.customer, ticket.organization_id = customer, customer.organization_id
            ticket.save(update_fields=["customer", "organization"])
            record(
                "ticket.adopted",
                ticket,
                by=customer,
                at=now,
                because="proved the address that the visitor gave",
                topics=[f"customer:{customer.pk}"],
                customer_before=visitor.pk,
            )
            found.append(ticket)
    return found


@action
def give(
    ticket: Ticket, customer: Customer, *, by: Agent, because: str = "", now: datetime | None = None
) -> Ticket:
    """The request is `customer`'s: an agent found that somebody else had only passed it on. Conversations stay
    with whom they were held; which of them goes over too, its channel decides (see `channels.forwarding`)."""
    now = now or clock()
    ticket = lock(ticket)
    before = ticket.customer_id
    if before == customer.pk:
        return ticket
    ticket.customer, ticket.organization_id = customer, customer.organization_id
    ticket.save(update_fields=["customer", "organization"])
    topics = [f"customer:{before}", f"customer:{customer.pk}"]
    record(
        "ticket.given", ticket, by=by, at=now, because=because, topics=topics,
        customer=customer.name, customer_before=before,
    )  # fmt: skip
    return ticket


def _who_typed(kind: str, address: str) -> QuerySet[Customer]:
    claims = Claim.objects.filter(kind=kind, address=address).values("customer")
    others = Claim.objects.exclude(kind=kind, address=address)
    if kind == IdentityKind.EMAIL:
        others = others.filter(
            kind=kind
        )  # beside a number a mail address says more; a number beside one says less
    in_two_minds = others.values("customer")
    known_otherwise = Identity.objects.exclude(kind=IdentityKind.VISITOR, verified_at=None).values("customer")
    return (
        Customer.objects.filter(pk__in=claims, user=None, merged_into=None)
        .exclude(pk__in=in_two_minds.filter(customer__in=claims))
        .exclude(pk__in=known_otherwise.filter(customer__in=claims))
        .order_by("pk")
    )


@action
def answer(
    ticket: Ticket,
    *,
    by: Customer,
    text: str,
    attachment_ids: tuple[int, ...] = (),
    client_id: str = "",
    uploads_of: str = "",
    now: datetime | None = None,
) -> Message:
    """The customer answers from the portal or a guest link. In a closed ticket it begins a follow-up.

    His own mail, form or portal thread goes on, and a chat while it runs. Otherwise, and where the thread is that
    of a visitor whose ticket was adopted, a portal conversation is begun: what he says must not appear in a
    browser that only typed his address. `uploads_of` is the upload key of the files when it is not the
    customer's own. A ticket that was joined into another is answered where it is now. Raises NothingToSay.
    """
    now = now or clock()
    work = lock_end(ticket)
    ticket = work if work.pk == ticket.pk else Ticket.objects.get(pk=ticket.pk)
    conversation = _thread_of(ticket, by) or (
        joined.talks(ticket).order_by("last_at").last()  # only what a follow-up points back to
        if work.status == Status.CLOSED
        else open_portal(ticket, work, by, now)
    )
    assert conversation is not None
    if uploads_of:
        Attachment.objects.filter(pk__in=attachment_ids, message=None, upload_key=uploads_of).update(
            upload_key=f"customer:{by.pk}"
        )
    return receive(
        Incoming(
            inbox_id=conversation.inbox_id,
            channel="portal",
            customer_id=by.pk,
            text=clean_controls(text).strip(),
            conversation_id=conversation.pk,
            attachment_ids=attachment_ids,
            client_id=client_id,
        ),
        now=now,
    )


def _thread_of(ticket: Ticket, customer: Customer) -> Conversation | None:
    own = joined.talks(ticket).filter(customer=customer).order_by("-last_at")
    running = own.filter(channel="chat", state__in=UNDER_WAY).first()
    return running or own.exclude(channel="chat").first()


def open_portal(ticket: Ticket, work: Ticket, customer: Customer, now: datetime) -> Conversation:
    """A thread of `customer` in the portal, for what he says under the number of `ticket`; `work` is that ticket, or where a join has put it."""
    conversation = Conversation.objects.create(
        ticket=work,
        joined_from=ticket if work.pk != ticket.pk else None,
        inbox=ticket.inbox,
        channel="portal",
        customer=customer,
        subject=ticket.subject,
        started_at=now,
        last_at=now,
    )
    record(
        "conversation.started",
        work,
        by=customer,
        at=now,
        topics=[f"customer:{customer.pk}"],
        channel="portal",
        conversation=conversation.pk,
    )
    return conversation


@action
def describe_customer(
    customer: Customer,
    *,
    name: str,
    language: str,
    calendar: str = "",
    zone: str = "",
    digits: str = "",
    now: datetime | None = None,
) -> None:
    """The customer says what he is called and how he wants to read: in his sign-in and in what is written to him."""
    name = one_line(name, 120)
    before = {"name": customer.name, "language": customer.language, "calendar": customer.calendar}
    customer.name, customer.language, customer.calendar, customer.zone = name, language, calendar, zone
    customer.save(update_fields=["name", "language", "calendar", "zone"])
    refold(customer)
    if customer.user is not None:
        user = customer.user
        user.name, user.language, user.calendar, user.zone = name, language, calendar, zone
        user.digits = digits or user.digits
        user.save(update_fields=["name", "language", "calendar", "zone", "digits"])
    record(
        "customer.described",
        by=customer,
        at=now,
        topics=[f"customer:{customer.pk}"],
        changed=[key for key, value in before.items() if getattr(customer, key) != value],
    )


@action
def end_access(whose: Agent | Customer, *, by: By, because: str, now: datetime | None = None) -> None:
    """Cut off the live streams that `whose` has open; his sessions end by what the caller changed (password,
    `is_active`). Streams are told by the topic, in every process."""
    kind = "agent" if isinstance(whose, Agent) else "customer"
    data: dict[str, Any] = {kind: whose.pk}
    record("access.ended", by=by, at=now, because=because, topics=[f"revoke:{kind}:{whose.pk}"], **data)


@action
def keep_private(
    ticket: Ticket, *, by: Customer, private: bool = True, now: datetime | None = None
) -> Ticket:
    """The customer keeps his request from his colleagues, or lets them see it after all."""
    now = now or clock()
    ticket = lock(ticket)
    if ticket.customer_id != by.pk:
        raise PermissionError("Only whose request it is decides who sees it.")
    if (ticket.private_at is not None) != private:
        ticket.private_at = now if private else None
        ticket.save(update_fields=["private_at"])
        record(
            "ticket.kept_private" if private else "ticket.shared", ticket, by=by, at=now,
            topics=[f"customer:{by.pk}"],
        )  # fmt: skip
    return ticket


@action
def end_links(ticket: Ticket, *, by: Agent, now: datetime | None = None, because: str = "") -> int:
    """The links in this ticket's mails open it no longer: who holds one must sign in. How many there were."""
    now = now or clock()
    ticket = lock(ticket)
    ended = signin.revoke_guest_links(ticket.pk, now=now)
    if ended:
        record("ticket.links_ended", ticket, by=by, at=now, because=because)
    return ended
