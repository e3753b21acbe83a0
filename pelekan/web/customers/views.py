"""Customers and organizations, for all agents: each finds those who have a ticket that he may see; managers all."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pelekan.channels import marks
from pelekan.lib.folding import fold
from pelekan.lib.text import initials, one_line
from pelekan.people.access import can
from pelekan.people.models import Customer, IdentityKind, Organization
from pelekan.tickets import shaping
from pelekan.tickets.erasing import asking
from pelekan.tickets.models import Ticket
from pelekan.tickets.shaping.folk import customers_seen_by
from pelekan.web.admin.doors import agent, attempt, behind, get_object_or_404, went
from pelekan.web.customers.forms import IMPORTANCE, CustomerForm, ManagedCustomerForm, OrganizationForm
from pelekan.web.reading import Reading
from pelekan.web.workspace.beside import mark_shape
from pelekan.web.workspace.shell import shell

PAGE = 50
TICKETS = 50


def show(request: HttpRequest, template: str, heading: str, lead: str = "", **context: Any) -> HttpResponse:
    """A page of the workspace; `form` with errors answers 422."""
    form = context.get("form")
    told = [
        {"text": str(one), "kind": "breach" if one.level_tag == "error" else "success"}
        for one in messages.get_messages(request)
    ]
    return render(
        request,
        f"customers/{template}.html",
        {
            **shell(request, None, "customers"),
            "heading": heading,
            "lead": lead,
            "told": told,
            "title": heading,
            **context,
        },
        status=422 if form is not None and form.is_bound and form.errors else 200,
    )


def tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    found = [
        {"label": _("Customers"), "href": reverse("customers"), "current": current == "customers"},
        {
            "label": _("Organizations"),
            "href": reverse("organizations"),
            "current": current == "organizations",
        },
    ]
    if can(agent(request), "people"):
        number = asking.waiting().count()
        found.append({
            "label": _("Erasing"), "href": reverse("erasures"), "current": current == "erasures",
            "count": str(number) if number else "",
        })  # fmt: skip
    return found


@behind("work")
def customers(request: HttpRequest) -> HttpResponse:
    query = one_line(request.GET.get("q", ""), 120)
    rows = found(customers_seen_by(agent(request)), query)
    rows = rows.exclude(name="", folded="").select_related("organization").prefetch_related("identities")
    page = Paginator(rows.order_by("-id"), PAGE).get_page(request.GET.get("page"))
    return show(
        request, "customers", _("Customers"), query=query, tabs=tabs(request, "customers"), page=page,
        rows=[_row(row) for row in page], next=page_link(request, page),
    )  # fmt: skip


def found(rows: QuerySet[Customer], query: str) -> QuerySet[Customer]:
    """Those in whose name and addresses every word stands, folded."""
    for word in fold(query).split()[:8]:
        rows = rows.filter(folded__contains=word)
    return rows


def page_link(request: HttpRequest, page: Any) -> str:
    if not page.has_next():
        return ""
    query = request.GET.copy()
    query["page"] = str(page.next_page_number())
    return f"{request.path}?{query.urlencode()}"


def _row(row: Customer) -> dict[str, Any]:
    addresses = [one.address for one in row.identities.all() if one.kind != IdentityKind.VISITOR]
    return {
        "id": row.pk, "name": row.name or _("Visitor %(number)s") % {"number": row.pk}, "initials": initials(row.name),
        "addresses": addresses[:2], "organization": row.organization.name if row.organization else "",
        "language": row.get_language_display(), "importance": dict(IMPORTANCE).get(row.importance, "") if row.importance else "",
    }  # fmt: skip


@behind("work", "GET", "POST")
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    who = agent(request)
    row = get_object_or_404(customers_seen_by(who).select_related("organization"), pk=pk)
    manages = can(who, "see_all")
    names = ["name", "language", "notes", *(["importance"] if manages else [])]
    initial = {name: getattr(row, name) for name in names} | {"organization": row.organization_id}
    form = (ManagedCustomerForm if manages else CustomerForm)(request.POST or None, initial=initial)
    if form.is_valid() and attempt(form, lambda: shaping.save_customer(row, by=who, **form.cleaned_data)):
        return went(request, "customer", _("Kept."), pk)
    tickets = Ticket.objects.visible_to(who).filter(customer=row).order_by("-last_at", "-id")
    shown, dates = _row(get_object_or_404(Customer, pk=pk)), Reading(request.dates)  # type: ignore[attr-defined]
    ways = list(
        row.identities.exclude(kind=IdentityKind.VISITOR).annotate(mark=marks.newest_of(OuterRef("address")))
    )
    marked = marks.shown([one.mark for one in ways])
    return show(
        request, "customer", shown["name"], form=form, customer=shown, organization=row.organization,
        fields=[*form.fields], back="customers", tickets=_tickets(tickets), count=tickets.count(),
        identities=[
            {"kind": one.kind, "label": one.get_kind_display(), "address": one.address, "verified": one.verified_at is not None, "stopped_at": one.stopped_at, "mark": mark_shape(marked.get(one.address), dates)}
            for one in ways
        ],
        erasure=erasure_of(row) if can(who, "people") else None, may_erase=can(who, "people"),
        claims=[{"kind": one.kind, "address": one.address} for one in row.claims.all()], created_at=row.created_at,
    )  # fmt: skip


def erasure_of(row: Customer) -> dict[str, Any] | None:
    """His wish to be erased, where one waits or is carried out."""
    wish = asking.current(row)
    if wish is None or wish.state in ("withdrawn", "refused"):
        return None
    return {"id": wish.pk, "label": wish.get_state_display(), "state": wish.state}


def _tickets(rows: QuerySet[Ticket]) -> list[dict[str, Any]]:
    return [
        {
            "href": reverse("desk_ticket", args=[row["id"]]), "subject": row["subject"], "number": row["number"],
            "status": row["status"], "channel": row["channel"], "last_at": row["last_at"],
        }
        for row in rows.values("id", "subject", "number", "status", "channel", "last_at")[:TICKETS]
    ]  # fmt: skip


# Organizations


@behind("work")
def organizations(request: HttpRequest) -> HttpResponse:
    who = agent(request)
    query = one_line(request.GET.get("q", ""), 120)
    rows: Any = _organizations_seen_by(request)
    if query:
        folded = fold(query)  # names are few: folded here, not in the database
        rows = rows.filter(pk__in=[pk for pk, name in rows.values_list("pk", "name") if folded in fold(name)])
    rows = rows.annotate(
        members=Count("customers", filter=Q(customers__merged_into=None), distinct=True)
    ).order_by("name")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = [
        {
            "id": row.pk, "name": row.name, "domains": row.domains, "initials": initials(row.name),
            "members": ngettext("%(count)s customer", "%(count)s customers", row.members) % {"count": row.members},
            "importance": dict(IMPORTANCE).get(row.importance, "") if row.importance else "",
        }
        for row in page
    ]  # fmt: skip
    return show(
        request, "organizations", _("Organizations"), query=query, tabs=tabs(request, "organizations"), rows=shown, page=page,
        next=page_link(request, page), may_add=can(who, "see_all"),
    )  # fmt: skip


def _organizations_seen_by(request: HttpRequest) -> QuerySet[Organization]:
    who = agent(request)
    if who.sees_all:
        return Organization.objects.all()
    return Organization.objects.filter(pk__in=customers_seen_by(who).values("organization_id"))


@behind("see_all", "GET", "POST")
def new_organization(request: HttpRequest) -> HttpResponse:
    form = OrganizationForm(request.POST or None, initial={"importance": 0})
    if form.is_valid():
        saved = attempt(form, lambda: shaping.save_organization(None, by=agent(request), **form.cleaned_data))
        if saved:
            return went(request, "organization", _("The organization is there."), saved.pk)
    return show(
        request, "organization", _("New organization"), form=form, back="organizations", members=[], row=None
    )


@behind("work", "GET", "POST")
def organization(request: HttpRequest, pk: int) -> HttpResponse:
    who = agent(request)
    row = get_object_or_404(_organizations_seen_by(request), pk=pk)
    form = None
    if can(who, "see_all"):
        initial = {"name": row.name, "domains": row.domains, "importance": row.importance, "notes": row.notes}
        initial |= {"sharing": row.sharing, "viewers": row.viewers.all(), "following": row.following}
        form = OrganizationForm(request.POST or None, initial=initial, row=row)
        if form.is_valid() and attempt(
            form, lambda: shaping.save_organization(row, by=who, **form.cleaned_data)
        ):
            return went(request, "organization", _("Kept."), pk)
    elif request.method == "POST":
        raise PermissionDenied
    members = (
        customers_seen_by(who)
        .filter(organization=row)
        .select_related("organization")
        .prefetch_related("identities")
    )
    return show(
        request, "organization", row.name, form=form, back="organizations", row={"domains": row.domains, "notes": row.notes},
        members=[_row(one) for one in members.order_by("name")[:200]],
    )  # fmt: skip
