"""The tree of a MIME message as slices of its bytes: a work list instead of recursion, linear, with caps. Pure.

Written here because the standard library's parser nests one generator per level (RecursionError on deep mail),
tests every line against every open boundary, and does not give back an attached message byte for byte.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from dataclasses import dataclass, field

from pelekan.channels.email import headers as h

MOST_PARTS = 500
DEEPEST = 30
MOST_HEADERS = 1_000
HEADER_BYTES = 512 * 1024
ONE_HEADER_BYTES = 64 * 1024
_MOST_TRIES = 50_000  # what looks like a delimiter but stands inside a line

_BLANK = re.compile(rb"\r?\n[ \t]*\r?\n|^\r?\n")
_FIELD = re.compile(rb"^([!-9;-~]{1,200})[ \t]*:[ \t]*(.*)$", re.DOTALL)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


@dataclass(slots=True)
class Entity:
    """One node: its header fields (name lower case, value unfolded bytes) and its still encoded body."""

    fields: list[tuple[str, bytes]]
    body: bytes
    depth: int = 0
    parent: Entity | None = None
    children: list[Entity] = field(default_factory=list)
    type: str = "text/plain"
    params: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    disposition_params: dict[str, str] = field(default_factory=dict)

    def raw(self, name: str) -> bytes:
        """First value of header `name` (lower case), or b""."""
        return next((value for key, value in self.fields if key == name), b"")

    def text(self, name: str) -> str:
        return h.plain(self.raw(name))

    @property
    def name(self) -> str:
        """The file name: `filename*` before `filename` before `name`; safe to show; "" when there is none."""
        given = self.disposition_params.get("filename") or self.params.get("name") or ""
        return h.safe_name(given)

    def decoded(self) -> tuple[bytes, str]:
        """Body with its transfer encoding undone, and a warning ("" when all is well)."""
        return undo(self.body, h.text_of(self.raw("content-transfer-encoding")[:100]))


def normal_lines(raw: bytes) -> bytes:
    """`raw` with CR-only line ends (old Mac) turned into LF; other line ends stay as they are."""
    return raw.replace(b"\r", b"\n") if b"\r" in raw and b"\n" not in raw else raw


def split_fields(raw: bytes, warnings: list[str] | None = None) -> tuple[list[tuple[str, bytes]], bytes]:
    """Header fields and body of `raw`. What is no header ends the headers, unless headers go on after it."""
    warn = warnings if warnings is not None else []
    start = 0
    while raw[start : start + 1] in (b"\r", b"\n") and start < 20:
        start += 1
    if start:
        raw = raw[start:]
    blank = _BLANK.search(raw)
    block, body = (raw[: blank.start()], raw[blank.end() :]) if blank else (raw, b"")
    if len(block) > HEADER_BYTES:
        warn.append("headers_cut")
        block = block[:HEADER_BYTES]
    fields: list[tuple[str, bytes]] = []
    lines = block.split(b"\n")
    current: list[bytes] = []
    used = 0
    for index, whole in enumerate(lines):
        line = whole.rstrip(b"\r")
        if line[:1] in (b" ", b"\t") and current:
            current.append(line)
            used += len(whole) + 1
            continue
        _close(current, fields)
        current = []
        if _FIELD.match(line):
            if len(fields) >= MOST_HEADERS:
                warn.append("headers_cut")
                break
            current = [line]
        elif index == 0 and line.startswith((b"From ", b">From ")):
            pass  # the envelope line of an mbox
        elif not any(_FIELD.match(later) for later in lines[index + 1 : index + 4]):
            body = raw[used:]  # no blank line before the text
            warn.append("headers_end_missing")
            break
        used += len(whole) + 1
    _close(current, fields)
    if not fields and not blank:
        return [], raw
    return fields, body


def _close(current: list[bytes], fields: list[tuple[str, bytes]]) -> None:
    if current:
        match = _FIELD.match(current[0])
        assert match
        rest = b"".join(b" " + line.strip() for line in current[1:])
        fields.append((match[1].decode("ascii").lower(), (match[2].strip() + rest)[:ONE_HEADER_BYTES]))


def tree(raw: bytes, warnings: list[str]) -> list[Entity]:
    """All entities of a message in document order, root first. Attached messages stay whole (no descent)."""
    fields, body = split_fields(raw, warnings)
    root = _entity(fields, body, None, "text/plain")
    todo = [root]
    count = 1
    while todo:
        node = todo.pop()
        if not node.type.startswith("multipart/"):
            continue
        boundary = node.params.get("boundary", "").strip()
        if node.depth >= DEEPEST:
            warnings.append("too_deep")
            continue
        pieces, closed = _pieces(node.body, boundary, MOST_PARTS - count + 1) if boundary else ([], False)
        if not pieces:
            warnings.append("boundary_missing")
            node.type, node.params = "text/plain", {}
            continue
        if count + len(pieces) > MOST_PARTS:
            warnings.append("too_many_parts")
            pieces = pieces[: max(0, MOST_PARTS - count)]
        elif not closed:
            warnings.append("truncated")
        default = "message/rfc822" if node.type == "multipart/digest" else "text/plain"
        for piece in pieces:
            part_fields, part_body = _part_fields(piece)
            node.children.append(_entity(part_fields, part_body, node, default))
        count += len(pieces)
        todo.extend(reversed(node.children))
    return in_order(root)


def in_order(root: Entity) -> list[Entity]:
    order: list[Entity] = []
    todo = [root]
    while todo:
        node = todo.pop()
        order.append(node)
        todo.extend(reversed(node.children))
    return order


def _part_fields(piece: bytes) -> tuple[list[tuple[str, bytes]], bytes]:
    if piece.startswith((b"\n", b"\r\n")):  # no headers at all
        return [], piece[piece.index(b"\n") + 1 :]
    return split_fields(piece)


def _entity(fields: list[tuple[str, bytes]], body: bytes, parent: Entity | None, default: str) -> Entity:
    node = Entity(fields, body, parent.depth + 1 if parent else 0, parent)
    kind, node.params = h.parameters(h.text_of(node.raw("content-type")))
    kind = "".join(kind.split())
    node.type = kind if re.fullmatch(r"[^/\s]+/[^/\s]+", kind) else {"text": "text/plain"}.get(kind, default)
    node.disposition, node.disposition_params = h.parameters(h.text_of(node.raw("content-disposition")))
    return node


def _pieces(body: bytes, boundary: str, most: int) -> tuple[list[bytes], bool]:
    """The parts between delimiter lines (at most `most`), and whether the closing delimiter was seen."""
    mark = re.escape(boundary.encode("utf-8", "surrogateescape")[:200])
    delimiter = re.compile(
        rb"--" + mark + rb"(--)?[ \t]*(?=\r?\n|\Z)"
    )  # begins with a literal: found at memchr's speed
    pieces: list[bytes] = []
    start: int | None = None
    for tried, match in enumerate(delimiter.finditer(body)):
        at = match.start()
        if tried > _MOST_TRIES:
            break
        if at and body[at - 1] != 10:  # not at the start of a line
            continue
        if start is not None:
            pieces.append(_after_line(body, start, at - 1 - (body[at - 2 : at - 1] == b"\r")))
        if match[1] or len(pieces) >= most:
            return pieces, True
        start = match.end()
    if start is not None:
        pieces.append(_after_line(body, start, len(body)))
    return pieces, False


def _after_line(body: bytes, start: int, end: int) -> bytes:
    if body[start : start + 2] == b"\r\n":
        start += 2
    elif body[start : start + 1] == b"\n":
        start += 1
    return body[start : max(start, end)]


def undo(body: bytes, encoding: str) -> tuple[bytes, str]:
    """`body` without its transfer encoding (base64, quoted-printable, uuencode), and a warning or ""."""
    encoding = encoding.strip().strip(";\"'").lower()
    if encoding == "base64":
        return unbase64(body)
    if encoding in ("quoted-printable", "quotedprintable", "quoted_printable"):
        return quopri.decodestring(body), ""
    if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
        found = uuencoded(body)
        return (found[0][1], "") if found else (body, "attachment_damaged")
    return body, ""


def unbase64(body: bytes) -> tuple[bytes, str]:
    """Base64 as far as it goes: foreign characters skipped, a cut end dropped; text after the padding ignored."""
    end = body.find(b"=")
    tail = body[end : end + 400].strip(b"= \t\r\n\0") if end >= 0 else b""
    if not tail:
        try:
            return binascii.a2b_base64(body), ""  # in C, without a copy
        except (binascii.Error, ValueError):
            pass
    elif len(tail) > 3 and b"=" in body[end:].rstrip(
        b"= \t\r\n\0"
    ):  # several padded pieces one after the other
        pieces = [unbase64_run(_NOT_BASE64.sub(b"", piece)) for piece in re.split(rb"=+", body)]
        return b"".join(pieces), ""
    clean = _NOT_BASE64.sub(b"", body[:end] if end >= 0 else body)
    return unbase64_run(clean), "truncated" if len(clean) % 4 == 1 or (len(clean) % 4 and end < 0) else ""


def unbase64_run(clean: bytes) -> bytes:
    clean = clean[:-1] if len(clean) % 4 == 1 else clean
    try:
        return base64.b64decode(clean + b"=" * (-len(clean) % 4))
    except (binascii.Error, ValueError):
        return b""


_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,300})\r?$", re.MULTILINE)
_UU_END = re.compile(rb"^end[ \t]*\r?$", re.MULTILINE)


def uuencoded(body: bytes) -> list[tuple[str, bytes, int, int]]:
    """uuencoded files in `body`: (name, content, start, end)."""
    found: list[tuple[str, bytes, int, int]] = []
    at = 0
    while len(found) < 50 and (begin := _UU_BEGIN.search(body, at)):
        end = _UU_END.search(body, begin.end())
        if end is None:
            break
        data = bytearray()
        for line in body[begin.end() : end.start()].splitlines():
            try:
                data += binascii.a2b_uu(line)
            except binascii.Error:
                try:
                    data += binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3] if line else b"")
                except binascii.Error:
                    break
        if data:
            found.append((h.safe_name(h.plain(begin[1])) or "file", bytes(data), begin.start(), end.end()))
        at = end.end()
    return found
