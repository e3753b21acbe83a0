"""What the widget is given: plain values, sentences already in the visitor's language. Nothing internal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import nh3
from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from pelekan.channels.chat import reception as at_desk
from pelekan.channels.chat.visitors import Visitor, reachable
from pelekan.lib import live
from pelekan.lib.prepared import PreparedModels
from pelekan.lib.text import initials, isolate, local_digits
from pelekan.lib.time import Dates, zone_named
from pelekan.people.models import CALENDAR_OF, Agent
from pelekan.sla.calendars import for_inbox
from pelekan.tickets import feed
from pelekan.tickets.guides import reading
from pelekan.tickets.joined import face_of
from pelekan.tickets.models import Attachment, ChatState, Conversation, Event, Inbox, Message, MessageKind
from pelekan.tickets.notices import rating, verifying
from pelekan.tickets.notices.defaults import STARS
from pelekan.web.opening import holiday_words, opening_words
from pelekan.web.widget import talks

Shape = dict[str, Any]
TOLD = ("chat.accepted", "chat.transferred", "chat.ended")
LISTENS_FOR = 3600  # seconds that a stream ticket holds; the widget asks for a new one before
THREADS = 20  # conversations that one stream hears of


def dates_for(inbox: Inbox, language: str, zone: str) -> Dates:
    """The visitor's words and calendar, in his browser's zone, else in that of the desk's hours."""
    try:
        zone_named(zone or "?")
    except ValueError:
        calendar = for_inbox(inbox)
        zone = calendar.zone if calendar else "UTC"
    return Dates(language, CALENDAR_OF[language], zone)  # type: ignore[arg-type]


def desk(inbox: Inbox, dates: Dates, now: datetime) -> Shape:
    """Whether someone is there, and how long it takes."""
    found = at_desk.reception(inbox, now)
    return {
        "state": found.state,
        "headline": _headline(found),
        "wait": wait_words(found.expected if found.state == "now" or found.queue else None, dates),
        "hours": _hours_words(found, dates, now),
        "promise": _promise(found, dates, now),
    }


def _headline(found: at_desk.Reception) -> str:
    return {
        "now": _("We are here"),
        "busy": _("All of us are in a chat right now"),
        "away": _("Nobody is at the chat right now"),
        "closed": _("We are closed now"),
    }[found.state]


def wait_words(expected: timedelta | None, dates: Dates) -> str:
    """The honest wait; "" when the record does not support one."""
    if expected is None:
        return ""
    minutes = at_desk.minutes(expected)
    if minutes is None:
        return _("Answers take more than an hour at the moment.")
    length = dates.span(timedelta(minutes=minutes))
    return _("Usually answered within %(length)s.") % {"length": length}


def _hours_words(found: at_desk.Reception, dates: Dates, now: datetime) -> str:
    first = holiday_words(found.calendar, dates, now) if found.state == "closed" else ""
    if found.opens_at is not None:
        return f"{first} {opening_words(found.opens_at, dates, now)}".strip()
    if found.state == "closed":
        return first
    if found.closes_at is not None and dates.local(found.closes_at).date() == dates.local(now).date():
        return _("Open until %(time)s today.") % {"time": dates.time(found.closes_at)}
    return ""


def _promise(found: at_desk.Reception, dates: Dates, now: datetime) -> str:
    """What happens to a request that is left now."""
    if found.opens_at is not None:
        return _("Your request waits for us first in line. %(opening)s") % {
            "opening": opening_words(found.opens_at, dates, now)
        }
    if found.state == "closed":
        return _("Your request is registered and waits until we open again.")
    return _("Your request is registered at once, and we answer as soon as one of us is free.")


def after_registering(inbox: Inbox, dates: Dates, now: datetime) -> str:
    """What happens next, for the receipt."""
    found = at_desk.reception(inbox, now)
    if found.opens_at is not None:
        opening = opening_words(found.opens_at, dates, now)
        return _("You hear from us when we are back. %(opening)s") % {"opening": opening}
    return _("We answer as soon as one of us is free.")


