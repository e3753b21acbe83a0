"""Why a ticket is where it is: the automatic decisions about it, as plain data for screens and for the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pelekan.people.models import Agent, Team, Tier
from pelekan.routing import rules
from pelekan.routing.acts import Do
from pelekan.tickets.conditions.facts import restored
from pelekan.tickets.models import Category, SavedReply
from pelekan.tickets.rulebooks.books import book
from pelekan.tickets.rulebooks.models import Decision
from pelekan.tickets.webhooks.models import Webhook

KINDS = ("routing", "assignment", "automations")
MOST = 60
"""Decisions that are told of one ticket, the newest."""


def of(ticket_id: int) -> list[dict[str, Any]]:
    """The decisions of a ticket, oldest first. Two queries, and one for each sort of thing that they name.

    routing      {"kind", "id", "at", "event", "version", "rule" ({"id", "name"} or None), "place", "total", "skipped"
                 ([first, last] or None), "passed" ([{"name", "gone": [names]}]), "do", "held", "failed", "tree"}
    automations  the same without places
    assignment   {…, "way", "agent" ({"id", "name"} or None), "because" (codes of `assigning.Given`), "need", "candidates"
                 ([{"agent", "name", "barred", "load", "reasons", "online", "tickets", "capacity", "chats"}], best first)}

    Acts are as in the document, with "name" for what they point to; what was "held" back has a "why" ("by_hand": a person
    has chosen; "gone"), what "failed" too.
    """
    rows = list(
        Decision.objects.filter(ticket=ticket_id, kind__in=KINDS)
        .order_by("-id")
        .values("id", "kind", "rule", "at", "event__name", "book__number", "facts", "outcome", "trace")[:MOST]
    )
    names = names_of(_named(rows))
    return [_told(row, names) for row in reversed(rows)]


def steps(decision_id: int) -> list[dict[str, Any]]:
    """Every rule that was tested on the way to a decision of the routing rules, with the values that it saw: told anew
    from what was written down. See `rules.steps`; [] for other decisions."""
    row = Decision.objects.select_related("message").filter(pk=decision_id, kind="routing").first()
    if row is None or row.book_id is None:
        return []
    facts = restored(row.facts, row.message.text if row.message else "")
    return rules.steps(rules.routing_from(book(row.book_id).body), facts)


def _told(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    kept, outcome, facts = row["trace"] or {}, row["outcome"] or {}, row["facts"] or {}
    told: dict[str, Any] = {
        "kind": row["kind"], "id": row["id"], "at": row["at"], "event": row["event__name"] or "",
        "version": row["book__number"],
    }  # fmt: skip
    if row["kind"] == "assignment":
        return told | _given(kept, outcome, facts, names)
    place, total = kept.get("place", 0), kept.get("total", 0)
    told |= {
        "rule": {"id": row["rule"], "name": kept.get("name", "")} if row["rule"] else None,
        "place": place, "total": total, "skipped": [place + 1, total] if 0 < place < total else None,
        "passed": [
            {"name": one["name"], "gone": [names.get(ref, ref) for ref in one["gone"]]} for one in kept.get("passed", ())
        ],
        "do": [_act(one, names) for one in outcome.get("do", ())],
        "held": [_act(one, names) for one in outcome.get("held", ())],
        "failed": [_act(one, names) for one in kept.get("failed", ())],
        "tree": kept.get("tree"),
        "looped": bool(outcome.get("looped")),
    }  # fmt: skip
    return told


def _given(
    kept: Mapping[str, Any], outcome: Mapping[str, Any], facts: Mapping[str, Any], names: Mapping[str, str]
) -> dict[str, Any]:
    by_id = {one["agent"]: one for one in facts.get("candidates", ())}
    agent = outcome.get("agent")
    return {
        "way": kept.get("way", ""),
        "agent": {"id": agent, "name": names.get(f"agent:{agent}", "")} if agent else None,
        "because": outcome.get("because", []), "need": facts.get("need"),
        "needs": facts.get("needs") or ([facts["need"]] if facts.get("need") else []), "language": facts.get("language"),
        "candidates": [
            {
                **one, "name": names.get(f"agent:{one['agent']}", ""),
                **{key: by_id.get(one["agent"], {}).get(key) for key in ("online", "on_shift", "tickets", "capacity", "chats")},
            }
            for one in kept.get("ranked", ())
        ],
    }  # fmt: skip


def _act(one: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    refs = Do(
        one.get("act", ""), {key: value for key, value in one.items() if key not in ("act", "why")}
    ).refs
    return {**one, "name": next((names[ref] for ref in refs if ref in names), "")}


def _named(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    found: set[str] = set()
    for row in rows:
        outcome, kept = row["outcome"] or {}, row["trace"] or {}
        for one in (*outcome.get("do", ()), *outcome.get("held", ()), *kept.get("failed", ())):
            found.update(Do("", {key: value for key, value in one.items() if key not in ("act", "why")}).refs)
        for one in kept.get("passed", ()):
            found.update(one["gone"])
        found.update(f"agent:{one['agent']}" for one in kept.get("ranked", ()))
        if outcome.get("agent"):
            found.add(f"agent:{outcome['agent']}")
    return found


_ROWS = {
    "team": (Team, "name"), "tier": (Tier, "name"), "agent": (Agent, "user__name"), "category": (Category, "name"),
    "reply": (SavedReply, "name"), "hook": (Webhook, "name"),
}  # fmt: skip


def names_of(refs: Iterable[str]) -> dict[str, str]:
    """{"team:3": its name}: what documents and decisions point to. One query for each sort of thing."""
    wanted: dict[str, set[int]] = {}
    for ref in refs:
        kind, _, number = ref.partition(":")
        if kind in _ROWS and number.isdigit():
            wanted.setdefault(kind, set()).add(int(number))
    found: dict[str, str] = {}
    for kind, ids in wanted.items():
        model, column = _ROWS[kind]
        rows = model._default_manager.filter(pk__in=ids).values_list("pk", column)
        found |= {f"{kind}:{pk}": name for pk, name in rows}
    return found
