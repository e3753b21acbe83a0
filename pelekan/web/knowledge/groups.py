"""Groups of customers: who is in them by name, by organization, by plan."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from pelekan.knowledge import groups
from pelekan.people.models import Customer, CustomerGroup, Identity, IdentityKind, Organization
from pelekan.web.admin.doors import agent, attempt, told, went
from pelekan.web.admin.fields import Text, Words
from pelekan.web.knowledge.frame import comma, publishers, show, tabs


class GroupForm(forms.Form):
    name = Text(lazy("Name"))
    description = Text(lazy("What for"), longest=1000, rows=2, required=False)
    organizations = forms.ModelMultipleChoiceField(
        Organization.objects.order_by("name"), label=lazy("All customers of these organizations"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    plans = Words(
        lazy("All customers with one of these plans"),
        help_text=lazy("As their fact “plan” says, with commas between."),
    )
    customers = Text(
        lazy("And these customers"), longest=20_000, rows=5, required=False, ltr=True,
        help_text=lazy("Their e-mail addresses or phone numbers, one a line."),
    )  # fmt: skip

    def clean_customers(self) -> list[Customer]:
        asked = [one for one in re.split(r"[\s,;،؛]+", self.cleaned_data["customers"]) if one]
        rows = Identity.objects.filter(
            kind__in=[IdentityKind.EMAIL, IdentityKind.PHONE],
            address__in=[one.lower() for one in asked],
            verified_at__isnull=False,
        ).select_related("customer")
        known = {row.address: row.customer for row in rows}
        unknown = [one for one in asked if one.lower() not in known]
        if unknown:
            raise forms.ValidationError(
                _("No customer is known by: %(addresses)s") % {"addresses": comma().join(unknown[:10])}
            )
        return list({one.pk: one for one in known.values()}.values())


@publishers()
def all_groups(request: HttpRequest) -> HttpResponse:
    archived = "archived" in request.GET
    rows = CustomerGroup.objects.prefetch_related("organizations", "customers", "articles")
    if not archived:
        rows = rows.filter(archived_at=None)
    shown = [
        {
            "id": one.pk, "name": one.name, "archived": one.archived_at is not None, "who": _who(one),
            "number": sum(article.archived_at is None for article in one.articles.all()),
        }
        for one in rows
    ]  # fmt: skip
    lead = _("Customers who may read the same articles and are counted together.")
    return show(
        request, "groups", _("Customer groups"), lead, tabs=tabs(request, "knowledge_groups"), groups=shown, archived=archived,
        some_archived=CustomerGroup.objects.exclude(archived_at=None).exists(),
    )  # fmt: skip


def _who(group: CustomerGroup) -> str:
    names = (
        [one.name for one in group.organizations.all()]
        + list(group.plans)
        + [one.name for one in group.customers.all()[:5]]
    )
    return comma().join(name for name in names if name) or _("Nobody yet")


@publishers("GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@publishers("GET", "POST")
def group(request: HttpRequest, pk: int) -> HttpResponse:
    return _form(request, get_object_or_404(CustomerGroup, pk=pk))


def _form(request: HttpRequest, row: CustomerGroup | None) -> HttpResponse:
    initial: dict[str, Any] = {}
    if row is not None:
        initial = {
            "name": row.name, "description": row.description, "organizations": [one.pk for one in row.organizations.all()],
            "plans": row.plans, "customers": "\n".join(_addresses(row)),
        }  # fmt: skip
    form = GroupForm(request.POST or None, initial=initial)
    if form.is_valid() and attempt(form, lambda: groups.save(row, by=agent(request), **form.cleaned_data)):
        return went(request, "knowledge_groups", _("Kept."))
    acts = []
    if row is not None:
        what = "restore" if row.archived_at else "archive"
        acts = [
            {"label": _("Restore") if row.archived_at else _("Archive"), "danger": not row.archived_at, "sign": "undo-2" if row.archived_at else "archive",
             "post": reverse("knowledge_group_act", args=[row.pk, what])}
        ]  # fmt: skip
    return show(
        request,
        "group",
        row.name if row else _("New customer group"),
        form=form,
        acts=acts,
        back="knowledge_groups",
    )


def _addresses(row: CustomerGroup) -> list[str]:
    known = Identity.objects.filter(customer__groups=row, verified_at__isnull=False)
    first: dict[int, str] = {}
    for one in known.filter(kind__in=[IdentityKind.EMAIL, IdentityKind.PHONE]).order_by(
        "customer_id", "kind", "pk"
    ):
        first.setdefault(one.customer_id, one.address)
    return sorted(first.values())


@publishers("POST")
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    row = get_object_or_404(CustomerGroup, pk=pk)
    do = {"archive": groups.archive, "restore": groups.restore}.get(what)
    if do is None:
        raise Http404
    said = _("Archived.") if what == "archive" else _("Restored.")
    return told(request, "knowledge_groups", lambda: do(row, by=agent(request)), said)
