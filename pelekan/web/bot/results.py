"""What the bot did: per inbox and day, with the talks behind each number."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pelekan.knowledge.bot import counting
from pelekan.tickets.models import Inbox, Ticket
from pelekan.web.admin.doors import agent, behind
from pelekan.web.admin.frame import show
from pelekan.web.insights.visits import names_of
from pelekan.web.reading import Reading

SPANS = (7, 30, 90)


@behind("rules")
def page(request: HttpRequest) -> HttpResponse:
    """The table; `?of=solved` lists the talks behind a number."""
    dates = Reading(request.dates)  # type: ignore[attr-defined]
    days, inbox = _number(request, "days"), _number(request, "inbox")
    days = days if days in SPANS else 30
    first, until = counting.span(days, dates.now)
    rows = counting.by_day(first, until, request.dates.zone, inbox or None)  # type: ignore[attr-defined]
    totals = {name: sum(row[name] for row in rows) for name in (*counting.COLUMNS, "wrong")}
    of = request.GET.get("of", "")
    of = of if of in names() else ""
    listed = counting.listed(of, first, until, inbox or None) if of else []
    seen = set(
        Ticket.objects.visible_to(agent(request))
        .filter(pk__in=[one["ticket"] for one in listed])
        .values_list("pk", flat=True)
    )
    return show(
        request, "bot_results", "settings_bot", _("What the bot did"),
        _("Solved: the customer said that it helped. Wrong: he said that it did not, or a colleague called the answer wrong."),
        rows=[{**row, "moment": datetime.combine(row["day"], time(12), UTC)} for row in rows], totals=totals, names=list(names().items()), of=of, days=days, spans=SPANS,
        inbox=inbox, inboxes=list(Inbox.objects.filter(channel="chat").values_list("pk", "name")),
        who=_who(first, until, inbox or None), pages=counting.by_page(first, until, inbox or None),
        listed=[{**one, "seen": one["ticket"] in seen} for one in listed], back="settings_bot", query=f"days={days}&inbox={inbox or ''}",
    )  # fmt: skip


def _who(
    first: datetime, until: datetime, inbox: int | None
) -> list[tuple[str, list[tuple[str, bool, dict[str, int]]]]]:
    """[(kind of visitor in words, [(name, whether somebody typed it, numbers)])], kinds without anybody left out."""
    rows = counting.by_who(first, until, inbox)
    kinds = {
        "who": _("Known or not"), "group": _("Customer groups"), "organization": _("Organizations"), "plan": _("Plans"),
    }  # fmt: skip
    found = []
    for of, words in kinds.items():
        mine = [(key, line) for kind, key, line in rows if kind == of][:20]
        known = names_of(of, [key for key, _line in mine])
        if of == "who":
            known["unknown"] = _("Not followed")
        lines = [(str(known[key]), of != "who", line) for key, line in mine]
        if lines:
            found.append((words, lines))
    return found


def names() -> dict[str, str]:
    return {
        "talks": _("Talks"), "solved": pgettext("bot", "Solved"), "handed": _("Handed over"), "quiet": _("Left after an answer"),
        "open": _("Still talking"), "wrong": pgettext("bot", "Wrong"),
    }  # fmt: skip


def _number(request: HttpRequest, name: str) -> int:
    text: Any = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
