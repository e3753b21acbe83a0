"""The community by the API: what the same eyes see on its pages, writing in somebody's name, looking after it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.knowledge.community import keeping, members, pace, writing
from pelekan.knowledge.community.models import Member, Post, State, Topic
from pelekan.knowledge.models import Section, Translation
from pelekan.people import tokens
from pelekan.people.models import CustomerGroup, User
from pelekan.tickets.models import Event, Ticket
from tests.api.test_climb import asking

pytestmark = pytest.mark.django_db
BOTH = ("community:read", "community:write", "community:moderate")
NEW = {"space": "orders", "title": "Bent poles", "text": "The **poles** are bent.", "language": "en"}


@pytest.fixture
def people(world: World) -> dict[str, Member]:
    for limit in (pace.USUAL, pace.WRITES, pace.NETWORK, pace.ACTS):
        limit.clear()
    keeping.save_space(None, names={"en": "Orders"}, by=None)
    found = {}
    for name in ("mina", "emma", "yusuf"):
        customer = world.customers[name]
        customer.user = User.objects.create_user(f"{name}@example.com", "demo-pelekan", name=customer.name)
        customer.save()
        found[name] = members.choose_name(customer, f"{name}-public")
        found[name].approved = 5 if name != "yusuf" else 0
        found[name].save()
    return found


def browsing(member: Member) -> Any:
    """A browser in which this customer is signed in, asked as a page's script asks."""
    client = Client(enforce_csrf_checks=True)
    assert member.customer.user
    client.force_login(member.customer.user, backend="pelekan.people.backends.Backend")
    client.get("/portal/")
    token = client.cookies["pelekan_csrf"].value if "pelekan_csrf" in client.cookies else ""

    def ask(method: str, path: str, body: Any = None, csrf: bool = True, **headers: str) -> Any:
        more = [] if method == "get" else [body if body is not None else {}]
        sent = {**({"X-CSRFToken": token} if csrf else {}), **headers}
        return getattr(client, method)(
            f"/api/v1/community/{path}", *more, content_type="application/json", headers=sent
        )

    return ask


def test_written_answered_and_accepted_in_an_agents_name(world: World, people: dict[str, Member]) -> None:
    sara = asking(world, "sara", BOTH)
    one = sara("post", "community/topics", NEW, **{"Idempotency-Key": "a"})
    assert (
        one.status_code == 201
        and sara("post", "community/topics", NEW, **{"Idempotency-Key": "a"}).json() == one.json()
    )
    assert Topic.objects.count() == 1
    made = one.json()
    assert (
        made["posts"][0]["html"] == "<p><strong>poles</strong></p>"
        or "<strong>poles</strong>" in made["posts"][0]["html"]
    )
    assert made["posts"][0]["team"] and made["url"].startswith("http")
    at = f"community/topics/{made['id']}"
    said = sara("post", f"{at}/answers", {"text": "Warm them.", "as_desk": True}).json()
    comment = sara("post", f"{at}/answers", {"text": "Not too hot.", "parent": said["id"]}).json()
    assert comment["parent"] == said["id"]
    assert sara("post", f"community/posts/{said['id']}/accept").json()["accepted"] is True
    assert sara("get", at).json()["solved"] is True
    assert sara("post", f"community/posts/{comment['id']}/accept").status_code == 409
    assert (
        sara("put", f"community/posts/{said['id']}", {"text": "Warm them slowly."}).json()["text"]
        == "Warm them slowly."
    )
    page = sara("get", f"{at}/posts?limit=1").json()
    assert [one["first"] for one in page["posts"]] == [True]
    assert len(sara("get", f"{at}/posts?after={page['next']}").json()["posts"]) == 2
    assert [one["id"] for one in sara("get", "community/topics?q=bent+pole").json()["topics"]] == [made["id"]]
    assert sara("get", "community/topics?show=unanswered").json()["topics"] == []
    assert sara("post", f"community/posts/{said['id']}/vote").json()["code"] == "no_name", "customers vote"
    assert sara("post", "community/topics", {**NEW, "space": "none"}).json()["errors"][0]["field"] == "space"
    assert sara("post", "community/topics", {**NEW, "approved": True}).status_code == 422, (
        "nothing else is taken"
    )


