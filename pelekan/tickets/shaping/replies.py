"""Saved replies: one text per language, inserted by `/shortcut`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from pelekan.lib.text import clean_controls, one_line
from pelekan.people.models import Agent, Language, Team
from pelekan.tickets.events import action, record
from pelekan.tickets.models import SavedReply
from pelekan.tickets.shaping.values import CannotBe, put, require, unique

_SHORTCUT = re.compile(r"[\w\u200c-]{1,32}")
LONGEST = 10_000


@action
def save_reply(
    reply: SavedReply | None,
    *,
    by: Agent,
    name: str,
    shortcut: str,
    bodies: Mapping[str, str],
    team: Team | None = None,
    now: datetime | None = None,
) -> SavedReply:
    """Make a reply, or change this one. `bodies`: language → text; empty ones are left out, one is needed."""
    require(by, "share_replies")
    name, shortcut = one_line(name, 80), shortcut.strip().lstrip("/")
    texts = {code: clean_controls(bodies.get(code, "")).strip() for code in Language.values}
    texts = {code: text for code, text in texts.items() if text}
    if not name:
        raise CannotBe("name", _("Give the reply a name."))
    if not _SHORTCUT.fullmatch(shortcut):
        raise CannotBe(
            "shortcut",
            _("One word of letters, digits and hyphens, such as %(example)s.") % {"example": "renew"},
        )
    unique(SavedReply.objects, shortcut, reply, _("Another reply has this shortcut."), field="shortcut")
    if not texts:
        raise CannotBe("bodies", _("Write the text in at least one language."))
    for code, text in texts.items():
        if len(text) > LONGEST:
            raise CannotBe(f"body_{code}", _("This text is too long to be a reply."))
    made = reply is None
    reply = reply or SavedReply()
    values = {"name": name, "shortcut": shortcut, "bodies": texts, "team": team}
    changed = put(reply, values, values)
    reply.save()
    if made or changed:
        event = "reply.added" if made else "reply.changed"
        record(event, by=by, at=now, topics=["desk"], reply=reply.pk, title=name, changed=sorted(changed))
    return reply


@action
def delete_reply(reply: SavedReply, *, by: Agent, now: datetime | None = None) -> None:
    """Forget a reply; what was sent with it stays. The event keeps its texts."""
    require(by, "share_replies")
    data = {"reply": reply.pk, "title": reply.name, "shortcut": reply.shortcut, "bodies": reply.bodies}
    reply.delete()
    record("reply.deleted", by=by, at=now, topics=["desk"], **data)
