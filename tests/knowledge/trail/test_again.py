"""Who comes again while a request of his is open is counted, once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from pelekan.demo.world import World
from pelekan.knowledge.trail import again
from pelekan.knowledge.trail.models import Repeat
from pelekan.tickets import actions
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Ticket
from tests.conftest import NOON

DAY = date(2026, 11, 22)
HOUR = timedelta(hours=1)
LATER = NOON + timedelta(days=2)


def ask(world: World, who: str, at: datetime, text: str = "چادر پاره است", on: Ticket | None = None, channel: str = "portal") -> Ticket:  # fmt: skip
    incoming = Incoming(
        inbox_id=world.inboxes["shop" if channel == "chat" else "portal"].pk, channel=channel, customer_id=world.customers[who].pk,
        text=text, subject="" if on else text, conversation_id=on.conversations.get().pk if on else None,
    )  # fmt: skip
    return actions.receive(incoming, now=at).ticket


def kinds() -> list[tuple[str, str]]:
    return list(Repeat.objects.order_by("message").values_list("kind", "channel"))


def test_a_new_request_or_chat_while_one_is_open_and_never_another_persons(world: World) -> None:
    first = ask(world, "mina", NOON)
    ask(world, "yusuf", NOON + HOUR)
    ask(world, "mina", NOON + 2 * HOUR, "یک چیز دیگر")
    ask(world, "mina", NOON + 3 * HOUR, "سلام", channel="chat")
    assert again.catch_up(LATER) == 4 and again.catch_up(LATER) == 0
    assert kinds() == [("request", "portal"), ("chat", "chat")]
    assert again.totals(DAY, DAY) == (4, 2, 0)
    assert again.begun(DAY, DAY) == {(DAY, "portal"): 3, (DAY, "chat"): 1}
    actions.solve(Ticket.objects.get(pk=first.pk), by=world.agents["sara"], now=NOON + 4 * HOUR)
    for ticket in Ticket.objects.filter(customer=first.customer_id).exclude(pk=first.pk):
        actions.close(ticket, by=world.agents["sara"], now=NOON + 4 * HOUR)
    ask(world, "mina", NOON + 5 * HOUR, "تازه")
    again.catch_up(LATER)
    assert again.totals(DAY, DAY) == (5, 2, 0), "nothing of his was open any more"


def test_asking_for_news_before_the_answer_and_once_for_lines_in_a_row(world: World) -> None:
    ticket = ask(world, "mina", NOON)
    ask(world, "mina", NOON + timedelta(minutes=5), "خبری نشد؟", on=ticket)  # still the same coming
    ask(world, "mina", NOON + 2 * HOUR, "عکسش را هم می‌فرستم", on=ticket)
    ask(world, "mina", NOON + 4 * HOUR, "خبری نشد؟", on=ticket)
    ask(world, "mina", NOON + 4 * HOUR + timedelta(minutes=1), "لطفا پیگیری کنید", on=ticket)
    actions.reply(ticket, by=world.agents["sara"], text="فردا می‌رسد.", now=NOON + 5 * HOUR)
    ask(world, "mina", NOON + 7 * HOUR, "هل من جديد؟", on=ticket)  # answered before: no repeat
    again.catch_up(LATER)
    assert kinds() == [("news", "portal")]
    assert Repeat.objects.get().at == NOON + 4 * HOUR
    assert again.totals(DAY, DAY) == (1, 0, 1)


def test_what_is_joined_counts_once_whenever_it_is_joined(world: World) -> None:
    first = ask(world, "mina", NOON)
    before = ask(world, "mina", NOON + HOUR, "any news?")
    actions.join(before, first, by=world.agents["sara"], now=NOON + HOUR + timedelta(minutes=1))
    again.catch_up(LATER)
    assert kinds() == [("request", "portal")] and Repeat.objects.get().ticket_id == before.pk
    after = ask(world, "mina", LATER + HOUR, "still waiting")
    again.catch_up(LATER + 2 * HOUR)
    actions.join(after, Ticket.objects.get(pk=first.pk), by=world.agents["sara"], now=LATER + 3 * HOUR)
    again.catch_up(LATER + 4 * HOUR)
    assert len(kinds()) == 2 and again.totals(DAY, LATER.date()) == (3, 2, 0)


def test_what_is_younger_than_a_minute_waits_and_the_cost_does_not_grow(world: World) -> None:
    ask(world, "mina", NOON)
    ask(world, "mina", NOON + timedelta(minutes=1))
    assert again.catch_up(NOON + timedelta(minutes=1, seconds=30)) == 1 and not kinds()
    costs = []
    for many in (1, 30):
        for number in range(many):
            ask(world, "mina", NOON + timedelta(hours=many / 10, minutes=number), f"سؤال {number}")
        with CaptureQueriesContext(connection) as seen:
            again.catch_up(LATER)
        costs.append(len(seen))
    assert costs[0] == costs[1] and again.totals(DAY, DAY) == (33, 32, 0)
