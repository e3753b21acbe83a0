"""The help centre of the demo's shop: all kinds of articles, in three languages, for everyone and for some.

Written through the same actions that writers use, some weeks ago; one translation is out of date, one article waits for
review, one is due to be looked at again.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime, timedelta
from typing import Any

from pelekan.demo.articles import account, buying, internal, shop
from pelekan.demo.articles.shape import Text
from pelekan.demo.world import World
from pelekan.knowledge import actions
from pelekan.knowledge.files.markdown import to_html
from pelekan.knowledge.models import Article, Section, Translation
from pelekan.lib.time import now as clock
from pelekan.people.models import CustomerGroup

SECTIONS: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    # slug: icon, names, a sentence
    "buying": (
        "credit-card",
        {"fa": "خرید و پرداخت", "ar": "الشراء والدفع", "en": "Buying and paying"},
        {
            "fa": "بانک، فاکتور، اشتراک باشگاه",
            "ar": "البنك والفواتير واشتراك النادي",
            "en": "Banks, invoices, club membership",
        },
    ),
    "delivery": (
        "truck",
        {"fa": "ارسال، بازگشت و ضمانت", "ar": "الشحن والإرجاع والضمان", "en": "Delivery, returns, warranty"},
        {
            "fa": "از انبار تا چادر شما",
            "ar": "من المستودع إلى خيمتك",
            "en": "From our warehouse to your tent",
        },
    ),
    "account": (
        "circle-user",
        {"fa": "حساب و اپلیکیشن", "ar": "الحساب والتطبيق", "en": "Account and app"},
        {
            "fa": "ورود، گذرواژه، نسخه‌های تازه",
            "ar": "الدخول وكلمة المرور والإصدارات الجديدة",
            "en": "Signing in, passwords, new versions",
        },
    ),
    "gear": (
        "mountain",
        {"fa": "کار با وسایل", "ar": "استخدام المعدّات", "en": "Using your gear"},
        {
            "fa": "برپا کردن، شستن، نگه‌داری",
            "ar": "النصب والغسل والعناية",
            "en": "Pitching, washing, keeping",
        },
    ),
    "team": (
        "lock",
        {"fa": "دستورالعمل‌های تیم", "ar": "تعليمات الفريق", "en": "For the team"},
        {"fa": "فقط همکاران می‌بینند", "ar": "للزملاء فقط", "en": "Only colleagues see these"},
    ),
}
TEXTS: tuple[Text, ...] = (*buying.TEXTS, *shop.TEXTS, *account.TEXTS, *internal.TEXTS)


def shelve(
    world: World, now: datetime | None = None, *, only: Container[str] | None = None
) -> dict[str, Article]:
    """All of it, or `only` some, by key ("twice", "renew" …)."""
    now = now or clock()
    texts = [text for text in TEXTS if only is None or text.key in only]
    shelves = {
        slug: Section.objects.create(slug=slug, icon=icon, names=names, descriptions=lines, position=place)
        for place, (slug, (icon, names, lines)) in enumerate(SECTIONS.items())
    }
    wholesale = CustomerGroup.objects.create(
        name="همکاران عمده",
        description="شرکت‌هایی که با فاکتور رسمی و تخفیف همکار خرید می‌کنند",
        plans=["wholesale"],
    )
    if kaveh := world.customers.get("kaveh"):
        kaveh.refresh_from_db(fields=["organization"])
        if kaveh.organization:
            wholesale.organizations.add(kaveh.organization)
    made = {text.key: _write(text, shelves, world, now) for text in texts}
    for text in texts:
        made[text.key].related.set([made[key] for key in text.related if key in made])
    if "wholesale" in made:
        made["wholesale"].groups.set([wholesale])
    Article.objects.filter(pk__in=[made[key].pk for key in ("renew", "twice", "tree") if key in made]).update(
        pinned_at=now
    )
    return made


def _write(text: Text, shelves: dict[str, Section], world: World, now: datetime) -> Article:
    by, at = world.agents[text.by], now - timedelta(days=text.days)
    known: dict[str, Any] = {"owner": world.agents[text.owner]}
    if text.tier is not None:
        known["tier"] = world.tiers[text.tier]
    if text.review_in is not None:
        known["review_at"] = now + timedelta(days=text.review_in)
    first, *others = text.words
    words = text.words[first]
    original = actions.begin(
        shelves[text.section], language=first, title=words[0], summary=words[1], body=to_html(words[2]), by=by,
        kind=text.kind, visibility=text.visibility, data=text.data.get(first), now=at, **known,
    )  # fmt: skip
    article = original.article
    article.categories.set([world.categories[key] for key in text.categories])
    if text.out:
        _publish(original, world, at + timedelta(hours=4))
    for number, language in enumerate(others, 1):
        title, summary, body = text.words[language]
        row = actions.write(
            article, language=language, title=title, summary=summary, body=to_html(body), data=text.data.get(language),
            by=world.agents["laila" if language == "ar" else "james"], now=at + timedelta(hours=5 + number),
        )  # fmt: skip
        if text.out:
            _publish(row, world, at + timedelta(days=1, hours=number))
    if text.later:
        title, summary, body = text.later
        again = actions.write(
            article, language=first, title=title, summary=summary, body=to_html(body), data=text.data.get(first), by=by,
            note=text.note, now=now - timedelta(days=2),
        )  # fmt: skip
        _publish(again, world, now - timedelta(days=2) + timedelta(hours=1))
    return article


def _publish(row: Translation, world: World, at: datetime) -> None:
    actions.publish(row, by=world.agents["nika"], now=at)
