"""How satisfied was the customer? One rating for each solving, by him alone; he may correct it and add words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Avg, Count, Q, QuerySet

from pelekan.lib.secrets import sign, verify
from pelekan.lib.text import clean_controls
from pelekan.lib.time import now as clock
from pelekan.people.models import Customer
from pelekan.tickets.events import action, lock, record
from pelekan.tickets.models import Event, Message, MessageKind, Rating, Ticket

LIVES = timedelta(days=60)
"""How long a solving can be rated."""

LONGEST = 2_000
PURPOSE = "rate-solving"


def token_of(solving: int) -> str:
    """What a rating link holds: good for this one solving, and for nothing but rating it."""
    return f"{solving}-{sign(PURPOSE, str(solving), settings.SECRET_KEY)}"


def solving_of(token: str, now: datetime) -> Event | None:
    """The solving that this token rates; None when it is forged, over, or gone."""
    number, _, signature = token.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    if not verify(PURPOSE, number, signature, settings.SECRET_KEY):
        return None
    return _living(now).filter(pk=int(number)).first()


def last_solving(ticket: Ticket, now: datetime) -> Event | None:
    """What a customer may rate of a ticket that is done now."""
    if ticket.status not in ("solved", "closed"):
        return None
    return _living(now).filter(ticket=ticket).order_by("-pk").first()


def _living(now: datetime) -> QuerySet[Event]:
    rows = Event.objects.filter(name="ticket.solved", at__gt=now - LIVES, ticket__isnull=False)
    return rows.select_related("ticket__customer", "ticket__inbox")


@action
def rate(
    solving: Event,
    *,
    by: Customer,
    stars: int,
    words: str | None = None,
    way: str,
    now: datetime | None = None,
) -> Rating:
    """Keep the customer's stars (1 to 5) and words; None leaves the words as they are. PermissionError for anybody but
    the customer, ValueError for stars that are none."""
    if not isinstance(by, Customer):
        raise PermissionError("Only customers rate.")
    if stars not in (1, 2, 3, 4, 5):
        raise ValueError("One to five stars.")
    now = now or clock()
    assert solving.ticket_id is not None
    ticket = lock(solving.ticket_id)
    if ticket.customer_id != by.pk and not ticket.conversations.filter(customer=by).exists():
        raise PermissionError("Only the customer of this ticket rates it.")
    rating = Rating.objects.filter(solving=solving).first()
    said = clean_controls(words).strip()[:LONGEST] if words is not None else (rating.words if rating else "")
    if rating is not None and (rating.stars, rating.words) == (stars, said):
        return rating
    before = rating.stars if rating else None
    if rating is None:
        rating = Rating(ticket=ticket, solving=solving, customer=by, way=way, created_at=now)
    else:
        rating.changed_at = now
    rating.stars, rating.words = stars, said
    rating.save()
    record(
        "ticket.rated",
        ticket,
        by=by,
        at=now,
        topics=[f"customer:{ticket.customer_id}"],
        stars=stars,
        stars_before=before,
        words=said[:500],
    )
    return rating


@action
def rate_answer(
    message: Message,
    *,
    by: Customer,
    helpful: bool,
    words: str | None = None,
    way: str = "portal",
    now: datetime | None = None,
) -> Rating:
    """The customer says whether one answer helped, and why; None leaves the words as they are. He may change his mind.
    PermissionError for anybody but the customer who asked, ValueError for what is no answer of a person."""
    if not isinstance(by, Customer):
        raise PermissionError("Only customers rate.")
    now = now or clock()
    ticket = lock(message.ticket_id)
    message = Message.objects.select_related("conversation").get(pk=message.pk)
    if (
        message.kind != MessageKind.OUTGOING
        or message.automatic
        or message.agent_id is None
        or message.held_at
    ):
        raise ValueError("Only answers that a person wrote can be rated.")
    if by.pk not in (ticket.customer_id, message.conversation.customer_id):
        raise PermissionError("Only the customer who was answered rates the answer.")
    rating = Rating.objects.filter(message=message).first()
    stars = Rating.HELPFUL if helpful else Rating.USELESS
    said = clean_controls(words).strip()[:LONGEST] if words is not None else (rating.words if rating else "")
    if rating is not None and (rating.stars, rating.words) == (stars, said):
        return rating
    if rating is None:
        rating = Rating(ticket=ticket, message=message, customer=by, way=way, created_at=now)
    else:
        rating.changed_at = now
    rating.stars, rating.words = stars, said
    rating.save()
    # beside the message it costs the desk's page no query
    message.meta = {**message.meta, "rated": {"helpful": helpful, "words": said[:500]}}
    message.save(update_fields=["meta"])
    record(
        "answer.rated", ticket, by=by, message=message, at=now, topics=[f"customer:{ticket.customer_id}"],
        agent=message.agent_id, helpful=helpful, words=said[:500],
    )  # fmt: skip
    return rating


@dataclass(frozen=True, slots=True)
class OfAgent:
    """How one agent's answers were received: how many were rated, and how many of them helped."""

    agent: int
    name: str
    rated: int
    helpful: int


def of_agents(since: datetime) -> list[OfAgent]:
    """Rated answers since a moment by who wrote them, most rated first. One query."""
    rows = (
        Rating.objects.filter(created_at__gt=since, message__isnull=False)
        .values("message__agent", "message__agent__user__name")
        .annotate(rated=Count("pk"), helpful=Count("pk", filter=Q(stars__gte=4)))
        .order_by("-rated", "message__agent__user__name")
    )
    return [
        OfAgent(row["message__agent"], row["message__agent__user__name"], row["rated"], row["helpful"])
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Figures:
    """Ratings of a time: how many, their mean (None without any), and how many of one to five stars."""

    count: int
    average: float | None
    each: tuple[int, int, int, int, int]


def figures(since: datetime) -> Figures:
    """The ratings given since a moment, in two queries."""
    rows = Rating.objects.of_solvings().filter(created_at__gt=since)
    found = rows.aggregate(count=Count("pk"), average=Avg("stars"))
    by_stars = dict(rows.values_list("stars").annotate(Count("pk")).order_by())
    one, two, three, four, five = (by_stars.get(stars, 0) for stars in range(1, 6))
    return Figures(found["count"], found["average"], (one, two, three, four, five))
