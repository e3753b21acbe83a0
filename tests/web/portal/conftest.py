"""The portal at noon, and Mina in it."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client

from pelekan.demo.world import World
from pelekan.web.portal import requests
from tests.conftest import NOON
from tests.web.portal.desk import browser_of


@pytest.fixture(autouse=True)
def _fresh(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    requests.WRITES.clear()
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def mina(world: World) -> Client:
    return browser_of(world, "mina")
