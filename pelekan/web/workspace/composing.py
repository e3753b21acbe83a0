"""What the composer needs to know: how an answer can go out, to whom, and what was being written."""

from __future__ import annotations

from typing import Any

from pelekan.people.models import Agent
from pelekan.tickets.models import Channel, Draft, Inbox
from pelekan.web.workspace.prepared import Prepared
from pelekan.web.workspace.rich import cleaned

_DRAFTS = Prepared(
    lambda agent, pk: Draft.objects.filter(agent=agent, ticket_id=pk).values("kind", "html", "saw_id")
)

_MAIL = Prepared(
    lambda: (
        Inbox.objects.filter(channel="email", archived_at=None)
        .exclude(address="")
        .order_by("id")
        .values("id")[:1]
    )
)


def composer(
    ticket: dict[str, Any], agent: Agent, side: dict[str, Any], lines: dict[str, Any]
) -> dict[str, Any]:
    """Ways are the conversations of the ticket, newest first, and mail where it could be opened."""
    drafts = {draft["kind"]: draft for draft in _DRAFTS(agent.pk, ticket["id"])}
    ways = ways_of(side)
    reply, note = drafts.get("outgoing"), drafts.get("note")
    return {
        "ways": ways,
        "to": ways[0]["to"] if ways else "",
        "reply_html": cleaned(reply["html"]) if reply else "",
        "note_html": cleaned(note["html"]) if note else "",
        "mode": "note" if note and not reply else "reply",
        "saw_id": reply["saw_id"] if reply else lines["last_message"],
        "language": ticket["customer__language"],
    }


def ways_of(side: dict[str, Any]) -> list[dict[str, Any]]:
    """[{id, channel, label, to}]: `id` is a conversation's, or "mail-<inbox>" to open one by mail."""
    names = dict(Channel.choices)
    mails = [way["address"] for way in side["customer"]["ways"] if way["kind"] == "email"]
    mails += [claim["address"] for claim in side["customer"]["claims"] if claim["kind"] == "email"]
    name = side["customer"]["name"]
    ways = []
    for talk in side["talks"]:
        if talk["channel"] == "phone":
            continue
        label = str(names.get(talk["channel"], talk["channel"]))
        to = mails[0] if talk["channel"] == "email" and mails else name
        ways.append({"id": str(talk["id"]), "channel": talk["channel"], "label": label, "to": to})
    if mails and not any(way["channel"] == "email" for way in ways):
        inbox = _MAIL.one()
        if inbox is not None:
            label = str(names["email"])
            ways.append({"id": f"mail-{inbox['id']}", "channel": "email", "label": label, "to": mails[0]})
    return ways
