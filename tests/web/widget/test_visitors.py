"""Who a visitor is, and what he may never see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from pelekan.lib.live import read_ticket
from pelekan.lib.secrets import digest
from pelekan.lib.time import now
from pelekan.people.models import Claim, Customer, Identity, Token
from pelekan.tickets import actions
from pelekan.tickets.models import Conversation, Event, Message

from .conftest import Browser, signed


def test_looking_leaves_no_trace(browser, world):
    before = Customer.objects.count()
    shape = browser().hello()
    assert shape["visitor"] is None and "token" not in shape
    assert Customer.objects.count() == before and not Token.objects.exists()


def test_a_token_is_stored_only_as_its_digest_and_no_cookie_is_set(browser):
    one = browser()
    one.hello(begin=True)
    token = Token.objects.get()
    assert token.digest == digest(one.token) and len(one.token) >= 32
    assert not one.client.cookies


def test_the_token_is_good_for_one_inbox_only(browser, world, shop):
    one = browser()
    one.chat()
    shop.pk = None
    shop.name, shop.key = "دیگری", "other-widget"
    shop.save()
    other = Browser("other-widget")
    other.token = one.token
    assert other.hello()["visitor"] is None


@pytest.mark.parametrize("change", ["revoked_at", "expires_at"])
def test_a_token_that_is_over_opens_nothing(browser, change):
    one = browser()
    chat = one.chat()
    Token.objects.update(**{change: now() - timedelta(seconds=1)})
    assert one.call("messages", conversation=chat.pk).status_code == 401
    assert one.send("more").status_code == 401


def test_ch_02_a_visitor_hears_only_his_own(browser):
    one, other = browser(), browser()
    mine, theirs = one.chat(), other.chat()
    grant = read_ticket(settings.SECRET_KEY, one.hello()["live"]["ticket"], now().timestamp())
    assert set(grant.topics) == {f"customer:{mine.customer_id}", f"conversation:{mine.pk}"}
    for path, body in (
        ("messages", None),
        ("send", {"client_id": "12345678", "text": "x"}),
        ("read", {"message": 1}),
        ("end", {}),
        ("register", {"subject": "x"}),
        ("page", {"context": {"page": "https://shop.example/"}}),
    ):
        if body is None:
            answer = one.call(path, conversation=theirs.pk)
        else:
            answer = one.call(path, {**body, "conversation": theirs.pk})
        assert answer.status_code == 404, path
    assert Message.objects.filter(conversation=theirs).count() == 1
    assert (
        one.call("messages", conversation=99999).content
        == one.call("messages", conversation=theirs.pk).content
    )


def test_notes_and_held_messages_stay_inside(browser, world):
    one = browser()
    chat = one.chat()
    sara = world.agents["sara"]
    actions.note(chat.ticket, by=sara, text="a difficult one")
    actions.reply(chat.ticket, by=sara, text="Good day")
    assert one.texts(chat) == ["Hello", "Good day"]


def test_signed_identity_opens_the_customers_own_history(browser, world, shop):
    who = signed(shop, id=7, email="Emma.Clarke@example.net", name="Emma Clarke")
    one = browser()
    shape = one.hello(identity=who)
    assert shape["visitor"]["signed"] and shape["visitor"]["id"] == world.customers["emma"].pk
    external = Identity.objects.get(kind="external")
    assert external.address == "shop-widget:7" and external.verified_at
    again = browser()
    assert again.hello(identity=signed(shop, id=7))["visitor"]["id"] == world.customers["emma"].pk


def test_a_signed_user_who_never_wrote_leaves_no_trace(browser, shop):
    before = Customer.objects.count()
    assert browser().hello(identity=signed(shop, id="new", email="new@example.org"))["visitor"] is None
    assert Customer.objects.count() == before
    one = browser()
    shape = one.hello(identity=signed(shop, id="new", email="new@example.org"), begin=True)
    assert shape["visitor"]["signed"]
    assert Identity.objects.get(kind="email", address="new@example.org").verified_at


@pytest.mark.parametrize(
    "wrong",
    [
        lambda inbox: signed(
            inbox, secret="the-secret-of-another-inbox", id=7, email="emma.clarke@example.net"
        ),
        lambda inbox: {**signed(inbox, id=7), "email": "emma.clarke@example.net"},
        lambda inbox: {"id": 7, "email": "emma.clarke@example.net", "hash": ""},
        lambda inbox: {"id": 7, "email": "emma.clarke@example.net", "alg": "none"},
        lambda inbox: signed(inbox, id=7, email="emma.clarke@example.net", exp=1_000_000_000),
        lambda inbox: signed(inbox, id="7\nemma.clarke@example.net"),
        lambda inbox: "emma",
    ],
    ids=["other secret", "changed", "no hash", "alg none", "expired", "line break", "no object"],
)
def test_au_15_a_wrong_identity_stays_anonymous(browser, shop, world, wrong):
    chat = browser()
    chat.hello(identity=signed(shop, id=7, email="emma.clarke@example.net"), begin=True)
    chat.send("My secret order")
    thief = browser()
    shape = thief.hello(identity=wrong(shop), begin=True)
    assert shape["identity"] and not shape["visitor"]["signed"]
    assert shape["visitor"]["id"] != world.customers["emma"].pk and shape["requests"] == []


def test_au_15_of_another_inbox_with_the_same_secret(browser, shop, world):
    values = {"id": "7", "email": "emma.clarke@example.net"}
    other = type(shop)(key="other-widget", secret=shop.secret)
    shape = browser().hello(identity=signed(other, **values), begin=True)
    assert shape["identity"] and not shape["visitor"]["signed"]


def test_au_15_required_identity(browser, shop):
    shop.require_identity = True
    shop.save()
    one = browser()
    assert one.call("hello", {"begin": True}).status_code == 401
    assert (
        one.call("hello", {"begin": True, "identity": signed(shop, secret="x" * 20, id=7)}).status_code == 401
    )
    assert one.hello(begin=True, identity=signed(shop, id=7))["visitor"]["signed"]


def test_ch_11_b_never_sees_a(browser, shop):
    tab = browser()
    tab.hello(identity=signed(shop, id="a"), begin=True)
    chat = Conversation.objects.get(pk=tab.send("A's secret").json()["conversation"]["id"])
    token_of_a = tab.token
    # B signs in at the same browser: A's token comes along once, and is over
    shape = tab.hello(identity=signed(shop, id="b"), begin=True)
    assert shape["requests"] == [] and tab.token != token_of_a
    assert tab.call("messages", conversation=chat.pk).status_code == 404
    back_button = browser()
    back_button.token = token_of_a
    assert back_button.call("messages", conversation=chat.pk).status_code == 401
    assert Event.objects.filter(name="visitor.left", topics__startswith="revoke:visitor:").exists()


def test_ch_11_signing_out_ends_the_token(browser, shop):
    tab = browser()
    tab.hello(identity=signed(shop, id="a"), begin=True)
    chat = tab.send("A's secret").json()["conversation"]["id"]
    assert tab.call("forget", {}).status_code == 204
    assert tab.call("messages", conversation=chat).status_code == 401
    assert tab.hello()["visitor"] is None


def test_a_failing_proof_does_not_lean_on_an_older_one(browser, shop):
    tab = browser()
    tab.hello(identity=signed(shop, id="a"), begin=True)
    tab.send("A's secret")
    shape = tab.hello(identity={"id": "a", "hash": "0" * 64})
    assert shape["visitor"] is None and shape["identity"]


def test_what_he_wrote_before_he_signed_in_becomes_his(browser, shop, world):
    tab = browser()
    chat = tab.chat("Before")
    anonymous, line = tab.token, chat.messages.get().client_id
    shape = tab.hello(identity=signed(shop, id=7, email="emma.clarke@example.net"))
    assert shape["conversation"]["id"] == chat.pk and tab.token != anonymous
    chat.refresh_from_db()
    assert chat.customer == world.customers["emma"] == chat.ticket.customer
    assert tab.send("Before", id=line).json()["message"]["id"] == chat.messages.get().pk
    old = browser()
    old.token = anonymous
    assert old.call("messages", conversation=chat.pk).status_code == 401


def test_ch_12_a_typed_address_is_a_claim_and_opens_nothing(browser, world):
    one = browser()
    one.send("Hello", contact={"name": "Someone", "email": "emma.clarke@example.net", "phone": "09123456789"})
    shape = one.hello()
    assert shape["visitor"]["name"] == "Someone" and len(shape["requests"]) == 1
    customer = Customer.objects.get(pk=shape["visitor"]["id"])
    assert customer != world.customers["emma"]
    assert not customer.identities.exclude(kind="visitor").exists()
    assert set(Claim.objects.filter(customer=customer).values_list("address", flat=True)) == {
        "emma.clarke@example.net",
        "+989123456789",
    }
    assert "Emma" not in str(shape)
