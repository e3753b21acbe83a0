"""What is wrong with the bot's document, and what of it may surprise: for whoever edits it, in his language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from pelekan.knowledge.bot.document import LANGUAGES, WHEN
from pelekan.knowledge.bot.flows import ASKS, GIVES, KINDS, LOOKS, places_of, ways_of
from pelekan.knowledge.models import Article
from pelekan.lib.text import isolate, whole
from pelekan.people.models import Team
from pelekan.tickets.conditions import ast
from pelekan.tickets.models import Category, Inbox
from pelekan.tickets.rulebooks import Fault

MOST_FLOWS = 60
MOST_NODES = 200
MOST_CHOICES = 10
LONGEST_TEXT = 2_000
LONGEST_NAME = 40
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,39}")


def faults(body: Mapping[str, Any]) -> list[Fault]:
    """All for which the document can't be kept."""
    inboxes, flows = body.get("inboxes", {}), body.get("flows", [])
    if (
        not set(body) <= {"inboxes", "flows"}
        or not isinstance(inboxes, Mapping)
        or not isinstance(flows, list)
    ):
        return [Fault((), _("This is no document of the bot."))]
    found: list[Fault] = []
    ids = [one.get("id") if isinstance(one, Mapping) else None for one in flows]
    if len(flows) > MOST_FLOWS:
        found.append(Fault(("flows",), _("These are too many flows.")))
    if any(not isinstance(one, str) or not _ID.fullmatch(one) for one in ids) or len(set(ids)) != len(ids):
        return [Fault(("flows",), _("Each flow needs an id of its own, of small letters and digits."))]
    for pk, one in inboxes.items():
        found += _inbox_faults(str(pk), one, {str(one) for one in ids})
    for place, flow in enumerate(flows):
        found += _flow_faults(("flows", place), flow)
    return found


def _inbox_faults(pk: str, one: Any, flows: set[str]) -> list[Fault]:
    where = ("inboxes", pk)
    if whole(pk) is None or not Inbox.objects.filter(pk=int(pk), channel="chat").exists():
        return [Fault(where, _("The bot answers in chats only; this inbox is none."))]
    if not isinstance(one, Mapping) or one.get("when") not in WHEN:
        return [Fault(where, _("Say when the bot answers."))]
    found = []
    sure = one.get("sure", 45)
    if isinstance(sure, bool) or not isinstance(sure, int) or not 10 <= sure <= 95:
        found.append(Fault((*where, "sure"), _("How sure the bot must be is a number from 10 to 95.")))
    for name, longest in (("name", LONGEST_NAME), ("hello", LONGEST_TEXT)):
        found += _text_faults((*where, name), one.get(name) or {}, longest)
    if not isinstance(one.get("flows", []), list) or not set(map(str, one.get("flows", []))) <= flows:
        found.append(Fault((*where, "flows"), _("A flow that is offered here is no longer there.")))
    return found


def _text_faults(where: tuple[str | int, ...], texts: Any, longest: int = LONGEST_TEXT) -> list[Fault]:
    if (
        not isinstance(texts, Mapping)
        or not set(texts) <= set(LANGUAGES)
        or not all(isinstance(text, str) for text in texts.values())
    ):
        return [Fault(where, _("Texts are given by language: fa, ar, en."))]
    if any(len(text) > longest for text in texts.values()):
        return [Fault(where, _("A text is too long: at most %(count)s characters.") % {"count": longest})]
    return []


def _flow_faults(where: tuple[str | int, ...], flow: Mapping[str, Any]) -> list[Fault]:
    name = isolate(name_of(flow))
    nodes = flow.get("nodes")
    words = flow.get("words", [])
    if not isinstance(nodes, Mapping) or not nodes or len(nodes) > MOST_NODES:
        return [Fault(where, _("The flow %(name)s needs at least one step.") % {"name": name})]
    if not isinstance(words, list) or not all(isinstance(one, str) and len(one) <= 120 for one in words):
        return [Fault((*where, "words"), _("The phrases that begin a flow are short texts."))]
    found = _text_faults((*where, "name"), flow.get("name") or {}, 80)
    if not any((flow.get("name") or {}).values()):
        found.append(Fault((*where, "name"), _("Give the flow a name.")))
    if flow.get("start") not in nodes:
        found.append(Fault((*where, "start"), _("The flow %(name)s has no first step.") % {"name": name}))
    for id, node in nodes.items():
        found += _node_faults((*where, "nodes", id), node, nodes, name)
    return found or _circles(where, flow)


def name_of(flow: Mapping[str, Any]) -> str:
    names = flow.get("name")
    texts = names.values() if isinstance(names, Mapping) else ()
    return next((str(text) for text in texts if text), str(flow.get("id", "")))


def _node_faults(where: tuple[str | int, ...], node: Any, nodes: Mapping[str, Any], flow: str) -> list[Fault]:
    said = {"name": flow, "step": isolate(str(where[-1]))}
    if not isinstance(node, Mapping) or node.get("kind") not in KINDS:
        return [Fault(where, _("Step %(step)s of the flow %(name)s is of no known kind.") % said)]
    kind, found = node["kind"], []
    if any(way and way not in nodes for way in ways_of(node)):
        found.append(
            Fault(where, _("Step %(step)s of the flow %(name)s leads to a step that is not there.") % said)
        )
    found += _text_faults((*where, "text"), node.get("text") or {})
    if kind in ("say", "ask") and not any((node.get("text") or {}).values()):
        found.append(Fault(where, _("Step %(step)s of the flow %(name)s says nothing.") % said))
    if kind == "ask":
        found += _ask_faults(where, node, said)
    if kind == "branch":
        found += _branch_faults(where, node, said)
    if kind == "look" and (
        node.get("what") not in LOOKS or (node["what"] == "ticket" and not node.get("from"))
    ):
        found.append(
            Fault(
                where,
                _(
                    "Say in step %(step)s of the flow %(name)s what is looked up, and where the number comes from."
                )
                % said,
            )
        )
    if (
        kind == "article"
        and not Article.objects.filter(pk=_id(node.get("article")), archived_at=None).exists()
    ):
        found.append(
            Fault(where, _("The article of step %(step)s of the flow %(name)s is not there.") % said)
        )
    if (
        node.get("category")
        and not Category.objects.filter(pk=_id(node["category"]), archived_at=None).exists()
    ):
        found.append(
            Fault(where, _("The category of step %(step)s of the flow %(name)s is not there.") % said)
        )
    if node.get("team") and not Team.objects.filter(pk=_id(node["team"]), archived_at=None).exists():
        found.append(Fault(where, _("The team of step %(step)s of the flow %(name)s is not there.") % said))
    return found


