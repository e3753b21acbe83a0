"""A request without signing in: at once and followed by its browser; nothing of anybody else's opens by it, and programs are
kept out without a word being lost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pelekan.channels.email.letter import letter
from pelekan.channels.models import Delivery
from pelekan.demo.world import World
from pelekan.knowledge.trail.models import Offer, Question
from pelekan.people.models import Claim, Customer, Identity, Team
from pelekan.tickets.models import Attachment, Inbox, Message, Ticket
from pelekan.web.deflection import beside
from pelekan.web.portal import open_form
from tests.conftest import NOON
from tests.web.portal.desk import text_of, ticket_of
from tests.web.test_before_sending import LANGUAGES, article
from tests.web.test_footsteps import FIREFOX

ASK = "/portal/requests/ask/"
LATER = NOON + timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _limits():
    for limit in (open_form.TRIED, open_form.LEFT, open_form.OF_ADDRESS, beside.LOOKS):
        limit.clear()


@pytest.fixture
def stranger(world: World) -> Client:
    client = Client(headers={"user-agent": FIREFOX})
    client.cookies["language"] = "en"
    return client


def form_of(client: Client, **values: object) -> dict[str, object]:
    page = text_of(client.get(ASK))
    return {
        "client_id": page.partition('name="client_id" value="')[2].partition('"')[0],
        "name": "Reza", "address": "reza@example.org", "subject": "Parcel", "text": "It came open.",
        "team": Team.objects.get(name="پرداخت و مالی").pk, **values,
    }  # fmt: skip


def send(client: Client, form: dict[str, object] | None = None, at=LATER, **values: object):
    form = form or form_of(client, **values)
    with time_machine.travel(at, tick=False):
        return client.post(ASK, form)


@pytest.mark.parametrize("language", ["fa", "ar", "en"])
def test_written_registered_and_followed(world: World, stranger: Client, language: str) -> None:
    stranger.cookies["language"] = language
    assert stranger.get("/portal/requests/new/?article=7")["Location"] == f"{ASK}?article=7"
    answer = send(stranger, files=SimpleUploadedFile("photo.txt", b"words"))
    ticket = Ticket.objects.get()
    assert answer["Location"] == f"/portal/guest/{ticket.pk}/?new=1#sent-new"
    assert (ticket.channel, ticket.language, ticket.team.name) == ("form", language, "پرداخت و مالی")
    assert ticket.number and ticket.registered_at and ticket.customer.name == "Reza"
    page = text_of(stranger.get(f"/portal/guest/{ticket.pk}/?new=1"))
    link = re.search(r"http://testserver(/portal/g/\w+/)", page)
    assert link and Client().get(link[1])["Location"] == f"/portal/guest/{ticket.pk}/"
    assert "reza@example.org" in page and "It came open." in page and "photo.txt" in page
    assert (
        stranger.post(f"/portal/guest/{ticket.pk}/answer/", {"text": "more", "client_id": "x"}).status_code
        == 302
    )
    assert Message.objects.filter(ticket=ticket, text="more", customer=ticket.customer).exists()
    assert Client().get(f"/portal/guest/{ticket.pk}/").status_code == 404


def test_ch_12_a_typed_address_is_a_claim_and_opens_nothing(world: World, stranger: Client) -> None:
    theirs = ticket_of(world, "mina", "SECRET-OF-MINA")
    address = world.customers["mina"].identities.get(kind="email").address
    answer = send(stranger, address=address.upper())
    ticket = Ticket.objects.exclude(pk=theirs.pk).get()
    assert ticket.customer != world.customers["mina"]
    assert (
        Claim.objects.get().address == address
        and not ticket.customer.identities.exclude(kind="visitor").exists()
    )
    assert "SECRET-OF-MINA" not in text_of(stranger.get(answer["Location"].partition("#")[0]))
    assert stranger.get(f"/portal/guest/{theirs.pk}/").status_code == 404
    assert Identity.objects.get(address=address).customer == world.customers["mina"]


def test_the_same_sending_twice_is_one_request(stranger: Client) -> None:
    form = form_of(stranger)
    first, second = send(stranger, form), send(stranger, form)
    assert first["Location"] == second["Location"] and Ticket.objects.count() == 1
    assert Customer.objects.filter(name="Reza").count() == 1


def test_what_is_missing_is_said_and_nothing_is_lost(stranger: Client) -> None:
    file = SimpleUploadedFile("photo.txt", b"words")
    answer = send(stranger, name="", address="nowhere", team="", files=file)
    page = text_of(answer)
    assert answer.status_code == 422 and not Ticket.objects.exists()
    assert page.count('class="field__error"') == 3 and "It came open." in page and "photo.txt" in page
    fields = dict(re.findall(r'name="(client_id|kept)" value="([^"]+)"', page))
    assert send(stranger, form_of(stranger) | fields).status_code == 302
    assert Message.objects.get(kind="incoming").attachments.count() == 1


def test_ml_12_the_form_as_a_spam_relay(world: World, stranger: Client) -> None:
    for number in range(7):
        spam = {
            "name": "BUY http://spam.test",
            "address": "victim@example.org",
            "subject": "http://spam.test",
            "text": f"BUY {number}",
        }
        answer = send(stranger, **spam)
        assert answer.status_code == (302 if number < 5 else 429), number
    assert "BUY 6" in text_of(answer) and int(answer["Retry-After"]) > 0
    assert Ticket.objects.count() == 5
    assert Delivery.objects.filter(recipient="victim@example.org").count() == 2  # an hour
    mail = letter(first := Delivery.objects.first(), [first.message])
    assert "/portal/g/" not in mail.body_text and not re.search("BUY|spam", mail.body_text + mail.subject)
    for receipt in Message.objects.filter(automatic=True):
        assert "BUY" not in receipt.text and "spam" not in receipt.text


def test_a_flood_from_one_network_is_stopped_and_others_are_not(world: World, stranger: Client) -> None:
    for number in range(20):
        assert send(stranger, address=f"p{number}@example.org").status_code == 302
    assert send(stranger, address="p21@example.org").status_code == 429
    other = Client(headers={"user-agent": FIREFOX}, REMOTE_ADDR="192.0.2.7")
    assert send(other, address="p22@example.org").status_code == 302


def test_hx_22_a_flood_of_uploads_is_refused_before_a_file_is_kept(stranger: Client) -> None:
    form = form_of(stranger, name="")
    for _number in range(open_form.TRIED.count):
        assert send(stranger, dict(form)).status_code == 422
    answer = send(stranger, form | {"files": SimpleUploadedFile("a.txt", b"x")})
    assert answer.status_code == 429 and not Attachment.objects.exists()
    assert "It came open." in text_of(answer)


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ({open_form.EMPTY: "x"}, LATER),
        ({}, NOON + timedelta(seconds=1)),
        ({}, NOON + timedelta(days=3)),
        ({"client_id": "1-2-3"}, LATER),
        ({"client_id": ""}, LATER),
        ({"client_id": f"{10**30}-a-b"}, LATER),
    ],
    ids=["hidden field", "too quick", "too late", "no id of ours", "no id", "a huge id"],
)
def test_programs_are_kept_out_and_people_send_once_more(stranger: Client, given: dict[str, str], at) -> None:
    answer = send(stranger, form_of(stranger) | given, at=at)
    page = text_of(answer)
    assert answer.status_code == 422 and not Ticket.objects.exists()
    assert 'role="alert"' in page or "banner" in page
    assert "It came open." in page and "reza@example.org" in page
    again = form_of(stranger) | {"client_id": page.partition('name="client_id" value="')[2].partition('"')[0]}
    assert send(stranger, again, at=at + timedelta(minutes=1)).status_code == 302


def test_hx_21_uploads_of_others_can_t_be_taken(world: World, stranger: Client) -> None:
    other = Attachment.objects.create(
        name="theirs.txt", path="x", size=1, upload_key="customer:1", token="t1", sha256="0" * 64
    )
    unowned = Attachment.objects.create(
        name="nobody.txt", path="y", size=1, upload_key="", token="t2", sha256="0" * 64
    )
    for mark in ("", "bad"):
        page = text_of(
            send(stranger, form_of(stranger) | {"client_id": mark, "kept": [other.pk, unowned.pk]})
        )
        assert "theirs.txt" not in page and "nobody.txt" not in page
    send(stranger, form_of(stranger) | {"kept": [other.pk, unowned.pk]})
    assert not Message.objects.get(kind="incoming").attachments.exists()


@pytest.mark.parametrize("language", ["fa", "ar", "en"])
def test_answers_appear_and_both_ways_are_counted(world: World, stranger: Client, language: str) -> None:
    article(language)
    stranger.cookies["language"] = language
    words = LANGUAGES[language][2]
    page = text_of(stranger.post("/answers/look/", {"text": words}))
    token = page.partition('name="offer" value="')[2].partition('"')[0]
    assert LANGUAGES[language][0] in page and token
    assert send(stranger, text=words, live_answers="1", offer=token).status_code == 302
    offer = Offer.objects.get()
    assert offer.place == "form" and offer.ticket == Ticket.objects.get() and offer.went_on_at
    assert Question.objects.get().ticket == offer.ticket


def test_without_scripts_answers_stand_between_once(world: World, stranger: Client) -> None:
    article()
    page = text_of(send(stranger, subject="charged twice", text="charged twice"))
    assert "Charged twice" in page and not Ticket.objects.exists()
    fields = dict(part.split('" value="') for one in page.split('type="hidden" name="')[1:] for part in [one.partition('">')[0]])  # fmt: skip
    assert send(stranger, fields).status_code == 302
    assert Message.objects.get(kind="incoming").text == "charged twice"


def test_a_desk_may_ask_for_a_sign_in(world: World, stranger: Client) -> None:
    inbox = Inbox.objects.get(channel="portal")
    chief = Client()
    chief.force_login(world.agents["arash"].user)
    page = f"/desk/settings/inboxes/{inbox.pk}/"
    assert 'name="require_identity"' in text_of(chief.get(page))
    values = {"name": inbox.name, "team": inbox.team_id, "language": "fa", "require_identity": "1"}
    assert chief.post(page, values).status_code == 302
    assert stranger.get("/portal/requests/new/")["Location"].startswith("/portal/sign-in/")
    assert stranger.get(ASK)["Location"].startswith("/portal/sign-in/")
    assert send(stranger, {"text": "x"})["Location"].startswith("/portal/sign-in/")
    assert ASK not in text_of(stranger.get("/portal/sign-in/"))
    assert not Ticket.objects.exists()
