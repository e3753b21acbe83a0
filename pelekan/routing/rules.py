"""★ Routing rules and automations as documents, and what they decide. Values in, values out; see docs/routing.md.

    routing      {"rules": [{"id", "name", "on": ["created", …], "when": condition, "do": [acts], "off": false}, …]}
    automations  the same, with "on" either events ["message.received", …], or a time since something
                 {"after_hours": 4, "since": "waiting_since", "again": false, "clock": "business"}, or hours of the day
                 {"at": "09:00", "days": [0, …, 6 (0 = Monday)], "zone": "Asia/Tehran"}

Of routing rules the first that matches decides, and the rest is skipped; of automations all that match run, in order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from pelekan.routing.acts import ACTS, FOR_AUTOMATIONS, FOR_ROUTING, MOVES, BadRules, Do, Fault, acts_from
from pelekan.tickets.conditions import ast

ROUTED_ON = {
    "created": "ticket.created",
    "registered": "ticket.registered",
    "message": "message.received",
    "categorised": "ticket.categorised",
    "assessed": "ticket.assessed",
    "reopened": "ticket.reopened",
}
"""When routing rules are asked → the event."""

AUTOMATED_ON = (
    "ticket.created", "ticket.registered", "ticket.routed", "ticket.assigned", "ticket.released", "ticket.escalated",
    "ticket.returned", "ticket.handed_over", "ticket.assessed", "ticket.categorised", "ticket.tagged",
    "ticket.untagged", "ticket.waited", "ticket.held", "ticket.resumed", "ticket.solved", "ticket.reopened",
    "ticket.closed", "ticket.rated", "ticket.joined", "ticket.nobody_free", "message.received", "message.sent",
    "message.noted", "chat.accepted", "chat.ended", "delivery.failed", "ticket.frustrated", "ticket.accepted",
    "call.done", "promise.missed",
)  # fmt: skip
"""Events to which automations may listen."""

CLOCKS = ("elapsed", "business")
SINCE = ("created_at", "waiting_since", "last_at", "solved_at")
LONGEST_WAIT = 24 * 366
MOST_RULES = 500
LONGEST_NAME = 120
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}\Z")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z")


@dataclass(frozen=True, slots=True)
class After:
    """So long after `since` (a moment of the ticket); `again`: and once more each time that it has passed again.
    `business`: only the ticket's business hours count, else every hour, day and night."""

    hours: float
    since: str
    again: bool = False
    business: bool = False


