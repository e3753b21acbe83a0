"""From a MIME tree to what a person reads: text, HTML and attachments. Pure; never raises."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from dataclasses import dataclass, field

from pelekan.channels.email import charsets, mime, wrapped
from pelekan.channels.email import headers as h
from pelekan.channels.email.invitations import Invitation, invitations
from pelekan.lib.plain import to_text

TEXT_LIMIT = 4 * 1024 * 1024  # characters of one body; what is longer stays in the raw mail
HTML_LIMIT = 2 * 1024 * 1024

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")
_LONE = re.compile("[\ud800-\udfff]")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_\-:.]{2,40})", re.IGNORECASE)
_CALENDARS = ("text/calendar", "application/ics")
_EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "text/plain": ".txt",
    "text/html": ".html",
    "message/delivery-status": ".txt",
    "text/rfc822-headers": ".txt",
    "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One attachment. `name` is safe to show and never empty; `inline` = shown by the HTML through its Content-ID."""

    name: str
    type: str
    size: int
    sha256: str
    inline: bool
    content_id: str
    data: bytes = field(repr=False)


@dataclass(slots=True)
class Bodies:
    """What a tree holds: `text` and `html` ("" when the mail has none of its own), attachments in order, and the
    meetings that it invites to."""

    text: str = ""
    html: str = ""
    parts: list[Part] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)


