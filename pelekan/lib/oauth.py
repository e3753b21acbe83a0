"""OAuth 2.0 as a client that acts for one person: consent in the browser (RFC 6749 with PKCE, RFC 7636), consent on
another device (RFC 8628), renewal. Everything goes out through `lib.http`; nothing is stored here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pelekan.lib import http

SHORTEST = 60  # seconds; a server that names less, or nothing, is asked again soon


class OAuthFault(Exception):
    """The server refused. `word` is its error code (RFC 6749, 5.2: invalid_grant, …), or "unreachable"."""

    def __init__(self, word: str, detail: str = "") -> None:
        super().__init__(f"{word}: {detail}" if detail else word)
        self.word, self.detail = word, detail


@dataclass(frozen=True, slots=True)
class Server:
    """Where one provider's doors are, and what is asked for. `device_url` is "" where it has no such flow."""

    authorize_url: str
    token_url: str
    scope: str
    device_url: str = ""
    extra: tuple[tuple[str, str], ...] = ()  # further words of the authorization request


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are at a provider."""

    client_id: str
    client_secret: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What was granted. `refresh` is "" when the server keeps the former one; `seconds` is how long `access` holds."""

    access: str
    refresh: str
    seconds: int


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person types on another device: `user_code` at `address`; `code` is ours to ask with."""

    code: str
    user_code: str
    address: str
    seconds: int


def google() -> Server:
    """Google's, for IMAP and SMTP. Its device flow doesn't give leave for mail."""
    return Server(
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token",
        "https://mail.google.com/",
        extra=(("access_type", "offline"), ("prompt", "consent")),  # or there is no refresh token
    )


def microsoft(tenant: str = "common") -> Server:
    """Microsoft's, for IMAP and SMTP of Exchange Online and outlook.com."""
    base = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
    scope = (
        "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access"
    )
    return Server(f"{base}/authorize", f"{base}/token", scope, f"{base}/devicecode")


# Consent in the browser


def new_verifier() -> str:
    """A fresh secret of one request (RFC 7636, 4.1): 86 characters, kept in the session."""
    return secrets.token_urlsafe(64)


def consent_url(server: Server, client: Client, back: str, state: str, verifier: str, user: str = "") -> str:
    """Where the browser goes to be asked. `back` is the address registered at the provider."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    values = {
        "response_type": "code", "client_id": client.client_id, "redirect_uri": back, "scope": server.scope, "state": state,
        "code_challenge": challenge, "code_challenge_method": "S256", **({"login_hint": user} if user else {}), **dict(server.extra),
    }  # fmt: skip
    return f"{server.authorize_url}{'&' if '?' in server.authorize_url else '?'}{urlencode(values)}"


def exchange(
    server: Server, client: Client, code: str, back: str, verifier: str, allow: Iterable[str] = ()
) -> Tokens:
    """The tokens for the code that came back. Raises OAuthFault."""
    values = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": verifier,
    }
    return _tokens(_ask(server.token_url, client, values, allow))


def renew(server: Server, client: Client, refresh: str, allow: Iterable[str] = ()) -> Tokens:
    """A new access token. Raises OAuthFault; invalid_grant means that the leave was withdrawn or ran out."""
    values = {"grant_type": "refresh_token", "refresh_token": refresh}
    return _tokens(_ask(server.token_url, client, values, allow))


# Consent on another device


def ask_device(server: Server, client: Client, allow: Iterable[str] = ()) -> DeviceCode:
    """Begin; the person then types the code at the address. Raises OAuthFault."""
    told = _ask(server.device_url, client, {"scope": server.scope}, allow)
    address = told.get("verification_uri") or told.get("verification_url")  # Google's older word
    try:
        return DeviceCode(
            str(told["device_code"]),
            str(told["user_code"]),
            str(address or ""),
            int(told.get("expires_in", 900)),
        )
    except (KeyError, ValueError, TypeError):
        raise OAuthFault("unreachable", "an answer without a code") from None


def device_tokens(server: Server, client: Client, code: str, allow: Iterable[str] = ()) -> Tokens:
    """The tokens once the person agreed. Raises OAuthFault: authorization_pending and slow_down mean not yet."""
    values = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": code}
    return _tokens(_ask(server.token_url, client, values, allow))


# The wire


def _ask(url: str, client: Client, values: Mapping[str, str], allow: Iterable[str]) -> dict[str, Any]:
    sent = {"client_id": client.client_id, **values}
    if client.client_secret:
        sent["client_secret"] = client.client_secret
    try:
        reply = http.request(
            "POST",
            url,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            content=urlencode(sent).encode(),
            allow=allow,
        )
    except http.OutboundError as error:
        raise OAuthFault("unreachable", str(error)) from None
    try:
        told = json.loads(reply.body)
    except ValueError:
        told = None
    if not isinstance(told, dict) or (not reply.ok and not told.get("error")):
        raise OAuthFault("unreachable", f"HTTP {reply.status}")
    if not reply.ok or told.get("error"):
        raise OAuthFault(str(told["error"])[:60], str(told.get("error_description", ""))[:300])
    return told


def _tokens(told: Mapping[str, Any]) -> Tokens:
    access = told.get("access_token")
    if not isinstance(access, str) or not access or not access.isascii() or not access.isprintable():
        raise OAuthFault("unreachable", "an answer without a token")
    try:
        seconds = int(told.get("expires_in", 0))
    except (ValueError, TypeError):
        seconds = 0
    refresh = told.get("refresh_token")
    return Tokens(access, refresh if isinstance(refresh, str) else "", max(seconds, SHORTEST))
