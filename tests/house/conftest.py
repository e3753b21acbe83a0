"""Whole installations in temporary folders, driven as their owners drive them: by the command line."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests import template
from tests.servers.desks import DATABASE, Desk, once
from tests.servers.nest import Nest, nest

SERVER = os.environ.get("PELEKAN_TEST_DATABASE", "")
PASSWORD = "climbs-many-stairs"
_numbers = itertools.count()


@dataclass
class Installation(Desk):
    """A desk on the database that this test run is about."""

    database: str = ""

    @property
    def nest(self) -> Nest:
        return nest(demo=False, database=SERVER) if SERVER else nest(demo=False)

    def init(self, *words: str) -> str:
        if not self.cold:  # from nothing it is shown once
            if self.database:
                template.lay_in_postgresql(self.database.rsplit("/", 1)[1])
            elif not (self.folder / DATABASE).exists():
                template.lay(self.folder / DATABASE)
        flags = ["--database", self.database] if self.database else []
        return self.ran("init", "--yes", "--admin-password", PASSWORD, *flags, *words)


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
        made.append(Installation(folder, database=database))
        return made[-1]

    yield make
    for installation in made:
        installation.end()
        _drop(installation)


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One installation, made once; each test gets a copy."""
    if not SERVER:
        yield Installation(once(tmp_path_factory, "pattern", _installed))
        return
    installation = Installation(
        tmp_path_factory.mktemp("pattern"), database=_database(f"house_{os.getpid()}_pattern")
    )
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


def _installed(folder: Path) -> None:
    Installation(folder).init()


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
