"""Header text: unfolding, encoded words (RFC 2047), parameters (RFC 2045, 2231), message ids. Pure; never raises."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from urllib.parse import unquote_to_bytes

from pelekan.channels.email import charsets

_WORD = re.compile(r"=\?([^?\s]{1,64})\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*){0,40})\?=")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_QP = re.compile(rb"=([0-9A-Fa-f]{2})")
_ID = re.compile(r"<([^<>\s]{1,900})>")
_BIDI_CONTROL = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_CONTINUED = re.compile(r"^(.+?)\*(?:(\d{1,3})\*?)?$")


def text_of(raw: bytes, hint: str | None = None) -> str:
    """Header bytes as text, before encoded words are opened: UTF-8 (RFC 6532), else by `hint`, else a guess."""
    try:
        return raw.decode("utf-8")
    except UnicodeError:
        return charsets.decode(raw, hint)[0]


def one_line(text: str) -> str:
    """`text` without line breaks, control characters and lone surrogates."""
    text = _CONTROL.sub(" ", text)
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text).strip()


def decode_words(text: str) -> str:
    """`text` with its encoded words opened; words that cannot be opened stay as they are written.

    Neighbours of one charset are joined before decoding, because many senders split inside a character.
    """
    if "=?" not in text:
        return text
    out: list[str] = []
    waiting: list[tuple[str, bytes]] = []
    at = 0
    for match in _WORD.finditer(text):
        between = text[at : match.start()]
        data = _word_bytes(match[2], match[3])
        if between.strip() or not waiting:
            out.append(_flush(waiting))
            out.append(between)
        at = match.end()
        if data is None:
            out.append(_flush(waiting) + match[0])
            continue
        waiting.append((match[1].split("*")[0], data))
    out.append(_flush(waiting))
    out.append(text[at:])
    return "".join(out)


def _word_bytes(kind: str, body: str) -> bytes | None:
    try:
        raw = body.encode("utf-8")
        if kind in "bB":
            raw = re.sub(rb"\s+", b"", raw)
            return base64.b64decode(raw + b"=" * (-len(raw) % 4), validate=True)
        return _QP.sub(lambda m: bytes((int(m[1], 16),)), raw.replace(b"_", b" "))
    except (binascii.Error, ValueError):
        return None


def _flush(waiting: list[tuple[str, bytes]]) -> str:
    out: list[str] = []
    at = 0
    while at < len(waiting):
        label, data = waiting[at]
        at += 1
        pieces = [data]
        while at < len(waiting) and waiting[at][0].lower() == label.lower():
            pieces.append(waiting[at][1])
            at += 1
        if label.lower().startswith("iso-2022"):  # each word returns to ASCII by itself
            out.extend(charsets.decode(piece, label)[0] for piece in pieces)
        else:
            out.append(charsets.decode(b"".join(pieces), label)[0])
    waiting.clear()
    return "".join(out)


def plain(raw: bytes, limit: int = 40_000, hint: str | None = None) -> str:
    """One header's value for people: unfolded, decoded, one line. `hint`: the charset of the body."""
    return one_line(decode_words(text_of(raw[:limit], hint)))


def message_ids(value: str, limit: int = 200) -> list[str]:
    """The ids in a Message-ID, In-Reply-To or References value, each as `<id>`; last ones kept when too many."""
    value = _CONTROL.sub(" ", value)
    found = [f"<{match}>" for match in _ID.findall(value)]
    if not found:
        bare = value.replace("<", " ").replace(">", " ").split()
        found = [f"<{word}>" for word in bare if "@" in word and len(word) <= 900][:limit]
    return list(dict.fromkeys(found))[-limit:]


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """`type/subtype; a=b` → ("type/subtype", {"a": "b"}), RFC 2231 pieces joined and decoded once."""
    head, _, rest = value.partition(";")
    plainly: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for name, text in _pairs(rest):
        match = _CONTINUED.match(name)
        if match and len(pieces.setdefault(match[1], [])) < 100:
            pieces[match[1]].append((int(match[2] or 0), name.endswith("*"), text))
        elif not match:
            plainly.setdefault(name, decode_words(text))
    for name, parts in pieces.items():
        plainly[name] = _joined(sorted(parts, key=lambda part: part[0]))
    return one_line(head).lower(), {name: one_line(text) for name, text in plainly.items()}


def _pairs(rest: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    at = 0
    while at < len(rest) and len(pairs) < 100:
        equals = rest.find("=", at)
        if equals < 0:
            break
        name = rest[at:equals].strip().strip(";").strip().lower()
        at = equals + 1
        while at < len(rest) and rest[at] in " \t\r\n":
            at += 1
        if at < len(rest) and rest[at] == '"':
            text, at = _quoted(rest, at + 1)
            end = rest.find(";", at)
        elif rest.startswith("=?", at):  # an encoded word without quotes may hold anything
            word = rest.find("?=", rest.find("?", rest.find("?", at + 2) + 1) + 1)
            end = rest.find(";", word if word > 0 else at)
            text = rest[at : end if end >= 0 else len(rest)].strip()
        else:
            end = rest.find(";", at)
            text = rest[at : end if end >= 0 else len(rest)].strip()
        at = end + 1 if end >= 0 else len(rest)
        name = name.rsplit(";", 1)[-1].strip()
        if name:
            pairs.append((name, text))
    return pairs


def _quoted(rest: str, at: int) -> tuple[str, int]:
    out: list[str] = []
    while at < len(rest) and rest[at] != '"':
        if rest[at] == "\\" and at + 1 < len(rest) and rest[at + 1] in '"\\':
            at += 1
        out.append(rest[at])
        at += 1
    return "".join(out), at + 1


def _joined(parts: list[tuple[int, bool, str]]) -> str:
    charset = ""
    data = b""
    for index, (_, extended, text) in enumerate(parts):
        if extended and index == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        data += unquote_to_bytes(text) if extended else text.encode("utf-8", "replace")
    text = charsets.decode(data, charset or "utf-8")[0]
    return decode_words(text)


def safe_name(name: str, limit: int = 180) -> str:
    """A file name fit to be shown: no path, no control or direction characters, not too long; "" if nothing left."""
    name = _BIDI_CONTROL.sub("", one_line(unicodedata.normalize("NFC", name)))
    name = re.split(r"[/\\]", name)[-1].strip(" \t.").replace('"', "'")
    if len(name) > limit:
        stem, dot, extension = name.rpartition(".")
        name = (
            f"{stem[: limit - len(extension) - 1]}.{extension}"
            if dot and len(extension) < 12
            else name[:limit]
        )
    return name
