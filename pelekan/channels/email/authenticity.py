"""Whether a mail comes from where it says: the Authentication-Results of a server we trust (RFC 8601). Pure.

Only the topmost header of a configured authserv-id counts, and only near the top: everything a sender wrote stands
below the lines that our own servers put there. Our servers should also remove such headers from outside
(RFC 8601, section 5).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from pelekan.channels.email.parse import Parsed

HOPS = 3  # Received lines that our own side may have put above its verdict

_COMMENT = re.compile(r"\([^()]{0,1000}\)")
_RESULT = re.compile(r"^\s*([a-z0-9-]{1,40})\s*(?:/\s*\d+)?\s*=\s*([a-z]{1,20})", re.IGNORECASE)
_PROPERTY = re.compile(r"(?:^|\s)([a-z]{1,20}\.[a-z0-9_-]{1,40})\s*=\s*\"?([^\s\";]{1,320})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Authenticity:
    """`authentic`: True (passed, and for the domain in From), False (failed), None (nobody we trust has judged).

    The three results are words of RFC 8601 ("pass", "fail", "none", …) or "" when not told.
    """

    authentic: bool | None = None
    dmarc: str = ""
    dkim: str = ""
    spf: str = ""
    why: str = ""


def authenticity(parsed: Parsed, authserv_ids: Collection[str], hops: int = HOPS) -> Authenticity:
    """What the trusted servers named in `authserv_ids` say about this mail's From."""
    trusted = {ident.strip().lower() for ident in authserv_ids if ident.strip()}
    if not trusted:
        return Authenticity(why="No server is configured whose verdict we trust")
    verdict = _topmost(parsed, trusted, hops)
    if verdict is None:
        return Authenticity(why="No verdict of a trusted server")
    results = _results(verdict)
    told = {
        name: next((r for method, r, _ in results if method == name), "") for name in ("dmarc", "dkim", "spf")
    }
    domain = parsed.from_address.rpartition("@")[2].lower()
    if not domain or "several_from" in parsed.warnings or "from_missing" in parsed.warnings:
        return Authenticity(False, **told, why="The sender is missing or not single")
    for method, result, properties in results:
        if method == "dmarc" and result in ("fail", "permerror"):
            return Authenticity(False, **told, why=f"DMARC: {result}")
        if method == "dmarc" and result == "pass":
            judged = properties.get("header.from", domain)
            if _aligned(judged, domain):
                return Authenticity(True, **told, why="DMARC: pass")
    for method, result, properties in results:
        names = (
            ("header.d", "header.i")
            if method == "dkim"
            else ("smtp.mailfrom", "smtp.helo")
            if method == "spf"
            else ()
        )
        if result == "pass" and any(_aligned(properties.get(name, ""), domain) for name in names):
            return Authenticity(True, **told, why=f"{method.upper()}: pass for the sender's domain")
    return Authenticity(None, **told, why="The trusted server could not tell")


def _topmost(parsed: Parsed, trusted: Collection[str], hops: int) -> str | None:
    passed = 0
    for name, value in parsed.headers:
        if name == "received":
            passed += 1
            if passed > hops:
                return None
        elif name == "authentication-results":
            ident, _, rest = _COMMENT.sub(" ", value).partition(";")
            if (ident.split() or [""])[0].lower() in trusted:
                return rest
    return None


def _results(text: str) -> list[tuple[str, str, dict[str, str]]]:
    found = []
    for piece in text.split(";")[:50]:
        match = _RESULT.match(piece)
        if match:
            properties = {name.lower(): value for name, value in _PROPERTY.findall(piece[match.end() :])}
            found.append((match[1].lower(), match[2].lower(), properties))
    return found


def _aligned(judged: str, domain: str) -> bool:
    """Relaxed alignment: the same domain, or one below the other (two labels at least)."""
    judged = judged.rpartition("@")[2].lower().strip(".")
    if "." not in judged:
        return False
    return (
        judged == domain or domain.endswith(f".{judged}") or ("." in domain and judged.endswith(f".{domain}"))
    )
