"""The editor of priority's grids: only admins, draft first, errors in sentences, an example that is tried."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.tickets import rulebooks
from pelekan.tickets.models import Rulebook
from pelekan.web.admin import drafts

HOME = "/desk/settings/priority/"


@pytest.fixture
def admin(client: Client, world: World) -> Client:
    client.force_login(world.agents["arash"].user)
    return client


def grid(**more: Any) -> dict[str, Any]:
    cells = {
        (1, 1): 1,
        (1, 2): 1,
        (1, 3): 2,
        (2, 1): 2,
        (2, 2): 2,
        (2, 3): 3,
        (3, 1): 3,
        (3, 2): 4,
        (3, 3): 4,
    }
    return {
        "name_fa": "فروشگاه", "name_en": "Shop", "impact_3_name_en": "Money", "impact_3_text_en": "The bank took money",
        **{f"cell_{i}_{u}": str(value) for (i, u), value in cells.items()}, "lift_3": "on", **more,
    }  # fmt: skip


def test_a_grid_is_a_draft_until_it_is_put_in_force(admin: Client, world: World) -> None:
    team = world.teams["payments"].pk
    assert admin.post(HOME + "new/", grid(teams=[team])).status_code == 302
    draft = drafts.draft_of("priority")
    assert draft is not None and "priority" not in rulebooks.in_force()
    shop, rest = draft.body["grids"]
    assert (shop["when"], shop["cells"]["3-2"], shop["importance"]["per"]) == (
        {"teams": [team], "inboxes": []},
        4,
        {"1": 0, "2": 0, "3": 1},
    )
    assert (rest["id"], shop["impact"][2]["text"]) == ("all", {"en": "The bank took money"})
    page = admin.get(HOME).content.decode()
    assert "فروشگاه" in page and 'action="/desk/settings/books/priority/enable/"' in page
    assert admin.post("/desk/settings/books/priority/enable/").status_code == 302
    assert rulebooks.in_force()["priority"].body["grids"][0]["id"] == shop["id"]
    assert admin.get(f"{HOME}{shop['id']}/").status_code == 200
    assert admin.get("/desk/settings/books/priority/").status_code == 200


def test_the_order_changes_and_the_last_stays(admin: Client, world: World) -> None:
    for name, team in (("a", "payments"), ("b", "technical")):
        admin.post(HOME + "new/", grid(name_en=name, teams=[world.teams[team].pk]))
    rows = drafts.body_of("priority")["grids"]
    admin.post(f"{HOME}{rows[1]['id']}/up/")
    assert [row["name"].get("en") for row in drafts.body_of("priority")["grids"]] == ["b", "a", None]
    admin.post(f"{HOME}{rows[0]['id']}/down/")
    assert [row["name"].get("en") for row in drafts.body_of("priority")["grids"]] == ["b", "a", None]
    assert admin.post(f"{HOME}all/remove/").status_code == 404
    admin.post(f"{HOME}{rows[0]['id']}/remove/")
    assert len(drafts.body_of("priority")["grids"]) == 2


@pytest.mark.parametrize(
    "more", [{}, {"teams": ["x"]}, {"cell_3_3": "1", "teams": "1"}, {"cell_3_3": "9", "teams": "1"}]
)
def test_what_cannot_be_is_said_and_nothing_is_kept(admin: Client, more: dict[str, Any]) -> None:
    answer = admin.post(HOME + "new/", grid(**more))
    assert (
        answer.status_code == 422
        and "banner--breach" in answer.content.decode()
        and "The bank took money" in answer.content.decode()
    )
    assert not Rulebook.objects.filter(kind="priority").exists()


def test_an_example_is_tried(admin: Client) -> None:
    answer = admin.post(HOME + "try/", grid(example="مبلغ از حسابم کسر شد", importance="3"))
    page = answer.content.decode()
    assert 'data-here="3-3"' in page and "کسر شد" in page  # «کسر» is a word of a category too
    calm = admin.post(HOME + "try/", grid(example="Are you open on the holiday?")).content.decode()
    assert 'data-here="1-1"' in calm


def test_only_admins(client: Client, world: World) -> None:
    client.force_login(world.agents["nika"].user)
    for path in ("", "new/", "all/"):
        assert client.get(HOME + path).status_code == 403
    assert client.post(HOME + "all/up/").status_code == 403
    assert client.post(HOME + "try/").status_code == 403
