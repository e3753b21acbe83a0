"""Small tables of steps, and what is counted of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pelekan.demo.world import World
from pelekan.knowledge import actions
from pelekan.knowledge.models import Section, Translation
from pelekan.knowledge.trail import counting, days, forgetting, gaps, habits, topics, walking
from pelekan.knowledge.trail.models import Gap, GapState, Habits, Question, Reading, Tally, Topic, Visit
from pelekan.people.models import Customer
from pelekan.tickets import actions as desk
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Stay, Ticket
from tests.conftest import NOON

DAY = date(2026, 11, 22)
LATER = NOON + timedelta(days=5)


def article(title: str = "تمدید", language: str = "fa") -> Translation:
    shelf, _made = Section.objects.get_or_create(slug="help", defaults={"names": {"fa": "راهنما"}})
    made = actions.begin(shelf, language=language, title=title, body="<p>متن</p>", by=None, now=NOON)
    return actions.publish(made, by=None, now=NOON)


def visit(mark: str, *, customer: Customer | None = None, at: datetime = NOON) -> Visit:
    found = walking.visit(mark, place="help", language="fa", customer=customer, now=at)
    assert found is not None
    return found


def ask(text: str, by: Visit | None, found: int = 1, at: datetime = NOON) -> Question:
    return walking.asked(text, place="help", found=found, language="fa", visit=by, now=at)


def request(world: World, customer: str, at: datetime, subject: str = "سؤال دیگر") -> Ticket:
    who = world.customers[customer]
    incoming = Incoming(
        inbox_id=world.inboxes["mail"].pk, channel="email", customer_id=who.pk, text=subject, subject=subject
    )
    return desk.receive(incoming, now=at).ticket


def test_what_becomes_of_visits(world: World) -> None:
    said, read, left, asked, silent = (visit(f"mark-{n}" * 4) for n in range(5))
    page = article()
    for one in (said, read, left, asked):
        ask("تمدید اشتراک", one)
    walking.opened(page, place="help", visit=said, now=NOON)
    Reading.objects.filter(visit=said).update(solved=True)
    walking.opened(page, place="help", visit=read, now=NOON)
    Reading.objects.filter(visit=read).update(seconds=20)
    walking.opened(page, place="help", visit=left, now=NOON)
    Reading.objects.filter(visit=left).update(seconds=19)
    walking.opened(page, place="help", visit=asked, now=NOON)
    Reading.objects.filter(visit=asked).update(solved=True)
    mina = world.customers["mina"]
    Visit.objects.filter(pk=asked.pk).update(customer=mina)
    request(world, "mina", NOON + timedelta(days=2))  # two days later, by whatever way
    assert silent.pk
    days.catch_up(NOON + timedelta(days=1))
    assert counting.total(DAY, DAY)["pending"] == 4 and counting.total(DAY, DAY)["looked"] == 0
    days.catch_up(LATER)
    sums = counting.total(DAY, DAY)
    assert (sums["visits"], sums["looked"], sums["solved"], sums["requested"]) == (5, 4, 2, 1)
    assert (sums["readings"], sums["helped"], sums["questions"], sums["pending"]) == (4, 2, 4, 0)
    assert counting.total(DAY, DAY, "who", "customer")["visits"] == 1
    assert counting.total(DAY, DAY, "article", str(page.pk))["seconds"] == 39


def test_a_request_after_the_window_is_none_of_it(world: World) -> None:
    mina = world.customers["mina"]
    one = visit("a" * 32, customer=mina)
    ask("x renew", one)
    Question.objects.update(ticket=None)
    walking.opened(article(), place="help", visit=one, now=NOON)
    Reading.objects.update(solved=True)
    request(world, "mina", NOON + timedelta(days=3, minutes=1))
    days.catch_up(LATER)
    assert counting.total(DAY, DAY)["solved"] == 1
    habits.save({"window_days": 4}, by=world.agents["arash"])
    days.sum_day(DAY, LATER, habits.habits())
    assert counting.total(DAY, DAY)["solved"] == 0 and counting.total(DAY, DAY)["requested"] == 1


def test_another_visit_of_the_same_browser_tells_too(world: World) -> None:
    before = visit("a" * 32)
    ask("renew", before)
    walking.opened(article(), place="help", visit=before, now=NOON)
    Reading.objects.update(solved=True)
    after = visit("a" * 32, at=NOON + timedelta(days=1))
    walking.registered(after, request(world, "emma", NOON + timedelta(days=1)))
    days.catch_up(LATER)
    assert counting.total(DAY, DAY)["requested"] == 1 and counting.total(DAY, DAY)["solved"] == 0


def test_questions_by_topic_and_what_they_missed(world: World) -> None:
    page = article()
    for number, text in enumerate(["تمدید اشتراک", "اشتراک‌ها را چطور تمدید کنم", "تمدید اشتراک"]):
        one = ask(text, visit(f"{number}" * 32), found=number)
        if number == 2:
            walking.opened(page, place="help", visit=one.visit, question=one, now=NOON)
    days.catch_up(LATER)
    ((topic, sums),), more = counting.topics(DAY, DAY)
    assert (topic.text, more) == ("تمدید اشتراک", False)
    assert [sums[name] for name in ("questions", "fruitless", "unclicked", "missed")] == [3, 1, 1, 2]
    assert counting.topics(DAY, DAY, only="ticketed") == ([], False)
    days.catch_up(LATER)  # twice is once
    assert Topic.objects.count() == 1 and counting.total(DAY, DAY)["questions"] == 3


def test_typed_with_the_wrong_keyboard_is_the_topic_it_meant(world: World) -> None:
    for number, text in enumerate(["تمدید اشتراک", "jlndn hajvh;", "VPN"]):
        ask(text, visit(f"{number}" * 32))
    days.catch_up(LATER)
    found, _more = counting.topics(DAY, DAY)
    assert [(topic.text, sums["questions"]) for topic, sums in found] == [("تمدید اشتراک", 2), ("VPN", 1)]
    days.catch_up(LATER)
    assert Topic.objects.count() == 2


def test_topics_whose_askers_open_the_same_become_one(world: World) -> None:
    page = article()
    for number, text in enumerate(
        ["فاکتور رسمی", "فاکتور رسمی", "فاکتور رسمی", "دریافت فاکتور", "دریافت فاکتور", "ارسال"]
    ):
        one = ask(text, visit(f"{number}" * 32))
        walking.opened(page, place="help", visit=one.visit, question=one, now=NOON)
    days.catch_up(LATER)
    found, _more = counting.topics(DAY, DAY)
    assert [(topic.text, sums["questions"]) for topic, sums in found] == [("فاکتور رسمی", 5), ("ارسال", 1)]
    days.catch_up(LATER + timedelta(minutes=10))
    assert [sums["questions"] for _t, sums in counting.topics(DAY, DAY)[0]] == [5, 1]
    assert topics.join_alike(LATER) == 0


def test_gaps_by_minutes_lost(world: World) -> None:
    for number in range(3):
        ask("گارانتی چادر", visit(f"{number}" * 32), found=0)
    about = request(world, "mina", NOON, "گارانتی چادرها")
    Stay.objects.filter(ticket=about).update(first_answer_at=NOON + timedelta(minutes=10), entered_at=NOON)
    other = request(world, "emma", NOON, "نامربوط به همه")
    Ticket.objects.filter(pk=other.pk).update(category=world.categories["delivery"])
    Stay.objects.filter(ticket=other).update(first_answer_at=NOON + timedelta(hours=5), entered_at=NOON)
    days.catch_up(LATER)
    days.catch_up(LATER)  # subjects are compared with the topics that were known
    days.sum_day(DAY, LATER, habits.habits())
    rows = gaps.ranked(DAY, DAY)
    assert [(row.of, row.minutes, row.tickets) for row in rows] == [("category", 30, 1), ("topic", 16, 1)]
    gap = gaps.gap_of("topic", rows[1].id)
    shelf = Section.objects.create(slug="s", names={"fa": "راهنما"})
    made = gaps.draft(gap, shelf, by=world.agents["nika"], now=LATER)
    assert made.language == "fa" and made.newest is not None and "گارانتی چادر" in made.newest.body
    assert gaps.draft(gaps.gap_of("topic", rows[1].id), shelf, by=world.agents["nika"]) == made
    assert gaps.ranked(DAY, DAY, state=GapState.DRAFTED)[0].translation == made.pk
    actions.publish(made, by=world.agents["nika"], now=LATER)
    stored = Gap.objects.get()
    assert (stored.state, stored.published_at) == (GapState.PUBLISHED, LATER)
    covered = actions.publish(
        actions.begin(shelf, language="fa", title="ارسال", body="<p>x</p>", by=None), by=None
    )
    covered.article.categories.add(world.categories["delivery"])
    assert gaps.ranked(DAY, DAY) == []


@pytest.mark.django_db
def test_weeks_before_and_after() -> None:
    out = date(2026, 11, 22)
    for back, tickets in ((1, 4), (7, 1), (8, 2), (28, 1), (29, 50)):
        Tally.objects.create(of="topic", key="7", day=out - timedelta(days=back), tickets=tickets)
    Tally.objects.create(of="topic", key="7", day=out, tickets=99)
    for on, missed in ((1, 3), (7, 1), (8, 5), (15, 70)):
        Tally.objects.create(of="topic", key="7", day=out + timedelta(days=on), missed=missed, work=60)
    found = gaps.effect("topic", 7, out, out + timedelta(days=16))
    assert [week.tickets for week in found.before] == [1, 0, 2, 5]
    assert [week.missed for week in found.after] == [4, 5] and found.after[0].minutes == 10
    assert found.mean(found.before, "tickets") == 2 and found.mean(found.after, "missed") == 4.5
    assert found.mean([], "missed") is None


def test_rows_go_after_the_retention_and_sums_stay(world: World) -> None:
    for number in range(3):
        ask("تمدید اشتراک", visit(f"{number}" * 32))
    ask("یک پرسش تنها", visit("x" * 32))
    days.catch_up(NOON + timedelta(days=60))
    assert forgetting.forget_old(NOON + timedelta(days=60)) == 0
    days.catch_up(NOON + timedelta(days=91))
    assert forgetting.forget_old(NOON + timedelta(days=91)) == 8
    assert not Visit.objects.exists() and not Question.objects.exists()
    assert counting.total(DAY, DAY)["questions"] == 4
    assert [topic.text for topic in Topic.objects.all()] == [
        "تمدید اشتراک"
    ]  # words of one alone could tell who
    days.catch_up(NOON + timedelta(days=92))
    assert counting.total(DAY, DAY)["questions"] == 4
    assert forgetting.forget_old(NOON + timedelta(days=92)) == 0


def test_rows_that_are_not_summed_yet_stay(world: World) -> None:
    ask("تمدید", visit("x" * 32))
    assert forgetting.forget_old(NOON + timedelta(days=400)) == 0 and Question.objects.exists()


def test_who_is_erased_is_nobody_s_visit(world: World) -> None:
    mina = world.customers["mina"]
    one = visit("a" * 32, customer=mina)
    walking.registered(one, request(world, "mina", NOON))
    ask("تمدید", one)
    assert [row["text"] for row in forgetting.export(mina)] == ["تمدید"]
    assert forgetting.unlink(mina) == 1
    row = Visit.objects.values("customer", "organization", "plan", "groups", "ticket", "key").get()
    assert not any(row.values())
    days.catch_up(LATER)
    assert counting.total(DAY, DAY)["visits"] == 1


def test_summing_costs_statements_and_not_rows(world: World) -> None:
    def cost(first: int, count: int) -> int:
        Visit.objects.bulk_create(
            Visit(key=f"{n:064x}", place="help", language="fa", began_at=NOON, last_at=NOON)
            for n in range(first, first + count)
        )
        rows = Visit.objects.order_by("-pk")[:count]
        Question.objects.bulk_create(
            Question(visit=one, place="help", language="fa", text="تمدید", folded="تمدید", found=1, at=NOON)
            for one in rows
        )
        days.sum_day(DAY, LATER, habits.habits())
        with CaptureQueriesContext(
            connection,
        ) as seen:
            days.sum_day(DAY, LATER, habits.habits())
        return len(seen)

    few = cost(0, 10)
    assert cost(10, 490) <= few + 2
    with CaptureQueriesContext(connection) as seen:
        counting.total(DAY, DAY)
        counting.topics(DAY, DAY)
    assert len(seen) == 3


def test_pages_read_sums_by_an_index(world: World) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL plans by the size of its tables")
    for query in (
        Tally.objects.filter(of="topic", day__gte=DAY, day__lte=LATER.date()).values("key"),
        Question.objects.filter(topic=1, at__gte=NOON, at__lt=LATER).order_by("-at"),
        Visit.objects.filter(began_at__gte=NOON, began_at__lt=LATER),
        Reading.objects.filter(at__gte=NOON, at__lt=LATER),
    ):
        plan = query.explain()
        assert "USING" in plan and "SCAN" not in plan.replace("SCAN CONSTANT ROW", ""), plan


def test_days_long_past_stand(world: World) -> None:
    ask("تمدید", visit("x" * 32))
    days.catch_up(NOON + timedelta(days=30))
    assert Habits.objects.get().summed_on == days.today(NOON + timedelta(days=30)) - timedelta(days=4)
    assert days.catch_up(NOON + timedelta(days=30)) == 5
