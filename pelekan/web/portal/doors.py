"""Who comes in to the portal, and what he may find there: only what is his own and public."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.people.models import Customer
from pelekan.tickets.models import Ticket
from pelekan.web import bar

View = Callable[..., HttpResponseBase]


def customer_in(request: HttpRequest) -> Customer | None:
    """The customer whose session this is. The sign-in brings him along: no query."""
    if not request.user.is_authenticated:
        return None
    customer: Customer | None = getattr(request.user, "customer", None)
    while customer is not None and customer.merged_into is not None:
        customer = customer.merged_into
    return customer


def customers(view: View) -> View:
    """Only signed-in customers; the view gets the customer after the request. Others are asked to sign in."""

    @functools.wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        customer = customer_in(request)
        if customer is not None:
            return view(request, customer, *args, **kwargs)
        sign_in = reverse("portal_sign_in")
        if request.headers.get("HX-Request") == "true" or request.method != "GET":
            response = HttpResponse(_("Please sign in again."), status=401, content_type="text/plain")
            response["HX-Redirect"] = sign_in
            return response
        return HttpResponseRedirect(f"{sign_in}?next={quote(request.get_full_path())}")

    return inner


def ticket_of(customer: Customer, number: int) -> Ticket:
    """His registered ticket of that number; anybody else's does not exist for him."""
    return _found(Ticket.objects.of_customer(customer), number)


def ticket_read_by(customer: Customer, number: int) -> Ticket:
    """A ticket that he may read: his own, or one that a colleague shares with him."""
    return _found(Ticket.objects.read_by(customer), number)


def _found(rows: QuerySet[Ticket], number: int) -> Ticket:
    found = rows.select_related("tier", "team", "customer", "inbox").filter(number=number).first()
    if found is None:
        raise Http404
    return found


def portal_page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """A page of the portal with what its frame needs."""
    status = context.pop("status", 200)
    customer = customer_in(request)
    here = context.pop("section", "")
    sections = bar.sections(request, customer, here)
    context = {"sections": sections, "portal_home": reverse("portal_home"), **context}
    return render(request, template, context, status=status)
