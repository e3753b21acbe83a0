"""Webhooks: the list, one with its last calls, a test, the secret, trying again."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pelekan.lib.time import now as clock
from pelekan.tickets.models import Webhook, WebhookCall
from pelekan.tickets.shaping import CannotBe
from pelekan.tickets.webhooks import keeping
from pelekan.tickets.webhooks.events import EVENTS, TEST
from pelekan.tickets.webhooks.models import WebhookCallState
from pelekan.tickets.webhooks.sending import fault_text
from pelekan.web.admin.doors import agent, attempt, behind, get_object_or_404, told, went
from pelekan.web.admin.frame import show
from pelekan.web.workspace.sentences import reason

SHOWN = 30  # calls
NAMES = {
    "ticket.created": gettext_lazy("A request comes in"),
    "ticket.registered": gettext_lazy("It becomes a ticket with a number"),
    "ticket.assessed": gettext_lazy("Its priority changes"),
    "ticket.categorised": gettext_lazy("Its category changes"),
    "ticket.assigned": gettext_lazy("Somebody gets it"),
    "ticket.escalated": gettext_lazy("It climbs to another step"),
    "ticket.returned": gettext_lazy("It is returned to a lower step"),
    "ticket.handed_over": gettext_lazy("It goes to another team"),
    "ticket.waited": gettext_lazy("We wait for the customer"),
    "ticket.held": gettext_lazy("It rests"),
    "ticket.resumed": gettext_lazy("Work on it goes on"),
    "ticket.solved": gettext_lazy("It is solved"),
    "ticket.reopened": gettext_lazy("It is opened again"),
    "ticket.closed": gettext_lazy("It is closed"),
    "ticket.joined": gettext_lazy("It is joined into another one"),
    "ticket.rated": gettext_lazy("The customer rates it"),
    "message.received": gettext_lazy("The customer writes"),
    "message.sent": gettext_lazy("We answer"),
    "article.published": gettext_lazy("An article comes out, or a new version of it"),
    "article.withdrawn": gettext_lazy("An article is taken back from its readers"),
    "article.described": gettext_lazy("Who reads an article changes, or where it stands"),
    "article.archived": gettext_lazy("An article is archived"),
    "article.restored": gettext_lazy("An archived article comes back"),
    "article.imported": gettext_lazy("Many articles come in at once, by the command line"),
}


class WebhookForm(forms.Form):
    """A webhook as it is typed."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        help_text=gettext_lazy("Begins with https://. It gets a POST with JSON."),
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("It hears of"), required=False, widget=forms.CheckboxSelectMultiple, choices=[(name, NAMES[name]) for name in EVENTS],
        help_text=gettext_lazy("Choose nothing for a webhook that only rules and service levels call."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].ltr = True  # type: ignore[attr-defined]


@behind("settings")
def webhooks(request: HttpRequest) -> HttpResponse:
    waiting = Count("calls", filter=Q(calls__state=WebhookCallState.QUEUED))
    failed = Count("calls", filter=Q(calls__state=WebhookCallState.FAILED) & ~Q(calls__event=TEST))
    sent = Max("calls__tried_at", filter=Q(calls__state=WebhookCallState.SENT))
    rows = Webhook.objects.filter(archived_at=None).annotate(waiting=waiting, lost=failed, sent=sent)
    lead = _("Addresses of your own programs that are told what happens: a CRM, a dashboard, a robot.")
    return show(
        request, "webhooks", "settings_webhooks", _("Webhooks"), lead,
        rows=[
            {
                "id": row.pk, "name": row.name, "address": row.address, "events": len(row.events), "stopped": row.stopped_at is not None,
                "failing": row.failed_at is not None, "waiting": row.waiting, "lost": row.lost, "sent": row.sent,
            }
            for row in rows
        ],
    )  # fmt: skip


@behind("settings", "GET", "POST")
def new_webhook(request: HttpRequest) -> HttpResponse:
    form = WebhookForm(request.POST or None)
    if form.is_valid():
        made = attempt(form, lambda: keeping.save_webhook(None, by=agent(request), **form.cleaned_data))
        if made:
            return went(
                request,
                "settings_webhook",
                _("The webhook is there. Give its secret to the receiver and send a test."),
                made.pk,
            )
    return show(
        request, "form", "settings_webhooks", _("New webhook"), form=form, topics=_topics(), back="settings_webhooks",
        submit=_("Make the webhook"),
    )  # fmt: skip


def _topics() -> list[dict[str, Any]]:
    return [
        {
            "title": _("Webhook"),
            "text": _("Each call is signed, tried again for a day, and listed with its answer."),
            "fields": ["name", "address"],
        },
        {
            "title": _("Events"),
            "text": _(
                "A call holds the ticket or article as it is at that moment, and no message, note or text."
            ),
            "fields": ["events"],
        },
    ]


