"""Mail, before a real Dovecot: connecting a mailbox, mending what was set aside, a bounce that is seen at once."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pelekan.channels.email.parse import parse
from tests.channels.mails import raw_mail
from tests.channels.test_machines import bounce_of
from tests.servers import FULL, PASSWORD, USER, Dovecot, certificate, dovecot
from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]


@pytest.fixture(scope="module")
def box() -> Iterator[Dovecot]:
    try:
        with dovecot() as server:
            yield server
    except FileNotFoundError:
        pytest.skip("Dovecot is not installed (Debian: dovecot-imapd)")


@pytest.fixture(scope="module")
def desk(empty_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The office, which trusts our Dovecot's certificate."""
    one = Demo(empty_demo, tmp_path_factory.mktemp("desk"), "en")
    with (one.folder / "pelekan.toml").open("a") as config:
        config.write("max_mail_mb = 1\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(certificate()[0]))
        one.live()
        yield one
        one.end()


CONNECT = """
import sys
from pelekan.channels import accounts
from pelekan.people.models import Agent
from pelekan.tickets.models import Inbox
accounts.save(Inbox.objects.get(channel="email"), {"imap_host": "localhost", "imap_port": sys.argv[1], "imap_security": "tls",
    "imap_user": sys.argv[2], "imap_password": sys.argv[3], "begin": "all"}, by=Agent.objects.get(user__email="arash@chakad.example"))
"""


def connect(desk: Demo, box: Dovecot) -> None:
    """The mailbox as the first journey leaves it."""
    desk.in_django(CONNECT, str(box.tls_port), USER, PASSWORD)


def fetch(page: Any, desk: Demo) -> None:
    """Have the mailbox looked at now, by the button."""
    page.goto(desk.address + "/desk/settings/health/")
    page.get_by_role("button", name="Try now").first.click()
    page.locator(".banner--success").first.wait_for()


def test_a_mailbox_is_connected(desk: Demo, box: Dovecot, people: Callable[..., Any]) -> None:
    """Wrong password, no encryption, a full mailbox: each is told. Then it is right, and its first mail comes in."""
    arash = people("arash")
    arash.goto(desk.address + "/desk/settings/inboxes/")
    arash.locator(".entries__link", has_text="پشتیبانی").first.click()
    arash.locator(".tabs__tab[href$='/mailbox/']").click()
    found = arash.locator("#found-imap")

    def tried(told: str, port: int, user: str, password: str, security: str = "tls") -> None:
        arash.fill("[name=imap_port]", str(port))
        arash.select_option("[name=imap_security]", security)
        arash.fill("[name=imap_user]", user)
        arash.fill("[name=imap_password]", password)
        arash.get_by_role("button", name="Test").click()
        found.locator(".banner", has_text=told).first.wait_for()

    arash.fill("[name=imap_host]", "localhost")
    tried("did not accept the user name or the password", box.tls_port, USER, "wrong")
    with dovecot(tls=False) as bare:
        tried("no encryption", bare.port, USER, PASSWORD, "starttls")
    box.fill()
    tried("is full", box.tls_port, FULL, PASSWORD)
    tried("opens", box.tls_port, USER, PASSWORD)
    box.deliver(raw_mail(subject="The first mail"))
    sara = people("sara")
    sara.goto(desk.address + "/desk/list/all/")
    arash.locator("[name=begin][value=all]").check()
    arash.locator(".savebar [type=submit]").click()
    arash.locator(".banner--success").first.wait_for()
    assert arash.input_value("[name=imap_password]") == ""
    sara.locator(".row a", has_text="The first mail").wait_for()


def test_a_mail_in_quarantine_is_mended_and_becomes_a_ticket(
    desk: Demo, box: Dovecot, people: Callable[..., Any]
) -> None:
    """It was too large. The limit is raised and Pelekan started anew; then "Try again" fetches it after all."""
    box.empty()
    box.deliver(raw_mail("x" * 1_200_000, subject="With many pictures", mail_id="<large@example.net>"))
    connect(desk, box)
    nika = people("nika")
    row = nika.locator(".entries__row", has_text="With many pictures")
    for _ in range(60):
        nika.goto(desk.address + "/desk/settings/mail/")
        if row.count():
            break
        nika.wait_for_timeout(500)
    assert "the limit is 1 MB" in row.inner_text()

    assert desk.stop() is not None
    config = desk.folder / "pelekan.toml"
    config.write_text(config.read_text().replace("max_mail_mb = 1\n", "max_mail_mb = 5\n"))
    desk.live()

    sara = people("sara")
    sara.goto(desk.address + "/desk/list/all/")
    nika.goto(desk.address + "/desk/settings/mail/")
    row.get_by_role("button", name="Try again").click()
    sara.locator(".row a", has_text="With many pictures").wait_for()
    nika.goto(desk.address + "/desk/settings/mail/")
    assert row.count() == 0, "it needs nobody any more"


def test_a_bounce_is_seen_on_the_ticket_at_once(desk: Demo, box: Dovecot, people: Callable[..., Any]) -> None:
    box.empty()
    box.deliver(raw_mail(subject="Where is my parcel?", mail_id="<parcel@example.net>"))
    connect(desk, box)
    sara, nika = people("sara"), people("nika")
    sara.goto(desk.address + "/desk/list/all/")
    sara.locator(".row a", has_text="Where is my parcel").click()
    sara.locator("#editor-reply").click()
    sara.keyboard.insert_text("It is on its way.")
    sara.keyboard.press("Control+Enter")
    sent = _sent(desk, "It is on its way.")

    box.deliver(bounce_of(sent, "emma.clarke@example.net"))
    fetch(nika, desk)
    line = sara.locator("#ticket").get_by_text(re.compile("could not be delivered"))
    line.first.wait_for()  # nobody reloaded
    assert "5.1.1" in line.first.inner_text()
    nika.goto(desk.address + "/desk/settings/mail/?list=out")
    nika.locator(".entries__row", has_text="Where is my parcel").wait_for()


def _sent(desk: Demo, words: str) -> str:
    """The Message-ID of the mail that holds `words`, once it has left."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for file in sorted((desk.folder / "data" / "post").glob("*.eml"), reverse=True):
            mail = parse(file.read_bytes())
            if words in mail.text:
                return mail.message_id
        time.sleep(0.2)
    raise AssertionError("the answer was not sent")
