"""An outgoing mail as bytes, from plain values. Pure: date, ids and tokens are arguments.

Headers are written here rather than by the standard library, whose folding re-parses what it is given: one choke
point makes a second header or recipient impossible, and each encoded word ends between characters. Every line is
ASCII and at most 76 characters (addresses with non-ASCII local parts excepted: see `needs_smtputf8`).
"""

from __future__ import annotations

import base64
import hashlib
import quopri
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Literal
from urllib.parse import quote

from pelekan.channels.email.addresses import Address
from pelekan.channels.email.headers import safe_name
from pelekan.channels.email.looks import html_body, text_body
from pelekan.lib.text import safe_header

__all__ = ["Attached", "CannotCompose", "Outgoing", "Quoted", "compose", "needs_smtputf8"]

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{1,255}")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,90}")
_ATEXT = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_WIDTH = 76


class CannotCompose(ValueError):
    """A value does not fit into a mail; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file to send. With `content_id` (no brackets) it is an inline image that the HTML shows as `cid:…`."""

    name: str
    type: str
    data: bytes = field(repr=False)
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Quoted:
    """The earlier message under the reply: `line` is the translated "On … X wrote:", `html` is cleaned again."""

    line: str
    text: str
    html: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Everything one mail is made of. `body_html` is our own or cleaned HTML; `body_text` is made from it if empty.

    `automatic`: "auto-replied" for answers that no person wrote, "auto-generated" for other notices, "" for people.
    `reference_line`: see `pelekan.channels.email.thread.token_line`. `unsubscribe_url`: one-click, RFC 8058.
    """

    subject: str
    sender: Address
    to: tuple[Address, ...]
    message_id: str
    date: datetime
    body_html: str = ""
    body_text: str = ""
    cc: tuple[Address, ...] = ()
    reply_to: Address | None = None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    language: str = "en"
    attachments: tuple[Attached, ...] = ()
    quoted: Quoted | None = None
    footer: str = ""
    reference_line: str = ""
    automatic: Literal["", "auto-replied", "auto-generated"] = ""
    unsubscribe_url: str = ""


def compose(mail: Outgoing) -> bytes:
    """The mail as it goes over the wire, CRLF line ends. Raises `CannotCompose` when a value does not fit."""
    if not mail.to and not mail.cc:
        raise CannotCompose("A mail needs at least one recipient")
    html = html_body(
        mail.body_html, mail.body_text, mail.quoted, mail.footer, mail.reference_line, mail.language
    )
    text = text_body(mail.body_html, mail.body_text, mail.quoted, mail.footer, mail.reference_line)
    seed = hashlib.sha256(mail.message_id.encode()).hexdigest()[:24]
    shown = [one for one in mail.attachments if one.content_id]
    files = [one for one in mail.attachments if not one.content_id]
    body = (
        _multipart("related", f"{seed}r", [_text("html", html), *map(_file, shown)])
        if shown
        else _text("html", html)
    )
    body = _multipart("alternative", f"{seed}a", [_text("plain", text), body])
    if files:
        body = _multipart("mixed", f"{seed}m", [body, *map(_file, files)])
    return ("".join(_headers(mail)) + "MIME-Version: 1.0\r\n").encode("utf-8") + body


def needs_smtputf8(mail: Outgoing) -> bool:
    """Whether an address has a non-ASCII local part, so that the server must offer SMTPUTF8 (RFC 6531)."""
    everyone = (mail.sender, *mail.to, *mail.cc, *([mail.reply_to] if mail.reply_to else []))
    return any(not one.address.rpartition("@")[0].isascii() for one in everyone)


def _headers(mail: Outgoing) -> list[str]:
    if mail.date.tzinfo is None:
        raise CannotCompose("The date of a mail needs a time zone")
    lines = [
        _fold("From", [_mailbox(mail.sender)]),
        _fold("To", [_mailbox(one) for one in mail.to]) if mail.to else "",
        _fold("Cc", [_mailbox(one) for one in mail.cc]) if mail.cc else "",
        _fold("Reply-To", [_mailbox(mail.reply_to)]) if mail.reply_to else "",
        f"Subject:{_words(safe_header(mail.subject)[:900], len('Subject:'))}\r\n",
        f"Date: {format_datetime(mail.date.astimezone(UTC))}\r\n",
        f"Message-ID: {_id(mail.message_id)}\r\n",
    ]
    references = [_id(one) for one in mail.references if _MESSAGE_ID.fullmatch(one)]
    if mail.in_reply_to and _MESSAGE_ID.fullmatch(mail.in_reply_to):
        lines.append(f"In-Reply-To:\r\n {mail.in_reply_to}\r\n")
        references = [one for one in references if one != mail.in_reply_to] + [mail.in_reply_to]
    if references:  # the first and the nearest: enough for every client, and it cannot grow for ever
        kept = references if len(references) <= 20 else [references[0], *references[-19:]]
        lines.append("References:" + "".join(f"\r\n {one}" for one in kept) + "\r\n")
    if mail.automatic:
        lines.append(f"Auto-Submitted: {mail.automatic}\r\nX-Auto-Response-Suppress: All\r\n")
    if mail.unsubscribe_url:
        url = _url(mail.unsubscribe_url)
        lines.append(
            f"List-Unsubscribe:\r\n <{url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        )
    if re.fullmatch(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8})*", mail.language):
        lines.append(f"Content-Language: {mail.language}\r\n")
    return lines


def _url(url: str) -> str:
    if not re.fullmatch(r"https?://[!-;=?-~]{1,900}", url):
        raise CannotCompose("The unsubscribe link is not a web address in ASCII")
    return url


def _id(message_id: str) -> str:
    if not _MESSAGE_ID.fullmatch(message_id):
        raise CannotCompose(f"Not a Message-ID: {message_id[:80]!r}")
    return message_id


def _mailbox(one: Address) -> str:
    local, _, domain = one.address.rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            raise CannotCompose(
                f"The domain of this address cannot be written in ASCII: {one.address[:100]!r}"
            )
    address = f"{local}@{domain}"
    if not _ADDRESS.fullmatch(address):
        raise CannotCompose(f"Not an e-mail address: {one.address[:100]!r}")
    name = safe_header(one.name)[:200]
    if not name:
        return address
    if name.isascii():
        shown = name if _ATEXT.fullmatch(name) else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if len(shown) < 60:
            return f"{shown} <{address}>" if len(shown) + len(address) < 60 else f"{shown}\r\n <{address}>"
    return f"{_words(name, 1).strip()}\r\n <{address}>"


def _fold(name: str, values: list[str]) -> str:
    return f"{name}: " + ",\r\n ".join(values) + "\r\n"


def _words(text: str, used: int) -> str:
    """`text` with a blank before it: as it is when it fits one ASCII line, else as folded encoded words (RFC 2047)."""
    if text.isascii() and len(text) + used < _WIDTH and "=?" not in text:
        return f" {text}"
    if text.isascii() and "=?" not in text and all(len(word) < 70 for word in text.split(" ")):
        return _folded_ascii(text, used)
    pieces: list[str] = []
    piece = b""
    for char in text:
        data = char.encode("utf-8", "replace")
        if len(piece) + len(data) > (
            36 if not pieces else 45
        ):  # the first shares its line with the header's name
            pieces.append(base64.b64encode(piece).decode("ascii"))
            piece = b""
        piece += data
    pieces.append(base64.b64encode(piece).decode("ascii"))
    return " " + "\r\n ".join(f"=?utf-8?b?{word}?=" for word in pieces)


def _folded_ascii(text: str, used: int) -> str:
    out: list[str] = []
    for word in text.split():
        if used + len(word) + 1 > _WIDTH:
            out.append("\r\n")
            used = 0
        out.append(f" {word}")
        used += len(word) + 1
    return "".join(out) or " "


_ASCII = bytes(range(128))


def _text(kind: str, text: str) -> bytes:
    data = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n").encode("utf-8", "replace")
    start = data[:20_000]
    high = len(start.translate(None, _ASCII))
    if high * 6 < len(start):
        encoding, body = (
            "quoted-printable",
            quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n"),
        )
    else:
        encoding, body = "base64", _base64(data)
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode("ascii") + body


def _base64(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def _multipart(kind: str, boundary: str, parts: list[bytes]) -> bytes:
    mark = f"=_{boundary}"  # "=_" never occurs in quoted-printable or base64
    head = f'Content-Type: multipart/{kind}; boundary="{mark}"\r\n\r\n'
    inside = b"".join(f"--{mark}\r\n".encode() + part.rstrip(b"\r\n") + b"\r\n" for part in parts)
    return head.encode("ascii") + inside + f"--{mark}--\r\n".encode()


def _file(one: Attached) -> bytes:
    kind = one.type.lower()
    if not _TYPE.fullmatch(kind) or kind.startswith(("multipart/", "message/")):  # those may not be base64
        kind = "application/octet-stream"
    name = safe_name(one.name) or "file"
    place = "inline" if one.content_id else "attachment"
    head = [
        f"Content-Type: {kind};\r\n name={_quoted_word(name)}\r\n",
        "Content-Transfer-Encoding: base64\r\n",
    ]
    head.append(f"Content-Disposition: {place};{_filename(name)}\r\n")
    if one.content_id:
        if not re.fullmatch(r"[A-Za-z0-9._@+-]{1,200}", one.content_id):
            raise CannotCompose(f"Not a Content-ID: {one.content_id[:80]!r}")
        head.append(f"Content-ID: <{one.content_id}>\r\n")
    return "".join(head).encode("ascii") + b"\r\n" + _base64(one.data)


def _quoted_word(name: str) -> str:
    if name.isascii():
        return '"' + name.replace("\\", "\\\\").replace('"', "'") + '"'
    return '"' + _words(name, 1).strip() + '"'  # not in any RFC, but what old Outlook reads


def _filename(name: str) -> str:
    if name.isascii():
        return f'\r\n filename="{name.replace(chr(92), "_")}"'
    encoded = quote(name.encode("utf-8"), safe="")
    if len(encoded) <= 60:
        return f"\r\n filename*=utf-8''{encoded}"
    pieces = re.findall(r"(?:%[0-9A-F]{2}|[^%]){1,18}", encoded)
    return ";".join(
        f"\r\n filename*{i}*={chr(39).join(['utf-8', '', '']) if i == 0 else ''}{p}"
        for i, p in enumerate(pieces)
    )
