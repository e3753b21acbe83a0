"""Customers, organizations and agents in conditions: too many to list them all, so one types and is shown who fits."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from pelekan.lib.addresses import normal_address
from pelekan.lib.folding import fold
from pelekan.lib.text import latin_digits, one_line
from pelekan.people.models import Agent, Customer, Identity, IdentityKind, Organization
from pelekan.tickets.needs import WORKING
from pelekan.tickets.shaping.folk import customers_seen_by
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents

MOST = 20
"""Shown at once, while one types."""


@require_GET
@agents
def find(request: HttpRequest, kind: str) -> JsonResponse:
    """{"found": [{"key", "text", "hint"}]}: those who fit `q`, as far as the reader may look them up; the newest without it."""
    seek = _SEEK.get(kind)
    if seek is None:
        raise Http404
    return JsonResponse({"found": seek(one_line(request.GET.get("q", ""), 120), agent_in(request))})


def seen(kind: str, eyes: Agent | None) -> QuerySet[Any]:
    """The rows of a kind that `eyes` may look up; None: all."""
    if kind == "agent":
        return Agent.objects.all()
    if kind == "customer":
        return Customer.objects.all() if eyes is None else customers_seen_by(eyes)
    if eyes is None or eyes.sees_all:
        return Organization.objects.all()
    return Organization.objects.filter(pk__in=customers_seen_by(eyes).values("organization_id"))


def key_of(kind: str, typed: str, eyes: Agent | None) -> str | None:
    """Whom someone means who typed a number, a mail address or (of an organization) the name; None for nobody."""
    number = latin_digits(typed).strip().lstrip("#")
    if number.isascii() and number.isdigit():
        return number if len(number) < 18 and seen(kind, eyes).filter(pk=int(number)).exists() else None
    rows = seen(kind, eyes)
    if kind == "organization":
        found = rows.filter(name__iexact=typed.strip())
    else:
        try:
            address = normal_address(typed)
        except ValueError:
            return None
        if kind == "agent":
            found = rows.filter(user__email=address)
        else:
            his = Identity.objects.filter(kind=IdentityKind.EMAIL, address=address)
            found = rows.filter(pk__in=his.values("customer"))
    pk = found.values_list("pk", flat=True).first()
    return None if pk is None else str(pk)


def _customers(typed: str, eyes: Agent) -> list[dict[str, str]]:
    rows = seen("customer", eyes).exclude(name="", folded="").prefetch_related("identities")
    for word in fold(typed).split()[:8]:
        rows = rows.filter(folded__contains=word)
    return [
        {
            "key": str(row.pk), "text": row.name or f"#{row.pk}",
            "hint": next((one.address for one in row.identities.all() if one.kind != IdentityKind.VISITOR), f"#{row.pk}"),
        }
        for row in rows.order_by("-id")[:MOST]
    ]  # fmt: skip


def _organizations(typed: str, eyes: Agent) -> list[dict[str, str]]:
    rows = seen("organization", eyes)
    if words := fold(typed).split()[:8]:  # names are few: folded here, not in the database
        names = rows.values_list("pk", "name")
        rows = rows.filter(pk__in=[pk for pk, name in names if all(word in fold(name) for word in words)])
    return [
        {"key": str(row.pk), "text": row.name, "hint": ", ".join(map(str, row.domains[:1]))}
        for row in rows.order_by("name", "id")[:MOST]
    ]


def _agents(typed: str, eyes: Agent) -> list[dict[str, str]]:
    rows = Agent.objects.filter(WORKING).select_related("user").order_by("user__name", "id")
    words = fold(typed).split()[:8]
    fit = (
        row for row in rows if all(word in fold(f"{row.user.name} {row.user.email}") for word in words)
    )  # a few thousand at most
    return [
        {"key": str(row.pk), "text": row.user.name, "hint": row.user.email}
        for row, _place in zip(fit, range(MOST), strict=False)
    ]


_SEEK = {"customer": _customers, "organization": _organizations, "agent": _agents}
