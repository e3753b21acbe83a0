"""The workers as `serve` runs them: a mail comes in and its receipt goes out, by themselves."""

from __future__ import annotations

import threading
import time

import pytest

from pelekan.channels.jobs import JOBS
from pelekan.channels.models import Account, Arrival, Delivery
from pelekan.demo.world import build
from pelekan.lib.labour import Crew
from pelekan.lib.time import now as clock
from tests.channels.mails import account, raw_mail
from tests.servers import PASSWORD, USER, Dovecot, SmtpServer


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_mail_in_receipt_out(transactional_db: None, dovecot: Dovecot, smtp: SmtpServer) -> None:
    account(
        build(), due_at=clock(), begin="all", imap_host="localhost", imap_port=dovecot.tls_port, imap_user=USER,
        imap_password=PASSWORD, smtp_host="127.0.0.1", smtp_port=smtp.port, smtp_security="none",
    )  # fmt: skip
    dovecot.deliver(raw_mail(), raw_mail("another", mail_id="<2@example.net>", sender="b@example.org"))
    stop = threading.Event()
    crew = threading.Thread(target=Crew(JOBS).run, args=[stop])
    crew.start()
    until = time.monotonic() + 60
    try:
        while len(smtp.letters) < 2 and time.monotonic() < until:
            stop.wait(0.1)
    finally:
        stop.set()
        crew.join(30)
    assert sorted(letter.recipients[0] for letter in smtp.letters) == [
        "b@example.org",
        "emma.clarke@example.net",
    ]
    assert set(Arrival.objects.values_list("state", flat=True)) == {"done"}
    one = Account.objects.get()
    assert (one.fault, one.leased_until, one.folders.get().last_uid) == ("", None, 2)
    assert one.due_at is not None and one.due_at > clock()
    assert not Delivery.objects.exclude(state="sent").exists()
