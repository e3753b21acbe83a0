"""What stands around the demo's desk: a mail server that keeps what it is given, and the shop's web site.

Both listen on this machine alone, beside the desk's own port: mail at port + 25, the shop at port + 1.
"""

from __future__ import annotations

import threading
import time
import uuid
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from pelekan.demo import shop

HOST = "127.0.0.1"


def mail_port(port: int) -> int:
    return port + 25


def shop_port(port: int) -> int:
    return port + 1


class Keep:
    """Takes every mail and keeps it as a file: the customers' letter boxes are one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        head = "".join(f"X-Demo-To: {address}\r\n" for address in envelope.rcpt_tos).encode()
        part = self.folder / f".{name}"
        part.write_bytes(head + content)
        part.rename(self.folder / f"{name}.eml")
        return "250 Kept"


def mail_server(folder: Path, port: int, stopped: threading.Event) -> None:
    """Take mail until stopped."""
    controller = Controller(Keep(folder), hostname=HOST, port=port, decode_data=False, enable_SMTPUTF8=True)
    controller.start()
    stopped.wait()
    controller.stop()


class _Shop(BaseHTTPRequestHandler):
    def __init__(self, desk: str, *args: object) -> None:
        self.desk = desk
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        language = parse_qs(parts.query).get("lang", ["fa"])[0]
        if parts.path not in shop.PAGES:
            self.send_error(404)
            return
        body = shop.page(parts.path, language, self.desk).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        return


def shop_server(desk: str, port: int, stopped: threading.Event) -> None:
    """Show the shop until stopped."""
    server = ThreadingHTTPServer((HOST, port), partial(_Shop, desk))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stopped.wait()
    server.shutdown()
