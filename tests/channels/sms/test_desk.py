"""Text messages through the desk: in, joined, answered, told, stopped; each gateway against a server of documented answers."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from pelekan.channels import outbox
from pelekan.channels.faults import word_of
from pelekan.channels.models import Delivery, Gateway, IncomingText
from pelekan.channels.sms import accounts, arriving, texting
from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.people.identify import claim, customer_for
from pelekan.people.models import Identity, Token
from pelekan.tickets.actions import receive, register, reply, solve
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Event, Ticket
from tests.channels.sms.gateway import NUMBER, Fake, said, text, work_due
from tests.office_hours import keep

LINK = re.compile(r"https?://\S+/s/([a-z2-7]{15})")


def test_journey_in_receipt_portal_answer_out(world: World, gateway: Gateway, fake: Fake) -> None:
    row = text(gateway, "سلام، پول از حسابم کم شد ولی اشتراک فعال نشد.", gateway_id="m1")
    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.number, ticket.language) == ("sms", 1001, "fa")
    assert row.message.ticket == ticket and ticket.customer.identities.get().address == NUMBER
    assert Identity.objects.get(address=NUMBER).verified_at is None  # a sender can be forged
    work_due()
    [receipt] = said(fake)
    assert "۱۰۰۱" in receipt and NUMBER not in receipt
    link = LINK.search(receipt)
    assert link and len(link[1]) * 5 >= 64
    assert not Token.objects.filter(digest=link[1]).exists() and link[1] not in str(Token.objects.get().data)
    browser = Client()
    opened = browser.get(urlsplit(link[0]).path)
    assert opened.status_code == 302 and link[1] not in opened["Location"]
    page = browser.get(opened["Location"]).content.decode()
    assert "پول از حسابم کم شد" in page
    browser.post(opened["Location"] + "answer/", {"text": "شماره پیگیری ۱۲۳ است", "client_id": "c1"})
    assert ticket.messages.filter(kind="incoming").count() == 2
    message = reply(ticket, by=world.agents["sara"], text="بررسی شد، اشتراک شما فعال است.")
    assert message.channel == "sms"
    work_due()
    assert said(fake)[1:] == ["بررسی شد، اشتراک شما فعال است."]
    delivery = message.deliveries.get()
    assert (delivery.state, delivery.gateway_id, delivery.parts, delivery.recipient) == (
        "sent",
        "g-1",
        1,
        NUMBER,
    )
    # the customer answers: the same ticket
    assert text(gateway, "ممنون", gateway_id="m2").message.ticket == ticket


def test_joins_what_is_open_and_begins_anew_after_that(world: World, gateway: Gateway) -> None:
    ticket = text(gateway, "First", gateway_id="1").message.ticket
    assert text(gateway, "Second", sender="09120000001", gateway_id="2").message.ticket == ticket
    assert text(gateway, "Other", sender="۰۹۱۲۰۰۰۰۰۰۲", gateway_id="3").message.ticket != ticket
    solve(ticket, by=world.agents["sara"])
    assert text(gateway, "It is back", gateway_id="4").message.ticket == ticket
    solve(ticket, by=world.agents["sara"])
    Ticket.objects.filter(pk=ticket.pk).update(solved_at=clock() - timedelta(days=3))
    assert text(gateway, "Something else", gateway_id="5").message.ticket != ticket


def test_co_06_same_text_twice(world: World, gateway: Gateway) -> None:
    assert text(gateway, "Once", gateway_id="m1").message is not None
    assert arriving.store(gateway, [arriving.Arrived("m1", NUMBER, "", "Once")]) == []
    assert Ticket.objects.count() == 1 and Ticket.objects.get().messages.filter(kind="incoming").count() == 1
    # a gateway without ids: the same words at once are one text
    assert text(gateway, "No id").pk == text(gateway, "No id").pk


def test_a_name_as_sender_makes_no_ticket(world: World, gateway: Gateway) -> None:
    row = text(gateway, "Your bank wishes you a nice day", sender="MyBank", gateway_id="1")
    assert (row.state, word_of(row.why), Ticket.objects.count()) == ("dismissed", "sms_nobody", 0)


def test_co_09_stop_is_respected_and_start_ends_it(world: World, gateway: Gateway, fake: Fake) -> None:
    ticket = text(gateway, "Where is my parcel?", gateway_id="1").message.ticket
    assert text(gateway, "STOP", gateway_id="2").message is None
    assert Delivery.objects.get().state == "stopped"  # the receipt that waited
    message = reply(ticket, by=world.agents["sara"], text="On its way.")
    work_due()
    stopped = message.deliveries.get()
    assert fake.heard == [] and stopped.state == "stopped" and NUMBER in stopped.fault_text
    assert Event.objects.filter(name="texts.stopped", ticket=ticket).exists()
    text(gateway, "start", gateway_id="3")
    assert outbox.resend(stopped, by=world.agents["sara"])
    work_due()
    assert said(fake) == ["On its way."] and ticket.messages.filter(kind="incoming").count() == 1


def test_co_09_start_of_whom_nothing_was_stopped_is_a_request(world: World, gateway: Gateway) -> None:
    assert text(gateway, "اشتراک", gateway_id="1").message.ticket.number == 1001


def test_quiet_hours(world: World, gateway: Gateway, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = clock() - timedelta(hours=1), clock() + timedelta(hours=2)
    accounts.save(gateway.inbox, {"quiet_from": f"{zone[0]:%H}:00", "quiet_to": f"{zone[1]:%H}:00"}, by=None)
    keep(gateway.inbox, zone="UTC")
    ticket = text(gateway, "At night", gateway_id="1").message.ticket
    receipt = Delivery.objects.get()
    assert receipt.due_at is not None and receipt.due_at > clock() + timedelta(minutes=50)
    now = reply(ticket, by=world.agents["sara"], text="At once").deliveries.get()
    morning = reply(
        ticket, by=world.agents["sara"], text="Later", meta={"sms": texting.MORNING}
    ).deliveries.get()
    assert now.due_at <= clock() and morning.due_at == receipt.due_at
    work_due()
    assert said(fake) == ["At once"]  # what waits for the morning holds nothing up


def test_limit_of_one_number(world: World, gateway: Gateway, fake: Fake) -> None:
    Gateway.objects.update(per_hour=2)
    ticket = text(gateway, "Hello", gateway_id="1").message.ticket
    for words in ("One", "Two", "Three"):
        reply(ticket, by=world.agents["sara"], text=words)
    for _ in range(5):
        work_due()
        Delivery.objects.filter(due_at__lt=clock() + timedelta(minutes=5)).update(due_at=clock())
    assert len(fake.heard) == 2
    assert Delivery.objects.filter(state="queued", due_at__gt=clock() + timedelta(minutes=50)).count() == 2


def test_only_a_number_is_known(world: World, gateway: Gateway, fake: Fake) -> None:
    """A request of another channel: number and link by SMS, if an inbox is set to; and word of an answer, once."""
    caller = customer_for("phone", NUMBER, language="ar")

    def call() -> Ticket:
        one = Incoming(
            inbox_id=world.inboxes["portal"].pk,
            channel="phone",
            customer_id=caller.pk,
            text="اتصل بي",
            language="ar",
        )
        return Ticket.objects.get(pk=receive(one).ticket_id)

    call()
    assert not Delivery.objects.exists()
    accounts.save(gateway.inbox, {"for_others": True}, by=None)
    ticket = call()
    reply(ticket, by=world.agents["sara"], text="سر")
    reply(ticket, by=world.agents["sara"], text="سر آخر")
    work_due(all_of_them=True)
    work_due(all_of_them=True)
    assert len(fake.heard) == 2 and all(LINK.search(one) for one in said(fake)) and "سر" not in said(fake)[1]
    assert "1002" in said(fake)[0] or "١٠٠٢" in said(fake)[0]


def test_a_typed_number_gets_no_link_that_opens(world: World, gateway: Gateway, fake: Fake) -> None:
    accounts.save(gateway.inbox, {"for_others": True}, by=None)
    visitor = customer_for("visitor", "v1", language="en")
    claim(visitor, "phone", NUMBER)
    one = receive(
        Incoming(
            inbox_id=world.inboxes["shop"].pk,
            channel="chat",
            customer_id=visitor.pk,
            text="Hi",
            language="en",
        )
    )
    register(one.ticket, by=world.agents["sara"])
    work_due(all_of_them=True)
    assert len(fake.heard) == 1 and not LINK.search(said(fake)[0]) and "/portal/" in said(fake)[0]


def test_what_a_fault_set_aside_is_taken_in_after_it_is_mended(
    world: World, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(arriving, "normal_phone", lambda *told: 1 / 0)
        row = text(gateway, "Lost?", gateway_id="1")
        for _ in range(arriving.MOST_TRIES):
            IncomingText.objects.update(due_at=clock(), leased_until=None)
            [mine] = due.claim(IncomingText, clock())
            again = arriving.take(mine)
            if mine.leased_until is not None:
                due.settle(mine, again)
    row.refresh_from_db()
    assert (row.state, word_of(row.why)) == ("quarantined", "failed") and not Ticket.objects.exists()
    admin = Client()
    admin.force_login(world.agents["arash"].user, backend="pelekan.people.backends.Backend")
    page = f"/desk/settings/inboxes/{gateway.inbox_id}/gateway/"
    assert f"{page}texts/{row.pk}/retry/" in admin.get(page).content.decode()
    admin.post(f"{page}texts/{row.pk}/retry/")
    [mine] = due.claim(IncomingText, clock())
    arriving.take(mine)
    assert Ticket.objects.get().messages.filter(kind="incoming").get().text == "Lost?"
