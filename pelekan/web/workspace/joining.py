"""Joining two tickets, undoing it, and splitting a message off. Each leads to the page where things are now."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pelekan.lib.text import isolate, latin_digits
from pelekan.people.models import Agent
from pelekan.tickets import actions
from pelekan.tickets.actions import CannotJoin
from pelekan.tickets.joined import end_of
from pelekan.tickets.models import Ticket
from pelekan.web.paths import url
from pelekan.web.reading import Reading
from pelekan.web.workspace.acts import Sorry, act, message_of, number, told
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents, ticket_of

MOST_DIGITS = 15


@require_POST
@agents
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Join this ticket `into` another (or into the one whose `number` was typed); or, named as `source`, another into
    this one. Both must be seen. The agent is led to where the conversations are."""
    agent, here = agent_in(request), ticket_of(request, pk)
    try:
        if other := number(request, "source"):
            source, into = _seen(agent, other), here
        elif other := number(request, "into"):
            source, into = here, _seen(agent, other)
        else:
            source, into = here, _numbered(agent, request)
        _seen(agent, end_of(into).pk)
        into = actions.join(source, into, by=agent)
    except Sorry as sorry:
        return told(str(sorry))
    except CannotJoin as refused:
        return told(why_not(refused, request), 422)
    words = (
        _("Ticket %(number)s was joined into this one.")
        if source.number
        else _("It was joined into this one.")
    )
    text = words % {"number": _number(source, request)}
    return _led(into, toast={"text": text, "undo": url("desk_unjoin", source.pk)})


@require_POST
@agents
def unjoin(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo the join of this ticket; or, named as `source`, of one that was joined into this one."""
    agent, here = agent_in(request), ticket_of(request, pk)
    source = _seen(agent, number(request, "source")) if number(request, "source") else here
    _seen(agent, end_of(source).pk)
    try:
        actions.unjoin(source, by=agent)
    except CannotJoin as refused:
        return told(why_not(refused, request), 422)
    return _led(here)


@act
def refuse_hint(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    actions.refuse_hint(ticket, by=agent)


@require_POST
@agents
def split(request: HttpRequest, pk: int, message: int) -> HttpResponse:
    """This message does not belong here: it gets a ticket of its own."""
    try:
        made = actions.split(message_of(request, pk, message), by=agent_in(request))
    except CannotJoin as refused:
        return told(why_not(refused, request), 422)
    text = (
        _("The message is now ticket %(number)s.")
        if made.number
        else _("The message has a ticket of its own now.")
    )
    return _led(made, toast={"text": text % {"number": _number(made, request)}})


def why_not(refused: CannotJoin, request: HttpRequest) -> str:
    """What an agent reads when tickets can't be joined, parted or split."""
    words = {
        "itself": _("These are already one ticket."),
        "closed": _("Ticket %(number)s is closed for good. Join that one into this one instead."),
        "unregistered": _("The other ticket has no number yet. Register it first, or join it into this one."),
        "joined": _("A colleague was quicker: this ticket was joined into %(number)s."),
        "apart": _("This ticket is not joined any more. A colleague undid it."),
        "only": _("Nothing else was written here, so there is nothing to split off."),
        "chat": _("A line of a chat stays in its chat. Only mails and messages can be split off."),
    }
    return words[refused.why] % {"number": _number(refused.ticket, request) if refused.ticket else ""}


def _number(ticket: Ticket, request: HttpRequest) -> str:
    dates = Reading(request.dates)  # type: ignore[attr-defined]
    return isolate("#" + dates.digits(ticket.number)) if ticket.number else ""


def _seen(agent: Agent, pk: int) -> Ticket:
    found = Ticket.objects.visible_to(agent).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _numbered(agent: Agent, request: HttpRequest) -> Ticket:
    typed = latin_digits(request.POST.get("number", "")).strip().lstrip("#").strip()
    if not typed:
        raise Sorry(_("Type the number of a ticket or choose one."))
    rows = Ticket.objects.visible_to(agent)
    digits = typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS
    found = rows.filter(number=int(typed)).first() if digits else None
    if found is None or not rows.filter(pk=end_of(found).pk).exists():
        raise Sorry(_("There is no ticket %(number)s that you can see.") % {"number": isolate(typed[:20])})
    return found


def _led(ticket: Ticket, **events: object) -> HttpResponse:
    """Nothing to swap: the page goes where the ticket is."""
    response = HttpResponse(status=204)
    address = url("desk_ticket", ticket.pk)
    response["HX-Trigger"] = json.dumps({"close-dialog": {}, "desk-open": {"url": address}, **events})
    return response
