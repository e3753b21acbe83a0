"""Saved views: what they show, to whom, how far a page looks, and who may share and change them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from pelekan.demo.world import World
from pelekan.tickets import views
from pelekan.tickets.actions import receive, solve
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import SavedView, Ticket
from pelekan.tickets.views import finding
from pelekan.tickets.views.known import Kept
from tests.conftest import NOON

MAIL = {"field": "channel", "is": "one_of", "value": ["email"]}


def come(world: World, number: int, channel: str = "email") -> list[Ticket]:
    inbox = world.inboxes["mail" if channel == "email" else "portal"]
    found = []
    for place in range(number):
        message = receive(
            Incoming(
                inbox_id=inbox.pk, channel=channel, customer_id=world.customers["mina"].pk, text="پول کسر شد",
                subject=f"{channel} {place}", language="fa",
            ),
            now=NOON + timedelta(minutes=place),
        )  # fmt: skip
        found.append(message.ticket)
    return found


def saved(world: World, who: str = "nika", condition: Any = None, **more: Any) -> Kept:
    row = views.save_view(
        None,
        by=world.agents[who],
        name=more.pop("name", "Mail"),
        condition=condition or MAIL,
        now=NOON,
        **more,
    )
    views.forget()
    found = views.one_for(world.agents[who], row.pk)
    assert found is not None
    return found


def all_rows(view: Kept, world: World, who: str = "nika", **more: Any) -> tuple[list[str], int]:
    """The subjects on all pages, and how many pages there were."""
    key, found, pages = "", [], 0
    while True:
        rows, key = views.rows(view, world.agents[who], key, now=NOON + timedelta(hours=1), **more)
        found += [row["subject"] for row in rows]
        pages += 1
        if not key:
            return found, pages


@pytest.mark.parametrize("order", ["urgent", "newest", "oldest"])
def test_pages_hold_each_once_in_order(world: World, order: str) -> None:
    come(world, 7)
    come(world, 3, "portal")
    view = saved(world, order=order)
    found, pages = all_rows(view, world, limit=2)
    assert sorted(found) == [f"email {number}" for number in range(7)] and pages == 4
    assert found == all_rows(view, world, limit=50)[0]
    if order != "urgent":
        assert (found == sorted(found)) is (order == "oldest")


def test_a_page_looks_only_so_far_and_goes_on(world: World) -> None:
    come(world, 4)
    come(world, 6, "portal")
    view = saved(world, order="oldest")
    short, pages = all_rows(view, world, looked=3)
    assert sorted(short) == [f"email {number}" for number in range(4)] and pages > 1
    count = finding.counted(view, world.agents["nika"], now=NOON, looked=3)
    assert count.more and count.number < 4
    assert finding.counted(view, world.agents["nika"], now=NOON) == finding.Count(4)


def test_open_ones_unless_the_status_is_asked(world: World, django_assert_num_queries: Any) -> None:
    first, second = come(world, 2)
    solve(Ticket.objects.get(pk=first.pk), by=world.agents["nika"], now=NOON)
    assert all_rows(saved(world), world)[0] == ["email 1"]
    asked = {"all": [MAIL, {"field": "status", "is": "one_of", "value": ["solved", "open", "new"]}]}
    view = saved(world, condition=asked)
    assert len(all_rows(view, world)[0]) == 2
    with django_assert_num_queries(2):
        views.rows(view, world.agents["nika"], now=NOON)


def test_sharing_gives_no_rights(world: World) -> None:
    come(world, 2)
    Ticket.objects.update(tier=world.tiers[3], team=world.teams["developers"])
    view = saved(world, shared="all")
    assert len(all_rows(view, world)[0]) == 2
    assert all_rows(view, world, "sara")[0] == []
    assert finding.counted(view, world.agents["sara"], now=NOON).number == 0
    views.count(view, world.agents["nika"], now=NOON)
    kept = views.count(view, world.agents["sara"], now=NOON)
    assert kept is not None and kept.number == 0  # what was counted for her is not what was counted for him


def test_who_is_offered_what(world: World) -> None:
    own = saved(world, "sara", name="Own")
    team = saved(world, "sara", name="Team", shared="team", team=world.teams["front"])
    for_all = saved(world, "nika", name="All", shared="all")

    def offered(who: str) -> set[str]:
        return {view.name for view in views.offered_to(world.agents[who])}

    assert offered("sara") == {"Own", "Team", "All"}
    assert offered("omid") == {"Team", "All"}
    assert offered("dara") == {"All"}
    assert views.one_for(world.agents["omid"], own.id) is None
    assert views.one_for(world.agents["nika"], own.id) is None
    assert views.may_change(team, world.agents["nika"]) and not views.may_change(team, world.agents["omid"])
    assert not views.may_change(for_all, world.agents["sara"])


def test_refusals(world: World) -> None:
    sara, dara = world.agents["sara"], world.agents["dara"]
    base: dict[str, Any] = {"by": sara, "name": "x", "condition": MAIL}
    for wrong in (
        {"name": " "}, {"condition": {"all": []}}, {"condition": {}}, {"shared": "all"}, {"shared": "team"},
        {"condition": {"field": "office_open", "is": "yes"}}, {"shared": "team", "team": world.teams["payments"]},
    ):  # fmt: skip
        with pytest.raises(views.CannotSave):
            views.save_view(None, **(base | wrong))
    view = views.save_view(None, **base)
    with pytest.raises(views.CannotSave):
        views.save_view(view, **(base | {"by": dara}))
    with pytest.raises(views.CannotSave):
        views.delete_view(view, by=dara)
    views.delete_view(view, by=sara)
    assert not SavedView.objects.exists()


def test_a_page_walks_along_the_index_of_its_order(world: World) -> None:
    """The plan is asked for with the statement's own parameters: a partial index must be seen to fit without them."""
    if connection.vendor != "sqlite":
        pytest.skip("a small table is scanned by PostgreSQL whatever its indexes")
    nika = world.agents["nika"]
    for order, index, names in (
        ("urgent", "rank_all", ("rank_at", "id")),
        ("newest", "open_all", ("-last_at", "-id")),
    ):
        plan = (
            finding._base(saved(world, order=order), nika).order_by(*names).values_list("id")[:26].explain()
        )
        assert index in plan and "TEMP B-TREE" not in plan, plan
