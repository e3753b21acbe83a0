"""The audit log: every event, newest first, to be read and never changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.lib.text import latin_digits
from pelekan.lib.time import zone_named
from pelekan.people.models import Agent
from pelekan.tickets.models import Event
from pelekan.web.admin.doors import behind
from pelekan.web.admin.frame import show
from pelekan.web.admin.hours_form import day_typed, written
from pelekan.web.workspace.sentences import reason

PAGE = 100


@behind("settings")
def log(request: HttpRequest) -> HttpResponse:
    chosen = {name: request.GET.get(name, "").strip() for name in ("name", "agent", "from", "to", "before")}
    rows, faults = _found(request, chosen)
    page = list(rows.order_by("-id").select_related("agent__user", "customer", "ticket")[: PAGE + 1])
    more = ""
    if len(page) > PAGE:
        query = request.GET.copy()
        query["before"] = str(page[PAGE - 1].pk)
        more = f"{reverse('settings_log')}?{query.urlencode()}"
    people = [("", _("People")), ("all", _("People and Pelekan itself"))] + [
        (str(row.pk), row.name) for row in Agent.objects.select_related("user")
    ]
    return show(
        request, "log", "settings_log", _("Audit log"),
        _("Who did what and when. Rows are only ever added; the database itself refuses to rewrite them."),
        rows=[_row(event) for event in page[:PAGE]], more=more, chosen=chosen, faults=faults,
        names=sorted(set(Event.objects.order_by().values_list("name", flat=True).distinct())), people=people,
        example=written(request.dates.local(datetime.now(UTC)).date(), request.dates.calendar, request.dates.digits or request.LANGUAGE_CODE),  # type: ignore[attr-defined]
    )  # fmt: skip


def _found(request: HttpRequest, chosen: dict[str, str]) -> tuple[Any, dict[str, str]]:
    """The events that fit, and what could not be read of the filter."""
    rows, faults = Event.objects.all(), {}
    dates = request.dates  # type: ignore[attr-defined]
    if chosen["name"]:
        rows = rows.filter(name__startswith=chosen["name"][:40])
    if not chosen["agent"]:  # what the desk does by itself would bury what people did
        rows = rows.exclude(agent=None, customer=None)
    elif _number(chosen["agent"]):
        rows = rows.filter(agent_id=int(chosen["agent"]))
    for name, days in (("from", 0), ("to", 1)):
        if not chosen[name]:
            continue
        day = day_typed(chosen[name], dates.calendar)
        if day is None:
            faults[name] = _("There is no such date in your calendar; write year/month/day.")
            continue
        at = datetime.combine(day + timedelta(days=days), time(), zone_named(dates.zone))
        rows = rows.filter(at__lt=at) if days else rows.filter(at__gte=at)
    if _number(chosen["before"]):
        rows = rows.filter(pk__lt=int(chosen["before"]))
    return rows, faults


def _number(text: str) -> bool:
    return latin_digits(text) == text and text.isascii() and text.isdigit() and len(text) < 18


def _row(event: Event) -> dict[str, Any]:
    data = {name: value for name, value in event.data.items() if name != "title"}
    return {
        "id": event.pk, "at": event.at, "name": event.name, "because": reason(event.because), "title": str(event.data.get("title", "")),
        "who": event.agent.name if event.agent else str(event.customer) if event.customer else "",
        "by_customer": event.customer_id is not None, "cause": event.cause_id,
        "ticket": {"id": event.ticket.pk, "label": f"#{event.ticket.number}" if event.ticket.number else event.ticket.subject[:60]}
        if event.ticket else None,
        "data": json.dumps(data, ensure_ascii=False)[:600] if data else "",
    }  # fmt: skip
