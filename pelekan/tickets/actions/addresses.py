"""A customer's addresses and keys: added by proof, taken away, all of it written down."""

from __future__ import annotations

from datetime import datetime

from pelekan.lib.time import now as clock
from pelekan.people import proving
from pelekan.people.models import Customer, Passkey
from pelekan.tickets.actions.customers import end_access
from pelekan.tickets.events import action, lock, record
from pelekan.tickets.models import Attachment, Conversation, Message, Ticket
from pelekan.tickets.search import index_customer


@action
def add_address(customer: Customer, kind: str, address: str, *, now: datetime | None = None) -> None:
    """`customer` proved `address`. Who was known by nothing else, such as by the texts that came from it, is he: what
    was theirs is his. Raises `proving.Taken`."""
    now = now or clock()
    former = proving.attach(customer, kind, address, now=now)
    if former is not None:
        _take_over(former, customer, now)
    index_customer(customer.pk)
    record("customer.address_added", by=customer, at=now, topics=[f"customer:{customer.pk}"], kind=str(kind))


def _take_over(former: Customer, customer: Customer, now: datetime) -> None:
    for pk in Ticket.objects.filter(customer=former).order_by("pk").values_list("pk", flat=True):
        ticket = lock(pk)
        ticket.customer, ticket.organization_id = customer, customer.organization_id
        ticket.save(update_fields=["customer", "organization"])
        record(
            "ticket.adopted", ticket, by=customer, at=now, because="proved the address that it came from",
            topics=[f"customer:{customer.pk}"], customer_before=former.pk,
        )  # fmt: skip
    Conversation.objects.filter(customer=former).update(customer=customer)
    Message.objects.filter(customer=former).update(customer=customer)
    Attachment.objects.filter(upload_key=f"customer:{former.pk}").update(upload_key=f"customer:{customer.pk}")
    Customer.objects.filter(pk=former.pk).update(merged_into=customer)


@action
def remove_address(customer: Customer, kind: str, address: str, *, now: datetime | None = None) -> bool:
    """Take an address away; False where it is not his. Raises `proving.LastAddress`."""
    now = now or clock()
    if not proving.detach(customer, kind, address, now=now):
        return False
    index_customer(customer.pk)
    record(
        "customer.address_removed", by=customer, at=now, topics=[f"customer:{customer.pk}"], kind=str(kind)
    )
    return True


@action
def set_password(customer: Customer, password: str, *, now: datetime | None = None) -> None:
    """Set the password, or with "" take it away. All sessions end: the caller keeps his own."""
    user = customer.user
    assert user is not None
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save(update_fields=["password"])
    record(
        "customer.password_set" if password else "customer.password_removed", by=customer, at=now,
        topics=[f"customer:{customer.pk}"],
    )  # fmt: skip
    end_access(customer, by=customer, because="password changed", now=now)


@action
def end_sessions(customer: Customer, *, now: datetime | None = None) -> None:
    """Sign out everywhere; password and passkeys stay."""
    user = customer.user
    assert user is not None
    proving.end_sessions(user)
    end_access(customer, by=customer, because="signed out everywhere", now=now)


@action
def keep_passkey(
    customer: Customer, name: str, credential: str, public: bytes, *, now: datetime | None = None
) -> Passkey:
    """A new key of his."""
    now = now or clock()
    assert customer.user is not None  # he is signed in
    made = Passkey.objects.create(
        user=customer.user, name=name, credential=credential, public=public, created_at=now
    )
    record("customer.passkey_added", by=customer, at=now, topics=[f"customer:{customer.pk}"])
    return made


@action
def drop_passkey(customer: Customer, pk: int, *, now: datetime | None = None) -> bool:
    """His key opens nothing any more. False where he has no such key."""
    gone, _each = Passkey.objects.filter(user=customer.user, pk=pk).delete()
    if gone:
        record("customer.passkey_removed", by=customer, at=now, topics=[f"customer:{customer.pk}"])
    return bool(gone)
