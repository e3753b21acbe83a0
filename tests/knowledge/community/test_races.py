"""Many at once: one vote for each person and post, one post for each sending, one article of a topic."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterable

import pytest
from django.db import connection

from pelekan.demo.world import build
from pelekan.knowledge.community import keeping, members, passing, steering, writing
from pelekan.knowledge.community.models import Post, Topic, Vote
from pelekan.knowledge.community.writing import MayNot, Sending
from pelekan.knowledge.models import Article, Section
from tests.conftest import NOON

TRIES = int(os.environ.get("RACE_TRIES", "12"))
"""1,000 votes and more when it is asked for: RACE_TRIES=170."""


def at_once(works: Iterable[Callable[[], object]]) -> None:
    """Do all of it beside each other; whatever any of them raises."""
    faults: list[BaseException] = []
    ready = threading.Event()

    def run(work: Callable[[], object]) -> None:
        try:
            ready.wait()
            work()
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    ready.set()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


@pytest.mark.django_db(transaction=True)
def test_a_vote_counts_once_for_each_person() -> None:
    """Six threads, two for each of three people, vote and take it back: the number is always that of who wants it."""
    world = build(NOON)
    space = keeping.save_space(None, names={"en": "Orders"}, by=None)
    mina, *others = (
        members.choose_name(world.customers[name], name) for name in ("mina", "emma", "yusuf", "kaveh")
    )
    topic = writing.ask(space, by=world.agents["sara"], title="Bent poles", source="Ask here.", language="en")
    post = topic.posts.get()
    for turn in range(TRIES):
        chance = random.Random(turn)
        wanted = {one.pk: chance.random() < 0.7 for one in others}

        def twice(one: object, wanted: bool) -> list[Callable[[], object]]:
            return [lambda: steering.vote(post, by=one, wanted=wanted)] * 2  # type: ignore[arg-type]

        at_once(work for one in others for work in twice(one, wanted[one.pk]))
        post.refresh_from_db()
        topic.refresh_from_db()
        assert post.votes == topic.votes == Vote.objects.filter(post=post).count() == sum(wanted.values())


@pytest.mark.django_db(transaction=True)
def test_the_same_sending_and_the_same_article_at_once() -> None:
    world = build(NOON)
    space = keeping.save_space(None, names={"en": "Orders"}, by=None)
    mina = members.choose_name(world.customers["mina"], "mina")
    said: list[int] = []

    def send() -> None:
        made = writing.ask(
            space, by=mina, title="Bent poles", source="The poles of my tent are bent.", language="en",
            sending=Sending(client_id="one"),
        )  # fmt: skip
        said.append(made.pk)

    at_once([send] * 6)
    assert len(set(said)) == 1 and Topic.objects.count() == Post.objects.count() == 1
    topic, section = Topic.objects.get(), Section.objects.create(slug="tents", names={"en": "Tents"})
    steering.approve(topic.posts.get(), by=world.agents["sara"])
    before = Article.objects.count()
    at_once([lambda: passing.make_article(topic, section, by=world.agents["sara"])] * 4)
    assert Article.objects.count() == before + 1
    tickets: list[int] = []
    at_once([lambda: tickets.append(passing.make_ticket(topic, by=world.agents["sara"]).pk)] * 4)
    assert len(set(tickets)) == 1


@pytest.mark.django_db(transaction=True)
def test_merged_both_ways_at_once_ends_in_one() -> None:
    """Two of the team merge two topics into each other: one wins, the other is told, nothing is lost."""
    world = build(NOON)
    space = keeping.save_space(None, names={"en": "Orders"}, by=None)
    sara = world.agents["sara"]
    for turn in range(3):
        one, two = (
            writing.ask(space, by=sara, title=f"Topic {turn} {name}", source="Ask here.", language="en")
            for name in "ab"
        )
        refused: list[object] = []

        def merge(from_: Topic, into: Topic, refused: list[object] = refused) -> None:
            try:
                steering.merge(from_, into, by=sara)
            except (steering.CannotBe, MayNot) as fault:
                refused.append(fault)

        at_once([lambda one=one, two=two: merge(one, two), lambda one=one, two=two: merge(two, one)])  # type: ignore[misc]
        left = Topic.objects.filter(pk__in=[one.pk, two.pk], merged_into=None)
        assert len(refused) == 1 and left.count() == 1 and left.get().posts.count() == 2
