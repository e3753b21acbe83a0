"""Before a new request: what the customer has open, and nothing of anybody else's."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from pelekan.tickets import actions
from pelekan.tickets.models import Ticket
from tests.web.portal.desk import FOREIGN, new, text_of, ticket_of

FORM = "/portal/requests/new/"


def test_his_open_requests_stand_above_the_form_with_their_step_and_who_is_next(world, mina) -> None:
    with CaptureQueriesContext(connection) as none:
        assert "ongoing" not in text_of(mina.get(FORM))
    assert len([one for one in none if 'FROM "tickets_ticket"' in one["sql"]]) == 1
    ticket = ticket_of(world, "mina", "It is torn.", "Torn tent")
    ticket_of(world, "yusuf", FOREIGN, FOREIGN)
    actions.escalate(ticket, world.teams["technical"], by=world.agents["sara"], because="needs a look")
    page = text_of(mina.get(FORM))
    assert "Torn tent" in page and f'href="/portal/requests/{ticket.number}/"' in page
    assert (
        "With the specialists" in page
        and "We passed it on to the right people" in page
        and FOREIGN not in page
    )
    assert 'href="#ask"' in page and 'id="ask"' in page
    assert new(mina).status_code == 302, "it is in nobody's way"
    for number in range(3):
        ticket_of(world, "mina", "more", f"More {number}")
    assert text_of(mina.get(FORM)).count("ongoing__one") == 3
    for one in Ticket.objects.filter(customer=ticket.customer):
        actions.solve(one, by=world.agents["sara"])
    assert "ongoing" not in text_of(mina.get(FORM))
