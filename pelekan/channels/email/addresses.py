"""Address lists (RFC 5322 3.4) as they really come: one pass, no recursion, identity = the addr-spec. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pelekan.channels.email.headers import decode_words, one_line

MOST_ADDRESSES = 500

_PLAUSIBLE = re.compile(r"^[^\s@<>(),;:\"]{1,128}@[^\s@<>(),;:\"]{1,255}$")
_TOKEN = re.compile(r'[^",;:<>()\\]+')
_BARE = re.compile(r"[^\s@<>(),;:\"']{1,128}@[^\s@<>(),;:\"']{1,255}")


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox: what is shown, and the addr-spec that identifies it ("" when the header had none)."""

    name: str
    address: str


def parse_addresses(value: str, limit: int = MOST_ADDRESSES) -> tuple[list[Address], bool]:
    """Mailboxes of an address header (text, encoded words still closed), and whether the list was cut."""
    found: list[Address] = []
    for phrase, angle, comment in _mailboxes(value):
        if len(found) >= limit:
            return found, True
        one = _address(phrase, angle, comment)
        if one is not None:
            found.append(one)
    return _join_comma_names(found), False


def _mailboxes(value: str):
    """Yields (phrase, text in angle brackets or None, comment) for each comma-separated piece."""
    phrase: list[str] = []
    comment: list[str] = []
    angle: str | None = None
    at = 0
    while at < len(value):
        char = value[at]
        if char == '"':
            text, at = _quoted_string(value, at + 1)
            phrase.append(text)
            continue
        if char == "(":
            text, at = _comment(value, at + 1)
            comment.append(text)
            continue
        if char == "<":
            end = value.find(">", at)
            end = len(value) if end < 0 else end
            inner = value[at + 1 : end]
            if angle is None or not angle.strip():
                angle = inner.rpartition("<")[2]
                phrase.append(inner.rpartition("<")[0])
            at = end + 1
            continue
        if char in ",;":
            yield "".join(phrase), angle, " ".join(comment)
            phrase, comment, angle = [], [], None
            at += 1
            continue
        if char == ":" and angle is None and "@" not in "".join(phrase):  # a group's name
            phrase, comment = [], []
            at += 1
            continue
        match = _TOKEN.match(value, at)
        phrase.append(match[0] if match else char)
        at = match.end() if match else at + 1
    yield "".join(phrase), angle, " ".join(comment)


def _quoted_string(value: str, at: int) -> tuple[str, int]:
    start = at
    while at < len(value) and value[at] != '"':
        at += 2 if value[at] == "\\" else 1
    return re.sub(r"\\(.)", r"\1", value[start : min(at, len(value))]), at + 1


def _comment(value: str, at: int) -> tuple[str, int]:
    depth, start = 1, at
    while at < len(value):
        if value[at] == "\\":
            at += 1
        elif value[at] == "(":
            depth += 1
        elif value[at] == ")":
            depth -= 1
            if depth == 0:
                break
        at += 1
    return value[start : min(at, len(value))], at + 1


def _address(phrase: str, angle: str | None, comment: str) -> Address | None:
    phrase = one_line(decode_words(one_line(phrase)))
    shown = one_line(decode_words(comment))
    if angle is None:
        words = phrase.split()
        spec = next((word for word in words if _PLAUSIBLE.match(word)), "")
        if not spec:
            bare = _BARE.search(phrase)
            spec = bare[0] if bare else ""
        name = " ".join(word for word in words if word != spec) if spec else phrase
        if not spec and not name:
            return None
        return Address(_tidy(name or shown), normal(spec))
    spec = "".join(one_line(angle).split()).removeprefix("mailto:").removeprefix("MAILTO:")
    if spec.startswith("@") and ":" in spec:  # a source route (RFC 5322 4.4)
        spec = spec.partition(":")[2]
    if not _PLAUSIBLE.match(spec):
        inside = _BARE.search(one_line(decode_words(angle)))
        spec = inside[0] if inside else ""
    name = _tidy(phrase or shown)
    return Address(name, normal(spec)) if name or spec else None


def _tidy(name: str) -> str:
    return name.strip().strip("'").strip() if name.count("'") == 2 else name.strip()


def normal(address: str) -> str:
    """The addr-spec as we compare and store it: domain in lower case, quotes and white space gone."""
    local, at, domain = address.strip().strip("'\"").rpartition("@")
    return f"{local}@{domain.lower().rstrip('.')}" if at and local and domain else ""


def _join_comma_names(found: list[Address]) -> list[Address]:
    """`Müller, Bernd <b@x>` without quotes is one person, and `a@x, <b@y>` shows both but identifies only b."""
    out: list[Address] = []
    held = ""
    for index, one in enumerate(found):
        following = found[index + 1] if index + 1 < len(found) else None
        if not one.address and following is not None:
            held = f"{held}, {one.name}" if held else one.name
            continue
        out.append(Address(f"{held}, {one.name}".strip(", ") if held else one.name, one.address))
        held = ""
    return out
