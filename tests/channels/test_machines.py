"""Mail that machines write: answers, bounces, loops (rows ML of the abuse catalogue)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pelekan.channels import intake, outbox
from pelekan.channels.faults import word_of
from pelekan.channels.models import Delivery
from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.people.models import Identity
from pelekan.tickets.actions import close, solve
from pelekan.tickets.models import Event, Message, Ticket
from tests.channels.mails import (
    account,
    answered,
    arrive,
    raw_mail,
    send_due,
    taken,
    through,
)  # fmt: skip
from tests.servers import SmtpServer


def test_ml_01_vacation_answer(world: World) -> None:
    first, ours = answered(world)
    solve(first.ticket, by=world.agents["sara"])
    before = Delivery.objects.count()
    message = taken(
        world, raw_mail("I am away", mail_id="<v@x>", In_Reply_To=ours, Auto_Submitted="auto-replied")
    )
    assert message.ticket_id == first.ticket_id and message.automatic
    assert Ticket.objects.get(pk=first.ticket_id).status == "solved"
    assert Delivery.objects.count() == before


@pytest.mark.parametrize(
    "header",
    ["Precedence: bulk", "X-Autoreply: yes", "X-Auto-Response-Suppress: All", "List-Id: <l.x>", "X-Loop: a"],
)
def test_ml_02_marks_get_no_receipt(world: World, header: str) -> None:
    name, _, value = header.partition(": ")
    found = arrive(world, raw_mail(**{name.replace("-", "_"): value}))
    assert found.message is not None and not Delivery.objects.exists()


def bounce_of(mail_id: str, recipient: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; 550 no such user\r\n"
        f"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: support@chakad.example\r\nMessage-ID: {mail_id}\r\n\r\nhi\r\n--b--\r\n"
    )
    head = raw_mail(
        "",
        sender="MAILER-DAEMON@mx.example.net",
        subject="Undelivered Mail Returned to Sender",
        mail_id="<b@mx.example.net>",
        Return_Path="<>",
        Content_Type='multipart/report; report-type=delivery-status; boundary="b"',
    )
    return head + body.encode()


def test_ml_03_bounce(world: World) -> None:
    first, ours = answered(world)
    Delivery.objects.update(state="sent", due_at=None)
    found = arrive(world, bounce_of(ours, "emma.clarke@example.net"))
    failed = Delivery.objects.get(mail_id=ours)
    assert (found.state, found.ticket_id, found.message_id) == ("done", first.ticket_id, failed.message_id)
    assert failed.state == "failed" and "5.1.1" in failed.fault_text
    assert Ticket.objects.count() == 1 and Message.objects.filter(kind="incoming").count() == 1
    assert Event.objects.get(name="delivery.failed").message_id == failed.message_id
    unknown = arrive(world, bounce_of("<never@sent.example>", "a@b.example"))
    assert (unknown.state, word_of(unknown.why)) == ("dismissed", "bounce_unknown")


def test_late_is_not_lost(world: World) -> None:
    _, ours = answered(world)
    Delivery.objects.update(state="sent", due_at=None)
    arrive(world, bounce_of(ours, "emma.clarke@example.net", "4.4.1", "delayed"))
    assert Delivery.objects.get(mail_id=ours).state == "sent"
    assert Event.objects.filter(name="delivery.delayed").exists()


def test_ml_04_another_desk_answers_every_receipt(world: World) -> None:
    for n in range(8):
        taken(
            world,
            raw_mail(
                "Your request is registered", sender="help@peer.example", subject=f"[{n}]", mail_id=f"<{n}@p>"
            ),
        )
    assert Delivery.objects.filter(recipient="help@peer.example").count() <= 3
    assert Event.objects.filter(name="delivery.silenced").exists()
    Identity.objects.filter(address="help@peer.example").update(verified_at=clock())
    for n in range(8):
        taken(world, raw_mail("Registered", sender="help@peer.example", mail_id=f"<x{n}@p>"))
    assert Delivery.objects.filter(recipient="help@peer.example").count() == 3


def test_ml_06_our_own_mail_comes_back(world: World, smtp: SmtpServer) -> None:
    through(world, smtp.port)
    answered(world)
    send_due()
    before = Ticket.objects.count(), Message.objects.count()
    for letter in smtp.letters:
        found = arrive(world, letter.data)
        assert (found.state, word_of(found.why)) == ("dismissed", "loop")
    other = arrive(world, raw_mail(sender="support@chakad.example", mail_id="<self@x>"))
    assert word_of(other.why) == "loop"
    assert (Ticket.objects.count(), Message.objects.count()) == before
    assert Event.objects.filter(name="arrival.looped").count() == 1


def test_ml_08_closed_ticket_and_out_of_office(world: World) -> None:
    first, ours = answered(world)
    close(first.ticket, by=world.agents["sara"])
    for n in range(5):
        taken(world, raw_mail("Away", mail_id=f"<v{n}@x>", In_Reply_To=ours, Auto_Submitted="auto-replied"))
    assert Ticket.objects.count() == 1 and Ticket.objects.get().status == "closed"


def test_ml_11_backscatter(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    account(world, authserv_id="mx.chakad.example")
    monkeypatch.setattr(outbox, "ALL_UNPROVED", (5, timedelta(hours=1)))
    for n in range(12):
        taken(world, raw_mail(sender=f"victim{n}@example.org", mail_id=f"<{n}@x>"))
    assert Delivery.objects.count() == 5
    real = "mx.chakad.example; dmarc=pass header.from=example.org"
    taken(world, raw_mail(sender="real@example.org", mail_id="<r@x>", Authentication_Results=real))
    assert Delivery.objects.filter(recipient="real@example.org").exists()


def test_ml_12_receipt_carries_nothing_of_the_text(world: World, smtp: SmtpServer) -> None:
    through(world, smtp.port)
    for n in range(5):
        taken(
            world,
            raw_mail(
                "http://evil.example",
                sender="Buy now <victim@example.org>",
                subject="evil.example",
                mail_id=f"<{n}@x>",
            ),
        )
    send_due()
    assert len(smtp.letters) == 2
    for letter in smtp.letters:
        assert (
            b"evil" not in letter.data
            and "[#" in letter.mail["Subject"]
            and "Buy" not in str(letter.mail["To"])
        )


def test_old_mail_gets_no_receipt(world: World) -> None:
    found = arrive(world, raw_mail(), at=clock() - timedelta(days=2))
    assert found.message is not None and not Delivery.objects.exists()
    assert clock() - found.message.created_at > timedelta(days=1)


def test_reports_and_admission(world: World) -> None:
    raw = raw_mail(
        subject="Report domain: chakad.example Submitter: google.com Report-ID: 1",
        sender="noreply-dmarc@google.com",
    )
    found = arrive(world, raw)
    assert (found.state, word_of(found.why)) == ("dismissed", "report")
    intake.retry(found, by=world.agents["arash"], admit=True)
    assert intake.take_now(found).message is not None and not Delivery.objects.exists()
