"""The context pack of a ticket is written anew with each hand-over that has one; earlier versions stay. And its issues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max

from pelekan.lib.plain import to_text
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, lock, record
from pelekan.tickets.models import Draft, Issue, MessageKind, Pack, Stay, Ticket
from pelekan.tickets.packs.fields import FIELDS, LONGEST_TEXT, cleaned, issue_url, missing
from pelekan.tickets.packs.filling import fill


class PackMissing(Exception):
    """The tier asks for `fields`, and the pack does not hold them."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(f"The pack does not say: {', '.join(fields)}.")
        self.fields = fields


def checked(pack: Mapping[str, Any] | None, asks: Iterable[str]) -> dict[str, Any] | None:
    """The pack as it is kept; None stays None. Raises PackMissing, BadLink."""
    if pack is None:
        return None
    values = cleaned(pack)
    if wants := missing(values, asks):
        raise PackMissing(wants)
    return {**values, "draft": bool(pack.get("draft"))}


def send_along(
    ticket: Ticket, stay: Stay | None, values: dict[str, Any] | None, *, by: Agent, now: datetime
) -> Pack | None:
    """Write the pack of a hand-over to `stay`; `values` as `checked` gave them, None for what the desk knows. None where
    there is nothing to tell. `ticket` is locked."""
    values = fill(ticket) if values is None else values
    if not any(values.get(name) for name in FIELDS):
        return None
    draft = _draft_of(by, ticket) if values.get("draft") else ""
    return _write(ticket, stay, values, by=by, now=now, draft=draft)


@action
def keep_pack(
    ticket: Ticket, values: Mapping[str, Any], *, by: Agent, now: datetime | None = None
) -> Pack | None:
    """A new version of the pack, by whoever knows more. None where nothing changed. Raises BadLink."""
    ticket = lock(ticket)
    last = ticket.packs.last()
    new = cleaned(values)
    if last is not None and all(getattr(last, name) == new[name] for name in FIELDS):
        return None
    if last is None and not any(new.values()):
        return None
    stay = ticket.stays.filter(left_at=None).first()
    return _write(ticket, stay, new, by=by, now=now or clock(), draft=last.draft if last else "")


def _write(
    ticket: Ticket, stay: Stay | None, values: Mapping[str, Any], *, by: Agent, now: datetime, draft: str
) -> Pack:
    number = (ticket.packs.aggregate(last=Max("number"))["last"] or 0) + 1
    pack = Pack.objects.create(
        ticket=ticket, stay=stay, team_id=ticket.team_id, number=number, made_by=by, made_at=now, draft=draft,
        **{name: values[name] for name in FIELDS},
    )  # fmt: skip
    record("ticket.packed", ticket, by=by, at=now, pack=pack.pk, version=number, team=ticket.team_id)
    if pack.issue:
        _link(ticket, pack.issue, by=by, now=now)
    return pack


def _draft_of(agent: Agent, ticket: Ticket) -> str:
    html = (
        Draft.objects.filter(agent=agent, ticket=ticket, kind=MessageKind.OUTGOING)
        .values_list("html", flat=True)
        .first()
    )
    return to_text(html)[:LONGEST_TEXT] if html else ""


@action
def link_issue(ticket: Ticket, url: str, *, by: Agent, now: datetime | None = None) -> Issue:
    """Link an entry of an issue tracker; the same twice is once. Raises BadLink."""
    return _link(lock(ticket), url, by=by, now=now or clock())


def _link(ticket: Ticket, url: str, *, by: Agent, now: datetime) -> Issue:
    url, host = issue_url(url)
    known = ticket.issues.filter(url=url).first()
    if known is not None:
        return known
    issue = Issue.objects.create(ticket=ticket, url=url, host=host, added_by=by, added_at=now)
    record("ticket.issue_linked", ticket, by=by, at=now, url=url, host=host)
    return issue


@action
def unlink_issue(issue: Issue, *, by: Agent, now: datetime | None = None) -> None:
    """Take a link off; the timeline remembers it."""
    ticket = lock(issue.ticket_id)
    if ticket.issues.filter(pk=issue.pk).delete()[0]:
        record("ticket.issue_unlinked", ticket, by=by, at=now, url=issue.url, host=issue.host)
