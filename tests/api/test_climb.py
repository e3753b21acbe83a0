"""The climb by the API: in a person's name, with his rights, by the desk's own actions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.people import tokens
from pelekan.people.models import Agent, AgentSkill, Skill
from pelekan.tickets import actions, calls
from pelekan.tickets.models import Pack, Promise, Ticket
from tests.api.test_tickets import BODY
from tests.sla.clocks import enable, policy
from tests.statements import costs

ALL = ("tickets:read", "tickets:write", "tickets:work")


def asking(world: World, key: str | None, scopes: tuple[str, ...] = ALL) -> Any:
    person = world.agents[key].pk if key else None
    secret = tokens.create(str(key), scopes=scopes, acts_as=person)[1]

    def ask(method: str, path: str, body: Any = None, **headers: str) -> Any:
        more = [] if method == "get" else [body if body is not None else {}]
        return getattr(Client(), method)(
            f"/api/v1/{path}", *more, content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", **headers},
        )  # fmt: skip

    return ask


@pytest.fixture
def ticket(world: World) -> Ticket:
    made = asking(world, None, tokens.USUAL)("post", "tickets", {**BODY, "category": ""}).json()
    return Ticket.objects.get(pk=made["id"])


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_up_accepted_and_returned(world: World, ticket: Ticket) -> None:
    sara, dara = asking(world, "sara"), asking(world, "dara")
    at = f"tickets/{ticket.pk}"
    assert {one["id"]: one["here"] for one in sara("get", f"{at}/teams").json()}[ticket.team_id] is True
    pack = sara("get", f"{at}/pack").json()
    assert pack["version"] is None and "پول کم شد" in pack["fields"]["problem"]
    world.tiers[2].asks = ["problem", "tried"]
    world.tiers[2].save()
    goal = {"team": world.teams["payments"].pk, "why": "بانک"}
    refused = sara("post", f"{at}/escalate", goal)
    assert refused.status_code == 422 and refused.json()["errors"] == [{"field": "pack.tried"}]
    assert refused["Content-Type"] == "application/problem+json" and not Pack.objects.exists()
    goal["pack"] = {"tried": ["دوباره پرداخت شد"]}
    answers = [sara("post", f"{at}/escalate", goal, **{"Idempotency-Key": "up"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json() and answers[0].status_code == 200
    assert (answers[0].json()["team"], answers[0].json()["tier"]) == (world.teams["payments"].name, 2)
    kept = Pack.objects.get()
    assert (kept.tried, kept.made_by) == (["دوباره پرداخت شد"], world.agents["sara"])
    assert fresh(ticket).handed_at is not None
    assert dara("post", f"{at}/accept").json()["assignee"] == world.agents["dara"].name
    assert dara("post", f"{at}/return", {"why": " "}).status_code == 422
    back = dara("post", f"{at}/return", {"why": "کدام سفارش؟", "missing": ["version"]}).json()
    assert (back["team"], back["assignee"]) == (world.teams["front"].name, world.agents["sara"].name)
    assert sara("get", f"{at}/pack").json()["missing"] == ["version"]
    filled = sara("put", f"{at}/pack", {"version": "4.2"}).json()
    assert (filled["version"], filled["fields"]["version"], filled["fields"]["tried"]) == (
        2, "4.2", ["دوباره پرداخت شد"],
    )  # fmt: skip
    assert sara("put", f"{at}/pack", {"issue": "javascript:alert(1)"}).status_code == 422
    assert sara("post", f"{at}/return", {"why": "x"}).json()["code"] == "nobody_sent"


def test_only_where_it_fits(world: World, ticket: Ticket) -> None:
    skill = Skill.objects.create(name="درگاه")
    world.categories["bank"].skill = skill
    world.categories["bank"].save()
    AgentSkill.objects.create(agent=world.agents["dara"], skill=skill, level=2)
    actions.categorise(ticket, world.categories["bank"], by=None)
    sara, at = asking(world, "sara"), f"tickets/{ticket.pk}"
    fits = {one["id"]: one["fits"] for one in sara("get", f"{at}/teams").json()}
    assert fits[world.teams["payments"].pk] and not fits[world.teams["technical"].pk]
    body = {"team": world.teams["technical"].pk, "why": "x", "pack": {"tried": ["y"]}}
    refused = sara("post", f"{at}/escalate", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "does_not_fit")
    assert (
        refused.json()["needs"] == [{"skill": "درگاه", "level": 2}]
        and fresh(ticket).team == world.teams["front"]
    )
    del body["team"]
    moved = sara("post", f"{at}/escalate", {**body, "tier": 2})
    assert moved.json()["team"] == world.teams["payments"].name, "the team of the step that suits"
    both = {**body, "tier": 2, "team": 1}
    assert sara("post", f"{at}/escalate", both).status_code == 404, "out of her sight now"


def test_hard_restriction_through_every_door(world: World, ticket: Ticket) -> None:
    """A token with someone's rights finds only what he may see, also by the addresses that were there before."""
    actions.escalate(ticket, world.teams["payments"], by=None, because="bank")
    call = calls.propose(fresh(ticket), because="late")
    sara, dara = asking(world, "sara"), asking(world, "dara")
    at = f"tickets/{ticket.pk}"
    doors: list[tuple[str, str, Any]] = [
        ("get", at, None), ("get", f"{at}/trace", None), ("get", f"{at}/pack", None), ("put", f"{at}/pack", {"problem": "x"}),
        ("get", f"{at}/teams", None), ("post", f"{at}/escalate", {"tier": 1, "why": "x"}), ("post", f"{at}/accept", {}),
        ("post", f"{at}/return", {"why": "x"}), ("get", f"{at}/calls", None), ("get", f"{at}/promises", None),
        ("post", f"calls/{call.pk}/done", {"outcome": "answered"}), ("post", f"calls/{call.pk}/drop", {}),
        ("post", f"{at}/unjoin", {}), ("post", f"{at}/join", {"into": ticket.pk}),
    ]  # fmt: skip
    for method, path, body in doors:
        assert sara(method, path, body).status_code == 404, path
    assert sara("get", "calls").json()["items"] == [] and sara("get", "tickets").json()["items"] == []
    assert len(dara("get", "calls").json()["items"]) == 1 and dara("get", at).status_code == 200


