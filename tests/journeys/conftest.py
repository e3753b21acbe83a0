"""A whole desk as people meet it: `pelekan demo` in a process of its own, Chromium before it, mail and shop beside it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "demo-pelekan"


def free_ports() -> int:
    """A port whose neighbours for the shop (+1) and the mail (+25) are free too; each test process has its own range,
    because between looking and listening another could take it."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    begin = 18_000 + 1_000 * worker + 50 * (os.getpid() % 10)
    for port in range(begin, begin + 900, 50):
        try:
            for number in (port, port + 1, port + 25):
                with socket.socket() as one:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    one.bind(("127.0.0.1", number))
        except OSError:
            continue
        return port
    raise AssertionError("no free ports")


class Desk:
    """The running demo; `language` is what its agents read."""

    def __init__(self, folder: Path, language: str, *, empty: bool = True) -> None:
        self.folder, self.language = folder, language
        self.port = free_ports()
        self.url, self.shop = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.port + 1}"
        self.server: subprocess.Popen[bytes] | None = None
        self._demo("--prepare", *(["--empty"] if empty else []))
        with sqlite3.connect(folder / "pelekan.sqlite3") as base:
            base.execute("UPDATE people_user SET language = ?", [language])

    def _arguments(self, *more: str) -> list[str]:
        place = ["--folder", str(self.folder), "--port", str(self.port), "--language", self.language]
        return [sys.executable, "-m", "pelekan.cli", "demo", *place, *more]

    def _demo(self, *more: str) -> None:
        subprocess.run(self._arguments(*more), env=self._env(), cwd=self.folder, check=True, timeout=240)

    def _env(self) -> dict[str, str]:
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("PELEKAN_", "DJANGO_"))}
        return {**keep, "PYTHONPATH": str(ROOT)}

    def ask(self, code: str, *arguments: str) -> str:
        """What a piece of Python prints that runs on the desk's own database."""
        env = {
            **self._env(),
            "PELEKAN_CONFIG": str(self.folder / "pelekan.toml"),
            "DJANGO_SETTINGS_MODULE": "pelekan.settings",
        }
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=env,
            cwd=self.folder,
            check=True,
            timeout=120,
            capture_output=True,
        )
        return done.stdout.decode()

    def start(self) -> None:
        self.server = subprocess.Popen(self._arguments(), env=self._env(), cwd=self.folder)
        for _ in range(600):
            try:
                urllib.request.urlopen(self.url + "/health/", timeout=2)
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the demo did not start")

    def stop(self) -> None:
        if self.server is not None:
            self.server.send_signal(signal.SIGTERM)
            try:
                self.server.wait(20)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
            self.server = None


@pytest.fixture(scope="module", params=["fa", "en"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The office, empty of tickets, in Persian and in English."""
    one = Desk(tmp_path_factory.mktemp("desk"), request.param)
    one.start()
    yield one
    one.stop()


@pytest.fixture(scope="module")  # no longer: its loop runs in this thread, and other modules' tests want none
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    place = shutil.which("chromium")
    if place is None:
        pytest.skip("needs Chromium")
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=place, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def people(chromium: Any, desk: Desk) -> Iterator[Callable[[str], Any]]:
    """`people("sara")` is a page in which she is signed in, `people("")` a stranger's. What a page's scripts throw
    fails the test."""
    contexts: list[Any] = []
    faults: list[str] = []

    def person(key: str) -> Any:
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale=desk.language)
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{key}: {error}"))
        if key:
            page.goto(desk.url + "/accounts/login/")
            page.fill("input[name=login]", f"{key}@chakad.example")
            page.fill("input[name=password]", PASSWORD)
            page.locator("form:has(input[name=password]) button[type=submit]").first.click()
            page.wait_for_url("**/desk/**")
        return page

    yield person
    for number, context in enumerate(contexts):
        if shots := os.environ.get("JOURNEY_SHOTS"):  # where to leave what everyone saw last
            context.pages[0].screenshot(path=f"{shots}/{number}.png")
        context.close()
    assert not faults
