"""Who takes the recorded decisions again: the same pure functions that decide live, with other documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pelekan.people.models import Team
from pelekan.routing import assigning, rules, things
from pelekan.routing.replay.retrace import Facts, Judge, Outcome
from pelekan.sla import policies
from pelekan.sla.timers.office import outcome_of
from pelekan.tickets import grids, priority
from pelekan.tickets.conditions import ast
from pelekan.tickets.models import Category, Inbox
from pelekan.tickets.rulebooks.books import Book, book, parsed

KINDS = ("priority", "routing", "assignment", "sla")
"""What is taken again, in the order in which it is decided."""
SEEN_WHERE_ASKED = ("office_open", "agents_online", "rating")
"""Facts that are recorded only where the rules of then asked for them."""


@dataclass(frozen=True)
class Setup:
    """Everything that decides: the documents, and on which step (level) each team stands."""

    grids: priority.Grids = priority.DEFAULT
    routing: rules.Rules = rules.Rules()
    assignment: assigning.Assignment = assigning.Assignment({})
    policies: policies.Document = policies.EMPTY
    levels: Mapping[int, int] | None = None
    lines: Mapping[int, list[int]] | None = None  # category → itself and those above
    on_tier: Mapping[int, tuple[int, ...]] | None = None  # tier → its teams by name
    team_of: Mapping[str, int] | None = None  # "category:3", "inbox:1" → the team that suits it
    gone: frozenset[str] = frozenset()  # what the rules name and is no longer there

    def see(self, facts: Facts) -> Facts:
        """The facts on this staircase."""
        level = (self.levels or {}).get(facts.get("team", 0))
        return facts if level is None or facts.get("tier") == level else {**facts, "tier": level}


def setup_of(books: Mapping[str, int], *, gone: bool) -> Setup:
    """The setup of these versions (kind → id of the rulebook) on today's staircase, or on that of a draft of it. `gone`:
    rules that name what is gone by now are passed over, as they would be live; what was gone then always counts."""
    found: dict[str, Book] = {kind: book(pk) for kind, pk in books.items()}
    levels = dict(Team.objects.values_list("pk", "tier__level"))
    stairs = found.get("staircase")
    if stairs is not None:
        levels |= {int(pk): int(level) for pk, level in stairs.body.get("teams", {}).items()}
    routing = parsed(found.get("routing"), rules.routing_from) or rules.Rules()
    return Setup(
        parsed(found.get("priority"), grids.read) or priority.DEFAULT,
        routing,
        parsed(found.get("assignment"), assigning.assignment_from) or assigning.Assignment({}),
        parsed(found.get("sla"), policies.parse) or policies.EMPTY,
        levels,
        _lines(),
        _on_tier(),
        _suits(),
        frozenset(things.gone(rules.refs(routing))) if gone else frozenset(),
    )


def _on_tier() -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    for pk, tier in Team.objects.filter(archived_at=None).order_by("name", "pk").values_list("pk", "tier_id"):
        found[tier] = (*found.get(tier, ()), pk)
    return found


def _suits() -> dict[str, int]:
    by_category = Category.objects.exclude(team=None).values_list("pk", "team_id")
    by_inbox = Inbox.objects.exclude(specialists=None).values_list("pk", "specialists_id")
    return {
        **{f"category:{pk}": team for pk, team in by_category},
        **{f"inbox:{pk}": team for pk, team in by_inbox if team is not None},
    }


def _lines() -> dict[int, list[int]]:
    rows = Category.objects.values_list("pk", "parent_id", "parent__parent_id")
    return {row[0]: [pk for pk in row if pk] for row in rows}


def judges(after: Setup, before: Setup) -> dict[str, Judge]:
    """One judge for each kind, deciding as `after` says; what was done then was done on the staircase of `before`."""
    return {
        "priority": Judge(
            lambda facts: priority.assess(after.grids, facts).as_json(), _assessed, _assessed
        ),
        "routing": Judge(
            lambda facts: rules.decide(after.routing, _with_gone(facts, after.gone)).outcome,
            _routed_on(after),
            _routed_on(before),
            _blind(after.routing),
        ),
        "assignment": Judge(
            lambda facts: assigning.choose(after.assignment, facts).outcome,
            _given,
            _given,
            lambda recorded, facts: recorded.get("team") != facts.get("team"),
        ),
        "sla": Judge(
            lambda facts: outcome_of(policies.choose(after.policies, facts)), _promised, _promised
        ),
    }  # fmt: skip


def with_version(setup: Setup, kind: str, version: int | None) -> Setup:
    """The setup with one kind as it was in that version; None: as it is without any."""
    one = setup_of({kind: version} if version else {}, gone=False)
    name = {"priority": "grids", "sla": "policies"}.get(kind, kind)
    return replace(setup, **{name: getattr(one, name)})


def _assessed(outcome: Outcome, facts: Facts) -> dict[str, Any]:
    return {name: outcome[name] for name in ("impact", "urgency", "priority") if name in outcome}


def _given(outcome: Outcome, facts: Facts) -> dict[str, Any]:
    return {"assignee": outcome.get("agent")} if outcome.get("agent") is not None else {}


def _promised(outcome: Outcome, facts: Facts) -> dict[str, Any]:
    return {"policy": outcome.get("policy")}


def _with_gone(facts: Facts, gone: frozenset[str]) -> Facts:
    """What was gone then, and what is gone now."""
    return {**facts, "gone": sorted({*(facts.get("gone") or ()), *gone})} if gone else facts


def _blind(document: rules.Rules) -> Callable[[Facts, Facts], bool]:
    asked = {test.field for rule in document.rules if not rule.off for test in ast.tests_of(rule.when)}
    wanted = [name for name in SEEN_WHERE_ASKED if name in asked]
    return lambda recorded, facts: any(name not in recorded for name in wanted)


def _team_on(setup: Setup, tier: int, facts: Facts) -> int | None:
    """The team of a tier that suits these facts, as `things.team_of_tier` finds it for a ticket."""
    teams = (setup.on_tier or {}).get(tier, ())
    suits = setup.team_of or {}
    wanted = [facts.get("team"), *(suits.get(f"category:{pk}") for pk in facts.get("category") or ())]
    wanted.append(suits.get(f"inbox:{facts.get('inbox')}"))
    return next((pk for pk in wanted if pk in teams), teams[0] if teams else None)


def _routed_on(setup: Setup) -> Callable[[Outcome, Facts], dict[str, Any]]:
    """What the acts of a routing rule make of a ticket."""

    def effects(outcome: Outcome, facts: Facts) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for do in outcome.get("do", ()):
            act = do["act"]
            if act in ("team", "tier"):
                team = do["team"] if act == "team" else _team_on(setup, do["tier"], facts)
                if team is not None:
                    found |= {"team": team, "tier": (setup.levels or {}).get(team, facts.get("tier"))}
            elif act == "agent":
                found["assignee"] = do["agent"]
            elif act == "assess":
                weighed = priority.weigh(setup.grids, {**facts, **found}, do["impact"], do["urgency"])
                found |= _assessed(weighed.as_json(), facts)
            elif act == "category":
                found["category"] = (setup.lines or {}).get(do["category"], [do["category"]])
            elif act == "register":
                found["registered"] = True
            elif act in ("tag", "untag"):
                name = str(do["tag"]).strip().lstrip("#").strip().casefold()
                tags = set(found["tags"] if "tags" in found else facts.get("tags") or ())
                found["tags"] = sorted(tags | {name} if act == "tag" else tags - {name})
        return found

    return effects
