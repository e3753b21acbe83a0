"""Joining by the API: the same rules, the same answer however often it is asked."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.people import tokens
from pelekan.tickets.actions import close
from pelekan.tickets.models import Event, Ticket
from tests.tickets.test_joining import asked, fresh, sound


@pytest.fixture
def post(world: World) -> Any:
    secret = tokens.create("shop")[1]

    def do(path: str, body: Any = None, **headers: str) -> Any:
        return Client().post(
            f"/api/v1/tickets/{path}", body or {}, content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", **headers},
        )  # fmt: skip

    return do


def test_join_and_back(world: World, post: Any) -> None:
    into, source = asked(world), asked(world, "Hello?")
    once = [post(f"{source.pk}/join", {"into": into.pk}, **{"Idempotency-Key": "j"}) for _ in range(3)]
    again = post(f"{source.pk}/join", {"into": into.pk})
    assert {answer.status_code for answer in (*once, again)} == {200}
    assert {answer.json()["joined_into"] for answer in (*once, again)} == {into.pk}
    assert Event.objects.filter(name="ticket.joined").count() == 2 and fresh(source).joined_into == into
    for _ in range(2):
        back = post(f"{source.pk}/unjoin")
        assert back.status_code == 200 and back.json()["joined_into"] is None
    assert fresh(source).joined_into is None and Event.objects.filter(name="ticket.parted").count() == 2
    sound()


def test_what_is_refused(world: World, post: Any) -> None:
    into, source, third = asked(world), asked(world, "Hello?"), asked(world, "Third")
    assert post(f"{source.pk}/join", {"into": source.pk}).status_code == 409
    assert post(f"{source.pk}/join", {"into": 10**6}).status_code == 404
    assert post(f"{source.pk}/join", {"into": "x"}).status_code == 422
    assert post(f"{source.pk}/join", {"into": into.pk, "quietly": True}).status_code == 422
    post(f"{source.pk}/join", {"into": into.pk})
    assert post(f"{source.pk}/join", {"into": third.pk}).status_code == 409
    close(into, by=world.agents["sara"])
    assert post(f"{third.pk}/join", {"into": into.pk}).status_code == 409
    reader = tokens.create("reader", scopes=("tickets:read",))[1]
    headers = {"Authorization": f"Bearer {reader}"}
    assert Client().post(f"/api/v1/tickets/{third.pk}/unjoin", headers=headers).status_code == 403
    assert Ticket.objects.filter(joined_into__isnull=False).count() == 1
