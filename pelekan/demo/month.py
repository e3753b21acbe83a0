"""The month before: everyday requests, so that what looks back (replay, learning, reports) has something to look at.

Told through the same actions as everything else, with moments in office hours; the dice always fall alike. Most is
long solved, so that the lists of today stay those of the stories.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pelekan.demo.world import World
from pelekan.people.identify import customer_for
from pelekan.people.models import Customer
from pelekan.sla.hours import add_working, hours_from
from pelekan.tickets import actions, rulebooks
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Message, Ticket

DAYS = 30
MOST = 90
IMPATIENT = timedelta(hours=8)


@dataclass(frozen=True)
class Matter:
    """What people ask: language, category, subject, words, the answer, and who knows it; `climbs`: the team that it goes
    up to. `often`: how much more than others."""

    language: str
    category: str
    subject: str
    text: str
    answer: str
    knows: str
    climbs: str = ""
    often: int = 1


MATTERS = (
    Matter("fa", "bank", "پول کم شد و سفارش ثبت نشد", "سلام. بانک مبلغ را از حسابم کسر کرد ولی سفارشی نمی‌بینم.",
           "پرداخت شما پیدا شد و سفارش ثبت شد. کد رهگیری را در «حساب من» می‌بینید.", "dara", "payments", 4),
    Matter("fa", "howto", "تمدید اشتراک مجله", "چطور اشتراک مجله را تمدید کنم؟",
           "در «حساب من» گزینهٔ «تمدید» را بزنید؛ همان‌جا دورهٔ تازه را انتخاب می‌کنید.", "sara", often=4),
    Matter("fa", "delivery", "سفارش هنوز نرسیده", "پنج روز از ارسال گذشته و بسته نرسیده است. کجاست؟",
           "بسته در مرکز پخش شهر شماست و فردا تحویل می‌شود.", "omid", often=3),
    Matter("fa", "account", "ورود با شمارهٔ قبلی", "شماره‌ام عوض شده و کد ورود به شمارهٔ قدیمی می‌رود.",
           "شمارهٔ تازه ثبت شد؛ حالا کد به همین شماره می‌آید.", "laila", "technical", 2),
    Matter("ar", "delivery", "تأخر الشحنة", "طلبت حذاء قبل أسبوع ولم يصل بعد. هل من جديد؟",
           "وصلت الشحنة إلى مركز التوزيع وستصلك غداً.", "laila", often=2),
    Matter("ar", "payment", "دفعت مرتين", "تم الدفع مرتين للطلب نفسه، أرجو إعادة أحدهما.",
           "أُعيد المبلغ الزائد ويظهر في حسابك خلال ثلاثة أيام عمل.", "dara", "payments", 2),
    Matter("en", "payment", "Charged twice for one tent", "My card was charged twice for order 5121. Please refund one.",
           "One of the two charges has been refunded; your bank shows it within three working days.", "dara", "payments", 2),
    Matter("en", "account", "App crashes on the map page", "Since the last update the app closes whenever I open the map.",
           "The fix is in version 4.2.1, which is in the stores now.", "james", "developers"),
    Matter("en", "howto", "How to change the delivery address", "How do I change the address of an order that is not sent yet?",
           "Open the order and choose “Change address”; it works until the parcel is packed.", "sara", often=2),
)  # fmt: skip
PEOPLE = (
    ("هدیه نوری", "hediye@example.com", "fa"), ("سامان اکبری", "saman@example.com", "fa"),
    ("نازنین رضایی", "nazanin@example.org", "fa"), ("فرهاد کریمی", "farhad@example.net", "fa"),
    ("ريم العتيبي", "reem@example.org", "ar"), ("سلطان الدوسري", "sultan@example.com", "ar"),
    ("Oliver Grant", "oliver@example.net", "en"), ("Hannah Weiss", "hannah@example.org", "en"),
)  # fmt: skip


def tell(world: World, now: datetime, most: int = MOST) -> None:
    """Let the month have happened, under the rules of then."""
    began, over = now - timedelta(days=DAYS + 1), now - timedelta(days=2)
    _rules(world, [_bank(world), REST], "نخستین قاعده‌ها", began)
    dice = random.Random(1405)
    hours = hours_from(
        {"zone": "Asia/Tehran", "week": [[["09:00", "18:00"]]] * 4 + [[]] + [[["09:00", "18:00"]]] * 2}
    )
    people = {
        language: [
            customer_for("email", address, name=name, language=language, verified=True, now=now - timedelta(days=DAYS))
            for name, address, its in PEOPLE if its == language
        ]
        for language in ("fa", "ar", "en")
    }  # fmt: skip
    chosen = dice.choices(MATTERS, [matter.often for matter in MATTERS], k=most)
    for number, matter in enumerate(chosen):
        back = timedelta(days=DAYS * (most - number) / most, hours=dice.uniform(0, 12))
        at = add_working(now - back, timedelta(minutes=dice.uniform(0, 240)), hours)
        if at is None or at > over - timedelta(days=1):
            continue

        def later(low: float, high: float) -> timedelta:
            """Some working time; now and then it takes much longer."""
            return timedelta(minutes=dice.uniform(low, high) * (5 if dice.random() < 0.15 else 1))

        moments = [at]
        for span in (later(10, 90), later(30, 400), later(5, 60)):
            following = add_working(moments[-1], span, hours)
            assert following is not None
            moments.append(following)
        _one(world, matter, dice.choice(people[matter.language]), moments, dice)
    _rules(world, [REST], "تا بازبینی همه‌چیز در پیشخوان می‌ماند", over)


REST = {"id": "rest", "name": "بقیه", "on": ["created"], "when": {"always": True}, "do": [{"act": "stay"}]}


def _bank(world: World) -> dict[str, Any]:
    return {
        "id": "bank", "name": "بانک", "on": ["created"],
        "when": {"field": "text", "is": "has_any", "value": ["بانک", "charged twice"]},
        "do": [{"act": "team", "team": world.teams["payments"].pk}],
    }  # fmt: skip


def _rules(world: World, rules: list[dict[str, Any]], note: str, at: datetime) -> None:
    arash = world.agents["arash"]
    rulebooks.enable(
        rulebooks.keep("routing", {"rules": rules}, by=arash, note=note, now=at), by=arash, now=at
    )


def _one(world: World, matter: Matter, who: Customer, moments: list[datetime], dice: random.Random) -> None:
    came, seen, answered, done = moments
    message = actions.receive(
        Incoming(
            inbox_id=world.inboxes["portal"].pk, channel="portal", customer_id=who.pk, text=matter.text,
            subject=matter.subject, language=matter.language,
            category_id=world.categories[matter.category].pk if dice.random() < 0.5 else None,
        ), now=came,
    )  # fmt: skip
    ticket = message.ticket
    front, expert = world.agents[dice.choice(("sara", "omid"))], world.agents[matter.knows]
    actions.take(ticket, by=front, now=seen)
    actions.categorise(ticket, world.categories[matter.category], by=front, now=seen)
    goal = world.teams[matter.climbs] if matter.climbs else None
    if goal is not None and Ticket.objects.get(pk=ticket.pk).team_id != goal.pk:
        actions.escalate(ticket, goal, by=front, because=_why(matter), to=expert, now=seen)
    if answered - seen > IMPATIENT:
        _asks_again(matter, who, message, now=seen + (answered - seen) * 0.8)
    actions.reply(ticket, text=matter.answer, by=expert, now=answered)
    if dice.random() < 0.25:
        actions.receive(
            Incoming(
                inbox_id=ticket.inbox_id, channel="portal", customer_id=who.pk, text=_more(matter.language),
                conversation_id=message.conversation_id, language=matter.language,
            ), now=answered + timedelta(minutes=20),
        )  # fmt: skip
        actions.reply(ticket, text=matter.answer, by=expert, now=done)
    actions.solve(ticket, by=expert, now=done + timedelta(minutes=5))


def _asks_again(matter: Matter, who: Customer, message: Message, now: datetime) -> None:
    """He has waited for long and asks for news."""
    text = {"fa": "هنوز خبری نشد؟", "ar": "هل من جديد؟", "en": "Any news on this?"}[matter.language]
    actions.receive(
        Incoming(
            inbox_id=message.conversation.inbox_id, channel="portal", customer_id=who.pk, text=text,
            conversation_id=message.conversation_id, language=matter.language,
        ), now=now,
    )  # fmt: skip


def _why(matter: Matter) -> str:
    return {"fa": "به پنل نیاز دارد", "ar": "يحتاج إلى لوحة التحكم", "en": "Needs the back office"}[
        matter.language
    ]


def _more(language: str) -> str:
    return {"fa": "هنوز درست نشده است.", "ar": "لم تُحل المشكلة بعد.", "en": "It still does not work."}[
        language
    ]
