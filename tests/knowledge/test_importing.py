"""From files and back."""

from __future__ import annotations

import io

import pytest

from pelekan.demo import articles
from pelekan.demo.world import World
from pelekan.knowledge import importing
from pelekan.knowledge.files import Fault, Row, read_archive, write_archive
from pelekan.knowledge.models import Article, Picture, Translation, Visibility
from pelekan.knowledge.readers import ANYONE
from tests.knowledge.test_pictures import photo

pytestmark = pytest.mark.django_db


def test_what_comes_twice_is_written_once(world: World) -> None:
    row = Row("a", "Renew", "<p>text <script>alert(1)</script><img src='p.jpg'></p>".replace("'", '"'), "en",
              section="Billing", pictures={"p.jpg": photo})  # fmt: skip
    first = importing.take([row], by=None, publish=True, visibility="public")
    again = importing.take([row], by=None, publish=True)
    assert (first.made, again.same, Article.objects.count(), Picture.objects.count()) == (1, 1, 1, 1)
    out = Translation.objects.readable_by(ANYONE).select_related("published").get()
    assert (
        out.published is not None
        and "script" not in out.published.body
        and "/help/files/" in out.published.body
    )
    fa = Row("a", "تمدید", "<p>متن</p>", "fa")
    assert importing.take([fa], by=None).changed == 1 and Article.objects.count() == 1


def test_what_comes_from_elsewhere_is_nobodys_until_somebody_says_so(world: World) -> None:
    done = importing.take(
        [Row("a", "t", "<p>x</p>", "en", visibility="tier"), Fault("3", "no_title")], by=world.agents["sara"]
    )
    assert done.made == 1 and done.faults[0].where == "3"
    article = Article.objects.get()
    assert (
        article.visibility == Visibility.AGENTS
        and not Translation.objects.filter(published__isnull=False).exists()
    )
    with pytest.raises(PermissionError):
        importing.take([], by=world.agents["sara"], publish=True)


def test_the_demo_goes_out_as_files_and_comes_back_the_same(world: World) -> None:
    articles.shelve(world)
    out = io.BytesIO()
    write_archive(importing.rows_of(Article.objects.all()), out)
    before = {(row.id, row.language): row for row in importing.rows_of(Article.objects.all())}
    Translation.objects.update(published=None, newest=None)
    Article.objects.all().delete()
    done = importing.take(read_archive(out), by=None, visibility="public")
    assert done.faults == [] and done.made + done.changed == len(before)
    after = {(row.id, row.language): row for row in importing.rows_of(Article.objects.all())}
    for key, row in before.items():
        assert (after[key].title, after[key].kind, after[key].section) == (row.title, row.kind, row.section)
        assert _bare(after[key].text) == _bare(row.text), key
        assert _bare(str(after[key].data)) == _bare(str(row.data)), key


def _bare(text: str) -> str:
    return "".join(text.replace("\\n", "").split())
