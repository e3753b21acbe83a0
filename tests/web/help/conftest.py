"""Articles of every kind, for every kind of reader."""

from __future__ import annotations

import pytest
import time_machine

from pelekan.web.help import saying, searching
from tests.conftest import NOON


@pytest.fixture(autouse=True)
def _noon(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    saying.SAID.clear()
    searching.ASKED.clear()
    with time_machine.travel(NOON, tick=False):
        yield
