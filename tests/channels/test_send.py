"""Handing mail over: what is sent once, again, or not (rows MO of the abuse catalogue)."""

from __future__ import annotations

import email
import email.policy
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from pelekan.channels import accounts, outbox, trying
from pelekan.channels.email import send, wire
from pelekan.channels.faults import word_of
from pelekan.channels.models import Delivery
from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.people.identify import claim, customer_for
from pelekan.people.models import Identity
from pelekan.tickets import attachments
from pelekan.tickets.actions import accept_chat, end_chat, mark_read, note, receive, reply
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Event, Message, Ticket
from tests.channels.mails import account, raw_mail, send_due, taken, through
from tests.servers import PASSWORD, USER, SmtpServer, smtp_server


@pytest.fixture
def ticket(world: World, smtp: SmtpServer) -> Ticket:
    """Emma's mail ticket; its receipt is not sent."""
    through(world, smtp.port)
    first = taken(world, raw_mail())
    Delivery.objects.all().delete()
    return first.ticket


def answer(world: World, ticket: Ticket, text: str = "We look into it.", **values: object) -> Message:
    return reply(ticket, by=world.agents["sara"], text=text, **values)  # type: ignore[arg-type]


def test_mo_02_not_now(world: World, ticket: Ticket, smtp: SmtpServer) -> None:
    smtp.mailman.answers["rcpt"] = lambda address: "451 try later"
    one = answer(world, ticket).deliveries.get()
    for tries in (1, 2, 3):
        Delivery.objects.filter(due_at__isnull=False).update(due_at=clock())
        send_due()
        one.refresh_from_db()
        assert (one.state, one.tries, word_of(one.fault)) == ("queued", tries, "refused_for_now")
        assert one.due_at is not None and one.due_at > clock() + timedelta(seconds=5)
    assert Event.objects.filter(name="delivery.delayed").count() == 1
    smtp.mailman.answers.clear()
    Delivery.objects.update(due_at=clock())
    send_due()
    one.refresh_from_db()
    assert (one.state, one.fault, one.maybe_twice_at, len(smtp.letters)) == ("sent", "", None, 1)


def test_given_up_after_three_days(world: World, ticket: Ticket, smtp: SmtpServer) -> None:
    smtp.mailman.answers["mail"] = lambda address: "421 busy"
    one = answer(world, ticket).deliveries.get()
    Delivery.objects.update(created_at=clock() - timedelta(days=3, minutes=1))
    send_due()
    one.refresh_from_db()
    assert (one.state, word_of(one.fault)) == ("failed", "gave_up") and "421 busy" in one.fault_text


def test_mo_03_refused(world: World, ticket: Ticket, smtp: SmtpServer) -> None:
    smtp.mailman.answers["rcpt"] = lambda address: "550 no such user"
    message = answer(world, ticket)
    send_due()
    one = message.deliveries.get()
    assert (one.state, one.due_at) == ("failed", None) and "550 no such user" in one.fault_text
    told = Event.objects.get(name="delivery.failed")
    assert told.message == message and f"ticket:{ticket.pk}" in told.topics


def test_mo_04_no_word_after_the_final_dot(
    world: World, ticket: Ticket, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "DATA_SECONDS", 0.3)
    smtp.mailman.hold = 3
    one = answer(world, ticket).deliveries.get()
    send_due()
    one.refresh_from_db()
    assert (one.state, one.due_at, len(smtp.letters)) == ("unknown", None, 1)
    assert Event.objects.filter(name="delivery.unknown").exists()
    send_due(timedelta(days=4))
    assert len(smtp.letters) == 1  # nobody asked for a second
    smtp.mailman.hold = 0
    assert outbox.resend(one, by=world.agents["sara"])
    send_due()
    one.refresh_from_db()
    assert one.state == "sent" and one.maybe_twice_at is not None
    assert smtp.letters[0].mail["Message-ID"] == smtp.letters[1].mail["Message-ID"]


def test_mo_06_one_of_three_refused(world: World, ticket: Ticket, smtp: SmtpServer) -> None:
    smtp.mailman.answers["rcpt"] = lambda address: "550 gone" if address.startswith("b@") else None
    message = answer(world, ticket, meta={"cc": ["a@example.org", "b@example.org"]})
    send_due()
    assert dict(message.deliveries.values_list("recipient", "state")) == {
        "emma.clarke@example.net": "sent",
        "a@example.org": "sent",
        "b@example.org": "failed",
    }
    for letter in smtp.letters:
        assert str(letter.mail["Cc"]) == "a@example.org, b@example.org" and len(letter.recipients) == 1
    outbox.resend(message.deliveries.get(recipient="b@example.org"), by=world.agents["sara"])
    send_due()
    assert len(smtp.letters) == 2


