"""The service levels as they are worked on: what is in force, the draft beside it, and what differs."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pelekan.people.models import Agent
from pelekan.tickets import rulebooks
from pelekan.tickets.models import Rulebook

KIND = "sla"
MOST_VERSIONS = 12

Body = dict[str, Any]


@dataclass(frozen=True)
class Working:
    """`body` is the draft's where there is one, else what is in force, else empty."""

    draft: Rulebook | None
    active: Rulebook | None

    @property
    def body(self) -> Body:
        book = self.draft or self.active
        body = dict(book.body) if book else {}
        return {"policies": list(body.get("policies") or []), "default": body.get("default") or None}

    @property
    def active_body(self) -> Body:
        return dict(self.active.body) if self.active else {"policies": [], "default": None}


def working() -> Working:
    rows = Rulebook.objects.filter(kind=KIND).select_related("author__user", "enabled_by__user")
    draft = rows.filter(enabled_at=None, discarded_at=None).order_by("-number").first()
    return Working(draft, rows.filter(enabled_at__isnull=False, ended_at=None).first())


def keep(now: Working, body: Body, by: Agent) -> Rulebook:
    """Into the draft, which begins with the first change. Raises rulebooks.CannotKeep."""
    return rulebooks.keep(
        KIND, body, by=by, draft=now.draft, came_from=now.active if now.draft is None else None
    )


def policy_of(body: Mapping[str, Any], id: str) -> Mapping[str, Any] | None:
    return next((one for one in body.get("policies") or () if one.get("id") == id), None)


def with_policy(body: Body, policy: Mapping[str, Any]) -> Body:
    """The document with this policy in the place of the one with its id, or at the end."""
    policies = [policy if one.get("id") == policy["id"] else one for one in body["policies"]]
    if policy not in policies:
        policies.append(policy)
    return {**body, "policies": policies}


def without(body: Body, id: str) -> Body:
    policies = [one for one in body["policies"] if one.get("id") != id]
    return {**body, "policies": policies, "default": None if body["default"] == id else body["default"]}


def ordered(body: Body, ids: list[str]) -> Body:
    """In the order of `ids`; what they don't name keeps its place at the end."""
    place = {id: number for number, id in enumerate(ids)}
    policies = sorted(body["policies"], key=lambda one: place.get(one["id"], len(place)))
    return {**body, "policies": policies}


def moved(body: Body, id: str, by: int) -> Body:
    ids = [one["id"] for one in body["policies"]]
    if id not in ids:
        return body
    at = ids.index(id)
    to = min(len(ids) - 1, max(0, at + by))
    ids.insert(to, ids.pop(at))
    return ordered(body, ids)


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """{"new", "changed", "gone"}: policies that differ; {"moved"}: not empty when the order or the default differs."""
    old = {one["id"]: one for one in before.get("policies") or ()}
    new = {one["id"]: one for one in after.get("policies") or ()}
    return {
        "new": [one for id, one in new.items() if id not in old],
        "changed": [one for id, one in new.items() if id in old and old[id] != one],
        "gone": [one for id, one in old.items() if id not in new],
        "moved": [{}]
        if [id for id in old if id in new] != [id for id in new if id in old]
        or (before.get("default") or None) != (after.get("default") or None)
        else [],
    }


def versions() -> list[Rulebook]:
    """What is or was in force, newest first."""
    rows = Rulebook.objects.filter(kind=KIND, enabled_at__isnull=False)
    return list(rows.select_related("author__user", "enabled_by__user").order_by("-number")[:MOST_VERSIONS])


def new_ids(prefix: str) -> Iterator[str]:
    while True:
        yield f"{prefix}-{secrets.token_hex(4)}"
