"""A mail takes at most 10 s of computing and 256 MB, or it is given up and the next one is read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pelekan.channels.email import reader

HEAD = b"From: a@example.org\r\nTo: support@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
MIXED = HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
BOMBS = {
    "parts": MIXED + b"--b\r\n\r\nx\r\n" * 1_000_000 + b"--b--\r\n",
    "depth": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 100_000 + b"x",
    "recipients": HEAD + b"To: a@example.org\r\n" * 1_000_000 + b"\r\nx",
    "tags": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<blockquote>" * 50_000,
    "lines": HEAD + b"\r\n" + b"\n" * 39_000_000,
    "attachment": MIXED + b"--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"QUJD" * 9_000_000 + b"\r\n--b--\r\n",
}  # fmt: skip


@pytest.fixture(autouse=True)
def own_child() -> Iterator[None]:
    reader._end()
    yield
    reader._end()


@pytest.mark.parametrize("bomb", BOMBS)
def test_mi_17_to_mi_35_bombs_stay_within_the_limits(bomb: str) -> None:
    reader.read(BOMBS[bomb])
    assert reader._child is not None
    folder = Path(f"/proc/{reader._child.pid}")
    if not folder.exists():
        pytest.skip("no /proc here")
    peak = next(line for line in (folder / "status").read_text().splitlines() if line.startswith("VmHWM"))
    spent = sum(int(part) for part in (folder / "stat").read_text().split()[13:15]) / os.sysconf("SC_CLK_TCK")
    assert int(peak.split()[1]) <= 256 * 1024 and spent <= reader.CPU_SECONDS


@pytest.mark.parametrize(
    ("deed", "ends"),
    [("bytearray(300 << 20)", 1), ("exec('while True: pass')", -signal.SIGPROF)],
)
def test_beyond_the_limits_the_child_ends(deed: str, ends: int) -> None:
    code = f"from pelekan.channels.email import reader; reader.CPU_SECONDS = 0.3; reader._limit(1000); {deed}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert done.returncode == ends


def test_cr_05_a_child_that_dies_costs_one_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    good = HEAD + b"\r\nhello\r\n"
    assert reader.read(good).parsed.text.strip() == "hello"
    assert reader._child is not None
    reader._child.kill()  # idle, as when memory ran short: the next mail isn't to blame
    assert reader.read(good).parsed.text.strip() == "hello"
    asked = []
    ask = reader._ask

    def deadly(raw: bytes) -> reader.Mail:
        asked.append(raw)
        if raw == b"poison":
            raise EOFError
        return ask(raw)

    monkeypatch.setattr(reader, "_ask", deadly)
    with pytest.raises(reader.ReaderDied):
        reader.read(b"poison")
    assert asked == [b"poison", b"poison"], "once with the child of others, once with one of its own"
    assert reader.read(good).parsed.text.strip() == "hello"
