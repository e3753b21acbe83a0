"""From work to knowledge: drafts from tickets and calls, answers released for others. Names stay behind."""

from __future__ import annotations

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.knowledge.deflection import drafting
from pelekan.knowledge.deflection.models import Release, SolvedQuestion
from pelekan.knowledge.models import Article
from pelekan.tickets import actions, calls
from pelekan.tickets.models import Ticket
from pelekan.web.deflection import working
from tests.web.portal.desk import text_of, ticket_of
from tests.web.workspace.test_answers import signed_in

ANSWER = "Open Billing, Mina, and correct the name there; the next invoice is right."


@pytest.fixture
def ticket(world: World) -> Ticket:
    made = ticket_of(world, "mina", "I am Mina Ahmadi, 09121234567. The invoice is wrong.", "Wrong invoice")
    actions.categorise(made, world.categories["howto"], by=world.agents["sara"])
    actions.note(made, by=world.agents["sara"], text="SECRET-NOTE fraud")
    actions.reply(made, by=world.agents["sara"], text=ANSWER.replace("Mina", world.customers["mina"].name))
    actions.solve(made, by=world.agents["sara"])
    return Ticket.objects.get(pk=made.pk)


@pytest.fixture
def sara(world: World) -> Client:
    return signed_in(world.agents["sara"])


def test_an_article_is_begun_from_a_ticket_without_names_and_only_once(
    world: World, ticket: Ticket, sara: Client
) -> None:
    first = sara.post(f"/desk/tickets/{ticket.pk}/article/")
    again = sara.post(f"/desk/tickets/{ticket.pk}/article/", headers={"HX-Request": "true"})
    article = Article.objects.get()
    row = article.translations.get()
    assert first["Location"] == again["HX-Redirect"] == working.editor(row)
    assert article.source == ticket and article.owner == world.agents["sara"]
    assert list(article.categories.all()) == [ticket.category] and row.published is None
    words = f"{row.newest.title} {row.newest.summary} {row.newest.body}"
    assert "Wrong invoice" in words and "Open Billing" in words
    assert not [one for one in ("Mina", world.customers["mina"].name, "0912", "SECRET-NOTE") if one in words]


def test_a_call_is_kept_and_its_note_begins_an_article(world: World, ticket: Ticket, sara: Client) -> None:
    call = calls.propose(ticket, because="ask", by=world.agents["sara"])
    sent = sara.post(
        f"/desk/calls/{call.pk}/done/",
        {"outcome": "answered", "text": "Restart the router twice.", "article": "1"},
    )
    call.refresh_from_db()
    assert call.done_at and sent.status_code == 302
    assert "Restart the router" in Article.objects.get().translations.get().newest.body


def test_drafts_find_a_shelf_where_there_is_none(world: World, ticket: Ticket) -> None:
    made = drafting.of_ticket(ticket, by=world.agents["sara"])
    assert made.article.section.names["fa"]


def test_sp_an_agent_reads_what_was_taken_out_before_others_see_it(
    world: World, ticket: Ticket, sara: Client
) -> None:
    page = text_of(sara.get(f"/desk/tickets/{ticket.pk}/release/answer/"))
    assert "<del>" in page and not SolvedQuestion.objects.exists()  # looking changes nothing
    url = f"/desk/tickets/{ticket.pk}/release/answer/do/"
    assert sara.post(url, {"question": "Wrong invoice?", "answer": " "}).status_code == 422
    assert not SolvedQuestion.objects.filter(state=Release.RELEASED).exists()
    assert (
        sara.post(url, {"question": "Wrong invoice?", "answer": "Correct it in Billing."}).status_code == 204
    )
    one = SolvedQuestion.objects.get()
    assert (one.state, one.by, one.question) == (Release.RELEASED, world.agents["sara"], "Wrong invoice?")
    assert "Wrong invoice?" in text_of(sara.get("/desk/answers/?state=released"))
    assert sara.post(url, {"act": "refuse"}).status_code == 204
    one.refresh_from_db()
    assert one.state == Release.REFUSED


def test_az_answers_of_tickets_that_an_agent_may_not_see_are_not_listed(world: World, ticket: Ticket) -> None:
    SolvedQuestion.objects.create(ticket=ticket, question="Wrong invoice?", answer="x", language="en")
    for agent in world.agents.values():
        seen = Ticket.objects.visible_to(agent).filter(pk=ticket.pk).exists()
        page = text_of(signed_in(agent).get("/desk/answers/"))
        assert ("Wrong invoice?" in page) is seen
        status = signed_in(agent).get(f"/desk/tickets/{ticket.pk}/release/answer/").status_code
        assert (status == 200) is seen
