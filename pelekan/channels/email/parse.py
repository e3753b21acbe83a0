"""Bytes of a mail → `Parsed`. Pure, never raises: what cannot be read is left out and named in `warnings`.

Limits (passing one is a warning, never a loss: the raw bytes are kept by whoever called): 500 parts, depth 30,
1,000 header fields, 512 KB of headers, 500 addresses a field, 4 MB characters of text, 2 MB of HTML. Warnings are words for
the screen to translate: `message_id_missing`, `from_missing`, `several_from`, `sender_differs`, `date_unreadable`,
`addresses_cut`, `headers_cut`, `headers_end_missing`, `too_deep`, `too_many_parts`, `truncated`, `boundary_missing`,
`attachment_truncated`, `attachment_damaged`, `charset_unknown`, `charset_guessed`, `text_cut`, `encrypted`,
`signature_unchecked`, `unreadable`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pelekan.channels.email import bodies, mime, quotes, wrapped
from pelekan.channels.email import headers as h
from pelekan.channels.email.addresses import Address, parse_addresses
from pelekan.channels.email.bodies import Part
from pelekan.channels.email.invitations import Invitation
from pelekan.lib.language import RIGHT_TO_LEFT, language

__all__ = ["Address", "Parsed", "Part", "parse", "to_json"]

SUBJECT_LIMIT = 10_000
_OWN_HEADERS = "x-pelekan-"  # control words are ours alone: never read from outside
_DERIVED_DOMAIN = "@derived.invalid>"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A mail as we read it.

    Ids carry their angle brackets. `message_id` is made from the bytes (`<sha256…@derived.invalid>`) and
    `message_id_derived` true when the mail had none. `date` is the sender's claim, aware UTC or None.
    `text` is the plain body (made from the HTML when there is only HTML), `html` is raw: clean before showing.
    `reply_text` is what the person wrote now; `quoted` the rest. `language` and `direction` are of `reply_text`.
    `headers` are (lower-case name, one line of text) in order, the latest hop first, own control headers removed.
    `type` is the top-level content type with its parameters in `type_params`.
    """

    message_id: str
    message_id_derived: bool = False
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    subject: str = ""
    from_name: str = ""
    from_address: str = ""
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    date: datetime | None = None
    text: str = ""
    html: str = ""
    reply_text: str = ""
    quoted: str = ""
    attachments: tuple[Part, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    type: str = "text/plain"
    type_params: dict[str, str] = field(default_factory=dict)
    language: str = ""
    direction: str = "ltr"
    warnings: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """First value of header `name` (any case), or ""."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        """All values of header `name`, topmost first."""
        wanted = name.lower()
        return [value for key, value in self.headers if key == wanted]

    def has(self, name: str) -> bool:
        return bool(self.all(name))


def parse(raw: bytes) -> Parsed:
    """What `raw` says. Never raises; a mail that defeats us comes back with the warning `unreadable`."""
    try:
        return _parse(bytes(raw))
    except Exception:  # the last resort: the worker lives, the bytes are kept, a person looks
        return Parsed(message_id=_derived_id(raw), message_id_derived=True, warnings=("unreadable",))


def _derived_id(raw: bytes) -> str:
    return f"<{hashlib.sha256(raw).hexdigest()[:40]}{_DERIVED_DOMAIN}"


def _parse(raw: bytes) -> Parsed:
    warnings: list[str] = []
    order = wrapped.without_signatures(mime.tree(mime.normal_lines(raw), warnings), warnings)
    root = order[0]
    content = bodies.read(order, warnings)
    hint = next(
        (n.params["charset"] for n in order if n.type.startswith("text/") and n.params.get("charset")), None
    )
    parsed = _addressed(root, hint, warnings)
    own = h.message_ids(h.text_of(root.raw("message-id")[:2_000]))
    if not own:
        warnings.append("message_id_missing")
    reply_ids = h.message_ids(h.text_of(root.raw("in-reply-to")[:8_000]))
    if _is_encrypted(root):
        warnings.append("encrypted")
    text = content.text if content.text.strip() or not content.html else bodies.to_text(content.html)
    reply, quoted = _reply(content, text)
    subject = h.plain(root.raw("subject"), hint=hint)[:SUBJECT_LIMIT]
    tongue = language(reply if reply.strip() else text) or language(subject)
    return replace(
        parsed,
        message_id=own[0] if own else _derived_id(raw),
        message_id_derived=not own,
        in_reply_to=reply_ids[0] if reply_ids else "",
        references=tuple(h.message_ids(h.text_of(root.raw("references")))),
        subject=subject,
        date=_date(root, warnings),
        text=text,
        html=content.html,
        reply_text=reply,
        quoted=quoted,
        attachments=tuple(content.parts),
        invitations=tuple(content.invitations),
        headers=_headers(root),
        type=root.type,
        type_params=root.params,
        language=tongue,
        direction="rtl" if tongue in RIGHT_TO_LEFT else "ltr",
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _reply(content: bodies.Bodies, text: str) -> tuple[str, str]:
    if content.html and not content.text.strip():
        return quotes.cut_html(content.html, text)
    return quotes.cut(text)


def _addressed(root: mime.Entity, hint: str | None, warnings: list[str]) -> Parsed:
    senders = _addresses(root, "from", warnings, hint)
    reply_to = _addresses(root, "reply-to", warnings, hint)
    named = [one for one in senders if one.address]
    if len(named) > 1 or sum(key == "from" for key, _ in root.fields) > 1:
        warnings.append("several_from")
    if named:
        sender = named[0]
    else:
        warnings.append("from_missing")
        others = [
            *reply_to,
            *_addresses(root, "sender", warnings),
            *_addresses(root, "return-path", warnings),
        ]
        shown = senders[0].name if senders else ""
        found = next((one for one in others if one.address), Address("", ""))
        sender = Address(shown or found.name, found.address)
    if (
        reply_to
        and reply_to[0].address
        and sender.address
        and not _same_place(reply_to[0].address, sender.address)
    ):
        warnings.append("sender_differs")
    return Parsed(
        message_id="",
        from_name=sender.name[:300],
        from_address=sender.address,
        reply_to=tuple(one for one in reply_to if one.address),
        to=tuple(_addresses(root, "to", warnings, hint)),
        cc=tuple(_addresses(root, "cc", warnings, hint)),
    )


def _same_place(one: str, other: str) -> bool:
    return one.rpartition("@")[2].lower() == other.rpartition("@")[2].lower()


def _addresses(root: mime.Entity, name: str, warnings: list[str], hint: str | None = None) -> list[Address]:
    values = [h.text_of(value, hint) for key, value in root.fields if key == name]
    if name == "from":  # the first that names an address; that there are several is a warning of its own
        values = [next((value for value in values if "@" in value), values[0] if values else "")]
    found, cut = parse_addresses(", ".join(values))
    if cut:
        warnings.append("addresses_cut")
    return found


def _date(root: mime.Entity, warnings: list[str]) -> datetime | None:
    text = root.text("date")[:200]
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except Exception:  # the standard library raises many kinds here
        warnings.append("date_unreadable")
        return None
    return moment


def _headers(root: mime.Entity, most: int = 300, longest: int = 4_000) -> tuple[tuple[str, str], ...]:
    kept = [(key, value) for key, value in root.fields if not key.startswith(_OWN_HEADERS)][:most]
    return tuple((key, h.plain(value, longest)) for key, value in kept)


def _is_encrypted(root: mime.Entity) -> bool:
    if root.type == "multipart/encrypted":
        return True
    kind = root.params.get("smime-type", "").lower()
    return root.type in ("application/pkcs7-mime", "application/x-pkcs7-mime") and kind != "signed-data"


def to_json(parsed: Parsed, file: str) -> dict[str, Any]:
    """The answer of `pelekan mail parse --json` for one file: always all keys. `file` is the path as given."""
    from pelekan.channels.sift import sift  # the verdict is made from a Parsed, hence not at the top

    return {
        "file": file,
        "message_id": parsed.message_id,
        "subject": parsed.subject,
        "from": {"name": parsed.from_name, "address": parsed.from_address},
        "reply_to": _plain(parsed.reply_to),
        "to": _plain(parsed.to),
        "cc": _plain(parsed.cc),
        "date": parsed.date.isoformat() if parsed.date else None,
        "text": parsed.text,
        "html": parsed.html,
        "reply_text": parsed.reply_text,
        "attachments": [
            {"name": p.name, "type": p.type, "size": p.size, "sha256": p.sha256, "inline": p.inline}
            for p in parsed.attachments
        ],
        "verdict": sift(parsed).to_json(),
        "language": parsed.language,
        "direction": parsed.direction,
        "warnings": list(parsed.warnings),
    }


def _plain(addresses: tuple[Address, ...]) -> list[dict[str, str]]:
    return [{"name": one.name, "address": one.address} for one in addresses]
