"""The shop's bot «چکادیار»: outside hours and when it is asked for; a flow about orders and payments; some talks of the last days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pelekan.demo.world import World
from pelekan.knowledge.bot import talking
from pelekan.knowledge.bot.models import BotAnswer
from pelekan.knowledge.models import Article
from pelekan.people.models import Customer
from pelekan.sla.models import BusinessHours
from pelekan.tickets import actions, rulebooks, shaping
from pelekan.tickets.incoming import Incoming


def _said(fa: str, ar: str, en: str) -> dict[str, str]:
    return {"fa": fa, "ar": ar, "en": en}


def document(world: World, articles: dict[str, Article]) -> dict[str, Any]:
    """What the admin of the shop has set up."""
    order = {
        "id": "order", "name": _said("سفارش یا پرداختم", "طلبي أو دفعتي", "My order or payment"), "start": "what",
        "words": ["سفارشم کجاست", "سفارشم نرسیده", "أين طلبي", "where is my order", "my parcel"],
        "nodes": {
            "what": {"kind": "ask", "as": "choice", "name": "about", "text": _said("دربارهٔ کدام است؟", "عن أيّهما؟", "What is it about?"), "choices": [
                {"value": "parcel", "label": _said("سفارشم نرسیده", "لم يصل طلبي", "My order has not come"), "next": "number"},
                {"value": "payment", "label": _said("مشکل پرداخت", "مشكلة في الدفع", "A problem with a payment"), "next": "paid"},
                {"value": "ticket", "label": _said("درخواست قبلی من", "طلب دعم سابق", "A request I made before"), "next": "ticket"},
            ]},
            "number": {"kind": "ask", "as": "order", "name": "order", "text": _said(
                "شمارهٔ سفارش را بنویسید؛ در ایمیل تأیید آمده است.", "اكتب رقم الطلب؛ تجده في رسالة التأكيد.", "Write the order number; it stands in the mail that confirms it."), "next": "days"},
            "days": {"kind": "ask", "as": "choice", "name": "since", "text": _said(
                "چند روز از ثبت سفارش {order} گذشته است؟", "كم يوماً مضى على الطلب {order}؟", "How long ago did you place order {order}?"), "choices": [
                {"value": "few", "label": _said("کمتر از پنج روز", "أقل من خمسة أيام", "Less than five days"), "next": "wait"},
                {"value": "many", "label": _said("پنج روز یا بیشتر", "خمسة أيام أو أكثر", "Five days or more"), "next": "trace"},
            ]},
            "wait": {"kind": "say", "text": _said(
                "سفارش‌ها تا پنج روز کاری می‌رسند. اگر تا آن وقت نرسید، همین‌جا بنویسید.", "تصل الطلبات خلال خمسة أيام عمل. إن لم تصل حتى ذلك الحين فاكتب لنا هنا.",
                "Orders come within five working days. If yours has not come by then, write to us here."), "next": ""},
            "trace": {"kind": "register", "category": world.categories["delivery"].pk, "team": None, "subject": _said(
                "سفارش {order} نرسیده است", "لم يصل الطلب {order}", "Order {order} has not come")},
            "paid": {"kind": "article", "article": articles["twice"].pk, "next": "helped"},
            "helped": {"kind": "ask", "as": "choice", "name": "helped", "text": _said("مشکل شما همین است؟", "هل هذه مشكلتك؟", "Is this what happened to you?"), "choices": [
                {"value": "yes", "label": _said("بله", "نعم", "Yes"), "next": "fine"},
                {"value": "no", "label": _said("نه، چیز دیگری است", "لا، شيء آخر", "No, something else"), "next": "people"},
            ]},
            "fine": {"kind": "done", "text": _said("پس کار دیگری لازم نیست؛ پول خودش برمی‌گردد.", "إذن لا حاجة إلى شيء آخر؛ يعود المبلغ تلقائياً.", "Then there is nothing else to do; the money comes back by itself.")},
            "people": {"kind": "hand", "team": None, "text": _said("همکارانم نگاه می‌کنند.", "سينظر زملائي في الأمر.", "My colleagues will look into it.")},
            "ticket": {"kind": "ask", "as": "number", "name": "number", "text": _said("شمارهٔ درخواست؟", "ما رقم الطلب؟", "What is its number?"), "next": "look"},
            "look": {"kind": "look", "what": "ticket", "from": "number", "next": "found", "missing": "people"},
            "found": {"kind": "say", "text": _said(
                "درخواست {ticket_number} («{ticket_subject}»): {ticket_status}.", "الطلب {ticket_number} («{ticket_subject}»): {ticket_status}.",
                "Request {ticket_number} (“{ticket_subject}”): {ticket_status}."), "next": ""},
        },
    }  # fmt: skip
    shop = {
        "when": "nobody", "wished": True, "sure": 30, "flows": ["order"], "name": _said("چکادیار", "مساعد تشكاد", "Chakad helper"),
        "hello": _said("سلام.", "مرحباً.", "Hello."),
    }  # fmt: skip
    return {"inboxes": {str(world.inboxes["shop"].pk): shop}, "flows": [order]}


TALKS: list[tuple[float, str, list[tuple[str, str]]]] = [
    # hours ago, who, [(what he writes or presses, the button)]
    (75, "emma", [("How do I renew my club membership?", ""), ("Yes, that helped", "yes")]),
    (52, "mina", [("دو بار پول از حسابم کم شد", ""), ("بله، کمک کرد", "yes")]),
    (50, "yusuf", [("كيف أجدد اشتراك النادي؟", ""), ("نعم، ساعدني ذلك", "yes")]),
    (31, "mina", [("چطور اشتراک باشگاه را تمدید کنم؟", ""), ("نه، کمکی نکرد", "no"), ("می‌خواهم با یک نفر صحبت کنم", "person")]),
    (27, "emma", [("Can I rent a tent for a week?", ""), ("tent rental for a week", "")]),
    (26, "kaveh", [("سفارشم نرسیده", ""), ("سفارشم نرسیده", "choice:parcel"), ("۸۸۱۴", ""), ("پنج روز یا بیشتر", "choice:many")]),
    (0.1, "emma", [("I was charged twice for one order", "")]),
]  # fmt: skip


def serve(world: World, articles: dict[str, Article], now: datetime) -> None:
    """Put it in force, and let some customers talk with it."""
    arash = world.agents["arash"]
    draft = rulebooks.keep(
        "bot", document(world, articles), by=arash, note="چکادیار", now=now - timedelta(days=20)
    )
    rulebooks.enable(draft, by=arash, now=now - timedelta(days=20))
    shaping.save_reach(
        by=arash, phone="021 8765 4321", hours=BusinessHours.objects.order_by("pk").values_list("pk", flat=True).first(), links="@chakad https://social.chakad.example/@chakad",
        now=now - timedelta(days=20),
    )  # fmt: skip
    for hours, who, lines in TALKS:
        _talk(world, world.customers[who], lines, now - timedelta(hours=hours))
    wrong = BotAnswer.objects.filter(helped=False).first()
    if wrong is not None:
        wrong.wrong_at, wrong.wrong_by = now - timedelta(hours=20), world.agents["sara"]
        wrong.save(update_fields=["wrong_at", "wrong_by"])


def _talk(world: World, customer: Customer, lines: list[tuple[str, str]], at: datetime) -> None:
    conversation = None
    for number, (text, press) in enumerate(lines):
        at += timedelta(seconds=40)
        message = actions.receive(
            Incoming(
                inbox_id=world.inboxes["shop"].pk, channel="chat", customer_id=customer.pk, text=text, language=customer.language,
                conversation_id=conversation, client_id=f"bot-{customer.pk}-{at:%d%H%M%S}-{number}", by_bot=True,
                meta={"proved": True, **({"press": press} if press else {})}, context={"page": "https://chakad.example/help"},
            ), now=at,
        )  # fmt: skip
        conversation = message.conversation_id
        talking.speak(conversation, at + timedelta(seconds=1))
