"""kill -9 of the server and of the worker at each step of the bot's answering: nothing is lost, nothing is said twice, and
who should get a person gets one.

By hand, each step at each line, on the empty database that KILL_BOT_DATABASE names, else on SQLite:
    python -m tests.faults.test_kill_bot
"""

from __future__ import annotations

import json
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.bot_stories import WHOLE
from tests.faults.lives import Nest, lives

pytestmark = [pytest.mark.own_database, pytest.mark.server, pytest.mark.slow]

# (what the visitor does, where the server dies). "" in the third place: the visitor's browser sends again; else the line is
# safe already, the visitor waits, and the worker dies at this step.
SHORT = [
    ("solved", "bot.heard", ""),
    ("solved", "bot.stored", "bot.turned"),
    ("solved", "bot.solved", ""),
    ("unknown", "bot.stored:2", "bot.handed"),
    ("person", "bot.handed", ""),
]
STEPS = (
    "bot.heard",
    "bot.stored",
    "bot.searched",
    "bot.said",
    "bot.turned",
    "bot.answered",
    "bot.solved",
    "bot.handed",
)
LONG = [
    *((story, f"{step}:{nth}", "") for story in ("solved", "unknown", "person") for step in STEPS for nth in (1, 2)),
    *((story, f"bot.stored:{nth}", step) for story in ("solved", "unknown") for step in STEPS[2:] for nth in (1, 2)),
]  # fmt: skip


@contextmanager
def desk_in(folder: Path) -> Iterator[Nest]:
    environment = {
        "PELEKAN_TESTING": "1",
        "PELEKAN_TEST_DATABASE": f"sqlite:///{folder}/desk.sqlite3",
        "PELEKAN_TEST_DATA": str(folder / "data"),
        "DJANGO_SETTINGS_MODULE": "pelekan.settings",
    }
    if kept := os.environ.get("KILL_BOT_DATABASE"):
        environment["PELEKAN_TEST_DATABASE"] = kept
    with lives("tests.faults.bot_desk", environment) as desk:
        desk.live("prepare")
        yield desk


def killed(desk: Nest, number: int, story: str, server: str, worker: str) -> int:
    """One visitor's story with its deaths; how many there were. AssertionError where something else came of it."""
    name = f"visitor{number:03}"
    desk.live("begin", name)
    deaths = desk.live("ask", name, story, failpoint=server).code == -signal.SIGKILL
    if worker:
        deaths += desk.live("work", failpoint=worker).code == -signal.SIGKILL
        desk.live("work")
    desk.live("ask", name, story)
    came = json.loads(desk.live("look", name).text)
    assert came == WHOLE[story], (story, server, worker, came)
    return deaths


def test_killed_at_each_step_the_bot_says_everything_once(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        for number, (story, server, worker) in enumerate(SHORT):
            deaths = killed(desk, number, story, server, worker)
            assert deaths == 1 + bool(worker), (story, server, worker)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, desk_in(Path(folder)) as desk:
        deaths = sum(killed(desk, number, *one) for number, one in enumerate(LONG))
        print(f"{len(LONG)} stories, {deaths} deaths, nothing lost, nothing said twice")


if __name__ == "__main__":
    main()
