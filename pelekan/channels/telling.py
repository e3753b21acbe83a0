"""Notices happen here: what an event gives to tell is written beside it, and said when its time has come.

`receipt`, `carry` and `follow` are reactions; `JOB` says what is due. What is said is a message of the desk itself
(`actions.say`): it stands in the chat and in the portal, and its ways out read `rules.goes_by(message.meta, way)`.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, When

from pelekan.lib import due
from pelekan.lib.failpoints import fp
from pelekan.lib.prepared import PreparedModels
from pelekan.lib.text import local_digits
from pelekan.lib.time import Dates
from pelekan.lib.time import now as clock
from pelekan.people import desk
from pelekan.people.identify import mail_address
from pelekan.people.models import CALENDAR_OF, ZONE_OF, Identity, IdentityKind, Tier
from pelekan.sla import promising
from pelekan.sla.calendars import Calendar, for_inbox
from pelekan.sla.hours import is_open, next_opening
from pelekan.tickets.actions import say
from pelekan.tickets.events import action, lock
from pelekan.tickets.models import (
    ChatState,
    Conversation,
    Event,
    Message,
    MessageKind,
    Notice,
    NoticeState,
    Rating,
    Ticket,
)
from pelekan.tickets.notices import defaults, rules, texts, verifying, words
from pelekan.tickets.notices.rules import Kind, Way

LEAVING = timedelta(minutes=10)
"""Whoever was in the chat so lately may still look at it: he is told there at once."""


# Reactions


def receipt(event: Event) -> None:
    """The number, at once, where the customer is."""
    ticket = event.ticket
    assert ticket is not None
    if event.because == "split":  # the number is for the desk; the customer learns it with the answer
        return
    if not may_tell(ticket) or (talk := talk_of(ticket)) is None:
        return
    if ticket.channel != "chat" and not ticket.inbox.acknowledge:
        return
    meta = {"number": ticket.number}
    speak(ticket, talk, (Kind.RECEIVED,), because="registered", now=event.at, more=meta)


def follow(event: Event) -> None:
    """What an event gives to tell waits as a notice, with what waits already."""
    ticket = event.ticket
    assert ticket is not None
    kinds = _of(event, ticket)
    if kinds and _is_carried(event, ticket):
        kinds = tuple(kind for kind in kinds if kind == Kind.VERIFY)
    if not kinds or not may_tell(ticket):
        return
    for lane, its in rules.lanes(kinds).items():
        _wait(ticket, lane, its, event)


def carry(event: Event) -> None:
    """An answer that solves the ticket says so itself: one mail instead of two. Both happened in this one change, so
    the answer can't have been sent yet."""
    message, ticket = event.message, event.ticket
    if message is None or ticket is None or message.automatic or ticket.solved_at is None:
        return
    solving = ticket.events.filter(name="ticket.solved", pk__gt=event.pk).order_by("-pk").first()
    if solving is None or message.conversation.channel == "chat" or not may_tell(ticket):
        return
    kinds = _of(solving, ticket) if ticket.registered_at is not None else ()
    kinds = tuple(kind for kind in kinds if kind != Kind.VERIFY)
    if kinds:
        carried = _meta(ticket, message.conversation, kinds, solving.at, solving=solving.pk)
        said = [kind for kind in kinds if kind != Kind.RATE and kind in carried["ways"][Way.EMAIL]]
        carried["of"] = solving.pk
        carried["by_mail"] = words.full(said, carried["language"], carried["values"])
        message.meta["carries"] = carried
        message.save(update_fields=["meta"])


def _is_carried(event: Event, ticket: Ticket) -> bool:
    if event.name != "ticket.solved":
        return False
    last = ticket.messages.filter(kind=MessageKind.OUTGOING, automatic=False).order_by("-pk").first()
    return last is not None and last.meta.get("carries", {}).get("of") == event.pk


def _of(event: Event, ticket: Ticket) -> tuple[Kind, ...]:
    happening = rules.Happening(
        event.name,
        by_customer=event.customer_id is not None,
        registered=ticket.registered_at is not None,
        at_once=event.at == ticket.registered_at,
        verified=event.name == "ticket.solved" and desk.sign().follow_up_hours is not None,
    )
    return tuple(kind for kind in rules.wanted(happening) if kind not in ticket.inbox.silent)


def _wait(ticket: Ticket, lane: str, kinds: tuple[Kind, ...], event: Event) -> None:
    wait = max(rules.RULES[kind].wait for kind in kinds)
    if lane == "verify":
        wait = timedelta(hours=desk.sign().follow_up_hours or 0)
    elif event.name == "ticket.solved" and _in_chat(ticket, event.at):
        wait = timedelta()
    known = Notice.objects.filter(ticket=ticket, lane=lane, state=NoticeState.WAITING).first()
    notice = known or Notice(ticket=ticket, lane=lane, first_at=event.at)
    notice.kinds = rules.merged(notice.kinds, kinds)
    if lane in ("later", "verify") or known is None or wait == timedelta():
        notice.due_at = event.at + wait
    if lane in ("later", "verify"):
        notice.first_at = event.at
    if event.name == "ticket.solved":
        notice.solving = event
    if notice.level_before is None:
        notice.level_before = event.data.get("tier_before")
    notice.save()
    due.queued(Notice)


