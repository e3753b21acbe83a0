"""When are you open? Today, tomorrow, on a holiday: told from the real calendar, in the reader's language and calendar."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pelekan.demo.world import World
from pelekan.knowledge.bot.answering import answer
from pelekan.knowledge.readers import ANYONE
from pelekan.sla import calendars
from pelekan.sla.models import BusinessHours

SUNDAY = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)  # 1 Azar 1405, noon in Tehran


@pytest.fixture
def shop(world: World):
    """Saturday to Wednesday, nine to five in Tehran; Iran's holidays."""
    day, off = [["09:00", "17:00"]], []
    week = [day, day, day, off, off, day, day]
    hours = BusinessHours.objects.create(name="shop hours", zone="Asia/Tehran", week=week, country="IR")
    for other in BusinessHours.objects.exclude(pk=hours.pk):
        other.inboxes.remove(world.inboxes["shop"])
    hours.inboxes.add(world.inboxes["shop"])
    calendars.forget()
    yield world.inboxes["shop"]
    calendars.forget()


ASKED = [
    ("fa", "امروز باز هستید؟", ["۰۹:۰۰", "۱۷:۰۰"]),
    ("fa", "فردا ساعت چند باز می‌کنید؟", ["فردا", "۰۹:۰۰"]),
    ("fa", "عید نوروز باز هستید؟", ["نوروز", "فروردین"]),
    ("fa", "ساعت کاری شما چیست؟", ["شنبه", "۱۷:۰۰"]),
    ("ar", "هل أنتم مفتوحون اليوم؟", ["٠٩:٠٠"]),
    ("ar", "هل تفتحون غداً؟", ["٠٩:٠٠"]),
    ("ar", "هل أنتم مفتوحون في عيد الفطر؟", ["الفطر"]),
    ("en", "When are you open?", ["09:00", "17:00"]),
    ("en", "are you open tomorrow?", ["tomorrow", "09:00"]),
    ("en", "Are you open on Nowruz?", ["Nowruz"]),
    ("en", "Are you open on Friday?", ["closed"]),
]


@pytest.mark.parametrize(("language", "question", "words"), ASKED)
def test_hours_come_from_the_calendar(shop, language: str, question: str, words: list[str]) -> None:
    found = answer(question, ANYONE, language, shop, zone="Asia/Tehran", now=SUNDAY)
    assert found is not None and found.kind == "hours", found
    assert all(word in found.text for word in words), found.text
