"""Fetching by POP3 from a real Dovecot, and from a server with bad manners."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from pelekan.channels import intake, trying
from pelekan.channels.email import pop
from pelekan.channels.faults import word_of
from pelekan.channels.models import Account, Arrival, Folder
from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from tests.channels.mails import account, raw_mail
from tests.channels.test_fetch import mails, poll
from tests.servers import PASSWORD, USER, Dovecot, pop_installed, scripted

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not pop_installed(), reason="Dovecot's POP3 is not installed (Debian: dovecot-pop3d)"),
]


def mailbox(world: World, server: Dovecot | None, **values: Any) -> Account:
    given = {
        "protocol": "pop3", "imap_host": "localhost", "imap_port": server.pop_tls_port if server else 0, "imap_security": "tls",
        "imap_user": USER, "imap_password": PASSWORD, "begin": "all", "due_at": clock(),
    }  # fmt: skip
    return account(world, **{**given, **values})


def test_fetches_all_once_byte_for_byte_and_leaves_it_there(world: World, dovecot: Dovecot) -> None:
    odd = [raw_mail("." * 3 + "\n.\n" + "x" * 200_000, mail_id="<odd@example.net>"), raw_mail(subject="\xe9".encode("latin-1").decode("latin-1"), charset="latin-1", mail_id="<l@example.net>")]  # fmt: skip
    dovecot.deliver(*mails(3), *odd)
    one = poll(mailbox(world, dovecot), times=3)
    assert [arrival.raw for arrival in Arrival.objects.order_by("pk")] == [*mails(3), *odd]
    assert (one.fault, len(dovecot.flags())) == ("", 5)
    folder = Folder.objects.get()
    assert (folder.counts["server"], folder.counts["stored"], folder.missing) == (5, 5, 0)
    dovecot.deliver(*mails(1, first=3))
    poll(one)
    assert Arrival.objects.count() == 6


def test_stls_and_begin_now(world: World, dovecot: Dovecot) -> None:
    dovecot.deliver(*mails(2))
    values = {"imap_port": dovecot.pop_port, "imap_security": "starttls", "begin": "now"}
    one = poll(mailbox(world, dovecot, **values), times=2)
    assert Arrival.objects.count() == 0
    dovecot.deliver(*mails(1, first=2))
    one = poll(one)
    assert (one.fault, Arrival.objects.count()) == ("", 1)


def test_deletes_after_days_and_only_what_lies_here_whole(
    world: World, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.CONFIG.__dict__, "max_mail_mb", 1)
    dovecot.deliver(raw_mail("x" * 2_000_000, subject="Large"), *mails(2))
    one = poll(mailbox(world, dovecot, keep_days=3))
    large = Arrival.objects.get(state="quarantined")
    assert word_of(large.why) == "too_large" and b"Subject: Large" in large.raw
    fresh = Arrival.objects.exclude(pk=large.pk).first()
    assert fresh is not None
    Arrival.objects.exclude(pk=fresh.pk).update(received_at=clock() - timedelta(days=4))
    poll(one, times=2)
    assert (len(dovecot.flags()), Arrival.objects.count()) == (2, 3)


def test_mf_13_wrong_password_by_pop(world: World, dovecot: Dovecot) -> None:
    one = poll(mailbox(world, dovecot, imap_password="letmein"))
    assert word_of(one.fault) == "wrong_password" and one.failed_at is not None


def test_mf_03_drop_in_the_middle_of_a_mail(world: World) -> None:
    def play(guest: socket.socket) -> None:
        guest.sendall(b"+OK hello\r\n")
        for line in guest.makefile("rb"):
            word = line.split()[0].upper()
            if word == b"RETR":
                guest.sendall(b"+OK\r\n" + raw_mail("x" * 50_000)[:20_000])
                return
            guest.sendall(
                {b"UIDL": b"+OK\r\n1 a\r\n.\r\n", b"LIST": b"+OK\r\n1 50000\r\n.\r\n"}.get(word, b"+OK\r\n")
            )

    with scripted(play) as port:
        one = poll(mailbox(world, None, imap_host="127.0.0.1", imap_port=port, imap_security="none"), times=2)
    assert (word_of(one.fault), Arrival.objects.count()) == ("dropped", 0)


def test_mf_16_no_stls_no_password(world: World) -> None:
    heard: list[bytes] = []

    def play(guest: socket.socket) -> None:
        guest.sendall(b"+OK hello\r\n")
        for line in guest.makefile("rb"):
            heard.append(line.upper())
            guest.sendall(b"+OK\r\nUIDL\r\n.\r\n" if line.upper().startswith(b"CAPA") else b"+OK\r\n")

    with scripted(play) as port:
        one = poll(mailbox(world, None, imap_host="127.0.0.1", imap_port=port, imap_security="starttls"))
    assert word_of(one.fault) == "no_tls" and not any(line.startswith((b"USER", b"PASS")) for line in heard)


def test_try_says_what_works(world: World, dovecot: Dovecot) -> None:
    form = {
        "protocol": "pop3", "imap_host": "localhost", "imap_port": dovecot.pop_tls_port, "imap_security": "tls", "imap_user": USER,
        "imap_password": PASSWORD,
    }  # fmt: skip
    assert [one.ok for one in trying.try_account(form)] == [True, True]
    assert not trying.try_account({**form, "imap_port": 993})[0].ok


def test_received_is_told_by_the_topmost_line() -> None:
    line = b"Received: from a by b; Sun, 1 Nov 2026 10:00:00 +0330\r\nReceived: by c; Sat, 1 Jan 2000 00:00:00 +0000\r\n\r\n"
    at = pop.received(line)
    assert at is not None and at.isoformat() == "2026-11-01T10:00:00+03:30"
    assert pop.received(b"Received: by c; tomorrow\r\n\r\n") is None and pop.received(b"") is None


def test_a_mail_that_was_too_large_is_asked_for_again(
    world: World, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.CONFIG.__dict__, "max_mail_mb", 1)
    dovecot.deliver(raw_mail("x" * 1_500_000, subject="Large"))
    one = poll(mailbox(world, dovecot))
    [listed] = Arrival.objects.all()
    assert listed.state == "quarantined" and len(listed.raw) < 2000
    intake.retry(listed, by=world.agents["nika"])
    poll(one)
    assert Arrival.objects.get().state == "quarantined", "the limit is as it was"
    monkeypatch.setitem(settings.CONFIG.__dict__, "max_mail_mb", 2)
    intake.retry(listed, by=world.agents["nika"])
    poll(one)
    old, new = Arrival.objects.order_by("pk")
    assert (old.state, new.state, len(new.raw) > 1_500_000) == ("dismissed", "waiting", True)