@dataclass(frozen=True, slots=True)
class Daily:
    """At this time of these days (0 = Monday) in `zone`."""

    at: time
    days: tuple[int, ...]
    zone: str

    def next_after(self, moment: datetime) -> datetime:
        """The next time after `moment` (aware), in its zone. A time that the clock skips comes an hour later."""
        zone = ZoneInfo(self.zone)
        day = moment.astimezone(zone).date()
        for _ in range(9):
            found = datetime.combine(day, self.at, zone).astimezone(moment.tzinfo)
            if found > moment and day.weekday() in self.days:
                return found
            day += timedelta(days=1)
        raise AssertionError("unreachable")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `on` holds events' names; `time` is set where an automation goes by time instead. `place` counts from 1
    through the whole document, the switched-off ones too."""

    id: str
    name: str
    place: int
    on: frozenset[str]
    when: ast.Condition
    do: tuple[Do, ...]
    off: bool = False
    time: After | Daily | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """A document, read."""

    rules: tuple[Rule, ...] = ()

    def asked_on(self, event: str) -> bool:
        """Whether any rule listens to this event."""
        return any(event in rule.on for rule in self.rules if not rule.off)

    def named(self, id: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.id == id), None)

    @property
    def timed(self) -> tuple[Rule, ...]:
        """Those that go by time and are on."""
        return tuple(rule for rule in self.rules if rule.time is not None and not rule.off)


# Reading


def routing_from(body: Any) -> Rules:
    """Routing rules; BadRules says everything that is wrong."""
    return _document(body, _routing_on, FOR_ROUTING)


def automations_from(body: Any) -> Rules:
    """Automations; BadRules says everything that is wrong."""
    return _document(body, _automation_on, FOR_AUTOMATIONS)


On = tuple[frozenset[str], After | Daily | None]


def _document(body: Any, read_on: Callable[[Any, str, list[Fault]], On], allowed: frozenset[str]) -> Rules:
    if not isinstance(body, dict) or not isinstance(body.get("rules"), list) or set(body) - {"rules"}:
        raise BadRules([Fault("", "no_rules")])
    if len(body["rules"]) > MOST_RULES:
        raise BadRules([Fault("rules", "too_many", str(MOST_RULES))])
    faults: list[Fault] = []
    found: list[Rule] = []
    for number, one in enumerate(body["rules"]):
        if not isinstance(one, dict):
            faults.append(Fault(f"rules.{number}", "no_rule"))
            continue
        found.append(_rule(one, number, read_on, allowed, faults))
    for number, rule in enumerate(found):
        if rule.id in {other.id for other in found[:number]}:
            faults.append(Fault(f"rules.{number}.id", "id_twice", rule.id))
    if faults:
        raise BadRules(faults)
    return Rules(tuple(found))


_KEYS = {"id", "name", "on", "when", "do", "off"}


def _rule(
    one: dict[str, Any],
    number: int,
    read_on: Callable[[Any, str, list[Fault]], On],
    allowed: frozenset[str],
    faults: list[Fault],
) -> Rule:
    where = f"rules.{number}"
    faults += [Fault(f"{where}.{key}", "unknown_value", str(key)[:40]) for key in one if key not in _KEYS]
    if not isinstance(one.get("id"), str) or not _ID.match(one["id"]):
        faults.append(Fault(f"{where}.id", "no_id", str(one.get("id", ""))[:40]))
    name = one.get("name")
    if not isinstance(name, str) or not name.strip():
        faults.append(Fault(f"{where}.name", "no_name"))
    elif len(name) > LONGEST_NAME:
        faults.append(Fault(f"{where}.name", "too_long", name[:40]))
    if not isinstance(one.get("off", False), bool):
        faults.append(Fault(f"{where}.off", "no_flag"))
    on, when_due = read_on(one.get("on"), f"{where}.on", faults)
    condition: ast.Condition = ast.Always()
    try:
        condition = ast.parse(one.get("when"))
    except ast.BadCondition as fault:
        way = "".join(f".{step}" for step in fault.where)
        faults.append(Fault(f"{where}.when{way}", f"condition_{fault.code}", fault.what[:80]))
    do = acts_from(one.get("do"), f"{where}.do", allowed, faults)
    return Rule(
        str(one.get("id", "")),
        str(name or "").strip(),
        number + 1,
        on,
        condition,
        do,
        one.get("off") is True,
        when_due,
    )


def _routing_on(body: Any, where: str, faults: list[Fault]) -> On:
    if not isinstance(body, list) or not body:
        faults.append(Fault(where, "no_event"))
        return frozenset(), None
    unknown = [str(one)[:40] for one in body if not isinstance(one, str) or one not in ROUTED_ON]
    faults += [Fault(where, "unknown_event", one) for one in unknown]
    return frozenset(ROUTED_ON[one] for one in body if isinstance(one, str) and one in ROUTED_ON), None


def _automation_on(body: Any, where: str, faults: list[Fault]) -> On:
    if isinstance(body, dict):
        return frozenset(), _time_of(body, where, faults)
    if not isinstance(body, list) or not body:
        faults.append(Fault(where, "no_event"))
        return frozenset(), None
    unknown = [str(one)[:40] for one in body if one not in AUTOMATED_ON]
    faults += [Fault(where, "unknown_event", one) for one in unknown]
    return frozenset(one for one in body if one in AUTOMATED_ON), None


def _time_of(body: dict[str, Any], where: str, faults: list[Fault]) -> After | Daily | None:
    if "after_hours" in body:
        hours, since, again = body["after_hours"], body.get("since"), body.get("again", False)
        number = isinstance(hours, int | float) and not isinstance(hours, bool)
        if not number or not 0 < hours <= LONGEST_WAIT:
            faults.append(Fault(f"{where}.after_hours", "no_hours", str(hours)[:40]))
        elif again and hours < 0.25:
            faults.append(Fault(f"{where}.again", "too_often"))
        if since not in SINCE:
            faults.append(Fault(f"{where}.since", "no_since", str(since)[:40]))
        if not isinstance(again, bool):
            faults.append(Fault(f"{where}.again", "no_flag"))
        counts = body.get("clock", "elapsed")
        if counts not in CLOCKS:
            faults.append(Fault(f"{where}.clock", "unknown_value", str(counts)[:40]))
        faults += [
            Fault(f"{where}.{key}", "unknown_value", str(key)[:40])
            for key in body if key not in ("after_hours", "since", "again", "clock")
        ]  # fmt: skip
        return After(float(hours) if number else 1.0, str(since), again is True, counts == "business")
    at, days, zone = body.get("at"), body.get("days", list(range(7))), body.get("zone")
    before = len(faults)
    if not isinstance(at, str) or not _TIME.match(at):
        faults.append(Fault(f"{where}.at", "no_time", str(at)[:40]))
    if not isinstance(days, list) or not days or not all(type(day) is int and 0 <= day < 7 for day in days):
        faults.append(Fault(f"{where}.days", "no_day"))
    if not isinstance(zone, str) or zone not in available_timezones():
        faults.append(Fault(f"{where}.zone", "no_zone", str(zone)[:40]))
    faults += [
        Fault(f"{where}.{key}", "unknown_value", str(key)[:40])
        for key in body
        if key not in ("at", "days", "zone")
    ]
    if len(faults) > before:
        return None
    return Daily(time.fromisoformat(str(at)), tuple(sorted(set(days))), str(zone))


# Deciding


@dataclass(frozen=True, slots=True)
class Held:
    """An act that is not done, and why: "by_hand" (a person chose already)."""

    do: Do
    why: str


@dataclass(frozen=True, slots=True)
class Routed:
    """What the routing rules say: the rule that matched at its place of `total`, and what it does. `passed`: rules that
    matched, but name something that is gone. Without a rule the ticket stays where it is."""

    rule: Rule | None
    place: int
    total: int
    do: tuple[Do, ...] = ()
    held: tuple[Held, ...] = ()
    passed: tuple[tuple[Rule, tuple[str, ...]], ...] = ()

    @property
    def outcome(self) -> dict[str, Any]:
        """For `Decision.outcome`; equal outcomes are equal decisions."""
        return {
            "rule": self.rule.id if self.rule else None,
            "do": [do.json for do in self.do],
            "held": [{**one.do.json, "why": one.why} for one in self.held],
        }


def decide(document: Rules, facts: Mapping[str, Any]) -> Routed:
    """The first rule that listens to `facts["event"]`, holds, and can act.

    Beside the facts of the ticket two more are looked at: "gone", what no longer exists (["team:3"]), and "by_hand",
    what a person has chosen ({"team", "agent", "priority", "category": true}): neither is ever undone."""
    gone, passed = set(facts.get("gone") or ()), []
    for rule in _asked(document, facts):
        if not ast.holds(rule.when, facts):
            continue
        if missing := _missing(rule, gone):
            passed.append((rule, missing))
            continue
        do, held = by_hand(rule.do, facts)
        return Routed(rule, rule.place, len(document.rules), do, held, tuple(passed))
    return Routed(None, 0, len(document.rules), passed=tuple(passed))


def matching(document: Rules, facts: Mapping[str, Any]) -> list[Rule]:
    """The automations that run for `facts["event"]`, in order."""
    return [rule for rule in _asked(document, facts) if ast.holds(rule.when, facts)]


def able(rule: Rule, facts: Mapping[str, Any]) -> tuple[tuple[Do, ...], tuple[Held, ...]]:
    """What of an automation is done: all but what names something that is gone ("gone"), and what a person has chosen
    ("by_hand"). Unlike a routing rule it does the rest."""
    gone = set(facts.get("gone") or ())
    can = tuple(do for do in rule.do if not gone.intersection(do.refs))
    cannot = tuple(Held(do, "gone") for do in rule.do if gone.intersection(do.refs))
    do, held = by_hand(can, facts)
    return do, (*cannot, *held)


def by_hand(acts: tuple[Do, ...], facts: Mapping[str, Any]) -> tuple[tuple[Do, ...], tuple[Held, ...]]:
    """The acts that may be done, and those that a person's choice forbids."""
    chosen = facts.get("by_hand") or {}

    def forbidden(do: Do) -> bool:
        # who gave it to a person has chosen the team too: a move would take it from that person
        if do.act in MOVES:
            return bool(chosen.get("team") or chosen.get("agent"))
        return bool(chosen.get(ACTS[do.act].sets))

    return (
        tuple(do for do in acts if not forbidden(do)),
        tuple(Held(do, "by_hand") for do in acts if forbidden(do)),
    )


