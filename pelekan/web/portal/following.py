"""Colleagues on one request: added, removed, and leaving it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from pelekan.lib.text import one_line
from pelekan.people.models import Customer, IdentityKind
from pelekan.tickets.following import acts
from pelekan.tickets.models import Follower, Ticket
from pelekan.tickets.shaping import CannotBe
from pelekan.web.portal.doors import customers, ticket_of, ticket_read_by


def shown(ticket: Ticket, reader: Customer) -> dict[str, Any]:
    """What the page of his own request needs: who follows it, and whether he may add somebody."""
    return {
        "may_add": acts.allowed(ticket, reader),
        "company": reader.organization.name if reader.organization else "",
        "followers": [_shape(one) for one in acts.of(ticket)],
    }


def _shape(row: Follower) -> dict[str, Any]:
    ways = [one for one in row.customer.identities.all() if one.kind == IdentityKind.EMAIL]
    return {
        "id": row.pk, "name": row.customer.name, "address": ways[0].address if ways else "",
        "waits": not any(one.verified_at for one in row.customer.identities.all()),
    }  # fmt: skip


@require_POST
@customers
def add(request: HttpRequest, customer: Customer, number: int) -> HttpResponse:
    """A colleague more; what is wrong with the address is said where it was typed."""
    from pelekan.web.portal import requests  # which shows the page that this is a part of

    ticket = ticket_of(customer, number)
    typed = one_line(request.POST.get("colleague", ""), 254)
    try:
        acts.add(ticket, typed, by=customer)
    except PermissionError:
        return _back(number)
    except CannotBe as refused:
        more = {"colleague_error": refused.text, "colleague_typed": typed}
        return requests.request_page(request, customer, ticket, more=more)
    return _back(number)


@require_POST
@customers
def remove(request: HttpRequest, customer: Customer, number: int) -> HttpResponse:
    """He reads it no more."""
    ticket, chosen = ticket_of(customer, number), request.POST.get("follower", "")
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 19:
        row = Follower.objects.select_related("customer").filter(ticket=ticket, pk=int(chosen)).first()
        if row is not None:
            acts.remove(ticket, row.customer, by=customer)
    return _back(number)


@require_POST
@customers
def leave(request: HttpRequest, customer: Customer, number: int) -> HttpResponse:
    """He does not want to follow it any more."""
    acts.remove(ticket_read_by(customer, number), customer, by=customer)
    return HttpResponseRedirect(reverse("portal_home"))


def _back(number: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("portal_request", args=[number]))
