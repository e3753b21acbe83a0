"""What people may not read, at the doors that no link leads to, at the addresses that others were given, and after it was theirs
to read: hints, feeds, sitemaps, JSON, the API with a session, pictures and files, kept pages and their ETags."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from PIL import Image

from pelekan.demo.world import World
from pelekan.knowledge import keeping, pictures, reviewing
from pelekan.knowledge.community import keeping as spaces
from pelekan.knowledge.community import members, passing, steering, writing
from pelekan.knowledge.community import pictures as community_pictures
from pelekan.knowledge.community.models import Post, Space, Topic
from pelekan.knowledge.models import Section, Translation
from pelekan.people.models import Customer, CustomerGroup, Organization
from pelekan.tickets import actions, attachments
from pelekan.tickets.models import Ticket
from pelekan.web.community import caching
from pelekan.web.deflection import beside
from pelekan.web.help import searching
from pelekan.web.widget import helping
from tests.conftest import NOON
from tests.web.help.books import article
from tests.web.portal.desk import browser_of, ticket_of
from tests.web.test_crawl import BEGIN, crawl
from tests.web.widget.conftest import Browser

pytestmark = pytest.mark.django_db
NAMES = re.compile(r"SECRET-([A-Z-]+)")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    caching.forget()
    for limit in (searching.ASKED, beside.LOOKS, helping.LOOKS):
        limit.clear()
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def png(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return out.getvalue()


def plant(world: World) -> dict[str, list[str]]:
    """Secrets in the community, in pictures and files. Gives the addresses of files by their secret."""
    sara, customers = world.agents["sara"], world.customers
    group = CustomerGroup.objects.create(name="Some")
    group.customers.add(customers["mina"])
    mina, emma = (
        members.choose_name(customers["mina"], "mina"),
        members.choose_name(customers["emma"], "emma"),
    )
    open_ = spaces.save_space(None, names={"en": "Orders"}, by=None)
    closed = spaces.save_space(None, names={"en": "SECRET-SPACE"}, read="groups", groups=[group], by=None)
    writing.ask(
        closed, by=sara, title="SECRET-SPACE words", source="SECRET-SPACE is said here.", language="en"
    )
    topic = writing.ask(
        open_, by=sara, title="The secret of good tents", source="A secret for everyone?", language="en"
    )
    writing.ask(
        open_,
        by=mina,
        title="SECRET-WAITING of mine",
        source="SECRET-WAITING is not looked at.",
        language="en",
    )
    refused = writing.answer(topic, by=emma, source="SECRET-REFUSED words")
    steering.refuse(refused, by=sara, because="SECRET-REASON")
    gone = writing.answer(topic, by=sara, source="SECRET-DELETED words")
    comment = writing.answer(topic, by=sara, source="SECRET-UNDER words", parent=gone)
    writing.take_out(gone, "deleted", NOON)
    writing.take_out(comment, "waiting", NOON)
    shown = writing.answer(topic, by=sara, source="One edited answer, SECRET-FORMER words")
    writing.change(shown, by=sara, source="One edited answer with a secret")
    kept = community_pictures.keep(io.BytesIO(png("red")), sara)
    writing.ask(
        closed, by=sara, title="Picture", source=f"![](/community/files/{kept.token}/)", language="en"
    )
    restricted = article("SECRET-GROUP", "<p>SECRET-GROUP words</p>", visibility="customers")
    keeping.describe(restricted.article, by=None, visibility="groups", groups=[group])
    picture = pictures.keep(restricted.article, png("blue"), "plan.png", by=sara)
    ticket = ticket_of(world, "mina", "SECRET-OF-MINA does not work", "SECRET-OF-MINA")
    up = attachments.keep(io.BytesIO(b"SECRET-OF-MINA in a file"), "bill.txt", f"agent:{sara.pk}")
    actions.reply(ticket, by=sara, text="SECRET-OF-MINA answer", attachment_ids=(up.pk,))
    noted = attachments.keep(
        io.BytesIO(b"SECRET-NOTE in a file"),
        "note.txt",
        "",
        message=actions.note(ticket, by=sara, text="SECRET-NOTE"),
    )
    return {
        "SPACE": [f"/community/files/{kept.token}/"], "GROUP": [pictures.address(picture)],
        "NOTE": [f"/files/{noted.token}/note.txt"],
    }  # fmt: skip


def doors() -> list[str]:
    """Addresses that programs ask: what is typed in them finds every secret."""
    found = [
        "/community/sitemap.xml",
        "/help/en/news.atom",
        "/community/en/ask/",
        "/portal/profile/",
        "/portal/?q=SECRET",
    ]
    for q in (
        "SECRET",
        "secret space words",
        "secret waiting",
        "secret refused",
        "secret group",
        "secret note",
    ):
        found += [
            f"/help/en/suggest/?q={q}",
            f"/help/en/search/?q={q}",
            f"/help/ar/search/?q={q}",
            f"/community/en/search/?q={q}",
        ]
        found += [f"/community/en/ask/similar/?q={q}", f"/api/v1/community/topics?q={q}"]
    found += ["/api/v1/community/topics", "/api/v1/community/spaces"]
    found += [f"/api/v1/community/topics/{pk}" for pk in Topic.objects.values_list("pk", flat=True)]
    found += [f"/api/v1/community/posts/{pk}" for pk in Post.objects.values_list("pk", flat=True)]
    found += [f"/community/en/posts/{pk}/history/" for pk in Post.objects.values_list("pk", flat=True)]
    found += [f"/community/en/posts/{pk}/edit/" for pk in Post.objects.values_list("pk", flat=True)]
    found += [f"/community/en/t/{pk}/" for pk in Topic.objects.values_list("pk", flat=True)]
    found += [
        f"/community/en/s/{slug}/{more}"
        for slug in Space.objects.values_list("slug", flat=True)
        for more in ("", "feed/")
    ]
    found += [f"/community/en/people/{pk}/" for pk in (1, 2, 3)]
    found += [f"/help/en/a/{pk}-x/" for pk in Translation.objects.values_list("pk", flat=True)]
    found += [
        f"/portal/requests/{n}/" for n in Ticket.objects.exclude(number=None).values_list("number", flat=True)
    ]
    return found


def said(browser: Client, path: str, **headers: str) -> tuple[int, str]:
    response = browser.get(path, follow=True, headers={"User-Agent": "Mozilla/5.0", **headers})
    body = b"".join(response.streaming_content if response.streaming else [response.content])
    return response.status_code, body.decode(errors="replace")


MAY = {
    "anyone": set(),
    "mina": {"SPACE", "WAITING", "GROUP", "OF-MINA"},
    "emma": {"REFUSED", "REASON"},
    "yusuf": set(),
}


def colleagues(world: World, sharing: str) -> None:
    company = Organization.objects.create(name="Company", sharing=sharing)
    Customer.objects.filter(pk__in=[world.customers[one].pk for one in ("mina", "yusuf")]).update(
        organization=company
    )


def test_doors_that_no_link_leads_to(world: World) -> None:
    plant(world)
    browsers = {who: browser_of(world, who) if who != "anyone" else Client() for who in MAY}
    seen: dict[str, set[str]] = {who: set() for who in MAY}
    for path in doors():
        for who in ("mina", "anyone", "emma", "yusuf", "anyone"):
            status, body = said(browsers[who], path)
            assert status < 500, (who, path, status)
            if "q=" in path:  # the words that were typed stand in their field
                body = re.sub(r'value="[^"]*"', "", body)
            for name in NAMES.findall(body):
                assert name in MAY[who], (who, path, name)
            seen[who] |= set(NAMES.findall(body))
    assert seen["mina"] == MAY["mina"], "these doors do come where secrets are"
    assert "REFUSED" in seen["emma"]


def test_what_is_offered_while_somebody_writes(world: World) -> None:
    """Beside a form, in the portal and in the widget: only what this reader may read."""
    plant(world)
    browsers = {who: browser_of(world, who) if who != "anyone" else Client() for who in MAY}
    for text in (
        "secret group words",
        "secret space words is said here",
        "secret waiting is not looked at",
        "secret note does not work",
    ):
        for who, browser in browsers.items():
            body = browser.post("/answers/look/", {"subject": text, "text": text}).content.decode()
            assert set(NAMES.findall(body)) <= MAY[who], (who, text)
        widget = Browser()
        widget.hello(begin=True)
        answer = widget.call("answers", {"text": text, "subject": text})
        assert answer.status_code == 200 and "SECRET" not in answer.content.decode()
        for pk in Translation.objects.values_list("pk", flat=True):
            assert "SECRET" not in widget.call("answers/article", {"id": pk}).content.decode()
        said_ = widget.send(text)
        assert "SECRET" not in said_.content.decode() + widget.call("messages").content.decode()


@pytest.mark.parametrize("sharing", ["off", "all"])
def test_addresses_that_others_were_given(world: World, sharing: str) -> None:
    """Every page, picture and file where Mina meets a secret, asked by everybody else; her colleague, who reads her requests
    where the company wants it, reads neither notes nor what is hers alone."""
    files = plant(world)
    colleagues(world, sharing)
    mina = browser_of(world, "mina")
    hers = {
        page for page, body in crawl(mina, (*BEGIN, *files["SPACE"], *files["GROUP"])) if NAMES.search(body)
    }
    assert any("/portal/requests/" in page for page in hers) and any("/files/" in page for page in hers)
    for name in ("SPACE", "GROUP"):
        assert said(mina, files[name][0])[0] == 200
    others = {"anyone": Client(), "emma": browser_of(world, "emma"), "yusuf": browser_of(world, "yusuf")}
    for who, browser in others.items():
        may = MAY[who] | ({"OF-MINA"} if who == "yusuf" and sharing == "all" else set())
        for page in hers:
            found = set(NAMES.findall(re.sub(r'value="[^"]*"', "", said(browser, page)[1])))
            assert found <= may, (who, page, found)
        for path in (*files["SPACE"], *files["GROUP"], *files["NOTE"]):
            assert browser.get(path).status_code == 404, (who, path)
    assert mina.get(files["NOTE"][0]).status_code == 404, "nor she"


def test_kept_pages_go_when_fewer_may_read(world: World, clock: time_machine.Traveller) -> None:
    """A page that was open is kept, with its ETag; when fewer may read it, the next who asks, also with the ETag in hand, gets
    nothing of it: articles, their pictures, topics, a space without topics."""
    sara = world.agents["sara"]
    row = article("SECRET-NARROWED", "<p>SECRET-NARROWED words</p>", summary="SECRET-NARROWED")
    release = article("SECRET-NEWS", "<p>SECRET-NEWS</p>", kind="release", data={"version": "1"})
    picture = pictures.keep(row.article, png("green"), "plan.png", by=sara)
    space = spaces.save_space(None, names={"en": "SECRET-ROOM"}, by=None)
    empty = spaces.save_space(None, names={"en": "SECRET-EMPTY"}, by=None)
    topic = writing.ask(space, by=sara, title="SECRET-TOPIC", source="SECRET-TOPIC words", language="en")
    kept = community_pictures.keep(io.BytesIO(png("red")), sara)
    post = writing.answer(topic, by=sara, source=f"![](/community/files/{kept.token}/) SECRET-ANSWER")
    files = [pictures.address(picture), f"/community/files/{kept.token}/"]
    pages = [page for page, body in crawl(Client(), (*BEGIN, "/community/sitemap.xml")) if "SECRET" in body]
    assert len(pages) > 8 and {f"/community/en/t/{topic.pk}-{topic.slug}/", "/community/en/"} <= set(pages)
    marks, dates = {}, {}
    for page in (*pages, *files):
        for _ in range(2):  # the second comes from the shelf
            response = Client().get(page, headers={"User-Agent": "Mozilla/5.0"})
            assert response.status_code == 200, page
        marks[page], dates[page] = response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
        if marks[page]:
            assert Client().get(page, headers={"If-None-Match": marks[page]}).status_code == 304, page
    assert sum(map(bool, marks.values())) > 5

    def nothing_left(*gone: str) -> None:
        clock.shift(2)
        for page in (*pages, *files):
            for headers in (
                {},
                {"If-None-Match": marks[page]},
                {"Accept-Encoding": "gzip"},
                {"If-Modified-Since": dates[page]},
            ):
                response = Client().get(page, headers=headers)
                if response.status_code == 304:
                    assert not any(name in dict(crawled)[page] for name in gone), (page, headers)
                    continue
                body = b"".join(response.streaming_content if response.streaming else [response.content])
                assert not any(name.encode() in body for name in gone), (page, headers)

    crawled = [(page, Client().get(page).content.decode()) for page in pages] + [(one, "") for one in files]
    keeping.describe(row.article, by=None, visibility="customers")
    nothing_left("SECRET-NARROWED")
    assert Client().get(files[0], headers={"If-None-Match": marks[files[0]]}).status_code == 404
    reviewing.withdraw(release, by=None)
    nothing_left("SECRET-NARROWED", "SECRET-NEWS")
    spaces.save_space(empty, names={"en": "SECRET-EMPTY"}, read="customers", by=None)
    nothing_left("SECRET-EMPTY")
    writing.take_out(post, "waiting", NOON + timedelta(seconds=1))
    nothing_left("SECRET-ANSWER")
    assert Client().get(files[1]).status_code == 404
    steering.approve(post, by=sara)
    made = passing.make_article(topic, Section.objects.get(slug="paying"), by=sara)
    spaces.save_space(space, names={"en": "SECRET-ROOM"}, read="customers", by=None)
    nothing_left("SECRET-ROOM", "SECRET-TOPIC", "SECRET-ANSWER")
    assert Client().get(files[1], headers={"If-None-Match": marks[files[1]]}).status_code == 404
    assert not Translation.objects.readable_by(beside.reader_of(_stranger())).filter(pk=made.pk).exists()


def _stranger() -> object:
    class Request:
        class user:
            is_authenticated = False

    return Request()
