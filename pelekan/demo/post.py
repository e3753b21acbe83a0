"""The post office of the demo: read what was mailed to any customer or agent, and write as any of them.

It knows whose box is whose, and says so in each mail (Authentication-Results): the mail server that the demo's desk trusts.
"""

from __future__ import annotations

import uuid
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pelekan.channels import intake
from pelekan.channels.email.parse import Parsed, parse
from pelekan.lib.html import clean
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Identity, IdentityKind
from pelekan.tickets.bell.ring import WORKING
from pelekan.tickets.models import Inbox

SERVER = "post.chakad.example"
"""By this name it judges senders."""

NEWEST = 60
"""Mails that one box shows."""


def folder() -> Path:
    """Where the demo's mail server keeps what it was given."""
    return Path(settings.DATA_DIR) / "post"


@require_GET
def box(request: HttpRequest) -> HttpResponse:
    """One person's letter box, or (without `as`) everybody's, newest first; one letter opened, and an answer."""
    addresses = list(
        Identity.objects.filter(kind=IdentityKind.EMAIL)
        .order_by("customer__name")
        .values_list("address", "customer__name")
    )
    addresses += [
        (agent.user.email, f"{agent.name} · {_('Agent')}")
        for agent in Agent.objects.select_related("user").filter(WORKING).order_by("pk")
    ]
    mine = request.GET.get("as", "")
    letters = _letters(mine)
    name = request.GET.get("mail", "")
    opened = next((letter for letter in letters if letter["name"] == name), None)
    return render(
        request,
        "demo/post.html",
        {
            "addresses": addresses,
            "mine": mine,
            "letters": letters,
            "opened": opened,
            "support": _support().address,
            "brand": {"name": "Post"},
            "writing": "write" in request.GET or (opened is not None and "answer" in request.GET),
        },
    )


@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Write to the desk as one of them: a real mail, stored and read like any other."""
    sender, to = request.POST.get("from", ""), request.POST.get("to", "")
    if "@" not in sender or "@" not in to or "\n" in sender + to:
        raise BadRequest
    name = _name_of(sender)
    mail = EmailMessage()
    if name:
        domain = sender.rpartition("@")[2]
        mail["Authentication-Results"] = f"{SERVER}; dmarc=pass header.from={domain}"
    mail["From"] = formataddr((name, sender))
    mail["To"] = to
    mail["Subject"] = " ".join(request.POST.get("subject", "").split())[:250]
    mail["Date"] = format_datetime(clock())
    mail["Message-ID"] = f"<{uuid.uuid4().hex}@{sender.rpartition('@')[2]}>"
    if reference := " ".join(request.POST.get("reference", "").split()):
        mail["In-Reply-To"] = reference
        mail["References"] = reference
    mail.set_content(request.POST.get("text", ""))
    for sent in request.FILES.getlist("file"):
        kind, _, subtype = (sent.content_type or "application/octet-stream").partition("/")
        mail.add_attachment(sent.read(), maintype=kind, subtype=subtype or "octet-stream", filename=sent.name)
    intake.store(_support(), bytes(mail))
    return HttpResponseRedirect(f"/demo/post/?{urlencode({'as': str(sender), 'sent': '1'})}")


@require_GET
def html(request: HttpRequest, name: str) -> HttpResponse:
    """The letter as its mail program would show it, in a frame in which nothing runs."""
    path = folder() / f"{name}.eml"
    if not path.is_file():
        raise Http404
    parsed = parse(path.read_bytes())
    body = clean(parsed.html) if parsed.html else f"<pre>{parsed.text}</pre>"
    response = HttpResponse(
        f'<!doctype html><meta charset="utf-8"><base target="_blank"><body style="font-family:sans-serif">{body}'
    )
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'"
    )
    return response


def _name_of(address: str) -> str:
    """Whose box this is; "" for nobody's."""
    known = (
        Identity.objects.select_related("customer").filter(kind=IdentityKind.EMAIL, address=address).first()
    )
    agent = Agent.objects.select_related("user").filter(user__email=address).first()
    return known.customer.name if known else agent.name if agent else ""


def _support() -> Inbox:
    inbox = Inbox.objects.filter(channel="email").first()
    if inbox is None:
        raise Http404
    return inbox


def _letters(mine: str) -> list[dict[str, Any]]:
    """Rows of the newest letters to `mine` (or to anyone)."""
    rows: list[dict[str, Any]] = []
    for path in sorted(folder().glob("*.eml"), reverse=True)[: NEWEST * 4]:
        raw = path.read_bytes()
        to = [
            line.partition(b":")[2].strip().decode()
            for line in raw[:4000].split(b"\r\n")
            if line.startswith(b"X-Demo-To:")
        ]
        if mine and mine not in to:
            continue
        rows.append(_row(path.stem, parse(raw), to))
        if len(rows) == NEWEST:
            break
    return rows


def _row(name: str, parsed: Parsed, to: list[str]) -> dict[str, Any]:
    reply_to = parsed.reply_to[0] if parsed.reply_to else parsed.from_address
    return {
        "name": name,
        "subject": parsed.subject,
        "from_name": parsed.from_name,
        "from_address": parsed.from_address,
        "to": ", ".join(to),
        "date": parsed.date or None,
        "text": parsed.reply_text or parsed.text,
        "reply_to": getattr(reply_to, "address", reply_to),
        "message_id": parsed.message_id,
        "attachments": [part.name for part in parsed.attachments if not part.inline],
    }
