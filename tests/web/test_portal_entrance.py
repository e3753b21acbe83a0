"""Customers sign in by mail: one answer for all, secrets that work once, nobody's requests for the wrong one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from pelekan.demo.world import World
from pelekan.people import letters, passcodes, signin
from pelekan.people.identify import claim, customer_for
from pelekan.people.models import Customer, Identity, Letter, Token, User
from pelekan.tickets import actions
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Event, Ticket
from pelekan.web.portal import entrance, requests
from tests.conftest import NOON

MINA = "mina.salehi@example.com"


@pytest.fixture(autouse=True)
def _fresh():
    for limit in (entrance.ASKED_FROM, entrance.TRIED_FROM, requests.WRITES):
        limit.clear()
    with time_machine.travel(NOON, tick=False):
        yield


def ask(client: Client, address: str, **extra):
    return client.post("/portal/sign-in/", {"email": address, **extra})


def mailed(address: str) -> str:
    return letters.text_of(Letter.objects.filter(recipient=address).latest("pk"))


def code_in(text: str) -> str:
    return re.search(r"\d{4} \d{4}", text)[0]


def link_in(text: str) -> str:
    return re.search(r"http://testserver(/portal/sign-in/link/\w+/)", text)[1]


def signed_in(client: Client) -> bool:
    return client.get("/portal/profile/").status_code == 200


def chat(
    world: World, address: str = "", *, text: str = "سلام، پولم کم شد", registered: bool = True
) -> Ticket:
    """A visitor's chat; with `address` he typed it."""
    visitor = customer_for("visitor", f"browser-{Customer.objects.count()}", name="")
    if address:
        claim(visitor, "email", address)
    message = actions.receive(
        Incoming(inbox_id=world.inboxes["shop"].pk, channel="chat", customer_id=visitor.pk, text=text)
    )
    if registered:
        actions.register(message.ticket, by=world.agents["sara"])
    return Ticket.objects.get(pk=message.ticket_id)


def test_a_code_signs_in_and_works_once(world: World, client: Client) -> None:
    ask(client, MINA)
    code = code_in(mailed(MINA))
    answer = client.post(
        "/portal/sign-in/code/", {"code": code.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))}
    )
    assert answer.status_code == 302 and answer["Location"] == "/portal/"
    assert signed_in(client)
    world.customers["mina"].refresh_from_db()
    assert world.customers["mina"].user.email == MINA
    assert not world.customers["mina"].user.has_usable_password()
    other = Client()
    other.cookies["pelekan_asked"] = client.cookies["pelekan_asked"].value
    other.post("/portal/sign-in/code/", {"code": code})
    assert not signed_in(other)


def test_au_22_a_link_survives_scanners_asks_first_and_works_once(world: World, client: Client) -> None:
    ask(client, MINA)
    link = link_in(mailed(MINA))
    scanner, elsewhere = Client(), Client()
    for _ in range(3):
        assert scanner.get(link).status_code == 200
        assert not signed_in(scanner)
    page = elsewhere.get(link).content.decode()
    assert MINA in page and "another browser" in page
    assert "another browser" not in client.get(link).content.decode()
    assert elsewhere.post(link).status_code == 302
    assert signed_in(elsewhere)
    assert client.post(link).status_code == 404
    assert not signed_in(client)


def test_a_code_counts_only_in_the_browser_that_asked(world: World, client: Client) -> None:
    ask(client, MINA)
    thief = Client()
    ask(thief, "thief@example.test")
    assert thief.post("/portal/sign-in/code/", {"code": code_in(mailed(MINA))}).status_code == 422
    assert not signed_in(thief)


def test_tries_are_limited_and_time_ends_it(world: World, client: Client) -> None:
    ask(client, MINA)
    code = code_in(mailed(MINA))
    for _ in range(passcodes.TRIES):
        assert client.post("/portal/sign-in/code/", {"code": "0000 0000"}).status_code == 422
    assert client.post("/portal/sign-in/code/", {"code": code}).status_code == 422
    ask(client, MINA)
    code, link = code_in(mailed(MINA)), link_in(mailed(MINA))
    with time_machine.travel(NOON + passcodes.CODE_LIVES + timedelta(seconds=1), tick=False):
        assert client.get(link).status_code == 404
        client.post("/portal/sign-in/code/", {"code": code})
        assert not signed_in(client)


def test_au_02_pr_01_known_unknown_and_agents_look_the_same(
    world: World, client: Client, django_assert_num_queries
) -> None:
    pages, counts = [], []
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ask(Client(), "first@example.test")  # what a process reads once
    for address in (MINA, "nobody@example.test", "sara@chakad.example"):
        browser = Client()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            first = ask(browser, address)
        counts.append(len(queries))
        assert first.status_code == 302
        page = browser.get(first["Location"]).content.decode()
        pages.append(re.sub(r'value="[^"]{40,}"|"X-CSRFToken": "\w+"', "", page.replace(address, "ADDRESS")))
        assert set(browser.cookies) == {"pelekan_asked", "pelekan_next", "pelekan_csrf"}
    assert pages[0] == pages[1] == pages[2]
    assert max(counts) == min(counts)


def test_agents_get_no_code_past_their_password(world: World, client: Client) -> None:
    ask(client, "sara@chakad.example")
    text = mailed("sara@chakad.example")
    assert "/accounts/login/" in text and not re.search(r"\d{4} \d{4}|sign-in/link", text)
    with pytest.raises(signin.NotForAgents):
        signin.prove("sara@chakad.example", language="en", now=NOON)


def test_pr_01_no_more_than_five_mails_an_hour_and_the_answer_stays(world: World) -> None:
    for number in range(8):
        browser = Client()
        assert ask(browser, MINA).status_code == 302
        assert "We sent a code" in browser.get("/portal/sign-in/code/").content.decode()
        assert Letter.objects.count() == min(number + 1, passcodes.MAILED_PER_HOUR)


