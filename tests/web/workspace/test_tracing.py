"""Why a ticket is here: the rule that matched with its values, what was skipped, who was asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from pelekan.demo.world import World
from pelekan.tickets import rulebooks
from pelekan.tickets.rulebooks.models import Decision
from tests.web.workspace.conftest import Write


def rule(key: str, words: str, team: int) -> dict[str, Any]:
    return {
        "id": key, "name": key, "on": ["created"], "when": {"field": "subject", "is": "has_any", "value": [words]},
        "do": [{"act": "team", "team": team}],
    }  # fmt: skip


def in_force(kind: str, body: dict[str, Any], world: World) -> None:
    arash = world.agents["arash"]
    rulebooks.enable(rulebooks.keep(kind, body, by=arash), by=arash)


def test_the_trace_beside_the_ticket(at_desk: Callable[[str], Client], write: Write, world: World) -> None:
    pay = world.teams["payments"].pk
    in_force(
        "routing",
        {"rules": [rule("Holidays", "تعطیل", pay), rule("Bank", "کسر شد", pay), rule("Rest", "x", pay)]},
        world,
    )
    in_force(
        "assignment",
        {"teams": {str(pay): {"way": "least_busy", "languages": False, "shift": False, "presence": False}}},
        world,
    )
    ticket = write(subject="پول کسر شد")
    arash = at_desk("arash")
    world.agents["arash"].user.__class__.objects.update(language="en")
    beside = arash.get(f"/desk/tickets/{ticket.pk}/beside/").content.decode()
    assert f"/desk/tickets/{ticket.pk}/trace/" in beside
    page = (
        arash.get(f"/desk/tickets/{ticket.pk}/trace/")
        .content.decode()
        .replace("\u2068", "")
        .replace("\u2069", "")
    )
    assert "Rule 2 of 3 matched, Bank: it goes to the team" in page
    assert "Rule 3 was skipped." in page and "seen: کسر شد" in page
    assert "Given to دارا کیانی" in page and "0/20" in page
    decision = Decision.objects.get(kind="routing", ticket=ticket)
    steps = arash.get(f"/desk/tickets/{ticket.pk}/trace/{decision.pk}/").content.decode()
    assert steps.count("trace__step ") == 3 and "does not fit" in steps and "skipped" in steps


def test_only_for_who_may_see_the_ticket(
    at_desk: Callable[[str], Client], write: Write, world: World
) -> None:
    ticket = write()
    assert at_desk("james").get(f"/desk/tickets/{ticket.pk}/trace/").status_code == 404
    other = write(subject="Another")
    in_force("routing", {"rules": [rule("A", "third", world.teams["payments"].pk)]}, world)
    third = write(subject="third")
    decision = Decision.objects.get(kind="routing", ticket=third)
    assert at_desk("nika").get(f"/desk/tickets/{other.pk}/trace/{decision.pk}/").status_code == 404
