"""Search: folding, numbers, names, rights; and questions that try to be a query language."""

from __future__ import annotations

import pytest

from pelekan.demo.world import World
from pelekan.tickets.actions import escalate, note, receive, register, rename
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Ticket
from pelekan.tickets.search import find


def ask(world: World, text: str, who: str = "mina", subject: str = "") -> Ticket:
    return receive(
        Incoming(
            inbox_id=world.inboxes["shop"].pk, channel="chat", customer_id=world.customers[who].pk,
            text=text, subject=subject, language="fa",
        )
    ).ticket  # fmt: skip


def hits(world: World, query: str, agent: str = "nika") -> list[int]:
    return [hit.ticket.pk for hit in find(query, world.agents[agent])[0]]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("می‌خواهم اشتراک را تمدید کنم", "میخواهم"),
        ("می‌خواهم اشتراک را تمدید کنم", "می خواهم"),
        ("این كتاب عربي است", "کتاب عربی"),
        ("شماره پیگیری ۱۲۳۴۵", "12345"),
        ("مُحَمَّد", "محمد"),
        ("The invoice is wrong", "INVOI"),
    ],
)
def test_ex_06_ex_07_forms_match_each_other(world: World, text: str, query: str) -> None:
    ticket = ask(world, text)
    assert hits(world, query) == [ticket.pk]


def test_by_number_name_and_renamed_subject(world: World) -> None:
    ticket = ask(world, "سلام")
    register(ticket, by=world.agents["sara"])
    assert hits(world, "#1001") == hits(world, "۱۰۰۱") == [ticket.pk]
    assert hits(world, "صالحي") == [ticket.pk]
    rename(ticket, "مشکل درگاه", by=world.agents["sara"])
    assert hits(world, "درگاه") == [ticket.pk]


def test_ex_10_nothing_from_invisible_tickets(world: World) -> None:
    ticket = ask(world, "راز بزرگ")
    note(ticket, by=world.agents["sara"], text="یادداشت محرمانه")
    assert hits(world, "محرمانه", "sara") == [ticket.pk]
    escalate(ticket, world.teams["developers"], by=world.agents["sara"], because="خطا")
    assert hits(world, "محرمانه", "sara") == []
    assert hits(world, str(ticket.number or 1), "sara") == []


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "*",
        "(",
        "NEAR",
        "a AND",
        ":",
        "\\",
        "'",
        "a' | 'b",
        "x" * 100_000,
        "w " * 1000,
        "\x00",
        "%",
        "--",
    ],
)
def test_ex_09_any_input_is_a_question(world: World, query: str) -> None:
    ask(world, "سلام دنیا")
    find(query, world.agents["nika"])


def test_pages_go_on_without_repeating(world: World) -> None:
    made = [ask(world, f"سفارش گم شده {n}").pk for n in range(7)]
    first, go_on = find("سفارش", world.agents["nika"], limit=4)
    rest, end = find("سفارش", world.agents["nika"], limit=4, before=go_on)
    assert [hit.ticket.pk for hit in [*first, *rest]] == made[::-1] and end is None
