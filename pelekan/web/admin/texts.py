"""The gateway of an SMS inbox: connecting it, trying it, seeing what could not be taken in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from pelekan.channels.models import ArrivalState, Gateway, IncomingText
from pelekan.channels.sms import accounts, arriving, generic
from pelekan.tickets.models import Inbox
from pelekan.web.admin.doors import agent, behind, get_object_or_404, told, went
from pelekan.web.admin.frame import show
from pelekan.web.admin.gateway_form import GatewayForm
from pelekan.web.admin.inboxes import tabs

DEFAULTS: dict[str, Any] = {
    "kind": "kavenegar", "region": "IR", "method": "POST", "kind_of_body": "json", "quiet_from": "22:00", "quiet_to": "08:00",
    "body": '{"to": "{to}", "from": "{from}", "text": "{text}"}', "headers": "Authorization: Bearer {secret}",
    **{f"in_{name}": path for name, path in generic.INCOMING.items()},
}  # fmt: skip
SET_ASIDE = 10


@behind("settings", "GET", "POST")
def gateway(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Inbox.objects.select_related("team"), pk=pk, channel="sms")
    known = Gateway.objects.filter(inbox=row).first()
    form = GatewayForm(request.POST or None, initial=_initial(known))
    if form.is_valid():
        try:
            accounts.save(row, form.cleaned_data, by=agent(request))
        except accounts.BadValue as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.text)
        else:
            return went(request, "settings_gateway", _("Kept. Send a test message to be sure."), pk)
    aside = IncomingText.objects.filter(
        inbox=row, state__in=[ArrivalState.DISMISSED, ArrivalState.QUARANTINED]
    ).order_by("-received_at")
    return show(
        request, "gateway", "settings_inboxes", row.name, back="settings_inboxes", inbox=row, form=form, tabs=tabs(row, "gateway"),
        gateway=_gateway(known) if known else None, placeholders=[f"{{{name}}}" for name in generic.PLACEHOLDERS],
        aside=[
            {"id": one.pk, "failed": one.state == ArrivalState.QUARANTINED, "sender": one.sender, "text": one.text[:160], "why": one.why_text, "at": one.received_at}
            for one in aside[:SET_ASIDE]
        ],
    )  # fmt: skip


@behind("settings", "POST")
def try_gateway(request: HttpRequest, pk: int) -> HttpResponse:
    """A fragment: what the gateway says to the values of the form. Nothing is kept."""
    row = get_object_or_404(Inbox, pk=pk, channel="sms")
    form = GatewayForm(request.POST)
    form.is_valid()
    values = {
        name: form.cleaned_data.get(name, request.POST.get(name, "")) for name in GatewayForm.base_fields
    }
    to, body = request.POST.get("test_to", "")[:40], request.POST.get("test_body", "")[:700]
    found = accounts.try_gateway(values, row, to=to, body=body)
    return render(
        request, "settings/found.html", {"findings": [{"ok": one.ok, "text": one.text} for one in found]}
    )


@behind("settings", "POST")
def retry(request: HttpRequest, pk: int, text: int) -> HttpResponse:
    row = get_object_or_404(IncomingText, pk=text, inbox=pk)
    said = _("It is tried again.")
    return told(request, "settings_gateway", lambda: arriving.retry(row, by=agent(request)), said, pk)


def _initial(known: Gateway | None) -> dict[str, Any]:
    if known is None:
        return DEFAULTS
    options = known.options
    held = {name: options.get("kind" if name == "kind_of_body" else name, "") for name in accounts.OPTIONS}
    incoming = {f"in_{name}": path for name, path in (options.get("incoming") or {}).items()}
    plain = {name: getattr(known, name) for name in accounts.PLAIN}
    return {**DEFAULTS, **(held | incoming if known.kind == Gateway.Kind.HTTP else {}), **plain}


def _gateway(row: Gateway) -> dict[str, Any]:
    return {
        "kind": row.kind, "fault": row.fault_text, "checked_at": row.checked_at, "failed_at": row.failed_at, "due_at": row.due_at,
        "hook": accounts.hook_address(row), "fetched": row.kind == Gateway.Kind.KAVENEGAR, "has_key": bool(row.secret),
    }  # fmt: skip
