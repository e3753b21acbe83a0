"""The steps of which stories are made: each lets some minutes pass and does one thing, by the actions that people use."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from django.conf import settings
from PIL import Image, ImageDraw

from pelekan.channels import bounced, intake, telling
from pelekan.channels.email import thread
from pelekan.channels.email.bounces import Bounce
from pelekan.demo.world import World
from pelekan.people.models import Customer, IdentityKind, Team
from pelekan.sla.timers import fire
from pelekan.tickets import actions, attachments
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Conversation, Event, Message, Ticket
from pelekan.tickets.notices import rating
from pelekan.tickets.promises import keeping

Step = Callable[["Teller"], None]


@dataclass
class Teller:
    """One story in work: its ticket, its conversation and its clock."""

    world: World
    at: datetime
    customer: Customer
    ticket: Ticket | None = None
    conversation: Conversation | None = None
    made: list[Message] = field(default_factory=list)

    def pass_(self, minutes: float) -> datetime:
        self.at += timedelta(minutes=minutes)
        if self.ticket is not None:  # what the customer was to be told by then
            telling.say_due(self.ticket, self.at)
            fire.catch_up(self.ticket, self.at)
            keeping.fall_due(self.ticket, self.at)
        return self.at

    def now_on(self, message: Message) -> None:
        self.ticket, self.conversation = message.ticket, message.conversation
        self.made.append(message)


# Steps: each lets some minutes pass and does one thing


def chat(text: str, minutes: float = 1, *, page: str = "/account/renew", file: bool = False) -> Step:
    """The visitor writes in the shop's widget."""

    def step(t: Teller) -> None:
        now = t.pass_(minutes)
        new = t.conversation is None
        uploads: tuple[int, ...] = ()
        if file:
            uploads = (attachments.keep(screenshot(), "screenshot.png", f"customer:{t.customer.pk}").pk,)
        t.now_on(
            actions.receive(
                Incoming(
                    inbox_id=t.world.inboxes["shop"].pk,
                    channel="chat",
                    customer_id=t.customer.pk,
                    text=text,
                    language=t.customer.language,
                    conversation_id=None if new else t.conversation.pk,  # type: ignore[union-attr]
                    attachment_ids=uploads,
                    context={
                        "url": f"https://chakad.example{page}",
                        "title": "چکاد | فروشگاه کوه و سفر",
                        "referrer": "https://chakad.example/",
                        "browser": "Firefox 145 · Android",
                    }
                    if new
                    else {},
                ),
                now=now,
            )
        )

    return step


def mail(subject: str, text: str, minutes: float = 1) -> Step:
    """The customer writes to support@…, as a real mail that is parsed like any other."""

    def step(t: Teller) -> None:
        now = t.pass_(minutes)
        address = t.customer.identities.filter(kind=IdentityKind.EMAIL).values_list("address", flat=True)[0]
        letter = EmailMessage()
        letter["From"] = f'"{t.customer.name}" <{address}>'
        letter["To"] = _reply_to(t) if t.conversation else t.world.inboxes["mail"].address
        letter["Subject"] = subject
        letter["Date"] = now
        letter["Message-ID"] = f"<{now.timestamp():.0f}.{t.customer.pk}@{address.rpartition('@')[2]}>"
        letter.set_content(text)
        arrival = intake.take_now(intake.store(t.world.inboxes["mail"], bytes(letter), received_at=now))
        assert arrival.message is not None, arrival.why
        t.now_on(arrival.message)

    return step


def astray(subject: str, text: str, minutes: float = 1) -> Step:
    """The customer's answer from a mail program that keeps neither references nor our address: all that is left of the
    thread is the number in its subject."""

    def step(t: Teller) -> None:
        before = Ticket.objects.get(customer=t.customer, subject=subject)
        mail(f"Re: {subject} [#{before.number}]", text, minutes)(t)

    return step


def _reply_to(t: Teller) -> str:
    """Where the customer's mail program sends an answer: the Reply-To of our mail, with its proof."""
    return thread.reply_address(
        t.world.inboxes["mail"].address, thread.reply_token(_of(t).pk, settings.SECRET_KEY)
    )


def portal(
    subject: str, text: str, *, team: str, impact: int = 2, urgency: int = 2, minutes: float = 1
) -> Step:
    """The customer asks in the portal, by department and facts."""

    def step(t: Teller) -> None:
        t.now_on(
            actions.receive(
                Incoming(
                    inbox_id=t.world.inboxes["portal"].pk, channel="portal", customer_id=t.customer.pk,
                    subject=subject, text=text, language=t.customer.language, team_id=t.world.teams[team].pk,
                    impact=impact, urgency=urgency,
                ),
                now=t.pass_(minutes),
            )
        )  # fmt: skip

    return step


