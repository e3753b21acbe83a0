"""Questions of an inbox: facts, and what their answers mean."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.tickets.models import Inbox


@pytest.fixture
def admin(client: Client, world: World) -> Client:
    client.force_login(world.agents["arash"].user)
    return client


@pytest.fixture
def home(world: World) -> str:
    return f"/desk/settings/inboxes/{world.inboxes['portal'].pk}/questions/"


def asked(world: World) -> list[dict[str, Any]]:
    return Inbox.objects.get(pk=world.inboxes["portal"].pk).questions


CHOICE = {
    "kind": "choice", "label_en": "What happened?", "required": "on", "choice_value": ["", "", ""],
    "choice_label_fa": ["کار نمی‌کند", "سؤال دارم", ""], "choice_label_ar": ["", "", ""], "choice_label_en": ["It is broken", "I ask", ""],
    "choice_impact": ["2", "1", ""], "choice_urgency": ["", "1", ""], "choice_tag": ["#broken", "", ""],
}  # fmt: skip


def test_questions_are_written_with_what_their_answers_mean(world: World, admin: Client, home: str) -> None:
    assert admin.post(home + "new/", CHOICE).status_code == 302
    made = asked(world)[-1]
    assert (made["kind"], made["required"], made["label"]) == ("choice", True, {"en": "What happened?"})
    assert [{key: one[key] for key in one if key != "value"} for one in made["options"]] == [
        {"label": {"fa": "کار نمی‌کند", "en": "It is broken"}, "impact": 2, "tag": "broken"},
        {"label": {"fa": "سؤال دارم", "en": "I ask"}, "impact": 1, "urgency": 1},
    ]
    broken = made["options"][0]["value"]
    depends = {"kind": "yes_no", "label_en": "Can you work?", "yes_no_value": ["yes", "no"], "yes_no_impact": ["", ""],
               "yes_no_urgency": ["", "3"], "yes_no_tag": ["", ""], "show_if": [f"{made['name']}={broken}"]}  # fmt: skip
    assert admin.post(home + "new/", depends).status_code == 302
    assert asked(world)[-1]["show_if"] == {"name": made["name"], "is": [broken]}
    page = admin.get(home).content.decode()
    assert "What happened?" in page and "Can you work?" in page
    assert admin.get(f"{home}{made['name']}/").status_code == 200
    admin.post(f"{home}{made['name']}/remove/")
    assert "show_if" not in asked(world)[-1] and asked(world)[-1]["label"] == {"en": "Can you work?"}


@pytest.mark.parametrize(
    "more",
    [
        {"label_en": ""}, {"label_en": "Which priority has it?"}, {"label_fa": "اولویت درخواست شما چیست؟"},
        {"choice_label_en": ["One", "", ""], "choice_label_fa": ["", "", ""]}, {"show_if": ["go_on=no", "affected=all"]},
        {"show_if": ["nothing=yes"]}, {"kind": "number", "number_value": ["many"]},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(world: World, admin: Client, home: str, more: dict[str, Any]) -> None:
    before = asked(world)
    answer = admin.post(home + "new/", CHOICE | more)
    assert answer.status_code == 422 and "banner--breach" in answer.content.decode()
    assert asked(world) == before


def test_the_order_changes(world: World, admin: Client, home: str) -> None:
    admin.post(home + "affected/up/")
    assert [one["name"] for one in asked(world)] == ["affected", "go_on"]
    assert admin.post(home + "nothing/up/").status_code == 404


def test_only_admins(client: Client, world: World, home: str) -> None:
    client.force_login(world.agents["nika"].user)
    for path in ("", "new/", "go_on/"):
        assert client.get(home + path).status_code == 403
    assert client.post(home + "go_on/remove/").status_code == 403
