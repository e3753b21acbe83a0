"""Agents' sign-in: guessing is slowed but never shuts the owner out, links end, sessions end."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client

from pelekan.demo.world import PASSWORD, World
from pelekan.people import letters, signin
from pelekan.people.models import Letter, Token
from pelekan.tickets.models import Event
from pelekan.web.accounts import knowing
from pelekan.web.accounts.adapter import AccountAdapter
from tests.conftest import NOON

SARA = "sara@chakad.example"
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _fresh():
    cache.clear()
    for limit in (knowing.FAILED_FOR, knowing.FAILED_FROM, knowing.FAILED_IN):
        limit.clear()


def login(client: Client, password: str = PASSWORD, email: str = SARA, address: str = "127.0.0.1", **extra):
    return client.post(LOGIN, {"login": email, "password": password, **extra}, REMOTE_ADDR=address)


def is_in(client: Client) -> bool:
    return client.get("/accounts/security/").status_code == 200


def last_link(address: str, path: str) -> str:
    text = letters.text_of(Letter.objects.filter(recipient=address).latest("pk"))
    return re.search(rf"http://testserver({path}\S+)", text)[1]


def test_sign_in_and_out(world: World, client: Client) -> None:
    assert "Sign in to the desk" in client.get(LOGIN).content.decode()
    assert login(client)["Location"] == "/desk/"
    assert is_in(client)
    assert client.get("/accounts/logout/").status_code == 200 and is_in(client)  # a link signs nobody out
    client.post("/accounts/logout/")
    assert not is_in(client)
    assert Event.objects.filter(topics=f"revoke:agent:{world.agents['sara'].pk}").count() == 1


def test_au_01_a_storm_is_slowed_and_the_owner_still_gets_in(world: World) -> None:
    home = Client()
    assert login(home).status_code == 302
    home.post("/accounts/logout/")
    refused = 0
    for number in range(40):
        answer = login(Client(), f"guess-{number}", address=f"192.0.2.{number}")
        refused += "Too many wrong tries" in answer.content.decode()
    assert refused == 30
    assert "Too many wrong tries" in login(Client(), address="198.51.100.1").content.decode()
    assert login(home).status_code == 302  # known browser
    warning = Letter.objects.get(recipient=SARA, kind="guessing")
    assert "password/reset" in letters.text_of(warning)


def test_au_01_one_network_tries_many_accounts(world: World) -> None:
    for number in range(30):
        login(Client(), "guess", email=f"a{number}@example.test")
    assert "Too many wrong tries" in login(Client()).content.decode()
    assert login(Client(), address="192.0.2.1").status_code == 302


def test_a_mark_of_a_known_browser_opens_no_other_account_and_cannot_be_made(world: World) -> None:
    home = Client()
    login(home)
    home.post("/accounts/logout/")
    for number in range(12):
        login(Client(), "guess", email="omid@chakad.example", address=f"192.0.2.{number}")
    assert "Too many" in login(home, email="omid@chakad.example").content.decode()
    forged = Client()
    forged.cookies[knowing.COOKIE] = f"{world.agents['omid'].user_id}.abc:1:x"
    assert "Too many" in login(forged, email="omid@chakad.example").content.decode()


def test_after_a_reset_the_owner_gets_in_from_that_browser(world: World, client: Client) -> None:
    for number in range(12):
        login(Client(), "guess", address=f"192.0.2.{number}")
    client.post("/accounts/password/reset/", {"email": SARA})
    page = client.get(last_link(SARA, "/accounts/password/reset/key/"))
    new = {"password1": "یک رمز تازه و بلند", "password2": "یک رمز تازه و بلند"}
    assert client.post(page["Location"], new).status_code == 302
    assert login(client, new["password1"]).status_code == 302


def test_au_02_login_and_reset_tell_nothing(world: World) -> None:
    pages = [
        re.sub(
            r'value="[^"]*"|"X-CSRFToken": "\w+"|data-now="\d+"',
            "",
            login(Client(), "wrong-one", email=email).content.decode(),
        )
        for email in (SARA, "nobody@example.test")
    ]
    assert pages[0] == pages[1]
    pages = []
    for email in (SARA, "nobody@example.test", "mina.salehi@example.com"):
        browser = Client()
        answer = browser.post("/accounts/password/reset/", {"email": email})
        page = browser.get(answer["Location"]).content.decode()
        pages.append(re.sub(r'value="[^"]*"|"X-CSRFToken": "\w+"|data-now="\d+"', "", page))
        assert Letter.objects.filter(recipient=email).count() == 1
    assert pages[0] == pages[1] == pages[2]
    assert "password/reset/key" not in letters.text_of(Letter.objects.get(recipient="nobody@example.test"))


def test_au_02_login_does_equal_work(world: World, monkeypatch) -> None:
    """One password hash on every way: that is what takes the time, and clocks of a busy machine tell nothing."""
    from django.contrib.auth.hashers import MD5PasswordHasher
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from pelekan.tickets import actions

    hashed: list[str] = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher,
        "encode",
        lambda self, password, salt: hashed.append(password) or encode(self, password, salt),
    )
    actions.welcome("mina.salehi@example.com", language="fa", now=NOON)
    work = []
    for email in (SARA, "nobody@example.test", "mina.salehi@example.com"):
        hashed.clear()
        with CaptureQueriesContext(connection) as queries:
            login(Client(), "wrong-one", email=email)
        work.append((len(hashed), len(queries)))
    assert {one[0] for one in work} == {1}
    assert max(one[1] for one in work) - min(one[1] for one in work) <= 1


def test_au_03_links_come_from_the_configured_address(world: World, client: Client, settings) -> None:
    assert client.post("/accounts/password/reset/", {"email": SARA}, HTTP_HOST="evil.test").status_code == 400
    settings.ALLOWED_HOSTS = ["testserver", "also.test"]
    client.post(
        "/accounts/password/reset/", {"email": SARA}, HTTP_HOST="also.test", HTTP_X_FORWARDED_HOST="evil.test"
    )
    text = letters.text_of(Letter.objects.latest("pk"))
    assert "http://testserver/accounts/password/reset/key/" in text and "also.test" not in text


def test_au_04_reset_links_end(world: World, client: Client) -> None:
    def link() -> str:
        cache.clear()
        client.post("/accounts/password/reset/", {"email": SARA})
        return last_link(SARA, "/accounts/password/reset/key/")

    def good(url: str) -> bool:
        return Client().get(url).status_code == 302

    first = link()
    assert good(first)
    with time_machine.travel(NOON + timedelta(days=400)):
        assert not good(first)
    user = world.agents["sara"].user
    user.email = "new@chakad.example"
    user.save()
    assert not good(first)
    user.email = SARA
    user.save()
    second = link()
    user.set_password("another long password")
    user.save()
    assert not good(second)


@pytest.fixture
def invited(world: World):
    agent = world.agents["omid"]
    link = signin.invite(agent, by=world.agents["arash"], now=NOON)
    with time_machine.travel(NOON + timedelta(minutes=5), tick=False):
        yield agent, link.removeprefix("http://testserver")


def test_an_invitation_sets_a_password_once(invited, client: Client) -> None:
    agent, link = invited
    assert client.get(link).status_code == 200
    assert client.post(link, {"password": "short"}).status_code == 422
    assert client.post(link, {"password": "a long enough sentence"}).status_code == 302
    assert is_in(client)
    assert login(Client(), "a long enough sentence", email=agent.user.email).status_code == 302
    assert Client().get(link).status_code == 404
    assert Client().post(link, {"password": "another long sentence"}).status_code == 404


@pytest.mark.parametrize("what", ["expired", "newer", "address", "password", "disabled", "inactive"])
def test_au_04_invitations_end(invited, world: World, what: str) -> None:
    agent, link = invited
    user = agent.user
    if what == "expired":
        Token.objects.update(expires_at=NOON)
    elif what == "newer":
        signin.invite(agent, by=world.agents["arash"], now=NOON)
    elif what == "address":
        user.email = "other@chakad.example"
    elif what == "password":
        user.set_password("changed meanwhile")
    elif what == "disabled":
        agent.disabled_at = NOON
        agent.save()
    else:
        user.is_active = False
    user.save()
    assert Client().get(link).status_code == 404


def test_au_05_empty_values_match_nothing(invited) -> None:
    for value in ("%20", "%00", "0", "None", "null", "a" * 32, "%2e", "undefined", "٠" * 32):
        assert Client().get(f"/accounts/invite/{value}/").status_code == 404, value
        assert Client().get(f"/portal/g/{value}/").status_code == 404, value
        assert Client().get(f"/portal/sign-in/link/{value}/").status_code == 404, value


def test_az_11_only_admins_invite(world: World) -> None:
    for name in ("sara", "nika"):
        with pytest.raises(PermissionError):
            signin.invite(world.agents["omid"], by=world.agents[name], now=NOON)
    assert not Token.objects.exists()


def test_au_13_password_change_and_disabling_end_all_sessions(world: World) -> None:
    here, there = Client(), Client()
    login(here), login(there)
    changed = {"oldpassword": PASSWORD, "password1": "یک رمز تازه و بلند", "password2": "یک رمز تازه و بلند"}
    assert here.post("/accounts/password/change/", changed).status_code == 302
    assert is_in(here) and not is_in(there)
    agent = world.agents["sara"]
    assert Event.objects.filter(name="access.ended", topics=f"revoke:agent:{agent.pk}").exists()
    agent.disabled_at = NOON
    agent.save()
    assert not is_in(here)
    assert (
        login(Client(), changed["password1"], address="192.0.2.5").status_code == 200
    )  # refused, like a wrong one


def test_au_13_a_new_session_key_at_sign_in(world: World, client: Client) -> None:
    client.cookies["pelekan_session"] = "fixated"
    login(client)
    assert client.cookies["pelekan_session"].value != "fixated"


def switch_on(client: Client) -> tuple[str, list[str]]:
    page = client.get("/accounts/second-step/on/")
    if page.status_code == 302:
        client.post(page["Location"], {"password": PASSWORD})
        page = client.get("/accounts/second-step/on/")
    secret = client.session["mfa.totp.secret"]
    answer = client.post("/accounts/second-step/on/", {"code": now_code(secret)})
    assert answer.status_code == 302, answer.content.decode()
    codes = re.findall(r'<li><bdi class="ltr">([^<]+)', client.get(answer["Location"]).content.decode())
    return secret, codes


def now_code(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))


def test_au_12_the_second_step(world: World, client: Client) -> None:
    login(client)
    with time_machine.travel(NOON, tick=False) as clock:
        login(client)
        secret, codes = switch_on(client)
        assert len(codes) == 10
        stored = str(list(Authenticator.objects.values_list("data", flat=True)))
        assert secret not in stored and codes[0] not in stored
        clock.shift(timedelta(minutes=5))
        fresh = Client()
        assert login(fresh)["Location"] == "/accounts/second-step/"
        assert not is_in(fresh)
        code = now_code(secret)
        fresh.post("/accounts/second-step/", {"code": code})
        assert is_in(fresh)
        again = Client()
        login(again)
        again.post("/accounts/second-step/", {"code": code})  # the same code once more
        assert not is_in(again)
        again.post("/accounts/second-step/", {"code": codes[0]})
        assert is_in(again)
        third = Client()
        login(third)
        third.post("/accounts/second-step/", {"code": codes[0]})  # a recovery code twice
        assert not is_in(third)
        for number in range(20):
            third.post("/accounts/second-step/", {"code": f"{number:06}"})
        clock.shift(timedelta(minutes=1))
        third.post("/accounts/second-step/", {"code": now_code(secret)})
        assert not is_in(third)  # after so many guesses even the right one must wait


def test_au_12_switching_off_needs_the_password_again(world: World, client: Client) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        login(client)
        switch_on(client)
        clock.shift(timedelta(hours=2))
        answer = client.post("/accounts/second-step/off/")
        assert "reauthenticate" in answer["Location"] or "again" in answer["Location"]
        assert Authenticator.objects.filter(type="totp").exists()


def test_au_19_next_leads_only_to_own_paths(world: World) -> None:
    for wish in (
        "//evil.test",
        "/\\evil.test",
        "https:evil.test",
        "javascript:alert(1)",
        "http://testserver.evil/",
        "https://evil.test/a",
    ):
        assert login(Client(), next=wish)["Location"] == "/desk/", wish
    assert login(Client(), next="/desk/tickets/1/")["Location"] == "/desk/tickets/1/"


def test_nobody_signs_himself_up(world: World, client: Client) -> None:
    for path in ("signup/", "none/", "email/", "password/set/", "social/signup/", "confirm-email/"):
        assert client.get(f"/accounts/{path}").status_code == 404, path


def test_customers_find_no_passwords_here(world: World, client: Client) -> None:
    from pelekan.tickets import actions

    customer = actions.welcome("mina.salehi@example.com", language="fa", now=NOON)
    client.force_login(customer.user, backend="pelekan.people.backends.Backend")
    for path in ("security/", "password/change/", "second-step/on/", "recovery-codes/", "reauthenticate/"):
        assert client.get(f"/accounts/{path}").status_code == 404, path


def test_op_06_only_the_servers_word_counts_for_the_client_address(rf) -> None:
    request = rf.get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="10.0.0.1", HTTP_X_REAL_IP="10.0.0.2")
    assert AccountAdapter().get_client_ip(request) == "192.0.2.1"


def test_pr_04_pages_are_not_stored(world: World, client: Client) -> None:
    login(client)
    for path in ("/accounts/security/", "/accounts/login/", "/portal/sign-in/"):
        assert "no-store" in client.get(path)["Cache-Control"], path


def test_no_secret_is_logged(world: World, client: Client, caplog) -> None:
    caplog.set_level("DEBUG")
    login(Client(), "my-secret-guess")
    login(client)
    client.post("/accounts/password/reset/", {"email": SARA})
    key = last_link(SARA, "/accounts/password/reset/key/").split("/")[-2]
    for secret in ("my-secret-guess", PASSWORD, key, client.cookies["pelekan_session"].value):
        assert secret not in caplog.text
