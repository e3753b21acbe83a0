"""To which conversation a mail belongs, and what proves it. Pure: the key and what we know are arguments.

Proof is an unguessable token of ours (in the address written to, in a Message-ID of ours, or in the reference line
of our mail that came back in the quote), or References from an authentic participant. A number in the subject, or
an id that a stranger may have copied, is only a hint: "may belong to".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pelekan.channels.email.parse import Parsed
from pelekan.lib.secrets import sign, verify
from pelekan.lib.text import latin_digits

__all__ = [
    "Join",
    "Known",
    "join",
    "message_id",
    "is_own_id",
    "read_token",
    "reply_address",
    "reply_token",
    "token_line",
]

Known = Mapping[str, tuple[str, Collection[str]]] | Callable[[str], tuple[str, Collection[str]] | None]

_TOKEN_PURPOSE = "mail-reply"
_ID_PURPOSE = "mail-id"
_LENGTH = 26  # 130 bits
_MOST_TOKENS = 50  # signatures checked per place

_TOKEN = r"t\.([0-9a-z]{1,40})-([a-z0-9]{1,80})"
_IN_LOCAL_PART = re.compile(rf"(?:.{{0,200}}[+=-])?{_TOKEN}$", re.IGNORECASE | re.DOTALL)
_IN_TEXT = re.compile(rf"(?<![\w.@+-]){_TOKEN}(?![\w-])", re.IGNORECASE)
_OWN_ID = re.compile(
    r"<m\.([0-9a-z]{1,40})\.([0-9a-z]{1,64})\.([a-z0-9]{1,80})@[^\s<>@]{1,255}>", re.IGNORECASE
)
_NUMBER = re.compile(r"#\s?(\d{1,12})(?!\d)")


@dataclass(frozen=True, slots=True)
class Join:
    """Where a mail belongs.

    `kind`: "token" and "references" join `conversation_id`; "hint" proposes it (or, by `numbers`, tickets);
    "none" is a new one. `via` says where the proof was found: address, message_id, body, references, subject.
    `confirmed`: the sender is a participant and nothing speaks against it being them; an unconfirmed sender who
    joins sees nothing older and is told nothing until an agent confirms them. `forged`: something that looks like a
    token of ours was not made by us. `why` is a short English sentence for the audit trail.
    """

    kind: Literal["token", "references", "hint", "none"]
    conversation_id: str = ""
    via: str = ""
    why: str = ""
    confirmed: bool = False
    forged: bool = False
    numbers: tuple[int, ...] = ()


# Making ----------------------------------------------------------------------------------------------------------


def reply_token(conversation_id: str | int, key: str) -> str:
    """The token `t.<id>-<signature>` that proves a reply to this conversation. Ids: digits and a-z, up to 40."""
    ident = str(conversation_id).lower()
    if not re.fullmatch(r"[0-9a-z]{1,40}", ident):
        raise ValueError(f"A conversation id is made of digits and letters a to z, not {conversation_id!r}")
    return f"t.{ident}-{sign(_TOKEN_PURPOSE, ident, key, _LENGTH)}"


def reply_address(address: str, token: str) -> str:
    """`support@example.org` → `support+t.42-…@example.org` (RFC 5233 sub-address)."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{token}@{domain}"


def token_line(token: str) -> str:
    """The reference line of outgoing mail; small, but to be seen, so that it survives clients that cut headers."""
    return f"[{token}]"


def message_id(conversation_id: str | int, unique: str, domain: str, key: str) -> str:
    """Our Message-ID `<m.<conversation>.<unique>.<signature>@domain>`; `unique`: digits and a-z, up to 64."""
    ident, unique = str(conversation_id).lower(), unique.lower()
    if not re.fullmatch(r"[0-9a-z]{1,40}", ident) or not re.fullmatch(r"[0-9a-z]{1,64}", unique):
        raise ValueError("A Message-ID is made of ids with digits and letters a to z only")
    return f"<m.{ident}.{unique}.{sign(_ID_PURPOSE, f'{ident}.{unique}', key, _LENGTH)}@{domain}>"


# Reading ---------------------------------------------------------------------------------------------------------