def tidy(text: str) -> str:
    """`text` with LF line ends and without NUL, control characters and lone surrogates (they break databases)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _LONE.sub("\ufffd", _CONTROL.sub("", text)).lstrip("\ufeff")


def read(order: list[mime.Entity], warnings: list[str]) -> Bodies:
    """Bodies of the tree whose nodes are `order` (document order, root first)."""
    bodies = Bodies()
    shown: dict[int, tuple[str, str]] = {}  # id(node) → (text, html)
    referenced: list[str] = []
    outlook = wrapped.Opened()
    for node in order:
        if node.type.startswith("multipart/") and node.children:
            continue
        if wrapped.is_tnef(node) and (opened := wrapped.open_tnef(node.decoded()[0])):
            outlook = opened
            bodies.parts += [_make(name, _type_of(name), content) for name, content in opened.files]
        elif _is_body(node):
            text, html, files = _leaf(node, warnings)
            shown[id(node)] = (text, html)
            if html:
                referenced.append(html)
            bodies.parts.extend(files)
        else:
            bodies.parts.append(part := _part(node, warnings))
            if node.type in _CALENDARS:
                bodies.invitations += [one for one in invitations(part.data) if one not in bodies.invitations]
    for node in reversed(order):  # children come after their parents, so they are joined first
        if node.children:
            shown[id(node)] = _together(node, [shown.get(id(child), ("", "")) for child in node.children])
    text, html = shown.get(id(order[0]), ("", ""))
    if not text.strip() and not html.strip():
        text, html = tidy(outlook.text)[:TEXT_LIMIT], tidy(outlook.html)[:HTML_LIMIT]
    bodies.text, bodies.html = text, html
    everything = "\n".join(referenced)
    bodies.parts = [_with_inline(part, everything) for part in bodies.parts]
    return bodies


def _is_body(node: mime.Entity) -> bool:
    if node.type not in (
        "text/plain",
        "text/html",
        "text/enriched",
        "text/richtext",
        "text/markdown",
        "text/x-amp-html",
    ):
        return False
    if node.disposition == "attachment":
        return False
    if node.type == "text/x-amp-html":
        return node.parent is not None
    if (
        node.parent is not None
        and node.parent.type == "multipart/related"
        and node.parent.children[0] is not node
    ):
        return False  # a resource of the root part (RFC 2387)
    report = node.parent is not None and node.parent.type == "multipart/report"
    return node.parent is None or report or not node.name


def _together(node: mime.Entity, below: list[tuple[str, str]]) -> tuple[str, str]:
    if node.type == "multipart/alternative":
        texts = [text for text, _ in below if text.strip()]
        htmls = [html for _, html in below if html.strip()]
        plain_only = [text for text, html in below if text.strip() and not html.strip()]
        return (plain_only or texts or [""])[0], (htmls or [""])[-1]
    with_html = any(html.strip() for _, html in below)
    texts, htmls = [], []
    for text, html in below:
        if text.strip() or html.strip():
            texts.append(text if text.strip() else to_text(html))
            htmls.append(html if html.strip() else _as_html(text))
    only_html = with_html and not any(text.strip() for text, _ in below)
    joined = "" if only_html else "\n\n".join(text.strip("\n") for text in texts)
    return joined[:TEXT_LIMIT], ("\n".join(htmls)[:HTML_LIMIT] if with_html else "")


def _as_html(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<div dir="auto" style="white-space: pre-wrap">{escaped}</div>'


def _leaf(node: mime.Entity, warnings: list[str]) -> tuple[str, str, list[Part]]:
    data, warning = node.decoded()
    if warning:
        warnings.append(warning)
    label = node.params.get("charset")
    if node.type == "text/html" and charsets.codec_for(label) is None:
        meta = _META_CHARSET.search(data[:4000])
        label = meta[1].decode("ascii") if meta else label
    files: list[Part] = []
    if node.type == "text/plain" and b"begin" in data:
        data, files = _without_uuencoded(data)
    if label and charsets.codec_for(label) is None and not data.isascii():
        warnings.append("charset_unknown")
    text, guessed = charsets.decode(data[: 4 * TEXT_LIMIT], label)
    if guessed and not data.isascii():
        warnings.append("charset_guessed")
    limit = HTML_LIMIT if node.type == "text/html" else TEXT_LIMIT
    if len(text) > limit:
        warnings.append("text_cut")
    text = tidy(text[:limit])
    if node.type == "text/html":
        return "", text, files
    if node.type in ("text/enriched", "text/richtext", "text/x-amp-html"):
        return to_text(text), "", files
    text, signed = wrapped.unarmoured(text)
    if signed:
        warnings.append("signature_unchecked")
    if node.params.get("format", "").lower() == "flowed":
        text = unflow(text, node.params.get("delsp", "").lower() == "yes")
    return text, "", files


def _without_uuencoded(data: bytes) -> tuple[bytes, list[Part]]:
    kept: list[bytes] = []
    files: list[Part] = []
    at = 0
    for name, content, start, end in mime.uuencoded(data):
        kept.append(data[at:start])
        files.append(_make(name, _type_of(name), content))
        at = end
    return b"".join([*kept, data[at:]]), files


def unflow(text: str, delsp: bool) -> str:
    """format=flowed (RFC 3676): soft-broken lines joined per quote level, space stuffing removed."""
    out: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:]
        content = content[1:] if content.startswith(" ") else content
        soft = content.endswith(" ") and content != "-- "
        if open_depth == depth and content != "-- ":
            out.append(content)
        else:
            out.append(f"\n{'>' * depth}{' ' if depth and content else ''}{content}")
        if soft and delsp:
            out[-1] = out[-1][:-1]
        open_depth = depth if soft else None
    return "".join(out)[1:]


def _part(node: mime.Entity, warnings: list[str]) -> Part:
    data, warning = node.decoded()
    if warning == "truncated":
        warnings.append("attachment_truncated")
    content_id = h.one_line(h.text_of(node.raw("content-id"))[:300]).strip("<> ")
    kind = node.type if not node.type.startswith("multipart/") else "application/octet-stream"
    return _make(node.name or _fallback_name(node, data, content_id), kind, data, content_id)


def _make(name: str, kind: str, data: bytes, content_id: str = "") -> Part:
    return Part(name, kind[:120], len(data), hashlib.sha256(data).hexdigest(), False, content_id, data)


def _fallback_name(node: mime.Entity, data: bytes, content_id: str) -> str:
    if node.type == "message/rfc822":
        fields, _ = mime.split_fields(data[:64_000])
        subject = next((h.plain(value) for key, value in fields if key == "subject"), "")
        return (h.safe_name(subject.replace("/", "-").replace("\\", "-"), 120) or "message") + ".eml"
    described = (
        h.safe_name(node.text("content-description").replace("/", "-"))
        if node.raw("content-description")
        else ""
    )
    if re.fullmatch(r".{1,100}\.[A-Za-z0-9]{2,5}", described):
        return described
    location = h.safe_name(node.text("content-location")[:300])
    if re.fullmatch(r"[^?#]{1,100}\.[A-Za-z0-9]{2,5}", location):
        return location
    if node.type == "text/calendar":
        return "invite.ics"
    main = node.type.partition("/")[0]
    stem = {
        "image": "image",
        "video": "video",
        "audio": "audio",
        "text": "document",
        "message": "report",
    }.get(main, "file")
    return stem + (_EXTENSIONS.get(node.type) or mimetypes.guess_extension(node.type, strict=False) or "")


def _type_of(name: str) -> str:
    return mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"


def _with_inline(part: Part, html: str) -> Part:
    if not part.content_id or not html or f"cid:{part.content_id.lower()}" not in html.lower():
        return part
    return Part(part.name, part.type, part.size, part.sha256, True, part.content_id, part.data)
