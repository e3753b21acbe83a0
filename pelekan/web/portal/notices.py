"""What customers do with notices: rate a solving, end mails of a kind, choose. GET changes nothing anywhere here: mail
scanners open every link. The addresses hold proofs: the usual Referrer-Policy tells them to no other site."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from pelekan.channels.models import Gateway
from pelekan.lib.limits import Limit, TooMuch
from pelekan.lib.time import now as clock
from pelekan.people.access import agent_of
from pelekan.people.identify import mail_address, phone_number
from pelekan.people.models import Customer
from pelekan.tickets.models import Rating, Ticket
from pelekan.tickets.notices import choosing, rating, verifying
from pelekan.tickets.notices.rules import OPTIONAL, Kind, Way, by_way
from pelekan.web.portal.doors import customer_in, customers, portal_page

WRITES = Limit(30, timedelta(minutes=10))  # ratings of one ticket, choices of one customer
WAYS = ("mail", "portal", "chat")

KIND_WORDS = {
    Kind.RECEIVED: gettext_lazy("The receipt with the number"),
    Kind.MOVED: gettext_lazy("My request goes to other colleagues"),
    Kind.WAITING: gettext_lazy("You wait for my answer"),
    Kind.REMINDER: gettext_lazy("A reminder that you still wait"),
    Kind.ANSWER: gettext_lazy("There is an answer"),
    Kind.SOLVED: gettext_lazy("My request is solved"),
    Kind.RATE: gettext_lazy("The question how satisfied I am"),
    Kind.VERIFY: gettext_lazy("The question whether it is really solved"),
}
WAY_WORDS = {Way.EMAIL: gettext_lazy("By mail"), Way.SMS: gettext_lazy("By SMS")}


def stars_words() -> list[str]:
    """What one to five stars mean."""
    return [_("Very bad"), _("Bad"), _("So-so"), _("Good"), _("Excellent")]


# Rating


@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the stars: what was clicked is chosen, sending it is one more click, words are welcome."""
    now = clock()
    solving = rating.solving_of(token, now)
    if solving is None or solving.ticket is None:
        return portal_page(request, "portal/rate_over.html", status=404)
    if agent_of(request.user) is not None:  # type: ignore[arg-type]
        return portal_page(request, "portal/rate_agent.html", status=403)
    ticket = solving.ticket
    known = Rating.objects.filter(solving=solving).first()
    chosen = request.POST.get("stars") or request.GET.get("stars") or (str(known.stars) if known else "")
    error = ""
    if request.method == "POST":
        if chosen not in ("1", "2", "3", "4", "5"):
            error = _("Choose one to five stars.")
        else:
            try:
                WRITES.take(f"rate:{ticket.pk}", now)
                return _rated(request, token, ticket, solving, int(chosen))
            except TooMuch:
                error = _("That was a lot at once. Wait some minutes and send it again; nothing is lost.")
    words = request.POST.get("words", known.words if known else "")
    return portal_page(
        request, "portal/rate.html",
        number=ticket.number, subject=ticket.subject if customer_in(request) == ticket.customer else "",
        chosen=chosen, words=words, error=error, stars=stars_words(), known=known is not None,
        way=request.GET.get("way", "") or request.POST.get("way", ""), done=request.GET.get("done") == "1" and not error,
        status=422 if error else 200,
    )  # fmt: skip


def _rated(request: HttpRequest, token: str, ticket: Ticket, solving: Any, stars: int) -> HttpResponse:
    way = request.POST.get("way", "")
    words = request.POST.get("words")
    rating.rate(solving, by=ticket.customer, stars=stars, words=words, way=way if way in WAYS else "mail")
    if request.POST.get("back") == "request" and customer_in(request) == ticket.customer and ticket.number:
        return HttpResponseRedirect(reverse("portal_request", args=[ticket.number]) + "#rating")
    return HttpResponseRedirect(reverse("portal_rate", args=[token]) + "?done=1")


def rating_part(ticket: Ticket) -> dict[str, Any] | None:
    """For a request's page: what its customer may rate now, and what he gave. None while it is not solved."""
    solving = rating.last_solving(ticket, clock())
    if solving is None:
        return None
    known = Rating.objects.filter(solving=solving).first()
    return {
        "url": reverse("portal_rate", args=[rating.token_of(solving.pk)]),
        "stars": known.stars if known else 0,
        "words": known.words if known else "",
        "names": stars_words(),
    }


# Really solved?


