"""Mailboxes and their mail: connecting and trying them, what could not be taken in, what could not be sent."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from pelekan.channels import accounts, intake, outbox, trying
from pelekan.channels.email.parse import parse
from pelekan.channels.models import Account, Arrival, ArrivalState, Delivery, DeliveryState, Folder
from pelekan.channels.providers import OWN, PROVIDERS, Provider, provider_of
from pelekan.lib.text import isolate
from pelekan.people.access import can
from pelekan.tickets.models import Inbox, Ticket
from pelekan.web.admin.doors import agent, behind, get_object_or_404, told, went
from pelekan.web.admin.forms import AccountForm
from pelekan.web.admin.frame import show
from pelekan.web.admin.inboxes import tabs

PAGE = 50
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
        tabs=tabs(row, "account"), account=_account(known) if known else None, folders=[_folder(one) for one in folders],
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


def _account(row: Account) -> dict[str, Any]:
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


# What came in and what goes out


@behind("quarantine")
def mail(request: HttpRequest) -> HttpResponse:
    chosen = request.GET.get("list", "quarantine")
    lists = _lists()
    if chosen not in lists:
        raise Http404
    rows, shape = lists[chosen][1], _delivery if chosen in ("out", "sending") else _arrival
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    seen = set(
        Ticket.objects.visible_to(agent(request))
        .filter(pk__in=[_ticket(row) for row in page])
        .values_list("pk", flat=True)
    )
    boxes = Account.objects.select_related("inbox").prefetch_related("folders")
    boxes = boxes.filter(inbox__archived_at=None).order_by("inbox__name")
    return show(
        request, "mail", "settings_mail", _("Mail"), _("Whether mailboxes are read, and the mails that need a person."),
        accounts=[_account(box) for box in boxes], may_set=can(agent(request), "settings"),
        lists=[
            {"label": label, "href": f"{reverse('settings_mail')}?list={key}", "current": key == chosen, "count": _count(found)}
            for key, (label, found) in lists.items()
        ],
        chosen=chosen, rows=[shape(row, seen) for row in page], page=page,
    )  # fmt: skip


def _lists() -> dict[str, tuple[str, QuerySet[Any]]]:
    arrivals = Arrival.objects.select_related("inbox", "stored").order_by("-received_at", "-pk")
    deliveries = Delivery.objects.select_related("inbox", "message__ticket").order_by("-created_at", "-pk")
    return {
        "quarantine": (_("Quarantine"), arrivals.filter(state=ArrivalState.QUARANTINED)),
        "waiting": (_("Being read"), arrivals.filter(state=ArrivalState.WAITING)),
        "dismissed": (pgettext("mails", "Set aside"), arrivals.filter(state=ArrivalState.DISMISSED)),
        "out": (_("Not sent"), deliveries.filter(state__in=[DeliveryState.FAILED, DeliveryState.UNKNOWN])),
        "sending": (
            _("On the way"),
            deliveries.filter(state__in=[DeliveryState.QUEUED, DeliveryState.SENDING]),
        ),
    }


def _count(rows: QuerySet[Any]) -> str:
    number = rows.order_by()[:1000].count()
    return "999+" if number > 999 else str(number) if number else ""


def _ticket(row: Arrival | Delivery) -> int | None:
    return row.ticket_id if isinstance(row, Arrival) else row.message.ticket_id


def _arrival(row: Arrival, seen: set[int]) -> dict[str, Any]:
    head = parse(row.raw[:65536])  # headers suffice for a list
    return {
        "id": row.pk, "inbox": row.inbox.name, "at": row.received_at, "size": row.size, "why": row.why_text,
        "from": head.from_address, "subject": head.subject, "state": row.state, "tries": row.tries,
        "due_at": row.due_at, "href": reverse("settings_arrival", args=[row.pk]),
    }  # fmt: skip


def _delivery(row: Delivery, seen: set[int]) -> dict[str, Any]:
    ticket = row.message.ticket
    return {
        "id": row.pk, "inbox": row.inbox.name, "at": row.created_at, "to": row.recipient, "why": row.fault_text,
        "state": row.state, "state_name": row.get_state_display(), "tries": row.tries, "due_at": row.due_at,
        "subject": ticket.subject, "href": reverse("desk_ticket", args=[ticket.pk]) if ticket.pk in seen else "",
    }  # fmt: skip


@behind("quarantine")
def arrival(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail: who, why it waits, its text. Its HTML is never shown here."""
    row = get_object_or_404(Arrival.objects.select_related("inbox", "stored"), pk=pk)
    mail = parse(row.raw)
    return show(
        request, "arrival", "settings_mail", mail.subject or _("Without a subject"), back="settings_mail",
        row=_arrival(row, set()), text=mail.text[:4000], files=[part.name for part in mail.attachments],
        to=[one.address for one in mail.to][:10],
    )  # fmt: skip


@behind("quarantine")
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """The bytes, as a file: a browser must not draw them."""
    row = get_object_or_404(Arrival.objects.select_related("stored"), pk=pk)
    response = HttpResponse(row.raw, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="mail-{row.pk}.eml"'
    return response


@behind("quarantine", "POST")
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Arrival, pk=pk)
    admit = "admit" in request.POST
    done = _("It is taken in as a person's mail.") if admit else _("It is tried again.")
    return told(request, "settings_mail", lambda: intake.retry(row, by=agent(request), admit=admit), done)


@behind("quarantine", "POST")
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Arrival, pk=pk)
    return told(
        request,
        "settings_mail",
        lambda: intake.dismiss(row, by=agent(request)),
        _("Set aside. Its bytes are kept."),
    )


@behind("quarantine", "POST")
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Delivery.objects.select_related("message"), pk=pk)
    return told(
        request, "settings_mail", lambda: outbox.resend(row, by=agent(request)), _("It goes out again.")
    )


@behind("quarantine", "POST")
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Delivery.objects.select_related("message"), pk=pk)
    return told(
        request,
        "settings_mail",
        lambda: outbox.stop(row, by=agent(request)),
        _("Stopped, unless it was already on its way."),
    )
