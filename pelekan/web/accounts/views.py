"""What agents do with their own account: the pages of django-allauth, behind our doors, and invitations."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from allauth.account import views as allauth_views
from django.contrib.auth import login as begin_session
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from pelekan.lib.time import now as clock
from pelekan.people import signin
from pelekan.people.access import agent_of
from pelekan.tickets import actions
from pelekan.web.accounts import knowing

View = Callable[..., HttpResponse]
BACKEND = "pelekan.people.backends.Backend"


def for_agents(view: View) -> View:
    """Only agents have passwords and second steps; customers and guests find nothing here."""

    @functools.wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if agent_of(request.user) is None:
            raise Http404
        return view(request, *args, **kwargs)

    return inner


def nothing(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Allauth knows these pages by name; here they do not exist."""
    raise Http404


class PasswordResetFromKey(allauth_views.PasswordResetFromKeyView):
    """After it the browser counts as known: its owner proved himself by mail and gets in whatever others try."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        knowing.remember(response, self.reset_user)
        return response


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """An invited agent chooses his password. Anything that is no living invitation does not exist."""
    user = signin.invited(secret, now=clock())
    if user is None:
        raise Http404
    errors: list[str] = []
    if request.method == "POST":
        password = request.POST.get("password", "")[:1024]
        try:
            validate_password(password, user)
        except ValidationError as fault:
            errors = list(fault.messages)
        if not errors:
            accepted = signin.accept_invite(secret, password, now=clock())
            if accepted is None:
                raise Http404
            begin_session(request, accepted, backend=BACKEND)
            agent = agent_of(accepted)
            if agent is not None:
                actions.end_access(agent, by=agent, because="invitation accepted")
            response = HttpResponseRedirect("/desk/")
            knowing.remember(response, accepted)
            return response
    return render(
        request,
        "account/invitation.html",
        {"name": user.name, "email": user.email, "errors": errors, "rules": password_validators_help_texts()},
        status=422 if errors else 200,
    )
