"""Writing: nothing is overwritten silently, nothing goes out that nobody may let out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pelekan.demo.world import World
from pelekan.knowledge import actions, keeping, readers, reviewing, rights
from pelekan.knowledge.models import Article, DraftState, Section, Translation, Version, Visibility
from pelekan.lib.time import now
from pelekan.tickets.models import Bell, Event
from pelekan.tickets.shaping import CannotBe

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(world: World) -> Translation:
    shelf = Section.objects.create(slug="billing", names={"en": "Billing"})
    return actions.begin(shelf, language="en", title="Renew", body="<p>One</p>", by=world.agents["sara"])


def test_two_writers_of_one_article_do_not_overwrite_each_other(draft: Translation, world: World) -> None:
    actions.write(
        draft.article, language="en", title="Renew", body="<p>Hers</p>", by=world.agents["laila"], base=1
    )
    with pytest.raises(actions.Newer) as newer:
        actions.write(
            draft.article, language="en", title="Renew", body="<p>His</p>", by=world.agents["sara"], base=1
        )
    assert newer.value.version.number == 2 and newer.value.version.author == world.agents["laila"]
    draft.refresh_from_db()
    assert draft.newest is not None and draft.newest.body == "<p>Hers</p>"


def test_agents_draft_and_named_people_publish(draft: Translation, world: World) -> None:
    sara = world.agents["sara"]
    with pytest.raises(PermissionError):
        actions.publish(draft, by=sara)
    with pytest.raises(PermissionError):
        reviewing.schedule(draft, now() + timedelta(hours=1), by=sara)
    with pytest.raises(PermissionError):
        rights.name_publishers([sara], by=sara)
    rights.name_publishers([sara], by=world.agents["arash"])
    sara.__dict__.pop("_publishes")
    assert actions.publish(draft, by=sara).published is not None


def test_an_article_above_ones_step_is_not_written_nor_found(draft: Translation, world: World) -> None:
    keeping.describe(draft.article, by=None, visibility=Visibility.TIER, tier=world.tiers[3])
    assert draft.article not in rights.writable_by(world.agents["sara"])
    assert draft.article in rights.writable_by(world.agents["james"])
    assert world.agents["sara"] not in rights.publishers(Article.objects.get(pk=draft.article_id))
    other = Section.objects.create(slug="x", names={"en": "x"})
    mine = actions.begin(other, language="en", title="t", by=world.agents["sara"]).article
    with pytest.raises(CannotBe):
        keeping.describe(mine, by=world.agents["sara"], visibility=Visibility.TIER, tier=world.tiers[3])


def test_review_rings_and_sending_back_says_why(draft: Translation, world: World) -> None:
    sara, nika = world.agents["sara"], world.agents["nika"]
    reviewing.ask(draft, by=sara, reviewer=nika, remark="please")
    assert Bell.objects.get(agent=nika).kind == "article"
    reviewing.send_back(draft, by=nika, remark="shorter")
    draft.refresh_from_db()
    assert (draft.draft, draft.remark) == (DraftState.DRAFT, "shorter")
    assert Bell.objects.filter(agent=sara, kind="article").exists()
    with pytest.raises(CannotBe):
        reviewing.ask(draft, by=nika, reviewer=sara)


def test_what_was_scheduled_comes_out_after_a_downtime(draft: Translation, world: World) -> None:
    at = now() + timedelta(hours=1)
    reviewing.schedule(draft, at, by=world.agents["nika"])
    row = claimed(at + timedelta(days=2))  # the machine was off
    assert row is not None
    reviewing.come_out(row)
    draft.refresh_from_db()
    assert draft.published_id == draft.newest_id and draft.draft == DraftState.NONE and draft.due_at is None


def test_what_cannot_come_out_is_said(draft: Translation, world: World) -> None:
    nika, at = world.agents["nika"], now() + timedelta(hours=1)
    reviewing.schedule(draft, at, by=nika)
    keeping.archive(draft.article, by=nika)
    row = claimed(at + timedelta(minutes=1))
    assert row is not None
    reviewing.come_out(row)
    draft.refresh_from_db()
    assert draft.published is None and draft.draft == DraftState.DRAFT
    assert "archived" in Event.objects.get(name="article.not_published").data["why"]
    assert Bell.objects.filter(agent=nika, kind="article").exists()


def test_writing_again_takes_it_off_the_schedule(draft: Translation, world: World) -> None:
    reviewing.schedule(draft, now() + timedelta(hours=1), by=world.agents["nika"])
    actions.write(
        draft.article, language="en", title="Renew", body="<p>2</p>", by=world.agents["nika"], base=1
    )
    assert claimed(now() + timedelta(days=1)) is None


def claimed(at):  # type: ignore[no-untyped-def]
    from pelekan.lib import due

    return next(iter(due.claim(Translation, at, where=reviewing.JOB.where)), None)


def test_an_earlier_version_comes_back_and_nothing_is_lost(draft: Translation, world: World) -> None:
    actions.write(draft.article, language="en", title="Renew", body="<p>Two</p>", by=None)
    first = Version.objects.get(translation=draft, number=1)
    made = keeping.go_back_to(first, by=world.agents["sara"])
    assert made.newest is not None and (made.newest.number, made.newest.body) == (3, "<p>One</p>")
    assert draft.versions.count() == 3


def test_a_translation_stays_out_of_date_until_somebody_says_otherwise(
    draft: Translation, world: World
) -> None:
    fa = actions.write(draft.article, language="fa", title="تمدید", body="<p>یک</p>", by=None)
    assert fa.newest is not None
    old = fa.newest.basis
    actions.write(draft.article, language="en", title="Renew", body="<p>Two</p>", by=None)
    fa = actions.write(draft.article, language="fa", title="تمدید", body="<p>یک.</p>", by=None, follows=False)
    assert fa.newest is not None and fa.newest.basis == old
    fa = actions.write(draft.article, language="fa", title="تمدید", body="<p>دو</p>", by=None)
    assert fa.newest is not None and fa.newest.basis is not None and fa.newest.basis.number == 2


def test_the_owner_is_reminded_once(draft: Translation, world: World) -> None:
    article = keeping.describe(
        draft.article, by=None, owner=world.agents["sara"], review_at=now() - timedelta(hours=1)
    )
    keeping.remind(now())
    keeping.remind(now())
    assert Event.objects.filter(name="article.review_due").count() == 1
    assert Bell.objects.filter(agent=world.agents["sara"], kind="article").count() == 1
    keeping.looked_at(article, by=world.agents["sara"], again_in=timedelta(days=90))
    article.refresh_from_db()
    assert article.review_at is not None and article.review_at > now() + timedelta(days=89)


def test_withdrawn_is_read_by_nobody(draft: Translation, world: World) -> None:
    out = actions.publish(draft, by=None)
    assert out in Translation.objects.readable_by(readers.ANYONE)
    reviewing.withdraw(out, by=world.agents["nika"])
    assert out not in Translation.objects.readable_by(readers.ANYONE)
