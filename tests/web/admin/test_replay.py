"""Trying drafts on the past, in the browser's words: choose, watch, read both traces, put in force."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.people.models import User
from pelekan.routing.models import Diverted, Replay
from pelekan.routing.replay import work
from pelekan.tickets import actions, rulebooks
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Rulebook


@pytest.fixture
def admin(world: World) -> Client:
    User.objects.update(language="en")
    client = Client()
    client.force_login(world.agents["arash"].user)
    return client


def _bank(world: World, team: str) -> Rulebook:
    when = {"field": "text", "is": "has_any", "value": ["بانک"]}
    do = [{"act": "team", "team": world.teams[team].pk}]
    body = {"rules": [{"id": "bank", "name": "Bank errors", "on": ["created"], "when": when, "do": do}]}
    return rulebooks.keep("routing", body, by=world.agents["arash"])


def _done() -> None:
    for row in due.claim(Replay, clock()):
        work.JOB.do(row)


def test_a_draft_is_tried_read_and_put_in_force(world: World, admin: Client) -> None:
    inbox = world.inboxes["portal"]
    came = Incoming(
        inbox.pk, "portal", world.customers["mina"].pk, "بانك پول را کسر کرد", subject="Money gone"
    )
    actions.receive(came, now=clock() - timedelta(days=2))
    draft = _bank(world, "payments")
    page = admin.get(reverse("settings_replay") + f"?draft={draft.pk}").content.decode()
    assert f'<option value="{draft.pk}" selected' in page
    sent = admin.post(reverse("settings_replay"), {"what": "drafts", "draft-routing": draft.pk, "days": "7"})
    running = admin.get(sent.url).content.decode()
    assert "data-again" in running and "0 of 1 tickets" in running and "Put in force" not in running
    _done()
    page = admin.get(sent.url, headers={"HX-Request": "true"}).content.decode()
    assert "data-again" not in page and "Money gone" in page
    assert world.teams["front"].name in page and world.teams["payments"].name in page
    line = Diverted.objects.get()
    traces = admin.get(reverse("settings_replay_ticket", args=[line.replay_id, line.pk])).content.decode()
    assert "Bank errors" in traces and "No rule fits" in traces and "put together from the log" in traces
    admin.post(reverse("settings_replay_act", args=[line.replay_id, draft.pk, "enable"]))
    assert rulebooks.in_force()["routing"].id == draft.pk


def test_another_staircase_is_tried_and_nothing_chosen_is_said(world: World, admin: Client) -> None:
    payments = world.teams["payments"]
    same = {f"team-{team.pk}": team.tier.level for team in world.teams.values()}
    refused = admin.post(reverse("settings_replay"), {"what": "stairs", **same})
    assert "Put at least one team on another step." in refused.content.decode()
    refused = admin.post(reverse("settings_replay"), {"what": "drafts"})
    assert "Choose at least one draft to try." in refused.content.decode()
    admin.post(reverse("settings_replay"), {"what": "stairs", **same, f"team-{payments.pk}": 3})
    assert Rulebook.objects.get(kind="staircase").body == {"teams": {str(payments.pk): 3}}


def test_a_draft_waits_for_its_moment(world: World, admin: Client) -> None:
    draft = _bank(world, "technical")
    sent = admin.post(reverse("settings_replay"), {"what": "drafts", "draft-routing": draft.pk})
    row = Replay.objects.get()
    where = reverse("settings_replay_act", args=[row.pk, draft.pk, "schedule"])
    admin.post(where, {"day": "2020/01/01", "time": "08:00"})
    assert "still to come" in admin.get(sent.url).content.decode()
    day = (clock() + timedelta(days=3)).strftime("%Y/%m/%d")
    User.objects.update(calendar="gregorian", zone="UTC")
    admin.post(where, {"day": day, "time": "۰۸:۳۰"})
    draft.refresh_from_db()
    assert (
        draft.state == "scheduled" and draft.due_at is not None and draft.due_at.strftime("%H:%M") == "08:30"
    )


def test_a_replay_can_be_stopped(world: World, admin: Client) -> None:
    sent = admin.post(reverse("settings_replay"), {"what": "check"})
    row = Replay.objects.get()
    admin.post(reverse("settings_replay_stop", args=[row.pk]))
    _done()
    row.refresh_from_db()
    assert row.state == "stopped" and "It was stopped" in admin.get(sent.url).content.decode()


def test_s12_nobody_else_comes_in(world: World) -> None:
    client = Client()
    client.force_login(world.agents["nika"].user)
    assert client.get(reverse("settings_replay")).status_code == 403
    assert client.post(reverse("settings_replay"), {"what": "check"}).status_code == 403
    assert not Replay.objects.exists()
