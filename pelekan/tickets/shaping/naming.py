"""What the whole desk is called, and the language it begins in."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from pelekan.lib.text import one_line
from pelekan.people import desk
from pelekan.people.models import Agent, Desk, Language
from pelekan.tickets.events import action, record
from pelekan.tickets.shaping.values import CannotBe, put, require


@action
def save_desk(
    *,
    by: Agent | None,
    name: str,
    language: str,
    agents_by_mail: bool | None = None,
    now: datetime | None = None,
) -> Desk:
    """The organization's name as customers see it, the language of those whose own is not known, and whether agents
    may answer by mail (None leaves that as it is)."""
    require(by, "settings")
    name = one_line(name, 120)
    if not name:
        raise CannotBe("name", _("Write the name that customers know you by."))
    if language not in Language.values:
        raise CannotBe("language", _("Choose a language."))
    row = Desk.objects.filter(pk=1).first() or Desk(pk=1)
    values: dict[str, object] = {"name": name, "language": language}
    if agents_by_mail is not None:
        values["agents_by_mail"] = agents_by_mail
    changed = put(row, values, tuple(values))
    row.save()
    if changed:
        record(
            "desk.changed",
            by=by,
            at=now,
            topics=["desk"],
            changed=changed,
        )
    transaction.on_commit(desk.forget)
    return row


@action
def save_follow_up(hours: int | None, *, by: Agent | None, now: datetime | None = None) -> Desk:
    """After how many hours a customer is asked whether it is really solved; None: never."""
    require(by, "settings")
    if hours is not None and not 1 <= hours <= 720:
        raise CannotBe("hours", _("Give a number of hours from 1 to 720, or leave it empty."))
    row = Desk.objects.filter(pk=1).first()
    if row is None:
        raise CannotBe("", _("Give your organization a name first."))
    if changed := put(row, {"follow_up_hours": hours}, ("follow_up_hours",)):
        row.save(update_fields=["follow_up_hours"])
        record("desk.changed", by=by, at=now, topics=["desk"], changed=changed)
    transaction.on_commit(desk.forget)
    return row
