"""Reading mail in a process of its own, with limits on time and memory: a mail can kill the reader, not the desk.

Parent: `read(raw)`. Child: `python -m pelekan.channels.email.reader`, started at the first mail, kept for the next
ones, gone after a minute without work. Between them go a length and JSON, then the attachments' bytes: nothing that
the child writes can run anything in the parent.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import IO, Any

from pelekan.channels.email.invitations import Invitation
from pelekan.channels.email.parse import Address, Parsed, Part
from pelekan.channels.email.signatures import Signature

CPU_SECONDS = 10.0  # of computing for one mail
SECONDS = 45.0  # of the clock, whatever else the machine does
LEAST, MOST_TIMES = 256 << 20, 3.2  # bytes of memory: so many, or 128 MB and so many times the mail
REST = 60.0  # seconds without work after which the child ends


class ReaderDied(Exception):
    """The mail took more time or memory than a mail may."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it was read, with its HTML cleaned for showing ("" when it has none worth showing). Own images
    stand in it as `src="cid:…"` (see `Attachment.inline_id`). `signatures`: those of DKIM, with what can be said of
    them without the DNS."""

    parsed: Parsed
    html: str
    signatures: tuple[Signature, ...] = ()


def read(raw: bytes) -> Mail:
    """Parse and clean `raw`. Raises ReaderDied."""
    with _one_at_a_time:
        while True:
            fresh = _child is None or _child.poll() is not None
            with contextlib.suppress(OSError, EOFError, TimeoutError, ValueError, KeyError, struct.error):
                return _ask(raw)
            _end()
            if fresh:  # a child that had just gone to rest, or suffered from the mail before, proves nothing
                raise ReaderDied


_one_at_a_time = threading.Lock()
_child: subprocess.Popen[bytes] | None = None


def _ask(raw: bytes) -> Mail:
    global _child
    if _child is None or _child.poll() is not None:
        _end()
        _child = subprocess.Popen(
            [sys.executable, "-m", "pelekan.channels.email.reader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
    assert _child.stdin is not None and _child.stdout is not None
    until = time.monotonic() + SECONDS
    alarm = threading.Timer(SECONDS, _child.kill)  # also when it neither reads nor writes
    alarm.daemon = True
    alarm.start()
    try:
        _child.stdin.write(struct.pack(">Q", len(raw)) + raw)
        _child.stdin.flush()
        told = json.loads(_exactly(_child.stdout, struct.unpack(">Q", _exactly(_child.stdout, 8))[0]))
        parts = [_exactly(_child.stdout, part["size"]) for part in told["parsed"]["attachments"]]
    finally:
        alarm.cancel()
    if time.monotonic() > until:
        raise TimeoutError
    return _mail(told, parts)


def _environment() -> dict[str, str]:
    """What Python needs to start, and none of the secrets that may stand in the environment."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)
    }


def _end() -> None:
    global _child
    if _child is not None:
        _child.kill()
        for pipe in (_child.stdin, _child.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        _child.wait()
    _child = None


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    got = pipe.read(size)
    if len(got) != size:
        raise EOFError
    return got


def _mail(told: dict[str, Any], parts: list[bytes]) -> Mail:
    values = told["parsed"]
    attachments = tuple(
        Part(**{**part, "data": data}) for part, data in zip(values["attachments"], parts, strict=True)
    )
    date = values["date"]
    parsed = Parsed(
        **{
            **values,
            "references": tuple(values["references"]),
            "reply_to": tuple(Address(**one) for one in values["reply_to"]),
            "to": tuple(Address(**one) for one in values["to"]),
            "cc": tuple(Address(**one) for one in values["cc"]),
            "date": datetime.fromisoformat(date) if date else None,
            "attachments": attachments,
            "invitations": tuple(Invitation(**one) for one in values["invitations"]),
            "headers": tuple((name, value) for name, value in values["headers"]),
            "warnings": tuple(values["warnings"]),
        }
    )
    signed = tuple(Signature(**one) for one in told["signatures"])
    return Mail(parsed, told["html"], signed)


# The child


def _plain(parsed: Parsed) -> dict[str, Any]:
    values = {name: getattr(parsed, name) for name in Parsed.__dataclass_fields__}
    for name in ("reply_to", "to", "cc", "invitations"):
        values[name] = [asdict(one) for one in values[name]]
    values["date"] = parsed.date.isoformat() if parsed.date else None
    values["attachments"] = [
        {name: getattr(part, name) for name in Part.__dataclass_fields__ if name != "data"}
        for part in parsed.attachments
    ]
    return values


def _work() -> None:
    """Mails on standard input, readings on standard output, until there is nothing to do."""
    from pelekan.channels.email.parse import parse
    from pelekan.channels.email.signatures import signatures
    from pelekan.lib.html import clean

    source, target = sys.stdin.buffer, sys.stdout.buffer
    while select.select([source], [], [], REST)[0]:
        head = source.read(8)
        if len(head) < 8:
            return
        size = struct.unpack(">Q", head)[0]
        _limit(size)
        raw = source.read(size)
        parsed = parse(raw)
        own = {part.content_id: f"cid:{part.content_id}" for part in parsed.attachments if part.content_id}
        html = clean(parsed.html, own) if parsed.html else ""
        signed = [asdict(one) for one in signatures(raw)]
        told = json.dumps({"parsed": _plain(parsed), "html": html, "signatures": signed}).encode()
        target.write(struct.pack(">Q", len(told)) + told)
        for part in parsed.attachments:
            target.write(part.data)
        target.flush()
        _limit(None)


def _limit(size: int | None) -> None:
    """What one mail of `size` bytes may take; None: the mail is done."""
    with contextlib.suppress(ImportError, ValueError, OSError, AttributeError):  # not on every system
        import resource
        import signal

        signal.setitimer(
            signal.ITIMER_PROF, 0 if size is None else CPU_SECONDS
        )  # its signal ends the process
        most = max(LEAST, (128 << 20) + int(MOST_TIMES * (size or 0)))
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _work()