def refs(document: Rules) -> frozenset[str]:
    """Everything that the rules name, such as "team:3"."""
    return frozenset(ref for rule in document.rules for do in rule.do for ref in do.refs)


def _asked(document: Rules, facts: Mapping[str, Any]) -> Iterator[Rule]:
    event = facts.get("event")
    return (rule for rule in document.rules if not rule.off and event in rule.on)


def _missing(rule: Rule, gone: set[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ref for do in rule.do for ref in do.refs if ref in gone))


# Telling


def steps(document: Rules, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """How `decide` came to what it says, rule by rule, as JSON: {"place", "id", "name", "verdict", "tree", "gone"}.

    Verdicts: "off", "other_event" (does not listen to this), "no" (asked, does not hold), "gone" (holds, names what is
    gone), "matched", "skipped" (comes after the one that matched). "tree" is `ast.told` where it was asked."""
    event, gone, found = facts.get("event"), set(facts.get("gone") or ()), []
    over = False
    for rule in document.rules:
        line: dict[str, Any] = {
            "place": rule.place,
            "id": rule.id,
            "name": rule.name,
            "tree": None,
            "gone": [],
        }
        if over:
            line["verdict"] = "skipped"
        elif rule.off or event not in rule.on:
            line["verdict"] = "off" if rule.off else "other_event"
        else:
            holds, missing = ast.holds(rule.when, facts), _missing(rule, gone)
            line |= {"tree": ast.told(ast.explain(rule.when, facts)), "gone": list(missing) if holds else []}
            line["verdict"] = "no" if not holds else "gone" if missing else "matched"
            over = line["verdict"] == "matched"
        found.append(line)
    return found
