"""Writing guides, sending one, and what is done with its steps."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.people.models import Team
from pelekan.tickets.actions import close, join, receive
from pelekan.tickets.guides import fitting, keeping, reading, sending, ticking
from pelekan.tickets.guides.models import Guide, SentGuide
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Bell, Event, Message, Ticket
from pelekan.tickets.pending.answers import Way
from pelekan.tickets.shaping import CannotBe


def test_agents_write_no_guides(world: World, guide: Guide) -> None:
    with pytest.raises(PermissionError):
        keeping.save(None, by=world.agents["sara"], name="x")
    with pytest.raises(PermissionError):
        keeping.order(guide, [], by=world.agents["sara"])


def test_a_second_list_gives_the_words_of_another_language_line_by_line(world: World, guide: Guide) -> None:
    admin = world.agents["arash"]
    with pytest.raises(CannotBe, match="3.*2"):
        keeping.paste(guide, "one\ntwo", by=admin, language="en", translates=True)
    keeping.paste(
        guide, "1. Close it\n2. Empty the cache\n3. Sign in", by=admin, language="en", translates=True
    )
    guide.refresh_from_db()
    assert [step["title"]["en"] for step in guide.steps] == ["Close it", "Empty the cache", "Sign in"]
    assert [step["title"]["fa"] for step in guide.steps][0] == "برنامه را ببندید", "the first words stay"


def test_order_keeps_what_it_does_not_name(world: World, guide: Guide) -> None:
    ids = [step["id"] for step in guide.steps]
    keeping.order(guide, [ids[2], "nobody", ids[2]], by=world.agents["arash"])
    guide.refresh_from_db()
    assert [step["id"] for step in guide.steps] == [ids[2], ids[0], ids[1]]


def test_text_without_title_names_its_field(world: World, guide: Guide) -> None:
    with pytest.raises(CannotBe) as refused:
        keeping.save_step(guide, None, by=world.agents["arash"], title={"fa": "الف"}, text={"en": "b"})
    assert refused.value.field == "title_en"


def test_sending_is_one_answer_and_twice_is_once(
    world: World, sent: SentGuide, ticket: Ticket, guide: Guide
) -> None:
    message = sent.message
    assert (message.kind, message.agent, sent.agent) == (
        "outgoing",
        world.agents["sara"],
        world.agents["sara"],
    )
    assert message.text == "سلام\n\n۱. برنامه را ببندید\n۲. کش را پاک کنید\n۳. دوباره وارد شوید"
    assert "/portal/steps/" not in message.text + message.html, "the link is in no stored text"
    again = sending.send(
        ticket, Way(message.conversation), by=world.agents["sara"], steps=[{"title": "x", "text": ""}], client_id="one"
    )  # fmt: skip
    assert again == sent and ticket.messages.filter(kind="outgoing", automatic=False).count() == 1
    guide.refresh_from_db()
    assert guide.used == 1
    with pytest.raises(sending.NoSteps):
        sending.send(
            ticket, Way(message.conversation), by=world.agents["sara"], steps=[{"title": " ", "text": "x"}]
        )


def test_ticks_count_once_and_the_last_one_rings(world: World, sent: SentGuide) -> None:
    mina = world.customers["mina"]
    ticking.tick(sent, 0, by=mina)
    first = SentGuide.objects.get().ticks["0"]
    ticking.tick(sent, 0, by=mina)
    assert SentGuide.objects.get().ticks == {"0": first}, "a double tick is harmless"
    assert Event.objects.filter(name="guide.ticked").count() == 1
    ticking.tick(sent, 1, by=world.agents["sara"])
    ticking.tick(sent, 2, by=mina)
    now = SentGuide.objects.get()
    assert now.finished_at is not None and now.ticks["1"]["name"] == world.agents["sara"].name
    bell = Bell.objects.get(kind="steps")
    assert bell.agent == world.agents["sara"]
    event = Event.objects.get(name="guide.finished")
    assert (
        f"customer:{mina.pk}" in event.topics.split() and f"ticket:{event.ticket_id}" in event.topics.split()
    )
    ticking.untick(now, 2, by=mina)
    assert SentGuide.objects.get().finished_at is None
    with pytest.raises(LookupError):
        ticking.tick(sent, 3, by=mina)


def test_what_does_not_work_comes_in_as_his_message(world: World, sent: SentGuide) -> None:
    mina = world.customers["mina"]
    ticking.tick(sent, 1, by=mina)
    ticking.stick(sent, 1, by=mina, words="دکمه نیست")
    ticking.stick(sent, 1, by=mina, words="دکمه نیست")
    incoming = Message.objects.filter(ticket=sent.message.ticket, kind="incoming").order_by("id").last()
    assert (
        incoming is not None and incoming.text.endswith("\nدکمه نیست") and "کش را پاک کنید" in incoming.text
    )
    assert Message.objects.filter(ticket=sent.message.ticket, kind="incoming").count() == 2, "once"
    shape = reading.of_ticket(sent.message.ticket_id)[0]
    assert (shape["done"], shape["stuck"], shape["steps"][1]["stuck"]) == (0, 1, "دکمه نیست")
    assert Ticket.objects.get(pk=sent.message.ticket_id).waiting_since is not None, "he waits for us"
    ticking.tick(sent, 1, by=mina)
    assert reading.of_ticket(sent.message.ticket_id)[0]["stuck"] == 0


def test_yes_solves_and_no_comes_in(world: World, sent: SentGuide) -> None:
    mina, sara = world.customers["mina"], world.agents["sara"]
    ticking.answer(sent, True, by=mina)
    assert Ticket.objects.get(pk=sent.message.ticket_id).status != "solved", "not all is ticked"
    for step in range(3):
        ticking.tick(sent, step, by=sara)
    ticking.answer(sent, False, by=mina, words="هنوز نه")
    newest = Message.objects.filter(ticket=sent.message.ticket, kind="incoming").order_by("id").last()
    assert newest is not None and newest.text.endswith("هنوز نه")
    ticking.answer(sent, True, by=mina)
    ticket = Ticket.objects.get(pk=sent.message.ticket_id)
    assert (ticket.status, SentGuide.objects.get().said) == ("solved", "yes")


def test_a_step_of_a_closed_request_becomes_a_new_one(world: World, sent: SentGuide, ticket: Ticket) -> None:
    close(ticket, by=world.customers["mina"])
    ticking.stick(sent, 0, by=world.customers["mina"], words="باز هم نه")
    follow = Ticket.objects.get(follows=ticket)
    assert follow.messages.get(kind="incoming").text.endswith("باز هم نه")


def test_nobody_else_ticks(world: World, sent: SentGuide, ticket: Ticket) -> None:
    other = next(one for one in world.customers.values() if one.pk != world.customers["mina"].pk)
    with pytest.raises(PermissionError):
        ticking.tick(sent, 0, by=other)
    with pytest.raises(PermissionError):
        ticking.tick(sent, 0, by=world.agents["dara"])
    assert SentGuide.objects.get().ticks == {}


def test_tokens_open_one_list_for_its_time(sent: SentGuide) -> None:
    token = sending.token_of(sent.message_id)
    assert ticking.sent_of(token, clock()) == sent
    assert ticking.sent_of(token.replace("-", "9-", 1), clock()) is None
    assert ticking.sent_of("x-y", clock()) is None
    assert ticking.sent_of(token, clock() + timedelta(days=61)) is None


def test_what_fits_best_stands_first(world: World, guide: Guide, ticket: Ticket) -> None:
    admin = world.agents["arash"]
    other = keeping.save(None, by=admin, name="Printer")
    keeping.paste(other, "Switch it on", by=admin, language="en")
    rows = fitting.ranked(Guide.objects.order_by("-id"), ticket)
    assert [one.name for one, _points in rows] == ["ورود به حساب", "Printer"]
    keeping.save(other, by=admin, name="Printer", category=world.categories["account"])
    ticket.category = world.categories["account"]
    assert fitting.ranked(Guide.objects.all(), ticket)[0][0].name == "Printer", "the category weighs more"
    team = Team.objects.exclude(pk__in=world.agents["sara"].team_ids).first()
    keeping.save(other, by=admin, name="Printer", team=team)
    assert list(sending.offered(world.agents["sara"])) == [guide], "guides of other teams are not offered"


def test_steps_go_where_a_join_takes_their_conversation(
    world: World, sent: SentGuide, ticket: Ticket
) -> None:
    other = receive(
        Incoming(
            inbox_id=world.inboxes["portal"].pk,
            channel="portal",
            customer_id=world.customers["mina"].pk,
            text="باز هم",
            subject="باز هم",
        )
    ).ticket
    join(ticket, other, by=world.agents["sara"])
    assert [one["id"] for one in reading.of_ticket(other.pk)] == [sent.pk]
    assert reading.of_ticket(ticket.pk) == []
    sent.refresh_from_db()
    ticking.tick(sent, 0, by=world.customers["mina"])
    assert Event.objects.get(name="guide.ticked").ticket_id == other.pk
