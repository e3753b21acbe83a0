"""The first set-up: a secret from the console, the office, then the first inboxes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pelekan.lib.time import now as clock
from pelekan.people import setup
from pelekan.people.models import Agent, Team
from pelekan.sla.beginning import begin_with_preset
from pelekan.tickets import shaping
from pelekan.tickets.events import action
from pelekan.tickets.models import Inbox
from pelekan.tickets.shaping.founding import AlreadyFounded, Founding
from pelekan.web.admin.doors import agent, attempt, behind, went
from pelekan.web.admin.frame import show
from pelekan.web.admin.inboxes import script_tag
from pelekan.web.admin.start_forms import FirstChatForm, FirstMailForm, FoundingForm

KEPT = "setup"  # of the session: the secret that was given


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Asks for the secret, then for the office. Not found once there is an agent."""
    if not setup.needed():
        raise Http404
    now = clock()
    if request.method == "POST" and "secret" in request.POST:
        if not setup.opens(request.POST["secret"][:100], now=now):
            return _ask(
                request, _("This is not the secret. It stands on the console where Pelekan was started.")
            )
        request.session.cycle_key()
        request.session[KEPT] = request.POST["secret"].strip().lower()
        return HttpResponseRedirect(reverse("setup"))
    if not (request.session.get(KEPT) and setup.opens(request.session[KEPT], now=now)):
        return (
            _ask(request, "")
            if request.method != "POST"
            else _ask(request, _("The secret has ended. Start Pelekan again for a new one."))
        )
    form = FoundingForm(
        request.POST or None, initial={"language": request.LANGUAGE_CODE, "organization": _own_name()}
    )
    if form.is_valid():
        return _found(request, form)
    return _page(
        request, "setup/office.html", _("Set up your desk"), form=form, status=422 if form.errors else 200
    )


def _own_name() -> str:
    return settings.ORGANIZATION if settings.ORGANIZATION != "Pelekan" else ""


def _ask(request: HttpRequest, error: str) -> HttpResponse:
    return _page(
        request, "setup/secret.html", _("Welcome to Pelekan"), error=error, status=403 if error else 200
    )


def _page(
    request: HttpRequest, template: str, heading: str, status: int = 200, **context: Any
) -> HttpResponse:
    return render(request, template, {"heading": heading, **context}, status=status)


def _found(request: HttpRequest, form: FoundingForm) -> HttpResponse:
    values = form.cleaned_data
    founding = Founding(
        values["language"], values["organization"], values["steps"], values["admin_email"], values["admin_name"],
        values["password"],
    )  # fmt: skip
    try:
        admin = attempt(form, lambda: _with_levels(founding))
    except AlreadyFounded:
        raise Http404
    if admin is None:
        return _page(request, "setup/office.html", _("Set up your desk"), form=form, status=422)
    setup.end(now=clock())
    request.session.pop(KEPT, None)
    login(request, admin.user, backend="pelekan.people.backends.Backend")
    return HttpResponseRedirect(reverse("settings_start"))


@action
def _with_levels(founding: Founding) -> Agent:
    """The desk and, at once, the service levels that most begin with."""
    admin = shaping.found_office(founding)
    begin_with_preset()
    return admin


# The second half, signed in


@behind("settings", "GET", "POST")
def first_inbox(request: HttpRequest) -> HttpResponse:
    """The first doors: a chat, a mailbox. Can be left and come back to."""
    which = request.POST.get("which", "")
    chat = FirstChatForm(
        request.POST if which == "chat" else None, initial={"name": _("Chat")}, prefix="chat"
    )
    mail = FirstMailForm(request.POST if which == "mail" else None, prefix="mail")
    if chat.is_bound and chat.is_valid() and attempt(chat, lambda: _open_chat(request, chat)):
        return went(request, "settings_start", _("The chat is there. Put its tag on your site."))
    if mail.is_bound and mail.is_valid() and (made := attempt(mail, lambda: _open_mail(request, mail))):
        return went(request, "settings_account", _("The inbox is there. Now connect its mailbox."), made.pk)
    doors = Inbox.objects.filter(archived_at=None)
    return show(
        request, "start", "settings", _("The first inbox"), _("How shall customers reach you? You can add more at any time."),
        chat=chat, mail=mail, chats=[{"id": row.pk, "name": row.name, "tag": script_tag(row)} for row in doors.filter(channel="chat")],
        mails=[{"id": row.pk, "name": row.name, "address": row.address} for row in doors.filter(channel="email")],
        status=422 if chat.errors or mail.errors else 200,
    )  # fmt: skip


def _teams() -> tuple[Team, Team | None]:
    found = list(Team.objects.filter(archived_at=None, tier__level__gte=1).order_by("tier__level", "pk")[:2])
    if not found:
        raise shaping.CannotBe("", _("There is no team yet that could answer. Make one first."))
    return found[0], found[1] if len(found) > 1 else None


def _open_chat(request: HttpRequest, form: FirstChatForm) -> Inbox:
    front, specialists = _teams()
    return shaping.save_inbox(
        None, by=agent(request), channel="chat", name=form.cleaned_data["name"], sites=form.cleaned_data["sites"],
        team=front, specialists=specialists, language=request.LANGUAGE_CODE,
    )  # fmt: skip


def _open_mail(request: HttpRequest, form: FirstMailForm) -> Inbox:
    front, specialists = _teams()
    address = form.cleaned_data["address"]
    return shaping.save_inbox(
        None, by=agent(request), channel="email", name=address, address=address, team=front, specialists=specialists,
        language=request.LANGUAGE_CODE,
    )  # fmt: skip
