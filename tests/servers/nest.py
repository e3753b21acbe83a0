"""Processes of desks that need not load Pelekan first: forked from one that has loaded all of it and touched nothing.

Loading costs each process two seconds of a core, and a run starts hundreds of them. Each still has its own folder,
configuration, environment, database and end; only what the interpreter reads from the package is there before. That
the command line starts from nothing is shown where `Desk.cold` is set (tests/house/test_installing.py), by desks with a
movable clock, and by the package step of bin/ci.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Forked:
    """A process from a nest, as subprocess.Popen would show it."""

    def __init__(self, nest: Nest, pid: int) -> None:
        self.nest, self.pid = nest, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self.nest.ask({"ended": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        until = time.monotonic() + (timeout or 1e9)
        pause = 0.002
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(pause)
            pause = min(pause * 1.5, 0.05)
        return code

    def _signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)


class Nest:
    def __init__(self, *, demo: bool, database: str) -> None:
        folder = tempfile.mkdtemp(prefix="pelekan-nest-")
        config = Path(folder, "pelekan.toml")
        config.write_text(f"database = {json.dumps(database)}\ndemo = {json.dumps(demo)}\n")
        ours = ("PELEKAN_", "DJANGO_", "PYTEST_")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        environment |= {"PELEKAN_CONFIG": str(config), "DJANGO_SETTINGS_MODULE": "pelekan.settings"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.lock = threading.Lock()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.nest"], cwd=ROOT, env=environment | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        atexit.register(self.end, config)

    def ask(self, words: dict[str, Any]) -> Any:
        assert self.process.stdin is not None and self.process.stdout is not None
        with self.lock:
            print(json.dumps(words), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        assert line, "the nest is gone"
        return json.loads(line)

    def begin(self, words: list[str], *, code: str | None = None, cwd: Path, env: dict[str, str], files: list[str]) -> Forked:  # fmt: skip
        """`pelekan WORDS`, or `code` with them, from now on; `files` are its input, output and errors."""
        return Forked(
            self, self.ask({"words": words, "code": code, "cwd": str(cwd), "env": env, "files": files})
        )

    def run(self, words: list[str], *, code: str | None = None, cwd: Path, env: dict[str, str], input: bytes, timeout: float) -> subprocess.CompletedProcess[bytes]:  # fmt: skip
        """The same until it ends, as subprocess.run."""
        with tempfile.TemporaryDirectory(prefix="pelekan-said-") as folder:
            files = [Path(folder, name) for name in ("in", "out", "err")]
            for file in files:
                file.write_bytes(input if file is files[0] else b"")
            one = self.begin(words, code=code, cwd=cwd, env=env, files=[str(file) for file in files])
            try:
                ended = one.wait(timeout)
            finally:
                one.kill()
            return subprocess.CompletedProcess(words, ended, files[1].read_bytes(), files[2].read_bytes())

    def end(self, config: Path) -> None:
        with contextlib.suppress(OSError):
            self.process.stdin.close()  # type: ignore[union-attr]
        self.process.wait(30)
        config.unlink()
        config.parent.rmdir()


@functools.cache
def nest(*, demo: bool, database: str = "sqlite:///none.sqlite3") -> Nest:
    """The nest of this test process for such desks. `database` only tells the kind."""
    return Nest(demo=demo, database=database)


# In the other process


def _load() -> None:
    import django

    django.setup()
    import importlib
    import pkgutil

    import uvicorn.protocols.http.h11_impl
    import uvicorn.protocols.http.httptools_impl  # noqa: F401

    import pelekan

    for one in pkgutil.walk_packages(pelekan.__path__, "pelekan."):
        # the server makes what serves pages out of the settings when it is loaded
        if one.name not in ("pelekan.asgi", "pelekan.__main__"):
            importlib.import_module(one.name)
    import pelekan.urls


def _hatch() -> None:
    _load()
    import gc

    gc.collect()
    gc.freeze()
    living: set[int] = set()
    for line in sys.stdin:
        words = json.loads(line)
        if pid := words.get("ended"):
            done, status = os.waitpid(pid, os.WNOHANG)
            living -= {done}
            answer = os.waitstatus_to_exitcode(status) if done else None
        else:
            answer = os.fork()
            if not answer:
                _live(words)
            living.add(answer)
        print(json.dumps(answer), flush=True)
    for pid in living:
        os.kill(pid, signal.SIGKILL)


def _live(words: dict[str, Any]) -> None:
    reads = os.open(words["files"][0], os.O_RDONLY)
    writes = [os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT) for file in words["files"][1:]]
    for old, new in zip((reads, *writes), (0, 1, 2), strict=True):
        os.dup2(old, new)
        os.close(old)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - the nest's own may hold lines that were read ahead
    os.environ.clear()
    os.environ.update(words["env"])
    os.chdir(words["cwd"])
    code: Any = 1
    try:
        import django

        django.setup = functools.partial(_again, django.setup)
        if words["code"] is None:
            sys.argv = ["pelekan", *words["words"]]
            from pelekan.cli import main

            code = main(words["words"])
        else:
            sys.argv = ["-c", *words["words"]]
            exec(compile(words["code"], "<string>", "exec"), {"__name__": "__main__"})
            code = 0
    except SystemExit as asked:
        code = asked.code if isinstance(asked.code, int) else int(asked.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(BaseException):
            _leave()
        os._exit(code or 0)


def _leave() -> None:
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()


def _again(setup: Any, **words: Any) -> None:
    """Start Django on the configuration that holds in this folder and environment, not on the nest's."""
    import importlib

    import django
    from django.conf import Settings, settings
    from django.core.cache import caches
    from django.db import connections
    from django.utils.translation import trans_real

    import pelekan.settings

    importlib.reload(pelekan.settings)
    settings._wrapped = Settings("pelekan.settings")
    for known in (connections, caches):
        known.__dict__.pop("settings", None)
        known._settings = None  # type: ignore[attr-defined]
        with contextlib.suppress(AttributeError):
            del known["default"]
    trans_real._default = None
    django.setup = setup  # as in any process, the first time counts
    setup(**words)


if __name__ == "__main__":
    _hatch()