def _in_chat(ticket: Ticket, now: datetime) -> bool:
    talk = talk_of(ticket)
    if talk is None or talk.channel != "chat":
        return False
    return talk.state != ChatState.ENDED or (talk.ended_at is not None and now - talk.ended_at < LEAVING)


# What is due


def tell(notice: Notice) -> datetime | None:
    """Say a leased notice, or what is left of it."""
    _tell(notice)
    fp("notice.committed")
    return None


@action
def _tell(notice: Notice, now: datetime | None = None) -> None:
    now = now or clock()
    ticket = lock(notice.ticket_id)
    row = Notice.objects.select_related("solving").get(pk=notice.pk)
    kinds = rules.left(row.kinds, truth(ticket, row))
    if Kind.VERIFY in kinds and (morning := verifying.morning_after(now, ticket)):
        due.settle(copy.copy(notice), morning)
        return
    if row.due_at is not None and now - row.due_at > rules.TOO_LATE:
        kinds = ()
    kinds = tuple(kind for kind in kinds if kind not in ticket.inbox.silent)
    talk = talk_of(ticket) if kinds else None
    message = None
    if talk is not None and may_tell(ticket):
        message = speak(ticket, talk, kinds, because="notice", now=now, solving=row.solving_id)
    due.settle(
        copy.copy(notice),
        None,
        state=NoticeState.SAID if message else NoticeState.DROPPED,
        message=message,
        said_at=now if message else None,
    )
    fp("notice.said")


JOB = due.Job(Notice, tell, lease=timedelta(minutes=2), at_once=5)


def say_due(ticket: Ticket, now: datetime) -> None:
    """Say what this ticket's customer is to be told by `now`: for stories that are told about the past."""
    its = Notice.objects.filter(ticket=ticket, due_at__lte=now).order_by("due_at")
    while notice := its.first():  # what must not be said at night falls due again in the morning
        Notice.objects.filter(pk=notice.pk).update(leased_until=notice.due_at)
        notice.leased_until = notice.due_at
        _tell(notice, now=notice.due_at)


def truth(ticket: Ticket, notice: Notice) -> rules.Truth:
    """How it stands with what a notice wants to tell."""
    said = ticket.messages.filter(automatic=False, held_at=None)
    since = notice.first_at - rules.WINDOW
    return rules.Truth(
        status=ticket.status,
        answered=said.filter(kind=MessageKind.OUTGOING, created_at__gte=since).exists(),
        returned=notice.level_before == ticket.tier.level,
        wrote=said.filter(kind=MessageKind.INCOMING, created_at__gt=notice.first_at).exists(),
        rated=notice.solving_id is not None and Rating.objects.filter(solving=notice.solving_id).exists(),
    )


# Saying


def speak(
    ticket: Ticket,
    talk: Conversation,
    kinds: tuple[Kind, ...],
    *,
    because: str,
    now: datetime,
    solving: int | None = None,
    more: Mapping[str, object] | None = None,
) -> Message:
    """The message of a notice. A question for a rating alone stands as text; beside others the page, the widget and the
    letter put it below."""
    meta = _meta(ticket, talk, kinds, now, solving=solving)
    language, values = meta["language"], meta["values"]
    spoken = tuple(filter(lambda kind: kind != Kind.RATE, kinds)) or kinds
    text = (
        words.short(kinds, language, values)
        if talk.channel == "sms"
        else words.full(spoken, language, values)
    )
    by_mail = words.full([kind for kind in spoken if kind in meta["ways"]["email"]], language, values)
    if by_mail != text:
        meta["by_mail"] = by_mail
    return say(talk, text, because=because, meta={**meta, **(more or {})}, language=language, now=now)


def _meta(
    ticket: Ticket, talk: Conversation, kinds: tuple[Kind, ...], now: datetime, *, solving: int | None
) -> dict[str, Any]:
    """What the message of a notice bears: see `rules.goes_by`, `channels.email.notice`, `sms.texting.words_of`."""
    language = language_of(ticket, talk)
    meta: dict[str, Any] = {
        "notice": "registered" if kinds == (Kind.RECEIVED,) else "told",
        "kinds": [str(kind) for kind in kinds],
        "ways": _ways(ticket, talk, kinds),
        "language": language,
        "values": values_of(ticket, talk, language, now, words.places(kinds, language)),
    }
    if solving is not None and Kind.RATE in kinds:
        meta["solving"] = solving
        meta["rate_text"] = words.full([Kind.RATE], language, meta["values"])
    if solving is not None and Kind.VERIFY in kinds:
        meta["verify"] = solving
    return meta


