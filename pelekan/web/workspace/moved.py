"""What a join, its undo or a split adds to a timeline: whose a moved message is, where it came from, what can be undone.

Nothing here costs a query where nothing was moved.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from pelekan.tickets.actions.joining import SPOKEN
from pelekan.tickets.joined import end_of
from pelekan.tickets.models import Event, Message, Ticket


def as_said(found: list[dict[str, Any]]) -> bool:
    """Make the events that brought messages here look like those by which they were said: in the event stands who moved
    them. Whether there are any."""
    brought = [line for line in found if line["name"] == "message.moved"]
    if not brought:
        return False
    rows = Message.objects.filter(pk__in=[line["message_id"] for line in brought])
    authors = {
        row["id"]: row
        for row in rows.values(
            "id", "agent_id", "customer_id", "agent__user__name", "customer__name", "created_at"
        )
    }
    for line in brought:
        line["moved_by"] = line["agent__user__name"] or ""
        line |= authors[line["message_id"]] | {"id": line["id"]}
    return True


def newest(ticket_id: int, event_id: int) -> int:
    """The newest message that stands on the ticket up to this event: after a join, later events may bring older ones."""
    rows = Event.objects.filter(
        ticket=ticket_id, message__ticket=ticket_id, pk__lte=event_id, name__in=SPOKEN
    )
    return rows.aggregate(newest=Max("message_id"))["newest"] or 0


def came_from(line: dict[str, Any]) -> dict[str, Any] | None:
    """{"id", "number", "by"} of the ticket that a message came from; None for one that was written here."""
    if line["name"] != "message.moved":
        return None
    data = line["data"]
    return {"id": data.get("other"), "number": data.get("number"), "by": line["moved_by"]}


def together(before: dict[str, Any], item: dict[str, Any]) -> bool:
    """Whether two messages came from the same ticket."""
    return bool(before["came_from"]) and before["came_from"]["id"] == item["came_from"]["id"]


def undoable(found: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Event → what undoes it: {"act" (a url's name), "values"}. Of joins those that still stand; a split is undone by a
    join."""
    lines = [line for line in found if line["name"] in ("ticket.joined", "ticket.split")]
    if not lines:
        return {}
    others = {line["data"].get("other") for line in lines}
    into = dict(Ticket.objects.filter(pk__in=others).values_list("pk", "joined_into"))
    last = {line["data"].get("other"): line["id"] for line in lines if line["name"] == "ticket.joined"}
    undo: dict[int, dict[str, Any]] = {}
    for line in lines:
        other, took = line["data"].get("other"), line["data"].get("side") == "took"
        if other not in into:
            continue
        if line["name"] == "ticket.joined":
            if took and into[other] and last[other] == line["id"]:
                undo[line["id"]] = {"act": "desk_unjoin", "values": {"source": other}}
        elif not into[other]:
            undo[line["id"]] = {"act": "desk_join", "values": {"source" if took else "into": other}}
    return undo


def joined_words(meta: dict[str, Any]) -> str:
    """Why a mail was put into the conversation that it is in, in the reader's language; "" when it began one."""
    kind, via = meta.get("join"), str(meta.get("join_via", ""))
    if kind == "references":
        return _("Joined because it refers to a mail of this conversation, and its sender takes part.")
    if kind != "token":
        return ""
    return {
        "address": _("Joined because it was sent to the answer address of this conversation."),
        "body": _("Joined because the reference line of our mail came back in it."),
        "message_id": _("Joined because it answers a mail of ours, and its sender takes part."),
    }.get(via, _("Joined because it bears a mark that only our mails have."))


def banner(ticket: dict[str, Any]) -> dict[str, Any] | None:
    """On the page of a ticket that was joined into another: {"id", "number", "by"}."""
    if not ticket["joined_into_id"]:
        return None
    rows = Event.objects.filter(ticket=ticket["id"], name="ticket.joined", data__side="left")
    by = rows.order_by("-pk").values_list("agent__user__name", flat=True).first()
    return {
        "id": ticket["joined_into_id"],
        "number": ticket["joined_into__number"],
        "by": by or _("Pelekan"),
    }


def hint(ticket: dict[str, Any]) -> dict[str, Any] | None:
    """What a mail's ticket may belong to, wherever that is now: {"id", "number", "closed"}."""
    if not ticket["may_belong_to_id"] or ticket["joined_into_id"]:
        return None
    goal = {
        "id": ticket["may_belong_to_id"],
        "number": ticket["may_belong_to__number"],
        "closed": ticket["may_belong_to__status"] == "closed",
    }
    if ticket["may_belong_to__joined_into_id"]:
        end = end_of(Ticket.objects.get(pk=ticket["may_belong_to_id"]))
        goal = {"id": end.pk, "number": end.number, "closed": end.status == "closed"}
    return goal if goal["id"] != ticket["id"] else None
