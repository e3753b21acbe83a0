"""Whose browser is this: tokens of visitors, signed users of a site, and what they say about themselves.

A visitor is known by a random token that his browser keeps in the widget's own storage and sends as a bearer.
Only a signed identity opens the history of a customer; what is merely typed is a claim.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from pelekan.channels.chat.identity import Signed
from pelekan.lib.addresses import normal_address
from pelekan.lib.phones import normal_phone
from pelekan.lib.prepared import PreparedModels
from pelekan.lib.secrets import digest, new_token
from pelekan.lib.text import one_line
from pelekan.people.identify import claim, customer_for, known, refold
from pelekan.people.models import Claim, Customer, Identity, IdentityKind, Token
from pelekan.tickets.events import action, lock, record
from pelekan.tickets.models import Attachment, Conversation, Inbox, Message, Ticket

ANONYMOUS_FOR = timedelta(days=180)
REGION_OF = {"fa": "IR", "ar": "SA", "en": "GB"}  # whose national way of writing phone numbers is meant
SIGNED_FOR = timedelta(hours=24)  # the site signs again at each page; the token need not outlive a day


@dataclass(frozen=True, slots=True)
class Visitor:
    """One browser at one widget: its token's row and the customer that it acts for."""

    inbox: Inbox
    customer: Customer
    token: Token
    signed: bool

    @property
    def listens_as(self) -> str:
        """The subject of his live streams."""
        return f"visitor:{self.token.pk}"

    @property
    def owns_uploads(self) -> str:
        """The upload key of files that he has not sent yet."""
        return f"customer:{self.customer.pk}"


_TOKEN = PreparedModels(
    lambda digest, now: Token.objects.filter(
        purpose=Token.Purpose.VISITOR, digest=digest, revoked_at=None, expires_at__gt=now
    )
)
_CUSTOMER = PreparedModels(lambda pk: Customer.objects.select_related("merged_into").filter(pk=pk))


def find(inbox: Inbox, bearer: str, now: datetime) -> Visitor | None:
    """The visitor who holds this token of this inbox; None for anything that is not valid now."""
    if not 32 <= len(bearer) <= 80:
        return None
    token = _TOKEN.one(digest(bearer), now)
    if token is None or token.data.get("inbox") != inbox.pk:
        return None
    signed = bool(token.data.get("signed"))
    if inbox.require_identity and not signed:
        return None
    customer = _CUSTOMER.get(int(token.subject.partition(":")[2]))
    if signed and customer.merged_into is not None:
        customer = customer.merged_into
    return Visitor(inbox, customer, token, signed)


@transaction.atomic
def begin(inbox: Inbox, *, language: str, now: datetime) -> tuple[str, Visitor]:
    """A new anonymous visitor. Returns the token (it is stored nowhere else in clear) and the visitor."""
    customer = customer_for(IdentityKind.VISITOR, uuid.uuid4().hex, language=language, now=now)
    return _hand_out(inbox, customer, signed=False, now=now)


def known_to_us(inbox: Inbox, signed: Signed) -> Customer | None:
    """The customer of a signed identity, if he ever wrote."""
    found = known(IdentityKind.EXTERNAL, _external(inbox, signed))
    if found is None and (address := _email(signed.email)):
        found = known(IdentityKind.EMAIL, address)
    return found.merged_into or found if found else None


@transaction.atomic
def sign_in(inbox: Inbox, signed: Signed, *, language: str, now: datetime) -> tuple[str, Visitor]:
    """The site's user, proved. Made where he is new; a signed e-mail address counts as verified."""
    external, address = _external(inbox, signed), _email(signed.email)
    customer = known_to_us(inbox, signed)
    if customer is None and address:
        customer = customer_for(
            IdentityKind.EMAIL, address, name=signed.name, language=language, verified=True, now=now
        )
    if customer is None:
        customer = customer_for(
            IdentityKind.EXTERNAL, external, name=signed.name, language=language, verified=True, now=now
        )
    _add_identity(customer, IdentityKind.EXTERNAL, external, now)
    if address:
        _add_identity(customer, IdentityKind.EMAIL, address, now)
    if phone := _phone(signed.phone, inbox):
        _add_identity(customer, IdentityKind.PHONE, phone, now)
    if signed.name and not customer.name:
        customer.name = one_line(signed.name, 160)
        customer.save(update_fields=["name"])
    refold(customer)
    return _hand_out(inbox, customer, signed=True, now=now)


