"""What a mail becomes, and what it may not do (rows MI, MT and ML of the abuse catalogue)."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from pelekan.channels import arriving, intake, outbox
from pelekan.channels.email import reader, thread
from pelekan.channels.faults import word_of
from pelekan.channels.models import Arrival, Delivery
from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.people.models import Customer, Identity
from pelekan.tickets.actions import close, reply, solve
from pelekan.tickets.models import Attachment, Conversation, Event, Message, Participant, Ticket
from tests.channels.mails import (
    FAIL,
    PASS,
    account,
    arrive,
    raw_mail,
    send_due,
    taken,
    through,
    ticket_of,
)  # fmt: skip
from tests.servers import SmtpServer


def token_of(conversation: Conversation) -> str:
    return thread.token_line(thread.reply_token(conversation.pk, settings.SECRET_KEY))


def answered(world: World, **headers: str) -> tuple[Message, str]:
    """Emma's ticket, answered once: her message and the Message-ID of the answer."""
    first = taken(world, raw_mail(**headers))
    sent = reply(first.ticket, by=world.agents["sara"], text="We look into it.")
    return first, Delivery.objects.filter(message=sent).get().mail_id


# Bytes, duplicates, one failure


def test_mi_03_message_id_reused(world: World) -> None:
    real, other = arrive(world, raw_mail("real")), arrive(world, raw_mail("other"))
    assert arrive(world, raw_mail("real")).pk == real.pk
    assert Arrival.objects.count() == 2 and other.message is not None
    assert "message_id_reused" in other.message.meta["warnings"]
    assert real.message is not None and "message_id_reused" not in real.message.meta["warnings"]


def test_mi_05_empty_ids_join_nothing(world: World) -> None:
    for n in range(5):
        arrive(world, raw_mail(f"mail {n}", mail_id="<>" if n % 2 else ""))
    assert Ticket.objects.count() == 5


def test_mi_09_no_sender(world: World) -> None:
    found = [
        arrive(world, raw_mail(sender=sender, mail_id=f"<{n}@x.example>"))
        for n, sender in enumerate(["", "<>", "undisclosed-recipients:;"])
    ]
    assert {(one.state, word_of(one.why)) for one in found} == {("quarantined", "no_sender")}
    assert Event.objects.filter(name="arrival.quarantined").count() == 3


def test_mi_10_name_that_plays_an_address(world: World) -> None:
    message = taken(world, raw_mail(sender='"boss@trusted.example" <evil@x.example>'))
    assert message.customer is not None
    assert [one.address for one in message.customer.identities.all()] == ["evil@x.example"]
    assert message.customer.name == "" and message.meta["from"]["name"] == "boss@trusted.example"


def test_mi_37_poison_in_the_middle(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = arriving.receive_mail

    def poisoned(arrival: Arrival, mail: reader.Mail, *rest: object) -> Message:
        if "poison" in mail.parsed.text:
            raise RecursionError
        return real(arrival, mail, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(arriving, "receive_mail", poisoned)
    for n in range(9):
        arrive(world, raw_mail("poison" if n == 4 else f"mail {n}", mail_id=f"<{n}@x.example>"))
    assert Ticket.objects.count() == 8
    [bad] = Arrival.objects.exclude(state="done")
    assert (bad.state, word_of(bad.why)) == ("quarantined", "failed")
    assert Event.objects.filter(name="arrival.quarantined").count() == 1

    monkeypatch.setattr(arriving, "receive_mail", real)
    intake.retry(bad, by=world.agents["arash"])
    assert intake.take_now(bad).state == "done" and Ticket.objects.count() == 9
    intake.retry(bad, by=world.agents["arash"])  # what became a message is left alone
    assert Ticket.objects.count() == 9


def test_a_reader_that_dies_takes_nothing_with_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "SECONDS", 0.0)
    bad = arrive(world, raw_mail("slow"))
    assert (bad.state, word_of(bad.why)) == ("quarantined", "reader_died")
    monkeypatch.undo()
    assert arrive(world, raw_mail("next", mail_id="<2@x.example>")).state == "done"


def test_mi_25_three_attachments_of_one_name_and_inline_image(world: World) -> None:
    png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    part = "--b\r\nContent-Type: text/plain; name=note.txt\r\nContent-Disposition: attachment; filename=note.txt\r\n\r\nnote {}\r\n"
    body = (
        '--b\r\nContent-Type: text/html\r\n\r\n<p>See <img src="cid:pic@x"></p><script>alert(1)</script>\r\n'
        + "".join(part.format(n) for n in (1, 2, 2))
        + f"--b\r\nContent-Type: image/png\r\nContent-ID: <pic@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n{png}\r\n--b--\r\n"
    )
    raw = raw_mail("", Content_Type='multipart/related; boundary="b"') + body.encode()
    message = taken(world, raw)
    assert list(message.attachments.values_list("name", flat=True))[:3] == ["note.txt"] * 3
    picture = message.attachments.get(type="image/png")
    assert picture.inline_id == "pic@x" and 'src="cid:pic@x"' in message.html and "alert" not in message.html
    for one in message.attachments.all():
        assert (Path(settings.MEDIA_ROOT) / one.path).stat().st_size == one.size


def test_mi_29_nul_and_controls(world: World) -> None:
    raw = raw_mail("one\x00two\x1b[31m", subject="a\x00b")
    message = taken(world, raw)
    assert "\x00" not in message.text and "two" in message.text and "b" in message.ticket.subject
    assert Arrival.objects.get().raw == raw


def test_a_full_disk_puts_nothing_aside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*values: object) -> None:
        raise OSError(28, "No space left on device")

    raw = raw_mail("", Content_Type='multipart/mixed; boundary="b"')
    raw += b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-1\r\n--b--\r\n"
    monkeypatch.setattr(intake.files, "store", full)
    found = arrive(world, raw)
    assert (found.state, found.tries) == ("waiting", 0) and found.due_at is not None
    monkeypatch.undo()
    Arrival.objects.update(due_at=clock())
    assert intake.take_now(found).state == "done"