@behind("settings", "GET", "POST")
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _hook(pk))


def _hook(pk: int) -> Webhook:
    return get_object_or_404(Webhook, pk=pk, archived_at=None)


def _page(request: HttpRequest, row: Webhook, secret: str = "") -> HttpResponse:
    saving = request.method == "POST" and "name" in request.POST
    initial = {"name": row.name, "address": row.address, "events": row.events}
    form = WebhookForm(request.POST if saving else None, initial=initial)
    if form.is_valid() and attempt(
        form, lambda: keeping.save_webhook(row, by=agent(request), **form.cleaned_data)
    ):
        return went(request, "settings_webhook", _("Kept."), row.pk)
    calls = list(row.calls.select_related("ticket").order_by("-id")[:SHOWN])
    return show(
        request, "webhook", "settings_webhooks", row.name, back="settings_webhooks", hook=row, form=form, topics=_topics(),
        secret=secret, calls=[_call(call) for call in calls], renewed=bool(row.former_until and row.former_until > clock()),
        lost=row.calls.filter(state=WebhookCallState.FAILED).exclude(event=TEST).count(), acts=_acts(row),
    )  # fmt: skip


def _call(call: WebhookCall) -> dict[str, Any]:
    return {
        "id": call.pk, "event": call.event, "because": reason(call.because), "state": call.state, "name": call.get_state_display(),
        "status": call.status, "took": call.duration_ms, "answer": call.answer, "fault": fault_text(call), "tries": call.tries,
        "at": call.created_at, "tried_at": call.tried_at, "due_at": call.due_at, "uid": call.uid,
        "ticket": call.ticket_id, "number": call.ticket.number if call.ticket else None,
        "body": json.dumps(json.loads(call.body), ensure_ascii=False, indent=2), "again": call.due_at is None and call.event != TEST,
    }  # fmt: skip


def _acts(row: Webhook) -> list[dict[str, Any]]:
    stop = {"label": _("Stop"), "post": reverse("settings_webhook_stop", args=[row.pk]), "sign": "ban"}
    start = {
        "label": _("Start again"),
        "post": reverse("settings_webhook_start", args=[row.pk]),
        "sign": "play",
    }
    archive = {
        "label": _("Remove"),
        "post": reverse("settings_webhook_archive", args=[row.pk]),
        "sign": "archive",
        "danger": True,
    }
    return [start if row.stopped_at else stop, archive]


@behind("settings", "POST")
def test_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a test and wait for the answer."""
    call = keeping.send_test(_hook(pk), by=agent(request))
    if call.state == WebhookCallState.SENT:
        messages.success(
            request,
            _("The test got through: answer %(status)s in %(time)s ms.")
            % {"status": call.status, "time": call.duration_ms},
        )
    else:
        said = fault_text(call) + (f" ({call.status})" if call.status else "")
        messages.error(request, _("The test did not get through. %(why)s") % {"why": said})
    return HttpResponseRedirect(reverse("settings_webhook", args=[pk]))


@behind("settings", "POST")
def webhook_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the secret, or renew it and show the new one. A POST, so that no history or prefetch keeps it."""
    row = _hook(pk)
    try:
        shown = (
            keeping.renew_secret(row, by=agent(request))
            if "renew" in request.POST
            else keeping.secret_of(row, by=agent(request))
        )
    except CannotBe as refused:
        messages.error(request, refused.text)
        return HttpResponseRedirect(reverse("settings_webhook", args=[pk]))
    row.refresh_from_db()
    return _page(request, row, shown)


@behind("settings", "POST")
def retry_calls(request: HttpRequest, pk: int) -> HttpResponse:
    """One failed call again (`call`), or all of them."""
    row = _hook(pk)
    calls = row.calls.filter(due_at=None).exclude(event=TEST)
    one = request.POST.get("call", "")
    calls = (
        calls.filter(pk=int(one))
        if one.isascii() and one.isdigit() and len(one) < 18
        else calls.filter(state=WebhookCallState.FAILED)
    )
    said = _("It is sent again; look in a moment.")
    return told(request, "settings_webhook", lambda: keeping.try_again(calls, by=agent(request)), said, pk)


@behind("settings", "POST")
def stop_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    row = _hook(pk)
    return told(
        request,
        "settings_webhook",
        lambda: keeping.stop(row, by=agent(request)),
        _("Stopped. Nothing is sent to it any more."),
        pk,
    )


@behind("settings", "POST")
def start_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    row = _hook(pk)
    return told(
        request,
        "settings_webhook",
        lambda: keeping.start(row, by=agent(request)),
        _("It is told again of what happens."),
        pk,
    )


@behind("settings", "POST")
def archive_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    row = _hook(pk)
    return told(
        request,
        "settings_webhooks",
        lambda: keeping.archive(row, by=agent(request)),
        _("The webhook is gone."),
    )
