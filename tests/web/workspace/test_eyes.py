"""What the steps are to a role: a wall that no door has a hole in, or a view that only begins with one's own.

The doors are the routes themselves: a new one is tried without anybody thinking of it.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from PIL import Image

from pelekan.demo.world import World
from pelekan.people.identify import customer_for
from pelekan.people.models import Agent, Desk, Eyes
from pelekan.tickets import actions, attachments, lists, shaping
from pelekan.tickets.lists import View
from pelekan.tickets.models import Attachment, Bell, Event, Ticket
from tests.conftest import NOON
from tests.tickets.test_lists import write
from tests.web.test_rights import ALL, door

WORDS = ("زعفرانیه", "Zarathustra", "zara@hidden.example", "sekrit.png", "کیمیاگر", "quartz")
"""Subject, customer, his address, a file, a note, a pack."""


@dataclass
class Hidden:
    ticket: Ticket
    ids: list[int]
    tokens: list[str]


@pytest.fixture
def hidden(world: World) -> Hidden:
    """A ticket of the developers with everything that can hang on one."""
    who = customer_for(
        "email", "zara@hidden.example", name="Zarathustra", language="fa", verified=True, now=NOON
    )
    world.customers["zara"] = who
    ticket = write(world, customer="zara", channel="chat", subject="زعفرانیه", text="زعفرانیه کجاست؟")
    sara, james = world.agents["sara"], world.agents["james"]
    talk = ticket.conversations.get()
    actions.accept_chat(talk, by=james, now=NOON)
    actions.register(ticket, by=james, subject="زعفرانیه", now=NOON)
    Ticket.objects.filter(pk=ticket.pk).update(number=987_001)
    actions.escalate(
        ticket,
        world.teams["developers"],
        by=james,
        because="x",
        to=james,
        pack={"problem": "quartz"},
        now=NOON,
    )
    picture = io.BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    file = attachments.keep(picture.getvalue(), "sekrit.png", f"agent:{james.pk}")
    reply = actions.reply(
        ticket, by=james, text="Zarathustra", conversation=talk, attachment_ids=[file.pk], now=NOON
    )
    actions.note(ticket, by=james, text="کیمیاگر", now=NOON)
    actions.link_issue(ticket, "https://git.example.org/quartz", by=james, now=NOON)
    Bell.objects.create(
        agent=sara,
        key="x",
        kind="handed",
        ticket=ticket,
        event=ticket.events.latest("pk"),
        at=NOON,
        shown=True,
    )
    ids = [ticket.pk, talk.pk, who.pk, file.pk, *ticket.messages.values_list("pk", flat=True)]
    ids += [*ticket.packs.values_list("pk", flat=True), *ticket.issues.values_list("pk", flat=True)]
    assert reply.pk in ids
    return Hidden(
        Ticket.objects.get(pk=ticket.pk),
        sorted({*ids}),
        [Attachment.objects.get(pk=file.pk).token],
    )


def addresses(hidden: Hidden) -> Iterator[tuple[str, bool]]:
    """Every address behind the desk's door and of files, with everything of the hidden ticket in its places; and whether
    it names no single thing, so that it may be asked for one. Where an address names two things, one of them is the
    ticket or its conversation: nothing else of it holds something."""
    whole = {hidden.ticket.pk, hidden.ticket.conversations.get().pk}
    for route in ALL:
        if not (door(route) == "work" or route.startswith("files/")) or "upload" in route:
            continue
        names = re.findall(r"<(?:\w+:)?(\w+)>", route)
        values: list[list[Any]] = []
        for name in names:
            if name == "slug":
                values.append(
                    ["all", "mine", "done", "unassigned", "waiting", f"team-{hidden.ticket.team_id}"]
                )
            elif name == "token":
                values.append(list(hidden.tokens))
            elif name == "name":
                values.append(["escalate", "pack", "join", "assign", "sekrit.png"])
            else:
                values.append(hidden.ids)
        numbers = sum(place is hidden.ids for place in values)
        for chosen in itertools.product(*values):
            if numbers > 1 and not whole & {*chosen}:
                continue
            path = route
            for name, value in zip(names, chosen, strict=True):
                path = re.sub(rf"<(?:\w+:)?{name}>", str(value), path)
            yield "/" + path, not numbers


ASKED = (
    {}, {"q": "زعفرانیه"}, {"q": "Zarathustra"}, {"q": "#987001"}, {"q": "quartz"}, {"q": "کیمیاگر"}, {"open": "1"},
)  # fmt: skip


def told(browser: Client, hidden: Hidden) -> list[str]:
    """Where anything of the hidden ticket is read."""
    found = []
    for path, asks in addresses(hidden):
        for query in ASKED if asks and path.count("/") < 5 else ASKED[:1]:
            response = browser.get(path, query)
            body = b"".join(response) if response.streaming else response.content
            text = body.decode("utf-8", "replace")
            if query.get(
                "q"
            ):  # what was asked comes back in the field, and in addresses that ask it elsewhere
                text = text.replace(query["q"], "").replace(quote(query["q"]), "")
            said = [word for word in WORDS if word in text or word in str(response.headers)]
            if re.search(r"987[,٬]?001|۹۸۷[,٬]?۰۰۱", text.replace(query.get("q", "\0"), "")):
                said.append("number")
            if said or (path.startswith("/files/") and response.status_code == 200):
                found.append(f"{path} {query} {said}")
    return found


def standing(hidden: Hidden) -> Any:
    ticket = Ticket.objects.filter(pk=hidden.ticket.pk).values().get()
    return (
        ticket, Event.objects.filter(ticket=hidden.ticket.pk).count(), hidden.ticket.messages.count(),
        hidden.ticket.tags.count(), hidden.ticket.packs.count(), hidden.ticket.issues.count(), hidden.ticket.drafts.count(),
    )  # fmt: skip


def test_az_02_no_door_opens_a_ticket_of_another_step(
    world: World, hidden: Hidden, at_desk: Callable[[str], Client]
) -> None:
    """Hard is how every desk was: nothing opens by itself."""
    assert not Desk.objects.exclude(visibility={}).exists()
    assert world.agents["sara"].eyes == Eyes.HARD
    assert told(at_desk("sara"), hidden) == []
    seen = told(at_desk("james"), hidden)
    assert len(seen) > 20, "the same walk finds it where it may be seen"


def test_hints_of_ones_own_ticket_do_not_lead_there(world: World, hidden: Hidden, at_desk) -> None:
    own = write(world)
    Ticket.objects.filter(pk=own.pk).update(follows=hidden.ticket, may_belong_to=hidden.ticket)
    joined = write(world)
    Ticket.objects.filter(pk=joined.pk).update(joined_into=hidden.ticket)
    for who, shown in (("sara", False), ("nika", True)):
        for pk in (own.pk, joined.pk):
            page = at_desk(who).get(f"/desk/tickets/{pk}/").content.decode()
            assert (f"tickets/{hidden.ticket.pk}/" in page) == shown
            assert ("۹۸۷۰۰۱" in page or "987001" in page) == shown


def test_az_05_az_22_no_raw_act_touches_it(
    world: World, hidden: Hidden, at_desk: Callable[[str], Client]
) -> None:
    own = write(world)
    browser, before = at_desk("sara"), standing(hidden)
    form = {
        "why": "x", "team": world.teams["front"].pk, "agent": world.agents["sara"].pk, "text": "x", "html": "x", "name": "x",
        "subject": "x", "impact": 1, "urgency": 1, "category": "", "source": hidden.ticket.pk, "into": hidden.ticket.pk,
        "url": "https://x.example/1", "quick": "1", "anyway": "1", "message": 1, "until": "tomorrow", "problem": "x",
    }  # fmt: skip
    for path, _asks in addresses(hidden):
        if not path.startswith("/files/"):
            browser.post(path, form)
    for act in ("join", "unjoin"):  # from one's own side too
        for more in ({"into": hidden.ticket.pk}, {"source": hidden.ticket.pk}, {"number": 987_001}):
            response = browser.post(f"/desk/tickets/{own.pk}/{act}/", more)
            assert response.status_code in (404, 422) and "زعفرانیه" not in response.content.decode()
    assert standing(hidden) == before


def test_az_06_lists_counts_and_live_know_only_own_steps(world: World, hidden: Hidden, at_desk) -> None:
    sara = Agent.objects.select_related("user").get(pk=world.agents["sara"].pk)
    views = [View(kind) for kind in lists.KINDS] + [View("team", hidden.ticket.team_id)]
    assert all(not number for slug, number in lists.counts(views, sara).items() if slug != "levels")
    assert lists.row(hidden.ticket.pk, sara) is None
    talk = hidden.ticket.conversations.get().pk
    asked = [f"ticket:{hidden.ticket.pk}", f"conversation:{talk}", "desk", f"tier:{hidden.ticket.tier_id}"]
    granted = at_desk("sara").get("/desk/live-ticket/", {"topics": asked}).json()["topics"]
    assert granted == sorted(
        [f"agent:{sara.pk}", f"tier:{world.tiers[1].pk}", "community"]
    )  # the last for everybody


def test_az_14_what_is_taken_away_is_gone_at_once(world: World, hidden: Hidden, at_desk) -> None:
    arash, omid, browser = world.agents["arash"], world.agents["omid"], at_desk("omid")
    page = f"/desk/tickets/{hidden.ticket.pk}/"
    assert browser.get(page).status_code == 404
    shaping.choose_eyes({"agent": "view"}, by=arash)
    assert browser.get(page).status_code == 200
    shaping.choose_eyes({"agent": "hard"}, by=arash)
    assert browser.get(page).status_code == 404
    changed = Event.objects.filter(name="desk.visibility_changed").latest("pk")
    assert f"revoke:agent:{omid.pk}" in changed.topics.split()
    shaping.change_agent(omid, by=arash, teams=[world.teams["developers"]])
    assert browser.get(page).status_code == 200
    shaping.change_agent(omid, by=arash, teams=[world.teams["front"]])
    assert browser.get(page).status_code == 404


def test_a_view_begins_with_ones_own_and_hides_nothing(world: World, hidden: Hidden, at_desk) -> None:
    Desk.objects.update_or_create(
        pk=1, defaults={"name": "x", "language": "fa", "visibility": {"agent": "view"}}
    )
    actions.end_chat(hidden.ticket.conversations.get(), by=None, now=NOON)
    actions.release(hidden.ticket, by=None, now=NOON)
    own = write(world)
    sara = Agent.objects.select_related("user").get(pk=world.agents["sara"].pk)
    shown = {kind: [row["id"] for row in lists.rows(View(kind), sara)[0]] for kind in lists.KINDS}
    assert set(shown["all"]) == {own.pk, hidden.ticket.pk}
    assert shown["unassigned"] == [own.pk] and shown["waiting"] == []
    assert lists.counts([View("all"), View("unassigned")], sara) | {"levels": 3} == {
        "all": 2, "unassigned": 1, "levels": 3,
    }  # fmt: skip
    assert lists.row(hidden.ticket.pk, sara) is not None
    browser = at_desk("sara")
    assert browser.get(f"/desk/tickets/{hidden.ticket.pk}/").status_code == 200
    assert "زعفرانیه" in browser.get("/desk/search/", {"q": "زعفرانیه"}).content.decode()
    actions.solve(hidden.ticket, by=None, now=NOON)
    assert lists.rows(View("done"), sara)[0] == []


def test_a_manager_can_be_held_to_his_steps(world: World, hidden: Hidden, at_desk) -> None:
    assert world.agents["nika"].eyes == Eyes.ALL
    shaping.choose_eyes({"manager": "hard"}, by=world.agents["arash"])
    assert told(at_desk("nika"), hidden) == []
    assert at_desk("arash").get(f"/desk/tickets/{hidden.ticket.pk}/").status_code == 200


def test_only_admins_choose(world: World, at_desk) -> None:
    page = "/desk/settings/staircase/eyes/"
    assert at_desk("nika").post(page, {"agent": "view", "manager": "all"}).status_code == 403
    assert at_desk("arash").post(page, {"agent": "all", "manager": "all"}).status_code == 422
    assert at_desk("arash").post(page, {"agent": "view", "manager": "hard"}).status_code == 302
    assert Desk.objects.get().visibility == {"agent": "view", "manager": "hard"}
