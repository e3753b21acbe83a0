"""(d) From start to the first page, and memory at rest and at work: `python bench/weight.py [--database postgresql://…]`

`pelekan serve` as it is run: pages, live streams and workers, and the processes that they start (the mail reader). Memory
is PSS, summed over all of them: what the machine would get back (a shared page counts once). PostgreSQL's own is not in it.
At work: 100 streams open, four browsers that read lists and tickets, tickets by the API and by mail, all at once.
Goals: under 200 MB at rest, under 512 MB at work.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from email.message import EmailMessage
from pathlib import Path

import office
from live import Crowd

SECONDS = 20


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--database", default="")
    args = parser.parse_args()
    folder = office.make(args.database)
    office.fill(10_000)
    from django.db import connection

    from pelekan.people import tokens

    cookie = office.session_of("sara@chakad.example")
    _, secret = tokens.create("bench", per_minute=0)
    connection.close()
    began = time.perf_counter()
    desk = subprocess.Popen(_pelekan("serve", "--port", str(office.PORT)), cwd=folder, env=_named(folder))
    try:
        _first_page(began)
        time.sleep(8)
        office.tell(
            "(d) memory at rest",
            f"{_megabytes(desk.pid):.0f} MB in {len(_family(desk.pid))} process(es)",
            "< 200 MB",
        )
        done, most = _work(desk.pid, args.seconds, folder, cookie, secret)
        office.tell("(d) memory at work", f"{most:.0f} MB at most ({done})", "< 512 MB")
        time.sleep(5)
        office.tell("(d) memory after the work", f"{_megabytes(desk.pid):.0f} MB")
    finally:
        desk.send_signal(signal.SIGTERM)
        desk.wait(30)


def _pelekan(*words: str) -> list[str]:
    return [sys.executable, "-m", "pelekan", *words]


def _named(folder: Path) -> dict[str, str]:
    return {**os.environ, "PELEKAN_CONFIG": str(folder / "pelekan.toml"), "PYTHONPATH": str(office.ROOT)}


def _first_page(began: float) -> None:
    while time.perf_counter() - began < 60:
        with contextlib.suppress(OSError):
            line = http.client.HTTPConnection("127.0.0.1", office.PORT, timeout=30)
            line.request("GET", "/accounts/login/")
            answer = line.getresponse()
            answer.read()
            if answer.status == 200:
                office.tell("(d) start to the first page", f"{time.perf_counter() - began:.2f} s")
                return
        time.sleep(0.02)
    raise SystemExit("no page came")


def _work(pid: int, seconds: int, folder: Path, cookie: str, secret: str) -> tuple[str, float]:
    from django.conf import settings

    crowd = Crowd(office.PORT, settings.SECRET_KEY)
    crowd.grow(100)
    end = time.monotonic() + seconds
    counts = {"pages": 0, "tickets": 0, "mails": 0}

    def browse(place: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", office.PORT, timeout=60)
        turn = place
        while time.monotonic() < end:
            turn += 1
            path = "/desk/list/all/" if turn % 4 == 0 else f"/desk/tickets/{40 * (turn % 240 + 1)}/?in=all"
            line.request("GET", path, headers={"Cookie": cookie})
            answer = line.getresponse()
            answer.read()
            counts["pages"] += answer.status == 200

    def create() -> None:
        line = http.client.HTTPConnection("127.0.0.1", office.PORT, timeout=60)
        while time.monotonic() < end:
            body = {
                "subject": "Weight",
                "body": "word " * 400,
                "customer": {"email": f"c{counts['tickets']}@example.com"},
            }
            headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
            line.request("POST", "/api/v1/tickets", json.dumps(body), headers)
            answer = line.getresponse()
            answer.read()
            counts["tickets"] += answer.status == 201
            time.sleep(0.05)

    def write() -> None:
        while time.monotonic() < end:
            words = _pelekan("mail", "deliver", "--inbox", "support-mail")
            sent = subprocess.run(
                words, input=_mail(counts["mails"]), cwd=folder, env=_named(folder), check=False
            )
            counts["mails"] += sent.returncode == 0

    threads = [threading.Thread(target=browse, args=[place * 7]) for place in range(4)]
    threads += [threading.Thread(target=create), threading.Thread(target=write)]
    for thread in threads:
        thread.start()
    most = 0.0
    while any(thread.is_alive() for thread in threads):
        most = max(most, _megabytes(pid))
        time.sleep(0.25)
    return ", ".join(f"{count:,} {name}" for name, count in counts.items()), most


def _mail(number: int) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = f"Customer <m{number}@example.org>", "support@chakad.example"
    mail["Subject"], mail["Message-ID"] = f"Weight {number}", f"<weight-{number}@example.org>"
    mail["Date"] = "Sat, 21 Nov 2026 10:00:00 +0000"
    mail.set_content("Please look at the file.\n" * 40)
    mail.add_attachment(
        os.urandom(2_000_000), maintype="application", subtype="octet-stream", filename="log.bin"
    )
    return mail.as_bytes()


def _family(pid: int) -> list[int]:
    """A process and what it started."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def _megabytes(pid: int) -> float:
    kilobytes = 0
    for one in _family(pid):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    kilobytes += int(line.split()[1])
    return kilobytes / 1024


if __name__ == "__main__":
    main()
