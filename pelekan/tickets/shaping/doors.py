"""Inboxes: the doors by which requests come in. The channel of a door never changes; its secret can be renewed."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from pelekan.lib.secrets import new_token
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, record
from pelekan.tickets.forms import PORTAL
from pelekan.tickets.models import Channel, Inbox
from pelekan.tickets.shaping.values import CannotBe, put, require, unique

FIELDS = (
    "name", "team", "specialists", "address", "language", "colour", "sites", "greeting", "questions", "acknowledge", "signature", "require_identity",
)  # fmt: skip
_COLOUR = re.compile(r"#[0-9a-f]{6}")


@action
def save_inbox(
    inbox: Inbox | None, *, by: Agent | None, channel: str = "", now: datetime | None = None, **values: Any
) -> Inbox:
    """Open a door on `channel`, or change this one. `values` as in FIELDS; what is not named stays."""
    require(by, "settings")
    made = inbox is None
    if inbox is None:
        if channel not in Channel.values:
            raise CannotBe("channel", _("Choose a channel."))
        inbox = Inbox(channel=channel, key=new_token(10), secret=new_token(), created_at=now or clock())
        inbox.questions = deepcopy(PORTAL) if channel == "portal" else []
    if "name" in values:
        values["name"] = one_line(values["name"], 80)
        if not values["name"]:
            raise CannotBe("name", _("Give the inbox a name."))
        unique(Inbox.objects, values["name"], inbox, _("Another inbox has this name."))
    if "colour" in values and not _COLOUR.fullmatch(values["colour"]):
        raise CannotBe("colour", _("Write the colour like %(example)s.") % {"example": "#0f766e"})
    if values.get("address"):
        text = _("Another inbox has this address already.")
        unique(Inbox.objects, values["address"], inbox, text, field="address")
    for field in ("team", "specialists"):
        if values.get(field) is not None and values[field].archived_at:
            raise CannotBe(field, _("This team is archived; choose another one."))
    changed = put(inbox, values, FIELDS)
    inbox.save()
    if made or changed:
        name = "inbox.added" if made else "inbox.changed"
        record(
            name, by=by, at=now, topics=["desk"], inbox=inbox.pk, title=inbox.name, changed=sorted(changed)
        )
    return inbox


@action
def archive_inbox(inbox: Inbox, *, by: Agent, now: datetime | None = None) -> None:
    """Close a door: nothing comes in by it any more; what came stays."""
    require(by, "settings")
    if Inbox.objects.filter(pk=inbox.pk, archived_at=None).update(archived_at=now or clock()):
        record("inbox.archived", by=by, at=now, topics=["desk"], inbox=inbox.pk, title=inbox.name)


@action
def restore_inbox(inbox: Inbox, *, by: Agent, now: datetime | None = None) -> None:
    """Open a closed door again."""
    require(by, "settings")
    if inbox.team.archived_at:
        raise CannotBe("", _("Its team is archived; restore the team first."))
    if Inbox.objects.filter(pk=inbox.pk).exclude(archived_at=None).update(archived_at=None):
        record("inbox.restored", by=by, at=now, topics=["desk"], inbox=inbox.pk, title=inbox.name)


@action
def rotate_secret(inbox: Inbox, *, by: Agent, now: datetime | None = None) -> str:
    """A new secret for signing identities; what was signed with the old one is refused from now on."""
    require(by, "settings")
    secret = new_token()
    Inbox.objects.filter(pk=inbox.pk).update(secret=secret)
    record("inbox.secret_renewed", by=by, at=now, inbox=inbox.pk, title=inbox.name)
    return secret
