"""Connections to mail servers: only to checked addresses, encrypted before a password goes out.

`imap` and `smtp` hand back a client that is signed in; what goes wrong is a `WireFault` with a word of
`channels.faults`. Certificates are checked against the system's authorities (an own one is added through the
environment variable SSL_CERT_FILE). There is no fallback to plain text: see `may_be_plain`.
"""

from __future__ import annotations

import contextlib
import imaplib
import smtplib
import socket
import ssl
from urllib.parse import urlsplit

from django.conf import settings
from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from pelekan.channels.email import patience
from pelekan.channels.email.wire_faults import WireFault, in_wire_words
from pelekan.channels.email.wire_faults import told as told
from pelekan.lib import http

CONNECT_SECONDS = 15.0
READ_SECONDS = 45.0

SECURITY = ("tls", "starttls", "none")


def may_be_plain(host: str, port: int) -> bool:
    """Whether unencrypted mail is allowed to this host: only to the operator's own, which he has listed."""
    try:
        http.check_host(host, port)
    except http.Refused:
        return _allowed(host, port)  # private, and listed
    except http.OutboundError:
        return False
    return host.strip().lower().rstrip(".") in {name.lower() for name in settings.CONFIG.private_hosts}


def _allowed(host: str, port: int) -> bool:
    try:
        http.check_host(host, port, allow=settings.CONFIG.private_hosts)
    except http.OutboundError:
        return False
    return True


def dial(host: str, port: int, security: str) -> socket.socket:
    """A connection to `host`, inside TLS already when security is "tls"."""
    if security not in SECURITY:
        raise WireFault("not_understood", host=host, detail=f"security {security!r}")
    if security == "none" and not may_be_plain(host, port):
        raise WireFault("plain_refused", host=host)
    try:
        target = http.check_host(
            host, port, allow=settings.CONFIG.private_hosts, seconds=patience.left(CONNECT_SECONDS)
        )
    except http.Refused:
        raise WireFault("host_refused", host=host) from None
    except http.Unreachable:
        raise WireFault("host_unknown", host=host) from None
    try:
        plain = http.connect(target, patience.left(CONNECT_SECONDS))
    except http.Unreachable:
        raise WireFault("unreachable", host=host, port=port) from None
    # a mail's final dot is a packet of its own, which would else wait until the text before it is acknowledged: 40 ms
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    plain.settimeout(patience.left(READ_SECONDS))
    patience.watch(plain)
    if security != "tls":
        return plain
    try:
        return tls().wrap_socket(plain, server_hostname=host)
    except (OSError, ValueError) as error:
        plain.close()
        raise in_wire_words(error, host, port) from None


def tls() -> ssl.SSLContext:
    """TLS 1.2 or newer with certificate and name checked."""
    return ssl.create_default_context()


# IMAP


class _Imap4(imaplib.IMAP4):
    """imaplib over a socket that we dialled."""

    def __init__(self, host: str, port: int, security: str) -> None:
        self._security = security
        super().__init__(host, port)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        return dial(self.host, self.port, self._security)


class Imap(IMAPClient):
    """An IMAP client on a checked connection."""

    def __init__(self, host: str, port: int, security: str) -> None:
        self._security = security
        super().__init__(
            host, port, ssl=security == "tls", timeout=SocketTimeout(CONNECT_SECONDS, READ_SECONDS)
        )
        self.normalise_times = False

    def _create_IMAP4(self) -> imaplib.IMAP4:
        return _Imap4(self.host, self.port, self._security)


def imap(host: str, port: int, security: str, user: str, password: str = "", token: str = "") -> Imap:
    """Signed in, by password or by an access token, encrypted. Raises WireFault."""
    try:
        client = Imap(host, port, security)
    except Exception as error:  # imaplib, ssl and sockets each have their own
        raise in_wire_words(error, host, port) from None
    try:
        if security == "starttls":
            if not client.has_capability("STARTTLS"):
                raise WireFault("no_tls", host=host, port=port)
            client.starttls(tls())
        if token:
            _imap_by_token(client, host, user, token)
            return client
        # AUTHENTICATE carries any character; LOGIN of this library can't quote a user name
        if client.has_capability("AUTH=PLAIN"):
            client.plain_login(user, password)
        else:
            client.login(_quoted(user), password)
    except Exception as error:
        close(client)
        raise in_wire_words(error, host, port) from None
    return client


