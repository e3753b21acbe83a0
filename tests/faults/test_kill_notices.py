"""kill -9 between what happens, what is told of it, and the mark that it was told: once, whatever step it hits."""

from __future__ import annotations

import json
import signal
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.faults.lives import Nest, lives

pytestmark = [pytest.mark.own_database, pytest.mark.server, pytest.mark.slow]

STEPS = ("bell.rung", "notice.said", "notice.committed", "bell.written", "bell.posted")
WHOLE = {
    "told": [["received"], ["solved", "rate"]],
    "mails": 2,
    "waiting": 0,
    "bells": 1,
    "letters": 1,
    "solved": 1,
}


def desk_in(folder: Path) -> AbstractContextManager[Nest]:
    environment = {
        "PELEKAN_TESTING": "1",
        "PELEKAN_TEST_DATABASE": f"sqlite:///{folder}/desk.sqlite3",
        "PELEKAN_TEST_DATA": str(folder / "data"),
        "DJANGO_SETTINGS_MODULE": "pelekan.settings",
    }
    return lives("tests.faults.notice_desk", environment)


def test_mo_01_killed_between_event_and_notice(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        desk.live("prepare")
        fresh = {one: one.read_bytes() for one in tmp_path.glob("desk.sqlite3*")}
        for step in STEPS:
            for old in tmp_path.glob("desk.sqlite3*"):
                old.unlink()
            for one, data in fresh.items():
                one.write_bytes(data)
            assert desk.live("work", "1", failpoint=step).code == -signal.SIGKILL, step
            assert json.loads(desk.live("work", "2").text) == WHOLE, step
