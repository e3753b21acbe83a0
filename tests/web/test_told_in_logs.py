"""What is written into the log and said without a sign-in: one line each, no secrets, no inside."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client

from pelekan import work
from pelekan.demo.world import World
from pelekan.knowledge.bot import model
from pelekan.knowledge.bot.answering import Passage
from pelekan.lib import due
from pelekan.lib.log import OneLine
from pelekan.lib.time import now as clock
from pelekan.people import signin
from pelekan.people.models import Token, User
from pelekan.tickets.erasing import asking, carrying
from pelekan.tickets.models import Erasure
from pelekan.web.help import searching
from pelekan.web.portal import entrance, keys, passwords
from tests.channels.sms.gateway import Fake, running, sms_inbox
from tests.conftest import NOON
from tests.web.admin.test_health import english
from tests.web.help.books import article
from tests.web.portal.desk import ticket_of
from tests.web.portal.test_ways_in import MINA, code_to
from tests.web.test_rights import ALL

EVIL = "x\r\n2026-11-22 ERROR pelekan forged\x1b[31m\u2028\u202eline\x00\x85"
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _limits() -> Iterator[None]:
    limits = (entrance.ASKED_FROM, entrance.TEXTED_FROM, entrance.TRIED_FROM, keys.FROM, passwords.FAILED_FOR, passwords.FAILED_FROM, searching.ASKED)  # fmt: skip
    for limit in limits:
        limit.clear()
    yield
    for limit in limits:
        limit.clear()


@pytest.fixture
def phones(world: World) -> Iterator[Fake]:
    with running() as fake:
        fake.gateway = sms_inbox(world, fake)  # type: ignore[attr-defined]
        yield fake


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """As the handler of the settings writes them."""
    shape, one_line = logging.Formatter(settings.LOGGING["formatters"]["plain"]["format"]), OneLine()
    found = []
    for record in caplog.records:
        one_line.filter(record)
        found.append(shape.format(record))
    return found


def test_in_07_every_handler_writes_one_line() -> None:
    assert all("one_line" in one["filters"] for one in settings.LOGGING["handlers"].values())


def test_in_07_paths_agents_words_and_names_forge_no_line(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    article("How to pay")
    client, sent = Client(raise_request_exception=False), EVIL.encode("utf-8", "replace").decode()
    headers = {"HTTP_USER_AGENT": sent, "HTTP_REFERER": sent, "HTTP_X_FORWARDED_FOR": sent}
    for path in (
        "/help/en/search/",
        "/help/en/suggest/",
        "/community/en/",
        "/community/en/search/",
        "/portal/",
        "/answers/",
    ):
        client.get(path, {"q": sent, "text": sent}, **headers)
        client.get(path + sent, **headers)
    for _again in range(12):
        client.post("/portal/sign-in/password/", {"email": sent, "password": sent}, **headers)
        client.post(
            "/portal/sign-in/password/", {"email": f"{sent}@example.com", "password": sent}, **headers
        )
        client.post("/portal/sign-in/", {"email": sent}, **headers)
        client.post("/portal/sign-in/code/", {"code": sent}, **headers)
        client.post("/accounts/login/", {"email": sent, "username": sent, "password": sent}, **headers)
        client.post(
            "/accounts/login/", {"login": world.agents["sara"].user.email, "password": sent}, **headers
        )
        client.post("/portal/sign-in/password/", {"email": MINA, "password": sent}, **headers)
        client.post("/portal/sign-in/", {"email": MINA}, **headers)
        client.post("/portal/sign-in/code/", {"code": sent + "12345678"}, **headers)
    client.get("/s/" + sent, **headers)
    written = lines(caplog)
    assert written, "refused sign-ins are told"
    assert [one for one in written if CONTROLS.search(one)] == []
    assert [one for one in written if one.startswith("2026-11-22 ERROR")] == []


def test_pr_03_codes_links_passwords_and_keys_are_in_no_line(
    world: World, phones: Fake, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = {"words": "seven quiet cedars", "key": "sk-secret-4711", "wrong": "wrong-password-9"}
    client = Client()
    client.post("/portal/sign-in/", {"email": "0912 111 2233"})
    secrets["sms"] = code_to(phones)
    client.post("/portal/sign-in/code/", {"code": secrets["sms"]})
    secrets["session"] = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post(
        "/portal/profile/password/",
        {"password": secrets["words"], "new": secrets["words"], "again": secrets["words"]},
    )
    other = Client()
    other.post("/portal/sign-in/password/", {"email": MINA, "password": secrets["wrong"]})
    ticket = ticket_of(world, "mina", "SEEDED-MAIL-TEXT", "Mine")
    secrets["text"] = "SEEDED-MAIL-TEXT"
    link = signin.guest_link(ticket.pk, world.customers["mina"], now=NOON)
    secrets["guest"] = link.rstrip("/").split("/")[-1]
    guest = Client()
    guest.get(link.removeprefix("http://testserver"))
    guest.get("/s/" + "0" * len(secrets["guest"]) + "/")
    arash = english(world, "arash")
    form = {
        "on": "on", "base_url": "http://127.0.0.1:9/v1", "name": "small", "key": secrets["key"], "private": "on",
        "seconds": "1", "most_requests": "10", "most_tokens": "1000",
    }  # fmt: skip
    assert arash.post("/desk/settings/bot/model/", form).status_code == 302
    assert model.is_on() and secrets["key"] not in model.row().key
    passage = Passage(1, 1, "en", "How to pay", "By card.")
    assert (
        model.phrase("how do I pay?", [passage], "en", now=NOON) == ""
    )  # nobody answers there: a fault is told
    secrets["name"] = world.customers["emma"].name
    row = asking.ask(world.customers["emma"], by=world.agents["arash"], how="by phone")
    arash.post(f"/desk/customers/erasures/{row.pk}/decide/", {"act": "grant", "sure": "yes"})
    for mine in due.claim(Erasure, clock()):
        carrying.carry_out(mine, work.ERASED)
    row.refresh_from_db()
    assert row.state == Erasure.State.DONE
    written = "\n".join(lines(caplog))
    assert len(secrets["sms"]) == 6 and len(secrets["guest"]) > 20
    assert [
        name for name, secret in secrets.items() if re.search(rf"(?<!\d){re.escape(secret)}(?!\d)", written)
    ] == []
    kept = json.dumps([str(row) for row in Token.objects.values_list("digest", "data", "name")])
    assert secrets["guest"] not in kept


def test_pr_10_health_says_up_or_down(world: World) -> None:
    """No version, no numbers, no names: without a sign-in, and with a customer's."""
    for path in ("/health/", "/health/workers/"):
        answer = Client().get(path)
        assert answer.status_code in (200, 503)
        body = answer.content.decode().strip()
        assert len(body) < 40 and not re.search(
            r"\d|django|python|sqlite|postgres|pelekan", body, re.IGNORECASE
        ), body
        assert "Server" not in answer and "X-Powered-By" not in answer
    for path in ("/metrics", "/metrics/", "/status/", "/debug/", "/__debug__/", "/server-status"):
        assert Client().get(path).status_code == 404
    assert Client().get("/desk/settings/health/").status_code in (302, 401, 403)


