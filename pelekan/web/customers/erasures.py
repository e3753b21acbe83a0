"""Customers who want to be erased: the admins' list, and deciding about one."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from pelekan.lib.text import isolate
from pelekan.lib.time import now as clock
from pelekan.people.models import Customer, IdentityKind
from pelekan.tickets.erasing import asking
from pelekan.tickets.models import Erasure, Ticket
from pelekan.web.admin.doors import agent, behind, get_object_or_404, told
from pelekan.web.customers import views

PAGE = 50
SIGNS = {
    "asked": ("warning", "hourglass"), "held": ("warning", "lock"), "refused": ("", "x"), "withdrawn": ("", "undo-2"),
    "working": ("info", "eraser"), "done": ("success", "check"),
}  # fmt: skip


@behind("people")
def erasures(request: HttpRequest) -> HttpResponse:
    """Those to decide first, the oldest on top; then what was decided."""
    rows = Erasure.objects.select_related("customer", "decided_by__user")
    waiting = [
        row_shape(row) for row in asking.waiting().select_related("customer", "decided_by__user")[:200]
    ]
    page = Paginator(rows.exclude(state__in=asking.UNDECIDED), PAGE).get_page(request.GET.get("page"))
    return views.show(
        request, "erasures", _("Erasing on request"), _("A customer may ask that everything of his is erased. An admin decides."),
        tabs=views.tabs(request, "erasures"), waiting=waiting, decided=[row_shape(row) for row in page],
        next=views.page_link(request, page),
    )  # fmt: skip


def row_shape(row: Erasure) -> dict[str, Any]:
    kind, sign = SIGNS[row.state]
    return {
        "id": row.pk, "customer": row.customer_id, "name": row.customer.name or _("Customer %(number)s") % {"number": row.customer_id},
        "state": row.state, "label": row.get_state_display(), "kind": kind, "sign": sign, "asked_at": row.asked_at,
        "until": row.asked_at + asking.ANSWERED_WITHIN, "late": row.state == "asked" and clock() > row.asked_at + asking.ANSWERED_WITHIN,
        "decided_at": row.decided_at, "decided_by": row.decided_by.name if row.decided_by else "", "done_at": row.done_at,
        "because": row.because, "how": row.asked_how,
    }  # fmt: skip


@behind("people")
def erasure(request: HttpRequest, pk: int) -> HttpResponse:
    """One wish: whose it is, what would go, what stands in the way."""
    row = get_object_or_404(Erasure.objects.select_related("customer__user", "decided_by__user"), pk=pk)
    customer, shape = row.customer, row_shape(row)
    tickets = Ticket.objects.filter(customer=customer)
    return views.show(
        request, "erasure", _("Erase %(name)s") % {"name": isolate(shape["name"])}, back="erasures", row=shape,
        open=[
            {"id": one.pk, "number": one.number, "subject": one.subject, "status": one.status}
            for one in asking.open_requests(customer)[:20]
        ],
        tickets=tickets.count(), undecided=row.state in asking.UNDECIDED,
        addresses=[one.address for one in customer.identities.exclude(kind=IdentityKind.VISITOR)],
    )  # fmt: skip


@behind("people", "POST")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry it out, refuse it, hold it, or let it go on."""
    row = get_object_or_404(Erasure.objects.select_related("customer__user"), pk=pk)
    who, because = agent(request), request.POST.get("because", "")
    act = request.POST.get("act", "")
    if act == "grant" and request.POST.get("sure") == "yes":
        return told(
            request,
            "erasure",
            lambda: asking.grant(row, by=who),
            _("It is being erased. The customer hears of it."),
            pk,
        )
    if act == "refuse":
        return told(
            request,
            "erasure",
            lambda: asking.refuse(row, by=who, because=because),
            _("Refused. The customer reads the reason."),
            pk,
        )
    if act == "hold":
        return told(
            request,
            "erasure",
            lambda: asking.hold(row, by=who, because=because),
            _("Kept for now. The customer reads the reason."),
            pk,
        )
    if act == "free":
        return told(
            request, "erasure", lambda: asking.free(row, by=who), _("Nothing stands in the way any more."), pk
        )
    return told(request, "erasure", _not_sure, "", pk)


def _not_sure() -> None:
    raise asking.CannotBe("sure", _("Tick the box first: what is erased can't be brought back."))


@behind("people", "POST")
def ask_for(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer asked for it by phone or in a letter: written down for him."""
    customer = get_object_or_404(Customer.objects.select_related("user").filter(merged_into=None), pk=pk)
    how, who = request.POST.get("how", ""), agent(request)
    return told(
        request,
        "customer",
        lambda: asking.ask(customer, by=who, how=how),
        _("The wish is written down. Decide about it now."),
        pk,
    )
