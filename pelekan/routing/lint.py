"""What is odd about a set of rules: rules that can never act, contradict each other, chase each other, or are undone by
people. `findings` looks at the document and at what it did; what needs no history is in `of_document`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pelekan.people.models import Agent
from pelekan.routing import things
from pelekan.routing.assigning import assignment_from
from pelekan.routing.circles import opposed, restless
from pelekan.routing.implying import contradict, implies, never
from pelekan.routing.rules import Rule, Rules, automations_from, routing_from
from pelekan.tickets.by_hand import BY_ITSELF, MOVES
from pelekan.tickets.models import Event
from pelekan.tickets.needs import WORKING
from pelekan.tickets.rulebooks.models import Decision, Rulebook

SILENT = timedelta(days=90)
UNDONE_WITHIN = timedelta(hours=1)
ENOUGH = 5
"""So many times a rule must have acted before anything is said about how people take it."""
TOO_OFTEN = 0.2
"""What share of its acts people undo before that is said."""
LOOKED_AT = 300


@dataclass(frozen=True, slots=True)
class Finding:
    """One oddity of the rule `rule` (its id; of assignment: the team's). Codes: "unreachable" (`others` come before it and
    match whenever it does), "never_holds", "gone" (`value` such as "team:3"), "conflict" (with `others`, about `value`),
    "loop" (`others` are the rules that set each other off), "looped" (it really happened, `count` times), "never_fired",
    "undone" (`count` of `total`), "team_empty"."""

    rule: str
    code: str
    others: tuple[str, ...] = ()
    value: str = ""
    count: int = 0
    total: int = 0


def findings(kind: str, body: Any, *, now: datetime) -> list[Finding]:
    """All that is odd about a document of this kind ("routing", "automations", "assignment"), in its order. BadRules for
    one that can't be read."""
    if kind == "assignment":
        return _empty_teams(body)
    document = routing_from(body) if kind == "routing" else automations_from(body)
    found = [*of_document(kind, document), *_gone(document), *_history(kind, document, now)]
    place = {rule.id: rule.place for rule in document.rules}
    return sorted(found, key=lambda one: place.get(one.rule, 0))


def of_document(kind: str, document: Rules) -> list[Finding]:
    """What the document alone shows."""
    on = [rule for rule in document.rules if not rule.off]
    found = [Finding(rule.id, "never_holds") for rule in on if never(rule.when)]
    if kind == "routing":
        return [*found, *_unreachable(on)]
    return [*found, *_conflicts(on), *_loops(on)]


def _unreachable(on: list[Rule]) -> list[Finding]:
    found = []
    for number, rule in enumerate(on):
        covering = [earlier for earlier in on[:number] if implies(rule.when, earlier.when)]
        if never(rule.when) or not all(any(event in one.on for one in covering) for event in rule.on):
            continue
        first = {next(one.id for one in covering if event in one.on) for event in rule.on}
        found.append(Finding(rule.id, "unreachable", tuple(sorted(first))))
    return found


def _conflicts(on: list[Rule]) -> list[Finding]:
    return [
        Finding(rule.id, "conflict", (other.id,), value)
        for number, rule in enumerate(on) for other in on[:number]
        if (rule.on & other.on) and not contradict(rule.when, other.when)
        for value in sorted({opposed(a, b) for a in rule.do for b in other.do} - {""})
    ]  # fmt: skip


CAUSES: dict[str, frozenset[str]] = {
    "team": frozenset({"ticket.routed", "ticket.escalated", "ticket.returned", "ticket.handed_over"}),
    "tier": frozenset({"ticket.routed", "ticket.escalated", "ticket.returned", "ticket.handed_over"}),
    "agent": frozenset({"ticket.assigned"}),
    "assess": frozenset({"ticket.assessed"}),
    "category": frozenset({"ticket.categorised", "ticket.assessed"}),
    "tag": frozenset({"ticket.tagged"}),
    "untag": frozenset({"ticket.untagged"}),
    "note": frozenset({"message.noted"}),
    "reply": frozenset({"message.sent"}),
    "register": frozenset({"ticket.registered"}),
    "solve": frozenset({"ticket.solved"}),
    "close": frozenset({"ticket.closed"}),
}
"""Which events an act can cause."""


