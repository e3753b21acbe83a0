"""The DKIM signatures of a mail (RFC 6376), as far as they can be checked without asking anybody. Pure.

Runs in the reader's process, under its limits on time and memory; what remains is one public key from the DNS and one
operation with it (`channels.email.proof`). Each mail is gone through line by line in pieces, never with a pattern that
could take a square of its length.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pelekan.lib.domains import ascii_domain

MOST = 5  # signatures looked at
MOST_HEAD = 512 * 1024  # bytes
PIECE = 1 << 20
ALGORITHMS = ("rsa-sha256", "ed25519-sha256")  # rsa-sha1 proves nothing any more (RFC 8301)

_WSP = re.compile(rb"[ \t]+")
_FOLD = re.compile(rb"\r?\n")
_LINE = re.compile(rb"[!-9;-~]{1,200}[ \t]*:|[ \t]+[^ \t]")
_SELECTOR = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,120}[a-z0-9_])?", re.IGNORECASE)
_B_VALUE = re.compile(rb"((?:^|;)[ \t\r\n]*b[ \t\r\n]*=)[^;]*")

Fields = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature: `digest` (hex, SHA-256 of the signed head) was signed as `value` (base64) by the key that is
    published at `selector`._domainkey.`domain`. `sender`: the From field that it covers. `fault`: why it proves nothing whatever the key says, or "".
    `expires`: seconds since 1970, 0 for never."""

    domain: str
    selector: str = ""
    algorithm: str = ""
    digest: str = ""
    value: str = ""
    expires: int = 0
    sender: str = ""
    fault: str = ""


def signatures(raw: bytes) -> tuple[Signature, ...]:
    """The first MOST signatures of a mail, with lines ended by CRLF or LF; () where there are none."""
    end = re.search(rb"\r?\n\r?\n", raw[:MOST_HEAD])
    head, body_at = (raw[: end.start()], end.end()) if end else (raw, len(raw))
    if len(head) > MOST_HEAD or b"dkim-signature" not in head.lower():
        return ()
    if not _is_plain(head):
        return ()
    fields = _fields(head)
    found = [(name, value) for name, value in fields if name.strip().lower() == b"dkim-signature"]
    hashes: dict[bool, str] = {}
    return tuple(_signature(one, fields, raw, body_at, hashes) for one in found[:MOST])


def _is_plain(head: bytes) -> bool:
    """Whether everybody sees the same fields in it: no bare CR or NUL, and nothing that is neither a field nor goes on with
    one, where somebody might see the end of the head. Signatures name fields, not their order, so what stands between
    them is anybody's."""
    if b"\0" in head or re.search(rb"\r(?!\n)", head):
        return False
    lines = _FOLD.split(head)
    if lines[0].startswith(b"From "):  # the envelope line of an mbox
        del lines[0]
    return bool(lines) and lines[0][:1] not in (b" ", b"\t") and all(map(_LINE.match, lines))


def _fields(head: bytes) -> Fields:
    """Name and value (with its folds, without its final line end) of each header field."""
    fields: Fields = []
    for line in _FOLD.split(head):
        if line[:1] in (b" ", b"\t") and fields:
            name, value = fields[-1]
            fields[-1] = (name, value + b"\r\n" + line)
        else:
            name, colon, value = line.partition(b":")
            if colon:
                fields.append((name, value))
    return fields


def _signature(
    own: tuple[bytes, bytes], fields: Fields, raw: bytes, body_at: int, hashes: dict[bool, str]
) -> Signature:
    tags = read_tags(_FOLD.sub(b"", own[1]).decode("ascii", "replace"))
    domain = ascii_domain(tags.get("d", ""))
    names = tuple(name.strip().lower() for name in tags.get("h", "").split(":"))
    selector, value = tags.get("s", ""), "".join(tags.get("b", "").split())
    ways = _ways(tags.get("c", "simple"))
    expires = tags.get("x", "0")
    fault = _fault(tags, domain, selector, names, fields, value)
    if fault or ways is None or not expires.isdigit():
        return Signature(domain, fault=fault or "malformed")
    relaxed_head, relaxed_body = ways
    if relaxed_body not in hashes:
        hashes[relaxed_body] = _body_hash(raw, body_at, relaxed_body)
    if hashes[relaxed_body] != "".join(tags.get("bh", "").split()):
        return Signature(domain, fault="body changed")
    return Signature(
        domain,
        selector,
        tags["a"].lower(),
        _head_hash(own, fields, names, relaxed_head),
        value,
        int(expires[:12]),
        next(_unfolded(value) for name, value in fields if name.strip().lower() == b"from"),
    )


