"""What came in and what goes out: the mails and texts that need a person, and what he does with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import BinaryField, QuerySet
from django.db.models.functions import Substr
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from pelekan.channels import aside, intake, outbox
from pelekan.channels.email.parse import parse
from pelekan.channels.models import Account, Arrival, ArrivalState, Delivery, IncomingText
from pelekan.channels.sms import arriving as texts
from pelekan.lib.text import one_line
from pelekan.people.access import can
from pelekan.tickets.models import Inbox, Ticket
from pelekan.web.admin.doors import agent, behind, get_object_or_404, told
from pelekan.web.admin.frame import show
from pelekan.web.admin.mail import account_shape

PAGE = 50
HEAD = 65536  # bytes that are read of a mail for a list: its headers
SHOWN_OF_REASON = 90  # letters on a button

Row = Arrival | Delivery | IncomingText


@dataclass(frozen=True)
class Listing:
    """One list. `column` holds why a row lies in it; "" where that isn't asked."""

    label: str
    rows: QuerySet[Any]
    column: str = ""


def listings() -> dict[str, Listing]:
    """Every list reads through an index of its own rows: what was dealt with costs nothing."""
    head = Substr("stored__data", 1, HEAD, output_field=BinaryField())  # not the whole of fifty mails
    arrivals = Arrival.objects.select_related("inbox").annotate(head=head).order_by("-received_at", "-pk")
    deliveries = Delivery.objects.select_related("inbox", "message__ticket")
    held = IncomingText.objects.filter(inbox__in=Inbox.objects.filter(channel="sms"))
    held = held.select_related("inbox").order_by("-received_at", "-pk")
    return {
        "quarantine": Listing(_("Quarantine"), arrivals.filter(state=ArrivalState.QUARANTINED), "why"),
        "texts": Listing(_("Texts"), held.filter(state=ArrivalState.QUARANTINED), "why"),
        "out": Listing(_("Not sent"), deliveries.filter(dead_at__isnull=False).order_by("-dead_at"), "fault"),
        "waiting": Listing(_("Being read"), arrivals.filter(state=ArrivalState.WAITING)),
        "sending": Listing(
            _("On the way"),
            deliveries.filter(due_at__isnull=False, state__in=outbox.UNSENT).order_by("due_at"),
        ),
        "dismissed": Listing(pgettext("mails", "Set aside"), arrivals.filter(state=ArrivalState.DISMISSED)),
    }


@behind("quarantine")
def mail(request: HttpRequest) -> HttpResponse:
    chosen = request.GET.get("list", "quarantine")
    lists = listings()
    if chosen not in lists:
        raise Http404
    listing, inbox, why = lists[chosen], _inbox(request.GET.get("inbox", "")), request.GET.get("why", "")
    rows = listing.rows.filter(inbox=inbox) if inbox else listing.rows
    found = aside.reasons(rows.select_related(None), listing.column) if listing.column else []
    if why and listing.column:
        rows = rows.filter(aside.because_of(listing.column, why))
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
        accounts=[account_shape(box) for box in boxes], may_set=can(agent(request), "settings"),
        lists=[
            {"label": one.label, "href": _here(key, inbox), "current": key == chosen, "count": _count(one.rows)}
            for key, one in lists.items()
        ],
        chosen=chosen, rows=[_shape(row, seen) for row in page], page=page, why=why, inbox=inbox,
        everywhere=_here(chosen, None), more=_here(chosen, inbox, why),
        reasons=[
            {
                "word": one.word, "text": one_line(one.text, SHOWN_OF_REASON), "count": one.count,
                "href": _here(chosen, inbox, "" if one.word == why else one.word), "current": one.word == why,
            }
            for one in found
        ],
    )  # fmt: skip


def _inbox(typed: str) -> Inbox | None:
    return (
        Inbox.objects.filter(pk=int(typed)).first()
        if typed.isascii() and typed.isdigit() and len(typed) < 10
        else None
    )


def _here(chosen: str, inbox: Inbox | None, why: str = "") -> str:
    """The address of a list, with what narrows it."""
    asked = {"list": chosen, "inbox": inbox.pk if inbox else "", "why": why}
    return f"{reverse('settings_mail')}?{urlencode({name: value for name, value in asked.items() if value})}"


def _count(rows: QuerySet[Any]) -> str:
    number = rows.order_by()[:1000].count()
    return "999+" if number > 999 else str(number) if number else ""


def _ticket(row: Row) -> int | None:
    if isinstance(row, IncomingText):
        return None
    return row.ticket_id if isinstance(row, Arrival) else row.message.ticket_id


def _shape(row: Row, seen: set[int]) -> dict[str, Any]:
    if isinstance(row, Delivery):
        return _delivery(row, seen)
    if isinstance(row, Arrival):
        return _arrival(row, bytes(row.head or b""))  # type: ignore[attr-defined]
    return _text(row)


