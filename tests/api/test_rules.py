"""Rules by the API: for tokens of admins alone, and every version stays."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.people import tokens
from pelekan.people.models import Agent, Role
from pelekan.tickets import rulebooks, shaping
from pelekan.tickets.models import Event
from tests.routing.test_engine import mail, move, rule

BOTH = ("rules:read", "rules:write")


def asking(secret: str) -> Any:
    def ask(method: str, path: str, body: Any = None) -> Any:
        return getattr(Client(), method)(
            f"/api/v1/{path}", *([] if method == "get" else [body]), content_type="application/json",
            headers={"Authorization": f"Bearer {secret}"},
        )  # fmt: skip

    return ask


def test_read_and_replaced(world: World) -> None:
    ask = asking(shaping.create_key("deploy", scopes=BOTH, by=world.agents["arash"])[1])
    assert ask("get", "rules/routing").json() == {
        "kind": "routing", "number": None, "state": "none", "note": "", "body": {},
    }  # fmt: skip
    body = {"rules": [rule("bank", move(world, "payments"))]}
    draft = ask("put", "rules/routing", {"body": body}).json()
    assert (draft["number"], draft["state"], draft["note"]) == (1, "draft", "API: deploy")
    made = ask("put", "rules/routing", {"body": body, "note": "June", "enable": True}).json()
    assert (made["number"], made["state"]) == (2, "active")
    assert ask("get", "rules/routing").json()["body"] == body
    assert mail(world).team == world.teams["payments"]
    assert rulebooks.in_force()["routing"].number == 2
    said = Event.objects.get(name="rulebook.enabled")
    assert said.agent == world.agents["arash"]


def test_what_is_wrong_is_said(world: World) -> None:
    ask = asking(shaping.create_key("deploy", scopes=BOTH, by=world.agents["arash"])[1])
    refused = ask("put", "rules/routing", {"body": {"rules": [rule("a", when={"all": []})]}})
    assert refused.status_code == 422
    assert {one["field"] for one in refused.json()["errors"]} == {"rules.0.when", "rules.0.do"}
    assert ask("get", "rules/weather").status_code == ask("get", "rules/staircase").status_code == 404


@pytest.mark.parametrize("why", ["scope", "no admin any more"])
def test_s12_only_admins(world: World, why: str) -> None:
    scopes = tokens.USUAL if why == "scope" else BOTH
    ask = asking(shaping.create_key("deploy", scopes=scopes, by=world.agents["arash"])[1])
    if why == "no admin any more":
        Agent.objects.filter(pk=world.agents["arash"].pk).update(role=Role.MANAGER)
    for method in ("get", "put"):
        assert ask(method, "rules/routing", {"body": {"rules": []}}).status_code == 403
    assert Event.objects.filter(name="rules.refused", agent=world.agents["arash"]).count() == 2


def test_the_story_of_a_ticket(world: World) -> None:
    arash = world.agents["arash"]
    body = {
        "rules": [
            rule("bank", move(world, "payments"), {"act": "tag", "tag": "x"}),
            rule("b", {"act": "stay"}),
        ]
    }
    rulebooks.enable(rulebooks.keep("routing", body, by=arash), by=arash)
    ask = asking(tokens.create("reader", scopes=("tickets:read",))[1])
    ticket = mail(world)
    (told,) = [
        one
        for one in ask("get", f"tickets/{ticket.pk}/trace").json()["decisions"]
        if one["kind"] == "routing"
    ]
    assert (told["rule"], told["place"], told["total"]) == ({"id": "bank", "name": "Bank"}, 1, 2)
    assert told["skipped"] == [2, 2] and told["tree"] == {"is": "always", "held": True, "of": []}
    assert told["do"][0] == {
        "act": "team",
        "team": world.teams["payments"].pk,
        "name": world.teams["payments"].name,
    }
    assert ask("get", "tickets/999999/trace").status_code == 404