@action
def adopt(anonymous: Visitor, customer: Customer, *, now: datetime) -> None:
    """An anonymous visitor proved who he is: what he wrote in this browser becomes his. Ends his old token."""
    old = anonymous.customer
    if (
        anonymous.signed
        or old.pk == customer.pk
        or old.identities.exclude(kind=IdentityKind.VISITOR).exists()
    ):
        return
    for ticket in Ticket.objects.filter(customer=old).order_by("pk"):
        ticket = lock(ticket)
        ticket.customer, ticket.organization_id = customer, customer.organization_id
        ticket.save(update_fields=["customer", "organization"])
        topics = [f"conversation:{pk}" for pk in ticket.conversations.values_list("pk", flat=True)]
        record(
            "customer.identified", ticket, by=customer, at=now, topics=[f"customer:{customer.pk}", *topics]
        )
    Conversation.objects.filter(customer=old).update(customer=customer)
    Message.objects.filter(customer=old).update(customer=customer)
    Attachment.objects.filter(upload_key=f"customer:{old.pk}").update(upload_key=f"customer:{customer.pk}")
    for one in Claim.objects.filter(customer=old):
        claim(customer, one.kind, one.address, now=now)
    Customer.objects.filter(pk=old.pk).update(merged_into=customer)
    end(anonymous, now=now)


@action
def end(visitor: Visitor, *, now: datetime) -> None:
    """He left: the token opens nothing from now on, and what listens with it is cut off."""
    if Token.objects.filter(pk=visitor.token.pk, revoked_at=None).update(revoked_at=now):
        record("visitor.left", by=visitor.customer, at=now, topics=[f"revoke:{visitor.listens_as}"])


@action
def describe(visitor: Visitor, *, name: str = "", email: str = "", phone: str = "", now: datetime) -> None:
    """What a visitor typed about himself: a name for an unnamed one, addresses as claims and no more.
    ValueError names the field ("email", "phone") that cannot be right."""
    customer = Customer.objects.get(pk=visitor.customer.pk)
    address, number = _email(email), _phone(phone, visitor.inbox)
    if email.strip() and not address:
        raise ValueError("email")
    if phone.strip() and not number:
        raise ValueError("phone")
    if name.strip() and (not customer.name or not visitor.signed):
        customer.name = one_line(name, 160)
        customer.save(update_fields=["name"])
        refold(customer)
    for kind, value in ((IdentityKind.EMAIL, address), (IdentityKind.PHONE, number)):
        if value and not customer.identities.filter(kind=kind, address=value).exists():
            claim(customer, kind, value, now=now)
    ticket = Ticket.objects.filter(customer=customer, inbox=visitor.inbox).order_by("-last_at").first()
    if ticket is not None:
        record("customer.described", ticket, by=customer, at=now)


def reachable(visitor: Visitor) -> bool:
    """Whether we have any address to answer to."""
    kinds = (IdentityKind.EMAIL, IdentityKind.PHONE)
    who = visitor.customer
    return who.identities.filter(kind__in=kinds).exists() or who.claims.filter(kind__in=kinds).exists()


def _email(text: str) -> str:
    try:
        return normal_address(text)
    except ValueError:
        return ""


def _phone(text: str, inbox: Inbox) -> str:
    try:
        return normal_phone(text, REGION_OF[inbox.language]) if text.strip() else ""
    except ValueError:
        return ""


def _external(inbox: Inbox, signed: Signed) -> str:
    # each site counts its users for itself: number 5 of one shop is not number 5 of another
    return f"{inbox.key}:{signed.id}"


def _add_identity(customer: Customer, kind: str, address: str, now: datetime) -> None:
    """Make the proved address his; one that is someone else's stays there and is only noted as a claim."""
    identity, _ = Identity.objects.get_or_create(
        kind=kind, address=address, defaults={"customer": customer, "created_at": now, "verified_at": now}
    )
    if identity.customer_id != customer.pk:
        claim(customer, kind, address, now=now)
    elif identity.verified_at is None:
        Identity.objects.filter(pk=identity.pk).update(verified_at=now)


def _hand_out(inbox: Inbox, customer: Customer, *, signed: bool, now: datetime) -> tuple[str, Visitor]:
    bearer = new_token(32)
    data: dict[str, Any] = {"inbox": inbox.pk, "signed": signed}
    token = Token.objects.create(
        purpose=Token.Purpose.VISITOR,
        digest=digest(bearer),
        subject=f"customer:{customer.pk}",
        data=data,
        created_at=now,
        expires_at=now + (SIGNED_FOR if signed else ANONYMOUS_FOR),
    )
    return bearer, Visitor(inbox, customer, token, signed)
