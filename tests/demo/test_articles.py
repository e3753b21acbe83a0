"""The demo's help centre holds something of everything."""

from __future__ import annotations

import pytest

from pelekan.demo import articles
from pelekan.demo.articles import gear
from pelekan.demo.world import World
from pelekan.knowledge.models import ArticleKind, DraftState, Picture, Synonyms, Translation, Visibility
from pelekan.knowledge.readers import ANYONE, of_customer
from pelekan.lib.time import now

pytestmark = pytest.mark.django_db


def test_every_kind_and_every_visibility_is_there(world: World) -> None:
    made = articles.shelve(world)
    assert {one.kind for one in made.values()} == set(ArticleKind.values)
    assert {one.visibility for one in made.values()} == set(Visibility.values)
    for language in ("fa", "ar", "en"):
        assert Translation.objects.readable_by(ANYONE).filter(language=language).count() >= 7
    kaveh = world.customers["kaveh"]
    kaveh.refresh_from_db()
    assert Translation.objects.readable_by(of_customer(kaveh)).filter(article=made["wholesale"]).exists()
    assert not Translation.objects.readable_by(ANYONE).filter(article=made["wholesale"]).exists()
    assert made["returns"].review_at is not None and made["returns"].review_at < now()
    arabic = made["twice"].translations.get(language="ar")
    original = made["twice"].translations.get(language="fa")
    assert arabic.published is not None and arabic.published.basis_id != original.published_id


def test_pictures_tables_other_directions_what_comes_tomorrow_and_words_alike_are_shown(world: World) -> None:
    articles.shelve(world)
    made = gear.show(world, now())
    gear.say_alike(world)
    for language, other in (("fa", "ltr"), ("en", "rtl")):
        out = made["size"].translations.get(language=language).published
        assert out is not None and "<table>" in out.body and f'<p dir="{other}">' in out.body
        assert f"/help/files/{Picture.objects.get(article=made['size']).pk}/" in out.body
    assert made["yalda"].translations.get().draft == DraftState.SCHEDULED
    assert Synonyms.objects.count() == len(gear.ALIKE)
