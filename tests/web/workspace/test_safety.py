"""What strangers write is shown and never runs."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from pelekan.demo.world import World
from pelekan.lib.html import clean
from pelekan.people.models import Customer
from pelekan.tickets.actions import note, reply, tag
from pelekan.tickets.models import Conversation, Ticket
from tests.conftest import NOON

EVIL = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}"


class Page(HTMLParser):
    """What a browser would run or load of a page, as far as strangers' text could have made it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.bad += [f"{tag} {name}" for name in found if name.startswith("on")]
        if tag == "script" and "src" not in found and found.get("type") != "application/json":
            self.bad.append("script")
        if found.get("src") == "x" or (found.get("href") or "").lower().startswith("javascript:"):
            self.bad.append(f"{tag} {found}")


def test_hx_01_names_subjects_texts_and_tags_are_text(at_desk, write, world: World) -> None:
    ticket = write(EVIL, subject=EVIL, channel="chat", context={
        "page": "javascript:alert(1)", "title": EVIL, "referrer": EVIL, "browser": EVIL, "answers": {EVIL: EVIL},
    })  # fmt: skip
    Customer.objects.filter(pk=ticket.customer_id).update(name=EVIL, notes=EVIL, facts={EVIL: EVIL})
    tag(ticket, EVIL[:40], by=world.agents["sara"])
    note(ticket, by=world.agents["sara"], text=EVIL, html=f"<p>{EVIL}</p>", now=NOON)
    reply(ticket, by=world.agents["sara"], text=EVIL, html=f"<p onclick='x()'>{EVIL}</p>", now=NOON)
    client = at_desk("sara")
    paths = [
        "/desk/list/all/",
        "/desk/list/waiting/",
        "/desk/chats/",
        "/desk/search/?q=alert",
        f"/desk/search/?q={EVIL}",
    ]
    paths += [
        f"/desk/tickets/{ticket.pk}/{part}"
        for part in ("", "beside/", "head/", "lines/?after=1", "register/", "customer/", "chat/")
    ]
    for path in paths:
        page = client.get(path).content.decode()
        assert Page(page).bad == [], path


def test_hx_06_07_foreign_html_stands_in_a_frame_that_may_nothing(at_desk, write) -> None:
    html = clean(
        '<p onclick="x()">hi</p><img src="https://tracker.example/p.gif"><a href="javascript:x()">y</a><style>*{}</style>'
    )
    ticket = write("hi", html=html)
    message = ticket.messages.earliest("id")
    client = at_desk("sara")
    page = client.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert "tracker.example" not in page
    frame = re.search(r"<iframe[^>]*>", page)
    assert frame and "allow-scripts" not in frame[0] and 'sandbox="' in frame[0]
    response = client.get(f"/desk/messages/{message.pk}/html/")
    csp = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in csp and "script" not in csp.replace("allow-same-origin", "")
    assert "sandbox" in csp and "frame-ancestors 'self'" in csp
    assert "img-src 'self' data:;" in csp
    body = response.content.decode()
    assert " src=" not in body.split("<body")[1]
    asked = client.get(f"/desk/messages/{message.pk}/html/?images=1")
    assert 'src="https://tracker.example/p.gif"' in asked.content.decode()
    assert asked.headers["Referrer-Policy"] == "no-referrer"


def test_hx_28_every_page_and_fragment_carries_its_policy(at_desk, write) -> None:
    ticket = write(channel="chat")
    client = at_desk("nika")
    for path in ("/desk/list/all/", "/desk/list/nothing/", f"/desk/tickets/{ticket.pk}/", f"/desk/tickets/{ticket.pk}/head/",
                 f"/desk/tickets/{ticket.pk}/register/", "/desk/tickets/999999/", "/desk/counts/", "/desk/me/"):  # fmt: skip
        response = client.get(path)
        assert "default-src" in response.headers["Content-Security-Policy"], path
        assert response.headers["X-Content-Type-Options"] == "nosniff", path
        assert "no-store" in response.headers["Cache-Control"], path


@pytest.mark.parametrize(
    "context", [None, [], "x", {"page": ["a"], "answers": "x"}, {"page": {"a": 1}, "n": None}]
)
def test_odd_contexts_of_a_widget_do_not_break_the_page(at_desk, write, context) -> None:
    ticket = write(channel="chat")
    Conversation.objects.filter(ticket=ticket).update(context=context if context is not None else {})
    assert at_desk("sara").get(f"/desk/tickets/{ticket.pk}/").status_code == 200
    assert Ticket.objects.filter(pk=ticket.pk).exists()
