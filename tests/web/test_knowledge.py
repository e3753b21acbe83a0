"""The knowledge base at the desk: pages, saving, meeting another writer, rights, what stands in bodies."""

from __future__ import annotations

import io
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pelekan.demo import articles
from pelekan.demo.world import World
from pelekan.knowledge import bringing, keeping
from pelekan.knowledge.models import (
    Article,
    DraftState,
    Import,
    Picture,
    Section,
    Translation,
    Unsaved,
    Visibility,
)
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.people.models import CustomerGroup
from tests.knowledge.test_pictures import photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(world: World) -> dict[str, Article]:
    return articles.shelve(world)


@pytest.fixture
def few(world: World) -> dict[str, Article]:
    """One of each sort: to write and read the whole shelf takes longer than what is tested on it."""
    return articles.shelve(world, only=("wash", "gateway", "claims", "renew", "tree", "delivery"))


def browser(world: World, who: str) -> Client:
    found = Client()
    found.force_login(world.agents[who].user, backend="pelekan.people.backends.Backend")
    return found


def shown(who: Client, query: str) -> set[int]:
    page = who.get(f"/desk/knowledge/?{query}").content.decode()
    return {int(pk) for pk in re.findall(r'entries__link" href="/desk/knowledge/(\d+)/', page)}


def test_every_page_opens(world: World, made: dict[str, Article]) -> None:
    nika = browser(world, "nika")
    pages = [
        "",
        "new/",
        "sections/",
        "sections/new/",
        "groups/",
        "groups/new/",
        "files/",
        "?q=بانک&state=out&language=no-ar",
    ]
    pages += [f"sections/{Section.objects.first().pk}/", f"groups/{CustomerGroup.objects.first().pk}/"]  # type: ignore[union-attr]
    for state in ("draft", "review", "scheduled", "never", "stale", "due", "archived"):
        pages.append(f"?state={state}&owner=me")
    for key, row in made.items():
        pages += [
            f"{row.pk}/about/",
            f"{row.pk}/{row.language}/history/",
            f"{row.pk}/{row.language}/preview/",
        ]
        pages += [f"{row.pk}/{code}/" for code in ("fa", "ar", "en")]
        assert key
    for page in pages:
        assert nika.get(f"/desk/knowledge/{page}").status_code == 200, page
    assert browser(world, "arash").get("/desk/knowledge/publishers/").status_code == 200


def test_the_list_finds_what_is_to_be_done(world: World, made: dict[str, Article]) -> None:
    nika = browser(world, "nika")

    def titles(query: str) -> set[int]:
        return shown(nika, query)

    assert titles("state=stale") == {made["twice"].pk}
    assert titles("state=due") == {made["returns"].pk}
    assert titles("state=never") == {made["wash"].pk}
    assert made["wholesale"].pk in titles("language=no-en") and made["twice"].pk not in titles(
        "language=no-en"
    )
    assert titles("visibility=tier") == {made["gateway"].pk}


def test_what_is_above_an_agents_step_does_not_exist_for_him(world: World, made: dict[str, Article]) -> None:
    sara, row = browser(world, "sara"), made["gateway"]
    assert "Runbook" not in sara.get("/desk/knowledge/?q=gateway").content.decode()
    for page in ("", "about/", "en/", "en/preview/", "en/history/"):
        assert sara.get(f"/desk/knowledge/{row.pk}/{page}").status_code == 404
    assert sara.post(f"/desk/knowledge/{row.pk}/en/", {"title": "x"}).status_code == 404
    assert sara.post(f"/desk/knowledge/{row.pk}/picture/").status_code == 404
    found = json.loads(sara.get("/desk/knowledge/links/?q=Runbook").content)
    assert found == {"found": []}
    zipped = b"".join(sara.get("/desk/knowledge/files/csv/").streaming_content)  # type: ignore[attr-defined]
    assert "Runbook" not in zipped.decode() and "زیپ" in zipped.decode()


