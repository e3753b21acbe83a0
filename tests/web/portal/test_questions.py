"""The portal asks what its inbox asks, with scripts and without."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.tickets.models import Inbox, Ticket
from tests.web.portal.desk import new, text_of

QUESTIONS: list[dict[str, Any]] = [
    {"name": "work", "kind": "yes_no", "required": True, "label": {"en": "Does it work?"},
     "options": [{"value": "no", "urgency": 3}, {"value": "yes", "urgency": 1}]},
    {"name": "people", "kind": "number", "required": True, "label": {"en": "How many people?"},
     "show_if": {"name": "work", "is": ["no"]}, "options": [{"value": "10", "impact": 3, "tag": "many"}]},
]  # fmt: skip


@pytest.fixture(autouse=True)
def _asks(world: World) -> None:
    Inbox.objects.filter(pk=world.inboxes["portal"].pk).update(questions=QUESTIONS)


def block(page: str, name: str) -> str:
    return re.search(rf'data-question="{name}"[^>]*>', page)[0]  # type: ignore[index]


def test_what_an_answer_leads_to_is_asked_before_it_is_sent(mina: Client) -> None:
    page = text_of(mina.get("/portal/requests/new/"))
    assert "hidden" not in block(page, "work") and "hidden" in block(page, "people")
    assert 'name="seen_questions" value="work"' in page
    answer = new(mina, work="no", seen_questions="work")
    page = text_of(answer)
    assert answer.status_code == 422 and "hidden" not in block(page, "people") and not Ticket.objects.exists()
    assert "It says paid, twice." in page and 'value="no" checked' in page
    assert new(mina, work="no", people="۱۲", seen_questions="work,people").status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.impact, ticket.urgency, ticket.priority) == (3, 3, 4)
    assert ticket.conversations.get().context["answers"] == {"work": "no", "people": "12"}
    assert [tag.name for tag in ticket.tags.all()] == ["many"]


def test_what_is_not_asked_is_not_kept(mina: Client) -> None:
    assert new(mina, work="yes", people="50", seen_questions="work").status_code == 302
    ticket = Ticket.objects.get()
    assert ticket.conversations.get().context["answers"] == {"work": "yes"} and not ticket.tags.exists()


@pytest.mark.parametrize(
    "values", [{}, {"work": "maybe"}, {"work": "no", "people": "many", "seen_questions": "work,people"}]
)
def test_what_is_missing_or_wrong_is_said_at_the_question(mina: Client, values: dict[str, str]) -> None:
    answer = new(mina, **values)
    assert answer.status_code == 422 and "field__error" in text_of(answer) and not Ticket.objects.exists()


def test_an_agent_reads_questions_and_answers(mina: Client, world: World, client: Client) -> None:
    new(mina, work="yes", seen_questions="work")
    client.force_login(world.agents["nika"].user)
    page = text_of(client.get(f"/desk/tickets/{Ticket.objects.get().pk}/"))
    assert "Does it work?" in page
