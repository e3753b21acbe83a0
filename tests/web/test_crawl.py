"""Every page that customers can come to, walked from link to link by each kind of reader: no note of the team, no article
that is not his, nothing of another customer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
import time_machine
from django.test import Client

from pelekan.demo.world import World
from pelekan.knowledge import actions as writing
from pelekan.knowledge.models import Remark
from pelekan.people.models import CustomerGroup
from pelekan.tickets import actions
from tests.conftest import NOON
from tests.web.help.books import article, in_language
from tests.web.portal.desk import browser_of, ticket_of

pytestmark = pytest.mark.django_db

BEGIN = ("/", "/help/", "/help/fa/", "/help/ar/", "/help/en/", "/sitemap.xml", "/robots.txt", "/portal/", "/help/en/search/?q=secret",
    "/help/fa/search/?q=secret", "/help/en/suggest/?q=secret", "/help/en/news.atom", "/community/en/", "/community/fa/")  # fmt: skip
MOST = 400
_LINK = re.compile(r'(?:href|src|action|data-part|hx-get|data-suggest)="([^"]+)"|<loc>([^<]+)</loc>')
LEFT_OUT = re.compile(r"^/(static|accounts|language|desk|demo|widget/parts)/|sign-out")


def crawl(browser: Client, begin: tuple[str, ...] = BEGIN) -> Iterator[tuple[str, str]]:
    """(address, body) of each page that links lead to, with GET alone."""
    waiting, seen = list(begin), set(begin)
    while waiting:
        page = waiting.pop(0)
        response = browser.get(page, headers={"User-Agent": "Mozilla/5.0"})
        if response.status_code in (301, 302):
            found = [response["Location"]]
            body = ""
        else:
            assert response.status_code in (200, 401, 404, 405), (page, response.status_code)
            body = b"".join(response.streaming_content if response.streaming else [response.content]).decode(
                errors="replace"
            )
            found = [unescape(one or two) for one, two in _LINK.findall(body)]
        yield page, body
        for link in found:
            to = urldefrag(urljoin("http://testserver" + page, link))[0]
            parts = urlsplit(to)
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            if parts.netloc == "testserver" and path not in seen and not LEFT_OUT.search(path):
                seen.add(path)
                waiting.append(path)
        assert len(seen) < MOST, "the crawl has no end"


def test_no_secret_is_ever_reached(world: World) -> None:
    with time_machine.travel(NOON, tick=False):
        _plant(world)
        may = {
            "anyone": set(),
            "mina": {"CUSTOMERS", "GROUP", "OF-MINA"},
            "other": {"CUSTOMERS", "OF-OTHER"},
        }
        other = next(
            name
            for name in world.customers
            if name != "mina" and world.customers[name].identities.filter(kind="email").exists()
        )
        browsers = {"anyone": Client(), "mina": browser_of(world, "mina"), "other": browser_of(world, other)}
        ticket_of(world, other, "SECRET-OF-OTHER is broken", "SECRET-OF-OTHER")
        for who in ("mina", "anyone", "other", "anyone"):  # what one was shown must not be kept for the next
            pages = list(crawl(browsers[who]))
            text = dict(pages)
            for page, body in text.items():
                for name in re.findall(r"SECRET-([A-Z-]+)", body):
                    assert name in may[who], (who, page, name)
            wanted = {"CUSTOMERS", "GROUP", "OF-MINA"} if who == "mina" else set()
            for name in wanted:  # the crawl does come where secrets are
                assert any(f"SECRET-{name}" in body for body in text.values()), (who, name)
            assert sum(page.startswith("/help/") for page in text) > 10


def _plant(world: World) -> None:
    group = CustomerGroup.objects.create(name="SECRET-NAME-OF-GROUP")
    group.customers.add(world.customers["mina"])
    open_ = article("Open to all", "<h2>One</h2><p>secret is a word here</p>")
    in_language(open_, "fa", "برای همه")
    article("News", "<p>new</p>", kind="release", data={"version": "1"})
    for name, visibility in (
        ("CUSTOMERS", "customers"),
        ("GROUP", "groups"),
        ("TEAM", "agents"),
        ("TIER", "tier"),
    ):
        more = {"tier": world.tiers[2]} if visibility == "tier" else {}
        row = article(
            f"SECRET-{name}",
            f"<p>SECRET-{name} words</p>",
            visibility=visibility,
            summary=f"SECRET-{name}",
            **more,
        )
        if name == "GROUP":
            row.article.groups.add(group)
        open_.article.related.add(row.article)
    writing.write(open_.article, language="en", title="SECRET-DRAFT", body="<p>SECRET-DRAFT</p>", by=None)
    Remark.objects.create(translation=open_, helped=False, text="SECRET-REMARK", visitor="x")
    mine = ticket_of(world, "mina", "SECRET-OF-MINA does not work", "SECRET-OF-MINA")
    actions.note(mine, by=world.agents["sara"], text="SECRET-NOTE")