def test_a_signed_in_customer_writes_votes_and_waits_for_a_look(people: dict[str, Member]) -> None:
    """Nobody saw a form of ours when a program wrote: it waits, and only its author and the team know of it."""
    mina, emma, yusuf = (browsing(people[name]) for name in ("mina", "emma", "yusuf"))
    sent = {**NEW, "title": "Bent poles again"}
    made = mina("post", "topics", sent, **{"Idempotency-Key": "k"})
    assert made.status_code == 201 and made.json()["state"] == "waiting"
    assert mina("post", "topics", sent, **{"Idempotency-Key": "k"}).json()["id"] == made.json()["id"]
    assert mina("post", "topics", NEW, csrf=False).status_code == 403 and Topic.objects.count() == 1
    at = f"topics/{made.json()['id']}"
    assert emma("get", at).status_code == 404 and emma("get", "topics").json()["topics"] == []
    assert emma("post", f"{at}/answers", {"text": "hello"}).status_code == 404
    Topic.objects.update(state=State.SHOWN)
    Post.objects.update(state=State.SHOWN)
    first = emma("get", at).json()["posts"][0]
    assert (first["author"], first["source"], first["reasons"]) == ("mina-public", "", [])
    assert "example.com" not in emma("get", at).content.decode()
    for _ in range(2):
        assert emma("post", f"posts/{first['id']}/vote").json()["votes"] == 1
    assert yusuf("post", f"posts/{first['id']}/vote").json()["votes"] == 2
    assert yusuf("post", f"posts/{first['id']}/unvote").json()["votes"] == 1
    assert mina("post", f"posts/{first['id']}/vote").status_code == 409, "not for oneself"
    answer = emma("post", f"{at}/answers", {"text": "Warm them a little."}).json()
    Post.objects.update(state=State.SHOWN)
    assert yusuf("post", f"posts/{answer['id']}/accept").status_code == 409
    assert mina("post", f"posts/{answer['id']}/accept").json()["accepted"] is True
    assert yusuf("post", f"posts/{answer['id']}/report", {"why": "rude"}).status_code == 204
    assert yusuf("delete", f"posts/{answer['id']}").status_code == 409
    assert emma("delete", f"posts/{answer['id']}").status_code == 204
    for path in (
        "waiting",
        "members/1/blocked",
        f"posts/{first['id']}/approve",
        f"topics/{first['topic']}/locked",
    ):
        method = "get" if path == "waiting" else "put" if path.endswith("ed") else "post"
        assert emma(method, path, {"because": "x"}).status_code == 401, "the team's alone"


def test_too_much_by_a_program_is_too_much(people: dict[str, Member]) -> None:
    emma = browsing(people["emma"])
    got = [emma("post", "topics", {**NEW, "title": f"Number {n}"}).status_code for n in range(16)]
    assert got == [201] * 15 + [429]


