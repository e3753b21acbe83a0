"""The timeline of a ticket: what was said and what happened, in the order in which it was committed.

Every message that stands on a ticket has exactly one event there, so one walk over the event log gives both; what was
said about a message that a join took away is shown where it is now (see `moved`). Windowed by event id: the cost follows
what is shown. Three to five queries for any number of items.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.db.models import F, Q
from django.utils.translation import gettext as _

from pelekan.channels.faults import warnings_in_words
from pelekan.channels.models import Delivery
from pelekan.lib.files import inline_safe
from pelekan.lib.text import initials, isolate
from pelekan.tickets import attachments
from pelekan.tickets.actions.joining import SPOKEN
from pelekan.tickets.models import Attachment, Event
from pelekan.tickets.packs.labels import LABELS
from pelekan.web.paths import url
from pelekan.web.reading import Reading
from pelekan.web.workspace import bots, moved, open_hours, reports, sendings
from pelekan.web.workspace.invitations import invitation_shape
from pelekan.web.workspace.names import names_in
from pelekan.web.workspace.prepared import Prepared
from pelekan.web.workspace.rich import cleaned
from pelekan.web.workspace.sentences import SHOWN, Names, reason, sentence

WINDOW = 40
MESSAGES = SPOKEN
_FIELDS = (
    "id", "name", "at", "because", "data", "agent_id", "customer_id", "agent__user__name", "customer__name",
    "cause__because", "message_id", "message__kind", "message__channel", "message__text", "message__html",
    "message__quoted", "message__automatic", "message__meta", "message__held_at", "message__created_at",
    "message__conversation_id", "message__conversation__customer_read_id", "message__customer_id",
    "message__conversation__customer_id", "message__agent__title",
)  # fmt: skip


_SHOWN = Event.objects.filter(
    Q(message=None) | Q(message__ticket_id=F("ticket_id")), name__in=SHOWN
)  # a message's events go where it goes
_LAST = Prepared(lambda pk: _SHOWN.filter(ticket_id=pk).order_by("-id").values(*_FIELDS)[: WINDOW + 1])
_BEFORE = Prepared(
    lambda pk, before: (
        _SHOWN.filter(ticket_id=pk, id__lt=before).order_by("-id").values(*_FIELDS)[: WINDOW + 1]
    )
)
_AFTER = Prepared(
    lambda pk, after: _SHOWN.filter(ticket_id=pk, id__gt=after).order_by("id").values(*_FIELDS)[:200]
)
_FILES = Prepared(
    lambda pk, first, last: (
        Attachment.objects.filter(
            message__ticket_id=pk, message_id__gte=first, message_id__lte=last, inline_id=""
        )
        .order_by("id")
        .values("id", "message_id", "token", "name", "type", "size")
    )
)
_SENDINGS = Prepared(
    lambda pk, first, last: Delivery.objects.filter(
        message__ticket_id=pk, message_id__gte=first, message_id__lte=last
    ).values(*sendings.FIELDS)
)


def window(
    ticket_id: int, dates: Reading, *, before: int = 0, after: int = 0, read_id: int = 0, me: int = 0
) -> dict[str, Any]:
    """Items oldest first: {"items", "first", "last" (event ids), "last_message" (id), "earlier" (more above),
    "new" (how many are messages of others)}. `after` gives all that came later, at most 200."""
    if after:
        found, earlier = _AFTER(ticket_id, after), False
    else:
        found = _BEFORE(ticket_id, before) if before else _LAST(ticket_id)
        earlier = len(found) > WINDOW
        found = found[:WINDOW][::-1]
    came = moved.as_said(found)
    items = _items(ticket_id, found, dates, read_id, me, came)
    if not before:
        open_hours.suggest(ticket_id, items)
    messages = [line["message_id"] for line in found if line["name"] in MESSAGES]
    newest = max(messages, default=0)
    return {
        "items": items,
        "first": found[0]["id"] if found else 0,
        "last": found[-1]["id"] if found else after,
        "last_message": moved.newest(ticket_id, found[-1]["id"]) if came else newest,
        "earlier": earlier,
        "new": sum(line["name"] in MESSAGES and line["agent_id"] != me for line in found),
    }


def _items(
    ticket_id: int, found: list[dict[str, Any]], dates: Reading, read_id: int, me: int, came: bool
) -> list[dict[str, Any]]:
    ids = [line["message_id"] for line in found if line["name"] in MESSAGES]
    mailed = any(
        line["name"] == "message.sent" and line["message__channel"] not in ("chat", "portal")
        for line in found
    )
    mailed = mailed or came
    files = _files(_within(_FILES, ticket_id, ids, came), dates) if ids else {}
    sent = sendings.by_message(_within(_SENDINGS, ticket_id, ids, came), dates) if mailed and ids else {}
    names = names_in(found)
    undoable = moved.undoable(found)
    items: list[dict[str, Any]] = []
    day, last, unread = "", None, False
    for position, line in enumerate(found):
        if (today := dates.day(line["at"])) != day:
            day, last = today, None
            items.append({"shape": "day", "text": today})
        if line["name"] not in MESSAGES:
            if not _doubled(line, found[position + 1 : position + 2]) and (
                item := _event(line, names, dates)
            ):
                item["undo"] = undoable.get(line["id"])
                items.append(item)
                last = None
            continue
        if read_id and not unread and line["message_id"] > read_id and line["agent_id"] != me:
            unread = True
            last = None
            items.append({"shape": "unread"})
        item = _message(line, files, sent, dates)
        item["next"] = last is not None and _continues(last, item)
        if item["came_from"]:  # said once for all that came together
            item["came_from"]["again"] = last is not None and moved.together(last, item)
        items.append(item)
        last = item
    return items


def _doubled(line: dict[str, Any], following: list[dict[str, Any]]) -> bool:
    """Whether the next event says the same with more words."""
    if line["name"] == "ticket.assigned" and line["because"] in ("accepted the chat", "accepted by itself"):
        return True
    return bool(
        following
        and line["name"] in ("ticket.assigned", "ticket.handed_over")
        and following[0]["name"] in ("ticket.handed_over", "chat.transferred", "chat.accepted")
        and following[0]["at"] == line["at"]
    )


def _event(line: dict[str, Any], names: Names, dates: Reading) -> dict[str, Any] | None:
    who = line["agent__user__name"] or line["customer__name"] or ""
    if not who and line["customer_id"]:
        who = _("The customer")
    name = line["name"]
    if name == "ticket.assigned" and line["agent_id"] == line["data"].get("agent"):
        name = "ticket.taken"
    text = sentence(name, who, line["data"], names, dates)
    if not text:
        return None
    return {
        "shape": "event",
        "id": line["id"],
        "name": name,
        "text": text,
        "because": reason(line["because"]),
        "following": reason(line["cause__because"] or "") if not line["because"] else "",
        "at": line["at"],
        "version": line["data"].get("version") if name == "ticket.packed" else None,
        "missing": [str(LABELS[field]) for field in line["data"].get("missing", ()) if field in LABELS]
        if name == "ticket.returned"
        else [],
    }


def _message(
    line: dict[str, Any],
    files: dict[int, list[dict[str, Any]]],
    sent: dict[int, dict[str, Any]],
    dates: Reading,
) -> dict[str, Any]:
    pk, meta = line["message_id"], line["message__meta"] or {}
    kind, automatic = line["message__kind"], line["message__automatic"]
    foreign = kind == "incoming" and bool(line["message__html"])
    name = line["agent__user__name"] or line["customer__name"] or ""
    bot = bots.said(meta)
    if kind != "incoming" and not name:
        name = bot["name"] if bot else "Pelekan"
    frame = url("desk_message_html", pk) if foreign else ""
    remote = foreign and "data-remote-src=" in line["message__html"]
    return {
        "shape": "message",
        "id": pk,
        "event_id": line["id"],
        "kind": kind,
        "channel": line["message__channel"],
        "author_name": name or _("Visitor"),
        "author_initials": initials(name),
        "author_id": line["agent_id"] or line["customer_id"] or 0,
        "author_role": line["message__agent__title"] or "",
        "by_agent": line["agent_id"] is not None,
        "came_from": moved.came_from(line),
        "joined": moved.joined_words(meta),
        "splits": kind == "incoming" and line["message__channel"] != "chat",
        "automatic": automatic,
        "bot": bot,
        "erased": bool(meta.get("erased")),
        "by_mail": "by_mail" in meta,
        "rated": meta.get("rated"),
        "report": reports.facts(meta),
        "html": "" if foreign else cleaned(line["message__html"]),
        "text": line["message__text"],
        "open_hours": "",
        "frame_url": frame,
        "has_remote_images": remote,
        "remote_url": f"{frame}?images=1" if remote else "",
        "quoted_text": line["message__quoted"],
        "created_at": line["message__created_at"],
        "attachments": files.get(pk, []),
        "subject": "",
        "to": _addresses(meta.get("to")),
        "cc": _addresses(meta.get("cc")),
        "warnings": warnings_in_words(meta.get("warnings")),
        "proof": _proof(meta) if kind == "incoming" else "",
        "proved": meta.get("authentic"),
        "invitations": [invitation_shape(one, dates) for one in meta.get("invitations", ())],
        "forwarded": meta.get("forwarded"),
        "held": line["message__held_at"] is not None,
        "stranger": line["message__customer_id"] != line["message__conversation__customer_id"],
        "seen": kind == "outgoing" and line["message__conversation__customer_read_id"] >= pk,
        "delivery": sent.get(pk),
        "raw_url": url("desk_message_raw", pk)
        if "by_mail" in meta or (kind == "incoming" and line["message__channel"] == "email")
        else "",
    }


def _proof(meta: dict[str, Any]) -> str:
    """Who checked the sender of a mail, and by what; "" for what was never checked."""
    if "authentic_by" not in meta:
        return ""
    by = meta["authentic_by"]
    words = {
        "how": by["how"].upper(),
        "domain": isolate(by["domain"]),
        "server": isolate(by["server"]) if by["server"] else _("Pelekan"),
    }
    if not by["how"] or meta.get("authentic") is None:
        return _("Nothing proves the sender, and nothing speaks against him.")
    if meta["authentic"]:
        return _("Sender checked: %(how)s of %(domain)s passed, by %(server)s.") % words
    return _("Sender checked: %(how)s of %(domain)s failed, by %(server)s.") % words


def _addresses(told: Any) -> str:
    """Recipients of a mail as one line; `told` holds addresses or {name, address}. The reply token that makes our
    own address long proves an answer and is nobody's to read or to copy."""
    each = [told] if isinstance(told, str) else told or []
    return ", ".join(_TOKEN.sub("@", str(one["address"] if isinstance(one, dict) else one)) for one in each)


