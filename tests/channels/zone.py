"""A small name server with TXT records, for what is published in the DNS."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import Counter
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from pelekan.lib import published


class Zone(dict[str, str]):
    """TXT records by name, answered over UDP; `asked` counts the questions. Names in `silent` get no answer."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.silent: set[str] = set()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                asked, guest = self.socket.recvfrom(4096)
                if answer := self.answer(asked):
                    self.socket.sendto(answer, guest)

    def answer(self, asked: bytes) -> bytes:
        query = dns.message.from_wire(asked)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        name = query.question[0].name
        text = name.to_text(omit_final_dot=True)
        self.asked[text] += 1
        if text in self.silent:
            return b""
        if (value := self.get(text)) is not None:
            pieces = " ".join(f'"{value[n : n + 250]}"' for n in range(0, len(value), 250))
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", pieces))
        return answer.to_wire()


@contextlib.contextmanager
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Zone]:
    """A zone that this process asks instead of the world's."""
    one = Zone()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], one.socket.getsockname()[1]
    monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
    published.texts.forget()
    try:
        yield one
    finally:
        one.socket.close()
        published.texts.forget()
