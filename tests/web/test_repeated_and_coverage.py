"""What is typed again and again, and which requests have an article."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.knowledge import actions as articles
from pelekan.knowledge.deflection import coverage, repeated
from pelekan.knowledge.deflection.models import RepeatedAnswer, WrongMark
from pelekan.knowledge.models import Article
from pelekan.lib.time import now
from pelekan.tickets import actions
from pelekan.tickets.models import SavedReply, Ticket
from tests.web.portal.desk import text_of, ticket_of
from tests.web.test_before_sending import article
from tests.web.workspace.test_answers import signed_in

AGAIN = "Open the panel, choose Subscription and then Renew; the bank page opens and the receipt comes by mail at once."


def boss(world: World) -> Client:
    agent = next(one for one in world.agents.values() if one.is_manager)
    agent.user.language = "en"
    agent.user.save(update_fields=["language"])
    return signed_in(agent)


@pytest.fixture
def answered(world: World) -> list[Ticket]:
    made = []
    for number, name in enumerate(("Hello Mina.", "Good morning.", "Hi there,", "Dear customer,")):
        ticket = ticket_of(world, "mina", "renew?", f"Renew {number}")
        actions.reply(ticket, by=world.agents["sara"], text=f"{name} {AGAIN}")
        made.append(ticket)
    actions.reply(
        made[0],
        by=world.agents["sara"],
        text="Something that was said once and to one person alone, never again.",
    )
    return made


def test_answers_that_say_the_same_are_one_row_and_stay_dismissed(
    world: World, answered: list[Ticket]
) -> None:
    assert repeated.gather() == 1
    row = RepeatedAnswer.objects.get()
    assert (
        (row.count, row.people) == (4, 1)
        and row.minutes == repeated.minutes_of(4 * (len(AGAIN) + 12))
        or row.minutes
    )
    boss(world).post(f"/desk/insights/repeated/{row.pk}/", {"act": "dismiss"})
    ticket = ticket_of(world, "mina", "renew?", "Once more")
    actions.reply(ticket, by=world.agents["sara"], text=AGAIN)
    assert repeated.gather() == 1
    row.refresh_from_db()
    assert row.dismissed_at and row.count == 5
    assert "choose Subscription" not in text_of(boss(world).get("/desk/insights/repeated/"))


def test_one_click_makes_a_saved_reply_or_an_article(world: World, answered: list[Ticket]) -> None:
    repeated.gather()
    row, client = RepeatedAnswer.objects.get(), boss(world)
    assert "choose Subscription" in text_of(client.get("/desk/insights/repeated/"))
    RepeatedAnswer.objects.update(text=f"Hello [name]. {AGAIN}")
    before = SavedReply.objects.count()
    for _ in range(2):
        client.post(f"/desk/insights/repeated/{row.pk}/", {"act": "reply"})
    assert SavedReply.objects.count() == before + 1
    assert "[name]. Put other words there" in text_of(client.get("/desk/insights/repeated/"))
    client.post(f"/desk/insights/repeated/{row.pk}/", {"act": "article"})
    row.refresh_from_db()
    assert row.article == Article.objects.get() and row.reply
    assert signed_in(world.agents["sara"]).get("/desk/insights/repeated/").status_code == 403


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("از منوی تنظیمات گزینهٔ تمدید را بزنید و رمز دوم بانک را وارد کنید", "از منوي تنظیمات گزینه تمدید را بزنید و رمز دوم بانک را وارد کنید.", True),
        (AGAIN, "Your parcel left the warehouse this morning and arrives within two working days at the latest.", False),
    ],
)  # fmt: skip
def test_alike_is_told_by_words(one: str, other: str, same: bool) -> None:
    assert (repeated.alike(repeated.sketch(one), repeated.sketch(other)) >= repeated.ALIKE) is same


def test_coverage_counts_what_has_an_article_and_lists_what_has_none(world: World) -> None:
    howto, account = world.categories["howto"], world.categories["account"]
    tickets = [ticket_of(world, "mina", "x y z", f"T{n}") for n in range(3)]
    for ticket, category in zip(tickets, (howto, howto, account), strict=True):
        actions.categorise(ticket, category, by=world.agents["sara"])
    made = article()
    made.article.categories.add(howto)
    client = boss(world)
    page = text_of(client.get("/desk/insights/coverage/"))
    assert account.name in page and howto.name in page
    rows = {
        one.category: (one.tickets, one.covered)
        for one in coverage.lines(Ticket.objects.all(), now() - timedelta(days=1), now() + timedelta(days=1))
    }
    assert rows == {howto.pk: (2, 2), account.pk: (1, 0)}
    behind = text_of(client.get(f"/desk/insights/coverage/?category={account.pk}"))
    assert "T2" in behind and "T0" not in behind
    drafted = articles.begin(
        made.article.section, language="en", title="Drafted", body="<p>x</p>", by=None, source=tickets[2]
    )
    articles.publish(drafted, by=None)
    rows = coverage.lines(Ticket.objects.all(), now() - timedelta(days=1), now() + timedelta(days=1))
    assert sum(one.covered for one in rows) == 3
    mark = WrongMark.objects.create(translation=made, agent=world.agents["sara"], text="old menu")
    assert "old menu" in text_of(client.get("/desk/insights/coverage/"))
    client.post(f"/desk/insights/coverage/marks/{mark.pk}/settle/")
    assert "old menu" not in text_of(client.get("/desk/insights/coverage/"))
