"""The community of the demo's shop: one space for everybody with topics in three languages, one for the club alone.

Told through the same actions that people use, over the last two weeks: a solved question, one that nobody has answered, an
idea with votes, a post that waits for a look, and one that readers reported.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pelekan.demo.world import World
from pelekan.knowledge.community import keeping, members, steering, writing
from pelekan.knowledge.community.models import Member, Readers, Space, Topic
from pelekan.people.identify import customer_for
from pelekan.people.models import Customer

NAMES = {"mina": "مینا.ص", "yusuf": "يوسف.م", "emma": "Emma-C", "kaveh": "کوه‌نورد"}
OTHERS = {
    "negar": ("نگار احمدی", "negar.ahmadi@example.com", "fa", "نگار"),
    "salma": ("سلمى الحارثي", "salma.alharthi@example.net", "ar", "سلمى"),
    "daniel": ("Daniel Weber", "daniel.weber@example.net", "en", "Daniel.W"),
}


def gather(world: World, now: datetime) -> Space:
    """Open the spaces and let people talk."""
    admin = world.agents["arash"]
    gear = keeping.save_space(
        None,
        names={"fa": "چادر، کوله و کفش", "ar": "الخيام والحقائب والأحذية", "en": "Tents, packs and boots"},
        descriptions={
            "fa": "چه بخریم، چطور نگه داریم، چه چیزی به کار نیامد.",
            "ar": "ماذا نشتري وكيف نعتني به وما لم ينفع.",
            "en": "What to buy, how to care for it, what did not work out.",
        },
        by=admin,
        now=now - timedelta(days=30),
    )
    keeping.save_space(
        None,
        names={"fa": "تازه‌های فروشگاه", "ar": "أخبار المتجر", "en": "News of the shop"},
        descriptions={
            "fa": "از تیم ما؛ پاسخ‌ها آزاد است.",
            "ar": "من فريقنا، والردود مفتوحة.",
            "en": "From our team; answers are welcome.",
        },
        read=Readers.CUSTOMERS,
        write="answers",
        by=admin,
        now=now - timedelta(days=30),
    )
    people = _people(world, now)
    _solved(gear, world, people, now)
    _idea(gear, people, now)
    _arabic(gear, world, people, now)
    _unanswered(gear, people, now)
    _waiting(gear, people, now)
    return gear


def _people(world: World, now: datetime) -> dict[str, Member]:
    found: dict[str, Member] = {}
    for key, name in NAMES.items():
        found[key] = _member(world.customers[key], name, now)
    for key, (name, address, language, shown) in OTHERS.items():
        customer = customer_for("email", address, name=name, language=language, verified=True, now=now)
        found[key] = _member(customer, shown, now)
    for key in ("mina", "yusuf", "emma", "kaveh", "negar", "salma"):
        found[key].approved = 3
        found[key].save(update_fields=["approved"])
    return found


def _member(customer: Customer, name: str, now: datetime) -> Member:
    return members.choose_name(customer, name, now=now - timedelta(days=20))


def _ask(
    space: Space, by: Member, title: str, source: str, language: str, at: datetime, kind: str = "question"
) -> Topic:
    return writing.ask(space, by=by, title=title, source=source, language=language, kind=kind, now=at)


def _solved(space: Space, world: World, people: dict[str, Member], now: datetime) -> None:
    at = now - timedelta(days=9)
    topic = _ask(
        space,
        people["mina"],
        "آب از درز کف چادر دو‌نفره می‌آید؛ چه کار کنم؟",
        "چادر **قله ۲** دارم. هفتهٔ پیش زیر باران، از درز گوشهٔ کف آب آمد.\n\n- پارچه سالم است\n- نوار درز کمی بلند شده\n\nخودم می‌توانم درستش کنم یا باید بفرستم تعمیر؟",
        "fa",
        at,
    )
    best = writing.answer(
        topic,
        by=people["kaveh"],
        source="من همین را داشتم. این‌طور درست شد:\n\n1. درز را با الکل تمیز و خشک کن.\n2. چسب درز سیلیکونی را نازک روی نوار بکش.\n3. بیست‌وچهار ساعت در سایه بماند.\n\nاز آن روز سه بار زیر باران بوده و خشک مانده.",
        now=at + timedelta(hours=3),
    )
    writing.answer(
        topic, by=people["mina"], source="@کوه‌نورد ممنون، عالی شد!", parent=best, now=at + timedelta(days=2)
    )
    writing.answer(
        topic,
        by=world.agents["omid"],
        source="اگر چادر هنوز در ضمانت است، تعمیر درز رایگان است؛ با شمارهٔ سفارش یک درخواست بفرستید.",
        now=at + timedelta(hours=5),
    )
    for key in ("mina", "negar", "emma"):
        steering.vote(best, by=people[key], now=at + timedelta(days=2))
    steering.accept(best, by=people["mina"], now=at + timedelta(days=2))
    steering.pin(topic, by=world.agents["nika"], now=at + timedelta(days=3))


def _idea(space: Space, people: dict[str, Member], now: datetime) -> None:
    at = now - timedelta(days=6)
    topic = _ask(
        space,
        people["emma"],
        "Rent a tent before buying it",
        "I would like to try a four-season tent for a weekend before I spend that much. Could the shop rent out a few, and take the rent off the price?",
        "en",
        at,
        "idea",
    )
    first = topic.posts.get(first=True)
    for key in ("mina", "kaveh", "yusuf", "negar"):
        steering.vote(first, by=people[key], now=at + timedelta(days=1))
    writing.answer(
        topic,
        by=people["negar"],
        source="Yes please, and snowshoes too.",
        now=at + timedelta(hours=8),
    )


def _arabic(space: Space, world: World, people: dict[str, Member], now: datetime) -> None:
    at = now - timedelta(days=4)
    topic = _ask(
        space,
        people["yusuf"],
        "ما المقاس المناسب لحقيبة ظهر لرحلة ثلاثة أيام؟",
        "سأمشي ثلاثة أيام في الجبال في الربيع، ومعي خيمة صغيرة. هل تكفي حقيبة **٤٥ لترًا**؟",
        "ar",
        at,
    )
    writing.answer(
        topic,
        by=world.agents["laila"],
        source="مع الخيمة ننصح بـ ٥٥ إلى ٦٥ لترًا. إن كان كيس النوم صغيرًا فقد تكفي ٥٠.",
        as_desk=True,
        now=at + timedelta(hours=2),
    )
    writing.answer(
        topic,
        by=people["salma"],
        source="أخذت حقيبة ٦٠ لترًا لرحلة مشابهة وكانت مريحة، والأهم حزام الخصر.",
        now=at + timedelta(hours=9),
    )


def _unanswered(space: Space, people: dict[str, Member], now: datetime) -> None:
    _ask(
        space,
        people["negar"],
        "کفش کوهنوردی را با چه چیزی چرب کنم که سفت نشود؟",
        "چرم کفشم بعد از دو فصل خشک شده. موم بهتر است یا روغن؟ کسی تجربه دارد؟",
        "fa",
        now - timedelta(hours=30),
    )


def _waiting(space: Space, people: dict[str, Member], now: datetime) -> None:
    _ask(
        space,
        people["daniel"],
        "Which stove works below minus fifteen?",
        "My gas stove gives up in the cold. I read this test: https://example.org/stoves. What do you use?",
        "en",
        now - timedelta(hours=2),
    )
