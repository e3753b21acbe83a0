"""Rule sets as files: out with the names of what they point to, in with the ids that those names have here."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

from pelekan.lib.text import whole
from pelekan.tickets.conditions.fields import field_named
from pelekan.web.admin.choices import FIXED, Choices

FORMAT = 1
LARGEST = 2_000_000
LISTS = {
    "team": "team", "tier": "step", "agent": "agent", "category": "category", "reply": "reply", "hook": "hook",
    "policy": "", "hours": "hours", "skill": "skill",
}  # fmt: skip
"""Values of acts and other parts that are ids → the list they are of."""

Swap = Callable[[str, Any], Any]


class Unreadable(ValueError):
    """This is no rule set that was exported from here."""


class Missing(ValueError):
    """What the file names and this desk doesn't have: [(kind, name)]."""

    def __init__(self, names: list[tuple[str, str]]) -> None:
        super().__init__(", ".join(name for _kind, name in names))
        self.names = names


def out(kind: str, body: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
    """The document with the names of all that it points to."""
    names: dict[str, dict[str, str]] = {}

    def note(of: str, key: Any) -> Any:
        if choices.exists(of, key):
            names.setdefault(of, {})[str(key)] = choices.raw(of, key)
        return key

    _swapped(copy.deepcopy(dict(body)), note)
    return {"pelekan": "rulebook", "format": FORMAT, "kind": kind, "body": dict(body), "names": names}


def into(kind: str, text: str, choices: Choices) -> dict[str, Any]:
    """The document of an exported text, pointing to what bears the same names here. Raises Unreadable and Missing."""
    try:
        file = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise Unreadable from fault
    if (
        not isinstance(file, dict)
        or file.get("pelekan") != "rulebook"
        or not isinstance(file.get("body"), dict)
    ):
        raise Unreadable
    if file.get("kind") != kind or file.get("format") != FORMAT:
        raise Unreadable
    given = file.get("names")
    names = given if isinstance(given, dict) else {}
    missing: list[tuple[str, str]] = []

    def find(of: str, key: Any) -> Any:
        its = names.get(of)
        name = str(its.get(str(key), "")) if isinstance(its, dict) else ""
        if choices.exists(of, key) and (not name or choices.raw(of, key) == name):
            return key
        found = choices.key_of(of, name) if name else None
        if found is None:
            missing.append((of, name or str(key)))
            return key
        return type(key)(found)

    body = _swapped(file["body"], find)
    if missing:
        raise Missing(list(dict.fromkeys(missing)))
    return body


def _swapped(part: Any, swap: Swap) -> Any:
    """The part with each id replaced by what `swap(list, id)` says."""
    if isinstance(part, list):
        return [_swapped(one, swap) for one in part]
    if not isinstance(part, dict):
        return part
    if "field" in part and "is" in part:
        field = field_named(str(part["field"]))
        if field and field.values and field.values not in FIXED and isinstance(part.get("value"), list):
            part["value"] = [swap(field.values, one) for one in part["value"]]
        return part
    for key, value in list(part.items()):
        if LISTS.get(key) and isinstance(value, int) and not isinstance(value, bool):
            part[key] = swap(LISTS[key], value)
        elif key == "whom" and isinstance(value, str) and ":" in value:
            of, _colon, number = value.partition(":")
            part[key] = f"{of}:{swap(of, number)}"
        elif key == "teams" and isinstance(value, dict) and all(whole(str(one)) is not None for one in value):
            part[key] = {str(swap("team", one)): _swapped(its, swap) for one, its in value.items()}
        elif (
            key in ("teams", "inboxes") and isinstance(value, list) and all(type(one) is int for one in value)
        ):
            part[key] = [swap(key.removesuffix("s").removesuffix("e"), one) for one in value]
        else:
            part[key] = _swapped(value, swap)
    return part
