"""HTML as a flat run of tokens: linear in the input, no recursion, nothing refused. Pure.

Not a browser: good for reading text out of HTML and for walking HTML that was cleaned before. Safety is never
decided here (see `pelekan.lib.html.clean`).
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from typing import NamedTuple


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VOID = _words(
    """
    area base br col embed hr img input link meta param source track wbr
    """
)
RAW = _words(
    """
    script style title textarea xmp iframe noembed noframes template
    """
)

_NAME = re.compile(r"[a-zA-Z][^\s/>]{0,100}")
_TAG_START = re.compile(r"<(?=[a-zA-Z/!?])")
_SIMPLE = re.compile(r"<(/?)([a-zA-Z][^\s/>\"']{0,100})(?:/?>|\s[^\"'>]{0,300}>)")
_TO_QUOTE = re.compile(r"[^\"'>]*")
_ATTRIBUTE = re.compile(
    r"([^\s\"'>/=]{1,100})(?:\s{0,100}=\s{0,100}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?"
)


class Token(NamedTuple):
    """One piece of HTML: kind is "text", "open" or "close"; `start` and `end` are its place in the source."""

    kind: str
    name: str
    source: str
    start: int
    end: int

    def attributes(self) -> dict[str, str]:
        """Attributes of an opening tag, names in lower case, entities decoded; the first of two wins."""
        found: dict[str, str] = {}
        for match in _ATTRIBUTE.finditer(self.source, 1 + len(self.name), len(self.source) - 1):
            value = next((group for group in match.groups()[1:] if group is not None), "")
            found.setdefault(match[1].lower(), entities.unescape(value))
        return found


def tokens(html: str) -> Iterator[Token]:
    """Texts and tags of `html` in order; comments, doctypes and the insides of scripts and styles are left out."""
    at, size = 0, len(html)
    endless: set[str] = set()  # what was sought once and never comes again, so that nobody scans for it twice
    while at < size:
        found = _TAG_START.search(html, at)
        lt = found.start() if found else size
        if lt > at:
            yield Token("text", "", html[at:lt], at, lt)
        if lt == size:
            return
        simple = _SIMPLE.match(html, lt)
        if simple:  # no quotes inside: most tags
            closing, tag, end = bool(simple[1]), simple[2].lower(), simple.end()
        else:
            if html[lt + 1] in "!?":
                at = _after_declaration(html, lt, endless)
                continue
            closing = html[lt + 1] == "/"
            name = _NAME.match(html, lt + 2 if closing else lt + 1)
            if name is None:
                yield Token("text", "", "<", lt, lt + 1)
                at = lt + 1
                continue
            end = _tag_end(html, name.end())
            if end < 0:  # a tag that never ends: what is left is text
                yield Token("text", "", html[lt:], lt, size)
                return
            tag = name[0].lower()
        yield Token("close" if closing else "open", tag, html[lt:end], lt, end)
        at = end
        if tag in RAW and not closing:
            match = None if tag in endless else _CLOSERS[tag].search(html, end)
            if match:
                at = match.start()
            elif tag in ("script", "style"):
                return
            else:
                endless.add(tag)


def _after_declaration(html: str, lt: int, endless: set[str]) -> int:
    if html.startswith("<!--", lt) and "--" not in endless:
        end = html.find("-->", lt + 2)
        if end >= 0:
            return end + 3
        endless.add("--")
    return _past(html, lt)


def _past(html: str, lt: int) -> int:
    end = html.find(">", lt)
    return end + 1 if end >= 0 else len(html)


def _tag_end(html: str, at: int) -> int:
    """Index just after the tag's `>`, honouring quotes; -1 when the text ends first."""
    start = at
    while True:
        at = _TO_QUOTE.match(html, at).end()  # type: ignore[union-attr]
        if at >= len(html):
            return -1
        if html[at] == ">":
            return at + 1
        close = html.find(html[at], at + 1)
        if close < 0:  # a quote that never closes: the tag ends at the next bracket
            plain = html.find(">", start)
            return plain + 1 if plain >= 0 else -1
        at = close + 1


_CLOSERS = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in RAW}


# Elements that the next of their kind closes: leaving them open nests nothing.
_SELF_CLOSING = _words(
    """
    p li dd dt tr td th tbody thead tfoot option optgroup colgroup html body head
    """
)


def deepest(html: str, stop: int = 1_000_000) -> int:
    """At least how many elements a browser may have open at once (over-estimated on careless HTML), up to `stop`."""
    depth = most = 0
    opened: dict[str, int] = {}
    for token in tokens(html):
        if token.kind == "text" or token.name in VOID or token.name in _SELF_CLOSING:
            continue
        if token.kind == "open":
            depth += 1
            opened[token.name] = opened.get(token.name, 0) + 1
            most = max(most, depth)
            if most >= stop:
                return most
        elif opened.get(token.name):
            opened[token.name] -= 1
            depth -= 1
    return most
