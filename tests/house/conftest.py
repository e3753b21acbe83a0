"""Whole installations in temporary folders, driven as their owners drive them: by the command line."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

SERVER = os.environ.get("PELEKAN_TEST_DATABASE", "")
PASSWORD = "climbs-many-stairs"
_numbers = itertools.count()


def environment() -> dict[str, str]:
    """What a plain shell has: nothing of the test run."""
    ours = ("PELEKAN_", "DJANGO_", "PYTEST_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


@dataclass
class Installation:
    """A folder with a `pelekan.toml`, on the database that this test run is about."""

    folder: Path
    database: str = ""
    process: subprocess.Popen[bytes] | None = None
    address: str = ""

    def run(self, *words: str, input: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "pelekan", *words]
        return subprocess.run(
            command,
            cwd=self.folder,
            env=environment(),
            input=input,
            capture_output=True,
            timeout=120,
            check=False,
        )

    def ran(self, *words: str) -> str:
        """Standard output of a command that must go well."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()
        return done.stdout.decode()

    def in_django(self, code: str, *words: str) -> str:
        """Run `code` beside the installation, with Django started on it."""
        done = subprocess.run(
            [sys.executable, "-c", "import django; django.setup(); " + code, *words],
            cwd=self.folder, env=environment() | {"DJANGO_SETTINGS_MODULE": "pelekan.settings"}, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def init(self, *words: str) -> str:
        flags = ["--database", self.database] if self.database else []
        return self.ran("init", "--yes", "--admin-password", PASSWORD, *flags, *words)

    def serve(self) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pelekan", "serve", "--port", str(port)],
                cwd=self.folder, env=environment(), stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{self.address}/health/", timeout=5) as answer,
            ):
                if answer.status == 200:
                    return
            assert self.process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text())

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(30)

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        return self.ask(urllib.request.Request(self.address + path, headers=headers))

    def ask(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as fault:
            return fault.code, fault.read().decode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


Make = Callable[[], Installation]


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Make]:
    """Makes folders (and, on PostgreSQL, empty databases) in which nothing is installed yet."""
    made: list[Installation] = []

    def make() -> Installation:
        number = next(_numbers)
        folder = tmp_path / f"desk-{number}"
        folder.mkdir()
        database = _database(f"house_{os.getpid()}_{number}")
        made.append(Installation(folder, database))
        return made[-1]

    yield make
    for installation in made:
        if installation.process and installation.process.poll() is None:
            installation.kill()
        _drop(installation)


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One installation, made once; each test gets a copy."""
    installation = Installation(tmp_path_factory.mktemp("pattern"), _database(f"house_{os.getpid()}_pattern"))
    installation.init()
    yield installation
    _drop(installation)


@pytest.fixture
def desk(bare: Make, pattern: Installation) -> Installation:
    """A fresh installation, not running."""
    installation = bare()
    shutil.copytree(pattern.folder, installation.folder, dirs_exist_ok=True)
    if installation.database:
        name, of = (one.database.rsplit("/", 1)[1] for one in (installation, pattern))
        with psycopg.connect(SERVER, autocommit=True) as link:
            link.execute(f"DROP DATABASE {name}")  # type: ignore[arg-type]
            link.execute(f"CREATE DATABASE {name} TEMPLATE {of}")  # type: ignore[arg-type]
        config = installation.folder / "pelekan.toml"
        config.write_text(config.read_text().replace(pattern.database, installation.database))
        config.chmod(0o600)
    return installation


def _database(name: str) -> str:
    """A new empty database, "" when this run is on SQLite."""
    if not SERVER:
        return ""
    with psycopg.connect(SERVER, autocommit=True) as link:
        link.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    return f"{SERVER.rsplit('/', 1)[0]}/{name}"


def _drop(installation: Installation) -> None:
    if installation.database:
        with psycopg.connect(SERVER, autocommit=True) as link:
            name = installation.database.rsplit("/", 1)[1]
            link.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]
