"""The pages of the help centre as readers see them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.knowledge import actions
from pelekan.people.models import CustomerGroup
from pelekan.web.help import shelf as kept
from tests.web.help.books import address, article, in_language, shelf
from tests.web.portal.desk import browser_of

pytestmark = pytest.mark.django_db


def words(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_front_page(world: World) -> None:
    pinned = article("A card is refused")
    body = words(Client().get("/help/en/"))
    assert "A card is refused" in body and address(pinned) in body and "/help/en/s/paying/" in body
    assert "portal/requests/new/" in body and 'role="search"' in body


def test_each_language_has_its_address(world: World) -> None:
    first = article("How to pay")
    other = in_language(first, "fa", "چگونه بپردازیم")
    body = words(Client().get(address(first)))
    assert (
        '<html lang="en" dir="ltr"' in body
        and f'hreflang="fa" href="http://testserver{address(other)}"' in body
    )
    body = words(Client().get(address(other), headers={"Accept-Language": "en"}))
    assert '<html lang="fa" dir="rtl"' in body and "چگونه بپردازیم" in body
    assert Client().get(address(first).replace("/en/", "/fa/"))["Location"] == address(first)
    assert Client().get(f"/help/en/a/{first.pk}-old-title/")["Location"] == address(first)
    assert Client().get("/help/", headers={"Accept-Language": "ar"})["Location"] == "/help/ar/"
    assert Client().get("/help/de/").status_code == 404


def test_a_translation_says_that_it_is_older(world: World) -> None:
    first = article("How to pay")
    other = in_language(first, "ar", "كيف تدفع")
    assert "banner--warning" not in words(Client().get(address(other)))
    actions.publish(
        actions.write(first.article, language="en", title="How to pay now", body="<p>So.</p>", by=None),
        by=None,
    )
    assert "banner--warning" in words(Client().get(address(other)))


def test_the_front_door(world: World) -> None:
    assert Client().get("/")["Location"] == "/portal/"  # nothing to read yet
    article()
    assert Client().get("/", headers={"Accept-Language": "fa"})["Location"] == "/help/fa/"
    assert browser_of(world, "mina").get("/")["Location"] == "/portal/"


KINDS: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("steps", {"steps": [{"title": "Open it", "body": "<p>gently</p>"}]}, ('type="checkbox"', "Open it", "HowTo")),
    ("video", {"url": "https://films.example/1"}, ('href="https://films.example/1"', "films.example")),
    ("video", {"url": "javascript:alert(1)", "transcript": "<p>Hello you</p>"}, ("Hello you",)),
    ("release", {"version": "4.2", "released_on": "2026-11-01"}, ("4.2", "1 November 2026")),
    (
        "tree",
        {"start": "a", "nodes": {"a": {"text": "<p>Is it on?</p>", "choices": [{"label": "Yes", "to": "b"}]}, "b": {"text": "Call"}}},
        ("Is it on?", "at/1/#tree"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "data", "shown"), KINDS)
def test_every_kind(world: World, kind: str, data: dict[str, Any], shown: tuple[str, ...]) -> None:
    body = words(Client().get(address(article("It breaks", kind=kind, data=data))))
    assert all(one in body for one in shown), [one for one in shown if one not in body]
    assert "javascript:" not in body and "<iframe" not in body


def test_questions_and_answers(world: World) -> None:
    body = "<h2>Is it safe?</h2><p>Yes.</p><h2>Is it <b>cheap</b>?</h2><p>No.</p>"
    page = words(Client().get(address(article("About it", body, kind="faq"))))
    assert page.count('<details class="faq__one"') == 2 and "Is it cheap?" in page
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])  # type: ignore[index]
    faq = next(one for one in data["@graph"] if one["@type"] == "FAQPage")
    assert [one["name"] for one in faq["mainEntity"]] == ["Is it safe?", "Is it cheap?"]


def test_long_ones_have_a_table_of_contents(world: World) -> None:
    body = "".join(f"<h2>Part {n}</h2><p>x</p>" for n in "abc") + "<h2>Part a</h2>"
    page = words(Client().get(address(article("Long", body))))
    assert 'aria-label="Link to this part"' in page, "each heading links to itself"
    assert 'href="#s-part-a"' in page and 'id="s-part-a"' in page and 'id="s-part-a-2"' in page


def test_a_tree_is_walked_by_addresses(world: World) -> None:
    data = {
        "start": "a",
        "nodes": {
            "a": {
                "text": "<p>Is it on?</p>",
                "choices": [{"label": "Yes", "to": "b"}, {"label": "No", "to": "c"}],
            },
            "b": {
                "text": "<p>Is it wet?</p>",
                "choices": [{"label": "Very", "to": "c"}, {"label": "Back", "to": "a"}],
            },
            "c": {"text": "<p>Dry it.</p>"},
        },
    }
    row = article("It does not start", kind="tree", data=data)
    page = words(Client().get(address(row, "at/1-1/")))
    assert "Dry it." in page and "This solved it" in page and "way=1-1" in page and ">Very<" in page
    assert f'rel="canonical" href="http://testserver{address(row)}"' in page
    for wrong in ("at/3/", "at/1-1-1/", "at/" + "-".join(["1", "2"] * 21) + "/"):
        assert Client().get(address(row, wrong)).status_code == 404
    assert Client().get(address(article("Other"), "at/1/")).status_code == 404


def test_the_same_for_everyone_and_cheap(world: World, django_assert_num_queries: Any) -> None:
    row = article(body="<h2>One</h2>")
    shelf()
    kept.forget()
    client = Client()
    client.get(address(row))  # compiles the template, learns the desk's name
    kept.forget()
    with django_assert_num_queries(3):  # the edition, the article, what stands beside it
        first = client.get(address(row))
    with django_assert_num_queries(1):
        second = client.get(address(row))
    assert first.content == second.content and not first.cookies and not second.cookies
    assert first["Cache-Control"] == "public, max-age=60" and "Cookie" in first["Vary"]
    assert client.get(address(row), headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert client.get(address(row), headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    head = client.head(address(row))
    assert head.status_code == 200 and head["ETag"] == first["ETag"] and head.content == b""
    packed = client.get(address(row), headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip" and packed["ETag"] != first["ETag"]


def test_a_change_is_seen_at_once(world: World) -> None:
    row = article("Old words")
    client = Client()
    assert "Old words" in words(client.get("/help/en/"))
    actions.publish(
        actions.write(row.article, language="en", title="New words", body="<p>So.</p>", by=None), by=None
    )
    assert "Old words" not in words(client.get("/help/en/")) and "New words" in words(client.get("/help/en/"))


def test_nobody_gets_a_page_of_other_eyes(world: World) -> None:
    """In any order of asking: what is kept is only what everyone may read."""
    public = article("Open to all")
    group = CustomerGroup.objects.create(name="Gold")
    group.customers.add(world.customers["mina"])
    secrets = {
        "customers": article("SECRET-CUSTOMERS", visibility="customers"),
        "groups": article("SECRET-GROUPS", visibility="groups"),
        "agents": article("SECRET-AGENTS", visibility="agents"),
    }
    secrets["groups"].article.groups.add(group)
    agent = Client()
    agent.force_login(world.agents["sara"].user, backend="pelekan.people.backends.Backend")
    people = {
        "anyone": (Client(), set()),
        "other": (browser_of(world, "dariush" if "dariush" in world.customers else next(k for k in world.customers if k != "mina")), {"customers"}),
        "mina": (browser_of(world, "mina"), {"customers", "groups"}),
        "agent": (agent, {"customers", "groups", "agents"}),
    }  # fmt: skip
    for _round in range(2):
        for who in ("agent", "anyone", "mina", "anyone", "other", "anyone"):
            browser, may = people[who]
            for page in (
                "/help/en/",
                "/help/en/s/paying/",
                address(public),
                "/help/en/search/?q=secret",
                "/help/en/suggest/?q=secret",
            ):
                text = words(browser.get(page))
                for name in secrets:
                    assert (f"SECRET-{name.upper()}" in text) <= (name in may), (who, page, name)
            for name, row in secrets.items():
                response = browser.get(address(row))
                assert response.status_code == (200 if name in may else 404), (who, name)
                assert who == "anyone" or response["Cache-Control"].startswith("private")
    sitemap = words(agent.get("/sitemap.xml"))
    assert address(public) in sitemap and all(address(row) not in sitemap for row in secrets.values())


def test_what_is_not_there_and_what_one_may_not_see_look_alike(world: World) -> None:
    hidden = article("SECRET", visibility="customers")
    here, nowhere = Client().get(address(hidden)), Client().get("/help/en/a/999999-x/")
    assert here.status_code == nowhere.status_code == 404
    first, second = (one.content.decode().replace(one.wsgi_request.path, "") for one in (here, nowhere))
    assert "Sign in" in first and 'role="search"' in first and "noindex" in first
    assert re.sub(r"next=[^\"]*|data-now=\"\d+\"", "", first) == re.sub(
        r"next=[^\"]*|data-now=\"\d+\"", "", second
    )


def test_map_feed_and_robots(world: World) -> None:
    first = article("How to pay")
    in_language(first, "fa", "چگونه بپردازیم")
    article(
        "Version 5 & more",
        "<p>New <b>things</b></p>",
        kind="release",
        data={"version": "5.0", "released_on": "2026-11-20"},
    )
    text = words(Client().get("/sitemap.xml"))
    assert text.count("hreflang=") == 4 and f"<loc>http://testserver{address(first)}</loc>" in text
    feed = Client().get("/help/en/news.atom")
    assert feed["Content-Type"].startswith("application/atom+xml") and "Version 5 &amp; more (5.0)" in words(
        feed
    )
    assert "2026-11-20T12:00:00+00:00" in words(feed)
    article("Version 4", kind="release", data={"version": "4", "released_on": "2026-10-20"})
    news = words(Client().get("/help/en/news/"))
    assert (
        0 < news.index("Version 5 &amp; more") < news.index(">Version 4<")
    )  # by their day, whenever they were written
    assert "Sitemap: http://testserver/sitemap.xml" in words(Client().get("/robots.txt"))


def test_a_product_has_a_feed_of_its_own(world: World) -> None:
    phone, watch = shelf("phone", en="Phone"), shelf("watch", en="Watch")
    article("Phone 2", kind="release", data={"version": "2", "released_on": "2026-11-20"}, section=phone)
    article("Watch 7", kind="release", data={"version": "7", "released_on": "2026-11-21"}, section=watch)
    own = words(Client().get("/help/en/s/phone/news.atom"))
    assert "Phone 2" in own and "Watch 7" not in own and "/help/en/s/phone/" in own
    assert "/help/en/s/phone/news.atom" in words(Client().get("/help/en/s/phone/"))
    article("How to pay", section=shelf("paying"))
    assert 'news.atom"' not in re.sub(
        r"<head>.*</head>", "", words(Client().get("/help/en/s/paying/")), flags=re.S
    )
    for slug in ("paying", "nothing"):
        assert Client().get(f"/help/en/s/{slug}/news.atom").status_code == 404


def test_other_languages_are_named_only_where_there_is_something_to_read(world: World) -> None:
    first = article("How to pay", section=shelf("paying"))
    body = words(Client().get("/help/en/s/paying/"))
    assert 'hreflang="en" href="http://testserver/help/en/s/paying/"' in body
    assert 'href="http://testserver/help/ar/s/paying/"' not in body and 'href="/help/ar/"' in body
    in_language(first, "ar", "كيف أدفع")
    assert 'href="http://testserver/help/ar/s/paying/"' in words(Client().get("/help/en/s/paying/"))
    default = f'hreflang="x-default" href="http://testserver{address(first)}"'
    assert default in words(Client().get(address(first)))
    assert 'hreflang="x-default" href="http://testserver/help/"' in words(Client().get("/help/en/"))


EVIL = '"></script><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}'


def test_nothing_of_a_text_runs(world: World) -> None:
    """XSS in title, summary, body, labels of a tree, steps, and what is searched for."""
    tree = {
        "start": "a",
        "nodes": {"a": {"text": EVIL, "choices": [{"label": EVIL, "to": "b"}]}, "b": {"text": EVIL}},
    }
    rows = [
        article(EVIL, f"<h2 lang='a>b'>{EVIL}</h2>{EVIL}", summary=EVIL),
        article(EVIL, EVIL, kind="tree", data=tree),
        article(EVIL, f"<h2>{EVIL}</h2>{EVIL}", kind="faq", summary=EVIL),
        article(EVIL, "", kind="steps", data={"steps": [{"title": EVIL, "body": EVIL}]}),
        article(EVIL, "", kind="video", data={"url": "https://x.example/" + EVIL, "transcript": EVIL}),
        article(EVIL, EVIL, kind="release", data={"version": EVIL, "released_on": EVIL}),
    ]
    client = Client()
    pages = [address(row) for row in rows] + [
        address(rows[1], "at/1/"),
        "/help/en/",
        "/help/en/s/paying/",
        "/help/en/news/",
    ]
    for page in pages:
        _harmless(words(client.get(page)), page)
    for page in ("/help/en/search/", "/help/en/suggest/"):
        _harmless(words(client.get(page, {"q": EVIL})), page)
    feed = words(client.get("/help/en/news.atom"))
    assert "<script" not in feed and "<img" not in feed


def _harmless(text: str, page: str) -> None:
    assert "<script>alert" not in text and "onerror=alert(2)>" not in text.replace("&gt;", ""), page
    for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL):
        json.loads(block)