# Who joins what


def test_mt_01_cc_hijack(world: World) -> None:
    first, _ = answered(world)
    account(world, authserv_id="mx.chakad.example")
    hijack = raw_mail(
        "Please copy my colleague.",
        subject=f"Re: [#{first.ticket.number}]",
        mail_id="<hijack@evil.example>",
        Cc="attacker@evil.example",
        Authentication_Results=FAIL,
    )
    message = taken(world, hijack)
    assert message.ticket_id != first.ticket_id and message.ticket.may_belong_to_id == first.ticket_id
    assert message.held_at is not None and "sender_not_authentic" in message.meta["warnings"]
    assert not Participant.objects.filter(address="attacker@evil.example").exists()
    assert not Delivery.objects.filter(conversation=message.conversation).exists()  # not even a receipt


def test_mt_02_ticket_trick(world: World) -> None:
    first, _ = answered(world)
    code = raw_mail(
        f"Your code is 123456\n\n{token_of(first.conversation)}",
        sender="no-reply@service.example",
        mail_id="<code@service.example>",
    )
    message = taken(world, code)
    assert message.conversation_id == first.conversation_id and message.held_at is not None
    assert message.pk not in Message.objects.public().values_list("pk", flat=True)


def test_mt_03_number_in_the_subject(world: World) -> None:
    first, _ = answered(world)
    stranger = raw_mail(
        sender="x@evil.example", subject=f"Re: [#{first.ticket.number}]", mail_id="<s@evil.example>"
    )
    ticket = ticket_of(world, stranger)
    assert ticket.pk != first.ticket_id and ticket.may_belong_to_id == first.ticket_id


def test_mt_04_references_of_a_stranger(world: World) -> None:
    first, ours = answered(world)
    for n, known in enumerate((ours, "<one@example.net>")):
        ticket = ticket_of(
            world, raw_mail(sender="x@evil.example", mail_id=f"<{n}@evil.example>", References=known)
        )
        assert ticket.pk != first.ticket_id and ticket.may_belong_to_id == first.ticket_id
    assert not Delivery.objects.filter(
        recipient="x@evil.example", message__automatic=False
    ).exists()  # no history


def test_references_join_an_authentic_participant(world: World) -> None:
    account(world, authserv_id="mx.chakad.example")
    first = taken(world, raw_mail(Authentication_Results=PASS))
    again = taken(
        world,
        raw_mail(
            "One more thing",
            mail_id="<x@example.net>",
            References="<one@example.net>",
            Authentication_Results=PASS,
        ),
    )
    assert again.ticket_id == first.ticket_id and again.meta["join"] == "references"
    assert Identity.objects.get(address="emma.clarke@example.net").verified_at is not None


@pytest.mark.parametrize("length", [0, 8, 15, 52])
def test_mt_06_token_of_other_length(world: World, length: int) -> None:
    first, _ = answered(world)
    good = thread.reply_token(first.conversation_id, settings.SECRET_KEY)
    head, _, signature = good.partition("-")
    bad = raw_mail(f"Hello\n\n[{head}-{(signature * 2)[:length]}]", mail_id="<t@example.net>")
    assert taken(world, bad).ticket_id != first.ticket_id


