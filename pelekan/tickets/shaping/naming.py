"""What the whole desk is called, and the language it begins in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from pelekan.lib import files, hues
from pelekan.lib.phones import normal_phone
from pelekan.lib.text import isolate, one_line
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


REGION_OF = {"fa": "IR", "ar": "SA", "en": "GB"}  # whose national way of writing phone numbers is meant
MOST_LINKS = 12
LARGEST_LOGO = 5 << 20


@action
def save_reach(
    *, by: Agent | None, phone: str, hours: int | None, links: str, now: datetime | None = None
) -> Desk:
    """How people reach us beside the inboxes: a phone number (any common way to write it) with the calendar of its hours, and
    `links`, one in each line: an https address, with or without a name before it."""
    require(by, "settings")
    row = Desk.objects.filter(pk=1).first() or Desk(
        pk=1, name=desk.sign().name, language=desk.sign().language
    )
    number = ""
    if phone.strip():
        try:
            number = normal_phone(phone, REGION_OF.get(row.language, "IR"))
        except ValueError:
            raise CannotBe(
                "phone",
                _("This is no complete phone number. Write it with its country, such as +98 21 8765 4321."),
            ) from None
    kept = {"phone": number, "hours": hours, "links": _links(links)}
    changed = put(row, {"reach": kept}, ("reach",))
    row.save()
    if changed:
        record("desk.changed", by=by, at=now, topics=["desk"], changed=changed)
    transaction.on_commit(desk.forget)
    return row


@action
def save_face(
    *,
    by: Agent | None,
    names: Mapping[str, str],
    greetings: Mapping[str, str],
    colour: str,
    logo: bytes | None = None,
    without_logo: bool = False,
    now: datetime | None = None,
) -> Desk:
    """How customers' pages look. `names` and `greetings`: language → words, empty for the usual ones; `colour`: as in
    `hues.read`, or ""; `logo`: a picture's bytes, None leaves the one there is, `without_logo` takes it away."""
    require(by, "settings")
    row = Desk.objects.filter(pk=1).first() or Desk(
        pk=1, name=desk.sign().name, language=desk.sign().language
    )
    try:
        shade = hues.read(colour) if colour.strip() else ""
    except ValueError:
        raise CannotBe("colour", _("Write a colour like %(example)s.") % {"example": "#0f766e"}) from None
    before = dict(row.face)
    kept: dict[str, Any] = {
        "names": {code: one_line(names.get(code, ""), 120) for code in Language.values if names.get(code, "").strip()},
        "greetings": {code: one_line(greetings.get(code, ""), 120) for code in Language.values if greetings.get(code, "").strip()},
        "colour": shade,
        **({} if without_logo else {name: before[name] for name in ("logo", "mark") if name in before}),
    }  # fmt: skip
    if logo is not None:
        kept |= _logo(logo)
    changed = put(row, {"face": kept}, ("face",))
    row.save()
    if changed:
        record("desk.changed", by=by, at=now, topics=["desk"], changed=changed)
    transaction.on_commit(desk.forget)
    if before.get("logo") and before["logo"] != kept.get("logo"):
        transaction.on_commit(lambda: files.remove(before["logo"], settings.MEDIA_ROOT))
    return row


def _logo(data: bytes) -> dict[str, str]:
    """Drawn anew, small, without what its program or camera wrote into it: {logo, mark}."""
    if len(data) > LARGEST_LOGO:
        raise CannotBe("logo", _("This picture is larger than 5 MB. Save it again, smaller."))
    try:
        small = files.thumbnail(data, 320)
    except files.NoPreview:
        raise CannotBe("logo", _("This picture can't be read. Use PNG, JPEG or WebP.")) from None
    stored = files.store(small.data, settings.MEDIA_ROOT)
    return {"logo": stored.path, "mark": stored.sha256[:16]}


def _links(text: str) -> list[list[str]]:
    found = []
    for line in text.splitlines():
        name, _sep, address = one_line(line, 400).rpartition(" ")
        if not address:
            continue
        parts = urlsplit(address)
        if parts.scheme != "https" or "." not in (parts.hostname or ""):
            raise CannotBe(
                "links", _("“%(line)s” has no address that begins with https://. Write the name first, then the address.") % {"line": isolate(one_line(line, 80))}
            )  # fmt: skip
        found.append([name.strip()[:60], address[:300]])
    if len(found) > MOST_LINKS:
        raise CannotBe("links", _("At most %(count)s links.") % {"count": MOST_LINKS})
    return found
