"""What agents know of a customer: name, language, notes. Reached through a ticket that they may see."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pelekan.people.models import Language
from pelekan.tickets import actions
from pelekan.web.workspace.acts import answer, told
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents, ticket_of


@require_http_methods(["GET", "POST"])
@agents
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """The dialog with name and language, and its saving."""
    ticket = ticket_of(request, pk)
    if request.method == "GET":
        person = ticket.customer
        context = {
            "ticket": {"id": pk},
            "name": person.name,
            "language": person.language,
            "languages": Language.choices,
        }
        return render(request, "desk/dialog_customer.html", context)
    name, language = request.POST.get("name", "").strip(), request.POST.get("language", "")
    if language not in Language.values:
        return told(_("Choose a language."))
    actions.know_customer(ticket.customer, by=agent_in(request), name=name, language=language, ticket=ticket)
    return answer(request, pk)


@require_POST
@agents
def notes(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the notes about the customer."""
    ticket = ticket_of(request, pk)
    text = request.POST.get("notes", "")
    if len(text) > 20_000:
        return told(_("These notes are too long to be kept. Shorten them; the old ones were kept."))
    actions.know_customer(ticket.customer, by=agent_in(request), notes=text, ticket=ticket)
    return HttpResponse(status=204)
