"""An IMAP server that does as it is told: a mailbox in memory with faults by rule.

`with box.serving() as port:` listens on 127.0.0.1 without encryption. Each connection is one session; `plan(number)`
may hand it a `Fault`.
"""

from __future__ import annotations

import base64
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.servers import scripted

PLACES = (
    "greeting", "command", "list", "literal_head", "literal_middle", "literal_end", "after_literal", "before_ok",
    "half_ok",
)  # fmt: skip
"""Where a session can be cut: at each kind of byte boundary."""


@dataclass(frozen=True)
class Fault:
    """What goes wrong in one session: it is cut at a place the `nth` time that this is reached, or refuses."""

    place: str = ""
    nth: int = 1
    refuse: str = ""  # the name of a command that is answered with NO


@dataclass
class Mail:
    uid: int
    raw: bytes
    at: datetime


class _Cut(Exception):
    pass


@dataclass
class Box:
    """Folders of mails. `hidden`: UIDs that SEARCH leaves out; `withheld`: UIDs that FETCH leaves out."""

    folders: dict[str, list[Mail]] = field(default_factory=lambda: {"INBOX": []})
    validity: int = 1
    hidden: set[int] = field(default_factory=set)
    withheld: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)  # UIDs whose text can't be given
    plan: Callable[[int], Fault | None] = lambda number: None
    tokens: set[str] | None = None  # with these XOAUTH2 lets in; None: anybody is let in with any password
    sessions: int = 0
    wrote: list[bytes] = field(default_factory=list)  # commands that would have changed the mailbox

    def post(self, *mails: bytes, folder: str = "INBOX") -> None:
        rows = self.folders.setdefault(folder, [])
        for raw in mails:
            rows.append(Mail(max((one.uid for one in rows), default=0) + 1, raw, datetime.now(UTC)))

    def renumber(self) -> None:
        """A new epoch: every mail gets another UID."""
        self.validity += 1
        for rows in self.folders.values():
            for number, one in enumerate(rows, 1):
                one.uid = number

    @contextmanager
    def serving(self) -> Iterator[int]:
        with scripted(self._session) as port:
            yield port

    def _session(self, guest: socket.socket) -> None:
        self.sessions += 1
        _Session(self, guest, self.plan(self.sessions)).run()


