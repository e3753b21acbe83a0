"""Addresses that a customer adds to his own by proof, and takes away again; and his password.

Only what is proved signs in. At least one proved address always stays: without one nobody could come back.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from pelekan.lib.secrets import new_token
from pelekan.people import passcodes, signin
from pelekan.people.identify import claim, organization_of, refold
from pelekan.people.models import Claim, Customer, Identity, IdentityKind, User

WAYS = (IdentityKind.EMAIL, IdentityKind.PHONE)
LONGEST = 512


class Taken(Exception):
    """The address is another customer's, who has proved it or something else."""


class LastAddress(Exception):
    """The only proved address of a customer stays."""


def holder(kind: str, address: str) -> Customer | None:
    """The customer who has proved this address."""
    rows = Identity.objects.select_related("customer__user__agent").filter(kind=kind, address=address)
    identity = rows.exclude(verified_at=None).first()
    if identity is None:
        return None
    customer = identity.customer
    while customer.merged_into is not None:
        customer = customer.merged_into
    return customer


def by_password(kind: str, address: str, password: str) -> Customer | None:
    """The customer of this address and password; None for anything else, after the same work. Agents have a way in of
    their own, with a second step."""
    customer = holder(kind, address)
    user = customer.user if customer else None
    if user is None or not user.is_active or hasattr(user, "agent"):
        make_password(password[:LONGEST])  # a stranger's try takes as long as any
        return None
    return customer if user.check_password(password[:LONGEST]) else None


@transaction.atomic
def attach(customer: Customer, kind: str, address: str, *, now: datetime) -> Customer | None:
    """`customer` proved `address`: it is his. Returns a customer who had nothing but it and whose requests are his now;
    None where there is none. Raises Taken."""
    if signin.is_agent(kind, address):
        raise Taken
    identity = Identity.objects.select_related("customer").filter(kind=kind, address=address).first()
    former = None
    if identity is None:
        Identity.objects.create(
            customer=customer, kind=kind, address=address, verified_at=now, created_at=now
        )
    else:
        owner = identity.customer
        while owner.merged_into is not None:
            owner = owner.merged_into
        if owner.pk != customer.pk:
            former = _from(identity, owner, now)
        identity.customer, identity.verified_at = customer, identity.verified_at or now
        identity.save(update_fields=["customer", "verified_at"])
    Claim.objects.filter(customer=customer, kind=kind, address=address).delete()
    if customer.organization_id is None and (company := organization_of(kind, address, True)):
        customer.organization = company
        customer.save(update_fields=["organization"])
    refold(customer)
    return former


def _from(identity: Identity, owner: Customer, now: datetime) -> Customer | None:
    """Take an unproved address from whoever it stood beside."""
    if identity.verified_at is not None:
        raise Taken
    others = owner.identities.exclude(pk=identity.pk)
    if owner.user_id is None and not others.exists():
        return owner
    claim(owner, identity.kind, identity.address, now=now)
    refold(owner)
    return None


@transaction.atomic
def detach(customer: Customer, kind: str, address: str, *, now: datetime) -> bool:
    """Take a proved address away from `customer`; codes that are on their way to it are worth nothing. False where it
    is not his. Raises LastAddress."""
    identity = customer.identities.filter(kind=kind, address=address, kind__in=WAYS).first()
    if identity is None:
        return False
    left = customer.identities.filter(kind__in=WAYS).exclude(verified_at=None).exclude(pk=identity.pk).first()
    if left is None:
        raise LastAddress
    identity.delete()
    passcodes.forget_codes(kind, address, now=now)
    user = customer.user
    if user is not None and user.email == signin.name_of_sign_in(kind, address):
        # a sign-in must not go on being called by an address that may soon be someone else's
        called = signin.name_of_sign_in(left.kind, left.address)
        if User.objects.filter(email=called).exists():
            called = f"customer-{customer.pk}-{new_token(5)}@removed.invalid"
        user.email = called
        user.save(update_fields=["email"])
    refold(customer)
    return True


def end_sessions(user: User) -> None:
    """All sessions end; password and passkeys stay."""
    user.sessions_mark = new_token(10)
    user.save(update_fields=["sessions_mark"])
