"""The desk looks with the customer's eyes: the same steps, nothing secret, nothing changed."""

from __future__ import annotations

import re

from django.test import Client

from pelekan.demo.world import World
from pelekan.tickets import actions
from tests.web.portal.desk import SECRET, browser_of, text_of, ticket_of


def test_the_desk_sees_the_customers_steps_and_marks_nothing(world: World) -> None:
    ticket = ticket_of(world, "mina", "where is it?")
    actions.note(ticket, by=world.agents["sara"], text=SECRET)
    answer = actions.reply(ticket, by=world.agents["sara"], text="on its way")
    desk, mina = Client(), browser_of(world, "mina")
    desk.force_login(world.agents["sara"].user, backend="pelekan.people.backends.Backend")
    seen = text_of(desk.get(f"/desk/tickets/{ticket.pk}/customers-eyes/"))
    assert "on its way" in seen and SECRET not in seen
    assert ticket.conversations.get().customer_read_id < answer.pk

    def steps(page: str) -> int:
        return len(re.findall(r"climb__step--(?:done|now)", page))

    assert steps(seen) == steps(text_of(mina.get(f"/portal/requests/{ticket.number}/"))) > 0
    assert "customers-eyes" in text_of(desk.get(f"/desk/tickets/{ticket.pk}/"))
    desk.force_login(world.agents["dara"].user, backend="pelekan.people.backends.Backend")
    assert desk.get(f"/desk/tickets/{ticket.pk}/customers-eyes/").status_code == 404
