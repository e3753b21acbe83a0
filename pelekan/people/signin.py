"""Who someone is once he proved an address, and secrets that are handed out once: invitations, guest links.

Of every secret a digest is stored; that of a guest link also sealed, for the next mail. What is random has 160 bits.
Codes for signing in are in `people.passcodes`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.lib.prepared import PreparedModels, insert
from pelekan.lib.secrets import digest, new_token, open_sealed, same, seal, sign
from pelekan.people import letters
from pelekan.people.access import can
from pelekan.people.identify import claim, customer_for, refold
from pelekan.people.models import Agent, Customer, Identity, IdentityKind, Token, User

security = logging.getLogger("pelekan.security")

INVITE_LIVES = timedelta(days=7)
GUEST_LIVES = timedelta(days=30)
SHORT_BYTES, SHORT_LENGTH = 9, 15  # a short link's secret: random bytes, letters of base32


class NotForAgents(Exception):
    """Agents sign in with their password and second factor; a mailed code must not go round them."""


# ── who proved an address ─────────────────────────────────────────────────────────────────────────────────────


def is_agent(kind: str, address: str) -> bool:
    """Whether this address would let in someone who works here."""
    proved = Identity.objects.filter(kind=kind, address=address).exclude(verified_at=None)
    theirs = Q(user__customer__in=proved.values("customer"))
    if kind == IdentityKind.EMAIL:
        theirs |= Q(user__email=address)
    return Agent.objects.filter(theirs).exists()


@transaction.atomic
def prove(address: str, *, language: str, now: datetime, kind: str = IdentityKind.EMAIL) -> Customer:
    """The customer, with a sign-in, of someone who just proved that `address` is his. Raises NotForAgents.

    Two proved customers are never made one. An address that others only put beside a customer who is proved by
    something else does not open that customer: it goes to one of its own, and stays a claim there.
    """
    if is_agent(kind, address):
        raise NotForAgents
    identity = Identity.objects.select_related("customer").filter(kind=kind, address=address).first()
    if identity is not None and identity.verified_at is None and _proved_otherwise(identity):
        before = identity.customer
        identity.customer = Customer.objects.create(language=language, created_at=now)
        identity.verified_at = now
        identity.save(update_fields=["customer", "verified_at"])
        claim(before, kind, address, now=now)
        refold(identity.customer)
    customer = customer_for(kind, address, language=language, verified=True, now=now)
    while customer.merged_into is not None:
        customer = customer.merged_into
    if customer.user is None or not customer.user.is_active:
        _give_sign_in(customer, name_of_sign_in(kind, address), language, now)
    elif hasattr(customer.user, "agent"):
        raise NotForAgents
    return customer


def name_of_sign_in(kind: str, address: str) -> str:
    """By what a sign-in is called in the table of users: a mail address; for a number one that no mail can reach (RFC 2606)."""
    return address if kind == IdentityKind.EMAIL else f"{address.lstrip('+')}@phone.invalid"


def _proved_otherwise(identity: Identity) -> bool:
    customer = identity.customer
    others = customer.identities.exclude(pk=identity.pk).exclude(verified_at=None)
    own = name_of_sign_in(identity.kind, identity.address)
    return others.exists() or (customer.user is not None and customer.user.email != own)


def _give_sign_in(customer: Customer, address: str, language: str, now: datetime) -> None:
    user = User.objects.filter(email=address).first()
    if user is None:
        user = User.objects.create_user(
            address,
            None,
            name=customer.name[:120],
            language=language,
            calendar=customer.calendar,
            zone=customer.zone,
            created_at=now,
        )
    elif not user.is_active:
        raise NotForAgents
    else:
        Customer.objects.filter(user=user).exclude(pk=customer.pk).update(user=None)
        # whoever made this sign-in before had not proved the address: his password, keys and sessions end here
        user.set_unusable_password()
        user.passkeys.all().delete()
        user.save(update_fields=["password"])
    customer.user = user
    customer.save(update_fields=["user"])


# ── invitations ───────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def invite(agent: Agent, *, by: Agent | None, now: datetime) -> str:
    """Mail `agent` a link by which he chooses his password; earlier ones end. Returns the link, for the console.

    `by` must be allowed to steer people; None is whoever sits at the server's own console. Raises PermissionError.
    """
    if by is not None and not can(by, "people"):
        raise PermissionError("Only admins invite.")
    user, raw = agent.user, new_token()
    revoke(Token.Purpose.INVITE, f"user:{user.pk}", now)
    Token.objects.create(
        purpose=Token.Purpose.INVITE,
        digest=digest(raw),
        subject=f"user:{user.pk}",
        data={"stamp": _stamp(user)},
        created_at=now,
        expires_at=now + INVITE_LIVES,
    )
    link = settings.BASE_URL + reverse("account_invite", args=[raw])
    with translation.override(user.language):
        inviter = by.name if by else ""
        first = (
            _("%(name)s invites you to the support desk.") % {"name": inviter}
            if inviter
            else _("You are invited to the support desk.")
        )
        letters.write(
            user.email,
            kind="invite",
            subject=_("Your invitation to the support desk"),
            lines=[
                first,
                _("Open this link and choose a password:"),
                link,
                _("The link is good for 7 days and for one use."),
            ],
            language=user.language,
            now=now,
            expires_at=now + INVITE_LIVES,
        )
    security.info("invited: user %s by %s", user.pk, f"agent {by.pk}" if by else "console")
    return link


def invited(raw: str, *, now: datetime) -> User | None:
    """Whom this invitation is for, if it can still be used: not after its end, its use, or a change of the
    person's address or password."""
    token = _living(Token.Purpose.INVITE, raw, now)
    if token is None:
        return None
    user = User.objects.select_related("agent").filter(pk=int(token.subject.partition(":")[2])).first()
    if user is None or not user.is_active or not hasattr(user, "agent") or user.agent.disabled_at:
        return None
    return user if same(token.data.get("stamp", ""), _stamp(user)) else None


