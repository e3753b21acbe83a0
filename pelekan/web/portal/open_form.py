"""A request without signing in: name, address, department, words. The number and a link to the request stand there at once,
and this browser follows it as a guest; a receipt that holds the number and nothing else goes to the address.

Against programs: a field that people don't see, an id of the sending that we gave out ourselves and that is neither of this
second nor of last week, and limits by network and by address. Whoever is refused reads why, and nothing he wrote is lost.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pelekan.channels import strangers
from pelekan.channels.sms import codes
from pelekan.lib.limits import Limit, TooMuch
from pelekan.lib.secrets import sign, verify
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Team
from pelekan.tickets.models import Inbox
from pelekan.web.deflection import beside
from pelekan.web.help import carrying
from pelekan.web.opening import closed_words
from pelekan.web.portal import departments, guests, requests, writing
from pelekan.web.portal.asking import Asked, ask
from pelekan.web.portal.doors import customer_in, portal_page
from pelekan.web.portal.entrance import read_address
from pelekan.web.portal.letting import client, network
from pelekan.web.portal.requests import categories_of, slow_down, whole

security = logging.getLogger("pelekan.security")

TRIED = Limit(60, timedelta(minutes=10))  # forms sent from one network, whatever became of them
LEFT = Limit(20, timedelta(minutes=10))  # requests made from one network: an office reads behind one
OF_ADDRESS = Limit(5, timedelta(hours=1))  # requests made in the name of one address
QUICKEST = timedelta(seconds=2)
"""Nobody reads and fills a form in less."""
LONGEST = timedelta(days=2)
"""So long may the page stand open."""
EMPTY = "company_site"
"""The field that people don't see."""
PURPOSE = "open-form"


@dataclass
class Sent:
    """One filling of the form: what came, and what is wrong with it."""

    written: writing.Written
    subject: str
    name: str
    address: str
    team: Team | None
    category: int | None
    kind: str = ""
    normal: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@require_http_methods(["GET", "POST"])
