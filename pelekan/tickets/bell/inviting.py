"""Letters to agents that may be answered: one for each ticket, with its mark, and with the words that are to be answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from pelekan.lib.secrets import new_token
from pelekan.lib.text import isolate
from pelekan.people import desk
from pelekan.people.models import Agent
from pelekan.tickets.bell import marks
from pelekan.tickets.bell.reading import Line
from pelekan.tickets.bell.rules import Ring
from pelekan.tickets.models import UNDER_WAY, Channel, Conversation, Event, Inbox, Message, MessageKind

ACTS = {
    Ring.ANSWERED: marks.ANSWER,
    Ring.ASSIGNED: marks.ANSWER,
    Ring.HANDED: marks.ANSWER,
    Ring.MENTIONED: marks.NOTE,
}
LONGEST = 4_000  # characters of what is to be answered


@dataclass(frozen=True, slots=True)
class Post:
    """One letter: its lines of the bell, and where an answer to it goes ("" for nowhere)."""

    lines: tuple[Line, ...]
    words: tuple[str, ...] = ()
    mail_id: str = ""
    reply_to: str = ""


def sorted_out(agent: Agent, lines: list[Line], now: datetime) -> list[Post]:
    """The letters for these lines: one that tells of all that can't be answered by mail, and one for each ticket that can."""
    if not desk.takes_answers_by_mail():
        return [Post(tuple(lines))]
    apart: dict[tuple[int, str], list[Line]] = {}
    others: list[Line] = []
    for line in lines:
        act = ACTS.get(Ring(line.kind))
        if act and line.ticket is not None:
            apart.setdefault((line.ticket, act), []).append(line)
        else:
            others.append(line)
    posts = [_post(agent, ticket, act, found, now) for (ticket, act), found in apart.items()]
    return [*([Post(tuple(others))] if others else []), *posts]


def _post(agent: Agent, ticket: int, act: str, lines: list[Line], now: datetime) -> Post:
    talk = _talk(ticket)
    inbox = _inbox(talk) if talk is not None and _may(talk, act) else None
    if talk is None or inbox is None:
        return Post(tuple(lines))
    mark = marks.make(agent.pk, talk.pk, act, now, settings.SECRET_KEY)
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    invited = (
        _("Answer this mail to answer the customer.")
        if act == marks.ANSWER
        else _("Answer this mail to leave a note for your colleagues; the customer does not see it.")
    )
    return Post(
        tuple(lines),
        tuple(one for one in (_said(talk, act, lines), invited) if one),
        marks.mail_id(mark, new_token(10), host),
        inbox.address,
    )


def _talk(ticket: int) -> Conversation | None:
    """Where the composer would answer: where a customer wrote last. A ticket may be joined of several customers'."""
    asked = Message.objects.filter(conversation=OuterRef("pk"), kind=MessageKind.INCOMING, held_at=None)
    rows = Conversation.objects.filter(ticket=ticket).exclude(channel=Channel.PHONE)
    newest_first = Coalesce(Subquery(asked.order_by("-pk").values("pk")[:1]), 0).desc()
    return rows.select_related("inbox", "ticket").order_by(newest_first, "-last_at").first()


def _may(talk: Conversation, act: str) -> bool:
    """Not what is said in a live chat, and not by SMS, whose length and hours must be looked at."""
    live = talk.state in UNDER_WAY
    return act == marks.NOTE or not (live or talk.channel == Channel.SMS or talk.ticket.status == "closed")


def _inbox(talk: Conversation) -> Inbox | None:
    own = talk.inbox
    if own.channel == Channel.EMAIL and own.address and own.archived_at is None:
        return own
    return (
        Inbox.objects.filter(channel=Channel.EMAIL, archived_at=None)
        .exclude(address="")
        .order_by("pk")
        .first()
    )


def _said(talk: Conversation, act: str, lines: list[Line]) -> str:
    """What is to be answered: the customer's last words, or the note that names the agent."""
    if act == marks.ANSWER:
        rows = Message.objects.public().filter(conversation=talk, kind=MessageKind.INCOMING)
        last = rows.select_related("customer").order_by("-pk").first()
        name = last.customer.name if last and last.customer else ""
    else:
        event = Event.objects.select_related("message__agent__user").get(pk=max(line.event for line in lines))
        last = event.message
        name = last.agent.name if last and last.agent else ""
    if last is None or not last.text.strip():
        return ""
    text = last.text.strip()
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
    return f"{isolate(name)}:\n{text}" if name else text
