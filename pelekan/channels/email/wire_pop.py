"""Connections to POP3 servers; as in `wire`: only to checked addresses, encrypted before a password goes out."""

from __future__ import annotations

import contextlib
import poplib
import socket

from pelekan.channels.email.wire import WireFault, dial, in_wire_words, tls
from pelekan.channels.email.wire import told as told_by


class Pop(poplib.POP3):
    """poplib over a socket that we dialled; mails come as the bytes that the server sent, lines of any length."""

    LINE = 64 * 1024  # bytes read at once

    def __init__(self, host: str, port: int, security: str) -> None:
        self._security = security
        super().__init__(host, port)

    def _create_socket(self, timeout: float) -> socket.socket:
        return dial(self.host, self.port, self._security)

    def ids(self) -> dict[str, int]:
        """UIDL → number of the mail in this session."""
        return {
            uid.decode("ascii", "replace")[:70]: int(number)
            for number, _, uid in (line.strip().partition(b" ") for line in self.uidl()[1])
        }

    def sizes(self) -> dict[int, int]:
        """Number → bytes, as the server tells them."""
        return {int(number): int(size) for number, size, *_ in (line.split() for line in self.list()[1])}

    def whole(self, number: int, most: int) -> bytes:
        """The mail, byte for byte. Raises error_proto when it has more than `most` bytes."""
        return self._long(f"RETR {number}", most)

    def head(self, number: int) -> bytes:
        """Its headers."""
        return self._long(f"TOP {number} 0", 1024 * 1024)

    def _long(self, command: str, most: int) -> bytes:
        self._shortcmd(command)  # type: ignore[attr-defined]
        found: list[bytes] = []
        size, fresh = 0, True
        while True:
            line = self.file.readline(self.LINE)
            if not line:
                raise poplib.error_proto("-ERR EOF")
            if fresh and line.startswith(b"."):
                if line in (b".\r\n", b".\n"):
                    return b"".join(found)
                line = line[1:]
            fresh = line.endswith(b"\n")
            size += len(line)
            if size > most:
                self.close()  # the rest isn't worth waiting for
                raise poplib.error_proto("-ERR EOF: larger than the server said")
            found.append(line)


def pop(host: str, port: int, security: str, user: str, password: str) -> Pop:
    """Signed in, encrypted. Raises WireFault."""
    client: Pop | None = None
    try:
        client = Pop(host, port, security)
        if security == "starttls":
            if "STLS" not in client.capa():
                raise WireFault("no_tls", host=host, port=port)
            client.stls(context=tls())
        if any(char in user + password for char in "\r\n\0"):
            raise WireFault("wrong_password", host=host)
        _pop_sign_in(client, host, user, password)
    except Exception as error:
        if client is not None:
            hang_up(client)
        raise in_wire_words(error, host, port) from None
    return client


def _pop_sign_in(client: Pop, host: str, user: str, password: str) -> None:
    try:
        client.user(user)
        client.pass_(password)
    except poplib.error_proto as error:
        told = told_by(error)
        if "EOF" in told:
            raise
        if any(word in told.upper() for word in ("IN-USE", "SYS/", "LOGIN-DELAY", "LOCK")):
            raise WireFault("busy", host=host, detail=told) from None
        raise WireFault("wrong_password", host=host) from None


def hang_up(client: Pop) -> None:
    """Hang up; without `quit` before it, the server deletes nothing."""
    with contextlib.suppress(OSError, poplib.error_proto):
        client.close()