def either(request: HttpRequest) -> HttpResponseBase:
    """A new request: of the customer who is signed in; of others here, where strangers may ask, else after signing in."""
    if customer_in(request) is None and request.method == "GET" and departments.open_to_strangers():
        query = request.META.get("QUERY_STRING", "")  # what was read before
        return HttpResponseRedirect(reverse("portal_ask") + (f"?{query}" if query else ""))
    return requests.new(request)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form, and what was filled into it."""
    if customer_in(request) is not None:
        return HttpResponseRedirect(reverse("portal_new"))
    inbox = departments.open_to_strangers()
    if inbox is None:
        return HttpResponseRedirect(f"{reverse('portal_sign_in')}?next={reverse('portal_new')}")
    asked = ask(request, inbox)
    if request.method == "GET":
        return _page(request, inbox, asked, None)
    try:
        TRIED.take(network(request), clock())  # before a file is looked at
    except TooMuch as much:
        return _too_much(request, inbox, asked, much)
    sent = _read(request)
    if sent.errors or asked.errors or asked.more:
        return _page(request, inbox, asked, sent)
    if (answers := beside.between(request, sent.written.form()["kept"])) is not None:
        return answers
    return _leave(request, inbox, asked, sent)


def _leave(request: HttpRequest, inbox: Inbox, asked: Asked, sent: Sent) -> HttpResponse:
    now, along = clock(), carrying.carried(request)
    try:
        OF_ADDRESS.take(sent.normal, now)
        LEFT.take(network(request), now)
    except TooMuch as much:
        security.warning("requests without signing in: too many from %s", client(request))
        return _too_much(request, inbox, asked, much, sent)
    who = strangers.Stranger(
        sent.written.client_id, sent.name, sent.kind, sent.normal, request.LANGUAGE_CODE[:2]
    )
    ticket = strangers.leave(
        who, inbox, subject=sent.subject, text=sent.written.text, files=sent.written.file_ids,
        uploads_of=_uploads(sent.written.client_id), team=sent.team.pk if sent.team else None, category=sent.category,
        context={**({"answers": asked.answers} if asked.answers else {}), **(along.context() if along else {})}, now=now,
    )  # fmt: skip
    beside.registered(request, ticket)
    carrying.went_on(request, along, ticket)
    return guests.let_in(ticket, now=now, to="?new=1#sent-new")


def _read(request: HttpRequest) -> Sent:
    given = request.POST
    mark = given.get("client_id", "")[:64]
    late = not _stands(mark)
    if late:
        mark = mark_of(clock())  # whatever id came is not one of ours any more: nothing is looked up by it
    written = writing.read(request, _uploads(mark))
    written.client_id = mark
    teams = {team.pk: team for team in departments.offered()}
    sent = Sent(
        written, one_line(given.get("subject", ""), 250), one_line(given.get("name", ""), 120), given.get("address", "").strip()[:320],
        teams.get(whole(given.get("team", ""))), whole(given.get("category", "")) or None,
    )  # fmt: skip
    sent.errors = written.errors
    if teams and sent.team is None:
        sent.errors["team"] = _("Choose who should answer.")
    if not sent.subject:
        sent.errors["subject"] = _("Say in a few words what it is about.")
    if not sent.name:
        sent.errors["name"] = _("Say what we may call you.")
    if sent.category not in {one["id"] for one in categories_of(request.LANGUAGE_CODE)}:
        sent.category = None
    try:
        sent.kind, sent.normal = read_address(sent.address, codes.gateway())
    except ValueError as wrong:
        sent.errors["address"] = str(wrong)
    _is_a_person(request, sent, late)
    return sent


def _is_a_person(request: HttpRequest, sent: Sent, late: bool) -> None:
    if request.POST.get(EMPTY, ""):
        security.warning("requests without signing in: a hidden field was filled from %s", client(request))
        sent.errors["form"] = _(
            "A field that must stay empty was filled, which only programs do. Send it once more."
        )
    elif late:
        sent.errors["form"] = _(
            "This page stood open for too long. Look at what you wrote and send it once more."
        )
    elif clock() - _began(sent.written.client_id) < QUICKEST:
        sent.errors["form"] = _(
            "That was quicker than anybody types. Look at what you wrote and send it once more."
        )


def mark_of(now: datetime) -> str:
    """The id of one sending: when the form was given out, something random, our signature."""
    body = f"{int(now.timestamp())}-{secrets.token_hex(8)}"
    return f"{body}-{sign(PURPOSE, body, settings.SECRET_KEY, 20)}"


def _stands(mark: str) -> bool:
    body, _dash, signature = mark.rpartition("-")
    if not verify(PURPOSE, body, signature, settings.SECRET_KEY, 20):
        return False
    return clock() - _began(mark) < LONGEST


def _began(mark: str) -> datetime:
    return datetime.fromtimestamp(int(mark.partition("-")[0]), tz=clock().tzinfo)


def _uploads(mark: str) -> str:
    return f"form:{mark[:40]}"


def _too_much(
    request: HttpRequest, inbox: Inbox, asked: Asked, much: TooMuch, sent: Sent | None = None
) -> HttpResponse:
    given = request.POST
    if sent is None:  # its files were not taken
        text = given.get("text", "")[: writing.LONGEST]
        written = writing.Written(text, given.get("client_id", "")[:64])
        sent = Sent(
            written, given.get("subject", "")[:250], given.get("name", "")[:120], given.get("address", "")[:320], None, None
        )  # fmt: skip
    sent.errors["form"] = slow_down()
    response = _page(request, inbox, asked, sent, status=429)
    response["Retry-After"] = str(much.after)
    return response


def _page(
    request: HttpRequest, inbox: Inbox, asked: Asked, sent: Sent | None, status: int = 422
) -> HttpResponse:
    given = request.POST
    form: dict[str, Any] = (
        {**sent.written.form(), "errors": sent.errors}
        if sent
        else {"text": "", "client_id": mark_of(clock()), "errors": {}, "kept": []}
    )
    names = ("subject", "team", "category", "offer", "name", "address")
    return portal_page(
        request, "portal/ask.html", inbox=True, questions=asked, along=carrying.carried(request),
        teams=departments.shapes(departments.offered(), inbox, request.LANGUAGE_CODE, request.dates, clock()),  # type: ignore[attr-defined]
        categories=[(one["id"], one["path"]) for one in categories_of(request.LANGUAGE_CODE)],
        closed=closed_words(inbox, request.dates, clock()), texts=codes.gateway() is not None, empty=EMPTY,  # type: ignore[attr-defined]
        form={**form, **{name: given.get(name, "") for name in names}}, status=status if sent else 200,
        sign_in=f"{reverse('portal_sign_in')}?next={reverse('portal_new')}",
    )  # fmt: skip
