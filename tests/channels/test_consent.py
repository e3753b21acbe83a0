"""Consent instead of a password: in the browser, on another device, renewed, withdrawn; IMAP and SMTP by XOAUTH2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from pelekan.channels import accounts, consent
from pelekan.channels.faults import BadValue, word_of
from pelekan.channels.models import Account, Arrival, Consent
from pelekan.demo.world import World
from pelekan.lib import oauth
from pelekan.lib.time import now as clock
from pelekan.tickets.models import Event
from tests.channels.mails import account
from tests.channels.test_fetch import mails, poll
from tests.imap_box import Box
from tests.oauth_server import CLIENT, SECRET, Provider, provider
from tests.servers import smtp_server

pytestmark = pytest.mark.server
S = "/desk/settings/"


@pytest.fixture
def far() -> Iterator[Provider]:
    with provider() as one:
        yield one


@pytest.fixture
def box(far: Provider) -> Iterator[tuple[Box, int]]:
    one = Box(tokens=far.tokens)
    with one.serving() as port:
        yield one, port


@pytest.fixture
def admin(world: World) -> Client:
    browser = Client()
    browser.force_login(world.agents["arash"].user, backend="pelekan.people.backends.Backend")
    return browser


def prepared(world: World, far: Provider, port: int = 0) -> Account:
    """The application is known, nobody has consented."""
    one = account(
        world, imap_host="127.0.0.1" if port else "", imap_port=port or 993, imap_security="none", imap_user="desk@chakad.example",
        begin="all", due_at=clock(), sign_in="consent",
    )  # fmt: skip
    values = {
        "provider": "other", "client_id": CLIENT, "client_secret": SECRET, "scope": "mail offline_access",
        "authorize_url": far.url("authorize"), "token_url": far.url("token"), "device_url": far.url("device"),
    }  # fmt: skip
    consent.save(world.inboxes["mail"], values, by=world.agents["arash"])
    return one


def agreed(world: World, far: Provider, port: int = 0) -> Account:
    one = prepared(world, far, port)
    row = Consent.objects.get()
    verifier = oauth.new_verifier()
    url = oauth.consent_url(
        consent.server_of(row), consent.client_of(row), "https://d.example/c/", "x", verifier
    )
    code = far.agree(url)["code"]
    tokens = oauth.exchange(
        consent.server_of(row), consent.client_of(row), code, "https://d.example/c/", verifier, ["127.0.0.1"]
    )
    consent.granted(row, tokens, by=world.agents["arash"])
    return one


def ask(admin: Client, pk: int) -> str:
    page = admin.post(f"{S}inboxes/{pk}/mailbox/consent/ask/").content.decode()
    return unescape(re.search(r'href="(http[^"]*code_challenge[^"]*)"', page)[1])  # type: ignore[index]


def test_in_the_browser_and_mail_comes(
    world: World, admin: Client, far: Provider, box: tuple[Box, int]
) -> None:
    box[0].post(*mails(2))
    one = prepared(world, far, box[1])
    assert word_of(poll(one).fault) == "no_consent"
    back = far.agree(ask(admin, one.inbox_id))
    assert admin.get(S + "consent/", back).status_code == 302
    one = poll(one, times=2)
    assert (one.fault, Arrival.objects.count()) == ("", 2)
    row = Consent.objects.get()
    assert "access-" not in row.access_token and "refresh-" not in row.refresh_token
    assert SECRET not in row.client_secret and "refresh-" not in str(list(Event.objects.values()))
    again = admin.get(S + "consent/", back, follow=True)  # the same answer a second time
    assert "banner--breach" in again.content.decode()


@pytest.mark.parametrize(
    "wrong", [{"state": "x" * 32}, {"state": ""}, {"error": "access_denied"}, {"code": "stolen"}]
)
def test_forged_and_refused_answers_grant_nothing(
    world: World, admin: Client, far: Provider, wrong: dict[str, str]
) -> None:
    one = prepared(world, far)
    admin.get(S + "consent/", far.agree(ask(admin, one.inbox_id)) | wrong)
    assert Consent.objects.get().granted_at is None and Account.objects.get().failures == 0
    other = Client()
    other.force_login(world.agents["arash"].user, backend="pelekan.people.backends.Backend")
    other.get(S + "consent/", far.agree(ask(admin, one.inbox_id)))  # another browser asked
    assert Consent.objects.get().granted_at is None


def test_on_another_device(world: World, admin: Client, far: Provider) -> None:
    one = prepared(world, far)
    place = f"{S}inboxes/{one.inbox_id}/mailbox/consent/"
    shown = admin.post(place + "device/", follow=True).content.decode()
    assert "ABCD-EFGH" in shown and "https://login.example/device" in shown and "device-1" not in shown
    admin.post(place + "device/", {"check": "1"})
    assert Consent.objects.get().granted_at is None
    far.agreed = True
    admin.post(place + "device/", {"check": "1"})
    assert Consent.objects.get().granted_at is not None
    assert "ABCD-EFGH" not in admin.get(place).content.decode()


def test_renewed_before_its_end_and_rotated(world: World, far: Provider, box: tuple[Box, int]) -> None:
    far.rotates = True
    one = agreed(world, far, box[1])
    assert consent.access_token(one) == "access-1"
    for number in (2, 3):
        Consent.objects.update(expires_at=clock() + timedelta(minutes=4))
        assert consent.access_token(one) == f"access-{number}"
    assert far.heard[-1]["refresh_token"] == "refresh-2"


def test_a_token_ended_early_is_replaced_at_once(world: World, far: Provider, box: tuple[Box, int]) -> None:
    one = poll(agreed(world, far, box[1]))
    far.tokens.clear()
    one = poll(one)
    assert (one.fault, far.made) == ("", 2)


def test_mf_13_consent_withdrawn_is_told_once_and_all_comes_after_the_next(
    world: World, far: Provider, box: tuple[Box, int]
) -> None:
    one = poll(agreed(world, far, box[1]))
    box[0].post(*mails(2))
    far.withdrawn, heard = True, len(far.heard)
    far.tokens.clear()
    one = poll(one, times=3)
    assert word_of(one.fault) == "consent_withdrawn" and one.failed_at is not None
    assert len(far.heard) == heard + 1, "the provider is not asked again and again"
    assert Event.objects.filter(name="account.consent_withdrawn").count() == 1
    far.withdrawn = False
    agreed(world, far, box[1])
    assert Account.objects.get().fault == ""
    one = poll(one, times=2)
    assert (one.fault, Arrival.objects.count()) == ("", 2)


def test_a_provider_that_is_down_passes_by_itself(world: World, far: Provider, box: tuple[Box, int]) -> None:
    one = poll(agreed(world, far, box[1]))
    Consent.objects.update(expires_at=clock())
    far.down = True
    one = poll(one)
    assert (word_of(one.fault), one.failed_at) == ("unreachable", None)
    far.down = False
    assert poll(one).fault == ""


def test_smtp_by_consent(world: World, far: Provider) -> None:
    one = agreed(world, far)
    with smtp_server(tokens=far.tokens) as server:
        Account.objects.update(smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none")
        one = Account.objects.get()
        accounts.smtp_of(one).quit()
        far.tokens.clear()
        accounts.smtp_of(one).quit()  # with a new one
        assert far.made == 2
        far.withdrawn = True
        far.tokens.clear()
        with pytest.raises(consent.WireFault) as refused:
            accounts.smtp_of(one)
        assert refused.value.word == "consent_withdrawn"


def test_what_cannot_be(world: World, far: Provider) -> None:
    good = {"provider": "microsoft", "client_id": "x", "tenant": "common"}
    for wrong in (
        {"client_id": ""},
        {"provider": "x"},
        {"tenant": "a/../b"},
        {"provider": "other", "scope": "m", "token_url": "http://example.com/"},
    ):
        with pytest.raises(BadValue):
            consent.save(world.inboxes["mail"], good | wrong, by=world.agents["arash"])
    with pytest.raises(BadValue):  # an hour's leave is no leave
        consent.granted(
            Consent(account=prepared(world, far)), oauth.Tokens("a", "", 3600), by=world.agents["arash"]
        )


@pytest.mark.parametrize("server", [oauth.google(), oauth.microsoft("common")])
def test_what_google_and_microsoft_are_asked(server: oauth.Server) -> None:
    url = oauth.consent_url(
        server, oauth.Client("id"), "https://d.example/c/", "state", "v" * 86, "a@b.example"
    )
    asked = parse_qs(urlsplit(url).query)
    assert asked["redirect_uri"] == ["https://d.example/c/"] and asked["login_hint"] == ["a@b.example"]
    assert ("offline" in asked.get("access_type", "")) or "offline_access" in asked["scope"][0]
    with pytest.raises(ValueError):
        from pelekan.channels.email.wire import xoauth2

        xoauth2("a\1auth=Bearer x", "t")
