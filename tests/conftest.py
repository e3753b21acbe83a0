"""The demo world as fixtures: every test lives in the same small office."""

from __future__ import annotations

import copy
import pickle
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.apps import apps
from django.db import transaction

from pelekan.channels import pulse
from pelekan.demo.world import World, build
from pelekan.knowledge.trail import habits
from pelekan.people import desk
from pelekan.sla import calendars
from pelekan.tickets import forgotten_count, rulebooks, views, webhooks
from pelekan.tickets.notices import words
from pelekan.web.help import asking, home, shelf
from tests import template
from tests.servers import browser, desks

NOON = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)  # a Sunday, 12:00 in Tehran: the desk is open

# a busy machine is no fault of what is tested
hypothesis.settings.register_profile(
    "suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")


OWN = {"empty_demo", "full_demo"}  # desks that bring a SQLite database of their own
OURS = {"db", "transactional_db", "bare"}  # what reads or writes the database that this run is about


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long begin first, and the shortest come last, so that all processes end together. What touches the database is
    marked: on PostgreSQL the rest would only say once more what it said on SQLite."""
    for item in items:
        asks = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("own_database") or asks & OWN:
            continue
        if asks & OURS or item.get_closest_marker("django_db"):
            item.add_marker("database")
    weight: Counter[Path] = Counter()
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        weight[item.path] += (
            80 if "browser" in marks else 20 if "server" in marks else 40 if "slow" in marks else 1
        )
    items.sort(key=lambda item: -weight[item.path])


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    undo = template.use()
    yield
    undo()


@pytest.fixture(scope="session")
def _office() -> dict[str, Any]:
    """The office as the first test that needed it built it: the rows of each model, and the World that names them."""
    return {}


@pytest.fixture
def world(db: None, _office: dict[str, Any]) -> World:
    """The office without any ticket. Built once in each process; later tests get the same rows in a few statements."""
    words.forget()
    desk.forget()
    views.forget()
    pulse.forget()
    rulebooks.forget()
    calendars.forget()
    webhooks.forget()
    forgotten_count.forget()
    for one in (shelf, home, asking):
        one.forget()
    habits.forget()
    if not _office:
        models = [one for one in apps.get_models(include_auto_created=True) if "pelekan" in one.__module__]
        before = {one: set(one._base_manager.values_list("pk", flat=True)) for one in models}
        made = build(NOON)
        _office["world"] = pickle.dumps(made)
        _office["rows"] = {
            one: rows for one in models if (rows := list(one._base_manager.exclude(pk__in=before[one])))
        }
        return made
    with transaction.atomic():  # they name each other
        for model, rows in _office["rows"].items():
            model._base_manager.bulk_create(copy.copy(row) for row in rows)
    return pickle.loads(_office["world"])  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def _chromium() -> Iterator[browser.Chromium]:
    with browser.chromium() as one:
        yield one


@pytest.fixture
def chromium(_chromium: browser.Chromium) -> Iterator[Any]:
    """Playwright's browser; what the test opens in it is closed at its end."""
    with _chromium.here() as one:
        yield one


@pytest.fixture(scope="session")
def empty_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo with people and doors, to be copied."""
    return desks.once(tmp_path_factory, "demo-empty", lambda folder: desks.prepare(folder, "--empty"))


@pytest.fixture(scope="session")
def full_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo with tickets in every state, to be copied."""
    return desks.once(tmp_path_factory, "demo-full", desks.prepare)
