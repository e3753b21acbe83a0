"""Where the history begins in a mail's HTML, by the marks mail programs leave. Pure, linear, no recursion."""

from __future__ import annotations

import re
from typing import NamedTuple

from pelekan.lib.markup import VOID, Token, tokens


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# class or id of an element that holds history and nothing else
HOLDERS = _words(
    """
    gmail_quote gmail_quote_container gmail_extra yahoo_quoted moz-cite-prefix ydp_quoted protonmail_quote
    zmail_extra olk_src_body_section tutanota_quote quote-pending replied-message reply-mail wisestamp_quote
    moz-forward-container mail-quote-collapse blockquote_mail
    """
)
# id or class of an element after which everything is history
BORDERS = _words(
    """
    divrplyfwdmsg appendonsend stopspelling mail-editor-reference-message-container reply-intro
    originalcontent outlookmessageheader lbl_originalmessage replyforwardmessage ms-outlook-mobile-
    reference-message x_divrplyfwdmsg x_appendonsend hotmailreply skype_quote
    """
)
_OUTLOOK_LINE = re.compile(r"border:\s?none;\s?border-top:\s?solid\s#(?:b5c4df|e1e1e1|b5c4de)", re.IGNORECASE)
_WINDOWS_MAIL = re.compile(
    r"border-top-(?:color|width):[^;]{1,60};.{0,200}border-top-style:\s?solid", re.IGNORECASE
)
_CITE_LEFT = re.compile(r"border-left:[^;]{0,60}(?:solid|#)", re.IGNORECASE)


class _Place(NamedTuple):
    start: int
    end: int | None  # None: to the end of the document


def find_quoted(html: str) -> _Place | None:
    """The slice of `html` that holds the first history found; `end` is None when it reaches to the end."""
    depth = 0
    held: tuple[int, int] | None = None  # (start, depth) of a holder that is still open
    for token in tokens(html):
        if token.kind == "close":
            if token.name in VOID:
                continue
            depth -= 1
            if held is not None and depth < held[1]:
                return _Place(held[0], token.end)
            continue
        if token.kind != "open":
            continue
        if held is None:
            kind = _mark(token)
            if kind == "border":
                return _Place(token.start, None)
            if kind == "holder":
                held = (token.start, depth + 1)
        if token.name not in VOID and not token.source.endswith("/>"):
            depth += 1
    return _Place(held[0], None) if held else None


def _mark(token: Token) -> str:
    if token.name not in ("div", "blockquote", "hr", "span", "section", "td", "table"):
        return ""
    if len(token.source) > 4_000:
        return ""
    attributes = token.attributes()
    names = {*attributes.get("class", "").lower().split(), attributes.get("id", "").lower()}
    if names & BORDERS:
        return "border"
    if names & HOLDERS:
        return "holder"
    style = attributes.get("style", "")
    if token.name == "div" and style and (_OUTLOOK_LINE.search(style) or _WINDOWS_MAIL.search(style)):
        return "border"
    if token.name == "blockquote" and (
        attributes.get("type", "").lower() == "cite" or attributes.get("cite") or _CITE_LEFT.search(style)
    ):
        return "holder"
    return ""


def split_quoted(html: str) -> tuple[str, str]:
    """(own words, history) as HTML pieces; neither need be well formed: read them with `to_text` only."""
    own: list[str] = []
    history: list[str] = []
    rest = html
    for _ in range(20):
        place = find_quoted(rest)
        if place is None:
            break
        own.append(rest[: place.start])
        history.append(rest[place.start : place.end])
        rest = rest[place.end :] if place.end is not None else ""
    return "\n".join([*own, rest]) if history else html, "\n".join(history)
