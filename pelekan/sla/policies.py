"""★ Service level policies: a document of the kind "sla" becomes policies; facts choose one. Pure.

    {"policies": [
        {"id": "p-urgent", "name": {"fa": …, "ar": …, "en": …}, "when": <condition>, "hours": 3 | null,
         "targets": {"first_response": {"within_minutes": 180, "clock": "business", "pause": ["waiting", "on_hold"],
                                        "steps": [{"id": "s-1", "at": {"share": 0.8}, "do": [{"act": "alarm", "level": 1}]}]}},
         "promise": 1440}],
     "default": "p-urgent" | null}

Policies are tried in their order; the first whose condition holds is the ticket's. Where none holds, it is the one that
`default` names, whatever its condition says; without a default the ticket has no targets. A policy whose condition is
blank is refused: nothing becomes everybody's by accident. One that shall hold for all says {"always": true}. What is
true only for a moment (the words of one message, the time that passed) can't choose a policy: it is refused too.

A target with "clock": "elapsed" and "remind": "open" tells nobody and asks for no call while the office is closed (`sla.holding`).

`hours` names business hours; null: the ticket's own (its team's, its inbox's, the desk's). `promise` is what the public is told,
in minutes of elapsed time until the first answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pelekan.sla.clock import BUSINESS, CLOCKS, PAUSES
from pelekan.sla.holding import ALWAYS, OPEN, REMINDS, split
from pelekan.tickets.conditions import ast

FIRST_RESPONSE = "first_response"
NEXT_RESPONSE = "next_response"
RESOLUTION = "resolution"
ACCEPTANCE = "acceptance"
TARGETS = (FIRST_RESPONSE, NEXT_RESPONSE, RESOLUTION, ACCEPTANCE)

ACTS = ("tell", "call", "alarm", "escalate", "reassign", "webhook")
WHOM = ("agent", "manager", "team")
WAYS = ("bell", "mail")

MOST_POLICIES, MOST_STEPS, MOST_ACTS = 100, 20, 10
MOST_MINUTES = 525_600  # a year
LANGUAGES = ("fa", "ar", "en")


class BadPolicies(ValueError):
    """What is wrong (`why`, a word of `pelekan.sla.saying.WRONG`) and where: the id or the place of the policy, the target,
    the step. `value` is what stood there, or the sentence of a bad condition."""

    def __init__(
        self, why: str, *, policy: str = "", target: str = "", step: str = "", value: Any = ""
    ) -> None:
        place = " / ".join(one for one in (policy, target, step) if one)
        super().__init__(f"{place}: {why} {value!r}" if place else f"{why} {value!r}")
        self.why, self.policy, self.target, self.step, self.value = why, policy, target, step, str(value)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is done when so much of a target's time is spent. One of `share`, `minutes` and `before` is not None.
    `held`: not before the office opens (`sla.holding`)."""

    id: str
    do: tuple[Mapping[str, Any], ...]
    share: float | None = None
    minutes: int | None = None
    before: int | None = None
    held: bool = False

    def amount(self, within: timedelta) -> timedelta:
        """How much must be spent."""
        if self.share is not None:
            return within * self.share
        if self.minutes is not None:
            return timedelta(minutes=self.minutes)
        return max(within - timedelta(minutes=self.before or 0), timedelta(0))


@dataclass(frozen=True, slots=True)
class Target:
    """What is promised inside: `within` of time on this clock; `pause`: what stops it. `steps` in the order of their time."""

    kind: str
    within: timedelta
    clock: str = BUSINESS
    pause: frozenset[str] = frozenset(PAUSES)
    steps: tuple[Step, ...] = ()

    def step(self, id: str) -> Step | None:
        return next((one for one in self.steps if one.id == id), None)

    @property
    def holds(self) -> bool:
        """Whether any step waits for the office to open."""
        return any(step.held for step in self.steps)

    @property
    def minutes(self) -> int:
        return int(self.within / timedelta(minutes=1))


@dataclass(frozen=True, slots=True)
class Policy:
    """`name` by language; "" in it stands for all."""

    id: str
    name: Mapping[str, str]
    when: ast.Condition
    hours: int | None
    targets: Mapping[str, Target]
    promise: int | None

    def named(self, language: str) -> str:
        return self.name.get(language) or next((one for one in self.name.values() if one), self.id)


