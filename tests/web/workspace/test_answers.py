"""In the composer: what may help, and articles as cards whose opening stands on the ticket."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from pelekan.demo.world import World
from pelekan.knowledge import actions as articles
from pelekan.knowledge.deflection import cards, helping
from pelekan.knowledge.deflection.models import WrongMark
from pelekan.knowledge.models import Article, Section, Translation, Visibility
from pelekan.knowledge.readers import of_agent
from pelekan.knowledge.trail.models import Offer
from pelekan.people.models import Agent, User
from pelekan.tickets import actions
from pelekan.tickets.models import Event, Message, Pending, Ticket
from tests.web.portal.desk import browser_of, text_of, ticket_of

BROWSER = {"HTTP_USER_AGENT": "Mozilla/5.0 Firefox/130"}


def article(title: str = "Renew a subscription", language: str = "en", **known: object) -> Translation:
    shelf, _made = Section.objects.get_or_create(slug="money", names={"en": "Money"})
    made = articles.begin(
        shelf, language=language, title=title, summary="Three clicks in the panel.", body=f"<p>{title}</p>", by=None,
        **known,
    )  # fmt: skip
    return articles.publish(made, by=None)


def signed_in(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent.user, backend="pelekan.people.backends.Backend")
    return client


@pytest.fixture
def ticket(world: World) -> Ticket:
    made = ticket_of(world, "mina", "renew a subscription", "Renew a subscription")
    Ticket.objects.filter(pk=made.pk).update(language="en")
    return Ticket.objects.get(pk=made.pk)


@pytest.fixture
def sara(world: World) -> Client:
    return signed_in(world.agents["sara"])


def card_of(client: Client, ticket: Ticket, row: Translation, **values: str) -> str:
    answer = client.post(f"/desk/tickets/{ticket.pk}/answers/card/", {"translation": row.pk, **values})
    assert answer.status_code == 200, text_of(answer)
    return answer.json()["html"]


def send(client: Client, world: World, ticket: Ticket, html: str, undo: int = 0) -> object:
    Agent.objects.filter(pk=world.agents["sara"].pk).update(undo_seconds=undo)
    return client.post(
        f"/desk/tickets/{ticket.pk}/send/", {"kind": "reply", "html": html, "client_id": "one-card"}
    )


def test_a_card_is_sent_and_its_opening_stands_on_the_ticket(
    world: World, ticket: Ticket, sara: Client
) -> None:
    row = article()
    html = card_of(sara, ticket, row)
    assert f"{settings.BASE_URL}/c/{row.pk}" in html and "Three clicks" in html
    assert send(sara, world, ticket, html).status_code == 200
    message = Message.objects.get(kind="outgoing", automatic=False)
    link = re.search(r"/c/\d+-\w+", message.text)
    assert link and link[0] in message.html and "Renew a subscription" in message.text
    offer = Offer.objects.get()
    assert offer.conversation == message.conversation and link[0].partition("-")[2] not in str(offer.__dict__)
    assert Client(**BROWSER).head(link[0]).status_code == 302  # a scanner's look is none
    assert not Event.objects.filter(name="card.opened").exists()
    for _ in range(2):
        opened = Client(**BROWSER).get(link[0])
        assert opened.status_code == 302 and opened["Location"].startswith(f"/help/en/a/{row.pk}-")
    assert Event.objects.filter(name="card.opened", ticket=ticket).count() == 1
    User.objects.update(language="en")
    assert "opened the article" in text_of(sara.get(f"/desk/tickets/{ticket.pk}/"))


def test_who_asks_not_to_be_followed_is_not(world: World, ticket: Ticket, sara: Client) -> None:
    row = article()
    send(sara, world, ticket, card_of(sara, ticket, row))
    link = re.search(r"/c/\d+-\w+", Message.objects.get(kind="outgoing", automatic=False).text)
    assert link and Client(**BROWSER, HTTP_DNT="1").get(link[0]).status_code == 302
    assert Offer.objects.get().clicked_at is None


def test_taken_back_nothing_was_offered(world: World, ticket: Ticket, sara: Client) -> None:
    row = article()
    send(sara, world, ticket, card_of(sara, ticket, row), undo=20)
    pending = Pending.objects.get()
    assert sara.post(f"/desk/undo/{pending.pk}/").status_code == 200
    assert not Offer.objects.exists()
    draft = ticket.drafts.get().html
    assert f"/c/{row.pk}" in draft and f"/c/{row.pk}-" not in draft


def test_sp_what_he_may_not_read_is_not_sent_to_him(world: World, ticket: Ticket, sara: Client) -> None:
    row = article("Renew a subscription of the staff", visibility=Visibility.AGENTS)
    User.objects.update(language="en")
    page = text_of(sara.get(f"/desk/tickets/{ticket.pk}/answers/"))
    assert "The customer may not read it" in page and f'data-put-card="{row.pk}"' not in page
    refused = sara.post(f"/desk/tickets/{ticket.pk}/answers/card/", {"translation": row.pk})
    assert refused.status_code == 422 and "may not read" in text_of(refused)
    typed = send(sara, world, ticket, f"<p>{cards.address(row.pk)}</p>")
    assert typed.status_code == 422 and not Message.objects.filter(kind="outgoing", automatic=False).exists()
    assert (
        Client(**BROWSER).get(f"/c/{row.pk}").status_code == 404
    )  # nor does its address tell that it is there


def test_a_card_goes_in_the_customers_language(world: World, ticket: Ticket, sara: Client) -> None:
    row = article("تمدید اشتراک", language="fa")
    articles.write(row.article, language="en", title="Renew a subscription", body="<p>x</p>", by=None)
    english = articles.publish(row.article.translations.get(language="en"), by=None)
    assert f"/c/{english.pk}" in card_of(sara, ticket, row)
    assert "<b>" not in card_of(sara, ticket, row, channel="sms")


def test_each_agent_is_helped_with_what_he_may_see(world: World, ticket: Ticket) -> None:
    high = article("Renew a subscription by hand", visibility=Visibility.TIER, tier=world.tiers[3])
    article("Renew a subscription yourself")
    before = ticket_of(world, "emma", "renew a subscription please", "Renewing")
    actions.solve(before, by=world.agents["sara"])
    for agent in Agent.objects.select_related("user"):
        found = helping.helping(ticket, agent)
        readable = set(Translation.objects.readable_by(of_agent(agent)).values_list("pk", flat=True))
        assert {one.id for one in found.articles} <= readable
        assert {one.pk for one in found.tickets} <= set(
            Ticket.objects.visible_to(agent).values_list("pk", flat=True)
        )
        assert high.pk not in found.may_send
    assert before.pk in {one.pk for one in helping.helping(ticket, world.agents["sara"]).tickets}


def test_the_list_is_found_by_other_words_and_a_wrong_article_is_marked_once(
    world: World, ticket: Ticket, sara: Client
) -> None:
    row = article("Change the address")
    base = f"/desk/tickets/{ticket.pk}/answers/"
    assert "Change the address" in text_of(sara.get(base, {"q": "change address"}))
    for _ in range(2):
        assert sara.post(base + "wrong/", {"translation": row.pk, "text": "old menu"}).status_code == 200
    assert WrongMark.objects.get().translation == row
    assert Article.objects.count() == 1


def test_a_card_in_the_portal_leads_the_customer_to_the_article(
    world: World, ticket: Ticket, sara: Client
) -> None:
    row = article("For customers", visibility=Visibility.CUSTOMERS)
    send(sara, world, ticket, card_of(sara, ticket, row))
    link = re.search(r"/c/\d+-\w+", Message.objects.get(kind="outgoing", automatic=False).text)
    assert link and "/portal/sign-in/" in Client(**BROWSER).get(link[0])["Location"]
    mina = browser_of(world, "mina")
    assert mina.get(link[0], **BROWSER)["Location"].startswith("/help/en/a/")
    assert Offer.objects.get().clicked_at
