"""Marks on addresses: what proves one, what it silences, and how it ends."""

from __future__ import annotations

from typing import Any

import pytest

from pelekan.channels import arriving, marks
from pelekan.channels.email.authenticity import Authenticity
from pelekan.channels.models import Delivery, Gateway, MarkedAddress
from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.people.models import Identity, User
from pelekan.tickets.actions import reply, say
from pelekan.tickets.models import Event, Inbox, Message
from pelekan.tickets.notices import choosing
from tests.channels.mails import answered, arrive, raw_mail, send_due, taken, through
from tests.channels.test_machines import bounce_of
from tests.servers import SmtpServer

EMMA = "emma.clarke@example.net"


def marked() -> dict[str, str]:
    return dict(MarkedAddress.objects.values_list("address", "kind"))


def complaint_of(mail_id: str, recipient: str) -> bytes:
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n"
        "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\n"
        f"Original-Rcpt-To: {recipient}\r\n"
        f"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: support@chakad.example\r\nMessage-ID: {mail_id}\r\n\r\nhi\r\n--b--\r\n"
    )
    head = raw_mail(
        "",
        sender="feedback@isp.example",
        subject="Abuse report",
        mail_id="<f@isp.example>",
        Content_Type='multipart/report; report-type=feedback-report; boundary="b"',
    )
    return head + body.encode()


@pytest.fixture
def ours(world: World) -> str:
    """The Message-ID of an answer that was sent to Emma."""
    _, found = answered(world)
    Delivery.objects.update(state="sent", due_at=None)
    return found


def test_ml_03_bounce_marks_the_address(world: World, ours: str) -> None:
    arrive(world, bounce_of(ours, EMMA))
    arrive(world, bounce_of(ours, EMMA).replace(b"<b@mx", b"<b2@mx"))  # two servers tell the same
    (row,) = MarkedAddress.objects.all()
    assert (row.address, row.kind, row.reason, row.status, row.count) == (
        EMMA, "dead", "userunknown", "5.1.1", 2,
    )  # fmt: skip
    assert row.delivery == Delivery.objects.get(mail_id=ours)


def test_only_a_report_on_a_mail_of_ours_marks(world: World, ours: str) -> None:
    arrive(world, bounce_of("<never@sent.example>", EMMA))
    arrive(world, bounce_of(ours, "somebody.else@example.net").replace(b"<b@mx", b"<b3@mx"))
    assert set(marked()) <= {EMMA}  # never an address to which that mail did not go


@pytest.mark.parametrize(
    ("reason", "status", "kind"),
    [
        ("userunknown", "5.1.1", "dead"),
        ("hostunknown", "5.1.2", "dead"),
        ("userunknown", "4.1.1", ""),
        ("mailboxfull", "4.2.2", "full"),
        ("feedback", "", "complained"),
        ("spamdetected", "5.7.1", ""),
        ("systemerror", "5.3.0", ""),
        ("norelaying", "5.7.1", ""),
    ],
)
def test_what_says_something_of_the_address(reason: str, status: str, kind: str) -> None:
    assert marks.kind_of(reason, status) == kind


def test_nothing_automatic_goes_to_a_dead_address_but_people_may_write(world: World, ours: str) -> None:
    arrive(world, bounce_of(ours, EMMA))
    before = Delivery.objects.count()
    message = Message.objects.filter(kind="incoming").latest("id")
    say(message.conversation, "We look into it.", because="notice")
    assert Delivery.objects.count() == before
    assert Event.objects.get(name="delivery.silenced").data == {"recipient": EMMA, "why": "dead"}
    reply(message.ticket, by=world.agents["sara"], text="Hello")
    assert Delivery.objects.count() == before + 1


def test_a_full_mailbox_silences_nothing(world: World, ours: str) -> None:
    arrive(world, bounce_of(ours, EMMA, "5.2.2").replace(b"550 no such user", b"552 mailbox is full"))
    assert marked() == {EMMA: "full"}
    assert marks.silence_of(EMMA) == ""


def test_a_complaint_ends_surveys_and_leaves_the_mail_as_sent(world: World, ours: str) -> None:
    arrive(world, complaint_of(ours, EMMA))
    assert marked() == {EMMA: "complained"}
    assert Delivery.objects.get(mail_id=ours).state == "sent"
    assert Event.objects.filter(name="delivery.complained").exists()
    owner = Identity.objects.get(address=EMMA).customer
    assert "rate:email" in choosing.choices_of(owner.pk)[0]


def test_sms_takes_over_where_mail_is_dead(world: World, ours: str) -> None:
    arrive(world, bounce_of(ours, EMMA))
    message = Message.objects.filter(kind="incoming").latest("id")
    talk = message.conversation
    texts = Inbox.objects.create(channel="sms", name="Texts", key="texts", team=world.teams["front"])
    Gateway.objects.create(inbox=texts, for_others=True)
    Identity.objects.create(
        customer=talk.customer, kind="phone", address="+989121234567", verified_at=clock()
    )
    ways: dict[str, Any] = {"email": ["solved"], "sms": [], "or_sms": ["solved"]}
    meta = {"ways": ways, "language": "en", "values": {"number": "1", "desk": "x", "step": "", "link": ""}}
    say(talk, "Solved.", because="notice", meta=meta)
    assert Delivery.objects.filter(channel="sms").values_list("recipient", flat=True)[0] == "+989121234567"


def test_an_authentic_mail_takes_the_mark_off(world: World, ours: str, monkeypatch: Any) -> None:
    arrive(world, bounce_of(ours, EMMA))
    taken(world, raw_mail("still me, says somebody", mail_id="<n1@x>"))
    assert marked()  # nobody proved that it was she
    monkeypatch.setattr(arriving, "trust_in", lambda *_: Authenticity(authentic=True))
    taken(world, raw_mail("It is me", mail_id="<n2@x>"))
    assert not marked()
    assert Event.objects.get(name="address.unmarked").data["recipient"] == EMMA


@pytest.mark.django_db(transaction=True)
def test_mo_03_550_marks_the_address_at_once(world: World, smtp: SmtpServer) -> None:
    through(world, smtp.port)
    _, mail_id = answered(world)
    smtp.mailman.answers["rcpt"] = lambda address: "550 5.1.1 user unknown"
    send_due()
    assert Delivery.objects.get(mail_id=mail_id).state == "failed"
    assert marked() == {EMMA: "dead"}


def test_screens_say_it_and_take_it_off(world: World, ours: str, client: Any) -> None:
    arrive(world, bounce_of(ours, EMMA))
    row = MarkedAddress.objects.get()
    ticket = row.delivery.message.ticket
    User.objects.update(language="en")
    client.force_login(world.agents["nika"].user, backend="pelekan.people.backends.Backend")
    page = client.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert page.count("came back on") == 2  # beside the ticket, and where one writes
    assert "there is no such mailbox" in client.get(f"/desk/customers/{ticket.customer_id}/").content.decode()
    found = client.get("/desk/settings/mail/addresses/?q=clarke").content.decode()
    assert EMMA in found
    assert EMMA not in client.get("/desk/settings/mail/addresses/?q=other").content.decode()
    assert client.post(f"/desk/tickets/{ticket.pk}/unmark/{row.pk}/").status_code == 200
    assert not marked()
    event = Event.objects.get(name="address.unmarked")
    assert (event.agent_id, event.ticket_id) == (world.agents["nika"].pk, ticket.pk)
