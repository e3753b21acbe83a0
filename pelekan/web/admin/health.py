"""The health page: for every way in and out whether it works, how far behind it is, and what to do.

It costs the same however much lies in the database: it reads rows that wait or failed (partial indexes), never what was
dealt with, and stops counting at `MOST`.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.channels import looking, pace
from pelekan.channels.models import (
    Account,
    Arrival,
    ArrivalState,
    Delivery,
    DeliveryState,
    Gateway,
    IncomingText,
    Pace,
)
from pelekan.lib.time import now as clock
from pelekan.people.access import can
from pelekan.tickets.models import Inbox
from pelekan.web.admin.doors import agent, behind, get_object_or_404, told
from pelekan.web.admin.frame import show
from pelekan.web.admin.health_row import LATE, LOOK, WRONG, Row
from pelekan.web.admin.machinery import backlogs, own_mail, room, workers
from pelekan.web.workspace.doors import fragment

MOST = 5000  # rows that are counted one by one


@behind("quarantine")
def health(request: HttpRequest) -> HttpResponse:
    """The whole page, or for a page that stands open its parts."""
    now = clock()
    queues = Queues(now)
    may_set = can(agent(request), "settings")
    parts: list[dict[str, Any]] = [
        {"title": _("Mailboxes"), "rows": mailboxes(queues, may_set)},
        {"title": _("SMS gateways"), "rows": gateways(queues, may_set)},
        {"title": _("Mail of the desk itself"), "rows": [own_mail(now)]},
        {"title": _("Workers"), "rows": workers(now)},
        {"title": _("Work that falls due"), "rows": backlogs(now), "tight": True},
        {"title": _("Room"), "rows": room(), "tight": True},
    ]
    parts = [part for part in parts if part["rows"]]
    if fragment(request):
        return render(request, "settings/health_parts.html", {"parts": parts, "at": now})
    return show(
        request, "health", "settings_health", _("Health"), _("Whether mail and texts come in, are read, and go out."),
        parts=parts, at=now,
    )  # fmt: skip


# What waits and what failed


class Queues:
    """What lies in the queues, in one look at each."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        day = now - timedelta(days=1)
        reading = Arrival.objects.filter(due_at__isnull=False, state=ArrivalState.WAITING)
        self.reading: Counter[int] = Counter()
        self.oldest: dict[int, datetime] = {}
        for inbox, at in reading.order_by("due_at").values_list("inbox_id", "received_at")[:MOST]:
            self.reading[inbox] += 1
            self.oldest[inbox] = min(at, self.oldest.get(inbox, at))
        held = Arrival.objects.filter(state=ArrivalState.QUARANTINED).order_by("-received_at")
        self.held = Counter(held.values_list("inbox_id", flat=True)[:MOST])
        texts = IncomingText.objects.filter(inbox__in=Inbox.objects.filter(channel="sms")).order_by()
        self.texts = Counter(
            texts.filter(state=ArrivalState.QUARANTINED).values_list("inbox_id", flat=True)[:MOST]
        )
        self.going: Counter[tuple[int, str]] = Counter()
        waiting = Delivery.objects.filter(due_at__isnull=False).order_by("due_at")
        for inbox, state, tries in waiting.values_list("inbox_id", "state", "tries")[:MOST]:
            if state in (DeliveryState.QUEUED, DeliveryState.SENDING):
                self.going[inbox, "again" if tries else "first"] += 1
        dead = Delivery.objects.filter(dead_at__isnull=False).order_by("-dead_at")
        for inbox, state, died in dead.values_list("inbox_id", "state", "dead_at")[:MOST]:
            self.going[inbox, state] += 1
            self.going[inbox, "lately"] += died is not None and died > day


def _in_and_out(row: Row, inbox: int, queues: Queues) -> None:
    """The lists behind a mailbox or gateway."""
    lists = reverse("settings_mail")
    unsent, doubtful = (queues.going[inbox, state] for state in (DeliveryState.FAILED, DeliveryState.UNKNOWN))
    row.lists = [
        (_("Being read"), queues.reading[inbox], f"{lists}?list=waiting&inbox={inbox}"),
        (_("Quarantine"), queues.held[inbox], f"{lists}?list=quarantine&inbox={inbox}"),
        (_("Texts set aside"), queues.texts[inbox], f"{lists}?list=texts&inbox={inbox}"),
        (_("To be sent"), queues.going[inbox, "first"], f"{lists}?list=sending&inbox={inbox}"),
        (_("Tried again"), queues.going[inbox, "again"], f"{lists}?list=sending&inbox={inbox}"),
        (_("May have been sent"), doubtful, f"{lists}?list=out&inbox={inbox}"),
        (_("Not sent"), unsent, f"{lists}?list=out&inbox={inbox}"),
        (_("Failed in 24 hours"), queues.going[inbox, "lately"], f"{lists}?list=out&inbox={inbox}"),
    ]
    row.lists = [one for one in row.lists if one[1]]
    oldest = queues.oldest.get(inbox)
    if oldest and queues.now - oldest > LATE:
        row.worse(LOOK)
        row.fact(_("Oldest mail waiting to be read"), queues.now - oldest, "span")
    if queues.held[inbox] or queues.texts[inbox] or unsent or doubtful:
        row.worse(LOOK)


