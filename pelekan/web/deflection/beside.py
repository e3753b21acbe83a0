"""Beside a request that is being written: what fits, as one pauses; without scripts as a page between writing and sending,
once, and only when something fits well. Sending stays where it is, and nothing that was written is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from pelekan.knowledge.deflection import offering
from pelekan.knowledge.deflection.suggest import FITS_WELL
from pelekan.knowledge.models import Translation
from pelekan.knowledge.readers import Reader, of_agent, of_customer
from pelekan.knowledge.trail import walking
from pelekan.knowledge.trail.models import Offer, Visit
from pelekan.lib.limits import Limit, TooMuch
from pelekan.lib.text import whole
from pelekan.lib.time import now as clock
from pelekan.people.access import agent_of
from pelekan.people.models import Customer
from pelekan.tickets.models import Ticket
from pelekan.web.deflection.shapes import shapes
from pelekan.web.footsteps import keep, visit_of
from pelekan.web.help.addresses import article as article_path
from pelekan.web.portal.doors import customer_in, portal_page

LOOKS = Limit(90, timedelta(minutes=5))  # of one customer, or of one network where nobody is signed in
LIVE = "live_answers"
"""The field that a script sets: answers are shown as one writes, so no page stands between."""
WENT_ON = "went_on"


def reader_of(request: HttpRequest) -> Reader:
    return of_customer(customer_in(request))


@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """What fits to {subject, text} so far; 204 while that is what stands there already (`shown`)."""
    customer = customer_in(request)
    try:
        LOOKS.take(customer.pk if customer else request.META.get("REMOTE_ADDR", ""), clock())
    except TooMuch:
        return HttpResponse(status=204)
    found = _offer(request, visit_of(request, _place(request)))
    shown = ",".join(one["key"] for one in shapes(found.answers))
    if found.token and shown == request.POST.get("shown", "") and request.POST.get("offer") == found.token:
        return keep(HttpResponse(status=204), request)
    context = {"answers": shapes(found.answers, found.token), "token": found.token, "shown": shown}
    return keep(render(request, "answers/_list.html", context), request)


def _place(request: HttpRequest) -> str:
    return "portal" if customer_in(request) else "form"


def _offer(request: HttpRequest, visit: Visit | None) -> offering.Offered:
    form = request.POST
    return offering.offer(
        form.get("text", "")[:2_000], subject=form.get("subject", "")[:250], reader=reader_of(request),
        language=request.LANGUAGE_CODE[:2], place=_place(request), visit=visit, token=form.get("offer", "")[:60],
    )  # fmt: skip


def between(request: HttpRequest, kept: list[dict[str, Any]]) -> HttpResponse | None:
    """The page between writing and sending, or None where the request goes its way. `kept` are the files that came with
    it ({id, name}): they are not asked for again."""
    form = request.POST
    if form.get(LIVE) or form.get(WENT_ON) or form.get("offer"):
        return None
    found = _offer(request, visit_of(request, _place(request)))
    if not found.token or max(one.sure for one in found.answers) < FITS_WELL:
        return None
    carried = [
        (name, value) for name in form for value in form.getlist(name)
        if name not in ("csrfmiddlewaretoken", "kept", "offer")
    ]  # fmt: skip
    context = {
        "answers": shapes(found.answers, found.token),
        "token": found.token,
        "carried": carried,
        "kept": kept,
        "send_url": request.path,
    }
    return keep(portal_page(request, "answers/before.html", **context), request)


def registered(request: HttpRequest, ticket: Ticket) -> None:
    """The request went its way: what was offered before it is noted with it."""
    offering.registered(
        ticket, token=request.POST.get("offer", "")[:60], visit=visit_of(request, _place(request))
    )


@require_POST
def solved(request: HttpRequest) -> HttpResponse:
    """This solved it: no request is made, and what was written is not kept."""
    given = request.POST.get("solved", "")
    answer = whole(given[2:]) or 0 if given.startswith("an") else 0
    offering.solved_it(request.POST.get("offer", "")[:60], answer)
    return HttpResponseRedirect(reverse("answers_thanks") + "#sent-new")


@require_GET
def thanks(request: HttpRequest) -> HttpResponse:
    """After "this solved it"."""
    customer: Customer | None = customer_in(request)
    return portal_page(request, "answers/thanks.html", signed=customer is not None)


@require_safe
def to(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """An offered article is opened."""
    offer = offering.offer_of(token)
    row = _article(request, pk)
    if offer is None or row is None:
        raise Http404
    if request.method == "GET":
        _opened(offer, row)
    return HttpResponseRedirect(article_path(row.language, row.pk, row.slug))


def _article(request: HttpRequest, pk: int) -> Translation | None:
    agent = agent_of(request.user)  # type: ignore[arg-type]
    reader = of_agent(agent) if agent else reader_of(request)
    return Translation.objects.readable_by(reader).select_related("article").filter(pk=pk).first()


def _opened(offer: Offer, row: Translation) -> None:
    walking.clicked(offer)
    if offer.question_id is not None and offer.articles.filter(pk=row.article_id).exists():
        type(offer.question).objects.filter(pk=offer.question_id, clicked=None).update(clicked=row)  # type: ignore[union-attr]
