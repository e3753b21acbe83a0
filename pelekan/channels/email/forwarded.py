"""★ Who wrote a mail that somebody else forwarded to us. Pure.

What a forwarded mail says of its origin is the forwarder's word: it is proposed to an agent, never believed.
"""

from __future__ import annotations

import re

from pelekan.channels.email import headers as h
from pelekan.channels.email import mime
from pelekan.channels.email.addresses import Address, parse_addresses
from pelekan.channels.email.parse import Parsed
from pelekan.channels.email.quote_words import header_kind

MOST_LINES = 400  # of the text that are searched for the block of heads
_PREFIX = re.compile(
    r"^\s*(?:fwd?|wg|tr|rv|enc|i|vs|doorst|vb|pd|fs|továbbítás|ilt|转发|轉寄"
    r"|بازارسال|باز ارسال|هدایت|ارجاع|فوروارد|إعادة توجيه|اعادة توجيه|محول|تحويل)\s*[:：]",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"forwarded message|weitergeleitete nachricht|message (?:transféré|réexpédié)|mensaje reenviado"
    r"|messaggio inoltrato|doorgestuurd bericht|пересылаемое сообщение|пересланное сообщение|转发的邮件"
    r"|پیام (?:فوروارد|بازارسال|باز ارسال|هدایت)[ \u200c]?شده|شروع پیام بازارسال"
    r"|رسالة (?:معاد توجيهها|محو[ّ]?لة)|الرسالة (?:المحولة|المعاد توجيهها)",
    re.IGNORECASE,
)


def is_forwarded(subject: str) -> bool:
    """Whether a subject says that the mail was passed on."""
    return _PREFIX.match(subject) is not None


def original_sender(parsed: Parsed) -> Address | None:
    """The one whose mail `parsed` forwards, as far as it says so; None for an ordinary mail."""
    text = f"{parsed.text}\n{parsed.quoted}" if parsed.quoted not in parsed.text else parsed.text
    lines = text.splitlines()[:MOST_LINES]
    marked = any(_MARK.search(line) and len(line) < 120 for line in lines)
    if not (marked or is_forwarded(parsed.subject)):
        return None
    found = _in_heads(lines) or _enclosed(parsed)
    if found is None or found.address.lower() == parsed.from_address.lower():
        return None
    return found


def _in_heads(lines: list[str]) -> Address | None:
    """The sender in the first block of heads, which has a subject or a date beside it."""
    for number, line in enumerate(lines):
        if header_kind(line) != "from":
            continue
        near = lines[number + 1 : number + 6] + lines[max(0, number - 3) : number]
        if not any(header_kind(one) in ("subject", "date") for one in near):
            continue
        value = re.split(r"[:：]", line, maxsplit=1)[1].strip(" *_")
        value = re.sub(r"\[mailto:([^\]]+)\]", r"<\1>", value)
        addresses, _ = parse_addresses(value)
        named = next((one for one in addresses if "@" in one.address), None)
        if named is not None:
            return named
    return None


def _enclosed(parsed: Parsed) -> Address | None:
    """The sender of the one mail that is attached."""
    mails = [part for part in parsed.attachments if part.type == "message/rfc822"]
    if len(mails) != 1:
        return None
    fields, _ = mime.split_fields(mails[0].data[:64_000])
    value = next((h.text_of(value) for key, value in fields if key == "from"), "")
    return next((one for one in parse_addresses(value)[0] if "@" in one.address), None)
