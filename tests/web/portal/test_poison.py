"""Nothing that is sent breaks a page."""

from __future__ import annotations

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.web.portal import requests
from tests.web.portal.desk import ticket_of


@pytest.mark.parametrize("poison", ["\x00", "\u202e" * 50, "9" * 400, "٣", "-1", "%00", "a" * 70_000, "[]"])
def test_pr_02_nothing_that_is_sent_breaks_a_page(world: World, mina: Client, poison: str) -> None:
    ticket = ticket_of(world, "mina", "help")
    url = f"/portal/requests/{ticket.number}/"
    doors = {
        "/portal/requests/new/": (
            "text",
            "subject",
            "team",
            "category",
            "go_on",
            "affected",
            "client_id",
            "kept",
        ),
        f"{url}answer/": ("text", "client_id", "kept"),
        f"{url}settle/": ("act", "text", "client_id", "kept"),
        "/portal/profile/": ("name", "language", "calendar", "zone", "digits"),
        "/portal/profile/phone/": ("phone", "remove", "code"),
    }
    everything = {name for fields in doors.values() for name in fields} | {"email", "code", "next"}
    poisoned = dict.fromkeys(everything, poison)
    for path, fields in doors.items():
        assert mina.post(path, poisoned).status_code < 500, path
        for name in fields:
            form = {
                "text": "x",
                "subject": "x",
                "team": world.teams["payments"].pk,
                "client_id": "c",
                "phone": "1",
            }
            assert mina.post(path, {**form, name: poison}).status_code < 500, (path, name)
            requests.WRITES.clear()
    stranger = Client()
    stranger.cookies["pelekan_asked"] = stranger.cookies["pelekan_guest"] = "1.x"
    assert stranger.post("/portal/sign-in/", poisoned).status_code < 500
    assert stranger.post("/portal/sign-in/code/", poisoned).status_code < 500
    for name in ("after", "state", "before", "next", "saved"):
        for path in ("/portal/", url, "/portal/sign-in/", "/portal/profile/"):
            assert mina.get(path, {name: poison}).status_code < 500, (path, name)
