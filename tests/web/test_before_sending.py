"""Answers beside a request that is being written: kind, quick, and never in the way."""

from __future__ import annotations

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.knowledge import actions as articles
from pelekan.knowledge.models import Section, Translation, Visibility
from pelekan.knowledge.trail.models import Offer, Question
from pelekan.tickets.models import Attachment, Ticket
from pelekan.web.deflection import beside
from tests.web.portal.desk import browser_of, new, text_of

LANGUAGES = {
    "en": ("Charged twice", "<p>A card that was charged twice is paid back within a day.</p>", "charged twice"),
    "fa": ("برداشت دوباره از کارت", "<p>برداشت دوباره از کارت تا یک روز برمی‌گردد.</p>", "برداشت دوباره از کارت"),
    "ar": ("خصم مرتين من البطاقة", "<p>المبلغ الذي خصم مرتين من البطاقة يعود خلال يوم.</p>", "خصم مرتين من البطاقة"),
}  # fmt: skip


@pytest.fixture
def mina(world: World) -> Client:
    beside.LOOKS.clear()
    client = browser_of(world, "mina")
    client.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux) Firefox/130"
    return client


def article(language: str = "en", visibility: str = Visibility.PUBLIC, title: str = "") -> Translation:
    shelf, _made = Section.objects.get_or_create(slug="money", names={"en": "Money"})
    known, body, _question = LANGUAGES[language]
    made = articles.begin(
        shelf, language=language, title=title or known, body=body, by=None, visibility=visibility
    )
    return articles.publish(made, by=None)


def look(client: Client, text: str, **given: str) -> str:
    return text_of(client.post("/answers/look/", {"text": text, **given}))


def speak(client: Client, language: str) -> None:
    client.post("/language/", {"language": language, "next": "/portal/"})


@pytest.mark.parametrize("language", ["fa", "ar", "en"])
def test_write_a_request_see_the_answer_solved(world: World, mina: Client, language: str) -> None:
    speak(mina, language)
    made = article(language)
    page = look(mina, LANGUAGES[language][2])
    assert LANGUAGES[language][0] in page
    offer = Offer.objects.get()
    opened = mina.get(page.partition('<a href="')[2].partition('"')[0])
    assert opened.status_code == 302 and opened["Location"].startswith(f"/help/{language}/a/{made.pk}-")
    token = page.partition('name="offer" value="')[2].partition('"')[0]
    assert (
        mina.post("/answers/solved/", {"offer": token, "solved": "1", "text": "my words"}).status_code == 302
    )
    assert mina.get("/answers/thanks/").status_code == 200
    offer.refresh_from_db()
    assert offer.solved_at and offer.clicked_at and offer.place == "portal"
    assert not Ticket.objects.exists() and Question.objects.get().clicked == made


def test_still_need_help_goes_on_with_everything_that_was_written(world: World, mina: Client) -> None:
    article()
    page = look(mina, "charged twice")
    token = page.partition('name="offer" value="')[2].partition('"')[0]
    answer = new(mina, text="charged twice", live_answers="1", offer=token)
    assert answer.status_code == 302
    ticket, offer = Ticket.objects.get(), Offer.objects.get()
    assert offer.ticket == ticket and offer.went_on_at and not offer.solved_at
    assert Question.objects.get().ticket == ticket


def test_the_agent_sees_what_was_shown_before(world: World, mina: Client) -> None:
    made = article()
    page = look(mina, "charged twice")
    token = page.partition('name="offer" value="')[2].partition('"')[0]
    new(mina, text="charged twice", live_answers="1", offer=token)
    nika = Client()
    nika.force_login(world.agents["nika"].user)
    strip = f"/desk/tickets/{Ticket.objects.get().pk}/answers/strip/"
    shown = text_of(nika.get(strip)).partition("fits--shown")[2]
    assert f"/help/en/a/{made.pk}-" in shown and "Charged twice" in shown
    Offer.objects.all().delete()
    assert "fits--shown" not in text_of(nika.get(strip))


def test_without_scripts_one_page_stands_between_and_loses_nothing(world: World, mina: Client) -> None:
    article()
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = new(
        mina, subject="charged twice", text="charged twice", files=SimpleUploadedFile("a.txt", b"words")
    )
    page = text_of(sent)
    assert sent.status_code == 200 and "Charged twice" in page and not Ticket.objects.exists()
    fields = dict(
        part.split('" value="')
        for part in page.split('type="hidden" name="')[1:]
        for part in [part.partition('">')[0]]
    )
    assert fields["kept"] == str(Attachment.objects.get().pk)
    assert mina.post("/portal/requests/new/", fields).status_code == 302
    ticket = Ticket.objects.get()
    message = ticket.messages.get(kind="incoming")
    assert message.text == "charged twice" and message.attachments.count() == 1
    assert Offer.objects.get().ticket == ticket


def test_nothing_that_fits_stands_in_nobodys_way(world: World, mina: Client) -> None:
    article()
    assert new(mina, subject="Parcel", text="It was delivered to the neighbour").status_code == 302
    assert Ticket.objects.count() == 1 and not Offer.objects.exists()


@pytest.mark.parametrize("visibility", [Visibility.AGENTS, Visibility.TIER, Visibility.GROUPS])
def test_sp_what_a_customer_may_not_read_is_not_suggested(
    world: World, mina: Client, visibility: str
) -> None:
    made = article(visibility=visibility)
    if visibility == Visibility.TIER:
        made.article.tier = world.tiers[2]
        made.article.save()
    assert "Charged twice" not in look(mina, "charged twice")
    assert "Charged twice" not in look(Client(), "charged twice")


def test_what_is_for_customers_is_not_shown_to_strangers(world: World, mina: Client) -> None:
    article(visibility=Visibility.CUSTOMERS)
    assert "Charged twice" in look(mina, "charged twice") and "Charged twice" not in look(
        Client(), "charged twice"
    )


def test_the_same_again_costs_nothing_and_who_looks_too_often_waits(world: World, mina: Client) -> None:
    article()
    page = look(mina, "charged twice")
    token = page.partition('name="offer" value="')[2].partition('"')[0]
    shown = page.partition('name="shown" value="')[2].partition('"')[0]
    again = mina.post("/answers/look/", {"text": "charged twice!", "offer": token, "shown": shown})
    assert again.status_code == 204 and Question.objects.count() == 1
    for _ in range(100):
        last = mina.post("/answers/look/", {"text": ""})
    assert last.status_code == 204


def test_an_offered_article_opens_only_for_who_may_read_it(world: World, mina: Client) -> None:
    article()
    page = look(mina, "charged twice")
    path = page.partition('<a href="')[2].partition('"')[0]
    hidden = article(visibility=Visibility.AGENTS, title="Fraud desk")
    token = path.split("/")[3]
    assert mina.get(f"/answers/to/{token}/{hidden.pk}/").status_code == 404
    assert mina.get(path.replace(token, "1-aaaaaaaaaaaaaaaaaaaa")).status_code == 404
    assert mina.head(path).status_code == 302 and Offer.objects.get().clicked_at is None
