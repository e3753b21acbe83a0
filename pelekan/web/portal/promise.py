"""What a customer is promised who is about to ask: brought up to date while he fills the form."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pelekan.lib.time import now as clock
from pelekan.people.models import Customer, Team
from pelekan.sla import promising
from pelekan.tickets import forms
from pelekan.tickets.models import Category, Inbox, Ticket
from pelekan.tickets.weighing import guess
from pelekan.web.portal import shapes
from pelekan.web.portal.doors import customers
from pelekan.web.reading import Reading


@require_GET
@customers
def promise(request: HttpRequest, customer: Customer) -> HttpResponse:
    """The sentence alone."""
    return render(request, "portal/_promise.html", {"promise": words(request, customer, request.GET)})


def words(request: HttpRequest, customer: Customer, given: Mapping[str, str]) -> str:
    """Until when a person would answer what is `given` so far; "" where nothing is promised."""
    inbox = (
        Inbox.objects.select_related("team__tier")
        .filter(channel="portal", archived_at=None)
        .order_by("pk")
        .first()
    )
    if inbox is None:
        return ""
    now = clock()
    at = promising.for_new(would_be(inbox, customer, given), now)
    dates = Reading(request.dates, now)  # type: ignore[attr-defined]
    return shapes.promise_words(at, dates) if at else ""


def would_be(inbox: Inbox, customer: Customer, given: Mapping[str, str]) -> Ticket:
    """The ticket that would be made of it; it is never kept."""
    teams = Team.objects.select_related("tier").filter(offered=True, archived_at=None)
    team = teams.filter(pk=_whole(given.get("team", ""))).first() or inbox.team
    category = Category.objects.filter(pk=_whole(given.get("category", "")), archived_at=None).first()
    ticket = Ticket(
        pk=0, subject="", customer=customer, organization_id=customer.organization_id, inbox=inbox, channel="portal",
        tier=team.tier, team=team, category=category, language=customer.language, registered_at=clock(),
    )  # fmt: skip
    questions = [one for one in inbox.questions if forms.kind_of(one) not in forms.CONTACT]
    questions = forms.chosen(questions, team.pk, category.pk if category else 0)
    found = guess(ticket, forms.take(questions, given, lenient=True).answers)
    ticket.impact, ticket.urgency, ticket.priority = found.impact, found.urgency, found.priority
    return ticket


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
