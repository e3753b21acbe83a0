"""The mailbox behind an inbox: connecting it, trying it out, what was counted in it. Its mails: `aside`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pelekan.channels import accounts, trying
from pelekan.channels.models import Account, Folder
from pelekan.channels.providers import OWN, PROVIDERS, Provider, provider_of
from pelekan.lib.text import isolate
from pelekan.tickets.models import Inbox
from pelekan.web.admin.doors import agent, behind, get_object_or_404, went
from pelekan.web.admin.frame import show
from pelekan.web.admin.inbox_forms import AccountForm
from pelekan.web.admin.inboxes import tabs

FOLDERS = ("folders", "junk_folders")
PLAIN = [name for name in AccountForm.base_fields if not name.endswith("password")]


@behind("settings", "GET", "POST")
def account(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Inbox.objects.select_related("team"), pk=pk, channel="email")
    known = Account.objects.filter(inbox=row).first()
    provider = provider_of(row.address, request.GET.get("fill", ""))
    initial = {name: getattr(known, name) for name in PLAIN if name not in FOLDERS} if known else {}
    if "fill" in request.GET or not known:
        initial |= {**provider.values, "imap_user": row.address, "smtp_user": row.address}
    folders = list(known.folders.all()) if known else []
    for name, suspicious in zip(FOLDERS, (False, True), strict=True):
        if found := [one.name for one in folders if one.suspicious == suspicious]:
            initial[name] = "\n".join(found)
    form = AccountForm(
        request.POST or None,
        initial={
            "protocol": "imap",
            "sign_in": "password",
            "begin": "now",
            "imap_security": "tls",
            "smtp_security": "tls",
            **initial,
        },
    )
    if form.is_valid():
        try:
            accounts.save(row, form.cleaned_data, by=agent(request))
        except accounts.BadValue as refused:
            form.add_error(refused.field, refused.text)
        else:
            return went(request, "settings_account", _("Kept. The mailbox is looked at right away."), pk)
    return show(
        request, "account", "settings_inboxes", row.name, back="settings_inboxes", inbox=row, form=form,
        tabs=tabs(row, "account"), account=account_shape(known) if known else None, folders=[_folder(one) for one in folders],
        kept={"imap": bool(known and known.imap_password), "smtp": bool(known and known.smtp_password)},
        providers=_providers("" if known and "fill" not in request.GET else provider.key),
        advice=_advice(provider) if "fill" in request.GET or not known else "",
    )  # fmt: skip


def _providers(chosen: str) -> list[dict[str, Any]]:
    """Whose servers can be filled in: [{label, href, current}]."""
    named = [(one.key, one.name) for one in PROVIDERS] + [(OWN, _("Own server, cPanel, Plesk"))]
    return [{"label": name, "href": f"?fill={key}", "current": key == chosen} for key, name in named]


def _advice(provider: Provider) -> str:
    """What this provider wants beside the names of its servers."""
    if provider.sign_in == "consent":
        return _(
            "%(provider)s takes no passwords from mail programs. Keep this page, then ask for the owner's consent."
        ) % {"provider": provider.name}
    if provider.app_password:
        return _(
            "%(provider)s takes an app password here, which you make in the security settings of the mailbox."
        ) % {"provider": provider.name}
    if provider.key == OWN and provider.imap[0]:
        return _("The servers are guessed from the address. Press Test to see whether they answer.")
    return ""


@behind("settings", "POST")
def try_account(request: HttpRequest, pk: int) -> HttpResponse:
    """A fragment: what signing in with the values of the form shows. Nothing is kept."""
    row = get_object_or_404(Inbox, pk=pk, channel="email")
    form = AccountForm(request.POST)
    form.is_valid()
    values = {
        name: form.cleaned_data.get(name, request.POST.get(name, "")) for name in AccountForm.base_fields
    }
    findings = trying.try_account(values, row)
    shown = [{"part": one.part, "ok": one.ok, "text": one.text} for one in findings]
    return render(request, "settings/findings.html", {"findings": shown})


def account_shape(row: Account) -> dict[str, Any]:
    return {
        "id": row.pk, "inbox": row.inbox_id, "name": row.inbox.name, "address": row.inbox.address,
        "host": row.imap_host, "smtp": row.smtp_host, "checked_at": row.checked_at, "failed_at": row.failed_at,
        "due_at": row.due_at, "fault": row.fault_text, "failures": row.failures,
        "gaps": [gap(one) for one in row.folders.all() if one.gap_at],
    }  # fmt: skip


def _folder(row: Folder) -> dict[str, Any]:
    """What the last counting found: {name, suspicious, at, counts, missing, gap}."""
    return {
        "name": row.name, "suspicious": row.suspicious, "at": row.counted_at, "counts": row.counts, "missing": row.missing,
        "gap": gap(row) if row.gap_at else "",
    }  # fmt: skip


def gap(row: Folder) -> str:
    """That mails are missing, in a sentence."""
    return ngettext(
        "%(count)s mail in the folder %(folder)s lies on the server but can't be fetched. It is tried again every five minutes.",
        "%(count)s mails in the folder %(folder)s lie on the server but can't be fetched. They are tried again every five minutes.",
        row.missing,
    ) % {"count": row.missing, "folder": isolate(row.name)}