def _imap_by_token(client: Imap, host: str, user: str, token: str) -> None:
    if not client.has_capability("AUTH=XOAUTH2"):
        raise WireFault("no_xoauth", host=host)
    said = iter([xoauth2(user, token)])
    try:  # when it refuses, it tells why in a challenge that wants an empty answer
        client._imap.authenticate("XOAUTH2", lambda challenge: next(said, b""))
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        raise WireFault("token_refused", host=host) from None


def xoauth2(user: str, token: str) -> bytes:
    """What Google and Microsoft describe as SASL XOAUTH2. ValueError for a user name that would end it early."""
    if any(ord(char) < 32 for char in user + token):
        raise ValueError("control characters in the user name")
    return f"user={user}\1auth=Bearer {token}\1\1".encode()


def _quoted(user: str) -> str:
    if any(char in user for char in "\r\n\0"):
        raise LoginError("line break in the user name")
    return (
        '"' + user.replace("\\", "\\\\").replace('"', '\\"') + '"' if set(user) & set(' "\\(){}%*') else user
    )


def close(client: IMAPClient) -> None:
    """Hang up without caring what the server thinks of it."""
    with contextlib.suppress(OSError, IMAPClientError, imaplib.IMAP4.error):
        client.shutdown()


def room(client: Imap) -> tuple[int, int] | None:
    """(used, limit) in KB of the mailbox that is nearest to its limit (RFC 9208); None where nobody tells."""
    if not client.has_capability("QUOTA"):
        return None
    try:
        told = client.get_quota_root("INBOX")[1]
    except IMAPClientAbortError:
        raise
    except (
        IMAPClientError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
    ):  # it says "no quota" in many ways
        return None
    limited = [(int(one.usage), int(one.limit)) for one in told if one.resource == "STORAGE" and one.limit]
    return max(limited, key=lambda pair: pair[0] / pair[1], default=None)


# SMTP


class Smtp(smtplib.SMTP):
    """smtplib over a socket that we dialled."""

    def __init__(self, host: str, port: int, security: str) -> None:
        self._security = security
        super().__init__(timeout=READ_SECONDS, local_hostname=_our_name())
        self._host = host  # the name that STARTTLS checks the certificate for
        code, told = self.connect(host, port)
        if code != 220:
            self.close()
            raise smtplib.SMTPConnectError(code, told)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return dial(host, port, self._security)


def _our_name() -> str:
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def smtp(host: str, port: int, security: str, user: str = "", password: str = "", token: str = "") -> Smtp:
    """Connected, encrypted and, where there is a user, signed in. Raises WireFault; temporary answers of the
    server (4xx at the greeting or at the sign-in) come as smtplib's own exceptions."""
    client: Smtp | None = None
    try:
        client = Smtp(host, port, security)
        client.ehlo_or_helo_if_needed()
        if security == "starttls":
            if not client.has_extn("starttls"):
                raise WireFault("no_tls", host=host, port=port)
            client.starttls(context=tls())
            client.ehlo()
        if token:
            _smtp_by_token(client, host, user, token)
        elif user:
            client.login(user, password)
    except Exception as error:
        if client is not None:
            client.close()
        if isinstance(error, smtplib.SMTPResponseException) and 400 <= error.smtp_code < 500:
            raise
        raise in_wire_words(error, host, port) from None
    return client


def _smtp_by_token(client: Smtp, host: str, user: str, token: str) -> None:
    if "XOAUTH2" not in client.esmtp_features.get("auth", "").upper().split():
        raise WireFault("no_xoauth", host=host)
    said = xoauth2(user, token).decode()
    try:
        client.auth("XOAUTH2", lambda challenge=None: "" if challenge else said)
    except smtplib.SMTPAuthenticationError as refused:
        if 400 <= refused.smtp_code < 500:
            raise
        raise WireFault("token_refused", host=host) from None
