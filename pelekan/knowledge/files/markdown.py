"""★ HTML of Markdown and Markdown of HTML, so that one gives the other back.

What Markdown cannot say (a block with a direction, a table with joined cells) stays in it as HTML.
"""

from __future__ import annotations

import re
from typing import Any

from markdown_it import MarkdownIt
from markdownify import ATX, MarkdownConverter

from pelekan.lib.markup import deepest

_reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_FRONT = re.compile(
    r"\A\ufeff?---[ \t]*\r?\n(.*?)(?:\r?\n)?^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)


def split(text: str) -> tuple[str, str]:
    """The front matter ("" without one) and the Markdown after it."""
    match = _FRONT.match(text)
    return (match.group(1), text[match.end() :]) if match else ("", text.removeprefix("\ufeff"))


def to_html(text: str) -> str:
    """As CommonMark says, with tables and ~~struck~~. Not safe: HTML in it comes through. Raises Tangled."""
    for paragraph in _BLANK_LINES.split(text):
        _untangled(paragraph)
    made = str(_reader.render(text)).strip()
    if deepest(made, DEEPEST) >= DEEPEST:
        raise Tangled("elements")
    return made


class Tangled(ValueError):
    """Markdown that nobody wrote for readers, and that would take a parser too long."""


_BLANK_LINES = re.compile(r"\n[ \t]*\n")
_BULLETS = re.compile(r"\n(?= {0,3}(?:[-*+]|1[.)]) +\S)")
_OWN_BLOCK = re.compile(r" {0,3}</?(?:p|h[1-6]|ul|ol|blockquote|table|div|figure)[\s>]")
_RULE = re.compile(r" {0,3}\|?[ \t:|-]*-[ \t:|-]*")
_MARKS = re.compile(r"[\[\]<>&*_`~!\\(]")
DEEPEST = 500  # elements of HTML in it open at once
MOST_MARKS = 6_000  # in one run of words: a parser looks back from each to all before it
MOST_CELLS = 20_000  # of one table, with those that its rows leave out


def _untangled(paragraph: str) -> None:
    if len(paragraph) <= MOST_MARKS // 4:
        return
    if _is_table(paragraph):
        lines = paragraph.count("\n") + 1
        widest = max(line.count("|") for line in paragraph.split("\n")) + 1
        if widest * lines > max(MOST_CELLS, 2 * paragraph.count("|")):
            raise Tangled("cells")
        runs = paragraph.split("\n")
    else:
        runs = [] if _OWN_BLOCK.match(paragraph) else _BULLETS.split(paragraph)
    if any(len(run) > MOST_MARKS and len(_MARKS.findall(run)) > MOST_MARKS for run in runs):
        raise Tangled("marks")


def _is_table(paragraph: str) -> bool:
    head, _end, rest = paragraph.partition("\n")
    rule = rest.partition("\n")[0].rstrip()
    ends = [line.strip().strip("|").count("|") for line in (head, rule)]
    return "|" in head and "\\" not in head and bool(_RULE.fullmatch(rule)) and ends[0] == ends[1]


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
    try:
        return str(writer.convert(html)).strip() + "\n" if html.strip() else ""
    except RecursionError:  # kept before depth was bounded: HTML is Markdown too
        return html.strip() + "\n"