def _loops(on: list[Rule]) -> list[Finding]:
    """Rules that set each other off in a circle, in which something is done and undone (what is done already does not happen
    again, so other circles come to rest by themselves)."""
    follows = {
        rule.id: [
            next_.id for next_ in on if any(CAUSES.get(do.act, frozenset()) & next_.on for do in rule.do)
        ]
        for rule in on
    }
    by_id = {rule.id: rule for rule in on}
    found, seen = [], set()
    for rule in on:
        circle = _circle(rule.id, follows)
        if circle and frozenset(circle) not in seen and restless([by_id[one] for one in circle]):
            seen.add(frozenset(circle))
            found.append(Finding(rule.id, "loop", tuple(one for one in circle if one != rule.id)))
    return found


def _circle(start: str, follows: dict[str, list[str]]) -> list[str]:
    """A shortest way from `start` back to it; [] when there is none."""
    ways, seen = [[start]], set()
    while ways:
        way = ways.pop(0)
        for one in follows[way[-1]]:
            if one == start:
                return way
            if one not in seen:
                seen.add(one)
                ways.append([*way, one])
    return []


# What it names, and what it did


def _gone(document: Rules) -> list[Finding]:
    missing = set(things.gone(ref for rule in document.rules for do in rule.do for ref in do.refs))
    return [
        Finding(rule.id, "gone", value=ref)
        for rule in document.rules if not rule.off
        for ref in dict.fromkeys(ref for do in rule.do for ref in do.refs) if ref in missing
    ]  # fmt: skip


def _history(kind: str, document: Rules, now: datetime) -> list[Finding]:
    found = []
    old = _known_since(kind, now - SILENT)
    for rule in document.rules:
        if rule.off:
            continue
        acted = list(
            Decision.objects.filter(kind=kind, rule=rule.id, at__gte=now - SILENT)
            .order_by("-at")
            .values("ticket_id", "at", "outcome")[:LOOKED_AT]
        )
        if not acted and rule.id in old:
            found.append(Finding(rule.id, "never_fired"))
        if looped := sum(1 for one in acted if one["outcome"].get("looped")):
            found.append(Finding(rule.id, "looped", count=looped))
        undone, total = _undone(acted)
        if total >= ENOUGH and undone / total >= TOO_OFTEN:
            found.append(Finding(rule.id, "undone", count=undone, total=total))
    return found


def _known_since(kind: str, moment: datetime) -> set[str]:
    """The ids of rules that were in force then, and are not new therefore."""
    body = (
        Rulebook.objects.filter(kind=kind, enabled_at__lte=moment)
        .order_by("-enabled_at")
        .values_list("body", flat=True)
        .first()
    )
    return {str(rule.get("id")) for rule in (body or {}).get("rules", ()) if not rule.get("off")}


_UNDOES = {
    "team": {*MOVES}, "tier": {*MOVES}, "agent": {"ticket.assigned", "ticket.released", *MOVES},
    "category": {"ticket.categorised"}, "assess": {"ticket.assessed"}, "tag": {"ticket.untagged"},
    "untag": {"ticket.tagged"}, "solve": {"ticket.reopened"},
}  # fmt: skip


def _undone(acted: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    """How many of these decisions people undid within an hour, and how many did something that can be undone."""
    watched = []
    for one in acted:
        names = set().union(*(_UNDOES.get(do.get("act", ""), set()) for do in one["outcome"].get("do", ())))
        if names:
            watched.append((one["ticket_id"], one["at"], names))
    if not watched:
        return 0, 0
    events: dict[int, list[tuple[str, datetime]]] = {}
    rows = Event.objects.filter(ticket__in={ticket for ticket, *_ in watched}, agent__isnull=False)
    wanted = set().union(*(names for *_, names in watched))
    for ticket, name, at in (
        rows.filter(name__in=wanted).exclude(because=BY_ITSELF).values_list("ticket", "name", "at")
    ):
        events.setdefault(ticket, []).append((name, at))
    undone = sum(
        any(name in names and at <= moment <= at + UNDONE_WITHIN for name, moment in events.get(ticket, ()))
        for ticket, at, names in watched
    )
    return undone, len(watched)


def _empty_teams(body: Any) -> list[Finding]:
    giving = [team for team, way in assignment_from(body).teams.items() if way.gives]
    staffed = set(
        Agent.objects.filter(WORKING, teams__in=giving, ticket_capacity__gt=0).values_list("teams", flat=True)
    )
    missing = set(things.gone(f"team:{team}" for team in giving))
    return [
        Finding(str(team), "gone" if f"team:{team}" in missing else "team_empty", value=f"team:{team}")
        for team in giving if team not in staffed or f"team:{team}" in missing
    ]  # fmt: skip
