"""How our mails look: direction of each paragraph written so that Outlook, Gmail and Apple Mail keep it. Pure.

Mail programs drop style sheets, `dir="auto"` and logical properties; what survives is `dir` together with an inline
`direction` and `text-align` on each block, computed here from the text itself.
"""

from __future__ import annotations

import html as entities
from typing import Protocol

from pelekan.lib.html import clean, from_text, to_text
from pelekan.lib.language import RIGHT_TO_LEFT
from pelekan.lib.markup import Token, tokens
from pelekan.lib.text import direction

_BLOCKS = frozenset(
    ["p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "blockquote", "td", "th", "pre", "table"]
)
_FONT = "font-family: Vazirmatn, Tahoma, 'Segoe UI', Arial, sans-serif; font-size: 15px; line-height: 1.7"


class _Quoted(Protocol):
    @property
    def line(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...


def html_body(
    body_html: str, body_text: str, quoted: _Quoted | None, footer: str, reference_line: str, language: str
) -> str:
    """The HTML part: body, footer, reference line, quoted history; whole document in the language's direction."""
    way = "rtl" if language[:2] in RIGHT_TO_LEFT else "ltr"
    side = "right" if way == "rtl" else "left"
    pieces = [directed(body_html or from_text(body_text), way)]
    if footer:
        pieces.append(f'<div style="color: #666; font-size: 13px">{directed(from_text(footer), way)}</div>')
    if reference_line:
        pieces.append(
            f'<div dir="ltr" style="color: #767676; font-size: 11px; direction: ltr; text-align: {side}">'
            f"{entities.escape(reference_line)}</div>"
        )
    if quoted is not None:
        pieces.append(_quote(quoted, way))
    inside = "\n".join(pieces)
    tongue = entities.escape(language[:20])
    return (
        f'<!DOCTYPE html>\n<html lang="{tongue}" dir="{way}"><head><meta charset="utf-8"></head>'
        f'<body dir="{way}" style="margin: 0; padding: 0">'
        f'<div lang="{tongue}" dir="{way}" style="direction: {way}; text-align: {side}; {_FONT}">\n{inside}\n</div></body></html>'
    )


def _quote(quoted: _Quoted, way: str) -> str:
    inside = clean(quoted.html) if quoted.html else from_text(quoted.text)
    edge = "border-right" if way == "rtl" else "border-left"
    margin = "0 8px 0 0" if way == "rtl" else "0 0 0 8px"
    line = directed(f"<div>{entities.escape(quoted.line)}</div>", way)
    return (
        f'<div class="gmail_quote">{line}<blockquote class="gmail_quote" type="cite" '
        f'style="margin: {margin}; padding: 0 8px; {edge}: 2px solid #ccc">{directed(inside, way)}</blockquote></div>'
    )


def text_body(
    body_html: str, body_text: str, quoted: _Quoted | None, footer: str, reference_line: str
) -> str:
    """The plain part, for people and programs that read no HTML."""
    pieces = [body_text.strip() or to_text(body_html, links=True)]
    if footer:
        pieces.append(f"-- \n{footer.strip()}")
    if reference_line:
        pieces.append(reference_line)
    if quoted is not None:
        earlier = "\n".join(f"> {line}".rstrip() for line in quoted.text.strip("\n").split("\n")[:2_000])
        pieces.append(f"{quoted.line}\n{earlier}")
    return "\n\n".join(pieces) + "\n"


def directed(html: str, default: str) -> str:
    """`html` with `dir`, `direction` and `text-align` on each block, from the first strong letter inside it.

    One pass from the end to the start; a block that says "rtl" or "ltr" itself keeps its word.
    """
    out: list[str] = []
    now = ""  # direction of the first strong letter from here on, inside the innermost open block
    outer: list[str] = []
    at = len(html)
    for token in reversed(list(tokens(html))):
        out.append(html[token.end : at])
        at = token.start
        source = token.source
        if token.kind == "text":
            now = _strong(source) or now
        elif token.name in _BLOCKS and token.kind == "close":
            outer.append(now)
            now = ""
        elif token.name in _BLOCKS:
            source = _with_direction(token, now or default)
            now = now or (outer[-1] if outer else "")
            if outer:
                outer.pop()
        out.append(source)
    out.append(html[:at])
    return "".join(reversed(out))


def _strong(text: str) -> str:
    text = entities.unescape(text[:2_000])
    return direction(text) if direction(text, "ltr") == direction(text, "rtl") else ""


def _with_direction(token: Token, way: str) -> str:
    attributes = token.attributes()
    if attributes.get("dir", "").lower() in ("rtl", "ltr"):
        way = attributes["dir"].lower()
    attributes["dir"] = way
    style = attributes.get("style", "").strip().rstrip(";")
    added = [f"direction: {way}"]
    if "text-align" not in style and attributes.get("align") is None:
        added.append(f"text-align: {'right' if way == 'rtl' else 'left'}")
    attributes["style"] = "; ".join([*([style] if style else []), *added])
    told = "".join(f' {name}="{entities.escape(value)}"' for name, value in attributes.items())
    return f"<{token.name}{told}>"