@dataclass(frozen=True, slots=True)
class Document:
    """All policies in their order, the default's id; which facts the conditions ask and which targets there are at all (so
    that nothing else need be looked at)."""

    policies: tuple[Policy, ...] = ()
    default: str = ""
    asks: frozenset[str] = field(default_factory=frozenset)
    kinds: frozenset[str] = field(default_factory=frozenset)

    def policy(self, id: str) -> Policy | None:
        return next((one for one in self.policies if one.id == id), None)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The policy of a ticket (None: no targets) and how it came: `by_default` when no condition held; `tried` the ids whose
    condition was asked, in order."""

    policy: Policy | None
    by_default: bool
    tried: tuple[str, ...]


EMPTY = Document()


def choose(document: Document, facts: Mapping[str, Any]) -> Chosen:
    """The first policy whose condition holds for these facts, else the default one."""
    tried: list[str] = []
    for policy in document.policies:
        tried.append(policy.id)
        if ast.holds(policy.when, facts):
            return Chosen(policy, False, tuple(tried))
    return Chosen(document.policy(document.default), True, tuple(tried))


# Reading


def parse(body: Mapping[str, Any]) -> Document:
    """The document of a rule book's body. BadPolicies says what is wrong and where."""
    if not isinstance(body, Mapping):
        raise BadPolicies("no_document", value=type(body).__name__)
    rows = body.get("policies", [])
    if not isinstance(rows, list) or len(rows) > MOST_POLICIES:
        raise BadPolicies("too_many_policies", value=MOST_POLICIES)
    policies = tuple(_policy(row, str(place + 1)) for place, row in enumerate(rows))
    ids = [one.id for one in policies]
    for id in ids:
        if ids.count(id) > 1:
            raise BadPolicies("id_twice", policy=id)
    default = body.get("default") or ""
    if default and default not in ids:
        raise BadPolicies("no_such_default", value=default)
    asks = frozenset(test.field for one in policies for test in ast.tests_of(one.when))
    kinds = frozenset(kind for one in policies for kind in one.targets)
    return Document(policies, default, asks, kinds)


def check(body: Mapping[str, Any]) -> None:
    """Refuse (BadPolicies) what can't be put into force."""
    parse(body)


def _policy(row: Any, place: str) -> Policy:
    if not isinstance(row, Mapping):
        raise BadPolicies("no_policy", policy=place)
    id = _id(row.get("id"), place)
    if not row.get("when"):
        raise BadPolicies("blank_condition", policy=id)
    try:
        when = ast.parse(row["when"])
    except ast.BadCondition as fault:
        raise BadPolicies("bad_condition", policy=id, value=fault) from fault
    if not ast.asks_sets(when) or ast.asks_time(when):
        raise BadPolicies("passing_condition", policy=id)
    hours = row.get("hours")
    if hours is not None and not _is_int(hours):
        raise BadPolicies("bad_hours", policy=id, value=hours)
    targets = row.get("targets") or {}
    if not isinstance(targets, Mapping) or set(targets) - set(TARGETS):
        raise BadPolicies("unknown_target", policy=id, value=targets)
    promise = row.get("promise")
    if promise is not None and not _minutes(promise):
        raise BadPolicies("bad_promise", policy=id, value=promise)
    return Policy(
        id,
        _name(row.get("name"), id),
        when,
        hours,
        {kind: _target(kind, targets[kind], id) for kind in TARGETS if targets.get(kind)},
        promise,
    )