def test_mt_05_and_13_and_14_mail_of_agents_with_our_marks(world: World) -> None:
    first, ours = answered(world)
    sara = world.agents["sara"]
    forged = re.sub(r"\.\w{26}@", f".{'a' * 26}@", ours)
    cases = [
        (forged, False, "forged_token"),
        (ours, False, "agent_by_mail"),
        (ours, True, "agent_gone"),
        (forged, True, "agent_gone"),
    ]
    for n, (reference, gone, word) in enumerate(cases):
        sara.disabled_at = clock() if gone else None
        sara.save()
        mail = raw_mail(
            sender=f"Sara <{sara.user.email}>", mail_id=f"<a{n}@chakad.example>", In_Reply_To=reference
        )
        found = arrive(world, mail)
        assert (found.state, word_of(found.why)) == ("quarantined", word)
    assert not Message.objects.filter(pk__gt=first.pk, kind="incoming").exists()


def test_mt_08_agent_address_without_proof(world: World) -> None:
    message = taken(world, raw_mail(sender=f"Sara <{world.agents['sara'].user.email}>"))
    assert message.kind == "incoming" and message.agent is None and message.customer is not None
    assert message.customer.user is None


def test_mt_09_forged_authentication_results(world: World) -> None:
    account(world, authserv_id="mx.chakad.example")
    ours = f"Authentication-Results: {FAIL}\r\nReceived: from a by mx.chakad.example; Sun, 22 Nov 2026 08:00:00 +0000\r\n"
    message = taken(world, ours.encode() + raw_mail(Authentication_Results=PASS))
    assert message.meta["authentic"] is False
    stranger = taken(world, raw_mail(mail_id="<2@x>", Authentication_Results="mx.other.example; dmarc=pass"))
    assert stranger.meta["authentic"] is None
    assert Identity.objects.get(address="emma.clarke@example.net").verified_at is not None  # demo's own proof


def test_mt_12_right_token_new_address(world: World) -> None:
    first, _ = answered(world)
    private = raw_mail(
        f"From my private address\n\n{token_of(first.conversation)}",
        sender="emma@private.example",
        mail_id="<p@private.example>",
    )
    message = taken(world, private)
    assert message.conversation_id == first.conversation_id
    assert message.customer != first.customer and message.held_at is not None
    assert Participant.objects.get(address="emma@private.example").confirmed_at is None
    sent = reply(first.ticket, by=world.agents["sara"], text="Done.")
    assert [one.recipient for one in sent.deliveries.all()] == ["emma.clarke@example.net"]

    intake.accept_sender(message, by=world.agents["sara"])
    sent = reply(first.ticket, by=world.agents["sara"], text="Done again.")
    assert {one.recipient for one in sent.deliveries.all()} == {
        "emma.clarke@example.net",
        "emma@private.example",
    }
    message.refresh_from_db()
    assert message.held_at is None


def test_copied_people_get_nothing_until_chosen(world: World) -> None:
    first, _ = answered(world, Cc="colleague@example.net, support@chakad.example")
    assert set(first.conversation.participants.values_list("address", "copied")) == {
        ("emma.clarke@example.net", False),
        ("colleague@example.net", True),
    }
    assert not Delivery.objects.filter(recipient="colleague@example.net").exists()
    sent = reply(
        first.ticket,
        by=world.agents["sara"],
        text="To both.",
        meta={"cc": ["Colleague@example.net", "no address"]},
    )
    assert set(sent.deliveries.values_list("recipient", "copied")) == {
        ("emma.clarke@example.net", False),
        ("colleague@example.net", True),
    }


def test_answer_to_a_closed_ticket_follows_it(world: World) -> None:
    first, ours = answered(world)
    close(first.ticket, by=world.agents["sara"])
    later = taken(world, raw_mail("Again!", mail_id="<l@example.net>", In_Reply_To=ours))
    assert later.ticket.follows_id == first.ticket_id and later.ticket.number == 1002
    assert later.conversation.participants.get().address == "emma.clarke@example.net"


# Machines


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


def test_counts_of_queries_do_not_grow_with_the_thread(world: World) -> None:
    from django.test.utils import CaptureQueriesContext

    first, ours = answered(world)
    counts = []
    for n in range(3):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            taken(world, raw_mail(f"answer {n}", mail_id=f"<q{n}@example.net>", In_Reply_To=ours))
        counts.append(len(seen))
    assert counts[0] == counts[2] and Customer.objects.count() == 4 and Attachment.objects.count() == 0
