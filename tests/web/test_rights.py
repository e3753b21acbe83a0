"""Every address of the project and who may come in: a new address without a row here fails."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from pelekan.demo.world import World
from pelekan.people.models import User

# address (a regular expression over its whole route) → the door it stands behind. The first that fits holds.
# `everybody` needs no sign-in; `visitor`, `customer`, `bearer`, `holder` ask for their own proof and are tested where they
# live; the others are acts of `people.access`, asked of agents on every method.
ROWS: list[tuple[str, str]] = [
    (r"", "everybody"),
    (r"health/(workers/)?|language/|brand/.*", "everybody"),
    (r"setup/", "holder"),
    (r"desk/settings/mail/signing/.*", "settings"),
    (r"desk/settings/(mail|health)/.*", "quarantine"),
    (r"desk/settings/(replies|guides)/.*", "share_replies"),
    (r"desk/settings/(teams|agents|skills)/.*", "people"),
    (r"desk/settings/bot/model/", "settings"),
    (r"desk/settings/(rules|automations|assignment|books|sla|frustration|bot)/.*", "rules"),
    (r"desk/settings/.*", "settings"),
    (r"desk/insights/bot/", "rules"),
    (r"desk/customers/(erasures/.*|<int:pk>/erase/)", "people"),
    (r"desk/organizations/new/", "see_all"),
    (r"desk/insights/.*", "see_all"),
    (r"help/steps/", "everybody"),
    (r"desk/knowledge/(sections|groups)/.*", "publish"),
    (r"desk/knowledge/publishers/", "people"),
    (r"desk/.*", "work"),
    (r"help/.*|sitemap.*|robots.txt", "everybody"),
    (r"accounts/.*", "everybody"),
    (r"portal/.*", "customer"),
    (r"community/.*", "everybody"),  # writing asks for a sign-in: tests/web/community
    (r"widget/.*", "visitor"),
    (r"c/<str:token>", "holder"),
    (r"answers/.*", "visitor"),  # beside a request that is being written
    (r"files/.*", "holder"),
    (r"bot/read/.*", "visitor"),  # the link of a card of the bot's
    (r"api/v1/.*", "bearer"),
    (r"s/<str:secret>", "holder"),
    (r"hooks/.*", "bearer"),  # a gateway's signature or secret
    (r"demo/.*", "everybody"),  # only in the demo, which listens on this machine alone
]
AGENTS = ("work", "see_all", "share_replies", "settings", "people", "quarantine", "rules", "publish")
MAY = {
    "anonymous": frozenset[str](),
    "customer": frozenset[str](),
    "disabled": frozenset[str](),
    "agent": frozenset({"work"}),
    "manager": frozenset({"work", "see_all", "share_replies", "quarantine", "publish"}),
    "admin": frozenset(AGENTS),
}
SAMPLES = {
    "int": "999999",
    "str": "x",
    "slug": "x",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "path": "x",
}


def routes(patterns: list[URLPattern | URLResolver] | None = None, before: str = "") -> Iterator[str]:
    """All routes, as they are written in the urls.py files."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


ALL = sorted({re.sub(r"[\^$]|\\Z", "", route) for route in routes()})


def door(route: str) -> str | None:
    return next((name for pattern, name in ROWS if re.fullmatch(pattern, route)), None)


def address(route: str) -> str:
    """An address of this route, with samples for what varies."""
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES[found[1] or "str"], route)


def test_every_route_has_a_row() -> None:
    assert len(ALL) > 60
    assert [route for route in ALL if door(route) is None] == []


@pytest.fixture
def browsers(world: World) -> dict[str, Client]:
    """One browser for each kind of person."""
    someone = User.objects.create_user("mina.salehi@example.com", "demo-pelekan", name="مینا صالحی")
    world.customers["mina"].user = someone
    world.customers["mina"].save()
    gone = world.agents["omid"]
    gone.disabled_at = gone.created_at
    gone.role = "admin"
    gone.save()
    users = {
        "customer": someone,
        "disabled": gone.user,
        "agent": world.agents["sara"].user,
        "manager": world.agents["nika"].user,
        "admin": world.agents["arash"].user,
    }
    found = {"anonymous": Client()}
    for name, user in users.items():
        found[name] = Client()
        found[name].force_login(user, backend="pelekan.people.backends.Backend")
    return found


def refused(response) -> bool:  # type: ignore[no-untyped-def]
    sent_away = response.status_code == 302 and response["Location"].startswith("/accounts/login/")
    return response.status_code in (401, 403) or sent_away


def test_az_01_complete_table(browsers: dict[str, Client]) -> None:
    """Every address behind an act × every kind of person × reading and writing."""
    wrong = []
    for route in ALL:
        act = door(route)
        if act not in AGENTS:
            continue
        for who, browser in browsers.items():
            for method in ("get", "post"):
                response = getattr(browser, method)(address(route))
                if response.status_code == 405 and act in MAY[who]:
                    continue
                if refused(response) == (act in MAY[who]) and response.status_code != 405:
                    wrong.append((who, method, route, response.status_code))
    assert wrong == []


def test_az_01_refusals_are_logged(browsers: dict[str, Client], caplog: pytest.LogCaptureFixture) -> None:
    browsers["agent"].post("/desk/settings/agents/1/")
    assert "needs people" in caplog.text