def test_au_07_nothing_that_signs_a_customer_in_can_be_computed(world: World, phones: Fake) -> None:
    """Asked twice at one moment for one address, with the same key, everything is another; nothing of it is stored readable."""
    from pelekan.people import passcodes

    made = [passcodes.ask(MINA, language="en", now=NOON) for _again in range(3)]
    rows = list(Token.objects.filter(purpose=Token.Purpose.SIGN_IN).order_by("pk"))
    assert len({one.split(".")[1] for one in made}) == 3 and len({row.digest for row in rows}) == 3
    assert len({row.data["code"] for row in rows}) == 3
    for kept, row in zip(made, rows, strict=True):
        assert kept.split(".")[1] not in json.dumps(row.data)
        assert passcodes.redeem_code(f"{row.pk}.{row.data['browser']}", "00000000", now=NOON) is None, (
            "a digest is no secret"
        )
    tickets = [ticket_of(world, "mina", "x"), ticket_of(world, "mina", "y")]
    links = {
        signin.guest_link(one.pk, world.customers["mina"], now=NOON).rstrip("/").split("/")[-1]
        for one in tickets
    }
    assert len(links) == 2 and all(len(one) == 32 for one in links)
    challenges = {
        json.loads(Client().post("/portal/sign-in/passkey/").content)["publicKey"]["challenge"]
        for _again in range(3)
    }
    assert len(challenges) == 3


def test_au_10_no_other_site_vouches_for_a_customer(world: World) -> None:
    """There is no sign-in by OAuth, OpenID or SAML for customers: no application, no address; so no foreign address can join."""
    assert [app for app in settings.INSTALLED_APPS if re.search("social|oidc|saml|oauth", app)] == []
    doors = [route for route in ALL if re.search(r"oauth|oidc|saml|sso|callback", route)]
    assert [route for route in doors if not route.startswith("desk/settings/")] == []
    before = User.objects.count()
    Client().get("/accounts/login/", {"email": MINA, "email_verified": "true", "sub": "1", "id_token": "x"})
    assert User.objects.count() == before
