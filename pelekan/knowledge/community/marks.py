"""★ The small language in which the community writes, and the safe HTML that comes of it.

**bold**, *slanted*, `code`, [words](https://…), plain addresses, lists (- or 1.), > quotes, ``` blocks, and pictures of
ours: ![what it shows](/community/files/…). HTML that somebody writes is shown as he wrote it. Each block finds its own
direction. What stands here is cleaned by `lib.html` all the same.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterable

from pelekan.lib.html import clean_rich, to_text
from pelekan.lib.text import clean_controls

LONGEST = 12_000
"""Characters of one post."""

PICTURES = "/community/files/"
_TOKEN = r"[0-9a-f]{32}"
_PICTURE = re.compile(rf"!\[([^\]\n]{{0,200}})\]\({PICTURES}({_TOKEN})/\)")
_LINK = re.compile(r"\[([^\]\n]{1,300})\]\((https?://[^\s()<>\"']{1,1000})\)")
_BARE = re.compile(r"https?://[^\s<>\"'`{}|\\^\u2066-\u2069\u200e\u200f]{1,1000}")
_BOLD = re.compile(r"\*\*(?=\S)([^*\n]{1,1000}?)(?<=\S)\*\*")
_SLANT = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,1000}?)(?<=\S)\*(?![\w*])")
_CODE = re.compile(r"`([^`\n]{1,500})`")
_BULLET = re.compile(r"[-*•]\s+(.*)")
_NUMBER = re.compile(r"[0-9۰-۹٠-٩]{1,3}[.)]\s+(.*)")
_AFTER = ".,;:!?)]}'\"،؛؟»*_"
NAME = re.compile(r"(?<![\w@.])@([\w\u200c.\-]{2,30})")


def tidy(source: str) -> str:
    """What was typed, without controls and with even line ends."""
    return clean_controls(source.replace("\r\n", "\n").replace("\r", "\n")).strip()[:LONGEST]


def to_html(source: str, known: Iterable[str] = ()) -> str:
    """Safe HTML. `known`: names (as they are written) that are marked where they are mentioned."""
    names = {name.casefold() for name in known}
    made = clean_rich("\n".join(_blocks(source.split("\n"), names)))
    # only our own rel can stand in an attribute: quotes in words are written as they are, and mean nothing there
    return made.replace('rel="noopener noreferrer nofollow"', 'rel="noopener noreferrer nofollow ugc"')


def plain(source: str) -> str:
    """The words alone."""
    return to_text("\n".join(_blocks(source.split("\n"), set()))).strip()


def links(source: str) -> int:
    """How many addresses it holds."""
    return len(_BARE.findall(source))


def pictures(source: str) -> list[str]:
    """The tokens of its pictures."""
    return [found[2] for found in _PICTURE.finditer(source)]


def mentioned(source: str) -> list[str]:
    """The names after an @, each once."""
    return list(dict.fromkeys(name.rstrip(".-") for name in NAME.findall(source)))


def _blocks(lines: list[str], names: set[str]) -> list[str]:
    out: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        if not line:
            at += 1
        elif line.startswith("```"):
            end = next((i for i in range(at + 1, len(lines)) if lines[i].strip() == "```"), len(lines))
            code = entities.escape("\n".join(lines[at + 1 : end]))
            out.append(f'<pre dir="ltr"><code>{code}</code></pre>')
            at = end + 1
        elif line.startswith(">"):
            end = _while(lines, at, lambda one: one.startswith(">"))
            inner = [one.strip()[1:].strip() for one in lines[at:end]]
            out.append(f"<blockquote>{_paragraph(inner, names)}</blockquote>")
            at = end
        elif found := next(
            (pair for pair in ((_BULLET, "ul"), (_NUMBER, "ol")) if pair[0].match(line)), None
        ):
            shape, tag = found
            end = _while(lines, at, lambda one, shape=shape: bool(shape.match(one)))
            items = [shape.match(one.strip())[1] for one in lines[at:end]]  # type: ignore[index]
            rows = "".join(f'<li dir="auto">{_inline(one, names)}</li>' for one in items)
            out.append(f'<{tag} dir="auto">{rows}</{tag}>')
            at = end
        else:
            end = _while(lines, at, lambda one: bool(one) and not _begins(one))
            end = max(end, at + 1)
            out.append(_paragraph([one.strip() for one in lines[at:end]], names))
            at = end
    return out


def _begins(line: str) -> bool:
    return line.startswith(("```", ">")) or bool(_BULLET.match(line) or _NUMBER.match(line))


def _while(lines: list[str], at: int, holds: object) -> int:
    end = at
    while end < len(lines) and holds(lines[end].strip()):  # type: ignore[operator]
        end += 1
    return end


def _paragraph(lines: list[str], names: set[str]) -> str:
    return f'<p dir="auto">{"<br>".join(_inline(one, names) for one in lines)}</p>'


def _inline(line: str, names: set[str]) -> str:
    """One line. What is finished is set aside under a sign of its own, so that nothing is read twice."""
    kept: list[str] = []

    def keep(made: str) -> str:
        kept.append(made)
        return f"\x00{len(kept) - 1}\x00"

    def bare(found: re.Match[str]) -> str:
        shown = found[0].rstrip(_AFTER)
        return keep(_anchor(shown, f"<bdi>{entities.escape(shown)}</bdi>")) + found[0][len(shown) :]

    line = line.replace("\x00", "")
    line = _CODE.sub(lambda one: keep(f'<code dir="ltr">{entities.escape(one[1])}</code>'), line)
    line = _PICTURE.sub(
        lambda one: keep(f'<img src="{PICTURES}{one[2]}/" alt="{entities.escape(one[1])}">'), line
    )
    line = _LINK.sub(lambda one: keep(_anchor(one[2], entities.escape(one[1]))), line)
    line = _BARE.sub(bare, line)
    if names:
        line = NAME.sub(lambda one: keep(f"<b><bdi>{entities.escape(one[0])}</bdi></b>") if one[1].rstrip(".-").casefold() in names else one[0], line)  # fmt: skip
    line = entities.escape(line, quote=False)
    line = _SLANT.sub(r"<em>\1</em>", _BOLD.sub(r"<strong>\1</strong>", line))
    for _again in range(3):  # code in the words of a link
        line = re.sub(r"\x00(\d+)\x00", lambda one: kept[int(one[1])], line)
    return line


def _anchor(address: str, words: str) -> str:
    return f'<a href="{entities.escape(address)}">{words}</a>'
