"""The desk's own mail: sent once, tried again, given up with a reason, and its secret gone afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from pelekan.channels import letters as sending
from pelekan.channels.models import Account
from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.people import letters
from pelekan.people.models import Letter
from tests.channels.mails import through
from tests.conftest import NOON
from tests.servers import SmtpServer


@pytest.fixture
def letter(world: World) -> Letter:
    return letters.write(
        "mina.salehi@example.com", kind="sign_in", subject="کد ورود شما: 1234 5678", lines=["کد شما:", "1234 5678"],
        language="fa", now=NOON, expires_at=NOON + timedelta(minutes=15),
    )  # fmt: skip


def work(at=NOON) -> Letter:
    with time_machine.travel(at, tick=False):
        for row in due.claim(Letter, at):
            sending.send(row)
    return Letter.objects.get()


def test_it_goes_out_through_the_inbox_and_its_text_is_gone(
    world: World, letter: Letter, smtp: SmtpServer
) -> None:
    through(world, smtp.port)
    done = work()
    assert (done.state, done.sealed, done.due_at) == ("sent", "", None)
    [mail] = smtp.letters
    assert mail.mail["Subject"] == "کد ورود شما: 1234 5678"
    assert 'dir="rtl"' in mail.mail.get_body(("html",)).get_content()
    assert mail.mail["Auto-Submitted"] == "auto-generated"
    assert work().state == "sent" and len(smtp.letters) == 1


def test_without_a_server_it_waits_and_the_doctor_says_so(world: World, letter: Letter) -> None:
    assert sending.way() is None and "smtp" in sending.missing()[1]
    assert work().state == "queued"
    assert "no mail server" in Letter.objects.get().fault
    gone = work(NOON + timedelta(minutes=16))
    assert (gone.state, gone.sealed) == ("failed", "")
    assert sending.stuck(NOON + timedelta(minutes=16)) == 1


def test_a_server_that_is_down_is_tried_again(world: World, letter: Letter) -> None:
    Account.objects.create(
        inbox=world.inboxes["mail"], smtp_host="127.0.0.1", smtp_port=1, smtp_security="none"
    )
    waits = work()
    assert waits.state == "queued" and waits.due_at > NOON and waits.fault
