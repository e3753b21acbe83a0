"""Who is followed and who is not, and what a browser is given for it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from pelekan.demo.world import World
from pelekan.knowledge.trail import habits
from pelekan.knowledge.trail.models import Visit
from pelekan.people.models import User
from pelekan.web.footsteps import COOKIE, keep, mark, visit_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def ask(**headers: str) -> HttpRequest:
    request = RequestFactory().get("/help/fa/", headers={"User-Agent": FIREFOX, **headers})
    request.user = AnonymousUser()
    return request


def test_a_browser_is_known_again(world: World) -> None:
    first = ask()
    answer = keep(HttpResponse(), first)
    assert COOKIE not in answer.cookies  # nothing was asked of it: nothing is kept
    visit = visit_of(first, "help", "fa")
    answer = keep(HttpResponse(), first)
    cookie = answer.cookies[COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["max-age"] == 30 * 86400
    again = ask()
    again.COOKIES[COOKIE] = cookie.value
    assert visit_of(again, "help", "fa") == visit
    assert COOKIE not in keep(HttpResponse(), again).cookies
    assert visit is not None and cookie.value not in str(Visit.objects.values())


@pytest.mark.parametrize(
    "headers",
    [
        {"DNT": "1"},
        {"Sec-GPC": "1"},
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"User-Agent": "curl/8.5"},
        {"User-Agent": ""},
    ],
)
def test_who_is_not_followed_leaves_no_row(world: World, headers: dict[str, str]) -> None:
    request = ask(**headers)
    assert mark(request) == "" and visit_of(request, "help") is None
    assert COOKIE not in keep(HttpResponse(), request).cookies
    assert not Visit.objects.exists()


def test_who_changes_his_mind_loses_the_mark(world: World) -> None:
    request = ask(DNT="1")
    request.COOKIES[COOKIE] = "a" * 32
    mark(request)
    assert keep(HttpResponse(), request).cookies[COOKIE]["max-age"] == 0


def test_off_is_off_and_the_team_is_not_counted(world: World) -> None:
    request = ask()
    request.agent = world.agents["sara"]  # type: ignore[attr-defined]
    assert mark(request) == ""
    habits.save({"on": False}, by=world.agents["arash"])
    assert mark(ask()) == ""


def test_a_customer_counts_once_he_has_signed_in(world: World) -> None:
    request = ask()
    visit = visit_of(request, "help")
    assert visit is not None and visit.customer is None
    signed_in = ask()
    signed_in.COOKIES[COOKIE] = mark(request)
    mina = world.customers["mina"]
    mina.user = signed_in.user = User.objects.create_user("mina@example.com", "demo-pelekan", name="مینا")
    mina.save()
    again = visit_of(signed_in, "portal")
    assert again is not None and again.pk == visit.pk and again.customer == mina