@require_http_methods(["GET", "HEAD", "POST"])
def solved(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind yes and no: what was clicked is chosen, the button sends it."""
    now = clock()
    solving = verifying.solving_of(token, now)
    if solving is None or solving.ticket is None:
        return portal_page(request, "portal/rate_over.html", status=404)
    if agent_of(request.user) is not None:  # type: ignore[arg-type]
        return portal_page(request, "portal/rate_agent.html", status=403)
    ticket, said, error = solving.ticket, "", ""
    if request.method == "POST":
        try:
            WRITES.take(f"solved:{ticket.pk}", now)
            said = _answered(request, solving)
        except TooMuch:
            error = _("That was a lot at once. Wait some minutes and send it again; nothing is lost.")
    chosen = request.POST.get("answer") or request.GET.get("answer")
    return portal_page(
        request, "portal/solved.html",
        number=ticket.number, subject=ticket.subject if customer_in(request) == ticket.customer else "",
        chosen="no" if chosen == "no" else "yes", said=said, error=error,
        stands=not said and verifying.stands(solving), status=422 if error else 200,
    )  # fmt: skip


def _answered(request: HttpRequest, solving: Any) -> str:
    """yes, no, or over where the request has moved on meanwhile."""
    answer = "no" if request.POST.get("answer") == "no" else "yes"
    if answer == "no":
        done = verifying.deny(solving, by=solving.ticket.customer, words=request.POST.get("words", ""))
    else:
        done = verifying.confirm(solving, by=solving.ticket.customer)
    return answer if done else "over"


# Ending mails of a kind


@csrf_exempt  # RFC 8058: the mail program posts without a session; the token is the proof, and ends mail at most
@require_http_methods(["GET", "HEAD", "POST"])
def off(request: HttpRequest, token: str) -> HttpResponse:
    """The way out of a mail. POST ends mails of its kinds, or with `again` brings them back."""
    found = choosing.opted_out(token)
    if found is None:
        return portal_page(request, "portal/notices_over.html", status=404)
    customer, kinds = found
    done = ""
    if request.method == "POST":
        try:
            WRITES.take(f"off:{customer.pk}", clock())
        except TooMuch:
            return HttpResponse(status=429)
        if "again" in request.POST:
            before, on = choosing.choices_of(customer.pk)
            gone = {f"{kind}:{Way.EMAIL}" for kind in kinds}
            choosing.choose(customer, [one for one in before if one not in gone], on)
            done = "again"
        else:
            choosing.switch_off(customer, kinds, Way.EMAIL)
            done = "off"
    names = [str(KIND_WORDS[kind]) for kind in kinds]
    return portal_page(request, "portal/notices_off.html", names=names, done=done)


@require_POST
@customers
def choose(request: HttpRequest, customer: Customer) -> HttpResponse:
    """The table in the profile: what is ticked is wanted, what is not is off."""
    ticked = set(request.POST.getlist("on"))
    shown = cells(customer)
    choosing.choose(
        customer,
        [cell for cell in shown if cell not in ticked],
        [cell for cell in shown if cell in ticked and cell.endswith(f":{Way.SMS}")],
    )
    return HttpResponseRedirect(reverse("portal_profile") + "?saved=1")


def ways(customer: Customer) -> list[Way]:
    """The ways by which this desk can reach him."""
    texts = Gateway.objects.filter(for_others=True, inbox__archived_at=None).exists()
    return [Way.EMAIL, Way.SMS] if texts and phone_number(customer) else [Way.EMAIL]


def cells(customer: Customer) -> list[str]:
    """Everything that he can switch."""
    return [
        f"{kind}:{way}" for way in ways(customer) for kind in Kind if kind in OPTIONAL or way != Way.EMAIL
    ]


def table(customer: Customer) -> dict[str, Any]:
    """For the profile: {"ways": [words], "rows": [{"label", "cells": [{"name", "on", "fixed", "label"}]}]}."""
    off, on = choosing.choices_of(customer.pk)
    has_mail, his = bool(mail_address(customer)), ways(customer)
    rows = []
    for kind in Kind:
        places = [
            {
                "name": f"{kind}:{way}",
                "on": bool(by_way([kind], way, off=off, on=on, has_mail=has_mail)),
                "fixed": kind not in OPTIONAL and way == Way.EMAIL,
                "label": f"{KIND_WORDS[kind]}: {WAY_WORDS[way]}",
            }
            for way in his
        ]
        rows.append({"label": KIND_WORDS[kind], "cells": places})
    return {"ways": [WAY_WORDS[way] for way in his], "rows": rows}
