"""Nothing that is sent to the public pages breaks one: help, search, community, forms, widget, with and without a session."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.knowledge.community import keeping, members, pace, writing
from pelekan.web.community import caching, doors
from pelekan.web.deflection import beside
from pelekan.web.help import searching
from pelekan.web.widget import helping
from tests.web.help.books import article
from tests.web.portal.desk import browser_of, ticket_of
from tests.web.test_rights import ALL
from tests.web.widget.conftest import KEY

pytestmark = pytest.mark.django_db
POISON = {
    "nul": "\x00",
    "digits": "9" * 30,
    "away": "//evil.example/\u202e",
    "all": "%_\\'\"*( NEAR a:b ' OR 1=1 -- x__regex [] {{7*7}} {% debug %} <script>alert(1)</script> ../../etc/passwd",
}
PUBLIC = re.compile(r"(help|sitemap|robots|community|answers|widget|bot|c/|s/|files)")
FIELDS = (
    "q", "page", "n", "from", "section", "kind", "as", "show", "list", "text", "title", "subject", "language", "space", "parent",
    "client_id", "opened", "next", "way", "word", "why", "name", "about", "offer", "shown", "solved", "mails", "to", "key", "lang", "after",
)  # fmt: skip
KNOWN = {"language": "en", "slug": "orders", "key": KEY}


@pytest.fixture(autouse=True)
def _place(world: World) -> Iterator[None]:
    caching.forget()
    space = keeping.save_space(None, names={"en": "Orders"}, by=None)
    writing.ask(space, by=world.agents["sara"], title="Bent poles", source="Ask here.", language="en")
    members.choose_name(world.customers["mina"], "mina")
    article("How to pay", "<p>With a card.</p>")
    yield
    _free()


def _free() -> None:
    for limit in (pace.USUAL, pace.WRITES, pace.NETWORK, pace.ACTS, doors.SEARCHES, doors.UPLOADS, searching.ASKED, beside.LOOKS, helping.LOOKS):  # fmt: skip
        limit.clear()


def addresses(poison: str, pk: int) -> Iterator[str]:
    """Each public route with what exists where it can be known, else with the poison itself."""
    from urllib.parse import quote

    for route in ALL:
        if not PUBLIC.match(route):
            continue

        def sample(found: re.Match[str]) -> str:
            kind, name = found[1] or "str", found[2]
            if name in KNOWN:
                return KNOWN[name]
            return (
                str(pk)
                if kind == "int"
                else "1"
                if kind == "way"
                else quote(poison.encode("utf-8", "replace"), safe="")
            )

        yield "/" + re.sub(r"<(?:(\w+):)?(\w+)>", sample, route)


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
def test_pr_02_in_03_in_04_ex_09_nothing_breaks_a_public_page(world: World, poison: str) -> None:
    """No 500, nothing of the inside, no markup of the sender's, no template filled, no way to another site."""
    ticket_of(world, "mina", "help")
    sent = dict.fromkeys(FIELDS, poison.encode("utf-8", "replace").decode())
    for browser in (Client(), browser_of(world, "mina")):
        browser.raise_request_exception = False
        for path in addresses(poison, 1):
            _free()
            for method in ("get", "post"):
                response = getattr(browser, method)(path, sent)
                assert response.status_code < 500 or response.status_code == 503, (method, path)
                body = b"".join(response.streaming_content if response.streaming else [response.content])
                assert b"Traceback" not in body and b"<script>alert(1)" not in body, (method, path)
                if "{{7*7}}" in poison:
                    assert b">49<" not in body, (method, path)
                assert not response.get("Location", "").startswith(("//", "http://evil", "https://evil")), (
                    path
                )