def test_the_owner_still_gets_in_while_others_ask_for_him(world: World, client: Client) -> None:
    for _ in range(9):
        ask(Client(), MINA)
    client.post(link_in(mailed(MINA)))  # whoever asked for it: it is in his mailbox
    assert signed_in(client)


def test_pr_01_one_network_asks_thirty_times_an_hour(world: World) -> None:
    statuses = [ask(Client(), f"a{number}@example.test").status_code for number in range(32)]
    assert statuses == [302] * 30 + [429] * 2
    assert (
        Client().post("/portal/sign-in/", {"email": "b@example.test"}, REMOTE_ADDR="192.0.2.9").status_code
        == 302
    )


def test_op_06_forged_headers_do_not_change_the_client_address(world: World) -> None:
    forged = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_CF_CONNECTING_IP", "HTTP_X_REAL_IP")
    for number in range(30):
        ask(Client(headers={}), f"a{number}@example.test")
    for name in forged:
        answer = Client().post("/portal/sign-in/", {"email": "b@example.test"}, **{name: "192.0.2.77"})
        assert answer.status_code == 429, name


def test_secrets_are_stored_as_digests_and_mail_is_sealed(world: World, client: Client) -> None:
    ask(client, MINA)
    letter = Letter.objects.get()
    code, link = code_in(letters.text_of(letter)), link_in(letters.text_of(letter)).split("/")[-2]
    token = Token.objects.get()
    stored = f"{token.digest} {token.data} {letter.sealed}"
    assert code.replace(" ", "") not in stored and code not in stored and link not in stored


def test_au_19_next_leads_only_to_own_paths(world: World) -> None:
    for wish in (
        "//evil.test",
        "/\\evil.test",
        "https:evil.test",
        "javascript:alert(1)",
        "http://evil.test/",
        "/\t/evil.test",
    ):
        browser = Client()
        ask(browser, MINA, next=wish)
        answer = browser.post("/portal/sign-in/code/", {"code": code_in(mailed(MINA))})
        assert answer["Location"] == "/portal/", wish
        Token.objects.all().delete()
    browser = Client()
    ask(browser, MINA, next="/portal/profile/")
    assert (
        browser.post("/portal/sign-in/code/", {"code": code_in(mailed(MINA))})["Location"]
        == "/portal/profile/"
    )


def test_a_new_session_key_at_sign_in(world: World, client: Client) -> None:
    client.cookies["pelekan_session"] = "fixated"
    ask(client, MINA)
    client.post("/portal/sign-in/code/", {"code": code_in(mailed(MINA))})
    assert client.cookies["pelekan_session"].value != "fixated"


def test_proof_brings_the_requests_of_a_visitor_who_typed_the_address(world: World) -> None:
    ticket, other = chat(world, MINA), chat(world, "someone@example.test")
    visitor = ticket.customer
    customer = actions.welcome(MINA, language="fa", now=NOON)
    assert customer == world.customers["mina"]
    assert list(Ticket.objects.of_customer(customer)) == [ticket]
    assert Event.objects.get(name="ticket.adopted").ticket == ticket
    other.refresh_from_db()
    assert other.customer != customer
    # the visitor goes on with the chat that he began, and sees nothing of what the owner writes
    answer = actions.answer(Ticket.objects.get(pk=ticket.pk), by=customer, text="من هستم", now=NOON)
    assert answer.conversation.channel == "portal"
    assert not visitor.conversations.filter(messages=answer).exists()


@pytest.mark.parametrize("reason", ["second address", "mail", "phone", "proved", "signed in"])
def test_adoption_leaves_alone_what_may_be_a_third_persons(world: World, reason: str) -> None:
    ticket = chat(world, MINA)
    visitor = ticket.customer
    if reason == "second address":
        claim(visitor, "email", "other@example.test")
    elif reason == "mail":
        Identity.objects.create(customer=visitor, kind="email", address="other@example.test")
    elif reason == "phone":
        Identity.objects.create(customer=visitor, kind="phone", address="+989121234567")
    elif reason == "proved":
        visitor.identities.update(verified_at=NOON)
    else:
        visitor.user = User.objects.create_user("other@example.test", name="x")
        visitor.save()
    actions.welcome(MINA, language="fa", now=NOON)
    ticket.refresh_from_db()
    assert ticket.customer == visitor


def test_two_proved_customers_are_never_made_one(world: World) -> None:
    mina = world.customers["mina"]
    Identity.objects.create(customer=mina, kind="email", address="typo@example.test")  # an agent put it there
    stranger = actions.welcome("typo@example.test", language="en", now=NOON)
    assert stranger != mina
    assert Identity.objects.get(address="typo@example.test").customer == stranger
    assert mina.claims.filter(address="typo@example.test").exists()
    assert actions.welcome(MINA, language="fa", now=NOON) == mina


def test_au_11_a_password_set_before_the_proof_dies(world: World) -> None:
    early = User.objects.create_user("later@example.test", "attackers-own-password", name="")
    attacker = Client()
    attacker.force_login(early, backend="pelekan.people.backends.Backend")
    customer = actions.welcome("later@example.test", language="en", now=NOON)
    assert customer.user == early
    early.refresh_from_db()
    assert not early.has_usable_password()
    assert attacker.get("/portal/profile/").status_code == 302


def test_az_12_no_company_before_proof(world: World) -> None:
    customer = customer_for("email", "new@sepehr-trading.example", language="fa")
    assert customer.organization is None
    assert (
        actions.welcome("new@sepehr-trading.example", language="fa", now=NOON).organization.name
        == "بازرگانی سپهر"
    )
