"""Trying a mailbox out: every way in which it can be wrong is told in plain words, soon, and without its password."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pelekan.channels import intake, trying
from pelekan.channels.email import wire
from pelekan.channels.faults import word_of
from pelekan.channels.models import Account, Arrival, Folder
from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.tickets.models import Ticket
from tests.channels.test_fetch import mailbox, mails, poll
from tests.servers import FULL, PASSWORD, USER, Dovecot, dovecot, scripted, smtp_server

pytestmark = pytest.mark.server


def reading(server: Dovecot, **values: Any) -> list[trying.Finding]:
    form = {
        "imap_host": "localhost", "imap_port": server.tls_port, "imap_security": "tls", "imap_user": USER,
        "imap_password": PASSWORD,
    }  # fmt: skip
    return trying.try_account({**form, **values})


def told(findings: list[trying.Finding]) -> str:
    """The only thing that is wrong."""
    [text] = [one.text for one in findings if not one.ok]
    return text


def test_each_fault_of_the_way_in_has_its_sentence(
    world: World, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert all(one.ok for one in reading(dovecot))
    assert "password" in told(reading(dovecot, imap_password="geheim"))
    assert "offers no encryption" in told(reading(dovecot, imap_port=dovecot.port))
    assert "no connection" in told(reading(dovecot, imap_port=1)).lower()
    missing = told(reading(dovecot, folders="Junk-Mail"))
    assert "Junk-Mail" in missing and "INBOX" in missing, "what is there is named"
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "no known authority" in told(reading(dovecot))
    assert not Account.objects.exists(), "nothing is saved"
    assert "geheim" not in caplog.text and PASSWORD not in caplog.text


def test_a_server_without_encryption_gets_no_password(world: World) -> None:
    with dovecot(tls=False) as plain:
        assert "offers no encryption" in told(reading(plain, imap_port=plain.port, imap_security="starttls"))
        assert b"Login:" not in (plain.folder / "log").read_bytes()


def test_a_certificate_of_another_name(
    world: World, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire.http, "check_host", _to_this_machine(wire.http.check_host))
    assert "bears another name" in told(reading(dovecot, imap_host="mail.example.com"))


def _to_this_machine(check: Callable[..., Any]) -> Callable[..., Any]:
    def checked(host: str, port: int, **options: Any) -> Any:
        return check("localhost", port, **options)

    return checked


def test_a_full_mailbox(world: World, dovecot: Dovecot) -> None:
    dovecot.fill()
    assert "is full" in told(reading(dovecot, imap_user=FULL))


def test_a_server_that_trickles_is_given_up_in_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "PATIENCE", 0.6)

    def play(guest: socket.socket) -> None:
        for byte in b"* OK " + b"x" * 400:
            guest.sendall(bytes([byte]))
            time.sleep(0.05)  # each byte comes in time, all of them don't

    with scripted(play) as port:
        form = {"imap_host": "127.0.0.1", "imap_port": port, "imap_security": "none", "imap_user": "u"}
        assert "did not answer in time" in told(trying.try_account({**form, "imap_password": "geheim"}))


@pytest.mark.parametrize(
    ("step", "answer", "word"),
    [
        ("mail", "553 5.7.1 not owned by user", "takes no mail from"),
        ("rcpt", "550 5.1.1 no such user", "takes no mail for"),
        ("rcpt", "450 4.2.0 greylisted", ""),
    ],
)
def test_sending_is_tried_up_to_the_text(world: World, step: str, answer: str, word: str) -> None:
    with smtp_server() as server:
        server.mailman.answers[step] = lambda _: answer
        form = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none"}
        found = trying.try_account(form, world.inboxes["mail"])
        assert [one.ok for one in found] == [not word]
        assert word in found[0].text and not server.letters


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (b"[UNAVAILABLE] Temporary authentication failure", "busy"),
        (b"[LIMIT] Too many simultaneous connections", "busy"),
        (b"[ALERT] Application-specific password required", "app_password"),
        (b"[AUTHENTICATIONFAILED] Invalid credentials", "wrong_password"),
    ],
)
def test_mf_22_a_throttled_sign_in_is_no_wrong_password(world: World, said: bytes, word: str) -> None:
    def play(guest: socket.socket) -> None:
        guest.sendall(b"* OK hello\r\n")
        for line in guest.makefile("rb"):
            tag = line.split()[0]
            if b"CAPABILITY" in line.upper():
                guest.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
            else:
                guest.sendall(tag + b" NO " + said + b"\r\n")

    with scripted(play) as port:
        place = {
            "imap_host": "127.0.0.1",
            "imap_port": port,
            "imap_security": "none",
            "imap_password": "pass",
        }
        one = poll(mailbox(world, None, **place))
    assert word_of(one.fault) == word
    assert (one.failed_at is None) == (word == "busy"), "what passes by itself alarms nobody at once"


def test_mf_15_a_wizard_that_is_left_leaves_the_mailbox_alone(world: World, dovecot: Dovecot) -> None:
    dovecot.deliver(*mails(5))
    reading(dovecot, folders="INBOX")
    assert (
        not any(b"Seen" in row or b"Deleted" in row for row in dovecot.flags()) and len(dovecot.flags()) == 5
    )
    assert not Account.objects.exists() and not Arrival.objects.exists()
    poll(mailbox(world, dovecot, begin="now"), times=2)
    assert not Arrival.objects.exists(), "from now on means that"


def test_mf_20_a_deleted_ticket_does_not_come_back(world: World, dovecot: Dovecot) -> None:
    dovecot.deliver(*mails(1))
    one = poll(mailbox(world, dovecot))
    one = poll(one)
    intake.take_now(Arrival.objects.get())
    Ticket.objects.all().delete()
    poll(one, times=10)
    Folder.objects.update(counted_at=None)  # neither does counting ask for it again
    one = poll(one)
    assert Arrival.objects.count() == 1 and not Ticket.objects.exists()
    assert one.folders.get().missing == 0


def test_mf_21_a_mailbox_is_polled_whether_or_not_idle_lives(world: World, dovecot: Dovecot) -> None:
    one = poll(mailbox(world, dovecot), times=2)
    assert one.due_at is not None and one.due_at - clock() <= timedelta(minutes=5)
