"""Ways in besides the mailed code: SMS, password, passkey; one answer for all, nothing works twice."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

from pelekan.channels.sms import codes
from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.people import letters
from pelekan.people.models import Customer, Identity, Letter, Passkey, User
from pelekan.tickets import actions
from pelekan.tickets.models import Ticket
from pelekan.web.portal import entrance, keys, passwords
from tests.channels.sms.gateway import Fake, running, sms_inbox, text
from tests.conftest import NOON

NUMBER = "+989121112233"
MINA = "mina.salehi@example.com"
WORDS = "seven quiet cedars"


@pytest.fixture(autouse=True)
def _limits() -> None:
    for limit in (entrance.ASKED_FROM, entrance.TEXTED_FROM, entrance.TRIED_FROM, keys.FROM,
                  passwords.FAILED_FOR, passwords.FAILED_FROM):  # fmt: skip
        limit.clear()


@pytest.fixture
def phones(world: World) -> Iterator[Fake]:
    with running() as fake:
        fake.gateway = sms_inbox(world, fake)  # type: ignore[attr-defined]
        yield fake


def work() -> None:
    for mine in due.claim(Letter, clock(), where=codes.JOB.where):
        codes.send(mine)


def code_to(fake: Fake) -> str:
    work()
    found = re.search(r"\d{6}", json.loads(fake.heard[-1].body)["text"])
    assert found
    return found[0]


def ask(client: Client, number: str = "0912 111 2233"):
    return client.post("/portal/sign-in/", {"email": number})


def signed_in(client: Client) -> bool:
    return client.get("/portal/profile/").status_code == 200


def test_a_code_by_sms_signs_in_once(world: World, client: Client, phones: Fake) -> None:
    assert ask(client)["Location"] == "/portal/sign-in/code/"
    code = code_to(phones)
    assert json.loads(phones.heard[-1].body)["to"] == NUMBER
    assert client.post("/portal/sign-in/code/", {"code": code})["Location"] == "/portal/"
    assert signed_in(client)
    customer = Identity.objects.get(kind="phone", address=NUMBER).customer
    assert customer.user is not None and customer.user.email.endswith("@phone.invalid")
    again = Client()
    again.cookies["pelekan_asked"] = client.cookies["pelekan_asked"].value
    again.post("/portal/sign-in/code/", {"code": code})
    assert not signed_in(again)
    letter = Letter.objects.get(way="sms")
    assert (letter.state, letter.sealed) == ("sent", "")


def test_who_wrote_by_sms_finds_his_requests(world: World, client: Client, phones: Fake) -> None:
    text(phones.gateway, "my parcel?", sender=NUMBER)  # type: ignore[attr-defined]
    ticket = Ticket.objects.latest("pk")
    ask(client)
    client.post("/portal/sign-in/code/", {"code": code_to(phones)})
    if ticket.number is None:
        actions.register(ticket, by=world.agents["sara"])
    assert "my parcel?" in client.get("/portal/").content.decode()


def test_au_02_asking_by_sms_looks_the_same_for_all(world: World, phones: Fake) -> None:
    colleague = Customer.objects.create(name="Sara", user=world.agents["sara"].user)
    Identity.objects.create(customer=colleague, kind="phone", address="+989121110000", verified_at=NOON)
    pages = []
    for number in ("+989121112233", "+989121110000", "+12025550123", "+982188776655"):
        browser = Client()
        answer = ask(browser, number)
        assert answer.status_code == 302
        page = browser.get(answer["Location"]).content.decode()
        shown = re.search(r'<bdi class="ltr">([^<]+)</bdi>', page)
        assert shown
        pages.append(re.sub(r'value="[^"]{40,}"|"X-CSRFToken": "\w+"', "", page.replace(shown[1], "NUMBER")))
    assert len(set(pages)) == 1
    # only the mobile number at home cost a text: not the agent's, not the unknown one abroad, not the landline
    assert list(Letter.objects.filter(way="sms").values_list("recipient", flat=True)) == [NUMBER]


def test_a_number_abroad_gets_a_code_once_it_is_proved(world: World, client: Client, phones: Fake) -> None:
    Identity.objects.create(
        customer=world.customers["emma"], kind="phone", address="+447400123456", verified_at=NOON
    )
    ask(client, "+44 7400 123456")
    assert Letter.objects.filter(way="sms", recipient="+447400123456").exists()


def test_texts_are_limited_by_number_network_and_day(world: World, phones: Fake) -> None:
    for _each in range(5):
        assert ask(Client()).status_code == 302
    assert Letter.objects.filter(way="sms").count() == 3
    for number in range(6):
        last = ask(Client(), f"0912 333 44{number:02}")
    assert last.status_code == 429
    entrance.TEXTED_FROM.clear()
    type(phones.gateway).objects.update(codes_per_day=Letter.objects.filter(way="sms").count())  # type: ignore[attr-defined]
    assert ask(Client(), "0912 999 8877").status_code == 302
    assert not Letter.objects.filter(way="sms", recipient="+989129998877").exists()


def test_without_a_gateway_only_mail_is_offered(world: World, client: Client) -> None:
    assert "mobile" not in client.get("/portal/sign-in/").content.decode()
    assert ask(client).status_code == 422


def test_what_may_have_gone_out_is_not_sent_twice(world: World, client: Client, phones: Fake) -> None:
    phones.answer(None)
    ask(client)
    work()
    work()
    letter = Letter.objects.get(way="sms")
    assert (letter.state, letter.due_at, letter.sealed) == ("failed", None, "")
    assert len(phones.heard) == 1


def test_a_code_is_good_for_its_own_use_only(world: World, mina: Client, phones: Fake) -> None:
    """A code that someone was talked into for adding an address does not sign in, and the other way round."""
    mina.post("/portal/profile/addresses/", {"address": "0912 111 2233"})
    code = code_to(phones)
    thief = Client()
    thief.cookies["pelekan_asked"] = mina.cookies["pelekan_asked"].value
    assert thief.post("/portal/sign-in/code/", {"code": code})["Location"] == "/portal/sign-in/"
    assert not signed_in(thief) and not Identity.objects.filter(address=NUMBER).exists()
    assert "saved=1" in mina.post("/portal/sign-in/code/", {"code": code})["Location"]
    identity = Identity.objects.get(address=NUMBER)
    assert identity.customer == world.customers["mina"] and identity.verified_at
    other = Client()
    ask(other)
    other.post("/portal/sign-in/code/", {"code": code_to(phones)})
    assert "مینا" in other.get("/portal/profile/").content.decode()


def test_an_address_of_another_account_is_not_taken(world: World, mina: Client) -> None:
    mina.post("/portal/profile/addresses/", {"address": "emma.clarke@example.net"})
    emma = world.customers["emma"].identities.get(kind="email")
    assert emma.customer == world.customers["emma"]
    mina.post("/portal/profile/addresses/", {"address": emma.address})
    code = re.search(r"\d{4} \d{4}", letters.text_of(Letter.objects.latest("pk")))
    assert code
    emma.verified_at = NOON
    emma.save()
    assert "taken=1" in mina.post("/portal/sign-in/code/", {"code": code[0]})["Location"]
    emma.refresh_from_db()
    assert emma.customer == world.customers["emma"]


def test_the_last_way_in_stays_and_the_others_go_after_proof(
    world: World, mina: Client, phones: Fake
) -> None:
    mina.post("/portal/profile/addresses/", {"address": "0912 111 2233"})
    gone = {"address": f"email:{MINA}"}
    before = mina.post("/portal/profile/addresses/remove/", gone)
    assert before["Location"].startswith("/portal/profile/confirm/")
    mina.post("/portal/sign-in/code/", {"code": code_to(phones)})
    assert mina.post("/portal/profile/addresses/remove/", gone).status_code == 302
    assert not Identity.objects.filter(address=MINA).exists()
    assert User.objects.get(customer=world.customers["mina"]).email.endswith("@phone.invalid")
    assert mina.post("/portal/profile/addresses/remove/", {"address": f"phone:{NUMBER}"}).status_code == 422
    assert Identity.objects.filter(address=NUMBER).exists()


# ── passwords ─────────────────────────────────────────────────────────────────────────────────────────────────


def proved(client: Client) -> None:
    session = client.session
    session["proved_at"] = clock().timestamp()
    session.save()


def with_password(mina: Client) -> None:
    assert "/confirm/" in mina.get("/portal/profile/password/")["Location"]
    assert "/confirm/" in mina.post("/portal/profile/password/", {"password": WORDS})["Location"]
    proved(mina)
    assert mina.post("/portal/profile/password/", {"password": "short"}).status_code == 422
    assert mina.post("/portal/profile/password/", {"password": WORDS}).status_code == 302


def enter(client: Client, address: str = MINA, password: str = WORDS):
    return client.post("/portal/sign-in/password/", {"email": address, "password": password})


def test_a_password_is_chosen_after_proof_and_signs_in(world: World, mina: Client) -> None:
    with_password(mina)
    assert signed_in(mina)  # this browser stays
    other = Client()
    before = other.get("/portal/sign-in/?way=password")
    assert before.status_code == 200
    assert enter(other)["Location"] == "/portal/" and signed_in(other)
    assert "/confirm/" in other.get("/portal/profile/password/")["Location"]  # a password proves nothing anew
    mina.post("/portal/profile/sign-out-everywhere/")
    assert not signed_in(other) and not signed_in(mina)
    assert enter(Client()).status_code == 302  # and the password is still there


def test_au_02_one_answer_for_every_wrong_password(world: World, mina: Client) -> None:
    with_password(mina)
    pages = set()
    for address in (MINA, "nobody@example.test", "emma.clarke@example.net", "sara@chakad.example"):
        answer = enter(Client(), address, "wrong wrong wrong")
        assert answer.status_code == 422
        pages.add(
            re.sub(
                r'value="[^"]{40,}"|"X-CSRFToken": "\w+"', "", answer.content.decode().replace(address, "A")
            )
        )
    assert len(pages) == 1
    assert (
        enter(Client(), "sara@chakad.example", "demo-pelekan").status_code == 422
    )  # agents have their own door


def test_au_01_guessing_is_slowed_the_owner_is_told_and_still_comes_in(world: World, mina: Client) -> None:
    with_password(mina)
    for _each in range(10):
        assert enter(Client(), password="guess").status_code == 422
    assert enter(Client()).status_code == 429
    assert Letter.objects.filter(recipient=MINA, kind="guessing").count() == 1
    owner = Client()
    owner.post("/portal/sign-in/", {"email": MINA})
    code = re.search(r"\d{4} \d{4}", letters.text_of(Letter.objects.filter(kind="sign_in").latest("pk")))
    assert code and owner.post("/portal/sign-in/code/", {"code": code[0]}).status_code == 302
    assert owner.get("/portal/profile/password/").status_code == 200  # a forgotten one is set anew
    with time_machine.travel(NOON + timedelta(minutes=16), tick=False):
        assert enter(Client()).status_code == 302


def test_au_13_a_new_password_ends_the_other_sessions(world: World, mina: Client) -> None:
    with_password(mina)
    other = Client()
    enter(other)
    old = other.session.session_key
    proved(mina)
    mina.post("/portal/profile/password/", {"password": WORDS + " more"})
    assert not signed_in(other) and signed_in(mina)
    fixed = Client()
    fixed.cookies["pelekan_session"] = old
    enter(fixed, password=WORDS + " more")
    assert fixed.session.session_key != old


# ── passkeys ──────────────────────────────────────────────────────────────────────────────────────────────────


class Device:
    """A passkey store: makes one key and signs with it (WebAuthn level 2, §6)."""

    def __init__(self, origin: str = "http://testserver", rp: str = "testserver") -> None:
        self.key, self.id, self.origin, self.rp = (
            ec.generate_private_key(ec.SECP256R1()),
            b"k" * 32,
            origin,
            rp,
        )
        self.counter = 0

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, flags: int) -> bytes:
        self.counter += 1
        return hashlib.sha256(self.rp.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def make(self, options: dict) -> dict:
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        data = self._data(0x45) + b"\0" * 16 + len(self.id).to_bytes(2, "big") + self.id + public
        attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"])
        return self._shape({"clientDataJSON": client, "attestationObject": attested})

    def sign(self, options: dict) -> dict:
        data, client = self._data(0x05), self._client("webauthn.get", options["challenge"])
        mark = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._shape({"clientDataJSON": client, "authenticatorData": data, "signature": mark})

    def _shape(self, parts: dict[str, bytes]) -> dict:
        name = websafe_encode(self.id)
        return {"id": name, "rawId": name, "type": "public-key", "clientExtensionResults": {},
                "response": {key: websafe_encode(value) for key, value in parts.items()}}  # fmt: skip


def post(client: Client, url: str, body: dict | None = None):
    return client.post(url, json.dumps(body or {}), content_type="application/json")


def with_key(mina: Client, device: Device) -> None:
    assert post(mina, "/portal/profile/passkeys/begin/").status_code == 403
    proved(mina)
    options = post(mina, "/portal/profile/passkeys/begin/").json()["publicKey"]
    answer = post(mina, "/portal/profile/passkeys/add/", {"key": device.make(options), "name": "My phone"})
    assert answer.status_code == 200, answer.content


def test_a_passkey_signs_in_without_an_address(world: World, mina: Client) -> None:
    device = Device()
    with_key(mina, device)
    browser = Client()
    options = post(browser, "/portal/sign-in/passkey/").json()["publicKey"]
    assert not options.get("allowCredentials") and MINA not in json.dumps(options)
    before = browser.session.session_key
    answer = device.sign(options)
    assert post(browser, "/portal/sign-in/passkey/enter/", {"key": answer}).json() == {"to": "/portal/"}
    assert signed_in(browser) and browser.session.session_key != before
    thief = Client()
    post(thief, "/portal/sign-in/passkey/")
    assert (
        post(thief, "/portal/sign-in/passkey/enter/", {"key": answer}).status_code == 422
    )  # another challenge
    again = Client()
    again.cookies["pelekan_session"] = before or ""
    assert post(again, "/portal/sign-in/passkey/enter/", {"key": answer}).status_code == 422  # used up
    assert not signed_in(thief) and not signed_in(again)
    page = mina.get("/portal/profile/").content.decode()
    assert "My phone" in page
    mina.post("/portal/profile/passkeys/remove/", {"key": Passkey.objects.get().pk})
    options = post(again, "/portal/sign-in/passkey/").json()["publicKey"]
    assert post(again, "/portal/sign-in/passkey/enter/", {"key": device.sign(options)}).status_code == 422


def test_passkeys_of_a_foreign_page_a_copy_or_an_agent_are_refused(world: World, mina: Client) -> None:
    device = Device()
    with_key(mina, device)

    def refused() -> bool:
        browser = Client()
        options = post(browser, "/portal/sign-in/passkey/").json()["publicKey"]
        answer = post(browser, "/portal/sign-in/passkey/enter/", {"key": device.sign(options)})
        return answer.status_code == 422 and not signed_in(browser)

    device.origin = "https://testserver.evil.test"
    assert refused()
    device.origin = "http://testserver"
    assert not refused()
    device.counter = 0  # a copy that was made earlier
    assert refused()
    device.counter = 90
    Passkey.objects.update(user=world.agents["sara"].user)
    assert refused()


def test_broken_answers_are_told_in_one_sentence(world: World, mina: Client) -> None:
    for body in (
        {},
        {"key": []},
        {"key": {"id": "x"}},
        {"key": {"id": "eA", "rawId": "eA", "type": "public-key", "response": {}}},
    ):
        browser = Client()
        post(browser, "/portal/sign-in/passkey/")
        answer = post(browser, "/portal/sign-in/passkey/enter/", body)
        assert answer.status_code == 422 and set(answer.json()) == {"error"}
        proved(mina)
        post(mina, "/portal/profile/passkeys/begin/")
        assert post(mina, "/portal/profile/passkeys/add/", body).status_code == 422


def test_mina_has_no_passkey_of_emma(world: World, mina: Client) -> None:
    emma = actions.welcome("emma.clarke@example.net", language="en")
    key = Passkey.objects.create(user=emma.user, name="hers", credential="c", public=b"x")
    mina.post("/portal/profile/passkeys/remove/", {"key": key.pk})
    assert Passkey.objects.filter(pk=key.pk).exists()
    assert "hers" not in mina.get("/portal/profile/").content.decode()
