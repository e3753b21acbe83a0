"""The one way out: HTTP requests and checked addresses for mail servers.

What an admin or a customer types as an address must not reach into the operator's own network. A name is
resolved once, every address of it must be public, and the connection goes to one of exactly those addresses
(so a second DNS answer changes nothing). Redirects are not followed, time and size are capped, nothing is
decompressed, and no proxy is taken from the environment. Hosts and networks of the operator's own (a mail
server on a private address) pass only when listed in `allow`.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpcore
import httpx
import idna

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

SECONDS = 15.0
MOST_BYTES = 64 * 1024


class OutboundError(Exception):
    """A request that did not come to an answer; the message may be shown to an admin."""


class Refused(OutboundError):
    """The address must not be reached from here. Trying again will not help."""


class Unreachable(OutboundError):
    """No answer: name unknown, connection refused, time over, answer not understood. May pass by itself."""


class Unanswered(Unreachable):
    """The request, or a part of it, went over and no answer came: it may have been done."""


# Which addresses are public

_NEVER = [
    ipaddress.ip_network(network)
    for network in (
        "192.88.99.0/24", "2002::/16", "2001::/32", "64:ff9b:1::/48", "::/96", "fec0::/10", "100::/64",
        "5f00::/16", "3fff::/20", "2001:db8::/32",
    )
]  # fmt: skip
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public Internet, looking through IPv4 inside IPv6.

    Old tunnels (6to4, Teredo) are refused whole: what lies behind them cannot be told.
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id:
            return False
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if any(address in network for network in _NEVER if network.version == address.version):
        return False
    special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    return address.is_global and not special and not address.is_link_local and not address.is_private


@dataclass(frozen=True, slots=True)
class Target:
    """A host that may be reached, and the addresses that were checked; connect to these and no others."""

    host: str
    port: int
    addresses: tuple[str, ...]


def check_host(host: str, port: int, *, allow: Iterable[str] = (), seconds: float = SECONDS) -> Target:
    """Resolve a host once and see that all its addresses may be reached; for IMAP, SMTP and any other.

    `allow`: host names, addresses and networks of the operator's own ("mail.example.lan", "10.1.0.0/16").
    Raises Refused for an address that is not public, Unreachable for a name without addresses.
    """
    name = _plain_name(host)
    if not 0 < port < 65536:
        raise Refused(f"{port} is no port; give a number from 1 to 65535")
    names, networks = _allowed(tuple(allow))
    addresses = _look_up(name, port, seconds)
    if not addresses:
        raise Unreachable(f"The name {name} has no address; see that it is spelled right")
    if name not in names:
        for text in addresses:
            address = ipaddress.ip_address(text)
            if not is_public(address) and not any(_within(address, network) for network in networks):
                raise Refused(
                    f"{name} leads to {text}, which is not a public address; "
                    "if it is your own server, let the operator add it to the allowed hosts"
                )
    return Target(name, port, tuple(addresses))


def _plain_name(host: str) -> str:
    name = host.strip().strip("[]").rstrip(".").lower()
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(name))
    try:
        if not name.isascii():
            name = idna.encode(name, uts46=True).decode("ascii")
    except idna.IDNAError:
        name = ""
    if not name or len(name) > 253 or any(char in name for char in "/\\@:#?% \t\r\n\0"):
        raise Refused(f"{host[:100]!r} is no host name; write it like mail.example.com")
    return name


@lru_cache(maxsize=64)
def _allowed(allow: tuple[str, ...]) -> tuple[frozenset[str], tuple[Any, ...]]:
    names, networks = set(), []
    for entry in allow:
        try:
            networks.append(ipaddress.ip_network(entry.strip(), strict=False))
        except ValueError:
            names.add(_plain_name(entry))
    return frozenset(names), tuple(networks)


def _within(address: Address, network: Any) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.version == network.version and address in network


def _look_up(name: str, port: int, seconds: float) -> list[str]:
    """Ask the system's resolver, in a thread since it knows no time limit. [] for an unknown name."""
    found: list[str] = []

    def ask() -> None:
        with contextlib.suppress(OSError, UnicodeError):
            for _, _, _, _, address in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM):
                found.append(str(address[0]))

    thread = threading.Thread(target=ask, name="look-up", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise Unreachable(f"Looking up {name} took longer than {seconds:.0f} s")
    return list(dict.fromkeys(found))


def connect(target: Target, seconds: float = SECONDS) -> socket.socket:
    """A TCP connection to one of the checked addresses, tried in order. Raises Unreachable."""
    until = time.monotonic() + seconds
    error: OSError | None = None
    for position, address in enumerate(target.addresses):
        left = (until - time.monotonic()) / (len(target.addresses) - position)
        if left <= 0:
            break
        try:
            return socket.create_connection((address, target.port), timeout=left)
        except OSError as failure:
            error = failure
    raise Unreachable(
        f"No connection to {target.host}, port {target.port}: {error or 'time over'}"
    ) from error


# Requests


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status, headers (lower-case names), body; `cut` when the body was longer."""

    status: int
    headers: dict[str, str]
    body: bytes
    cut: bool

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def check_url(url: str, *, allow: Iterable[str] = (), seconds: float = SECONDS) -> Target:
    """See whether a URL may be called, as when it is saved. Raises Refused or Unreachable like check_host."""
    parsed = _parsed(url)
    port = parsed.port or {"http": 80, "https": 443}[parsed.scheme]
    return check_host(parsed.host, port, allow=allow, seconds=seconds)


def is_public_target(target: Target) -> bool:
    """Whether any of its addresses lies outside the operator's own network."""
    return any(is_public(ipaddress.ip_address(text)) for text in target.addresses)


def _parsed(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url.strip())
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused(f"This is no URL: {error}") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise Refused("Only URLs that begin with https:// or http:// can be called")
    if parsed.userinfo:
        raise Refused("Take the user name and password out of the URL; send them as a header")
    return parsed


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
    allow: Iterable[str] = (),
    seconds: float = SECONDS,
    most: int = MOST_BYTES,
) -> Reply:
    """One request, done within `seconds` altogether; of the body at most `most` bytes are read.

    Redirects come back as they are (status 3xx). Raises Refused or Unreachable before anything is sent, Unanswered
    after that.
    """
    until = time.monotonic() + seconds
    parsed = _parsed(url)
    target = check_url(url, allow=allow, seconds=seconds)
    # Asked for plain bytes, and never unpacked: a small answer cannot become a large one.
    sent = {"User-Agent": "Pelekan", "Accept-Encoding": "identity", **(headers or {})}
    wire_headers = [
        (b"Host", parsed.netloc),
        *((name.encode("ascii"), value.encode("latin-1")) for name, value in sent.items()),
        *([(b"Content-Length", str(len(content)).encode())] if content or method in ("POST", "PUT") else []),
    ]
    wire = _Pinned(target, until)
    pool = httpcore.ConnectionPool(ssl_context=_tls(), network_backend=wire, retries=0)
    place = httpcore.URL(
        scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path
    )
    try:
        with pool, pool.stream(method, place, headers=wire_headers, content=content) as response:
            body = b""
            for chunk in response.iter_stream():
                body += chunk
                if len(body) > most:
                    break
            answered = {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers
            }
            return Reply(response.status, answered, body[:most], len(body) > most)
    except (httpcore.TimeoutException, TimeoutError) as error:
        fault = Unanswered if wire.wrote else Unreachable
        raise fault(f"{target.host} did not answer within {seconds:.0f} s") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        fault = Unanswered if wire.wrote else Unreachable
        raise fault(f"{target.host} gave no proper answer: {error or type(error).__name__}") from error


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=True)


class _Pinned(httpcore.NetworkBackend):
    """Connects to the checked addresses whatever the pool asks for, and ends everything at one moment."""

    def __init__(self, target: Target, until: float) -> None:
        self.target, self.until = target, until
        self.plain = httpcore.SyncBackend()
        self.wrote = False  # anything of the request itself

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        error: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        count = len(self.target.addresses)
        for position, address in enumerate(self.target.addresses):
            left = _left(self.until) / (count - position)
            try:
                stream = self.plain.connect_tcp(address, self.target.port, timeout=left)
                return _Timed(stream, self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
                error = failure
        raise error or httpcore.ConnectError("no address")


class _Timed(httpcore.NetworkStream):
    """A stream whose every step gets only what is left of the whole: one byte a second does not prolong it."""

    def __init__(self, stream: httpcore.NetworkStream, wire: _Pinned) -> None:
        self.stream, self.wire, self.until = stream, wire, wire.until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, timeout=_left(self.until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.wire.wrote = True
        self.stream.write(buffer, timeout=_left(self.until))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self.stream.start_tls(ssl_context, server_hostname, timeout=_left(self.until))
        return _Timed(inner, self.wire)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("time over")
    return left