def conversation(thread: Conversation, dates: Dates, inbox: Inbox, now: datetime) -> Shape:
    """A thread as its customer may see it."""
    ticket = face_of(thread, thread.ticket)
    waiting = thread.state == ChatState.WAITING
    ahead, expected = at_desk.place_of(thread, inbox, now) if waiting else (0, None)
    number = local_digits(str(ticket.number), dates.language) if ticket.number else ""
    return {
        "id": thread.pk,
        "channel": thread.channel,
        "state": thread.state,
        "number": number,
        "subject": ticket.subject,
        "status": status_of(thread),
        "agent": agent(thread.agent if thread.channel == "chat" else thread.ticket.assignee),
        "read": thread.agent_read_id,
        "seen": thread.customer_read_id,
        "ahead": ahead,
        "wait": wait_words(expected, dates) if waiting else "",
        "lines": told(thread, dates.language),
    }


def status_of(thread: Conversation) -> str:
    """Who acts next in this thread; on a ticket that is another customer's too, no more than that it is being worked on."""
    ticket = thread.ticket
    strange = face_of(thread, ticket).pk != ticket.pk
    return customer_status("open" if strange and ticket.is_open else ticket.status)


def customer_status(status: str) -> str:
    """Who acts next, in the customer's words."""
    return {
        "new": _("Waiting for us"),
        "open": _("We are working on it"),
        "waiting": _("Waiting for your answer"),
        "on_hold": _("We are working on it"),
        "solved": pgettext("request", "Solved"),
        "closed": pgettext("request", "Closed"),
    }[status]


def agent(who: Agent | None) -> Shape | None:
    return {"name": who.name, "initials": initials(who.name), "title": who.title} if who else None


def told(thread: Conversation, language: str) -> list[Shape]:
    """The thin lines between messages: who joined, who took over, that it ended."""
    if thread.accepted_at is None and thread.state == ChatState.WAITING:
        return []  # nobody came yet
    happened = _TOLD(thread.ticket_id)
    if thread.joined_from_id is not None:  # what happened before the join stands where it was
        happened = [*_TOLD(thread.joined_from_id), *happened]
    mine = [e for e in happened if f"conversation:{thread.pk}" in e.topics.split()][-50:]
    others = {
        a.pk: a.name
        for a in Agent.objects.filter(pk__in=[e.data.get("agent") for e in mine if e.data.get("agent")])
        .select_related("user")
    } if any(e.data.get("agent") for e in mine) else {}  # fmt: skip
    return [{"id": e.pk, "at": e.at.isoformat(), "text": _told(e, others)} for e in mine]


_TOLD = PreparedModels(
    lambda ticket: (
        Event.objects.filter(ticket=ticket, name__in=TOLD).select_related("agent__user").order_by("id")
    )
)


def _told(event: Event, others: dict[int, str]) -> str:
    if event.name == "chat.ended":
        if event.agent is None:
            return _("The chat ended.")
        return _("%(name)s ended the chat.") % {"name": isolate(event.agent.name)}
    if event.name == "chat.transferred":
        name = isolate(others.get(event.data.get("agent", 0), ""))
        return _("You were transferred to %(name)s.") % {"name": name}
    return _("%(name)s joined the chat.") % {"name": isolate(event.agent.name if event.agent else "")}


def messages(rows: Iterable[Message]) -> list[Shape]:
    rows = list(rows)
    steps = guides(rows)
    return [
        {**message(row, row.attachments.all()), **({"guide": steps[row.pk]} if row.pk in steps else {})}
        for row in rows
    ]


def guides(rows: Iterable[Message]) -> dict[int, Shape]:
    """message id → {name, language, intro, progress, steps: [{number, title, text, done, stuck}], asks, said} for those
    with guided steps; one query where there are any. `asks`: whether it is solved now; `said`: what he answered, in words."""
    led = {row.pk: row for row in rows if "guide" in row.meta}
    found = reading.of_messages(led) if led else {}
    return {pk: _guide(led[pk], steps) for pk, steps in found.items()}


