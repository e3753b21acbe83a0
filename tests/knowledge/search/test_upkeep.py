"""After an upgrade the index makes itself anew."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from pelekan.demo import articles
from pelekan.demo.world import World
from pelekan.knowledge.models import Translation
from pelekan.knowledge.readers import ANYONE
from pelekan.knowledge.search import table, upkeep
from pelekan.knowledge.search.asking import find
from pelekan.knowledge.search.models import Entry, Term, Upkeep
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.web.admin.machinery import backlogs

pytestmark = pytest.mark.django_db


@pytest.fixture
def old(world: World) -> World:
    """A desk with articles and an empty index, as releases before left it."""
    articles.shelve(world)
    table.remove()
    table.create()
    Entry.objects.all().delete()
    Term.objects.all().delete()
    Upkeep.objects.all().delete()
    return world


def test_an_older_desk_finds_everything_without_a_word_from_anybody(old: World) -> None:
    before = [one.title for one in find("bank", reader=ANYONE, language="en", limit=5).hits]
    upkeep.look(clock())
    (row,) = [one for one in backlogs(clock()) if one.state == "look"]
    assert (
        row.facts
        and row.words
        and upkeep.state() == (0, Translation.objects.filter(published__isnull=False).count())
    )
    (taken,) = due.claim(Upkeep, clock())
    upkeep.go(taken)
    assert before == [] and Entry.objects.filter(kind="article").count() == (
        Translation.objects.filter(published__isnull=False, article__archived_at=None).count()
    )
    assert Upkeep.objects.get().version == upkeep.VERSION and upkeep.state() is None
    upkeep.look(clock())
    assert upkeep.state() is None, "once is enough"


def test_a_newer_way_of_taking_texts_apart_renews_what_is_there(
    old: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    upkeep.look(clock())
    upkeep.go(due.claim(Upkeep, clock())[0])
    entries = Entry.objects.count()
    monkeypatch.setattr(upkeep, "VERSION", upkeep.VERSION + 1)
    upkeep.look(clock())
    real, calls = upkeep.put_translations, iter(range(9))

    def dying(some: Any) -> None:
        real(some)
        if next(calls) == 1:
            raise SystemExit

    monkeypatch.setattr(upkeep, "BATCH", 10)  # two at a time
    monkeypatch.setattr(upkeep, "put_translations", dying)
    with pytest.raises(SystemExit):
        upkeep.go(due.claim(Upkeep, clock())[0])
    assert upkeep.state() == (
        2,
        Translation.objects.filter(published__isnull=False, article__archived_at=None).count(),
    )
    monkeypatch.setattr(upkeep, "put_translations", real)
    Upkeep.objects.update(leased_until=None)
    upkeep.go(due.claim(Upkeep, clock())[0])
    assert Entry.objects.count() == entries and Upkeep.objects.get().version == upkeep.VERSION


def test_an_index_that_is_whole_is_left_alone_and_one_of_before_is_not(world: World) -> None:
    articles.shelve(world)
    upkeep.look(clock())
    assert upkeep.state() is None
    migration = import_module("pelekan.knowledge.search.migrations.0004_older")
    Upkeep.objects.all().delete()
    migration.note(apps, None)
    upkeep.look(clock())
    assert upkeep.state() is not None, "an upgraded desk had it before"
