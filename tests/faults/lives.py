"""Lives of a desk that is made to be killed. Each is forked from a process that has loaded everything and touched
nothing, so that a life begins in milliseconds and its death is a real one.

    with lives("tests.faults.mail_desk", environment) as desk:
        desk.live("work", failpoint="intake.stored:2").code      # -9
        life = desk.begin("work"); life.said("at work"); life.kill()
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LONGEST = 240.0  # seconds of one life


@dataclass
class Life:
    """One life, in work or over."""

    nest: Nest
    pid: int
    out: Path
    _code: int | None = None

    @property
    def code(self) -> int:
        """How it ended, when it has: 0, or minus the signal's number."""
        if self._code is None:
            self._code = int(self.nest.told()["code"])
        return self._code

    @property
    def text(self) -> str:
        return self.out.read_text()

    def said(self, word: str) -> None:
        """Wait until it has said `word`."""
        until = time.monotonic() + LONGEST
        while word not in self.text:
            if time.monotonic() > until:
                raise TimeoutError(self.text)
            time.sleep(0.005)

    def kill(self) -> bool:
        """kill -9, wherever it is. False when it had ended by itself."""
        os.kill(self.pid, signal.SIGKILL)  # not reaped before `code` is asked for: nobody else has the number
        return self.ended() == -signal.SIGKILL

    def ended(self) -> int:
        self.nest.say({"reap": self.pid})
        return self.code


@dataclass
class Nest:
    """Where lives come from: one at a time."""

    process: subprocess.Popen[str]
    folder: Path
    count: int = 0

    def begin(self, *arguments: str, failpoint: str = "") -> Life:
        self.count += 1
        out = self.folder / f"{self.count}.out"
        out.touch()
        self.say({"arguments": arguments, "failpoint": failpoint, "out": str(out)})
        return Life(self, int(self.told()["pid"]), out)

    def live(self, *arguments: str, failpoint: str = "") -> Life:
        """A whole life. Raises what it died of, unless that was a kill."""
        life = self.begin(*arguments, failpoint=failpoint)
        if life.ended() not in (0, -signal.SIGKILL):
            raise AssertionError(life.text[-3_000:])
        return life

    def say(self, words: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None
        print(json.dumps(words), file=self.process.stdin, flush=True)

    def told(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline() or '{"code": 1}')


@contextmanager
def lives(module: str, environment: Mapping[str, str]) -> Iterator[Nest]:
    """Lives of `module.main(arguments)`."""
    with tempfile.TemporaryDirectory(prefix="pelekan-lives-") as folder, subprocess.Popen(
        [sys.executable, "-m", "tests.faults.lives", module],
        env={**os.environ, **environment}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            yield Nest(process, Path(folder))
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(30)


# In the other process


def _hatch(module: str) -> None:
    main = importlib.import_module(module).main
    for line in sys.stdin:
        words = json.loads(line)
        if "reap" in words:
            _, status = os.waitpid(words["reap"], 0)
            print(json.dumps({"code": os.waitstatus_to_exitcode(status)}), flush=True)
            continue
        pid = os.fork()
        if not pid:
            _live(main, words)
        print(json.dumps({"pid": pid}), flush=True)


def _live(main: Any, words: dict[str, Any]) -> None:
    from pelekan.lib import failpoints

    out = os.open(words["out"], os.O_WRONLY | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for old, new in ((nothing, 0), (out, 1), (out, 2)):
        os.dup2(old, new)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)  # whatever happens, it ends
    failpoints.arm(words["failpoint"])
    code = 1
    try:
        main(words["arguments"])
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _hatch(sys.argv[1])
