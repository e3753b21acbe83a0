"""kill -9 while an answer waits for its undo to end, and while it goes: never lost, never twice."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import pytest

from tests.faults.test_kill_notices import run

pytestmark = [pytest.mark.own_database, pytest.mark.server, pytest.mark.slow]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undo")
    done = run(folder, "-m", "tests.faults.undo_desk", "prepare")
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    return folder


@pytest.mark.parametrize("step", ["pending.claimed", "pending.before_commit", "pending.sent"])
def test_killed_on_its_way(prepared: Path, tmp_path: Path, step: str) -> None:
    folder = tmp_path / "desk"
    shutil.copytree(prepared, folder)
    killed = run(folder, "-m", "tests.faults.undo_desk", "work", "1", failpoint=step)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-2_000:]
    done = run(folder, "-m", "tests.faults.undo_desk", "work", "2")
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    assert json.loads(done.stdout) == {"answers": 1, "mails": 1, "waiting": 0, "status": "solved"}
