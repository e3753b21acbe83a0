"""What the bot may look up for a customer: his own, and only once he has proved who he is."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pelekan.knowledge.readers import PLAN
from pelekan.lib.text import isolate, latin_digits, local_digits
from pelekan.people.models import Customer
from pelekan.tickets.models import Ticket


def look_up(
    customer: Customer, what: str, number: str, *, proved: bool, language: str
) -> dict[str, str] | None:
    """What is known, as texts by name (see `flows.GIVES`); {} for what he does not have; None for who has proved nothing."""
    if not proved:
        return None
    if what == "plan":
        plan = str(customer.facts.get(PLAN) or "").strip()
        return {"plan": isolate(plan)} if plan else {}
    if what == "organization":
        organization = customer.organization
        return {"organization": isolate(organization.name)} if organization else {}
    if what == "ticket":
        return _ticket(customer, number, language)
    return {}


def _ticket(customer: Customer, number: str, language: str) -> dict[str, str]:
    plain = latin_digits(number).strip().lstrip("#")
    if not (plain.isascii() and plain.isdigit() and len(plain) < 16):
        return {}
    found = Ticket.objects.of_customer(customer).filter(number=int(plain)).first()
    if found is None:
        return {}
    return {
        "ticket_number": local_digits(str(found.number), language),
        "ticket_subject": isolate(found.subject),
        "ticket_status": status_words(found.status),
    }


def status_words(status: str) -> str:
    """Who acts next, in the customer's words."""
    return {
        "new": _("Waiting for us"),
        "open": _("We are working on it"),
        "waiting": _("Waiting for your answer"),
        "on_hold": _("We are working on it"),
        "solved": pgettext("request", "Solved"),
        "closed": pgettext("request", "Closed"),
    }.get(status, "")
