"""Bytes to text when the label is missing, wrong or unknown. Pure; never raises.

What a mail says about its own charset is a hint: windows-1256 is sent as latin-1, UTF-8 as us-ascii, and
Persian bodies arrive with no label at all. The order is: the label when it is plausible, then UTF-8, then the
code page whose letters look like language.
"""

from __future__ import annotations

import codecs
import re

# Labels as the web platform reads them (WHATWG Encoding): the superset wins over the narrow name.
_SUPERSETS = {
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "chinesebig5": "big5hkscs",
    "big5": "cp950",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "x-unicode-2-0-utf-7": "utf-7",
    "x-mac-farsi": "mac_farsi",
    "x-mac-arabic": "mac_arabic",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
    "x-windows-1256": "cp1256",
    "windows-1256": "cp1256",
    "cp-1256": "cp1256",
    "cp-850": "cp850",
    "windows-874": "cp874",
    "unicode": "utf-16",
    "utf8": "utf-8",
    "utf8mb4": "utf-8",
    "unknown-8bit": "",
    "x-unknown": "",
    "unknown": "",
    "8bit": "",
    "binary": "",
    "default": "",
    "none": "",
}
# Codecs of Python that turn bytes into bytes, or that are meant for source code: never a mail's charset.
_NOT_TEXT = {"unicode_escape", "raw_unicode_escape", "idna", "punycode", "mbcs", "oem", "undefined"}
_WESTERN = {"cp1252", "cp1254", "iso8859-15", "iso8859-2", "utf-8"}

_ARABIC_FREQUENT = frozenset(b"\xc7\xe1\xed\xe6\xe4\xe3\xd1\xca\xe5")  # ا ل ی و ن م ر ت ه in windows-1256
_CYRILLIC_FREQUENT = frozenset(b"\xee\xe5\xe0\xe8\xed\xf2\xf1\xf0\xe2\xeb")  # о е а и н т с р в л
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_UTF8_PAIR = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{1,3}")


def codec_for(label: str | None) -> str | None:
    """Python's codec name for a charset label; None when the label is empty, unknown or not a text codec."""
    if not label:
        return None
    name = label.strip().strip("\"'").rstrip(";").strip().lower()
    if name in _SUPERSETS:
        return _SUPERSETS[name] or None
    for candidate in (name, name.replace("cp-", "cp"), name.removeprefix("x-").replace("_", "-")):
        try:
            info = codecs.lookup(candidate)
        except (LookupError, ValueError, UnicodeError):
            continue
        if getattr(info, "_is_text_encoding", True) and info.name not in _NOT_TEXT:
            return info.name
    return None


def decode(data: bytes, label: str | None = None) -> tuple[str, bool]:
    """Text of `data`, and whether it is a guess (neither the label nor valid UTF-8 vouches for it)."""
    codec = codec_for(label)
    if codec == "cp932" or codec is None or codec.startswith("iso2022"):
        japanese = _japanese(data, codec)
        if japanese is not None:
            return japanese, codec is None
    if codec is not None and (codec not in _WESTERN or data.isascii()):
        try:
            return data.decode(codec), False
        except (UnicodeError, ValueError):
            pass
    if codec in _WESTERN:
        text = _western(data, codec)
        if text is not None:
            return text, False
    if codec is not None and codec.startswith("iso2022_jp"):  # the label of one Japanese encoding on another
        for name in ("cp932", "euc_jp"):
            try:
                return data.decode(name), True
            except UnicodeError:
                continue
    text, sure = guess(data, codec)
    return text, not sure


def _western(data: bytes, codec: str | None) -> str | None:
    """`data` by its western (or UTF-8) label, or None when the bytes speak against it."""
    assert codec
    try:
        utf8 = data.decode("utf-8")
    except UnicodeError:
        utf8 = None
    if codec == "utf-8":
        return utf8
    if utf8 is not None or looks_arabic(data):
        return None
    try:
        return data.decode(codec)
    except UnicodeError:
        return data.decode(codec, "replace")


def _japanese(data: bytes, codec: str | None) -> str | None:
    """ISO-2022-JP with the vendor rows that the strict codec refuses (Windows writes them)."""
    if codec is not None and not codec.startswith("iso2022"):
        return None
    if b"\x1b$" not in data and b"\x1b(" not in data:
        return None
    for name in ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_2004", "iso2022_kr"):
        try:
            return data.decode(name)
        except (UnicodeError, ValueError):
            continue
    return _jis_by_vendor_rows(data)


_ESCAPES = re.compile(rb"\x1b(\$[@B]|\([BJI])")


def _jis_by_vendor_rows(data: bytes) -> str:
    pieces = _ESCAPES.split(data)
    text = [pieces[0].decode("ascii", "replace")]
    for mode, piece in zip(pieces[1::2], pieces[2::2], strict=False):
        if mode.startswith(b"$"):
            # The same character grid, moved to the upper half, is EUC; cp932 knows NEC's row 13.
            text.append(_shift(piece).decode("cp932", "replace"))
        else:
            text.append(piece.decode("ascii", "replace"))
    return "".join(text)


def _shift(piece: bytes) -> bytes:
    out = bytearray()
    at = 0
    while at + 1 < len(piece):
        row, cell = piece[at], piece[at + 1]
        at += 2
        if not (0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E):
            out.append(row)
            at -= 1
            continue
        lead = (row + 1) // 2 + (0x70 if row <= 0x5E else 0xB0)
        trail = cell + (0x1F if cell < 0x60 else 0x20) if row % 2 else cell + 0x7E
        out += bytes((lead, trail))
    return bytes(out) + piece[at:]


def looks_arabic(data: bytes) -> bool:
    """Whether 8-bit bytes read as windows-1256 (or ISO-8859-6) words rather than western accents."""
    runs = _HIGH_RUN.findall(data[:20_000])
    high = sum(map(len, runs))
    if high < 4 or sum(len(run) for run in runs if len(run) > 1) < 0.7 * high:
        return False
    letters = sum(1 for run in runs for byte in run if byte in _ARABIC_FREQUENT)
    return letters >= 0.38 * high


def guess(data: bytes, codec: str | None = None) -> tuple[str, bool]:
    """Text of unlabelled bytes, and whether the guess is certain (it was valid UTF-8)."""
    try:
        return data.decode("utf-8"), True
    except UnicodeError:
        pass
    pairs = len(_UTF8_PAIR.findall(data[:50_000]))
    stray = len(_HIGH_RUN.sub(b"", _UTF8_PAIR.sub(b"", data[:50_000])))  # what is plain once runs are gone
    high_left = len(_UTF8_PAIR.sub(b"", data[:50_000])) - stray
    if pairs > 3 * high_left:
        return data.decode("utf-8", "replace"), False
    if looks_arabic(data):
        return data.decode("cp1256", "replace"), False
    runs = _HIGH_RUN.findall(data[:20_000])
    high = sum(map(len, runs)) or 1
    if sum(len(run) for run in runs if len(run) > 2) > 0.6 * high:
        if sum(1 for run in runs for byte in run if byte in _CYRILLIC_FREQUENT) > 0.5 * high:
            return data.decode("cp1251", "replace"), False
        for name in ("gb18030", "cp932", "cp949"):
            try:
                return data.decode(name), False
            except UnicodeError:
                continue
    fallback = codec if codec in ("cp1252", "cp1254", "cp1251", "cp1256") else "cp1252"
    return data.decode(fallback, "replace"), False
