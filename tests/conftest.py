"""The demo world as fixtures: every test lives in the same small office."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pelekan.demo.world import World, build

NOON = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)  # a Sunday, 12:00 in Tehran: the desk is open


@pytest.fixture
def world(db: None) -> World:
    """The office without any ticket."""
    return build(NOON)
