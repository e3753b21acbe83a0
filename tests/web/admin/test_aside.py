"""What was set aside: told by its reason, tried again one by one or all together, put out of sight and back."""

from __future__ import annotations

import pytest
from django.test import Client

from pelekan.channels import arriving, intake
from pelekan.channels.email import reader
from pelekan.channels.faults import fault
from pelekan.channels.models import Arrival, Delivery, IncomingText
from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.tickets.actions import reply
from pelekan.tickets.models import Event, Inbox, Message
from tests.channels.mails import answered, arrive, raw_mail, taken
from tests.web.admin.test_health import english

MAIL = "/desk/settings/mail/"


@pytest.fixture
def nika(world: World) -> Client:
    return english(world, "nika")


def page(browser: Client, **asked: str) -> str:
    return browser.get(MAIL, asked).content.decode()


def held(world: World, number: int, word: str = "failed") -> Arrival:
    row = intake.store(world.inboxes["mail"], raw_mail(f"number {number}", mail_id=f"<{number}@example.net>"))
    Arrival.objects.filter(pk=row.pk).update(
        state="quarantined", why=fault(word, detail="KeyError"), due_at=None
    )
    return row


def test_what_a_fault_held_back_lands_on_its_ticket_in_its_order_once_it_is_mended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, sent = answered(world)
    real = arriving.receive_mail

    def broken(arrival: Arrival, mail: reader.Mail, *rest: object) -> Message:
        raise KeyError

    monkeypatch.setattr(arriving, "receive_mail", broken)
    # in Dovecot's order: the second came before the third, and is held by a fault of ours
    references = {"In_Reply_To": sent, "References": sent, "subject": "Re: Charged twice"}
    second = arrive(world, raw_mail("the second", mail_id="<2@example.net>", **references))
    monkeypatch.setattr(arriving, "receive_mail", real)
    third = arrive(world, raw_mail("the third", mail_id="<3@example.net>", **references))
    assert (second.state, third.state) == ("quarantined", "done")
    intake.retry(second, by=world.agents["nika"])
    mended = intake.take_now(second).message
    assert mended is not None and third.message is not None
    assert mended.ticket_id == third.message.ticket_id == first.ticket_id
    assert mended.created_at == second.received_at < third.message.created_at, "at the moment it came"


def test_one_reason_is_tried_again_and_no_other(world: World, nika: Client) -> None:
    for number in range(3):
        held(world, number)
    other = held(world, 9, "unreadable")
    shown = page(nika)
    assert "could not be taken in: KeyError" in shown and "Try all again" not in shown
    assert "Try all again" in page(nika, why="failed")
    assert nika.post(MAIL + "all/", {"list": "quarantine", "why": "failed"}).status_code == 302
    assert Arrival.objects.filter(state="waiting").count() == 3
    assert Arrival.objects.get(pk=other.pk).state == "quarantined"
    assert nika.post(MAIL + "all/", {"list": "quarantine"}).status_code == 404, "never everything at once"
    nika.post(MAIL + "all/", {"list": "quarantine", "why": "unreadable", "dismiss": "yes", "because": "spam"})
    assert Arrival.objects.get(pk=other.pk).state == "dismissed"
    assert Event.objects.get(name="arrival.dismissed").because == "spam"


def test_out_of_sight_with_a_reason_and_back(world: World, nika: Client) -> None:
    mail = held(world, 1)
    ticket = taken(world, raw_mail(mail_id="<x@example.net>")).ticket
    dead = reply(ticket, by=world.agents["sara"], text="Hello").deliveries.get()
    Delivery.objects.filter(pk=dead.pk).update(
        state="failed", dead_at=clock(), due_at=None, fault=fault("broken", detail="x")
    )
    sms = Inbox.objects.create(channel="sms", name="Texts", key="t", team=world.teams["front"])
    text = IncomingText.objects.create(
        inbox=sms, gateway_id="1", sender="+98", text="Salam", state="quarantined"
    )
    for what, row, shown_in in (
        ("arrivals", mail, "quarantine"),
        ("deliveries", dead, "out"),
        ("texts", text, "texts"),
    ):
        shown = page(nika, list=shown_in)
        assert f"{MAIL}{what}/{row.pk}/dismiss/" in shown
        nika.post(f"{MAIL}{what}/{row.pk}/dismiss/", {"because": "Nothing for us"})
        after = page(nika, list=shown_in)
        assert f"{MAIL}{what}/{row.pk}/dismiss/" not in after and f"{MAIL}{what}/{row.pk}/back/" in after, (
            "Undo"
        )
        nika.post(f"{MAIL}{what}/{row.pk}/back/")
        assert f"{MAIL}{what}/{row.pk}/dismiss/" in page(nika, list=shown_in)
    assert Event.objects.filter(because="Nothing for us").count() == 3
    dead.refresh_from_db()
    assert dead.state == "failed", "its ticket goes on saying so"


def test_dead_letters_of_one_reason_go_out_again(world: World, nika: Client) -> None:
    ticket = taken(world, raw_mail()).ticket
    for number in range(3):
        message = reply(ticket, by=world.agents["sara"], text=f"Hello {number}")
        word = "broken" if number else "unanswered"
        state = "failed" if number else "unknown"
        message.deliveries.update(state=state, dead_at=clock(), due_at=None, fault=fault(word, detail="x"))
    assert "may have been sent" in page(nika, list="out")
    nika.post(MAIL + "all/", {"list": "out", "why": "broken"})
    states = list(
        Delivery.objects.exclude(message__automatic=True).order_by("pk").values_list("state", flat=True)
    )
    assert states == ["unknown", "queued", "queued"]
    nika.post(f"{MAIL}deliveries/{Delivery.objects.get(state='unknown').pk}/resend/")
    assert Delivery.objects.filter(maybe_twice_at__isnull=False).count() == 1, "the doubtful one is flagged"


def test_texts_are_tried_again(world: World, nika: Client) -> None:
    sms = Inbox.objects.create(channel="sms", name="Texts", key="t", team=world.teams["front"])
    why = fault("failed", detail="KeyError")
    text = IncomingText.objects.create(
        inbox=sms, gateway_id="1", sender="+98", text="Salam", state="quarantined", why=why
    )
    assert "Salam" in page(nika, list="texts", inbox=str(sms.pk))
    nika.post(f"{MAIL}texts/{text.pk}/retry/")
    assert IncomingText.objects.get(pk=text.pk).state == "waiting"
