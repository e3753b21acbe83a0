"""Who of a customer's organization reads his requests, told to him in a sentence before and after he writes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pelekan.lib.text import isolate
from pelekan.people.models import Customer, Sharing
from pelekan.tickets.models import Ticket

MOST_NAMED = 5


def readers(customer: Customer) -> str:
    """Which colleagues read what `customer` asks, in a sentence; "" where nobody does."""
    company = customer.organization
    if company is None or company.sharing == Sharing.OFF:
        return ""
    if company.sharing == Sharing.ALL:
        return _("All members of %(organization)s can read this request.") % {
            "organization": isolate(company.name)
        }
    names = company.viewers.filter(organization=company).exclude(pk=customer.pk).order_by("name")
    said = [isolate(one.name or str(one)) for one in names[: MOST_NAMED + 1]]
    if not said:
        return ""
    listed = ", ".join(said[:MOST_NAMED]) + (" …" if len(said) > MOST_NAMED else "")
    return _("Of your organization, these can read this request: %(names)s") % {"names": listed}


def seen_by(ticket: Ticket, customer: Customer) -> dict[str, Any] | None:
    """For the page of his own request: {"words", "private"}; None where no colleague could read it anyway."""
    if ticket.organization_id is None or ticket.organization_id != customer.organization_id:
        return None
    words = readers(customer)
    private = ticket.private_at is not None
    return (
        {"words": _("Only you can read this request.") if private else words, "private": private}
        if words
        else None
    )
