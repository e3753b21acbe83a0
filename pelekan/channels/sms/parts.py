"""★ How many parts a text message takes: the gateway charges by part, and long ones arrive torn on old phones.

3GPP TS 23.038 and 23.040: letters of the GSM alphabet take seven bits (160 in one message, 153 in each part of
several); one letter outside it, such as any Persian or Arabic one, makes the whole text UTF-16 (70 and 67).
A sign of the extension table takes two places, one outside the basic plane two units, and neither is split.
`parts.js` of the workspace counts the same for whoever is writing.
"""

from __future__ import annotations

from dataclasses import dataclass

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
LIMITS = {"gsm": (160, 153), "unicode": (70, 67)}


@dataclass(frozen=True, slots=True)
class Parts:
    """`encoding` is gsm or unicode; `units` the places used, `count` the parts, `left` the room in the last one."""

    encoding: str
    units: int
    count: int
    left: int


def parts(text: str) -> Parts:
    """How `text` is torn. An empty text is one empty part."""
    gsm = all(char in GSM or char in EXTENDED for char in text)
    sizes = [(1 if char in GSM else 2) if gsm else (2 if ord(char) > 0xFFFF else 1) for char in text]
    encoding = "gsm" if gsm else "unicode"
    alone, each = LIMITS[encoding]
    units = sum(sizes)
    if units <= alone:
        return Parts(encoding, units, 1, alone - units)
    count, filled = 1, 0
    for size in sizes:
        if filled + size > each:
            count, filled = count + 1, 0
        filled += size
    return Parts(encoding, units, count, each - filled)
