"""Guided steps at the desk: choosing and sending a list, its card on the ticket, ticking for a customer on the phone."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pelekan.channels.sms import texting
from pelekan.lib.folding import fold
from pelekan.lib.time import now as clock
from pelekan.people.models import Language
from pelekan.tickets.actions import NewerMessage
from pelekan.tickets.guides import fitting, reading, sending, ticking
from pelekan.tickets.guides import steps as lists
from pelekan.tickets.guides.models import Guide, SentGuide
from pelekan.tickets.models import Ticket
from pelekan.tickets.pending.answers import AlsoAnswering
from pelekan.web.workspace import compose
from pelekan.web.workspace.acts import answer, number, told
from pelekan.web.workspace.beside import beside
from pelekan.web.workspace.composing import ways_of
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents, ticket_of
from pelekan.web.workspace.page import ticket_row

SHOWN = 40
"""Guides of one list; the search finds the others."""


@require_GET
@agents
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """The dialog: which guide, the best fitting first. With `guide` (an id, or "own" for steps of one's own) its form; with
    `q` only the list of those that are found."""
    ticket, wished = ticket_of(request, pk), request.GET.get("guide", "")
    context: dict[str, Any] = {"ticket": {"id": pk}}
    if wished:
        found = None if wished == "own" else _offered(request, wished)
        return render(request, "desk/guide_form.html", {**context, **_form(request, ticket, found)})
    context |= {"guides": _list(request, ticket), "q": request.GET.get("q", "")}
    return render(
        request, "desk/guide_list.html" if "q" in request.GET else "desk/dialog_guide.html", context
    )


def _offered(request: HttpRequest, wished: str) -> Guide:
    pk = int(wished) if wished.isascii() and wished.isdigit() and len(wished) < 18 else 0
    found = sending.offered(agent_in(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _list(request: HttpRequest, ticket: Ticket) -> list[dict[str, Any]]:
    asked = fold(request.GET.get("q", "").strip())
    rows = fitting.ranked(sending.offered(agent_in(request)).select_related("team"), ticket)
    return [
        {
            "id": guide.pk, "name": guide.name, "fits": points >= fitting.OF_CATEGORY or points >= 2 * fitting.A_WORD,
            "total": len(guide.steps), "used": guide.used, "first": _first(guide, ticket.language),
        }
        for guide, points in rows if asked in fold(guide.name)
    ][:SHOWN]  # fmt: skip


def _first(guide: Guide, language: str) -> str:
    """What the guide begins with, in the customer's language if it has it."""
    known = lists.language_for(guide.steps, language, Language.values)
    return " · ".join(step["title"] for step in lists.in_language(guide.steps, known)[:3])


def _form(request: HttpRequest, ticket: Ticket, guide: Guide | None) -> dict[str, Any]:
    agent, dates = agent_in(request), compose.dates(request)
    ways = ways_of(beside(ticket_row(agent, ticket.pk), agent, dates), [])
    language = lists.language_for(guide.steps, ticket.language, Language.values) if guide else ticket.language
    language = language or ticket.language
    names = dict(Language.choices)
    last = ticket.messages.public().order_by("-id").values_list("pk", flat=True).first()
    steps = lists.in_language(guide.steps, language) if guide else []
    return {
        "guide": {"id": guide.pk if guide else "", "name": guide.name if guide else "", "steps": steps},
        "ways": [
            (way["id"], _("%(channel)s to %(name)s") % {"channel": way["label"], "name": way["to"] or _("Visitor")})
            for way in ways
        ],
        "language": language,
        "other": str(names[language]) if language != ticket.language else "",
        "wished": str(names.get(ticket.language, ticket.language)),
        "intro": sending.greeting(language), "saw_id": last or 0, "client_id": uuid.uuid4().hex,
        "wait": ticket.status in ("new", "open") and not (ways and ways[0]["channel"] == "chat"),
    }  # fmt: skip


@require_POST
@agents
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the steps of the form: those that are ticked, as they are worded there, and further ones."""
    ticket, agent, form = ticket_of(request, pk), agent_in(request), request.POST
    guide = _offered(request, form["guide"]) if form.get("guide") else None
    saw = number(request, "saw_id")
    try:
        way = compose.way_of(ticket, agent, form.get("via", ""), request)
        if way.channel == "sms":
            inbox = way.inbox or way.talk.inbox  # type: ignore[union-attr]
            texting.weigh(inbox, form.get("intro", ""), asked="anyway" in form, now=clock())
        sending.send(
            ticket, way, by=agent, steps=_typed(request), intro=form.get("intro", ""),
            language=form.get("language", "") if form.get("language") in Language.values else ticket.language,
            guide=guide, then="wait" if "wait" in form else "", client_id=form.get("client_id", "")[:64],
            saw_id=None if "anyway" in form else saw,
        )  # fmt: skip
    except sending.NoSteps:
        return told(_("Take one to %(most)s steps: tick them, or write your own.") % {"most": lists.MOST})
    except (NewerMessage, AlsoAnswering, texting.Sleeping) as fault:
        return render(request, "desk/guide_newer.html", {"text": _stopped(fault, request)}, status=422)
    except texting.TooLong as long:
        return told(_("The words above the steps are too long for an SMS: %(parts)s parts. Shorten them.") % {"parts": compose.dates(request).digits(long.count)})  # fmt: skip
    except compose.NoWay:
        return told(_("There is no address to answer to. Add one to the customer, or write a note."))
    return answer(request, pk)


def _stopped(fault: Exception, request: HttpRequest) -> str:
    if isinstance(fault, texting.Sleeping):
        return _("It is night for this customer until %(time)s.") % {
            "time": compose.dates(request).full(fault.until)
        }
    if isinstance(fault, AlsoAnswering):
        return _("%(name)s is about to answer on this ticket.") % {"name": fault.name}
    return _("Somebody has written on this ticket since you opened these steps. Look at it first.")


def _typed(request: HttpRequest) -> list[lists.Step]:
    form = request.POST
    taken = [one for one in form.getlist("take")[: lists.MOST] if one.isascii() and one.isdigit()]
    steps = [{"title": form.get(f"title-{one}", ""), "text": form.get(f"text-{one}", "")} for one in taken]
    return [*steps, *lists.from_lines(form.get("more", ""))]


# The card on the ticket


@require_GET
@agents
def part(request: HttpRequest, pk: int) -> HttpResponse:
    """The cards alone, brought up to date."""
    return _cards(request, ticket_of(request, pk).pk)


def _cards(request: HttpRequest, pk: int) -> HttpResponse:
    context = {"guides": reading.of_ticket(pk), "ticket": {"id": pk}, "dates": compose.dates(request)}
    return render(request, "desk/guides_card.html", context)


@require_POST
@agents
def tick(request: HttpRequest, pk: int, sent: int) -> HttpResponse:
    """An agent ticks a step for a customer on the phone, or takes the tick off."""
    ticket = ticket_of(request, pk)
    rows = SentGuide.objects.select_related("message__conversation")
    found = rows.filter(pk=sent, message__ticket=ticket).first()
    step = request.POST.get("step", "")
    if found is None or not (step.isascii() and step.isdigit() and int(step[:4]) < len(found.steps)):
        raise Http404
    do = ticking.tick if request.POST.get("done") == "1" else ticking.untick
    do(found, int(step), by=agent_in(request))
    return _cards(request, pk)