def _guide(row: Message, steps: Shape) -> Shape:
    language = get_language() or "en"
    count = {
        "done": local_digits(str(steps["done"]), language),
        "total": local_digits(str(steps["total"]), language),
    }
    return {
        "name": steps["name"], "language": steps["language"], "intro": row.meta["guide"].get("intro", ""),
        "progress": _("%(done)s of %(total)s done") % count,
        "steps": [
            {"number": local_digits(str(one["number"]), language), **{key: one[key] for key in ("title", "text", "done", "stuck")}}
            for one in steps["steps"]
        ],
        "asks": steps["finished"] and not steps["said"],
        "said": {
            "yes": _("All steps are done, and it is solved. Thank you."),
            "no": _("All steps are done, but it is not solved. We know, and you hear from us."),
        }.get(steps["said"], ""),
    }  # fmt: skip


def message(row: Message, files: Iterable[Attachment]) -> Shape:
    """One message of either side with its files."""
    own = row.kind == MessageKind.INCOMING
    shape: Shape = {
        "id": row.pk,
        "client_id": row.client_id if own else "",
        "from": "you" if own else "desk" if row.automatic else "agent",
        "agent": None if own or row.automatic else agent(row.agent),
        "text": row.text or _plain(row.html),
        "at": row.created_at.isoformat(),
        "files": [file(one) for one in files],
    }
    if not own and row.meta.get("notice"):
        shape["notice"] = row.meta["notice"]
    if not own and row.meta.get("bot"):
        shape |= {"from": "bot", "bot": talks.bubble(row)}
    if not own and row.meta.get("ask_report"):
        shape["report"] = True
    if not own and row.meta.get("solving"):
        shape["rate"] = _rate(row)
    if not own and row.meta.get("verify"):
        shape["verify"] = _verify(row)
    return shape


def _rate(row: Message) -> Shape:
    """The question below a notice: five links, each to the page where the choice is confirmed."""
    asked = str(row.meta.get("rate_text", ""))
    address = settings.BASE_URL + reverse("portal_rate", args=[rating.token_of(int(row.meta["solving"]))])
    return {
        "text": "" if asked == row.text else asked,
        "stars": [
            {"number": local_digits(str(number), row.language), "name": name, "url": f"{address}?stars={number}&way=chat"}
            for number, name in enumerate(STARS.get(row.language, STARS["en"]), 1)
        ],
    }  # fmt: skip


def _verify(row: Message) -> Shape:
    """Is it really solved? `stands`: an answer still means something; then the widget shows the two buttons."""
    solving = Event.objects.select_related("ticket").filter(pk=row.meta["verify"]).first()
    stands = solving is not None and verifying.stands(solving)
    return {"stands": stands, "yes": _("Yes, it is solved"), "no": _("No, not yet")}


def answered(said: str) -> str:
    """What became of an answer to whether it is really solved."""
    return {
        "yes": _("Good to know. The request is closed; write to us whenever you need us."),
        "no": _("We are sorry. Whoever worked on it knows, and you hear from us."),
        "over": _(
            "Your request has moved on since this question was asked; there is nothing left to answer here."
        ),
    }[said]


def _plain(html: str) -> str:
    return nh3.clean(html, tags=set()).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").strip()


def file(one: Attachment) -> Shape:
    picture = one.type in ("image/png", "image/jpeg", "image/gif", "image/webp")
    return {"id": one.token, "name": one.name, "type": one.type, "size": one.size, "picture": picture}


def visitor(who: Visitor) -> Shape:
    """What he may know of what we know of him: to the unproved, only what he typed himself."""
    return {
        "id": who.customer.pk,
        "name": who.customer.name,
        "signed": who.signed,
        "reachable": reachable(who),
    }


def listening(who: Visitor) -> Shape:
    """The slip that opens his live stream, and where it may begin."""
    since = feed.resume_id()
    threads = (
        Conversation.objects.filter(customer=who.customer, inbox=who.inbox)
        .order_by("-last_at")
        .values_list("pk", flat=True)[:THREADS]
    )
    topics = [f"customer:{who.customer.pk}", *(f"conversation:{pk}" for pk in threads)]
    ticket = live.make_ticket(
        settings.SECRET_KEY, who.listens_as, topics, LISTENS_FOR, name=who.customer.name
    )
    return {"ticket": ticket, "since": since, "seconds": LISTENS_FOR}
