"""Addresses from which mail came back or that complained: found by a part of the address, and freed again."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.channels import marks
from pelekan.channels.models import MarkedAddress
from pelekan.lib.text import one_line
from pelekan.tickets.models import Ticket
from pelekan.web.admin.doors import agent, behind, get_object_or_404, told
from pelekan.web.admin.frame import show
from pelekan.web.reading import Reading

PAGE = 50


@behind("quarantine")
def addresses(request: HttpRequest) -> HttpResponse:
    query = one_line(request.GET.get("q", ""), 254).lower()
    rows = MarkedAddress.objects.select_related("delivery__message").order_by("-at", "-id")
    if query:
        rows = rows.filter(address__contains=query)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    tickets = [row.delivery.message.ticket_id for row in page if row.delivery]
    seen = set(Ticket.objects.visible_to(agent(request)).filter(pk__in=tickets).values_list("pk", flat=True))
    more = request.GET.copy()
    if page.has_next():
        more["page"] = str(page.next_page_number())
    return show(
        request, "marked", "settings_mail", _("Marked addresses"),
        _("Mail came back from here, or somebody complained. Nothing automatic goes to an address that is dead or complained."),
        back="settings_mail", rows=[_row(row, seen, Reading(request.dates)) for row in page],  # type: ignore[attr-defined]
        query=query, more=f"?{more.urlencode()}" if page.has_next() else "",
    )  # fmt: skip


def _row(row: MarkedAddress, seen: set[int], dates: Reading) -> dict[str, Any]:
    shape = {"address": row.address, "kind": row.kind, "reason": row.reason}
    ticket = row.delivery.message.ticket_id if row.delivery else 0
    return {
        "id": row.pk, "address": row.address, "kind": row.kind, "short": marks.short(row.kind),
        "text": marks.sentence(shape, dates.date(row.at)), "status": row.status, "count": row.count,
        "silent": row.kind in marks.SILENT, "href": reverse("desk_ticket", args=[ticket]) if ticket in seen else "",
    }  # fmt: skip


@behind("quarantine", "POST")
def clear(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(MarkedAddress, pk=pk)
    return told(
        request, "settings_marked", lambda: marks.clear(row, by=agent(request)), _("The mark is taken off.")
    )