def test_mo_09_header_injection(world: World, ticket: Ticket, smtp: SmtpServer) -> None:
    evil = "x\r\nBcc: x@evil.example\r\n\r\nbody"
    ticket.conversations.update(subject=evil)
    ticket.subject = evil
    ticket.save()
    sara = world.agents["sara"]
    sara.user.name = evil
    sara.user.save()
    ticket.conversations.get().participants.update(name=evil)
    message = answer(world, ticket, meta={"cc": ["a@example.org\r\nBcc: y@evil.example", evil]})
    assert [one.recipient for one in message.deliveries.all()] == ["emma.clarke@example.net"]
    send_due()
    [letter] = smtp.letters
    assert letter.recipients == ["emma.clarke@example.net"]
    assert letter.mail["Bcc"] is None and len(letter.mail.get_all("To", [])) == 1


def test_mi_08_newline_hidden_in_a_name(world: World, smtp: SmtpServer) -> None:
    through(world, smtp.port)
    first = taken(world, raw_mail(sender="=?utf-8?q?=0ABcc:_x=40evil.example?= <a@b.example>"))
    answer(world, first.ticket)
    send_due()
    assert all(letter.mail["Bcc"] is None and letter.recipients == ["a@b.example"] for letter in smtp.letters)


@pytest.mark.django_db(transaction=True)
def test_mo_13_two_senders(transactional_db: None, smtp: SmtpServer) -> None:
    from django.db import connection

    from pelekan.demo.world import build

    world = build()
    through(world, smtp.port)
    tickets = [
        taken(world, raw_mail(mail_id=f"<{n}@x>", sender=f"c{n}@example.org")).ticket for n in range(4)
    ]
    Delivery.objects.all().delete()
    for n in range(5):
        for one in tickets:
            answer(world, one, f"answer {n}")

    def sender() -> None:
        try:
            for _ in range(40):
                send_due(timedelta(seconds=30))
                if not Delivery.objects.exclude(state="sent").exists():
                    return
        finally:
            connection.close()

    both = [threading.Thread(target=sender) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(smtp.letters) == 20
    for one in tickets:
        own = [
            letter.mail.get_body(("plain",)).get_content().splitlines()[0]  # type: ignore[union-attr]
            for letter in smtp.letters
            if letter.recipients == [one.conversations.get().participants.get().address]
        ]
        assert own == [f"answer {n}" for n in range(5)]  # in their order


def test_mo_21_attachment_missing_on_disk(world: World, ticket: Ticket, smtp: SmtpServer) -> None:
    sara = world.agents["sara"]
    kept = attachments.keep(b"%PDF-1.4 bill", "صورتحساب.pdf", f"agent:{sara.pk}")
    good = answer(world, ticket, attachment_ids=[kept.pk])
    send_due()
    assert good.deliveries.get().state == "sent"
    [part] = smtp.letters[0].mail.iter_attachments()
    assert (part.get_filename(), part.get_content()) == ("صورتحساب.pdf", b"%PDF-1.4 bill")

    kept = attachments.keep(b"%PDF-1.4 other", "صورتحساب.pdf", f"agent:{sara.pk}")
    bad = answer(world, ticket, attachment_ids=[kept.pk])
    (Path(settings.MEDIA_ROOT) / kept.path).unlink()
    send_due()
    one = bad.deliveries.get()
    assert (one.state, word_of(one.fault)) == ("failed", "file_missing") and "صورتحساب.pdf" in one.fault_text
    assert len(smtp.letters) == 1


def test_own_picture_travels_inside_the_mail(world: World, ticket: Ticket, smtp: SmtpServer) -> None:
    sara = world.agents["sara"]
    kept = attachments.keep(b"\x89PNG\r\n\x1a\n", "shot.png", f"agent:{sara.pk}")
    html = f'<p>See <img src="/files/{kept.token}/shot.png"> <img src="/files/{"0" * 32}/other.png"></p>'
    answer(world, ticket, html=html, attachment_ids=[kept.pk])
    send_due()
    mail = smtp.letters[0].mail
    [picture] = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert f'src="cid:{picture["Content-ID"].strip("<> ")}"' in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]


