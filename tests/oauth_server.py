"""A provider of consent on 127.0.0.1: the answers of RFC 6749, 7636 and 8628 as Google and Microsoft document them."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

CLIENT, SECRET = "desk-app", "s3cret"


@dataclass
class Provider:
    """What it granted and what it will say. `agree` is what the person does in the browser."""

    port: int = 0
    seconds: int = 3600
    rotates: bool = False
    withdrawn: bool = False
    agreed: bool = False  # on another device
    down: bool = False
    codes: dict[str, tuple[str, str]] = field(
        default_factory=dict
    )  # code → (challenge, address to come back to)
    refresh: str = "refresh-0"
    tokens: set[str] = field(default_factory=set)  # access tokens that hold
    made: int = 0
    heard: list[dict[str, str]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def agree(self, address: str) -> dict[str, str]:
        """Somebody signs in and agrees: the query with which his browser is sent back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT and asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked["code_challenge"], asked["redirect_uri"]
        return {"code": code, "state": asked["state"]}

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        self.heard.append(form)
        if self.down:
            return 503, {}
        if form.get("client_id") != CLIENT or form.get("client_secret") != SECRET:
            return 401, {"error": "invalid_client", "error_description": "The OAuth client was not found."}
        if path == "/device":
            return 200, {
                "device_code": "device-1", "user_code": "ABCD-EFGH", "verification_uri": "https://login.example/device",
                "expires_in": 900, "interval": 5, "message": "To sign in, use a web browser",
            }  # fmt: skip
        kind = form.get("grant_type")
        if kind == "authorization_code":
            challenge, back = self.codes.pop(form["code"], ("", ""))
            made = (
                base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
                .rstrip(b"=")
                .decode()
            )
            if not challenge or made != challenge or form["redirect_uri"] != back:
                return 400, {"error": "invalid_grant", "error_description": "Malformed auth code."}
            return 200, self._grant(with_refresh=True)
        if kind == "refresh_token":
            if self.withdrawn or form["refresh_token"] != self.refresh:
                return 400, {
                    "error": "invalid_grant",
                    "error_description": "Token has been expired or revoked.",
                }
            return 200, self._grant(with_refresh=self.rotates)
        if kind == "urn:ietf:params:oauth:grant-type:device_code":
            if not self.agreed:
                return 400, {"error": "authorization_pending", "error_description": "AADSTS70016"}
            return 200, self._grant(with_refresh=True)
        return 400, {"error": "unsupported_grant_type"}

    def _grant(self, with_refresh: bool) -> dict[str, object]:
        self.made += 1
        access = f"access-{self.made}"
        self.tokens.add(access)
        if with_refresh:
            self.refresh = f"refresh-{self.made}"
        told: dict[str, object] = {
            "access_token": access, "token_type": "Bearer", "expires_in": self.seconds, "scope": "https://mail.google.com/",
        }  # fmt: skip
        return told | ({"refresh_token": self.refresh} if with_refresh else {})


@contextmanager
def provider() -> Iterator[Provider]:
    one = Provider()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(size).decode()).items()}
            status, told = one.answer(self.path, form)
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    one.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
