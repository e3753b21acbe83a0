"""Who may come in to the settings: every view here stands behind `@behind(act)`; refusals are logged."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from pelekan.people.access import can
from pelekan.tickets.rulebooks.refusing import refuse
from pelekan.tickets.shaping import CannotBe
from pelekan.web.workspace.doors import agent, sent_to_sign_in

security = logging.getLogger("pelekan.security")
View = Callable[..., HttpResponse]

__all__ = ["agent", "attempt", "behind", "get_object_or_404", "told", "went"]


def behind(act: str, *methods: str) -> Callable[[View], View]:
    """Only agents who may do `act` (see `people.access`), by `methods` (GET and HEAD unless told). Others get 403
    and a line in the security log; people without a sign-in are sent to it."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if can(agent(request, None), act):
                return view(request, *args, **kwargs)
            if request.user.is_authenticated:
                security.warning(
                    "refused: user %s, %s %s needs %s", request.user.pk, request.method, request.path, act
                )
                if act == "rules" and (who := agent(request, None)):
                    refuse(who, f"{request.method} {request.path}")  # stands in the audit log
                raise PermissionDenied
            return sent_to_sign_in(request)

        return require_http_methods([*(methods or ("GET",)), *(() if methods == ("POST",) else ("HEAD",))])(
            inner
        )

    return wrap


def attempt(form: Form, do: Callable[[], Any]) -> Any:
    """What `do` returns; None where an action says that a value can't be, which then stands at the field."""
    try:
        result = do()
    except CannotBe as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.text)
        return None
    return True if result is None else result


def told(request: HttpRequest, to: str, do: Callable[[], Any], said: str, *args: Any) -> HttpResponse:
    """Do something that a button asked for, and go to the page named `to`, which says `said` or what kept it."""
    try:
        do()
    except CannotBe as refused:
        messages.error(request, refused.text)
    else:
        messages.success(request, said)
    return HttpResponseRedirect(reverse(to, args=args))


def went(request: HttpRequest, to: str, said: str, *args: Any) -> HttpResponse:
    """To the page named `to`, which says `said`."""
    messages.success(request, said)
    return HttpResponseRedirect(reverse(to, args=args))
