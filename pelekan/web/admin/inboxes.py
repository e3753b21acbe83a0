"""Inboxes: list, make, change, archive; what each channel needs beside the name."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.channels import weighing
from pelekan.channels.models import Account, Gateway
from pelekan.people.models import Language, Team
from pelekan.sla import keeping
from pelekan.sla.calendars import for_inbox
from pelekan.tickets import shaping
from pelekan.tickets.models import Channel, Inbox
from pelekan.web.admin import hours
from pelekan.web.admin.doors import agent, attempt, behind, get_object_or_404, told, went
from pelekan.web.admin.frame import show
from pelekan.web.admin.inbox_forms import ChatForm, InboxForm, MailForm, PortalForm, TextForm

FORMS = {"chat": ChatForm, "email": MailForm, "sms": TextForm, "portal": PortalForm}
OFFERED = ("chat", "email", "sms", "form", "portal", "phone", "api")
COMMON = ["name", "team", "specialists", "language"]
ASKING = ("chat", "portal", "form", "api")
"""Channels whose inboxes ask questions."""


def channel_lines() -> dict[str, str]:
    """What each channel is, in one sentence."""
    return {
        "chat": _("A chat window on your site."),
        "email": _("A mailbox that customers write to."),
        "sms": _("Text messages, through a gateway."),
        "form": _("A form on your own pages, sent through the API."),
        "portal": _("Requests that customers write in the portal."),
        "phone": _("Calls that agents write down."),
        "api": _("Requests that your own programs make."),
    }


@behind("settings")
def inboxes(request: HttpRequest) -> HttpResponse:
    faults = dict(Account.objects.exclude(fault="").values_list("inbox_id", "fault"))
    gateways = {row.inbox_id: row for row in Gateway.objects.all()}
    held = weighing.weights()
    silent = {pk for pk, row in gateways.items() if row.fault}
    rows = [
        {
            "id": row.pk, "name": row.name, "channel": row.channel, "team": row.team.name, "address": row.address,
            "sites": len(row.sites), "hours": named.name if (named := for_inbox(row)) else "", "archived": row.archived_at is not None,
            "holds": held[row.pk][0].bytes if row.pk in held else 0, "faulty": row.pk in faults, "silent": row.pk in silent, "no_gateway": row.channel == "sms" and row.pk not in gateways,
        }
        for row in Inbox.objects.select_related("team").order_by("archived_at", "name")
    ]  # fmt: skip
    lines = channel_lines()
    names = dict(Channel.choices)
    makers = [
        {
            "channel": one,
            "name": names[one],
            "line": lines[one],
            "href": reverse("settings_inbox_new", args=[one]),
        }
        for one in OFFERED
    ]
    return show(
        request,
        "inboxes",
        "settings_inboxes",
        _("Inboxes"),
        _("The doors by which requests come in."),
        inboxes=rows,
        makers=makers,
    )


@behind("settings", "GET", "POST")
def new_inbox(request: HttpRequest, channel: str) -> HttpResponse:
    if channel not in OFFERED:
        raise Http404
    return _inbox(request, None, channel)


@behind("settings", "GET", "POST")
def inbox(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Inbox.objects.select_related("team"), pk=pk)
    return _inbox(request, row, row.channel)


def _inbox(request: HttpRequest, row: Inbox | None, channel: str) -> HttpResponse:
    form = FORMS.get(channel, InboxForm)(request.POST or None, initial=_initial(row, request))
    if form.is_valid():
        values = _values(form, channel)
        saved = attempt(form, lambda: shaping.save_inbox(row, by=agent(request), channel=channel, **values))
        if saved:
            if row is None and channel == "sms":
                said = _("The inbox is there. Now connect its gateway.")
                return went(request, "settings_gateway", said, saved.pk)
            if row is None and channel == "email":
                return went(
                    request, "settings_account", _("The inbox is there. Now connect its mailbox."), saved.pk
                )
            return went(request, "settings_inbox", _("Kept.") if row else _("The inbox is there."), saved.pk)
    names = dict(Channel.choices)
    context: dict[str, Any] = {
        "form": form, "channel": channel, "inbox": row, "languages": Language.choices,
        "tabs": tabs(row, "inbox") if row else [], "lines": channel_lines(), "no_team": not Team.objects.filter(archived_at=None).exists(),
    }  # fmt: skip
    if row and channel == "chat":
        context["tag"] = script_tag(row)
    heading = row.name if row else _("New inbox: %(channel)s") % {"channel": names[channel]}
    return show(request, "inbox", "settings_inboxes", heading, back="settings_inboxes", **context)


def tabs(row: Inbox, current: str) -> list[dict[str, Any]]:
    """The pages of one inbox."""
    pages = [("inbox", _("Settings"), "settings_inbox"), ("hours", _("Opening hours"), "settings_hours")]
    if row.channel == "email":
        pages.insert(1, ("account", _("Mailbox"), "settings_account"))
    if row.channel == "sms":
        pages.insert(1, ("gateway", _("Gateway"), "settings_gateway"))
    if row.channel in ASKING:
        pages.append(("questions", _("Questions"), "settings_questions"))
    if row.channel == "chat":
        pages.append(("home", _("Home"), "settings_home"))
        pages.append(("install", _("On your site"), "settings_install"))
    return [
        {"label": label, "href": reverse(name, args=[row.pk]), "current": key == current}
        for key, label, name in pages
    ]


def script_tag(row: Inbox) -> str:
    """What a site copies."""
    address = settings.BASE_URL + reverse("widget-loader", args=[row.key])
    return f'<script src="{address}" async></script>'


def _initial(row: Inbox | None, request: HttpRequest) -> dict[str, Any]:
    if row is None:
        return {"language": request.LANGUAGE_CODE, "colour": "#0f766e", "acknowledge": True}
    names = [*COMMON, "colour", "sites", "require_identity", "address", "acknowledge", "signature"]
    values = {name: getattr(row, name) for name in names} | {
        "team": row.team_id,
        "specialists": row.specialists_id,
    }
    return values | {f"greeting_{code}": row.greeting.get(code, "") for code in Language.values}


def _values(form: Any, channel: str) -> dict[str, Any]:
    """What the action takes."""
    values = {name: value for name, value in form.cleaned_data.items() if not name.startswith("greeting_")}
    if channel == "chat":
        texts = {code: form.cleaned_data[f"greeting_{code}"] for code in Language.values}
        values["greeting"] = {code: text for code, text in texts.items() if text}
    return values


# The rest of one inbox


@behind("settings", "POST")
def archive_inbox(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Inbox, pk=pk)
    done = _("Archived: nothing comes in by it any more. What came stays.")
    return told(request, "settings_inboxes", lambda: shaping.archive_inbox(row, by=agent(request)), done)


@behind("settings", "POST")
def restore_inbox(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Inbox.objects.select_related("team"), pk=pk)
    return told(
        request,
        "settings_inboxes",
        lambda: shaping.restore_inbox(row, by=agent(request)),
        _("The inbox is open again."),
    )


@behind("settings", "GET", "POST")
def opening_hours(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Inbox.objects.select_related("team"), pk=pk)
    choice = hours.choice_of(row)
    if request.method == "POST":
        chosen = next((one for one in choice["rows"] if str(one.pk) == request.POST.get("hours", "")), None)
        keeping.give_inbox(row, chosen, by=agent(request))
        return went(request, "settings_hours", _("Kept."), pk)
    return show(
        request, "hours", "settings_inboxes", row.name, back="settings_inboxes", inbox=row, tabs=tabs(row, "hours"),
        choice=choice, days=hours.next_days(request, choice["holds"]),
    )  # fmt: skip


@behind("settings")
def install(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Inbox.objects.select_related("team"), pk=pk, channel="chat")
    return _install(request, row)


def _install(request: HttpRequest, row: Inbox, secret: str = "") -> HttpResponse:
    return show(
        request, "install", "settings_inboxes", row.name, back="settings_inboxes", inbox=row, tabs=tabs(row, "install"),
        tag=script_tag(row), secret=secret,
    )  # fmt: skip


@behind("settings", "POST")
def secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the secret, or renew it and show the new one. A POST, so that no history or prefetch keeps it."""
    row = get_object_or_404(Inbox.objects.select_related("team"), pk=pk, channel="chat")
    shown = shaping.rotate_secret(row, by=agent(request)) if "renew" in request.POST else row.secret
    return _install(request, row, shown)


@behind("settings")
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """A bare page with the chat on it, as visitors get it."""
    row = get_object_or_404(Inbox, pk=pk, channel="chat", archived_at=None)
    return show(
        request,
        "preview",
        "settings_inboxes",
        row.name,
        inbox=row,
        loader=reverse("widget-loader", args=[row.key]),
    )
