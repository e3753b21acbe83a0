"""What the desk knows already when a pack is begun: nobody types it a second time. Four or five queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pelekan.lib.browsers import browser_name
from pelekan.lib.text import one_line
from pelekan.tickets.models import Conversation, Message, MessageKind, Pack, Promise, Ticket
from pelekan.tickets.packs.fields import FIELDS, LISTS
from pelekan.tickets.packs.known import Said, questions, tried
from pelekan.tickets.promises.models import STANDS

LOOKED_AT = 60
MOST_PROMISES = 10
LONGEST_PROBLEM = 1_500


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


_VERSION = ("version", "app_version", "نسخه", "الإصدار", "إصدار")


def fill(ticket: Ticket, *, moment: Callable[[datetime], str] = _utc) -> dict[str, Any]:
    """Values for every field: from the last pack, the customer's words, what agents wrote, and where he came from.
    `moment` writes a promise's time as its reader has it."""
    rows = list(
        Message.objects.filter(ticket=ticket, automatic=False, held_at=None)
        .order_by("-id")
        .values_list("kind", "text")[:LOOKED_AT]
    )[::-1]
    said = [Said(text, kind != MessageKind.INCOMING, kind == MessageKind.NOTE) for kind, text in rows]
    last = ticket.packs.last()
    values: dict[str, Any] = {name: getattr(last, name) if last else _empty(name) for name in FIELDS}
    came = _came_with(ticket)
    values["problem"] = values["problem"] or _problem(ticket)
    values["environment"] = values["environment"] or came["environment"]
    values["version"] = values["version"] or came["version"]
    values["tried"] = list(dict.fromkeys([*values["tried"], *tried(said)]))
    values["questions"] = questions(said)
    values["promised"] = _promised(ticket, moment)
    if not values["issue"]:
        values["issue"] = ticket.issues.order_by("-pk").values_list("url", flat=True).first() or ""
    return values


def _promised(ticket: Ticket, moment: Callable[[datetime], str]) -> list[str]:
    """What agents promised and has not been kept: their words, and until when."""
    if ticket.promised_at is None:
        return list((ticket.packs.last() or Pack()).promised)
    rows = Promise.objects.filter(STANDS, ticket=ticket).values_list("words", "until_at")[:MOST_PROMISES]
    return [f"{words} ({moment(until)})" if words else moment(until) for words, until in rows]


def _empty(name: str) -> Any:
    return [] if name in LISTS else ""


def _problem(ticket: Ticket) -> str:
    first = (
        Message.objects.filter(ticket=ticket, kind=MessageKind.INCOMING, held_at=None)
        .order_by("id")
        .values_list("text", flat=True)
        .first()
    )
    text = (first or "").strip()[:LONGEST_PROBLEM]
    subject = ticket.subject.strip().rstrip("…")
    return text if not subject or text.startswith(subject) else f"{subject}\n{text}".strip()


def _came_with(ticket: Ticket) -> dict[str, str]:
    """What the customer's browser and his answers to the form's questions say, one line each."""
    contexts = Conversation.objects.filter(ticket=ticket).order_by("-id").values_list("context", flat=True)
    context = next((one for one in contexts if isinstance(one, dict) and one), {})
    found = []
    for name in ("url", "page"):
        if context.get(name):
            found.append(one_line(str(context[name]), 300))
            break
    if context.get("browser"):
        found.append(browser_name(str(context["browser"])))
    given = context.get("answers")
    answers = given if isinstance(given, dict) else {}
    version = ""
    for key, value in list(answers.items())[:20]:
        if not isinstance(value, str | int | float | bool) or not str(value):
            continue
        if not version and str(key).casefold() in _VERSION:
            version = one_line(str(value), 200)
        found.append(one_line(f"{key}: {value}", 300))
    return {"environment": "\n".join(found), "version": version}
