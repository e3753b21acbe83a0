"""One Chromium for all tests of a process."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

PROGRAMS = ("chromium-headless-shell", "chromium")
"""Without windows and everything that belongs to them a page costs less than half the CPU seconds."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    # a few processes draw all pages: everything comes from this machine, there is nothing to wall off
    "--disable-site-isolation-trials",
    "--renderer-process-limit=2",
)


class Chromium:
    """A running Chromium and the loop that Playwright runs for it in this thread."""

    def __init__(self, browser: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.browser, self.loop = browser, loop

    @contextmanager
    def here(self) -> Iterator[Any]:
        """The browser, for as long as a test drives it.

        Playwright leaves its loop marked as running between calls, and with that mark neither Django's database nor
        asyncio.run() works in this thread. So the mark stands only inside, and what a test opened is closed."""
        asyncio._set_running_loop(self.loop)
        try:
            yield self.browser
        finally:
            for context in self.browser.contexts:
                context.close()
            asyncio._set_running_loop(None)


def program() -> str | None:
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


@contextmanager
def chromium() -> Iterator[Chromium]:
    """Skips the test where Playwright or Chromium is missing."""
    playwright = pytest.importorskip("playwright.sync_api")
    place = program()
    if place is None:
        pytest.skip("needs Chromium: bin/needs chromium")
    play = playwright.sync_playwright().start()
    one = Chromium(None, asyncio.get_running_loop())
    try:
        one.browser = play.chromium.launch(executable_path=place, args=FLAGS)
        asyncio._set_running_loop(None)
        yield one
    finally:
        asyncio._set_running_loop(one.loop)
        if one.browser is not None:
            one.browser.close()
        play.stop()
        asyncio._set_running_loop(None)
