"""What readers of the demo's help centre say was missing: one settled, the others waiting for the articles' owners."""

from __future__ import annotations

from datetime import datetime, timedelta

from pelekan.demo.world import World
from pelekan.knowledge import remarks
from pelekan.knowledge.models import Article, Translation

SAID = (  # article, language, days ago, what was missing
    ("twice", "fa", 1, "نوشته‌اید ۷۲ ساعت؛ اگر این مدت از پنجشنبه شروع شود، جمعه هم حساب است؟"),
    ("twice", "en", 3, "What do I do when my bank says that it knows nothing of the second charge?"),
    ("renew", "ar", 4, "لم أجد أين يُكتب رمز الخصم عند التجديد."),
    ("tree", "fa", 9, "من با شمارهٔ قدیمی ثبت‌نام کرده‌ام و دیگر آن خط را ندارم. این حالت نبود."),
)
SETTLED = 3  # its place above


def leave(world: World, articles: dict[str, Article], now: datetime) -> None:
    """Some weeks of readers' words."""
    for place, (key, language, days, text) in enumerate(SAID):
        row = Translation.objects.filter(article=articles[key], language=language).first()
        if row is None or row.published_id is None:
            continue
        at = now - timedelta(days=days, hours=place)
        made = remarks.say(row, helped=False, text=text, visitor=f"demo-{place}", now=at)
        if place == SETTLED:
            remarks.settle(made, by=world.agents["nika"], now=at + timedelta(hours=20))
