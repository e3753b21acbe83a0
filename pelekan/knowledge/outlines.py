"""★ Troubleshooting trees as people write them: an indented list.

    What do you see?
      Wrong password
        Is Caps Lock off?
          Yes
            Make a new password.
          No -> #start
      Nothing at all
        #blank Clear the cache.

The first line is a question, the lines below it its answers, below an answer what comes next. `#name` before a question
names it; `-> #name` (or `→`, `←`) behind an answer leads there. A line that begins with `|` goes on with the one above.
What has no answers is an end. Inline Markdown is understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pelekan.knowledge.files import markdown

MOST = 300  # nodes
_NAME = re.compile(r"#([\w\u200c-]{1,40})(?:\s+|$)")
_GOES = re.compile(r"\s*(?:->|→|←|=>)\s*#([\w\u200c-]{1,40})\s*$")
_OWN = re.compile(r"q\d+$")
MARKS = "\u200e\u200f\u2066\u2067\u2068\u2069"


@dataclass(frozen=True)
class Fault:
    """What is wrong: `why` is a key of `web.knowledge.tree_words.REASONS`; `line` from 1, 0 for the whole; `at` names the place."""

    why: str
    line: int = 0
    at: str = ""


@dataclass
class _Line:
    number: int
    depth: int
    text: str
    below: list[_Line] = field(default_factory=list)


def parse(outline: str) -> tuple[dict[str, Any], list[Fault]]:
    """{"start", "nodes", "outline"} of what was written, as far as it can be understood, and what is wrong with it."""
    faults: list[Fault] = []
    roots = _nested(outline, faults)
    nodes: dict[str, dict[str, Any]] = {}
    lines: dict[str, int] = {}
    asked: list[tuple[str, int]] = []

    def node(line: _Line) -> str:
        match = _NAME.match(line.text)
        key = match.group(1) if match else f"q{line.number}"
        if key in nodes:
            faults.append(Fault("twice", line.number, key))
            key = f"q{line.number}"
        words = line.text[match.end() :] if match else line.text
        if not words.strip():
            faults.append(Fault("empty", line.number, key))
        nodes[key], lines[key] = {"text": _html(words, line.number, faults), "choices": []}, line.number
        nodes[key]["choices"] = [choice(one) for one in line.below]
        return key

    def choice(line: _Line) -> dict[str, str]:
        match = _GOES.search(line.text)
        label = (line.text[: match.start()] if match else line.text).strip()
        if match and line.below:
            faults.append(Fault("both", line.number, label))
        elif match:
            asked.append((match.group(1), line.number))
            return {"label": label, "to": match.group(1)}
        elif not line.below:
            faults.append(Fault("dead_end", line.number, label))
            return {"label": label, "to": ""}
        elif len(line.below) > 1:
            faults.append(Fault("two_ways", line.below[1].number, label))
        return {"label": label, "to": node(line.below[0])}

    start = node(roots[0]) if roots else ""
    for root in roots[1:]:
        node(root)
    faults += [Fault("nowhere", number, name) for name, number in asked if name not in nodes]
    data = {"start": start, "nodes": nodes, "outline": outline}
    faults += [
        Fault(one.why, lines.get(one.at, 0), _words(nodes, one.at))
        for one in check(data)
        if one.why not in ("nowhere", "dead_end", "empty")
    ]
    return data, sorted(dict.fromkeys(faults), key=lambda one: one.line)


def _html(words: str, number: int, faults: list[Fault]) -> str:
    try:
        return markdown.to_html(words)
    except markdown.Tangled:
        faults.append(Fault("too_large", number))
        return ""


def _nested(outline: str, faults: list[Fault]) -> list[_Line]:
    roots: list[_Line] = []
    above: list[_Line] = []
    for number, raw in enumerate(outline.replace("\r\n", "\n").replace("\t", "  ").split("\n"), 1):
        text = raw.lstrip(" " + MARKS).rstrip()
        if not text:
            continue
        if text.startswith("|") and above:
            above[-1].text += "\n" + text[1:].strip()
            continue
        depth = (
            len(raw) - len(raw.lstrip(" "))
            if raw[:1] not in MARKS
            else len(raw.lstrip(MARKS)) - len(raw.lstrip(MARKS).lstrip(" "))
        )
        line = _Line(number, depth, text.removeprefix("- ").removeprefix("• "))
        while above and above[-1].depth >= depth:
            above.pop()
        (above[-1].below if above else roots).append(line)
        above.append(line)
        if len(above) > 60 or number > MOST * 4:
            faults.append(Fault("too_large", number))
            break
    return roots


def write(data: dict[str, Any]) -> str:
    """The outline of a tree; what it was written with, where that is known."""
    if isinstance(data.get("outline"), str):
        return str(data["outline"])
    nodes, lines, done = data.get("nodes") or {}, [], set[str]()
    named = _named(data)

    def node(key: str, depth: int) -> None:
        done.add(key)
        words = markdown.from_html(nodes[key].get("text", "")).strip().split("\n")
        words = [one for one in words if one.strip()] or [""]
        name = f"#{key} " if key in named else ""
        lines.append(" " * depth + name + words[0])
        lines.extend(" " * depth + "| " + one for one in words[1:])
        for one in nodes[key].get("choices", []):
            to = one.get("to", "")
            if to in nodes and to not in done:
                lines.append(" " * (depth + 2) + one.get("label", ""))
                node(to, depth + 4)
            else:
                lines.append(" " * (depth + 2) + one.get("label", "") + (f" -> #{to}" if to else ""))

    for key in [data.get("start", ""), *nodes]:
        if key in nodes and key not in done:
            node(key, 0)
    return "\n".join(lines)


def _named(data: dict[str, Any]) -> set[str]:
    """The nodes that need a name: led to more than once, or named by a person."""
    led = [one.get("to") for node in (data.get("nodes") or {}).values() for one in node.get("choices", [])]
    found = {key for key in led if key and led.count(key) > 1} | {data.get("start", "")} & set(led)
    return found | {key for key in data.get("nodes") or {} if not _OWN.match(key)}


def check(data: dict[str, Any]) -> list[Fault]:
    """What keeps a reader from an end: nothing at all, answers that lead nowhere, circles, and what nobody can reach."""
    nodes: dict[str, Any] = data.get("nodes") or {}
    start = data.get("start", "")
    if start not in nodes:
        return [Fault("none")]
    if len(nodes) > MOST:
        return [Fault("too_large")]
    faults = []
    for key, one in nodes.items():
        if not one.get("text", "").strip():
            faults.append(Fault("empty", at=key))
        for choice in one.get("choices", []):
            if choice.get("to") not in nodes:
                faults.append(Fault("nowhere" if choice.get("to") else "dead_end", at=key))
    reached = set(_reached(nodes, start))
    faults += [Fault("unreached", at=key) for key in nodes if key not in reached]
    ending = {key for key in nodes if not nodes[key].get("choices")}
    while more := {
        key
        for key in nodes
        if key not in ending and any(one.get("to") in ending for one in nodes[key]["choices"])
    }:
        ending |= more
    broken = {fault.at for fault in faults if fault.why in ("nowhere", "dead_end")}
    faults += [
        Fault("circle", at=key) for key in nodes if key in reached and key not in ending and key not in broken
    ]
    return faults


def _reached(nodes: dict[str, Any], start: str) -> Iterator[str]:
    seen, waiting = {start}, [start]
    while waiting:
        key = waiting.pop()
        yield key
        for one in nodes[key].get("choices", []):
            if (to := one.get("to")) in nodes and to not in seen:
                seen.add(to)
                waiting.append(to)


def _words(nodes: dict[str, Any], key: str) -> str:
    text = re.sub(r"<[^>]+>", " ", nodes.get(key, {}).get("text", ""))
    return " ".join(text.split())[:60] or key
