"""Whether a mail comes from where it says: the Authentication-Results of a server we trust (RFC 8601). Pure.

Only the topmost header of a configured authserv-id counts, and only near the top: everything a sender wrote stands
below the lines that our own servers put there. Our servers should also remove such headers from outside
(RFC 8601, section 5).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from pelekan.channels.email.parse import Parsed
from pelekan.lib.domains import aligned, ascii_domain

HOPS = 3  # Received lines that our own side may have put above its verdict

_COMMENT = re.compile(r"\([^()]{0,1000}\)")
_RESULT = re.compile(r"^\s*([a-z0-9-]{1,40})\s*(?:/\s*\d+)?\s*=\s*([a-z]{1,20})", re.IGNORECASE)
_PROPERTY = re.compile(r"(?:^|\s)([a-z]{1,20}\.[a-z0-9_-]{1,40})\s*=\s*\"?([^\s\";]{1,320})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Authenticity:
    """`authentic`: True (passed, and for the domain in From), False (failed), None (nobody we trust has judged).

    The three results are words of RFC 8601 ("pass", "fail", "none", …) or "" when not told. `how` decided (dmarc, dkim,
    spf, or ""), about `domain`, as told by the server `by` ("": by our own check).
    """

    authentic: bool | None = None
    dmarc: str = ""
    dkim: str = ""
    spf: str = ""
    why: str = ""
    how: str = ""
    domain: str = ""
    by: str = ""


def authenticity(parsed: Parsed, authserv_ids: Collection[str], hops: int = HOPS) -> Authenticity | None:
    """What the trusted servers named in `authserv_ids` say about this mail's From; None when they say nothing of it."""
    trusted = {ident.strip().lower() for ident in authserv_ids if ident.strip()}
    verdict = _topmost(parsed, trusted, hops) if trusted else None
    if verdict is None:
        return None
    by, results = verdict[0], _results(verdict[1])
    words = {method: word for method, word, _ in reversed(results)}
    told = Authenticity(
        None, words.get("dmarc", ""), words.get("dkim", ""), words.get("spf", ""), by=by,
        why="The trusted server could not tell",
    )  # fmt: skip
    domain = ascii_domain(parsed.from_address.rpartition("@")[2])
    if not domain or "several_from" in parsed.warnings or "from_missing" in parsed.warnings:
        return replace(told, authentic=False, why="The sender is missing or not single")
    for method, result, properties in results:
        if method == "dmarc" and result in ("fail", "permerror"):
            return replace(told, authentic=False, why=f"DMARC: {result}", how="dmarc", domain=domain)
        if method == "dmarc" and result == "pass":
            judged = properties.get("header.from", domain)
            if _aligned(judged, domain):
                return replace(told, authentic=True, why="DMARC: pass", how="dmarc", domain=domain)
    for method, result, properties in results:
        names = (
            ("header.d", "header.i")
            if method == "dkim"
            else ("smtp.mailfrom", "smtp.helo")
            if method == "spf"
            else ()
        )
        if result == "pass" and any(_aligned(properties.get(name, ""), domain) for name in names):
            why = f"{method.upper()}: pass for the sender's domain"
            return replace(told, authentic=True, why=why, how=method, domain=domain)
    return told


def _topmost(parsed: Parsed, trusted: Collection[str], hops: int) -> tuple[str, str] | None:
    passed = 0
    for name, value in parsed.headers:
        if name == "received":
            passed += 1
            if passed > hops:
                return None
        elif name == "authentication-results":
            ident, _, rest = _COMMENT.sub(" ", value).partition(";")
            if (name := (ident.split() or [""])[0].lower()) in trusted:
                return name, rest
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
    """Relaxed alignment: of the same organization."""
    return aligned(ascii_domain(judged.rpartition("@")[2]), domain)