def _ways(ticket: Ticket, talk: Conversation, kinds: tuple[Kind, ...]) -> dict[str, list[str]]:
    """Which kinds go by mail, which by SMS as well, and which by SMS where mail reaches nobody."""
    if ticket.registered_at is None:  # a chat without a number: he is asked there, and nowhere else
        return {"email": [], "sms": [], rules.OR_SMS: []}
    wrote = talk.channel in ("email", "sms")  # from the address that is told
    strange = not wrote and any(kind in rules.OPTIONAL for kind in kinds) and not _is_proved(talk)
    choice = getattr(talk.customer, "notice_choice", None)
    off, on = (choice.off, choice.on) if choice else ([], [])
    each = {
        "email": rules.by_way(kinds, Way.EMAIL, off=off, only_essential=strange),
        "sms": rules.by_way(kinds, Way.SMS, off=off, on=on, only_essential=strange),
        rules.OR_SMS: rules.by_way(kinds, Way.SMS, off=off, has_mail=False, only_essential=strange),
    }
    return {way: [str(kind) for kind in its] for way, its in each.items()}


def values_of(
    ticket: Ticket, talk: Conversation, language: str, now: datetime, places: Collection[str]
) -> dict[str, str]:
    """What those placeholders stand for. Nothing that the customer typed is among it where the address is not proved
    to be his: it could be a stranger's, and the words an advertisement."""
    values = {
        "number": local_digits(str(ticket.number), language) if ticket.number else "",
        "desk": desk.sign().named(language),
    }
    if "subject" in places or "name" in places:
        typed = {"subject": ticket.subject, "name": talk.customer.name}
        values |= typed if _is_proved(talk) else defaults.NEUTRAL[language]
    if "step" in places:
        values["step"] = defaults.STEP[language][step_of(ticket)]
    if "hours" in places:
        values["hours"] = hours_words(ticket, language, now)
    if "promise" in places:
        values["promise"] = promise_words(ticket, language, now)
    return values


def step_of(ticket: Ticket) -> str:
    """Who has it, in the customer's words: first, higher, or highest where there are more than two steps."""
    levels = list(Tier.objects.filter(level__gte=1).order_by("level").values_list("level", flat=True))
    if not levels or ticket.tier.level <= levels[0]:
        return "first"
    return "highest" if len(levels) > 2 and ticket.tier.level == levels[-1] else "higher"


def hours_words(ticket: Ticket, language: str, now: datetime) -> str:
    """Outside the inbox's hours: when they begin again, in the customer's calendar. "" within them."""
    calendar = for_inbox(ticket.inbox)
    if calendar is None or is_open(now, calendar.hours):
        return ""
    said = defaults.HOURS[language]
    holiday = calendar.closed_for(now, language)
    first = texts.fill(said["holiday"], {"holiday": holiday}) + " " if holiday else ""
    opens = next_opening(now, calendar.hours)
    if opens is None:
        return first + said["closed"]
    return first + defaults.said_of(said, _dates(ticket, language, calendar), opens, now)


def promise_words(ticket: Ticket, language: str, now: datetime) -> str:
    """Until when a person answers, by the service level. "" where nothing is promised."""
    at = promising.of_ticket(ticket)
    if at is None:
        return ""
    dates = _dates(ticket, language, for_inbox(ticket.inbox))
    return defaults.said_of(defaults.PROMISE[language], dates, at, now)


def _dates(ticket: Ticket, language: str, calendar: Calendar | None) -> Dates:
    """The customer's own calendar and zone, else those of the office."""
    customer = ticket.customer
    return Dates(
        language,
        customer.calendar or CALENDAR_OF[language],  # type: ignore[arg-type]
        customer.zone or (calendar.zone if calendar else ZONE_OF[language]),
    )


# Who, where, in what language


def talk_of(ticket: Ticket) -> Conversation | None:
    """Where the customer is told: his newest conversation; a stranger's only where he has none."""
    return _TALK.one(ticket.pk, ticket.customer_id)


_TALK = PreparedModels(
    lambda ticket, customer: (
        Conversation.objects.filter(ticket=ticket)
        .select_related("customer__user", "customer__notice_choice", "inbox")
        .order_by(Case(When(customer=customer, then=0), default=1), "-last_at")[:1]
    )
)
_FIRST = PreparedModels(lambda ticket: Message.objects.filter(ticket=ticket).order_by("id")[:1])


def language_of(ticket: Ticket, talk: Conversation) -> str:
    """What he chose in the portal, else what he wrote in."""
    user = talk.customer.user
    chosen = user.language if user is not None else ticket.language
    return chosen if chosen in defaults.FULL else "en"


def may_tell(ticket: Ticket) -> bool:
    """Whether an automatic word may go out: never to automatic mail."""
    if ticket.channel == "chat":
        return True
    first = _FIRST.one(ticket.pk)
    if first is None:
        return True
    return first.meta.get("may_answer", True) and not first.automatic


def _is_proved(talk: Conversation) -> bool:
    """Whether the address that a mail would go to is known to be the customer's."""
    address = mail_address(talk.customer)
    rows = Identity.objects.filter(customer=talk.customer, kind=IdentityKind.EMAIL, address=address)
    return bool(address) and rows.exclude(verified_at=None).exists()
