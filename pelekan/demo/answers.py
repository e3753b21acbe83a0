"""What the office has made of its work: solved questions that others may read, answers that are typed again and again, and
an article that was sent as a card and opened."""

from __future__ import annotations

from datetime import datetime, timedelta

from pelekan.demo.world import World
from pelekan.knowledge.deflection import cards, homes, repeated, solved
from pelekan.knowledge.models import Translation
from pelekan.lib.html import from_text
from pelekan.tickets import actions
from pelekan.tickets.events import action
from pelekan.tickets.models import Conversation, Message, Ticket
from pelekan.tickets.states import OPEN_STATES

RELEASED = {
    "fa": (
        "فاکتور خرید را از کجا بگیرم؟",
        "در پنل، «سفارش‌های من» را باز کنید، سفارش را انتخاب کنید و دکمهٔ «فاکتور» را بزنید. فایل PDF همان لحظه ساخته می‌شود.",
    ),
    "ar": (
        "من أين أحصل على فاتورة الشراء؟",
        "افتح «طلباتي» في لوحة حسابك، واختر الطلب ثم اضغط «فاتورة». يُنشأ ملف PDF في الحال.",
    ),
    "en": (
        "Where do I get the invoice of an order?",
        "Open “My orders” in your panel, choose the order and press “Invoice”. The PDF is made at once.",
    ),
}


def make(world: World, now: datetime) -> None:
    """Three released answers, one in each language; the others wait to be read."""
    solved.gather(now)
    rows = Ticket.objects.filter(registered_at__isnull=False, number__isnull=False).exclude(
        status__in=OPEN_STATES
    )
    rows = rows.filter(solved_question=None).order_by("-pk")
    sara = world.agents["sara"]
    for (language, (question, answer)), ticket in zip(RELEASED.items(), rows[:3], strict=False):
        made = solved.SolvedQuestion.objects.create(
            ticket=ticket, question=question, answer=answer, language=language, at=now
        )
        solved.release(made, question=question, answer=answer, by=sara, now=now)
    repeated.gather(now)
    homes.keep(
        world.inboxes["shop"], by=world.agents["arash"], choices=["help", "chat", "form", "report", "requests", "portal"],
        reports=world.categories["account"],
        departments=[world.teams[key].pk for key in ("payments", "technical")],
    )  # fmt: skip
    _send_card(world, now)


@action
def _send_card(world: World, now: datetime) -> None:
    """In the newest open chat an article goes as a card, and the customer opens it."""
    sara = world.agents["sara"]
    talk = (
        Conversation.objects.filter(channel="email", ticket__status__in=OPEN_STATES, ticket__assignee=sara)
        .select_related("ticket__customer")
        .order_by("-last_at")
        .first()
    )
    if talk is None:
        return
    reader = cards.reader_of(talk.ticket.customer)
    rows = Translation.objects.readable_by(reader).select_related("published", "article")
    row = rows.filter(language=talk.ticket.language).order_by("pk").first()
    if row is None or row.published is None:
        return
    link = cards.address(row.pk)
    html, kept = cards.send(
        f'<p dir="auto"><b><a href="{link}">{row.published.title}</a></b></p>{from_text(row.published.summary)}'
        f'<p dir="ltr"><a href="{link}">{link}</a></p>', talk.ticket, now=now,
    )  # fmt: skip
    message: Message = actions.reply(
        talk.ticket, by=sara, conversation=talk, text=f"{row.published.title}\n{kept[0]['url']}", html=html,
        meta={cards.META: kept}, now=now - timedelta(minutes=4),
    )  # fmt: skip
    offer = cards.offer_of(row.pk, str(kept[0]["url"]).rpartition("-")[2])
    if offer is not None and message.pk:
        offer.conversation = talk
        cards.opened(offer, row, now - timedelta(minutes=1))
