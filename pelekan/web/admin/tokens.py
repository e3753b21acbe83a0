"""API tokens: made, shown once, revoked."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from pelekan.lib.text import isolate
from pelekan.people.models import Agent, Token
from pelekan.tickets import shaping
from pelekan.web.admin.doors import agent, attempt, behind, get_object_or_404, told
from pelekan.web.admin.forms import TokenForm
from pelekan.web.admin.frame import show


@behind("settings")
def tokens(request: HttpRequest) -> HttpResponse:
    words = {
        "tickets:read": _("read tickets"), "tickets:write": _("create tickets"),
        "tickets:work": _("work on tickets: escalate, accept, return, packs, calls"), "rules:read": _("read rules"),
        "rules:write": _("change rules"), "articles:read": _("read articles"), "articles:write": _("write and publish articles"),
        "community:read": _("read the community"), "community:write": _("write in the community"),
        "community:moderate": _("look after the community: approve, refuse, merge, block"),
    }  # fmt: skip
    found = Token.objects.filter(purpose=Token.Purpose.API).order_by("revoked_at", "-created_at")
    people = {row.data["as"] for row in found if row.data.get("as")}
    names = dict(Agent.objects.filter(pk__in=people).values_list("pk", "user__name"))
    rows = [
        {
            "id": row.pk, "name": row.name, "created_at": row.created_at, "revoked_at": row.revoked_at,
            "person": names.get(row.data.get("as"), ""),
            "scopes": [words.get(scope, scope) for scope in row.data.get("scopes", [])],
        }
        for row in found
    ]  # fmt: skip
    lead = _("Your own programs sign in with a token. It is shown once, when it is made.")
    return show(request, "tokens", "settings_tokens", _("API tokens"), lead, tokens=rows)


@behind("settings", "GET", "POST")
def new_token(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.POST or None)
    if form.is_valid():
        values = form.cleaned_data
        scopes = tuple(values["scopes"])
        made = attempt(
            form,
            lambda: shaping.create_key(
                values["name"], scopes=scopes, by=agent(request), acts_as=values["acts_as"]
            ),
        )
        if made:
            return show(
                request, "token", "settings_tokens", _("The token “%(name)s”") % {"name": isolate(made[0].name)}, secret=made[1],
                address=settings.BASE_URL + "/api/v1/tickets", back="settings_tokens",
            )  # fmt: skip
    topics = [
        {
            "title": _("Token"),
            "text": _("Give every program its own, so that you can revoke it alone."),
            "fields": ["name", "scopes", "acts_as"],
        }
    ]
    return show(
        request, "form", "settings_tokens", _("New token"), form=form, topics=topics, back="settings_tokens",
        submit=_("Make the token"),
    )  # fmt: skip


@behind("settings", "POST")
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Token, pk=pk, purpose=Token.Purpose.API)
    done = _("Revoked. Programs that use it are refused from now on.")
    return told(request, "settings_tokens", lambda: shaping.revoke_key(row, by=agent(request)), done)
