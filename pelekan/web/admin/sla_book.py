"""The document of service levels, changed: each function gives another document."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

KIND = "sla"

Body = dict[str, Any]


def whole(body: Mapping[str, Any]) -> Body:
    """With all its parts, also where nobody wrote anything yet."""
    return {"policies": list(body.get("policies") or []), "default": body.get("default") or None}


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


def new_ids(prefix: str) -> Iterator[str]:
    while True:
        yield f"{prefix}-{secrets.token_hex(4)}"
