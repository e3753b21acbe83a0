"""A problem reported by the form of the window: classified, official, with what the browser tells along."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pelekan.channels.chat.limits import FORMS
from pelekan.demo.world import World
from pelekan.knowledge.deflection import homes
from pelekan.tickets import actions
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Category, Message, Ticket
from tests.web.portal.desk import text_of
from tests.web.widget.conftest import Browser, new_id
from tests.web.workspace.test_answers import signed_in

AGENT = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36"


@pytest.fixture
def faults(world: World) -> Category:
    made = Category.objects.create(name="Faults of the site", level=1, kind="fault")
    admin = next(one for one in world.agents.values() if one.role == "admin")
    homes.keep(
        world.inboxes["shop"],
        by=admin,
        choices=["chat", "form", "report"],
        departments=[world.teams["payments"].pk, world.teams["technical"].pk],
        reports=made,
    )
    return made


def said(**more: Any) -> dict[str, Any]:
    context = {"page": "https://shop.example/pay", "browser": AGENT, "screen": "1440×900"}
    return {
        "client_id": new_id(),
        "happened": "The pay button does nothing",
        "often": "always",
        "contact": {"email": "mina@example.com"},
        "context": context,
        **more,
    }


def test_a_report_of_its_own_is_official_classified_and_tells_page_and_browser(
    world: World, faults: Category
) -> None:
    visitor = Browser()
    visitor.hello(begin=True)
    body = said(doing="Paying order 12", expected="The bank's page")
    made = visitor.call("reports", body)
    assert made.status_code == 201, made.content
    ticket = Ticket.objects.get()
    assert ticket.registered_at and ticket.category == faults and str(ticket.number) == made.json()["number"]
    message = Message.objects.get(client_id=body["client_id"])
    for words in ("What happened", "pay button", "Paying order 12", "The bank's page", "Yes, every time"):
        assert words in message.text
    assert (
        visitor.call("reports", body).json()["number"] == str(ticket.number) and Ticket.objects.count() == 1
    )
    shown = text_of(signed_in(world.agents["sara"]).get(f"/desk/tickets/{ticket.pk}/"))
    assert "https://shop.example/pay" in shown and "Chrome 141 · Windows" in shown and "1440×900" in shown


def test_in_a_chat_it_stands_there_and_makes_it_official(world: World, faults: Category) -> None:
    visitor = Browser(language="fa")
    chat = visitor.chat("سلام، پرداخت نمی‌شود")
    actions.accept_chat(chat, by=world.agents["sara"])
    asked = signed_in(world.agents["sara"]).post(f"/desk/tickets/{chat.ticket_id}/ask-report/")
    assert asked.status_code == 200
    lines = visitor.call("messages", conversation=chat.pk).json()["messages"]
    assert lines[-1]["report"] is True
    made = visitor.call("reports", said(conversation=chat.pk, happened="دکمه کار نمی‌کند"))
    assert made.status_code == 201, made.content
    ticket = Ticket.objects.get()
    assert ticket.registered_at and ticket.category == faults
    assert any("دکمه کار نمی‌کند" in text for text in visitor.texts(chat))
    second = visitor.call("reports", said(conversation=chat.pk, happened="هنوز هم"))  # official already
    assert second.status_code == 201 and Ticket.objects.count() == 1


def test_what_is_missing_or_not_his_is_said_and_makes_nothing(world: World, faults: Category) -> None:
    visitor, other = Browser(), Browser(address="192.0.2.8")
    chat = other.chat("mine")
    visitor.hello(begin=True)
    empty = visitor.call("reports", said(happened="  "))
    assert empty.status_code == 422 and empty.json()["code"] == "happened"
    assert visitor.call("reports", said(contact={})).status_code == 422
    assert visitor.call("reports", said(conversation=chat.pk)).status_code == 404
    assert Ticket.objects.count() == 1  # the other one's chat
    FORMS.clear()
    codes = [visitor.call("reports", said()).status_code for _ in range(12)]
    assert 429 in codes


def test_an_answered_category_is_not_changed_by_a_later_report(world: World, faults: Category) -> None:
    visitor = Browser()
    chat = visitor.chat("hello")
    mine = Category.objects.exclude(pk=faults.pk).first()
    actions.categorise(chat.ticket, mine, by=world.agents["sara"])
    assert visitor.call("reports", said(conversation=chat.pk)).status_code == 201
    assert Ticket.objects.get().category == mine


def test_who_has_no_chat_is_not_asked(world: World) -> None:
    one = Incoming(
        inbox_id=world.inboxes["portal"].pk,
        channel="portal",
        customer_id=world.customers["mina"].pk,
        text="x",
    )
    ticket = actions.receive(one).ticket
    asked = signed_in(world.agents["sara"]).post(f"/desk/tickets/{ticket.pk}/ask-report/")
    assert asked.status_code == 422 and not Message.objects.filter(kind="outgoing", automatic=False).exists()


def test_departments_speak_the_visitors_language_and_say_their_hours(world: World, faults: Category) -> None:
    team = world.teams["payments"]
    team.words = {"ar": {"name": "المدفوعات", "description": "الفواتير"}}
    team.save()
    frame = text_of(Browser().client.get("/widget/shop-widget/frame/?lang=ar"))
    assert json.dumps("المدفوعات")[1:-1] in frame
    rows = Browser(language="ar").call("departments").json()["departments"]
    assert rows[0]["name"] == "المدفوعات" and rows[0]["hours"] and rows[0]["open"] in (True, False)


def test_the_category_of_reports_is_chosen_in_the_settings(world: World, faults: Category) -> None:
    inbox = world.inboxes["shop"]
    admin = signed_in(next(one for one in world.agents.values() if one.role == "admin"))
    url = f"/desk/settings/inboxes/{inbox.pk}/home/"
    assert f'<option value="{faults.pk}" selected>' in text_of(admin.get(url))
    assert admin.post(url, {"choices": ["form", "report"], "reports": ""}).status_code == 302
    assert homes.reports(inbox.pk) is None and "report" in homes.of_inbox(inbox.pk)["choices"]
