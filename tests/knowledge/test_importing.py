"""From files and back."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pelekan.demo import articles
from pelekan.demo.world import World
from pelekan.knowledge import actions, around, edition, groups, importing, keeping, loading, pictures, shelves
from pelekan.knowledge.files import Fault, Row, read_archive, write_archive
from pelekan.knowledge.models import Article, Picture, Section, Translation, Visibility
from pelekan.knowledge.readers import ANYONE
from pelekan.people.models import CustomerGroup, Tier
from pelekan.tickets.models import Category
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
    again = importing.take(read_archive(out), by=None, visibility="public", publish=True)
    assert (again.made, again.changed, again.same, again.faults) == (0, 0, len(before), [])
    out.seek(0)
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


def test_an_export_comes_back_whole_on_an_empty_desk(world: World) -> None:
    """All that an export promises: words in all languages, who reads them, who looks after them, files, place."""
    _whole_articles(world)
    rows = Article.objects.all()
    out = io.BytesIO()
    write_archive(importing.rows_of(rows), out, around.office_of(rows))
    before, office = _read(importing.rows_of(rows)), around.office_of(rows)
    Translation.objects.update(published=None, newest=None)
    Article.objects.all().delete()
    CustomerGroup.objects.all().delete()
    Section.objects.update(parent=None)
    Section.objects.all().delete()
    done = importing.take(read_archive(out), by=None, publish=True)
    assert done.faults == []
    assert around.office_of(Article.objects.all()) == office
    after = _read(importing.rows_of(Article.objects.all()))
    assert set(after) == set(before) and len(before) == 5
    for key, known in before.items():
        for name, value in known.items():
            assert after[key][name] == value, (key, name)
    again = importing.take(read_archive(out), by=None, publish=True)
    assert (again.made, again.changed, again.same) == (0, 0, len(before))


def _whole_articles(world: World) -> None:
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    above = shelves.save(None, by=None, names={"fa": "حساب", "en": "Account"}, icon="wallet")
    shelf = shelves.save(None, by=None, names={"en": "Money"}, descriptions={"en": "Paying"}, parent=above)
    group = groups.save(None, by=None, name="Gold", plans=["gold"], description="Those who pay more")
    one = actions.begin(shelf, language="fa", title="تمدید", summary="خلاصه", body="<p>متن</p>", by=None)
    picture = pictures.keep(one.article, photo(), "p.jpg", by=None)
    pictures.keep(one.article, b"%PDF-1.4 guide", "guide.pdf", by=None, inline=False)
    body = f'<p dir="rtl">متن <img src="{pictures.address(picture)}" alt="عکس"></p>'
    actions.publish(actions.write(one.article, language="fa", title="تمدید", body=body, by=None), by=None)
    old = actions.write(one.article, language="ar", title="تجديد", body="<p>نص</p>", by=None)
    actions.publish(old, by=None)
    newer = actions.write(one.article, language="fa", title="تمدید", body=body + "<p>تازه</p>", by=None)
    actions.publish(newer, by=None)  # the Arabic text is out of date now
    actions.publish(
        actions.write(one.article, language="en", title="Renew", body="<p>x</p>", by=None), by=None
    )
    keeping.describe(
        one.article, by=None, visibility="groups", groups=[group], owner=world.agents["sara"], review_at=now, position=4,
        pinned_at=now, categories=[Category.objects.order_by("pk")[0]],
    )  # fmt: skip
    two = actions.begin(above, language="en", title="Film", kind="video", by=None, visibility="tier",
                        tier=Tier.objects.order_by("-level")[0])  # fmt: skip
    film = pictures.keep(two.article, b"\0\0\0\x18ftypmp42" + b"\0" * 50, "film.mp4", by=None, inline=False)
    data = {"file": film.pk, "url": "", "transcript": "<p>Hello</p>"}
    actions.publish(actions.write(two.article, language="en", title="Film", data=data, by=None), by=None)
    keeping.describe(two.article, by=None, related=[one.article])
    actions.begin(
        shelf, language="en", title="Only a draft", body="<p>soon</p>", by=None, visibility="customers"
    )


def _read(rows: Iterable[Row]) -> dict[tuple[str, str], dict[str, Any]]:
    """What can be compared of rows: pictures and files by their bytes."""
    return {
        (row.id, row.language): {
            "words": (row.title, row.summary, row.section, row.kind, row.visibility, row.tags),
            "text": _bare(re.sub(r'src="[^"]+"', "", row.text)), "data": _bare(str(row.data)),
            "about": replace(row.about, address=""),
            "pictures": sorted(hashlib.sha256(read()).hexdigest() for read in row.pictures.values()),
            "files": {name: opened().read() for name, opened in row.files.items()},
        }
        for row in rows
    }  # fmt: skip


def test_rows_without_an_id_are_known_again_by_their_title(world: World) -> None:
    rows = [
        Row("", "Renew", "<p>a</p>", "en"),
        Row("", "Renew", "<p>b</p>", "en"),
        Row("", "Pay", "<p>c</p>", "en"),
    ]
    assert importing.take(rows, by=None).made == 3
    assert importing.take(rows, by=None).same == 3 and Article.objects.count() == 3
    assert loading.load(rows).changed == 3 and Article.objects.count() == 3, "now they are out"
    assert loading.load(rows).same == 3


def test_an_import_of_many_makes_pages_new(world: World) -> None:
    before = edition.number()
    loading.load([Row("a", "Renew", "<p>a</p>", "en")])
    assert edition.number() > before