def read_token(text: str, key: str) -> str | None:
    """Conversation id of a token, "" when it looks like one but is none of ours, None when it looks like none."""
    match = re.fullmatch(_TOKEN, text, re.IGNORECASE)
    if match is None:
        return None
    ident, signature = match[1].lower(), match[2].lower()
    return ident if verify(_TOKEN_PURPOSE, ident, signature, key, _LENGTH) else ""


def own_id(message_id: str, key: str) -> str | None:
    """Conversation id in a Message-ID of ours, "" when it only looks like ours, None when it does not even."""
    match = _OWN_ID.fullmatch(message_id)
    if match is None:
        return None
    ident, unique, signature = (part.lower() for part in match.groups())
    return ident if verify(_ID_PURPOSE, f"{ident}.{unique}", signature, key, _LENGTH) else ""


def is_own_id(message_id: str, key: str) -> bool:
    """Whether we made this Message-ID."""
    return bool(own_id(message_id, key))


def join(
    parsed: Parsed,
    known: Known,
    key: str,
    *,
    participants: Callable[[str], Collection[str]] = lambda conversation_id: (),
    authentic: bool | None = None,
) -> Join:
    """Where `parsed` belongs.

    `known`: Message-ID → (conversation id, addresses of its participants), for ids we sent or received;
    `participants`: conversation id → addresses; `authentic`: see `pelekan.channels.email.authenticity`.
    """
    sender = parsed.from_address.lower()
    ambiguous = not sender or "several_from" in parsed.warnings
    forged = False

    def is_participant(conversation_id: str, more: Collection[str] = ()) -> bool:
        return not ambiguous and sender in {one.lower() for one in (*participants(conversation_id), *more)}

    for via, found in (("address", _in_addresses(parsed, key)), ("body", _in_body(parsed, key))):
        for conversation_id in found:
            if not conversation_id:
                forged = True
                continue
            confirmed = is_participant(conversation_id) and authentic is not False
            why = f"Reply token in the {via}" + ("" if confirmed else "; the sender is not confirmed")
            return Join("token", conversation_id, via, why, confirmed, forged)
    hint = ""
    lookup = known if callable(known) else known.get
    for ident in _referenced(parsed):
        signed = own_id(ident, key)
        forged = forged or signed == ""
        stored = lookup(ident)
        conversation_id = signed or (stored[0] if stored else "")
        if not conversation_id:
            continue
        member = is_participant(conversation_id, stored[1] if stored else ())
        if signed and member and authentic is not False:
            return Join(
                "token",
                conversation_id,
                "message_id",
                "A Message-ID of ours in a participant's reply",
                True,
                forged,
            )
        if member and authentic is True:
            return Join(
                "references",
                conversation_id,
                "references",
                "References of an authentic participant",
                True,
                forged,
            )
        hint = hint or conversation_id
    numbers = tuple(dict.fromkeys(int(n) for n in _NUMBER.findall(latin_digits(parsed.subject)[:500])))[:5]
    if hint:
        why = "It names a message of this conversation, but nothing proves the sender"
        return Join("hint", hint, "references", why, False, forged, numbers)
    if numbers:
        return Join(
            "hint", "", "subject", "The subject names a number, which proves nothing", False, forged, numbers
        )
    return Join("none", why="It names no message of ours", forged=forged)


def _in_addresses(parsed: Parsed, key: str) -> list[str]:
    written = [one.address for one in (*parsed.to, *parsed.cc)]
    for name in ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to"):
        written.extend(value.strip("<> ") for value in parsed.all(name)[:10])
    found = []
    for address in written[:_MOST_TOKENS]:
        match = _IN_LOCAL_PART.match(address.rpartition("@")[0])
        if match:
            found.append(read_token(f"t.{match[1]}-{match[2]}", key) or "")
    return found


def _in_body(parsed: Parsed, key: str) -> list[str]:
    text = parsed.text[:200_000]
    return [
        read_token(match[0], key) or ""
        for match, _ in zip(_IN_TEXT.finditer(text), range(_MOST_TOKENS), strict=False)
    ]


def _referenced(parsed: Parsed) -> Iterable[str]:
    """Ids this mail answers, the nearest first."""
    nearest = [parsed.in_reply_to, *reversed(parsed.references)]
    return list(dict.fromkeys(ident for ident in nearest if ident))[:_MOST_TOKENS]