def test_order_waits_for_the_earlier_one(world: World, ticket: Ticket, smtp: SmtpServer) -> None:
    smtp.mailman.answers["data"] = lambda _: "451 later"
    answer(world, ticket, "first")
    send_due()
    smtp.mailman.answers.clear()
    second = answer(world, ticket, "second").deliveries.get()
    send_due()
    second.refresh_from_db()
    assert second.state == "queued" and not smtp.letters
    send_due(timedelta(minutes=1))
    send_due(timedelta(minutes=2))
    texts = [letter.mail.get_body(("plain",)).get_content().splitlines()[0] for letter in smtp.letters]  # type: ignore[union-attr]
    assert texts == ["first", "second"]


def test_a_crash_before_the_dot_is_no_doubt_and_after_it_is(
    world: World, ticket: Ticket, smtp: SmtpServer
) -> None:
    one = answer(world, ticket).deliveries.get()
    long_ago = clock() - timedelta(hours=1)
    Delivery.objects.update(state="sending", leased_until=long_ago, tries=1)  # died before the dot
    send_due()
    one.refresh_from_db()
    assert (one.state, one.maybe_twice_at) == ("sent", None)
    two = answer(world, ticket).deliveries.get()
    Delivery.objects.filter(pk=two.pk).update(state="sending", leased_until=long_ago, handed_at=long_ago)
    send_due()
    two.refresh_from_db()
    assert two.state == "sent" and two.maybe_twice_at is not None


def test_a_note_never_goes_out(world: World, ticket: Ticket, smtp: SmtpServer) -> None:
    note(ticket, by=world.agents["sara"], text="secret note")
    answer(world, ticket)
    send_due()
    assert Delivery.objects.count() == 1 and b"secret" not in smtp.letters[0].data


def test_stop_before_it_goes(world: World, ticket: Ticket, smtp: SmtpServer) -> None:
    one = answer(world, ticket).deliveries.get()
    assert outbox.stop(one, by=world.agents["sara"])
    send_due()
    one.refresh_from_db()
    assert (one.state, smtp.letters) == ("stopped", []) and "سارا" in one.fault_text
    assert outbox.resend(one, by=world.agents["sara"])
    send_due()
    assert len(smtp.letters) == 1
    assert not outbox.stop(one, by=world.agents["sara"])


def test_a_server_that_wants_a_sender_gets_one(world: World, smtp: SmtpServer) -> None:
    smtp.mailman.answers["mail"] = lambda address: "550 sender needed" if address.strip("<>") == "" else None
    through(world, smtp.port)
    taken(world, raw_mail())
    send_due()
    assert [letter.sender for letter in smtp.letters] == ["support@chakad.example"]
    assert smtp.letters[0].mail["Auto-Submitted"] == "auto-replied"


def test_without_a_way_out_it_waits_visibly(world: World) -> None:
    taken(world, raw_mail())
    send_due()
    one = Delivery.objects.get()
    assert (one.state, word_of(one.fault)) == (
        "queued",
        "no_smtp",
    ) and "support@chakad.example" in one.fault_text


def test_mf_16_smtp_without_encryption_gets_no_password(world: World, ticket: Ticket) -> None:
    with smtp_server(auth=True) as plain:
        account(
            world, smtp_host="localhost", smtp_port=plain.port, smtp_security="starttls", smtp_user=USER,
            smtp_password="mail-pass",
        )  # fmt: skip
        one = answer(world, ticket).deliveries.get()
        send_due()
        one.refresh_from_db()
        assert word_of(one.fault) == "no_tls"
    with smtp_server(auth=True, starttls=True) as safe:
        account(world, smtp_port=safe.port, smtp_host="localhost")
        Delivery.objects.update(due_at=clock())
        send_due()
        assert len(safe.letters) == 1
        form = {
            "smtp_host": "localhost",
            "smtp_port": safe.port,
            "smtp_security": "starttls",
            "smtp_user": USER,
        }
        [bad] = trying.try_account({**form, "smtp_password": PASSWORD.encode("ascii", "ignore").decode()})
        assert not bad.ok and "password" in bad.text
        [good] = trying.try_account({**form, "smtp_password": "mail-pass"})
        assert good.ok


