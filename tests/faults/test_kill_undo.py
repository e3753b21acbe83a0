"""kill -9 while an answer waits for its undo to end, and while it goes: never lost, never twice."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.faults.lives import lives

pytestmark = [pytest.mark.own_database, pytest.mark.server, pytest.mark.slow]

STEPS = ("pending.claimed", "pending.before_commit", "pending.sent")
WHOLE = {"answers": 1, "mails": 1, "waiting": 0, "status": "solved"}


def test_killed_on_its_way(tmp_path: Path) -> None:
    environment = {
        "PELEKAN_TESTING": "1",
        "PELEKAN_TEST_DATABASE": f"sqlite:///{tmp_path}/desk.sqlite3",
        "PELEKAN_TEST_DATA": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "pelekan.settings",
    }
    with lives("tests.faults.undo_desk", environment) as desk:
        desk.live("prepare")
        fresh = {one: one.read_bytes() for one in tmp_path.glob("desk.sqlite3*")}
        for step in STEPS:
            for old in tmp_path.glob("desk.sqlite3*"):
                old.unlink()
            for one, data in fresh.items():
                one.write_bytes(data)
            assert desk.live("work", "1", failpoint=step).code == -signal.SIGKILL, step
            assert json.loads(desk.live("work", "2").text) == WHOLE, step
