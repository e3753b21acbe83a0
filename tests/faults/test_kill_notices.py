"""kill -9 between what happens, what is told of it, and the mark that it was told: once, whatever step it hits."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

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


def run(folder: Path, *arguments: str, failpoint: str = "") -> subprocess.CompletedProcess[bytes]:
    environment = {
        **os.environ,
        "PELEKAN_TESTING": "1",
        "PELEKAN_TEST_DATABASE": f"sqlite:///{folder}/desk.sqlite3",
        "PELEKAN_TEST_DATA": str(folder / "data"),
        "DJANGO_SETTINGS_MODULE": "pelekan.settings",
        "PELEKAN_FAILPOINT": failpoint,
    }
    return subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, timeout=240, check=False
    )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("notices")
    done = run(folder, "-m", "tests.faults.notice_desk", "prepare")
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    return folder


@pytest.mark.parametrize("step", STEPS)
def test_mo_01_killed_between_event_and_notice(prepared: Path, tmp_path: Path, step: str) -> None:
    folder = tmp_path / "desk"
    shutil.copytree(prepared, folder)
    killed = run(folder, "-m", "tests.faults.notice_desk", "work", "1", failpoint=step)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-2_000:]
    done = run(folder, "-m", "tests.faults.notice_desk", "work", "2")
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    assert json.loads(done.stdout) == WHOLE
