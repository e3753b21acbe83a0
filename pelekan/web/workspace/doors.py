"""Who may come in: every view of the workspace stands behind `@agents`, and finds tickets only through here."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.people.access import can
from pelekan.people.models import Agent
from pelekan.tickets.models import Ticket

View = Callable[..., HttpResponse]


def agents(view: View) -> View:
    """Only working agents. Others are sent to sign in; a fragment tells htmx to go there."""

    @functools.wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if can(agent(request, None), "work"):
            return view(request, *args, **kwargs)
        if request.user.is_authenticated:
            raise PermissionDenied
        return sent_to_sign_in(request)

    return inner


def sent_to_sign_in(request: HttpRequest) -> HttpResponse:
    """For people without a sign-in: a page goes there and comes back, a fragment or an act is told to (401)."""
    if fragment(request) or request.method != "GET":
        response = HttpResponse(_("Please sign in again."), status=401, content_type="text/plain")
        response["HX-Redirect"] = reverse("account_login")
        return response
    return redirect_to_login(request.get_full_path())


def agent(request: HttpRequest, default: Any = ...) -> Agent:
    """Whose request this is; behind `@agents` there always is one."""
    found: Agent | None = getattr(request, "agent", None)
    if found is None and default is ...:
        raise PermissionDenied
    return found  # type: ignore[return-value]


def fragment(request: HttpRequest) -> bool:
    """Whether only a part of the page was asked for."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def ticket_of(request: HttpRequest, pk: int) -> Ticket:
    """The ticket, if this agent may see it; what he may not see does not exist for him."""
    found = (
        Ticket.objects.visible_to(agent(request))
        .select_related("customer", "inbox", "tier", "team__tier", "assignee__user", "category")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found
