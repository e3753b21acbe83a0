"""The part of an inline style that a mail may keep. Pure.

An allowlist of properties and of the characters in their values: nothing that loads (`url()`, `@import`), moves
over its surroundings (`position`, negative margins) or hides behind escapes gets through.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PROPERTIES = _words(
    """
    background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width
    border-collapse border-color border-left border-left-color border-left-style border-left-width border-
    radius border-right border-right-color border-right-style border-right-width border-spacing border-style
    border-top border-top-color border-top-style border-top-width border-width clear color direction display
    float font-family font-size font-style font-variant font-weight height letter-spacing line-height list-
    style-type margin margin-bottom margin-inline-end margin-inline-start margin-left margin-right margin-
    top max-width min-width padding padding-bottom padding-inline-end padding-inline-start padding-left
    padding-right padding-top text-align text-decoration text-indent text-transform unicode-bidi vertical-
    align white-space width word-break word-spacing word-wrap overflow-wrap
    """
)
_VALUE = re.compile(
    r"(?:[\w\s#%.,+'\"/\-]|rgba?\([\d\s.,%/]{1,60}\)|hsla?\([\d\s.,%/deg]{1,60}\)){1,200}",
    re.ASCII | re.IGNORECASE,
)
_NEGATIVE = re.compile(r"(?:^|[\s,(])-\s*[\d.]")
_DISPLAY = frozenset(
    "block inline inline-block none list-item table table-row table-cell table-row-group table-header-group".split()  # noqa: SIM905
)


def clean_style(style: str) -> str:
    """The declarations of a `style` attribute that are harmless, in order; "" when none is left."""
    if "\\" in style or "/*" in style or len(style) > 8_000:
        return ""
    kept: list[str] = []
    for declaration in style.split(";")[:100]:
        name, colon, value = declaration.partition(":")
        name, value = name.strip().lower(), value.replace("!important", "").strip()
        if colon and name in _PROPERTIES and _is_plain(name, value):
            kept.append(f"{name}: {value}")
    return "; ".join(kept)


def _is_plain(name: str, value: str) -> bool:
    if not _VALUE.fullmatch(value) or value.count('"') % 2 or value.count("'") % 2:
        return False
    if name == "display":
        return value.lower() in _DISPLAY
    return not (
        _NEGATIVE.search(value) and name.startswith(("margin", "text-indent", "padding", "letter", "word"))
    )
