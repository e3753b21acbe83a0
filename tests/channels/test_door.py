"""The door for other mail servers, by SMTP and LMTP, with real clients."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from pelekan.channels import intake
from pelekan.channels.email import door
from pelekan.channels.models import Arrival
from pelekan.demo.world import World, build
from pelekan.lib.limits import Limit
from tests.channels.mails import raw_mail
from tests.servers import certificate

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]
TO = "support@chakad.example"


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


@contextlib.contextmanager
def opened(protocol: str = "smtp") -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()
        thread = threading.Thread(target=door.Door(protocol, listener), args=[stop])
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            stop.set()
            thread.join(10)


def test_250_once_stored_and_twice_is_once(world: World) -> None:
    raw = raw_mail(".dots\n..\n.\nend " + "x" * 200_000)
    with opened() as port, smtplib.SMTP("127.0.0.1", port) as client:
        for _ in range(2):
            client.sendmail("a@example.org", [TO, "SUPPORT+t.1-abc@chakad.example"], raw)
    [arrival] = Arrival.objects.all()
    assert arrival.raw == b"Return-Path: <a@example.org>\r\n" + raw


def test_no_relay_and_no_sign_in(world: World) -> None:
    with opened() as port, smtplib.SMTP("127.0.0.1", port) as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            client.sendmail(
                "a@example.org", ["someone@example.net", "@chakad.example", "support"], raw_mail()
            )
        assert {code for code, _ in refused.value.recipients.values()} <= {550, 553, 501}
        assert not client.has_extn("auth")
        answers = client.sendmail("a@example.org", [TO, "someone@example.net"], raw_mail())
        assert list(answers) == ["someone@example.net"]
    assert Arrival.objects.count() == 1


def test_mf_25_451_when_it_cannot_be_stored(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = intake.store

    def full(*values: Any, **more: Any) -> None:
        raise OSError(28, "No space left on device")

    with opened() as port, smtplib.SMTP("127.0.0.1", port) as client:
        monkeypatch.setattr(intake, "store", full)
        with pytest.raises(smtplib.SMTPDataError) as told:
            client.sendmail("a@example.org", [TO], raw_mail())
        assert told.value.smtp_code == 451 and not Arrival.objects.exists()
        monkeypatch.setattr(intake, "store", kept)
        client.sendmail("a@example.org", [TO], raw_mail())
    assert Arrival.objects.count() == 1


def test_limits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.CONFIG.__dict__, "max_mail_mb", 1)
    monkeypatch.setattr(door, "MAILS", Limit(1, timedelta(minutes=1)))
    monkeypatch.setattr(door, "MOST_OF_ONE", 2)
    with opened() as port, smtplib.SMTP("127.0.0.1", port) as client:
        assert client.ehlo()[0] == 250 and client.esmtp_features["size"] == str(1024 * 1024)
        client.esmtp_features.pop("size")  # a client that doesn't say how much is coming
        with pytest.raises(smtplib.SMTPDataError) as told:
            client.sendmail("a@example.org", [TO], b"\r\n" * 1_000_000)
        assert told.value.smtp_code == 552
        client.sendmail("a@example.org", [TO], raw_mail())
        with pytest.raises(smtplib.SMTPDataError) as told:
            client.sendmail("a@example.org", [TO], raw_mail("again"))
        assert told.value.smtp_code == 451
        with smtplib.SMTP("127.0.0.1", port) as second:
            second.noop()
            with pytest.raises(smtplib.SMTPException) as full:
                smtplib.SMTP("127.0.0.1", port)
            assert "421" in str(full.value)
        smtplib.SMTP("127.0.0.1", port).quit()
    assert Arrival.objects.count() == 1


def test_half_a_mail_is_no_mail(world: World) -> None:
    with opened() as port:
        for bare in (b"\n.\n", b"\r\n.\n", b"\n.\r\n", b"\r.\r"):  # no other end of a mail is taken for one
            with socket.create_connection(("127.0.0.1", port)) as link:
                answers = link.makefile("rb")
                answers.readline()
                for line in (
                    b"HELO x",
                    b"MAIL FROM:<a@example.org>",
                    b"RCPT TO:<" + TO.encode() + b">",
                    b"DATA",
                ):
                    link.sendall(line + b"\r\n")
                    answers.readline()
                link.sendall(raw_mail() + bare + b"MAIL FROM:<forged@example.org>\r\n")
    assert not Arrival.objects.exists()


def test_starttls(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [str(file) for file in certificate()]
    monkeypatch.setitem(settings.CONFIG.__dict__, "mail_certificate", files[0])
    monkeypatch.setitem(settings.CONFIG.__dict__, "mail_key", files[1])
    with opened() as port, smtplib.SMTP("localhost", port) as client:
        client.starttls(context=ssl.create_default_context(cafile=files[0]))
        client.sendmail("", [TO], raw_mail())
    assert Arrival.objects.get().raw.startswith(b"Return-Path: <>\r\n")


def test_lmtp_answers_for_each_recipient(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    other = world.inboxes["mail"]
    other.pk, other.key, other.name, other.address = None, "sales", "Sales", "sales@chakad.example"
    other.save(force_insert=True)
    kept = intake.store

    def half(inbox: Any, *values: Any, **more: Any) -> Any:
        if inbox.pk == other.pk:
            raise OSError(28, "No space left on device")
        return kept(inbox, *values, **more)

    monkeypatch.setattr(intake, "store", half)
    with opened("lmtp") as port, smtplib.LMTP("127.0.0.1", port) as client:
        client.ehlo()
        client.mail("a@example.org")
        assert [client.rcpt(one)[0] for one in (TO, "nobody@example.org", other.address)] == [250, 550, 250]
        assert client.data(raw_mail())[0] == 250
        assert client.getreply()[0] == 451
        client.mail("a@example.org")
        client.rcpt(TO)
        assert client.data(raw_mail("second"))[0] == 250
    assert Arrival.objects.count() == 2