def _ask_faults(where: tuple[str | int, ...], node: Mapping[str, Any], said: dict[str, str]) -> list[Fault]:
    if node.get("as") not in ASKS or not _NAME.fullmatch(str(node.get("name", ""))):
        return [
            Fault(
                where,
                _(
                    "The question in step %(step)s of the flow %(name)s needs a kind, and a name of small letters for its answer."
                )
                % said,
            )
        ]
    if node["as"] != "choice":
        return []
    choices = node.get("choices")
    if (
        not isinstance(choices, list)
        or not 1 <= len(choices) <= MOST_CHOICES
        or not all(isinstance(one, Mapping) for one in choices)
    ):
        return [Fault(where, _("Step %(step)s of the flow %(name)s needs one to ten choices.") % said)]
    values = [str(one.get("value", "")) for one in choices]
    if (
        not all(values)
        or len(set(values)) != len(values)
        or any(not any((one.get("label") or {}).values()) for one in choices)
    ):
        return [
            Fault(
                where,
                _("Each choice in step %(step)s of the flow %(name)s needs a text and a value of its own.")
                % said,
            )
        ]
    return [fault for one in choices for fault in _text_faults(where, one.get("label") or {}, 120)]


def _branch_faults(
    where: tuple[str | int, ...], node: Mapping[str, Any], said: dict[str, str]
) -> list[Fault]:
    cases = node.get("cases")
    if not isinstance(cases, list) or not cases or not all(isinstance(one, Mapping) for one in cases):
        return [Fault(where, _("Step %(step)s of the flow %(name)s needs at least one condition.") % said)]
    for one in cases:
        try:
            ast.parse(one.get("when"))
        except ast.BadCondition:
            return [
                Fault(where, _("A condition in step %(step)s of the flow %(name)s is not complete.") % said)
            ]
    return []


def _circles(where: tuple[str | int, ...], flow: Mapping[str, Any]) -> list[Fault]:
    """Ways that come back to themselves without asking anything: the customer would never get out."""
    nodes = flow["nodes"]
    done: set[str] = set()

    def turns(id: str, above: frozenset[str]) -> bool:
        if id in above:
            return True
        if id in done or not id:
            return False
        node = nodes[id]
        asks = node["kind"] == "ask"
        found = (
            any(turns(way, frozenset() if asks else above | {id}) for way in ways_of(node))
            if not asks
            else False
        )
        done.add(id)
        return found

    if any(turns(id, frozenset()) for id in nodes):
        return [
            Fault(
                where,
                _("The flow %(name)s goes round in a circle without asking anything.")
                % {"name": isolate(name_of(flow))},
            )
        ]
    return []


def advice(body: Mapping[str, Any]) -> list[Fault]:
    """What does not hinder, but may not be meant: steps that nothing leads to, answers nobody gave, missing languages."""
    found: list[Fault] = []
    for place, flow in enumerate(body.get("flows") or ()):
        if isinstance(flow, Mapping) and isinstance(flow.get("nodes"), Mapping):
            found += _advice_of(("flows", place), flow)
    return found


def _advice_of(where: tuple[str | int, ...], flow: Mapping[str, Any]) -> list[Fault]:
    nodes, name, found = flow["nodes"], isolate(name_of(flow)), []
    reached, waiting = set(), [str(flow.get("start", ""))]
    while waiting:
        id = waiting.pop()
        if id in nodes and id not in reached:
            reached.add(id)
            waiting += ways_of(nodes[id])
    known = {str(node.get("name")) for node in nodes.values() if node.get("kind") == "ask"}
    known |= {
        given
        for node in nodes.values()
        if node.get("kind") == "look"
        for given in GIVES.get(node.get("what"), ())
    }
    for id, node in nodes.items():
        said = {"step": isolate(str(id)), "name": name}
        if id not in reached:
            found.append(
                Fault((*where, "nodes", id), _("Nothing leads to step %(step)s of the flow %(name)s.") % said)
            )
        if missing := sorted(places_of(node.get("text")) - known):
            found.append(
                Fault(
                    (*where, "nodes", id),
                    _("Step %(step)s of the flow %(name)s speaks of {%(what)s}, which nothing asks for.")
                    % {**said, "what": missing[0]},
                )
            )
        texts = node.get("text") or {}
        if any(texts.values()) and (absent := [one for one in LANGUAGES if not texts.get(one)]):
            found.append(
                Fault(
                    (*where, "nodes", id),
                    _("Step %(step)s of the flow %(name)s is not written in: %(languages)s.")
                    % {**said, "languages": ", ".join(absent)},
                )
            )
    if not any(
        node.get("kind") in ("hand", "register", "done") or "" in ways_of(node) for node in nodes.values()
    ):
        found.append(Fault(where, _("The flow %(name)s never ends.") % {"name": name}))
    return found


def _id(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
