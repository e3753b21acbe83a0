"""A gateway that keeps what it is given."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pelekan.channels.models import Gateway
from pelekan.demo.world import World
from tests.channels.sms.gateway import Fake, running, sms_inbox


@pytest.fixture
def fake() -> Iterator[Fake]:
    with running() as one:
        yield one


@pytest.fixture
def gateway(world: World, fake: Fake) -> Gateway:
    return sms_inbox(world, fake)