def mailboxes(queues: Queues, may_set: bool) -> list[Row]:
    """One row for each mail inbox that is open."""
    boxes = Account.objects.filter(inbox__archived_at=None).select_related("inbox__pace", "consent")
    rows = []
    for box in boxes.prefetch_related("folders").order_by("inbox__name"):
        href = reverse("settings_account", args=[box.inbox_id]) if may_set else ""
        row = Row(box.inbox.name, href=href, address=box.inbox.address)
        _fetching(row, box, queues.now)
        _consent(row, box)
        waits = getattr(box.inbox, "pace", None)
        if waits is not None and waits.until > queues.now:
            row.worse(LOOK, _paced_words(waits))
            row.fact(_("Sends again"), waits.until, "time")
        _in_and_out(row, box.inbox_id, queues)
        row.act = reverse("settings_health_try", args=["mailbox", box.inbox_id])
        rows.append(row)
    return rows


def _paced_words(waits: Pace) -> str:
    if waits.why == pace.SERVER:
        return _("Its mail server says that too much was sent; mail waits and then goes more slowly.")
    return _("Its mail waits for the sending limit; what people wrote goes first.")


def _fetching(row: Row, box: Account, now: datetime) -> None:
    if not box.imap_host:
        row.fact(_("Reading"), _("Sends only; nothing is fetched."))
        return
    if box.fault:
        row.worse(WRONG if box.failed_at else LOOK, box.fault_text)
        row.fact(_("Next try"), box.due_at, "time")
    elif box.due_at and now - box.due_at > LATE:
        row.worse(WRONG, _("Nobody has looked at this mailbox for a while: its turn has passed."))
    row.fact(_("Last read"), box.checked_at or _("Not yet"), "moment" if box.checked_at else "text")
    row.fact(_("Newest mail, when it was fetched"), box.lag, "span")
    if box.behind:
        row.worse(LOOK, _("There is more mail on the server; it is being fetched."))
    if box.filled is not None and box.filled >= 90:
        text = _("The mailbox is %(percent)s %% full. Full mailboxes send mail back to your customers.")
        row.worse(WRONG if box.filled >= 99 else LOOK, text % {"percent": box.filled})
    folders = [one for one in box.folders.all() if one.counted_at]
    if folders:
        stored = sum(one.counts.get("stored", 0) for one in folders)
        missing = sum(one.missing for one in folders)
        assigned = stored - sum(one.counts.get("waiting", 0) for one in folders)
        row.fact(_("Received = stored = assigned"), f"{stored + missing} = {stored} = {assigned}", "number")
        row.fact(_("Counted"), max(one.counted_at for one in folders if one.counted_at), "moment")
        if missing:
            row.worse(
                WRONG, _("Some mails lie on the server but can't be fetched; it is tried again by itself.")
            )


def _consent(row: Row, box: Account) -> None:
    if box.sign_in != "consent":
        return
    consent = getattr(box, "consent", None)
    if consent is None or not consent.granted_at:
        row.worse(WRONG, _("Nobody has consented yet that this mailbox is read."))
    elif consent.withdrawn_at:
        row.worse(WRONG, _("The consent was withdrawn or ran out. Ask for it again."))
        row.fact(_("Consent ended"), consent.withdrawn_at, "moment")
    else:
        row.fact(_("Consent since"), consent.granted_at, "moment")
        row.fact(_("Access is renewed"), consent.expires_at, "time")


def gateways(queues: Queues, may_set: bool) -> list[Row]:
    """One row for each SMS gateway."""
    rows = []
    for one in (
        Gateway.objects.filter(inbox__archived_at=None).select_related("inbox").order_by("inbox__name")
    ):
        href = reverse("settings_gateway", args=[one.inbox_id]) if may_set else ""
        row = Row(one.inbox.name, href=href, address=one.sender)
        if one.fault:
            row.worse(WRONG if one.failed_at else LOOK, one.fault_text)
            row.fact(_("Next try"), one.due_at, "time")
        row.fact(_("Last answer of the gateway"), one.checked_at, "moment")
        _in_and_out(row, one.inbox_id, queues)
        row.act = reverse("settings_health_try", args=["gateway", one.inbox_id])
        rows.append(row)
    return rows


# Acts


@behind("quarantine", "POST")
def try_now(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """Look at one of them at once, and send what waits for its next try."""
    by = agent(request)
    if what == "letters":
        do = lambda: looking.letters_now(by=by)  # noqa: E731
    elif what == "mailbox":
        box = get_object_or_404(Account.objects.select_related("inbox"), inbox=pk)
        do = lambda: looking.mailbox_now(box, by=by)  # noqa: E731
    elif what == "gateway":
        gateway = get_object_or_404(Gateway.objects.select_related("inbox"), inbox=pk)
        do = lambda: looking.gateway_now(gateway, by=by)  # noqa: E731
    else:
        raise Http404
    return told(
        request, "settings_health", do, _("It is tried right away. What comes of it stands here soon.")
    )
