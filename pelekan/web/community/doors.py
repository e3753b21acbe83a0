"""Who comes in to the community, in which language the page speaks, and how often somebody may write."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.knowledge import readers
from pelekan.knowledge.community import members
from pelekan.knowledge.community.models import Member
from pelekan.knowledge.community.pace import ACTS, NETWORK, USUAL, WRITES
from pelekan.lib.limits import Limit
from pelekan.people.models import CALENDAR_OF, ZONE_OF, Agent, Customer, Language
from pelekan.web.portal.doors import customer_in

View = Callable[..., HttpResponse]

UPLOADS = Limit(30, timedelta(hours=1))
SEARCHES = Limit(120, timedelta(minutes=10))  # of one network


@dataclass(frozen=True)
class Guest:
    """Who looks: anybody, a customer (with his public face, if he has one), or one of the team."""

    language: str
    reader: readers.Reader
    agent: Agent | None = None
    customer: Customer | None = None
    member: Member | None = None

    @property
    def author(self) -> Member | Agent | None:
        return self.agent or self.member

    @property
    def anonymous(self) -> bool:
        return self.agent is None and self.customer is None


def door(view: View) -> View:
    """The view gets a Guest after the request; the page speaks the language of its address."""

    @functools.wraps(view)
    def inner(request: HttpRequest, language: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if language not in Language.values:
            raise Http404
        with translation.override(language):
            _speak(request, language)
            response = view(request, _guest(request, language), *args, **kwargs)
        response["Content-Language"] = language
        return response

    return inner


def signed_in(view: View) -> View:
    """Only customers and the team; others are asked to sign in, and come back."""

    @functools.wraps(view)
    def inner(request: HttpRequest, guest: Guest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not guest.anonymous:
            return view(request, guest, *args, **kwargs)
        sign_in = reverse("portal_sign_in")
        if request.headers.get("HX-Request") == "true" or request.method != "GET":
            response = HttpResponse(_("Please sign in again."), status=401, content_type="text/plain")
            response["HX-Redirect"] = sign_in
            return response
        return HttpResponseRedirect(f"{sign_in}?next={quote(request.get_full_path())}")

    return door(inner)


def writers(view: View) -> View:
    """Only who has a name here; a customer without one chooses it first, and comes back."""

    @functools.wraps(view)
    def inner(request: HttpRequest, guest: Guest, *args: Any, **kwargs: Any) -> HttpResponse:
        if guest.author is not None:
            return view(request, guest, *args, **kwargs)
        back = request.get_full_path() if request.method == "GET" else request.POST.get("back", "")
        return HttpResponseRedirect(f"{reverse('community_me', args=[guest.language])}?next={quote(back)}")

    return signed_in(inner)


def client(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def show(request: HttpRequest, guest: Guest, template: str, **context: Any) -> HttpResponse:
    """A page of the community with what its frame needs."""
    status = context.pop("status", 200)
    here = context.pop("section", "")
    sections = [
        {"label": label, "href": href, "current": here == name}
        for name, label, href in _sections(guest)
        if href
    ]
    context = {
        "sections": sections, "portal_home": reverse("community_home", args=[guest.language]), "guest": guest,
        "base_url": settings.BASE_URL, **context,
    }  # fmt: skip
    return render(request, template, context, status=status)


def _sections(guest: Guest) -> list[tuple[str, str, str]]:
    rows = [
        ("help", _("Help"), _address("help_home", guest.language)),
        ("community", _("Community"), reverse("community_home", args=[guest.language])),
    ]
    if guest.agent is not None:
        return [*rows, ("desk", _("To the desk"), reverse("desk_community"))]
    if guest.customer is not None:
        me = guest.member.name if guest.member else _("My name here")
        return [
            *rows, ("portal", _("My requests"), reverse("portal_home")),
            ("me", me, reverse("community_me", args=[guest.language])),
        ]  # fmt: skip
    return [*rows, ("sign_in", _("Sign in"), reverse("community_enter", args=[guest.language]))]


def _address(name: str, *args: Any) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _speak(request: HttpRequest, language: str) -> None:
    dates = request.dates  # type: ignore[attr-defined]
    if dates.language == language:
        return
    request.LANGUAGE_CODE = language
    if request.user.is_authenticated:  # his calendar and clock stay his own
        request.dates = replace(dates, language=language)  # type: ignore[attr-defined]
    else:
        request.dates = replace(  # type: ignore[attr-defined]
            dates, language=language, calendar=CALENDAR_OF[language], zone=ZONE_OF[language]
        )


def _guest(request: HttpRequest, language: str) -> Guest:
    agent: Agent | None = request.agent  # type: ignore[attr-defined]
    if agent is not None:
        return Guest(language, readers.of_agent(agent), agent=agent)
    customer = customer_in(request)
    if customer is None:
        request.for_all = True  # type: ignore[attr-defined]  # no proof of forms: nobody writes without a sign-in
        return Guest(language, readers.ANYONE)
    return Guest(language, readers.of_customer(customer), customer=customer, member=members.of(customer))


__all__ = [
    "ACTS", "NETWORK", "SEARCHES", "UPLOADS", "USUAL", "WRITES", "Guest", "View", "client", "door", "show", "signed_in", "writers",
]  # fmt: skip
