"""★ What a rule can do, one table: each act with what it needs to know. Values in, values out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

LONGEST_TEXT = 2_000
LONGEST_TAG = 48
WAYS = ("bell", "mail")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a document: where ("rules.2.do.0.team", counted from 0), a code of `words.FAULTS`, and the value
    that it is about."""

    where: str
    code: str
    value: str = ""


class BadRules(ValueError):
    """A document that can't be kept; all that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{one.where}: {one.code} {one.value}".rstrip() for one in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Do:
    """One act of a rule with its values, such as Do("team", {"team": 3})."""

    act: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    @property
    def json(self) -> dict[str, Any]:
        return {"act": self.act, **self.values}

    @property
    def refs(self) -> tuple[str, ...]:
        """What must exist for it, such as "team:3"."""
        found = [f"{kind}:{self.values[kind]}" for kind in REFS if kind in self.values]
        whom = str(self.values.get("whom", ""))
        return (*found, whom) if ":" in whom else tuple(found)


REFS = ("team", "tier", "agent", "category", "reply", "hook")
"""Values that are ids of something which can be archived or deleted."""

Check = Callable[[Any], str]
"""The code of what is wrong with a value; "" when it is fine."""


def _id(value: Any) -> str:
    fine = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31
    return "" if fine else "no_choice"


def _step(value: Any) -> str:
    return "" if value in (1, 2, 3) and not isinstance(value, bool) else "no_step"


def _tag(value: Any) -> str:
    if not isinstance(value, str) or not value.strip().lstrip("#").strip():
        return "no_tag"
    return "" if len(value) <= LONGEST_TAG else "too_long"


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        return "no_text"
    return "" if len(value) <= LONGEST_TEXT else "too_long"


def _maybe_text(value: Any) -> str:
    return "" if value == "" else _text(value)


def _ways(value: Any) -> str:
    fine = isinstance(value, list) and value and all(way in WAYS for way in value)
    return "" if fine else "no_way"


def _whom(value: Any) -> str:
    if value in ("agent", "team", "manager"):
        return ""
    kind, _, number = str(value).partition(":")
    fine = kind in ("agent", "team") and number.isascii() and number.isdigit() and len(number) < 10
    return "" if fine else "no_whom"


@dataclass(frozen=True, slots=True)
class Act:
    """What an act needs, and what it may be told beyond that; name of the value → how it is checked."""

    needs: Mapping[str, Check] = field(default_factory=dict)
    may: Mapping[str, Check] = field(default_factory=dict)
    sets: str = ""  # what of the ticket it decides: of two acts that set the same, one undoes the other


ACTS: dict[str, Act] = {
    "team": Act({"team": _id}, sets="team"),
    "tier": Act({"tier": _id}, sets="team"),  # its team: see `engine.team_of_tier`
    "agent": Act({"agent": _id}, sets="agent"),
    "stay": Act(sets="team"),  # leave it where it is: a routing rule that ends the search
    "assess": Act({"impact": _step, "urgency": _step}, sets="priority"),
    "tag": Act({"tag": _tag}),
    "untag": Act({"tag": _tag}),
    "category": Act({"category": _id}, sets="category"),
    "tell": Act({"whom": _whom}, {"by": _ways, "text": _maybe_text}),  # whom: agent, team, manager, agent:5, team:3
    "reply": Act({"reply": _id}),
    "note": Act({"text": _text}),
    "register": Act(),
    "solve": Act(sets="status"),
    "close": Act(sets="status"),
    "webhook": Act({"hook": _id}),
    "call": Act({}, {"script": _maybe_text}),
}  # fmt: skip

FOR_ROUTING = frozenset(ACTS)
FOR_AUTOMATIONS = frozenset(ACTS) - {"stay"}
MOVES = frozenset({"team", "tier"})
"""Acts that a person's own choice forbids (with "agent")."""


def acts_from(body: Any, where: str, allowed: frozenset[str], faults: list[Fault]) -> tuple[Do, ...]:
    """The acts of a rule; what is wrong with them is added to `faults`."""
    if not isinstance(body, list) or not body:
        faults.append(Fault(where, "no_acts"))
        return ()
    found = []
    for number, one in enumerate(body):
        its = list(_faults_of(one, f"{where}.{number}", allowed))
        faults += its
        if not its:
            found.append(Do(one["act"], {name: value for name, value in one.items() if name != "act"}))
    taken: set[str] = set()
    for number, do in enumerate(found):
        sets = ACTS[do.act].sets
        if sets and sets in taken:
            faults.append(Fault(f"{where}.{number}", "set_twice", do.act))
        taken.add(sets)
    return tuple(found)


def _faults_of(one: Any, where: str, allowed: frozenset[str]) -> Iterator[Fault]:
    if not isinstance(one, dict) or one.get("act") not in allowed:
        named = str(one.get("act", "")) if isinstance(one, dict) else ""
        yield Fault(where, "unknown_act", named[:40])
        return
    act = ACTS[one["act"]]
    for name, check in (*act.needs.items(), *act.may.items()):
        if name not in one and name in act.may:
            continue
        if code := check(one.get(name)):
            yield Fault(f"{where}.{name}", code, str(one.get(name, ""))[:80])
    for name in one:
        if name != "act" and name not in act.needs and name not in act.may:
            yield Fault(f"{where}.{name}", "unknown_value", str(name)[:40])
