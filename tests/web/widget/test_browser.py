"""The widget in a real browser, on a site of its own, before a real server that is lost and comes back."""

from __future__ import annotations

import http.server
import io
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pelekan.channels.chat.identity import signature
from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]
SECRET = "demo-widget-secret-0123456789"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><body><h1>Shop</h1>
<script src="{desk}/widget/shop-widget.js" async data-language="en"></script>"""
SITES = """
import sys
from pelekan.tickets.models import Inbox
Inbox.objects.filter(key="shop-widget").update(sites=sys.argv[1:])
"""
ANSWER = """
import sys
from pelekan.people.models import Agent
from pelekan.tickets import actions
from pelekan.tickets.models import Conversation
sara = Agent.objects.get(user__email="sara@chakad.example")
chat = actions.accept_chat(Conversation.objects.latest("id"), by=sara)
actions.reply(chat.ticket, by=sara, text=sys.argv[1], conversation=chat)
"""


class Office(Demo):
    """The demo's desk without what stands beside it: the shop's site must outlive it."""

    def live(self) -> None:
        self.start("serve", "--port", str(self.port))

    def may_stand_on(self, *sites: str) -> None:
        self.in_django(SITES, *sites)

    def answer(self, text: str) -> None:
        self.in_django(ANSWER, text)

    def texts(self) -> list[str]:
        with sqlite3.connect(self.folder / "pelekan.sqlite3") as base:
            rows = base.execute("SELECT text FROM tickets_message WHERE kind = 'incoming' ORDER BY id")
            return [row[0] for row in rows]


@pytest.fixture(scope="module")
def site() -> Iterator[tuple[int, list[str]]]:
    """The shop's own web server. (port, [the desk's address, set later])"""
    desk: list[str] = [""]

    class Shop(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = PAGE.format(desk=desk[0]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], desk
    server.shutdown()


@pytest.fixture(scope="module")
def office(
    site: tuple[int, list[str]], empty_demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    port, desk = site
    one = Office(empty_demo, tmp_path_factory.mktemp("office"), "en")
    one.may_stand_on(f"http://127.0.0.1:{port}", f"http://localhost:{port}")
    desk[0] = one.address
    one.live()
    yield one
    one.end()


def open_chat(page: Any) -> Any:
    page.get_by_role("button", name="Chat with us").click()
    frame = page.frame_locator("iframe")
    frame.locator(".choice--main").click()
    return frame


def write(frame: Any, text: str) -> None:
    frame.get_by_role("textbox").fill(text)
    frame.get_by_role("textbox").press("Enter")


def lines(frame: Any) -> list[str]:
    found: list[str] = frame.locator(".line__text").all_inner_texts()
    return found


def until(check: Any, wanted: Any, seconds: float = 60, page: Any = None) -> None:
    end = time.monotonic() + seconds
    while (found := check()) != wanted:
        assert time.monotonic() < end, f"{found!r} is not {wanted!r}"
        # a page only hears its console while we wait on it
        page.wait_for_timeout(50) if page else time.sleep(0.05)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"], ids=["own storage", "storage lent by the site"])
def test_ch_08_ch_09_each_line_once_and_in_order(office, site, chromium, host):
    """Reload, another page, a lost network, kill -9 of the server: nothing lost, doubled or out of order."""
    before = len(office.texts())
    context = chromium.new_context(viewport={"width": 1000, "height": 800})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    shop = f"http://{host}:{site[0]}"
    page.goto(shop + "/")
    frame = open_chat(page)
    write(frame, "one")
    until(lambda: office.texts()[before:], ["one"])
    office.answer("answer one")
    until(lambda: lines(frame), ["one", "answer one"])

    page.goto(shop + "/another/page")  # the chat is still open, with all of it
    frame = page.frame_locator("iframe")
    until(lambda: lines(frame), ["one", "answer one"])

    context.set_offline(True)
    write(frame, "two")
    write(frame, "three")
    frame.get_by_text("No connection").wait_for()
    assert office.texts()[before:] == ["one"]
    context.set_offline(False)
    until(lambda: office.texts()[before:], ["one", "two", "three"])

    office.kill()
    write(frame, "four")
    write(frame, "five")
    until(lambda: lines(frame), ["one", "answer one", "two", "three", "four", "five"])
    office.live()
    until(lambda: office.texts()[before:], ["one", "two", "three", "four", "five"])

    office.kill()
    write(frame, "six")
    page.goto(shop + "/third")  # left before it could be sent; the desk is down, so there is no widget here
    office.live()
    page.reload()
    frame = page.frame_locator("iframe")
    everything = ["one", "answer one", "two", "three", "four", "five", "six"]
    until(lambda: lines(frame), everything)
    until(lambda: office.texts()[before:], ["one", "two", "three", "four", "five", "six"])
    until(lambda: frame.locator(".line--waiting").count(), 0)

    second = context.new_page()
    second.goto(shop + "/")
    second.get_by_role("button", name="Chat with us").click()
    until(lambda: lines(second.frame_locator("iframe")), everything)
    office.answer("answer two")
    for one in (page, second):
        until(lambda one=one: lines(one.frame_locator("iframe"))[-1], "answer two")
    assert faults == []
    context.close()


def test_ch_14_enter_twice_sends_once(office, site, chromium):
    before = len(office.texts())
    page = chromium.new_context().new_page()
    page.goto(f"http://127.0.0.1:{site[0]}/")
    frame = open_chat(page)
    frame.get_by_role("textbox").fill("only once")
    frame.get_by_role("textbox").press("Enter")
    frame.get_by_role("textbox").press("Enter")
    until(lambda: office.texts()[before:], ["only once"])
    page.reload()
    until(lambda: lines(page.frame_locator("iframe")), ["only once"])
    assert office.texts()[before:] == ["only once"]
    page.context.close()


def test_ch_11_the_next_user_of_the_computer_sees_nothing(office, site, chromium):
    def identify(page: Any, user: str) -> None:
        who = {"id": user, "hash": signature(SECRET, "shop-widget", {"id": user})}
        page.evaluate("who => window.Pelekan('identify', who)", who)

    page = chromium.new_context(viewport={"width": 1000, "height": 800}).new_page()
    page.goto(f"http://127.0.0.1:{site[0]}/")
    page.wait_for_function("window.Pelekan && window.Pelekan.ready")
    identify(page, "user-a")
    frame = open_chat(page)
    write(frame, "A's secret")
    frame.get_by_text("Sent", exact=True).wait_for()
    identify(page, "user-b")  # A's tab is still open
    frame.get_by_role("button", name="Chat with us").wait_for()
    assert frame.get_by_text("A's secret").count() == 0 and frame.get_by_text("My requests").count() == 0
    identify(page, "user-a")
    until(lambda: lines(frame), ["A's secret"])
    page.evaluate("window.Pelekan('identify', null)")
    until(lambda: frame.get_by_text("A's secret").count(), 0)
    page.reload()  # nobody signs in on this page
    page.wait_for_function("window.Pelekan && window.Pelekan.ready")
    page.wait_for_load_state("networkidle")
    assert page.frame_locator("iframe").get_by_text("A's secret").count() == 0
    page.context.close()


def test_ch_18_another_site_is_told_why_not(office, site, chromium):
    office.may_stand_on("https://shop.example")
    try:
        page = chromium.new_context().new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"http://127.0.0.1:{site[0]}/")
        until(lambda: any("may not stand on http://127.0.0.1" in one for one in said), True, page=page)
        assert page.locator("iframe").count() == 0
        # whoever frames it by hand is stopped by the browser
        page.evaluate(
            "src => { const f = document.createElement('iframe'); f.src = src; document.body.append(f); }",
            office.address + "/widget/shop-widget/frame/",
        )
        until(lambda: any("frame-ancestors" in one for one in said), True, page=page)
        assert page.frame_locator("iframe").locator("#chat").count() == 0
        page.context.close()
    finally:
        office.may_stand_on(f"http://127.0.0.1:{site[0]}", f"http://localhost:{site[0]}")


ASK_REPORT = """
from pelekan.people.models import Agent
from pelekan.tickets import actions
from pelekan.tickets.models import Conversation
from pelekan.tickets.pending import answers
sara = Agent.objects.get(user__email="sara@chakad.example")
chat = actions.accept_chat(Conversation.objects.filter(channel="chat").latest("id"), by=sara)
words = answers.Words(text="A short form, please", meta={"ask_report": True})
answers.send_now(chat.ticket, answers.Way(chat), words, by=sara)
"""


def test_a_problem_is_reported_in_the_chat_when_an_agent_asks(office, site, chromium):
    """The form opens at the agent's line, takes a pasted screenshot, and gives the number; the chat holds what was said."""
    page = chromium.new_context().new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.goto(f"http://127.0.0.1:{site[0]}/")
    frame = open_chat(page)
    write(frame, "it does not work")
    frame.locator(".line--own:not(.line--waiting)").wait_for()  # the desk has it
    office.in_django(ASK_REPORT)
    frame.get_by_role("button", name="Fill in the report").press("Enter")
    form = frame.locator("form.ask")
    happened = form.get_by_label("What happened?")
    assert happened.evaluate("one => one === document.activeElement")
    form.get_by_role("button", name="Send the report").click()
    assert form.get_by_text("Please fill this in.").is_visible()
    happened.fill("The pay button does nothing")
    form.get_by_label("Does it happen again?").select_option("always")
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "PNG")
    shot: Any = {"name": "pay.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    frame.locator("input[type=file]").set_input_files(shot)
    frame.locator(".chip:not(.chip--busy)").wait_for()
    form.get_by_label("E-mail").fill("mina@example.com")
    form.get_by_role("button", name="Send the report").click()
    assert frame.locator(".done__number").inner_text().strip().isdecimal()
    frame.get_by_role("button", name="Continue").click()
    until(lambda: any("The pay button does nothing" in line for line in lines(frame)), True, page=page)
    assert any("Yes, every time" in line for line in lines(frame)) and not faults
    assert frame.locator(".file--picture img").count() == 1
    page.context.close()
