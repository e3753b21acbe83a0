"""One request for whoever holds its link from a mail or a text message: reading and answering, nothing else.

The link's secret leaves the address at once: the door puts it into a cookie that goes to this one request's pages
only, and leads there. So no address that is shown, logged or sent as a referrer holds it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from pelekan.lib.limits import Limit, TooMuch
from pelekan.lib.live.signed import make_ticket
from pelekan.lib.time import now as clock
from pelekan.people import signin
from pelekan.people.identify import mail_address, phone_number
from pelekan.tickets import actions, feed, joined
from pelekan.tickets.models import Ticket
from pelekan.web.portal import writing
from pelekan.web.portal.doors import customer_in, portal_page
from pelekan.web.portal.entrance import client
from pelekan.web.portal.requests import LIVE_FOR, WRITES, empty_form, rate_one, request_part, slow_down, whole

COOKIE = "pelekan_guest"
WRONG_LINKS = Limit(60, timedelta(minutes=10))  # of one network: a mobile operator's is shared by many
COOKIE_LIVES = 86_400  # seconds; after that the link in the mail is opened again


@require_GET
def door(request: HttpRequest, secret: str) -> HttpResponse:
    """The link in the mail."""
    guest = signin.guest(secret, now=clock())
    ticket = _ticket(guest) if guest else None
    if guest is None or ticket is None:
        response = portal_page(request, "portal/guest_over.html", status=404)
    elif customer_in(request) == ticket.customer and ticket.registered_at is not None:
        response = HttpResponseRedirect(reverse("portal_request", args=[ticket.number]))
    else:
        page = reverse("portal_guest", args=[ticket.pk])
        response = HttpResponseRedirect(page)
        left = int((guest.expires_at - clock()).total_seconds())
        response.set_cookie(
            COOKIE, secret, max_age=min(COOKIE_LIVES, left), path=page, httponly=True, secure=settings.SECURE,
            samesite="Lax",
        )  # fmt: skip
    response["Referrer-Policy"] = "no-referrer"
    return response


def let_in(ticket: Ticket, *, now: datetime, to: str = "") -> HttpResponse:
    """To the request, for the browser that has just made it: the same as by the link in its mail."""
    secret = signin.guest_link(ticket.pk, ticket.customer, now=now).rstrip("/").rpartition("/")[2]
    page = reverse("portal_guest", args=[ticket.pk])
    response = HttpResponseRedirect(page + to)
    response.set_cookie(
        COOKIE, secret, max_age=COOKIE_LIVES, path=page, httponly=True, secure=settings.SECURE, samesite="Lax"
    )
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_GET
def short_door(request: HttpRequest, secret: str) -> HttpResponse:
    """The link in a text message. Its secret is shorter, so guessing is counted: by network alone, or a few could close
    the door for all."""
    try:
        WRONG_LINKS.take(client(request), clock())
    except TooMuch as much:
        response = render(request, "429.html", status=429)
        response["Retry-After"] = str(much.after)
        return response
    response = door(request, secret)
    if response.status_code != 404:
        WRONG_LINKS.give_back(client(request))
    return response


@require_GET
def show(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """The request."""
    guest, ticket = _in(request, ticket_id)
    before = whole(request.GET.get("before", ""))
    if request.headers.get("HX-Request") == "true":
        template = "portal/_timeline.html" if before else "portal/_request.html"
        part = request_part(request, ticket, before, guest=True)
        return render(request, template, part)
    return _page(request, guest, ticket)


@require_POST
def answer(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Answer it."""
    guest, ticket = _in(request, ticket_id)
    written = writing.read(request, f"guest:{guest.token_id}")
    if not written.errors:
        try:
            WRITES.take(ticket.customer_id, clock())
            message = actions.answer(
                ticket, by=ticket.customer, text=written.text, attachment_ids=written.file_ids,
                client_id=written.client_id, uploads_of=f"guest:{guest.token_id}",
            )  # fmt: skip
            if message.ticket_id not in (ticket.pk, joined.end_of(ticket).pk):
                number = Ticket.objects.get(pk=message.ticket_id).number
                return portal_page(request, "portal/guest_new.html", number=number)
            return HttpResponseRedirect(
                f"{reverse('portal_guest', args=[ticket.pk])}#sent-answer-{ticket.pk}"
            )
        except TooMuch:
            written.errors["text"] = slow_down()
    return _page(request, guest, ticket, written)


@require_POST
def rate_answer(request: HttpRequest, ticket_id: int, message: int) -> HttpResponse:
    """Whoever holds the link says whether an answer helped, as he may answer it."""
    guest, ticket = _in(request, ticket_id)
    if guest.customer_id != ticket.customer_id:
        raise Http404
    page = reverse("portal_guest", args=[ticket.pk])
    return rate_one(request, ticket, message, page, f"rate:{ticket.customer_id}")


@require_GET
def live_ticket(request: HttpRequest, ticket_id: int) -> JsonResponse:
    """A stream ticket for this request's conversations."""
    guest, ticket = _in(request, ticket_id)
    topics = _topics(ticket)
    made = make_ticket(settings.SECRET_KEY, f"guest:{guest.token_id}", topics, LIVE_FOR)
    return JsonResponse({"ticket": made, "topics": topics, "ttl": LIVE_FOR})


def _page(
    request: HttpRequest, guest: signin.Guest, ticket: Ticket, written: writing.Written | None = None
) -> HttpResponse:
    live_id = feed.resume_id()
    return portal_page(
        request,
        "portal/request.html",
        form=written.form() if written else empty_form(),
        status=422 if written else 200,
        live_id=live_id,
        live_url=reverse("portal_guest_live", args=[ticket.pk]),
        made=_made(ticket) if request.GET.get("new") == "1" else None,
        topics=" ".join(_topics(ticket)),
        **request_part(request, ticket, guest=True),
    )


def _made(ticket: Ticket) -> dict[str, Any]:
    """What is said to whoever has just made it: its number, where our answer goes, and his link. Nobody has proved that
    address yet, so the link is given to him here and not sent there."""
    address = mail_address(ticket.customer) or phone_number(ticket.customer)
    return {
        "number": ticket.number, "address": address, "days": signin.GUEST_LIVES.days,
        "link": signin.guest_link(ticket.pk, ticket.customer, now=clock()),
    }  # fmt: skip


def _topics(ticket: Ticket) -> list[str]:
    newest = joined.talks(ticket).order_by("-pk").values_list("pk", flat=True)[:50]
    return [f"conversation:{pk}" for pk in sorted(newest)]


def _in(request: HttpRequest, ticket_id: int) -> tuple[signin.Guest, Ticket]:
    guest = signin.guest(request.COOKIES.get(COOKIE, ""), now=clock())
    if guest is None or guest.ticket_id != ticket_id:
        raise Http404
    ticket = _ticket(guest)
    if ticket is None:
        raise Http404
    return guest, ticket


def _ticket(guest: signin.Guest) -> Ticket | None:
    """The guest's ticket, as long as it is still a matter of the customer whom the link was sent to."""
    ticket = (
        Ticket.objects.select_related("tier", "team", "customer", "inbox").filter(pk=guest.ticket_id).first()
    )  # fmt: skip
    if ticket is None or ticket.registered_at is None:
        return None
    if (
        ticket.customer_id != guest.customer_id
        and not joined.talks(ticket).filter(customer=guest.customer_id).exists()
    ):
        return None
    return ticket
