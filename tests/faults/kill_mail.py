"""kill -9 at every named step of a mail's way in and out, or at any moment, and what must be true afterwards.

    python -m tests.faults.kill_mail [ROUNDS]
    python -m tests.faults.kill_mail any [KILLS]

One round: mails are delivered to a real Dovecot, the desk dies at each step (the first or second time that it is reached),
another desk goes on. Then every mail that was delivered is one arrival, one message, one ticket with its file, and each
answer went out once; once more only for a death between the final dot and our commit, with the same Message-ID and
marked.
The books are kept here, outside the desk. PELEKAN_TEST_DATABASE may name a PostgreSQL database to use instead.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.lives import Nest, lives
from tests.servers import Dovecot, SmtpServer, dovecot, smtp_server

STEPS = (
    "fetch.before_store", "intake.stored", "fetch.before_cursor", "fetch.after_cursor",
    "intake.read", "intake.files_kept", "intake.before_commit", "outbox.queued", "intake.taken",
    "send.claimed", "send.inside_data", "send.handed", "send.taken", "send.before_commit", "send.committed",
)  # fmt: skip
MAY_DOUBLE = ("send.taken", "send.before_commit", "any")


class Broken(AssertionError):
    """Something was lost, doubled or left undone."""


@dataclass
class Run:
    """The books: what was put into the mailbox."""

    imap: Dovecot
    smtp: SmtpServer
    nest: Nest
    fingerprints: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    deaths: Counter[str] = field(default_factory=Counter)

    def desk(self, *arguments: str, failpoint: str = "") -> int:
        return self.nest.live(*arguments, failpoint=failpoint).code

    def round(self, step: str, nth: int, mails: int = 2) -> None:
        self.post(mails)
        if self.desk("work", failpoint=f"{step}:{nth}") != 0:
            self.deaths[step] += 1
        if self.desk("work") != 0:
            raise Broken("the second desk died too")
        self.check(step)

    def chain(self, steps: Sequence[str]) -> None:
        """One death at each step, each next life taking up what the last one left; looked at in the end. Every
        fifth life ends well: a mail that takes six processes with it is set aside, as it should be."""
        for number, step in enumerate(steps):
            self.post(1)
            if self.desk("work", failpoint=step) != 0:
                self.deaths[step] += 1
            if number % 4 == 3 and self.desk("work") != 0:
                raise Broken("a desk died by itself")
        if self.desk("work") != 0:
            raise Broken("the last desk died too")
        self.check("all of them")

    def any_moment(self, kills: int, chance: random.Random) -> None:
        """Deaths wherever the desk happens to be, a new mail before each; looked at after every fourth."""
        while sum(self.deaths.values()) < kills:
            self.post(1)
            life = self.nest.begin("work")
            life.said("at work")
            time.sleep(chance.uniform(0, 0.6))
            self.deaths["any"] += life.kill()
            if len(self.texts) % 4 == 0:
                if self.desk("work") != 0:
                    raise Broken("a desk died by itself")
                self.check("any")

    def post(self, count: int) -> None:
        for _ in range(count):
            number = len(self.texts)
            text = f"request {number}"
            raw = (
                f"From: c{number}@example.org\r\nTo: support@chakad.example\r\nSubject: {text}\r\n"
                f"Message-ID: <{number}@example.org>\r\nMIME-Version: 1.0\r\n"
                'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
                f"--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
                f"--b\r\nContent-Type: text/plain; name=log.txt\r\nContent-Disposition: attachment\r\n\r\nfile {number}\r\n--b--\r\n"
            ).encode()
            self.imap.deliver(raw)
            self.texts.append(text)
            self.fingerprints.append(hashlib.sha256(raw).hexdigest())

    def look(self) -> dict[str, list[list[str]]]:
        return json.loads(self.nest.live("look").text)  # type: ignore[no-any-return]

    def check(self, step: str) -> None:
        seen = self.look()
        _same("arrivals", [row[0] for row in seen["arrivals"]], self.fingerprints)
        _same("messages", seen["texts"], self.texts)  # type: ignore[arg-type]
        if {row[1] for row in seen["arrivals"]} != {"done"} or seen["tickets"] != len(self.texts):
            raise Broken(
                f"after {step}: {seen['tickets']} tickets, {Counter(row[1] for row in seen['arrivals'])}"
            )
        if len(seen["files"]) != len(self.texts) or not all(there for _, there in seen["files"]):
            raise Broken(f"after {step}: files {seen['files']}")
        sent = Counter(
            (letter.mail["Message-ID"].strip(), letter.recipients[0]) for letter in self.smtp.letters
        )
        known = {}
        for mail_id, recipient, state, doubtful in seen["deliveries"]:
            known[mail_id, recipient] = doubtful
            if state != "sent":
                raise Broken(f"after {step}: a delivery is {state}")
        if set(known) != set(sent):
            raise Broken(f"after {step}: sent and known differ: {set(known) ^ set(sent)}")
        for pair, times in sent.items():
            if times > 1 and not known[pair]:
                raise Broken(f"after {step}: {pair} went out {times} times, marked: {known[pair]}")
        doubled = sum(times - 1 for times in sent.values())
        allowed = sum(self.deaths[one] for one in MAY_DOUBLE)
        if doubled > allowed:
            raise Broken(f"after {step}: {doubled} mails went out twice, at most {allowed} may")


def _same(what: str, found: list[str], wanted: list[str]) -> None:
    if Counter(found) != Counter(wanted):
        raise Broken(
            f"{what}: lost {Counter(wanted) - Counter(found)}, too many {Counter(found) - Counter(wanted)}"
        )


@contextmanager
def run() -> Iterator[Run]:
    """A desk, a mailbox and a mail server, ready for rounds."""
    folder = Path(tempfile.mkdtemp(prefix="pelekan-kill-"))
    try:
        with (
            dovecot() as imap,
            smtp_server() as smtp,
            lives("tests.faults.mail_desk", _environment(folder)) as nest,
        ):
            one = Run(imap, smtp, nest)
            one.desk("prepare", str(imap.port), str(smtp.port))
            yield one
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PELEKAN_TEST_DATABASE": os.environ.get("PELEKAN_TEST_DATABASE", f"sqlite:///{folder}/desk.sqlite3"),
        "PELEKAN_TESTING": "1",
        "PELEKAN_TEST_DATA": str(folder / "data"),
        "DJANGO_SETTINGS_MODULE": "pelekan.settings",
    }


def main(rounds: int) -> None:
    with run() as one:
        for nth in range(1, rounds + 1):
            for step in STEPS:
                one.round(step, 1 + nth % 2)
                if one.deaths[step] < nth:  # nobody comes there twice in a life
                    one.round(step, 1)
            print(f"round {nth}: {sum(one.deaths.values())} deaths, {len(one.texts)} mails, "
                  f"{len(one.smtp.letters)} letters, nothing lost", flush=True)  # fmt: skip


def main_any(kills: int) -> None:
    with run() as one:
        one.any_moment(kills, random.Random(11))
        doubtful = len(one.smtp.letters) - len({letter.mail["Message-ID"] for letter in one.smtp.letters})
        print(
            f"{kills} deaths, {len(one.texts)} mails, nothing lost; {doubtful} letters went out twice, all marked"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["any"]:
        main_any(int(sys.argv[2]) if len(sys.argv) > 2 else 200)
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
