"""Calls to customers: on the ticket, in the list of all, and what came of them."""

from __future__ import annotations

import pytest

from pelekan.people.models import Identity, IdentityKind
from pelekan.tickets import calls
from pelekan.tickets.models import Ticket


@pytest.fixture
def called(write, world):
    ticket = write()
    Identity.objects.create(
        customer=world.customers["mina"],
        kind=IdentityKind.PHONE,
        address="+989121234567",
        verified_at=ticket.created_at,
    )
    return calls.propose(ticket, because="", script="سلام، از پشتیبانی تماس می‌گیرم.", source="sla:p-1:call")


def test_the_card_has_number_reason_and_words(at_desk, called) -> None:
    page = at_desk("sara").get(f"/desk/tickets/{called.ticket_id}/").content.decode()
    assert 'href="tel:+989121234567"' in page
    assert 'data-key="l"' in page
    assert "سلام، از پشتیبانی" in page
    rows = at_desk("sara").get("/desk/list/all/").content.decode()
    assert "#phone-outgoing" in rows, "the row says it too"


def test_done_once_with_an_outcome(at_desk, called) -> None:
    sara = at_desk("sara")
    refused = sara.post(f"/desk/calls/{called.pk}/done/", {"outcome": "maybe", "text": "نیم ساعت بعد"})
    assert refused.status_code == 422
    assert calls.of_ticket(called.ticket_id)[0]["done_at"] is None
    answer = sara.post(f"/desk/calls/{called.pk}/done/", {"outcome": "answered", "text": "حل شد"})
    assert answer.status_code == 200
    assert "tel:" not in answer.content.decode()
    assert "desk-changed" in answer["HX-Trigger"]
    [row] = calls.of_ticket(called.ticket_id)
    assert (row["outcome"], row["text"], row["done_by__user__name"]) == ("answered", "حل شد", "سارا موحد")
    told = sara.get(f"/desk/tickets/{called.ticket_id}/lines/?after=1").content.decode()
    assert "حل شد" in told


def test_the_list_of_calls_and_its_count(at_desk, called) -> None:
    sara = at_desk("sara")
    assert '<data data-slug="calls" value="1">' in sara.get("/desk/counts/").content.decode()
    board = sara.get("/desk/calls/").content.decode()
    assert "tel:+989121234567" in board
    assert f"/desk/tickets/{called.ticket_id}/" in board
    rest = sara.post(f"/desk/calls/{called.pk}/drop/", {"board": "1"})
    assert "tel:" not in rest.content.decode()
    assert '<data data-slug="calls" value="">' in sara.get("/desk/counts/").content.decode()


def test_nobody_calls_for_a_ticket_that_he_does_not_see(at_desk, called, world) -> None:
    team = world.teams["developers"]
    Ticket.objects.filter(pk=called.ticket_id).update(team=team, tier=team.tier)
    sara = at_desk("sara")
    assert "tel:" not in sara.get("/desk/calls/").content.decode()
    for act in ("done", "drop"):
        assert sara.post(f"/desk/calls/{called.pk}/{act}/", {"outcome": "busy"}).status_code == 404
    assert sara.post(f"/desk/tickets/{called.ticket_id}/calls/ask/", {}).status_code == 404
    assert sara.get(f"/desk/tickets/{called.ticket_id}/calls/").status_code == 404


def test_a_colleague_can_ask_for_one(at_desk, write) -> None:
    ticket = write()
    sara = at_desk("sara")
    assert "desk_call_ask" not in sara.get(f"/desk/tickets/{ticket.pk}/dialogs/call/").content.decode()
    sara.post(f"/desk/tickets/{ticket.pk}/calls/ask/", {"because": "از ایمیل خسته شده"})
    part = sara.get(f"/desk/tickets/{ticket.pk}/calls/").content.decode()
    assert "از ایمیل خسته شده" in part
    assert "tel:" not in part, "no number is known, and that is said"
