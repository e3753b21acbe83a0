"""HTML to readable plain text, in one pass over its tokens. Pure; used through `pelekan.lib.html.to_text`."""

from __future__ import annotations

import html as entities
import re

from pelekan.lib.markup import tokens


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCK = _words(
    """
    address article aside center dd details dir div dl dt fieldset figcaption figure footer form header
    legend li main menu nav ol section summary table tbody tfoot thead tr ul pre hr body html caption
    """
)
_PARAGRAPH = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"])
_SKIP = _words(
    """
    script style title head noframes iframe object template xmp textarea
    """
)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_ODD_SPACE = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_MANY_LINES = re.compile(r"\n{3,}")
_DEEPEST_QUOTE = 10


class _Lines:
    """Text being put together: lines with their quote prefix, white space folded as HTML does."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.now: list[str] = []
        self.quote = 0
        self.pending_space = False

    def words(self, text: str, pre: bool) -> None:
        if pre:
            first, *rest = text.split("\n")
            self.now.append(first)
            for line in rest:
                self.end_line()
                self.now.append(line)
            return
        text = _SPACE.sub(" ", text)
        if text.startswith(" ") and self.now:
            self.pending_space = True
        stripped = text.strip(" ")
        if stripped:
            if self.pending_space and self.now:
                self.now.append(" ")
            self.now.append(stripped)
            self.pending_space = text.endswith(" ")

    def end_line(self, force: bool = True) -> None:
        if self.now or force:
            text = "".join(self.now).rstrip()
            prefix = ">" * min(self.quote, _DEEPEST_QUOTE)
            self.lines.append(f"{prefix} {text}".rstrip() if prefix else text)
        self.now = []
        self.pending_space = False

    def gap(self) -> None:
        self.end_line(force=False)
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(">" * min(self.quote, _DEEPEST_QUOTE))

    def quote_level(self, deeper: bool) -> None:
        if deeper:
            self.gap()
            self.quote += 1
            return
        self.end_line(force=False)
        while self.lines and self.quote and not self.lines[-1].strip("> "):
            self.lines.pop()
        self.quote = max(0, self.quote - 1)
        self.gap()


def to_text(html: str, *, links: bool = False) -> str:
    """Readable text of `html`: paragraphs apart, list items marked, quotes with ">". Linear in the input.

    `links`: write a link's address after its words when the words do not show it (for plain-text mail).
    """
    out = _Lines()
    skip = pre = 0
    href = ""
    shown = 0
    for token in tokens(html):
        name = token.name
        if token.kind == "text":
            if not skip:
                out.words(_ODD_SPACE.sub(" ", entities.unescape(token.source)), pre > 0)
            continue
        opening = token.kind == "open"
        if name in _SKIP:
            skip = max(0, skip + (1 if opening else -1)) if name == "head" else skip
            if name == "head" and opening:
                skip = 1
            continue
        if name in ("body", "div", "p", "table"):
            skip = 0  # a head that was never closed
        if name == "br":
            out.end_line()
        elif name == "pre":
            pre = max(0, pre + (1 if opening else -1))
            out.gap()
        elif name == "blockquote":
            out.quote_level(opening)
        elif name in _PARAGRAPH:
            out.gap()
        elif name in ("td", "th"):
            if not opening:
                out.pending_space = True
        elif name in _BLOCK:
            out.end_line(force=False)
            if name == "li" and opening:
                out.now.append("- ")
            elif name == "hr":
                out.lines.append("-" * 20)
        elif name == "img" and opening and links:
            alt = token.attributes().get("alt", "").strip()
            if alt:
                out.words(f"[{alt}]", False)
        elif name == "a" and links:
            if opening:
                href, shown = token.attributes().get("href", ""), len(out.now)
            elif href.startswith(("http://", "https://", "mailto:")):
                words = "".join(out.now[shown:]).strip()
                target = href.removeprefix("mailto:")
                if target.rstrip("/") not in (words, f"https://{words}", f"http://{words}"):
                    out.words(f" ({target})", False)
                href = ""
    out.end_line(force=False)
    return _MANY_LINES.sub("\n\n", "\n".join(out.lines)).strip("\n")