def test_what_waits_is_looked_at_and_topics_are_ordered(world: World, people: dict[str, Member]) -> None:
    sara, space = asking(world, "sara", BOTH), keeping.Space.objects.get()
    waits = writing.ask(
        space, by=people["yusuf"], title="Where is it?", source="My order is late.", language="en"
    )
    spam = writing.ask(
        space, by=people["yusuf"], title="Cheap", source="Buy https://example.org now", language="en"
    )
    listed = sara("get", "community/waiting").json()["posts"]
    assert [one["topic"] for one in listed] == [waits.pk, spam.pk] and "links" in listed[1]["reasons"]
    assert sara("post", f"community/posts/{listed[0]['id']}/approve").json()["state"] == "shown"
    assert sara("post", f"community/posts/{listed[1]['id']}/refuse", {"because": " "}).status_code == 422
    done = sara(
        "post", f"community/posts/{listed[1]['id']}/refuse", {"because": "spam", "block": True}
    ).json()
    assert (done["state"], done["refused_because"]) == ("refused", "spam")
    people["yusuf"].refresh_from_db()
    assert people["yusuf"].blocked_at is not None
    assert sara("delete", f"community/members/{people['yusuf'].pk}/blocked").status_code == 204
    assert sara("put", f"community/members/{people['yusuf'].pk}/blocked", {"because": "x"}).status_code == 204
    at = f"community/topics/{waits.pk}"
    assert (
        sara("put", f"{at}/locked").json()["locked"] and not sara("delete", f"{at}/locked").json()["locked"]
    )
    assert (
        sara("put", f"{at}/pinned").json()["pinned"] and not sara("delete", f"{at}/pinned").json()["pinned"]
    )
    keeping.save_space(None, names={"en": "Other"}, by=None)
    assert sara("put", f"{at}/space", {"space": "other"}).json()["space"] == "other"
    other = writing.ask(space, by=people["mina"], title="The same", source="Where is mine?", language="en")
    assert sara("put", f"{at}/duplicate", {"of": other.pk}).json()["duplicate_of"] == other.pk
    assert sara("put", f"{at}/duplicate", {"of": None}).json()["duplicate_of"] is None
    Section.objects.create(slug="tents", names={"en": "Tents"})
    article = sara("put", f"{at}/article", {"section": "tents"}).json()["id"]
    assert Translation.objects.get(article=article).published is None
    assert sara("put", f"{at}/article", {"section": "tents"}).json()["id"] == article
    ticket = Ticket.objects.get(pk=sara("put", f"{at}/ticket").json()["id"])
    assert ticket.customer == people["yusuf"].customer
    into = sara("put", f"{at}/merged", {"into": other.pk}).json()
    assert into["id"] == other.pk and len(into["posts"]) == 2
    assert sara("get", at).json()["id"] == other.pk, "its address leads on"
    assert Event.objects.filter(name="topic.merged", agent=world.agents["sara"]).exists()


def test_scopes_and_tokens_of_nobody(world: World, people: dict[str, Member]) -> None:
    """The desk's own token reads what everybody reads; what is for some does not exist for it."""
    for scope in ("community:write", "community:moderate"):
        with pytest.raises(ValueError, match=scope):
            tokens.create("x", scopes=(scope,))
    group = CustomerGroup.objects.create(name="Some")
    closed = keeping.save_space(None, names={"en": "Closed"}, read="groups", groups=[group], by=None)
    hidden = writing.ask(
        closed, by=world.agents["sara"], title="Hidden", source="Only for some.", language="en"
    )
    desk = asking(world, None, ("community:read",))
    assert [one["slug"] for one in desk("get", "community/spaces").json()] == ["orders"]
    assert desk("get", f"community/topics/{hidden.pk}").status_code == 404
    assert desk("get", "community/topics?q=hidden").json()["topics"] == []
    assert desk("get", f"community/posts/{hidden.posts.get().pk}").status_code == 404
    assert desk("post", "community/topics", NEW).status_code == 403
    only = asking(world, "sara", ("community:read",))
    assert only("get", f"community/topics/{hidden.pk}").status_code == 200
    assert (
        only("post", "community/topics", NEW).status_code
        == only("get", "community/waiting").status_code
        == 403
    )
    assert asking(world, "sara", tokens.USUAL)("get", "community/spaces").status_code == 403
    assert Client().get("/api/v1/community/topics").status_code == 401
    assert Client(enforce_csrf_checks=True).post("/api/v1/community/topics", {}).status_code == 401
    paths = json.loads(Client().get("/api/v1/openapi.json").content)["paths"]
    assert {"/api/v1/community/topics", "/api/v1/community/waiting"} <= set(paths)


@pytest.mark.parametrize("number", ["0", "-1", "9" * 30, "x"])
def test_no_number_breaks_it(world: World, people: dict[str, Member], number: str) -> None:
    sara = asking(world, "sara", BOTH)
    for path in (f"topics/{number}", f"topics?after={number}", f"topics?limit={number}", f"posts/{number}", f"waiting?skip={number}"):  # fmt: skip
        assert sara("get", f"community/{path}").status_code in (200, 404, 422), path
    for text in ("\x00", "a\x00b"):
        assert sara("get", f"community/topics?space={text}&q={text}&language={text}").status_code in (
            200,
            422,
        )
        assert sara("post", "community/topics", {**NEW, "title": text * 5, "text": text}).status_code in (
            201,
            422,
        )
        assert sara("post", "community/topics", {**NEW, "space": text}).status_code == 422
