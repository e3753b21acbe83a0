"""A month of visitors to the shop's help centre: what they typed, in three languages and with slips, what they opened, who
went on to a person. The dice always fall alike; written in bulk, then summed like the real thing.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pelekan.demo.world import World
from pelekan.knowledge.models import Article, Translation
from pelekan.knowledge.readers import groups_of
from pelekan.knowledge.trail import again, days
from pelekan.knowledge.trail.masking import folded, masked
from pelekan.knowledge.trail.models import Habits, Offer, Place, Question, Reading, Visit
from pelekan.people.models import Customer
from pelekan.tickets.models import Ticket

DAYS = 42
VISITS = 2_400
HELD_OUT = 20  # of a hundred, so that the demo's trial has something to say


@dataclass(frozen=True)
class Wish:
    """What somebody wants to know: how it is typed, which articles answer it (keys of `demo.articles`), how often."""

    language: str
    words: tuple[str, ...]
    answers: tuple[str, ...] = ()
    often: int = 1
    helps: float = 0.7  # how likely the article is enough


WISHES = (
    Wish("fa", ("تمدید اشتراک", "اشتراک را چطور تمدید کنم", "تمدید اشتراک‌ها", "jlndn hajvh;", "tamdid eshterak"), ("renew",), 9, 0.8),
    Wish("fa", ("بانک دو بار پول کم کرد", "دو بار پول کم شد", "پول کم شد سفارش ثبت نشد", "کسر دوباره بانک"), ("twice",), 8, 0.55),
    Wish("fa", ("سفارشم کی می‌رسد", "پیگیری سفارش", "سفارش کی میرسه", "md'dvd sthva"), ("delivery",), 7),
    Wish("fa", ("گارانتی چادر", "ضمانت چادر", "گارانتی چادر چند سال است"), ("warranty",), 4),
    Wish("fa", ("فراموشی رمز", "رمز عبور یادم رفته", "بازیابی گذرواژه"), ("password", "tree"), 5),
    Wish("fa", ("برپا کردن چادر", "نصب چادر سهند"), ("tent",), 3, 0.85),
    Wish("fa", ("خرید قسطی", "پرداخت قسطی", "قسطی میشه خرید", "اقساط"), (), 6),
    Wish("fa", ("ارسال به خارج از کشور", "ارسال خارج کشور", "پست بین المللی"), (), 4),
    Wish("fa", ("تعمیر زیپ کیسه خواب", "زیپ کیسه‌خواب خراب شده", "تعمیر زیپ"), ("warranty",), 3, 0.2),
    Wish("fa", ("اجاره چادر", "اجاره کوله"), (), 2),
    Wish("fa", ("فاکتور رسمی", "گرفتن فاکتور رسمی", "فاکتور"), ("wholesale",), 3, 0.4),
    Wish("ar", ("تأخر الشحنة", "أين طلبي", "تتبع الطلب", "متى يصل الطلب"), ("delivery",), 5),
    Wish("ar", ("تجديد الاشتراك", "كيف أجدد اشتراكي", "تجديد اشتراك"), ("renew",), 4, 0.8),
    Wish("ar", ("خصم المبلغ مرتين", "دفعت مرتين"), ("twice",), 3, 0.5),
    Wish("ar", ("الدفع عند الاستلام", "دفع عند الاستلام"), (), 4),
    Wish("ar", ("استبدال المقاس", "تبديل مقاس الحذاء"), ("returns",), 2, 0.4),
    Wish("en", ("renew membership", "how do I renew my membership", "renewing membership"), ("renew",), 3, 0.8),
    Wish("en", ("charged twice", "bank charged me twice"), ("twice",), 3, 0.55),
    Wish("en", ("gift card balance", "gift cards", "check gift card balance"), (), 3),
    Wish("en", ("reset password", "forgot my password"), ("password", "tree"), 2),
    Wish("en", ("tent pole replacement", "replace a tent pole"), ("warranty",), 2, 0.3),
)  # fmt: skip
PLANS = ("", "", "", "basic", "plus")


def walk(world: World, shelves: dict[str, Article], now: datetime) -> int:
    """Let the month have happened; how many visits there were."""
    dice = random.Random(1405)
    pages = _pages(shelves)
    known = list(Customer.objects.select_related("organization").order_by("pk"))
    groups = {one.pk: sorted(groups_of(one)) for one in known}
    requests = list(
        Ticket.objects.filter(created_at__gt=now - timedelta(days=DAYS), created_at__lt=now)
        .order_by("created_at")
        .values_list("pk", "created_at", "customer", "language")
    )
    Habits.objects.update_or_create(pk=1, defaults={"hold_out": HELD_OUT})
    visits, plans = [], []
    chosen = dice.choices(WISHES, [wish.often for wish in WISHES], k=VISITS)
    for number, wish in enumerate(chosen):
        back = DAYS * (1 - (number + dice.random()) / VISITS) ** 0.85
        at = _waking(now - timedelta(days=back), dice)
        if at < now:
            visit, plan = _visit(wish, number, at, known, groups, dice)
            visits.append(visit)
            plans.append((wish, plan))
    Visit.objects.bulk_create(visits, batch_size=500)
    _steps(visits, plans, pages, dice)
    _requests(visits, plans, requests, dice)
    days.catch_up(now)
    again.catch_up(now)
    days.catch_up(now)  # subjects find the topics that the first round made
    return len(visits)


def _pages(shelves: dict[str, Article]) -> dict[tuple[str, str], Translation]:
    rows = Translation.objects.filter(published__isnull=False, article__in=shelves.values())
    by_article = {article.pk: key for key, article in shelves.items()}
    return {(by_article[row.article_id], row.language): row for row in rows.select_related("article")}


def _waking(at: datetime, dice: random.Random) -> datetime:
    """By day, seldom at night."""
    return at.replace(
        hour=dice.choices(range(24), [1] * 4 + [4] * 4 + [9] * 10 + [5] * 6)[0], minute=dice.randrange(60)
    )


def _visit(
    wish: Wish, number: int, at: datetime, known: list[Customer], groups: dict[int, list[int]], dice: random.Random
) -> tuple[Visit, dict[str, Any]]:  # fmt: skip
    key = hashlib.sha256(f"visitor {dice.randrange(VISITS * 2)}-{number % 7}".encode()).hexdigest()
    mine = [one for one in known if one.language == wish.language]
    customer = dice.choice(mine) if mine and dice.random() < 0.3 else None
    place = dice.choices((Place.HELP, Place.PORTAL, Place.WIDGET, Place.FORM), (6, 2, 2, 1))[0]
    held = int(key[:8], 16) % 100 < HELD_OUT
    helped = wish.answers and dice.random() < wish.helps * (
        0.72 if held and place in (Place.PORTAL, Place.FORM) else 1
    )
    visit = Visit(
        key=key, customer=customer, organization=customer.organization if customer else None,
        plan=str(customer.facts.get("plan") or dice.choice(PLANS))[:80] if customer else "",
        groups=groups[customer.pk] if customer else [], language=wish.language, place=place, held_out=held, began_at=at,
        last_at=at + timedelta(minutes=dice.uniform(1, 14)),
    )  # fmt: skip
    return visit, {"helped": bool(helped), "asks": not helped and dice.random() < (0.42 if held else 0.3)}


def _steps(
    visits: list[Visit], plans: list[tuple[Wish, dict[str, Any]]], pages: dict[tuple[str, str], Translation], dice: random.Random
) -> None:  # fmt: skip
    questions, readings, offers = [], [], []
    for visit, (wish, plan) in zip(visits, plans, strict=True):
        if dice.random() < 0.12:  # looks round only
            continue
        said = masked(dice.choice(wish.words))
        found = [pages[key, wish.language] for key in wish.answers if (key, wish.language) in pages]
        answers = len(found) + (dice.randrange(4) if found else 0)
        question = Question(
            visit=visit, place=visit.place, text=said, folded=folded(said), language=wish.language, found=answers,
            at=visit.began_at + timedelta(seconds=20),
        )  # fmt: skip
        questions.append(question)
        if visit.place in (Place.PORTAL, Place.FORM) and found and not visit.held_out:
            at = visit.began_at + timedelta(seconds=40)
            offers.append(
                Offer(place=visit.place, visit=visit, at=at, clicked_at=at if plan["helped"] else None,
                      solved_at=at + timedelta(minutes=2) if plan["helped"] and dice.random() < 0.6 else None,
                      went_on_at=at + timedelta(minutes=1) if plan["asks"] else None)
            )  # fmt: skip
        if found and (plan["helped"] or dice.random() < 0.5):
            question.clicked = found[0]
            readings.append(_reading(visit, question, found[0], plan["helped"], dice))
            if len(found) > 1 and dice.random() < 0.3:
                readings.append(_reading(visit, question, found[1], False, dice))
    Question.objects.bulk_create(questions, batch_size=500)
    Reading.objects.bulk_create(readings, batch_size=500)
    Offer.objects.bulk_create(offers, batch_size=500)


def _reading(
    visit: Visit, question: Question, page: Translation, helped: bool, dice: random.Random
) -> Reading:
    kind = page.article.kind
    long = {"video": 95, "steps": 70, "tree": 60, "text": 48, "faq": 30}.get(kind, 40)
    seconds = int(dice.uniform(0.5, 1.6) * long) if helped else int(dice.uniform(2, 34))
    solved = (
        True if helped and dice.random() < 0.35 else False if not helped and dice.random() < 0.2 else None
    )
    return Reading(
        visit=visit, translation=page, kind=kind, place=visit.place, question=question, seconds=seconds, solved=solved,
        at=visit.began_at + timedelta(seconds=45),
    )  # fmt: skip


def _requests(
    visits: list[Visit],
    plans: list[tuple[Wish, dict[str, Any]]],
    requests: list[tuple[Any, ...]],
    dice: random.Random,
) -> None:
    """Some of those who were not helped are the ones whose requests the desk knows."""
    free = [visit for visit, (_wish, plan) in zip(visits, plans, strict=True) if plan["asks"]]
    taken: set[int] = set()
    for pk, at, customer, language in requests:
        for visit in free:
            near = timedelta() <= at - visit.began_at < timedelta(days=2)
            if near and visit.pk not in taken and visit.language == language:
                taken.add(visit.pk)
                visit.ticket_id, visit.customer_id = pk, customer
                Question.objects.filter(visit=visit).update(ticket=pk)
                break
    changed = [visit for visit in free if visit.pk in taken]
    Visit.objects.bulk_update(changed, ["ticket", "customer"], batch_size=200)
