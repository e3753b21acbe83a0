"""The person himself: who he is, by which ways he comes in, and how he goes."""

from __future__ import annotations

from datetime import datetime

from pelekan.people import passcodes
from pelekan.people.models import Claim, Customer, Identity, IdentityKind, Letter, Organization, Token
from pelekan.tickets.actions.customers import end_access
from pelekan.tickets.models import Conversation, Ticket


def ids(customer: Customer) -> list[int]:
    """The customer and all who became one with him."""
    found = newest = [customer.pk]
    while newest := list(Customer.objects.filter(merged_into__in=newest).values_list("pk", flat=True)):
        found = [*found, *newest]
    return found


def addresses(customers: list[int]) -> list[tuple[str, str]]:
    """[(kind, address)] that are known to be his. What he only typed may be somebody else's."""
    rows = Identity.objects.filter(customer__in=customers).exclude(verified_at=None)
    return list(rows.order_by("pk").values_list("kind", "address"))


def last_address(customer: Customer) -> tuple[str, str]:
    """Where the last notice goes, and how: a proved mail address, else a proved number; ("", "") for neither."""
    rows = customer.identities.exclude(verified_at=None)
    for kind, way in ((IdentityKind.EMAIL, Letter.Way.EMAIL), (IdentityKind.PHONE, Letter.Way.SMS)):
        if found := rows.filter(kind=kind).order_by("-verified_at").first():
            return found.address, str(way)
    return "", ""


def leave(customer: Customer, *, now: datetime) -> None:
    """Nothing tells any more who he is, and no way leads in: sessions, links, codes, passwords and passkeys end."""
    end_access(customer, by=None, because="erased on request", now=now)
    proved = customer.identities.exclude(verified_at=None).values_list("kind", "address")
    for kind, address in list(proved):
        passcodes.drop_codes(kind, address)
        Letter.objects.filter(recipient=address).delete()
        Claim.objects.filter(kind=kind, address=address).delete()
    _end_tokens(customer)
    customer.identities.all().delete()
    customer.claims.all().delete()
    customer.takeouts.update(expires_at=now)
    user, customer.user = customer.user, None
    customer.organization = None
    customer.name = customer.notes = customer.folded = customer.calendar = customer.zone = ""
    customer.importance, customer.facts = 0, {}
    customer.save()
    customer.groups.clear()
    Organization.viewers.through.objects.filter(customer=customer).delete()
    if user is not None and not hasattr(user, "agent"):
        user.delete()


def _end_tokens(customer: Customer) -> None:
    """Secrets that open something of his: guest links of his requests, the widget in his browsers."""
    talks = Conversation.objects.filter(customer=customer).values_list("ticket", flat=True)
    tickets = {*talks, *Ticket.objects.filter(customer=customer).values_list("pk", flat=True)}
    subjects = [f"ticket:{pk}" for pk in tickets]
    for start in range(0, len(subjects), 500):
        Token.objects.filter(
            purpose=Token.Purpose.GUEST, subject__in=subjects[start : start + 500], data__customer=customer.pk
        ).delete()
    Token.objects.filter(purpose=Token.Purpose.VISITOR, subject=f"customer:{customer.pk}").delete()
