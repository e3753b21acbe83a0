"""★ Guided flows: a tree of steps that the bot goes with a customer, drawn by people in the settings.

A flow: {"id", "name": {language: text}, "words": [phrases that begin it], "start": id, "nodes": {id: node}}. Nodes by "kind":

    say       {"text", "next"}
    ask       {"text", "as": "choice" | "text" | "number" | "order", "name": "order", "choices": [{"value", "label", "next"}], "next"}
    branch    {"cases": [{"when": condition (tickets.conditions.ast), "next"}], "next": where none holds}
    look      {"what": "ticket" | "plan" | "organization", "from": name of the answer that holds the number, "next", "missing"}
    article   {"article": id, "next"}
    register  {"category": id or null, "team": id or null, "subject"}
    hand      {"text", "team": id or null}
    done      {"text"}

Texts are by language; {name} in them stands for an answer or for what was looked up. A missing "next" is the end, where the
customer is asked whether that helped. `run` goes on until something is asked or the flow ends; it looks nothing up itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pelekan.lib.folding import fold
from pelekan.lib.text import latin_digits, one_line
from pelekan.tickets.conditions import ast

KINDS = ("say", "ask", "branch", "look", "article", "register", "hand", "done")
ASKS = ("choice", "text", "number", "order")
LOOKS = ("ticket", "plan", "organization")
GIVES = {
    "ticket": ("ticket_number", "ticket_subject", "ticket_status"),
    "plan": ("plan",),
    "organization": ("organization",),
}
"""What a look-up gives to later texts and conditions."""
MOST_STEPS = 40
"""Steps without a question: more can only be a circle."""
LONGEST_ANSWER = 300
_PLACE = re.compile(r"\{([a-z_][a-z0-9_]{0,39})\}")
_ORDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_-]{1,38}[A-Za-z0-9]")

Node = Mapping[str, Any]
Look = Callable[[str, str], Mapping[str, str] | None]
"""(what, number) → what is known, {} for what is not there, None for who has not proved who he is."""


@dataclass
class Went:
    """How far a flow went: what is to be said, and what it stopped at.

    `stop` "ask": it waits at node `at` (with `choices` [(value, label)]); "contact": `sign_in` needed, see `signed`; "register",
    "hand", "done": it ended so; "lost": its document leads nowhere. `says`: texts; `articles`: ids after the text before them.
    """

    stop: str = ""
    at: str = ""
    says: list[str] = field(default_factory=list)
    articles: list[int] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    node: Node = field(default_factory=dict)
    unproved: bool = False  # something was to be looked up for somebody who has not proved who he is
    wrong: str = ""  # "choice", "number", "order": the answer does not fit, the question stands


def begin(
    flow: Mapping[str, Any], *, language: str, facts: Mapping[str, str], look: Look, known: ast.Facts
) -> Went:
    """From its first step on."""
    return _go(flow, str(flow.get("start", "")), Went(facts=dict(facts)), language, look, known)


def go_on(
    flow: Mapping[str, Any],
    at: str,
    given: str,
    *,
    pressed: str = "",
    language: str,
    facts: Mapping[str, str],
    look: Look,
    known: ast.Facts,
) -> Went:
    """After an answer to the question at `at`: `given` as it was typed, or the value of a choice that was `pressed`."""
    node = _nodes(flow).get(at)
    went = Went(facts=dict(facts))
    if node is None or node.get("kind") != "ask":
        went.stop = "lost"
        return went
    value, further = _answer(node, given, pressed, language)
    if value is None:
        went.wrong = node.get("as", "text")
        return _asks(node, at, went, language)
    went.facts[str(node.get("name") or f"answer_{at}")] = value
    return _go(flow, further or str(node.get("next") or ""), went, language, look, known)


def _go(flow: Mapping[str, Any], at: str, went: Went, language: str, look: Look, known: ast.Facts) -> Went:
    nodes = _nodes(flow)
    for _step in range(MOST_STEPS):
        if not at:
            went.stop = "done"
            return went
        node = nodes.get(at)
        if node is None:
            break
        went.path.append(at)
        match node.get("kind"):
            case "ask":
                return _asks(node, at, went, language)
            case "say":
                went.says.append(filled(node.get("text"), language, went.facts))
                at = str(node.get("next") or "")
            case "branch":
                at = _branch(node, went.facts, known)
            case "look":
                at = _looked(node, went, look)
            case "article":
                went.articles.append(int(node.get("article") or 0))
                at = str(node.get("next") or "")
            case "register" | "hand" | "done" as end:
                went.stop, went.at, went.node = str(end), at, node
                if text := filled(node.get("text"), language, went.facts):
                    went.says.append(text)
                return went
            case _:
                break
    went.stop = "lost"
    return went


def _nodes(flow: Mapping[str, Any]) -> Mapping[str, Node]:
    nodes = flow.get("nodes")
    return nodes if isinstance(nodes, Mapping) else {}


def _asks(node: Node, at: str, went: Went, language: str) -> Went:
    went.stop, went.at, went.node = "ask", at, node
    went.says.append(filled(node.get("text"), language, went.facts))
    if node.get("as") == "choice":
        went.choices = [
            (
                str(one.get("value", "")),
                filled(one.get("label"), language, went.facts) or str(one.get("value", "")),
            )
            for one in node.get("choices") or ()
        ]
    return went


def _answer(node: Node, given: str, pressed: str, language: str) -> tuple[str | None, str]:
    """(the value, where its choice leads or ""); None where the answer does not fit the question."""
    asked, typed = node.get("as", "text"), one_line(given, LONGEST_ANSWER)
    if asked == "choice":
        for place, one in enumerate(node.get("choices") or (), 1):
            value, label = str(one.get("value", "")), filled(one.get("label"), language, {})
            said = fold(latin_digits(typed)).strip().casefold()
            if pressed == value or (
                not pressed and said in (fold(label).casefold(), value.casefold(), str(place))
            ):
                return value, str(one.get("next") or "")
        return None, ""
    if asked == "number":
        plain = latin_digits(typed).replace(",", "").replace("٬", "").strip()
        return (plain, "") if re.fullmatch(r"\d{1,12}", plain) else (None, "")
    if asked == "order":
        match = _ORDER.search(latin_digits(typed))
        return (match[0], "") if match and any(char.isdigit() for char in match[0]) else (None, "")
    return (typed, "") if typed else (None, "")


def _branch(node: Node, facts: Mapping[str, str], known: ast.Facts) -> str:
    seen = {**known, "answers": {**(known.get("answers") or {}), **facts}}
    for case in node.get("cases") or ():
        try:
            holds = ast.holds(ast.parse(case.get("when")), seen)
        except (ast.BadCondition, KeyError, TypeError):
            continue
        if holds:
            return str(case.get("next") or "")
    return str(node.get("next") or "")


def _looked(node: Node, went: Went, look: Look) -> str:
    found = look(str(node.get("what", "")), went.facts.get(str(node.get("from", "")), ""))
    if found is None:
        went.unproved = True
    if not found:
        return str(node.get("missing") or "")
    went.facts |= found
    return str(node.get("next") or "")


def filled(texts: Any, language: str, facts: Mapping[str, str]) -> str:
    """The text in this language with what is known in its places. What is put in is never read again for places."""
    if not isinstance(texts, Mapping):
        return ""
    text = str(texts.get(language) or next((one for one in texts.values() if one), ""))
    return _PLACE.sub(lambda match: str(facts.get(match[1], "…")), text).strip()


def places_of(texts: Any) -> set[str]:
    """The names that a text puts in."""
    return (
        {name for one in (texts or {}).values() for name in _PLACE.findall(str(one))}
        if isinstance(texts, Mapping)
        else set()
    )


def ways_of(node: Node) -> list[str]:
    """Where a node can lead; "" is the end."""
    kind = node.get("kind")
    if kind == "ask" and node.get("as") == "choice":
        after = str(node.get("next") or "")
        return [str(one.get("next") or "") or after for one in node.get("choices") or ()] or [after]
    if kind == "branch":
        return [*(str(one.get("next") or "") for one in node.get("cases") or ()), str(node.get("next") or "")]
    if kind == "look":
        return [str(node.get("next") or ""), str(node.get("missing") or "")]
    if kind in ("say", "ask", "article"):
        return [str(node.get("next") or "")]
    return []
