"""The office's rules: where requests go by themselves, what else happens, and who gets them; with the tickets of this
morning that show it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pelekan.demo.world import World
from pelekan.people.models import Agent, AgentSkill, Presence, Skill
from pelekan.tickets import actions, rulebooks
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Category, SavedReply

SINCE = timedelta(hours=5)
MONEY = [
    "بانک",
    "کسر شد",
    "دو بار کم شد",
    "از حسابم",
    "المصرف",
    "خصم مرتين",
    "خصم المبلغ",
    "charged twice",
    "bank",
]
FAULTS = ["API", "HTTP 500", "timeout", "integration", "stack trace"]
SKILLS = {
    # name, what it is, who has it
    "gateway": ("درگاه پرداخت", "دسترسی به گزارش تراکنش‌های درگاه", {"dara": 2, "james": 3}),
}


def put_in_force(world: World, now: datetime) -> None:
    """As an admin made them this morning; then three requests come in."""
    arash, then = world.agents["arash"], now - SINCE
    skills = {}
    for key, (name, text, held) in SKILLS.items():
        skills[key] = Skill.objects.create(name=name, description=text)
        for who, level in held.items():
            AgentSkill.objects.create(agent=world.agents[who], skill=skills[key], level=level)
    Category.objects.filter(pk=world.categories["gateway"].pk).update(skill=skills["gateway"], skill_level=2)
    for kind, body, note in (
        ("routing", routing(world), "بانک به پرداخت، انگلیسی به James"),
        ("assignment", assignment(world), "تیم فنی کارها را خودکار پخش می‌کند"),
        ("automations", automations(world), "مشتری مهم، امتیاز پایین، انتظار یک‌روزه"),
    ):
        draft = rulebooks.keep(kind, body, by=arash, note=note, now=then)
        rulebooks.enable(draft, by=arash, now=then)
    _this_morning(world, now)


def routing(world: World) -> dict[str, Any]:
    """First match wins; the last one leaves the rest where its inbox sent it."""
    teams, agents = world.teams, world.agents
    not_chat = {"field": "channel", "is": "none_of", "value": ["chat"]}
    nobody = {"field": "agents_online", "is": "at_most", "value": 0}
    money = {"field": "text", "is": "has_any", "value": MONEY}
    return {
        "rules": [
            {
                "id": "bank", "name": "بانک و کسر وجه", "on": ["created"], "when": {"all": [not_chat, money]},
                "do": [{"act": "team", "team": teams["payments"].pk}, {"act": "tag", "tag": "بانک"}],
            },
            {
                "id": "bank-chat", "name": "گفتگوی پرداخت وقتی کسی نیست", "on": ["created", "message"],
                "when": {"all": [{"not": not_chat}, money, nobody, {"field": "registered", "is": "no"}]},
                "do": [{"act": "register"}, {"act": "team", "team": teams["payments"].pk}],
            },
            {
                "id": "english", "name": "خطاهای فنی انگلیسی", "on": ["created"],
                "when": {"all": [not_chat, {"field": "language", "is": "one_of", "value": ["en"]},
                                 {"field": "text", "is": "has_any", "value": FAULTS}]},
                "do": [{"act": "team", "team": teams["developers"].pk}, {"act": "agent", "agent": agents["james"].pk}],
            },
            {
                "id": "arabic", "name": "عربی", "on": ["created"],
                "when": {"all": [not_chat, {"field": "language", "is": "one_of", "value": ["ar"]}]},
                "do": [{"act": "team", "team": teams["technical"].pk}],
            },
            {
                "id": "spring", "name": "پیشنهاد همکاری", "on": ["created"], "off": True,
                "when": {"field": "subject", "is": "has_any", "value": ["همکاری", "partnership"]},
                "do": [{"act": "tag", "tag": "همکاری"}],
            },
            {"id": "rest", "name": "بقیه", "on": ["created"], "when": {"always": True}, "do": [{"act": "stay"}]},
        ]
    }  # fmt: skip


def automations(world: World) -> dict[str, Any]:
    """All that match run."""
    important = {"field": "importance", "is": "at_least", "value": 1}
    delivery = {"field": "text", "is": "has_any", "value": ["مرسوله", "پست", "نرسیده", "delivery", "الشحن"]}
    return {
        "rules": [
            {
                "id": "important", "name": "مشتری مهم", "on": ["ticket.created"], "when": important,
                "do": [{"act": "tag", "tag": "مشتری مهم"},
                       {"act": "tell", "whom": "manager", "by": ["bell"], "text": "درخواستی از یک مشتری مهم رسید"}],
            },
            {
                "id": "delivery", "name": "ارسال و تحویل", "on": ["ticket.created"],
                "when": {"all": [delivery, {"field": "category", "is": "unknown"}]},
                "do": [{"act": "category", "category": world.categories["delivery"].pk}, {"act": "tag", "tag": "ارسال"}],
            },
            {
                "id": "unhappy", "name": "امتیاز پایین", "on": ["ticket.rated"],
                "when": {"field": "rating", "is": "at_most", "value": 2},
                "do": [{"act": "call", "script": "بابت تجربه‌ای که داشتید عذر می‌خواهیم. چه چیزی درست پیش نرفت؟"}],
            },
            {
                "id": "a-day", "name": "یک روز کاری در انتظار",
                "on": {"after_hours": 8, "since": "waiting_since", "again": True, "clock": "business"},
                "when": {"field": "priority", "is": "at_least", "value": 3},
                "do": [{"act": "tell", "whom": "manager", "by": ["bell"], "text": "مشتری یک روز کاری است که منتظر پاسخ ماست"}],
            },
            {
                "id": "promise", "name": "قولی که عمل نشد", "on": ["promise.missed"], "when": {"always": True},
                "do": [{"act": "tag", "tag": "قول‌مانده"}],
            },
            {
                "id": "morning", "name": "فوری‌های بی‌صاحب",
                "on": {"at": "09:00", "days": [0, 1, 2, 5, 6], "zone": "Asia/Tehran"},
                "when": {"all": [{"field": "priority", "is": "at_least", "value": 4},
                                 {"field": "assignee", "is": "unknown"},
                                 {"field": "status", "is": "one_of", "value": ["new", "open"]}]},
                "do": [{"act": "tell", "whom": "team", "by": ["bell"], "text": "این کار فوری هنوز صاحب ندارد"}],
            },
            {
                "id": "renewal", "name": "راهنمای تمدید", "on": ["ticket.created"], "off": True,
                "when": {"field": "text", "is": "has_all", "value": ["تمدید", "اشتراک"]},
                "do": [{"act": "reply", "reply": SavedReply.objects.get(shortcut="renew").pk}],
            },
        ]
    }  # fmt: skip


def assignment(world: World) -> dict[str, Any]:
    """The technical team's work comes by itself to whoever is there; the others take what they want."""
    queue, least = {"way": "queue"}, {"way": "least_busy"}
    its = {"technical": least}
    return {"teams": {str(team.pk): its.get(key, queue) for key, team in world.teams.items()}}


def _this_morning(world: World, now: datetime) -> None:
    laila = world.agents["laila"]
    before = (laila.presence, laila.seen_at)
    Agent.objects.filter(pk=laila.pk).update(presence=Presence.ONLINE, seen_at=now)
    for hours, who, language, subject, text in (
        (2.6, "kaveh", "fa", "پول دو بار کم شد", "سلام، برای سفارش ۲۴۱۸ مبلغ دو بار از حسابم کسر شد و بانک می‌گوید با شما تماس بگیرم."),
        (2.1, "emma", "en", "HTTP 500 from the orders API", "Since this morning our integration gets HTTP 500 on every second call to the orders API."),
        (1.7, "yusuf", "ar", "لا أستطيع تسجيل الدخول", "السلام عليكم، يطلب مني التطبيق كلمة مرور جديدة ثم يرفضها. أرجو المساعدة."),
    ):  # fmt: skip
        actions.receive(
            Incoming(
                inbox_id=world.inboxes["portal"].pk, channel="portal", customer_id=world.customers[who].pk,
                subject=subject, text=text, language=language,
            ),
            now=now - timedelta(hours=hours),
        )  # fmt: skip
    Agent.objects.filter(pk=laila.pk).update(presence=before[0], seen_at=before[1])
