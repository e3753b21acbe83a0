"""Repeat contacts: a customer comes again while a request of his is open (S103).

Counted is, once for each message of a customer:

* the first message of a request or a chat, where another request of the same customer was open at that moment: kind
  "request" or "chat", however many were open (`earlier` is the one that began last);
* a further line on an open request that asks for news (`knowledge.whereabouts`), where his line before it is older than
  `PAUSE` and nobody of us has answered it: kind "news".

A join moves messages and makes none, so what is joined is counted once. Messages are read in the order of their ids, each
once, behind `Habits.read_id`; what is younger than `LAG` waits for the next time, because ids may be committed out of order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from pelekan.knowledge.trail.days import zone
from pelekan.knowledge.trail.models import Contacts, Habits, Repeat, RepeatKind
from pelekan.knowledge.whereabouts import asks_news
from pelekan.lib.time import now as clock
from pelekan.lib.unhurried import unhurried
from pelekan.tickets.models import Channel, Conversation, Message, MessageKind, Ticket

PAUSE = timedelta(minutes=30)
"""Lines that follow each other more quickly are one contact."""
LAG = timedelta(minutes=1)
CHUNK = 500
AT_ONCE = 20_000
"""Messages in one go of the chore: the rest comes with the next."""


def catch_up(now: datetime | None = None) -> int:
    """Count what has come since the last time; how many messages were read. Each counts once, however often this runs."""
    now = now or clock()
    read = 0
    while read < AT_ONCE:
        number = _chunk(now)
        read += number
        if number < CHUNK:
            break
    return read


def _chunk(now: datetime) -> int:
    with unhurried():
        Habits.objects.get_or_create(pk=1)
        state = Habits.objects.select_for_update().get(pk=1)
        rows = _messages(state.read_id, now)
        if not rows:
            return 0
        heads = _heads(rows)
        first = [one for one in rows if _begins(one, heads)]
        _begun(first)
        further = {one.pk for one in first}
        found = [*_again(first, heads), *_news(one for one in rows if one.pk not in further)]
        Repeat.objects.bulk_create(found, ignore_conflicts=True)
        Habits.objects.filter(pk=1).update(read_id=rows[-1].pk)
    return len(rows)


def _messages(behind: int, now: datetime) -> list[Message]:
    """The next of customers' messages. `first`: of its conversation."""
    before = Message.objects.filter(
        conversation=OuterRef("conversation"), pk__lt=OuterRef("pk"), kind=MessageKind.INCOMING
    )
    rows = Message.objects.filter(
        pk__gt=behind, kind=MessageKind.INCOMING, automatic=False, customer__isnull=False
    )
    rows = rows.annotate(first=~Exists(before)).select_related("conversation", "ticket").order_by("pk")
    return list(takewhile(lambda one: one.created_at <= now - LAG, rows[:CHUNK]))


def _heads(rows: Iterable[Message]) -> set[int]:
    """The conversations in which requests began, of those that these messages came on."""
    origins = {_origin(one) for one in rows}
    talks = Conversation.objects.filter(Q(ticket__in=origins) | Q(joined_from__in=origins)).order_by("-pk")
    return set({joined or ticket: pk for pk, ticket, joined in talks.values_list("pk", "ticket", "joined_from")}.values())  # fmt: skip


def _begins(one: Message, heads: set[int]) -> bool:
    """Whether a request or a chat began with it; a mail into a request that there is does not."""
    return one.first and (one.conversation_id in heads or one.channel == Channel.CHAT)  # type: ignore[attr-defined]


def _day(at: datetime) -> date:
    return at.astimezone(zone()).date()


def _origin(message: Message) -> int:
    """The request that this message came on, wherever a join has put it."""
    return message.conversation.joined_from_id or message.ticket_id


def _begun(first: list[Message]) -> None:
    many = Counter((_day(one.created_at), one.channel) for one in first)
    for (day, channel), number in sorted(many.items()):
        row, _made = Contacts.objects.get_or_create(day=day, channel=channel)
        Contacts.objects.filter(pk=row.pk).update(begun=F("begun") + number)


