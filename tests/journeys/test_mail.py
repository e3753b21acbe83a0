"""Mail, before a real Dovecot: connecting a mailbox, mending what was set aside, a bounce that is seen at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.channels.mails import raw_mail
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
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = str(certificate()[0])
    try:
        one.live()
    finally:
        if before is None:
            del os.environ["SSL_CERT_FILE"]
        else:
            os.environ["SSL_CERT_FILE"] = before
    yield one
    one.end()


def test_a_mailbox_is_connected(desk: Demo, box: Dovecot, people: Callable[..., Any]) -> None:
    """Wrong password, no encryption, a full mailbox: each is told. Then it is right, and its first mail comes in."""
    arash = people("arash")
    arash.goto(desk.address + "/desk/settings/inboxes/")
    arash.locator(".entries__link", has_text="پشتیبانی").first.click()
    arash.locator(".tabs__tab[href$='/mailbox/']").click()
    found = arash.locator("#found-imap")

    def tried(port: int, user: str, password: str, security: str = "tls") -> Any:
        arash.fill("[name=imap_port]", str(port))
        arash.select_option("[name=imap_security]", security)
        arash.fill("[name=imap_user]", user)
        arash.fill("[name=imap_password]", password)
        with arash.expect_response("**/mailbox/try/"):
            arash.get_by_role("button", name="Test").click()
        return found.locator(".banner").first

    arash.fill("[name=imap_host]", "localhost")
    assert "password" in tried(box.tls_port, USER, "wrong").inner_text()
    with dovecot(tls=False) as bare:
        assert "no encryption" in tried(bare.port, USER, PASSWORD, "starttls").inner_text()
    box.fill()
    tried(box.tls_port, FULL, PASSWORD)
    found.get_by_text("is full").wait_for()
    assert "opens" in tried(box.tls_port, USER, PASSWORD).inner_text()
    box.deliver(raw_mail(subject="The first mail"))
    sara = people("sara")
    sara.goto(desk.address + "/desk/list/all/")
    arash.locator("[name=begin][value=all]").check()
    arash.locator(".savebar [type=submit]").click()
    arash.locator(".banner--success").first.wait_for()
    assert arash.input_value("[name=imap_password]") == ""
    sara.locator(".row a", has_text="The first mail").wait_for()