@transaction.atomic
def accept_invite(raw: str, password: str, *, now: datetime) -> User | None:
    """Set the invited person's password and use the invitation up. None when it can't be used (any more)."""
    user = invited(raw, now=now)
    if user is None:
        return None
    if not Token.objects.filter(digest=digest(raw), used_at=None).update(used_at=now):
        return None
    user.set_password(password)
    user.save(update_fields=["password"])
    security.info("invitation accepted: user %s", user.pk)
    return user


def _stamp(user: User) -> str:
    return sign("invitation", f"{user.pk} {user.email} {user.password}", settings.SECRET_KEY)


# ── guest links ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Guest:
    """What a guest link opens: reading and answering one ticket, as its customer, and nothing else."""

    token_id: int
    ticket_id: int
    customer_id: int
    expires_at: datetime


def guest_link(ticket_id: int, customer: Customer, *, now: datetime) -> str:
    """A link for a mail to `customer` that opens this one ticket for GUEST_LIVES.

    Mails of one ticket carry one link while it has a week left, so its secret is kept, sealed, for the next mail.
    """
    return settings.BASE_URL + reverse(
        "portal_guest_door", args=[_guest_secret(ticket_id, customer, 20, now)]
    )


def short_link(ticket_id: int, customer: Customer, *, now: datetime) -> str:
    """The same for a text message, where every letter costs: 72 random bits, as many as a limit on guessing needs."""
    return settings.BASE_URL + reverse(
        "short_link", args=[_guest_secret(ticket_id, customer, SHORT_BYTES, now)]
    )


def _guest_secret(ticket_id: int, customer: Customer, nbytes: int, now: datetime) -> str:
    subject, week = f"ticket:{ticket_id}", timedelta(days=7)
    for token in _GUESTS(subject, now + week):
        if token.data["customer"] == customer.pk and token.data.get("short", False) == (
            nbytes == SHORT_BYTES
        ):
            return open_sealed(token.data["sealed"], settings.SECRET_KEY)
    raw = new_token(nbytes)
    insert(
        Token(
            purpose=Token.Purpose.GUEST,
            digest=digest(raw),
            subject=subject,
            data={
                "customer": customer.pk,
                "sealed": seal(raw, settings.SECRET_KEY),
                **({"short": True} if nbytes == SHORT_BYTES else {}),
            },
            created_at=now,
            expires_at=now + GUEST_LIVES,
        )
    )
    return raw


_GUESTS = PreparedModels(
    lambda subject, after: Token.objects.filter(
        purpose=Token.Purpose.GUEST, subject=subject, revoked_at=None, expires_at__gt=after
    ).order_by("-pk")
)


def guest(raw: str, *, now: datetime) -> Guest | None:
    """The guest who holds this secret, if it still opens anything."""
    token = _living(Token.Purpose.GUEST, raw, now)
    if token is None or token.expires_at is None:
        return None
    ticket_id = int(token.subject.partition(":")[2])
    return Guest(token.pk, ticket_id, int(token.data["customer"]), token.expires_at)


def revoke_guest_links(ticket_id: int, *, now: datetime) -> int:
    """End all guest links of a ticket; returns how many there were."""
    return revoke(Token.Purpose.GUEST, f"ticket:{ticket_id}", now)


def _living(purpose: str, raw: str, now: datetime) -> Token | None:
    if len(raw) != 32 and not (len(raw) == SHORT_LENGTH and purpose == Token.Purpose.GUEST):
        return None
    if not raw.isalnum():
        return None
    return Token.objects.filter(
        purpose=purpose, digest=digest(raw), used_at=None, revoked_at=None, expires_at__gt=now
    ).first()


def revoke(purpose: str, subject: str, now: datetime) -> int:
    return Token.objects.filter(
        purpose=purpose, subject=subject, used_at=None, revoked_at=None
    ).update(revoked_at=now)  # fmt: skip
