"""Who is told of what: rules without a database, then the office."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.people.letters import text_of
from pelekan.people.models import Letter
from pelekan.tickets.actions import assign, escalate, note, receive, release, reply
from pelekan.tickets.bell import choosing, posting, reading, rules
from pelekan.tickets.bell.rules import Quiet, Ring, Rung
from pelekan.tickets.bell.telling import people, tell
from pelekan.tickets.events import action, record
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Bell, BellChoice, Event, Message, Ticket
from tests.conftest import NOON

TEHRAN = ZoneInfo("Asia/Tehran")


@pytest.mark.parametrize(
    ("what", "kinds"),
    [
        (Rung("ticket.assigned", {"agent": 5}, ticket=1), [Ring.ASSIGNED]),
        (Rung("ticket.assigned", {"agent": 5}, because="accepted by itself", ticket=1), [Ring.CHAT]),
        (Rung("message.received", {}, ticket=1, assignee=5), [Ring.ANSWERED]),
        (Rung("message.received", {}, ticket=1), []),
        (Rung("message.received", {}, ticket=1, assignee=5, automatic=True), []),
        (Rung("message.received", {}, ticket=1, assignee=5, held=True), []),
        (Rung("message.received", {}, ticket=1, assignee=5, in_chat=5), []),
        (Rung("message.received", {}, ticket=1, assignee=5, in_chat=6), [Ring.ANSWERED]),
        (Rung("message.noted", {}, ticket=1, mentioned=(5,)), [Ring.MENTIONED]),
        (Rung("ticket.escalated", {"team": 2}, ticket=1), [Ring.HANDED]),
        (Rung("ticket.escalated", {"team": 2}, ticket=1, assignee=5), []),
        (Rung("delivery.failed", {}, ticket=1, author=7), [Ring.FAILED]),
        (Rung("account.failed", {"inbox": 3}), [Ring.FAULT]),
        (Rung("account.gap_found", {"inbox": 3, "missing": 2}), [Ring.FAULT]),
        (Rung("message.sent", {}, ticket=1, assignee=5), []),
    ],
)
def test_what_rings(what: Rung, kinds: list[Ring]) -> None:
    assert [one.kind for one in rules.ringing(what)] == kinds


def test_names_after_an_at() -> None:
    names = [(1, "سارا"), (2, "سارا موحد"), (3, "sara movahed"), (4, "sara movahed")]
    assert rules.mentioned("@سارا موحد ببین", names) == (2,), "the longest name wins"
    assert rules.mentioned("@سارا، ببین", names) == (1,)
    assert rules.mentioned("@سارایی", names) == ()
    assert rules.mentioned("mail me: sara@sara movahedi", names) == ()
    assert rules.mentioned("@sara movahed", names) == (3, 4), "two of one name: both"


@pytest.mark.parametrize(
    ("hour", "quiet", "until"),
    [
        (12, Quiet(time(22), time(7)), None),
        (23, Quiet(time(22), time(7)), (23, 7)),
        (3, Quiet(time(22), time(7)), (22, 7)),
        (12, Quiet(time(10), time(14)), (22, 14)),
        (12, Quiet(time(10), time(10)), None),
        (12, Quiet(days=(6,)), (23, 0)),  # 22 November 2026 is a Sunday
        (
            23,
            Quiet(time(22), time(7), days=(0,)),
            (24, 7),
        ),  # a quiet night, then a quiet Monday, then its night
        (12, Quiet(days=tuple(range(7))), None),
    ],
)
def test_quiet_hours(hour: int, quiet: Quiet, until: tuple[int, int] | None) -> None:
    at = datetime(2026, 11, 22, hour, tzinfo=TEHRAN).astimezone(UTC)
    found = rules.quiet_until(at, quiet, TEHRAN)
    assert found == (datetime(2026, 11, *until, tzinfo=TEHRAN) if until else None)


def test_digests_come_at_eight() -> None:
    at = datetime(2026, 11, 22, 9, tzinfo=TEHRAN).astimezone(UTC)
    assert rules.next_digest(at, "daily", TEHRAN, 5) == datetime(2026, 11, 23, 8, tzinfo=TEHRAN)
    assert rules.next_digest(at, "weekly", TEHRAN, 5) == datetime(2026, 11, 28, 8, tzinfo=TEHRAN)  # Saturday
    assert rules.next_digest(at, "", TEHRAN, 5) is None


# The office


@pytest.fixture
def ticket(world: World) -> Ticket:
    message = receive(
        Incoming(
            inbox_id=world.inboxes["portal"].pk, channel="portal", customer_id=world.customers["mina"].pk,
            text="سلام", subject="پول کسر شد", language="fa",
        ),
        now=NOON,
    )  # fmt: skip
    return Ticket.objects.get(pk=message.ticket_id)


def writes(ticket: Ticket, text: str = "هنوز نشده") -> None:
    receive(
        Incoming(
            inbox_id=ticket.inbox_id, channel="portal", customer_id=ticket.customer_id, text=text,
            conversation_id=ticket.conversations.get().pk,
        ),
        now=NOON,
    )  # fmt: skip


def test_many_are_one_line_and_own_doings_none(world: World, ticket: Ticket) -> None:
    sara, omid = world.agents["sara"], world.agents["omid"]
    assign(ticket, sara, by=sara, now=NOON)
    assert not Bell.objects.exists()
    for _ in range(4):
        writes(ticket)
    (line,), more = reading.lines(sara)
    assert line.count == 4 and line.label == "پول کسر شد" and line.unread and not more
    rung = Event.objects.filter(name="bell.rung").latest("pk")
    assert rung.topics == f"agent:{sara.pk}" and rung.ticket_id is None, "no content goes with the poke"
    reading.mark(sara, NOON)
    writes(ticket)
    assert reading.unread(sara) == 1 and len(reading.lines(sara)[0]) == 2
    assert reading.unread(omid) == 0


def test_a_mention_reaches_only_who_may_see_the_ticket(world: World, ticket: Ticket) -> None:
    sara, omid, james = (world.agents[key] for key in ("sara", "omid", "james"))
    note(ticket, by=sara, text=f"@{omid.name} و @{james.name} و @{sara.name} ببینید", now=NOON)
    assert list(Bell.objects.values_list("agent", "kind")) == [(omid.pk, "mentioned")]


def test_the_whole_team_but_not_the_giver(world: World, ticket: Ticket) -> None:
    escalate(ticket, world.teams["technical"], by=world.agents["nika"], because="خطا", now=NOON)
    assert [bell.agent for bell in Bell.objects.all()] == [world.agents["laila"]]


def test_mo_03_an_answer_that_fails_rings_for_its_owner(world: World, ticket: Ticket) -> None:
    sara, omid = world.agents["sara"], world.agents["omid"]
    message = reply(ticket, by=omid, text="جواب", now=NOON)
    assign(ticket, sara, by=omid, now=NOON)
    reading.mark(sara, NOON)
    fail(Ticket.objects.get(pk=ticket.pk), message)
    assert [line.kind for line in reading.lines(sara)[0] if line.unread] == ["failed"]
    assert reading.unread(omid) == 0


@action
def fail(ticket: Ticket, message: Message) -> None:
    record("delivery.failed", ticket, message=message, at=NOON, recipient="mina.salehi@example.com", fault="")


def test_what_one_no_longer_sees_is_not_told(world: World, ticket: Ticket) -> None:
    sara = world.agents["sara"]
    assign(ticket, sara, by=world.agents["nika"], now=NOON)
    escalate(ticket, world.teams["developers"], by=world.agents["nika"], because="خطا", now=NOON)
    (line,), _ = reading.lines(sara)
    assert line.ticket is None and line.label == "" and line.data["gone"] and "نیکا" not in line.text


def test_the_list_costs_two_queries_however_long(world: World, ticket: Ticket) -> None:
    sara = world.agents["sara"]
    event = Event.objects.latest("pk")
    Bell.objects.bulk_create(
        [
            Bell(agent=sara, key=f"x:{n}", kind="answered", ticket=ticket, event=event, at=NOON + timedelta(minutes=n))
            for n in range(75)
        ]
    )  # fmt: skip
    sara.tier_ids, sara.eyes  # noqa: B018 (of the request)
    with CaptureQueriesContext(connection) as seen:
        first, more = reading.lines(sara)
    assert len(seen) == 2 and len(first) == reading.WINDOW
    with CaptureQueriesContext(connection) as seen:
        assert reading.unread(sara) == 75
    assert len(seen) == 1
    second, more = reading.lines(sara, more)
    third, end = reading.lines(sara, more)
    assert len({line.id for line in (*first, *second, *third)}) == 75 and end == 0


def by_mail(agent, **more: object) -> None:  # type: ignore[no-untyped-def]
    choosing.choose(agent, ways={"answered": ["bell", "mail"], "assigned": ["mail"]}, now=NOON, **more)  # type: ignore[arg-type]


def post_due(now: datetime) -> int:
    before = Letter.objects.count()
    for row in due.claim(BellChoice, now, 10, posting.JOB.lease):
        posting._post(row, now=now)
    return Letter.objects.count() - before


def test_one_letter_for_all_of_it_and_none_for_what_was_read(world: World, ticket: Ticket) -> None:
    sara = world.agents["sara"]
    by_mail(sara)
    assign(ticket, sara, by=world.agents["nika"], now=NOON)
    writes(ticket)
    assert post_due(NOON + timedelta(minutes=2)) == 0
    assert post_due(NOON + timedelta(minutes=3)) == 1
    letter = Letter.objects.latest("pk")
    text = text_of(letter)
    assert letter.recipient == sara.user.email and text.count("/desk/tickets/") == 2
    writes(ticket)
    reading.mark(sara, NOON)
    assert post_due(NOON + timedelta(hours=1)) == 0
    assert reading.lines(sara)[0] and all(line.kind == "answered" for line in reading.lines(sara)[0]), (
        "by mail alone is not in the bell"
    )


def test_mail_waits_for_the_end_of_quiet_hours(world: World, ticket: Ticket) -> None:
    sara = world.agents["sara"]
    by_mail(sara, start="11:00", end="14:00")  # noon in Tehran
    assign(ticket, sara, by=world.agents["nika"], now=NOON)
    assert BellChoice.objects.get().due_at == NOON + timedelta(hours=2)


def test_a_digest_once(world: World, ticket: Ticket) -> None:
    sara = world.agents["sara"]
    choosing.choose(sara, ways={}, digest="daily", now=NOON - timedelta(days=1))
    assign(ticket, sara, by=world.agents["nika"], now=NOON)
    assert reading.unread(sara) == 0, "no way chosen: only the digest tells it"
    at = NOON + timedelta(days=1)
    posting.send_digests(at)
    posting.send_digests(at)
    (letter,) = Letter.objects.filter(kind="digest")
    assert "پول کسر شد" in text_of(letter)
    assert BellChoice.objects.get().digest_at > at


def test_old_lines_are_forgotten(world: World, ticket: Ticket) -> None:
    assign(ticket, world.agents["sara"], by=world.agents["nika"], now=NOON)
    posting.forget_old(NOON + timedelta(days=89))
    assert Bell.objects.exists()
    posting.forget_old(NOON + timedelta(days=91))
    assert not Bell.objects.exists()


def test_a_rule_tells_whom_it_names(world: World, ticket: Ticket) -> None:
    ticket = release(ticket, by=world.agents["sara"], now=NOON)
    front, nika = world.teams["front"].pk, world.agents["nika"].pk
    assert people(ticket, "agent") == people(ticket, f"team:{front}"), "while nobody has it, all of its team"
    assert people(ticket, "manager") == [nika]
    assert people(ticket, f"agent:{world.agents['dara'].pk}") == [world.agents["dara"].pk]
    tell(ticket, "manager", source="rule:vip", name="VIP", ways=["bell", "mail"], now=NOON)
    tell(ticket, "manager", source="rule:vip", name="VIP", text="Look at this", now=NOON)
    (line,) = Bell.objects.filter(agent=nika)
    assert (line.kind, line.count, line.mail) == (Ring.TOLD, 2, True)
    assert "Look at this" in reading.lines(world.agents["nika"])[0][0].text
