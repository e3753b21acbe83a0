"""The API's door: shapes, keys, errors, rights."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from pelekan.demo.world import World, build
from pelekan.people import tokens
from pelekan.tickets.models import Ticket

BODY = {
    "subject": "خطای درگاه",
    "body": "پول کم شد",
    "customer": {"name": "مینا", "email": "Mina.Salehi@Example.com", "phone": ""},
    "inbox": "api",
    "category": "پرداخت / خطای بانک",
}


@pytest.fixture
def secret(world: World) -> str:
    return tokens.create("shop")[1]


def post(secret: str, body: Any = None, **headers: str) -> Any:
    return Client(raise_request_exception=False).post(
        "/api/v1/tickets", body or BODY, content_type="application/json",
        headers={"Authorization": f"Bearer {secret}", **headers},
    )  # fmt: skip


def get(secret: str, path: str) -> Any:
    return Client().get(path, headers={"Authorization": f"Bearer {secret}"})


def test_create_then_read_then_list(world: World, secret: str) -> None:
    made = post(secret)
    assert made.status_code == 201, made.content
    ticket = Ticket.objects.get(pk=made.json()["id"])
    assert made.json() == {
        "id": ticket.pk,
        "number": 1001,
        "url": f"http://testserver/desk/tickets/{ticket.pk}/",
    }
    assert ticket.customer == world.customers["mina"], "the address joins the known customer"
    assert ticket.team == world.teams["payments"] and ticket.priority == 4
    shown = get(secret, f"/api/v1/tickets/{ticket.pk}").json()
    assert shown["subject"] == "خطای درگاه" and shown["messages"][0]["text"] == "پول کم شد"
    for _ in range(3):
        post(secret)
    page = get(secret, "/api/v1/tickets?limit=3").json()
    rest = get(secret, f"/api/v1/tickets?limit=3&cursor={page['next']}").json()
    assert [t["number"] for t in page["items"] + rest["items"]] == [1004, 1003, 1002, 1001] and rest[
        "next"
    ] is None


def test_ap_01_same_key_in_a_row(world: World, secret: str) -> None:
    answers = [post(secret, None, **{"Idempotency-Key": "k1"}) for _ in range(5)]
    assert {a.status_code for a in answers} == {201} and len({a.content for a in answers}) == 1
    assert Ticket.objects.count() == 1


def test_ap_03_other_body_and_other_token(world: World, secret: str) -> None:
    post(secret, None, **{"Idempotency-Key": "k1"})
    assert post(secret, {**BODY, "subject": "x"}, **{"Idempotency-Key": "k1"}).status_code == 422
    assert post(tokens.create("other")[1], None, **{"Idempotency-Key": "k1"}).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**BODY, "customer": {}}, "customer"),
        ({**BODY, "customer": {"email": "not an address"}}, "customer.email"),
        ({**BODY, "inbox": "nowhere"}, "inbox"),
        ({**BODY, "category": "nothing"}, "category"),
        ({**BODY, "body": ""}, "body"),
        ({**BODY, "priority": 4}, "priority"),
    ],
)
def test_az_08_ap_06_bad_values_are_named(
    world: World, secret: str, body: dict[str, Any], field: str
) -> None:
    answer = post(secret, body)
    assert answer.status_code == 422 and answer["Content-Type"] == "application/problem+json"
    assert any(field in error["field"] for error in answer.json()["errors"]), answer.json()
    assert not Ticket.objects.exists()


def test_au_17_tokens(world: World, secret: str) -> None:
    assert post("wrong").status_code == 401
    assert Client().get(f"/api/v1/tickets?token={secret}").status_code == 401
    reader = tokens.create("reader", scopes=("tickets:read",))
    assert post(reader[1]).status_code == 403
    reader[0].revoked_at = reader[0].created_at
    reader[0].save()
    assert get(reader[1], "/api/v1/tickets").status_code == 401
    assert secret not in str(list(type(reader[0]).objects.values()))


def test_ap_15_rate_limit_tells_when_to_come_back(world: World) -> None:
    slow = tokens.create("slow", per_minute=2)[1]
    answers = [get(slow, "/api/v1/tickets") for _ in range(4)]
    assert answers[-1].status_code == 429 and int(answers[-1]["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("get", "/api/v1/nothing", 404), ("delete", "/api/v1/tickets", 405), ("get", "/api/v1/tickets/99999", 404), ("get", "/api/v1/tickets?cursor=x", 400), ("get", "/api/v1/tickets?limit=1000", 422)],
)  # fmt: skip
def test_ap_06_every_error_is_a_problem_document(
    world: World, secret: str, method: str, path: str, status: int
) -> None:
    answer = getattr(Client(), method)(path, headers={"Authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["type"].startswith("https://")


def test_ap_06_broken_json(world: World, secret: str) -> None:
    answer = Client().post(
        "/api/v1/tickets", "{", content_type="application/json", headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 400 and answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db(transaction=True)
def test_ap_02_cc_08_many_at_once() -> None:
    build()
    secret = tokens.create("shop", per_minute=0)[1]
    results: list[tuple[int, int]] = []

    def go(key: str) -> None:
        answer = post(secret, None, **{"Idempotency-Key": key})
        results.append((answer.status_code, answer.json().get("number")))
        connection.close()

    threads = [threading.Thread(target=go, args=(f"key{n % 10}",)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {status for status, _ in results} == {201}
    assert sorted({number for _, number in results}) == list(range(1001, 1011))
    assert Ticket.objects.count() == 10


def test_answers_to_the_questions_of_an_inbox(world: World) -> None:
    """Facts give impact and urgency; what is not asked is refused."""
    secret = tokens.create("shop")[1]
    body = {
        "subject": "Orders stand still", "body": "Since nine", "inbox": "portal",
        "customer": {"name": "Mina", "email": "mina.salehi@example.com"}, "answers": {"go_on": "no", "affected": "all"},
    }  # fmt: skip
    made = post(secret, body).json()
    assert Ticket.objects.get(pk=made["id"]).priority == 4
    for wrong in ({"priority": "urgent"}, {"go_on": "perhaps"}):
        refused = post(secret, {**body, "answers": wrong})
        assert refused.status_code == 422 and "answers." in refused.content.decode()