def test_passwords_are_sealed_and_kept(world: World) -> None:
    inbox, arash = world.inboxes["mail"], world.agents["arash"]
    made = accounts.save(inbox, {"imap_host": "mx.example.com", "imap_password": "geheim"}, by=arash)
    assert "geheim" not in made.imap_password and made.due_at is not None
    again = accounts.save(inbox, {"imap_user": "a", "imap_password": ""}, by=arash)
    assert again.imap_password == made.imap_password
    for field, value in (
        ("imap_port", "x"),
        ("folders", "a\x07b"),
        ("imap_security", "ssl"),
        ("begin", "then"),
    ):
        with pytest.raises(accounts.BadValue) as bad:
            accounts.save(inbox, {field: value}, by=arash)
        assert bad.value.field == field
    with pytest.raises(accounts.BadValue):
        accounts.save(inbox, {"imap_host": "8.8.8.8", "imap_security": "none"}, by=arash)


# Other channels


def chat_line(world: World, text: str = "Hello?") -> Message:
    visitor = customer_for("visitor", "v-1", language="en")
    claim(visitor, "email", "visitor@example.org")
    return receive(Incoming(world.inboxes["shop"].pk, "chat", visitor.pk, text, language="en"))


def test_unread_chat_goes_by_mail_as_one(world: World, smtp: SmtpServer) -> None:
    through(world, smtp.port)
    asked = chat_line(world)
    accept_chat(asked.conversation, by=world.agents["sara"])
    for text in ("Hi", "Here is how", "Done?"):
        answer(world, asked.ticket, text)
    send_due(timedelta(minutes=4))
    assert not smtp.letters
    send_due(timedelta(minutes=6))
    [letter] = smtp.letters
    text = letter.mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert text.index("Hi") < text.index("Here is how") < text.index("Done?")
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert "Hello" not in letter.mail["Subject"]  # an address that he only typed gets none of his words
    back = taken(
        world, raw_mail("By mail now", sender="visitor@example.org", In_Reply_To=letter.mail["Message-ID"])
    )
    assert back.conversation_id == asked.conversation_id and back.held_at is None
    assert back.customer_id == asked.customer_id


def test_what_was_read_in_the_chat_is_not_mailed(world: World, smtp: SmtpServer) -> None:
    through(world, smtp.port)
    asked = chat_line(world)
    accept_chat(asked.conversation, by=world.agents["sara"])
    seen = answer(world, asked.ticket, "Hi")
    mark_read(asked.conversation, seen.pk, by=asked.customer)
    answer(world, asked.ticket, "Still there?")
    send_due(timedelta(minutes=6))
    [letter] = smtp.letters
    assert "Hi" not in letter.mail.get_body(("plain",)).get_content().split()  # type: ignore[union-attr]
    assert dict(Delivery.objects.values_list("message__text", "state")) == {
        "Hi": "stopped",
        "Still there?": "sent",
    }


def test_an_ended_chat_is_answered_by_mail_at_once(world: World, smtp: SmtpServer) -> None:
    through(world, smtp.port)
    asked = chat_line(world)
    conversation = accept_chat(asked.conversation, by=world.agents["sara"])
    end_chat(conversation, by=world.agents["sara"])
    answer(world, asked.ticket, "One more thing")
    send_due()
    assert len(smtp.letters) == 1
    Identity.objects.create(
        customer=conversation.customer, kind="email", address="proved@example.org", verified_at=clock()
    )
    answer(world, asked.ticket, "And another")
    send_due()
    assert smtp.letters[1].recipients == ["proved@example.org"]


def test_mails_are_valid_for_an_independent_reader(world: World, smtp: SmtpServer) -> None:
    through(world, smtp.port)
    first = taken(
        world, raw_mail("سلام", sender="Mina <mina.salehi@example.com>", subject="پرداخت ناموفق " * 12)
    )
    answer(world, first.ticket, "نشانی https://example.com/a?b=1 را باز کنید.\n\nHello " + "x" * 2_000)
    send_due()
    for letter in smtp.letters:
        assert max(map(len, letter.data.split(b"\r\n"))) <= 998 and b"\n" not in letter.data.replace(
            b"\r\n", b""
        )
        read = email.message_from_bytes(letter.data, policy=email.policy.default)
        assert (
            not read.defects
            and read["Subject"].startswith("Re: پرداخت ناموفق")
            and "[#۱۰۰۱]" in read["Subject"]
        )
        assert 'dir="rtl"' in read.get_body(("html",)).get_content()  # type: ignore[union-attr]


def test_wire_limits_hold_together() -> None:
    """The lease outlasts everything that one handing over may take (MO-07)."""
    steps = wire.CONNECT_SECONDS * 2 + wire.READ_SECONDS * 10 + send.DATA_SECONDS * 2
    assert timedelta(seconds=steps) < send.LEASE
    assert due.LEASE <= send.LEASE
