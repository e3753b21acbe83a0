"""One small named office in fa, ar and en: the demo, the tests, the screenshots and the docs live in it.

«فروشگاه چکاد» (Chakad) sells outdoor gear on line; its desk has three tiers. `build()` makes the structure;
`stories` (beside this file) fill it with tickets in every state.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from pelekan.lib.time import now as clock
from pelekan.people.identify import customer_for
from pelekan.people.models import Agent, Customer, Organization, Role, Team, Tier, User
from pelekan.sla.models import BusinessHours
from pelekan.tickets.forms import PORTAL
from pelekan.tickets.models import Category, Inbox, SavedReply

PASSWORD = "demo-pelekan"  # only ever set in demo worlds, which listen on this machine alone


@dataclass
class World:
    """The people and doors of the office, by name."""

    tiers: dict[int, Tier]
    teams: dict[str, Team]
    agents: dict[str, Agent]
    customers: dict[str, Customer]
    inboxes: dict[str, Inbox]
    categories: dict[str, Category]


TIERS = {0: "خودیاری", 1: "خط اول", 2: "متخصصان", 3: "توسعه و زیرساخت"}
TEAMS = {
    "front": (1, "پیشخوان", "پاسخ فوری در گفتگو، تلفن و ایمیل‌های ساده"),
    "payments": (2, "پرداخت و مالی", "تراکنش، استرداد، فاکتور"),
    "technical": (2, "فنی", "حساب کاربری، اپلیکیشن، خطاهای پنل"),
    "developers": (3, "توسعه‌دهندگان", "خطاهای نرم‌افزار و زیرساخت"),
}
AGENTS = {
    # key: name, role, teams, language, title
    "sara": ("سارا موحد", Role.AGENT, ["front"], "fa", "پشتیبان خط اول"),
    "omid": ("امید رستگار", Role.AGENT, ["front"], "fa", "پشتیبان خط اول"),
    "laila": ("ليلى حداد", Role.AGENT, ["front", "technical"], "ar", "دعم العملاء"),
    "dara": ("دارا کیانی", Role.AGENT, ["payments"], "fa", "کارشناس پرداخت"),
    "james": ("James Porter", Role.AGENT, ["developers"], "en", "Platform engineer"),
    "nika": ("نیکا فرهمند", Role.MANAGER, ["front", "payments", "technical"], "fa", "سرپرست پشتیبانی"),
    "arash": ("آرش بهرامی", Role.ADMIN, ["front"], "fa", "مدیر سامانه"),
}
CUSTOMERS = {
    "mina": ("مینا صالحی", "mina.salehi@example.com", "fa"),
    "yusuf": ("يوسف المنصوري", "yusuf.almansouri@example.org", "ar"),
    "emma": ("Emma Clarke", "emma.clarke@example.net", "en"),
    "kaveh": ("کاوه نیک‌پی", "kaveh@sepehr-trading.example", "fa"),
}
CATEGORIES = {
    "payment": (None, "پرداخت", ["پرداخت", "بانک", "payment", "دفع", "charged"], 2, 3),
    "bank": ("payment", "خطای بانک", ["بانک", "کسر", "bank"], 3, 3),
    "gateway": ("bank", "درگاه پرداخت", ["درگاه", "gateway"], 3, 3),
    "account": (None, "حساب کاربری", ["ورود", "رمز", "login", "password", "تسجيل"], 2, 2),
    "delivery": (None, "ارسال و تحویل", ["ارسال", "پست", "delivery", "شحن"], 1, 2),
    "howto": (None, "راهنمایی", ["چطور", "چگونه", "how", "كيف"], 1, 1),
}
NAMED = {
    "payment": {"ar": "الدفع", "en": "Payment"},
    "bank": {"ar": "خطأ من البنك", "en": "Bank error"},
    "gateway": {"ar": "بوابة الدفع", "en": "Payment gateway"},
    "account": {"ar": "حساب المستخدم", "en": "Account"},
    "delivery": {"ar": "الشحن والتسليم", "en": "Delivery"},
    "howto": {"ar": "كيف أفعل", "en": "How to"},
}
"""What customers who do not read Persian call them."""
KINDS = {"payment": "fault", "account": "fault", "delivery": "question", "howto": "howto"}
SAVED = {
    "renew": (
        "تمدید اشتراک",
        {
            "fa": "برای تمدید اشتراک، از «حساب من» گزینهٔ «تمدید» را انتخاب کنید. راهنمای گام‌به‌گام را همین‌جا می‌فرستم.",
            "ar": "لتجديد الاشتراك افتح «حسابي» ثم اختر «تجديد».",
            "en": "To renew, open “My account” and choose “Renew”.",
        },
    ),
    "screenshot": (
        "درخواست تصویر صفحه",
        {
            "fa": "لطفاً تصویری از صفحه‌ای که می‌بینید بفرستید تا دقیق‌تر بررسی کنیم.",
            "ar": "من فضلك أرسل لقطة شاشة لما تراه حتى نفحص الأمر بدقة.",
            "en": "Please send a screenshot of what you see, so that we can look closely.",
        },
    ),
}
WEEK = (
    [[["09:00", "13:00"], ["14:00", "18:00"]]] * 3
    + [[["09:00", "13:00"]]]
    + [[]]
    + [[["09:00", "13:00"], ["14:00", "18:00"]]] * 2
)
OWN_DAYS = [
    {"name": "سالگرد فروشگاه", "calendar": "jalali", "from": [9, 25], "does": "closed"},
    {"name": "ساعت ماه رمضان", "calendar": "hijri", "from": [9, 1], "to": [9, 30], "does": "open", "spans": [["10:00", "15:00"]]},
    {"name": "شب یلدا", "calendar": "jalali", "from": [9, 30], "does": "open", "spans": [["09:00", "13:00"]]},
]  # fmt: skip


@transaction.atomic
def build(now: datetime | None = None, *, sites: tuple[str, ...] = ("http://testserver",)) -> World:
    """Make the office: staircase, teams, agents, customers, inboxes, categories, saved replies."""
    now = now or clock()
    tiers = {level: Tier.objects.create(level=level, name=name) for level, name in TIERS.items()}
    teams = {
        key: Team.objects.create(
            tier=tiers[level], name=name, description=text, offered=key in ("payments", "technical")
        )
        for key, (level, name, text) in TEAMS.items()
    }
    password = make_password(PASSWORD)  # once: a hash is meant to take long
    agents = {key: _agent(key, *row, teams=teams, password=password, now=now) for key, row in AGENTS.items()}
    sepehr = Organization.objects.create(
        name="بازرگانی سپهر", domains=["sepehr-trading.example"], importance=1
    )
    customers = {
        key: customer_for("email", address, name=name, language=language, verified=True, now=now)
        for key, (name, address, language) in CUSTOMERS.items()
    }
    Customer.objects.filter(pk=customers["kaveh"].pk).update(organization=sepehr)
    inboxes = {
        "shop": Inbox.objects.create(
            channel="chat", name="گفتگوی فروشگاه", key="shop-widget", secret="demo-widget-secret-0123456789",
            team=teams["front"], specialists=teams["payments"], sites=list(sites), language="fa",
            greeting={"fa": "سلام، چطور می‌توانیم کمک کنیم؟", "ar": "مرحباً، كيف يمكننا مساعدتك؟", "en": "Hello, how can we help?"},
        ),
        "mail": Inbox.objects.create(
            channel="email", name="ایمیل پشتیبانی", key="support-mail", team=teams["front"],
            specialists=teams["technical"], address="support@chakad.example", language="fa",
        ),
        "portal": Inbox.objects.create(
            channel="portal", name="پورتال", key="portal", team=teams["front"], language="fa",
            questions=PORTAL,
        ),
        "api": Inbox.objects.create(channel="api", name="API", key="api", team=teams["front"], language="fa"),
    }  # fmt: skip
    office = BusinessHours.objects.create(
        name="دفتر تهران", zone="Asia/Tehran", week=WEEK, country="IR", own=OWN_DAYS
    )
    office.inboxes.set([inboxes["shop"], inboxes["mail"], inboxes["portal"]])
    categories: dict[str, Category] = {}
    for key, (parent, name, words, impact, urgency) in CATEGORIES.items():
        above = categories[parent] if parent else None
        categories[key] = Category.objects.create(
            parent=above, name=name, names=NAMED[key], level=above.level + 1 if above else 1, words=words, impact=impact,
            urgency=urgency, kind=KINDS.get(key, ""), team=teams["payments"] if key in ("payment", "bank", "gateway") else None,
        )  # fmt: skip
    for shortcut, (name, bodies) in SAVED.items():
        SavedReply.objects.create(name=name, shortcut=shortcut, bodies=bodies)
    return World(tiers, teams, agents, customers, inboxes, categories)


def _agent(
    key: str,
    name: str,
    role: str,
    its: list[str],
    language: str,
    title: str,
    *,
    teams: dict[str, Team],
    password: str,
    now: datetime,
) -> Agent:
    user = User.objects.create(
        email=f"{key}@chakad.example", password=password, name=name, language=language, created_at=now
    )
    agent = Agent.objects.create(user=user, role=role, title=title, languages=[language], created_at=now)
    agent.teams.set([teams[team] for team in its])
    return agent