_TOKEN = re.compile(r"\+t\.[0-9a-z]+-[0-9a-z]+@", re.IGNORECASE)


def _continues(last: dict[str, Any], item: dict[str, Any]) -> bool:
    return (
        item["channel"] == "chat"
        and item["kind"] != "note"
        and (last["kind"], last["author_id"], last["automatic"], last["channel"])
        == (item["kind"], item["author_id"], item["automatic"], item["channel"])
        and bool(last["bot"]) == bool(item["bot"])
        and item["created_at"] - last["created_at"] < timedelta(minutes=5)
    )


def file_shape(line: dict[str, Any], dates: Reading) -> dict[str, Any]:
    """A file as templates and the composer show it."""
    image = line["type"].startswith("image/") and inline_safe(line["type"])
    return {
        "id": line["id"],
        "name": line["name"],
        "size": dates.size(line["size"]),
        "url": f"/files/{line['token']}/{quote(line['name'], safe='')}",
        "is_image": image,
        "thumb_url": f"/files/{line['token']}/thumb/" if image else "",
        "mail_url": url("desk_enclosed", line["token"])
        if attachments.is_mail(line["type"], line["name"])
        else "",
    }


def _files(rows: list[dict[str, Any]], dates: Reading) -> dict[int, list[dict[str, Any]]]:
    found = defaultdict(list)
    for line in rows:
        found[line["message_id"]].append(file_shape(line, dates))
    return dict(found)


def _within(prepared: Prepared, ticket_id: int, ids: list[int], came: bool) -> list[dict[str, Any]]:
    """The rows of these messages. As a range, which is prepared; but where messages `came` from another ticket, a range
    could span years."""
    if not came:
        return prepared(ticket_id, ids[0], ids[-1])
    rows = prepared.make(ticket_id, min(ids), max(ids))
    return list(rows.filter(message_id__in=ids))
