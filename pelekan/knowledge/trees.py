"""★ Walking through a troubleshooting tree: {"start": id, "nodes": {id: {"text": HTML, "choices": [{"label", "to"}]}}}."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pelekan.lib.html import to_text
from pelekan.lib.text import one_line

DEEPEST = 40  # steps; a tree whose choices lead in circles ends here


class NoSuchWay(LookupError):
    """These choices lead nowhere in this tree."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where someone stands: the node's text (HTML), its choices (label, the way there), and how he came: (question, answer)."""

    text: str
    choices: list[tuple[str, tuple[int, ...]]]
    taken: list[tuple[str, str]]
    way: tuple[int, ...]

    @property
    def end(self) -> bool:
        return not self.choices

    def words(self) -> str:
        """The way in one line: «question: answer → …»."""
        return " → ".join(f"{question}: {answer}" for question, answer in self.taken)


def stand(data: dict[str, Any], way: tuple[int, ...]) -> Stand:
    """Where the choices `way` (1 is the first) lead from the start. NoSuchWay where there is none."""
    nodes = data.get("nodes")
    nodes = nodes if isinstance(nodes, dict) else {}
    node = _node(nodes, data.get("start"))
    taken: list[tuple[str, str]] = []
    if len(way) > DEEPEST:
        raise NoSuchWay
    for number in way:
        choices = _choices(node)
        if not 1 <= number <= len(choices):
            raise NoSuchWay
        label, to = choices[number - 1]
        taken.append((one_line(to_text(str(node.get("text", ""))), 160), label))
        node = _node(nodes, to)
    open_ = [(label, (*way, place)) for place, (label, to) in enumerate(_choices(node), 1) if to in nodes]
    return Stand(str(node.get("text", "")), open_, taken, way)


def _node(nodes: dict[str, Any], pk: Any) -> dict[str, Any]:
    found = nodes.get(str(pk))
    if not isinstance(found, dict):
        raise NoSuchWay
    return found


def _choices(node: dict[str, Any]) -> list[tuple[str, str]]:
    rows = node.get("choices")
    rows = rows if isinstance(rows, list) else []
    return [(str(one.get("label", "")), str(one.get("to", ""))) for one in rows if isinstance(one, dict)]
