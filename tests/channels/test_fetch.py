"""Fetching from a real Dovecot, and from servers with bad manners (rows MF of the abuse catalogue)."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from pelekan.channels import accounts, intake, trying
from pelekan.channels.email import fetch, imap, wire
from pelekan.channels.faults import word_of
from pelekan.channels.models import Account, Arrival, Folder
from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.tickets.models import Event, Ticket
from tests.channels.mails import account, raw_mail
from tests.servers import PASSWORD, USER, Dovecot, scripted

pytestmark = pytest.mark.server


def mailbox(world: World, server: Dovecot | None, **values: Any) -> Account:
    given = {
        "imap_host": "localhost",
        "imap_port": server.tls_port if server else 0,
        "imap_security": "tls",
        "imap_user": USER,
        "imap_password": PASSWORD,
        "begin": "all",
        "due_at": clock(),
    }
    return account(world, **{**given, **values})


def poll(one: Account, times: int = 1) -> Account:
    """Poll as a worker does, with a lease."""
    for _ in range(times):
        Account.objects.filter(pk=one.pk).update(due_at=clock() - timedelta(seconds=1), leased_until=None)
        [mine] = due.claim(Account, clock())
        fetch.poll(mine)
    return Account.objects.get(pk=one.pk)


def inbox(one: Account) -> Folder:
    return one.folders.get(name="INBOX")


def mails(count: int, first: int = 0) -> list[bytes]:
    return [raw_mail(f"number {n}", mail_id=f"<{n}@example.net>") for n in range(first, first + count)]


def test_fetches_all_once_and_leaves_the_mailbox_untouched(world: World, dovecot: Dovecot) -> None:
    dovecot.deliver(*mails(3))
    one = poll(mailbox(world, dovecot), times=3)
    assert [bytes(a.stored.data) for a in Arrival.objects.order_by("pk")] == mails(3)
    assert (one.fault, one.failures, inbox(one).last_uid) == ("", 0, 3)
    assert not any(b"Seen" in row or b"Deleted" in row for row in dovecot.flags())
    dovecot.deliver(*mails(1, first=3))
    poll(one)
    assert Arrival.objects.count() == 4


def test_begin_now_leaves_old_mail_alone(world: World, dovecot: Dovecot) -> None:
    dovecot.deliver(*mails(3))
    one = poll(mailbox(world, dovecot, begin="now"), times=2)
    assert Arrival.objects.count() == 0
    dovecot.deliver(*mails(1, first=3))
    poll(one)
    assert Arrival.objects.count() == 1


def test_starttls(world: World, dovecot: Dovecot) -> None:
    dovecot.deliver(*mails(1))
    poll(mailbox(world, dovecot, imap_port=dovecot.port, imap_security="starttls"), times=2)
    assert Arrival.objects.count() == 1


def test_mi_01_no_message_id(world: World, dovecot: Dovecot) -> None:
    dovecot.deliver(raw_mail(mail_id=""))
    poll(mailbox(world, dovecot), times=3)
    [arrival] = Arrival.objects.all()
    message = intake.take_now(arrival).message
    assert message is not None and message.meta["message_id"].endswith("@derived.invalid>")
    assert Ticket.objects.count() == 1


def test_mi_36_too_large(world: World, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.CONFIG.__dict__, "max_mail_mb", 1)
    dovecot.deliver(raw_mail("x" * 2_000_000, subject="Large"), *mails(1))
    poll(mailbox(world, dovecot), times=3)
    large, small = Arrival.objects.order_by("pk")
    assert (large.state, word_of(large.why)) == ("quarantined", "too_large")
    assert large.size > 2_000_000 and b"Subject: Large" in large.raw and len(large.raw) < 2_000
    assert small.state == "waiting"
    intake.retry(large, by=world.agents["arash"])
    assert intake.take_now(large).state == "quarantined"


def test_mf_03_drop_in_mid_literal(world: World) -> None:
    whole = raw_mail("x" * 50_000)

    def play(guest: socket.socket) -> None:
        _imap(guest, {"FETCH": b"* 1 FETCH (UID 1 BODY[] {%d}\r\n" % len(whole) + whole[:20_000]})

    with scripted(play) as port:
        one = mailbox(world, None, **_plain(port))
        one = poll(one, times=2)
    assert Arrival.objects.count() == 0
    assert (word_of(one.fault), inbox(one).last_uid) == ("dropped", 0)


def test_mf_05_new_uidvalidity_same_mails(world: World, dovecot: Dovecot) -> None:
    dovecot.deliver(*mails(30))
    one = poll(mailbox(world, dovecot), times=2)
    epoch = inbox(one).uid_validity
    dovecot.renumber()
    one = poll(one, times=2)
    assert inbox(one).uid_validity != epoch and inbox(one).last_uid == 30
    assert Arrival.objects.count() == 30


def test_mf_06_new_uidvalidity_used_uid(world: World, dovecot: Dovecot) -> None:
    dovecot.deliver(*mails(3))
    one = poll(mailbox(world, dovecot), times=2)
    client = dovecot.client()
    client.select("INBOX")
    client.store("1:*", "+FLAGS", "\\Deleted")
    client.expunge()
    client.logout()
    dovecot.renumber()
    dovecot.deliver(*mails(1, first=7))  # has UID 1 in the new epoch
    poll(one, times=2)
    assert Arrival.objects.count() == 4


def test_begin_now_and_new_uidvalidity_still_leaves_old_mail_alone(world: World, dovecot: Dovecot) -> None:
    client = dovecot.client()
    client.append("INBOX", "", '"01-Jan-2026 10:00:00 +0000"', mails(1)[0])
    client.logout()
    one = poll(mailbox(world, dovecot, begin="now"))
    dovecot.deliver(*mails(2, first=1))
    dovecot.renumber()
    poll(one, times=2)
    assert Arrival.objects.count() == 2


def test_mf_08_read_by_someone_else_first(world: World, dovecot: Dovecot) -> None:
    dovecot.deliver(*mails(1))
    client = dovecot.client()
    client.select("INBOX")
    client.store("1", "+FLAGS", "\\Seen")
    client.logout()
    poll(mailbox(world, dovecot), times=2)
    assert Arrival.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_mf_11_two_fetchers_at_once(transactional_db: None, dovecot: Dovecot) -> None:
    from django.db import connection

    from pelekan.demo.world import build

    world = build()
    dovecot.deliver(*mails(60))
    one = poll(mailbox(world, dovecot))  # learns the epoch

    def fetcher() -> None:
        try:
            imap.fetch_new(Account.objects.get(pk=one.pk))
        finally:
            connection.close()

    both = [threading.Thread(target=fetcher) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert Arrival.objects.count() == 60
    assert inbox(one).last_uid == 60


def test_mf_12_silent_server(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "READ_SECONDS", 0.4)
    over = threading.Event()

    def play(guest: socket.socket) -> None:
        guest.sendall(b"* OK hello\r\n")
        over.wait(600)

    with scripted(play) as port:
        one = mailbox(world, None, **_plain(port))
        one = poll(one)
        assert (word_of(one.fault), one.failed_at) == ("timeout", None)
        one = poll(one, times=2)
        over.set()
    assert one.failed_at is not None and one.failures == 3
    assert Event.objects.filter(name="account.failed").count() == 1


def test_mf_13_wrong_password(world: World, dovecot: Dovecot) -> None:
    dovecot.deliver(*mails(2))
    one = poll(mailbox(world, dovecot, imap_password="letmein"))
    assert word_of(one.fault) == "wrong_password" and one.failed_at is not None
    assert one.due_at is not None and one.due_at - clock() > timedelta(minutes=4)  # no lock-out by hammering
    assert "localhost" in one.fault_text and "letmein" not in one.fault
    poll(one, times=2)
    assert Event.objects.filter(name="account.failed").count() == 1
    accounts.save(world.inboxes["mail"], {"imap_password": PASSWORD}, by=world.agents["arash"])
    one = poll(one, times=2)
    assert (one.fault, Arrival.objects.count()) == ("", 2)


def test_mf_16_no_starttls(world: World) -> None:
    heard: list[bytes] = []

    def play(guest: socket.socket) -> None:
        _imap(guest, {}, heard)

    with scripted(play) as port:
        one = mailbox(world, None, **{**_plain(port), "imap_security": "starttls"})
        one = poll(one)
        assert word_of(one.fault) == "no_tls"
        one = mailbox(world, None, **{**_plain(port), "imap_security": "tls"})
        assert word_of(poll(one).fault) in ("no_tls", "dropped")
    assert not any(b"LOGIN" in line or b"AUTHENTICATE" in line for line in heard)


def test_mf_16_bad_certificate(world: World, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    for security, port in (("tls", dovecot.tls_port), ("starttls", dovecot.port)):
        one = poll(mailbox(world, dovecot, imap_security=security, imap_port=port))
        assert word_of(one.fault) == "certificate_own"
    assert b"Login:" not in (dovecot.folder / "log").read_bytes()


def test_mf_16_no_plain_text_to_foreign_hosts(
    world: World, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.CONFIG.__dict__, "private_hosts", ())
    one = poll(mailbox(world, dovecot, imap_security="none", imap_port=dovecot.port))
    assert word_of(one.fault) == "plain_refused"
    one = poll(mailbox(world, dovecot))  # an address of one's own network that nobody listed
    assert word_of(one.fault) == "host_refused"


def test_mf_18_no_command_from_a_mail(world: World, dovecot: Dovecot) -> None:
    evil = '<x"\r\n X1 STORE 1:* +FLAGS (\\Deleted)\r\n X2 EXPUNGE@example.net>'
    dovecot.deliver(raw_mail(mail_id=evil), *mails(1))
    poll(mailbox(world, dovecot), times=2)
    for arrival in Arrival.objects.all():
        intake.take_now(arrival)
    assert len(dovecot.flags()) == 2 and not any(b"Deleted" in row for row in dovecot.flags())


def test_idle_hears_of_new_mail(world: World, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    from pelekan.channels.email import idle

    heard = threading.Event()
    monkeypatch.setattr(idle.fetch, "hurry", lambda pk: heard.set())
    monkeypatch.setattr(idle, "STEP", 0.2)
    listener = idle._Listener(mailbox(world, dovecot), "INBOX")
    listener.start()
    try:
        for n in range(120):
            dovecot.deliver(*mails(1, first=n))
            if heard.wait(0.5):
                break
        assert heard.is_set()
    finally:
        listener.stopped.set()
        listener.join(10)


def test_try_account_says_what_is_wrong(world: World, dovecot: Dovecot) -> None:
    form = {
        "imap_host": "localhost",
        "imap_port": dovecot.tls_port,
        "imap_security": "tls",
        "imap_user": USER,
    }
    [good] = trying.try_account({**form, "imap_password": PASSWORD})
    assert good.ok
    [bad] = trying.try_account({**form, "imap_password": "no"})
    assert not bad.ok and "password" in bad.text
    [bad] = trying.try_account({**form, "imap_password": PASSWORD, "folders": "Nowhere"})
    assert "Nowhere" in bad.text
    [bad] = trying.try_account({**form, "imap_host": "no-such-host.invalid"})
    assert "no-such-host.invalid" in bad.text
    [bad] = trying.try_account({**form, "imap_port": dovecot.port, "imap_password": PASSWORD})
    assert "encryption" in bad.text


def _plain(port: int) -> dict[str, Any]:
    return {"imap_host": "127.0.0.1", "imap_port": port, "imap_security": "none", "imap_password": "pass"}


def _imap(guest: socket.socket, answers: dict[str, bytes], heard: list[bytes] | None = None) -> None:
    """A small server: one mail, and what `answers` says instead of the FETCH of its text (then it hangs up)."""
    reader = guest.makefile("rb")
    guest.sendall(b"* OK hello\r\n")
    for line in reader:
        if heard is not None:
            heard.append(line.upper())
        tag, command = line.split()[0], line.upper()
        if b"CAPABILITY" in command:
            guest.sendall(b"* CAPABILITY IMAP4REV1\r\n")
        elif b"EXAMINE" in command:
            guest.sendall(b"* 1 EXISTS\r\n* OK [UIDVALIDITY 5]\r\n* OK [UIDNEXT 2]\r\n")
        elif b"SEARCH" in command:
            guest.sendall(b"* SEARCH 1\r\n")
        elif b"BODY.PEEK[]" in command:
            guest.sendall(answers["FETCH"])
            return
        elif b"FETCH" in command:
            guest.sendall(
                b'* 1 FETCH (UID 1 RFC822.SIZE 50000 INTERNALDATE "22-Nov-2026 08:00:00 +0000")\r\n'
            )
        guest.sendall(tag + b" OK done\r\n")