def _unfolded(value: bytes) -> str:
    return _FOLD.sub(b"", value).decode("utf-8", "replace").strip()


def _fault(
    tags: dict[str, str],
    domain: str,
    selector: str,
    names: tuple[str, ...],
    fields: Fields,
    value: str,
) -> str:
    """Why a signature counts for nothing, whoever made it."""
    if tags.get("v") != "1" or not domain or not _SELECTOR.fullmatch(selector):
        return "malformed"
    if tags.get("a", "").lower() not in ALGORITHMS:
        return "weak algorithm"
    if "l" in tags:  # what stands below the signed part could be anybody's
        return "only a part is signed"
    if tags.get("q", "dns/txt") != "dns/txt":
        return "malformed"
    senders = sum(name.strip().lower() == b"from" for name, _ in fields)
    if "from" not in names or senders != 1:
        return "the sender is not signed"
    identity = ascii_domain(tags.get("i", domain).rpartition("@")[2])
    if identity != domain and not identity.endswith(f".{domain}"):
        return "malformed"
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return "malformed"
    return ""


def read_tags(text: str) -> dict[str, str]:
    """The tags of a DKIM or DMARC record or signature: "v=1; a=…" (RFC 6376, 3.2). {} when a tag comes twice."""
    tags: dict[str, str] = {}
    for piece in text[:20_000].split(";")[:60]:
        name, sign, value = piece.partition("=")
        if not sign:
            continue
        if (name := name.strip()) in tags:
            return {}
        tags[name] = value.strip()
    return tags


def _ways(text: str) -> tuple[bool, bool] | None:
    """Whether head and body are taken "relaxed"; None for what is not known."""
    head, _, body = text.strip().lower().partition("/")
    if head not in ("simple", "relaxed") or (body or "simple") not in ("simple", "relaxed"):
        return None
    return head == "relaxed", body == "relaxed"


# Head


def _head_hash(own: tuple[bytes, bytes], fields: Fields, names: tuple[str, ...], relaxed: bool) -> str:
    """SHA-256 of the signed fields and of the signature without its value. Of fields of one name the lowest is signed
    first; a name for which none is left says that there shall be none (RFC 6376, 5.4.2)."""
    left: dict[str, Fields] = {}
    for field in fields:
        left.setdefault(field[0].strip().lower().decode("ascii", "replace"), []).append(field)
    digest = hashlib.sha256()
    for name in names:
        if left.get(name):
            digest.update(_field(*left[name].pop(), relaxed) + b"\r\n")
    digest.update(_field(own[0], _B_VALUE.sub(rb"\1", own[1], count=1), relaxed))
    return digest.hexdigest()


def _field(name: bytes, value: bytes, relaxed: bool) -> bytes:
    if not relaxed:
        return name + b":" + value
    return name.strip().lower() + b":" + _WSP.sub(b" ", _FOLD.sub(b"", value)).strip(b" \t")


# Body


def _body_hash(raw: bytes, at: int, relaxed: bool) -> str:
    """SHA-256 (base64) of the canonical body: no empty lines at its end, and relaxed no runs of blanks."""
    digest, empty, begun = hashlib.sha256(), 0, False
    for piece in _pieces(raw, at):
        text = piece.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        if relaxed:
            text = _WSP.sub(b" ", text).replace(b" \r\n", b"\r\n")
        end = len(text)
        while text.endswith(b"\r\n", 0, end):
            end -= 2
        if end:
            while empty:
                digest.update(b"\r\n" * min(empty, PIECE))
                empty -= min(empty, PIECE)
            digest.update(text[:end])
            begun = True
        empty += (len(text) - end) // 2
    if begun or not relaxed:
        digest.update(b"\r\n")
    return base64.b64encode(digest.digest()).decode()


def _pieces(raw: bytes, at: int) -> Iterator[bytes]:
    """The body in pieces that end with a line; the last one gets a line end where it has none."""
    while at < len(raw):
        end = raw.find(b"\n", at + PIECE) + 1 or len(raw)
        piece = raw[at:end]
        yield piece if piece.endswith(b"\n") else piece + b"\r\n"
        at = end
