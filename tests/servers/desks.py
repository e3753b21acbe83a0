"""Desks in folders of their own, run by the command line in processes of their own, as their owners run them."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import template
from tests.servers.nest import Forked, Nest, nest
from tests.servers.ports import free_port, free_ports

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "pelekan.sqlite3"  # where a desk has it that was told nothing else
SIGNED_IN = "signed-in.json"  # beside a prepared demo: the cookies of its people
SETUP = "import django; django.setup()\n"
LONGEST = 300  # seconds of a command
START_SECONDS = 120  # a guard against waiting for ever, no measure of anything

SESSIONS = """
import json, sys
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from pelekan.people.models import User
cookies = {}
for user in User.objects.exclude(email="").exclude(email=None):
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "pelekan.people.backends.Backend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    cookies[user.email] = session.session_key
json.dump([settings.SESSION_COOKIE_NAME, cookies], sys.stdout)
"""


def environment() -> dict[str, str]:
    """What a plain shell has: this source, and nothing of the test run."""
    ours = ("PELEKAN_", "DJANGO_", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PYTHONPATH": str(ROOT)}


@dataclass
class Desk:
    """A folder for a `pelekan.toml`, and the server that runs on it."""

    folder: Path
    process: subprocess.Popen[bytes] | Forked | None = None
    address: str = ""
    cold: bool = False
    """Whether its processes begin from nothing, as those of its owner; others are forked."""

    @property
    def nest(self) -> Nest:
        """Where its processes come from."""
        return nest(demo=False)

    def run(self, *words: str, input: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        if not self.cold:
            return self.nest.run([*words], cwd=self.folder, env=environment(), input=input, timeout=LONGEST)
        return subprocess.run(
            [sys.executable, "-m", "pelekan", *words],
            cwd=self.folder, env=environment(), input=input, capture_output=True, timeout=LONGEST, check=False,
        )  # fmt: skip

    def ran(self, *words: str) -> str:
        """Standard output of a command that must go well."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()
        return done.stdout.decode()

    def in_django(self, code: str, *words: str) -> str:
        """What `code` prints, run beside the desk with Django started on its database."""
        done = self.nest.run(
            [*words], code=SETUP + code, cwd=self.folder, env=self.django(), input=b"", timeout=LONGEST
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def django(self) -> dict[str, str]:
        """The environment of a process that uses the desk's settings."""
        return environment() | {"DJANGO_SETTINGS_MODULE": "pelekan.settings"}

    def start(self, *words: str) -> None:
        """Run `pelekan WORDS` until it answers at its address; what it says is kept in the file `log`."""
        if self.cold:
            self.launch("-m", "pelekan", *words)
        else:
            self._fork(words, environment())

    def start_code(self, code: str, *words: str) -> None:
        """The same for `code`, which finds Django started."""
        self._fork(words, self.django(), SETUP + code)

    def _fork(self, words: Sequence[str], env: dict[str, str], code: str | None = None) -> None:
        files = [os.devnull, str(self.folder / "log"), str(self.folder / "log")]
        self.process = self.nest.begin([*words], code=code, cwd=self.folder, env=env, files=files)
        self.answers()

    def launch(self, *words: str) -> None:
        """The same for any `python WORDS`, from nothing."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *words], cwd=self.folder, env=environment(), stdout=log, stderr=log
            )
        self.answers()

    def answers(self) -> None:
        """Wait until it does."""
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{self.address}/health/", timeout=START_SECONDS) as answer,
            ):
                if answer.status == 200:
                    return
            assert self.process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text())

    def serve(self) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.start("serve", "--port", str(port))

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(60)

    def end(self) -> None:
        """However it stands."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        return self.ask(urllib.request.Request(self.address + path, headers=headers))

    def ask(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as fault:
            return fault.code, fault.read().decode()


class Demo(Desk):
    """A copy of a prepared demo at an address of its own, with its shop; `language` is what its agents read."""

    def __init__(self, pattern: Path, folder: Path, language: str) -> None:
        super().__init__(shutil.copytree(pattern, folder, dirs_exist_ok=True))
        self.port = free_ports(1, 25)
        self.address, self.shop = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.port + 1}"
        config = self.folder / "pelekan.toml"
        config.write_text(re.sub('base_url = ".*"', f'base_url = "{self.address}"', config.read_text()))
        config.write_text("undo_seconds = 0\n" + config.read_text())
        self.speak(language)

    @property
    def nest(self) -> Nest:
        return nest(demo=True)

    def waits(self, seconds: int) -> None:
        """How long answers wait before they go; a new desk of the tests sends at once."""
        config = self.folder / "pelekan.toml"
        config.write_text(re.sub(r"undo_seconds = \d+", f"undo_seconds = {seconds}", config.read_text()))

    def speak(self, language: str) -> None:
        """Whoever signs in reads `language`. (Starting Django for this would take longer than the desk itself.)"""
        self.language = language
        with contextlib.closing(sqlite3.connect(self.folder / DATABASE)) as base, base:
            base.execute("UPDATE people_user SET language = ?", [language])

    def live(self) -> None:
        self.start("demo", "--folder", ".", "--port", str(self.port))

    def live_ahead(self) -> None:
        """The same with a clock that `ahead` can move."""
        words = ("demo", "--folder", ".", "--port", str(self.port))
        machine = ROOT / "tests" / "servers" / "time_machine.py"
        self.launch(str(machine), str(self.folder / "ahead"), *words)

    def ahead(self, minutes: float) -> None:
        """From now on the desk believes that it is so much later."""
        part = self.folder / "ahead.part"
        part.write_text(str(minutes))
        part.replace(self.folder / "ahead")

    def sessions(self, *, anew: bool = False) -> dict[str, Any]:
        """Everyone signed in without a form: the cookie for Chromium by the first word of the address. `anew`: also
        who came after the demo was prepared."""
        name, cookies = json.loads(
            self.in_django(SESSIONS) if anew else (self.folder / SIGNED_IN).read_text()
        )
        return {
            re.split("[.@]", email)[0]: {"name": name, "value": value, "url": self.address}
            for email, value in cookies.items()
        }


class Preparing(Desk):
    """A demo that is being made."""

    @property
    def nest(self) -> Nest:
        return nest(demo=True)


def prepare(folder: Path, *words: str) -> None:
    """Make a demo's folder, to be copied. Its people are signed in."""
    desk = Preparing(folder)
    template.lay(folder / DATABASE)
    desk.ran("demo", "--prepare", "--folder", ".", *words)
    (folder / SIGNED_IN).write_text(desk.in_django(SESSIONS))


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name`, made by the first of the test processes that asks for it."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder = base / name
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            part = base / f"{name}.part"
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            make(part)
            part.rename(folder)
    return folder
