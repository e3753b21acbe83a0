"""Promises as the presets make them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from pelekan.demo.world import WEEK, World
from pelekan.sla import presets
from pelekan.sla.models import BusinessHours
from pelekan.tickets import rulebooks
from tests.sla.clocks import MORNING, enable


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    rulebooks.forget()
    yield
    rulebooks.forget()


@pytest.fixture
def preset(world: World) -> World:
    hours = BusinessHours.objects.create(name="Nine to six", zone="Asia/Tehran", week=WEEK)
    body = presets.document_348()
    body["policies"][0]["hours"] = hours.pk
    enable(body, MORNING - timedelta(days=1))
    return world
