"""A whole desk as people meet it: `pelekan demo` in a process of its own, Chromium before it, mail and shop beside it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pelekan.demo.world import PASSWORD
from tests.servers.desks import Demo


@pytest.fixture(scope="module", params=["fa", "en"])
def desk(
    request: pytest.FixtureRequest, empty_demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    """The office, empty of tickets, in Persian and in English."""
    one = Demo(empty_demo, tmp_path_factory.mktemp("desk"), request.param)
    one.live()
    yield one
    one.end()


@pytest.fixture(scope="module")
def cookies(desk: Demo) -> dict[str, Any]:
    return desk.sessions()


@pytest.fixture
def people(chromium: Any, desk: Demo, cookies: dict[str, Any]) -> Iterator[Callable[..., Any]]:
    """`people("sara")` is a page of hers, signed in already or, with `form=True`, by the form; `people("")` is a
    stranger's. What a page's scripts throw fails the test."""
    contexts: list[Any] = []
    faults: list[str] = []

    def person(key: str, *, form: bool = False) -> Any:
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale=desk.language)
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{key}: {error}"))
        if form:
            page.goto(desk.address + "/accounts/login/")
            page.fill("input[name=login]", f"{key}@chakad.example")
            page.fill("input[name=password]", PASSWORD)
            page.locator("form:has(input[name=password]) button[type=submit]").first.click()
            page.wait_for_url("**/desk/**")
        elif key:
            context.add_cookies([cookies[key]])
        return page

    yield person
    for number, context in enumerate(contexts):
        if shots := os.environ.get("JOURNEY_SHOTS"):  # where to leave what everyone saw last
            context.pages[0].screenshot(path=f"{shots}/{number}.png")
    assert not faults
