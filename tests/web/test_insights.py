"""What managers see of what people look for: every number with its rows, every page in every period."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pelekan.demo.world import World
from pelekan.knowledge import actions, edition, importing
from pelekan.knowledge.files import Row
from pelekan.knowledge.loading import load
from pelekan.knowledge.models import Article, Section, Translation
from pelekan.knowledge.trail import days, steps, walking
from pelekan.knowledge.trail.habits import habits
from pelekan.knowledge.trail.habits import save as habits_save
from pelekan.knowledge.trail.models import Gap, Question, Reading, Tally, Topic, Visit
from pelekan.lib.cells import harmless
from pelekan.lib.time import Dates, now
from pelekan.web.footsteps import COOKIE
from pelekan.web.insights.periods import around
from tests.web.test_footsteps import FIREFOX


@pytest.fixture
def page(world: World) -> Translation:
    shelf = Section.objects.create(slug="help", names={"fa": "راهنما", "en": "Help"})
    made = actions.begin(shelf, language="fa", title="تمدید اشتراک", body="<p>متن</p>", by=None)
    return actions.publish(made, by=None)


@pytest.fixture
def nika(world: World) -> Client:
    browser = Client()
    browser.force_login(world.agents["nika"].user)
    return browser


@pytest.fixture
def trail(world: World, page: Translation) -> Visit:
    """Five days ago: a reader who was helped, and two questions in vain."""
    at = now() - timedelta(days=5)
    visit = walking.visit("a" * 32, place="help", language="fa", customer=world.customers["mina"], now=at)
    assert visit is not None
    question = walking.asked("تمدید اشتراک", place="help", found=1, language="fa", visit=visit, now=at)
    walking.opened(page, place="help", visit=visit, question=question, now=at)
    Reading.objects.update(solved=True, seconds=40)
    for number in "bc":
        other = walking.visit(number * 32, place="help", language="fa", now=at)
        walking.asked("=خرید قسطی", place="help", found=0, language="fa", visit=other, now=at)
    days.catch_up()
    return visit


def test_every_page_opens_with_and_without_anything(nika: Client, page: Translation) -> None:
    for address in (
        "",
        "visits/",
        "questions/",
        f"articles/{page.pk}/",
        "articles/",
        "gaps/",
        "solved/",
        "again/",
        "again/contacts/",
    ):
        for query in ("", "?period=year", "?period=week&on=2020-01-01", "?period=x&on=x", "?csv=1"):
            assert nika.get(f"/desk/insights/{address}{query}").status_code == 200, address
    assert nika.get("/desk/insights/gaps/topic/9/").status_code == 404
    assert nika.get("/desk/insights/gaps/x/9/").status_code == 404


def test_each_number_leads_to_its_rows(nika: Client, trail: Visit, page: Translation) -> None:
    year = "?period=year"
    solved = nika.get(f"/desk/insights/solved/{year}").content.decode()
    assert "verdict=solved" in solved
    rows = nika.get(f"/desk/insights/visits/{year}&verdict=solved").content.decode()
    assert "مینا صالحی" in rows and f"/desk/insights/visits/{trail.pk}/" in rows
    left = nika.get(f"/desk/insights/visits/{year}&verdict=left&csv=1").content.decode()
    assert len(list(csv.reader(io.StringIO(left)))) == 4  # title, columns, two visits
    for of, key in (("who", "customer"), ("language", "fa"), ("place", "help")):
        assert "مینا صالحی" in nika.get(f"/desk/insights/visits/{year}&of={of}&key={key}").content.decode()
    assert "مینا صالحی" not in nika.get(f"/desk/insights/visits/{year}&of=who&key=anonymous").content.decode()
    step = nika.get(f"/desk/insights/visits/{trail.pk}/").content.decode()
    assert "تمدید اشتراک" in step
    topic = Topic.objects.get(text="تمدید اشتراک")
    assert (
        f"/desk/insights/questions/{topic.pk}/"
        in nika.get(f"/desk/insights/questions/{year}").content.decode()
    )
    assert (
        f"/desk/insights/visits/{trail.pk}/"
        in nika.get(f"/desk/insights/questions/{topic.pk}/{year}").content.decode()
    )
    assert (
        f"/desk/insights/articles/{page.pk}/" in nika.get(f"/desk/insights/articles/{year}").content.decode()
    )


def test_the_number_of_a_day_leads_to_the_rows_of_that_day_alone(nika: Client, trail: Visit) -> None:
    day = days.today(now()) - timedelta(days=5)
    walking.visit("d" * 32, place="help", language="fa", now=now() - timedelta(days=2))
    days.catch_up()
    solved = nika.get(f"/desk/insights/solved/?period=year&on={day}").content.decode()
    link = solved.partition(f"since={day}&amp;until={day}&amp;verdict=solved")
    assert link[1] and "verdict=left" in solved
    rows = "/desk/insights/visits/?period=year&csv=1"
    one_day = nika.get(f"{rows}&on={day}&since={day}&until={day}").content.decode()
    every_day = nika.get(f"{rows}&on={day}&since=x&until=x").content.decode()
    assert len(every_day.splitlines()) == len(one_day.splitlines()) + 1 == 2 + 4


def test_f_a_file_holds_no_formula(nika: Client, trail: Visit) -> None:
    answer = nika.get("/desk/insights/questions/?period=year&csv=1")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = answer.content.decode("utf-8-sig")
    cells = [row[0] for row in csv.reader(io.StringIO(text)) if row]
    assert "'=خرید قسطی" in cells and "=خرید قسطی" not in cells
    assert [harmless(one) for one in ("=1", "\u200e+1", "@x", "-2", "\t=1", "خرید", 5)] == [
        "'=1", "'\u200e+1", "'@x", "'-2", "'\t=1", "خرید", 5,
    ]  # fmt: skip


def test_a_gap_is_begun_as_an_article_in_one_click(nika: Client, trail: Visit) -> None:
    topic = Topic.objects.get(text="=خرید قسطی")
    address = f"/desk/insights/gaps/topic/{topic.pk}/?period=year"
    assert "4" in nika.get(address).content.decode()
    assert nika.post(address, {"act": "draft"}).status_code == 302 and not Gap.objects.exists()
    assert nika.post(address, {"act": "refuse", "why": " "}).status_code == 302 and not Gap.objects.exists()
    begun = nika.post(address, {"act": "draft", "section": Section.objects.get().pk})
    gap = Gap.objects.get()
    assert gap.state == "drafted" and gap.article is not None
    assert begun["Location"] == f"/desk/knowledge/{gap.article.pk}/fa/"
    assert nika.get(begun["Location"]).status_code == 200
    nika.post(address, {"act": "open"})
    nika.post(address, {"act": "refuse", "why": "نداریم"})
    gap.refresh_from_db()
    assert (gap.state, gap.why) == ("refused", "نداریم")
    assert "نداریم" in nika.get(address).content.decode()


def undo_of(page: str) -> str:
    """Where the button below what was just done leads."""
    return page.partition('action="/desk/insights/gaps/')[2].partition('"')[0].replace("&amp;", "&")


def test_an_article_that_there_is_answers_a_gap_and_that_can_be_taken_back(
    nika: Client, trail: Visit, page: Translation
) -> None:
    topic = Topic.objects.get(text="=خرید قسطی")
    address = f"/desk/insights/gaps/topic/{topic.pk}/?period=year"
    assert "تمدید اشتراک" not in nika.get(address).content.decode()  # nothing fits its words
    found = nika.get(f"{address}&find=تمدید").content.decode()
    assert f'name="translation" value="{page.pk}"' in found
    nika.post(address, {"act": "answered", "translation": "999999"})
    assert not Gap.objects.exists()
    nika.post(address, {"act": "answered", "translation": page.pk})
    gap = Gap.objects.get()
    assert (gap.state, gap.article, gap.published_at) == ("published", page.article, page.published_at)
    told = nika.get(address).content.decode()
    assert 'id="effect"' in told and undo_of(told)
    assert nika.post(f"/desk/insights/gaps/{undo_of(told)}").status_code == 302
    gap.refresh_from_db()
    assert (gap.state, gap.article, gap.published_at) == ("open", None, None)


def test_what_stood_there_for_long_counts_from_being_named(
    nika: Client, trail: Visit, page: Translation
) -> None:
    long_ago = now() - timedelta(days=300)
    Translation.objects.update(published_at=long_ago, first_published_at=long_ago)
    address = f"/desk/insights/gaps/topic/{Topic.objects.get(text='=خرید قسطی').pk}/"
    nika.post(address, {"act": "answered", "translation": page.pk})
    out = Gap.objects.get().published_at
    assert out is not None and now() - out < timedelta(minutes=1)
    assert 'id="effect"' in nika.get(address).content.decode()


def test_what_is_put_aside_can_be_taken_back_until_somebody_decides_again(nika: Client, trail: Visit) -> None:
    topic = Topic.objects.get(text="=خرید قسطی")
    address = f"/desk/insights/gaps/topic/{topic.pk}/"
    nika.post(address, {"act": "refuse", "why": "نداریم"})
    first = f"/desk/insights/gaps/{undo_of(nika.get(address).content.decode())}"
    nika.post(first)
    assert Gap.objects.get().state == "open"
    nika.post(address, {"act": "refuse", "why": "هنوز نداریم"})
    nika.post(first)  # an old page in another tab
    gap = Gap.objects.get()
    assert (gap.state, gap.why) == ("refused", "هنوز نداریم")
    assert (
        nika.get(first).status_code == 405
        and nika.post("/desk/insights/gaps/topic/99/undo/1/").status_code == 404
    )


def test_only_what_customers_may_read_answers_a_gap(nika: Client, trail: Visit, page: Translation) -> None:
    page.article.visibility = "agents"
    page.article.save()
    address = f"/desk/insights/gaps/topic/{Topic.objects.get(text='=خرید قسطی').pk}/"
    assert 'name="translation"' not in nika.get(f"{address}?find=تمدید").content.decode()
    nika.post(address, {"act": "answered", "translation": page.pk})
    assert not Gap.objects.exists()


def test_an_import_answers_the_gaps_whose_articles_it_brings_out(nika: Client, trail: Visit) -> None:
    row = Row(where="1", id="q-7", title="خرید قسطی", text="<p>بله.</p>", language="fa")
    made = importing.take([row], by=None, language="fa")
    assert made.made == 1 and not Translation.objects.get(newest__title="خرید قسطی").published_id
    gap = Gap.objects.create(
        topic=Topic.objects.get(text="=خرید قسطی"), state="drafted", article=Article.objects.latest("pk")
    )
    shown = edition.number()
    load([Row(where="1", id="q-7", title="خرید قسطی", text="<p>بله، چهار قسط.</p>", language="fa")])
    gap.refresh_from_db()
    assert gap.state == "published" and gap.published_at is not None
    assert edition.number() > shown  # what readers were shown before is out of date


COSTS = {  # statements of each page, whatever is stored; the clock stands still, so that no setting is read anew meanwhile
    "": 22, "questions/": 12, "articles/": 16, "gaps/": 15, "solved/": 15, "visits/": 17, "questions/{topic}/": 12,
    "gaps/topic/{topic}/": 21, "articles/{page}/": 14, "visits/{visit}/": 16,
}  # fmt: skip


def test_every_page_costs_the_same_statements_for_ten_rows_and_for_thousands(
    nika: Client, trail: Visit, page: Translation
) -> None:
    topic = Topic.objects.get(text="تمدید اشتراک")
    named = {"topic": topic.pk, "page": page.pk, "visit": trail.pk}

    def costs() -> dict[str, int]:
        found = {}
        for address in COSTS:
            where = f"/desk/insights/{address.format(**named)}?period=year"
            nika.get(where)
            with CaptureQueriesContext(connection) as seen:
                assert nika.get(where).status_code == 200
            found[address] = len(seen)
        return found

    with time_machine.travel(now(), tick=False):
        assert costs() == COSTS
        at = now() - timedelta(days=5)
        topics = Topic.objects.bulk_create(
            Topic(key=f"k{n}", text=f"k{n}", language="fa") for n in range(1_000)
        )
        day = days.today(at)
        Tally.objects.bulk_create(
            Tally(day=day, of="topic", key=str(one.pk), questions=4, fruitless=4, missed=4) for one in topics
        )
        Visit.objects.bulk_create(
            Visit(key=f"{n:064x}", place="help", language="fa", began_at=at, last_at=at) for n in range(1_500)
        )
        Question.objects.bulk_create(
            Question(
                visit=one,
                place="help",
                language="fa",
                text="تمدید",
                folded="تمدید",
                found=1,
                at=at,
                topic=topic,
            )
            for one in Visit.objects.order_by("-pk")[:1_500]
        )
        assert costs() == COSTS


def test_the_page_itself_tells_what_is_read(world: World, page: Translation) -> None:
    browser = Client(headers={"user-agent": FIREFOX})
    answer = browser.post("/help/steps/", {"article": page.pk, "seconds": "0"})
    assert answer.status_code == 204 and COOKIE in answer.cookies
    browser.post("/help/steps/", {"article": page.pk, "seconds": "0"})  # reloaded
    browser.post("/help/steps/", {"article": page.pk, "seconds": "31"})
    browser.post("/help/steps/", {"article": page.pk, "seconds": "12"})
    assert list(Reading.objects.values_list("seconds", "translation")) == [(31, page.pk)]
    assert Visit.objects.count() == 1
    for odd in ({"article": "x"}, {"article": "9" * 30}, {"article": page.pk, "place": "desk"}, {}):
        assert browser.post("/help/steps/", odd).status_code == 204
    assert Reading.objects.count() == 1 and steps.flush() == 0
    quiet = Client(headers={"user-agent": FIREFOX, "dnt": "1"})
    answer = quiet.post("/help/steps/", {"article": page.pk})
    assert answer.status_code == 204 and COOKIE not in answer.cookies
    elsewhere = Client(headers={"user-agent": FIREFOX, "sec-fetch-site": "cross-site"})
    assert COOKIE not in elsewhere.post("/help/steps/", {"article": page.pk}).cookies
    assert Visit.objects.count() == 1


def test_a_reading_after_a_search_belongs_to_its_question(world: World, page: Translation) -> None:
    browser = Client(headers={"user-agent": FIREFOX})
    browser.post("/help/steps/", {"article": page.pk})
    Reading.objects.all().delete()
    question = walking.asked("تمدید", place="help", found=1, language="fa", visit=Visit.objects.get())
    browser.post("/help/steps/", {"article": page.pk, "searched": "1"})
    assert Reading.objects.get().question == question
    assert Question.objects.get().clicked == page


def test_settings_are_kept_and_read(world: World) -> None:
    browser = Client()
    browser.force_login(world.agents["arash"].user)
    assert browser.get("/desk/settings/footsteps/").status_code == 200
    good = {
        "on": "on",
        "mark_days": "۱۰",
        "keep_days": "30",
        "window_days": "2",
        "read_seconds": "15",
        "hold_out": "5",
    }
    assert browser.post("/desk/settings/footsteps/", {**good, "hold_out": "90"}).status_code == 422
    assert browser.post("/desk/settings/footsteps/", good).status_code == 302
    kept = habits()
    assert (kept.mark_days, kept.keep_days, kept.window_days, kept.hold_out) == (10, 30, 2, 5)
    assert walking.held_out("00000004" + "a" * 56, 5) and not walking.held_out("00000005" + "a" * 56, 5)


@pytest.mark.parametrize(
    ("calendar", "kind", "day", "first", "last", "name"),
    [
        ("jalali", "month", date(2026, 11, 22), date(2026, 11, 22), date(2026, 12, 21), "آذر ۱۴۰۵"),
        ("jalali", "week", date(2026, 11, 22), date(2026, 11, 21), date(2026, 11, 27), "۱۴۰۵/۰۸/۳۰ تا ۱۴۰۵/۰۹/۰۶"),
        ("jalali", "year", date(2026, 11, 22), date(2026, 3, 21), date(2027, 3, 20), "۱۴۰۵"),
        ("jalali", "quarter", date(2026, 11, 22), date(2026, 9, 23), date(2026, 12, 21), ""),
        ("gregorian", "month", date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31), ""),
        ("gregorian", "week", date(2026, 11, 22), date(2026, 11, 16), date(2026, 11, 22), ""),
        ("hijri", "month", date(2026, 11, 22), date(2026, 11, 11), date(2026, 12, 9), ""),
    ],
)  # fmt: skip
def test_periods_of_each_calendar(
    calendar: str, kind: str, day: date, first: date, last: date, name: str
) -> None:
    found = around(kind, day, calendar)  # type: ignore[arg-type]
    assert (found.first, found.last) == (first, last)
    assert found.before(calendar).last == first - timedelta(days=1)  # type: ignore[arg-type]
    if name and kind != "week":
        assert found.name(Dates("fa", calendar, "Asia/Tehran")) == name  # type: ignore[arg-type]


def test_the_privacy_page_says_what_is_set(world: World) -> None:
    browser = Client()
    page = browser.get("/help/en/privacy/").content.decode()
    assert "90" in page and "Do Not Track" in page and "suggestions" not in page
    habits_save({"hold_out": 7, "keep_days": 45}, by=world.agents["arash"])
    page = browser.get("/help/en/privacy/").content.decode()
    assert "45" in page, page[page.index("<main") :][:1500]
    assert "7 of a hundred" in page, page[page.index("<main") :][:1500]
    habits_save({"on": False}, by=world.agents["arash"])
    assert "no cookie" in browser.get("/help/en/privacy/").content.decode()
    assert browser.get("/help/fa/privacy/").status_code == 200
