"""What the customer sees of his ticket: the same steps, the same sentence and the same messages as in the portal."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from pelekan.lib.text import whole
from pelekan.sla import promising
from pelekan.tickets import joined
from pelekan.web.portal import shapes
from pelekan.web.portal.doors import portal_page
from pelekan.web.reading import Reading
from pelekan.web.workspace.doors import agents, ticket_of


@require_GET
@agents
def customers_eyes(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer's page, to be read: looking at it marks nothing as read, and there is nothing to press."""
    ticket = ticket_of(request, pk)
    if ticket.registered_at is None:
        raise Http404
    dates = Reading(request.dates)  # type: ignore[attr-defined]
    before = request.GET.get("before", "")
    part = shapes.timeline(ticket, dates, before=whole(before) or 0)
    promised = promising.of_ticket(joined.end_of(ticket)) if ticket.first_answer_at is None else None
    return portal_page(
        request,
        "desk/customers_eyes.html",
        ticket={"id": ticket.pk, "number": ticket.number, "subject": ticket.subject},
        standing=shapes.standing(ticket, dates, promised),
        stairs=shapes.stairs(ticket, promised),
        timeline=part,
        earlier_url=f"?before={part['first']}" if part["earlier"] else "",
        guest=True,
    )
