"""What an address or a form names is never a field of the database, a function or a second value: every page of the knowledge base,
insights, community and help, and their API."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from pelekan.demo.world import World
from pelekan.knowledge.community import keeping, members, pace, writing
from pelekan.knowledge.models import Article
from pelekan.web.community import caching, doors
from pelekan.web.help import searching
from tests.api.test_climb import asking
from tests.web.help.books import article

pytestmark = pytest.mark.django_db
PAGES = re.compile(r"desk/(knowledge|insights|community|search)|desk/settings/community|help/|community/")
VALUES = ("owner__user__password", "²", "9" * 30, "\x00")
DAYS = ("0001-01-01", "9999-12-31")
NAMES = {
    "sort": "owner__user__password",
    "order_by": "-user.password",
    "o": "password",
    "owner__user__password__startswith": "p",
    "filter[owner__user__password__startswith]": "p",
    "newest__title__regex": "(",
    "visibility__in": "agents",
    "__class__": "x",
}
READ = re.compile(
    r"""(?:GET|POST|get|post|form)\.(?:get|getlist)\(\s*["'](\w+)["']|_\w+\(request, ["'](\w+)["']"""
)


@pytest.fixture
def made(world: World) -> Iterator[Article]:
    """An article and a topic, number 1 or so each."""
    caching.forget()
    free()
    space = keeping.save_space(None, names={"en": "Orders"}, by=None)
    writing.ask(space, by=world.agents["sara"], title="Bent poles", source="Ask here.", language="en")
    members.choose_name(world.customers["mina"], "mina")
    yield article("How to pay", "<p>With a card.</p>").article
    free()


def free() -> None:
    for limit in (
        pace.USUAL,
        pace.WRITES,
        pace.NETWORK,
        pace.ACTS,
        doors.SEARCHES,
        doors.UPLOADS,
        searching.ASKED,
    ):
        limit.clear()


def views(patterns: list[Any] | None = None, before: str = "") -> Iterator[tuple[str, Any]]:
    """Routes with what answers them."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = re.sub(r"[\^$]|\\Z", "", before + str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and PAGES.match(route):
            yield route, inspect.unwrap(pattern.callback)


def address(route: str, one: Article, word: str = "en") -> str:
    known = {"language": "en", "code": "en", "lang": "en", "slug": "orders", "how": "csv"}
    row = one.translations.get()

    def sample(found: re.Match[str]) -> str:
        kind, name = found[1] or "str", found[2]
        if kind == "int":
            return str(row.pk if route.startswith("help/") else one.pk if "knowledge" in route else 1)
        return known.get(name, word)

    return "/" + re.sub(r"<(?:(\w+):)?(\w+)>", sample, route)


def read_by(view: Any) -> list[str]:
    """Names of what its module takes from a request."""
    source = inspect.getsource(import_module(view.__module__))
    return sorted({name for pair in READ.findall(source) for name in pair if name} | {"q", "page", "csv"})


def browser(world: World, who: str = "arash") -> Client:
    found = Client()
    found.force_login(world.agents[who].user, backend="pelekan.people.backends.Backend")
    found.raise_request_exception = False
    return found


def asked(client: Client, path: str, sent: Any) -> tuple[int, list[str]]:
    """Its status, and the statements it asked, without their values."""
    free()
    with CaptureQueriesContext(
        connection,
    ) as asked_:
        answer = client.get(path, sent)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    assert b"Traceback" not in body, path
    words = (re.sub(r"'[^']*'|\d+", "?", one["sql"] or "") for one in asked_)
    return answer.status_code, sorted(
        one for one in words if one.startswith("SELECT") and "session" not in one
    )


def test_az_17_names_that_nobody_reads_change_no_statement(world: World, made: Article) -> None:
    client, wrong = browser(world), []
    for route, _view in views():
        path = address(route, made)
        asked(client, path, {})  # what is kept after the first time
        if asked(client, path, {}) != asked(client, path, NAMES):
            wrong.append(path)
    assert not wrong, wrong


def test_az_17_no_value_is_a_lookup_or_breaks_a_list(world: World, made: Article) -> None:
    """Each name that a page reads, with fields of other tables, digits that are none, and moments without a before or after."""
    client, wrong = browser(world), []
    for route, view in views():
        path = address(route, made)
        if asked(client, path, {})[0] != 200:
            continue
        for name in read_by(view):
            for value in DAYS if name in ("on", "since", "until", "day") else VALUES:
                status, statements = asked(client, path, {name: value})
                if status >= 500 or any(
                    re.search(r"""(ORDER BY|WHERE).*password["` ]""", one) for one in statements
                ):
                    wrong.append((status, path, name, value))
    assert not wrong, wrong


