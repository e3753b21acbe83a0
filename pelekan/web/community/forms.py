"""What every form of the community carries: an id of its own, when it was opened, and a field that people don't see."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from pelekan.knowledge.community import pace
from pelekan.knowledge.community.models import Member
from pelekan.knowledge.community.writing import Sending
from pelekan.lib.secrets import sign, verify
from pelekan.web.community.doors import Guest, client

PURPOSE = "community-form"
TRAP = "website"


def fresh(now: datetime) -> dict[str, Any]:
    """For a form that is shown."""
    at = str(int(now.timestamp()))
    return {
        "client_id": uuid.uuid4().hex, "opened": f"{at}-{sign(PURPOSE, at, settings.SECRET_KEY)}", "text": "", "title": "", "errors": {},
        "preview": "",
    }  # fmt: skip


def came(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """The same of a form that came back, to show it again."""
    kept = {
        name: request.POST.get(name, "")[:13_000]
        for name in ("client_id", "opened", "text", "title", "kind", "space", "parent")
    }
    return {**fresh(now), **{name: value for name, value in kept.items() if value}}


def sending(request: HttpRequest, guest: Guest, now: datetime) -> Sending:
    """How it was sent. Raises TooMuch where that is enough for now; nothing is lost then, it can be sent again later."""
    client_id = "".join(char for char in request.POST.get("client_id", "") if char.isalnum())[:64]
    if not isinstance(guest.author, Member):
        return Sending(client_id=client_id)
    hurried = pace.post(guest.author.pk, client(request), now)
    at, _dash, signature = request.POST.get("opened", "").partition("-")
    known = verify(PURPOSE, at, signature, settings.SECRET_KEY)
    return Sending(
        client_id=client_id, seconds=now.timestamp() - int(at) if known else 0.0, trapped=bool(request.POST.get(TRAP)), hurried=hurried
    )  # fmt: skip
