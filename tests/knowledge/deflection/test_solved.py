"""Solved questions: proposed of good endings, shown to nobody before a person released them, gone when they must go."""

from __future__ import annotations

import pytest

from pelekan.demo.world import World
from pelekan.knowledge.deflection import offering, solved
from pelekan.knowledge.deflection.models import Release, SolvedQuestion
from pelekan.knowledge.deflection.suggest import suggest
from pelekan.knowledge.readers import ANYONE
from pelekan.knowledge.trail import walking
from pelekan.knowledge.trail.models import Offer, Question
from pelekan.tickets import actions
from pelekan.tickets.models import Event, Ticket
from pelekan.tickets.notices import rating
from tests.web.portal.desk import ticket_of

pytestmark = pytest.mark.django_db
ASKED = "My invoice shows the wrong company name, I am Mina Ahmadi, call 09121234567"
ANSWERED = "Open Billing, choose Company details and correct it; the next invoice shows the new name."


def ended(world: World, stars: int = 5, text: str = ASKED) -> Ticket:
    ticket = ticket_of(world, "mina", text, "Wrong company on the invoice")
    actions.note(ticket, by=world.agents["sara"], text="SECRET-NOTE bank panel")
    actions.reply(ticket, by=world.agents["sara"], text=ANSWERED)
    actions.solve(ticket, by=world.agents["sara"])
    rate(world, ticket, stars)
    ticket.refresh_from_db()
    return ticket


def rate(world: World, ticket: Ticket, stars: int) -> None:
    solving = Event.objects.filter(ticket=ticket, name="ticket.solved").latest("pk")
    rating.rate(solving, by=world.customers["mina"], stars=stars, way="portal")


def released(world: World) -> SolvedQuestion:
    ended(world)
    solved.gather()
    one = SolvedQuestion.objects.get()
    return solved.release(one, question=one.question, answer=one.answer, by=world.agents["sara"])


def shown(words: str = "the invoice has a wrong company name") -> list[str]:
    return [one.text for one in suggest(words, reader=ANYONE, language="en") if one.kind == "answer"]


def test_a_good_ending_is_proposed_anonymised_and_shown_to_nobody(world: World) -> None:
    ended(world)
    assert solved.gather() == 1 and solved.gather() == 0
    one = SolvedQuestion.objects.get()
    assert one.state == Release.PROPOSED and "Mina" not in one.question and "0912" not in one.question
    assert "SECRET-NOTE" not in one.question + one.answer and one.answer == ANSWERED
    assert shown() == []


def test_a_bad_ending_or_an_unrated_one_is_not_proposed(world: World) -> None:
    ended(world, stars=2)
    ticket = ticket_of(world, "mina", ASKED, "Another")
    actions.reply(ticket, by=world.agents["sara"], text=ANSWERED)
    actions.solve(ticket, by=world.agents["sara"])
    assert solved.gather() == 0


def test_what_a_person_released_is_found_and_can_be_taken_back(world: World) -> None:
    one = released(world)
    assert shown() == [ANSWERED]
    assert suggest("صورتحساب invoice company", reader=ANYONE, language="fa") == []  # its words would not help
    solved.refuse(one, by=world.agents["sara"])
    assert shown() == []


@pytest.mark.parametrize("end", ["reopen", "rate", "erase", "delete"])
def test_sp_01_it_goes_with_what_it_came_from(world: World, end: str) -> None:
    one = released(world)
    if end == "reopen":
        actions.reopen(one.ticket, by=world.customers["mina"], because="no")
    elif end == "rate":
        rate(world, one.ticket, 1)
    elif end == "erase":
        assert solved.forget_customer(world.customers["mina"]) == 1
    else:
        one.ticket.delete()
    assert shown() == [] and not SolvedQuestion.objects.exists()


def test_one_question_and_one_offer_for_one_writing(world: World) -> None:
    released(world)
    visit = walking.visit("a" * 26, place="portal", language="en")
    first = offering.offer(
        "wrong company on invoice", reader=ANYONE, language="en", place="portal", visit=visit
    )
    again = offering.offer(
        "wrong company on invoice of me@example.com", reader=ANYONE, language="en", place="portal", visit=visit,
        token=first.token,
    )  # fmt: skip
    assert again.token == first.token and Offer.objects.count() == Question.objects.count() == 1
    assert "me@example.com" not in Question.objects.get().text
    ticket = ticket_of(world, "mina", "x", "y")
    offering.registered(ticket, token=first.token, visit=visit)
    offer = Offer.objects.get()
    assert offer.ticket == ticket and offer.went_on_at and Question.objects.get().ticket == ticket
    assert not offering.solved_it(first.token)  # he went on


def test_this_solved_it_is_counted_once(world: World) -> None:
    one = released(world)
    made = offering.offer("wrong company on invoice", reader=ANYONE, language="en", place="form")
    assert offering.solved_it(made.token, one.pk) and not offering.solved_it(made.token, one.pk)
    one.refresh_from_db()
    assert one.helped == 1 and Offer.objects.get().solved_at


def test_who_is_held_out_sees_nothing_and_is_counted(world: World) -> None:
    released(world)
    visit = walking.visit("b" * 26, place="portal", language="en")
    assert visit is not None
    visit.held_out = True
    visit.save()
    made = offering.offer(
        "wrong company on invoice", reader=ANYONE, language="en", place="portal", visit=visit
    )
    assert made.answers == [] and not Offer.objects.exists() and Question.objects.get().found == 1


@pytest.mark.parametrize("token", ["", "1", "1-", "1-aaaaaaaaaaaaaaaaaaaa", "²-x", "9" * 30 + "-a"])
def test_a_token_of_ones_own_making_opens_no_offer(world: World, token: str) -> None:
    assert offering.offer_of(token) is None