def _arrival(row: Arrival, raw: bytes) -> dict[str, Any]:
    head = parse(raw)
    return {
        "id": row.pk, "inbox": row.inbox.name, "at": row.received_at, "size": row.size, "why": row.why_text,
        "from": head.from_address, "subject": head.subject, "state": row.state, "tries": row.tries,
        "due_at": row.due_at, "href": reverse("settings_arrival", args=[row.pk]), "taken": row.message_id is not None,
    }  # fmt: skip


def _text(row: IncomingText) -> dict[str, Any]:
    return {
        "id": row.pk, "inbox": row.inbox.name, "inbox_id": row.inbox_id, "at": row.received_at, "why": row.why_text,
        "from": row.sender, "text": row.text[:300],
    }  # fmt: skip


def _delivery(row: Delivery, seen: set[int]) -> dict[str, Any]:
    ticket = row.message.ticket
    return {
        "id": row.pk, "inbox": row.inbox.name, "at": row.dead_at or row.created_at, "to": row.recipient, "why": row.fault_text,
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
        row=_arrival(row, row.raw[:HEAD]), text=mail.text[:4000], files=[part.name for part in mail.attachments],
        to=[one.address for one in mail.to][:10],
    )  # fmt: skip


@behind("quarantine")
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """The bytes, as a file: a browser must not draw them."""
    row = get_object_or_404(Arrival.objects.select_related("stored"), pk=pk)
    response = HttpResponse(row.raw, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="mail-{row.pk}.eml"'
    return response


# All of one reason


@behind("quarantine", "POST")
def all_of(request: HttpRequest) -> HttpResponse:
    """Try again, or set aside, what a list shows for one reason. The oldest go first, so that order is kept."""
    chosen, why = request.POST.get("list", ""), request.POST.get("why", "")
    listing, by = listings().get(chosen), agent(request)
    if listing is None or not listing.column or not why:
        raise Http404
    inbox = _inbox(request.POST.get("inbox", ""))
    rows = listing.rows.filter(aside.because_of(listing.column, why)).order_by("pk")
    rows = (rows.filter(inbox=inbox) if inbox else rows)[: aside.AT_ONCE]
    if "dismiss" in request.POST:
        because = one_line(request.POST.get("because", ""), 200)
        for row in rows:
            _dismiss(row)(row, by=by, because=because)
        done = len(rows)
    else:
        done = (aside.resend_all if chosen == "out" else aside.retry_all)(rows, by=by)
    text = ngettext("Done for %(count)s.", "Done for %(count)s of them.", done) % {"count": done}
    messages.success(request, text)
    return HttpResponseRedirect(_here(chosen, inbox))


def _dismiss(row: Row) -> Callable[..., Any]:
    if isinstance(row, Delivery):
        return aside.let_be
    return intake.dismiss if isinstance(row, Arrival) else aside.dismiss_text


# One


@behind("quarantine", "POST")
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Arrival, pk=pk)
    admit = "admit" in request.POST
    done = _("It is taken in as a person's mail.") if admit else _("It is tried again.")
    return told(request, "settings_mail", lambda: intake.retry(row, by=agent(request), admit=admit), done)


@behind("quarantine", "POST")
def retry_text(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(IncomingText, pk=pk)
    texts.retry(row, by=agent(request))
    messages.success(request, _("It is tried again."))
    return HttpResponseRedirect(_here("texts", None))


@behind("quarantine", "POST")
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Delivery.objects.select_related("message"), pk=pk)
    outbox.resend(row, by=agent(request))
    messages.success(request, _("It goes out again."))
    return HttpResponseRedirect(_here("out", None))


@behind("quarantine", "POST")
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Delivery.objects.select_related("message"), pk=pk)
    return told(
        request,
        "settings_mail",
        lambda: outbox.stop(row, by=agent(request)),
        _("Stopped, unless it was already on its way."),
    )


KINDS: dict[str, tuple[type[Row], str]] = {
    "arrivals": (Arrival, "quarantine"),
    "texts": (IncomingText, "texts"),
    "deliveries": (Delivery, "out"),
}
"""What can be put out of sight, and the list in which it lay."""

BACK: dict[type[Row], Callable[..., Any]] = {
    Arrival: aside.put_back,
    IncomingText: aside.put_back_text,
    Delivery: aside.care_again,
}


@behind("quarantine", "POST")
def dismiss(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """Put one out of sight, with a reason if one is given; the next page offers to take that back."""
    row, shown_in = _one(what, pk)
    _dismiss(row)(row, by=agent(request), because=one_line(request.POST.get("because", ""), 200))
    undo = reverse("settings_put_back", args=[what, pk])
    messages.success(request, _("Set aside. Nothing of it is lost."), extra_tags=undo)
    return HttpResponseRedirect(_here(shown_in, None))


@behind("quarantine", "POST")
def put_back(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    row, shown_in = _one(what, pk)
    BACK[type(row)](row, by=agent(request))
    messages.success(request, _("It is back where it was."))
    return HttpResponseRedirect(_here(shown_in, None))


def _one(what: str, pk: int) -> tuple[Any, str]:
    if what not in KINDS:
        raise Http404
    model, shown_in = KINDS[what]
    rows = model._default_manager.all()
    return get_object_or_404(rows.select_related("message") if model is Delivery else rows, pk=pk), shown_in