def test_who_may_and_until_when(world: World, ticket: Ticket) -> None:
    at = f"tickets/{ticket.pk}"
    assert asking(world, "sara", tokens.USUAL)("post", f"{at}/accept").status_code == 403
    with pytest.raises(ValueError, match="needs an agent"):
        tokens.create("x", scopes=("tickets:work",))
    sara = asking(world, "sara")
    assert sara("get", at).status_code == 200
    Agent.objects.filter(pk=world.agents["sara"].pk).update(disabled_at=clock())
    assert sara("get", at).status_code == sara("post", f"{at}/accept").status_code == 403


def test_calls_and_promises(world: World, ticket: Ticket) -> None:
    sara, at = asking(world, "sara"), f"tickets/{ticket.pk}"
    first, second = (calls.propose(ticket, because="late", source=f"rule:{n}") for n in "ab")
    page = sara("get", "calls?limit=1").json()
    assert [one["id"] for one in page["items"]] == [first.pk]
    assert [one["id"] for one in sara("get", f"calls?after={page['next']}").json()["items"]] == [second.pk]
    done = sara("post", f"calls/{first.pk}/done", {"outcome": "no_answer", "text": "بعداً"}).json()
    assert (done["outcome"], done["done_by"], done["text"]) == (
        "no_answer",
        world.agents["sara"].name,
        "بعداً",
    )
    again = sara("post", f"calls/{first.pk}/done", {"outcome": "answered"}).json()
    assert again["outcome"] == "no_answer", "the first is right"
    assert sara("post", f"calls/{second.pk}/done", {"outcome": "dreamt"}).status_code == 422
    assert sara("post", f"calls/{second.pk}/drop", {"why": "came by"}).json()["text"] == "came by"
    assert len(sara("get", f"{at}/calls").json()) == 2 and sara("get", "calls").json()["items"] == []
    Promise.objects.create(
        ticket=ticket,
        words="تا فردا",
        until_at=clock() + timedelta(days=1),
        made_at=clock(),
        agent=world.agents["sara"],
    )
    (told,) = sara("get", f"{at}/promises").json()
    assert (told["words"], told["state"], told["by"]) == ("تا فردا", "standing", world.agents["sara"].name)


def test_clocks_only_when_they_are_asked_for(world: World) -> None:
    enable({"policies": [policy("all", {"always": True}, 240)], "default": None})
    ask = asking(world, None, tokens.USUAL)
    pk = ask("post", "tickets", BODY).json()["id"]
    ask("post", "tickets", BODY)
    assert ask("get", f"tickets/{pk}").json()["clocks"] is None
    its = {one["target"]: one for one in ask("get", f"tickets/{pk}?include=clocks").json()["clocks"]}
    assert (its["first_response"]["minutes"], its["first_response"]["state"]) == (240, "running")
    items = ask("get", "tickets?include=clocks").json()["items"]
    assert [bool(one["clocks"]) for one in items] == [True, True]
    assert ask("get", f"tickets/{pk}?include=weather").status_code == 422
    costs(lambda: ask("get", "tickets"), 2)  # the token, the tickets
    costs(lambda: ask("get", "tickets?include=clocks"), 3)