def test_in_10_a_name_sent_twice_is_its_last_value_and_breaks_nothing(world: World, made: Article) -> None:
    """As a list, as a name with brackets, as JSON: everywhere the same, and no page that writes falls over."""
    client, wrong = browser(world), []
    both = client.get("/help/en/search/?q=nothing-here&q=pay&page=7&page=1").content.decode()
    assert "How to pay" in re.sub("</?mark>", "", both)
    listed = client.get("/desk/knowledge/?state=archived&state=out").content.decode()
    assert "How to pay" in listed
    for route, view in views():
        path = address(route, made)
        names = read_by(view)
        sent = {name: ["1", "²", "owner__user__password"] for name in names} | {
            f"{name}[]": "1" for name in names
        }
        for status in (client.get(path, sent).status_code, client.post(path, sent).status_code,
                       client.post(path, {"x": sent}, content_type="application/json").status_code):  # fmt: skip
            free()
            if status >= 500:
                wrong.append((status, path))
    assert not wrong, wrong


def test_in_12_an_act_is_one_of_a_fixed_list(world: World, made: Article) -> None:
    """Whatever a route lets be named, a name that is none of its own is not found."""
    client, wrong = browser(world), []
    for route, _view in views():
        if not re.search(r"<(str:)?(what|act|how|way|do|of|kind)>", route):
            continue
        for word in (
            "delete",
            "delete_all",
            "__class__",
            "publish.__globals__",
            "pelekan.knowledge.actions.publish",
            "objects",
        ):
            path = address(route, made, word).replace("/csv", f"/{word}")
            before = list(Article.objects.values())
            for answer in (client.get(path), client.post(path, {"csrf": "x"})):
                if answer.status_code not in (404, 405):
                    wrong.append((answer.status_code, path))
            assert list(Article.objects.values()) == before
    assert not wrong, wrong


def test_az_17_in_10_the_api_of_articles_and_community(world: World, made: Article) -> None:
    """Unknown names change nothing, values of another kind are told by name, and nothing falls over."""
    scopes = ("articles:read", "articles:write", "community:read", "community:write", "community:moderate")
    ask = asking(world, "nika", scopes)
    for path in ("articles", "community/topics", "community/waiting", "community/spaces"):
        plain = ask("get", path)
        assert plain.status_code == 200, path
        noise = "&".join(f"{quote(name)}={quote(value)}" for name, value in NAMES.items())
        assert ask("get", f"{path}?{noise}").json() == plain.json(), path
        for name in ("language", "section", "state", "after", "limit", "space", "show", "q", "skip"):
            for value in (*VALUES, *DAYS, "1&" + name + "=2"):
                value = value if "&" in value else quote(value)
                assert ask("get", f"{path}?{name}={value}").status_code < 500, (path, name, value)
    bodies: dict[str, dict[str, Any]] = {
        "articles": {"title": "A", "language": "en", "section": "paying", "body": "<p>b</p>", "kind": "text", "visibility": "agents", "summary": "s", "data": {}},
        "community/topics": {"space": "orders", "title": "Bent poles", "text": "They are bent.", "language": "en"},
    }  # fmt: skip
    for path, body in bodies.items():
        for name in body:
            for odd in (["a"], {"a": 1}, [[]], 7, True, "\x00", "²", {"__class__": "x"}):
                answer = ask("post", path, body | {name: odd})
                assert answer.status_code < 500, (path, name, odd)
                if isinstance(odd, list):
                    assert answer.status_code == 422, (path, name, odd)
        assert ask("post", path, [body]).status_code in (400, 422)
        assert ask("post", path, body | {"owner__user__password": "p"}).status_code < 500
