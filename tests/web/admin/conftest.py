"""An admin at the settings."""

from __future__ import annotations

import pytest
from django.test import Client

from pelekan.demo.world import World


@pytest.fixture
def admin(world: World) -> Client:
    browser = Client()
    browser.force_login(world.agents["arash"].user, backend="pelekan.people.backends.Backend")
    return browser
