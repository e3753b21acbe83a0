"""The page behind the link of guided steps. GET changes nothing: mail scanners open every link; buttons do, with or without
scripts. The same addresses take the ticks of a request's own page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pelekan.lib.limits import Limit, TooMuch
from pelekan.lib.time import now as clock
from pelekan.people.access import agent_of
from pelekan.tickets.guides import reading, ticking
from pelekan.tickets.guides.models import SentGuide
from pelekan.tickets.joined import face_of
from pelekan.web.portal.doors import customer_in, portal_page
from pelekan.web.portal.shapes import guided
from pelekan.web.reading import Reading

TICKS = Limit(120, timedelta(minutes=10))  # of one list
MESSAGES = Limit(20, timedelta(minutes=10))  # "this does not work" and answers at the end, of one list


@require_http_methods(["GET", "HEAD", "POST"])
def steps(request: HttpRequest, token: str) -> HttpResponse:
    """The steps, and what the customer does with them: tick, untick, stuck, solved, unsolved."""
    sent = ticking.sent_of(token, clock())
    if sent is None:
        return portal_page(request, "portal/steps_over.html", status=404)
    if agent_of(request.user) is not None:  # type: ignore[arg-type]
        return portal_page(request, "portal/steps_agent.html", status=403)
    error, back = "", request.POST.get("back", "")
    if request.method == "POST":
        try:
            _do(request, sent)
        except LookupError:
            error = _("There is no such step any more. Load the page again.")
        except TooMuch:
            error = _("That was a lot at once. Wait some minutes and send it again; nothing is lost.")
    if request.method == "POST" and not error and request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(_place(request, sent, token, back))
    context: dict[str, Any] = {
        "guide": guided(sent.message, reading.of_one(sent)),
        "error": error,
        "back": back,
    }
    if request.headers.get("HX-Request") == "true":
        context["dates"] = Reading(request.dates)  # type: ignore[attr-defined]
        return render(request, "portal/_steps.html", context)
    talk = sent.message.conversation
    face = face_of(talk, sent.message.ticket)
    subject = face.subject if customer_in(request) == talk.customer else ""
    return portal_page(
        request, "portal/steps.html", number=face.number, subject=subject, status=422 if error else 200, **context
    )  # fmt: skip


def _do(request: HttpRequest, sent: SentGuide) -> None:
    now, by, form = clock(), sent.message.conversation.customer, request.POST
    act, words, typed = form.get("act", ""), form.get("words", ""), form.get("step", "")
    step = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else -1
    (TICKS if act in ("tick", "untick") else MESSAGES).take(f"steps:{sent.pk}", now)
    if act == "tick":
        ticking.tick(sent, step, by=by, now=now)
    elif act == "untick":
        ticking.untick(sent, step, by=by, now=now)
    elif act == "stuck":
        ticking.stick(sent, step, by=by, words=words, now=now)
    elif act in ("solved", "unsolved"):
        ticking.answer(sent, act == "solved", by=by, words=words, now=now)


def _place(request: HttpRequest, sent: SentGuide, token: str, back: str) -> str:
    """Where the button was pressed."""
    talk = sent.message.conversation
    face = face_of(talk, sent.message.ticket)
    page = reverse("portal_steps", args=[token])
    if back == "request" and customer_in(request) == talk.customer and face.number:
        page = reverse("portal_request", args=[face.number])
    elif back == "guest":
        page = reverse("portal_guest", args=[face.pk])
    return f"{page}#steps-{sent.message_id}"
