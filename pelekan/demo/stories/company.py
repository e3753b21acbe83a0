"""The portal in the demo: departments that speak three languages, and a company whose two members read each other's
requests, say whether answers helped, and of whom one adds the other to a request, so that she answers too."""

from __future__ import annotations

from datetime import datetime, timedelta

from pelekan.demo.world import World
from pelekan.people.identify import customer_for
from pelekan.people.models import Customer, Organization, Sharing
from pelekan.tickets import actions
from pelekan.tickets.erasing import asking
from pelekan.tickets.following import acts as following
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Ticket
from pelekan.tickets.notices import rating

DEPARTMENTS = {
    "front": {
        "ar": {"name": "الاستقبال", "description": "أجوبة سريعة في الدردشة والهاتف والبريد"},
        "en": {"name": "Front desk", "description": "Quick answers by chat, phone and mail"},
    },
    "payments": {
        "ar": {"name": "الدفع والفواتير", "description": "مبالغ خُصمت، واسترداد، وفواتير"},
        "en": {"name": "Payments and invoices", "description": "Money that was taken, refunds, invoices"},
    },
    "technical": {
        "ar": {"name": "الدعم الفني", "description": "تسجيل الدخول، والأعطال، والتطبيق"},
        "en": {"name": "Technical support", "description": "Signing in, faults, the app"},
    },
}
ASKED = [
    ("kaveh", "فاکتور رسمی سفارش گلدان‌ها", "سلام، فاکتور رسمی این سفارش را با نام شرکت می‌خواهیم.",
     "فاکتور با نام شرکت صادر شد و همین‌جا در پرونده است.", True, "سریع و کامل بود."),
    ("roya", "تغییر نشانی تحویل انبار", "نشانی انبار ما عوض شده؛ سفارش فردا به نشانی تازه برسد.",
     "نشانی تازه ثبت شد. اگر بار راه افتاده باشد خبرتان می‌کنیم.", False, "نگفتید سفارش فردا کجا می‌رود."),
]  # fmt: skip


def tell(world: World, now: datetime) -> None:
    """Departments, the company and what its members asked."""
    for key, words in DEPARTMENTS.items():
        world.teams[key].words = words
        world.teams[key].save(update_fields=["words"])
    company = Organization.objects.get(domains=["sepehr-trading.example"])
    company.sharing = Sharing.ALL
    company.save(update_fields=["sharing"])
    roya = customer_for(
        "email",
        "roya.taheri@sepehr-trading.example",
        name="رویا طاهری",
        language="fa",
        verified=True,
        now=now,
    )
    people: dict[str, Customer] = {
        "kaveh": Customer.objects.get(pk=world.customers["kaveh"].pk),
        "roya": roya,
    }
    for place, (who, subject, text, answer, helped, why) in enumerate(ASKED):
        at = now - timedelta(hours=5 + place)
        asked = actions.receive(
            Incoming(
                inbox_id=world.inboxes["portal"].pk, channel="portal", customer_id=people[who].pk, text=text,
                subject=subject, language="fa",
            ),
            now=at,
        )  # fmt: skip
        ticket = Ticket.objects.get(pk=asked.ticket_id)
        actions.take(ticket, by=world.agents["sara"], now=at + timedelta(minutes=6))
        said = actions.reply(ticket, by=world.agents["sara"], text=answer, now=at + timedelta(minutes=11))
        rating.rate_answer(said, by=people[who], helpful=helped, words=why, now=at + timedelta(minutes=40))
    _follow(world, people, now - timedelta(hours=4))
    emma = Customer.objects.get(pk=world.customers["emma"].pk)
    asking.ask(emma, by=emma, now=now - timedelta(days=2))  # an admin has not decided yet


def _follow(world: World, people: dict[str, Customer], at: datetime) -> None:
    """Kaveh adds Roya to his request, because the invoice is hers to book; she asks, and the desk answers both."""
    ticket = Ticket.objects.get(subject=ASKED[0][1])
    following.add(ticket, "roya.taheri@sepehr-trading.example", by=people["kaveh"], now=at)
    following.answer(
        ticket, by=people["roya"], now=at + timedelta(minutes=20),
        text="سلام، برای ثبت در دفتر، شناسهٔ ملی شرکت هم باید روی فاکتور باشد. لطفاً اضافه کنید.",
    )  # fmt: skip
    ticket.refresh_from_db()
    actions.reply(
        ticket, by=world.agents["sara"], now=at + timedelta(minutes=32),
        text="شناسهٔ ملی اضافه شد و فاکتور تازه جای قبلی را گرفت.",
    )  # fmt: skip