def _again(first: list[Message], heads: set[int]) -> list[Repeat]:
    """Those of them who had another request open."""
    if not first:
        return []
    since = min(one.created_at for one in first)
    open_since = Q(solved_at__isnull=True) | Q(solved_at__gt=since)
    open_since &= Q(closed_at__isnull=True) | Q(closed_at__gt=since)
    theirs: dict[int | None, list[Ticket]] = {}
    rows = Ticket.objects.filter(open_since, customer__in={one.customer_id for one in first}, bot_at=None)
    for ticket in rows.order_by("-created_at", "-pk"):
        theirs.setdefault(ticket.customer_id, []).append(ticket)
    found = []
    for one in first:
        chat = one.channel == Channel.CHAT
        apart = {_origin(one)} if one.conversation_id in heads else set()
        earlier = next(
            (ticket for ticket in theirs.get(one.customer_id, ()) if ticket.pk not in apart and _was_open(ticket, one.created_at)),
            None,
        )  # fmt: skip
        if earlier is not None:
            found.append(_row(one, earlier.pk, RepeatKind.CHAT if chat else RepeatKind.REQUEST))
    return found


def _was_open(ticket: Ticket, at: datetime) -> bool:
    """Whether it had come and was not done at that moment."""
    done = [moment for moment in (ticket.solved_at, ticket.closed_at) if moment is not None]
    return ticket.created_at < at and all(moment > at for moment in done)


def _news(further: Iterable[Message]) -> list[Repeat]:
    """The further lines that ask for news before anybody answered the one before."""
    found = []
    for one in further:
        if not asks_news(one.text) or not _was_open(one.ticket, one.created_at):
            continue
        said = Message.objects.public().filter(ticket=one.ticket_id, pk__lt=one.pk, automatic=False)
        before = said.order_by("-pk").values_list("kind", "created_at").first()
        if before and before[0] == MessageKind.INCOMING and one.created_at - before[1] >= PAUSE:
            found.append(_row(one, one.ticket_id, RepeatKind.NEWS))
    return found


def _row(message: Message, earlier: int, kind: RepeatKind) -> Repeat:
    return Repeat(
        message=message, ticket_id=_origin(message), earlier_id=earlier, kind=kind, channel=message.channel,
        day=_day(message.created_at), at=message.created_at,
    )  # fmt: skip


# Reading: sums and rows of a period of days


def _of(first: date, last: date) -> QuerySet[Repeat]:
    return Repeat.objects.filter(day__gte=first, day__lte=last)


def counted(first: date, last: date) -> dict[tuple[date, str, str], int]:
    """{(day, channel, kind): number}. One statement."""
    rows: QuerySet[Any, Any] = _of(first, last).values("day", "channel", "kind").annotate(many=Count("pk"))
    return {(row["day"], row["channel"], row["kind"]): row["many"] for row in rows.order_by()}


def begun(first: date, last: date) -> dict[tuple[date, str], int]:
    """{(day, channel): requests and chats that began}. One statement."""
    rows = Contacts.objects.filter(day__gte=first, day__lte=last)
    return {(day, channel): many for day, channel, many in rows.values_list("day", "channel", "begun")}


def totals(first: date, last: date) -> tuple[int, int, int]:
    """Requests and chats that began; of these repeats; lines that asked for news. Two statements."""
    kinds: QuerySet[Any, Any] = _of(first, last).values("kind").annotate(many=Count("pk"))
    many = {row["kind"]: row["many"] for row in kinds.order_by()}
    all_ = Contacts.objects.filter(day__gte=first, day__lte=last).aggregate(many=Sum("begun"))["many"] or 0
    news = many.get(RepeatKind.NEWS, 0)
    return all_, sum(many.values()) - news, news


def by_category(first: date, last: date) -> list[tuple[int | None, int]]:
    """[(category of the request that was open, repeat contacts)], the most first. One statement."""
    rows: QuerySet[Any, Any] = (
        _of(first, last).values("earlier__category").annotate(many=Count("pk")).order_by()
    )
    return sorted(
        ((row["earlier__category"], row["many"]) for row in rows), key=lambda one: (-one[1], one[0] or 0)
    )


def rows(
    first: date, last: date, *, channel: str = "", kinds: Iterable[str] = (), category: int | None = None
) -> QuerySet[Repeat]:
    """The contacts behind a number, the newest first. `category` 0: of requests without one."""
    found = _of(first, last).select_related("earlier__category", "ticket").order_by("-at", "-pk")
    if channel:
        found = found.filter(channel=channel)
    if names := list(kinds):
        found = found.filter(kind__in=names)
    if category is not None:
        found = found.filter(earlier__category=category or None)
    return found