def accept(who: str, minutes: float = 1) -> Step:
    return lambda t: _none(actions.accept_chat(_of(t), by=t.world.agents[who], now=t.pass_(minutes)))


def answer(who: str, text: str, minutes: float = 3) -> Step:
    def step(t: Teller) -> None:
        t.now_on(
            actions.reply(
                _ticket(t), by=t.world.agents[who], text=text, conversation=_of(t), now=t.pass_(minutes)
            )
        )

    return step


def came_back(reason: str, status: str, minutes: float = 1) -> Step:
    """The last answer comes back from the customer's mail server."""

    def step(t: Teller) -> None:
        message = t.made[-1]
        to = message.deliveries.filter(channel="email").values_list("recipient", flat=True)[0]
        bounced.came_back(message, Bounce(to, status, reason), now=t.pass_(minutes))

    return step


def note(who: str, text: str, minutes: float = 2) -> Step:
    return lambda t: _none(actions.note(_ticket(t), by=t.world.agents[who], text=text, now=t.pass_(minutes)))


def register(
    who: str, *, team: str, category: str, impact: int, urgency: int, subject: str = "", minutes: float = 2
) -> Step:
    def step(t: Teller) -> None:
        actions.register(
            _ticket(t), by=t.world.agents[who], subject=subject, category=t.world.categories[category],
            team=t.world.teams[team], impact=impact, urgency=urgency, now=t.pass_(minutes),
            because="مشتری باید پاسخ رسمی بگیرد",
        )  # fmt: skip

    return step


def escalate(who: str, team: str, why: str, minutes: float = 5, **pack: str) -> Step:
    """Up, down or level; with `pack` what travels along."""
    return lambda t: _none(
        actions.escalate(
            _ticket(t), Team.objects.get(pk=t.world.teams[team].pk), by=t.world.agents[who], because=why, pack=pack or None,
            now=t.pass_(minutes),
        )
    )  # fmt: skip


def entrust(who: str, to: str, minutes: float = 4) -> Step:
    """Given to a colleague who did not ask for it, and has yet to accept it."""
    return lambda t: _none(
        actions.entrust(_ticket(t), t.world.agents[to], by=t.world.agents[who], now=t.pass_(minutes))
    )


def send_back(who: str, why: str, *missing: str, minutes: float = 15) -> Step:
    return lambda t: _none(
        actions.send_back(
            _ticket(t), by=t.world.agents[who], because=why, missing=missing, now=t.pass_(minutes)
        )
    )


def do(name: str, who: str, minutes: float = 4, **more: Any) -> Step:
    """Any act that needs nothing but who does it: take, wait, hold, solve, close, release."""
    return lambda t: _none(
        getattr(actions, name)(_ticket(t), by=t.world.agents[who], now=t.pass_(minutes), **more)
    )


def tag(who: str, name: str) -> Step:
    return lambda t: _none(actions.tag(_ticket(t), name, by=t.world.agents[who], now=t.pass_(0.2)))


def categorise(who: str, key: str) -> Step:
    return lambda t: _none(
        actions.categorise(_ticket(t), t.world.categories[key], by=t.world.agents[who], now=t.pass_(0.2))
    )


def end(who: str = "sara", minutes: float = 2) -> Step:
    return lambda t: _none(actions.end_chat(_of(t), by=t.world.agents[who], now=t.pass_(minutes)))


def rate(stars: int, words: str = "", minutes: float = 90) -> Step:
    """The customer follows the stars in his mail."""

    def step(t: Teller) -> None:
        at = t.pass_(minutes)
        solving = Event.objects.filter(name="ticket.solved", ticket=_ticket(t)).latest("pk")
        rating.rate(solving, by=_ticket(t).customer, stars=stars, words=words, way="mail", now=at)

    return step


def _none(_: object) -> None:
    return None


def _ticket(t: Teller) -> Ticket:
    assert t.ticket is not None
    return t.ticket


def _of(t: Teller) -> Conversation:
    assert t.conversation is not None
    return Conversation.objects.get(pk=t.conversation.pk)


@dataclass(frozen=True)
class Story:
    """Who, how many hours ago it began, and its steps."""

    customer: str
    hours: float
    steps: tuple[Step, ...]


def screenshot() -> bytes:
    """A picture such as customers send: a panel that says nothing."""
    picture = Image.new("RGB", (720, 420), "#e9e4da")
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((40, 40, 680, 100), 14, fill="#ffffff")
    for i, width in enumerate((420, 340, 260)):
        draw.rounded_rectangle((40, 140 + 44 * i, 40 + width, 162 + 44 * i), 10, fill="#cbc3b5")
    draw.rounded_rectangle((40, 310, 240, 370), 14, fill="#0f766e")
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
