"""What belongs to a customer, as plain rows and as a page: nothing that he could not read in the portal.

Notes, what is held back, what colleagues of the desk know of him and other people's requests are not among it: messages
come through `joined.public`, as everywhere on his side.
"""

from __future__ import annotations

import html
from typing import Any

from django.utils.translation import gettext as _

from pelekan.lib.text import direction
from pelekan.people.models import Customer, IdentityKind
from pelekan.tickets import joined
from pelekan.tickets.models import Attachment, MessageKind, NoticeChoice, Rating, Ticket


def gather(customer: Customer) -> tuple[dict[str, Any], list[tuple[str, Attachment]]]:
    """(all of it as JSON values, the files with the names that they get)."""
    files: list[tuple[str, Attachment]] = []
    user = customer.user
    shape: dict[str, Any] = {
        "customer": {
            "name": customer.name, "language": customer.language, "calendar": customer.calendar, "zone": customer.zone,
            "organization": customer.organization.name if customer.organization else None,
            "created_at": customer.created_at.isoformat(),
            "addresses": [
                {"kind": one.kind, "address": one.address, "confirmed_at": _iso(one.verified_at)}
                for one in customer.identities.exclude(kind=IdentityKind.VISITOR).order_by("id")
            ],
            "claimed": [{"kind": one.kind, "address": one.address} for one in customer.claims.order_by("id")],
            "passkeys": [
                {"name": one.name, "created_at": one.created_at.isoformat()} for one in user.passkeys.all()
            ] if user else [],
            "notices": _choices(customer),
        },
        "requests": [_request(ticket, files) for ticket in Ticket.objects.filter(customer=customer).order_by("id")],
        "ratings": [
            {"number": one.ticket.number, "answer": one.message_id, "stars": one.stars, "words": one.words, "at": one.created_at.isoformat()}
            for one in Rating.objects.filter(customer=customer).select_related("ticket").order_by("id")
        ],
    }  # fmt: skip
    return shape, files


def _choices(customer: Customer) -> dict[str, Any]:
    row = NoticeChoice.objects.filter(customer=customer).first()
    return {"off": row.off, "on": row.on} if row else {"off": [], "on": []}


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment else None


def _request(ticket: Ticket, files: list[tuple[str, Attachment]]) -> dict[str, Any]:
    messages = list(joined.public(ticket).select_related("agent__user", "customer").order_by("id"))
    by_message: dict[int, list[str]] = {}
    for attachment in Attachment.objects.filter(message__in=messages).order_by("id"):
        name = f"files/{attachment.pk}-{_plain(attachment.name)}"
        files.append((name, attachment))
        by_message.setdefault(attachment.message_id or 0, []).append(name)
    return {
        "number": ticket.number, "subject": ticket.subject, "status": ticket.status,
        "created_at": ticket.created_at.isoformat(), "solved_at": _iso(ticket.solved_at),
        "messages": [
            {
                "id": one.pk, "at": one.created_at.isoformat(), "channel": one.channel,
                "from": "you" if one.kind == MessageKind.INCOMING else "us",
                "name": one.agent.name if one.agent else (one.customer.name if one.customer else ""),
                "text": one.text, "files": by_message.get(one.pk, []),
            }
            for one in messages
        ],
    }  # fmt: skip


def plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of another room as JSON values."""
    return [{**row, "at": _iso(row["at"])} for row in rows]


def _plain(name: str) -> str:
    """A name that no unpacker can take for a path."""
    kept = "".join("_" if char in '/\\:*?"<>|' or ord(char) < 32 else char for char in name)
    return kept.lstrip(".")[-120:] or "file"


def page(shape: dict[str, Any], language: str) -> str:
    """The same to be read in a browser, without scripts and without anything from outside."""
    way = "ltr" if language == "en" else "rtl"
    who = shape["customer"]
    parts = [
        (
            f'<!doctype html><html lang="{language}" dir="{way}"><head><meta charset="utf-8">'
            f"<title>{_e(_('My data'))}</title><style>body{{font:16px/1.7 system-ui;max-width:45em;margin:2em auto;"
            "padding:0 1em}article{border-inline-start:3px solid #ccc;padding-inline-start:1em;margin-block:1em}"
            "small{color:#555}p{white-space:pre-wrap}</style></head><body>"
        ),
        f"<h1>{_e(_('My data'))}</h1><p><bdi>{_e(who['name'])}</bdi></p><ul>",
        *(f"<li><bdi dir=ltr>{_e(one['address'])}</bdi></li>" for one in who["addresses"]),
        "</ul>",
    ]
    for one in shape["requests"]:
        number = f"#{one['number']} " if one["number"] else ""
        parts.append(f"<h2>{number}<bdi>{_e(one['subject'])}</bdi></h2>")
        for said in one["messages"]:
            name = _("You") if said["from"] == "you" else said["name"] or _("Automatic")
            links = " ".join(f'<a href="{_e(file)}"><bdi>{_e(file)}</bdi></a>' for file in said["files"])
            parts.append(
                f'<article><small><bdi>{_e(name)}</bdi> · <bdi dir="ltr">{_e(said["at"][:16])}</bdi></small>'
                f'<p dir="{direction(said["text"])}">{_e(said["text"])}</p>{links}</article>'
            )
    if looked := shape.get("looked_for"):
        heading = _("What you looked for and read here")
        parts.append(f"<h2>{_e(heading)}</h2><ul>")
        parts += [
            f'<li><bdi dir="ltr">{_e(one["at"][:16])}</bdi> <bdi>{_e(one["text"])}</bdi></li>'
            for one in looked
        ]
        parts.append("</ul>")
    return "\n".join([*parts, "</body></html>"])


def _e(text: str) -> str:
    return html.escape(str(text))
