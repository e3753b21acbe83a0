"""The door for other mail servers: SMTP or LMTP (RFC 5321, RFC 2033) for the addresses of our inboxes, and no others.

A mail is answered with 250 once its bytes lie in the database; whatever time may mend is 451, so that the server keeps
it and comes again. Nothing is relayed, nobody signs in, nothing is read here: what was stored is taken in later, like mail
of any other way. What comes twice is the same bytes and so the same arrival; therefore nothing that changes (a Received
line) is added, only the envelope's sender as Return-Path.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from aiosmtpd.smtp import SMTP, Envelope, Session, syntax
from django.conf import settings
from django.db import close_old_connections, connections

from pelekan.channels import intake
from pelekan.lib.limits import Limit, TooMuch
from pelekan.lib.time import now as clock
from pelekan.tickets.models import Channel, Inbox

log = logging.getLogger("pelekan.mail")

MOST_GUESTS = 20  # connections at once
MOST_OF_ONE = 10  # connections of one address at once
MAILS = Limit(600, timedelta(minutes=1))  # of one address
MOST_RECIPIENTS = 50
SECONDS = 300.0  # between two commands (RFC 5321, 4.5.3.2.7)
CHUNK = 64 * 1024

UNKNOWN = "550 5.1.1 No such mailbox here, and nothing is relayed"
LATER = "451 4.3.0 Not stored; please try again"
TAKEN = "250 2.6.0 Stored"


def inbox_for(address: str) -> Inbox | None:
    """The inbox that a mail to `address` belongs to, with or without a `+…` in it."""
    local, _, domain = address.strip().strip("<>").rpartition("@")
    inboxes = Inbox.objects.filter(channel=Channel.EMAIL, archived_at=None).exclude(address="")
    for name in dict.fromkeys((local, local.partition("+")[0])):
        if name and (found := inboxes.filter(address__iexact=f"{name}@{domain}").first()):
            return found
    return None


@dataclass
class Hall:
    """What the guests of one door share: who is in, and the threads that write."""

    guests: Counter[str] = field(default_factory=Counter)
    pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(4, thread_name_prefix="mail-door")
    )

    async def ask(self, do: Callable[..., Any], *values: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.pool, _at_the_database, do, *values)

    def close(self) -> None:
        for _ in range(4):
            self.pool.submit(connections.close_all)
        self.pool.shutdown()

    # What aiosmtpd asks at each step

    async def handle_RCPT(self, server: Guest, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # fmt: skip
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients; send the mail again for the others"
        try:
            inbox = await self.ask(inbox_for, address)
        except Exception as fault:
            log.error("a mail server was told to come again: %s", fault)
            return LATER
        if inbox is None:
            log.info("refused: a mail for %s", address.rpartition("@")[2][:100])
            return UNKNOWN
        envelope.rcpt_tos.append(str(inbox.pk))
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Guest, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        if not envelope.content.strip():
            return "554 5.6.0 Empty mail"
        try:
            MAILS.take(server.peer, clock())
        except TooMuch as much:
            return f"451 4.7.1 Too many mails; again in {much.after} s"
        raw = _with_return_path(envelope.mail_from or "", envelope.content)
        answers = {pk: await self._keep(pk, raw) for pk in dict.fromkeys(envelope.rcpt_tos)}
        if server.is_lmtp:  # one answer for each recipient
            return "\r\n".join(answers[pk] for pk in envelope.rcpt_tos)
        return next((answer for answer in answers.values() if answer != TAKEN), TAKEN)

    async def _keep(self, pk: str, raw: bytes) -> str:
        try:
            await self.ask(lambda: intake.store(Inbox.objects.get(pk=pk), raw))
        except Exception as fault:  # a full disk, a database that doesn't answer: the sender keeps the mail
            log.error("a mail for inbox %s could not be stored: %s", pk, fault)
            return LATER
        return TAKEN


def _at_the_database(do: Callable[..., Any], *values: Any) -> Any:
    close_old_connections()
    return do(*values)


def _with_return_path(sender: str, content: bytes) -> bytes:
    if content[:12].lower() == b"return-path:":
        return content
    return b"Return-Path: <" + sender.strip("<>").encode("utf-8", "replace")[:320] + b">\r\n" + content


class Guest(SMTP):
    """One mail server at the door."""

    is_lmtp = False
    line_length_limit = CHUNK

    def __init__(self, hall: Hall, **values: Any) -> None:
        self.hall, self.peer, self._counted = hall, "", False
        super().__init__(
            hall,
            data_size_limit=settings.CONFIG.max_mail_mb * 1024 * 1024,
            enable_SMTPUTF8=True,
            timeout=SECONDS,
            auth_exclude_mechanism=["LOGIN", "PLAIN"],
            ident="Pelekan",
            **values,
        )

    def connection_made(self, transport: Any) -> None:
        if not self._counted:  # it is made again when TLS begins
            self.peer = str((transport.get_extra_info("peername") or ("",))[0])
            if self.hall.guests.total() >= MOST_GUESTS or self.hall.guests[self.peer] >= MOST_OF_ONE:
                transport.write(b"421 4.7.0 Too many connections; please try again\r\n")
                transport.close()
                return
            self._counted = True
            self.hall.guests[self.peer] += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._counted:
            self._counted = False
            self.hall.guests[self.peer] -= 1
            super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:
        """As aiosmtpd's, but in one buffer (theirs holds every line as an object of its own, which a mail of empty lines
        makes forty times as large) and with lines of any length."""
        if await self.check_helo_needed() or self.envelope is None:
            return
        if not self.envelope.rcpt_tos:
            await self.push("503 Error: need RCPT command")
            return
        if arg:
            await self.push("501 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = await self._content()
        if content is None:
            answer = f"552 5.3.4 Larger than {settings.CONFIG.max_mail_mb} MB"
            if self.is_lmtp:
                answer = "\r\n".join([answer] * len(self.envelope.rcpt_tos))
        else:
            self.envelope.content = content
            answer = await self.hall.handle_DATA(self, self.session, self.envelope)  # type: ignore[arg-type]
        self._set_post_data_state()
        await self.push(answer)

    async def _content(self) -> bytes | None:
        """The bytes up to the final dot; None for more than is allowed."""
        content, fresh, too_large = bytearray(), True, False
        while True:
            try:
                line = await self._reader.readuntil(b"\r\n")
                ends = True
            except asyncio.LimitOverrunError as much:
                line = await self._reader.readexactly(much.consumed)
                ends = False
            if fresh and line == b".\r\n":
                return None if too_large else bytes(content)
            if fresh and line.startswith(b"."):
                line = line[1:]
            fresh = ends
            if not too_large:
                content += line
            if len(content) > (self.data_size_limit or 0):
                content, too_large = bytearray(), True


class LmtpGuest(Guest):
    """One that speaks LMTP: it greets with LHLO, and hears of each recipient."""

    is_lmtp = True
    show_smtp_greeting = False

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, arg: str) -> None:
        await super().smtp_EHLO(arg)

    async def smtp_HELO(self, hostname: str) -> None:
        await self.push("500 Error: this is LMTP, say LHLO")

    async def smtp_EHLO(self, arg: str) -> None:
        await self.push("500 Error: this is LMTP, say LHLO")


@dataclass
class Door:
    """A listening socket and what is spoken there. Called with an event, it serves until that is set."""

    protocol: str  # smtp, lmtp
    listener: socket.socket
    __name__: str = "mail-door"

    def __call__(self, stop: threading.Event) -> None:
        asyncio.run(self._serve(stop))

    async def _serve(self, stop: threading.Event) -> None:
        hall, loop = Hall(), asyncio.get_running_loop()
        kind = LmtpGuest if self.protocol == "lmtp" else Guest
        values: dict[str, Any] = {"tls_context": _tls(), "hostname": _our_name(), "loop": loop}
        server = await loop.create_server(lambda: kind(hall, **values), sock=self.listener)
        log.info("listening for mail servers by %s", self.protocol.upper())
        try:
            while not stop.is_set():
                await asyncio.sleep(0.2)
        finally:
            server.close()
            hall.close()


def door(protocol: str, place: str) -> Door:
    """A door at "host:port". Raises OSError when it can't be opened, ValueError for what is no such place."""
    host, _, port = place.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"{place!r} is not HOST:PORT, such as 127.0.0.1:2525")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return Door(protocol, socket.create_server((host, int(port)), family=family, backlog=100))


def _tls() -> ssl.SSLContext | None:
    certificate = settings.CONFIG.mail_certificate
    if not certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, settings.CONFIG.mail_key or None)
    return context


def _our_name() -> str:
    return urlsplit(settings.BASE_URL).hostname or "localhost"
