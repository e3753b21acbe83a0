"""Real mail servers for tests: Debian's Dovecot with a Maildir of its own, and aiosmtpd that can be told to misbehave.

Both listen on free ports of 127.0.0.1, with a certificate made for this run. `certificate()` must be trusted through
SSL_CERT_FILE by whoever connects with TLS.
"""

from __future__ import annotations

import asyncio
import base64
import datetime
import email
import email.message
import email.policy
import grp
import imaplib
import ipaddress
import os
import pwd
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers.ports import free_port

USER, PASSWORD = "desk@chakad.example", 'p "\\ پ word'
FULL = "full@chakad.example"
"""Another user with the same password; 20 KB fit into his mailbox. See `Dovecot.fill`."""


@lru_cache(maxsize=1)
def certificate() -> tuple[Path, Path]:
    """(certificate, key) for "localhost" and 127.0.0.1, signed by itself."""
    folder = Path(tempfile.mkdtemp(prefix="pelekan-cert-"))
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files


# IMAP


@dataclass
class Dovecot:
    """A running Dovecot: `port` speaks plain IMAP with STARTTLS, `tls_port` IMAP inside TLS; the same for POP3 where
    it is installed."""

    folder: Path
    port: int
    tls_port: int
    process: subprocess.Popen[bytes]
    pop_port: int = 0
    pop_tls_port: int = 0
    mailbox: Path = field(init=False)

    def __post_init__(self) -> None:
        self.mailbox = self.folder / "mail" / "Maildir"

    def client(self, user: str = USER) -> imaplib.IMAP4:
        """Someone else's mail program on the same mailbox."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
        return client

    def fill(self) -> None:
        """Put mails into FULL's mailbox until the server takes no more."""
        client = self.client(FULL)
        mail, at = b"x: y\r\n" * 800, imaplib.Time2Internaldate(time.time())
        answers = [client.append("INBOX", "", at, mail)[0] for _ in range(6)]
        assert answers[-1] == "NO", answers
        client.logout()

    def deliver(self, *mails: bytes, folder: str = "INBOX") -> None:
        client = self.client()
        for mail in mails:
            status, told = client.append(folder, "", imaplib.Time2Internaldate(time.time()), mail)
            assert status == "OK", told
        client.logout()

    def flags(self) -> list[bytes]:
        """The flags of each mail in the inbox, as the server has them."""
        client = self.client()
        client.select("INBOX", readonly=True)
        rows = client.fetch("1:*", "(FLAGS)")[1]
        client.logout()
        return [row for row in rows if isinstance(row, bytes)]

    def renumber(self) -> None:
        """Forget all UIDs, so that the mailbox gets a new UIDVALIDITY (which Dovecot would take from the second)."""
        epoch = int(re.findall(r"^3 V(\d+) ", (self.mailbox / "dovecot-uidlist").read_text())[0])
        for file in self.mailbox.glob("dovecot*"):
            file.unlink()
        owner = self.mailbox.stat()
        (self.mailbox / "dovecot-uidlist").write_text(f"3 V{epoch + 1} N1 G{os.urandom(16).hex()}\n")
        os.chown(self.mailbox / "dovecot-uidlist", owner.st_uid, owner.st_gid)

    def empty(self) -> None:
        """As it was before anything was delivered."""
        shutil.rmtree(self.mailbox, ignore_errors=True)
        (self.folder / "log").open("w").close()


CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap{pop}
listen = 127.0.0.1
default_internal_user = {inner}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/Maildir
mail_home = {folder}/mail
mailbox_list_index = no
ssl = {ssl}
ssl_cert = <{certificate}
ssl_key = <{key}
mail_plugins = quota
protocol imap {{
  mail_plugins = quota imap_quota
}}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0 secs
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/homes
}}
service imap-login {{
{chroot}  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
"""

POP = """
pop3_uidl_format = %08Xu%08Xv
service pop3-login {{
{chroot}  inet_listener pop3 {{
    port = {pop_port}
  }}
  inet_listener pop3s {{
    port = {pop_tls_port}
  }}
}}
"""


def pop_installed() -> bool:
    """Whether Debian's dovecot-pop3d is there."""
    return Path("/usr/lib/dovecot/pop3-login").exists()


@contextmanager
def dovecot(*, tls: bool = True) -> Iterator[Dovecot]:
    """A server with the empty mailboxes of USER and FULL; without `tls` it knows no encryption and has no `tls_port`.
    Raises FileNotFoundError where Dovecot is not installed."""
    program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise FileNotFoundError("dovecot")
    folder = Path(tempfile.mkdtemp(prefix="pelekan-dovecot-"))
    me = pwd.getpwuid(os.getuid())
    inner, login = (me.pw_name, me.pw_name) if me.pw_uid else ("dovecot", "dovenull")  # never root itself
    owner = pwd.getpwnam(inner)
    made_certificate, key = certificate()
    port, tls_port = free_port(), free_port()
    folder.chmod(0o755)
    (folder / "mail").mkdir()
    os.chown(folder / "mail", owner.pw_uid, owner.pw_gid)
    (folder / "users").write_text(
        "".join(f"{user}:{{PLAIN}}{PASSWORD}\n" for user in (USER, FULL)), encoding="utf-8"
    )
    ids, home = f"{owner.pw_uid}:{owner.pw_gid}", folder / "mail"
    (folder / "homes").write_text(
        f"{USER}::{ids}::{home}::\n"
        f"{FULL}::{ids}::{home}/full::userdb_mail=maildir:{home}/full/Maildir userdb_quota=maildir:Box userdb_quota_rule=*:bytes=20000\n"
    )
    pop_port, pop_tls_port = (free_port(), free_port()) if pop_installed() else (0, 0)
    (folder / "dovecot.conf").write_text(
        (CONFIG + (POP if pop_port else "")).format(
            folder=folder,
            inner=inner,
            chroot="" if me.pw_uid == 0 else "  chroot =\n",
            pop=" pop3" if pop_port else "",
            pop_port=pop_port,
            pop_tls_port=pop_tls_port,
            login=login,
            group=grp.getgrgid(owner.pw_gid).gr_name,
            ssl="yes" if tls else "no",
            certificate=made_certificate,
            key=key,
            port=port,
            tls_port=tls_port,
        )
    )
    process = subprocess.Popen([program, "-F", "-c", str(folder / "dovecot.conf")], stderr=subprocess.PIPE)
    try:
        _await_port(tls_port if tls else port, process, folder / "log")
        yield Dovecot(folder, port, tls_port, process, pop_port, pop_tls_port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _await_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 15
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with socket.socket() as one:
            one.settimeout(0.5)
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    told = log.read_text() if log.exists() else ""
    raise RuntimeError(f"Dovecot did not start: {told[-2000:]}")


# SMTP


@dataclass
class Letter:
    """What the server took: envelope and bytes."""

    sender: str
    recipients: list[str]
    data: bytes

    @property
    def mail(self) -> email.message.EmailMessage:
        return email.message_from_bytes(self.data, policy=email.policy.default)  # type: ignore[return-value]


class Mailman:
    """aiosmtpd's handler: keeps what came, and answers what `answers` says.

    `answers` maps a step ("mail", "rcpt", "data") to a function of its argument that returns an SMTP answer, None
    for the usual one. The answer to the final dot waits `hold` seconds, after the letter was kept.
    """

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.answers: dict[str, Callable[[str], str | None]] = {}
        self.hold = 0.0

    def _answer(self, step: str, argument: str) -> str | None:
        answer = self.answers.get(step)
        return answer(argument) if answer else None

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # fmt: skip
        if told := self._answer("mail", address):
            return told
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # fmt: skip
        if told := self._answer("rcpt", address):
            return told
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if told := self._answer("data", ""):
            return told
        content = envelope.content
        assert isinstance(content, bytes)
        self.letters.append(Letter((envelope.mail_from or "").strip("<>"), list(envelope.rcpt_tos), content))
        if self.hold:
            await asyncio.sleep(self.hold)
        return "250 taken"


class _Bearers(Mailman):
    """Lets in who bears one of `tokens`."""

    def __init__(self, tokens: set[str]) -> None:
        super().__init__()
        self.tokens = tokens

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        token = base64.b64decode(args[1]).decode().partition("auth=Bearer ")[2].rstrip("\1")
        if token not in self.tokens:
            await server.push("535 5.7.3 Authentication unsuccessful")
        return AuthResult(success=token in self.tokens, handled=True)


class _Server(Controller):
    def factory(self) -> SMTP:
        return SMTP(self.handler, **self.SMTP_kwargs)


@dataclass
class SmtpServer:
    """A running SMTP server and what it got."""

    port: int
    mailman: Mailman

    @property
    def letters(self) -> list[Letter]:
        return self.mailman.letters


@contextmanager
def smtp_server(
    *, starttls: bool = False, auth: bool = False, tokens: set[str] | None = None
) -> Iterator[SmtpServer]:
    """A server on 127.0.0.1; with `starttls` it demands that, with `auth` it wants USER and PASSWORD, with `tokens`
    one of them by XOAUTH2."""
    mailman = Mailman() if tokens is None else _Bearers(tokens)
    values: dict[str, Any] = {"enable_SMTPUTF8": True}
    if starttls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate())
        values |= {"tls_context": context, "require_starttls": True}
    if auth:

        def sign_in(server: SMTP, session: Session, envelope: Envelope, way: str, data: Any) -> AuthResult:
            right = (data.login, data.password) == (USER.encode(), b"mail-pass")
            return AuthResult(success=right, handled=False)

        values |= {"authenticator": sign_in, "auth_required": True, "auth_require_tls": starttls}
    if tokens is not None:
        values |= {"auth_required": True, "auth_require_tls": False}
    server = _Server(mailman, hostname="127.0.0.1", port=free_port(), **values)
    server.start()
    try:
        yield SmtpServer(server.port, mailman)
    finally:
        server.stop(no_assert=True)


# Servers with bad manners


@contextmanager
def scripted(play: Callable[[socket.socket], None]) -> Iterator[int]:
    """A TCP server that plays `play` with each who connects; its port."""
    door = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                guest, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=_play, args=[play, guest], daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield int(door.getsockname()[1])
    finally:
        over.set()
        door.close()


def _play(play: Callable[[socket.socket], None], guest: socket.socket) -> None:
    try:
        with guest:
            play(guest)
    except OSError:
        pass
