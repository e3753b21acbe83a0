"""Which customer is this? An address belongs to one customer; only proof makes it his.

A typed address is a claim: agents see it, but it opens nobody's history (see `Claim`).
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from pelekan.lib.folding import fold
from pelekan.lib.prepared import Prepared, PreparedModels
from pelekan.lib.time import now as clock
from pelekan.people.models import Claim, Customer, Identity, IdentityKind, Organization


def known(kind: str, address: str) -> Customer | None:
    """The customer whom `address` (normalised) belongs to."""
    found = _IDENTITY.one(kind, address)
    return found.customer if found else None


_IDENTITY = PreparedModels(
    lambda kind, address: Identity.objects.select_related("customer").filter(kind=kind, address=address)
)


def customer_for(
    kind: str,
    address: str,
    *,
    name: str = "",
    language: str = "fa",
    verified: bool = False,
    now: datetime | None = None,
) -> Customer:
    """The customer of `address`, made where there is none. Two first mails at once make one customer:
    the address is unique in the database and the loser of the race reads the winner's row."""
    now = now or clock()
    found = known(kind, address)
    if found is None:
        try:
            with transaction.atomic():
                found = Customer.objects.create(
                    name=name[:160],
                    language=language,
                    created_at=now,
                    organization=organization_of(kind, address, verified),
                )
                Identity.objects.create(
                    customer=found,
                    kind=kind,
                    address=address,
                    verified_at=now if verified else None,
                    created_at=now,
                )
                refold(found)
        except IntegrityError:
            found = known(kind, address)
            assert found is not None
    elif verified:
        Identity.objects.filter(kind=kind, address=address, verified_at=None).update(verified_at=now)
        if found.organization_id is None and (company := organization_of(kind, address, verified)):
            found.organization = company
            found.save(update_fields=["organization"])
    if name and not found.name:
        found.name = name[:160]
        found.save(update_fields=["name"])
        refold(found)
    return found


def claim(customer: Customer, kind: str, address: str, *, now: datetime | None = None) -> Claim:
    """Note an address that `customer` typed without proof."""
    made, _ = Claim.objects.get_or_create(
        customer=customer, kind=kind, address=address, defaults={"created_at": now or clock()}
    )
    refold(customer)
    return made


def mail_address(customer: Customer) -> str:
    """Where mail reaches this customer: a verified address before others, else one that he typed; or ""."""
    return _address(customer, IdentityKind.EMAIL)


def phone_number(customer: Customer) -> str:
    """Where a text message reaches this customer, chosen like `mail_address`; or ""."""
    return _address(customer, IdentityKind.PHONE)


def _address(customer: Customer, kind: str) -> str:
    own = _ADDRESSES(customer.pk, kind)
    proved = [one for one in own if one["verified_at"]]
    if proved:
        return str(max(proved, key=lambda one: one["verified_at"])["address"])
    found = own[:1] or _CLAIMS(customer.pk, kind)
    return str(found[0]["address"]) if found else ""


_ADDRESSES = Prepared(
    lambda customer, kind: (
        Identity.objects.filter(customer=customer, kind=kind).order_by("id").values("address", "verified_at")
    )
)
_CLAIMS = Prepared(
    lambda customer, kind: (
        Claim.objects.filter(customer=customer, kind=kind).order_by("-created_at").values("address")[:1]
    )
)


def refold(customer: Customer) -> None:
    """Bring the folded search text up to date with name and addresses."""
    addresses = [*customer.identities.exclude(kind=IdentityKind.VISITOR).values_list("address", flat=True)]
    addresses += customer.claims.values_list("address", flat=True)
    customer.folded = fold(" ".join([customer.name, *addresses]))
    customer.save(update_fields=["folded"])


def organization_of(kind: str, address: str, verified: bool) -> Organization | None:
    """The company whose domain it is; only for addresses that are proved, so nobody types himself in."""
    if kind != IdentityKind.EMAIL or not verified:
        return None
    domain = address.rpartition("@")[2]
    return next((o for o in Organization.objects.exclude(domains=[]) if domain in o.domains), None)