@dataclass
class _Session:
    box: Box
    guest: socket.socket
    fault: Fault | None
    reached: int = 0
    folder: list[Mail] = field(default_factory=list)
    lines: Any = None

    def run(self) -> None:
        try:
            self._at("greeting")
            self._say(b"* OK ready\r\n")
            self.lines = self.guest.makefile("rb")
            for line in self.lines:
                self._at("command")
                tag, _, rest = line.strip().partition(b" ")
                if self._do(tag, rest) == "bye":
                    return
        except _Cut:
            # with SO_LINGER 0 the connection is reset, as when a router forgets it
            self.guest.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def _at(self, place: str) -> None:
        if self.fault and self.fault.place == place:
            self.reached += 1
            if self.reached == self.fault.nth:
                raise _Cut

    def _say(self, data: bytes) -> None:
        self.guest.sendall(data)

    def _do(self, tag: bytes, rest: bytes) -> str:
        word = rest.upper().removeprefix(b"UID ").split(b" ")[0].decode()
        if self.fault and self.fault.refuse == word:
            self._say(tag + b" NO Some of the requested messages no longer exist\r\n")
            return ""
        if word == "CAPABILITY":
            self._say(
                b"* CAPABILITY IMAP4REV1" + (b"" if self.box.tokens is None else b" AUTH=XOAUTH2") + b"\r\n"
            )
        elif word == "AUTHENTICATE":
            if not self._let_in():
                self._say(tag + b" NO [AUTHENTICATIONFAILED] Invalid credentials\r\n")
                return ""
        elif word in ("SELECT", "EXAMINE"):
            name = rest.split(b" ", 1)[1].decode().strip('"')
            if name not in self.box.folders:
                self._say(tag + b" NO [NONEXISTENT] no such folder\r\n")
                return ""
            self.folder = self.box.folders[name]
            following = max((one.uid for one in self.folder), default=0) + 1
            self._say(
                b"* %d EXISTS\r\n* OK [UIDVALIDITY %d]\r\n* OK [UIDNEXT %d]\r\n"
                % (len(self.folder), self.box.validity, following)
            )
        elif word == "SEARCH":
            found = [one.uid for one in self._searched(rest) if one.uid not in self.box.hidden]
            self._at("list")
            self._say(b"* SEARCH" + b"".join(b" %d" % uid for uid in found) + b"\r\n")
        elif word == "FETCH" and b"BODY" in rest and self._names_refused(rest):
            self._say(tag + b" NO [SERVERBUG] this mail can't be read\r\n")
            return ""
        elif word == "FETCH":
            self._fetch(rest)
        elif word in ("STORE", "EXPUNGE", "MOVE", "COPY", "APPEND", "CLOSE"):
            self.box.wrote.append(rest)
        elif word == "LOGOUT":
            self._say(b"* BYE\r\n" + tag + b" OK\r\n")
            return "bye"
        self._at("before_ok")
        if self.fault and self.fault.place == "half_ok":
            self.reached += 1
            if self.reached == self.fault.nth:
                self._say(tag + b" O")
                raise _Cut
        self._say(tag + b" OK done\r\n")
        return ""

    def _names_refused(self, rest: bytes) -> bool:
        return any(_names(rest.split(b" ")[2].decode(), uid) for uid in self.box.refused)

    def _let_in(self) -> bool:
        """XOAUTH2, as Google documents it: a refusal comes as a challenge that wants an empty answer."""
        self._say(b"+ \r\n")
        said = base64.b64decode(self.lines.readline()).decode()
        token = said.partition("auth=Bearer ")[2].rstrip("\1")
        if said.startswith("user=") and said.endswith("\1\1") and token in (self.box.tokens or ()):
            return True
        refusal = b'{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}'
        self._say(b"+ " + base64.b64encode(refusal) + b"\r\n")
        assert self.lines.readline() == b"\r\n"
        return False

    def _searched(self, rest: bytes) -> list[Mail]:
        """ALL, SINCE (all of ours are of today) and UID n:*, which always names the last."""
        if found := re.search(rb"UID (\d+):\*", rest[4:]):
            first, last = int(found[1]), max((one.uid for one in self.folder), default=0)
            return [one for one in self.folder if one.uid >= min(first, last)]
        return list(self.folder)

    def _fetch(self, rest: bytes) -> None:
        by_uid = rest.upper().startswith(b"UID ")
        wanted = rest.split(b" ")[2 if by_uid else 1].decode()
        for number, one in enumerate(self.folder, 1):
            if not _names(wanted, one.uid if by_uid else number) or one.uid in self.box.withheld:
                continue
            self._at("list")
            head = b"* %d FETCH (UID %d" % (number, one.uid)
            if b"BODY" not in rest:
                when = one.at.strftime("%d-%b-%Y %H:%M:%S +0000").encode()
                self._say(head + b' RFC822.SIZE %d INTERNALDATE "%s")\r\n' % (len(one.raw), when))
                continue
            part, name = one.raw, b"BODY[]"
            if b"HEADER" in rest:
                part, name = one.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", b"BODY[HEADER]"
            self._say(head + b" " + name + b" {%d}" % len(part))
            self._at("literal_head")
            self._say(b"\r\n" + part[: len(part) // 2])
            self._at("literal_middle")
            self._say(part[len(part) // 2 : -1])
            self._at("literal_end")
            self._say(part[-1:])
            self._at("after_literal")
            self._say(b")\r\n")


def _names(wanted: str, uid: int) -> bool:
    for piece in wanted.split(","):
        first, _, last = piece.partition(":")
        if int(first) <= uid <= (10**9 if last == "*" else int(last or first)):
            return True
    return False