def _id(id: Any, place: str) -> str:
    if not isinstance(id, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", id):
        raise BadPolicies("bad_id", policy=place, value=id)
    return id


def _name(name: Any, policy: str) -> dict[str, str]:
    found = {"": name} if isinstance(name, str) else name
    if not isinstance(found, Mapping) or not all(isinstance(one, str) for one in found.values()):
        raise BadPolicies("no_name", policy=policy)
    kept = {str(language): one.strip()[:120] for language, one in found.items() if one.strip()}
    if not kept or set(kept) - {"", *LANGUAGES}:
        raise BadPolicies("no_name", policy=policy)
    return kept


def _target(kind: str, row: Any, policy: str) -> Target:
    if not isinstance(row, Mapping) or not _minutes(row.get("within_minutes")):
        value = row.get("within_minutes") if isinstance(row, Mapping) else row
        raise BadPolicies("bad_time", policy=policy, target=kind, value=value)
    clock = row.get("clock", BUSINESS)
    if clock not in CLOCKS:
        raise BadPolicies("bad_clock", policy=policy, target=kind, value=clock)
    pause = row.get("pause", list(PAUSES))
    if not isinstance(pause, list) or not set(pause) <= set(PAUSES):
        raise BadPolicies("bad_pause", policy=policy, target=kind, value=pause)
    remind = row.get("remind", ALWAYS)
    if remind not in REMINDS:
        raise BadPolicies("bad_remind", policy=policy, target=kind, value=remind)
    within = timedelta(minutes=row["within_minutes"])
    rows = row.get("steps") or []
    if not isinstance(rows, list) or len(rows) > MOST_STEPS:
        raise BadPolicies("too_many_steps", policy=policy, target=kind, value=MOST_STEPS)
    steps = [_step(one, policy, kind) for one in rows]
    ids = [one.id for one in steps]
    for id in ids:
        if ids.count(id) > 1:
            raise BadPolicies("id_twice", policy=policy, target=kind, step=id)
    if remind == OPEN and clock != BUSINESS:  # business time passes while it is open only
        steps = split(steps)
    ordered = tuple(sorted(steps, key=lambda one: one.amount(within)))
    return Target(kind, within, clock, frozenset(pause), ordered)


def _step(row: Any, policy: str, kind: str) -> Step:
    where = {"policy": policy, "target": kind}
    if not isinstance(row, Mapping):
        raise BadPolicies("no_step", **where)
    id = row.get("id")
    if not isinstance(id, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", id):
        raise BadPolicies("bad_id", **where, value=id)
    where["step"] = id
    at = row.get("at")
    if not isinstance(at, Mapping) or len(at) != 1:
        raise BadPolicies("bad_moment", **where, value=at)
    [(how, value)] = at.items()
    share = (
        how == "share" and isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 10
    )
    if not (share or how == "minutes" and _minutes(value) or how == "before_minutes" and _minutes(value)):
        raise BadPolicies("bad_moment", **where, value=value)
    do = row.get("do")
    if not isinstance(do, list) or not 0 < len(do) <= MOST_ACTS:
        raise BadPolicies("no_act", **where)
    for act in do:
        _check_act(act, where)
    return Step(
        id,
        tuple(dict(act) for act in do),
        float(value) if how == "share" else None,
        value if how == "minutes" else None,
        value if how == "before_minutes" else None,
    )


def _check_act(act: Any, where: dict[str, str]) -> None:
    name = act.get("act") if isinstance(act, Mapping) else None
    if name not in ACTS:
        raise BadPolicies("unknown_act", **where, value=name)
    if name == "tell":
        whom, by = act.get("whom"), act.get("by")
        if not (isinstance(whom, str) and (whom in WHOM or re.fullmatch(r"agent:[1-9][0-9]{0,17}", whom))):
            raise BadPolicies("bad_whom", **where, value=whom)
        if not isinstance(by, list) or not by or set(by) - set(WAYS):
            raise BadPolicies("bad_way", **where, value=by)
    elif name == "call":
        script = act.get("script", "")
        texts = script.values() if isinstance(script, Mapping) else [script]
        if not all(isinstance(one, str) and len(one) <= 4_000 for one in texts):
            raise BadPolicies("bad_script", **where)
    elif name == "alarm" and act.get("level") not in (1, 2, 3):
        raise BadPolicies("bad_level", **where, value=act.get("level"))
    elif name == "escalate" and not _is_int(act.get("team")):
        raise BadPolicies("no_team", **where)
    elif name == "webhook" and not _is_int(act.get("hook")):
        raise BadPolicies("no_hook", **where)


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _minutes(value: Any) -> bool:
    return _is_int(value) and value <= MOST_MINUTES
