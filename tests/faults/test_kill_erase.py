"""kill -9 while a customer is erased: the next worker goes on where the last one fell, and nothing is left or said twice."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.faults.lives import lives

pytestmark = [pytest.mark.own_database, pytest.mark.server, pytest.mark.slow]

STEPS = (
    "erase.left",
    "erase.inside:1",
    "erase.inside:9",
    "erase.piece:2",
    "erase.inside:30",
    "erase.piece:12",
)
WHOLE = {"state": "done", "words": 0, "ways_in": 0, "open": 0, "last_notices": 1, "told": 1, "sealed": False}


def test_killed_on_its_way(tmp_path: Path) -> None:
    environment = {
        "PELEKAN_TESTING": "1",
        "PELEKAN_TEST_DATABASE": f"sqlite:///{tmp_path}/desk.sqlite3",
        "PELEKAN_TEST_DATA": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "pelekan.settings",
    }
    with lives("tests.faults.erase_desk", environment) as desk:
        desk.live("prepare")
        fresh = {one: one.read_bytes() for one in tmp_path.glob("desk.sqlite3*")}
        for step in STEPS:
            for old in tmp_path.glob("desk.sqlite3*"):
                old.unlink()
            for one, data in fresh.items():
                one.write_bytes(data)
            assert desk.live("work", failpoint=step).code == -signal.SIGKILL, step
            assert json.loads(desk.live("work").text) == WHOLE, step