def test_a_second_writer_sees_both_and_nothing_is_lost(world: World, few: dict[str, Article]) -> None:
    row = few["wash"]
    sara, omid = browser(world, "sara"), browser(world, "omid")
    address = f"/desk/knowledge/{row.pk}/en/"
    first = {"title": "Wash it", "body": "<p>Hers</p>", "base": "1"}
    assert sara.post(address, first).status_code == 302
    answer = omid.post(address, {"title": "Wash it", "body": "<p>His own words</p>", "base": "1"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "His own words" in page and "Hers" in page and 'name="base" value="2"' in page
    translation = Translation.objects.get(article=row, language="en")
    assert translation.newest is not None and translation.newest.body == "<p>Hers</p>"
    assert omid.post(address, {"title": "Wash it", "body": "<p>Both</p>", "base": "2"}).status_code == 302


def test_what_is_typed_is_kept_for_the_writer_alone(world: World, few: dict[str, Article]) -> None:
    row = few["wash"]
    sara, omid = browser(world, "sara"), browser(world, "omid")
    address = f"/desk/knowledge/{row.pk}/en/"
    kept = sara.post(address + "keep/", {"title": "Half a thou", "body": "<p>x</p>", "base": "1"})
    assert kept.json() == {"newer": ""}
    assert "Half a thou" in sara.get(address).content.decode()
    assert "Half a thou" not in omid.get(address).content.decode()
    for url in (address + "keep/", address):  # he signed in meanwhile in the browser in which she writes
        typed = {
            "title": "Half a thou",
            "body": "<p>x</p>",
            "base": "1",
            "writer": str(world.agents["sara"].pk),
        }
        assert omid.post(url, typed).status_code == 403
    sara.post(address + "forget/")
    assert not Unsaved.objects.exists()


def test_agents_do_not_publish_nor_change_who_reads(world: World, few: dict[str, Article]) -> None:
    sara, row = browser(world, "sara"), few["wash"]
    assert sara.post(f"/desk/knowledge/{row.pk}/en/act/publish/").status_code == 403
    assert sara.post(f"/desk/knowledge/{row.pk}/en/act/schedule/", {"until": "days-1"}).status_code == 403
    out = few["claims"]  # published for the team
    assert sara.post(f"/desk/knowledge/{out.pk}/about/", {"visibility": "public"}).status_code == 403
    assert sara.post(f"/desk/knowledge/{out.pk}/about/archive/").status_code == 403
    out.refresh_from_db()
    assert out.visibility == Visibility.AGENTS


def test_review_to_publication(world: World, few: dict[str, Article]) -> None:
    row = few["wash"]
    sara, nika = browser(world, "sara"), browser(world, "nika")
    address = f"/desk/knowledge/{row.pk}/en/"
    sara.post(address, {"title": "Wash", "body": "<p>By hand</p>", "base": "1", "then": "review"})
    bell = nika.get("/desk/bell/").content.decode()
    assert f'href="{address}"' in bell and "Wash" in bell
    nika.post(address + "act/send-back/", {"remark": "Say which soap"})
    assert "Say which soap" in sara.get(address).content.decode()
    sara.post(address, {"title": "Wash", "body": "<p>Down soap</p>", "base": "2", "then": "review"})
    nika.post(address + "act/schedule/", {"until": "date", "date": "2099/01/01"})
    translation = Translation.objects.get(article=row, language="en")
    assert translation.draft == DraftState.REVIEW  # nobody plans for so far ahead
    nika.post(address + "act/schedule/", {"until": "days-1"})
    translation.refresh_from_db()
    assert translation.draft == DraftState.SCHEDULED and translation.due_at is not None
    nika.post(address + "act/publish/")
    assert "Down soap" in Client().get(f"/help/en/a/{translation.pk}/", follow=True).content.decode()


@pytest.mark.parametrize(
    "bad",
    [
        '<img src=x onerror=alert(1)>', '<a href="javascript:alert(1)">x</a>', "<svg><script>alert(1)</script></svg>",
        '<img src="https://evil.example/p.png">', '<p style="position:fixed">x</p>', '<iframe src="//evil.example"></iframe>',
        '<a href="//evil.example">x</a>', '<form action="/desk/"><button>x</button></form>',
    ],
)  # fmt: skip
def test_f_nothing_runs_in_bodies(world: World, few: dict[str, Article], bad: str) -> None:
    """Bodies, steps, transcripts and trees: on the reader's page, in the preview, beside a translation, and kept unsaved."""
    nika, row = browser(world, "nika"), few["renew"]
    address = f"/desk/knowledge/{row.pk}/fa/"
    values = {
        "title": "<b>t</b>" + bad,
        "body": bad,
        "step_title": [bad],
        "step_body": [bad],
        "base": "1",
        "then": "publish",
    }
    assert nika.post(address, values).status_code == 302
    pk = Translation.objects.get(article=row, language="fa").pk
    pages = [
        nika.get(address + "preview/"),
        nika.get(f"/desk/knowledge/{row.pk}/en/"),
        nika.get(address + "history/"),
    ]
    pages.append(Client().get(f"/help/fa/a/{pk}/", follow=True))
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        for part in (
            "<img src=x",
            'href="javascript:',
            "<svg><script",
            'src="https://evil',
            'style="position',
            '<iframe src="//evil',
            'href="//evil',
            '<form action="/desk/"><button>',
        ):
            assert part not in text, part


def test_pictures_are_kept_and_refused_in_words(world: World, few: dict[str, Article]) -> None:
    sara, row = browser(world, "sara"), few["wash"]
    sent = SimpleUploadedFile("شب.jpg", photo(), "image/jpeg")
    answer = sara.post(f"/desk/knowledge/{row.pk}/picture/", {"file": sent})
    assert answer.status_code == 201
    src = answer.json()["src"]
    assert sara.get(src).status_code == 200  # a draft's, for the team
    assert Client().get(src).status_code == 404
    svg = SimpleUploadedFile("x.png", b"<svg onload=alert(1)>", "image/png")
    refused = sara.post(f"/desk/knowledge/{row.pk}/picture/", {"file": svg})
    assert refused.status_code == 422 and refused.json()["error"] and Picture.objects.count() == 1


def test_import_says_what_it_left_out(world: World, few: dict[str, Article]) -> None:
    nika = browser(world, "nika")
    table = "id,title,text,language\n1,Snow tyres,Put them on in November.,en\n2,,no title,en\n"
    sent = SimpleUploadedFile("a.csv", table.encode(), "text/csv")
    went = nika.post("/desk/knowledge/files/", {"file": sent, "visibility": "public", "publish": "on"})
    row = Import.objects.get()
    assert (went.status_code, went["Location"]) == (302, f"/desk/knowledge/files/imports/{row.pk}/")
    waiting = nika.get(went["Location"]).content.decode()
    assert "<progress" in waiting and "/stop/" in waiting
    bringing.go(due.claim(Import, clock())[0])
    part = nika.get(went["Location"], HTTP_HX_REQUEST="true").content.decode()
    assert "<progress" not in part and "<html" not in part and "lint__one" in part
    assert "a.csv" in nika.get("/desk/knowledge/files/").content.decode()
    assert browser(world, "sara").get(went["Location"]).status_code == 404, "another agent's file"
    assert Translation.objects.filter(published__title="Snow tyres", article__visibility="public").exists()
    out = nika.get("/desk/knowledge/files/zip/")
    assert io.BytesIO(b"".join(out.streaming_content)).read(2) == b"PK"  # type: ignore[attr-defined]


def test_a_tree_that_leads_nowhere_is_said_and_not_published(world: World, few: dict[str, Article]) -> None:
    nika, row = browser(world, "nika"), few["tree"]
    address = f"/desk/knowledge/{row.pk}/en/"
    part = nika.post("/desk/knowledge/tree/", {"outline": "Q?\n  a"}).content.decode()
    assert "tree-faults" in part
    nika.post(address, {"title": "T", "outline": "Q?\n  a", "base": "1", "then": "publish"})
    translation = Translation.objects.get(article=row, language="en")
    assert translation.published is not None and translation.published.number == 1
    assert translation.newest is not None and translation.newest.number == 2
    assert "Q?\n  a" in nika.get(address).content.decode()  # as it was written


def test_sections_are_ordered_and_kept_two_deep(world: World, few: dict[str, Article]) -> None:
    nika = browser(world, "nika")
    ids = list(Section.objects.order_by("position").values_list("pk", flat=True))
    nika.post(
        "/desk/knowledge/sections/order/",
        {"order": ",".join(str(pk) for pk in reversed(ids))},
        HTTP_X_PART="1",
    )
    assert list(Section.objects.order_by("position").values_list("pk", flat=True)) == ids[::-1]
    nika.post("/desk/knowledge/sections/new/", {"name_en": "Cards", "parent": ids[0], "icon": "credit-card"})
    cards = Section.objects.get(names__en="Cards")
    assert cards.parent_id == ids[0]
    answer = nika.post(
        f"/desk/knowledge/sections/{ids[0]}/", {"name_en": "B", "parent": ids[1], "icon": "lock"}
    )
    assert answer.status_code == 422
    assert nika.post(f"/desk/knowledge/sections/{ids[0]}/archive/").status_code == 302
    assert Section.objects.get(pk=ids[0]).archived_at is None  # articles stand in it


def test_a_group_is_made_by_addresses_and_plans(world: World) -> None:
    nika = browser(world, "nika")
    values = {"name": "Partners", "plans": "gold, silver", "customers": "emma.clarke@example.net"}
    assert nika.post("/desk/knowledge/groups/new/", values).status_code == 302
    made = CustomerGroup.objects.get(name="Partners")
    assert made.plans == ["gold", "silver"] and list(made.customers.all()) == [world.customers["emma"]]
    wrong = nika.post("/desk/knowledge/groups/new/", {"name": "Others", "customers": "nobody@example.org"})
    assert wrong.status_code == 422 and "nobody@example.org" in wrong.content.decode()


def test_about_keeps_who_reads_and_says_it(world: World, few: dict[str, Article]) -> None:
    nika, row = browser(world, "nika"), few["delivery"]
    group = CustomerGroup.objects.get()
    values = {
        "section": row.section_id,
        "kind": row.kind,
        "language": "fa",
        "visibility": "groups",
        "review_at": "۱۴۰۶/۰۱/۱۵",
    }
    assert nika.post(f"/desk/knowledge/{row.pk}/about/", values).status_code == 422  # no group chosen
    assert nika.post(f"/desk/knowledge/{row.pk}/about/", {**values, "groups": [group.pk]}).status_code == 302
    row.refresh_from_db()
    assert (
        row.visibility == "groups"
        and row.review_at is not None
        and (row.review_at.year, row.review_at.month) == (2027, 4)
    )
    assert group.name in nika.get(f"/desk/knowledge/{row.pk}/about/").content.decode()


def test_archived_articles_come_back(world: World, few: dict[str, Article]) -> None:
    nika, row = browser(world, "nika"), few["delivery"]
    pk = Translation.objects.get(article=row, language="fa").pk
    nika.post(f"/desk/knowledge/{row.pk}/about/archive/")
    assert Client().get(f"/help/fa/a/{pk}/", follow=True).status_code == 404
    assert row.pk in shown(nika, "state=archived")
    keeping.bring_back(row, by=world.agents["nika"])
    assert Client().get(f"/help/fa/a/{pk}/", follow=True).status_code == 200
