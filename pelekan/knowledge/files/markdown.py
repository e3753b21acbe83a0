"""★ HTML of Markdown and Markdown of HTML, so that one gives the other back.

What Markdown cannot say (a block with a direction, a table with joined cells) stays in it as HTML.
"""

from __future__ import annotations

import re
from typing import Any

from markdown_it import MarkdownIt
from markdownify import ATX, MarkdownConverter

_reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_FRONT = re.compile(
    r"\A\ufeff?---[ \t]*\r?\n(.*?)(?:\r?\n)?^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)


def split(text: str) -> tuple[str, str]:
    """The front matter ("" without one) and the Markdown after it."""
    match = _FRONT.match(text)
    return (match.group(1), text[match.end() :]) if match else ("", text.removeprefix("\ufeff"))


def to_html(text: str) -> str:
    """As CommonMark says, with tables and ~~struck~~. Not safe: HTML in it comes through."""
    return _reader.render(text).strip()


class _Writer(MarkdownConverter):
    """Markdown, but blocks that need it stay HTML."""

    def process_tag(self, node: Any, parent_tags: Any = None) -> str:
        if node.name in _BLOCKS and not (parent_tags or set()) & {"li", "td", "th"} and _needs_html(node):
            return f"\n\n{_on_one_line(node)}\n\n"
        if node.name in ("u", "mark", "kbd", "bdi", "sub", "sup", "span") and (
            node.name != "span" or node.attrs
        ):
            return str(node)
        return str(super().process_tag(node, parent_tags))  # type: ignore[misc]


_BLOCKS = {"p", "h2", "h3", "h4", "ul", "ol", "blockquote", "table", "div", "pre", "figure"}


def _needs_html(node: Any) -> bool:
    if node.name == "figure" or node.get("dir") in ("rtl", "ltr", "auto"):
        return True
    if node.name == "table":
        joined = node.find(["td", "th"], attrs={"colspan": True}) or node.find(
            ["td", "th"], attrs={"rowspan": True}
        )
        return bool(joined or node.find(["ul", "ol", "p", "pre", "blockquote", "table"]))
    return bool(node.name in ("ul", "ol", "blockquote", "div") and node.find(attrs={"dir": True}))


def _on_one_line(node: Any) -> str:
    return re.sub(r"\n\s*\n", "\n", str(node))  # an empty line would end the block of HTML


def from_html(html: str) -> str:
    """Readable Markdown that `to_html` makes the same HTML of, but for blanks between blocks."""
    writer = _Writer(heading_style=ATX, bullets="-", escape_misc=True, newline_style="backslash")
    return str(writer.convert(html)).strip() + "\n" if html.strip() else ""
